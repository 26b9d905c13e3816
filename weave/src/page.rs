//! One page: what it says in place of each directive, formula and image.

use crate::directive::{Directive, OPEN};
use crate::exercise::{self, Exercises};
use crate::fault::{Faults, nearest};
use crate::figure::{self, Figures};
use crate::html;
use crate::listing;
use crate::literature::{self, Literature};
use crate::live::Lives;
use crate::markdown::{Formula, Image, Scan};
use crate::math::{Maths, encode, tex_of_value};
use crate::minutes::Minutes;
use crate::names::Names;
use crate::outline::Outline;
use crate::python::{FOLDER, Runs};
use crate::question::Questions;
use crate::snapshot::{self, Snapshots};
use crate::source::{Sources, line_of};
use crate::typography;
use crate::uses::Uses;
use std::cmp::Ordering;
use std::ops::Range;
use std::path::Path;

/// A page of the book.
pub struct Page<'a> {
    /// Its file, relative to the root.
    pub path: &'a str,
    /// Its file, relative to the book's first folder.
    pub file: &'a str,
    /// The way from it to the book's first folder: nothing, or `../` repeated.
    pub to_root: &'a str,
    /// Its Markdown.
    pub text: &'a str,
}

impl Page<'_> {
    /// Where it is in the book, from the first folder.
    pub(crate) fn address(&self) -> String {
        address(self.file)
    }
}

/// The address of a page.
pub fn address(file: &str) -> String {
    file.replace(".md", ".html")
}

/// Expands pages, and remembers what they show and what is wrong with them.
pub struct Weaver {
    /// Renders formulas.
    pub maths: Maths,
    /// The code and the tests.
    pub sources: Sources,
    /// Tables and values.
    pub snapshots: Snapshots,
    /// The figures.
    pub figures: Figures,
    /// The live figures.
    pub lives: Lives,
    /// The exercises.
    pub exercises: Exercises,
    /// What the pages ask.
    pub questions: Questions,
    /// What the pages lean on.
    pub literature: Literature,
    /// The pages and their headings.
    pub outline: Outline,
    /// What the runs of the scripts gave.
    pub runs: Runs,
    /// The names that a page may use.
    pub names: Names,
    /// How long the pages take to read.
    pub minutes: Minutes,
    /// The files beside the pages, from the same folder.
    pub files: Vec<String>,
    /// The pages as they are written, by path.
    pub pages: Vec<(String, String)>,
    /// What the pages show.
    pub uses: Uses,
    /// What is wrong.
    pub faults: Faults,
}

/// A change to a text: what stands in a range instead.
type Edit = (Range<usize>, String);

/// A text for whose formulas someone has to answer: a page, or a file that a page takes in at some line.
struct Place<'a> {
    path: &'a str,
    text: &'a str,
    taken_in: Option<(usize, String)>,
}

impl Place<'_> {
    fn fault(&self, faults: &mut Faults, offset: usize, message: &str) {
        match &self.taken_in {
            Some((line, path)) => {
                faults.add(self.path, *line, format!("in {path}: {message}"))
            }
            None => faults.add(self.path, line_of(self.text, offset), message),
        }
    }
}

/// The fences that a page may hold.
const FENCES: [&str; 3] = ["console", "text", "math"];

/// The lines of a part of a text, each with its offset.
fn lines_at<'a>(
    text: &'a str,
    range: &Range<usize>,
) -> impl Iterator<Item = (usize, &'a str)> {
    let mut at = range.start;
    text[range.clone()].split_inclusive('\n').map(move |line| {
        at += line.len();
        (at - line.len(), line)
    })
}

/// Where a directive begins with a blank, as mdBook's own may: the offset, and how it begins.
fn blank_openings(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices("{{").filter_map(|(i, _)| {
        let rest = &text[i + 2..];
        let blanks = rest.len() - rest.trim_start().len();
        let name = rest.trim_start().strip_prefix('#')?;
        let length = name.find(|c: char| !c.is_alphanumeric() && c != '_');
        let end = i + 2 + blanks + 1 + length.unwrap_or(name.len());
        (blanks > 0).then(|| (i, &text[i..end]))
    })
}

