//! A whole training on MNIST: losses, accuracies, step sizes, movement and curvature.

use descent::gradient_descent::GradientDescent;
use descent::mnist::Split;
use descent::momentum::Momentum;
use descent::network::{Batch, Network, softmax};
use descent::sgd::{Examples, half_resolution};
use descent::training::{
    DRAWN, Epoch, FEW, HIDDEN, PLAN, Run, SEEDS, SWEEP, VALIDATION, compare,
    full_batch, largest_curvature, movement, settled, sweep, test_positions,
    widths_compared,
};
use live::images::{self, Set};
use live::training as page;
use questions::training::{Courses, courses};

use crate::axes::Frame;
use crate::canvas::{Align, Canvas, Caption, DrawResult, Ink, Pen, WIDTH, svg};
use crate::chart::{Axis, Chart, Line, Names, tenths, whole};
use crate::digits::digits;
use crate::geometry::Rect;
use crate::grid::label;
use crate::output::{Figure, csv, number, rough};
use crate::sgd::rounded;
use crate::thumb::{Thumb, up_to};
use crate::touched::Book;

pub const NAMES: [&str; 3] = ["SGD", "momentum", "Adam"];
/// The colours of SGD, momentum and Adam in the whole book.
pub const INKS: [u8; 3] = [1, 2, 4];

pub fn figures() -> DrawResult<Vec<Figure>> {
    let train = digits(Split::Train)?;
    let test = digits(Split::Test)?.batch(&test_positions());
    let examples = |positions: &[usize]| train.batch(positions);
    let page_digits = page::digits(train, digits(Split::Test)?);
    let runs = compare(PLAN, &SEEDS[..1], &examples, &test);
    let runs: Vec<&Run> = runs.iter().map(|runs| &runs[0]).collect();
    let few = half_resolution(&examples(&(0..FEW).collect::<Vec<_>>()));
    let mut figures = guesses()?;
    figures.extend([
        two_digits(runs[2], &test)?,
        losses(&runs)?,
        accuracies(&runs)?,
        step_sizes(&examples)?,
        widths(&examples)?,
        limits(&few)?,
        in_the_page(&page_digits)?,
    ]);
    Ok(figures)
}

/// A training small enough for the page, and what it makes of a digit.
fn in_the_page(digits: &Batch) -> DrawResult<Figure> {
    const ROW: f64 = 250.0;
    images::receive(&images::pack(Set::Training, digits))?;
    let book = Book::new(&page::WIDGET);
    let steps = || Axis::linear("step", (0.0, 400.0), 5, whole);
    let line = |panel, name, ink| Line::new(ink, name, book.points(panel, name));
    let dots =
        |panel, name| Line::measured(Ink::Solid(1), name, book.points(panel, name));
    let chart = |key, y, lines| Chart { key, ..Chart::new(steps(), y, lines) };
    let ratios = [("first layer", Ink::Series(1)), ("second layer", Ink::Series(2))];
    let ratios = ratios.map(|(name, ink)| line("updates", name, ink));
    let share = |label| Axis::linear(label, (0.0, 1.0), 6, tenths);
    let charts = [
        chart(
            "loss",
            Axis::linear("loss, mean of ten steps", (0.0, 2.5), 6, tenths),
            vec![line("loss", "mean of ten losses", Ink::Solid(1)).unnamed()],
        ),
        chart(
            "accuracy",
            share("accuracy on 500 test digits"),
            vec![dots("accuracy", "500 test digits").unnamed()],
        ),
        Chart {
            names: Names::Above,
            ..chart(
                "updates",
                Axis::powers("update over weights", (-5, 0), 6),
                ratios.into(),
            )
        },
        chart(
            "dead units",
            share("share of dead units"),
            vec![dots("dead units", "hidden layer").unnamed()],
        ),
    ];
    let end = |panel, name| book.points(panel, name).last().map_or(f64::NAN, |p| p.1);
    let description = format!(
        "Six plots. Over the steps of a training with Adam: the loss falls to {:.2}, the accuracy rises to {:.2}, an update of the first layer \
         ends at {:.3} of its weights, and the share of the dead units of the hidden layer at {:.2}. Below, the first test digit, and the probabilities of \
         the ten classes, of which that of the 7 is nearly 1.",
        end("loss", "mean of ten losses"),
        end("accuracy", "500 test digits"),
        end("updates", "first layer"),
        end("dead units", "hidden layer"),
    );
    let title = "A training in the page";
    let caption = Caption { name: "training-page", title, description };
    let svg = svg(&caption, (WIDTH, 3.0 * ROW), |canvas| {
        let place = |i| Rect::of_two_columns(i, ROW);
        for (chart, i) in charts.iter().zip(0..) {
            chart.draw(canvas, place(i), "");
        }
        drawn(canvas, place(4), &book);
        answered(canvas, place(5), &book);
    });
    Ok(Figure { name: caption.name, svg, csv: book.csv() })
}

