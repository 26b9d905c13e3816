//! Where the figures go: each file whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, process};

use crate::canvas::DrawResult;
use crate::numbers::short;

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

/// A number with so many digits behind its first, as one reads it aloud.
pub fn rough(value: f64, digits: usize) -> String {
    short(format!("{value:.digits$e}").parse().expect("a number"))
}

/// The number that CSV shows. What is drawn from it does not depend on the processor
/// either.
pub fn shown(value: f64) -> f64 {
    number(value).parse().expect("a number")
}

/// A number with twelve digits, for a place on an axis. It does not depend on the C
/// library, whose powers and logarithms differ in the last bits.
pub fn twelve_digits(value: f64) -> f64 {
    format!("{value:.11e}").parse().expect("a number")
}

/// A place on an axis as CSV shows it: twelve digits, without rows of zeros.
pub fn place(value: f64) -> String {
    let value = twelve_digits(value);
    match value.abs() {
        0.0 | 1e-5..1e16 => value.to_string(),
        _ => format!("{value:e}"),
    }
}

/// The checkout of the book to work on: that of the package which cargo runs, or else
/// the one that the current folder lies in. (Where the program was compiled says
/// nothing: a checkout may have been moved or copied since then, and several may share
/// one target folder.)
///
/// # Errors
/// If there is none.
pub fn checkout() -> DrawResult<PathBuf> {
    let is_checkout = |folder: &&Path| folder.join("src/bin/figures/main.rs").is_file();
    let of_cargo = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let current = env::current_dir()?;
    let mut places =
        of_cargo.iter().chain([&current]).flat_map(|place| place.ancestors());
    places.find(is_checkout).map(Path::to_owned).ok_or_else(|| {
        let current = current.display();
        format!("{current}: not in a checkout of the book; change to its folder").into()
    })
}

/// `chapters/figures` for the figures of the book, `target/figures` for a reader's own.
///
/// # Errors
/// If there is no checkout.
pub fn default_folder(of_the_book: bool) -> DrawResult<PathBuf> {
    let folder = if of_the_book { "chapters/figures" } else { "target/figures" };
    Ok(checkout()?.join(folder))
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
/// If a file cannot be written; where the disk is full, none has changed then.
pub fn write(folder: &Path, figures: &[Figure], csv_only: bool) -> DrawResult {
    let mut files = Vec::new();
    for figure in figures {
        let path = folder.join(figure.name);
        files.push((path.with_extension("csv"), figure.csv.as_bytes()));
        if !csv_only {
            files.push((path.with_extension("svg"), figure.svg.as_bytes()));
        }
    }
    replace(folder, &files)?;
    let extension = if csv_only { "csv" } else { "svg" };
    let paths =
        figures.iter().map(|figure| folder.join(figure.name).with_extension(extension));
    tell(paths.map(|path| path.display().to_string()))
}

/// Writes files of a folder.
///
/// # Errors
/// If one cannot be written; where the disk is full, none has changed then.
pub fn replace(folder: &Path, files: &[(PathBuf, &[u8])]) -> DrawResult {
    survive_the_size_limit();
    remove_leftovers(folder);
    let written: Result<Vec<_>, _> = files
        .iter()
        .map(|(path, content)| Beside::new(path.clone(), content))
        .collect();
    written?.into_iter().try_for_each(Beside::take_its_place)
}

/// Lines for standard output.
///
/// # Errors
/// If they cannot be written. That a reader has read enough and closes the pipe is none.
pub fn tell(lines: impl Iterator<Item = String>) -> DrawResult {
    let mut output = io::stdout().lock();
    let text: String = lines.map(|line| line + "\n").collect();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(format!("standard output: cannot be written: {error}").into())
        }
        _ => Ok(()),
    }
}

/// Looks for figures of these chapters in the folder that are not among those drawn.
///
/// # Errors
/// If there is one: no code draws it.
pub fn nothing_else(folder: &Path, chapters: &[&str], drawn: &[Figure]) -> DrawResult {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.extend(entry?.file_name().into_string());
    }
    names.sort();
    let known = |name: &&String| {
        let figure = name.strip_suffix(".csv").or_else(|| name.strip_suffix(".svg"));
        let Some(figure) = figure else { return true };
        let chapter = figure.split('-').next().unwrap_or_default();
        !chapters.contains(&chapter) || drawn.iter().any(|drawn| drawn.name == figure)
    };
    match names.iter().find(|name| !known(name)) {
        Some(name) => {
            let path = folder.join(name);
            Err(format!("{}: no code draws this figure", path.display()).into())
        }
        None => Ok(()),
    }
}

/// A file's new content under another name, so that nobody ever sees half of it. The
/// other name goes with the value.
struct Beside {
    path: PathBuf,
    beside: PathBuf,
}

impl Beside {
    fn new(path: PathBuf, content: &[u8]) -> DrawResult<Self> {
        let (beside, mut file) = create_beside(&path).map_err(unwritten(&path))?;
        let written = Self { path, beside };
        file.write_all(content).map_err(unwritten(&written.path))?;
        Ok(written)
    }

    fn take_its_place(self) -> DrawResult {
        fs::rename(&self.beside, &self.path).map_err(unwritten(&self.path))
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // Gone already where it has taken its place.
        let _ = fs::remove_file(&self.beside);
    }
}

/// A file that no other program writes to: `name.csv.<process>-<number>.tmp`.
fn create_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    let mut number = 0;
    loop {
        let end = format!("{}-{number}.tmp", process::id());
        let beside = path.with_added_extension(end);
        match OpenOptions::new().write(true).create_new(true).open(&beside) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
            file => return Ok((beside, file?)),
        }
    }
}

fn unwritten(path: &Path) -> impl Fn(io::Error) -> Box<dyn std::error::Error> {
    move |error| format!("{}: cannot be written: {error}", path.display()).into()
}

/// Removes what programs left that were killed while they wrote, which takes far less
/// than an hour.
fn remove_leftovers(folder: &Path) {
    let old = |path: &Path| {
        let age = fs::metadata(path).ok()?.modified().ok()?.elapsed().ok()?;
        Some(age > Duration::from_secs(3600))
    };
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let ours = [".csv.", ".png.", ".svg."].iter().any(|kind| name.contains(kind));
        if ours && name.ends_with(".tmp") && old(&path) == Some(true) {
            let _ = fs::remove_file(path);
        }
    }
}

/// A limit on the size of files (`ulimit -f`) is then an error like a full disk, with a
/// message, and does not end the program.
#[cfg(unix)]
fn survive_the_size_limit() {
    unsafe extern "C" {
        fn signal(number: i32, handler: usize) -> usize;
    }
    const SIGXFSZ: i32 = 25;
    const IGNORE: usize = 1;
    // SAFETY: no handler is installed, so nothing runs when the signal comes.
    unsafe { signal(SIGXFSZ, IGNORE) };
}

#[cfg(not(unix))]
fn survive_the_size_limit() {}
