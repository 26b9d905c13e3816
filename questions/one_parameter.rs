//! One parameter: votes, limits, and noise that stays.

use descent::one_parameter::{Model, Point, running_mean, stationary_variance};

use crate::{Question, exact, number};

pub const QUESTIONS: &[fn() -> Question] = &[optimum, vote, units, mean, noise];

fn points(pairs: &[(f64, f64)]) -> Vec<Point> {
    pairs.iter().map(|&(x, y)| Point { x, y }).collect()
}

/// The best slope.
pub fn optimum() -> Question {
    let pairs = [(1.0, 3.0), (2.0, 2.0), (3.0, 6.0)];
    let data = points(&pairs);
    let sum = |f: fn((f64, f64)) -> f64| pairs.into_iter().map(f).sum::<f64>();
    Question::number(
        "one_parameter/optimum",
        "E02",
        "Where do the votes of the points sum to zero? Each has the factor *x*.",
        "The slope model ŷ = θ*x* and the points (1, 3), (2, 2) and (3, 6). Which θ is best? (A fraction, or two decimals.)",
    )
    .right(
        number(Model::Slope.optimum(&data).expect("an optimum"), 2),
        "Σ*xy*/Σ*x*² = (3 + 4 + 18)/(1 + 4 + 9) = 25/14.",
    )
    .wrong(
        "the mean of the slopes",
        number(sum(|(x, y)| y / x) / 3.0, 2),
        "3, 1 and 2 are where each point alone would have θ. A point far from zero pulls harder: the weights are *x*².",
    )
    .wrong(
        "the slope of the mean point",
        number(sum(|(_, y)| y) / sum(|(x, _)| x), 2),
        "Σ*y*/Σ*x* weighs the slopes with *x*. The votes weigh them with *x*².",
    )
    .wrong(
        "that is the constant model",
        number(Model::Constant.optimum(&data).expect("an optimum"), 2),
        "The mean of the *y* is best for ŷ = θ.",
    )
}

/// Which way a point pulls.
pub fn vote() -> Question {
    let (at, x, y) = (2.0, -3.0, -4.0);
    let data = points(&[(x, y), (1.0, 2.0)]);
    let vote = Model::Slope.votes(&data, at)[0];
    let error = Model::Slope.error(at, data[0]);
    Question::new(
        "one_parameter/vote",
        "E02",
        "The slope model with two points, at θ = 2. What is the vote of the point (−3, −4)? (The votes sum to the derivative of the mean of squares.)",
    )
    .right(
        exact(vote),
        "The prediction is −6, the error −2, and the vote 2/2 · (−2) · (−3). A step subtracts it: θ should become *smaller*, although the prediction is too low.",
    )
    .wrong(
        "the sign of *x* is lost",
        exact(-vote),
        "Where *x* is negative, a larger slope makes a *lower* prediction. The vote has the sign of the error times that of *x*.",
    )
    .wrong(
        "that is the constant model's",
        exact(error),
        "In the slope model the error is multiplied by *x*.",
    )
    .wrong(
        "the mean is forgotten",
        exact(2.0 * error * x),
        "The loss is a *mean* over two points, which brings the factor ½.",
    )
}

/// x in other units.
pub fn units() -> Question {
    let metres = points(&[(1.0, 2.0), (2.0, 2.0), (4.0, 6.0)]);
    let scale = 100.0;
    let centimetres: Vec<_> =
        metres.iter().map(|point| Point { x: scale * point.x, ..*point }).collect();
    let limit = |data: &[Point]| Model::Slope.step_size_limit(data);
    let share = |value: f64| exact(value).unit("times");
    Question::new(
        "one_parameter/units",
        "E02",
        "In the slope model somebody writes *x* in centimetres in place of metres. What becomes of the largest step size that converges?",
    )
    .right(
        share((limit(&centimetres) / limit(&metres) * 1e8).round() / 1e8),
        "The limit is 1/mean(*x*²), and *x*² is 10 000 times as large.",
    )
    .wrong(
        "as *x* grows",
        share(1.0 / scale),
        "θ itself shrinks to a hundredth, and the gradient grows a hundredfold. Both together make 10 000.",
    )
    .wrong(
        "the predictions are the same",
        share(1.0),
        "The best predictions are the same. The way there is not: the curvature of the loss has grown.",
    )
    .wrong(
        "the wrong way round",
        share(scale * scale),
        "A steeper parabola needs shorter steps.",
    )
}

/// The running mean.
pub fn mean() -> Question {
    let draws = [4.0, 9.0, 2.0];
    let data: Vec<_> = draws.iter().map(|&y| Point { x: 1.0, y }).collect();
    let start = 25.0;
    let path = |step_size: &dyn Fn(usize) -> f64| {
        *Model::Constant
            .sgd(&data, start, step_size)
            .expect("a finite run")
            .last()
            .expect("a point")
    };
    let with_start = (start + draws.iter().sum::<f64>()) / 4.0;
    Question::new(
        "one_parameter/mean",
        "E01",
        "SGD in the constant model with α_t = 1/(2*t*) starts at θ = 25 and draws 4, 9 and 2. Where is it then?",
    )
    .right(
        number(path(&running_mean), 2),
        "The first step goes all the way to the first draw and forgets the start. From then on θ is the mean of the draws.",
    )
    .wrong(
        "the start is counted as a draw",
        number(with_start, 2),
        "With α₁ = ½ the first step has the factor 1 − 2α₁ = 0. Nothing of the start is left.",
    )
    .wrong(
        "the last draw alone",
        number(path(&|_| 0.5), 2),
        "So it is with α = ½ in *every* step.",
    )
    .wrong(
        "the factor 2 is overlooked",
        number(path(&|t| 1.0 / t as f64), 2),
        "The derivative of the square brings a 2: a step goes the part 2α of the way. With α_t = 1/*t* it goes too far.",
    )
}

/// The step size that strays so far.
pub fn noise() -> Question {
    let (deviation, target): (f64, f64) = (3.0, 1.0);
    let variance = deviation.powi(2);
    // αs²/(1 − α) is the target.
    let size = |variance: f64| target / (variance + target);
    let alpha = size(variance);
    let settles = stationary_variance(alpha, variance).expect("below 1");
    assert!((settles - target).abs() < 1e-12, "{settles}");
    Question::number(
        "one_parameter/noise",
        "E01",
        "*V* = (1 − 2α)² *V* + 4α²*s*², and *V* is to be 1.",
        "The outputs have the variance 9. With which constant step size does SGD settle in a variance of 1 around the mean, in the constant model?",
    )
    .right(
        number(alpha, 2),
        "9α/(1 − α) is 1 at α = 0.1.",
    )
    .wrong(
        "one step of noise",
        number((target / (4.0 * variance)).sqrt(), 2),
        "4α² · 9 is what *one* draw adds. What earlier ones have left is still there, so that α has to be smaller.",
    )
    .wrong(
        "the deviation is taken for the variance",
        number(size(deviation), 2),
        "3 is the standard deviation of the outputs. The noise comes in with its variance, 9.",
    )
    .wrong(
        "the factor 2 of the derivative is forgotten",
        number((target / variance).sqrt(), 2),
        "α² · 9 = 1 counts one draw, and without the 2 that the square brings. A draw adds 4α² · 9, and the draws before it are still there.",
    )
}
