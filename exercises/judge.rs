//! How an answer is judged: by what it replies to questions whose answers are known.

use std::any::Any;
use std::backtrace::Backtrace;
use std::fmt::{self, Display, Formatter};
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook};
use std::process::ExitCode;
use std::sync::Mutex;
use std::{env, fs, thread};

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
                if let Some(shape) = reply.misshapen(right) {
                    writeln!(f, "{shape}")?;
                }
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

/// The environment variable that names the file for the words of [`Exercise::report`].
pub const FILE_OF_VERDICT: &str = "DESCENT_VERDICT";

/// The last panic, told with its place.
static PANIC: Mutex<String> = Mutex::new(String::new());

impl<F: Copy> Exercise<F> {
    /// Judges a function and leaves the verdict in its file, where nothing that the
    /// answer prints gets into it.
    ///
    /// # Panics
    /// If the file cannot be written.
    pub fn report(&self, function: F) -> ExitCode {
        let file = format!("{}.rs:", self.name);
        set_hook(Box::new(move |panic| note_where(panic, &file)));
        let verdict = self.judge(function);
        let words = in_words(&verdict, self.text);
        let file = env::var_os(FILE_OF_VERDICT).expect("the runner names a file");
        if let Err(error) = fs::write(&file, words) {
            eprintln!("{}: {error}. Is the disk full?", file.display());
            return ExitCode::FAILURE;
        }
        ExitCode::from(if verdict == Verdict::Solved { RIGHT } else { WRONG })
    }

    /// Puts all questions to a function, and says what comes of the first wrong reply; of the
    /// first matrix of a wrong shape, if there is one. A panic counts where the replies before
    /// it are right.
    ///
    /// # Panics
    /// If there is not one right reply for each question.
    pub fn judge(&self, function: F) -> Verdict {
        let (replies, end) = self.replies(function);
        let truth = (self.truth)();
        let is_wrong = |i: &usize| !replies[*i].1.is(&truth[*i]);
        let is_misshapen = |i: &usize| {
            truth[*i].is_matrix() && replies[*i].1.misshapen(&truth[*i]).is_some()
        };
        let misshapen = (0..replies.len()).find(is_misshapen);
        if let Some(first) = misshapen.or_else(|| (0..replies.len()).find(is_wrong)) {
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

/// A verdict as the reader gets it: where it panicked, or what is still to write.
pub fn in_words(verdict: &Verdict, task: &str) -> String {
    match verdict {
        Verdict::Panicked(message) => format!("{}\n{verdict}\n", placed(message)),
        Verdict::Unwritten => {
            let lines = asks_for(task).map(|line| format!("    {line}\n"));
            format!("{verdict}\n{}", lines.collect::<String>())
        }
        _ => format!("{verdict}\n"),
    }
}

/// The message of a panic with its place, as far as that was noted.
fn placed(message: &str) -> String {
    let noted = PANIC.lock().unwrap_or_else(|error| error.into_inner());
    if noted.is_empty() { message.to_owned() } else { noted.clone() }
}

/// A panic as the reader gets it, from what it carries.
pub(crate) fn panic_in_words(payload: &(dyn Any + Send)) -> String {
    match stopped(payload) {
        Verdict::Panicked(message) => format!("it panicked. {}", placed(&message)),
        _ => "it is not written yet: there is a `todo!` in it".to_owned(),
    }
}

/// How long a task takes and how hard it is, in words: its first line.
pub fn effort(text: &str) -> &str {
    text.lines().next().unwrap_or_default().trim_start_matches('/').trim()
}

/// What a task asks for, in words: the lines of its documentation.
pub fn asks_for(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| line.strip_prefix("///")).map(str::trim_start)
}

/// Notes why and where an answer panicked: the last of its own lines, if there is one.
pub(crate) fn note_where(panic: &PanicHookInfo<'_>, file: &str) {
    let Verdict::Panicked(message) = stopped(panic.payload()) else { return };
    let trace = Backtrace::force_capture().to_string();
    let own = own_line(&trace, file).map(str::to_owned);
    let place = own.or_else(|| Some(panic.location()?.to_string()));
    let words = place.map(|place| format!("At {place}: {message}"));
    *PANIC.lock().unwrap_or_else(|error| error.into_inner()) = words.unwrap_or(message);
}

/// The first line of a backtrace that lies in a file, whose name has slashes: the trace may
/// have backslashes.
fn own_line<'a>(trace: &'a str, file: &str) -> Option<&'a str> {
    let mut places = trace.lines().filter_map(|line| line.trim().strip_prefix("at "));
    places.find(|place| place.replace('\\', "/").contains(file))
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

#[cfg(test)]
mod tests {
    use nalgebra::{DMatrix, dmatrix};

