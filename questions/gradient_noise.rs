//! The noise of the gradients: balls, batches, and smaller steps.

use descent::gradient_noise::{mean_squares, noise_ball};
use descent::quadratic::Quadratic;
use nalgebra::{DVector, dmatrix};

use crate::{Question, number, words};

pub const QUESTIONS: &[fn() -> Question] = &[ball, half, scaling, schedule];

/// The variance in which SGD ends, on ½λθ² with noise of variance 1.
fn settles(alpha: f64, lambda: f64) -> f64 {
    let parabola = Quadratic::new(dmatrix![lambda], DVector::zeros(1));
    noise_ball(&parabola, &dmatrix![1.0], alpha).expect("a stable step size")[(0, 0)]
}

/// The ball by hand.
pub fn ball() -> Question {
    let (alpha, lambda): (f64, f64) = (0.6, 2.0);
    let kept = (1.0 - alpha * lambda).powi(2);
    Question::number(
        "gradient_noise/ball",
        "L37",
        "What does a step make of *r*? Square it: which part of *V* is kept, and what is added?",
        "On θ², whose curvature is 2, with noise of variance 1 on every gradient and α = 0.6: in which mean square around the minimum does SGD settle?",
    )
    .right(
        number(settles(alpha, lambda), 2),
        "1 − αλ is −0.2: a step keeps 0.04 of *V* and adds α² = 0.36. So 0.96 *V* is 0.36.",
    )
    .wrong(
        "the curvature is taken for 1",
        number(settles(alpha, 1.0), 2),
        "So it would be on ½θ². Here the curvature is 2.",
    )
    .wrong(
        "α is not squared",
        number(alpha / (1.0 - kept), 2),
        "The noise is multiplied by α, and its variance by α².",
    )
    .wrong(
        "only the last step's noise",
        number(alpha.powi(2), 2),
        "So much is added in one step. Of what was there before, 0.04 is kept as well.",
    )
    .wrong(
        "that is for small steps",
        number(alpha / (2.0 * lambda), 2),
        "αs²/(2λ) is right when αλ is small beside 2. Here it is 1.2.",
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

/// Four times the batch, and four times the step size.
pub fn scaling() -> Question {
    let (alpha, batch) = (0.1, 10.0);
    let before = settles(alpha, 1.0) / batch;
    // Where a direction ends.
    let ends = |alpha: f64, batch: f64, lambda: f64| {
        let ball = noise_ball(
            &Quadratic::new(dmatrix![lambda], DVector::zeros(1)),
            &dmatrix![1.0],
            alpha,
        );
        words(match ball.map(|ball| ball[(0, 0)] / batch / before) {
            Err(_) => "It leaves the minimum, farther with each step",
            Ok(ratio) if ratio > 2.0 => "It ends farther from the minimum than before",
            Ok(ratio) if ratio < 0.5 => "It ends nearer to the minimum than before",
            Ok(_) => "It ends about as far from the minimum as before",
        })
    };
    let (times, steepest) = (4.0, 10.0);
    Question::new(
        "gradient_noise/scaling",
        "L37",
        "SGD with batches of 10 and α = 0.1 settles on a quadratic whose curvatures lie between 1 and 10. Now the batches have 40 examples, and α is scaled along. What does the run do?",
    )
    .right(
        ends(times * alpha, times * batch, steepest),
        "α becomes 0.4, and along the curvature 10 no step size above 2/10 converges. The noise allows four times α here, the curvature does not: linear scaling ends at the limit.",
    )
    .wrong(
        "only the noise is counted",
        ends(times * alpha, times * batch, 1.0),
        "So it is along the curvature 1: α/|*B*| is what it was. But the step has to suit the steepest direction as well, and 0.4 is beyond 2/10.",
    )
    .wrong(
        "only the batch is counted",
        ends(alpha, times * batch, 1.0),
        "That is for the old α. Scaled along with the batch it is 0.4.",
    )
    .wrong(
        "only the step size is counted",
        ends(times * alpha, batch, 1.0),
        "So it would be along the curvature 1 with batches of 10. Here the batches have grown, and the curvature 10 decides.",
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
