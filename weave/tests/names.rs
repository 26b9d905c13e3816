//! Names and Python of the book itself: what is looked up, and that nothing is left out.

mod support;

use std::fs;
use support::root;
use weave::comments;
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

#[test]
fn every_name_in_a_comment_is_known() {
    let mut faults = Faults::default();
    let count = comments::check(&root(), &mut faults);
    assert!(faults.is_empty(), "{faults}");
    println!("{count} words");
    assert!(count > 500, "{count}");
}

#[test]
fn a_mistyped_name_in_a_comment_is_reported_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    let code = "// A `y_1`, an `<any>`, a `{{#code x}}`.\n\
        /// Takes a `step_siez`.\n\
        fn f(step_size: f64) {}\n";
    fs::write(folder.path().join("src/lib.rs"), code).unwrap();
    let mut faults = Faults::default();
    assert_eq!(comments::check(folder.path(), &mut faults), 1);
    let message = "src/lib.rs:2: nothing is called `step_siez`; near it: step_size";
    assert!(faults.to_string().starts_with(message), "{faults}");
}

/// A letter left out, doubled, or exchanged with the next: what one mistypes.
fn mistyped(name: &str) -> Vec<String> {
    let letters: Vec<_> = name.chars().collect();
    let middle = letters.len() / 2;
    let with = |change: &dyn Fn(&mut Vec<char>)| {
        let mut letters = letters.clone();
        change(&mut letters);
        letters.into_iter().collect::<String>()
    };
    let mut wrong = vec![
        with(&|it| it.truncate(middle * 2 - 1)),
        with(&|it| {
            it.remove(middle);
        }),
        with(&|it| it.insert(middle, it[middle])),
        with(&|it| it.swap(middle - 1, middle)),
    ];
    wrong.retain(|it| it != name);
    wrong
}

#[test]
fn at_least_nine_mistyped_names_in_ten_are_no_names() {
    let root = root();
    let mut faults = Faults::default();
    let sources = Sources::read(&root, &mut faults);
    let mut names = Names::read(&root, &sources, &mut faults);
    let (mut count, mut passed) = (0, Vec::new());
    for (file, text) in pages() {
        for (_, span) in Scan::new(&text).spans {
            let is_name = span.chars().all(|c| c.is_alphanumeric() || "_.".contains(c));
            if !is_name || span.len() < 5 {
                continue;
            }
            for wrong in mistyped(&span) {
                count += 1;
                if names.check(&file, &wrong).is_ok() {
                    passed.push(format!("{span} as {wrong}"));
                }
            }
        }
    }
    println!("refused: {} of {count}", count - passed.len());
    assert!(count > 300, "{count}");
    assert!(10 * passed.len() < count, "{passed:?}");
}
