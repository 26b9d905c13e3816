"""The PyTorch code of chapters/objective.md, and what the page says about PyTorch."""

import copy
from math import isclose

import torch
from claims import claim, comment

model = torch.nn.Sequential(torch.nn.Linear(5, 8), torch.nn.Tanh(), torch.nn.Linear(8, 3))
images, labels = torch.rand(12, 5), torch.arange(12) % 3
# ANCHOR: loss
loss = torch.nn.functional.cross_entropy(model(images), labels)   # the mean over the batch
# ANCHOR_END: loss


@comment("the mean over the batch")
def the_loss_is_the_mean_over_the_batch():
    alone = [torch.nn.functional.cross_entropy(model(images[i : i + 1]), labels[i : i + 1]) for i in range(12)]
    assert isclose(loss.item(), sum(alone).item() / 12, rel_tol=1e-5)


@claim
def two_networks_with_one_function_can_have_a_hill_between_them():
    """The units in another order: the same outputs, and a mean of the weights that is worse."""
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    for _ in range(400):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(images), labels).backward()
        optimizer.step()
    order = torch.arange(7, -1, -1)
    other, between = copy.deepcopy(model), copy.deepcopy(model)
    with torch.no_grad():
        other[0].weight.copy_(model[0].weight[order])
        other[0].bias.copy_(model[0].bias[order])
        other[2].weight.copy_(model[2].weight[:, order])
        for p, one, two in zip(between.parameters(), model.parameters(), other.parameters()):
            p.copy_((one + two) / 2)
        assert torch.allclose(model(images), other(images), atol=1e-4)
        losses = [torch.nn.functional.cross_entropy(it(images), labels).item() for it in (model, other, between)]
    assert losses[2] > 10 * max(losses[:2])
    assert (model[0].weight - other[0].weight).abs().max() > 0.1
