//! Runs that several chapters ask about.

use descent::gradient_descent::{Optimizer, minimize};
use descent::quadratic::Quadratic;
use nalgebra::DVector;

/// The points of an optimizer on a quadratic.
///
/// # Panics
/// If the run leaves the range of numbers.
pub fn path(
    mut optimizer: impl Optimizer,
    quadratic: &Quadratic,
    start: &DVector<f64>,
    steps: usize,
) -> Vec<DVector<f64>> {
    let gradient = |theta: &DVector<f64>| quadratic.gradient(theta);
    minimize(&mut optimizer, start, steps, gradient).expect("a finite run")
}

/// How far the end of a path is from zero.
pub fn distance(path: &[DVector<f64>]) -> f64 {
    path.last().map_or(0.0, DVector::norm)
}
