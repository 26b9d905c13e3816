use descent::linear_layer::Linear;
use nalgebra::DMatrix;

use super::Twice;
use crate::judge::Mistake;

pub const MISTAKES: &[Mistake<Twice>] = &[
    Mistake {
        function: |x, layer, dz| {
            let [_, second] = uses(x, layer, dz, gate, gate);
            second
        },
        told: "This is the gradient of the second use alone, as if the first were \
               another layer. W and b have an effect there, too, and effects add up.",
    },
    Mistake {
        function: |x, layer, dz| {
            let [first, _] = uses(x, layer, dz, gate, gate);
            first
        },
        told: "This is the gradient of the first use alone. W and b have an effect in \
               the second, too, and effects add up.",
    },
    Mistake {
        function: |x, layer, dz| {
            let Linear { weight, bias } = sum(uses(x, layer, dz, gate, gate));
            Linear::new(weight / 2.0, bias / 2.0)
        },
        told: "The two uses are averaged here. A number of W or b that is raised a \
               little is raised in both places, and the loss feels both.",
    },
    Mistake {
        function: |x, layer, dz| sum(uses(x, layer, dz, open, gate)),
        told: "The gate between the two uses is missing: where the first σ was off, \
               nothing gets through to what is before it.",
    },
    Mistake {
        function: |x, layer, dz| sum(uses(x, layer, dz, gate, open)),
        told: "The gate behind the second use is missing: ∂Z belongs to what comes out \
               of the last σ, and where that was off, nothing passes.",
    },
];

fn gate(output: f64) -> f64 {
    f64::from(output > 0.0)
}

fn open(_: f64) -> f64 {
    1.0
}

/// The gradients of both uses, with what takes the place of the gates.
fn uses(
    input: &DMatrix<f64>,
    layer: &Linear,
    output_gradient: &DMatrix<f64>,
    first_gate: fn(f64) -> f64,
    last_gate: fn(f64) -> f64,
) -> [Linear; 2] {
    let hidden = layer.forward(input).map(|a| a.max(0.0));
    let output = layer.forward(&hidden).map(|a| a.max(0.0));
    let last = output_gradient.component_mul(&output.map(last_gate));
    let first = layer.input_gradient(&last).component_mul(&hidden.map(first_gate));
    [layer.parameter_gradient(input, &first), layer.parameter_gradient(&hidden, &last)]
}

fn sum([first, second]: [Linear; 2]) -> Linear {
    Linear::new(first.weight + second.weight, first.bias + second.bias)
}
