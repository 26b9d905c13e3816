//! Fully connected networks: `Z₁ = X`, `Z_{i+1} = σ_i(Z_i W_i + 1 b_i)`.
//!
//! Source: Data 188, Lecture 06, "Fully connected networks".

use nalgebra::{DMatrix, DVector, RowDVector, dmatrix};

use crate::linear_layer::Linear;

/// Inputs `[batch, features]` with the class of each.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    pub images: DMatrix<f64>,
    pub labels: Vec<usize>,
}

impl Batch {
    /// # Panics
    /// If there is not one label for each row.
    pub fn new(images: DMatrix<f64>, labels: Vec<usize>) -> Self {
        assert_eq!(
            images.nrows(),
            labels.len(),
            "images of shape {:?} need one label for each row, not {}",
            images.shape(),
            labels.len(),
        );
        Self { images, labels }
    }

    /// The number of images.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no image.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }
}

/// The slope of the leaky ReLU below zero: PyTorch's default.
pub const LEAKY_SLOPE: f64 = 0.01;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
// ANCHOR: activation
/// The function `σ` applied to each entry of what a linear layer gives.
pub enum Activation {
    /// `σ(a) = a`
    Identity,
    /// `σ(a) = max(a, 0)`
    Relu,
    /// `σ(a) = a` above 0, [`LEAKY_SLOPE`]` · a` elsewhere
    LeakyRelu,
    /// `σ(a) = 1 / (1 + e^{−a})`
    Sigmoid,
    /// `σ(a) = tanh a = (e^a − e^{−a}) / (e^a + e^{−a})`
    Tanh,
}

impl Activation {
    /// `σ(a)` of every entry, in place. What is not a number stays so.
    pub fn apply(self, entries: &mut DMatrix<f64>) {
        match self {
            Self::Identity => {}
            Self::Relu => entries.apply(|a| *a = if *a < 0.0 { 0.0 } else { *a }),
            Self::LeakyRelu => {
                entries.apply(|a| *a *= if *a < 0.0 { LEAKY_SLOPE } else { 1.0 })
            }
            Self::Sigmoid => entries.apply(|a| *a = 1.0 / (1.0 + (-*a).exp())),
            Self::Tanh => entries.apply(|a| *a = a.tanh()),
        }
    }
}
// ANCHOR_END: activation

#[derive(Clone, Debug, PartialEq)]
// ANCHOR: layer
/// One layer of a network: a linear layer and the activation behind it.
pub struct Layer {
    pub linear: Linear,
    pub activation: Activation,
}
// ANCHOR_END: layer

impl Layer {
    /// `σ(Z W + 1 b)`: `[batch, fan_in]` to `[batch, fan_out]`.
    ///
    /// # Panics
    /// If the input does not have `fan_in` columns.
    pub fn forward(&self, input: &DMatrix<f64>) -> DMatrix<f64> {
        let mut output = self.linear.forward(input);
        self.activation.apply(&mut output);
        output
    }

    // ANCHOR: parameter_count
    /// How many numbers the layer learns: one for each pair of an input and an output,
    /// and one for each output.
    pub fn parameter_count(&self) -> usize {
        self.linear.fan_in() * self.linear.fan_out() + self.linear.fan_out()
    }
    // ANCHOR_END: parameter_count
}

/// A fully connected network, also called a multi-layer perceptron.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    layers: Vec<Layer>,
}

impl Network {
    /// A network from its layers, the first one next to the input.
    ///
    /// # Panics
    /// If there is no layer, or if a layer does not take as many inputs as the one
    /// before gives.
    pub fn new(layers: Vec<Layer>) -> Self {
        assert!(!layers.is_empty(), "a network needs at least one layer");
        for (number, pair) in (1..).zip(layers.windows(2)) {
            assert_eq!(
                pair[0].linear.fan_out(),
                pair[1].linear.fan_in(),
                "layer {number} with weight of shape {:?} cannot be followed by one of shape {:?}",
                pair[0].linear.weight.shape(),
                pair[1].linear.weight.shape(),
            );
        }
        Self { layers }
    }

    /// A network of the given widths, input first: `hidden` behind every layer but the
    /// last, which has no activation. `linear` makes the layer from its fan-in and
    /// fan-out.
    ///
    /// # Panics
    /// If there are fewer than two widths, or if `linear` makes layers that do not fit.
    pub fn with_widths(
        widths: &[usize],
        hidden: Activation,
        mut linear: impl FnMut(usize, usize) -> Linear,
    ) -> Self {
        let mut layers: Vec<Layer> = widths
            .windows(2)
            .map(|pair| Layer { linear: linear(pair[0], pair[1]), activation: hidden })
            .collect();
        if let Some(last) = layers.last_mut() {
            last.activation = Activation::Identity;
        }
        Self::new(layers)
    }

    /// The layers, the first one next to the input.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    // ANCHOR: forward
    /// All activations, from `Z₁ = X` to the output `Z_{D+1}`, one row for each image.
    ///
    /// # Panics
    /// If the input is not as wide as the first layer's fan-in.
    pub fn forward(&self, input: DMatrix<f64>) -> Vec<DMatrix<f64>> {
        let mut activations = vec![input];
        for (i, layer) in self.layers.iter().enumerate() {
            let next = layer.forward(&activations[i]);
            activations.push(next);
        }
        activations
    }
    // ANCHOR_END: forward

