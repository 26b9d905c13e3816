//! How the norm of one image behaves in one network: the law of a layer's ratio, and the
//! walk of the logarithm over many layers.
//!
//! Source: studied in Hanin and Nica 2018 and in Hanin and Rolnick 2018.

use std::f64::consts::{EULER_GAMMA, LN_2, LN_10, PI};

use nalgebra::DMatrix;
use rand::rngs::ChaCha8Rng;

use crate::depth::mean_growth;
use crate::initialization::normal;
use crate::network::Activation;

/// The law of `R = ‖z'‖² / ‖z‖²`, where a ReLU layer with zero bias and independent
/// weights `N(0, c/n)` makes `z'` of `z`: `R = (c/n) χ²_K` with `K ~ binomial(m, ½)`,
/// the number of units that are on. Here `c` is the scale, `n` the fan-in and `m` the
/// fan-out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NormLaw {
    pub scale: f64,
    pub fan_in: usize,
    pub fan_out: usize,
}

impl NormLaw {
    /// `E R = (c/n) E K`.
    pub fn mean(&self) -> f64 {
        mean_growth(self.scale, self.fan_in, self.fan_out)
    }

    /// `Var R = (c/n)² (2 E K + Var K) = (c/n)² · 5m/4`.
    pub fn variance(&self) -> f64 {
        (self.scale / self.fan_in as f64).powi(2) * 1.25 * self.fan_out as f64
    }

    // ANCHOR: density
    /// The density of `R` above 0: those of `χ²_1`, `χ²_2`, … for `n R / c`, each as
    /// often as there are so many units on. (`R` is 0 with probability `2^{−m}`.)
    pub fn density(&self, ratio: f64) -> f64 {
        let stretch = self.fan_in as f64 / self.scale;
        let square = stretch * ratio;
        let some = 1.0 - 0.5_f64.powi(self.fan_out as i32);
        let mut chi_square = [
            (-square / 2.0).exp() / (2.0 * PI * square).sqrt(),
            (-square / 2.0).exp() / 2.0,
        ];
        let mut sum = 0.0;
        for (k, probability) in (1..).zip(binomial_half(self.fan_out)) {
            let [this, next] = chi_square;
            sum += some * probability * this;
            chi_square = [next, this * square / f64::from(k)];
        }
        stretch * sum
    }
    // ANCHOR_END: density

    // ANCHOR: log_moments
    /// Mean and variance of `log R`, given that at least one unit is on.
    pub fn log_moments(&self) -> (f64, f64) {
        let (mut mean, mut square) = (0.0, 0.0);
        let chi_square = log_chi_square_moments(self.fan_out);
        for (probability, moments) in binomial_half(self.fan_out).zip(chi_square) {
            let (mean_of_k, variance_of_k) = moments;
            mean += probability * mean_of_k;
            square += probability * (mean_of_k * mean_of_k + variance_of_k);
        }
        let offset = (self.scale / self.fan_in as f64).ln();
        (offset + mean, square - mean * mean)
    }
    // ANCHOR_END: log_moments
}

// ANCHOR: chi_square
/// Mean and variance of `log χ²_k` for `k = 1, 2, …, fan_out`: `digamma(k/2) + log 2` and
/// `digamma'(k/2)`, by `digamma(k + 1) = digamma(k) + 1/k` and its derivative.
fn log_chi_square_moments(fan_out: usize) -> Vec<(f64, f64)> {
    let mut moments = vec![
        (-EULER_GAMMA - LN_2, PI * PI / 2.0),
        (-EULER_GAMMA + LN_2, PI * PI / 6.0),
    ];
    for k in 3..=fan_out {
        let half = (k - 2) as f64 / 2.0;
        let (mean, variance) = moments[k - 3];
        moments.push((mean + 1.0 / half, variance - 1.0 / (half * half)));
    }
    moments
}

/// The probabilities of `k = 1, 2, …, fan_out` heads in `fan_out` fair tosses, given that
/// there is one.
fn binomial_half(fan_out: usize) -> impl Iterator<Item = f64> {
    let log_none = -(fan_out as f64) * LN_2;
    let log_probability = (1..=fan_out).scan(log_none, move |log, k| {
        *log += ((fan_out + 1 - k) as f64 / k as f64).ln();
        Some(*log)
    });
    log_probability.map(move |log| log.exp() / (1.0 - log_none.exp()))
}
// ANCHOR_END: chi_square

/// A mean with the standard deviation around it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Band {
    pub mean: f64,
    pub standard_deviation: f64,
}

/// Mean and standard deviation of `log₁₀(‖z_i‖ / ‖z₁‖)` for one image, from
/// `z₁` on through layers of these widths, all of them ReLU: half the sum of
/// independent `log R`.
pub fn band(widths: &[usize], scale: f64) -> Vec<Band> {
    let mut sum = (0.0, 0.0);
    let layers = widths.windows(2).map(|pair| {
        let law = NormLaw { scale, fan_in: pair[0], fan_out: pair[1] };
        let (mean, variance) = law.log_moments();
        sum = (sum.0 + mean, sum.1 + variance);
        sum
    });
    std::iter::once((0.0, 0.0))
        .chain(layers)
        .map(|(mean, variance)| Band {
            mean: mean / (2.0 * LN_10),
            standard_deviation: variance.sqrt() / (2.0 * LN_10),
        })
        .collect()
}

// ANCHOR: drawn
/// `R` of so many layers, each drawn anew, for the input `z = (1, …, 1)`.
pub fn drawn_ratios(law: NormLaw, count: usize, rng: &mut ChaCha8Rng) -> Vec<f64> {
    let NormLaw { scale, fan_in, fan_out } = law;
    let z = DMatrix::from_element(1, fan_in, 1.0);
    let mut ratio = || {
        let layer = normal(fan_in, fan_out, scale / fan_in as f64, rng);
        let mut next = layer.forward(&z);
        Activation::Relu.apply(&mut next);
        next.norm_squared() / z.norm_squared()
    };
    (0..count).map(|_| ratio()).collect()
}
// ANCHOR_END: drawn