fn apply(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|(range, _)| range.start);
    let mut result = String::with_capacity(text.len());
    let mut end = 0;
    for (range, replacement) in edits {
        result.push_str(&text[end..range.start]);
        result.push_str(&replacement);
        end = range.end;
    }
    result + &text[end..]
}

fn contains(ranges: &[Range<usize>], offset: usize) -> bool {
    ranges.iter().any(|range| range.contains(&offset))
}

impl Weaver {
    /// The page with everything in its place.
    pub fn weave(&mut self, page: &Page<'_>) -> String {
        let scan = Scan::new(page.text);
        let place = Place { path: page.path, text: page.text, taken_in: None };
        let mut edits = self.formulas(&scan, &place);
        edits.extend(typography::edits(page.text));
        self.check(page, &scan, &place);
        for image in &scan.images {
            match self.figure(page, image) {
                Ok(parts) => edits.extend(parts),
                Err(message) => {
                    place.fault(&mut self.faults, image.range.start, &message)
                }
            }
        }
        let mut from = 0;
        while let Some(i) = page.text[from..].find(OPEN).map(|i| from + i) {
            from = i + OPEN.len();
            let is_formula =
                scan.formulas.iter().any(|formula| formula.range.contains(&i));
            if is_formula
                || contains(&scan.code, i) && !is_value_of_output(page, &scan, i)
            {
                continue;
            }
            if page.text[..i].ends_with('\\') {
                edits.push((i - 1..from, "{&#123;#".to_owned()));
                continue;
            }
            let (length, directive) = Directive::parse(&page.text[i..]);
            from = i + length;
            match directive.and_then(|it| self.expand(page, &scan, i..from, it)) {
                Ok(text) => edits.push((i..from, text)),
                Err(message) => place.fault(&mut self.faults, i, &message),
            }
        }
        apply(page.text, edits)
    }

    /// Links, raw HTML, and what looks like a directive.
    fn check(&mut self, page: &Page<'_>, scan: &Scan, place: &Place<'_>) {
        let faults = &mut self.faults;
        for (at, message) in html::faults_of_page(place.text, &scan.html) {
            place.fault(faults, at, &message);
        }
        for &at in &scan.attributes {
            place.fault(
                faults,
                at,
                "a heading has no attributes but an id and classes",
            );
        }
        for range in &scan.undefined {
            let message =
                format!("`{}` leads to no reference", &place.text[range.clone()]);
            place.fault(faults, range.start, &message);
        }
        for (at, label) in &scan.fences {
            if !FENCES.contains(&label.as_str()) {
                let message = format!(
                    "code is not typed: a fence is `console`, `text` or `math`, and this one `{label}`; \
                     {{{{#code file:anchor}}}} shows Rust from src/ and Python from {FOLDER}/"
                );
                place.fault(faults, *at, &message);
            }
        }
        for (range, span) in &scan.spans {
            if let Err(message) = self.names.check(page.file, span) {
                place.fault(faults, range.start, &message);
            }
        }
        for range in &scan.consoles {
            for (at, line) in lines_at(place.text, range) {
                if let Err(message) = self.names.check_command(page.file, line) {
                    place.fault(faults, at, &message);
                }
            }
        }
        for link in &scan.links {
            if let Err(message) =
                self.outline.check_link(page.file, &link.url, &self.files)
            {
                place.fault(faults, link.range.start, &message);
            }
        }
        for (at, year) in literature::typed_citations(place.text) {
            let message = format!(
                "`{year}` is typed behind a name: write {{{{#source key}}}} or {{{{#cite key}}}}"
            );
            place.fault(faults, at, &message);
        }
        for (at, opening) in blank_openings(place.text) {
            if !contains(&scan.code, at) {
                let opening = opening.split_whitespace().collect::<Vec<_>>().join(" ");
                let message = format!(
                    "`{opening}`: a directive begins with `{{{{#`, without a blank"
                );
                place.fault(faults, at, &message);
            }
        }
    }

