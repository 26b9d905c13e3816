//! A training in the page: 784-100-10 on two thousand digits, and what it makes of a
//! digit that the reader draws.

use std::cell::RefCell;

use descent::depth::{self, dead_units};
use descent::initialization::constant;
use descent::network::{Activation, Batch, Network, softmax};
use descent::random::{Stream, generator};
use descent::sgd::{Method, batches, train};
use descent::training::{Watched, accuracy};
use nalgebra::DMatrix;

use crate::images::{self, PIXELS, Set};
use crate::pad;
use crate::widget::{Control, GAP, Handle, Pace, Point, Scene, Widget};
use crate::words::{self, number};

/// The digits to train on, the first of the training set, and to test with, the first of
/// the test set.
pub const TRAINED_ON: usize = 2000;
pub const TESTED_ON: usize = 500;
const BATCH: usize = 50;
/// Steps of an epoch.
const EPOCH: usize = TRAINED_ON / BATCH;
/// Steps of the longest training.
pub const STEPS: usize = 10 * EPOCH;
/// Steps between two points of a curve.
const EVERY: usize = 10;

const LOSS: &str = "loss";
const ACCURACY: &str = "accuracy";
const UPDATES: &str = "updates";
const DEAD: &str = "dead units";
const DIGIT: &str = "digit";
const ANSWER: &str = "answer";

pub const WIDGET: Widget = Widget {
    name: "training",
    figures: &["training-page"],
    controls: &[
        Control::even("steps", "steps", (0.0, STEPS as f64, 1.0), (0.0, STEPS as f64))
            .running(2.0),
        Control::choice("method", "optimizer", &["SGD", "momentum", "Adam"]),
        Control::powers("alpha", "step size α", (-4.0, 1.0), (1e-9, 1e9)),
        Control::even("c", "c of the start", (0.0, 6.0, 0.1), (0.0, 1e4)),
        Control::choice(
            "start",
            "start",
            &["normal, variance c/n", "all weights c/n", "zero"],
        ),
        Control::even("seed", "seed", (0.0, 50.0, 1.0), (0.0, 1e9)),
        Control::choice(
            "digit",
            "digit to classify",
            &[
                "drawn by you",
                "first of the test set",
                "second",
                "third",
                "fourth",
                "fifth",
                "sixth",
                "seventh",
                "eighth",
            ],
        ),
    ],
    handles: &[Handle { panel: DIGIT, label: "pen", keys: &["digit"] }],
    book: || vec![STEPS as f64, 2.0, 0.001, 2.0, 0.0, 0.0, 1.0],
    needs: Some("training"),
    pad: true,
    scene,
    drag,
};

/// The digits that travel with the page.
#[cfg(not(target_family = "wasm"))]
pub fn digits(train: &descent::mnist::Digits, test: &descent::mnist::Digits) -> Batch {
    let first = |digits: &descent::mnist::Digits, count: usize| {
        digits.batch(&(0..count).collect::<Vec<_>>())
    };
    let (train, test) = (first(train, TRAINED_ON), first(test, TESTED_ON));
    let images = |row: usize, pixel: usize| match row < TRAINED_ON {
        true => train.images[(row, pixel)],
        false => test.images[(row - TRAINED_ON, pixel)],
    };
    let images = DMatrix::from_fn(TRAINED_ON + TESTED_ON, PIXELS, images);
    Batch::new(images, [train.labels, test.labels].concat())
}

/// What a training depends on.
#[derive(Clone, Copy, PartialEq)]
struct Setting {
    method: Method,
    alpha: f64,
    scale: f64,
    start: usize,
    seed: u64,
}

impl Setting {
    fn network(&self) -> Network {
        const WIDTHS: [usize; 3] = [PIXELS, 100, 10];
        let equal = |weight: &dyn Fn(usize) -> f64| {
            Network::with_widths(&WIDTHS, Activation::Relu, |n, m| {
                constant(n, m, weight(n))
            })
        };
        match self.start {
            0 => depth::network(&WIDTHS, self.scale, self.seed),
            1 => equal(&|n| self.scale / n as f64),
            _ => equal(&|_| 0.0),
        }
    }
}

