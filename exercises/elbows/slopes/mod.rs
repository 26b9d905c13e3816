use descent::elbows::elbows;
use descent::linear_layer::Linear;
use descent::network::{Activation, Layer, Network};
use nalgebra::{DMatrix, RowDVector};

use crate::judge::{Exercise, Replies};
use crate::reply::Reply;

mod mistakes;
mod solution;
#[allow(unused_variables, reason = "the reader's to use")]
mod task;

type Slopes = fn(&[[f64; 3]], f64, f64) -> Vec<f64>;

pub const EXERCISE: Exercise<Slopes> = Exercise {
    name: "elbows/slopes",
    text: include_str!("task.rs"),
    hint: include_str!("hint.md"),
    ask,
    truth,
    task: task::slopes,
    solution: solution::slopes,
    mistakes: mistakes::MISTAKES,
};

/// Units `[w, b, next]`, and two ends.
type Question = (&'static [[f64; 3]], f64, f64);

/// Networks with elbows at 1.5; at 0.5, to the left; out of sight; out of sight to the left
/// and to the right, with w of either sign, so that two of the units are active all the way
/// and two nowhere; in no order; and with inputs of ±½ at the left end.
const QUESTIONS: [Question; 6] = [
    (&[[2.0, -3.0, 1.5]], -1.0, 2.0),
    (&[[-2.0, 1.0, 1.5]], -1.0, 2.0),
    (&[[1.0, 4.0, 3.0], [2.0, 1.0, -1.0]], -1.0, 2.0),
    (
        &[
            [0.5, 3.0, 4.0],
            [2.0, -6.0, 1.5],
            [-1.0, -2.0, 2.0],
            [-0.5, 2.0, -8.0],
            [3.0, -1.5, 1.0],
        ],
        -1.0,
        2.0,
    ),
    (
        &[[1.0, -1.5, 4.0], [-2.0, -0.5, 1.5], [0.5, 2.0, -3.0], [-1.0, 1.0, 0.5]],
        -1.0,
        2.0,
    ),
    (&[[1.0, 0.0, 3.0], [1.0, -1.0, -2.0]], 0.5, 3.0),
];

fn ask(slopes: Slopes, replies: &mut Replies) {
    for (units, low, high) in QUESTIONS {
        replies.note(
            format!("The slopes from {low} to {high} with the units {units:?}"),
            slopes(units, low, high),
        );
    }
}

/// Measured on the network's outputs, at two places within each piece.
fn truth() -> Vec<Reply> {
    let slopes = |(units, low, high): Question| {
        let hidden = Linear::new(row(units, 0), RowDVector::from(row(units, 1).row(0)));
        let mut ends = elbows(&hidden);
        ends.retain(|&place| low < place && place < high);
        ends.extend([low, high]);
        ends.sort_by(f64::total_cmp);
        let last = Linear::new(row(units, 2).transpose(), RowDVector::zeros(1));
        let network = Network::new(vec![
            Layer { linear: hidden, activation: Activation::Relu },
            Layer { linear: last, activation: Activation::Identity },
        ]);
        let output = |x: f64| network.forward(DMatrix::from_element(1, 1, x))[2][0];
        let slope = |piece: &[f64]| {
            let third = (piece[1] - piece[0]) / 3.0;
            (output(piece[1] - third) - output(piece[0] + third)) / third
        };
        ends.windows(2).map(slope).collect::<Vec<_>>().into()
    };
    QUESTIONS.map(slopes).into()
}

/// One number of each unit.
fn row(units: &[[f64; 3]], number: usize) -> DMatrix<f64> {
    DMatrix::from_fn(1, units.len(), |_, unit| units[unit][number])
}
