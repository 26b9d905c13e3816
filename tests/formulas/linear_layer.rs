//! The formulas of `chapters/linear_layer.md`.

use crate::bind::matrix;
use crate::check::{Point, check};
use descent::linear_layer::Linear;
use nalgebra::{DMatrix, DVector, RowDVector};

/// An input of four images and a layer.
fn input_and_layer(at: &mut Point) -> (DMatrix<f64>, Linear) {
    let (x, bias) = (matrix(at, 4, 3), matrix(at, 1, 2));
    let bias = RowDVector::from_row_slice(bias.as_slice());
    let layer = Linear::new(matrix(at, 3, 2), bias);
    at.set("X", &x).set("1", DVector::from_element(4, 1.0));
    (x, layer)
}

/// The same, with what goes in and comes back.
fn layer(at: &mut Point) {
    let (x, layer) = input_and_layer(at);
    let gradient = matrix(at, 4, 2);
    let parameters = layer.parameter_gradient(&x, &gradient);
    at.set("W", &layer.weight).set("b", &layer.bias).set("A", layer.forward(&x));
    at.set("∂X", layer.input_gradient(&gradient)).set("∂A", gradient);
    at.set("∂W", parameters.weight).set("∂b", parameters.bias);
}

#[test]
fn the_layer_its_gradients_and_its_two_other_forms() {
    for label in [
        "linear_layer.layer",
        "linear_layer.gradients",
        "linear_layer.column_of_ones",
        "linear_layer.its_gradient",
    ] {
        check(label, 6, layer);
    }
    check("linear_layer.two_are_one", 6, |at| {
        let (x, first) = input_and_layer(at);
        let bias = matrix(at, 1, 3);
        let next =
            Linear::new(matrix(at, 2, 3), RowDVector::from_row_slice(bias.as_slice()));
        at.list("W", 1, [&first.weight, &next.weight]).list(
            "b",
            1,
            [&first.bias, &next.bias],
        );
        at.is(0, next.forward(&first.forward(&x))).is(1, first.then(&next).forward(&x));
    });
}

#[test]
fn the_layer_and_its_gradients_entry_by_entry() {
    for label in [
        "linear_layer.entry",
        "linear_layer.weight_entry",
        "linear_layer.input_entry",
        "linear_layer.bias_entry",
    ] {
        check(label, 12, |at| {
            layer(at);
            let number = at.number;
            let (i, k, j) = (1 + number % 4, 1 + number % 3, 1 + number % 2);
            for name in ["A", "X", "W", "∂A", "∂X", "∂W"] {
                let matrix = at.given(name).expect("a matrix").matrix();
                at.entries(name, &matrix);
            }
            for name in ["b", "∂b"] {
                let row = at.given(name).expect("a row").column();
                at.list(name, 1, row.iter().copied());
            }
            at.set("i", i as f64).set("j", j as f64).set("k", k as f64);
            at.range("i", 1..=4).range("j", 1..=2).range("k", 1..=3);
        });
    }
}
