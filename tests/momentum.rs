//! What the chapter on momentum says.

mod support;

use std::f64::consts::{LN_2, PI};

use descent::backpropagation::{Neuron, WORKSHEET};
use descent::gradient_descent::{GradientDescent, Optimizer, minimize};
use descent::momentum::{
    Average, Momentum, PyTorchSgd, average_variance, corrected_variance, gain,
    half_life, heavy_ball_step_size, lecture_beta, lecture_step_size, weight_at_age,
};
use descent::momentum_convergence::transition;
use descent::neuron::{SAMPLES, take_turns};
use descent::quadratic::{Quadratic, descend};
use nalgebra::{DMatrix, DVector, Matrix2, Vector2, dmatrix, dvector};
use rand::RngExt;
use rand_distr::StandardNormal;
use support::optimizers::{conditioned, momentum, parabola, start};
use support::statistics::{SIGMAS, mean, standard_deviation};
use support::{ROUNDING, component, decimals, exact_point, point, run, table, values};

/// The usual weights on the old average.
const BETAS: [f64; 3] = [0.8, 0.9, 0.99];

fn one(x: f64) -> DVector<f64> {
    dvector![x]
}

/// The averages after each of the vectors.
fn averages(beta: f64, gradients: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let mut average = Average::new("beta", beta).expect("a valid weight");
    let next = |g: f64| {
        average.update(&one(g));
        average.value()[0]
    };
    gradients.into_iter().map(next).collect()
}

// At the same step size

/// Gradient descent is at `10 · 0.9⁴⁰` on the floor, and on the wall at 0 from the first step on.
/// Momentum by its recursion: forty steps of ten roundings of numbers below 100.
#[test]
fn after_forty_steps_at_one_tenth_gradient_descent_is_nearer_to_the_minimum() {
    let valley = Quadratic::valley();
    let descent = descend(&valley, &start(), 0.1, 40).expect("stable");
    let average = run(momentum(0.1, 0.9), &valley, &start(), 40);
    let ends = [&descent[40], &average[40]].map(|theta| theta.norm());
    assert!((ends[0] - 10.0 * 0.9_f64.powi(40)).abs() < 1e-12);
    let expected = [(10.0, 1.0), (1.0, 10.0)]
        .map(|(from, lambda)| from * component(lambda, 0.1, 0.9, 40));
    assert!((ends[1] - f64::hypot(expected[0], expected[1])).abs() < 1e-11);
    assert!(ends[0] < ends[1]);
    let [descent, average] = ends.map(|end| decimals(end, 2));
    snapshot!(
        "momentum__opening",
        values([("descent", descent), ("momentum", average)])
    );
}

/// By hand, and dyadic.
#[test]
fn what_changes_its_sign_cancels_and_what_stays_the_same_remains() {
    let (wall, floor) = ([8.0, -6.0, 5.0, -4.0], [1.0; 4]);
    let pairs = |gradients: [f64; 4]| {
        gradients.windows(2).map(|pair| (pair[0] + pair[1]) / 2.0).collect::<Vec<_>>()
    };
    assert_eq!(pairs(wall), [1.0, -0.5, 0.5]);
    assert_eq!(pairs(floor), [1.0; 3]);
    let running = [averages(0.5, wall), averages(0.5, floor)];
    assert_eq!(running[0], [4.0, -1.0, 2.0, -1.0]);
    assert_eq!(running[1], [0.5, 0.75, 0.875, 0.9375]);
    let exact = |number: f64| number.to_string().replace('-', "−");
    let pairs = [pairs(wall), pairs(floor)];
    let pair = |of: usize, t: usize| match t {
        0 => String::new(),
        t => exact(pairs[of][t - 1]),
    };
    let rows = (0..4).map(|t| {
        [
            (t + 1).to_string(),
            exact(wall[t]),
            pair(0, t),
            exact(running[0][t]),
            exact(floor[t]),
            pair(1, t),
            exact(running[1][t]),
        ]
    });
    let header = [
        "t",
        "wall: gradient",
        "mean of two",
        "running average",
        "floor: gradient",
        "mean of two",
        "running average",
    ];
    snapshot!("momentum__by_hand", table(header, rows));
}

// What is wrong with plain gradient descent

#[test]
fn a_zigzag_needs_no_noise() {
    let points = descend(&Quadratic::valley(), &start(), 0.19, 20).expect("stable");
    for pair in points.windows(2) {
        assert!(pair[1][1] * pair[0][1] < 0.0, "the steep component changes sides");
        assert!(pair[1][0] * pair[0][0] > 0.0, "the flat one does not");
    }
}

/// Of the changes of a parameter in consecutive steps, the share that has changed its sign.
fn turning(path: &[f64]) -> f64 {
    let turns =
        |triple: &&[f64]| (triple[2] - triple[1]) * (triple[1] - triple[0]) < 0.0;
    path.windows(3).filter(turns).count() as f64 / (path.len() - 2) as f64
}

