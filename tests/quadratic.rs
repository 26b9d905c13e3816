//! What the chapter on the quadratic says.

mod support;

use descent::gradient_descent::OptimizationError;
use descent::quadratic::{Quadratic, Spectrum, descend};
use nalgebra::{DMatrix, DVector, dmatrix, dvector};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use support::optimizers::start;
use support::{decimals, significant, table, values};

fn random_point(rng: &mut ChaCha8Rng) -> DVector<f64> {
    DVector::from_fn(2, |_, _| rng.random_range(-3.0..3.0))
}

// The quadratic

/// A centred difference of a quadratic has no error but rounding, whatever its step:
/// with a step of 1 and values below 300, less than 4·2⁻⁵³·300 < 2·10⁻¹³.
#[test]
fn the_gradient_of_a_quadratic_is_its_centred_difference() {
    let tilted = Quadratic::tilted();
    let gradient = tilted.gradient(&start());
    for place in 0..2 {
        let value = |step: f64| {
            let mut moved = start();
            moved[place] += step;
            tilted.value(&moved)
        };
        let difference = (value(1.0) - value(-1.0)) / 2.0;
        assert!((gradient[place] - difference).abs() < 2e-13);
    }
}

#[test]
fn at_the_minimizer_the_gradient_is_zero_and_the_value_smallest() {
    let tilted = Quadratic::tilted();
    let minimizer = tilted.minimizer().unwrap();
    assert!((&minimizer - dvector![1.0, 2.0]).norm() < 1e-15);
    let mut rng = support::rng(1);
    for _ in 0..100 {
        let other = random_point(&mut rng);
        let above = (&other - &minimizer).norm_squared() / 2.0;
        let lowest =
            tilted.value(&minimizer) + tilted.spectrum().unwrap().smallest * above;
        assert!(tilted.value(&other) > lowest - 1e-13);
    }
}

#[test]
fn a_quadratic_without_a_unique_minimizer_is_refused_with_its_smallest_eigenvalue() {
    let saddle = Quadratic::new(dmatrix![1.0, 0.0; 0.0, -1.0], DVector::zeros(2));
    let error = saddle.minimizer().unwrap_err();
    assert_eq!(
        error,
        OptimizationError::NotPositiveDefinite { smallest_eigenvalue: -1.0 }
    );
    assert!(error.to_string().contains("its smallest eigenvalue is -1"));
    let trough = Quadratic::new(dmatrix![1.0, 1.0; 1.0, 1.0], dvector![1.0, 0.0]);
    assert!(trough.minimizer().is_err() && trough.spectrum().is_err());
}

/// Diagonal matrices, whose entries are the eigenvalues. Rounding hides a sign below `nε`
/// times the largest.
#[test]
fn an_eigenvalue_whose_sign_rounding_hides_is_refused() {
    for (n, largest) in [(2, 1.0), (2, 64.0), (5, 0.25)] {
        let limit = n as f64 * f64::EPSILON * largest;
        let spectrum = |smallest: f64| {
            let mut diagonal = DVector::from_element(n, largest);
            diagonal[n / 2] = smallest;
            Quadratic::new(DMatrix::from_diagonal(&diagonal), DVector::zeros(n))
                .spectrum()
        };
        for smallest in [-limit, 0.0, 0.3 * limit, 0.9 * limit, limit] {
            assert!(spectrum(smallest).is_err(), "{n} {smallest}");
        }
        for smallest in [1.1 * limit, 4.0 * limit, largest] {
            assert_eq!(spectrum(smallest), Ok(Spectrum { smallest, largest }));
        }
    }
}

#[test]
#[should_panic(expected = "a quadratic needs a symmetric matrix")]
fn a_matrix_that_is_not_symmetric_is_refused() {
    Quadratic::new(dmatrix![1.0, 1.0; 0.0, 1.0], DVector::zeros(2));
}

// The quadratic under gradient descent

