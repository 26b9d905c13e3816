//! Questions and worked examples: the files `questions/snapshots/<chapter>__<function>.snap`, which the functions of
//! `questions/` have written.

use crate::fault::{Faults, nearest};
use crate::snapshot::Snapshot;
use crate::source::files_below;
use mdbook_preprocessor::book::Book;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// The folder of the questions.
const FOLDER: &str = "questions";

/// How a question is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// By choosing.
    Question,
    /// By choosing a picture, which opens a figure.
    Predict,
    /// By working out a number.
    Number,
    /// A worked example, which asks nothing.
    Steps,
}

impl Kind {
    /// The directive that puts it on a page.
    pub fn directive(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Predict => "predict",
            Self::Number => "number",
            Self::Steps => "steps",
        }
    }

    fn read(name: &str) -> Option<Self> {
        let all = [Self::Question, Self::Predict, Self::Number, Self::Steps];
        all.into_iter().find(|kind| kind.directive() == name)
    }
}

/// What a page asks, or works out.
#[derive(Clone, Debug)]
pub struct Question {
    /// How it is answered.
    pub kind: Kind,
    /// The item of the sources that it belongs to.
    pub item: String,
    /// For who has not found the number yet.
    pub hint: String,
    /// Whether choosing opens the figure behind it.
    pub opens: bool,
    /// What is asked, in Markdown.
    pub asks: String,
    /// The options, or the steps.
    pub parts: Vec<Part>,
}

/// An option, or a step of a worked example.
#[derive(Clone, Debug)]
pub struct Part {
    /// What it says, in Markdown.
    pub title: String,
    /// Whether it is the right one.
    pub is_right: bool,
    /// What the mistake is called.
    pub mistake: String,
    /// The figure that stands for it.
    pub picture: String,
    /// Its value, and how far one may be from it.
    pub value: Option<(f64, f64)>,
    /// The reply, or the lines of a step, in Markdown.
    pub told: String,
}

/// Lines `key: value` up to an empty one, and what stands behind it.
fn keyed(text: &str) -> (BTreeMap<&str, &str>, &str) {
    let (head, rest) = text.split_once("\n\n").unwrap_or((text, ""));
    let lines = head.lines().filter_map(|line| line.split_once(": "));
    (lines.map(|(key, value)| (key, value.trim())).collect(), rest.trim())
}

impl Question {
    fn parse(body: &str) -> Result<Self, String> {
        let mut parts = body.split("\n## ");
        let (head, asks) = keyed(parts.next().unwrap_or_default().trim_start());
        let value = |key: &str| head.get(key).copied().unwrap_or_default().to_owned();
        let kind = value("kind");
        let kind = Kind::read(&kind).ok_or_else(|| format!("no kind `{kind}`"))?;
        let part = |text| match kind {
            Kind::Steps => Part::step(text),
            _ => Part::option(text),
        };
        let parts: Vec<_> = parts.map(part).collect();
        let question = Self {
            kind,
            item: value("item"),
            hint: value("hint"),
            opens: head.contains_key("opens"),
            asks: asks.to_owned(),
            parts,
        };
        question.check().map(|()| question)
    }

    /// What weave itself would stumble over; `questions/lib.rs` checks the rest.
    fn check(&self) -> Result<(), String> {
        if let Some(part) = self.parts.iter().find(|part| part.told.is_empty()) {
            return Err(format!("the option `{}` has no reason", part.title));
        }
        let right = self.parts.iter().filter(|part| part.is_right).count();
        if self.kind != Kind::Steps && right != 1 {
            return Err(format!("{right} of its options are right"));
        }
        if self.kind == Kind::Number && self.parts.iter().any(|it| it.value.is_none()) {
            return Err("an answer has no value".to_owned());
        }
        let pictures = self.parts.iter().filter(|part| !part.picture.is_empty());
        if self.kind == Kind::Predict && pictures.count() < self.parts.len() {
            return Err("an option has no picture".to_owned());
        }
        Ok(())
    }
}

