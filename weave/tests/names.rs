//! Names and Python of the book itself: what is looked up, and that nothing is left out.

mod support;

use std::fs;
use support::root;
use weave::fault::Faults;
use weave::markdown::Scan;
use weave::names::Names;
use weave::python::Runs;
use weave::source::Sources;

/// The pages, each with its file.
fn pages() -> Vec<(String, String)> {
    let files = fs::read_dir(root().join("chapters")).unwrap();
    let paths = files.map(|file| file.unwrap().path());
    let pages = paths.filter(|path| path.extension().is_some_and(|it| it == "md"));
    let name =
        |path: &std::path::Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    let pages = pages.map(|path| (name(&path), fs::read_to_string(&path).unwrap()));
    pages.collect()
}

#[test]
fn every_name_in_a_sentence_is_known_and_every_script_is_the_one_that_ran() {
    let root = root();
    let mut faults = Faults::default();
    let sources = Sources::read(&root, &mut faults);
    let runs = Runs::read(&root, &sources, &mut faults);
    let mut names = Names::read(&root, &sources, &mut faults);
    let mut snippets = 0;
    for (file, text) in pages() {
        snippets += text.matches("{{#code tests/pytorch/").count();
        for (range, span) in Scan::new(&text).spans {
            if let Err(message) = names.check(&file, &span) {
                faults.add(&file, weave::source::line_of(&text, range.start), message);
            }
        }
    }
    names.check_exercises(&root, &mut faults);
    assert!(faults.is_empty(), "{faults}");
    println!(
        "{snippets} pieces of Python from {} scripts, {} names in sentences, {} words",
        runs.len(),
        names.count,
        names.listed()
    );
    assert!(snippets >= 25 && runs.len() >= 25, "{snippets} {}", runs.len());
    assert!(names.count > 400, "{}", names.count);
}

/// A name is spoilt by one letter; the known ones are the page's own.
#[test]
fn a_name_with_a_wrong_letter_is_seldom_another_name() {
    let root = root();
    let mut faults = Faults::default();
    let sources = Sources::read(&root, &mut faults);
    let mut names = Names::read(&root, &sources, &mut faults);
    let (mut spoilt, mut refused) = (0, 0);
    for (file, text) in pages() {
        for (_, span) in Scan::new(&text).spans {
            let Some(at) = span.rfind(|c: char| c.is_ascii_lowercase()) else {
                continue;
            };
            let is_name = span.chars().all(|c| c.is_alphanumeric() || "_.".contains(c));
            if !is_name || span.len() < 5 || span.contains('/') {
                continue;
            }
            let wrong = if &span[at..=at] == "q" { "x" } else { "q" };
            let wrong = format!("{}{wrong}{}", &span[..at], &span[at + 1..]);
            spoilt += 1;
            refused += usize::from(names.check(&file, &wrong).is_err());
        }
    }
    println!("refused: {refused} of {spoilt}");
    assert!(spoilt > 80 && refused == spoilt, "{refused} of {spoilt}");
}
