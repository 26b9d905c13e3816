//! The formulas of `chapters/training.md`.

use crate::bind::{choices, matrix};
use crate::check::check;
use descent::training::at_right_angles;
use nalgebra::DMatrix;

#[test]
fn how_far_the_weights_go() {
    check("training.starts", 4, |at| {
        let s = at.any("s", 0.5..=2.0);
        let is_joint = at.number % 2 == 1;
        let (n, m) = if at.number < 2 { (1.0, 2.0) } else { (2.0, 1.0) };
        at.source("", vec![1.0; 2]).set("n", n).set("m", m);
        if is_joint {
            // Multiplied out, it holds for starts that depend on each other as well.
            let joint = [(s, s), (-s, -s), (2.0 * s, -s)];
            at.source("starts", vec![0.3, 0.3, 0.4]).first(1);
            for (start, weight, of) in [("W_0", "w", 0), ("W'_0", "w'", 1)] {
                let values = joint.map(|it| if of == 0 { it.0 } else { it.1 });
                let both = values.map(|w| DMatrix::from_element(1, 2, w));
                at.random(start, "starts", both).random(weight, "starts", values);
            }
            return;
        }
        // Two starts of two weights, each ±s.
        let all = choices(&[(s, 0.5), (-s, 0.5)], 4);
        let start = |first: usize| {
            all.iter()
                .map(move |(w, _)| DMatrix::from_row_slice(1, 2, &w[first..first + 2]))
        };
        at.source("starts", all.iter().map(|it| it.1).collect());
        at.random("W_0", "starts", start(0)).random("W'_0", "starts", start(2));
        // Over the two places of the matrix: one weight of each start.
        at.source("one", vec![0.5; 2]).random("w", "one", [s, -s]);
        at.source("other", vec![0.5; 2]).random("w'", "other", [s, -s]);
    });
    check("training.right_angles", 6, |at| {
        let mut moved = at.any("moved", 0.1..=3.0);
        if at.number == 0 {
            moved = 1e4;
            at.set("moved", moved).reaches(1e-6);
        }
        // Starts and moves along four axes.
        let axis =
            |i: usize| DMatrix::from_fn(1, 4, |_, j| f64::from(u8::from(i == j)));
        let (start, other) = (1.5 * axis(0), 1.5 * axis(1));
        at.set("W_T", &start + 1.5 * moved * axis(2))
            .set("W'_T", &other + 1.5 * moved * axis(3));
        at.set("W_0", start).is(3, at_right_angles(moved));
    });
    check("training.matched", 6, |at| {
        let (one, other) = (matrix(at, 3, 4), matrix(at, 3, 4));
        at.source("", vec![1.0; 4]);
        at.random("w", "", one.column_iter()).random("w'", "", other.column_iter());
        at.set("W", one).set("W'", other);
    });
    check("training.nearer", 30, |at| {
        let moved = at.any("moved", 1.0..=4.0);
        // Two moves with this cosine, at right angles to both starts.
        let axis =
            |i: usize| DMatrix::from_fn(1, 4, |_, j| f64::from(u8::from(i == j)));
        let is_nearer = |cosine: f64| {
            let turned = cosine * axis(2) + (1.0 - cosine * cosine).sqrt() * axis(3);
            let (end, other) = (axis(0) + moved * axis(2), axis(1) + moved * turned);
            (&end - other).norm() < (end - axis(0)).norm()
        };
        let edge = crate::bind::edge(1.0, 0.0, is_nearer);
        let cosine = crate::bind::near(at, edge).min(1.0);
        at.set("cosine", cosine).truth(is_nearer(cosine));
    });
}
