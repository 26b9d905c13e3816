//! What the chapter on Nesterov momentum says.

mod support;

use std::f64::consts::{E, PI};

use descent::backpropagation::{Neuron, WORKSHEET};
use descent::gradient_descent::{
    GradientDescent, OptimizationError, Optimizer, minimize,
};
use descent::momentum::{self, Momentum, PyTorchSgd};
use descent::nesterov::{
    Accelerated, Growth, Nesterov, StoredLookAhead, Tuned, accelerated_bound, chain,
    chain_minimum, descent_bound, lower_bound, spectral_radius, stability_limit,
};
use descent::neuron::{SAMPLES, take_turns};
use descent::quadratic::{Quadratic, START, Spectrum};
use nalgebra::{DMatrix, DVector, Matrix2, dmatrix, dvector};
use rand::RngExt;
use support::{decimals, significant, table, values};

/// Half the distance from 1 to the next number.
const ROUNDING: f64 = f64::EPSILON / 2.0;

/// The weight of most examples.
const BETA: f64 = 0.9;

/// Heavy ball, Nesterov and the lecture's slide.
fn factors(beta: f64) -> [(&'static str, f64); 3] {
    [("heavy ball", 0.0), ("Nesterov", beta), ("the slide", 1.0)]
}

fn looking_ahead(step_size: f64, beta: f64, factor: f64) -> Nesterov {
    Nesterov::new(step_size, beta).unwrap().with_look_ahead(factor).unwrap()
}

fn run(
    optimizer: &mut impl Optimizer,
    start: &DVector<f64>,
    steps: usize,
    gradient: impl FnMut(&DVector<f64>) -> DVector<f64>,
) -> Vec<DVector<f64>> {
    minimize(optimizer, start, steps, gradient).expect("a finite run")
}

/// The points on `½λθ²` from 1.
fn on_parabola(optimizer: &mut impl Optimizer, lambda: f64, steps: usize) -> Vec<f64> {
    let points = run(optimizer, &dvector![1.0], steps, |theta| lambda * theta);
    points.iter().map(|theta| theta[0]).collect()
}

fn start() -> DVector<f64> {
    DVector::from_row_slice(&START)
}

// The look-ahead point

/// All numbers are multiples of 2⁻¹⁰ and small: nothing rounds.
#[test]
fn the_look_ahead_point_is_where_a_gradient_of_zero_would_lead() {
    let valley = Quadratic::valley();
    for steps in 1..4 {
        let mut nesterov = Nesterov::new(0.25, 0.5).unwrap();
        let points =
            run(&mut nesterov, &start(), steps, |theta| valley.gradient(theta));
        let expected = nesterov.gradient_point(&points[steps]).into_owned();
        let mut after_nothing = points[steps].clone();
        nesterov.step(&mut after_nothing, &DVector::zeros(2));
        assert_ne!(expected, points[steps]);
        assert_eq!(after_nothing, expected);
    }
}

/// As above, nothing rounds.
#[test]
fn only_with_the_factor_beta_is_a_step_a_gradient_step_from_the_look_ahead_point() {
    let valley = Quadratic::valley();
    let gradient = |theta: &DVector<f64>| valley.gradient(theta);
    for (name, factor) in factors(0.5) {
        let mut optimizer = looking_ahead(0.25, 0.5, factor);
        let points = run(&mut optimizer, &start(), 2, gradient);
        let from = optimizer.gradient_point(&points[2]).into_owned();
        let mut next = points[2].clone();
        optimizer.step(&mut next, &gradient(&from));
        let gradient_step = &from - 0.125 * gradient(&from);
        assert_eq!(next == gradient_step, name == "Nesterov", "{name}");
    }
}

#[test]
fn without_momentum_nesterov_is_gradient_descent_and_the_slides_form_is_not() {
    let descent = on_parabola(&mut GradientDescent::new(0.25).unwrap(), 1.0, 5);
    for (name, factor) in factors(0.0) {
        let points = on_parabola(&mut looking_ahead(0.25, 0.0, factor), 1.0, 5);
        assert_eq!(points == descent, name != "the slide", "{name}");
    }
}

/// Near a double root rounding moves both radii by its square root, about 10⁻⁸.
#[test]
fn with_the_factor_zero_it_is_momentum() {
    let ours = on_parabola(&mut looking_ahead(0.5, BETA, 0.0), 1.0, 50);
    assert_eq!(ours, on_parabola(&mut Momentum::new(0.5, BETA).unwrap(), 1.0, 50));
    for beta in WEIGHTS {
        for i in 1..=4000 {
            let scaled = 0.01 * f64::from(i);
            let ours = spectral_radius((1.0 - beta) * scaled, beta, 0.0);
            let theirs = momentum::spectral_radius(scaled, beta);
            assert!((ours - theirs).abs() < 1e-7, "{scaled} {beta}");
        }
    }
}

/// On `½θ²` with α = ½, β = 9/10 and the look-ahead factor p/10, a step is
/// `u ← ((180 − p)u + 20θ)/200`, `θ ← θ − u/2`: whole numbers over a power of 400.
fn exact_parabola(tenths: i128, steps: u32) -> Vec<(i128, i128)> {
    let (mut theta, mut u) = (1, 0);
    let mut points = vec![(1, 1)];
    for step in 1..=steps {
        u = 2 * ((180 - tenths) * u + 20 * theta);
        theta = 400 * theta - u / 2;
        points.push((theta, 400_i128.pow(step)));
    }
    points
}

/// Each of four steps rounds less than ten times, numbers up to 1.
#[test]
fn the_three_forms_on_a_parabola_are_those_of_exact_fractions() {
    let forms = factors(BETA).map(|(_, factor)| {
        let exact = exact_parabola((10.0 * factor) as i128, 4);
        let points = on_parabola(&mut looking_ahead(0.5, BETA, factor), 1.0, 4);
        for (point, (above, below)) in points.iter().zip(&exact) {
            let fraction = *above as f64 / *below as f64;
            assert!((point - fraction).abs() < 40.0 * ROUNDING, "{factor}");
        }
        (exact, points)
    });
    let ends = [(93_007, 160_000), (95_982_319, 160_000_000), (6_019, 10_000)]
        as [(i128, i128); 3];
    for ((above, below), (exact, _)) in ends.into_iter().zip(&forms) {
        assert_eq!(exact[4].0 * below, exact[4].1 * above);
    }
    let steps = forms.each_ref().map(|(_, points)| {
        points.windows(2).map(|pair| pair[0] - pair[1]).collect::<Vec<_>>()
    });
    for t in 1..4 {
        let [ball, nesterov, slide] = steps.each_ref().map(|steps| steps[t]);
        assert!(ball > nesterov && nesterov > slide && slide > 0.0);
    }
    let row = |t: usize| {
        let [ball, nesterov, slide] = forms.each_ref().map(|(_, points)| points[t]);
        [t.to_string(), short(ball), short(nesterov), short(slide)]
    };
    let header = ["$t$", "heavy ball, $k = 0$", "Nesterov, $k = β$", "slide, $k = 1$"];
    snapshot!("nesterov__parabola", table(header, (0..=4).map(row)));
}

/// Up to eight decimals, as few as are needed.
fn short(value: f64) -> String {
    let digits = decimals(value, 8);
    digits.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn pair(neuron: Neuron) -> (f64, f64) {
    (neuron.w, neuron.b)
}

fn neurons(optimizer: &mut impl Optimizer, steps: usize) -> Vec<(f64, f64)> {
    let neurons = take_turns(optimizer, steps, Neuron::gradient).expect("a finite run");
    neurons.into_iter().map(pair).collect()
}

/// The neuron's points and look-ahead points before each step.
fn looked_ahead(nesterov: &mut Nesterov, steps: usize) -> Vec<[(f64, f64); 2]> {
    let mut theta = WORKSHEET.parameters();
    let mut samples = SAMPLES.into_iter().cycle();
    let mut rows = Vec::new();
    for _ in 0..=steps {
        let ahead = nesterov.gradient_point(&theta).into_owned();
        rows.push([(theta[0], theta[1]), (ahead[0], ahead[1])]);
        let (x, y) = samples.next().expect("a cycle has no end");
        let (w, b) = Neuron::from_parameters(&ahead).gradient(x, y);
        nesterov.step(&mut theta, &dvector![w, b]);
    }
    rows
}

/// Multiples of 2⁻⁶: nothing rounds.
#[test]
fn the_worksheets_neuron_is_exact_in_all_forms_and_pytorch_stores_the_look_ahead_points()
 {
    let nesterov = neurons(&mut Nesterov::new(0.5, 0.5).unwrap(), 3);
    assert_eq!(nesterov, [(1.0, -1.0), (-0.5, -1.5), (0.25, -2.25), (0.625, -2.625)]);
    let slide = neurons(&mut looking_ahead(0.5, 0.5, 1.0), 3);
    assert_eq!(slide, [(1.0, -1.0), (-0.5, -1.5), (1.75, -2.75), (-3.125, -5.375)]);
    let stored = neurons(&mut StoredLookAhead::new(0.25, 0.5).unwrap(), 3);
    assert_eq!(
        stored,
        [(1.0, -1.0), (-1.25, -1.75), (0.625, -2.625), (0.8125, -2.8125)]
    );
    let rows = looked_ahead(&mut Nesterov::new(0.5, 0.5).unwrap(), 3);
    assert_eq!(rows.iter().map(|row| row[0]).collect::<Vec<_>>(), nesterov);
    assert_eq!(rows.iter().map(|row| row[1]).collect::<Vec<_>>(), stored);
    let cell = |(w, b): (f64, f64)| format!("({}, {})", short(w), short(b));
    let rows = (0..=3).map(|t| {
        [
            t.to_string(),
            cell(nesterov[t]),
            cell(rows[t][1]),
            cell(stored[t]),
            cell(slide[t]),
        ]
    });
    snapshot!(
        "nesterov__neuron",
        table(
            [
                "$t$",
                "Nesterov, θ",
                "its look-ahead point",
                "PyTorch's parameters",
                "slide, θ"
            ],
            rows
        )
    );
}

#[test]
fn settings_outside_their_range_are_refused_by_name_and_value() {
    let message = |error: OptimizationError| error.to_string();
    for factor in [-0.1, f64::NAN, f64::INFINITY] {
        let error =
            Nesterov::new(0.1, BETA).unwrap().with_look_ahead(factor).unwrap_err();
        let expected =
            format!("look-ahead factor {factor}, expected a finite number, 0 or above");
        assert_eq!(message(error), expected);
    }
    for step_size in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let expected =
            format!("step size {step_size}, expected a finite number above 0");
        assert_eq!(message(Nesterov::new(step_size, BETA).unwrap_err()), expected);
        let error = Accelerated::new(step_size, Growth::Half).unwrap_err();
        assert_eq!(message(error), expected);
        let error = StoredLookAhead::new(step_size, BETA).unwrap_err();
        assert_eq!(message(error), expected);
    }
    for beta in [-0.1, 1.0, f64::NAN] {
        let expected = format!("beta {beta}, expected a number from 0 to below 1");
        assert_eq!(message(Nesterov::new(0.1, beta).unwrap_err()), expected);
        assert_eq!(message(StoredLookAhead::new(0.1, beta).unwrap_err()), expected);
    }
}

#[test]
fn a_gradient_of_the_wrong_length_is_refused_by_all() {
    fn refuses(mut optimizer: impl Optimizer) {
        let step = || optimizer.step(&mut dvector![1.0, 2.0], &dvector![1.0]);
        let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(step));
        let message = panic.unwrap_err().downcast::<String>().unwrap();
        let expected =
            "a gradient of shape (1, 1) does not fit parameters of shape (2, 1)";
        assert!(message.contains(expected), "{message}");
    }
    refuses(Nesterov::new(0.1, BETA).unwrap());
    refuses(Accelerated::new(0.1, Growth::Largest).unwrap());
    refuses(StoredLookAhead::new(0.1, BETA).unwrap());
}

