//! Weave makes the pages of the book from its sources, and refuses to when they disagree.
//!
//! A page may hold formulas (`$…$`, `$$…$$` and fences labelled `math`), figures (a paragraph that is one
//! image, `figures/<name>.svg`) and directives:
//!
//! | directive | what the reader sees |
//! |---|---|
//! | `{{#code src/adam.rs:step}}` | the code of an anchor |
//! | `{{#exercise adam/step}}` | what an exercise gives the reader, its hint and its solution |
//! | `{{#table adam__steps}}` | the tables of a snapshot |
//! | `{{#value adam__steps.last}}` | a value of a snapshot, also inside a formula |
//! | `{{#test adam::name}}` | links to the tests behind a claim |
//! | `{{#see adam.md#the-step …}}` | links to sections, code (`src/adam.rs:step`), tests (`adam::name`) and figures (`figures/adam-factor.svg`) |
//!
//! Every file that a page refers to becomes a page too, in the chapter of listings. What a page asks for must
//! exist, and what exists must be asked for: see [`fault`].

pub mod directive;
pub mod exercise;
pub mod fault;
pub mod figure;
pub mod listing;
pub mod markdown;
pub mod math;
pub mod outline;
pub mod page;
pub mod snapshot;
pub mod source;
pub mod uses;

use exercise::Exercises;
use fault::Faults;
use figure::Figures;
use math::Maths;
use mdbook_preprocessor::book::{Book, Chapter};
use mdbook_preprocessor::errors::Result;
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use outline::Outline;
use page::{Page, Weaver};
use snapshot::Snapshots;
use source::Sources;
use std::path::Path;
use uses::Uses;

/// The preprocessor.
pub struct Weave;

impl Preprocessor for Weave {
    fn name(&self) -> &str {
        "weave"
    }

    fn run(&self, ctx: &PreprocessorContext, book: Book) -> Result<Book> {
        let chapters = ctx.config.book.src.to_string_lossy();
        Ok(weave(&ctx.root, &chapters, book)?)
    }

    fn supports_renderer(&self, renderer: &str) -> Result<bool> {
        Ok(renderer == "html")
    }
}

/// The book with its pages woven and its listings added; `chapters` is the folder of its pages.
///
/// # Errors
/// All faults of the book.
pub fn weave(root: &Path, chapters: &str, mut book: Book) -> Result<Book, Faults> {
    let mut faults = Faults::default();
    let mut weaver = Weaver {
        maths: Maths::default(),
        sources: Sources::read(root, &mut faults),
        snapshots: Snapshots::read(root),
        figures: Figures::read(root, format!("{chapters}/figures"), &mut faults),
        exercises: Exercises::read(root, &mut faults),
        outline: Outline::read(&book),
        uses: Uses::default(),
        faults,
    };
    book.for_each_chapter_mut(|chapter| weave_chapter(&mut weaver, chapters, chapter));
    weaver.report_idle();
    if !weaver.faults.is_empty() {
        return Err(weaver.faults);
    }
    if let Some(listings) = listing::chapter(&weaver.sources, &weaver.uses) {
        book.push_item(listings);
    }
    Ok(book)
}

fn weave_chapter(weaver: &mut Weaver, chapters: &str, chapter: &mut Chapter) {
    let Some(file) = &chapter.source_path else {
        return;
    };
    let depth = file.components().count().saturating_sub(1);
    let file = file.to_string_lossy();
    chapter.content = weaver.weave(&Page {
        path: &format!("{chapters}/{file}"),
        file: &file,
        to_root: &"../".repeat(depth),
        text: &chapter.content,
    });
}

impl Weaver {
    /// Reports what exists for the pages and is on none of them.
    fn report_idle(&mut self) {
        let Self { uses, faults, .. } = self;
        for (path, source) in self.sources.iter() {
            for (name, anchor) in source.anchors() {
                let is_used =
                    uses.anchors.contains(&(path.to_owned(), name.to_owned()));
                if !is_used && (path.starts_with("src/") || path.starts_with("tests/"))
                {
                    faults.add(
                        path,
                        anchor.first + 1,
                        format!("no page shows the anchor `{name}`"),
                    );
                }
            }
        }
        for name in self.figures.names() {
            if !uses.figures.contains_key(name) {
                faults.add(&self.figures.path(name), 1, "no page shows this figure");
            }
        }
        for name in self.exercises.names() {
            if !uses.exercises.contains(name) {
                let path = exercise::path(name, "task.rs");
                faults.add(&path, 1, "no page has this exercise");
            }
        }
        for (name, snapshot) in self.snapshots.iter() {
            let path = snapshot::path(name);
            if self.sources.test_of_snapshot(name).is_none() {
                faults.add(
                    &path,
                    1,
                    format!("no test in tests/ that runs holds \"{name}\""),
                );
            }
            if uses.tables.contains(name) {
                continue;
            }
            if !uses.values.iter().any(|(snapshot, _)| snapshot == name) {
                faults.add(&path, 1, "no page uses this snapshot");
            } else if snapshot.is_values() {
                for (line, value, _) in snapshot.values() {
                    if !uses.values.contains(&(name.to_owned(), value.to_owned())) {
                        faults.add(
                            &path,
                            line,
                            format!("no page uses the value `{value}`"),
                        );
                    }
                }
            }
        }
    }
}
