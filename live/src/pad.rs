//! A digit that the reader draws, and what a network of MNIST sees of it.

use std::cell::RefCell;

use nalgebra::DMatrix;

use crate::images::PIXELS;
use crate::widget::{GAP, Point};

/// Pixels of a side.
const SIDE: usize = 28;
/// The side of the box into which MNIST scales a digit.
const BOX: f64 = 20.0;
/// Half the width of a stroke, in pixels of MNIST.
const RADIUS: f64 = 1.1;

#[derive(Default)]
struct Drawing {
    strokes: Vec<Vec<Point>>,
    is_lifted: bool,
}

thread_local! {
    static DRAWING: RefCell<Drawing> = RefCell::default();
}

/// Where the pen is.
pub fn pen() -> Point {
    const REST: Point = (2.0, 2.0);
    let last = |drawing: &Drawing| drawing.strokes.last()?.last().copied();
    DRAWING.with_borrow(|drawing| last(drawing).unwrap_or(REST))
}

/// Draws to a point, in pixels to the right and upwards; to no number lifts the pen.
pub fn draw(to: Point, afresh: bool) {
    DRAWING.with_borrow_mut(|drawing| {
        if afresh {
            *drawing = Drawing::default();
        }
        if !(to.0.is_finite() && to.1.is_finite()) {
            drawing.is_lifted = true;
            return;
        }
        let to = (to.0.clamp(0.0, SIDE as f64), to.1.clamp(0.0, SIDE as f64));
        match drawing.strokes.last_mut() {
            Some(stroke) if !drawing.is_lifted => stroke.push(to),
            _ => drawing.strokes.push(vec![to]),
        }
        drawing.is_lifted = false;
        // Enough for any digit.
        let points: usize = drawing.strokes.iter().map(Vec::len).sum();
        if points > 2000 {
            drawing.strokes.remove(0);
        }
    });
}

/// The drawing as MNIST has digits: scaled to a box of 20 pixels, its centre of mass in
/// the middle, `[1, 784]`.
pub fn image() -> DMatrix<f64> {
    DRAWING.with_borrow(|drawing| {
        let points = || drawing.strokes.iter().flatten();
        let fold = |pick: fn(&Point) -> f64, f: fn(f64, f64) -> f64, start| {
            points().map(pick).fold(start, f)
        };
        let [left, low] = [|p: &Point| p.0, |p: &Point| p.1]
            .map(|pick| fold(pick, f64::min, f64::INFINITY));
        let [right, high] = [|p: &Point| p.0, |p: &Point| p.1]
            .map(|pick| fold(pick, f64::max, f64::NEG_INFINITY));
        let size = f64::max(right - left, high - low);
        if size <= 0.0 || !size.is_finite() {
            return DMatrix::zeros(1, PIXELS);
        }
        let scale = (BOX - 2.0 * RADIUS) / size;
        let middle = ((left + right) / 2.0, (low + high) / 2.0);
        let placed = |shift: Point| -> Vec<Vec<Point>> {
            let place = |&(x, y): &Point| {
                ((x - middle.0) * scale + shift.0, (y - middle.1) * scale + shift.1)
            };
            drawing
                .strokes
                .iter()
                .map(|stroke| stroke.iter().map(place).collect())
                .collect()
        };
        let centre = SIDE as f64 / 2.0;
        let first = inked(&placed((centre, centre)));
        let mass = first.sum();
        let moment = |along: fn(usize) -> f64| {
            first
                .iter()
                .enumerate()
                .map(|(pixel, grey)| along(pixel) * grey)
                .sum::<f64>()
                / mass
        };
        let x = moment(|pixel| (pixel % SIDE) as f64 + 0.5);
        let y = moment(|pixel| SIDE as f64 - 0.5 - (pixel / SIDE) as f64);
        inked(&placed((2.0 * centre - x, 2.0 * centre - y)))
    })
}

/// How dark each pixel is, from its distance to the strokes.
fn inked(strokes: &[Vec<Point>]) -> DMatrix<f64> {
    let segments = strokes.iter().flat_map(|stroke| {
        let single = stroke.iter().take(1).map(|&point| (point, point));
        single.chain(stroke.windows(2).map(|pair| (pair[0], pair[1])))
    });
    let segments: Vec<(Point, Point)> = segments.collect();
    DMatrix::from_fn(1, PIXELS, |_, pixel| {
        let at =
            ((pixel % SIDE) as f64 + 0.5, SIDE as f64 - 0.5 - (pixel / SIDE) as f64);
        let nearest = segments.iter().map(|&segment| distance(at, segment));
        let nearest = nearest.fold(f64::INFINITY, f64::min);
        (RADIUS + 0.5 - nearest).clamp(0.0, 1.0)
    })
}

fn distance(at: Point, (from, to): (Point, Point)) -> f64 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let square = dx * dx + dy * dy;
    let along = (at.0 - from.0) * dx + (at.1 - from.1) * dy;
    let share = if square > 0.0 { (along / square).clamp(0.0, 1.0) } else { 0.0 };
    let rest = (at.0 - from.0 - share * dx, at.1 - from.1 - share * dy);
    (rest.0 * rest.0 + rest.1 * rest.1).sqrt()
}

/// The pixels of a shade, from light over middle to dark, as squares of one outline.
pub fn squares(image: &DMatrix<f64>, shade: usize) -> Vec<Point> {
    const EDGES: [f64; 4] = [0.1, 0.4, 0.7, f64::INFINITY];
    let has_shade = |grey: f64| (EDGES[shade]..EDGES[shade + 1]).contains(&grey);
    let pixels = image.iter().enumerate().filter(|(_, grey)| has_shade(**grey));
    let square = |(pixel, _)| {
        let (x, y) = ((pixel % SIDE) as f64, (SIDE - 1 - pixel / SIDE) as f64);
        [(x, y), (x + 1.0, y), (x + 1.0, y + 1.0), (x, y + 1.0), GAP]
    };
    pixels.flat_map(square).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_becomes_a_digit_of_twenty_pixels_with_its_mass_in_the_middle() {
        assert_eq!(image().sum(), 0.0);
        // A small 7, far from the middle, with the pen lifted for its bar.
        for point in [(2.0, 27.0), (5.0, 27.0), (3.0, 22.0)] {
            draw(point, false);
        }
        draw((f64::NAN, 0.0), false);
        draw((2.5, 24.0), false);
        draw((5.0, 24.0), false);
        assert_eq!(pen(), (5.0, 24.0));
        DRAWING.with_borrow(|drawing| assert_eq!(drawing.strokes.len(), 2));
        let image = image();
        let (mut mass, mut x, mut y) = (0.0, 0.0, 0.0);
        let (mut first, mut last) = (SIDE, 0);
        for (pixel, &grey) in image.iter().enumerate() {
            let (row, column) = (pixel / SIDE, pixel % SIDE);
            mass += grey;
            x += grey * (column as f64 + 0.5);
            y += grey * (row as f64 + 0.5);
            if grey > 0.0 {
                (first, last) = (first.min(row), last.max(row));
            }
        }
        // The second placing rounds pixels anew.
        assert!((x / mass - 14.0).abs() < 0.1 && (y / mass - 14.0).abs() < 0.1);
        assert!((19..=21).contains(&(last - first + 1)), "rows {first} to {last}");
        assert!(image[9 * SIDE + 2] < 1.0);
        draw((1.0, 1.0), true);
        assert_eq!(super::image().sum(), 0.0, "a point is no digit");
    }
}
