//! The worksheet's neuron under gradient descent, where the ReLU is a gate.
//!
//! Source: Data 188, Discussion 03, 1(b) and 1(e).

use nalgebra::dvector;

use crate::backpropagation::{Neuron, WORKSHEET};
use crate::gradient_descent::{OptimizationError, Optimizer, minimize};

/// The worksheet's samples `(x, y)`, which take turns.
pub const SAMPLES: [(f64, f64); 2] = [(3.0, 0.0), (-3.0, 0.0)];

// ANCHOR: worksheet
/// The worksheet's neuron before and after each step, each step on one of the two
/// samples in turn. `gradient` is [`Neuron::gradient`], or [`without_relu`].
///
/// # Errors
/// If the run diverges.
pub fn take_turns(
    optimizer: &mut impl Optimizer,
    steps: usize,
    gradient: impl Fn(Neuron, f64, f64) -> (f64, f64),
) -> Result<Vec<Neuron>, OptimizationError> {
    let mut samples = SAMPLES.into_iter().cycle();
    let points = minimize(optimizer, &WORKSHEET.parameters(), steps, |theta| {
        let (x, y) = samples.next().expect("a cycle has no end");
        let (weight, bias) = gradient(Neuron::from_parameters(theta), x, y);
        dvector![weight, bias]
    })?;
    Ok(points.iter().map(Neuron::from_parameters).collect())
}
// ANCHOR_END: worksheet

/// The gradient of the neuron without its ReLU, `ŷ = w x + b`.
pub fn without_relu(neuron: Neuron, x: f64, y: f64) -> (f64, f64) {
    let error = neuron.w * x + neuron.b - y;
    (error * x, error)
}
