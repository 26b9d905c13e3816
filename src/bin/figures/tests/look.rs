//! How the figures look: every label readable, nothing over another, in every theme. Read
//! from the files and the style sheet, not from the code that draws them.

#[path = "../text.rs"]
#[allow(dead_code, reason = "what it needs for drawing")]
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../..");

type Point = (f64, f64);

#[derive(Clone, Debug)]
struct Box {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Box {
    fn meets(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    fn middle(&self) -> Point {
        (0.5 * (self.left + self.right), 0.5 * (self.top + self.bottom))
    }

    /// Whether a segment has a point inside.
    fn cuts(&self, from: Point, to: Point) -> bool {
        // From which share of the segment to which it is inside, by both coordinates.
        let shares = |from: f64, to: f64, low: f64, high: f64| match to - from {
            0.0 if (low..=high).contains(&from) => (0.0, 1.0),
            0.0 => (1.0, 0.0),
            way => {
                let (a, b) = ((low - from) / way, (high - from) / way);
                (a.min(b), a.max(b))
            }
        };
        let x = shares(from.0, to.0, self.left, self.right);
        let y = shares(from.1, to.1, self.top, self.bottom);
        x.0.max(y.0).max(0.0) <= x.1.min(y.1).min(1.0)
    }
}

/// The attributes that hold for an element, its own before those around it.
type Attributes = BTreeMap<String, String>;

#[derive(Clone, Debug)]
struct Label {
    content: String,
    place: Box,
    class: String,
    fill: String,
    size: f64,
    panel: Option<usize>,
}

#[derive(Clone, Debug)]
struct Shape {
    attributes: Attributes,
    lines: Vec<Vec<Point>>,
    panel: Option<usize>,
    /// How many labels and shapes come before it.
    order: usize,
}

impl Shape {
    fn class(&self) -> &str {
        &self.attributes["class"]
    }

    fn is_stroke(&self) -> bool {
        self.class().starts_with('s')
    }

    fn number(&self, name: &str) -> f64 {
        self.attributes.get(name).map_or(1.0, |text| text.parse().expect("a number"))
    }
}

/// What a group says of its axes: where they begin and end.
#[derive(Debug)]
struct Panel {
    plot: Box,
    title: Option<String>,
    x: Axis,
    y: Axis,
}

/// The values at the ends of an axis, and their places.
#[derive(Debug)]
struct Axis {
    is_logarithmic: bool,
    values: [f64; 2],
    places: [f64; 2],
}

impl Axis {
    fn read(words: &str) -> Self {
        let [scale, ends @ ..] = &words.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{words}")
        };
        let is_logarithmic = *scale == "log";
        assert!(is_logarithmic || *scale == "linear", "{words}");
        let ends: Vec<f64> =
            ends.iter().map(|end| end.parse().expect("a number")).collect();
        let [low, high, from, to] = ends[..] else { panic!("{words}") };
        assert!(low < high && (!is_logarithmic || low > 0.0), "{words}");
        Self {
            is_logarithmic,
            values: [low, high],
            places: [from, to].map(|end| end / 10.0),
        }
    }

