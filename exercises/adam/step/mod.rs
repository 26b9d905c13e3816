use descent::adam::Adam;
use descent::gradient_descent::Optimizer;
use nalgebra::dvector;

use crate::judge::{Exercise, Replies};
use crate::reply::Reply;

mod mistakes;
mod solution;
#[allow(unused_variables, dead_code, reason = "the reader's to use")]
mod task;

type Step = fn(f64, f64, &mut [f64; 2], i32) -> f64;

pub const EXERCISE: Exercise<Step> = Exercise {
    name: "adam/step",
    text: include_str!("task.rs"),
    hint: include_str!("hint.md"),
    ask,
    truth,
    task: task::step,
    solution: solution::step,
    mistakes: mistakes::MISTAKES,
};

/// Runs from θ = 1. The second one is so gentle that ε counts.
const GRADIENTS: [&[f64]; 2] = [&[6.0, 0.0, -2.0], &[1e-8, 3e-8]];

fn ask(step: Step, replies: &mut Replies) {
    for gradients in GRADIENTS {
        let (mut theta, mut moments) = (1.0, [0.0, 0.0]);
        for (t, &gradient) in (1..).zip(gradients) {
            theta = step(theta, gradient, &mut moments, t);
            let so_far = &gradients[..t as usize];
            replies.note(format!("θ from 1 with the gradients {so_far:?}"), theta);
            replies.note(format!("`moments` after the gradients {so_far:?}"), moments);
        }
    }
}

/// The path of the book's Adam; and the moments as the weighted sums that they are.
fn truth() -> Vec<Reply> {
    let runs = GRADIENTS.map(|gradients| {
        let adam =
            Adam::new(0.1, [0.9, 0.999], 1e-8).expect("settings in their ranges");
        let mut adam = adam.with_bias_correction();
        let mut theta = dvector![1.0];
        let step = |t: usize| {
            adam.step(&mut theta, &dvector![gradients[t]]);
            let average = |beta: f64, power: i32| -> f64 {
                let weights =
                    (0..=t).rev().map(|age| (1.0 - beta) * beta.powi(age as i32));
                weights.zip(gradients).map(|(weight, g)| weight * g.powi(power)).sum()
            };
            [theta[0].into(), [average(0.9, 1), average(0.999, 2)].into()]
        };
        (0..gradients.len()).flat_map(step).collect::<Vec<Reply>>()
    });
    runs.concat()
}
