use descent::one_parameter::{Model, Point};

use crate::judge::{Exercise, Replies};
use crate::reply::Reply;

mod mistakes;
mod solution;
#[allow(unused_variables, reason = "the reader's to use")]
mod task;

type RunningSlope = fn(f64, &mut f64, f64, f64) -> f64;

pub const EXERCISE: Exercise<RunningSlope> = Exercise {
    name: "one_parameter/running_slope",
    text: include_str!("task.rs"),
    hint: include_str!("hint.md"),
    ask,
    truth,
    task: task::running_slope,
    solution: solution::running_slope,
    mistakes: mistakes::MISTAKES,
};

/// Runs of points `(x, y)`. The last one begins with a point that has no vote.
const RUNS: [&[(f64, f64)]; 2] =
    [&[(4.0, 6.0), (1.0, -2.0), (-3.0, 5.0), (0.5, 4.0)], &[(0.0, 7.0), (3.0, 4.0)]];

const START: f64 = 0.25;

fn ask(running_slope: RunningSlope, replies: &mut Replies) {
    for run in RUNS {
        let (mut slope, mut squares) = (START, 0.0);
        for (t, &(x, y)) in (1..).zip(run) {
            slope = running_slope(slope, &mut squares, x, y);
            let so_far = &run[..t];
            replies.note(format!("θ from ¼ after the points (x, y) {so_far:?}"), slope);
            replies.note(format!("`squares` after the points {so_far:?}"), squares);
        }
    }
}

/// The optimum of the points so far, from all of them anew.
fn truth() -> Vec<Reply> {
    let after = |points: &[(f64, f64)]| {
        let points: Vec<_> = points.iter().map(|&(x, y)| Point { x, y }).collect();
        let squares: f64 = points.iter().map(|point| point.x.powi(2)).sum();
        let slope = Model::Slope.optimum(&points).unwrap_or(START);
        [slope.into(), squares.into()]
    };
    let run = |run: &[(f64, f64)]| -> Vec<Reply> {
        (1..=run.len()).flat_map(|t| after(&run[..t])).collect()
    };
    RUNS.map(run).concat()
}
