//! What the chapter on elbows says.

mod support;

use std::f64::consts::{FRAC_1_SQRT_2, LN_2, PI, SQRT_2};
use std::sync::LazyLock;

use approx::{assert_abs_diff_eq, assert_relative_eq};
use descent::backpropagation::squared_error_and_gradient;
use descent::dead_relu::normal_cdf;
use descent::elbows::{
    Cauchy, Curve, Role, Start, Trained, bends, best_last_layer, elbows, experiment,
    features, fit, network, sine, uniform_ratio_below, uniform_ratio_density,
};
use descent::gradient_check::numerical_gradient;
use descent::linear_layer::Linear;
use descent::network::{Activation, Layer, Network};
use descent::quadratic::Quadratic;
use descent::random::shift;
use nalgebra::{DMatrix, DVector, RowDVector};
use rand::RngExt;
use rand_distr::StandardNormal;
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use support::statistics::{
    SIGMAS, assert_share, integral, mean, median, standard_deviation,
};
use support::{decimals, grouped, rng, significant, table, values};

const UNIT_ROUNDOFF: f64 = f64::EPSILON / 2.0;

/// Where the data are, unless something else is said.
const DATA: (f64, f64) = (-1.0, 1.0);

/// What the notes start from.
const NOTES: Start = Start::Normal { weight: 1.0, bias: 1.0 };
const HE: Start = Start::Normal { weight: SQRT_2, bias: 1.0 };
const SMALL: Start = Start::Normal { weight: SQRT_2, bias: 0.01 };
const ZERO: Start = Start::Constant { bias: 0.0 };
const HUNDREDTH: Start = Start::Constant { bias: 0.01 };
const PLACED: Start = Start::Placed { low: DATA.0, high: DATA.1 };

/// Units drawn to test a law.
const UNITS: usize = 100_000;

fn unit(w: f64, b: f64) -> Linear {
    Linear::new(DMatrix::from_element(1, 1, w), RowDVector::from_element(1, b))
}

#[track_caller]
fn assert_law(elbows: &[f64], below: impl Fn(f64) -> f64) {
    for place in [-100.0, -10.0, -3.0, -1.0, -0.5, -0.1, 0.0, 0.2, 0.7, 1.0, 2.0, 30.0]
    {
        let hits = elbows.iter().filter(|&&elbow| elbow <= place).count();
        assert_share(hits, elbows.len(), below(place));
    }
}

// A unit.

#[test]
fn a_unit_is_zero_on_one_side_of_its_elbow_and_a_line_of_slope_w_on_the_other() {
    // All numbers here are short binary fractions: the arithmetic is exact.
    for (w, b, place) in [(1.0, -0.5, 0.5), (-2.0, -0.5, -0.25), (0.5, 1.0, -2.0)] {
        let layer = unit(w, b);
        assert_eq!(elbows(&layer), [place]);
        let neuron = |x: f64| (w * x + b).max(0.0);
        let away = w.signum();
        for distance in [0.25, 1.0, 4.0] {
            assert_eq!(neuron(place - away * distance), 0.0);
            assert_eq!(neuron(place + away * distance), w.abs() * distance);
        }
    }
}

#[test]
#[should_panic(expected = "2 inputs: an elbow needs one")]
fn a_layer_of_two_inputs_has_no_elbows() {
    let _ = elbows(&Linear::new(DMatrix::zeros(2, 3), RowDVector::zeros(3)));
}

#[test]
fn at_each_elbow_the_slope_of_the_curve_gains_the_size_of_w_times_the_weight_behind() {
    let network = network(PLACED, 8, 0);
    let curve = |x: f64| network.forward(DMatrix::from_element(1, 1, x))[2][0];
    let all = bends(&network);
    for &(place, gain) in &all {
        let gap = all.iter().map(|(other, _)| (other - place).abs());
        let gap = gap.filter(|&gap| gap > 0.0).fold(f64::INFINITY, f64::min);
        let h = gap / 2.0;
        let measured = (curve(place + h) - 2.0 * curve(place) + curve(place - h)) / h;
        // The curve is a sum of nine terms below 10.
        assert_abs_diff_eq!(measured, gain, epsilon = 400.0 * UNIT_ROUNDOFF / h);
    }
}

#[test]
fn a_unit_bends_is_linear_or_is_dead_on_the_data() {
    let role = |w, b| Role::of(w, b, DATA);
    assert_eq!(role(1.0, 0.5), Role::Bends);
    assert_eq!(role(-1.0, -0.5), Role::Bends);
    assert_eq!(role(0.5, 1.0), Role::Linear);
    assert_eq!(role(0.5, -1.0), Role::Dead);
    assert_eq!(role(1.0, 1.0), Role::Linear, "the elbow is the first point");
    assert_eq!(role(1.0, -1.0), Role::Dead, "the elbow is the last point");
    let mut rng = rng(1);
    let layer = NOTES.draw(1000, &mut rng);
    let inside = |place: &f64| place.abs() < 1.0;
    let bending = layer.weight.iter().zip(&layer.bias);
    let bending = bending.map(|(&w, &b)| role(w, b) == Role::Bends);
    assert!(elbows(&layer).iter().map(inside).eq(bending));
}

// The law.

#[test]
fn elbows_of_independent_centred_normals_are_cauchy_with_the_ratio_of_deviations_for_a_scale()
 {
    for (seed, (weight, bias)) in (10..).zip([(1.0, 1.0), (SQRT_2, 1.0), (0.5, 3.0)]) {
        let layer = Start::Normal { weight, bias }.draw(UNITS, &mut rng(seed));
        let law = Cauchy { scale: bias / weight };
        assert_law(&elbows(&layer), |place| law.below(place));
    }
}

/// `(w, b)` in a uniform direction, at any distance: here always at 1.
#[test]
fn a_uniform_direction_is_all_it_needs() {
    let mut rng = rng(13);
    let draws: Vec<f64> = (0..UNITS)
        .map(|_| {
            let (b, w) = (2.0 * PI * rng.random::<f64>()).sin_cos();
            -b / w
        })
        .collect();
    assert_law(&draws, |place| Cauchy { scale: 1.0 }.below(place));
}

/// Simpson's rule on the density; its error is far below the tolerance.
#[test]
fn the_densities_are_those_of_their_distributions() {
    for scale in [1.0, FRAC_1_SQRT_2] {
        let law = Cauchy { scale };
        for place in [-3.0, -1.0, 0.4, 7.0] {
            let area = integral(|x| law.density(x), -10.0, place, 20_000);
            assert_abs_diff_eq!(
                law.below(place) - law.below(-10.0),
                area,
                epsilon = 1e-9
            );
            assert_relative_eq!(
                law.quantile(law.below(place)),
                place,
                max_relative = 1e-12
            );
        }
    }
    let area = |from, to| integral(uniform_ratio_density, from, to, 20_000);
    // Not across the corners of the density, where Simpson's rule is worse.
    let from_zero = [(0.0, 0.7), (0.0, 1.0), (1.0, 9.0)];
    for (from, to) in from_zero {
        let difference = uniform_ratio_below(to) - uniform_ratio_below(from);
        assert_abs_diff_eq!(difference, area(from, to), epsilon = 1e-9);
        let mirrored = uniform_ratio_below(-from) - uniform_ratio_below(-to);
        assert_abs_diff_eq!(mirrored, difference, epsilon = 1e-15);
    }
}

