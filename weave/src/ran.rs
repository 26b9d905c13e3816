//! What the pages call a check, compared with the tests that have run.

use crate::fault::{Faults, nearest};
use crate::weaver;
use mdbook_preprocessor::book::{Book, Chapter};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The tests of a run, by the name of their file, each with its outcome.
type Run<'a> = BTreeMap<&'a str, BTreeMap<&'a str, BTreeSet<&'a str>>>;

/// Compares the tests that the pages name with the output of `cargo test`; how many there are.
///
/// # Errors
/// Every test of a page that has not run and passed.
pub fn compare(root: &Path, chapters: &str, log: &str) -> Result<usize, Faults> {
    let mut faults = Faults::default();
    let run = read(log);
    let mut book = book(root, chapters);
    let mut weaver = weaver(root, chapters, &book);
    weaver.weave_book(chapters, &mut book);
    let tests = weaver.tests_of_pages();
    for ((path, name), (page, line)) in &tests {
        let file = path.trim_start_matches("tests/").trim_end_matches(".rs");
        // What is in a folder is a module of its `main.rs`.
        let (file, name) = match file.split_once('/') {
            Some((folder, module)) => {
                (format!("{folder}/main"), format!("{module}::{name}"))
            }
            None => (file.to_owned(), name.clone()),
        };
        if let Err(message) = outcome(&run, &file, &name) {
            faults.add(page, *line, format!("test `{name}` in {path} {message}"));
        }
    }
    if tests.is_empty() {
        faults.add(chapters, 1, "no page here names a test");
    }
    if faults.is_empty() { Ok(tests.len()) } else { Err(faults) }
}

/// The pages in the order of the summary.
fn book(root: &Path, chapters: &str) -> Book {
    let read = |file: &str| fs::read_to_string(root.join(chapters).join(file)).ok();
    let summary = read("SUMMARY.md").unwrap_or_default();
    let links = summary.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    let pages = links.filter_map(|(file, _)| {
        Some(Chapter::new(file, read(file)?, file, Vec::new()).into())
    });
    Book::new_with_items(pages.collect())
}

/// The lines `Running tests/adam.rs (…)` and `test name ... ok` of the output.
fn read(log: &str) -> Run<'_> {
    let mut run = Run::new();
    let mut file = None;
    for line in log.lines().map(str::trim) {
        if let Some(rest) = line.strip_prefix("Running ") {
            let path = rest.split(" (").next().unwrap_or(rest);
            let path =
                path.strip_prefix("tests").and_then(|path| path.strip_suffix(".rs"));
            file = path.map(|path| path.trim_start_matches(['/', '\\']));
            if let Some(file) = file {
                run.entry(file).or_default();
            }
        } else if line.starts_with("Doc-tests ") {
            file = None;
        } else if let Some(file) = file
            && let Some(rest) = line.strip_prefix("test ")
            && let Some((name, outcome)) = rest.split_once(" ... ")
        {
            let name = name.split(" - ").next().unwrap_or(name);
            let outcomes = run.entry(file).or_default().entry(name).or_default();
            outcomes.insert(outcome.split([' ', ',']).next().unwrap_or(outcome));
        }
    }
    run
}

fn outcome(run: &Run<'_>, file: &str, name: &str) -> Result<(), String> {
    let tests = run.get(file).ok_or("was not run: nor was its file")?;
    let outcomes = tests.get(name).ok_or_else(|| {
        format!(
            "was not run; of its file were run, near it: {}",
            nearest(name, tests.keys().copied())
        )
    })?;
    match outcomes.iter().copied().collect::<Vec<_>>()[..] {
        ["ok"] => Ok(()),
        ["ignored"] => Err("was ignored".to_owned()),
        _ => Err("failed".to_owned()),
    }
}
