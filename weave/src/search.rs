//! What the book's search looks through: each section in plain text, with the words that a reader may use for it.
//!
//! `theme/search.js` loads the file when somebody searches for the first time.

use crate::directive::{Directive, OPEN};
use crate::fault::Faults;
use crate::markdown::{Scan, options};
use crate::math::tex_of_value;
use crate::minutes::NOT_READ;
use crate::page::{Weaver, address};
use crate::source::line_of;
use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TagEnd};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

/// Where the index is put: mdBook copies it from there into the book.
pub const FILE: &str = "target/search-index.js";

/// How much less a section counts that is not on the path of a chapter.
const ASIDE: f64 = 0.5;

/// A section of a page.
#[derive(Debug, Default, PartialEq)]
pub struct Section {
    /// What it is called.
    pub heading: String,
    /// What a reader may call it.
    pub also: Vec<String>,
    /// What it says, a paragraph on each line.
    pub text: String,
}

impl Weaver {
    /// The index as a script.
    pub fn search_index(&self, chapters: &str) -> String {
        let pages = self.pages.iter().map(|(path, text)| {
            let file = path.strip_prefix(&format!("{chapters}/")).unwrap_or(path);
            self.indexed(file, text)
        });
        let pages: Vec<_> = pages.collect();
        format!("window.bookIndex = {};\n", Value::from(pages))
    }

    fn indexed(&self, file: &str, text: &str) -> Value {
        let is_chapter = self.minutes.of_page(file).is_some();
        let ids = self.outline.ids(file);
        let mut ids = ids.iter().map(String::as_str);
        let sections = self.sections(text).into_iter().map(|(level, section)| {
            let id = level.and_then(|_| ids.next()).unwrap_or_default();
            // The first heading is the page's own.
            let id = if level == Some(HeadingLevel::H1) { "" } else { id };
            let is_read = !NOT_READ.contains(&section.heading.as_str());
            let weight = if is_chapter && is_read { 1.0 } else { ASIDE };
            json!([id, section.heading, weight, section.also, section.text])
        });
        let sections: Vec<_> = sections.collect();
        json!([address(file), self.outline.title(file), sections])
    }

    /// The sections of a page, each with the level of its heading.
    fn sections(&self, text: &str) -> Vec<(Option<HeadingLevel>, Section)> {
        let text = self.without_directives(text);
        let mut reader = Reader::default();
        for event in Parser::new_ext(&text, options()) {
            match event {
                Event::InlineMath(tex) => reader.add(&self.maths.plain(&tex)),
                event => reader.event(event),
            }
        }
        reader.end_section();
        reader.sections
    }

    /// A page in which values are put in, and other directives left out but for other words.
    fn without_directives(&self, text: &str) -> String {
        let scan = Scan::new(text);
        let mut result = String::with_capacity(text.len());
        let mut end = 0;
        for (i, _) in text.match_indices(OPEN) {
            if i < end || scan.code.iter().any(|code| code.contains(&i)) {
                continue;
            }
            let (length, directive) = Directive::parse(&text[i..]);
            result += &text[end..i];
            end = i + length;
            match directive {
                Ok(Directive::Value { snapshot, name }) => {
                    let value =
                        self.snapshots.value(snapshot, name).unwrap_or_default();
                    let in_formula =
                        scan.formulas.iter().any(|formula| formula.range.contains(&i));
                    if in_formula {
                        result += &tex_of_value(value);
                    } else {
                        result += value;
                    }
                }
                Ok(Directive::Default { function, parameter }) => {
                    let value = self.names.default(function, parameter);
                    result += &format!("{parameter}={}", value.unwrap_or_default());
                }
                Ok(Directive::Work { key, in_full }) => {
                    result += &self.literature.named(key, in_full).unwrap_or_default();
                }
                Ok(Directive::Also(_)) => result += &text[i..end],
                _ => {}
            }
        }
        result + &text[end..]
    }

