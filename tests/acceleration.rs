//! What the chapter on acceleration says.

mod support;

use std::f64::consts::{E, PI};
use std::sync::LazyLock;

use descent::acceleration::{
    Accelerated, Growth, accelerated_bound, chain, chain_minimum, descent_bound,
    lower_bound,
};
use descent::gradient_descent::{GradientDescent, Optimizer};
use descent::nesterov::{Nesterov, Tuned, spectral_radius, stability_limit};
use descent::quadratic::{Quadratic, Spectrum};
use nalgebra::{DMatrix, DVector, Matrix2, dvector};
use rand::RngExt;
use support::optimizers::{factors, looking_ahead, on_parabola, run_on, start};
use support::{ROUNDING, decimals, significant, table, values};

/// The weight of most examples.
const BETA: f64 = 0.9;

fn accelerated(smoothness: f64) -> Accelerated {
    Accelerated::new(1.0 / smoothness, Growth::Largest).unwrap()
}

// Refusals

#[test]
fn a_step_size_outside_its_range_is_refused_by_name_and_value() {
    for step_size in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let expected =
            format!("step size {step_size}, expected a finite number above 0");
        let error = Accelerated::new(step_size, Growth::Half).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn a_gradient_of_the_wrong_length_is_refused() {
    let mut method = Accelerated::new(0.1, Growth::Largest).unwrap();
    let step = || method.step(&mut dvector![1.0, 2.0], &dvector![1.0]);
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(step));
    let message = panic.unwrap_err().downcast::<String>().unwrap();
    let expected = "a gradient of shape (1, 1) does not fit parameters of shape (2, 1)";
    assert!(message.contains(expected), "{message}");
}

#[test]
fn the_method_tells_when_what_it_remembers_leaves_the_numbers() {
    let mut theta = dvector![0.0];
    let mut accelerated = Accelerated::new(1.0, Growth::Half).unwrap();
    accelerated.step(&mut theta, &dvector![1.0]);
    assert!(accelerated.is_finite());
    accelerated.step(&mut theta, &dvector![f64::INFINITY]);
    assert!(!accelerated.is_finite());
}

// The rate

type Value = dyn Fn(&DVector<f64>) -> f64;

type Gradient = dyn Fn(&DVector<f64>) -> DVector<f64>;

/// A convex, `L`-smooth function with a known minimum, and a start.
struct Convex {
    name: &'static str,
    value: Box<Value>,
    gradient: Box<Gradient>,
    smoothness: f64,
    minimizer: DVector<f64>,
    minimum: f64,
    start: DVector<f64>,
}

impl Convex {
    fn quadratic(name: &'static str, f: Quadratic, start: DVector<f64>) -> Self {
        let minimizer = f.minimizer().unwrap();
        Self {
            name,
            minimum: f.value(&minimizer),
            smoothness: f.spectrum().unwrap().largest,
            minimizer,
            start,
            gradient: Box::new({
                let f = f.clone();
                move |theta| f.gradient(theta)
            }),
            value: Box::new(move |theta| f.value(theta)),
        }
    }

    fn squared_distance(&self) -> f64 {
        (&self.start - &self.minimizer).norm_squared()
    }

    fn gap(&self, theta: &DVector<f64>) -> f64 {
        (self.value)(theta) - self.minimum
    }
}

/// Huber's function: a parabola up to 1, straight beyond.
fn huber(x: f64) -> f64 {
    if x.abs() <= 1.0 { 0.5 * x * x } else { x.abs() - 0.5 }
}

/// Quadratics and others, steep and flat, near and far.
fn convex() -> Vec<Convex> {
    let wide = DMatrix::from_diagonal(&dvector![1.0, 0.1, 0.01, 0.001, 0.0001]);
    vec![
        Convex::quadratic("chain", chain(100, 4.0), DVector::zeros(100)),
        Convex::quadratic("tilted", Quadratic::tilted(), start()),
        Convex::quadratic(
            "wide",
            Quadratic::new(wide, DVector::zeros(5)),
            DVector::from_element(5, 1.0),
        ),
        Convex {
            name: "log cosh",
            value: Box::new(|theta| theta.map(|x| x.cosh().ln()).sum()),
            gradient: Box::new(|theta| theta.map(f64::tanh)),
            smoothness: 1.0,
            minimizer: DVector::zeros(3),
            minimum: 0.0,
            start: dvector![20.0, -3.0, 0.5],
        },
        Convex {
            name: "Huber",
            value: Box::new(|theta| theta.map(huber).sum()),
            gradient: Box::new(|theta| theta.map(|x| x.clamp(-1.0, 1.0))),
            smoothness: 1.0,
            minimizer: DVector::zeros(1),
            minimum: 0.0,
            start: dvector![41.0],
        },
    ]
}

/// Values are sums of at most 100 terms below 300.
const VALUE_ERROR: f64 = 100.0 * 300.0 * ROUNDING;

