//! What the chapter on Nesterov momentum says.

mod support;

use descent::backpropagation::{Neuron, WORKSHEET};
use descent::gradient_descent::{
    GradientDescent, OptimizationError, Optimizer, minimize,
};
use descent::momentum::{Momentum, PyTorchSgd};
use descent::momentum_convergence;
use descent::nesterov::{
    Nesterov, StoredLookAhead, Tuned, spectral_radius, stability_limit,
};
use descent::neuron::{SAMPLES, take_turns};
use descent::quadratic::{Quadratic, Spectrum};
use nalgebra::{DVector, dmatrix, dvector};
use support::optimizers::{factors, looking_ahead, on_parabola, run_on, start};
use support::{ROUNDING, decimals, table, values};

/// The weight of most examples.
const BETA: f64 = 0.9;

// The look-ahead point

/// All numbers are multiples of 2⁻¹⁰ and small: nothing rounds.
#[test]
fn the_look_ahead_point_is_where_a_gradient_of_zero_would_lead() {
    let valley = Quadratic::valley();
    for steps in 1..4 {
        let mut nesterov = Nesterov::new(0.25, 0.5).unwrap();
        let points =
            run_on(&mut nesterov, &start(), steps, |theta| valley.gradient(theta));
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
        let points = run_on(&mut optimizer, &start(), 2, gradient);
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
            let theirs = momentum_convergence::spectral_radius(scaled, beta);
            assert!((ours - theirs).abs() < 1e-7, "{scaled} {beta}");
        }
    }
}

/// On `½θ²` from θ = 4 with u = 6 and α = β = ½: halves and quarters, nothing rounds.
#[test]
fn from_one_point_with_one_past_the_three_forms_ask_at_three_places() {
    let rows = factors(0.5).map(|(name, factor)| {
        let mut form = looking_ahead(0.5, 0.5, factor);
        // Two gradients that lead from 10 to 4, with the average 6 at the end.
        let mut theta = dvector![10.0];
        form.step(&mut theta, &dvector![12.0]);
        form.step(&mut theta, &dvector![6.0]);
        assert_eq!(theta[0], 4.0);
        let asked = form.gradient_point(&theta)[0];
        form.step(&mut theta, &dvector![asked]);
        let u = 0.5 * 6.0 + 0.5 * asked;
        assert_eq!((asked, theta[0]), (4.0 - factor * 3.0, 4.0 - 0.5 * u));
        if name == "Nesterov" {
            assert_eq!(theta[0], asked - 0.25 * asked);
        }
        [name.to_owned(), short(asked), short(asked), short(u), short(theta[0])]
    });
    let header = ["form", "asks at", "slope there", "new $u$", "next θ"];
    snapshot!("nesterov__places", table(header, rows));
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
    let header = ["$t$", "heavy ball", "Nesterov", "slide"];
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
    // At (−0.5, −1.5) the neuron is off for the second sample, ahead it is on.
    let (x, y) = SAMPLES[1];
    assert_eq!(Neuron { w: -0.5, b: -1.5 }.gradient(x, y), (0.0, 0.0));
    assert_eq!(Neuron { w: -1.25, b: -1.75 }.gradient(x, y), (-6.0, 2.0));
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
}

// How long a step may be

/// Along the steep axis of the valley `lr` = 0.2 makes γλ = 2. Ten roundings a step of
/// numbers that grow at most threefold.
#[test]
fn with_the_same_lr_the_steep_axis_dies_out_under_the_heavy_ball_and_explodes_under_nesterov()
 {
    let alpha = 0.2 / (1.0 - BETA);
    let [ball, ahead] = [0.0, BETA]
        .map(|factor| on_parabola(&mut looking_ahead(alpha, BETA, factor), 10.0, 400));
    let close =
        |ours: f64, by_hand: f64| (ours - by_hand).abs() < 1e-12 * by_hand.abs();
    for t in 1..8 {
        assert!(close(ball[t + 1], -0.1 * ball[t] - 0.9 * ball[t - 1]), "{t}");
        assert!(close(ahead[t + 1], -1.9 * ahead[t] + 0.9 * ahead[t - 1]), "{t}");
        assert!(t == 1 || ahead[t + 1] * ahead[t] < 0.0);
        assert!(ahead[t + 1].abs() > 2.0 * ahead[t].abs());
        assert!(ball[t].abs() <= 1.0 + 1e-12);
    }
    assert!(ball[400].abs() < 1e-8 && ahead[400].abs() > 1e100);
    let row = |t: usize| {
        let [ball, ahead] = [ball[t], ahead[t]].map(|theta| decimals(theta, 2));
        [t.to_string(), ball, ahead]
    };
    snapshot!(
        "nesterov__explodes",
        table(["$t$", "heavy ball", "Nesterov"], (0..=5).map(row))
    );
}

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
fn a_parabola_is_stable_exactly_below_two_plus_two_beta_over_one_plus_twice_the_look_ahead()
 {
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
            ["form", "limit of γλ at β = 0", "at β = 0.9", "limit of αλ at β = 0.9"],
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
    assert!(run_on(&mut ball, &start(), 1000, gradient)[1000].norm() < 1e-18);
    let mut ahead = StoredLookAhead::new(0.2, BETA).unwrap();
    assert!(run_on(&mut ahead, &start(), 100, gradient)[100].norm() > 1e6);
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
        "κ",
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
    let circle = run_on(&mut heavy_ball, &dvector![3.3], 303, slope);
    let cycle = [792.0, -2208.0, 2592.0].map(|number| number / 1225.0);
    let first = circle[300..].iter().position(|x| (x[0] - cycle[0]).abs() < 1e-12);
    let first = 300 + first.expect("a point of the cycle");
    for (t, x) in circle.iter().enumerate().skip(200) {
        let place = (t + 300 - first) % 3;
        assert!((x[0] - cycle[place]).abs() < 1e-12, "{t}");
    }
    let tuned = Tuned::nesterov(spectrum);
    let mut nesterov = Nesterov::new(tuned.step_size, tuned.beta).unwrap();
    let points = run_on(&mut nesterov, &dvector![3.3], 200, slope);
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
