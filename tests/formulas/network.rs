//! The formulas of `chapters/network.md`.

use crate::bind::{matrix, network};
use crate::check::{Point, check};
use descent::network::{Activation, cross_entropy, log_sum_exp, softmax};
use nalgebra::{DMatrix, DVector};

/// A row of logits, `z_1, …`, with the range of its indices.
pub fn logits(at: &mut Point, classes: usize) -> DMatrix<f64> {
    let z = matrix(at, 1, classes);
    at.list("z", 1, z.iter().copied())
        .range("j", 1..=classes as i64)
        .range("k", 1..=classes as i64);
    z
}

#[test]
fn a_layer_makes_the_next_activations() {
    check("network.layer", 6, |at| {
        let (network, x) = (network(at, Activation::Tanh), matrix(at, 4, 3));
        let i = 1 + at.number % 2;
        at.set("i", i as f64).set("1", DVector::from_element(4, 1.0));
        at.list("Z", 1, network.forward(x));
        at.list("W", 1, network.layers().iter().map(|it| &it.linear.weight));
        at.list("b", 1, network.layers().iter().map(|it| &it.linear.bias));
        for (number, layer) in (1..).zip(network.layers()) {
            let activation = layer.activation;
            at.function(&format!("σ_{number}"), move |a| {
                let mut a = a[0].matrix();
                activation.apply(&mut a);
                a.into()
            });
        }
    });
}

#[test]
fn softmax_and_cross_entropy() {
    check("network.softmax", 10, |at| {
        let p = softmax(&logits(at, 4));
        at.set("k", (1 + at.number % 4) as f64).list("p", 1, p.iter().copied());
    });
    check("network.cross_entropy", 10, |at| {
        let z = logits(at, 4);
        let y = at.number % 4;
        at.set("y", (y + 1) as f64).list("p", 1, softmax(&z).iter().copied());
        at.set("ℓ", cross_entropy(&z, &[y])[0]);
    });
    check("network.two_classes", 10, |at| {
        let z = logits(at, 2);
        let mut difference = DMatrix::from_element(1, 1, z[0] - z[1]);
        Activation::Sigmoid.apply(&mut difference);
        at.is(0, softmax(&z)[0]).is(1, difference);
    });
    check("network.log_sum_exp", 10, |at| {
        let z = logits(at, 4);
        at.set("z_max", z.max())
            .is(0, log_sum_exp(z.as_slice()))
            .is(1, log_sum_exp(z.as_slice()));
    });
}
