use crate::judge::{Exercise, Replies};
use crate::reply::Reply;

mod mistakes;
mod solution;
#[allow(unused_variables, reason = "the reader's to use")]
mod task;

type BestSteps = fn(f64, f64, f64, usize) -> Vec<f64>;

pub const EXERCISE: Exercise<BestSteps> = Exercise {
    name: "gradient_noise/best_steps",
    text: include_str!("task.rs"),
    hint: include_str!("hint.md"),
    ask,
    truth,
    task: task::best_steps,
    solution: solution::best_steps,
    mistakes: mistakes::MISTAKES,
};

/// Mean squares of the start, curvatures, variances and numbers of steps.
const SETTINGS: [(f64, f64, f64, usize); 5] = [
    (1.0, 1.0, 1.0, 4),
    (100.0, 1.0, 9.0, 5),
    (4.0, 10.0, 9.0, 3),
    (0.25, 0.5, 2.0, 4),
    (2.0, 3.0, 0.5, 0),
];

fn ask(best_steps: BestSteps, replies: &mut Replies) {
    for (square, lambda, variance, steps) in SETTINGS {
        let question = format!(
            "The best {steps} steps from E r² = {square} with λ = {lambda} and s² = {variance}"
        );
        replies.note(question, best_steps(square, lambda, variance, steps));
    }
}

/// One over the mean square grows by `λ²/s²` with each of the best steps, and a best step
/// has `λ/s²` times the mean square that it leaves.
fn truth() -> Vec<Reply> {
    let replies = SETTINGS.map(|(square, lambda, variance, steps)| {
        let left =
            |t: usize| 1.0 / (1.0 / square + t as f64 * lambda * lambda / variance);
        let step_sizes = (1..=steps).map(|t| lambda / variance * left(t));
        Reply::from(step_sizes.collect::<Vec<f64>>())
    });
    replies.into()
}
