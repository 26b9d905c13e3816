//! Adam: two averages, a quotient, and what it does not see.

use descent::adam::{Adam, missing_correction};
use descent::backpropagation::{Neuron, WORKSHEET};
use descent::gradient_descent::Optimizer;
use descent::momentum::Momentum;
use descent::neuron::{SAMPLES, take_turns};
use nalgebra::dvector;

use crate::answer::decimals;
use crate::steps::pair;
use crate::{Question, Steps, number, words};

pub const QUESTIONS: &[fn() -> Question] = &[first, length, silent, scale, decay];
pub const STEPS: &[fn() -> Steps] = &[worksheet];

const USUAL: [f64; 2] = [0.9, 0.999];

/// How far a parameter moves under these gradients, for a step size of 1.
fn moved(mut optimizer: impl Optimizer, gradients: &[f64]) -> Vec<f64> {
    let mut theta = dvector![0.0];
    let step = |&g: &f64| {
        let before = theta[0];
        optimizer.step(&mut theta, &dvector![g]);
        (theta[0] - before).abs()
    };
    gradients.iter().map(step).collect()
}

fn adam(betas: [f64; 2], epsilon: f64) -> Adam {
    Adam::new(1.0, betas, epsilon).expect("valid settings")
}

/// What becomes of the first steps without correction.
pub fn first() -> Question {
    const STEPS: usize = 30;
    let constant = [1.0; STEPS];
    let looks = |steps: &[f64]| {
        let (first, last) = (steps[0], steps[STEPS - 1]);
        match first - 1.0 {
            gap if gap > 0.1 && last > 1.1 => {
                "They begin too long, and grow for a while"
            }
            gap if gap < -0.1 => "They begin too short, and grow to their length",
            gap if gap > 0.1 => "They begin too long, and shrink to their length",
            _ => "They have their length from the first one on",
        }
    };
    let plain = moved(adam(USUAL, 0.0), &constant);
    let corrected = moved(adam(USUAL, 0.0).with_bias_correction(), &constant);
    let momentum =
        moved(Momentum::new(1.0, USUAL[0]).expect("valid settings"), &constant);
    Question::predict(
        "adam/first",
        "L34",
        format!(
            "Adam steps by α times an average of the gradients, over the root of an average of their squares. The first average keeps {} of itself in each step, the second {}, and neither is corrected. The gradient is 1 in every step. How long are the \
             first thirty steps, beside the dashed line that they ought to have? (The axis upwards is logarithmic.)",
            USUAL[0], USUAL[1],
        ),
    )
    .right(
        words(looks(&plain)),
        format!(
            "The average above the bar starts too small, and the one below the root still more so: β₂ remembers longer. The first \
             step is {} times too long, and it gets worse before it gets better.",
            decimals(missing_correction(USUAL, 1), 2)
        ),
    )
    .picture("adam-first_long")
    .wrong(
        "that is momentum",
        words(looks(&momentum)),
        "Momentum has one average that starts at zero, and its first steps are short. Adam divides by a second one, which is \
         too small as well.",
    )
    .picture("adam-first_short")
    .wrong(
        "that is with correction",
        words(looks(&corrected)),
        "With the correction both averages are right from the first step on. Without it the two errors do not cancel, since one of \
         them is under a root.",
    )
    .picture("adam-first_right")
}

/// The length of a first step with two memories.
pub fn length() -> Question {
    let (alpha, gradient) = (0.5, 12.0);
    let betas = [0.5, 0.9375];
    let [u, v] = [(1.0 - betas[0]) * gradient, (1.0 - betas[1]) * gradient * gradient];
    let step = |quotient: f64| number(alpha * quotient, 2);
    let right = moved(adam(betas, 1e-8), &[gradient])[0];
    Question::number(
        "adam/length",
        "D08",
        "What is *u* after the first gradient, and what is *v*? Then take the root of *v*.",
        format!(
            "The worksheet's Adam with a longer memory below the bar: α = β₁ = ½ and β₂ = 15/16, without correction, and ε too small to count. The first gradient of a parameter is {gradient}. How \
             far does the parameter move? (Two decimals.)"
        ),
    )
    .right(
        step(right),
        "*u* is 6, *v* is 144/16 = 9, and its root 3. The quotient is 2 for every gradient but 0, and the step is half of that: twice as long as with correction.",
    )
    .wrong(
        "the root is forgotten",
        step(u / v),
        "*v* is an average of squares. Its root has the unit of a gradient.",
    )
    .wrong(
        "that is the corrected step",
        step(moved(adam(betas, 1e-8).with_bias_correction(), &[gradient])[0]),
        "With correction *u* is the gradient and √*v* its size. Here *u* is ½ of it, and √*v* only ¼.",
    )
    .wrong(
        "the gradient is divided by nothing",
        step(u),
        "That is the step of momentum. Adam divides *u* by the root of *v*.",
    )
    .wrong(
        "*v* is taken to be complete",
        step(u / gradient),
        "*v* starts at zero as well: it is 144/16, and its root lacks three quarters.",
    )
}

