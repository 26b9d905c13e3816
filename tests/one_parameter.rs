//! What the chapter on the two models with one parameter says.

mod support;

use approx::assert_relative_eq;
use descent::gradient_descent::OptimizationError;
use descent::one_parameter::{
    Model, Point, constant_example, draws, equally_wrong, running_mean, scaled,
    slope_example, standardized, stationary_variance,
};
use descent::random::shift;
use nalgebra::{DMatrix, dmatrix};
use support::statistics::{SIGMAS, assert_share, bernstein, mean};
use support::{ROUNDING, decimals, grouped, list, significant, table, values};

/// A few operations in a row.
const FEW_ROUNDINGS: f64 = 20.0 * ROUNDING;

const BOTH: [Model; 2] = [Model::Constant, Model::Slope];

/// Points as far from the mean as the example's, at whole-number inputs of either sign.
fn scattered() -> [Point; 4] {
    [(-2.0, 1.0), (1.0, -3.0), (4.0, 2.0), (1.0, 6.0)].map(|(x, y)| Point { x, y })
}

// The two models.

/// The loss is of second degree, so that the centred difference over a step of 1 is its
/// derivative; whole numbers and a division by 4 leave nothing to round.
#[test]
fn the_gradient_is_the_slope_of_the_loss_exactly() {
    for model in BOTH {
        for parameter in [-3.0, 0.0, 2.0, 7.0] {
            let loss = |parameter| model.loss(&scattered(), parameter);
            let difference = (loss(parameter + 1.0) - loss(parameter - 1.0)) / 2.0;
            assert_eq!(model.gradient(&scattered(), parameter), difference);
        }
    }
}

#[test]
fn the_best_constant_is_the_mean_and_the_best_slope_is_sum_xy_over_sum_xx() {
    assert_eq!(Model::Constant.optimum(&constant_example()), Ok(3.0));
    assert_eq!(Model::Slope.optimum(&slope_example()), Ok(29.0 / 14.0));
    let loss = Model::Constant.loss(&constant_example(), 3.0);
    assert_eq!(loss, 3.5, "the variance of the points");
    snapshot!(
        "one_parameter__optimum",
        values([
            ("slope", significant(29.0 / 14.0, 4)),
            ("variance", loss.to_string())
        ])
    );
}

/// `f(θ) = f(θ*) + mean(x²) (θ − θ*)²`: no term of first degree is left.
#[test]
fn the_loss_is_a_parabola_around_the_optimum() {
    let points = scattered();
    for model in BOTH {
        let optimum = model.optimum(&points).expect("a point with x ≠ 0");
        let curvature = 1.0 / model.step_size_limit(&points);
        for parameter in [-5.0, -0.5, 1.25, 9.0] {
            let parabola = model.loss(&points, optimum)
                + curvature * (parameter - optimum).powi(2);
            assert_relative_eq!(
                model.loss(&points, parameter),
                parabola,
                max_relative = FEW_ROUNDINGS
            );
        }
    }
}

#[test]
fn if_every_x_is_zero_there_is_no_single_best_slope() {
    let points = [Point { x: 0.0, y: 1.0 }, Point { x: 0.0, y: 2.0 }];
    let error = Model::Slope.optimum(&points).expect_err("no slope");
    assert_eq!(error, OptimizationError::Flat { points: 2 });
    let message = "no single slope fits best: x = 0 in each of the 2 points";
    assert_eq!(error.to_string(), message);
    for parameter in [-7.0, 0.0, 5.0] {
        assert_eq!(Model::Slope.votes(&points, parameter), [0.0, 0.0]);
        assert_eq!(Model::Slope.loss(&points, parameter), 2.5, "all are as good");
    }
    assert_eq!(Model::Constant.optimum(&points), Ok(1.5));
}

// Votes.

#[test]
fn in_the_constant_model_points_with_equal_errors_have_equal_votes() {
    let votes = Model::Constant.votes(&equally_wrong(Model::Constant), 2.0);
    assert_eq!(votes, [0.5; 4]);
}

#[test]
fn in_the_slope_model_points_with_equal_errors_vote_in_proportion_to_x_with_its_sign() {
    let votes = Model::Slope.votes(&equally_wrong(Model::Slope), 2.0);
    assert_eq!(votes, [-0.5, 0.5, 1.0, 2.0]);
}

