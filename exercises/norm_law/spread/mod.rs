use descent::norm_law::NormLaw;

use crate::judge::{Exercise, Replies};
use crate::reply::Reply;

mod mistakes;
mod solution;
#[allow(unused_variables, reason = "the reader's to use")]
mod task;

type Spread = fn(&[usize]) -> f64;

pub const EXERCISE: Exercise<Spread> = Exercise {
    name: "norm_law/spread",
    text: include_str!("task.rs"),
    hint: include_str!("hint.md"),
    ask,
    truth,
    task: task::spread,
    solution: solution::spread,
    mistakes: mistakes::MISTAKES,
};

fn ask(spread: Spread, replies: &mut Replies) {
    for widths in cases() {
        let name = match widths.len() {
            ..6 => format!("{widths:?}"),
            _ => "the book's hidden layers, [784, 100, …, 100],".to_owned(),
        };
        replies.note(format!("The spread of log ‖z‖ over {name}"), spread(&widths));
    }
}

/// From the moments of each layer's ratio, at a scale that does not matter.
fn truth() -> Vec<Reply> {
    let spread = |widths: Vec<usize>| {
        let laws = widths.windows(2).map(|n| NormLaw {
            scale: 3.0,
            fan_in: n[0],
            fan_out: n[1],
        });
        let variance: f64 = laws.map(|law| law.variance() / law.mean().powi(2)).sum();
        (variance.sqrt() / 2.0).into()
    };
    cases().map(spread).into()
}

fn cases() -> [Vec<usize>; 4] {
    let mut deep = vec![100; 50];
    deep[0] = 784;
    [vec![40, 20], vec![20, 50, 80], vec![12, 300, 180, 40], deep]
}
