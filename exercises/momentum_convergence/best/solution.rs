/// The best `lr` and `momentum` of `torch.optim.SGD` for a quadratic.
pub fn best(smallest: f64, largest: f64) -> (f64, f64) {
    let root = (largest / smallest).sqrt();
    let rate = (root - 1.0) / (root + 1.0);
    let beta = rate * rate;
    let alpha = 1.0 / (smallest * largest).sqrt();
    (alpha * (1.0 - beta), beta)
}
