//! Broadcasting: shapes that fit too well.

use descent::broadcasting::{broadcast, broadcast_shape, sum_to};
use nalgebra::{DMatrix, RowDVector};

use crate::{Answer, Question, number, words};

pub const QUESTIONS: &[fn() -> Question] = &[square, bias, write];

fn shape(shape: Result<(usize, usize), descent::broadcasting::Incompatible>) -> Answer {
    words(match shape {
        Ok((rows, columns)) => format!("`[{rows}, {columns}]`"),
        Err(_) => "PyTorch refuses it".to_owned(),
    })
}

/// A column less a vector.
pub fn square() -> Question {
    let predictions = (32, 1);
    Question::new(
        "broadcasting/square",
        "L04",
        "A network puts out its predictions as a column, of shape `[32, 1]`. The labels are a vector, of shape `[32]`. Which shape has predictions less labels?",
    )
    .right(
        shape(broadcast_shape(predictions, (1, 32))),
        "A vector counts as a row, `[1, 32]`. Both axes are stretched, and every prediction meets every label.",
    )
    .wrong(
        "filled up on the right",
        shape(broadcast_shape(predictions, (32, 1))),
        "Shapes are filled up with ones on the *left*: `[32]` becomes a row, and not a column.",
    )
    .wrong(
        "lengths have to be equal",
        shape(broadcast_shape((32, 2), (1, 32))),
        "A length of 1 fits every other. That is why nothing complains.",
    )
}

/// What the bias gets back.
pub fn bias() -> Question {
    let (batch, units) = (6, 4);
    let gradient = DMatrix::from_element(batch, units, 0.5);
    let entry = |to| sum_to(&gradient, to)[(0, 0)];
    Question::new(
        "broadcasting/bias",
        "L04",
        format!("A batch of {batch} images goes through a layer of {units} units, and every entry of ∂*A* is 0.5. What is each entry of ∂*b*?"),
    )
    .right(
        number(entry((1, units)), 1),
        "The bias of a unit is added once for each image. What was spread over the batch is collected from the batch.",
    )
    .wrong(
        "a mean over the batch",
        number(entry((1, units)) / batch as f64, 1),
        "If the loss is a mean, ∂*A* has the factor 1/batch already. The sum over the images is a sum.",
    )
    .wrong(
        "summed over the units",
        number(entry((batch, 1)), 1),
        "Each unit has a bias of its own. The sum runs over the axis that was stretched, the batch.",
    )
    .wrong(
        "summed over everything",
        number(entry((1, 1)), 1),
        "That would be one bias for all units.",
    )
}

/// Writing through a view.
pub fn write() -> Question {
    let row = RowDVector::from_row_slice(&[5.0, -5.0, 0.0, 1.0]);
    let (rows, columns) = (1000, 4);
    let view = broadcast(&row, rows);
    let written: *const f64 = view.get(0, 0);
    let places = (0..rows).flat_map(|i| (0..columns).map(move |j| (i, j)));
    let same = places.filter(|&(i, j)| std::ptr::eq(view.get(i, j), written)).count();
    let entries = |count: usize| number(count as f64, 0).unit("of its entries");
    Question::new(
        "broadcasting/write",
        "L04",
        "`v = b.expand(1000, 4)` is a view of a bias with four numbers, and PyTorch lets you write `v[0, 0] = 9`. How many of the 4000 entries that `v` shows have changed?",
    )
    .right(
        entries(same),
        "The row stride is 0: column 0 of every row is one and the same number in memory.",
    )
    .wrong(
        "a view is a copy",
        entries(1),
        "So it would be for a copy, `b.repeat(1000, 1)`. A view shows the same memory in every row.",
    )
    .wrong(
        "one row is one memory",
        entries(columns),
        "The columns are four different numbers. It is the rows that share them.",
    )
    .wrong(
        "everything is one number",
        entries(rows * columns),
        "Only the row stride is 0. The column stride is 1, so that the other columns are untouched.",
    )
}
