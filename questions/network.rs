//! The network: its parameters, its loss, and what belongs at its end.

use descent::initialization::{constant, normal};
use descent::network::{Activation, Layer, Network, cross_entropy, softmax};
use descent::random::{Stream, generator};
use nalgebra::DMatrix;

use crate::{Answer, Question, number, words};

pub const QUESTIONS: &[fn() -> Question] = &[parameters, guess, shift, stuck];

fn whole(value: usize) -> Answer {
    number(value as f64, 0)
}

/// How many numbers a network learns.
pub fn parameters() -> Question {
    let widths = [784, 50, 20, 10];
    let network =
        Network::with_widths(&widths, Activation::Relu, |n, m| constant(n, m, 0.0));
    let pairs = || widths.windows(2).map(|pair| (pair[0], pair[1]));
    let weights: usize = pairs().map(|(n, m)| n * m).sum();
    let inputs: usize = pairs().map(|(n, _)| n).sum();
    let last = pairs().next_back().map_or(0, |(n, m)| (n + 1) * m);
    Question::number(
        "network/parameters",
        "L05",
        "One number for each pair of an input and an output of a layer. And what else does each unit have?",
        "How many parameters has the network 784-50-20-10?",
    )
    .right(
        whole(network.parameter_count()),
        "784 · 50 + 50 · 20 + 20 · 10 weights, and 50 + 20 + 10 biases. The batch size does not appear.",
    )
    .wrong(
        "the biases are forgotten",
        whole(weights),
        "Each unit has a bias as well, 80 in all.",
    )
    .wrong(
        "a bias for each input",
        whole(weights + inputs),
        "A bias belongs to a unit, that is, to an *output* of its layer.",
    )
    .wrong(
        "the last layer is left out",
        whole(network.parameter_count() - last),
        "The ten outputs are units with weights and biases, too. Only the 784 inputs learn nothing.",
    )
}

/// The loss of an untrained network.
pub fn guess() -> Question {
    let classes = 100;
    let logits = DMatrix::zeros(1, classes);
    let loss = cross_entropy(&logits, &[0])[0];
    let p = softmax(&logits)[(0, 0)];
    Question::new(
        "network/guess",
        "L08",
        "A classifier for 100 classes has just been drawn, and all its logits are near 0. Which loss does it show about?",
    )
    .right(
        number(loss, 2),
        "Every class has the probability 1/100, and −log of it is log 100. A far larger loss at the start shows logits that are too large.",
    )
    .wrong(
        "wrong 99 times of 100",
        number(1.0 - p, 2),
        "That is the share of wrong answers. The cross-entropy is −log of the probability of the right class.",
    )
    .wrong(
        "the logarithm to base 2",
        number(loss / 2_f64.ln(), 2),
        "That is the loss in bits. Here log is the natural logarithm, as in PyTorch.",
    )
    .wrong(
        "that is for ten classes",
        number(10_f64.ln(), 2),
        "log 10 belongs to ten classes. With more classes there is more to guess.",
    )
    .wrong(
        "zero logits, zero loss",
        number(0.0, 2),
        "A loss of 0 needs the probability 1 for the right class. Equal logits are equal probabilities.",
    )
}

/// Which change of the last layer no loss notices.
pub fn shift() -> Question {
    let mut rng = generator(3, Stream::Weights);
    let network = Network::with_widths(&[4, 50, 3], Activation::Relu, |n, m| {
        normal(n, m, 1.0, &mut rng)
    });
    let image = DMatrix::from_row_slice(1, 4, &[1.0, 0.5, 2.0, 1.5]);
    let losses = |network: &Network| {
        let logits = network.forward(image.clone()).pop().expect("logits");
        [0, 1, 2].map(|label| cross_entropy(&logits, &[label])[0])
    };
    let is_unseen = |change: &dyn Fn(&mut [Layer])| {
        let mut layers = network.layers().to_vec();
        change(&mut layers);
        let pairs = losses(&network).into_iter().zip(losses(&Network::new(layers)));
        pairs.into_iter().all(|(before, after)| (before - after).abs() < 1e-9)
    };
    Question::new(
        "network/shift",
        "L08",
        "A classifier with a hidden layer of ReLUs is trained with cross-entropy. Which of these changes leaves the loss of *every* image as it is?",
    )
    .case(
        words("Adding 5 to every weight of the last layer"),
        is_unseen(&|layers| layers[1].linear.weight.add_scalar_mut(5.0)),
        "All logits of an image rise by 5 times the sum of what its hidden units put out. A number that is added to all logits changes $\\log \\sum e^z$ and *z* of the label alike.",
    )
    .case(
        words("Doubling every weight and bias of the last layer"),
        is_unseen(&|layers| {
            layers[1].linear.weight *= 2.0;
            layers[1].linear.bias *= 2.0;
        }),
        "This doubles the *differences* of the logits as well, and they are what counts. The softmax becomes more certain.",
    )
    .case(
        words("Adding 5 to every weight of the first output"),
        is_unseen(&|layers| layers[1].linear.weight.column_mut(0).add_scalar_mut(5.0)),
        "Then the first logit alone rises, and its class takes probability from the others.",
    )
    .case(
        words("Adding 5 to every bias of the hidden layer"),
        is_unseen(&|layers| layers[0].linear.bias.add_scalar_mut(5.0)),
        "The hidden units put out more, and each logit weighs them in its own way: their differences change.",
    )
}

/// The least loss of a model that is certain and right: its last layer can put out any numbers, of which so many are taken
/// for logits, and something stands behind it.
fn least_loss(outputs: usize, end: impl Fn(&DMatrix<f64>) -> DMatrix<f64>) -> f64 {
    let mut best = DMatrix::from_element(1, outputs, -1000.0);
    best[(0, 3)] = 1000.0;
    cross_entropy(&end(&best), &[3])[0]
}

/// Below which value two softmaxes do not let the loss fall.
pub fn stuck() -> Question {
    let classes = 100;
    let guess = cross_entropy(&DMatrix::zeros(1, classes), &[3])[0];
    Question::new(
        "network/stuck",
        "D03",
        format!(
            "A model for {classes} classes has a `torch.nn.Softmax` at its end, and is trained with PyTorch's `cross_entropy`. It has become right about every image, and certain. What is its loss?"
        ),
    )
    .right(
        number(least_loss(classes, softmax), 2),
        "The probabilities 1, 0, …, 0 are taken for logits. So the loss is log(*e* + 99) − 1 = log(1 + 99/*e*).",
    )
    .wrong(
        "that is for ten classes",
        number(least_loss(10, softmax), 2),
        "With ten classes there are nine wrong ones, each with *e*⁰ in the sum. Here there are 99.",
    )
    .wrong(
        "one softmax is forgotten",
        number(least_loss(classes, DMatrix::clone), 2),
        "So it is without the softmax at the end. Behind it the logits that `cross_entropy` sees are never more than 1 apart.",
    )
    .wrong(
        "that is guessing",
        number(guess, 2),
        "log 100 is the loss where all classes are equally likely. The one logit that is 1 helps a little: by nearly 1.",
    )
}
