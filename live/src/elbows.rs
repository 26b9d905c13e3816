//! A network of twenty ReLU units that learns a sine: move a unit, then train.

use std::cell::RefCell;
use std::f64::consts::SQRT_2;

use descent::backpropagation::squared_error_and_gradient;
use descent::elbows::{Curve, Role, Start, Trained, bends, experiment, fit, sine};
use descent::linear_layer::Linear;
use descent::network::{Layer, Network};
use nalgebra::{DMatrix, DVector};

use crate::widget::{Control, GAP, Handle, Point, Scene, Widget};
use crate::words::{apart, number};

/// The units of the hidden layer.
pub const UNITS: usize = 20;
/// The steps of the longest run.
pub const STEPS: usize = 1000;
/// The steps of each way that one call computes, so that none takes long.
const AT_ONCE: usize = 50;
/// The range of the axis.
pub const INPUTS: (f64, f64) = (-1.5, 1.5);
/// Where the data are.
const DATA: (f64, f64) = (-1.0, 1.0);

/// In the order of the chapter's table.
const STARTS: [Start; 7] = [
    Start::Normal { weight: 1.0, bias: 1.0 },
    Start::Uniform,
    Start::Normal { weight: SQRT_2, bias: 1.0 },
    Start::Constant { bias: 0.0 },
    Start::Constant { bias: 0.01 },
    Start::Normal { weight: SQRT_2, bias: 0.01 },
    Start::Placed { low: DATA.0, high: DATA.1 },
];

pub const WIDGET: Widget = Widget {
    name: "elbows",
    figures: &["elbows-curves"],
    controls: &[
        Control::even("steps", "steps", (0.0, 1000.0, 1.0), (0.0, 1000.0)).running(5.0),
        Control::choice(
            "start",
            "start of w and b",
            &[
                "both N(0, 1)",
                "PyTorch’s",
                "He’s w, b from N(0, 1)",
                "He’s w, b = 0",
                "He’s w, b = 0.01",
                "He’s w, b from N(0, 0.01²)",
                "He’s w, elbows placed",
            ],
        ),
        Control::even("seed", "seed", (0.0, 50.0, 1.0), (0.0, 1e9)),
        Control::powers("alpha", "step size α", (-3.0, 1.0), (1e-6, 1e6)),
        Control::even("unit", "unit to move", (1.0, 20.0, 1.0), (1.0, 20.0)),
        Control::even("w", "added to its w", (-3.0, 3.0, 0.05), (-1e6, 1e6)),
        Control::even("b", "added to its b", (-3.0, 3.0, 0.05), (-1e6, 1e6)),
    ],
    handles: &[
        Handle { panel: START[0], label: "elbow of the unit", keys: &["b"] },
        Handle { panel: START[0], label: "line of the unit at x = 1", keys: &["w"] },
    ],
    book: || vec![1000.0, 0.0, 0.0, 0.1, 10.0, 0.0, 0.0],
    needs: None,
    scene,
    drag,
};

/// The panels of the output and of the slopes, at the start and for each way of training.
pub const START: [&str; 2] = ["start", "start, slopes"];
pub const WAYS: [[&str; 2]; 2] = [
    ["last layer only", "last layer only, slopes"],
    ["all layers", "all layers, slopes"],
];

/// Both runs from one start, and what they depend on.
struct Runs {
    /// Start, seed, step size, unit and what is added to its w and b.
    settings: [f64; 6],
    start: Network,
    curve: Curve,
    batches: Vec<Vec<usize>>,
    /// The largest step size for the last layer, on whole batches.
    limit: f64,
    ways: [Run; 2],
}

struct Run {
    trained: Trained,
    /// The parameters after each step so far, as far as they are finite.
    points: Vec<DVector<f64>>,
    has_diverged: bool,
}

thread_local! {
    static LAST: RefCell<Option<Runs>> = const { RefCell::new(None) };
}

