//! A network of twenty ReLU units that learns a sine: move a unit, then train.

use std::cell::RefCell;

use descent::backpropagation::squared_error_and_gradient;
use descent::elbows::{
    Role, Start, Trained, bends, best_last_layer, experiment, fit, sine,
};
use descent::gradient_descent::OptimizationError;
use descent::linear_layer::Linear;
use descent::network::{Layer, Network};
use nalgebra::{DMatrix, DVector};

use crate::widget::{Control, GAP, Handle, Pace, Point, Scene, Widget};
use crate::words::{number, rounded};

/// The units of the hidden layer.
pub const UNITS: usize = 20;
/// The steps of the longest run.
pub const STEPS: f64 = 1000.0;
/// The range of the axis.
pub const INPUTS: (f64, f64) = (-1.5, 1.5);

const STARTS: [Start; 4] = [
    Start::Normal { weight: 1.0, bias: 1.0 },
    Start::Uniform,
    Start::Constant { bias: 0.0 },
    Start::Placed { low: -1.0, high: 1.0 },
];

pub const WIDGET: Widget = Widget {
    name: "elbows",
    figures: &["elbows-curves"],
    controls: &[
        Control::even("steps", "steps", (0.0, STEPS, 1.0), (0.0, STEPS)).running(8.0),
        Control::even(
            "middle",
            "steps, middle column",
            (0.0, STEPS, 1.0),
            (0.0, STEPS),
        ),
        Control::choice(
            "start",
            "start of w and b",
            &["both N(0, 1)", "PyTorch’s", "He’s, b = 0", "He’s, elbows spread evenly"],
        ),
        Control::even("seed", "seed", (0.0, 50.0, 1.0), (0.0, 1e9)),
        Control::powers("alpha", "step size α", (-3.0, 1.0), (1e-6, 1e6)),
        Control::even(
            "unit",
            "unit to move",
            (1.0, UNITS as f64, 1.0),
            (1.0, UNITS as f64),
        ),
        Control::even("w", "added to its w", (-3.0, 3.0, 0.05), (-1e6, 1e6)),
        Control::even("b", "added to its b", (-3.0, 3.0, 0.05), (-1e6, 1e6)),
    ],
    handles: &[Handle { panel: START, label: "elbow of the unit", keys: &["b"] }],
    book: || vec![STEPS, 250.0, 0.0, 0.0, 0.1, 1.0, 0.0, 0.0],
    scene,
    drag,
    ..Widget::DEFAULT
};

/// The panel with the handle.
const START: &str = "last layer only, start";
/// The panels by rows: the way of training, with those of the output and of the slopes.
const ROWS: [(Trained, [&str; 3], [&str; 3]); 2] = [
    (
        Trained::LastLayer,
        [START, "last layer only, middle", "last layer only, end"],
        [
            "last layer only, start, slopes",
            "last layer only, middle, slopes",
            "last layer only, end, slopes",
        ],
    ),
    (
        Trained::AllLayers,
        ["all layers, start", "all layers, middle", "all layers, end"],
        [
            "all layers, start, slopes",
            "all layers, middle, slopes",
            "all layers, end, slopes",
        ],
    ),
];

/// All runs from one start, and what they depend on.
struct Runs {
    /// Start, seed, step size, unit and what is added to its w and b.
    settings: Vec<f64>,
    start: Network,
    /// The parameters after each step, as far as they are finite, for each way.
    runs: [Vec<DVector<f64>>; 2],
    best: f64,
}

thread_local! {
    static LAST: RefCell<Option<Runs>> = const { RefCell::new(None) };
}

impl Runs {
    fn new(settings: &[f64]) -> Self {
        let &[start, seed, alpha, unit, w, b] = settings else { unreachable!("six") };
        let (network, batches) = experiment(STARTS[start as usize], seed as u64);
        let start = moved(&network, unit as usize - 1, (w, b));
        let curve = sine();
        let run = |trained| {
            let run = |steps| fit(&start, &curve, trained, alpha, &batches[..steps]);
            let points = run(batches.len()).or_else(|error| match error {
                OptimizationError::Diverged { step, .. }
                | OptimizationError::Overflow { step, .. } => run(step - 1),
                other => Err(other),
            });
            points.unwrap_or_default()
        };
        let runs = ROWS.map(|(trained, ..)| run(trained));
        let best = best_last_layer(&start, &curve);
        Self { settings: settings.to_vec(), start, runs, best }
    }

    /// The network after a step, or the last that is finite.
    fn after(&self, way: usize, steps: f64) -> Network {
        let run = &self.runs[way];
        let last = run.len().saturating_sub(1);
        run.get(last.min(steps as usize)).map_or_else(
            || self.start.clone(),
            |theta| self.start.with_parameters(theta),
        )
    }
}

