//! How a page asks: a question with everything in its place.

use crate::fault::nearest;
use crate::math::{encode, escape};
use crate::page::{Page, Weaver, source_line};
use crate::question::{self, ALIKE, Kind, Made, Part, Question, difference};
use std::fmt::Write;

impl Weaver {
    /// A question, where a page asks it.
    pub(crate) fn ask(
        &mut self,
        page: &Page<'_>,
        line: usize,
        kind: Kind,
        name: &str,
    ) -> Result<String, String> {
        let question = self.questions.get(name, kind)?.clone();
        if self.uses.questions.iter().any(|(other, _)| other == name) {
            return Err(format!("`{name}` is here twice"));
        }
        let id = question::id(name, kind);
        let address = format!("{}#{id}", page.address());
        self.uses.questions.push((name.to_owned(), address));
        if kind != Kind::Steps {
            self.questions.item(name, &question.item)?;
        }
        let pictures = self.pictures(page, name, &question)?;
        self.shown(page, line, (name, &id), question, pictures)
    }

    /// All questions that the pages before have asked, by the items of the sources.
    pub(crate) fn review(
        &mut self,
        page: &Page<'_>,
        line: usize,
    ) -> Result<String, String> {
        let asked = self.uses.questions.clone();
        let mut review = String::new();
        for (item, about) in self.questions.items().to_vec() {
            let of_item = asked.iter().filter_map(|(name, address)| {
                let question = self.questions.find(name)?;
                (question.item == item).then(|| (name, address, question.clone()))
            });
            let of_item: Vec<_> = of_item.collect();
            if !of_item.is_empty() {
                let source = "the lecture map".to_owned();
                let about = self.inner_formulas(page, line, &about, source);
                let _ = write!(review, "\n### {item}\n\n{about}\n");
            }
            for (name, address, question) in of_item {
                review += &self.again(page, line, (name, address), question)?;
            }
        }
        Ok(review)
    }

    /// A question of an earlier page, without its pictures.
    fn again(
        &mut self,
        page: &Page<'_>,
        line: usize,
        (name, address): (&str, &str),
        mut question: Question,
    ) -> Result<String, String> {
        let id = format!("again-{}", question::id(name, question.kind));
        let file = address.split('#').next().unwrap_or(address);
        let title = self.outline.title(&file.replace(".html", ".md")).to_owned();
        question.opens = false;
        if question.kind == Kind::Predict {
            question.kind = Kind::Question;
        }
        let block = self.shown(page, line, (name, &id), question, Vec::new())?;
        let link = format!("{}{address}", page.to_root);
        Ok(format!("{block}<p class=\"source\"><a href=\"{link}\">{title}</a></p>\n\n"))
    }

    /// A question with its formulas set.
    fn shown(
        &mut self,
        page: &Page<'_>,
        line: usize,
        (name, id): (&str, &str),
        mut question: Question,
        pictures: Vec<String>,
    ) -> Result<String, String> {
        let file = question::snapshot(name);
        let mut set = |text: &mut String| {
            *text = self.inner_formulas(page, line, text, file.clone());
        };
        set(&mut question.asks);
        set(&mut question.hint);
        for part in &mut question.parts {
            set(&mut part.title);
            if question.kind != Kind::Steps {
                set(&mut part.mistake);
                set(&mut part.told);
            }
        }
        if question.kind == Kind::Steps {
            for part in &mut question.parts {
                part.told = self.rows(part)?;
            }
        }
        let source = self.source_of_question(page, name)?;
        Ok(question.block(&Made { id, pictures, source: &source }))
    }

    /// The rows of a step: its title, and the numbers beside the line that computes them.
    fn rows(&mut self, part: &Part) -> Result<String, String> {
        let count = part.lines().count();
        let mut rows = String::new();
        for (i, (numbers, code)) in part.lines().enumerate() {
            let code = match code {
                Some((path, code)) => self.line_of_code(path, code)?,
                None => String::new(),
            };
            let title = match i {
                0 => format!(
                    "<th rowspan=\"{count}\" scope=\"rowgroup\">{}</th>",
                    part.title
                ),
                _ => String::new(),
            };
            let numbers = encode(&escape(numbers));
            let _ = writeln!(rows, "<tr>{title}<td>{numbers}</td><td>{code}</td></tr>");
        }
        Ok(rows)
    }

    /// A line of a file, which has to be there.
    fn line_of_code(&mut self, path: &str, code: &str) -> Result<String, String> {
        let source = self.sources.get(path, &mut self.faults)?;
        let mut lines = source.lines().map(|(_, line)| line.trim());
        if lines.any(|line| line == code) {
            return Ok(format!("<code>{}</code>", encode(&escape(code))));
        }
        let near = nearest(code, source.lines().map(|(_, line)| line.trim()));
        Err(format!("no line `{code}` in {path}; near it: {near}"))
    }

    /// The pictures of the options, which have to differ to the eye.
    fn pictures(
        &mut self,
        page: &Page<'_>,
        name: &str,
        question: &Question,
    ) -> Result<Vec<String>, String> {
        let names = question.parts.iter().map(|part| part.picture.as_str());
        let names: Vec<_> = names.filter(|name| !name.is_empty()).collect();
        let mut pictures = Vec::new();
        for picture in &names {
            let svg = self.figures.svg(picture)?.to_owned();
            self.uses.figures.insert((*picture).to_owned(), page.address());
            let alike = |other: &String| difference(&svg, other) < ALIKE;
            if let Some(place) = pictures.iter().position(alike) {
                let other = names[place];
                return Err(format!(
                    "`{name}`: the pictures `{other}` and `{picture}` look alike"
                ));
            }
            pictures.push(svg);
        }
        Ok(pictures)
    }

    /// The line that leads to the function which makes a question.
    fn source_of_question(
        &mut self,
        page: &Page<'_>,
        name: &str,
    ) -> Result<String, String> {
        let (path, function) = question::source(name);
        let source = self.sources.get(&path, &mut self.faults)?;
        if source.line_of_function(function).is_none() {
            return Err(format!("no function `{function}` in {path}"));
        }
        self.note_place(page, &path, function);
        self.uses.functions.insert((path.clone(), function.to_owned()));
        Ok(source_line(page, &path, function))
    }
}
