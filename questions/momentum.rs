//! Momentum: what the average is, and what it does.

use descent::backpropagation::{Neuron, WORKSHEET};
use descent::gradient_descent::Optimizer;
use descent::momentum::{Average, Momentum, PyTorchSgd, half_life};
use descent::neuron::{SAMPLES, take_turns};
use descent::quadratic::{Quadratic, START, descend};
use nalgebra::{DVector, dvector};

use crate::runs::{distance, path};
use crate::steps::{pair, text};
use crate::{Question, Steps, exact, number, words};

pub const QUESTIONS: &[fn() -> Question] = &[same, average, half, second, pytorch];
pub const STEPS: &[fn() -> Steps] = &[worksheet];

/// The opening: who is nearer after forty steps at one step size.
pub fn same() -> Question {
    let (alpha, beta, steps) = (0.1, 0.9, 40);
    let valley = Quadratic::valley();
    let start = DVector::from_row_slice(&START);
    let descent = descend(&valley, &start, alpha, steps).expect("a stable run");
    let goes = |momentum: &[DVector<f64>]| {
        let swings = momentum.iter().any(|theta| theta[0] < -0.5);
        match (distance(momentum) < distance(&descent), swings) {
            (true, _) => "Momentum cuts the corner and ends nearer",
            (false, true) => "Momentum swings past the minimum and ends farther away",
            (false, false) => "Momentum goes the same way, and lags behind",
        }
    };
    let run = |alpha, beta| {
        let momentum = Momentum::new(alpha, beta).expect("valid settings");
        path(momentum, &valley, &start, steps)
    };
    let tuned = {
        let spectrum = valley.spectrum().expect("a valley");
        let (alpha, beta) = spectrum.best_momentum();
        run(alpha, beta)
    };
    let averaged = {
        let mut average = Average::new("beta", beta).expect("a valid weight");
        let next = |theta: &DVector<f64>| {
            average.update(theta);
            average.value() / average.total_weight()
        };
        descent.iter().map(next).collect::<Vec<_>>()
    };
    Question::predict(
        "momentum/same",
        "L29",
        format!(
            "The valley $f = \\frac12(\\theta_1^2 + 10\\,\\theta_2^2)$, {steps} steps from ({}, {}): gradient descent with α = {alpha}, and \
             *momentum*, which steps along an average of about the last ten gradients (β = {beta}), with the same α. How does momentum end?",
            START[0], START[1],
        ),
    )
    .right(
        words(goes(&run(alpha, beta))),
        "At an equal step size the average only makes momentum late: it starts slowly, and it still pushes when the minimum is \
         reached. Its gain comes from larger steps, which it can bear and gradient descent cannot.",
    )
    .picture("momentum-same_swings")
    .wrong(
        "that is momentum with its best settings",
        words(goes(&tuned)),
        "The picture has the step size and β that suit momentum in this valley. At the step size of gradient descent it is \
         another run.",
    )
    .picture("momentum-same_nearer")
    .wrong(
        "that is an average of the points",
        words(goes(&averaged)),
        "Averaged are the gradients. An average of gradients can point past the minimum; an average of points never leaves the \
         way.",
    )
    .picture("momentum-same_lags")
}

/// `u` after the gradients.
fn averaged(beta: f64, gradients: &[f64]) -> f64 {
    let mut average = Average::new("beta", beta).expect("a valid weight");
    gradients.iter().for_each(|&g| average.update(&dvector![g]));
    average.value()[0]
}

/// Two steps of the average by hand.
pub fn average() -> Question {
    let (beta, gradients) = (0.75, [8.0, -4.0]);
    let [first, second] = gradients;
    let heavy_ball = gradients.iter().fold(0.0, |u, g| beta * u + g);
    let from_the_first = beta * first + (1.0 - beta) * second;
    Question::new(
        "momentum/average",
        "L26",
        "The gradient is 8 in the first step and −4 in the second. With β = ¾, what is *u* after both?",
    )
    .right(
        exact(averaged(beta, &gradients)),
        "*u* is ¾ · 0 + ¼ · 8 = 2, and then ¾ · 2 + ¼ · (−4).",
    )
    .wrong(
        "β and 1 − β are exchanged",
        exact(averaged(1.0 - beta, &gradients)),
        "Here β is the weight on the *old* average. With ¾ it keeps most of what it was.",
    )
    .wrong(
        "the new gradient counts in full",
        exact(heavy_ball),
        "That is the heavy ball, *u* ← β*u* + ∇f. The lecture's average takes 1 − β of the new gradient.",
    )
    .wrong(
        "it starts at the first gradient",
        exact(from_the_first),
        "It starts at *u*₀ = 0. Therefore the first averages are small, and a correction is needed.",
    )
}

