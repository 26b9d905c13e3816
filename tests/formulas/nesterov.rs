//! The formulas of `chapters/nesterov.md`.

use crate::bind::{edge, follow, quadratic, step_size, time};
use crate::check::{Point, check};
use descent::gradient_descent::Optimizer;
use descent::momentum::heavy_ball_step_size;
use descent::nesterov::{Nesterov, StoredLookAhead, spectral_radius, stability_limit};
use nalgebra::{DVector, Matrix2, dvector};

#[test]
fn both_forms_of_the_update_are_the_optimizers_steps() {
    for label in ["nesterov.update", "nesterov.gradient_step"] {
        check(label, 20, |at| {
            let (alpha, beta) = (at.any("α", 0.02..=0.1), at.any("β", 0.1..=0.95));
            at.set("γ", heavy_ball_step_size(alpha, beta))
                .set("u_0", DVector::zeros(2));
            let (quadratic, mut nesterov) =
                (quadratic(at), Nesterov::new(alpha, beta).unwrap());
            time(at, 0);
            let mut theta = None::<DVector<f64>>;
            follow(at, &mut nesterov, &quadratic, |at, t, _| {
                let now = at.column_of(&format!("θ_{t}")).expect("a point");
                let before =
                    theta.take().or_else(|| at.column_of("θ_0")).expect("a point");
                at.set(&format!("u_{t}"), (before - &now) / alpha);
                theta = Some(now);
            });
        });
    }
    check("nesterov.pytorch", 20, pytorch);
}

pub fn pytorch(at: &mut Point) {
    let (gamma, beta) = (at.any("γ", 0.01..=0.1), at.any("β", 0.1..=0.95));
    let (quadratic, mut stored) =
        (quadratic(at), StoredLookAhead::new(gamma, beta).unwrap());
    time(at, 0);
    let mut sum = DVector::zeros(2);
    at.set("sum_0", &sum);
    follow(at, &mut stored, &quadratic, |at, t, it| {
        let g = at.column_of(&format!("g_{t}")).expect("a gradient");
        sum = beta * &sum + g;
        // What PyTorch stores is the look-ahead point.
        let ahead = at.column_of(&format!("θ_{t}")).expect("a point");
        at.set(&format!("sum_{t}"), &sum).set(&format!("θ_{t}"), it.parameters(&ahead));
        at.set(&format!("tilde θ_{t}"), ahead);
    });
}

/// A run along one eigenvector, with its numbers.
fn component(at: &mut Point, lookahead: f64) {
    let (lambda, beta) = (at.any("λ", 0.2..=2.0), at.any("β", 0.1..=0.9));
    let alpha = at.any("α", 0.1..=1.0);
    at.set("lookahead", lookahead).set("γ", heavy_ball_step_size(alpha, beta));
    let nesterov = Nesterov::new(alpha, beta).unwrap();
    let mut nesterov = nesterov.with_look_ahead(lookahead).unwrap();
    let mut theta = dvector![at.draw(1.0..=2.0)];
    at.set("θ_0", &theta);
    for t in 1..=6 {
        let gradient = lambda * nesterov.gradient_point(&theta).into_owned();
        let before = theta.clone();
        nesterov.step(&mut theta, &gradient);
        at.set(&format!("u_{t}"), (before - &theta) / alpha)
            .set(&format!("θ_{t}"), &theta);
    }
    time(at, 1);
}

