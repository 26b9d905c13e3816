use descent::gradient_descent::Quadratic;
use nalgebra::DVector;

/// The step size of gradient descent by backtracking, which needs no eigenvalues.
///
/// The tangent promises that a step from θ lowers f by α‖∇f(θ)‖². Return the first α of
/// `longest`, `longest`/2, `longest`/4, … whose step lowers f by at least half of that.
///
/// `quadratic.value(&theta)` is f(θ), `quadratic.gradient(&theta)` is ∇f(θ), and
/// `g.norm_squared()` is ‖g‖². The gradient at `theta` is not zero.
pub fn backtrack(quadratic: &Quadratic, theta: &DVector<f64>, longest: f64) -> f64 {
    todo!("halve the step size until the step keeps half of the promise")
}
