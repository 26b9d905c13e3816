//! The depth experiment at three scales, forwards and backwards, beside
//! `depth_pytorch.py`.

use std::path::Path;

use descent::depth::{Norms, network, norms};
use descent::mnist::{Digits, PIXELS, Split};
use descent::network::{Batch, Network};
use divan::Bencher;
use rayon::iter::{IntoParallelIterator, ParallelIterator};

const SCALES: [f64; 3] = [1.0, 2.0, 3.0];

fn main() {
    divan::main();
}

fn batch() -> Batch {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/mnist");
    let digits =
        Digits::read(&folder, Split::Test).expect("the digits of the repository");
    digits.sample(256, 7)
}

fn at(scale: f64) -> Network {
    let hidden = std::iter::repeat_n(100, 49);
    let widths: Vec<_> = std::iter::once(PIXELS).chain(hidden).chain([10]).collect();
    network(&widths, scale, 7)
}

/// From the images to all norms, the weights drawn in the measured time.
#[divan::bench(sample_count = 30)]
fn weights_drawn_inside(bencher: Bencher) {
    let batch = batch();
    bencher.bench(|| -> Vec<Norms> {
        SCALES.into_par_iter().map(|scale| norms(&at(scale), &batch)).collect()
    });
}

/// From the images to all norms, the weights drawn before.
#[divan::bench(sample_count = 30)]
fn weights_drawn_before(bencher: Bencher) {
    let batch = batch();
    let networks = SCALES.map(at);
    bencher.bench(|| -> Vec<Norms> {
        let networks = (&networks).into_par_iter();
        networks.map(|network| norms(network, &batch)).collect()
    });
}
