//! Source files: their anchors and their tests.

use crate::fault::{Faults, nearest};
use crate::python;
use crate::rust::{Code, asserts, words};
use std::collections::{BTreeMap, BTreeSet};
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
    /// Whether it is there for a refusal: the code under test must panic, and with these words.
    pub is_refusal: bool,
    /// Why it checks nothing, if that can be read off it.
    flaw: Option<String>,
}

impl Test {
    /// A function of a script, of which only a run can say whether it holds.
    pub fn of_script(name: &str, first: usize, last: usize) -> Self {
        Self { name: name.to_owned(), first, last, is_refusal: false, flaw: None }
    }
}

/// A source file.
#[derive(Debug)]
pub struct Source {
    text: String,
    lines: Vec<String>,
    code: Code,
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
        let code = Code::new(if path.ends_with(".rs") { text } else { "" });
        let is_script = path.ends_with(".py");
        let source = Self {
            text: text.to_owned(),
            anchors: anchors(path, &lines, faults),
            tests: if is_script {
                python::claims(&lines)
            } else {
                tests(&lines, &code)
            },
            code,
            lines,
        };
        for (name, anchor) in &source.anchors {
            if source.anchored(anchor).trim().is_empty() {
                faults.add(path, anchor.first + 1, format!("anchor `{name}` is empty"));
            }
        }
        source
    }

    /// All of it, as it is in the file.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the compiler reads of it, if it is Rust.
    pub fn code(&self) -> &Code {
        &self.code
    }

    /// The anchors around a line.
    pub fn around(&self, index: usize) -> impl Iterator<Item = &str> {
        let anchors = self.anchors.iter();
        let around =
            anchors.filter(move |(_, it)| (it.first..it.last).contains(&index));
        around.map(|(name, _)| name.as_str())
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

    /// Whether the code, comments aside, holds this string.
    pub fn holds(&self, literal: &str) -> bool {
        self.code.lines.iter().any(|line| line.contains(literal))
    }

    /// The names that a test, comments aside, has in quotation marks.
    pub fn names_in(&self, test: &Test) -> impl Iterator<Item = &str> {
        let code = &self.code.lines[test.first..=test.last];
        code.iter().flat_map(|line| line.split('"').skip(1).step_by(2))
    }

    /// The functions and macros, by name, with what is between their braces.
    fn functions(&self) -> impl Iterator<Item = (String, String)> {
        let bare = &self.code.bare;
        bare.iter().enumerate().filter_map(move |(i, line)| {
            let line = line.trim();
            let name = match line.strip_prefix("macro_rules! ") {
                Some(rest) => format!("{}!", rest.trim_end_matches(['{', ' '])),
                None => function(line)?.to_owned(),
            };
            let body = bare[i..=end_of_block(bare, i)].join("\n");
            Some((name, body.split_once('{')?.1.to_owned()))
        })
    }

    /// Index of the line where this function begins, with its documentation.
    pub fn line_of_function(&self, name: &str) -> Option<usize> {
        let mut lines = self.code.bare.iter();
        let line = lines.position(|line| function(line) == Some(name))?;
        let above = self.lines[..line].iter().rev();
        let comments = above.take_while(|line| line.starts_with("///"));
        Some(line - comments.count())
    }

    fn body(&self, test: &Test) -> String {
        let code = self.code.bare[test.first..=test.last].join("\n");
        let body = code.split_once("fn ").and_then(|(_, code)| code.split_once('{'));
        body.map_or("", |(_, body)| body).to_owned()
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
fn tests(lines: &[String], code: &Code) -> Vec<Test> {
    let mut tests = Vec::new();
    let mut head = Head::default();
    let mut modules = Vec::<(usize, String)>::new();
    let whole = code.bare.iter().find(|line| line.starts_with("#![cfg"));
    for (i, bare) in code.bare.iter().enumerate() {
        let line = bare.trim();
        if head.takes(i, line, lines[i].trim(), code.lines[i].trim()) {
            continue;
        }
        modules.retain(|(last, _)| i <= *last);
        if let Some(condition) = &head.condition
            && line.ends_with('{')
        {
            modules.push((end_of_block(&code.bare, i), condition.clone()));
        }
        if let Some(name) = function(line)
            && head.is_test
        {
            let around = modules.first().map(|(_, condition)| condition);
            tests.push(Test {
                name: name.to_owned(),
                first: head.first.unwrap_or(i),
                last: end_of_block(&code.bare, i),
                is_refusal: head.panic.is_some(),
                flaw: head.flaw(around.or(whole)),
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
    condition: Option<String>,
    /// What `#[should_panic…]` says.
    panic: Option<String>,
    /// The brackets that an attribute has open.
    open: usize,
}

impl Head {
    /// Whether the line belongs to the head; if so, what it adds is noted.
    fn takes(&mut self, index: usize, bare: &str, line: &str, code: &str) -> bool {
        let is_attribute = self.open > 0 || bare.starts_with("#[");
        let is_comment = bare.is_empty() && !line.is_empty();
        self.is_test |= bare.starts_with("#[test]");
        self.is_ignored |= bare.starts_with("#[ignore");
        if bare.starts_with("#[cfg") {
            self.condition.get_or_insert_with(|| bare.to_owned());
        }
        if is_attribute && (self.panic.is_some() || bare.contains("should_panic")) {
            *self.panic.get_or_insert_default() += code;
        }
        if is_attribute {
            let count = |bracket| bare.matches(bracket).count();
            self.open = (self.open + count('[')).saturating_sub(count(']'));
        }
        if is_attribute || is_comment {
            self.first.get_or_insert(index);
        }
        is_attribute || is_comment
    }

    /// Why the test below may not run, or passes for any reason.
    fn flaw(&self, around: Option<&String>) -> Option<String> {
        if self.is_ignored {
            return Some("is ignored".to_owned());
        }
        if let Some(condition) = self.condition.as_ref().or(around) {
            let condition = condition.trim_end_matches('{').trim_end();
            return Some(format!("runs on a condition only: {condition}"));
        }
        let panic = self.panic.as_ref()?;
        let (_, words) = panic.split_once('"').unwrap_or(("", ""));
        let is_said = !words.trim_start_matches('"').is_empty()
            && !words.starts_with("assertion")
            && !words.starts_with('"');
        let flaw =
            "passes with any panic: #[should_panic] needs the message that it expects";
        (!is_said).then(|| flaw.to_owned())
    }
}

/// The name of the function that begins on this line.
fn function(line: &str) -> Option<&str> {
    let (before, rest) = line.split_once("fn ")?;
    let is_qualifier = |word: &str| {
        word.starts_with("pub") || ["const", "async", "unsafe"].contains(&word)
    };
    before
        .split_whitespace()
        .all(is_qualifier)
        .then(|| rest.split(['(', '<']).next())?
}

fn end_of_block(lines: &[String], start: usize) -> usize {
    let first = lines[start].trim_end();
    if first.ends_with(['}', ';']) {
        return start;
    }
    let indent = &first[..first.len() - first.trim_start().len()];
    let closing = format!("{indent}}}");
    let end = lines[start..].iter().position(|line| line.trim_end() == closing);
    end.map_or(lines.len() - 1, |length| start + length)
}

/// The source files of the repository, by path.
pub struct Sources {
    root: PathBuf,
    files: BTreeMap<String, Source>,
    /// The functions of the tests' support that assert something.
    asserting: BTreeSet<String>,
    /// The names in quotation marks within the tests, each with the first such test.
    named: BTreeMap<String, (String, String)>,
}

impl Sources {
    /// Reads all Rust files in `src/` and `tests/`, and the scripts beside the tests.
    pub fn read(root: &Path, faults: &mut Faults) -> Self {
        let mut sources = Self {
            root: root.to_owned(),
            files: BTreeMap::new(),
            asserting: BTreeSet::new(),
            named: BTreeMap::new(),
        };
        for folder in ["src", "tests"] {
            for path in files_below(root, folder) {
                if [".rs", ".py"].iter().any(|end| path.ends_with(end))
                    && let Err(message) = sources.get(&path, faults)
                {
                    faults.add(&path, 1, message);
                }
            }
        }
        let is_test = |path: &str| path.starts_with("tests/") && path.ends_with(".rs");
        let support = sources.iter().filter(|(path, _)| is_test(path));
        let support = support.filter(|(path, _)| path.matches('/').count() > 1);
        let functions: Vec<_> =
            support.flat_map(|(_, source)| source.functions()).collect();
        sources.asserting = asserting(&BTreeSet::new(), &functions);
        sources.named = sources.names_in_tests();
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
        let near = nearest(path, self.files.keys().map(String::as_str));
        format!("no file `{path}`; near it: {near}")
    }

    /// Checks that `tests/<file>.rs` has a test `name` which runs, and gives the file's path.
    pub fn test(
        &mut self,
        file: &str,
        name: &str,
        faults: &mut Faults,
    ) -> Result<String, String> {
        let path = format!("tests/{file}.rs");
        self.get(&path, faults)?;
        let tests = self.files[&path].tests();
        let Some(test) = tests.iter().find(|test| test.name == name) else {
            let near = nearest(name, tests.iter().map(|test| test.name.as_str()));
            return Err(format!("no test `{name}` in {path}; near it: {near}"));
        };
        match self.flaw(&path, test) {
            Some(flaw) => Err(format!("test `{name}` in {path} {flaw}")),
            None => Ok(path),
        }
    }

    /// Why a test is no check.
    fn flaw(&self, path: &str, test: &Test) -> Option<String> {
        if test.flaw.is_some() || test.is_refusal {
            return test.flaw.clone();
        }
        let source = &self.files[path];
        let body = source.body(test);
        if asserts(&body) || words(&body).any(|word| self.asserting.contains(word)) {
            return None;
        }
        let functions: Vec<_> = source.functions().collect();
        let asserting = asserting(&self.asserting, &functions);
        let is_check = asserting.contains(&test.name);
        (!is_check).then(|| "asserts nothing".to_owned())
    }

    /// The first test that names this snapshot, as path and function.
    pub fn test_of_snapshot(&self, snapshot: &str) -> Option<(&str, &str)> {
        let (path, test) = self.named.get(snapshot)?;
        Some((path, test))
    }

    /// The names in quotation marks within the tests that run, each with the first such test.
    fn names_in_tests(&self) -> BTreeMap<String, (String, String)> {
        let mut named = BTreeMap::new();
        let is_test = |path: &str| path.starts_with("tests/") && path.ends_with(".rs");
        for (path, source) in self.iter().filter(|(path, _)| is_test(path)) {
            for test in source.tests.iter().filter(|test| test.flaw.is_none()) {
                for name in source.names_in(test) {
                    let place = || (path.to_owned(), test.name.clone());
                    named.entry(name.to_owned()).or_insert_with(place);
                }
            }
        }
        named
    }
}

/// The functions that assert something, or call one that does; `known` are such.
fn asserting(
    known: &BTreeSet<String>,
    functions: &[(String, String)],
) -> BTreeSet<String> {
    let mut found = known.clone();
    loop {
        let calls = |body: &str| words(body).any(|word| found.contains(word));
        let more: Vec<_> = functions
            .iter()
            .filter(|(name, _)| !found.contains(name))
            .filter(|(_, body)| asserts(body) || calls(body))
            .map(|(name, _)| name.clone())
            .collect();
        if more.is_empty() {
            return found;
        }
        found.extend(more);
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

/// The line of an offset, counted from one.
pub fn line_of(text: &str, offset: usize) -> usize {
    1 + text[..offset].matches('\n').count()
}
