//! What an optimizer does on quadratics, measured from outside: which of the limits that
//! the book derives are its own.

use descent::adam::{arrival, turned, turned_valley};
use descent::quadratic::{Quadratic, START};
use descent::training::New;
use nalgebra::{DMatrix, DVector, dvector};

use super::report::{Line, Watch, numbers};

/// What is measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// What a gradient does that is zero.
    pub zero: AtZero,
    /// How the size of the loss counts.
    pub size: Size,
    /// The largest `αλ` up to which it converges on a parabola, where only `αλ` counts;
    /// infinite if it is beyond [`FARTHEST`].
    pub stable: Option<f64>,
    /// Whether its path turns with the valley.
    pub turns: bool,
    /// Its first step over its ten thousandth, for a gradient that is always the same.
    pub first: f64,
    /// Each step size that was tried where `κ` is 100, in their order, with the steps to
    /// a millionth of the start, if it gets there.
    pub valley: Vec<(f64, Option<usize>)>,
}

/// What a gradient does that is zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtZero {
    Rests,
    Moves,
    /// The parameter becomes infinite or no number.
    Breaks,
}

/// What another unit for the loss does to a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// The same as another unit for the step size: only `αλ` counts.
    LikeStepSize,
    /// Nothing.
    Nothing,
    Else,
}

/// The largest `αλ` that is tried.
pub const FARTHEST: f64 = 1024.0;
/// The condition number of the long valley.
pub const CONDITION: f64 = 100.0;
/// The steps in it.
pub const LONGEST: usize = 2000;
/// The exponents of ten between which step sizes are tried in it.
pub const EXPONENTS: (i32, i32) = (-4, 1);
/// How small the distance from the minimum has to become, beside that of the start.
const LEVEL: f64 = 1e-6;
/// An optimizer's path is the same as another one if it is nowhere farther from it than
/// this share of how far it goes: an `ε` beside the root of the gradients stays below.
const SAME: f64 = 1e-3;

impl Limits {
    /// Measures the optimizer that is made from a step size.
    ///
    /// # Panics
    /// If the optimizer does, if it changes the number of parameters, or if a step size
    /// above 0 is refused.
    pub fn of(optimizer: &New, watch: &dyn Watch) -> Self {
        let bench = Bench { optimizer, watch };
        let size = bench.size();
        Self {
            zero: bench.at_zero(),
            size,
            stable: (size == Size::LikeStepSize).then(|| bench.stable()).flatten(),
            turns: bench.turns(),
            first: bench.first(),
            valley: bench.valley(),
        }
    }

    /// The fewest steps to a millionth, with their step size.
    pub fn best(&self) -> Option<(f64, usize)> {
        let arrived =
            self.valley.iter().filter_map(|&(size, steps)| Some((size, steps?)));
        arrived.min_by_key(|&(_, steps)| steps)
    }

    /// Everything as lines.
    ///
    /// # Errors
    /// If it cannot be told.
    pub fn tell(&self, watch: &dyn Watch) -> Result<(), String> {
        let zero = match self.zero {
            AtZero::Rests => 0.0,
            AtZero::Moves => 1.0,
            AtZero::Breaks => 2.0,
        };
        let size = match self.size {
            Size::LikeStepSize => 0.0,
            Size::Nothing => 1.0,
            Size::Else => 2.0,
        };
        let stable = self.stable.unwrap_or(f64::NAN);
        let turns = f64::from(u8::from(self.turns));
        watch.tell("limits", &[zero, size, stable, turns, self.first])?;
        for (step_size, steps) in &self.valley {
            let steps = steps.map_or(f64::NAN, |steps| steps as f64);
            watch.tell("valley", &[*step_size, steps])?;
        }
        Ok(())
    }

    /// What was told, if all of it was.
    pub fn from_lines(lines: &[Line]) -> Option<Self> {
        let [zero, size, stable, turns, first] = numbers(lines, "limits").pop()?[..]
        else {
            return None;
        };
        let tried = |pair: &Vec<f64>| {
            (pair[0], pair[1].is_finite().then_some(pair[1] as usize))
        };
        Some(Self {
            zero: match zero {
                0.0 => AtZero::Rests,
                1.0 => AtZero::Moves,
                _ => AtZero::Breaks,
            },
            size: match size {
                0.0 => Size::LikeStepSize,
                1.0 => Size::Nothing,
                _ => Size::Else,
            },
            stable: (!stable.is_nan()).then_some(stable),
            turns: turns == 1.0,
            first,
            valley: numbers(lines, "valley").iter().map(tried).collect(),
        })
    }
}

/// An optimizer on the bench.
struct Bench<'a> {
    optimizer: &'a New<'a>,
    watch: &'a dyn Watch,
}

