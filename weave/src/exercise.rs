//! Exercises: the folders `exercises/<chapter>/<function>/`.

use crate::fault::{Faults, nearest};
use crate::listing;
use crate::source::files_below;
use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::fs;
use std::path::Path;

const FOLDER: &str = "exercises";

/// Minutes that an exercise may take.
const LONGEST: u32 = 30;
const UNKNOWN_EFFORT: &str = "the first line says `// 10 minutes, easy`: 5 to 30 minutes, and easy, medium or hard";

/// How hard an exercise is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Easy,
    Medium,
    Hard,
}

/// How hard an exercise is, and how long it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Effort {
    level: Level,
    minutes: u32,
}

impl Effort {
    /// Reads the first line of a task: `// 10 minutes, easy`.
    fn read(task: &str) -> Option<Self> {
        let line = task.lines().next()?.strip_prefix("// ")?;
        let (minutes, level) = line.split_once(" minutes, ")?;
        let level = match level {
            "easy" => Level::Easy,
            "medium" => Level::Medium,
            "hard" => Level::Hard,
            _ => return None,
        };
        let minutes = minutes.parse().ok().filter(|it| (5..=LONGEST).contains(it))?;
        Some(Self { level, minutes })
    }
}

impl Display for Effort {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Easy => "easy",
            Level::Medium => "medium",
            Level::Hard => "hard",
        };
        write!(f, "{} minutes, {level}", self.minutes)
    }
}

/// What the page of a chapter shows of an exercise.
#[derive(Clone)]
pub struct Exercise {
    pub effort: Effort,
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
        let task = listing::block("task.rs", self.task.trim());
        let solution = listing::block("solution.rs", self.solution.trim_end());
        format!(
            "\n<p class=\"effort\">{}</p>\n\n{task}\n```console\ncargo exercise {name}\n```\n\n\
             <details class=\"hint\"><summary>A hint</summary>\n\n{}\n\n\
             <details><summary>A solution</summary>\n\n{solution}\n</details>\n\n</details>\n",
            self.effort,
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
            let effort = Effort::read(&task).unwrap_or_else(|| {
                faults.add(&file, 1, UNKNOWN_EFFORT);
                Effort { level: Level::Hard, minutes: LONGEST }
            });
            let task = task.split_once('\n').map_or("", |(_, rest)| rest).to_owned();
            exercises
                .insert(name.to_owned(), Exercise { effort, task, hint, solution });
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
