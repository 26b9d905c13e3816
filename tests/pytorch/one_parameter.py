"""The PyTorch code of chapters/one_parameter.md, and what the page says about PyTorch."""

from math import isclose

import torch
from claims import claim, comment

x = torch.tensor([-2.0, 0.0, 1.0, 1.0, 2.0], dtype=torch.float64)
y = torch.tensor([1.0, 4.0, 2.0, -1.0, 4.0], dtype=torch.float64)
theta = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
optimizer = torch.optim.SGD([theta], lr=0.1)
theta.grad = torch.tensor(7.0, dtype=torch.float64)
# ANCHOR: step
optimizer.zero_grad()                  # or the gradients of all steps add up
loss = ((theta * x - y) ** 2).mean()   # the 2 and the 1/N of the gradient
loss.backward()
optimizer.step()
# ANCHOR_END: step


def by_hand(theta):
    """(2/N) Σ (θx − y) x."""
    return 2 / 5 * sum((theta * a - b) * a for a, b in zip(x.tolist(), y.tolist()))


@comment("the 2 and the 1/N of the gradient")
def the_gradient_has_the_two_and_one_over_n():
    assert isclose(theta.grad.item(), by_hand(1.0))
    assert isclose(theta.item(), 1 - 0.1 * by_hand(1.0))


@comment("or the gradients of all steps add up")
def without_zero_grad_the_gradients_add_up():
    w = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    for steps in (1, 2, 3):
        ((w * x - y) ** 2).mean().backward()
        assert isclose(w.grad.item(), steps * by_hand(1.0))


def converges(lr, loss):
    w = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=lr)
    for _ in range(400):
        optimizer.zero_grad()
        loss(w).backward()
        optimizer.step()
    return abs(w.item() - (x @ y / (x @ x)).item()) < 1e-3


@claim
def the_sum_divides_every_limit_by_n_and_a_half_doubles_it():
    """The limit is 1 over the mean of x², which is 2 here."""
    losses = {
        0.5: lambda w: ((w * x - y) ** 2).mean(),
        0.5 / 5: lambda w: ((w * x - y) ** 2).sum(),
        0.5 * 2: lambda w: (((w * x - y) ** 2) / 2).mean(),
    }
    for limit, loss in losses.items():
        assert converges(0.98 * limit, loss) and not converges(1.02 * limit, loss)
