//! Elbows: where units bend, and what a mean of them does.

use descent::elbows::{Cauchy, Role, Start, bends, elbows};
use descent::linear_layer::Linear;
use descent::network::{Activation, Layer, Network};
use descent::random::{Stream, generator};
use nalgebra::{RowDVector, dmatrix};

use crate::{Answer, Question, exact, number, words};

pub const QUESTIONS: &[fn() -> Question] = &[mean, role, share, gain, moves];

/// Units whose weight and bias are standard normal.
const NOTES: Start = Start::Normal { weight: 1.0, bias: 1.0 };

/// Where the first units of a seed bend.
pub fn places(count: usize, seed: u64) -> Vec<f64> {
    elbows(&NOTES.draw(count, &mut generator(seed, Stream::Points)))
}

/// As if a place were as harmless as the weight of its unit: numbers with a deviation.
pub fn tame(count: usize, seed: u64) -> Vec<f64> {
    let layer = NOTES.draw(count, &mut generator(seed, Stream::Points));
    layer.weight.iter().copied().collect()
}

/// As if what lies to the left did not balance what lies to the right.
pub fn sizes(count: usize, seed: u64) -> Vec<f64> {
    places(count, seed).into_iter().map(f64::abs).collect()
}

/// The mean of the first numbers, for each count of them.
pub fn running(numbers: &[f64]) -> Vec<f64> {
    let mut sum = 0.0;
    let mean = |(i, number): (usize, &f64)| {
        sum += number;
        sum / (i + 1) as f64
    };
    numbers.iter().enumerate().map(mean).collect()
}

/// What the running mean of such numbers does, over two hundred seeds.
fn goes(draw: fn(usize, u64) -> Vec<f64>) -> &'static str {
    let ends: Vec<_> = (0..200)
        .map(|seed| *running(&draw(2000, seed)).last().expect("a mean"))
        .collect();
    let share = |far: &dyn Fn(f64) -> bool| {
        ends.iter().filter(|&&end| far(end)).count() as f64 / ends.len() as f64
    };
    match (share(&|end| end > 1.0), share(&|end| end.abs() > 1.0)) {
        (right, _) if right > 0.9 => "It rises, slowly and without end",
        (_, far) if far > 0.25 => {
            "It is thrown off again and again, however many there are"
        }
        _ => "It settles at 0",
    }
}

/// The opening: the mean of more and more elbows.
pub fn mean() -> Question {
    Question::predict(
        "elbows/mean",
        "N01",
        "Draw unit after unit, and average the places where they bend, −*b*/*w*. What does the mean of the first *n* do, as *n* grows to 100 000? (To the right *n*, on a logarithmic axis; the thin line is 0; three seeds.)",
    )
    .right(
        words(goes(places)),
        "Of *n* places the farthest is about *n* away. Divided by *n*, this one alone moves the mean by about 1, whatever *n* is.",
    )
    .picture("elbows-mean_jumps")
    .wrong(
        "the law of large numbers",
        words(goes(tame)),
        "So does a mean of numbers that *have* an expectation. These have none: too many of them are too far out.",
    )
    .picture("elbows-mean_settles")
    .wrong(
        "only the sizes are counted",
        words(goes(sizes)),
        "So does the mean of the *distances* from 0. Left and right are equally likely, and the mean goes to both sides.",
    )
    .picture("elbows-mean_rises")
}

fn said(role: Role) -> Answer {
    words(match role {
        Role::Bends => "It bends in the data",
        Role::Linear => "It is a straight line there",
        Role::Dead => "It is 0 there",
    })
}

/// What a unit does on the data.
pub fn role() -> Question {
    let (w, b, data) = (-2.0, 3.0, (-1.0, 1.0));
    Question::new(
        "elbows/role",
        "N02",
        "The inputs lie between −1 and 1. What does the unit with *w* = −2 and *b* = 3 do for them?",
    )
    .right(
        said(Role::of(w, b, data)),
        "Its elbow is at 1.5, to the right of the data. As *w* is negative, the unit is on to the left of it: for all of the data.",
    )
    .wrong(
        "on to the right of the elbow",
        said(Role::of(w.abs(), -b, data)),
        "The elbow is at 1.5, but with *w* < 0 the unit is on to its *left*. At *x* = 0 it puts out 3.",
    )
    .wrong(
        "weight and bias are exchanged",
        said(Role::of(b, -w, data)),
        "*w x* + *b* is 0 at −*b*/*w* = 1.5, which is outside. At −1 it is 5, at 1 it is 1: never below 0.",
    )
}