/// The sum of two gradients near the largest number is none; their average is.
#[test]
fn each_form_tells_when_what_it_remembers_leaves_the_numbers() {
    let huge = dvector![1.5e308];
    let mut theta = dvector![0.0];
    let mut stored = StoredLookAhead::new(1e-300, BETA).unwrap();
    let mut nesterov = Nesterov::new(1e-300, BETA).unwrap();
    assert!(stored.is_finite() && nesterov.is_finite());
    for optimizer in [&mut stored as &mut dyn Optimizer, &mut nesterov] {
        optimizer.step(&mut theta, &huge);
        assert!(optimizer.is_finite());
        optimizer.step(&mut theta, &huge);
    }
    assert!(!stored.is_finite() && nesterov.is_finite());
    nesterov.step(&mut theta, &dvector![f64::INFINITY]);
    assert!(!nesterov.is_finite());

    let mut theta = dvector![0.0];
    let mut accelerated = Accelerated::new(1.0, Growth::Half).unwrap();
    accelerated.step(&mut theta, &dvector![1.0]);
    assert!(accelerated.is_finite());
    accelerated.step(&mut theta, &dvector![f64::INFINITY]);
    assert!(!accelerated.is_finite());
}

// Stability

const WEIGHTS: [f64; 5] = [0.0, 0.3, 0.5, 0.9, 0.99];

