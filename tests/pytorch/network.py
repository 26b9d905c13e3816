"""The PyTorch code of chapters/network.md, and what the page says about PyTorch."""

from math import exp, isclose, log

import torch
from claims import claim, comment

x = torch.rand(6, 784)
labels = torch.arange(6)
# ANCHOR: model
model = torch.nn.Sequential(
    torch.nn.Linear(784, 100), torch.nn.ReLU(),
    torch.nn.Linear(100, 100), torch.nn.ReLU(),
    torch.nn.Linear(100, 10),                    # logits, nothing behind them
)
loss = torch.nn.functional.cross_entropy(model(x), labels)
# ANCHOR_END: model


@comment("logits, nothing behind them")
def the_outputs_are_logits():
    logits = model(x)
    assert logits.shape == (6, 10)
    assert logits.min() < 0 and not torch.allclose(logits.sum(dim=1), torch.ones(6))


@claim
def cross_entropy_has_the_softmax_inside():
    logits = model(x).double()
    probabilities = logits.exp() / logits.exp().sum(dim=1, keepdim=True)
    expected = -probabilities[torch.arange(6), labels].log().mean()
    given = torch.nn.functional.cross_entropy(logits, labels)
    assert isclose(given.item(), expected.item(), rel_tol=1e-12)


@claim
def behind_a_softmax_the_loss_of_ten_classes_has_a_floor():
    """Probabilities (1, 0, …, 0), taken for logits: ln(e + 9) − 1."""
    certain = torch.zeros(1, 10, dtype=torch.float64)
    certain[0, 3] = 1000
    behind = torch.nn.Softmax(dim=1)(certain)
    loss = torch.nn.functional.cross_entropy(behind, torch.tensor([3]))
    assert isclose(loss.item(), log(exp(1) + 9) - 1)
    assert torch.nn.functional.cross_entropy(certain, torch.tensor([3])).item() == 0
