//! The theme: styles and fonts, and nothing that asks the network.

use crate::fault::Faults;
use crate::html::faults_of_style;
use crate::source::{files_below, line_of};
use std::fs;
use std::path::Path;

const FOLDER: &str = "theme";
const ENDINGS: [&str; 7] = ["css", "hbs", "png", "svg", "woff2", "txt", "md"];

/// What is wrong with the files of the theme, and with scripts that the book's settings ask for.
pub fn faults(root: &Path) -> Faults {
    let mut faults = Faults::default();
    for path in files_below(root, FOLDER) {
        let ending = path.rsplit('.').next().unwrap_or_default();
        if !ENDINGS.contains(&ending) {
            faults.add(&path, 1, "a theme holds styles (.css), templates (.hbs), icons (.svg, .png), fonts (.woff2) and their licences (.txt, .md)");
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
        if text.trim_start().starts_with("additional-js") {
            faults.add("book.toml", line, "the book has no scripts of its own");
        }
    }
    faults
}