    fn formulas(&mut self, scan: &Scan, place: &Place<'_>) -> Vec<Edit> {
        let mut told = 0;
        for &stray in &scan.strays {
            if stray < told {
                continue;
            }
            let (end, message) = about_stray(place.text, stray);
            told = end;
            place.fault(&mut self.faults, stray, &message);
        }
        let mut edits = Vec::new();
        for formula in &scan.formulas {
            match self.formula(formula) {
                Ok(html) => edits.push(unbroken(place.text, formula, html)),
                Err(message) => {
                    place.fault(&mut self.faults, formula.range.start, &message)
                }
            }
        }
        edits
    }

    fn formula(&mut self, formula: &Formula) -> Result<String, String> {
        let mut tex = String::new();
        let mut rest = formula.tex.as_str();
        while let Some(i) = rest.find(OPEN) {
            let (length, directive) = Directive::parse(&rest[i..]);
            let Directive::Value { snapshot, name } = directive? else {
                return Err(
                    "a formula can hold no directive but {{#value …}}".to_owned()
                );
            };
            tex += &rest[..i];
            tex += &tex_of_value(&self.value(snapshot, name)?);
            rest = &rest[i + length..];
        }
        self.maths.render(&(tex + rest), formula.display)
    }

    fn figure(&mut self, page: &Page<'_>, image: &Image) -> Result<[Edit; 2], String> {
        let url = &image.url;
        let name = figure::name_of(url, page.to_root).filter(|_| image.is_alone);
        let name = name.ok_or_else(|| {
            format!("images are figures: `{url}` must be figures/<name>.svg, and its paragraph hold nothing else")
        })?;
        if image.caption.is_empty() {
            return Err(format!("figure `{name}` has no caption"));
        }
        let svg = self.figures.svg(name)?;
        let (live, picture) = match live_below(page.text, image) {
            Some(live) => (
                format!(" data-live=\"{live}\""),
                self.lives.get(live)?.around(name, svg)?,
            ),
            None => (String::new(), svg.to_owned()),
        };
        let start = format!("<figure id=\"{name}\"{live}>{picture}<figcaption>\n\n");
        let data = format!("{}figures/{name}.csv", page.to_root);
        let end = format!(
            " <a class=\"data\" href=\"{data}\">data</a>\n\n</figcaption></figure>\n"
        );
        self.uses.figures.insert(name.to_owned(), page.address());
        let (range, caption) = (&image.range, &image.caption);
        Ok([(range.start..caption.start, start), (caption.end..range.end, end)])
    }

    /// A live figure stands below its picture, on one page of the book.
    fn check_live(
        &mut self,
        page: &Page<'_>,
        scan: &Scan,
        at: usize,
        name: &str,
    ) -> Result<String, String> {
        let below = |image: &Image| {
            image.range.end <= at && page.text[image.range.end..at].trim().is_empty()
        };
        let live = self.lives.get(name)?;
        let figure = scan.images.iter().find(|image| below(image));
        let figure = figure.and_then(|image| figure::name_of(&image.url, page.to_root));
        let figure = figure.ok_or_else(|| {
            format!(
                "`{name}` must stand right below its figure `{}`",
                live.figures.join("` or `")
            )
        })?;
        match self.uses.lives.insert((name.to_owned(), figure.to_owned())) {
            true => Ok(String::new()),
            false => Err(format!("the live figure `{name}` is here twice")),
        }
    }

