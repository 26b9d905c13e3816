//! Dead units: off, dead, and what brings them back.

use descent::adam::Adam;
use descent::backpropagation::Neuron;
use descent::dead_relu::{Pull, probability_active};
use descent::gradient_descent::{GradientDescent, Optimizer};
use descent::momentum::Momentum;
use descent::neuron::take_turns;

use nalgebra::dvector;

use crate::{Question, number, words};

pub const QUESTIONS: &[fn() -> Question] = &[stays, chance, revives, hypothesis];

/// What goes into the worksheet's neuron at x = −3 after each of some steps.
fn activation(mut optimizer: impl Optimizer, steps: usize) -> Vec<f64> {
    let neurons =
        take_turns(&mut optimizer, steps, Neuron::gradient).expect("a finite run");
    neurons.iter().map(|neuron| -3.0 * neuron.w + neuron.b).collect()
}

/// What becomes of the neuron after the first step, which has switched it off.
fn goes(after: &[f64]) -> &'static str {
    match after[2] {
        a if a > 0.5 => "It comes back on, in the next step",
        a if a < -0.5 => "It is pushed farther off",
        _ => "It stays where it is: off",
    }
}

/// Whether a unit without a gradient stays off.
pub fn stays() -> Question {
    let momentum = activation(Momentum::new(0.5, 0.5).expect("valid settings"), 3);
    // Plain descent makes the same first step with half the step size, and rests there.
    let plain = activation(GradientDescent::new(0.25).expect("a valid step size"), 3);
    // What the next step does at x = 3, where the weight has the other sign, carried over.
    let pushed = [momentum[0], momentum[1], -momentum[2]];
    Question::predict(
        "dead_relu/stays",
        "D09",
        "Momentum, α = β = ½, has switched the worksheet's neuron off in its first step: at both samples it is not above zero, and its gradient is zero. What goes into the ReLU at *x* = −3 in the next step? (Upwards *a*; the thin line is 0.)",
    )
    .right(
        words(goes(&momentum)),
        "The gradient is zero, but *u* is not. The next step goes on along the average, and at *x* = −3 that leads upwards.",
    )
    .picture("dead_relu-stays_back")
    .wrong(
        "no gradient, no step",
        words(goes(&plain)),
        "That is true of plain gradient descent. Momentum has a memory, and moves while the gradient is zero.",
    )
    .picture("dead_relu-stays_off")
    .wrong(
        "off at one sample, off at both",
        words(goes(&pushed)),
        "The step goes on in the direction of the first one, which lowers *a* at *x* = 3. At *x* = −3 the weight has the other sign.",
    )
    .picture("dead_relu-stays_down")
}

/// How likely a unit is to be on.
pub fn chance() -> Question {
    let (scale, rms, bias) = (2.0, 0.5, -1.0);
    let chance = |bias: f64, scale: f64, rms: f64| {
        number(100.0 * probability_active(bias, scale, rms), 1).unit("%")
    };
    let variance: f64 = scale * rms * rms;
    Question::new(
        "dead_relu/chance",
        "D11",
        "He's weights, an input with rms ½, and a bias of −1. (For a standard normal number: below −2 in 2.3 % of cases, below −√2 in 7.9 %, below −1 in 15.9 %.) How likely is the unit to be active?",
    )
    .right(
        chance(bias, scale, rms),
        "The sum *xw* has the variance *c* rms² = 2 · ¼ = ½. It has to exceed 1, that is, √2 of its standard deviations.",
    )
    .wrong(
        "the variance is taken for the deviation",
        chance(bias, variance * variance, 1.0),
        "½ is the *variance* of the sum. Its standard deviation is √½.",
    )
    .wrong(
        "the root of *c* is forgotten",
        chance(bias, scale * scale, rms),
        "The standard deviation is √*c* times the rms, that is, √2 · ½. With 2 · ½ it would be 1.",
    )
    .wrong(
        "the bias does not count",
        chance(0.0, scale, rms),
        "So it is without a bias. With −1 the sum has to exceed 1.",
    )
}

