use descent::{
    adam::Adam, gradient_descent::*, initialization::*, mnist::*, network::*, sgd::*,
};
use rand::{SeedableRng, rngs::ChaCha8Rng};
use std::{path::Path, time::Instant};
fn main() {
    let d = Digits::read(Path::new("data/mnist"), Split::Train).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut net = Network::with_widths(&[784, 100, 10], Activation::Relu, |a, b| {
        normal(a, b, 2.0 / a as f64, &mut rng)
    });
    let adam = std::env::args().nth(1).is_some_and(|a| a == "adam");
    let mut a = Adam::new(0.001, [0.9, 0.999], 1e-8).unwrap().with_bias_correction();
    let mut s = GradientDescent::new(0.1).unwrap();
    for _ in 0..8 {
        let b = batches(60000, 100, &mut rng);
        let t = Instant::now();
        if adam {
            train(&mut net, &mut a, &b, |p| d.batch(p));
        } else {
            train(&mut net, &mut s, &b, |p| d.batch(p));
        }
        print!("{:?} ", t.elapsed());
    }
    println!();
}
