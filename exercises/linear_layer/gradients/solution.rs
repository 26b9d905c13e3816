use nalgebra::{DMatrix, RowDVector};

/// ∂X, ∂W and ∂b of A = X Wᵀ + 1b, from ∂A.
pub fn gradients(
    input: &DMatrix<f64>,
    weight: &DMatrix<f64>,
    output_gradient: &DMatrix<f64>,
) -> (DMatrix<f64>, DMatrix<f64>, RowDVector<f64>) {
    let input_gradient = output_gradient * weight;
    let weight_gradient = output_gradient.transpose() * input;
    let bias_gradient = output_gradient.row_sum();
    (input_gradient, weight_gradient, bias_gradient)
}
