"""The PyTorch code of chapters/adam.md, and what the page says about PyTorch."""

import inspect

import torch
from claims import claim

params = [torch.zeros(2, requires_grad=True)]
# ANCHOR: optimizers
torch.optim.Adam(params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8)
torch.optim.AdamW(params, lr=1e-3, weight_decay=1e-2)
# ANCHOR_END: optimizers


def defaults(kind):
    parameters = inspect.signature(kind).parameters.items()
    return {name: parameter.default for name, parameter in parameters}


def after(kind, start, gradients, **settings):
    """The parameters after a step for each gradient, and what the optimizer keeps."""
    theta = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimizer = kind([theta], **settings)
    for gradient in gradients:
        theta.grad = torch.tensor(gradient, dtype=torch.float64)
        optimizer.step()
    return theta.detach(), optimizer.state[theta]


@claim
def these_settings_are_the_defaults():
    adam, adamw = defaults(torch.optim.Adam), defaults(torch.optim.AdamW)
    assert (adam["lr"], adam["betas"], adam["eps"]) == (1e-3, (0.9, 0.999), 1e-8)
    assert (adamw["lr"], adamw["weight_decay"]) == (1e-3, 1e-2)
    assert adam["weight_decay"] == 0


@claim
def adam_is_corrected_and_has_no_switch():
    """Only the corrected first step has the length lr; none of the settings turns it off."""
    theta, _ = after(torch.optim.Adam, [1.0, 1.0], [[100.0, -0.01]], lr=0.1, eps=0)
    assert torch.allclose(theta, torch.tensor([0.9, 1.1], dtype=torch.float64))
    switches = [name for name, default in defaults(torch.optim.Adam).items() if isinstance(default, bool)]
    assert switches == ["amsgrad", "maximize", "capturable", "differentiable", "decoupled_weight_decay"]
    for switch in ("amsgrad", "decoupled_weight_decay"):
        theta, _ = after(torch.optim.Adam, [1.0], [[5.0]], lr=0.1, eps=0, **{switch: True})
        assert torch.allclose(theta, torch.tensor([0.9], dtype=torch.float64)), switch


@claim
def a_penalty_that_changes_no_sign_has_no_effect_on_the_first_step():
    start, gradient = [3.0, -2.0], [[1.0, -1.0]]
    without, _ = after(torch.optim.Adam, start, gradient, lr=0.1, eps=0)
    decayed, _ = after(torch.optim.Adam, start, gradient, lr=0.1, eps=0, weight_decay=0.2)
    turned, _ = after(torch.optim.Adam, start, [[-1.0, -1.0]], lr=0.1, eps=0, weight_decay=0.5)
    assert torch.equal(without, decayed)
    assert torch.allclose(turned, torch.tensor([2.9, -1.9], dtype=torch.float64))


@claim
def adam_decays_parameters_less_whose_gradients_are_large_and_change_sign():
    gradients = [[size * (-1) ** t for size in (0.1, 10.0)] for t in range(200)]
    settings = dict(lr=0.01, eps=0, weight_decay=0.1)
    theta, _ = after(torch.optim.Adam, [1.0, 1.0], gradients, **settings)
    without, _ = after(torch.optim.Adam, [1.0, 1.0], gradients, lr=0.01, eps=0)
    small, large = (without - theta).tolist()
    assert small > 5 * large > 0


@claim
def adamw_decays_outside_and_leaves_the_averages_alone():
    start, gradients = [3.0, -2.0], [[1.0, -4.0]]
    settings = dict(lr=0.1, eps=1e-8)
    plain, averages = after(torch.optim.Adam, start, gradients, **settings)
    decayed, same = after(torch.optim.AdamW, start, gradients, weight_decay=0.2, **settings)
    expected = plain - 0.1 * 0.2 * torch.tensor(start, dtype=torch.float64)
    assert torch.allclose(decayed, expected, rtol=1e-14)
    assert torch.equal(averages["exp_avg"], same["exp_avg"])
    assert torch.equal(averages["exp_avg_sq"], same["exp_avg_sq"])
