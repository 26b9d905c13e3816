//! Source files: their anchors and their tests.

use crate::fault::{Faults, list, nearest};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// A named part of a file, between `// ANCHOR: name` and `// ANCHOR_END: name`.
#[derive(Debug)]
pub struct Anchor {
    /// Index of the line that opens it.
    pub first: usize,
    /// Index of the line that closes it.
    pub last: usize,
}

/// A function that carries `#[test]`.
#[derive(Debug)]
pub struct Test {
    /// The function's name.
    pub name: String,
    /// Index of the first line of its comments and attributes.
    pub first: usize,
    /// Index of the line that closes its body.
    pub last: usize,
    ignored: bool,
}

/// A source file.
#[derive(Debug)]
pub struct Source {
    lines: Vec<String>,
    anchors: BTreeMap<String, Anchor>,
    tests: Vec<Test>,
}

enum Mark<'a> {
    Open(&'a str),
    Close(&'a str),
}

/// What an anchor comment says, in whatever comment style the file has.
fn mark(line: &str) -> Option<Mark<'_>> {
    let line = line.trim();
    let comment = ["//", "#", "--", ";", "<!--"]
        .iter()
        .find_map(|leader| line.strip_prefix(leader))?;
    let comment = comment.trim_end_matches("-->").trim();
    let open = comment.strip_prefix("ANCHOR:").map(|s| Mark::Open(s.trim()));
    open.or_else(|| Some(Mark::Close(comment.strip_prefix("ANCHOR_END:")?.trim())))
}

impl Source {
    fn parse(path: &str, text: &str, faults: &mut Faults) -> Self {
        let lines: Vec<_> = text.lines().map(str::to_owned).collect();
        let source = Self {
            anchors: anchors(path, &lines, faults),
            tests: tests(&lines),
            lines,
        };
        for (name, anchor) in &source.anchors {
            if source.anchored(anchor).trim().is_empty() {
                faults.add(path, anchor.first + 1, format!("anchor `{name}` is empty"));
            }
        }
        source
    }

    /// Its lines without anchor comments, each with its index.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.lines.iter().map(String::as_str).enumerate();
        lines.filter(|(_, line)| mark(line).is_none())
    }

    /// The anchor of this name.
    pub fn anchor(&self, name: &str) -> Option<&Anchor> {
        self.anchors.get(name)
    }

    /// Names and anchors.
    pub fn anchors(&self) -> impl Iterator<Item = (&str, &Anchor)> {
        self.anchors.iter().map(|(name, anchor)| (name.as_str(), anchor))
    }

    /// The tests, in the file's order.
    pub fn tests(&self) -> &[Test] {
        &self.tests
    }

    /// The text of an anchor without the indentation that all its lines share.
    pub fn anchored(&self, anchor: &Anchor) -> String {
        let inside =
            self.lines().filter(|(i, _)| (anchor.first..anchor.last).contains(i));
        dedent(&inside.map(|(_, line)| line).collect::<Vec<_>>())
    }

    fn mentions(&self, test: &Test, literal: &str) -> bool {
        let body = &self.lines[test.first..=test.last];
        let mut code = body.iter().filter(|line| !line.trim_start().starts_with("//"));
        code.any(|line| line.contains(literal))
    }
}

fn anchors(
    path: &str,
    lines: &[String],
    faults: &mut Faults,
) -> BTreeMap<String, Anchor> {
    let mut anchors = BTreeMap::<String, Anchor>::new();
    let mut open = Vec::<&str>::new();
    for (i, line) in lines.iter().enumerate() {
        match mark(line) {
            Some(Mark::Open(name)) if anchors.contains_key(name) => {
                faults.add(path, i + 1, format!("anchor `{name}` is here twice"));
            }
            Some(Mark::Open(name)) => {
                let (first, last) = (i, lines.len());
                anchors.insert(name.to_owned(), Anchor { first, last });
                open.push(name);
            }
            Some(Mark::Close(name)) => match anchors.get_mut(name) {
                Some(anchor) if anchor.last == lines.len() => {
                    anchor.last = i;
                    open.retain(|&other| other != name);
                }
                Some(_) => {}
                None => faults.add(
                    path,
                    i + 1,
                    format!("ANCHOR_END: {name} without its ANCHOR"),
                ),
            },
            None => {}
        }
    }
    for name in open {
        let line = anchors[name].first + 1;
        faults.add(path, line, format!("ANCHOR: {name} without its ANCHOR_END"));
    }
    anchors
}

fn dedent(lines: &[&str]) -> String {
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let full = lines.iter().filter(|line| !line.trim().is_empty());
    let common = full.map(indent).min().unwrap_or(0);
    let lines = lines.iter().map(|line| line.get(common..).unwrap_or(""));
    let text = lines.collect::<Vec<_>>().join("\n");
    text.trim_matches('\n').to_owned()
}

