//! The shapes in a network for MNIST.

use descent::linear_layer::Linear;
use descent::network::{Activation, Layer, Network};
use nalgebra::{DMatrix, RowDVector};

use crate::canvas::{Align, Canvas, Caption, DrawResult, Ink, Pen, WIDTH, svg};
use crate::geometry::Rect;
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
const LEFT: f64 = 16.0;
const RIGHT: f64 = 250.0;
const TOP: f64 = 4.0;
const HEIGHT: f64 = 40.0;
const DISTANCE: f64 = 112.0;

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
    let svg = svg(&caption, (WIDTH, 500.0), |canvas| {
        for (i, z) in (1..).zip(&activations) {
            let (rows, columns) = z.shape();
            let name = match i {
                1 => "$Z$₁ = $X$".to_owned(),
                i => format!("$Z${}", index(i)),
            };
            place(canvas, i, &format!("{name}  [{rows}, {columns}]"));
        }
        for (i, layer) in (1..).zip(network.layers()) {
            step(canvas, i, layer);
        }
        place(canvas, last + 1, "loss  [1, 1]");
        between(
            canvas,
            last,
            ["cross-entropy", "with the labels, mean over the batch"],
        );
    });
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
fn top(i: usize) -> f64 {
    TOP + DISTANCE * (i - 1) as f64
}

fn place(canvas: &mut Canvas, i: usize, content: &str) {
    let rect = Rect::new(LEFT, top(i), RIGHT - LEFT, HEIGHT);
    let fill = Some((Ink::Solid(1), 0.12));
    canvas.rectangle(rect, fill, Some(Pen::new(Ink::Foreground, 1.0)));
    label(canvas, rect.middle(), content, Align::Middle);
}

fn step(canvas: &mut Canvas, i: usize, layer: &Layer) {
    let Linear { weight, bias } = &layer.linear;
    let parameters = format!(
        "$W${0} [{1}, {2}],  $b${0} [1, {3}]",
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
    between(canvas, i, [&parameters, &format!("{count} parameters, {activation}")]);
}

/// An arrow from a box to the next, with two lines of text beside it.
fn between(canvas: &mut Canvas, i: usize, lines: [&str; 2]) {
    let x = 0.5 * (LEFT + RIGHT);
    let (from, to) = (top(i) + HEIGHT + 3.0, top(i + 1) - 3.0);
    arrow(canvas, (x, from), (x, to));
    let middle = 0.5 * (from + to);
    label(canvas, (x + 20.0, middle - 12.0), lines[0], Align::Start);
    label(canvas, (x + 20.0, middle + 12.0), lines[1], Align::Start);
}

fn index(i: usize) -> char {
    char::from_u32('₀' as u32 + i as u32).unwrap_or('?')
}
