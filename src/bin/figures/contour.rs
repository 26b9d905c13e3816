//! Level lines of a function of two parameters, and what moves among them.

use std::collections::BTreeMap;

use crate::axes::{Axis, Frame, LINE, head_lines, name_in_key};
use crate::canvas::{Align, Canvas, Ink, Pen, WIDTH};
use crate::chart::ring;
use crate::geometry::{Px, Rect, inside, outside, paced, segments};
use crate::names::{Placed, Scene, Wish, box_at};
use crate::output::{csv, number, shown};
use crate::text::width;

pub type Point = (f64, f64);

/// Points joined by a line; with dots, the start marked large.
pub struct Path {
    pub ink: Ink,
    /// Named beside it if this is not empty.
    pub name: String,
    /// What scripts and data call it, if not by its name.
    pub curve: &'static str,
    pub points: Vec<Point>,
    pub dots: bool,
    width: f64,
    opacity: f64,
    is_hollow: bool,
    has_dots_only: bool,
}

impl Path {
    pub fn new(ink: Ink, points: Vec<Point>) -> Self {
        Self {
            ink,
            name: String::new(),
            curve: "",
            points,
            dots: false,
            width: 1.8,
            opacity: 1.0,
            is_hollow: false,
            has_dots_only: false,
        }
    }

    /// A level line. Where a point is no number, it is lifted.
    pub fn level(points: Vec<Point>) -> Self {
        Self {
            width: 1.0,
            opacity: LEVEL_OPACITY,
            ..Self::new(Ink::Foreground, points)
        }
    }

    /// Dots without a line between them.
    pub fn dots_only(ink: Ink, points: Vec<Point>) -> Self {
        Self { has_dots_only: true, width: 9.0, ..Self::new(ink, points) }
    }

    pub fn of_curve(self, curve: &'static str) -> Self {
        Self { curve, ..self }
    }

    fn draw(&self, canvas: &mut Canvas, frame: &Frame, pieces: &[Vec<Px>]) {
        let curve = if self.curve.is_empty() { &self.name } else { self.curve };
        let pen = Pen::new(self.ink, self.width).faint(self.opacity).of_curve(curve);
        let parts = pieces.iter().flat_map(|line| inside(line, frame.plot));
        let parts: Vec<Vec<Px>> = parts.collect();
        let within =
            |&(x, y): &Px| frame.plot.grown(0.1).holds(&Rect::new(x, y, 0.0, 0.0));
        let dots: Vec<Px> = pieces.iter().flatten().copied().filter(within).collect();
        match (self.has_dots_only, self.is_hollow) {
            (true, _) => canvas.dots(pen, &dots),
            (_, true) => canvas.hollow(pen, &parts),
            _ => canvas.lines(pen, &parts),
        }
        if self.dots {
            canvas.dots(Pen { width: 6.0, ..pen }, &dots);
            let first = Pen { width: 10.0, is_first: true, ..pen };
            canvas.dots(first, &dots[..1.min(dots.len())]);
        }
    }

    /// A sample for the key, 30 pixels wide.
    fn sample(&self, canvas: &mut Canvas, (x, y): Px) {
        let pen = Pen::new(self.ink, self.width);
        let line = vec![(x, y), (x + 30.0, y)];
        match self.is_hollow {
            true => canvas.hollow(pen, &[line]),
            false => canvas.lines(pen, &[line]),
        }
        if self.dots {
            canvas.dots(Pen { width: 6.0, ..pen }, &[(x + 15.0, y)]);
        }
    }

    pub fn with_dots(self) -> Self {
        Self { dots: true, ..self }
    }

    /// Under others: broad and hollow.
    pub fn broad(self) -> Self {
        Self { width: 9.0, is_hollow: true, ..self }
    }

    /// One of many: thin.
    pub fn faint(self) -> Self {
        Self { width: 1.0, ..self }
    }

    pub fn named(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }
}

/// An arrow from a point, in the units of the axes.
pub struct Arrow {
    pub ink: Ink,
    pub from: Point,
    pub to: Point,
    /// Named beside it if this is not empty.
    pub name: String,
}

/// A plane of two parameters.
pub struct Plane<'a> {
    pub title: String,
    /// What scripts and data call it, if not by its title.
    pub key: &'static str,
    pub x: Axis,
    pub y: Axis,
    pub function: &'a dyn Fn(f64, f64) -> f64,
    pub levels: Vec<f64>,
    /// Names of levels, each in a gap of its line.
    pub level_names: Vec<(f64, String)>,
    pub areas: Vec<(Ink, Vec<Point>)>,
    pub arrows: Vec<Arrow>,
    pub paths: Vec<Path>,
    /// Dots, each with a name beside it.
    pub points: Vec<(Ink, Point, String)>,
    /// Many dots that are one curve of the data.
    pub cloud: Option<(Ink, Vec<Point>)>,
    /// The point to mark with a cross.
    pub cross: Option<Point>,
    /// Whether both axes have one scale.
    pub is_equal: bool,
    /// Whether names stand above the plot, each with a sample: beside paths that can be
    /// moved they would soon stand beside nothing.
    pub has_key: bool,
}

