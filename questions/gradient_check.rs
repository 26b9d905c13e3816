//! Checking a gradient: how small a step, and what the number says.

use descent::gradient_check::{
    centred_difference, difference_errors, relative_difference,
};
use nalgebra::DVector;

use crate::{Question, number, words};

pub const QUESTIONS: &[fn() -> Question] = &[parabola, smaller, mean, kink];

/// How the error of the centred difference depends on the step, from 10⁻¹² to 10⁻¹.
fn shape(error: impl Fn(f64) -> f64) -> &'static str {
    match error(1e-12) / error(1e-9) {
        ratio if ratio > 10.0 => "There is a best step; a smaller one is worse again",
        ratio if ratio < 0.1 => "The smaller the step, the better, without end",
        _ => "From some step on the error stays what it is",
    }
}

/// The error as if nothing were rounded.
pub fn taylor(h: f64) -> f64 {
    h * h
}

/// The error as if rounding were a floor for it.
pub fn floored(h: f64) -> f64 {
    taylor(h).max(f64::EPSILON)
}

/// What becomes of the error as the step gets smaller.
pub fn smaller() -> Question {
    Question::predict(
        "gradient_check/smaller",
        "D10",
        "The derivative of a smooth loss is computed as a centred difference, in double precision, with steps from 10⁻¹² to 10⁻¹. How does the error depend on the step? (Both axes are logarithmic.)",
    )
    .right(
        words(shape(|h| difference_errors(h)[1])),
        "Each value of the loss is rounded, and the division by a small step makes that error large. Below some step rounding costs more than Taylor's error does.",
    )
    .picture("gradient_check-smaller_v")
    .wrong(
        "rounding is forgotten",
        words(shape(taylor)),
        "In exact arithmetic the error falls like *h*². But two values that agree in nearly all digits have few digits left in their difference.",
    )
    .picture("gradient_check-smaller_line")
    .wrong(
        "rounding is taken for a floor",
        words(shape(floored)),
        "The rounding of the *values* stays what it is. In the quotient it is divided by 2*h*, and grows as *h* shrinks.",
    )
    .picture("gradient_check-smaller_floor")
}

/// A difference of a parabola.
pub fn parabola() -> Question {
    let f = |x: f64| x.powi(2) + 3.0 * x;
    let (at, h) = (1.0, 0.5);
    let slope = 2.0 * at + 3.0;
    let forward = (f(at + h) - f(at)) / h - slope;
    let error = |value: f64| number(value, 2);
    Question::new(
        "gradient_check/parabola",
        "D10",
        "The derivative of θ² + 3θ at 1, as a centred difference with the large step *h* = ½. How far is it off?",
    )
    .right(
        error(centred_difference(f, at, h) - slope),
        "f‴ is zero, and so are all terms behind it. On a parabola the slope from 1 − *h* to 1 + *h* is that of the tangent in the middle, for every *h*.",
    )
    .wrong(
        "that is the forward difference",
        error(forward),
        "(*h*/2) f″ is the error of the difference to *one* side. In the centred one it cancels.",
    )
    .wrong(
        "the error is the square of the step",
        error(h * h),
        "*h*² has a factor, f‴/6. What is f‴ of a parabola?",
    )
    .wrong(
        "f″ in the place of f‴",
        error(h * h / 6.0 * 2.0),
        "*h*²/6 is multiplied by the *third* derivative. The second is 2, the third is 0.",
    )
}

/// The factor behind a relative difference.
pub fn mean() -> Question {
    let difference = 0.9;
    let factor: f64 = (1.0 + difference) / (1.0 - difference);
    let gradient = DVector::from_element(5, 0.3);
    let checked = relative_difference(&(factor * &gradient), &gradient);
    assert!((checked - difference).abs() < 1e-12, "{checked}");
    Question::number(
        "gradient_check/mean",
        "D10",
        "Let one gradient be *k* times the other. What is above the bar, and what below?",
        "A backward pass sums the losses of a batch, and the check takes their mean. All else is right. The relative difference ‖*g* − *g*′‖ / (‖*g*‖ + ‖*g*′‖) is 0.9. How many examples has the batch?",
    )
    .right(
        number(factor, 1),
        "(*k* − 1)/(*k* + 1) is 0.9 at *k* = 19.",
    )
    .wrong(
        "relative to the longer one alone",
        number(1.0 / (1.0 - difference), 1),
        "(*k* − 1)/*k* is 0.9 at 10. But below the bar stands the sum of *both* lengths.",
    )
    .wrong(
        "relative to the shorter one alone",
        number(1.0 + difference, 1),
        "*k* − 1 is 0.9 then. Below the bar stand both lengths, *k* + 1.",
    )
    .wrong(
        "that is their quotient",
        number(1.0 / difference, 1),
        "The number is no quotient of the two gradients: it is their *difference*, over the sum of their lengths.",
    )
}

/// A centred difference across a kink.
pub fn kink() -> Question {
    let (a, h) = (0.01, 0.04);
    let relu = |a: f64| if a > 0.0 { a } else { 0.0 };
    Question::new(
        "gradient_check/kink",
        "D10",
        "At *a* = 0.01 a ReLU is on. What does the centred difference with the step 0.04 say of its slope there?",
    )
    .right(
        number(centred_difference(relu, a, h), 3),
        "To the right the ReLU has risen to 0.05, to the left it is 0 and not −0.03. So it is 0.05/0.08. A right gradient, 1, fails this check.",
    )
    .wrong(
        "that is the slope",
        number(1.0, 3),
        "The slope at 0.01 is 1. But the step reaches across the kink.",
    )
    .wrong(
        "exactly at the kink",
        number(centred_difference(relu, 0.0, h), 3),
        "So it is at *a* = 0. Here more of the way lies to the right of the kink.",
    )
    .wrong(
        "the step is counted once",
        number((relu(a + h) - relu(a - h)) / h, 3),
        "The two points lie 2*h* apart.",
    )
}
