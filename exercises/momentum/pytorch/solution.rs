/// `lr`, `momentum` and `dampening` of `torch.optim.SGD`, so that it moves the parameters
/// as gradient descent on the smoothed gradients of the notes does.
pub fn pytorch(eta: f64, notes_beta: f64) -> (f64, f64, f64) {
    (eta * notes_beta, 1.0 - notes_beta, 0.0)
}