/// The empirical `p`-quantile has the standard error `√(p (1 − p) / N) / f(q)`, up to
/// terms of order `1/N`.
#[test]
fn half_of_the_elbows_lie_within_one_and_one_in_sixteen_beyond_ten() {
    let law = Cauchy { scale: 1.0 };
    let layer = NOTES.draw(UNITS, &mut rng(14));
    let mut sorted = elbows(&layer);
    sorted.sort_by(f64::total_cmp);
    let beyond = |t: f64| sorted.iter().filter(|place| place.abs() > t).count();
    let exact = |t: f64| 1.0 - 2.0 * t.atan() / PI;
    for t in [1.0, 10.0, 100.0] {
        assert_abs_diff_eq!(2.0 * law.below(-t), exact(t), epsilon = 1e-15);
        assert_share(beyond(t), UNITS, exact(t));
    }
    assert_abs_diff_eq!(exact(1.0), 0.5, epsilon = 1e-15);
    assert_abs_diff_eq!(exact(10.0), 0.06345103486, epsilon = 1e-11);
    assert_abs_diff_eq!(exact(100.0), 0.006365985530, epsilon = 1e-12);
    let quantile = |p: f64| sorted[(p * UNITS as f64) as usize];
    for p in [0.1, 0.25, 0.5, 0.75, 0.9, 0.99] {
        let q = law.quantile(p);
        let error = (p * (1.0 - p) / UNITS as f64).sqrt() / law.density(q);
        assert_abs_diff_eq!(quantile(p), q, epsilon = SIGMAS * error);
    }
    assert_abs_diff_eq!(law.quantile(0.75), 1.0, epsilon = 1e-15);
    // tan(2π/5) = √(5 + 2√5).
    let exact_ninth = (5.0 + 2.0 * 5.0_f64.sqrt()).sqrt();
    assert_relative_eq!(law.quantile(0.9), exact_ninth, max_relative = 1e-14);
    assert_relative_eq!(law.quantile(0.99), 31.82051595, max_relative = 1e-9);
    let share = |t: f64| beyond(t) as f64 / UNITS as f64;
    let rows = [
        ("share beyond ±1", exact(1.0), share(1.0)),
        ("share beyond ±10", exact(10.0), share(10.0)),
        ("share beyond ±100", exact(100.0), share(100.0)),
        ("nine in ten lie below", law.quantile(0.9), quantile(0.9)),
        ("99 in 100 lie below", law.quantile(0.99), quantile(0.99)),
    ];
    snapshot!(
        "elbows__law",
        table(
            ["", "Cauchy", "drawn"],
            rows.map(|(name, exact, drawn)| [
                name.into(),
                significant(exact, 4),
                significant(drawn, 3)
            ])
        )
    );
}

/// With correlation `ρ` the bias is `ρ w + √(1 − ρ²) z`, so the elbow is that of
/// independent draws times `√(1 − ρ²)`, less `ρ`.
#[test]
fn correlated_weights_and_biases_have_elbows_around_minus_their_correlation() {
    let correlation = 0.6;
    let layer = NOTES.draw(UNITS, &mut rng(15));
    let draws = layer.weight.iter().zip(&layer.bias);
    let draws: Vec<f64> =
        draws.map(|(w, z)| -(correlation * w + 0.8 * z) / w).collect();
    assert_law(&draws, |place| Cauchy { scale: 0.8 }.below(place + correlation));
}

/// With two inputs the distance of the bend, a line in the plane, is `|b| / ‖w‖`. The
/// square of the length of `w` is exponential with mean 2: `P(|b| ≤ t ‖w‖) = P(‖w‖² ≥
/// b²/t²) = E e^{−b²/2t²} = t/√(1 + t²)`.
#[test]
fn with_two_inputs_the_distance_of_the_bend_has_a_mean() {
    let mut rng = rng(16);
    let mut draw = || rng.sample::<f64, _>(StandardNormal);
    let distances: Vec<f64> =
        (0..UNITS).map(|_| draw().abs() / draw().hypot(draw())).collect();
    for t in [0.1, 0.5, 1.0, 3.0, 10.0] {
        let hits = distances.iter().filter(|&&distance| distance > t).count();
        assert_share(hits, UNITS, 1.0 - t / (1.0 + t * t).sqrt());
    }
    // E = ∫ P(distance > t) dt from 0 on; the rest beyond T is below 1/2T.
    let tail = |t: f64| 1.0 - t / (1.0 + t * t).sqrt();
    assert_abs_diff_eq!(integral(tail, 0.0, 1e3, 100_000), 1.0, epsilon = 6e-4);
}

// The mean.

/// `|e^{iωξ}| = 1`, so that this mean exists. The variance of `cos(ωξ)` is `½(1 +
/// e^{−2ω}) − e^{−2ω}`.
#[test]
fn the_characteristic_function_of_an_elbow_is_e_to_the_minus_s() {
    let elbows = elbows(&NOTES.draw(UNITS, &mut rng(17)));
    let characteristic = |frequency: f64| (-frequency.abs()).exp();
    // The way back, for even functions: (1/π) ∫ e^{−ω} cos(ωξ) dω, cut off at 40.
    for place in [0.0, 0.3, 1.0, 4.0] {
        let wave =
            |frequency: f64| characteristic(frequency) * (frequency * place).cos() / PI;
        let density = Cauchy { scale: 1.0 }.density(place);
        assert_abs_diff_eq!(integral(wave, 0.0, 40.0, 40_000), density, epsilon = 1e-9);
    }
    for frequency in [0.1, 0.5, 1.0, 2.0] {
        let cosines: Vec<f64> =
            elbows.iter().map(|place| (frequency * place).cos()).collect();
        let variance = 0.5 * (1.0 + characteristic(2.0 * frequency))
            - characteristic(frequency).powi(2);
        let tolerance = SIGMAS * (variance / UNITS as f64).sqrt();
        assert_abs_diff_eq!(
            mean(&cosines),
            characteristic(frequency),
            epsilon = tolerance
        );
    }
}

/// Each group size has its own draws. The median of the largest of `n` sizes solves
/// `(2/π arctan t)ⁿ = ½`.
#[test]
fn half_of_the_means_lie_beyond_one_whatever_the_number_of_elbows_in_them() {
    const GROUPS: usize = 1000;
    let mut rows = Vec::new();
    for (seed, size) in (20..).zip([1_usize, 10, 100, 1000]) {
        let all = elbows(&NOTES.draw(GROUPS * size, &mut rng(seed)));
        let groups: Vec<_> = all.chunks(size).collect();
        let share = |far: &dyn Fn(&[f64]) -> bool| {
            groups.iter().filter(|group| far(group)).count()
        };
        let means = share(&|group| mean(group).abs() > 1.0);
        assert_share(means, GROUPS, 0.5);
        let means_far = share(&|group| mean(group).abs() > 10.0);
        assert_share(means_far, GROUPS, 1.0 - 2.0 * 10.0_f64.atan() / PI);
        let typical = (PI / 2.0 * 0.5_f64.powf(1.0 / size as f64)).tan();
        let largest =
            |group: &[f64]| group.iter().fold(0.0, |m: f64, place| m.max(place.abs()));
        assert_share(share(&|group| largest(group) > typical), GROUPS, 0.5);
        let medians = share(&|group| median(group).abs() > 1.0);
        let percent = |hits: usize| format!("{:.1} %", 100.0 * hits as f64 / 1000.0);
        rows.push([
            grouped(size),
            percent(means),
            percent(medians),
            significant(typical, 3),
        ]);
        if size >= 100 {
            // Of 100 elbows, half are beyond 1 on one side in one of seven million groups:
            // two of a thousand groups are not.
            assert!(medians <= 1);
            assert_relative_eq!(typical / size as f64, 2.0 / PI / LN_2, epsilon = 0.01);
        }
    }
    let typical = |n: f64| significant((PI / 2.0 * 0.5_f64.powf(1.0 / n)).tan(), 2);
    snapshot!(
        "elbows__largest",
        values([("ten", typical(10.0)), ("thousand", typical(1000.0))])
    );
    snapshot!(
        "elbows__means",
        table(
            [
                "elbows",
                "means beyond ±1",
                "medians beyond ±1",
                "exact median of the largest"
            ],
            rows
        )
    );
}

