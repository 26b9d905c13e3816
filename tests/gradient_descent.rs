//! What the chapter on gradient descent says.

mod support;

use descent::gradient_descent::{
    GradientDescent, OptimizationError, Optimizer, minimize, trajectory,
};
use descent::quadratic::{Quadratic, descend};
use nalgebra::{DMatrix, DVector, dvector};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use support::optimizers::start;
use support::{decimals, values};

fn random_point(rng: &mut ChaCha8Rng) -> DVector<f64> {
    DVector::from_fn(2, |_, _| rng.random_range(-3.0..3.0))
}

/// `Σ log cosh θ_i`: convex, not quadratic; its Hessian `1 − tanh²` is at most 1.
fn log_cosh(parameters: &DVector<f64>) -> f64 {
    parameters.iter().map(|parameter| parameter.cosh().ln()).sum()
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
        assert!(descend(&Quadratic::valley(), &start(), step_size, 1).is_err());
    }
}

#[test]
#[should_panic(
    expected = "a gradient of shape (3, 1) does not fit parameters of shape (2, 1)"
)]
fn a_gradient_of_the_wrong_length_is_refused_with_both_shapes() {
    GradientDescent::new(0.1).unwrap().step(&mut start(), &DVector::zeros(3));
}

// Level sets and directions

/// `θ(τ) = θ* + √(2 · height) P^{−1/2} (cos τ, sin τ)` runs along the level set that lies
/// `height` above the minimum. Both gradient and tangent have a length below 20, and a relative
/// error of a few times 2⁻⁵³: their product is zero to 20²·20·2⁻⁵³ < 10⁻¹².
#[test]
fn the_gradient_is_normal_to_the_level_set() {
    for quadratic in [Quadratic::valley(), Quadratic::tilted()] {
        let minimizer = quadratic.minimizer().unwrap();
        let eigen = quadratic.hessian().clone().symmetric_eigen();
        let scale = DMatrix::from_diagonal(&eigen.eigenvalues.map(|e| 1.0 / e.sqrt()));
        let root = &eigen.eigenvectors * scale * eigen.eigenvectors.transpose();
        for height in [1.0_f64, 6.0] {
            for tau in (0..24).map(f64::from) {
                let (sin, cos) = tau.sin_cos();
                let around = (2.0 * height).sqrt() * &root * dvector![cos, sin];
                let tangent = (2.0 * height).sqrt() * &root * dvector![-sin, cos];
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

    snapshot!(
        "gradient_descent__exercises",
        values([
            (
                "beyond",
                decimals(full / valley.spectrum().unwrap().step_size_limit(), 0)
            ),
            ("backtracked", decimals(found, 3)),
            ("bend", decimals(bend(2.0), 2)),
            ("too_long", decimals(2.0 / bend(2.0), 0)),
            ("end", decimals(2.0 - 8.0 * 2_f64.tanh(), 2)),
        ])
    );
}

/// The second derivative of `log cosh`.
fn bend(theta: f64) -> f64 {
    1.0 - theta.tanh().powi(2)
}

/// The difference quotient of the slope over `±h` errs by `h²/6` times its third derivative,
/// which is below 2 in size.
#[test]
fn the_curvature_at_the_start_is_no_bound_for_a_long_step() {
    for theta in [-5.0, -1.0, 0.0, 0.5, 2.0_f64] {
        let h = 1e-4;
        let difference = ((theta + h).tanh() - (theta - h).tanh()) / (2.0 * h);
        assert!((bend(theta) - difference).abs() < h * h / 3.0 + 1e-11);
    }
    let end = |step_size: f64| 2.0 - step_size * 2_f64.tanh();
    assert!(8.0 < 2.0 / bend(2.0) && end(8.0) < 0.0, "it passes 0");
    assert!(end(8.0).cosh() > 2_f64.cosh(), "and goes up");
    assert!(bend(0.0) == 1.0 && end(8.0).abs() > 2.0);
}
