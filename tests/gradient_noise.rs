//! What the chapter on the noise of the gradients says.

mod support;

use approx::{assert_abs_diff_eq, assert_relative_eq};
use descent::backpropagation::squared_error_and_gradient;
use descent::gradient_descent::OptimizationError;
use descent::gradient_noise::{
    four_examples, mean_squares, noise_ball, noisy_descent, reshuffled_variance,
};
use descent::linear_layer::Linear;
use descent::network::{Activation, Network};
use descent::one_parameter::stationary_variance;
use descent::quadratic::{Quadratic, descend};
use descent::sgd::minibatch_variance;
use nalgebra::{DMatrix, DVector, RowDVector, dmatrix, dvector};
use std::collections::BTreeSet;
use support::optimizers::start;
use support::statistics::{SIGMAS, mean};
use support::{decimals, rng, significant, table, values};

/// Some tens of roundings in a row.
const ROUNDINGS: f64 = 1e-14;

/// All minibatches of `size` of the examples `0..count`.
fn minibatches(count: usize, size: u32) -> Vec<Vec<usize>> {
    let sets = (0_u32..1 << count).filter(|set| set.count_ones() == size);
    sets.map(|set| (0..count).filter(|i| set >> i & 1 == 1).collect()).collect()
}

// One direction.

/// Every sequence of so many noises of `−s` and `s`.
fn noises(s: f64, steps: usize) -> Vec<Vec<f64>> {
    let sequence = |code: usize| {
        (0..steps).map(|step| if code >> step & 1 == 0 { s } else { -s }).collect()
    };
    (0..1 << steps).map(sequence).collect()
}

/// What remains after the steps, for one sequence of noises.
fn remains(start: f64, lambda: f64, step_sizes: &[f64], noises: &[f64]) -> f64 {
    let steps = step_sizes.iter().zip(noises);
    steps.fold(start, |r, (step_size, noise)| r - step_size * (lambda * r + noise))
}

/// Halves of halves are exact.
#[test]
fn with_half_steps_and_noise_of_one_the_variance_climbs_from_a_quarter_to_a_third() {
    let all = mean_squares(0.0, (1.0, 1.0), &[0.5; 60]);
    let rows = (1..=3).map(|steps| {
        let ends = noises(1.0, steps);
        let ends =
            ends.iter().map(|noises| remains(0.0, 1.0, &vec![0.5; steps], noises));
        let mut ends: Vec<f64> = ends.collect();
        ends.sort_by(f64::total_cmp);
        let part = f64::from(1 << steps);
        for (place, end) in ends.iter().enumerate() {
            assert_eq!(*end, (2.0 * place as f64 + 1.0) / part - 1.0, "evenly spread");
        }
        let squares = mean(&ends.iter().map(|end| end * end).collect::<Vec<_>>());
        assert_eq!(squares, all[steps - 1]);
        assert_eq!(squares, (1.0 - 0.25_f64.powi(steps as i32)) / 3.0);
        let upper = ends[ends.len() / 2..].iter();
        let places = upper.map(|end| format!("±{}/{part}", end * part));
        let parts = part * part;
        let mut fraction = (squares * parts, parts);
        while fraction.0 % 2.0 == 0.0 && fraction.1 % 2.0 == 0.0 {
            fraction = (fraction.0 / 2.0, fraction.1 / 2.0);
        }
        [
            steps.to_string(),
            places.collect::<Vec<_>>().join(", "),
            format!("{}/{}", fraction.0, fraction.1),
        ]
    });
    snapshot!(
        "gradient_noise__halves",
        table(["steps", "places, all equally likely", "mean square"], rows)
    );
    assert_relative_eq!(all[59], 1.0 / 3.0, max_relative = ROUNDINGS);
}

#[test]
fn the_mean_squares_are_those_over_all_sequences_of_noise() {
    let step_sizes = [0.1, 0.3, 0.05, 0.7, 0.2, 0.2, 0.01];
    for (start, lambda, s) in [(0.0, 1.0, 3.0), (10.0, 2.0, 0.5), (-4.0, 0.3, 1.0)] {
        let formula = mean_squares(start * start, (lambda, s * s), &step_sizes);
        for steps in 1..=step_sizes.len() {
            let squares = noises(s, steps);
            let squares = squares.iter().map(|noises| {
                remains(start, lambda, &step_sizes[..steps], noises).powi(2)
            });
            let exact = mean(&squares.collect::<Vec<_>>());
            assert_relative_eq!(formula[steps - 1], exact, max_relative = ROUNDINGS);
        }
    }
}

