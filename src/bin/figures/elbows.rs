//! Where ReLU units bend, before and during training.

use std::f64::consts::PI;

use descent::backpropagation::squared_error_and_gradient;
use descent::elbows::{
    Cauchy, Start, Trained, bends, best_last_layer, elbows, experiment, fit, sine,
    uniform_ratio_density,
};
use descent::network::Network;
use descent::random::{Stream, generator};
use live::elbows;
use questions::elbows::{places, running, sizes, tame};

use crate::canvas::{Canvas, Caption, DrawResult, Ink, WIDTH, svg};
use crate::chart::{Axis, Band, Chart, Line, Mark, tenths, whole};
use crate::contour::{Path, Plane};
use crate::geometry::Rect;
use crate::output::{Figure, csv, number};
use crate::thumb::Thumb;
use crate::touched::Book;

pub fn figures() -> DrawResult<Vec<Figure>> {
    let runs = Runs::new()?;
    let mut figures =
        vec![units()?, circle()?, density()?, means()?, runs.curves()?, runs.losses()?];
    figures.extend(guesses()?);
    Ok(figures)
}

/// What the mean of more and more places might do, for three seeds.
fn guesses() -> DrawResult<Vec<Figure>> {
    const COUNT: usize = 100_000;
    const RANGE: (f64, f64) = (-8.0, 8.0);
    type Law = fn(usize, u64) -> Vec<f64>;
    let laws: [(_, _, Law); 3] = [
        ("elbows-mean_jumps", "Thrown off again and again", places),
        ("elbows-mean_settles", "It settles", tame),
        ("elbows-mean_rises", "It rises without end", sizes),
    ];
    let pictures = laws.into_iter().map(|(name, title, draw)| {
        let course = |seed: u64| {
            let means = running(&draw(COUNT, seed));
            let shown =
                (0..=150).map(|i| 10_f64.powf(f64::from(i) / 30.0).round() as usize);
            let mut shown: Vec<_> = shown.collect();
            shown.dedup();
            let point = |n: usize| {
                let mean = means[n - 1].clamp(RANGE.0, RANGE.1);
                ((n as f64).log10(), mean)
            };
            shown.into_iter().map(point).collect::<Vec<_>>()
        };
        let paths = &[
            ("seed 1", Ink::Solid(5), course(1)),
            ("seed 2", Ink::Solid(6), course(2)),
            ("seed 3", Ink::Solid(1), course(3)),
        ];
        let zero = vec![(0.0, 0.0), (5.0, 0.0)];
        Thumb { name, title, x: (0.0, 5.0), y: RANGE, ground: &[zero], paths }.figure()
    });
    pictures.collect()
}

const DATA: (f64, f64) = (-1.0, 1.0);
const NOTES: Start = Start::Normal { weight: 1.0, bias: 1.0 };

/// Points of a function on a range.
fn sampled(
    (low, high): (f64, f64),
    pieces: u32,
    f: impl Fn(f64) -> f64,
) -> Vec<(f64, f64)> {
    let xs =
        (0..=pieces).map(|i| low + (high - low) * f64::from(i) / f64::from(pieces));
    xs.map(|x| (x, f(x))).collect()
}

/// Four units: two that bend in the data, one linear there, one dead.
fn units() -> DrawResult<Figure> {
    const RANGE: (f64, f64) = (-2.5, 2.5);
    const UNITS: [(Ink, &str, f64, f64); 4] = [
        (Ink::Series(5), "bends, $w$ > 0", 1.0, -0.5),
        (Ink::Series(6), "bends, $w$ < 0", -1.0, -0.25),
        (Ink::Foreground, "linear", 0.5, 0.75),
        (Ink::DashedForeground, "dead", 1.0, -1.5),
    ];
    let lines = UNITS.map(|(ink, name, w, b)| {
        let output = sampled(RANGE, 20, |x| (w * x + b).max(0.0));
        Line::new(ink, name, output)
    });
    let elbows = UNITS.map(|(_, name, w, b)| format!("{name}: {:.2}", -b / w));
    let caption = Caption {
        name: "elbows-units",
        title: "Four ReLU units of one input",
        description: format!(
            "Outputs of four units. Each is 0 on one side of its elbow and a straight line on the other. The \
             elbows are {}. The data lie between −1 and 1.",
            elbows.join("; ")
        ),
    };
    let band = [DATA.0, DATA.1].map(|x| (x, 0.0, 2.5));
    let chart = Chart::new(
        Axis::linear("input $x$", RANGE, 6, whole),
        Axis::linear("output", (0.0, 2.5), 6, tenths),
        lines.into(),
    )
    .with_bands(vec![Band {
        name: "data".into(),
        points: band.into(),
        ink: Ink::Foreground,
    }])
    .with_marks(vec![Mark::Words((0.0, 2.3), "data".into())]);
    Ok(Chart { band_opacity: 0.12, ..chart }.figure(&caption, 330.0))
}

