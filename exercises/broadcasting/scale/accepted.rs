//! Right answers that are written in other ways than the solution.

use nalgebra::{DMatrix, DVector};

type Matrix = DMatrix<f64>;
type Scale = fn(&Matrix, &DVector<f64>, &Matrix) -> (Matrix, DVector<f64>);

pub const ACCEPTED: [Scale; 10] = [
    |x, s, g| (DMatrix::from_diagonal(s) * g, g.component_mul(x).column_sum()),
    |x, s, g| {
        let input = DMatrix::from_fn(x.nrows(), x.ncols(), |i, j| s[i] * g[(i, j)]);
        (input, DVector::from_fn(s.len(), |i, _| g.row(i).dot(&x.row(i))))
    },
    |x, s, g| {
        let mut input = g.clone();
        input.column_iter_mut().for_each(|mut column| column.component_mul_assign(s));
        (input, (g * x.transpose()).diagonal())
    },
    |x, s, g| {
        let columns: Vec<_> = g.column_iter().map(|column| column.component_mul(s)).collect();
        let products = x.column_iter().zip(g.column_iter()).map(|(x, g)| x.component_mul(&g));
        (DMatrix::from_columns(&columns), products.sum())
    },
    |x, s, g| {
        let rows: Vec<_> = g.row_iter().zip(s).map(|(row, &s)| row * s).collect();
        let ones = DVector::from_element(x.ncols(), 1.0);
        (DMatrix::from_rows(&rows), x.component_mul(g) * ones)
    },
    |x, s, g| {
        let stretched = s * DMatrix::from_element(1, x.ncols(), 1.0);
        (stretched.component_mul(g), x.component_mul(g).column_sum())
    },
    |x, s, g| {
        let (mut input, mut factors) = (0.0 * x, 0.0 * s);
        for i in 0..x.nrows() {
            for j in 0..x.ncols() {
                input[(i, j)] = g[(i, j)] * s[i];
                factors[i] += g[(i, j)] * x[(i, j)];
            }
        }
        (input, factors)
    },
    |x, s, g| {
        let input = DMatrix::from_columns(&vec![s.clone(); x.ncols()]).component_mul(g);
        let sums = x.row_iter().zip(g.row_iter()).map(|(x, g)| x.component_mul(&g).sum());
        (input, DVector::from_iterator(s.len(), sums))
    },
    |x, s, g| {
        let mut input = g.clone();
        for (entry, i) in input.iter_mut().zip((0..x.nrows()).cycle()) {
            *entry *= s[i];
        }
        (input, x.zip_map(g, |x, g| x * g).column_mean() * x.ncols() as f64)
    },
    |x, s, g| {
        let turned = g.transpose() * DMatrix::from_diagonal(s);
        (turned.transpose(), x.transpose().component_mul(&g.transpose()).row_sum_tr())
    },
];
