use crate::judge::{Exercise, Replies};
use crate::reply::Reply;

mod mistakes;
mod solution;
#[allow(unused_variables, reason = "the reader's to use")]
mod task;

type Best = fn(f64, f64) -> (f64, f64);

pub const EXERCISE: Exercise<Best> = Exercise {
    name: "momentum_convergence/best",
    text: include_str!("task.rs"),
    hint: include_str!("hint.md"),
    ask,
    truth,
    task: task::best,
    solution: solution::best,
    mistakes: mistakes::MISTAKES,
};

/// Roots that are whole, so that the truth can be told in fractions; the last one has one
/// eigenvalue only, and needs no memory.
const EIGENVALUES: [(f64, f64); 4] =
    [(1.0, 9.0), (4.0, 100.0), (0.25, 1.0), (4.0, 4.0)];

fn ask(best: Best, replies: &mut Replies) {
    for (smallest, largest) in EIGENVALUES {
        let (lr, momentum) = best(smallest, largest);
        let text = |name: &str| {
            format!("{name} for the eigenvalues from {smallest} to {largest}")
        };
        replies.note(text("lr"), lr);
        replies.note(text("momentum"), momentum);
    }
}

/// Polyak's own form: with the roots 1 and 3, 2 and 10, ½ and 1, 2 and 2 of the
/// eigenvalues, `lr` is 4 over the square of their sum, and `momentum` the square of their
/// difference over that of their sum.
fn truth() -> Vec<Reply> {
    let settings = [
        (4.0 / 16.0, 4.0 / 16.0),
        (4.0 / 144.0, 64.0 / 144.0),
        (4.0 / 2.25, 0.25 / 2.25),
        (4.0 / 16.0, 0.0),
    ];
    settings.iter().flat_map(|&(lr, momentum)| [lr.into(), momentum.into()]).collect()
}
