//! The draws of a layer's first weights.

use descent::initialization::{normal, pytorch_default};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

fn rng() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(0)
}

/// For `N` normal draws the mean has standard error `σ/√N`, the mean square `σ²√(2/N)`;
/// the mean fourth power, which is 3σ⁴ for a normal and only there, `σ⁴√(96/N)`.
#[test]
fn normal_weights_have_the_moments_of_their_variance() {
    let layer = normal(400, 250, 0.02, &mut rng());
    let count = layer.weight.len() as f64;
    let moment =
        |power: i32| layer.weight.iter().map(|w| w.powi(power)).sum::<f64>() / count;
    assert!(moment(1).abs() < 4.0 * (0.02 / count).sqrt());
    assert!((moment(2) / 0.02 - 1.0).abs() < 4.0 * (2.0 / count).sqrt());
    assert!((moment(4) / 0.02_f64.powi(2) - 3.0).abs() < 4.0 * (96.0 / count).sqrt());
    assert!(layer.bias.iter().all(|&b| b == 0.0));
}

/// A uniform distribution on ±a has variance a²/3 and fourth moment a⁴/5, so that the
/// mean square has standard error `a²√((1/5 − 1/9)/N)`.
#[test]
fn pytorchs_default_is_uniform_within_one_over_the_root_of_the_fan_in() {
    let layer = pytorch_default(100, 1000, &mut rng());
    let count = layer.weight.len() as f64;
    assert!(layer.weight.iter().chain(&layer.bias).all(|w| w.abs() <= 0.1));
    assert!(layer.weight.amax() > 0.0999 && layer.bias.amax() > 0.099);
    let square = layer.weight.norm_squared() / count;
    let error = 0.01 * ((1.0_f64 / 5.0 - 1.0 / 9.0) / count).sqrt();
    assert!((square - 0.01 / 3.0).abs() < 4.0 * error);
}

#[test]
fn one_seed_gives_one_layer() {
    assert_eq!(normal(5, 4, 1.0, &mut rng()), normal(5, 4, 1.0, &mut rng()));
}
