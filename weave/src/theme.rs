//! The theme: styles, fonts and one script, and nothing that asks the network.

use crate::fault::Faults;
use crate::html::faults_of_style;
use crate::source::{files_below, line_of};
use std::fs;
use std::path::Path;

const FOLDER: &str = "theme";
const ENDINGS: [&str; 4] = ["css", "woff2", "txt", "md"];
/// The script of the figures that one can touch, which every page loads.
const SCRIPT: &str = "theme/live.js";
/// The most bytes of it.
const SCRIPT_BYTES: usize = 10_000;

/// What is wrong with the files of the theme, and with scripts that the book's settings ask for.
pub fn faults(root: &Path) -> Faults {
    let mut faults = Faults::default();
    for path in files_below(root, FOLDER) {
        let ending = path.rsplit('.').next().unwrap_or_default();
        if path == SCRIPT {
            let script = fs::read_to_string(root.join(&path)).unwrap_or_default();
            for (at, message) in faults_of_script(&script) {
                faults.add(&path, line_of(&script, at), message);
            }
        } else if !ENDINGS.contains(&ending) {
            faults.add(&path, 1, "a theme holds styles (.css), fonts (.woff2), their licences (.txt, .md) and live.js");
        }
        if ending == "css" {
            let css = fs::read_to_string(root.join(&path)).unwrap_or_default();
            for (at, message) in faults_of_style(&css) {
                faults.add(&path, line_of(&css, at), message);
            }
        }
    }
    let settings = fs::read_to_string(root.join("book.toml")).unwrap_or_default();
    for (line, text) in (1..).zip(settings.lines()) {
        let script = format!("additional-js = [\"{SCRIPT}\"]");
        if text.trim_start().starts_with("additional-js") && text.trim() != script {
            faults.add("book.toml", line, format!("the book has one script: {script}"));
        }
    }
    faults
}

/// A script is short, and asks nothing of the network.
fn faults_of_script(script: &str) -> Vec<(usize, String)> {
    let mut faults = Vec::new();
    if script.len() > SCRIPT_BYTES {
        let bytes = script.len();
        faults.push((0, format!("{bytes} bytes, at most {SCRIPT_BYTES}")));
    }
    for call in ["http:", "https:", "fetch(", "XMLHttpRequest", "import(", "eval("] {
        let places = script.match_indices(call);
        faults.extend(
            places.map(|(at, _)| (at, format!("`{call}` in a script of the book"))),
        );
    }
    faults
}
