use descent::backpropagation::Neuron;

use super::StepsUntilOff;
use crate::judge::Mistake;

pub const MISTAKES: &[Mistake<StepsUntilOff>] = &[
    Mistake {
        function: |neuron, step_size, longest| {
            run(
                neuron,
                longest,
                |n, step| n.forward(x(step)) == 0.0,
                |n, step| moved(n, n.gradient(x(step), 0.0), step_size),
            )
        },
        told: "This stops when the neuron is off for one sample, the one whose turn it is. The \
               other may still be on, and move it.",
    },
    Mistake {
        function: |neuron, step_size, longest| {
            run(neuron, longest, is_off, |n, _| {
                moved(n, n.gradient(3.0, 0.0), step_size)
            })
        },
        told: "Every step is on the same sample here. They take turns.",
    },
    Mistake {
        function: |neuron, step_size, longest| {
            run(neuron, longest, is_off, |n, step| {
                moved(n, n.gradient(x(step + 1), 0.0), step_size)
            })
        },
        told: "Here (−3, 0) comes first. The run begins with (3, 0).",
    },
    Mistake {
        function: |neuron, step_size, longest| {
            run(neuron, longest, is_off, |n, _| {
                let (first, second) = (n.gradient(3.0, 0.0), n.gradient(-3.0, 0.0));
                moved(n, (first.0 + second.0, first.1 + second.1), step_size)
            })
        },
        told: "Both samples are in every step here. That is another run, which ends sooner. One \
               sample a step.",
    },
    Mistake {
        function: |neuron, step_size, longest| {
            run(neuron, longest, is_off, |n, step| {
                let error = n.w * x(step) + n.b;
                moved(n, (error * x(step), error), step_size)
            })
        },
        told: "This neuron also learns from a sample for which it is off. The gate is in \
               the gradient: where wx + b is not above 0, it is zero.",
    },
    Mistake {
        function: |neuron, step_size, longest| {
            run(neuron, longest, is_off, |n, step| {
                moved(n, (n.gradient(x(step), 0.0).0, 0.0), step_size)
            })
        },
        told: "The bias stays where it is here. It moves with the second number of the \
               gradient.",
    },
    Mistake {
        function: |neuron, step_size, longest| {
            run(neuron, longest, is_off, |n, step| {
                moved(n, n.gradient(x(step), 0.0), -step_size)
            })
        },
        told: "This adds the gradient. A step subtracts it.",
    },
    Mistake {
        function: |neuron, step_size, longest| {
            let (mut neuron, mut moves) = (neuron, 0);
            for step in 0..longest {
                if is_off(neuron, step) {
                    return moves;
                }
                moves += usize::from(neuron.forward(x(step)) > 0.0);
                neuron = moved(neuron, neuron.gradient(x(step), 0.0), step_size);
            }
            longest
        },
        told: "This counts only the steps that move the neuron. A step on a sample for which \
               it is off is one as well.",
    },
    Mistake {
        function: |neuron, step_size, longest| {
            let mut neuron = neuron;
            for step in 0..longest {
                neuron = moved(neuron, neuron.gradient(x(step), 0.0), step_size);
                if is_off(neuron, step) {
                    return step;
                }
            }
            longest
        },
        told: "This is a step short: after the step with the number 0, one step has been \
               taken.",
    },
];

fn x(step: usize) -> f64 {
    if step.is_multiple_of(2) { 3.0 } else { -3.0 }
}

fn is_off(neuron: Neuron, _: usize) -> bool {
    neuron.forward(3.0) == 0.0 && neuron.forward(-3.0) == 0.0
}

fn moved(neuron: Neuron, (weight, bias): (f64, f64), step_size: f64) -> Neuron {
    Neuron { w: neuron.w - step_size * weight, b: neuron.b - step_size * bias }
}

fn run(
    neuron: Neuron,
    longest: usize,
    ends: impl Fn(Neuron, usize) -> bool,
    update: impl Fn(Neuron, usize) -> Neuron,
) -> usize {
    let mut neuron = neuron;
    for step in 0..longest {
        if ends(neuron, step) {
            return step;
        }
        neuron = update(neuron, step);
    }
    longest
}
