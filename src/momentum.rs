//! Momentum: steps along a running average of the gradients.
//!
//! Source: Data 188, Lecture 06, "Momentum" and "Unbiased momentum"; Discussion 03, 1(c)
//! and 1(f); EECS 182 notes, 2.2; B. Polyak, *Some methods of speeding up the
//! convergence of iteration methods*, 1964.

use nalgebra::DVector;

use crate::gradient_descent::{
    OptimizationError, Optimizer, check_length, finite, positive, weight,
};

/// A running average, `u ← βu + (1 − β)g`, which starts at zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Average {
    beta: f64,
    value: DVector<f64>,
    count: i32,
}

impl Average {
    /// # Errors
    /// If the weight on the old average is not in `[0, 1)`; `name` is how the message
    /// calls it.
    pub fn new(name: &'static str, beta: f64) -> Result<Self, OptimizationError> {
        Ok(Self { beta: weight(name, beta)?, value: DVector::zeros(0), count: 0 })
    }

    // ANCHOR: average
    /// Takes the next `g` into the average.
    ///
    /// # Panics
    /// If it is not as long as the ones before.
    pub fn update(&mut self, g: &DVector<f64>) {
        self.fit(g);
        self.value = self.beta * &self.value + (1.0 - self.beta) * g;
        self.count += 1;
    }
    // ANCHOR_END: average

    /// Zeros before the first of the vectors, and as long as it from then on.
    fn fit(&mut self, g: &DVector<f64>) {
        if self.count == 0 {
            self.value = DVector::zeros(g.len());
        }
        check_length("gradient", g, self.value.len());
    }

    /// `u`, empty before the first update.
    pub fn value(&self) -> &DVector<f64> {
        &self.value
    }

    // ANCHOR: correction
    /// `1 − βᵗ`: what the weights of the `t` vectors in the average sum to.
    pub fn total_weight(&self) -> f64 {
        1.0 - self.beta.powi(self.count)
    }
    // ANCHOR_END: correction

    /// Whether no sum or square in it has left the range of numbers.
    pub fn is_finite(&self) -> bool {
        finite(&self.value)
    }
}

// ANCHOR: memory
/// `(1 − β) βᵏ`: the weight in the average of the gradient from `k` steps ago.
pub fn weight_at_age(beta: f64, k: i32) -> f64 {
    (1.0 - beta) * beta.powi(k)
}

/// `ln ½ / ln β`: the age at which a gradient has half the weight of the current one.
pub fn half_life(beta: f64) -> f64 {
    0.5_f64.ln() / beta.ln()
}
// ANCHOR_END: memory

// ANCHOR: noise
/// The variance of the average of `t` uncorrelated gradients of equal variance, in units
/// of that of one gradient.
pub fn average_variance(beta: f64, t: i32) -> f64 {
    (1.0 - beta) / (1.0 + beta) * (1.0 - beta.powi(2 * t))
}

/// The same with bias correction.
pub fn corrected_variance(beta: f64, t: i32) -> f64 {
    average_variance(beta, t) / (1.0 - beta.powi(t)).powi(2)
}
// ANCHOR_END: noise

// ANCHOR: gain
/// `(1 − β) / √(1 − 2β cos ω + β²)`: what the average leaves, in the long run, of the
/// amplitude of a gradient that oscillates with `ω` radians a step.
pub fn gain(beta: f64, omega: f64) -> f64 {
    (1.0 - beta) / (1.0 - 2.0 * beta * omega.cos() + beta * beta).sqrt()
}
// ANCHOR_END: gain

/// Momentum: `u ← βu + (1 − β)∇f(θ)`, `θ ← θ − αu`, or `θ ← θ − αu / (1 − βᵗ)` with bias
/// correction.
#[derive(Clone, Debug, PartialEq)]
pub struct Momentum {
    step_size: f64,
    first_moment: Average,
    bias_correction: bool,
}

impl Momentum {
    /// # Errors
    /// If the step size is not a finite number above 0, or if `beta` is not in `[0, 1)`.
    pub fn new(step_size: f64, beta: f64) -> Result<Self, OptimizationError> {
        let step_size = positive("step size", step_size)?;
        let first_moment = Average::new("beta", beta)?;
        Ok(Self { step_size, first_moment, bias_correction: false })
    }

    /// The same, with the average divided by the sum of its weights.
    pub fn with_bias_correction(self) -> Self {
        Self { bias_correction: true, ..self }
    }

    /// `u`, empty before the first step.
    pub fn first_moment(&self) -> &DVector<f64> {
        self.first_moment.value()
    }
}

impl Momentum {
    /// What `u` is divided by: the sum of its weights, or 1 without correction.
    fn divisor(&self) -> f64 {
        if self.bias_correction { self.first_moment.total_weight() } else { 1.0 }
    }
}

impl Optimizer for Momentum {
    // ANCHOR: step
    fn step(&mut self, parameters: &mut DVector<f64>, gradient: &DVector<f64>) {
        check_length("gradient", gradient, parameters.len());
        self.first_moment.update(gradient);
        *parameters -= self.step_size / self.divisor() * self.first_moment();
    }
    // ANCHOR_END: step

    fn is_finite(&self) -> bool {
        self.first_moment.is_finite()
    }
}

// ANCHOR: conversions
/// The heavy ball's `γ` that moves like the lecture's `α`.
pub fn heavy_ball_step_size(alpha: f64, beta: f64) -> f64 {
    alpha * (1.0 - beta)
}

/// The lecture's `α` that moves like the heavy ball's `γ`.
pub fn lecture_step_size(gamma: f64, beta: f64) -> f64 {
    gamma / (1.0 - beta)
}

/// The lecture's `β`, the weight of the old average, from that of the notes, the
/// weight of the new gradient.
pub fn lecture_beta(notes_beta: f64) -> f64 {
    1.0 - notes_beta
}
// ANCHOR_END: conversions

/// `torch.optim.SGD` with its `lr`, `momentum` and `dampening`. Without dampening it is
/// the heavy ball.
#[derive(Clone, Debug, PartialEq)]
pub struct PyTorchSgd {
    lr: f64,
    momentum: f64,
    dampening: f64,
    buffer: DVector<f64>,
}

impl PyTorchSgd {
    /// # Errors
    /// If `lr` is not a finite number above 0, or if one of the others is not in
    /// `[0, 1)`.
    pub fn new(
        lr: f64,
        momentum: f64,
        dampening: f64,
    ) -> Result<Self, OptimizationError> {
        Ok(Self {
            lr: positive("lr", lr)?,
            momentum: weight("momentum", momentum)?,
            dampening: weight("dampening", dampening)?,
            buffer: DVector::zeros(0),
        })
    }
}

// ANCHOR: pytorch
impl Optimizer for PyTorchSgd {
    fn step(&mut self, parameters: &mut DVector<f64>, gradient: &DVector<f64>) {
        check_length("gradient", gradient, parameters.len());
        if self.buffer.is_empty() || self.momentum == 0.0 {
            self.buffer = gradient.clone();
        } else {
            check_length("gradient", gradient, self.buffer.len());
            self.buffer.axpy(1.0 - self.dampening, gradient, self.momentum);
        }
        parameters.axpy(-self.lr, &self.buffer, 1.0);
    }

    fn is_finite(&self) -> bool {
        finite(&self.buffer)
    }
}
// ANCHOR_END: pytorch
