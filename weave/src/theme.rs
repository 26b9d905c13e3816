//! The theme: styles, fonts and small scripts, and nothing that asks the network.

use crate::fault::Faults;
use crate::html::faults_of_style;
use crate::source::{files_below, line_of};
use std::fs;
use std::path::Path;

const FOLDER: &str = "theme";
const ENDINGS: [&str; 5] = ["css", "js", "woff2", "txt", "md"];
/// The most bytes of a script.
const SCRIPT: usize = 4096;
/// What a script would ask the network with, or run code from elsewhere.
const REFUSED: [&str; 9] = [
    "http:",
    "https:",
    "fetch",
    "XMLHttpRequest",
    "WebSocket",
    "EventSource",
    "sendBeacon",
    "import",
    "eval",
];

/// What is wrong with the files of the theme, and with scripts that the book's settings ask for.
pub fn faults(root: &Path) -> Faults {
    let mut faults = Faults::default();
    for path in files_below(root, FOLDER) {
        let ending = path.rsplit('.').next().unwrap_or_default();
        if !ENDINGS.contains(&ending) {
            faults.add(&path, 1, "a theme holds styles (.css), scripts (.js), fonts (.woff2) and their licences (.txt, .md)");
        }
        if ending == "js" {
            let script = fs::read_to_string(root.join(&path)).unwrap_or_default();
            for word in REFUSED {
                if let Some(at) = script.find(word) {
                    let message = format!("`{word}`: a script asks for nothing");
                    faults.add(&path, line_of(&script, at), message);
                }
            }
            if script.len() > SCRIPT {
                let message =
                    format!("{} bytes, and a script has {SCRIPT}", script.len());
                faults.add(&path, 1, message);
            }
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
        let scripts =
            text.trim_start().strip_prefix("additional-js").unwrap_or_default();
        let scripts = scripts.split('"').skip(1).step_by(2);
        for script in scripts.filter(|script| !script.starts_with("theme/")) {
            let message = format!("`{script}`: a script of the book lies in {FOLDER}/");
            faults.add("book.toml", line, message);
        }
    }
    faults
}