impl Runs {
    fn new(settings: [f64; 6]) -> Self {
        let [start, seed, _, unit, w, b] = settings;
        let (network, batches) = experiment(STARTS[start as usize], seed as u64);
        let mut layers: Vec<Layer> = network.layers().to_vec();
        let Linear { weight, bias } = &mut layers[0].linear;
        weight[unit as usize] += w;
        bias[unit as usize] += b;
        let start = Network::new(layers);
        let ways = [Trained::LastLayer, Trained::AllLayers].map(|trained| Run {
            trained,
            points: vec![start.parameters()],
            has_diverged: false,
        });
        let curve = sine();
        let limit = limit(&start, &curve);
        Self { settings, start, curve, batches, limit, ways }
    }

    /// Goes on with both ways of training, not far; whether they have then come to a
    /// step, or to their ends.
    fn go_on(&mut self, steps: usize) -> bool {
        let Self { settings, start, curve, batches, ways, .. } = self;
        for Run { trained, points, has_diverged } in &mut *ways {
            let done = points.len() - 1;
            for batch in batches[..steps].iter().skip(done).take(AT_ONCE) {
                if *has_diverged {
                    break;
                }
                let from = start.with_parameters(&points[points.len() - 1]);
                let batch = std::slice::from_ref(batch);
                match fit(&from, curve, *trained, settings[2], batch) {
                    Ok(step) => points.extend(step.into_iter().skip(1)),
                    Err(_) => *has_diverged = true,
                }
            }
        }
        ways.iter().all(|run| run.has_diverged || run.points.len() > steps)
    }

    /// The network after a step, or the last there is.
    fn after(&self, way: usize, steps: usize) -> Network {
        let points = &self.ways[way].points;
        self.start.with_parameters(&points[steps.min(points.len() - 1)])
    }
}

/// `2/λmax` of the last layer, on all of the data.
fn limit(network: &Network, curve: &Curve) -> f64 {
    let theta = network.parameters();
    let fixed = network.layers()[0].parameter_count();
    let gradient = |theta: &DVector<f64>| {
        let network = network.with_parameters(theta);
        let (_, mut gradient) =
            squared_error_and_gradient(&network, curve.x.clone(), &curve.y);
        gradient.rows_mut(0, fixed).fill(0.0);
        gradient
    };
    // The loss is quadratic in the last layer: a difference of gradients is the Hessian
    // times a vector. It has no entry below 0, so that the vectors turn to the eigenvector.
    let here = gradient(&theta);
    let mut direction = here.map(|_| 1.0);
    direction.rows_mut(0, fixed).fill(0.0);
    let mut largest = 1.0;
    for _ in 0..32 {
        direction = gradient(&(&theta + &direction)) - &here;
        largest = direction.norm();
        direction /= largest;
    }
    2.0 / largest
}

fn scene(values: &[f64]) -> Scene {
    let &[steps, start, seed, alpha, unit, w, b] = values else {
        return Scene::default();
    };
    let (steps, unit) = (steps as usize, unit.floor() - 1.0);
    let settings = [start.floor(), seed.floor(), alpha, unit, w, b];
    LAST.with_borrow_mut(|last| {
        let known = last.take().filter(|runs| runs.settings == settings);
        let runs = last.insert(known.unwrap_or_else(|| Runs::new(settings)));
        let is_finished = runs.go_on(steps);
        shown(runs, unit as usize, steps, !is_finished)
    })
}

fn shown(runs: &Runs, unit: usize, steps: usize, is_unfinished: bool) -> Scene {
    let Linear { weight, bias } = &runs.start.layers()[0].linear;
    let (w, b) = (weight[unit], bias[unit]);
    let elbow = -b / w;
    let mut scene = Scene {
        handles: vec![(elbow, 0.0), (1.0, w + b)],
        is_unfinished,
        says: says(runs, unit, (w, b), steps),
        ..Scene::default()
    };
    let (low, high) = INPUTS;
    let line = vec![(low, w * low + b), (high, w * high + b)];
    let mut relu: Vec<Point> = line.iter().map(|&(x, y)| (x, y.max(0.0))).collect();
    if elbow > low && elbow < high {
        relu.insert(1, (elbow, 0.0));
    }
    scene.curve(START[0], "line of the unit", line);
    scene.curve(START[0], "unit", relu);
    curves(&mut scene, START, &runs.start);
    for (way, panels) in WAYS.into_iter().enumerate() {
        curves(&mut scene, panels, &runs.after(way, steps));
    }
    scene
}

