//! Runs, in the book's valley, whose steep direction has the eigenvalue 10, and elsewhere.

use descent::gradient_descent::{
    GradientDescent, OptimizationError, Optimizer, minimize,
};
use descent::quadratic::{Quadratic, Spectrum};
use nalgebra::{DVector, dmatrix};

use crate::widget::Point;

/// The eigenvalue across the valley.
pub const STEEP: f64 = 10.0;

/// The values of the level lines, which lie evenly spaced along the floor of the book's
/// valley.
pub const LEVELS: [(&str, f64); 5] = [
    ("level 0.5", 0.5),
    ("level 4.5", 4.5),
    ("level 12.5", 12.5),
    ("level 24.5", 24.5),
    ("level 40.5", 40.5),
];

/// The valley with this condition number.
pub fn valley(condition: f64) -> Quadratic {
    Quadratic::new(dmatrix![STEEP / condition, 0.0; 0.0, STEEP], DVector::zeros(2))
}

/// Its eigenvalues.
pub fn spectrum(condition: f64) -> Spectrum {
    Spectrum { smallest: STEEP / condition, largest: STEEP }
}

/// How an optimizer begins; nothing where its settings are refused.
pub type New<'a> = &'a dyn Fn() -> Option<Box<dyn Optimizer>>;

/// The points of a run in a quadratic, up to the last that is finite.
pub fn run(
    optimizer: New,
    quadratic: &Quadratic,
    start: Point,
    steps: usize,
) -> Vec<Point> {
    let gradient = |theta: &DVector<f64>| quadratic.gradient(theta);
    let points = trace(optimizer, &gradient, &[start.0, start.1], steps);
    points.iter().map(|theta| (theta[0], theta[1])).collect()
}

/// The points of a run, up to the last that is finite.
pub fn trace(
    optimizer: New,
    gradient: &dyn Fn(&DVector<f64>) -> DVector<f64>,
    start: &[f64],
    steps: usize,
) -> Vec<DVector<f64>> {
    let start = DVector::from_column_slice(start);
    let run = |steps| {
        let mut optimizer = optimizer()?;
        Some(minimize(&mut optimizer, &start, steps, gradient))
    };
    let points = match run(steps) {
        Some(Ok(points)) => Some(points),
        Some(Err(
            OptimizationError::Diverged { step, .. }
            | OptimizationError::Overflow { step, .. },
        )) => run(step - 1).and_then(Result::ok),
        _ => None,
    };
    points.unwrap_or_default()
}

/// Gradient descent.
pub fn descent(step_size: f64) -> Option<Box<dyn Optimizer>> {
    Some(Box::new(GradientDescent::new(step_size).ok()?))
}

/// The ellipse where the valley has a value, from the formulas of Pythagorean triples:
/// no function but the root differs between processors.
pub fn level_line(spectrum: &Spectrum, value: f64) -> Vec<Point> {
    const PIECES: i32 = 24;
    let reach = [spectrum.smallest, spectrum.largest].map(|l| (2.0 * value / l).sqrt());
    let quarter = (0..PIECES).map(|i| {
        let s = f64::from(i) / f64::from(PIECES);
        let one = 1.0 + s * s;
        ((1.0 - s * s) / one, 2.0 * s / one)
    });
    let quarter: Vec<Point> = quarter.collect();
    let turns: [fn(Point) -> Point; 4] =
        [|p| p, |(x, y)| (-y, x), |(x, y)| (-x, -y), |(x, y)| (y, -x)];
    let around = turns.iter().flat_map(|turn| quarter.iter().map(|&p| turn(p)));
    let around = around.chain([(1.0, 0.0)]);
    around.map(|(x, y)| (reach[0] * x, reach[1] * y)).collect()
}
