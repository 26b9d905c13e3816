//! Checking a gradient: how small a step, and what the number says.

use descent::gradient_check::{
    centred_difference, difference_errors, relative_difference,
};
use nalgebra::DVector;

use crate::{Question, number, significant, words};

pub const QUESTIONS: &[fn() -> Question] = &[smaller, tenth, mean, kink];

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

/// A tenth of the step.
pub fn tenth() -> Question {
    let error = |h: f64| centred_difference(|x: f64| x.powi(3), 1.0, h) - 3.0;
    let ratio = error(0.01) / error(0.1);
    let forward = |h: f64| ((1.0_f64 + h).powi(3) - 1.0) / h - 3.0;
    let times = |value: f64| significant(value, 1).unit("times");
    Question::new(
        "gradient_check/tenth",
        "D10",
        "A centred difference has too large a step: its error is Taylor's, and rounding plays no part yet. What does a tenth of the step make of the error?",
    )
    .right(
        times(ratio),
        "To both sides the terms with *f*″ are equal and cancel. The error begins with *h*².",
    )
    .wrong(
        "that is the forward difference",
        times(forward(0.01) / forward(0.1)),
        "About a tenth is left of the error of a difference to *one* side. The centred one has lost the term with *h*.",
    )
    .wrong(
        "one power too many",
        times(ratio.powf(1.5)),
        "The *values* differ from Taylor's parabola by *h*³. The quotient divides that by *h*.",
    )
}

/// What a factor makes of the relative difference.
pub fn mean() -> Question {
    let examples = 9.0;
    let gradient = DVector::from_element(5, 0.3);
    let difference = relative_difference(&(examples * &gradient), &gradient);
    Question::number(
        "gradient_check/mean",
        "D10",
        "One gradient is 9 times the other. What is above the bar, and what below?",
        "A backward pass sums the losses of nine examples, and the check takes their mean. All else is right. What is the relative difference ‖*g* − *g*′‖ / (‖*g*‖ + ‖*g*′‖)?",
    )
    .right(
        number(difference, 2),
        "(9 − 1)/(9 + 1). The number tells the factor: 0.8 belongs to nine examples.",
    )
    .wrong(
        "relative to the longer one alone",
        number((examples - 1.0) / examples, 2),
        "Below the bar stands the sum of *both* lengths.",
    )
    .wrong(
        "that is their quotient",
        number(1.0 / examples, 2),
        "The difference of the two is 8 times the shorter one.",
    )
    .wrong(
        "the difference counts in units of the shorter one",
        number(examples - 1.0, 2),
        "That is ‖*g* − *g*′‖/‖*g*′‖. With the sum below, no pair of gradients gets more than 1.",
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
