//! The formulas of `chapters/one_parameter.md`.

use crate::bind::{edge, step_size};
use crate::check::{Point, check};
use descent::one_parameter::{self, Model, running_mean, stationary_variance};
use std::ops::RangeInclusive;

/// Points of the slope model, as `x_i`, `y_i` and their number.
fn points(at: &mut Point) -> Vec<one_parameter::Point> {
    points_between(at, 0.3..=2.0)
}

fn points_between(
    at: &mut Point,
    places: RangeInclusive<f64>,
) -> Vec<one_parameter::Point> {
    let mut point = || (at.draw(places.clone()), at.draw(-2.0..=2.0));
    let points: Vec<_> =
        (0..5).map(|_| point()).map(|(x, y)| one_parameter::Point { x, y }).collect();
    at.list("x", 1, points.iter().map(|it| it.x)).list(
        "y",
        1,
        points.iter().map(|it| it.y),
    );
    at.set("N", points.len() as f64).range("i", 1..=points.len() as i64);
    let share = 1.0 / points.len() as f64;
    at.source("data", vec![share; points.len()]).random(
        "x",
        "data",
        points.iter().map(|it| it.x),
    );
    points
}

#[test]
fn the_loss_its_derivative_and_its_optimum() {
    check("one_parameter.loss", 10, |at| {
        let points = points(at);
        let theta = at.any("θ", -2.0..=2.0);
        at.list("hat y", 1, points.iter().map(|it| theta * it.x));
        let slope = Model::Slope.gradient(&points, theta);
        at.set("df/dθ", slope)
            .real("f", move |theta| Model::Slope.loss(&points, theta));
    });
    for label in ["one_parameter.optimum", "one_parameter.votes"] {
        check(label, 10, |at| {
            let points = points(at);
            at.set("θ*", Model::Slope.optimum(&points).unwrap());
        });
    }
}

#[test]
fn descent_multiplies_the_distance_and_converges_exactly_below_the_limit() {
    check("one_parameter.distance", 10, |at| {
        let points = points(at);
        let alpha = at.any("α", 0.05..=0.5);
        let path = Model::Slope.descend(&points, 1.5, alpha, 6).unwrap();
        at.list("θ", 0, path).set("θ*", Model::Slope.optimum(&points).unwrap());
        at.set("t", (at.number % 6) as f64);
    });
    check("one_parameter.limit", 60, |at| {
        let is_exact = at.number == 0;
        let points = points_between(at, if is_exact { 1.0..=1.0 } else { 0.3..=2.0 });
        let converges = |alpha: f64| {
            alpha > 0.0 && Model::Slope.contraction(&points, alpha).abs() < 1.0
        };
        let edge = edge(1e-6, 1e3, converges);
        let alpha = if is_exact { 1.0 } else { step_size(at, edge) };
        at.set("α", alpha).truth(converges(alpha));
        assert!((edge - Model::Slope.step_size_limit(&points)).abs() < 1e-9);
    });
}

/// A run of SGD in the constant model: `θ_0, …`, and what is drawn, `y_1, …`.
fn sgd(at: &mut Point, step_size: impl Fn(usize) -> f64) -> Vec<f64> {
    let drawn = (0..6).map(|_| one_parameter::Point { x: 1.0, y: at.draw(-2.0..=2.0) });
    let drawn: Vec<_> = drawn.collect();
    let path = Model::Constant.sgd(&drawn, 1.5, step_size).unwrap();
    at.list("θ", 0, path.iter().copied()).list("y", 1, drawn.iter().map(|it| it.y));
    at.set("t", (1 + at.number % 6) as f64);
    path
}

#[test]
fn sgd_is_the_running_mean_or_a_walk_with_noise() {
    check("one_parameter.running_mean", 12, |at| _ = sgd(at, running_mean));
    check("one_parameter.walk", 12, |at| {
        let alpha = at.any("α", 0.05..=0.9);
        sgd(at, |_| alpha);
        at.any("θ*", -1.0..=1.0);
    });
    check("one_parameter.stationary", 12, |at| {
        let (alpha, s) = (at.any("α", 0.05..=0.95), at.any("s", 0.5..=2.0));
        at.set("V", stationary_variance(alpha, s * s).unwrap());
    });
}

