use descent::linear_layer::Linear;
use descent::network::Activation::Relu;
use nalgebra::DMatrix;

/// ∂W and ∂b of Z = σ(σ(X W + 1b) W + 1b), from ∂Z.
pub fn twice(
    input: &DMatrix<f64>,
    layer: &Linear,
    output_gradient: &DMatrix<f64>,
) -> Linear {
    let mut hidden = layer.forward(input);
    Relu.apply(&mut hidden);
    let mut output = layer.forward(&hidden);
    Relu.apply(&mut output);

    let mut da = output_gradient.clone();
    Relu.backward(&output, &mut da);
    let second = layer.parameter_gradient(&hidden, &da);

    let mut da = layer.input_gradient(&da);
    Relu.backward(&hidden, &mut da);
    let first = layer.parameter_gradient(input, &da);

    Linear::new(first.weight + second.weight, first.bias + second.bias)
}
