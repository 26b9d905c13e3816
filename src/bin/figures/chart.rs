//! Lines and bands over two axes: what most figures of the book are.

use std::ops::Range;

use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::canvas::{Area, Caption, DrawResult, Ink, PIXEL, svg, text};
use crate::numbers::{decimals, superscript};
use crate::output::{Figure, csv, number, place, shown, twelve_digits};

/// A value this little beyond a limit is on it: no limit hangs on the last bit of a
/// logarithm.
const SLACK: f64 = 1e-9;

/// One of the two axes.
pub struct Axis {
    pub label: String,
    /// In units of the scale: exponents on a logarithmic one.
    pub range: (f64, f64),
    /// How many labels at most.
    pub ticks: usize,
    scale: Scale,
}

enum Scale {
    /// With what a tick is called.
    Linear(fn(f64) -> String),
    Logarithmic,
}

impl Axis {
    pub fn linear(
        label: &str,
        range: (f64, f64),
        ticks: usize,
        tick: fn(f64) -> String,
    ) -> Self {
        Self { label: label.into(), range, ticks, scale: Scale::Linear(tick) }
    }

    /// Even powers of ten around all values above zero.
    pub fn logarithmic<'a>(
        label: &str,
        points: impl Iterator<Item = &'a (f64, f64)> + Clone,
    ) -> Self {
        let logs = points
            .filter(|(_, value)| *value > 0.0)
            .map(|(_, value)| value.log10() / 2.0);
        let low = 2.0 * (logs.clone().fold(f64::INFINITY, f64::min) + SLACK).floor();
        let high = 2.0 * (logs.fold(f64::NEG_INFINITY, f64::max) - SLACK).ceil();
        let range = if low < high { (low, high) } else { (-1.0, 1.0) };
        // No more than one label for each power of ten.
        let ticks = (range.1 - range.0) as usize + 1;
        Self {
            label: label.into(),
            range,
            ticks: ticks.min(9),
            scale: Scale::Logarithmic,
        }
    }

    /// The powers of ten between two exponents.
    pub fn powers(label: &str, (low, high): (i32, i32), ticks: usize) -> Self {
        let range = (low.into(), high.into());
        Self { label: label.into(), range, ticks, scale: Scale::Logarithmic }
    }

    /// The range for plotters, with its ticks.
    pub fn ticked(&self) -> Ticked {
        let (low, high) = self.range;
        Ticked { range: (low..high).into(), ticks: ticks(self.range, self.ticks) }
    }

    /// Where a value lies; nowhere if it has no logarithm.
    fn place(&self, value: f64) -> Option<f64> {
        match self.scale {
            Scale::Linear(_) => Some(value),
            Scale::Logarithmic => (value > 0.0).then(|| value.log10()),
        }
    }

    pub fn tick(&self, place: f64) -> String {
        match self.scale {
            Scale::Linear(tick) => tick(place),
            Scale::Logarithmic => format!("10{}", superscript(place.round() as i32)),
        }
    }

    /// A tick at the left end is moved right by half its width: it would meet the lowest
    /// tick of the other axis.
    fn tick_clear_of_corner(&self, place: f64) -> String {
        let tick = self.tick(place);
        let is_first =
            (place - self.range.0).abs() < 1e-9 * (self.range.1 - self.range.0);
        let space = if is_first { tick.chars().count() } else { 0 };
        "\u{a0}".repeat(space) + &tick
    }
}

/// A line through its points, up to the first that is not finite or that a logarithmic
/// axis cannot show.
pub struct Line {
    pub name: String,
    pub points: Vec<(f64, f64)>,
    ink: Ink,
    faint: bool,
    dots: bool,
    bars: bool,
    /// The point that carries the name (the last one if there are fewer), and the way
    /// from there to the left end of the name, in pixels right and down.
    name_at: (usize, (i32, i32)),
}

impl Line {
    /// A line of usual width, named at its right end.
    pub fn new(ink: Ink, name: impl Into<String>, mut points: Vec<(f64, f64)>) -> Self {
        let finite = points.iter().take_while(|(_, y)| y.is_finite()).count();
        points.truncate(finite);
        points.iter_mut().for_each(|(x, y)| (*x, *y) = (twelve_digits(*x), shown(*y)));
        let name_at = (usize::MAX, (6, 0));
        Self {
            name: name.into(),
            points,
            ink,
            faint: false,
            dots: false,
            bars: false,
            name_at,
        }
    }

    /// One of many: thin, and named in the data only.
    pub fn faint(ink: Ink, name: impl Into<String>, points: Vec<(f64, f64)>) -> Self {
        Self { faint: true, ..Self::new(ink, name, points) }
    }

