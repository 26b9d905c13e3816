//! Stochastic gradient descent: gradients of a few examples at a time.
//!
//! Source: Data 188, Lecture 06, "Minibatch gradients" and "SGD".

use nalgebra::DVector;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;

use crate::backpropagation::loss_and_gradient;
use crate::gradient_descent::Optimizer;
use crate::network::{Batch, Network};
use crate::parallel::join;

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
/// If a batch is empty, or if the examples do not fit the network.
pub fn train(
    network: &mut Network,
    optimizer: &mut impl Optimizer,
    batches: &[Vec<usize>],
    examples: impl Fn(&[usize]) -> Batch + Sync,
) -> Vec<f64> {
    let mut theta = network.parameters();
    let losses = batches.iter().map(|positions| {
        network.set_parameters(&optimizer.gradient_point(&theta));
        let (loss, gradient) = loss_and_mean_gradient(network, positions, &examples);
        optimizer.step(&mut theta, &gradient);
        loss
    });
    let losses = losses.collect();
    network.set_parameters(&theta);
    losses
}

/// The mean loss of a batch and its gradient, from those of its two halves.
fn loss_and_mean_gradient(
    network: &Network,
    positions: &[usize],
    examples: &(impl Fn(&[usize]) -> Batch + Sync),
) -> (f64, DVector<f64>) {
    let of = |positions: &[usize]| loss_and_gradient(network, &examples(positions));
    let (first, second) = positions.split_at(positions.len() / 2);
    if first.is_empty() {
        return of(second);
    }
    let ((first_loss, mut gradient), (second_loss, second_gradient)) =
        join(|| of(first), || of(second));
    let share = first.len() as f64 / positions.len() as f64;
    gradient.axpy(1.0 - share, &second_gradient, share);
    (share * first_loss + (1.0 - share) * second_loss, gradient)
}
