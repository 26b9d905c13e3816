use nalgebra::{DMatrix, DVector};

/// Newton's step with a shifted Hessian, which points downhill on saddles too.
pub fn shifted(
    hessian: &DMatrix<f64>,
    gradient: &DVector<f64>,
    least: f64,
) -> DVector<f64> {
    let n = gradient.len();
    let smallest = hessian.symmetric_eigenvalues().min();
    let shift = (least - smallest).max(0.0);
    let definite = hessian + shift * DMatrix::identity(n, n);
    let cholesky = definite.cholesky().expect("no eigenvalue below `least`");
    cholesky.solve(&-gradient)
}
