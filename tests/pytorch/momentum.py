"""The PyTorch code of chapters/momentum.md, and what the page says about PyTorch."""

import inspect
from math import isclose

import torch
from claims import claim, comment

model = torch.nn.Linear(2, 1)
# ANCHOR: lecture
alpha, beta = 0.1, 0.9                                  # the lecture's
torch.optim.SGD(model.parameters(), lr=alpha * (1 - beta), momentum=beta)
# ANCHOR_END: lecture

GRADIENTS = [6.0, -2.0, 0.5, 4.0, 0.0, -1.0]


def path(gradients, rates=None, **settings):
    """The parameter, from 1 on, after each gradient."""
    theta = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([theta], **settings)
    points = []
    for t, gradient in enumerate(gradients):
        if rates:
            optimizer.param_groups[0]["lr"] = rates[t]
        theta.grad = torch.tensor(gradient, dtype=torch.float64)
        optimizer.step()
        points.append(theta.item())
    return points


def are_close(points, others):
    return all(isclose(a, b, rel_tol=1e-12) for a, b in zip(points, others, strict=True))


@comment("the lecture's")
def these_are_the_lectures_steps():
    u, theta, points = 0.0, 1.0, []
    for gradient in GRADIENTS:
        u = beta * u + (1 - beta) * gradient
        theta -= alpha * u
        points.append(theta)
    assert are_close(points, path(GRADIENTS, lr=alpha * (1 - beta), momentum=beta))


@claim
def sgd_has_no_bias_correction():
    """A correction divides the first average by 1 − β, and makes the first step α∇f."""
    (first,) = path([6.0], lr=alpha * (1 - beta), momentum=beta)
    assert isclose(first, 1 - alpha * (1 - beta) * 6)
    names = inspect.signature(torch.optim.SGD).parameters
    assert list(names) == [
        "params", "lr", "momentum", "dampening", "weight_decay", "nesterov",
        "maximize", "foreach", "differentiable", "fused",
    ]


@claim
def a_changed_step_size_is_in_the_very_next_step():
    first, second = path([6.0, 0.0], rates=[0.1, 0.001], lr=1.0, momentum=0.5)
    assert isclose(first, 1 - 0.1 * 6) and isclose(second, first - 0.001 * 0.5 * 6)


@claim
def with_the_old_lr_steps_become_ten_times_as_long():
    points = path(300 * [2.0], lr=0.01, momentum=0.9)
    assert isclose(points[-2] - points[-1], 10 * 0.01 * 2)


@claim
def the_defaults_are_gradient_descent():
    parameters = inspect.signature(torch.optim.SGD).parameters
    assert parameters["momentum"].default == parameters["dampening"].default == 0
    points = path(GRADIENTS, lr=0.1)
    expected = [1 - 0.1 * sum(GRADIENTS[:t]) for t in range(1, len(GRADIENTS) + 1)]
    assert are_close(points, expected)


@claim
def dampening_spares_the_first_gradient():
    """β = ½ and the gradients 6, 0: the buffer is 6, then 3; the lecture's u is 3, then 1.5."""
    points = [1.0] + path([6.0, 0.0], lr=1.0, momentum=0.5, dampening=0.5)
    assert [a - b for a, b in zip(points, points[1:])] == [6, 3]
