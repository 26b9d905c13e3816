use descent::objective::{Curve, QUARTIC, TROUGH, above_tangent};

use crate::judge::{Exercise, Replies};
use crate::reply::Reply;

mod mistakes;
mod solution;
#[allow(unused_variables, reason = "the reader's to use")]
mod task;

type Bound = fn(fn(f64) -> f64, fn(f64) -> f64, f64, f64) -> f64;

pub const EXERCISE: Exercise<Bound> = Exercise {
    name: "objective/bound",
    text: include_str!("task.rs"),
    hint: include_str!("hint.md"),
    ask,
    truth,
    task: task::bound,
    solution: solution::bound,
    mistakes: mistakes::MISTAKES,
};

const PARABOLA: Curve = Curve {
    name: "θ²",
    value: |theta| theta * theta,
    slope: |theta| 2.0 * theta,
    curvature: |_| 2.0,
};

/// Names in plain text, for the terminal.
const QUESTIONS: [(&str, Curve, f64, f64); 4] = [
    ("θ²", PARABOLA, -1.0, 2.0),
    ("θ⁴", QUARTIC, -1.0, 2.0),
    ("θ⁴", QUARTIC, -2.0, 0.5),
    ("max(|θ| − 1, 0)", TROUGH, -2.0, 1.5),
];

fn ask(bound: Bound, replies: &mut Replies) {
    for (name, curve, left, right) in QUESTIONS {
        let question =
            format!("The bound for {name} from its tangents at {left} and {right}");
        replies.note(question, bound(curve.value, curve.slope, left, right));
    }
}

/// Mixed with the shares at which the slopes cancel, the two tangents become level: a
/// bound that no other mixture exceeds.
fn truth() -> Vec<Reply> {
    let level = |(_, curve, left, right): (&str, Curve, f64, f64)| {
        let slopes = [left, right].map(curve.slope);
        let share = slopes[1] / (slopes[1] - slopes[0]);
        let tangent = |at| (curve.value)(right) - above_tangent(&curve, at, right);
        Reply::from(share * tangent(left) + (1.0 - share) * tangent(right))
    };
    QUESTIONS.map(level).to_vec()
}
