//! Two axes: the one drawing of them that all figures share.

use crate::canvas::{Align, Canvas, Ink, Pen};
use crate::geometry::{Px, Rect, outside};
use crate::numbers::{decimals, superscript};
use crate::output::{place, twelve_digits};
use crate::text::{SIZE, escaped, plain, width};

/// A value this little beyond a limit is on it: no limit hangs on the last bit of a
/// logarithm.
pub const SLACK: f64 = 1e-9;

/// One of the two axes.
#[derive(Clone)]
pub struct Axis {
    pub label: String,
    /// In units of the scale: exponents on a logarithmic one.
    pub range: (f64, f64),
    /// How many labels at most.
    pub ticks: usize,
    scale: Scale,
}

#[derive(Clone)]
enum Scale {
    /// With what a tick is called.
    Linear(fn(f64) -> String),
    Logarithmic,
    /// Names at 0, 1, 2 and so on.
    Named(Vec<String>),
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

    /// From one exponent of ten to another.
    pub fn exponents(label: &str, range: (f64, f64), ticks: usize) -> Self {
        Self { label: label.into(), range, ticks, scale: Scale::Logarithmic }
    }

    /// Places with names, one beside the other.
    pub fn named(label: &str, names: &[&str]) -> Self {
        let names: Vec<_> = names.iter().map(ToString::to_string).collect();
        let range = (-0.5, names.len() as f64 - 0.5);
        Self {
            label: label.into(),
            range,
            ticks: names.len(),
            scale: Scale::Named(names),
        }
    }

    pub fn is_logarithmic(&self) -> bool {
        matches!(self.scale, Scale::Logarithmic)
    }

    /// Where a value lies; nowhere if it has no logarithm.
    pub fn place(&self, value: f64) -> Option<f64> {
        match self.scale {
            Scale::Logarithmic => (value > 0.0).then(|| value.log10()),
            _ => Some(value),
        }
    }

    /// The labelled ticks.
    fn major(&self) -> Vec<(f64, String)> {
        let evenly = || ticks(self.range, self.ticks).into_iter();
        match &self.scale {
            Scale::Linear(tick) => evenly().map(|place| (place, tick(place))).collect(),
            Scale::Logarithmic if self.range.1 - self.range.0 < FEW_DECADES => self
                .digits()
                .filter(|(_, digit)| [1, 2, 5].contains(digit))
                .map(|(power, digit)| (at_digit(power, digit), decimal(power, digit)))
                .filter(|(place, _)| self.shows(*place))
                .collect(),
            Scale::Logarithmic => {
                let powers: Vec<i32> =
                    evenly().map(|place| place.round() as i32).collect();
                let plain = powers.iter().all(|power| (-3..=4).contains(power));
                let named = |power: i32| match plain {
                    true => decimal(power, 1),
                    false if power == 0 => "1".into(),
                    false => format!("10{}", superscript(power)),
                };
                powers.into_iter().map(|power| (power.into(), named(power))).collect()
            }
            Scale::Named(names) => {
                (0..).map(f64::from).zip(names.iter().cloned()).collect()
            }
        }
    }

    /// Digits times powers of ten around the range of a logarithmic axis.
    fn digits(&self) -> impl Iterator<Item = (i32, i32)> {
        let (first, last) = (self.range.0.floor() as i32, self.range.1.ceil() as i32);
        (first..=last).flat_map(|power| (1..10).map(move |digit| (power, digit)))
    }

    fn shows(&self, place: f64) -> bool {
        (self.range.0 - SLACK..=self.range.1 + SLACK).contains(&place)
    }

    /// Small ticks between them on a logarithmic axis, as far as there is room for them.
    fn minor(&self, pixels: f64) -> Vec<f64> {
        let decade = pixels / (self.range.1 - self.range.0);
        if !self.is_logarithmic() || decade < 12.0 {
            return Vec::new();
        }
        let drawn = self.digits().filter(|(_, digit)| *digit == 1 || decade >= 40.0);
        let places = drawn.map(|(power, digit)| at_digit(power, digit));
        places.filter(|place| self.shows(*place)).collect()
    }