    // ANCHOR: linear
    /// The one linear layer that is left when all activations are taken away.
    pub fn without_activations(&self) -> Linear {
        let mut linears = self.layers.iter().map(|layer| &layer.linear);
        let first = linears.next().expect("a network has a layer").clone();
        linears.fold(first, |all, next| all.then(next))
    }
    // ANCHOR_END: linear

    /// How many numbers the network learns.
    pub fn parameter_count(&self) -> usize {
        self.layers.iter().map(Layer::parameter_count).sum()
    }

    // ANCHOR: parameters
    /// `θ` as one column: layer by layer, the weight column by column and then the
    /// bias. (PyTorch has the same order.)
    pub fn parameters(&self) -> DVector<f64> {
        flat(self.layers.iter().map(|layer| &layer.linear))
    }

    /// Puts other parameters into the network, in the order of `parameters`.
    ///
    /// # Panics
    /// If there are not as many as the network has.
    pub fn set_parameters(&mut self, parameters: &DVector<f64>) {
        let (count, given) = (self.parameter_count(), parameters.len());
        assert_eq!(given, count, "{given} parameters for a network that has {count}");
        let mut rest = parameters.as_slice();
        for Layer { linear: Linear { weight, bias }, .. } in &mut self.layers {
            for numbers in [weight.as_mut_slice(), bias.as_mut_slice()] {
                let (taken, left) = rest.split_at(numbers.len());
                numbers.copy_from_slice(taken);
                rest = left;
            }
        }
    }
    // ANCHOR_END: parameters

    /// The same network with other parameters.
    ///
    /// # Panics
    /// If there are not as many as the network has.
    pub fn with_parameters(&self, parameters: &DVector<f64>) -> Self {
        let mut network = self.clone();
        network.set_parameters(parameters);
        network
    }
}

/// Numbers of the shape of some layers as one column, in the order of
/// [`Network::parameters`].
pub(crate) fn flat<'a>(linears: impl Iterator<Item = &'a Linear>) -> DVector<f64> {
    let slices =
        linears.flat_map(|linear| [linear.weight.as_slice(), linear.bias.as_slice()]);
    DVector::from_vec(slices.collect::<Vec<_>>().concat())
}

// ANCHOR: log_sum_exp
/// `log Σ e^z` without overflow: the largest entry leaves the sum first.
pub fn log_sum_exp(z: &[f64]) -> f64 {
    let largest = largest(z);
    if largest.is_infinite() {
        return largest;
    }
    largest + z.iter().map(|z| (z - largest).exp()).sum::<f64>().ln()
}
// ANCHOR_END: log_sum_exp

// ANCHOR: largest
/// The largest number; minus infinity if there is none. What is not a number counts as
/// the largest of all.
fn largest(z: &[f64]) -> f64 {
    let larger = |most: f64, &z: &f64| if z > most || z.is_nan() { z } else { most };
    z.iter().fold(f64::NEG_INFINITY, larger)
}
// ANCHOR_END: largest

// ANCHOR: softmax
/// The probabilities `e^{z_k} / Σ e^z` of each image, from logits `[batch,
/// classes]`.
pub fn softmax(logits: &DMatrix<f64>) -> DMatrix<f64> {
    let mut images = logits.transpose();
    for mut z in images.column_iter_mut() {
        let largest = z.max();
        z.apply(|z| *z = (*z - largest).exp());
        z /= z.sum();
    }
    images.transpose()
}
// ANCHOR_END: softmax

// ANCHOR: cross_entropy
/// The cross-entropy of each image, `log Σ e^z − z_label`, from logits `[batch,
/// classes]`.
///
/// # Panics
/// If there is not one label for each image, or if a label is not a class.
pub fn cross_entropy(logits: &DMatrix<f64>, labels: &[usize]) -> Vec<f64> {
    check_labels(logits, labels);
    let images = logits.transpose();
    let images = images.column_iter().zip(labels);
    images.map(|(z, &label)| log_sum_exp(z.as_slice()) - z[label]).collect()
}
// ANCHOR_END: cross_entropy

/// # Panics
/// If there is not one label for each row of the logits, or if a label is not one of
/// its columns.
pub(crate) fn check_labels(logits: &DMatrix<f64>, labels: &[usize]) {
    assert_eq!(
        logits.nrows(),
        labels.len(),
        "logits of shape {:?} need one label for each row, not {}",
        logits.shape(),
        labels.len(),
    );
    if let Some(label) = labels.iter().find(|&&label| label >= logits.ncols()) {
        panic!("label {label} is not one of {} classes", logits.ncols());
    }
}

/// A network of two inputs, two hidden units with ReLU and one output, and three inputs
/// for it: small enough for pencil and paper.
pub fn small_example() -> (DMatrix<f64>, Network) {
    let input = dmatrix![
        1.0, 2.0;
        2.0, -1.0;
        -3.0, 1.0
    ];
    let hidden = Linear::new(
        dmatrix![
            1.0, -1.0;
            1.0, 2.0
        ],
        RowDVector::from_row_slice(&[1.0, -1.0]),
    );
    let last = Linear::new(dmatrix![2.0; -1.0], RowDVector::from_row_slice(&[1.0]));
    let layers = vec![
        Layer { linear: hidden, activation: Activation::Relu },
        Layer { linear: last, activation: Activation::Identity },
    ];
    (input, Network::new(layers))
}
