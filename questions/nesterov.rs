//! Nesterov momentum: where it asks, and how long a step may be.

use descent::gradient_descent::Optimizer;
use descent::momentum::Momentum;
use descent::nesterov::{Nesterov, StoredLookAhead, stability_limit};
use descent::quadratic::Quadratic;
use nalgebra::{DVector, dmatrix, dvector};

use crate::runs::path;
use crate::{Question, exact, number, words};

pub const QUESTIONS: &[fn() -> Question] = &[word, ask, weight, saved];

/// ½λθ².
fn parabola(curvature: f64) -> Quadratic {
    Quadratic::new(dmatrix![curvature], DVector::zeros(1))
}

/// What the opening follows: `lr` and `momentum` in PyTorch's words, along a curvature of 10, from 1.
pub const LR: f64 = 0.2;
pub const BETA: f64 = 0.9;
pub const CURVATURE: f64 = 10.0;
pub const STEPS: usize = 12;

/// Its coordinate, step by step: with a step that is so many times as long, and looking ahead by a factor.
///
/// # Panics
/// If the run leaves the range of numbers.
pub fn coordinate(times: f64, look_ahead: f64) -> Vec<f64> {
    let optimizer = Nesterov::new(times * LR / (1.0 - BETA), BETA)
        .and_then(|nesterov| nesterov.with_look_ahead(look_ahead))
        .expect("valid settings");
    let path = path(optimizer, &parabola(CURVATURE), &dvector![1.0], STEPS);
    path.iter().map(|theta| theta[0]).collect()
}

/// What the coordinate does, beside the heavy ball's.
fn goes(coordinate: &[f64], without: &[f64]) -> &'static str {
    let late = |course: &[f64]| {
        course[STEPS - 2..].iter().map(|x| x.abs()).fold(0.0, f64::max)
    };
    match late(coordinate) / late(without) {
        ratio if ratio > 10.0 => "It swings farther and farther",
        ratio if ratio < 0.1 => "It comes to rest sooner",
        _ => "It comes to rest as slowly as before",
    }
}

/// The opening: one word in PyTorch.
pub fn word() -> Question {
    let without = coordinate(1.0, 0.0);
    let said = |course: &[f64]| words(goes(course, &without));
    Question::predict(
        "nesterov/word",
        "L31",
        "The steep coordinate of the valley starts at 1; the heavy ball takes it to 0, slowly, from wall to wall (the thin line). With `nesterov=True` the gradient is taken a little further on, where the step is about to lead. What does the coordinate do then, with the same settings? (To the right the step, upwards the coordinate.)",
    )
    .right(
        said(&coordinate(1.0, BETA)),
        "It asks for the slope farther up the other wall, where it is thrown back harder than it came. For Nesterov momentum these settings are too long a step.",
    )
    .picture("nesterov-word_explodes")
    .wrong(
        "so it is with a short step",
        said(&coordinate(0.25, BETA)),
        "Looking ahead does damp a swing, with a quarter of this step size for example. But it also lowers the limit up to which a step may go, and this one is beyond it.",
    )
    .picture("nesterov-word_sooner")
    .wrong(
        "the place of the question is overlooked",
        said(&coordinate(1.0, 0.0)),
        "The average and the settings are the same. But the gradient is that of another place, and on a steep wall this changes it a lot.",
    )
    .picture("nesterov-word_same")
}