/// The standard error is `1 / (2 p(0) √n) = π / (2√n)`; the spread of a thousand medians
/// is known to one in `√2000`, and to terms of order `1/n`.
#[test]
fn the_median_of_n_elbows_has_the_standard_error_pi_over_two_root_n() {
    const GROUPS: usize = 1000;
    let size = 1001;
    let all = elbows(&NOTES.draw(GROUPS * size, &mut rng(24)));
    let medians: Vec<f64> = all.chunks(size).map(median).collect();
    let expected = PI / (2.0 * (size as f64).sqrt());
    let spread = standard_deviation(&medians);
    let tolerance = SIGMAS / 2000_f64.sqrt() + 4.0 / size as f64;
    assert_relative_eq!(spread, expected, max_relative = tolerance);
}

/// The antiderivative of `ξ p(ξ)` is `log(1 + ξ²) / 2π`.
#[test]
fn the_integral_of_the_mean_depends_on_how_its_ends_go_to_infinity() {
    let density = |place: f64| Cauchy { scale: 1.0 }.density(place);
    let rows = [10.0, 1e3, 1e6].map(|end: f64| {
        let part = |place: f64| (place * place).ln_1p() / (2.0 * PI);
        let (symmetric, skewed, size) =
            (part(end) - part(-end), part(2.0 * end) - part(-end), 2.0 * part(end));
        if end < 1e4 {
            let by_simpson = |a, b, f: &dyn Fn(f64) -> f64| integral(f, a, b, 400_000);
            let moment = |place: f64| place * density(place);
            assert_abs_diff_eq!(
                by_simpson(-end, end, &moment),
                symmetric,
                epsilon = 1e-9
            );
            assert_abs_diff_eq!(
                by_simpson(-end, 2.0 * end, &moment),
                skewed,
                epsilon = 1e-9
            );
            let absolute = 2.0 * by_simpson(0.0, end, &moment);
            assert_abs_diff_eq!(absolute, size, epsilon = 1e-9);
        }
        assert_eq!(symmetric, 0.0);
        assert_abs_diff_eq!(skewed, LN_2 / PI, epsilon = 1.0 / (end * end));
        [grouped(end as usize), "0".into(), decimals(skewed, 4), decimals(size, 2)]
    });
    let header = ["end", "−end to end", "−end to 2 end", "size, −end to end"];
    snapshot!("elbows__integrals", table(header, rows));
}

// Other starts.

/// `P(|w| ≤ t)` for a normal `w`.
fn normal_within(t: f64, deviation: f64) -> f64 {
    let density = |x: f64| (-0.5 * x * x).exp() / (2.0 * PI).sqrt();
    2.0 * integral(density, 0.0, t / deviation, 1000)
}

#[test]
fn elbows_of_uniform_weights_and_biases_have_a_flat_middle_and_tails_like_one_over_their_square()
 {
    let drawn = elbows(&Start::Uniform.draw(UNITS, &mut rng(30)));
    assert_law(&drawn, uniform_ratio_below);
    assert_abs_diff_eq!(2.0 * uniform_ratio_below(-10.0), 0.05, epsilon = 1e-15);
    // The tails of the Cauchy density are 1/πξ², these 1/4ξ².
    let ratio = Cauchy { scale: 1.0 }.density(1e4) / uniform_ratio_density(1e4);
    assert_relative_eq!(ratio, 4.0 / PI, max_relative = 1e-7);
}

/// The count of each role on an interval.
fn roles(layer: &Linear, data: (f64, f64)) -> [usize; 3] {
    let of = layer.weight.iter().zip(&layer.bias);
    let of: Vec<_> = of.map(|(&w, &b)| Role::of(w, b, data)).collect();
    [Role::Bends, Role::Linear, Role::Dead]
        .map(|role| of.iter().filter(|&&other| other == role).count())
}

/// Shares of units that bend, are linear, are dead; the middle half of the elbows, and
/// the share beyond 10: all exact.
fn shares(start: Start) -> [f64; 5] {
    let symmetric = |inside: f64, half: f64, far: f64| {
        [inside, (1.0 - inside) / 2.0, (1.0 - inside) / 2.0, half, far]
    };
    match start {
        Start::Normal { weight, bias } => {
            let within = |t: f64| 2.0 * (t * weight / bias).atan() / PI;
            symmetric(within(1.0), bias / weight, 1.0 - within(10.0))
        }
        Start::Uniform => symmetric(0.5, 1.0, 0.05),
        Start::Constant { bias: 0.0 } => symmetric(1.0, 0.0, 0.0),
        Start::Constant { bias } => {
            // Half of |w| lies below this many standard deviations.
            let middle = SQRT_2 * 0.674_489_750_196_081_7;
            assert_abs_diff_eq!(normal_within(middle, SQRT_2), 0.5, epsilon = 1e-12);
            let outside = |t: f64| normal_within(bias / t, SQRT_2);
            [1.0 - outside(1.0), outside(1.0), 0.0, bias / middle, outside(10.0)]
        }
        Start::Placed { .. } => symmetric(1.0, 0.5, 0.0),
    }
}

/// Without decimals where the percentage is whole but for roundings, of which `atan` has some.
fn percent(share: f64, digits: usize) -> String {
    let percent = 100.0 * share;
    let whole = percent.round();
    match (percent - whole).abs() < 1e-9 {
        true => format!("{whole} %"),
        false => format!("{} %", significant(percent, digits)),
    }
}

#[test]
fn every_start_has_its_shares_of_bending_linear_and_dead_units() {
    let starts = [
        ("$w, b \\sim \\mathcal N(0, 1)$", NOTES),
        ("PyTorch", Start::Uniform),
        ("He, $b \\sim \\mathcal N(0, 1)$", HE),
        ("He, $b = 0$", ZERO),
        ("He, $b = 0.01$", HUNDREDTH),
        ("He, $b \\sim \\mathcal N(0, 0.01^2)$", SMALL),
        ("He, elbows placed", PLACED),
    ];
    let rows = (31..).zip(starts).map(|(seed, (name, start))| {
        let exact = shares(start);
        let layer = start.draw(UNITS, &mut rng(seed));
        for (hits, share) in roles(&layer, DATA).into_iter().zip(exact) {
            assert_share(hits, UNITS, share);
        }
        let elbows = elbows(&layer);
        let count = |far: &dyn Fn(f64) -> bool| {
            elbows.iter().filter(|place| far(**place)).count()
        };
        if exact[3] > 0.0 {
            assert_share(count(&|place| place.abs() <= exact[3]), UNITS, 0.5);
        } else {
            assert_eq!(count(&|place| place == 0.0), UNITS);
        }
        assert_share(count(&|place| place.abs() > 10.0), UNITS, exact[4]);
        let [bends, linear, dead, half, far] = exact;
        let half = if half == 0.0 { "0".into() } else { significant(half, 3) };
        [
            name.to_owned(),
            percent(bends, 3),
            percent(linear, 3),
            percent(dead, 3),
            format!("±{half}"),
            percent(far, 3),
        ]
    });
    let header = ["start", "bend", "linear", "dead", "middle half", "beyond ±10"];
    let body = table(header, rows);
    assert_abs_diff_eq!(shares(NOTES)[2], 0.25, epsilon = 1e-15);
    assert_abs_diff_eq!(shares(HE)[0], 0.6081734480, epsilon = 1e-10);
    snapshot!("elbows__starts", body);
}

