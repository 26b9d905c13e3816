//! The formulas of `chapters/neuron.md`.

use crate::check::check;
use descent::backpropagation::Neuron;
use descent::gradient_descent::{GradientDescent, Optimizer};

/// `(a, a')` of a neuron: what goes into the ReLU for the sample whose turn it is, and for the other.
fn pair(neuron: Neuron, turn: usize) -> (f64, f64) {
    let a = [3.0, -3.0].map(|x| neuron.w * x + neuron.b);
    (a[turn % 2], a[1 - turn % 2])
}

fn step(neuron: Neuron, alpha: f64, turn: usize) -> Neuron {
    let (w, b) = neuron.gradient([3.0, -3.0][turn % 2], 0.0);
    let mut theta = neuron.parameters();
    GradientDescent::new(alpha).unwrap().step(&mut theta, &nalgebra::dvector![w, b]);
    Neuron::from_parameters(&theta)
}

#[test]
fn a_step_runs_at_the_line_of_its_sample() {
    check("neuron.step", 10, |at| {
        let alpha = at.any("α", 0.05..=0.5);
        let neuron = Neuron { w: at.draw(0.5..=1.0), b: at.draw(0.0..=1.0) };
        let (a, other) = pair(neuron, 0);
        let (after, other_after) = pair(step(neuron, alpha, 0), 0);
        at.set("a", a).set("a'", other).after("a", after).after("a'", other_after);
    });
    check("neuron.additions", 6, |at| {
        let alpha = at.any("α", 0.01..=0.099);
        // The turns of the first sample, until it has come to its line.
        let mut neuron = Neuron { w: 1.0, b: -1.0 };
        let start = pair(neuron, 0).1;
        for _ in 0..4000 {
            neuron = step(neuron, alpha, 0);
        }
        at.is(0, pair(neuron, 0).1 - start);
    });
    for label in ["neuron.turns", "neuron.recursion"] {
        check(label, 6, |at| {
            let alpha = at.any("α", 0.3..=0.49);
            // Both samples on, so that every turn has a gradient.
            let mut neuron = Neuron { w: at.draw(0.0..=0.1), b: at.draw(2.0..=3.0) };
            at.set("t", 2.0);
            for turn in 0..=3 {
                let (a, other) = pair(neuron, turn);
                at.set(&format!("a_{turn}"), a).set(&format!("a'_{turn}"), other);
                neuron = if a > 0.0 { step(neuron, alpha, turn) } else { neuron };
            }
        });
    }
    check("neuron.ratio", 6, |at| {
        let (alpha, mu) = (at.any("α", 0.1..=0.5), at.any("μ", 0.5..=2.0));
        // The next ratio, from two numbers with this one: the recursion of the page.
        let next = 8.0 * alpha + (1.0 - 10.0 * alpha) / mu;
        at.is(0, next - mu);
        at.real("Q", move |mu| {
            let step =
                nalgebra::Matrix2::new(8.0 * alpha, 1.0 - 10.0 * alpha, 1.0, 0.0);
            (mu * nalgebra::Matrix2::identity() - step).determinant()
        });
    });
}
