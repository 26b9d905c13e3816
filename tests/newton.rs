//! What the chapter on Newton's method says.

mod support;

use std::cell::Cell;

use approx::assert_relative_eq;
use descent::gradient_descent::OptimizationError;
use descent::linear_layer::Linear;
use descent::network::{Activation, Network};
use descent::newton::{
    Example, Smooth, hessian_bytes, hessian_vector_product, jacobian, linear_model,
    newton, newton_step, quadratic_model, symmetric_half_bytes,
};
use descent::quadratic::Quadratic;
use nalgebra::{DMatrix, DVector, RowDVector, dmatrix, dvector};
use rand::RngExt;
use support::{ROUNDING, decimals, list, matrix, significant, table, values};

/// Where the derivatives are taken, and an angle for the direction of a step.
const AT: [f64; 2] = [0.5, 0.25];
const ANGLE: f64 = 0.7;

fn at() -> DVector<f64> {
    DVector::from_row_slice(&AT)
}

fn direction() -> DVector<f64> {
    dvector![ANGLE.cos(), ANGLE.sin()]
}

/// The `k`th derivative of `eˣ cos y`, the real part of `e^{x+iy}`, along
/// [`direction`]: each derivative turns by the angle.
fn derivative(k: f64) -> f64 {
    AT[0].exp() * (AT[1] + k * ANGLE).cos()
}

fn one(x: f64) -> DVector<f64> {
    dvector![x]
}

// Shapes and derivatives.

/// Centred differences over `h = 10⁻⁵` are off by `h²/6` of a third derivative: of `f`
/// for the gradient, of the gradient for the Hessian. None exceeds 6 at these points.
/// Add a few `u/h` of values below 10.
#[test]
fn gradients_and_hessians_are_jacobians() {
    const H: f64 = 1e-5;
    let tolerance = 6.0 * H * H / 6.0 + 10.0 * 4.0 * ROUNDING / H;
    let examples = [
        (Example::Saddle, at()),
        (Example::Wave, at()),
        (Example::Cosh, one(0.5)),
        (Example::Exponential, one(0.5)),
        (Example::Quartic, one(0.5)),
    ];
    for (f, x) in examples {
        let n = x.len();
        let row = jacobian(|x| one(f.value(x)), &x, H);
        assert_eq!(row.shape(), (1, n));
        assert!((row.transpose() - f.gradient(&x)).amax() < tolerance, "{f:?}");
        let square = jacobian(|x| f.gradient(x), &x, H);
        assert_eq!(square.shape(), (n, n));
        assert!((square - f.hessian(&x)).amax() < tolerance, "{f:?}");
    }
}

#[test]
fn the_hessian_is_symmetric_and_its_trace_is_the_laplacian() {
    // The Jacobian of the gradient, not the typed Hessian; tolerance as above.
    let hessian = jacobian(|x| Example::Wave.gradient(x), &at(), 1e-5);
    let tolerance = 6e-10 / 6.0 + 10.0 * 4.0 * ROUNDING / 1e-5;
    assert!((&hessian - hessian.transpose()).amax() < tolerance);
    assert!(hessian.trace().abs() < tolerance, "eˣ cos y solves Laplace's equation");
}

// Taylor.

/// By Taylor's theorem the error is `f'''h³/6`, with derivatives along the step, up to
/// `h⁴/24` times the largest fourth derivative on the way, which is below `e^{x+h}`.
/// Values below 4 add a few roundings.
#[test]
fn the_error_of_the_quadratic_model_shrinks_with_the_third_power_of_the_distance() {
    for k in 3..9 {
        let h = 0.5_f64.powi(k);
        let d = h * direction();
        let model = quadratic_model(&Example::Wave, &at(), &d);
        let error = Example::Wave.value(&(at() + d)) - model;
        let fourth = (AT[0] + h).exp() * h.powi(4) / 24.0;
        let leading = derivative(3.0) * h.powi(3) / 6.0;
        assert!((error - leading).abs() < fourth + 40.0 * ROUNDING, "h = {h}");
    }
}

/// As above, one order lower.
#[test]
fn the_error_of_the_linear_model_shrinks_with_the_second_power_of_the_distance() {
    for k in 3..9 {
        let h = 0.5_f64.powi(k);
        let d = h * direction();
        let model = linear_model(&Example::Wave, &at(), &d);
        let error = Example::Wave.value(&(at() + d)) - model;
        let third = (AT[0] + h).exp() * h.powi(3) / 6.0;
        let leading = derivative(2.0) * h.powi(2) / 2.0;
        assert!((error - leading).abs() < third + 40.0 * ROUNDING, "h = {h}");
    }
}

/// The expansion with the gradient and the Hessian of another point.
fn mixed_model(
    f: &Example,
    theta: &DVector<f64>,
    other: &DVector<f64>,
    d: &DVector<f64>,
) -> f64 {
    f.value(theta) + f.gradient(other).dot(d) + 0.5 * d.dot(&(f.hessian(other) * d))
}

