//! The exercises of the book.
//!
//! One exercise is one folder, `exercises/<chapter>/<function>/`:
//!
//! | file | what it holds |
//! |---|---|
//! | `task.rs` | the function that the reader is to write; what it starts from |
//! | `solution.rs` | the function, written |
//! | `mistakes.rs` | the function as one may get it wrong, and what to say of each |
//! | `mod.rs` | what an answer is asked, and the truth that it is compared with |
//! | `hint.md` | one step of the way |
//!
//! `cargo exercise <chapter>/<function>` gives the reader a copy of `task.rs` and judges
//! what becomes of it.

pub mod judge;

pub mod momentum {
    pub mod pytorch;
}
pub mod nesterov {
    pub mod step;
}
pub mod adam {
    pub mod step;
}
pub mod sgd {
    pub mod accumulate;
}
pub mod training {
    pub mod kept;
}

use judge::Judged;

/// All exercises, in the order of the book.
pub const ALL: &[&dyn Judged] = &[
    &momentum::pytorch::EXERCISE,
    &nesterov::step::EXERCISE,
    &adam::step::EXERCISE,
    &sgd::accumulate::EXERCISE,
    &training::kept::EXERCISE,
];

/// The exercise of this name.
pub fn find(name: &str) -> Option<&'static dyn Judged> {
    ALL.iter().copied().find(|exercise| exercise.name() == name)
}
