use std::cell::Cell;

use descent::quadratic::Quadratic;
use nalgebra::{DVector, dvector};

use crate::judge::{Exercise, Replies};
use crate::reply::Reply;

mod mistakes;
mod solution;
#[allow(unused_variables, reason = "the reader's to use")]
mod task;

type Value = fn(&DVector<f64>) -> f64;
type Backtrack = fn(Value, &DVector<f64>, &DVector<f64>, f64) -> f64;

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

/// A quadratic, its value, its name, θ, and the longest step size.
type Question = (Quadratic, Value, &'static str, DVector<f64>, f64);

thread_local! {
    /// How many values have been asked for since a question was put.
    static ASKED: Cell<usize> = const { Cell::new(0) };
}

/// Down to the smallest number it takes some 1075 halvings, each of two values.
fn value(quadratic: &Quadratic, theta: &DVector<f64>) -> f64 {
    ASKED.set(ASKED.get() + 1);
    let asked = ASKED.get();
    assert!(
        asked <= 5000,
        "f has been asked for 5000 values: the halving does not end"
    );
    quadratic.value(theta)
}

/// Half of the promise is kept up to 0.1818 at (10, 1): two questions come close to it. At
/// (10, 0) it is kept up to 1, and there exactly: 50 of 100, without rounding.
fn questions() -> [Question; 6] {
    let valley = |theta: DVector<f64>, longest| -> Question {
        let value: Value = |theta| value(&Quadratic::valley(), theta);
        (Quadratic::valley(), value, "the valley", theta, longest)
    };
    let tilted = |theta: DVector<f64>, longest| -> Question {
        let value: Value = |theta| value(&Quadratic::tilted(), theta);
        (Quadratic::tilted(), value, "the tilted quadratic", theta, longest)
    };
    [
        valley(dvector![10.0, 1.0], 0.18),
        valley(dvector![10.0, 1.0], 1.5),
        valley(dvector![10.0, 0.0], 1.0),
        valley(dvector![1.0, 0.02], 8.0),
        tilted(dvector![0.0, 0.0], 2.0),
        tilted(dvector![1.1, 2.3], 3.0),
    ]
}

fn ask(backtrack: Backtrack, replies: &mut Replies) {
    for (quadratic, value, name, theta, longest) in questions() {
        ASKED.set(0);
        let alpha = backtrack(value, &theta, &quadratic.gradient(&theta), longest);
        let (x, y) = (theta[0], theta[1]);
        replies
            .note(format!("α in {name} at θ = ({x}, {y}), from {longest} down"), alpha);
    }
}

/// A step lowers a quadratic by `α gᵀg − ½ α² gᵀPg`, which is half of `α gᵀg` or more
/// exactly up to `α = gᵀg / gᵀPg`.
fn truth() -> Vec<Reply> {
    let alpha = |(quadratic, _, _, theta, longest): Question| {
        let g = quadratic.gradient(&theta);
        let most = g.dot(&g) / g.dot(&(quadratic.hessian() * &g));
        let halvings = (longest / most).log2().ceil().max(0.0);
        Reply::from(longest * 0.5_f64.powf(halvings))
    };
    questions().map(alpha).to_vec()
}
