//! The only place that knows of threads. With the feature `parallel` the work is shared
//! among the cores; how it is cut never depends on their number, so that the results
//! are the same bits.

use nalgebra::DMatrix;

/// Multiplications below which a product is not worth sharing.
const SHARED_FROM: usize = 1 << 22;

/// `A B`, the columns of a large product shared among two cores.
///
/// # Panics
/// If `A` does not have as many columns as `B` has rows.
pub fn product(a: &DMatrix<f64>, b: &DMatrix<f64>) -> DMatrix<f64> {
    let (rows, columns) = (a.nrows(), b.ncols());
    if rows * a.ncols() * columns < SHARED_FROM {
        return a * b;
    }
    let mut product = DMatrix::zeros(rows, columns);
    let (first, second) = (..columns / 2, columns / 2..);
    let (mut left, mut right) = product.columns_range_pair_mut(first, second.clone());
    join(
        || a.mul_to(&b.columns_range(first), &mut left),
        || a.mul_to(&b.columns_range(second), &mut right),
    );
    product
}

/// Both results; the two are computed side by side where there is a core to spare.
pub fn join<A: Send, B: Send>(
    a: impl FnOnce() -> A + Send,
    b: impl FnOnce() -> B + Send,
) -> (A, B) {
    #[cfg(feature = "parallel")]
    {
        rayon::join(a, b)
    }
    #[cfg(not(feature = "parallel"))]
    {
        (a(), b())
    }
}
