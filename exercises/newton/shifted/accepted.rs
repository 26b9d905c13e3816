//! Right answers that are written in other ways than the solution.

use nalgebra::{DMatrix, DVector};

type Matrix = DMatrix<f64>;
type Shifted = fn(&Matrix, &DVector<f64>, f64) -> DVector<f64>;

pub const ACCEPTED: [Shifted; 10] = [
    |h, g, least| definite(h, least).cholesky().unwrap().solve(&-g),
    |h, g, least| -definite(h, least).cholesky().unwrap().solve(g),
    |h, g, least| definite(h, least).lu().solve(&-g).unwrap(),
    |h, g, least| definite(h, least).qr().solve(&-g).unwrap(),
    |h, g, least| -(definite(h, least).try_inverse().unwrap() * g),
    |h, g, least| definite(h, least).cholesky().unwrap().inverse() * -g,
    |h, g, least| definite(h, least).svd(true, true).solve(&-g, 0.0).unwrap(),
    // Along each eigenvector.
    |h, g, least| {
        let eigen = h.clone().symmetric_eigen();
        let shift = (least - eigen.eigenvalues.min()).max(0.0);
        let along = (eigen.eigenvectors.transpose() * g)
            .component_div(&eigen.eigenvalues.add_scalar(shift));
        eigen.eigenvectors * -along
    },
    |h, g, least| {
        let smallest = h.symmetric_eigenvalues().iter().copied().fold(f64::MAX, f64::min);
        let mut shifted = h.clone();
        if smallest < least {
            for i in 0..h.nrows() {
                shifted[(i, i)] += least - smallest;
            }
        }
        shifted.cholesky().unwrap().solve(&(-1.0 * g))
    },
    |h, g, least| {
        let shift = (least - h.symmetric_eigenvalues().min()).max(0.0);
        let mut shifted = h.clone();
        shifted.set_diagonal(&h.diagonal().add_scalar(shift));
        shifted.full_piv_lu().solve(g).unwrap().map(|d| -d)
    },
];

fn definite(h: &Matrix, least: f64) -> Matrix {
    let smallest = h.symmetric_eigenvalues().min();
    let shift = if smallest < least { least - smallest } else { 0.0 };
    h + DMatrix::from_diagonal_element(h.nrows(), h.nrows(), shift)
}