    fn expand(
        &mut self,
        page: &Page<'_>,
        scan: &Scan,
        range: Range<usize>,
        directive: Directive<'_>,
    ) -> Result<String, String> {
        let line_start = page.text[..range.start].rfind('\n').map_or(0, |i| i + 1);
        let line_rest = page.text[range.end..].lines().next().unwrap_or("");
        let is_alone = line_start == range.start && line_rest.trim().is_empty();
        if directive.is_block() && !is_alone {
            let directive = &page.text[range];
            return Err(format!(
                "`{directive}` must stand alone at the start of its line"
            ));
        }
        match directive {
            Directive::Code { path, anchor } => self.code(page, path, anchor),
            Directive::Exercise(name) => {
                self.exercise(page, line_of(page.text, range.start), name)
            }
            Directive::Live(name) => self.check_live(page, scan, range.start, name),
            Directive::Ask { kind, name } => {
                self.ask(page, line_of(page.text, range.start), kind, name)
            }
            Directive::Questions => self.review(page, line_of(page.text, range.start)),
            Directive::Table(snapshot) => {
                self.table(page, line_of(page.text, range.start), snapshot)
            }
            Directive::Test(tests) => {
                let marks =
                    self.tests(page, line_of(page.text, range.start), &tests)?;
                Ok(if is_paragraph(page.text, &range) {
                    format!("<p class=\"checks\">{marks}</p>")
                } else {
                    marks
                })
            }
            Directive::Default { function, parameter } => {
                let value = self.names.default(function, parameter)?;
                Ok(format!("`{parameter}={value}`"))
            }
            Directive::Formula(label) => self.label(page, scan, range, label),
            Directive::Minutes(chapters) => self.minutes.in_words(&chapters),
            Directive::Work { key, in_full } => {
                let named = self.literature.named(key, in_full)?;
                let pages = self.uses.works.entry(key.to_owned()).or_default();
                pages.insert(page.file.to_owned());
                Ok(named)
            }
            Directive::Also(_) => Ok(String::new()),
            Directive::See(targets) => {
                self.references(page, line_of(page.text, range.start), &targets)
            }
            Directive::Value { snapshot, name } => {
                let value = self.value(snapshot, name)?;
                let is_output = contains(&scan.outputs, range.start);
                Ok(if is_output { value } else { self::prose(&value) })
            }
        }
    }

    fn code(
        &mut self,
        page: &Page<'_>,
        path: &str,
        name: &str,
    ) -> Result<String, String> {
        if path.ends_with(".py") && self.runs.get(path).is_none() {
            return Err(format!("`{path}` is no script in {FOLDER}/ that was run"));
        }
        let code = listing::without_contract(&self.anchor(path, name)?);
        let block = listing::block(path, &code);
        self.uses.anchors.insert((path.to_owned(), name.to_owned()));
        self.note_place(page, path, name);
        Ok(format!("\n{block}\n{}", source_line(page, path, name)))
    }

    /// The text of an anchor.
    fn anchor(&mut self, path: &str, name: &str) -> Result<String, String> {
        let source = self.sources.get(path, &mut self.faults)?;
        let anchor = source.anchor(name).ok_or_else(|| {
            let near = nearest(name, source.anchors().map(|(name, _)| name));
            format!("no anchor `{name}` in {path}; near it: {near}")
        })?;
        Ok(source.anchored(anchor))
    }

    fn table(
        &mut self,
        page: &Page<'_>,
        line: usize,
        name: &str,
    ) -> Result<String, String> {
        let body = self.snapshots.get(name)?.body.clone();
        self.uses.tables.insert(name.to_owned());
        let body = self.inner_formulas(page, line, &body, snapshot::path(name));
        let body = with_named_columns(&body);
        let source = match self.sources.test_of_snapshot(name) {
            Some((path, test)) => {
                let place = (page.path.to_owned(), line);
                self.uses.tests.insert((path.to_owned(), test.to_owned()), place);
                let (path, test) = (path.to_owned(), test.to_owned());
                self.note_place(page, &path, &test);
                self.check_mark(&[listing_link(page, &path, &test)])
            }
            None => String::new(),
        };
        Ok(format!(
            "\n<div class=\"snapshot\">\n\n{}\n\n{source}\n\n</div>\n\n",
            body.trim_matches('\n')
        ))
    }

    /// The formulas of a text that the page takes in at a line from another file.
    pub(crate) fn inner_formulas(
        &mut self,
        page: &Page<'_>,
        line: usize,
        text: &str,
        source: String,
    ) -> String {
        let place = Place { path: page.path, text, taken_in: Some((line, source)) };
        let scan = Scan::new(text);
        let mut edits = self.formulas(&scan, &place);
        edits.extend(typography::edits(text));
        self.check(page, &scan, &place);
        for (at, _) in text.match_indices(OPEN) {
            if !contains(&scan.code, at) {
                place.fault(&mut self.faults, at, "only pages hold directives");
            }
        }
        apply(text, edits)
    }