/// A step multiplies what is too much or too little by `(1 − αλ)²`, at most 0.98²; 2000 of
/// them leave less than `10⁻³⁵` of it.
#[test]
fn at_a_constant_step_size_the_mean_square_ends_at_the_noise_ball_from_everywhere() {
    for start in [0.0, 1e-3, 100.0] {
        for (step_size, lambda) in [(0.02, 1.0), (0.1, 1.0), (0.1, 10.0), (0.19, 10.0)]
        {
            let ends = mean_squares(start, (lambda, 9.0), &[step_size; 2000]);
            let ball = independent_variance(step_size, lambda);
            assert_relative_eq!(ends[1999], ball, max_relative = 100.0 * ROUNDINGS);
        }
    }
}

// Smaller steps.

/// In the direction of curvature 1 of the chapter's example, from 10, root mean squares.
fn distances(step_sizes: &[f64]) -> Vec<f64> {
    mean_squares(100.0, (1.0, 9.0), step_sizes).iter().map(|m| m.sqrt()).collect()
}

/// The first step after which the distance is less than a tenth above that of the small
/// step's noise ball, and stays there.
fn settled(step_sizes: &[f64]) -> usize {
    let near = 1.1 * independent_variance(0.01, 1.0).sqrt();
    1 + distances(step_sizes).iter().rposition(|&r| r > near).expect("a way") + 1
}

#[test]
fn thirty_large_steps_first_save_half_of_the_small_ones() {
    let first = |large: usize| [vec![0.1; large], vec![0.01; 2000 - large]].concat();
    let (alone, both) = (settled(&first(0)), settled(&first(30)));
    assert!((0.4..0.6).contains(&(both as f64 / alone as f64)), "{both} {alone}");
    let ball = |step_size: f64| independent_variance(step_size, 1.0).sqrt();
    snapshot!(
        "gradient_noise__decay",
        values([
            ("large", significant(ball(0.1), 2)),
            ("small", significant(ball(0.01), 2)),
            ("alone", alone.to_string()),
            ("both", both.to_string()),
            ("halving", significant(halving(), 2)),
        ])
    );
}

/// With `λ = 1` the first step forgets the start, and then `(1 − 1/t)² s²/(t − 1) + s²/t²`
/// is `s²/t`.
#[test]
fn with_steps_of_one_over_t_the_mean_square_is_that_of_the_noise_over_t() {
    let step_sizes: Vec<f64> = (1..=1000).map(|t| 1.0 / f64::from(t)).collect();
    for start in [0.0, 4.0, 1e6] {
        let squares = mean_squares(start, (1.0, 9.0), &step_sizes);
        for (square, t) in squares.iter().zip(1..) {
            assert_relative_eq!(*square, 9.0 / f64::from(t), max_relative = ROUNDINGS);
        }
    }
}

/// The share of the way that is left of steps ½, ¼, ⅛, … without noise.
fn halving() -> f64 {
    let step_sizes: Vec<f64> = (1..=60).map(|t| 0.5_f64.powi(t)).collect();
    mean_squares(1.0, (1.0, 0.0), &step_sizes)[59].sqrt()
}

/// Euler's series for the product of all `1 − 2⁻ᵗ`: `1 − x − x² + x⁵ + x⁷ − x¹² − …`.
#[test]
fn steps_that_halve_each_time_stop_on_the_way_without_any_noise() {
    let x = |power: i32| 0.5_f64.powi(power);
    let series = 1.0 - x(1) - x(2) + x(5) + x(7) - x(12) - x(15) + x(22) + x(26);
    // The next powers are 35 and 40.
    assert_abs_diff_eq!(halving(), series, epsilon = 1e-10);
}

/// Steps of `½ t⁻ᵖ` in a direction of curvature 1, from 10 with the variance 9. With `p` of
/// ½ or 1 the product of all `1 − α` is at most `e^{−Σα}`, and the noise adds at most `α s²/2`
/// and what is left of earlier noise; with `p = 3/2` the product is at least
/// `e^{−½ζ(3/2) − ¼ζ(3)} > 0.2`; with `p = 0` the noise ball is left.
#[test]
fn the_mean_square_goes_to_zero_exactly_if_the_steps_do_and_their_sum_has_no_limit() {
    let end = |p: f64| {
        let step_sizes: Vec<f64> =
            (1..=1_000_000).map(|t| 0.5 * f64::from(t).powf(-p)).collect();
        *mean_squares(100.0, (1.0, 9.0), &step_sizes).last().expect("a step")
    };
    assert!(end(0.0) > 2.0, "the steps do not go to zero");
    assert!(end(0.5) < 1e-2);
    assert!(end(1.0) < 1e-3);
    assert!(end(1.5) > 4.0, "their sum has a limit");
}

/// The step size with which the mean square is least after the next step.
fn best_step_size(mean_square: f64, lambda: f64, variance: f64) -> f64 {
    lambda * mean_square / (lambda * lambda * mean_square + variance)
}

