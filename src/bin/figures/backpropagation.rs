//! The worksheet's graph with its adjoints, and the errors of difference quotients.

use descent::backpropagation::{
    Node, adjoint_example, adjoints, centred_difference, difference_errors,
    forward_difference,
};
use plotters::style::text_anchor::HPos;

use crate::canvas::{Area, Caption, DrawResult, Ink, svg};
use crate::chart::{Axis, Chart, Line, tenths};
use crate::grid::{CELL, Grid, Outline, arrow, entries, label};
use crate::output::{Figure, csv};

pub fn figures() -> DrawResult<Vec<Figure>> {
    Ok(vec![graph()?, differences()?, kink()?])
}

/// What the six nodes are, and where the upper left corner of each value lies.
const NODES: [(&str, &str, (i32, i32)); 6] = [
    ("v1", "v₁ = x", (20, 34)),
    ("v2", "v₂ = W", (270, 34)),
    ("v3", "v₃ = b", (310, 176)),
    ("v4", "v₄ = v₁ v₂", (10, 176)),
    ("v5", "v₅ = v₄ + v₃", (150, 284)),
    ("v6", "v₆ = ReLU(v₅)", (150, 392)),
];
/// Between a value and its adjoint.
const GAP: i32 = 6;

fn graph() -> DrawResult<Figure> {
    let (input, layer, adjoint) = adjoint_example();
    let nodes = adjoints(&input, &layer, &adjoint);
    let list = |matrix: &nalgebra::DMatrix<f64>| {
        let rows = matrix.row_iter().map(|row| {
            row.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        });
        rows.collect::<Vec<_>>().join("; ")
    };
    let sentences = NODES.iter().zip(&nodes).map(|((_, name, _), node)| {
        format!(
            "{name} is [{}], its adjoint [{}]",
            list(&node.value),
            list(&node.adjoint)
        )
    });
    let description = format!(
        "The computation graph of ReLU(xW + b). v₁ and v₂ lead to v₄, v₃ and v₄ to v₅, v₅ to v₆. {}.",
        sentences.collect::<Vec<_>>().join(". ")
    );
    let title = "The graph of one layer with its adjoints";
    let caption = Caption { name: "backpropagation-graph", title, description };
    let svg = svg(&caption, (600, 470), |area| {
        for ((_, name, at), node) in NODES.iter().zip(&nodes) {
            draw_node(area, name, *at, node)?;
        }
        arrow(area, (112, 74), (112, 150))?;
        arrow(area, (340, 108), (200, 150))?;
        arrow(area, (150, 216), (220, 258))?;
        arrow(area, (448, 216), (380, 258))?;
        arrow(area, (291, 324), (291, 366))?;
        label(area, (20, 452), "plain: value, forwards", HPos::Left)?;
        label(area, (230, 452), "shaded: adjoint, backwards", HPos::Left)
    })?;
    let rows = NODES.iter().zip(&nodes).flat_map(|((name, _, _), node)| {
        let mut rows = entries(name, &node.value);
        rows.extend(entries(&format!("{name} adjoint"), &node.adjoint));
        rows
    });
    Ok(Figure {
        name: caption.name,
        svg,
        csv: csv(&["matrix", "row", "column", "value"], rows),
    })
}

fn draw_node(area: &Area, name: &str, at: (i32, i32), node: &Node) -> DrawResult {
    let Node { value, adjoint } = node;
    let right = (at.0 + CELL.0 * value.ncols() as i32 + GAP, at.1);
    let stored = Outline::Stored;
    Grid { at, entries: value, outline: stored, marked: &|_, _| false }.draw(area)?;
    Grid { at: right, entries: adjoint, outline: stored, marked: &|_, _| true }
        .draw(area)?;
    label(area, (at.0, at.1 - 14), name, HPos::Left)
}

fn differences() -> DrawResult<Figure> {
    let steps: Vec<f64> = (1..=51).map(|k| 0.5_f64.powi(k)).collect();
    let errors: Vec<_> = steps.iter().map(|&h| difference_errors(h)).collect();
    let curve = |which: usize| {
        let points = steps.iter().copied().zip(errors.iter().map(|both| both[which]));
        points.collect::<Vec<_>>()
    };
    let best = |which: usize| {
        let points = curve(which).into_iter();
        points.min_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((1.0, 1.0))
    };
    let [(forward, forward_error), (centred, centred_error)] = [best(0), best(1)];
    let description = format!(
        "Relative error of two difference quotients by step, both axes logarithmic. Each curve is a V. The \
         forward difference falls with the step to {forward_error:.1e} at {forward:.1e} and rises from there \
         to the left; the centred one falls twice as steeply, to {centred_error:.1e} at {centred:.1e}. To the \
         left of their minima both rise alike.",
    );
    let at = |x: f64, name: &str| {
        let line = Line::new(Ink::DashedForeground, name, vec![(x, 1e-12), (x, 1e1)]);
        line.named_at(1, (5, 12))
    };
    let chart = Chart {
        x: Axis::powers("step h", (-16, 0), 9),
        y: Axis::powers("relative error of the derivative", (-13, 1), 8),
        bands: Vec::new(),
        lines: vec![
            Line::new(Ink::Series(2), "forward", curve(0)).named_at(7, (-72, -8)),
            Line::new(Ink::Series(1), "centred", curve(1)).named_at(8, (10, 8)),
            at(f64::EPSILON.sqrt(), "√ε"),
            at(f64::EPSILON.cbrt(), "∛ε"),
        ],
        key: None,
        margin: 24,
    };
    let title = "How wrong a difference quotient is";
    let name = "backpropagation-differences";
    chart.figure(&Caption { name, title, description }, (560, 380))
}

fn kink() -> DrawResult<Figure> {
    const H: f64 = 0.25;
    let relu = |z: f64| z.max(0.0);
    let places: Vec<f64> = (-64..=64).map(|k| f64::from(k) / 64.0).collect();
    let curve = |value: &dyn Fn(f64) -> f64| {
        places.iter().map(|&z| (z, value(z))).collect::<Vec<_>>()
    };
    let step = vec![(-1.0, 0.0), (0.0, 0.0), (0.0, 1.0), (1.0, 1.0)];
    let centred = curve(&|z| centred_difference(relu, z, H));
    let forward = curve(&|z| forward_difference(relu, z, H));
    let description = format!(
        "The derivative of the ReLU jumps from 0 to 1 at zero. The centred difference with step {H} climbs \
         from 0 at −{H} over {} at zero to 1 at {H}; the forward difference climbs from 0 at −{H} to {} at \
         zero. Elsewhere all three agree.",
        centred[64].1, forward[64].1,
    );
    let chart = Chart {
        x: Axis::linear("input z of the ReLU", (-1.0, 1.0), 9, tenths),
        y: Axis::linear("derivative of the ReLU", (-0.1, 1.2), 8, tenths),
        bands: Vec::new(),
        lines: vec![
            Line::new(Ink::Solid(4), "derivative, for z ≠ 0", step),
            Line::new(Ink::Series(2), "forward difference", forward),
            Line::new(Ink::Series(3), "centred difference", centred),
        ],
        key: Some((100, 60)),
        margin: 24,
    };
    let title = "Difference quotients across a kink";
    let name = "backpropagation-kink";
    chart.figure(&Caption { name, title, description }, (560, 320))
}
