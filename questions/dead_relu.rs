//! Dead units: off, dead, and what brings them back.

use descent::adam::Adam;
use descent::backpropagation::Neuron;
use descent::dead_relu::{Pull, probability_active};
use descent::gradient_descent::{GradientDescent, Optimizer};
use descent::momentum::Momentum;

use nalgebra::{DVector, dvector};

use crate::{Question, number, words};

pub const QUESTIONS: &[fn() -> Question] = &[stays, chance, revives, hypothesis];

/// The samples of the opening, in turn; their targets are 0.
const OFF: [f64; 2] = [2.0, -2.0];
/// Steps that are watched.
pub const STEPS: usize = 6;

/// What goes into a neuron at both samples before and after each step, from (w, b) = (1, −1).
///
/// # Panics
/// If a step fails.
pub fn inputs(optimizer: &mut impl Optimizer) -> Vec<[f64; 2]> {
    let at = |theta: &DVector<f64>| OFF.map(|x| theta[0] * x + theta[1]);
    let mut theta = dvector![1.0, -1.0];
    let mut inputs = vec![at(&theta)];
    for x in OFF.into_iter().cycle().take(STEPS) {
        let (w, b) = Neuron { w: theta[0], b: theta[1] }.gradient(x, 0.0);
        optimizer.step(&mut theta, &dvector![w, b]);
        inputs.push(at(&theta));
    }
    inputs
}

/// What momentum makes of the input at the second sample.
///
/// # Panics
/// If the settings are invalid.
pub fn coasting() -> Vec<f64> {
    inputs(&mut Momentum::new(0.5, 0.5).expect("valid")).iter().map(|a| a[1]).collect()
}

/// As if nothing moved without a gradient: plain descent makes the same first step with half the step size, and rests.
///
/// # Panics
/// If the settings are invalid.
pub fn resting() -> Vec<f64> {
    let inputs = inputs(&mut GradientDescent::new(0.25).expect("valid"));
    inputs.iter().map(|a| a[1]).collect()
}

/// As if the average stayed what it is: each step is like the first.
pub fn unabated() -> Vec<f64> {
    let [first, second] = [coasting()[0], coasting()[1]];
    (0..=STEPS).map(|t| first + t as f64 * (second - first)).collect()
}

/// As if the second sample went where the first one goes.
///
/// # Panics
/// If the settings are invalid.
pub fn sinking() -> Vec<f64> {
    let inputs = inputs(&mut Momentum::new(0.5, 0.5).expect("valid"));
    let moved = |a: &[f64; 2]| inputs[1][1] + a[0] - inputs[1][0];
    let rest = inputs[1..].iter().map(moved);
    [inputs[0][1]].into_iter().chain(rest).collect()
}

/// What becomes of the neuron after the first step, which has switched it off.
fn goes(course: &[f64]) -> &'static str {
    let last = course[STEPS];
    match last - course[1] {
        _ if last > 0.0 => "It rises, and the neuron comes back on",
        rise if rise > 0.1 => "It rises for a while, and stays below 0",
        rise if rise < -0.1 => "It sinks farther, and stays below 0",
        _ => "It stays where the first step has left it",
    }
}

/// Whether a unit without a gradient stays off, and where.
pub fn stays() -> Question {
    assert!(
        inputs(&mut Momentum::new(0.5, 0.5).expect("valid"))[1]
            .iter()
            .all(|&a| a < 0.0)
    );
    Question::predict(
        "dead_relu/stays",
        "D09",
        "A neuron max(*wx* + *b*, 0) with (*w*, *b*) = (1, −1) learns 0 at *x* = 2 and at *x* = −2 in turn. The first step of momentum, α = β = ½, leads to (½, −1¼), where it is off for both, and *u* is (1, ½). What goes into the ReLU at *x* = −2 from then on? (To the right the step, upwards *a*; the thin line is 0.)",
    )
    .right(
        words(goes(&coasting())),
        "The gradient is zero, but *u* is not: it is halved in each step. All that is still to come is as long as the first step, which raises *a* from −2¼ to −1½. Only where the rest of the way is longer than the distance from 0, a unit comes back.",
    )
    .picture("dead_relu-stays_near")
    .wrong(
        "no gradient, no step",
        words(goes(&resting())),
        "That is true of plain gradient descent. Momentum has a memory, and moves while the gradient is zero.",
    )
    .picture("dead_relu-stays_off")
    .wrong(
        "the average stays what it is",
        words(goes(&unabated())),
        "Without new gradients *u* is halved in each step. What is still to come has a sum, and it ends short of 0. (On the worksheet it is long enough.)",
    )
    .picture("dead_relu-stays_back")
    .wrong(
        "off at one sample, off at both",
        words(goes(&sinking())),
        "The step goes on in the direction of the first one, which lowers *a* at *x* = 2. At *x* = −2 the weight has the other sign.",
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
        words("The gradients of the 1000 old images vanish"),
        !old.iter().all(is_off),
        "They do as long as the unit is off for them. What sets it in motion are the gradients of the new images.",
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
