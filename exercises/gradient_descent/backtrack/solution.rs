use descent::gradient_descent::Quadratic;
use nalgebra::DVector;

/// The step size of gradient descent by backtracking, which needs no eigenvalues.
pub fn backtrack(quadratic: &Quadratic, theta: &DVector<f64>, longest: f64) -> f64 {
    let (value, gradient) = (quadratic.value(theta), quadratic.gradient(theta));
    let mut step_size = longest;
    loop {
        let decrease = value - quadratic.value(&(theta - step_size * &gradient));
        let promise = step_size * gradient.norm_squared();
        if decrease >= promise / 2.0 {
            return step_size;
        }
        step_size /= 2.0;
    }
}