    /// Dots without a line between them.
    pub fn dots(ink: Ink, name: impl Into<String>, points: Vec<(f64, f64)>) -> Self {
        Self { dots: true, ..Self::new(ink, name, points) }
    }

    /// Bars from zero, one for each whole number.
    pub fn bars(ink: Ink, name: impl Into<String>, points: Vec<(f64, f64)>) -> Self {
        Self { bars: true, ..Self::new(ink, name, points) }
    }

    /// The line with its name beside another point.
    pub fn named_at(self, point: usize, shift: (i32, i32)) -> Self {
        Self { name_at: (point, shift), ..self }
    }

    fn style(&self) -> ShapeStyle {
        let (opacity, width) = if self.faint { (0.5, 1) } else { (1.0, 2) };
        self.ink.color().mix(opacity).stroke_width(width * PIXEL as u32)
    }

    fn dot<Place>(&self, place: Place) -> Circle<Place, i32> {
        Circle::new(place, 4 * PIXEL, self.ink.color().filled())
    }
}

/// What lies between two curves: `(x, low, high)`.
pub struct Band {
    pub name: String,
    pub points: Vec<(f64, f64, f64)>,
    pub ink: Ink,
}

/// A whole chart.
pub struct Chart {
    pub x: Axis,
    pub y: Axis,
    pub bands: Vec<Band>,
    pub lines: Vec<Line>,
    /// Where the names of the lines stand, with samples, one below the other: the upper
    /// left corner in pixels. Without it each line carries its name.
    pub key: Option<(i32, i32)>,
    /// Room to the right of the axes, in pixels: at least 24 for the last tick, more
    /// for names.
    pub margin: i32,
}

const TEXT: i32 = 15;

impl Chart {
    /// The chart with its data.
    pub fn figure(&self, caption: &Caption, size: (u32, u32)) -> DrawResult<Figure> {
        let svg = svg(caption, size, |area| self.draw(area))?;
        Ok(Figure { name: caption.name, svg, csv: self.csv() })
    }

    fn csv(&self) -> String {
        let lines =
            self.lines.iter().map(|line| (line.name.clone(), line.points.clone()));
        let edges = self.bands.iter().flat_map(|band| {
            let low = band.points.iter().map(|&(x, low, _)| (x, low)).collect();
            let high = band.points.iter().map(|&(x, _, high)| (x, high)).collect();
            [(format!("{} low", band.name), low), (format!("{} high", band.name), high)]
        });
        let rows = lines.chain(edges).flat_map(|(name, points)| {
            let row = move |(x, y): (f64, f64)| vec![name.clone(), place(x), number(y)];
            points.into_iter().map(row).collect::<Vec<_>>()
        });
        csv(&["curve", &self.x.label, &self.y.label], rows)
    }

