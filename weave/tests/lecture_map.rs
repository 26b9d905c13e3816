//! The appendix that leads from the items of the sources into the book.

mod support;

use std::fs;
use support::root;

fn page() -> String {
    fs::read_to_string(root().join("chapters/lecture_map.md")).unwrap()
}

/// The sources: the letter of their items, and how many there are.
const SOURCES: [(char, usize); 4] = [('L', 45), ('D', 12), ('E', 3), ('N', 9)];

/// Items that are a matter of words: a section is enough.
const PROSE: [&str; 4] = ["L06", "L07", "L27", "L39"];

/// The items of the page with their targets.
fn items(page: &str) -> Vec<(&str, Vec<&str>)> {
    let items = page.split("\n- **").skip(1);
    let item = |text| {
        let (id, rest): (&str, &str) = str::split_once(text, "**").unwrap();
        let lists = rest.split("{{#see ").skip(1);
        let lists = lists.map(|list| list.split_once("}}").unwrap().0);
        (id, lists.flat_map(str::split_whitespace).collect())
    };
    items.map(item).collect()
}

fn is_section(target: &str) -> bool {
    target.contains(".md#")
}

fn is_code(target: &str) -> bool {
    target.starts_with("src/") && target.contains(".rs:")
}

fn is_test(target: &str) -> bool {
    target.contains("::")
}

#[test]
fn every_item_of_the_sources_is_on_the_map_once_and_in_order() {
    let page = page();
    let ids: Vec<_> = items(&page).iter().map(|(id, _)| id.to_string()).collect();
    let id = |letter, number| format!("{letter}{number:02}");
    let all = SOURCES
        .iter()
        .flat_map(|&(letter, count)| (1..=count).map(move |number| id(letter, number)));
    assert_eq!(ids, all.collect::<Vec<_>>());
}

#[test]
fn every_item_has_a_section_and_unless_it_is_prose_code_and_a_test() {
    let page = page();
    let kinds: [fn(&str) -> bool; 3] = [is_section, is_code, is_test];
    for (id, targets) in items(&page) {
        let wanted = if PROSE.contains(&id) { 1 } else { kinds.len() };
        for kind in &kinds[..wanted] {
            assert!(targets.iter().any(|target| kind(target)), "{id}: {targets:?}");
        }
    }
}
