//! `cargo exercise`: hands out the exercises of the book and judges the answers.

mod trial;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use clap::builder::RangedU64ValueParser;
use exercises::ALL;
use exercises::judge::{Judged, asks_for, effort};

use runner::alone::Task;
use runner::book;
use runner::say::{say, warn};

/// Hands out an exercise of the book, and judges the answer.
///
/// The first call for an exercise puts its file into the folder of answers. Write the
/// function that the file asks for, and call again. The exit code is 0 for a right answer,
/// 1 for one that is wrong or not yet written, and 2 for one that cannot be judged.
#[derive(Parser)]
#[command(name = "exercise", bin_name = "cargo exercise", version)]
struct Cli {
    /// Which one, for example adam/step; its file will do as well [default: list them all]
    name: Option<String>,
    /// Say one step of the way, and no more
    #[arg(long, requires = "name")]
    hint: bool,
    /// How many seconds an answer may take; a right one takes less than one
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    #[arg(value_parser = RangedU64ValueParser::<u64>::new().range(1..=3600))]
    limit: u64,
    /// The folder of your answers [default: answers]
    #[arg(long, value_name = "DIR")]
    answers: Option<PathBuf>,
}

fn main() -> ExitCode {
    reply(Cli::parse()).unwrap_or_else(|message| {
        warn(&message);
        ExitCode::from(2)
    })
}

fn reply(cli: Cli) -> Result<ExitCode, String> {
    let book = book::root()?;
    let answers =
        cli.answers.unwrap_or_else(|| book::seen_from_here(&book.join("answers")));
    let Some(name) = cli.name else {
        list(&answers);
        return Ok(ExitCode::SUCCESS);
    };
    let exercise = find(&name, &answers)?;
    if cli.hint {
        say(exercise.hint());
        return Ok(ExitCode::SUCCESS);
    }
    descent::random::shift()?;
    is_of(exercise, &book)?;
    judge(exercise, &book, &answers, Duration::from_secs(cli.limit))
}

/// All exercises, each with how hard it is and what it asks for.
fn list(answers: &Path) {
    let mut text = String::new();
    for exercise in ALL {
        let mark = if file(*exercise, answers).is_file() { "•" } else { " " };
        let first = asks_for(exercise.text()).next().unwrap_or_default();
        let effort = effort(exercise.text());
        let _ = writeln!(text, "{mark} {:<32} {effort:<20} {first}", exercise.name());
    }
    text += "\n• begun. To begin one or to have it judged: cargo exercise NAME";
    say(&text);
}

/// The exercise of a name, or of a file as shells complete it.
fn find(name: &str, answers: &Path) -> Result<&'static dyn Judged, String> {
    let plain = name.replace('\\', "/").to_lowercase();
    let plain = plain.strip_suffix(".rs").unwrap_or(&plain);
    let parts: Vec<_> = plain.split('/').filter(|part| !part.is_empty()).collect();
    let last = &parts[parts.len().saturating_sub(2)..];
    let Some(exercise) = exercises::find(&last.join("/")) else {
        let near = |it: &&&dyn Judged| {
            last.iter().any(|part| [it.chapter(), it.function()].contains(part))
        };
        let near: Vec<_> = ALL.iter().filter(near).map(|it| it.name()).collect();
        return Err(match near[..] {
            [] => format!("no exercise `{name}`; `cargo exercise` lists them all"),
            _ => format!("no exercise `{name}`; near it: {}", near.join(", ")),
        });
    };
    let judged = file(exercise, answers);
    let given = fs::canonicalize(name).ok().filter(|given| given.is_file());
    if given.is_some() && given != fs::canonicalize(&judged).ok() {
        return Err(format!(
            "{name} is not the file that would be judged, which is {}; \
             `--answers DIR` names another folder of answers",
            judged.display()
        ));
    }
    Ok(exercise)
}

fn file(exercise: &dyn Judged, answers: &Path) -> PathBuf {
    answers.join(exercise.name()).with_extension("rs")
}

/// Two checkouts that share a folder of builds may also share this program.
fn is_of(exercise: &dyn Judged, book: &Path) -> Result<(), String> {
    let task = book.join("exercises").join(exercise.name()).join("task.rs");
    if fs::read_to_string(task).ok().as_deref() == Some(exercise.text()) {
        return Ok(());
    }
    Err(format!(
        "this program was compiled from another checkout than {}: \
         call `cargo clean -p exercises -p exercise` there, and then again",
        book.display()
    ))
}

fn judge(
    exercise: &dyn Judged,
    book: &Path,
    answers: &Path,
    limit: Duration,
) -> Result<ExitCode, String> {
    let (name, file) = (exercise.name(), file(exercise, answers));
    let (chapter, function) = (exercise.chapter(), exercise.function());
    let task = Task {
        name: &format!("{chapter}-{function}"),
        function,
        text: exercise.text(),
        main: &format!(
            "exercises::{chapter}::{function}::EXERCISE.report(answer::{function})"
        ),
    };
    if task.hand_out(&file)? {
        say(&format!("{name} is now a file of yours: {}\n\n", file.display()));
    }
    let code = match trial::run(exercise, &task, book, &file, limit) {
        Ok(words) if words.solved => {
            say(&format!("{}{name} is solved.{}", words.verdict, next(name)));
            return Ok(ExitCode::SUCCESS);
        }
        Ok(words) => {
            say(&words.verdict);
            ExitCode::FAILURE
        }
        Err(message) => {
            warn(&message);
            ExitCode::from(2)
        }
    };
    let file = file.display();
    say(&format!("\nYour file: {file}\nA hint:    cargo exercise {name} --hint"));
    Ok(code)
}

fn next(name: &str) -> String {
    let following = ALL.iter().map(|exercise| exercise.name());
    match following.skip_while(|other| *other != name).nth(1) {
        Some(next) => format!(" Next: cargo exercise {next}"),
        None => " It was the last one.".to_owned(),
    }
}
