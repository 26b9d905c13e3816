//! What the variance of the initial weights does to activations and gradients
//! over many layers.
//!
//! Source: Data 188, Lecture 06, "Initialization of weights" (MNIST, depth 50).
//! The loss of angles is studied in Cho and Saul 2009.

use std::f64::consts::PI;

use nalgebra::{DMatrix, DVector};

use crate::backpropagation::{backward, cross_entropy_gradient};
use crate::initialization;
use crate::network::{Activation, Batch, Layer, Network, cross_entropy};
use crate::random::{Stream, generator};

// ANCHOR: network
/// The network of the experiment: `widths` from the input to the logits, ReLU
/// behind every layer but the last, zero biases, and weights of variance `scale
/// / fan_in`, each layer with its own fan-in. One seed gives the same draws at
/// every scale: only the factor before them differs.
///
/// # Panics
/// If there are fewer than two widths.
pub fn network(widths: &[usize], scale: f64, seed: u64) -> Network {
    let mut rng = generator(seed, Stream::Weights);
    Network::with_widths(widths, Activation::Relu, |fan_in, fan_out| {
        initialization::normal(fan_in, fan_out, scale / fan_in as f64, &mut rng)
    })
}
// ANCHOR_END: network

// ANCHOR: mean
/// `E‖z'‖² / ‖z‖² = (c / n) · m/2`, where a ReLU layer makes `z'` of `z`: with `n`
/// the fan-in, `m` the fan-out, and `c / n` the variance of the weights.
pub fn mean_growth(scale: f64, fan_in: usize, fan_out: usize) -> f64 {
    scale / fan_in as f64 * fan_out as f64 / 2.0
}
// ANCHOR_END: mean

/// The network of the seed with biases, each layer's drawn uniformly within
/// `±1/√fan_in`.
///
/// # Panics
/// If there are fewer than two widths.
pub fn network_with_biases(widths: &[usize], scale: f64, seed: u64) -> Network {
    let mut rng = generator(seed, Stream::Biases);
    let mut layers = network(widths, scale, seed).layers().to_vec();
    for Layer { linear, .. } in &mut layers {
        let (fan_in, fan_out) = linear.weight.shape();
        linear.bias = initialization::pytorch_default(fan_in, fan_out, &mut rng).bias;
    }
    Network::new(layers)
}

/// A ReLU network that starts as PyTorch's `nn.Linear` does, with weights of
/// variance `1 / (3 fan_in)` and the same biases.
///
/// # Panics
/// If there are fewer than two widths.
pub fn network_of_pytorch(widths: &[usize], seed: u64) -> Network {
    let mut rng = generator(seed, Stream::Weights);
    Network::with_widths(widths, Activation::Relu, |fan_in, fan_out| {
        initialization::pytorch_default(fan_in, fan_out, &mut rng)
    })
}

/// The network of the seed with sigmoids in the place of the ReLUs.
///
/// # Panics
/// If there are fewer than two widths.
pub fn network_of_sigmoids(widths: &[usize], scale: f64, seed: u64) -> Network {
    let relus = network(widths, scale, seed);
    let mut linears = relus.layers().iter().map(|layer| layer.linear.clone());
    Network::with_widths(widths, Activation::Sigmoid, |_, _| {
        linears.next().expect("as many layers")
    })
}

/// What one forward and one backward pass over a batch tell, layer by layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Norms {
    /// `‖z‖` of each image in each layer, `[layer][image]`, from the input `Z₁`
    /// to the logits.
    pub images: Vec<Vec<f64>>,
    /// Frobenius norm over the batch of `∂Z`, from `∂Z₂` to that of the logits.
    pub activation_gradients: Vec<f64>,
    /// Frobenius norm of `∂W`, first layer first.
    pub weight_gradients: Vec<f64>,
    /// Mean cross-entropy over the batch.
    pub loss: f64,
}

