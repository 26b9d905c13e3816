//! The backward pass: `G_i = (G_{i+1} ∘ σ'_i) W_iᵀ`, layer by layer from the loss to
//! the input.
//!
//! Source: Data 188, Lecture 06, "Initialization of weights"; EECS 182-style adjoints
//! are the same recursion written for nodes of a graph.

use std::mem;

use nalgebra::DMatrix;

use crate::linear_layer::Linear;
use crate::network::{Activation, Layer, Network, check_labels, log_sum_exp};
use crate::parallel;

impl Activation {
    /// `G ∘ σ'(Z)`, in place, where `G = ∂loss/∂σ(Z)`. The derivative is written in
    /// terms of the output `a = σ(Z)`, which the forward pass has kept: for ReLU it is
    /// 1 where `a > 0` and 0 elsewhere (so `ReLU'(0) = 0`, a convention), for the
    /// sigmoid `a (1 − a)`.
    ///
    /// # Panics
    /// If the two matrices do not have one shape.
    pub fn backward(self, output: &DMatrix<f64>, gradient: &mut DMatrix<f64>) {
        assert_eq!(
            output.shape(),
            gradient.shape(),
            "an output of shape {:?} and its gradient of shape {:?} differ",
            output.shape(),
            gradient.shape(),
        );
        let entries = gradient.as_mut_slice().iter_mut().zip(output.as_slice());
        match self {
            Self::Identity => {}
            Self::Relu => {
                entries.for_each(|(g, &a)| *g = if a > 0.0 { *g } else { 0.0 })
            }
            Self::Sigmoid => entries.for_each(|(g, &a)| *g *= a * (1.0 - a)),
        }
    }
}

/// What the backward pass finds at one layer.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerGradient {
    /// `G_{ℓ+1} = ∂loss/∂Z_{ℓ+1}`, of the layer's output, `[batch, fan_out]`.
    pub output: DMatrix<f64>,
    /// `∂W_ℓ` and `∂b_ℓ`, in the shape of the layer.
    pub parameters: Linear,
}

// ANCHOR: backward
/// The backward pass from `G_{L+1} = ∂loss/∂h(X)`: the gradients of each layer, last
/// layer first, computed as they are asked for.
///
/// # Panics
/// If `activations` are not those of a forward pass of this network, or if
/// `loss_gradient` is not of the shape of the last of them.
pub fn backward(
    network: &Network,
    activations: &[DMatrix<f64>],
    loss_gradient: DMatrix<f64>,
) -> impl Iterator<Item = LayerGradient> {
    let mut gradient = loss_gradient;
    let layers = network.layers().iter().enumerate().rev();
    layers.map(move |(i, Layer { linear, activation })| {
        let mut delta = gradient.clone();
        activation.backward(&activations[i + 1], &mut delta);
        let (parameters, input) = parallel::join(
            || linear.parameter_gradient(&activations[i], &delta),
            || match i {
                0 => DMatrix::zeros(0, 0), // nobody asks for the gradient of the images
                _ => linear.input_gradient(&delta),
            },
        );
        let output = mem::replace(&mut gradient, input);
        LayerGradient { output, parameters }
    })
}
// ANCHOR_END: backward

/// The gradient of the mean cross-entropy over a batch with respect to the logits:
/// `(softmax(Z) − one_hot(labels)) / batch`, `[batch, classes]`.
///
/// # Panics
/// If there is not one label for each image, or if a label is not a class.
pub fn cross_entropy_gradient(logits: &DMatrix<f64>, labels: &[usize]) -> DMatrix<f64> {
    check_labels(logits, labels);
    let mut images = logits.transpose();
    for (mut z, &label) in images.column_iter_mut().zip(labels) {
        let log_sum = log_sum_exp(z.as_slice());
        z.apply(|z| *z = (*z - log_sum).exp());
        z[label] -= 1.0;
    }
    images.transpose() / labels.len() as f64
}

/// The worksheet's neuron `ŷ = ReLU(w x + b)` with the loss `½ (ŷ − y)²`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neuron {
    pub weight: f64,
    pub bias: f64,
}

impl Neuron {
    /// `ŷ = ReLU(w x + b)`.
    pub fn forward(&self, x: f64) -> f64 {
        (self.weight * x + self.bias).max(0.0)
    }

    /// `½ (ŷ − y)²`.
    pub fn loss(&self, x: f64, y: f64) -> f64 {
        0.5 * (self.forward(x) - y).powi(2)
    }

    /// `(∂loss/∂w, ∂loss/∂b) = (ŷ − y) ReLU'(w x + b) · (x, 1)`, with `ReLU'(0) = 0`.
    pub fn gradient(&self, x: f64, y: f64) -> (f64, f64) {
        let gate = if self.weight * x + self.bias > 0.0 { 1.0 } else { 0.0 };
        let error = (self.forward(x) - y) * gate;
        (error * x, error)
    }
}