/// A walk `r ← μr + η` with noise of ±1 and ±2, and its moments in the long run.
fn walk(at: &mut Point) -> (f64, f64, f64) {
    let mu = at.any("μ", -0.8..=0.8);
    let noises = [-2.0, -1.0, 1.0, 2.0];
    at.source("noise", vec![0.25; 4]).random("η", "noise", noises);
    let (mut second, mut fourth) = (0.0, 0.0);
    for _ in 0..3000 {
        // The odd moments are zero, and so are those of the noise.
        let moments = |power: i32| {
            noises.map(|eta: f64| eta.powi(power)).iter().sum::<f64>() / 4.0
        };
        fourth = mu.powi(4) * fourth + 6.0 * mu * mu * second * moments(2) + moments(4);
        second = mu * mu * second + moments(2);
    }
    (mu, second, fourth)
}

#[test]
fn the_standard_error_of_a_run() {
    check("one_parameter.squares", 10, |at| {
        let mu = at.any("μ", -0.9..=0.9);
        let (before, noise) = (at.draw(-2.0..=2.0), at.draw(-2.0..=2.0));
        at.set("t", 3.0)
            .set("r_2", before)
            .set("η_t", noise)
            .set("r_t", mu * before + noise);
    });
    check("one_parameter.memory", 10, |at| {
        let mu = at.any("μ", -0.9..=0.9);
        let all = (-2000..=2000).map(|k: i32| mu.powi(2 * k.abs())).sum::<f64>();
        at.is(1, all);
    });
    check("one_parameter.effective", 10, |at| {
        let mu = at.any("μ", -0.9..=0.9);
        let steps = at.any("T", 1e5..=1e6);
        // r² has two values with this variance.
        at.source("place", vec![0.5, 0.5]).random("r", "place", [1.0, 3.0]);
        let all = (-2000..=2000).map(|k: i32| mu.powi(2 * k.abs())).sum::<f64>();
        at.set("T_eff", steps / all).is(0, 16.0 / (steps / all));
    });
    check("one_parameter.fourth", 10, |at| {
        let (_, second, fourth) = walk(at);
        // Two sizes of r with these moments, seldom the one and mostly zero.
        let share = second * second / fourth;
        let size = (second / share).sqrt();
        at.set("V", second).source("place", vec![share, 1.0 - share]);
        at.random("r", "place", [size, 0.0]);
    });
}

#[test]
fn mean_square_and_typical_run_part() {
    check("one_parameter.mean_square", 10, |at| {
        let points = points(at);
        let alpha = at.any("α", 0.05..=0.5);
        let growth = points.iter().map(|it| {
            let line = [one_parameter::Point { x: it.x, y: 0.0 }];
            Model::Slope.descend(&line, 1.0, alpha, 1).unwrap()[1].powi(2)
        });
        at.is(0, growth.sum::<f64>() / points.len() as f64);
    });
    check("one_parameter.typical", 10, |at| {
        let points: Vec<_> = points(at)
            .iter()
            .map(|it| one_parameter::Point { x: it.x, y: 0.0 })
            .collect();
        let alpha = at.any("α", 0.05..=0.5);
        let start = if at.number.is_multiple_of(2) { 1.5 } else { -1.5 };
        let path = Model::Slope.sgd(&points, start, |_| alpha).unwrap();
        at.set("T", points.len() as f64)
            .set("r_0", start)
            .set("r_T", path[points.len()]);
    });
}

#[test]
fn the_steps_written_out_and_two_conditions() {
    for (label, model) in [
        ("one_parameter.mean_step", Model::Constant),
        ("one_parameter.slope_step", Model::Slope),
    ] {
        check(label, 10, |at| {
            let points = points(at);
            let (alpha, theta) = (at.any("α", 0.05..=0.5), at.any("θ", -2.0..=2.0));
            let path = model.descend(&points, theta, alpha, 1).unwrap();
            at.after("θ", path[1]);
        });
    }
    check("one_parameter.mean_square_limit", 40, |at| {
        let is_exact = at.number == 0;
        let points = points_between(at, if is_exact { 1.0..=1.0 } else { 0.3..=2.0 });
        // Whether the mean square of what a step leaves of 1 is below 1.
        let shrinks = |alpha: f64| {
            let left =
                points.iter().map(|it| (1.0 - 2.0 * alpha * it.x * it.x).powi(2));
            alpha > 0.0 && left.sum::<f64>() / 5.0 < 1.0
        };
        let edge = edge(1e-6, 1e3, shrinks);
        let alpha = if is_exact { 1.0 } else { step_size(at, edge) };
        at.set("α", alpha).truth(shrinks(alpha));
    });
    check("one_parameter.variance_of_square", 10, |at| {
        // Four values of r with the mean 0.
        let (one, two) = (at.draw(0.5..=2.0), at.draw(0.5..=2.0));
        let values = [one, -one, two, -two];
        at.source("place", vec![0.25; 4]).random("r", "place", values);
        at.set("V", values.iter().map(|r| r * r).sum::<f64>() / 4.0);
    });
}
