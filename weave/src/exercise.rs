//! Exercises: the folders `exercises/<chapter>/<function>/`.

use crate::fault::{Faults, nearest};
use crate::listing;
use crate::source::files_below;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const FOLDER: &str = "exercises";

/// What the page of a chapter shows of an exercise.
#[derive(Clone)]
pub struct Exercise {
    /// The code that the reader starts from.
    pub task: String,
    /// One step of the way, in Markdown.
    pub hint: String,
    /// The code that solves it.
    pub solution: String,
}

impl Exercise {
    /// Its part of a page, with the hint as the page has made it.
    pub fn block(&self, name: &str, hint: &str) -> String {
        let task = listing::block("task.rs", self.task.trim_end());
        let solution = listing::block("solution.rs", self.solution.trim_end());
        format!(
            "\n{task}\n```console\ncargo exercise {name}\n```\n\n\
             <details class=\"hint\"><summary>A hint</summary>\n\n{}\n\n\
             <details><summary>A solution</summary>\n\n{solution}\n</details>\n\n</details>\n",
            hint.trim()
        )
    }
}

/// The exercises of the repository, by name: `chapter/function`.
pub struct Exercises(BTreeMap<String, Exercise>);

impl Exercises {
    /// Reads all exercises.
    pub fn read(root: &Path, faults: &mut Faults) -> Self {
        let mut exercises = BTreeMap::new();
        for file in files_below(root, FOLDER) {
            let Some(name) = name_of_task(&file) else { continue };
            let mut text = |part: &str| {
                let path = path(name, part);
                let text = fs::read_to_string(root.join(&path)).unwrap_or_default();
                if text.trim().is_empty() {
                    faults.add(&path, 1, "the exercise has none, or an empty one");
                }
                text
            };
            let (task, hint) = (text("task.rs"), text("hint.md"));
            let solution = text("solution.rs");
            exercises.insert(name.to_owned(), Exercise { task, hint, solution });
        }
        Self(exercises)
    }

    /// The names of all exercises.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The exercise of this name.
    pub fn get(&self, name: &str) -> Result<&Exercise, String> {
        self.0.get(name).ok_or_else(|| {
            format!("no exercise `{name}`; near it: {}", nearest(name, self.names()))
        })
    }
}

/// The path of one of its files, relative to the root.
pub fn path(name: &str, file: &str) -> String {
    format!("{FOLDER}/{name}/{file}")
}

fn name_of_task(file: &str) -> Option<&str> {
    let name =
        file.strip_prefix(FOLDER)?.strip_prefix('/')?.strip_suffix("/task.rs")?;
    (name.matches('/').count() == 1).then_some(name)
}
