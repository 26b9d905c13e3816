//! What exists for the pages and is on none of them.

use crate::exercise;
use crate::fault::Faults;
use crate::live;
use crate::page::Weaver;
use crate::question;
use crate::snapshot;
use crate::source::Test;
use crate::typed::{Typed, is_telling};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The tests of chapters that no page names: a line `file::name: reason` for each.
const UNNAMED: &str = "tests/on_no_page.txt";

impl Weaver {
    /// The pages that are not in the summary.
    pub fn unlisted(&self, chapters: &str) -> Faults {
        let mut faults = Faults::default();
        let listed: BTreeSet<_> = self.outline.files().collect();
        let pages = self.files.iter().filter(|file| file.ends_with(".md"));
        for file in pages.filter(|file| *file != "SUMMARY.md") {
            if !listed.contains(file.as_str()) {
                let summary = format!("{chapters}/SUMMARY.md");
                let message =
                    format!("it lacks the page {file}: write `- [Title]({file})`");
                faults.add(&summary, 1, message);
            }
        }
        faults
    }

    /// The tests behind the pages, as path and name, each with a page and a line.
    pub fn tests_of_pages(&self) -> BTreeMap<(String, String), (String, usize)> {
        let mut tests = self.uses.tests.clone();
        tests.retain(|(path, _), _| path.ends_with(".rs"));
        for (name, _) in &self.uses.values {
            if let Some((path, test)) = self.sources.test_of_snapshot(name) {
                let place = (snapshot::path(name), 1);
                tests.entry((path.to_owned(), test.to_owned())).or_insert(place);
            }
        }
        tests
    }

    /// Reports everything that no page shows, names or uses.
    pub fn report_idle(&mut self, root: &Path) {
        self.report_anchors();
        let Self { uses, faults, .. } = self;
        for name in self.figures.names() {
            if !uses.figures.contains_key(name) {
                faults.add(&self.figures.path(name), 1, "no page shows this figure");
            }
        }
        for (name, live) in self.lives.iter() {
            for figure in &live.figures {
                if !uses.lives.contains(&(name.to_owned(), figure.clone())) {
                    let message = format!(
                        "no page has `{{{{#live {name}}}}}` below the figure `{figure}`"
                    );
                    faults.add(&live::path(name), 1, message);
                }
            }
        }
        for name in self.exercises.names() {
            if !uses.exercises.contains(name) {
                let path = exercise::path(name, "task.rs");
                faults.add(&path, 1, "no page has this exercise");
            }
        }
        for name in self.questions.names() {
            if !uses.questions.iter().any(|(shown, _)| shown == name) {
                faults.add(&question::snapshot(name), 1, "no page asks this");
            }
        }
        self.literature.report_idle(&self.uses, &mut self.faults);
        self.report_snapshots();
        self.report_tests(root);
        self.report_claims();
        self.report_labels();
        self.names.check_exercises(root, &mut self.faults);
        self.names.report(&mut self.faults);
    }

    /// Claims of scripts that no page names; those about comments stand beside the code.
    fn report_claims(&mut self) {
        for (path, source) in self.sources.iter() {
            let Some(run) = self.runs.get(path) else { continue };
            let file = path.rsplit('/').next().unwrap_or(path);
            for claim in source.tests() {
                let key = (path.to_owned(), claim.name.clone());
                if !self.uses.tests.contains_key(&key)
                    && !run.is_of_comment(&claim.name)
                {
                    let message = format!(
                        "no page names the claim `{0}`: write {{{{#test {file}::{0}}}}} there",
                        claim.name
                    );
                    self.faults.add(path, claim.first + 1, message);
                }
            }
        }
    }

    /// Labels that a test gives to a formula, and no page has.
    fn report_labels(&mut self) {
        for (path, source) in self.sources.iter() {
            let file = path.strip_prefix("tests/formulas/");
            let Some(chapter) = file.and_then(|file| file.strip_suffix(".rs")) else {
                continue;
            };
            for test in source.tests() {
                let labels = source.names_in(test).filter(|name| {
                    name.split_once('.').is_some_and(|(first, _)| first == chapter)
                });
                for label in labels.filter(|it| !self.uses.labels.contains_key(*it)) {
                    let message =
                        format!("no page has a formula with the label `{label}`");
                    self.faults.add(path, test.first + 1, message);
                }
            }
        }
    }

    fn report_anchors(&mut self) {
        for (path, source) in self.sources.iter() {
            for (name, anchor) in source.anchors() {
                let key = (path.to_owned(), name.to_owned());
                let is_ours = path.starts_with("src/") || path.starts_with("tests/");
                if is_ours && !self.uses.anchors.contains(&key) {
                    let message = format!("no page shows the anchor `{name}`");
                    self.faults.add(path, anchor.first + 1, message);
                }
            }
        }
    }

