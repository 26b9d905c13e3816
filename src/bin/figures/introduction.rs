//! Which chapters build on which.

use crate::canvas::{Align, Canvas, Caption, DrawResult, Ink, Pen, WIDTH, svg};
use crate::geometry::Rect;
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
const LEFT: f64 = 132.0;
const WIDE: f64 = 290.0;
const HEIGHT: f64 = 28.0;
const TOP: f64 = 4.0;
const DISTANCE: f64 = 41.0;
const GAP: f64 = 14.0;

/// The first of the vertical lines on the right, and the distance from one to the next.
const FIRST_LANE: f64 = LEFT + WIDE + 24.0;
const LANE: f64 = 15.0;

pub fn figures() -> DrawResult<Vec<Figure>> {
    Ok(vec![network()?, chapters()?])
}

/// The lecture's network: a bar for the image and for what comes out of each layer.
fn network() -> DrawResult<Figure> {
    /// How many numbers there are, how many times in a row, and the height of a bar.
    const LAYERS: [(usize, i32, f64); 3] =
        [(784, 1, 130.0), (100, 49, 70.0), (10, 1, 26.0)];
    const MIDDLE: f64 = 70.0;
    const STEP: f64 = 10.0;
    let caption = Caption {
        name: "introduction-network",
        title: "A network of fifty layers",
        description: "A tall bar for the 784 numbers of an image, 49 bars for the hundred numbers \
                      behind each hidden layer, and a short bar for the ten numbers at the end, from \
                      left to right with an arrow into the first and out of the last."
            .into(),
    };
    let svg = svg(&caption, (WIDTH, 180.0), |canvas| {
        let mut x = 46.0;
        let mut names = Vec::new();
        for (numbers, count, height) in LAYERS {
            let left = x;
            for _ in 0..count {
                bar(canvas, Rect::new(x, MIDDLE - 0.5 * height, STEP - 3.0, height));
                x += STEP;
            }
            names.push((numbers, 0.5 * (left + x - STEP)));
        }
        arrow(canvas, (14.0, MIDDLE), (42.0, MIDDLE));
        arrow(canvas, (x - 1.0, MIDDLE), (x + 27.0, MIDDLE));
        let y = MIDDLE + 86.0;
        label(canvas, (1.0, y), "784 pixels", Align::Start);
        let hidden = "49 layers of 100 numbers each";
        label(canvas, (names[1].1 + 6.0, y), hidden, Align::Middle);
        label(canvas, (WIDTH - 1.0, y), "10 digits", Align::End);
    });
    let rows = LAYERS
        .iter()
        .map(|(numbers, count, _)| vec![numbers.to_string(), count.to_string()]);
    let csv = csv(&["numbers", "times in a row"], rows);
    Ok(Figure { name: caption.name, svg, csv })
}

/// A box, filled and outlined.
fn bar(canvas: &mut Canvas, rect: Rect) {
    canvas.rectangle(
        rect,
        Some((Ink::Solid(1), 0.12)),
        Some(Pen::new(Ink::Foreground, 1.0)),
    );
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
    let height = places.last().map_or(0.0, |place| place.middle + 0.5 * HEIGHT + TOP);
    let lanes = lanes(&edges);
    let svg = svg(&caption, (WIDTH, height), |canvas| {
        for part in &parts {
            let first = places.iter().find(|place| place.slug == part.chapters[0].1);
            let middle = first.expect("each has a place").middle;
            label(canvas, (LEFT - 10.0, middle), part.name, Align::End);
        }
        for place in &places {
            let rect = Rect::new(LEFT, place.middle - 0.5 * HEIGHT, WIDE, HEIGHT);
            bar(canvas, rect);
            label(canvas, rect.middle(), place.title, Align::Middle);
        }
        for (from, targets, lane) in &lanes {
            join(canvas, &places, *from, targets, *lane);
        }
    });
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

/// The parts of a summary whose chapters are drawn. The page at the end of each, on what goes wrong, teaches nothing of its own.
fn parts(summary: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    for line in summary.lines() {
        if let Some(name) = line.strip_prefix("# ") {
            parts.push(Part { name, chapters: Vec::new() });
        } else if let (Some(chapter), Some(part)) =
            (line.strip_prefix("- ["), parts.last_mut())
        {
            let link = chapter.strip_suffix(".md)");
            let chapter = link.and_then(|link| link.split_once("]("));
            part.chapters
                .extend(chapter.filter(|(_, slug)| !slug.starts_with("when_")));
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
    middle: f64,
}

fn places<'a>(parts: &[Part<'a>]) -> Vec<Place<'a>> {
    let mut places = Vec::new();
    for (part, gaps) in parts.iter().zip(0..) {
        for &(title, slug) in &part.chapters {
            let rows = places.len() as f64;
            let middle = TOP + 0.5 * HEIGHT + DISTANCE * rows + GAP * f64::from(gaps);
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
    canvas: &mut Canvas,
    places: &[Place],
    from: usize,
    targets: &[usize],
    lane: i32,
) {
    let (right, x) = (LEFT + WIDE, FIRST_LANE + LANE * f64::from(lane));
    let (start, half) = (places[from].middle, 0.5 * HEIGHT);
    let mut around = Vec::new();
    for &to in targets {
        let end = places[to].middle;
        if to == from + 1 {
            let x = LEFT + 0.5 * WIDE;
            arrow(canvas, (x, start + half), (x, end - half - 1.0));
        } else {
            around.push(end - 5.0);
        }
    }
    if let Some(&last) = around.last() {
        let bend = [(right, start + 5.0), (x, start + 5.0), (x, last)];
        canvas.line(Pen::new(Ink::Foreground, 1.2), &bend);
    }
    for y in around {
        arrow(canvas, (x, y), (right + 1.0, y));
    }
}
