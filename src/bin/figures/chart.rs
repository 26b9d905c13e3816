//! Lines and bands over two axes: what most figures of the book are.

use crate::axes::{Frame, LINE, name_in_key};
use crate::canvas::{Align, Canvas, Caption, Ink, Pen, WIDTH, svg};
use crate::geometry::{Px, Rect, inside};
use crate::names::{Placed, Scene, Wish, box_at};
use crate::output::{Figure, csv, number, shown, twelve_digits};
use crate::text::{SIZE, escaped, plain, width};

pub use crate::axes::{Axis, hundredths, tenths, whole};

/// A line through its points, up to the first that is not finite or that a logarithmic
/// axis cannot show.
#[derive(Clone)]
pub struct Line {
    pub name: String,
    pub points: Vec<(f64, f64)>,
    ink: Ink,
    kind: Kind,
    is_named: bool,
    /// Of its bars, in units of the axis.
    width: f64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// With dots at its points or without.
    Line {
        dots: bool,
    },
    /// One of many.
    Faint,
    /// Under others: broad and hollow.
    Broad,
    Dots,
    /// From zero, one for each whole number.
    Bars,
}

impl Line {
    pub fn new(ink: Ink, name: impl Into<String>, mut points: Vec<(f64, f64)>) -> Self {
        let finite = points.iter().take_while(|(_, y)| y.is_finite()).count();
        points.truncate(finite);
        points.iter_mut().for_each(|(x, y)| (*x, *y) = (twelve_digits(*x), shown(*y)));
        let kind = Kind::Line { dots: false };
        Self { name: name.into(), points, ink, kind, is_named: true, width: 0.8 }
    }

    /// A line through few points, each with a dot.
    pub fn measured(
        ink: Ink,
        name: impl Into<String>,
        points: Vec<(f64, f64)>,
    ) -> Self {
        Self { kind: Kind::Line { dots: true }, ..Self::new(ink, name, points) }
    }

    /// One of many: thin, and named in the data only.
    pub fn faint(ink: Ink, name: impl Into<String>, points: Vec<(f64, f64)>) -> Self {
        Self { kind: Kind::Faint, is_named: false, ..Self::new(ink, name, points) }
    }

    /// A line that others lie on: broad and hollow.
    pub fn broad(ink: Ink, name: impl Into<String>, points: Vec<(f64, f64)>) -> Self {
        Self { kind: Kind::Broad, ..Self::new(ink, name, points) }
    }

    /// Dots without a line between them.
    pub fn dots(ink: Ink, name: impl Into<String>, points: Vec<(f64, f64)>) -> Self {
        Self { kind: Kind::Dots, ..Self::new(ink, name, points) }
    }

    /// Bars from zero, one for each whole number.
    pub fn bars(ink: Ink, name: impl Into<String>, points: Vec<(f64, f64)>) -> Self {
        Self { kind: Kind::Bars, ..Self::new(ink, name, points) }
    }

    /// With a name for a plot that says the rest.
    pub fn renamed(self, name: &str) -> Self {
        Self { name: name.into(), ..self }
    }

    /// Named in the data only.
    pub fn unnamed(self) -> Self {
        Self { is_named: false, ..self }
    }

    /// Named beside it, though it is faint.
    pub fn named(self) -> Self {
        Self { is_named: true, ..self }
    }

    /// With bars of another width.
    pub fn with_width(self, width: f64) -> Self {
        Self { width, ..self }
    }

