use descent::network::cross_entropy;
use nalgebra::dmatrix;

use crate::judge::{Exercise, Replies};
use crate::reply::Reply;

mod mistakes;
mod solution;
#[allow(unused_variables, reason = "the reader's to use")]
mod task;

type LogisticLoss = fn(f64, bool) -> f64;

pub const EXERCISE: Exercise<LogisticLoss> = Exercise {
    name: "network/logistic_loss",
    text: include_str!("task.rs"),
    hint: include_str!("hint.md"),
    ask,
    truth,
    task: task::logistic_loss,
    solution: solution::logistic_loss,
    mistakes: mistakes::MISTAKES,
};

/// Logits and right answers: small ones; those for which the sigmoid is rounded to 1, but
/// no exponential is infinite; and those for which one is.
const CASES: [(f64, bool); 16] = [
    (2.0, true),
    (2.0, false),
    (-0.5, true),
    (-0.5, false),
    (40.0, true),
    (40.0, false),
    (-40.0, true),
    (-40.0, false),
    (100.0, true),
    (100.0, false),
    (-100.0, true),
    (-100.0, false),
    (1000.0, true),
    (1000.0, false),
    (-1000.0, true),
    (-1000.0, false),
];

fn ask(logistic_loss: LogisticLoss, replies: &mut Replies) {
    for (logit, label) in CASES {
        let answer = if label { "yes" } else { "no" };
        let question =
            format!("The loss for z = {logit}, if the right answer is {answer},");
        replies.note(question, logistic_loss(logit, label));
    }
}

/// The cross-entropy of two classes, the first with the logit 0.
fn truth() -> Vec<Reply> {
    let loss =
        |(logit, label)| cross_entropy(&dmatrix![0.0, logit], &[usize::from(label)]);
    CASES.map(|case| loss(case)[0].into()).into()
}
