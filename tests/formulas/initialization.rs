//! The formulas of `chapters/initialization.md`.

use crate::backpropagation::layer;
use crate::bind::{NORMAL, choices, column, normal_law};
use crate::check::{Point, check};
use crate::support::statistics::integral;
use descent::initialization::{WeightsInARow, glorot, he, leaky_he, xavier};
use descent::network::cross_entropy;
use descent::newton::Smooth;
use nalgebra::{DMatrix, DVector, dvector};

#[test]
fn the_backward_pass_of_a_layer() {
    check("initialization.backward", 6, layer);
}

#[test]
fn what_the_last_bias_learns_and_the_saddle() {
    check("initialization.loss_of_the_bias", 6, |at| {
        let b = column(at, 4);
        let labels: Vec<usize> =
            (0..7).map(|image| (image * image + at.number) % 4).collect();
        let share =
            |k: usize| labels.iter().filter(|&&it| it == k).count() as f64 / 7.0;
        let logits = DMatrix::from_fn(7, 4, |_, k| b[k]);
        at.list("b", 1, b.iter().copied()).list("bar y", 1, (0..4).map(share));
        at.range("j", 1..=4).range("k", 1..=4);
        at.is(0, cross_entropy(&logits, &labels).iter().sum::<f64>() / 7.0);
    });
    check("initialization.saddle", 6, |at| {
        let (one, two) = (at.any("w_1", -1.0..=1.0), at.any("w_2", -1.0..=1.0));
        at.function("f", |w| {
            WeightsInARow.value(&dvector![w[0].column()[0], w[1].column()[0]]).into()
        });
        at.is(1, WeightsInARow.value(&dvector![one, two]));
    });
}

/// Weights with this law, one for each input, and their sum times the inputs, `a`; gives also `w` and `x_k`.
fn sums(at: &mut Point, x: &DVector<f64>, law: &[(f64, f64)]) {
    let all = choices(law, x.len());
    at.source("draws", all.iter().map(|it| it.1).collect());
    for k in 0..x.len() {
        at.random(&format!("w_{}", k + 1), "draws", all.iter().map(|it| it.0[k]));
    }
    at.random(
        "a",
        "draws",
        all.iter().map(|it| x.dot(&DVector::from_row_slice(&it.0))),
    );
    at.source("weight", law.iter().map(|it| it.1).collect());
    at.random("w", "weight", law.iter().map(|it| it.0));
    at.list("x", 1, x.iter().copied()).set("x", x);
    at.range("k", 1..=x.len() as i64).range("l", 1..=x.len() as i64);
}

/// A normal `a` of any deviation, and the ReLU behind it.
fn behind_relu(at: &mut Point) {
    let s = at.any("s", 0.5..=2.0);
    let (places, weights) = normal_law();
    at.source("normal", weights).random("a", "normal", places.iter().map(|x| s * x));
    at.real("σ", |a| a.max(0.0)).within(1e-4);
}

/// Three equally likely weights of mean 0, and their standard deviation, `s`.
fn weights(at: &mut Point) -> Vec<(f64, f64)> {
    let drawn: Vec<f64> = (0..3).map(|_| at.draw(-2.0..=2.0)).collect();
    let mean = drawn.iter().sum::<f64>() / 3.0;
    // Each with its opposite, so that odd moments vanish.
    let law: Vec<_> = drawn
        .iter()
        .flat_map(|it| [it - mean, mean - it])
        .map(|w| (w, 1.0 / 6.0))
        .collect();
    let square = law.iter().map(|(w, share)| w * w * share).sum::<f64>();
    at.set("s", square.sqrt());
    law
}

#[test]
fn the_variance_of_a_sum() {
    check("initialization.two_inputs", 6, |at| {
        let mut law = weights(at);
        // The first equation holds for weights with a mean, too.
        if at.number % 2 == 1 {
            law[0].0 += 1.0;
            at.first(1);
        }
        sums(at, &dvector![3.0, 4.0], &law);
    });
    check("initialization.variance_of_a_sum", 6, |at| {
        let law = weights(at);
        // Inputs that depend on each other and have a mean.
        let inputs: Vec<DVector<f64>> = (0..3).map(|_| column(at, 2)).collect();
        let draws = choices(&law, 2);
        let joint: Vec<(&DVector<f64>, DVector<f64>, f64)> = inputs
            .iter()
            .flat_map(|x| {
                draws
                    .iter()
                    .map(move |(w, share)| (x, DVector::from_row_slice(w), share / 3.0))
            })
            .collect();
        at.set("n", 2.0).source("both", joint.iter().map(|it| it.2).collect());
        at.random("a", "both", joint.iter().map(|(x, w, _)| x.dot(w)));
        at.random("x", "both", joint.iter().map(|it| it.0));
        at.random("w", "both", joint.iter().map(|it| it.1[0]));
    });
    check("initialization.relu", 4, behind_relu);
}

