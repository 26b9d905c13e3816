//! What the chapters on depth and on the law of one image share: the experiment, and what PyTorch
//! measured.
#![allow(dead_code, reason = "each of the two uses some of it")]

use std::collections::HashMap;
use std::iter;
use std::path::Path;
use std::sync::LazyLock;

use descent::mnist::{Digits, PIXELS, Split};
use descent::norm_law::NormLaw;

/// Those of the figures.
pub const SEEDS: std::ops::Range<u64> = 0..32;
pub const WIDTH: usize = 100;
/// Weight matrices; the layers of activations go from 1, the input, to 51, the logits.
pub const LAYERS: usize = 50;
/// The square ones among them, from `Z₂` to `Z₅₀`.
pub const SQUARE: usize = LAYERS - 2;

pub static DIGITS: LazyLock<Digits> = LazyLock::new(|| {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/data/mnist"));
    Digits::read(folder, Split::Test).expect("the digits of the repository")
});

pub fn widths() -> Vec<usize> {
    let hidden = iter::repeat_n(WIDTH, LAYERS - 1);
    iter::once(PIXELS).chain(hidden).chain([10]).collect()
}

pub fn square_layers(layers: usize) -> Vec<usize> {
    vec![WIDTH; layers + 1]
}

/// Of a square layer at scale 2.
pub fn law(width: usize) -> NormLaw {
    NormLaw { scale: 2.0, fan_in: width, fan_out: width }
}

/// What `tests/pytorch/experiments/depth.py` measured on as many networks of its own.
pub const NETWORKS_IN_PYTORCH: f64 = 4000.0;

pub struct Reference {
    /// The median of `log₁₀` of the quantity; for shares, the plain mean.
    pub center: f64,
    pub standard_deviation: f64,
}

/// By name and scale.
pub fn reference() -> HashMap<(String, String), Reference> {
    let lines = include_str!("../pytorch/experiments/depth.txt")
        .lines()
        .filter(|line| !line.starts_with('#'));
    let entry = |line: &str| {
        let words: Vec<_> = line.split_whitespace().collect();
        let number = |i: usize| words[i].parse().expect("a number");
        let reference = Reference { center: number(2), standard_deviation: number(3) };
        ((words[0].into(), words[1].into()), reference)
    };
    lines.map(entry).collect()
}
