//! The digits that the chapters draw from, read once.

use std::sync::OnceLock;

use descent::mnist::{Digits, Split};

use crate::canvas::DrawResult;
use crate::output::checkout;

/// One of the two sets in the repository, whole.
///
/// # Errors
/// If a file is missing or damaged, or has other than the original number of digits.
pub fn digits(split: Split) -> DrawResult<&'static Digits> {
    static SETS: [OnceLock<Result<Digits, String>>; 2] = [const { OnceLock::new() }; 2];
    let (set, count) = match split {
        Split::Train => (&SETS[0], 60_000),
        Split::Test => (&SETS[1], 10_000),
    };
    let read = || {
        let folder = checkout().map_err(|error| error.to_string())?.join("data/mnist");
        let digits = Digits::read(&folder, split).map_err(|error| error.to_string())?;
        if digits.len() < count {
            let (file, found) = (folder.join(split.files().0), digits.len());
            return Err(format!(
                "{}: {found} images, but the book's figures take {count}; 'git restore data/mnist' brings them back",
                file.display()
            ));
        }
        Ok(digits)
    };
    set.get_or_init(read).as_ref().map_err(|error| error.as_str().into())
}
