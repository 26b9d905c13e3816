//! Trajectories, rates and step sizes of gradient descent on quadratics.

use descent::quadratic::{Quadratic, START, descend};
use live::valley::LEVELS;
use nalgebra::{DVector, dvector};

use crate::canvas::{Caption, DrawResult, Ink, WIDTH, svg};
use crate::chart::{Axis, Chart, Line, Mark, Names, hundredths, tenths, whole};
use crate::contour::{Path, Plane, Point, in_rows, paths_csv};
use crate::geometry::Rect;
use crate::output::{Figure, rough};
use crate::thumb::Thumb;
use crate::touched::Book;

pub fn figures() -> DrawResult<Vec<Figure>> {
    let mut figures = vec![trajectories()?, losses()?, rates()?, singular_values()?];
    figures.extend(guesses()?);
    Ok(figures)
}

/// The step sizes of the four panels, with their names.
const STEP_SIZES: [(&str, f64); 4] = [
    ("α = 0.05", 0.05),
    ("α = 0.1", 0.1),
    ("α = 2/11", 2.0 / 11.0),
    ("α = 0.19", 0.19),
];
/// The window of every trajectory in the valley.
pub const WINDOW: [(f64, f64); 2] = [(-4.0, 11.0), (-1.6, 1.6)];

fn start() -> DVector<f64> {
    DVector::from_row_slice(&START)
}

/// The valley with level lines that lie evenly spaced along its floor.
pub fn valley_axes() -> (Axis, Axis, Vec<f64>) {
    let x = Axis::linear("θ₁", WINDOW[0], 4, whole);
    let y = Axis::linear("θ₂", WINDOW[1], 4, whole);
    (x, y, [1.0, 3.0, 5.0, 7.0, 9.0].map(|x: f64| 0.5 * x * x).to_vec())
}

/// Four panels, one for each step size.
fn trajectories() -> DrawResult<Figure> {
    let valley = Quadratic::valley();
    let mut runs = Vec::new();
    for (panel, step_size) in STEP_SIZES {
        let points = descend(&valley, &start(), step_size, 20)?;
        let points: Vec<Point> = points.iter().map(|p| (p[0], p[1])).collect();
        runs.push((panel, Ink::Solid(1), points));
    }
    let ends = runs.iter().map(|(panel, _, points)| {
        let (x, y) = points[20];
        format!("{panel}: after 20 steps at ({}, {}).", hundredths(x), hundredths(y))
    });
    let description = format!(
        "Gradient descent from (10, 1) in the valley with the level lines of ½(θ₁² + 10 θ₂²), for four step sizes. At \
         0.05 it bends smoothly to the floor and creeps along it; at 0.1 it reaches the floor in one step; at 2/11 and \
         0.19 it jumps from wall to wall while it approaches. {}",
        ends.collect::<Vec<_>>().join(" "),
    );
    let title = "Gradient descent with four step sizes";
    let caption = Caption { name: "quadratic-trajectories", title, description };
    Ok(panels(&caption, &runs, 5))
}

/// Paths in the valley, each in a panel with its name, with some of the level lines; two
/// panels a row.
pub fn panels(
    caption: &Caption,
    paths: &[(&str, Ink, Vec<Point>)],
    levels: usize,
) -> Figure {
    let valley = Quadratic::valley();
    let height = 250.0 * paths.len().div_ceil(2) as f64;
    let value = |x, y| valley.value(&dvector![x, y]);
    let planes = paths.iter().map(|(panel, ink, points)| {
        let (x, y, all) = valley_axes();
        Plane {
            title: (*panel).into(),
            function: &value,
            levels: all[..levels].to_vec(),
            paths: vec![Path::new(*ink, points.clone()).with_dots()],
            cross: Some((0.0, 0.0)),
            ..Plane::new(x, y)
        }
    });
    let planes: Vec<_> = planes.collect();
    let svg = svg(caption, (WIDTH, height), |canvas| in_rows(&planes, canvas, 246.0));
    let paths = paths.iter().map(|(panel, _, points)| (panel, points.as_slice()));
    let csv = paths_csv(["panel", "step", "theta1", "theta2"], paths);
    Figure { name: caption.name, svg, csv }
}

