//! What each page says of itself to search engines and to those who share it: `theme/head.hbs`.

use crate::fault::Faults;
use crate::outline::Outline;
use crate::source::line_of;
use std::collections::BTreeMap;
use std::fs;
use std::ops::RangeInclusive;
use std::path::Path;

const FILE: &str = "theme/head.hbs";
/// How a description begins: a page, and what is said of it up to the end of the line.
const OPEN: &str = "(eq path \"";
const BEHIND: &str = "\")}}";
/// What ends the line.
const END: &str = "{{!--";
/// Shorter ones say too little, and longer ones are cut.
const LENGTH: RangeInclusive<usize> = 50..=170;
/// Pages that are made, and that of `index.html`, which is the first page once more.
const MADE: [&str; 4] = ["index.md", "literature.md", "listings.md", "print.md"];

/// Every page has a description of its own, and every description a page.
pub fn report(root: &Path, outline: &Outline, faults: &mut Faults) {
    let Ok(text) = fs::read_to_string(root.join(FILE)) else {
        return;
    };
    let mut said = BTreeMap::new();
    let mut pages = BTreeMap::new();
    for (at, _) in text.match_indices(OPEN) {
        let line = text[at + OPEN.len()..].lines().next().unwrap_or_default();
        let Some((page, description)) = line.split_once(BEHIND) else {
            continue;
        };
        let description = description.trim_end_matches(END);
        let line = line_of(&text, at);
        pages.insert(page, line);
        let letters = description.chars().count();
        if !LENGTH.contains(&letters) {
            let (least, most) = (LENGTH.start(), LENGTH.end());
            let message = format!(
                "what is said of {page} has {letters} letters, and may have {least} to {most}"
            );
            faults.add(FILE, line, message);
        }
        if let Some(other) = said.insert(description, page)
            && other != "index.md"
        {
            let message = format!("{page} and {other} are described in the same words");
            faults.add(FILE, line, message);
        }
    }
    for page in outline.files().filter(|page| !pages.contains_key(page)) {
        let message = format!(
            "nothing is said of {page}: write `--}}}}{{{{else if {OPEN}{page}{BEHIND}`, a sentence and `{END}`"
        );
        faults.add(FILE, 1, message);
    }
    for (page, line) in pages {
        if !MADE.contains(&page) && !outline.files().any(|file| file == page) {
            faults.add(FILE, line, format!("there is no page {page}"));
        }
    }
}
