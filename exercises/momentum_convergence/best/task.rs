// 10 minutes, easy

/// The best `lr` and `momentum` of `torch.optim.SGD` for a quadratic.
///
/// `smallest` and `largest` are its extreme eigenvalues, both above zero. PyTorch's
/// form is the heavy ball: its buffer takes the new gradient in full.
pub fn best(smallest: f64, largest: f64) -> (f64, f64) {
    todo!("from the best α and β, PyTorch's two settings")
}
