//! Elbows: where the ReLU units of one input bend, where initialization puts them, and
//! how training moves them.
//!
//! Source: EECS 182 notes on initialization, 1.1 and 1.3; EECS 182, Discussion 1,
//! problem 2.

use std::f64::consts::PI;

use nalgebra::{DMatrix, DVector};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use rand_distr::StandardNormal;

use crate::backpropagation::squared_error_and_gradient;
use crate::gradient_descent::{GradientDescent, OptimizationError, minimize};
use crate::initialization::{normal, pytorch_default};
use crate::linear_layer::Linear;
use crate::network::{Activation, Layer, Network};
use crate::random::{Stream, generator};
use crate::sgd::batches;

// ANCHOR: elbows
/// Where each unit `ReLU(w x + b)` of a layer `[1, units]` bends: `ξ = −b/w`.
/// Infinite, or not a number, where `w = 0`.
///
/// # Panics
/// If the layer has more than one input.
pub fn elbows(layer: &Linear) -> Vec<f64> {
    assert_eq!(layer.fan_in(), 1, "{} inputs: an elbow needs one", layer.fan_in());
    layer.weight.iter().zip(&layer.bias).map(|(w, b)| -b / w).collect()
}
// ANCHOR_END: elbows

// ANCHOR: role
/// What a unit does between the smallest and the largest input of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Its elbow lies inside.
    Bends,
    /// It is never below 0: the ReLU does nothing.
    Linear,
    /// It is never above 0: its output is 0 for all data.
    Dead,
}

impl Role {
    /// The role of `ReLU(w x + b)` for `x` from `low` to `high`. A straight line
    /// has its extremes at the ends.
    pub fn of(w: f64, b: f64, (low, high): (f64, f64)) -> Self {
        let ends = [w * low + b, w * high + b];
        match (ends[0].max(ends[1]) > 0.0, ends[0].min(ends[1]) < 0.0) {
            (true, true) => Self::Bends,
            (true, false) => Self::Linear,
            (false, _) => Self::Dead,
        }
    }
}
// ANCHOR_END: role

// ANCHOR: cauchy
/// The Cauchy distribution around 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cauchy {
    /// For elbows `s_b / s_w`: half of the law lies between `−scale` and `scale`.
    pub scale: f64,
}

impl Cauchy {
    /// `p(ξ) = 1 / (π scale (1 + (ξ/scale)²))`.
    pub fn density(self, place: f64) -> f64 {
        1.0 / (PI * self.scale * (1.0 + (place / self.scale).powi(2)))
    }

    /// `Pr(elbow ≤ ξ) = ½ + arctan(ξ/scale) / π`.
    pub fn below(self, place: f64) -> f64 {
        0.5 + (place / self.scale).atan() / PI
    }

    /// The place below which an elbow lies with the probability `p`.
    pub fn quantile(self, p: f64) -> f64 {
        self.scale * (PI * (p - 0.5)).tan()
    }
}
// ANCHOR_END: cauchy

// ANCHOR: ratio
/// The density of `−b/w` for independent `w` and `b`, both uniform between −1 and 1,
/// or between any other two such ends.
pub fn uniform_ratio_density(place: f64) -> f64 {
    if place.abs() <= 1.0 { 0.25 } else { 0.25 / (place * place) }
}

/// `Pr(−b/w ≤ ξ)` for them.
pub fn uniform_ratio_below(place: f64) -> f64 {
    match place {
        ..-1.0 => -0.25 / place,
        ..=1.0 => 0.5 + 0.25 * place,
        _ => 1.0 - 0.25 / place,
    }
}
// ANCHOR_END: ratio

// ANCHOR: start
/// How a layer of one input starts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Start {
    /// Weights and biases from centred normals of these standard deviations.
    Normal { weight: f64, bias: f64 },
    /// Weights and biases uniform on `±1`, which is PyTorch's default.
    Uniform,
    /// Weights from He's `N(0, 2)`, one value for all biases.
    Constant { bias: f64 },
    /// Weights from `N(0, 2)`, elbows uniform from `low` to `high`: `b = −w ξ`.
    Placed { low: f64, high: f64 },
}

impl Start {
    /// A layer `[1, units]`.
    ///
    /// # Panics
    /// If the elbows are to be placed from `low` to a `high` that is smaller.
    pub fn draw(self, units: usize, rng: &mut ChaCha8Rng) -> Linear {
        let mut layer = match self {
            Self::Normal { weight, .. } => normal(1, units, weight * weight, rng),
            Self::Uniform => pytorch_default(1, units, rng),
            _ => normal(1, units, 2.0, rng),
        };
        for (w, b) in layer.weight.iter().zip(layer.bias.iter_mut()) {
            *b = match self {
                Self::Normal { bias, .. } => {
                    bias * rng.sample::<f64, _>(StandardNormal)
                }
                Self::Uniform => *b,
                Self::Constant { bias } => bias,
                Self::Placed { low, high } => -w * rng.random_range(low..=high),
            };
        }
        layer
    }
}
// ANCHOR_END: start