fn curves(scene: &mut Scene, [panel, slopes]: [&'static str; 2], network: &Network) {
    const PIECES: usize = 120;
    let (low, high) = INPUTS;
    let bends = bends(network);
    let mut places: Vec<f64> = bends.iter().map(|&(place, _)| place).collect();
    places.extend((0..=PIECES).map(|i| low + (high - low) * i as f64 / PIECES as f64));
    let outputs = network.forward(DMatrix::from_column_slice(places.len(), 1, &places));
    let mut marks: Vec<Point> =
        places.into_iter().zip(outputs[2].iter().copied()).collect();
    let line = marks.split_off(bends.len());
    let mut stems = Vec::new();
    for &(place, gain) in &bends {
        stems.extend([(place, 0.0), (place, gain), GAP]);
    }
    scene.curve(panel, "output", line);
    scene.curve(panel, "elbows", marks);
    scene.curve(slopes, "stems", stems);
    scene.curve(slopes, "gained slopes", bends);
}

fn says(runs: &Runs, unit: usize, (w, b): Point, steps: usize) -> String {
    let [last, all] = [0, 1].map(|way| {
        let Run { points, has_diverged, .. } = &runs.ways[way];
        let taken = steps.min(points.len() - 1);
        if *has_diverged && taken < steps {
            return format!("none, it diverges in step {}", taken + 1);
        }
        let Curve { x, y } = &runs.curve;
        let (loss, _) =
            squared_error_and_gradient(&runs.after(way, taken), x.clone(), y);
        format!("{} after {taken} steps", number(loss))
    });
    let [before, after] = [&runs.start, &runs.after(1, steps)].map(bends);
    let does = match Role::of(w, b, DATA) {
        Role::Bends => format!(
            "bends in the data, at {}, and training all layers takes it to {}",
            number(before[unit].0),
            number(after[unit].0)
        ),
        Role::Linear => "is linear on the data: its ReLU does nothing".into(),
        Role::Dead => "is dead on the data: no step moves it".into(),
    };
    let [at_first, then] = [&before, &after].map(|bends| {
        let inside = |place: f64| place > DATA.0 && place < DATA.1;
        bends.iter().filter(|bend| inside(bend.0)).count()
    });
    format!(
        "Unit {} {does}. Of {UNITS} units {at_first} bend there at the start, {then} after training all layers. \
         Half the mean squared error, with the last layer only: {last}; with all layers: {all}.{}",
        unit + 1,
        warning(runs, &before),
    )
}

/// Which hypothesis does not hold.
fn warning(runs: &Runs, bends: &[Point]) -> String {
    let (alpha, limit) = (runs.settings[2], runs.limit);
    if alpha > limit {
        return format!(
            " α = {} is above 2/λmax = {}: on whole batches the last layer would diverge.",
            apart(alpha, limit),
            apart(limit, alpha)
        );
    }
    match bends.iter().all(|bend| bend.0 == bends[0].0) {
        true => " All elbows are at one place: no last layer can bend the curve anywhere else.".into(),
        false => String::new(),
    }
}

/// The elbow goes to the right and left, the line up and down around its height at 0.
fn drag(handle: usize, (x, y): Point, values: &mut [f64]) {
    let &[_, start, seed, _, unit, w, b] = &*values else { return };
    let (network, _) = experiment(STARTS[start as usize], seed as u64);
    let Linear { weight, bias } = &network.layers()[0].linear;
    let unit = unit as usize - 1;
    let rounded = |value: f64| (value.clamp(-1e3, 1e3) * 1e4).round() / 1e4;
    match handle {
        0 => values[6] = rounded(-x * (weight[unit] + w) - bias[unit]),
        _ => values[5] = rounded(y - bias[unit] - b - weight[unit]),
    }
}

#[cfg(test)]
mod tests {
    use descent::elbows::features;

    use super::*;

    fn at(change: &[(usize, f64)]) -> Scene {
        let mut values = (WIDGET.book)();
        change.iter().for_each(|&(place, value)| values[place] = value);
        WIDGET.finished(&values)
    }

    fn points(scene: &Scene, panel: &str, name: &str) -> Vec<Point> {
        let curve = scene.curves.iter().find(|c| c.panel == panel && c.name == name);
        curve.expect("a curve").points.clone()
    }

    #[test]
    fn what_is_trained_piece_by_piece_is_what_the_library_trains_at_once() {
        let (mut start, batches) = experiment(STARTS[0], 3);
        let mut theta = start.parameters();
        // A unit of one input has its weight at its place, and its bias 20 further.
        theta[6] += 0.5;
        theta[26] -= 0.25;
        start.set_parameters(&theta);
        for steps in [130, 20, 400, 0, 1000] {
            let moved = [(0, steps as f64), (2, 3.0), (4, 7.0), (5, 0.5), (6, -0.25)];
            let scene = at(&moved);
            for (trained, [_, slopes]) in
                [Trained::LastLayer, Trained::AllLayers].into_iter().zip(WAYS)
            {
                let path = fit(&start, &sine(), trained, 0.1, &batches[..steps]);
                let expected = bends(&start.with_parameters(&path.unwrap()[steps]));
                assert_eq!(
                    points(&scene, slopes, "gained slopes"),
                    expected,
                    "{steps}"
                );
            }
        }
    }

    fn exact_limit(network: &Network) -> f64 {
        let features = features(network, &sine().x);
        let hessian = features.tr_mul(&features) / features.nrows() as f64;
        2.0 / hessian.symmetric_eigenvalues().max()
    }

    #[test]
    fn the_limit_is_two_over_the_largest_eigenvalue() {
        for start in STARTS {
            let (network, _) = experiment(start, 1);
            let expected = exact_limit(&network);
            let found = limit(&network, &sine());
            // Of 1043 networks none was further off than 3·10⁻⁷; the page has three digits.
            assert!((found / expected - 1.0).abs() < 1e-5, "{found}, not {expected}");
        }
    }

    #[test]
    fn the_sentence_says_which_hypothesis_fails() {
        let says = |change: &[(usize, f64)]| at(change).says;
        // A unit is above 0 on one side of its elbow.
        let line = points(&at(&[]), START[0], "line of the unit");
        let rises = line[1].1 > line[0].1;
        let with_elbow_at = |place: f64| {
            let mut values = (WIDGET.book)();
            drag(0, (place, 0.0), &mut values);
            WIDGET.finished(&values)
        };
        let dead = with_elbow_at(if rises { 1.2 } else { -1.2 });
        assert!(dead.says.contains("10 is dead on the data"), "{}", dead.says);
        let place = |panel| points(&dead, panel, "gained slopes")[9];
        assert_eq!(place(WAYS[0][1]), place(START[1]));
        assert_eq!(place(WAYS[1][1]), place(START[1]));
        let linear = with_elbow_at(if rises { -1.2 } else { 1.2 }).says;
        assert!(linear.contains("10 is linear on the data"), "{linear}");
        let zero = says(&[(1, 3.0)]);
        assert!(zero.contains("All elbows are at one place"), "{zero}");
        let large = says(&[(3, 30.0)]);
        assert!(large.contains("diverges in step"), "{large}");
        assert!(large.contains("α = 30 is above 2/λmax"), "{large}");
        let (network, _) = experiment(STARTS[0], 0);
        for alpha in [0.01, 0.1, 1.0] {
            let is_above = alpha > exact_limit(&network);
            assert_eq!(says(&[(3, alpha)]).contains("2/λmax"), is_above, "{alpha}");
        }
    }
}
