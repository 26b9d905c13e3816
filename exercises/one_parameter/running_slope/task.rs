use descent::one_parameter::Point;

/// A step of SGD in the slope model ŷ = θx that leads to the best slope so far.
///
/// `slope` is θ before the step. `squares` is the sum of x² over the points before, all
/// that is kept of them; leave in it the sum with this point's x². Return θ after the
/// step, whose step size is the one with which SGD gives the running optimum. As long
/// as every x was zero, θ stays what it is.
pub fn running_slope(slope: f64, squares: &mut f64, point: Point) -> f64 {
    todo!("update the sum, and take a step with this point alone")
}