/// Finds tests in code that is laid out as rustfmt does.
fn tests(lines: &[String]) -> Vec<Test> {
    let mut tests = Vec::new();
    let mut head = Head::default();
    for (i, line) in lines.iter().enumerate() {
        if head.takes(i, line.trim()) {
            continue;
        }
        if let Some(name) = function(line.trim())
            && head.is_test
        {
            tests.push(Test {
                name: name.to_owned(),
                first: head.first.unwrap_or(i),
                last: end_of_block(lines, i),
                ignored: head.is_ignored,
            });
        }
        head = Head::default();
    }
    tests
}

/// The comments and attributes above an item.
#[derive(Default)]
struct Head {
    first: Option<usize>,
    is_test: bool,
    is_ignored: bool,
    is_in_attribute: bool,
}

impl Head {
    /// Whether the line belongs to the head; if so, what it adds is noted.
    fn takes(&mut self, index: usize, line: &str) -> bool {
        let is_attribute = self.is_in_attribute || line.starts_with("#[");
        let is_comment = !is_attribute && line.starts_with("//");
        self.is_test |= line.starts_with("#[test]");
        self.is_ignored |= line.starts_with("#[ignore");
        self.is_in_attribute =
            is_attribute && !line.ends_with(']') && !line.contains("] //");
        if is_attribute || is_comment {
            self.first.get_or_insert(index);
        }
        is_attribute || is_comment
    }
}

fn function(line: &str) -> Option<&str> {
    let line = line.strip_prefix("pub ").unwrap_or(line);
    let rest = line.strip_prefix("fn ")?;
    rest.split(['(', '<']).next()
}

fn end_of_block(lines: &[String], start: usize) -> usize {
    let first = &lines[start];
    if first.ends_with('}') {
        return start;
    }
    let indent = &first[..first.len() - first.trim_start().len()];
    let closing = format!("{indent}}}");
    let end = lines[start..].iter().position(|line| *line == closing);
    end.map_or(lines.len() - 1, |length| start + length)
}

/// The source files of the repository, by path.
pub struct Sources {
    root: PathBuf,
    files: BTreeMap<String, Source>,
}

impl Sources {
    /// Reads all Rust files in `src/` and `tests/`.
    pub fn read(root: &Path, faults: &mut Faults) -> Self {
        let mut sources = Self { root: root.to_owned(), files: BTreeMap::new() };
        for folder in ["src", "tests"] {
            for path in files_below(root, folder) {
                if path.ends_with(".rs")
                    && let Err(message) = sources.get(&path, faults)
                {
                    faults.add(&path, 1, message);
                }
            }
        }
        sources
    }

    /// The files read so far.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Source)> {
        self.files.iter().map(|(path, source)| (path.as_str(), source))
    }

    /// The file at `path`, read when it is first asked for.
    pub fn get(&mut self, path: &str, faults: &mut Faults) -> Result<&Source, String> {
        let is_inside = |part| matches!(part, Component::Normal(_));
        if !Path::new(path).components().all(is_inside) {
            return Err(format!("`{path}` is outside the repository"));
        }
        if !self.files.contains_key(path) {
            let text = fs::read_to_string(self.root.join(path))
                .map_err(|_| self.missing(path))?;
            let source = Source::parse(path, &text, faults);
            self.files.insert(path.to_owned(), source);
        }
        Ok(&self.files[path])
    }

    fn missing(&self, path: &str) -> String {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let beside = self.files.keys().map(String::as_str);
        let beside =
            beside.filter(|p| p.rsplit_once('/').is_some_and(|(f, _)| f == folder));
        format!("no file `{path}`; files there: {}", list(beside))
    }

    /// Checks that `tests/<file>.rs` has a test `name` which runs, and gives the file's path.
    pub fn test(
        &mut self,
        file: &str,
        name: &str,
        faults: &mut Faults,
    ) -> Result<String, String> {
        let path = format!("tests/{file}.rs");
        let tests = self.get(&path, faults)?.tests();
        match tests.iter().find(|test| test.name == name) {
            Some(test) if test.ignored => {
                Err(format!("test `{name}` in {path} is ignored"))
            }
            Some(_) => Ok(path),
            None => {
                let near = nearest(name, tests.iter().map(|test| test.name.as_str()));
                Err(format!("no test `{name}` in {path}; near it: {near}"))
            }
        }
    }

    /// The first test that names this snapshot, as path and function.
    pub fn test_of_snapshot(&self, snapshot: &str) -> Option<(&str, &str)> {
        let literal = format!("\"{snapshot}\"");
        let files = self.iter().filter(|(path, _)| path.starts_with("tests/"));
        files
            .flat_map(|(path, source)| {
                source.tests.iter().map(move |test| (path, source, test))
            })
            .find(|(_, source, test)| !test.ignored && source.mentions(test, &literal))
            .map(|(path, _, test)| (path, test.name.as_str()))
    }
}

/// All files below `folder`, as paths relative to `root`, sorted.
pub fn files_below(root: &Path, folder: &str) -> Vec<String> {
    let mut files = Vec::new();
    let entries = fs::read_dir(root.join(folder)).into_iter().flatten().flatten();
    for entry in entries {
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => files.extend(files_below(root, &path)),
            _ => files.push(path),
        }
    }
    files.sort();
    files
}
