//! The formulas of the pages, evaluated as they stand there: a module for each chapter, a label for each formula.

#[path = "../support/mod.rs"]
mod support;

mod bind;
mod check;
mod coverage;
mod mutants;
mod page;
mod slips;

mod acceleration;
mod adam;
mod backpropagation;
mod broadcasting;
mod dead_relu;
mod depth;
mod elbows;
mod expressivity;
mod gradient_check;
mod gradient_descent;
mod gradient_noise;
mod initialization;
mod linear_layer;
mod momentum;
mod momentum_convergence;
mod nesterov;
mod network;
mod neuron;
mod newton;
mod norm_law;
mod objective;
mod one_parameter;
mod quadratic;
mod sgd;
mod training;
mod worksheet;
