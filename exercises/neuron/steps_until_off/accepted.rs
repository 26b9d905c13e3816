//! Right answers that are written in other ways than the solution.

use descent::backpropagation::Neuron;
use descent::gradient_descent::{GradientDescent, Optimizer};
use nalgebra::dvector;

type StepsUntilOff = fn(Neuron, f64, usize) -> usize;

pub const ACCEPTED: [StepsUntilOff; 10] = [
    |mut neuron, step_size, longest| {
        let mut x = 3.0;
        for steps in 0..longest {
            if off(neuron) {
                return steps;
            }
            neuron = step(neuron, x, step_size);
            x = -x;
        }
        longest
    },
    |neuron, step_size, longest| {
        let mut neuron = neuron;
        let mut steps = 0;
        while steps < longest && !off(neuron) {
            neuron = step(neuron, [3.0, -3.0][steps % 2], step_size);
            steps += 1;
        }
        steps
    },
    |neuron, step_size, longest| {
        let turns = (0..longest).map(|step| if step % 2 == 0 { 3.0 } else { -3.0 });
        let neurons = turns.scan(neuron, |neuron, x| {
            let before = *neuron;
            *neuron = step(before, x, step_size);
            Some(before)
        });
        neurons.take_while(|&neuron| !off(neuron)).count()
    },
    |neuron, step_size, longest| {
        let turns = [3.0, -3.0].into_iter().cycle().take(longest);
        let mut neuron = neuron;
        for (steps, x) in turns.enumerate() {
            if neuron.b <= -3.0 * neuron.w.abs() {
                return steps;
            }
            neuron = step(neuron, x, step_size);
        }
        longest
    },
    |neuron, step_size, longest| recursive(neuron, 3.0, step_size, longest),
    |neuron, step_size, longest| {
        let mut descent = GradientDescent::new(step_size).unwrap();
        let mut theta = dvector![neuron.w, neuron.b];
        for steps in 0..longest {
            let neuron = Neuron { w: theta[0], b: theta[1] };
            if off(neuron) {
                return steps;
            }
            let x = 3.0 - 6.0 * (steps % 2) as f64;
            let (weight, bias) = neuron.gradient(x, 0.0);
            descent.step(&mut theta, &dvector![weight, bias]);
        }
        longest
    },
    |neuron, step_size, longest| {
        // The gradient by hand.
        let Neuron { mut w, mut b } = neuron;
        let mut x = 3.0;
        let mut steps = 0;
        loop {
            let open = (3.0 * w + b).max(b - 3.0 * w) > 0.0;
            if !open || steps == longest {
                return steps;
            }
            let output = f64::max(w * x + b, 0.0);
            w -= step_size * output * x;
            b -= step_size * output;
            x = -x;
            steps += 1;
        }
    },
    |neuron, step_size, longest| {
        let mut neurons = vec![neuron];
        for t in 0..longest {
            let x = if t & 1 == 0 { 3.0 } else { -3.0 };
            neurons.push(step(neurons[t], x, step_size));
        }
        neurons.iter().position(|&neuron| off(neuron)).unwrap_or(longest)
    },
    |neuron, step_size, longest| {
        // What goes into the ReLU, in place of weight and bias.
        let mut a = [neuron.b + 3.0 * neuron.w, neuron.b - 3.0 * neuron.w];
        for steps in 0..longest {
            if a.iter().all(|&a| a <= 0.0) {
                return steps;
            }
            let (own, other) = (steps % 2, 1 - steps % 2);
            let open = a[own].max(0.0);
            a[own] -= 10.0 * step_size * open;
            a[other] += 8.0 * step_size * open;
        }
        longest
    },
    |neuron, step_size, longest| {
        let mut last = neuron;
        let on = (0..longest).take_while(|t| {
            let neuron = last;
            last = step(neuron, 3.0 * (-1.0_f64).powi(*t as i32), step_size);
            !off(neuron)
        });
        on.count()
    },
];

fn off(neuron: Neuron) -> bool {
    [3.0, -3.0].iter().all(|&x| neuron.forward(x) <= 0.0)
}

fn step(neuron: Neuron, x: f64, step_size: f64) -> Neuron {
    let (weight, bias) = neuron.gradient(x, 0.0);
    Neuron { w: neuron.w - step_size * weight, b: neuron.b - step_size * bias }
}

fn recursive(neuron: Neuron, x: f64, step_size: f64, longest: usize) -> usize {
    match longest {
        0 => 0,
        _ if off(neuron) => 0,
        _ => 1 + recursive(step(neuron, x, step_size), -x, step_size, longest - 1),
    }
}