    fn place(&self, value: f64) -> f64 {
        let scaled =
            |value: f64| if self.is_logarithmic { value.log10() } else { value };
        let [low, high] = self.values.map(scaled);
        let [from, to] = self.places;
        from + (scaled(value) - low) / (high - low) * (to - from)
    }
}

#[derive(Debug)]
struct Figure {
    name: String,
    width: f64,
    height: f64,
    labels: Vec<Label>,
    shapes: Vec<Shape>,
    panels: Vec<Panel>,
}

fn attributes(tag: &str) -> Attributes {
    let mut found = Attributes::new();
    let mut rest = tag.split_once(' ').map_or("", |(_, rest)| rest);
    while let Some((name, behind)) = rest.split_once("=\"") {
        let (value, behind) = behind.split_once('"').expect("a closing quote");
        found.insert(name.trim().to_owned(), value.to_owned());
        rest = behind;
    }
    found
}

/// The corners of a path that the book writes: `M` and relative `l`, `h0` for a dot.
fn corners(d: &str) -> Vec<Vec<Point>> {
    let mut lines = Vec::new();
    for part in d.split('M').filter(|part| !part.is_empty()) {
        let spaced = part.replace('l', " ").replace(['z'], "").replace("h0", "");
        let spaced = spaced.replace('-', " -");
        let numbers: Vec<f64> =
            spaced.split_whitespace().map(|n| n.parse().expect("a number")).collect();
        let mut points: Vec<Point> = Vec::new();
        for pair in numbers.chunks(2) {
            let last = points.last().copied().unwrap_or((0.0, 0.0));
            points.push((last.0 + pair[0] / 10.0, last.1 + pair[1] / 10.0));
        }
        if part.contains('z') {
            points.push(points[0]);
        }
        lines.push(points);
    }
    lines
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

impl Figure {
    fn read(folder: &Path, name: &str) -> Self {
        let path = folder.join(format!("{name}.svg"));
        let svg = fs::read_to_string(path).expect("a figure");
        let mut figure = Self {
            name: name.to_owned(),
            width: 0.0,
            height: 0.0,
            labels: Vec::new(),
            shapes: Vec::new(),
            panels: Vec::new(),
        };
        // Attributes of the elements around, and the plot that one of them is.
        let mut around: Vec<(Attributes, Option<usize>)> = Vec::new();
        let mut label: Option<(Attributes, String, f64)> = None;
        for piece in svg.split('<').skip(1) {
            let (tag, content) = piece.split_once('>').expect("a whole tag");
            let content = unescaped(content.trim_end_matches('\n'));
            let element =
                tag.split([' ', '/']).find(|part| !part.is_empty()).unwrap_or_default();
            if tag.starts_with('/') {
                if element == "tspan" {
                    if let Some((_, text, _)) = &mut label {
                        *text += "$";
                        *text += &content;
                    }
                    continue;
                }
                let closed = around.pop();
                if element == "text" {
                    let (own, text, size) = label.take().expect("a label");
                    figure.label(&own, text, size, closed.and_then(|(_, panel)| panel));
                }
                continue;
            }
            let (outer, panel) = around.last().cloned().unwrap_or_default();
            let own = attributes(tag.trim_end_matches('/'));
            let mut all = outer.clone();
            all.extend(own.clone());
            match element {
                "svg" => {
                    figure.width = own["width"].parse().expect("a width");
                    figure.height = own["height"].parse().expect("a height");
                }
                "tspan" => {
                    let size: f64 = own["font-size"].parse().expect("a size");
                    let (_, text, least) = label.as_mut().expect("in a label");
                    *least = least.min(size / 10.0);
                    *text += "$";
                    *text += &content;
                    continue;
                }
                "text" => {
                    let size: f64 = all["font-size"].parse().expect("a size");
                    label = Some((all.clone(), content.clone(), size / 10.0));
                }
                "path" => {
                    let lines = corners(&own["d"]);
                    let order = figure.shapes.len();
                    figure.shapes.push(Shape {
                        attributes: own.clone(),
                        lines,
                        panel,
                        order,
                    });
                }
                _ => {}
            }
            if !tag.ends_with('/') {
                let panel = figure.panel(&own).or(panel);
                around.push((all, panel));
            }
        }
        figure
    }

    fn panel(&mut self, own: &Attributes) -> Option<usize> {
        let (x, y) = own.get("data-x").zip(own.get("data-y"))?;
        let (x, y) = (Axis::read(x), Axis::read(y));
        let ([left, right], [bottom, top]) = (x.places, y.places);
        assert!(left < right && top < bottom, "{}: {own:?}", self.name);
        let title = own.get("data-panel").cloned();
        let plot = Box { left, top, right, bottom };
        self.panels.push(Panel { plot, title, x, y });
        Some(self.panels.len() - 1)
    }

    fn label(
        &mut self,
        all: &Attributes,
        content: String,
        size: f64,
        panel: Option<usize>,
    ) {
        let [x, y]: [f64; 2] =
            ["x", "y"].map(|name| all[name].parse::<f64>().expect("a place") / 10.0);
        let bold = if all.contains_key("font-weight") { 1.1 } else { 1.0 };
        let wide = bold * text::width(&content);
        let left = match all.get("text-anchor").map(String::as_str) {
            Some("middle") => x - 0.5 * wide,
            Some("end") => x - wide,
            _ => x,
        };
        // Capitals, and what hangs below the line.
        let hangs = content.contains([
            'g', 'p', 'q', 'y', 'j', '(', ',', 'β', 'γ', 'ξ', 'ρ', '|', '[',
        ]);
        let place = Box {
            left,
            right: left + wide,
            top: y - 0.73 * text::SIZE,
            bottom: y + if hangs { 0.22 * text::SIZE } else { 0.02 * text::SIZE },
        };
        let [class, fill] = ["class", "fill"].map(|name| all[name].clone());
        self.labels.push(Label { content, place, class, fill, size, panel });
    }

    /// What is drawn with a stroke and can be seen.
    fn strokes(&self) -> impl Iterator<Item = &Shape> {
        self.shapes.iter().filter(|shape| shape.is_stroke())
    }
}

fn figures() -> &'static [Figure] {
    static FIGURES: LazyLock<Vec<Figure>> = LazyLock::new(read);
    &FIGURES
}

fn read() -> Vec<Figure> {
    let folder = Path::new(ROOT).join("chapters/figures");
    let entries = fs::read_dir(&folder).expect("a folder");
    let names = entries.filter_map(|entry| {
        let name = entry.expect("an entry").file_name().into_string().expect("a name");
        Some(name.strip_suffix(".svg")?.to_owned())
    });
    let mut names: Vec<_> = names.collect();
    names.sort();
    assert!(names.len() > 80, "{}", names.len());
    names.iter().map(|name| Figure::read(&folder, name)).collect()
}

/// Complains of all faults at once.
fn none(faults: &[String]) {
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn no_label_lies_over_another() {
    let mut faults = Vec::new();
    for figure in figures() {
        for (i, label) in figure.labels.iter().enumerate() {
            for other in &figure.labels[..i] {
                if label.place.meets(&other.place) {
                    faults.push(format!(
                        "{}: `{}` and `{}`",
                        figure.name, label.content, other.content
                    ));
                }
            }
        }
    }
    none(&faults);
}

/// Marks of code on a page, or of a symbol.
#[test]
fn no_label_shows_its_markup() {
    let shows = |label: &&Label| label.content.contains(['`', '\\']);
    let faults = figures().iter().flat_map(|figure| {
        let shown = figure.labels.iter().filter(shows);
        shown
            .map(|label| format!("{}: `{}`", figure.name, label.content))
            .collect::<Vec<_>>()
    });
    none(&faults.collect::<Vec<_>>());
}

#[test]
fn every_label_is_inside_the_picture() {
    let mut faults = Vec::new();
    for figure in figures() {
        for Label { content, place, .. } in &figure.labels {
            let inside = place.left >= 0.0
                && place.right <= figure.width
                && place.top >= 0.0
                && place.bottom <= figure.height;
            if !inside {
                faults.push(format!("{}: `{content}` at {place:?}", figure.name));
            }
        }
    }
    none(&faults);
}

/// Curves, the grid, ticks, arrows, borders of cells: anything with a stroke.
#[test]
fn no_line_goes_through_a_label() {
    let mut faults = Vec::new();
    for figure in figures() {
        for shape in figure.strokes() {
            let pairs = shape.lines.iter().flat_map(|line| match line[..] {
                [dot] => vec![(dot, dot)],
                _ => line.windows(2).map(|pair| (pair[0], pair[1])).collect(),
            });
            for (from, to) in pairs {
                let cut =
                    figure.labels.iter().filter(|label| label.place.cuts(from, to));
                faults.extend(cut.map(|label| {
                    format!(
                        "{}: `{}` by {} from {from:?} to {to:?}",
                        figure.name,
                        label.content,
                        shape.class()
                    )
                }));
            }
        }
    }
    none(&faults);
}

/// The widths that a figure has at most on screens of 400 and 320 pixels, measured.
const ON_PHONES: [(f64, f64); 2] = [(397.0, 11.0), (316.0, 9.0)];

#[test]
fn letters_keep_eleven_pixels_on_a_screen_of_400_and_nine_on_one_of_320() {
    let mut faults = Vec::new();
    for figure in figures() {
        for (room, least) in ON_PHONES {
            let scale = f64::min(1.0, room / figure.width);
            let small = figure.labels.iter().filter(|label| label.size * scale < least);
            faults.extend(small.map(|label| {
                format!(
                    "{}: `{}` has {:.1}",
                    figure.name,
                    label.content,
                    label.size * scale
                )
            }));
        }
    }
    none(&faults);
}

#[test]
fn every_axis_has_a_name() {
    let mut faults = Vec::new();
    for figure in figures() {
        for (i, Panel { plot, title, .. }) in figure.panels.iter().enumerate() {
            let own =
                || figure.labels.iter().filter(move |label| label.panel == Some(i));
            let below = own().any(|label| label.place.top > plot.bottom + 24.0);
            // A title stands there, too.
            let is_title = |label: &&Label| {
                title.as_ref() == Some(&label.content.replace('$', ""))
            };
            let above = own()
                .filter(|label| {
                    label.place.bottom < plot.top - 2.0 && label.place.left < plot.left
                })
                .any(|label| !is_title(&label));
            // A picture has no axes, only a title.
            let is_picture =
                own().filter(|label| !label.content.trim().is_empty()).count() <= 1;
            if !is_picture && (!below || !above) {
                faults.push(format!(
                    "{}, plot {i}: below {below}, above {above}",
                    figure.name
                ));
            }
        }
    }
    none(&faults);
}

/// What a tick says: a number, perhaps with a power of ten. Names of places say none.
fn said(tick: &str) -> Option<f64> {
    const POWERS: &str = "⁰¹²³⁴⁵⁶⁷⁸⁹";
    let tick = tick.replace('−', "-").replace('\u{202f}', "");
    if let Ok(value) = tick.parse() {
        return Some(value);
    }
    let (sign, digits) = match tick.strip_prefix("10")?.strip_prefix('⁻') {
        Some(digits) => (-1, digits.to_owned()),
        None => (1, tick["10".len()..].to_owned()),
    };
    let digit = |c| POWERS.chars().position(|power| power == c);
    let power = digits.chars().try_fold(0, |power, c| Some(10 * power + digit(c)?))?;
    Some(10_f64.powi(sign * i32::try_from(power).ok()?))
}

#[test]
fn every_tick_says_the_value_at_its_place() {
    let mut faults = Vec::new();
    let mut count = 0;
    for figure in figures() {
        for (i, Panel { plot, x, y, .. }) in figure.panels.iter().enumerate() {
            let own =
                || figure.labels.iter().filter(move |label| label.panel == Some(i));
            let below = own().filter(|Label { place, .. }| {
                (0.0..24.0).contains(&(place.top - plot.bottom))
            });
            let beside = own().filter(|Label { place, .. }| {
                place.right < plot.left && place.middle().1 > plot.top - 8.0
            });
            let below = below.map(|label| (label, label.place.middle().0));
            let beside = beside.map(|label| (label, label.place.middle().1));
            for (axis, ticks) in [(x, below.collect::<Vec<_>>()), (y, beside.collect())]
            {
                let said: Option<Vec<f64>> =
                    ticks.iter().map(|(label, _)| said(&label.content)).collect();
                // Where one is no number, all are names.
                for (value, (label, place)) in
                    said.unwrap_or_default().iter().zip(ticks)
                {
                    count += 1;
                    let off = (axis.place(*value) - place).abs();
                    if off > 2.0 {
                        let Label { content, .. } = label;
                        faults.push(format!(
                            "{}: `{content}` is {off:.1} off",
                            figure.name
                        ));
                    }
                }
            }
        }
    }
    none(&faults);
    assert!(count > 1000, "{count}");
}

/// Whose curves a reader moves away from any name beside them.
const MOVED: [&str; 6] = [
    "adam-reach",
    "adam-turned",
    "depth-linked",
    "initialization-wait",
    "quadratic-rates",
    "training-page",
];

/// A key above the plot makes the eye go back and forth.
#[test]
fn up_to_four_curves_are_named_where_they_are() {
    let mut faults = Vec::new();
    for figure in figures() {
        for (i, Panel { plot, .. }) in figure.panels.iter().enumerate() {
            // Samples of lines and areas beside names.
            let above = |shape: &&Shape| {
                let mut points = shape.lines.iter().flatten();
                shape.panel == Some(i) && points.all(|point| point.1 < plot.top - 2.0)
            };
            let in_key = figure.shapes.iter().filter(above).count();
            if (1..=4).contains(&in_key) && !MOVED.contains(&&*figure.name) {
                faults.push(format!("{}, plot {i}: a key for {in_key}", figure.name));
            }
        }
    }
    none(&faults);
}

#[derive(Clone, Copy, Debug)]
struct Color([f64; 3]);

impl Color {
    fn read(hex: &str) -> Self {
        let part = |i: usize| {
            let part = u8::from_str_radix(&hex[2 * i + 1..2 * i + 3], 16);
            f64::from(part.expect("a colour"))
        };
        Self([part(0), part(1), part(2)])
    }

    fn over(self, below: Self, opacity: f64) -> Self {
        Self([0, 1, 2].map(|i| self.0[i] * opacity + below.0[i] * (1.0 - opacity)))
    }

    /// Of WCAG 2.
    fn luminance(self) -> f64 {
        let part = |value: f64| match value / 255.0 {
            small @ ..=0.04045 => small / 12.92,
            share => ((share + 0.055) / 1.055).powf(2.4),
        };
        let [r, g, b] = self.0.map(part);
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }
}

/// The grounds of mdBook's themes.
const THEMES: [(&str, &str); 5] = [
    ("light", "#ffffff"),
    ("rust", "#e1e1db"),
    ("coal", "#131516"),
    ("navy", "#161923"),
    ("ayu", "#0f1419"),
];

fn style_sheet() -> String {
    fs::read_to_string(Path::new(ROOT).join("theme/descent.css"))
        .expect("the style sheet")
}

/// The colours that rules with a selector give, by the letter or digit of their class.
fn palette(css: &str, selects: impl Fn(&str) -> bool) -> BTreeMap<char, Color> {
    let mut palette = BTreeMap::new();
    for rule in css.split('}') {
        let Some((selector, body)) = rule.rsplit_once('{') else { continue };
        let selector = selector.rsplit(['{', '/', ';']).next().unwrap_or_default();
        if !selector.split(',').any(|one| selects(one.trim())) {
            continue;
        }
        for line in body.split(';') {
            let color = line
                .trim()
                .strip_prefix("--fig-")
                .and_then(|line| line.split_once(": #"));
            if let Some((ink, hex)) = color {
                palette.insert(
                    ink.chars().next().expect("an ink"),
                    Color::read(&format!("#{hex}")),
                );
            }
        }
    }
    palette
}

fn of_theme(css: &str, theme: &str) -> BTreeMap<char, Color> {
    let mut all = palette(css, |selector| selector == ":root");
    all.extend(palette(css, |selector| selector == format!(".{theme}")));
    assert_eq!(all.len(), 8, "{theme}");
    all
}

/// Of the foreground in the colour of a name.
const IN_NAMES: f64 = 0.5;

fn color_of(palette: &BTreeMap<char, Color>, ground: Color, class: &str) -> Color {
    let mut letters = class.chars();
    match (letters.next().expect("a kind"), letters.next().expect("an ink")) {
        (_, 'b') => ground,
        ('n', ink) => palette[&'0'].over(palette[&ink], IN_NAMES),
        (_, ink) => palette[&ink],
    }
}

/// Whether a point lies inside of an outline.
fn is_inside(outline: &[Point], (x, y): Point) -> bool {
    let crossings = outline.windows(2).filter(|pair| {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        (y0 > y) != (y1 > y) && x < x0 + (x1 - x0) * (y - y0) / (y1 - y0)
    });
    crossings.count() % 2 == 1
}

impl Figure {
    /// The colour below a point: the ground, and the areas over it.
    fn below(
        &self,
        palette: &BTreeMap<char, Color>,
        ground: Color,
        at: Point,
        before: usize,
    ) -> Color {
        let areas = self
            .shapes
            .iter()
            .filter(|shape| !shape.is_stroke() && shape.order < before);
        areas.filter(|area| area.lines.iter().any(|line| is_inside(line, at))).fold(
            ground,
            |below, area| {
                let color = color_of(palette, ground, area.class());
                color.over(below, area.number("fill-opacity"))
            },
        )
    }
}

#[test]
fn text_has_a_contrast_of_four_and_a_half_in_every_theme() {
    let css = style_sheet();
    let mut faults = Vec::new();
    for figure in figures() {
        for (theme, ground) in THEMES {
            let (palette, ground) = (of_theme(&css, theme), Color::read(ground));
            for label in &figure.labels {
                let Box { left, top, right, bottom } = label.place;
                let ink = color_of(&palette, ground, &label.class);
                let places = [left, 0.5 * (left + right), right]
                    .map(|x| (x, 0.5 * (top + bottom)));
                let least = places
                    .map(|at| {
                        ink.contrast(figure.below(&palette, ground, at, usize::MAX))
                    })
                    .into_iter()
                    .fold(f64::INFINITY, f64::min);
                if least < 4.5 {
                    faults.push(format!(
                        "{}, {theme}: `{}` has {least:.2}",
                        figure.name, label.content
                    ));
                }
            }
        }
    }
    none(&faults);
}

/// The grid aside, without which nothing is lost.
#[test]
fn lines_have_a_contrast_of_three_in_every_theme() {
    let css = style_sheet();
    let mut faults = BTreeSet::new();
    for figure in figures() {
        for (theme, ground) in THEMES {
            let (palette, ground) = (of_theme(&css, theme), Color::read(ground));
            for shape in
                figure.strokes().filter(|shape| !["sg", "sb"].contains(&shape.class()))
            {
                let ink = color_of(&palette, ground, shape.class());
                // Where it lies on an area of its own, its ends show it.
                let on_ground =
                    ink.over(ground, shape.number("stroke-opacity")).contrast(ground);
                if on_ground < 3.0 {
                    faults.insert(format!(
                        "{}, {theme}: {} has {on_ground:.2}",
                        figure.name,
                        shape.class()
                    ));
                }
            }
        }
    }
    none(&faults.into_iter().collect::<Vec<_>>());
}

impl Figure {
    /// That each element has the colour of its class.
    fn has_the_colors(&self, palette: &BTreeMap<char, Color>, ground: Color) {
        let check = |class: &str, literal: &str| {
            let (literal, expected) =
                (Color::read(literal), color_of(palette, ground, class));
            let is_same = (0..3).all(|i| (literal.0[i] - expected.0[i]).abs() <= 0.5);
            assert!(is_same, "{}, {class}: {literal:?} for {expected:?}", self.name);
        };
        for shape in &self.shapes {
            let name = if shape.is_stroke() { "stroke" } else { "fill" };
            check(shape.class(), &shape.attributes[name]);
        }
        for label in &self.labels {
            check(&label.class, &label.fill);
        }
    }
}

/// What `canvas.rs` writes into the files, and what the page gives the classes.
#[test]
fn the_files_have_the_colours_of_the_light_theme() {
    let css = style_sheet();
    let light = palette(&css, |selector| selector == ":root");
    for figure in figures() {
        figure.has_the_colors(&light, Color::read("#ffffff"));
        for label in &figure.labels {
            assert!(
                css.contains(&format!("svg .{} {{", label.class)),
                "{}",
                label.class
            );
        }
    }
}

#[test]
fn what_is_exported_for_a_dark_ground_has_the_colours_of_the_dark_themes() {
    let navy = of_theme(&style_sheet(), "navy");
    let ground = THEMES.iter().find(|(theme, _)| *theme == "navy").expect("navy").1;
    let folder = tempfile::TempDir::new().expect("a folder");
    let names = figures().iter().map(|figure| figure.name.as_str());
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_figures"));
    command.env("CARGO_MANIFEST_DIR", ROOT).args(["export", "--dark", "--out"]);
    let output =
        command.arg(folder.path()).args(names).output().expect("the binary runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for Figure { name, labels, shapes, .. } in figures() {
        let figure = Figure::read(folder.path(), &format!("{name}-dark"));
        assert_eq!(figure.labels.len(), labels.len(), "{name}");
        assert_eq!(figure.shapes.len(), shapes.len(), "{name}");
        figure.has_the_colors(&navy, Color::read(ground));
        let svg = fs::read_to_string(folder.path().join(format!("{name}-dark.svg")));
        let svg = svg.expect("a figure");
        assert!(svg.contains(&format!(r#"fill="{ground}"/>"#)), "{name}");
    }
}

/// mdBook sets no class on a dark system without JavaScript.
#[test]
fn dark_themes_and_dark_systems_without_javascript_have_the_same_colours() {
    let css = style_sheet();
    let navy = of_theme(&css, "navy");
    for theme in ["coal", "ayu"] {
        let same = of_theme(&css, theme);
        assert!(navy.iter().all(|(ink, color)| same[ink].0 == color.0), "{theme}");
    }
    let (_, media) = css
        .split_once("@media screen and (prefers-color-scheme: dark)")
        .expect("the rule");
    let system = palette(media, |selector| selector == "html:not(.js)");
    assert!(navy.iter().all(|(ink, color)| system[ink].0 == color.0), "{system:?}");
}