    /// The place as the data call it.
    pub fn in_data(&self, value: f64) -> String {
        match &self.scale {
            Scale::Named(names) => names[value.round() as usize].clone(),
            _ => place(value),
        }
    }

    /// What a script needs to put new points on the axis: its scale, the values at its ends,
    /// and where these are in the units of the file.
    fn described(&self, (from, to): (f64, f64)) -> String {
        let (low, high) = self.range;
        let (scale, value): (_, fn(f64) -> f64) = match self.scale {
            Scale::Logarithmic => ("log", |place| 10.0_f64.powf(place)),
            _ => ("linear", |value| value),
        };
        let [low, high] = [low, high].map(|end| place(value(end)));
        format!("{scale} {low} {high} {:.0} {:.0}", 10.0 * from, 10.0 * to)
    }
}

/// A logarithmic axis with fewer powers of ten has labels between them.
const FEW_DECADES: f64 = 1.9;

/// Where a digit times a power of ten lies on a logarithmic axis.
fn at_digit(power: i32, digit: i32) -> f64 {
    f64::from(power) + twelve_digits(f64::from(digit).log10())
}

/// The same as a decimal.
fn decimal(power: i32, digit: i32) -> String {
    match usize::try_from(power) {
        Ok(power) => grouped_from_five(&format!("{digit}{}", "0".repeat(power))),
        Err(_) => format!("0.{}{digit}", "0".repeat((-power - 1) as usize)),
    }
}

/// With a narrow space before the last three digits where there are five or more.
fn grouped_from_five(number: &str) -> String {
    let (sign, digits) = match number.strip_prefix('−') {
        Some(digits) => ("−", digits),
        None => ("", number),
    };
    match digits.len() {
        5.. => {
            let (thousands, rest) = digits.split_at(digits.len() - 3);
            format!("{sign}{thousands}\u{202f}{rest}")
        }
        _ => number.to_owned(),
    }
}

/// A tick's length, and the space to what is written beside it.
const TICK: f64 = 5.0;
const SPACE: f64 = 5.0;
/// From line to line of text.
pub const LINE: f64 = 1.35 * SIZE;

/// Axes around a plot in a place of the figure.
pub struct Frame<'a> {
    pub x: &'a Axis,
    pub y: &'a Axis,
    /// The plot itself.
    pub plot: Rect,
    /// All of it, with what is written around.
    outer: Rect,
    title: &'a str,
    /// Lines of text above it, as [`head_lines`] counts them, and the room below them.
    rows: i32,
    above: f64,
    /// What scripts and data call the panel, if not by its title.
    key: &'a str,
}

impl<'a> Frame<'a> {
    /// Leaves room for labels: `above` for lines of text, `right` for names.
    pub fn new(
        (x, y): (&'a Axis, &'a Axis),
        outer: Rect,
        title: &'a str,
        (above, right): (f64, f64),
    ) -> Self {
        let left = y.major().into_iter().map(|(_, tick)| width(&tick));
        let left = left.fold(0.0, f64::max);
        let x_ticks = x.major();
        let last = x_ticks.last().map_or(0.0, |(last, tick)| {
            let beyond = (x.range.1 - last) / (x.range.1 - x.range.0);
            0.5 * width(tick) - beyond * outer.width()
        });
        let first = x_ticks.first().map_or(0.0, |(first, tick)| {
            let beyond = (first - x.range.0) / (x.range.1 - x.range.0);
            0.5 * width(tick) - beyond * outer.width()
        });
        let left = (left + TICK + SPACE).max(first).ceil();
        let rows = head_lines(title, y, outer.width());
        let name = if x.label.is_empty() { 0.0 } else { LINE };
        let bottom = TICK + SPACE + 1.15 * SIZE + name;
        let plot = Rect {
            left: outer.left + left,
            top: outer.top + head(rows, above),
            right: outer.right - right.max(last + 2.0).ceil(),
            bottom: outer.bottom - bottom.ceil(),
        };
        Self { x, y, plot, outer, title, rows, above, key: "" }
    }

