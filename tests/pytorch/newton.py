"""The PyTorch code of chapters/newton.md, and what the page says about PyTorch."""

import warnings

import torch
from claims import claim, comment

theta = torch.tensor([0.5, -1.0, 2.0], dtype=torch.float64)
d = torch.tensor([1.0, 0.5, -0.25], dtype=torch.float64)


def f(theta):
    return (theta.cosh() * torch.tensor([1.0, 2.0, 0.5])).sum() + (theta[0] - theta[1]) ** 2 / 2


# ANCHOR: step
H = torch.func.hessian(f)(theta)                               # [n, n], for theta of shape [n]
step = torch.linalg.solve(H, -torch.func.grad(f)(theta))
Hd = torch.autograd.functional.vhp(f, theta, d)[1]             # dᵀH, and H is symmetric
# ANCHOR_END: step


def hessian_by_hand():
    mixed = torch.tensor([[1.0, -1.0, 0.0], [-1.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
    return torch.diag(theta.cosh() * torch.tensor([1.0, 2.0, 0.5])) + mixed


@comment("[n, n], for theta of shape [n]")
def the_hessian_has_a_row_and_a_column_for_each_parameter():
    assert theta.shape == (3,) and H.shape == (3, 3)
    assert torch.allclose(H, hessian_by_hand(), rtol=1e-14)
    gradient = torch.func.grad(f)(theta)
    assert torch.allclose(H @ step, -gradient, rtol=1e-12) and f(theta + step) < f(theta)


@comment("dᵀH, and H is symmetric")
def the_product_is_that_of_the_row_and_the_hessian():
    assert torch.equal(H, H.T)
    assert torch.allclose(Hd, d @ hessian_by_hand(), rtol=1e-14)


@claim
def the_product_is_right_up_to_rounding_and_never_forms_the_hessian():
    """For 10⁴ parameters, whose Hessian would have 10⁸ entries; f is asked once."""
    asked = []

    def many(theta):
        asked.append(theta)
        return theta.cosh().sum() + theta.sum() ** 2 / 2

    theta = torch.linspace(-1, 1, 10_000, dtype=torch.float64)
    product = torch.autograd.functional.vhp(many, theta, torch.ones_like(theta))[1]
    assert torch.allclose(product, theta.cosh() + 10_000, rtol=1e-14)
    assert len(asked) == 1


@claim
def solve_does_not_warn_and_returns_huge_numbers():
    nearly = torch.tensor([[1.0, 1.0], [1.0, 1.0 + 1e-14]], dtype=torch.float64)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        step = torch.linalg.solve(nearly, torch.tensor([1.0, 0.0], dtype=torch.float64))
        along = torch.linalg.solve(nearly, torch.tensor([1.0, 1.0], dtype=torch.float64))
    assert not said
    assert step.abs().max() > 1e13 and along.abs().max() < 2
    assert torch.linalg.cond(nearly) > 1e13 > torch.linalg.cond(H)


@claim
def lbfgs_guesses_curvature_from_past_gradients():
    """It is given gradients alone, and on a valley of 1 : 1000 does what they alone do not."""
    curvatures = torch.tensor([1.0, 1000.0], dtype=torch.float64)
    place = torch.ones(2, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([place], max_iter=20, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = (curvatures * place**2).sum() / 2
        loss.backward()
        return loss

    optimizer.step(closure)
    descended = (1 - 2 / 1001 * curvatures) ** 20
    assert place.detach().norm() < 1e-6 < descended.norm()
    assert len(optimizer.state[place]["old_dirs"]) > 0
