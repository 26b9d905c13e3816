//! The backward pass against finite differences.

use descent::backpropagation::{backward, cross_entropy_gradient};
use descent::initialization::pytorch_default;
use descent::linear_layer::Linear;
use descent::network::{Activation, Layer, Network, cross_entropy};
use nalgebra::DMatrix;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

const LABELS: [usize; 5] = [0, 2, 1, 1, 0];

fn loss(network: &Network, input: &DMatrix<f64>) -> f64 {
    let activations = network.forward(input.clone());
    let losses = cross_entropy(activations.last().expect("logits"), &LABELS);
    losses.iter().sum::<f64>() / losses.len() as f64
}

fn network_and_input(activation: Activation) -> (Network, DMatrix<f64>) {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let input = DMatrix::from_fn(5, 4, |_, _| rng.random_range(-1.0..1.0));
    let network = Network::with_widths(&[4, 6, 5, 3], activation, |fan_in, fan_out| {
        pytorch_default(fan_in, fan_out, &mut rng)
    });
    (network, input)
}

/// The same network with one of its linear layers changed.
fn changed(network: &Network, layer: usize, change: impl Fn(&mut Linear)) -> Network {
    let mut layers: Vec<Layer> = network.layers().to_vec();
    change(&mut layers[layer].linear);
    Network::new(layers)
}

/// Centred differences with step h are wrong by h²/6·f''' and by ε·loss/h from
/// rounding: with h = 10⁻⁵ and a loss near 1 both are about 10⁻¹¹. Far from the kinks
/// of the ReLU, third derivatives are of the order of 1 here.
const STEP: f64 = 1e-5;
const TOLERANCE: f64 = 1e-9;

fn check(activation: Activation) {
    let (network, input) = network_and_input(activation);
    let activations = network.forward(input.clone());
    let logits = activations.last().expect("logits");
    let loss_gradient = cross_entropy_gradient(logits, &LABELS);
    let mut gradients: Vec<_> =
        backward(&network, &activations, loss_gradient).collect();
    gradients.reverse();
    let compare = |what: &str, gradient: f64, loss_at: &dyn Fn(f64) -> f64| {
        let difference = (loss_at(STEP) - loss_at(-STEP)) / (2.0 * STEP);
        assert!(
            (gradient - difference).abs() < TOLERANCE,
            "{what}: {gradient} {difference}"
        );
    };
    for (i, gradient) in gradients.iter().enumerate() {
        for place in 0..gradient.parameters.weight.len() {
            compare("weight", gradient.parameters.weight[place], &|h| {
                loss(&changed(&network, i, |linear| linear.weight[place] += h), &input)
            });
        }
        for place in 0..gradient.parameters.bias.len() {
            compare("bias", gradient.parameters.bias[place], &|h| {
                loss(&changed(&network, i, |linear| linear.bias[place] += h), &input)
            });
        }
    }
    // The gradient of the first hidden layer's output, by moving it and going on from there.
    let rest = Network::new(network.layers()[1..].to_vec());
    for place in 0..activations[1].len() {
        compare("activation", gradients[0].output[place], &|h| {
            let mut moved = activations[1].clone();
            moved[place] += h;
            loss(&rest, &moved)
        });
    }
}

#[test]
fn relu_gradients_agree_with_centred_differences() {
    let (network, input) = network_and_input(Activation::Relu);
    let mut closest_to_a_kink = f64::INFINITY;
    let mut z = input;
    for layer in &network.layers()[..2] {
        let pre_activation = layer.linear.forward(&z);
        closest_to_a_kink = pre_activation
            .iter()
            .fold(closest_to_a_kink, |least, z| least.min(z.abs()));
        z = layer.forward(&z);
    }
    assert!(
        closest_to_a_kink > 10.0 * STEP,
        "choose another point: {closest_to_a_kink}"
    );
    check(Activation::Relu);
}

#[test]
fn sigmoid_gradients_agree_with_centred_differences() {
    check(Activation::Sigmoid);
}

#[test]
fn gradients_without_activation_agree_with_centred_differences() {
    check(Activation::Identity);
}

#[test]
fn the_derivative_of_relu_at_zero_is_zero() {
    let output = nalgebra::dmatrix![0.0, 1e-300];
    let mut gradient = nalgebra::dmatrix![5.0, 5.0];
    Activation::Relu.backward(&output, &mut gradient);
    assert_eq!(gradient, nalgebra::dmatrix![0.0, 5.0]);
}

/// Probabilities sum to one, and so does the label's row of zeros and a one.
#[test]
fn the_gradient_of_the_logits_sums_to_zero_for_each_image() {
    let logits = nalgebra::dmatrix![2.0, -1.0, 0.5; 1000.0, 0.0, -1000.0];
    let gradient = cross_entropy_gradient(&logits, &[1, 0]);
    for row in gradient.row_iter() {
        assert!(row.sum().abs() < 1e-15);
    }
    assert_eq!(gradient.row(1), nalgebra::dmatrix![0.0, 0.0, 0.0].row(0));
}
