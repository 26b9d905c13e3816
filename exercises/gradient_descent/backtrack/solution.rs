use nalgebra::DVector;

/// The step size of gradient descent by backtracking, which needs no eigenvalues.
pub fn backtrack(
    f: fn(&DVector<f64>) -> f64,
    theta: &DVector<f64>,
    gradient: &DVector<f64>,
    longest: f64,
) -> f64 {
    let mut step_size = longest;
    loop {
        let promise = step_size * gradient.norm_squared();
        let decrease = f(theta) - f(&(theta - step_size * gradient));
        if decrease >= promise / 2.0 {
            return step_size;
        }
        step_size /= 2.0;
    }
}
