//! Why 1/k²: what the bounds say, and of which functions.

use descent::acceleration::{
    Accelerated, Growth, accelerated_bound, descent_bound, lower_bound,
};
use descent::gradient_descent::GradientDescent;
use descent::quadratic::Quadratic;
use nalgebra::{DVector, dmatrix, dvector};

use crate::runs::path;
use crate::{Question, exact, number, words};

pub const QUESTIONS: &[fn() -> Question] = &[enough, third, parameters];

/// Steps after which a bound is below a height.
pub fn enough() -> Question {
    let (squared_distance, height) = (100.0, 0.01);
    let steps = |bound: &dyn Fn(usize) -> f64| {
        let enough = (1..).find(|&t| bound(t) <= height * (1.0 + 1e-9));
        number(enough.expect("some step") as f64, 0).unit("steps")
    };
    let at =
        |bound: fn(f64, f64, usize) -> f64, square: f64| move |t| bound(1.0, square, t);
    Question::new(
        "acceleration/enough",
        "L31",
        "A convex function with *L* = 1, a start at the distance 10 from the minimizer. After how many steps does the theorem promise the accelerated method a gap of 0.01?",
    )
    .right(
        steps(&at(accelerated_bound, squared_distance)),
        "2 · 10²/(*t* + 1)² is at most 0.01 from (*t* + 1)² = 20 000 on.",
    )
    .wrong(
        "that is gradient descent",
        steps(&at(descent_bound, squared_distance)),
        "10²/(2*t*) takes so long. For ten times the precision it needs ten times the steps, and the accelerated method √10 times.",
    )
    .wrong(
        "the distance is left unsquared",
        steps(&at(accelerated_bound, squared_distance.sqrt())),
        "The bound has the *square* of the distance, 100.",
    )
    .wrong(
        "that is the lower bound",
        steps(&at(lower_bound, squared_distance)),
        "Before this step *no* method of gradients can promise it. That one reaches it so soon is not said.",
    )
}

/// Three steps by hand.
pub fn third() -> Question {
    let (start, smoothness) = (8.0, 2.0);
    let parabola = Quadratic::new(dmatrix![1.0], DVector::zeros(1));
    let end = |path: Vec<DVector<f64>>| path[3][0];
    let run = Accelerated::new(1.0 / smoothness, Growth::Half).expect("valid");
    let run = path(run, &parabola, &dvector![start], 3);
    let descent = GradientDescent::new(1.0 / smoothness).expect("valid");
    let descent = path(descent, &parabola, &dvector![start], 3);
    let [one, two, three] = [run[1][0], run[2][0], run[3][0]];
    let ahead = two + 0.25 * (two - one);
    Question::number(
        "acceleration/third",
        "L31",
        "The first two weights are 0 and ¼. Write down θ₁ and θ₂, then the look-ahead, and then its gradient step.",
        "The accelerated method on ½θ² from 8, with *L* = 2: a gradient step halves θ. Where is θ₃?",
    )
    .right(
        exact(three),
        "4, then 2. The look-ahead is 2 + ¼ · (2 − 4) = 1.5, and the gradient step from there halves it.",
    )
    .wrong(
        "that is gradient descent",
        exact(end(descent)),
        "The third step starts from further ahead, by a quarter of the last move.",
    )
    .wrong(
        "that is the look-ahead",
        exact(ahead),
        "There the gradient is taken. The step from there is still to come.",
    )
    .wrong(
        "the gradient is that of θ₂",
        exact(ahead - two / smoothness),
        "The gradient has to be measured where it is applied, at 1.5.",
    )
    .wrong(
        "the weights are a step early",
        exact(early(start, smoothness)),
        "Before the second step the weight is 0, and before the third ¼. Here ¼ and ⅖ have been used.",
    )
}

/// The third point with the weights of the steps to come.
fn early(start: f64, smoothness: f64) -> f64 {
    let (mut theta, mut ahead) = (start, start);
    for weight in [0.25, 0.4, 0.5] {
        let next = ahead - ahead / smoothness;
        ahead = next + weight * (next - theta);
        theta = next;
    }
    theta
}

/// Which hypothesis of the lower bound fails.
pub fn parameters() -> Question {
    let (steps, count): (usize, usize) = (20, 20);
    Question::new(
        "acceleration/parameters",
        "L31",
        format!(
            "There is a method that takes one gradient a step, moves only along gradients that it has seen, and is *exactly* at the minimum of every quadratic of {count} parameters after {steps} steps. Which condition of the lower bound does not hold?"
        ),
    )
    .case(
        words("There are at least 2*t* + 1 parameters"),
        count < 2 * steps + 1,
        "For *t* = 20 there would have to be 41. A gradient of the chain reveals one parameter more, and after 20 all 20 are known.",
    )
    .case(
        words("The function is convex and *L*-smooth"),
        !smooth_and_convex(count),
        "A quadratic with eigenvalues from 0 to *L* is both. The chain itself is one.",
    )
    .case(
        words("The method moves along the gradients that it has seen"),
        false,
        "It does. It only chooses better than the accelerated method how far to go along each.",
    )
    .case(
        words("There are at most as many steps as parameters"),
        steps > count,
        "20 are at most 20. The bound asks for more: that the steps see less than half of the parameters.",
    )
}

/// Whether the chain of so many parameters has its eigenvalues from 0 to L.
fn smooth_and_convex(count: usize) -> bool {
    let spectrum =
        descent::acceleration::chain(count, 1.0).spectrum().expect("a chain");
    spectrum.smallest >= 0.0 && spectrum.largest <= 1.0
}
