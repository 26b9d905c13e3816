//! Fully connected networks: `Z₁ = X`, `Z_{i+1} = σ_i(Z_i W_i + 1 b_i)`.
//!
//! Source: Data 188, Lecture 06, "Fully connected networks".

use nalgebra::DMatrix;

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

/// The function `σ` applied to each entry of a layer's output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// `σ(z) = z`
    Identity,
    /// `σ(z) = max(z, 0)`
    Relu,
    /// `σ(z) = 1 / (1 + e^{−z})`
    Sigmoid,
}

impl Activation {
    /// `σ(z)` of every entry, in place.
    pub fn apply(self, z: &mut DMatrix<f64>) {
        match self {
            Self::Identity => {}
            Self::Relu => z.apply(|z| *z = z.max(0.0)),
            Self::Sigmoid => z.apply(|z| *z = 1.0 / (1.0 + (-*z).exp())),
        }
    }
}

/// One layer of a network: a linear layer and the activation behind it.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    pub linear: Linear,
    pub activation: Activation,
}

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

    /// All activations `Z₁ = X, …, Z_{L+1} = h(X)`, each `[batch, width of the layer]`.
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
}

// ANCHOR: log_sum_exp
/// `log Σ exp(z)` without overflow: the largest entry leaves the sum before `exp` sees
/// it. Minus infinity for no entries.
pub fn log_sum_exp(z: &[f64]) -> f64 {
    let largest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if largest.is_infinite() {
        return largest;
    }
    largest + z.iter().map(|z| (z - largest).exp()).sum::<f64>().ln()
}
// ANCHOR_END: log_sum_exp

/// The cross-entropy of each image, `log Σ_k exp(z_k) − z_label`, from logits `[batch,
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
