//! The network: its parameters, its loss, and what belongs at its end.

use descent::initialization::constant;
use descent::network::{Activation, Network, cross_entropy, softmax};
use nalgebra::{DMatrix, dmatrix};

use crate::{Answer, Question, number};

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

/// All logits of an image rise.
pub fn shift() -> Question {
    let by = 3.0;
    let before = dmatrix![1.0, 2.0, 0.0];
    let loss = |logits: &DMatrix<f64>| cross_entropy(logits, &[1])[0];
    let change = loss(&before.add_scalar(by)) - loss(&before);
    Question::new(
        "network/shift",
        "L08",
        "A new bias raises *all* logits of an image by 3. By how much does its cross-entropy change?",
    )
    .right(
        number(change, 0),
        "$\\log \\sum e^z$ rises by 3, and *z* of the label too. Only differences of logits count.",
    )
    .wrong(
        "only the right logit is counted",
        number(-by, 0),
        "The logit of the label rises by 3, and so do those of all other classes.",
    )
    .wrong(
        "only the sum is counted",
        number(by, 0),
        "$\\log \\sum e^z$ rises by 3. But the logit of the label, which is subtracted, rises as well.",
    )
    .wrong(
        "every term of the sum is counted",
        number(by * 3.0 - by, 0),
        "Each of the three terms gets the factor e³, and so does their sum. Its logarithm rises by 3, once.",
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
