"""The depth experiment in PyTorch, timed: python benches/depth_pytorch.py [--single]

One experiment is the forward and backward pass of 256 MNIST test images through
784-100-...-100-10 (49 hidden ReLU layers, no bias) for weights N(0, c / fan_in),
c = 1, 2, 3 on shared draws, with the norms of all activations and of all weight
gradients. Timed with the weights drawn inside the timed part and before it.
"""

import argparse
import gzip
from collections.abc import Callable
from math import sqrt
from pathlib import Path
from statistics import median
from time import perf_counter

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

VARIANCES = (1, 2, 3)
IMAGES = 8000
BATCH = 256
WARM_UP = 5
RUNS = 30
THREADS = 2

MNIST = Path(__file__).parents[1] / "data" / "mnist"


def read_idx(name: str, header: int) -> Tensor:
    data = bytearray(gzip.decompress((MNIST / name).read_bytes())[header:])
    return torch.frombuffer(data, dtype=torch.uint8)


def random_batch() -> tuple[Tensor, Tensor]:
    images = read_idx("t10k-images-idx3-ubyte.gz", 16).reshape(-1, 784)
    labels = read_idx("t10k-labels-idx1-ubyte.gz", 8)
    batch = torch.randperm(IMAGES)[:BATCH]
    return images[batch].to(torch.get_default_dtype()) / 255, labels[batch].long()


def network() -> nn.Sequential:
    layers = [nn.Linear(784, 100, bias=False), nn.ReLU()]
    for _ in range(48):
        layers += [nn.Linear(100, 100, bias=False), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(100, 10, bias=False))


@torch.no_grad()
def draw_weights(networks: list[nn.Sequential]) -> None:
    """The same draws for every variance c, times sqrt(c / fan_in)."""
    for weights in zip(*(net.parameters() for net in networks)):
        draw = torch.randn_like(weights[0])
        for c, weight in zip(VARIANCES, weights):
            torch.mul(draw, sqrt(c / weight.shape[1]), out=weight)


def norms(net: nn.Sequential, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """The rms norm of each layer's output, and the norm of each weight gradient."""
    activations = []
    z = x
    for module in net:
        z = module(z)
        if isinstance(module, nn.ReLU):
            activations.append(z.detach().norm() / sqrt(BATCH))
    activations.append(z.detach().norm() / sqrt(BATCH))
    net.zero_grad()
    cross_entropy(z, y).backward()
    gradients = [weight.grad.norm() for weight in net.parameters()]
    return torch.stack(activations), torch.stack(gradients)


def seconds(experiment: Callable[[], object]) -> list[float]:
    for _ in range(WARM_UP):
        experiment()
    times = []
    for _ in range(RUNS):
        start = perf_counter()
        experiment()
        times.append(perf_counter() - start)
    return times


def set_up() -> str:
    """Sets what both scripts set, from the command line, and names the precision."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--single", action="store_true", help="float32 instead of float64")
    single = parser.parse_args().single
    torch.set_default_dtype(torch.float32 if single else torch.float64)
    torch.set_num_threads(THREADS)
    torch.manual_seed(0)
    return "single" if single else "double"


def main() -> None:
    precision = set_up()
    x, y = random_batch()
    networks = [network() for _ in VARIANCES]
    draw_weights(networks)

    def without_draws() -> list[tuple[Tensor, Tensor]]:
        return [norms(net, x, y) for net in networks]

    def with_draws() -> list[tuple[Tensor, Tensor]]:
        draw_weights(networks)
        return without_draws()

    print(f"torch {torch.__version__}, {THREADS} threads, {RUNS} runs")
    for drawn, experiment in (("inside", with_draws), ("before", without_draws)):
        times = seconds(experiment)
        print(
            f"{precision}, weights drawn {drawn} the timed part: "
            f"median {median(times):.4f} s, minimum {min(times):.4f} s"
        )


if __name__ == "__main__":
    main()
