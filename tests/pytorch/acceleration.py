"""The PyTorch code of chapters/acceleration.md, and what the page says about PyTorch."""

import inspect

import torch
from claims import claim

P = torch.diag(torch.tensor([1.0, 10.0], dtype=torch.float64))
L = 10.0
start = torch.tensor([10.0, 1.0], dtype=torch.float64)
steps = 30


def f(theta):
    return theta @ P @ theta / 2


# ANCHOR: accelerated
theta = ahead = start.clone().requires_grad_()
for t in range(1, steps + 1):
    (gradient,) = torch.autograd.grad(f(ahead), ahead)
    new = (ahead - gradient / L).detach()
    ahead = (new + (t - 1) / (t + 2) * (new - theta.detach())).requires_grad_()
    theta = new
# ANCHOR_END: accelerated


@claim
def the_loop_is_the_accelerated_method():
    """Nesterov's two lines, by the gradient Pθ that one can write down."""
    points = [start, start]
    for number in range(1, steps + 1):
        before, last = points[-2:]
        place = last + (number - 2) / (number + 1) * (last - before) if number > 1 else last
        points.append(place - P @ place / L)
    assert torch.allclose(theta, points[-1], rtol=1e-12, atol=1e-14)
    assert f(theta) <= 2 * L * start @ start / (steps + 1) ** 2


@claim
def no_optimizer_has_this_weight():
    """All of torch.optim: those with one weight for all steps, those without momentum, and
    two whose weight is another for each step, but not this one."""
    kinds = {
        name for name, kind in vars(torch.optim).items()
        if inspect.isclass(kind) and issubclass(kind, torch.optim.Optimizer)
    }
    fixed = {"Adam", "AdamW", "Adamax", "Muon", "RAdam", "RMSprop", "SGD", "SparseAdam"}
    without = {"ASGD", "Adadelta", "Adafactor", "Adagrad", "LBFGS", "Rprop"}
    assert kinds - {"Optimizer"} == fixed | without | {"NAdam"}
    momentum = inspect.signature(torch.optim.NAdam).parameters
    beta, decay = momentum["betas"].default[0], momentum["momentum_decay"].default
    weights = [beta * (1 - 0.5 * 0.96 ** (number * decay)) for number in (1, 100, 10**6)]
    assert weights[0] < weights[1] < weights[2] <= beta < 1


@claim
def a_weight_set_anew_before_each_step_is_another_method():
    point = start.clone().requires_grad_()
    optimizer = torch.optim.SGD([point], lr=1 / L, momentum=0.5, nesterov=True)
    for number in range(1, steps + 1):
        optimizer.param_groups[0]["momentum"] = (number - 1) / (number + 2)
        optimizer.zero_grad()
        f(point).backward()
        optimizer.step()
    assert (point.detach() - theta).norm() > 0.01 * theta.norm()
    assert (point.detach() - ahead.detach()).norm() > 0.01 * theta.norm()
