"""Training in PyTorch: the reference values of reference.txt, which run.py writes.

Small networks with all their gradients, optimizers step by step, and Hessians, in
double precision. README.md says what each line holds.
"""

from itertools import count, islice
from math import sin, sqrt
from typing import Callable, Iterator

import torch
from torch import Tensor
from torch.func import grad, hessian, jvp
from torch.nn.functional import cross_entropy

Values = Iterator[tuple[str, Tensor]]
Layers = list[tuple[Tensor, Tensor]]

ACTIVATIONS = {"identity": lambda z: z, "relu": torch.relu, "sigmoid": torch.sigmoid}
SADDLE = lambda p: p[0] ** 2 - p[1] ** 2
ROSENBROCK = lambda p: (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2


class Numbers:
    """¾ sin k² for k = 1, 2, 3, ..., row by row.

    Not sin k: by the addition theorem such matrices have rank 2. The factor keeps the
    logits small, and with them the effect of rounding.
    """

    def __init__(self) -> None:
        self.rest = (0.75 * sin(k * k) for k in count(1))

    def matrix(self, rows: int, columns: int) -> Tensor:
        return double(list(islice(self.rest, rows * columns))).reshape(rows, columns)

    def layers(self, widths: list[int]) -> Layers:
        """The weight [fan_in, fan_out] and the bias [1, fan_out] of each layer."""
        shapes = zip(widths[:-1], widths[1:])
        return [(self.matrix(n, m), self.matrix(1, m)) for n, m in shapes]


def double(numbers: list) -> Tensor:
    return torch.tensor(numbers, dtype=torch.float64)


def parameters(layers: Layers) -> list[Tensor]:
    """W_1, b_1, W_2, b_2, ..."""
    return [tensor for layer in layers for tensor in layer]


def labels(images: int, classes: int) -> Tensor:
    return torch.arange(images) % classes


def forward(x: Tensor, layers: Layers, activation: Callable) -> list[Tensor]:
    """The activations Z_1 = x, ..., Z_{L+1}, the logits."""
    activations = [x]
    for number, (weight, bias) in enumerate(layers, 1):
        z = activations[-1] @ weight + bias
        activations.append(activation(z) if number < len(layers) else z)
    return activations


def networks() -> Values:
    """What the three networks share, then each with its gradients of the mean loss."""
    numbers = Numbers()
    x, y, layers = numbers.matrix(6, 5), labels(6, 4), numbers.layers([5, 7, 6, 4])
    yield "mlp.input", x
    yield "mlp.labels", y
    for number, (weight, bias) in enumerate(layers, 1):
        yield f"mlp.weight_{number}", weight
        yield f"mlp.bias_{number}", bias
    for tensor in [x] + parameters(layers):
        tensor.requires_grad_()

    for name, activation in ACTIVATIONS.items():
        activations = forward(x, layers, activation)
        losses = cross_entropy(activations[-1], y, reduction="none")
        wanted = activations + parameters(layers)
        gradients = iter(torch.autograd.grad(losses.mean(), wanted))
        for number, z in enumerate(activations, 1):
            yield f"{name}.activation_{number}", z
        yield f"{name}.losses", losses
        yield f"{name}.mean_loss", losses.mean()
        for number in range(1, len(activations) + 1):
            yield f"{name}.activation_gradient_{number}", next(gradients)
        for number in range(1, len(layers) + 1):
            yield f"{name}.weight_gradient_{number}", next(gradients)
            yield f"{name}.bias_gradient_{number}", next(gradients)


Optimizer = torch.optim.Optimizer


def run_optimizer(start: Tensor, loss: Callable, make: Callable, steps: int) -> Tensor:
    """The iterates, one a row, the start first.

    Step t = 0, 1, ... goes down loss(theta, t). `make` gives the optimizer of theta, and
    what is to be done before step t.
    """
    theta = start.clone().requires_grad_()
    optimizer, before_step = make(theta)
    iterates = [theta.detach().clone()]
    for t in range(steps):
        before_step(t)
        optimizer.zero_grad()
        loss(theta, t).backward()
        optimizer.step()
        iterates.append(theta.detach().clone())
    return torch.stack(iterates)


def sgd(step_size: float, momentum=0.0, dampening=0.0, nesterov=False) -> Callable:
    def make(theta: Tensor) -> tuple[Optimizer, Callable]:
        optimizer = torch.optim.SGD(
            [theta], lr=step_size, momentum=momentum, dampening=dampening, nesterov=bool(nesterov)
        )
        return optimizer, lambda t: None

    return make


def adam(step_size: float, beta1: float, beta2: float, epsilon: float, corrected: bool) -> Callable:
    """Without correction: torch's Adam with the step size and the epsilon of each step
    changed so that they undo its correction."""

    def make(theta: Tensor) -> tuple[Optimizer, Callable]:
        optimizer = torch.optim.Adam([theta], lr=step_size, betas=(beta1, beta2), eps=epsilon)

        def before_step(t: int) -> None:
            if not corrected:
                root = sqrt(1 - beta2 ** (t + 1))
                optimizer.param_groups[0]["lr"] = step_size * (1 - beta1 ** (t + 1)) / root
                optimizer.param_groups[0]["eps"] = epsilon / root

        return optimizer, before_step

    return make


def neuron_loss(theta: Tensor, t: int) -> Tensor:
    x, y = ((3.0, 0.0), (-3.0, 0.0))[t % 2]
    return (torch.relu(theta[0] * x + theta[1]) - y) ** 2 / 2


def quadratic_loss(p: Tensor, q: Tensor) -> Callable:
    return lambda theta, t: theta @ p @ theta / 2 + q @ theta


QUADRATICS = {
    "diagonal": (double([[1, 0], [0, 10]]), double([0, 0])),
    "coupled": (double([[2, 1], [1, 3]]), double([1, -1])),
}
NEURON_START = double([1, -1])
QUADRATIC_START = double([10, 1])


def neuron() -> Values:
    for step_size, steps in [(0.5, 6), (0.1, 20)]:
        iterates = run_optimizer(NEURON_START, neuron_loss, sgd(step_size), steps)
        yield f"neuron.iterates_{step_size}", iterates


def quadratic(name: str) -> Values:
    p, q = QUADRATICS[name]
    yield f"{name}.p", p
    yield f"{name}.q", q
    for step_size in (0.05, 0.1, 0.19):
        iterates = run_optimizer(QUADRATIC_START, quadratic_loss(p, q), sgd(step_size), 30)
        yield f"{name}.iterates_{step_size}", iterates


def mlp() -> tuple[Tensor, Callable]:
    """The parameters of the 5-7-6-4 network, each weight column by column and then its
    bias, and its mean loss with ReLU."""
    numbers = Numbers()
    x, y, layers = numbers.matrix(6, 5), labels(6, 4), numbers.layers([5, 7, 6, 4])
    start = [part for weight, bias in layers for part in (weight.T, bias)]

    def loss(theta: Tensor, t: int) -> Tensor:
        parts = theta.split([part.numel() for part in start])
        parts = [part.reshape(old.shape) for part, old in zip(parts, start)]
        layers = [(weight.T, bias) for weight, bias in zip(parts[::2], parts[1::2])]
        return cross_entropy(forward(x, layers, torch.relu)[-1], y)

    return torch.cat([part.flatten() for part in start]), loss


def optimizers(name: str, start: Tensor, loss: Callable, sgd_size: float, adam_size: float) -> Values:
    """SGD and Adam over a grid of settings: 12 steps, of a network the last point only."""
    sgd_settings = [
        [sgd_size, momentum, dampening, nesterov]
        for momentum in (0.5, 0.9)
        for dampening, nesterov in ((0, 0), (momentum, 0), (0, 1))
    ]
    adam_settings = [
        [adam_size, beta1, beta2, epsilon, corrected]
        for beta1, beta2 in ((0.5, 0.5), (0.9, 0.999))
        for epsilon in (1e-8, 1e-2)
        for corrected in (0, 1)
    ]
    for kind, optimizer, grid in (("sgd", sgd, sgd_settings), ("adam", adam, adam_settings)):
        yield f"{name}.{kind}_settings", double(grid)
        for number, settings in enumerate(grid, 1):
            iterates = run_optimizer(start, loss, optimizer(*settings), 12)
            yield f"{name}.{kind}_{number}", iterates[-1:] if name == "mlp" else iterates


def function_hessian(name: str, f: Callable, point: Tensor) -> Values:
    yield f"{name}.point", point
    yield f"{name}.hessian", hessian(f)(point)


def cosh_second_derivatives(points: Tensor) -> Values:
    second_derivative = hessian(lambda x: torch.cosh(x / 2))
    yield "cosh.points", points
    yield "cosh.second_derivatives", torch.stack([second_derivative(x) for x in points])


def network_hessian(name: str, widths: list[int], images: int, activation: Callable) -> Values:
    """The Hessian of the mean loss with respect to all parameters, and its product
    with a vector, for which torch does not make the Hessian."""
    numbers = Numbers()
    x, y = numbers.matrix(images, widths[0]), labels(images, widths[-1])
    start = parameters(numbers.layers(widths))
    theta = torch.cat([tensor.flatten() for tensor in start])
    vector = numbers.matrix(1, len(theta)).flatten()

    def loss(theta: Tensor) -> Tensor:
        parts = theta.split([tensor.numel() for tensor in start])
        tensors = [part.reshape(old.shape) for part, old in zip(parts, start)]
        layers = list(zip(tensors[::2], tensors[1::2]))
        return cross_entropy(forward(x, layers, activation)[-1], y)

    yield f"{name}.input", x
    yield f"{name}.labels", y
    yield f"{name}.parameters", theta
    yield f"{name}.hessian", hessian(loss)(theta)
    yield f"{name}.vector", vector
    yield f"{name}.hessian_vector_product", jvp(grad(loss), (theta,), (vector,))[1]


def line(name: str, values: Tensor) -> str:
    matrix = torch.atleast_2d(values.detach().double())
    rows, columns = matrix.shape
    return f"{name} {rows} {columns} " + " ".join(map(repr, matrix.flatten().tolist()))


def section(title: str, *parts: Values) -> list[str]:
    return [f"# {title}"] + [line(*named) for part in parts for named in part]


def run() -> list[str]:
    lines = ["# name rows columns values, row by row"]
    lines += section("5-7-6-4 networks with three hidden activations, a batch of 6", networks())
    lines += section("SGD on the loss ½ (relu(w x + b) − y)² of a neuron: rows (w, b)", neuron())
    lines += section(
        "SGD on ½ θᵀPθ + qᵀθ: rows θ",
        quadratic("diagonal"),
        quadratic("coupled"),
    )
    lines += section(
        "SGD and Adam with their settings: rows θ",
        optimizers("neuron", NEURON_START, neuron_loss, 0.25, 0.5),
        *(
            optimizers(name, QUADRATIC_START, quadratic_loss(p, q), 0.05, 0.5)
            for name, (p, q) in QUADRATICS.items()
        ),
        optimizers("mlp", *mlp(), 0.125, 0.0625),
    )
    lines += section(
        "Hessians of cosh(x/2), x² − y² and Rosenbrock's function",
        cosh_second_derivatives(double([0, 0.5, -2, 10])),
        function_hessian("saddle", SADDLE, double([1, 1])),
        function_hessian("rosenbrock", ROSENBROCK, double([-1.2, 1])),
    )
    return lines + section(
        "Hessians of a softmax regression and of a 2-3-2 sigmoid network",
        network_hessian("softmax", [3, 3], 5, ACTIVATIONS["identity"]),
        network_hessian("sigmoid_2_3_2", [2, 3, 2], 4, ACTIVATIONS["sigmoid"]),
    )