/// On `½‖θ‖²` the exact gradient leads straight to the minimum. With noise a parameter
/// settles in `e ← 0.9e + noise`, whose consecutive changes have the correlation −0.05: the
/// share `arccos(−0.05)/π` of them are turns. Turns are counted over 10,000 steps. What is
/// left of the start, `10 · 0.9¹⁰⁰`, is 10⁻³ of the noise. Turns that follow each other are
/// correlated as little as the changes; we allow twice the variance of independent ones.
#[test]
fn noise_makes_a_path_wander_where_nothing_zigzags() {
    const STEPS: usize = 10_000;
    let bowl = conditioned(1.0);
    let exact = descend(&bowl, &start(), 0.1, 200).expect("stable");
    let entry = |points: &[DVector<f64>], place: usize| -> Vec<f64> {
        points.iter().map(|theta| theta[place]).collect()
    };
    let mut rng = support::rng(1);
    let mut descent = GradientDescent::new(0.1).expect("a valid step size");
    let noisy = minimize(&mut descent, &start(), 100 + STEPS, |theta| {
        let noise = DVector::from_fn(2, |_, _| rng.sample::<f64, _>(StandardNormal));
        bowl.gradient(theta) + noise
    });
    let noisy = noisy.expect("stable");
    let expected = (-0.05_f64).acos() / PI;
    let error = (2.0 * expected * (1.0 - expected) / STEPS as f64).sqrt();
    for place in 0..2 {
        assert_eq!(turning(&entry(&exact, place)), 0.0);
        let share = turning(&entry(&noisy[100..], place));
        assert!((share - expected).abs() < SIGMAS * error, "{share}");
    }
}

/// On the steep axis of the valley at 0.19, with noise of variance 1 on the gradient of
/// each example. After `t` steps a run is normal around `(−0.9)ᵗ`, with the variance
/// `α²(1 + 0.81 + … )/B` for batches of `B`: both are estimated from 4000 runs, with the
/// standard errors `√(V/R)` and `V√(2/R)`. Of the chi-square law, whose upper tail is a bit
/// longer than the normal one, six standard errors leave less than one in ten million.
#[test]
fn a_larger_batch_reduces_the_noise_and_does_nothing_about_the_zigzag() {
    const RUNS: usize = 4000;
    const STEPS: usize = 6;
    let alpha = 0.19;
    let steep = Quadratic::new(dmatrix![10.0], dvector![0.0]);
    let mut rng = support::rng(3);
    for batch in [1, 16] {
        let mut ends = vec![Vec::new(); STEPS + 1];
        for _ in 0..RUNS {
            let mut descent = GradientDescent::new(alpha).expect("a valid step size");
            let run = minimize(&mut descent, &one(1.0), STEPS, |theta| {
                let noise = |_| rng.sample::<f64, _>(StandardNormal);
                let noise = (0..batch).map(noise).sum::<f64>() / f64::from(batch);
                steep.gradient(theta).add_scalar(noise)
            });
            for (end, theta) in ends.iter_mut().zip(run.expect("stable")) {
                end.push(theta[0]);
            }
        }
        let mut variance = 0.0;
        for (t, ends) in ends.iter().enumerate().skip(1) {
            variance = 0.81 * variance + alpha * alpha / f64::from(batch);
            let expected = (-0.9_f64).powi(t as i32);
            let error = (variance / RUNS as f64).sqrt();
            assert!((mean(ends) - expected).abs() < SIGMAS * error, "{batch} {t}");
            let ratio = standard_deviation(ends).powi(2) / variance;
            assert!((ratio - 1.0).abs() < 6.0 * (2.0 / RUNS as f64).sqrt());
        }
    }
}

/// `x⁴/4 − x²/2 + x/10`: two minima near ±1, the left one lower.
fn well(x: f64) -> f64 {
    x.powi(4) / 4.0 - x * x / 2.0 + x / 10.0
}

fn well_slope(x: f64) -> f64 {
    x.powi(3) - x + 0.1
}

/// Where an optimizer rests in the double well.
fn rests(mut optimizer: impl Optimizer, from: f64) -> f64 {
    let slope = |x: &DVector<f64>| x.map(well_slope);
    let points =
        minimize(&mut optimizer, &one(from), 3000, slope).expect("a bounded run");
    let end = points[3000][0];
    assert!(well_slope(end).abs() < 1e-12, "at rest");
    end
}

/// The minima are roots of `x³ − x + 1/10`, by the cosine formula for three real roots.
#[test]
fn momentum_may_leave_a_local_minimum_stay_in_it_or_leave_the_best_one() {
    let root = |k: f64| {
        let angle = (-0.15 * 3_f64.sqrt()).acos() / 3.0;
        2.0 / 3_f64.sqrt() * (angle - 2.0 * PI * k / 3.0).cos()
    };
    let (worse, better) = (root(0.0), root(2.0));
    assert!((-1.1..-1.0).contains(&better) && (0.9..1.0).contains(&worse));
    assert!(well(better) < well(worse));
    let name = |x: f64| match x {
        x if (x - better).abs() < 1e-10 => "lower minimum",
        x if (x - worse).abs() < 1e-10 => "higher minimum",
        x => panic!("{x} is no minimum"),
    };
    let rows = [2.0, 1.0, -2.0].map(|from| {
        let descent = GradientDescent::new(0.2).expect("a valid step size");
        let ends = [rests(descent, from), rests(momentum(0.2, 0.95), from)];
        [decimals(from, 0), name(ends[0]).into(), name(ends[1]).into()]
    });
    let ends = rows.each_ref().map(|[_, descent, momentum]| (&**descent, &**momentum));
    let (low, high) = ("lower minimum", "higher minimum");
    assert_eq!(ends, [(high, low), (high, high), (low, high)]);
    let header = ["start", "gradient descent", "momentum, β = 0.95"];
    snapshot!("momentum__well", table(header, rows));
    let deep = values([
        ("lower", decimals(well(better), 2)),
        ("higher", decimals(well(worse), 2)),
    ]);
    snapshot!("momentum__minima", deep);
}

// The average