/// The value of the valley over 50 steps.
fn losses() -> DrawResult<Figure> {
    let valley = Quadratic::valley();
    let mut lines = Vec::new();
    let critical = [("α = 0.2", 0.2), ("α = 0.21", 0.21)];
    for (ink, (name, step_size)) in (1..).zip(STEP_SIZES.into_iter().chain(critical)) {
        let points = descend(&valley, &start(), step_size, 50)?;
        let values = points.iter().map(|theta| valley.value(theta));
        let points = (0..).map(f64::from).zip(values).collect();
        lines.push(Line::new(Ink::Series(ink), name, points));
    }
    let ends = lines
        .iter()
        .map(|line| format!("{}: {}.", line.name, rough(line.points[50].1, 1)));
    let description = format!(
        "The value of the function, on a logarithmic axis, over 50 steps of gradient descent with six step sizes, all from \
         55. Each becomes a straight line. After 50 steps {}",
        ends.collect::<Vec<_>>().join(" "),
    );
    let chart = Chart::new(
        Axis::linear("step", (-0.5, 50.0), 6, whole),
        Axis::logarithmic("$f$(θ)", lines.iter().flat_map(|line| &line.points)),
        lines,
    )
    .with_names(Names::AtEnds);
    let title = "The value over the steps";
    let caption = Caption { name: "quadratic-values", title, description };
    Ok(chart.figure(&caption, 410.0))
}

/// The V of the contraction over the step size; the path at one step size, and what is
/// left of each of its components.
fn rates() -> DrawResult<Figure> {
    const HEIGHT: f64 = 640.0;
    const TOP: f64 = 360.0;
    let book = Book::new(&live::quadratic::WIDGET);
    let spectrum = Quadratic::valley().spectrum()?;
    let (best, limit) = (spectrum.best_step_size(), spectrum.step_size_limit());
    let line = |ink, name: &str| Line::new(ink, name, book.points("rates", name));
    let foot = book.points("rates", "step size");
    let rates = Chart {
        key: "rates",
        names: Names::Above,
        ..Chart::new(
            Axis::linear("step size α", (0.0, 0.22), 6, |x| format!("{x:.2}")),
            Axis::linear("factor per step", (-0.06, 1.2), 7, tenths),
            vec![
                Line::broad(
                    Ink::Solid(1),
                    "the larger of the two",
                    book.points("rates", "the larger of the two"),
                ),
                line(Ink::Series(2), "along: |1 − α|"),
                line(Ink::Series(3), "across: |1 − 10α|"),
                Line::faint(Ink::Foreground, "step size", foot),
            ],
        )
    }
    .with_marks(vec![Mark::Vertical(limit, "limit".into())]);
    let (x, y, _) = valley_axes();
    let levels = LEVELS
        .iter()
        .map(|&(name, _)| Path::level(book.points("path", name)).of_curve(name));
    let path = Path::new(Ink::Solid(1), book.points("path", "path")).with_dots();
    let plane = Plane {
        key: "path",
        title: "the path".into(),
        paths: levels.chain([path.of_curve("path")]).collect(),
        cross: Some((0.0, 0.0)),
        ..Plane::new(x, y)
    };
    let part = |ink, name: &str| Line::measured(ink, name, book.points("parts", name));
    let parts = Chart {
        key: "parts",
        names: Names::Above,
        ..Chart::new(
            Axis::linear("step", (0.0, 20.0), 5, whole),
            Axis::linear("share of the start", (-1.0, 1.0), 5, tenths),
            vec![part(Ink::Series(2), "along"), part(Ink::Series(3), "across")],
        )
    };
    let description = format!(
        "Above, the factor of each of the two components per step, over the step size. That of eigenvalue 1 falls slowly \
         along a line, that of eigenvalue 10 falls to zero at 0.1 and rises again. The larger of the two, the contraction, is \
         smallest where they meet, {:.3} at the step size {best:.3}, and passes 1 at {limit:.1}. Below, the path from (10, 1) at this step \
         size, and what is left of each component of the start: along the floor it shrinks, across it changes its sign in every step.",
        spectrum.best_rate(),
    );
    let title = "Contraction over the step size, and the path at one of them";
    let caption = Caption { name: "quadratic-rates", title, description };
    let svg = svg(&caption, (WIDTH, HEIGHT), |canvas| {
        rates.draw(canvas, Rect::new(0.0, 0.0, WIDTH, TOP), "");
        plane.draw(canvas, Rect::new(0.0, TOP + 10.0, 298.0, HEIGHT - TOP - 10.0));
        let right = Rect::new(310.0, TOP + 10.0, 298.0, HEIGHT - TOP - 10.0);
        parts.draw(canvas, right, "");
    });
    Ok(Figure { name: caption.name, svg, csv: book.csv() })
}

