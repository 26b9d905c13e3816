//! Matrices drawn as cells with their numbers in them.

use nalgebra::DMatrix;

use crate::canvas::{Align, Canvas, Ink, Pen};
use crate::geometry::{Px, Rect};

/// Width and height of a cell in pixels.
pub const CELL: (f64, f64) = (50.0, 36.0);

/// How the outline of a matrix says whether its numbers are in memory.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Outline {
    Stored,
    /// Only seen, not there: dashed.
    View,
}

/// A matrix of whole numbers with its upper left corner at a place in pixels.
pub struct Grid<'a> {
    pub at: Px,
    pub entries: &'a DMatrix<f64>,
    pub outline: Outline,
    /// The cells to mark.
    pub marked: &'a dyn Fn(usize, usize) -> bool,
}

impl Grid<'_> {
    /// Width and height in pixels.
    pub fn size(&self) -> (f64, f64) {
        (CELL.0 * self.entries.ncols() as f64, CELL.1 * self.entries.nrows() as f64)
    }

    pub fn right(&self) -> f64 {
        self.at.0 + self.size().0
    }

    pub fn bottom(&self) -> f64 {
        self.at.1 + self.size().1
    }

    /// A cell, in pixels.
    pub fn cell(&self, row: usize, column: usize) -> Rect {
        let (left, top) =
            (self.at.0 + CELL.0 * column as f64, self.at.1 + CELL.1 * row as f64);
        Rect::new(left, top, CELL.0, CELL.1)
    }

    pub fn draw(&self, canvas: &mut Canvas) {
        let (rows, columns) = self.entries.shape();
        let places: Vec<(usize, usize)> = (0..rows)
            .flat_map(|row| (0..columns).map(move |column| (row, column)))
            .collect();
        let marked = places.iter().filter(|(row, column)| (self.marked)(*row, *column));
        let marked: Vec<_> = marked
            .map(|&(row, column)| self.cell(row, column).corners().to_vec())
            .collect();
        if !marked.is_empty() {
            canvas.areas(Ink::Solid(2), 0.25, "", &marked);
        }
        let ink = match self.outline {
            Outline::Stored => Ink::Foreground,
            Outline::View => Ink::DashedForeground,
        };
        let (left, top) = self.at;
        let across = (0..=rows).map(|row| {
            let y = top + CELL.1 * row as f64;
            vec![(left, y), (self.right(), y)]
        });
        let down = (0..=columns).map(|column| {
            let x = left + CELL.0 * column as f64;
            vec![(x, top), (x, self.bottom())]
        });
        canvas.lines(Pen::new(ink, 1.0), &across.chain(down).collect::<Vec<_>>());
        let numbers = places.iter().map(|&(row, column)| {
            let number = self.entries[(row, column)].to_string().replace('-', "−");
            (self.cell(row, column).middle(), number)
        });
        canvas.texts(Ink::Foreground, Align::Middle, &numbers.collect::<Vec<_>>());
    }
}

/// Text beside or in the middle of a place in pixels.
pub fn label(canvas: &mut Canvas, at: Px, content: &str, align: Align) {
    canvas.text(Ink::Foreground, at, align, content);
}

/// An arrow between two places in pixels.
pub fn arrow(canvas: &mut Canvas, from: Px, to: Px) {
    canvas.arrow(Pen::new(Ink::Foreground, 1.2), from, to);
}

/// A matrix as rows of a table: its name, then row, column and value of each entry.
pub fn entries(name: &str, matrix: &DMatrix<f64>) -> Vec<Vec<String>> {
    let places = (0..matrix.nrows())
        .flat_map(|row| (0..matrix.ncols()).map(move |column| (row, column)));
    places
        .map(|(row, column)| {
            let value = matrix[(row, column)].to_string();
            vec![
                name.to_owned(),
                (row + 1).to_string(),
                (column + 1).to_string(),
                value,
            ]
        })
        .collect()
}
