//! What the program around a reader's optimizer does: the jobs that it is given.

use std::borrow::Cow;
use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind, set_hook};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use descent::gradient_descent::{OptimizationError, Optimizer};
use descent::mnist::{Digits, Split};
use descent::network::Batch;
use descent::sgd::Plan;
use descent::training::{PLAN, SWEEP, WIDTHS, choose, run, swept};
use nalgebra::DVector;

use super::course::{Counted, Course, train};
use super::limits::Limits;
use super::report::{
    COMPLETE, FILE_OF_REPORT, Line, Watch, Writer, halves, line, numbers, whole,
};
use crate::judge::{note_where, panic_in_words};

/// The environment variable with the lines of a [`Job`].
pub const JOB: &str = "DESCENT_JOB";
/// The environment variable that names the folder of the digits.
pub const MNIST: &str = "DESCENT_MNIST";

/// What the program is to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Job {
    Train(Course),
    Compare(Comparison),
}

impl Job {
    /// As lines.
    pub fn text(&self) -> String {
        match self {
            Self::Train(course) => course.text(),
            Self::Compare(comparison) => comparison.text(),
        }
    }

    /// From its lines, if they are all there.
    pub fn from_text(text: &str) -> Option<Self> {
        let comparison = Comparison::from_text(text).map(Self::Compare);
        comparison.or_else(|| Course::from_text(text).map(Self::Train))
    }
}

/// The chapter's comparison of optimizers, with as many digits as one likes.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Digits of a training. A try of the sweep takes three tenths of them.
    pub digits: usize,
    /// Those that are tried.
    pub step_sizes: Vec<f64>,
    pub seed: u64,
}

impl Comparison {
    /// The trainings.
    pub fn plan(&self) -> Plan {
        Plan { examples: self.digits, ..PLAN }
    }

    /// A try of the sweep.
    pub fn attempt(&self) -> Plan {
        Plan { examples: (3 * self.digits).div_ceil(10), ..SWEEP }
    }

    /// The last digits of the training set, with which the sweep is judged.
    ///
    /// # Panics
    /// If there are not as many.
    pub fn validation(&self, digits: &Digits) -> Batch {
        let first = digits.len() - self.attempt().examples;
        digits.batch(&(first..digits.len()).collect::<Vec<_>>())
    }

    /// The digits with which accuracy is measured: every fourth of the test set.
    pub fn test(&self, test: &Digits) -> Batch {
        test.batch(&(0..test.len()).step_by(4).collect::<Vec<_>>())
    }

    /// The steps of the sweep and of the training after it.
    pub fn steps(&self) -> usize {
        let steps =
            |plan: Plan| (plan.epochs + 1) * plan.examples.div_ceil(plan.batch_size);
        self.step_sizes.len() * steps(self.attempt()) + steps(self.plan())
    }

    fn text(&self) -> String {
        let [high, low] = halves(self.seed);
        line("compare", &[self.digits as f64, high, low])
            + &line("try", &self.step_sizes)
    }

    fn from_text(text: &str) -> Option<Self> {
        let lines: Vec<Line> =
            text.lines().filter_map(|line| line.parse().ok()).collect();
        let [digits, high, low] = numbers(&lines, "compare").pop()?[..] else {
            return None;
        };
        let step_sizes = numbers(&lines, "try").pop()?;
        Some(Self { digits: digits as usize, step_sizes, seed: whole([high, low]) })
    }
}

/// What comes of an optimizer's comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    pub limits: Limits,
    /// The accuracy of each step size on the validation digits.
    pub swept: Vec<(f64, f64)>,
    /// The step size that the sweep chose.
    pub step_size: f64,
    /// The losses of all batches, `[epoch][batch]`.
    pub losses: Vec<Vec<f64>>,
    /// On the test digits, after each epoch.
    pub accuracies: Vec<f64>,
}

impl Compared {
    /// What was told, if all of it was.
    pub fn from_lines(lines: &[Line]) -> Option<Self> {
        let pair = |pair: &Vec<f64>| (pair[0], pair[1]);
        Some(Self {
            limits: Limits::from_lines(lines)?,
            swept: numbers(lines, "swept").iter().map(pair).collect(),
            step_size: *numbers(lines, "chosen").pop()?.first()?,
            losses: numbers(lines, "losses"),
            accuracies: numbers(lines, "accuracies").pop()?,
        })
    }
}

fn work(
    job: &Job,
    new: Function,
    mnist: &Path,
    watch: &Arc<dyn Watch>,
) -> Result<(), String> {
    let read = |split| Digits::read(mnist, split).map_err(|error| error.to_string());
    let (digits, test) = (read(Split::Train)?, read(Split::Test)?);
    match job {
        Job::Train(course) => {
            let optimizer = |step_size| Ok(Checked::boxed(new, step_size, None));
            train(course, &optimizer, &digits, &test, watch)
        }
        Job::Compare(job) => compare(job, new, &digits, &test, watch),
    }
}

type Made = Result<Box<dyn Optimizer>, OptimizationError>;

/// The function of a reader's file.
pub type Function = fn(f64) -> Box<dyn Optimizer>;