#[test]
fn fourth_moments() {
    check("initialization.fourth", 6, |at| {
        let (law, x) = (weights(at), column(at, 3));
        sums(at, &x, &law);
    });
    // Three normal inputs, and the standard deviation of the sum once they are known.
    let inputs = |at: &mut Point, n: usize| {
        let all = choices(&NORMAL, n);
        let inputs: Vec<DVector<f64>> =
            all.iter().map(|it| DVector::from_row_slice(&it.0)).collect();
        at.set("n", n as f64).source("inputs", all.iter().map(|it| it.1).collect());
        at.random("s", "inputs", inputs.iter().map(|x| x.norm() / (n as f64).sqrt()));
        at.random("x", "inputs", inputs.clone());
        all.iter()
            .zip(&inputs)
            .map(|(it, x)| it.1 * (x.norm_squared() / n as f64).powi(2))
            .sum::<f64>()
    };
    check("initialization.fourth_of_normal", 4, |at| _ = inputs(at, at.number + 2));
    check("initialization.correlation", 4, |at| {
        let fourth = inputs(at, at.number + 2);
        // The squares of two sums have the covariance E s⁴ − 1 and the variance 3 E s⁴ − 1.
        at.is(0, (fourth - 1.0) / (3.0 * fourth - 1.0));
    });
}

/// A fan-in and a fan-out, and a weight with this variance.
fn weight(at: &mut Point, variance: impl Fn(usize, usize) -> f64) {
    let number = at.number;
    let (n, m) = (2 + 7 * number, 3 + 5 * number);
    let deviation = variance(n, m).sqrt();
    at.set("n", n as f64).set("m", m as f64).is(0, deviation.powi(2));
    at.source("weight", vec![0.5; 2]).random("w", "weight", [deviation, -deviation]);
}

#[test]
fn every_rule_has_the_variance_of_its_formula() {
    check("initialization.xavier", 5, |at| weight(at, |n, _| xavier(n)));
    check("initialization.he", 5, |at| weight(at, |n, _| he(n)));
    check("initialization.glorot", 5, |at| weight(at, glorot));
    check("initialization.leaky", 5, |at| {
        let slope = at.any("slope", 0.0..=1.0);
        weight(at, |n, _| leaky_he(n, slope));
    });
    check("initialization.uniform", 5, |at| {
        let bound = at.any("bound", 0.5..=2.0);
        at.is(0, integral(|w| w * w, -bound, bound, 10) / (2.0 * bound));
    });
}

#[test]
fn moments_of_sums_and_of_what_is_behind_a_relu() {
    check("initialization.fixed_input", 6, |at| {
        let (law, x) = (weights(at), column(at, 3));
        sums(at, &x, &law);
    });
    check("initialization.independent", 6, |at| {
        let law = weights(at);
        sums(at, &dvector![3.0, 4.0], &law);
    });
    // Two sums over the same normal inputs, with normal weights of the variance 1/n.
    let two_sums = |at: &mut Point| {
        let n = 3;
        let inputs = choices(&NORMAL, n);
        let normals = choices(&NORMAL, 2);
        let joint: Vec<(f64, [f64; 2], f64)> = inputs
            .iter()
            .flat_map(|(x, share)| {
                let s = DVector::from_row_slice(x).norm() / (n as f64).sqrt();
                normals
                    .iter()
                    .map(move |(z, more)| (s, [s * z[0], s * z[1]], share * more))
            })
            .collect();
        at.set("n", n as f64).source("sums", joint.iter().map(|it| it.2).collect());
        at.random("s", "sums", joint.iter().map(|it| it.0));
        at.random("a", "sums", joint.iter().map(|it| it.1[0]));
        at.random("a_1", "sums", joint.iter().map(|it| it.1[0]));
        at.random("a_2", "sums", joint.iter().map(|it| it.1[1]));
    };
    for label in [
        "initialization.heavy_tails",
        "initialization.second_of_normal",
        "initialization.squares",
        "initialization.variance_of_square",
    ] {
        check(label, 2, two_sums);
    }
    check("initialization.mean_behind_relu", 4, behind_relu);
    check("initialization.variance_behind_relu", 4, |at| {
        let s = at.any("s", 0.5..=2.0);
        let (places, weights) = normal_law();
        let behind =
            places.iter().zip(&weights).map(|(x, weight)| ((s * x).max(0.0), weight));
        let moment = |power: i32| {
            behind.clone().map(|(z, weight)| z.powi(power) * weight).sum::<f64>()
        };
        at.within(1e-4).is(0, moment(2) - moment(1).powi(2));
    });
}

#[test]
fn the_bound_of_uniform_weights() {
    check("initialization.bound", 5, |at| {
        let bound = at.draw(0.5..=2.0);
        let variance = integral(|w| w * w, -bound, bound, 10) / (2.0 * bound);
        let deviation = variance.sqrt();
        at.source("weight", vec![0.5; 2]).random(
            "w",
            "weight",
            [deviation, -deviation],
        );
        at.is(0, bound);
    });
}
