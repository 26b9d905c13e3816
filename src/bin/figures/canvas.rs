//! An SVG that is right by itself and follows the book's theme: each element has the literal
//! colour of what it stands for, and a class by which the page's style sheet gives it
//! another one.

use std::fmt::Write;

use crate::geometry::{Px, Rect, simplified};
use crate::output::place;
use crate::progress;
use crate::text::{FONTS, SIZE, escaped, markup, plain};

pub type DrawResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// The width of a figure that fills the column of a page, in pixels.
pub const WIDTH: f64 = 608.0;

/// What a colour stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// Text and axes.
    Foreground,
    /// An outline of what is seen but not stored.
    DashedForeground,
    Grid,
    /// The ground, for what is hollow.
    Ground,
    /// One of the six series, from 1. Each has a dash pattern of its own, which says
    /// the same as its colour.
    Series(u8),
    /// A series drawn with a solid line, for outlines and areas.
    Solid(u8),
    /// A series as text: darker on paper, lighter on a dark ground.
    Name(u8),
}

/// A palette: background, foreground, grid, and the six series.
type Palette = [&'static str; 9];

/// On paper, and in the files.
const LIGHT: Palette = [
    "#ffffff", "#222222", "#dddddd", "#0072b2", "#d55e00", "#009e73", "#b5568a",
    "#b37c00", "#3c94c8",
];

/// In the dark themes of the page.
const DARK: Palette = [
    "#161923", "#c8ccd4", "#3a3f4b", "#3d9be0", "#f07f3c", "#23c296", "#dd92bd",
    "#f0b030", "#8fd0f5",
];

/// The ground of a figure.
pub fn ground(is_dark: bool) -> &'static str {
    if is_dark { DARK[0] } else { LIGHT[0] }
}

/// The file of a figure with the colours for a dark ground in place of those for a light one.
pub fn for_dark_ground(svg: &str) -> String {
    let names = |palette: Palette| {
        (3..9).map(move |ink| mixed(palette[ink], palette[1], IN_NAMES))
    };
    let all =
        |palette: Palette| palette.map(String::from).into_iter().chain(names(palette));
    let dark: Vec<_> = all(LIGHT).zip(all(DARK)).collect();
    let mut parts = svg.split("\"#");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let (digits, rest) = part.split_once('"').unwrap_or((part, ""));
        let literal = format!("#{digits}");
        let found = dark.iter().find(|(light, _)| *light == literal);
        let color = found.map_or(&literal, |(_, color)| color);
        format!("{text}\"{color}\"{rest}")
    })
}

const DASHES: [&str; 6] = ["", "80 40", "20 35", "80 30 20 30", "120 30", "40 20"];

/// How much of the foreground there is in a name.
const IN_NAMES: f64 = 0.5;

impl Ink {
    /// Its place in a palette.
    fn place(self) -> usize {
        match self {
            Self::Ground => 0,
            Self::Foreground | Self::DashedForeground => 1,
            Self::Grid => 2,
            Self::Series(series) | Self::Solid(series) | Self::Name(series) => {
                usize::from(series) + 2
            }
        }
    }

    fn color(self) -> String {
        match self {
            Self::Name(_) => mixed(LIGHT[self.place()], LIGHT[1], IN_NAMES),
            _ => LIGHT[self.place()].to_owned(),
        }
    }

    /// What the style sheet calls it: `s` for strokes, `f` for areas, `n` for names.
    fn class(self, kind: char) -> String {
        match self {
            Self::Foreground | Self::DashedForeground => format!("{kind}0"),
            Self::Grid => format!("{kind}g"),
            Self::Ground => format!("{kind}b"),
            Self::Name(series) => format!("n{series}"),
            Self::Series(series) | Self::Solid(series) => format!("{kind}{series}"),
        }
    }

    fn dashes(self) -> &'static str {
        match self {
            Self::Series(series) => DASHES[usize::from(series) - 1],
            Self::DashedForeground => "40 30",
            _ => "",
        }
    }

    /// The colour for the name of what is drawn in this one.
    pub fn of_name(self) -> Self {
        match self {
            Self::Series(series) | Self::Solid(series) => Self::Name(series),
            other => other,
        }
    }
}

/// A colour with a share of another, as a style sheet mixes them.
fn mixed(color: &str, other: &str, share: f64) -> String {
    let part = |color: &str, i: usize| {
        let part = u8::from_str_radix(&color[2 * i + 1..2 * i + 3], 16);
        f64::from(part.expect("a colour of the palette"))
    };
    let parts = [0, 1, 2].map(|i| {
        let mix = part(color, i) * (1.0 - share) + part(other, i) * share;
        format!("{:02x}", mix.round() as u8)
    });
    format!("#{}", parts.concat())
}

