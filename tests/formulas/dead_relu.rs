//! The formulas of `chapters/dead_relu.md`.

use crate::backpropagation::graph;
use crate::bind::{entrywise, matrix};
use crate::check::check;
use crate::support::statistics::integral;
use descent::adam::Adam;
use descent::dead_relu::{
    WORKSHEET_BIAS, normal_cdf, probability_active, residual_adjoint,
};
use descent::gradient_descent::Optimizer;
use descent::linear_layer::Linear;
use descent::momentum::Momentum;
use nalgebra::{DVector, RowDVector, dvector};
use std::f64::consts::PI;

#[test]
fn a_dead_layer_and_a_path_around_it() {
    check("dead_relu.layer", 4, |at| {
        let x = matrix(at, 3, 2);
        let layer =
            Linear::new(matrix(at, 2, 4), RowDVector::from_element(4, WORKSHEET_BIAS));
        graph(at, &x, &layer);
    });
    check("dead_relu.skip", 4, |at| {
        let (x, bias) = (matrix(at, 3, 2), matrix(at, 1, 2));
        let layer =
            Linear::new(matrix(at, 2, 2), RowDVector::from_row_slice(bias.as_slice()));
        let dz = matrix(at, 3, 2);
        at.set("∂X", residual_adjoint(&x, &layer, &dz))
            .set("∂Z", dz)
            .set("W", &layer.weight);
        at.set("A", layer.forward(&x));
        at.function("σ'", entrywise(|a| f64::from(u8::from(a > 0.0))));
    });
}

fn density(x: f64) -> f64 {
    (-x * x / 2.0).exp() / (2.0 * PI).sqrt()
}

#[test]
fn the_probability_that_a_unit_is_active() {
    check("dead_relu.active", 10, |at| {
        let (b, c) = (at.any("b", -2.0..=2.0), at.any("c", 0.5..=3.0));
        let x = matrix(at, 1, 5);
        let rms = (x.norm_squared() / 5.0).sqrt();
        at.set("x", &x).real("Φ", normal_cdf);
        at.function("rms", |x| {
            (x[0].norm() / (x[0].column().len() as f64).sqrt()).into()
        });
        // The share of sums above −b, from the density of a sum.
        let deviation = (c / 5.0).sqrt() * x.norm();
        let above = integral(
            |sum| density(sum / deviation) / deviation,
            -b,
            12.0 * deviation,
            4000,
        );
        at.set("Pr(active)", above).within(1e-6).is(1, probability_active(b, c, rms));
    });
    check("dead_relu.tail", 6, |at| {
        at.any("far", 4.0..=8.0);
        at.real("Φ", normal_cdf).real("φ", density);
    });
}

/// Steps after the first of the worksheet, when no gradient comes any more.
fn coast(optimizer: &mut impl Optimizer, g: f64, steps: usize) -> Vec<f64> {
    let mut theta = dvector![0.0];
    optimizer.step(&mut theta, &dvector![g]);
    let mut moves = Vec::new();
    for _ in 0..steps {
        let before = theta[0];
        optimizer.step(&mut theta, &DVector::zeros(1));
        moves.push(theta[0] - before);
    }
    moves
}

#[test]
fn how_far_momentum_and_adam_coast() {
    check("dead_relu.coast", 8, |at| {
        let (alpha, beta) = (at.any("α", 0.1..=1.0), at.any("β", 0.1..=0.9));
        let mut momentum = Momentum::new(alpha, beta).unwrap();
        let g = at.draw(1.0..=2.0);
        at.set("u", (1.0 - beta) * g)
            .is(1, coast(&mut momentum, g, 2000).iter().sum::<f64>());
    });
    check("dead_relu.adam_coasts", 8, |at| {
        let alpha = at.any("α", 0.1..=1.0);
        let (g, t) = (at.any("g", -3.0..=3.0), 2 + at.number);
        let mut adam = Adam::new(alpha, [0.5; 2], 0.0).unwrap();
        let moves = coast(&mut adam, g, t - 1);
        at.set("t", t as f64)
            .set("u_t", adam.first_moment())
            .set("v_t", adam.second_moment());
        at.is(0, moves[t - 2]).is(2, moves[t - 2]);
    });
    check("dead_relu.highest", 8, |at| {
        let alpha = at.any("α", 0.5..=2.5);
        // Adam's two parameters move equally; at x = −3 the pre-activation rises by twice their move.
        let mut adam = Adam::new(alpha, [0.5; 2], 0.0).unwrap();
        let mut theta = dvector![1.0, -1.0];
        adam.step(&mut theta, &dvector![6.0, 2.0]);
        for _ in 0..100 {
            adam.step(&mut theta, &DVector::zeros(2));
        }
        at.is(0, -3.0 * theta[0] + theta[1]);
    });
}

#[test]
fn a_series_and_a_share_of_inputs() {
    check("dead_relu.series", 1, |at| {
        let mut adam = Adam::new(1.0, [0.5; 2], 0.0).unwrap();
        let mut theta = dvector![0.0];
        adam.step(&mut theta, &dvector![1.0]);
        (0..200).for_each(|_| adam.step(&mut theta, &DVector::zeros(1)));
        at.is(0, -theta[0]).is(2, -theta[0]);
    });
    check("dead_relu.share", 10, |at| {
        let (b, s) = (at.any("b", -2.0..=2.0), at.any("s", 0.5..=2.0));
        let w = matrix(at, 3, 1);
        let deviation = s * w.norm();
        let above = integral(
            |sum| density(sum / deviation) / deviation,
            -b,
            12.0 * deviation,
            4000,
        );
        at.set("p", above).set("w", w).real("Φ", normal_cdf).within(1e-6);
    });
}

#[test]
fn adam_revives_the_unit_for_large_steps() {
    check("dead_relu.threshold", 30, |at| {
        // Where the pre-activation at x = −3 ends, if no gradient comes any more.
        let ends_above = |alpha: f64| {
            let mut adam = Adam::new(alpha, [0.5; 2], 0.0).unwrap();
            let mut theta = dvector![1.0, -1.0];
            adam.step(&mut theta, &dvector![6.0, 2.0]);
            (0..100).for_each(|_| adam.step(&mut theta, &DVector::zeros(2)));
            -3.0 * theta[0] + theta[1] > 0.0
        };
        let edge = crate::bind::edge(4.0, 0.1, ends_above);
        let alpha = crate::bind::near(at, edge).max(0.1);
        at.set("α", alpha).truth(ends_above(alpha));
    });
}
