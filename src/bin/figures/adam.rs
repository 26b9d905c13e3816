//! What the correction does, how long a step can be, and Adam in valleys.

use descent::adam::{Adam, arrival, largest_ratio, missing_correction};
use descent::gradient_descent::{GradientDescent, Optimizer, minimize};
use descent::momentum::Momentum;
use descent::quadratic::{Quadratic, START};
use nalgebra::{DVector, dvector};

use crate::canvas::{Caption, DrawResult, Ink, WIDTH, svg};
use crate::chart::{Axis, Chart, Line, Mark, Names, whole};
use crate::contour::{Path, Plane, Point, in_rows};
use crate::geometry::Rect;
use crate::output::{Figure, csv, number, place, rough, twelve_digits};
use crate::quadratic::valley_axes;
use crate::thumb::Thumb;
use crate::touched::Book;

pub fn figures() -> DrawResult<Vec<Figure>> {
    let mut figures = vec![factor()?, reach()?, turns()?, sweep()?, back()?];
    figures.extend(guesses()?);
    Ok(figures)
}

const USUAL: [f64; 2] = [0.9, 0.999];
const EPSILON: f64 = 1e-8;

fn adam(step_size: f64) -> DrawResult<Adam> {
    Ok(Adam::new(step_size, USUAL, EPSILON)?.with_bias_correction())
}

fn start() -> DVector<f64> {
    DVector::from_row_slice(&START)
}

/// The first twenty steps and then some, evenly on a logarithmic axis, up to 10 000.
fn steps() -> Vec<i32> {
    let later = (27..=80).map(|i| 10_f64.powf(f64::from(i) / 20.0).round() as i32);
    (1..=20).chain(later).collect()
}

/// The factor that the correction takes away.
fn factor() -> DrawResult<Figure> {
    let line = |series, betas: [f64; 2]| {
        let point = |t: i32| (f64::from(t), missing_correction(betas, t));
        let name = format!("β = {}, {}", betas[0], betas[1]);
        Line::new(Ink::Series(series), name, steps().into_iter().map(point).collect())
    };
    let lines = vec![line(4, USUAL), line(5, [0.9, 0.99]), line(6, [0.5, 0.5])];
    let largest =
        |line: &Line| {
            line.points.iter().fold((0.0, 0.0), |best: (f64, f64), &point| {
                if point.1 > best.1 { point } else { best }
            })
        };
    let (at, top) = largest(&lines[0]);
    let caption = Caption {
        name: "adam-factor",
        title: "Steps without bias correction",
        description: format!(
            "How many times as long a step is without correction, over the step on a logarithmic axis. \
             For the betas 0.9 and 0.999 the factor is {:.2} at the first step, {top:.2} at step {at}, and near 1 \
             after thousands of steps; for 0.9 and 0.99 it starts at {:.2} and reaches {:.2}; for 0.5 and 0.5 it \
             starts at {:.2} and rises to 1.",
            lines[0].points[0].1,
            lines[1].points[0].1,
            largest(&lines[1]).1,
            lines[2].points[0].1,
        ),
    };
    Ok(Chart::new(
        Axis::powers("step $t$", (0, 4), 5),
        Axis::linear("times the corrected step", (0.0, 7.0), 8, whole),
        lines,
    )
    .figure(&caption, 350.0))
}

/// How long corrected steps are for three histories of gradients.
fn reach() -> DrawResult<Figure> {
    let line = |series, name: &str, ratio: &dyn Fn(i32) -> f64| {
        let points = steps().into_iter().map(|t| (f64::from(t), ratio(t)));
        Line::new(Ink::Series(series), name, points.collect())
    };
    let [beta1, beta2] = USUAL;
    let alone = (1.0 - beta1) / (1.0 - beta2).sqrt();
    let lines = vec![
        line(4, "growing by β₂/β₁", &|t| {
            largest_ratio(USUAL, t) / missing_correction(USUAL, t)
        }),
        line(5, "zero until now", &|t| alone / missing_correction(USUAL, t)),
        line(6, "constant", &|_| 1.0),
    ];
    let end = |line: &Line| line.points[line.points.len() - 1].1;
    let caption = Caption {
        name: "adam-reach",
        title: "The longest steps of Adam",
        description: format!(
            "The length of step t with bias correction, in units of α, for three histories of gradients. A constant gradient \
             gives 1. A gradient after nothing but zeros gives less than 1 at first and {:.2} in the end. Gradients that grow \
             by β₂/β₁ in every step give the longest steps there are, {:.2} in the end.",
            end(&lines[1]),
            end(&lines[0]),
        ),
    };
    let chart = Chart::new(
        Axis::powers("step $t$", (0, 4), 5),
        Axis::linear("length of the step / α", (0.0, 8.0), 9, whole),
        lines,
    );
    // Names beside lines that can be moved would soon stand beside others.
    Ok(Chart { names: Names::Above, ..chart }.figure(&caption, 350.0))
}