    fn exercise(
        &mut self,
        page: &Page<'_>,
        line: usize,
        name: &str,
    ) -> Result<String, String> {
        let exercise = self.exercises.get(name)?.clone();
        let chapter = name.split('/').next().unwrap_or_default();
        if page.file != format!("{chapter}.md") {
            return Err(format!("exercise `{name}` belongs on the page {chapter}.md"));
        }
        if !self.uses.exercises.insert(name.to_owned()) {
            return Err(format!("exercise `{name}` is here twice"));
        }
        let before = self.uses.efforts.insert(page.file.to_owned(), exercise.effort);
        if let Some(before) = before.filter(|before| *before > exercise.effort) {
            return Err(format!(
                "exercise `{name}` ({}) stands behind one that is harder or longer ({before})",
                exercise.effort
            ));
        }
        let source = exercise::path(name, "hint.md");
        let hint = self.inner_formulas(page, line, &exercise.hint, source);
        Ok(exercise.block(name, &hint))
    }

    fn value(&mut self, snapshot: &str, name: &str) -> Result<String, String> {
        let value = self.snapshots.value(snapshot, name)?.to_owned();
        self.uses.values.insert((snapshot.to_owned(), name.to_owned()));
        Ok(value)
    }

    /// A sign that opens the names of the tests behind it.
    fn check_mark(&mut self, links: &[String]) -> String {
        self.uses.marks += 1;
        let id = format!("check-{}", self.uses.marks);
        let tests = if links.len() == 1 { "a test" } else { "tests" };
        format!(
            "<button class=\"check\" popovertarget=\"{id}\" aria-label=\"checked by {tests}\">✓</button>\
             <span class=\"names\" popover id=\"{id}\">checked by {}</span>",
            links.join(", ")
        )
    }

    /// The sign of a formula that a test evaluates.
    fn label(
        &mut self,
        page: &Page<'_>,
        scan: &Scan,
        range: Range<usize>,
        label: &str,
    ) -> Result<String, String> {
        let is_between = |from: usize| {
            let between = &page.text[from..range.start];
            let is_near = |c: char| ".,;:)!?".contains(c) || c.is_whitespace();
            between.chars().all(is_near) && !between.contains("\n\n")
        };
        let mut ends = scan.formulas.iter().map(|formula| formula.range.end);
        if !ends.any(|end| end <= range.start && is_between(end)) {
            return Err(format!("the label `{label}` stands behind no formula"));
        }
        let (chapter, _) = label.split_once('.').unwrap_or_default();
        if page.file != format!("{chapter}.md") {
            return Err(format!(
                "the label `{label}` belongs on the page {chapter}.md"
            ));
        }
        let line = line_of(page.text, range.start);
        if let Some(first) = self.uses.labels.insert(label.to_owned(), line) {
            return Err(format!(
                "the label `{label}` is here twice, first in line {first}"
            ));
        }
        let path = format!("tests/formulas/{chapter}.rs");
        let Some((_, test)) =
            self.sources.test_of_snapshot(label).filter(|(file, _)| *file == path)
        else {
            return Err(format!("no test in {path} evaluates `{label}`"));
        };
        let test = test.to_owned();
        self.tests(page, line, &[(&format!("formulas/{chapter}"), &test)])
    }

    /// Notes that the page names a test.
    fn name(&mut self, page: &Page<'_>, line: usize, file: &str, name: &str) {
        let path = match file.ends_with(".py") {
            true => format!("{FOLDER}/{file}"),
            false => format!("tests/{file}.rs"),
        };
        let test = (path, name.to_owned());
        self.note_place(page, &test.0, name);
        self.uses.tests.insert(test, (page.path.to_owned(), line));
    }