/// For the first of the notes' ways: with fan-in `d + 1 = 2` both variances are ½.
#[test]
fn a_bias_that_is_drawn_like_a_weight_has_the_standard_cauchy_elbow_whatever_the_variance()
 {
    let start = Start::Normal { weight: FRAC_1_SQRT_2, bias: FRAC_1_SQRT_2 };
    let elbows = elbows(&start.draw(UNITS, &mut rng(40)));
    assert_law(&elbows, |place| Cauchy { scale: 1.0 }.below(place));
}

/// Turning the signs of `w` and `b` keeps the elbow and exchanges the sides.
#[test]
fn outside_of_the_data_dead_and_linear_units_are_equally_likely_if_signs_are() {
    let layer = HE.draw(1000, &mut rng(41));
    let turned = Linear::new(-&layer.weight, -&layer.bias);
    assert_eq!(elbows(&layer), elbows(&turned));
    for data in [DATA, (0.0, 1.0), (10.0, 12.0)] {
        let [bends, linear, dead] = roles(&layer, data);
        assert_eq!(roles(&turned, data), [bends, dead, linear]);
    }
}

/// At 0 the unit's output is `b`.
#[test]
fn with_a_positive_bias_no_unit_is_dead_on_data_around_zero() {
    let layer = HUNDREDTH.draw(UNITS, &mut rng(42));
    for data in [DATA, (-0.01, 5.0), (0.0, 1.0)] {
        assert_eq!(roles(&layer, data)[2], 0);
    }
    assert!(roles(&layer, (10.0, 12.0))[2] > 0);
}

#[test]
fn far_from_zero_almost_every_unit_is_linear_or_dead() {
    type Below = fn(f64) -> f64;
    let cauchy: Below = |place| Cauchy { scale: 1.0 }.below(place);
    // The elbow at an end of the data does not count as inside.
    let zero: Below = |place| if place >= 0.0 { 1.0 } else { 0.0 };
    let starts = [(NOTES, cauchy), (Start::Uniform, uniform_ratio_below), (ZERO, zero)];
    let layers = [43, 44, 45].into_iter().zip(starts);
    let layers: Vec<_> = layers
        .map(|(seed, (start, below))| (start.draw(UNITS, &mut rng(seed)), below))
        .collect();
    let intervals = [DATA, (0.0, 1.0), (10.0, 12.0)].map(|data| {
        let cells = layers.iter().map(|(layer, below)| {
            let inside = below(data.1) - below(data.0);
            let counts = roles(layer, data);
            assert_share(counts[0], UNITS, inside);
            assert_share(counts[1], UNITS, (1.0 - inside) / 2.0);
            assert_share(counts[2], UNITS, (1.0 - inside) / 2.0);
            percent(inside, 2)
        });
        let cells: Vec<_> = cells.collect();
        let name = format!("[{}, {}]", data.0, data.1).replace('-', "−");
        [name, cells[0].clone(), cells[1].clone(), cells[2].clone()]
    });
    assert_abs_diff_eq!(cauchy(1.0) - cauchy(0.0), 0.25, epsilon = 1e-15);
    let uniform = uniform_ratio_below(12.0) - uniform_ratio_below(10.0);
    assert_abs_diff_eq!(uniform, 1.0 / 240.0, epsilon = 1e-15);
    let share = cauchy(12.0) - cauchy(10.0);
    snapshot!("elbows__far", values([("percent", percent(share, 1))]));
    let header = ["data", "$w, b \\sim \\mathcal N(0, 1)$", "PyTorch", "$b = 0$"];
    snapshot!("elbows__data", table(header, intervals));
}

// The network.

const SEEDS: std::ops::Range<u64> = 0..7;
const HIDDEN: usize = 20;
/// Steps of one pass through the data.
const PASS: usize = 8;
/// Networks that are trained: of each of them all layers, of the first ones the last.
const TRAINED: std::ops::Range<u64> = 0..31;
const LAST_TRAINED: std::ops::Range<u64> = 0..15;
/// Networks whose best last layer is computed.
const NETWORKS: std::ops::Range<u64> = 0..1000;
const STEP_SIZES: [f64; 5] = [0.025, 0.05, 0.1, 0.2, 0.4];
/// What all layers are trained with, the best of them for the first start.
const STEP_SIZE: f64 = 0.1;
const STARTS: [(&str, Start); 6] = [
    ("$w, b \\sim \\mathcal N(0, 1)$", NOTES),
    ("PyTorch", Start::Uniform),
    ("He, $b = 0$", ZERO),
    ("He, $b = 0.01$", HUNDREDTH),
    ("He, $b \\sim \\mathcal N(0, 0.01^2)$", SMALL),
    ("He, elbows placed", PLACED),
];

fn loss(network: &Network, curve: &Curve) -> f64 {
    squared_error_and_gradient(network, curve.x.clone(), &curve.y).0
}

/// The mean loss after each of the last ten passes; infinite if the run diverges.
fn final_loss(start: Start, seed: u64, trained: Trained, step_size: f64) -> f64 {
    let (network, batches) = experiment(start, seed);
    let curve = sine();
    let Ok(points) = fit(&network, &curve, trained, step_size, &batches) else {
        return f64::INFINITY;
    };
    let ends = points.iter().rev().step_by(PASS).take(10);
    let losses = ends.map(|theta| loss(&network.with_parameters(theta), &curve));
    mean(&losses.collect::<Vec<_>>())
}

/// The median over networks of the loss at the end.
fn median_loss(
    start: Start,
    networks: std::ops::Range<u64>,
    trained: Trained,
    step_size: f64,
) -> f64 {
    let loss = |seed| final_loss(start, seed, trained, step_size);
    median(&networks.into_par_iter().map(loss).collect::<Vec<_>>())
}

/// Of each start the median of the best last layers.
static FLOORS: LazyLock<[f64; 6]> = LazyLock::new(|| {
    let curve = sine();
    STARTS.map(|(_, start)| {
        let floor = |seed| best_last_layer(&network(start, HIDDEN, seed), &curve);
        median(&NETWORKS.into_par_iter().map(floor).collect::<Vec<_>>())
    })
});

/// Of each start the median after training all layers.
static ALL: LazyLock<[f64; 6]> = LazyLock::new(|| {
    STARTS.map(|(_, start)| median_loss(start, TRAINED, Trained::AllLayers, STEP_SIZE))
});

/// In each single parameter the loss is a quadratic as long as no unit changes sides on
/// an example, and of a quadratic the centred difference is exact: what remains is the
/// rounding of two losses of a hundred operations each.
#[test]
fn the_gradient_of_half_the_mean_squared_error_agrees_with_centred_differences() {
    const H: f64 = 1e-4;
    let curve = sine();
    for start in [NOTES, PLACED] {
        let stays = |network: &Network| {
            let z = network.layers()[0].linear.forward(&curve.x);
            z.iter().all(|z| z.abs() > H)
        };
        let mut networks = (0..100).map(|seed| network(start, 6, seed));
        let network = networks.find(stays).expect("no unit changes sides");
        let (size, gradient) =
            squared_error_and_gradient(&network, curve.x.clone(), &curve.y);
        let of = |theta: &DVector<f64>| loss(&network.with_parameters(theta), &curve);
        let differences = numerical_gradient(of, &network.parameters(), H);
        let tolerance = 200.0 * UNIT_ROUNDOFF * size / H;
        assert!((differences - &gradient).amax() < tolerance);
        assert!(gradient.amax() > 1e6 * tolerance);
    }
}

#[test]
#[should_panic(
    expected = "an output of shape (64, 1) does not fit targets of shape (1, 64)"
)]
fn targets_of_another_shape_are_refused_with_both_shapes() {
    let curve = sine();
    let network = network(ZERO, 2, 0);
    let _ = squared_error_and_gradient(&network, curve.x, &curve.y.transpose());
}

