//! Level lines of a function of two parameters, and what moves among them.

use std::collections::BTreeMap;

use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use crate::canvas::{Area, DrawResult, Ink, PIXEL, text};
use crate::chart::Axis;
use crate::grid::label;
use crate::output::{csv, number, shown};

pub type Point = (f64, f64);

/// A place in pixels: left, top, width and height.
pub type Place = (i32, i32, i32, i32);

/// Points joined by a line; with dots, the start marked large.
pub struct Path {
    pub ink: Ink,
    pub points: Vec<Point>,
    pub dots: bool,
}

/// An arrow from a point, in the units of the axes.
pub struct Arrow {
    pub ink: Ink,
    pub from: Point,
    pub to: Point,
}

/// A plane of two parameters.
pub struct Plane<'a> {
    pub title: String,
    pub x: Axis,
    pub y: Axis,
    pub function: &'a dyn Fn(f64, f64) -> f64,
    pub levels: Vec<f64>,
    /// Names of levels, each to the right of a point.
    pub level_names: Vec<(Point, String)>,
    pub arrows: Vec<Arrow>,
    pub paths: Vec<Path>,
    /// The point to mark with a cross.
    pub cross: Option<Point>,
}

/// Cells of the grid on which level lines are found, each way.
const CELLS: usize = 36;

impl Plane<'_> {
    /// Draws the plane with its axes into a place; paths end where they leave it.
    pub fn draw(&self, root: &Area, (left, top, width, height): Place) -> DrawResult {
        let area = root.clone().shrink(
            (left * PIXEL, top * PIXEL),
            ((width * PIXEL) as u32, (height * PIXEL) as u32),
        );
        let (x, y) = (self.x.range, self.y.range);
        let mut chart = ChartBuilder::on(&area)
            .margin_top(if self.title.is_empty() { 8 } else { 26 } * PIXEL)
            .margin_right(12 * PIXEL)
            .margin_bottom(4 * PIXEL)
            .margin_left(4 * PIXEL)
            .x_label_area_size(if self.x.label.is_empty() { 24 } else { 44 } * PIXEL)
            .y_label_area_size(if self.y.label.is_empty() { 36 } else { 58 } * PIXEL)
            .build_cartesian_2d(self.x.ticked(), self.y.ticked())?;
        chart
            .configure_mesh()
            .disable_mesh()
            .label_style(text(15, Ink::Foreground))
            .axis_desc_style(text(15, Ink::Foreground))
            .axis_style(Ink::Foreground.color().stroke_width(PIXEL as u32))
            .x_label_formatter(&|&x| self.x.tick(x))
            .y_label_formatter(&|&y| self.y.tick(y))
            .x_desc(&self.x.label)
            .y_desc(&self.y.label)
            .draw()?;
        let thin = Ink::Foreground.color().mix(0.35).stroke_width(PIXEL as u32);
        let values = grid(self.function, x, y);
        for &level in &self.levels {
            for line in level_lines(&values, x, y, level) {
                chart.draw_series([PathElement::new(line, thin)])?;
            }
        }
        for path in &self.paths {
            let rounded = |&(a, b): &Point| (shown(a), shown(b));
            let within = |(low, high): Point, place: f64| {
                let slack = 1e-9 * (high - low);
                (low - slack..=high + slack).contains(&place)
            };
            let inside = |&&(a, b): &&Point| within(x, a) && within(y, b);
            let points: Vec<Point> =
                path.points.iter().take_while(inside).map(rounded).collect();
            let style = path.ink.color().stroke_width(3 * PIXEL as u32 / 2);
            chart.draw_series([PathElement::new(points.clone(), style)])?;
            let dots = points.iter().filter(|_| path.dots).enumerate().map(
                |(step, &point)| {
                    let radius = if step == 0 { 5 } else { 3 };
                    Circle::new(point, radius * PIXEL, path.ink.color().filled())
                },
            );
            chart.draw_series(dots)?;
        }
        for arrow in &self.arrows {
            let ends = [arrow.from, arrow.to].map(|end| chart.backend_coord(&end));
            draw_arrow(root, ends, arrow.ink)?;
        }
        for (at, name) in &self.level_names {
            let (x, y) = chart.backend_coord(at);
            label(root, (x / PIXEL + 4, y / PIXEL), name, HPos::Left)?;
        }
        if let Some(point) = self.cross {
            let (x, y) = chart.backend_coord(&point);
            let (arm, style) = (6 * PIXEL, Ink::Foreground.color().stroke_width(20));
            for (dx, dy) in [(arm, arm), (arm, -arm)] {
                let ends = vec![(x - dx, y - dy), (x + dx, y + dy)];
                root.draw(&PathElement::new(ends, style))?;
            }
        }
        if !self.title.is_empty() {
            label(
                root,
                (left + 36 + (width - 48) / 2, top + 13),
                &self.title,
                HPos::Center,
            )?;
        }
        Ok(())
    }
}

