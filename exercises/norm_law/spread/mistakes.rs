use super::Spread;
use crate::judge::Mistake;

pub const MISTAKES: &[Mistake<Spread>] = &[
    Mistake {
        function: |widths| sum(&widths[1..]).sqrt(),
        told: "This is the spread of the logarithm of the squared norm. Taking the root \
               of a number halves its logarithm.",
    },
    Mistake {
        function: |widths| sum(&widths[..widths.len() - 1]).sqrt() / 2.0,
        told: "This counts the inputs of each layer. The fan-in stands in the variance of \
               the weights, and divides the mean of R as it divides its deviation; what \
               is averaged are the squares of the units.",
    },
    Mistake {
        function: |widths| sum(widths).sqrt() / 2.0,
        told: "There is one term too many: the image itself is not random here.",
    },
    Mistake {
        function: |widths| sum(&widths[1..]) / 4.0,
        told: "This is the variance. Wanted is its root.",
    },
    Mistake {
        function: |widths| {
            widths[1..].iter().map(|&m| (5.0 / m as f64).sqrt() / 2.0).sum::<f64>()
        },
        told: "Here the standard deviations of the layers are added up. Of independent \
               variables the variances add up.",
    },
    Mistake {
        function: |widths| (sum(&widths[1..]) * 0.4).sqrt() / 2.0,
        told: "This takes every layer for a plain sum of m squares, without a ReLU. How many \
               units are on is random, too, and half of them are off.",
    },
    Mistake {
        function: |widths| (sum(&widths[1..]) * 0.8).sqrt() / 2.0,
        told: "Here the number of units that are on is taken for its mean. It varies, and \
               its variance m/4 adds to that of R.",
    },
];

/// Of 5/m over the widths.
fn sum(widths: &[usize]) -> f64 {
    widths.iter().map(|&m| 5.0 / m as f64).sum()
}
