//! The backward pass: `G_i = (G_{i+1} ∘ σ'_i) W_iᵀ`, layer by layer from the loss to
//! the input.
//!
//! Source: Data 188, Lecture 06, "Initialization of weights"; the adjoints of Discussion
//! 03, part 2, are the same recursion written for the nodes of a graph.

use std::mem;

use nalgebra::{DMatrix, DVector, RowDVector, dmatrix, dvector};

use crate::linear_layer::Linear;
use crate::network::{
    Activation, Batch, LEAKY_SLOPE, Layer, Network, check_labels, cross_entropy, flat,
    softmax,
};
use crate::parallel;

// ANCHOR: neuron
/// The worksheet's network: `ŷ = ReLU(w x + b)` with one input and one output.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neuron {
    pub w: f64,
    pub b: f64,
}

impl Neuron {
    /// `ŷ = max(w x + b, 0)`.
    pub fn forward(self, x: f64) -> f64 {
        let z = self.w * x + self.b;
        if z < 0.0 { 0.0 } else { z }
    }

    /// `½ (ŷ − y)²`.
    pub fn loss(self, x: f64, y: f64) -> f64 {
        0.5 * (self.forward(x) - y).powi(2)
    }

    /// `∂loss/∂w` and `∂loss/∂b`.
    pub fn gradient(self, x: f64, y: f64) -> (f64, f64) {
        let output = self.forward(x);
        let relu_derivative = if output > 0.0 { 1.0 } else { 0.0 };
        let delta = (output - y) * relu_derivative;
        (delta * x, delta)
    }
}
// ANCHOR_END: neuron

impl Neuron {
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
    /// `G ∘ σ'(A)`, in place, where `G = ∂loss/∂Z` and `Z = σ(A)`. The derivative is
    /// written in terms of the output `z = σ(a)`, which the forward pass has kept: for
    /// ReLU it is 1 where `z > 0` and 0 elsewhere (so `ReLU'(0) = 0`, a convention), for
    /// the leaky one 1 and the small slope, for the sigmoid `z (1 − z)`, for tanh `1 − z²`.
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
                entries.for_each(|(g, &z)| *g = if z > 0.0 { *g } else { 0.0 })
            }
            Self::LeakyRelu => entries
                .for_each(|(g, &z)| *g *= if z > 0.0 { 1.0 } else { LEAKY_SLOPE }),
            Self::Sigmoid => entries.for_each(|(g, &z)| *g *= z * (1.0 - z)),
            Self::Tanh => entries.for_each(|(g, &z)| *g *= 1.0 - z * z),
        }
    }
}
// ANCHOR_END: activation

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

// ANCHOR: cross_entropy
/// The gradient of the mean cross-entropy over a batch with respect to the logits:
/// `(P − Y) / batch`, `[batch, classes]`.
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

/// The gradients of all layers as one column, from `∂loss/∂h(X)`.
fn parameter_gradient(
    network: &Network,
    activations: &[DMatrix<f64>],
    loss_gradient: DMatrix<f64>,
) -> DVector<f64> {
    let mut gradients: Vec<Linear> = backward(network, activations, loss_gradient)
        .map(|gradient| gradient.parameters)
        .collect();
    gradients.reverse();
    flat(gradients.iter())
}
// ANCHOR_END: gradient

// ANCHOR: squared_error
/// Half the mean squared error of a batch, `‖h(X) − Y‖² / (2 batch)`, and its
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
/// A node of the worksheet's graph: its value, and its adjoint `∂loss/∂value`, which
/// has the same shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub value: DMatrix<f64>,
    pub adjoint: DMatrix<f64>,
}

/// The nodes `v₁ = X`, `v₂ = W`, `v₃ = b`, `v₄ = X W`, `v₅ = X W + 1 b` and `v₆ =
/// ReLU(v₅)`, with their adjoints, given that of the last one.
///
/// # Panics
/// If the input does not fit the layer, or the adjoint the output.
pub fn adjoints(
    input: &DMatrix<f64>,
    layer: &Linear,
    adjoint: &DMatrix<f64>,
) -> [Node; 6] {
    let (v1, v2, v3) = (input, &layer.weight, &layer.bias);
    let v4 = v1 * v2;
    let v5 = &v4 + DVector::from_element(v1.nrows(), 1.0) * v3;
    let v6 = v5.map(|z| if z < 0.0 { 0.0 } else { z });

    let mut a5 = adjoint.clone();
    Activation::Relu.backward(&v6, &mut a5);
    let a4 = a5.clone();
    let a3 = a5.row_sum();
    let a2 = v1.transpose() * &a4;
    let a1 = &a4 * v2.transpose();

    let row =
        |row: &RowDVector<f64>| DMatrix::from_row_slice(1, row.len(), row.as_slice());
    let node = |value, adjoint| Node { value, adjoint };
    [
        node(v1.clone(), a1),
        node(v2.clone(), a2),
        node(row(v3), row(&a3)),
        node(v4, a4),
        node(v5, a5),
        node(v6, adjoint.clone()),
    ]
}
// ANCHOR_END: adjoints