/// `log₂` of how the error falls when the distance is halved from `h`.
fn order(error: impl Fn(&DVector<f64>) -> f64, h: f64) -> f64 {
    let at_distance = |h: f64| error(&(h * direction())).abs();
    (at_distance(h) / at_distance(h / 2.0)).log2()
}

/// The order between `h` and `h/2` is that of the leading term up to
/// `log₂((1 + δ)/(1 − δ/2))`, where `δ` is the next term relative to it.
#[test]
fn on_log_log_axes_the_slope_is_three_and_one_if_the_points_are_mixed() {
    const H: f64 = 1.0 / 64.0;
    let f = Example::Wave;
    let other = dvector![0.0, 0.0];
    let value = |d: &DVector<f64>| f.value(&(at() + d));
    let quadratic = order(|d| value(d) - quadratic_model(&f, &at(), d), H);
    let linear = order(|d| value(d) - linear_model(&f, &at(), d), H);
    let mixed = order(|d| value(d) - mixed_model(&f, &at(), &other, d), H);
    let largest = (AT[0] + H).exp();
    let within = |delta: f64| ((1.0 + delta) / (1.0 - delta / 2.0)).log2();
    let next = largest * H / (4.0 * derivative(3.0).abs());
    assert!((quadratic - 3.0).abs() < within(next), "{quadratic}");
    let next = largest * H / (3.0 * derivative(2.0).abs());
    assert!((linear - 2.0).abs() < within(next), "{linear}");
    // The leading term is the difference of the gradients along the step; the next has
    // half a difference of two Hessians, each with eigenvalues below `largest`.
    let slope = (f.gradient(&at()) - f.gradient(&other)).dot(&direction()).abs();
    assert!((mixed - 1.0).abs() < within(1.01 * largest * H / slope), "{mixed}");
    snapshot!(
        "newton__order",
        table(
            ["model", "measured order"],
            [
                ["linear".into(), decimals(linear, 2)],
                ["quadratic".into(), decimals(quadratic, 2)],
                ["quadratic, points mixed".into(), decimals(mixed, 2)],
            ]
        )
    );
}

// The step.

#[test]
fn one_full_step_minimizes_a_positive_definite_quadratic() {
    let start = dvector![10.0, 1.0];
    let path =
        newton(&Quadratic::valley(), start.clone(), 1.0, 1).expect("P is invertible");
    assert_eq!(path, [start.clone(), dvector![0.0, 0.0]]);
    snapshot!(
        "newton__bowl",
        format!(
            "$$\\nabla f = {},\\qquad H = {},\\qquad d = -H^{{-1}}\\nabla f = {}$$\n",
            matrix(&DMatrix::from_columns(&[Quadratic::valley().gradient(&start)])),
            matrix(Quadratic::valley().hessian()),
            matrix(&DMatrix::from_columns(&[&path[1] - &start])),
        )
    );
}

/// Condition 2.6 and numbers up to 40 leave a few roundings of 40.
#[test]
fn the_step_finds_the_minimum_from_everywhere_and_whatever_the_axes() {
    for start in [dvector![10.0, 1.0], dvector![-7.0, 3.0], dvector![0.0, 0.0]] {
        // Not aligned with the axes; the minimizer by Cramer's rule.
        let tilted = Quadratic::new(dmatrix![2.0, 1.0; 1.0, 3.0], dvector![1.0, -2.0]);
        let path = newton(&tilted, start, 1.0, 1).expect("P is invertible");
        assert!((&path[1] - dvector![-1.0, 1.0]).amax() < 40.0 * 20.0 * ROUNDING);
    }
}

#[test]
fn a_damped_step_keeps_one_minus_alpha_of_the_distance_in_every_direction() {
    let start = dvector![10.0, 1.0];
    let path =
        newton(&Quadratic::valley(), start.clone(), 0.25, 4).expect("invertible");
    for (t, theta) in path.iter().enumerate() {
        let expected = 0.75_f64.powi(t as i32) * &start;
        assert_relative_eq!(*theta, expected, max_relative = 20.0 * ROUNDING);
    }
}

#[test]
fn gradient_descent_is_newton_with_the_identity_over_alpha_for_a_hessian() {
    let gradient = Example::Wave.gradient(&at());
    let step =
        newton_step(&DMatrix::from_diagonal_element(2, 2, 1.0 / 0.125), &gradient);
    assert_eq!(step, Ok(-0.125 * gradient));
}

