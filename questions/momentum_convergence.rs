//! When momentum converges, and how fast.

use descent::momentum_convergence::spectral_radius;
use descent::quadratic::Spectrum;

use crate::runs::printed;
use crate::{Question, number, words};

pub const QUESTIONS: &[fn() -> Question] = &[nine_tenths, limit, kept, settings];

/// How many steps of this rate bring the distance to a millionth.
fn steps(rate: f64) -> f64 {
    1e-6_f64.ln() / rate.ln()
}

/// What β = 0.9 does in a valley of condition 10.
pub fn nine_tenths() -> Question {
    let spectrum = Spectrum { smallest: 1.0, largest: 10.0 };
    let beta = 0.9;
    // Both ends swing, so that the step size does not matter.
    let alpha = spectrum.best_momentum().0;
    let nine_tenths = spectrum.momentum_contraction(alpha, beta);
    let descent = spectrum.best_rate();
    let goes = |rate: f64| match steps(rate) / steps(descent) {
        ratio if ratio > 1.5 => "Momentum is slower, by far",
        ratio if ratio < 0.75 => "Momentum is faster, by far",
        _ => "Both are nearly equally fast",
    };
    // With α at the limit of gradient descent's best, in units of γ.
    let short = spectrum.best_rate();
    Question::predict(
        "momentum_convergence/nine_tenths",
        "L26",
        "A valley of condition number 10. Gradient descent has its best step size. Momentum has β = 0.9, the usual one, and the best step size for this β. How does the distance fall? (Gradient descent dashed; upwards the distance, on a logarithmic axis.)",
    )
    .right(
        words(goes(nine_tenths)),
        format!(
            "With β = 0.9 whatever swings keeps √0.9 = {} per step, however steep. Gradient descent keeps {}. A weight of 0.9 pays from a condition number of {} on.",
            number(nine_tenths, 2).text,
            number(descent, 2).text,
            printed("momentum_convergence__nine_tenths", "pays_from")
        ),
    )
    .picture("momentum_convergence-nine_tenths_slower")
    .wrong(
        "that is the best β",
        words(goes(spectrum.best_momentum_rate())),
        "√κ in the place of κ needs the β that is made for this κ. In this valley it is 0.27, and not 0.9.",
    )
    .picture("momentum_convergence-nine_tenths_faster")
    .wrong(
        "the step size decides alone",
        words(goes(short)),
        "Inside the wedge of complex roots the step size does not matter at all: only β does.",
    )
    .picture("momentum_convergence-nine_tenths_same")
}

/// The weight that a step size needs.
pub fn limit() -> Question {
    let alpha_lambda = 10.0;
    let half: f64 = alpha_lambda / 2.0;
    let beta = (half - 1.0) / (half + 1.0);
    let edge = |beta: f64| spectral_radius(alpha_lambda, beta);
    assert!(edge(beta + 1e-6) < 1.0 && edge(beta - 1e-6) > 1.0);
    Question::number(
        "momentum_convergence/limit",
        "L26",
        "For which β is *Q*(−1) zero there?",
        "Along some direction αλ is 10, five times what gradient descent bears. Above which β does the lecture's momentum converge all the same?",
    )
    .right(
        number(beta, 2),
        "*Q*(−1) = 2(1 + β) − (1 − β) · 10 is above zero from 12β = 8 on.",
    )
    .wrong(
        "the average alone is counted",
        number(1.0 - 1.0 / half, 2),
        "1/(1 − β) = 5 makes up for the longer step alone. The memory brings a factor 1 + β as well, and so a smaller β will do.",
    )
    .wrong(
        "the 2 is forgotten",
        number((alpha_lambda - 1.0) / (alpha_lambda + 1.0), 2),
        "(1 + β)/(1 − β) has to be 5, and not 10: without memory the limit is 2 already.",
    )
    .wrong(
        "β and 1 − β are exchanged",
        number(1.0 - beta, 2),
        "That is the weight of the *new* gradient at this limit. β is the weight of the old average.",
    )
}

/// The weight at which swings are halved.
pub fn kept() -> Question {
    let share: f64 = 0.5;
    let beta = share.powi(2);
    assert!((spectral_radius(2.0, beta) - share).abs() < 1e-9, "a swing");
    Question::new(
        "momentum_convergence/kept",
        "L26",
        "The two roots of a component are complex, and in the long run half of its swing is left after each step. What is β?",
    )
    .right(
        number(beta, 2),
        "The product of the two roots is β. Both have the size ½, so β is ¼, whatever α and λ are.",
    )
    .wrong(
        "one root is taken for the product",
        number(share, 2),
        "β is the product of *two* roots of the size ½.",
    )
    .wrong(
        "the root of the share",
        number(share.sqrt(), 2),
        "The size of the roots is √β. The other way round one has to square.",
    )
    .wrong(
        "that is 1 − β",
        number(1.0 - beta, 2),
        "That is the weight of the new gradient. The determinant, which is the product of the roots, is β.",
    )
}

/// What √κ buys.
pub fn settings() -> Question {
    let spectrum = Spectrum { smallest: 1.0, largest: 10_000.0 };
    let ratio = steps(spectrum.best_rate()) / steps(spectrum.best_momentum_rate());
    let times = |value: f64| number(value, 0).unit("times as many");
    Question::new(
        "momentum_convergence/settings",
        "L29",
        "The condition number is 10 000, and both have their best settings. By the rates alone, about how many times as many steps does gradient descent need as momentum?",
    )
    .right(
        times(ratio),
        "The rates are 1 − 2/κ and 1 − 2/√κ, nearly. So the numbers of steps are as κ to √κ.",
    )
    .wrong(
        "κ against 1",
        times(spectrum.condition_number()),
        "That would be Newton's method, which does not see κ. Momentum needs √κ.",
    )
    .wrong(
        "the root of the root",
        times(ratio.sqrt()),
        "√κ is 100. It stands for the steps of momentum; κ, which is 10 000, for those of gradient descent.",
    )
    .wrong(
        "only the longer step counts",
        times(1.9 / 0.1),
        "A limit that is 19 times as high (for β = 0.9) does not make a run 19 times as fast: what swings keeps √β.",
    )
}
