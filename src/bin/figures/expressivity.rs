//! How layers fold a line.

use descent::expressivity::{tent, tents};
use nalgebra::DMatrix;

use crate::canvas::{Align, Canvas, Caption, DrawResult, Ink, Pen, WIDTH, svg};
use crate::chart::{Axis, Chart, Line, Names, tenths};
use crate::geometry::Rect;
use crate::grid::{arrow, label};
use crate::output::{Figure, csv};

pub fn figures() -> DrawResult<Vec<Figure>> {
    Ok(vec![folding()?, pieces()?])
}

/// The lines from 0 to 1, one below the other: their ends, the height of the first and
/// the distance from one to the next, in pixels.
const LEFT: f64 = 136.0;
const RIGHT: f64 = 590.0;
const TOP: f64 = 40.0;
const DISTANCE: f64 = 110.0;

/// Fractions to follow, and how they are written.
const QUARTERS: [(f64, &str); 5] =
    [(0.0, "0"), (0.25, "¼"), (0.5, "½"), (0.75, "¾"), (1.0, "1")];

fn folding() -> DrawResult<Figure> {
    let ways = QUARTERS.map(|(x, _)| [x, tent(x), tent(tent(x))]);
    let sentences =
        ways.map(|[x, once, twice]| format!("{x} goes to {once} and on to {twice}"));
    let description = format!(
        "Three lines from 0 to 1, for x, for tent(x) and for tent(tent(x)), with arrows from each to the next: {}. \
         Arrows from the left half of a line do not cross, those from its right half turn it around.",
        sentences.join("; "),
    );
    let title = "Two folds of a line";
    let caption = Caption { name: "expressivity-folding", title, description };
    let svg = svg(&caption, (WIDTH, 300.0), |canvas| {
        for (row, name) in (0..).zip(["$x$", "tent($x$)", "tent(tent($x$))"]) {
            label(canvas, (1.0, height(row)), name, Align::Start);
            halves(canvas, height(row));
        }
        for (x, name) in QUARTERS {
            label(canvas, (place(x), TOP - 24.0), name, Align::Middle);
        }
        for (x, name) in [(0.0, "0"), (0.5, "½"), (1.0, "1")] {
            label(canvas, (place(x), height(2) + 24.0), name, Align::Middle);
        }
        let mut steps: Vec<_> = ways.iter().map(|way| (0, way[0], way[1])).collect();
        steps.extend([0.0, 0.5, 1.0].map(|x| (1, x, tent(x))));
        for (row, from, to) in steps {
            let (from, to) = (place(from), place(to));
            arrow(canvas, (from, height(row) + 8.0), (to, height(row + 1) - 8.0));
        }
    });
    let rows = ways.map(|way| way.map(|number| number.to_string()).to_vec());
    let columns = ["x", "tent(x)", "tent(tent(x))"];
    Ok(Figure { name: caption.name, svg, csv: csv(&columns, rows) })
}

fn height(row: i32) -> f64 {
    TOP + DISTANCE * f64::from(row)
}

fn place(x: f64) -> f64 {
    LEFT + (RIGHT - LEFT) * x
}

/// A line from 0 to 1, with its right half dashed and dots at the quarters.
fn halves(canvas: &mut Canvas, y: f64) {
    for (from, to, ink) in [(0.0, 0.5, Ink::Series(1)), (0.5, 1.0, Ink::Series(2))] {
        canvas.line(Pen::new(ink, 3.0), &[(place(from), y), (place(to), y)]);
    }
    let dots = QUARTERS.map(|(x, _)| (place(x), y));
    canvas.dots(Pen::new(Ink::Foreground, 8.0), &dots);
}

fn pieces() -> DrawResult<Figure> {
    let line = |(depth, ink): (usize, u8)| {
        let network = tents(depth);
        let cells = 1 << depth;
        let x = DMatrix::from_fn(cells + 1, 1, |k, _| k as f64 / cells as f64);
        let y = network.forward(x.clone()).pop().expect("an output");
        let points = x.iter().copied().zip(y.iter().copied()).collect();
        let name = match depth {
            1 => format!("1 hidden layer: {cells} pieces"),
            _ => format!("{depth} hidden layers: {cells} pieces"),
        };
        Line::new(Ink::Series(ink), name, points)
    };
    let lines: Vec<_> = [(1, 2), (2, 1), (4, 3)].map(line).into();
    let description = format!(
        "The output of networks with two ReLU units in each hidden layer, for inputs from 0 to 1. {}. Each \
         goes up and down between 0 and 1 in straight pieces of equal width.",
        lines.iter().map(|line| line.name.clone()).collect::<Vec<_>>().join("; "),
    );
    let title = "Each layer folds the line once more";
    let caption = Caption { name: "expressivity-tents", title, description };
    let svg = svg(&caption, (WIDTH, 570.0), |canvas| {
        for (row, line) in (0..).zip(&lines) {
            let chart = Chart {
                names: Names::Elsewhere,
                ..Chart::new(
                    Axis::linear("input $x$", (0.0, 1.0), 6, tenths),
                    Axis::linear("output", (0.0, 1.0), 3, tenths),
                    vec![line.clone()],
                )
            };
            let place = Rect::new(0.0, 192.0 * f64::from(row), WIDTH, 186.0);
            chart.draw(canvas, place, &line.name);
        }
    });
    let rows = lines.iter().flat_map(|line| {
        line.points
            .iter()
            .map(|&(x, y)| vec![line.name.clone(), x.to_string(), y.to_string()])
    });
    let csv = csv(&["curve", "input x", "output of the network"], rows);
    Ok(Figure { name: caption.name, svg, csv })
}