impl<'a> Plane<'a> {
    /// Axes and nothing between them.
    pub fn new(x: Axis, y: Axis) -> Self {
        Self {
            title: String::new(),
            key: "",
            x,
            y,
            function: &|_, _| 0.0,
            levels: Vec::new(),
            level_names: Vec::new(),
            areas: Vec::new(),
            arrows: Vec::new(),
            paths: Vec::new(),
            points: Vec::new(),
            cloud: None,
            cross: None,
            is_equal: false,
            has_key: false,
        }
    }
}

/// Planes side by side, two in each row of this height. Where one title of a row takes a
/// line more, the names of both axes stand below both titles, and the plots have one height.
pub fn in_rows(planes: &[Plane], canvas: &mut Canvas, height: f64) {
    for (row, pair) in (0..).map(f64::from).zip(planes.chunks(2)) {
        let lines = |plane: &Plane| head_lines(&plane.title, &plane.y, HALF);
        let most = pair.iter().map(lines).max().unwrap_or_default();
        for (column, plane) in (0..).map(f64::from).zip(pair) {
            let (left, top) = ((WIDTH - HALF) * column, (height + 4.0) * row);
            plane.draw_below(canvas, Rect::new(left, top, HALF, height), most);
        }
    }
}

/// How much there is of a level line's ink.
const LEVEL_OPACITY: f64 = 0.6;

/// How wide one of two planes is.
const HALF: f64 = 298.0;

/// Cells of the grid on which level lines are found, each way.
const CELLS: usize = 36;

