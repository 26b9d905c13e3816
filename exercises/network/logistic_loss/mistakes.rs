use super::LogisticLoss;
use super::solution::logistic_loss;
use crate::judge::Mistake;

const ROUNDED: &str = "From z ≈ 37 on the sigmoid is rounded to 1, and nothing is left \
                       of the probability of no: its logarithm is infinite. Do not \
                       compute the probability first; write −log of it as the \
                       logarithm of a sum.";

const NO_NUMBER: &str = "Where the sigmoid is rounded to 0 or 1, one of the logarithms \
                         is infinite. Zero times that is not a number: a term that \
                         does not count has to be left out, and the other must not be \
                         infinite.";

const CLAMPED: &str = "Here a probability is not allowed to be smaller than some tiny \
                       number. That keeps the loss finite, but from some logit on it \
                       no longer grows, and the images that are most wrong have no \
                       gradient any more. Write −log of the probability as the \
                       logarithm of a sum.";

pub const MISTAKES: &[Mistake<LogisticLoss>] = &[
    Mistake {
        function: |logit, label| -right(1.0 / (1.0 + (-logit).exp()), label).ln(),
        told: ROUNDED,
    },
    Mistake {
        function: |logit, label| match logit.abs() {
            ..=700.0 => -right(1.0 / (1.0 + (-logit).exp()), label).ln(),
            _ if label == (logit > 0.0) => 0.0,
            size => size,
        },
        told: ROUNDED,
    },
    Mistake {
        function: |logit, label| -right(logit.exp() / (1.0 + logit.exp()), label).ln(),
        told: ROUNDED,
    },
    Mistake {
        function: |logit, label| {
            let (yes, y) = (1.0 / (1.0 + (-logit).exp()), f64::from(label));
            -(y * yes.ln() + (1.0 - y) * (1.0 - yes).ln())
        },
        told: NO_NUMBER,
    },
    Mistake { function: clamped::<7>, told: CLAMPED },
    Mistake { function: clamped::<12>, told: CLAMPED },
    Mistake { function: clamped::<15>, told: CLAMPED },
    Mistake {
        function: |logit, label| {
            -right(1.0 / (1.0 + (-logit).exp()), label).ln().max(-100.0)
        },
        told: CLAMPED,
    },
    Mistake { function: clamped_on_both_sides::<7>, told: CLAMPED },
    Mistake { function: clamped_on_both_sides::<12>, told: CLAMPED },
    Mistake {
        function: |logit, label| (if label { -logit } else { logit }).exp().ln_1p(),
        told: "The formula is right, but where the logit lies more than ≈ 709.8 \
               on the wrong side of 0, an exponential is infinite, and so is the loss. Ask which of the \
               exponents is the largest, and take that one out of the logarithm.",
    },
    Mistake {
        function: |logit, label| {
            let right = if label { logit } else { 0.0 };
            logit.exp().ln_1p() - right
        },
        told: "The formula is right, but e^z is infinite from z ≈ 709.8 on. Take the \
               larger of the two exponents out of the logarithm.",
    },
    Mistake {
        function: |logit, label| {
            let right = if label { logit } else { 0.0 };
            (-logit).exp().ln_1p() + logit - right
        },
        told: "For positive logits this is right, and for negative ones e^−z is \
               infinite from z ≈ −709.8 on. The exponent to take out is the larger \
               one of the two, z or 0.",
    },
    Mistake {
        function: |logit, label| logistic_loss(logit, !label),
        told: "Yes and no have changed places: a large logit means that yes is \
               probable, and then yes costs little.",
    },
    Mistake {
        function: |logit, _| logistic_loss(logit, true),
        told: "The label makes no difference here: for an image whose right answer is \
               no, count the probability of no.",
    },
    Mistake {
        function: |logit, label| logistic_loss(2.0 * logit, label),
        told: "Here no has the logit −z. Only the difference of two logits counts, \
               and the one logit is the difference: beside z there is a 0.",
    },
];

/// The probability of the right answer, from that of yes.
fn right(yes: f64, label: bool) -> f64 {
    if label { yes } else { 1.0 - yes }
}

fn clamped<const DIGITS: i32>(logit: f64, label: bool) -> f64 {
    let right = right(1.0 / (1.0 + (-logit).exp()), label);
    -right.max(0.1_f64.powi(DIGITS)).ln()
}

fn clamped_on_both_sides<const DIGITS: i32>(logit: f64, label: bool) -> f64 {
    let (yes, least) = (1.0 / (1.0 + (-logit).exp()), 0.1_f64.powi(DIGITS));
    -right(yes.clamp(least, 1.0 - least), label).ln()
}
