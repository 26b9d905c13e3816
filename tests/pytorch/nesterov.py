"""The PyTorch code of chapters/nesterov.md, and what the page says about PyTorch."""

from math import isclose

import torch
from claims import claim, refused

model = torch.nn.Linear(2, 1)
# ANCHOR: nesterov
torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True)
# ANCHOR_END: nesterov


@claim
def pytorchs_parameters_are_the_look_ahead_points():
    """On ½·3θ², with γ = α(1 − β): u ← βu + (1 − β)∇f(θ − αβu), θ ← θ − αu."""
    alpha, beta, curvature = 0.4, 0.5, 3.0
    stored = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([stored], lr=alpha * (1 - beta), momentum=beta, nesterov=True)
    theta, u = 1.0, 0.0
    for _ in range(10):
        ahead = theta - alpha * beta * u
        assert isclose(stored.item(), ahead, rel_tol=1e-12, abs_tol=1e-14)
        u = beta * u + (1 - beta) * curvature * ahead
        theta -= alpha * u
        optimizer.zero_grad()
        (curvature / 2 * stored**2).backward()
        optimizer.step()


@claim
def nesterov_needs_a_momentum_and_no_dampening():
    for settings in ({"momentum": 0}, {"momentum": 0.9, "dampening": 0.1}, {"momentum": 0.9, "dampening": 0.9}):
        with refused(ValueError, "Nesterov momentum requires a momentum and zero dampening"):
            torch.optim.SGD(model.parameters(), lr=0.1, nesterov=True, **settings)