#[test]
fn a_step_size_that_is_none_is_refused_with_its_value() {
    let (network, batches) = experiment(NOTES, 0);
    let error = fit(&network, &sine(), Trained::AllLayers, 0.0, &batches);
    assert_eq!(
        error.expect_err("no step size").to_string(),
        "step size 0, expected a finite number above 0"
    );
}

/// The loss of the last layer, less `½ mean y²`.
fn quadratic(network: &Network, curve: &Curve) -> Quadratic {
    let root = (curve.x.len() as f64).sqrt();
    let targets = curve.y.column(0) / root;
    Quadratic::least_squares(
        &(features(network, &curve.x) / root),
        &targets.into_owned(),
    )
}

fn last_layer(parameters: &DVector<f64>) -> DVector<f64> {
    parameters.rows(2 * HIDDEN, HIDDEN + 1).into_owned()
}

/// At the start and far from it. Each side is a sum of at most 64 · 22 products in at most
/// 200 operations one after the other, two sums deep: it rounds by less than 200 units of
/// the same sum of absolute values, and so does the other side.
#[test]
fn with_fixed_elbows_the_loss_is_a_convex_quadratic_in_the_last_layer() {
    let curve = sine();
    let rounding = 2.0 * 200.0 * UNIT_ROUNDOFF;
    let constant = curve.y.norm_squared() / 128.0;
    for seed in SEEDS {
        let (network, _) = experiment(NOTES, seed);
        let quadratic = quadratic(&network, &curve);
        let eigenvalues = quadratic.hessian().symmetric_eigenvalues();
        assert!(eigenvalues.min() > -rounding * eigenvalues.max());
        let sizes = features(&network, &curve.x);
        for far in [0.0, 1.0] {
            let mut all = network.parameters();
            all.rows_mut(2 * HIDDEN, HIDDEN + 1).add_scalar_mut(far);
            let (theta, network) = (last_layer(&all), network.with_parameters(&all));
            let (loss, gradient) =
                squared_error_and_gradient(&network, curve.x.clone(), &curve.y);
            let terms = &sizes * theta.abs() + curve.y.column(0).abs();
            let value = quadratic.value(&theta) + constant;
            let tolerance = rounding * terms.norm_squared() / 128.0;
            assert_abs_diff_eq!(value, loss, epsilon = tolerance);
            let difference = quadratic.gradient(&theta) - last_layer(&gradient);
            let tolerance = rounding * sizes.tr_mul(&terms) / 64.0;
            assert!(
                difference.iter().zip(&tolerance).all(|(d, most)| d.abs() <= *most)
            );
        }
    }
}

/// Along the steepest direction a step multiplies the distance by `1 − αλmax`: −0.98 and
/// −1.02. Along no other is it larger in size than 1 below the limit. The start is far
/// enough away in that direction: 1.02²⁴⁰⁰ is above 10²⁰, so that a part of a thousand
/// millionth of the distance is enough.
#[test]
fn on_whole_batches_the_last_layer_descends_below_two_over_the_largest_eigenvalue_only()
{
    let curve = sine();
    let (network, _) = experiment(NOTES, 0);
    let limit =
        2.0 / quadratic(&network, &curve).hessian().symmetric_eigenvalues().max();
    let losses = |step_size: f64, steps| {
        let whole = vec![(0..64).collect(); steps];
        let points = fit(&network, &curve, Trained::LastLayer, step_size, &whole);
        let points = points.expect("finite");
        let losses =
            points.iter().map(|theta| loss(&network.with_parameters(theta), &curve));
        losses.collect::<Vec<_>>()
    };
    let below = losses(0.99 * limit, 600);
    assert!(below.windows(2).all(|pair| pair[1] < pair[0]));
    let above = losses(1.01 * limit, 1200);
    assert!(above[1200] > 10.0 * above[0]);
}

#[test]
fn training_the_last_layer_leaves_every_elbow_where_it_was_bit_for_bit() {
    for seed in SEEDS {
        let (network, batches) = experiment(NOTES, seed);
        let points = fit(&network, &sine(), Trained::LastLayer, 0.01, &batches);
        let points = points.expect("0.01 is small enough");
        let hidden = network.parameters().rows(0, 2 * HIDDEN).into_owned();
        assert!(points.iter().all(|theta| theta.rows(0, 2 * HIDDEN) == hidden));
        assert_ne!(last_layer(&points[1000]), last_layer(&points[0]));
    }
}

/// `w`, `b` and `w'` of a unit in the parameters.
fn of_unit(theta: &DVector<f64>, unit: usize) -> [f64; 3] {
    [theta[unit], theta[HIDDEN + unit], theta[2 * HIDDEN + unit]]
}

#[test]
fn a_unit_that_is_dead_on_the_data_never_moves() {
    let mut dead = 0;
    for seed in SEEDS {
        let (network, batches) = experiment(NOTES, seed);
        let points = fit(&network, &sine(), Trained::AllLayers, 0.1, &batches);
        let points = points.expect("0.1 is small enough");
        for unit in 0..HIDDEN {
            let start = of_unit(&points[0], unit);
            if Role::of(start[0], start[1], DATA) == Role::Dead {
                assert!(points.iter().all(|theta| of_unit(theta, unit) == start));
                dead += 1;
            }
        }
    }
    assert_share(dead, SEEDS.count() * HIDDEN, 0.25);
}

#[test]
fn units_without_an_elbow_in_the_data_add_one_straight_line_together() {
    let curve = sine();
    let mut without = 0;
    for seed in SEEDS {
        let (network, _) = experiment(NOTES, seed);
        let bending = roles(&network.layers()[0].linear, DATA)[0];
        let singular = features(&network, &curve.x).singular_values();
        // What is 0 has the size of roundings.
        let rank = singular.iter().filter(|&&s| s > 1e-12 * singular.max()).count();
        assert!(rank <= bending + 2, "seed {seed}: {rank}, {bending}");
        without += HIDDEN - bending;
    }
    assert_share(without, SEEDS.count() * HIDDEN, 0.5);
}

/// Least squares with `1`, `x` and `|x|`: the same three functions. `sin 5x` is odd, and
/// so the best is a line through 0 with the slope `Σxy / Σx²`.
#[test]
fn with_all_elbows_at_zero_the_best_last_layer_is_a_straight_line_here() {
    let curve = sine();
    let slope = curve.x.dot(&curve.y) / curve.x.norm_squared();
    let line = (&curve.y - slope * &curve.x).norm_squared() / 128.0;
    for seed in SEEDS {
        let (network, _) = experiment(ZERO, seed);
        let weights = network.parameters().rows(0, HIDDEN).into_owned();
        if weights.max() < 0.0 || weights.min() > 0.0 {
            continue; // all of twenty units on one side, one network in half a million
        }
        let singular = features(&network, &curve.x).singular_values();
        assert_eq!(singular.iter().filter(|&&s| s > 1e-12 * singular.max()).count(), 3);
        assert_relative_eq!(
            best_last_layer(&network, &curve),
            line,
            max_relative = 1e-9
        );
    }
}

