//! The formulas of `chapters/backpropagation.md`.

use crate::bind::{entrywise, matrix, network};
use crate::check::{Point, check};
use crate::network::logits;
use descent::backpropagation::{Neuron, adjoints, backward, cross_entropy_gradient};
use descent::gradient_check::centred_difference;
use descent::linear_layer::Linear;
use descent::network::{Activation, cross_entropy, softmax};
use nalgebra::{DMatrix, DVector, RowDVector, dmatrix};

fn relu(a: f64) -> f64 {
    if a > 0.0 { a } else { 0.0 }
}

fn slope_of_relu(a: f64) -> f64 {
    f64::from(u8::from(a > 0.0))
}

/// A neuron and a sample, with all letters of the page.
pub fn neuron(at: &mut Point) -> (Neuron, f64, f64) {
    let (w, b) = (at.any("w", 0.5..=2.0), at.any("b", -1.0..=1.0));
    let (x, y) = (at.any("x", -3.0..=3.0), at.any("y", -1.0..=1.0));
    let neuron = Neuron { w, b };
    at.set("a", w * x + b).set("hat y", neuron.forward(x)).set("ℓ", neuron.loss(x, y));
    at.real("σ", relu).real("σ'", slope_of_relu);
    (neuron, x, y)
}

#[test]
fn one_neuron_forwards_and_backwards() {
    check("backpropagation.neuron", 12, |at| _ = neuron(at));
    check("backpropagation.neuron_gradient", 12, |at| {
        let (neuron, x, y) = neuron(at);
        let by = |with: &dyn Fn(f64) -> Neuron, from: f64| {
            centred_difference(|it| with(it).loss(x, y), from, 1e-5)
        };
        at.set("∂w", by(&|w| Neuron { w, ..neuron }, neuron.w));
        at.set("∂b", by(&|b| Neuron { b, ..neuron }, neuron.b)).within(1e-7);
    });
}

/// The first layer of a network and its backward pass, for three images.
pub fn layer(at: &mut Point) {
    let (network, x) = (network(at, Activation::Relu), matrix(at, 3, 3));
    let activations = network.forward(x);
    let start = matrix(at, 3, 2);
    let gradients: Vec<_> = backward(&network, &activations, start).collect();
    let layers = network.layers();
    at.set("i", 1.0).set("1", DVector::from_element(3, 1.0));
    at.function("σ'_1", entrywise(slope_of_relu))
        .function("σ'", entrywise(slope_of_relu));
    for (i, (layer, gradient)) in layers.iter().zip(gradients.iter().rev()).enumerate()
    {
        let i = i + 1;
        let (before, linear) = (&activations[i - 1], &layer.linear);
        at.set(&format!("Z_{i}"), before)
            .set(&format!("A_{i}"), linear.forward(before));
        at.set(&format!("W_{i}"), &linear.weight);
        at.set(&format!("∂Z_{}", i + 1), &gradient.output);
        at.set(&format!("∂W_{i}"), &gradient.parameters.weight);
        at.set(&format!("∂b_{i}"), &gradient.parameters.bias);
    }
    // The gate passes the gradient where what came out is positive.
    let gate = activations[1].map(slope_of_relu);
    let a = gradients[1].output.component_mul(&gate);
    at.set("∂Z_1", layers[0].linear.input_gradient(&a)).set("∂A_1", a);
}

#[test]
fn any_layer_entry_by_entry_and_as_matrices() {
    check("backpropagation.entries", 24, |at| {
        layer(at);
        let (j, k) = (1 + at.number / 4 % 4, 1 + at.number % 3);
        at.set("j", j as f64).set("k", k as f64);
        let get = |at: &Point, name: &str| at.given(name).expect("a matrix").matrix();
        let (z, w, a) = (get(at, "Z_1"), get(at, "W_1"), get(at, "A_1"));
        let (dz, da, out) = (get(at, "∂Z_1"), get(at, "∂A_1"), get(at, "∂Z_2"));
        let image = at.number % 3;
        let (dw, db) = (get(at, "∂W_1"), get(at, "∂b_1"));
        at.range("j", 1..=4).entries("W", &w).entries("∂W", &dw);
        at.list("∂b", 1, db.iter().copied());
        // Those of one image, and below a sum those of all.
        at.source("images", vec![1.0; 3]);
        let is_sum = at.number % 2 == 1;
        for unit in 0..4 {
            let name = |letter: &str| format!("{letter}_{}", unit + 1);
            at.set(&name("a"), a[(image, unit)])
                .set(&name("∂z^out"), out[(image, unit)]);
            if is_sum {
                at.random(&name("∂a"), "images", da.column(unit).iter().copied());
            } else {
                at.set(&name("∂a"), da[(image, unit)]);
            }
        }
        for input in 0..3 {
            let name = |letter: &str| format!("{letter}_{}", input + 1);
            at.random(&name("z"), "images", z.column(input).iter().copied());
            at.set(&name("∂z"), dz[(image, input)]);
        }
        let chains: &[usize] = if is_sum { &[1, 3] } else { &[0, 2] };
        at.only(chains[at.number / 2 % 2]);
    });
    check("backpropagation.matrices", 6, layer);
}