/// The network with numbers added to a unit's weight and bias.
fn moved(network: &Network, unit: usize, (w, b): Point) -> Network {
    let mut layers: Vec<Layer> = network.layers().to_vec();
    let Linear { weight, bias } = &mut layers[0].linear;
    weight[unit] += w;
    bias[unit] += b;
    Network::new(layers)
}

fn scene(values: &[f64], _: Pace) -> Scene {
    let &[end, middle, start, seed, alpha, unit, w, b] = values else {
        return Scene::default();
    };
    let settings = [start, seed.floor(), alpha, unit.floor(), w, b];
    LAST.with_borrow_mut(|last| {
        let is_same = last.as_ref().is_some_and(|runs| runs.settings == settings);
        if !is_same {
            *last = Some(Runs::new(&settings));
        }
        let runs = last.as_ref().expect("just made");
        let elbow = bends(&runs.start)[unit as usize - 1].0;
        let mut scene = Scene {
            handles: vec![(elbow, output(&runs.start, elbow))],
            says: says(runs, unit as usize - 1, end),
            ..Scene::default()
        };
        for (way, (_, panels, slopes)) in ROWS.iter().enumerate() {
            for (column, steps) in [0.0, middle, end].into_iter().enumerate() {
                let network = runs.after(way, steps.floor());
                curves(&mut scene, panels[column], slopes[column], &network);
                if column > 0 {
                    let title = format!("after {steps:.0} steps");
                    scene.titles.push((panels[column], title));
                }
            }
        }
        scene
    })
}

fn curves(
    scene: &mut Scene,
    panel: &'static str,
    slopes: &'static str,
    network: &Network,
) {
    let bends = bends(network);
    let marks = bends.iter().flat_map(|&(place, _)| {
        let y = output(network, place);
        [(place, y - 0.15), (place, y + 0.15), GAP]
    });
    let stems =
        bends.iter().flat_map(|&(place, gain)| [(place, 0.0), (place, gain), GAP]);
    scene.curve(panel, "elbows", marks.collect());
    scene.curve(panel, "output", line(network));
    scene.curve(slopes, "gained slopes", stems.collect());
}

/// The output over the axis.
fn line(network: &Network) -> Vec<Point> {
    const PIECES: usize = 120;
    let (low, high) = INPUTS;
    let x = |i: usize| low + (high - low) * i as f64 / PIECES as f64;
    let inputs = DMatrix::from_fn(PIECES + 1, 1, |i, _| x(i));
    let outputs = network.forward(inputs);
    outputs[2].iter().enumerate().map(|(i, &y)| (x(i), y)).collect()
}

fn output(network: &Network, x: f64) -> f64 {
    network.forward(DMatrix::from_element(1, 1, x))[2][0]
}

fn says(runs: &Runs, unit: usize, end: f64) -> String {
    let Linear { weight, bias } = &runs.start.layers()[0].linear;
    let role = |unit: usize| Role::of(weight[unit], bias[unit], (-1.0, 1.0));
    let inside = (0..UNITS).filter(|&unit| role(unit) == Role::Bends).count();
    let kind = match role(unit) {
        Role::Bends => "bends in the data",
        Role::Linear => "is linear on the data",
        Role::Dead => "is dead on the data, and no step moves it",
    };
    let curve = sine();
    let loss = |way| {
        let network = runs.after(way, end);
        let (loss, _) = squared_error_and_gradient(&network, curve.x.clone(), &curve.y);
        let finite = runs.runs[way].len() > end as usize;
        match finite {
            true => number(loss),
            false => format!("no number, it diverged in step {}", runs.runs[way].len()),
        }
    };
    format!(
        "Unit {} {kind}; {inside} of {UNITS} units bend there. After {} steps half the mean squared error is {} with the last layer only, \
         which leaves every elbow where it is, and {} with all layers. The best last layer for the elbows of the start has {}.",
        unit + 1,
        number(end),
        loss(0),
        loss(1),
        number(runs.best),
    )
}

/// To the right and left: the elbow goes with it.
fn drag(_: usize, (x, _): Point, values: &mut [f64]) {
    let &[_, _, start, seed, _, unit, added, _] = &*values else { return };
    let (network, _) = experiment(STARTS[start as usize], seed as u64);
    let Linear { weight, bias } = &network.layers()[0].linear;
    let unit = unit as usize - 1;
    let x = x.clamp(INPUTS.0, INPUTS.1);
    values[7] = rounded(-x * (weight[unit] + added) - bias[unit]);
}