/// A parabola in the step size; and one over the mean square grows by `λ²/s²` each time.
#[test]
fn the_best_next_step_sizes_make_one_over_the_mean_square_grow_evenly() {
    for (start, lambda, variance) in [(100.0, 1.0, 9.0), (0.5, 10.0, 2.0)] {
        let mut square = start;
        for t in 1..=50 {
            let best = best_step_size(square, lambda, variance);
            let after = |a: f64| mean_squares(square, (lambda, variance), &[a])[0];
            for other in [0.0, 0.5 * best, 0.99 * best, 1.01 * best, 2.0 * best] {
                assert!(after(other) > after(best));
            }
            square = after(best);
            let even = 1.0 / start + f64::from(t) * lambda * lambda / variance;
            assert_relative_eq!(1.0 / square, even, max_relative = 10.0 * ROUNDINGS);
        }
    }
}

// Batch size and step size.

/// With the losses `½(θ − 1)²` and `½(θ − 3)²`, from 0.
#[test]
fn half_the_step_size_quarters_the_difference_between_two_steps_and_one_of_twice_the_size()
 {
    let both = |step_size: f64| {
        let first = step_size;
        (first - step_size * (first - 3.0), 2.0 * step_size * 2.0)
    };
    let difference = |step_size| both(step_size).1 - both(step_size).0;
    assert_relative_eq!(difference(0.1), 0.01, max_relative = 1e-13);
    assert_relative_eq!(difference(0.05), 0.0025, max_relative = 1e-13);
    snapshot!(
        "gradient_noise__two_steps",
        values([
            ("small", decimals(both(0.1).0, 2)),
            ("large", decimals(both(0.1).1, 2)),
            ("difference", decimals(difference(0.1), 2)),
            ("quarter", decimals(difference(0.05), 4)),
        ])
    );
}

/// Of `N = 10,000` examples, `|B|` up to 100: `(N − |B|)/(N − 1)` is within 1 % of one, and
/// `2 − αλ` within 0.5 % of two.
#[test]
fn to_first_order_the_noise_ball_knows_only_step_size_over_batch_size() {
    let examples: Vec<_> = (0..10_000).map(|i| dvector![f64::from(i)]).collect();
    let parabola = Quadratic::new(dmatrix![2.0], dvector![0.0]);
    let ball = |times: usize| {
        let noise = dmatrix![minibatch_variance(&examples, times)];
        let step_size = 5e-5 * times as f64;
        noise_ball(&parabola, &noise, step_size).expect("stable")[0]
    };
    for times in [2, 10, 100] {
        assert_relative_eq!(ball(times), ball(1), max_relative = 0.015);
    }
}

/// Four minibatches of a linear regression, two examples in each: `½ ‖Xθ − y‖²`.
fn regressions() -> [Quadratic; 4] {
    let rows: [([f64; 4], [f64; 2]); 4] = [
        ([1.0, 2.0, 0.0, 1.0], [3.0, -1.0]),
        ([2.0, -1.0, 1.0, 1.0], [0.0, 2.0]),
        ([1.0, 0.0, 3.0, 1.0], [-2.0, 1.0]),
        ([0.0, 2.0, 1.0, -1.0], [1.0, 1.0]),
    ];
    rows.map(|(x, y)| {
        let inputs = DMatrix::from_row_slice(2, 2, &x);
        Quadratic::least_squares(&inputs, &DVector::from_row_slice(&y))
    })
}

/// What is between one small step on each minibatch and one large step on all of them.
fn difference(minibatches: &[Quadratic], step_size: f64) -> DVector<f64> {
    let origin = dvector![1.0, -2.0];
    let mut small = origin.clone();
    for minibatch in minibatches {
        small -= step_size * minibatch.gradient(&small);
    }
    let sum: DVector<f64> = minibatches.iter().map(|b| b.gradient(&origin)).sum();
    small - (origin - step_size * sum)
}

/// For two steps the difference is `α² H₂ g₁` to the last term. For four it has terms up
/// to `α⁴`; with eigenvalues below 11 and `α = 10⁻⁴` those of third order are below `4 ·
/// 11 · 10⁻⁴` of those of second order, and the ratio is within 2 % of 4.
#[test]
fn one_large_step_differs_from_small_ones_that_sum_to_it_in_second_order() {
    let minibatches = regressions();
    let two = difference(&minibatches[..2], 0.01);
    let gradient = minibatches[0].gradient(&dvector![1.0, -2.0]);
    let exact = 1e-4 * minibatches[1].hessian() * gradient;
    assert_abs_diff_eq!(two, exact, epsilon = ROUNDINGS);
    for quadratic in &minibatches {
        assert!(quadratic.hessian().symmetric_eigenvalues().max() < 11.0);
    }
    let four = |step_size| difference(&minibatches, step_size).norm();
    assert_relative_eq!(four(1e-4) / four(5e-5), 4.0, max_relative = 0.02);
}

