// 10 minutes, easy

use nalgebra::{DMatrix, RowDVector};

/// The backward pass of a linear layer whose weight is stored as PyTorch does.
///
/// The layer computes A = X Wᵀ + 1b from `input` X, `[batch, fan_in]`, with
/// `weight` W, `[fan_out, fan_in]`, and a bias b. Given `output_gradient`
/// ∂A, the gradient of the loss with respect to A, `[batch, fan_out]`, return ∂X,
/// ∂W and ∂b, each in the shape of what it belongs to.
pub fn gradients(
    input: &DMatrix<f64>,
    weight: &DMatrix<f64>,
    output_gradient: &DMatrix<f64>,
) -> (DMatrix<f64>, DMatrix<f64>, RowDVector<f64>) {
    todo!("∂X, ∂W and ∂b for a weight of shape [fan_out, fan_in]")
}