/// How a line is drawn.
#[derive(Clone, Copy)]
pub struct Pen<'a> {
    pub ink: Ink,
    /// In pixels.
    pub width: f64,
    pub opacity: f64,
    /// The name of the curve in the data, for scripts; none if it is empty.
    pub curve: &'a str,
    /// Whether it has no more than the first point of the curve.
    pub is_first: bool,
}

impl<'a> Pen<'a> {
    pub fn new(ink: Ink, width: f64) -> Self {
        Self { ink, width, opacity: 1.0, curve: "", is_first: false }
    }

    pub fn faint(self, opacity: f64) -> Self {
        Self { opacity, ..self }
    }

    pub fn of_curve(self, curve: &'a str) -> Self {
        Self { curve, ..self }
    }
}

/// Where a place lies in a text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Start,
    Middle,
    End,
}

/// What is drawn so far.
#[derive(Default)]
pub struct Canvas {
    body: String,
}

/// In the units of the file, ten to a pixel.
fn units(pixels: f64) -> i64 {
    (10.0 * pixels).round() as i64
}

impl Canvas {
    /// Lines through points.
    pub fn lines(&mut self, pen: Pen, lines: &[Vec<Px>]) {
        let paths: String = lines.iter().map(|line| traced(line, false)).collect();
        self.stroke(pen, &paths, "");
    }

    pub fn line(&mut self, pen: Pen, points: &[Px]) {
        self.stroke(pen, &traced(points, false), "");
    }

    /// Two thin lines along a path, between which others can lie.
    pub fn hollow(&mut self, pen: Pen, lines: &[Vec<Px>]) {
        let core = Pen { ink: Ink::Ground, width: pen.width - 3.2, ..pen };
        self.lines(pen, lines);
        self.lines(core, lines);
    }

    /// A line that comes back to its start.
    pub fn outline(&mut self, pen: Pen, points: &[Px]) {
        self.stroke(pen, &traced(points, true), "");
    }