/// Does the job of the environment, and reports.
///
/// # Panics
/// If the environment does not say what to do.
pub fn main(new: Function) -> ExitCode {
    let variable = |name| env::var_os(name).expect("the runner sets it");
    let path = PathBuf::from(variable(FILE_OF_REPORT));
    let mnist = PathBuf::from(variable(MNIST));
    let job = variable(JOB).into_string().ok().and_then(|text| Job::from_text(&text));
    let job = job.expect("a job");
    set_hook(Box::new(|panic| note_where(panic, "/optimizer.rs:")));
    let done = Writer::new(&path).and_then(|report| {
        let report = Arc::new(report);
        let watch: Arc<dyn Watch> = report.clone();
        let work = AssertUnwindSafe(|| work(&job, new, &mnist, &watch));
        match catch_unwind(work) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(words)) => report.fault(&words),
            Err(payload) => match payload.downcast::<Misfit>() {
                Ok(misfit) => report.fault(&misfit.0),
                Err(payload) => report.fault(&panic_in_words(&*payload)),
            },
        }
    });
    match done {
        Ok(()) => ExitCode::from(COMPLETE),
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn compare(
    job: &Comparison,
    new: Function,
    digits: &Digits,
    test: &Digits,
    watch: &Arc<dyn Watch>,
) -> Result<(), String> {
    let limits = Limits::of(&|size| Ok(Checked::boxed(new, size, None)), &**watch);
    limits.tell(&**watch)?;
    let examples = |positions: &[usize]| digits.batch(positions);
    let seed = job.seed;
    let breaks = Breaks::default();
    let optimizer = |step_size| -> Made {
        let optimizer = Checked::boxed(new, step_size, Some(breaks.clone()));
        Ok(Box::new(Counted { optimizer, watch: watch.clone() }))
    };
    let validation = job.validation(digits);
    let swept =
        swept(&optimizer, &job.step_sizes, job.attempt(), seed, &examples, &validation);
    all_break(&breaks.lock().unwrap_or_else(|error| error.into_inner()), job)?;
    for &(step_size, accuracy) in &swept {
        watch.tell("swept", &[step_size, accuracy])?;
    }
    let chosen = choose(&swept, job.attempt().examples);
    watch.tell("chosen", &[chosen])?;
    let test = job.test(test);
    let optimizer = |step_size| -> Made {
        let optimizer = Checked::boxed(new, step_size, None);
        Ok(Box::new(Counted { optimizer, watch: watch.clone() }))
    };
    let run = run((&optimizer, chosen), &WIDTHS, job.plan(), seed, &examples, &test);
    let epochs = run.map_err(|error| error.to_string())?.epochs;
    for epoch in &epochs {
        watch.tell("losses", &epoch.losses)?;
    }
    let accuracies: Vec<f64> = epochs.iter().map(|epoch| epoch.accuracy).collect();
    watch.tell("accuracies", &accuracies)
}

/// Whether no step size has left the parameters finite. (The last of a sweep has a tenth
/// of the step size.)
fn all_break(breaks: &[Break], job: &Comparison) -> Result<(), String> {
    let of = |size: f64| {
        breaks.iter().find(|it| it.step_size == size || it.step_size == 0.1 * size)
    };
    let tried: Option<Vec<&Break>> =
        job.step_sizes.iter().map(|&size| of(size)).collect();
    let least =
        |one: &&&Break, other: &&&Break| one.step_size.total_cmp(&other.step_size);
    let Some(first) = tried.as_deref().and_then(|all| all.iter().min_by(least)) else {
        return Ok(());
    };
    let (size, step) = (first.step_size, first.step);
    let where_zero = match first.at_zero {
        true => ", where its gradient is 0. Is something divided by 0?",
        false => "",
    };
    Err(format!(
        "with each of the step sizes that the sweep tries a parameter becomes infinite or \
         no number; with {size} in step {step}{where_zero}"
    ))
}

/// Where an optimizer has left the range of numbers.
struct Break {
    step_size: f64,
    step: usize,
    /// Whether the gradient of that parameter is zero there.
    at_zero: bool,
}

type Breaks = Arc<Mutex<Vec<Break>>>;

/// Why there is no use to go on, in words.
struct Misfit(String);

/// An optimizer that has to keep to as many parameters as there are.
struct Checked {
    optimizer: Box<dyn Optimizer>,
    step_size: f64,
    steps: usize,
    breaks: Option<Breaks>,
}

impl Checked {
    /// Notes the first step that leaves the range of numbers, if there is a place for it.
    fn boxed(
        new: Function,
        step_size: f64,
        breaks: Option<Breaks>,
    ) -> Box<dyn Optimizer> {
        Box::new(Self { optimizer: new(step_size), step_size, steps: 0, breaks })
    }

    fn note(&mut self, parameters: &DVector<f64>, gradient: &DVector<f64>) {
        let Some(breaks) = &self.breaks else { return };
        if let Some(place) = parameters.iter().position(|entry| !entry.is_finite()) {
            let at_zero = gradient[place] == 0.0;
            let it = Break { step_size: self.step_size, step: self.steps, at_zero };
            breaks.lock().unwrap_or_else(|error| error.into_inner()).push(it);
            self.breaks = None;
        }
    }
}

impl Optimizer for Checked {
    fn gradient_point<'a>(
        &self,
        parameters: &'a DVector<f64>,
    ) -> Cow<'a, DVector<f64>> {
        let point = self.optimizer.gradient_point(parameters);
        if point.len() != parameters.len() {
            misfit("gradient_point gives", point.len(), parameters.len());
        }
        point
    }

    fn step(&mut self, parameters: &mut DVector<f64>, gradient: &DVector<f64>) {
        let count = parameters.len();
        self.optimizer.step(parameters, gradient);
        self.steps += 1;
        if parameters.len() != count {
            misfit("a step leaves", parameters.len(), count);
        }
        self.note(parameters, gradient);
    }

    fn is_finite(&self) -> bool {
        self.optimizer.is_finite()
    }
}

fn misfit(what: &str, found: usize, expected: usize) -> ! {
    let words = format!("{what} {found} parameters, expected {expected} as before");
    resume_unwind(Box::new(Misfit(words)))
}