    /// With no fewer lines of text above the plot: the title in the first, the name of the
    /// axis in the last.
    pub fn with_rows(self, rows: i32) -> Self {
        let rows = rows.max(self.rows);
        let plot = Rect { top: self.outer.top + head(rows, self.above), ..self.plot };
        Self { plot, rows, ..self }
    }

    /// Called so by scripts, where this is not empty.
    pub fn with_key(self, key: &'a str) -> Self {
        Self { key, ..self }
    }

    /// With one scale for both axes: the plot gets as high as that takes, or narrower.
    pub fn with_equal_scales(self) -> Self {
        let span = |axis: &Axis| axis.range.1 - axis.range.0;
        let (across, up) = (span(self.x), span(self.y));
        let scale = (self.plot.width() / across).min(self.plot.height() / up);
        let plot = Rect {
            right: self.plot.left + scale * across,
            bottom: self.plot.top + scale * up,
            ..self.plot
        };
        Self { plot, ..self }
    }

    /// Where a point lies, whether inside or not; nowhere if it has no logarithm.
    pub fn at(&self, (x, y): (f64, f64)) -> Option<Px> {
        Some(self.of_places((self.x.place(x)?, self.y.place(y)?)))
    }

    /// The same for places in units of the scales.
    pub fn of_places(&self, (x, y): (f64, f64)) -> Px {
        let share = |axis: &Axis, place: f64| {
            (place - axis.range.0) / (axis.range.1 - axis.range.0)
        };
        let Rect { left, bottom, .. } = self.plot;
        // To a tenth of a pixel, so that nothing hangs on last bits; far outside is far enough.
        let round = |pixels: f64| (10.0 * pixels.clamp(-1e5, 1e5)).round() / 10.0;
        (
            round(left + share(self.x, x) * self.plot.width()),
            round(bottom - share(self.y, y) * self.plot.height()),
        )
    }

    /// The points of a curve up to the first that is nowhere.
    pub fn line(&self, points: &[(f64, f64)]) -> Vec<Px> {
        points.iter().map_while(|&point| self.at(point)).collect()
    }