    /// Notes that the page leads to a place in a listing.
    pub(crate) fn note_place(&mut self, page: &Page<'_>, path: &str, name: &str) {
        let place = (path.to_owned(), name.to_owned());
        let pages = self.uses.places.entry(place).or_default();
        pages.insert(page.file.to_owned());
    }

    /// The path of the test or of the script behind a claim.
    fn check_of(&mut self, file: &str, name: &str) -> Result<String, String> {
        match file.ends_with(".py") {
            true => self.runs.claim(file, name),
            false => self.sources.test(file, name, &mut self.faults),
        }
    }

    fn tests(
        &mut self,
        page: &Page<'_>,
        line: usize,
        tests: &[(&str, &str)],
    ) -> Result<String, String> {
        let (mut links, mut errors) = (Vec::new(), Vec::new());
        for (file, name) in tests {
            self.name(page, line, file, name);
            match self.check_of(file, name) {
                Ok(path) => links.push(listing_link(page, &path, name)),
                Err(message) => errors.push(message),
            }
        }
        if !errors.is_empty() {
            return Err(errors.join("; "));
        }
        Ok(self.check_mark(&links))
    }
}

impl Weaver {
    /// Links to sections (`page.md#heading`), code (`src/file.rs:anchor`), tests
    /// (`file::name`) and figures of earlier pages (`figures/name.svg`).
    fn references(
        &mut self,
        page: &Page<'_>,
        line: usize,
        targets: &[&str],
    ) -> Result<String, String> {
        let links = targets.iter().map(|target| self.reference(page, line, target));
        let links = links.collect::<Result<Vec<_>, _>>()?;
        Ok(format!("<span class=\"see\">{}</span>", links.join(" · ")))
    }

    fn reference(
        &mut self,
        page: &Page<'_>,
        line: usize,
        target: &str,
    ) -> Result<String, String> {
        let link = |address: &str, text: &str| {
            format!("<a href=\"{}{address}\">{}</a>", page.to_root, encode(text))
        };
        if let Some((file, id)) = target.split_once('#') {
            let text = self.outline.heading(file, id)?;
            return Ok(link(&format!("{}#{id}", address(file)), &text));
        }
        if let Some(name) = figure::name_of(target, "") {
            let title = figure::title(self.figures.svg(name)?);
            let address = self.uses.figures.get(name).ok_or_else(|| {
                format!("no page before this one shows the figure `{name}`")
            })?;
            return Ok(link(&format!("{address}#{name}"), &format!("Figure: {title}")));
        }
        if let Some((file, name)) = target.split_once("::") {
            self.name(page, line, file, name);
            let path = self.check_of(file, name)?;
            return Ok(listing_link(page, &path, name));
        }
        let Some((path, name)) = target.rsplit_once(':') else {
            return Err(format!(
                "`{target}` is no reference; there are: page.md#heading, \
                 src/file.rs:anchor, file::test, figures/name.svg"
            ));
        };
        self.anchor(path, name)?;
        self.note_place(page, path, name);
        Ok(listing_link(page, path, name))
    }
}

/// The live figure that a figure is, by the directive below it.
fn live_below<'a>(text: &'a str, image: &Image) -> Option<&'a str> {
    let below = text[image.range.end..].trim_start();
    let directive = below.starts_with(OPEN).then(|| Directive::parse(below).1);
    match directive {
        Some(Ok(Directive::Live(name))) => Some(name),
        _ => None,
    }
}

/// Tables whose columns all have names, if only to be heard.
fn with_named_columns(tables: &str) -> String {
    let lines: Vec<_> = tables.lines().collect();
    let named = lines.iter().enumerate().map(|(i, line)| {
        let is_head = lines
            .get(i + 1)
            .is_some_and(|next| next.starts_with("|--") || next.starts_with("|:-"));
        if !is_head {
            return (*line).to_owned();
        }
        let cells = line.split('|').enumerate().map(|(column, cell)| match column {
            1 if cell.trim().is_empty() => {
                " <span class=\"unseen\">row</span> ".to_owned()
            }
            2.. if cell.trim().is_empty() && line.matches('|').count() > column => {
                " <span class=\"unseen\">value</span> ".to_owned()
            }
            _ => cell.to_owned(),
        });
        cells.collect::<Vec<_>>().join("|")
    });
    named.collect::<Vec<_>>().join("\n")
}

