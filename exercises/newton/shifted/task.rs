// 15 minutes, medium

use nalgebra::{DMatrix, DVector};

/// Newton's step with a shifted Hessian, which points downhill on saddles too.
///
/// Return d with (H + shift·I)d = −g. Here shift ≥ 0 is as small as it can be, so that
/// no eigenvalue of H + shift·I lies below `least`, a number above zero.
///
/// H is `hessian`, symmetric, of shape [n, n], and g is `gradient`, [n, 1].
/// nalgebra has `h.symmetric_eigenvalues()`, a vector with a `min()`,
/// `DMatrix::identity(n, n)`, and for a positive definite matrix
/// `a.cholesky().unwrap().solve(&b)`.
pub fn shifted(
    hessian: &DMatrix<f64>,
    gradient: &DVector<f64>,
    least: f64,
) -> DVector<f64> {
    todo!("find the shift, and solve for d")
}
