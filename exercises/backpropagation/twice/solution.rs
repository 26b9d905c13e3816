use descent::linear_layer::Linear;
use descent::network::Activation::Relu;
use nalgebra::DMatrix;

/// ∂W and ∂b of h(X) = σ(σ(X W + 1b) W + 1b), from G = ∂loss/∂h.
pub fn twice(
    input: &DMatrix<f64>,
    layer: &Linear,
    output_gradient: &DMatrix<f64>,
) -> Linear {
    let mut hidden = layer.forward(input);
    Relu.apply(&mut hidden);
    let mut output = layer.forward(&hidden);
    Relu.apply(&mut output);

    let mut delta = output_gradient.clone();
    Relu.backward(&output, &mut delta);
    let second = layer.parameter_gradient(&hidden, &delta);

    let mut delta = layer.input_gradient(&delta);
    Relu.backward(&hidden, &mut delta);
    let first = layer.parameter_gradient(input, &delta);

    Linear::new(first.weight + second.weight, first.bias + second.bias)
}