#[test]
fn the_slopes_of_sigmoid_and_tanh() {
    let slope = |at: &mut Point, activation: Activation| {
        let a = at.any("a", -3.0..=3.0);
        let output = move |a: f64| {
            let mut entry = dmatrix![a];
            activation.apply(&mut entry);
            entry[0]
        };
        at.set("z", output(a)).within(1e-8);
        at.real("σ'", move |a| centred_difference(output, a, 1e-5));
    };
    check("backpropagation.sigmoid", 8, |at| slope(at, Activation::Sigmoid));
    check("backpropagation.tanh", 8, |at| slope(at, Activation::Tanh));
}

#[test]
fn the_gradient_of_the_logits() {
    check("backpropagation.softmax", 8, |at| {
        let p = softmax(&logits(at, 4));
        at.set("k", (1 + at.number % 4) as f64)
            .list("p", 1, p.iter().copied())
            .within(1e-8);
    });
    check("backpropagation.logits", 8, |at| {
        let z = matrix(at, 3, 4);
        let labels: Vec<usize> = (0..3).map(|image| (image + at.number) % 4).collect();
        let ones = DMatrix::from_fn(3, 4, |i, j| f64::from(u8::from(labels[i] == j)));
        let loss =
            |z: &DMatrix<f64>| cross_entropy(z, &labels).iter().sum::<f64>() / 3.0;
        let gradient = DMatrix::from_fn(3, 4, |i, j| {
            let with = |entry: f64| {
                let mut moved = z.clone();
                moved[(i, j)] = entry;
                loss(&moved)
            };
            centred_difference(with, z[(i, j)], 1e-5)
        });
        at.set("D", 2.0).set("∂Z_3", gradient).set("hat Y", softmax(&z)).set("Y", ones);
        at.set("|B|", 3.0).within(1e-8).is(1, cross_entropy_gradient(&z, &labels));
    });
}

/// The nodes of a layer with their adjoints.
pub fn graph(at: &mut Point, x: &DMatrix<f64>, layer: &Linear) {
    let dz = matrix(at, x.nrows(), layer.fan_out());
    let [dx, dw, db, dxw, da, z] = adjoints(x, layer, &dz).map(|node| node.adjoint);
    at.set("X", x).set("W", &layer.weight).set("A", layer.forward(x));
    at.set("∂X", dx)
        .set("∂W", dw)
        .set("∂b", db)
        .set("∂(XW)", dxw)
        .set("∂A", da)
        .set("∂Z", z);
    at.set("1", DVector::from_element(x.nrows(), 1.0));
    at.function("σ'", entrywise(slope_of_relu));
}

#[test]
fn the_graph_of_a_layer() {
    check("backpropagation.graph", 8, |at| {
        let (x, bias) = (matrix(at, 3, 2), matrix(at, 1, 4));
        let layer =
            Linear::new(matrix(at, 2, 4), RowDVector::from_row_slice(bias.as_slice()));
        graph(at, &x, &layer);
        if at.number.is_multiple_of(2) {
            return;
        }
        // The square of the ReLU's slope is the slope; of another function's it is not.
        let (Some(a), Some(dz)) = (at.given("A"), at.given("∂Z")) else { return };
        let slope = a.matrix().map(|a| 1.0 - a.tanh().powi(2));
        let da = dz.matrix().component_mul(&slope);
        let gradient = layer.parameter_gradient(&x, &da);
        at.set("∂X", layer.input_gradient(&da)).set("∂W", gradient.weight);
        at.set("∂b", gradient.bias).set("∂(XW)", &da).set("∂A", da);
        at.function("σ'", entrywise(|a| 1.0 - a.tanh().powi(2)));
    });
}
