//! What the chapter on gradient descent says.

mod support;

use descent::backpropagation::{Neuron, WORKSHEET};
use descent::gradient_descent::{
    GradientDescent, OptimizationError, Optimizer, Quadratic, SAMPLES, START, Spectrum,
    descend, minimize, take_turns, trajectory, without_relu,
};
use nalgebra::{DMatrix, DVector, dmatrix, dvector};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use support::{decimals, point, significant, table, values};

fn start() -> DVector<f64> {
    DVector::from_row_slice(&START)
}

fn random_point(rng: &mut ChaCha8Rng) -> DVector<f64> {
    DVector::from_fn(2, |_, _| rng.random_range(-3.0..3.0))
}

/// `Σ log cosh θ_i`: convex, not quadratic; its Hessian `1 − tanh²` is at most 1.
fn log_cosh(parameters: &DVector<f64>) -> f64 {
    parameters.iter().map(|parameter| parameter.cosh().ln()).sum()
}

/// Gradient descent on the worksheet's neuron.
fn turns(
    step_size: f64,
    steps: usize,
    gradient: impl Fn(Neuron, f64, f64) -> (f64, f64),
) -> Result<Vec<Neuron>, OptimizationError> {
    take_turns(&mut GradientDescent::new(step_size)?, steps, gradient)
}

// The step

#[test]
fn a_step_has_the_length_of_the_gradient_times_the_step_size() {
    let valley = Quadratic::valley();
    let mut parameters = start();
    let gradient = valley.gradient(&parameters);
    assert_eq!(gradient, dvector![10.0, 10.0]);
    GradientDescent::new(0.125).unwrap().step(&mut parameters, &gradient);
    assert_eq!(parameters, dvector![8.75, -0.25]);
    assert_eq!((parameters - start()).norm(), 0.125 * gradient.norm());
}

/// Doubling is exact in floating point.
#[test]
fn twice_the_function_takes_twice_the_step() {
    let tilted = Quadratic::tilted();
    let twice = Quadratic::new(2.0 * tilted.hessian(), dvector![-8.0, -14.0]);
    let displacement = |quadratic: &Quadratic| {
        let gradient = quadratic.gradient(&start());
        let mut parameters = DVector::zeros(2);
        GradientDescent::new(0.1).unwrap().step(&mut parameters, &gradient);
        parameters
    };
    assert_eq!(displacement(&twice), 2.0 * displacement(&tilted));
}

#[test]
fn a_step_size_that_is_not_a_finite_number_above_zero_is_refused_by_name_and_value() {
    for step_size in [0.0, -0.1, f64::NAN, f64::INFINITY] {
        let error = GradientDescent::new(step_size).unwrap_err();
        let message =
            format!("step size {step_size}, expected a finite number above 0");
        assert_eq!(error.to_string(), message);
        assert!(turns(step_size, 1, Neuron::gradient).is_err());
    }
}