#[test]
fn points_with_different_errors_have_different_votes_in_both_models() {
    let (four, three) = (constant_example(), slope_example());
    let constant = Model::Constant.votes(&four, 0.0);
    let slope = Model::Slope.votes(&three, 0.0);
    assert_eq!(constant, [-0.5, -1.0, -1.5, -3.0]);
    for (vote, exact) in slope.iter().zip([-4.0 / 3.0, -4.0, -14.0]) {
        assert_relative_eq!(*vote, exact, max_relative = FEW_ROUNDINGS);
    }
    let row = |(model, point, vote): (Model, &Point, &f64)| {
        [
            format!("{model:?}").to_lowercase(),
            point.x.to_string(),
            point.y.to_string(),
            decimals(model.error(0.0, *point), 0),
            decimals(*vote, 3),
        ]
    };
    let constant =
        four.iter().zip(&constant).map(|(p, vote)| (Model::Constant, p, vote));
    let slope = three.iter().zip(&slope).map(|(p, vote)| (Model::Slope, p, vote));
    snapshot!(
        "one_parameter__votes",
        table(
            ["model", "$x$", "$y$", r"$\hat y - y$ at $\theta = 0$", "vote"],
            constant.chain(slope).map(row)
        )
    );
}

#[test]
fn the_mean_of_the_gradients_of_single_points_is_the_full_gradient() {
    for model in BOTH {
        for parameter in [-1.0, 0.5, 4.0] {
            let single = scattered().map(|point| model.gradient(&[point], parameter));
            assert_eq!(mean(&single), model.gradient(&scattered(), parameter));
        }
    }
}

// Gradient descent.

/// Each step adds at most a few roundings of numbers below 4.
#[test]
fn gradient_descent_follows_the_closed_form_in_the_worked_example() {
    let constant = Model::Constant.descend(&constant_example(), 0.0, 0.1, 5);
    let slope = Model::Slope.descend(&slope_example(), 0.0, 0.05, 5);
    let (constant, slope) = (constant.expect("stable"), slope.expect("stable"));
    let exact = [
        (0.0, 0.0),
        (0.6, 29.0 / 30.0),
        (1.08, 667.0 / 450.0),
        (1.464, 11861.0 / 6750.0),
        (1.7712, 192763.0 / 101250.0),
        (2.01696, 3010229.0 / 1518750.0),
    ];
    for (t, &(mean, best)) in exact.iter().enumerate() {
        assert_relative_eq!(constant[t], mean, max_relative = FEW_ROUNDINGS);
        assert_relative_eq!(slope[t], best, max_relative = FEW_ROUNDINGS);
        let closed = 3.0 * (1.0 - 0.8_f64.powi(t as i32));
        assert_relative_eq!(constant[t], closed, max_relative = FEW_ROUNDINGS);
        let closed = 29.0 / 14.0 * (1.0 - (8.0_f64 / 15.0).powi(t as i32));
        assert_relative_eq!(slope[t], closed, max_relative = FEW_ROUNDINGS);
    }
    let rows = (0..exact.len())
        .map(|t| [t.to_string(), decimals(constant[t], 5), decimals(slope[t], 9)]);
    snapshot!(
        "one_parameter__descent",
        table(
            [
                "step",
                r"$\theta$, constant model, $\alpha = 0.1$",
                r"$\theta$, slope model, $\alpha = 0.05$"
            ],
            rows
        )
    );
}

/// `1/mean(x²)` less and more one part in a thousand. The distance to the optimum is
/// multiplied by `±0.998` and `±1.002` in each step.
#[test]
fn the_models_converge_just_below_the_limit_and_diverge_just_above_it() {
    let (four, three) = (constant_example(), slope_example());
    let models: [(Model, &[Point], f64); 2] =
        [(Model::Constant, &four, 1.0), (Model::Slope, &three, 3.0 / 14.0)];
    for (model, points, limit) in models {
        assert_relative_eq!(
            model.step_size_limit(points),
            limit,
            max_relative = FEW_ROUNDINGS
        );
        let optimum = model.optimum(points).expect("an optimum");
        let distance = |step_size| {
            let path = model.descend(points, 0.0, step_size, 2000).expect("finite");
            (path[2000] - optimum).abs() / optimum
        };
        // 0.998^2000 = 0.018, 1.002^2000 = 54
        assert!(distance(0.999 * limit) < 0.02, "{model:?}");
        assert!(distance(1.001 * limit) > 50.0, "{model:?}");
    }
}

#[test]
fn at_its_limit_a_model_flips_between_two_values_forever_unless_it_starts_at_the_optimum()
 {
    let path = Model::Constant.descend(&constant_example(), 0.0, 1.0, 6);
    assert_eq!(path, Ok(vec![0.0, 6.0, 0.0, 6.0, 0.0, 6.0, 0.0]));
    // The mean of x² is 4 and the best slope 1.
    let points = [(2.0, 1.0), (-2.0, -3.0)].map(|(x, y)| Point { x, y });
    let path = Model::Slope.descend(&points, 5.0, 0.25, 4);
    assert_eq!(path, Ok(vec![5.0, -3.0, 5.0, -3.0, 5.0]));
    assert_eq!(Model::Slope.descend(&points, 1.0, 0.25, 2), Ok(vec![1.0; 3]));
}