/// With `f'' ≠ 0` at the minimum the error is squared, with the factor `|f'''|/(2f'')`,
/// here ½. The Newton map of `eˣ − x` is `x − 1 + e^{−x} = x²/2 − x³/6 + …`, an
/// alternating series for `x > 0`.
#[test]
fn near_a_minimum_with_curvature_the_error_is_squared() {
    let path = newton(&Example::Exponential, one(1.0), 1.0, 4).expect("eˣ > 0");
    for pair in path.windows(2) {
        let (x, next) = (pair[0][0], pair[1][0]);
        let rounding = 10.0 * ROUNDING;
        assert!(next <= x * x / 2.0 + rounding);
        assert!(next >= x * x / 2.0 - x.powi(3) / 6.0 - rounding);
    }
    // Damped by α, a step keeps `1 − α(1 − e^{−x})/x`, which tends to `1 − α`.
    for alpha in [0.25, 0.75] {
        let path = newton(&Example::Exponential, one(1.0), alpha, 20).expect("eˣ > 0");
        for pair in path.windows(2) {
            let (x, next) = (pair[0][0], pair[1][0]);
            let most = (1.0 - alpha + alpha * x / 2.0) * x;
            let rounding = 10.0 * ROUNDING;
            assert!(next >= (1.0 - alpha) * x - rounding && next <= most + rounding);
        }
    }
    let rows = path.iter().enumerate().map(|(t, x)| {
        [t.to_string(), significant(x[0], 4), significant(x[0] * x[0] / 2.0, 4)]
    });
    snapshot!("newton__squared", table(["step", "$\\theta$", "$\\theta^2/2$"], rows));
}

/// `x²/2 + 2/5 |x|^{5/2}`: `f'' = 1 + 3/2 √|x|` is continuous, and not differentiable at 0.
struct Root;

impl Smooth for Root {
    fn value(&self, x: &DVector<f64>) -> f64 {
        x[0] * x[0] / 2.0 + 0.4 * x[0].abs().powf(2.5)
    }
    fn gradient(&self, x: &DVector<f64>) -> DVector<f64> {
        one(x[0] + x[0].abs().powf(1.5) * x[0].signum())
    }
    fn hessian(&self, x: &DVector<f64>) -> DMatrix<f64> {
        dmatrix![1.0 + 1.5 * x[0].abs().sqrt()]
    }
}

/// The Newton map is `½x√x / (1 + 3/2 √x)`: half the power 3/2, and no multiple of the
/// square stays above it.
#[test]
fn without_a_third_derivative_the_error_may_shrink_by_a_smaller_power_than_the_square()
{
    let path = newton(&Root, one(0.1), 1.0, 4).expect("f'' > 0");
    for pair in path.windows(2) {
        let (x, next) = (pair[0][0], pair[1][0]);
        let expected = 0.5 * x.powf(1.5) / (1.0 + 1.5 * x.sqrt());
        assert!((next - expected).abs() < 10.0 * ROUNDING * x);
    }
    let squares: Vec<_> = path.windows(2).map(|p| p[1][0] / p[0][0].powi(2)).collect();
    assert!(squares.is_sorted() && squares[3] > 100.0 * squares[0], "{squares:?}");
}

/// The step of `cosh(x/2)` is `−2 tanh(x/2)`. The Newton map `x − 2 tanh(x/2)` has a
/// derivative between 0 and 1, so that the two computations differ by no more than the
/// sum of their roundings: in each of 7 steps some five of numbers up to 10.
fn cosh_path() -> Vec<f64> {
    let path = newton(&Example::Cosh, one(10.0), 1.0, 7).expect("cosh > 0");
    let mut x = 10.0_f64;
    for theta in &path {
        assert!((theta[0] - x).abs() < 7.0 * 2.0 * 5.0 * 10.0 * ROUNDING);
        x -= 2.0 * (x / 2.0).tanh();
    }
    path.iter().map(|theta| theta[0]).collect()
}

/// `x − 2 tanh(x/2) = x³/12 − x⁵/120 + …`, alternating for `0 < x < 3`: there is no
/// square, because cosh is even. Errors of the difference are roundings of `x`.
#[test]
fn on_cosh_the_digits_triple() {
    let path = cosh_path();
    for pair in path.windows(2).filter(|pair| pair[0] < 3.0) {
        let (x, next) = (pair[0], pair[1]);
        let rounding = 10.0 * x * ROUNDING;
        assert!(next <= x.powi(3) / 12.0 + rounding);
        assert!(next >= x.powi(3) / 12.0 - x.powi(5) / 120.0 - rounding);
    }
    let exact = [
        10.0,
        8.000181591,
        6.001522749,
        4.011398229,
        2.082542183,
        0.5257631592,
        0.01178557846,
        1.364160379e-7,
    ];
    for (x, exact) in path.iter().zip(exact) {
        assert_relative_eq!(*x, exact, max_relative = 1e-9);
    }
    let rows =
        path.iter().enumerate().map(|(t, x)| [t.to_string(), significant(*x, 5)]);
    snapshot!("newton__cosh", table(["step", "$\\theta$"], rows));
    snapshot!(
        "newton__cosh_next",
        values([("next", significant(path[7].powi(3) / 12.0, 2))])
    );
}

// Where it fails.

#[test]
fn from_one_one_the_step_jumps_to_the_saddle() {
    let path =
        newton(&Example::Saddle, dvector![1.0, 1.0], 1.0, 2).expect("invertible");
    assert_eq!(path[1..], [dvector![0.0, 0.0], dvector![0.0, 0.0]]);
    // Gradient descent moves away from it along y, where the function falls.
    let mut x = dvector![1.0, 1.0];
    for _ in 0..50 {
        let next = &x - 0.1 * Example::Saddle.gradient(&x);
        assert!(
            next[1] > x[1] && Example::Saddle.value(&next) < Example::Saddle.value(&x)
        );
        x = next;
    }
}

