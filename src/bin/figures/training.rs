//! A whole training on MNIST: losses, accuracies, step sizes, movement and curvature.

use descent::gradient_descent::GradientDescent;
use descent::mnist::Split;
use descent::momentum::Momentum;
use descent::network::{Batch, Network, softmax};
use descent::sgd::{Examples, half_resolution};
use descent::training::{
    DRAWN, Epoch, FEW, HIDDEN, PLAN, Run, SEEDS, VALIDATION, compare, full_batch,
    largest_curvature, movement, settled, sweep, test_positions, widths_compared,
};

use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use crate::canvas::{Area, Caption, DrawResult, Ink, PIXEL, svg};
use crate::chart::{Axis, Chart, Line, tenths, whole};
use crate::digits::digits;
use crate::grid::label;
use crate::output::{Figure, csv, twelve_digits};
use crate::sgd::rounded;

const NAMES: [&str; 3] = ["SGD", "momentum", "Adam"];
/// The colours of SGD, momentum and Adam in the whole book.
const INKS: [u8; 3] = [1, 2, 4];

pub fn figures() -> DrawResult<Vec<Figure>> {
    let train = digits(Split::Train)?;
    let test = digits(Split::Test)?.batch(&test_positions());
    let examples = |positions: &[usize]| train.batch(positions);
    let runs = compare(&SEEDS[..1], &examples, &test);
    let runs: Vec<&Run> = runs.iter().map(|runs| &runs[0]).collect();
    let few = half_resolution(&examples(&(0..FEW).collect::<Vec<_>>()));
    Ok(vec![
        two_digits(runs[2], &test)?,
        losses(&runs)?,
        accuracies(&runs)?,
        step_sizes(&examples)?,
        widths(&examples)?,
        limits(&few)?,
    ])
}

/// Two digits, and the probability of each class before the training and after each epoch.
fn two_digits(run: &Run, test: &Batch) -> DrawResult<Figure> {
    const CELL: i32 = 35;
    const ROW: i32 = 24;
    let networks: Vec<_> = std::iter::once(&run.start)
        .chain(run.epochs.iter().map(|epoch| &epoch.network))
        .collect();
    let digits = DRAWN.map(|digit| {
        let image = test.images.rows(digit, 1).into_owned();
        let percent = |network: &&Network| {
            let shares = softmax(&network.forward(image.clone())[2]);
            shares.iter().map(|share| (100.0 * share).round()).collect()
        };
        let rows: Vec<Vec<f64>> = networks.iter().map(percent).collect();
        (digit, test.labels[digit], rows)
    });
    let name = |epoch: usize| match epoch {
        0 => "before".into(),
        epoch => format!("epoch {epoch}"),
    };
    let said = digits.each_ref().map(|(_, label, rows)| {
        let shares = rows.iter().map(|row| format!("{}", row[*label]));
        format!(
            "A {label}, of which the network gives its class {} percent",
            shares.collect::<Vec<_>>().join(", ")
        )
    });
    let caption = Caption {
        name: "training-digits",
        title: "Two digits, classified before, during and after the training",
        description: format!(
            "Two test digits, each beside a table of ten probabilities in percent, before the training and after \
             each of {} epochs. {}.",
            run.epochs.len(),
            said.join(". ")
        ),
    };
    let svg = svg(&caption, (580, 340), |area| {
        for (place, (digit, _, rows)) in (0..).zip(&digits) {
            let top = 170 * place;
            let corner = (8, top + 16);
            for (pixel, value) in (0..).zip(test.images.row(*digit).iter()) {
                let ink = (100.0 * value).round() / 100.0;
                if ink > 0.0 {
                    let (x, y) =
                        (corner.0 + 5 * (pixel % 28), corner.1 + 5 * (pixel / 28));
                    square(area, (x, y), (5, 5), Ink::Foreground, ink)?;
                }
            }
            frame(area, corner, (140, 140))?;
            let (left, first) = (222, top + 28);
            for class in 0..10 {
                let x = left + CELL * class + CELL / 2;
                label(area, (x, first - 10), &class.to_string(), HPos::Center)?;
            }
            for (epoch, row) in rows.iter().enumerate() {
                let y = first + 4 + ROW * epoch as i32;
                label(area, (left - 6, y + ROW / 2), &name(epoch), HPos::Right)?;
                for (class, percent) in (0..).zip(row) {
                    let x = left + CELL * class;
                    let share = 0.006 * percent;
                    square(area, (x, y), (CELL, ROW), Ink::Solid(4), share)?;
                    let percent = percent.to_string();
                    label(area, (x + CELL / 2, y + ROW / 2), &percent, HPos::Center)?;
                }
            }
            frame(area, (left, first + 4), (10 * CELL, ROW * rows.len() as i32))?;
        }
        Ok(())
    })?;
    let rows = digits.iter().flat_map(|(_, label, rows)| {
        rows.iter().enumerate().flat_map(move |(epoch, row)| {
            (0..).zip(row).map(move |(class, percent): (usize, &f64)| {
                vec![
                    label.to_string(),
                    epoch.to_string(),
                    class.to_string(),
                    percent.to_string(),
                ]
            })
        })
    });
    let csv = csv(&["digit", "epochs", "class", "percent"], rows);
    Ok(Figure { name: caption.name, svg, csv })
}

