//! Which chapters build on which.

use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use crate::canvas::{Area, Caption, DrawResult, Ink, PIXEL, svg};
use crate::grid::{arrow, label};
use crate::output::{Figure, csv};

/// What each chapter builds on, less what these build on in their turn.
const NEEDS: &[(&str, &[&str])] = &[
    ("linear_layer", &[]),
    ("broadcasting", &["linear_layer"]),
    ("network", &["linear_layer"]),
    ("expressivity", &["network"]),
    ("backpropagation", &["network"]),
    ("gradient_check", &["backpropagation"]),
    ("objective", &["network"]),
    ("gradient_descent", &["backpropagation", "objective"]),
    ("one_parameter", &["gradient_descent"]),
    ("quadratic", &["one_parameter"]),
    ("neuron", &["quadratic"]),
    ("newton", &["quadratic"]),
    ("momentum", &["neuron"]),
    ("momentum_convergence", &["momentum"]),
    ("nesterov", &["momentum_convergence"]),
    ("acceleration", &["nesterov"]),
    ("adam", &["momentum_convergence"]),
    ("sgd", &["adam"]),
    ("gradient_noise", &["sgd"]),
    ("initialization", &["newton", "sgd"]),
    ("depth", &["initialization"]),
    ("norm_law", &["depth"]),
    ("elbows", &["initialization"]),
    ("dead_relu", &["depth"]),
    ("training", &["gradient_noise", "depth"]),
];

/// Left edge and size of the boxes, the top of the first, the distance from one to the
/// next, and from part to part.
const LEFT: i32 = 118;
const WIDTH: i32 = 236;
const HEIGHT: i32 = 25;
const TOP: i32 = 6;
const DISTANCE: i32 = 37;
const GAP: i32 = 14;

/// The first of the vertical lines on the right, and the distance from one to the next.
const FIRST_LANE: i32 = LEFT + WIDTH + 20;
const LANE: i32 = 13;

pub fn figures() -> DrawResult<Vec<Figure>> {
    Ok(vec![network()?, chapters()?])
}

/// The lecture's network: a bar for the image and for what comes out of each layer.
fn network() -> DrawResult<Figure> {
    /// How many numbers there are, how many times in a row, and the height of a bar.
    const LAYERS: [(usize, i32, i32); 3] = [(784, 1, 130), (100, 49, 70), (10, 1, 26)];
    const MIDDLE: i32 = 78;
    const STEP: i32 = 9;
    let caption = Caption {
        name: "introduction-network",
        title: "A network of fifty layers",
        description: "A tall bar for the 784 numbers of an image, 49 bars for the hundred numbers \
                      behind each hidden layer, and a short bar for the ten numbers at the end, from \
                      left to right with an arrow into the first and out of the last."
            .into(),
    };
    let svg = svg(&caption, (552, 190), |area| {
        let mut x = 42;
        let mut names = Vec::new();
        for (numbers, count, height) in LAYERS {
            let left = x;
            for _ in 0..count {
                bar(area, (x, MIDDLE - height / 2), (STEP - 3, height))?;
                x += STEP;
            }
            names.push((numbers, (left + x - STEP) / 2));
        }
        arrow(area, (12, MIDDLE), (38, MIDDLE))?;
        arrow(area, (x - 2, MIDDLE), (x + 24, MIDDLE))?;
        let y = MIDDLE + 84;
        label(area, (names[0].1 - 24, y), "784 pixels", HPos::Left)?;
        let hidden = "49 hidden layers, 100 numbers behind each";
        label(area, (names[1].1 + 18, y), hidden, HPos::Center)?;
        label(area, (names[2].1 + 28, y), "10 digits", HPos::Right)
    })?;
    let rows = LAYERS
        .iter()
        .map(|(numbers, count, _)| vec![numbers.to_string(), count.to_string()]);
    let csv = csv(&["numbers", "times in a row"], rows);
    Ok(Figure { name: caption.name, svg, csv })
}

/// A box, filled and outlined.
fn bar(area: &Area, (x, y): (i32, i32), (width, height): (i32, i32)) -> DrawResult {
    let [left, right] = [x, x + width].map(|x| x * PIXEL);
    let [top, bottom] = [y, y + height].map(|y| y * PIXEL);
    let fill = Ink::Solid(1).color().mix(0.12).filled();
    area.draw(&Rectangle::new([(left, top), (right, bottom)], fill))?;
    let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
    let outline = corners.into_iter().chain([corners[0]]);
    let ink = Ink::Foreground.color().stroke_width(PIXEL as u32);
    area.draw(&PathElement::new(outline.collect::<Vec<_>>(), ink))?;
    Ok(())
}