/// Gradient descent and Adam in the valley and in the turned valley.
fn turns() -> DrawResult<Figure> {
    const CURVES: [&str; 2] = ["along the axes", "turned"];
    let name = "adam-turned";
    let book = Book::new(&live::turned::WIDGET);
    let valley = Quadratic::valley();
    let value = |x: f64, y: f64| valley.value(&dvector![x, y]);
    let panels = [
        ("gradient descent", "gradient descent, α = 2/11", Ink::Solid(1)),
        ("Adam", "Adam, α = 0.5", Ink::Solid(4)),
    ];
    let farthest = |panel: &str| {
        let [along, turned] = CURVES.map(|curve| book.points(panel, curve));
        let pairs = along.iter().zip(&turned);
        pairs.map(|(a, b)| (a.0 - b.0).hypot(a.1 - b.1)).fold(0.0, f64::max)
    };
    let description = format!(
        "Two maps of the valley with {} steps from (10, 1), of gradient descent and of Adam, each in the valley along the \
         axes and in the valley turned by 45 degrees, whose path is turned back for the comparison. For gradient descent the \
         two paths are one. For Adam the first steps have one direction and two lengths, because in the turned valley only one \
         parameter has a gradient there; then the paths part, up to {:.1}.",
        live::turned::STEPS,
        farthest("Adam"),
    );
    let title = "Two optimizers in a valley and in the same valley turned";
    let plane = |(key, title, ink): (&'static str, &str, Ink)| {
        let (x, y, levels) = valley_axes();
        let path = |curve, ink| Path::new(ink, book.points(key, curve));
        Plane {
            key,
            title: title.into(),
            function: &value,
            levels,
            // The broad one below.
            paths: vec![
                path(CURVES[1], Ink::Solid(5)).broad().named(CURVES[1]),
                path(CURVES[0], ink).with_dots().named(CURVES[0]),
            ],
            cross: Some((0.0, 0.0)),
            has_key: true,
            ..Plane::new(x, y)
        }
    };
    let planes = panels.map(plane);
    let svg = svg(&Caption { name, title, description }, (WIDTH, 318.0), |canvas| {
        in_rows(&planes, canvas, 318.0);
    });
    Ok(Figure { name, svg, csv: book.csv() })
}

/// Steps until the value stays small, over the step size.
fn sweep() -> DrawResult<Figure> {
    const HORIZON: usize = 400;
    let valley = Quadratic::valley();
    let count = |mut optimizer: Box<dyn Optimizer>| {
        let gradient = |theta: &DVector<f64>| valley.gradient(theta);
        let path = minimize(&mut optimizer, &start(), HORIZON, gradient).ok()?;
        let values: Vec<_> = path.iter().map(|theta| valley.value(theta)).collect();
        arrival(&values, 1e-4 * values[0])
    };
    let mut lines: Vec<_> = [(1, "gradient descent"), (2, "momentum"), (4, "Adam")]
        .map(|(series, name)| Line::new(Ink::Series(series), name, Vec::new()))
        .into();
    for exponent in -80..=80 {
        let step_size = twelve_digits(10_f64.powf(f64::from(exponent) / 40.0));
        let counts = [
            count(Box::new(GradientDescent::new(step_size)?)),
            count(Box::new(Momentum::new(step_size, USUAL[0])?)),
            count(Box::new(adam(step_size)?)),
        ];
        for (line, steps) in lines.iter_mut().zip(counts) {
            line.points.extend(steps.map(|steps| (step_size, steps as f64)));
        }
    }
    let best = |line: &Line| {
        let least = line.points.iter().map(|point| point.1).fold(f64::MAX, f64::min);
        let within = line.points.iter().filter(|point| point.1 <= 1.5 * least);
        let sizes: Vec<_> = within.map(|point| point.0).collect();
        format!(
            "With {} it takes {least:.0} steps at best, and at most half as many again from α = {:.2} to {:.2}.",
            line.name,
            sizes[0],
            sizes[sizes.len() - 1],
        )
    };
    let description = format!(
        "Steps until the value in the valley stays at or below a ten-thousandth of the start's, over the step size on a logarithmic \
         axis, for runs of {HORIZON} steps. {}",
        lines.iter().map(best).collect::<Vec<_>>().join(" "),
    );
    let caption = Caption {
        name: "adam-sweep",
        title: "Three optimizers in the valley",
        description,
    };
    Ok(Chart::new(
        Axis::powers("step size α", (-2, 2), 5),
        Axis::linear("steps", (0.0, 400.0), 5, whole),
        lines,
    )
    .figure(&caption, 370.0))
}

