//! Right answers that are written in other ways than the solution.

use nalgebra::DVector;

type Column = DVector<f64>;
type Gradient = fn(&Column) -> Column;
type Limit = fn(Gradient, &Column, usize) -> f64;

pub const ACCEPTED: [Limit; 10] = [
    |gradient, start, rounds| {
        let mut d = start.clone();
        for _ in 0..rounds {
            d = product(gradient, &d).normalize();
        }
        2.0 / product(gradient, &d).norm()
    },
    |gradient, start, rounds| {
        let mut d = start.normalize();
        let mut length = 1.0;
        for _ in 0..=rounds {
            let next = product(gradient, &d);
            length = next.norm();
            d = next / length;
        }
        2.0 / length
    },
    |gradient, start, rounds| {
        let turn = |d: Column, _| product(gradient, &d).normalize();
        let d = (0..rounds).fold(start.clone(), turn);
        2.0 / product(gradient, &d).norm()
    },
    |gradient, start, rounds| {
        let turns = std::iter::successors(Some(start.clone()), |d| {
            let mut next = product(gradient, d);
            next.normalize_mut();
            Some(next)
        });
        2.0 / product(gradient, &turns.take(rounds + 1).last().unwrap()).norm()
    },
    |gradient, start, rounds| recursive(gradient, start, rounds),
    |gradient, start, rounds| {
        // θ is the start, not 0.
        let at_start = gradient(start);
        let mut d = start.clone();
        let mut left = rounds;
        while left > 0 {
            let next = gradient(&(start + &d)) - &at_start;
            d = next.scale(1.0 / next.norm());
            left -= 1;
        }
        2.0 / (gradient(&(start + &d)) - &at_start).norm()
    },
    |gradient, start, rounds| {
        // Half the difference over both sides.
        let product = |d: &Column| (gradient(d) - gradient(&-d)) / 2.0;
        let mut d = start.clone();
        for _ in 0..rounds {
            d = product(&d);
            let squares: f64 = d.iter().map(|entry| entry * entry).sum();
            d /= squares.sqrt();
        }
        2.0 / product(&d).norm()
    },
    |gradient, start, rounds| {
        let mut d = start.clone();
        for _ in 0..rounds {
            d = product(gradient, &d);
            d.unscale_mut(d.norm());
        }
        1.0 / (product(gradient, &d).norm() / 2.0)
    },
    |gradient, start, rounds| {
        // The quotient of two lengths needs no direction of length 1 at the end.
        let mut d = start.clone();
        for _ in 0..rounds {
            let next = product(gradient, &d);
            d = &next * (3.0 / next.norm());
        }
        2.0 * d.norm() / product(gradient, &d).norm()
    },
    |gradient, start, rounds| {
        // The matrix, column by column.
        let n = start.len();
        let columns: Vec<_> = (0..n)
            .map(|i| {
                let mut unit = Column::zeros(n);
                unit[i] = 1.0;
                product(gradient, &unit)
            })
            .collect();
        let p = nalgebra::DMatrix::from_columns(&columns);
        let mut d = start.clone();
        for _ in 0..rounds {
            d = (&p * d).normalize();
        }
        2.0 / (p * d).norm()
    },
];

fn product(gradient: Gradient, d: &Column) -> Column {
    let q = gradient(&Column::zeros(d.len()));
    gradient(d) - q
}

fn recursive(gradient: Gradient, d: &Column, rounds: usize) -> f64 {
    let next = product(gradient, d);
    match rounds {
        0 => 2.0 / next.norm(),
        _ => recursive(gradient, &next.normalize(), rounds - 1),
    }
}
