//! The formulas of `chapters/worksheet.md`.

use crate::backpropagation::{graph, neuron};
use crate::bind::{entrywise, matrix};
use crate::check::check;
use descent::gradient_check::centred_difference;
use descent::linear_layer::Linear;
use nalgebra::RowDVector;

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