/// Four such sums.
#[test]
fn a_step_of_one_over_l_satisfies_the_inequality_against_every_other_point() {
    let mut rng = support::rng(1);
    for f in convex() {
        let n = f.start.len();
        for _ in 0..200 {
            let [theta, ahead] = [0, 1].map(|_| {
                DVector::from_fn(n, |_, _| rng.random_range(-4.0..4.0)) + &f.minimizer
            });
            let g = (f.gradient)(&ahead);
            let next = &ahead - &g / f.smoothness;
            let right = (f.value)(&theta) + g.dot(&(&ahead - &theta))
                - g.norm_squared() / (2.0 * f.smoothness);
            assert!((f.value)(&next) <= right + 4.0 * VALUE_ERROR, "{}", f.name);
        }
    }
}

#[test]
fn both_sequences_grow_as_slowly_as_the_proof_needs_and_by_at_least_a_half() {
    for growth in [Growth::Largest, Growth::Half] {
        let mut nu = 1.0;
        for t in 1..1000 {
            assert!(nu >= (f64::from(t) + 1.0) / 2.0 - 1e-12);
            let next = growth.next(nu);
            let (new, old) = (next * next - next, nu * nu);
            assert!(new <= old * (1.0 + 8.0 * ROUNDING), "{growth:?} {t}");
            if growth == Growth::Largest {
                assert!(new >= old * (1.0 - 8.0 * ROUNDING), "{t}");
                assert!(next > nu + 0.5);
            } else {
                let t = f64::from(t);
                let momentum = (nu - 1.0) / next;
                assert!((momentum - (t - 1.0) / (t + 2.0)).abs() < 4.0 * ROUNDING);
                assert_eq!(new, old - 0.25);
            }
            nu = next;
        }
    }
}

/// `ν_t²(f(θ_t) − f(θ*)) + (L/2)‖Θ_t − θ*‖²` with `Θ_t = ν_tθ_t − (ν_t − 1)θ_{t−1}`, where
/// `points` ends with `θ_{t−1}` and `θ_t`.
fn energy(f: &Convex, nu: f64, points: &[DVector<f64>]) -> [f64; 2] {
    let [.., before, theta] = points else { panic!("two points") };
    let combined = nu * theta - (nu - 1.0) * before;
    let distance = (combined - &f.minimizer).norm_squared();
    [nu * nu * f.gap(theta), f.smoothness / 2.0 * distance]
}

/// `ν_t²` multiplies the error of a value, `ν_t` that of a point.
#[test]
fn the_energy_of_the_accelerated_method_never_increases() {
    for f in convex() {
        for growth in [Growth::Largest, Growth::Half] {
            let mut method = Accelerated::new(1.0 / f.smoothness, growth).unwrap();
            let points = run_on(&mut method, &f.start, 300, &f.gradient);
            let mut nu = 1.0;
            let mut before = f.smoothness / 2.0 * f.squared_distance();
            for t in 1..=300 {
                let [gap, distance] = energy(&f, nu, &points[t - 1..=t]);
                let error = nu * nu * VALUE_ERROR;
                assert!(gap + distance <= before + error, "{} {growth:?} {t}", f.name);
                before = gap + distance;
                nu = growth.next(nu);
            }
        }
    }
}

/// `½θ²` from 1 with L = 10 and `ν_t = (t + 1)/2`, by hand: 1, 0.9, 0.81, and then from
/// 0.81 − 0.09/4 a tenth less. Each step rounds some ten times, numbers up to 5.
#[test]
fn on_a_parabola_the_energy_moves_from_the_distance_to_the_gap_and_falls() {
    let f = Convex {
        name: "parabola",
        value: Box::new(|theta| 0.5 * theta.norm_squared()),
        gradient: Box::new(Clone::clone),
        smoothness: 10.0,
        minimizer: dvector![0.0],
        minimum: 0.0,
        start: dvector![1.0],
    };
    let mut method = Accelerated::new(0.1, Growth::Half).unwrap();
    let points = run_on(&mut method, &f.start, 3, &f.gradient);
    let by_hand = [1.0, 0.9, 0.81, 0.708_75];
    let combined = [1.0, 0.9, 0.765, 0.6075];
    let half = |t: usize| (t as f64 + 1.0) / 2.0;
    let mut before = [0.0, 5.0];
    let mut rows = Vec::new();
    for t in 0..=3 {
        assert!((points[t][0] - by_hand[t]).abs() < 40.0 * ROUNDING, "{t}");
        let (nu, parts) = match t {
            0 => (String::new(), before),
            _ => (short(half(t)), energy(&f, half(t), &points[t - 1..=t])),
        };
        assert!((parts[1] - 5.0 * combined[t] * combined[t]).abs() < 1e-13, "{t}");
        if t > 0 {
            let gap = 0.5 * (half(t) * by_hand[t]).powi(2);
            assert!((parts[0] - gap).abs() < 1e-13, "{t}");
            assert!(parts[0] > before[0] && parts[1] < before[1], "it moves");
            assert!(parts[0] + parts[1] < before[0] + before[1], "it falls");
        }
        before = parts;
        rows.push([
            t.to_string(),
            short(points[t][0]),
            nu,
            short(0.5 * points[t][0].powi(2)),
            decimals(parts[0], 3),
            short(combined[t]),
            decimals(parts[1], 3),
            decimals(parts[0] + parts[1], 3),
        ]);
    }
    // For a hundred steps the gap is below the energy of the start over ν².
    let points = run_on(
        &mut Accelerated::new(0.1, Growth::Half).unwrap(),
        &f.start,
        100,
        &f.gradient,
    );
    for (t, theta) in points.iter().enumerate().skip(1) {
        assert!(0.5 * theta[0].powi(2) <= 5.0 / half(t).powi(2), "{t}");
    }
    let header = [
        "$t$",
        "$\\theta_t$",
        "$\\nu_t$",
        "gap",
        "$\\nu_t^2$ · gap",
        "$\\Theta_t$",
        "$\\frac L2 \\Theta_t^2$",
        "energy",
    ];
    snapshot!("acceleration__energy", table(header, rows));
}

