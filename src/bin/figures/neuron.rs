//! The worksheet's neuron: its paths between two lines, and its loss over the step size.

use descent::backpropagation::Neuron;
use descent::gradient_descent::GradientDescent;
use descent::neuron::{SAMPLES, take_turns, without_relu};
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;
use questions::neuron::first_sample_only;

use crate::canvas::{Area, Caption, DrawResult, Ink, PIXEL, svg, text};
use crate::chart::{Axis, Chart, Line, hundredths, tenths, whole};
use crate::contour::{Point, paths_csv};
use crate::grid::label;
use crate::output::Figure;
use crate::thumb::{Thumb, up_to};

pub fn figures() -> DrawResult<Vec<Figure>> {
    let mut figures = vec![plane()?, neuron()?];
    figures.extend(guesses()?);
    Ok(figures)
}

/// The step sizes of the four panels.
const STEP_SIZES: [f64; 4] = [0.05, 0.25, 0.4, 0.5];
/// The window, and the size in pixels that gives both axes one scale.
const WINDOW: [(f64, f64); 2] = [(-5.0, 5.0), (-5.4, 1.2)];
const SCALE: f64 = 24.0;

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
    let svg = svg(&caption, (600, 462), |area| {
        for (place, (name, points)) in (0..).zip(&runs) {
            panel(area, (300 * (place % 2), 231 * (place / 2)), name, points)?;
        }
        Ok(())
    })?;
    let paths = runs.iter().map(|(name, points)| (name, points.as_slice()));
    let csv = paths_csv(["panel", "step", "w", "b"], paths);
    Ok(Figure { name: caption.name, svg, csv })
}

/// One panel: the wedge, the two lines with their names, and a path, cut where it leaves.
fn panel(
    root: &Area,
    (left, top): (i32, i32),
    name: &str,
    path: &[Point],
) -> DrawResult {
    let [w, b] = WINDOW.map(|(low, high)| (SCALE * (high - low)) as i32);
    // Room for the labels: 36 on the left, 26 above, 24 below.
    let size = (36 + w + 12, 26 + b + 24);
    let area = root.clone().shrink(
        (left * PIXEL, top * PIXEL),
        ((size.0 * PIXEL) as u32, (size.1 * PIXEL) as u32),
    );
    let x = Axis::linear("", WINDOW[0], 6, whole);
    let y = Axis::linear("", WINDOW[1], 4, whole);
    let mut chart = ChartBuilder::on(&area)
        .margin_top(26 * PIXEL)
        .margin_right(12 * PIXEL)
        .x_label_area_size(24 * PIXEL)
        .y_label_area_size(36 * PIXEL)
        .build_cartesian_2d(x.ticked(), y.ticked())?;
    let low = WINDOW[1].0;
    let wedge = vec![(0.0, 0.0), (-low / 3.0, low), (low / 3.0, low)];
    let shade = Ink::Solid(2).color().mix(0.2).filled();
    chart.draw_series([Polygon::new(wedge, shade)])?;
    chart
        .configure_mesh()
        .disable_mesh()
        .label_style(text(15, Ink::Foreground))
        .axis_style(Ink::Foreground.color().stroke_width(PIXEL as u32))
        .x_label_formatter(&|&w| x.tick(w))
        .y_label_formatter(&|&b| y.tick(b))
        .draw()?;
    let high = WINDOW[1].1;
    for side in [1.0, -1.0] {
        let line = vec![(side * high / 3.0, high), (side * low / 3.0, low)];
        let style = Ink::Foreground.color().stroke_width(PIXEL as u32);
        chart.draw_series([PathElement::new(line, style)])?;
    }
    let inside = |&&(w, b): &&Point| {
        let [x, y] = WINDOW;
        (x.0..=x.1).contains(&w) && (y.0..=y.1).contains(&b)
    };
    let dots: Vec<Point> = path.iter().take_while(inside).copied().collect();
    let mut line = dots.clone();
    if let (Some(&from), Some(&to)) = (dots.last(), path.get(dots.len())) {
        // It leaves through the lower edge.
        let share = (from.1 - low) / (from.1 - to.1);
        line.push((from.0 + share * (to.0 - from.0), low));
    }
    let ink = Ink::Solid(1);
    let style = ink.color().stroke_width(2 * PIXEL as u32);
    chart.draw_series([PathElement::new(line, style)])?;
    chart.draw_series(dots.iter().enumerate().map(|(step, &dot)| {
        let radius = if step == 0 { 5 } else { 3 };
        Circle::new(dot, radius * PIXEL, ink.color().filled())
    }))?;
    let names =
        [((-0.5, 0.75), "a = 0", HPos::Right), ((0.5, 0.75), "a′ = 0", HPos::Left)];
    for (at, name, side) in names {
        let (x, y) = chart.backend_coord(&at);
        label(root, (x / PIXEL, y / PIXEL), name, side)?;
    }
    for (at, name, side) in [
        ((WINDOW[0].1 - 0.1, low + 0.45), "w →", HPos::Right),
        ((WINDOW[0].0 + 0.2, high - 0.5), "b ↑", HPos::Left),
    ] {
        let (x, y) = chart.backend_coord(&at);
        label(root, (x / PIXEL, y / PIXEL), name, side)?;
    }
    label(root, (left + 36 + w / 2, top + 13), name, HPos::Center)
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
