//! One answer, compiled and judged on its own: whatever it does, it does to itself.

use std::env;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long an answer may take. A right one takes less than a second.
const LIMIT: Duration = Duration::from_secs(5);

/// Compiles the file of an answer and has it judged; says whether it is right.
///
/// # Errors
/// If the file does not compile, or if it does not come to an end by itself.
pub fn run(name: &str, file: &Path) -> Result<bool, String> {
    let prepare = || -> io::Result<_> {
        let executable = env::current_exe()?;
        let folder = executable.parent().expect("an executable in a folder").to_owned();
        let target = folder.parent().expect("a folder of builds").to_owned();
        // One at a time: they share the name of the executable.
        let lock = File::create(target.join("exercise.lock"))?;
        lock.lock()?;
        let source = write(name, &fs::canonicalize(file)?, &target)?;
        Ok((folder, target, lock, source))
    };
    let (folder, target, _lock, source) =
        prepare().map_err(|error| error.to_string())?;
    if !compile(&source, &target)? {
        return Err(
            "it does not compile; the compiler's words stand above. The function \
                    has to keep the name and the types that the task gave it."
                .to_owned(),
        );
    }
    let answer = Command::new(folder.join("answer")).stdin(Stdio::null()).spawn();
    let mut answer = answer.map_err(|error| format!("cannot be run: {error}"))?;
    match wait(&mut answer).map_err(|error| error.to_string())? {
        None => Err(format!(
            "no end after {} seconds. Is there a loop that never stops?",
            LIMIT.as_secs()
        )),
        Some(status) => match status.code() {
            Some(0) => Ok(true),
            Some(1) => Ok(false),
            _ => Err(format!("it broke off before it could be judged ({status})")),
        },
    }
}

/// Writes the program that judges the answer.
fn write(name: &str, file: &Path, target: &Path) -> io::Result<PathBuf> {
    let path = name.replace('/', "::");
    let function = name.rsplit('/').next().unwrap_or_default();
    let program = format!(
        "#[path = {file:?}]\n\
         #[allow(unused_variables, dead_code)]\n\
         mod answer;\n\n\
         fn main() -> std::process::ExitCode {{\n    \
             exercises::{path}::EXERCISE.report(answer::{function})\n\
         }}\n"
    );
    let folder = target.join("exercise");
    fs::create_dir_all(&folder)?;
    let source = folder.join(name.replace('/', "-")).with_extension("rs");
    if fs::read_to_string(&source).ok().as_deref() != Some(&program) {
        fs::write(&source, program)?;
    }
    Ok(source)
}

/// Whether the program compiles; what the compiler says goes to the reader.
fn compile(source: &Path, target: &Path) -> Result<bool, String> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let status = Command::new(cargo)
        .args([
            "build",
            "--quiet",
            "--locked",
            "--bin",
            "answer",
            "--features",
            "answer",
        ])
        .args(["--manifest-path", manifest, "--target-dir"])
        .arg(target)
        .env("DESCENT_ANSWER", source)
        .status();
    status.map(|status| status.success()).map_err(|error| format!("cargo: {error}"))
}

/// Waits for the end, or kills it at the limit.
fn wait(answer: &mut Child) -> io::Result<Option<ExitStatus>> {
    let start = Instant::now();
    while start.elapsed() < LIMIT {
        if let Some(status) = answer.try_wait()? {
            return Ok(Some(status));
        }
        sleep(Duration::from_millis(5));
    }
    answer.kill()?;
    answer.wait()?;
    Ok(None)
}