/// A training as far as it has come.
struct Course {
    setting: Setting,
    network: Network,
    optimizer: Watched,
    order: Vec<Vec<usize>>,
    losses: Vec<f64>,
    /// After each epoch, from the start on: accuracy, and the share of units that are off
    /// for all test digits.
    epochs: Vec<(f64, f64)>,
}

thread_local! {
    static COURSE: RefCell<Option<Course>> = const { RefCell::new(None) };
}

/// The test digits of a set.
fn tests(digits: &Batch) -> Batch {
    rows(digits, &(TRAINED_ON..digits.len()).collect::<Vec<_>>())
}

fn rows(digits: &Batch, positions: &[usize]) -> Batch {
    let labels = positions.iter().map(|&position| digits.labels[position]);
    Batch::new(digits.images.select_rows(positions), labels.collect())
}

impl Course {
    fn new(setting: Setting, digits: &Batch) -> Self {
        let network = setting.network();
        let optimizer = setting.method.optimizer(setting.alpha).expect("above 0");
        let mut rng = generator(setting.seed, Stream::Batches);
        let order =
            (0..STEPS / EPOCH).flat_map(|_| batches(TRAINED_ON, BATCH, &mut rng));
        let mut course = Self {
            setting,
            optimizer: Watched::new(optimizer, &network),
            order: order.collect(),
            network,
            losses: Vec::new(),
            epochs: Vec::new(),
        };
        course.record(&tests(digits));
        course
    }

    fn record(&mut self, tests: &Batch) {
        let hidden = self.network.layers()[0].forward(&tests.images);
        self.epochs.push((accuracy(&self.network, tests), dead_units(&hidden)));
    }

    /// Whether a loss or a parameter has left the range of numbers.
    fn has_diverged(&self) -> bool {
        self.losses.last().is_some_and(|loss| !loss.is_finite())
    }

    fn step(&mut self, digits: &Batch) {
        let step = self.losses.len();
        let batch = &self.order[step..=step];
        let examples = |positions: &[usize]| rows(digits, positions);
        let losses = train(&mut self.network, &mut self.optimizer, batch, &examples);
        self.losses.extend(losses);
        if self.losses.len().is_multiple_of(EPOCH) {
            self.record(&tests(digits));
        }
    }
}

fn scene(values: &[f64], pace: Pace) -> Scene {
    let scene = images::with(Set::Training, |digits| {
        COURSE.with_borrow_mut(|course| at(values, pace, digits, course))
    });
    let absent =
        || Scene { says: "The digits are not here yet.".into(), ..Scene::default() };
    scene.unwrap_or_else(absent)
}

fn at(
    values: &[f64],
    pace: Pace,
    digits: &Batch,
    course: &mut Option<Course>,
) -> Scene {
    let &[steps, method, alpha, scale, start, seed, digit] = values else {
        return Scene::default();
    };
    let method = [Method::Sgd, Method::Momentum, Method::Adam][method as usize];
    let (start, seed) = (start as usize, seed as u64);
    let setting = Setting { method, alpha, scale, start, seed };
    let wanted = steps as usize;
    // Going back means from the start again: a network is kept for the last step only.
    let fits =
        |course: &Course| course.setting == setting && course.losses.len() <= wanted;
    if !course.as_ref().is_some_and(fits) {
        *course = Some(Course::new(setting, digits));
    }
    let course = course.as_mut().expect("just made");
    let most = if pace == Pace::Moving { 1 } else { 4 };
    for _ in 0..most {
        if course.losses.len() < wanted && !course.has_diverged() {
            course.step(digits);
        }
    }
    let done = course.losses.len();
    let mut scene = Scene {
        is_unfinished: done < wanted && !course.has_diverged(),
        handles: vec![pad::pen()],
        ..Scene::default()
    };
    curves(&mut scene, course);
    let image = match digit as usize {
        0 => pad::image(),
        place => digits.images.rows(TRAINED_ON + place - 1, 1).into_owned(),
    };
    let answer = answer(&mut scene, &course.network, &image, digit == 0.0);
    scene.says = format!("{} {answer}", progress(course, wanted));
    scene
}