/// A value in a sentence.
fn prose(value: &str) -> String {
    encode(&value.replace('<', "&lt;").replace(" %", "\u{a0}%"))
}

/// Whether there is nothing but empty lines around a range.
fn is_paragraph(text: &str, range: &Range<usize>) -> bool {
    let before = text[..range.start].trim_end_matches(' ');
    let behind = text[range.end..].trim_start_matches(' ');
    (before.is_empty() || before.ends_with("\n\n"))
        && (behind.trim().is_empty() || behind.starts_with("\n\n"))
}

/// What is wrong with a dollar sign that belongs to no formula, and where that ends.
fn about_stray(text: &str, stray: usize) -> (usize, String) {
    let rest = &text[stray..];
    let width = rest.len() - rest.trim_start_matches('$').len();
    let block = rest.split("\n\n").next().unwrap_or(rest);
    let tex = block[width..].split('$').next().unwrap_or("");
    let end = stray + width + tex.len() + width;
    let tex = tex.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_formula = block.len() > width && block[width..].contains('$');
    let (opened, closed) = braces(&tex);
    match opened.cmp(&closed) {
        Ordering::Greater if is_formula => {
            (end, format!("formula `{tex}`: a brace `{{` is not closed"))
        }
        Ordering::Less if is_formula => {
            (end, format!("formula `{tex}`: a brace `}}` closes what is not open"))
        }
        _ => {
            let message =
                r"stray $: it belongs to no formula; write \$ for the sign itself";
            (stray + 1, message.to_owned())
        }
    }
}

/// How many braces TeX opens and closes; `\{` is a character.
fn braces(tex: &str) -> (usize, usize) {
    let tex = tex.replace("\\\\", "").replace("\\{", "").replace("\\}", "");
    (tex.matches('{').count(), tex.matches('}').count())
}

/// A formula in a sentence, kept on one line with the punctuation behind it.
fn unbroken(text: &str, formula: &Formula, html: String) -> Edit {
    let end = formula.range.end;
    let punctuation = text[end..].chars().next().filter(|c| ".,;:)!?".contains(*c));
    match punctuation {
        Some(mark) if !formula.display => {
            let html = format!("<span class=\"nobr\">{html}{mark}</span>");
            (formula.range.start..end + mark.len_utf8(), html)
        }
        _ => (formula.range.clone(), html),
    }
}

fn is_value_of_output(page: &Page<'_>, scan: &Scan, offset: usize) -> bool {
    contains(&scan.outputs, offset) && page.text[offset..].starts_with("{{#value ")
}

pub(crate) fn source_line(page: &Page<'_>, path: &str, name: &str) -> String {
    let url = listing::url(page.to_root, path, name);
    let (path, name) = (breakable(path), breakable(name));
    format!(
        "<p class=\"source\"><a href=\"{url}\"><code>{path}</code>, <code>{name}</code></a></p>\n"
    )
}

/// A link to a test, or to the code of an anchor.
fn listing_link(page: &Page<'_>, path: &str, name: &str) -> String {
    let url = listing::url(page.to_root, path, name);
    let file = Path::new(path).file_stem().unwrap_or_default().to_string_lossy();
    let folder =
        if path.starts_with("tests/formulas/") { "formulas::<wbr>" } else { "" };
    let name = format!("{folder}{}::<wbr>{}", breakable(&file), breakable(name));
    format!("<a href=\"{url}\"><code>{name}</code></a>")
}

/// A name that a narrow screen can break after its underscores, and Markdown leaves alone. Not after
/// each: every place to break is one more box in the layout of the page.
fn breakable(name: &str) -> String {
    const PIECE: usize = 12;
    let mut text = String::new();
    let mut piece = 0;
    for part in name.split_inclusive('_') {
        text += &encode(part);
        piece += part.len();
        if piece >= PIECE && part.ends_with('_') {
            text += "<wbr>";
            piece = 0;
        }
    }
    text
}
