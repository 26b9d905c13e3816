//! The formulas of `chapters/gradient_descent.md`.

use crate::bind::{column, edge, follow, give, quadratic, step_size, time};
use crate::check::{Point, check};
use descent::gradient_descent::{GradientDescent, Optimizer};
use nalgebra::{DMatrix, DVector};

#[test]
fn the_update_is_the_optimizers_step() {
    check("gradient_descent.update", 20, |at| {
        let alpha = at.any("α", 0.01..=0.2);
        let (quadratic, mut descent) =
            (quadratic(at), GradientDescent::new(alpha).unwrap());
        time(at, 0);
        follow(at, &mut descent, &quadratic, |_, _, _| {});
    });
}

/// `Σ log cosh(aᵢᵀθ)`, which is convex and smooth and no quadratic: value, gradient and Hessian.
#[derive(Clone)]
pub struct Smooth(DMatrix<f64>);

impl Smooth {
    pub fn any(at: &mut Point) -> Self {
        Self(crate::bind::matrix(at, 3, 2))
    }

    pub fn value(&self, theta: &DVector<f64>) -> f64 {
        (&self.0 * theta).map(|a| a.cosh().ln()).sum()
    }

    pub fn gradient(&self, theta: &DVector<f64>) -> DVector<f64> {
        self.0.tr_mul(&(&self.0 * theta).map(f64::tanh))
    }

    pub fn hessian(&self, theta: &DVector<f64>) -> DMatrix<f64> {
        let bends = (&self.0 * theta).map(|a| 1.0 - a.tanh().powi(2));
        self.0.transpose() * DMatrix::from_diagonal(&bends) * &self.0
    }

    /// No eigenvalue of a Hessian is larger.
    pub fn smoothness(&self) -> f64 {
        (self.0.transpose() * &self.0).symmetric_eigenvalues().max()
    }

    /// Gives `f`, `∇f` and `H`.
    pub fn give(&self, at: &mut Point) {
        let [one, two, three] = [self.clone(), self.clone(), self.clone()];
        at.function("f", move |x| one.value(&x[0].column()).into());
        at.function("∇f", move |x| two.gradient(&x[0].column()).into());
        at.function("H", move |x| three.hessian(&x[0].column()).into());
    }
}

#[test]
fn the_step_minimizes_the_model() {
    check("gradient_descent.model", 10, |at| {
        let quadratic = quadratic(at);
        give(at, &quadratic);
        let alpha = at.any("α", 0.1..=1.0);
        let (theta, d) = (column(at, 2), column(at, 2));
        // From its smallest value, where the step ends, the model rises with the square of the distance.
        let step = -alpha * quadratic.gradient(&theta);
        let lowest =
            quadratic.value(&theta) + quadratic.gradient(&theta).dot(&step) / 2.0;
        at.set("θ", &theta).set("d", &d);
        at.function("hat f", move |d| {
            (lowest + (d[0].column() - &step).norm_squared() / (2.0 * alpha)).into()
        });
    });
}

#[test]
fn taylors_remainder_is_the_second_derivative_at_some_place_between() {
    check("gradient_descent.taylor", 10, |at| {
        let smooth = Smooth::any(at);
        smooth.give(at);
        let (theta, d) = (0.2 * column(at, 2), 0.2 * column(at, 2));
        let rest = smooth.value(&(&theta + &d))
            - smooth.value(&theta)
            - smooth.gradient(&theta).dot(&d);
        let bend = |tau: f64| {
            (d.transpose() * smooth.hessian(&(&theta + tau * &d)) * &d)[0] / 2.0
        };
        // The place is found, not given: the bend passes the rest on the way.
        let shares: Vec<f64> = (0..=1000).map(|i| f64::from(i) / 1000.0).collect();
        let crossing = shares
            .windows(2)
            .find(|pair| (bend(pair[0]) < rest) != (bend(pair[1]) < rest));
        let pair = crossing.expect("a place between");
        let begins_below = bend(pair[0]) < rest;
        let tau = edge(pair[0], pair[1], |tau| (bend(tau) < rest) == begins_below);
        at.set("θ", &theta).set("d", &d).set("τ", tau);
    });
}

