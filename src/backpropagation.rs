//! The backward pass: `G_i = (G_{i+1} ∘ σ'_i) W_iᵀ`, layer by layer from the loss to the input.
//!
//! Source: Data 188, Lecture 06, "Initialization of weights"; EECS 182-style adjoints are the same
//! recursion written for nodes of a graph.

use nalgebra::DMatrix;

use crate::linear_layer::LinearGradient;
use crate::network::{Activation, Network, check_labels, log_sum_exp};

impl Activation {
    /// `G ∘ σ'(Z)`, in place, where `G = ∂loss/∂σ(Z)`. The derivative is written in terms of the
    /// output `a = σ(Z)`, which the forward pass has kept: for ReLU it is 1 where `a > 0` and 0
    /// elsewhere (so `ReLU'(0) = 0`, a convention), for the sigmoid `a (1 − a)`.
    ///
    /// # Panics
    /// If the two matrices do not have one shape.
    pub fn backward(self, output: &DMatrix<f64>, gradient: &mut DMatrix<f64>) {
        match self {
            Self::Identity => {}
            Self::Relu => gradient.zip_apply(output, |g, a| *g = if a > 0.0 { *g } else { 0.0 }),
            Self::Sigmoid => gradient.zip_apply(output, |g, a| *g *= a * (1.0 - a)),
        }
    }
}

// ANCHOR: backward
/// The gradient of the loss with respect to each layer's input, weight and bias, first layer
/// first, from `G_{L+1} = ∂loss/∂h(X)`.
///
/// # Panics
/// If `activations` are not those of a forward pass of this network, or if `output_gradient` is not
/// of the shape of the last of them.
pub fn backward(
    network: &Network,
    activations: &[DMatrix<f64>],
    mut output_gradient: DMatrix<f64>,
) -> Vec<LinearGradient> {
    let mut gradients = Vec::with_capacity(network.layers().len());
    for (layer, pair) in network.layers().iter().zip(activations.windows(2)).rev() {
        let (input, output) = (&pair[0], &pair[1]);
        layer.activation.backward(output, &mut output_gradient);
        let gradient = layer.linear.backward(input, &output_gradient);
        output_gradient.clone_from(&gradient.input);
        gradients.push(gradient);
    }
    gradients.reverse();
    gradients
}
// ANCHOR_END: backward

// ANCHOR: cross_entropy_gradient
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
// ANCHOR_END: cross_entropy_gradient