#[test]
fn two_small_steps_can_be_stable_where_one_of_twice_the_size_is_not() {
    let valley = Quadratic::valley();
    let small = descend(&valley, &start(), 0.15, 200).expect("a stable run");
    let large = descend(&valley, &start(), 0.3, 100).expect("a finite run");
    assert!(small[200].norm() < 1e-6);
    assert!(large[100].norm() > 1e6);
}

// The noise ball.

/// `(I − αP) V (I − αP) + α² C`: what a step makes of the covariance.
fn after_a_step(
    quadratic: &Quadratic,
    covariance: &DMatrix<f64>,
    noise: &DMatrix<f64>,
    step_size: f64,
) -> DMatrix<f64> {
    let factor = DMatrix::identity(2, 2) - step_size * quadratic.hessian();
    &factor * covariance * &factor + step_size * step_size * noise
}

/// After 3000 steps the start has lost a factor of `0.98³⁰⁰⁰ < 10⁻²⁶`.
#[test]
fn the_covariance_of_the_noise_ball_is_where_the_recursion_ends() {
    let noises = [dmatrix![9.0, 0.0; 0.0, 9.0], dmatrix![4.0, 1.0; 1.0, 2.0]];
    for quadratic in [Quadratic::valley(), Quadratic::tilted()] {
        for noise in &noises {
            for step_size in [0.02, 0.1, 0.19] {
                let ball = noise_ball(&quadratic, noise, step_size).expect("stable");
                let next = after_a_step(&quadratic, &ball, noise, step_size);
                assert_abs_diff_eq!(next, ball, epsilon = 10.0 * ROUNDINGS);
                let mut covariance = DMatrix::zeros(2, 2);
                for _ in 0..3000 {
                    covariance =
                        after_a_step(&quadratic, &covariance, noise, step_size);
                }
                assert_abs_diff_eq!(covariance, ball, epsilon = 100.0 * ROUNDINGS);
            }
        }
    }
}

#[test]
fn along_an_eigendirection_the_variance_is_alpha_s_squared_over_lambda_times_two_minus_alpha_lambda()
 {
    let noise = dmatrix![9.0, 0.0; 0.0, 9.0];
    for step_size in [0.01, 0.1, 0.15] {
        let ball = noise_ball(&Quadratic::valley(), &noise, step_size).expect("stable");
        for (k, lambda) in [1.0, 10.0].into_iter().enumerate() {
            let exact = step_size * 9.0 / (lambda * (2.0 - step_size * lambda));
            assert_relative_eq!(ball[(k, k)], exact, max_relative = ROUNDINGS);
        }
    }
}

/// Its gradient is `2(θ − y)`: curvature 2, noise `4s²`.
#[test]
fn with_one_parameter_the_noise_ball_is_that_of_the_constant_model() {
    let parabola = Quadratic::new(dmatrix![2.0], dvector![0.0]);
    for step_size in [0.01, 0.3, 0.9] {
        let ball = noise_ball(&parabola, &dmatrix![4.0 * 3.5], step_size);
        let known = stationary_variance(step_size, 3.5).expect("a step size below 1");
        assert_relative_eq!(ball.expect("stable")[0], known, max_relative = ROUNDINGS);
    }
}

#[test]
fn the_loss_in_the_noise_ball_is_to_first_order_a_quarter_of_alpha_times_the_noise() {
    let noise = dmatrix![4.0, 1.0; 1.0, 2.0];
    for quadratic in [Quadratic::valley(), Quadratic::tilted()] {
        let excess = |step_size: f64| {
            let ball = noise_ball(&quadratic, &noise, step_size).expect("stable");
            0.5 * (quadratic.hessian() * ball).trace()
        };
        // The next term is at most αλ/2 = 5·10⁻⁵ of it.
        let first_order = 1e-5 * noise.trace() / 4.0;
        assert_relative_eq!(excess(1e-5), first_order, max_relative = 6e-5);
        assert_relative_eq!(excess(1e-5) / excess(5e-6), 2.0, max_relative = 6e-5);
    }
}

#[test]
fn twice_the_batch_halves_the_noise_of_many_examples_and_leaves_a_third_of_that_of_four()
 {
    let ratio = |examples: &[DVector<f64>]| {
        minibatch_variance(examples, 2) / minibatch_variance(examples, 1)
    };
    assert_relative_eq!(ratio(&four_examples()), 1.0 / 3.0, max_relative = ROUNDINGS);
    let many: Vec<_> = (0..1000).map(|i| dvector![f64::from(i)]).collect();
    assert!((0.499..0.5).contains(&ratio(&many)));
}

