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

/// The few `names` that share the most words with `wanted`, or all when none shares any.
pub fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 3;
    let words: BTreeSet<_> = wanted.split('_').collect();
    let mut ranked: Vec<_> = names
        .into_iter()
        .map(|name| (name.split('_').filter(|w| words.contains(w)).count(), name))
        .collect();
    ranked.sort_by_key(|&(shared, name)| (std::cmp::Reverse(shared), name));
    if ranked.first().is_some_and(|&(shared, _)| shared > 0) {
        ranked.retain(|&(shared, _)| shared > 0);
        ranked.truncate(SHOWN);
    }
    list(ranked.into_iter().map(|(_, name)| name))
}
