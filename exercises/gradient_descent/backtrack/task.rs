// 10 minutes, medium

use nalgebra::DVector;

/// The step size of gradient descent by backtracking, which needs no eigenvalues.
///
/// The tangent promises that a step from θ lowers f by α‖∇f(θ)‖². Return the first
/// α of `longest`, `longest`/2, `longest`/4, … whose step lowers f by at least half
/// of that.
///
/// `f(&theta)` is the value at a point, `gradient` is ∇f at `theta` and not zero,
/// and `gradient.norm_squared()` is ‖∇f(θ)‖².
pub fn backtrack(
    f: fn(&DVector<f64>) -> f64,
    theta: &DVector<f64>,
    gradient: &DVector<f64>,
    longest: f64,
) -> f64 {
    todo!("halve the step size until the step keeps half of the promise")
}
