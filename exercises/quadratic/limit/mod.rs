use descent::quadratic::Quadratic;
use nalgebra::{DVector, dmatrix, dvector};

use crate::judge::{Exercise, Replies};
use crate::reply::Reply;

mod mistakes;
mod solution;
#[allow(unused_variables, reason = "the reader's to use")]
mod task;

type Gradient = fn(&DVector<f64>) -> DVector<f64>;
type Limit = fn(Gradient, &DVector<f64>, usize) -> f64;

pub const EXERCISE: Exercise<Limit> = Exercise {
    name: "quadratic/limit",
    text: include_str!("task.rs"),
    hint: include_str!("hint.md"),
    ask,
    truth,
    task: task::limit,
    solution: solution::limit,
    mistakes: mistakes::MISTAKES,
};

/// The valley, with its lowest point elsewhere.
fn valley() -> Quadratic {
    Quadratic::new(dmatrix![1.0, 0.0; 0.0, 10.0], dvector![-3.0, 5.0])
}

/// So steep that a direction that is not cut back to its length leaves the numbers.
fn steep() -> Quadratic {
    Quadratic::new(
        dmatrix![1000.0, 0.0, 0.0; 0.0, 2000.0, 0.0; 0.0, 0.0, 10.0],
        dvector![1.0, 2.0, 3.0],
    )
}

/// A quadratic, its gradient, its name, the first direction, and the rounds.
type Question = (Quadratic, Gradient, &'static str, DVector<f64>, usize);

fn questions() -> [Question; 6] {
    let in_valley = |start, rounds| -> Question {
        (valley(), |theta| valley().gradient(theta), "P = diag(1, 10)", start, rounds)
    };
    [
        in_valley(dvector![1.0, 1.0], 1),
        in_valley(dvector![3.0, -0.5], 2),
        in_valley(dvector![1.0, 1.0], 40),
        (
            Quadratic::tilted(),
            |theta| Quadratic::tilted().gradient(theta),
            "the tilted quadratic",
            dvector![1.0, 0.0],
            3,
        ),
        (
            Quadratic::tilted(),
            |theta| Quadratic::tilted().gradient(theta),
            "the tilted quadratic",
            dvector![0.2, -1.0],
            60,
        ),
        (
            steep(),
            |theta| steep().gradient(theta),
            "P = diag(1000, 2000, 10)",
            dvector![3.0, -4.0, 12.0],
            200,
        ),
    ]
}

fn ask(limit: Limit, replies: &mut Replies) {
    for (_, gradient, name, start, rounds) in questions() {
        let from: Vec<_> = start.iter().map(f64::to_string).collect();
        replies.note(
            format!(
                "the limit for {name} from the direction ({}), after {rounds} rounds",
                from.join(", ")
            ),
            limit(gradient, &start, rounds),
        );
    }
}

/// Along the eigenvectors: `rounds` multiplications leave the part of each, times the power
/// of its eigenvalue.
fn truth() -> Vec<Reply> {
    let limit = |(quadratic, _, _, start, rounds): Question| {
        let eigen = quadratic.hessian().clone().symmetric_eigen();
        let largest = eigen.eigenvalues.max();
        let parts = eigen.eigenvectors.transpose() * start;
        let length = |power: usize| {
            let shares = eigen.eigenvalues.map(|l| (l / largest).powi(power as i32));
            shares.component_mul(&parts).norm()
        };
        Reply::from(2.0 / (largest * length(rounds + 1) / length(rounds)))
    };
    questions().map(limit).to_vec()
}
