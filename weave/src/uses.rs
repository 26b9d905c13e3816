//! What the pages of a book have shown.

use crate::exercise::Effort;
use std::collections::{BTreeMap, BTreeSet};

/// What the pages have shown.
#[derive(Default)]
pub struct Uses {
    /// Anchors, as path and name.
    pub anchors: BTreeSet<(String, String)>,
    /// Tests, as path and name, each with the page and the line that named it last.
    pub tests: BTreeMap<(String, String), (String, usize)>,
    /// Snapshots shown as tables.
    pub tables: BTreeSet<String>,
    /// Values, as snapshot and name.
    pub values: BTreeSet<(String, String)>,
    /// Figures, each with the address of its page.
    pub figures: BTreeMap<String, String>,
    /// Live figures, as their name and that of the figure.
    pub lives: BTreeSet<(String, String)>,
    /// How many signs lead to tests.
    pub marks: usize,
    /// Where the pages show code and name tests, as path and name, each with the files of the pages.
    pub places: BTreeMap<(String, String), BTreeSet<String>>,
    /// Works of the literature, by key, each with the files of the pages that name it.
    pub works: BTreeMap<String, BTreeSet<String>>,
    /// The labels of formulas, each with its line.
    pub labels: BTreeMap<String, usize>,
    /// Exercises.
    pub exercises: BTreeSet<String>,
    /// What the last exercise of a page asks of the reader, by the file of the page.
    pub efforts: BTreeMap<String, Effort>,
    /// Questions, in the order of the pages, each with the address of its place.
    pub questions: Vec<(String, String)>,
    /// The functions that make questions, as path and name.
    pub functions: BTreeSet<(String, String)>,
}