/// The pieces of a curve with gaps.
fn pieces(points: &[(f64, f64)]) -> Vec<Vec<(f64, f64)>> {
    let pieces = points.split(|(x, _)| x.is_nan()).filter(|piece| !piece.is_empty());
    pieces.map(<[_]>::to_vec).collect()
}

fn drawn(canvas: &mut Canvas, place: Rect, book: &Book) {
    // Pixels: they are seen, and nobody counts them.
    let axis = |label| {
        let mut axis = Axis::named(label, &[]);
        axis.range = (0.0, 28.0);
        axis
    };
    let (x, y) = (axis(""), axis("the digit"));
    let place = Rect { right: place.left + place.height(), ..place };
    let frame = Frame::new((&x, &y), place, "", (0.0, 0.0)).with_key(page::DIGIT);
    frame.panel(canvas, |canvas| {
        frame.draw(canvas);
        canvas.outline(Pen::new(Ink::Foreground, 1.0), &frame.plot.corners());
        for (name, opacity) in page::SHADES.into_iter().zip([0.3, 0.6, 1.0]) {
            let squares = pieces(&book.points(page::DIGIT, name));
            let squares: Vec<_> =
                squares.iter().map(|piece| frame.line(piece)).collect();
            canvas.areas(Ink::Foreground, opacity, name, &squares);
        }
    });
}

fn answered(canvas: &mut Canvas, place: Rect, book: &Book) {
    let x = Axis::linear("class", (-0.5, 9.5), 10, whole);
    let y = Axis::linear("probability", (0.0, 1.0), 6, tenths);
    let frame = Frame::new((&x, &y), place, "", (0.0, 0.0)).with_key(page::ANSWER);
    frame.panel(canvas, |canvas| {
        frame.grid(canvas, &[]);
        frame.draw(canvas);
        let bars = pieces(&book.points(page::ANSWER, "probability"));
        let bars: Vec<_> = bars.iter().map(|piece| frame.line(piece)).collect();
        canvas.areas(Ink::Solid(2), 0.6, "probability", &bars);
    });
}

/// What the loss might do with four times the step size that a quadratic bears.
fn guesses() -> DrawResult<Vec<Figure>> {
    const HEIGHTS: (f64, f64) = (-3.0, 2.5);
    let Courses { network, quadratic, below } = courses(SEEDS[0]);
    let laws = [
        ("training-explodes_back", "It comes back to guessing", network),
        ("training-explodes_rises", "It rises without end", quadratic),
        ("training-explodes_falls", "It goes on falling", below),
    ];
    let guessing = 10_f64.ln().log10();
    let pictures = laws.into_iter().map(|(name, title, losses)| {
        let points = (0..)
            .zip(losses)
            .map(|(t, loss)| (f64::from(t), rounded(loss).log10().max(HEIGHTS.0)));
        let paths = &[("loss", Ink::Solid(1), up_to(HEIGHTS.1, points))];
        let ground = vec![(0.0, guessing), (60.0, guessing)];
        Thumb { name, title, x: (0.0, 60.0), y: HEIGHTS, ground: &[ground], paths }
            .figure()
    });
    pictures.collect()
}

