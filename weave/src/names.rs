//! Names in sentences: code between backticks, looked up.
//!
//! A name is known if the code has it (anywhere in the library, or in a file of the page's own chapter), if it is a
//! file, an option of one of our programs, a library that `Cargo.lock` names, or if PyTorch or NumPy have it, by the
//! list that `tests/pytorch/names.py` makes of their signatures; in a call, `f(a, b=1)`, the function has to have the
//! parameter. A single letter, with an index or without, stands for a quantity. All else is in `weave/words.txt` with
//! a reason, as long as a page needs it there.

use crate::fault::{Faults, nearest};
use crate::markdown::Scan;
use crate::python::FOLDER;
use crate::rust::{Code, words};
use crate::source::{Sources, files_below, line_of};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The words that are no names of anything here: a line `word: reason` for each.
const WORDS: &str = "weave/words.txt";

/// A parameter and its default.
type Parameter = (String, Option<String>);

/// A word of the list.
struct Listed {
    line: usize,
    is_needed: bool,
}

/// The names that a page may use.
pub struct Names {
    root: PathBuf,
    /// The words of the code by chapter; those of the library belong to none.
    code: BTreeMap<String, BTreeSet<String>>,
    /// What commands may say besides: files, benchmarks, what is in the runner of the exercises.
    commands: BTreeSet<String>,
    options: BTreeSet<String>,
    libraries: BTreeSet<String>,
    /// PyTorch's and NumPy's, in full, each with its parameters.
    python: BTreeMap<String, Vec<Parameter>>,
    /// Their last parts, and all parameters.
    members: BTreeSet<String>,
    /// The texts in quotation marks that the scripts hand to them.
    texts: BTreeSet<String>,
    listed: BTreeMap<String, Listed>,
    /// How many names were looked up.
    pub count: usize,
}