impl Part {
    fn option(text: &str) -> Self {
        let (title, rest) = text.split_once('\n').unwrap_or((text, ""));
        let (keys, told) = match rest.strip_prefix('\n') {
            Some(told) => (BTreeMap::new(), told.trim()),
            None => keyed(rest),
        };
        let value = |key: &str| keys.get(key).copied().unwrap_or_default();
        let number = value("value").split_once(" ± ");
        Self {
            title: title.trim_start_matches(['✓', '✗']).trim().to_owned(),
            is_right: title.starts_with('✓'),
            mistake: value("mistake").to_owned(),
            picture: value("picture").to_owned(),
            value: number.and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?))),
            told: told.to_owned(),
        }
    }

    fn step(text: &str) -> Self {
        let (title, told) = text.split_once('\n').unwrap_or((text, ""));
        Self {
            title: title.trim().to_owned(),
            is_right: false,
            mistake: String::new(),
            picture: String::new(),
            value: None,
            told: told.trim().to_owned(),
        }
    }

    /// The lines of a step: what is worked out, and the file and the line of the code, if one stands behind it.
    pub fn lines(&self) -> impl Iterator<Item = (&str, Option<(&str, &str)>)> {
        self.told.split("\n\n").map(|line| match line.split_once('\n') {
            Some((numbers, code)) => (numbers, code.split_once(": ")),
            None => (line, None),
        })
    }
}

/// The page that has the items of the sources, each in a line `- **L28** what it is about`.
const MAP: &str = "lecture_map.md";

/// The questions of the repository.
pub struct Questions {
    /// By name: `chapter/function`.
    all: BTreeMap<String, Question>,
    /// The items of the sources, each with what it is about, in the order of the lecture map.
    items: Vec<(String, String)>,
}

impl Questions {
    /// Reads all of them.
    pub fn read(root: &Path, book: &Book, faults: &mut Faults) -> Self {
        let mut all = BTreeMap::new();
        for file in files_below(root, &format!("{FOLDER}/snapshots")) {
            let Some(stem) = file.strip_suffix(".snap") else { continue };
            let name = stem.rsplit('/').next().unwrap_or(stem).replacen("__", "/", 1);
            let text = fs::read_to_string(root.join(&file)).unwrap_or_default();
            match Question::parse(&Snapshot::parse(&text).body) {
                Ok(question) => drop(all.insert(name, question)),
                Err(message) => faults.add(&file, 1, message),
            }
        }
        Self { all, items: items(book) }
    }

    /// The names of all questions.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.all.keys().map(String::as_str)
    }

    /// The question of this name, which a directive asks for.
    pub fn get(&self, name: &str, kind: Kind) -> Result<&Question, String> {
        let found = self.all.get(name).ok_or_else(|| {
            let near = nearest(name, self.names());
            format!("no question `{name}` in {FOLDER}/snapshots; near it: {near}")
        })?;
        let (asked, is) = (kind.directive(), found.kind.directive());
        if asked == is {
            return Ok(found);
        }
        Err(format!(
            "`{name}` is asked with {{{{#{is} {name}}}}}, and not with {{{{#{asked}"
        ))
    }

    /// What the lecture map says of the item of a question.
    pub fn item(&self, name: &str, item: &str) -> Result<&str, String> {
        let found = self.items.iter().find(|(id, _)| id == item);
        found.map(|(_, about)| about.as_str()).ok_or_else(|| {
            let near = nearest(item, self.items.iter().map(|(id, _)| id.as_str()));
            format!("`{name}` belongs to `{item}`, which {MAP} does not have; near it: {near}")
        })
    }

    /// The items of the sources, each with what it is about.
    pub fn items(&self) -> &[(String, String)] {
        &self.items
    }

    /// The question of this name, whatever its kind.
    pub fn find(&self, name: &str) -> Option<&Question> {
        self.all.get(name)
    }
}

fn items(book: &Book) -> Vec<(String, String)> {
    let is_map = |file: &Path| file.file_name().is_some_and(|name| name == MAP);
    let mut pages = book.chapters();
    let map = pages.find(|page| page.source_path.as_deref().is_some_and(is_map));
    let lines = map.iter().flat_map(|page| page.content.lines());
    let item = |line: &str| {
        let (item, about) = line.strip_prefix("- **")?.split_once("**")?;
        Some((item.to_owned(), about.trim().to_owned()))
    };
    lines.filter_map(item).collect()
}

/// The file of a question's snapshot, relative to the root.
pub fn snapshot(name: &str) -> String {
    format!("{FOLDER}/snapshots/{}.snap", name.replace('/', "__"))
}

/// The file and the function that make a question.
pub fn source(name: &str) -> (String, &str) {
    let (chapter, function) = name.split_once('/').unwrap_or((name, ""));
    (format!("{FOLDER}/{chapter}.rs"), function)
}

/// How a page calls a question: `question-momentum-average`.
pub fn id(name: &str, kind: Kind) -> String {
    format!("{}-{}", kind.directive(), name.replace('/', "-"))
}

