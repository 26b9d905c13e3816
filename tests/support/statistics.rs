//! What tests of random quantities need.

/// A random quantity may miss its mean by this many standard errors: one in 1.7 million
/// does, if it is normal and the error known.
pub const SIGMAS: f64 = 5.0;

/// The standard error of a count is `√(N p (1 − p))`; a certain event has none.
#[track_caller]
pub fn assert_share(hits: usize, trials: usize, probability: f64) {
    let n = trials as f64;
    let tolerance = SIGMAS * (n * probability * (1.0 - probability)).sqrt();
    let distance = (hits as f64 - n * probability).abs();
    assert!(distance <= tolerance, "{hits} of {trials}, expected {probability}");
}

/// `k` of `N` independent trials with probability `p` miss `Np` by more than this with
/// probability below one in a million, by Bernstein's inequality: also where `Np` is
/// small and the count far from normal.
pub fn bernstein(trials: f64, p: f64) -> f64 {
    let log = (2.0_f64 / 1e-6).ln();
    log / 3.0 + (log * log / 9.0 + 2.0 * log * trials * p * (1.0 - p)).sqrt()
}

/// The mean.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The standard deviation of a sample, with `N − 1`.
pub fn standard_deviation(values: &[f64]) -> f64 {
    let mean = mean(values);
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (squares / (values.len() - 1) as f64).sqrt()
}

/// The middle value, or the mean of the two middle ones.
pub fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    let half = values.len() / 2;
    let is_odd = values.len() % 2 == 1;
    let (below, &mut middle, _) = values.select_nth_unstable_by(half, f64::total_cmp);
    match below.iter().copied().max_by(f64::total_cmp) {
        Some(before) if !is_odd => (before + middle) / 2.0,
        _ => middle,
    }
}

/// `∫ f` from `a` to `b` by Simpson's rule with an even number of intervals.
pub fn integral(f: impl Fn(f64) -> f64, a: f64, b: f64, intervals: usize) -> f64 {
    let step = (b - a) / intervals as f64;
    let weight = |i: usize| match i {
        0 => 1.0,
        i if i == intervals => 1.0,
        i if i % 2 == 1 => 4.0,
        _ => 2.0,
    };
    let terms = (0..=intervals).map(|i| weight(i) * f(a + step * i as f64));
    terms.sum::<f64>() * step / 3.0
}