/// Inputs and outputs to fit, each `[examples, 1]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    pub x: DMatrix<f64>,
    pub y: DMatrix<f64>,
}

/// `sin 5x` at 64 places spread evenly from −1 to 1.
pub fn sine() -> Curve {
    let x = DMatrix::from_fn(64, 1, |i, _| (2.0 * i as f64 - 63.0) / 63.0);
    let y = x.map(|x| (5.0 * x).sin());
    Curve { x, y }
}

// ANCHOR: network
/// A network from one number to one number with a hidden layer of ReLU units. The
/// last layer starts with weights from He's `N(0, 2/units)` and no bias.
pub fn network(start: Start, units: usize, seed: u64) -> Network {
    let hidden = start.draw(units, &mut generator(seed, Stream::Weights));
    let mut rng = generator(seed, Stream::LastLayer);
    let last = normal(units, 1, 2.0 / units as f64, &mut rng);
    Network::new(vec![
        Layer { linear: hidden, activation: Activation::Relu },
        Layer { linear: last, activation: Activation::Identity },
    ])
}
// ANCHOR_END: network

// ANCHOR: experiment
/// A network of 20 hidden units and the batches of its run: 1000 batches of 8,
/// which go 125 times through the 64 examples of [`sine`]. For one seed only the first
/// layers of different starts differ.
pub fn experiment(start: Start, seed: u64) -> (Network, Vec<Vec<usize>>) {
    let mut rng = generator(seed, Stream::Batches);
    let passes = (0..125).flat_map(|_| batches(64, 8, &mut rng));
    (network(start, 20, seed), passes.collect())
}
// ANCHOR_END: experiment

// ANCHOR: bends
/// Where the curve of such a network bends, and what its slope gains there from
/// left to right: `ξ` and `|w| w'` of each unit, with `w'` its weight in the last layer.
///
/// # Panics
/// If the network has more than one input.
pub fn bends(network: &Network) -> Vec<(f64, f64)> {
    let [hidden, last] = [0, 1].map(|layer| &network.layers()[layer].linear);
    let gains = hidden.weight.iter().zip(&last.weight).map(|(w, next)| w.abs() * next);
    elbows(hidden).into_iter().zip(gains).collect()
}
// ANCHOR_END: bends

/// Which parameters a run moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trained {
    LastLayer,
    AllLayers,
}

// ANCHOR: fit
/// The parameters before and after each step of SGD on half the mean squared error,
/// one step for each batch of positions on the curve.
///
/// # Errors
/// If the step size is not a finite number above 0, or if the run diverges.
///
/// # Panics
/// If the curve does not fit the network.
pub fn fit(
    start: &Network,
    curve: &Curve,
    trained: Trained,
    step_size: f64,
    batches: &[Vec<usize>],
) -> Result<Vec<DVector<f64>>, OptimizationError> {
    let fixed = match trained {
        Trained::LastLayer => start.layers()[0].parameter_count(),
        Trained::AllLayers => 0,
    };
    let mut network = start.clone();
    let mut batches = batches.iter();
    let mut descent = GradientDescent::new(step_size)?;
    minimize(&mut descent, &start.parameters(), batches.len(), |theta| {
        let batch = batches.next().expect("one batch for each step");
        let (x, y) = (curve.x.select_rows(batch), curve.y.select_rows(batch));
        network.set_parameters(theta);
        let (_, mut gradient) = squared_error_and_gradient(&network, x, &y);
        gradient.rows_mut(0, fixed).fill(0.0);
        gradient
    })
}
// ANCHOR_END: fit

// ANCHOR: features
/// The outputs of the hidden units and a column of ones, `[examples, units + 1]`:
/// the network's output is this matrix times the last layer's weights and bias.
pub fn features(network: &Network, x: &DMatrix<f64>) -> DMatrix<f64> {
    let hidden = network.layers()[0].forward(x);
    let units = hidden.ncols();
    hidden.insert_column(units, 1.0)
}

/// Half the mean squared error of the best last layer, found without any step.
///
/// # Panics
/// If the curve does not fit the network.
pub fn best_last_layer(network: &Network, curve: &Curve) -> f64 {
    let features = features(network, &curve.x);
    let svd = features.clone().svd(true, true);
    let parameters = svd.solve(&curve.y, 1e-10).expect("both factors");
    let errors = features * parameters - &curve.y;
    errors.norm_squared() / (2.0 * curve.x.len() as f64)
}
// ANCHOR_END: features
