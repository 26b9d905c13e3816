//! Nesterov momentum: the gradient where momentum is about to lead.
//!
//! Source: Data 188, Lecture 06, "Nesterov Momentum"; I. Sutskever and others, 2013.

use std::borrow::Cow;

use nalgebra::DVector;

use crate::gradient_descent::{
    OptimizationError, Optimizer, check_length, finite, not_negative, positive, weight,
};
use crate::momentum::{Momentum, lecture_step_size};
use crate::quadratic::Spectrum;

/// Momentum with the gradient of another place: `u ← βu + (1 − β)∇f(θ − α·look_ahead·u)`,
/// `θ ← θ − αu`. Nesterov's look-ahead factor is `β`; 0 is the heavy ball's, 1 the
/// lecture's.
#[derive(Clone, Debug, PartialEq)]
pub struct Nesterov {
    step_size: f64,
    look_ahead: f64,
    momentum: Momentum,
}

impl Optimizer for Nesterov {
    // ANCHOR: nesterov
    fn gradient_point<'a>(&self, theta: &'a DVector<f64>) -> Cow<'a, DVector<f64>> {
        let u = self.momentum.first_moment();
        if u.is_empty() {
            return Cow::Borrowed(theta);
        }
        Cow::Owned(theta - self.step_size * self.look_ahead * u)
    }
    // ANCHOR_END: nesterov

    fn step(&mut self, theta: &mut DVector<f64>, gradient: &DVector<f64>) {
        self.momentum.step(theta, gradient);
    }

    fn is_finite(&self) -> bool {
        self.momentum.is_finite()
    }
}

impl Nesterov {
    /// With the look-ahead factor `β`.
    ///
    /// # Errors
    /// If the step size is not a finite number above 0, or if `beta` is not in `[0, 1)`.
    pub fn new(step_size: f64, beta: f64) -> Result<Self, OptimizationError> {
        let momentum = Momentum::new(step_size, beta)?;
        Ok(Self { step_size, look_ahead: beta, momentum })
    }

    /// The same with another look-ahead factor.
    ///
    /// # Errors
    /// If the factor is not a finite number from 0 on.
    pub fn with_look_ahead(self, factor: f64) -> Result<Self, OptimizationError> {
        let look_ahead = not_negative("look-ahead factor", factor)?;
        Ok(Self { look_ahead, ..self })
    }
}

// ANCHOR: stability
/// The larger root of `μ² − (1 + β − (1 + look_ahead)·scaled)μ + β − look_ahead·scaled` in
/// size, where `scaled` is `γλ = α(1 − β)λ`.
pub fn spectral_radius(scaled: f64, beta: f64, look_ahead: f64) -> f64 {
    let half_sum = (1.0 + beta - (1.0 + look_ahead) * scaled) / 2.0;
    let product = beta - look_ahead * scaled;
    let discriminant = half_sum * half_sum - product;
    if discriminant < 0.0 {
        product.sqrt()
    } else {
        half_sum.abs() + discriminant.sqrt()
    }
}

/// `2(1 + β) / (1 + 2·look_ahead)`: the method converges for `γλ` below it.
pub fn stability_limit(beta: f64, look_ahead: f64) -> f64 {
    2.0 * (1.0 + beta) / (1.0 + 2.0 * look_ahead)
}
// ANCHOR_END: stability

// ANCHOR: tuned
/// A step size and a weight for all eigenvalues from the smallest to the largest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tuned {
    /// `α`, of the averaged form.
    pub step_size: f64,
    pub beta: f64,
    /// The spectral radius over all these eigenvalues.
    pub rate: f64,
}

impl Tuned {
    /// From `γ = α(1 − β)`.
    fn new(gamma: f64, beta: f64, rate: f64) -> Self {
        Self { step_size: lecture_step_size(gamma, beta), beta, rate }
    }

    /// Nesterov's choice: `γ = 1/L`, `β = (√κ − 1)/(√κ + 1)`.
    pub fn nesterov(spectrum: Spectrum) -> Self {
        let root = spectrum.condition_number().sqrt();
        let beta = (root - 1.0) / (root + 1.0);
        Self::new(1.0 / spectrum.largest, beta, 1.0 - 1.0 / root)
    }

    /// The best for Nesterov momentum on quadratics (Lessard and others, 2016).
    pub fn best_nesterov(spectrum: Spectrum) -> Self {
        let root = (3.0 * spectrum.condition_number() + 1.0).sqrt();
        let gamma = 4.0 / (3.0 * spectrum.largest + spectrum.smallest);
        Self::new(gamma, (root - 2.0) / (root + 2.0), 1.0 - 2.0 / root)
    }

    /// The best for the heavy ball on quadratics (Polyak, 1964).
    pub fn heavy_ball(spectrum: Spectrum) -> Self {
        let (step_size, beta) = spectrum.best_momentum();
        Self { step_size, beta, rate: spectrum.best_momentum_rate() }
    }
}
// ANCHOR_END: tuned

// ANCHOR: pytorch
/// Nesterov momentum as PyTorch has it: `sum ← β·sum + g`, and the parameters move by
/// `−γ(g + β·sum)`, with the gradient `g` at the parameters themselves.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredLookAhead {
    step_size: f64,
    beta: f64,
    sum: DVector<f64>,
}

impl Optimizer for StoredLookAhead {
    fn step(&mut self, parameters: &mut DVector<f64>, gradient: &DVector<f64>) {
        check_length("gradient", gradient, parameters.len());
        if self.sum.is_empty() {
            self.sum = DVector::zeros(gradient.len());
        }
        self.sum.axpy(1.0, gradient, self.beta);
        parameters.axpy(-self.step_size, gradient, 1.0);
        parameters.axpy(-self.step_size * self.beta, &self.sum, 1.0);
    }

    fn is_finite(&self) -> bool {
        finite(&self.sum)
    }
}
// ANCHOR_END: pytorch

impl StoredLookAhead {
    /// `lr` and `momentum` in PyTorch.
    ///
    /// # Errors
    /// If the step size is not a finite number above 0, or if `beta` is not in `[0, 1)`.
    pub fn new(step_size: f64, beta: f64) -> Result<Self, OptimizationError> {
        let step_size = positive("step size", step_size)?;
        let sum = DVector::zeros(0);
        Ok(Self { step_size, beta: weight("beta", beta)?, sum })
    }

    // ANCHOR: leave
    /// `θ`, from where the stored parameters look ahead: `γβ·sum` back.
    pub fn parameters(&self, stored: &DVector<f64>) -> DVector<f64> {
        if self.sum.is_empty() {
            return stored.clone();
        }
        stored + self.step_size * self.beta * &self.sum
    }
    // ANCHOR_END: leave
}
