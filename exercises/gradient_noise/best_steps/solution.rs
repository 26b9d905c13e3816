/// The step sizes that each make the mean square least after their step.
pub fn best_steps(
    mut mean_square: f64,
    lambda: f64,
    variance: f64,
    steps: usize,
) -> Vec<f64> {
    let mut step_sizes = Vec::new();
    for _ in 0..steps {
        let step_size =
            lambda * mean_square / (lambda * lambda * mean_square + variance);
        mean_square *= 1.0 - step_size * lambda;
        step_sizes.push(step_size);
    }
    step_sizes
}