#[test]
fn a_beta_outside_zero_to_one_is_refused_by_name_and_value() {
    for beta in [1.0, 1.5, -0.1, f64::NAN] {
        let error = Momentum::new(0.1, beta).expect_err("not an average");
        let message = format!("beta {beta}, expected a number from 0 to below 1");
        assert_eq!(error.to_string(), message);
        assert!(PyTorchSgd::new(0.1, beta, 0.0).is_err());
        assert!(PyTorchSgd::new(0.1, 0.0, beta).is_err());
    }
    assert!(
        Momentum::new(0.0, 0.9).is_err() && PyTorchSgd::new(0.0, 0.9, 0.0).is_err()
    );
}

#[test]
#[should_panic(
    expected = "a gradient of shape (3, 1) does not fit parameters of shape (2, 1)"
)]
fn a_gradient_of_the_wrong_length_is_refused_with_both_shapes() {
    momentum(0.1, 0.9).step(&mut start(), &DVector::zeros(3));
}

/// Gradients near the largest number: their sum in the heavy ball, `(1 + 0.9) · 1.5·10³⁰⁸`,
/// is none.
#[test]
fn a_sum_that_leaves_the_numbers_is_told() {
    let huge = one(1.5e308);
    let mut heavy_ball = PyTorchSgd::new(1e-300, 0.9, 0.0).expect("valid settings");
    let mut lecture = momentum(1e-300, 0.9);
    assert!(heavy_ball.is_finite() && lecture.is_finite(), "nothing is remembered yet");
    let mut theta = one(0.0);
    heavy_ball.step(&mut theta, &huge);
    assert!(heavy_ball.is_finite());
    heavy_ball.step(&mut theta, &huge);
    assert!(!heavy_ball.is_finite());
    for _ in 0..100 {
        lecture.step(&mut theta, &huge);
        assert!(lecture.is_finite(), "an average is no larger than what it averages");
    }
    lecture.step(&mut theta, &one(f64::INFINITY));
    assert!(!lecture.is_finite());
}

#[test]
fn without_beta_momentum_is_gradient_descent() {
    let valley = Quadratic::valley();
    let descent = descend(&valley, &start(), 0.15, 50).expect("stable");
    assert_eq!(run(momentum(0.15, 0.0), &valley, &start(), 50), descent);
    let pytorch = PyTorchSgd::new(0.15, 0.0, 0.5).expect("valid settings");
    assert_eq!(run(pytorch, &valley, &start(), 50), descent);
}

/// The gradient of one step alone, then nothing: what it leaves in the average is its
/// weight. One rounding in each of the 200 products, and `powi` as many.
#[test]
fn a_gradient_k_steps_old_has_the_weight_one_minus_beta_times_beta_to_the_k() {
    for beta in BETAS {
        let impulse = std::iter::once(1.0).chain([0.0; 200]);
        for (age, weight) in (0..).zip(averages(beta, impulse)) {
            let expected = weight_at_age(beta, age);
            assert!((weight - expected).abs() <= 500.0 * ROUNDING * expected);
        }
    }
}

/// Each weight is below 1 and has up to 100 roundings, half on each side.
#[test]
fn the_average_is_the_sum_of_all_gradients_with_their_weights() {
    let mut rng = support::rng(2);
    let gradients: Vec<f64> = (0..50).map(|_| rng.random_range(-1.0..1.0)).collect();
    for beta in BETAS {
        for (t, u) in (1..).zip(averages(beta, gradients.clone())) {
            let terms = gradients[..t].iter().rev().zip(0..);
            let sum: f64 = terms.map(|(g, age)| weight_at_age(beta, age) * g).sum();
            assert!((u - sum).abs() < 50.0 * 100.0 * ROUNDING);
        }
    }
}

#[test]
fn after_a_half_life_a_gradient_has_half_its_weight() {
    let rows = BETAS.map(|beta| {
        let half_life = half_life(beta);
        // The power amplifies the error of the half-life by at most ln 2.
        assert!((beta.powf(half_life) - 0.5).abs() < 10.0 * ROUNDING);
        let share: f64 = (0..10).map(|age| weight_at_age(beta, age)).sum();
        assert!((share - (1.0 - beta.powi(10))).abs() < 20.0 * ROUNDING);
        let mean_age = beta / (1.0 - beta);
        let ages: f64 =
            (0..6000).map(|age| f64::from(age) * weight_at_age(beta, age)).sum();
        assert!((ages - mean_age).abs() < 1e-9);
        [
            beta.to_string(),
            decimals(1.0 - beta, 2),
            decimals(half_life, 1),
            decimals(mean_age, 0),
            decimals(100.0 * share, 0) + " %",
        ]
    });
    // −ln(1 − x) = x + x²/2 + x³/3 + …
    let log = (1..12).map(|k| 0.01_f64.powi(k) / f64::from(k)).sum::<f64>();
    assert!((half_life(0.99) - LN_2 / log).abs() < 1e-10);
    let header = [
        "β",
        "weight of the current gradient",
        "half-life in steps",
        "mean age in steps",
        "weight of the last ten",
    ];
    snapshot!("momentum__memory", table(header, rows));
    let nine = decimals(half_life(0.9), 1);
    snapshot!("momentum__half_life", values([("nine", nine)]));
}

// Bias correction

/// Sums of `t` products of a few roundings each.
#[test]
fn the_weights_sum_to_one_minus_beta_to_the_t_and_dividing_by_it_gives_the_mean() {
    for beta in BETAS {
        let mut average = Average::new("beta", beta).expect("a valid weight");
        for t in 1..=100 {
            average.update(&one(5.0));
            let weights: f64 = (0..t).map(|age| weight_at_age(beta, age)).sum();
            assert!((average.total_weight() - weights).abs() < 300.0 * ROUNDING);
            let corrected = average.value()[0] / average.total_weight();
            // A weight of 1 − β at least: the error of u is divided by it.
            assert!((corrected - 5.0).abs() < 5.0 * 300.0 * ROUNDING / (1.0 - beta));
        }
    }
}

