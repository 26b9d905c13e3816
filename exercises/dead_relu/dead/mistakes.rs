use nalgebra::{DMatrix, RowDVector};

use super::Dead;
use super::solution::dead;
use crate::judge::Mistake;

pub const MISTAKES: &[Mistake<Dead>] = &[
    Mistake {
        function: |weight, bias, batches| 1.0 - dead(weight, bias, batches),
        told: "This is the share of the units that are alive: those that at least one \
               example activates.",
    },
    Mistake {
        function: |weight, bias, batches| {
            dead(weight, bias, batches) * bias.len() as f64
        },
        told: "This is the number of dead units. A share is between 0 and 1, whatever \
               the width of the layer.",
    },
    Mistake {
        function: |weight, bias, batches| {
            let last = batches.len() - 1;
            dead(weight, bias, &batches[last..])
        },
        told: "Only the last batch counts here. What the earlier ones have shown must \
               not be forgotten: a unit that one of them has activated is not dead.",
    },
    Mistake {
        function: |weight, bias, batches| {
            let batches = preactivations(weight, bias, batches);
            let off =
                |unit: usize| batches.iter().any(|a| a.iter().all(|a| a[unit] <= 0.0));
            let dead = (0..bias.len()).filter(|&unit| off(unit));
            dead.count() as f64 / bias.len() as f64
        },
        told: "Here one batch on which a unit is off is enough to call it dead. It has \
               to be off on all of them.",
    },
    Mistake {
        function: |weight, bias, batches| {
            let batches = preactivations(weight, bias, batches);
            let sum = |a: &[Vec<f64>], unit: usize| -> f64 {
                a.iter().map(|a| a[unit]).sum()
            };
            let off = |unit: usize| batches.iter().all(|a| sum(a, unit) <= 0.0);
            let dead = (0..bias.len()).filter(|&unit| off(unit));
            dead.count() as f64 / bias.len() as f64
        },
        told: "Here the sum of xw + b over a batch decides. One example with it above 0 \
               keeps a unit alive, however negative the others are.",
    },
    Mistake {
        function: |weight, bias, batches| {
            let off = |a: f64| a < 0.0;
            share(&preactivations(weight, bias, batches).concat(), off)
        },
        told: "A unit whose xw + b is exactly 0 counts as active here. Its output is 0, and \
               the book takes its derivative to be 0 as well: it is off.",
    },
    Mistake {
        function: |weight, bias, batches| {
            let batches = preactivations(weight, bias, batches);
            let shares = batches.iter().map(|a| share(a, |a| a <= 0.0));
            shares.sum::<f64>() / batches.len() as f64
        },
        told: "This is the mean over the batches. A unit that is off for all of one \
               batch is not dead if another batch activates it, and the fewer examples \
               one looks at, the more units look dead.",
    },
    Mistake {
        function: |weight, bias, batches| {
            let a = preactivations(weight, bias, batches).concat();
            let off = a.iter().flatten().filter(|&&a| a <= 0.0).count();
            off as f64 / a.iter().flatten().count() as f64
        },
        told: "This is the share of zeros among all outputs. Being off for some of the \
               examples is the normal state of a ReLU.",
    },
    Mistake {
        function: |weight, bias, batches| {
            let a = preactivations(weight, bias, batches).concat();
            let units = 0..bias.len();
            let off = units.filter(|&unit| a.iter().any(|a| a[unit] <= 0.0));
            off.count() as f64 / bias.len() as f64
        },
        told: "Here one example is enough to call a unit dead. It has to be off for \
               every one.",
    },
    Mistake {
        function: |weight, bias, batches| {
            let a = preactivations(weight, &(0.0 * bias), batches).concat();
            share(&a, |a| a <= 0.0)
        },
        told: "This is the share without the biases. A unit is off where a = xw + b is \
               not above 0.",
    },
];

/// `a` by batch, example and unit.
fn preactivations(
    weight: &DMatrix<f64>,
    bias: &RowDVector<f64>,
    batches: &[DMatrix<f64>],
) -> Vec<Vec<Vec<f64>>> {
    let of_batch = |batch: &DMatrix<f64>| {
        let xw = batch * weight;
        xw.row_iter().map(|row| (row + bias).iter().copied().collect()).collect()
    };
    batches.iter().map(of_batch).collect()
}

/// The share of units that are off for all examples.
fn share(a: &[Vec<f64>], off: impl Fn(f64) -> bool) -> f64 {
    let units = a[0].len();
    let dead = (0..units).filter(|&unit| a.iter().all(|a| off(a[unit])));
    dead.count() as f64 / units as f64
}
