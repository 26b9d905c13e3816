//! Momentum: steps along a running average of the gradients.
//!
//! Source: Data 188, Lecture 06, "Momentum" and "Unbiased momentum"; Discussion 03, 1(c)
//! and 1(f).

use nalgebra::DVector;

use crate::gradient_descent::{
    OptimizationError, Optimizer, check_length, positive, weight,
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

    /// Takes the next `g` into the average.
    ///
    /// # Panics
    /// If it is not as long as the ones before.
    pub fn update(&mut self, g: &DVector<f64>) {
        if self.count == 0 {
            self.value = DVector::zeros(g.len());
        }
        check_length("gradient", g, self.value.len());
        self.value.axpy(1.0 - self.beta, g, self.beta);
        self.count += 1;
    }

    /// `u`, empty before the first update.
    pub fn value(&self) -> &DVector<f64> {
        &self.value
    }

    /// `1 − βᵗ`: what the weights of the `t` vectors in the average sum to.
    pub fn total_weight(&self) -> f64 {
        1.0 - self.beta.powi(self.count)
    }
}

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

impl Optimizer for Momentum {
    fn step(&mut self, parameters: &mut DVector<f64>, gradient: &DVector<f64>) {
        check_length("gradient", gradient, parameters.len());
        let u = &mut self.first_moment;
        u.update(gradient);
        let correction = if self.bias_correction { u.total_weight() } else { 1.0 };
        parameters.axpy(-self.step_size / correction, u.value(), 1.0);
    }
}