/// Damped, it keeps `1 − α` of the distance to the saddle, from every start; with the
/// shifted Hessian every step goes down.
#[test]
fn damping_leads_to_the_saddle_all_the_same_and_a_shift_does_not() {
    for start in [dvector![1.0, 1.0], dvector![-3.0, 0.5], dvector![0.25, -8.0]] {
        for kept in [0.75_f64, 0.5, 0.9] {
            let path = newton(&Example::Saddle, start.clone(), 1.0 - kept, 200)
                .expect("regular");
            for (t, x) in path.iter().enumerate() {
                let expected = kept.powi(t as i32) * &start;
                assert_relative_eq!(*x, expected, max_relative = 2000.0 * ROUNDING);
            }
        }
        let mut x = start.clone();
        for _ in 0..50 {
            let shifted =
                Example::Saddle.hessian(&x) + 2.5 * DMatrix::<f64>::identity(2, 2);
            let step = newton_step(&shifted, &Example::Saddle.gradient(&x));
            let next = &x + step.expect("positive definite");
            assert!(Example::Saddle.value(&next) < Example::Saddle.value(&x));
            x = next;
        }
        assert!(x.norm() > 1e3 * start[1].abs(), "it leaves the saddle");
    }
}

/// With `z = x + iy` the function is the real part of `e^z`, whose first and second
/// derivatives are equal and never 0: the step is −1 everywhere.
#[test]
fn without_a_stationary_point_newton_walks_on_forever() {
    let mut rng = support::rng(1);
    for _ in 0..100 {
        let start = DVector::from_fn(2, |_, _| rng.random_range(-5.0..5.0));
        let path = newton(&Example::Wave, start.clone(), 1.0, 50);
        for (t, theta) in path.expect("H has the pivots ±eˣ").iter().enumerate() {
            let expected = &start - t as f64 * dvector![1.0, 0.0];
            // One step rounds by a few units of 1, a position by those of 50.
            assert!((theta - expected).amax() < 50.0 * 60.0 * ROUNDING);
        }
    }
}

/// `x³/3 + x`, whose slope `x² + 1` is never zero.
struct Climb;

impl Smooth for Climb {
    fn value(&self, x: &DVector<f64>) -> f64 {
        x[0].powi(3) / 3.0 + x[0]
    }
    fn gradient(&self, x: &DVector<f64>) -> DVector<f64> {
        one(x[0] * x[0] + 1.0)
    }
    fn hessian(&self, x: &DVector<f64>) -> DMatrix<f64> {
        dmatrix![2.0 * x[0]]
    }
}

/// A step is `−(x² + 1)/(2x)`, at least 1 long. From 1 it leads to 0, where `H = 0`; `eˣ`
/// plus `x` has steps `−1 − e⁻ˣ`, ever longer to the left.
#[test]
fn without_a_stationary_point_newton_never_rests_and_may_meet_a_singular_hessian() {
    let error = newton(&Climb, one(1.0), 1.0, 2).expect_err("H(0) = 0");
    assert_eq!(error, OptimizationError::Singular { size: 1, smallest_pivot: 0.0 });
    for start in [0.3, -2.0, 5.0] {
        let path = newton(&Climb, one(start), 1.0, 1000).expect("it does not hit 0");
        for pair in path.windows(2) {
            assert!((pair[1][0] - pair[0][0]).abs() > 1.0 - 1e-9, "{start}");
        }
    }
}

#[test]
fn on_the_quartic_newton_alternates_between_zero_and_one_forever() {
    let path = newton(&Example::Quartic, one(0.0), 1.0, 5).expect("H is −2 and 1");
    assert_eq!(path, [0.0, 1.0, 0.0, 1.0, 0.0, 1.0].map(one));
    let value = |x| Example::Quartic.value(&one(x));
    assert_eq!((value(0.0), value(1.0)), (0.0, 1.25), "the first step goes up");
}

/// The Newton map has the slope 0 at 0 and 6 at 1, and `9ε²` is left of a small `ε`
/// after two steps, up to a factor that is below 1.5 for `ε ≤ 0.05`.
#[test]
fn starts_near_zero_are_drawn_into_the_circle() {
    for start in (-50..=50).map(|i| f64::from(i) / 1000.0) {
        let path = newton(&Example::Quartic, one(start), 1.0, 12).expect("invertible");
        for pair in path.windows(3).step_by(2) {
            assert!(pair[2][0].abs() <= 13.5 * pair[0][0].powi(2) + 20.0 * ROUNDING);
        }
        assert!(path[12][0].abs() < 20.0 * ROUNDING, "{}", path[12][0]);
    }
}

