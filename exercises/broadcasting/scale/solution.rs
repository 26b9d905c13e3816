use nalgebra::{DMatrix, DVector};

/// ∂X and ∂factors of A_ij = factors_i X_ij, from ∂A.
pub fn scale(
    input: &DMatrix<f64>,
    factors: &DVector<f64>,
    output_gradient: &DMatrix<f64>,
) -> (DMatrix<f64>, DVector<f64>) {
    let mut input_gradient = output_gradient.clone();
    for (mut row, &factor) in input_gradient.row_iter_mut().zip(factors) {
        row *= factor;
    }
    let factor_gradient = output_gradient.component_mul(input).column_sum();
    (input_gradient, factor_gradient)
}
