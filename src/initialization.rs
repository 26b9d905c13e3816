//! Where training starts: zero, constant and random weights, the variance of the
//! draws, and the biases.
//!
//! Source: Data 188, Lecture 06, "Initialization of weights" and "Linear layer
//! initialization strategy"; EECS 182 notes on initialization, 1.2 and 1.3; Glorot and
//! Bengio 2010; He, Zhang, Ren, Sun 2015.

use std::f64::consts::PI;

use nalgebra::{DMatrix, DVector, RowDVector};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use rand_distr::{StandardNormal, Uniform};

use crate::backpropagation::loss_and_gradient;
use crate::gradient_descent::{GradientDescent, OptimizationError};
use crate::linear_layer::Linear;
use crate::network::{Activation, Batch, Network};
use crate::newton::Smooth;
use crate::random::{Stream, generator};
use crate::sgd::{Examples, batches, train};

// ANCHOR: normal
/// A layer whose weights are independent draws from `N(0, variance)` and whose
/// biases are zero. The draws fill the weight column by column.
pub fn normal(
    fan_in: usize,
    fan_out: usize,
    variance: f64,
    rng: &mut ChaCha8Rng,
) -> Linear {
    let mut draw = || rng.sample::<f64, _>(StandardNormal);
    let weight = DMatrix::from_fn(fan_in, fan_out, |_, _| variance.sqrt() * draw());
    Linear::new(weight, RowDVector::zeros(fan_out))
}
// ANCHOR_END: normal

// ANCHOR: uniform
/// The same with draws from the uniform distribution of this variance, which
/// lies on `±√(3 variance)`.
///
/// # Panics
/// If the variance is not a finite number from 0 on.
pub fn uniform(
    fan_in: usize,
    fan_out: usize,
    variance: f64,
    rng: &mut ChaCha8Rng,
) -> Linear {
    let weight = within((3.0 * variance).sqrt(), fan_in, fan_out, rng);
    Linear::new(weight, RowDVector::zeros(fan_out))
}

/// Independent uniform draws on `±bound`.
fn within(
    bound: f64,
    rows: usize,
    columns: usize,
    rng: &mut ChaCha8Rng,
) -> DMatrix<f64> {
    let range = Uniform::new_inclusive(-bound, bound).expect("a finite bound");
    DMatrix::from_fn(rows, columns, |_, _| rng.sample(range))
}
// ANCHOR_END: uniform

// ANCHOR: variances
/// `1 / n`, with `n` the fan-in: what the notes call Xavier's initialization.
pub fn xavier(fan_in: usize) -> f64 {
    1.0 / fan_in as f64
}

/// `2 / (n + m)`, with `m` the fan-out (Glorot and Bengio 2010).
pub fn glorot(fan_in: usize, fan_out: usize) -> f64 {
    2.0 / (fan_in + fan_out) as f64
}

/// `2 / n`, for inputs that come from a ReLU (He and others 2015).
pub fn he(fan_in: usize) -> f64 {
    leaky_he(fan_in, 0.0)
}

/// `2 / ((1 + slope²) n)`, for inputs that come from a leaky ReLU, which has the
/// slope 1 to the right of 0 and this one to the left.
pub fn leaky_he(fan_in: usize, slope: f64) -> f64 {
    2.0 / ((1.0 + slope * slope) * fan_in as f64)
}
// ANCHOR_END: variances

/// The density of `Σ x_k w_k` with `n` inputs `N(0, 1)` and `n` weights `N(0, 1/n)`: a mean
/// of normal densities with the standard deviations `s = ‖x‖/√n`, by the midpoint rule.
pub fn density_of_sum(n: usize, a: f64) -> f64 {
    const PIECES: usize = 4000;
    let deviations = (0..PIECES).map(|i| (i as f64 + 0.5) * 8.0 / PIECES as f64);
    let (mut sum, mut total) = (0.0, 0.0);
    for s in deviations {
        // The density of s, up to a factor; its logarithm is largest, −n/2, near s = 1.
        let n = n as f64;
        let weight = ((n - 1.0) * s.ln() - n / 2.0 * (s * s - 1.0)).exp();
        sum += weight * (-a * a / (2.0 * s * s)).exp() / (s * (2.0 * PI).sqrt());
        total += weight;
    }
    sum / total
}

/// A layer whose weights and biases are independent draws from the uniform distribution
/// on `±1/√fan_in`: what `torch.nn.Linear` starts from. Its variance is `1/(3 fan_in)`.
///
/// # Panics
/// If `fan_in` is 0.
pub fn pytorch_default(fan_in: usize, fan_out: usize, rng: &mut ChaCha8Rng) -> Linear {
    let bound = 1.0 / (fan_in as f64).sqrt();
    let weight = within(bound, fan_in, fan_out, rng);
    Linear::new(weight, within(bound, 1, fan_out, rng).row(0).into_owned())
}

/// A layer whose weights all have one value. Its biases are zero.
pub fn constant(fan_in: usize, fan_out: usize, weight: f64) -> Linear {
    Linear::new(
        DMatrix::from_element(fan_in, fan_out, weight),
        RowDVector::zeros(fan_out),
    )
}