/// The minimum is the only real root of `x³ − 2x + 2`. Near it the factor of gradient
/// descent is `1 − 0.1 · 7.4 = 0.26`.
#[test]
fn on_the_quartic_gradient_descent_arrives() {
    let mut x = one(0.0);
    for _ in 0..200 {
        x -= 0.1 * Example::Quartic.gradient(&x);
    }
    assert!(Example::Quartic.gradient(&x)[0].abs() < 100.0 * ROUNDING);
    assert!(Example::Quartic.hessian(&x)[0] > 0.0);
    let path = newton(&Example::Quartic, one(-2.0), 1.0, 6).expect("H > 0");
    assert_relative_eq!(path[6][0], x[0], max_relative = 20.0 * ROUNDING);
    snapshot!("newton__quartic", values([("minimum", decimals(x[0], 4))]));
}

/// `x⁴`: the curvature vanishes at the minimum.
struct Fourth;

impl Smooth for Fourth {
    fn value(&self, x: &DVector<f64>) -> f64 {
        x[0].powi(4)
    }
    fn gradient(&self, x: &DVector<f64>) -> DVector<f64> {
        one(4.0 * x[0].powi(3))
    }
    fn hessian(&self, x: &DVector<f64>) -> DMatrix<f64> {
        dmatrix![12.0 * x[0] * x[0]]
    }
}

#[test]
fn without_curvature_at_the_minimum_only_a_third_of_the_error_goes_in_each_step() {
    let path = newton(&Fourth, one(1.0), 1.0, 10).expect("H > 0");
    for pair in path.windows(2) {
        let expected = 2.0 / 3.0 * pair[0][0];
        assert_relative_eq!(pair[1][0], expected, max_relative = 20.0 * ROUNDING);
    }
}

#[test]
fn a_singular_hessian_is_refused_and_named() {
    let flat = dmatrix![1.0, 2.0; 2.0, 4.0];
    let error = newton_step(&flat, &dvector![1.0, 1.0]).expect_err("rank 1");
    assert_eq!(
        error.to_string(),
        "the Hessian of shape [2, 2] is singular: its smallest pivot is 0"
    );
    // Rank 1 as far as 16 digits can tell.
    let nearly = dmatrix![0.1, 0.3; 0.3, 0.9];
    let error = newton_step(&nearly, &dvector![1.0, 1.0]).expect_err("rank 1");
    assert!(matches!(error, OptimizationError::Singular { size: 2, .. }));
    let error = newton(&Fourth, one(0.0), 1.0, 1).expect_err("H = 0");
    assert_eq!(error, OptimizationError::Singular { size: 1, smallest_pivot: 0.0 });
    for entry in [f64::NAN, f64::INFINITY] {
        let hessian = dmatrix![entry, 0.0; 0.0, 1.0];
        let step = newton_step(&hessian, &dvector![1.0, 1.0]);
        assert_eq!(step, Err(OptimizationError::NotFinite));
    }
    let error = newton_step(&DMatrix::identity(2, 2), &dvector![1.0, f64::INFINITY]);
    assert_eq!(error, Err(OptimizationError::NotFinite));
}

/// Diagonal matrices are regular; their pivots are the entries.
#[test]
fn a_regular_hessian_whose_pivots_differ_by_more_than_one_over_n_epsilon_is_refused() {
    for (n, largest) in [(2_u8, 1.0), (3, 64.0), (8, 0.25)] {
        let limit = f64::from(n) * f64::EPSILON * largest;
        let step = |smallest: f64| {
            let n = usize::from(n);
            let mut diagonal = DVector::from_element(n, largest);
            diagonal[n - 1] = smallest;
            newton_step(&DMatrix::from_diagonal(&diagonal), &-diagonal)
        };
        for smallest_pivot in [0.01 * limit, 0.6 * limit, 0.99 * limit, limit] {
            let size = usize::from(n);
            let refused = OptimizationError::Singular { size, smallest_pivot };
            assert_eq!(step(smallest_pivot), Err(refused));
        }
        for smallest in [1.01 * limit, 2.0 * limit, largest] {
            assert_eq!(step(smallest), Ok(DVector::from_element(n.into(), 1.0)));
        }
    }
}

#[test]
fn a_step_size_that_is_none_and_a_run_that_leaves_the_numbers_are_refused() {
    for step_size in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let error =
            newton(&Quadratic::valley(), at(), step_size, 1).expect_err("no step size");
        assert_eq!(
            error.to_string(),
            format!("step size {step_size}, expected a finite number above 0")
        );
    }
    // cosh(x/2) overflows.
    let error = newton(&Example::Cosh, one(2000.0), 1.0, 1).expect_err("infinite");
    assert_eq!(error, OptimizationError::NotFinite);
    // Far to the left eˣ − x has almost no curvature, and its step overflows.
    let error =
        newton(&Example::Exponential, one(-720.0), 1.0, 1).expect_err("infinite");
    assert_eq!(error, OptimizationError::NotFinite);
}

#[test]
#[should_panic(
    expected = "a Hessian of shape (2, 2) does not fit a gradient of shape (3, 1)"
)]
fn a_hessian_of_the_wrong_shape_is_refused_with_both_shapes() {
    let _ = newton_step(&DMatrix::identity(2, 2), &dvector![1.0, 2.0, 3.0]);
}