/// Named paths as CSV, a row for each step.
pub fn paths_csv<'a, Name: ToString>(
    columns: [&str; 4],
    paths: impl Iterator<Item = (Name, &'a [Point])>,
) -> String {
    let rows = paths.flat_map(|(name, points)| {
        points.iter().enumerate().map(move |(step, &(x, y))| {
            vec![name.to_string(), step.to_string(), number(x), number(y)]
        })
    });
    csv(&columns, rows)
}

/// A line with a head at its end, in units of the drawing.
pub fn draw_arrow(area: &Area, [from, to]: [(i32, i32); 2], ink: Ink) -> DrawResult {
    let style = ink.color().stroke_width(2 * PIXEL as u32);
    let along = (f64::from(to.0 - from.0), f64::from(to.1 - from.1));
    let length = along.0.hypot(along.1).max(1.0);
    let unit = (along.0 / length, along.1 / length);
    let barb = |side: f64| {
        let (back, out) = (9.0 * f64::from(PIXEL), side * 4.5 * f64::from(PIXEL));
        let x = f64::from(to.0) - back * unit.0 - out * unit.1;
        let y = f64::from(to.1) - back * unit.1 + out * unit.0;
        (x.round() as i32, y.round() as i32)
    };
    area.draw(&PathElement::new(vec![from, to], style))?;
    area.draw(&PathElement::new(vec![barb(1.0), to, barb(-1.0)], style))?;
    Ok(())
}

/// A side of a cell of the grid: its lower left corner, and whether it goes up.
type Side = (usize, usize, bool);

/// The place of a line of the grid.
fn at((low, high): (f64, f64), i: usize) -> f64 {
    low + (high - low) * i as f64 / CELLS as f64
}

/// The function's values at the corners of the cells.
fn grid(function: &dyn Fn(f64, f64) -> f64, x: Point, y: Point) -> Vec<Vec<f64>> {
    let column = |i| (0..=CELLS).map(move |j| function(at(x, i), at(y, j)));
    (0..=CELLS).map(|i| column(i).collect()).collect()
}

/// Where the function has the value `level` on a rectangle: marching squares, the
/// pieces joined to lines.
fn level_lines(values: &[Vec<f64>], x: Point, y: Point, level: f64) -> Vec<Vec<Point>> {
    let above = |column: &Vec<f64>| column.iter().map(|value| value - level).collect();
    let values: Vec<Vec<f64>> = values.iter().map(above).collect();
    let crossing = |&(i, j, up): &Side| {
        let (k, l) = if up { (i, j + 1) } else { (i + 1, j) };
        let share = values[i][j] / (values[i][j] - values[k][l]);
        let between = |a: f64, b: f64| a + share * (b - a);
        (between(at(x, i), at(x, k)), between(at(y, j), at(y, l)))
    };
    let lines = joined(neighbours(&values));
    lines.iter().map(|sides| sides.iter().map(crossing).collect()).collect()
}

/// For each side that a level line crosses, the sides that it goes on to.
fn neighbours(values: &[Vec<f64>]) -> BTreeMap<Side, Vec<Side>> {
    let mut neighbours = BTreeMap::<Side, Vec<Side>>::new();
    let above = |i: usize, j: usize| values[i][j] >= 0.0;
    for (i, j) in (0..CELLS).flat_map(|i| (0..CELLS).map(move |j| (i, j))) {
        // Around the cell from its lower left corner, each side with the corner before.
        let corners =
            [above(i, j), above(i + 1, j), above(i + 1, j + 1), above(i, j + 1)];
        let sides = [(i, j, false), (i + 1, j, true), (i, j + 1, false), (i, j, true)];
        let mut crossed: Vec<Side> = (0..4)
            .filter(|&side| corners[side] != corners[(side + 1) % 4])
            .map(|side| sides[side])
            .collect();
        let centre = values[i][j] + values[i + 1][j] + values[i][j + 1];
        let centre = centre + values[i + 1][j + 1] >= 0.0;
        if crossed.len() == 4 && centre != corners[0] {
            crossed.rotate_right(1);
        }
        for pair in crossed.chunks_exact(2) {
            neighbours.entry(pair[0]).or_default().push(pair[1]);
            neighbours.entry(pair[1]).or_default().push(pair[0]);
        }
    }
    neighbours
}

/// Lines from end to end, then closed ones.
fn joined(mut neighbours: BTreeMap<Side, Vec<Side>>) -> Vec<Vec<Side>> {
    let ends = neighbours.iter().filter(|(_, next)| next.len() == 1);
    let mut starts: Vec<Side> = ends.map(|(&side, _)| side).collect();
    starts.extend(neighbours.keys());
    let mut lines = Vec::new();
    for start in starts {
        let Some(mut next) = neighbours.remove(&start) else { continue };
        let mut line = vec![start];
        while let Some(side) = next.iter().find(|side| neighbours.contains_key(side)) {
            line.push(*side);
            next = neighbours.remove(side).unwrap_or_default();
        }
        if line.len() > 2 && next.contains(&start) {
            line.push(start);
        }
        lines.push(line);
    }
    lines
}