/// No step of gradient descent goes below it. With a ridge `r`, the solution `θ_r` of the
/// normal equations has `loss(θ_r) + r ‖θ_r‖²/128 ≤ loss(θ) + r ‖θ‖²/128` for every `θ`,
/// the best one as well.
#[test]
fn the_best_last_layer_is_best() {
    const RIDGE: f64 = 1e-9;
    let curve = sine();
    for (_, start) in STARTS {
        let (network, batches) = experiment(start, 0);
        let best = best_last_layer(&network, &curve);
        let features = features(&network, &curve.x);
        let ridge = DMatrix::identity(HIDDEN + 1, HIDDEN + 1) * RIDGE;
        let solution = (features.tr_mul(&features) + ridge).cholesky();
        let solution = solution.expect("definite").solve(&features.tr_mul(&curve.y));
        let ridged = (&features * solution - &curve.y).norm_squared() / 128.0;
        let svd = features.svd(true, true);
        let size = svd.solve(&curve.y, 1e-10).expect("both factors").norm_squared();
        assert!(best <= ridged * (1.0 + 1e-9));
        assert!(ridged <= (best + RIDGE * size / 128.0) * (1.0 + 1e-6));
        let points = fit(&network, &curve, Trained::LastLayer, 0.01, &batches);
        let points = points.expect("finite");
        let losses =
            points.iter().map(|theta| loss(&network.with_parameters(theta), &curve));
        assert!(losses.fold(f64::INFINITY, f64::min) >= best);
    }
}

/// To first order in the step size. The centred difference along the gradient is off by
/// the third derivative of `−b/w`, at most `6 (|b| + |w|) |g|³ / w⁴` for `|g|` the
/// unit's part of the gradient, times `h²/6`, and by roundings of `ξ`. Units are left out
/// whose `w` the difference moves by more than a thousandth.
#[test]
fn a_step_moves_an_elbow_by_the_errors_on_its_active_side() {
    const H: f64 = 1e-5;
    let curve = sine();
    let mut moved = 0;
    for seed in SEEDS {
        let (network, _) = experiment(NOTES, seed);
        let theta = network.parameters();
        let activations = network.forward(curve.x.clone());
        let errors = &activations[2] - &curve.y;
        let (_, gradient) =
            squared_error_and_gradient(&network, curve.x.clone(), &curve.y);
        let at = |shift: f64| {
            let moved = network.with_parameters(&(&theta - shift * &gradient));
            elbows(&moved.layers()[0].linear)
        };
        let (before, after, now) = (at(-H), at(H), at(0.0));
        for unit in 0..HIDDEN {
            let [w, b, next] = of_unit(&theta, unit);
            let place = now[unit];
            let active = (0..64).filter(|&i| activations[1][(i, unit)] > 0.0);
            let sums = active.fold([0.0; 2], |[of_b, of_w], i| {
                [of_b + errors[i], of_w + errors[i] * curve.x[i]]
            });
            let speed = next / w * (sums[0] + place * sums[1]) / 64.0;
            let measured = (after[unit] - before[unit]) / (2.0 * H);
            let [of_w, of_b, _] = of_unit(&gradient, unit);
            let tolerance = 1e-12 * (1.0 + next.abs());
            assert_abs_diff_eq!(of_b, next * sums[0] / 64.0, epsilon = tolerance);
            assert_abs_diff_eq!(of_w, next * sums[1] / 64.0, epsilon = tolerance);
            let size = of_w.abs() + of_b.abs();
            if H * size > 1e-3 * w.abs() {
                continue;
            }
            let third = (w.abs() + b.abs()) * size.powi(3) / w.powi(4);
            let rounding = 8.0 * UNIT_ROUNDOFF * place.abs() / H;
            let tolerance = H * H * 2.0 * third + rounding + 1e-12 * speed.abs();
            assert!((measured - speed).abs() <= tolerance, "{measured} {speed}");
            moved += usize::from(speed.abs() > 1e3 * tolerance);
        }
    }
    // Three in four are not dead.
    assert!(moved > 3 * HIDDEN, "{moved} units tell the formula from others");
}

/// Two units with their elbows at ½, one active to the right and one to the left, before
/// weights of 1; and one step on the sample `(1, 0)`, where `h = ½`.
fn two_units(trained: Trained) -> [(f64, f64); 2] {
    let network = of_units(&[[1.0, -0.5, 1.0], [-1.0, 0.5, 1.0]]);
    assert_eq!(bends(&network), [(0.5, 1.0), (0.5, 1.0)]);
    let bends = bends(&after_a_step(&network, 0.0, trained));
    [bends[0], bends[1]]
}

/// A network of units `[w, b, w']`.
fn of_units(units: &[[f64; 3]]) -> Network {
    let row = |i: usize| DMatrix::from_fn(1, units.len(), |_, unit| units[unit][i]);
    let hidden = Linear::new(row(0), row(1).row(0).into_owned());
    let last = Linear::new(row(2).transpose(), RowDVector::zeros(1));
    Network::new(vec![
        Layer { linear: hidden, activation: Activation::Relu },
        Layer { linear: last, activation: Activation::Identity },
    ])
}

/// One step of α = 0.1 on the sample `(1, y)`.
fn after_a_step(network: &Network, y: f64, trained: Trained) -> Network {
    let curve = Curve {
        x: DMatrix::from_element(1, 1, 1.0),
        y: DMatrix::from_element(1, 1, y),
    };
    let path = fit(network, &curve, trained, 0.1, &[vec![0]]).expect("one step");
    network.with_parameters(&path[1])
}

/// The gradients by `w`, `b` and `w'` of the active unit are ½ · 1, ½ and ½ · ½: after the
/// step they are 0.95, −0.55 and 0.975.
#[test]
fn one_sample_moves_the_elbow_of_its_active_unit_and_parts_it_from_the_other() {
    let close = |a: (f64, f64), b: (f64, f64)| {
        assert_relative_eq!(a.0, b.0, max_relative = 1e-14);
        assert_relative_eq!(a.1, b.1, max_relative = 1e-14);
    };
    let [fixed, other] = two_units(Trained::LastLayer);
    assert_eq!((fixed.0, other), (0.5, (0.5, 1.0)));
    close(fixed, (0.5, 0.975));
    let [moved, other] = two_units(Trained::AllLayers);
    assert_eq!(other, (0.5, 1.0));
    close(moved, (0.55 / 0.95, 0.95 * 0.975));

    let scale = scale_of_nine_in_ten();
    let beyond = 2.0 * Cauchy { scale }.below(-10.0);
    let normal = 2.0 * normal_cdf(-10.0 * NINE_IN_TEN);
    let none = none_bends_at_ten_to_twelve();
    snapshot!(
        "elbows__exercises",
        values([
            ("scale", decimals(scale, 2)),
            ("beyond", format!("{} %", decimals(100.0 * beyond, 1))),
            ("normal", significant(normal, 1)),
            ("fixed", decimals(fixed.1, 3)),
            ("first_order", decimals(0.1 * 0.5 * (1.0 + 0.5), 3)),
            ("place", decimals(moved.0, 3)),
            ("gain", decimals(moved.1, 3)),
            ("none", format!("{} %", decimals(100.0 * none, 0))),
            ("line", significant(straight_line(), 2)),
        ])
    );
}

/// `w = 1`, `b = −ξ`, and the error at `x = 1` is ½: the step leaves `0.95 x − ξ − 0.05`, whose
/// zero is `(ξ + 0.05)/0.95`, beyond `ξ` if and only if `ξ > −1`, and beyond the sample from
/// `ξ = 0.9` on.
#[test]
fn a_sample_at_one_draws_elbows_right_of_minus_one_and_pushes_those_left_of_it() {
    for place in [0.95, 0.85, 0.5, 0.0, -0.5, -0.9, -1.1, -2.0, -10.0] {
        let network = of_units(&[[1.0, -place, 1.0]]);
        let height = network.forward(DMatrix::from_element(1, 1, 1.0))[2][0];
        let stepped = after_a_step(&network, height - 0.5, Trained::AllLayers);
        let (after, _) = bends(&stepped)[0];
        assert_relative_eq!(after, (place + 0.05) / 0.95, max_relative = 1e-12);
        assert_eq!(after > place, place > -1.0);
        assert_eq!(after > 1.0, place > 0.9);
        // Either way the hidden output at the sample falls.
        let hidden =
            |network: &Network| network.forward(DMatrix::from_element(1, 1, 1.0))[1][0];
        assert!(hidden(&stepped) < hidden(&network));
    }
    let still = after_a_step(&of_units(&[[1.0, 1.0, 1.0]]), 1.5, Trained::AllLayers);
    assert_abs_diff_eq!(bends(&still)[0].0, -1.0, epsilon = 4.0 * UNIT_ROUNDOFF);
    for place in [1.0, 1.5] {
        let network = of_units(&[[1.0, -place, 1.0]]);
        let stepped = after_a_step(&network, -0.5, Trained::AllLayers);
        assert_eq!(bends(&stepped), bends(&network), "the unit is off");
    }
}