#[test]
fn a_step_brings_what_the_descent_lemma_promises() {
    check("gradient_descent.descent_lemma", 20, |at| {
        if at.number.is_multiple_of(2) {
            // Along the steepest eigenvector of a quadratic it is an equation.
            let quadratic = quadratic(at);
            give(at, &quadratic);
            let eigen = quadratic.hessian().clone().symmetric_eigen();
            let steepest =
                eigen.eigenvectors.column(eigen.eigenvalues.imax()).into_owned();
            let theta = quadratic.minimizer().unwrap() + at.draw(1.0..=2.0) * steepest;
            at.set("L", eigen.eigenvalues.max()).set("∇f", quadratic.gradient(&theta));
            at.set("θ", theta).any("α", 0.05..=0.5);
            at.reaches(1e-9);
        } else {
            let smooth = Smooth::any(at);
            smooth.give(at);
            let theta = column(at, 2);
            at.set("L", smooth.smoothness()).set("∇f", smooth.gradient(&theta));
            at.set("θ", theta).any("α", 0.05..=0.5);
            if at.number == 1 {
                at.set("α", 0.0);
            }
        }
    });
}

/// A function, two points and what is between them: along the steepest eigenvector the bounds are reached.
fn two_points(at: &mut Point) {
    let quadratic = quadratic(at);
    give(at, &quadratic);
    let eigen = quadratic.hessian().clone().symmetric_eigen();
    let theta = column(at, 2);
    let is_steepest = at.number.is_multiple_of(2);
    let d = if is_steepest {
        0.7 * eigen.eigenvectors.column(eigen.eigenvalues.imax())
    } else {
        f64::from(u8::from(at.number != 1)) * column(at, 2)
    };
    at.set("L", eigen.eigenvalues.max()).set("θ'", &theta + 0.7 * &d);
    at.set("θ", theta).set("d", d).any("τ", 0.0..=1.0);
    if is_steepest {
        at.reaches(1e-9);
    }
}

#[test]
fn a_gradient_that_changes_slowly_gives_the_same_bound() {
    check("gradient_descent.smooth", 10, two_points);
    check("gradient_descent.slope_grows", 10, |at| {
        if at.number.is_multiple_of(2) || at.number == 1 {
            return two_points(at);
        }
        let smooth = Smooth::any(at);
        smooth.give(at);
        let (theta, d, tau) = (column(at, 2), column(at, 2), at.any("τ", 0.1..=1.0));
        let change = smooth.gradient(&(&theta + tau * &d)) - smooth.gradient(&theta);
        at.is(0, change.norm() * d.norm()).set("L", smooth.smoothness());
        at.set("θ", theta).set("d", d);
    });
    check("gradient_descent.whole_way", 10, two_points);
}

#[test]
fn the_length_of_a_step_and_the_range_in_which_it_goes_down() {
    check("gradient_descent.length", 8, |at| {
        let alpha = at.any("α", 0.01..=0.2);
        let (quadratic, theta) = (quadratic(at), column(at, 2));
        give(at, &quadratic);
        let mut end = theta.clone();
        let mut descent = GradientDescent::new(alpha).unwrap();
        descent.step(&mut end, &quadratic.gradient(&theta));
        at.is(0, (end - &theta).norm()).set("θ", theta);
    });
    check("gradient_descent.range", 30, |at| {
        // On a parabola of the curvature L the range is exact.
        let is_exact = at.number == 0;
        let smoothness = if is_exact { 2.0 } else { at.draw(0.5..=5.0) };
        at.set("L", smoothness);
        let goes_down = |alpha: f64| {
            let end = 1.0 - alpha * smoothness;
            alpha > 0.0 && end * end < 1.0
        };
        let edge = edge(1e-6, 1e3, goes_down);
        let alpha = if is_exact { 1.0 } else { step_size(at, edge) };
        at.set("α", alpha).truth(goes_down(alpha));
    });
}
