//! Right answers that are written in other ways than the solution.

use nalgebra::{DMatrix, RowDVector};

type Matrix = DMatrix<f64>;
type Row = RowDVector<f64>;

type Dead = fn(&Matrix, &Row, &[Matrix]) -> f64;

pub const ACCEPTED: [Dead; 10] = [
    |w, b, batches| {
        let is_dead = |unit: usize| {
            batches.iter().all(|x| (x * w).column(unit).iter().all(|a| a + b[unit] <= 0.0))
        };
        share((0..b.len()).map(is_dead))
    },
    // The largest of all inputs of a unit.
    |w, b, batches| {
        let largest = |unit: usize| {
            batches.iter().map(|x| (x * w).column(unit).max()).fold(f64::MIN, f64::max)
        };
        share((0..b.len()).map(|unit| largest(unit) + b[unit] <= 0.0))
    },
    |w, b, batches| {
        let rows: Vec<_> = batches.iter().flat_map(|x| x.row_iter()).collect();
        let a = DMatrix::from_rows(&rows) * w;
        share(a.column_iter().zip(b).map(|(a, b)| a.max() <= -b))
    },
    |w, b, batches| {
        let mut dead = vec![true; b.len()];
        for x in batches {
            for row in (x * w).row_iter() {
                for unit in 0..b.len() {
                    dead[unit] &= row[unit] + b[unit] <= 0.0;
                }
            }
        }
        share(dead)
    },
    |w, b, batches| {
        let mut sums = RowDVector::zeros(b.len());
        for x in batches {
            sums += layer(x, w, b).row_sum();
        }
        share(sums.iter().map(|&sum| sum == 0.0))
    },
    |w, b, batches| {
        let counts = |x: &Matrix| layer(x, w, b).map(|z| usize::from(z > 0.0)).row_sum();
        let total = batches.iter().map(counts).reduce(|one, other| one + other);
        share(total.expect("a batch").iter().map(|&count| count == 0))
    },
    |w, b, batches| {
        let mut dead: Vec<usize> = (0..b.len()).collect();
        for x in batches {
            let z = layer(x, w, b);
            dead.retain(|&unit| z.column(unit).max() == 0.0);
        }
        dead.len() as f64 / b.len() as f64
    },
    |w, b, batches| {
        let mut active = std::collections::HashSet::new();
        for x in batches {
            let z = layer(x, w, b);
            active.extend((0..b.len()).filter(|&unit| z.column(unit).norm() > 0.0));
        }
        1.0 - active.len() as f64 / b.len() as f64
    },
    |w, b, batches| {
        let mut largest = vec![0.0_f64; b.len()];
        for x in batches {
            for row in layer(x, w, b).row_iter() {
                largest.iter_mut().zip(row.iter()).for_each(|(most, &z)| *most = most.max(z));
            }
        }
        share(largest.iter().map(|&z| z <= 0.0))
    },
    |w, b, batches| {
        let is_active = |unit: usize| {
            batches.iter().any(|x| {
                x.row_iter().any(|row| row.transpose().dot(&w.column(unit)) + b[unit] > 0.0)
            })
        };
        (0..b.len()).map(|unit| if is_active(unit) { 0.0 } else { 1.0 }).sum::<f64>()
            / b.len() as f64
    },
];

fn layer(x: &Matrix, w: &Matrix, b: &Row) -> Matrix {
    let mut a = x * w;
    a.row_iter_mut().for_each(|mut row| row += b);
    a.map(|a| a.max(0.0))
}

fn share(dead: impl IntoIterator<Item = bool>) -> f64 {
    let dead: Vec<bool> = dead.into_iter().collect();
    dead.iter().filter(|&&dead| dead).count() as f64 / dead.len() as f64
}
