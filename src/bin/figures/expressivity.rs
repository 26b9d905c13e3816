//! How layers fold a line.

use descent::expressivity::{tent, tents};
use nalgebra::DMatrix;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use crate::canvas::{Area, Caption, DrawResult, Ink, PIXEL, svg};
use crate::chart::{Axis, Chart, Line, tenths};
use crate::grid::{arrow, label};
use crate::output::{Figure, csv};

pub fn figures() -> DrawResult<Vec<Figure>> {
    Ok(vec![folding()?, pieces()?])
}

/// The lines from 0 to 1, one below the other: their ends, the height of the first and
/// the distance from one to the next, in pixels.
const LEFT: i32 = 124;
const RIGHT: i32 = 524;
const TOP: i32 = 48;
const DISTANCE: i32 = 104;

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
    let svg = svg(&caption, (560, 296), |area| {
        for (row, name) in (0..).zip(["x", "tent(x)", "tent(tent(x))"]) {
            label(area, (8, height(row)), name, HPos::Left)?;
            halves(area, height(row))?;
        }
        for (x, name) in QUARTERS {
            label(area, (place(x), TOP - 24), name, HPos::Center)?;
        }
        for (x, name) in [(0.0, "0"), (0.5, "½"), (1.0, "1")] {
            label(area, (place(x), height(2) + 24), name, HPos::Center)?;
        }
        let mut steps: Vec<_> = ways.iter().map(|way| (0, way[0], way[1])).collect();
        steps.extend([0.0, 0.5, 1.0].map(|x| (1, x, tent(x))));
        for (row, from, to) in steps {
            let (from, to) = (place(from), place(to));
            arrow(area, (from, height(row) + 8), (to, height(row + 1) - 8))?;
        }
        Ok(())
    })?;
    let rows = ways.map(|way| way.map(|number| number.to_string()).to_vec());
    let columns = ["x", "tent(x)", "tent(tent(x))"];
    Ok(Figure { name: caption.name, svg, csv: csv(&columns, rows) })
}

fn height(row: i32) -> i32 {
    TOP + DISTANCE * row
}

fn place(x: f64) -> i32 {
    LEFT + (f64::from(RIGHT - LEFT) * x).round() as i32
}

/// A line from 0 to 1, with its right half dashed and dots at the quarters.
fn halves(area: &Area, y: i32) -> DrawResult {
    for (from, to, ink) in [(0.0, 0.5, Ink::Series(1)), (0.5, 1.0, Ink::Series(2))] {
        let ends = [from, to].map(|x| (place(x) * PIXEL, y * PIXEL));
        let style = ink.color().stroke_width(3 * PIXEL as u32);
        area.draw(&PathElement::new(ends, style))?;
    }
    for (x, _) in QUARTERS {
        let dot = (place(x) * PIXEL, y * PIXEL);
        area.draw(&Circle::new(dot, 4 * PIXEL, Ink::Foreground.color().filled()))?;
    }
    Ok(())
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
    let chart = Chart {
        x: Axis::linear("input x", (0.0, 1.0), 6, tenths),
        y: Axis::linear("output of the network", (-0.1, 1.4), 8, tenths),
        bands: Vec::new(),
        lines,
        key: Some((100, 24)),
        margin: 24,
    };
    let title = "Each layer folds the line once more";
    let caption = Caption { name: "expressivity-tents", title, description };
    chart.figure(&caption, (560, 360))
}
