//! Which chapters build on which.

use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use crate::canvas::{Area, Caption, DrawResult, Ink, PIXEL, svg};
use crate::grid::{arrow, label};
use crate::output::{Figure, csv};

/// What each chapter builds on, less what these build on in their turn, and the way of
/// each arrow.
const NEEDS: &[(&str, &[(&str, Way)])] = &[
    ("linear_layer", &[]),
    ("broadcasting", &[("linear_layer", Way::Straight)]),
    ("network", &[("linear_layer", Way::Lane(9, 0, 0))]),
    ("expressivity", &[("network", Way::Straight)]),
    ("backpropagation", &[("network", Way::Lane(9, 8, 0))]),
    ("gradient_check", &[("backpropagation", Way::Straight)]),
    ("objective", &[("network", Way::Lane(167, 0, 0))]),
    (
        "gradient_descent",
        &[("backpropagation", Way::Lane(179, 0, -8)), ("objective", Way::Straight)],
    ),
    ("one_parameter", &[("gradient_descent", Way::Straight)]),
    ("quadratic", &[("one_parameter", Way::Straight)]),
    ("neuron", &[("quadratic", Way::Straight)]),
    ("newton", &[("quadratic", Way::Lane(191, 8, 0))]),
    ("momentum", &[("neuron", Way::Lane(191, 8, -8))]),
    ("momentum_convergence", &[("momentum", Way::Straight)]),
    ("nesterov", &[("momentum_convergence", Way::Straight)]),
    ("acceleration", &[("nesterov", Way::Straight)]),
    ("adam", &[("momentum_convergence", Way::Lane(191, 8, 0))]),
    ("sgd", &[("adam", Way::Straight)]),
    ("gradient_noise", &[("sgd", Way::Straight)]),
    ("initialization", &[("newton", Way::Straight), ("sgd", Way::Lane(367, 0, 10))]),
    ("depth", &[("initialization", Way::Straight)]),
    ("norm_law", &[("depth", Way::Straight)]),
    ("elbows", &[("initialization", Way::Lane(543, 0, 0))]),
    ("dead_relu", &[("depth", Way::Lane(379, 0, 0))]),
    (
        "training",
        &[("gradient_noise", Way::Lane(355, 0, 14)), ("depth", Way::Lane(379, 0, -8))],
    ),
];

/// How an arrow runs from box to box.
#[derive(Clone, Copy)]
enum Way {
    /// To the box below or on the right.
    Straight,
    /// Along a vertical line: where it is, and how far below the middle of their sides
    /// the arrow leaves one box and enters the other, in pixels.
    Lane(i32, i32, i32),
}

/// The parts of the book that have chapters to build on: left edge and first row.
const COLUMNS: [(i32, usize); 3] = [(18, 0), (204, 0), (390, 5)];

/// Size of the boxes, the top of the first, and the distance from one to the next.
const WIDTH: i32 = 138;
const HEIGHT: i32 = 42;
const TOP: i32 = 26;
const DISTANCE: i32 = 66;

pub fn figures() -> DrawResult<Vec<Figure>> {
    let summary = include_str!("../../../chapters/SUMMARY.md");
    let parts = parts(summary);
    let places = places(&parts);
    let find = |slug: &str| places.iter().find(|place: &&Place| place.slug == slug);
    let mut edges = Vec::new();
    for place in &places {
        let (_, needs) = NEEDS
            .iter()
            .find(|(slug, _)| *slug == place.slug)
            .ok_or_else(|| format!("{}: what does this chapter need?", place.slug))?;
        for (need, way) in *needs {
            let from = find(need).ok_or_else(|| format!("{need}: no such chapter"))?;
            edges.push((from, place, *way));
        }
    }
    let needs = |place: &Place, name: fn(&Place) -> String| {
        let edges = edges.iter().filter(|(_, to, _)| to.slug == place.slug);
        edges.map(|(from, ..)| name(from)).collect::<Vec<_>>()
    };
    let sentences = places.iter().map(|place| {
        match needs(place, |need| need.title.to_owned()).as_slice() {
            [] => format!("{} comes first.", place.title),
            needs => format!("{} builds on {}.", place.title, needs.join(" and ")),
        }
    });
    let caption = Caption {
        name: "introduction-chapters",
        title: "Which chapters build on which",
        description: sentences.collect::<Vec<_>>().join(" "),
    };
    let rows = places.iter().map(|place| place.row + 1).max().unwrap_or(0) as i32;
    let height = TOP + rows * DISTANCE - (DISTANCE - HEIGHT) + 4;
    let svg = svg(&caption, (552, height as u32), |area| {
        for (part, (left, row)) in parts.iter().zip(COLUMNS) {
            let y = TOP + DISTANCE * row as i32 - 13;
            label(area, (left + WIDTH / 2, y), part.name, HPos::Center)?;
        }
        places.iter().try_for_each(|place| place.draw(area))?;
        edges.iter().try_for_each(|(from, to, way)| join(area, from, to, *way))
    })?;
    let rows = places.iter().map(|place| {
        let needs = needs(place, |need| need.slug.to_owned());
        vec![place.slug.to_owned(), needs.join(" ")]
    });
    let csv = csv(&["chapter", "needs"], rows);
    Ok(vec![Figure { name: caption.name, svg, csv }])
}

