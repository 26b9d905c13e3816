//! Matrices drawn as cells with their numbers in them.

use nalgebra::DMatrix;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::canvas::{Area, DrawResult, Ink, PIXEL, text};

/// Width and height of a cell in pixels.
pub const CELL: (i32, i32) = (46, 34);

/// How the outline of a matrix says whether its numbers are in memory.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Outline {
    Stored,
    /// Only seen, not there: dashed.
    View,
}

/// A matrix of whole numbers with its upper left corner at a place in pixels.
pub struct Grid<'a> {
    pub at: (i32, i32),
    pub entries: &'a DMatrix<f64>,
    pub outline: Outline,
    /// The cells to mark.
    pub marked: &'a dyn Fn(usize, usize) -> bool,
}

impl Grid<'_> {
    /// Width and height in pixels.
    pub fn size(&self) -> (i32, i32) {
        (CELL.0 * self.entries.ncols() as i32, CELL.1 * self.entries.nrows() as i32)
    }

    /// The upper left corner of a cell, in pixels.
    pub fn cell(&self, row: usize, column: usize) -> (i32, i32) {
        (self.at.0 + CELL.0 * column as i32, self.at.1 + CELL.1 * row as i32)
    }

    pub fn draw(&self, area: &Area) -> DrawResult {
        let ink = match self.outline {
            Outline::Stored => Ink::Foreground,
            Outline::View => Ink::DashedForeground,
        };
        for row in 0..self.entries.nrows() {
            for column in 0..self.entries.ncols() {
                let (x, y) = self.cell(row, column);
                let corners = [
                    (x * PIXEL, y * PIXEL),
                    ((x + CELL.0) * PIXEL, (y + CELL.1) * PIXEL),
                ];
                if (self.marked)(row, column) {
                    area.draw(&Rectangle::new(
                        corners,
                        Ink::Solid(2).color().mix(0.25).filled(),
                    ))?;
                }
                area.draw(&Rectangle::new(
                    corners,
                    ink.color().stroke_width(PIXEL as u32),
                ))?;
                let number =
                    format!("{}", self.entries[(row, column)]).replace('-', "−");
                label(area, (x + CELL.0 / 2, y + CELL.1 / 2), &number, HPos::Center)?;
            }
        }
        Ok(())
    }
}

/// Text beside or in the middle of a place in pixels.
pub fn label(
    area: &Area,
    (x, y): (i32, i32),
    content: &str,
    align: HPos,
) -> DrawResult {
    let style = text(15, Ink::Foreground).pos(Pos::new(align, VPos::Center));
    area.draw(&Text::new(content.to_owned(), (x * PIXEL, y * PIXEL), style))?;
    Ok(())
}

/// An arrow between two places in pixels.
pub fn arrow(area: &Area, from: (i32, i32), to: (i32, i32)) -> DrawResult {
    let ink = Ink::Foreground.color();
    let [from, to] = [from, to].map(|(x, y)| (x * PIXEL, y * PIXEL));
    area.draw(&PathElement::new(vec![from, to], ink.stroke_width(PIXEL as u32)))?;
    let way = (f64::from(to.0 - from.0), f64::from(to.1 - from.1));
    let length = way.0.hypot(way.1);
    let unit = (way.0 / length, way.1 / length);
    let head = |back: f64, left: f64| {
        let x = f64::from(to.0) - back * unit.0 + left * unit.1;
        let y = f64::from(to.1) - back * unit.1 - left * unit.0;
        (x.round() as i32, y.round() as i32)
    };
    let head = vec![head(70.0, -40.0), head(70.0, 40.0), to];
    area.draw(&Polygon::new(head, ink.filled()))?;
    Ok(())
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