/// The step after the gradients have stopped.
pub fn silent() -> Question {
    let betas = [0.5, 0.25];
    let ratio = |optimizer: Adam| {
        let steps = moved(optimizer, &[6.0, 0.0]);
        steps[1] / steps[0]
    };
    let times = |value: f64| number(value, 2).unit("times as long");
    let momentum = {
        let steps = moved(Momentum::new(1.0, betas[0]).expect("valid"), &[6.0, 0.0]);
        steps[1] / steps[0]
    };
    Question::new(
        "adam/silent",
        "D09",
        "Adam with β₁ = ½ and β₂ = ¼, without correction and with ε = 0, takes one step. Then the gradient is zero for ever. How long is its second step, beside the first?",
    )
    .right(
        times(ratio(adam(betas, 0.0))),
        "*u* keeps ½ and √*v* keeps √¼ = ½. So does every later step: it walks on for ever, without a gradient. A step shrinks only where β₁ is below √β₂.",
    )
    .wrong(
        "no gradient, no step",
        times(0.0),
        "That is true of plain gradient descent. Adam steps along an average, which is not zero yet.",
    )
    .wrong(
        "that is momentum",
        times(momentum),
        "*u* is halved, as in momentum. But what it is divided by becomes smaller as well.",
    )
    .wrong(
        "the root is forgotten",
        times(betas[0] / betas[1]),
        "*v* falls to a quarter, and √*v* to a half.",
    )
}

/// A thousand times the loss.
pub fn scale() -> Question {
    let factor = 1000.0;
    let gradients = [1.0, 0.5, 2.0, 1.5];
    let large: Vec<f64> = gradients.iter().map(|g| factor * g).collect();
    let times = |value: f64| number(value, 0).unit("times as far");
    let end = |optimizer: Adam, gradients: &[f64]| {
        moved(optimizer, gradients).iter().sum::<f64>()
    };
    let corrected = || adam(USUAL, 0.0).with_bias_correction();
    let ratio = end(corrected(), &large) / end(corrected(), &gradients);
    Question::new(
        "adam/scale",
        "L33",
        "Somebody measures the loss in thousandths: it is 1000 times as large, and so is every gradient. α and the betas stay, and ε = 0. How far do the \
         first steps of Adam go now?",
    )
    .right(
        times(ratio),
        "*u* grows by 1000 and √*v* too. Adam does not see the scale of the loss. Weight decay inside the loss would be seen in the same way: not at all.",
    )
    .wrong(
        "that is gradient descent",
        times(factor),
        "A step of gradient descent is α times the gradient. Adam divides the size of the gradients out.",
    )
    .wrong(
        "the root is taken once",
        times(factor.sqrt()),
        "The square in *v* makes the factor a million, and the root makes it 1000 again, as much as above the bar.",
    )
}

