//! Weave makes the pages of the book from its sources, and refuses to when they disagree.
//!
//! A page may hold formulas (`$…$`, `$$…$$` and fences labelled `math`), figures (a paragraph that is one
//! image, `figures/<name>.svg`) and directives:
//!
//! | directive | what the reader sees |
//! |---|---|
//! | `{{#code src/adam.rs:step}}` | the code of an anchor |
//! | `{{#exercise adam/step}}` | what an exercise gives the reader, its hint and its solution |
//! | `{{#live adam}}` below a figure | the figure can be touched: [`live`] |
//! | `{{#question adam/first}}` | a question, whose wrong options are computed mistakes |
//! | `{{#predict adam/first}}` | the same with pictures, before the page says what happens |
//! | `{{#number adam/second}}` | a number to work out |
//! | `{{#steps adam/worksheet}}` | a worked example, one step at a time |
//! | `{{#questions}}` | all questions, by the items of the sources |
//! | `{{#table adam__steps}}` | the tables of a snapshot |
//! | `{{#value adam__steps.last}}` | a value of a snapshot, also inside a formula |
//! | `{{#default torch.optim.SGD momentum}}` | a parameter with its default |
//! | `{{#test adam::name adam.py::name}}` | a ✓ that leads to the tests and scripts behind a claim |
//! | `{{#formula adam.step}}` | behind a formula, a ✓ that leads to the test that evaluates it |
//! | `{{#minutes adam sgd}}` | how long the paths of these chapters take; of all, if none is named |
//! | `{{#source kingma2015}}`, `{{#cite kingma2015}}` | a work of the literature with a link, in full and as in a sentence |
//! | `{{#also learning rate, lr}}` | nothing; whoever searches for these words is led to its section |
//! | `{{#see adam.md#the-step …}}` | links to sections, code (`src/adam.rs:step`), tests (`adam::name`) and figures (`figures/adam-factor.svg`) |
//!
//! Names in sentences are looked up: see [`names`]. Python was run: see [`python`].
//!
//! Every file that a page refers to becomes a page too, in the chapter of listings. What a page asks for must
//! exist, and what exists must be asked for: see [`fault`].

pub mod about;
mod ask;
pub mod comments;
pub mod directive;
pub mod exercise;
pub mod fault;
pub mod figure;
pub mod html;
mod idle;
pub mod listing;
pub mod literature;
pub mod live;
pub mod markdown;
pub mod math;
pub mod minutes;
pub mod names;
pub mod outline;
pub mod page;
pub mod python;
pub mod question;
pub mod ran;
pub mod rust;
pub mod search;
pub mod snapshot;
pub mod source;
mod theme;
pub mod typed;
pub mod typography;
pub mod uses;

use exercise::Exercises;
use fault::Faults;
use figure::Figures;
use listing::Listings;
use literature::Literature;
use live::Lives;
use math::Maths;
use mdbook_preprocessor::book::{Book, Chapter};
use mdbook_preprocessor::errors::Result;
use mdbook_preprocessor::{Preprocessor, PreprocessorContext, parse_input};
use minutes::Minutes;
use names::Names;
use outline::Outline;
use page::{Page, Weaver};
use python::Runs;
use question::Questions;
use snapshot::Snapshots;
use source::{Sources, files_below};
use std::path::Path;
use std::thread;
use uses::Uses;

/// The setting that says where the book's repository is.
const REPOSITORY: &str = "output.html.git-repository-url";

/// The preprocessor.
pub struct Weave;

impl Preprocessor for Weave {
    fn name(&self) -> &str {
        "weave"
    }

    fn run(&self, ctx: &PreprocessorContext, book: Book) -> Result<Book> {
        let chapters = ctx.config.book.src.to_string_lossy();
        let repository: Option<String> = ctx.config.get(REPOSITORY)?;
        Ok(weave(&ctx.root, &chapters, repository.as_deref(), book)?)
    }

    fn supports_renderer(&self, renderer: &str) -> Result<bool> {
        Ok(renderer == "html")
    }
}

/// What mdBook gets back for what it sends, both as JSON: the book with its pages woven.
///
/// # Errors
/// What is sent is no book, or the book has faults.
pub fn answer(sent: &[u8]) -> Result<Vec<u8>, String> {
    let (context, book) = parse_input(sent).map_err(|error| {
        format!("weave reads a book from mdBook, and this is none ({error:#}): run `mdbook build`")
    })?;
    let book = Weave.run(&context, book).map_err(|error| format!("{error:#}"))?;
    serde_json::to_vec(&book).map_err(|error| error.to_string())
}