/// Two digits, and the probability of each class before the training and after each epoch.
fn two_digits(run: &Run, test: &Batch) -> DrawResult<Figure> {
    let networks: Vec<_> = std::iter::once(&run.start)
        .chain(run.epochs.iter().map(|epoch| &epoch.network))
        .collect();
    let digits = DRAWN.map(|digit| {
        let image = test.images.rows(digit, 1).into_owned();
        let shares = |network: &&Network| {
            softmax(&network.forward(image.clone())[2]).iter().copied().collect()
        };
        Classified {
            label: test.labels[digit],
            image: image.iter().copied().collect(),
            rows: networks.iter().map(shares).collect(),
        }
    });
    let description = format!(
        "Two test digits, each beside a table of ten probabilities in percent, before the training and after \
         each of {} epochs. {}",
        run.epochs.len(),
        in_words(&digits),
    );
    let caption = Caption {
        name: "training-digits",
        title: "Two digits, classified before, during and after the training",
        description,
    };
    classified(&caption, &digits, &(0..networks.len()).collect::<Vec<_>>())
}

/// A digit, and the probabilities of the classes at several times.
pub struct Classified {
    pub label: usize,
    pub image: Vec<f64>,
    /// `[time][class]`
    pub rows: Vec<Vec<f64>>,
}

impl Classified {
    fn percent(&self) -> impl Iterator<Item = Vec<f64>> {
        let percent = |share: &f64| (100.0 * share).round();
        self.rows.iter().map(move |row| row.iter().map(percent).collect())
    }
}

/// What the networks make of the digits.
pub fn in_words(digits: &[Classified]) -> String {
    let said = digits.iter().map(|digit| {
        let shares: Vec<_> =
            digit.percent().map(|row| row[digit.label].to_string()).collect();
        format!(
            "A {}, of which the network gives its class {} percent.",
            digit.label,
            shares.join(", ")
        )
    });
    said.collect::<Vec<_>>().join(" ")
}

/// Digits, each beside a table of the probabilities after some numbers of epochs.
pub fn classified(
    caption: &Caption,
    digits: &[Classified],
    epochs: &[usize],
) -> DrawResult<Figure> {
    const CELL: f64 = 38.0;
    const ROW: f64 = 26.0;
    const HEIGHT: f64 = 178.0;
    let name = |epoch: usize| match epoch {
        0 => "before".into(),
        epoch => format!("epoch {epoch}"),
    };
    let svg = svg(caption, (WIDTH, HEIGHT * digits.len() as f64 - 6.0), |canvas| {
        for (place, digit) in (0..).zip(digits) {
            let top = HEIGHT * f64::from(place);
            let picture = Rect::new(1.0, top + 24.0, 128.8, 128.8);
            pixels(canvas, picture, &digit.image);
            let pen = Pen::new(Ink::Foreground, 1.0);
            canvas.rectangle(picture, None, Some(pen));
            let (left, first) = (227.0, top + 26.0);
            let numbers = (0..10).map(|class| {
                let x = left + CELL * (f64::from(class) + 0.5);
                ((x, first - 12.0), class.to_string())
            });
            canvas.texts(Ink::Foreground, Align::Middle, &numbers.collect::<Vec<_>>());
            for (row, (&epoch, percents)) in
                (0..).zip(epochs.iter().zip(digit.percent()))
            {
                let y = first + ROW * f64::from(row);
                label(canvas, (left - 6.0, y + 0.5 * ROW), &name(epoch), Align::End);
                let cells = (0..).zip(percents).map(|(class, percent)| {
                    let cell = Rect::new(left + CELL * f64::from(class), y, CELL, ROW);
                    if percent > 0.0 {
                        let opacity = 0.004 * percent;
                        canvas.area(Ink::Solid(4), opacity, "", &cell.corners());
                    }
                    (cell.middle(), percent.to_string())
                });
                let cells: Vec<_> = cells.collect();
                canvas.texts(Ink::Foreground, Align::Middle, &cells);
            }
            let table = Rect::new(left, first, 10.0 * CELL, ROW * epochs.len() as f64);
            canvas.rectangle(table, None, Some(pen));
        }
    });
    let rows = digits.iter().flat_map(|digit| {
        epochs.iter().zip(digit.percent()).flat_map(move |(epoch, row)| {
            let cells = (0..10).zip(row).map(move |(class, percent)| {
                let cells =
                    [digit.label, *epoch, class].map(|number| number.to_string());
                [&cells[..], &[percent.to_string()]].concat()
            });
            cells.collect::<Vec<_>>()
        })
    });
    let csv = csv(&["digit", "epochs", "class", "percent"], rows);
    Ok(Figure { name: caption.name, svg, csv })
}

