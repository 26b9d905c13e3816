//! Stochastic gradient descent: gradients of a few examples at a time.
//!
//! Source: Data 188, Lecture 06, "Minibatch gradients" and "SGD".

use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;

use crate::backpropagation::loss_and_gradient;
use crate::gradient_descent::Optimizer;
use crate::network::{Batch, Network};

/// The positions `0..examples` in random order, cut into batches. The last one is short
/// where the size does not divide the number of examples.
///
/// # Panics
/// If the batch size is 0.
pub fn batches(
    examples: usize,
    batch_size: usize,
    rng: &mut ChaCha8Rng,
) -> Vec<Vec<usize>> {
    let mut positions: Vec<usize> = (0..examples).collect();
    positions.shuffle(rng);
    positions.chunks(batch_size).map(<[usize]>::to_vec).collect()
}

/// One step of the optimizer for each batch; gives the loss of each batch before its
/// step. `examples` brings the examples at some positions.
///
/// # Panics
/// If the examples do not fit the network.
pub fn train(
    network: &mut Network,
    optimizer: &mut impl Optimizer,
    batches: &[Vec<usize>],
    examples: impl Fn(&[usize]) -> Batch,
) -> Vec<f64> {
    let mut theta = network.parameters();
    let losses = batches.iter().map(|positions| {
        network.set_parameters(&optimizer.gradient_point(&theta));
        let (loss, gradient) = loss_and_gradient(network, &examples(positions));
        optimizer.step(&mut theta, &gradient);
        loss
    });
    let losses = losses.collect();
    network.set_parameters(&theta);
    losses
}
