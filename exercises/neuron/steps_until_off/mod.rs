use descent::backpropagation::{Neuron, WORKSHEET};

use crate::judge::{Exercise, Replies};
use crate::reply::Reply;

mod mistakes;
mod solution;
#[allow(unused_variables, reason = "the reader's to use")]
mod task;

type StepsUntilOff = fn(Neuron, f64, usize) -> usize;

pub const EXERCISE: Exercise<StepsUntilOff> = Exercise {
    name: "neuron/steps_until_off",
    text: include_str!("task.rs"),
    hint: include_str!("hint.md"),
    ask,
    truth,
    task: task::steps_until_off,
    solution: solution::steps_until_off,
    mistakes: mistakes::MISTAKES,
};

/// Neurons, step sizes, and the most steps. The second neuron is on for both samples at the
/// start, the third off for the first,
/// the fourth for both; the last run ends with its last step.
const QUESTIONS: [(Neuron, f64, usize); 11] = [
    (WORKSHEET, 0.25, 50),
    (WORKSHEET, 0.3, 50),
    (Neuron { w: 0.1, b: 1.0 }, 0.15, 50),
    (WORKSHEET, 0.4, 50),
    (WORKSHEET, 0.45, 50),
    (WORKSHEET, 0.49, 50),
    (WORKSHEET, 0.5, 20),
    (WORKSHEET, 0.05, 30),
    (Neuron { w: -1.0, b: -1.0 }, 0.4, 50),
    (Neuron { w: 0.25, b: -1.0 }, 0.4, 50),
    (WORKSHEET, 0.4, 3),
];

fn ask(steps_until_off: StepsUntilOff, replies: &mut Replies) {
    for (neuron, step_size, longest) in QUESTIONS {
        let Neuron { w, b } = neuron;
        replies.note(
            format!(
                "steps from (w, b) = ({w}, {b}) with the step size {step_size}, {longest} \
                 at most"
            ),
            steps_until_off(neuron, step_size, longest),
        );
    }
}

/// Without weight and bias: what goes into the ReLU for the sample whose turn it is, `a`,
/// and for the other.
fn truth() -> Vec<Reply> {
    let steps = |(neuron, step_size, longest): (Neuron, f64, usize)| {
        let (mut a, mut other) = (neuron.b + 3.0 * neuron.w, neuron.b - 3.0 * neuron.w);
        for step in 0..longest {
            if a <= 0.0 && other <= 0.0 {
                return Reply::from(step);
            }
            let open = a.max(0.0);
            (a, other) = (other + 8.0 * step_size * open, a - 10.0 * step_size * open);
        }
        Reply::from(longest)
    };
    QUESTIONS.map(steps).to_vec()
}