/// Shades of a digit, from white to ink.
const SHADES: i32 = 5;

/// A digit as squares, all of one shade in one path.
fn pixels(canvas: &mut Canvas, place: Rect, image: &[f64]) {
    let side = place.width() / 28.0;
    let squares = (0..).zip(image.iter()).map(|(pixel, value)| {
        let (row, column) = (f64::from(pixel / 28), f64::from(pixel % 28));
        let square =
            Rect::new(place.left + side * column, place.top + side * row, side, side);
        ((value * f64::from(SHADES)).round() as i32, square)
    });
    let squares: Vec<_> = squares.collect();
    for shade in 1..=SHADES {
        let of_shade = squares.iter().filter(|(other, _)| *other == shade);
        let outlines: Vec<_> =
            of_shade.map(|(_, square)| square.corners().to_vec()).collect();
        let opacity = f64::from(shade) / f64::from(SHADES);
        canvas.areas(Ink::Foreground, opacity, "", &outlines);
    }
}

/// Means over this many batches make a point.
pub const SMOOTH: usize = 20;

/// The means of as many values at a time, of which there are so many in an epoch, each at
/// the middle of its epochs.
pub fn means(values: &[f64], together: usize, per_epoch: f64) -> Vec<(f64, f64)> {
    let means = values.chunks(together).enumerate().map(|(chunk, values)| {
        let middle = (chunk * together + together / 2) as f64 / per_epoch;
        (middle, values.iter().sum::<f64>() / values.len() as f64)
    });
    means.collect()
}

