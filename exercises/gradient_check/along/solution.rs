use nalgebra::DVector;

/// By how much the slope along a direction that a gradient promises differs from the
/// centred difference.
pub fn along(
    f: fn(&DVector<f64>) -> f64,
    gradient: &DVector<f64>,
    parameters: &DVector<f64>,
    direction: &DVector<f64>,
    h: f64,
) -> f64 {
    let step = h * direction;
    let found = (f(&(parameters + &step)) - f(&(parameters - &step))) / (2.0 * h);
    gradient.dot(direction) - found
}