/// How long the average remembers.
pub fn half() -> Question {
    let beta = 0.95;
    let span = 1.0 / (1.0 - beta);
    let linear = 0.5 / (1.0 - beta);
    let steps = |value: f64| number(value, 1).unit("steps");
    Question::new(
        "momentum/half",
        "L28",
        format!(
            "With β = 0.9 a gradient has lost half of its weight after {} steps. And with β = {beta}?",
            crate::answer::decimals(half_life(0.9), 1)
        ),
    )
    .right(
        steps(half_life(beta)),
        "ln ½ / ln 0.95. Near 1, ln β is nearly −(1 − β), so that the memory about doubles when 1 − β is halved.",
    )
    .wrong(
        "in proportion to β",
        steps(half_life(0.9) * beta / 0.9),
        "What counts is how far β is from 1. In each step the weight falls to β of what it was: to 0.9 of it, or to 0.95.",
    )
    .wrong(
        "the weight falls by equal amounts",
        steps(linear),
        "If each step took 1 − β of the *first* weight away, half would be gone after ½ / (1 − β). It takes it from what is left.",
    )
    .wrong(
        "that is about how many gradients count",
        steps(span),
        "1 / (1 − β) is 20, the number of gradients of which it is about the average. After so many steps 36 % of the weight is left, and not half.",
    )
}

/// The second step of PyTorch's momentum.
pub fn second() -> Question {
    let (lr, beta) = (0.3, 0.8);
    // How long the step so many is, under a gradient of 1.
    let pytorch = |step: i32| {
        let mut optimizer = PyTorchSgd::new(lr, beta, 0.0).expect("valid settings");
        let mut place = dvector![0.0];
        let mut before = 0.0;
        for _ in 0..step {
            before = place[0];
            optimizer.step(&mut place, &dvector![1.0]);
        }
        before - place[0]
    };
    let lecture = {
        let mut average = Average::new("beta", beta).expect("a valid weight");
        average.update(&dvector![1.0]);
        average.update(&dvector![1.0]);
        lr * average.value()[0]
    };
    Question::number(
        "momentum/second",
        "L26",
        "What does the buffer hold after the first step, and what after the second?",
        "`SGD(…, lr=0.3, momentum=0.8)` in PyTorch, and the gradient of a parameter is 1 in every step. How long is its *second* step?",
    )
    .right(
        number(pytorch(2), 3),
        "The buffer holds 1, and then 0.8 · 1 + 1 = 1.8. The step is 0.3 of that.",
    )
    .wrong(
        "a step is `lr` times the gradient",
        number(pytorch(1), 3),
        "So long is the first step. In the second the buffer holds 0.8 of the first gradient as well.",
    )
    .wrong(
        "that is the lecture's average",
        number(lecture, 3),
        "The lecture's *u* is 0.2 and then 0.8 · 0.2 + 0.2 = 0.36. PyTorch adds the new gradient in full.",
    )
    .wrong(
        "the new gradient is left out",
        number(lr * beta, 3),
        "0.8 is what is kept of the first gradient. The second one is added to it.",
    )
    .wrong(
        "that is the long run",
        number(pytorch(200), 3),
        "In the long run the buffer grows to 1/(1 − 0.8) = 5. After two steps it is on its way.",
    )
}