/// Three steps from (10, 1) at 0.15, by hand: `10 · 0.85^t` and `(−½)^t`.
#[test]
fn in_the_valley_each_coordinate_is_multiplied_by_a_number_of_its_own() {
    let valley = Quadratic::valley();
    let points = descend(&valley, &start(), 0.15, 3).unwrap();
    let by_hand = [[10.0, 1.0], [8.5, -0.5], [7.225, 0.25], [6.14125, -0.125]];
    for (theta, by_hand) in points.iter().zip(by_hand) {
        // A few roundings of numbers up to 10 in each step.
        assert!((theta - DVector::from_row_slice(&by_hand)).amax() < 1e-14);
    }
    let rows = points.iter().enumerate().map(|(step, theta)| {
        let gradient = valley.gradient(theta);
        let column = |point: &DVector<f64>| {
            format!("({}, {})", decimals(point[0], 3), decimals(point[1], 3))
        };
        [step.to_string(), column(theta), column(&gradient)]
    });
    let header = ["step", "$(\\theta_1, \\theta_2)$", "gradient"];
    snapshot!("quadratic__by_hand", table(header, rows));
}

/// Each of the 40 steps rounds by at most 8·2⁻⁵³·12, and a stable step does not enlarge
/// what is there: 40·8·2⁻⁵³·12 < 5·10⁻¹³.
#[test]
fn every_component_contracts_by_one_minus_step_size_times_eigenvalue() {
    for quadratic in [Quadratic::valley(), Quadratic::tilted()] {
        let minimizer = quadratic.minimizer().unwrap();
        let eigen = quadratic.hessian().clone().symmetric_eigen();
        let components = |theta: &DVector<f64>| {
            eigen.eigenvectors.transpose() * (theta - &minimizer)
        };
        let first = components(&start());
        for step_size in [0.05, 0.1, 0.19] {
            let points = descend(&quadratic, &start(), step_size, 40).unwrap();
            for (step, theta) in (0..).zip(&points) {
                let factors =
                    eigen.eigenvalues.map(|e| (1.0 - step_size * e).powi(step));
                let expected = first.component_mul(&factors);
                assert!((components(theta) - expected).amax() < 5e-13);
            }
        }
    }
}

/// How far gradient descent is from the minimizer after 4000 steps, in units of the
/// start's distance.
fn remaining(quadratic: &Quadratic, step_size: f64) -> f64 {
    let minimizer = quadratic.minimizer().unwrap();
    let points = descend(quadratic, &start(), step_size, 4000).unwrap();
    (&points[4000] - &minimizer).norm() / (&points[0] - &minimizer).norm()
}

/// At 0.999·2/λmax the steepest component keeps 0.998 in a step and e⁻⁸ = 3·10⁻⁴ in
/// 4000, the others less; at 1.001·2/λmax it grows e⁸-fold, about 2960, and it is a
/// tenth of the distance or more at the start.
#[test]
fn descent_converges_just_below_two_over_the_largest_eigenvalue_and_diverges_just_above()
 {
    for quadratic in [Quadratic::valley(), Quadratic::tilted()] {
        let limit = quadratic.spectrum().unwrap().step_size_limit();
        assert!(remaining(&quadratic, 0.999 * limit) < 1e-3);
        assert!(remaining(&quadratic, 1.001 * limit) > 100.0);
    }
}

#[test]
fn at_the_limit_the_steepest_component_flips_forever() {
    let points = descend(&Quadratic::valley(), &start(), 0.2, 50).unwrap();
    for (step, theta) in points.iter().enumerate() {
        assert_eq!(theta[1], if step % 2 == 0 { 1.0 } else { -1.0 });
    }
}

/// Both components keep the same share, so that each of ten steps shows the rate; their
/// roundings, of numbers up to 10, are far below the tolerance.
#[test]
fn the_best_step_size_reaches_the_rate_kappa_minus_one_over_kappa_plus_one() {
    for quadratic in [Quadratic::valley(), Quadratic::tilted()] {
        let spectrum = quadratic.spectrum().unwrap();
        let (best, rate) = (spectrum.best_step_size(), spectrum.best_rate());
        assert!((spectrum.contraction(best) - rate).abs() < 1e-14);
        let minimizer = quadratic.minimizer().unwrap();
        let points = descend(&quadratic, &start(), best, 10).unwrap();
        let distance = |step: usize| (&points[step] - &minimizer).norm();
        for step in 0..10 {
            assert!((distance(step + 1) / distance(step) - rate).abs() < 1e-12);
        }
    }
}

