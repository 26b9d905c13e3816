//! Listings: the source files that the pages refer to, each whole and on a page of its own.

use crate::source::{Source, Sources};
use crate::uses::Uses;
use mdbook_preprocessor::book::{BookItem, Chapter, SectionNumber};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const TITLE: &str = "Listings";

/// The address of a place in a listing.
pub fn url(to_root: &str, path: &str, id: &str) -> String {
    format!("{to_root}{}.html#{id}", stem(path))
}

fn stem(path: &str) -> String {
    format!("listings/{}", path.replace('/', "-"))
}

/// A code block in the language of the file.
pub fn block(path: &str, code: &str) -> String {
    let extension = Path::new(path).extension().and_then(|e| e.to_str());
    let (language, code) = match extension {
        Some("rs") => ("rust,ignore", shown(code)),
        Some("toml") => ("toml", code.to_owned()),
        Some("py") => ("python", code.to_owned()),
        _ => ("text", code.to_owned()),
    };
    let fence = "`".repeat(3.max(longest_run(&code, '`') + 1));
    format!("{fence}{language}\n{code}\n{fence}\n")
}

/// Rust that mdBook shows as it is: it would hide the lines that begin with `# `.
fn shown(code: &str) -> String {
    let lines = code.lines().map(|line| {
        let (indent, text) = line.split_at(line.len() - line.trim_start().len());
        match text.strip_prefix('#') {
            Some(rest) if rest.is_empty() || rest.starts_with([' ', '#']) => {
                format!("{indent}#{text}")
            }
            _ => line.to_owned(),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Rust without the sections of its documentation on panics and errors, which a reader of the page does not
/// need; what stands behind them from the line `Source:` on stays.
pub fn without_contract(code: &str) -> String {
    let mut shown: Vec<&str> = Vec::new();
    let mut is_contract = false;
    for line in code.lines() {
        match line.trim_start().strip_prefix("///").map(str::trim) {
            Some("# Panics" | "# Errors") => is_contract = true,
            Some(text) if text.starts_with("# ") || text.starts_with("Source:") => {
                is_contract = false;
            }
            Some(_) => {}
            None => {
                if shown.last().is_some_and(|line| line.trim() == "///") {
                    shown.pop();
                }
                is_contract = false;
            }
        }
        if !is_contract {
            shown.push(line);
        }
    }
    shown.join("\n")
}

fn longest_run(text: &str, wanted: char) -> usize {
    let runs = text.split(|c| c != wanted).map(str::len);
    runs.max().unwrap_or(0)
}

/// The chapter of all listings, unless the pages refer to no file.
pub fn chapter(sources: &Sources, uses: &Uses) -> Option<BookItem> {
    let anchored = uses.anchors.iter().map(|(path, _)| path);
    let made = uses.functions.iter().map(|(path, _)| path);
    let shown: BTreeSet<_> =
        anchored.chain(uses.tests.keys().map(|(path, _)| path)).chain(made).collect();
    let listed = sources.iter().filter(|(path, _)| shown.iter().any(|p| p == path));
    let mut listings = Chapter::new(TITLE, String::new(), "listings.md", Vec::new());
    listings.content =
        format!("# {TITLE}\n\nThe files that the chapters quote, each whole.\n\n");
    for (number, (path, source)) in (1..).zip(listed) {
        let file = format!("{}.md", stem(path));
        listings.content += &format!("- [`{path}`]({file})\n");
        let text = page(path, source, &places(path, source, uses));
        let mut page = Chapter::new(path, text, file, vec![TITLE.to_owned()]);
        page.number = Some(SectionNumber::new([0, number]));
        listings.sub_items.push(page.into());
    }
    (!listings.sub_items.is_empty()).then_some(listings.into())
}

/// The ids in a file, by the line they stand before.
fn places<'a>(
    path: &str,
    source: &'a Source,
    uses: &'a Uses,
) -> BTreeMap<usize, BTreeSet<&'a str>> {
    let is_used =
        |name: &str| uses.anchors.contains(&(path.to_owned(), name.to_owned()));
    let anchors = source.anchors().filter(|(name, _)| is_used(name));
    let anchors = anchors.map(|(name, anchor)| (anchor.first, name));
    let tests = source.tests().iter().map(|test| (test.first, test.name.as_str()));
    let made = uses.functions.iter().filter(|(file, _)| file == path);
    let made = made
        .filter_map(|(_, name)| Some((source.line_of_function(name)?, name.as_str())));
    let mut places = BTreeMap::<_, BTreeSet<_>>::new();
    for (line, id) in anchors.chain(tests).chain(made) {
        places.entry(line).or_default().insert(id);
    }
    places
}

fn page(
    path: &str,
    source: &Source,
    places: &BTreeMap<usize, BTreeSet<&str>>,
) -> String {
    let mut text = format!("<div class=\"listing\">\n\n# `{path}`\n\n");
    let lines: Vec<_> = source.lines().collect();
    let starts = std::iter::once(0).chain(places.keys().copied());
    let ends = places.keys().copied().chain([usize::MAX]);
    for (start, end) in starts.zip(ends) {
        for id in places.get(&start).into_iter().flatten() {
            text += &format!("<a id=\"{id}\"></a>");
        }
        let index = |line| lines.partition_point(|(i, _)| *i < line);
        let part = &lines[index(start)..index(end)];
        let part: Vec<_> = part.iter().map(|(_, line)| *line).collect();
        if !part.is_empty() {
            text += &format!("\n\n{}\n", block(path, &part.join("\n")));
        }
    }
    text + "\n</div>\n"
}