/// Whether PyTorch's SGD with these settings makes the lecture's steps on the worksheet's neuron.
fn moves_like_the_lecture(lr: f64, momentum: f64, dampening: f64) -> bool {
    const STEPS: usize = 6;
    let run = |optimizer: &mut dyn FnMut(&mut DVector<f64>, &DVector<f64>)| {
        let mut theta = WORKSHEET.parameters();
        let samples = SAMPLES.into_iter().cycle().take(STEPS);
        for (x, y) in samples {
            let (w, b) = Neuron::from_parameters(&theta).gradient(x, y);
            optimizer(&mut theta, &dvector![w, b]);
        }
        theta
    };
    let mut lecture = Momentum::new(0.4, 0.8).expect("valid settings");
    let mut pytorch = PyTorchSgd::new(lr, momentum, dampening).expect("valid settings");
    let lecture = run(&mut |theta, gradient| lecture.step(theta, gradient));
    let pytorch = run(&mut |theta, gradient| pytorch.step(theta, gradient));
    (lecture - pytorch).amax() < 1e-12
}

/// The lecture's momentum in PyTorch, run on the worksheet.
pub fn pytorch() -> Question {
    let line = |text: &str| words(format!("`{text}`"));
    Question::new(
        "momentum/pytorch",
        "L26",
        "Which line moves the worksheet's neuron as the lecture's momentum does, with α = 0.4 and β = 0.8? All four were run.",
    )
    .case(
        line("SGD(…, lr=0.08, momentum=0.8)"),
        moves_like_the_lecture(0.08, 0.8, 0.0),
        "`lr` is α(1 − β), and `momentum` is β.",
    )
    .case(
        line("SGD(…, lr=0.4, momentum=0.8)"),
        moves_like_the_lecture(0.4, 0.8, 0.0),
        "The buffer takes the new gradient in full. Every step along the same gradients is five times as long as the lecture's.",
    )
    .case(
        line("SGD(…, lr=0.4, momentum=0.8, dampening=0.8)"),
        moves_like_the_lecture(0.4, 0.8, 0.8),
        "It reads like the lecture's form. But PyTorch takes the very first gradient without the factor 1 − `dampening`, and that surplus fades slowly.",
    )
    .case(
        line("SGD(…, lr=0.32, momentum=0.8)"),
        moves_like_the_lecture(0.32, 0.8, 0.0),
        "That is αβ. What the new gradient is multiplied by is 1 − β.",
    )
}

/// The worksheet's two steps of momentum.
pub fn worksheet() -> Steps {
    const AVERAGE: &str =
        "self.value = self.beta * &self.value + (1.0 - self.beta) * g;";
    const STEP: &str =
        "*parameters -= self.step_size / self.divisor() * self.first_moment();";
    const FILE: &str = "src/momentum.rs";
    let (alpha, beta) = (0.5, 0.5);
    let mut momentum = Momentum::new(alpha, beta).expect("valid settings");
    let run = take_turns(&mut momentum, 2, Neuron::gradient).expect("a finite run");
    let mut steps = Steps::new(
        "momentum/worksheet",
        "The worksheet's two steps of momentum, with α = β = ½. A pair belongs to (*w*, *b*).",
    )
    .step("start")
    .known(format!("θ = {}, u = (0, 0)", pair((WORKSHEET.w, WORKSHEET.b))));
    let (mut neuron, mut u) = (WORKSHEET, (0.0, 0.0));
    for (t, ((x, y), after)) in (1..).zip(SAMPLES.into_iter().zip(&run[1..])) {
        let g = neuron.gradient(x, y);
        let next = (beta * u.0 + (1.0 - beta) * g.0, beta * u.1 + (1.0 - beta) * g.1);
        let moved =
            Neuron { w: neuron.w - alpha * next.0, b: neuron.b - alpha * next.1 };
        assert_eq!(moved, *after, "the numbers are those of the run");
        steps = steps
            .sample(t, neuron, (x, y), text)
            .line(format!("g = {}", pair(g)), "src/backpropagation.rs", "(da * x, da)")
            .line(
                format!("u = ½ · {} + ½ · {} = {}", pair(u), pair(g), pair(next)),
                FILE,
                AVERAGE,
            )
            .line(
                format!(
                    "θ = {} − ½ · {} = {}",
                    pair((neuron.w, neuron.b)),
                    pair(next),
                    pair((moved.w, moved.b))
                ),
                FILE,
                STEP,
            );
        (neuron, u) = (moved, next);
    }
    steps
}
