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
                |unit: usize| batches.iter().any(|z| z.iter().all(|z| z[unit] <= 0.0));
            let dead = (0..bias.len()).filter(|&unit| off(unit));
            dead.count() as f64 / bias.len() as f64
        },
        told: "Here one batch on which a unit is off is enough to call it dead. It has \
               to be off on all of them.",
    },
    Mistake {
        function: |weight, bias, batches| {
            let batches = preactivations(weight, bias, batches);
            let sum = |z: &[Vec<f64>], unit: usize| -> f64 {
                z.iter().map(|z| z[unit]).sum()
            };
            let off = |unit: usize| batches.iter().all(|z| sum(z, unit) <= 0.0);
            let dead = (0..bias.len()).filter(|&unit| off(unit));
            dead.count() as f64 / bias.len() as f64
        },
        told: "Here the sum of z over a batch decides. One example with z above 0 \
               keeps a unit alive, however negative the others are.",
    },
    Mistake {
        function: |weight, bias, batches| {
            let off = |z: f64| z < 0.0;
            share(&preactivations(weight, bias, batches).concat(), off)
        },
        told: "A unit whose z is exactly 0 counts as active here. Its output is 0, and \
               the book takes its derivative to be 0 as well: it is off.",
    },
    Mistake {
        function: |weight, bias, batches| {
            let batches = preactivations(weight, bias, batches);
            let shares = batches.iter().map(|z| share(z, |z| z <= 0.0));
            shares.sum::<f64>() / batches.len() as f64
        },
        told: "This is the mean over the batches. A unit that is off for all of one \
               batch is not dead if another batch activates it, and the fewer examples \
               one looks at, the more units look dead.",
    },
    Mistake {
        function: |weight, bias, batches| {
            let z = preactivations(weight, bias, batches).concat();
            let off = z.iter().flatten().filter(|&&z| z <= 0.0).count();
            off as f64 / z.iter().flatten().count() as f64
        },
        told: "This is the share of zeros among all outputs. Being off for some of the \
               examples is the normal state of a ReLU.",
    },
    Mistake {
        function: |weight, bias, batches| {
            let z = preactivations(weight, bias, batches).concat();
            let units = 0..bias.len();
            let off = units.filter(|&unit| z.iter().any(|z| z[unit] <= 0.0));
            off.count() as f64 / bias.len() as f64
        },
        told: "Here one example is enough to call a unit dead. It has to be off for \
               every one.",
    },
    Mistake {
        function: |weight, bias, batches| {
            let z = preactivations(weight, &(0.0 * bias), batches).concat();
            share(&z, |z| z <= 0.0)
        },
        told: "This is the share without the biases. A unit is off where z = xw + b is \
               not above 0.",
    },
];

/// z by batch, example and unit.
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
fn share(z: &[Vec<f64>], off: impl Fn(f64) -> bool) -> f64 {
    let units = z[0].len();
    let dead = (0..units).filter(|&unit| z.iter().all(|z| off(z[unit])));
    dead.count() as f64 / units as f64
}
