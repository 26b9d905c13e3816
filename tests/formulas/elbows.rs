//! The formulas of `chapters/elbows.md`.

use crate::check::{Point, check};
use descent::backpropagation::squared_error_and_gradient;
use descent::elbows::{Cauchy, elbows};
use descent::linear_layer::Linear;
use descent::network::{Activation, Layer, Network};
use nalgebra::{DMatrix, RowDVector, dmatrix};
use std::f64::consts::PI;

#[test]
fn an_elbow_and_its_law() {
    check("elbows.elbow", 6, |at| {
        let (w, b) = (at.any("w", 0.5..=2.0), at.any("b", -2.0..=2.0));
        let layer = Linear::new(dmatrix![w], RowDVector::from_row_slice(&[b]));
        at.set("ξ", elbows(&layer)[0]);
    });
    check("elbows.law", 12, |at| {
        let xi = at.any("ξ", -3.0..=3.0);
        // Directions all around, at any distance.
        const TURNS: usize = 2000;
        let angle = |i: usize| 2.0 * PI * (i as f64 + 0.5) / TURNS as f64;
        at.source("direction", vec![1.0 / TURNS as f64; TURNS]);
        at.random("w", "direction", (0..TURNS).map(|i| 2.0 * angle(i).cos()));
        at.random("b", "direction", (0..TURNS).map(|i| -2.0 * angle(i).sin()));
        at.random("ψ", "direction", (0..TURNS).map(|i| angle(i).tan().atan()));
        at.within(1e-2).is(2, Cauchy { scale: 1.0 }.below(xi));
    });
    check("elbows.density", 6, |at| {
        let xi = at.any("ξ", -3.0..=3.0);
        let cauchy = Cauchy { scale: 1.0 };
        at.real("p", move |xi| cauchy.density(xi));
        let h = 1e-4;
        let slope = (cauchy.below(xi + h) - cauchy.below(xi - h)) / (2.0 * h);
        at.within(1e-7).is(1, slope);
    });
}

/// Elbows up to `farthest` on a grid, each with the share of the law around it: `name`, from a source of its own. A wave
/// passes the ends, so that what lies beyond hardly counts in the mean of a wave.
fn elbow(at: &mut Point, name: &str, farthest: f64, step: f64) {
    let count = (farthest / step) as i32;
    let places: Vec<f64> = (-count..=count).map(|i| step * f64::from(i)).collect();
    let cauchy = Cauchy { scale: 1.0 };
    at.source(name, places.iter().map(|&xi| step * cauchy.density(xi)).collect());
    at.random(name, name, places);
}

#[test]
fn the_mean_of_elbows_is_distributed_as_one() {
    check("elbows.wave", 5, |at| {
        let omega = at.draw(0.3..=2.0);
        at.set("ω", if at.number.is_multiple_of(2) { omega } else { -omega });
        elbow(at, "ξ", 100.0, 0.5);
        at.within(1e-2);
    });
    check("elbows.transform", 5, |at| {
        at.any("ξ", -3.0..=3.0);
        at.real("p", |xi| Cauchy { scale: 1.0 }.density(xi)).within(1e-5);
    });
    check("elbows.mean", 3, |at| {
        let omega = at.draw(0.5..=1.0);
        at.set("ω", if at.number.is_multiple_of(2) { omega } else { -omega });
        elbow(at, "ξ", 100.0, 0.5);
        elbow(at, "ξ_1", 20.0, 0.8);
        elbow(at, "ξ_2", 20.0, 0.8);
        at.set("n", 2.0).within(2e-2);
    });
}

#[test]
fn how_far_a_step_moves_an_elbow() {
    check("elbows.move", 8, |at| {
        let (w, b) = (at.any("w", 0.5..=2.0), at.any("b", -2.0..=2.0));
        let (dw, db) = (at.any("∂w", -1.0..=1.0), at.any("∂b", -1.0..=1.0));
        let alpha = at.any("α", 0.1..=1.0);
        let (step_w, step_b) = (-alpha * dw, -alpha * db);
        let place = |share: f64| {
            let bias = RowDVector::from_row_slice(&[b + share * step_b]);
            elbows(&Linear::new(dmatrix![w + share * step_w], bias))[0]
        };
        let h = 1e-5;
        at.set("Δw", step_w).set("Δb", step_b).set("ξ", place(0.0)).within(1e-7);
        at.set("Δξ", (place(h) - place(-h)) / (2.0 * h));
    });
    for label in ["elbows.gradients", "elbows.errors"] {
        check(label, 8, |at| {
            let (w, b) = (at.any("w", 0.5..=2.0), at.any("b", -0.5..=0.5));
            let next = at.any("w'", 0.5..=2.0);
            let layer = |w: f64, b: f64, activation| Layer {
                linear: Linear::new(dmatrix![w], RowDVector::from_row_slice(&[b])),
                activation,
            };
            let first = layer(w, b, Activation::Relu);
            let network =
                Network::new(vec![first, layer(next, 0.3, Activation::Identity)]);
            let x: Vec<f64> = (0..6).map(|_| at.draw(-2.0..=2.0)).collect();
            let y: Vec<f64> = (0..6).map(|_| at.draw(-2.0..=2.0)).collect();
            let (input, targets) = (
                DMatrix::from_column_slice(6, 1, &x),
                DMatrix::from_column_slice(6, 1, &y),
            );
            let outputs = &network.forward(input.clone())[2];
            let (_, gradient) = squared_error_and_gradient(&network, input, &targets);
            let active: Vec<usize> = (0..6).filter(|&i| w * x[i] + b > 0.0).collect();
            at.source("active", vec![1.0; active.len()]);
            at.random("hat y_i", "active", active.iter().map(|&i| outputs[i]));
            at.random("y_i", "active", active.iter().map(|&i| y[i]));
            at.random("x_i", "active", active.iter().map(|&i| x[i]));
            let alpha = at.any("α", 0.1..=1.0);
            let (dw, db, xi) = (gradient[0], gradient[1], -b / w);
            at.set("|B|", 6.0).set("∂w", dw).set("∂b", db).set("ξ", xi);
            at.set("Δξ", alpha / w * (db + xi * dw));
        });
    }
}

#[test]
fn the_median_and_the_farthest_of_many_elbows() {
    let cauchy = Cauchy { scale: 1.0 };
    check("elbows.median", 6, |at| {
        let n = (10 + 7 * at.number) as f64;
        // A share of ½ ± 1/(2√n), over the density at 0.
        at.set("n", n).is(0, (0.25 / n).sqrt() / cauchy.density(0.0));
    });
    check("elbows.all_within", 6, |at| {
        let (n, xi) = (1 + at.number, at.any("ξ", 0.5..=9.0));
        let within = cauchy.below(xi) - cauchy.below(-xi);
        at.set("n", n as f64).is(0, within.powi(n as i32));
    });
    check("elbows.farthest", 6, |at| {
        let n = 1 + at.number;
        let within = |xi: f64| (cauchy.below(xi) - cauchy.below(-xi)).powi(n as i32);
        at.set("n", n as f64)
            .set("ξ", crate::bind::edge(0.0, 1e3, |xi| within(xi) <= 0.5));
    });
}
