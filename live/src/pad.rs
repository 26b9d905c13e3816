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

/// The next point begins a stroke.
pub fn lift() {
    DRAWING.with_borrow_mut(|drawing| drawing.is_lifted = true);
}

/// Draws to a point, in pixels to the right and upwards.
pub fn draw(to: Point, afresh: bool) {
    DRAWING.with_borrow_mut(|drawing| {
        if afresh {
            *drawing = Drawing::default();
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
/// the middle, `[1, 784]`. A point alone is no stroke.
pub fn image() -> DMatrix<f64> {
    const MIDDLE: f64 = SIDE as f64 / 2.0;
    DRAWING.with_borrow(|drawing| {
        let mut strokes = drawing.strokes.clone();
        strokes.retain(|stroke| stroke.len() > 1);
        let (mut low, mut high) =
            ((f64::INFINITY, f64::INFINITY), (f64::NEG_INFINITY, f64::NEG_INFINITY));
        for &(x, y) in strokes.iter().flatten() {
            (low, high) =
                ((low.0.min(x), low.1.min(y)), (high.0.max(x), high.1.max(y)));
        }
        let size = f64::max(high.0 - low.0, high.1 - low.1);
        if size <= 0.0 || !size.is_finite() {
            return DMatrix::zeros(1, PIXELS);
        }
        let scale = (BOX - 2.0 * RADIUS) / size;
        for (x, y) in strokes.iter_mut().flatten() {
            *x = (*x - 0.5 * (low.0 + high.0)) * scale + MIDDLE;
            *y = (*y - 0.5 * (low.1 + high.1)) * scale + MIDDLE;
        }
        let (mut mass, mut moment) = (0.0, (0.0, 0.0));
        for (pixel, grey) in inked(&strokes).iter().enumerate() {
            mass += grey;
            moment.0 += grey * ((pixel % SIDE) as f64 + 0.5 - MIDDLE);
            moment.1 += grey * (MIDDLE - 0.5 - (pixel / SIDE) as f64);
        }
        for (x, y) in strokes.iter_mut().flatten() {
            *x -= moment.0 / mass;
            *y -= moment.1 / mass;
        }
        inked(&strokes)
    })
}

/// How dark each pixel is, from its distance to the strokes.
fn inked(strokes: &[Vec<Point>]) -> DMatrix<f64> {
    let mut image = DMatrix::zeros(1, PIXELS);
    for (pixel, grey) in image.iter_mut().enumerate() {
        let at =
            ((pixel % SIDE) as f64 + 0.5, SIDE as f64 - 0.5 - (pixel / SIDE) as f64);
        let mut nearest = f64::INFINITY;
        for stroke in strokes {
            for pair in stroke.windows(2) {
                nearest = nearest.min(distance(at, pair[0], pair[1]));
            }
        }
        *grey = (RADIUS + 0.5 - nearest).clamp(0.0, 1.0);
    }
    image
}

fn distance(at: Point, from: Point, to: Point) -> f64 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let square = dx * dx + dy * dy;
    let along = (at.0 - from.0) * dx + (at.1 - from.1) * dy;
    let share = if square > 0.0 { (along / square).clamp(0.0, 1.0) } else { 0.0 };
    let rest = (at.0 - from.0 - share * dx, at.1 - from.1 - share * dy);
    (rest.0 * rest.0 + rest.1 * rest.1).sqrt()
}

/// The pixels of a shade, from light over middle to dark, as squares of one outline.
pub fn squares(image: &[f64], shade: usize) -> Vec<Point> {
    const EDGES: [f64; 4] = [0.1, 0.4, 0.7, f64::INFINITY];
    let mut outline = Vec::new();
    for (pixel, grey) in image.iter().enumerate() {
        if (EDGES[shade]..EDGES[shade + 1]).contains(grey) {
            let (x, y) = ((pixel % SIDE) as f64, (SIDE - 1 - pixel / SIDE) as f64);
            outline.extend([
                (x, y),
                (x + 1.0, y),
                (x + 1.0, y + 1.0),
                (x, y + 1.0),
                GAP,
            ]);
        }
    }
    outline
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
        lift();
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
