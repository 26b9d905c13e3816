//! Quadratics, and the optimizers that several chapters run on them.
#![allow(dead_code, reason = "each test file uses some of it")]

use descent::gradient_descent::{Optimizer, minimize};
use descent::momentum::Momentum;
use descent::nesterov::Nesterov;
use descent::quadratic::{Quadratic, START};
use nalgebra::{DVector, dmatrix, dvector};

/// Where the runs in the valley start.
pub fn start() -> DVector<f64> {
    DVector::from_row_slice(&START)
}

/// One component with eigenvalue 1: a parabola.
pub fn parabola() -> Quadratic {
    Quadratic::new(dmatrix![1.0], dvector![0.0])
}

/// Eigenvalues 1 and `kappa`.
pub fn conditioned(kappa: f64) -> Quadratic {
    Quadratic::new(dmatrix![1.0, 0.0; 0.0, kappa], DVector::zeros(2))
}

pub fn momentum(alpha: f64, beta: f64) -> Momentum {
    Momentum::new(alpha, beta).expect("valid settings")
}

/// Heavy ball, Nesterov and the lecture's slide.
pub fn factors(beta: f64) -> [(&'static str, f64); 3] {
    [("heavy ball", 0.0), ("Nesterov", beta), ("the slide", 1.0)]
}

pub fn looking_ahead(step_size: f64, beta: f64, factor: f64) -> Nesterov {
    Nesterov::new(step_size, beta).unwrap().with_look_ahead(factor).unwrap()
}

/// The points of an optimizer on any function, by its gradient.
pub fn run_on(
    optimizer: &mut impl Optimizer,
    start: &DVector<f64>,
    steps: usize,
    gradient: impl FnMut(&DVector<f64>) -> DVector<f64>,
) -> Vec<DVector<f64>> {
    minimize(optimizer, start, steps, gradient).expect("a finite run")
}

/// The points on `½λθ²` from 1.
pub fn on_parabola(
    optimizer: &mut impl Optimizer,
    lambda: f64,
    steps: usize,
) -> Vec<f64> {
    let points = run_on(optimizer, &dvector![1.0], steps, |theta| lambda * theta);
    points.iter().map(|theta| theta[0]).collect()
}
