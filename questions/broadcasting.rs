//! Broadcasting: shapes that fit too well.

use descent::broadcasting::{broadcast, broadcast_shape, sum_to};
use nalgebra::{DMatrix, RowDVector};

use crate::{Answer, Question, number, words};

pub const QUESTIONS: &[fn() -> Question] = &[square, column, write];

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

/// What a column of means gets back.
pub fn column() -> Question {
    let (batch, width, entry) = (6, 4, 0.5);
    let gradient = DMatrix::from_element(batch, width, -entry);
    let sum = |to| sum_to(&gradient, to)[(0, 0)];
    Question::new(
        "broadcasting/column",
        "L04",
        format!("`x - m` takes one number from each of {batch} images: `x` has the shape `[{batch}, {width}]`, and `m` is a column, `[{batch}, 1]`. Every entry of the gradient that comes back to `x - m` is {entry}. What is each entry of ∂m?"),
    )
    .right(
        number(sum((batch, 1)), 1),
        "A number of `m` stands in all 4 entries of its row, each time with the factor −1. So it collects −0.5 from the row, 4 times.",
    )
    .wrong(
        "summed over the batch",
        number(sum((1, width)), 1),
        "So it is for a bias, which is stretched over the batch. Here the axis that was stretched is that of the pixels.",
    )
    .wrong(
        "summed over everything",
        number(sum((1, 1)), 1),
        "That would be one number for all images.",
    )
    .wrong(
        "the sign is lost",
        number(-sum((batch, 1)), 1),
        "`m` is subtracted: its factor in each entry is −1.",
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