#[test]
#[should_panic(
    expected = "a gradient of shape (3, 1) does not fit parameters of shape (2, 1)"
)]
fn a_gradient_of_the_wrong_length_is_refused_with_both_shapes() {
    GradientDescent::new(0.1).unwrap().step(&mut start(), &DVector::zeros(3));
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

// Level sets and directions

/// `θ(t) = θ* + √(2c) P^{−1/2} (cos t, sin t)` runs along the level set that lies `c`
/// above the minimum. Both gradient and tangent have a length below 20, and a relative
/// error of a few times 2⁻⁵³: their product is zero to 20²·20·2⁻⁵³ < 10⁻¹².
#[test]
fn the_gradient_is_normal_to_the_level_set() {
    for quadratic in [Quadratic::valley(), Quadratic::tilted()] {
        let minimizer = quadratic.minimizer().unwrap();
        let eigen = quadratic.hessian().clone().symmetric_eigen();
        let scale = DMatrix::from_diagonal(&eigen.eigenvalues.map(|e| 1.0 / e.sqrt()));
        let root = &eigen.eigenvectors * scale * eigen.eigenvectors.transpose();
        for height in [1.0_f64, 6.0] {
            for t in (0..24).map(f64::from) {
                let around = (2.0 * height).sqrt() * &root * dvector![t.cos(), t.sin()];
                let tangent =
                    (2.0 * height).sqrt() * &root * dvector![-t.sin(), t.cos()];
                let place = &minimizer + around;
                let above = quadratic.value(&place) - quadratic.value(&minimizer);
                assert!((above - height).abs() < 1e-12);
                assert!(quadratic.gradient(&place).dot(&tangent).abs() < 1e-12);
            }
        }
    }
}

/// 720 directions, among them the opposite of the gradient and its signs.
#[test]
fn the_opposite_of_the_gradient_descends_fastest_per_distance_and_its_signs_per_largest_coordinate()
 {
    let gradient = dvector![3.0, 4.0];
    let slope = |direction: &DVector<f64>| gradient.dot(direction);
    let (steepest, signs) = (-&gradient / gradient.norm(), dvector![-1.0, -1.0]);
    for degrees in (0..720).map(|half| f64::from(half) / 2.0) {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let direction = dvector![cos, sin];
        let scaled = &direction / direction.amax();
        assert!(slope(&direction) >= slope(&steepest) - 1e-15);
        assert!(slope(&scaled) >= slope(&signs) - 1e-15);
        // No other direction reaches them: 5(1 − cos) of the angle, and at least 3 times
        // what an entry lacks of its sign.
        let aside = (&direction - &steepest).norm_squared() / 2.0;
        assert!((slope(&direction) - slope(&steepest) - 5.0 * aside).abs() < 1e-14);
        assert!(
            slope(&scaled) - slope(&signs) > 2.9 * (&scaled - &signs).amax() - 1e-14
        );
    }
    assert!((slope(&steepest) + 5.0).abs() < 1e-15);
    assert_eq!(slope(&signs), -7.0);
}

// Trust

/// `∇f·d + ‖d‖²/(2α)` is convex; at its minimizer `−α∇f` it is `−α‖∇f‖²/2`, and at any
/// other `d` larger by `‖d + α∇f‖²/(2α)`.
#[test]
fn the_step_minimizes_the_linear_model_plus_the_price_of_the_distance() {
    let mut rng = support::rng(2);
    for _ in 0..100 {
        let (gradient, d) = (random_point(&mut rng), random_point(&mut rng));
        let step_size = rng.random_range(0.1..2.0);
        let model =
            |d: &DVector<f64>| gradient.dot(d) + d.norm_squared() / (2.0 * step_size);
        let mut step = DVector::zeros(2);
        GradientDescent::new(step_size).unwrap().step(&mut step, &gradient);
        let excess = (&d - &step).norm_squared() / (2.0 * step_size);
        // Three terms, each below 200, of a few roundings.
        assert!((model(&d) - model(&step) - excess).abs() < 1e-12);
        assert!(model(&step) <= model(&d));
    }
}

/// Rounding: values below 10, a few operations.
#[test]
fn a_step_descends_at_least_as_far_as_the_descent_lemma_says() {
    let mut rng = support::rng(3);
    for _ in 0..1000 {
        let parameters = random_point(&mut rng);
        let gradient = parameters.map(f64::tanh);
        let step_size = rng.random_range(0.01..3.0);
        let mut moved = parameters.clone();
        GradientDescent::new(step_size).unwrap().step(&mut moved, &gradient);
        let descent = step_size * (1.0 - step_size / 2.0) * gradient.norm_squared();
        assert!(log_cosh(&moved) <= log_cosh(&parameters) - descent + 1e-14);
    }
}

/// In every direction, not only along the gradient. With `L = 1` for log cosh and `λmax`
/// for the quadratics; a larger step size is a model that the function somewhere exceeds.
#[test]
fn with_a_step_size_of_one_over_l_the_model_is_nowhere_below_the_function() {
    let mut rng = support::rng(6);
    let quadratics = [Quadratic::valley(), Quadratic::tilted()];
    let model = |gradient: &DVector<f64>, d: &DVector<f64>, step_size: f64| {
        gradient.dot(d) + d.norm_squared() / (2.0 * step_size)
    };
    for _ in 0..1000 {
        let (theta, d) = (random_point(&mut rng), random_point(&mut rng));
        let change = log_cosh(&(&theta + &d)) - log_cosh(&theta);
        assert!(change <= model(&theta.map(f64::tanh), &d, 1.0) + 1e-13);
        for quadratic in &quadratics {
            let largest = quadratic.spectrum().unwrap().largest;
            let change = quadratic.value(&(&theta + &d)) - quadratic.value(&theta);
            let gradient = quadratic.gradient(&theta);
            // Values below 500, a few roundings.
            assert!(change <= model(&gradient, &d, 1.0 / largest) + 1e-12);
        }
    }
    let valley = Quadratic::valley();
    let (theta, steep) = (dvector![0.0, 0.0], dvector![0.0, 1.0]);
    let above = model(&valley.gradient(&theta), &steep, 1.01 / 10.0);
    assert!(valley.value(&steep) > above);
}

/// With `L = λmax` and the gradient in its direction the lemma is an equation. It
/// promises most at `1/L`, something up to `2/L`, and nothing beyond.
#[test]
fn along_the_steepest_eigenvector_of_a_quadratic_the_descent_lemma_is_an_equation() {
    let valley = Quadratic::valley();
    let parameters = dvector![0.0, 1.0];
    let gradient = valley.gradient(&parameters);
    let mut changes = Vec::new();
    for step_size in [0.05, 0.1, 0.15, 0.2, 0.25] {
        let mut moved = parameters.clone();
        GradientDescent::new(step_size).unwrap().step(&mut moved, &gradient);
        let change = valley.value(&moved) - valley.value(&parameters);
        let lemma =
            -step_size * (1.0 - step_size * 10.0 / 2.0) * gradient.norm_squared();
        assert!((change - lemma).abs() < 1e-13, "{step_size}");
        changes.push(change);
    }
    assert!(changes[1] < changes[0] && changes[1] < changes[2] && changes[2] < -1.0);
    assert!(changes[3].abs() < 1e-13 && changes[4] > 1.0);
}

/// On `log cosh`, `L = 1`; a step of size 8 from 2 promises much and climbs.
#[test]
fn a_step_far_beyond_the_limit_climbs_where_the_linear_model_promised_descent() {
    let from: f64 = 2.0;
    let slope = from.tanh();
    let end = |step_size: f64| (from - step_size * slope).cosh().ln();
    let before = from.cosh().ln();
    assert!(end(1.0) < before && end(8.0) > before);
    snapshot!(
        "gradient_descent__trust",
        values([
            ("before", decimals(before, 2)),
            ("small_promise", decimals(before - slope * slope, 2)),
            ("small", decimals(end(1.0), 2)),
            ("large_promise", decimals(before - 8.0 * slope * slope, 2)),
            ("large", decimals(end(8.0), 2)),
        ])
    );
}

// The quadratic under gradient descent

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

#[test]
fn a_run_that_diverges_ends_with_the_step_and_the_last_number() {
    let error = descend(&Quadratic::valley(), &start(), 1.0, 1000).unwrap_err();
    let OptimizationError::Diverged { step, largest_parameter } = error else {
        panic!("{error}");
    };
    // The steep component is (−9)^t: its gradient, ten times as large, overflows first.
    assert_eq!(step, (f64::MAX.log10() / 9_f64.log10()).floor() as usize);
    assert!(largest_parameter.is_finite());
    assert_eq!(
        error.to_string(),
        format!(
            "diverged: step {step} leaves the range of numbers; before it, the largest \
             parameter was {largest_parameter:e}"
        )
    );
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let third = |steps: usize| {
            let mut left = 3;
            trajectory(&start(), steps, |theta| {
                left -= 1;
                theta[1] = if left == 0 { bad } else { 7.0 };
                true
            })
        };
        let expected = OptimizationError::Diverged { step: 3, largest_parameter: 10.0 };
        assert_eq!(third(5), Err(expected));
        assert_eq!(third(2).unwrap().len(), 3);
    }
}

