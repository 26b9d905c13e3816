use descent::gradient_check::centred_difference;
use nalgebra::{DVector, dvector};

use crate::judge::{Exercise, Replies};
use crate::reply::Reply;

mod mistakes;
mod solution;
#[allow(unused_variables, reason = "the reader's to use")]
mod task;

type Loss = fn(&DVector<f64>) -> f64;
type Along = fn(Loss, &DVector<f64>, &DVector<f64>, &DVector<f64>, f64) -> f64;

pub const EXERCISE: Exercise<Along> = Exercise {
    name: "gradient_check/along",
    text: include_str!("task.rs"),
    hint: include_str!("hint.md"),
    ask,
    truth,
    task: task::along,
    solution: solution::along,
    mistakes: mistakes::MISTAKES,
};

const H: f64 = 0.25;

/// `θ₁³ + θ₁θ₂ − 2θ₂²`, and its gradient.
fn loss(theta: &DVector<f64>) -> f64 {
    theta[0].powi(3) + theta[0] * theta[1] - 2.0 * theta[1].powi(2)
}

fn gradient(theta: &DVector<f64>) -> DVector<f64> {
    dvector![3.0 * theta[0].powi(2) + theta[1], theta[0] - 4.0 * theta[1]]
}

/// What is added to the gradient, the point, and the direction.
fn examples() -> [[DVector<f64>; 3]; 4] {
    let point = dvector![1.0, -2.0];
    [
        // A right gradient: what is left is the error of the difference.
        [dvector![0.0, 0.0], point.clone(), dvector![1.0, 2.0]],
        [dvector![0.0, 5.0], point.clone(), dvector![1.0, 2.0]],
        [dvector![-3.0, 1.0], point, dvector![-2.0, 0.5]],
        [dvector![1.0, 0.5], dvector![0.5, 3.0], dvector![0.0, 4.0]],
    ]
}

fn ask(along: Along, replies: &mut Replies) {
    for [error, point, direction] in examples() {
        let claimed = gradient(&point) + error;
        let [g, d, theta] =
            [&claimed, &direction, &point].map(|it| Reply::from(it.clone()));
        let question = format!(
            "For f = θ₁³ + θ₁θ₂ − 2θ₂² at {theta}, the gradient {g}, the direction {d} and \
             h = {H}"
        );
        replies.note(question, along(loss, &claimed, &point, &direction, H));
    }
}

/// The slope of a function of one number, the share of the direction.
fn truth() -> Vec<Reply> {
    let differences = examples().map(|[error, point, direction]| {
        let at = |share: f64| loss(&(&point + share * &direction));
        let promised = (gradient(&point) + error).dot(&direction);
        Reply::from(promised - centred_difference(at, 0.0, H))
    });
    differences.to_vec()
}
