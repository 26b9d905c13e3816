//! The formulas of `chapters/broadcasting.md`.

use crate::bind::matrix;
use crate::check::check;
use descent::broadcasting::sum_to;
use nalgebra::{DMatrix, DVector};

#[test]
fn a_row_stride_of_one_shows_each_number_again_in_the_next_row() {
    check("broadcasting.windows", 1, |at| {
        let numbers = [1.0, 2.0, 3.0, 4.0];
        at.is(0, DMatrix::from_fn(3, 2, |row, column| numbers[row + column]));
    });
}

#[test]
fn what_was_spread_out_is_collected() {
    check("broadcasting.backward", 6, |at| {
        let gradient = matrix(at, 4, 3);
        let collected = sum_to(&gradient, (1, 3));
        at.entries("∂A", &gradient).set("∂A", gradient).set("∂b", &collected);
        at.list("∂b", 1, collected.iter().copied())
            .set("1", DVector::from_element(4, 1.0));
        let j = 1 + at.number % 3;
        at.range("i", 1..=4).set("j", j as f64);
    });
}