/// An update whose memory overflows in the second step, while its parameters stay.
#[test]
fn a_memory_that_leaves_the_numbers_ends_the_run_with_its_step() {
    struct Forgetful(f64);
    impl Optimizer for Forgetful {
        fn step(&mut self, _: &mut DVector<f64>, _: &DVector<f64>) {
            self.0 *= 1e200;
        }
        fn is_finite(&self) -> bool {
            self.0.is_finite()
        }
    }
    let still = |steps| {
        let boxed: Box<dyn Optimizer> = Box::new(Forgetful(1.0));
        let runs = [
            minimize(&mut Forgetful(1.0), &start(), steps, DVector::clone),
            minimize(&mut { boxed }, &start(), steps, DVector::clone),
        ];
        assert_eq!(runs[0], runs[1]);
        runs.into_iter().next().unwrap()
    };
    assert_eq!(still(1), Ok(vec![start(), start()]));
    let error = still(5).unwrap_err();
    assert_eq!(error, OptimizationError::Overflow { step: 2, largest_parameter: 10.0 });
    assert_eq!(
        error.to_string(),
        "diverged: in step 2 an average of the optimizer leaves the range of numbers; \
         before it, the largest parameter was 1e1; divide the loss by a large number, or \
         cut long gradients"
    );
    assert!(GradientDescent::new(0.1).unwrap().is_finite(), "it remembers nothing");
}

