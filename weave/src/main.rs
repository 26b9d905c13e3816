//! The command that mdBook runs: a book comes in as JSON and goes out as JSON.

use mdbook_preprocessor::{Preprocessor, parse_input};
use std::env;
use std::io;
use std::process::ExitCode;
use weave::Weave;

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["supports", renderer] => return supports(renderer),
        [] => run(),
        _ => {
            eprintln!("usage: weave [supports RENDERER]");
            return ExitCode::FAILURE;
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn supports(renderer: &str) -> ExitCode {
    match Weave.supports_renderer(renderer) {
        Ok(true) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

fn run() -> mdbook_preprocessor::errors::Result<()> {
    let (ctx, book) = parse_input(io::stdin())?;
    let book = Weave.run(&ctx, book)?;
    Ok(serde_json::to_writer(io::stdout().lock(), &book)?)
}
