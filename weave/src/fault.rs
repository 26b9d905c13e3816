//! What is wrong with a book, and where.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::{self, Display, Formatter};

/// One disagreement between a page and its sources.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file, relative to the book's root.
    pub path: String,
    /// The line in that file, counted from one.
    pub line: usize,
    /// What was asked for, and what there is.
    pub message: String,
}

impl Display for Fault {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

/// All faults of a book, sorted by file and line, each once.
#[derive(Debug, Default)]
pub struct Faults(BTreeSet<Fault>);

impl Faults {
    /// Notes a fault.
    pub fn add(&mut self, path: &str, line: usize, message: impl Into<String>) {
        self.0.insert(Fault { path: path.to_owned(), line, message: message.into() });
    }

    /// Whether the book is sound.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// One fault a line, then their number.
impl Display for Faults {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for fault in &self.0 {
            writeln!(f, "{fault}")?;
        }
        match self.0.len() {
            1 => write!(f, "weave: 1 fault"),
            count => write!(f, "weave: {count} faults"),
        }
    }
}

impl Error for Faults {}

/// A list of names for a message: "a, b, c", or "none".
pub fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.into_iter().collect();
    if names.is_empty() {
        return "none".to_owned();
    }
    names.join(", ")
}

/// The few `names` that differ least from `wanted`.
pub fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 3;
    let mut ranked: Vec<_> =
        names.into_iter().map(|name| (distance(wanted, name), name)).collect();
    ranked.sort_unstable();
    ranked.dedup();
    list(ranked.into_iter().take(SHOWN).map(|(_, name)| name))
}

/// How many letters must be changed, left out or put in to make one name of the other.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<_> = to.chars().collect();
    let mut row: Vec<_> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, &b) in to.iter().enumerate() {
            let changed = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}