    fn report_snapshots(&mut self) {
        let pages: Vec<_> =
            self.pages.iter().map(|(path, text)| (path, Typed::new(text))).collect();
        let Self { uses, faults, .. } = self;
        for (name, snapshot) in self.snapshots.iter() {
            let path = snapshot::path(name);
            if self.sources.test_of_snapshot(name).is_none() {
                let message = format!("no test in tests/ that runs holds \"{name}\"");
                faults.add(&path, 1, message);
            }
            let of_chapter = name.split("__").next().unwrap_or(name);
            let (own, others): (Vec<_>, Vec<_>) = pages
                .iter()
                .partition(|(page, _)| page.ends_with(&format!("/{of_chapter}.md")));
            for (page, typed) in &own {
                for (_, value, number) in snapshot.values().filter(|v| is_telling(v.2))
                {
                    if let Some(line) = typed.line_of(number) {
                        let message = format!(
                            "`{number}` is typed; the snapshot has it: {{{{#value {name}.{value}}}}}"
                        );
                        faults.add(page, line, message);
                    }
                }
            }
            if uses.tables.contains(name) {
                continue;
            }
            if !uses.values.iter().any(|(snapshot, _)| snapshot == name) {
                faults.add(&path, 1, "no page uses this snapshot");
            } else if snapshot.is_values() {
                for (line, value, number) in snapshot.values() {
                    if uses.values.contains(&(name.to_owned(), value.to_owned())) {
                        continue;
                    }
                    let typed = own.iter().chain(&others).find_map(|(page, typed)| {
                        Some(format!(
                            "; `{number}` is typed in {page}:{}",
                            typed.line_of(number)?
                        ))
                    });
                    let typed = typed.unwrap_or_default();
                    let message = format!("no page uses the value `{value}`{typed}");
                    faults.add(&path, line, message);
                }
            }
        }
    }

    /// Tests in the file of a chapter that no page names.
    fn report_tests(&mut self, root: &Path) {
        let listed = self.listed(root);
        let values = self.uses.values.iter().map(|(name, _)| name);
        let shown: BTreeSet<_> =
            values.chain(&self.uses.tables).map(String::as_str).collect();
        let pages: BTreeSet<_> = self.outline.files().collect();
        let mut unseen: BTreeMap<_, _> = listed;
        for (path, source) in self.sources.iter() {
            let Some(file) = file_of_tests(path) else { continue };
            if !pages.contains(format!("{file}.md").as_str()) {
                continue;
            }
            let is_named = |test: &Test| {
                self.uses.tests.contains_key(&(path.to_owned(), test.name.clone()))
            };
            let holds_shown =
                |test: &Test| source.names_in(test).any(|name| shown.contains(name));
            for test in source.tests() {
                let line = unseen.remove(&format!("{file}::{}", test.name));
                match line {
                    Some(line) if is_named(test) => {
                        let message = format!("a page names `{file}::{}`", test.name);
                        self.faults.add(UNNAMED, line, message);
                    }
                    None if !is_named(test)
                        && !test.is_refusal
                        && !holds_shown(test) =>
                    {
                        let message = format!(
                            "no page names the test `{}`: write {{{{#test {file}::{0}}}}} there, or its reason in {UNNAMED}",
                            test.name
                        );
                        self.faults.add(path, test.first + 1, message);
                    }
                    _ => {}
                }
            }
        }
        for (name, line) in unseen {
            self.faults.add(UNNAMED, line, format!("no chapter has the test `{name}`"));
        }
    }

    /// The list of tests that no page names, with their lines.
    fn listed(&mut self, root: &Path) -> BTreeMap<String, usize> {
        let text = fs::read_to_string(root.join(UNNAMED)).unwrap_or_default();
        let mut listed = BTreeMap::new();
        for (line, entry) in (1..).zip(text.lines()) {
            match entry.split_once(": ") {
                Some((name, reason)) if !reason.trim().is_empty() => {
                    listed.insert(name.trim().to_owned(), line);
                }
                _ if entry.trim().is_empty() => {}
                _ => {
                    self.faults.add(UNNAMED, line, "a line reads `file::name: reason`")
                }
            }
        }
        listed
    }
}

/// The name of a file of tests; what is in a folder is their support.
fn file_of_tests(path: &str) -> Option<&str> {
    let file = path.strip_prefix("tests/")?.strip_suffix(".rs")?;
    (!file.contains('/')).then_some(file)
}
