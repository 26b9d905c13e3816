use descent::gradient_descent::Quadratic;
use nalgebra::{DVector, dvector};

use crate::judge::{Exercise, Replies, Reply};

mod mistakes;
mod solution;
#[allow(unused_variables, reason = "the reader's to use")]
mod task;

type Backtrack = fn(&Quadratic, &DVector<f64>, f64) -> f64;

pub const EXERCISE: Exercise<Backtrack> = Exercise {
    name: "gradient_descent/backtrack",
    text: include_str!("task.rs"),
    hint: include_str!("hint.md"),
    ask,
    truth,
    task: task::backtrack,
    solution: solution::backtrack,
    mistakes: mistakes::MISTAKES,
};

/// The quadratic, its name, θ, and the longest step size.
fn questions() -> [(Quadratic, &'static str, DVector<f64>, f64); 5] {
    let (valley, tilted) = (Quadratic::valley(), Quadratic::tilted());
    [
        (valley.clone(), "the valley", dvector![10.0, 1.0], 0.15),
        (valley.clone(), "the valley", dvector![10.0, 1.0], 1.0),
        (valley, "the valley", dvector![1.0, 0.02], 8.0),
        (tilted.clone(), "the tilted quadratic", dvector![0.0, 0.0], 2.0),
        (tilted, "the tilted quadratic", dvector![1.1, 2.3], 3.0),
    ]
}

fn ask(backtrack: Backtrack) -> Replies {
    let mut replies = Replies::default();
    for (quadratic, name, theta, longest) in questions() {
        let (x, y) = (theta[0], theta[1]);
        replies.note(
            format!("α in {name} at θ = ({x}, {y}), from {longest} down"),
            backtrack(&quadratic, &theta, longest),
        );
    }
    replies
}

/// A step lowers a quadratic by `α gᵀg − ½ α² gᵀPg`, which is half of `α gᵀg` or more
/// exactly up to `α = gᵀg / gᵀPg`.
fn truth() -> Vec<Reply> {
    let alpha =
        |(quadratic, _, theta, longest): (Quadratic, &str, DVector<f64>, f64)| {
            let g = quadratic.gradient(&theta);
            let most = g.dot(&g) / g.dot(&(quadratic.hessian() * &g));
            let halvings = (longest / most).log2().ceil().max(0.0);
            Reply::from(longest * 0.5_f64.powf(halvings))
        };
    questions().map(alpha).to_vec()
}