/// The four examples in batches of this size: variance and fourth moment of one
/// coordinate.
fn noise_moments(batch_size: u32) -> (f64, f64) {
    let noise = four_examples();
    let mean_of = |batch: &Vec<usize>| {
        batch.iter().map(|&i| noise[i][0]).sum::<f64>() / f64::from(batch_size)
    };
    let means: Vec<f64> = minibatches(4, batch_size).iter().map(mean_of).collect();
    let moment = |power| mean(&means.iter().map(|m| m.powi(power)).collect::<Vec<_>>());
    (moment(2), moment(4))
}

/// Along an eigendirection `x' = μx − αη` with `μ = 1 − αλ` and independent `η`. The
/// fourth moment of `x` is `(6μ²Vα²s² + α⁴ E η⁴) / (1 − μ⁴)`; squares `k` steps apart
/// have the correlation `μ²ᵏ`, so that `T` steps are worth `T (1 − μ²)/(1 + μ²)`. The
/// value is a sum over both coordinates, and its error at most the sum of theirs.
#[test]
fn simulated_minibatches_fill_the_noise_ball_of_the_formula_and_raise_the_loss_by_half_the_trace()
 {
    const STEPS: usize = 100_000;
    const SETTLE: usize = 2_000; // 0.99²⁰⁰⁰ < 10⁻⁸ of the start is left
    let valley = Quadratic::valley();
    let mut rows = Vec::new();
    for batch_size in [1, 2] {
        let (s2, fourth) = noise_moments(batch_size);
        let exact = minibatch_variance(&four_examples(), batch_size as usize) / 2.0;
        assert_relative_eq!(s2, exact, max_relative = ROUNDINGS);
        for step_size in [0.01, 0.05, 0.15] {
            let ball = noise_ball(
                &valley,
                &DMatrix::from_diagonal_element(2, 2, s2),
                step_size,
            );
            let ball = ball.expect("stable");
            let points = noisy_descent(
                &valley,
                &four_examples(),
                &dvector![0.0, 0.0],
                (step_size, batch_size as usize),
                SETTLE + STEPS,
                &mut rng(3),
            );
            let points = &points.expect("a stable run")[SETTLE..];
            let mut cells = vec![batch_size.to_string(), step_size.to_string()];
            let raised =
                mean(&points.iter().map(|p| valley.value(p)).collect::<Vec<_>>());
            let mut raised_error = 0.0;
            for (k, lambda) in [1.0, 10.0].into_iter().enumerate() {
                let squares: Vec<f64> = points.iter().map(|p| p[k].powi(2)).collect();
                let (measured, v) = (mean(&squares), ball[(k, k)]);
                let factor = (1.0 - step_size * lambda).powi(2);
                let a2 = step_size * step_size;
                let m4 = (6.0 * factor * v * a2 * s2 + a2 * a2 * fourth)
                    / (1.0 - factor * factor);
                let worth = STEPS as f64 * (1.0 - factor) / (1.0 + factor);
                let error = ((m4 - v * v) / worth).sqrt();
                assert_abs_diff_eq!(measured, v, epsilon = SIGMAS * error);
                raised_error += 0.5 * lambda * error;
                cells.extend([significant(v, 2), significant(measured, 2)]);
            }
            let half_trace = 0.5 * (valley.hessian() * &ball).trace();
            assert_abs_diff_eq!(raised, half_trace, epsilon = SIGMAS * raised_error);
            rows.push(<[String; 6]>::try_from(cells).expect("six cells"));
        }
    }
    snapshot!(
        "gradient_noise__ball",
        table(
            [
                r"$\lvert B\rvert$",
                "$α$",
                "variance of $θ_1$",
                "measured",
                "variance of $θ_2$",
                "measured"
            ],
            rows
        )
    );
}

/// Three unlike terms: the opposite of a batch's noise is that of none. After 200 seeds
/// one of the three batches is missing with a probability below 10⁻³⁴.
#[test]
fn a_step_follows_the_mean_gradient_of_its_batch_and_every_batch_is_drawn() {
    let (valley, step_size) = (Quadratic::valley(), 0.1);
    let terms = [dvector![2.0, 1.0], dvector![-3.0, 1.0], dvector![1.0, -2.0]];
    for batch_size in [1, 2] {
        let end_of = |batch: &Vec<usize>| {
            let gradients =
                batch.iter().map(|&i| valley.gradient(&start()) + &terms[i]);
            start()
                - step_size * gradients.sum::<DVector<f64>>() / f64::from(batch_size)
        };
        let ends: Vec<_> = minibatches(3, batch_size).iter().map(end_of).collect();
        let reached: BTreeSet<usize> = (0..200)
            .map(|seed| {
                let settings = (step_size, batch_size as usize);
                let run = noisy_descent(
                    &valley,
                    &terms,
                    &start(),
                    settings,
                    1,
                    &mut rng(seed),
                );
                let point = &run.expect("one step")[1];
                let is_near = |end: &DVector<f64>| (end - point).norm() < 1e-12;
                ends.iter().position(is_near).expect("the step of a batch")
            })
            .collect();
        assert_eq!(reached.len(), ends.len());
    }
}

