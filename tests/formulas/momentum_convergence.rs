//! The formulas of `chapters/momentum_convergence.md`.

use crate::bind::{edge, near, step_size};
use crate::check::{Point, check};
use crate::support::component;
use descent::gradient_descent::Optimizer;
use descent::momentum::Momentum;
use descent::momentum_convergence::{spectral_radius, transition};
use descent::quadratic::Spectrum;
use nalgebra::{Matrix2, dvector};

/// `α`, `λ` and `β`, with this αλ.
fn settings(at: &mut Point, beta: f64, alpha_lambda: f64) -> Matrix2<f64> {
    let alpha = at.any("α", 0.1..=3.0);
    at.set("β", beta).set("λ", alpha_lambda / alpha);
    let step = transition(alpha_lambda / alpha, alpha, beta);
    at.real("Q", move |mu| (mu * Matrix2::identity() - step).determinant());
    step
}

fn any_settings(at: &mut Point) -> Matrix2<f64> {
    let (beta, alpha_lambda) = (at.draw(0.05..=0.95), at.draw(0.1..=10.0));
    settings(at, beta, alpha_lambda)
}

#[test]
fn the_matrix_makes_the_optimizers_step() {
    check("momentum_convergence.example", 5, |at| {
        let mut momentum = Momentum::new(1.0, 0.5).unwrap();
        let mut theta = dvector![at.draw(1.0..=2.0)];
        for _ in 0..=at.number {
            at.set("u", momentum.first_moment()).set("r", &theta);
            let gradient = theta.clone();
            momentum.step(&mut theta, &gradient);
        }
        if at.number == 0 {
            at.set("u", 0.0);
        }
        at.after("u", momentum.first_moment()).after("r", &theta);
    });
    check("momentum_convergence.matrix", 10, |at| {
        let step = any_settings(at);
        at.set("M", step);
    });
    check("momentum_convergence.polynomial", 10, |at| {
        any_settings(at);
        at.any("μ", -2.0..=2.0);
    });
}

/// A setting at which the roots are complex.
pub fn size(at: &mut Point) {
    let beta = at.draw(0.05..=0.95);
    let (low, high) = ((1.0 - beta.sqrt()).powi(2), (1.0 + beta.sqrt()).powi(2));
    let alpha_lambda = at.draw(low..=high) / (1.0 - beta);
    let step = settings(at, beta, alpha_lambda);
    at.is(0, step.complex_eigenvalues()[0].norm())
        .is(0, spectral_radius(alpha_lambda, beta));
}

#[test]
fn the_roots_are_complex_inside_the_range_and_small_below_the_limit() {
    check("momentum_convergence.size", 10, size);
    check("momentum_convergence.complex", 60, |at| {
        let beta = at.draw(0.05..=0.95);
        let is_complex = |alpha_lambda: f64| {
            let step = transition(alpha_lambda, 1.0, beta);
            step.trace().powi(2) < 4.0 * step.determinant()
        };
        let far = if at.number.is_multiple_of(2) { 1e-9 } else { 1e6 };
        let edge = edge(1.0, far, is_complex);
        let alpha_lambda = near(at, edge);
        settings(at, beta, alpha_lambda);
        at.truth(is_complex(alpha_lambda));
        // At both ends themselves the roots are real.
        if let Some(end) = [0.5 / 1.5, 1.5 / 0.5].get(at.number) {
            at.set("β", 0.25).set("α", 1.0).set("λ", *end).truth(false);
        }
    });
    check("momentum_convergence.limit", 60, |at| {
        let beta = at.draw(0.0..=0.95);
        let converges = |it: f64| it > 0.0 && spectral_radius(it, beta) < 1.0;
        let edge = edge(1.0, 1e4, converges);
        let alpha_lambda = step_size(at, edge);
        settings(at, beta, alpha_lambda);
        at.truth(converges(alpha_lambda));
        if at.number == 0 {
            at.set("β", 0.5)
                .set("α", 1.0)
                .set("λ", 6.0)
                .truth(spectral_radius(6.0, 0.5) < 1.0);
        }
    });
    check("momentum_convergence.descents_factor", 10, |at| {
        let (beta, alpha_lambda) = (at.draw(0.05..=0.95), at.draw(0.1..=3.0));
        settings(at, beta, alpha_lambda);
        at.set("μ", 1.0 - alpha_lambda);
    });
}