#[test]
fn half_the_limit_reaches_the_optimum_in_one_step() {
    let path = Model::Constant.descend(&constant_example(), -40.0, 0.5, 1);
    assert_eq!(path, Ok(vec![-40.0, 3.0]));
    let half = Model::Slope.step_size_limit(&slope_example()) / 2.0;
    let path = Model::Slope.descend(&slope_example(), -40.0, half, 1).expect("stable");
    // The roundings are those of numbers up to 40.
    assert!((path[1] - 29.0 / 14.0).abs() < 40.0 * FEW_ROUNDINGS);
    assert_relative_eq!(
        Model::Slope.contraction(&slope_example(), 0.05),
        8.0 / 15.0,
        max_relative = FEW_ROUNDINGS
    );
}

/// The distance doubles in each step, at `α = 1.5`: `1 − 2α = −2`.
#[test]
fn a_diverging_run_ends_with_the_step_at_which_it_leaves_the_numbers() {
    let error = Model::Constant
        .descend(&constant_example(), 0.0, 1.5, 2000)
        .expect_err("a factor of −2 in each step");
    assert!(matches!(error, OptimizationError::Diverged { step: 1000..=1024, .. }));
}

#[test]
fn a_step_size_that_is_none_is_refused_with_its_value() {
    for step_size in [0.0, -0.1, f64::NAN, f64::INFINITY] {
        for model in BOTH {
            let points = constant_example();
            let message =
                format!("step size {step_size}, expected a finite number above 0");
            for error in [
                model.descend(&points, 0.0, step_size, 3).expect_err("descend"),
                model.sgd(&points, 0.0, |_| step_size).expect_err("sgd"),
                stationary_variance(step_size, 1.0).expect_err("variance"),
            ] {
                assert_eq!(error.to_string(), message);
            }
        }
    }
    let error = stationary_variance(1.0, 1.0).expect_err("none at the limit");
    assert_eq!(error.to_string(), "step size 1, expected a number below 1");
}

// SGD.

/// Seed and number of draws were chosen before the run. The points are 1, 2, 3 and 6,
/// so that their sums are exact.
///
/// With `u` the rounding, the step `θ − α · 2(θ − y)` has the error of the difference,
/// of `α = 1/(2t)` and of their product, together `3u · 5/t` (5 is the largest distance
/// of two points), and that of the last subtraction, at most `6u` (6 is the largest
/// point). The step before comes with the factor `(t − 1)/t`, so that the error `Eₜ`
/// obeys `t Eₜ ≤ (t − 1) Eₜ₋₁ + (15 + 6t) u`, and `E_T ≤ (15 + 3(T + 1)) u`. The first
/// step, from −7, has nothing to round. One more `6u` is for the mean itself, and 1 %
/// for products of roundings.
#[test]
fn with_the_step_size_1_over_2t_sgd_is_the_running_mean() {
    const COUNT: usize = 100_000;
    let points = draws(&constant_example(), COUNT, 1);
    let path = Model::Constant.sgd(&points, -7.0, running_mean).expect("stable");
    let (mut sum, mut largest) = (0.0, 0.0_f64);
    for (t, point) in (1..).zip(&points) {
        sum += point.y;
        let error = (path[t] - sum / t as f64).abs();
        let bound = 1.01 * (15.0 + 3.0 * (t as f64 + 1.0) + 6.0) * ROUNDING;
        assert!(error <= bound, "{error} > {bound} at step {t}");
        largest = largest.max(error);
    }
    assert!(largest > 0.0, "rounding shows");
    snapshot!("one_parameter__running", values([("largest", significant(largest, 1))]));
}

/// The first step has the factor `1 − 2α₁ = 0` before the start `θ₀`: what is left is the
/// rounding of `θ₀ − y₁`, at most `u|θ₀ − y₁|`. For a whole `y₁` there is none up to 2⁵³;
/// 10¹⁶ − 1 is not a number of this format and is rounded to 10¹⁶. Of tenths the last digits
/// are lost. Step `t` multiplies this error by `(t − 1)/t`, and rounds numbers below 1 a few
/// times itself.
#[test]
fn the_running_mean_forgets_its_start_unless_rounding_eats_the_first_point() {
    let points = constant_example();
    let path =
        |start| Model::Constant.sgd(&points, start, running_mean).expect("stable");
    assert_eq!(path(0.0)[1..], path(1000.0)[1..]);
    assert_eq!(path(1e16)[1], 0.0);

    let points = points.map(|point| Point { y: point.y / 10.0, ..point });
    let path =
        |start| Model::Constant.sgd(&points, start, running_mean).expect("stable");
    for size in [1e3, 1e6, 1e9, 1e12] {
        let mut largest = 0.0_f64;
        for start in (1..=20).map(|i| size * (1.0 + f64::from(i) / 23.0)) {
            let path = path(start);
            let first = path[1] - points[0].y;
            assert!(first.abs() <= ROUNDING * start, "{start}");
            largest = largest.max(first.abs());
            let mut sum = 0.0;
            for (t, point) in (1..).zip(&points) {
                sum += point.y;
                let (count, own) = (t as f64, FEW_ROUNDINGS * t as f64);
                assert!((path[t] - sum / count - first / count).abs() < own);
            }
        }
        assert!(largest > 0.2 * ROUNDING * size, "in proportion to the start");
    }
}

