//! The formulas of `chapters/adam.md`.

use crate::bind::{follow, quadratic, time};
use crate::check::{Point, check};
use descent::adam::{Adam, largest_ratio, missing_correction};
use descent::gradient_descent::Optimizer;
use nalgebra::dvector;

/// The two weights: the usual ones, and others with β₁² < β₂.
fn betas(at: &mut Point) -> [f64; 2] {
    let beta2 = at.draw(0.5..=0.999);
    let beta1 = at.draw(0.1..=0.98) * beta2.sqrt();
    let betas = if at.number == 0 { [0.9, 0.999] } else { [beta1, beta2] };
    at.set("β_1", betas[0]).set("β_2", betas[1]);
    betas
}

/// A run of Adam, of whose parameters the formula gets the first: its averages, and their means.
fn run(at: &mut Point, is_corrected: bool) -> Vec<f64> {
    let betas = betas(at);
    let (alpha, epsilon) = (at.any("α", 0.1..=1.0), at.any("ε", 0.01..=0.5));
    let adam = Adam::new(alpha, betas, epsilon).unwrap();
    let mut adam = if is_corrected { adam.with_bias_correction() } else { adam };
    let quadratic = quadratic(at);
    let mut moves = vec![0.0];
    let mut last = None;
    at.set("u_0", 0.0).set("v_0", 0.0);
    let mut weights = [0.0; 2];
    follow(at, &mut adam, &quadratic, |at, t, it| {
        for (beta, weight) in betas.iter().zip(&mut weights) {
            *weight = beta * *weight + (1.0 - beta);
        }
        let (u, v) = (it.first_moment()[0], it.second_moment()[0]);
        at.set(&format!("u_{t}"), u).set(&format!("hat u_{t}"), u / weights[0]);
        at.set(&format!("v_{t}"), v).set(&format!("hat v_{t}"), v / weights[1]);
    });
    for t in 0.. {
        let Some(theta) = at.column_of(&format!("θ_{t}")) else { break };
        if let Some(g) = at.column_of(&format!("g_{t}")) {
            at.set(&format!("g_{t}"), g[0]);
        }
        at.set(&format!("θ_{t}"), theta[0]);
        moves.extend(last.map(|last: f64| last - theta[0]));
        last = Some(theta[0]);
    }
    moves
}

#[test]
fn all_forms_of_the_update_are_the_optimizers_steps() {
    for label in ["adam.averages", "adam.step"] {
        check(label, 20, |at| {
            run(at, false);
            time(at, 1);
        });
    }
    check("adam.corrected", 20, corrected);
    check("adam.rate", 20, rate);
}

pub fn corrected(at: &mut Point) {
    run(at, true);
    time(at, 1);
}

pub fn rate(at: &mut Point) {
    let moves = run(at, true);
    let t = time(at, 1);
    at.is(0, moves[t]).is(1, moves[t]);
}

pub fn bound(at: &mut Point) {
    let betas = betas(at);
    let alpha = at.any("α", 0.1..=1.0);
    at.within(1e-8).is(0, alpha * largest_ratio(betas, 40_000));
}

/// The length of the last step of an uncorrected run on these gradients, in units of the step size.
fn last_step(betas: [f64; 2], epsilon: f64, gradients: &[f64]) -> f64 {
    let mut adam = Adam::new(1.0, betas, epsilon).unwrap();
    let mut theta = dvector![0.0];
    let mut before = 0.0;
    for &g in gradients {
        before = theta[0];
        adam.step(&mut theta, &dvector![g]);
    }
    before - theta[0]
}

#[test]
fn the_first_step_and_the_factor_between_the_forms() {
    check("adam.first", 12, |at| {
        let (betas, epsilon) = (betas(at), at.any("ε", 0.01..=0.5));
        let g = at.any("g", -2.0..=2.0);
        at.is(0, last_step(betas, epsilon, &[g]));
    });
    check("adam.factor", 12, |at| {
        let betas = betas(at);
        let t = at.number + 1;
        let gradients: Vec<f64> = (0..t).map(|_| at.draw(0.5..=2.0)).collect();
        let corrected = |step: f64| {
            let mut adam = Adam::new(1.0, betas, 0.0).unwrap().with_bias_correction();
            let mut theta = dvector![0.0];
            let mut before = 0.0;
            for &g in &gradients {
                before = theta[0];
                adam.step(&mut theta, &dvector![g]);
            }
            step / (before - theta[0])
        };
        let ratio = corrected(last_step(betas, 0.0, &gradients));
        at.set("t", t as f64).is(0, ratio).is(0, missing_correction(betas, t as i32));
    });
}

