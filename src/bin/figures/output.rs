//! Where the figures go: each file whole or not at all.

use std::fs;
use std::path::{Path, PathBuf};

use crate::canvas::DrawResult;

/// One figure of the book.
pub struct Figure {
    /// `<slug>-<what it shows>`, the name of its files.
    pub name: &'static str,
    pub svg: String,
    pub csv: String,
}

/// A table with a line of column names, as CSV.
pub fn csv(columns: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let quoted = |field: &String| match field.contains(',') {
        true => format!("\"{field}\""),
        false => field.clone(),
    };
    let line =
        |row: Vec<String>| row.iter().map(quoted).collect::<Vec<_>>().join(",") + "\n";
    let names = columns.iter().map(ToString::to_string).collect();
    std::iter::once(names).chain(rows).map(line).collect()
}

/// A number as CSV shows it: six digits, so that the last is the same on every
/// processor.
pub fn number(value: f64) -> String {
    format!("{value:.5e}")
}

/// The number that CSV shows. What is drawn from it does not depend on the processor
/// either.
pub fn shown(value: f64) -> f64 {
    number(value).parse().expect("a number")
}

/// `chapters/figures` for the figures of the book, `target/figures` for a reader's own.
pub fn default_folder(of_the_book: bool) -> PathBuf {
    let folder = if of_the_book { "chapters/figures" } else { "target/figures" };
    Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)
}

/// Makes the folder if need be.
///
/// # Errors
/// If it cannot be made, for example because a file is in its place.
pub fn prepare(folder: &Path) -> DrawResult {
    fs::create_dir_all(folder).map_err(|error| {
        format!("--out {}: not a folder to write to: {error}", folder.display()).into()
    })
}

/// Writes the figures, or only their data, and says where.
///
/// # Errors
/// If a file cannot be written; those before it are then complete, it and those after
/// it untouched.
pub fn write(folder: &Path, figures: &[Figure], csv_only: bool) -> DrawResult {
    for figure in figures {
        write_whole(&folder.join(figure.name).with_extension("csv"), &figure.csv)?;
        if !csv_only {
            write_whole(&folder.join(figure.name).with_extension("svg"), &figure.svg)?;
        }
        println!(
            "{}",
            folder
                .join(figure.name)
                .with_extension(if csv_only { "csv" } else { "svg" })
                .display()
        );
    }
    Ok(())
}

/// Writes beside the file and then takes its place, so that nobody ever sees half of
/// it.
fn write_whole(path: &Path, content: &str) -> DrawResult {
    let beside = path.with_added_extension("tmp");
    fs::write(&beside, content).and_then(|()| fs::rename(&beside, path)).map_err(
        |error| format!("{}: cannot be written: {error}", path.display()).into(),
    )
}