    /// A group that says what its axes are.
    pub fn panel(&self, canvas: &mut Canvas, draw: impl FnOnce(&mut Canvas)) {
        let Rect { left, top, right, bottom } = self.plot;
        let key = match if self.key.is_empty() { self.title } else { self.key } {
            "" => String::new(),
            key => format!(r#"data-panel="{}" "#, escaped(&plain(key))),
        };
        let attributes = format!(
            r#"{key}data-x="{}" data-y="{}""#,
            self.x.described((left, right)),
            self.y.described((bottom, top)),
        );
        canvas.group(&attributes, draw);
    }

    /// The grid, which leaves boxes free.
    pub fn grid(&self, canvas: &mut Canvas, boxes: &[Rect]) {
        let Rect { left, top, right, bottom } = self.plot;
        let across = self.y.major().into_iter().map(|(y, _)| {
            let y = self.of_places((0.0, y)).1;
            vec![(left, y), (right, y)]
        });
        let up = self.x.major().into_iter().map(|(x, _)| {
            let x = self.of_places((x, 0.0)).0;
            vec![(x, bottom), (x, top)]
        });
        let named = matches!(self.x.scale, Scale::Named(_));
        let lines =
            across.chain(up.filter(|_| !named)).flat_map(|line| outside(&line, boxes));
        canvas.lines(Pen::new(Ink::Grid, 1.0), &lines.collect::<Vec<_>>());
    }

    /// The two lines with ticks, numbers and names, and the title.
    pub fn draw(&self, canvas: &mut Canvas) {
        let Rect { left, top, right, bottom } = self.plot;
        let pen = Pen::new(Ink::Foreground, 1.0);
        let mut lines = vec![vec![(left, top), (left, bottom), (right, bottom)]];
        let x_at = |place: f64| self.of_places((place, 0.0)).0;
        let y_at = |place: f64| self.of_places((0.0, place)).1;
        let (x_major, y_major) = (self.x.major(), self.y.major());
        let named = matches!(self.x.scale, Scale::Named(_));
        let x_ticks =
            x_major.iter().filter(|_| !named).map(|(place, _)| (*place, TICK));
        let x_minor = self
            .x
            .minor(self.plot.width())
            .into_iter()
            .map(|place| (place, 0.6 * TICK));
        lines.extend(x_ticks.chain(x_minor).map(|(place, long)| {
            vec![(x_at(place), bottom), (x_at(place), bottom + long)]
        }));
        let y_ticks = y_major.iter().map(|(place, _)| (*place, TICK));
        let y_minor = self
            .y
            .minor(self.plot.height())
            .into_iter()
            .map(|place| (place, 0.6 * TICK));
        lines.extend(y_ticks.chain(y_minor).map(|(place, long)| {
            vec![(left - long, y_at(place)), (left, y_at(place))]
        }));
        canvas.lines(pen, &lines);
        let below = bottom + TICK + SPACE + 0.5 * SIZE;
        let labels =
            x_major.into_iter().map(|(place, tick)| ((x_at(place), below), tick));
        canvas.texts(Ink::Foreground, Align::Middle, &labels.collect::<Vec<_>>());
        let beside = left - TICK - SPACE;
        let labels =
            y_major.into_iter().map(|(place, tick)| ((beside, y_at(place)), tick));
        canvas.texts(Ink::Foreground, Align::End, &labels.collect::<Vec<_>>());
        if !self.x.label.is_empty() {
            let at = (0.5 * (left + right), below + LINE);
            canvas.text(Ink::Foreground, at, Align::Middle, &self.x.label);
        }
        let first = self.outer.top + 0.6 * SIZE;
        let rows = self.rows;
        if !self.title.is_empty() {
            let behind = self.outer.left + width(&self.y.label) + 0.7 * SIZE;
            let at = if rows == 1 { behind.max(left) } else { left };
            // A panel with a key is one whose title may become another.
            let attribute = if self.key.is_empty() { "" } else { " data-title=\"\"" };
            canvas.title((at, first), Align::Start, self.title, attribute);
        }
        if !self.y.label.is_empty() {
            let row = first + LINE * f64::from(rows - 1);
            canvas.text(
                Ink::Foreground,
                (self.outer.left + 1.0, row),
                Align::Start,
                &self.y.label,
            );
        }
    }
}

/// Writes a name of a key behind the room for its sample of 30 pixels; gives where the next
/// one begins.
pub fn name_in_key(
    canvas: &mut Canvas,
    (x, y): Px,
    (name, ink): (&str, Ink),
    attribute: &str,
) -> f64 {
    canvas.text_with(ink.of_name(), (x + 36.0, y), Align::Start, name, attribute);
    x + width(name) + 56.0
}

/// The height of so many lines of text, and of what stands below them.
fn head(rows: i32, above: f64) -> f64 {
    let lines = match rows {
        0 => 0.6 * SIZE,
        _ => f64::from(rows) * LINE + 0.45 * SIZE,
    };
    (lines + above).ceil()
}

/// How many lines of text stand above a plot: its title and the name of its vertical axis,
/// side by side if they are short.
pub fn head_lines(title: &str, y: &Axis, room: f64) -> i32 {
    match (title.is_empty(), y.label.is_empty()) {
        (true, true) => 0,
        (false, false)
            if 1.1 * width(title) + f64::max(width(&y.label) + 0.7 * SIZE, 40.0)
                > room =>
        {
            2
        }
        _ => 1,
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
    grouped_from_five(&decimals(value, 0))
}

/// A tick with one decimal.
pub fn tenths(value: f64) -> String {
    decimals(value, 1)
}

/// A tick with two decimals.
pub fn hundredths(value: f64) -> String {
    decimals(value, 2)
}
