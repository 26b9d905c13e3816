//! What the book asks its readers.
//!
//! A question is a function in the file of its chapter: `questions/momentum.rs` has `average`, which a page asks as
//! `{{#question momentum/average}}`. It returns a [`Question`], whose right answer comes from the book's own code or from a closed
//! form, and whose wrong answers are what known mistakes give: each is computed, and has a name and a reply.
//! [`Steps`] is a worked example that is shown one step at a time.
//!
//! `cargo test -p questions` checks them all, and compares them with `questions/snapshots`, from which the pages are made.

pub mod answer;
pub mod cards;
pub mod runs;
pub mod steps;

pub mod acceleration;
pub mod adam;
pub mod backpropagation;
pub mod broadcasting;
pub mod dead_relu;
pub mod depth;
pub mod elbows;
pub mod expressivity;
pub mod gradient_check;
pub mod gradient_descent;
pub mod gradient_noise;
pub mod initialization;
pub mod inventory;
pub mod linear_layer;
pub mod momentum;
pub mod momentum_convergence;
pub mod nesterov;
pub mod network;
pub mod neuron;
pub mod newton;
pub mod norm_law;
pub mod objective;
pub mod one_parameter;
pub mod quadratic;
pub mod sgd;
pub mod training;

use std::fmt::Write;
use std::sync::LazyLock;

pub use answer::{Answer, exact, number, significant, words};
pub use steps::Steps;

/// All questions, in the order of the book.
pub const ALL: &[&[fn() -> Question]] = &[
    linear_layer::QUESTIONS,
    broadcasting::QUESTIONS,
    network::QUESTIONS,
    expressivity::QUESTIONS,
    backpropagation::QUESTIONS,
    gradient_check::QUESTIONS,
    objective::QUESTIONS,
    gradient_descent::QUESTIONS,
    one_parameter::QUESTIONS,
    quadratic::QUESTIONS,
    neuron::QUESTIONS,
    newton::QUESTIONS,
    momentum::QUESTIONS,
    momentum_convergence::QUESTIONS,
    nesterov::QUESTIONS,
    acceleration::QUESTIONS,
    adam::QUESTIONS,
    sgd::QUESTIONS,
    gradient_noise::QUESTIONS,
    initialization::QUESTIONS,
    depth::QUESTIONS,
    norm_law::QUESTIONS,
    elbows::QUESTIONS,
    dead_relu::QUESTIONS,
    training::QUESTIONS,
    inventory::QUESTIONS,
];

/// All worked examples.
pub const STEPS: &[&[fn() -> Steps]] = &[
    backpropagation::STEPS,
    neuron::STEPS,
    newton::STEPS,
    momentum::STEPS,
    adam::STEPS,
];

/// All questions, in the order of the book, each made once.
pub fn all() -> &'static [Question] {
    static QUESTIONS: LazyLock<Vec<Question>> = LazyLock::new(|| {
        ALL.iter().copied().flatten().map(|question| question()).collect()
    });
    &QUESTIONS
}

/// How a question is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// By choosing.
    Question,
    /// By choosing a picture, before the page says what happens.
    Predict,
    /// By working out a number.
    Number,
}

/// A question with its answers.
#[derive(Clone, Debug)]
pub struct Question {
    /// Chapter and function: `momentum/average`.
    pub name: &'static str,
    pub kind: Kind,
    /// The item of the sources that it belongs to, as in the lecture map: `L28`.
    pub item: &'static str,
    /// What is asked, in Markdown.
    pub asks: String,
    /// What to look at, for who has not found the number yet.
    pub hint: &'static str,
    /// Whether a figure that follows on the page stays closed until the reader has chosen.
    pub opens: bool,
    pub options: Vec<Choice>,
}

/// One of the answers.
#[derive(Clone, Debug)]
pub struct Choice {
    pub answer: Answer,
    pub is_right: bool,
    /// What the mistake is called; empty for the right answer and where the reply says it all.
    pub mistake: &'static str,
    /// What is said to who has chosen it, in Markdown.
    pub told: String,
    /// The figure that stands for it: what a law predicts.
    pub picture: &'static str,
}

impl Question {
    /// A question that is answered by choosing. `asks` is Markdown.
    pub fn new(
        name: &'static str,
        item: &'static str,
        asks: impl Into<String>,
    ) -> Self {
        let (kind, asks) = (Kind::Question, asks.into());
        Self { name, kind, item, asks, hint: "", opens: false, options: Vec::new() }
    }

    /// A question that is answered by choosing a picture. A figure that follows it on the page stays closed until then.
    pub fn predict(
        name: &'static str,
        item: &'static str,
        asks: impl Into<String>,
    ) -> Self {
        Self { kind: Kind::Predict, opens: true, ..Self::new(name, item, asks) }
    }

    /// A number to work out, with a hint for who is not there yet.
    pub fn number(
        name: &'static str,
        item: &'static str,
        hint: &'static str,
        asks: impl Into<String>,
    ) -> Self {
        Self { kind: Kind::Number, hint, ..Self::new(name, item, asks) }
    }

    /// The right answer, and why.
    pub fn right(self, answer: Answer, told: impl Into<String>) -> Self {
        self.option("", answer, true, told.into())
    }