#[test]
fn every_other_step_size_has_a_worse_rate_than_the_best() {
    for quadratic in [Quadratic::valley(), Quadratic::tilted()] {
        let spectrum = quadratic.spectrum().unwrap();
        let best = spectrum.best_step_size();
        for factor in [0.25, 0.5, 0.9, 0.999, 1.001, 1.1, 1.5] {
            assert!(spectrum.contraction(factor * best) > spectrum.best_rate());
        }
    }
}

const STEP_SIZES: [(&str, f64); 6] = [
    ("0.05", 0.05),
    ("0.1", 0.1),
    ("2/11", 2.0 / 11.0),
    ("0.19", 0.19),
    ("0.2", 0.2),
    ("0.21", 0.21),
];

/// The four panels. Nearest by a hair, 0.182 to 0.191; lowest by far.
#[test]
fn after_twenty_steps_the_best_step_size_is_lowest_and_nearest() {
    let valley = Quadratic::valley();
    let end = |step_size: f64| {
        let points = descend(&valley, &start(), step_size, 20).unwrap();
        (valley.value(&points[20]), points[20].norm())
    };
    let (value, distance) = end(2.0 / 11.0);
    for step_size in [0.05, 0.1, 0.19] {
        let (other_value, other_distance) = end(step_size);
        assert!(other_value > 4.0 * value && other_distance > 1.05 * distance);
    }
}

/// The values after 50 steps are `½ Σ λ ((1 − αλ)^50 θ₀)²`.
#[test]
fn fifty_steps_in_the_valley_leave_what_the_factors_say() {
    let valley = Quadratic::valley();
    let rows = STEP_SIZES.map(|(name, step_size)| {
        let points = descend(&valley, &start(), step_size, 50).unwrap();
        let value = valley.value(&points[50]);
        let (gentle, steep) = (1.0 - step_size, 1.0 - 10.0 * step_size);
        let exact = 50.0 * gentle.powi(100) + 5.0 * steep.powi(100);
        // Fifty steps, each with a relative error of some 2⁻⁵² in a component.
        assert!((value - exact).abs() < 1e-12 * exact, "{name}");
        let contraction = valley.spectrum().unwrap().contraction(step_size);
        let falls =
            |pair: &[DVector<f64>]| valley.value(&pair[1]) < valley.value(&pair[0]);
        assert_eq!(points.windows(2).all(falls), step_size < 0.21, "{name}");
        [
            name.into(),
            decimals(gentle, 3),
            decimals(steep, 3),
            decimals(contraction, 3),
            significant(value, 3),
        ]
    });
    let header = [
        "$\\alpha$",
        "$1 - \\alpha$",
        "$1 - 10\\alpha$",
        "contraction",
        "$f(\\theta_{50})$",
    ];
    snapshot!("quadratic__runs", table(header, rows));
    let spectrum = valley.spectrum().unwrap();
    let tilted = Quadratic::tilted().spectrum().unwrap();
    let steps = |rate: f64| (0.01_f64.ln() / rate.ln()).ceil();
    let rate =
        |condition: f64| Spectrum { smallest: 1.0, largest: condition }.best_rate();
    // The best step size keeps the same share of both components: no start needs fewer.
    for condition in [10.0, 1000.0] {
        let matrix = dmatrix![1.0, 0.0; 0.0, condition];
        let quadratic = Quadratic::new(matrix, DVector::zeros(2));
        let (best, count) = (2.0 / (1.0 + condition), steps(rate(condition)) as usize);
        let points = descend(&quadratic, &start(), best, count).unwrap();
        let share = |step: usize| points[step].norm() / start().norm();
        assert!(share(count) <= 0.01 && share(count - 1) > 0.01, "{condition}");
    }
    snapshot!(
        "quadratic__spectrum",
        values([
            ("start_value", decimals(valley.value(&start()), 0)),
            ("rate", decimals(spectrum.best_rate(), 3)),
            ("steps_10", decimals(steps(rate(10.0)), 0)),
            ("steps_1000", decimals(steps(rate(1000.0)), 0)),
            ("tilted_smallest", decimals(tilted.smallest, 3)),
            ("tilted_largest", decimals(tilted.largest, 3)),
            ("tilted_condition", decimals(tilted.condition_number(), 3)),
            ("tilted_limit", decimals(tilted.step_size_limit(), 3)),
            ("tilted_best", decimals(tilted.best_step_size(), 3)),
        ])
    );
}

