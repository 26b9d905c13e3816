use descent::gradient_check::numerical_gradient;
use descent::linear_layer::Linear;
use nalgebra::{DMatrix, DVector, RowDVector, dmatrix};

use crate::judge::{Exercise, Replies};
use crate::reply::Reply;

mod mistakes;
mod solution;
#[allow(unused_variables, reason = "the reader's to use")]
mod task;

type Twice = fn(&DMatrix<f64>, &Linear, &DMatrix<f64>) -> Linear;

pub const EXERCISE: Exercise<Twice> = Exercise {
    name: "backpropagation/twice",
    text: include_str!("task.rs"),
    hint: include_str!("hint.md"),
    ask,
    truth,
    task: task::twice,
    solution: solution::twice,
    mistakes: mistakes::MISTAKES,
};

const WIDTH: usize = 2;

fn layer() -> Linear {
    let bias = RowDVector::from_row_slice(&[1.0, -1.0]);
    Linear::new(dmatrix![1.0, 2.0; -1.0, 1.0], bias)
}

/// X and ∂Z: an image that keeps every unit on in both uses, and a batch that does not.
/// What goes into a unit is a whole number other than 0, too far away for a difference
/// to reach it.
fn examples() -> [(DMatrix<f64>, DMatrix<f64>); 2] {
    let batch = dmatrix![2.0, -1.0; 1.0, 3.0; -3.0, 1.0];
    let gradient = dmatrix![1.0, -2.0; 3.0, 1.0; 2.0, -1.0];
    [(dmatrix![2.0, -1.0], dmatrix![1.0, -2.0]), (batch, gradient)]
}

fn ask(twice: Twice, replies: &mut Replies) {
    for (x, dz) in examples() {
        let Linear { weight, bias } = twice(&x, &layer(), &dz);
        let [x, w, dz] = [x, layer().weight, dz].map(Reply::from);
        let given = format!("for W = {w}, b = [1, -1], X = {x} and ∂Z = {dz}");
        replies.note(format!("∂b {given}"), bias);
        replies.note(format!("∂W {given}"), weight);
    }
}

/// Differences of the loss Σ ∂Z ∘ Z. While no unit is switched on or off, it is of
/// degree two in each number, and centred differences are its derivatives.
fn truth() -> Vec<Reply> {
    let shaped = |parameters: &DVector<f64>| {
        let (weight, bias) = parameters.as_slice().split_at(WIDTH * WIDTH);
        let weight = DMatrix::from_column_slice(WIDTH, WIDTH, weight);
        Linear::new(weight, RowDVector::from_row_slice(bias))
    };
    let Linear { weight, bias } = layer();
    let parameters = [weight.as_slice(), bias.as_slice()].concat().into();
    let gradients = examples().map(|(x, dz)| {
        let loss = |parameters: &DVector<f64>| {
            let layer = shaped(parameters);
            let use_it = |x: &DMatrix<f64>| layer.forward(x).map(|a| a.max(0.0));
            use_it(&use_it(&x)).component_mul(&dz).sum()
        };
        let Linear { weight, bias } =
            shaped(&numerical_gradient(loss, &parameters, 0.0625));
        [Reply::from(bias), Reply::from(weight)]
    });
    gradients.concat()
}
