//! How long a page takes to read: its path, and what is folded away.
//!
//! A reader is taken to read 200 words in a minute, to need 5 seconds for a line of code, 36 for a formula on a line
//! of its own, 3 for one in a sentence, 30 for a figure and 40 for a table of a snapshot. *Check and do* and
//! *Sources* do not count. Nor does what a page asks: it takes as long as one thinks, and one can go on without it. How many
//! questions there are stands beside the minutes.

use crate::directive::{Directive, OPEN};
use crate::fault::{Faults, nearest};
use crate::markdown::options;
use crate::question::Kind;
use crate::source::Sources;
use crate::{listing, outline};
use mdbook_preprocessor::book::Book;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Parser, Tag, TagEnd};
use std::collections::BTreeMap;
use std::ops::{Add, AddAssign};
use std::path::Path;

const TENTHS: u32 = 10;
const WORD: u32 = 60 * TENTHS / 200;
const LINE_OF_CODE: u32 = 5 * TENTHS;
const DISPLAY: u32 = 36 * TENTHS;
const FORMULA: u32 = 3 * TENTHS;
const FIGURE: u32 = 30 * TENTHS;
const TABLE: u32 = 40 * TENTHS;
/// "Dauphin and others 2014"
const WORDS_OF_A_WORK: u32 = 4;
const MINUTE: u32 = 60 * TENTHS;

/// The sections that one does not read through.
pub const NOT_READ: [&str; 2] = ["Check and do", "Sources"];

/// A time, in tenths of a second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(u32);

impl Time {
    /// This many minutes.
    pub const fn of_minutes(minutes: u32) -> Self {
        Self(minutes * MINUTE)
    }

    /// In whole minutes, rounded up.
    pub fn minutes(self) -> u32 {
        self.0.div_ceil(MINUTE)
    }

    /// In words: "87 minutes", and from two hours on "5 hours 50 minutes".
    pub fn in_words(self) -> String {
        const HOUR: u32 = 60;
        let (hours, minutes) = (self.minutes() / HOUR, self.minutes() % HOUR);
        match (hours, minutes) {
            (0 | 1, _) => format!("{} minutes", self.minutes()),
            (_, 0) => format!("{hours} hours"),
            _ => format!("{hours} hours {minutes} minutes"),
        }
    }
}

impl Add for Time {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl AddAssign for Time {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// What a page takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// What is read first.
    pub path: Time,
    /// What is in its folds.
    pub folds: Time,
    /// How many questions it asks.
    pub questions: u32,
}

impl Reading {
    /// Reads a page as it is written; `lines` counts the lines of an anchor, by path and name.
    pub fn of(text: &str, lines: &mut dyn FnMut(&str, &str) -> usize) -> Self {
        let mut clock = Clock::default();
        let text = clock.directives(text, lines);
        for (event, range) in Parser::new_ext(&text, options()).into_offset_iter() {
            clock.pass(range.start);
            clock.event(event);
        }
        clock.pass(usize::MAX);
        clock.reading
    }

    /// Below the title of a page.
    pub fn line(self) -> String {
        let folds = match self.folds.minutes() {
            0 => String::new(),
            minutes => format!("; {minutes} more in the folds"),
        };
        let path = match self.path.minutes() {
            1 => "1 minute".to_owned(),
            minutes => format!("{minutes} minutes"),
        };
        let questions = match self.questions {
            0 => String::new(),
            1 => "; 1 question".to_owned(),
            count => format!("; {count} questions"),
        };
        format!("<p class=\"minutes\">{path}{folds}{questions}</p>\n")
    }
}

/// Adds up what is read.
#[derive(Default)]
struct Clock {
    reading: Reading,
    /// What the directives ahead take, by their offset.
    ahead: BTreeMap<usize, Time>,
    /// The heading that is being read.
    heading: Option<(HeadingLevel, String)>,
    is_folded: bool,
    /// Whether the section is one that is not read through.
    is_left_out: bool,
    /// What the code block being read takes a line; a formula counts as a whole.
    line: Option<u32>,
}

impl Clock {
    fn add(&mut self, time: Time) {
        match (self.is_left_out, self.is_folded) {
            (true, _) => {}
            (false, true) => self.reading.folds += time,
            (false, false) => self.reading.path += time,
        }
    }