/// The book with its pages woven and its listings added; `chapters` is the folder of its pages, and `repository` where
/// others find it, if they do.
///
/// # Errors
/// All faults of the book.
pub fn weave(
    root: &Path,
    chapters: &str,
    repository: Option<&str>,
    mut book: Book,
) -> Result<Book, Faults> {
    let mut weaver = weaver(root, chapters, &book);
    let unlisted = weaver.unlisted(chapters);
    if !unlisted.is_empty() {
        return Err(unlisted);
    }
    weaver.weave_book(chapters, &mut book);
    weaver.show_sources(chapters, repository, &mut book);
    weaver.report_idle(root);
    weaver.report_also();
    about::report(root, &weaver.outline, &mut weaver.faults);
    weaver.minutes.report(chapters, &mut weaver.faults);
    if !weaver.faults.is_empty() {
        return Err(weaver.faults);
    }
    search::write(root, &weaver.search_index(chapters))?;
    let titles = weaver.outline.titles().collect();
    if let Some(literature) = weaver.literature.chapter(&weaver.uses, &titles) {
        book.push_item(literature);
    }
    let listings = Listings {
        sources: &weaver.sources,
        pages: &weaver.pages,
        uses: &weaver.uses,
        titles: &titles,
        repository,
    };
    if let Some(listings) = listings.chapter() {
        book.push_item(listings);
    }
    Ok(book)
}

/// What the pages of a book are woven from. Formulas take as long as all the rest, and need none of it.
fn weaver(root: &Path, chapters: &str, book: &Book) -> Weaver {
    let pages = || book.chapters().map(|chapter| chapter.content.as_str());
    thread::scope(|scope| {
        let maths = scope.spawn(|| Maths::of(pages()));
        let weaver = read(root, chapters, book);
        Weaver { maths: maths.join().expect("a formula ends in a message"), ..weaver }
    })
}

/// All but the formulas.
fn read(root: &Path, chapters: &str, book: &Book) -> Weaver {
    let mut faults = theme::faults(root);
    let mut sources = Sources::read(root, &mut faults);
    let minutes = Minutes::read(root, book, &mut sources, &mut faults);
    let runs = Runs::read(root, &sources, &mut faults);
    let names = Names::read(root, &sources, &mut faults);
    let below = format!("{chapters}/");
    let files = files_below(root, chapters).into_iter();
    Weaver {
        maths: Maths::default(),
        snapshots: Snapshots::read(root),
        figures: Figures::read(
            root,
            format!("{chapters}/figures"),
            &sources,
            &mut faults,
        ),
        lives: Lives::read(root),
        exercises: Exercises::read(root, &mut faults),
        questions: Questions::read(root, book, &mut faults),
        literature: Literature::read(root, chapters, &mut faults),
        outline: Outline::read(book),
        minutes,
        runs,
        names,
        files: files.map(|file| file.replacen(&below, "", 1)).collect(),
        pages: Vec::new(),
        uses: Uses::default(),
        sources,
        faults,
    }
}

impl Weaver {
    /// Weaves all pages, in their order.
    fn weave_book(&mut self, chapters: &str, book: &mut Book) {
        book.for_each_chapter_mut(|chapter| self.weave_chapter(chapters, chapter));
    }

    /// Ends each page with a link to its source.
    fn show_sources(&self, chapters: &str, repository: Option<&str>, book: &mut Book) {
        book.for_each_chapter_mut(|chapter| {
            let Some(file) = &chapter.source_path else {
                return;
            };
            let file = outline::name_of(file);
            let to_root = "../".repeat(file.matches('/').count());
            let path = format!("{chapters}/{file}");
            let url = listing::of_file(&to_root, repository, &path);
            chapter.content += &format!(
                "\n\n<p class=\"page-source\"><a href=\"{url}\">Source of this page</a></p>\n"
            );
        });
    }

    fn weave_chapter(&mut self, chapters: &str, chapter: &mut Chapter) {
        let Some(file) = &chapter.source_path else {
            return;
        };
        let file = outline::name_of(file);
        let path = format!("{chapters}/{file}");
        self.pages.push((path.clone(), chapter.content.clone()));
        let page = self.weave(&Page {
            path: &path,
            to_root: &"../".repeat(file.matches('/').count()),
            file: &file,
            text: &chapter.content,
        });
        chapter.content = match (self.minutes.of_page(&file), page.split_once('\n')) {
            (Some(reading), Some((title, rest))) => {
                format!("{title}\n\n{}\n{rest}", reading.line())
            }
            _ => page,
        };
    }
}
