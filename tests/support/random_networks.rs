//! Networks to try things on.

use descent::initialization::pytorch_default;
use descent::linear_layer::Linear;
use descent::network::{Activation, Network};
use nalgebra::DMatrix;
use rand::RngExt;

use super::rng;

/// A network of the given widths with the weights and biases that PyTorch starts from.
pub fn random_network(widths: &[usize], activation: Activation, seed: u64) -> Network {
    let mut rng = rng(seed);
    Network::with_widths(widths, activation, |fan_in, fan_out| {
        pytorch_default(fan_in, fan_out, &mut rng)
    })
}

pub fn random_input(rows: usize, columns: usize, seed: u64) -> DMatrix<f64> {
    let mut rng = rng(seed);
    DMatrix::from_fn(rows, columns, |_, _| rng.random_range(-1.0..1.0))
}

pub fn output(network: &Network, input: &DMatrix<f64>) -> DMatrix<f64> {
    network.forward(input.clone()).pop().expect("an output")
}

/// The same network with the parameters of its layers changed.
pub fn changed(network: &Network, change: impl Fn(usize, &mut Linear)) -> Network {
    let mut layers = network.layers().to_vec();
    for (i, layer) in layers.iter_mut().enumerate() {
        change(i, &mut layer.linear);
    }
    Network::new(layers)
}
