//! A training in the page: 784-100-10 on two thousand digits, and what it makes of a
//! digit that the reader draws.

use std::cell::RefCell;

use descent::depth::{self, dead_units};
use descent::initialization::constant;
use descent::network::{Activation, Batch, Network, softmax};
use descent::random::{Stream, generator};
use descent::sgd::{Method, batches, select, train};
use descent::training::{Watched, accuracy};
use nalgebra::DMatrix;

use crate::images::{self, PIXELS, Set};
use crate::pad;
use crate::widget::{Control, GAP, Handle, Point, Scene, Widget};
use crate::words::number;

/// The digits to train on, the first of the training set, and to test with, the first of
/// the test set.
pub const TRAINED_ON: usize = 2000;
pub const TESTED_ON: usize = 500;
const BATCH: usize = 50;
/// Steps of an epoch.
pub const EPOCH: usize = TRAINED_ON / BATCH;
/// The most epochs.
const EPOCHS: usize = 10;
/// Steps between two points of a curve.
const EVERY: usize = 10;
const WIDTHS: [usize; 3] = [PIXELS, 100, 10];

const LOSS: &str = "loss";
const ACCURACY: &str = "accuracy";
const UPDATES: &str = "updates";
const DEAD: &str = "dead units";
pub const DIGIT: &str = "digit";
pub const ANSWER: &str = "answer";
/// From light to dark.
pub const SHADES: [&str; 3] = ["light", "middle", "dark"];

pub const WIDGET: Widget = Widget {
    name: "training",
    figures: &["training-page"],
    controls: &[
        Control::even(
            "epochs",
            "epochs",
            (0.0, EPOCHS as f64, 1.0),
            (0.0, EPOCHS as f64),
        ),
        Control::choice("method", "optimizer", &["SGD", "momentum", "Adam"]),
        Control::powers("alpha", "step size α", (-4.0, 1.0), (1e-9, 1e9)),
        Control::even("c", "c of the start", (0.0, 6.0, 0.1), (0.0, 1e4)),
        Control::choice(
            "start",
            "start",
            &["normal weights of variance c/n", "every weight c/n", "every weight 0"],
        ),
        Control::even("seed", "seed", (0.0, 50.0, 1.0), (0.0, 1e9)),
        Control::choice(
            "digit",
            "digit to classify",
            &["drawn by you", "first test digit", "second", "third", "fourth", "fifth"],
        ),
    ],
    handles: &[Handle { panel: DIGIT, label: "pen", keys: &["digit"] }],
    book: || vec![5.0, 2.0, 0.003, 2.0, 0.0, 0.0, 1.0],
    needs: Some(Set::Training),
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
        if self.start == 0 {
            return depth::network(&WIDTHS, self.scale, self.seed);
        }
        let scale = if self.start == 1 { self.scale } else { 0.0 };
        Network::with_widths(&WIDTHS, Activation::Relu, |n, m| {
            constant(n, m, scale / n as f64)
        })
    }
}

/// A training as far as it has come.
struct Course {
    setting: Setting,
    network: Network,
    optimizer: Watched,
    order: Vec<Vec<usize>>,
    test: Batch,
    losses: Vec<f64>,
    /// After each epoch, from the start on: accuracy, and the share of units that are off
    /// for all test digits.
    epochs: Vec<(f64, f64)>,
}

thread_local! {
    static COURSE: RefCell<Option<Course>> = const { RefCell::new(None) };
}

impl Course {
    /// None without a step size above 0.
    fn new(setting: Setting, digits: &Batch) -> Option<Self> {
        let network = setting.network();
        let optimizer = setting.method.optimizer(setting.alpha).ok()?;
        let mut rng = generator(setting.seed, Stream::Batches);
        let mut order = Vec::new();
        for _ in 0..EPOCHS {
            order.extend(batches(TRAINED_ON, BATCH, &mut rng));
        }
        let tests: Vec<usize> = (TRAINED_ON..digits.len()).collect();
        let mut course = Self {
            setting,
            optimizer: Watched::new(optimizer, &network),
            order,
            network,
            test: select(digits, &tests),
            losses: Vec::new(),
            epochs: Vec::new(),
        };
        course.record();
        Some(course)
    }

    fn record(&mut self) {
        let hidden = self.network.layers()[0].forward(&self.test.images);
        self.epochs.push((accuracy(&self.network, &self.test), dead_units(&hidden)));
    }

    /// Whether a loss has left the range of numbers.
    fn has_diverged(&self) -> bool {
        self.losses.last().is_some_and(|loss| !loss.is_finite())
    }

    fn step(&mut self, digits: &Batch) {
        let step = self.losses.len();
        let batch = &self.order[step..=step];
        let examples = |positions: &[usize]| select(digits, positions);
        let losses = train(&mut self.network, &mut self.optimizer, batch, &examples);
        self.losses.extend(losses);
        if self.losses.len().is_multiple_of(EPOCH) {
            self.record();
        }
    }
}

