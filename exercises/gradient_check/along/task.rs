// 10 minutes, medium

use nalgebra::DVector;

/// The cheap check: one direction for all parameters, and two values of the loss.
///
/// `gradient` claims to be the gradient of the loss `f` at `parameters`. Return by
/// how much the slope that it promises along `direction` differs from the slope
/// that `f` has there: promised minus found. Find it by one centred difference, with
/// `h` times the direction to both sides.
pub fn along(
    f: fn(&DVector<f64>) -> f64,
    gradient: &DVector<f64>,
    parameters: &DVector<f64>,
    direction: &DVector<f64>,
    h: f64,
) -> f64 {
    todo!("the slope that the gradient promises, less the one that is found")
}