/// The scale for which the Cauchy law has nine tenths between −1 and 1.
fn scale_of_nine_in_ten() -> f64 {
    1.0 / (PI * 0.45).tan()
}

/// The standard normal is within this of 0 in nine of ten cases.
const NINE_IN_TEN: f64 = 1.644_853_626_951_472_2;

#[test]
fn biases_of_a_sixth_put_nine_in_ten_elbows_in_the_data_and_one_in_a_hundred_beyond_ten()
 {
    let scale = scale_of_nine_in_ten();
    let start = Start::Normal { weight: 1.0, bias: scale };
    let elbows = elbows(&start.draw(UNITS, &mut rng(50)));
    let beyond = |t: f64| elbows.iter().filter(|place| place.abs() > t).count();
    assert_share(beyond(1.0), UNITS, 0.1);
    // 2γ/πt far out, up to a part (γ/t)²/3.
    let exact = 2.0 * Cauchy { scale }.below(-10.0);
    let tail = 2.0 * scale / (10.0 * PI);
    assert_relative_eq!(exact, tail, max_relative = (scale / 10.0).powi(2));
    assert_share(beyond(10.0), UNITS, exact);
    assert_abs_diff_eq!(normal_within(NINE_IN_TEN, 1.0), 0.9, epsilon = 1e-12);
    // φ(t)/t is above the tail by less than one part in t².
    let t = 10.0 * NINE_IN_TEN;
    let density = (-0.5 * t * t).exp() / (2.0 * PI).sqrt();
    let bounds = (density / t * (1.0 - 1.0 / (t * t)), density / t);
    assert!((bounds.0..bounds.1).contains(&normal_cdf(-t)));
}

/// The share of networks in which no standard normal unit bends between 10 and 12.
fn none_bends_at_ten_to_twelve() -> f64 {
    let law = Cauchy { scale: 1.0 };
    (1.0 - (law.below(12.0) - law.below(10.0))).powi(HIDDEN as i32)
}

/// Half the mean squared error of the best straight line through 0; the curve is odd.
fn straight_line() -> f64 {
    let curve = sine();
    let slope = curve.x.dot(&curve.y) / curve.x.norm_squared();
    (&curve.y - slope * &curve.x).norm_squared() / 128.0
}

/// The data of the book's curve, moved to 10 to 12.
fn far_sine() -> Curve {
    let Curve { x, y } = sine();
    Curve { x: x.add_scalar(11.0), y }
}

#[test]
fn between_ten_and_twelve_most_networks_of_twenty_units_are_a_straight_line() {
    const NETWORKS: u64 = 1000;
    let none = none_bends_at_ten_to_twelve();
    let bending = |seed| {
        let network = network(NOTES, HIDDEN, 1000 + seed);
        roles(&network.layers()[0].linear, (10.0, 12.0))[0]
    };
    let straight = (0..NETWORKS).filter(|&seed| bending(seed) == 0).count();
    assert_share(straight, NETWORKS as usize, none);
    // And no last layer makes more of one that is straight on the data.
    for seed in (0..20).filter(|&seed| bending(seed) == 0) {
        let network = network(NOTES, HIDDEN, 1000 + seed);
        let best = best_last_layer(&network, &far_sine());
        assert!(best > straight_line() * (1.0 - 1e-6), "{best}");
    }
}

/// `w (x + 11) + (b − 11 w)` is `w x + b`: numbers up to some 40, rounded a few times.
#[test]
fn elbows_placed_over_data_elsewhere_give_the_same_outputs_and_other_gradients() {
    let (near, far) = (sine(), far_sine());
    for seed in SEEDS {
        let (network, _) = experiment(PLACED, seed);
        let mut theta = network.parameters();
        for unit in 0..HIDDEN {
            theta[HIDDEN + unit] -= 11.0 * theta[unit];
        }
        let moved = network.with_parameters(&theta);
        let outputs = features(&network, &near.x);
        assert_abs_diff_eq!(features(&moved, &far.x), outputs, epsilon = 1e-13);
        let (loss, gradient) =
            squared_error_and_gradient(&network, near.x.clone(), &near.y);
        let (far_loss, far_gradient) =
            squared_error_and_gradient(&moved, far.x.clone(), &far.y);
        assert_abs_diff_eq!(far_loss, loss, epsilon = 1e-11);
        for unit in 0..HIDDEN {
            let [of_w, of_b, of_next] = of_unit(&gradient, unit);
            let [far_w, far_b, far_next] = of_unit(&far_gradient, unit);
            assert_abs_diff_eq!(far_b, of_b, epsilon = 1e-11);
            assert_abs_diff_eq!(far_next, of_next, epsilon = 1e-11);
            assert_abs_diff_eq!(far_w, of_w + 11.0 * of_b, epsilon = 1e-10);
        }
    }
}

fn cell(loss: f64) -> String {
    match loss {
        ..1.0 => significant(loss, 2),
        loss if loss.is_finite() => "above 1".into(),
        _ => "diverges".into(),
    }
}

/// At the book's seeds both are at their best at the step size of the figures. At others
/// the last layer may have its best at a neighbour.
#[test]
fn each_way_of_training_has_its_best_step_size() {
    let both = [Trained::LastLayer, Trained::AllLayers];
    let losses = both.map(|trained| {
        STEP_SIZES.map(|step_size| median_loss(NOTES, LAST_TRAINED, trained, step_size))
    });
    let [last, all] = losses;
    assert!(
        last[4] == f64::INFINITY && last[1] < last[0] && all[2] < all[0].min(all[4])
    );
    if shift() == Ok(0) {
        for losses in losses {
            let best = losses.iter().copied().fold(f64::INFINITY, f64::min);
            assert!(losses[2] == best && STEP_SIZES[2] == STEP_SIZE);
        }
    }
    let rows = (0..STEP_SIZES.len())
        .map(|i| [STEP_SIZES[i].to_string(), cell(last[i]), cell(all[i])]);
    snapshot!("elbows__sweep", table(["α", "last layer only", "all layers"], rows));
}

#[test]
fn in_a_thousand_steps_all_layers_fit_better_than_the_last_alone_from_every_start() {
    let rows = (0..STARTS.len()).map(|i| {
        let (name, start) = STARTS[i];
        let last = [STEP_SIZE, 2.0 * STEP_SIZE].map(|step_size| {
            median_loss(start, LAST_TRAINED, Trained::LastLayer, step_size)
        });
        let last = last[0].min(last[1]);
        assert!(ALL[i] < last, "{name}");
        let [floor, last, all] =
            [FLOORS[i], last, ALL[i]].map(|loss| significant(loss, 2));
        [name.to_owned(), floor, last, all]
    });
    let header = ["start", "best last layer", "last layer, SGD", "all layers, SGD"];
    let body = table(header, rows);
    snapshot!("elbows__fits", body);
}

