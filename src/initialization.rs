//! Random weights for a linear layer.
//!
//! Source: Data 188, Lecture 06, "Initialization of weights"; He, Zhang, Ren, Sun 2015.

use nalgebra::{DMatrix, RowDVector};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use rand_distr::{StandardNormal, Uniform};

use crate::linear_layer::Linear;

/// A layer whose weights are independent draws from `N(0, variance)` and whose biases
/// are zero. The draws fill the weight column by column.
pub fn normal(
    fan_in: usize,
    fan_out: usize,
    variance: f64,
    rng: &mut ChaCha8Rng,
) -> Linear {
    let mut draw = || rng.sample::<f64, _>(StandardNormal);
    let weight = DMatrix::from_fn(fan_in, fan_out, |_, _| variance.sqrt() * draw());
    Linear::new(weight, RowDVector::zeros(fan_out))
}

/// A layer whose weights and biases are independent draws from the uniform distribution
/// on `±1/√fan_in`: what `torch.nn.Linear` starts from. Its variance is `1/(3 fan_in)`.
///
/// # Panics
/// If `fan_in` is 0.
pub fn pytorch_default(fan_in: usize, fan_out: usize, rng: &mut ChaCha8Rng) -> Linear {
    let bound = 1.0 / (fan_in as f64).sqrt();
    let range =
        Uniform::new_inclusive(-bound, bound).expect("a layer with at least one input");
    Linear::new(
        DMatrix::from_fn(fan_in, fan_out, |_, _| rng.sample(range)),
        RowDVector::from_fn(fan_out, |_, _| rng.sample(range)),
    )
}