const STEP_SIZES: [(&str, f64); 6] = [
    ("0.05", 0.05),
    ("0.1", 0.1),
    ("2/11", 2.0 / 11.0),
    ("0.19", 0.19),
    ("0.2", 0.2),
    ("0.21", 0.21),
];

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
    snapshot!("gradient_descent__runs", table(header, rows));
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
        "gradient_descent__spectrum",
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

/// After `k` steps from zero, the part along a singular vector has reached `1 − (1 −
/// ασ²)^k` of its goal. The condition of the problem is 64, and 100 steps of a few
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
        "$\\sigma$",
        "own step size $1/\\sigma^2$",
        "factor $1 - \\alpha\\sigma^2$",
        "learned after 10 steps",
        "after 100",
    ];
    snapshot!("gradient_descent__singular", table(header, rows));
    snapshot!(
        "gradient_descent__singular_values",
        values([
            ("step_size", decimals(step_size, 3)),
            (
                "condition",
                decimals(quadratic.spectrum().unwrap().condition_number(), 0)
            ),
        ])
    );
}

/// Up to `1/σ²max` the factors `1 − ασ²` are not negative, and the smaller the larger the
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
        "gradient_descent__order",
        values([
            ("step_size", (1.0 / largest).to_string()),
            ("four", decimals(percent[0], 0)),
            ("two", decimals(percent[1], 0)),
            ("half", decimals(percent[2], 0)),
        ])
    );
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

// The worksheet

/// The pre-activation of the sample whose turn it is.
fn sampled(neurons: &[Neuron], step: usize) -> f64 {
    let (x, _) = SAMPLES[step % 2];
    neurons[step].w * x + neurons[step].b
}

#[test]
fn the_worksheets_two_steps_are_exact() {
    let neurons = turns(0.5, 4, Neuron::gradient).unwrap();
    let expected =
        [(1.0, -1.0), (-2.0, -2.0), (4.0, -4.0), (-8.0, -8.0), (16.0, -16.0)];
    assert_eq!(neurons, expected.map(|(weight, bias)| Neuron { w: weight, b: bias }));
    let rows = (0..4).map(|step| {
        let (neuron, (x, y)) = (neurons[step], SAMPLES[step % 2]);
        let gradient = neuron.gradient(x, y);
        let next = neurons[step + 1];
        let pair = |(a, b): (f64, f64)| point(&[a, b], 0);
        [
            (step + 1).to_string(),
            pair((x, y)),
            pair((neuron.w, neuron.b)),
            decimals(neuron.forward(x), 0),
            decimals(neuron.loss(x, y), 0),
            pair(gradient),
            pair((next.w, next.b)),
        ]
    });
    let header = [
        "step",
        "$(x, y)$",
        "$(w, b)$ before",
        "$\\hat y$",
        "loss",
        "gradient",
        "$(w, b)$ after",
    ];
    snapshot!("gradient_descent__worksheet", table(header, rows));
}

/// All of it is exact: every number is a small multiple of a power of two.
#[test]
fn at_a_step_size_of_one_half_the_neuron_doubles_in_every_step() {
    let neurons = turns(0.5, 500, Neuron::gradient).unwrap();
    for step in 0..500 {
        assert_eq!(sampled(&neurons, step), 2_f64.powi(step as i32 + 1));
    }
    let error = turns(0.5, 2000, Neuron::gradient).unwrap_err();
    assert!(matches!(error, OptimizationError::Diverged { .. }));
}

