//! The backward pass: `∂A_i = ∂Z_{i+1} ∘ σ_i'(A_i)` and `∂Z_i = ∂A_i W_iᵀ`, layer by layer
//! from the loss to the input.
//!
//! Source: Data 188, Lecture 06, "Initialization of weights"; the adjoints of Discussion
//! 03, part 2, are the same recursion written for the nodes of a graph.

use nalgebra::{DMatrix, DVector, RowDVector, dmatrix, dvector};

use crate::linear_layer::Linear;
use crate::network::{
    Activation, Batch, LEAKY_SLOPE, Network, check_labels, cross_entropy, flat, softmax,
};

/// The worksheet's network: `ŷ = ReLU(w x + b)` with one input and one output.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neuron {
    pub w: f64,
    pub b: f64,
}

impl Neuron {
    /// `ŷ = max(a, 0)` with `a = w x + b`.
    pub fn forward(self, x: f64) -> f64 {
        let a = self.w * x + self.b;
        if a < 0.0 { 0.0 } else { a }
    }

    // ANCHOR: neuron
    /// `∂w` and `∂b` of the loss `½ (ŷ − y)²`.
    pub fn gradient(self, x: f64, y: f64) -> (f64, f64) {
        let output = self.forward(x);
        let relu_derivative = if output > 0.0 { 1.0 } else { 0.0 };
        let da = (output - y) * relu_derivative;
        (da * x, da)
    }
    // ANCHOR_END: neuron

    /// `½ (ŷ − y)²`.
    pub fn loss(self, x: f64, y: f64) -> f64 {
        0.5 * (self.forward(x) - y).powi(2)
    }

    /// `θ = (w, b)`, as an optimizer moves it.
    pub fn parameters(self) -> DVector<f64> {
        dvector![self.w, self.b]
    }

    /// The neuron of `θ = (w, b)`.
    ///
    /// # Panics
    /// If there are not two parameters.
    pub fn from_parameters(theta: &DVector<f64>) -> Self {
        assert_eq!(theta.len(), 2, "a neuron of {} parameters", theta.len());
        Self { w: theta[0], b: theta[1] }
    }
}

/// The worksheet's parameters, `w = 1` and `b = −1`.
///
/// Source: Data 188, Discussion 03.
pub const WORKSHEET: Neuron = Neuron { w: 1.0, b: -1.0 };

// ANCHOR: activation
impl Activation {
    /// From `∂Z` to `∂A = ∂Z ∘ σ'(A)`, in place, where `Z = σ(A)`. The derivative is
    /// written in terms of the output `z = σ(a)`, which the forward pass has kept: for
    /// ReLU it is 1 where `z > 0` and 0 elsewhere (so `ReLU'(0) = 0`, a convention), for
    /// the leaky one 1 and the small slope, for the sigmoid `z (1 − z)`, for tanh `1 − z²`.
    ///
    /// # Panics
    /// If the two matrices do not have one shape.
    pub fn backward(self, output: &DMatrix<f64>, gradient: &mut DMatrix<f64>) {
        check_shapes(output, gradient);
        let entries = gradient.as_mut_slice().iter_mut().zip(output.as_slice());
        match self {
            Self::Identity => {}
            Self::Relu => {
                entries.for_each(|(dz, &z)| *dz = if z > 0.0 { *dz } else { 0.0 })
            }
            Self::LeakyRelu => entries
                .for_each(|(dz, &z)| *dz *= if z > 0.0 { 1.0 } else { LEAKY_SLOPE }),
            Self::Sigmoid => entries.for_each(|(dz, &z)| *dz *= z * (1.0 - z)),
            Self::Tanh => entries.for_each(|(dz, &z)| *dz *= 1.0 - z * z),
        }
    }
}
// ANCHOR_END: activation

fn check_shapes(output: &DMatrix<f64>, gradient: &DMatrix<f64>) {
    assert_eq!(
        output.shape(),
        gradient.shape(),
        "an output of shape {:?} and its gradient of shape {:?} differ",
        output.shape(),
        gradient.shape(),
    );
}

/// What the backward pass finds at one layer.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerGradient {
    /// `∂Z_{i+1}`, of what layer `i` puts out, `[batch, fan_out]`.
    pub output: DMatrix<f64>,
    /// `∂W_i` and `∂b_i`, in the shape of the layer.
    pub parameters: Linear,
}

// ANCHOR: backward
/// The backward pass from `∂Z_{D+1}`, the gradient of the loss with respect to the
/// network's output: the gradients of each layer, last layer first.
///
/// # Panics
/// If `activations` are not those of a forward pass of this network, or if
/// `loss_gradient` is not of the shape of the last of them.
pub fn backward(
    network: &Network,
    activations: &[DMatrix<f64>],
    loss_gradient: DMatrix<f64>,
) -> impl Iterator<Item = LayerGradient> {
    let mut gradients = Vec::new();
    let mut dz = loss_gradient;
    for (i, layer) in network.layers().iter().enumerate().rev() {
        let mut da = dz.clone();
        layer.activation.backward(&activations[i + 1], &mut da);
        let parameters = layer.linear.parameter_gradient(&activations[i], &da);
        gradients.push(LayerGradient { output: dz, parameters });
        if i == 0 {
            break; // nobody asks for the gradient of the images
        }
        dz = layer.linear.input_gradient(&da);
    }
    gradients.into_iter()
}
// ANCHOR_END: backward

