//! The theme: styles, fonts, short scripts, and nothing that asks the network.

use crate::fault::Faults;
use crate::html::faults_of_style;
use crate::search;
use crate::source::{files_below, line_of};
use std::fs;
use std::path::Path;

const FOLDER: &str = "theme";
const ENDINGS: [&str; 8] = ["css", "hbs", "js", "png", "svg", "woff2", "txt", "md"];
/// The most bytes of a script.
const SCRIPT_BYTES: usize = 14_000;
/// What colours code, by others: `.ci/run` makes it again and compares. Its messages name addresses.
const HIGHLIGHTER: &str = "theme/highlight.js";
/// A few languages; mdBook's own has forty, and 137,537 bytes.
const HIGHLIGHTER_BYTES: usize = 35_000;

/// What is wrong with the files of the theme, and with scripts that the book's settings ask for.
pub fn faults(root: &Path) -> Faults {
    let mut faults = Faults::default();
    for path in files_below(root, FOLDER) {
        let ending = path.rsplit('.').next().unwrap_or_default();
        if !ENDINGS.contains(&ending) {
            faults.add(&path, 1, "a theme holds styles (.css), templates (.hbs), scripts (.js), icons (.svg, .png), fonts (.woff2) and their licences (.txt, .md)");
        }
        let text = || fs::read_to_string(root.join(&path)).unwrap_or_default();
        let (text, found) = match ending {
            "css" => (text(), faults_of_style(&text())),
            "js" if path == HIGHLIGHTER => (
                text(),
                fault_of_size(&text(), HIGHLIGHTER_BYTES).into_iter().collect(),
            ),
            "js" => (text(), faults_of_script(&text())),
            _ => continue,
        };
        for (at, message) in found {
            faults.add(&path, line_of(&text, at), message);
        }
    }
    let settings = fs::read_to_string(root.join("book.toml")).unwrap_or_default();
    for (line, text) in (1..).zip(settings.lines()) {
        let Some((_, scripts)) =
            text.split_once('=').filter(|(name, _)| name.trim() == "additional-js")
        else {
            continue;
        };
        let scripts = scripts.split('"').skip(1).step_by(2);
        for script in scripts.filter(|script| *script != search::FILE) {
            if !script.starts_with("theme/") {
                let message =
                    format!("`{script}`: scripts of the book stand in {FOLDER}/");
                faults.add("book.toml", line, message);
            }
        }
    }
    faults
}

/// A script is short, and asks nothing of the network.
fn faults_of_script(script: &str) -> Vec<(usize, String)> {
    let mut faults = Vec::from_iter(fault_of_size(script, SCRIPT_BYTES));
    for call in ["http:", "https:", "fetch(", "XMLHttpRequest", "import(", "eval("] {
        let places = script.match_indices(call);
        faults.extend(
            places.map(|(at, _)| (at, format!("`{call}` in a script of the book"))),
        );
    }
    faults
}

fn fault_of_size(script: &str, most: usize) -> Option<(usize, String)> {
    let bytes = script.len();
    (bytes > most).then(|| (0, format!("{bytes} bytes, at most {most}")))
}
