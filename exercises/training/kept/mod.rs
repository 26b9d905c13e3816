use nalgebra::{DMatrix, dmatrix};

use crate::judge::{Exercise, Replies};
use crate::reply::Reply;

mod mistakes;
mod solution;
#[allow(unused_variables, reason = "the reader's to use")]
mod task;

type Kept = fn(&DMatrix<f64>, &DMatrix<f64>) -> (f64, f64);

pub const EXERCISE: Exercise<Kept> = Exercise {
    name: "training/kept",
    text: include_str!("task.rs"),
    hint: include_str!("hint.md"),
    ask,
    truth,
    task: task::kept,
    solution: solution::kept,
    mistakes: mistakes::MISTAKES,
};

/// Ends: twice the start, the start and a longer move at right angles, half of the start
/// and such a move, and one beyond the origin.
fn ends() -> [DMatrix<f64>; 4] {
    [
        2.0 * start(),
        dmatrix![1.0, 4.0, 0.0; 2.0, 5.0, 5.0],
        dmatrix![3.0, 1.0, 1.0; 0.0, 2.0, 4.0],
        dmatrix![-2.0, 0.0, 3.0; 1.0, -1.0, 2.0],
    ]
}

fn start() -> DMatrix<f64> {
    dmatrix![1.0, 0.0, -2.0; 2.0, 0.0, 1.0]
}

fn ask(kept: Kept, replies: &mut Replies) {
    for end in ends() {
        let [from, to] = [start(), end.clone()].map(Reply::from);
        let (c, share) = kept(&start(), &end);
        replies.note(format!("c for W₀ = {from} and W_T = {to}"), c);
        replies
            .note(format!("The share of ‖W_T‖² for W₀ = {from} and W_T = {to}"), share);
    }
}

/// The square of the distance from `W_T` to `c W₀` is a parabola in `c`. Three of its
/// values tell where it is least, and what it is there is not along the start.
fn truth() -> Vec<Reply> {
    let replies = ends().map(|end| {
        let distance = |c: f64| (&end - c * start()).norm_squared();
        let [left, middle, right] = [-1.0, 0.0, 1.0].map(distance);
        let c = (left - right) / (2.0 * (left + right - 2.0 * middle));
        [c.into(), (1.0 - distance(c) / middle).into()]
    });
    replies.concat()
}
