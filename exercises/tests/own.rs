//! What is measured of a training and of an optimizer.

use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex};

use descent::adam::Adam;
use descent::gradient_descent::{GradientDescent, OptimizationError, Optimizer};
use descent::mnist::{Digits, Split};
use descent::momentum::Momentum;
use descent::nesterov::Nesterov;
use descent::quadratic::{Quadratic, START, Spectrum, descend};
use descent::sgd::{Method, Plan};
use descent::training::{self, New};
use exercises::own::course::{Course, Record, SHOWN, State, train};
use exercises::own::limits::{AtZero, CONDITION, Limits, Size};
use exercises::own::program::{Comparison, Job};
use exercises::own::report::{Line, Reader, Unwatched, Watch, Writer};
use exercises::own::template;
use nalgebra::DVector;

type Made = Result<Box<dyn Optimizer>, OptimizationError>;

fn limits(optimizer: &New) -> Limits {
    Limits::of(optimizer, &Unwatched)
}

fn sgd(step_size: f64) -> Made {
    Ok(Box::new(GradientDescent::new(step_size)?))
}

// Limits.

/// The edge is found to a part in ten thousand: the row of step sizes is refined twelve
/// times, from √2 on, and an amplitude that falls by a tenth in 200 steps is seen.
#[test]
fn the_measured_edge_is_the_limit_that_the_book_derives() {
    let is = |optimizer: &New, expected: f64| {
        let edge = limits(optimizer).stable.expect("an edge");
        assert!((edge / expected - 1.0).abs() < 1e-3, "{edge} {expected}");
    };
    is(&sgd, 2.0);
    for beta in [0.5, 0.9] {
        let momentum = |alpha| -> Made { Ok(Box::new(Momentum::new(alpha, beta)?)) };
        is(&momentum, 2.0 * (1.0 + beta) / (1.0 - beta));
        let nesterov = |alpha| -> Made { Ok(Box::new(Nesterov::new(alpha, beta)?)) };
        is(&nesterov, 2.0 * (1.0 + beta) / (1.0 + 2.0 * beta) / (1.0 - beta));
    }
    assert_eq!(limits(&|alpha| Method::Adam.optimizer(alpha)).stable, None);
}

/// From (1, 1) no step size of gradient descent leaves less than `((κ − 1)/(κ + 1))ᵗ/√2`
/// of the distance after `t` steps: the slower component alone. The best that was tried is
/// within a part in fifty of that.
#[test]
fn the_best_step_size_in_the_valley_is_near_the_best_there_is() {
    let spectrum = Spectrum { smallest: 1.0, largest: CONDITION };
    let least = (1e-6 * 2_f64.sqrt()).ln() / spectrum.best_rate().ln();
    let (step_size, steps) = limits(&sgd).best().expect("it gets there");
    assert!((step_size / spectrum.best_step_size() - 1.0).abs() < 0.03, "{step_size}");
    assert!((least..1.02 * least).contains(&(steps as f64)), "{steps} {least}");
    let (alpha, beta) = spectrum.best_momentum();
    let momentum = |size| -> Made { Ok(Box::new(Momentum::new(size, beta)?)) };
    let (step_size, fewer) = limits(&momentum).best().expect("it gets there");
    assert!((step_size / alpha - 1.0).abs() < 0.2 && fewer < steps / 5, "{fewer}");
}

#[test]
fn the_books_optimizers_are_told_apart_as_the_book_tells_them() {
    let of = |method: Method| limits(&|alpha| method.optimizer(alpha));
    let [sgd, momentum, adam] = [Method::Sgd, Method::Momentum, Method::Adam].map(of);
    for it in [&sgd, &momentum] {
        assert_eq!(
            (it.size, it.turns, it.zero),
            (Size::LikeStepSize, true, AtZero::Rests)
        );
    }
    assert_eq!(
        (adam.size, adam.turns, adam.zero),
        (Size::Nothing, false, AtZero::Rests)
    );
    // With bias correction the first step is like all others; without, `1 − β` and
    // `(1 − β₁)/√(1 − β₂)` of them.
    for it in [&sgd, &momentum, &adam] {
        assert!((it.first - 1.0).abs() < 1e-6, "{}", it.first);
    }
    let momentum = |alpha| -> Made { Ok(Box::new(Momentum::new(alpha, 0.9)?)) };
    assert!((limits(&momentum).first - 0.1).abs() < 1e-6);
    let adam = |alpha| -> Made { Ok(Box::new(Adam::new(alpha, [0.9, 0.999], 1e-8)?)) };
    assert!((limits(&adam).first - 10_f64.sqrt()).abs() < 1e-3);
}

/// One rule for each way to be none of the book's.
struct Rule(fn(&mut DVector<f64>, &DVector<f64>, f64), f64);