/// What the page gives to a question that it shows.
pub struct Made<'a> {
    /// How its element is called.
    pub id: &'a str,
    /// The pictures of the options, or none.
    pub pictures: Vec<String>,
    /// The line that leads to its code.
    pub source: &'a str,
}

impl Question {
    /// Its part of a page, given that its texts are as the page has made them.
    pub fn block(&self, made: &Made<'_>) -> String {
        match self.kind {
            Kind::Question | Kind::Predict => self.choices(made),
            Kind::Number => self.entry(made),
            Kind::Steps => self.strip(made),
        }
    }

    fn choices(&self, Made { id, pictures, source }: &Made<'_>) -> String {
        let (class, legend) = match self.kind {
            Kind::Predict => ("question predict", "Predict"),
            _ => ("question", "Question"),
        };
        let opens = if self.opens { " opens" } else { "" };
        let asks = &self.asks;
        let mut block = format!(
            "\n<fieldset class=\"{class}{opens}\" id=\"{id}\"><legend>{legend}</legend>\n\n{asks}\n\n<div class=\"options\">\n"
        );
        for (i, part) in self.parts.iter().enumerate() {
            let picture = pictures.get(i).map_or("", String::as_str);
            let right = if part.is_right { " right" } else { "" };
            let button = button(id, i, "");
            let (title, reply) = (&part.title, part.reply());
            let _ = write!(
                block,
                "<div class=\"option{right}\">\n\n{button}{picture}<span>{title}</span></label>\n\n\
                 <div class=\"told\">\n\n{reply}\n\n</div>\n</div>\n"
            );
        }
        block += "</div>\n";
        if self.opens {
            let button = button(id, self.parts.len(), "");
            let _ = write!(
                block,
                "\n<p class=\"pass\">{button}<span>Show it without a guess</span></label></p>\n"
            );
        }
        block + &format!("\n<div class=\"told\">{source}</div>\n</fieldset>\n\n")
    }

    /// A number to work out: a field, what is said of known numbers, and the answer in a fold.
    fn entry(&self, Made { id, source, .. }: &Made<'_>) -> String {
        let mut known = String::new();
        let mut answer = String::new();
        for part in &self.parts {
            let (value, within) = part.value.unwrap_or_default();
            let right = if part.is_right { " right" } else { "" };
            let (title, reply, told) = (&part.title, part.reply(), &part.told);
            let _ = write!(
                known,
                "<div class=\"known{right}\" data-value=\"{value}\" data-within=\"{within}\" hidden>\n\n{reply}\n\n</div>\n"
            );
            if part.is_right {
                answer = format!("**{title}.** {told}");
            }
        }
        let Self { asks, hint, .. } = self;
        format!(
            "\n<div class=\"question number\" id=\"{id}\" role=\"group\" aria-labelledby=\"{id}-legend\">\n\
             <p class=\"legend\" id=\"{id}-legend\">Work it out</p>\n\n{asks}\n\n\
             <p class=\"entry\"><label for=\"{id}-value\">Your number</label> \
             <input id=\"{id}-value\" type=\"text\" inputmode=\"decimal\" size=\"9\" autocomplete=\"off\" spellcheck=\"false\"> <button type=\"button\">Check</button></p>\n\
             <div class=\"reply\" role=\"status\"></div>\n{known}\
             <div class=\"known\" hidden>\n\n**Not yet.** {hint}\n\n</div>\n\
             <details><summary>Answer</summary>\n\n{answer}\n\n{source}</details>\n</div>\n\n"
        )
    }

    /// A worked example: a table, of which a style shows one step at a time.
    fn strip(&self, Made { id, source, .. }: &Made<'_>) -> String {
        let mut stops = String::new();
        let mut rows = String::new();
        for (i, part) in self.parts.iter().enumerate() {
            let button = button(id, i, if i == 0 { " checked" } else { "" });
            let _ = writeln!(stops, "{button}{}</label>", part.title);
            let _ = write!(rows, "<tbody>\n{}</tbody>\n", part.told);
        }
        let asks = &self.asks;
        format!(
            "\n<fieldset class=\"steps\" id=\"{id}\"><legend>Step by step</legend>\n\n{asks}\n\n\
             <p class=\"stops\">{stops}</p>\n\
             <table>\n<thead><tr><th>step</th><th>in numbers</th><th>the line that ran</th></tr></thead>\n{rows}</table>\n\
             {source}</fieldset>\n\n"
        )
    }
}

