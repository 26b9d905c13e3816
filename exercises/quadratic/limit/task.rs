// 10 minutes, medium

use nalgebra::DVector;

/// The limit 2/λmax of the step size on a quadratic, from its gradients alone.
///
/// `gradient(&theta)` is ∇f at a point. With it you can multiply any direction d by
/// P: P d is ∇f(θ + d) − ∇f(θ), for every θ. Begin with the direction `start`.
/// `rounds` times, multiply it by P and divide the result by its length. Then return
/// 2 divided by the length of P d, where d is the last direction.
///
/// `d.norm()` is the length of a column, and `DVector::zeros(d.len())` a column of
/// zeros as long as d.
pub fn limit(
    gradient: fn(&DVector<f64>) -> DVector<f64>,
    start: &DVector<f64>,
    rounds: usize,
) -> f64 {
    todo!("turn the direction towards the steepest one, and return 2/λmax")
}
