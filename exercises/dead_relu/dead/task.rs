// 10 minutes, medium

use nalgebra::{DMatrix, RowDVector};

/// The share of units ReLU(X W + 1 b) that are dead on all of several batches.
///
/// `weight` is `[n, m]`, `bias` `[1, m]`, and each batch `[examples, n]`. The batches
/// may differ in their number of examples. There is at least one, and none is empty.
pub fn dead(
    weight: &DMatrix<f64>,
    bias: &RowDVector<f64>,
    batches: &[DMatrix<f64>],
) -> f64 {
    todo!("remember over all batches which units have been active")
}
