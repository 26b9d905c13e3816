use descent::gradient_descent::minimize;
use descent::nesterov::Nesterov;
use nalgebra::{DVector, dvector};

use crate::judge::{Exercise, Replies};
use crate::reply::Reply;

mod mistakes;
mod solution;
#[allow(unused_variables, dead_code, reason = "the reader's to use")]
mod task;

type Step = fn(f64, &mut f64, fn(f64) -> f64) -> f64;

pub const EXERCISE: Exercise<Step> = Exercise {
    name: "nesterov/step",
    text: include_str!("task.rs"),
    hint: include_str!("hint.md"),
    ask,
    truth,
    task: task::step,
    solution: solution::step,
    mistakes: mistakes::MISTAKES,
};

/// A slope in words, and as a function, and where to start.
type Run = (&'static str, fn(f64) -> f64, f64);

const RUNS: [Run; 2] =
    [("3θ", |theta| 3.0 * theta, 1.0), ("θ³", |theta| theta.powi(3), -2.0)];
const STEPS: usize = 3;
const STEP_SIZE: f64 = 0.5;

fn ask(step: Step, replies: &mut Replies) {
    for (name, slope, start) in RUNS {
        let (mut theta, mut u) = (start, 0.0);
        for t in 1..=STEPS {
            theta = step(theta, &mut u, slope);
            let when = format!("after step {t} from {start}, where ∇f(θ) is {name}");
            replies.note(format!("u {when}"), u);
            replies.note(format!("θ {when}"), theta);
        }
    }
}

/// The average is what a step has moved, divided by α, the other way.
fn truth() -> Vec<Reply> {
    let runs = RUNS.map(|(_, slope, start)| {
        let mut nesterov =
            Nesterov::new(STEP_SIZE, 0.8).expect("settings in their ranges");
        let gradient = |theta: &DVector<f64>| theta.map(slope);
        let points = minimize(&mut nesterov, &dvector![start], STEPS, gradient);
        let points = points.expect("a finite run");
        let moves = points.windows(2).map(|ends| (ends[0][0], ends[1][0]));
        let step =
            |(from, to): (f64, f64)| [((from - to) / STEP_SIZE).into(), to.into()];
        moves.flat_map(step).collect::<Vec<Reply>>()
    });
    runs.concat()
}
