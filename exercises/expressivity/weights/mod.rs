use nalgebra::{DMatrix, DVector};

use crate::judge::{Exercise, Replies};
use crate::reply::Reply;

mod mistakes;
mod solution;
#[allow(unused_variables, reason = "the reader's to use")]
mod task;

type Weights = fn(&[(f64, f64)]) -> Vec<f64>;

pub const EXERCISE: Exercise<Weights> = Exercise {
    name: "expressivity/weights",
    text: include_str!("task.rs"),
    hint: include_str!("hint.md"),
    ask,
    truth,
    task: task::weights,
    solution: solution::weights,
    mistakes: mistakes::MISTAKES,
};

/// Curves: the tent; one that starts in the middle of a fall, with pieces of several
/// widths; one with a corner that is none; and a single piece.
const CURVES: [&[(f64, f64)]; 4] = [
    &[(0.0, 0.0), (0.5, 1.0), (1.0, 0.0)],
    &[(-1.0, 3.0), (1.0, -1.0), (1.5, 2.0), (4.0, 2.0), (5.0, 0.5)],
    &[(2.0, 1.0), (3.0, 1.5), (5.0, 2.5), (6.0, -2.0)],
    &[(-3.0, 1.0), (1.0, -5.0)],
];

fn ask(weights: Weights, replies: &mut Replies) {
    for corners in CURVES {
        replies
            .note(format!("The factors for the corners {corners:?}"), weights(corners));
    }
}

/// The sum has the right height at each corner but the first: as many equations as
/// factors, and in each only those of elbows further left.
fn truth() -> Vec<Reply> {
    let solved = |corners: &[(f64, f64)]| {
        let count = corners.len() - 1;
        let relu = |x: f64, elbow: f64| (x - elbow).max(0.0);
        let equations =
            DMatrix::from_fn(count, count, |i, k| relu(corners[i + 1].0, corners[k].0));
        let rises = DVector::from_fn(count, |i, _| corners[i + 1].1 - corners[0].1);
        let factors = equations.solve_lower_triangular(&rises);
        Reply::from(factors.expect("corners from left to right"))
    };
    CURVES.map(solved).into()
}
