//! The command that mdBook runs: a book comes in as JSON and goes out as JSON.

use mdbook_preprocessor::Preprocessor;
use std::env;
use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use weave::{Weave, ran};

/// The version of mdBook that this book is made with.
const MDBOOK: &str = "0.5.4";
const CHAPTERS: &str = "chapters";
/// The exit code when a check of a page has not run.
const NOT_RUN: u8 = 2;

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["supports", renderer] => return supports(renderer),
        ["ran", log] => return ran(log),
        [] => run(),
        _ => Err("usage: weave [supports RENDERER | ran LOG]; mdBook calls it, see book.toml".to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => failure(&message),
    }
}

/// Says why not; a closed error stream changes nothing.
fn failure(message: &str) -> ExitCode {
    let _ = writeln!(io::stderr(), "{message}");
    ExitCode::FAILURE
}

fn supports(renderer: &str) -> ExitCode {
    match Weave.supports_renderer(renderer) {
        Ok(true) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

fn run() -> Result<(), String> {
    let mut input = Vec::new();
    io::stdin()
        .read_to_end(&mut input)
        .map_err(|error| format!("weave cannot read the book from mdBook: {error}"))?;
    let input = String::from_utf8_lossy(&input);
    fits(&input)?;
    let output = weave::answer(input.as_bytes())?;
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(&output).and_then(|()| stdout.flush());
    written.map_err(|error| match error.kind() {
        ErrorKind::BrokenPipe => {
            "weave: mdBook stopped before it had read the book".to_owned()
        }
        _ => format!("weave cannot give the book to mdBook: {error}"),
    })
}

/// Refuses the mdBook of another minor version, which sends the book in another form.
fn fits(input: &str) -> Result<(), String> {
    let Some(version) = version_of(input) else {
        return Ok(());
    };
    let minor = |version: &str| {
        version.split('.').take(2).map(str::to_owned).collect::<Vec<_>>()
    };
    if minor(version) == minor(MDBOOK) {
        return Ok(());
    }
    Err(format!(
        "This book needs mdBook {MDBOOK}, and yours is {version}: cargo install mdbook --version {MDBOOK} --locked"
    ))
}

/// The version of mdBook, which stands in the part of its input before the book.
fn version_of(input: &str) -> Option<&str> {
    let (_, rest) = input.split_once("\"mdbook_version\"")?;
    rest.trim_start()
        .strip_prefix(':')?
        .trim_start()
        .strip_prefix('"')?
        .split('"')
        .next()
}

fn ran(log: &str) -> ExitCode {
    let Some(root) = root() else {
        return failure("weave ran: no book.toml here or above");
    };
    let text = match fs::read(log) {
        Ok(text) => String::from_utf8_lossy(&text).into_owned(),
        Err(error) => return failure(&format!("weave ran: {log}: {error}")),
    };
    match ran::compare(&root, CHAPTERS, &text) {
        Ok(count) => {
            let _ = writeln!(
                io::stdout(),
                "{count} tests stand behind the pages, and all have run"
            );
            ExitCode::SUCCESS
        }
        Err(faults) => {
            let _ = writeln!(io::stderr(), "{faults}");
            ExitCode::from(NOT_RUN)
        }
    }
}

/// The nearest folder, from here upwards, that holds a book.
fn root() -> Option<PathBuf> {
    let here = env::current_dir().ok()?;
    here.ancestors()
        .find(|folder| folder.join("book.toml").is_file())
        .map(PathBuf::from)
}