/// How many elbows lie close to zero.
pub fn share() -> Question {
    let (weight, bias) = (2.0, 1.0);
    let within = |scale: f64, place: f64| {
        let law = Cauchy { scale };
        number(100.0 * (law.below(place) - law.below(-place)), 0).unit("%")
    };
    Question::new(
        "elbows/share",
        "N01",
        "Weights with the standard deviation 2, biases with 1, both normal around 0. Which share of the elbows lies between −½ and ½?",
    )
    .right(
        within(bias / weight, 0.5),
        "The scale is $s_b/s_w = \\frac12$, and half of the elbows are closer to 0 than the scale.",
    )
    .wrong(
        "the scale is left at 1",
        within(1.0, 0.5),
        "That is for equal deviations. Here the weights are twice as large, and the elbows half as far out.",
    )
    .wrong(
        "the wrong way round",
        within(weight / bias, 0.5),
        "Large weights pull the elbows *in*: −*b*/*w* has *w* below.",
    )
    .wrong(
        "as for normal numbers",
        // The share of a normal law within one standard deviation.
        number(68.269, 0).unit("%"),
        "68 % lie within one *standard deviation* of a normal law. Elbows have none; within the scale lies half.",
    )
}

/// A network of one hidden unit.
fn unit(w: f64, b: f64, next: f64) -> Network {
    let layer = |weight, bias, activation| Layer {
        linear: Linear::new(dmatrix![weight], RowDVector::from_element(1, bias)),
        activation,
    };
    Network::new(vec![
        layer(w, b, Activation::Relu),
        layer(next, 0.0, Activation::Identity),
    ])
}

/// What the slope gains at an elbow.
pub fn gain() -> Question {
    let (w, b, next) = (-2.0, 1.0, 3.0);
    let gain = bends(&unit(w, b, next))[0].1;
    Question::new(
        "elbows/gain",
        "E03",
        "A unit has *w* = −2 and *b* = 1, and behind it stands the weight 3. What does the slope of the curve gain at its elbow, from left to right?",
    )
    .right(
        exact(gain),
        "To the left the unit is on, and its part of the slope is −2 · 3 = −6. To the right it is 0. From −6 to 0 the slope gains 6.",
    )
    .wrong(
        "it loses its slope",
        exact(w * next),
        "−6 is its slope to the left. Going right, this is what *ends*.",
    )
    .wrong(
        "only the weight behind",
        exact(next),
        "The unit itself has a slope as well, of the size |*w*| = 2.",
    )
    .wrong(
        "the unit alone",
        exact(w.abs()),
        "So much gains the output of the unit. The curve has it three times.",
    )
}

/// How far a step moves an elbow.
pub fn moves() -> Question {
    let (w, b, step) = (0.1, -0.05, -0.01);
    let place = |w: f64, b: f64| -b / w;
    let moved = (place(w, b + step) - place(w, b)) * 1e6;
    let moved = moved.round() / 1e6;
    Question::new(
        "elbows/moves",
        "E03",
        "A unit has *w* = 0.1 and *b* = −0.05. A step takes 0.01 from *b* alone. By how much does its elbow move?",
    )
    .right(
        exact(moved),
        "From 0.05/0.1 to 0.06/0.1. Where the weight is small, a small step in *b* is a long way for the elbow.",
    )
    .wrong(
        "the sign",
        exact(-moved),
        "A lower bias makes a rising unit come on later: the elbow moves to the right.",
    )
    .wrong(
        "as far as the bias",
        exact(-step),
        "The elbow is −*b*/*w*. A change of *b* is divided by *w*.",
    )
    .wrong(
        "times the weight",
        exact(-step * w),
        "A small weight makes the elbow quick. It divides the change of *b*.",
    )
}
