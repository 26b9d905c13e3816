//! When momentum converges, and how fast.

use descent::momentum_convergence::spectral_radius;
use descent::quadratic::Spectrum;

use crate::runs::printed;
use crate::{Question, exact, number, words};

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

/// The limit of the step size.
pub fn limit() -> Question {
    let beta: f64 = 0.6;
    let limit = 2.0 * (1.0 + beta) / (1.0 - beta);
    let edge = |alpha_lambda: f64| spectral_radius(alpha_lambda, beta);
    assert!(edge(limit - 1e-6) < 1.0 && edge(limit + 1e-6) > 1.0);
    Question::number(
        "momentum_convergence/limit",
        "L26",
        "Where is *Q*(−1) zero?",
        format!("The lecture's momentum with β = {beta}. Up to which αλ does it converge?"),
    )
    .right(
        exact(limit),
        "*Q*(−1) = 2(1 + β) − (1 − β)αλ is zero at 3.2/0.4. Gradient descent stops at 2.",
    )
    .wrong(
        "that is gradient descent",
        exact(2.0),
        "So it is for β = 0. The average damps the swing from wall to wall, and allows more.",
    )
    .wrong(
        "that is the heavy ball",
        exact(2.0 * (1.0 + beta)),
        "2(1 + β) is the limit of γλ. The lecture's α is γ/(1 − β).",
    )
    .wrong(
        "the average alone is counted",
        exact(2.0 / (1.0 - beta)),
        "The factor 1/(1 − β) makes up for the short step. What the memory allows beyond it is the factor 1 + β.",
    )
}

/// What swings keep.
pub fn kept() -> Question {
    let beta = 0.64;
    let radius = spectral_radius(4.0, beta);
    Question::new(
        "momentum_convergence/kept",
        "L26",
        format!("Momentum with β = {beta}, and a component that swings (its roots are complex). How much of itself does it keep in each step, in the long run?"),
    )
    .right(
        number(radius, 2),
        "The product of the two roots is β, and both have the same size: √β, whatever α and λ are.",
    )
    .wrong(
        "β itself",
        number(beta, 2),
        "β is the product of *two* roots, which have the same size.",
    )
    .wrong(
        "what β lets in",
        number(1.0 - beta, 2),
        "1 − β is the weight of the new gradient. The size of the roots follows from the determinant, β.",
    )
    .wrong(
        "that is gradient descent at this step size",
        number((1.0_f64 - 1.5).abs(), 2),
        "1 − αλ holds without memory. Here two numbers go from step to step, and the matrix of both decides.",
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
