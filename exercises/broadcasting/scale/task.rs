// 15 minutes, medium

use nalgebra::{DMatrix, DVector};

/// The backward pass of giving each image a factor of its own.
///
/// Forwards, the column `factors`, `[batch, 1]`, is stretched over the features
/// of `input` X, `[batch, features]`, and the two are multiplied entry by entry:
/// A_ij = factors_i X_ij. Given `output_gradient` ∂A, the gradient of the loss with
/// respect to A, return ∂X and ∂factors.
pub fn scale(
    input: &DMatrix<f64>,
    factors: &DVector<f64>,
    output_gradient: &DMatrix<f64>,
) -> (DMatrix<f64>, DVector<f64>) {
    todo!("∂X and ∂factors, in the shapes of X and of the factors")
}
