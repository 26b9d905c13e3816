//! Two models with one parameter: the constant `ŷ = θ` and the slope `ŷ = θ x`.
//!
//! Source: EECS 182, Fall 2022, Discussion 1, problem 1.

use rand::RngExt;

use crate::gradient_descent::{OptimizationError, positive};
use crate::random::{Stream, generator};

/// An input and the output that is wanted for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

// ANCHOR: model
/// What the only parameter stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// `ŷ = θ`
    Constant,
    /// `ŷ = θ x`
    Slope,
}

impl Model {
    /// What the parameter is multiplied by, so that `ŷ = θ · feature`: 1 or `x`.
    pub fn feature(self, point: Point) -> f64 {
        match self {
            Self::Constant => 1.0,
            Self::Slope => point.x,
        }
    }

    /// `ŷ − y`
    pub fn error(self, parameter: f64, point: Point) -> f64 {
        parameter * self.feature(point) - point.y
    }
}
// ANCHOR_END: model

impl Model {
    // ANCHOR: votes
    /// What each point contributes to the gradient: `(2/N) (ŷ − y) x`.
    pub fn votes(self, points: &[Point], parameter: f64) -> Vec<f64> {
        let count = points.len() as f64;
        let vote = |&point: &Point| {
            2.0 / count * self.error(parameter, point) * self.feature(point)
        };
        points.iter().map(vote).collect()
    }
    // ANCHOR_END: votes

    // ANCHOR: gradient
    /// `f(θ)`, the mean of `(ŷ − y)²`.
    ///
    /// # Panics
    /// If there are no points.
    pub fn loss(self, points: &[Point], parameter: f64) -> f64 {
        mean(points, |point| self.error(parameter, point).powi(2))
    }

    /// `df/dθ`, the sum of the votes.
    pub fn gradient(self, points: &[Point], parameter: f64) -> f64 {
        self.votes(points, parameter).iter().sum()
    }
    // ANCHOR_END: gradient

    // ANCHOR: optimum
    /// `θ* = Σ x y / Σ x²`: the mean of `y` in the constant model.
    ///
    /// # Errors
    /// If every feature is 0, so that the loss does not depend on the parameter.
    pub fn optimum(self, points: &[Point]) -> Result<f64, OptimizationError> {
        let squares: f64 =
            points.iter().map(|&point| self.feature(point).powi(2)).sum();
        let products = points.iter().map(|&point| self.feature(point) * point.y);
        match squares > 0.0 {
            true => Ok(products.sum::<f64>() / squares),
            false => Err(OptimizationError::Flat { points: points.len() }),
        }
    }
    // ANCHOR_END: optimum

    // ANCHOR: limit
    /// The step size from which on gradient descent does not converge, unless it starts at
    /// the optimum: `1 / mean(x²)`.
    ///
    /// # Panics
    /// If there are no points.
    pub fn step_size_limit(self, points: &[Point]) -> f64 {
        1.0 / mean(points, |point| self.feature(point).powi(2))
    }

    /// What one step multiplies `θ − θ*` by: `1 − 2α mean(x²)`.
    ///
    /// # Panics
    /// If there are no points.
    pub fn contraction(self, points: &[Point], step_size: f64) -> f64 {
        1.0 - 2.0 * step_size * mean(points, |point| self.feature(point).powi(2))
    }
    // ANCHOR_END: limit

    // ANCHOR: descend
    /// Gradient descent: `θ₀, …, θ_steps`.
    ///
    /// # Errors
    /// If the step size is not a finite number above 0, or the run diverges.
    pub fn descend(
        self,
        points: &[Point],
        start: f64,
        step_size: f64,
        steps: usize,
    ) -> Result<Vec<f64>, OptimizationError> {
        let batches = (0..steps).map(|_| points);
        self.follow(batches, start, |_| step_size)
    }

    /// Stochastic gradient descent: `θ₀, θ₁, …` with one step for each point, in the
    /// order of the points; `step_size(t)` is that of step `t`, from 1.
    ///
    /// # Errors
    /// If a step size is not a finite number above 0, or the run diverges.
    pub fn sgd(
        self,
        points: &[Point],
        start: f64,
        step_size: impl Fn(usize) -> f64,
    ) -> Result<Vec<f64>, OptimizationError> {
        self.follow(points.chunks(1), start, step_size)
    }