/// The variance of a sum of uncorrelated terms is the sum of the squared weights, which
/// we read off the average itself.
#[test]
fn with_bias_correction_the_variance_of_the_noise_still_falls_with_the_steps() {
    for beta in BETAS {
        let weights = averages(beta, std::iter::once(1.0).chain([0.0; 99]));
        let falling = (1..=100).map(|t| corrected_variance(beta, t));
        assert!(falling.collect::<Vec<_>>().is_sorted_by(|a, b| a > b));
        let mut squares = 0.0;
        for (t, weight) in (1..).zip(weights) {
            squares += weight * weight;
            let total = 1.0 - beta.powi(t);
            let tolerance = 1000.0 * ROUNDING / (1.0 - beta).powi(2);
            assert!((average_variance(beta, t) - squares).abs() < tolerance);
            let expected = squares / (total * total);
            assert!((corrected_variance(beta, t) - expected).abs() < tolerance);
            let shorter = (1.0 - beta) * (1.0 + beta.powi(t)) / ((1.0 + beta) * total);
            assert!((corrected_variance(beta, t) - shorter).abs() < tolerance);
        }
    }
    let beta = 0.9;
    let limit = corrected_variance(beta, 10_000);
    assert!((limit - 1.0 / 19.0).abs() < 1e-15);
    let row = |name: String, t: i32| {
        let variance = corrected_variance(beta, t);
        [name, decimals(variance, 3), decimals(variance.sqrt(), 3)]
    };
    let rows = [1, 2, 5, 10, 20].map(|t| row(t.to_string(), t));
    assert_eq!(corrected_variance(beta, 1), 1.0);
    assert!((corrected_variance(beta, 2) - 181.0 / 361.0).abs() < 1e-14);
    let rows = rows.into_iter().chain([row("∞".into(), 10_000)]);
    let header = ["t", "variance", "standard deviation"];
    snapshot!("momentum__variance", table(header, rows));
    let falls = values([
        ("variance", decimals(1.0 / limit, 0)),
        ("deviation", decimals(1.0 / limit.sqrt(), 2)),
    ]);
    snapshot!("momentum__falls", falls);
}

/// A gradient that grows by the same amount in each step.
#[test]
fn the_average_of_a_drifting_gradient_is_late_by_the_mean_age() {
    for (beta, age) in [(0.5, 1.0), (0.8, 4.0), (0.9, 9.0), (0.99, 99.0)] {
        for drift in [1.0, -0.25] {
            let last = averages(beta, (0..6000).map(|t| drift * f64::from(t)))[5999];
            // What is missing of the limit is below 6000·0.99^6000.
            assert!((5999.0 - last / drift - age).abs() < 1e-8, "{beta}");
        }
    }
}

/// `14/19` is the second corrected average, and so on: by hand.
#[test]
fn without_correction_the_first_steps_on_a_parabola_are_short() {
    let plain = run(momentum(0.5, 0.9), &parabola(), &one(1.0), 4);
    let corrected =
        run(momentum(0.5, 0.9).with_bias_correction(), &parabola(), &one(1.0), 4);
    let descent = descend(&parabola(), &one(1.0), 0.5, 4).expect("stable");
    assert_eq!(corrected[1], descent[1], "the first corrected step is a plain one");
    assert!((corrected[2][0] - 5.0 / 38.0).abs() < 10.0 * ROUNDING);
    let third = 5.0 / 38.0 - 0.5 * (0.9 * 0.14 + 0.1 * 5.0 / 38.0) / 0.271;
    assert!((corrected[3][0] - third).abs() < 20.0 * ROUNDING);
    assert!((plain[1][0] - 0.95).abs() < 2.0 * ROUNDING);
    assert!((plain[2][0] - 0.8575).abs() < 4.0 * ROUNDING);
    let rows = (0..=4).map(|t| {
        let places = [&descent, &plain, &corrected].map(|run| decimals(run[t][0], 4));
        let [descent, plain, corrected] = places;
        let total = match t {
            0 => String::new(),
            t => decimals(1.0 - 0.9_f64.powi(t as i32), 4),
        };
        [t.to_string(), total, descent, plain, corrected]
    });
    let header =
        ["t", "1 − βᵗ", "gradient descent", "momentum", "with bias correction"];
    snapshot!("momentum__parabola", table(header, rows));
}

// Three parametrizations

/// Polyak's own form needs no average: `θ_{t+1} = θ_t − γ∇f(θ_t) + β(θ_t − θ_{t−1})`.
fn polyak(gamma: f64, beta: f64, quadratic: &Quadratic, steps: usize) -> DVector<f64> {
    let (mut before, mut now) = (start(), start());
    for _ in 0..steps {
        let next = &now - gamma * quadratic.gradient(&now) + beta * (&now - &before);
        before = std::mem::replace(&mut now, next);
    }
    now
}