    /// What a mistake gives, what it is called, and what is said to who makes it.
    pub fn wrong(
        self,
        mistake: &'static str,
        answer: Answer,
        told: impl Into<String>,
    ) -> Self {
        self.option(mistake, answer, false, told.into())
    }

    /// One of several things to choose from, of which exactly one turns out to be the one.
    pub fn case(self, answer: Answer, is_it: bool, told: impl Into<String>) -> Self {
        self.option("", answer, is_it, told.into())
    }

    /// The picture of the option before: a figure that draws its law.
    pub fn picture(mut self, figure: &'static str) -> Self {
        if let Some(last) = self.options.last_mut() {
            last.picture = figure;
        }
        self
    }

    /// The same, where a figure follows on the page that gives the answer away.
    pub fn opens_figure(self) -> Self {
        Self { opens: true, ..self }
    }

    fn option(
        mut self,
        mistake: &'static str,
        answer: Answer,
        is_right: bool,
        told: String,
    ) -> Self {
        self.options.push(Choice { answer, is_right, mistake, told, picture: "" });
        self
    }

    /// The options by value; words by alphabet.
    pub fn sorted(&self) -> Vec<&Choice> {
        let mut options: Vec<_> = self.options.iter().collect();
        options.sort_by(|a, b| a.answer.order(&b.answer));
        options
    }

    /// The right option.
    ///
    /// # Panics
    /// If there is none.
    pub fn truth(&self) -> &Choice {
        self.options.iter().find(|option| option.is_right).expect("a right answer")
    }

    /// What the pages are made from.
    pub fn body(&self) -> String {
        let kind = match self.kind {
            Kind::Question => "question",
            Kind::Predict => "predict",
            Kind::Number => "number",
        };
        let mut body = format!("kind: {kind}\nitem: {}\n", self.item);
        if !self.hint.is_empty() {
            let _ = writeln!(body, "hint: {}", self.hint);
        }
        if self.opens {
            body += "opens: the figure behind it\n";
        }
        body += &format!("\n{}\n", self.asks.trim());
        for option in self.sorted() {
            let mark = if option.is_right { '✓' } else { '✗' };
            let _ = write!(body, "\n## {mark} {}\n", option.answer.text);
            if self.kind == Kind::Number {
                let Answer { value, within, .. } = option.answer;
                let _ = writeln!(body, "value: {value} ± {within}");
            }
            for (key, value) in
                [("mistake", option.mistake), ("picture", option.picture)]
            {
                if !value.is_empty() {
                    body += &format!("{key}: {value}\n");
                }
            }
            let _ = write!(body, "\n{}\n", option.told.trim());
        }
        body
    }

    /// What is wrong with it.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let (least, most) = match self.kind {
            Kind::Question => (3, 5),
            Kind::Predict => (3, 4),
            Kind::Number => (2, 9),
        };
        let count = self.options.len();
        if !(least..=most).contains(&count) {
            faults.push(format!("{count} options, and not {least} to {most}"));
        }
        let right = self.options.iter().filter(|option| option.is_right).count();
        if right != 1 {
            faults.push(format!("{right} of its options are right"));
        }
        if self.asks.trim().is_empty() {
            faults.push("it asks nothing".to_owned());
        }
        if self.kind == Kind::Number && self.hint.trim().is_empty() {
            faults.push("it has no hint".to_owned());
        }
        for (i, option) in self.options.iter().enumerate() {
            faults.extend(self.faults_of(option));
            faults.extend(
                self.options[i + 1..]
                    .iter()
                    .filter_map(|other| option.clash(other, self.kind)),
            );
        }
        faults
    }

    fn faults_of(&self, option: &Choice) -> Vec<String> {
        let text = &option.answer.text;
        let mut faults = Vec::new();
        let mut add = |fault: &str| faults.push(format!("`{text}`: {fault}"));
        if option.told.trim().is_empty() {
            add("no reply to who chooses it");
        }
        if !option.answer.value.is_finite() && option.answer.is_number() {
            add("not a finite number");
        }
        if self.kind == Kind::Number && !option.answer.is_number() {
            add("a number is asked for");
        }
        if (self.kind == Kind::Predict) == option.picture.is_empty() {
            add("predictions have a picture for each option, and others have none");
        }
        let lower = text.to_lowercase();
        let words = || lower.split(|c: char| !c.is_alphanumeric());
        if let Some(word) = words().find(|word| SHUNNED.contains(word)) {
            add(&format!("an option says what happens, without `{word}`"));
        }
        if lower.contains("all of") {
            add("an option says what happens, without `all of`");
        }
        faults
    }
}

/// Words that make an option hard to read, or that speak of other options.
const SHUNNED: [&str; 4] = ["not", "none", "above", "neither"];

impl Choice {
    /// Why a reader could not tell two options apart.
    fn clash(&self, other: &Self, kind: Kind) -> Option<String> {
        let (a, b) = (&self.answer, &other.answer);
        if a.text == b.text {
            return Some(format!("`{}` is there twice", a.text));
        }
        if self.told == other.told {
            return Some(format!("`{}` and `{}` have one reply", a.text, b.text));
        }
        // Neighbours such as 1 and 2, printed as whole numbers, are just far enough apart.
        let apart = 0.999 * (a.within + b.within);
        let near = kind == Kind::Number && (a.value - b.value).abs() < apart;
        near.then(|| format!("`{}` and `{}` are too near", a.text, b.text))
    }
}