/// How much of its goal each singular direction has reached.
fn singular_values() -> DrawResult<Figure> {
    let sizes = dvector![4.0, 2.0, 0.5];
    let inputs = nalgebra::DMatrix::from_diagonal(&sizes);
    // Targets that make (1, 1, 1) the goal.
    let quadratic = Quadratic::least_squares(&inputs, &sizes);
    let step_size = quadratic.spectrum()?.best_step_size();
    let points = descend(&quadratic, &DVector::zeros(3), step_size, 39)?;
    let lines = (0..3).map(|i| {
        let reached = points.iter().map(|theta| theta[i]);
        let points = (0..).map(f64::from).zip(reached).collect();
        Line::new(
            Ink::Series(i as u8 + 1),
            format!("singular value {}", sizes[i]),
            points,
        )
    });
    let lines: Vec<_> = lines.collect();
    let description = format!(
        "What share of its goal each of three parameters has learned, over 39 steps at the step size {step_size:.3}. The one of \
         singular value 4 jumps between overshooting and zero, with a slowly shrinking swing; that of 2 is there after a few \
         steps; that of 0.5 creeps up to {:.2}.",
        lines[2].points[39].1,
    );
    let chart = Chart::new(
        Axis::linear("step", (0.0, 40.0), 5, whole),
        Axis::linear("share of the goal learned", (-0.1, 2.0), 5, tenths),
        lines,
    )
    .with_names(Names::AtEnds);
    let title = "Three singular values, one step size";
    let caption = Caption { name: "quadratic-singular_values", title, description };
    Ok(chart.figure(&caption, 370.0))
}

/// What one may expect of the best constant step size.
fn guesses() -> DrawResult<Vec<Figure>> {
    let valley = Quadratic::valley();
    let spectrum = valley.spectrum()?;
    let laws = [
        ("quadratic-path_zigzag", "From wall to wall", spectrum.best_step_size()),
        ("quadratic-path_floor", "Down, and along the floor", 1.0 / spectrum.largest),
        ("quadratic-path_smooth", "Smoothly to the floor", 0.2 / spectrum.largest),
    ];
    let pictures = laws.into_iter().map(|(name, title, step_size)| {
        let points = descend(&valley, &start(), step_size, 20)?;
        let points = points.iter().map(|p| (p[0], p[1])).collect();
        let paths = &[("path", Ink::Solid(1), points)];
        let floor = vec![(-1.0, 0.0), (11.0, 0.0)];
        Thumb { name, title, x: (-1.0, 11.0), y: (-1.1, 1.1), ground: &[floor], paths }
            .figure()
    });
    pictures.collect()
}
