"""The PyTorch code of chapters/norm_law.md, and what the page says about PyTorch."""


import torch
from claims import claim

WIDTH, DEPTH = 20, 20
image = torch.rand(WIDTH)


def make_network():
    layers = [torch.nn.Linear(WIDTH, WIDTH, bias=False) for _ in range(DEPTH)]
    for layer in layers:
        torch.nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    return torch.nn.Sequential(*(part for layer in layers for part in (layer, torch.nn.ReLU())))


# ANCHOR: seeds
def log_norm(seed):
    torch.manual_seed(seed)
    return make_network()(image).norm().log()

logs = torch.stack([log_norm(seed) for seed in range(32)])
print(logs.mean().exp(), logs.std().exp())
# ANCHOR_END: seeds


@claim
def two_draws_of_one_initialization_differ_by_as_much_as_two_initializations():
    """√c in each layer moves the logarithm by ½ L ln c: with c = 1.1 by 0.95, less than
    two draws differ in the median of the pairs."""
    pairs = (logs[:, None] - logs[None, :]).abs()[torch.triu(torch.ones(32, 32), 1) > 0]
    assert pairs.median() > DEPTH * torch.tensor(1.1).log() / 2


@claim
def the_mean_of_the_squares_hangs_on_the_few_largest():
    many = torch.stack([log_norm(seed).detach() for seed in range(1000)])
    squares = (2 * many).exp().sort(descending=True).values
    assert squares[:50].sum() > squares.sum() / 2
