//! Broadcasting: `X W + 1 b` without copying `b`, and what it means for the
//! gradient.
//!
//! Source: Data 188, Lecture 06, "Bias broadcasting"; the shape rule is
//! NumPy's.

use std::fmt;

use nalgebra::{DMatrix, RowDVector};

/// Rows and columns.
pub type Shape = (usize, usize);

// ANCHOR: copies
/// `1 b` as the formula says it: a column of ones `[batch, 1]` times the row
/// `[1, features]`. The result holds `batch` copies of the row.
pub fn copies(row: &RowDVector<f64>, batch: usize) -> DMatrix<f64> {
    DMatrix::from_element(batch, 1, 1.0) * row
}
// ANCHOR_END: copies

#[derive(Clone, Copy, Debug, PartialEq)]
// ANCHOR: view
/// A matrix seen in numbers that lie somewhere else: what an array is to NumPy
/// and PyTorch.
pub struct View<'a> {
    numbers: &'a [f64],
    shape: Shape,
    strides: (usize, usize),
}

impl<'a> View<'a> {
    /// One entry.
    ///
    /// # Panics
    /// If it lies outside the shape.
    pub fn get(&self, row: usize, column: usize) -> &'a f64 {
        self.check(row, column);
        &self.numbers[row * self.strides.0 + column * self.strides.1]
    }
}
// ANCHOR_END: view

impl View<'_> {
    fn check(&self, row: usize, column: usize) {
        let (rows, columns) = self.shape;
        assert!(
            row < rows && column < columns,
            "no entry {:?} in {:?}",
            (row, column),
            self.shape
        );
    }

    /// Rows and columns that are seen.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// How far apart in memory an entry and the one below it lie, and an entry
    /// and the one to its right, in numbers.
    pub fn strides(&self) -> (usize, usize) {
        self.strides
    }

    /// The entries as a matrix of their own.
    pub fn to_matrix(&self) -> DMatrix<f64> {
        DMatrix::from_fn(self.shape.0, self.shape.1, |row, column| {
            *self.get(row, column)
        })
    }
}

// ANCHOR: broadcast
/// `1 b` as libraries do it: the row seen as `batch` rows. A step down moves by
/// 0 numbers, so that every row is the same memory.
pub fn broadcast(row: &RowDVector<f64>, batch: usize) -> View<'_> {
    View { numbers: row.as_slice(), shape: (batch, row.len()), strides: (0, 1) }
}
// ANCHOR_END: broadcast

// ANCHOR: sum_to
/// The backward pass of a broadcast from shape `to`: each number collects the
/// gradients of all the places it was stretched to.
///
/// # Panics
/// If `gradient` is not of a shape that `to` can be stretched to.
pub fn sum_to(gradient: &DMatrix<f64>, to: Shape) -> DMatrix<f64> {
    check_stretched(to, gradient.shape());
    let mut sum = DMatrix::zeros(to.0, to.1);
    for row in 0..gradient.nrows() {
        for column in 0..gradient.ncols() {
            sum[(row % to.0, column % to.1)] += gradient[(row, column)];
        }
    }
    sum
}
// ANCHOR_END: sum_to

fn check_stretched(to: Shape, gradient: Shape) {
    assert_eq!(
        broadcast_shape(to, gradient),
        Ok(gradient),
        "a gradient of shape {gradient:?} does not come from {to:?}",
    );
}

// ANCHOR: broadcast_shape
/// The shape of `left + right` in NumPy and PyTorch, axis by axis: equal
/// lengths stay, length 1 is stretched to the other, anything else is an error.
pub fn broadcast_shape(left: Shape, right: Shape) -> Result<Shape, Incompatible> {
    let axis = |left: usize, right: usize| match (left, right) {
        (left, right) if left == right => Some(left),
        (1, length) | (length, 1) => Some(length),
        _ => None,
    };
    match (axis(left.0, right.0), axis(left.1, right.1)) {
        (Some(rows), Some(columns)) => Ok((rows, columns)),
        _ => Err(Incompatible { left, right }),
    }
}
// ANCHOR_END: broadcast_shape

/// Two shapes that cannot be broadcast together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Incompatible {
    pub left: Shape,
    pub right: Shape,
}

impl fmt::Display for Incompatible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "shapes {:?} and {:?} cannot be broadcast together",
            self.left, self.right
        )
    }
}

impl std::error::Error for Incompatible {}
