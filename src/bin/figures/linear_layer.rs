//! The lecture's example of a linear layer: which row meets which column.

use descent::linear_layer::{Linear, lecture_example};
use nalgebra::DMatrix;
use plotters::style::text_anchor::HPos;

use crate::canvas::{Area, Caption, DrawResult, svg};
use crate::grid::{CELL, Grid, Outline, entries, label};
use crate::output::{Figure, csv};

pub fn figures() -> DrawResult<Vec<Figure>> {
    let (input, layer) = lecture_example();
    Ok(vec![shapes(&input, &layer)?])
}

/// The entry that the figure follows: the image's row and the unit's column.
const ROW: usize = 1;
const COLUMN: usize = 3;

fn shapes(input: &DMatrix<f64>, layer: &Linear) -> DrawResult<Figure> {
    let name = "linear_layer-shapes";
    let product = input * &layer.weight;
    let output = layer.forward(input);
    let bias = DMatrix::from_row_slice(1, layer.fan_out(), layer.bias.as_slice());
    let description = format!(
        "The input X of shape {:?} stands to the left of its product with the weight W of shape {:?}, \
         the weight above it. Row {} of X and column {} of W are marked; they meet in the product's \
         entry {}. Below, the bias entry {} is added and gives the output's entry {}.",
        input.shape(),
        layer.weight.shape(),
        ROW + 1,
        COLUMN + 1,
        product[(ROW, COLUMN)],
        bias[COLUMN],
        output[(ROW, COLUMN)],
    );
    let caption = Caption { name, title: "Shapes in a linear layer", description };
    let svg = svg(&caption, (560, 470), |area| {
        let left = 46 + CELL.0 * input.ncols() as i32;
        let draw =
            |at, entries: &DMatrix<f64>, marked: &dyn Fn(usize, usize) -> bool| {
                Grid { at, entries, outline: Outline::Stored, marked }.draw(area)
            };
        draw((20, 178), input, &|row, _| row == ROW)?;
        draw((left, 38), &layer.weight, &|_, column| column == COLUMN)?;
        draw((left, 178), &product, &|row, column| (row, column) == (ROW, COLUMN))?;
        draw((left, 292), &bias, &|_, column| column == COLUMN)?;
        draw((left, 372), &output, &|row, column| (row, column) == (ROW, COLUMN))?;
        names(area, left)
    })?;
    let matrices = [
        ("X", input),
        ("W", &layer.weight),
        ("XW", &product),
        ("b", &bias),
        ("A", &output),
    ];
    let rows = matrices.iter().flat_map(|(name, matrix)| entries(name, matrix));
    Ok(Figure { name, svg, csv: csv(&["matrix", "row", "column", "value"], rows) })
}

fn names(area: &Area, left: i32) -> DrawResult {
    let middle = left + 2 * CELL.0;
    let right = left + 4 * CELL.0 + 14;
    label(area, (20, 158), "X  [batch, fan_in]", HPos::Left)?;
    label(area, (right, 78), "W", HPos::Left)?;
    label(area, (right, 100), "[fan_in, fan_out]", HPos::Left)?;
    label(area, (right, 212), "X W", HPos::Left)?;
    label(area, (middle, 269), "+", HPos::Center)?;
    label(area, (right, 309), "b  [1, fan_out]", HPos::Left)?;
    label(area, (middle, 349), "=", HPos::Center)?;
    label(area, (right, 396), "A = X W + 1 b", HPos::Left)?;
    label(area, (right, 418), "[batch, fan_out]", HPos::Left)
}
