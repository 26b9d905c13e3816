"""The PyTorch code of chapters/quadratic.md, and what the page says about PyTorch."""

from math import isclose

import torch
from claims import claim, comment

x = torch.rand(20, 3, dtype=torch.float64)
y = torch.rand(20, dtype=torch.float64)
# ANCHOR: best
eigenvalues = torch.linalg.eigvalsh(x.T @ x)   # in ascending order
lr = 2 / (eigenvalues[0] + eigenvalues[-1])
# ANCHOR_END: best


@comment("in ascending order")
def the_smallest_eigenvalue_comes_first():
    assert eigenvalues.tolist() == sorted(eigenvalues.tolist())
    diagonal = torch.linalg.eigvalsh(torch.diag(torch.tensor([3.0, -1.0, 2.0])))
    assert torch.allclose(diagonal, torch.tensor([-1.0, 2.0, 3.0]))


def hessian(loss):
    return torch.func.hessian(loss)(torch.zeros(3, dtype=torch.float64))


@claim
def the_sum_of_half_squares_has_this_hessian_and_its_best_step_size():
    H = hessian(lambda theta: 0.5 * ((x @ theta - y) ** 2).sum())
    assert torch.allclose(H, x.T @ x)

    def contraction(lr):
        return torch.linalg.eigvalsh(torch.eye(3) - lr * H).abs().max().item()

    best = (eigenvalues[-1] - eigenvalues[0]) / (eigenvalues[-1] + eigenvalues[0])
    assert isclose(contraction(lr), best, rel_tol=1e-9)
    assert all(contraction(factor * lr) > best + 1e-3 for factor in (0.9, 0.98, 1.02, 1.1))


@claim
def the_mean_of_squares_has_two_over_n_of_it():
    H = hessian(lambda theta: ((x @ theta - y) ** 2).mean())
    assert torch.allclose(H, 2 / 20 * x.T @ x)
