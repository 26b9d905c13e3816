//! The formulas of `chapters/gradient_noise.md`.

use crate::bind::{column, edge, matrix, near, quadratic};
use crate::check::{Point, check};
use crate::sgd::batches;
use descent::gradient_descent::{GradientDescent, Optimizer};
use descent::gradient_noise::{mean_squares, noise_ball, reshuffled_variance};
use descent::quadratic::Quadratic;
use nalgebra::{DMatrix, DVector, dmatrix, dvector};

/// A step of gradient descent along one direction.
fn step(alpha: f64, from: f64, gradient: f64) -> f64 {
    let mut place = dvector![from];
    GradientDescent::new(alpha).unwrap().step(&mut place, &dvector![gradient]);
    place[0]
}

#[test]
fn a_step_with_noise() {
    check("gradient_noise.coin", 10, |at| {
        let theta = at.any("θ", -1.0..=1.0);
        let sign = if at.number.is_multiple_of(2) { 1.0 } else { -1.0 };
        at.set("±", sign).after("θ", step(0.5, theta, theta + sign));
    });
    check("gradient_noise.step", 10, |at| {
        let (alpha, lambda) = (at.any("α", 0.1..=1.0), at.any("λ", 0.2..=2.0));
        let (r, eta) = (at.any("r", -1.0..=1.0), at.any("η", -1.0..=1.0));
        at.after("r", step(alpha, r, lambda * r + eta));
    });
}

/// `α`, `λ` and `s`, with where the mean square ends.
fn settled(at: &mut Point) -> f64 {
    let (alpha, lambda) = (at.any("α", 0.1..=0.9), at.any("λ", 0.2..=2.0));
    let s = at.any("s", 0.5..=2.0);
    *mean_squares(0.0, (lambda, s * s), &[alpha; 4000]).last().expect("steps")
}

#[test]
fn the_noise_ball_is_where_the_mean_squares_end() {
    check("gradient_noise.ball", 10, |at| {
        let ends = settled(at);
        at.set("V", ends);
    });
    check("gradient_noise.balance", 10, |at| {
        let ends = settled(at);
        at.set("V", ends);
    });
    check("gradient_noise.covariance", 8, |at| {
        let size = 1 + at.number % 4;
        let terms: Vec<DVector<f64>> = {
            let drawn: Vec<_> = (0..4).map(|_| column(at, 2)).collect();
            let mean = drawn.iter().sum::<DVector<f64>>() / 4.0;
            drawn.iter().map(|it| it - &mean).collect()
        };
        let all = batches(4, size);
        let noise = |batch: &Vec<usize>| {
            batch.iter().map(|&i| &terms[i]).sum::<DVector<f64>>() / size as f64
        };
        let squares = all.iter().map(|batch| noise(batch) * noise(batch).transpose());
        at.set("C", squares.sum::<DMatrix<f64>>() / all.len() as f64);
        at.set("N", 4.0)
            .set("|B|", size as f64)
            .list("q", 1, terms.clone())
            .range("i", 1..=4);
    });
    check("gradient_noise.in_all_directions", 8, |at| {
        let (j, k) = (1 + at.number % 2, 1 + at.number / 2 % 2);
        let alpha = at.any("α", 0.05..=0.15);
        let (one, two) = (at.draw(0.5..=2.0), at.draw(3.0..=9.0));
        let quadratic =
            Quadratic::new(dmatrix![one, 0.0; 0.0, two], dvector![0.0, 0.0]);
        let root = matrix(at, 2, 2);
        let noise = root.transpose() * root;
        let ball = noise_ball(&quadratic, &noise, alpha).unwrap();
        at.entries("C", &noise).list("λ", 1, [one, two]);
        at.set("j", j as f64).set("k", k as f64).is(0, ball[(j - 1, k - 1)]);
    });
    check("gradient_noise.cost", 8, |at| {
        let (alpha, curvatures) =
            (at.any("α", 0.005..=0.01), [at.draw(0.5..=1.0), at.draw(1.0..=2.0)]);
        let deviations = [at.draw(0.5..=1.0), at.draw(1.0..=2.0)];
        let ball = |lambda: f64, s: f64| {
            mean_squares(0.0, (lambda, s * s), &vec![alpha; 9000])
        };
        let ball =
            curvatures.iter().zip(deviations).map(|(&lambda, s)| ball(lambda, s)[8999]);
        let ball: Vec<f64> = ball.collect();
        at.list("λ", 1, curvatures)
            .list("s", 1, deviations)
            .list("V", 1, ball)
            .range("j", 1..=2);
        at.order(1, "α", 2);
    });
}

