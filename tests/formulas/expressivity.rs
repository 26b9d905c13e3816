//! The formulas of `chapters/expressivity.md`.

use crate::check::check;
use descent::expressivity::{tent, tents};
use nalgebra::dmatrix;

#[test]
fn a_tent_and_a_fold_in_three() {
    check("expressivity.tent", 12, |at| {
        let x = at.any("x", -0.5..=1.5);
        let tents = tents(1);
        at.real("tent", tent);
        if (0.0..=1.0).contains(&x) {
            at.is(1, tents.forward(dmatrix![x]).last().expect("an output"));
        }
    });
    check("expressivity.thirds", 12, |at| {
        let x = at.any("x", 0.0..=1.0);
        // Up, down and up between 0 and 1, with corners at the thirds.
        let third = (3.0 * x) % 2.0;
        at.is(0, third.min(2.0 - third));
    });
}