/// All settings are stable. A step rounds by some ten units of numbers below 100, and
/// what is there is not enlarged more than tenfold later: 100·10·100·10·2⁻⁵³.
#[test]
fn the_heavy_ball_at_one_minus_beta_of_the_step_size_makes_the_lectures_steps() {
    for quadratic in [Quadratic::valley(), Quadratic::tilted()] {
        for (alpha, beta) in [(0.3, 0.5), (0.1, 0.9), (1.0, 0.9)] {
            let gamma = heavy_ball_step_size(alpha, beta);
            assert!((lecture_step_size(gamma, beta) - alpha).abs() <= 2.0 * ROUNDING);
            let lecture = run(momentum(alpha, beta), &quadratic, &start(), 100);
            let pytorch = PyTorchSgd::new(gamma, beta, 0.0).expect("valid settings");
            let heavy_ball = run(pytorch, &quadratic, &start(), 100);
            for (ours, theirs) in lecture.iter().zip(&heavy_ball) {
                assert!((ours - theirs).amax() < 1e6 * ROUNDING);
            }
            let polyak = polyak(gamma, beta, &quadratic, 100);
            assert!((&lecture[100] - polyak).amax() < 1e6 * ROUNDING);
        }
    }
}

/// The two heavy balls: the step size outside the sum, or inside, `u ← βu + γg`. With
/// dyadic numbers the arithmetic is exact.
#[test]
fn a_step_size_inside_the_sum_is_remembered_when_it_changes() {
    let displacements = |step_sizes: [f64; 4]| {
        let (mut outside, mut inside) = (0.0, 0.0);
        step_sizes.map(|gamma| {
            outside = 0.5 * outside + 1.0;
            inside = 0.5 * inside + gamma;
            (gamma * outside, inside)
        })
    };
    for (outside, inside) in displacements([0.5; 4]) {
        assert_eq!(outside, inside);
    }
    let stopped = displacements([0.5, 0.5, 0.0, 0.0]);
    assert_eq!(stopped.map(|(outside, _)| outside), [0.5, 0.75, 0.0, 0.0]);
    assert_eq!(stopped.map(|(_, inside)| inside), [0.5, 0.75, 0.375, 0.1875]);
}

/// Dyadic numbers: `u ← βu + αg` with `θ ← θ − u` makes the heavy ball's steps of the step
/// size α, bit for bit; with the slide's `θ ← θ − αu` they would be α times as long.
#[test]
fn a_step_size_inside_the_sum_belongs_to_a_step_without_one() {
    let (alpha, beta) = (0.25, 0.5);
    let mut heavy_ball = PyTorchSgd::new(alpha, beta, 0.0).expect("valid settings");
    let (mut theirs, mut u) = (one(1.0), 0.0);
    let (mut without, mut with_another) = (1.0, 1.0);
    for g in [1.0, -2.0, 0.5, 3.0] {
        heavy_ball.step(&mut theirs, &one(g));
        u = beta * u + alpha * g;
        without -= u;
        with_another -= alpha * u;
        assert_eq!(without, theirs[0]);
        assert_eq!(1.0 - with_another, alpha * (1.0 - theirs[0]));
    }
}

/// Two runs that meet at one place with other gradients behind them.
#[test]
fn the_gradient_of_a_step_depends_on_the_parameters_alone_and_the_step_on_the_history()
{
    let valley = Quadratic::valley();
    let meeting = start();
    let gradient = valley.gradient(&meeting);
    let moves = [dvector![0.0, 0.0], dvector![1.0, -1.0]].map(|before| {
        let mut optimizer = momentum(0.1, 0.9);
        optimizer.step(&mut DVector::zeros(2), &before);
        assert_eq!(valley.gradient(&meeting), gradient);
        let mut theta = meeting.clone();
        optimizer.step(&mut theta, &gradient);
        theta - &meeting
    });
    let difference = &moves[1] - &moves[0];
    let expected = dvector![1.0, -1.0] * (-0.1 * 0.9 * 0.1);
    // Each of a few sums of numbers below 1 rounds by less than half a unit.
    assert!((difference - expected).amax() < 10.0 * ROUNDING);
}

/// In the long run: 0.9^999 is below 10⁻⁴⁵.
#[test]
fn a_constant_gradient_moves_the_lecture_by_alpha_and_the_heavy_ball_by_ten_times_gamma()
 {
    let still = DMatrix::zeros(1, 1);
    let slope = Quadratic::new(still, dvector![1.0]);
    let last = |points: Vec<DVector<f64>>| points[999][0] - points[1000][0];
    let lecture = last(run(momentum(0.25, 0.9), &slope, &one(0.0), 1000));
    let pytorch = PyTorchSgd::new(0.25, 0.9, 0.0).expect("valid settings");
    let heavy_ball = last(run(pytorch, &slope, &one(0.0), 1000));
    // Places of size 250 and 2500.
    assert!((lecture - 0.25).abs() < 250.0 * 4.0 * ROUNDING);
    assert!((heavy_ball - 2.5).abs() < 2500.0 * 4.0 * ROUNDING);
}

/// The worksheet's settings in four calls, on its neuron. All numbers are dyadic, and
/// the steps exact.
#[test]
fn on_the_worksheet_pytorch_is_the_lecture_at_half_the_step_size_without_dampening() {
    let pytorch = |lr, dampening| {
        let mut sgd = PyTorchSgd::new(lr, 0.5, dampening).expect("valid settings");
        take_turns(&mut sgd, 3, Neuron::gradient).expect("finite")
    };
    let lecture = take_turns(&mut momentum(0.5, 0.5), 3, Neuron::gradient);
    let runs = [
        ("the lecture, α = 0.5, β = 0.5", lecture.expect("finite")),
        ("`SGD(lr=0.25, momentum=0.5)`", pytorch(0.25, 0.0)),
        ("`SGD(lr=0.5, momentum=0.5)`", pytorch(0.5, 0.0)),
        ("`SGD(lr=0.5, momentum=0.5, dampening=0.5)`", pytorch(0.5, 0.5)),
    ];
    let points = |row: usize| runs[row].1.iter().map(|n| (n.w, n.b)).skip(1);
    assert!(points(0).eq([(-0.5, -1.5), (-1.25, -1.75), (-1.625, -1.875)]));
    assert!(points(1).eq(points(0)));
    assert!(points(2).eq([(-2.0, -2.0), (2.5, -4.5), (0.25, -7.25)]));
    assert!(points(3).eq([(-2.0, -2.0), (-0.5, -3.5), (0.25, -4.25)]));
    let rows = runs.map(|(name, run)| {
        let point = |t: usize| exact_point(&[run[t].w, run[t].b]);
        [name.into(), point(1), point(2), point(3)]
    });
    let header = ["", "t = 1", "t = 2", "t = 3"];
    snapshot!("momentum__pytorch", table(header, rows));
}

