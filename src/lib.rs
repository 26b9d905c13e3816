//! Fully connected networks, how they are initialized and how they are trained: the
//! code of the book *Descent*.
//!
//! Each module is one chapter; a chapter's text is `chapters/<module>.md`, its claims
//! are tested in `tests/<module>.rs`, its figures are drawn by
//! `src/bin/figures/<module>.rs`.
//!
//! Conventions, the same in every module: a batch is a matrix `[batch, features]` of
//! row vectors, a layer computes `X W + 1 b` with `W` of shape `[fan_in, fan_out]`,
//! numbers are `f64`, and randomness comes from an explicit seed.

pub mod acceleration;
pub mod adam;
pub mod backpropagation;
pub mod broadcasting;
pub mod dead_relu;
pub mod depth;
pub mod elbows;
pub mod expressivity;
pub mod gradient_check;
pub mod gradient_descent;
pub mod gradient_noise;
pub mod initialization;
pub mod linear_layer;
#[cfg(feature = "mnist")]
pub mod mnist;
pub mod momentum;
pub mod momentum_convergence;
pub mod nesterov;
pub mod network;
pub mod neuron;
pub mod newton;
pub mod norm_law;
pub mod objective;
pub mod one_parameter;
pub mod parallel;
pub mod quadratic;
pub mod random;
pub mod sgd;
pub mod training;
