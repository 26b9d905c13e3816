//! One epoch on MNIST, beside `training_pytorch.py`, and Adam on two parameters.

use std::path::Path;

use descent::adam::Adam;
use descent::gradient_descent::{GradientDescent, Optimizer, minimize};
use descent::quadratic::{Quadratic, START};
use descent::initialization::normal;
use descent::mnist::{Digits, PIXELS, Split};
use descent::network::{Activation, Network};
use descent::random::{Stream, generator};
use descent::sgd::{
    Course, DIGITS, Method, batches, half_resolution, small_network, train,
};
use divan::Bencher;
use nalgebra::DVector;

fn main() {
    divan::main();
}

fn adam() -> Adam {
    let adam = Adam::new(0.001, [0.9, 0.999], 1e-8).expect("valid settings");
    adam.with_bias_correction()
}

/// 784-100-10 on the 60,000 digits in batches of 100; the epochs go on from each other.
fn epoch(bencher: Bencher, mut optimizer: impl Optimizer + Sync + Send) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/mnist");
    let digits =
        Digits::read(&folder, Split::Train).expect("the digits of the repository");
    let mut rng = generator(7, Stream::Weights);
    let he = |fan_in, fan_out| normal(fan_in, fan_out, 2.0 / fan_in as f64, &mut rng);
    let mut network = Network::with_widths(&[PIXELS, 100, 10], Activation::Relu, he);
    bencher.bench_local(|| {
        let batches = batches(digits.len(), 100, &mut rng);
        train(&mut network, &mut optimizer, &batches, &|positions| {
            digits.batch(positions)
        })
    });
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn sgd_epoch(bencher: Bencher) {
    epoch(bencher, GradientDescent::new(0.1).expect("a step size"));
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn adam_epoch(bencher: Bencher) {
    epoch(bencher, adam());
}

/// The same gradients in batches of different sizes.
#[divan::bench(args = [1, 10, 100, 1000], sample_count = 5, sample_size = 1)]
fn epoch_by_batch_size(bencher: Bencher, batch_size: usize) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/mnist");
    let digits =
        Digits::read(&folder, Split::Train).expect("the digits of the repository");
    let examples = half_resolution(&digits.batch(&(0..DIGITS).collect::<Vec<_>>()));
    let course = Course { method: Method::Sgd, step_size: 0.01, batch_size, epochs: 1 };
    bencher.bench_local(|| course.run(&mut small_network(7), &examples, 7));
}

/// A thousand steps in the valley, from the start to the list of points.
#[divan::bench]
fn adam_on_two_parameters(bencher: Bencher) {
    let valley = Quadratic::valley();
    let start = DVector::from_row_slice(&START);
    bencher
        .bench(|| minimize(&mut adam(), &start, 1000, |theta| valley.gradient(theta)));
}