#[test]
fn one_pass_of_the_running_mean_ends_at_the_optimum_in_every_order() {
    let points = constant_example();
    let mut orders = 0;
    for code in 0..256 {
        let order = [code / 64, code / 16 % 4, code / 4 % 4, code % 4];
        if !(0..4).all(|place| order.contains(&place)) {
            continue;
        }
        orders += 1;
        let path = Model::Constant
            .sgd(&order.map(|i: usize| points[i]), 100.0, running_mean)
            .expect("stable");
        assert_relative_eq!(path[4], 3.0, max_relative = FEW_ROUNDINGS);
    }
    assert_eq!(orders, 24);
}

/// The same algebra with `S_t = Σ x²` in the place of `t`.
#[test]
fn in_the_slope_model_1_over_twice_the_sum_of_squares_gives_the_running_optimum() {
    let mut points = scattered().to_vec();
    points.insert(2, Point { x: 0.0, y: 5.0 });
    let squares =
        |t: usize| points[..t].iter().map(|point| point.x.powi(2)).sum::<f64>();
    let path =
        Model::Slope.sgd(&points, 0.0, |t| 0.5 / squares(t)).expect("a stable run");
    for t in 1..=points.len() {
        let optimum = Model::Slope.optimum(&points[..t]).expect("x ≠ 0");
        // Roundings of numbers up to 6.
        assert!((path[t] - optimum).abs() < 6.0 * FEW_ROUNDINGS);
    }
}

const STEPS: usize = 1_000_000;

/// What a simulation of the constant model gives for the variance around the mean, with
/// the error it may have.
struct Simulated {
    variance: f64,
    standard_error: f64,
}

/// `r = θ − 3` is followed by `μ r + η` with `μ = 1 − 2α` and `η = 2α (y − 3)`, which is
/// independent of `r` and has mean 0. Hence the next square is on average `μ² r² + E η²`:
/// the squares are correlated, by `μ^{2k}` over `k` steps, and `T` of them are worth no
/// more than `T (1 − μ²)/(1 + μ²)` independent ones.
///
/// Their variance is `E r⁴ − V²`, and from the fourth power of the recursion
/// `E r⁴ = (6 μ² V E η² + E η⁴) / (1 − μ⁴)`.
///
/// The run starts at the mean; the first 1000 steps are left out, after which
/// `μ^{2000}` of the start is left: nothing for the step sizes used here.
fn simulate(step_size: f64, seed: u64) -> Simulated {
    let points = draws(&constant_example(), 1000 + STEPS, seed);
    let path = Model::Constant.sgd(&points, 3.0, |_| step_size).expect("stable");
    let squares: Vec<_> = path[1001..].iter().map(|x| (x - 3.0).powi(2)).collect();
    let moment =
        |power| mean(&constant_example().map(|point| (point.y - 3.0).powi(power)));
    let (factor, gain) = (1.0 - 2.0 * step_size, 2.0 * step_size);
    let noise = gain.powi(2) * moment(2);
    let variance = noise / (1.0 - factor.powi(2));
    let fourth = (6.0 * factor.powi(2) * variance * noise + gain.powi(4) * moment(4))
        / (1.0 - factor.powi(4));
    let independent = effective(factor * factor);
    Simulated {
        variance: mean(&squares),
        standard_error: ((fourth - variance.powi(2)) / independent).sqrt(),
    }
}

/// What [`STEPS`] values are worth whose correlation over `k` steps is `ratio^k`.
fn effective(ratio: f64) -> f64 {
    STEPS as f64 * (1.0 - ratio) / (1.0 + ratio)
}

/// Step sizes and seed were chosen before the run. At the book's seed four standard errors
/// are enough, as the page says.
#[test]
fn at_constant_step_size_sgd_has_variance_alpha_sigma_squared_over_one_minus_alpha() {
    let rows = [0.02, 0.1, 0.25, 0.5, 0.75, 0.95].map(|step_size| {
        let theory = stationary_variance(step_size, 3.5).expect("stable");
        let Simulated { variance, standard_error } = simulate(step_size, 2);
        let allowed = if shift() == Ok(0) { 4.0 } else { SIGMAS };
        assert!(
            (variance - theory).abs() < allowed * standard_error,
            "α = {step_size}: {variance}, not {theory} ± {standard_error}"
        );
        [
            step_size.to_string(),
            significant(theory, 5),
            significant(variance, 4),
            significant(standard_error, 1),
            decimals(effective((1.0 - 2.0 * step_size).powi(2)) / 1000.0, 0),
        ]
    });
    snapshot!(
        "one_parameter__stationary",
        table(
            [
                r"$\alpha$",
                r"$\alpha s^2/(1-\alpha)$",
                "simulated",
                "standard error",
                "effective samples, thousands"
            ],
            rows
        )
    );
}