fn scene(values: &[f64]) -> Scene {
    let scene = images::with(Set::Training, |digits| {
        COURSE.with_borrow_mut(|course| at(values, digits, course))
    });
    scene.unwrap_or_else(images::absent)
}

fn at(values: &[f64], digits: &Batch, course: &mut Option<Course>) -> Scene {
    let &[epochs, method, alpha, scale, start, seed, digit] = values else {
        return Scene::default();
    };
    let method = [Method::Sgd, Method::Momentum, Method::Adam][method as usize];
    let setting =
        Setting { method, alpha, scale, start: start as usize, seed: seed as u64 };
    let wanted = epochs as usize * EPOCH;
    // Going back means from the start again: a network is kept for the last step only.
    let fits =
        |course: &Course| course.setting == setting && course.losses.len() <= wanted;
    if !course.as_ref().is_some_and(fits) {
        *course = None;
    }
    let is_new = course.is_none();
    if is_new {
        *course = Course::new(setting, digits);
    }
    let Some(course) = course else { return Scene::default() };
    let is_open =
        |course: &Course| course.losses.len() < wanted && !course.has_diverged();
    if !is_new && is_open(course) {
        course.step(digits);
    }
    let mut scene = Scene {
        handles: vec![pad::pen()],
        is_unfinished: is_open(course),
        ..Scene::default()
    };
    curves(&mut scene, course);
    let image = match digit as usize {
        0 => pad::image(),
        place => digits.images.rows(TRAINED_ON + place - 1, 1).into_owned(),
    };
    scene.says = progress(course, wanted);
    answer(&mut scene, &course.network, image, digit < 1.0);
    scene
}

fn curves(scene: &mut Scene, course: &Course) {
    let mut loss = Vec::new();
    for (i, losses) in course.losses.chunks_exact(EVERY).enumerate() {
        let mean = losses.iter().sum::<f64>() / EVERY as f64;
        loss.push((((i + 1) * EVERY) as f64, mean));
    }
    scene.curve(LOSS, "mean of ten losses", loss);
    let (mut right, mut dead) = (Vec::new(), Vec::new());
    for (i, epoch) in course.epochs.iter().enumerate() {
        let step = (i * EPOCH) as f64;
        right.push((step, epoch.0));
        dead.push((step, epoch.1));
    }
    scene.curve(ACCURACY, "500 test digits", right);
    scene.curve(DEAD, "hidden layer", dead);
    for (layer, name) in ["first layer", "second layer"].into_iter().enumerate() {
        let mut points = Vec::new();
        for (i, ratios) in course.optimizer.ratios.iter().enumerate() {
            points.push((((i + 1) * EVERY) as f64, ratios[layer]));
        }
        scene.curve(UPDATES, name, points);
    }
}

/// The digit, and the probabilities that the network gives it.
fn answer(scene: &mut Scene, network: &Network, image: DMatrix<f64>, is_own: bool) {
    for (shade, name) in SHADES.into_iter().enumerate() {
        scene.curve(DIGIT, name, pad::squares(image.as_slice(), shade));
    }
    let is_empty = image.iter().all(|&grey| grey == 0.0);
    let activations = network.forward(image);
    let chances = softmax(&activations[2]);
    let mut bars = Vec::new();
    let mut best = (0, 0.0);
    for (class, &chance) in chances.iter().enumerate() {
        let [left, right] = [-0.4, 0.4].map(|side| class as f64 + side);
        bars.extend([(left, 0.0), (left, chance), (right, chance), (right, 0.0), GAP]);
        if chance > best.1 {
            best = (class, chance);
        }
    }
    scene.curve(ANSWER, "probability", bars);
    scene.says += &match (is_own, is_empty, best.1 > 0.0) {
        (true, true, _) => " Draw a digit with the pen.".into(),
        (_, _, false) => " The digit gets no probabilities.".into(),
        (own, ..) => format!(
            " {} digit is taken for a {}, with the probability {}.",
            if own { "Your" } else { "The" },
            best.0,
            number(best.1)
        ),
    };
}

fn progress(course: &Course, wanted: usize) -> String {
    let done = course.losses.len();
    let &(accuracy, dead) = &course.epochs[course.epochs.len() - 1];
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
            " All units of the hidden layer stay equal: it can do no more than one unit."
        }
        _ => " From zero only the last biases move: the hidden layer is off.",
    };
    format!(
        "{so_far}: {loss}{} % of {TESTED_ON} test digits right, {} % of the hidden units off for all of them.{fails}",
        number(100.0 * accuracy),
        number(100.0 * dead),
    )
}

fn drag(_: usize, to: Point, values: &mut [f64]) {
    pad::draw(to, values[6] >= 1.0);
    values[6] = 0.0;
}