#[test]
fn the_batch_of_all_examples_has_no_noise_and_is_gradient_descent() {
    let valley = Quadratic::valley();
    let all =
        noisy_descent(&valley, &four_examples(), &start(), (0.1, 4), 300, &mut rng(0));
    let all = all.expect("a stable run");
    assert_eq!(all, descend(&valley, &start(), 0.1, 300).expect("a stable run"));
    assert!(all[300].norm() < 1e-12);
}

/// All orders of 0, 1, 2, 3.
fn orders() -> Vec<[usize; 4]> {
    let all =
        (0..256).map(|code: usize| [code / 64, code / 16 % 4, code / 4 % 4, code % 4]);
    all.filter(|order| (0..4).all(|i| order.contains(&i))).collect()
}

/// An epoch from `x` ends at `μ⁴x` plus what it ends at from 0, which is independent of
/// `x`: so the variances of all 24 orders give that after many epochs.
#[test]
fn the_variance_after_reshuffled_epochs_is_that_of_all_orders() {
    let (noise, orders) = ([3.0, -1.0, 2.0, -4.0], orders());
    assert_eq!(orders.len(), 24);
    let variance = mean(&noise.map(|n: f64| n * n));
    for (step_size, lambda) in [(0.01, 1.0), (0.1, 1.0), (0.1, 10.0), (0.15, 10.0)] {
        let ends = orders.iter().map(|order| {
            order.iter().fold(0.0, |x, &i| x - step_size * (lambda * x + noise[i]))
        });
        let squares: Vec<f64> = ends.map(|end: f64| end * end).collect();
        let factor: f64 = 1.0 - step_size * lambda;
        let exact = mean(&squares) / (1.0 - factor.powi(8));
        let formula = reshuffled_variance((step_size, lambda), variance, 4);
        // The formula subtracts two sums near 16/4: a rounding of 10⁻¹⁵ beside a
        // difference of 5α²λ² = 5·10⁻⁴.
        assert_relative_eq!(formula, exact, max_relative = 1e-11);
    }
}

fn independent_variance(step_size: f64, lambda: f64) -> f64 {
    step_size * 9.0 / (lambda * (2.0 - step_size * lambda))
}

/// To first order `α³λs² N(N + 1)/24`; the next term is below `2αλ` of it. The formula
/// subtracts two sums near `N` that differ by `α²N³/12`: a rounding of `10⁻¹⁵ N` is
/// below `10⁻⁵` of this.
#[test]
fn reshuffling_shrinks_the_noise_ball_where_an_epoch_hardly_moves_the_parameter() {
    for examples in [4, 10, 100] {
        let n = examples as f64;
        let small = reshuffled_variance((1e-5, 1.0), 9.0, examples);
        let first_order = 1e-15 * 9.0 * n * (n + 1.0) / 24.0;
        assert_relative_eq!(small, first_order, max_relative = 1e-4);
    }
    let ratio = |step_size: f64, examples| {
        let variance = reshuffled_variance((step_size, 1.0), 9.0, examples);
        (variance / independent_variance(step_size, 1.0)).sqrt()
    };
    assert!(ratio(0.01, 4) < 0.02);
    assert!(ratio(0.1, 1000) > 0.99, "a long epoch forgets how it began");
    // Two noises of 3 and then two of −3, and four of 3, on the way from the minimum.
    let in_order = |noises: [f64; 4]| remains(0.0, 1.0, &[0.01; 4], &noises);
    let (paired, equal) = (in_order([3.0, 3.0, -3.0, -3.0]), in_order([3.0; 4]));
    assert!(paired.abs() < equal.abs() / 50.0);
    snapshot!(
        "gradient_noise__reshuffled",
        values([
            ("paired", significant(paired, 2)),
            ("equal", significant(equal, 2).replace('-', "−")),
            ("independent", significant(independent_variance(0.01, 1.0).sqrt(), 2)),
            (
                "reshuffled",
                significant(reshuffled_variance((0.01, 1.0), 9.0, 4).sqrt(), 2)
            ),
            ("middle", significant(middle_variance((0.01, 1.0)).sqrt(), 2)),
            ("ratio", significant(ratio(0.1, 1000), 3)),
        ])
    );
}