/// At `α = ½` the parameter is the last point drawn: its variance is `s²`.
#[test]
fn at_step_size_one_half_sgd_remembers_the_last_point_only() {
    let points = draws(&constant_example(), 100, 3);
    let path = Model::Constant.sgd(&points, 50.0, |_| 0.5).expect("stable");
    for (parameter, point) in path[1..].iter().zip(&points) {
        assert_eq!(*parameter, point.y);
    }
    assert_eq!(stationary_variance(0.5, 3.5), Ok(3.5));
}

/// The largest `x²` is 9. A step multiplies the distance by `1 − 2αx²`, below 1 in size but
/// for `x = 0`; of 4000 steps each of the five points gets 500 at least, and the closest
/// factor to 1 is then `0.96^500 · 0.99^…`, far below one rounding of 2.
#[test]
fn if_one_parameter_fits_every_point_sgd_converges_at_a_constant_step_size() {
    let points = [1.0, -2.0, 3.0, 0.0, -1.0].map(|x: f64| Point { x, y: 2.0 * x });
    assert_eq!(Model::Slope.votes(&points, 2.0), [0.0; 5]);
    let drawn = draws(&points, 4000, 4);
    for step_size in [0.02, 0.05, 0.1, 0.11] {
        assert!(step_size < 1.0 / 9.0);
        let path = Model::Slope.sgd(&drawn, 0.0, |_| step_size).expect("stable");
        for pair in path.windows(2) {
            assert!(
                (pair[1] - 2.0).abs() <= (pair[0] - 2.0).abs() + 2.0 * FEW_ROUNDINGS
            );
        }
        assert!((path[4000] - 2.0).abs() <= 2.0 * FEW_ROUNDINGS, "{step_size}");
    }
    assert_eq!(stationary_variance(0.05, 0.0), Ok(0.0));
}

/// If one slope fits all points, a step of SGD multiplies the distance to it by `1 − 2αx²`. The mean of
/// its square, over the points, is 1 at `α = mean(x²)/mean(x⁴)`, here 1/7, while
/// gradient descent is stable up to 3/14. By the law of large numbers a long run
/// shrinks if the mean of the logarithm is negative.
#[test]
fn the_mean_square_of_sgd_in_the_slope_model_grows_where_a_typical_run_shrinks() {
    let factors = |step_size: f64| {
        slope_example().map(|point| Model::Slope.contraction(&[point], step_size))
    };
    let growth =
        |step_size: f64| mean(&factors(step_size).map(|factor| factor.powi(2)));
    assert_relative_eq!(growth(1.0 / 7.0), 1.0, max_relative = FEW_ROUNDINGS);
    assert!(growth(0.999 / 7.0) < 1.0 && growth(1.001 / 7.0) > 1.0);
    assert!(Model::Slope.contraction(&slope_example(), 0.2).abs() < 1.0);
    // All 3⁸ ways to draw eight points.
    let mut squares = vec![1.0];
    for _ in 0..8 {
        let draws = factors(0.2).map(|factor| factor * factor);
        squares = squares.iter().flat_map(|s| draws.map(|square| s * square)).collect();
    }
    assert_relative_eq!(mean(&squares), growth(0.2).powi(8), max_relative = 1e-12);
    let log = mean(&factors(0.2).map(|factor| factor.abs().ln()));
    assert!(growth(0.2) > 2.0 && log < 0.0);
    let Runs { back, far } = runs();
    snapshot!(
        "one_parameter__sgd_limit",
        values([
            ("gd", decimals(3.0 / 14.0, 3)),
            ("sgd", decimals(1.0 / 7.0, 3)),
            ("growth", decimals(growth(0.2), 2)),
            ("log", decimals(log, 3)),
            ("steps", grouped(LONG)),
            ("back", decimals(100.0 * back, 0)),
            ("far", decimals(100.0 * far, 0)),
        ])
    );
}

/// At the step size 0.2 the factors of `x = 1, 2, 3` are 0.6, −0.6 and −2.6: the logarithm
/// of the distance after some steps, from 1, by how many of them had `x = 3`.
fn logarithm(steps: usize, threes: usize) -> f64 {
    (steps - threes) as f64 * 0.6_f64.ln() + threes as f64 * 2.6_f64.ln()
}

const LONG: usize = 5000;
const FAR: f64 = 1000.0;

/// Of all runs of [`LONG`] steps from the distance 1: the share that ends nearer, and the
/// share that was ever [`FAR`] away.
struct Runs {
    back: f64,
    far: f64,
}

