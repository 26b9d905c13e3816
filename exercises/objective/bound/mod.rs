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

const PARABOLA: Curve =
    Curve { name: "x²", value: |x| x * x, slope: |x| 2.0 * x, curvature: |_| 2.0 };

/// Names in plain text, for the terminal.
const QUESTIONS: [(&str, Curve, f64, f64); 4] = [
    ("x²", PARABOLA, -1.0, 2.0),
    ("x⁴", QUARTIC, -1.0, 2.0),
    ("x⁴", QUARTIC, -2.0, 0.5),
    ("max(|x| − 1, 0)", TROUGH, -2.0, 1.5),
];

fn ask(bound: Bound, replies: &mut Replies) {
    for (name, curve, a, b) in QUESTIONS {
        let question = format!("The bound for {name} from its tangents at {a} and {b}");
        replies.note(question, bound(curve.value, curve.slope, a, b));
    }
}

/// Mixed with the shares at which the slopes cancel, the two tangents become level: a
/// bound that no other mixture exceeds.
fn truth() -> Vec<Reply> {
    let level = |(_, curve, a, b): (&str, Curve, f64, f64)| {
        let share = (curve.slope)(b) / ((curve.slope)(b) - (curve.slope)(a));
        let tangent = |at| (curve.value)(b) - above_tangent(&curve, at, b);
        Reply::from(share * tangent(a) + (1.0 - share) * tangent(b))
    };
    QUESTIONS.map(level).to_vec()
}