/// A filled rectangle: its upper left corner and its size in pixels.
fn square(
    area: &Area,
    (x, y): (i32, i32),
    (width, height): (i32, i32),
    ink: Ink,
    opacity: f64,
) -> DrawResult {
    let corners =
        [(x, y), (x + width, y + height)].map(|(x, y)| (x * PIXEL, y * PIXEL));
    area.draw(&Rectangle::new(corners, ink.color().mix(opacity).filled()))?;
    Ok(())
}

fn frame(area: &Area, (x, y): (i32, i32), (width, height): (i32, i32)) -> DrawResult {
    let corners =
        [(x, y), (x + width, y + height)].map(|(x, y)| (x * PIXEL, y * PIXEL));
    let ink = Ink::Foreground.color().stroke_width(PIXEL as u32);
    area.draw(&Rectangle::new(corners, ink))?;
    Ok(())
}

/// Means over this many batches make a point.
const SMOOTH: usize = 20;

fn losses(runs: &[&Run]) -> DrawResult<Figure> {
    let per_epoch = (PLAN.examples / PLAN.batch_size) as f64;
    let line = |(i, run): (usize, &&Run)| {
        let losses: Vec<f64> =
            run.epochs.iter().flat_map(|epoch| epoch.losses.clone()).collect();
        let points = losses.chunks(SMOOTH).enumerate().map(|(chunk, losses)| {
            let middle = (chunk * SMOOTH + SMOOTH / 2) as f64 / per_epoch;
            (middle, losses.iter().sum::<f64>() / losses.len() as f64)
        });
        Line::new(Ink::Series(INKS[i]), NAMES[i], points.collect())
    };
    let lines: Vec<_> = runs.iter().enumerate().map(line).collect();
    let ends: Vec<_> = lines
        .iter()
        .map(|line| {
            format!(
                "{} ends at {:.2}",
                line.name,
                line.points.last().map_or(0.0, |p| p.1)
            )
        })
        .collect();
    let caption = Caption {
        name: "training-loss",
        title: "Training loss of three optimizers",
        description: format!(
            "Loss against epochs on a logarithmic axis, means over {SMOOTH} batches. All three fall \
             steeply in the first epoch and slowly then. {}.",
            ends.join(", ")
        ),
    };
    Chart {
        x: Axis::linear("epochs", (0.0, PLAN.epochs as f64 + 1.0), 5, whole),
        y: Axis::powers("training loss", (-2, 1), 4),
        bands: vec![],
        lines,
        key: Some((400, 30)),
        margin: 24,
    }
    .figure(&caption, (560, 340))
}

