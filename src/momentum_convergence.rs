//! When momentum converges on a quadratic, and how fast.
//!
//! Source: B. Polyak, *Some methods of speeding up the convergence of iteration
//! methods*, 1964; Data 188, Lecture 06, "Momentum".

use nalgebra::{Matrix2, matrix};

use crate::quadratic::Spectrum;

// ANCHOR: transition
/// One step along an eigenvector with eigenvalue `λ`: a matrix for the column
/// `(u, r)`.
pub fn transition(lambda: f64, alpha: f64, beta: f64) -> Matrix2<f64> {
    let fresh = (1.0 - beta) * lambda;
    matrix![
        beta,          fresh;
        -alpha * beta, 1.0 - alpha * fresh
    ]
}
// ANCHOR_END: transition

// ANCHOR: radius
/// Its spectral radius, the larger of its eigenvalues in size, for `αλ`.
pub fn spectral_radius(alpha_lambda: f64, beta: f64) -> f64 {
    let trace = 1.0 + beta - (1.0 - beta) * alpha_lambda;
    let discriminant = trace * trace - 4.0 * beta;
    if discriminant <= 0.0 {
        return beta.sqrt();
    }
    (trace.abs() + discriminant.sqrt()) / 2.0
}
// ANCHOR_END: radius

// ANCHOR: spectrum
impl Spectrum {
    /// The largest spectral radius of all components: the radius falls and then rises
    /// with `αλ`, so one of the two ends has it.
    pub fn momentum_contraction(&self, alpha: f64, beta: f64) -> f64 {
        let radius = |lambda: f64| spectral_radius(alpha * lambda, beta);
        f64::max(radius(self.smallest), radius(self.largest))
    }

    /// The `(α, β)` where it is smallest: `1 / √(λmin λmax)` and the square of
    /// [`Self::best_momentum_rate`].
    pub fn best_momentum(&self) -> (f64, f64) {
        let alpha = 1.0 / (self.smallest * self.largest).sqrt();
        (alpha, self.best_momentum_rate().powi(2))
    }

    /// `(√κ − 1) / (√κ + 1)`: the contraction there.
    pub fn best_momentum_rate(&self) -> f64 {
        let root = self.condition_number().sqrt();
        (root - 1.0) / (root + 1.0)
    }
}
// ANCHOR_END: spectrum
