//! Right answers that are written in other ways than the solution.

use nalgebra::{DMatrix, RowDVector};

type Matrix = DMatrix<f64>;
type Gradients = fn(&Matrix, &Matrix, &Matrix) -> (Matrix, Matrix, RowDVector<f64>);

pub const ACCEPTED: [Gradients; 10] = [
    |x, w, g| (g * w, g.transpose() * x, g.row_sum()),
    |x, w, g| (g * w, g.tr_mul(x), g.row_sum()),
    |x, w, g| (g * w, (x.transpose() * g).transpose(), g.row_sum()),
    |x, w, g| ((w.transpose() * g.transpose()).transpose(), g.tr_mul(x), g.row_sum()),
    |x, w, g| {
        let ones = RowDVector::from_element(g.nrows(), 1.0);
        (g * w, g.tr_mul(x), ones * g)
    },
    |x, w, g| {
        let bias = RowDVector::from_fn(g.ncols(), |_, j| g.column(j).sum());
        (g * w, g.tr_mul(x), bias)
    },
    |x, w, g| {
        let bias = g.row_iter().fold(RowDVector::zeros(g.ncols()), |sum, row| sum + row);
        (g * w, g.tr_mul(x), bias)
    },
    |x, w, g| {
        let outer = (0..x.nrows()).map(|i| g.row(i).transpose() * x.row(i));
        (g * w, outer.sum(), g.row_sum())
    },
    |x, w, g| {
        let input = DMatrix::from_fn(x.nrows(), x.ncols(), |i, j| {
            (0..g.ncols()).map(|k| g[(i, k)] * w[(k, j)]).sum()
        });
        let weight = DMatrix::from_fn(w.nrows(), w.ncols(), |i, j| {
            (0..x.nrows()).map(|k| g[(k, i)] * x[(k, j)]).sum()
        });
        (input, weight, g.row_mean() * g.nrows() as f64)
    },
    |x, w, g| {
        let (mut input, mut weight) = (0.0 * x, 0.0 * w);
        let mut bias = RowDVector::zeros(g.ncols());
        for image in 0..g.nrows() {
            for unit in 0..g.ncols() {
                let delta = g[(image, unit)];
                bias[unit] += delta;
                for feature in 0..x.ncols() {
                    input[(image, feature)] += delta * w[(unit, feature)];
                    weight[(unit, feature)] += delta * x[(image, feature)];
                }
            }
        }
        (input, weight, bias)
    },
];
