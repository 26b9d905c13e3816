// 15 minutes, medium

use descent::backpropagation::Neuron;

/// How many steps it takes until the neuron is off for both samples.
///
/// The samples (3, 0) and (−3, 0) take turns, (3, 0) first. A step on a sample (x, y)
/// subtracts α times `neuron.gradient(x, y)`, a pair: the first number from `neuron.w`
/// and the second from `neuron.b`. Return after how many steps `neuron.forward(x)` is
/// 0 for both samples: 0 if it is so at the start, and `longest` if it is not so after
/// fewer steps than that.
pub fn steps_until_off(neuron: Neuron, step_size: f64, longest: usize) -> usize {
    todo!("let the samples take turns until both gates are closed")
}