impl Plane<'_> {
    /// Draws the plane with its axes into a place; paths end where they leave it.
    pub fn draw(&self, canvas: &mut Canvas, place: Rect) {
        self.draw_below(canvas, place, 0);
    }

    /// The same below no fewer lines of text than that.
    fn draw_below(&self, canvas: &mut Canvas, place: Rect, lines: i32) {
        let above = if self.has_key { LINE + 8.0 } else { 0.0 };
        let frame = Frame::new((&self.x, &self.y), place, &self.title, (above, 0.0));
        let frame = frame.with_key(self.key).with_rows(lines);
        let frame = if self.is_equal { frame.with_equal_scales() } else { frame };
        frame.panel(canvas, |canvas| {
            self.draw_in(canvas, &frame);
            if self.has_key {
                let at = (place.left + 1.0, frame.plot.top - 8.0 - 0.5 * LINE);
                self.draw_key(canvas, at);
            }
        });
    }

    fn draw_key(&self, canvas: &mut Canvas, (mut x, y): Px) {
        for path in self.paths.iter().filter(|path| !path.name.is_empty()) {
            path.sample(canvas, (x, y));
            x = name_in_key(canvas, (x, y), (&path.name, path.ink), "");
        }
    }

    fn draw_in(&self, canvas: &mut Canvas, frame: &Frame) {
        let areas = self.areas.iter().map(|(ink, area)| (ink, frame.line(area)));
        for (ink, area) in areas {
            canvas.area(*ink, 0.2, "", &area);
        }
        let (x, y) = (self.x.range, self.y.range);
        let values = grid(self.function, x, y);
        let levels: Vec<(f64, Vec<Vec<Px>>)> = self
            .levels
            .iter()
            .map(|&level| {
                let lines = level_lines(&values, x, y, level);
                (level, lines.iter().map(|line| frame.line(line)).collect())
            })
            .collect();
        let pieces: Vec<Vec<Vec<Px>>> =
            self.paths.iter().map(|path| self.pieces(path, frame)).collect();
        let paths: Vec<Vec<Px>> = pieces.iter().map(|pieces| pieces.concat()).collect();
        let mut scene = self.scene(frame, &paths);
        let mut names = self.place(&mut scene);
        names.extend(self.place_levels(&levels, &mut scene));
        let boxes: Vec<Rect> =
            names.iter().map(|(placed, ..)| placed.rect.grown(1.0)).collect();
        let lines = levels.iter().flat_map(|(_, lines)| lines);
        let lines: Vec<_> = lines.flat_map(|line| outside(line, &boxes)).collect();
        canvas.lines(Pen::new(Ink::Foreground, 1.0).faint(LEVEL_OPACITY), &lines);
        frame.draw(canvas);
        if let Some((ink, cloud)) = &self.cloud {
            canvas.dots(Pen::new(*ink, 3.0).of_curve(&self.title), &frame.line(cloud));
        }
        for (path, pieces) in self.paths.iter().zip(&pieces) {
            path.draw(canvas, frame, pieces);
        }
        for arrow in &self.arrows {
            if let (Some(from), Some(to)) = (frame.at(arrow.from), frame.at(arrow.to)) {
                canvas.arrow(Pen::new(arrow.ink, 2.0), from, to);
            }
        }
        for (ink, point, _) in &self.points {
            canvas.dots(Pen::new(*ink, 9.0), &frame.line(&[*point]));
        }
        if let Some((x, y)) = self.cross.and_then(|point| frame.at(point)) {
            let arm = 6.0;
            let arms = [(arm, arm), (arm, -arm)];
            let lines = arms.map(|(dx, dy)| vec![(x - dx, y - dy), (x + dx, y + dy)]);
            canvas.lines(Pen::new(Ink::Foreground, 2.2), &lines);
        }
        for (placed, name, ink) in names {
            canvas.text(ink, placed.at, placed.align, &name);
        }
    }

    /// A path, cut where a point is no number.
    fn pieces(&self, path: &Path, frame: &Frame) -> Vec<Vec<Px>> {
        let pieces = path.points.split(|(a, b)| a.is_nan() || b.is_nan());
        let rounded = |&(a, b): &Point| (shown(a), shown(b));
        let piece = |points: &[Point]| {
            frame.line(&points.iter().map(rounded).collect::<Vec<_>>())
        };
        pieces.filter(|points| !points.is_empty()).map(piece).collect()
    }

    /// What names must not lie over: paths, arrows, points and the cross, in this order.
    fn scene(&self, frame: &Frame, paths: &[Vec<Px>]) -> Scene {
        let mut lines = paths.to_vec();
        lines.extend(
            self.arrows.iter().map(|arrow| frame.line(&[arrow.from, arrow.to])),
        );
        let points = self.points.iter().map(|(_, point, _)| *point).chain(self.cross);
        lines
            .extend(points.filter_map(|point| frame.at(point)).map(|at| ring(at, 6.0)));
        Scene {
            room: frame.plot.grown(-3.0),
            lines,
            edges: Vec::new(),
            boxes: Vec::new(),
        }
    }

    /// Names beside paths, arrows and points.
    fn place(&self, scene: &mut Scene) -> Vec<(Placed, String, Ink)> {
        let of_paths = self.paths.iter().map(|path| (path.name.as_str(), path.ink));
        let of_arrows =
            self.arrows.iter().map(|arrow| (arrow.name.as_str(), arrow.ink));
        let of_points = self.points.iter().map(|(ink, _, name)| (name.as_str(), *ink));
        let all = of_paths.chain(of_arrows).chain(of_points).enumerate();
        let above = if self.has_key { self.paths.len() } else { 0 };
        let named = all.skip(above).filter(|(_, (name, _))| !name.is_empty());
        let named: Vec<_> = named.collect();
        let wishes = named.iter().map(|(line, (name, _))| Wish { name, line: *line });
        let placed =
            scene.place(&wishes.collect::<Vec<_>>()).expect("room for all names");
        scene.boxes.extend(placed.iter().map(|placed| placed.rect));
        let names = placed.into_iter().zip(named);
        names
            .map(|(placed, (_, (name, ink)))| (placed, name.to_owned(), ink.of_name()))
            .collect()
    }

    /// Each name in the flattest free piece of its level line.
    fn place_levels(
        &self,
        levels: &[(f64, Vec<Vec<Px>>)],
        scene: &mut Scene,
    ) -> Vec<(Placed, String, Ink)> {
        let mut names = Vec::new();
        for (level, name) in &self.level_names {
            let lines = levels
                .iter()
                .filter(|(other, _)| other == level)
                .flat_map(|(_, lines)| lines);
            let mut best: Option<(f64, Placed)> = None;
            for point in lines.flat_map(|line| paced(line, 6.0)) {
                let rect = box_at((point.0 - 0.5 * width(name), point.1), name);
                let others = levels
                    .iter()
                    .filter(|(other, _)| other != level)
                    .flat_map(|(_, lines)| lines);
                let crossed = others
                    .filter(|line| {
                        segments(line)
                            .any(|segment| rect.grown(1.0).share(segment).is_some())
                    })
                    .count();
                let taken =
                    scene.boxes.iter().any(|other| other.grown(4.0).meets(&rect))
                        || scene.lines.iter().any(|line| match line[..] {
                            [point] => rect.grown(6.0).share((point, point)).is_some(),
                            _ => segments(line).any(|segment| {
                                rect.grown(3.0).share(segment).is_some()
                            }),
                        });
                if taken || !scene.room.holds(&rect) {
                    continue;
                }
                let right = (scene.room.right - point.0) / scene.room.width();
                let cost = 30.0 * crossed as f64 + 10.0 * right;
                if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                    best =
                        Some((cost, Placed { at: point, align: Align::Middle, rect }));
                }
            }
            if let Some((_, placed)) = best {
                scene.boxes.push(placed.rect);
                names.push((placed, name.clone(), Ink::Foreground));
            }
        }
        names
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
