// 10 minutes, easy

/// The settings `lr`, `momentum` and `dampening` for what the notes do.
///
/// With them `torch.optim.SGD` moves the parameters as gradient descent on the
/// smoothed gradients of the notes does. Their average is (1 − β) times the old one
/// plus β times the gradient; it starts at zero, and a step is minus the step size
/// times it.
pub fn pytorch(step_size: f64, notes_beta: f64) -> (f64, f64, f64) {
    todo!("the notes' settings in PyTorch's convention")
}