    /// Says where two sections claim the same words.
    pub fn report_also(&mut self) {
        let mut claimed = BTreeMap::new();
        for (path, text) in &self.pages {
            for (i, _) in text.match_indices(OPEN) {
                let (_, directive) = Directive::parse(&text[i..]);
                let Ok(Directive::Also(names)) = directive else {
                    continue;
                };
                for name in names {
                    let place = (path.clone(), line_of(text, i));
                    let name = name.to_lowercase();
                    if let Some((first, line)) = claimed.get(&name) {
                        let message = format!(
                            "`{name}` already leads to {first}:{line}; one section is the right one"
                        );
                        self.faults.add(path, place.1, message);
                    } else {
                        claimed.insert(name, place);
                    }
                }
            }
        }
    }
}

/// Puts the index where mdBook finds it, if it has changed.
pub fn write(root: &Path, index: &str) -> Result<(), Faults> {
    let path = root.join(FILE);
    if fs::read_to_string(&path).is_ok_and(|old| old == index) {
        return Ok(());
    }
    let written = path.parent().map_or(Ok(()), fs::create_dir_all);
    let written: io::Result<()> = written.and_then(|()| fs::write(&path, index));
    written.map_err(|error| {
        let mut faults = Faults::default();
        faults.add(FILE, 1, format!("cannot be written: {error}"));
        faults
    })
}

/// Gathers sections from the events of a page.
#[derive(Default)]
struct Reader {
    sections: Vec<(Option<HeadingLevel>, Section)>,
    level: Option<HeadingLevel>,
    section: Section,
    /// What belongs to the paragraph, the heading or the cell being read.
    open: String,
    /// The cells of the row being read.
    cells: Vec<String>,
    is_code: bool,
    is_head: bool,
}

impl Reader {
    fn add(&mut self, text: &str) {
        if !self.is_code && !self.is_head {
            self.open += text;
        }
    }

    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                self.end_section();
                self.level = Some(level);
            }
            Event::End(TagEnd::Heading(_)) => self.section.heading = self.taken(),
            Event::Start(Tag::CodeBlock(_)) => self.is_code = true,
            Event::End(TagEnd::CodeBlock) => self.is_code = false,
            Event::Start(Tag::TableHead) => self.is_head = true,
            Event::End(TagEnd::TableHead) => self.is_head = false,
            Event::End(TagEnd::TableCell) => {
                let cell = self.taken();
                self.cells.push(cell);
            }
            Event::End(TagEnd::TableRow) => self.end_row(),
            Event::Start(Tag::Paragraph | Tag::Item)
            | Event::End(TagEnd::Paragraph | TagEnd::Item) => self.end_paragraph(),
            Event::Text(text) | Event::Code(text) => self.add(&text),
            Event::SoftBreak | Event::HardBreak => self.add(" "),
            Event::DisplayMath(_) => self.add(" … "),
            Event::Html(html) => {
                self.end_paragraph();
                let text = without_tags(&html);
                self.add(&text);
                self.end_paragraph();
            }
            _ => {}
        }
    }

    fn taken(&mut self) -> String {
        let taken = std::mem::take(&mut self.open);
        taken.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn end_row(&mut self) {
        let cells = std::mem::take(&mut self.cells);
        let mut cells =
            cells.into_iter().filter(|cell| cell.contains(char::is_alphanumeric));
        let first = cells.next().unwrap_or_default();
        let rest = cells.collect::<Vec<_>>().join(", ");
        self.line(&if rest.is_empty() { first } else { format!("{first}: {rest}") });
    }

    fn end_paragraph(&mut self) {
        let text = self.taken();
        match Directive::parse(&text) {
            (_, Ok(Directive::Also(names))) if text.starts_with(OPEN) => {
                self.section.also.extend(names.iter().map(|name| (*name).to_owned()));
            }
            _ => self.line(&text),
        }
    }

    fn line(&mut self, text: &str) {
        if !text.contains(char::is_alphanumeric) {
            return;
        }
        if !self.section.text.is_empty() {
            self.section.text.push('\n');
        }
        self.section.text += text;
    }

    fn end_section(&mut self) {
        self.end_paragraph();
        let section = std::mem::take(&mut self.section);
        if self.level.is_some() || section != Section::default() {
            self.sections.push((self.level, section));
        }
    }
}

/// The text between tags.
fn without_tags(html: &str) -> String {
    let parts = html.split('<').enumerate();
    parts
        .map(
            |(i, part)| {
                if i == 0 { part } else { part.split_once('>').map_or("", |it| it.1) }
            },
        )
        .collect()
}