fn factors_and_more(beta: f64) -> [f64; 6] {
    [0.0, 0.2, beta, 1.0, 2.0, 10.0]
}

/// Each step adds a few roundings of numbers that stay below 2.
#[test]
fn the_points_on_a_parabola_follow_the_recursion_of_the_polynomial() {
    for beta in [0.0, 0.5, BETA] {
        for (_, k) in factors(beta) {
            // α = 2 and λ below make s a part of 1 − β, far from the limit.
            let lambda = 0.2;
            let s = 2.0 * (1.0 - beta) * lambda;
            let x = on_parabola(&mut looking_ahead(2.0, beta, k), lambda, 40);
            assert!((x[1] - (1.0 - s)).abs() < 4.0 * ROUNDING);
            for t in 1..40 {
                let next =
                    (1.0 + beta - (1.0 + k) * s) * x[t] - (beta - k * s) * x[t - 1];
                assert!((x[t + 1] - next).abs() < 40.0 * ROUNDING, "{beta} {k} {t}");
            }
        }
    }
}

/// The map of `(θ, αu)`. A computed eigenvalue belongs to a matrix that is off by a few
/// roundings of its size; near a double root it moves by the square root of that.
#[test]
fn the_spectral_radius_is_the_largest_eigenvalue_of_the_step() {
    for beta in WEIGHTS {
        for k in factors_and_more(beta) {
            for i in 1..60 {
                let s = 0.07 * f64::from(i);
                let step = dmatrix![1.0 - s, k * s - beta; s, beta - k * s];
                let size = step.norm();
                let eigenvalues = step.complex_eigenvalues();
                let largest = eigenvalues.map(|value| value.norm()).max();
                let tolerance = (20.0 * ROUNDING).sqrt() * size;
                let radius = spectral_radius(s, beta, k);
                assert!((radius - largest).abs() < tolerance, "{s} {beta} {k}");
            }
        }
    }
}