    fn follow<'a>(
        self,
        batches: impl Iterator<Item = &'a [Point]>,
        start: f64,
        step_size: impl Fn(usize) -> f64,
    ) -> Result<Vec<f64>, OptimizationError> {
        let mut path = vec![start];
        let mut parameter = start;
        for (step, batch) in (1..).zip(batches) {
            let step_size = positive("step size", step_size(step))?;
            let largest_parameter = parameter.abs();
            parameter -= step_size * self.gradient(batch, parameter);
            if !parameter.is_finite() {
                return Err(OptimizationError::Diverged { step, largest_parameter });
            }
            path.push(parameter);
        }
        Ok(path)
    }
    // ANCHOR_END: descend
}

// ANCHOR: draws
/// Points drawn with equal chances, each draw from all of them.
///
/// # Panics
/// If there are no points.
pub fn draws(points: &[Point], count: usize, seed: u64) -> Vec<Point> {
    let mut rng = generator(seed, Stream::Points);
    (0..count).map(|_| points[rng.random_range(0..points.len())]).collect()
}
// ANCHOR_END: draws

// ANCHOR: running
/// The step size `1/(2t)`, with which SGD in the constant model is the running mean.
pub fn running_mean(step: usize) -> f64 {
    1.0 / (2.0 * step as f64)
}
// ANCHOR_END: running

// ANCHOR: stationary
/// The variance `α s² / (1 − α)` around the mean in which SGD with a constant step size
/// and independent draws ends in the constant model; `variance` is that of the points,
/// `s²`.
///
/// # Errors
/// If the step size is not a finite number above 0, or not below 1: then there is none.
pub fn stationary_variance(
    step_size: f64,
    variance: f64,
) -> Result<f64, OptimizationError> {
    match positive("step size", step_size)? {
        alpha if alpha < 1.0 => Ok(alpha * variance / (1.0 - alpha)),
        value => Err(OptimizationError::Hyperparameter {
            name: "step size",
            value,
            expected: "a number below 1",
        }),
    }
}
// ANCHOR_END: stationary

/// The points with `x` in units of its root mean square.
///
/// # Errors
/// If all `x` are 0.
///
/// # Panics
/// If there are no points.
pub fn scaled(points: &[Point]) -> Result<Vec<Point>, OptimizationError> {
    let root_mean_square = mean(points, |point| point.x * point.x).sqrt();
    if root_mean_square == 0.0 {
        return Err(OptimizationError::Flat { points: points.len() });
    }
    let moved = |point: &Point| Point { x: point.x / root_mean_square, ..*point };
    Ok(points.iter().map(moved).collect())
}

/// The points with `x` measured from its mean, in units of its standard deviation.
///
/// # Errors
/// If all `x` are equal.
///
/// # Panics
/// If there are no points.
pub fn standardized(points: &[Point]) -> Result<Vec<Point>, OptimizationError> {
    let center = mean(points, |point| point.x);
    let deviation = mean(points, |point| (point.x - center).powi(2)).sqrt();
    if points.iter().all(|point| point.x == points[0].x) {
        return Err(OptimizationError::Constant { x: points[0].x });
    }
    let moved = |point: &Point| Point { x: (point.x - center) / deviation, ..*point };
    Ok(points.iter().map(moved).collect())
}

/// # Panics
/// If there are no points.
fn mean(points: &[Point], f: impl Fn(Point) -> f64) -> f64 {
    assert!(!points.is_empty(), "the mean over 0 points does not exist");
    points.iter().map(|&point| f(point)).sum::<f64>() / points.len() as f64
}

/// Four outputs for the constant model. Their mean is 3, their variance 3.5.
pub fn constant_example() -> [Point; 4] {
    [1.0, 2.0, 3.0, 6.0].map(|y| Point { x: 1.0, y })
}

/// Three points for the slope model, whose best slope is 29/14.
pub fn slope_example() -> [Point; 3] {
    [(1.0, 2.0), (2.0, 3.0), (3.0, 7.0)].map(|(x, y)| Point { x, y })
}

/// Four points with the error `ŷ − y = 1` at `θ = 2`, in whichever model.
pub fn equally_wrong(model: Model) -> [Point; 4] {
    [-1.0, 1.0, 2.0, 4.0].map(|x| {
        let point = Point { x, y: 0.0 };
        Point { y: 2.0 * model.feature(point) - 1.0, ..point }
    })
}
