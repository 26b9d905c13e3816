//! The Python of the pages: scripts that were run, and what their runs gave.
//!
//! `tests/pytorch/<chapter>.py` holds the code that a page shows, between anchors, and functions marked `@claim` or
//! `@comment("…")` that assert what the page and the comments say. `run.py` beside it runs all this and writes
//! `<chapter>.txt`: the digest of the script, each comment of the shown code with what made it true, and each claim
//! that held. So PyTorch is needed to change a script, and not to see that nobody has changed it since.

use crate::fault::{Faults, nearest};
use crate::source::{Source, Sources, Test};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The folder of the scripts and of what they gave.
pub const FOLDER: &str = "tests/pytorch";

/// A comment of shown code.
#[derive(Debug, PartialEq, Eq)]
struct Comment {
    anchor: String,
    /// What stands before it on its line.
    code: String,
    text: String,
}

/// What a run of a script gave.
#[derive(Debug, Default)]
pub struct Run {
    digest: String,
    comments: Vec<Comment>,
    /// The functions that assert comments.
    of_comments: Vec<String>,
    claims: Vec<String>,
}

impl Run {
    fn parse(text: &str) -> Self {
        let mut run = Self::default();
        for line in text.lines() {
            if let Some(digest) = line.strip_prefix("digest ") {
                run.digest = digest.to_owned();
            } else if let Some(name) = line.strip_prefix("claim ") {
                run.claims.push(name.to_owned());
            } else if let ["comment", anchor, code, text, how] =
                line.split('\t').collect::<Vec<_>>()[..]
            {
                let [anchor, code, text] = [anchor, code, text].map(str::to_owned);
                run.comments.push(Comment { anchor, code, text });
                run.of_comments.push(how.to_owned());
            }
        }
        run
    }

    /// Whether the function asserts a comment, and not a sentence of the page.
    pub fn is_of_comment(&self, name: &str) -> bool {
        self.of_comments.iter().any(|other| other == name)
    }
}

/// The runs of all scripts, by the script's path.
pub struct Runs(BTreeMap<String, Run>);

impl Runs {
    /// Reads what the scripts gave, and notes where a script is not the one that gave it.
    pub fn read(root: &Path, sources: &Sources, faults: &mut Faults) -> Self {
        let mut runs = BTreeMap::new();
        for (path, source) in sources.iter() {
            let is_script =
                source.anchors().next().is_some() || !source.tests().is_empty();
            let Some(name) = path.strip_suffix(".py").filter(|_| is_script) else {
                continue;
            };
            let Ok(text) = fs::read_to_string(root.join(format!("{name}.txt"))) else {
                faults.add(path, 1, format!("it was never run: {}", command(path)));
                continue;
            };
            let run = Run::parse(&text);
            compare(path, source, &run, faults);
            runs.insert(path.to_owned(), run);
        }
        Self(runs)
    }

    /// The run of a script.
    pub fn get(&self, path: &str) -> Option<&Run> {
        self.0.get(path)
    }

    /// How many scripts were run.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no script.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The path of the script of this name, whose run made sure of a claim.
    pub fn claim(&self, file: &str, name: &str) -> Result<String, String> {
        let path = format!("{FOLDER}/{file}");
        let run = self.0.get(&path).ok_or_else(|| {
            let near = nearest(&path, self.0.keys().map(String::as_str));
            format!("no script `{path}`; near it: {near}")
        })?;
        if run.claims.iter().any(|claim| claim == name) {
            return Ok(path);
        }
        let near = nearest(name, run.claims.iter().map(String::as_str));
        Err(format!("no claim `{name}` in {path}; near it: {near}"))
    }
}

fn command(path: &str) -> String {
    let name = path.trim_start_matches(FOLDER).trim_matches('/');
    let name = name.trim_end_matches(".py");
    format!("python {FOLDER}/run.py {name}")
}

/// The comments, one by one; if these agree, everything else by the digest.
fn compare(path: &str, source: &Source, run: &Run, faults: &mut Faults) {
    let shown = comments(source);
    let is_like = |((_, one), other): ((usize, &Comment), &Comment)| {
        (&one.anchor, &one.code) == (&other.anchor, &other.code)
    };
    let mut differs = false;
    let pairs = || shown.iter().map(|(line, it)| (*line, it)).zip(&run.comments);
    if shown.len() == run.comments.len() && pairs().all(is_like) {
        for ((line, said), gave) in pairs().filter(|((_, a), b)| a.text != b.text) {
            let message = format!(
                "the comment says `{}`, and the run gave `{}`: {}",
                said.text,
                gave.text,
                command(path)
            );
            faults.add(path, line + 1, message);
            differs = true;
        }
    }
    if !differs && run.digest != digest(source.text()) {
        let message = format!("it has changed since it was run: {}", command(path));
        faults.add(path, 1, message);
    }
}

/// The comments of the shown code, each with the index of its line.
fn comments(source: &Source) -> Vec<(usize, Comment)> {
    let mut found = Vec::new();
    for (index, line) in source.lines() {
        let Some((code, text)) = comment(line) else { continue };
        for anchor in source.around(index) {
            let [anchor, code, text] =
                [anchor, code.trim(), text.trim()].map(str::to_owned);
            found.push((index, Comment { anchor, code, text }));
        }
    }
    found
}

/// The code before the comment of a line, and the comment.
fn comment(line: &str) -> Option<(&str, &str)> {
    let mut quote = None;
    for (i, c) in line.char_indices() {
        match (quote, c) {
            (None, '#') => return Some((&line[..i], &line[i + 1..])),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
    }
    None
}

/// FNV-1a, as `run.py` has it.
pub fn digest(text: &str) -> String {
    let bytes = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |value, byte| {
        (value ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{bytes:016x}")
}

/// The functions of a script that assert something: those below `@claim` and `@comment(…)`.
pub fn claims(lines: &[String]) -> Vec<Test> {
    let mut claims = Vec::new();
    let mut first = None;
    for (i, line) in lines.iter().enumerate() {
        if line == "@claim" || line.starts_with("@comment(") {
            first = Some(i);
        } else if let Some(rest) = line.strip_prefix("def ")
            && let Some(first) = first.take()
        {
            let inside = |line: &&String| line.is_empty() || line.starts_with(' ');
            let length = lines[i + 1..].iter().take_while(inside).count();
            let blank = lines[i..=i + length].iter().rev();
            let blank = blank.take_while(|line| line.is_empty()).count();
            let name = rest.split('(').next().unwrap_or(rest);
            claims.push(Test::of_script(name, first, i + length - blank));
        }
    }
    claims
}