/// Gradients that grow by β₂/β₁, or any: `g_1, …, g_t`, and what the averages are then.
fn history(at: &mut Point) -> ([f64; 2], usize, bool) {
    let betas = betas(at);
    let t = 2 + at.number % 7;
    let is_worst = at.number.is_multiple_of(2);
    let growth = betas[1] / betas[0];
    let g: Vec<f64> =
        (1..=t)
            .map(|k| {
                if is_worst { 0.3 * growth.powi(k as i32) } else { at.draw(-2.0..=2.0) }
            })
            .collect();
    let mut adam = Adam::new(1.0, betas, 0.0).unwrap();
    let mut theta = dvector![0.0];
    g.iter().for_each(|&g| adam.step(&mut theta, &dvector![g]));
    at.set("t", t as f64).range("k", 0..t as i64).list("g", 1, g);
    at.set("u_t", adam.first_moment()).set("v_t", adam.second_moment());
    (betas, t, is_worst)
}

#[test]
fn no_step_is_longer_than_the_bound_and_growing_gradients_reach_it() {
    check("adam.written_out", 12, |at| _ = history(at));
    check("adam.split", 12, |at| {
        let (betas, t, _) = history(at);
        let k = at.number % t;
        at.set("k", k as f64);
        let unit: Vec<f64> = (0..=k).map(|age| f64::from(u8::from(age == 0))).collect();
        let mut adam = Adam::new(1.0, betas, 0.0).unwrap();
        let mut theta = dvector![0.0];
        unit.iter().for_each(|&g| adam.step(&mut theta, &dvector![g]));
        let weight = adam.first_moment()[0] / (1.0 - betas[0]);
        let gradient = at.column_of(&format!("g_{}", t - k)).expect("a gradient")[0];
        at.is(0, weight * gradient);
    });
    check("adam.cauchy_schwarz", 12, |at| {
        let (betas, t, is_worst) = history(at);
        let above = (1.0 - betas[0]) / (1.0 - betas[1]).sqrt();
        let v = at.column_of("v_t").expect("an average")[0];
        at.is(
            1,
            (largest_ratio(betas, t as i32) / above).powi(2) * v / (1.0 - betas[1]),
        );
        if is_worst {
            at.reaches(1e-9);
        }
    });
    check("adam.largest", 12, |at| {
        let (betas, t, is_worst) = history(at);
        at.is(1, largest_ratio(betas, t as i32));
        if is_worst {
            at.reaches(1e-9);
        }
    });
    check("adam.bound", 12, bound);
}

/// `ln` of the square of the bound for corrected steps.
fn log_of_bound(betas: [f64; 2], t: f64) -> f64 {
    let [one, two] = betas.map(|beta| 1.0 - (t * beta.ln()).exp());
    let ratio = betas[0] * betas[0] / betas[1];
    ((1.0 - (t * ratio.ln()).exp()) / (1.0 - ratio)).ln() + two.ln() - 2.0 * one.ln()
}