/// The shares of all draws, step by step, by how many of them were `x = 3`. A run that has
/// been [`FAR`] away is counted and left out.
fn runs() -> Runs {
    let end = |threes: usize| logarithm(LONG, threes);
    let (mut log_share, mut back) = (LONG as f64 * (2.0_f64 / 3.0).ln(), 0.0);
    for threes in 0..=LONG {
        if end(threes) < 0.0 {
            back += log_share.exp();
        }
        log_share += ((LONG - threes) as f64 / (threes + 1) as f64 / 2.0).ln();
    }
    let (mut shares, mut far) = (vec![1.0], 0.0);
    for steps in 1..=LONG {
        let mut next = vec![0.0; shares.len() + 1];
        for (threes, share) in shares.iter().enumerate() {
            next[threes] += share * 2.0 / 3.0;
            next[threes + 1] += share / 3.0;
        }
        if logarithm(steps, shares.len()) > FAR.ln() {
            far += next.pop().expect("one entry more than before");
        }
        shares = next;
    }
    Runs { back, far }
}

/// Runs on points that the slope 0 fits, so that the parameter is the distance itself.
/// Their counts are binomial.
#[test]
fn nearly_every_run_of_sgd_converges_where_the_mean_square_grows_and_half_of_them_after_a_long_way()
 {
    const COUNT: usize = 400;
    let Runs { back, far } = runs();
    assert!(back > 0.98 && (0.4..0.6).contains(&far), "{back} {far}");
    let points = slope_example().map(|point| Point { y: 0.0, ..point });
    let (mut near, mut away) = (0, 0);
    for seed in 0..COUNT {
        let drawn = draws(&points, LONG, 100 + seed as u64);
        let path = Model::Slope.sgd(&drawn, 1.0, |_| 0.2).expect("no run is so far");
        let largest = path.iter().fold(0.0_f64, |far, theta| far.max(theta.abs()));
        near += usize::from(path[LONG].abs() < 1.0);
        away += usize::from(largest > FAR);
        let threes = drawn[..200].iter().filter(|point| point.x == 3.0).count();
        assert!((path[200].abs().ln() - logarithm(200, threes)).abs() < 1e-10);
    }
    let count = COUNT as f64;
    assert!((near as f64 - count * back).abs() < bernstein(count, back), "{near}");
    assert_share(away, COUNT, far);
}

// Leverage and units.

/// Whole numbers and powers of two throughout: exact.
#[test]
fn a_point_moves_the_slope_in_proportion_to_its_x_and_the_mean_by_one_nth() {
    let points = [1.0, -1.0, 1.0, 1.0, 2.0, -2.0, 2.0, 4.0].map(|x| Point { x, y: x });
    let moved = |model: Model, index: usize| {
        let mut raised = points;
        raised[index].y += 1.0;
        let optimum = |points: &[Point]| model.optimum(points).expect("x ≠ 0");
        optimum(&raised) - optimum(&points)
    };
    for (index, point) in points.iter().enumerate() {
        assert_eq!(moved(Model::Constant, index), 0.125);
        assert_eq!(moved(Model::Slope, index), point.x / 32.0);
    }
}

/// Each `y` more moves the mean by `1/N` and the slope by `x/Σx²`, however large it is; a
/// point at 0 moves no slope. Whole numbers and powers of two: exact.
#[test]
fn one_outlier_pulls_the_mean_without_bound_and_the_slope_if_its_x_is_not_zero() {
    let moved = |model: Model, x: f64, y: f64| {
        let optimum = |y| {
            let points = [(x, y), (4.0, 1.0), (4.0, 1.0), (-4.0, 3.0)]
                .map(|(x, y)| Point { x, y });
            model.optimum(&points).expect("x ≠ 0")
        };
        optimum(y) - optimum(0.0)
    };
    for y in [1.0, 600.0, -1e6, 1e12] {
        for x in [0.0, 4.0, -4.0] {
            assert_eq!(moved(Model::Constant, x, y), y / 4.0);
        }
        assert_eq!(moved(Model::Slope, 4.0, y), y / 16.0);
        assert_eq!(moved(Model::Slope, -4.0, y), -y / 16.0);
        assert_eq!(moved(Model::Slope, 0.0, y), 0.0);
    }
}

/// The loss of the line `ŷ = w x + b` has the Hessian
/// `2 [[mean x², mean x], [mean x, 1]]`.
fn line_hessian(points: &[Point]) -> DMatrix<f64> {
    let xs: Vec<_> = points.iter().map(|point| point.x).collect();
    let squares: Vec<_> = xs.iter().map(|x| x * x).collect();
    2.0 * dmatrix![mean(&squares), mean(&xs); mean(&xs), 1.0]
}

