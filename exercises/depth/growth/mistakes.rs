use super::Growth;
use crate::judge::Mistake;

pub const MISTAKES: &[Mistake<Growth>] = &[
    Mistake {
        function: |widths, scale| product(widths, |n, m, _| scale / 2.0 * m / n).sqrt(),
        told: "The last layer loses half here as well. There is no ReLU behind it, and \
               logits may be negative.",
    },
    Mistake {
        function: |widths, scale| product(widths, |n, m, kept| scale * kept * m / n),
        told: "This is the growth of the mean square, without its root.",
    },
    Mistake {
        function: |widths, scale| product(widths, |_, _, kept| scale * kept).sqrt(),
        told: "This is right where all layers are as wide as their input. ‖z′‖² is a \
               sum over the outputs, and the variance was divided by the number of \
               inputs.",
    },
    Mistake {
        function: |widths, scale| {
            product(widths, |n, m, kept| scale * kept * n / m).sqrt()
        },
        told: "The two widths of a layer have changed places. The variance \
               is divided by the number of inputs, and the sum of squares has one term \
               for each output.",
    },
    Mistake {
        function: |widths, scale| {
            product(widths, |n, m, kept| (scale * m / n).sqrt() * kept)
        },
        told: "Here a ReLU halves the norm. What it halves is the mean of the square.",
    },
];

/// Of a function of fan-in, fan-out and the share that the activation keeps.
fn product(widths: &[usize], factor: impl Fn(f64, f64, f64) -> f64) -> f64 {
    let layers = widths.len() - 1;
    let factors = widths.windows(2).zip(1..).map(|(pair, layer)| {
        let kept = if layer < layers { 0.5 } else { 1.0 };
        factor(pair[0] as f64, pair[1] as f64, kept)
    });
    factors.product()
}
