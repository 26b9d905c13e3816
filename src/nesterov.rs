//! Nesterov momentum: the gradient where momentum is about to lead, and what it takes
//! for the rate 1/t².
//!
//! Source: Data 188, Lecture 06, "Nesterov Momentum"; Y. Nesterov, 1983.

use std::borrow::Cow;

use nalgebra::{DMatrix, DVector};

use crate::gradient_descent::{
    OptimizationError, Optimizer, check_length, finite, not_negative, positive, weight,
};
use crate::momentum::{Momentum, lecture_step_size};
use crate::quadratic::{Quadratic, Spectrum};

// ANCHOR: nesterov
/// Momentum with the gradient of another place: `u ← βu + (1 − β)∇f(θ − αku)`,
/// `θ ← θ − αu`. Nesterov's factor is `k = β`; 0 is the heavy ball, 1 the lecture's.
#[derive(Clone, Debug, PartialEq)]
pub struct Nesterov {
    step_size: f64,
    look_ahead: f64,
    momentum: Momentum,
}

impl Optimizer for Nesterov {
    fn gradient_point<'a>(&self, theta: &'a DVector<f64>) -> Cow<'a, DVector<f64>> {
        let u = self.momentum.first_moment();
        if u.is_empty() {
            return Cow::Borrowed(theta);
        }
        Cow::Owned(theta - self.step_size * self.look_ahead * u)
    }

    fn step(&mut self, theta: &mut DVector<f64>, gradient: &DVector<f64>) {
        self.momentum.step(theta, gradient);
    }

    fn is_finite(&self) -> bool {
        self.momentum.is_finite()
    }
}
// ANCHOR_END: nesterov

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
/// The larger root of `μ² − (1 + β − (1 + k)s)μ + β − ks` in modulus, where
/// `s = α(1 − β)λ`.
pub fn spectral_radius(s: f64, beta: f64, k: f64) -> f64 {
    let half_sum = (1.0 + beta - (1.0 + k) * s) / 2.0;
    let product = beta - k * s;
    let discriminant = half_sum * half_sum - product;
    if discriminant < 0.0 {
        product.sqrt()
    } else {
        half_sum.abs() + discriminant.sqrt()
    }
}

/// `2(1 + β) / (1 + 2k)`: the method converges for `s` below it.
pub fn stability_limit(beta: f64, k: f64) -> f64 {
    2.0 * (1.0 + beta) / (1.0 + 2.0 * k)
}
// ANCHOR_END: stability

// ANCHOR: growth
/// How `c₁ = 1, c₂, …` grows: `c_{t+1}² − c_{t+1}` must not exceed `c_t²`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Growth {
    /// As fast as allowed: the momentum is `(c_t − 1) / c_{t+1}`.
    Largest,
    /// By a half in each step: the momentum is `(t − 1) / (t + 2)`.
    Half,
}

impl Growth {
    /// `c_{t+1}` from `c_t`.
    pub fn next(self, c: f64) -> f64 {
        match self {
            Self::Largest => (1.0 + (1.0 + 4.0 * c * c).sqrt()) / 2.0,
            Self::Half => c + 0.5,
        }
    }
}
// ANCHOR_END: growth

// ANCHOR: accelerated
/// Nesterov's accelerated gradient method: `θ_t = y_t − γ∇f(y_t)` and
/// `y_{t+1} = θ_t + (c_t − 1)/c_{t+1} · (θ_t − θ_{t−1})`, with `y₁ = θ₀`.
#[derive(Clone, Debug, PartialEq)]
pub struct Accelerated {
    step_size: f64,
    growth: Growth,
    c: f64,
    momentum: f64,
    last_move: DVector<f64>,
}

impl Optimizer for Accelerated {
    fn gradient_point<'a>(&self, theta: &'a DVector<f64>) -> Cow<'a, DVector<f64>> {
        if self.last_move.is_empty() {
            return Cow::Borrowed(theta);
        }
        Cow::Owned(theta + self.momentum * &self.last_move)
    }

    fn step(&mut self, theta: &mut DVector<f64>, gradient: &DVector<f64>) {
        check_length("gradient", gradient, theta.len());
        let next = &*self.gradient_point(theta) - self.step_size * gradient;
        self.last_move = &next - &*theta;
        *theta = next;
        let c = self.growth.next(self.c);
        self.momentum = (self.c - 1.0) / c;
        self.c = c;
    }

    fn is_finite(&self) -> bool {
        finite(&self.last_move)
    }
}
// ANCHOR_END: accelerated

