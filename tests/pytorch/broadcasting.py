"""The PyTorch code of chapters/broadcasting.md, and what the page says about NumPy and PyTorch."""

import numpy
import torch
from claims import claim, comment, refused

x = torch.tensor([[1., 2., 3., 4.], [2., 4., 6., 8.], [0., 0., 0., 4.], [1., 1., 1., 5.]])
# ANCHOR: stretch
b = torch.tensor([5., -5., 0., 1.])
b.expand(2, 4).stride()            # (0, 1)
b.expand(2, 4)[0, 0] = 9.          # changes b, and all rows of the view
x - x.mean(dim=1)                  # wrong, or an error, except for a batch of one
x - x.mean(dim=1, keepdim=True)    # right
# ANCHOR_END: stretch


@comment("changes b, and all rows of the view")
def writing_to_an_entry_changes_all_rows():
    assert b.tolist() == [9, -5, 0, 1]
    vector = torch.tensor([5., -5., 0., 1.])
    view = vector.expand(2, 4)
    view[0, 0] = 9.
    assert view.tolist() == [[9, -5, 0, 1], [9, -5, 0, 1]]


def centred(batch):
    return torch.tensor([[entry - sum(row) / len(row) for entry in row] for row in batch.tolist()])


@comment("wrong, or an error, except for a batch of one")
def without_keepdim_only_a_batch_of_one_is_right():
    """All batches up to 4 × 4 but a single feature, whose rows minus their means are zeros."""
    for batch in range(1, 5):
        for features in range(2, 5):
            part = torch.tensor([[float(i * i + j * j * j) for j in range(features)] for i in range(batch)])
            if batch not in (1, features):
                with refused(RuntimeError, "must match the size"):
                    part - part.mean(dim=1)
                continue
            difference = part - part.mean(dim=1)
            assert torch.allclose(difference, centred(part), atol=1e-5) == (batch == 1)


@comment("right")
def with_keepdim_each_row_has_the_mean_zero():
    assert torch.allclose(x - x.mean(dim=1, keepdim=True), centred(x))


@claim
def expand_gives_the_view_and_repeat_the_copies():
    vector = torch.tensor([5., -5., 0., 1.])
    view, copies = vector.expand(2, 4), vector.repeat(2, 1)
    assert torch.equal(view, copies)
    assert view.data_ptr() == vector.data_ptr() != copies.data_ptr()
    assert copies.stride() == (4, 1)


@claim
def keepdim_keeps_an_axis_of_length_one():
    assert x.mean(dim=1).shape == (4,)
    assert x.mean(dim=1, keepdim=True).shape == (4, 1)


@claim
def a_whole_view_is_refused_and_a_part_of_it_is_not():
    view = torch.tensor([5., -5., 0., 1.]).expand(2, 4)
    other = torch.ones(2, 4)
    in_place = [
        lambda: view.add_(1), lambda: view.mul_(2), lambda: view.copy_(other),
        lambda: view.sub_(other), lambda: view.relu_(), lambda: view.exp_(),
    ]
    for operation in in_place:
        with refused(RuntimeError, "more than one element of the written-to tensor"):
            operation()
    view[0, 0] = 9.
    view[1] = torch.tensor([1., 2., 3., 4.])
    assert view.tolist() == [[1, 2, 3, 4], [1, 2, 3, 4]]


@claim
def broadcasting_sets_strides_to_zero_in_numpy_and_pytorch():
    theirs = numpy.broadcast_to(numpy.array([5., -5., 0., 1.]), (2, 4))
    assert theirs.strides == (0, 8)
    assert torch.broadcast_to(b, (2, 4)).stride() == (0, 1)
    for one, other in [((3, 1), (4,)), ((1, 4), (2, 4)), ((5, 1, 3), (2, 1))]:
        assert numpy.broadcast_shapes(one, other) == tuple(torch.broadcast_shapes(one, other))
    with refused(ValueError, "shape mismatch"):
        numpy.broadcast_shapes((3, 2), (4,))
    with refused(RuntimeError, "should be broadcastable"):
        torch.broadcast_shapes((3, 2), (4,))
