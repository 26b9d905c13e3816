"""The PyTorch code of chapters/momentum_convergence.md, and what the page says about PyTorch."""

from math import isclose, sqrt

import torch
from claims import claim, comment

curvatures = torch.tensor([1.0, 4.0, 10.0], dtype=torch.float64)
model = torch.nn.Linear(3, 1, bias=False, dtype=torch.float64)
# ANCHOR: best
low, high = 1.0, 10.0                                   # the extreme eigenvalues
rho = (high**0.5 - low**0.5) / (high**0.5 + low**0.5)
lr = (2 / (high**0.5 + low**0.5)) ** 2                  # α* (1 − β*): PyTorch's is the heavy ball
torch.optim.SGD(model.parameters(), lr=lr, momentum=rho**2)
# ANCHOR_END: best


def contraction(lr, momentum):
    """How a step of SGD multiplies the distance to the minimum in the long run."""
    def step(state):
        theta = state[0].clone().requires_grad_()
        optimizer = torch.optim.SGD([theta], lr=lr, momentum=momentum)
        optimizer.state[theta]["momentum_buffer"] = state[1].clone()
        theta.grad = curvatures * theta.detach()
        optimizer.step()
        return torch.stack([theta.detach(), optimizer.state[theta]["momentum_buffer"]])

    size = 2 * len(curvatures)
    columns = [step(unit.reshape(2, -1)).flatten() for unit in torch.eye(size, dtype=torch.float64)]
    return torch.linalg.eigvals(torch.stack(columns, dim=1)).abs().max().item()


@comment("the extreme eigenvalues")
def low_and_high_are_the_extreme_eigenvalues():
    assert (low, high) == (curvatures.min(), curvatures.max())


@comment("α* (1 − β*): PyTorch's is the heavy ball")
def the_step_size_is_alpha_times_one_minus_beta():
    """α* is one over the geometric mean of the eigenvalues, and β* is ρ²."""
    assert isclose(lr, 1 / sqrt(low * high) * (1 - rho**2))


@claim
def these_settings_are_the_best_for_the_quadratic():
    """ρ is reached up to the root of rounding, since the roots are double; no others reach it."""
    assert abs(contraction(lr, rho**2) - rho) < 1e-6
    for factor in (0.8, 0.9, 0.98, 1.02, 1.1, 1.2):
        assert contraction(lr * factor, rho**2) > rho + 1e-3
        assert contraction(lr, rho**2 * factor) > rho + 1e-3