/// An input of two numbers, a layer of three units, and the adjoint of their output.
pub fn adjoint_example() -> (DMatrix<f64>, Linear, DMatrix<f64>) {
    let weight = dmatrix![
        1.0, 0.0, -1.0;
        1.0, 2.0, 3.0
    ];
    let layer = Linear::new(weight, RowDVector::from_row_slice(&[1.0, -4.0, -8.0]));
    (dmatrix![2.0, 3.0], layer, dmatrix![1.0, -2.0, 3.0])
}

// ANCHOR: differences
/// `(f(x + h) − f(x)) / h`: the derivative, wrong by about `½ f″(x) h`.
pub fn forward_difference(f: impl Fn(f64) -> f64, x: f64, h: f64) -> f64 {
    (f(x + h) - f(x)) / h
}

/// `(f(x + h) − f(x − h)) / 2h`: the derivative, wrong by about `⅙ f‴(x) h²`.
pub fn centred_difference(f: impl Fn(f64) -> f64, x: f64, h: f64) -> f64 {
    (f(x + h) - f(x - h)) / (2.0 * h)
}
// ANCHOR_END: differences

// ANCHOR: numerical_gradient
/// The gradient of `f` by centred differences, one parameter after the other.
pub fn numerical_gradient(
    f: impl Fn(&DVector<f64>) -> f64,
    parameters: &DVector<f64>,
    h: f64,
) -> DVector<f64> {
    let with = |k: usize, value: f64| {
        let mut moved = parameters.clone();
        moved[k] = value;
        f(&moved)
    };
    DVector::from_fn(parameters.len(), |k, _| {
        centred_difference(|value| with(k, value), parameters[k], h)
    })
}

/// How far two gradients are apart, `‖a − b‖ / (‖a‖ + ‖b‖)`: 0 if they are equal, 1 if
/// they are opposite or one of them is zero.
///
/// # Panics
/// If they do not have one length.
pub fn relative_difference(a: &DVector<f64>, b: &DVector<f64>) -> f64 {
    assert_eq!(
        a.shape(),
        b.shape(),
        "gradients of shapes {:?} and {:?} cannot be compared",
        a.shape(),
        b.shape(),
    );
    match a.norm() + b.norm() {
        0.0 => 0.0,
        size => (a - b).norm() / size,
    }
}
// ANCHOR_END: numerical_gradient

// ANCHOR: smooth
/// The worksheet's sample through a neuron with a smooth function in place of the ReLU:
/// the loss `½ σ(z)²` with `σ(z) = z / √(1 + z²)` and `z = 3 w − 1`.
pub fn smooth_loss(w: f64) -> f64 {
    let z = 3.0 * w - 1.0;
    0.5 * z * z / (1.0 + z * z)
}

/// Its derivative by the chain rule, `3 z / (1 + z²)²`.
pub fn smooth_derivative(w: f64) -> f64 {
    let z = 3.0 * w - 1.0;
    3.0 * z / (1.0 + z * z).powi(2)
}
// ANCHOR_END: smooth

// ANCHOR: sweep
/// The relative errors of the forward and the centred difference with step `h`, each as
/// the root mean square over a hundred weights around 1.
pub fn difference_errors(h: f64) -> [f64; 2] {
    let mut squares = [0.0; 2];
    for i in 0..100 {
        let w = 0.95 + f64::from(i) / 997.0;
        let differences = [
            forward_difference(smooth_loss, w, h),
            centred_difference(smooth_loss, w, h),
        ];
        for (square, difference) in squares.iter_mut().zip(differences) {
            *square += (difference / smooth_derivative(w) - 1.0).powi(2) / 100.0;
        }
    }
    squares.map(f64::sqrt)
}
// ANCHOR_END: sweep
