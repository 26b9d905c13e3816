//! What depth can express: ReLU layers that fold a line.
//!
//! Source: M. Telgarsky, *Representation Benefits of Deep Feedforward Networks*, 2015.

use nalgebra::{RowDVector, dmatrix};

use crate::linear_layer::Linear;
use crate::network::{Activation, Layer, Network};

/// From 0 up to 1 and down again, between 0 and 1.
pub fn tent(x: f64) -> f64 {
    2.0 * x.max(0.0) - 4.0 * (x - 0.5).max(0.0)
}

// ANCHOR: tents
/// `tent(… tent(x))` as a network: `depth` hidden layers of two ReLU units each.
///
/// # Panics
/// If `depth` is 0.
pub fn tents(depth: usize) -> Network {
    assert!(depth > 0, "a tent needs a hidden layer");
    let spread =
        Linear::new(dmatrix![1.0, 1.0], RowDVector::from_row_slice(&[0.0, -0.5]));
    let collect = Linear::new(dmatrix![2.0; -4.0], RowDVector::zeros(1));
    let fold_again = collect.then(&spread);
    let hidden = |linear| Layer { linear, activation: Activation::Relu };
    let mut layers = vec![hidden(spread)];
    layers.resize(depth, hidden(fold_again));
    layers.push(Layer { linear: collect, activation: Activation::Identity });
    Network::new(layers)
}
// ANCHOR_END: tents