    fn pen(&self) -> Pen<'_> {
        let pen = match self.kind {
            Kind::Faint => Pen::new(self.ink, 1.0),
            Kind::Broad => Pen::new(self.ink, 9.0),
            _ => Pen::new(self.ink, 2.2),
        };
        pen.of_curve(&self.name)
    }

    fn draw(&self, canvas: &mut Canvas, frame: &Frame) {
        let points = frame.line(&self.points);
        let dots = || {
            let inside = |&&(x, y): &&Px| {
                frame.plot.grown(0.1).holds(&Rect::new(x, y, 0.0, 0.0))
            };
            points.iter().filter(inside).copied().collect::<Vec<_>>()
        };
        match self.kind {
            Kind::Dots => canvas.dots(Pen { width: 7.0, ..self.pen() }, &dots()),
            Kind::Bars => {
                let zero = frame.of_places((0.0, 0.0)).1;
                let half = 0.5
                    * self.width
                    * (frame.of_places((1.0, 0.0)).0 - frame.of_places((0.0, 0.0)).0);
                let bars = points.iter().map(|&(x, y)| {
                    Rect { left: x - half, top: y, right: x + half, bottom: zero }
                        .corners()
                        .to_vec()
                });
                canvas.areas(self.ink, 0.45, &self.name, &bars.collect::<Vec<_>>());
            }
            Kind::Faint => canvas.lines(self.pen(), &inside(&points, frame.plot)),
            Kind::Broad => canvas.hollow(self.pen(), &inside(&points, frame.plot)),
            Kind::Line { dots: with_dots } => {
                canvas.lines(self.pen(), &inside(&points, frame.plot));
                if with_dots {
                    canvas.dots(Pen { width: 7.0, ..self.pen() }, &dots());
                }
            }
        }
    }

    /// A sample for the key, 30 pixels wide.
    fn sample(&self, canvas: &mut Canvas, (x, y): Px) {
        let pen = Pen { curve: "", ..self.pen() };
        match self.kind {
            Kind::Bars => {
                let rect = Rect::new(x, y - 6.0, 30.0, 12.0);
                canvas.area(self.ink, 0.45, "", &rect.corners());
            }
            Kind::Dots => canvas.dots(Pen { width: 7.0, ..pen }, &[(x + 15.0, y)]),
            Kind::Faint | Kind::Broad => canvas.line(pen, &[(x, y), (x + 30.0, y)]),
            Kind::Line { dots } => {
                canvas.line(pen, &[(x, y), (x + 30.0, y)]);
                if dots {
                    canvas.dots(Pen { width: 7.0, ..pen }, &[(x + 15.0, y)]);
                }
            }
        }
    }
}

/// What lies between two curves: `(x, low, high)`.
pub struct Band {
    pub name: String,
    pub points: Vec<(f64, f64, f64)>,
    pub ink: Ink,
}

impl Band {
    fn outline(&self, frame: &Frame) -> Vec<Px> {
        let at = |x: f64, y: f64| frame.at((twelve_digits(x), shown(y)));
        let low = self.points.iter().filter_map(|&(x, low, _)| at(x, low));
        let high = self.points.iter().rev().filter_map(|&(x, _, high)| at(x, high));
        let Rect { left, top, right, bottom } = frame.plot;
        low.chain(high)
            .map(|(x, y)| (x.clamp(left, right), y.clamp(top, bottom)))
            .collect()
    }
}

/// What a caption speaks of, marked in the picture.
pub enum Mark {
    /// A vertical line.
    Vertical(f64, String),
    /// A horizontal line.
    Horizontal(f64, String),
    /// A ring around a point.
    Point((f64, f64), String),
    /// Words with their middle at a point.
    Words((f64, f64), String),
}

impl Mark {
    fn line(&self, frame: &Frame) -> Vec<Px> {
        let Rect { left, top, right, bottom } = frame.plot;
        let (x, y) = (frame.x.range.0, frame.y.range.0);
        match self {
            Self::Vertical(value, _) => {
                let x =
                    frame.x.place(*value).map_or(left, |x| frame.of_places((x, y)).0);
                vec![(x, bottom), (x, top)]
            }
            Self::Horizontal(value, _) => {
                let y =
                    frame.y.place(*value).map_or(bottom, |y| frame.of_places((x, y)).1);
                vec![(left, y), (right, y)]
            }
            Self::Point(at, _) | Self::Words(at, _) => {
                frame.at(*at).into_iter().collect()
            }
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Vertical(_, name)
            | Self::Horizontal(_, name)
            | Self::Point(_, name)
            | Self::Words(_, name) => name,
        }
    }

