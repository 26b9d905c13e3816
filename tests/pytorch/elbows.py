"""The PyTorch code of chapters/elbows.md, and what the page says about PyTorch."""

from math import isclose, sqrt

import torch
from claims import claim, comment

# ANCHOR: spread
layer = torch.nn.Linear(1, 20)                      # w and b uniform on ±1
with torch.no_grad():
    elbows = torch.empty(20).uniform_(-1, 1)        # over the data
    layer.bias.copy_(-layer.weight[:, 0] * elbows)
layer.requires_grad_(False)                         # last layer only
# ANCHOR_END: spread


@comment("w and b uniform on ±1")
def with_one_input_both_start_uniform_between_minus_one_and_one():
    wide = torch.nn.Linear(1, 100_000)
    for drawn in (wide.weight.detach().flatten(), wide.bias.detach()):
        assert drawn.abs().max() <= 1
        # The largest distance of two distribution functions, by Dvoretzky, Kiefer and
        # Wolfowitz: above it once in 10⁶ draws.
        ranks = torch.arange(1, len(drawn) + 1) / len(drawn)
        distance = ((drawn.sort().values + 1) / 2 - ranks).abs().max()
        assert distance < 2.7 / sqrt(len(drawn))


@comment("over the data")
def each_unit_bends_at_its_elbow():
    place = elbows[:, None]
    bends = (layer.weight[:, 0] * elbows + layer.bias).abs()
    assert place.abs().max() <= 1 and bends.max() < 1e-6


@comment("last layer only")
def only_the_last_layer_moves():
    last = torch.nn.Linear(20, 1)
    model = torch.nn.Sequential(layer, torch.nn.ReLU(), last)
    before = [p.clone() for p in model.parameters()]
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        model(torch.linspace(-1, 1, 9)[:, None]).square().mean().backward()
        optimizer.step()
    moved = [not torch.equal(p, old) for p, old in zip(model.parameters(), before)]
    assert moved == [False, False, True, True]


@claim
def gradients_of_zero_do_not_freeze_a_layer():
    for settings in ({"weight_decay": 0.1}, {"momentum": 0.9}):
        p = torch.ones(1, requires_grad=True)
        optimizer = torch.optim.SGD([p], lr=0.1, **settings)
        p.grad = torch.ones(1)
        optimizer.step()
        before = p.item()
        p.grad = torch.zeros(1)
        optimizer.step()
        assert p.item() != before
    p = torch.ones(1, requires_grad=True)
    p.grad = torch.zeros(1)
    torch.optim.SGD([p], lr=0.1).step()
    assert p.item() == 1


@claim
def mse_loss_has_no_half():
    guess = torch.tensor([1.0, 3.0], requires_grad=True)
    loss = torch.nn.MSELoss()(guess, torch.tensor([0.0, 1.0]))
    loss.backward()
    assert isclose(loss.item(), (1 + 4) / 2)
    ours = torch.tensor([1.0, 2.0]) / 2
    assert torch.equal(guess.grad, 2 * ours)
