"""The PyTorch code of chapters/training.md, and what the page says about PyTorch."""

import torch
from claims import claim

model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 3))
digits = torch.utils.data.TensorDataset(torch.rand(25, 4), torch.arange(25) % 3)
test_loader = torch.utils.data.DataLoader(digits, batch_size=10)
# ANCHOR: accuracy
model.eval()
with torch.no_grad():
    right = sum((model(x).argmax(1) == y).sum() for x, y in test_loader)
model.train()
# ANCHOR_END: accuracy


@claim
def train_and_eval_change_nothing_here_and_everything_with_dropout_or_batch_normalization():
    images, labels = digits.tensors
    assert right == sum(int(model(image).argmax() == label) for image, label in zip(images, labels))

    def outputs(network):
        given = []
        for mode in (True, False):
            torch.manual_seed(1)
            given.append(network.train(mode)(images))
        return given

    assert torch.equal(*outputs(model))
    for layer in (torch.nn.Dropout(), torch.nn.BatchNorm1d(4)):
        assert not torch.allclose(*outputs(torch.nn.Sequential(layer, model)))


@claim
def the_velocity_is_a_sum_and_our_step_size_ten_times_as_large():
    """Under a constant gradient g, lr times the sum is lr · 10 g, and α times the average αg."""
    theta = torch.tensor(0.0, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([theta], lr=0.1, momentum=0.9)
    for _ in range(400):
        before = theta.item()
        theta.grad = torch.tensor(3.0, dtype=torch.float64)
        optimizer.step()
    assert abs((before - theta.item()) - 10 * 0.1 * 3.0) < 1e-9


@claim
def a_scheduler_leaves_the_averages_as_they_are():
    for kind, names in ((torch.optim.SGD, ["momentum_buffer"]), (torch.optim.Adam, ["exp_avg", "exp_avg_sq"])):
        theta = torch.tensor(1.0, requires_grad=True)
        optimizer = kind([theta], lr=0.1, **({"momentum": 0.9} if kind is torch.optim.SGD else {}))
        scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones=[1], gamma=0.1)
        theta.grad = torch.tensor(3.0)
        optimizer.step()
        kept = [optimizer.state[theta][name].clone() for name in names]
        scheduler.step()
        assert abs(optimizer.param_groups[0]["lr"] - 0.01) < 1e-12
        assert all(torch.equal(optimizer.state[theta][name], old) for name, old in zip(names, kept))
        assert all(old != 0 for old in kept)