/// The value in the valley long after Adam has arrived, and its true step size.
fn back() -> DrawResult<Figure> {
    const STEPS: usize = 4000;
    let valley = Quadratic::valley();
    let mut optimizer = adam(1.0)?;
    let mut theta = start();
    let mut values = vec![(0.0, valley.value(&theta))];
    let mut sizes = Vec::new();
    for t in 1..=STEPS {
        let gradient = valley.gradient(&theta);
        optimizer.step(&mut theta, &gradient);
        let hat = optimizer.second_moment()[1] / (1.0 - USUAL[1].powi(t as i32));
        if t.is_multiple_of(10) {
            values.push((t as f64, valley.value(&theta)));
            sizes.push((t as f64, 1.0 / hat.sqrt()));
        }
    }
    let lowest = values.iter().fold((0.0, f64::MAX), |best: (f64, f64), &point| {
        if point.1 < best.1 { point } else { best }
    });
    let limit = 38.0 / 10.0;
    let crossed = sizes.iter().find(|size| size.1 > limit).ok_or("it never crosses")?;
    let caption = Caption {
        name: "adam-back",
        title: "The loss comes back",
        description: format!(
            "Two charts over the steps of Adam with α = 1 in the valley. The upper one has the value, on a logarithmic axis: it falls \
             to {} at step {:.0}, and later rises steeply to its old size, falls again and comes back again. The lower one has \
             the true step size along the steep axis: it rises slowly, is above the limit {limit} from about step {:.0} on, and \
             drops when the value has come back.",
            rough(lowest.1, 0),
            lowest.0,
            crossed.0,
        ),
    };
    let steps = || Axis::linear("step", (0.0, 4000.0), 5, whole);
    let rows =
        [("value", &values), ("true step size", &sizes)].map(|(name, points)| {
            let row = move |&(x, y): &Point| vec![name.to_owned(), place(x), number(y)];
            points.iter().map(row).collect::<Vec<_>>()
        });
    let marks = vec![Mark::Horizontal(limit, format!("limit of stability, {limit}"))];
    let value = Chart::new(
        steps(),
        Axis::powers("value", (-80, 10), 5),
        vec![Line::new(Ink::Series(4), "value", values)],
    );
    let size = Chart::new(
        steps(),
        Axis::linear("step size", (0.0, 5.0), 6, whole),
        vec![Line::new(Ink::Series(5), "true step size", sizes)],
    )
    .with_marks(marks);
    let svg = svg(&caption, (WIDTH, 540.0), |canvas| {
        value.draw(canvas, Rect::new(0.0, 0.0, WIDTH, 262.0), "");
        size.draw(canvas, Rect::new(0.0, 278.0, WIDTH, 262.0), "");
    });
    let csv = csv(&["curve", "step", "value"], rows.into_iter().flatten());
    Ok(Figure { name: caption.name, svg, csv })
}

/// What one may expect of steps without correction: Adam's own, those of momentum, and those with correction.
fn guesses() -> DrawResult<Vec<Figure>> {
    const STEPS: i32 = 30;
    const BETAS: [f64; 2] = [0.9, 0.999];
    type Law = fn(i32) -> f64;
    let laws: [(_, _, Law); 3] = [
        ("adam-first_long", "Too long at first", |t| missing_correction(BETAS, t)),
        ("adam-first_short", "Too short at first", |t| 1.0 - BETAS[0].powi(t)),
        ("adam-first_right", "Right from the first step on", |_| 1.0),
    ];
    let pictures = laws.into_iter().map(|(name, title, length)| {
        let points = (1..=STEPS).map(|t| (f64::from(t), length(t).log10())).collect();
        let right = vec![(1.0, 0.0), (f64::from(STEPS), 0.0)];
        let paths = &[
            ("as it ought to be", Ink::DashedForeground, right),
            ("length of the step", Ink::Solid(3), points),
        ];
        let x = (0.0, f64::from(STEPS));
        Thumb { name, title, x, y: (-1.2, 1.2), ground: &[], paths }.figure()
    });
    pictures.collect()
}