    fn draw(&self, canvas: &mut Canvas, frame: &Frame) {
        let line = self.line(frame);
        match self {
            Self::Vertical(..) | Self::Horizontal(..) => {
                canvas.line(Pen::new(Ink::DashedForeground, 1.2), &line);
            }
            Self::Point(..) => {
                let ring: Vec<Px> =
                    line.iter().flat_map(|&(x, y)| ring((x, y), 6.0)).collect();
                canvas.outline(Pen::new(Ink::Foreground, 1.4), &ring);
            }
            Self::Words(..) => {}
        }
    }
}

/// Corners of a circle.
pub fn ring((x, y): Px, radius: f64) -> Vec<Px> {
    // Of a twelfth of a turn: cosine and sine that are the same everywhere.
    let [half, root] = [0.5, 0.75_f64.sqrt()];
    let turns = [
        (1.0, 0.0),
        (root, half),
        (half, root),
        (0.0, 1.0),
        (-half, root),
        (-root, half),
    ];
    let turns = turns.into_iter().chain(turns.map(|(a, b)| (-a, -b)));
    turns.map(|(a, b)| (x + radius * a, y + radius * b)).collect()
}

/// Where the names of the lines stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// Each beside its line, where there is room; else above the plot.
    Beside,
    /// At the right ends of the lines, beside the plot.
    AtEnds,
    /// Above the plot, each with a sample.
    Above,
    /// In another plot of the figure, with the same inks.
    Elsewhere,
}

/// A whole chart.
pub struct Chart {
    pub x: Axis,
    pub y: Axis,
    pub bands: Vec<Band>,
    pub lines: Vec<Line>,
    pub marks: Vec<Mark>,
    pub names: Names,
    /// How much of a band's ink there is in it; where bands lie on each other it adds up.
    pub band_opacity: f64,
    /// What scripts and data call it where it is a panel of several.
    pub key: &'static str,
}

impl Chart {
    /// A chart of lines only.
    pub fn new(x: Axis, y: Axis, lines: Vec<Line>) -> Self {
        Self {
            x,
            y,
            bands: Vec::new(),
            lines,
            marks: Vec::new(),
            names: Names::Beside,
            band_opacity: 0.2,
            key: "",
        }
    }

    pub fn with_bands(self, bands: Vec<Band>) -> Self {
        Self { bands, ..self }
    }

    pub fn with_marks(self, marks: Vec<Mark>) -> Self {
        Self { marks, ..self }
    }

    pub fn with_names(self, names: Names) -> Self {
        Self { names, ..self }
    }

    /// The chart with its data.
    pub fn figure(&self, caption: &Caption, height: f64) -> Figure {
        let place = Rect::new(0.0, 0.0, WIDTH, height);
        let svg = svg(caption, (WIDTH, height), |canvas| self.draw(canvas, place, ""));
        Figure { name: caption.name, svg, csv: self.csv() }
    }

    fn csv(&self) -> String {
        csv(&["curve", &plain(&self.x.label), &plain(&self.y.label)], self.data())
    }

    /// Its data where it is a panel of several, whose key comes first.
    pub fn rows_of_panel(&self) -> impl Iterator<Item = Vec<String>> {
        self.data().map(|row| [vec![self.key.to_owned()], row].concat())
    }

    fn data(&self) -> impl Iterator<Item = Vec<String>> {
        let lines =
            self.lines.iter().map(|line| (plain(&line.name), line.points.clone()));
        let edges = self.bands.iter().flat_map(|band| {
            let low = band.points.iter().map(|&(x, low, _)| (x, low)).collect();
            let high = band.points.iter().map(|&(x, _, high)| (x, high)).collect();
            [(format!("{} low", band.name), low), (format!("{} high", band.name), high)]
        });
        lines.chain(edges).flat_map(move |(name, points)| {
            let row = move |(x, y): (f64, f64)| {
                vec![name.clone(), self.x.in_data(x), number(y)]
            };
            points.into_iter().map(row).collect::<Vec<_>>()
        })
    }

