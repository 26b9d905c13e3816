"""The depth experiment in PyTorch: writes the reference values of depth.txt.

Each net is 784-100-...-100-10: 49 hidden ReLU layers and 10 logits, no bias,
50 weight matrices with independent entries N(0, c / fan_in), in double
precision. Each has its own draws, shared by c = 1, 2, 3, and its own random
batch of 256 of the first 8000 MNIST test images. README.md defines every line.
"""

import gzip
from math import log10, sqrt
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, normalize, relu

NETS = 4000
SEED = 0
VARIANCES = (1, 2, 3)
IMAGES = 8000
BATCH = 256
SIZES = [784] + 49 * [100] + [10]
WEIGHT_GRADIENTS = (1, 2, 25, 49, 50)
DELTAS = (1, 25, 50)

HERE = Path(__file__).parent
MNIST = HERE.parents[2] / "data" / "mnist"


def read_idx(name: str, header: int) -> Tensor:
    data = bytearray(gzip.decompress((MNIST / name).read_bytes())[header:])
    return torch.frombuffer(data, dtype=torch.uint8)


def read_mnist() -> tuple[Tensor, Tensor]:
    """The first images of the test file, one a row, and their labels."""
    pixels = read_idx("t10k-images-idx3-ubyte.gz", 16).reshape(-1, 784)
    labels = read_idx("t10k-labels-idx1-ubyte.gz", 8)
    return pixels[:IMAGES].double() / 255, labels[:IMAGES].long()


def draw_weights() -> list[Tensor]:
    """One matrix of N(0, 1 / fan_in) for each layer: the case c = 1."""
    shapes = zip(SIZES[:-1], SIZES[1:])
    return [torch.randn(n, m, dtype=torch.float64) / sqrt(n) for n, m in shapes]


def mean_cosine(z: Tensor) -> float:
    """Over all pairs of different rows; a row of zeros has no direction."""
    units = normalize(z[z.any(dim=1)])
    pairs = len(units) * (len(units) - 1)
    return ((units.sum(dim=0).square().sum() - len(units)) / pairs).item()


def measure(x: Tensor, y: Tensor, w: list[Tensor]) -> tuple[dict[str, float], dict[str, float]]:
    """The sizes of one net, and its shares: cosines and dead units."""
    w = [None] + [w_l.requires_grad_() for w_l in w]  # count layers from 1
    z, a = [None, x], [None]  # activations and pre-activations: a[l] = z[l] @ w[l]
    for layer in range(1, 51):
        a.append(z[layer] @ w[layer])
        z.append(relu(a[layer]) if layer < 50 else a[layer])
    loss = cross_entropy(z[51], y)
    wanted = [w[layer] for layer in WEIGHT_GRADIENTS] + [a[layer] for layer in DELTAS]
    gradients = iter(torch.autograd.grad(loss, wanted))

    with torch.no_grad():
        sizes = {f"activation_{l}": z[l].norm() / sqrt(BATCH) for l in (2, 11, 26, 50)}
        sizes["logits"] = z[51].norm() / sqrt(BATCH)
        sizes["loss"] = loss.detach()
        sizes |= {f"weight_gradient_{l}": next(gradients).norm() for l in WEIGHT_GRADIENTS}
        sizes |= {f"delta_{l}": next(gradients).norm() for l in DELTAS}
        sizes["ratio_batch"] = z[50].norm() / z[2].norm()
        sizes["ratio_image"] = z[50][0].norm() / z[2][0].norm()
        shares = {f"cosine_{l}": mean_cosine(z[l]) for l in (1, 2, 11, 26, 50)}
        shares |= {f"dead_{l}": (z[l] == 0).all(dim=0).double().mean() for l in (2, 26, 50)}
    return ({k: float(v) for k, v in sizes.items()}, {k: float(v) for k, v in shares.items()})


def table(columns: str, c: int, nets: list[dict[str, float]], summary) -> list[str]:
    lines = [f"# name c {columns}"]
    for name in nets[0]:
        values = torch.tensor([net[name] for net in nets], dtype=torch.float64)
        lines.append(f"{name} {c} " + " ".join(f"{v:.6g}" for v in summary(values)))
    return lines


def sizes_summary(values: Tensor) -> list[float]:
    logs = values.log10()
    median = logs.quantile(0.5).item()  # of an even number of nets: halfway
    return [median, logs.std().item(), logs.mean().item(), 10**median]


def shares_summary(values: Tensor) -> list[float]:
    return [values.mean().item(), values.std().item(), values.quantile(0.5).item()]


def run(nets: int) -> list[str]:
    images, labels = read_mnist()
    torch.manual_seed(SEED)
    sizes = {c: [] for c in VARIANCES}
    shares = []
    for _ in range(nets):
        batch = torch.randperm(IMAGES)[:BATCH]
        draws = draw_weights()
        for c in VARIANCES:
            net = measure(images[batch], labels[batch], [sqrt(c) * w for w in draws])
            sizes[c].append(net[0])
            if c == 2:
                shares.append(net[1])
    lines = [f"# torch {torch.__version__} seed {SEED} nets {nets}"]
    for c in VARIANCES:
        lines += table("median_log10 sd_log10 mean_log10 median", c, sizes[c], sizes_summary)
    return lines + table("mean sd median", 2, shares, shares_summary)


if __name__ == "__main__":
    torch.set_num_threads(1)
    (HERE / "depth.txt").write_text("\n".join(run(NETS)) + "\n")
