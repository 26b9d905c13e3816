//! The formulas of `chapters/quadratic.md`.

use crate::bind::{column, edge, matrix, quadratic, step_size};
use crate::check::{Point, check};
use descent::quadratic::{Quadratic, Spectrum, descend};
use nalgebra::dvector;

#[test]
fn the_quadratic_and_what_is_left_of_its_components() {
    check("quadratic.function", 10, |at| {
        let (p, q) = (quadratic(at).hessian().clone(), column(at, 2));
        let theta = column(at, 2);
        at.set("P", &p).set("q", &q).set("θ", theta);
        let quadratic = Quadratic::new(p, q);
        at.function("f", move |x| quadratic.value(&x[0].column()).into());
    });
    check("quadratic.component", 20, |at| {
        let quadratic = quadratic(at);
        let eigen = quadratic.hessian().clone().symmetric_eigen();
        let (i, t) = (at.number % 2, 1 + at.number % 5);
        let alpha = at.any("α", 0.05..=0.3);
        let start = column(at, 2);
        let minimizer = quadratic.minimizer().unwrap();
        let points = descend(&quadratic, &start, alpha, t).unwrap();
        at.set("i", i as f64).set("t", t as f64).list(
            "λ",
            0,
            eigen.eigenvalues.iter().copied(),
        );
        at.list("d", 0, eigen.eigenvectors.column_iter())
            .set("r_0", start - &minimizer);
        at.set("r_t", &points[t] - &minimizer);
    });
    check("quadratic.least_squares", 10, |at| {
        let (x, y, theta) = (matrix(at, 4, 2), column(at, 4), column(at, 2));
        let quadratic = Quadratic::least_squares(&x, &y);
        at.set("X", &x).set("y", &y).set("θ", &theta);
        at.is(1, quadratic.value(&theta) + y.norm_squared() / 2.0);
    });
}

/// Two eigenvalues, with their condition number.
fn spectrum(at: &mut Point) -> Spectrum {
    let smallest = at.any("λ_min", 0.1..=2.0);
    let largest = at.any("λ_max", 2.0..=50.0);
    at.set("κ", largest / smallest);
    Spectrum { smallest, largest }
}

#[test]
fn gradient_descent_converges_exactly_below_the_limit_and_best_at_the_best_step() {
    check("quadratic.limit", 60, |at| {
        let (is_exact, mut spectrum) = (at.number == 0, spectrum(at));
        if is_exact {
            spectrum.largest = 2.0;
            at.set("λ_max", 2.0);
        }
        let converges = |alpha: f64| alpha > 0.0 && spectrum.contraction(alpha) < 1.0;
        let edge = edge(1e-6, 1e3, converges);
        let alpha = if is_exact { 1.0 } else { step_size(at, edge) };
        at.set("α", alpha).truth(converges(alpha));
        assert!((edge - spectrum.step_size_limit()).abs() < 1e-9);
    });
    check("quadratic.best_step", 10, |at| {
        let spectrum = spectrum(at);
        at.set("α*", spectrum.best_step_size()).is(1, best(spectrum));
    });
    check("quadratic.best_rate", 10, |at| {
        let spectrum = spectrum(at);
        at.set("ρ*", spectrum.contraction(best(spectrum))).is(2, spectrum.best_rate());
    });
    check("quadratic.rate", 20, |at| {
        let spectrum = spectrum(at);
        let alpha = at.any("α", 0.01..=1.5);
        let start = dvector![at.draw(1.0..=2.0), at.draw(1.0..=2.0)];
        let quadratic = Quadratic::new(
            nalgebra::dmatrix![spectrum.smallest, 0.0; 0.0, spectrum.largest],
            dvector![0.0, 0.0],
        );
        // What a step leaves of the component of which it leaves more.
        let after = &descend(&quadratic, &start, alpha, 1).unwrap()[1];
        at.set("ρ", after.component_div(&start).amax());
    });
}

/// The step size with the smallest contraction: the contraction falls and then rises.
fn best(spectrum: Spectrum) -> f64 {
    let (mut low, mut high) = (0.0, spectrum.step_size_limit());
    for _ in 0..200 {
        let third = (high - low) / 3.0;
        match spectrum.contraction(low + third) < spectrum.contraction(high - third) {
            true => high -= third,
            false => low += third,
        }
    }
    low
}

#[test]
fn one_component_and_what_a_gradient_says_of_the_matrix() {
    check("quadratic.component_limit", 40, |at| {
        let is_exact = at.number == 0;
        let lambda = if is_exact { 2.0 } else { at.draw(0.5..=3.0) };
        let alpha = if is_exact { 1.0 } else { step_size(at, 2.0 / lambda) };
        let quadratic = Quadratic::new(nalgebra::dmatrix![lambda], dvector![0.0]);
        // Descent takes no step size below zero.
        let dies = alpha > 0.0
            && descend(&quadratic, &dvector![1.0], alpha, 1).unwrap()[1][0].abs() < 1.0;
        at.set("α", alpha).set("i", 1.0).set("λ_1", lambda).truth(dies);
    });
    check("quadratic.product", 10, |at| {
        let quadratic = quadratic(at);
        crate::bind::give(at, &quadratic);
        let (theta, d) = (column(at, 2), column(at, 2));
        at.set("P", quadratic.hessian()).set("θ", theta).set("d", d);
    });
    check("quadratic.one_line", 10, |at| {
        let spectrum = spectrum(at);
        at.is(0, spectrum.best_rate()).is(1, spectrum.contraction(best(spectrum)));
    });
    check("quadratic.residual", 10, |at| {
        let quadratic = quadratic(at);
        let (alpha, start) = (at.any("α", 0.05..=0.3), column(at, 2));
        let minimizer = quadratic.minimizer().unwrap();
        let points = descend(&quadratic, &start, alpha, 6).unwrap();
        let t = at.number % 6;
        at.set("P", quadratic.hessian()).set("t", t as f64);
        at.list("r", 0, points.iter().map(|point| point - &minimizer));
    });
}
