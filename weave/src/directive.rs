//! The directives of a page: `{{#name arguments}}`.

use crate::question::Kind;

/// How a directive begins.
pub const OPEN: &str = "{{#";
/// How a directive ends.
pub const CLOSE: &str = "}}";

/// A directive and its arguments.
#[derive(Debug, PartialEq, Eq)]
pub enum Directive<'a> {
    /// The code of an anchor.
    Code {
        /// The file, relative to the root.
        path: &'a str,
        /// The anchor's name.
        anchor: &'a str,
    },
    /// An exercise of the page's chapter.
    Exercise(&'a str),
    /// A question, a prediction, a number to work out, or a worked example.
    Ask {
        /// What the directive says it is.
        kind: Kind,
        /// Its name: `chapter/function`.
        name: &'a str,
    },
    /// All questions of the book, by the items of the sources.
    Questions,
    /// The body of a snapshot.
    Table(&'a str),
    /// A value of a snapshot.
    Value {
        /// The snapshot's name.
        snapshot: &'a str,
        /// The value's name.
        name: &'a str,
    },
    /// The figure above it is live, as this one.
    Live(&'a str),
    /// A parameter with its default, by the signature of a Python function.
    Default {
        /// Its full name.
        function: &'a str,
        /// The parameter's.
        parameter: &'a str,
    },
    /// Tests, as pairs of file and function.
    Test(Vec<(&'a str, &'a str)>),
    /// A label that the tests give to the formula before it.
    Formula(&'a str),
    /// The minutes that the paths of these chapters take together; of all, if none is named.
    Minutes(Vec<&'a str>),
    /// References to sections, code, tests and figures.
    See(Vec<&'a str>),
    /// A work of the literature, by its key.
    Work {
        /// Its key.
        key: &'a str,
        /// Whether it is named in full, or as in a sentence.
        in_full: bool,
    },
    /// What a reader may search for who wants the section around it.
    Also(Vec<&'a str>),
}

impl<'a> Directive<'a> {
    /// Reads the directive at the start of `text`; gives its length with it.
    pub fn parse(text: &'a str) -> (usize, Result<Self, String>) {
        let line = text.lines().next().unwrap_or(text);
        match line.find(CLOSE) {
            Some(end) => (end + CLOSE.len(), Self::from_inside(&line[OPEN.len()..end])),
            None => (
                OPEN.len(),
                Err(format!("`{}` is not closed on its line", line.trim_end())),
            ),
        }
    }

    fn from_inside(inside: &'a str) -> Result<Self, String> {
        let mut words = inside.split_whitespace();
        let name = words.next().unwrap_or("");
        let arguments: Vec<_> = words.collect();
        let wrong = |usage: &str| {
            format!("`{OPEN}{inside}{CLOSE}` should read `{OPEN}{usage}{CLOSE}`")
        };
        match (name, arguments.as_slice()) {
            ("code", [argument]) => argument
                .rsplit_once(':')
                .filter(|(path, anchor)| !path.is_empty() && !anchor.is_empty())
                .map(|(path, anchor)| Self::Code { path, anchor })
                .ok_or_else(|| wrong("code path:anchor")),
            ("code", _) => Err(wrong("code path:anchor")),
            ("exercise", [name]) => Ok(Self::Exercise(name)),
            ("exercise", _) => Err(wrong("exercise chapter/function")),
            ("live", [name]) => Ok(Self::Live(name)),
            ("live", _) => Err(wrong("live name")),
            ("question", [name]) => Ok(Self::Ask { kind: Kind::Question, name }),
            ("predict", [name]) => Ok(Self::Ask { kind: Kind::Predict, name }),
            ("number", [name]) => Ok(Self::Ask { kind: Kind::Number, name }),
            ("steps", [name]) => Ok(Self::Ask { kind: Kind::Steps, name }),
            ("question" | "predict" | "number" | "steps", _) => {
                Err(wrong(&format!("{name} chapter/function")))
            }
            ("questions", []) => Ok(Self::Questions),
            ("questions", _) => Err(wrong("questions")),
            ("table", [snapshot]) => Ok(Self::Table(snapshot)),
            ("table", _) => Err(wrong("table snapshot")),
            ("value", [argument]) => argument
                .split_once('.')
                .map(|(snapshot, name)| Self::Value { snapshot, name })
                .ok_or_else(|| wrong("value snapshot.name")),
            ("value", _) => Err(wrong("value snapshot.name")),
            ("default", [function, parameter]) => {
                Ok(Self::Default { function, parameter })
            }
            ("default", _) => Err(wrong("default function parameter")),
            ("test", [_, ..]) => arguments
                .iter()
                .map(|argument| argument.split_once("::"))
                .collect::<Option<_>>()
                .map(Self::Test)
                .ok_or_else(|| wrong("test file::function …")),
            ("test", []) => Err(wrong("test file::function …")),
            ("see", [_, ..]) => Ok(Self::See(arguments)),
            ("see", []) => Err(wrong("see target …")),
            ("formula", [label]) => Ok(Self::Formula(label)),
            ("formula", _) => Err(wrong("formula chapter.label")),
            ("minutes", _) => Ok(Self::Minutes(arguments)),
            ("source" | "cite", [key]) => {
                Ok(Self::Work { key, in_full: name == "source" })
            }
            ("source", _) => Err(wrong("source key")),
            ("cite", _) => Err(wrong("cite key")),
            ("also", []) => Err(wrong("also words, other words")),
            ("also", _) => Ok(Self::Also(names(inside))),
            _ => Err(format!(
                "unknown directive `{OPEN}{name}`; there are: code, exercise, live, question, predict, number, steps, questions, table, value, default, test, formula, minutes, see, source, cite, also"
            )),
        }
    }

    /// Whether it makes paragraphs of its own.
    pub fn is_block(&self) -> bool {
        matches!(
            self,
            Self::Code { .. }
                | Self::Exercise(_)
                | Self::Live(_)
                | Self::Ask { .. }
                | Self::Questions
                | Self::Table(_)
                | Self::Also(_)
        )
    }
}

/// What stands between the commas, behind the name of the directive.
fn names(inside: &str) -> Vec<&str> {
    let (_, names) = inside.trim_start().split_once(' ').unwrap_or_default();
    names.split(',').map(str::trim).filter(|name| !name.is_empty()).collect()
}
