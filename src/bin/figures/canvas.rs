//! An SVG that follows the book's theme: drawn by plotters in colours that stand for
//! something, which become CSS variables afterwards.

use std::fmt::Write;

use plotters::coord::Shift;
use plotters::prelude::*;

use crate::progress;

/// plotters rounds coordinates to whole units; ten units make one pixel of the finished
/// figure.
pub const PIXEL: i32 = 10;

pub type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
pub type DrawResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// What a colour stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// Text and axes.
    Foreground,
    /// An outline of what is seen but not stored.
    DashedForeground,
    Grid,
    /// One of the six series, from 1. Each has a dash pattern of its own, which says
    /// the same as its colour.
    Series(u8),
    /// A series drawn with a solid line, for outlines and areas.
    Solid(u8),
}

const SERIES: [&str; 6] =
    ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];
const DASHES: [&str; 6] = ["", "80 40", "20 30", "80 30 20 30", "120 30", "40 20"];

impl Ink {
    /// A colour that plotters writes and nothing else uses.
    pub fn color(self) -> RGBColor {
        match self {
            Self::Foreground => RGBColor(1, 0, 0),
            Self::DashedForeground => RGBColor(1, 0, 1),
            Self::Grid => RGBColor(1, 1, 0),
            Self::Series(series) => RGBColor(2, series, 0),
            Self::Solid(series) => RGBColor(3, series, 0),
        }
    }

    fn variable(self) -> String {
        match self {
            Self::Foreground | Self::DashedForeground => "var(--fig-fg,#333)".into(),
            Self::Grid => "var(--fig-grid,#ddd)".into(),
            Self::Series(series) | Self::Solid(series) => {
                format!("var(--fig-{series},{})", SERIES[usize::from(series) - 1])
            }
        }
    }

    fn dashes(self) -> &'static str {
        match self {
            Self::Series(series) => DASHES[usize::from(series) - 1],
            Self::DashedForeground => "30 30",
            _ => "",
        }
    }

    fn all() -> impl Iterator<Item = Self> {
        let series =
            (1..=6).flat_map(|series| [Self::Series(series), Self::Solid(series)]);
        [Self::Foreground, Self::DashedForeground, Self::Grid].into_iter().chain(series)
    }
}

/// Text of the given size in pixels.
pub fn text(size: i32, ink: Ink) -> TextStyle<'static> {
    // plotters divides by 1.24 what it writes as the font's size.
    let size = f64::from(size * PIXEL) * 1.24;
    let color = ink.color().to_backend_color();
    TextStyle { color, ..TextStyle::from(("sans-serif", size).into_font()) }
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
    (width, height): (u32, u32),
    draw: impl FnOnce(&Area) -> DrawResult,
) -> DrawResult<String> {
    let mut svg = String::new();
    let scale = PIXEL as u32;
    {
        let area = SVGBackend::with_string(&mut svg, (width * scale, height * scale))
            .into_drawing_area();
        draw(&area)?;
        area.present()?;
    }
    let (_, body) = svg.split_once(">\n").ok_or("plotters wrote no svg element")?;
    let svg = head(caption, width, height)? + &themed(body);
    progress::figure();
    Ok(svg)
}

fn head(caption: &Caption, width: u32, height: u32) -> Result<String, std::fmt::Error> {
    let Caption { name, title, description } = caption;
    let (title, description) = (escaped(title), escaped(description));
    let (wide, high) = (width * PIXEL as u32, height * PIXEL as u32);
    let mut head = String::new();
    writeln!(
        head,
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {wide} {high}" font-family="sans-serif" role="img" aria-labelledby="{name}-title {name}-desc">"#
    )?;
    writeln!(head, r#"<title id="{name}-title">{title}</title>"#)?;
    writeln!(head, r#"<desc id="{name}-desc">{description}</desc>"#)?;
    Ok(head)
}

fn themed(body: &str) -> String {
    // What the figure as a whole already says, or what goes without saying.
    let terse = [r#" font-family="sans-serif""#, r#" opacity="1""#]
        .iter()
        .fold(body.to_owned(), |svg, attribute| svg.replace(attribute, ""));
    Ink::all().fold(terse, |svg, ink| {
        let RGBColor(r, g, b) = ink.color();
        let color = format!("#{r:02X}{g:02X}{b:02X}");
        let dashes = match ink.dashes() {
            "" => String::new(),
            dashes => format!(r#" stroke-dasharray="{dashes}""#),
        };
        let variable = ink.variable();
        svg.replace(
            &format!(r#"stroke="{color}""#),
            &format!(r#"stroke="{variable}"{dashes}"#),
        )
        .replace(&format!(r#"fill="{color}""#), &format!(r#"fill="{variable}""#))
    })
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
