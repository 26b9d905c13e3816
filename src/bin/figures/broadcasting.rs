//! One row of memory seen as a batch of rows, and its gradient collected again.

use descent::broadcasting::{broadcast, sum_to};
use descent::linear_layer::{lecture_example, second_example};
use nalgebra::{DMatrix, RowDVector};
use plotters::style::text_anchor::HPos;

use crate::canvas::{Caption, DrawResult, svg};
use crate::grid::{CELL, Grid, Outline, arrow, entries, label};
use crate::output::{Figure, csv};

/// The column that both figures follow.
const COLUMN: usize = 1;

pub fn figures() -> DrawResult<Vec<Figure>> {
    let (_, layer) = lecture_example();
    let (_, _, gradient) = second_example();
    Ok(vec![view(&layer.bias)?, sum(&gradient)?])
}

fn view(bias: &RowDVector<f64>) -> DrawResult<Figure> {
    let name = "broadcasting-view";
    let seen = broadcast(bias, 3);
    let (row_stride, column_stride) = seen.strides();
    let seen = seen.to_matrix();
    let stored = DMatrix::from_row_slice(1, bias.len(), bias.as_slice());
    let description = format!(
        "{} numbers are stored once. The matrix of shape {:?} above them is only a way of seeing them: \
         a step to the right moves {column_stride} number in memory, a step down moves {row_stride}, \
         so that all its rows lead to the same numbers.",
        bias.len(),
        seen.shape(),
    );
    let caption = Caption { name, title: "A row seen as a batch of rows", description };
    let svg = svg(&caption, (560, 270), |area| {
        let grid = Grid {
            at: (20, 40),
            entries: &seen,
            outline: Outline::View,
            marked: &|_, column| column == COLUMN,
        };
        grid.draw(area)?;
        let memory = Grid {
            at: (20, 216),
            entries: &stored,
            outline: Outline::Stored,
            marked: &|_, column| column == COLUMN,
        };
        memory.draw(area)?;
        let right = 20 + grid.size().0 + 16;
        label(
            area,
            (20, 20),
            &format!("1 b as a view {:?}", seen.shape())
                .replace('(', "[")
                .replace(')', "]"),
            HPos::Left,
        )?;
        label(
            area,
            (right, 76),
            &format!("one step right: +{column_stride} in memory"),
            HPos::Left,
        )?;
        label(
            area,
            (right, 100),
            &format!("one step down: +{row_stride} in memory"),
            HPos::Left,
        )?;
        label(
            area,
            (right, 233),
            &format!("b: {} numbers in memory", bias.len()),
            HPos::Left,
        )?;
        let (x, bottom) =
            (grid.cell(0, COLUMN).0 + CELL.0 / 2, grid.at.1 + grid.size().1);
        arrow(area, (x, bottom + 6), (x, memory.at.1 - 6))
    })?;
    let rows = entries("seen", &seen).into_iter().chain(entries("stored", &stored));
    Ok(Figure { name, svg, csv: csv(&["matrix", "row", "column", "value"], rows) })
}

fn sum(gradient: &DMatrix<f64>) -> DrawResult<Figure> {
    let name = "broadcasting-sum";
    let bias_gradient = sum_to(gradient, (1, gradient.ncols()));
    let terms: Vec<_> =
        gradient.column(COLUMN).iter().map(ToString::to_string).collect();
    let description = format!(
        "The gradient of the output has one row for each image, shape {:?}. Every column is added up \
         and gives one number of the bias gradient; the marked one is {} = {}.",
        gradient.shape(),
        terms.join(" + "),
        bias_gradient[COLUMN],
    );
    let caption =
        Caption { name, title: "The gradient of a broadcast is a sum", description };
    let svg = svg(&caption, (560, 270), |area| {
        let mark: &dyn Fn(usize, usize) -> bool = &|_, column| column == COLUMN;
        let upper = Grid {
            at: (20, 40),
            entries: gradient,
            outline: Outline::Stored,
            marked: mark,
        };
        upper.draw(area)?;
        let lower = Grid {
            at: (20, 216),
            entries: &bias_gradient,
            outline: Outline::Stored,
            marked: mark,
        };
        lower.draw(area)?;
        let right = 20 + upper.size().0 + 16;
        label(area, (20, 20), "∂A, one row for each image", HPos::Left)?;
        label(area, (right, 180), "sum over the batch", HPos::Left)?;
        label(area, (right, 233), "∂b = 1ᵀ ∂A", HPos::Left)?;
        for column in 0..gradient.ncols() {
            let (x, bottom) =
                (upper.cell(0, column).0 + CELL.0 / 2, upper.at.1 + upper.size().1);
            arrow(area, (x, bottom + 6), (x, lower.at.1 - 6))?;
        }
        Ok(())
    })?;
    let rows = entries("dA", gradient).into_iter().chain(entries("db", &bias_gradient));
    Ok(Figure { name, svg, csv: csv(&["matrix", "row", "column", "value"], rows) })
}
