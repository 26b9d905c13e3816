//! Which checkout of the book the runner works on: the one that it is started from. A
//! checkout may have been moved or copied with all that was compiled in it, or share the
//! folder of builds with another one, so that nothing is taken from the time of compiling.

use std::env;
use std::path::{Path, PathBuf};

/// The root of the checkout: that whose `cargo exercise` this is, else that around the
/// current folder, else that in which this program lies.
///
/// # Errors
/// If there is none.
pub fn root() -> Result<PathBuf, String> {
    let of_cargo = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let places = [of_cargo, env::current_dir().ok(), env::current_exe().ok()];
    places.iter().flatten().find_map(|place| around(place)).ok_or_else(|| {
        "no checkout of the book is here. Call `cargo exercise` in its folder"
            .to_owned()
    })
}

fn around(place: &Path) -> Option<PathBuf> {
    let is_book = |folder: &&Path| folder.join("exercises/runner/Cargo.toml").is_file();
    place.ancestors().find(is_book).map(Path::to_owned)
}

/// A path as one writes it in the current folder, where it lies below.
pub fn seen_from_here(path: &Path) -> PathBuf {
    let here = env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).to_owned()
}
