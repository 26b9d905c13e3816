//! The library against PyTorch, by the values of `tests/pytorch/reference.txt`; the
//! `README.md` beside it says what they are.

use std::collections::HashMap;

use descent::adam::Adam;
use descent::backpropagation::{
    Neuron, backward, cross_entropy_gradient, loss_and_gradient,
};
use descent::gradient_descent::{GradientDescent, Optimizer, minimize};
use descent::linear_layer::Linear;
use descent::momentum::{Momentum, PyTorchSgd};
use descent::nesterov::StoredLookAhead;
use descent::network::{Activation, Batch, Network, cross_entropy};
use descent::neuron::take_turns;
use descent::newton::{Example, Smooth, hessian_vector_product, jacobian};
use descent::quadratic::{Quadratic, descend};
use descent::sgd::train;
use nalgebra::{DMatrix, DVector, RowDVector, dvector};

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

/// The rows of a matrix of the fixture as points.
fn points(matrix: &DMatrix<f64>) -> Vec<DVector<f64>> {
    matrix.row_iter().map(|row| row.transpose()).collect()
}

/// A step of ½ keeps to whole numbers. At 0.1 the neuron comes to rest where its
/// pre-activation is 0 up to rounding, and stays within a few roundings of there.
#[test]
fn sgd_on_the_worksheets_neuron_agrees_with_pytorch() {
    let reference = reference();
    for (step_size, tolerance) in [(0.5, 0.0), (0.1, 1e-14)] {
        let theirs = points(&reference[&*format!("neuron.iterates_{step_size}")]);
        let mut descent = GradientDescent::new(step_size).expect("a step size");
        let ours = take_turns(&mut descent, theirs.len() - 1, Neuron::gradient);
        for (ours, theirs) in ours.expect("a finite run").iter().zip(theirs) {
            let distance = (ours.parameters() - theirs).amax();
            assert!(distance <= tolerance, "step size {step_size}: {distance:e}");
        }
    }
}

/// An iterate is wrong by a few roundings of the ones before, which stable steps do not
/// let grow: some 30·2⁻⁵³ of the start.
#[test]
fn gradient_descent_on_quadratics_agrees_with_pytorch() {
    let reference = reference();
    for name in ["diagonal", "coupled"] {
        let part = |quantity: &str| &reference[&*format!("{name}.{quantity}")];
        let quadratic = Quadratic::new(part("p").clone(), part("q").row(0).transpose());
        for step_size in [0.05, 0.1, 0.19] {
            let theirs = points(part(&format!("iterates_{step_size}")));
            let ours = descend(&quadratic, &theirs[0], step_size, theirs.len() - 1);
            let start = theirs[0].amax();
            for (ours, theirs) in ours.expect("a finite run").iter().zip(theirs) {
                assert!(
                    (ours - theirs).amax() <= TOLERANCE * start,
                    "{name} {step_size}"
                );
            }
        }
    }
}

/// Runs our optimizer for each row of settings that it takes, beside PyTorch's. It is
/// `None` for the rows that are another test's; of the six of SGD four are for PyTorch's
/// momentum, two of them without dampening, and two for Nesterov's; of the eight of Adam
/// four are corrected.
///
/// Both sides round, some ten times an iterate and to 2⁻⁵³ of the largest number in it;
/// the steps are stable, so that errors do not grow. Adam divides each entry by its own
/// size, and so makes the relative error of the smallest entry of a gradient one of a
/// step. In the network the smallest that is not 0 is 10⁻⁵ of the largest, in one step:
/// an error of 10⁻¹¹ of itself, in a step of 1/16.
fn check_optimizer<O: Optimizer>(
    kind: &str,
    rows_per_problem: usize,
    make: impl Fn(&[f64]) -> Option<O>,
) {
    let reference = reference();
    for problem in ["neuron", "diagonal", "coupled", "mlp"] {
        let part = |quantity: &str| &reference[&*format!("{problem}.{quantity}")];
        let settings = part(&format!("{kind}_settings"));
        let mut runs = 0;
        for (number, row) in (1..).zip(settings.row_iter()) {
            let row: Vec<_> = row.iter().copied().collect();
            let Some(mut optimizer) = make(&row) else { continue };
            let theirs = points(part(&format!("{kind}_{number}")));
            let ours = match problem {
                "neuron" => {
                    let neurons = take_turns(&mut optimizer, 12, Neuron::gradient);
                    let neurons = neurons.expect("a finite run").into_iter();
                    neurons.map(Neuron::parameters).collect()
                }
                "mlp" => vec![last_point_of_network(&reference, &mut optimizer)],
                _ => {
                    let q = part("q").row(0).transpose();
                    let quadratic = Quadratic::new(part("p").clone(), q);
                    let gradient = |theta: &DVector<f64>| quadratic.gradient(theta);
                    minimize(&mut optimizer, &theirs[0], 12, gradient)
                        .expect("a finite run")
                }
            };
            assert_eq!(ours.len(), theirs.len());
            for (ours, theirs) in ours.iter().zip(&theirs) {
                let distance = (ours - theirs).amax() / theirs.amax();
                assert!(distance <= TOLERANCE, "{problem} {row:?}: {distance:e}");
            }
            runs += 1;
        }
        assert_eq!(runs, rows_per_problem, "{problem}");
    }
}