#[test]
fn smaller_steps_and_when_to_take_them() {
    check("gradient_noise.small_enough", 10, |at| {
        let (lambda, s) = (at.any("λ", 0.5..=2.0), at.any("s", 0.5..=2.0));
        let bound = at.any("bound", 0.1..=1.0);
        // The largest step for which αs²/λ is not above the bound, or a smaller one.
        let largest = (lambda * bound / (s * s)).min(1.0 / lambda);
        let alpha = largest * at.draw(0.01..=1.0);
        at.set("α_t", alpha);
        let left = mean_squares(1.0, (lambda, 0.0), &[alpha])[0];
        let added = mean_squares(0.0, (lambda, s * s), &[alpha])[0];
        at.is(0, added).is(1, bound * (1.0 - step(alpha, 1.0, lambda)));
        at.is(2, left).is(3, step(alpha, 1.0, lambda));
    });
    check("gradient_noise.fewer", 30, |at| {
        let (alpha, lambda) = (at.any("α", 0.05..=0.5), at.any("λ", 0.2..=2.0));
        let parabola = Quadratic::new(dmatrix![lambda], dvector![0.0]);
        let ball = |alpha: f64, s2: f64| {
            noise_ball(&parabola, &dmatrix![s2], alpha).unwrap()[0]
        };
        let is_better =
            |n: f64| ball(alpha, (n - 2.0) / (n - 1.0) / 2.0) < ball(alpha / 2.0, 1.0);
        let edge = edge(2.0, 1e5, is_better);
        let n = near(at, edge).max(2.0);
        at.set("N", n).truth(is_better(n));
    });
}

#[test]
fn one_large_step_and_the_small_ones_that_sum_to_it() {
    check("gradient_noise.steps", 6, |at| {
        let (alpha, count) = (at.any("α", 0.05..=0.1), 3);
        let batches: Vec<Quadratic> = (0..count).map(|_| quadratic(at)).collect();
        let start = column(at, 2);
        let mut theta = start.clone();
        let mut descent = GradientDescent::new(alpha).unwrap();
        at.set("T", count as f64).range("j", 1..=count as i64);
        at.list("B", 1, [1.0, 2.0, 3.0]);
        at.set("θ_0", &theta);
        for (j, batch) in (1..).zip(&batches) {
            let gradient = batch.gradient(&theta);
            descent.step(&mut theta, &gradient);
            at.set(&format!("θ_{j}"), &theta);
            let batch = batch.clone();
            at.function(&format!("g_{j}"), move |x| {
                batch.gradient(&x[0].column()).into()
            });
        }
        let mean = batches.iter().map(|it| it.gradient(&start)).sum::<DVector<f64>>()
            / count as f64;
        let mut far = start.clone();
        GradientDescent::new(count as f64 * alpha).unwrap().step(&mut far, &mean);
        at.is(0, theta - &start).is(1, far - &start);
    });
}

#[test]
fn shuffled_epochs() {
    // An epoch of N = 4 steps, and all 24 orders of its noises.
    let orders = |at: &mut Point| {
        let (alpha, lambda) = (at.any("α", 0.05..=0.4), at.any("λ", 0.5..=2.0));
        at.set("μ", 1.0 - alpha * lambda).set("N", 4.0);
        at.range("k", 0..4).range("j", 0..4);
        let drawn: Vec<f64> = (0..4).map(|_| at.draw(-2.0..=2.0)).collect();
        let mean = drawn.iter().sum::<f64>() / 4.0;
        let noises: Vec<f64> = drawn.iter().map(|it| it - mean).collect();
        let s2 = noises.iter().map(|it| it * it).sum::<f64>() / 4.0;
        at.set("s", s2.sqrt());
        (alpha, lambda, noises, s2)
    };
    check("gradient_noise.epoch", 10, |at| {
        let (alpha, lambda, noises, _) = orders(at);
        let r = at.any("r", -1.0..=1.0);
        // The noise with k steps behind it is that of step N − k.
        at.list("η", 0, noises.iter().rev().copied());
        let last = noises.iter().fold(r, |r, eta| step(alpha, r, lambda * r + eta));
        at.after("r", last);
    });
    check("gradient_noise.orders", 10, |at| {
        let (alpha, lambda, _, s2) = orders(at);
        let ends = reshuffled_variance((alpha, lambda), s2, 4);
        // What an epoch adds, from where the variance ends.
        let added = ends * (1.0 - (1.0 - alpha * lambda).powi(8)) / (alpha * alpha);
        at.is(0, added);
    });
    check("gradient_noise.reshuffled", 10, |at| {
        let (lambda, s) = (at.any("λ", 0.5..=2.0), at.any("s", 0.5..=2.0));
        let count = 2 + at.number;
        let alpha = at.any("α", 1e-5..=1e-4);
        at.set("N", count as f64);
        // To leading order in αλN, with the noise so large that the variance is about 1.
        let scale = (24.0 / alpha.powi(3)).sqrt();
        at.set("s", scale * s);
        at.within(5e-3)
            .is(0, reshuffled_variance((alpha, lambda), (scale * s).powi(2), count));
    });
}

#[test]
fn an_epoch_of_small_steps() {
    check("gradient_noise.small_steps", 6, |at| {
        let (alpha, lambda) = (at.any("α", 1e-4..=2e-4), at.any("λ", 0.5..=2.0));
        let count = 2 + at.number;
        // What an epoch forgets of a mean square, to first order.
        let forgets = 1.0 - reshuffled_memory((alpha, lambda), count);
        at.set("N", count as f64)
            .set("μ", 1.0 - alpha * lambda)
            .about(1e-2)
            .is(0, forgets);
        assert!(forgets > 0.0);
    });
}

/// What N steps without noise leave of a mean square of 1.
fn reshuffled_memory((alpha, lambda): (f64, f64), count: usize) -> f64 {
    *mean_squares(1.0, (lambda, 0.0), &vec![alpha; count]).last().expect("a step")
}