impl Optimizer for Rule {
    fn step(&mut self, parameters: &mut DVector<f64>, gradient: &DVector<f64>) {
        (self.0)(parameters, gradient, self.1);
    }
}

#[test]
fn what_an_optimizer_does_where_the_book_has_none_like_it_is_seen_too() {
    let rule = |step: fn(&mut DVector<f64>, &DVector<f64>, f64)| {
        limits(&move |alpha| -> Made { Ok(Box::new(Rule(step, alpha))) })
    };
    let decays = rule(|theta, g, alpha| *theta -= alpha * (g + 0.1 * &*theta));
    assert_eq!(
        (decays.zero, decays.size, decays.stable),
        (AtZero::Moves, Size::Else, None)
    );
    let divides = rule(|theta, g, alpha| *theta -= alpha * g.map(|g| g / g.abs()));
    assert_eq!((divides.zero, divides.turns), (AtZero::Breaks, false));
    let cuts = rule(|theta, g, alpha| *theta -= alpha * g / g.norm().max(1.0));
    assert_eq!((cuts.zero, cuts.size, cuts.turns), (AtZero::Rests, Size::Else, true));
    let unit = rule(|theta, g, alpha| *theta -= alpha * g / g.norm().max(1e-300));
    assert_eq!((unit.size, unit.turns, unit.best()), (Size::Nothing, true, None));
    let stays = rule(|_, _, _| ());
    assert_eq!((stays.stable, stays.best()), (None, None));
}

/// Keeps what is told.
#[derive(Default)]
struct Kept(Mutex<Vec<Line>>);

impl Watch for Kept {
    fn step(&self) {}

    fn tell(&self, name: &str, numbers: &[f64]) -> Result<(), String> {
        let line = Line { name: name.to_owned(), numbers: numbers.to_vec() };
        self.0.lock().expect("no panic").push(line);
        Ok(())
    }
}

impl Kept {
    fn lines(&self) -> Vec<Line> {
        self.0.lock().expect("no panic").clone()
    }
}

#[test]
fn limits_are_the_same_when_they_have_been_told() {
    let adam = limits(&|alpha| Method::Adam.optimizer(alpha));
    let infinite = Limits { stable: Some(f64::INFINITY), ..adam.clone() };
    let with = |zero, size, turns| Limits { zero, size, turns, ..adam.clone() };
    let others = [
        with(AtZero::Moves, Size::Else, true),
        with(AtZero::Breaks, Size::LikeStepSize, false),
    ];
    for it in [adam.clone(), infinite].into_iter().chain(others) {
        let kept = Kept::default();
        it.tell(&kept).expect("a place");
        assert_eq!(Limits::from_lines(&kept.lines()), Some(it));
    }
}

#[test]
fn the_template_takes_the_steps_of_gradient_descent() {
    let valley = Quadratic::valley();
    let start = DVector::from_row_slice(&START);
    let mut theta = start.clone();
    let mut own = template::optimizer(0.1);
    for _ in 0..20 {
        let gradient = valley.gradient(&theta);
        own.step(&mut theta, &gradient);
    }
    let points = descend(&valley, &start, 0.1, 20).expect("a finite run");
    assert_eq!(theta, points[20]);
}

// Trainings.

static DIGITS: LazyLock<Digits> = LazyLock::new(|| {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../data/mnist"));
    Digits::read(folder, Split::Test).expect("the digits of the repository")
});

fn course() -> Course {
    Course {
        widths: vec![784, 12, 8, 10],
        scale: 2.0,
        step_size: 0.01,
        plan: Plan { examples: 300, batch_size: 20, epochs: 3 },
        last: 0.1,
        seed: 3,
    }
}

fn record(course: &Course) -> Result<Record, String> {
    let kept = Arc::new(Kept::default());
    let watch: Arc<dyn Watch> = kept.clone();
    let adam = |alpha| Method::Adam.optimizer(alpha);
    train(course, &adam, &DIGITS, &DIGITS, &watch)?;
    Ok(Record::of(&kept.lines()).expect("everything"))
}

/// The chapter's run has one epoch more than its plan says.
#[test]
fn a_training_with_the_books_settings_is_the_books() {
    let course = course();
    let record = record(&course).expect("a training");
    let examples = |positions: &[usize]| DIGITS.batch(positions);
    let plan = Plan { epochs: 2, ..course.plan };
    let all = DIGITS.batch(&(0..DIGITS.len()).collect::<Vec<_>>());
    let adam = |alpha| Method::Adam.optimizer(alpha);
    let run = training::run((&adam, 0.01), &course.widths, plan, 3, &examples, &all)
        .expect("a step size");
    assert_eq!(record.ratios, run.ratios);
    assert_eq!(record.epochs.len(), 3);
    for (epoch, other) in record.epochs.iter().zip(&run.epochs) {
        assert_eq!(epoch.losses, other.losses);
        assert_eq!(epoch.state.accuracy, other.accuracy);
        assert_eq!(epoch.state, State::of(&other.network, &DIGITS));
    }
    assert_eq!(record.start, State::of(&run.start, &DIGITS));
}

