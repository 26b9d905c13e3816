use descent::initialization::leaky_he;

use crate::judge::{Exercise, Replies};
use crate::reply::Reply;

mod mistakes;
mod solution;
#[allow(unused_variables, reason = "the reader's to use")]
mod task;

type Bound = fn((usize, usize), f64, f64) -> f64;

pub const EXERCISE: Exercise<Bound> = Exercise {
    name: "initialization/bound",
    text: include_str!("task.rs"),
    hint: include_str!("hint.md"),
    ask,
    truth,
    task: task::bound,
    solution: solution::bound,
    mistakes: mistakes::MISTAKES,
};

/// A shape and two slopes: a ReLU, a leaky one, a steep one, and one that folds.
const CASES: [((usize, usize), f64, f64); 4] = [
    ((8, 20), 0.0, 1.0),
    ((24, 10), 0.5, 1.0),
    ((10, 30), 0.25, 2.0),
    ((40, 30), -0.5, 1.0),
];

fn ask(bound: Bound, replies: &mut Replies) {
    for (shape @ (n, m), left, right) in CASES {
        replies.note(
            format!(
                "The bound for [{n}, {m}] weights and the slopes {left} and {right}"
            ),
            bound(shape, left, right),
        );
    }
}

/// σ is `right` times a leaky ReLU of slope `left / right`, and the weights behind can
/// undo a factor.
fn truth() -> Vec<Reply> {
    let bound = |((fan_in, _), left, right): ((usize, usize), f64, f64)| {
        ((3.0 * leaky_he(fan_in, left / right)).sqrt() / right).into()
    };
    CASES.map(bound).into()
}