fn accuracies(runs: &[&Run]) -> DrawResult<Figure> {
    let line = |(i, run): (usize, &&Run)| {
        let percent = |epoch: &Epoch| 100.0 * epoch.accuracy;
        let points = run.epochs.iter().zip(1..);
        let points = points.map(|(epoch, t)| (f64::from(t), percent(epoch)));
        Line::new(Ink::Series(INKS[i]), NAMES[i], points.collect())
    };
    let lines: Vec<_> = runs.iter().enumerate().map(line).collect();
    let ends: Vec<_> = lines
        .iter()
        .map(|line| {
            let [(_, first), .., (_, last)] = line.points[..] else {
                return String::new();
            };
            format!(
                "{}: {first:.1} percent after the first, {last:.1} after the last",
                line.name
            )
        })
        .collect();
    let caption = Caption {
        name: "training-accuracy",
        title: "Test accuracy after each epoch",
        description: format!("Test accuracy after each epoch. {}.", ends.join("; ")),
    };
    Chart {
        x: Axis::linear("after epoch", (1.0, PLAN.epochs as f64 + 1.0), 4, whole),
        y: Axis::linear("test accuracy, %", (88.0, 96.0), 5, whole),
        bands: vec![],
        lines,
        key: Some((400, 210)),
        margin: 24,
    }
    .figure(&caption, (560, 340))
}

fn step_sizes(examples: &Examples) -> DrawResult<Figure> {
    let swept = sweep(examples);
    let line = |(i, (_, swept)): (usize, &(_, Vec<(f64, f64)>))| {
        let points = swept
            .iter()
            .map(|&(size, accuracy)| (twelve_digits(size.log10()), 100.0 * accuracy));
        Line::new(Ink::Series(INKS[i]), NAMES[i], points.collect())
    };
    let lines: Vec<_> = swept.iter().enumerate().map(line).collect();
    let best: Vec<_> = swept
        .iter()
        .zip(NAMES)
        .map(|((_, swept), name)| {
            let best = swept.iter().fold((0.0, 0.0), |best, &point| {
                if point.1 > best.1 { point } else { best }
            });
            format!("{name} is best at {} with {:.1} percent", best.0, 100.0 * best.1)
        })
        .collect();
    let caption = Caption {
        name: "training-sweep",
        title: "Accuracy against the step size",
        description: format!(
            "Accuracy on {} held-out digits against the base-ten logarithm of the step size. {}.",
            VALIDATION.len(),
            best.join(", ")
        ),
    };
    Chart {
        x: Axis::linear("log₁₀ of the step size", (-3.0, 1.0), 5, whole),
        y: Axis::linear("accuracy, %", (60.0, 100.0), 5, whole),
        bands: vec![],
        lines: lines.into_iter().map(|line| clipped(line, 60.0)).collect(),
        key: Some((90, 230)),
        margin: 24,
    }
    .figure(&caption, (560, 340))
}

/// The line down to where it leaves the chart.
fn clipped(mut line: Line, floor: f64) -> Line {
    if let Some(below) = line.points.iter().position(|&(_, y)| y < floor) {
        let ((x0, y0), (x1, y1)) = (line.points[below - 1], line.points[below]);
        let x = x0 + (x1 - x0) * (y0 - floor) / (y0 - y1);
        line.points.truncate(below);
        line.points.push((round(x), floor));
    }
    line
}

/// To three decimals, which no processor changes.
fn round(x: f64) -> f64 {
    (1000.0 * x).round() / 1000.0
}