// Cost.

/// Groups of three digits.
fn grouped(number: u128) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().collect();
    let text = groups.iter().map(|group| String::from_utf8_lossy(group).into_owned());
    text.collect::<Vec<_>>().join(",")
}

#[test]
fn the_hessian_of_a_billion_parameters_takes_four_billion_gigabytes() {
    const GB: u128 = 1_000_000_000;
    const GIB: u128 = 1 << 30;
    let billion = 1_000_000_000;
    assert_eq!(hessian_bytes(billion), 4_000_000_000 * GB);
    assert_eq!(symmetric_half_bytes(billion), 2_000_000_002 * GB);
    assert_eq!(hessian_bytes(1000) - symmetric_half_bytes(1000), 4 * 999 * 1000 / 2);
    let models = [
        ("784-100-10 network", 79_510),
        ("the lecture's", billion),
        ("8 billion", 8 * billion),
    ];
    let rows = models.map(|(name, n)| {
        let bytes = hessian_bytes(n);
        [name.into(), grouped(u128::from(n)), grouped((bytes + GB / 2) / GB)]
    });
    snapshot!("newton__storage", table(["model", "parameters", "GB"], rows));
    let rows = models.map(|(name, n)| {
        let (bytes, half) = (hessian_bytes(n), symmetric_half_bytes(n));
        [name.into(), grouped((bytes + GIB / 2) / GIB), grouped((half + GB / 2) / GB)]
    });
    let header = ["model", "GiB", "symmetric half, GB"];
    snapshot!("newton__storage_units", table(header, rows));
}

const CHAIN: usize = 200;

/// The gradient of `Σ e^{xᵢ − xᵢ₊₁}`: each number is bound to the next.
fn chain_gradient(x: &DVector<f64>) -> DVector<f64> {
    let mut gradient = DVector::zeros(x.len());
    for i in 0..x.len() - 1 {
        let e = (x[i] - x[i + 1]).exp();
        gradient[i] += e;
        gradient[i + 1] -= e;
    }
    gradient
}

fn chain_hessian(x: &DVector<f64>) -> DMatrix<f64> {
    let mut hessian = DMatrix::zeros(x.len(), x.len());
    for i in 0..x.len() - 1 {
        let e = (x[i] - x[i + 1]).exp();
        hessian[(i, i)] += e;
        hessian[(i + 1, i + 1)] += e;
        hessian[(i, i + 1)] -= e;
        hessian[(i + 1, i)] -= e;
    }
    hessian
}

/// With entries of `x` and `v` in `±1`, each exponential is below `E = e^{2.1}` and its
/// third derivative along `v` below `8E`. An entry of the gradient has two of them: the
/// difference is off by `h²/6 · 16E`, and by the roundings of its terms, `8uE/h`.
#[test]
fn a_hessian_vector_product_takes_two_gradients_and_agrees_with_the_full_hessian() {
    const H: f64 = 1e-5;
    let x = DVector::from_fn(CHAIN, |i, _| (i as f64).sin());
    let v = DVector::from_fn(CHAIN, |i, _| (3.0 * i as f64).cos());
    let calls = Cell::new(0);
    let gradient = |x: &DVector<f64>| {
        calls.set(calls.get() + 1);
        chain_gradient(x)
    };
    let product = hessian_vector_product(gradient, &x, &v, H);
    let for_product = calls.replace(0);
    let whole = jacobian(gradient, &x, H);
    let for_hessian = calls.get();
    let largest = 2.1_f64.exp();
    let tolerance = (H * H / 6.0 * 16.0 + 8.0 * ROUNDING / H) * largest;
    assert!((product - chain_hessian(&x) * &v).amax() < tolerance);
    assert!((whole - chain_hessian(&x)).amax() < tolerance);
    assert_eq!((for_product, for_hessian), (2, 2 * CHAIN));
    snapshot!(
        "newton__product",
        values([
            ("product", for_product.to_string()),
            ("whole", for_hessian.to_string())
        ])
    );
}

/// Conjugate gradients from 0 on `H d = b`: `H` enters by products alone.
fn conjugate_gradients(
    product: impl Fn(&DVector<f64>) -> DVector<f64>,
    b: &DVector<f64>,
    steps: usize,
) -> DVector<f64> {
    let mut d = DVector::zeros(b.len());
    let (mut residual, mut direction) = (b.clone(), b.clone());
    for _ in 0..steps {
        let image = product(&direction);
        let along = residual.norm_squared() / direction.dot(&image);
        d += along * &direction;
        let next = &residual - along * image;
        let share = next.norm_squared() / residual.norm_squared();
        direction = &next + share * &direction;
        residual = next;
    }
    d
}

