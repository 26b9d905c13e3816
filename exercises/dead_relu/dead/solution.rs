use nalgebra::{DMatrix, RowDVector};

/// The share of units ReLU(X W + 1 b) that are dead on all of several batches.
pub fn dead(
    weight: &DMatrix<f64>,
    bias: &RowDVector<f64>,
    batches: &[DMatrix<f64>],
) -> f64 {
    let mut active = vec![false; bias.len()];
    for batch in batches {
        let a = batch * weight;
        for (unit, column) in a.column_iter().enumerate() {
            active[unit] |= column.iter().any(|xw| xw + bias[unit] > 0.0);
        }
    }
    let dead = active.iter().filter(|&&active| !active).count();
    dead as f64 / active.len() as f64
}
