//! What the programs share that hand out something to write and run what becomes of it.

pub mod alone;
pub mod book;
pub mod say;