    use super::{Exercise, Mistake, Replies, Verdict, own_line};
    use crate::reply::Reply;

    type Shaped = fn() -> (f64, DMatrix<f64>);

    /// Asks for 1, and for the row [1, 2].
    const SHAPED: Exercise<Shaped> = Exercise {
        name: "chapter/shaped",
        text: "",
        hint: "",
        ask: |shaped, replies: &mut Replies| {
            let (number, row) = shaped();
            replies.note("the number", number);
            replies.note("the row", row);
        },
        truth: || vec![1.0.into(), dmatrix![1.0, 2.0].into()],
        task: || todo!(),
        solution: || (1.0, dmatrix![1.0, 2.0]),
        mistakes: &[],
    };

    #[test]
    fn a_matrix_of_a_wrong_shape_comes_before_a_wrong_number() {
        let words = SHAPED.judge(|| (5.0, dmatrix![1.0; 2.0])).to_string();
        let expected = "Not yet. the row\nIts shape should be [1, 2] and is [2, 1].\n";
        assert!(words.starts_with(expected), "{words}");
        let words = SHAPED.judge(|| (5.0, dmatrix![2.0, 1.0])).to_string();
        assert!(words.starts_with("Not yet. the number\n  should be 1\n"), "{words}");
    }

    type Function = fn(f64) -> f64;

    /// Asks for the doubles of 1, 2 and 3. Who breaks off at 2 has made the first mistake.
    const DOUBLE: Exercise<Function> = Exercise {
        name: "chapter/double",
        text: "",
        hint: "",
        ask: |double, replies: &mut Replies| {
            for x in [1.0, 2.0, 3.0] {
                replies.note(format!("twice {x}"), double(x));
            }
        },
        truth: || [2.0, 4.0, 6.0].map(Reply::from).to_vec(),
        task: |_| todo!(),
        solution: |x| 2.0 * x,
        mistakes: &[
            Mistake {
                function: |x| if x < 2.0 { 5.0 } else { panic!("on purpose") },
                told: "breaks off",
            },
            Mistake { function: |x| 4.0 + x, told: "adds" },
        ],
    };

    fn told(function: Function) -> Option<&'static str> {
        match DOUBLE.judge(function) {
            Verdict::Wrong { told, .. } => told,
            verdict => panic!("{verdict:?}"),
        }
    }

    #[test]
    fn a_mistake_that_breaks_off_is_that_of_an_answer_only_if_it_breaks_off_there_too()
    {
        assert_eq!(told(|x| 4.0 + x), Some("adds"));
        assert_eq!(told(|x| if x < 2.0 { 5.0 } else { panic!() }), Some("breaks off"));
        assert_eq!(told(|x| if x < 3.0 { 4.0 + x } else { panic!() }), Some("adds"));
        assert_eq!(told(|_| 5.0), None);
    }

    #[test]
    fn the_line_of_an_answer_is_found_whatever_separates_folders() {
        let std = "  2: core::slice\n     at /rustc/1/library/core/slice.rs:7:5\n";
        for path in ["/my/answers/adam/step.rs:4:9", r"C:\my\answers\adam\step.rs:4:9"]
        {
            let trace = format!("{std}  3: step\n             at {path}\n");
            assert_eq!(own_line(&trace, "adam/step.rs:"), Some(path));
        }
        assert_eq!(own_line(std, "adam/step.rs:"), None);
    }
}