fn widths(examples: &Examples) -> DrawResult<Figure> {
    let measured = widths_compared(examples);
    let line = |mover: usize, name: &str, layer: usize| {
        let ink = if mover == 0 { Ink::Series(1) } else { Ink::Series(4) };
        let point = |(runs, &width): (&Vec<Run>, &usize)| {
            let relative = runs.iter().map(|run| movement(run, run)[layer].relative);
            (width as f64, relative.sum::<f64>() / runs.len() as f64)
        };
        let points = measured[mover].iter().zip(&HIDDEN).map(point).collect();
        let layer = ["first", "second", "last"][layer];
        // Names would touch.
        let down = match (mover, layer) {
            (0, "first") => 9,
            (0, "last") => -5,
            (1, "first") => 6,
            (1, "second") => -3,
            (1, "last") => -9,
            _ => 0,
        };
        Line::new(ink, format!("{name}, {layer}"), points).named_at(3, (6, down))
    };
    let lines: Vec<_> = [(0, "SGD"), (1, "Adam")]
        .into_iter()
        .flat_map(|(mover, name)| (0..3).map(move |layer| (mover, name, layer)))
        .map(|(mover, name, layer)| line(mover, name, layer))
        .collect();
    let ends: Vec<_> = lines
        .iter()
        .map(|line| {
            let [(_, narrow), .., (_, wide)] = line.points[..] else {
                return String::new();
            };
            format!("{} layer: from {narrow:.2} to {wide:.2}", line.name)
        })
        .collect();
    let caption = Caption {
        name: "training-widths",
        title: "Relative movement against width",
        description: format!(
            "The distance from the start over the norm of the start, for each layer, against the width of \
             the two hidden layers, from {} to {}; means of three seeds. {}.",
            HIDDEN[0],
            HIDDEN[3],
            ends.join("; ")
        ),
    };
    Chart {
        x: Axis::linear("width", (0.0, 160.0), 5, whole),
        y: Axis::linear("‖W_T − W₀‖ / ‖W₀‖", (0.0, 0.8), 9, tenths),
        bands: vec![],
        lines,
        key: None,
        margin: 120,
    }
    .figure(&caption, (560, 380))
}

fn limits(batch: &Batch) -> DrawResult<Figure> {
    const STEPS: usize = 20;
    /// A line ends where the loss has passed this.
    const TOP: f64 = 10.0;
    let network = settled(batch, SEEDS[0]);
    let limit = 2.0 / largest_curvature(&network, batch, 20, SEEDS[0]);
    let points = |losses: Vec<f64>| {
        let shown = losses.iter().take_while(|&&loss| loss < TOP).count();
        (0..shown).map(|t| (t as f64, rounded(losses[t]))).collect::<Vec<_>>()
    };
    let mut lines = Vec::new();
    for (multiple, down) in [(0.5, -9), (0.9, 1), (1.5, 11), (2.0, 0), (4.0, 0)] {
        let mut descent = GradientDescent::new(multiple * limit)?;
        let losses = full_batch(&network, &mut descent, batch, STEPS + 1)?.0;
        let line = Line::new(Ink::Series(1), format!("{multiple}"), points(losses));
        lines.push(line.named_at(STEPS, (6, down)));
    }
    let mut momentum = Momentum::new(16.0 * limit, 0.9)?;
    let losses = full_batch(&network, &mut momentum, batch, STEPS + 1)?.0;
    lines.push(Line::new(Ink::Series(2), "momentum, 16", points(losses)));
    let caption = Caption {
        name: "training-limit",
        title: "Below and above two over the largest curvature",
        description: format!(
            "Loss of {FEW} digits over {STEPS} full-batch steps on a logarithmic axis. With 0.5 and 0.9 times \
             the limit the loss of gradient descent falls; with 1.5, 2 and 4 times it jumps. Momentum with 16 times the limit ends at {:.0e}.",
            lines[5].points.last().map_or(0.0, |point| point.1)
        ),
    };
    Chart {
        x: Axis::linear("step", (0.0, STEPS as f64), 5, whole),
        y: Axis::powers("loss", (-4, 1), 6),
        bands: vec![],
        lines,
        key: None,
        margin: 120,
    }
    .figure(&caption, (560, 380))
}
