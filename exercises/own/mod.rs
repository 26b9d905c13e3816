//! What readers do with a whole training: `cargo train` runs one with settings of their
//! own, `cargo optimizer` measures an optimizer of their own.

pub mod course;
pub mod limits;
pub mod program;
pub mod report;
#[allow(dead_code, reason = "the reader's to use")]
pub mod template;

/// What `answers/optimizer.rs` holds when it is handed out: gradient descent.
pub const TEMPLATE: &str = include_str!("template.rs");