/// At the limit `μ = −1` is a root. 10⁻⁶ of the limit moves it by far more than
/// rounding does.
#[test]
fn a_parabola_is_stable_exactly_below_two_plus_two_beta_over_one_plus_two_k() {
    for beta in WEIGHTS {
        for k in factors_and_more(beta) {
            let limit = stability_limit(beta, k);
            let radius = |share: f64| spectral_radius(share * limit, beta, k);
            assert!(radius(1.0 - 1e-6) < 1.0 - 1e-8, "{beta} {k}");
            assert!(radius(1.0 + 1e-6) > 1.0 + 1e-8, "{beta} {k}");
            for i in 1..100 {
                let share = f64::from(i) / 50.0 + 0.005;
                assert_eq!(radius(share) < 1.0, share < 1.0, "{beta} {k} {share}");
            }
        }
    }
}

/// `p(1) = s`, `p(−1) = 2(1 + β) − (1 + 2k)s`, and the product of the roots.
#[test]
fn of_jurys_three_conditions_only_that_at_minus_one_binds() {
    for beta in WEIGHTS {
        for k in factors_and_more(beta) {
            for i in 1..400 {
                let s = 0.01 * f64::from(i);
                let product = beta - k * s;
                let polynomial =
                    |mu: f64| mu * mu - (1.0 + beta - (1.0 + k) * s) * mu + product;
                // Sums of numbers up to 44.
                assert!((polynomial(1.0) - s).abs() < 400.0 * ROUNDING);
                let at_minus_one = 2.0 * (1.0 + beta) - (1.0 + 2.0 * k) * s;
                assert!((polynomial(-1.0) - at_minus_one).abs() < 800.0 * ROUNDING);
                if at_minus_one > 1e-9 {
                    assert!(product.abs() < 1.0);
                    assert!(spectral_radius(s, beta, k) < 1.0, "{beta} {k} {s}");
                } else if at_minus_one < -1e-9 {
                    assert!(spectral_radius(s, beta, k) > 1.0, "{beta} {k} {s}");
                }
            }
        }
    }
}

/// Two percent from the limit the root at −1 moves by at least 0.05: after 2000 steps
/// one run is below 10⁻⁴⁰, the other above 10⁴⁰, or it has left the numbers.
#[test]
fn runs_converge_just_below_the_limit_and_diverge_just_above() {
    let mut rows = Vec::new();
    for (name, k) in factors(BETA) {
        let limit = stability_limit(BETA, k) / (1.0 - BETA);
        let end = |share: f64| {
            let mut optimizer = looking_ahead(share * limit, BETA, k);
            let points = minimize(&mut optimizer, &dvector![1.0], 2000, Clone::clone);
            points.map_or(f64::INFINITY, |points| points[2000].norm())
        };
        assert!(end(0.98) < 1e-40 && end(1.02) > 1e40, "{name}");
        let no_momentum = stability_limit(0.0, if k == 1.0 { 1.0 } else { 0.0 });
        rows.push([
            name.to_owned(),
            decimals(no_momentum, 3),
            decimals(stability_limit(BETA, k), 3),
            decimals(limit, 2),
        ]);
    }
    assert_eq!(stability_limit(BETA, 0.0), 3.8);
    assert!((stability_limit(BETA, BETA) - 3.8 / 2.8).abs() < 4.0 * ROUNDING);
    assert!((stability_limit(BETA, 1.0) - 3.8 / 3.0).abs() < 4.0 * ROUNDING);
    snapshot!(
        "nesterov__limits",
        table(
            [
                "form",
                "limit of $α(1-β)λ$ at $β = 0$",
                "at $β = 0.9$",
                "limit of $αλ$ at $β = 0.9$"
            ],
            rows
        )
    );
}

/// Where the roots are complex their product is the square of their modulus.
#[test]
fn looking_ahead_damps_the_swing_of_steep_directions() {
    for s in [0.1, 0.3, 0.5, 0.9] {
        assert!((spectral_radius(s, BETA, 0.0) - BETA.sqrt()).abs() < 4.0 * ROUNDING);
        let damped = (BETA * (1.0 - s)).sqrt();
        assert!(
            (spectral_radius(s, BETA, BETA) - damped).abs() < 4.0 * ROUNDING,
            "{s}"
        );
        assert!(damped < BETA.sqrt());
        assert!(spectral_radius(s + 0.01, BETA, BETA) < damped, "steeper is faster");
    }
    assert_eq!(spectral_radius(1.0, BETA, BETA), 0.0, "gone at once");
}

/// From `lr` = 0.2 in the valley: `s` is 2 along its steep axis, between the limits
/// 1.36 and 3.8. The heavy ball keeps √0.9 of its swing, 10⁻²² after 1000 steps.
#[test]
fn a_step_that_suits_the_heavy_ball_can_be_too_long_once_it_looks_ahead() {
    let valley = Quadratic::valley();
    let gradient = |theta: &DVector<f64>| valley.gradient(theta);
    let mut ball = PyTorchSgd::new(0.2, BETA, 0.0).unwrap();
    assert!(run(&mut ball, &start(), 1000, gradient)[1000].norm() < 1e-18);
    let mut ahead = StoredLookAhead::new(0.2, BETA).unwrap();
    assert!(run(&mut ahead, &start(), 100, gradient)[100].norm() > 1e6);
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
            let [x, y] = [0, 1].map(|_| {
                DVector::from_fn(n, |_, _| rng.random_range(-4.0..4.0)) + &f.minimizer
            });
            let g = (f.gradient)(&y);
            let next = &y - &g / f.smoothness;
            let right = (f.value)(&x) + g.dot(&(&y - &x))
                - g.norm_squared() / (2.0 * f.smoothness);
            assert!((f.value)(&next) <= right + 4.0 * VALUE_ERROR, "{}", f.name);
        }
    }
}