/// The trace of `P` is the sum of its eigenvalues, and the best step size of two is two
/// over the sum.
#[test]
fn the_eigenvalues_of_the_tilted_valley_are_those_of_its_characteristic_polynomial() {
    let spectrum = Quadratic::tilted().spectrum().unwrap();
    let root = 5_f64.sqrt();
    assert!((spectrum.smallest - (5.0 - root) / 2.0).abs() < 1e-14);
    assert!((spectrum.largest - (5.0 + root) / 2.0).abs() < 1e-14);
    assert!((spectrum.best_step_size() - 0.4).abs() < 1e-15);
}

// Singular values

/// Inputs with the singular values 4, 2 and ½, turned on both sides.
fn inputs() -> (DMatrix<f64>, [f64; 3]) {
    let turn = |(i, j): (usize, usize)| {
        let mut rotation = DMatrix::identity(3, 3);
        (rotation[(i, i)], rotation[(j, j)]) = (0.8, 0.8);
        (rotation[(i, j)], rotation[(j, i)]) = (-0.6, 0.6);
        rotation
    };
    let sizes = [4.0, 2.0, 0.5];
    let diagonal = DMatrix::from_diagonal(&DVector::from_row_slice(&sizes));
    (turn((0, 1)) * turn((1, 2)) * diagonal * turn((0, 2)) * turn((0, 1)), sizes)
}

/// After `t` steps from zero, the part along a singular vector has reached `1 − (1 −
/// αλ)^t` of its goal, where `λ` is the square of the singular value. The condition of the problem is 64, and 100 steps of a few
/// roundings each: 64·100·10·2⁻⁵³ < 10⁻¹¹.
#[test]
fn each_singular_direction_is_learned_at_the_pace_of_its_singular_value_squared() {
    let (inputs, sizes) = inputs();
    let targets = dvector![1.0, -2.0, 0.5];
    let quadratic = Quadratic::least_squares(&inputs, &targets);
    let svd = inputs.clone().svd(true, true);
    let directions = svd.v_t.unwrap();
    let goal = &directions * quadratic.minimizer().unwrap();
    let step_size = quadratic.spectrum().unwrap().best_step_size();
    let points = descend(&quadratic, &DVector::zeros(3), step_size, 100).unwrap();
    for (steps, theta) in (0..).zip(&points) {
        let reached = &directions * theta;
        for (i, size) in sizes.iter().enumerate() {
            let share = 1.0 - (1.0 - step_size * size * size).powi(steps);
            assert!(
                (reached[i] - share * goal[i]).abs() < 1e-11 * (1.0 + goal[i].abs())
            );
        }
    }
    let rows = sizes.map(|size| {
        let factor = 1.0 - step_size * size * size;
        let share = |steps| decimals(100.0 * (1.0 - factor.powi(steps)), 0) + " %";
        [
            size.to_string(),
            decimals(1.0 / (size * size), 4),
            decimals(factor, 3),
            share(10),
            share(100),
        ]
    });
    let header = [
        "singular value $\\sqrt{\\lambda}$",
        "own step size $1/\\lambda$",
        "factor $1 - \\alpha\\lambda$",
        "learned after 10 steps",
        "after 100",
    ];
    snapshot!("quadratic__singular", table(header, rows));
    snapshot!(
        "quadratic__singular_values",
        values([
            ("step_size", decimals(step_size, 3)),
            (
                "condition",
                decimals(quadratic.spectrum().unwrap().condition_number(), 0)
            ),
        ])
    );
}