/// Where the decay goes.
pub fn decay() -> Question {
    let (alpha, theta) = (0.001, 400.0);
    let rate = 0.01;
    let gradient = -2.0;
    let step = |gradient: f64| {
        let mut adam = Adam::new(alpha, USUAL, 0.0)
            .expect("valid settings")
            .with_bias_correction();
        let mut at = dvector![theta];
        adam.step(&mut at, &dvector![gradient]);
        at[0] - theta
    };
    let plain = step(gradient);
    let sum = gradient + rate * theta;
    let change = |value: f64| number(value, 3);
    Question::new(
        "adam/decay",
        "L35",
        format!(
            "`Adam(…, lr={alpha}, weight_decay={rate})`: a parameter is at {theta}, and its first gradient is −{}. What does the first step add \
             to it? (Let ε be 0.)",
            -gradient
        ),
    )
    .right(
        change(step(sum)),
        "The decay is added to the gradient: −2 + 4 = 2. Adam divides the size of the sum out. Only its sign is left in the first step, and the decay has turned it.",
    )
    .wrong(
        "the decay has no effect",
        change(plain),
        "So it is as long as the decay does not change the sign of the gradient. Here it does: −2 + 4 is above zero.",
    )
    .wrong(
        "that is `AdamW`",
        change(plain - alpha * rate * theta),
        "`AdamW` takes `lr` · `weight_decay` · θ off the parameter, beside Adam's step. `Adam` adds it to the gradient.",
    )
    .wrong(
        "that is `SGD`",
        change(-alpha * sum),
        "`SGD` subtracts `lr` times the sum. Adam's first step is as long as `lr`, whatever the size of the sum.",
    )
}

/// The worksheet's two steps of Adam.
pub fn worksheet() -> Steps {
    const FILE: &str = "src/adam.rs";
    let (alpha, betas, epsilon) = (0.5, [0.5, 0.5], 1e-8);
    let mut optimizer = Adam::new(alpha, betas, epsilon).expect("valid settings");
    let run = take_turns(&mut optimizer, 2, Neuron::gradient).expect("a finite run");
    let round = |value: f64| decimals(value + 0.0, 3);
    let near = |(a, b): (f64, f64)| format!("({},\u{a0}{})", round(a), round(b));
    let mut steps = Steps::new(
        "adam/worksheet",
        "The worksheet's two steps of Adam, with α = β₁ = β₂ = ½ and without correction. A pair belongs to (*w*, *b*).",
    )
    .step("start")
    .known(format!("θ = {}, u = (0, 0), v = (0, 0)", pair((WORKSHEET.w, WORKSHEET.b))));
    let (mut neuron, mut u, mut v) = (WORKSHEET, (0.0, 0.0), (0.0, 0.0));
    for (t, ((x, y), after)) in (1..).zip(SAMPLES.into_iter().zip(&run[1..])) {
        let g = neuron.gradient(x, y);
        let both = |f: &dyn Fn(f64, f64) -> f64, old: (f64, f64)| {
            (f(old.0, g.0), f(old.1, g.1))
        };
        let (old_u, old_v) = (u, v);
        u = both(&|u, g| betas[0] * u + (1.0 - betas[0]) * g, u);
        v = both(&|v, g| betas[1] * v + (1.0 - betas[1]) * g * g, v);
        let step = |u: f64, v: f64| alpha * u / (v.sqrt() + epsilon);
        let moved =
            Neuron { w: neuron.w - step(u.0, v.0), b: neuron.b - step(u.1, v.1) };
        assert!(
            (moved.w - after.w).abs() + (moved.b - after.b).abs() < 1e-12,
            "the numbers are those of the run"
        );
        let squares = (g.0 * g.0, g.1 * g.1);
        steps = steps
            .sample(t, neuron, (x, y), round)
            .line(format!("g = {}", pair(g)), "src/backpropagation.rs", "(da * x, da)")
            .line(
                format!("u = ½ · {} + ½ · {} = {}", pair(old_u), pair(g), pair(u)),
                FILE,
                "self.first_moment.update(gradient);",
            )
            .line(
                format!(
                    "v = ½ · {} + ½ · {} = {}",
                    pair(old_v),
                    pair(squares),
                    pair(v)
                ),
                FILE,
                "self.second_moment.update(&gradient.component_mul(gradient));",
            )
            .line(
                format!(
                    "θ = {} − ½ · {} / {} = {}",
                    near((neuron.w, neuron.b)),
                    pair(u),
                    near((v.0.sqrt(), v.1.sqrt())),
                    near((moved.w, moved.b))
                ),
                FILE,
                "*theta -= rate * u / (stretch * v.sqrt() + self.epsilon);",
            );
        neuron = moved;
    }
    steps
}
