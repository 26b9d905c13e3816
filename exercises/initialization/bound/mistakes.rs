use std::f64::consts::PI;

use super::Bound;
use crate::judge::Mistake;

pub const MISTAKES: &[Mistake<Bound>] = &[
    Mistake {
        function: |(fan_in, _), left, right| deviation(fan_in, kept(left, right)),
        told: "This is the standard deviation of the weights. A uniform distribution \
               reaches further out than its standard deviation.",
    },
    Mistake {
        function: |(_, fan_out), left, right| {
            3.0_f64.sqrt() * deviation(fan_out, kept(left, right))
        },
        told: "This divides by the number of outputs. Each output is a sum over the \
               inputs, and they are the first number of the shape here; PyTorch stores \
               the transpose.",
    },
    Mistake {
        function: |(fan_in, fan_out), left, right| {
            (6.0_f64).sqrt() * deviation(fan_in + fan_out, kept(left, right))
        },
        told: "The sum of both fans is Glorot's compromise between activations and \
               gradients. The task wants the activations kept, whatever becomes of the \
               gradients.",
    },
    Mistake {
        function: |(fan_in, _), left, right| {
            3.0_f64.sqrt() * deviation(fan_in, (left.abs() + right.abs()) / 2.0)
        },
        told: "Here the slopes count as they are. The activation multiplies a by its \
               slope, and what has to be kept is the mean of a square.",
    },
    Mistake {
        function: |(fan_in, _), left, right| {
            let mean_square = (right - left).powi(2) / (2.0 * PI);
            3.0_f64.sqrt() * deviation(fan_in, kept(left, right) - mean_square)
        },
        told: "Here the square of the mean of σ(a) is subtracted. The weights have mean \
               0, so that a product of the two has the mean 0 whatever that of σ(a) is; \
               what counts is the mean of its square.",
    },
    Mistake {
        function: |(fan_in, _), left, _| {
            3.0_f64.sqrt() * deviation(fan_in, kept(left, 1.0))
        },
        told: "Here the right slope is taken to be 1, as in a leaky ReLU. It may be \
               any number, and its side counts in the same way as the left one.",
    },
    Mistake {
        function: |(fan_in, _), left, right| {
            3.0_f64.sqrt() * deviation(fan_in, 2.0 * kept(left, right))
        },
        told: "Each side adds its square in full here, but a is on each side only half \
               of the time.",
    },
];

fn kept(left: f64, right: f64) -> f64 {
    (left * left + right * right) / 2.0
}

/// The root of 1 / (n · kept).
fn deviation(n: usize, kept: f64) -> f64 {
    (n as f64 * kept).powf(-0.5)
}