// ANCHOR: cross_entropy
/// The gradient of the mean cross-entropy over a batch with respect to the logits:
/// `(Ŷ − Y) / batch`, `[batch, classes]`, with the probabilities `Ŷ`.
///
/// # Panics
/// If there is not one label for each image, or if a label is not a class.
pub fn cross_entropy_gradient(logits: &DMatrix<f64>, labels: &[usize]) -> DMatrix<f64> {
    check_labels(logits, labels);
    let mut gradient = softmax(logits);
    for (image, &label) in labels.iter().enumerate() {
        gradient[(image, label)] -= 1.0;
    }
    gradient / labels.len() as f64
}
// ANCHOR_END: cross_entropy

// ANCHOR: gradient
/// The mean cross-entropy of a batch and its gradient with respect to all parameters,
/// in the order of [`Network::parameters`].
///
/// # Panics
/// If the images do not fit the network, or if a label is not a class.
pub fn loss_and_gradient(network: &Network, batch: &Batch) -> (f64, DVector<f64>) {
    let activations = network.forward(batch.images.clone());
    let logits = &activations[network.layers().len()];
    let losses = cross_entropy(logits, &batch.labels);
    let loss = losses.iter().sum::<f64>() / batch.len() as f64;
    let loss_gradient = cross_entropy_gradient(logits, &batch.labels);
    (loss, parameter_gradient(network, &activations, loss_gradient))
}

/// The gradients of all layers as one column, from `∂Z_{D+1}`.
fn parameter_gradient(
    network: &Network,
    activations: &[DMatrix<f64>],
    loss_gradient: DMatrix<f64>,
) -> DVector<f64> {
    let gradients = backward(network, activations, loss_gradient);
    let mut linears: Vec<Linear> = gradients.map(|layer| layer.parameters).collect();
    linears.reverse();
    flat(linears.iter())
}
// ANCHOR_END: gradient

// ANCHOR: squared_error
/// Half the mean squared error of a batch, `‖Z_{D+1} − Y‖² / (2 batch)`, and its
/// gradient with respect to all parameters, in the order of [`Network::parameters`].
///
/// # Panics
/// If the input does not fit the network, or if the targets do not have the shape
/// of its output.
pub fn squared_error_and_gradient(
    network: &Network,
    input: DMatrix<f64>,
    targets: &DMatrix<f64>,
) -> (f64, DVector<f64>) {
    let batch = input.nrows() as f64;
    let activations = network.forward(input);
    let output = &activations[network.layers().len()];
    assert_eq!(
        output.shape(),
        targets.shape(),
        "an output of shape {:?} does not fit targets of shape {:?}",
        output.shape(),
        targets.shape(),
    );
    let errors = output - targets;
    let loss = errors.norm_squared() / (2.0 * batch);
    (loss, parameter_gradient(network, &activations, errors / batch))
}
// ANCHOR_END: squared_error

// ANCHOR: adjoints
/// A node of the graph of a layer: its value, and its adjoint, the gradient of the loss
/// with respect to it, which has the same shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub value: DMatrix<f64>,
    pub adjoint: DMatrix<f64>,
}

/// The nodes `X`, `W`, `b`, `X W`, `A = X W + 1 b` and `Z = ReLU(A)`, with their
/// gradients, given that of the last one.
///
/// # Panics
/// If the input does not fit the layer, or the adjoint the output.
pub fn adjoints(
    input: &DMatrix<f64>,
    layer: &Linear,
    adjoint: &DMatrix<f64>,
) -> [Node; 6] {
    let product = input * &layer.weight;
    let before = &product + DVector::from_element(input.nrows(), 1.0) * &layer.bias;
    let output = before.map(|a| if a < 0.0 { 0.0 } else { a });

    let mut d_before = adjoint.clone();
    Activation::Relu.backward(&output, &mut d_before);
    let d_product = d_before.clone();
    let d_bias = d_before.row_sum();
    let d_weight = input.transpose() * &d_product;
    let d_input = &d_product * layer.weight.transpose();

    let row =
        |row: &RowDVector<f64>| DMatrix::from_row_slice(1, row.len(), row.as_slice());
    let node = |value, adjoint| Node { value, adjoint };
    [
        node(input.clone(), d_input),
        node(layer.weight.clone(), d_weight),
        node(row(&layer.bias), row(&d_bias)),
        node(product, d_product),
        node(before, d_before),
        node(output, adjoint.clone()),
    ]
}
// ANCHOR_END: adjoints

/// An input of two numbers, a layer of three units, and the gradient of their output.
pub fn adjoint_example() -> (DMatrix<f64>, Linear, DMatrix<f64>) {
    let weight = dmatrix![
        1.0, 0.0, -1.0;
        1.0, 2.0, 3.0
    ];
    let layer = Linear::new(weight, RowDVector::from_row_slice(&[1.0, -4.0, -8.0]));
    (dmatrix![2.0, 3.0], layer, dmatrix![1.0, -2.0, 3.0])
}
