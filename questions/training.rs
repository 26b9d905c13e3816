//! Training: what is chosen, how far weights go, and what the quadratic foretold.

use std::path::Path;
use std::sync::LazyLock;

use descent::gradient_descent::GradientDescent;
use descent::mnist::{Digits, Split};
use descent::momentum::Momentum;
use descent::network::Batch;
use descent::parallel;
use descent::sgd::half_resolution;
use descent::training::{
    FEW, at_right_angles, choose, full_batch, largest_curvature, settled,
};

use crate::{Question, exact, number, words};

pub const QUESTIONS: &[fn() -> Question] = &[chosen, ratio, explodes, longest];

/// Which step size the rule takes.
pub fn chosen() -> Question {
    let digits: u32 = 3000;
    let swept: [(f64, f64); 5] =
        [(0.01, 0.910), (0.03, 0.926), (0.1, 0.930), (0.3, 0.928), (1.0, 0.65)];
    let error =
        |accuracy: f64| (accuracy * (1.0 - accuracy) / f64::from(digits)).sqrt();
    let best = swept.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1)).expect("tries");
    let close = swept.iter().filter(|it| it.1 >= best.1 - error(best.1));
    let largest = close.map(|it| it.0).fold(0.0, f64::max);
    Question::new(
        "training/chosen",
        "L35",
        "A sweep, judged by 3000 digits: 91.0 % at the step size 0.01, 92.6 % at 0.03, 93.0 % at 0.1, 92.8 % at 0.3 and 65 % at 1. A standard error is about 0.5 %. Which step size does the rule of this page take?",
    )
    .right(
        exact(choose(&swept, digits as usize)),
        "92.6 % is within a standard error of the best, 93.0 %, and of those that are it is the smallest step size.",
    )
    .wrong(
        "the best",
        exact(best.0),
        "0.4 % are less than the error of such a number. The best of noisy numbers is partly the luckiest, and it lies nearer to the cliff.",
    )
    .wrong(
        "the largest that will do",
        exact(largest),
        "0.3 is as good within the error, but behind it is the cliff. A step size that is too small costs little.",
    )
    .wrong(
        "the smallest",
        exact(swept[0].0),
        "2 % are four standard errors. That is worse, and not by chance.",
    )
}

/// How far two trainings have gone.
pub fn ratio() -> Question {
    let ratio: f64 = 0.5;
    let square = ratio.powi(2);
    let moved = (2.0 * square / (1.0 - 2.0 * square)).sqrt();
    assert!((at_right_angles(moved) - ratio).abs() < 1e-12);
    let lengths = |value: f64| number(value, 2);
    Question::number(
        "training/ratio",
        "L43",
        "Four arrows at right angles, two starts and two moves. By Pythagoras, how far apart are the ends?",
        "Two trainings from independent starts, with all at right angles. A layer has moved by half as much as the two ends are apart. How far has it moved, counted in lengths of its start?",
    )
    .right(
        lengths(moved),
        "The ends differ by two starts and two moves. If the moves are as long as the starts, these are √4 = 2 lengths, and a move is one.",
    )
    .wrong(
        "only one training moves",
        lengths((2.0 * square / (1.0 - square)).sqrt()),
        "Both ends have moved: two starts and *two* moves.",
    )
    .wrong(
        "that is to its own end",
        lengths((square / (1.0 - square)).sqrt()),
        "Then the move would be half as long as its own *end*, which has one start and one move. The other end is farther away.",
    )
    .wrong(
        "the ends are a start apart",
        lengths(ratio),
        "Half of what the ends are apart, and these are more than a start apart: √2 starts before any step.",
    )
}

/// Steps that are watched beyond the limit.
pub const STEPS: usize = 60;
/// So many times two over the largest curvature is the step size.
const MULTIPLE: f64 = 4.0;

/// The losses of a network that has trained for a hundred steps, and goes on: with four times the limit of the quadratic, as it
/// does; as a quadratic would; and as below the limit.
#[derive(Clone, Debug)]
pub struct Courses {
    pub network: Vec<f64>,
    pub quadratic: Vec<f64>,
    pub below: Vec<f64>,
}

