//! Networks to try things on, and those on which gradients are checked.

use descent::initialization::pytorch_default;
use descent::linear_layer::Linear;
use descent::network::{Activation, Batch, Network};
use nalgebra::{DMatrix, dmatrix};
use rand::RngExt;

use super::rng;

pub const LABELS: [usize; 5] = [0, 2, 1, 1, 0];

/// Centred differences with step h are wrong by h²/6·f‴ and by 2⁻⁵²·loss/h from rounding:
/// with h = 10⁻⁵ and a loss near 1 both are about 10⁻¹¹. Far from the kinks of the ReLU,
/// third derivatives are of the order of 1 here.
pub const STEP: f64 = 1e-5;
pub const TOLERANCE: f64 = 1e-9;

/// A random network and five images for it; those of the first seed from 5 on, for which
/// no step of a difference comes near a kink.
pub fn network_and_input(activation: Activation) -> (Network, DMatrix<f64>) {
    let has_kinks = matches!(activation, Activation::Relu | Activation::LeakyRelu);
    let mut random = (5..).map(|seed| random_network_and_input(activation, seed));
    let far = |(network, input): &(Network, DMatrix<f64>)| {
        !has_kinks || steps_to_a_kink(network, input) > 10.0
    };
    random.find(far).expect("a network")
}

pub fn random_network_and_input(
    activation: Activation,
    seed: u64,
) -> (Network, DMatrix<f64>) {
    let mut rng = rng(seed);
    let input = DMatrix::from_fn(5, 4, |_, _| rng.random_range(-1.0..1.0));
    let network = Network::with_widths(&[4, 6, 5, 3], activation, |fan_in, fan_out| {
        pytorch_default(fan_in, fan_out, &mut rng)
    });
    (network, input)
}

/// The smallest `|a|` that goes into a function with a kink, in units of what `STEP` in one
/// parameter can do to it: in every layer the step times the largest number that goes in,
/// or the step itself for a bias, and in the layers behind it this times the weights on
/// the way.
pub fn steps_to_a_kink(network: &Network, input: &DMatrix<f64>) -> f64 {
    let activations = network.forward(input.clone());
    let mut least = f64::INFINITY;
    // For each layer so far, how far one of its units moves each unit here, at most.
    let mut moves: Vec<DMatrix<f64>> = Vec::new();
    for (layer, z) in network.layers().iter().zip(&activations) {
        let weight = layer.linear.weight.abs();
        moves.iter_mut().for_each(|move_| *move_ = &*move_ * &weight);
        let own = STEP * z.amax().max(1.0);
        moves.push(DMatrix::identity(weight.ncols(), weight.ncols()) * own);
        if layer.activation != Activation::Identity {
            let farthest = moves.iter().map(|moves| moves.amax()).fold(0.0, f64::max);
            least = least.min(layer.linear.forward(z).abs().min() / farthest);
        }
    }
    least
}

pub fn batch(input: DMatrix<f64>) -> Batch {
    Batch::new(input, LABELS.to_vec())
}

/// The small network's targets, for the loss `Σ ½ (ŷ − y)²`.
pub fn small_targets() -> DMatrix<f64> {
    dmatrix![4.0; 4.0; -1.0]
}

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
