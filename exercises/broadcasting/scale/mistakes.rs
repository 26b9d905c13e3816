use nalgebra::DMatrix;

use super::Scale;
use super::solution::scale;
use crate::judge::Mistake;

pub const MISTAKES: &[Mistake<Scale>] = &[
    Mistake {
        function: |x, s, g| (g.clone(), scale(x, s, g).1),
        told: "∂X is ∂A itself here, as if factors had been added. A_ij contains X_ij with a \
               factor.",
    },
    Mistake {
        function: |x, s, g| {
            let read_as_a_row = |i: usize, j: usize| g[(i, j)] * s[j];
            (DMatrix::from_fn(x.nrows(), x.ncols(), read_as_a_row), scale(x, s, g).1)
        },
        told: "In ∂X each feature has a factor here, and each image should have one: \
               the column was read as a row. With these shapes a library would have \
               refused.",
    },
    Mistake {
        function: |x, s, g| (scale(x, s, g).0, g.column_sum()),
        told: "∂factors is the sum of ∂A here, as if factors had been added. If factors_i grows by a \
               little, A_ij grows by some multiple of that: which?",
    },
    Mistake {
        function: |x, s, g| {
            let (input, factors) = scale(x, s, g);
            (input, factors / x.ncols() as f64)
        },
        told: "∂factors is a mean over the features here. All the places to which factors_i was \
               stretched contribute, and contributions add up.",
    },
    Mistake {
        function: |x, s, g| {
            (scale(x, s, g).0, g.component_mul(x).row_sum().transpose())
        },
        told: "∂factors is a sum over the batch here, and has a number for each feature. \
               The axis that was stretched is the other one.",
    },
];
