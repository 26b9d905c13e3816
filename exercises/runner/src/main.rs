//! `cargo exercise`: hands out the exercises of the book and judges the answers.

mod trial;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

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
    /// Which one, for example adam/step [default: list them all]
    name: Option<String>,
    /// Say one step of the way, and no more
    #[arg(long, requires = "name")]
    hint: bool,
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
            Ok(exercise) => return judge(exercise, &answers),
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

/// All exercises, each with what it asks for; a dot marks those that have an answer.
fn list(answers: &Path) {
    for exercise in ALL {
        let mark = if file(*exercise, answers).exists() { "•" } else { " " };
        let first = asks_for(exercise.text()).next().unwrap_or_default();
        println!("{mark} {:<32} {first}", exercise.name());
    }
}

fn find(name: &str) -> Result<&'static dyn Judged, String> {
    exercises::find(name).ok_or_else(|| {
        let names = || ALL.iter().map(|exercise| exercise.name());
        let chapter = name.split('/').next().unwrap_or_default();
        let mut near: Vec<_> =
            names().filter(|other| other.split('/').next() == Some(chapter)).collect();
        if near.is_empty() {
            near = names().collect();
        }
        format!("no exercise `{name}`; there are: {}", near.join(", "))
    })
}

fn file(exercise: &dyn Judged, answers: &Path) -> PathBuf {
    answers.join(exercise.name()).with_extension("rs")
}

fn judge(exercise: &dyn Judged, answers: &Path) -> ExitCode {
    let (name, file) = (exercise.name(), file(exercise, answers));
    if let Err(error) = hand_out(exercise, &file) {
        return refuse(&format!("{}: {error}", file.display()));
    }
    match trial::run(name, &file) {
        Ok(true) => {
            println!("{name} is solved.{}", next(name));
            ExitCode::SUCCESS
        }
        Ok(false) => {
            println!(
                "\nYour file: {}\nA hint:    cargo exercise {name} --hint",
                file.display()
            );
            ExitCode::FAILURE
        }
        Err(message) => refuse(&format!("{}: {message}", file.display())),
    }
}

/// Puts the task in its place, unless there is a file already.
fn hand_out(exercise: &dyn Judged, file: &Path) -> std::io::Result<()> {
    if file.exists() {
        return Ok(());
    }
    let folder = file.parent().expect("a file in a folder");
    fs::create_dir_all(folder)?;
    fs::write(file, exercise.text())?;
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
