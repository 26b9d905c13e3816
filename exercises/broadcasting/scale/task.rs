use nalgebra::{DMatrix, DVector};

/// The backward pass of giving each image a factor of its own.
///
/// Forwards, the column `factors` s, `[batch, 1]`, is stretched over the features
/// of `input` X, `[batch, features]`, and the two are multiplied entry by entry:
/// Z_ij = s_i X_ij. Given `output_gradient` G = ∂loss/∂Z, return ∂X and ∂s.
pub fn scale(
    input: &DMatrix<f64>,
    factors: &DVector<f64>,
    output_gradient: &DMatrix<f64>,
) -> (DMatrix<f64>, DVector<f64>) {
    todo!("∂X and ∂s, in the shapes of X and s")
}