#[test]
fn a_component_follows_the_recursion_of_every_form() {
    for label in ["nesterov.average", "nesterov.recursion"] {
        check(label, 20, |at| {
            let lookahead = at.draw(0.0..=1.5);
            component(at, lookahead);
        });
    }
    // γλ is 2, along the steep axis of the valley.
    check("nesterov.riddle", 5, |at| {
        let points = [0.0, 0.9].map(|lookahead| {
            let mut it =
                Nesterov::new(2.0, 0.9).unwrap().with_look_ahead(lookahead).unwrap();
            let mut theta = dvector![1.0];
            let mut points = vec![1.0];
            for _ in 0..7 {
                let gradient = 10.0 * it.gradient_point(&theta).into_owned();
                it.step(&mut theta, &gradient);
                points.push(theta[0]);
            }
            points
        });
        time(at, 1);
        // Each line at points of its own run.
        let [ball, nesterov] = &points;
        let is_ball = at.number.is_multiple_of(2);
        let own = if is_ball { ball } else { nesterov };
        at.list("θ", 0, own.iter().copied());
        at.only(usize::from(!is_ball));
    });
}

#[test]
fn a_component_converges_exactly_below_the_limit() {
    check("nesterov.limit", 60, |at| {
        let (beta, lookahead) = (at.any("β", 0.0..=0.95), at.draw(0.0..=1.5));
        let converges =
            |it: f64| it > 0.0 && spectral_radius(it, beta, lookahead) < 1.0;
        let edge = edge(1e-6, 10.0, converges);
        let scaled = step_size(at, edge);
        let gamma = at.any("γ", 0.1..=2.0);
        at.set("λ", scaled / gamma)
            .set("lookahead", lookahead)
            .truth(converges(scaled));
        if at.number == 0 {
            at.set("β", 0.5).set("lookahead", 0.5).set("γ", 1.0).set("λ", 1.5);
            at.truth(spectral_radius(1.5, 0.5, 0.5) < 1.0);
        }
        assert!((edge - stability_limit(beta, lookahead)).abs() < 1e-9);
    });
    for label in ["nesterov.polynomial", "nesterov.jury"] {
        check(label, 20, |at| {
            let (beta, lookahead) =
                (at.any("β", 0.0..=0.95), at.any("lookahead", 0.0..=1.5));
            let (gamma, lambda) = (at.any("γ", 0.1..=1.0), at.any("λ", 0.1..=2.0));
            at.any("μ", -2.0..=2.0);
            // A step takes (θ_t, αu_t) to what the optimizer makes of it.
            let step = step(gamma, lambda, beta, lookahead);
            at.set("product", step.determinant());
            at.real("Q", move |mu| (mu * Matrix2::identity() - step).determinant());
        });
    }
}

/// The matrix of one step, column by column from what the optimizer makes of (θ, αu).
fn step(gamma: f64, lambda: f64, beta: f64, lookahead: f64) -> Matrix2<f64> {
    Matrix2::from_columns(&[[1.0, 0.0], [0.0, 1.0]].map(|[theta, alpha_u]| {
        let ahead = theta - lookahead * alpha_u;
        let alpha_u = beta * alpha_u + gamma * lambda * ahead;
        nalgebra::Vector2::new(theta - alpha_u, alpha_u)
    }))
}

#[test]
fn the_last_move_tells_the_average() {
    check("nesterov.last_move", 10, |at| {
        let (alpha, beta) = (at.any("α", 0.02..=0.1), at.any("β", 0.1..=0.95));
        let (quadratic, mut momentum) =
            (quadratic(at), descent::momentum::Momentum::new(alpha, beta).unwrap());
        time(at, 1);
        follow(at, &mut momentum, &quadratic, |at, t, it| {
            at.set(&format!("u_{t}"), it.first_moment());
        });
    });
}

#[test]
fn looking_ahead_damps_a_swing() {
    check("nesterov.swing", 10, |at| {
        let beta = at.any("β", 0.1..=0.95);
        // Where the roots of Nesterov's polynomial are complex.
        let least = 1.0 - 4.0 * beta / (1.0 + beta).powi(2);
        let scaled = at.draw(least + 1e-6..=1.0 - 1e-6);
        let gamma = at.any("γ", 0.1..=1.0);
        at.set("λ", scaled / gamma).is(0, spectral_radius(scaled, beta, beta));
    });
}