#[test]
fn the_units_of_x_decide_the_step_size_and_scaling_removes_them() {
    let metres = slope_example();
    let in_units =
        |per_metre: f64| metres.map(|point| Point { x: per_metre * point.x, ..point });
    let scaled_points = scaled(&metres).expect("x that are not all 0");
    let limit = |points: &[Point]| Model::Slope.step_size_limit(points);
    let row = |name: &str, points: &[Point]| {
        [
            name.into(),
            significant(1.0 / limit(points), 3),
            significant(limit(points), 3),
        ]
    };
    assert_relative_eq!(
        limit(&in_units(1000.0)),
        limit(&metres) / 1e6,
        max_relative = FEW_ROUNDINGS
    );
    assert_relative_eq!(limit(&scaled_points), 1.0, max_relative = FEW_ROUNDINGS);
    // The best predictions are the same in every unit, and not about another origin.
    let best_loss = |points: &[Point]| {
        let slope = Model::Slope.optimum(points).expect("a best slope");
        Model::Slope.loss(points, slope)
    };
    let centered = standardized(&metres).expect("different x");
    for points in [&in_units(1000.0)[..], &scaled_points] {
        assert_relative_eq!(
            best_loss(points),
            best_loss(&metres),
            max_relative = 1e-12
        );
    }
    assert!(best_loss(&centered) > 10.0 * best_loss(&metres));
    snapshot!(
        "one_parameter__centered",
        values([
            ("before", significant(best_loss(&metres), 3)),
            ("after", significant(best_loss(&centered), 3)),
        ])
    );
    snapshot!(
        "one_parameter__units",
        table(
            ["$x$", "mean of $x^2$", r"limit for $\alpha$"],
            [
                row("1, 2, 3 metres", &metres),
                row("100, 200, 300 centimetres", &in_units(100.0)),
                row("1000, 2000, 3000 millimetres", &in_units(1000.0)),
                row("in units of its root mean square", &scaled_points),
            ]
        )
    );
}

#[test]
fn points_at_zero_have_no_scale() {
    let zeros = [Point { x: 0.0, y: 1.0 }; 2];
    assert_eq!(
        scaled(&zeros).expect_err("no scale"),
        OptimizationError::Flat { points: 2 }
    );
}

/// Standardized, the Hessian of slope and bias is twice the identity.
#[test]
fn standardizing_x_lets_one_step_size_suit_slope_and_bias() {
    let years =
        [(2001.0, 1.0), (2002.0, 2.0), (2006.0, 4.0)].map(|(x, y)| Point { x, y });
    let condition = |points: &[Point]| {
        let eigenvalues = line_hessian(points).symmetric_eigenvalues();
        eigenvalues.max() / eigenvalues.min()
    };
    let standard = standardized(&years).expect("different x");
    let hessian = line_hessian(&standard);
    // Differences of numbers up to 2006 lose four digits.
    let tolerance = 2006.0 * FEW_ROUNDINGS;
    assert!((hessian - DMatrix::from_diagonal_element(2, 2, 2.0)).amax() < tolerance);
    assert!(condition(&years) > 1e12);
    assert!((condition(&standard) - 1.0).abs() < 2.0 * tolerance);
    let error = standardized(&[years[0]; 3]).expect_err("equal x");
    assert_eq!(error.to_string(), "x = 2001 in every point: nothing to standardize");
    snapshot!(
        "one_parameter__condition",
        values([("years", significant(condition(&years), 1))])
    );
}

// Exercises.

fn exercise() -> [Point; 5] {
    [(-2.0, 1.0), (0.0, 4.0), (1.0, 2.0), (1.0, -1.0), (2.0, 4.0)]
        .map(|(x, y)| Point { x, y })
}

/// From `θ = 1`, with the votes by hand. A step of ¼ rounds a few times.
#[test]
fn the_exercises_points_vote_and_a_single_step_leads_to_the_optimum() {
    let points = exercise();
    let [constant, slope] = BOTH.map(|model| model.votes(&points, 1.0));
    let by_hand = [[0.0, -1.2, -0.4, 0.8, -1.2], [2.4, 0.0, -0.4, 0.8, -1.6]];
    for (votes, by_hand) in [&constant, &slope].into_iter().zip(by_hand) {
        for (vote, by_hand) in votes.iter().zip(by_hand) {
            assert_relative_eq!(*vote, by_hand, max_relative = FEW_ROUNDINGS);
        }
    }
    for (model, optimum, single) in [(BOTH[0], 2.0, 0.5), (BOTH[1], 0.7, 0.25)] {
        assert_relative_eq!(
            model.optimum(&points).expect("x ≠ 0"),
            optimum,
            max_relative = FEW_ROUNDINGS
        );
        assert_eq!(model.step_size_limit(&points) / 2.0, single);
        let path = model.descend(&points, 1.0, single, 1).expect("stable");
        assert!((path[1] - optimum).abs() < 4.0 * FEW_ROUNDINGS);
    }
}