/// Up to `1/λmax` the factors `1 − αλ` are not negative, and the smaller the larger the
/// singular value; with a single step size above, here the best one, the largest is as
/// late as the smallest.
#[test]
fn up_to_one_over_the_largest_square_directions_are_learned_in_the_order_of_their_singular_values()
 {
    let (inputs, sizes) = inputs();
    let quadratic = Quadratic::least_squares(&inputs, &dvector![1.0, -2.0, 0.5]);
    let directions = inputs.clone().svd(true, true).v_t.unwrap();
    let goal = &directions * quadratic.minimizer().unwrap();
    let shares = |step_size: f64, steps: usize| {
        let points = descend(&quadratic, &DVector::zeros(3), step_size, steps).unwrap();
        (&directions * &points[steps]).component_div(&goal)
    };
    let largest = sizes[0] * sizes[0];
    for step_size in [0.001, 0.02, 0.04, 0.0624, 1.0 / 16.0] {
        for steps in 1..=100 {
            let left = shares(step_size, steps).map(|share| 1.0 - share);
            // A rounding of 1, enlarged by the condition 64.
            assert!(left[0] <= left[1] + 1e-13 && left[1] <= left[2] + 1e-13);
            if steps <= 5 {
                assert!(left[0] < left[1] && left[1] < left[2]);
            }
        }
    }
    let best = quadratic.spectrum().unwrap().best_step_size();
    for steps in [1, 10, 50] {
        let left = shares(best, steps).map(|share| (1.0 - share).abs());
        assert!((left[0] - left[2]).abs() < 1e-11 && left[1] < 0.6 * left[2]);
    }
    let percent = shares(1.0 / largest, 10).map(|share| 100.0 * share);
    snapshot!(
        "quadratic__order",
        values([
            ("step_size", (1.0 / largest).to_string()),
            ("four", decimals(percent[0], 0)),
            ("two", decimals(percent[1], 0)),
            ("half", decimals(percent[2], 0)),
        ])
    );
}

/// Of the mean of the squares, whose second difference over a step of 1 is its second
/// derivative, with numbers below 100; then the step sizes.
#[test]
fn the_mean_of_squares_multiplies_every_step_size_by_half_the_number_of_examples() {
    let (inputs, _) = inputs();
    let targets = dvector![1.0, -2.0, 0.5];
    let sum = Quadratic::least_squares(&inputs, &targets);
    let count = targets.len() as f64;
    let mean_loss =
        |theta: &DVector<f64>| (&inputs * theta - &targets).norm_squared() / count;
    let unit = |i: usize| DVector::from_fn(3, |j, _| f64::from(u8::from(i == j)));
    let hessian = DMatrix::from_fn(3, 3, |i, j| {
        let along = |step: f64| mean_loss(&(unit(i) + step * unit(j)));
        let before = |step: f64| mean_loss(&(step * unit(j)));
        (along(1.0) - along(-1.0) - before(1.0) + before(-1.0)) / 2.0
    });
    assert!((&hessian - sum.hessian() * (2.0 / count)).amax() < 1e-12);
    let symmetric = (&hessian + hessian.transpose()) / 2.0;
    let mean = Quadratic::new(symmetric, DVector::zeros(3)).spectrum().unwrap();
    let sum = sum.spectrum().unwrap();
    for (of_mean, of_sum) in [
        (mean.step_size_limit(), sum.step_size_limit()),
        (mean.best_step_size(), sum.best_step_size()),
    ] {
        assert!((of_mean / of_sum - count / 2.0).abs() < 1e-11);
    }
}