/// The variance after the second step of an epoch of the four examples, from that at its
/// begin and from all orders.
fn middle_variance((step_size, lambda): (f64, f64)) -> f64 {
    let factor = 1.0 - step_size * lambda;
    let noise = four_examples().map(|n| n[0]);
    let after_two = orders()
        .into_iter()
        .map(|order| -step_size * (factor * noise[order[0]] + noise[order[1]]));
    let squares: Vec<f64> = after_two.map(|x| x * x).collect();
    let start = reshuffled_variance((step_size, lambda), 9.0, 4);
    factor.powi(4) * start + mean(&squares)
}

/// The sum of two of the four has the variance 12, two thirds of that of independent
/// ones.
#[test]
fn in_the_middle_of_an_epoch_the_standard_deviation_is_about_ten_times_that_at_its_end()
{
    let end = reshuffled_variance((0.01, 1.0), 9.0, 4);
    let middle = middle_variance((0.01, 1.0));
    assert_relative_eq!(middle, 1e-4 * 12.0, max_relative = 0.02);
    assert!((10.0..15.0).contains(&(middle / end).sqrt()));
    assert!(middle < independent_variance(0.01, 1.0) / 30.0);
}

/// With `αλ = 1` a step forgets all that was before.
#[test]
fn shuffling_can_be_worse_than_drawing_where_one_minus_alpha_lambda_is_negative() {
    let (shuffled, drawn) = (
        |step_size| reshuffled_variance((step_size, 10.0), 9.0, 4),
        |step_size| independent_variance(step_size, 10.0),
    );
    assert!(shuffled(0.09) < drawn(0.09));
    assert_relative_eq!(shuffled(0.1), drawn(0.1), max_relative = ROUNDINGS);
    for step_size in [0.11, 0.15, 0.19] {
        assert!(shuffled(step_size) > drawn(step_size));
    }
}

#[test]
#[should_panic = "steps that multiply by -1"]
fn reshuffled_steps_beyond_the_limit_have_no_variance() {
    reshuffled_variance((0.2, 10.0), 9.0, 4);
}

/// Two runs of the four examples with the same noise, from the chapter's start and from
/// the minimum. The second is the noise alone; what the first has in addition does not
/// depend on the noise.
fn with_the_same_noise(
    quadratic: &Quadratic,
    settings: (f64, usize),
    steps: usize,
) -> [Vec<DVector<f64>>; 2] {
    [start(), dvector![0.0, 0.0]].map(|from| {
        noisy_descent(quadratic, &four_examples(), &from, settings, steps, &mut rng(4))
            .expect("a stable run")
    })
}

/// The mean square of both coordinates of the last points.
fn mean_square(points: &[DVector<f64>]) -> f64 {
    mean(&points.iter().map(DVector::norm_squared).collect::<Vec<_>>())
}

/// The runs differ by `(1 − αλ)ᵗ` of the start, up to some roundings of numbers up to 10
/// in each of 20 stable steps. With `μ = 1 − αλ` at most 0.81 in modulus, 20,000 steps
/// are worth 4,000: the mean squares are within 13 % of the noise ball's with five
/// standard errors, which are a third of each other.
#[test]
fn a_larger_batch_reduces_the_noise_and_does_nothing_about_the_zigzag() {
    let (valley, step_size) = (Quadratic::valley(), 0.19);
    let alone = descend(&valley, &start(), step_size, 20).expect("stable");
    assert!(alone.windows(2).all(|pair| pair[0][1] * pair[1][1] < 0.0));
    let squares = [1, 2, 4].map(|batch_size| {
        let [run, noise] =
            with_the_same_noise(&valley, (step_size, batch_size), 20_000);
        for (t, expected) in alone.iter().enumerate() {
            assert_abs_diff_eq!(&run[t] - &noise[t], expected, epsilon = 1e-12);
        }
        mean_square(&noise[100..])
    });
    let ball = noise_ball(&valley, &dmatrix![9.0, 0.0; 0.0, 9.0], step_size);
    let ball = ball.expect("stable").trace();
    assert_relative_eq!(squares[0], ball, max_relative = 0.13);
    assert_relative_eq!(squares[1], ball / 3.0, max_relative = 0.13);
    assert_eq!(squares[2], 0.0);
}

