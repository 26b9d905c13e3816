//! A reader's file, compiled and run on its own: whatever it does, it does to itself.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read};
use std::path::{Path, PathBuf, absolute};
use std::process::{self, Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

use crate::say::{say, warn};

/// How many bytes of what a program prints are shown, of either kind.
const MOST: u64 = 20_000;

/// What a reader is asked to write: one function in one file.
pub struct Task<'a> {
    /// The name of the program, which is that of no other.
    pub name: &'a str,
    /// The function that the file has to have.
    pub function: &'a str,
    /// What the file holds when it is handed out.
    pub text: &'a str,
    /// What the program does with the function, which is `answer::` with its name.
    pub main: &'a str,
}

impl Task<'_> {
    /// Puts the text in its place, unless there is something already; says whether.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn hand_out(&self, file: &Path) -> Result<bool, String> {
        if file.exists() {
            return Ok(false);
        }
        let at = |path: &Path, error| {
            let path = path.display();
            format!(
                "{path}: {error}; `--answers DIR` puts your answers into another folder"
            )
        };
        let folder = file.parent().expect("a file in a folder");
        fs::create_dir_all(folder).map_err(|error| at(folder, error))?;
        fs::write(file, self.text).map_err(|error| at(file, error))?;
        Ok(true)
    }

    /// The text of a file that has the function.
    ///
    /// # Errors
    /// If there is none.
    pub fn read(&self, file: &Path) -> Result<String, String> {
        let again = "Without the file, the next call hands the task out again";
        let text = fs::read_to_string(file).map_err(|error| {
            format!("{error}. It should be a text in UTF-8. {again}")
        })?;
        let function = self.function;
        if !text.contains(&format!("pub fn {function}")) {
            return Err(format!("there is no `pub fn {function}` in it. {again}"));
        }
        Ok(text)
    }
}

/// Where programs are compiled and lie, for one trial at a time.
pub struct Place {
    target: PathBuf,
    programs: PathBuf,
    _lock: File,
}

impl Place {
    /// Where this program lies itself.
    ///
    /// # Errors
    /// If nothing can be written there.
    pub fn of_builds() -> Result<Self, String> {
        let own = env::current_exe().map_err(|error| error.to_string())?;
        let programs = own.parent().expect("a program in a folder").to_owned();
        let target = programs.parent().expect("a folder of builds").to_owned();
        let path = target.join("exercise.lock");
        let lock = lock(&path).map_err(|error| in_the_way(&path, &error))?;
        Ok(Self { target, programs, _lock: lock })
    }

    /// The file in which a program leaves what it has found out.
    pub fn report(&self) -> PathBuf {
        self.target.join("exercise").join("report")
    }

    /// Compiles the file of a reader, whose text this is.
    ///
    /// # Errors
    /// If it does not compile, or if that cannot be tried.
    pub fn build(
        &self,
        task: &Task,
        book: &Path,
        file: &Path,
        text: &str,
    ) -> Result<(), String> {
        let program = self.write(task, file, text)?;
        if self.compile(book, &program)? {
            return Ok(());
        }
        Err(format!(
            "{}: it does not compile; the compiler's words stand above. The function has \
             to keep its name and its types, and can use nalgebra, descent and Rust's \
             own library",
            file.display()
        ))
    }

    /// Writes the program around the file. It holds a hash of the file, so that
    /// it is compiled anew whenever the file has changed, whatever its time says.
    fn write(&self, task: &Task, file: &Path, text: &str) -> Result<PathBuf, String> {
        let file = absolute(file).map_err(|error| error.to_string())?;
        let Some(file) = file.to_str() else {
            return Err(format!(
                "{}: the compiler cannot read a path that is not Unicode; \
                 `--answers DIR` names another folder",
                file.display()
            ));
        };
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        let hash = hasher.finish();
        let program = format!(
            "#[path = {file:?}] // {hash:x}\n\
             #[allow(unused_variables, dead_code)]\n\
             mod answer;\n\n\
             fn main() -> std::process::ExitCode {{\n    \
                 guard::end_with_the_runner();\n    \
                 {}\n\
             }}\n",
            task.main
        );
        let folder = self.target.join("exercise");
        let source = folder.join(task.name).with_extension("rs");
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
            .args(["--bin", "answer", "--features", "answer/answer"])
            .arg("--manifest-path")
            .arg(book.join("Cargo.toml"))
            .arg("--target-dir")
            .arg(&self.target)
            .env("DESCENT_ANSWER", program)
            .spawn();
        let ended = compiler.and_then(|mut compiler| {
            if let Some(status) =
                wait(&mut compiler, for_at_most(Duration::from_secs(5)))?
            {
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

    /// How the program ends, unless it is stopped before, when `goes_on` says no; what it
    /// prints is shown then. It finds the name of the file for its report in the variable
    /// of that name, and ends by itself when this program does or after `longest`.
    ///
    /// # Errors
    /// If it cannot be run.
    pub fn execute<'a>(
        &self,
        variable: &str,
        settings: impl IntoIterator<Item = (&'a str, OsString)>,
        longest: Duration,
        goes_on: impl FnMut() -> bool,
    ) -> io::Result<Option<ExitStatus>> {
        let _ = fs::remove_file(self.report());
        let mut running = Command::new(self.programs.join("answer"))
            .env(variable, self.report())
            .envs(settings)
            .env("DESCENT_RUNNER", process::id().to_string())
            .env("DESCENT_LIMIT", longest.as_secs().to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let said = running.stdout.take().map(collect);
        let warned = running.stderr.take().map(collect);
        let status = wait(&mut running, goes_on)?;
        if status.is_none() {
            running.kill()?;
            running.wait()?;
        }
        // Whatever the program has started may keep the pipes open for longer.
        let text = |words: Option<Receiver<String>>| {
            words.and_then(|words| words.recv_timeout(Duration::from_secs(1)).ok())
        };
        say(&text(said).unwrap_or_default());
        warn(&text(warned).unwrap_or_default());
        Ok(status)
    }
}

/// Says no from a time after the first question on.
pub fn for_at_most(limit: Duration) -> impl FnMut() -> bool {
    let start = Instant::now();
    move || start.elapsed() < limit
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

fn wait(
    running: &mut Child,
    mut goes_on: impl FnMut() -> bool,
) -> io::Result<Option<ExitStatus>> {
    while goes_on() {
        if let Some(status) = running.try_wait()? {
            return Ok(Some(status));
        }
        sleep(Duration::from_millis(5));
    }
    Ok(None)
}
