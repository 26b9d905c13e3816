//! Acceleration: Nesterov's method whose momentum grows, the bounds on what it leaves,
//! and the chain on which no method of its kind is faster.
//!
//! Source: Data 188, Lecture 06, "Nesterov Momentum"; Y. Nesterov, 1983 and 2004.

use std::borrow::Cow;

use nalgebra::{DMatrix, DVector};

use crate::gradient_descent::{
    OptimizationError, Optimizer, check_length, finite, positive,
};
use crate::quadratic::Quadratic;

// ANCHOR: growth
/// How `ν₁ = 1, ν₂, …` grows: `ν_{t+1}² − ν_{t+1}` must not exceed `ν_t²`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Growth {
    /// As fast as allowed.
    Largest,
    /// By a half in each step: `ν_t = (t + 1) / 2`.
    Half,
}

impl Growth {
    /// `ν_{t+1}` from `ν_t`.
    pub fn next(self, nu: f64) -> f64 {
        match self {
            Self::Largest => (1.0 + (1.0 + 4.0 * nu * nu).sqrt()) / 2.0,
            Self::Half => nu + 0.5,
        }
    }
}
// ANCHOR_END: growth

/// Nesterov's accelerated gradient method: a gradient step from the look-ahead point to
/// `θ_t`, and from there `(ν_t − 1)/ν_{t+1} · (θ_t − θ_{t−1})` further, to the next
/// look-ahead point. The first one is `θ₀`.
#[derive(Clone, Debug, PartialEq)]
pub struct Accelerated {
    step_size: f64,
    growth: Growth,
    nu: f64,
    momentum: f64,
    last_move: DVector<f64>,
}

impl Optimizer for Accelerated {
    // ANCHOR: accelerated
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
        let nu = self.growth.next(self.nu);
        self.momentum = (self.nu - 1.0) / nu;
        self.nu = nu;
    }
    // ANCHOR_END: accelerated

    fn is_finite(&self) -> bool {
        finite(&self.last_move)
    }
}

impl Accelerated {
    /// The bound of the book holds for the step size `1/L`.
    ///
    /// # Errors
    /// If the step size is not a finite number above 0.
    pub fn new(step_size: f64, growth: Growth) -> Result<Self, OptimizationError> {
        let step_size = positive("step size", step_size)?;
        let last_move = DVector::zeros(0);
        Ok(Self { step_size, growth, nu: 1.0, momentum: 0.0, last_move })
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

/// `3L‖θ₀ − θ*‖² / 32(t + 1)²`: on the [`chain`] of `2t + 1`, no method that
/// starts at 0 and moves along the gradients it has seen is below it.
pub fn lower_bound(smoothness: f64, squared_distance: f64, t: usize) -> f64 {
    3.0 * smoothness * squared_distance / (32.0 * (t as f64 + 1.0).powi(2))
}
// ANCHOR_END: bounds

// ANCHOR: chain
/// Nesterov's chain, `½θᵀPθ + qᵀθ`: `P` has `L/2` on its diagonal and `−L/4` beside it,
/// `q` has `−L/4` as its first entry and zeros. It is convex and `L`-smooth.
pub fn chain(length: usize, smoothness: f64) -> Quadratic {
    let quarter = smoothness / 4.0;
    let entry = |i: usize, j: usize| match i.abs_diff(j) {
        0 => 2.0,
        1 => -1.0,
        _ => 0.0,
    };
    let mut linear = DVector::zeros(length);
    linear[0] = -quarter;
    Quadratic::new(quarter * DMatrix::from_fn(length, length, entry), linear)
}

/// Its minimum, `−(L/8) length/(length + 1)`, and
/// `‖θ*‖² = length (2 length + 1) / 6(length + 1)`.
pub fn chain_minimum(length: usize, smoothness: f64) -> (f64, f64) {
    let length = length as f64;
    let minimum = -smoothness / 8.0 * length / (length + 1.0);
    (minimum, length * (2.0 * length + 1.0) / (6.0 * (length + 1.0)))
}
// ANCHOR_END: chain