/// A button that is one of several, up to the text of its label.
fn button(id: &str, i: usize, checked: &str) -> String {
    format!(
        "<input type=\"radio\" name=\"{id}\" id=\"{id}-{i}\" autocomplete=\"off\"{checked}><label for=\"{id}-{i}\">"
    )
}

impl Part {
    /// What is said to who chooses it, with what its mistake is called.
    fn reply(&self) -> String {
        let Self { told, mistake, .. } = self;
        match (self.is_right, mistake.as_str()) {
            (true, _) => format!("**Right.** {told}"),
            (false, "") => format!("**No.** {told}"),
            (false, mistake) => format!("**No: {mistake}.** {told}"),
        }
    }
}

/// How much two pictures differ to the eye: of the cells that one of them marks, on a coarse grid, the share that the other
/// leaves empty.
pub fn difference(a: &str, b: &str) -> f64 {
    let (a, b) = (marked(a), marked(b));
    let all = a.iter().zip(&b).filter(|(a, b)| **a || **b).count();
    let differing = a.iter().zip(&b).filter(|(a, b)| a != b).count();
    differing as f64 / all.max(1) as f64
}

/// Pictures that differ less than this look alike.
pub const ALIKE: f64 = 0.1;

const COLUMNS: usize = 32;
const ROWS: usize = 24;

/// The cells that lines, circles and areas of a picture touch.
fn marked(svg: &str) -> Vec<bool> {
    let size = attribute(svg, "viewBox").unwrap_or_default();
    let size: Vec<f64> = numbers(size);
    let (wide, high) = match size[..] {
        [_, _, wide, high] => (wide, high),
        _ => (1.0, 1.0),
    };
    let mut cells = vec![false; COLUMNS * ROWS];
    let mut mark = |x: f64, y: f64| {
        let column = (x / wide * COLUMNS as f64).floor();
        let row = (y / high * ROWS as f64).floor();
        let inside = (0.0..COLUMNS as f64).contains(&column)
            && (0.0..ROWS as f64).contains(&row);
        if inside {
            cells[row as usize * COLUMNS + column as usize] = true;
        }
    };
    for tag in svg.split('<') {
        let number = |name: &str| attribute(tag, name).and_then(|it| it.parse().ok());
        match tag.split([' ', '/', '>']).next() {
            Some("polyline" | "polygon") => {
                let points = numbers(attribute(tag, "points").unwrap_or_default());
                let points: Vec<_> = points.chunks_exact(2).collect();
                for pair in points.windows(2) {
                    segment(pair[0], pair[1], &mut mark);
                }
            }
            Some("path") => {
                for line in traced(attribute(tag, "d").unwrap_or_default()) {
                    for pair in line.windows(2) {
                        segment(&pair[0], &pair[1], &mut mark);
                    }
                }
            }
            Some("circle") => {
                if let (Some(x), Some(y)) = (number("cx"), number("cy")) {
                    mark(x, y);
                }
            }
            Some("rect") if attribute(tag, "class") != Some("fb") => {
                let [x, y, w, h] = ["x", "y", "width", "height"]
                    .map(|name| number(name).unwrap_or(0.0));
                for i in 0..=COLUMNS {
                    let part = i as f64 / COLUMNS as f64;
                    segment(&[x + part * w, y], &[x + part * w, y + h], &mut mark);
                }
            }
            _ => {}
        }
    }
    cells
}

fn segment(from: &[f64], to: &[f64], mark: &mut impl FnMut(f64, f64)) {
    const POINTS: u32 = 200;
    for i in 0..=POINTS {
        let share = f64::from(i) / f64::from(POINTS);
        mark(from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1]));
    }
}

/// The lines of a path: `M` to a point, `l` by steps from there.
fn traced(path: &str) -> Vec<Vec<[f64; 2]>> {
    let spaced = path.replace('-', " -");
    let parts = spaced.split('M').filter(|part| !part.trim().is_empty());
    let line = |part: &str| {
        let (start, steps) = part.split_once('l').unwrap_or((part, ""));
        let start = numbers(start);
        let mut at = [*start.first()?, *start.get(1)?];
        let mut line = vec![at];
        for step in numbers(steps.trim_end_matches('z')).chunks_exact(2) {
            at = [at[0] + step[0], at[1] + step[1]];
            line.push(at);
        }
        Some(line)
    };
    parts.filter_map(line).collect()
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split('"').next()
}

fn numbers(text: &str) -> Vec<f64> {
    let parts = text.split([' ', ',', '\n']);
    parts.filter_map(|part| part.parse().ok()).collect()
}