/// The displacements under given gradients show the buffer: it holds `βᵗg₁` more than
/// the lecture's average, and its weights sum to 1 from the first step on.
#[test]
fn dampening_by_beta_counts_the_first_gradient_in_full_and_never_makes_up_for_it() {
    let gradients = [3.0, -1.0, 2.0, 0.5, -4.0, 1.0];
    let displacements = |optimizer: &mut dyn FnMut(&mut DVector<f64>, f64)| {
        gradients.map(|g| {
            let mut theta = one(0.0);
            optimizer(&mut theta, g);
            -theta[0]
        })
    };
    let mut damped = PyTorchSgd::new(1.0, 0.5, 0.5).expect("valid settings");
    let buffers = displacements(&mut |theta, g| damped.step(theta, &one(g)));
    let mut lecture = momentum(1.0, 0.5);
    let averages = displacements(&mut |theta, g| lecture.step(theta, &one(g)));
    for (t, (buffer, average)) in (1..).zip(buffers.iter().zip(averages)) {
        assert_eq!(buffer - average, 0.5_f64.powi(t) * gradients[0]);
    }
    let mut damped = PyTorchSgd::new(1.0, 0.5, 0.5).expect("valid settings");
    let mut theta = one(0.0);
    for t in 1..=20 {
        damped.step(&mut theta, &one(1.0));
        assert_eq!(theta[0], -f64::from(t), "an average of ones is one");
    }
}

/// The notes' filter, `a ← (1 − β)a + βμ`.
fn notes_filter(notes_beta: f64, inputs: &[f64]) -> Vec<f64> {
    let mut a = 0.0;
    let next = |&input: &f64| {
        a = (1.0 - notes_beta) * a + notes_beta * input;
        a
    };
    inputs.iter().map(next).collect()
}

/// Rounding of `1 − β`, and of 50 steps of numbers below 1.
#[test]
fn the_notes_beta_is_one_minus_the_lectures() {
    let inputs: Vec<f64> = (0..50).map(|t| f64::from(t * t).sin()).collect();
    let distance = |notes_beta: f64| {
        let ours = averages(lecture_beta(notes_beta), inputs.clone());
        let theirs = notes_filter(notes_beta, &inputs);
        let pairs = ours.iter().zip(theirs);
        pairs.map(|(ours, theirs)| (ours - theirs).abs()).fold(0.0, f64::max)
    };
    for notes_beta in [0.01, 0.1, 0.2, 0.7] {
        assert!(distance(notes_beta) < 50.0 * 10.0 * ROUNDING, "β = {notes_beta}");
    }
    // The same letter read the other way is another filter.
    let misread = averages(0.1, inputs.clone());
    let theirs = notes_filter(0.1, &inputs);
    assert!(misread.iter().zip(theirs).any(|(a, b)| (a - b).abs() > 0.5));
}

/// A small β of the notes remembers long, and a large one briefly.
#[test]
fn in_the_notes_a_smaller_beta_averages_for_longer() {
    let memory = |notes_beta| half_life(lecture_beta(notes_beta));
    assert!(memory(0.1) > 6.0 && memory(0.9) < 0.5);
}

/// The notes' `α ← (1 − β)α + β(−∇f)`, `θ ← θ + ηα` on a quadratic that contracts: each
/// of the 50 steps adds a few roundings of numbers of at most 10.
#[test]
fn the_notes_form_makes_the_lectures_steps_with_the_sign_in_its_average() {
    let (valley, eta) = (Quadratic::valley(), 0.1);
    for notes_beta in [0.1, 0.5, 0.9] {
        let ours = run(momentum(eta, lecture_beta(notes_beta)), &valley, &start(), 50);
        let (mut theta, mut average) = (start(), DVector::zeros(2));
        for ours in &ours[1..] {
            let downhill = -valley.gradient(&theta);
            average = (1.0 - notes_beta) * average + notes_beta * downhill;
            theta += eta * &average;
            assert!((ours - &theta).norm() < 50.0 * 100.0 * ROUNDING);
        }
    }
}

// The filter

/// 100 steps hold whole numbers of waves; before them 400 steps let the start fade to
/// less than 0.9^400 = 5·10⁻¹⁹. Sums of 100 terms of some ten roundings.
#[test]
fn the_average_passes_a_wave_with_the_gain_of_the_formula() {
    for beta in [0.5, 0.8, 0.9] {
        for waves in [0, 1, 5, 20, 49, 50] {
            let omega = 2.0 * PI * f64::from(waves) / 100.0;
            let wave = (0..500).map(|t| (omega * f64::from(t)).cos());
            let u = averages(beta, wave.clone());
            let amplitude = |values: &mut dyn Iterator<Item = f64>| {
                let (mut real, mut imaginary) = (0.0, 0.0);
                for (t, value) in (0..).zip(values).skip(400) {
                    real += value * (omega * f64::from(t)).cos();
                    imaginary += value * (omega * f64::from(t)).sin();
                }
                f64::hypot(real, imaginary)
            };
            let ratio =
                amplitude(&mut u.into_iter()) / amplitude(&mut wave.into_iter());
            // cos(ωt) has the argument's rounding, 200·2⁻⁵³·π, besides its own.
            assert!((ratio - gain(beta, omega)).abs() < 1e-12, "{beta} {waves}");
        }
    }
}

