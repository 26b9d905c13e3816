use descent::depth::mean_growth;

use crate::judge::{Exercise, Replies};
use crate::reply::Reply;

mod mistakes;
mod solution;
#[allow(unused_variables, reason = "the reader's to use")]
mod task;

type Growth = fn(&[usize], f64) -> f64;

pub const EXERCISE: Exercise<Growth> = Exercise {
    name: "depth/growth",
    text: include_str!("task.rs"),
    hint: include_str!("hint.md"),
    ask,
    truth,
    task: task::growth,
    solution: solution::growth,
    mistakes: mistakes::MISTAKES,
};

fn ask(growth: Growth, replies: &mut Replies) {
    for (widths, scale) in cases() {
        let name = match widths.len() {
            ..6 => format!("{widths:?}"),
            _ => "the book's fifty layers, [784, 100, …, 100, 10],".to_owned(),
        };
        let question = format!("The growth of the norm over {name} at c = {scale}");
        replies.note(question, growth(&widths, scale));
    }
}

/// Mean squares multiply, since the layers are independent; without its ReLU the last one
/// keeps twice as much.
fn truth() -> Vec<Reply> {
    let growth = |(widths, scale): (Vec<usize>, f64)| {
        let layers = widths.windows(2).map(|n| mean_growth(scale, n[0], n[1]));
        let square: f64 = layers.product();
        (2.0 * square).sqrt().into()
    };
    cases().map(growth).into()
}

/// Widths and scales.
fn cases() -> [(Vec<usize>, f64); 4] {
    let mut deep = vec![100; 51];
    (deep[0], deep[50]) = (784, 10);
    [(vec![4, 6], 3.0), (vec![20, 5, 8], 2.0), (vec![12, 30, 18, 4], 1.0), (deep, 3.0)]
}
