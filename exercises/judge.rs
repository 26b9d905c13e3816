//! How an answer is judged: by what it replies to questions whose answers are known.

use std::any::Any;
use std::fmt::{self, Display, Formatter};
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook};
use std::process::ExitCode;

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
    pub ask: fn(F) -> Replies,
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

/// One reply: numbers in a shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply(DMatrix<f64>);

impl From<f64> for Reply {
    fn from(number: f64) -> Self {
        Self(DMatrix::from_element(1, 1, number))
    }
}

impl From<usize> for Reply {
    fn from(number: usize) -> Self {
        (number as f64).into()
    }
}

impl<const N: usize> From<[f64; N]> for Reply {
    fn from(numbers: [f64; N]) -> Self {
        numbers.to_vec().into()
    }
}

impl From<Vec<f64>> for Reply {
    fn from(numbers: Vec<f64>) -> Self {
        Self(DMatrix::from_row_slice(1, numbers.len(), &numbers))
    }
}

impl From<RowDVector<f64>> for Reply {
    fn from(row: RowDVector<f64>) -> Self {
        Self(DMatrix::from_row_slice(1, row.len(), row.as_slice()))
    }
}

impl From<DVector<f64>> for Reply {
    fn from(column: DVector<f64>) -> Self {
        Self(DMatrix::from_column_slice(column.len(), 1, column.as_slice()))
    }
}

impl From<DMatrix<f64>> for Reply {
    fn from(matrix: DMatrix<f64>) -> Self {
        Self(matrix)
    }
}

impl Reply {
    /// Whether it is the other up to rounding: a billionth of the largest finite entry, or
    /// of a thousandth where all are smaller.
    fn is(&self, other: &Self) -> bool {
        let finite = other.0.iter().filter(|entry| entry.is_finite());
        let largest = finite.fold(1e-3, |largest, entry| entry.abs().max(largest));
        let equal = |a: &f64, b: &f64| {
            a == b || a.is_nan() && b.is_nan() || (a - b).abs() <= 1e-9 * largest
        };
        self.0.shape() == other.0.shape()
            && self.0.iter().zip(&other.0).all(|(a, b)| equal(a, b))
    }
}

/// Ten digits, so that what counts as different looks different.
impl Display for Reply {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let row = |row: usize| {
            let numbers = self.0.row(row);
            let numbers = numbers.iter().map(|&number| digits(number));
            numbers.collect::<Vec<_>>().join(", ")
        };
        let (rows, columns) = self.0.shape();
        match (rows, columns) {
            (1, 1) => write!(f, "{}", row(0)),
            (1, _) => write!(f, "[{}]", row(0)),
            _ => {
                let rows: Vec<_> = (0..rows).map(|i| format!("[{}]", row(i))).collect();
                write!(f, "[{}]", rows.join(", "))
            }
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
            Self::Panicked(message) => write!(f, "It panicked: {message}"),
            Self::Wrong { question, reply, right, told } => {
                writeln!(f, "Not yet. {question}")?;
                writeln!(f, "  should be {right}")?;
                write!(f, "  but is    {reply}")?;
                told.map_or(Ok(()), |told| write!(f, "\n{told}"))
            }
        }
    }
}

impl<F: Copy> Exercise<F> {
    /// Judges a function and tells the reader; the exit code is 0 for a right one, else 1.
    pub fn report(&self, function: F) -> ExitCode {
        set_hook(Box::new(say_where));
        let verdict = self.judge(function);
        println!("{verdict}");
        if verdict == Verdict::Unwritten {
            asks_for(self.text).for_each(|line| println!("    {line}"));
        }
        if verdict == Verdict::Solved { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    /// Puts all questions to a function, and says what comes of the first wrong reply.
    ///
    /// # Panics
    /// If there is not one right reply for each question.
    pub fn judge(&self, function: F) -> Verdict {
        let replies = match catch_unwind(AssertUnwindSafe(|| (self.ask)(function))) {
            Ok(Replies(replies)) => replies,
            Err(payload) => return stopped(&*payload),
        };
        let truth = (self.truth)();
        assert_eq!(replies.len(), truth.len(), "questions and right replies");
        let is_wrong = |i: &usize| !replies[*i].1.is(&truth[*i]);
        let Some(first) = (0..truth.len()).find(is_wrong) else {
            return Verdict::Solved;
        };
        let told = self.mistake(&replies, first);
        let (question, reply) = replies[first].clone();
        Verdict::Wrong { question, reply, right: truth[first].clone(), told }
    }

    /// What to say of the known mistake that replies in the same way to the question at
    /// this position and to the most others.
    fn mistake(
        &self,
        replies: &[(String, Reply)],
        question: usize,
    ) -> Option<&'static str> {
        let agreeing = |mistake: &Mistake<F>| {
            let Replies(theirs) = (self.ask)(mistake.function);
            let same = |i: &usize| replies[*i].1.is(&theirs[*i].1);
            same(&question).then(|| (0..replies.len()).filter(same).count())
        };
        let ranked =
            self.mistakes.iter().filter_map(|it| Some((agreeing(it)?, it.told)));
        ranked.max_by_key(|(agreeing, _)| *agreeing).map(|(_, told)| told)
    }
}

/// What a task asks for, in words: the lines of its documentation.
pub fn asks_for(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| line.strip_prefix("///")).map(str::trim_start)
}

/// Where an answer panicked; `todo!` needs no place.
fn say_where(panic: &PanicHookInfo<'_>) {
    if let Some(place) = panic.location()
        && stopped(panic.payload()) != Verdict::Unwritten
    {
        println!("At {place}:");
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
}
