//! The worksheet's neuron over the step size.

use descent::backpropagation::Neuron;
use descent::gradient_descent::GradientDescent;
use descent::neuron::{SAMPLES, take_turns, without_relu};

use crate::canvas::{Caption, DrawResult, Ink};
use crate::chart::{Axis, Chart, Line, tenths};
use crate::output::Figure;

pub fn figures() -> DrawResult<Vec<Figure>> {
    Ok(vec![neuron()?])
}

/// The largest loss that the worksheet's neuron meets, over the step size.
fn neuron() -> DrawResult<Figure> {
    let steps = 200;
    type Gradient = fn(Neuron, f64, f64) -> (f64, f64);
    let largest = |step_size: f64, gradient: Gradient| -> DrawResult<f64> {
        let neurons =
            take_turns(&mut GradientDescent::new(step_size)?, steps, gradient)?;
        let last = (0..steps).map(|step| {
            // Both models' losses through ½ ∂b²: the error is the bias's gradient.
            let (x, y) = SAMPLES[step % 2];
            0.5 * gradient(neurons[step], x, y).1.powi(2)
        });
        Ok(last.fold(0.0, f64::max))
    };
    let mut lines = Vec::new();
    for (ink, name, gradient) in [
        (1, "with ReLU", Neuron::gradient as Gradient),
        (2, "without ReLU", without_relu as Gradient),
    ] {
        let mut points = Vec::new();
        for i in 1..=60 {
            let step_size = f64::from(i) / 100.0;
            points.push((step_size, largest(step_size, gradient)?));
        }
        lines.push(Line::new(Ink::Series(ink), name, points));
    }
    let at = |line: &Line, i: usize| format!("{:.0e}", line.points[i - 1].1);
    let description = format!(
        "The largest loss of a sample in {steps} steps, on a logarithmic axis, over the step size, for the worksheet's neuron \
         with and without its ReLU. Without it the loss grows from a step size of 0.2 on and is {} at 0.3. With it the \
         loss never exceeds {} up to a step size of 0.3, is {} at 0.49, and {} at 0.5.",
        at(&lines[1], 30),
        at(&lines[0], 30),
        at(&lines[0], 49),
        at(&lines[0], 50),
    );
    let chart = Chart {
        x: Axis::linear("step size α", (0.005, 0.6), 7, tenths),
        y: Axis::logarithmic(
            "largest loss in 200 steps",
            lines.iter().flat_map(|line| &line.points),
        ),
        bands: Vec::new(),
        lines,
        key: Some((110, 40)),
        margin: 24,
    };
    let title = "The worksheet's neuron over the step size";
    let caption = Caption { name: "neuron-step_sizes", title, description };
    chart.figure(&caption, (560, 340))
}