impl Accelerated {
    /// The bound of the book holds for the step size `1/L`.
    ///
    /// # Errors
    /// If the step size is not a finite number above 0.
    pub fn new(step_size: f64, growth: Growth) -> Result<Self, OptimizationError> {
        let step_size = positive("step size", step_size)?;
        let last_move = DVector::zeros(0);
        Ok(Self { step_size, growth, c: 1.0, momentum: 0.0, last_move })
    }
}

// ANCHOR: bounds
/// `L‖θ₀ − θ*‖² / 2t`: gradient descent with step size `1/L` is no further above
/// the minimum after `t` steps, if `f` is convex and `L`-smooth.
pub fn descent_bound(smoothness: f64, squared_distance: f64, t: usize) -> f64 {
    smoothness * squared_distance / (2.0 * t as f64)
}

/// `2L‖θ₀ − θ*‖² / (t + 1)²`: the same for [`Accelerated`] with step size `1/L`.
pub fn accelerated_bound(smoothness: f64, squared_distance: f64, t: usize) -> f64 {
    2.0 * smoothness * squared_distance / (t as f64 + 1.0).powi(2)
}

/// `3L‖θ₀ − θ*‖² / 32(t + 1)²`: on [`chain`] with `n = 2t + 1`, no method that
/// starts at 0 and moves along the gradients it has seen is below it.
pub fn lower_bound(smoothness: f64, squared_distance: f64, t: usize) -> f64 {
    3.0 * smoothness * squared_distance / (32.0 * (t as f64 + 1.0).powi(2))
}
// ANCHOR_END: bounds

// ANCHOR: chain
/// Nesterov's chain, `(L/4)(½ θᵀAθ − θ₁)` with 2 on the diagonal of `A` and −1
/// beside it: convex and `L`-smooth.
pub fn chain(n: usize, smoothness: f64) -> Quadratic {
    let entry = |i: usize, j: usize| match i.abs_diff(j) {
        0 => 2.0,
        1 => -1.0,
        _ => 0.0,
    };
    let mut linear = DVector::zeros(n);
    linear[0] = -smoothness / 4.0;
    Quadratic::new(smoothness / 4.0 * DMatrix::from_fn(n, n, entry), linear)
}

/// Its minimum, `−(L/8) n/(n + 1)`, and `‖θ*‖² = n(2n + 1) / 6(n + 1)`.
pub fn chain_minimum(n: usize, smoothness: f64) -> (f64, f64) {
    let n = n as f64;
    let minimum = -smoothness / 8.0 * n / (n + 1.0);
    (minimum, n * (2.0 * n + 1.0) / (6.0 * (n + 1.0)))
}
// ANCHOR_END: chain

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
/// Nesterov momentum as PyTorch has it: `b ← βb + g`, `θ′ ← θ′ − γ(g + βb)` with the
/// gradient `g` at the parameters `θ′` themselves.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredLookAhead {
    step_size: f64,
    beta: f64,
    buffer: DVector<f64>,
}

impl Optimizer for StoredLookAhead {
    fn step(&mut self, parameters: &mut DVector<f64>, gradient: &DVector<f64>) {
        check_length("gradient", gradient, parameters.len());
        if self.buffer.is_empty() {
            self.buffer = DVector::zeros(gradient.len());
        }
        self.buffer.axpy(1.0, gradient, self.beta);
        parameters.axpy(-self.step_size, gradient, 1.0);
        parameters.axpy(-self.step_size * self.beta, &self.buffer, 1.0);
    }

    fn is_finite(&self) -> bool {
        finite(&self.buffer)
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
        let buffer = DVector::zeros(0);
        Ok(Self { step_size, beta: weight("beta", beta)?, buffer })
    }

    // ANCHOR: leave
    /// `θ = θ′ + γβb`, from where the stored parameters look ahead.
    pub fn parameters(&self, stored: &DVector<f64>) -> DVector<f64> {
        if self.buffer.is_empty() {
            return stored.clone();
        }
        stored + self.step_size * self.beta * &self.buffer
    }
    // ANCHOR_END: leave
}
