// 15 minutes, medium

/// The step sizes that each make the mean square least after their step.
///
/// `mean_square` is the mean of r² at the start, where r is what remains
/// of the way to the minimum. A step of the size α makes
/// (1 − αλ)² E r² + α² s² of it; `lambda` is the curvature λ and
/// `variance` the variance s² of the noise, both above zero. Return the
/// `steps` step sizes, each the best for its own step.
pub fn best_steps(
    mean_square: f64,
    lambda: f64,
    variance: f64,
    steps: usize,
) -> Vec<f64> {
    todo!("the step sizes, one after the other")
}
