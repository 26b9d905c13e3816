"""One MNIST epoch in PyTorch, timed: python benches/training_pytorch.py [--single]

784-100-10 with ReLU on the 60,000 training digits in batches of 100, drawn without
replacement, mean cross-entropy, with SGD and with Adam; the batches come from a tensor
in memory that is already divided by 255.
"""

from math import sqrt
from statistics import median
from time import perf_counter

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from depth_pytorch import THREADS, read_idx, set_up

BATCH = 100
EPOCHS = 10


def digits(name: str) -> tuple[Tensor, Tensor]:
    images = read_idx(f"{name}-images-idx3-ubyte.gz", 16).reshape(-1, 784)
    labels = read_idx(f"{name}-labels-idx1-ubyte.gz", 8)
    return images.to(torch.get_default_dtype()) / 255, labels.long()


def network() -> nn.Sequential:
    net = nn.Sequential(nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
    with torch.no_grad():
        for layer in (net[0], net[2]):
            layer.weight.normal_(std=sqrt(2 / layer.in_features))
            layer.bias.zero_()
    return net


def epoch(net: nn.Sequential, optimizer: torch.optim.Optimizer, x: Tensor, y: Tensor) -> None:
    for batch in torch.randperm(len(x)).split(BATCH):
        optimizer.zero_grad()
        cross_entropy(net(x[batch]), y[batch]).backward()
        optimizer.step()


def main() -> None:
    precision = set_up()
    x, y = digits("train")
    test_x, test_y = digits("t10k")
    print(f"torch {torch.__version__}, {THREADS} threads, {EPOCHS} epochs")
    for name, make in (
        ("SGD", lambda parameters: torch.optim.SGD(parameters, lr=0.1)),
        ("Adam", lambda parameters: torch.optim.Adam(parameters, lr=0.001)),
    ):
        net = network()
        optimizer = make(net.parameters())
        times, accuracies = [], []
        for _ in range(EPOCHS):
            start = perf_counter()
            epoch(net, optimizer, x, y)
            times.append(perf_counter() - start)
            accuracies.append((net(test_x).argmax(1) == test_y).double().mean().item())
        print(
            f"{precision} {name}: median {median(times):.3f} s, "
            f"minimum {min(times):.3f} s; accuracy after two epochs {accuracies[1]:.4f}"
        )


if __name__ == "__main__":
    main()