/// Where the gradient is taken.
pub fn ask() -> Question {
    let (alpha, beta, theta, u) = (0.5, 0.8, 2.0, -5.0);
    let ahead = |factor: f64| theta - alpha * factor * u;
    let right = {
        let mut momentum = Momentum::new(alpha, beta).expect("valid");
        // A first gradient that makes the average u, and a step that ends at θ.
        let mut place = dvector![theta + alpha * u];
        momentum.step(&mut place, &dvector![u / (1.0 - beta)]);
        // The look-ahead point is where a gradient of zero would lead.
        momentum.step(&mut place, &dvector![0.0]);
        place[0]
    };
    assert!((right - ahead(beta)).abs() < 1e-12, "{right}");
    Question::number(
        "nesterov/ask",
        "L31",
        "Where would this step end if the gradient were zero?",
        format!("Nesterov momentum with α = ½ and β = {beta}: θ is 2, and the average *u* is −5. At which place does it ask for the gradient?"),
    )
    .right(
        exact(ahead(beta)),
        "θ − αβ*u* = 2 − ½ · 0.8 · (−5). Of *u* the share β is kept, and this much of the step is known.",
    )
    .wrong(
        "that is the heavy ball",
        exact(ahead(0.0)),
        "The heavy ball asks where it stands. Nesterov momentum asks where the old average is about to lead.",
    )
    .wrong(
        "that is the slide's form",
        exact(ahead(1.0)),
        "Without the factor β it looks ahead by all of α*u*. But the average keeps only the share β.",
    )
    .wrong(
        "it looks back",
        exact(ahead(-beta)),
        "A step goes *against* the average: θ − α*u*. With *u* = −5 it goes to the right.",
    )
    .wrong(
        "the step size is missing",
        exact(theta - beta * u),
        "*u* is an average of gradients. The step has the factor α.",
    )
}

/// How much momentum a step bears.
pub fn weight() -> Question {
    let gamma_lambda: f64 = 1.5;
    let beta = (2.0 - gamma_lambda) / (2.0 * gamma_lambda - 2.0);
    assert!((stability_limit(beta, beta) - gamma_lambda).abs() < 1e-12);
    Question::new(
        "nesterov/weight",
        "L31",
        "`SGD(…, lr=0.15, momentum=β, nesterov=True)` on a quadratic with the largest eigenvalue 10. Below which β does it converge?",
    )
    .right(
        number(beta, 2),
        "γλ is 1.5, and 2(1 + β)/(1 + 2β) falls from 2 at β = 0 to 1.5 at β = ½. More momentum bears a *shorter* step here.",
    )
    .wrong(
        "that is the heavy ball",
        number(1.0, 2),
        "For the heavy ball the limit 2(1 + β) is above 1.5 for every β. Looking ahead divides it by 1 + 2β.",
    )
    .wrong(
        "the memory is forgotten",
        number((2.0 - gamma_lambda) / (2.0 * gamma_lambda), 2),
        "That is where 2/(1 + 2β) is 1.5. The bar has 1 + β above it, for the memory.",
    )
    .wrong(
        "looked ahead only once",
        number(2.0 / gamma_lambda - 1.0, 2),
        "That is where 2/(1 + β) is 1.5. Memory and look-ahead together are (1 + β)/(1 + 2β).",
    )
}

/// What PyTorch holds after its first step.
pub fn saved() -> Question {
    let (lr, beta) = (0.1, 0.9);
    let start = dvector![1.0];
    let end = |optimizer: &mut dyn Optimizer| {
        let mut theta = start.clone();
        optimizer.step(&mut theta, &parabola(1.0).gradient(&start));
        theta[0]
    };
    let pytorch = end(&mut StoredLookAhead::new(lr, beta).expect("valid"));
    let lecture = end(&mut Momentum::new(lr / (1.0 - beta), beta).expect("valid"));
    let wrong_size = end(&mut Momentum::new(lr, beta).expect("valid"));
    Question::new(
        "nesterov/saved",
        "L31",
        "`SGD(lr=0.1, momentum=0.9, nesterov=True)` starts at θ = 1 on ½θ². What does PyTorch's parameter hold after the first step?",
    )
    .right(
        number(pytorch, 2),
        "θ goes to 0.9. PyTorch holds the look-ahead point, 0.9 times this move further on: 0.9 − 0.09.",
    )
    .wrong(
        "that is θ",
        number(lecture, 2),
        "So far the gradient step leads. What PyTorch holds, and saves, is the place where it will ask next.",
    )
    .wrong(
        "only the look-ahead",
        number(1.0 - lr * beta, 2),
        "A step has two parts here: the gradient step, 0.1, and then 0.9 of it once more to look ahead.",
    )
    .wrong(
        "`lr` is taken for α",
        number(wrong_size, 2),
        "With the average and α = 0.1 a first step is 0.1 · (1 − β). PyTorch's `lr` is γ, in which 1 − β is contained.",
    )
}
