//! What a minimum is, when a local one is global, and why that does not hold for
//! networks.
//!
//! Source: Data 188, Lecture 06, "Optimization". The normalization of random directions
//! is that of Li, Xu, Taylor, Studer, Goldstein 2018.

use nalgebra::DVector;
use rand::RngExt;
use rand_distr::StandardNormal;

use crate::linear_layer::Linear;
use crate::network::{Batch, Layer, Network, cross_entropy};
use crate::random::{Stream, generator};

/// A function of one variable with its first two derivatives.
#[derive(Clone, Copy, Debug)]
pub struct Curve {
    pub name: &'static str,
    pub value: fn(f64) -> f64,
    pub slope: fn(f64) -> f64,
    pub curvature: fn(f64) -> f64,
}

// ANCHOR: curves
/// Convex, and always falling: it has no minimizer.
pub const EXPONENTIAL: Curve = Curve {
    name: "$e^{-\\theta}$",
    value: |theta| (-theta).exp(),
    slope: |theta| -(-theta).exp(),
    curvature: |theta| (-theta).exp(),
};

/// Convex, with a kink; the slope at 0 is taken to be 0, and there is no curvature.
pub const KINK: Curve = Curve {
    name: "$\\lvert\\theta\\rvert$",
    value: f64::abs,
    slope: |theta| if theta == 0.0 { 0.0 } else { theta.signum() },
    curvature: |_| 0.0,
};

/// Convex, with a slope that changes ever faster.
pub const QUARTIC: Curve = Curve {
    name: "$\\theta^4$",
    value: |theta| theta.powi(4),
    slope: |theta| 4.0 * theta.powi(3),
    curvature: |theta| 12.0 * theta.powi(2),
};

/// Convex, with an interval of minimizers.
pub const TROUGH: Curve = Curve {
    name: "$\\max(\\lvert\\theta\\rvert - 1, 0)$",
    value: |theta| (theta.abs() - 1.0).max(0.0),
    slope: |theta| if theta.abs() > 1.0 { theta.signum() } else { 0.0 },
    curvature: |_| 0.0,
};
// ANCHOR_END: curves

/// Not convex: flat at 0, where there is neither a minimum nor a maximum.
pub const CUBIC: Curve = Curve {
    name: "$\\theta^3$",
    value: |theta| theta.powi(3),
    slope: |theta| 3.0 * theta.powi(2),
    curvature: |theta| 6.0 * theta,
};

/// Not convex: two valleys, of which the left one is deeper.
pub const TWO_VALLEYS: Curve = Curve {
    name: "$(\\theta^2 - 1)^2 + \\tfrac{\\theta}{4}$",
    value: |theta| (theta * theta - 1.0).powi(2) + 0.25 * theta,
    slope: |theta| 4.0 * theta * (theta * theta - 1.0) + 0.25,
    curvature: |theta| 12.0 * theta * theta - 4.0,
};

// ANCHOR: convexity
/// How far the function lies above its chord between two points, at this share of the
/// way. Convex: never above zero, for any two points and any share from 0 to 1.
pub fn above_chord(f: impl Fn(f64) -> f64, from: f64, to: f64, share: f64) -> f64 {
    f(from + share * (to - from)) - ((1.0 - share) * f(from) + share * f(to))
}

/// How far the function at a second point lies above its tangent at the first. Convex:
/// never below zero.
pub fn above_tangent(curve: &Curve, at: f64, to: f64) -> f64 {
    (curve.value)(to) - ((curve.value)(at) + (curve.slope)(at) * (to - at))
}
// ANCHOR_END: convexity

// ANCHOR: follow
/// Gradient descent in one variable, `θ ← θ − α f'(θ)`: the start and the points after
/// each of `steps` steps, or fewer, where the next one would leave the range of
/// numbers.
pub fn follow(curve: &Curve, start: f64, step_size: f64, steps: usize) -> Vec<f64> {
    let next = |theta: &f64| Some(theta - step_size * (curve.slope)(*theta));
    let points = std::iter::successors(Some(start), next);
    points.take(steps + 1).take_while(|theta| theta.is_finite()).collect()
}
// ANCHOR_END: follow

// ANCHOR: permuted
/// The same function by another point of the parameter space: the units behind layer
/// `layer`, counted from 0, in another order.
///
/// # Panics
/// If there is no layer after it, or if `order` does not name each of its units.
pub fn permuted(network: &Network, layer: usize, order: &[usize]) -> Network {
    let mut layers = network.layers().to_vec();
    let fan_out = layers[layer].linear.fan_out();
    let mut sorted = order.to_vec();
    sorted.sort_unstable();
    assert!(
        sorted.into_iter().eq(0..fan_out),
        "the order {order:?} does not name each of {fan_out} units once"
    );
    let Linear { weight, bias } = &layers[layer].linear;
    layers[layer].linear =
        Linear::new(weight.select_columns(order), bias.select_columns(order));
    let Linear { weight, bias } = &layers[layer + 1].linear;
    layers[layer + 1].linear = Linear::new(weight.select_rows(order), bias.clone());
    Network::new(layers)
}
// ANCHOR_END: permuted

// ANCHOR: loss
/// The objective of training: the mean cross-entropy of a network over a data set.
///
/// # Panics
/// If the batch does not fit the network.
pub fn loss(network: &Network, batch: &Batch) -> f64 {
    let activations = network.forward(batch.images.clone());
    let losses = cross_entropy(&activations[network.layers().len()], &batch.labels);
    losses.iter().sum::<f64>() / losses.len() as f64
}
// ANCHOR_END: loss

// ANCHOR: slice
/// The network at `θ + distance · direction`, in the order of [`Network::parameters`].
///
/// # Panics
/// If the direction does not have an entry for each parameter.
pub fn moved(network: &Network, direction: &DVector<f64>, distance: f64) -> Network {
    network.with_parameters(&(network.parameters() + distance * direction))
}

/// A random direction in which the weights into each unit have the norm that they have
/// in the network, and the biases stay.
pub fn normalized_direction(network: &Network, seed: u64) -> DVector<f64> {
    let mut rng = generator(seed, Stream::Points);
    let mut direction = network.layers().to_vec();
    for Layer { linear, .. } in &mut direction {
        for mut unit in linear.weight.column_iter_mut() {
            let norm = unit.norm();
            unit.apply(|weight| *weight = rng.sample(StandardNormal));
            unit *= norm / unit.norm();
        }
        linear.bias.fill(0.0);
    }
    Network::new(direction).parameters()
}
// ANCHOR_END: slice