/// A part of code that has to be known.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    /// A name, or several with points between them.
    Name(&'a str),
    /// `name=`, in a call of the function before the bracket.
    Keyword(Option<&'a str>, &'a str),
    /// What stands in quotation marks.
    Text(&'a str),
    /// `--option`.
    Option(&'a str),
}

impl Names {
    /// Reads the code and the lists.
    pub fn read(root: &Path, sources: &Sources, faults: &mut Faults) -> Self {
        let mut names = Self {
            root: root.to_owned(),
            code: BTreeMap::new(),
            commands: BTreeSet::new(),
            options: BTreeSet::new(),
            libraries: BTreeSet::new(),
            python: BTreeMap::new(),
            members: BTreeSet::new(),
            texts: BTreeSet::new(),
            listed: BTreeMap::new(),
            count: 0,
        };
        for (path, source) in sources.iter() {
            if path.ends_with(".py") {
                names.take_script(path, source.text());
            } else {
                names.take_code(path, source.code());
            }
        }
        for path in ["exercises", "benches"].iter().flat_map(|it| files_below(root, it))
        {
            if path.ends_with(".rs")
                && let Ok(text) = fs::read_to_string(root.join(&path))
            {
                names.take_code(&path, &Code::new(&text));
            }
        }
        let lock = fs::read_to_string(root.join("Cargo.lock")).unwrap_or_default();
        let libraries = lock.lines().filter_map(|line| {
            line.strip_prefix("name = \"")?.strip_suffix('"').map(str::to_owned)
        });
        names.libraries = libraries.collect();
        names.read_python(root);
        names.read_words(root, faults);
        names
    }

    fn take_code(&mut self, path: &str, code: &Code) {
        let parts = path.split('/').map(|part| part.trim_end_matches(".rs"));
        self.commands.extend(parts.map(str::to_owned));
        self.options.extend(options(&code.lines));
        let chapter = chapter(path);
        let is_public =
            chapter.is_empty() && path.starts_with("src/") && !path.contains("/bin/");
        let of_chapter = match is_public || !chapter.is_empty() {
            true => self.code.entry(chapter.to_owned()).or_default(),
            false => &mut self.commands,
        };
        for line in &code.bare {
            let words = words(line).map(|word| word.trim_end_matches('!'));
            of_chapter.extend(words.map(str::to_owned));
        }
        let quoted =
            code.lines.iter().flat_map(|line| line.split('"').skip(1).step_by(2));
        of_chapter.extend(quoted.filter(|text| is_name(text)).map(str::to_owned));
    }

    fn take_script(&mut self, path: &str, text: &str) {
        let words_of = self.code.entry(chapter(path).to_owned()).or_default();
        for (number, part) in text.split("\"\"\"").enumerate() {
            if number % 2 == 1 {
                continue;
            }
            for line in part.lines() {
                let code = line.split('#').next().unwrap_or(line);
                words_of.extend(words(code).map(str::to_owned));
                let quoted = code.split('"').skip(1).step_by(2);
                self.texts.extend(quoted.map(str::to_owned));
            }
        }
    }

    fn read_python(&mut self, root: &Path) {
        let path = root.join(FOLDER).join("names.txt");
        let text = fs::read_to_string(path).unwrap_or_default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (name, inside) = line.split_once('(').unwrap_or((line, ""));
            let parameters: Vec<_> = parameters(inside.trim_end_matches(')')).collect();
            let last = name.rsplit('.').next().unwrap_or(name);
            self.members.insert(last.to_owned());
            self.members.extend(parameters.iter().map(|(name, _)| name.clone()));
            self.python.insert(name.to_owned(), parameters);
        }
    }

    fn read_words(&mut self, root: &Path, faults: &mut Faults) {
        let text = fs::read_to_string(root.join(WORDS)).unwrap_or_default();
        for (line, entry) in (1..).zip(text.lines()) {
            match entry.rsplit_once(": ") {
                Some((word, reason)) if !reason.trim().is_empty() => {
                    let listed = Listed { line, is_needed: false };
                    if self.listed.insert(word.to_owned(), listed).is_some() {
                        faults.add(WORDS, line, format!("`{word}` is here twice"));
                    }
                }
                _ if entry.trim().is_empty() => {}
                _ => faults.add(WORDS, line, "a line reads `word: reason`"),
            }
        }
    }

    /// Whether all names of some code on a page are known.
    ///
    /// # Errors
    /// What is not, and what is near it.
    pub fn check(&mut self, file: &str, span: &str) -> Result<(), String> {
        if span.starts_with("cargo ") {
            return self.check_command(file, span);
        }
        let chapter = file.strip_suffix(".md").unwrap_or(file);
        self.check_code(chapter, span)
    }

    fn check_code(&mut self, chapter: &str, span: &str) -> Result<(), String> {
        if self.libraries.contains(span) || self.is_file(span) {
            self.count += 1;
            return Ok(());
        }
        for piece in pieces(span) {
            self.count += 1;
            if let Err(message) = self.look_up(chapter, &piece) {
                let name = piece.name();
                if !self.is_listed(span) && !self.is_listed(name) {
                    return Err(message);
                }
            }
        }
        Ok(())
    }

    /// Whether all that a line tells cargo is known; other lines are none of ours.
    ///
    /// # Errors
    /// What is not, and what is near it.
    pub fn check_command(&mut self, file: &str, line: &str) -> Result<(), String> {
        let chapter = file.strip_suffix(".md").unwrap_or(file);
        let mut words = line.split_whitespace().peekable();
        while let Some((name, _)) = words.peek().and_then(|word| word.split_once('=')) {
            words.next();
            self.check_code(chapter, name)?;
        }
        if words.next() != Some("cargo") {
            return Ok(());
        }
        for word in words.filter(|word| *word != "--") {
            self.count += 1;
            let is_number = word.parse::<f64>().is_ok();
            let is_exercise = self.root.join("exercises").join(word).is_dir();
            let all = || self.words(chapter).chain(&self.commands);
            let is_word = all().any(|it| it == word);
            let is_filter = word.contains('_') && all().any(|it| it.contains(word));
            let is_option =
                word.strip_prefix("--").is_some_and(|name| self.options.contains(name));
            let is_known =
                is_number || is_exercise || is_word || is_filter || is_option;
            if !is_known && !self.is_file(word) && !self.is_listed(word) {
                let near: Vec<_> = match word.starts_with("--") {
                    true => self.options.iter().map(|it| format!("--{it}")).collect(),
                    false => self.commands.iter().cloned().collect(),
                };
                return Err(unknown(word, near.iter().map(String::as_str)));
            }
        }
        Ok(())
    }

    /// Looks up what the exercises say: above the code that a reader starts from, and of mistakes.
    pub fn check_exercises(&mut self, root: &Path, faults: &mut Faults) {
        for path in files_below(root, "exercises") {
            let Ok(text) = fs::read_to_string(root.join(&path)) else { continue };
            let spans: Vec<(usize, String)> = match path.rsplit('/').next() {
                Some("task.rs") => {
                    let docs =
                        text.lines().map(|it| it.strip_prefix("///").unwrap_or(""));
                    let docs = docs.map(str::trim_start).collect::<Vec<_>>().join("\n");
                    let spans = Scan::new(&docs).spans.into_iter();
                    spans.map(|(at, span)| (line_of(&docs, at.start), span)).collect()
                }
                Some("mistakes.rs") => in_backticks(&Code::new(&text).lines.join("\n")),
                _ => continue,
            };
            let chapter = chapter(&path).to_owned();
            for (line, span) in spans {
                if let Err(message) = self.check_code(&chapter, &span) {
                    faults.add(&path, line, message);
                }
            }
        }
    }

    /// Reports the words of the list that no page needs.
    pub fn report(&self, faults: &mut Faults) {
        for (word, listed) in self.listed.iter().filter(|(_, it)| !it.is_needed) {
            let message = format!("no page needs `{word}` to be here");
            faults.add(WORDS, listed.line, message);
        }
    }

    /// How many words are listed.
    pub fn listed(&self) -> usize {
        self.listed.len()
    }

    /// The default of a parameter.
    ///
    /// # Errors
    /// There is no such function, it has no such parameter, or that has no default.
    pub fn default(&self, function: &str, parameter: &str) -> Result<String, String> {
        let parameters = self
            .python
            .get(function)
            .ok_or_else(|| unknown(function, self.python.keys().map(String::as_str)))?;
        let found = parameters.iter().find(|(name, _)| name == parameter);
        let (_, default) =
            found.ok_or_else(|| no_parameter(function, parameter, parameters))?;
        let default = default.clone();
        default.ok_or_else(|| format!("`{parameter}` of `{function}` has no default"))
    }

    fn is_listed(&mut self, word: &str) -> bool {
        let listed = self.listed.get_mut(word);
        listed.map(|it| it.is_needed = true).is_some()
    }

    fn is_file(&self, span: &str) -> bool {
        let is_path = |c: char| c.is_ascii_alphanumeric() || "./_-".contains(c);
        span.contains(['/', '.'])
            && span.chars().all(is_path)
            && self.root.join(span).exists()
    }

    fn words(&self, chapter: &str) -> impl Iterator<Item = &String> {
        let sets =
            [self.code.get(""), self.code.get(chapter).filter(|_| !chapter.is_empty())];
        sets.into_iter().flatten().flatten()
    }

    fn look_up(&self, chapter: &str, piece: &Piece<'_>) -> Result<(), String> {
        match *piece {
            Piece::Name(name) => self.name(chapter, name),
            Piece::Keyword(function, parameter) => self.keyword(function, parameter),
            Piece::Text(text) if self.texts.contains(text) => Ok(()),
            Piece::Text(text) => {
                Err(unknown(text, self.texts.iter().map(String::as_str)))
            }
            Piece::Option(name) if self.options.contains(name) => Ok(()),
            Piece::Option(name) => Err(unknown(
                &format!("--{name}"),
                self.options
                    .iter()
                    .map(|it| format!("--{it}"))
                    .collect::<Vec<_>>()
                    .iter()
                    .map(String::as_str),
            )),
        }
    }

    fn name(&self, chapter: &str, name: &str) -> Result<(), String> {
        let full = match name.split_once('.') {
            Some(("torch" | "numpy", _)) => name.to_owned(),
            Some(("nn" | "optim", _)) => format!("torch.{name}"),
            Some(("np", rest)) => format!("numpy.{rest}"),
            _ => return name.split('.').try_for_each(|part| self.word(chapter, part)),
        };
        if self.python.contains_key(&full) {
            return Ok(());
        }
        Err(unknown(name, self.python.keys().map(String::as_str)))
    }

    fn word(&self, chapter: &str, word: &str) -> Result<(), String> {
        if is_letter(word) || self.members.contains(word) {
            return Ok(());
        }
        let is_known =
            |set: Option<&BTreeSet<String>>| set.is_some_and(|it| it.contains(word));
        if is_known(self.code.get("")) || is_known(self.code.get(chapter)) {
            return Ok(());
        }
        let known = self.words(chapter).chain(&self.members).map(String::as_str);
        Err(unknown(word, known.filter(|it| it.len() > 1)))
    }

    fn keyword(&self, function: Option<&str>, parameter: &str) -> Result<(), String> {
        let is_called = |name: &&String| {
            function.is_some_and(|function| {
                name.strip_suffix(function)
                    .is_some_and(|it| it.is_empty() || it.ends_with('.'))
            })
        };
        let called: Vec<_> = self.python.keys().filter(is_called).collect();
        let (function, candidates): (_, Vec<_>) = match (function, &called[..]) {
            (Some(function), [_, ..]) => (function, called),
            _ => ("no function of the list", self.python.keys().collect()),
        };
        let parameters = candidates.iter().flat_map(|name| &self.python[*name]);
        let parameters: Vec<_> = parameters.cloned().collect();
        match parameters.iter().any(|(name, _)| name == parameter) {
            true => Ok(()),
            false => Err(no_parameter(function, parameter, &parameters)),
        }
    }
}

impl<'a> Piece<'a> {
    fn name(&self) -> &'a str {
        match *self {
            Self::Name(name)
            | Self::Keyword(_, name)
            | Self::Text(name)
            | Self::Option(name) => name,
        }
    }
}

