//! The front page: its figure of the chapters says what their code and their text need.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"))
}

/// The figure's data: each chapter with those that it is drawn to build on, in the order of the book.
fn drawn() -> Vec<(String, Vec<String>)> {
    let data = read("chapters/figures/introduction-chapters.csv");
    let rows = data.lines().skip(1).map(|line| {
        let (chapter, needs) = line.split_once(',').expect("two columns");
        (
            chapter.to_owned(),
            needs
                .split(' ')
                .filter(|need| !need.is_empty())
                .map(str::to_owned)
                .collect(),
        )
    });
    rows.collect()
}

/// Each chapter with all that its arrows lead to, through others too.
fn reached(drawn: &[(String, Vec<String>)]) -> BTreeMap<String, BTreeSet<String>> {
    let mut reached = BTreeMap::<String, BTreeSet<String>>::new();
    for (chapter, needs) in drawn {
        let mut all = BTreeSet::new();
        for need in needs {
            let below = reached.get(need);
            let below = below.unwrap_or_else(|| {
                panic!("{chapter} builds on {need}, which comes later")
            });
            all.extend(below.iter().cloned().chain([need.clone()]));
        }
        reached.insert(chapter.clone(), all);
    }
    reached
}

/// What of the named is used in the file of a chapter, as `crate::name`.
fn used<'a>(chapter: &str, names: impl Iterator<Item = &'a String>) -> Vec<&'a String> {
    let code = read(&format!("src/{chapter}.rs"));
    let words: BTreeSet<_> = code
        .split("crate::")
        .skip(1)
        .map(|rest| {
            rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or("")
        })
        .collect();
    names.filter(|name| words.contains(name.as_str())).collect()
}

/// The chapters that the first paragraph of a chapter says you need.
fn asked_for<'a>(
    chapter: &str,
    names: impl Iterator<Item = &'a String>,
) -> Vec<&'a String> {
    let page = read(&format!("chapters/{chapter}.md"));
    let (opening, _) = page.split_once("\n## ").expect("a section");
    let (_, needs) = opening.split_once("You need").expect("what the reader needs");
    names.filter(|name| needs.contains(&format!("]({name}.md"))).collect()
}

#[test]
fn the_figure_has_every_chapter_of_the_three_parts_in_order() {
    let summary = read("chapters/SUMMARY.md");
    let (_, parts) = summary.split_once("# Networks").expect("the first part");
    let (parts, _) = parts.split_once("# Appendices").expect("the end of the last");
    let links =
        parts.lines().filter_map(|line| line.strip_suffix(".md)")?.rsplit_once("]("));
    // The pages on what goes wrong teach no code of their own.
    let has_code = |slug: &&str| {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/{slug}.rs")).is_file()
    };
    let chapters: Vec<_> = links.map(|(_, slug)| slug).filter(has_code).collect();
    let drawn = drawn();
    assert_eq!(drawn.iter().map(|(chapter, _)| chapter).collect::<Vec<_>>(), chapters);
}

#[test]
fn every_chapter_builds_only_on_chapters_that_the_figure_shows_before_it() {
    let drawn = drawn();
    let reached = reached(&drawn);
    let mut missing = Vec::new();
    for (chapter, all) in &reached {
        let others = || reached.keys().filter(|other| *other != chapter);
        for need in
            used(chapter, others()).into_iter().chain(asked_for(chapter, others()))
        {
            if !all.contains(need) {
                missing.push(format!("{chapter} needs {need}"));
            }
        }
    }
    assert!(missing.is_empty(), "not in the figure: {missing:?}");
}

#[test]
fn every_arrow_stands_for_code_that_is_used_or_a_page_that_is_asked_for() {
    for (chapter, needs) in &drawn() {
        for need in needs {
            let one = || std::iter::once(need);
            let stands = used(chapter, one()).len() + asked_for(chapter, one()).len();
            assert!(stands > 0, "{chapter} does without {need}");
        }
    }
}

#[test]
fn no_arrow_says_what_others_say_already() {
    let drawn = drawn();
    let reached = reached(&drawn);
    for (chapter, needs) in &drawn {
        for need in needs {
            let others = needs.iter().filter(|other| *other != need);
            let implied = others.clone().any(|other| reached[other].contains(need));
            assert!(!implied, "{chapter}: {need} is needed by another of {needs:?}");
        }
    }
}