#[test]
fn a_state_is_what_the_whole_test_set_says_at_once() {
    let network = training::he(&[784, 30, 10], 1);
    let state = State::of(&network, &DIGITS);
    let all = DIGITS.batch(&(0..DIGITS.len()).collect::<Vec<_>>());
    let activations = network.forward(all.images.clone());
    assert_eq!(state.accuracy, training::accuracy(&network, &all));
    assert_eq!(state.dead, [descent::depth::dead_units(&activations[1])]);
    let shares = descent::network::softmax(&activations[2]);
    for (digit, shown) in SHOWN.iter().zip(&state.shown) {
        for (class, share) in shown.iter().enumerate() {
            assert!((share - shares[(*digit, class)]).abs() < 1e-12);
        }
    }
    let wrong = (0..all.len()).filter_map(|digit| {
        let row = shares.row(digit).transpose();
        (row.imax() != all.labels[digit]).then(|| row.max())
    });
    let surest = state.mistake.expect("a mistake");
    assert!((surest.probability - wrong.fold(0.0, f64::max)).abs() < 1e-12);
    assert_ne!(all.labels[surest.digit], surest.class);
}

#[test]
fn the_last_of_several_epochs_has_its_share_of_the_step_size() {
    let with = |last, epochs| {
        let plan = Plan { epochs, ..course().plan };
        record(&Course { last, plan, ..course() }).expect("a training")
    };
    let (lower, whole) = (with(0.1, 3), with(1.0, 3));
    assert_eq!(lower.epochs[..2], whole.epochs[..2]);
    assert_ne!(lower.epochs[2].state, whole.epochs[2].state);
    // One epoch alone has the whole step size.
    assert_eq!(with(0.1, 1).epochs[..], whole.epochs[..1]);
}

#[test]
fn a_training_that_leaves_the_range_of_numbers_says_where() {
    let course = Course { step_size: 1e300, ..course() };
    let words = record(&course).expect_err("no training");
    assert!(
        words.starts_with("the training diverges: the loss in step 2 of epoch 1"),
        "{words}"
    );
}

#[test]
fn settings_are_the_same_when_they_have_been_told() {
    let course = Course { seed: u64::MAX, step_size: 0.1 + 0.2, ..course() };
    assert_eq!(Course::from_text(&course.text()), Some(course.clone()));
    let comparison =
        Comparison { digits: 70, step_sizes: vec![1e-300, 0.3], seed: u64::MAX - 1 };
    for job in [Job::Train(course), Job::Compare(comparison)] {
        assert_eq!(Job::from_text(&job.text()), Some(job));
    }
    assert_eq!(Job::from_text("seed 1 2\n"), None);
}

#[test]
fn a_comparison_with_the_books_number_of_digits_is_the_books() {
    let book = Comparison { digits: 10_000, step_sizes: vec![], seed: 0 };
    assert_eq!((book.plan(), book.attempt()), (training::PLAN, training::SWEEP));
    let validation = book.validation(&DIGITS);
    let last: Vec<_> = (DIGITS.len() - 3000..DIGITS.len()).collect();
    assert_eq!(validation, DIGITS.batch(&last));
    assert_eq!(training::VALIDATION, 57_000..60_000);
    assert_eq!(book.test(&DIGITS), DIGITS.batch(&training::test_positions()));
}

/// A line is whole when its end has come.
#[test]
fn a_report_is_read_while_it_grows() {
    let folder =
        std::env::temp_dir().join(format!("descent-report-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("report");
    let mut reader = Reader::new(path.clone());
    assert_eq!(reader.news(), []);
    std::fs::write(&path, "losses 1e0 2.5e0\nacc").expect("a file");
    let losses = Line { name: "losses".into(), numbers: vec![1.0, 2.5] };
    assert_eq!(reader.news(), [losses]);
    std::fs::write(&path, "losses 1e0 2.5e0\naccuracy NaN\nsteps 7e0\n")
        .expect("a file");
    assert!(
        matches!(&reader.news()[..], [line] if line.name == "accuracy" && line.numbers[0].is_nan())
    );
    assert_eq!((reader.steps, reader.fault.clone()), (7, None));
    let writer = Writer::new(&path).expect("a file");
    writer.tell("ratios", &[0.1]).expect("room");
    writer.fault("it\n  broke").expect("room");
    assert_eq!(reader.news(), [Line { name: "ratios".into(), numbers: vec![0.1] }]);
    assert_eq!(reader.fault.as_deref(), Some("it broke"));
    std::fs::remove_dir_all(&folder).expect("the folder");
}