fn curves(scene: &mut Scene, course: &Course) {
    let means = course.losses.chunks_exact(EVERY).zip(1..);
    let loss = means.map(|(losses, i)| {
        (f64::from(i) * EVERY as f64, losses.iter().sum::<f64>() / EVERY as f64)
    });
    scene.curve(LOSS, "mean of ten losses", loss.collect());
    let per_epoch = |pick: fn(&(f64, f64)) -> f64| -> Vec<Point> {
        let epochs = course.epochs.iter().zip(0..);
        epochs.map(|(epoch, i)| (f64::from(i) * EPOCH as f64, pick(epoch))).collect()
    };
    scene.curve(ACCURACY, "on 500 test digits", per_epoch(|epoch| epoch.0));
    scene.curve(DEAD, "hidden layer", per_epoch(|epoch| epoch.1));
    for (layer, name) in ["first layer", "second layer"].into_iter().enumerate() {
        let ratios = course.optimizer.ratios.iter().zip(1..);
        let ratio = |(ratios, i): (&Vec<f64>, i32)| {
            (f64::from(i) * EVERY as f64, ratios[layer])
        };
        scene.curve(UPDATES, name, ratios.map(ratio).collect());
    }
}

/// The digit, and the probabilities that the network gives it.
fn answer(
    scene: &mut Scene,
    network: &Network,
    image: &DMatrix<f64>,
    is_own: bool,
) -> String {
    for (shade, name) in ["light", "middle", "dark"].into_iter().enumerate() {
        scene.curve(DIGIT, name, pad::squares(image, shade));
    }
    scene.curve(DIGIT, "pen", vec![pad::pen()]);
    let activations = network.forward(image.clone());
    let chances = softmax(&activations[2]);
    let bars = chances.iter().zip(0..).flat_map(|(&chance, class)| {
        let [left, right] = [-0.4, 0.4].map(|side| f64::from(class) + side);
        [(left, 0.0), (left, chance), (right, chance), (right, 0.0), GAP]
    });
    scene.curve(ANSWER, "probability", bars.collect());
    if image.iter().all(|&grey| grey == 0.0) {
        return "Draw a digit with the pen.".into();
    }
    let best = chances.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
    let (class, chance) = best.expect("ten classes");
    let whose = if is_own { "Your digit" } else { "The digit" };
    match chance.is_finite() {
        true => format!(
            "{whose} is taken for a {class}, with probability {}.",
            words::digits(*chance, 2)
        ),
        false => format!("{whose} gets no probabilities."),
    }
}

fn progress(course: &Course, wanted: usize) -> String {
    let done = course.losses.len();
    let &(accuracy, dead) = course.epochs.last().expect("the start");
    let percent = |share: f64| words::digits(100.0 * share, 3);
    if course.has_diverged() {
        return format!("Diverged: the loss of step {done} is no number.");
    }
    let so_far = match done < wanted {
        true => format!("Step {done} of {wanted}"),
        false => format!("After {done} steps"),
    };
    let recent = &course.losses[done - done.min(EVERY)..];
    let loss = match recent.len() {
        0 => String::new(),
        count => {
            format!("a loss of {}, ", number(recent.iter().sum::<f64>() / count as f64))
        }
    };
    let fails = match (course.setting.start, course.setting.scale > 0.0) {
        (0, true) => "",
        (1, true) => {
            " All units of a layer stay equal: it can do no more than one unit."
        }
        _ => {
            " From zero no weight moves, only the last biases: the hidden layer is off."
        }
    };
    format!(
        "{so_far}: {loss}{} % of {TESTED_ON} test digits right, {} % of the hidden units off for all of them.{fails}",
        percent(accuracy),
        percent(dead),
    )
}

fn drag(_: usize, to: Point, values: &mut [f64]) {
    pad::draw(to, values[6] != 0.0);
    values[6] = 0.0;
}
