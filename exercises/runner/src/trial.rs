//! One answer, compiled and judged on its own: whatever it does, it does to itself.

use std::env;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use exercises::judge::{Judged, RIGHT, WRONG};

/// Compiles the file of an answer and has it judged; says whether it is right. It is stopped
/// at the limit.
///
/// # Errors
/// If the file cannot be read, does not hold the function or does not compile, or if the
/// program does not end with a verdict.
pub fn run(
    exercise: &dyn Judged,
    file: &Path,
    limit: Duration,
) -> Result<bool, String> {
    let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
    let function = exercise.function();
    if !text.contains(&format!("pub fn {function}")) {
        return Err(format!(
            "there is no `pub fn {function}` in it. Without the file, the next call \
             hands the task out again"
        ));
    }
    let place = Place::of_builds().map_err(|error| error.to_string())?;
    let program =
        place.write(exercise, file, &text).map_err(|error| error.to_string())?;
    if !place.compile(&program)? {
        return Err("it does not compile; the compiler's words stand above. The \
                    function has to keep its name and its types, and can use nalgebra, \
                    descent and Rust's own library"
            .to_owned());
    }
    let status =
        place.execute(limit).map_err(|error| format!("cannot be run: {error}"))?;
    let code = status.and_then(|status| u8::try_from(status.code()?).ok());
    match (status, code) {
        (_, Some(RIGHT)) => Ok(true),
        (_, Some(WRONG)) => Ok(false),
        (Some(status), _) => {
            Err(format!("it broke off before it could be judged ({status})"))
        }
        (None, _) => Err(format!(
            "no end after {} s. Is there a loop that never stops?",
            limit.as_secs()
        )),
    }
}

/// Where programs are compiled and lie, for one trial at a time.
struct Place {
    target: PathBuf,
    programs: PathBuf,
    _lock: File,
}

impl Place {
    /// Where this program lies itself.
    fn of_builds() -> io::Result<Self> {
        let own = env::current_exe()?;
        let programs = own.parent().expect("a program in a folder").to_owned();
        let target = programs.parent().expect("a folder of builds").to_owned();
        let lock = File::create(target.join("exercise.lock"))?;
        lock.lock()?;
        Ok(Self { target, programs, _lock: lock })
    }

    /// Writes the program that judges the answer. It holds a hash of the answer, so that
    /// it is compiled anew whenever the answer has changed, whatever the file's time says.
    fn write(
        &self,
        exercise: &dyn Judged,
        answer: &Path,
        text: &str,
    ) -> io::Result<PathBuf> {
        let answer = fs::canonicalize(answer)?;
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        let hash = hasher.finish();
        let (chapter, function) = (exercise.chapter(), exercise.function());
        let program = format!(
            "#[path = {answer:?}] // {hash:x}\n\
             #[allow(unused_variables, dead_code)]\n\
             mod answer;\n\n\
             fn main() -> std::process::ExitCode {{\n    \
                 exercises::{chapter}::{function}::EXERCISE.report(answer::{function})\n\
             }}\n"
        );
        let folder = self.target.join("exercise");
        fs::create_dir_all(&folder)?;
        let source = folder.join(format!("{chapter}-{function}.rs"));
        if fs::read_to_string(&source).ok().as_deref() != Some(&program) {
            fs::write(&source, program)?;
        }
        Ok(source)
    }

    /// Whether the program compiles; what the compiler says goes to the reader.
    fn compile(&self, program: &Path) -> Result<bool, String> {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        let status = Command::new(cargo)
            .args(["build", "--quiet", "--locked"])
            .args(["--bin", "answer", "--features", "answer"])
            .args(["--manifest-path", manifest, "--target-dir"])
            .arg(&self.target)
            .env("DESCENT_ANSWER", program)
            .status();
        let status = status.map_err(|error| format!("cargo cannot be run: {error}"))?;
        Ok(status.success())
    }

    /// How the program ends, unless it has to be stopped.
    fn execute(&self, limit: Duration) -> io::Result<Option<ExitStatus>> {
        let mut program = Command::new(self.programs.join("answer"));
        let mut running = program.stdin(Stdio::null()).spawn()?;
        let status = wait(&mut running, limit)?;
        if status.is_none() {
            running.kill()?;
            running.wait()?;
        }
        Ok(status)
    }
}

fn wait(running: &mut Child, limit: Duration) -> io::Result<Option<ExitStatus>> {
    let start = Instant::now();
    while start.elapsed() < limit {
        if let Some(status) = running.try_wait()? {
            return Ok(Some(status));
        }
        sleep(Duration::from_millis(5));
    }
    Ok(None)
}
