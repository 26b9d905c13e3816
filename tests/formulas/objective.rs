//! The formulas of `chapters/objective.md`.

use crate::bind::column;
use crate::check::{Point, check};
use crate::gradient_descent::Smooth;
use crate::network::logits;
use descent::network::{Network, cross_entropy, softmax};
use descent::objective::{above_chord, loss};
use nalgebra::{DMatrix, DVector};

#[test]
fn the_objective_is_the_mean_over_the_examples() {
    check("objective.mean", 4, |at| {
        let network = crate::bind::network(at, descent::network::Activation::Tanh);
        let images = crate::bind::matrix(at, 5, 3);
        let batch = descent::network::Batch::new(images, vec![0, 1, 1, 0, 1]);
        at.set("N", 5.0).set("θ", network.parameters());
        let with =
            |network: &Network, theta: &DVector<f64>| network.with_parameters(theta);
        let (one, all) = (network.clone(), batch.clone());
        at.function("f", move |theta| {
            loss(&with(&one, &theta[0].column()), &all).into()
        });
        for i in 0..5 {
            let (network, batch) = (network.clone(), batch.clone());
            at.function(&format!("ℓ_{}", i + 1), move |theta| {
                let activations =
                    with(&network, &theta[0].column()).forward(batch.images.clone());
                cross_entropy(&activations[2], &batch.labels)[i].into()
            });
        }
    });
}

/// A convex function.
type Convex = std::rc::Rc<dyn Fn(&DVector<f64>) -> f64>;

/// A convex function, two points or the same one twice, a share of the way, and the point there. On a line every chord lies on it.
fn convex(at: &mut Point, is_equal: bool) -> (Convex, [DVector<f64>; 2], f64) {
    let mut points = [column(at, 2), column(at, 2)];
    if is_equal {
        points[1].copy_from(&points[0].clone());
    }
    let f: Convex = if at.number.is_multiple_of(3) {
        let slope = column(at, 2);
        let line = slope.clone();
        at.function("∇f", move |_| (&line).into()).reaches(1e-9);
        std::rc::Rc::new(move |x| 3.0 + slope.dot(x))
    } else {
        let smooth = Smooth::any(at);
        smooth.give(at);
        std::rc::Rc::new(move |x| smooth.value(x))
    };
    let own = f.clone();
    at.function("f", move |x| own(&x[0].column()).into());
    let tau = if is_equal { 0.5 } else { at.draw(0.05..=0.95) };
    at.set("τ", tau).set("θ_τ", &points[0] + tau * (&points[1] - &points[0]));
    at.set("θ", &points[0]).set("θ'", &points[1]);
    (f, points, tau)
}

#[test]
fn convex_functions_lie_below_chords_and_above_tangents() {
    for label in [
        "objective.chord",
        "objective.tangent",
        "objective.two_tangents",
        "objective.cancels",
    ] {
        check(label, 12, |at| _ = convex(at, at.number == 1));
    }
    check("objective.below", 12, |at| {
        let (f, [mut theta, mut other], tau) = convex(at, false);
        if f(&theta) < f(&other) {
            (theta, other) = (other, theta);
        }
        // The chord as the library has it.
        let along = |share: f64| f(&(&theta + share * (&other - &theta)));
        let chord = along(tau) - above_chord(along, 0.0, 1.0, tau);
        at.set("θ", &theta).set("θ'", &other).is(1, chord).reached_by(0);
    });
    check("objective.slope", 12, |at| {
        let smooth = Smooth::any(at);
        smooth.give(at);
        let (theta, mut other) = (column(at, 2), column(at, 2));
        if at.number == 0 {
            other.copy_from(&theta);
            at.first(1);
        } else {
            at.order(1, "τ", 1);
        }
        at.is(0, smooth.value(&other) - smooth.value(&theta));
        at.set("θ", theta).set("θ'", other).any("τ", 1e-4..=2e-4);
    });
}

/// Logits and a direction, and the probabilities at a share of the way with their slopes.
fn walk(at: &mut Point) {
    let z = logits(at, 4);
    let (d, tau) = (crate::bind::matrix(at, 1, 4), at.any("τ", -1.0..=1.0));
    let p = move |tau: f64, z: &DMatrix<f64>, d: &DMatrix<f64>| softmax(&(z + tau * d));
    let now = p(tau, &z, &d);
    // Two differences, whose errors in h² cancel: what is left is far below a small slope.
    let over = |h: f64| (p(tau + h, &z, &d) - p(tau - h, &z, &d)) / (2.0 * h);
    let slope = (4.0 * over(5e-4) - over(1e-3)) / 3.0;
    at.list("d", 1, d.iter().copied()).list("p", 1, now.iter().copied());
    at.list("dp/dτ", 1, slope.iter().copied()).within(1e-7);
    let k = 1 + at.number % 4;
    at.set("k", k as f64);
}

#[test]
fn the_loss_of_one_layer_is_convex_in_its_logits() {
    check("objective.second_derivative", 8, walk);
    check("objective.slope_of_p", 8, walk);
    check("objective.variance", 8, walk);
}

#[test]
fn two_weights_in_a_row_and_the_probabilities_on_the_way() {
    check("objective.two_weights", 6, |at| {
        let (one, two) = (at.any("w", -1.0..=1.0), at.any("w'", -1.0..=1.0));
        let value = |w: f64, other: f64| {
            let row = nalgebra::dvector![w, other];
            descent::newton::Smooth::value(
                &descent::initialization::WeightsInARow,
                &row,
            )
        };
        at.function("f", move |w| value(w[0].column()[0], w[1].column()[0]).into());
        at.is(1, value(one, two));
    });
    check("objective.probabilities", 8, walk);
}