#[test]
fn both_sequences_grow_as_slowly_as_the_proof_needs_and_by_at_least_a_half() {
    for growth in [Growth::Largest, Growth::Half] {
        let mut c = 1.0;
        for t in 1..1000 {
            assert!(c >= (f64::from(t) + 1.0) / 2.0 - 1e-12);
            let next = growth.next(c);
            let (new, old) = (next * next - next, c * c);
            assert!(new <= old * (1.0 + 8.0 * ROUNDING), "{growth:?} {t}");
            if growth == Growth::Largest {
                assert!(new >= old * (1.0 - 8.0 * ROUNDING), "{t}");
            } else {
                let t = f64::from(t);
                let momentum = (c - 1.0) / next;
                assert!((momentum - (t - 1.0) / (t + 2.0)).abs() < 4.0 * ROUNDING);
            }
            c = next;
        }
    }
}

/// `E_t = c_t²(f(θ_t) − f*) + (L/2)‖z_t − θ*‖²` with `z_t = c_tθ_t − (c_t − 1)θ_{t−1}`.
/// `c_t²` multiplies the error of a value, `c_t` that of a point.
#[test]
fn the_energy_of_the_accelerated_method_never_increases() {
    for f in convex() {
        for growth in [Growth::Largest, Growth::Half] {
            let mut method = Accelerated::new(1.0 / f.smoothness, growth).unwrap();
            let points = run(&mut method, &f.start, 300, &f.gradient);
            let mut c = 1.0;
            let mut before = f.smoothness / 2.0 * f.squared_distance();
            for t in 1..=300 {
                let z = c * &points[t] - (c - 1.0) * &points[t - 1];
                let distance = (z - &f.minimizer).norm_squared();
                let energy = c * c * f.gap(&points[t]) + f.smoothness / 2.0 * distance;
                let error = c * c * VALUE_ERROR;
                assert!(energy <= before + error, "{} {growth:?} {t}", f.name);
                before = energy;
                c = growth.next(c);
            }
        }
    }
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
        let points = run(&mut descent, &f.start, 500, &f.gradient);
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
            let points = run(&mut method, &f.start, 500, &f.gradient);
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
    let points = run(optimizer, &ones, steps, |theta| theta.component_mul(&lambda));
    let worst = |theta: &DVector<f64>| {
        (0.5 * lambda.component_mul(&theta.component_mul(theta))).max()
    };
    points.iter().map(worst).collect()
}

/// `½λ(1 − λ)^{2t}` is largest at `λ = 1/(2t + 1)`. The grid's neighbours differ by a
/// factor 1.0018, and are at most half of that from the top: the second derivative of
/// the logarithm, about −1 in `log λ` there, makes 10⁻⁶ of it.
#[test]
fn on_the_worst_parabola_gradient_descent_falls_like_one_over_t() {
    let gaps = worst_gaps(&mut GradientDescent::new(1.0).unwrap(), 300);
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
    let descent = worst_gaps(&mut GradientDescent::new(1.0).unwrap(), 300);
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
    snapshot!("nesterov__worst", table(header, [10, 100, 300].map(row)));
}

