"""The PyTorch code of chapters/dead_relu.md, and what the page says about PyTorch."""

import inspect
from math import isclose, sqrt

import torch
from torch import nn
from claims import claim, comment

width = 3
linear = nn.Linear(2, width)
relu = nn.ReLU()
model = nn.Sequential(linear, relu, nn.Linear(width, 2))
with torch.no_grad():
    # On for all, for the second batch only, and for none.
    linear.weight.copy_(torch.tensor([[1., 0.], [0., 1.], [0., 0.]]))
    linear.bias.copy_(torch.tensor([1., -1., -1.]))
loader = [
    (torch.tensor([[0., 0.], [1., 1.]]), None),
    (torch.tensor([[0., 2.]]), None),
]
# ANCHOR: count
active = torch.zeros(width, dtype=torch.bool)
def look(module, inputs, output):
    active.logical_or_((output > 0).any(dim=0).cpu())
handle = relu.register_forward_hook(look)
model.eval()
with torch.no_grad():
    for images, _ in loader:          # all of the training set, not one batch
        model(images)
handle.remove()
print((~active).sum(), "units are dead on this data set")
# ANCHOR_END: count


@comment("all of the training set, not one batch")
def a_unit_can_be_off_for_one_batch_and_on_for_another():
    assert (~active).tolist() == [False, False, True]
    first = torch.relu(linear(loader[0][0]))
    assert (first > 0).any(dim=0).tolist() == [True, False, False]


def shrunk(kind, steps=1, **settings):
    """w = 2 and b = −½ of a unit without gradient, after some steps with weight decay."""
    layer = nn.Linear(1, 1, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.fill_(2.0)
        layer.bias.fill_(-0.5)
    optimizer = kind(layer.parameters(), **settings)
    for _ in range(steps):
        for p in layer.parameters():
            p.grad = torch.zeros_like(p)
        optimizer.step()
    return layer.weight.item(), layer.bias.item()


@claim
def weight_decay_shrinks_biases_too_unless_there_are_groups():
    settings = dict(lr=0.1, weight_decay=0.5)
    w, b = shrunk(torch.optim.SGD, **settings)
    assert w < 2 and b > -0.5
    layer = nn.Linear(1, 1)
    start = layer.bias.item()
    groups = [{"params": [layer.weight]}, {"params": [layer.bias], "weight_decay": 0}]
    optimizer = torch.optim.SGD(groups, **settings)
    before = layer.weight.item()
    layer(torch.zeros(1, 1)).mul(0).sum().backward()
    optimizer.step()
    assert layer.bias.item() == start and abs(layer.weight.item()) < abs(before)


@claim
def sgd_and_adamw_shrink_both_by_one_factor():
    for kind in (torch.optim.SGD, torch.optim.AdamW):
        w, b = shrunk(kind, steps=5, lr=0.1, weight_decay=0.5)
        assert isclose(w / 2, (1 - 0.1 * 0.5) ** 5) and isclose(b / -0.5, w / 2)


@claim
def adam_shrinks_both_by_one_amount_and_can_revive():
    w, b = shrunk(torch.optim.Adam, lr=0.1, weight_decay=0.5)
    assert isclose(w, 2 - 0.1, rel_tol=1e-6) and isclose(b, -0.5 + 0.1, rel_tol=1e-6)
    w, b = shrunk(torch.optim.Adam, steps=4, lr=0.1, weight_decay=0.5)
    assert isclose(2 - w, 0.4, rel_tol=0.01) and isclose(b + 0.5, 0.4, rel_tol=0.15)
    x = 0.2
    assert 2 * x - 0.5 < 0 < w * x + b


@claim
def leaky_relu_says_nothing_to_the_initialization():
    starts = []
    for activation in (nn.ReLU, nn.LeakyReLU):
        torch.manual_seed(1)
        starts.append(nn.Sequential(nn.Linear(50, 50), activation())[0].weight)
    assert torch.equal(*starts)
    slope = inspect.signature(nn.LeakyReLU).parameters["negative_slope"].default
    assert slope == 0.01
    w = torch.empty(1000, 400)
    for settings, variance in [({}, 2 / 400), ({"a": 0.01}, 2 / (1 + 0.01**2) / 400), ({"a": 1.0}, 1 / 400)]:
        torch.manual_seed(1)
        nn.init.kaiming_normal_(w, **settings)
        # Of 400,000 normal draws the variance is off by five standard errors at most.
        assert abs(w.var().item() / variance - 1) < 5 * sqrt(2 / w.numel())
    torch.manual_seed(1)
    told = nn.init.kaiming_normal_(torch.empty(2, 4, dtype=torch.float64), a=0.01)
    torch.manual_seed(1)
    plain = nn.init.kaiming_normal_(torch.empty(2, 4, dtype=torch.float64))
    assert torch.allclose(plain / told, torch.full((2, 4), sqrt(1 + 0.01**2), dtype=torch.float64))