/// A part of the book, with the title and the slug of each chapter.
struct Part<'a> {
    name: &'a str,
    chapters: Vec<(&'a str, &'a str)>,
}

/// The parts of a summary whose chapters are drawn.
fn parts(summary: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    for line in summary.lines() {
        if let Some(name) = line.strip_prefix("# ") {
            parts.push(Part { name, chapters: Vec::new() });
        } else if let (Some(chapter), Some(part)) =
            (line.strip_prefix("- ["), parts.last_mut())
        {
            let link = chapter.strip_suffix(".md)");
            part.chapters.extend(link.and_then(|link| link.split_once("](")));
        }
    }
    // Behind the title of the summary, and before the appendices.
    parts.into_iter().skip(1).take(COLUMNS.len()).collect()
}

/// A chapter's box.
struct Place<'a> {
    slug: &'a str,
    title: &'a str,
    column: usize,
    row: usize,
}

fn places<'a>(parts: &[Part<'a>]) -> Vec<Place<'a>> {
    let mut places = Vec::new();
    for (column, (part, (_, first))) in parts.iter().zip(COLUMNS).enumerate() {
        for (row, &(title, slug)) in (first..).zip(&part.chapters) {
            places.push(Place { slug, title, column, row });
        }
    }
    places
}

impl Place<'_> {
    fn left(&self) -> i32 {
        COLUMNS[self.column].0
    }

    /// The middle of its height.
    fn middle(&self) -> i32 {
        TOP + DISTANCE * self.row as i32 + HEIGHT / 2
    }

    fn draw(&self, area: &Area) -> DrawResult {
        let (left, middle) = (self.left(), self.middle());
        let [x, right] = [left, left + WIDTH].map(|x| x * PIXEL);
        let [y, bottom] = [-HEIGHT / 2, HEIGHT / 2].map(|half| (middle + half) * PIXEL);
        let fill = Ink::Solid(1).color().mix(0.12).filled();
        area.draw(&Rectangle::new([(x, y), (right, bottom)], fill))?;
        let outline = vec![(x, y), (right, y), (right, bottom), (x, bottom), (x, y)];
        let ink = Ink::Foreground.color().stroke_width(PIXEL as u32);
        area.draw(&PathElement::new(outline, ink))?;
        let lines: Vec<_> = match self.title.rsplit_once(' ') {
            Some((first, last)) if self.title.len() > 16 => vec![first, last],
            _ => vec![self.title],
        };
        let first = middle - 9 * (lines.len() as i32 - 1);
        for (line, y) in lines.iter().zip((first..).step_by(18)) {
            label(area, (left + WIDTH / 2, y), line, HPos::Center)?;
        }
        Ok(())
    }
}

fn join(area: &Area, from: &Place, to: &Place, way: Way) -> DrawResult {
    match way {
        Way::Straight if from.column == to.column => {
            let x = from.left() + WIDTH / 2;
            let half = HEIGHT / 2;
            arrow(area, (x, from.middle() + half), (x, to.middle() - half - 1))
        }
        Way::Straight => {
            let y = from.middle();
            arrow(area, (from.left() + WIDTH, y), (to.left() - 1, y))
        }
        Way::Lane(x, leave, enter) => {
            let side = |place: &Place, gap| match x < place.left() {
                true => place.left() - gap,
                false => place.left() + WIDTH + gap,
            };
            let start = (side(from, 0), from.middle() + leave);
            let (y, end) = (to.middle() + enter, side(to, 1));
            let bend = vec![start, (x, start.1), (x, y), (end, y)];
            let bend = bend.into_iter().map(|(x, y)| (x * PIXEL, y * PIXEL));
            let ink = Ink::Foreground.color().stroke_width(PIXEL as u32);
            area.draw(&PathElement::new(bend.collect::<Vec<_>>(), ink))?;
            arrow(area, (x, y), (end, y))
        }
    }
}