/// Up to six decimals, as few as are needed.
fn short(value: f64) -> String {
    let digits = decimals(value, 6);
    digits.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// With numbers that differ from each other; `6/5` and `2/3` are rounded once.
#[test]
fn the_three_bounds_are_proportional_to_the_smoothness_and_to_the_squared_distance() {
    assert_eq!(descent_bound(4.0, 3.0, 5), 6.0 / 5.0);
    assert_eq!(accelerated_bound(4.0, 3.0, 5), 2.0 / 3.0);
    assert_eq!(lower_bound(4.0, 3.0, 5), 1.0 / 32.0);
}

#[test]
fn gradient_descent_is_within_its_bound_on_every_convex_smooth_function_tried() {
    for f in convex() {
        let mut descent = GradientDescent::new(1.0 / f.smoothness).unwrap();
        let points = run_on(&mut descent, &f.start, 500, &f.gradient);
        for (t, theta) in points.iter().enumerate().skip(1) {
            let bound = descent_bound(f.smoothness, f.squared_distance(), t);
            assert!(f.gap(theta) <= bound + VALUE_ERROR, "{} {t}", f.name);
        }
    }
}

/// With steps of 1/L, and with shorter ones: what is `L`-smooth is `10L`-smooth too.
#[test]
fn the_accelerated_method_is_within_its_bound_on_every_convex_smooth_function_tried() {
    for f in convex() {
        for (growth, times) in
            [(Growth::Largest, 1.0), (Growth::Half, 1.0), (Growth::Largest, 10.0)]
        {
            let smoothness = times * f.smoothness;
            let mut method = Accelerated::new(1.0 / smoothness, growth).unwrap();
            let points = run_on(&mut method, &f.start, 500, &f.gradient);
            for (t, theta) in points.iter().enumerate().skip(1) {
                let bound = accelerated_bound(smoothness, f.squared_distance(), t);
                assert!(f.gap(theta) <= bound + VALUE_ERROR, "{} {t}", f.name);
            }
        }
    }
}

/// On a quadratic the gap is a sum over the eigenvalues λ, and at most the largest
/// `½λe_t(λ)²` when the distance at the start is 1; `e_t` is the run on `½λθ²` from 1.
/// In units of `L`.
fn worst_gaps(optimizer: &mut impl Optimizer, steps: usize) -> Vec<f64> {
    let count = 8000;
    let lambda = DVector::from_fn(count, |i, _| {
        10.0_f64.powf(-6.0 * i as f64 / (count - 1) as f64)
    });
    let ones = DVector::from_element(count, 1.0);
    let points = run_on(optimizer, &ones, steps, |theta| theta.component_mul(&lambda));
    let worst = |theta: &DVector<f64>| {
        let components = lambda.as_slice().iter().zip(theta.as_slice());
        let gaps = components.map(|(lambda, theta)| 0.5 * lambda * theta * theta);
        gaps.fold(0.0, f64::max)
    };
    points.iter().map(worst).collect()
}

/// Those of gradient descent with the step size `1/L`.
static GAPS_OF_DESCENT: LazyLock<Vec<f64>> =
    LazyLock::new(|| worst_gaps(&mut GradientDescent::new(1.0).expect("above 0"), 300));

/// `½λ(1 − λ)^{2t}` is largest at `λ = 1/(2t + 1)`. The grid's neighbours differ by a
/// factor 1.0018, and are at most half of that from the top: the second derivative of
/// the logarithm, about −1 in `log λ` there, makes 10⁻⁶ of it.
#[test]
fn on_the_worst_parabola_gradient_descent_falls_like_one_over_t() {
    let gaps = &*GAPS_OF_DESCENT;
    for t in [1, 10, 100, 300] {
        let top = 1.0 / (2.0 * t as f64 + 1.0);
        let exact = 0.5 * top * (1.0 - top).powi(2 * t as i32);
        assert!((gaps[t] / exact - 1.0).abs() < 2e-6, "{t}");
    }
    assert!((gaps[300] * 300.0 * 4.0 * E - 1.0).abs() < 0.01, "1/(4et)");
}

/// Between the lower bound and the upper.
#[test]
fn on_the_worst_parabola_the_accelerated_method_falls_like_one_over_t_squared() {
    let gaps = worst_gaps(&mut accelerated(1.0), 300);
    for (t, &gap) in gaps.iter().enumerate().skip(1) {
        assert!(gap >= lower_bound(1.0, 1.0, t), "{t}");
        assert!(gap <= accelerated_bound(1.0, 1.0, t), "{t}");
    }
    let slope = (gaps[300] / gaps[100]).ln() / 3.0_f64.ln();
    assert!((slope + 2.0).abs() < 0.05, "{slope}");
    let descent = &*GAPS_OF_DESCENT;
    let slope_of_descent = (descent[300] / descent[100]).ln() / 3.0_f64.ln();
    assert!((slope_of_descent + 1.0).abs() < 0.01, "{slope_of_descent}");
    let row = |t: usize| {
        [
            t.to_string(),
            significant(descent[t], 2),
            significant(descent_bound(1.0, 1.0, t), 2),
            significant(lower_bound(1.0, 1.0, t), 2),
            significant(gaps[t], 2),
            significant(accelerated_bound(1.0, 1.0, t), 2),
        ]
    };
    let header = [
        "$t$",
        "gradient descent",
        "its bound",
        "lower bound for all",
        "accelerated",
        "its bound",
    ];
    snapshot!("acceleration__worst", table(header, [10, 100, 300].map(row)));
    // Ten times the steps.
    let falls = |gaps: &[f64]| gaps[30] / gaps[300];
    assert!((9.5..10.5).contains(&falls(descent)), "{}", falls(descent));
    assert!((80.0..100.0).contains(&falls(&gaps)), "{}", falls(&gaps));
    let short =
        |t: usize| [t.to_string(), significant(descent[t], 2), significant(gaps[t], 2)];
    snapshot!(
        "acceleration__gaps",
        table(["steps", "gradient descent", "accelerated"], [3, 30, 300].map(short))
    );
}

// The chain

/// The solution by Cholesky is off by the condition number, 4134, times a few roundings
/// of its length.
#[test]
fn the_chains_minimum_and_distance_are_those_of_the_closed_forms() {
    for n in [1, 2, 7, 100] {
        let f = chain(n, 4.0);
        let minimizer = f.minimizer().unwrap();
        let (minimum, squared_distance) = chain_minimum(n, 4.0);
        assert!((f.value(&minimizer) - minimum).abs() < 1e-11, "{n}");
        assert!((minimizer.norm_squared() - squared_distance).abs() < 1e-9, "{n}");
        for (i, entry) in minimizer.iter().enumerate() {
            let exact = 1.0 - (i as f64 + 1.0) / (n as f64 + 1.0);
            assert!((entry - exact).abs() < 1e-11, "{n} {i}");
        }
        assert!(f.spectrum().unwrap().largest < 4.0);
    }
    assert_eq!(chain_minimum(100, 4.0), (-50.0 / 101.0, 20_100.0 / 606.0));
}

/// The entries are exact zeros: nothing is ever added to them.
#[test]
fn on_the_chain_a_step_learns_of_one_more_coordinate_and_no_method_can_know_more() {
    for t in [1, 2, 5, 20, 40] {
        let n = 2 * t + 1;
        let f = chain(n, 4.0);
        let (minimum, squared_distance) = chain_minimum(n, 4.0);
        // The lowest value with t coordinates is that of the chain of t.
        let best_possible = chain_minimum(t, 4.0).0;
        let exactly = 4.0 / 8.0 * (1.0 / (t as f64 + 1.0) - 1.0 / (n as f64 + 1.0));
        assert!((best_possible - minimum - exactly).abs() < 1e-15);
        let bound = lower_bound(4.0, squared_distance, t);
        assert!(bound <= exactly, "{t}");
        let check = |points: Vec<DVector<f64>>| {
            let last = points.last().expect("a start");
            assert!(last.iter().skip(t).all(|&entry| entry == 0.0), "{t}");
            assert!(f.value(last) >= best_possible, "{t}");
            assert!(f.value(last) - minimum >= bound, "{t}");
        };
        let zero = DVector::zeros(n);
        let gradient = |theta: &DVector<f64>| f.gradient(theta);
        check(run_on(&mut GradientDescent::new(0.25).unwrap(), &zero, t, gradient));
        check(run_on(&mut accelerated(4.0), &zero, t, gradient));
        check(run_on(
            &mut Accelerated::new(0.25, Growth::Half).unwrap(),
            &zero,
            t,
            gradient,
        ));
        for (_, k) in factors(BETA) {
            check(run_on(&mut looking_ahead(2.5, BETA, k), &zero, t, gradient));
        }
    }
}

/// What is left on the chain of `n` with L = 4 after `t` steps, by its eigenvectors
/// `sin(ijπ/(n + 1))`: one recursion for each, no matrix. `next` makes `e_{t+1}` from
/// `λ/L`, `t`, `e_t` and `e_{t−1}`.
fn gap_by_eigenvectors(
    n: usize,
    steps: usize,
    next: impl Fn(f64, usize, f64, f64) -> f64,
) -> f64 {
    let ends = n as f64 + 1.0;
    let part = |i: usize| {
        let angle = i as f64 * PI / ends;
        let lambda = 0.5 * (1.0 - angle.cos());
        let sines = (1..=n).map(|j| (angle * j as f64).sin());
        let entries = (1..=n).map(|j| 1.0 - j as f64 / ends);
        let norm = sines.clone().map(|sine| sine * sine).sum::<f64>().sqrt();
        let component = sines.zip(entries).map(|(a, b)| a * b).sum::<f64>() / norm;
        let (mut e, mut before) = (component, component);
        for t in 0..steps {
            (e, before) = (next(lambda, t, e, before), e);
        }
        0.5 * 4.0 * lambda * e * e
    };
    (1..=n).map(part).sum()
}

/// Nesterov momentum with β = 0.9 in steps of 10/L is by then gradient descent with that
/// step size, whose gap falls like `t^(−1/2)` on a chain without end: to a half from 250
/// to 1000. On that of 100 the smallest eigenvalue, 0.00024 L, makes it `e^(−0.0048t)`.
#[test]
fn the_gap_bends_down_on_the_chain_of_100_and_not_yet_on_that_of_400() {
    let step = |lambda: f64, _, e: f64, before: f64| {
        let s = 10.0 * (1.0 - BETA) * lambda;
        (1.0 + BETA - (1.0 + BETA) * s) * e - (BETA - BETA * s) * before
    };
    let [short, long] = [100, 400].map(|n| {
        gap_by_eigenvectors(n, 1000, step) / gap_by_eigenvectors(n, 250, step)
    });
    assert!(short < 0.1 && (0.35..0.55).contains(&long), "{short} {long}");
}

/// Both ways round some 100 times 100 steps of numbers that sum to less than 60.
#[test]
fn at_one_over_l_a_constant_weight_brings_nothing_and_at_ten_over_l_it_does() {
    let f = chain(100, 4.0);
    let (minimum, squared_distance) = chain_minimum(100, 4.0);
    let gap =
        |points: Vec<DVector<f64>>| f.value(points.last().expect("a start")) - minimum;
    let zero = DVector::zeros(100);
    let gradient = |theta: &DVector<f64>| f.gradient(theta);
    let close = |ours: f64, theirs: f64| (ours - theirs).abs() < 6e5 * ROUNDING;

    let descent =
        gap(run_on(&mut GradientDescent::new(0.25).unwrap(), &zero, 99, gradient));
    assert!(close(descent, gap_by_eigenvectors(100, 99, |s, _, e, _| (1.0 - s) * e)));
    let later =
        gap(run_on(&mut GradientDescent::new(0.25).unwrap(), &zero, 990, gradient));

    let mut rows =
        vec![["gradient descent".into(), "1/L".into(), significant(descent, 3)]];
    for (text, times) in [("1/L", 1.0), ("10/L", 10.0)] {
        for (name, k) in factors(BETA) {
            let left = gap(run_on(
                &mut looking_ahead(times / 4.0, BETA, k),
                &zero,
                99,
                gradient,
            ));
            let recursion = |lambda: f64, _, e: f64, before: f64| {
                let s = times * (1.0 - BETA) * lambda;
                (1.0 + BETA - (1.0 + k) * s) * e - (BETA - k * s) * before
            };
            assert!(
                close(left, gap_by_eigenvectors(100, 99, recursion)),
                "{name} {text}"
            );
            if times == 1.0 {
                // Worse than gradient descent, by less than three percent.
                assert!(left > descent && left < 1.03 * descent, "{name}");
            } else {
                // As far as gradient descent after ten times as many steps.
                assert!((left / later - 1.0).abs() < 0.05, "{name}");
            }
            rows.push([format!("{name}, β = 0.9"), text.into(), significant(left, 3)]);
        }
    }
    for growth in [Growth::Largest, Growth::Half] {
        let left = gap(run_on(
            &mut Accelerated::new(0.25, growth).unwrap(),
            &zero,
            99,
            gradient,
        ));
        let weights: Vec<f64> =
            std::iter::successors(Some(1.0), |&nu| Some(growth.next(nu)))
                .take(101)
                .collect();
        let recursion = |lambda: f64, t: usize, e: f64, before: f64| {
            let momentum = match t {
                0 => 0.0,
                _ => (weights[t - 1] - 1.0) / weights[t],
            };
            (1.0 - lambda) * (e + momentum * (e - before))
        };
        assert!(close(left, gap_by_eigenvectors(100, 99, recursion)), "{growth:?}");
        let bound = accelerated_bound(4.0, squared_distance, 99);
        assert!(left < bound && left < descent / 6.0);
        let name = match growth {
            Growth::Largest => "accelerated, largest $\\nu_t$",
            Growth::Half => "accelerated, $\\nu_t = (t + 1)/2$",
        };
        rows.push([name.into(), "1/L".into(), significant(left, 3)]);
    }
    snapshot!(
        "acceleration__chain",
        table(["method", "$α$", "gap after 99 steps"], rows)
    );
    snapshot!(
        "acceleration__chain_values",
        values([
            ("minimum", decimals(minimum, 4)),
            ("squared_distance", decimals(squared_distance, 2)),
            ("bound", significant(accelerated_bound(4.0, squared_distance, 99), 3)),
            ("later", significant(later, 3)),
        ])
    );
}

/// With `δ = 1 − μ` the polynomial says `δ = αλ(1 − (1 + k)δ) + δ²/(1 − β)`: δ is αλ up
/// to some (1 + k + 1/(1 − β)) (αλ)².
#[test]
fn along_flat_directions_momentum_of_any_form_moves_like_gradient_descent_with_alpha() {
    for (name, k) in factors(BETA) {
        for flat in [1e-2, 1e-3, 1e-4] {
            let slow = spectral_radius((1.0 - BETA) * flat, BETA, k);
            let error = slow - (1.0 - flat);
            let next = (1.0 + k + 1.0 / (1.0 - BETA)) * flat * flat;
            assert!(error.abs() < 2.0 * next, "{name} {flat}");
        }
    }
}

// Strong convexity

fn spectrum(condition: f64) -> Spectrum {
    Spectrum { smallest: 1.0, largest: condition }
}

/// The largest spectral radius over many eigenvalues from the smallest to the largest.
fn radius(tuned: Tuned, k: f64, spectrum: Spectrum) -> f64 {
    let radii = (0..=400).map(|i| {
        let lambda =
            spectrum.smallest * spectrum.condition_number().powf(f64::from(i) / 400.0);
        spectral_radius(tuned.step_size * (1.0 - tuned.beta) * lambda, tuned.beta, k)
    });
    radii.fold(0.0, f64::max)
}

/// At the smallest eigenvalue the root is double: rounding moves it by its square root.
const DOUBLE_ROOT: f64 = 1e-7;

#[test]
fn nesterovs_constant_weight_has_the_rate_one_minus_one_over_the_root_of_kappa() {
    for condition in [2.0, 10.0, 100.0, 1e4] {
        let spectrum = spectrum(condition);
        let tuned = Tuned::nesterov(spectrum);
        let rate = 1.0 - 1.0 / condition.sqrt();
        assert!((radius(tuned, tuned.beta, spectrum) - rate).abs() < DOUBLE_ROOT);
        assert!((tuned.rate - rate).abs() < 4.0 * ROUNDING);
        // Gradient descent with this step size keeps 1 − 1/κ of the flattest component.
        let descent = spectral_radius(1.0 / condition, 0.0, 0.0);
        assert!((descent - (1.0 - 1.0 / condition)).abs() < 4.0 * ROUNDING);
        // The roots are equal at the smallest eigenvalue, and complex above it.
        for share in [1.001, 1.5, 1.999_f64.min(condition * 0.999)] {
            let swing = (tuned.beta * (1.0 - share / condition)).sqrt();
            let radius = spectral_radius(share / condition, tuned.beta, tuned.beta);
            assert!((radius - swing).abs() < 1e-9 && swing < rate);
        }
        // The heavy ball with the same numbers swings everywhere, and is slower.
        let ball = radius(tuned, 0.0, spectrum);
        assert!(
            (ball - tuned.beta.sqrt()).abs() < DOUBLE_ROOT && tuned.beta.sqrt() > rate
        );
    }
}

/// `Σ steep_i log cosh θ_i + (λ_min/2)‖θ‖²` with `steep` from 1 to 0: its curvature is from
/// `λ_min` to `1 + λ_min`, as steep and as flat as that allows, with its minimum, 0, at 0.
///
/// The energy `f(θ_t) + (λ_min/2)‖Θ_t‖²` with `Θ_t = θ_{t−1} + √κ(θ_t − θ_{t−1})` keeps at
/// most `1 − 1/√κ` in each step. Without a weight the bound breaks.
#[test]
fn on_a_strongly_convex_function_that_is_no_quadratic_the_linear_bound_holds() {
    let steep = dvector![1.0, 0.1, 0.01, 0.0];
    let start = dvector![9.0, -5.0, 3.0, 1.0];
    for least in [0.3, 0.01] {
        let value = |theta: &DVector<f64>| {
            steep.dot(&theta.map(|x| x.cosh().ln()))
                + 0.5 * least * theta.norm_squared()
        };
        let gradient = |theta: &DVector<f64>| {
            steep.component_mul(&theta.map(f64::tanh)) + least * theta
        };
        let at_start = value(&start) + 0.5 * least * start.norm_squared();
        let tuned = Tuned::nesterov(Spectrum { smallest: least, largest: 1.0 + least });
        // log cosh near 0 is a rounding of 1.
        let within = |points: &[DVector<f64>]| {
            (1..).zip(&points[1..]).all(|(t, theta)| {
                value(theta) <= at_start * tuned.rate.powi(t) + 10.0 * ROUNDING
            })
        };
        let mut nesterov = Nesterov::new(tuned.step_size, tuned.beta).unwrap();
        let points = run_on(&mut nesterov, &start, 200, gradient);
        assert!(within(&points), "{least}");
        let root = ((1.0 + least) / least).sqrt();
        let mut before = at_start;
        for t in 1..=200 {
            let combined = &points[t - 1] + root * (&points[t] - &points[t - 1]);
            let energy = value(&points[t]) + 0.5 * least * combined.norm_squared();
            let error = 20.0 * ROUNDING * (1.0 + before);
            assert!(energy <= tuned.rate * before + error, "{least} {t}");
            before = energy;
        }
        let mut descent = GradientDescent::new(1.0 / (1.0 + least)).unwrap();
        assert!(!within(&run_on(&mut descent, &start, 200, gradient)), "{least}");
    }
}

// Where it fails

/// PyTorch's rule on the valley, with one momentum in the sum and another in the
/// look-ahead; how far its parameters are from the look-ahead points of the accelerated
/// method. Multiples of rounding, or far more.
#[test]
fn a_momentum_that_is_set_anew_before_each_step_of_pytorch_is_not_the_accelerated_method()
 {
    let valley = Quadratic::valley();
    let farthest = |in_sum: fn(f64) -> f64, in_look_ahead: fn(f64) -> f64| {
        let mut method = Accelerated::new(0.1, Growth::Half).unwrap();
        let (mut theta, mut stored) = (start(), start());
        let mut sum = DVector::zeros(2);
        let mut farthest = 0.0;
        for t in 1..=50 {
            let gradient = valley.gradient(&method.gradient_point(&theta));
            method.step(&mut theta, &gradient);
            let gradient = valley.gradient(&stored);
            let t = f64::from(t);
            sum = in_sum(t) * &sum + &gradient;
            stored -= 0.1 * (&gradient + in_look_ahead(t) * &sum);
            let apart = (&*method.gradient_point(&theta) - &stored).norm();
            farthest = f64::max(farthest, apart);
        }
        farthest
    };
    let new = |t: f64| (t - 1.0) / (t + 2.0);
    let old = |t: f64| if t > 1.0 { (t - 2.0) / (t + 1.0) } else { 0.0 };
    assert!(farthest(old, new) < 1e-12, "the old weight in the sum, the new one ahead");
    assert!(farthest(new, new) > 0.1 && farthest(old, old) > 0.1);
}

/// On a parabola with λ = L/100 the points swing through 0 and out again.
#[test]
fn the_accelerated_method_climbs_at_times() {
    let points = on_parabola(&mut accelerated(1.0), 0.01, 100);
    assert!((1..100).any(|t| points[t + 1].abs() > points[t].abs() + 0.01));
    let descent = on_parabola(&mut GradientDescent::new(1.0).unwrap(), 0.01, 100);
    assert!((1..100).all(|t| descent[t + 1] < descent[t]));
}

/// As the momentum approaches 1, the limit of `γλ` approaches 4/3. At the momentum 1 the
/// root is about `−1 + (9/4)(4/3 − s)`: 0.97 in modulus at 1.32 and 1.037 at 1.35, which
/// is 10⁻²⁶ and 10³² in 2000 steps. The momentum is about `1 − 3/t`, which takes `1.5/t`
/// off the modulus, in all a factor 10⁻⁵.
#[test]
fn the_accelerated_method_diverges_above_four_thirds_of_one_over_l() {
    let end = |step_size: f64| {
        let mut method = Accelerated::new(step_size, Growth::Largest).unwrap();
        on_parabola(&mut method, 1.0, 2000)[2000].abs()
    };
    assert!(end(1.32) < 1e-26 && end(1.35) > 1e24);
    assert!((stability_limit(1.0, 1.0) - 4.0 / 3.0).abs() < 4.0 * ROUNDING);
    let descent = on_parabola(&mut GradientDescent::new(1.9).unwrap(), 1.0, 2000);
    assert!(descent[2000].abs() < 1e-6);
}

/// The mean of `½λθ_t²` from `θ₀ = 0` if every gradient has independent noise of mean 0
/// and variance 1: a run is linear in the noise, so the variances of what each step's
/// noise leads to add up.
fn noise_floor<O: Optimizer>(make: impl Fn() -> O, lambda: f64, steps: usize) -> f64 {
    let response = |kick: usize| {
        let mut t = 0;
        let points = run_on(&mut make(), &dvector![0.0], steps, |theta| {
            t += 1;
            lambda * theta + dvector![if t == kick { 1.0 } else { 0.0 }]
        });
        points[steps][0]
    };
    (1..=steps).map(|kick| 0.5 * lambda * response(kick).powi(2)).sum()
}

/// The covariance `S` of `(θ_t, θ_{t−1})` becomes `M S Mᵀ`, and the variance of `θ_t` one
/// more.
fn accelerated_variance(lambda: f64, steps: usize) -> f64 {
    let (mut nu, mut momentum) = (1.0, 0.0);
    let mut covariance = Matrix2::zeros();
    for _ in 0..steps {
        let kept = 1.0 - lambda;
        let step = Matrix2::new(kept * (1.0 + momentum), -kept * momentum, 1.0, 0.0);
        covariance = step * covariance * step.transpose();
        covariance[(0, 0)] += 1.0;
        let next = Growth::Largest.next(nu);
        momentum = (nu - 1.0) / next;
        nu = next;
    }
    covariance[(0, 0)]
}

/// The variance of gradient descent is a geometric sum, that of the accelerated method
/// follows its own recursion. 300 steps of some ten roundings, which a run enlarges no
/// more than the noise.
#[test]
fn noise_in_the_gradients_leaves_the_accelerated_method_higher_than_gradient_descent() {
    let mut rows = Vec::new();
    for lambda in [0.1, 0.01, 0.001] {
        let descent = noise_floor(|| GradientDescent::new(1.0).unwrap(), lambda, 300);
        let kept: f64 = (1.0_f64 - lambda).powi(2);
        let sum = (1.0 - kept.powi(300)) / (1.0 - kept);
        assert!((descent / (0.5 * lambda * sum) - 1.0).abs() < 1e-10);
        let fast = noise_floor(|| accelerated(1.0), lambda, 300);
        let expected = 0.5 * lambda * accelerated_variance(lambda, 300);
        assert!((fast / expected - 1.0).abs() < 1e-10, "{lambda}");
        assert!(fast > descent, "{lambda}");
        rows.push([
            format!("L/{:.0}", 1.0 / lambda),
            significant(descent, 2),
            significant(fast, 2),
        ]);
    }
    snapshot!(
        "acceleration__noise",
        table(["curvature", "gradient descent", "accelerated"], rows)
    );
    let at = noise_floor(|| accelerated(1.0), 0.01, 300)
        / noise_floor(|| GradientDescent::new(1.0).unwrap(), 0.01, 300);
    snapshot!("acceleration__floor", values([("times", decimals(at, 0))]));
}

// Exercises

/// The accelerated method with `L = 1` and any `ν`, on a function of one number: θ after
/// each step.
fn accelerated_by(
    nu: impl Fn(i32) -> f64,
    slope: impl Fn(f64) -> f64,
    start: f64,
    steps: i32,
) -> Vec<f64> {
    let mut points = vec![start];
    let (mut theta, mut ahead) = (start, start);
    for t in 1..=steps {
        let next = ahead - slope(ahead);
        ahead = next + (nu(t) - 1.0) / nu(t + 1) * (next - theta);
        theta = next;
        points.push(theta);
    }
    points
}

/// With `ν_t = t` the products `t θ_t` follow a recursion with constant factors, whose
/// solution is the closed form. A component at `λ = L` is done after one step.
#[test]
fn with_nu_equal_to_t_the_proof_breaks_and_its_bound_is_false_on_hubers_function_but_true_on_quadratics()
 {
    let half = |t: i32| (f64::from(t) + 1.0) / 2.0;
    let slope = |x: f64| x.clamp(-1.0, 1.0);
    let proven = accelerated_by(half, slope, 9.0, 40);
    let mut method = Accelerated::new(1.0, Growth::Half).unwrap();
    let library = run_on(&mut method, &dvector![9.0], 40, |theta| theta.map(slope));
    for (ours, theirs) in proven.iter().zip(&library) {
        assert!((ours - theirs[0]).abs() < 1e-12);
    }
    for (t, &theta) in proven.iter().enumerate().skip(1) {
        assert!(huber(theta) <= accelerated_bound(1.0, 81.0, t));
    }

    for t in 1..1000_i64 {
        let next = t + 1;
        assert_eq!(next * next - next, t * t + t, "too much by t");
    }
    let bound = |squared_distance: f64, t: f64| squared_distance / (2.0 * t * t);
    let points = accelerated_by(f64::from, slope, 9.0, 3);
    assert_eq!(points[..3], [9.0, 8.0, 7.0]);
    assert!((points[3] - 17.0 / 3.0).abs() < 1e-14);
    let gap = huber(points[3]);
    assert!((gap - 31.0 / 6.0).abs() < 1e-14 && gap > bound(81.0, 3.0));

    // The recursion for `t θ_t` turns by `φ ≥ 0.07`: the error of a step comes back at most
    // `1/φ` times. There are 300 steps, each with some ten roundings.
    let error = 300.0 * 10.0 * ROUNDING / 0.07;
    for i in 1..=200 {
        let lambda = f64::from(i) / 200.0;
        let phi = (1.0 - lambda).sqrt().acos();
        let points = accelerated_by(f64::from, |x| lambda * x, 1.0, 300);
        for t in 1..300 {
            let product = |t: usize| t as f64 * points[t];
            let next = (1.0 - lambda) * (2.0 * product(t) - product(t - 1));
            assert!((product(t + 1) - next).abs() < 300.0 * error, "{lambda} {t}");
        }
        for (t, theta) in (0..).zip(points).skip(1) {
            let (steps, gap) = (f64::from(t), 0.5 * lambda * theta * theta);
            let share = (1.0 - lambda).powi(t + 1) * (steps * phi).sin().powi(2);
            assert!((gap - share * bound(1.0, steps)).abs() < error, "{lambda} {t}");
            assert!(gap < bound(1.0, steps) + error, "{lambda} {t}");
        }
    }
    snapshot!(
        "acceleration__exercises",
        values([
            ("theta", decimals(points[3], 2)),
            ("gap", decimals(gap, 2)),
            ("bound", decimals(bound(81.0, 3.0), 1)),
        ])
    );
}
