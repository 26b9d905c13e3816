//! Lines and bands over two axes, labelled at their ends: what most figures of the book are.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::canvas::{Area, DrawResult, Ink, PIXEL, text};

/// One of the two axes.
pub struct Axis {
    pub label: String,
    pub range: (f64, f64),
    /// How many labels at most.
    pub ticks: usize,
    /// What a tick is called.
    pub tick: fn(f64) -> String,
}

/// A line through its points, with its name beside one of them or in the chart's key.
pub struct Line {
    pub ink: Ink,
    pub points: Vec<(f64, f64)>,
    /// In pixels.
    pub width: u32,
    pub opacity: f64,
    pub label: String,
    /// The point that carries the name: the last one if there are fewer.
    pub label_at: usize,
    /// From that point to the left edge of the name's middle line, in pixels right and down.
    pub shift: (i32, i32),
}

impl Line {
    /// A line of usual width, named at its right end.
    pub fn new(ink: Ink, label: impl Into<String>, points: Vec<(f64, f64)>) -> Self {
        let (label_at, shift) = (usize::MAX, (6, 0));
        Self { ink, points, width: 2, opacity: 1.0, label: label.into(), label_at, shift }
    }

    /// A faint line without a name, one of many.
    pub fn faint(ink: Ink, points: Vec<(f64, f64)>) -> Self {
        Self { width: 1, opacity: 0.5, ..Self::new(ink, "", points) }
    }

    /// The line with its name beside another point.
    pub fn named_at(self, label_at: usize, shift: (i32, i32)) -> Self {
        Self { label_at, shift, ..self }
    }

    fn style(&self) -> ShapeStyle {
        self.ink.color().mix(self.opacity).stroke_width(self.width * PIXEL as u32)
    }
}

/// What lies between two curves: `(x, low, high)`.
pub struct Band {
    pub ink: Ink,
    pub points: Vec<(f64, f64, f64)>,
}

/// A whole chart.
pub struct Chart {
    pub x: Axis,
    pub y: Axis,
    pub bands: Vec<Band>,
    pub lines: Vec<Line>,
    /// Where the names of the lines stand, with samples, one below the other: the upper left corner
    /// in pixels. Without it each line carries its name.
    pub key: Option<(i32, i32)>,
    /// Room to the right of the axes for the names of the lines, in pixels.
    pub margin: i32,
}

const TEXT: i32 = 15;

impl Chart {
    pub fn draw(&self, area: &Area) -> DrawResult {
        let mut chart = ChartBuilder::on(area)
            .margin_top(10 * PIXEL)
            .margin_right(self.margin * PIXEL)
            .margin_bottom(4 * PIXEL)
            .margin_left(4 * PIXEL)
            .x_label_area_size(50 * PIXEL)
            .y_label_area_size(68 * PIXEL)
            .build_cartesian_2d(self.x.range.0..self.x.range.1, self.y.range.0..self.y.range.1)?;
        chart
            .configure_mesh()
            .label_style(text(TEXT, Ink::Foreground))
            .axis_desc_style(text(TEXT, Ink::Foreground))
            .axis_style(Ink::Foreground.color().stroke_width(PIXEL as u32))
            .bold_line_style(Ink::Grid.color().stroke_width(PIXEL as u32))
            .light_line_style(TRANSPARENT)
            .x_labels(self.x.ticks)
            .y_labels(self.y.ticks)
            .x_label_formatter(&|&x| (self.x.tick)(x))
            .y_label_formatter(&|&y| (self.y.tick)(y))
            .x_desc(&self.x.label)
            .y_desc(&self.y.label)
            .draw()?;
        for band in &self.bands {
            let low = band.points.iter().map(|&(x, low, _)| (x, low));
            let high = band.points.iter().rev().map(|&(x, _, high)| (x, high));
            let outline: Vec<_> = low.chain(high).collect();
            chart.draw_series([Polygon::new(outline, band.ink.color().mix(0.2).filled())])?;
        }
        for line in &self.lines {
            chart.draw_series([PathElement::new(line.points.clone(), line.style())])?;
        }
        for (place, line) in self.lines.iter().filter(|line| !line.label.is_empty()).enumerate() {
            let name_at = match self.key {
                Some((x, y)) => {
                    let y = y + 20 * place as i32;
                    let sample = vec![(x * PIXEL, y * PIXEL), ((x + 34) * PIXEL, y * PIXEL)];
                    area.draw(&PathElement::new(sample, line.style()))?;
                    ((x + 42) * PIXEL, y * PIXEL)
                }
                None => {
                    let Some(last) = line.points.len().checked_sub(1) else { continue };
                    let (x, y) = chart.backend_coord(&line.points[line.label_at.min(last)]);
                    (x + line.shift.0 * PIXEL, y + line.shift.1 * PIXEL)
                }
            };
            let style = text(TEXT, Ink::Foreground).pos(Pos::new(HPos::Left, VPos::Center));
            area.draw(&Text::new(line.label.clone(), name_at, style))?;
        }
        Ok(())
    }
}

/// A tick of an axis that shows `log₁₀` of its quantity.
pub fn power_of_ten(exponent: f64) -> String {
    format!("10{}", superscript(exponent.round() as i32))
}

/// A tick that is a whole number.
pub fn whole(value: f64) -> String {
    format!("{value:.0}")
}

/// A tick with one decimal.
pub fn tenths(value: f64) -> String {
    format!("{value:.1}").replace('-', "−")
}

fn superscript(number: i32) -> String {
    number
        .to_string()
        .chars()
        .map(|digit| match digit {
            '-' => '⁻',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            digit => char::from_u32('⁰' as u32 + digit as u32 - '0' as u32).unwrap_or(digit),
        })
        .collect()
}
