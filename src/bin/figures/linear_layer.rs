//! The lecture's example of a linear layer: which row meets which column.

use descent::linear_layer::{Linear, lecture_example};
use nalgebra::DMatrix;

use crate::canvas::{Align, Canvas, Caption, DrawResult, WIDTH, svg};
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
    let svg = svg(&caption, (WIDTH, 500.0), |canvas| {
        let left = 40.0 + CELL.0 * input.ncols() as f64;
        let mut draw =
            |at, entries: &DMatrix<f64>, marked: &dyn Fn(usize, usize) -> bool| {
                Grid { at, entries, outline: Outline::Stored, marked }.draw(canvas);
            };
        draw((8.0, 186.0), input, &|row, _| row == ROW);
        draw((left, 36.0), &layer.weight, &|_, column| column == COLUMN);
        draw((left, 186.0), &product, &|row, column| (row, column) == (ROW, COLUMN));
        draw((left, 308.0), &bias, &|_, column| column == COLUMN);
        draw((left, 394.0), &output, &|row, column| (row, column) == (ROW, COLUMN));
        names(canvas, left);
    });
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

fn names(canvas: &mut Canvas, left: f64) {
    let middle = left + 2.0 * CELL.0;
    let right = left + 4.0 * CELL.0 + 14.0;
    for (x, y, name) in [
        (8.0, 164.0, "$X$  [batch, fan_in]"),
        (right, 78.0, "$W$"),
        (right, 102.0, "[fan_in, fan_out]"),
        (right, 222.0, "$X$ $W$"),
        (right, 326.0, "$b$  [1, fan_out]"),
        (right, 418.0, "$A$ = $X$ $W$ + 1 $b$"),
        (right, 442.0, "[batch, fan_out]"),
    ] {
        label(canvas, (x, y), name, Align::Start);
    }
    label(canvas, (middle, 283.0), "+", Align::Middle);
    label(canvas, (middle, 369.0), "=", Align::Middle);
}
