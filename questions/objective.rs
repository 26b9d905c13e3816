//! Objectives: what convexity promises.

use descent::initialization::normal;
use descent::linear_layer::Linear;
use descent::network::{Activation, Batch, Layer, Network};
use descent::objective::{above_chord, loss};
use descent::random::{Stream, generator};
use nalgebra::DMatrix;

use crate::{Question, exact, number, words};

pub const QUESTIONS: &[fn() -> Question] = &[convex, tangent, average, twins];

/// Whether no chord between points of a grid lies below the function.
fn is_convex(f: impl Fn(f64) -> f64) -> bool {
    let points: Vec<_> = (-12..=12).map(|i| f64::from(i) / 4.0).collect();
    let chord = |from: f64, to: f64| above_chord(&f, from, to, 0.5) <= 1e-12;
    points.iter().all(|&from| points.iter().all(|&to| chord(from, to)))
}

/// Which function is convex.
pub fn convex() -> Question {
    Question::new("objective/convex", "L11", "Which of these functions of one number is convex?")
        .case(
            words("$\\max(\\theta, -2\\theta)$"),
            is_convex(|x| x.max(-2.0 * x)),
            "It has a kink at 0, but the slope only grows there, from −2 to 1. No chord is below it: convexity does not ask for a derivative.",
        )
        .case(
            words("$\\min\\bigl(\\theta^2, (\\theta - 2)^2\\bigr)$"),
            is_convex(|x| x.powi(2).min((x - 2.0).powi(2))),
            "Both parabolas are convex, but at θ = 1, where they meet, there is a hill. The chord from 0 to 2 lies below it. The *larger* of two convex functions would be convex.",
        )
        .case(
            words("$\\sqrt{|\\theta|}$"),
            is_convex(|x| x.abs().sqrt()),
            "It has one valley, and its only minimum is global. Still, it rises above its chords, from 0 to 1 for example: one valley is less than convex.",
        )
        .case(
            words("$\\theta^4 - \\theta^2$"),
            is_convex(|x| x.powi(4) - x.powi(2)),
            "Between −1 and 1 it rises to 0 in the middle, and has a valley on either side.",
        )
}

/// How low a convex function can be.
pub fn tangent() -> Question {
    let (value, slope, at) = (5.0, -2.0, 3.0);
    Question::number(
        "objective/tangent",
        "L11",
        "Below which straight line can a convex function never be?",
        "A convex function has the value 5 at 0, and there its slope is −2. How low can it be at 3, at the lowest?",
    )
    .right(
        exact(value + slope * at),
        "It is nowhere below its tangent, which is at 5 − 2 · 3 there. The straight line itself is convex, and gets as low as that.",
    )
    .wrong(
        "that is the fall",
        exact(slope * at),
        "So far the tangent falls. It falls from 5.",
    )
    .wrong(
        "a step of one",
        exact(value + slope),
        "So it is at 1. The tangent goes on for two more.",
    )
    .wrong(
        "a loss is taken to end at zero",
        exact(0.0),
        "A loss may have 0 for its floor. A convex function need not: this one may go on falling.",
    )
    .wrong(
        "the sign of the slope",
        exact(value - slope * at),
        "The slope is negative: to the right the tangent falls.",
    )
}

/// The losses of two layers drawn at random, and of the layer whose weights are their mean.
fn losses(seed: u64) -> [f64; 3] {
    let mut rng = generator(seed, Stream::Weights);
    let images =
        DMatrix::from_fn(6, 3, |i, j| ((2 * i + 3 * j) % 7) as f64 / 3.0 - 1.0);
    let batch = Batch::new(images, vec![0, 1, 2, 1, 0, 2]);
    let drawn = [0, 1].map(|_| normal(3, 3, 1.0, &mut rng));
    let mean = Linear::new(
        (&drawn[0].weight + &drawn[1].weight) / 2.0,
        (&drawn[0].bias + &drawn[1].bias) / 2.0,
    );
    let [one, other] = drawn;
    [one, other, mean].map(|linear| {
        let layer = Layer { linear, activation: Activation::Identity };
        loss(&Network::new(vec![layer]), &batch)
    })
}

/// The average of two trained layers.
pub fn average() -> Question {
    let runs: Vec<_> = (0..200).map(losses).collect();
    let always = |holds: &dyn Fn(f64, f64, f64) -> bool| {
        runs.iter().all(|&[one, other, middle]| holds(one, other, middle))
    };
    let mean = |one: f64, other: f64| f64::midpoint(one, other) + 1e-12;
    Question::new(
        "objective/average",
        "L13",
        "Two classifiers of *one* linear layer with softmax and cross-entropy have been trained on the same images, one to a loss of 0.4, the other to 0.6. A third one gets the mean of their weights and biases. What can its loss be?",
    )
    .case(
        words("At most 0.5"),
        always(&|one, other, middle| middle <= mean(one, other)),
        "This loss is convex: halfway it is never above the chord, whose middle is 0.5. It may be far below.",
    )
    .case(
        words("Exactly 0.5"),
        always(&|one, other, middle| (middle - mean(one, other)).abs() < 1e-9),
        "The *logits* are the mean of the two. The cross-entropy is curved, and so the loss lies below the mean of the losses.",
    )
    .case(
        words("Somewhere from 0.4 to 0.6"),
        always(&|one, other, middle| middle >= one.min(other) && middle <= one.max(other)),
        "Two points on either side of a valley have a lower one between them. And above 0.5 it cannot be.",
    )
    .case(
        words("Anything, even more than 0.6"),
        runs.iter().any(|&[one, other, middle]| middle > one.max(other)),
        "So it is with hidden units, where a hill may lie between two good networks. One layer has a convex loss.",
    )
}

fn factorial(n: usize) -> f64 {
    (1..=n).map(|k| k as f64).product()
}

/// Networks with the same function.
pub fn twins() -> Question {
    let (first, second) = (3, 4);
    Question::number(
        "objective/twins",
        "L13",
        "In how many orders can the units of one layer be put? And may a unit change its layer?",
        format!(
            "A network has two hidden layers, one of {first} units and one of {second}, no two of them alike. At how many points θ, counting itself, has it the same function by renumbering alone?"
        ),
    )
    .right(
        number(factorial(first) * factorial(second), 0),
        "3! orders of the first layer, and with each of them 4! of the second: 6 · 24.",
    )
    .wrong(
        "all units in one heap",
        number(factorial(first + second), 0),
        "7! exchanges units of different layers, too. These read other numbers, and the function would be another one.",
    )
    .wrong(
        "the orders are added",
        number(factorial(first) + factorial(second), 0),
        "With each order of the first layer all orders of the second go together: multiply.",
    )
    .wrong(
        "one exchange for each pair",
        number((first * second) as f64, 0),
        "3 · 4 is the number of weights between the layers.",
    )
}
