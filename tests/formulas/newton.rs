//! The formulas of `chapters/newton.md`.

use crate::bind::column;
use crate::check::{Point, check};
use crate::gradient_descent::Smooth;
use descent::newton::{
    Example, hessian_vector_product, newton, newton_step, quadratic_model,
};
use nalgebra::{DMatrix, DVector, dvector};

/// A function of two numbers with two derivatives.
struct Both(Smooth);

impl descent::newton::Smooth for Both {
    fn value(&self, theta: &DVector<f64>) -> f64 {
        self.0.value(theta)
    }

    fn gradient(&self, theta: &DVector<f64>) -> DVector<f64> {
        self.0.gradient(theta)
    }

    fn hessian(&self, theta: &DVector<f64>) -> DMatrix<f64> {
        self.0.hessian(theta)
    }
}

/// `exp(2θ) − 2θ`, whose derivatives at its minimum, 0, differ.
#[derive(Clone, Copy)]
struct Steep;

impl descent::newton::Smooth for Steep {
    fn value(&self, theta: &DVector<f64>) -> f64 {
        (2.0 * theta[0]).exp() - 2.0 * theta[0]
    }

    fn gradient(&self, theta: &DVector<f64>) -> DVector<f64> {
        dvector![2.0 * (2.0 * theta[0]).exp() - 2.0]
    }

    fn hessian(&self, theta: &DVector<f64>) -> DMatrix<f64> {
        nalgebra::dmatrix![4.0 * (2.0 * theta[0]).exp()]
    }
}

/// A function of one number, with its derivatives.
fn example(at: &mut Point, example: impl descent::newton::Smooth + Copy + 'static) {
    let value = move |x: f64| example.value(&dvector![x]);
    let slope = move |x: f64| example.gradient(&dvector![x])[0];
    let bend = move |x: f64| example.hessian(&dvector![x])[0];
    at.real("f", value).real("f'", slope).real("f''", bend);
    let third = (bend(1e-4) - bend(-1e-4)) / 2e-4;
    at.set("f''", bend(0.0)).set("f'''", third);
}

#[test]
fn the_models_and_the_step() {
    check("newton.model", 8, |at| {
        let of = [Example::Cosh, Example::Exponential, Example::Quartic][at.number % 3];
        example(at, of);
        at.any("θ", -1.0..=1.0);
        at.any("d", -1.0..=1.0);
        let theta = at.column_of("θ").expect("a point");
        at.real("hat f", move |d| quadratic_model(&of, &theta, &dvector![d]));
    });
    check("newton.models", 8, |at| {
        let smooth = Smooth::any(at);
        smooth.give(at);
        let theta = 0.3 * column(at, 2);
        // The second chain is about the step, the first about any d.
        let is_step = at.number % 2 == 1;
        let d = if is_step {
            newton_step(&smooth.hessian(&theta), &smooth.gradient(&theta)).unwrap()
        } else {
            column(at, 2)
        };
        at.set("θ", &theta).set("d", d).only(usize::from(is_step));
        at.function("hat f", move |d| {
            quadratic_model(&Both(smooth.clone()), &theta, &d[0].column()).into()
        });
    });
    check("newton.update", 8, |at| {
        let smooth = Smooth::any(at);
        smooth.give(at);
        let alpha = at.any("α", 0.1..=1.0);
        let path = newton(&Both(smooth), 0.2 * column(at, 2), alpha, 3).unwrap();
        let t = at.number % 3;
        at.set("t", t as f64).list("θ", 0, path);
    });
}

#[test]
fn near_a_minimum_the_error_is_squared() {
    check("newton.near", 6, |at| {
        example(at, Steep);
        at.any("θ", 0.005..=0.01);
        at.order(0, "θ", 3).order(1, "θ", 2);
    });
    check("newton.squared", 6, |at| {
        example(at, Steep);
        let theta = at.any("θ_t", 0.005..=0.01);
        let path = newton(&Steep, dvector![theta], 1.0, 1).unwrap();
        at.set("t", 1.0).set("θ_2", &path[1]).order(1, "θ_t", 3);
    });
    check("newton.cubed", 6, |at| {
        let theta = at.any("θ_t", 0.1..=0.2);
        let path = newton(&Example::Cosh, dvector![theta], 1.0, 1).unwrap();
        at.set("t", 1.0).set("θ_2", &path[1]).order(1, "θ_t", 7);
    });
}

#[test]
fn products_without_the_matrix() {
    check("newton.product", 6, |at| {
        let smooth = Smooth::any(at);
        smooth.give(at);
        let (theta, d) = (column(at, 2), column(at, 2));
        let h = at.any("h", 0.01..=0.02);
        let gradient = |theta: &DVector<f64>| smooth.gradient(theta);
        at.is(1, hessian_vector_product(gradient, &theta, &d, h)).order(0, "h", 2);
        at.set("H", smooth.hessian(&theta)).set("θ", theta).set("d", d);
    });
}