    /// Dots of a diameter of the pen's width.
    pub fn dots(&mut self, pen: Pen, places: &[Px]) {
        let mut path = String::new();
        for &(x, y) in places {
            let _ = write!(path, "M{} {}h0", units(x), units(y));
        }
        let pen = Pen { ink: solid(pen.ink), ..pen };
        self.stroke(pen, &path, r#" stroke-linecap="round""#);
    }

    fn stroke(&mut self, pen: Pen, path: &str, more: &str) {
        if path.is_empty() {
            return;
        }
        let mut attributes = format!(
            r#"class="{}" stroke="{}" stroke-width="{}"{more}"#,
            pen.ink.class('s'),
            pen.ink.color(),
            units(pen.width),
        );
        for (name, value) in [
            ("stroke-dasharray", pen.ink.dashes()),
            ("data-curve", &escaped(&plain(pen.curve))),
        ] {
            if !value.is_empty() {
                let _ = write!(attributes, r#" {name}="{value}""#);
            }
        }
        if pen.opacity < 1.0 {
            let _ = write!(attributes, r#" stroke-opacity="{}""#, pen.opacity);
        }
        if pen.is_first {
            attributes += " data-first=\"\"";
        }
        let _ = writeln!(self.body, r#"<path {attributes} d="{path}"/>"#);
    }

    /// An area inside a line.
    pub fn area(&mut self, ink: Ink, opacity: f64, curve: &str, points: &[Px]) {
        self.areas(ink, opacity, curve, &[points.to_vec()]);
    }

    /// Several of one kind.
    pub fn areas(&mut self, ink: Ink, opacity: f64, curve: &str, outlines: &[Vec<Px>]) {
        let path: String =
            outlines.iter().map(|outline| traced(outline, true)).collect();
        let curve = match curve {
            "" => String::new(),
            name => format!(r#" data-curve="{}""#, escaped(&plain(name))),
        };
        let opacity = match opacity {
            1.0.. => String::new(),
            share => format!(r#" fill-opacity="{share}""#),
        };
        let _ = writeln!(
            self.body,
            r#"<path class="{}" fill="{}"{opacity}{curve} d="{path}"/>"#,
            ink.class('f'),
            ink.color(),
        );
    }

    /// A box: filled if there is an ink for it, and outlined.
    pub fn rectangle(
        &mut self,
        rect: Rect,
        fill: Option<(Ink, f64)>,
        outline: Option<Pen>,
    ) {
        if let Some((ink, opacity)) = fill {
            self.area(ink, opacity, "", &rect.corners());
        }
        if let Some(pen) = outline {
            self.outline(pen, &rect.corners());
        }
    }

    /// Text whose capitals have the height of a place in their middle.
    pub fn text(&mut self, ink: Ink, at: Px, align: Align, label: &str) {
        self.texts(ink, align, &[(at, label.to_owned())]);
    }

    /// Text that a script may change: with an attribute by which to find it.
    pub fn text_with(
        &mut self,
        ink: Ink,
        at: Px,
        align: Align,
        label: &str,
        attribute: &str,
    ) {
        self.written(ink, align, &[(at, label.to_owned())], attribute);
    }

    /// Several of one kind.
    pub fn texts(&mut self, ink: Ink, align: Align, labels: &[(Px, String)]) {
        self.written(ink, align, labels, "");
    }

    fn written(
        &mut self,
        ink: Ink,
        align: Align,
        labels: &[(Px, String)],
        attribute: &str,
    ) {
        let anchor = match align {
            Align::Start => "",
            Align::Middle => r#" text-anchor="middle""#,
            Align::End => r#" text-anchor="end""#,
        };
        let common = format!(
            r#"class="{}" fill="{}"{anchor}{attribute}"#,
            ink.class('f'),
            ink.color()
        );
        let text = |((x, y), label): &(Px, String), common: &str| {
            let baseline = units(y + 0.36 * SIZE);
            format!(
                "<text {common}x=\"{}\" y=\"{baseline}\">{}</text>\n",
                units(*x),
                markup(label)
            )
        };
        match labels {
            [] => {}
            [label] => self.body += &text(label, &(common + " ")),
            labels => {
                let texts: String =
                    labels.iter().map(|label| text(label, "")).collect();
                let _ = writeln!(self.body, "<g {common}>\n{texts}</g>");
            }
        }
    }

    /// The title of one plot of several.
    pub fn title(&mut self, at: Px, align: Align, title: &str, attribute: &str) {
        self.group(r#"font-weight="bold""#, |canvas| {
            canvas.text_with(Ink::Foreground, at, align, title, attribute);
        });
    }

    /// An arrow with a filled head.
    pub fn arrow(&mut self, pen: Pen, from: Px, to: Px) {
        let way = (to.0 - from.0, to.1 - from.1);
        let length = (way.0 * way.0 + way.1 * way.1).sqrt().max(1.0);
        let unit = (way.0 / length, way.1 / length);
        let long = (5.0 + 2.0 * pen.width).min(0.6 * length);
        let head = |back: f64, left: f64| {
            (to.0 - back * unit.0 + left * unit.1, to.1 - back * unit.1 - left * unit.0)
        };
        self.line(pen, &[from, head(0.8 * long, 0.0)]);
        let wide = 0.55 * long;
        self.area(pen.ink, 1.0, "", &[head(long, -wide), head(long, wide), to]);
    }

    /// What `draw` draws, as a group with attributes.
    pub fn group(&mut self, attributes: &str, draw: impl FnOnce(&mut Self)) {
        let _ = writeln!(self.body, "<g {attributes}>");
        draw(self);
        self.body += "</g>\n";
    }
}

fn solid(ink: Ink) -> Ink {
    match ink {
        Ink::Series(series) => Ink::Solid(series),
        Ink::DashedForeground => Ink::Foreground,
        other => other,
    }
}

/// A line as the `d` of a path, each point relative to the last.
fn traced(points: &[Px], closed: bool) -> String {
    let points: Vec<_> = points.iter().map(|&(x, y)| (units(x), units(y))).collect();
    let points = simplified(&points);
    let [(x, y), rest @ ..] = &points[..] else { return String::new() };
    if rest.is_empty() {
        return String::new();
    }
    let mut path = format!("M{x} {y}l");
    let mut last = (*x, *y);
    for (i, &(x, y)) in rest.iter().enumerate() {
        let (dx, dy) = (x - last.0, y - last.1);
        let before = if i > 0 && dx >= 0 { " " } else { "" };
        let between = if dy >= 0 { " " } else { "" };
        let _ = write!(path, "{before}{dx}{between}{dy}");
        last = (x, y);
    }
    if closed {
        path.push('z');
    }
    path
}

/// What every figure says of itself, for readers who do not see it.
pub struct Caption {
    /// The name of its files: `<slug>-<what it shows>`.
    pub name: &'static str,
    pub title: &'static str,
    /// What there is to see, in sentences with its numbers.
    pub description: String,
}

/// Draws a figure of the given size in pixels.
pub fn svg(
    caption: &Caption,
    (width, height): (f64, f64),
    draw: impl FnOnce(&mut Canvas),
) -> String {
    let mut canvas = Canvas::default();
    draw(&mut canvas);
    progress::figure();
    let Caption { name, title, description } = caption;
    let (title, description) = (escaped(title), escaped(&plain(description)));
    let (wide, high) = (units(width), units(height));
    let size = units(SIZE);
    let ground = LIGHT[0];
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{}" height="{}" viewBox="0 0 {wide} {high}" font-family="{FONTS}" font-size="{size}" fill="none" stroke-linejoin="round" role="img" aria-labelledby="{name}-title {name}-desc">
<title id="{name}-title">{title}</title>
<desc id="{name}-desc">{description}</desc>
<rect class="fb" width="{wide}" height="{high}" fill="{ground}"/>
{}</svg>
"#,
        place(width),
        place(height),
        canvas.body
    )
}
