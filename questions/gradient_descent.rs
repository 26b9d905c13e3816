//! Gradient descent: how long a step is, and how long it may be.

use descent::gradient_descent::{GradientDescent, Optimizer};
use descent::quadratic::Quadratic;
use nalgebra::{DVector, dmatrix, dvector};

use crate::{Question, exact, number, words};

pub const QUESTIONS: &[fn() -> Question] = &[step, units, longest, hypothesis];

fn after(quadratic: &Quadratic, from: &DVector<f64>, step_size: f64) -> DVector<f64> {
    let mut theta = from.clone();
    let mut descent = GradientDescent::new(step_size).expect("a valid step size");
    descent.step(&mut theta, &quadratic.gradient(from));
    theta
}

/// One step by hand.
pub fn step() -> Question {
    let valley = Quadratic::valley();
    let (from, alpha) = (dvector![4.0, 1.0], 0.05);
    let gradient = valley.gradient(&from);
    Question::number(
        "gradient_descent/step",
        "L14",
        "What is the derivative of 10θ₂²/2?",
        "$f = \\frac12(\\theta_1^2 + 10\\,\\theta_2^2)$, and you stand at (4, 1). What is θ₂ after one step with α = 0.05?",
    )
    .right(
        exact(after(&valley, &from, alpha)[1]),
        "The second entry of the gradient is 10 · 1. So θ₂ becomes 1 − 0.05 · 10.",
    )
    .wrong(
        "that is θ₁",
        exact(after(&valley, &from, alpha)[0]),
        "The first entry of the gradient is 4, and θ₁ becomes 4 − 0.05 · 4.",
    )
    .wrong(
        "the curvature is forgotten",
        exact(from[1] - alpha * from[1]),
        "The derivative of 10θ₂²/2 is 10θ₂.",
    )
    .wrong(
        "the ½ is forgotten",
        number(from[1] - 2.0 * alpha * gradient[1], 2),
        "The ½ in front cancels the 2 of the derivative: 10θ₂, and not 20θ₂.",
    )
    .wrong(
        "uphill",
        exact(from[1] + alpha * gradient[1]),
        "The step goes *against* the gradient.",
    )
}

/// The loss in other units.
pub fn units() -> Question {
    let (from, alpha, factor) = (dvector![4.0, 1.0], 0.1, 100.0_f64);
    let cents =
        Quadratic::new(factor * dmatrix![1.0, 0.0; 0.0, 10.0], DVector::zeros(2));
    let target = after(&Quadratic::valley(), &from, alpha);
    let is_it = |size: f64| (after(&cents, &from, size) - &target).norm() < 1e-9;
    let sizes = [alpha / factor, alpha / factor.sqrt(), alpha, alpha * factor];
    Question::new(
        "gradient_descent/units",
        "L14",
        format!(
            "A loss in dollars is written in cents instead: every value is 100 times as large. Which α makes the same steps in cents as {alpha} in dollars?"
        ),
    )
    .case(
        exact(sizes[0]),
        is_it(sizes[0]),
        "The gradient is 100 times as long, and a step is α times it. A step size suits a loss in its unit.",
    )
    .case(
        exact(sizes[1]),
        is_it(sizes[1]),
        "The gradient is linear in *f*: a hundred times the function, a hundred times the gradient. The root makes up for a tenfold one only.",
    )
    .case(
        exact(sizes[2]),
        is_it(sizes[2]),
        "α is multiplied by the gradient. With the same α every step would be 100 times as long.",
    )
    .case(
        exact(sizes[3]),
        is_it(sizes[3]),
        "The gradient grows with the loss, and a larger α would make the steps longer still.",
    )
}

/// The largest of some step sizes that is sure to go down.
pub fn longest() -> Question {
    let bound = 4.0;
    // On ½Lθ² the lemma is an equation.
    let steepest = Quadratic::new(dmatrix![bound], dvector![0.0]);
    let from = dvector![1.0];
    let down = |alpha: f64| {
        steepest.value(&after(&steepest, &from, alpha)) < steepest.value(&from)
    };
    let sizes = [0.1, 0.25, 0.45, 0.55];
    let largest = sizes.into_iter().filter(|&size| down(size)).fold(0.0, f64::max);
    let is_it = |size: f64| size == largest;
    Question::new(
        "gradient_descent/longest",
        "L17",
        "The eigenvalues of the Hessian are nowhere above 4. Which is the largest of these step sizes with which a step is *sure* to go down?",
    )
    .case(
        exact(sizes[0]),
        is_it(sizes[0]),
        "It is sure to go down, and so are larger ones, up to 2/*L* = 0.5.",
    )
    .case(
        exact(sizes[1]),
        is_it(sizes[1]),
        "At 1/*L* the lemma promises most. It promises something up to 2/*L*.",
    )
    .case(
        exact(sizes[2]),
        is_it(sizes[2]),
        "The lemma promises a descent for every α below 2/*L* = 0.5.",
    )
    .case(
        exact(sizes[3]),
        is_it(sizes[3]),
        "Beyond 2/*L* a step may go up: on 2θ² from 1 it leads to −1.2.",
    )
}

/// Why a step went up although the curvature at its start was small.
pub fn hypothesis() -> Question {
    let f = |x: f64| x.cosh().ln();
    let bend = |x: f64| 1.0 - x.tanh().powi(2);
    let (from, alpha) = (3.0_f64, 12.0);
    let to = from - alpha * from.tanh();
    assert!(alpha < 2.0 / bend(from) && f(to) > f(from), "the story");
    let bound = number(bend(from), 4).text;
    let way = || (0..=100).map(|i| from + (to - from) * f64::from(i) / 100.0);
    Question::new(
        "gradient_descent/hypothesis",
        "L17",
        format!(
            "On log cosh θ, at θ = 3, the second derivative is {}. Two over this is {}, and so a step with α = 12 should go down. It goes up. What has failed?",
            bound,
            number(2.0 / bend(from), 0).text
        ),
    )
    .case(
        words(format!("The second derivative is at most {bound} on the way")),
        way().any(|x| bend(x) > bend(from) + 1e-12),
        "The step passes 0, where the second derivative is 1. A bound at the start says nothing about the way.",
    )
    .case(
        words("The function runs below each of its chords"),
        way().any(|x| bend(x) < 0.0),
        "It does: log cosh is convex, its second derivative is nowhere negative. And the lemma does not ask for it.",
    )
    .case(
        words("The second derivative has no jump on the way"),
        way().any(|x| (bend(x + 1e-6) - bend(x)).abs() > 1e-3),
        "1 − tanh² is continuous everywhere.",
    )
    .case(
        words("The step leads to where the slope points down"),
        from.tanh() * (to - from) >= 0.0,
        "At 3 the slope is nearly 1, and the step goes to the left, against it. It goes too far.",
    )
}