fn accelerated(smoothness: f64) -> Accelerated {
    Accelerated::new(1.0 / smoothness, Growth::Largest).unwrap()
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
        check(run(&mut GradientDescent::new(0.25).unwrap(), &zero, t, gradient));
        check(run(&mut accelerated(4.0), &zero, t, gradient));
        check(run(
            &mut Accelerated::new(0.25, Growth::Half).unwrap(),
            &zero,
            t,
            gradient,
        ));
        for (_, k) in factors(BETA) {
            check(run(&mut looking_ahead(2.5, BETA, k), &zero, t, gradient));
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
        gap(run(&mut GradientDescent::new(0.25).unwrap(), &zero, 99, gradient));
    assert!(close(descent, gap_by_eigenvectors(100, 99, |s, _, e, _| (1.0 - s) * e)));
    let later =
        gap(run(&mut GradientDescent::new(0.25).unwrap(), &zero, 990, gradient));

    let mut rows =
        vec![["gradient descent".into(), "1/L".into(), significant(descent, 3)]];
    for (text, times) in [("1/L", 1.0), ("10/L", 10.0)] {
        for (name, k) in factors(BETA) {
            let left =
                gap(run(&mut looking_ahead(times / 4.0, BETA, k), &zero, 99, gradient));
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
        let left =
            gap(run(&mut Accelerated::new(0.25, growth).unwrap(), &zero, 99, gradient));
        let weights: Vec<f64> =
            std::iter::successors(Some(1.0), |&c| Some(growth.next(c)))
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
            Growth::Largest => "accelerated, largest $c_t$",
            Growth::Half => "accelerated, $(t-1)/(t+2)$",
        };
        rows.push([name.into(), "1/L".into(), significant(left, 3)]);
    }
    snapshot!("nesterov__chain", table(["method", "$α$", "gap after 99 steps"], rows));
    snapshot!(
        "nesterov__chain_values",
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
        // The heavy ball with the same numbers swings everywhere, and is slower.
        let ball = radius(tuned, 0.0, spectrum);
        assert!(
            (ball - tuned.beta.sqrt()).abs() < DOUBLE_ROOT && tuned.beta.sqrt() > rate
        );
    }
}

/// The best rate of the slide's form. At the smallest eigenvalue the roots are double,
/// `((1 + β)/2 − s)² = β − s`, and at the largest one root is minus that: on this curve
/// of β from ½ on, `p(−r)` at the largest rises from below 0 to above it.
fn best_slide(condition: f64) -> f64 {
    let settings = |beta: f64| {
        let s = (beta - (2.0 * beta - 1.0).sqrt()) / 2.0;
        (s, (1.0 + beta) / 2.0 - s)
    };
    let at_largest = |beta: f64| {
        let (s, rate) = settings(beta);
        let s = condition * s;
        rate * rate + (1.0 + beta - 2.0 * s) * rate + beta - s
    };
    let (mut low, mut high) = (0.5, 1.0);
    assert!(at_largest(low) < 0.0 && at_largest(high) > 0.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        *if at_largest(middle) < 0.0 { &mut low } else { &mut high } = middle;
    }
    settings(high).1
}

/// For the condition number 10: `s` is 1 at the largest eigenvalue.
#[test]
fn with_nesterovs_settings_the_slides_form_is_far_slower_and_with_its_own_the_less_the_larger_the_condition()
 {
    let spectrum = spectrum(10.0);
    let tuned = Tuned::nesterov(spectrum);
    let slide = radius(tuned, 1.0, spectrum);
    let ours = radius(tuned, tuned.beta, spectrum);
    assert!((slide - spectral_radius(1.0, tuned.beta, 1.0)).abs() < 1e-12);
    // Roots of μ² + (1 − β)μ − (1 − β).
    let rest = 1.0 - tuned.beta;
    let by_hand = (rest + (rest * rest + 4.0 * rest).sqrt()) / 2.0;
    assert!((slide - by_hand).abs() < 1e-12);
    let limit = stability_limit(tuned.beta, 1.0);
    assert!(limit > 1.0 && limit < 1.02);
    for condition in [10.0, 50.0] {
        let above = best_on_grid(condition, |_| 1.0) - best_slide(condition);
        assert!((0.0..0.06).contains(&above), "a mesh away, as below: {above}");
    }
    let steps = |rate: f64| 100.0_f64.ln() / -rate.ln();
    let pair = |condition: f64| {
        let best = Tuned::best_nesterov(self::spectrum(condition)).rate;
        [steps(best_slide(condition)), steps(best)]
    };
    let conditions = [10.0, 100.0, 1000.0, 10_000.0];
    let costs = conditions.map(|condition| pair(condition)[0] / pair(condition)[1]);
    assert!(costs.is_sorted_by(|a, b| a > b) && costs[0] < 1.3 && costs[3] < 1.01);
    let whole = |steps: f64| steps.ceil().to_string();
    assert!(steps(slide) > 5.0 * steps(ours));
    let ([own, best], large) = (pair(10.0), pair(10_000.0));
    snapshot!(
        "nesterov__slide",
        values([
            ("beta", decimals(tuned.beta, 3)),
            ("nesterov", decimals(ours, 3)),
            ("slide", decimals(slide, 3)),
            ("nesterov_steps", whole(steps(ours))),
            ("slide_steps", whole(steps(slide))),
            ("tuned_steps", whole(own)),
            ("best_steps", whole(best)),
            ("tuned_steps_large", whole(large[0])),
            ("best_steps_large", whole(large[1])),
        ])
    );
}

/// `Σ a_i log cosh θ_i + (m/2)‖θ‖²` with `a` from 1 to 0: `m`-strongly convex and
/// `(1 + m)`-smooth, as steep and as flat as that allows, with its minimum, 0, at 0.
///
/// The energy `f(θ_t) + (m/2)‖z_t‖²` with `z_t = θ_{t−1} + √κ(θ_t − θ_{t−1})` keeps at
/// most `1 − 1/√κ` in each step. Without a weight the bound breaks.
#[test]
fn on_a_strongly_convex_function_that_is_no_quadratic_the_linear_bound_holds() {
    let steep = dvector![1.0, 0.1, 0.01, 0.0];
    let start = dvector![9.0, -5.0, 3.0, 1.0];
    for m in [0.3, 0.01] {
        let value = |theta: &DVector<f64>| {
            steep.dot(&theta.map(|x| x.cosh().ln())) + 0.5 * m * theta.norm_squared()
        };
        let gradient = |theta: &DVector<f64>| {
            steep.component_mul(&theta.map(f64::tanh)) + m * theta
        };
        let at_start = value(&start) + 0.5 * m * start.norm_squared();
        let tuned = Tuned::nesterov(Spectrum { smallest: m, largest: 1.0 + m });
        // log cosh near 0 is a rounding of 1.
        let within = |points: &[DVector<f64>]| {
            (1..).zip(&points[1..]).all(|(t, theta)| {
                value(theta) <= at_start * tuned.rate.powi(t) + 10.0 * ROUNDING
            })
        };
        let mut nesterov = Nesterov::new(tuned.step_size, tuned.beta).unwrap();
        let points = run(&mut nesterov, &start, 200, gradient);
        assert!(within(&points), "{m}");
        let root = ((1.0 + m) / m).sqrt();
        let mut before = at_start;
        for t in 1..=200 {
            let z = &points[t - 1] + root * (&points[t] - &points[t - 1]);
            let energy = value(&points[t]) + 0.5 * m * z.norm_squared();
            let error = 20.0 * ROUNDING * (1.0 + before);
            assert!(energy <= tuned.rate * before + error, "{m} {t}");
            before = energy;
        }
        let mut descent = GradientDescent::new(1.0 / (1.0 + m)).unwrap();
        assert!(!within(&run(&mut descent, &start, 200, gradient)), "{m}");
    }
}

/// A grid over both settings, with the factor β or 0.
fn best_on_grid(condition: f64, k: impl Fn(f64) -> f64) -> f64 {
    let spectrum = spectrum(condition);
    let mut best = 1.0;
    for i in 1..480 {
        for j in 0..480 {
            let (a, beta) = (f64::from(i) / 120.0 / condition, f64::from(j) / 480.0);
            let ends = [spectrum.smallest, spectrum.largest]
                .map(|lambda| spectral_radius(a * lambda, beta, k(beta)));
            best = f64::min(best, f64::max(ends[0], ends[1]));
        }
    }
    best
}

/// The grid's nearest point is half a mesh away; near a double root that costs up to
/// the root of the mesh, some hundredths.
#[test]
fn no_other_setting_is_better_than_the_tuned_ones_on_quadratics() {
    for condition in [4.0, 10.0, 50.0] {
        let spectrum = spectrum(condition);
        let ball = Tuned::heavy_ball(spectrum);
        assert!((radius(ball, 0.0, spectrum) - ball.rate).abs() < DOUBLE_ROOT);
        let best = best_on_grid(condition, |_| 0.0);
        assert!((0.0..0.06).contains(&(best - ball.rate)), "{best} {ball:?}");
        let ahead = Tuned::best_nesterov(spectrum);
        assert!((radius(ahead, ahead.beta, spectrum) - ahead.rate).abs() < DOUBLE_ROOT);
        let best = best_on_grid(condition, |beta| beta);
        assert!((0.0..0.06).contains(&(best - ahead.rate)), "{best} {ahead:?}");
    }
}

#[test]
fn on_quadratics_the_tuned_heavy_ball_beats_the_tuned_nesterov_for_every_kappa() {
    for i in 1..=60 {
        let spectrum = spectrum(10.0_f64.powf(f64::from(i) / 10.0));
        let [ball, best, textbook] =
            [Tuned::heavy_ball, Tuned::best_nesterov, Tuned::nesterov]
                .map(|tuned| tuned(spectrum).rate);
        assert!(ball < best && best < textbook && textbook < spectrum.best_rate());
    }
    let row = |condition: f64| {
        let spectrum = spectrum(condition);
        let rates = [
            spectrum.best_rate(),
            Tuned::nesterov(spectrum).rate,
            Tuned::best_nesterov(spectrum).rate,
            Tuned::heavy_ball(spectrum).rate,
        ];
        let [a, b, c, d] =
            rates.map(|rate| (100.0_f64.ln() / -rate.ln()).ceil().to_string());
        [condition.to_string(), a, b, c, d]
    };
    let header = [
        "$κ$",
        "gradient descent",
        "Nesterov, textbook",
        "Nesterov, tuned",
        "heavy ball",
    ];
    snapshot!(
        "nesterov__tuned",
        table(header, [10.0, 100.0, 1000.0, 10_000.0].map(row))
    );
}

/// The slope of a function that is 25 times as steep on both sides as in its middle:
/// 1-strongly convex and 25-smooth, with its minimum at 0.
fn two_kinks(x: f64) -> f64 {
    match x {
        ..1.0 => 25.0 * x,
        1.0..2.0 => x + 24.0,
        _ => 25.0 * x - 24.0,
    }
}

/// On the cycle the slope is 25 everywhere, and an error loses a third in each step.
#[test]
fn the_tuned_heavy_ball_can_circle_forever_where_nesterov_converges() {
    let spectrum = spectrum(25.0);
    let slope = |theta: &DVector<f64>| theta.map(two_kinks);
    let ball = Tuned::heavy_ball(spectrum);
    let mut heavy_ball = Momentum::new(ball.step_size, ball.beta).unwrap();
    let circle = run(&mut heavy_ball, &dvector![3.3], 303, slope);
    let cycle = [792.0, -2208.0, 2592.0].map(|number| number / 1225.0);
    let first = circle[300..].iter().position(|x| (x[0] - cycle[0]).abs() < 1e-12);
    let first = 300 + first.expect("a point of the cycle");
    for (t, x) in circle.iter().enumerate().skip(200) {
        let place = (t + 300 - first) % 3;
        assert!((x[0] - cycle[place]).abs() < 1e-12, "{t}");
    }
    let tuned = Tuned::nesterov(spectrum);
    let mut nesterov = Nesterov::new(tuned.step_size, tuned.beta).unwrap();
    let points = run(&mut nesterov, &dvector![3.3], 200, slope);
    assert!(points[200].norm() < 1e-12);
    snapshot!(
        "nesterov__cycle",
        values([
            ("first", decimals(cycle[0], 2)),
            ("second", decimals(cycle[1], 2)),
            ("third", decimals(cycle[2], 2)),
        ])
    );
}

// PyTorch's form

/// Some ten roundings of numbers up to 20 in each stable step.
#[test]
fn pytorchs_form_is_nesterovs_after_the_change_of_variables() {
    let valley = Quadratic::valley();
    let (alpha, beta) = (0.4, BETA);
    let mut nesterov = Nesterov::new(alpha, beta).unwrap();
    let mut stored = StoredLookAhead::new(alpha * (1.0 - beta), beta).unwrap();
    let (mut theta, mut theirs) = (start(), start());
    for _ in 0..100 {
        let ahead = nesterov.gradient_point(&theta).into_owned();
        assert!((&ahead - &theirs).amax() < 1e4 * 20.0 * ROUNDING);
        assert!((&theta - stored.parameters(&theirs)).amax() < 1e4 * 20.0 * ROUNDING);
        nesterov.step(&mut theta, &valley.gradient(&ahead));
        let gradient = valley.gradient(&theirs);
        stored.step(&mut theirs, &gradient);
    }
}

// Where it fails

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
        let points = run(&mut make(), &dvector![0.0], steps, |theta| {
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
    let (mut c, mut momentum) = (1.0, 0.0);
    let mut covariance = Matrix2::zeros();
    for _ in 0..steps {
        let kept = 1.0 - lambda;
        let step = Matrix2::new(kept * (1.0 + momentum), -kept * momentum, 1.0, 0.0);
        covariance = step * covariance * step.transpose();
        covariance[(0, 0)] += 1.0;
        let next = Growth::Largest.next(c);
        momentum = (c - 1.0) / next;
        c = next;
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
        "nesterov__noise",
        table(["curvature", "gradient descent", "accelerated"], rows)
    );
}

// Exercises

/// λ = 4, γ = ¼, and weights whose binary digits are few: nothing rounds.
#[test]
fn where_one_gradient_step_leads_to_the_minimum_only_nesterov_stays_there() {
    for beta in [0.25, 0.5, 0.75, 0.875] {
        let path = |k: f64| {
            let mut optimizer = looking_ahead(0.25 / (1.0 - beta), beta, k);
            on_parabola(&mut optimizer, 4.0, 40)
        };
        for (k, second) in [(0.0, -beta), (beta, 0.0), (1.0, 1.0 - beta)] {
            assert_eq!(path(k)[..3], [1.0, 0.0, second], "β = {beta}, k = {k}");
        }
        assert!(path(beta)[1..].iter().all(|&theta| theta == 0.0));
        assert_eq!(spectral_radius(1.0, beta, beta), 0.0);
    }
}

/// The accelerated method with `L = 1` and any `c`, on a function of one number: θ after
/// each step.
fn accelerated_by(
    c: impl Fn(i32) -> f64,
    slope: impl Fn(f64) -> f64,
    start: f64,
    steps: i32,
) -> Vec<f64> {
    let mut points = vec![start];
    let (mut theta, mut y) = (start, start);
    for t in 1..=steps {
        let next = y - slope(y);
        y = next + (c(t) - 1.0) / c(t + 1) * (next - theta);
        theta = next;
        points.push(theta);
    }
    points
}

/// With `c_t = t` the products `t θ_t` follow a recursion with constant factors, whose
/// solution is the closed form. A component at `λ = L` is done after one step.
#[test]
fn with_c_equal_to_t_the_proof_breaks_and_its_bound_is_false_on_hubers_function_but_true_on_quadratics()
 {
    let half = |t: i32| (f64::from(t) + 1.0) / 2.0;
    let slope = |x: f64| x.clamp(-1.0, 1.0);
    let proven = accelerated_by(half, slope, 9.0, 40);
    let mut method = Accelerated::new(1.0, Growth::Half).unwrap();
    let library = run(&mut method, &dvector![9.0], 40, |theta| theta.map(slope));
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
        for (t, theta) in (0..).zip(points).skip(1) {
            let (steps, gap) = (f64::from(t), 0.5 * lambda * theta * theta);
            let share = (1.0 - lambda).powi(t + 1) * (steps * phi).sin().powi(2);
            assert!((gap - share * bound(1.0, steps)).abs() < error, "{lambda} {t}");
            assert!(gap < bound(1.0, steps) + error, "{lambda} {t}");
        }
    }
    snapshot!(
        "nesterov__exercises",
        values([
            ("theta", decimals(points[3], 2)),
            ("gap", decimals(gap, 2)),
            ("bound", decimals(bound(81.0, 3.0), 1)),
        ])
    );
}
