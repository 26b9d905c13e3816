//! `cargo exercise`: hands out the exercises of the book and judges the answers.

mod trial;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use exercises::ALL;
use exercises::judge::{Judged, asks_for};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

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
    limit: u64,
    /// The folder of your answers [default: answers]
    #[arg(long, value_name = "DIR")]
    answers: Option<PathBuf>,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let answers = cli.answers.unwrap_or_else(answers_of_the_book);
    match cli.name {
        None => list(&answers),
        Some(name) => match find(&name) {
            Ok(exercise) if cli.hint => print!("{}", exercise.hint()),
            Ok(exercise) => {
                return judge(exercise, &answers, Duration::from_secs(cli.limit));
            }
            Err(message) => return refuse(&message),
        },
    }
    ExitCode::SUCCESS
}

fn refuse(message: &str) -> ExitCode {
    eprintln!("{message}");
    ExitCode::from(2)
}

/// The folder `answers` of the book, seen from here if it lies below.
fn answers_of_the_book() -> PathBuf {
    let root = fs::canonicalize(ROOT).unwrap_or_else(|_| ROOT.into());
    let here = std::env::current_dir().unwrap_or_default();
    root.strip_prefix(here).unwrap_or(&root).join("answers")
}

/// All exercises, each with what it asks for.
fn list(answers: &Path) {
    for exercise in ALL {
        let mark = if file(*exercise, answers).is_file() { "•" } else { " " };
        let first = asks_for(exercise.text()).next().unwrap_or_default();
        println!("{mark} {:<32} {first}", exercise.name());
    }
    println!("\n• begun. To begin one or to have it judged: cargo exercise NAME");
}

fn find(name: &str) -> Result<&'static dyn Judged, String> {
    exercises::find(&of_file(name)).ok_or_else(|| {
        let of_chapter =
            |it: &&&dyn Judged| name.split('/').next() == Some(it.chapter());
        let mut near: Vec<_> = ALL.iter().filter(of_chapter).collect();
        if near.is_empty() {
            near = ALL.iter().collect();
        }
        let names: Vec<_> = near.iter().map(|exercise| exercise.name()).collect();
        format!("no exercise `{name}`; there are: {}", names.join(", "))
    })
}

/// The name of an exercise from that of its file, as shells complete it.
fn of_file(name: &str) -> String {
    let Some(path) = name.strip_suffix(".rs") else { return name.to_owned() };
    let parts: Vec<_> = path.split('/').collect();
    parts[parts.len().saturating_sub(2)..].join("/")
}

fn file(exercise: &dyn Judged, answers: &Path) -> PathBuf {
    answers.join(exercise.name()).with_extension("rs")
}

fn judge(exercise: &dyn Judged, answers: &Path, limit: Duration) -> ExitCode {
    let (name, file) = (exercise.name(), file(exercise, answers));
    if let Err(message) = hand_out(exercise, &file) {
        return refuse(&message);
    }
    let verdict = trial::run(exercise, &file, limit);
    if let Ok(true) = verdict {
        println!("{name} is solved.{}", next(name));
        return ExitCode::SUCCESS;
    }
    let code = match verdict {
        Ok(_) => ExitCode::FAILURE,
        Err(message) => refuse(&format!("{}: {message}", file.display())),
    };
    println!("\nYour file: {}", file.display());
    println!("A hint:    cargo exercise {name} --hint");
    code
}

/// Puts the task in its place, unless there is something already.
fn hand_out(exercise: &dyn Judged, file: &Path) -> Result<(), String> {
    if file.exists() {
        return Ok(());
    }
    let at = |path: &Path, error| format!("{}: {error}", path.display());
    let folder = file.parent().expect("a file in a folder");
    fs::create_dir_all(folder).map_err(|error| at(folder, error))?;
    fs::write(file, exercise.text()).map_err(|error| at(file, error))?;
    println!("{} is now a file of yours: {}\n", exercise.name(), file.display());
    Ok(())
}

fn next(name: &str) -> String {
    let following = ALL.iter().map(|exercise| exercise.name());
    match following.skip_while(|other| *other != name).nth(1) {
        Some(next) => format!(" Next: cargo exercise {next}"),
        None => " It was the last one.".to_owned(),
    }
}
