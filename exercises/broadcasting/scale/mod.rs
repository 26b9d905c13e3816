use descent::gradient_check::numerical_gradient;
use nalgebra::{DMatrix, DVector, dmatrix, dvector};

use crate::judge::{Exercise, Replies};
use crate::reply::Reply;

mod mistakes;
mod solution;
#[allow(unused_variables, reason = "the reader's to use")]
mod task;

type Matrix = DMatrix<f64>;
type Scale = fn(&Matrix, &DVector<f64>, &Matrix) -> (Matrix, DVector<f64>);

pub const EXERCISE: Exercise<Scale> = Exercise {
    name: "broadcasting/scale",
    text: include_str!("task.rs"),
    hint: include_str!("hint.md"),
    ask,
    truth,
    task: task::scale,
    solution: solution::scale,
    mistakes: mistakes::MISTAKES,
};

/// X, factors and ∂A. First more images than features, so that a column read as a row is a wrong
/// reply and not a panic; then fewer.
fn examples() -> [(Matrix, DVector<f64>, Matrix); 2] {
    let input = dmatrix![1.0, 2.0; 3.0, -1.0; 4.0, 5.0];
    let output_gradient = dmatrix![1.0, -1.0; 2.0, 3.0; -2.0, 4.0];
    let wide = dmatrix![2.0, -1.0, 3.0; 1.0, 4.0, -2.0];
    let wide_gradient = dmatrix![1.0, 3.0, -1.0; 2.0, -2.0, 5.0];
    [
        (input, dvector![2.0, -1.0, 3.0], output_gradient),
        (wide, dvector![0.5, -2.0], wide_gradient),
    ]
}

fn ask(scale: Scale, replies: &mut Replies) {
    for (x, s, g) in examples() {
        let (input, factors) = scale(&x, &s, &g);
        let [x, s, g] = [Reply::from(x), s.into(), g.into()];
        replies.note(format!("∂X for factors = {s} and ∂A = {g}"), input);
        replies.note(format!("∂factors for X = {x} and ∂A = {g}"), factors);
    }
}

/// Differences of the loss Σ ∂A ∘ A. It is of degree one in each number, so that with a
/// step of 1 they are its derivatives.
fn truth() -> Vec<Reply> {
    let replies = examples().map(|(x, s, g)| {
        let loss = |x: &Matrix, s: &DVector<f64>| {
            (DMatrix::from_diagonal(s) * x).component_mul(&g).sum()
        };
        let matrix = |column: &DVector<f64>| {
            Matrix::from_column_slice(x.nrows(), x.ncols(), column.as_slice())
        };
        let column = DVector::from_column_slice(x.as_slice());
        let by_input = numerical_gradient(|x| loss(&matrix(x), &s), &column, 1.0);
        let by_factors = numerical_gradient(|s| loss(&x, s), &s, 1.0);
        [matrix(&by_input).into(), by_factors.into()]
    });
    replies.concat()
}
