//! One answer, compiled and judged on its own: whatever it does, it does to itself.

use std::env;
use std::fs::{self, File, TryLockError};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read};
use std::path::{Path, PathBuf, absolute};
use std::process::{self, Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

use exercises::judge::{FILE_OF_VERDICT, Judged, RIGHT, Verdict, WRONG, in_words};

use crate::say::{say, warn};

/// How many bytes of what an answer prints are shown, of either kind.
const MOST: u64 = 20_000;

/// What is said of an answer.
pub struct Judgement {
    pub solved: bool,
    pub verdict: String,
}

/// Compiles the file of an answer and has it judged. It is stopped at the limit.
///
/// # Errors
/// If the file cannot be read, does not hold the function or does not compile, or if the
/// program does not end with a verdict.
pub fn run(
    exercise: &dyn Judged,
    book: &Path,
    file: &Path,
    limit: Duration,
) -> Result<Judgement, String> {
    let of_answer = |message| format!("{}: {message}", file.display());
    let text = read(exercise, file).map_err(of_answer)?;
    if text == exercise.text() {
        let verdict = in_words(&Verdict::Unwritten, exercise.text());
        return Ok(Judgement { solved: false, verdict });
    }
    let place = Place::of_builds()?;
    let program = place.write(exercise, file, &text)?;
    if !place.compile(book, &program)? {
        return Err(of_answer(
            "it does not compile; the compiler's words stand above. The function has \
             to keep its name and its types, and can use nalgebra, descent and Rust's \
             own library"
                .to_owned(),
        ));
    }
    place.judge(limit).map_err(of_answer)
}

/// The text of an answer that has its function.
fn read(exercise: &dyn Judged, file: &Path) -> Result<String, String> {
    let again = "Without the file, the next call hands the task out again";
    let text = fs::read_to_string(file)
        .map_err(|error| format!("{error}. It should be a text in UTF-8. {again}"))?;
    let function = exercise.function();
    if !text.contains(&format!("pub fn {function}")) {
        return Err(format!("there is no `pub fn {function}` in it. {again}"));
    }
    Ok(text)
}

/// Where programs are compiled and lie, for one trial at a time.
struct Place {
    target: PathBuf,
    programs: PathBuf,
    _lock: File,
}

impl Place {
    /// Where this program lies itself.
    fn of_builds() -> Result<Self, String> {
        let own = env::current_exe().map_err(|error| error.to_string())?;
        let programs = own.parent().expect("a program in a folder").to_owned();
        let target = programs.parent().expect("a folder of builds").to_owned();
        let path = target.join("exercise.lock");
        let lock = lock(&path).map_err(|error| in_the_way(&path, &error))?;
        Ok(Self { target, programs, _lock: lock })
    }

    fn verdict(&self) -> PathBuf {
        self.target.join("exercise").join("verdict")
    }

    /// Writes the program that judges the answer. It holds a hash of the answer, so that
    /// it is compiled anew whenever the answer has changed, whatever the file's time says.
    fn write(
        &self,
        exercise: &dyn Judged,
        answer: &Path,
        text: &str,
    ) -> Result<PathBuf, String> {
        let answer = absolute(answer).map_err(|error| error.to_string())?;
        let Some(answer) = answer.to_str() else {
            return Err(format!(
                "{}: the compiler cannot read a path that is not Unicode; \
                 `--answers DIR` names another folder",
                answer.display()
            ));
        };
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        let hash = hasher.finish();
        let (chapter, function) = (exercise.chapter(), exercise.function());
        let program = format!(
            "#[path = {answer:?}] // {hash:x}\n\
             #[allow(unused_variables, dead_code)]\n\
             mod answer;\n\n\
             fn main() -> std::process::ExitCode {{\n    \
                 guard::end_with_the_runner();\n    \
                 exercises::{chapter}::{function}::EXERCISE.report(answer::{function})\n\
             }}\n"
        );
        let folder = self.target.join("exercise");
        let source = folder.join(format!("{chapter}-{function}.rs"));
        let written = fs::create_dir_all(&folder).and_then(|()| {
            let before = fs::read_to_string(&source).ok();
            if before.as_deref() == Some(&program) {
                return Ok(());
            }
            fs::write(&source, program)
        });
        written.map_err(|error| in_the_way(&source, &error))?;
        Ok(source)
    }

    /// Whether the program compiles; what the compiler says goes to the reader. The
    /// packages are those of any other command of the book, so that all that the program
    /// needs has been compiled before.
    fn compile(&self, book: &Path, program: &Path) -> Result<bool, String> {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let profile = match self.programs.file_name().and_then(|name| name.to_str()) {
            Some(name) if name != "debug" => name,
            _ => "dev",
        };
        let compiler = Command::new(cargo)
            .args(["build", "--quiet", "--locked", "--profile", profile])
            .args(["--bin", "answer", "--features", "exercise/answer"])
            .arg("--manifest-path")
            .arg(book.join("Cargo.toml"))
            .arg("--target-dir")
            .arg(&self.target)
            .env("DESCENT_ANSWER", program)
            .spawn();
        let ended = compiler.and_then(|mut compiler| {
            if let Some(status) = wait(&mut compiler, Duration::from_secs(5))? {
                return Ok(status);
            }
            warn("Still compiling; another cargo may be at work in the same folder.");
            compiler.wait()
        });
        let status = ended.map_err(|error| {
            format!("cargo cannot be run: {error}. Does `cargo --version` work here?")
        })?;
        Ok(status.success())
    }

    /// How the program ends, with the verdict that it leaves.
    fn judge(&self, limit: Duration) -> Result<Judgement, String> {
        let _ = fs::remove_file(self.verdict());
        let status = self.execute(limit).map_err(|error| {
            format!("the program that judges it cannot be run: {error}. Call again")
        })?;
        let Some(status) = status else {
            let limit = limit.as_secs();
            return Err(format!(
                "no end after {limit} s. Is there a loop that never stops? \
                 `--limit SECONDS` gives it more time"
            ));
        };
        let code = status.code().and_then(|code| u8::try_from(code).ok());
        match (code, fs::read_to_string(self.verdict())) {
            (Some(code @ (RIGHT | WRONG)), Ok(verdict)) => {
                Ok(Judgement { solved: code == RIGHT, verdict })
            }
            _ => Err(format!(
                "it broke off before it could be judged ({status}). Does it call \
                 itself for ever, ask for too much memory or end the program?"
            )),
        }
    }

    /// How the program ends, unless it has to be stopped; and shows what it prints.
    fn execute(&self, limit: Duration) -> io::Result<Option<ExitStatus>> {
        let mut running = Command::new(self.programs.join("answer"))
            .env(FILE_OF_VERDICT, self.verdict())
            .env("DESCENT_RUNNER", process::id().to_string())
            .env("DESCENT_LIMIT", limit.as_secs().to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let said = running.stdout.take().map(collect);
        let warned = running.stderr.take().map(collect);
        let status = wait(&mut running, limit)?;
        if status.is_none() {
            running.kill()?;
            running.wait()?;
        }
        // Whatever the answer has started may keep the pipes open for longer.
        let text = |words: Option<Receiver<String>>| {
            words.and_then(|words| words.recv_timeout(Duration::from_secs(1)).ok())
        };
        say(&text(said).unwrap_or_default());
        warn(&text(warned).unwrap_or_default());
        Ok(status)
    }
}

/// Locks a file, and says so where that takes time.
fn lock(path: &Path) -> io::Result<File> {
    let lock = File::create(path)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            warn("Another answer is being judged; this one comes after it.");
            lock.lock()?;
        }
        Err(TryLockError::Error(error)) => return Err(error),
    }
    Ok(lock)
}

fn in_the_way(path: &Path, error: &io::Error) -> String {
    format!(
        "{}: {error}. This is where answers are compiled, and it has to be writable; \
         the variable CARGO_TARGET_DIR names another place",
        path.display()
    )
}

/// Reads all that comes, and passes on the beginning.
fn collect(mut stream: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    spawn(move || {
        let mut bytes = Vec::new();
        let _ = stream.by_ref().take(MOST).read_to_end(&mut bytes);
        let more = io::copy(&mut stream, &mut io::sink()).unwrap_or(0);
        let mut text = String::from_utf8_lossy(&bytes).into_owned();
        if more > 0 {
            text += &format!("\n… and {more} bytes more, which are left out.");
        }
        let _ = sender.send(text);
    });
    receiver
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
