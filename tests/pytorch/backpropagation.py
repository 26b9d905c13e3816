"""The PyTorch code of chapters/backpropagation.md, and what the page says about PyTorch."""

import torch
from claims import claim, comment

model = torch.nn.Sequential(torch.nn.Linear(5, 7), torch.nn.ReLU(), torch.nn.Linear(7, 4))
x = torch.rand(6, 5)
labels = torch.arange(6) % 4
# ANCHOR: backward
loss = torch.nn.functional.cross_entropy(model(x), labels)
loss.backward()                                # p.grad of every parameter p
# ANCHOR_END: backward


@comment("p.grad of every parameter p")
def backward_makes_the_gradient_of_every_parameter():
    gradients = [p.grad for p in model.parameters()]
    assert len(gradients) == 4
    assert all(p.grad.shape == p.shape for p in model.parameters())
    assert all(gradient.norm() > 0 for gradient in gradients)


@claim
def without_zero_grad_each_step_uses_the_sum_of_all_gradients():
    gradients = [3.0, -1.0, 0.5]
    w = torch.tensor(8.0, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.5)
    for number, gradient in enumerate(gradients, start=1):
        before = w.item()
        (gradient * w).backward()
        assert w.grad.item() == sum(gradients[:number])
        optimizer.step()
        assert w.item() == before - 0.5 * sum(gradients[:number])


@claim
def the_derivative_of_relu_at_zero_is_zero():
    a = torch.tensor([-1.0, 0.0, 1.0], requires_grad=True)
    torch.relu(a).sum().backward()
    assert a.grad.tolist() == [0, 0, 1]


@claim
def any_program_of_known_operations_is_a_graph_to_walk_back():
    """A loop whose length depends on the numbers: x is doubled until it exceeds 10."""
    x = torch.tensor([0.75], requires_grad=True)
    y, doublings = x, 0
    while y.item() <= 10:
        y, doublings = 2 * y, doublings + 1
    y.backward()
    assert doublings == 4 and x.grad.item() == 2**4
    nodes, node = 0, y.grad_fn
    while node.next_functions:
        nodes, node = nodes + 1, node.next_functions[0][0]
    assert nodes == 4 and node.variable is x