#[test]
fn the_best_settings_are_the_librarys_and_no_others_are_better() {
    check("momentum_convergence.best", 10, |at| {
        let (smallest, largest) =
            (at.any("λ_min", 0.1..=2.0), at.any("λ_max", 2.0..=90.0));
        let spectrum = Spectrum { smallest, largest };
        let (alpha, beta) = spectrum.best_momentum();
        at.set("κ", spectrum.condition_number()).set("α*", alpha).set("β*", beta);
        // Where two roots coincide, half of the digits of their radius are rounding.
        at.set("ρ*", spectrum.momentum_contraction(alpha, beta)).within(1e-6);
    });
    check("momentum_convergence.edges", 60, |at| {
        let rho = at.any("ρ", 0.1..=0.95);
        let beta = at.draw(0.0..=1.0) * rho * rho;
        let is_small = |it: f64| it > 0.0 && spectral_radius(it, beta) <= rho;
        let far = if at.number.is_multiple_of(2) { 0.0 } else { 1e4 };
        let edge = edge(1.0, far, is_small);
        let alpha_lambda = near(at, edge);
        settings(at, beta, alpha_lambda);
        at.truth(is_small(alpha_lambda));
    });
    check("momentum_convergence.condition", 20, |at| {
        let rho = at.any("ρ", 0.1..=0.95);
        let share = if at.number < 5 { 1.0 } else { at.draw(0.0..=0.99) };
        let beta = share * rho * rho;
        at.set("β", beta);
        let is_small = |it: f64| spectral_radius(it, beta) <= rho + 1e-13;
        let (low, high) = (edge(1.0, 0.0, is_small), edge(1.0, 1e4, is_small));
        // A condition number below the largest is possible as well.
        let is_largest = share == 1.0;
        let smaller = if is_largest { 1.0 } else { at.draw(0.5..=0.9) };
        at.set("κ", smaller * high / low).within(1e-6).is(1, high / low);
        if is_largest {
            at.reaches(1e-6);
        }
    });
}

#[test]
fn at_the_best_settings_the_extreme_components_fall_with_a_factor_that_grows() {
    check("momentum_convergence.double_roots", 10, |at| {
        let spectrum = Spectrum { smallest: 1.0, largest: at.draw(2.0..=50.0) };
        let (alpha, beta) = spectrum.best_momentum();
        let t = 1 + at.number;
        at.set("t", t as f64).set("ρ*", spectrum.best_momentum_rate());
        at.is(0, component(spectrum.smallest, alpha, beta, t));
        at.is(1, component(spectrum.largest, alpha, beta, t));
    });
}

#[test]
fn momentum_beats_gradient_descent_for_a_beta_below_the_square_of_its_rate() {
    check("momentum_convergence.too_much_memory", 3, |at| {
        let spectrum = Spectrum { smallest: 1.0, largest: at.any("κ", 2.0..=50.0) };
        // The best rate with this β, by trying every step size.
        let best = |beta: f64| {
            let alphas = (0..800).map(|i| 1e-3 * 1.02_f64.powi(i));
            let rates = alphas.map(|alpha| spectrum.momentum_contraction(alpha, beta));
            rates.fold(f64::INFINITY, f64::min)
        };
        let limit = edge(0.0, 1.0, |beta| {
            best(beta) < spectrum.best_rate() - 1e-9 || beta == 0.0
        });
        at.within(1e-2).is(0, limit);
    });
}

#[test]
fn the_values_of_the_polynomial_that_decide() {
    for label in ["momentum_convergence.at_one", "momentum_convergence.at_minus_one"] {
        check(label, 10, |at| {
            let roots = any_settings(at).complex_eigenvalues();
            at.set("μ_1", roots[0]).set("μ_2", roots[1]);
        });
    }
    check("momentum_convergence.at_rho", 10, |at| {
        any_settings(at);
        at.any("ρ", 0.1..=1.0);
    });
}

#[test]
fn at_the_best_settings_both_ends_of_the_range_are_reached() {
    for label in [
        "momentum_convergence.product",
        "momentum_convergence.lower_edge",
        "momentum_convergence.upper_edge",
        "momentum_convergence.both_edges",
    ] {
        check(label, 10, |at| {
            let (smallest, largest) =
                (at.any("λ_min", 0.1..=2.0), at.any("λ_max", 2.0..=90.0));
            let spectrum = Spectrum { smallest, largest };
            let (alpha, beta) = spectrum.best_momentum();
            at.set("α", alpha).set("β", beta).set("ρ", spectrum.best_momentum_rate());
        });
    }
    check("momentum_convergence.recursion", 10, |at| {
        let spectrum = Spectrum { smallest: 1.0, largest: at.draw(2.0..=50.0) };
        let (alpha, beta) = spectrum.best_momentum();
        let t = 2 + at.number;
        let left = |t: usize| component(1.0, alpha, beta, t);
        at.set("t", t as f64).set("μ", spectrum.best_momentum_rate());
        at.list("r", t as i64 - 1, [left(t - 1), left(t), left(t + 1)]);
    });
}

#[test]
fn the_trace_and_the_heavy_balls_limit() {
    check("momentum_convergence.trace", 10, |at| {
        let step = any_settings(at);
        at.is(0, step.trace());
    });
    check("momentum_convergence.heavy_ball", 30, |at| {
        let beta = at.any("β", 0.0..=0.95);
        let converges =
            |scaled: f64| spectral_radius(scaled / (1.0 - beta), beta) < 1.0;
        let edge = edge(1e-3, 1e3, converges);
        let scaled = near(at, edge);
        let gamma = at.any("γ", 0.1..=1.0);
        at.set("λ", scaled / gamma).truth(converges(scaled));
        if at.number == 0 {
            at.set("β", 0.5)
                .set("γ", 1.0)
                .set("λ", 3.0)
                .truth(spectral_radius(6.0, 0.5) < 1.0);
        }
    });
}
