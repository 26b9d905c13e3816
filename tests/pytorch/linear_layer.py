"""The PyTorch code of chapters/linear_layer.md, and what the page says about PyTorch."""

from math import sqrt

import torch
from claims import claim, comment

# ANCHOR: layer
layer = torch.nn.Linear(3, 4)      # x @ layer.weight.T + layer.bias
layer.weight.shape                 # torch.Size([4, 3])
# ANCHOR_END: layer


@comment("x @ layer.weight.T + layer.bias")
def a_layer_multiplies_by_the_transpose():
    x = torch.rand(5, 3)
    assert torch.allclose(layer(x), x @ layer.weight.T + layer.bias)


@claim
def kaiming_takes_the_second_length_for_the_fan_in():
    for fan_in, fan_out in [(1000, 200), (200, 1000)]:
        for shape, divisor in [((fan_out, fan_in), fan_in), ((fan_in, fan_out), fan_out)]:
            weight = torch.nn.init.kaiming_normal_(torch.empty(shape))
            # Of as many normal draws the variance is off by five standard errors at most.
            assert abs(weight.var().item() * divisor / 2 - 1) < 5 * sqrt(2 / weight.numel())
