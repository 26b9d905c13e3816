"""The training of the last chapter in PyTorch: writes the reference values of training.txt.

784-100-10 with ReLU, He's weights and zero biases, on the 60,000 MNIST digits in batches of
100: three epochs with the step size, one with a tenth of it, in double precision. Momentum
and Adam start afresh in the last epoch. README.md defines every line.
"""

import gzip
from math import sqrt
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import Linear, Module, ReLU, Sequential
from torch.nn.functional import cross_entropy
from torch.optim import SGD, Adam, Optimizer

SEEDS = 3
EPOCHS = 4
BATCH = 100

HERE = Path(__file__).parent
MNIST = HERE.parents[2] / "data" / "mnist"


def read_idx(name: str, header: int) -> Tensor:
    data = bytearray(gzip.decompress((MNIST / name).read_bytes())[header:])
    return torch.frombuffer(data, dtype=torch.uint8)


def read_mnist(name: str) -> tuple[Tensor, Tensor]:
    pixels = read_idx(f"{name}-images-idx3-ubyte.gz", 16).reshape(-1, 784)
    labels = read_idx(f"{name}-labels-idx1-ubyte.gz", 8)
    return pixels.double() / 255, labels.long()


def he_network() -> Module:
    layers = [Linear(784, 100, dtype=torch.float64), Linear(100, 10, dtype=torch.float64)]
    for layer in layers:
        torch.nn.init.normal_(layer.weight, std=sqrt(2 / layer.in_features))
        torch.nn.init.zeros_(layer.bias)
    return Sequential(layers[0], ReLU(), layers[1])


def optimizer(method: str, network: Module, scale: float) -> Optimizer:
    if method == "SGD":
        return SGD(network.parameters(), lr=0.5 * scale)
    if method == "momentum":  # an average with weight 0.9 on the old one, step size 1
        return SGD(network.parameters(), lr=0.1 * scale, momentum=0.9)
    return Adam(network.parameters(), lr=0.01 * scale)


def train(method: str, seed: int) -> list[tuple[float, float]]:
    """The mean loss of the batches in each epoch, and the test accuracy after it."""
    torch.manual_seed(seed)
    network = he_network()
    epochs = []
    for epoch in range(EPOCHS):
        if epoch in (0, EPOCHS - 1):
            step = optimizer(method, network, 1 if epoch == 0 else 0.1)
        losses = []
        for batch in torch.randperm(len(LABELS)).split(BATCH):
            step.zero_grad()
            loss = cross_entropy(network(IMAGES[batch]), LABELS[batch])
            loss.backward()
            step.step()
            losses.append(loss.item())
        with torch.no_grad():
            right = network(TEST_IMAGES).argmax(dim=1) == TEST_LABELS
        epochs.append((sum(losses) / len(losses), right.double().mean().item()))
    return epochs


if __name__ == "__main__":
    torch.set_num_threads(1)
    IMAGES, LABELS = read_mnist("train")
    TEST_IMAGES, TEST_LABELS = read_mnist("t10k")
    lines = [f"# torch {torch.__version__}", "# method seed epoch loss accuracy"]
    for method in ("SGD", "momentum", "Adam"):
        for seed in range(SEEDS):
            for epoch, (loss, accuracy) in enumerate(train(method, seed), start=1):
                lines.append(f"{method} {seed} {epoch} {loss:.6g} {accuracy:.4f}")
                print(lines[-1], flush=True)
    (HERE / "training.txt").write_text("\n".join(lines) + "\n")