fn losses(runs: &[&Run]) -> DrawResult<Figure> {
    let per_epoch = (PLAN.examples / PLAN.batch_size) as f64;
    let line = |(i, run): (usize, &&Run)| {
        let losses: Vec<f64> =
            run.epochs.iter().flat_map(|epoch| epoch.losses.clone()).collect();
        let points = means(&losses, SMOOTH, per_epoch);
        Line::new(Ink::Series(INKS[i]), NAMES[i], points)
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
    Ok(Chart::new(
        Axis::linear("epochs", (0.0, PLAN.epochs as f64 + 1.0), 5, whole),
        Axis::exponents("training loss", (-1.4, 0.2), 4),
        lines,
    )
    .with_names(Names::AtEnds)
    .figure(&caption, 370.0))
}

fn accuracies(runs: &[&Run]) -> DrawResult<Figure> {
    let line = |(i, run): (usize, &&Run)| {
        let percent = |epoch: &Epoch| 100.0 * epoch.accuracy;
        let points = run.epochs.iter().zip(1..);
        let points = points.map(|(epoch, t)| (f64::from(t), percent(epoch)));
        Line::measured(Ink::Series(INKS[i]), NAMES[i], points.collect())
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
    Ok(Chart::new(
        Axis::linear("after epoch", (1.0, PLAN.epochs as f64 + 1.0), 4, whole),
        Axis::linear("test accuracy, %", (88.0, 96.0), 5, whole),
        lines,
    )
    .figure(&caption, 370.0))
}

fn step_sizes(examples: &Examples) -> DrawResult<Figure> {
    let validation = examples(&VALIDATION.collect::<Vec<_>>());
    let swept = sweep(SWEEP, SEEDS[0], examples, &validation);
    let line = |(i, (_, swept)): (usize, &(_, Vec<(f64, f64)>))| {
        let points = swept.iter().map(|&(size, accuracy)| (size, 100.0 * accuracy));
        Line::measured(Ink::Series(INKS[i]), NAMES[i], points.collect())
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
            "Accuracy on {} held-out digits against the step size on a logarithmic axis. {}.",
            VALIDATION.len(),
            best.join(", ")
        ),
    };
    Ok(Chart::new(
        Axis::exponents("step size", (-3.0, 0.8), 5),
        Axis::linear("accuracy, %", (60.0, 100.0), 5, whole),
        lines,
    )
    .figure(&caption, 370.0))
}

/// The line between where it enters the chart and where it leaves it again.
pub fn clipped(mut line: Line, floor: f64) -> Line {
    let edge = |(x0, y0): (f64, f64), (x1, y1): (f64, f64)| {
        (round(x0 + (x1 - x0) * (y0 - floor) / (y0 - y1)), floor)
    };
    let points = &mut line.points;
    let Some(inside) = points.iter().position(|&(_, y)| y >= floor) else {
        points.clear();
        return line;
    };
    if inside > 0 {
        points[inside - 1] = edge(points[inside - 1], points[inside]);
        points.drain(..inside - 1);
    }
    let below = points.iter().position(|&(_, y)| y < floor);
    if let Some(below) = below {
        points[below] = edge(points[below - 1], points[below]);
        points.truncate(below + 1);
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
        Line::measured(ink, format!("{name}, {layer}"), points)
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
    let svg = svg(&caption, (WIDTH, 430.0), |canvas| {
        for (column, (title, lines)) in
            (0..).zip(["SGD", "Adam"].into_iter().zip(lines.chunks(3)))
        {
            let layers = ["first", "second", "last"].into_iter().zip(lines);
            let named = layers.map(|(layer, line)| line.clone().renamed(layer));
            let chart = Chart::new(
                Axis::linear("width", (0.0, 170.0), 4, whole),
                Axis::linear("‖$W$ − $W$₀‖ / ‖$W$₀‖", (0.0, 0.8), 5, tenths),
                named.collect(),
            );
            chart.draw(
                canvas,
                Rect::new(310.0 * f64::from(column), 0.0, 298.0, 430.0),
                title,
            );
        }
    });
    let rows = lines.iter().flat_map(|line| {
        line.points
            .iter()
            .map(|&(x, y)| vec![line.name.clone(), x.to_string(), number(y)])
    });
    let csv = csv(&["curve", "width", "relative movement"], rows);
    Ok(Figure { name: caption.name, svg, csv })
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
    for multiple in [0.5, 0.9, 1.5, 2.0, 4.0] {
        let mut descent = GradientDescent::new(multiple * limit)?;
        let losses = full_batch(&network, &mut descent, batch, STEPS + 1)?.0;
        let line = Line::new(Ink::Series(1), format!("{multiple}"), points(losses));
        lines.push(line);
    }
    let mut momentum = Momentum::new(16.0 * limit, 0.9)?;
    let losses = full_batch(&network, &mut momentum, batch, STEPS + 1)?.0;
    lines.push(Line::new(Ink::Series(2), "momentum, 16", points(losses)));
    let caption = Caption {
        name: "training-limit",
        title: "Below and above two over the largest curvature",
        description: format!(
            "Loss of {FEW} digits over {STEPS} full-batch steps on a logarithmic axis. With 0.5 and 0.9 times \
             the limit the loss of gradient descent falls; with 1.5, 2 and 4 times it jumps. Momentum with 16 times the limit ends at {}.",
            rough(lines[5].points.last().map_or(0.0, |point| point.1), 0)
        ),
    };
    Ok(Chart::new(
        Axis::linear("step", (0.0, STEPS as f64), 5, whole),
        Axis::powers("loss", (-4, 1), 6),
        lines,
    )
    .figure(&caption, 410.0))
}
