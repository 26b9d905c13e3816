//! The formulas of `chapters/depth.md`.

use crate::bind::{entrywise, matrix, normal_law};
use crate::check::check;
use descent::backpropagation::backward;
use descent::depth::{arc_cosine, mean_growth, network};
use descent::network::{Layer, Network};

#[test]
fn a_layer_and_what_it_keeps_of_the_norm() {
    check("depth.layer", 6, |at| {
        let network = network(&[3, 4, 4, 2], 2.0, at.number as u64);
        let x = matrix(at, 2, 3);
        let i = 1 + at.number % 2;
        at.set("i", i as f64).function("σ", entrywise(|a| a.max(0.0)));
        at.list("Z", 1, network.forward(x));
        at.list("W", 1, network.layers().iter().map(|it| &it.linear.weight));
    });
    check("depth.mean", 6, |at| {
        let (n, m) = (3, 2 + at.number);
        let (c, z) = (at.any("c", 0.5..=3.0), matrix(at, 1, n));
        let (places, weights) = normal_law();
        // What goes into a unit is normal; for the mean it does not matter how the units depend on each other.
        let deviation = (c / n as f64).sqrt() * z.norm();
        let out = places
            .iter()
            .map(|x| nalgebra::DVector::from_element(m, (deviation * x).max(0.0)));
        at.set("n", n as f64)
            .set("m", m as f64)
            .source("normal", weights)
            .random("z'", "normal", out);
        at.within(1e-4).is(1, mean_growth(c, n, m) * z.norm_squared());
        at.set("z", z);
    });
}

#[test]
fn all_other_matrices_double_the_gradient_of_a_weight() {
    check("depth.doubled", 4, |at| {
        let depth = 4;
        let plain = network(&[3, 20, 20, 20, 2], 2.0, 7);
        let double = |layer: &Layer| {
            let mut layer = layer.clone();
            layer.linear.weight *= 2.0;
            layer
        };
        let doubled = Network::new(plain.layers().iter().map(double).collect());
        let (x, start) = (matrix(at, 2, 3), matrix(at, 2, 2));
        let i = 1 + at.number % depth;
        let norms = |network: &Network| {
            let activations = network.forward(x.clone());
            let gradients: Vec<_> =
                backward(network, &activations, start.clone()).collect();
            gradients[depth - i].parameters.weight.norm()
        };
        at.set("i", i as f64)
            .set("D", depth as f64)
            .is(0, norms(&doubled) / norms(&plain));
    });
}

#[test]
fn the_arc_cosine_map() {
    check("depth.integral", 8, |at| {
        let psi = at.any("ψ", 0.1..=3.0);
        at.is(1, arc_cosine(psi.cos()) / 4.0);
    });
    check("depth.arc_cosine", 8, |at| {
        let psi = at.any("ψ", 0.1..=3.0);
        at.set("ψ'", arc_cosine(psi.cos()).acos());
    });
}

#[test]
fn the_level_of_the_gradients_and_a_product_of_cosines() {
    check("depth.level", 4, |at| {
        let (c, depth) = (at.any("c", 0.5..=3.0), 3 + at.number);
        at.set("D", depth as f64).set("ζ", (c / 2.0).sqrt());
        // The last factor but one of a chain in which all matrices but one have the scale c.
        let chain =
            |c: f64| (1..depth).map(|_| mean_growth(c, 4, 4)).product::<f64>().sqrt();
        at.is(0, chain(c) / chain(2.0)).is(1, chain(c) / chain(2.0));
    });
    check("depth.cosines", 6, |at| {
        at.any("ψ", 0.1..=3.0);
        at.any("ι", -1.0..=1.0);
    });
}