/// On the chain with `½‖x‖²` beside it all eigenvalues of `H` are from 1 to `1 + 4E`, with
/// `E` from above, below 34: an error falls in each step by `(√κ − 1)/(√κ + 1) < 0.71`,
/// to 10⁻¹⁰ in 80 steps. A product's own error is above all the tolerance above times
/// `√200`, 5·10⁻⁸ of its vector, and the worst of them would add up over few steps.
#[test]
fn conjugate_gradients_find_newtons_step_by_products_alone() {
    const H: f64 = 1e-5;
    let x = DVector::from_fn(CHAIN, |i, _| (i as f64).sin());
    let gradient = |x: &DVector<f64>| chain_gradient(x) + x;
    let g = gradient(&x);
    let product = |v: &DVector<f64>| {
        let length = v.amax();
        length * hessian_vector_product(gradient, &x, &(v / length), H)
    };
    let found = conjugate_gradients(product, &-&g, 80);
    let whole = chain_hessian(&x) + DMatrix::identity(CHAIN, CHAIN);
    let newton = newton_step(&whole, &g).expect("positive definite");
    assert!((found - &newton).norm() < 1e-6 * newton.norm());
}

// Exercises.

/// An even power of `x`.
struct Power(i32);

impl Smooth for Power {
    fn value(&self, x: &DVector<f64>) -> f64 {
        x[0].powi(self.0)
    }
    fn gradient(&self, x: &DVector<f64>) -> DVector<f64> {
        one(f64::from(self.0) * x[0].powi(self.0 - 1))
    }
    fn hessian(&self, x: &DVector<f64>) -> DMatrix<f64> {
        dmatrix![f64::from(self.0 * (self.0 - 1)) * x[0].powi(self.0 - 2)]
    }
}

/// One step, from and to numbers up to 4; a power rounds a few times for each factor.
#[test]
fn on_an_even_power_the_exponent_less_one_arrives_at_once() {
    for power in [2, 4, 6, 10] {
        for start in [-3.0, 0.5, 4.0] {
            let once = |step_size| {
                let path = newton(&Power(power), one(start), step_size, 1);
                path.expect("H > 0")[1][0]
            };
            let all = f64::from(power - 1);
            let rounding = 4.0 * 30.0 * ROUNDING;
            assert!(once(all).abs() < rounding);
            assert!((once(1.0) - start * (1.0 - 1.0 / all)).abs() < rounding);
        }
    }
}

/// Whole numbers.
#[test]
fn the_step_size_for_the_fourth_power_doubles_the_error_in_the_bowl() {
    let path = newton(&Quadratic::valley(), dvector![10.0, 1.0], 3.0, 5);
    for pair in path.expect("invertible").windows(2) {
        assert_eq!(pair[1], -2.0 * &pair[0]);
    }
}

/// The largest number for which the bytes fit into 80 GB.
fn most(bytes: impl Fn(u64) -> u128) -> u64 {
    let fits = |&n: &u64| bytes(n) <= 80_000_000_000;
    (1..).take_while(fits).last().expect("one of them fits")
}

#[test]
fn half_of_the_hessian_lets_the_network_grow_by_the_root_of_two() {
    let parameters = |units: u64| {
        let widths = [784, units as usize, 10];
        let network =
            Network::with_widths(&widths, Activation::Relu, |fan_in, fan_out| {
                Linear::new(DMatrix::zeros(fan_in, fan_out), RowDVector::zeros(fan_out))
            });
        network.parameters().len() as u64
    };
    assert_eq!([1, 100].map(parameters), [805, 79_510]);
    let whole = [most(hessian_bytes), most(|units| hessian_bytes(795 * units + 10))];
    let half = [
        most(symmetric_half_bytes),
        most(|units| symmetric_half_bytes(795 * units + 10)),
    ];
    assert_eq!(parameters(half[1]), 795 * half[1] + 10);
    // √(2·10¹⁰), and n² + n ≤ 4·10¹⁰. Rounding down changes a count by less than 1.
    assert_eq!([whole[0], half[0]], [141_421, 199_999]);
    for (whole, half) in whole.into_iter().zip(half) {
        let (whole, half) = (whole as f64, half as f64);
        assert!((half - 2_f64.sqrt() * whole).abs() < 2.5);
    }
    let bowl = newton(&Quadratic::valley(), dvector![10.0, 1.0], 3.0, 1);
    let kept = bowl.expect("invertible")[1][0] / 10.0;
    let quartic = |start: f64, steps: usize| -> Vec<f64> {
        let path =
            newton(&Example::Quartic, one(start), 1.0, steps).expect("invertible");
        path.iter().map(|x| x[0]).collect()
    };
    snapshot!(
        "newton__exercises",
        values([
            ("kept", decimals(kept, 0)),
            ("whole_parameters", grouped(whole[0].into())),
            ("whole_units", grouped(whole[1].into())),
            ("half_parameters", grouped(half[0].into())),
            ("half_units", grouped(half[1].into())),
            ("arriving", list(&quartic(0.5, 3), 2)),
            ("inflection", decimals(-(2.0_f64 / 3.0).sqrt(), 2)),
            ("circling", list(&quartic(0.54, 3), 2)),
        ])
    );
}

/// `x²/2 + y⁴/4 − y²/2`: a saddle at 0, and no quadratic.
struct Bent;