impl Bench<'_> {
    /// The start and the points after each step, up to one that is not finite.
    fn path(
        &self,
        step_size: f64,
        start: &DVector<f64>,
        steps: usize,
        gradient: impl Fn(&DVector<f64>) -> DVector<f64>,
    ) -> Vec<DVector<f64>> {
        let mut optimizer = (self.optimizer)(step_size).expect("a step size above 0");
        let mut points = vec![start.clone()];
        for step in 0..steps {
            let mut theta = points[step].clone();
            let gradient = gradient(&optimizer.gradient_point(&theta));
            optimizer.step(&mut theta, &gradient);
            self.watch.step();
            let is_finite = theta.iter().all(|entry| entry.is_finite());
            points.push(theta);
            if !is_finite {
                break;
            }
        }
        points
    }

    fn at_zero(&self) -> AtZero {
        let start = dvector![1.0, -2.0];
        let path = self.path(0.1, &start, 3, |_| DVector::zeros(2));
        match path.iter().find(|point| **point != start) {
            None => AtZero::Rests,
            Some(_) if path[path.len() - 1].iter().all(|entry| entry.is_finite()) => {
                AtZero::Moves
            }
            Some(_) => AtZero::Breaks,
        }
    }

    /// From two starts, far from the minimum and near it, as steps that are cut at a
    /// length depend on it.
    fn size(&self) -> Size {
        const TIMES: f64 = 1024.0;
        const STEP_SIZE: f64 = 0.02;
        let valley = Quadratic::valley();
        let gradient = |theta: &DVector<f64>| valley.gradient(theta);
        let larger = |theta: &DVector<f64>| TIMES * valley.gradient(theta);
        let same = |step_size: f64| {
            [1.0, 1e-4].iter().all(|near| {
                let start = *near * DVector::from_row_slice(&START);
                let path = self.path(STEP_SIZE, &start, 40, gradient);
                is_same(&path, &self.path(step_size, &start, 40, larger))
            })
        };
        match (same(STEP_SIZE / TIMES), same(STEP_SIZE)) {
            (true, _) => Size::LikeStepSize,
            (false, true) => Size::Nothing,
            (false, false) => Size::Else,
        }
    }

    /// The edge is searched between the last step size in a row of √2 that converges and
    /// the next.
    fn stable(&self) -> Option<f64> {
        let row = (-6..=20).map(|half| 2_f64.powf(f64::from(half) / 2.0));
        let converging = row.take_while(|&alpha| self.converges(alpha)).last()?;
        let (mut low, mut high) = (converging, converging * 2_f64.sqrt());
        if high > FARTHEST {
            return Some(f64::INFINITY);
        }
        for _ in 0..12 {
            let middle = (low * high).sqrt();
            match self.converges(middle) {
                true => low = middle,
                false => high = middle,
            }
        }
        Some(low)
    }

    /// Whether it comes nearer to the minimum of `½ θ²`, from one two hundred steps to
    /// the next.
    fn converges(&self, step_size: f64) -> bool {
        const WINDOW: usize = 200;
        let path = self.path(step_size, &dvector![1.0], 4 * WINDOW, DVector::clone);
        let farthest = |window: usize| {
            let points = path.iter().skip(window * WINDOW).take(WINDOW);
            points.map(|theta| theta[0].abs()).fold(0.0, f64::max)
        };
        let is_whole = path.len() == 4 * WINDOW + 1 && path[4 * WINDOW][0].is_finite();
        is_whole && (farthest(3) < 1e-9 || farthest(3) < 0.9 * farthest(2))
    }

    fn turns(&self) -> bool {
        let (valley, other) = (Quadratic::valley(), turned_valley(10.0));
        let start = DVector::from_row_slice(&START);
        let path = self.path(0.05, &start, 40, |theta| valley.gradient(theta));
        let turned_path =
            self.path(0.05, &turned(&start), 40, |theta| other.gradient(theta));
        let path: Vec<_> = path.iter().map(turned).collect();
        is_same(&path, &turned_path)
    }

    fn first(&self) -> f64 {
        const STEPS: usize = 10_000;
        let path = self.path(0.01, &dvector![0.0], STEPS, |_| dvector![1.0]);
        let length = |step: usize| (path[step][0] - path[step - 1][0]).abs();
        let last = path.len() - 1;
        length(1) / length(last)
    }

    /// Six step sizes for each power of ten, and eight more around the best, twice.
    fn valley(&self) -> Vec<(f64, Option<usize>)> {
        let (low, high) = EXPONENTS;
        let exponents = (6 * low..=6 * high).map(|sixth| f64::from(sixth) / 6.0);
        let mut tried: Vec<_> = exponents.map(|it| self.to_a_millionth(it)).collect();
        let mut reach = 1.0 / 6.0;
        for _ in 0..2 {
            let arrived = tried.iter().filter_map(|&(it, steps)| Some((it, steps?)));
            let Some((best, _)) = arrived.min_by_key(|&(_, steps)| steps) else {
                break;
            };
            let around = [-4.0, -3.0, -2.0, -1.0, 1.0, 2.0, 3.0, 4.0];
            let around = around.map(|fifth| best + fifth * reach / 5.0);
            tried.extend(around.map(|it| self.to_a_millionth(it)));
            reach /= 5.0;
        }
        tried.sort_by(|one, other| one.0.total_cmp(&other.0));
        tried.iter().map(|&(it, steps)| (10_f64.powf(it), steps)).collect()
    }

    /// An exponent of ten, and the steps that the step size takes.
    fn to_a_millionth(&self, exponent: f64) -> (f64, Option<usize>) {
        let valley = Quadratic::new(
            DMatrix::from_diagonal(&dvector![1.0, CONDITION]),
            dvector![0.0, 0.0],
        );
        let start = dvector![1.0, 1.0];
        let step_size = 10_f64.powf(exponent);
        let path =
            self.path(step_size, &start, LONGEST, |theta| valley.gradient(theta));
        let distances: Vec<f64> =
            path.iter().map(|theta| theta.norm() / start.norm()).collect();
        (exponent, arrival(&distances, LEVEL))
    }
}

/// Whether two paths are nowhere far apart, beside how far one of them goes.
fn is_same(one: &[DVector<f64>], other: &[DVector<f64>]) -> bool {
    let way = one.iter().map(|point| (point - &one[0]).norm()).fold(0.0, f64::max);
    let apart = one.iter().zip(other).map(|(a, b)| (a - b).norm());
    one.len() == other.len()
        && way.is_finite()
        && apart.fold(0.0, f64::max) <= SAME * way
}
