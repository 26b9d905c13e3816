//! Snapshots that tests have written: tables and named values.

use crate::fault::nearest;
use crate::source::files_below;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The folder of the snapshots.
const FOLDER: &str = "snapshots";

/// The body of an insta snapshot.
pub struct Snapshot {
    /// The text below the header.
    pub body: String,
    header_lines: usize,
}

impl Snapshot {
    /// Reads a file as insta writes it.
    pub fn parse(text: &str) -> Self {
        let lines: Vec<_> = text.lines().collect();
        let mut rules = lines.iter().enumerate().filter(|(_, line)| **line == "---");
        let end_of_header = rules.nth(1).filter(|_| lines[0] == "---");
        let header_lines = end_of_header.map_or(0, |(i, _)| i + 1);
        Self { body: lines[header_lines..].join("\n"), header_lines }
    }

    /// The lines `name = value`, each with its line number in the file.
    pub fn values(&self) -> impl Iterator<Item = (usize, &str, &str)> {
        let lines = self.body.lines().enumerate();
        lines.filter_map(|(i, line)| {
            let (name, value) = line.split_once(" = ")?;
            is_name(name).then(|| (self.header_lines + i + 1, name, value.trim()))
        })
    }

    /// Whether it has values and nothing else.
    pub fn is_values(&self) -> bool {
        let full = self.body.lines().filter(|line| !line.trim().is_empty());
        self.values().next().is_some() && full.count() == self.values().count()
    }
}

fn is_name(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    !text.is_empty() && text.chars().all(is_part)
}

/// The path of a snapshot's file, relative to the root.
pub fn path(name: &str) -> String {
    format!("{FOLDER}/{name}.snap")
}

/// The snapshots of the repository, by name.
pub struct Snapshots(BTreeMap<String, Snapshot>);

impl Snapshots {
    /// Reads all snapshots.
    pub fn read(root: &Path) -> Self {
        let files = files_below(root, FOLDER);
        let names = files.iter().filter_map(|file| {
            file.strip_prefix(FOLDER)?.strip_prefix('/')?.strip_suffix(".snap")
        });
        let snapshots = names.filter_map(|name| {
            let text = fs::read_to_string(root.join(path(name))).ok()?;
            Some((name.to_owned(), Snapshot::parse(&text)))
        });
        Self(snapshots.collect())
    }

    /// Names and snapshots.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Snapshot)> {
        self.0.iter().map(|(name, snapshot)| (name.as_str(), snapshot))
    }

    /// The snapshot of this name.
    pub fn get(&self, name: &str) -> Result<&Snapshot, String> {
        self.0.get(name).ok_or_else(|| {
            let near = nearest(name, self.0.keys().map(String::as_str));
            format!("no snapshot `{}`; near it: {near}", path(name))
        })
    }

    /// The value `name` of a snapshot.
    pub fn value(&self, snapshot: &str, name: &str) -> Result<&str, String> {
        let found = self.get(snapshot)?;
        let value = found.values().find(|&(_, other, _)| other == name);
        value.map(|(_, _, value)| value).ok_or_else(|| {
            let near = nearest(name, found.values().map(|(_, name, _)| name));
            format!("no value `{name}` in {}; near it: {near}", path(snapshot))
        })
    }
}
