//! Gradients with noise: how far from the minimum it keeps SGD, and what smaller steps,
//! larger batches and shuffling do about it.
//!
//! Source: Data 188, Lecture 06, "Minibatch gradients" and "SGD"; H. Robbins, S. Monro, "A
//! Stochastic Approximation Method", 1951.

use nalgebra::{DMatrix, DVector, dvector};
use rand::rngs::ChaCha8Rng;
use rand::seq::index;

use crate::gradient_descent::{GradientDescent, OptimizationError, minimize};
use crate::quadratic::Quadratic;

// ANCHOR: mean_squares
/// The mean of `r²` after each step, where `r` is what remains in a direction of
/// curvature `λ`, and `s²` is the variance of the noise:
/// `E r² ← (1 − αλ)² E r² + α² s²`.
pub fn mean_squares(
    start: f64,
    (eigenvalue, variance): (f64, f64),
    step_sizes: &[f64],
) -> Vec<f64> {
    let mut mean_square = start;
    let steps = step_sizes.iter().map(|step_size| {
        let factor = 1.0 - step_size * eigenvalue;
        mean_square = factor.powi(2) * mean_square + step_size.powi(2) * variance;
        mean_square
    });
    steps.collect()
}
// ANCHOR_END: mean_squares

// ANCHOR: noisy
/// SGD on the mean of `f(θ) + qᵢᵀθ` over examples `i`, whose gradients differ by the
/// constants `qᵢ`, whose sum is zero; `f` is the quadratic. Each step draws its batch
/// anew from all of them.
///
/// # Errors
/// If the step size is not a finite number above 0, or if the run diverges.
///
/// # Panics
/// If the batch size is 0 or larger than the number of examples.
pub fn noisy_descent(
    quadratic: &Quadratic,
    terms: &[DVector<f64>],
    start: &DVector<f64>,
    (step_size, batch_size): (f64, usize),
    steps: usize,
    rng: &mut ChaCha8Rng,
) -> Result<Vec<DVector<f64>>, OptimizationError> {
    let mut descent = GradientDescent::new(step_size)?;
    minimize(&mut descent, start, steps, |theta| {
        let batch = index::sample(rng, terms.len(), batch_size);
        let sum: DVector<f64> = batch.iter().map(|example| &terms[example]).sum();
        quadratic.gradient(theta) + sum / batch_size as f64
    })
}
// ANCHOR_END: noisy

// ANCHOR: noise_ball
/// The covariance around the minimizer in which SGD ends if the noise of its steps is
/// independent of them and of each other, with mean zero and one covariance
/// everywhere: between two eigendirections of the quadratic `α / (λⱼ + λₖ − αλⱼλₖ)`
/// times that of the noise.
///
/// # Errors
/// If the quadratic is not positive definite, or if the step size is not above 0 and
/// below `2/λmax`.
///
/// # Panics
/// If the covariance is not of the size of the Hessian.
pub fn noise_ball(
    quadratic: &Quadratic,
    noise_covariance: &DMatrix<f64>,
    step_size: f64,
) -> Result<DMatrix<f64>, OptimizationError> {
    let limit = quadratic.spectrum()?.step_size_limit();
    if !(step_size > 0.0 && step_size < limit) {
        let expected = "a number above 0 and below two over the largest eigenvalue";
        let (name, value) = ("step size", step_size);
        return Err(OptimizationError::Hyperparameter { name, value, expected });
    }
    let eigen = quadratic.hessian().clone().symmetric_eigen();
    let (directions, lambda) = (eigen.eigenvectors, eigen.eigenvalues);
    let noise = directions.transpose() * noise_covariance * &directions;
    let covariance = DMatrix::from_fn(lambda.len(), lambda.len(), |j, k| {
        let decay = lambda[j] + lambda[k] - step_size * lambda[j] * lambda[k];
        step_size * noise[(j, k)] / decay
    });
    Ok(&directions * covariance * directions.transpose())
}
// ANCHOR_END: noise_ball

// ANCHOR: reshuffled
/// The variance around the minimizer after each of many epochs, along an
/// eigendirection of the quadratic, if an epoch takes every example once, one in a
/// step and in random order; `variance` is that of the noise among the `examples`.
///
/// # Panics
/// If there are fewer than two examples, or if the step size times the eigenvalue is
/// not above 0 and below 2.
pub fn reshuffled_variance(
    (step_size, eigenvalue): (f64, f64),
    variance: f64,
    examples: usize,
) -> f64 {
    assert!(examples > 1, "an order of {examples} examples");
    let (mu, count) = (1.0 - step_size * eigenvalue, examples as f64);
    assert!(mu.abs() < 1.0, "steps that multiply by {mu}");
    let weights = || (0..examples as i32).map(|k| mu.powi(k));
    let (sum, squares) =
        (weights().sum::<f64>(), weights().map(|weight| weight * weight).sum::<f64>());
    let spread = (squares - sum * sum / count) * count / (count - 1.0);
    let epoch = mu.powi(2 * examples as i32);
    step_size * step_size * variance * spread / (1.0 - epoch)
}
// ANCHOR_END: reshuffled

/// Four terms `qᵢ` with mean zero, whose entries have the variance 9: the noise of the
/// chapter's example.
pub fn four_examples() -> [DVector<f64>; 4] {
    [(3.0, 3.0), (3.0, -3.0), (-3.0, 3.0), (-3.0, -3.0)].map(|(x, y)| dvector![x, y])
}