#[test]
fn the_corrected_bounds_rise() {
    check("adam.squared_bound", 12, |at| {
        let (betas, t) = (betas(at), 1 + at.number);
        let ratio = betas[0] * betas[0] / betas[1];
        let bound =
            largest_ratio(betas, t as i32) / missing_correction(betas, t as i32);
        let factor = (1.0 - betas[0]).powi(2) / ((1.0 - betas[1]) * (1.0 - ratio));
        at.set("t", t as f64).is(0, bound.powi(2) / factor);
    });
    check("adam.slope", 12, |at| {
        let (beta, t) = (at.any("β", 0.1..=0.95), at.any("t", 0.5..=9.0));
        let place = -(beta.powf(t)).ln();
        at.set("U", place).within(1e-8).is(2, place / place.exp_m1()).is(4, place);
    });
    check("adam.places", 12, |at| {
        let (betas, t) = (betas(at), at.any("t", 0.5..=9.0));
        let place = |base: f64| -base.powf(t).ln();
        at.is(0, place(betas[0] * betas[0] / betas[1]));
        at.is(1, place(betas[1])).is(2, place(betas[0]));
        // What they are for: the logarithm of the bound rises by the sum of two values less twice the third.
        let slope = |place: f64| place / place.exp_m1();
        let sum = slope(place(betas[0] * betas[0] / betas[1])) + slope(place(betas[1]))
            - 2.0 * slope(place(betas[0]));
        let h = 1e-4 * t;
        let rise =
            (log_of_bound(betas, t + h) - log_of_bound(betas, t - h)) / (2.0 * h);
        assert!((t * rise - sum).abs() < 1e-6, "{} and {sum}", t * rise);
    });
    check("adam.bend", 12, |at| {
        let place = at.any("U", 0.3..=5.0);
        let f = |place: f64| place / place.exp_m1();
        let h = 1e-3;
        let bend = (f(place + h) - 2.0 * f(place) + f(place - h)) / (h * h);
        at.within(1e-6).is(0, bend);
    });
}

#[test]
fn corrected_averages_of_steady_gradients_have_their_means() {
    // Three gradients of −1 or 3, as on the page: eight outcomes.
    let bind = |at: &mut Point| {
        let betas = betas(at);
        const T: usize = 3;
        at.set("t", T as f64).source("gradients", vec![0.125; 8]);
        let signs = |outcome: usize| {
            (0..T).map(move |k| if outcome >> k & 1 == 1 { 3.0 } else { -1.0 })
        };
        let averages = (0..8).map(|outcome| {
            let mut adam = Adam::new(1.0, betas, 0.0).unwrap();
            let mut theta = dvector![0.0];
            signs(outcome).for_each(|g| adam.step(&mut theta, &dvector![g]));
            (adam.first_moment()[0], adam.second_moment()[0])
        });
        let (u, v): (Vec<f64>, Vec<f64>) = averages.unzip();
        let sum =
            |beta: f64| (0..T).map(|k| (1.0 - beta) * beta.powi(k as i32)).sum::<f64>();
        let hat = |moment: &[f64], beta: f64| -> Vec<f64> {
            moment.iter().map(|it| it / sum(beta)).collect()
        };
        at.random("hat u_t", "gradients", hat(&u, betas[0]));
        at.random("hat v_t", "gradients", hat(&v, betas[1]));
        let root = hat(&v, betas[1]).iter().map(|it| it.sqrt()).sum::<f64>() / 8.0;
        at.random("hat v", "gradients", hat(&v, betas[1]));
        at.random("u_t", "gradients", u).random("v_t", "gradients", v);
        at.random(
            "g",
            "gradients",
            (0..8).map(|outcome| signs(outcome).next().expect("one")),
        );
        root
    };
    check("adam.mean_u", 4, |at| _ = bind(at));
    check("adam.mean_hat_u", 4, |at| _ = bind(at));
    check("adam.mean_hat_v", 4, |at| _ = bind(at));
    check("adam.jensen", 4, |at| {
        // Gradients of −1 and 3 have the mean square 5.
        let root = bind(at);
        at.is(0, root).is(1, 5_f64.sqrt());
    });
}

#[test]
fn the_size_of_the_first_step() {
    check("adam.first_size", 10, |at| {
        let betas = betas(at);
        let g = at.draw(0.5..=2.0);
        at.is(0, last_step(betas, 0.0, &[g])).is(0, -last_step(betas, 0.0, &[-g]));
    });
}

#[test]
fn the_first_corrected_step_has_the_size_of_the_step_size() {
    check("adam.first_corrected", 10, |at| {
        let (alpha, epsilon) = (at.any("α", 0.1..=1.0), at.any("ε", 0.01..=0.5));
        let g = at.any("g", -2.0..=2.0);
        let betas = [at.draw(0.1..=0.9), at.draw(0.1..=0.99)];
        let mut adam = Adam::new(alpha, betas, epsilon).unwrap().with_bias_correction();
        let mut theta = dvector![0.0];
        adam.step(&mut theta, &dvector![g]);
        at.is(0, -theta[0]);
    });
}
