//! One row of memory seen as a batch of rows, and its gradient collected again.

use descent::broadcasting::{broadcast, sum_to};
use descent::linear_layer::{lecture_example, second_example};
use nalgebra::{DMatrix, RowDVector};

use crate::canvas::{Align, Caption, DrawResult, WIDTH, svg};
use crate::grid::{Grid, Outline, arrow, entries, label};
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
    let svg = svg(&caption, (WIDTH, 280.0), |canvas| {
        let mark: &dyn Fn(usize, usize) -> bool = &|_, column| column == COLUMN;
        let grid = Grid {
            at: (8.0, 34.0),
            entries: &seen,
            outline: Outline::View,
            marked: mark,
        };
        grid.draw(canvas);
        let memory = Grid {
            at: (8.0, 220.0),
            entries: &stored,
            outline: Outline::Stored,
            marked: mark,
        };
        memory.draw(canvas);
        let right = grid.right() + 16.0;
        let shape = format!("{:?}", seen.shape()).replace('(', "[").replace(')', "]");
        label(canvas, (8.0, 14.0), &format!("1 $b$ as a view {shape}"), Align::Start);
        let steps = [("right", column_stride, 76.0), ("down", row_stride, 102.0)];
        for (way, stride, y) in steps {
            let text = format!("one step {way}: +{stride} in memory");
            label(canvas, (right, y), &text, Align::Start);
        }
        let text = format!("$b$: {} numbers in memory", bias.len());
        label(canvas, (right, 238.0), &text, Align::Start);
        let x = grid.cell(0, COLUMN).middle().0;
        arrow(canvas, (x, grid.bottom() + 6.0), (x, memory.at.1 - 6.0));
    });
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
    let svg = svg(&caption, (WIDTH, 280.0), |canvas| {
        let mark: &dyn Fn(usize, usize) -> bool = &|_, column| column == COLUMN;
        let outline = Outline::Stored;
        let upper = Grid { at: (8.0, 34.0), entries: gradient, outline, marked: mark };
        upper.draw(canvas);
        let lower =
            Grid { at: (8.0, 220.0), entries: &bias_gradient, outline, marked: mark };
        lower.draw(canvas);
        let right = upper.right() + 16.0;
        label(canvas, (8.0, 14.0), "∂$A$, one row for each image", Align::Start);
        label(canvas, (right, 182.0), "sum over the batch", Align::Start);
        label(canvas, (right, 238.0), "∂$b$ = 1ᵀ ∂$A$", Align::Start);
        for column in 0..gradient.ncols() {
            let x = upper.cell(0, column).middle().0;
            arrow(canvas, (x, upper.bottom() + 6.0), (x, lower.at.1 - 6.0));
        }
    });
    let rows = entries("dA", gradient).into_iter().chain(entries("db", &bias_gradient));
    Ok(Figure { name, svg, csv: csv(&["matrix", "row", "column", "value"], rows) })
}
