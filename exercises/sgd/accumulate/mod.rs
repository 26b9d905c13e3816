use std::cell::RefCell;

use nalgebra::DVector;

use crate::judge::{Exercise, Replies};
use crate::reply::Reply;

mod mistakes;
mod solution;
#[allow(unused_variables, reason = "the reader's to use")]
mod task;

type Accumulate =
    fn(&[usize], usize, &dyn Fn(&[usize]) -> DVector<f64>) -> DVector<f64>;

pub const EXERCISE: Exercise<Accumulate> = Exercise {
    name: "sgd/accumulate",
    text: include_str!("task.rs"),
    hint: include_str!("hint.md"),
    ask,
    truth,
    task: task::accumulate,
    solution: solution::accumulate,
    mistakes: mistakes::MISTAKES,
};

/// The gradients of the examples at the positions 0 to 5.
const GRADIENTS: [[f64; 2]; 6] =
    [[1.0, 4.0], [2.0, -1.0], [3.0, 0.0], [6.0, 2.0], [8.0, -5.0], [10.0, 7.0]];

/// Batches, each with the room: pieces of equal size, a short last one, one piece only.
const BATCHES: [(&[usize], usize); 4] =
    [(&[5, 1, 3, 0], 2), (&[2, 0, 5, 4, 1], 2), (&[4, 3, 0, 2, 1], 4), (&[1, 5], 3)];

fn mean(examples: &[usize]) -> DVector<f64> {
    let gradients = examples.iter().map(|&i| DVector::from_row_slice(&GRADIENTS[i]));
    gradients.sum::<DVector<f64>>() / examples.len() as f64
}

fn ask(accumulate: Accumulate, replies: &mut Replies) {
    for (batch, room) in BATCHES {
        let sizes = RefCell::new(Vec::new());
        let gradient = |piece: &[usize]| {
            let size = piece.len();
            sizes.borrow_mut().push(size as f64);
            assert!(size > 0, "the gradient of no example is asked for");
            assert!(size <= room, "a piece of {size} examples, where {room} fit");
            mean(piece)
        };
        let list = batch.iter().map(|&i| Reply::from(GRADIENTS[i]).to_string());
        let list = list.collect::<Vec<_>>().join(", ");
        let mean = accumulate(batch, room, &gradient);
        let of = format!("of {list} in pieces of {room}");
        replies.note(format!("The mean {of}"), mean.as_slice().to_vec());
        replies.note(format!("The sizes of the pieces {of}"), sizes.into_inner());
    }
}

fn truth() -> Vec<Reply> {
    let both = BATCHES.map(|(batch, room)| {
        let full = vec![room as f64; batch.len() / room];
        let rest = Some((batch.len() % room) as f64).filter(|&rest| rest > 0.0);
        let sizes: Vec<f64> = full.into_iter().chain(rest).collect();
        [mean(batch).as_slice().to_vec().into(), sizes.into()]
    });
    both.concat()
}