/// A neuron that is dead for all x from ½ on.
const DEAD: Neuron = Neuron { w: -1.0, b: 0.5 };

/// Whether it comes back on samples on which it is dead.
fn comes_back(
    pull: &Pull<'_>,
    dead_on: &[(f64, f64)],
    optimizer: &mut impl Optimizer,
) -> bool {
    let is_dead =
        |neuron: &Neuron| dead_on.iter().all(|(x, _)| neuron.w * x + neuron.b <= 0.0);
    assert!(is_dead(&DEAD), "it starts dead");
    let path = pull.follow(optimizer, DEAD, 400).expect("a finite run");
    path.iter().any(|neuron| !is_dead(neuron))
}

/// Which of four things brings a dead unit back.
pub fn revives() -> Question {
    let samples = [(1.0, 1.0), (2.0, 1.0)];
    let none = || Pull { samples: &samples, slope: 0.0, decay: [0.0; 2] };
    let descent = |step_size: f64| GradientDescent::new(step_size).expect("valid");
    Question::new(
        "dead_relu/revives",
        "N02",
        "A unit max(*wx* + *b*, 0) with *w* = −1 and *b* = ½ is dead on its two samples, at *x* = 1 and 2, and was never active. Its optimizer is changed for the next 400 steps. Which change brings it back?",
    )
    .case(
        words("Momentum with β = 0.9"),
        comes_back(&none(), &samples, &mut Momentum::new(0.1, 0.9).expect("valid")),
        "Momentum goes on along its average. That of a unit which was never active is zero.",
    )
    .case(
        words("Adam"),
        comes_back(
            &none(),
            &samples,
            &mut Adam::new(0.1, [0.9, 0.999], 1e-8).expect("valid").with_bias_correction(),
        ),
        "Adam divides by the size of the gradients. 0/(0 + ε) is 0.",
    )
    .case(
        words("A step size ten times as large"),
        comes_back(&none(), &samples, &mut descent(1.0)),
        "Ten times zero is zero.",
    )
    .case(
        words("Weight decay on *w* alone"),
        comes_back(
            &Pull { decay: [0.5, 0.0], ..none() },
            &samples,
            &mut descent(0.1),
        ),
        "*w* shrinks towards 0, and *a* tends to *b*, which is above zero here. With a decay of both, *a* would keep its sign.",
    )
}

/// Which hypothesis of the claim fails.
pub fn hypothesis() -> Question {
    let old = [(1.0, 1.0), (2.0, 1.0)];
    let all = [(1.0, 1.0), (2.0, 1.0), (0.25, 3.0)];
    let plain = || GradientDescent::new(0.1).expect("valid");
    let pull = |samples| Pull { samples, slope: 0.0, decay: [0.0; 2] };
    assert!(
        !comes_back(&pull(&old), &old, &mut plain())
            && comes_back(&pull(&all), &old, &mut plain()),
        "the story"
    );
    let is_off = |(x, _): &(f64, f64)| DEAD.w * x + DEAD.b <= 0.0;
    let coasts = {
        let mut theta = dvector![1.0];
        plain().step(&mut theta, &dvector![0.0]);
        theta[0] != 1.0
    };
    Question::new(
        "dead_relu/hypothesis",
        "N02",
        "A unit of the first layer is dead on all 1000 training images. Then 200 images are added to them, and training goes on with plain SGD, without decay. An hour later the unit is active on some of the *old* images. Which hypothesis of the claim has failed?",
    )
    .case(
        words("The data set stays the same"),
        all != old[..],
        "A new image on which the unit is active gives it a gradient. The step moves its weights, and with them every *a*.",
    )
    .case(
        words("The unit was off for all 1000 images at first"),
        !old.iter().all(is_off),
        "It was: so the story begins. What comes later are other images.",
    )
    .case(
        words("The inputs of the unit stay what they are"),
        all[..old.len()] != old,
        "In the first layer the inputs are the pixels, and nothing changes these.",
    )
    .case(
        words("The optimizer keeps no state"),
        coasts,
        "Plain SGD keeps none: a gradient of zero is a step of zero.",
    )
}
