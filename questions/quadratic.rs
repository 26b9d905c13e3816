//! The quadratic: limit, best step size, rate.

use descent::quadratic::{Quadratic, START, Spectrum, descend};
use nalgebra::{DMatrix, DVector, dmatrix};

use crate::{Question, exact, number, words};

pub const QUESTIONS: &[fn() -> Question] = &[path, rate, steps, units];

/// What a run in the valley looks like.
fn looks(step_size: f64) -> &'static str {
    let start = DVector::from_row_slice(&START);
    let points =
        descend(&Quadratic::valley(), &start, step_size, 20).expect("a stable run");
    match points[1][1] {
        steep if steep < -1e-9 => "It jumps from wall to wall",
        steep if steep.abs() < 1e-9 => {
            "One step down the wall, and then along the floor"
        }
        _ => "It bends smoothly to the floor",
    }
}

/// What the best constant step size does in the valley.
pub fn path() -> Question {
    let spectrum = Quadratic::valley().spectrum().expect("a valley");
    Question::predict(
        "quadratic/path",
        "L16",
        "A valley that is ten times as steep across as along. What do twenty steps of gradient descent look like with the *best* constant step size, the one that gets lowest in the long run?",
    )
    .right(
        words(looks(spectrum.best_step_size())),
        "The gentle direction wants a longer step than the steep one. At the best one both keep the same share, and in the steep direction that means to change sides each time.",
    )
    .picture("quadratic-path_zigzag")
    .wrong(
        "the steep direction alone is served",
        words(looks(1.0 / spectrum.largest)),
        "So does one over the largest curvature. The steep part is gone at once, and the gentle one creeps: a longer step is better for both together.",
    )
    .picture("quadratic-path_floor")
    .wrong(
        "smooth is taken for good",
        words(looks(0.2 / spectrum.largest)),
        "A smooth path shows a step size that is smaller than it could be.",
    )
    .picture("quadratic-path_smooth")
}

/// The contraction at the best step size.
pub fn rate() -> Question {
    let spectrum = Spectrum { smallest: 1.0, largest: 4.0 };
    let step_size = spectrum.best_step_size();
    let share = |value: f64| number(value, 2);
    Question::number(
        "quadratic/rate",
        "L16",
        "What does a step with α leave of the part along the eigenvalue 1, and of that along 4? When are the two equal in size?",
        "A quadratic has the eigenvalues 1 and 4. Which share of the distance does a step of gradient descent leave in the long run, at the best constant step size?",
    )
    .right(
        share(spectrum.best_rate()),
        "At α = 2/5 the parts keep 1 − 2/5 and 4 · 2/5 − 1, both 3/5. In general it is (κ − 1)/(κ + 1).",
    )
    .wrong(
        "that is the step size",
        share(step_size),
        "2/5 is the best α. A step then leaves 1 − α of the gentle part.",
    )
    .wrong(
        "α serves the steep direction alone",
        share(spectrum.contraction(1.0 / spectrum.largest)),
        "With α = ¼ the steep part is gone at once, and ¾ of the gentle one are left. A longer step does better.",
    )
    .wrong(
        "that is momentum",
        share(spectrum.best_momentum_rate()),
        "(√κ − 1)/(√κ + 1) is what momentum reaches with its best settings.",
    )
}

/// How the number of steps grows with the condition.
pub fn steps() -> Question {
    let needed = |rate: f64| (0.01_f64.ln() / rate.ln()).ceil();
    let of = |largest: f64| Spectrum { smallest: 1.0, largest };
    let (before, now) = (of(1000.0), of(4000.0));
    let ratio = needed(now.best_rate()) / needed(before.best_rate());
    let momentum =
        needed(now.best_momentum_rate()) / needed(before.best_momentum_rate());
    let times = |value: f64| number(value, 1).unit("times as many");
    Question::new(
        "quadratic/steps",
        "L09",
        "The condition number goes from 1000 to 4000. How many steps does gradient descent need now, at its best step size, to bring the distance to a hundredth?",
    )
    .right(
        times(ratio),
        "The rate is 1 − 2/(κ + 1), nearly 1 − 2/κ: four times κ takes about four times the steps.",
    )
    .wrong(
        "the root is taken",
        times(momentum),
        "With √κ in the place of κ it is momentum, with its best settings.",
    )
    .wrong(
        "only the logarithm counts",
        times(now.largest.ln() / before.largest.ln()),
        "The logarithm of the *precision* counts: a thousandth takes half as many steps again as a hundredth. κ itself comes in as a factor.",
    )
    .wrong(
        "the step size makes up for it",
        times(1.0),
        "The steep direction sets the limit of the step size, and the gentle one has to live with it. No α suits both.",
    )
}

/// Every example twice.
pub fn units() -> Question {
    let x = dmatrix![1.0, 2.0; 0.5, -1.0; 3.0, 1.0; -1.0, 0.0];
    let twice = DMatrix::from_fn(8, 2, |i, j| x[(i % 4, j)]);
    // The best step size for the sum of half squares, and for the mean of squares.
    let best = |x: &DMatrix<f64>, factor: f64| {
        let hessian = factor * x.tr_mul(x);
        let spectrum = Quadratic::new(hessian, DVector::zeros(2)).spectrum();
        spectrum.expect("a valley").best_step_size()
    };
    let sum = best(&twice, 1.0) / best(&x, 1.0);
    let mean = best(&twice, 2.0 / 8.0) / best(&x, 2.0 / 4.0);
    let said = |sum: f64, mean: f64| {
        let times =
            |factor: f64| match exact((factor * 1e9).round() / 1e9).text.as_str() {
                "0.5" => "half".to_owned(),
                "1" => "the same".to_owned(),
                "2" => "twice".to_owned(),
                text => text.to_owned(),
            };
        words(format!("{} for the sum, {} for the mean", times(sum), times(mean)))
    };
    Question::new(
        "quadratic/units",
        "L16",
        "Somebody puts every example into the data twice. What becomes of the best step size for `((x @ theta - y) ** 2).sum()`, and of that for `.mean()` in its place?",
    )
    .right(
        said(sum, mean),
        "$X^\\top X$ doubles, and with it the Hessian of the sum: its step size is halved. The mean divides by twice as many examples, and nothing changes.",
    )
    .wrong(
        "the mean has the factor of the sum",
        said(sum, sum),
        "The gradient of the sum doubles, that of the mean does not: it is divided by the number of examples, which has doubled.",
    )
    .wrong(
        "the minimum is the same",
        said(mean, mean),
        "The best θ is the same for both. But the sum is twice as steep around it.",
    )
    .wrong(
        "the factor N/2 is taken at a fixed sum",
        said(mean, 1.0 / sum),
        "*N*/2 leads from the sum's step size to that of the mean over the *same* examples. *N* doubles here, and the sum's step size is halved.",
    )
}