impl Smooth for Bent {
    fn value(&self, v: &DVector<f64>) -> f64 {
        v[0] * v[0] / 2.0 + v[1].powi(4) / 4.0 - v[1] * v[1] / 2.0
    }
    fn gradient(&self, v: &DVector<f64>) -> DVector<f64> {
        dvector![v[0], v[1].powi(3) - v[1]]
    }
    fn hessian(&self, v: &DVector<f64>) -> DMatrix<f64> {
        dmatrix![1.0, 0.0; 0.0, 3.0 * v[1] * v[1] - 1.0]
    }
}

/// `gᵀd = −dᵀ(H + λI)d` is below 0. On a quadratic the change is `−½dᵀ(H + 2λI)d`, at most
/// half of that; elsewhere only a short step keeps to it.
#[test]
fn with_a_positive_definite_shifted_hessian_the_step_points_down_and_on_a_quadratic_leads_down()
 {
    let shifted_step = |f: &dyn Smooth, x: &DVector<f64>, lambda: f64| {
        let shifted = f.hessian(x) + lambda * DMatrix::identity(2, 2);
        newton_step(&shifted, &f.gradient(x)).expect("positive definite")
    };
    let mut rng = support::rng(2);
    for _ in 0..200 {
        let x = DVector::from_fn(2, |_, _| rng.random_range(-3.0..3.0));
        let lambda = rng.random_range(2.01..10.0);
        let f = Example::Saddle;
        let step = shifted_step(&f, &x, lambda);
        let slope = f.gradient(&x).dot(&step);
        let decrease = f.value(&x) - f.value(&(&x + &step));
        assert!(slope < 0.0 && decrease >= -0.5 * slope * (1.0 - 1e-12) - 1e-14);
        let plain = newton_step(&f.hessian(&x), &f.gradient(&x)).expect("invertible");
        assert!((&x + plain).amax() < 20.0 * ROUNDING);

        let step = shifted_step(&Bent, &x, lambda);
        assert!(Bent.gradient(&x).dot(&step) < 0.0);
        assert!(Bent.value(&(&x + 1e-3 * &step)) < Bent.value(&x));
    }
    // By 0.98 the sum is diag(1.98, 0.01), and the step 9.9 long.
    let x = dvector![0.0, 0.1];
    let step = shifted_step(&Bent, &x, 0.98);
    assert!((&step - dvector![0.0, 9.9]).amax() < 1e-11);
    assert!(Bent.gradient(&x).dot(&step) < 0.0 && Bent.value(&(&x + &step)) > 2000.0);
    assert!(Bent.value(&(&x + 0.1 * &step)) < Bent.value(&x));
}

/// Far out a step removes a third of the distance, and near the edge the first one leads
/// as far as `3.1/(f'')`: 100 steps are enough for both.
#[test]
fn on_the_quartic_every_start_left_of_the_inflection_arrives() {
    let edge = -(2.0_f64 / 3.0).sqrt();
    let root = newton(&Example::Quartic, one(-2.0), 1.0, 10).expect("H > 0")[10][0];
    assert!(Example::Quartic.gradient(&one(root))[0].abs() < 100.0 * ROUNDING);
    let rounding = 20.0 * ROUNDING;
    for start in [edge - 1e-6, -0.82, -0.9, -1.2, -1.7, -1.8, -3.0, -1e6] {
        let path = newton(&Example::Quartic, one(start), 1.0, 100).expect("H > 0");
        for pair in path[1..].windows(2) {
            let tolerance = rounding * pair[0][0].abs();
            assert!(pair[0][0] <= pair[1][0] + tolerance);
            assert!(pair[1][0] <= root + tolerance);
        }
        assert!((path[100][0] - root).abs() < 2.0 * rounding, "{start}");
    }
}

/// From ½ the points are 7/5 and 436/485; a step multiplies an error by less than 10
/// there. The circle draws in all that comes within 0.05 of 0, see above.
#[test]
fn on_the_quartic_a_start_at_one_half_arrives_and_one_at_0_54_circles() {
    let path = |start: f64| {
        newton(&Example::Quartic, one(start), 1.0, 41).expect("invertible")
    };
    let arriving = path(0.5);
    assert_relative_eq!(arriving[1][0], 1.4, max_relative = 20.0 * ROUNDING);
    assert_relative_eq!(arriving[2][0], 436.0 / 485.0, max_relative = 200.0 * ROUNDING);
    assert!(arriving[3][0] < -(2.0_f64 / 3.0).sqrt());
    // Cardano's formula for x³ − 2x + 2.
    let root = (19.0_f64 / 27.0).sqrt();
    let minimum = -(1.0 + root).cbrt() - (1.0 - root).cbrt();
    assert_relative_eq!(arriving[41][0], minimum, max_relative = 20.0 * ROUNDING);
    let circling = path(0.54);
    assert!(circling[3][0].abs() < 0.05);
    assert!((circling[40][0] - 1.0).abs() < 20.0 * ROUNDING);
    assert!(circling[41][0].abs() < 20.0 * ROUNDING);
}
