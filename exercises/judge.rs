//! How an answer is judged: by what it replies to questions whose answers are known.

use std::any::Any;
use std::backtrace::Backtrace;
use std::fmt::{self, Display, Formatter};
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook};
use std::process::ExitCode;
use std::thread;

use crate::reply::Reply;

/// An exercise for a function of type `F`.
pub struct Exercise<F: 'static> {
    /// Chapter and function: `adam/step`.
    pub name: &'static str,
    /// The text of `task.rs`.
    pub text: &'static str,
    /// The text of `hint.md`.
    pub hint: &'static str,
    /// What the function of the answer is asked.
    pub ask: fn(F, &mut Replies),
    /// The right replies, by other means: the book's own code, or a closed form.
    pub truth: fn() -> Vec<Reply>,
    /// The function of `task.rs`.
    pub task: F,
    /// The function of `solution.rs`.
    pub solution: F,
    /// Those of `mistakes.rs`.
    pub mistakes: &'static [Mistake<F>],
}

/// The function as one may get it wrong.
pub struct Mistake<F> {
    pub function: F,
    /// What its author should hear.
    pub told: &'static str,
}

/// What a function replied, each time with the question.
#[derive(Default)]
pub struct Replies(Vec<(String, Reply)>);

impl Replies {
    /// Notes the reply to one question.
    pub fn note(&mut self, question: impl Into<String>, reply: impl Into<Reply>) {
        self.0.push((question.into(), reply.into()));
    }
}

/// What there is to say of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    Solved,
    /// It still holds the `todo!` of the task.
    Unwritten,
    /// It panicked, with this message.
    Panicked(String),
    /// It replied wrongly.
    Wrong {
        question: String,
        reply: Reply,
        right: Reply,
        /// What to say where the mistake is known.
        told: Option<&'static str>,
    },
}

impl Display for Verdict {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Solved => write!(f, "It is right."),
            Self::Unwritten => write!(f, "It is not written yet. The task:"),
            Self::Panicked(_) => write!(f, "It panicked."),
            Self::Wrong { question, reply, right, told } => {
                writeln!(f, "Not yet. {question}")?;
                writeln!(f, "  should be {right}")?;
                write!(f, "  but is    {reply}")?;
                told.map_or(Ok(()), |told| write!(f, "\n{told}"))
            }
        }
    }
}

/// The exit code of a program that reports a right answer. An answer that ends the
/// program by itself would hardly choose it.
pub const RIGHT: u8 = 100;
/// The exit code of a program that reports a wrong one.
pub const WRONG: u8 = 102;

impl<F: Copy> Exercise<F> {
    /// Judges a function and tells the reader.
    pub fn report(&self, function: F) -> ExitCode {
        let file = format!("{}.rs:", self.name);
        set_hook(Box::new(move |panic| say_where(panic, &file)));
        let verdict = self.judge(function);
        println!("{verdict}");
        if verdict == Verdict::Unwritten {
            asks_for(self.text).for_each(|line| println!("    {line}"));
        }
        ExitCode::from(if verdict == Verdict::Solved { RIGHT } else { WRONG })
    }

    /// Puts all questions to a function, and says what comes of the first wrong reply. A
    /// panic counts where the replies before it are right.
    ///
    /// # Panics
    /// If there is not one right reply for each question.
    pub fn judge(&self, function: F) -> Verdict {
        let (replies, end) = self.replies(function);
        let truth = (self.truth)();
        let is_wrong = |i: &usize| !replies[*i].1.is(&truth[*i]);
        if let Some(first) = (0..replies.len()).find(is_wrong) {
            let told = self.mistake(&replies);
            let (question, reply) = replies[first].clone();
            return Verdict::Wrong {
                question,
                reply,
                right: truth[first].clone(),
                told,
            };
        }
        if let Err(payload) = end {
            return stopped(&*payload);
        }
        assert_eq!(replies.len(), truth.len(), "questions and right replies");
        Verdict::Solved
    }

    /// The replies of a function, up to a panic, if it ends in one.
    fn replies(&self, function: F) -> (Vec<(String, Reply)>, thread::Result<()>) {
        let mut replies = Replies::default();
        let ask = AssertUnwindSafe(|| (self.ask)(function, &mut replies));
        let end = catch_unwind(ask);
        (replies.0, end)
    }

    /// What to say of the known mistake that gives the same replies, as far as they go.
    fn mistake(&self, replies: &[(String, Reply)]) -> Option<&'static str> {
        let same = |mistake: &&Mistake<F>| {
            let (theirs, _) = self.replies(mistake.function);
            theirs.len() >= replies.len()
                && replies.iter().zip(&theirs).all(|((_, a), (_, b))| a.is(b))
        };
        self.mistakes.iter().find(same).map(|mistake| mistake.told)
    }
}

/// What a task asks for, in words: the lines of its documentation.
pub fn asks_for(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| line.strip_prefix("///")).map(str::trim_start)
}

/// Why and where an answer panicked: the last of its own lines, if there is one.
fn say_where(panic: &PanicHookInfo<'_>, file: &str) {
    let Verdict::Panicked(message) = stopped(panic.payload()) else { return };
    let trace = Backtrace::force_capture().to_string();
    let mut lines = trace.lines().filter_map(|line| line.trim().strip_prefix("at "));
    let own = lines.find(|line| line.contains(file)).map(str::to_owned);
    match own.or_else(|| Some(panic.location()?.to_string())) {
        Some(place) => println!("At {place}: {message}"),
        None => println!("{message}"),
    }
}

fn stopped(payload: &(dyn Any + Send)) -> Verdict {
    let message = payload.downcast_ref::<String>().map(String::as_str);
    let message = message.or_else(|| payload.downcast_ref::<&str>().copied());
    match message.unwrap_or("no message") {
        message if message.starts_with("not yet implemented") => Verdict::Unwritten,
        message => Verdict::Panicked(message.to_owned()),
    }
}

/// An [`Exercise`], whatever the type of its function.
pub trait Judged: Sync {
    /// Chapter and function.
    fn name(&self) -> &'static str;
    /// The part of the name before the slash.
    fn chapter(&self) -> &'static str {
        self.name().split('/').next().unwrap_or_default()
    }
    /// The part of the name behind it.
    fn function(&self) -> &'static str {
        self.name().rsplit('/').next().unwrap_or_default()
    }
    /// The text of the task.
    fn text(&self) -> &'static str;
    /// The text of the hint.
    fn hint(&self) -> &'static str;
    /// The verdict on the task as it is given to the reader.
    fn task(&self) -> Verdict;
    /// The verdict on the solution.
    fn solution(&self) -> Verdict;
    /// The verdicts on the mistakes, each with what it should be told.
    fn mistakes(&self) -> Vec<(&'static str, Verdict)>;
}

impl<F: Copy + Sync> Judged for Exercise<F> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn text(&self) -> &'static str {
        self.text
    }

    fn hint(&self) -> &'static str {
        self.hint
    }

    fn task(&self) -> Verdict {
        self.judge(self.task)
    }

    fn solution(&self) -> Verdict {
        self.judge(self.solution)
    }

    fn mistakes(&self) -> Vec<(&'static str, Verdict)> {
        let mistakes = self.mistakes.iter();
        mistakes.map(|mistake| (mistake.told, self.judge(mistake.function))).collect()
    }
}
