use super::Gradients;
use super::solution::gradients;
use crate::judge::Mistake;

pub const MISTAKES: &[Mistake<Gradients>] = &[
    Mistake {
        function: |x, w, g| {
            let (dx, dw, db) = gradients(x, w, g);
            (dx, dw / x.nrows() as f64, db)
        },
        told: "∂W is divided by the size of the batch here. Every image uses the same \
               weights, and the effects on the loss add up. Where a loss is a mean, \
               its factor is in ∂A already.",
    },
    Mistake {
        function: |x, w, g| {
            let (dx, dw, db) = gradients(x, w, g);
            let batch = x.nrows() as f64;
            (dx, dw / batch, db / batch)
        },
        told: "∂W and ∂b are divided by the size of the batch here. Every image uses \
               the same parameters, and the effects on the loss add up. Where a loss \
               is a mean, its factor is in ∂A already.",
    },
    Mistake {
        function: |x, w, g| {
            let (dx, dw, db) = gradients(x, w, g);
            (dx, dw, db / x.nrows() as f64)
        },
        told: "∂b is divided by the size of the batch here. The bias takes part in \
               every image's output, and its effects on the loss add up. Where a loss \
               is a mean, its factor is in ∂A already.",
    },
    Mistake {
        function: |x, w, g| {
            let (dx, dw, _) = gradients(x, w, g);
            (dx, dw, g.column_sum().transpose())
        },
        told: "∂b has one number for each image here, the sum over its units. Each \
               unit has a bias: collect what the images say to it. (nalgebra's \
               column_sum is the sum of all columns, row_sum that of all rows.)",
    },
    Mistake {
        function: |x, w, g| {
            let (_, dw, db) = gradients(x, w, g);
            (g * w.transpose(), dw, db)
        },
        told: "∂X is that of the book's layout here. With the weight turned around, \
               A_ij contains X_ik with another entry of W: look which one. (Where a \
               layer has as many inputs as outputs, no shape gives it away.)",
    },
    Mistake {
        function: |x, w, g| {
            let (dx, dw, db) = gradients(x, w, g);
            (dx, dw.transpose(), db)
        },
        told: "∂W is transposed: its rows belong to inputs. An optimizer subtracts it \
               from W entry by entry, so its rows have to belong to units, as those \
               of W do. (Where a layer has as many inputs as outputs, no shape gives \
               it away.)",
    },
];
