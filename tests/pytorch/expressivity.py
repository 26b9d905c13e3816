"""The PyTorch code of chapters/expressivity.md, and what the page says about PyTorch."""

import torch
from claims import claim

# ANCHOR: folds
layers = [torch.nn.Linear(1, 2), torch.nn.ReLU()]
for _ in range(9):
    layers += [torch.nn.Linear(2, 2), torch.nn.ReLU()]
model = torch.nn.Sequential(*layers, torch.nn.Linear(2, 1))
sum(p.numel() for p in model.parameters())         # 61
# ANCHOR_END: folds


@claim
def the_model_can_be_the_ten_folds():
    """Each fold is the tent 2 ReLU(x) − 4 ReLU(x − ½), and the next one takes it in."""
    linear = [layer for layer in model if isinstance(layer, torch.nn.Linear)]
    assert len(linear) == 11
    with torch.no_grad():
        for number, layer in enumerate(linear):
            tent = torch.tensor([[2.0, -4.0]])
            weight = torch.ones(1, 1) if number == 0 else tent
            layer.weight.copy_(weight.expand(layer.weight.shape))
            layer.bias.copy_(torch.tensor([0.0, -0.5])[: len(layer.bias)])
        x = torch.linspace(0, 1, 2**10 + 1)[:, None]
        assert model(x).flatten().tolist() == [float(i % 2) for i in range(2**10 + 1)]
