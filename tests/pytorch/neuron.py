"""The PyTorch code of chapters/neuron.md, and what the page says about PyTorch."""

import torch
from claims import claim, comment

model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Linear(3, 1))
with torch.no_grad():
    # On for all four samples, for one of them, and for none.
    model[0].weight.copy_(torch.tensor([[1., 0.], [1., 1.], [0., 0.]]))
    model[0].bias.copy_(torch.tensor([0.5, -1.5, -0.5]))
x = torch.tensor([[0., 0.], [0., 1.], [1., 0.], [1., 1.]])
# ANCHOR: share
with torch.no_grad():
    share = (model[0](x) > 0).float().mean(dim=0)   # how often each unit is on
# ANCHOR_END: share


@comment("how often each unit is on")
def the_share_counts_samples():
    assert share.tolist() == [1, 0.25, 0]


@claim
def the_first_linear_layer_is_model_0_and_a_share_of_zero_is_off_for_the_whole_batch():
    assert model[0] is next(layer for layer in model if isinstance(layer, torch.nn.Linear))
    on = torch.relu(model[0](x)) > 0
    assert ((share == 0) == ~on.any(dim=0)).all()


@claim
def a_unit_that_is_off_gets_zeros_without_a_complaint():
    w, b = torch.tensor(-2.0, requires_grad=True), torch.tensor(-7.0, requires_grad=True)
    loss = sum((torch.relu(w * x + b) - y) ** 2 / 2 for x, y in [(3.0, 0.0), (-3.0, 0.0)])
    loss.backward()
    assert w.grad.item() == b.grad.item() == 0