    fn words(&mut self, text: &str) {
        let words =
            text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric));
        self.add(Time(WORD * words.count() as u32));
    }

    /// Takes the directives out of a text, and notes what they take; a value is a word.
    fn directives(
        &mut self,
        text: &str,
        lines: &mut dyn FnMut(&str, &str) -> usize,
    ) -> String {
        let mut rest = String::with_capacity(text.len());
        while let Some(start) = text[rest.len()..].find(OPEN).map(|at| rest.len() + at)
        {
            rest += &text[rest.len()..start];
            let (length, directive) = Directive::parse(&text[start..]);
            if matches!(&directive, Ok(Directive::Ask { kind, .. }) if *kind != Kind::Steps)
            {
                self.reading.questions += 1;
            }
            let tenths = match directive {
                Ok(Directive::Code { path, anchor }) => {
                    LINE_OF_CODE * lines(path, anchor) as u32
                }
                Ok(Directive::Table(_) | Directive::Ask { kind: Kind::Steps, .. }) => {
                    TABLE
                }
                Ok(Directive::Value { .. } | Directive::Default { .. }) => WORD,
                Ok(Directive::Work { .. }) => WORDS_OF_A_WORK * WORD,
                _ => 0,
            };
            self.ahead.insert(start, Time(tenths));
            rest += &" ".repeat(length);
        }
        let end = &text[rest.len()..];
        rest + end
    }

    /// Adds what the directives before an offset take.
    fn pass(&mut self, offset: usize) {
        while let Some(entry) = self.ahead.first_entry()
            && *entry.key() < offset
        {
            let time = entry.remove();
            self.add(time);
        }
    }

    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                self.heading = Some((level, String::new()));
            }
            Event::End(TagEnd::Heading(_)) => {
                let (level, text) =
                    self.heading.take().unwrap_or((HeadingLevel::H6, String::new()));
                if level <= HeadingLevel::H2 {
                    self.is_left_out = NOT_READ.contains(&text.as_str());
                }
                self.words(&text);
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                let is_formula =
                    matches!(&kind, CodeBlockKind::Fenced(info) if &**info == "math");
                self.add(Time(if is_formula { DISPLAY } else { 0 }));
                self.line = Some(if is_formula { 0 } else { LINE_OF_CODE });
            }
            Event::End(TagEnd::CodeBlock) => self.line = None,
            Event::Text(text) if let Some(line) = self.line => {
                let lines = text.lines().filter(|line| !line.trim().is_empty());
                self.add(Time(line * lines.count() as u32));
            }
            Event::Text(text) | Event::Code(text) => match &mut self.heading {
                Some((_, heading)) => *heading += &text,
                None => self.words(&text),
            },
            Event::InlineMath(_) => self.add(Time(FORMULA)),
            Event::DisplayMath(_) => self.add(Time(DISPLAY)),
            Event::Start(Tag::Image { .. }) => self.add(Time(FIGURE)),
            Event::Html(html) | Event::InlineHtml(html) => self.html(&html),
            _ => {}
        }
    }

    /// A fold is opened and closed; its summary is on the path.
    fn html(&mut self, html: &str) {
        for part in html.split_inclusive('>') {
            let (text, tag) = part.split_once('<').unwrap_or((part, ""));
            self.words(text);
            match tag {
                "/summary>" => self.is_folded = true,
                "/details>" => self.is_folded = false,
                _ => {}
            }
        }
    }
}

/// What the chapters take: the pages that have a module of their name.
#[derive(Default)]
pub struct Minutes(BTreeMap<String, Reading>);

/// The longest path of one page.
const OF_A_PAGE: Time = Time::of_minutes(20);
/// The longest path of all chapters together.
const OF_ALL: Time = Time::of_minutes(6 * 60);

impl Minutes {
    /// Reads all pages of a book that is not yet woven.
    pub fn read(
        root: &Path,
        book: &Book,
        sources: &mut Sources,
        faults: &mut Faults,
    ) -> Self {
        let mut lines = |path: &str, name: &str| {
            let source = sources.get(path, faults).ok()?;
            let code =
                listing::without_contract(&source.anchored(source.anchor(name)?));
            Some(code.lines().filter(|line| !line.trim().is_empty()).count())
        };
        let mut lines = |path: &str, name: &str| lines(path, name).unwrap_or(0);
        let pages = book.chapters().filter_map(|page| {
            let slug = outline::name_of(page.source_path.as_ref()?)
                .strip_suffix(".md")?
                .to_owned();
            let is_chapter = root.join("src").join(format!("{slug}.rs")).is_file();
            is_chapter.then(|| (slug, Reading::of(&page.content, &mut lines)))
        });
        Self(pages.collect())
    }

    /// What the page of a chapter takes.
    pub fn of_page(&self, file: &str) -> Option<Reading> {
        self.0.get(file.strip_suffix(".md")?).copied()
    }

    /// What the paths of chapters take together, in words; those of all, if none is named.
    pub fn in_words(&self, chapters: &[&str]) -> Result<String, String> {
        if chapters.is_empty() {
            return Ok(self.sum().in_words());
        }
        let mut sum = Time::default();
        for chapter in chapters {
            let reading = self.0.get(*chapter).ok_or_else(|| {
                let near = nearest(chapter, self.0.keys().map(String::as_str));
                format!("no chapter `{chapter}`; near it: {near}")
            })?;
            sum += reading.path;
        }
        Ok(sum.in_words())
    }

    fn sum(&self) -> Time {
        self.0.values().fold(Time::default(), |sum, reading| sum + reading.path)
    }

    /// Refuses pages whose path is too long, and chapters that are too long together.
    pub fn report(&self, chapters: &str, faults: &mut Faults) {
        for (slug, Reading { path, .. }) in &self.0 {
            if *path > OF_A_PAGE {
                let (minutes, most) = (path.minutes(), OF_A_PAGE.minutes());
                let message = format!(
                    "the path takes {minutes} minutes, and a page has {most}: fold what one can do without, or split it"
                );
                faults.add(&format!("{chapters}/{slug}.md"), 1, message);
            }
        }
        if self.sum() > OF_ALL {
            let (sum, most) = (self.sum().in_words(), OF_ALL.in_words());
            let message =
                format!("the paths take {sum} together, and the book has {most}");
            faults.add(&format!("{chapters}/SUMMARY.md"), 1, message);
        }
    }
}