#[test]
fn a_point_without_a_vote_leaves_the_optimum_and_widens_the_limit() {
    let points = exercise();
    let without = [points[0], points[2], points[3], points[4]];
    assert_eq!(Model::Slope.optimum(&without), Model::Slope.optimum(&points));
    for parameter in [-1.0, 1.0, 3.0] {
        assert_relative_eq!(
            Model::Slope.gradient(&without, parameter),
            1.25 * Model::Slope.gradient(&points, parameter),
            max_relative = FEW_ROUNDINGS
        );
    }
    let limit = |points: &[Point]| Model::Slope.step_size_limit(points);
    assert_relative_eq!(
        limit(&points),
        1.25 * limit(&without),
        max_relative = FEW_ROUNDINGS
    );
}

/// The fraction with the smallest denominator, up to rounding.
fn fraction(number: f64) -> String {
    let is_whole = |x: f64| (x - x.round()).abs() < 30.0 * FEW_ROUNDINGS;
    let denominator = (1..=30).map(f64::from).find(|&d| is_whole(number * d));
    let denominator = denominator.expect("a small denominator");
    let numerator = decimals(number * denominator, 0);
    if denominator == 1.0 { numerator } else { format!("{numerator}/{denominator}") }
}

/// All 3⁸ ways to draw eight points, from the optimum: `V (1 − 2⁻⁸)` after eight steps,
/// because the mean square starts at 0 and comes halfway to `V` in each. From elsewhere
/// the mean is at the optimum after one step. Roundings of numbers up to 7, and sums of
/// 6561.
#[test]
fn at_half_the_limit_sgd_settles_in_twice_the_noise_of_a_step() {
    let points = slope_example();
    let single = Model::Slope.step_size_limit(&points) / 2.0;
    assert_relative_eq!(single, 3.0 / 28.0, max_relative = FEW_ROUNDINGS);
    let factors = points.map(|point| Model::Slope.contraction(&[point], single));
    for (factor, exact) in factors.iter().zip([11.0 / 14.0, 1.0 / 7.0, -13.0 / 14.0]) {
        assert!((factor - exact).abs() < FEW_ROUNDINGS);
    }
    assert!(mean(&factors).abs() < FEW_ROUNDINGS);
    assert!((mean(&factors.map(|factor| factor.powi(2))) - 0.5).abs() < FEW_ROUNDINGS);

    let optimum = 29.0 / 14.0;
    let noise = mean(
        &points.map(|Point { x, y }| (2.0 * single * x * (y - optimum * x)).powi(2)),
    );
    let variance = 453.0 / 1372.0;
    assert_relative_eq!(2.0 * noise, variance, max_relative = 10.0 * FEW_ROUNDINGS);
    let ends = |start: f64, steps: usize| -> Vec<f64> {
        let ways = 3_usize.pow(steps as u32);
        let end = |way: usize| {
            let drawn: Vec<_> =
                (0..steps).map(|t| points[way / 3_usize.pow(t as u32) % 3]).collect();
            let path = Model::Slope.sgd(&drawn, start, |_| single).expect("stable");
            path[steps] - optimum
        };
        (0..ways).map(end).collect()
    };
    for steps in [1, 8] {
        let tolerance = 7.0 * FEW_ROUNDINGS * steps as f64;
        assert!(mean(&ends(-40.0, steps)).abs() < 10.0 * tolerance);
        let squares: Vec<_> = ends(optimum, steps).iter().map(|e| e * e).collect();
        let halfway = variance * (1.0 - 0.5_f64.powi(steps as i32));
        assert!((mean(&squares) - halfway).abs() < tolerance);
    }
    let own = points.map(|point| point.y / point.x);
    assert_eq!(own, [2.0, 1.5, 7.0 / 3.0]);

    let at_once = fraction(single);
    let factors = factors.map(fraction).join(", ");
    let own = own.map(fraction).join(", ");

    let points = exercise();
    let without = [points[0], points[2], points[3], points[4]];
    let [constant, slope] = BOTH;
    let optimum = |model: Model| model.optimum(&points).expect("x ≠ 0");
    let single = |points: &[Point]| slope.step_size_limit(points) / 2.0;
    snapshot!(
        "one_parameter__exercises",
        values([
            ("constant_votes", list(&constant.votes(&points, 1.0), 1)),
            ("constant_gradient", decimals(constant.gradient(&points, 1.0), 0)),
            ("constant_optimum", decimals(optimum(constant), 0)),
            ("slope_votes", list(&slope.votes(&points, 1.0), 1)),
            ("slope_gradient", decimals(slope.gradient(&points, 1.0), 1)),
            ("slope_optimum", decimals(optimum(slope), 1)),
            ("mean_square", decimals(1.0 / slope.step_size_limit(&points), 0)),
            ("single", decimals(single(&points), 2)),
            ("single_without", decimals(single(&without), 1)),
            ("at_once", at_once),
            ("factors", factors),
            ("own", own),
            ("noise", decimals(noise, 3)),
            ("variance", decimals(variance, 2)),
            ("deviation", decimals(variance.sqrt(), 2)),
        ])
    );
}
