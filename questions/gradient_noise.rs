//! The noise of the gradients: balls, batches, and smaller steps.

use descent::gradient_noise::{mean_squares, noise_ball};
use descent::quadratic::Quadratic;
use nalgebra::{DVector, dmatrix};

use crate::{Question, exact, number, words};

pub const QUESTIONS: &[fn() -> Question] = &[ball, half, scaling, schedule];

/// The variance in which SGD ends, on ½λθ² with noise of variance 1.
fn settles(alpha: f64, lambda: f64) -> f64 {
    let parabola = Quadratic::new(dmatrix![lambda], DVector::zeros(1));
    noise_ball(&parabola, &dmatrix![1.0], alpha).expect("a stable step size")[(0, 0)]
}

/// The ball by hand.
pub fn ball() -> Question {
    let (alpha, lambda) = (0.5, 2.0);
    Question::number(
        "gradient_noise/ball",
        "L37",
        "What does a step make of *r*? Square it: which part of *V* is kept, and what is added?",
        "On θ², whose curvature is 2, with noise of variance 1 on every gradient and α = ½: in which mean square around the minimum does SGD settle?",
    )
    .right(
        number(settles(alpha, lambda), 2),
        "1 − αλ is 0: each step goes straight to the minimum, and throws the parameter off by α times the noise. *V* is α².",
    )
    .wrong(
        "the curvature is taken for 1",
        number(settles(alpha, 1.0), 2),
        "That is the ⅓ of the parabola ½θ². Here the curvature is 2.",
    )
    .wrong(
        "α is not squared",
        number(alpha, 2),
        "The noise is multiplied by α, and its variance by α².",
    )
    .wrong(
        "nothing is left of the noise",
        number(0.0, 2),
        "A step forgets where it came from. Its own noise it has just added.",
    )
}

/// Half the step size.
pub fn half() -> Question {
    let lambdas = [1.0, 10.0];
    let sum = |f: &dyn Fn(f64) -> f64| lambdas.into_iter().map(f).sum::<f64>();
    let distance = |alpha: f64| sum(&|lambda| settles(alpha, lambda)).sqrt();
    let loss = |alpha: f64| sum(&|lambda| lambda * settles(alpha, lambda) / 2.0);
    let times = |value: f64| number(value, 2).unit("times");
    Question::new(
        "gradient_noise/half",
        "L37",
        "SGD with a small constant step size has come to the ball around the minimum. Then α is halved, and one waits. What becomes of the typical distance from the minimum, the root of its mean square?",
    )
    .right(
        times(distance(0.001) / distance(0.002)),
        "The mean square is nearly in proportion to α, and its root to √α.",
    )
    .wrong(
        "that is the loss",
        times(loss(0.001) / loss(0.002)),
        "The loss goes with the *square* of the distance. It is halved, nearly.",
    )
    .wrong(
        "the variance of a single step",
        times(0.001_f64.powi(2) / 0.002_f64.powi(2)),
        "That is the variance which *one* step adds. But there are twice as many steps in the memory of the run, and the distance is a root.",
    )
    .wrong(
        "only the way becomes longer",
        times(1.0),
        "The ball itself shrinks. A smaller step follows every single gradient less.",
    )
}

/// Four times the batch.
pub fn scaling() -> Question {
    let settled = |alpha: f64, batch: f64| settles(alpha, 1.0) / batch;
    let (alpha, batch) = (0.002, 10.0);
    let sizes = [alpha / 4.0, alpha, alpha * 2.0, alpha * 4.0];
    let target = settled(alpha, batch);
    let is_it = |size: f64| (settled(size, 4.0 * batch) / target - 1.0).abs() < 0.05;
    Question::new(
        "gradient_noise/scaling",
        "L37",
        "With batches of 10 and α = 0.002 a run ends in some ball. Now the batches have 40 examples, of very many. With which α is the ball the same, and the path nearly, with a quarter of the steps?",
    )
    .case(
        exact(sizes[0]),
        is_it(sizes[0]),
        "A better gradient does not need a shorter step. This ball has a sixteenth of the first one's mean square.",
    )
    .case(
        exact(sizes[1]),
        is_it(sizes[1]),
        "With the same α the mean square falls to a quarter. And a quarter of the steps then goes a quarter of the way.",
    )
    .case(
        exact(sizes[2]),
        is_it(sizes[2]),
        "With the root of the batch falls the *error* of a gradient. The ball goes with α times the variance, that is, with α/|*B*|.",
    )
    .case(
        exact(sizes[3]),
        is_it(sizes[3]),
        "Four times the batch, four times α: the ball knows only α/|*B*|, as long as αλ is small.",
    )
}

/// Which steps come to rest at the minimum.
pub fn schedule() -> Question {
    const STEPS: usize = 200_000;
    let goes = |size: &dyn Fn(f64) -> f64| {
        let sizes: Vec<_> = (1..=STEPS).map(|t| size(t as f64)).collect();
        *mean_squares(100.0, (1.0, 1.0), &sizes).last().expect("steps") < 1e-3
    };
    let option = |text: &str| words(text);
    Question::new(
        "gradient_noise/schedule",
        "L37",
        "Curvature 1, noise of variance 1 on every gradient, a start far away. With which step sizes does the mean square of the distance go to zero?",
    )
    .case(
        option("α_t = 0.01, always"),
        goes(&|_| 0.01),
        "The ball stays. Its mean square is about α/2.",
    )
    .case(
        option("α_t = 0.5, 0.25, 0.125, … (halved each time)"),
        goes(&|t| 0.5_f64.powf(t)),
        "The steps go to zero too fast: together they are 1 long, and some of the way is left for ever.",
    )
    .case(
        option("α_t = 1/*t*²"),
        goes(&|t| 1.0 / (t * t)),
        "The first step forgets the start, and throws the parameter off. The sum of the later ones has a limit, and cannot make up for it.",
    )
    .case(
        option("α_t = 1/*t*"),
        goes(&|t| 1.0 / t),
        "The steps go to zero, and their sum has no limit. The mean square is 1/*t*.",
    )
}
