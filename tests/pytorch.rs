//! The library against PyTorch, by the values of `tests/pytorch/reference.txt`; the
//! `README.md` beside it says what they are.

use std::collections::HashMap;

use descent::backpropagation::{backward, cross_entropy_gradient};
use descent::linear_layer::Linear;
use descent::network::{Activation, Network, cross_entropy};
use nalgebra::DMatrix;

/// The matrices of the fixture by name.
type Reference = HashMap<&'static str, DMatrix<f64>>;

fn reference() -> Reference {
    let lines = include_str!("pytorch/reference.txt").lines();
    lines.filter(|line| !line.starts_with('#')).map(entry).collect()
}

/// `name rows columns value value …`, row by row.
fn entry(line: &'static str) -> (&'static str, DMatrix<f64>) {
    let words: Vec<_> = line.split_whitespace().collect();
    let size = |i: usize| words[i].parse().expect("a size");
    let values = words[3..].iter().map(|word| word.parse().expect("a number"));
    let values: Vec<f64> = values.collect();
    (words[0], DMatrix::from_row_slice(size(1), size(2), &values))
}

/// The network of the fixture, with the given function behind its hidden layers.
fn network(reference: &Reference, hidden: Activation) -> Network {
    let mut number = 0;
    Network::with_widths(&[5, 7, 6, 4], hidden, |_, _| {
        number += 1;
        let weight = reference[&*format!("mlp.weight_{number}")].clone();
        let bias = &reference[&*format!("mlp.bias_{number}")];
        Linear::new(weight, bias.row(0).into_owned())
    })
}

/// The largest distance from PyTorch's matrix as a part of its norm.
///
/// Both sides round. A sum of n products is off by at most n·2⁻⁵³·Σ|products|; carried
/// from step to step, to first order, by the absolute values of what multiplies it next,
/// this gives a bound for each matrix. Such a bound is large beside the norm where terms
/// cancel. Here it is largest, 5·10⁻¹³ with both sides counted, for `bias_gradient_1`
/// without activation, a sum over images whose terms are of both signs. ReLU keeps to the
/// same side of its kink: the pre-activation nearest to 0 is 0.01 from it.
const TOLERANCE: f64 = 1e-12;

fn check(name: &str, hidden: Activation) {
    let reference = reference();
    let compare = |quantity: &str, ours: &DMatrix<f64>| {
        let theirs = &reference[&*format!("{name}.{quantity}")];
        let distance = (ours - theirs).norm() / theirs.norm();
        assert!(distance <= TOLERANCE, "{name}.{quantity} is {distance:e} away");
    };
    let labels: Vec<_> =
        reference["mlp.labels"].iter().map(|&label| label as usize).collect();
    let network = network(&reference, hidden);

    let activations = network.forward(reference["mlp.input"].clone());
    for (number, activation) in (1..).zip(&activations) {
        compare(&format!("activation_{number}"), activation);
    }
    let logits = &activations[3];
    let losses = DMatrix::from_row_slice(1, 6, &cross_entropy(logits, &labels));
    compare("losses", &losses);
    compare("mean_loss", &DMatrix::from_element(1, 1, losses.mean()));

    let loss_gradient = cross_entropy_gradient(logits, &labels);
    let gradients: Vec<_> = backward(&network, &activations, loss_gradient).collect();
    assert_eq!(gradients.len(), 3);
    for (number, gradient) in (1..).zip(gradients.iter().rev()) {
        compare(&format!("activation_gradient_{}", number + 1), &gradient.output);
        let Linear { weight, bias } = &gradient.parameters;
        compare(&format!("weight_gradient_{number}"), weight);
        let bias = DMatrix::from_row_slice(1, bias.len(), bias.as_slice());
        compare(&format!("bias_gradient_{number}"), &bias);
    }
    // The backward pass stops before the input; its gradient is one step on.
    let mut delta = gradients[2].output.clone();
    hidden.backward(&activations[1], &mut delta);
    let first = &network.layers()[0].linear;
    compare("activation_gradient_1", &first.input_gradient(&delta));
}

#[test]
fn activations_losses_and_gradients_of_a_relu_network_agree_with_pytorch() {
    check("relu", Activation::Relu);
}

#[test]
fn activations_losses_and_gradients_of_a_sigmoid_network_agree_with_pytorch() {
    check("sigmoid", Activation::Sigmoid);
}

#[test]
fn activations_losses_and_gradients_without_activation_agree_with_pytorch() {
    check("identity", Activation::Identity);
}

/// As the README says, so that other programs can make them. A library's sine is off by
/// at most 2⁻⁵³ and the product by half of that, on each side.
#[test]
fn the_inputs_weights_and_biases_of_the_fixture_are_sines_of_squares() {
    const NAMES: [&str; 7] =
        ["input", "weight_1", "bias_1", "weight_2", "bias_2", "weight_3", "bias_3"];
    let reference = reference();
    let mut k = 0.0_f64;
    for name in NAMES {
        for number in reference[&*format!("mlp.{name}")].transpose().iter() {
            k += 1.0;
            assert!((number - 0.75 * (k * k).sin()).abs() <= 2.0 * f64::EPSILON);
        }
    }
}
