"""The PyTorch code of chapters/gradient_check.md, and what the page says about PyTorch."""

import inspect
import warnings

import torch
from claims import claim, comment

inputs = torch.tensor([0.5, -2.0, 1.0], dtype=torch.float64, requires_grad=True)


def f(x):
    return (x**3).sum()


# ANCHOR: check
torch.autograd.gradcheck(f, inputs)    # centred differences, in double precision
# ANCHOR_END: check


@comment("centred differences, in double precision")
def the_check_asks_on_both_sides():
    """It asks for f at its input and a millionth to either side of it."""
    asked = []

    def noting(x):
        asked.append(x.item())
        return x**3

    at = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(noting, at)
    assert {round((x - 1) * 1e6) for x in asked} == {-1, 0, 1}


class Wrong(torch.autograd.Function):
    """x², with a derivative that is wrong by a hundredth."""

    @staticmethod
    def forward(x):
        return x**2

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return 2.02 * x * gradient


@claim
def single_precision_is_warned_of_and_its_rounding_hides_the_slope():
    assert inspect.signature(torch.autograd.gradcheck).parameters["eps"].default == 1e-6
    assert torch.finfo(torch.float32).eps / torch.finfo(torch.float64).eps == 2**29
    assert not torch.autograd.gradcheck(Wrong.apply, inputs, raise_exception=False)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        single = inputs.detach().float().requires_grad_()
        assert not torch.autograd.gradcheck(f, single, raise_exception=False)
    assert any("not a double precision" in str(warning.message) for warning in said)
