//! Numbers that go forwards and backwards through a small network and through a layer.

use descent::backpropagation::{Node, adjoint_example, adjoints, backward};
use descent::network::small_example;
use nalgebra::{DMatrix, dmatrix};

use crate::canvas::{Align, Canvas, Caption, DrawResult, Ink, Pen, WIDTH, svg};
use crate::geometry::{Px, Rect};
use crate::grid::{CELL, Grid, Outline, arrow, entries, label};
use crate::output::{Figure, csv};
use crate::text::plain;

pub fn figures() -> DrawResult<Vec<Figure>> {
    Ok(vec![path()?, graph()?])
}

/// The image of the figure, and what the network should give for it.
const IMAGE: usize = 1;
const TARGET: f64 = 4.0;

/// Numbers of the small network, forwards or backwards: two at the inputs, two and two in
/// the units, one or two at the output, the biases, and the weights on the arrows.
struct Numbers {
    title: &'static str,
    names: [&'static str; 4],
    inputs: [f64; 2],
    units: [[f64; 2]; 2],
    output: Vec<(&'static str, f64)>,
    biases: [f64; 3],
    first: DMatrix<f64>,
    second: DMatrix<f64>,
    backwards: bool,
}

fn path() -> DrawResult<Figure> {
    let (input, network) = small_example();
    let image = input.rows(IMAGE, 1).into_owned();
    let activations = network.forward(image.clone());
    let prediction = activations[2][0];
    let error = prediction - TARGET;
    let mut gradients = backward(&network, &activations, dmatrix![error]);
    let (last, hidden) =
        gradients.next().zip(gradients.next()).ok_or("a network of two layers")?;
    let [first, second] = [0, 1].map(|i| &network.layers()[i].linear);
    let before = first.forward(&image);
    let inputs = [image[0], image[1]];
    let pair = |one: &DMatrix<f64>, other: &[f64]| [0, 1].map(|j| [one[j], other[j]]);
    let forwards = Numbers {
        title: "forwards, with the weights on the arrows",
        names: ["$a$", "$z$", "$ŷ$", "$b$"],
        inputs,
        units: pair(&before, activations[1].as_slice()),
        output: vec![("$ŷ$", prediction), ("$y$", TARGET)],
        biases: [first.bias[0], first.bias[1], second.bias[0]],
        first: first.weight.clone(),
        second: second.weight.clone(),
        backwards: false,
    };
    let bias = &hidden.parameters.bias;
    let backwards = Numbers {
        title: "backwards, with the gradients of the weights on the arrows",
        names: ["∂$z$", "∂$a$", "∂$ŷ$", "∂$b$"],
        inputs,
        units: pair(&hidden.output, bias.as_slice()),
        output: vec![("∂$ŷ$", error)],
        biases: [bias[0], bias[1], last.parameters.bias[0]],
        first: hidden.parameters.weight.clone(),
        second: last.parameters.weight.clone(),
        backwards: true,
    };
    let on = |j: usize| activations[1][j] > 0.0;
    let description = [&forwards, &backwards].map(Numbers::sentence).join(" ");
    let title = "One image through a network of two hidden units, and back";
    let caption = Caption { name: "backpropagation-path", title, description };
    let svg = svg(&caption, (WIDTH, 546.0), |canvas| {
        forwards.draw(canvas, 0.0, &on);
        backwards.draw(canvas, 275.0, &on);
    });
    let rows = [&forwards, &backwards].into_iter().flat_map(Numbers::rows);
    Ok(Figure { name: caption.name, svg, csv: csv(&["what", "where", "value"], rows) })
}

/// Middles of the boxes, from the top of a half of the figure, and half their size.
const INPUTS: [Px; 2] = [(58.0, 100.0), (58.0, 214.0)];
const UNITS: [Px; 2] = [(286.0, 100.0), (286.0, 214.0)];
const OUTPUT: Px = (535.0, 157.0);
const HALF: Px = (54.0, 28.0);

impl Numbers {
    fn sentence(&self) -> String {
        let [a, z, ..] = self.names;
        let unit = |j: usize| {
            let [one, other] = self.units[j];
            format!(
                "unit {}: {a} = {one}, {z} = {other}, {} = {}, weights {} and {}, behind it {}",
                j + 1,
                self.names[3],
                self.biases[j],
                self.first[(0, j)],
                self.first[(1, j)],
                self.second[j],
            )
        };
        let output =
            self.output.iter().map(|(name, value)| format!("{name} = {value}"));
        format!(
            "{} from x₁ = {} and x₂ = {}: {}; {}; output: {}, {} = {}.",
            if self.backwards { "Backwards" } else { "Forwards" },
            self.inputs[0],
            self.inputs[1],
            unit(0),
            unit(1),
            output.collect::<Vec<_>>().join(", "),
            self.names[3],
            self.biases[2],
        )
        .replace('-', "−")
    }

    fn rows(&self) -> Vec<Vec<String>> {
        let half = if self.backwards { "∂" } else { "" };
        let mut rows = Vec::new();
        let mut row = |what: &str, place: String, value: f64| {
            rows.push(vec![plain(what), place, (value + 0.0).to_string()]);
        };
        for j in 0..2 {
            let unit = format!("unit {}", j + 1);
            row(self.names[0], unit.clone(), self.units[j][0]);
            row(self.names[1], unit.clone(), self.units[j][1]);
            row(self.names[3], unit.clone(), self.biases[j]);
            for k in 0..2 {
                let way = format!("input {} to {unit}", k + 1);
                row(&format!("{half}w"), way, self.first[(k, j)]);
            }
            row(&format!("{half}w"), format!("{unit} to output"), self.second[j]);
        }
        for (name, value) in &self.output {
            row(name, "output".into(), *value);
        }
        row(self.names[3], "output".into(), self.biases[2]);
        rows
    }

    fn draw(&self, canvas: &mut Canvas, top: f64, on: &dyn Fn(usize) -> bool) {
        let down = |(x, y): Px| (x, y + top);
        let show = |name: &str, value: f64| {
            format!("{name} = {}", value + 0.0).replace('-', "−")
        };
        label(canvas, (1.0, top + 14.0), self.title, Align::Start);
        for (k, at) in INPUTS.into_iter().enumerate() {
            let name = ["$x$₁", "$x$₂"][k];
            self.node(canvas, down(at), false, &[show(name, self.inputs[k])]);
        }
        for (j, at) in UNITS.into_iter().enumerate() {
            let lines = [0, 1].map(|line| show(self.names[line], self.units[j][line]));
            self.node(canvas, down(at), !on(j), &lines);
            let bias = show(self.names[3], self.biases[j]);
            let state = if on(j) { "on" } else { "off" };
            let (x, y) = down(at);
            let y = if j == 0 { y - HALF.1 - 14.0 } else { y + HALF.1 + 15.0 };
            label(canvas, (x, y), &format!("{bias}, {state}"), Align::Middle);
        }
        let lines: Vec<_> =
            self.output.iter().map(|(name, value)| show(name, *value)).collect();
        self.node(canvas, down(OUTPUT), false, &lines);
        let (x, y) = down(OUTPUT);
        let bias = show(self.names[3], self.biases[2]);
        label(canvas, (x, y - HALF.1 - 14.0), &bias, Align::Middle);
        // From box to box: where the number stands on the way, and how far off it.
        let weights = [
            (INPUTS[0], UNITS[0], self.first[(0, 0)], (0.5, 0.0, -14.0)),
            (INPUTS[0], UNITS[1], self.first[(0, 1)], (0.2, 16.0, -8.0)),
            (INPUTS[1], UNITS[0], self.first[(1, 0)], (0.2, 16.0, 8.0)),
            (INPUTS[1], UNITS[1], self.first[(1, 1)], (0.5, 0.0, 15.0)),
            (UNITS[0], OUTPUT, self.second[0], (0.5, 6.0, -15.0)),
            (UNITS[1], OUTPUT, self.second[1], (0.5, 6.0, 16.0)),
        ];
        for (from, to, weight, (share, right, below)) in weights {
            let tilt =
                if to.1 == from.1 { 0.0 } else { (to.1 - from.1).signum() * 10.0 };
            let from = down((from.0 + HALF.0, from.1 + tilt));
            let to = down((to.0 - HALF.0, to.1 - tilt));
            match self.backwards {
                true => arrow(canvas, to, from),
                false => arrow(canvas, from, to),
            }
            let along = |a: f64, b: f64| a + share * (b - a);
            let at = (along(from.0, to.0) + right, along(from.1, to.1) + below);
            let number = (weight + 0.0).to_string().replace('-', "−");
            label(canvas, at, &number, Align::Middle);
        }
    }

    /// A box with one or two lines; shaded on the way back, dashed where a unit is off.
    fn node(&self, canvas: &mut Canvas, (x, y): Px, dashed: bool, lines: &[String]) {
        let rect = Rect::new(x - HALF.0, y - HALF.1, 2.0 * HALF.0, 2.0 * HALF.1);
        let fill = self.backwards.then_some((Ink::Solid(2), 0.25));
        let ink = if dashed { Ink::DashedForeground } else { Ink::Foreground };
        canvas.rectangle(rect, fill, Some(Pen::new(ink, 1.2)));
        let first = y - 11.5 * (lines.len() - 1) as f64;
        for (line, row) in lines.iter().zip(0..) {
            label(canvas, (x, first + 23.0 * f64::from(row)), line, Align::Middle);
        }
    }
}

/// What the six nodes are, and where the upper left corner of each value lies.
const NODES: [(&str, &str, Px); 6] = [
    ("X", "$X$", (8.0, 36.0)),
    ("W", "$W$", (262.0, 36.0)),
    ("b", "$b$", (296.0, 262.0)),
    ("XW", "$X$ $W$", (8.0, 186.0)),
    ("A", "$A$ = $X$ $W$ + 1 $b$", (108.0, 366.0)),
    ("Z", "$Z$ = ReLU($A$)", (108.0, 474.0)),
];
/// Between a value and its gradient.
const GAP: f64 = 6.0;

fn graph() -> DrawResult<Figure> {
    let (input, layer, adjoint) = adjoint_example();
    let nodes = adjoints(&input, &layer, &adjoint);
    let list = |matrix: &DMatrix<f64>| {
        let rows = matrix.row_iter().map(|row| {
            row.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        });
        rows.collect::<Vec<_>>().join("; ")
    };
    let sentences = NODES.iter().zip(&nodes).map(|((_, name, _), node)| {
        format!(
            "{name} is [{}], its gradient [{}]",
            list(&node.value),
            list(&node.adjoint)
        )
    });
    let description = format!(
        "The computation graph of ReLU(XW + 1b). X and W lead to XW, b and XW to A, A to Z. {}.",
        sentences.collect::<Vec<_>>().join(". ")
    );
    let title = "The graph of one layer with its gradients";
    let caption = Caption { name: "backpropagation-graph", title, description };
    let svg = svg(&caption, (WIDTH, 560.0), |canvas| {
        for ((_, name, at), node) in NODES.iter().zip(&nodes) {
            draw_node(canvas, name, *at, node);
        }
        arrow(canvas, (112.0, 78.0), (112.0, 158.0));
        arrow(canvas, (350.0, 114.0), (218.0, 172.0));
        arrow(canvas, (150.0, 228.0), (272.0, 356.0));
        arrow(canvas, (440.0, 304.0), (366.0, 352.0));
        arrow(canvas, (261.0, 408.0), (261.0, 448.0));
        let y = 540.0;
        label(canvas, (8.0, y), "plain: value, forwards", Align::Start);
        label(canvas, (262.0, y), "shaded: gradient, backwards", Align::Start);
    });
    let rows = NODES.iter().zip(&nodes).flat_map(|((name, _, _), node)| {
        let mut rows = entries(name, &node.value);
        rows.extend(entries(&format!("∂{name}"), &node.adjoint));
        rows
    });
    Ok(Figure {
        name: caption.name,
        svg,
        csv: csv(&["matrix", "row", "column", "value"], rows),
    })
}

fn draw_node(canvas: &mut Canvas, name: &str, at: Px, node: &Node) {
    let Node { value, adjoint } = node;
    let right = (at.0 + CELL.0 * value.ncols() as f64 + GAP, at.1);
    let stored = Outline::Stored;
    Grid { at, entries: value, outline: stored, marked: &|_, _| false }.draw(canvas);
    Grid { at: right, entries: adjoint, outline: stored, marked: &|_, _| true }
        .draw(canvas);
    label(canvas, (at.0, at.1 - 16.0), name, Align::Start);
}
