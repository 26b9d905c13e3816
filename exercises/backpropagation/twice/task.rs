use descent::linear_layer::Linear;
use nalgebra::DMatrix;

/// The backward pass of a network that uses one layer twice.
///
/// The network is h(X) = σ(σ(X W + 1b) W + 1b), with σ(z) = max(z, 0) and the same
/// W and b in both places: `layer`, as wide as the `input` X, `[batch, width]`.
/// Given `output_gradient` G = ∂loss/∂h, `[batch, width]`, return ∂W and ∂b as a
/// `Linear`.
pub fn twice(
    input: &DMatrix<f64>,
    layer: &Linear,
    output_gradient: &DMatrix<f64>,
) -> Linear {
    todo!("∂W and ∂b: go forwards, come back, and ask where W appears")
}
