"""The PyTorch code of chapters/gradient_descent.md, and what the page says about PyTorch."""

import torch
from claims import claim

model = torch.nn.Linear(3, 1)
start = [p.detach().clone() for p in model.parameters()]
loss = model(torch.rand(8, 3)).square().mean()
# ANCHOR: step
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
optimizer.zero_grad()
loss.backward()
optimizer.step()
# ANCHOR_END: step


@claim
def a_step_of_sgd_is_minus_the_step_size_times_the_gradient():
    for p, before in zip(model.parameters(), start):
        assert p.grad.norm() > 0
        assert torch.equal(p, before - 0.1 * p.grad)


@claim
def with_the_sum_the_gradient_of_a_batch_of_64_is_64_times_as_long():
    logits = torch.rand(64, 10, dtype=torch.float64, requires_grad=True)
    gradients = {}
    for reduction in ("mean", "sum"):
        loss = torch.nn.functional.cross_entropy(logits, torch.arange(64) % 10, reduction=reduction)
        (gradients[reduction],) = torch.autograd.grad(loss, logits)
    assert torch.allclose(gradients["sum"], 64 * gradients["mean"], rtol=1e-14)


@claim
def a_step_size_that_was_fine_can_diverge_with_the_sum():
    for reduction, grows in (("mean", False), ("sum", True)):
        theta = torch.tensor([1.0], requires_grad=True)
        optimizer = torch.optim.SGD([theta], lr=0.1)
        for _ in range(20):
            optimizer.zero_grad()
            torch.nn.functional.mse_loss(theta.expand(64), torch.zeros(64), reduction=reduction).backward()
            optimizer.step()
        assert (theta.abs().item() > 1e6) == grows and grows == (theta.abs().item() > 0.1)
