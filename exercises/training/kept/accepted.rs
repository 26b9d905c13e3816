//! Right answers that are written in other ways than the solution.

use nalgebra::DMatrix;

type Matrix = DMatrix<f64>;

type Kept = fn(&Matrix, &Matrix) -> (f64, f64);

pub const ACCEPTED: [Kept; 10] = [
    |start, end| {
        let c = start.dot(end) / start.dot(start);
        (c, c * c * start.norm_squared() / end.norm_squared())
    },
    |start, end| {
        let inner = start.dot(end);
        let squares = start.norm_squared();
        (inner / squares, inner * inner / (squares * end.norm_squared()))
    },
    |start, end| {
        let cosine = start.dot(end) / (start.norm() * end.norm());
        (cosine * end.norm() / start.norm(), cosine.powi(2))
    },
    |start, end| {
        let c = start.component_mul(end).sum() / start.component_mul(start).sum();
        (c, ((c * start).norm() / end.norm()).powi(2))
    },
    |start, end| {
        let c = (start.transpose() * end).trace() / (start.transpose() * start).trace();
        let rest = end - c * start;
        (c, 1.0 - rest.norm_squared() / end.norm_squared())
    },
    |start, end| {
        let products: f64 = start.iter().zip(end).map(|(a, b)| a * b).sum();
        let [from, to] =
            [start, end].map(|matrix| matrix.iter().map(|a| a * a).sum::<f64>());
        (products / from, products / from * products / to)
    },
    |start, end| {
        let unit = start.normalize();
        let along = unit.dot(end);
        (along / start.norm(), along * along / end.norm_squared())
    },
    |start, end| {
        let (mut inner, mut from, mut to) = (0.0, 0.0, 0.0);
        for i in 0..start.nrows() {
            for j in 0..start.ncols() {
                inner += start[(i, j)] * end[(i, j)];
                from += start[(i, j)].powi(2);
                to += end[(i, j)].powi(2);
            }
        }
        (inner / from, inner.powi(2) / from / to)
    },
    |start, end| {
        let c = end.tr_dot(&start.transpose()) / start.norm().powi(2);
        let along = c * start;
        (c, along.dot(end) / end.dot(end))
    },
    |start, end| {
        let c = end.dot(start) / start.dot(start);
        let (along, rest) = (c * start, end - c * start);
        (c, along.norm_squared() / (along.norm_squared() + rest.norm_squared()))
    },
];