    /// The named lines.
    fn named(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.is_named)
    }

    /// Draws the chart into a place of a figure.
    pub fn draw(&self, canvas: &mut Canvas, place: Rect, title: &str) {
        let new = |around| {
            Frame::new((&self.x, &self.y), place, title, around).with_key(self.key)
        };
        let beside = |right| new((4.0, right));
        let frame = match self.names {
            Names::AtEnds => beside(
                self.named().map(|line| width(&line.name)).fold(0.0, f64::max) + 12.0,
            ),
            _ => beside(0.0),
        };
        if self.names == Names::Elsewhere {
            let names = self.searched(&frame, false).unwrap_or_default();
            return self.draw_with(canvas, &frame, &names, None);
        }
        if self.names != Names::Above
            && let Some(names) = self.placed(&frame)
        {
            return self.draw_with(canvas, &frame, &names, None);
        }
        let rows = self.rows(place.width());
        let above = LINE * rows.len() as f64 + 8.0;
        let frame = new((above, 0.0));
        let names = self.placed_marks(&frame).unwrap_or_default();
        let first = frame.plot.top - 8.0 - LINE * (rows.len() as f64 - 0.5);
        self.draw_with(canvas, &frame, &names, Some((rows, (place.left + 1.0, first))));
    }

    fn draw_with(
        &self,
        canvas: &mut Canvas,
        frame: &Frame,
        names: &[(Placed, String, Ink)],
        key: Option<(Vec<Vec<&Line>>, Px)>,
    ) {
        let boxes: Vec<Rect> =
            names.iter().map(|(placed, ..)| placed.rect.grown(2.0)).collect();
        frame.panel(canvas, |canvas| {
            for band in &self.bands {
                canvas.area(
                    band.ink,
                    self.band_opacity,
                    &band.name,
                    &band.outline(frame),
                );
            }
            frame.grid(canvas, &boxes);
            frame.draw(canvas);
            self.marks.iter().for_each(|mark| mark.draw(canvas, frame));
            self.lines.iter().for_each(|line| line.draw(canvas, frame));
            for (placed, name, ink) in names {
                let end =
                    if self.names == Names::AtEnds { " data-end=\"\"" } else { "" };
                let attribute = self.attribute_of_name(name, end);
                canvas.text_with(*ink, placed.at, placed.align, name, &attribute);
            }
            if let Some((rows, (left, first))) = key {
                for (row, y) in
                    rows.iter().zip((0..).map(|row| first + LINE * f64::from(row)))
                {
                    let mut x = left;
                    for line in row {
                        line.sample(canvas, (x, y));
                        let attribute = self.attribute_of_name(&line.name, "");
                        x = name_in_key(
                            canvas,
                            (x, y),
                            (&line.name, line.ink),
                            &attribute,
                        );
                    }
                }
            }
        });
    }

    /// By which a script finds the name of a curve, in a chart that has a key.
    fn attribute_of_name(&self, name: &str, more: &str) -> String {
        match self.key {
            "" => String::new(),
            _ => format!(r#" data-name="{}"{more}"#, escaped(&plain(name))),
        }
    }

    /// The named lines in rows that fit.
    fn rows(&self, room: f64) -> Vec<Vec<&Line>> {
        let mut rows: Vec<Vec<&Line>> = Vec::new();
        let mut right = 0.0;
        for line in self.named() {
            let wide = width(&line.name) + 56.0;
            if right + wide - 20.0 > room || rows.is_empty() {
                rows.push(Vec::new());
                right = 0.0;
            }
            right += wide;
            rows.last_mut().expect("a row").push(line);
        }
        rows
    }

    /// Names beside lines and marks, if there is room for all.
    fn placed(&self, frame: &Frame) -> Option<Vec<(Placed, String, Ink)>> {
        match self.names {
            Names::AtEnds => {
                let mut names = self.at_ends(frame);
                names.extend(self.placed_marks(frame)?);
                Some(names)
            }
            _ => self.searched(frame, true),
        }
    }

    fn placed_marks(&self, frame: &Frame) -> Option<Vec<(Placed, String, Ink)>> {
        self.searched(frame, false)
    }

    fn searched(
        &self,
        frame: &Frame,
        with_lines: bool,
    ) -> Option<Vec<(Placed, String, Ink)>> {
        let mut scene = Scene {
            room: frame.plot.grown(-3.0),
            lines: Vec::new(),
            edges: Vec::new(),
            boxes: Vec::new(),
        };
        let mut wishes = Vec::new();
        let mut placed = Vec::new();
        let mut inks = Vec::new();
        for line in &self.lines {
            if with_lines && line.is_named {
                wishes.push(Wish { name: &line.name, line: scene.lines.len() });
                inks.push(line.ink.of_name());
            }
            let points = frame.line(&line.points);
            match line.kind {
                Kind::Bars => {
                    let zero = frame.of_places((0.0, 0.0)).1;
                    scene.lines.push(
                        points
                            .iter()
                            .flat_map(|&(x, y)| [(x, zero), (x, y), (x, zero)])
                            .collect(),
                    );
                }
                Kind::Dots => scene.lines.push(points),
                _ => scene.lines.push(points),
            }
        }
        for band in &self.bands {
            scene.edges.push(band.outline(frame));
        }
        for mark in &self.marks {
            let line = mark.line(frame);
            match mark {
                Mark::Words(..) => {
                    let Some(&(x, y)) = line.first() else { continue };
                    let rect = box_at((x - 0.5 * width(mark.name()), y), mark.name());
                    scene.boxes.push(rect);
                    placed.push((
                        Placed { at: (x, y), align: Align::Middle, rect },
                        mark.name().to_owned(),
                        Ink::Foreground,
                    ));
                }
                _ if mark.name().is_empty() => scene.lines.push(line),
                _ => {
                    wishes.push(Wish { name: mark.name(), line: scene.lines.len() });
                    inks.push(Ink::Foreground);
                    let line = match mark {
                        Mark::Point(..) => {
                            line.iter().flat_map(|&at| ring(at, 6.0)).collect()
                        }
                        _ => line,
                    };
                    scene.lines.push(line);
                }
            }
        }
        let found = scene.place(&wishes)?;
        let found = found.into_iter().zip(&wishes).zip(inks);
        placed.extend(
            found.map(|((placed, wish), ink)| (placed, wish.name.to_owned(), ink)),
        );
        Some(placed)
    }

    /// Names at the ends of the lines, moved apart where they would touch.
    fn at_ends(&self, frame: &Frame) -> Vec<(Placed, String, Ink)> {
        const STEP: f64 = 1.25 * SIZE;
        let mut ends: Vec<(f64, &Line)> = self
            .named()
            .filter_map(|line| {
                let parts = inside(&frame.line(&line.points), frame.plot);
                Some((parts.last()?.last()?.1, line))
            })
            .collect();
        ends.sort_by(|a, b| a.0.total_cmp(&b.0));
        let heights = spread(
            &ends.iter().map(|(y, _)| *y).collect::<Vec<_>>(),
            STEP,
            (frame.plot.top, frame.plot.bottom),
        );
        let name = |(y, (_, line)): (f64, &(f64, &Line))| {
            let at = (frame.plot.right + 8.0, y);
            let rect = box_at(at, &line.name);
            let placed = Placed { at, align: Align::Start, rect };
            (placed, line.name.clone(), line.ink.of_name())
        };
        heights.into_iter().zip(&ends).map(name).collect()
    }
}

/// Places in order, moved as little as possible so that each is a step from the next.
fn spread(wanted: &[f64], step: f64, (low, high): (f64, f64)) -> Vec<f64> {
    // Groups that touch: their first place and how many they are.
    let mut groups: Vec<(f64, Vec<f64>)> = Vec::new();
    for &want in wanted {
        groups.push((want, vec![want]));
        while let [.., (first, one), (second, _)] = &groups[..] {
            if first + step * one.len() as f64 <= *second {
                break;
            }
            let (_, other) = groups.pop().expect("two groups");
            let (start, one) = groups.last_mut().expect("one group");
            one.extend(other);
            let middle = (0..)
                .zip(&*one)
                .map(|(i, want)| want - step * f64::from(i))
                .sum::<f64>()
                / one.len() as f64;
            let most = high - step * (one.len() - 1) as f64;
            *start = middle.min(most).max(low);
        }
    }
    groups
        .iter()
        .flat_map(|(start, ones)| (0..ones.len()).map(move |i| start + step * i as f64))
        .collect()
}