/// Lines through zero at equal angles, and the heights at which they meet the line `w = 1`.
fn circle() -> DrawResult<Figure> {
    /// From one line to the next, in degrees; the steepest shown leaves at the top.
    const ANGLE: i32 = 15;
    const TOP: f64 = 2.0;
    let slope = |degrees: i32| f64::from(degrees).to_radians().tan();
    let around = (0..=120).map(|i| (PI / 60.0 * f64::from(i)).sin_cos());
    let circle: Vec<_> = around.map(|(y, x)| (x, y)).collect();
    let mut paths = vec![
        Path::new(Ink::Foreground, circle),
        Path::new(Ink::Foreground, vec![(1.0, -TOP), (1.0, TOP)]),
    ];
    let (mut met, mut points) = (Vec::new(), Vec::new());
    let mut rows = Vec::new();
    for degrees in (-75..=90).step_by(ANGLE as usize) {
        let end = match degrees {
            90 => (0.0, TOP),
            _ => {
                let width = (TOP / slope(degrees).abs()).min(1.0);
                (width, width * slope(degrees))
            }
        };
        paths.push(Path::new(Ink::Solid(1), vec![(-end.0, -end.1), end]).faint());
        rows.push(vec![degrees.to_string(), number(end.0), number(end.1)]);
        if degrees.abs() <= 60 {
            let height = slope(degrees);
            met.push(shown_elbow(height));
            points.push((Ink::Solid(1), (1.0, height), shown_elbow(height)));
        }
    }
    let caption = Caption {
        name: "elbows-circle",
        title: "The elbow is the slope of a line through zero",
        description: format!(
            "The plane of w and −b with a circle around zero. Twelve lines through zero, one every {ANGLE} \
             degrees. They meet the vertical line w = 1 at the heights {}; steeper ones meet it beyond \
             the figure. The directions within 45 degrees of the horizontal, on both sides, are shaded.",
            met.join(", ")
        ),
    };
    let side = |x: f64| vec![(0.0, 0.0), (x, 1.0), (x, -1.0)];
    let plane = Plane {
        areas: vec![(Ink::Solid(1), side(-1.0)), (Ink::Solid(1), side(1.0))],
        paths,
        points,
        is_equal: true,
        ..Plane::new(
            Axis::linear("$w$", (-1.25, 1.85), 4, whole),
            Axis::linear("−$b$", (-TOP, TOP), 5, whole),
        )
    };
    let size = (430.0, 570.0);
    let svg = svg(&caption, size, |canvas| {
        plane.draw(canvas, Rect::new(0.0, 0.0, size.0, size.1));
    });
    let csv = csv(&["degrees", "w", "minus b"], rows);
    Ok(Figure { name: caption.name, svg, csv })
}

/// With two decimals, or none for a whole number.
fn shown_elbow(place: f64) -> String {
    let whole = place.round();
    let number = match (place - whole).abs() < 1e-9 {
        true => format!("{:.0}", whole.abs()),
        false => format!("{:.2}", place.abs()),
    };
    if place < -1e-9 { format!("−{number}") } else { number }
}

/// A histogram of drawn elbows and three densities.
fn density() -> DrawResult<Figure> {
    const RANGE: (f64, f64) = (-5.0, 5.0);
    const DRAWN: usize = 10_000;
    const BINS: usize = 40;
    let layer = NOTES.draw(DRAWN, &mut generator(0, Stream::Points));
    let width = (RANGE.1 - RANGE.0) / BINS as f64;
    let mut counts = [0_usize; BINS];
    let mut outside = 0;
    for place in elbows(&layer) {
        let bin = ((place - RANGE.0) / width).floor();
        match (0.0..BINS as f64).contains(&bin) {
            true => counts[bin as usize] += 1,
            false => outside += 1,
        }
    }
    let histogram = counts.iter().enumerate().flat_map(|(i, &count)| {
        let height = count as f64 / DRAWN as f64 / width;
        [i, i + 1].map(|edge| (RANGE.0 + width * edge as f64, 0.0, height))
    });
    let he = Cauchy { scale: 0.5_f64.sqrt() };
    let notes = Cauchy { scale: 1.0 };
    let lines = vec![
        Line::new(
            Ink::Foreground,
            "$w$, $b$ normal",
            sampled(RANGE, 200, |place| notes.density(place)),
        ),
        Line::new(
            Ink::Series(5),
            "He, $b$ ~ N(0, 1)",
            sampled(RANGE, 200, |place| he.density(place)),
        ),
        Line::new(
            Ink::Series(6),
            "PyTorch",
            sampled(RANGE, 200, uniform_ratio_density),
        ),
    ];
    let caption = Caption {
        name: "elbows-density",
        title: "Densities of the elbow",
        description: format!(
            "Densities of the elbow. At 0 they are {:.3} for standard normal w and b, {:.3} for He's weights and \
             {:.3} for PyTorch's uniform ones. Of {DRAWN} drawn elbows, shown as a histogram, {outside} lie \
             outside of the figure.",
            notes.density(0.0),
            he.density(0.0),
            uniform_ratio_density(0.0),
        ),
    };
    Ok(Chart::new(
        Axis::linear("elbow ξ", RANGE, 6, whole),
        Axis::linear("density", (0.0, 0.5), 6, tenths),
        lines,
    )
    .with_bands(vec![Band {
        name: "drawn, w, b normal".into(),
        points: histogram.collect(),
        ink: Ink::Foreground,
    }])
    .figure(&caption, 330.0))
}