fn chapters() -> DrawResult<Figure> {
    let summary = include_str!("../../../chapters/SUMMARY.md");
    let parts = parts(summary);
    let places = places(&parts);
    let mut edges = Vec::new();
    for (to, place) in places.iter().enumerate() {
        let (_, needs) = NEEDS
            .iter()
            .find(|(slug, _)| *slug == place.slug)
            .ok_or_else(|| format!("{}: what does this chapter need?", place.slug))?;
        for need in *needs {
            let from = places[..to].iter().position(|place| place.slug == *need);
            edges.push((from.ok_or_else(|| format!("{need}: not before"))?, to));
        }
    }
    let needs = |chapter: usize| {
        let edges = edges.iter().filter(move |(_, to)| *to == chapter);
        edges.map(|&(from, _)| &places[from]).collect::<Vec<_>>()
    };
    let sentences = places.iter().enumerate().map(|(chapter, place)| {
        let titles: Vec<_> = needs(chapter).iter().map(|need| need.title).collect();
        match titles.as_slice() {
            [] => format!("{} comes first.", place.title),
            titles => format!("{} builds on {}.", place.title, titles.join(" and ")),
        }
    });
    let caption = Caption {
        name: "introduction-chapters",
        title: "Which chapters build on which",
        description: sentences.collect::<Vec<_>>().join(" "),
    };
    let height = places.last().map_or(0, |place| place.middle + HEIGHT / 2 + TOP);
    let lanes = lanes(&edges);
    let most = lanes.iter().map(|(.., lane)| *lane).max().unwrap_or(0);
    let width = FIRST_LANE + LANE * most + TOP;
    let svg = svg(&caption, (width as u32, height as u32), |area| {
        for part in &parts {
            let first = places.iter().find(|place| place.slug == part.chapters[0].1);
            let middle = first.expect("each has a place").middle;
            label(area, (LEFT - 12, middle), part.name, HPos::Right)?;
        }
        for place in &places {
            bar(area, (LEFT, place.middle - HEIGHT / 2), (WIDTH, HEIGHT))?;
            let middle = (LEFT + WIDTH / 2, place.middle);
            label(area, middle, place.title, HPos::Center)?;
        }
        for (from, targets, lane) in &lanes {
            join(area, &places, *from, targets, *lane)?;
        }
        Ok(())
    })?;
    let rows = places.iter().enumerate().map(|(chapter, place)| {
        let slugs: Vec<_> = needs(chapter).iter().map(|need| need.slug).collect();
        vec![place.slug.to_owned(), slugs.join(" ")]
    });
    let csv = csv(&["chapter", "needs"], rows);
    Ok(Figure { name: caption.name, svg, csv })
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
    parts.into_iter().skip(1).take_while(|part| part.name != "Appendices").collect()
}

/// A chapter's box.
struct Place<'a> {
    slug: &'a str,
    title: &'a str,
    /// The middle of its height.
    middle: i32,
}

fn places<'a>(parts: &[Part<'a>]) -> Vec<Place<'a>> {
    let mut places = Vec::new();
    for (part, gaps) in parts.iter().zip(0..) {
        for &(title, slug) in &part.chapters {
            let rows = places.len() as i32;
            let middle = TOP + HEIGHT / 2 + DISTANCE * rows + GAP * gaps;
            places.push(Place { slug, title, middle });
        }
    }
    places
}

/// For each chapter that others build on: these, and its vertical line, counted from the
/// boxes. Lines that end early take the places near the boxes.
fn lanes(edges: &[(usize, usize)]) -> Vec<(usize, Vec<usize>, i32)> {
    let mut sources: Vec<usize> = edges.iter().map(|(from, _)| *from).collect();
    sources.sort_unstable();
    sources.dedup();
    let targets = |source: usize| -> Vec<usize> {
        edges.iter().filter(|(from, _)| *from == source).map(|(_, to)| *to).collect()
    };
    let mut all: Vec<_> =
        sources.into_iter().map(|source| (source, targets(source))).collect();
    all.sort_by_key(|(from, targets)| targets[targets.len() - 1] - from);
    let mut taken: Vec<(usize, usize, i32)> = Vec::new();
    let mut lanes = Vec::new();
    for (from, targets) in all {
        let last = targets[targets.len() - 1];
        let meets = |lane: i32| {
            let mut others = taken.iter().filter(|(.., other)| *other == lane);
            others.any(|(start, end, _)| *start <= last && from <= *end)
        };
        // A single arrow to the box below needs no line.
        let lane = (0..).find(|&lane| last == from + 1 || !meets(lane)).unwrap_or(0);
        if last > from + 1 {
            taken.push((from, last, lane));
        }
        lanes.push((from, targets, lane));
    }
    lanes
}

/// The arrows from one chapter: straight to the next one, around on the right to others.
fn join(
    area: &Area,
    places: &[Place],
    from: usize,
    targets: &[usize],
    lane: i32,
) -> DrawResult {
    let (right, x) = (LEFT + WIDTH, FIRST_LANE + LANE * lane);
    let (start, half) = (places[from].middle, HEIGHT / 2);
    let mut around = Vec::new();
    for &to in targets {
        let end = places[to].middle;
        if to == from + 1 {
            let x = LEFT + WIDTH / 2;
            arrow(area, (x, start + half), (x, end - half - 1))?;
        } else {
            around.push(end - 5);
        }
    }
    if let Some(&last) = around.last() {
        let bend = [(right, start + 5), (x, start + 5), (x, last)];
        let bend = bend.map(|(x, y)| (x * PIXEL, y * PIXEL));
        let ink = Ink::Foreground.color().stroke_width(PIXEL as u32);
        area.draw(&PathElement::new(bend.to_vec(), ink))?;
    }
    around.into_iter().try_for_each(|y| arrow(area, (x, y), (right + 1, y)))
}
