use nalgebra::DVector;

/// The limit 2/λmax of the step size on a quadratic, from its gradients alone.
pub fn limit(
    gradient: fn(&DVector<f64>) -> DVector<f64>,
    start: &DVector<f64>,
    rounds: usize,
) -> f64 {
    let origin = DVector::zeros(start.len());
    let multiplied = |d: &DVector<f64>| gradient(d) - gradient(&origin);
    let mut direction = start.clone();
    for _ in 0..rounds {
        let product = multiplied(&direction);
        direction = &product / product.norm();
    }
    2.0 / multiplied(&direction).norm()
}
