"""The PyTorch code of chapters/initialization.md, and what the page says about PyTorch."""

from math import isclose, sqrt

import torch
from claims import claim, comment

# ANCHOR: he
layer = torch.nn.Linear(784, 100)                          # weight: [100, 784]
torch.nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")   # 2 / fan_in
torch.nn.init.zeros_(layer.bias)
# for tanh: xavier_normal_(layer.weight), 2 / (fan_in + fan_out)
# ANCHOR_END: he


def is_variance(weight, variance):
    """Of n normal draws a variance is off by a factor 1 ± 5 √(2/n) at most."""
    return abs(weight.var().item() / variance - 1) < 5 * sqrt(2 / weight.numel())


@comment("weight: [100, 784]")
def the_weight_is_stored_the_other_way_round():
    assert layer.weight.shape == (100, 784)
    assert layer.bias.tolist() == 100 * [0]


@comment("2 / fan_in")
def he_has_two_over_the_fan_in():
    assert is_variance(layer.weight, 2 / 784)


@comment("for tanh: xavier_normal_(layer.weight), 2 / (fan_in + fan_out)")
def xavier_has_two_over_the_sum():
    other = torch.nn.Linear(784, 100)
    torch.nn.init.xavier_normal_(other.weight)
    assert is_variance(other.weight, 2 / (784 + 100))


@claim
def with_a_weight_in_our_layout_he_divides_by_the_fan_out():
    ours = torch.empty(784, 100)
    torch.nn.init.kaiming_normal_(ours, nonlinearity="relu")
    assert is_variance(ours, 2 / 100)


@claim
def the_gain_is_the_root_for_a_leaky_relu():
    for slope in (0.0, 0.01, 0.5, sqrt(5)):
        gain = torch.nn.init.calculate_gain("leaky_relu", slope)
        assert isclose(gain, sqrt(2 / (1 + slope**2)))


@claim
def the_default_is_the_leaky_rule_uniform_biases_included():
    """The same draws as kaiming_uniform_ with the slope √5, and the bound 1/√n."""
    torch.manual_seed(3)
    default = torch.nn.Linear(400, 300)
    torch.manual_seed(3)
    weight = torch.nn.init.kaiming_uniform_(torch.empty(300, 400), a=sqrt(5))
    assert torch.allclose(default.weight, weight)
    for drawn in (default.weight, default.bias):
        assert drawn.abs().max() <= 1 / sqrt(400)
    assert default.weight.abs().max() > 0.999 / sqrt(400)
    assert default.bias.abs().max() > 0.95 / sqrt(400)
    assert abs(default.weight.mean().item()) < 5 / sqrt(3 * 400 * default.weight.numel())
