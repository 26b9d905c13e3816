//! Units that are off for every example: how likely they are, what passes them by, and
//! what brings them back.
//!
//! Source: Data 188, Discussion 03, part 2; EECS 182 notes, "Initialization".

use std::f64::consts::{FRAC_1_SQRT_2, LN_10, PI};

use libm::erfc;
use nalgebra::{DMatrix, DVector, dvector};

use crate::backpropagation::{Neuron, adjoints};
use crate::depth::dead_units;
use crate::gradient_descent::{
    GradientDescent, OptimizationError, Optimizer, minimize,
};
use crate::initialization::{he, normal};
use crate::linear_layer::Linear;
use crate::network::{Activation, Batch, Layer, Network};
use crate::objective::loss;
use crate::random::{Stream, generator};
use crate::sgd::{Plan, fit, selector};

/// The worksheet's bias.
pub const WORKSHEET_BIAS: f64 = -1e6;

// ANCHOR: with_bias
/// The network with one number in the place of all biases of one layer, counted from 0.
///
/// # Panics
/// If there is no such layer.
pub fn with_bias(network: &Network, layer: usize, bias: f64) -> Network {
    let mut layers = network.layers().to_vec();
    layers[layer].linear.bias.fill(bias);
    Network::new(layers)
}
// ANCHOR_END: with_bias

// ANCHOR: residual
/// A path around the layer: `Z = X + ReLU(X W + 1 b)`.
///
/// # Panics
/// If the layer has not as many outputs as inputs, or if the input does not fit it.
pub fn residual(input: &DMatrix<f64>, layer: &Linear) -> DMatrix<f64> {
    let mut output = layer.forward(input);
    Activation::Relu.apply(&mut output);
    input + output
}

/// `∂X` from `∂Z`: one part for each path.
///
/// # Panics
/// As [`residual`], and if `∂Z` is not of the shape of the input.
pub fn residual_adjoint(
    input: &DMatrix<f64>,
    layer: &Linear,
    output_gradient: &DMatrix<f64>,
) -> DMatrix<f64> {
    output_gradient + &adjoints(input, layer, output_gradient)[0].adjoint
}
// ANCHOR_END: residual

// ANCHOR: probability
/// `Φ`, the probability that a standard normal number is below the argument.
pub fn normal_cdf(place: f64) -> f64 {
    0.5 * erfc(-place * FRAC_1_SQRT_2)
}

/// The probability that a unit with bias `b` is active on a given input: its weights are
/// independent draws from `N(0, scale / fan_in)`, and the root mean square of the
/// input's entries is `rms`.
pub fn probability_active(bias: f64, scale: f64, rms: f64) -> f64 {
    normal_cdf(bias / (scale.sqrt() * rms))
}
// ANCHOR_END: probability

// ANCHOR: tail
/// `log₁₀` of `φ(far)/far`, which is above `Φ(−far)` by less than one part in `far²`,
/// for `far` above 1, also where `Φ(−far)` itself is no longer a number of this machine.
pub fn log10_tail(far: f64) -> f64 {
    -(far * far / 2.0 + far.ln() + (2.0 * PI).ln() / 2.0) / LN_10
}
// ANCHOR_END: tail

// ANCHOR: pull
/// What moves a neuron `σ(wx + b)`: the mean of `½(σ(wx + b) − y)²` over its samples, and
/// the decay of its two parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pull<'a> {
    /// Pairs `(x, y)`.
    pub samples: &'a [(f64, f64)],
    /// `σ(a) = slope · a` below zero; 0 for the ReLU.
    pub slope: f64,
    /// What is added to the gradient for each unit of `w` and of `b`.
    pub decay: [f64; 2],
}

impl Pull<'_> {
    /// The gradient by `θ = (w, b)`.
    pub fn gradient(&self, theta: &DVector<f64>) -> DVector<f64> {
        let mut sum = DVector::zeros(2);
        for &(x, y) in self.samples {
            let a = theta[0] * x + theta[1];
            let derivative = if a > 0.0 { 1.0 } else { self.slope };
            sum += (derivative * a - y) * derivative * dvector![x, 1.0];
        }
        let decay = DVector::from(self.decay.to_vec()).component_mul(theta);
        sum / self.samples.len() as f64 + decay
    }

    /// The neuron before and after each step on all samples.
    ///
    /// # Errors
    /// If the run diverges.
    pub fn follow(
        &self,
        optimizer: &mut impl Optimizer,
        start: Neuron,
        steps: usize,
    ) -> Result<Vec<Neuron>, OptimizationError> {
        let start = start.parameters();
        let points = minimize(optimizer, &start, steps, |theta| self.gradient(theta))?;
        Ok(points.iter().map(Neuron::from_parameters).collect())
    }
}
// ANCHOR_END: pull

/// The step sizes of the experiment, and its seeds.
pub const STEP_SIZES: [f64; 6] = [0.1, 0.2, 0.4, 0.8, 1.6, 3.2];
pub const SEEDS: [u64; 7] = [0, 1, 2, 3, 4, 5, 6];

// ANCHOR: setting
/// A network with one hidden layer, and how plain SGD trains it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Setting {
    pub hidden: usize,
    pub activation: Activation,
    /// What the hidden biases start from.
    pub bias: f64,
    pub step_size: f64,
    pub batch_size: usize,
    pub epochs: usize,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    pub network: Network,
    /// Mean cross-entropy over the training set at the end.
    pub loss: f64,
    /// The share of hidden units that no training example activates, at the start and
    /// after each epoch.
    pub dead: Vec<f64>,
}
// ANCHOR_END: setting

impl Setting {
    /// The book's: thirty units, zero biases, and with five hundred examples a hundred
    /// steps. That is few enough that rounding, which large steps multiply, stays out of
    /// every digit that is printed.
    pub fn new(activation: Activation, step_size: f64) -> Self {
        let (hidden, batch_size, epochs) = (30, 25, 5);
        Self { hidden, activation, bias: 0.0, step_size, batch_size, epochs }
    }

    // ANCHOR: run
    /// Trains from He's initialization. (The rule for the leaky ReLU gives weights
    /// that differ by less than one part in ten thousand.)
    ///
    /// # Errors
    /// If the step size is not a finite number above 0.
    ///
    /// # Panics
    /// If there is no example, if a label is not one of ten classes, or if a size is 0.
    pub fn run(&self, examples: &Batch, seed: u64) -> Result<Run, OptimizationError> {
        let mut rng = generator(seed, Stream::Weights);
        let widths = [examples.images.ncols(), self.hidden, 10];
        let network =
            Network::with_widths(&widths, self.activation, |inputs, units| {
                normal(inputs, units, he(inputs), &mut rng)
            });
        let mut network = with_bias(&network, 0, self.bias);
        let mut descent = GradientDescent::new(self.step_size)?;
        let (batch_size, epochs) = (self.batch_size, self.epochs);
        let mut dead = vec![dead_units(&hidden(&network, examples))];
        dead.extend(fit(
            &mut network,
            &mut descent,
            Plan { examples: examples.len(), batch_size, epochs },
            &mut generator(seed, Stream::Batches),
            &selector(examples),
            |network, _| dead_units(&hidden(network, examples)),
        ));
        Ok(Run { loss: loss(&network, examples), network, dead })
    }
    // ANCHOR_END: run
}

/// The outputs of the first layer.
pub fn hidden(network: &Network, examples: &Batch) -> DMatrix<f64> {
    let first: &Layer = &network.layers()[0];
    first.forward(&examples.images)
}