/// Mean and median of the first `n` elbows, for three seeds.
fn means() -> DrawResult<Figure> {
    const PLACES: i32 = 40;
    const DECADES: i32 = 5;
    // Odd, so that there is a middle one.
    let odd = |n: f64| (n as usize - 1) | 1;
    let places = (0..=DECADES * PLACES).map(|i| f64::from(i) / f64::from(PLACES));
    let mut counts: Vec<_> =
        places.map(|place| odd(10.0_f64.powf(place).round())).collect();
    counts.dedup();
    let largest = counts[counts.len() - 1];
    let mut lines = Vec::new();
    let mut ends = Vec::new();
    for seed in 1..=3 {
        let layer = NOTES.draw(largest, &mut generator(seed, Stream::Points));
        let elbows = elbows(&layer);
        let mean = |&n: &usize| (n as f64, elbows[..n].iter().sum::<f64>() / n as f64);
        let median = |&n: &usize| {
            let mut first = elbows[..n].to_vec();
            let (_, middle, _) = first.select_nth_unstable_by(n / 2, f64::total_cmp);
            (n as f64, *middle)
        };
        let means: Vec<_> = counts.iter().map(mean).collect();
        let medians: Vec<_> = counts.iter().map(median).collect();
        ends.push(format!(
            "{:.2} and {:.3}",
            means[counts.len() - 1].1,
            medians[counts.len() - 1].1
        ));
        let add = |ink, name: &str, points| match seed {
            3 => Line::new(ink, name, points),
            _ => Line::faint(ink, format!("{name}, seed {seed}"), points),
        };
        lines.push(add(Ink::Solid(5), "mean", means));
        lines.push(add(Ink::Solid(6), "median", medians));
    }
    let values = lines.iter().flat_map(|line| line.points.iter().map(|point| point.1));
    let reach = values.fold((0.0, 0.0), |(low, high), value| {
        (f64::min(low, value), f64::max(high, value))
    });
    let range = (1.05 * reach.0, 1.2 * reach.1);
    let caption = Caption {
        name: "elbows-means",
        title: "Running mean and median of elbows",
        description: format!(
            "Mean and median of the first n elbows, n from 1 to {largest} on a logarithmic axis, for three seeds. \
             The medians close in on 0; the means keep jumping. At the end they are {}.",
            ends.join("; ")
        ),
    };
    Ok(Chart::new(
        Axis::powers("units $n$", (0, DECADES), 6),
        Axis::linear("mean, median", range, 7, whole),
        lines,
    )
    .figure(&caption, 350.0))
}

const STEP_SIZE: f64 = 0.1;
const STEPS: usize = 1000;
/// Steps of one pass through the data.
const PASS: usize = 8;