    /// Draws the chart into the whole of an area; one that is a part of a figure needs a
    /// key, whose place counts from the part's corner.
    pub fn draw(&self, area: &Area) -> DrawResult {
        let mut chart = ChartBuilder::on(area)
            .margin_top(10 * PIXEL)
            .margin_right(self.margin * PIXEL)
            .margin_bottom(4 * PIXEL)
            .margin_left(4 * PIXEL)
            .x_label_area_size(46 * PIXEL)
            .y_label_area_size(68 * PIXEL)
            .build_cartesian_2d(self.x.ticked(), self.y.ticked())?;
        chart
            .configure_mesh()
            .label_style(text(TEXT, Ink::Foreground))
            .axis_desc_style(text(TEXT, Ink::Foreground))
            .axis_style(Ink::Foreground.color().stroke_width(PIXEL as u32))
            .bold_line_style(Ink::Grid.color().stroke_width(PIXEL as u32))
            .light_line_style(TRANSPARENT)
            .x_label_formatter(&|&x| self.x.tick_clear_of_corner(x))
            // The space keeps exponents off the axis.
            .y_label_formatter(&|&y| self.y.tick(y) + "\u{a0}")
            .x_desc(&self.x.label)
            .y_desc(&self.y.label)
            .draw()?;
        for band in &self.bands {
            let at = |x: f64, y: f64| (twelve_digits(x), shown(y));
            let low = band.points.iter().map(|&(x, low, _)| at(x, low));
            let high = band.points.iter().rev().map(|&(x, _, high)| at(x, high));
            let outline = self.places(low.chain(high));
            chart.draw_series([Polygon::new(
                outline,
                band.ink.color().mix(0.2).filled(),
            )])?;
        }
        for line in &self.lines {
            let path = self.places(line.points.iter().copied());
            if line.dots {
                chart.draw_series(path.into_iter().map(|place| line.dot(place)))?;
            } else if line.bars {
                let filled = line.ink.color().mix(0.5).filled();
                let bar =
                    |(x, y)| Rectangle::new([(x - 0.4, 0.0), (x + 0.4, y)], filled);
                chart.draw_series(path.into_iter().map(bar))?;
            } else {
                chart.draw_series([PathElement::new(self.cut(path), line.style())])?;
            }
        }
        for (row, line) in (0..).zip(self.lines.iter().filter(|line| !line.faint)) {
            let name_at = match self.key {
                Some((x, y)) => {
                    let y = y + 20 * row;
                    let sample =
                        vec![(x * PIXEL, y * PIXEL), ((x + 34) * PIXEL, y * PIXEL)];
                    if line.dots {
                        area.draw(&line.dot(((x + 17) * PIXEL, y * PIXEL)))?;
                    } else if line.bars {
                        let filled = line.ink.color().mix(0.5).filled();
                        let corners = [(x, y - 6), (x + 34, y + 6)];
                        let corners = corners.map(|(x, y)| (x * PIXEL, y * PIXEL));
                        area.draw(&Rectangle::new(corners, filled))?;
                    } else {
                        area.draw(&PathElement::new(sample, line.style()))?;
                    }
                    ((x + 42) * PIXEL, y * PIXEL)
                }
                None => {
                    let (point, (right, down)) = line.name_at;
                    let path = self.places(line.points.iter().copied());
                    let Some(place) = path.get(point).or(path.last()) else { continue };
                    let (x, y) = chart.backend_coord(place);
                    (x + right * PIXEL, y + down * PIXEL)
                }
            };
            let style =
                text(TEXT, Ink::Foreground).pos(Pos::new(HPos::Left, VPos::Center));
            area.draw(&Text::new(line.name.clone(), name_at, style))?;
        }
        Ok(())
    }

    /// A path up to where it leaves at the top, in its true direction: plotters would
    /// move the point outside onto the edge.
    fn cut(&self, mut path: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
        let top = self.y.range.1;
        let Some(end) = path.iter().position(|&(_, y)| y > top + SLACK) else {
            return path;
        };
        path.truncate(end + 1);
        if let [.., (x0, y0), (x1, y1)] = &mut path[..] {
            *x1 = *x0 + (*x1 - *x0) * (top - *y0) / (*y1 - *y0);
            *y1 = top;
        }
        path
    }

    fn places(&self, points: impl Iterator<Item = (f64, f64)>) -> Vec<(f64, f64)> {
        points.map_while(|(x, y)| Some((self.x.place(x)?, self.y.place(y)?))).collect()
    }
}

/// A range with its ticks. plotters would choose them by a logarithm, whose last bit
/// differs from system to system.
pub struct Ticked {
    range: RangedCoordf64,
    ticks: Vec<f64>,
}

impl Ranged for Ticked {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        self.range.map(value, limit)
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        if hint.weight().allow_light_points() { vec![] } else { self.ticks.clone() }
    }

    fn range(&self) -> Range<f64> {
        self.range.range()
    }
}

/// The most multiples of 1, 2 or 5 times a power of ten in a range that are no more than
/// `most`.
fn ticks((low, high): (f64, f64), most: usize) -> Vec<f64> {
    let written = format!("{:e}", high - low);
    let exponent = written.split_once('e').and_then(|(_, power)| power.parse().ok());
    let exponent: i32 = exponent.unwrap_or(0);
    let steps = (exponent - 3..=exponent + 1).rev();
    let steps = steps.flat_map(|power| [5, 2, 1].map(|digit| (digit, power)));
    let multiple = |(digit, power): (i64, i32), count: i64| -> f64 {
        format!("{}e{power}", digit * count).parse().expect("a number")
    };
    let inside = |step| {
        let size = multiple(step, 1);
        (low / size - SLACK).ceil() as i64..=(high / size + SLACK).floor() as i64
    };
    let few = |step: &(i64, i32)| inside(*step).count() <= most;
    let step = steps.take_while(few).last();
    step.map_or(vec![low], |step| {
        inside(step).map(|count| multiple(step, count)).collect()
    })
}

/// A tick that is a whole number.
pub fn whole(value: f64) -> String {
    decimals(value, 0)
}

/// A tick with one decimal.
pub fn tenths(value: f64) -> String {
    decimals(value, 1)
}

/// A tick with two decimals.
pub fn hundredths(value: f64) -> String {
    decimals(value, 2)
}