/// The parameters of the fixture's network after 12 steps.
fn last_point_of_network(
    reference: &Reference,
    optimizer: &mut impl Optimizer,
) -> DVector<f64> {
    let mut network = network(reference, Activation::Relu);
    let labels = reference["mlp.labels"].iter().map(|&label| label as usize).collect();
    let batch = Batch::new(reference["mlp.input"].clone(), labels);
    let all = vec![(0..batch.len()).collect(); 12];
    train(&mut network, optimizer, &all, &|_| batch.clone());
    network.parameters()
}

#[test]
fn momentum_agrees_with_pytorchs_without_dampening_at_one_minus_beta_of_the_step_size()
{
    check_optimizer("sgd", 2, |settings| match *settings {
        [step_size, beta, 0.0, 0.0] => Some(momentum(step_size / (1.0 - beta), beta)),
        _ => None,
    });
}

#[test]
fn pytorchs_momentum_with_and_without_dampening_is_ours_in_its_form() {
    check_optimizer("sgd", 4, |settings| match *settings {
        [lr, momentum, dampening, 0.0] => {
            Some(PyTorchSgd::new(lr, momentum, dampening).expect("valid settings"))
        }
        _ => None,
    });
}

fn momentum(step_size: f64, beta: f64) -> Momentum {
    Momentum::new(step_size, beta).expect("valid settings")
}

#[test]
fn the_stored_look_ahead_agrees_with_pytorchs_nesterov() {
    check_optimizer("sgd", 2, |settings| match *settings {
        [step_size, beta, 0.0, 1.0] => {
            Some(StoredLookAhead::new(step_size, beta).expect("valid settings"))
        }
        _ => None,
    });
}

#[test]
fn adam_with_bias_correction_agrees_with_pytorchs() {
    check_optimizer("adam", 4, |settings| match *settings {
        [step_size, beta1, beta2, epsilon, 1.0] => {
            Some(adam(step_size, [beta1, beta2], epsilon).with_bias_correction())
        }
        _ => None,
    });
}

#[test]
fn adam_agrees_with_pytorchs_whose_step_size_and_epsilon_undo_the_correction() {
    check_optimizer("adam", 4, |settings| match *settings {
        [step_size, beta1, beta2, epsilon, 0.0] => {
            Some(adam(step_size, [beta1, beta2], epsilon))
        }
        _ => None,
    });
}

fn adam(step_size: f64, betas: [f64; 2], epsilon: f64) -> Adam {
    Adam::new(step_size, betas, epsilon).expect("valid settings")
}

#[test]
fn hessians_of_newtons_examples_agree_with_pytorch() {
    let reference = reference();
    let xs = &reference["cosh.points"];
    for (&x, &second) in xs.iter().zip(&reference["cosh.second_derivatives"]) {
        let ours = Example::Cosh.hessian(&dvector![x])[0];
        assert!((ours - second).abs() <= TOLERANCE * second, "{x}");
    }
    let saddle = reference["saddle.point"].row(0).transpose();
    assert_eq!(Example::Saddle.hessian(&saddle), reference["saddle.hessian"]);
}

/// The network whose parameters the fixture has in its own order, each weight row by
/// row, and for each of its parameters in our order the place in that of the fixture.
fn network_in_order(name: &str, widths: &[usize]) -> (Network, Vec<usize>) {
    let theirs = &reference()[&*format!("{name}.parameters")];
    let mut places = Vec::new();
    let mut start = 0;
    let network =
        Network::with_widths(widths, Activation::Sigmoid, |fan_in, fan_out| {
            let place = |row: usize, column: usize| start + row * fan_out + column;
            let weight = DMatrix::from_fn(fan_in, fan_out, |i, j| theirs[place(i, j)]);
            places.extend(
                (0..fan_out)
                    .flat_map(|j| (0..fan_in).map(move |i| (i, j)))
                    .map(|(i, j)| place(i, j)),
            );
            let bias = start + fan_in * fan_out;
            places.extend(bias..bias + fan_out);
            start = bias + fan_out;
            Linear::new(weight, RowDVector::from_fn(fan_out, |_, j| theirs[bias + j]))
        });
    (network, places)
}

/// Centred differences of a gradient with step h are wrong by h²/6 of a fourth
/// derivative of the loss and by 2⁻⁵³/h of values below 1: with h = 10⁻⁵ both are some
/// 10⁻¹¹.
#[test]
fn differences_of_our_gradient_give_pytorchs_hessians_and_products_with_a_vector() {
    let reference = reference();
    for (name, widths) in [("softmax", vec![3, 3]), ("sigmoid_2_3_2", vec![2, 3, 2])] {
        let part = |quantity: &str| &reference[&*format!("{name}.{quantity}")];
        let (network, places) = network_in_order(name, &widths);
        let labels = part("labels").iter().map(|&label| label as usize).collect();
        let batch = Batch::new(part("input").clone(), labels);
        let gradient = |parameters: &DVector<f64>| {
            loss_and_gradient(&network.with_parameters(parameters), &batch).1
        };
        let parameters = network.parameters();
        let ours = jacobian(gradient, &parameters, 1e-5);
        let theirs = part("hessian").select_rows(&places).select_columns(&places);
        assert!((ours - theirs).amax() < 1e-9, "{name}");
        let ordered =
            |vector: &DMatrix<f64>| vector.select_columns(&places).transpose();
        let vector = DVector::from_column_slice(ordered(part("vector")).as_slice());
        let product = hessian_vector_product(gradient, &parameters, &vector, 1e-5);
        let theirs = ordered(part("hessian_vector_product"));
        assert!(
            (product - theirs.column(0)).amax() < 1e-9 * (1.0 + vector.norm()),
            "{name}"
        );
    }
}