/// As above, with `μ = 0.9`: 20,000 steps are worth 2,000, and the mean square of two
/// coordinates is within `5 √(2/2,000)` of the noise ball's.
#[test]
fn in_a_round_bowl_there_is_noise_without_a_zigzag() {
    let round = Quadratic::new(DMatrix::identity(2, 2), dvector![0.0, 0.0]);
    let [run, noise] = with_the_same_noise(&round, (0.1, 1), 20_000);
    for (t, pair) in run.windows(2).zip(noise.windows(2)).take(20).enumerate() {
        let [before, after] = [0, 1].map(|i| &pair.0[i] - &pair.1[i]);
        assert!((0..2).all(|k| before[k] * after[k] > 0.0), "{t}");
    }
    assert_relative_eq!(
        mean_square(&noise[100..]),
        2.0 * 0.9 / 1.9,
        max_relative = 0.16
    );
}

/// A network 2-16-1 with squared error, one example a step in a fixed order, from near
/// parameters at which three examples are fitted exactly. If a fourth has the input of
/// the third and another target, no parameters fit both.
#[test]
fn a_network_that_fits_every_example_comes_to_rest_at_a_constant_step_size_and_one_that_cannot_does_not()
 {
    let inputs = dmatrix![1.0, 0.5; -0.5, 1.0; 0.5, -1.0; 0.5, -1.0];
    let mut k = 0.0_f64;
    let mut sine = || {
        k += 1.0;
        (k * k).sin()
    };
    let teacher =
        Network::with_widths(&[2, 16, 1], Activation::Relu, |rows, columns| {
            let weight = DMatrix::from_fn(rows, columns, |_, _| sine());
            Linear::new(weight, RowDVector::from_fn(columns, |_, _| sine()))
        });
    let start = teacher.parameters().map(|parameter| 1.05 * parameter);
    let largest_step = |disagreement: f64| {
        let mut targets = teacher.forward(inputs.clone())[2].clone();
        targets[3] += disagreement;
        let mut theta = start.clone();
        let mut last = 0.0_f64;
        for step in 0..4000 {
            let example = step % 4;
            let gradient = squared_error_and_gradient(
                &teacher.with_parameters(&theta),
                inputs.rows(example, 1).into_owned(),
                &targets.rows(example, 1).into_owned(),
            )
            .1;
            last = if example == 0 { 0.0 } else { last }.max(gradient.norm());
            theta -= 0.05 * gradient;
        }
        last
    };
    assert!(largest_step(0.0) < 1e-10);
    assert!(largest_step(0.1) > 1e-2);
}

#[test]
fn a_step_size_without_a_noise_ball_is_refused_with_its_value() {
    let noise = DMatrix::identity(2, 2);
    for step_size in [0.0, -0.1, 0.2, f64::NAN, f64::INFINITY] {
        let error =
            noise_ball(&Quadratic::valley(), &noise, step_size).expect_err("none");
        let expected = "a number above 0 and below two over the largest eigenvalue";
        assert_eq!(
            error.to_string(),
            format!("step size {step_size}, expected {expected}")
        );
    }
    let saddle = Quadratic::new(dmatrix![1.0, 0.0; 0.0, -1.0], dvector![0.0, 0.0]);
    let error = noise_ball(&saddle, &noise, 0.1).expect_err("no minimum");
    assert!(matches!(error, OptimizationError::NotPositiveDefinite { .. }));
}

// Exercises.

/// The largest number of examples for which twice the batch leaves no more noise than
/// half the step, by the functions of the book.
fn even_number(alpha_lambda: f64) -> usize {
    let left = |examples: usize, batch_size: usize, share: f64| {
        let gradients: Vec<_> = (0..examples).map(|i| dvector![i as f64]).collect();
        let noise = dmatrix![minibatch_variance(&gradients, batch_size)];
        let parabola = Quadratic::new(dmatrix![1.0], dvector![0.0]);
        noise_ball(&parabola, &noise, share * alpha_lambda).expect("stable")[(0, 0)]
    };
    let is_better = |&examples: &usize| {
        let half = left(examples, 1, 0.5);
        left(examples, 2, 1.0) <= half * (1.0 + ROUNDINGS)
    };
    let better: Vec<usize> = (2..200).filter(is_better).collect();
    let largest = better[better.len() - 1];
    assert_eq!(better, (2..=largest).collect::<Vec<_>>());
    // At this number the two are the same.
    assert_relative_eq!(
        left(largest, 2, 1.0),
        left(largest, 1, 0.5),
        max_relative = ROUNDINGS
    );
    largest
}

#[test]
fn twice_the_batch_leaves_less_noise_than_half_the_step_for_fewer_than_four_over_alpha_lambda_examples()
 {
    for (alpha_lambda, even) in [(0.04, 100), (0.1, 40), (0.5, 8), (1.0, 4)] {
        assert_eq!(even_number(alpha_lambda), even);
    }
    snapshot!(
        "gradient_noise__exercises",
        values([("even", even_number(0.1).to_string())])
    );
}
