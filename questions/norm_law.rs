//! The law of one image: what a product of random factors does.

use descent::norm_law::{NormLaw, band};

use crate::{Question, number, words};

pub const QUESTIONS: &[fn() -> Question] = &[median, deviation, product, deeper];

/// The layers of the chapter's network behind the first hidden one, and their width.
pub const WIDTHS: [usize; 49] = [100; 49];

/// Mean and standard deviation of the logarithm of a norm, layer by layer.
pub type Course = Vec<(f64, f64)>;

/// What the law says.
pub fn law() -> Course {
    let band = band(&WIDTHS, 2.0);
    band.iter().map(|it| (it.mean, it.standard_deviation)).collect()
}

/// As if each network kept what the mean keeps, up to the same small error in every layer.
pub fn kept() -> Course {
    let first = law()[1].1;
    (0..WIDTHS.len()).map(|layer| (0.0, if layer == 0 { 0.0 } else { first })).collect()
}

/// As if the mean of the logarithms were the logarithm of the mean.
pub fn centred() -> Course {
    law().into_iter().map(|(_, deviation)| (0.0, deviation)).collect()
}

fn goes(course: &Course) -> &'static str {
    let &(mean, deviation) = course.last().expect("a layer");
    match (mean < -0.5 * deviation, deviation > 3.0 * course[1].1) {
        (true, _) => "They wander apart, and most of them sink",
        (false, true) => "They wander apart, as often up as down",
        (false, false) => "Each stays near what came in",
    }
}

/// The opening: what single networks do at `c = 2`.
pub fn median() -> Question {
    Question::predict(
        "norm_law/median",
        "N04",
        "Many networks of fifty layers at *c* = 2, and the norm of one image in each. Where do nine in ten of them go? (To the right the layer, upwards the norm on a logarithmic axis. The thick line is the one in the middle, the thin one what comes in.)",
    )
    .right(
        words(goes(&law())),
        "Each layer multiplies the norm by a random factor, and its logarithm is a walk. The mean of the *squares* is kept by a few networks that have become large, and so the others have to be small.",
    )
    .picture("norm_law-median_sink")
    .wrong(
        "the mean is taken for each",
        words(goes(&kept())),
        "He's variance keeps the mean over networks. In a single one the errors of the layers add up, in the logarithm.",
    )
    .picture("norm_law-median_kept")
    .wrong(
        "the mean of a logarithm",
        words(goes(&centred())),
        "They do wander apart. But if as many went up by some factor as go down by it, the mean of the squares would grow, and He's variance keeps it.",
    )
    .picture("norm_law-median_centred")
}

/// How wide a layer has to be.
pub fn deviation() -> Question {
    let target: f64 = 0.1;
    let deviation = |width: usize| {
        NormLaw { scale: 2.0, fan_in: width, fan_out: width }.variance().sqrt()
    };
    let width = (1..).find(|&width| deviation(width) < target * (1.0 + 1e-9));
    let whole = |value: f64| number(value, 0);
    Question::number(
        "norm_law/deviation",
        "N04",
        "Which variance belongs to a standard deviation of 0.1?",
        "*R* is the squared norm behind a ReLU layer over that before, at *c* = 2 and with as many units as inputs. How many have there to be, if the standard deviation of *R* is to be 0.1?",
    )
    .right(
        whole(width.expect("some width") as f64),
        "The variance is to be 0.01, and 5/*n* is 0.01 at *n* = 500. A layer of 20 units has a deviation of ½.",
    )
    .wrong(
        "0.1 is taken for the variance",
        whole(5.0 / target),
        "5/50 is 0.1, but that is the *variance*. The standard deviation is its root, 0.32.",
    )
    .wrong(
        "the number of units that are on is held fixed",
        whole(4.0 / target.powi(2)),
        "How many units are on is itself random. Its variance, *m*/4, adds to that of the squares.",
    )
    .wrong(
        "without a ReLU",
        whole(2.0 / target.powi(2)),
        "A sum of *n* squares over *n* has the variance 2/*n*. With a ReLU half of them are off, and which half is chance.",
    )
}

/// The middle of a product of coins.
pub fn product() -> Question {
    let (up, down): (f64, f64) = (2.0, 0.4);
    let layers = 20;
    let middle = (up * down).powi(layers / 2);
    let value = |value: f64| number(value, 2);
    Question::new(
        "norm_law/product",
        "N04",
        "Each of 20 layers multiplies the norm by 2 or by 0.4, with equal chances. By how much does a network multiply it in which both come equally often?",
    )
    .right(
        value(middle),
        "2 · 0.4 = 0.8 for each pair, and there are ten pairs. The *mean* factor of a layer is 1.2, above 1, and yet the typical network sinks.",
    )
    .wrong(
        "the mean factor",
        value(f64::midpoint(up, down).powi(layers)),
        "1.2²⁰ is the mean over networks. It hangs on the few in which 2 has come much more often.",
    )
    .wrong(
        "up and down cancel",
        value(1.0),
        "They would if 2 met ½. Here it meets 0.4.",
    )
    .wrong(
        "a pair for each layer",
        value((up * down).powi(layers)),
        "20 layers are 10 pairs.",
    )
}

/// Twice the layers.
pub fn deeper() -> Question {
    let (depth, width) = (50, 100);
    // The first of the layers has no deviation yet.
    let spread = |depth: usize, width: usize| {
        band(&vec![width; depth + 1], 2.0).last().expect("a layer").standard_deviation
    };
    let before = spread(depth, width);
    let ratio = spread(2 * depth, width) / before;
    let times = |value: f64| number(value, 2).unit("times as large");
    Question::new(
        "norm_law/deeper",
        "N04",
        "A network gets twice as many layers, of the same width. What becomes of the standard deviation of the log-norm in the last one?",
    )
    .right(
        times(ratio),
        "Each layer adds about 5/(4*n*) to the *variance* of the log-norm. Twice the layers have twice the variance, and √2 times the deviation.",
    )
    .wrong(
        "that is the variance",
        times(ratio * ratio),
        "The variances of the layers add up. The standard deviation is the root of their sum.",
    )
    .wrong(
        "that is twice the width",
        times(spread(depth, 2 * width) / before),
        "Wide layers make networks alike. Many layers make them differ.",
    )
    .wrong(
        "the width alone counts",
        times(1.0),
        "The width says what *one* layer adds. The steps of the walk add up.",
    )
}
