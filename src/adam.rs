//! Adam: a step size for each parameter, from running averages of its gradients and of
//! their squares.
//!
//! Source: Data 188, Lecture 06, "Adam" and "Adam with bias correction"; Discussion 03,
//! 1(d) and 1(g); D. Kingma and J. Ba, *Adam*, 2015.

use nalgebra::{DVector, dmatrix, dvector};

use crate::gradient_descent::{
    OptimizationError, Optimizer, check_length, not_negative, positive,
};
use crate::momentum::Average;
use crate::quadratic::Quadratic;

// ANCHOR: state
/// Adam, for each parameter on its own: two averages and three settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Adam {
    step_size: f64,
    first_moment: Average,
    second_moment: Average,
    epsilon: f64,
    bias_correction: bool,
}
// ANCHOR_END: state

impl Adam {
    /// # Errors
    /// If the step size is not a finite number above 0, if a beta is not in `[0, 1)`, or
    /// if epsilon is not a finite number from 0 on.
    pub fn new(
        step_size: f64,
        [beta1, beta2]: [f64; 2],
        epsilon: f64,
    ) -> Result<Self, OptimizationError> {
        let epsilon = not_negative("epsilon", epsilon)?;
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
    // ANCHOR: step
    fn step(&mut self, parameters: &mut DVector<f64>, gradient: &DVector<f64>) {
        check_length("gradient", gradient, parameters.len());
        self.first_moment.update(gradient);
        self.second_moment.update(&gradient.component_mul(gradient));
        let (u, v) = (&self.first_moment, &self.second_moment);
        let (sum1, sum2) = match self.bias_correction {
            true => (u.total_weight(), v.total_weight()),
            false => (1.0, 1.0),
        };
        // √(v / sum2) as √v · 1/√sum2: a division less for each parameter.
        let (rate, stretch) = (self.step_size / sum1, 1.0 / sum2.sqrt());
        parameters.zip_zip_apply(u.value(), v.value(), |theta, u, v| {
            *theta -= rate * u / (stretch * v.sqrt() + self.epsilon);
        });
    }
    // ANCHOR_END: step

    fn is_finite(&self) -> bool {
        self.first_moment.is_finite() && self.second_moment.is_finite()
    }
}

// ANCHOR: ratios
/// `(1 − β₁ᵗ) / √(1 − β₂ᵗ)`: how many times as long step `t` is without bias
/// correction, for `ε = 0` and any gradients that are not all zero.
pub fn missing_correction([beta1, beta2]: [f64; 2], t: i32) -> f64 {
    (1.0 - beta1.powi(t)) / (1.0 - beta2.powi(t)).sqrt()
}

/// The largest `|u| / √v` that `t` gradients can give, without bias correction and
/// for `β₂ > 0`: `(1 − β₁) / √(1 − β₂) · √(1 + ratio + … + ratioᵗ⁻¹)`, with the `ratio`
/// `β₁² / β₂`.
pub fn largest_ratio([beta1, beta2]: [f64; 2], t: i32) -> f64 {
    let ratio = beta1 * beta1 / beta2;
    let sum: f64 = (0..t).map(|k| ratio.powi(k)).sum();
    (1.0 - beta1) / (1.0 - beta2).sqrt() * sum.sqrt()
}
// ANCHOR_END: ratios

// ANCHOR: turned
/// The valley `½ (θ₁² + κ θ₂²)` after a turn by 45°.
pub fn turned_valley(condition: f64) -> Quadratic {
    let (equal, other) = ((1.0 + condition) / 2.0, (1.0 - condition) / 2.0);
    Quadratic::new(dmatrix![equal, other; other, equal], DVector::zeros(2))
}

/// A point of the plane after a turn by 45°.
pub fn turned(point: &DVector<f64>) -> DVector<f64> {
    dvector![point[0] - point[1], point[0] + point[1]] / 2_f64.sqrt()
}
// ANCHOR_END: turned

// ANCHOR: arrival
/// The step from which on all the values of a run are at most `level`, if any.
pub fn arrival(values: &[f64], level: f64) -> Option<usize> {
    let above = |&value: &f64| value > level || value.is_nan();
    let steps = values.iter().rposition(above).map_or(0, |step| step + 1);
    (steps < values.len()).then_some(steps)
}
// ANCHOR_END: arrival
