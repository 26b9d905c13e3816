//! Words for the reader, who may have stopped listening.

use std::io::{self, ErrorKind, Write};
use std::process::exit;

/// Puts a text out, and ends its line. A closed pipe is no fault: whoever reads it, or
/// closes it, has had enough.
pub fn say(text: &str) {
    if let Err(error) = put(io::stdout().lock(), text)
        && error.kind() != ErrorKind::BrokenPipe
    {
        warn(&format!(
            "the output cannot be written: {error}. Is the disk full to which it goes?"
        ));
        exit(2);
    }
}

/// Tells of a fault or of a delay, if anybody listens.
pub fn warn(text: &str) {
    let _ = put(io::stderr().lock(), text);
}

fn put(mut to: impl Write, text: &str) -> io::Result<()> {
    to.write_all(text.as_bytes())?;
    if !text.is_empty() && !text.ends_with('\n') {
        to.write_all(b"\n")?;
    }
    to.flush()
}