#[test]
fn the_average_leaves_a_constant_and_damps_a_zigzag_most() {
    let mut rows = Vec::new();
    for beta in BETAS {
        assert!((gain(beta, 0.0) - 1.0).abs() < 100.0 * ROUNDING / (1.0 - beta));
        let lowest = (1.0 - beta) / (1.0 + beta);
        assert!((gain(beta, PI) - lowest).abs() < 10.0 * ROUNDING);
        let steps = (0..=100).map(|i| gain(beta, PI * f64::from(i) / 100.0));
        assert!(steps.collect::<Vec<_>>().is_sorted_by(|a, b| a > b));
        let zigzag = (0..6000).map(|t| if t % 2 == 0 { 1.0 } else { -1.0 });
        let left = averages(beta, zigzag)[5999].abs();
        assert!((left - lowest).abs() < 1e-13);
        rows.push([
            beta.to_string(),
            decimals(gain(beta, 0.0), 0),
            decimals(gain(beta, PI / 10.0), 3),
            decimals(lowest, 4),
        ]);
    }
    let header = ["β", "constant", "a wave of 20 steps", "zigzag, a wave of two steps"];
    snapshot!("momentum__gain", table(header, rows));
}

// Where it fails

#[test]
fn momentum_brings_an_oscillation_of_its_own_and_may_climb() {
    let valley = Quadratic::valley();
    let climbs = |points: &[DVector<f64>]| {
        let rises =
            |pair: &&[DVector<f64>]| valley.value(&pair[1]) > valley.value(&pair[0]);
        points.windows(2).filter(rises).count()
    };
    let descent = descend(&valley, &start(), 0.1, 50).expect("stable");
    assert_eq!(climbs(&descent), 0);
    assert!(
        descent.iter().all(|theta| theta[0] > 0.0),
        "the flat one never overshoots"
    );
    let points = run(momentum(0.1, 0.9), &valley, &start(), 50);
    assert!(climbs(&points) > 5);
    let lowest = points.iter().map(|theta| theta[0]).fold(f64::INFINITY, f64::min);
    let expected = (1..=50).map(|t| 10.0 * component(1.0, 0.1, 0.9, t));
    assert!((lowest - expected.fold(f64::INFINITY, f64::min)).abs() < 1e-12);
    assert!(lowest < -1.0);
    snapshot!("momentum__overshoot", values([("lowest", decimals(lowest, 1))]));
}

/// The covariance `S` of `(u, r)` solves `S = M S Mᵀ + q qᵀ`, where `q` is what a unit of
/// noise does to both: iterated until it stands.
fn settled_variance(lambda: f64, alpha: f64, beta: f64) -> f64 {
    let matrix = transition(lambda, alpha, beta);
    let q = (1.0 - beta) * Vector2::new(1.0, -alpha);
    let mut covariance = Matrix2::zeros();
    for _ in 0..5000 {
        covariance = matrix * covariance * matrix.transpose() + q * q.transpose();
    }
    covariance[(1, 1)]
}

#[test]
fn with_noisy_gradients_momentum_settles_no_closer_at_the_same_small_step_size() {
    for (lambda, alpha) in [(1.0, 0.01), (10.0, 0.01), (2.0, 0.5)] {
        let expected = |beta: f64| {
            let damped = alpha * lambda * (1.0 - beta) / (1.0 + beta);
            alpha / (lambda * (2.0 - damped))
        };
        for beta in [0.0, 0.5, 0.9] {
            let measured = settled_variance(lambda, alpha, beta);
            // 5000 sums; the slowest mode keeps 0.99 a step, squared.
            assert!((measured / expected(beta) - 1.0).abs() < 1e-10);
        }
    }
    let ratio = settled_variance(1.0, 0.01, 0.9) / settled_variance(1.0, 0.01, 0.0);
    assert!(ratio > 0.99 && ratio < 1.0);
    snapshot!(
        "momentum__settled",
        values([
            ("position", decimals(100.0 * ratio, 1)),
            ("direction", decimals(100.0 * average_variance(0.9, 10_000), 1)),
        ])
    );
}

// The worksheet

/// The worksheet's (c) and (f), and two steps more: dyadic, so exact.
#[test]
fn the_worksheets_two_momentum_steps_are_exact() {
    let mut optimizer = momentum(0.5, 0.5);
    let mut theta = dvector![1.0, -1.0];
    let mut rows = Vec::new();
    let expected = [
        ((6.0, 2.0), (3.0, 1.0), (-0.5, -1.5)),
        ((0.0, 0.0), (1.5, 0.5), (-1.25, -1.75)),
        ((0.0, 0.0), (0.75, 0.25), (-1.625, -1.875)),
        ((-9.0, 3.0), (-4.125, 1.625), (0.4375, -2.6875)),
    ];
    let mut samples = SAMPLES.into_iter().cycle();
    for (t, (gradient, average, point)) in (1..).zip(expected) {
        let (x, y) = samples.next().expect("a cycle has no end");
        let (w, b) = Neuron::from_parameters(&theta).gradient(x, y);
        assert_eq!((w, b), gradient);
        optimizer.step(&mut theta, &dvector![w, b]);
        let u = optimizer.first_moment();
        assert_eq!(((u[0], u[1]), (theta[0], theta[1])), (average, point));
        let pair = |(a, b): (f64, f64)| exact_point(&[a, b]);
        rows.push([
            t.to_string(),
            pair((x, y)),
            pair(gradient),
            pair(average),
            pair(point),
        ]);
    }
    let header = ["t", "sample", "gradient", "u", "(w, b)"];
    snapshot!("momentum__worksheet", table(header, rows));
}

