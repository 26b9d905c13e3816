"""The PyTorch code of chapters/gradient_noise.md, and what the page says about PyTorch."""

from math import isclose

import torch
from claims import claim
from torch.nn.functional import cross_entropy


def parts():
    """A model, an optimizer with the step size ½, and five batches an epoch."""
    model = torch.nn.Linear(4, 3)
    images = torch.utils.data.TensorDataset(torch.rand(20, 4), torch.arange(20) % 3)
    loader = torch.utils.data.DataLoader(images, batch_size=4)
    return model, torch.optim.SGD(model.parameters(), lr=0.5), loader


model, optimizer, loader = parts()
sizes = []
optimizer.register_step_post_hook(lambda it, *_: sizes.append(it.param_groups[0]["lr"]))
# ANCHOR: scheduler
scheduler = torch.optim.lr_scheduler.MultiStepLR(
    optimizer, milestones=[3], gamma=0.1)
for epoch in range(4):
    for images, labels in loader:
        optimizer.zero_grad()
        cross_entropy(model(images), labels).backward()
        optimizer.step()
    scheduler.step()
# ANCHOR_END: scheduler


@claim
def three_epochs_have_the_step_size_and_one_has_a_tenth_of_it():
    assert len(sizes) == 20
    assert sizes[:15] == 15 * [0.5] and all(isclose(size, 0.05) for size in sizes[15:])


@claim
def inside_the_inner_loop_the_step_size_falls_after_three_batches():
    model, optimizer, loader = parts()
    scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones=[3], gamma=0.1)
    sizes = []
    for images, labels in loader:
        sizes.append(optimizer.param_groups[0]["lr"])
        optimizer.zero_grad()
        cross_entropy(model(images), labels).backward()
        optimizer.step()
        scheduler.step()
    assert sizes[:3] == 3 * [0.5] and all(isclose(size, 0.05) for size in sizes[3:]) and len(sizes) == 5
