use descent::gradient_descent::Optimizer;
use descent::momentum::{Momentum, PyTorchSgd, lecture_beta};
use nalgebra::dvector;

use crate::judge::{Exercise, Replies};
use crate::reply::Reply;

mod mistakes;
mod solution;
#[allow(unused_variables, reason = "the reader's to use")]
mod task;

type Convert = fn(f64, f64) -> (f64, f64, f64);

pub const EXERCISE: Exercise<Convert> = Exercise {
    name: "momentum/pytorch",
    text: include_str!("task.rs"),
    hint: include_str!("hint.md"),
    ask,
    truth,
    task: task::pytorch,
    solution: solution::pytorch,
    mistakes: mistakes::MISTAKES,
};

const STEP_SIZE: f64 = 0.5;
const NOTES_BETA: f64 = 0.2;
const GRADIENTS: [f64; 3] = [6.0, -2.0, 0.0];

fn ask(pytorch: Convert, replies: &mut Replies) {
    let (lr, momentum, dampening) = pytorch(STEP_SIZE, NOTES_BETA);
    let sgd = PyTorchSgd::new(lr, momentum, dampening)
        .unwrap_or_else(|error| panic!("{error}"));
    for (t, theta) in (1..).zip(path(sgd)) {
        let gradients = &GRADIENTS[..t];
        replies.note(
            format!(
                "θ from 1 with the step size ½, β = 0.2 and the gradients {gradients:?}"
            ),
            theta,
        );
    }
}

fn truth() -> Vec<Reply> {
    let momentum = Momentum::new(STEP_SIZE, lecture_beta(NOTES_BETA))
        .expect("settings in their ranges");
    path(momentum).map(Reply::from).collect()
}

/// θ after each gradient, from 1 on.
fn path(mut optimizer: impl Optimizer) -> impl Iterator<Item = f64> {
    let mut theta = dvector![1.0];
    GRADIENTS.into_iter().map(move |gradient| {
        optimizer.step(&mut theta, &dvector![gradient]);
        theta[0]
    })
}
