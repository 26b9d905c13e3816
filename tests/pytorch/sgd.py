"""The PyTorch code of chapters/sgd.md, and what the page says about PyTorch."""

import inspect
from math import isclose

import torch
from claims import claim

model = torch.nn.Linear(4, 10)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
# Sorted by class, 250 of them: the last batch is short.
digits = torch.utils.data.TensorDataset(torch.rand(250, 4), torch.arange(250) // 25)
# ANCHOR: epoch
loader = torch.utils.data.DataLoader(
    digits, batch_size=100, shuffle=True, drop_last=False)
loss = torch.nn.CrossEntropyLoss(reduction="mean")
for images, labels in loader:
    optimizer.zero_grad()
    loss(model(images), labels).backward()
    optimizer.step()
# ANCHOR_END: epoch


@claim
def without_shuffle_sorted_data_come_by_class_and_in_one_order():
    assert inspect.signature(torch.utils.data.DataLoader).parameters["shuffle"].default is None
    plain = torch.utils.data.DataLoader(digits, batch_size=25)
    assert isinstance(plain.sampler, torch.utils.data.SequentialSampler)
    epochs = [[labels.tolist() for _, labels in plain] for _ in range(2)]
    assert epochs[0] == epochs[1] == [25 * [digit] for digit in range(10)]
    sizes = [len(labels) for _, labels in loader]
    assert sizes == [100, 100, 50]
    assert [len({*labels.tolist()}) for _, labels in loader] == [10, 10, 10]


def gradient(images, labels, **settings):
    model.zero_grad()
    torch.nn.functional.cross_entropy(model(images), labels, **settings).backward()
    return model.weight.grad.clone()


@claim
def with_the_sum_the_batch_size_is_in_the_step_of_sgd_and_of_momentum():
    batch = digits[0:50]
    twice = tuple(torch.cat([part, part]) for part in batch)
    for momentum in (0.0, 0.9):
        moves = {}
        for reduction in ("mean", "sum"):
            for name, (images, labels) in (("once", batch), ("twice", twice)):
                copy = model.weight.detach().clone().requires_grad_()
                copy.grad = gradient(images, labels, reduction=reduction)
                torch.optim.SGD([copy], lr=0.1, momentum=momentum).step()
                moves[reduction, name] = (copy - model.weight).norm().item()
        assert isclose(moves["mean", "twice"], moves["mean", "once"], rel_tol=1e-4)
        assert isclose(moves["sum", "twice"], 2 * moves["sum", "once"], rel_tol=1e-4)


@claim
def ten_equal_pieces_need_a_tenth_of_their_mean_loss():
    images, labels = digits[0:200]
    whole = gradient(images, labels)
    model.zero_grad()
    for piece in range(10):
        part = slice(20 * piece, 20 * (piece + 1))
        (loss(model(images[part]), labels[part]) / 10).backward()
    assert torch.allclose(model.weight.grad, whole, atol=1e-6)


@claim
def the_mean_of_the_batch_losses_is_not_the_mean_over_the_examples():
    batches = torch.utils.data.DataLoader(digits, batch_size=100)
    images, labels = digits.tensors
    with torch.no_grad():
        of_batches = [loss(model(part), target).item() for part, target in batches]
        of_all = loss(model(images), labels).item()
    assert isclose((100 * of_batches[0] + 100 * of_batches[1] + 50 * of_batches[2]) / 250, of_all, rel_tol=1e-5)
    assert abs(sum(of_batches) / 3 - of_all) > 1e-3
