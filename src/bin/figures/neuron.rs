//! The worksheet's neuron: its paths between two lines, and its loss over the step size.

use descent::backpropagation::Neuron;
use descent::gradient_descent::GradientDescent;
use descent::neuron::{SAMPLES, take_turns, without_relu};
use questions::neuron::first_sample_only;

use crate::canvas::{Caption, DrawResult, Ink, WIDTH, svg};
use crate::chart::{Axis, Chart, Line, hundredths, tenths, whole};
use crate::contour::{Path, Plane, Point, paths_csv};
use crate::geometry::Rect;
use crate::output::{Figure, rough};
use crate::thumb::{Thumb, up_to};

pub fn figures() -> DrawResult<Vec<Figure>> {
    let mut figures = vec![plane()?, neuron()?];
    figures.extend(guesses()?);
    Ok(figures)
}

/// The step sizes of the four panels.
const STEP_SIZES: [f64; 4] = [0.05, 0.25, 0.4, 0.5];
/// The window of every panel.
const WINDOW: [(f64, f64); 2] = [(-5.0, 5.0), (-5.4, 1.2)];

/// The plane of weight and bias, with the path for each step size.
fn plane() -> DrawResult<Figure> {
    const STEPS: usize = 20;
    let mut runs = Vec::new();
    for step_size in STEP_SIZES {
        let mut descent = GradientDescent::new(step_size)?;
        let neurons = take_turns(&mut descent, STEPS, Neuron::gradient)?;
        let points: Vec<Point> = neurons.iter().map(|n| (n.w, n.b)).collect();
        runs.push((format!("α = {step_size}"), points));
    }
    let place = |(w, b): Point| format!("({}, {})", hundredths(w), hundredths(b));
    let ends = runs.iter().map(|(name, points)| {
        let few: Vec<_> = points[..4].iter().map(|&point| place(point)).collect();
        format!("{name}: {}.", few.join(", "))
    });
    let caption = Caption {
        name: "neuron-plane",
        title: "The neuron in the plane of weight and bias",
        description: format!(
            "Two lines through 0 with the slopes −3 and 3 in the plane of w and b, and the wedge below both, in which the \
             neuron is off for both samples. Paths from (1, −1), first points: {} The first creeps to its line, the second and \
             third end in the wedge, the fourth jumps over it and leaves the picture.",
            ends.collect::<Vec<_>>().join(" "),
        ),
    };
    let svg = svg(&caption, (WIDTH, 540.0), |canvas| {
        for (place, (name, points)) in (0..).zip(&runs) {
            let (column, row) = (f64::from(place % 2), f64::from(place / 2));
            let place = Rect::new(310.0 * column, 270.0 * row, 298.0, 266.0);
            panel(name, points).draw(canvas, place);
        }
    });
    let paths = runs.iter().map(|(name, points)| (name, points.as_slice()));
    let csv = paths_csv(["panel", "step", "w", "b"], paths);
    Ok(Figure { name: caption.name, svg, csv })
}

/// One panel: the wedge, the two lines with their names, and a path.
fn panel(name: &str, path: &[Point]) -> Plane<'static> {
    let (low, high) = WINDOW[1];
    let line = |side: f64| vec![(side * high / 3.0, high), (side * low / 3.0, low)];
    Plane {
        title: name.into(),
        areas: vec![(
            Ink::Solid(2),
            vec![(0.0, 0.0), (-low / 3.0, low), (low / 3.0, low)],
        )],
        paths: vec![
            Path::new(Ink::Foreground, line(1.0)).named("$a$′ = 0"),
            Path::new(Ink::Foreground, line(-1.0)).named("$a$ = 0"),
            Path::new(Ink::Solid(1), path.to_vec()).with_dots(),
        ],
        is_equal: true,
        ..Plane::new(
            Axis::linear("$w$", WINDOW[0], 6, whole),
            Axis::linear("$b$", WINDOW[1], 4, whole),
        )
    }
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
    let at = |line: &Line, i: usize| rough(line.points[i - 1].1, 0);
    let description = format!(
        "The largest loss of a sample in {steps} steps, on a logarithmic axis, over the step size, for the worksheet's neuron \
         with and without its ReLU. Without it the loss grows from a step size of 0.2 on and is {} at 0.3. With it the \
         loss never exceeds {} up to a step size of 0.3, is {} at 0.49, and {} at 0.5.",
        at(&lines[1], 30),
        at(&lines[0], 30),
        at(&lines[0], 49),
        at(&lines[0], 50),
    );
    let chart = Chart::new(
        Axis::linear("step size α", (0.005, 0.6), 7, tenths),
        Axis::logarithmic(
            "largest loss in 200 steps",
            lines.iter().flat_map(|line| &line.points),
        ),
        lines,
    );
    let title = "The worksheet's neuron over the step size";
    let caption = Caption { name: "neuron-step_sizes", title, description };
    Ok(chart.figure(&caption, 370.0))
}

/// What one may expect of the largest loss: the gate moves the limit, or does nothing, or ends every swing.
fn guesses() -> DrawResult<Vec<Figure>> {
    const CEILING: f64 = 7.0;
    type Gradient = fn(Neuron, f64, f64) -> (f64, f64);
    let largest = |step_size: f64, gradient: Gradient| -> f64 {
        let run = GradientDescent::new(step_size)
            .and_then(|mut descent| take_turns(&mut descent, 200, gradient));
        let Ok(neurons) = run else { return f64::INFINITY };
        let losses = neurons.iter().flat_map(|neuron| {
            SAMPLES.map(|(x, y)| (neuron.w * x + neuron.b).max(0.0) - y)
        });
        losses.map(|error| error * error / 2.0).fold(0.0, f64::max)
    };
    let laws: [(_, _, Gradient); 3] = [
        ("neuron-limit_half", "The loss explodes from one half on", Neuron::gradient),
        ("neuron-limit_fifth", "The loss explodes above one fifth", without_relu),
        ("neuron-limit_never", "The loss never explodes", first_sample_only),
    ];
    let pictures = laws.into_iter().map(|(name, title, gradient)| {
        let points = (1..=120).map(|i| {
            let step_size = f64::from(i) / 200.0;
            (step_size, largest(step_size, gradient).log10())
        });
        let points = up_to(CEILING, points);
        let paths = &[("largest loss", Ink::Solid(1), points)];
        Thumb { name, title, x: (0.0, 0.6), y: (-0.5, CEILING), ground: &[], paths }
            .figure()
    });
    pictures.collect()
}