fn unknown<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    format!(
        "nothing is called `{name}`; near it: {}. If it is no name, {WORDS} says why",
        nearest(name, known)
    )
}

fn no_parameter(function: &str, parameter: &str, parameters: &[Parameter]) -> String {
    let near = nearest(parameter, parameters.iter().map(|(name, _)| name.as_str()));
    format!("`{function}` has no parameter `{parameter}`; near it: {near}")
}

/// The chapter to which a file belongs besides the library: that of its tests, its figures, its exercises, its script.
fn chapter(path: &str) -> &str {
    let stem = |name: &'static str, end: &'static str| {
        let rest = path.strip_prefix(name)?.strip_suffix(end)?;
        (!rest.contains('/')).then_some(rest)
    };
    let of_exercise = || {
        let (chapter, rest) = path.strip_prefix("exercises/")?.split_once('/')?;
        rest.contains('/').then_some(chapter)
    };
    stem("tests/pytorch/", ".py")
        .or_else(|| stem("tests/", ".rs"))
        .or_else(|| stem("src/bin/figures/", ".rs"))
        .or_else(of_exercise)
        .unwrap_or("")
}

/// The options that a program reads by clap: `#[arg(long)]` above a field.
fn options(lines: &[String]) -> Vec<String> {
    let mut options = Vec::new();
    let mut is_option = false;
    for line in lines.iter().map(|line| line.trim()) {
        if let Some(arguments) = line.strip_prefix("#[arg(long") {
            match arguments.strip_prefix(" = \"").and_then(|it| it.split_once('"')) {
                Some((name, _)) => options.push(name.to_owned()),
                None => is_option = true,
            }
        } else if is_option
            && let Some((field, _)) = line.split_once(": ")
            && is_name(field.trim_start_matches("pub "))
        {
            options.push(field.trim_start_matches("pub ").replace('_', "-"));
            is_option = false;
        }
    }
    options
}

