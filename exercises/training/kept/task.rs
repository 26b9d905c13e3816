// 10 minutes, easy

use nalgebra::DMatrix;

/// How much of a layer's start W₀ is still in its end W_T.
///
/// Take both, which have one shape, as long vectors: their inner product
/// is the sum of the products of their entries. Return two numbers. The
/// first is the c for which W_T − c W₀ is at right angles to W₀, so that
/// c W₀ is the part of the end along the start. The second is the share
/// of ‖W_T‖² that this part makes up.
pub fn kept(start: &DMatrix<f64>, end: &DMatrix<f64>) -> (f64, f64) {
    todo!("the part of the end along the start")
}
