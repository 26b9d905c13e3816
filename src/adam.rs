//! Adam: a step size for each parameter, from running averages of its gradients and of
//! their squares.
//!
//! Source: Data 188, Lecture 06, "Adam" and "Adam with bias correction"; Discussion 03,
//! 1(d) and 1(g); D. Kingma and J. Ba, *Adam*, 2015.

use nalgebra::DVector;

use crate::gradient_descent::{OptimizationError, Optimizer, check_length, positive};
use crate::momentum::Average;

/// Adam, for each parameter on its own: `u ← β₁u + (1 − β₁)g`, `v ← β₂v + (1 − β₂)g²`,
/// `θ ← θ − αu / (√v + ε)`; with bias correction, `u / (1 − β₁ᵗ)` and `v / (1 − β₂ᵗ)` in
/// the last.
#[derive(Clone, Debug, PartialEq)]
pub struct Adam {
    step_size: f64,
    first_moment: Average,
    second_moment: Average,
    epsilon: f64,
    bias_correction: bool,
}

impl Adam {
    /// # Errors
    /// If the step size is not a finite number above 0, if a beta is not in `[0, 1)`, or
    /// if epsilon is not a finite number from 0 on.
    pub fn new(
        step_size: f64,
        [beta1, beta2]: [f64; 2],
        epsilon: f64,
    ) -> Result<Self, OptimizationError> {
        let (name, expected) = ("epsilon", "a finite number, 0 or above");
        if !(epsilon >= 0.0 && epsilon.is_finite()) {
            let value = epsilon;
            return Err(OptimizationError::Hyperparameter { name, value, expected });
        }
        Ok(Self {
            step_size: positive("step size", step_size)?,
            first_moment: Average::new("beta1", beta1)?,
            second_moment: Average::new("beta2", beta2)?,
            epsilon,
            bias_correction: false,
        })
    }

    /// The same, with both averages divided by the sums of their weights.
    pub fn with_bias_correction(self) -> Self {
        Self { bias_correction: true, ..self }
    }

    /// `u`, empty before the first step.
    pub fn first_moment(&self) -> &DVector<f64> {
        self.first_moment.value()
    }

    /// `v`, empty before the first step.
    pub fn second_moment(&self) -> &DVector<f64> {
        self.second_moment.value()
    }
}

impl Optimizer for Adam {
    fn step(&mut self, parameters: &mut DVector<f64>, gradient: &DVector<f64>) {
        check_length("gradient", gradient, parameters.len());
        self.first_moment.update(gradient);
        self.second_moment.update(&gradient.component_mul(gradient));
        let (u, v) = (&self.first_moment, &self.second_moment);
        let (c1, c2) = match self.bias_correction {
            true => (u.total_weight(), v.total_weight()),
            false => (1.0, 1.0),
        };
        // √(v / c₂) as √v · 1/√c₂: a division less for each parameter.
        let (rate, scale) = (self.step_size / c1, 1.0 / c2.sqrt());
        parameters.zip_zip_apply(u.value(), v.value(), |theta, u, v| {
            *theta -= rate * u / (scale * v.sqrt() + self.epsilon);
        });
    }
}
