//! The exercises of the book.
//!
//! One exercise is one folder, `exercises/<chapter>/<function>/`:
//!
//! | file | what it holds |
//! |---|---|
//! | `task.rs` | the function that the reader is to write; what it starts from; first of all, how hard it is: “// 10 minutes, easy” |
//! | `solution.rs` | the function, written |
//! | `accepted.rs` | the function, written in ten other ways |
//! | `mistakes.rs` | the function as one may get it wrong, and what to say of each |
//! | `mod.rs` | what an answer is asked, and the truth that it is compared with |
//! | `hint.md` | one step of the way |
//!
//! `cargo exercise <chapter>/<function>` gives the reader a copy of `task.rs` and judges
//! what becomes of it.

pub mod judge;
pub mod own;
pub mod reply;

pub mod linear_layer {
    pub mod gradients;
}
pub mod broadcasting {
    pub mod scale;
}
pub mod network {
    pub mod logistic_loss;
}
pub mod expressivity {
    pub mod weights;
}
pub mod backpropagation {
    pub mod twice;
}
pub mod gradient_check {
    pub mod along;
}
pub mod objective {
    pub mod bound;
}
pub mod gradient_descent {
    pub mod backtrack;
}
pub mod one_parameter {
    pub mod running_slope;
}
pub mod quadratic {
    pub mod limit;
}
pub mod neuron {
    pub mod steps_until_off;
}
pub mod newton {
    pub mod shifted;
}
pub mod momentum {
    pub mod pytorch;
}
pub mod momentum_convergence {
    pub mod best;
}
pub mod nesterov {
    pub mod step;
}
pub mod acceleration {
    pub mod accelerated;
}
pub mod adam {
    pub mod step;
}
pub mod sgd {
    pub mod accumulate;
}
pub mod gradient_noise {
    pub mod best_steps;
}
pub mod initialization {
    pub mod bound;
}
pub mod depth {
    pub mod growth;
}
pub mod norm_law {
    pub mod spread;
}
pub mod elbows {
    pub mod slopes;
}
pub mod dead_relu {
    pub mod dead;
}
pub mod training {
    pub mod kept;
}

use judge::Judged;

/// All exercises, in the order of the book.
pub const ALL: &[&dyn Judged] = &[
    &linear_layer::gradients::EXERCISE,
    &broadcasting::scale::EXERCISE,
    &network::logistic_loss::EXERCISE,
    &expressivity::weights::EXERCISE,
    &backpropagation::twice::EXERCISE,
    &gradient_check::along::EXERCISE,
    &objective::bound::EXERCISE,
    &gradient_descent::backtrack::EXERCISE,
    &one_parameter::running_slope::EXERCISE,
    &quadratic::limit::EXERCISE,
    &neuron::steps_until_off::EXERCISE,
    &newton::shifted::EXERCISE,
    &momentum::pytorch::EXERCISE,
    &momentum_convergence::best::EXERCISE,
    &nesterov::step::EXERCISE,
    &acceleration::accelerated::EXERCISE,
    &adam::step::EXERCISE,
    &sgd::accumulate::EXERCISE,
    &gradient_noise::best_steps::EXERCISE,
    &initialization::bound::EXERCISE,
    &depth::growth::EXERCISE,
    &norm_law::spread::EXERCISE,
    &elbows::slopes::EXERCISE,
    &dead_relu::dead::EXERCISE,
    &training::kept::EXERCISE,
];

/// The exercise of this name.
pub fn find(name: &str) -> Option<&'static dyn Judged> {
    ALL.iter().copied().find(|exercise| exercise.name() == name)
}
