/// The settings `lr`, `momentum` and `dampening` for what the notes do.
///
/// With them `torch.optim.SGD` moves the parameters as gradient descent on the
/// smoothed gradients of the notes does: a ← (1 − β)a + βg and θ ← θ − ηa, where
/// a starts at zero.
pub fn pytorch(eta: f64, notes_beta: f64) -> (f64, f64, f64) {
    todo!("the notes' settings in PyTorch's convention")
}