/// `a_{t+1} = 8α a_t + (1 − 10α) a_{t−1}` holds as long as both of them are positive; a
/// relative error of some ten roundings.
#[test]
fn while_the_gate_is_open_the_sampled_activation_follows_its_recursion() {
    for step_size in [0.3, 0.4, 0.45, 0.5, 0.6] {
        let neurons = turns(step_size, 20, Neuron::gradient).unwrap();
        let a: Vec<f64> = (0..20).map(|step| sampled(&neurons, step)).collect();
        let open = a.iter().take_while(|&&a| a > 0.0).count();
        for t in 1..open.min(19) {
            let next = 8.0 * step_size * a[t] + (1.0 - 10.0 * step_size) * a[t - 1];
            assert!(
                (a[t + 1] - next).abs() < 1e-14 * (a[t].abs() + a[t - 1].abs()) * 10.0
            );
        }
    }
}

/// The loss of both samples together.
fn loss(neuron: Neuron) -> f64 {
    SAMPLES.iter().map(|&(x, y)| neuron.loss(x, y)).sum()
}

/// At 0.4995 the activation grows like 2^t for about π/φ ≈ 115 steps, with cos φ =
/// 4α/√(10α − 1), before the gate closes: 600 steps are enough. With a step size of
/// 0.01 the factor per two steps is 0.9.
#[test]
fn the_neuron_ends_with_loss_zero_below_one_half_and_diverges_from_one_half_on() {
    for step_size in [0.01, 0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.49, 0.4995] {
        let neurons = turns(step_size, 600, Neuron::gradient).unwrap();
        assert!(loss(neurons[600]) < 1e-20, "{step_size}");
    }
    for step_size in [0.5, 0.5005, 0.51, 0.6, 1.0, 5.0] {
        assert!(turns(step_size, 3000, Neuron::gradient).is_err(), "{step_size}");
    }
}

/// Whether the neuron is off for both samples.
fn off(neuron: &Neuron) -> bool {
    SAMPLES.iter().all(|&(x, _)| neuron.forward(x) == 0.0)
}

/// Below 1/10 a turn of the first sample multiplies its activation, which starts at 2, by
/// `1 − 10α > 0`: in exact arithmetic it is never zero. Of `3w + b`, with numbers near
/// 1.2, rounding leaves a few units, and it may then be zero or below.
#[test]
fn below_one_tenth_the_first_sample_is_never_switched_off_but_by_rounding() {
    for step_size in [0.01, 0.02, 0.05, 0.08, 0.099] {
        let neurons = turns(step_size, 3000, Neuron::gradient).unwrap();
        let exact =
            |step: usize| 2.0 * (1.0 - 10.0 * step_size).powi(step.div_ceil(2) as i32);
        let end = neurons.iter().position(off).unwrap_or(3001);
        for (step, neuron) in neurons[..end].iter().enumerate() {
            // Each step rounds numbers up to 3.6 a few times, and shrinks what is there.
            let rounding = 20.0 * 4.0 * f64::EPSILON / (10.0 * step_size);
            assert!((neuron.w * 3.0 + neuron.b - exact(step)).abs() < rounding);
            assert_eq!(neuron.forward(-3.0), 0.0);
        }
        assert!(end > 3000 || exact(end) < 1e-12, "{step_size}: {end}");
    }
}

/// The steps until both samples are off, the largest loss on the way, and the end.
#[test]
fn between_one_tenth_and_one_half_both_samples_end_up_switched_off() {
    for step_size in [0.101, 0.11, 0.125, 0.15, 0.35, 0.4995] {
        let neurons = turns(step_size, 600, Neuron::gradient).unwrap();
        assert!(off(&neurons[600]), "{step_size}");
    }
    let mut rows = Vec::new();
    for step_size in [0.05, 0.2, 0.25, 0.3, 0.4, 0.45, 0.49, 0.5] {
        let neurons = turns(step_size, 100, Neuron::gradient).unwrap();
        let losses = (0..100).map(|step| {
            let (x, y) = SAMPLES[step % 2];
            neurons[step].loss(x, y)
        });
        let largest = losses.fold(0.0, f64::max);
        let dead = neurons.iter().position(off);
        assert_eq!(dead.is_some(), step_size > 0.1 && step_size < 0.5);
        let quadruples = (0..99).all(|step| {
            let loss = |step: usize| neurons[step].loss(SAMPLES[step % 2].0, 0.0);
            loss(step + 1) == 4.0 * loss(step)
        });
        assert_eq!(quadruples, step_size == 0.5);
        let largest = match quadruples {
            true => "quadruples for ever".into(),
            false => significant(largest, 2),
        };
        let dead = match dead {
            Some(steps) => steps.to_string(),
            None if step_size < 0.1 => "never, but for rounding".into(),
            None => "never".into(),
        };
        let end = match turns(step_size, 3000, Neuron::gradient) {
            Ok(neurons) => decimals(loss(neurons[3000]), 0),
            Err(_) => "∞".into(),
        };
        rows.push([step_size.to_string(), dead, largest, end]);
    }
    let header =
        ["$\\alpha$", "both off after", "largest loss of a sample", "loss in the end"];
    snapshot!("gradient_descent__neuron", table(header, rows));
}