/// The two ways to train one network.
struct Runs {
    start: Network,
    runs: [(Trained, &'static str, Vec<Network>); 2],
}

impl Runs {
    fn new() -> DrawResult<Self> {
        let (start, batches) = experiment(NOTES, 0);
        let run = |trained| -> DrawResult<Vec<Network>> {
            let points = fit(&start, &sine(), trained, STEP_SIZE, &batches)?;
            Ok(points.iter().map(|theta| start.with_parameters(theta)).collect())
        };
        let runs = [
            (Trained::LastLayer, "last layer only", run(Trained::LastLayer)?),
            (Trained::AllLayers, "all layers", run(Trained::AllLayers)?),
        ];
        Ok(Self { start, runs })
    }

    /// Output and gained slopes, before, during and after.
    fn curves(&self) -> DrawResult<Figure> {
        let inside = |network: &Network| {
            bends(network).iter().filter(|(place, _)| place.abs() < 1.0).count()
        };
        let counts = self
            .runs
            .each_ref()
            .map(|(_, name, networks)| format!("{name}: {}", inside(&networks[STEPS])));
        let caption = Caption {
            name: "elbows-curves",
            title: "A network before, during and after training",
            description: format!(
                "Three rows of two plots: the start of two networks, and each after {STEPS} steps. On the left the curve of the \
                 network, with dots at its elbows, over the target; on the right the slope that it gains at each elbow. {} of 20 \
                 elbows lie in the data at the start; at the end, {}.",
                inside(&self.start),
                counts.join(", "),
            ),
        };
        let book = Book::new(&elbows::WIDGET);
        let svg = svg(&caption, (WIDTH, 720.0), |canvas| draw(canvas, &book));
        Ok(Figure { name: caption.name, svg, csv: book.csv() })
    }

    fn losses(&self) -> DrawResult<Figure> {
        let curve = sine();
        let loss = |network: &Network| {
            squared_error_and_gradient(network, curve.x.clone(), &curve.y).0
        };
        let best = best_last_layer(&self.start, &curve);
        let line = |ink, (_, name, networks): &(Trained, &str, Vec<Network>)| {
            let passes = networks.iter().enumerate().step_by(PASS);
            let points = passes.map(|(step, network)| (step as f64, loss(network)));
            Line::new(ink, *name, points.collect())
        };
        let [last, all] = &self.runs;
        let lines = vec![
            line(Ink::Series(5), last),
            line(Ink::Series(1), all),
            Line::new(
                Ink::DashedForeground,
                "best last layer",
                vec![(0.0, best), (1000.0, best)],
            ),
        ];
        let end = |line: &Line| line.points[line.points.len() - 1].1;
        let caption = Caption {
            name: "elbows-losses",
            title: "Losses of both ways of training",
            description: format!(
                "Half the mean squared error on a logarithmic axis over 1000 steps. With the last layer only it \
                 falls to {:.3}, with all layers to {:.4}. The best last layer for the elbows of the start has {best:.4}.",
                end(&lines[0]),
                end(&lines[1]),
            ),
        };
        Ok(Chart::new(
            Axis::linear("step", (0.0, 1000.0), 6, whole),
            Axis::powers("half mean squared error", (-4, 0), 5),
            lines,
        )
        .figure(&caption, 350.0))
    }
}

/// Rows of two plots: the start, and what each way of training makes of it.
fn draw(canvas: &mut Canvas, book: &Book) {
    let [last, all] = elbows::WAYS;
    let rows = [
        (elbows::START, "the start of both", Ink::Solid(3)),
        (last, last[0], Ink::Solid(5)),
        (all, all[0], Ink::Solid(1)),
    ];
    for (row, (keys, title, ink)) in (0..).zip(rows) {
        let top = 242.0 * f64::from(row);
        let [mut outputs, gains] = planes(book, keys, ink);
        outputs.title = title.into();
        if row == 0 {
            let of_unit = |name| {
                let line = book.points(keys[0], name);
                Path::new(Ink::Solid(2), line).of_curve(name)
            };
            outputs.paths.push(of_unit("line of the unit").faint());
            outputs.paths.push(of_unit("unit"));
        }
        outputs.draw(canvas, Rect::new(0.0, top, 298.0, 236.0));
        gains.draw(canvas, Rect::new(310.0, top, 298.0, 236.0));
    }
}

/// The output of a network over the target, with a dot at each elbow, and the slope that
/// the output gains there.
fn planes(
    book: &Book,
    [key, slopes]: [&'static str; 2],
    ink: Ink,
) -> [Plane<'static>; 2] {
    let path = |panel, name| Path::new(ink, book.points(panel, name)).of_curve(name);
    let dots =
        |panel, name| Path::dots_only(ink, book.points(panel, name)).of_curve(name);
    let target = sine();
    let target = target.x.iter().copied().zip(target.y.iter().copied());
    let outputs = Plane {
        key,
        paths: vec![
            Path::new(Ink::DashedForeground, target.collect()),
            path(key, "output"),
            dots(key, "elbows"),
        ],
        ..panel("output", (-2.4, 2.4))
    };
    let zero = vec![(elbows::INPUTS.0, 0.0), (elbows::INPUTS.1, 0.0)];
    let gains = Plane {
        key: slopes,
        paths: vec![
            Path::new(Ink::Foreground, zero).faint(),
            path(slopes, "stems"),
            dots(slopes, "gained slopes"),
        ],
        ..panel("gained slope", (-6.0, 6.0))
    };
    [outputs, gains]
}

fn panel(label: &str, range: (f64, f64)) -> Plane<'static> {
    Plane::new(
        Axis::linear("input $x$", elbows::INPUTS, 3, whole),
        Axis::linear(label, range, 5, whole),
    )
}
