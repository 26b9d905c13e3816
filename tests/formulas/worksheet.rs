//! The formulas of `chapters/worksheet.md`.

use crate::backpropagation::{graph, neuron};
use crate::bind::{entrywise, matrix, step};
use crate::check::{Point, check};
use descent::adam::Adam;
use descent::gradient_check::centred_difference;
use descent::gradient_descent::{GradientDescent, Optimizer};
use descent::linear_layer::Linear;
use descent::momentum::Momentum;
use nalgebra::{RowDVector, dvector};

#[test]
fn the_gradients_of_the_worksheet() {
    check("worksheet.neuron", 12, |at| {
        let (neuron, x, y) = neuron(at);
        let by_w = centred_difference(
            |w| descent::backpropagation::Neuron { w, ..neuron }.loss(x, y),
            neuron.w,
            1e-5,
        );
        let by_b = centred_difference(
            |b| descent::backpropagation::Neuron { b, ..neuron }.loss(x, y),
            neuron.b,
            1e-5,
        );
        at.set("∂ℓ/∂w", by_w).set("∂ℓ/∂b", by_b).within(1e-7);
        at.real("ReLU'", |a| f64::from(u8::from(a > 0.0)));
    });
    check("worksheet.layer", 6, |at| {
        let (x, bias) = (matrix(at, 1, 3), matrix(at, 1, 4));
        let layer =
            Linear::new(matrix(at, 3, 4), RowDVector::from_row_slice(bias.as_slice()));
        graph(at, &x, &layer);
        at.set("x", &x).set("a", layer.forward(&x));
        for (small, large) in [("∂x", "∂X"), ("∂a", "∂A"), ("∂z", "∂Z")] {
            let value = at.given(large).expect("an adjoint").clone();
            at.set(small, value);
        }
        at.function("ReLU'", entrywise(|a| f64::from(u8::from(a > 0.0))));
    });
}

#[test]
fn the_three_optimizers_of_the_worksheet() {
    check("worksheet.sgd", 6, |at| {
        let alpha = at.any("α", 0.02..=0.1);
        step(at, &mut GradientDescent::new(alpha).unwrap());
    });
    for label in ["worksheet.average", "worksheet.momentum"] {
        check(label, 8, |at| {
            let (alpha, beta) = (at.any("α", 0.02..=0.1), at.any("β", 0.1..=0.9));
            let mut momentum = Momentum::new(alpha, beta).unwrap();
            step(at, &mut momentum);
            let u = momentum.first_moment();
            let g = at.column_of("g").expect("a gradient");
            let before = (u - (1.0 - beta) * g) / beta;
            let is_average = label.ends_with("average");
            at.after("u", u).set("u", if is_average { &before } else { u });
        });
    }
    // One parameter of a run of Adam, with its averages before and behind the last step.
    let adam = |at: &mut Point| {
        let (alpha, epsilon) = (at.any("α", 0.1..=1.0), at.any("ε", 0.01..=0.5));
        let betas = [at.any("β_1", 0.1..=0.9), at.any("β_2", 0.1..=0.99)];
        let mut adam = Adam::new(alpha, betas, epsilon).unwrap();
        let mut theta = dvector![0.0];
        let (mut u, mut v) = (0.0, 0.0);
        for _ in 0..=at.number {
            let g = at.any("g", -2.0..=2.0);
            at.set("θ", &theta).set("u", u).set("v", v);
            adam.step(&mut theta, &dvector![g]);
            (u, v) = (adam.first_moment()[0], adam.second_moment()[0]);
        }
        at.after("θ", theta).after("u", u).after("v", v);
        (u, v)
    };
    for label in ["worksheet.first_moment", "worksheet.second_moment"] {
        check(label, 8, |at| _ = adam(at));
    }
    check("worksheet.adam", 8, |at| {
        let (u, v) = adam(at);
        at.set("u", u).set("v", v);
    });
}