/// Its recursion has roots of modulus √(10α − 1): at 0.2·(1 ± 0.001), in 4000 steps,
/// e^{±4}, a factor of 55 either way.
#[test]
fn without_the_relu_the_limit_is_two_over_the_curvature() {
    let amplitude = |step_size| {
        let neurons = turns(step_size, 4040, without_relu).unwrap();
        let largest = |first: usize| {
            (first..first + 40).map(|t| sampled(&neurons, t).abs()).fold(0.0, f64::max)
        };
        largest(4000) / largest(0)
    };
    assert!(amplitude(0.2 * 0.999) < 0.1);
    assert!(amplitude(0.2 * 1.001) > 10.0);
}

/// With `c = α(x² + 1)` a step takes an activation `a > 0` to `a − c(a − y)`. For `c ≤ 1`
/// this is between `a` and `y`; for `c > 1` it is `cy − (c − 1)a`, below `cy`. So no
/// activation is above the largest of the first, `y` and `cy`, and none but the first is
/// lower than that bound times `−|c − 1|`, less `c|y|`. Without the gate, `c > 2` multiplies
/// the distance to `y` by `c − 1` in each step.
#[test]
fn one_sample_alone_never_diverges_because_the_gate_closes() {
    let mut rng = support::rng(7);
    let mut open = 0;
    for _ in 0..300 {
        let x: f64 = rng.random_range(-4.0..4.0);
        let y = rng.random_range(-3.0..3.0);
        let c = rng.random_range(0.01..20.0);
        let step_size = c / (x * x + 1.0);
        let start = random_point(&mut rng);
        let run = |gradient: fn(Neuron, f64, f64) -> (f64, f64)| {
            let mut descent = GradientDescent::new(step_size).unwrap();
            minimize(&mut descent, &start, 1100, |theta| {
                let (w, b) = gradient(Neuron::from_parameters(theta), x, y);
                dvector![w, b]
            })
        };
        let activation = |theta: &DVector<f64>| theta[0] * x + theta[1];
        let first = activation(&start);
        let highest = first.max(y).max(c * y).max(0.0);
        let lowest = first.min(-(c - 1.0).abs() * highest - c * y.abs());
        let rounding = 1e-9 * (1.0 + highest - lowest);
        for theta in run(Neuron::gradient).expect("it cannot diverge") {
            let a = activation(&theta);
            assert!(a < highest + rounding && a > lowest - rounding);
        }
        // 2¹¹⁰⁰ is beyond all numbers.
        if c > 3.0 && first > 0.0 && (first - y).abs() > 0.01 {
            open += 1;
            assert!(run(without_relu).is_err());
        }
    }
    // Two in five are expected, 120 ± 9.
    assert!(open > 60, "the gate was open at the start of many of them");
}

// Exercises

fn moved(neuron: Neuron, (weight, bias): (f64, f64), step_size: f64) -> Neuron {
    Neuron { w: neuron.w - step_size * weight, b: neuron.b - step_size * bias }
}

/// Whole numbers.
#[test]
fn with_the_samples_exchanged_the_worksheets_run_is_a_step_late() {
    let usual = turns(0.5, 20, Neuron::gradient).unwrap();
    let mut neuron = WORKSHEET;
    for step in 0..20 {
        let (x, y) = SAMPLES[(step + 1) % 2];
        neuron = moved(neuron, neuron.gradient(x, y), 0.5);
        assert_eq!(neuron, usual[step]);
    }
    assert_eq!(WORKSHEET.w * SAMPLES[1].0 + WORKSHEET.b, -4.0);
}

