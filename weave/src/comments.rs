//! Names in the comments of the code: what stands between backticks, word by word.
//!
//! A word is known if code of its folder or of the library has it, if a file is called so, or if PyTorch or NumPy have
//! it. Short words and those with other letters than a name in code has are parts of formulas, and what stands in `<…>`
//! stands for something else.

use crate::fault::{Faults, nearest};
use crate::names::in_backticks;
use crate::python::FOLDER;
use crate::rust::{Code, words};
use crate::source::files_below;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const FOLDERS: [&str; 7] =
    ["src", "tests", "exercises", "questions", "formula", "weave", "benches"];
/// A shorter word stands for a quantity.
const SHORTEST: usize = 4;

/// Reports the unknown words; how many were looked up.
pub fn check(root: &Path, faults: &mut Faults) -> usize {
    let mut common = BTreeSet::new();
    let list = fs::read_to_string(root.join(FOLDER).join("names.txt"));
    common.extend(all_words(&list.unwrap_or_default()));
    let mut count = 0;
    for folder in FOLDERS {
        let paths = files_below(root, folder).into_iter();
        let mut known = common.clone();
        let mut files = Vec::new();
        for path in paths {
            known.extend(all_words(&path));
            if path.ends_with(".rs")
                && let Ok(text) = fs::read_to_string(root.join(&path))
            {
                let code = Code::new(&text);
                let of_code: Vec<_> =
                    code.lines.iter().flat_map(|it| all_words(it)).collect();
                if path.starts_with("src/") && !path.starts_with("src/bin/") {
                    common.extend(of_code.iter().cloned());
                }
                known.extend(of_code);
                files.push((path, comments(&text, &code)));
            }
        }
        for (path, comments) in files {
            for (line, span) in in_backticks(&comments) {
                for word in looked_up(root, &span) {
                    count += 1;
                    if !known.contains(word) && !known.contains(without_index(word)) {
                        let near = nearest(word, known.iter().map(String::as_str));
                        let message =
                            format!("nothing is called `{word}`; near it: {near}");
                        faults.add(&path, line, message);
                    }
                }
            }
        }
    }
    count
}

fn all_words(text: &str) -> impl Iterator<Item = String> {
    words(text).map(|word| word.trim_end_matches('!').to_owned())
}

/// A file with blanks in the place of its code.
fn comments(text: &str, code: &Code) -> String {
    let lines = text.lines().zip(&code.lines).map(|(line, code)| {
        let pairs = line.chars().zip(code.chars());
        pairs.map(|(c, kept)| if kept == c { ' ' } else { c }).collect::<String>()
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The words of a span that have to be known: not those of a file, of a directive, or of lines set apart.
fn looked_up<'a>(root: &Path, span: &'a str) -> Vec<&'a str> {
    if root.join(span).exists()
        || span.starts_with("{{#")
        || span.matches('\n').count() > 1
    {
        return Vec::new();
    }
    let outside =
        span.split('<').map(|part| part.rsplit_once('>').map_or(part, |it| it.1));
    let words = outside.flat_map(words).map(|word| word.trim_end_matches('!'));
    words.filter(|word| is_name(word)).collect()
}

/// Whether a word is no number and no letter with an index.
fn is_name(word: &str) -> bool {
    let base = word.split('_').next().unwrap_or(word);
    word.len() >= SHORTEST
        && word.is_ascii()
        && base.len() != 1
        && !word.starts_with(|c: char| c.is_ascii_digit())
}

/// A word without an index, such as the 1 of `beta_1`.
fn without_index(word: &str) -> &str {
    match word.rsplit_once('_') {
        Some((base, index)) if index.len() == 1 => base,
        _ => word,
    }
}
