"""The PyTorch code of chapters/depth.md, and what the page says about PyTorch."""

from math import sqrt

import torch
from claims import claim, comment

# ANCHOR: he
layer = torch.nn.Linear(100, 100, bias=False)
# c = 2:
torch.nn.init.kaiming_normal_(layer.weight, mode="fan_in", nonlinearity="relu")
# ANCHOR_END: he


@comment("c = 2:")
def the_variance_is_two_over_the_fan_in():
    assert torch.nn.init.calculate_gain("relu") ** 2 - 2 < 1e-15
    weight = torch.nn.init.kaiming_normal_(torch.empty(500, 800), mode="fan_in", nonlinearity="relu")
    # Of as many normal draws the variance is off by five standard errors at most.
    assert abs(weight.var().item() * 800 / 2 - 1) < 5 * sqrt(2 / weight.numel())


def network(depth):
    """Layers of 100 as PyTorch makes them, biases included, and ten logits."""
    sizes = [784] + (depth - 1) * [100] + [10]
    layers = [torch.nn.Linear(n, m, dtype=torch.float64) for n, m in zip(sizes[:-1], sizes[1:])]
    with_relus = [part for layer in layers[:-1] for part in (layer, torch.nn.ReLU())]
    return torch.nn.Sequential(*with_relus, layers[-1])


@claim
def behind_fifty_layers_of_pytorchs_own_all_images_have_one_output_behind_three_they_differ():
    """The images differ by a factor of √(1/6) less behind each layer: 10⁻¹⁹ behind fifty."""
    images = torch.rand(64, 784, dtype=torch.float64)
    spread = lambda logits: ((logits - logits[0]).abs().max() / logits.abs().max()).item()
    with torch.no_grad():
        assert spread(network(50)(images)) < 1e-14
        assert spread(network(3)(images)) > 0.05


@claim
def pytorchs_weights_have_a_third_of_one_over_the_fan_in():
    weight = torch.nn.Linear(800, 500).weight
    assert weight.abs().max().item() <= 1 / sqrt(800)
    # The fourth moment of a uniform number is 9/5 of the squared variance.
    assert abs(weight.var().item() * 800 * 3 - 1) < 5 * sqrt(0.8 / weight.numel())
