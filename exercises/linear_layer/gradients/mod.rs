use descent::linear_layer::Linear;
use nalgebra::{DMatrix, RowDVector, dmatrix};

use crate::judge::{Exercise, Replies};
use crate::reply::Reply;

mod mistakes;
mod solution;
#[allow(unused_variables, reason = "the reader's to use")]
mod task;

type Matrix = DMatrix<f64>;
type Gradients = fn(&Matrix, &Matrix, &Matrix) -> (Matrix, Matrix, RowDVector<f64>);

pub const EXERCISE: Exercise<Gradients> = Exercise {
    name: "linear_layer/gradients",
    text: include_str!("task.rs"),
    hint: include_str!("hint.md"),
    ask,
    truth,
    task: task::gradients,
    solution: solution::gradients,
    mistakes: mistakes::MISTAKES,
};

/// X, W and ∂A. First as many inputs as outputs, so that a product in the wrong layout is a
/// wrong reply and not a panic; then three inputs and two outputs, for the shapes.
fn examples() -> [[Matrix; 3]; 2] {
    let input = dmatrix![1.0, 2.0; 3.0, -1.0; 0.0, 4.0];
    let weight = dmatrix![2.0, 5.0; -1.0, 3.0];
    let output_gradient = dmatrix![1.0, 0.0; 2.0, -1.0; 3.0, 4.0];
    let wide = [dmatrix![1.0, 2.0, -1.0], dmatrix![2.0, 5.0, 0.0; -1.0, 3.0, 4.0]];
    let [wide_input, wide_weight] = wide;
    [[input, weight, output_gradient], [wide_input, wide_weight, dmatrix![2.0, -3.0]]]
}

fn ask(gradients: Gradients, replies: &mut Replies) {
    for [x, w, g] in examples() {
        let (input, weight, bias) = gradients(&x, &w, &g);
        let [x, w, g] = [x, w, g].map(Reply::from);
        replies.note(format!("∂b for ∂A = {g}"), bias);
        replies.note(format!("∂X for W = {w} and ∂A = {g}"), input);
        replies.note(format!("∂W for X = {x} and ∂A = {g}"), weight);
    }
}

/// The book's layer has the transposed weight, and its gradient is transposed back.
fn truth() -> Vec<Reply> {
    let replies = examples().map(|[x, w, g]| {
        let layer = Linear::new(w.transpose(), RowDVector::zeros(w.nrows()));
        let Linear { weight, bias } = layer.parameter_gradient(&x, &g);
        [bias.into(), layer.input_gradient(&g).into(), weight.transpose().into()]
    });
    replies.concat()
}