/// Numbers below 30, a few roundings; the minimizer solves the three equations itself.
#[test]
fn linear_regression_is_a_quadratic_less_half_the_squared_targets() {
    let (inputs, _) = inputs();
    let targets = dvector![1.0, -2.0, 0.5];
    let quadratic = Quadratic::least_squares(&inputs, &targets);
    let mut rng = support::rng(8);
    for _ in 0..100 {
        let theta = DVector::from_fn(3, |_, _| rng.random_range(-3.0..3.0));
        let squares = (&inputs * &theta - &targets).norm_squared() / 2.0;
        let value = quadratic.value(&theta) + targets.norm_squared() / 2.0;
        assert!((squares - value).abs() < 1e-12);
    }
    let fitted = &inputs * quadratic.minimizer().unwrap();
    assert!((fitted - targets).amax() < 1e-12);
}

#[test]
fn a_direction_with_its_own_step_size_is_learned_in_one_step() {
    let (inputs, sizes) = inputs();
    let quadratic = Quadratic::least_squares(&inputs, &dvector![1.0, -2.0, 0.5]);
    let directions = inputs.clone().svd(true, true).v_t.unwrap();
    let goal = &directions * quadratic.minimizer().unwrap();
    for (i, size) in sizes.iter().enumerate() {
        let points =
            descend(&quadratic, &DVector::zeros(3), 1.0 / (size * size), 1).unwrap();
        let reached = &directions * &points[1];
        assert!((reached[i] - goal[i]).abs() < 1e-13 * (1.0 + goal[i].abs()));
    }
}

/// From `(θ₁, θ₂)` the steep part after 400 steps is `1.1^400 θ₂`, about `4·10¹⁶ θ₂`.
#[test]
fn beyond_the_limit_descent_converges_from_the_flat_axis_alone() {
    let end = |start: DVector<f64>| {
        descend(&Quadratic::valley(), &start, 0.21, 400).unwrap()[400].clone()
    };
    for c in [-3.0, 1e-3, 10.0] {
        let flat = end(dvector![c, 0.0]);
        assert!(flat[1] == 0.0 && flat[0].abs() < 1e-40 * c.abs());
        assert!(end(dvector![c, 1e-12])[1].abs() > 1e4);
    }
}

/// Rounding leaves a steep component of at most `10 · 2⁻⁵³` of the start: that of its
/// second entry, and a few in each of the first steps, which shrink by 0.17. So the run
/// cannot be back before that has grown to 1. Of 10⁻²⁷ it would be back after 400 steps.
#[test]
fn in_a_tilted_valley_rounding_leaves_the_flat_axis_and_grows() {
    let tilted = Quadratic::new(dmatrix![2.0, 1.0; 1.0, 3.0], DVector::zeros(2));
    let growth = tilted.spectrum().unwrap().contraction(0.6);
    let steps = |component: f64| -component.ln() / growth.ln();
    for c in [1.0, 3.0, 10.0] {
        let flat = dvector![c, c * (1.0 - 5_f64.sqrt()) / 2.0];
        let points = descend(&tilted, &flat, 0.6, 600).unwrap();
        let distance = |theta: &DVector<f64>| theta.norm() / flat.norm();
        let early = 5.0 * f64::EPSILON * growth.powi(50);
        assert!(distance(&points[50]) < early && early < 1e-11);
        let back = points[1..].iter().position(|theta| distance(theta) > 1.0);
        let back = 1.0 + back.expect("it leaves") as f64;
        assert!(back > steps(5.0 * f64::EPSILON) && back < 400.0, "{back}");
        let late = distance(&points[600]) / distance(&points[599]);
        assert!((late - growth).abs() < 1e-12);
    }
    let exact = 0.6 * (5.0 + 5_f64.sqrt()) / 2.0 - 1.0;
    assert!((growth - exact).abs() < 1e-14);
    snapshot!(
        "quadratic__exercises",
        values([
            ("steep", decimals(1.0 - 0.21 * 10.0, 1)),
            ("growth", decimals(growth, 3)),
            ("back", decimals((steps(1e-16) / 10.0).round() * 10.0, 0)),
        ])
    );
}
