//! What the program of a reader's optimizer tells the one that has started it: lines of a
//! name and numbers, in a file that only grows. Nothing that the optimizer prints gets
//! into it.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Who wants to know how a training goes on.
pub trait Watch: Send + Sync {
    /// A step of an optimizer has been taken.
    fn step(&self);

    /// Something is known: numbers with a name.
    ///
    /// # Errors
    /// If there is no way to tell it.
    fn tell(&self, name: &str, numbers: &[f64]) -> Result<(), String>;
}

/// Nobody does.
pub struct Unwatched;

impl Watch for Unwatched {
    fn step(&self) {}

    fn tell(&self, _name: &str, _numbers: &[f64]) -> Result<(), String> {
        Ok(())
    }
}

/// The environment variable that names the file.
pub const FILE_OF_REPORT: &str = "DESCENT_REPORT";
/// The exit code of a program that has told everything. An optimizer that ends the
/// program by itself would hardly choose it.
pub const COMPLETE: u8 = 100;

/// The name of the line with the number of steps so far.
const STEPS: &str = "steps";
/// The name of the line that says in words why there is no more.
const FAULT: &str = "fault";

/// The file at the end where it is written.
pub struct Writer {
    path: PathBuf,
    state: Mutex<State>,
}

struct State {
    file: File,
    steps: f64,
    told: Instant,
}

impl Writer {
    /// # Errors
    /// If the file cannot be made.
    pub fn new(path: &Path) -> Result<Self, String> {
        let file = OpenOptions::new().append(true).create(true).open(path);
        let file = file.map_err(|error| unwritten(path, &error))?;
        let state = State { file, steps: 0.0, told: Instant::now() };
        Ok(Self { path: path.to_owned(), state: Mutex::new(state) })
    }

    /// Says in words why there is no more.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn fault(&self, words: &str) -> Result<(), String> {
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        self.put(&mut self.lock(), &format!("{FAULT} {words}\n"))
    }

    fn put(&self, state: &mut State, line: &str) -> Result<(), String> {
        let written = state.file.write_all(line.as_bytes());
        written.map_err(|error| unwritten(&self.path, &error))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|error| error.into_inner())
    }
}

fn unwritten(path: &Path, error: &io::Error) -> String {
    format!("{}: {error}. Is the disk full?", path.display())
}

impl Watch for Writer {
    fn step(&self) {
        let mut state = self.lock();
        state.steps += 1.0;
        if state.told.elapsed() > Duration::from_millis(50) {
            state.told = Instant::now();
            let line = line(STEPS, &[state.steps]);
            // Where this does not get through, the next line that counts says so.
            let _ = self.put(&mut state, &line);
        }
    }

    fn tell(&self, name: &str, numbers: &[f64]) -> Result<(), String> {
        self.put(&mut self.lock(), &line(name, numbers))
    }
}

/// A name and numbers, exact to the last bit.
pub fn line(name: &str, numbers: &[f64]) -> String {
    let numbers = numbers.iter().map(|number| format!(" {number:e}"));
    format!("{name}{}\n", numbers.collect::<String>())
}

/// A seed as two numbers: one does not hold all its digits.
pub fn halves(seed: u64) -> [f64; 2] {
    [seed >> 32, seed & 0xffff_ffff].map(|half| half as f64)
}

/// A seed from its halves.
pub fn whole([high, low]: [f64; 2]) -> u64 {
    (high as u64) << 32 | low as u64
}

/// All lines of that name, each as its numbers.
pub fn numbers(lines: &[Line], name: &str) -> Vec<Vec<f64>> {
    let named = lines.iter().filter(|line| line.name == name);
    named.map(|line| line.numbers.clone()).collect()
}

/// A name and numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub name: String,
    pub numbers: Vec<f64>,
}

impl FromStr for Line {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut words = text.split_whitespace();
        let name = words.next().ok_or(())?.to_owned();
        let numbers: Result<_, _> = words.map(str::parse).collect();
        Ok(Self { name, numbers: numbers.map_err(|_| ())? })
    }
}

/// The file at the end where it is read, while it grows.
pub struct Reader {
    path: PathBuf,
    file: Option<File>,
    rest: Vec<u8>,
    /// How many steps have been taken.
    pub steps: u64,
    /// Why there is no more, if that was told.
    pub fault: Option<String>,
}

impl Reader {
    /// The file need not be there yet.
    pub fn new(path: PathBuf) -> Self {
        Self { path, file: None, rest: Vec::new(), steps: 0, fault: None }
    }

    /// The lines that are new and whole.
    pub fn news(&mut self) -> Vec<Line> {
        if self.file.is_none() {
            self.file = File::open(&self.path).ok();
        }
        let Some(file) = &mut self.file else { return Vec::new() };
        // What cannot be read now may be later; what never can be is missed at the end.
        let _ = file.read_to_end(&mut self.rest);
        let whole = self.rest.iter().rposition(|&byte| byte == b'\n');
        let whole = whole.map_or(0, |last| last + 1);
        let bytes: Vec<u8> = self.rest.drain(..whole).collect();
        let mut news = Vec::new();
        for text in String::from_utf8_lossy(&bytes).lines() {
            match (text.split_once(' '), text.parse::<Line>()) {
                (Some((FAULT, words)), _) => self.fault = Some(words.to_owned()),
                (_, Ok(line)) if line.name == STEPS => {
                    self.steps = line.numbers.first().map_or(0, |&steps| steps as u64);
                }
                (_, Ok(line)) => news.push(line),
                _ => {}
            }
        }
        news
    }
}
