use descent::depth::dead_units;
use descent::linear_layer::Linear;
use descent::network::Activation;
use nalgebra::{DMatrix, RowDVector, dmatrix};

use crate::judge::{Exercise, Replies};
use crate::reply::Reply;

mod mistakes;
mod solution;
#[allow(unused_variables, reason = "the reader's to use")]
mod task;

type Dead = fn(&DMatrix<f64>, &RowDVector<f64>, &[DMatrix<f64>]) -> f64;

pub const EXERCISE: Exercise<Dead> = Exercise {
    name: "dead_relu/dead",
    text: include_str!("task.rs"),
    hint: include_str!("hint.md"),
    ask,
    truth,
    task: task::dead,
    solution: solution::dead,
    mistakes: mistakes::MISTAKES,
};

/// Two inputs and eight units, of which the sixth is off by its bias alone. Of the eight,
/// 5, 3 and 2 are dead on one, two and three batches, and each other way to count gives
/// another number somewhere.
fn layer() -> Linear {
    let weight = dmatrix![
        -1.0, 1.0, 2.0, 2.0, -2.0, 2.0, 1.0, 1.0;
        2.0, -2.0, -2.0, -2.0, -2.0, 2.0, -2.0, -2.0
    ];
    let bias = [-3.0, 0.0, 0.5, -1.0, 0.0, -9.0, -3.0, -1.0];
    Linear::new(weight, RowDVector::from_row_slice(&bias))
}

/// Three batches. At (1, 0) the last unit has a = 0, and is off for the other example.
fn batches() -> [DMatrix<f64>; 3] {
    [
        dmatrix![2.0, 1.0; 1.0, 0.0],
        dmatrix![3.0, -2.0; 0.5, 1.5; 2.0, 0.5],
        dmatrix![-1.0, 3.0],
    ]
}

fn ask(dead: Dead, replies: &mut Replies) {
    let (layer, batches) = (layer(), batches());
    let weight = Reply::from(layer.weight.clone());
    let bias = Reply::from(layer.bias.clone());
    for count in 1..=batches.len() {
        let batches = &batches[..count];
        let of: Vec<_> =
            batches.iter().map(|x| Reply::from(x.clone()).to_string()).collect();
        replies.note(
            format!(
                "The share of dead units for W = {weight}, b = {bias}, X = {}",
                of.join(" and ")
            ),
            dead(&layer.weight, &layer.bias, batches),
        );
    }
}

/// All examples in one batch.
fn truth() -> Vec<Reply> {
    let (layer, batches) = (layer(), batches());
    let share = |count: usize| {
        let rows = batches[..count].iter().flat_map(|batch| batch.row_iter());
        let whole = DMatrix::from_rows(&rows.collect::<Vec<_>>());
        let mut output = layer.forward(&whole);
        Activation::Relu.apply(&mut output);
        dead_units(&output).into()
    };
    (1..=batches.len()).map(share).collect()
}