/// The courses of one seed.
///
/// # Panics
/// If the digits of the repository cannot be read.
pub fn courses(seed: u64) -> Courses {
    static FIRST: LazyLock<Batch> = LazyLock::new(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/mnist");
        let digits =
            Digits::read(&folder, Split::Train).expect("the digits of the repository");
        half_resolution(&digits.batch(&(0..FEW).collect::<Vec<_>>()))
    });
    let network = settled(&FIRST, seed);
    let limit = 2.0 / largest_curvature(&network, &FIRST, 20, seed);
    let losses = |multiple: f64| {
        let mut descent = GradientDescent::new(multiple * limit).expect("valid");
        full_batch(&network, &mut descent, &FIRST, STEPS + 1).expect("a finite run").0
    };
    let network = losses(MULTIPLE);
    // A step multiplies the error along the steepest direction by 1 − 2·4, and the loss by its square.
    let factor = (1.0 - 2.0 * MULTIPLE).powi(2);
    let quadratic = (0..=STEPS as i32).map(|t| network[0] * factor.powi(t)).collect();
    Courses { network, quadratic, below: losses(0.9) }
}

fn middle(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

/// What a loss does that may start anywhere below that of guessing.
fn goes(losses: &[f64]) -> &'static str {
    let guessing = 10_f64.ln();
    let top = losses.iter().copied().fold(0.0, f64::max);
    match (
        top > 10.0 * losses[0],
        middle(losses[STEPS - 20..].to_vec()) > 4.0 * guessing,
    ) {
        (true, true) => "It rises, and goes on rising",
        (true, false) => "It rises steeply, and comes back to that of guessing",
        _ => "It goes on falling",
    }
}

/// What most of nine networks do.
fn most(course: impl Fn(&Courses) -> &'static str) -> &'static str {
    static ALL: LazyLock<Vec<Courses>> = LazyLock::new(|| {
        let seeds: Vec<u64> = (0..9).collect();
        parallel::map(&seeds, &|&seed: &u64| courses(seed))
    });
    let said: Vec<_> = ALL.iter().map(course).collect();
    let count = |it: &&&str| said.iter().filter(|other| other == it).count();
    said.iter().max_by_key(count).expect("nine networks")
}

/// Far above the limit.
pub fn explodes() -> Question {
    Question::predict(
        "training/explodes",
        "L39",
        "A network has trained for a hundred steps, and its largest curvature was measured. It goes on with the full gradient and *four times* the step size $2/\\lambda_\\text{max}$. What becomes of its loss? (To the right the step, upwards the loss on a logarithmic axis; the thin line is the loss of guessing.)",
    )
    .right(
        words(most(|courses| goes(&courses.network))),
        "Up to the limit it is like a quadratic, and the first steps explode like one. But where they lead the network is flatter, units are off, and the gradients no longer grow with the distance.",
    )
    .picture("training-explodes_back")
    .wrong(
        "so it would be on a quadratic",
        words(most(|courses| goes(&courses.quadratic))),
        "On a quadratic each step would multiply the loss by 49, without end: its curvature is the same everywhere. That of a network is not.",
    )
    .picture("training-explodes_rises")
    .wrong(
        "the limit is for quadratics only",
        words(most(|courses| goes(&courses.below))),
        "So it is below the limit. It holds for networks, too, at least near the place where the curvature was measured.",
    )
    .picture("training-explodes_falls")
}

/// Which settings the quadratic bears.
pub fn longest() -> Question {
    let curvature = 50.0;
    let settles = |lr: f64, beta: f64| {
        let mut momentum = Momentum::new(lr / (1.0 - beta), beta).expect("valid");
        crate::runs::settles(&mut momentum, curvature)
    };
    let line = |text: &str| words(format!("`{text}`"));
    Question::new(
        "training/longest",
        "L39",
        "The largest curvature of a quadratic is 50. Which of these lines of PyTorch converges on it? All were run along the steepest direction.",
    )
    .case(
        line("SGD(…, lr=0.05)"),
        settles(0.05, 0.0),
        "Gradient descent converges below 2/50 = 0.04.",
    )
    .case(
        line("SGD(…, lr=0.07, momentum=0.5)"),
        settles(0.07, 0.5),
        "`lr` times the curvature has to be below 2(1 + β), 3 for β = ½, and it is 3.5.",
    )
    .case(
        line("SGD(…, lr=0.07, momentum=0.8)"),
        settles(0.07, 0.8),
        "`lr` is α(1 − β), so α is 0.35. The limit of gradient descent, 0.04, is multiplied by (1 + 0.8)/(1 − 0.8) = 9.",
    )
    .case(
        line("SGD(…, lr=0.1, momentum=0.9)"),
        settles(0.1, 0.9),
        "19 times 0.04 is the limit of the lecture's α. This `lr` is an α of 1.",
    )
}
