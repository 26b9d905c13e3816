use descent::acceleration::{Accelerated, Growth};
use descent::gradient_descent::minimize;
use nalgebra::{DVector, dvector};

use crate::judge::{Exercise, Replies};
use crate::reply::Reply;

mod mistakes;
mod solution;
#[allow(unused_variables, dead_code, reason = "the reader's to use")]
mod task;

type Method = fn(f64, fn(f64) -> f64, f64, usize) -> f64;

pub const EXERCISE: Exercise<Method> = Exercise {
    name: "acceleration/accelerated",
    text: include_str!("task.rs"),
    hint: include_str!("hint.md"),
    ask,
    truth,
    task: task::accelerated,
    solution: solution::accelerated,
    mistakes: mistakes::MISTAKES,
};

/// A slope in words, and as a function; where to start; L.
type Run = (&'static str, fn(f64) -> f64, f64, f64);

const RUNS: [Run; 2] = [
    ("θ", |theta| theta, 1.0, 10.0),
    ("3 tanh θ", |theta| 3.0 * theta.tanh(), -2.0, 3.0),
];
const STEPS: usize = 5;

fn ask(method: Method, replies: &mut Replies) {
    for (name, slope, start, smoothness) in RUNS {
        for steps in 0..=STEPS {
            let end = method(start, slope, smoothness, steps);
            let from =
                format!("from {start}, where ∇f(θ) is {name} and L is {smoothness}");
            replies.note(format!("θ after {steps} steps {from}"), end);
        }
    }
}

/// The points of the book's optimizer.
fn truth() -> Vec<Reply> {
    let runs = RUNS.map(|(_, slope, start, smoothness)| {
        let mut method = Accelerated::new(1.0 / smoothness, Growth::Half)
            .expect("a step size above 0");
        let gradient = |theta: &DVector<f64>| theta.map(slope);
        let points = minimize(&mut method, &dvector![start], STEPS, gradient);
        let points = points.expect("a finite run");
        points.iter().map(|theta| theta[0].into()).collect::<Vec<Reply>>()
    });
    runs.concat()
}
