use nalgebra::DVector;

use super::Accumulate;
use crate::judge::Mistake;

pub const MISTAKES: &[Mistake<Accumulate>] = &[
    Mistake {
        function: |batch, room, gradient| batch.chunks(room).map(gradient).sum(),
        told: "This is the sum of the means of the pieces. It grows with the number of \
               pieces, and so would the step: that is what happens if each piece calls \
               `backward()` on its mean loss and nothing is divided.",
    },
    Mistake {
        function: |batch, room, gradient| {
            let sum: DVector<f64> = batch.chunks(room).map(gradient).sum();
            sum / batch.chunks(room).len() as f64
        },
        told: "This is the mean of the means of the pieces. An example in a short piece \
               counts for more in it than one in a full piece.",
    },
    Mistake {
        function: |batch, room, gradient| {
            let pieces = batch.chunks(room).map(|piece| room as f64 * gradient(piece));
            pieces.sum::<DVector<f64>>() / batch.len() as f64
        },
        told: "Every piece has the weight of a full one here. How many examples does the \
               last one have?",
    },
    Mistake {
        function: |batch, room, gradient| {
            let full = batch.len() - batch.len() % room;
            if full == 0 {
                return gradient(batch);
            }
            let sum: DVector<f64> = batch[..full].chunks(room).map(gradient).sum();
            sum / (full / room) as f64
        },
        told: "The examples of the short piece are left out. The batch has them, and so \
               has its mean.",
    },
    Mistake {
        function: |batch, room, gradient| {
            let sum: DVector<f64> = batch.chunks(room).map(gradient).sum();
            sum / batch.len() as f64
        },
        told: "Here the mean of a piece is taken for its sum. `gradient` has divided by \
               the size of the piece already.",
    },
];
