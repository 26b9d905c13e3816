//! The formulas of the pages.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock};

/// A formula, and where it stands.
#[derive(Clone)]
pub struct Shown {
    /// The page, relative to the root.
    pub page: String,
    pub line: usize,
    pub tex: String,
    pub is_display: bool,
    pub label: Option<String>,
}

/// The text of a file of the book.
pub fn read(path: &str) -> String {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&file).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The chapters, in the order of the summary.
pub fn chapters() -> Vec<String> {
    let summary = read("chapters/SUMMARY.md");
    let links = summary.split("](").skip(1).filter_map(|rest| rest.split_once(".md)"));
    links.map(|(chapter, _)| chapter.to_owned()).collect()
}

/// The formulas of a chapter, as it stands in the repository.
pub fn formulas_of(chapter: &str) -> Vec<Shown> {
    static PAGES: OnceLock<Mutex<BTreeMap<String, Vec<Shown>>>> = OnceLock::new();
    let mut pages = PAGES.get_or_init(Mutex::default).lock().expect("a lock");
    let path = format!("chapters/{chapter}.md");
    let entry = pages.entry(path.clone());
    entry.or_insert_with(|| formulas(&path, &read(&path))).clone()
}

/// The formulas in a page's text.
pub fn formulas(page: &str, text: &str) -> Vec<Shown> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let starts_line = at == 0 || text[..at].ends_with('\n');
        let ticks = rest.len() - rest.trim_start_matches('`').len();
        let dollars = rest.len() - rest.trim_start_matches('$').len();
        let (open, close) = match (ticks, dollars) {
            (3.., _) if starts_line => {
                let head = rest.find('\n').unwrap_or(rest.len());
                let end = format!("\n{}", &rest[..ticks]);
                if rest[ticks..head].trim() != "math" {
                    at += head
                        + rest[head..].find(&end).map_or(rest.len(), |i| i + end.len());
                    continue;
                }
                (head, end)
            }
            (1.., _) => {
                let end = &rest[..ticks];
                at += ticks + rest[ticks..].find(end).map_or(0, |i| i + ticks);
                continue;
            }
            (_, 1 | 2) => (dollars, rest[..dollars].to_owned()),
            _ if rest.starts_with('\\') => {
                at += rest.chars().take(2).map(char::len_utf8).sum::<usize>();
                continue;
            }
            _ => {
                let special = rest.find(['`', '$', '\\']).filter(|&length| length > 0);
                at += special.unwrap_or(rest.len());
                continue;
            }
        };
        let Some(length) = rest[open..].find(&close) else { break };
        let end = at + open + length + close.len();
        found.push(Shown {
            page: page.to_owned(),
            line: 1 + text[..at].matches('\n').count(),
            tex: with_values(rest[open..open + length].trim()),
            is_display: dollars != 1,
            label: label(&text[end..]),
        });
        at = end;
    }
    found
}

/// The label directly behind a formula, or behind its punctuation.
fn label(behind: &str) -> Option<String> {
    let is_between = |c: char| ".,;:)!?".contains(c) || c.is_whitespace();
    let directive = behind.trim_start_matches(is_between);
    let between = &behind[..behind.len() - directive.len()];
    let inside = directive.strip_prefix("{{#formula ")?.split_once("}}")?.0;
    (!between.contains("\n\n")).then(|| inside.trim().to_owned())
}

/// The TeX with the values of snapshots in it.
fn with_values(tex: &str) -> String {
    let Some((before, rest)) = tex.split_once("{{#value ") else {
        return tex.to_owned();
    };
    let (value, behind) = rest.split_once("}}").expect("a closed directive");
    let (snapshot, name) = value.trim().split_once('.').expect("a name");
    let body = read(&format!("snapshots/{snapshot}.snap"));
    let start = format!("{name} = ");
    let value = body.lines().find_map(|line| line.strip_prefix(&start));
    format!("{before}{}{}", value.expect("a value"), with_values(behind))
}
