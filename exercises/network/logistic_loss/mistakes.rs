use super::LogisticLoss;
use super::solution::logistic_loss;
use crate::judge::Mistake;

pub const MISTAKES: &[Mistake<LogisticLoss>] = &[
    Mistake {
        function: |logit, label| {
            let yes = 1.0 / (1.0 + (-logit).exp());
            if label { -yes.ln() } else { -(1.0 - yes).ln() }
        },
        told: "For a logit that is far off, an exponential is infinite here, and with it \
               the loss. (Or the probability of the right answer is rounded to 0: its \
               logarithm has the same fate.) Write −log of the sigmoid as the logarithm \
               of a sum, and ask which exponent is the larger.",
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
        function: |logit, _| logistic_loss(logit, true),
        told: "The label makes no difference here: for an image whose right answer is \
               no, count the probability of no.",
    },
    Mistake {
        function: |logit, label| logistic_loss(2.0 * logit, label),
        told: "Here no has the logit −z. Only the difference of two logits counts, \
               and the one logit *is* the difference: beside z there is a 0.",
    },
];
