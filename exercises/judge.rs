//! How an answer is judged: by what it replies to questions whose answers are known.

use std::any::Any;
use std::backtrace::Backtrace;
use std::fmt::{self, Display, Formatter};
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook};
use std::process::ExitCode;
use std::thread;

use nalgebra::{DMatrix, DVector, RowDVector};

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

/// One reply.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    form: Form,
    numbers: DMatrix<f64>,
}

/// How a reply is written.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Form {
    Number,
    List,
    Matrix,
}

impl Reply {
    fn list(numbers: &[f64]) -> Self {
        let numbers = DMatrix::from_row_slice(1, numbers.len(), numbers);
        Self { form: Form::List, numbers }
    }
}

impl From<f64> for Reply {
    fn from(number: f64) -> Self {
        Self { form: Form::Number, numbers: DMatrix::from_element(1, 1, number) }
    }
}

impl From<usize> for Reply {
    fn from(number: usize) -> Self {
        (number as f64).into()
    }
}

impl<const N: usize> From<[f64; N]> for Reply {
    fn from(numbers: [f64; N]) -> Self {
        Self::list(&numbers)
    }
}

impl From<Vec<f64>> for Reply {
    fn from(numbers: Vec<f64>) -> Self {
        Self::list(&numbers)
    }
}

impl From<RowDVector<f64>> for Reply {
    fn from(row: RowDVector<f64>) -> Self {
        Self::list(row.as_slice())
    }
}

impl From<DVector<f64>> for Reply {
    fn from(column: DVector<f64>) -> Self {
        Self::list(column.as_slice())
    }
}

impl From<DMatrix<f64>> for Reply {
    fn from(numbers: DMatrix<f64>) -> Self {
        Self { form: Form::Matrix, numbers }
    }
}

impl Reply {
    /// Whether it is the other up to rounding: a billionth of the largest finite entry, or
    /// of a thousandth where all are smaller.
    fn is(&self, other: &Self) -> bool {
        let finite = other.numbers.iter().filter(|entry| entry.is_finite());
        let largest = finite.fold(1e-3, |largest, entry| entry.abs().max(largest));
        let equal = |a: &f64, b: &f64| {
            a == b || a.is_nan() && b.is_nan() || (a - b).abs() <= 1e-9 * largest
        };
        self.numbers.shape() == other.numbers.shape()
            && self.numbers.iter().zip(&other.numbers).all(|(a, b)| equal(a, b))
    }
}

/// Ten digits, so that what counts as different looks different.
impl Display for Reply {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let rows = self.numbers.row_iter().map(|row| {
            let numbers: Vec<_> = row.iter().map(|&number| digits(number)).collect();
            numbers.join(", ")
        });
        let rows: Vec<_> = rows.collect();
        match self.form {
            Form::Number => write!(f, "{}", rows[0]),
            Form::List => write!(f, "[{}]", rows[0]),
            Form::Matrix => write!(f, "[[{}]]", rows.join("], [")),
        }
    }
}

fn digits(number: f64) -> String {
    let rounded: f64 = format!("{number:.9e}").parse().expect("a number");
    let rounded = rounded + 0.0; // −0 becomes 0
    let plain = number == 0.0 || (1e-4..1e10).contains(&number.abs());
    if plain || !number.is_finite() {
        format!("{rounded}")
    } else {
        format!("{rounded:e}")
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
    use nalgebra::{dmatrix, dvector};

    use super::Reply;

    #[test]
    fn replies_are_equal_up_to_a_billionth_of_the_largest_entry() {
        let is = |a: [f64; 2], b: [f64; 2]| Reply::from(a).is(&b.into());
        assert!(is([1e6, 1e-4], [1e6, 0.0]) && !is([1e6, 1e-2], [1e6, 0.0]));
        assert!(is([0.0, 1e-17], [0.0, 0.0]) && !is([0.0, 1e-9], [0.0, 0.0]));
        assert!(!Reply::from(0.0).is(&[0.0, 0.0].into()));
    }

    #[test]
    fn numbers_that_are_not_finite_equal_only_themselves() {
        let odd = [f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 5.0];
        for (i, a) in odd.into_iter().enumerate() {
            for (j, b) in odd.into_iter().enumerate() {
                assert_eq!(Reply::from(a).is(&b.into()), i == j, "{a} {b}");
            }
        }
    }

    #[test]
    fn a_reply_is_printed_with_ten_digits() {
        let third = Reply::from(1.0 / 3.0).to_string();
        assert_eq!(third, "0.3333333333");
        let row = Reply::from([-0.0, 1e-7 / 3.0, f64::NAN]).to_string();
        assert_eq!(row, "[0, 3.333333333e-8, NaN]");
    }

    #[test]
    fn a_reply_is_printed_in_its_form() {
        assert_eq!(Reply::from(vec![0.5]).to_string(), "[0.5]");
        assert_eq!(Reply::from(dvector![1.0, 2.0]).to_string(), "[1, 2]");
        assert_eq!(Reply::from(dmatrix![0.5]).to_string(), "[[0.5]]");
        let square = Reply::from(dmatrix![1.0, 2.0; 3.0, 4.0]).to_string();
        assert_eq!(square, "[[1, 2], [3, 4]]");
    }
}