/// `a, b=(1, 2)`: parameters, separated by commas outside of brackets.
fn parameters(text: &str) -> impl Iterator<Item = Parameter> {
    let mut depth = 0;
    let parts = text.split(move |c| {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        c == ',' && depth == 0
    });
    parts.filter_map(|part| {
        let (name, default) = match part.split_once('=') {
            Some((name, default)) => (name, Some(default.trim().to_owned())),
            None => (part, None),
        };
        let name = name.trim().trim_start_matches('*');
        (!name.is_empty()).then(|| (name.to_owned(), default))
    })
}

fn is_name(text: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.chars().all(is_part)
        && text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Whether a word stands for a quantity: a letter, with an index or without, or a product with a Greek one.
fn is_letter(word: &str) -> bool {
    const INDEX: usize = 2;
    let (base, index) = word.split_once('_').unwrap_or((word, ""));
    let base = base.trim_end_matches(|c: char| c.is_numeric());
    let is_greek = base.contains(|c: char| c.is_alphabetic() && !c.is_ascii());
    let most = if is_greek { 3 } else { 1 };
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_numeric();
    base.chars().count() <= most && index.len() <= INDEX && index.chars().all(is_part)
}

/// What stands between two backticks, with its line.
pub fn in_backticks(text: &str) -> Vec<(usize, String)> {
    let mut at = 0;
    let mut spans = Vec::new();
    for (number, part) in text.split('`').enumerate() {
        if number % 2 == 1 {
            spans.push((line_of(text, at), part.to_owned()));
        }
        at += part.len() + 1;
    }
    spans
}

/// The names in some code.
fn pieces(code: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut calls = Vec::new();
    let mut last = None;
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let before = code[..code.len() - rest.len()].chars().next_back();
        let is_start = before.is_none_or(char::is_whitespace);
        let length = match first {
            '"' if let Some(end) = rest[1..].find('"') => {
                pieces.push(Piece::Text(&rest[1..=end]));
                end + 2
            }
            '-' if is_start && rest[1..].starts_with('-') => {
                let is_end = |c: char| !c.is_ascii_alphanumeric() && !"-_".contains(c);
                let end = rest.find(is_end).unwrap_or(rest.len());
                pieces.push(Piece::Option(&rest[2..end]));
                end
            }
            '(' => {
                calls.push(last);
                1
            }
            ')' => {
                calls.pop();
                1
            }
            _ if first.is_ascii_digit() => {
                let is_end = |c: char| !c.is_ascii_digit() && c != '.';
                rest.find(is_end).unwrap_or(rest.len())
            }
            _ if first.is_alphabetic() || first == '_' => {
                let length = length_of_name(rest);
                let (name, behind) = rest.split_at(length);
                let name =
                    name.trim_end_matches(|c: char| c.is_numeric() && !c.is_ascii());
                let is_keyword = behind.starts_with('=')
                    && !behind[1..].starts_with(['=', ' ', '>']);
                pieces.push(match is_keyword {
                    true => Piece::Keyword(calls.last().copied().flatten(), name),
                    false => Piece::Name(name),
                });
                last = behind.starts_with('(').then_some(name);
                length
            }
            _ => first.len_utf8(),
        };
        rest = &rest[length..];
    }
    pieces
}

/// The length of the name at the start, with the points inside it.
fn length_of_name(text: &str) -> usize {
    let mut characters = text.char_indices().peekable();
    while let Some((i, c)) = characters.next() {
        let is_inside = c == '.'
            && characters.peek().is_some_and(|(_, c)| c.is_alphanumeric() || *c == '_');
        if !(c.is_alphanumeric() || c == '_' || is_inside) {
            return i;
        }
    }
    text.len()
}