// ANCHOR: learning
/// For each layer, first layer first, whether the gradient of its weights has
/// an entry that is not zero: whether a step of gradient descent moves it.
///
/// # Panics
/// If the batch does not fit the network.
pub fn weights_that_learn(network: &Network, batch: &Batch) -> Vec<bool> {
    let (_, gradient) = loss_and_gradient(network, batch);
    let gradients = network.with_parameters(&gradient);
    let layers = gradients.layers().iter();
    layers.map(|layer| layer.linear.weight.amax() > 0.0).collect()
}
// ANCHOR_END: learning

/// Gradient descent on the mean cross-entropy of one batch; gives the loss before each
/// step.
///
/// # Errors
/// If the step size is not a finite number above 0.
///
/// # Panics
/// If the batch does not fit the network.
pub fn descend(
    network: &mut Network,
    batch: &Batch,
    step_size: f64,
    steps: usize,
) -> Result<Vec<f64>, OptimizationError> {
    let mut descent = GradientDescent::new(step_size)?;
    let whole = vec![(0..batch.len()).collect(); steps];
    Ok(train(network, &mut descent, &whole, &|_| batch.clone()))
}

/// The share of each class among the labels.
///
/// # Panics
/// If a label is not below `classes`.
pub fn shares(labels: &[usize], classes: usize) -> RowDVector<f64> {
    let mut counts = RowDVector::zeros(classes);
    for &label in labels {
        counts[label] += 1.0;
    }
    counts / labels.len() as f64
}

/// `−Σ ȳ_k log ȳ_k` over the shares of the classes that occur: the least mean
/// cross-entropy of one answer for all.
pub fn entropy(labels: &[usize]) -> f64 {
    let classes = labels.iter().max().map_or(0, |last| last + 1);
    let shares = shares(labels, classes);
    -shares.iter().filter(|&&p| p > 0.0).map(|p| p * p.ln()).sum::<f64>()
}

// ANCHOR: row
/// `½ (w₁ w₂ ⋯ w_D − 1)²`: the loss of `D` linear layers with one weight each,
/// for the input 1 and the target 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeightsInARow;

impl Smooth for WeightsInARow {
    fn value(&self, w: &DVector<f64>) -> f64 {
        0.5 * (w.product() - 1.0).powi(2)
    }

    fn gradient(&self, w: &DVector<f64>) -> DVector<f64> {
        let error = w.product() - 1.0;
        DVector::from_fn(w.len(), |i, _| error * product_without(w, &[i]))
    }

    fn hessian(&self, w: &DVector<f64>) -> DMatrix<f64> {
        let error = w.product() - 1.0;
        DMatrix::from_fn(w.len(), w.len(), |i, j| {
            let square = product_without(w, &[i]) * product_without(w, &[j]);
            match i == j {
                true => square,
                false => square + error * product_without(w, &[i, j]),
            }
        })
    }
}
// ANCHOR_END: row

/// The product of the entries that are not left out.
fn product_without(w: &DVector<f64>, left_out: &[usize]) -> f64 {
    let kept = w.iter().enumerate().filter(|(i, _)| !left_out.contains(i));
    kept.map(|(_, w)| w).product()
}

// ANCHOR: biases
/// Four ways to start the biases.
///
/// Source: EECS 182 notes on initialization, 1.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Biases {
    /// As one more weight, of an input that is always 1, by Xavier's rule: `N(0, 1 /
    /// (n + 1))`.
    Weight,
    Zero,
    /// 0.01
    Constant,
    /// `N(0, 0.01²)`
    Small,
}

impl Biases {
    /// The biases of one layer.
    pub fn draw(
        self,
        fan_in: usize,
        fan_out: usize,
        rng: &mut ChaCha8Rng,
    ) -> RowDVector<f64> {
        let (mean, deviation) = match self {
            Self::Weight => (0.0, xavier(fan_in + 1).sqrt()),
            Self::Zero => (0.0, 0.0),
            Self::Constant => (0.01, 0.0),
            Self::Small => (0.0, 0.01),
        };
        let mut draw = || rng.sample::<f64, _>(StandardNormal);
        RowDVector::from_fn(fan_out, |_, _| mean + deviation * draw())
    }
}
// ANCHOR_END: biases

impl Biases {
    pub const ALL: [Self; 4] = [Self::Weight, Self::Zero, Self::Constant, Self::Small];
}

/// A ReLU network with He's weights and these biases. The weights are those of the seed
/// whatever the biases.
///
/// # Panics
/// If there are fewer than two widths.
pub fn with_biases(widths: &[usize], biases: Biases, seed: u64) -> Network {
    let mut rng = generator(seed, Stream::Weights);
    let mut bias_rng = generator(seed, Stream::Biases);
    Network::with_widths(widths, Activation::Relu, |fan_in, fan_out| Linear {
        weight: normal(fan_in, fan_out, he(fan_in), &mut rng).weight,
        bias: biases.draw(fan_in, fan_out, &mut bias_rng),
    })
}

/// The network after one epoch of stochastic gradient descent, with a step size of 0.1
/// and batches of 50 out of `count` examples. The batches are those of the seed.
///
/// # Panics
/// If the examples do not fit the network.
pub fn after_one_epoch(
    mut network: Network,
    seed: u64,
    count: usize,
    examples: &Examples,
) -> Network {
    let mut rng = generator(seed, Stream::Batches);
    let mut descent = GradientDescent::new(0.1).expect("0.1 is a step size");
    train(&mut network, &mut descent, &batches(count, 50, &mut rng), examples);
    network
}
