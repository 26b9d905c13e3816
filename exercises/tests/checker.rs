//! What has to hold for every exercise.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use exercises::ALL;
use exercises::judge::{Verdict, asks_for};

const EXERCISES: &str = env!("CARGO_MANIFEST_DIR");

/// The names in a folder; those of folders end with a slash.
fn names(folder: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(Path::new(EXERCISES).join(folder)).expect("a folder");
    let name = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().expect("a readable name");
        if entry.path().is_dir() { name + "/" } else { name }
    };
    entries.map(|entry| name(entry.expect("a readable folder"))).collect()
}

/// The functions of each chapter.
fn chapters() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let mut chapters = BTreeMap::<_, BTreeSet<_>>::new();
    for exercise in ALL {
        chapters.entry(exercise.chapter()).or_default().insert(exercise.function());
    }
    chapters
}

#[test]
fn every_exercise_is_unsolved_as_it_is_given_to_the_reader() {
    for exercise in ALL {
        assert_eq!(exercise.task(), Verdict::Unwritten, "{}", exercise.name());
    }
}

#[test]
fn every_solution_is_right() {
    for exercise in ALL {
        assert_eq!(exercise.solution(), Verdict::Solved, "{}", exercise.name());
    }
}

#[test]
fn every_known_mistake_is_rejected_with_what_is_to_be_said_of_it() {
    for exercise in ALL {
        let mistakes = exercise.mistakes();
        assert!(
            mistakes.len() >= 2,
            "{}: {} mistakes",
            exercise.name(),
            mistakes.len()
        );
        for (expected, verdict) in mistakes {
            let Verdict::Wrong { told, .. } = &verdict else {
                panic!("{}: \"{expected}\" is for {verdict:?}", exercise.name());
            };
            assert_eq!(*told, Some(expected), "{}", exercise.name());
        }
    }
}

#[test]
fn every_task_says_in_words_what_to_write_and_names_its_function() {
    for exercise in ALL {
        assert!(asks_for(exercise.text()).count() >= 1, "{}", exercise.name());
        let head = format!("\npub fn {}(", exercise.function());
        assert_eq!(exercise.text().matches(&head).count(), 1, "{}", exercise.name());
    }
}

#[test]
fn no_task_is_longer_than_a_screen_of_thirty_lines() {
    for exercise in ALL {
        let lines = exercise.text().lines().count();
        assert!(lines <= 30, "{}: {lines} lines", exercise.name());
    }
}

#[test]
fn there_is_no_file_but_those_of_the_exercises() {
    let folders = |names: &BTreeSet<&str>| -> BTreeSet<String> {
        names.iter().map(|name| format!("{name}/")).collect()
    };
    let chapters = chapters();
    let mut expected = folders(&chapters.keys().copied().collect());
    let around = [
        "Cargo.toml",
        "answer/",
        "judge.rs",
        "lib.rs",
        "mutants.txt",
        "own/",
        "reply.rs",
        "runner/",
        "tests/",
    ];
    expected.extend(around.map(str::to_owned));
    assert_eq!(names("."), expected);
    let files =
        ["accepted.rs", "hint.md", "mistakes.rs", "mod.rs", "solution.rs", "task.rs"];
    for (chapter, functions) in &chapters {
        assert_eq!(names(chapter), folders(functions), "{chapter}");
        for function in functions {
            let folder = format!("{chapter}/{function}");
            assert_eq!(names(&folder), files.map(str::to_owned).into(), "{folder}");
        }
    }
}

#[test]
fn the_order_is_that_of_the_book() {
    let summary =
        fs::read_to_string(Path::new(EXERCISES).join("../chapters/SUMMARY.md"));
    let summary = summary.expect("a table of contents");
    let place = |chapter: &str| {
        summary
            .find(&format!("({chapter}.md)"))
            .unwrap_or_else(|| panic!("no {chapter}"))
    };
    assert!(ALL.iter().map(|exercise| place(exercise.chapter())).is_sorted());
}
/// Every chapter that has a module has a page that ends with exercises and questions.
#[test]
fn every_chapter_has_two_to_four_exercises_at_least_one_of_them_in_code() {
    let book = Path::new(EXERCISES).join("..");
    let modules = fs::read_to_string(book.join("src/lib.rs")).expect("the library");
    let modules = modules.lines().filter_map(|line| line.strip_prefix("pub mod "));
    for chapter in modules.map(|module| module.trim_end_matches(';')) {
        let page = format!("chapters/{chapter}.md");
        let Ok(text) = fs::read_to_string(book.join(&page)) else { continue };
        let number = |line: &&str| line.strip_prefix("**").is_some_and(is_numbered);
        let items = text.lines().filter(number).count();
        let code = text.matches("{{#exercise ").count();
        let answers = text.matches("<summary>Answer</summary>").count();
        assert!((2..=4).contains(&items), "{page}: {items} exercises and questions");
        assert!(code >= 1, "{page}: no exercise in code");
        assert!(code + answers >= items, "{page}: a question without an answer");
    }
}

fn is_numbered(line: &str) -> bool {
    line.starts_with(|first: char| first.is_ascii_digit())
        && line[1..].starts_with(". ")
}