/// Single networks have floors with a spread of a factor of three, and losses after
/// training with one of 1.4: the medians of a thousand and of 31 are known to five and
/// eight parts in a hundred.
#[test]
fn spread_elbows_allow_a_better_last_layer_than_sgd_finds_and_elbows_at_zero_do_not() {
    let [floors, all] = [*FLOORS, *ALL];
    for i in [0, 1] {
        assert!(floors[i] < all[i], "{:?}", STARTS[i]);
    }
    assert!(3.0 * floors[5] < all[5], "by far with placed elbows");
    for i in [2, 3, 4] {
        assert!(floors[i] > 4.0 * all[i], "{:?}", STARTS[i]);
    }
}

#[test]
fn after_training_all_layers_the_losses_of_the_starts_are_within_a_factor_of_two() {
    let largest = ALL.iter().copied().fold(0.0, f64::max);
    let smallest = ALL.iter().copied().fold(f64::INFINITY, f64::min);
    assert!(largest < 2.0 * smallest, "{:?}", *ALL);
}

/// For one seed: the last layer, and the order of the batches.
#[test]
fn only_the_first_layers_of_the_starts_differ() {
    for seed in SEEDS {
        let runs = STARTS.map(|(_, start)| experiment(start, seed));
        for (network, batches) in &runs {
            assert_eq!(network.layers()[1], runs[0].0.layers()[1]);
            assert_eq!(batches, &runs[0].1);
        }
        let [notes, pytorch] = [0, 1].map(|i| &runs[i].0.layers()[0].linear);
        assert_ne!(notes, pytorch);
        // The weights of three of them are the same draws, too.
        let weight = |i: usize| &runs[i].0.layers()[0].linear.weight;
        assert!([3, 4].iter().all(|&i| weight(i) == weight(2)));
    }
}

/// The last layer of a network on the curve, by its singular values.
struct Valley {
    eigenvalues: DVector<f64>,
    /// The distance from the best last layer along each direction.
    along: DVector<f64>,
    best: f64,
}

impl Valley {
    fn new(network: &Network, curve: &Curve) -> Self {
        let svd = features(network, &curve.x).svd(true, true);
        let target = svd.solve(&curve.y, 1e-10).expect("both factors");
        let distance = last_layer(&network.parameters()) - target.column(0);
        Self {
            along: svd.v_t.as_ref().expect("asked for") * distance,
            eigenvalues: svd.singular_values.map(|s| s * s / 64.0),
            best: best_last_layer(network, curve),
        }
    }

    /// What is left of the loss above the best: gradient descent with `1/λmax` multiplies
    /// the part along an eigenvector by `1 − λ/λmax`.
    fn left(&self, steps: f64) -> f64 {
        let largest = self.eigenvalues.max();
        let terms =
            self.eigenvalues.iter().zip(&self.along).map(|(eigenvalue, along)| {
                let factor = (1.0 - eigenvalue / largest).powf(2.0 * steps);
                0.5 * eigenvalue * along * along * factor
            });
        terms.sum()
    }

    /// To within twice the best, between powers of two and then by halving.
    fn steps(&self) -> f64 {
        let far = |steps: f64| self.left(steps) > self.best;
        let high = (0..60).map(|k| 2.0_f64.powi(k)).find(|&steps| !far(steps));
        let (mut low, mut high) = (0.0, high.expect("in 2⁶⁰ steps"));
        for _ in 0..50 {
            let middle = (low + high) / 2.0;
            if far(middle) { low = middle } else { high = middle }
        }
        high
    }
}

/// Scaled to the slope 1, two units active to one side with elbows `d` apart differ by at
/// most `d`, whose square bounds an eigenvalue by Rayleigh's quotient. The control keeps
/// all that the features can do, and takes their likeness away: with orthonormal
/// combinations of them, one step from zero is at the best.
#[test]
fn the_last_layer_needs_a_long_time_because_its_features_are_alike() {
    let curve = sine();
    let steps = |seed| {
        let network = network(NOTES, HIDDEN, seed);
        let valley = Valley::new(&network, &curve);
        let hidden = &network.layers()[0].linear;
        let units: Vec<_> = elbows(hidden).into_iter().zip(&hidden.weight).collect();
        let smallest = valley.eigenvalues.min();
        for (i, &(place, w)) in units.iter().enumerate() {
            for &(other, next) in units[..i].iter().filter(|unit| unit.1 * w > 0.0) {
                let size = w.powi(-2) + next.powi(-2);
                let rounding = 1e-13 * valley.eigenvalues.max();
                assert!(smallest <= (place - other).powi(2) / size + rounding);
            }
        }
        // Not by the singular vectors, of which the small ones are off by 10⁻⁷ at times.
        let qr = features(&network, &curve.x).col_piv_qr();
        let sizes = qr.r().diagonal().abs();
        let kept = sizes.iter().filter(|&&size| size > 1e-10).count();
        let orthonormal = qr.q().columns(0, kept).into_owned();
        let one_step = orthonormal.tr_mul(&curve.y);
        let reached = (orthonormal * one_step - &curve.y).norm_squared() / 128.0;
        assert_relative_eq!(reached, valley.best, max_relative = 1e-6);
        valley.steps()
    };
    let steps: Vec<f64> = (0..300_u64).into_par_iter().map(steps).collect();
    // Single networks differ by factors of three or so, and medians of 300 by a tenth.
    assert!(median(&steps) > 1e4, "{}", median(&steps));
    // The closed form is the run.
    let network = network(NOTES, HIDDEN, 0);
    let valley = Valley::new(&network, &curve);
    let (whole, step_size) =
        (vec![(0..64).collect(); 100], 1.0 / valley.eigenvalues.max());
    let points = fit(&network, &curve, Trained::LastLayer, step_size, &whole);
    let reached = loss(&network.with_parameters(&points.expect("finite")[100]), &curve);
    assert_relative_eq!(valley.best + valley.left(100.0), reached, max_relative = 1e-8);
    snapshot!(
        "elbows__slow",
        values([
            ("steps", significant(median(&steps), 1)),
            ("networks", steps.len().to_string()),
        ])
    );
}

/// The runs of all layers from standard normals. About one elbow of a network comes in and
/// one leaves; 31 networks know the sum to a quarter.
#[test]
fn when_all_layers_train_every_elbow_in_the_data_moves_and_few_cross_its_border() {
    let curve = sine();
    let runs = TRAINED.into_par_iter().map(|seed| {
        let (network, batches) = experiment(NOTES, seed);
        let points = fit(&network, &curve, Trained::AllLayers, STEP_SIZE, &batches);
        let end = network.with_parameters(&points.expect("finite")[1000]);
        let [first, last] = [&network, &end].map(|network| &network.layers()[0].linear);
        elbows(first).into_iter().zip(elbows(last)).collect::<Vec<_>>()
    });
    let pairs: Vec<(f64, f64)> = runs.flatten_iter().collect();
    let inside = |place: f64| place.abs() < 1.0;
    let count = |sides: [bool; 2]| {
        let of = |(start, end): &&(f64, f64)| [inside(*start), inside(*end)] == sides;
        pairs.iter().filter(of).count() as f64 / TRAINED.count() as f64
    };
    let (coming, leaving) = (count([false, true]), count([true, false]));
    assert!(coming + leaving < 0.2 * HIDDEN as f64, "{coming} {leaving}");
    let moves = pairs.iter().filter(|(start, _)| inside(*start));
    let moves: Vec<f64> = moves.map(|(start, end)| (end - start).abs()).collect();
    assert!(moves.iter().all(|&moved| moved > 0.0));
    snapshot!(
        "elbows__moves",
        values([
            ("networks", TRAINED.count().to_string()),
            ("in", decimals(coming, 1)),
            ("out", decimals(leaving, 1)),
            ("median", significant(median(&moves), 2)),
        ])
    );
}