impl Norms {
    /// The root of the mean of `‖z‖²` over the batch, for each layer from the
    /// input to the logits.
    pub fn activations(&self) -> Vec<f64> {
        self.images.iter().map(|norms| root_mean_square(norms)).collect()
    }
}

/// The root of the mean of the squares.
pub fn root_mean_square(values: &[f64]) -> f64 {
    let squares: f64 = values.iter().map(|value| value * value).sum();
    (squares / values.len() as f64).sqrt()
}

// ANCHOR: norms
/// The norms of activations and gradients of one batch at the network's present
/// weights.
///
/// # Panics
/// If the batch is empty, or does not fit the network.
pub fn norms(network: &Network, batch: &Batch) -> Norms {
    let activations = network.forward(batch.images.clone());
    let logits = &activations[network.layers().len()];
    let losses = cross_entropy(logits, &batch.labels);
    let loss_gradient = cross_entropy_gradient(logits, &batch.labels);
    let gradients = backward(network, &activations, loss_gradient);
    let mut gradients: Vec<_> = gradients
        .map(|gradient| (gradient.output.norm(), gradient.parameters.weight.norm()))
        .collect();
    gradients.reverse();
    let (activation_gradients, weight_gradients) = gradients.into_iter().unzip();
    Norms {
        images: activations.iter().map(image_norms).collect(),
        activation_gradients,
        weight_gradients,
        loss: losses.iter().sum::<f64>() / losses.len() as f64,
    }
}
// ANCHOR_END: norms

/// The norm of each row, that is, of each image in one layer.
pub fn image_norms(z: &DMatrix<f64>) -> Vec<f64> {
    let mut squares = DVector::zeros(z.nrows());
    for column in z.column_iter() {
        squares.cmpy(1.0, &column, &column, 1.0);
    }
    squares.iter().map(|square: &f64| square.sqrt()).collect()
}

/// What happens to the images' directions, layer by layer from the input to the
/// last hidden layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Geometry {
    /// Mean cosine over all pairs of different images, those with an activation
    /// of zero left out.
    pub cosine: Vec<f64>,
    /// The share of units that are zero for every image of the batch.
    pub dead: Vec<f64>,
}

/// The mean cosine between images and the share of dead units, for each layer
/// but the logits.
///
/// # Panics
/// If the batch does not fit the network.
pub fn geometry(network: &Network, batch: &Batch) -> Geometry {
    let mut activations = network.forward(batch.images.clone());
    activations.pop();
    Geometry {
        cosine: activations.iter().map(mean_cosine).collect(),
        dead: activations.iter().map(dead_units).collect(),
    }
}

/// The mean over all pairs of different rows, from `‖Σ z/‖z‖‖² = count +
/// Σ_{i≠j} cos(z_i, z_j)`. Not a number if fewer than two rows are not zero.
fn mean_cosine(z: &DMatrix<f64>) -> f64 {
    let norms = image_norms(z);
    let inverse = DVector::from_iterator(
        norms.len(),
        norms.iter().map(|&norm| if norm > 0.0 { 1.0 / norm } else { 0.0 }),
    );
    let count = norms.iter().filter(|&&norm| norm > 0.0).count() as f64;
    (z.tr_mul(&inverse).norm_squared() - count) / (count * (count - 1.0))
}

// ANCHOR: dead
/// The share of units that are active for no example, from a layer's outputs
/// `[examples, units]`.
pub fn dead_units(z: &DMatrix<f64>) -> f64 {
    let dead = z.column_iter().filter(|unit| unit.iter().all(|&z| z <= 0.0));
    dead.count() as f64 / z.ncols() as f64
}
// ANCHOR_END: dead

/// The cosine between two inputs after a ReLU layer of infinite width with zero
/// bias, from the cosine before it: `(sin ψ + (π − ψ) cos ψ) / π` for the angle `ψ`
/// between them (Cho and Saul 2009).
pub fn arc_cosine(cosine: f64) -> f64 {
    ((1.0 - cosine * cosine).sqrt() + cosine * (PI - cosine.acos())) / PI
}
