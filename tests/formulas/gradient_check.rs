//! The formulas of `chapters/gradient_check.md`.

use crate::bind::column;
use crate::check::{Point, check};
use descent::gradient_check::{
    centred_difference, forward_difference, relative_difference,
};

/// `sin` with its derivatives, at a place where none is small.
fn wave(at: &mut Point) -> (f64, f64) {
    let theta = at.any("θ", 0.5..=1.0);
    let (sin, cos) = theta.sin_cos();
    at.real("f", f64::sin)
        .real("f'", f64::cos)
        .real("f''", |x| -x.sin())
        .real("f'''", |x| -x.cos());
    at.set("f", sin).set("f'", cos).set("f''", -sin).set("f'''", -cos);
    (theta, at.any("h", 0.01..=0.02))
}

#[test]
fn taylors_formula_and_the_errors_of_differences() {
    check("gradient_check.taylor", 6, |at| {
        let (theta, h) = wave(at);
        let (sin, cos) = theta.sin_cos();
        let series = sin + h * cos - h * h / 2.0 * sin - h.powi(3) / 6.0 * cos;
        let share = ((theta + h).sin() - series) / h.powi(3);
        assert!(share.abs() < h, "smaller than the third power by a power of h");
        at.set("something smaller than", share).within(1e-13);
    });
    check("gradient_check.differences", 6, |at| {
        let (theta, h) = wave(at);
        at.is(0, forward_difference(f64::sin, theta, h));
        at.is(2, centred_difference(f64::sin, theta, h))
            .order(0, "h", 2)
            .order(1, "h", 4);
    });
}

#[test]
fn where_the_errors_balance() {
    check("gradient_check.balance", 8, |at| {
        // So large a value that the steps are of the order of 1.
        let names = [1e15, 1.0, 1.0].map(|unit| unit * at.draw(0.5..=2.0));
        let sign = if at.number < 4 { -1.0 } else { 1.0 };
        at.set("f", sign * names[0]).set("f''", sign * names[1]);
        at.set("f'''", sign * names[2]);
        let rounding = f64::EPSILON * names[0];
        // The error with its rounding is least where the page says; a search finds it.
        let least = |taylor: &dyn Fn(f64) -> f64| {
            let error = |log: f64| taylor(log.exp()) + rounding / log.exp();
            let (mut low, mut high) = (-40.0_f64, 10.0);
            for _ in 0..300 {
                let third = (high - low) / 3.0;
                if error(low + third) < error(high - third) {
                    high -= third
                } else {
                    low += third
                }
            }
            low.exp()
        };
        let one = least(&|h| h / 2.0 * names[1]);
        let two = least(&|h| h * h / 6.0 * names[2]);
        // The chains are, in this order: an equation for the one, its root, and the same for the other.
        let chain = at.number % 4;
        at.set("h", if chain < 2 { one } else { two }).within(1e-3).only(chain);
    });
}

#[test]
fn the_relative_difference() {
    check("gradient_check.relative", 6, |at| {
        let (g, other) = (column(at, 3), column(at, 3));
        at.set("relative difference", relative_difference(&g, &other));
        at.set("g", g).set("g'", other);
    });
    check("gradient_check.sum_for_mean", 6, |at| {
        let size = (2 + at.number) as f64;
        let g = column(at, 3);
        at.set("|B|", size).is(0, relative_difference(&(size * &g), &g));
    });
}
