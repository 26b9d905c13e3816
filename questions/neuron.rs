//! The gated neuron: a limit that a kink moves.

use descent::backpropagation::{Neuron, WORKSHEET};
use descent::gradient_descent::{GradientDescent, OptimizationError};
use descent::neuron::{SAMPLES, take_turns, without_relu};

use crate::steps::{inner, pair, text};
use crate::{Answer, Question, Steps, number, words};

pub const QUESTIONS: &[fn() -> Question] = &[limit, after, wedge];
pub const STEPS: &[fn() -> Steps] = &[worksheet];

type Gradient = fn(Neuron, f64, f64) -> (f64, f64);

fn run(
    step_size: f64,
    steps: usize,
    gradient: Gradient,
) -> Result<Vec<Neuron>, OptimizationError> {
    take_turns(&mut GradientDescent::new(step_size)?, steps, gradient)
}

/// Whether the neuron grows without end.
fn diverges(step_size: f64, gradient: Gradient) -> bool {
    match run(step_size, 2000, gradient) {
        Ok(neurons) => neurons.iter().any(|neuron| neuron.w.abs() > 1e6),
        Err(_) => true,
    }
}

/// The smallest of the step sizes 0.05, 0.1, … 1 from which on it diverges.
fn limit_of(gradient: Gradient) -> Answer {
    let sizes = (1..=20).map(|i| f64::from(i) / 20.0);
    let first = sizes.into_iter().find(|&step_size| diverges(step_size, gradient));
    words(match first {
        Some(size) if size > 0.3 => "It explodes from ½ on",
        Some(_) => "It explodes beyond 0.2",
        None => "It never explodes",
    })
}

/// The neuron as if it saw the first of its samples only.
pub fn first_sample_only(neuron: Neuron, x: f64, y: f64) -> (f64, f64) {
    if x > 0.0 { neuron.gradient(x, y) } else { (0.0, 0.0) }
}

/// From which step size on it diverges.
pub fn limit() -> Question {
    Question::predict(
        "neuron/limit",
        "D05",
        format!(
            "The worksheet's neuron $\\max(wx + b, 0)$, from (*w*, *b*) = {}, on the samples (*x*, *y*) = {} and {} in turn. Its largest curvature is 10. How does the largest loss of the run depend on the step size? (To the right α from 0 to 0.6, upwards the loss, on a logarithmic axis.)",
            pair((WORKSHEET.w, WORKSHEET.b)),
            pair(SAMPLES[0]),
            pair(SAMPLES[1]),
        ),
    )
    .right(
        limit_of(Neuron::gradient),
        "Up to ½ the swing to and fro ends where the neuron is off for both samples, and the loss is zero. The kink has moved the limit from 0.2 to 0.5.",
    )
    .picture("neuron-limit_half")
    .wrong(
        "the gate is forgotten",
        limit_of(without_relu),
        "That is 2 over the curvature, and it holds for the neuron without its ReLU. With the gate, a sample that is off moves nothing.",
    )
    .picture("neuron-limit_fifth")
    .wrong(
        "one sample is left out",
        limit_of(first_sample_only),
        "With one sample alone the gate ends every swing. The other sample, at which the neuron is then on, can throw it back.",
    )
    .picture("neuron-limit_never")
}

/// The worksheet's first step with another step size.
pub fn after() -> Question {
    let step_size = 0.25;
    let point = |neuron: Neuron| pair((neuron.w, neuron.b));
    let step =
        |step_size: f64| run(step_size, 1, Neuron::gradient).expect("one step")[1];
    let right = step(step_size);
    let up = Neuron { w: 1.0 + 6.0 * step_size, b: -1.0 + 2.0 * step_size };
    let swapped = Neuron { w: 1.0 - 2.0 * step_size, b: -1.0 - 6.0 * step_size };
    Question::new(
        "neuron/after",
        "D05",
        "The worksheet's neuron (*w*, *b*) = (1, −1) takes one step of gradient descent on the sample (3, 0), with α = ¼ in place of ½. Where does it arrive?",
    )
    .right(
        words(point(right)),
        "*a* is 2, the error is 2, and the gradient is 2 · (3, 1) = (6, 2). A quarter of it is taken away.",
    )
    .wrong(
        "that is the sheet's step size",
        words(point(step(0.5))),
        "So far leads α = ½. With ¼ the step is half as long.",
    )
    .wrong(
        "uphill",
        words(point(up)),
        "The step is taken *against* the gradient.",
    )
    .wrong(
        "the input belongs to the weight",
        words(point(swapped)),
        "The factor *x* = 3 belongs to the gradient of *w*. That of *b* is the error alone.",
    )
}

/// What the second sample does then.
pub fn wedge() -> Question {
    let last = |gradient: Gradient| run(0.25, 6, gradient).expect("six steps")[6];
    let worse = |loss: &dyn Fn(f64, f64) -> f64| {
        SAMPLES.map(|(x, y)| loss(x, y)).into_iter().fold(0.0, f64::max)
    };
    let gated = last(Neuron::gradient);
    let free = last(without_relu);
    Question::new(
        "neuron/wedge",
        "D05",
        "With α = ¼, what is the loss of the worse sample after six steps?",
    )
    .right(
        number(worse(&|x, y| gated.loss(x, y)), 2),
        "After the first step the neuron is off for both samples. Nothing moves any more, and both targets are 0.",
    )
    .wrong(
        "the gate is forgotten",
        number(worse(&|x, y| 0.5 * (free.w * x + free.b - y).powi(2)), 2),
        "Without its ReLU the neuron would swing farther and farther: ¼ is above 2/10.",
    )
    .wrong(
        "no step was taken",
        number(worse(&|x, y| WORKSHEET.loss(x, y)), 2),
        "That is the loss at the start, at the sample (3, 0).",
    )
}

/// The worksheet's two steps of gradient descent.
pub fn worksheet() -> Steps {
    let alpha = 0.5;
    let run = run(alpha, 2, Neuron::gradient).expect("two steps");
    let mut steps = Steps::new(
        "neuron/worksheet",
        "The worksheet's two steps of gradient descent, with α = ½. A pair belongs to (*w*, *b*).",
    )
    .step("start")
    .known(format!("θ = {}", pair((run[0].w, run[0].b))));
    for (t, (x, y)) in (1..).zip(SAMPLES) {
        let (before, after) = (run[t - 1], run[t]);
        let g = before.gradient(x, y);
        assert_eq!(
            (before.w - alpha * g.0, before.b - alpha * g.1),
            (after.w, after.b)
        );
        steps = steps
            .sample(t, before, (x, y), text)
            .line(
                format!(
                    "∂a = ({} − {}) · 1 = {}",
                    text(before.forward(x)),
                    text(y),
                    text(g.1)
                ),
                "src/backpropagation.rs",
                "let da = (output - y) * relu_derivative;",
            )
            .line(
                format!(
                    "g = ({} · {}, {}) = {}",
                    text(g.1),
                    inner(text(x)),
                    text(g.1),
                    pair(g)
                ),
                "src/backpropagation.rs",
                "(da * x, da)",
            )
            .line(
                format!(
                    "θ = {} − ½ · {} = {}",
                    pair((before.w, before.b)),
                    pair(g),
                    pair((after.w, after.b))
                ),
                "src/gradient_descent.rs",
                "parameters.axpy(-self.step_size, gradient, 1.0);",
            );
    }
    steps
}
