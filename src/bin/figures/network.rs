//! The shapes in a network for MNIST.

use descent::linear_layer::Linear;
use descent::network::{Activation, Layer, Network};
use nalgebra::{DMatrix, RowDVector};
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use crate::canvas::{Area, Caption, DrawResult, Ink, PIXEL, svg};
use crate::grid::{arrow, label};
use crate::numbers::grouped;
use crate::output::{Figure, csv};

pub fn figures() -> DrawResult<Vec<Figure>> {
    Ok(vec![shapes()?])
}

const BATCH: usize = 256;
const WIDTHS: [usize; 4] = [784, 100, 100, 10];

/// The boxes of activations, one below the other: their left and right edges, the top
/// of the first, their height and the distance from one to the next, in pixels.
const LEFT: i32 = 16;
const RIGHT: i32 = 226;
const TOP: i32 = 10;
const HEIGHT: i32 = 36;
const DISTANCE: i32 = 102;

fn shapes() -> DrawResult<Figure> {
    let network = Network::with_widths(&WIDTHS, Activation::Relu, |fan_in, fan_out| {
        Linear::new(DMatrix::zeros(fan_in, fan_out), RowDVector::zeros(fan_out))
    });
    let activations = network.forward(DMatrix::zeros(BATCH, WIDTHS[0]));
    let last = activations.len();
    let description = format!(
        "From top to bottom: {}. Between them stand {} linear layers with {} parameters; all but the last \
         are followed by a ReLU. The last activations are the logits. Together with the labels they go \
         into the cross-entropy, which gives the loss.",
        (1..)
            .zip(&activations)
            .map(|(i, z)| format!("Z{i} of shape {:?}", z.shape()))
            .collect::<Vec<_>>()
            .join(", "),
        network.layers().len(),
        network.parameter_count(),
    );
    let title = "Shapes in a network of three layers";
    let caption = Caption { name: "network-shapes", title, description };
    let svg = svg(&caption, (560, 470), |area| {
        for (i, z) in (1..).zip(&activations) {
            let (rows, columns) = z.shape();
            let name = match i {
                1 => "Z₁ = X".to_owned(),
                i => format!("Z{}", index(i)),
            };
            place(area, i, &format!("{name}  [{rows}, {columns}]"))?;
        }
        for (i, layer) in (1..).zip(network.layers()) {
            step(area, i, layer)?;
        }
        place(area, last + 1, "loss  [1, 1]")?;
        between(area, last, ["cross-entropy", "with the labels, mean over the batch"])
    })?;
    let rows = (1..).zip(network.layers()).map(|(i, layer): (usize, _)| {
        let Linear { weight, .. } = &layer.linear;
        let numbers =
            [i, BATCH, weight.nrows(), weight.ncols(), layer.parameter_count()];
        numbers.map(|number| number.to_string()).to_vec()
    });
    let columns = ["layer", "batch", "fan_in", "fan_out", "parameters"];
    Ok(Figure { name: caption.name, svg, csv: csv(&columns, rows) })
}

/// The top of a box, from 1.
fn top(i: usize) -> i32 {
    TOP + DISTANCE * (i as i32 - 1)
}

fn place(area: &Area, i: usize, content: &str) -> DrawResult {
    let corners =
        [(LEFT * PIXEL, top(i) * PIXEL), (RIGHT * PIXEL, (top(i) + HEIGHT) * PIXEL)];
    let fill = Ink::Solid(1).color().mix(0.12).filled();
    area.draw(&Rectangle::new(corners, fill))?;
    let outline = Ink::Foreground.color().stroke_width(PIXEL as u32);
    area.draw(&Rectangle::new(corners, outline))?;
    label(area, ((LEFT + RIGHT) / 2, top(i) + HEIGHT / 2), content, HPos::Center)
}

fn step(area: &Area, i: usize, layer: &Layer) -> DrawResult {
    let Linear { weight, bias } = &layer.linear;
    let parameters = format!(
        "W{0} [{1}, {2}],  b{0} [1, {3}]",
        index(i),
        weight.nrows(),
        weight.ncols(),
        bias.len()
    );
    let activation = match layer.activation {
        Activation::Identity => "no activation",
        Activation::Relu => "then ReLU",
        Activation::LeakyRelu => "then leaky ReLU",
        Activation::Sigmoid => "then sigmoid",
        Activation::Tanh => "then tanh",
    };
    let count = grouped(layer.parameter_count());
    between(area, i, [&parameters, &format!("{count} parameters, {activation}")])
}

/// An arrow from a box to the next, with two lines of text beside it.
fn between(area: &Area, i: usize, lines: [&str; 2]) -> DrawResult {
    let x = (LEFT + RIGHT) / 2;
    let (from, to) = (top(i) + HEIGHT + 3, top(i + 1) - 3);
    arrow(area, (x, from), (x, to))?;
    label(area, (x + 18, (from + to) / 2 - 11), lines[0], HPos::Left)?;
    label(area, (x + 18, (from + to) / 2 + 11), lines[1], HPos::Left)
}

fn index(i: usize) -> char {
    char::from_u32('₀' as u32 + i as u32).unwrap_or('?')
}