/// Fractions by hand: `u₂/(3/4) = (−6, 10/3)`, `u₃/(7/8) = (−18/7, 10/7)`.
#[test]
fn with_bias_correction_the_worksheets_first_step_is_that_of_gradient_descent() {
    let mut optimizer = momentum(0.5, 0.5).with_bias_correction();
    let neurons = take_turns(&mut optimizer, 3, Neuron::gradient).expect("finite");
    let expected =
        [(1.0, -1.0), (-2.0, -2.0), (1.0, -11.0 / 3.0), (16.0 / 7.0, -92.0 / 21.0)];
    for (neuron, (w, b)) in neurons.iter().zip(expected) {
        assert!((neuron.w - w).abs() < 10.0 * ROUNDING, "{w}");
        assert!((neuron.b - b).abs() < 20.0 * ROUNDING, "{b}");
    }
    let mut descent = GradientDescent::new(0.5).expect("a valid step size");
    let plain = take_turns(&mut descent, 1, Neuron::gradient).expect("finite");
    assert_eq!(neurons[1], plain[1]);
    let rows =
        (1..=3).map(|t| [t.to_string(), point(&[neurons[t].w, neurons[t].b], 4)]);
    snapshot!("momentum__corrected", table(["t", "(w, b)"], rows));
}

/// After the first step the neuron is off for both samples, and gradient descent could
/// never move it again.
#[test]
fn momentum_moves_a_neuron_whose_gradients_are_all_zero_and_wakes_it() {
    let neurons = take_turns(&mut momentum(0.5, 0.5), 2, Neuron::gradient);
    let neurons = neurons.expect("finite");
    for (x, y) in SAMPLES {
        assert_eq!(neurons[1].gradient(x, y), (0.0, 0.0));
        assert_eq!(neurons[1].loss(x, y), 0.0);
    }
    assert_ne!(neurons[2], neurons[1]);
    let pre_activation = neurons[2].w * -3.0 + neurons[2].b;
    assert_eq!(pre_activation, 2.0);
    assert_eq!(neurons[2].loss(-3.0, 0.0), 2.0);
    let woken = [
        ("activation", decimals(pre_activation, 0)),
        ("loss", decimals(neurons[2].loss(-3.0, 0.0), 0)),
    ];
    snapshot!("momentum__woken", values(woken));
}

/// The gradients of the sample `(3, 0)` are not negative, and each moves the neuron by `α`
/// times itself in the end. The first is `(6, 2)`; after its first step `3w + b` is
/// `2 − 10(1 − β)`. In 5000 steps `β = 0.99` forgets all but `10⁻²¹`.
#[test]
fn on_one_sample_the_neuron_rests_where_one_step_of_gradient_descent_leads_exactly_up_to_a_beta_of_four_fifths()
 {
    let (x, y) = SAMPLES[0];
    let gradient = |theta: &DVector<f64>| {
        let (w, b) = Neuron::from_parameters(theta).gradient(x, y);
        dvector![w, b]
    };
    let start = WORKSHEET.parameters();
    let path = |beta: f64| {
        minimize(&mut momentum(0.5, beta), &start, 5000, gradient).expect("finite")
    };
    let activation = |theta: &DVector<f64>| theta[0] * x + theta[1];
    let mut descent = start.clone();
    let mut one_step = GradientDescent::new(0.5).expect("above 0");
    one_step.step(&mut descent, &gradient(&start));
    assert_eq!(descent, dvector![-2.0, -2.0]);

    for beta in [0.0, 0.25, 0.5, 0.75, 0.79, 0.8] {
        let points = path(beta);
        assert!((activation(&points[1]) - (2.0 - 10.0 * (1.0 - beta))).abs() < 1e-14);
        // Tens of steps count, each with a few roundings of numbers below 4.
        assert!((&points[5000] - &descent).norm() < 1e-13, "β = {beta}");
    }
    for beta in [0.81, 0.85, 0.9, 0.95, 0.99] {
        let points = path(beta);
        let second = 2.0 - 10.0 * (1.0 - beta);
        assert!((activation(&points[1]) - second).abs() < 1e-14 && second > 0.09);
        let rest = &points[5000];
        assert_eq!(gradient(rest), DVector::zeros(2));
        let beyond = &descent - 0.5 * second * dvector![x, 1.0];
        assert!(rest[0] < beyond[0] + 1e-12 && rest[1] < beyond[1] + 1e-12, "{beta}");
    }

    let points = path(0.5);
    assert_eq!((&points[2], activation(&points[0])), (&dvector![-1.25, -1.75], 2.0));
    let slope = 0.5 * gradient(&start).dot(&dvector![x, 1.0]);
    assert_eq!(1.0 - activation(&points[0]) / slope, 0.8);
    let numbers = [
        ("second_w", decimals(points[2][0], 2)),
        ("second_b", decimals(points[2][1], 2)),
        ("rest_w", decimals(points[5000][0], 0)),
        ("rest_b", decimals(points[5000][1], 0)),
        ("activation", decimals(activation(&points[0]), 0)),
        ("slope", decimals(slope, 0)),
        ("last_beta", decimals(1.0 - activation(&points[0]) / slope, 1)),
    ];
    snapshot!("momentum__exercises", values(numbers));
}
