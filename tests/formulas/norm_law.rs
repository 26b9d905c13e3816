//! The formulas of `chapters/norm_law.md`.

use crate::check::{Point, check};
use descent::norm_law::NormLaw;

/// Places and weights of the root of χ² with so many squares: its density is even and smooth, but for one square.
fn chi(squares: usize) -> Vec<(f64, f64)> {
    if squares == 0 {
        return vec![(0.0, 1.0)];
    }
    const STEP: f64 = 1.0 / 64.0;
    let density = |x: f64| x.powi(squares as i32 - 1) * (-x * x / 2.0).exp();
    let places = (0..640).map(|i| STEP * f64::from(i));
    // The end at 0 belongs to the interval with half of its weight.
    let weight = |x: f64| if x == 0.0 { 0.5 * density(x) } else { density(x) };
    let sum: f64 = places.clone().map(weight).sum();
    places.map(|x| (x, weight(x) / sum)).collect()
}

#[test]
fn the_law_of_a_layer() {
    check("norm_law.law", 4, |at| {
        let (n, m) = (3, 3 + at.number % 3);
        let c = at.any("c", 0.5..=3.0);
        // Which units are on: every set of them is equally likely.
        let sets: Vec<usize> =
            (0..1_u32 << m).map(|set| set.count_ones() as usize).collect();
        let share = 1.0 / sets.len() as f64;
        let joint: Vec<(usize, f64, f64)> = (0..=m)
            .flat_map(|k| {
                let share = sets.iter().filter(|&&it| it == k).count() as f64 * share;
                chi(k).into_iter().map(move |(x, weight)| (k, x, weight * share))
            })
            .collect();
        at.set("n", n as f64)
            .set("m", m as f64)
            .source("units", joint.iter().map(|it| it.2).collect());
        at.random("K", "units", joint.iter().map(|it| it.0 as f64));
        at.random("χ_K", "units", joint.iter().map(|it| it.1));
        at.function("Binomial", |x| {
            let (m, p) = (x[0].column()[0] as usize, x[1].column()[0]);
            let choose = |k: usize| {
                (0..k).map(|i| (m - i) as f64 / (i + 1) as f64).product::<f64>()
            };
            let shares = (0..=m)
                .map(|k| choose(k) * p.powi(k as i32) * (1.0 - p).powi((m - k) as i32));
            nalgebra::DVector::from_iterator(m + 1, shares).into()
        });
        // The library's density of R, in steps of its root, and the zero.
        let law = NormLaw { scale: c, fan_in: n, fan_out: m };
        const STEP: f64 = 1.0 / 256.0;
        let places = (1..3000).map(|i| STEP * (f64::from(i) - 0.5));
        let ratios: Vec<(f64, f64)> =
            places.map(|x| (x * x, 2.0 * x * STEP * law.density(x * x))).collect();
        at.source(
            "ratio",
            ratios.iter().map(|it| it.1).chain([0.5_f64.powi(m as i32)]).collect(),
        );
        at.random("R", "ratio", ratios.iter().map(|it| it.0).chain([0.0]));
        at.in_law().within(1e-4);
    });
}

/// `R` at width n and c = 2, without the dead layer.
fn ratio(at: &mut Point, n: usize) -> NormLaw {
    let law = NormLaw { scale: 2.0, fan_in: n, fan_out: n };
    const STEP: f64 = 1.0 / 256.0;
    let places = (1..2048).map(|i| STEP * (f64::from(i) - 0.5));
    let densities: Vec<(f64, f64)> =
        places.map(|x| (x, STEP * law.density(x))).collect();
    let sum: f64 = densities.iter().map(|it| it.1).sum();
    at.set("n", n as f64)
        .source("ratio", densities.iter().map(|it| it.1 / sum).collect());
    at.random("R", "ratio", densities.iter().map(|it| it.0));
    law
}

#[test]
fn the_moments_of_the_law() {
    check("norm_law.walk", 3, |at| {
        let n = 100 * (1 + at.number);
        let law = ratio(at, n);
        let (mean, variance) = law.log_moments();
        // The next terms are about 2/n and 4/n times as large.
        at.about(5.0 / n as f64);
        at.within(1e-4).is(0, mean).is(2, variance).is(3, law.variance());
    });
    check("norm_law.power_moments", 6, |at| {
        let k = 3 + at.number;
        let law = chi(k);
        at.any("h", 0.2..=2.0);
        at.set("k", k as f64).real("Γ", libm::tgamma).within(1e-6);
        at.source("squares", law.iter().map(|it| it.1).collect());
        at.random("χ_k", "squares", law.iter().map(|it| it.0));
    });
    check("norm_law.log_moments", 6, |at| {
        let k = 4 + at.number;
        let law: Vec<_> = chi(k).into_iter().filter(|it| it.0 > 0.0).collect();
        at.set("k", k as f64).within(1e-6);
        at.source("squares", law.iter().map(|it| it.1).collect());
        at.random("χ_k", "squares", law.iter().map(|it| it.0));
        // Digamma is the derivative of the logarithm of the gamma function.
        let h = 1e-3;
        at.real("digamma", move |x| {
            (libm::lgamma(x + h) - libm::lgamma(x - h)) / (2.0 * h)
        });
        at.real("digamma'", move |x| {
            (libm::lgamma(x + h) - 2.0 * libm::lgamma(x) + libm::lgamma(x - h))
                / (h * h)
        });
    });
}

#[test]
fn the_variance_of_the_ratio_and_the_gamma_function() {
    check("norm_law.variance", 4, |at| {
        let n = 20 * (1 + at.number);
        let law = ratio(at, n);
        at.within(1e-3).is(1, law.variance());
    });
    check("norm_law.second_moment", 4, |at| {
        let n = 20 * (1 + at.number);
        let law = ratio(at, n);
        at.within(1e-3).is(1, law.variance() + law.mean().powi(2));
    });
    for label in ["norm_law.gamma", "norm_law.factorial", "norm_law.digamma"] {
        check(label, 6, |at| {
            at.any("k", 1.5..=4.0);
            at.real("Γ", libm::tgamma).within(1e-5);
            let h = 1e-3;
            at.real("digamma", move |x| {
                (libm::lgamma(x + h) - libm::lgamma(x - h)) / (2.0 * h)
            });
        });
    }
}