/// Multiples of ½.
#[test]
fn with_both_samples_in_each_step_the_worksheets_neuron_is_off_after_one() {
    let mean_gradient = |neuron: Neuron| {
        let [first, second] = SAMPLES.map(|(x, y)| neuron.gradient(x, y));
        ((first.0 + second.0) / 2.0, (first.1 + second.1) / 2.0)
    };
    assert_eq!(WORKSHEET.gradient(3.0, 0.0), (6.0, 2.0));
    assert_eq!(mean_gradient(WORKSHEET), (3.0, 1.0));
    let neuron = moved(WORKSHEET, mean_gradient(WORKSHEET), 0.5);
    assert_eq!(neuron, Neuron { w: -0.5, b: -1.5 });
    assert_eq!((loss(neuron), mean_gradient(neuron)), (0.0, (0.0, 0.0)));
    assert_eq!(turns(0.25, 1, Neuron::gradient).unwrap()[1], neuron);
}

/// The step size of the exercise on backtracking.
fn backtracked(
    value: impl Fn(&DVector<f64>) -> f64,
    gradient: &DVector<f64>,
    theta: &DVector<f64>,
    longest: f64,
) -> f64 {
    let halved = std::iter::successors(Some(longest), |alpha| Some(alpha / 2.0));
    let enough = |alpha: &f64| {
        let decrease = value(theta) - value(&(theta - *alpha * gradient));
        decrease >= alpha * gradient.norm_squared() / 2.0
    };
    halved.take(60).find(enough).expect("a step size")
}

#[test]
fn backtracking_ends_above_half_of_one_over_l() {
    let mut rng = support::rng(5);
    for _ in 0..1000 {
        let (theta, longest) = (random_point(&mut rng), rng.random_range(0.01..50.0));
        let alpha = backtracked(log_cosh, &theta.map(f64::tanh), &theta, longest);
        assert!(alpha > 0.5 || alpha == longest);
        for quadratic in [Quadratic::valley(), Quadratic::tilted()] {
            let largest = quadratic.spectrum().unwrap().largest;
            let gradient = quadratic.gradient(&theta);
            let value = |theta: &DVector<f64>| quadratic.value(theta);
            let alpha = backtracked(value, &gradient, &theta, longest);
            assert!(alpha > 0.5 / largest || alpha == longest);
        }
    }
}

/// Half of the promise is kept up to `α = gᵀg / gᵀPg`: 200/1100 at (10, 1), and 1 on the
/// flat axis.
#[test]
fn backtracking_sees_the_curvature_along_the_gradient_only() {
    let valley = Quadratic::valley();
    let value = |theta: &DVector<f64>| valley.value(theta);
    let from =
        |theta: DVector<f64>| backtracked(value, &valley.gradient(&theta), &theta, 1.0);
    let found = from(start());
    assert!(found <= 2.0 / 11.0 && 2.0 * found > 2.0 / 11.0);
    let full = from(dvector![10.0, 0.0]);
    assert_eq!(full, 1.0);
    assert_eq!(descend(&valley, &dvector![10.0, 0.0], 1.0, 1).unwrap()[1].norm(), 0.0);

    let growth = 0.6 * (5.0 + 5_f64.sqrt()) / 2.0 - 1.0;
    let back = 1e16_f64.ln() / growth.ln();
    let [late, together] = [
        turns(0.5, 1, Neuron::gradient).unwrap()[1],
        turns(0.25, 1, Neuron::gradient).unwrap()[1],
    ];
    let alone = WORKSHEET.gradient(SAMPLES[0].0, SAMPLES[0].1);
    let z = SAMPLES.map(|(x, _)| together.w * x + together.b);
    snapshot!(
        "gradient_descent__exercises",
        values([
            ("off", decimals(WORKSHEET.w * SAMPLES[1].0 + WORKSHEET.b, 0)),
            ("alone", point(&[alone.0, alone.1], 0)),
            ("steep", decimals(1.0 - 0.21 * 10.0, 1)),
            (
                "beyond",
                decimals(full / valley.spectrum().unwrap().step_size_limit(), 0)
            ),
            ("exchanged", point(&[late.w, late.b], 0)),
            ("together", point(&[together.w, together.b], 1)),
            ("together_z", format!("{} and {}", decimals(z[0], 0), decimals(z[1], 0))),
            ("backtracked", decimals(found, 3)),
            ("growth", decimals(growth, 3)),
            ("back", decimals((back / 10.0).round() * 10.0, 0)),
        ])
    );
}

/// From `(c, d)` the steep component after 400 steps is `1.1^400 d`, about `4·10¹⁶ d`.
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
}
