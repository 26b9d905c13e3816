//! What the chapter on Adam says.

mod support;

use approx::assert_relative_eq;
use descent::adam::{
    Adam, arrival, largest_ratio, missing_correction, turned, turned_valley,
};
use descent::backpropagation::{Neuron, WORKSHEET};
use descent::gradient_descent::{
    GradientDescent, OptimizationError, Optimizer, minimize, trajectory,
};
use descent::momentum::Momentum;
use descent::neuron::{SAMPLES, take_turns};
use descent::quadratic::{Quadratic, Spectrum};
use nalgebra::{DMatrix, DVector, dvector};
use rand::RngExt;
use support::optimizers::start;
use support::statistics::mean;
use support::{ROUNDING, decimals, point, run, significant, table, values};

const USUAL: [f64; 2] = [0.9, 0.999];
const SHEET: [f64; 2] = [0.5, 0.5];
const EPSILON: f64 = 1e-8;

fn adam(step_size: f64, betas: [f64; 2], epsilon: f64) -> Adam {
    Adam::new(step_size, betas, epsilon).expect("settings in their ranges")
}

fn corrected(step_size: f64, betas: [f64; 2], epsilon: f64) -> Adam {
    adam(step_size, betas, epsilon).with_bias_correction()
}

/// What each step adds to the parameters, for gradients given beforehand.
fn moves(
    mut optimizer: impl Optimizer,
    gradients: &[DVector<f64>],
) -> Vec<DVector<f64>> {
    let step = |gradient: &DVector<f64>| {
        let mut parameters = DVector::zeros(gradient.len());
        optimizer.step(&mut parameters, gradient);
        parameters
    };
    gradients.iter().map(step).collect()
}

/// `u/√v`, or `û/√v̂`, of one parameter: the steps of size 1, the other way.
fn ratios(adam: Adam, gradients: &[f64]) -> Vec<f64> {
    let gradients: Vec<_> = gradients.iter().map(|&g| dvector![g]).collect();
    moves(adam, &gradients).iter().map(|step| -step[0]).collect()
}

/// Gradients of both signs, over twelve powers of ten.
fn wild(count: usize, seed: u64) -> Vec<f64> {
    let mut rng = support::rng(seed);
    let mut draw = || {
        let size = 10_f64.powf(rng.random_range(-6.0..6.0));
        if rng.random() { size } else { -size }
    };
    (0..count).map(|_| draw()).collect()
}

// The worksheet

fn pair((a, b): (f64, f64), digits: usize) -> String {
    point(&[a, b], digits)
}

fn worksheet(adam: &mut Adam, steps: usize) -> Vec<Neuron> {
    take_turns(adam, steps, Neuron::gradient).expect("short runs")
}

/// The gradients are (6, 2), and from then on zero: both averages are halved in each
/// step. The table's ten decimals come from additions, divisions and roots, which are
/// rounded in the same way everywhere.
#[test]
fn the_worksheets_two_steps_are_exact() {
    let mut optimizer = adam(0.5, SHEET, EPSILON);
    let neurons = worksheet(&mut optimizer, 4);
    let (mut w, mut b) = (1.0, -1.0);
    let rows = (1..=4).map(|t: i32| {
        let half = 0.5_f64.powi(t - 1);
        let (u, v) = ((3.0 * half, half), (18.0 * half, 2.0 * half));
        w -= 0.5 * u.0 / (v.0.sqrt() + EPSILON);
        b -= 0.5 * u.1 / (v.1.sqrt() + EPSILON);
        let neuron = neurons[t as usize];
        assert_eq!((neuron.w, neuron.b), (w, b));
        let (before, (x, y)) = (neurons[t as usize - 1], SAMPLES[(t as usize - 1) % 2]);
        let gradient = before.gradient(x, y);
        assert_eq!(gradient, if t == 1 { (6.0, 2.0) } else { (0.0, 0.0) });
        let mut again = adam(0.5, SHEET, EPSILON);
        worksheet(&mut again, t as usize);
        assert_eq!(again.first_moment(), &dvector![u.0, u.1]);
        assert_eq!(again.second_moment(), &dvector![v.0, v.1]);
        [
            t.to_string(),
            pair((x, y), 0),
            pair(gradient, 0),
            pair(u, if t > 2 { 3 } else { 1 }),
            pair(v, if t > 2 { 2 } else { 0 }),
            pair((neuron.w, neuron.b), 10),
        ]
    });
    let header =
        ["step", "$(x, y)$", "gradient", "$u$", "$v$", "$(w, b)$ after the step"];
    snapshot!("adam__worksheet", table(header, rows));
}

/// What the sheet does: after the first step it rounds to two decimals.
fn rounded_path() -> [Neuron; 2] {
    let mut optimizer = adam(0.5, SHEET, EPSILON);
    let mut theta = WORKSHEET.parameters();
    let mut neuron = WORKSHEET;
    SAMPLES.map(|(x, y)| {
        let (weight, bias) = neuron.gradient(x, y);
        optimizer.step(&mut theta, &dvector![weight, bias]);
        let rounded = theta.map(|entry| (100.0 * entry).round() / 100.0);
        let exact = Neuron::from_parameters(&theta);
        theta = rounded;
        neuron = Neuron::from_parameters(&theta);
        if x > 0.0 { neuron } else { exact }
    })
}

/// With ε = 0 the steps are `1/(2√2)` and ¼ for both parameters. An ε changes a step of
/// `αu/√v` by less than `εαu/v`: by `ε/12` and `ε/4`, twice.
#[test]
fn rounding_after_the_first_step_costs_more_than_epsilon() {
    let run = |epsilon| {
        let neurons = worksheet(&mut adam(0.5, SHEET, epsilon), 2);
        [neurons[1], neurons[2]]
    };
    let first = 1.0 / (2.0 * 2_f64.sqrt());
    let exact = [
        1.0 - first,
        -1.0 - first,
        0.75 - first,
        -1.25 - first,
        3.0 * (0.75 - first) - 1.25 - first,
    ];
    let numbers =
        |[one, two]: [Neuron; 2]| [one.w, one.b, two.w, two.b, 3.0 * two.w + two.b];
    let none = numbers(run(0.0));
    let (small, large) = (numbers(run(EPSILON)), numbers(run(1e-6)));
    let sheet = numbers(rounded_path());
    for i in 0..5 {
        assert_relative_eq!(none[i], exact[i], max_relative = 20.0 * ROUNDING);
        assert!((small[i] - exact[i]).abs() < EPSILON);
        assert!((large[i] - exact[i]).abs() < 1e-6);
        assert!((sheet[i] - exact[i]).abs() > 3e-3);
    }
    for i in 0..4 {
        assert!((sheet[i] - exact[i]).abs() > 1e5 * (small[i] - exact[i]).abs());
    }
    // Both parameters are off by the same, to all the digits that are printed.
    let off = |i: usize| significant((sheet[i] - small[i]).abs(), 2);
    assert_eq!(off(2), off(3));
    assert_relative_eq!(none[4], 1.0 - 2_f64.sqrt(), max_relative = 40.0 * ROUNDING);
    assert_eq!([sheet[0], sheet[1]], [0.65, -1.35]);
    let names = [
        "w₁ = 1 − 1/(2√2)",
        "b₁ = −1 − 1/(2√2)",
        "w₂ = ¾ − 1/(2√2)",
        "b₂ = −5/4 − 1/(2√2)",
        "3w₂ + b₂ = 1 − √2",
    ];
    let rows = (0..5).map(|i| {
        let [none, small, large, sheet] =
            [none, small, large, sheet].map(|column| decimals(column[i], 10));
        [names[i].replace(' ', "\u{a0}"), none, small, large, sheet]
    });
    let header = [
        "for $\\varepsilon = 0$",
        "in numbers",
        "$\\varepsilon = 10^{-8}$",
        "$\\varepsilon = 10^{-6}$",
        "rounded as on the sheet",
    ];
    snapshot!("adam__limits", table(header, rows));
    let z = |neuron: Neuron| -3.0 * neuron.w + neuron.b;
    snapshot!(
        "adam__rounded",
        values([("z", decimals(z(run(EPSILON)[0]), 4)), ("off", off(2)),])
    );
}

/// `û = 2` and `v̂ = 12` for the weight in step 2, a third of it and a ninth for the
/// bias; in step 3, `0.75/0.875` and `4.5/0.875`.
#[test]
fn with_correction_the_worksheets_steps_are_half_and_half_over_root_three_and_root_seven()
 {
    let exact = [0.5, 0.5 / 3_f64.sqrt(), 0.5 / 7_f64.sqrt()];
    let neurons = worksheet(&mut corrected(0.5, SHEET, 0.0), 3);
    let (mut w, mut b) = (1.0, -1.0);
    for (neuron, step) in neurons[1..].iter().zip(exact) {
        (w, b) = (w - step, b - step);
        assert!((neuron.w - w).abs() < 10.0 * ROUNDING);
        assert!((neuron.b - b).abs() < 20.0 * ROUNDING);
    }
    let neurons = worksheet(&mut corrected(0.5, SHEET, EPSILON), 3);
    let rows = (1..=3).map(|t| {
        let neuron = neurons[t];
        [t.to_string(), pair((neuron.w, neuron.b), 10)]
    });
    snapshot!("adam__corrected", table(["step", "$(w, b)$ after the step"], rows));
}

/// The step itself is rounded a few times.
#[test]
fn the_first_step_has_one_length_for_all_gradients_that_are_not_zero() {
    for betas in [SHEET, USUAL, [0.0, 0.7], [0.3, 0.0]] {
        let length = (1.0 - betas[0]) / (1.0 - betas[1]).sqrt();
        for g in wild(200, 1) {
            let step = ratios(adam(1.0, betas, 0.0), &[g])[0];
            assert_relative_eq!(step, length * g.signum(), max_relative = 1e-15);
        }
    }
}

/// Gradients that are 16 times as large, or −16 times: exact in floating point.
#[test]
fn parameters_with_proportional_gradients_move_equally_or_oppositely() {
    let gradients = wild(300, 2);
    let times = |factor: f64| gradients.iter().map(|g| factor * g).collect::<Vec<_>>();
    for optimizer in [adam(1.0, USUAL, 0.0), corrected(1.0, SHEET, 0.0)] {
        let once = ratios(optimizer.clone(), &gradients);
        assert_eq!(ratios(optimizer.clone(), &times(16.0)), once);
        let opposite: Vec<_> = once.iter().map(|step| -step).collect();
        assert_eq!(ratios(optimizer, &times(-16.0)), opposite);
    }
    let neurons = worksheet(&mut adam(0.5, SHEET, 0.0), 4);
    for neuron in neurons {
        assert!((neuron.w - neuron.b - 2.0).abs() < 20.0 * ROUNDING);
    }
}

/// On samples with one negative `x` the gradients are in a fixed negative ratio. The target
/// 9 keeps the neuron on in all six steps.
#[test]
fn on_samples_of_both_signs_the_parameters_go_their_own_ways() {
    let sums = |samples: [(f64, f64); 2]| -> Vec<f64> {
        let mut samples = samples.into_iter().cycle();
        let points =
            minimize(&mut adam(0.1, SHEET, 0.0), &dvector![0.0, 1.0], 6, |theta| {
                let (x, y) = samples.next().expect("a cycle has no end");
                let neuron = Neuron::from_parameters(theta);
                assert!(neuron.w * x + neuron.b > 0.0);
                let (weight, bias) = neuron.gradient(x, y);
                dvector![weight, bias]
            });
        points.expect("a finite run").iter().map(|theta| theta.sum()).collect()
    };
    let is_constant =
        |sums: &[f64]| sums.iter().all(|sum| (sum - sums[0]).abs() < 20.0 * ROUNDING);
    assert!(is_constant(&sums([(-3.0, 9.0), (-3.0, 9.0)])));
    assert!(!is_constant(&sums([(-3.0, 9.0), (3.0, 9.0)])));
}

#[test]
fn both_parameters_move_by_a_quarter_while_the_gradient_is_zero() {
    let neurons = worksheet(&mut adam(0.5, SHEET, 0.0), 2);
    let (x, y) = SAMPLES[1];
    assert_eq!(neurons[1].gradient(x, y), (0.0, 0.0));
    assert_eq!(neurons[1].w - neurons[2].w, 0.25);
    assert_eq!(neurons[1].b - neurons[2].b, 0.25);
}

/// `0.1 · 4` and `√(0.001 · 16)`; with correction, 4 and `√16`.
#[test]
fn after_a_first_gradient_of_four_the_average_is_a_tenth_and_the_root_a_thirty_second_of_it()
 {
    let mut optimizer = adam(1.0, USUAL, 0.0);
    optimizer.step(&mut dvector![0.0], &dvector![4.0]);
    let (u, root) = (optimizer.first_moment()[0], optimizer.second_moment()[0].sqrt());
    assert_relative_eq!(u, 4.0 / 10.0, max_relative = 1e-14);
    assert_relative_eq!(root, 4.0 / 1000_f64.sqrt(), max_relative = 1e-13);
    assert!((31.5..32.5).contains(&(4.0 / root)), "a thirty-second");
    assert!((3.0..3.5).contains(&(u / root)), "three times too long");
    let hats = ratios(corrected(1.0, USUAL, 0.0), &[4.0]);
    assert_relative_eq!(hats[0], 1.0, max_relative = 1e-13);
    snapshot!(
        "adam__first",
        values([
            ("u", decimals(u, 1)),
            ("root", decimals(root, 3)),
            ("quotient", decimals(u / root, 2)),
        ])
    );
}

// Epsilon

/// `û = g` and `v̂ = g²` up to roundings, of which the division by `1 − β₂` is the
/// largest: `1 − 0.999` has a relative error of `1000 · 2⁻⁵³` but is the same number in
/// both places.
#[test]
fn the_first_corrected_step_is_the_gradient_over_its_size_plus_epsilon() {
    for betas in [SHEET, USUAL, [0.0, 0.0]] {
        for epsilon in [0.0, 1e-8, 1e-6, 0.5] {
            for g in wild(100, 3) {
                let step = ratios(corrected(1.0, betas, epsilon), &[g])[0];
                let expected = g / (g.abs() + epsilon);
                assert_relative_eq!(step, expected, max_relative = 20.0 * ROUNDING);
            }
        }
    }
}

/// With `u = 1` and `v = 4`; ε under the root would give `1/√4.5`, ε behind the fraction
/// `1/2 + 0.5`.
#[test]
fn epsilon_stands_in_the_denominator_beside_the_root() {
    let step = ratios(adam(1.0, [0.5, 0.0], 0.5), &[2.0])[0];
    assert_eq!(step, 1.0 / (2.0 + 0.5));
}

/// A rearrangement that divides once for all parameters, as Keras and TensorFlow do.
#[test]
fn with_the_correction_in_the_step_size_epsilon_shrinks_by_the_root_of_its_weights() {
    let (epsilon, gradients) = (0.25, wild(100, 4));
    let [beta1, beta2] = USUAL;
    let expected = ratios(corrected(1.0, USUAL, epsilon), &gradients);
    let (mut u, mut v) = (0.0, 0.0);
    for (t, g) in (1..).zip(&gradients) {
        u = beta1 * u + (1.0 - beta1) * g;
        v = beta2 * v + (1.0 - beta2) * g * g;
        let (c1, c2) = (1.0 - beta1.powi(t), 1.0 - beta2.powi(t));
        let fast = |hat: f64| c2.sqrt() / c1 * u / (v.sqrt() + hat);
        let step = expected[t as usize - 1];
        // Sums of both signs lose digits; their terms are at most 10⁶ beside √v.
        assert!((fast(c2.sqrt() * epsilon) - step).abs() < 1e-12 * (1.0 + step.abs()));
    }
    let first = ratios(corrected(1.0, USUAL, epsilon), &[1.0])[0];
    let c2 = 1.0 - beta2;
    let with = |hat: f64| c2.sqrt() / (c2.sqrt() + hat);
    assert!((with(c2.sqrt() * epsilon) - first).abs() < 1e-14);
    assert!((with(epsilon) - first).abs() > 0.1);
    assert!((with(c2 * epsilon) - first).abs() > 0.1);

    // The other way round: an ε̂ that stays is an ε that starts large and comes down to it.
    let hat = 1e-7;
    let as_ours = |t: i32| hat / (1.0 - beta2.powi(t)).sqrt();
    assert!(
        (with(hat) - ratios(corrected(1.0, USUAL, as_ours(1)), &[1.0])[0]).abs()
            < 1e-14
    );
    assert!((1..20_000).all(|t| as_ours(t + 1) < as_ours(t)));
    assert_relative_eq!(as_ours(20_000), hat, max_relative = 1e-8);
    snapshot!(
        "adam__keras",
        values([
            ("root", decimals(c2.sqrt(), 4)),
            ("first", decimals(as_ours(1) / hat, 0)),
            ("thousandth", decimals(as_ours(1000) / hat, 2)),
        ])
    );
}

/// The sample at −3 is off at the start, and both of its gradients are zero.
#[test]
fn without_epsilon_a_dead_first_sample_ends_the_run_at_step_one() {
    let (x, y) = SAMPLES[1];
    let run = |epsilon| {
        let mut optimizer = adam(0.5, SHEET, epsilon);
        minimize(&mut optimizer, &WORKSHEET.parameters(), 1, |theta| {
            let (weight, bias) = Neuron::from_parameters(theta).gradient(x, y);
            dvector![weight, bias]
        })
    };
    assert!(ratios(adam(0.5, SHEET, 0.0), &[0.0])[0].is_nan());
    let error = run(0.0).expect_err("0/0");
    assert_eq!(error, OptimizationError::Diverged { step: 1, largest_parameter: 1.0 });
    let points = run(EPSILON).expect("0/ε");
    assert_eq!(points[1], points[0]);
    snapshot!("adam__dead", values([("message", error.to_string())]));
}

/// Every way to place zeros in ten steps. Numbers this short do not underflow.
#[test]
fn without_epsilon_steps_are_no_numbers_exactly_while_all_gradients_are_zero() {
    for betas in [SHEET, USUAL] {
        for zeros in 0_u32..1 << 10 {
            let gradients: Vec<_> =
                (0..10).map(|t| f64::from(zeros >> t & 1) * 3.0).collect();
            for optimizer in [adam(1.0, betas, 0.0), corrected(1.0, betas, 0.0)] {
                let first = gradients.iter().position(|&g| g != 0.0).unwrap_or(10);
                for (t, step) in ratios(optimizer, &gradients).iter().enumerate() {
                    assert_eq!(step.is_nan(), t < first);
                    assert!(step.is_nan() || step.is_finite());
                }
            }
        }
    }
}

/// From the second step on all gradients are zero, and the bias has `u = 2¹⁻ᵗ` and
/// `v = 2²⁻ᵗ`. The smallest number above zero is 2⁻¹⁰⁷⁴, and half of it is rounded to zero.
#[test]
fn without_epsilon_the_worksheets_averages_underflow_and_the_run_ends_in_zero_over_zero()
 {
    let run = |steps, epsilon| {
        take_turns(&mut adam(0.5, SHEET, epsilon), steps, Neuron::gradient)
    };
    assert!(run(1076, 0.0).is_ok() && run(1200, EPSILON).is_ok());
    let error = run(1200, 0.0).expect_err("0/0");
    let OptimizationError::Diverged { step, .. } = error else { panic!("{error}") };
    assert_eq!(step, 1077);
    snapshot!("adam__underflow", values([("step", step.to_string())]));
}

#[test]
fn in_single_precision_epsilon_vanishes_beside_root_18_and_tiny_gradients_square_to_zero()
 {
    assert_eq!(18_f32.sqrt() + 1e-8, 18_f32.sqrt());
    assert_ne!(18_f64.sqrt() + 1e-8, 18_f64.sqrt());
    let g = 1e-24_f32;
    assert_eq!(g * g, 0.0);
    assert_eq!(-g / (g * g).sqrt(), f32::NEG_INFINITY);
    assert_eq!(g / ((g * g).sqrt() + 1e-8), 1e-16);
}

/// Its square is beyond the largest number: `v` is infinite from then on, every later step
/// is zero, and no parameter would tell.
#[test]
fn a_gradient_whose_square_leaves_the_numbers_ends_the_run_with_its_step() {
    let adam = || adam(0.1, [0.9, 0.999], 1e-8);
    for mut adam in [adam(), adam().with_bias_correction()] {
        let mut theta = dvector![1.0, 1.0];
        assert!(adam.is_finite());
        adam.step(&mut theta, &dvector![1.0, 1e200]);
        let frozen = theta[1];
        for _ in 0..10 {
            adam.step(&mut theta, &dvector![1.0, 1.0]);
        }
        assert!(theta[1] == frozen && theta[0] < 1.0 && !adam.is_finite());
    }
    let late = |theta: &DVector<f64>| {
        theta.map(|theta| if theta < 0.75 { 1e200 } else { 1.0 })
    };
    let error = minimize(&mut adam().with_bias_correction(), &dvector![1.0], 50, late);
    let Err(OptimizationError::Overflow { step, largest_parameter }) = error else {
        panic!("{error:?}");
    };
    // The first steps are 1/10 long.
    assert_eq!(step, 4);
    assert!((largest_parameter - 0.7).abs() < 1e-6);
    let mut infinite = adam();
    infinite.step(&mut dvector![1.0], &dvector![f64::INFINITY]);
    assert!(!infinite.is_finite());
}

// The lecture's example of scales

/// The formula beside Adam: `g/(|g| + ε)` and, without correction,
/// `(1 − β₁)g / (√(1 − β₂)|g| + ε)`.
#[test]
fn the_scales_of_the_lectures_gradient_are_gone_without_epsilon_and_almost_with_it() {
    let gradient = [1.0, 500.0, 1e-4, -8.0];
    let rows = gradient.map(|g: f64| {
        let first = |epsilon| {
            let step = ratios(corrected(1.0, USUAL, epsilon), &[g])[0];
            let expected = g / (g.abs() + epsilon);
            assert_relative_eq!(step, expected, max_relative = 20.0 * ROUNDING);
            decimals(step, 4)
        };
        let plain = ratios(adam(1.0, USUAL, 1e-6), &[g])[0];
        let expected = (1.0 - 0.9) * g / ((1.0_f64 - 0.999).sqrt() * g.abs() + 1e-6);
        assert_relative_eq!(plain, expected, max_relative = 20.0 * ROUNDING);
        [
            g.to_string().replace('-', "−"),
            first(0.0),
            first(1e-8),
            first(1e-6),
            decimals(plain, 4),
        ]
    });
    let plain = |g| ratios(adam(1.0, USUAL, 1e-6), &[g])[0];
    assert_eq!(decimals(plain(1e-4) / plain(500.0), 2), "0.76", "a quarter shorter");
    assert_eq!(
        rows.clone().map(|row| row[1].clone()),
        ["1.0000", "1.0000", "1.0000", "−1.0000"]
    );
    let small = (1.0_f64 - 0.999).sqrt() * 1e-4;
    assert!((0.3..1.0 / 3.0).contains(&(1e-6 / small)), "nearly a third");
    snapshot!(
        "adam__small",
        values([
            ("root", significant(small, 2)),
            ("above", significant((1.0 - 0.9) * 1e-4, 1)),
            ("below", significant(small + 1e-6, 3)),
            ("step", decimals(plain(1e-4), 2)),
        ])
    );
    let header = [
        "gradient",
        "$\\varepsilon = 0$",
        "$\\varepsilon = 10^{-8}$",
        "$\\varepsilon = 10^{-6}$",
        "$\\varepsilon = 10^{-6}$, not corrected",
    ];
    snapshot!("adam__scales", table(header, rows));
}

/// `√v̂` is below 10⁻⁴ of ε.
#[test]
fn far_below_epsilon_adam_is_momentum_with_alpha_over_epsilon() {
    let (mut adam, epsilon) = (corrected(0.5, USUAL, 1e-6), 1e-6);
    let momentum = Momentum::new(0.5 / epsilon, 0.9).expect("in their ranges");
    let mut momentum = momentum.with_bias_correction();
    for t in 0..50 {
        let gradient = dvector![1e-10 * (1.0 + f64::from(t)).cos()];
        let (mut one, mut other) = (dvector![0.0], dvector![0.0]);
        adam.step(&mut one, &gradient);
        momentum.step(&mut other, &gradient);
        assert_relative_eq!(one[0], other[0], max_relative = 1.01e-4);
    }
}

#[test]
fn a_constant_gradient_has_a_second_moment_and_no_variance() {
    let mut optimizer = adam(1.0, USUAL, 0.0);
    let mut theta = dvector![0.0];
    for t in 1..=20 {
        optimizer.step(&mut theta, &dvector![5.0]);
        let hat = optimizer.second_moment()[0] / (1.0 - 0.999_f64.powi(t));
        // 1 − 0.999 keeps all but ten of its bits.
        assert_relative_eq!(hat, 25.0, max_relative = 1e-12);
    }
}

// What the correction does

/// Both forms share `u` and `v`; what differs is a division by numbers whose relative
/// error is below `1000 · 2⁻⁵³ · 2`.
#[test]
fn the_steps_of_the_two_forms_differ_by_one_factor_whatever_the_gradients() {
    for betas in [SHEET, USUAL, [0.9, 0.99], [0.99, 0.9]] {
        let gradients = wild(300, 5);
        let plain = ratios(adam(1.0, betas, 0.0), &gradients);
        let hats = ratios(corrected(1.0, betas, 0.0), &gradients);
        for (t, (plain, hat)) in (1..).zip(plain.iter().zip(&hats)) {
            let factor = missing_correction(betas, t);
            assert_relative_eq!(*plain, factor * hat, max_relative = 1e-12);
        }
    }
}

#[test]
fn without_correction_the_usual_betas_step_too_far_and_the_worksheets_too_short() {
    let factor = |t| missing_correction(USUAL, t);
    let all: Vec<f64> = (1..=20_000).map(factor).collect();
    let largest = all.iter().copied().fold(0.0, f64::max);
    let at = 1 + all.iter().position(|&f| f == largest).expect("it is there");
    let close = 1 + arrival(&all, 1.01).expect("it ends at 1");
    assert_relative_eq!(all[0], 10_f64.sqrt(), max_relative = 1e-13);
    assert!(all.iter().all(|&f| f > 1.0));
    let even = missing_correction([0.9, 0.99], 1);
    assert_relative_eq!(even, 1.0, max_relative = 1e-13);
    for t in 2..1000 {
        assert!(missing_correction([0.9, 0.99], t) > 1.0);
    }
    for (i, j) in (0..100).flat_map(|i| (0..100).map(move |j| (i, j))) {
        let [beta1, beta2] = [i, j].map(|k| f64::from(k) / 100.0);
        let root = (1.0 - beta2).sqrt();
        if (1.0 - beta1 - root).abs() > 1e-12 {
            let too_long = missing_correction([beta1, beta2], 1) > 1.0;
            assert_eq!(too_long, 1.0 - beta1 > root, "{beta1} {beta2}");
        }
    }
    assert!(all[..at].windows(2).all(|pair| pair[0] < pair[1]));
    assert!(all[at - 1..].windows(2).all(|pair| pair[0] > pair[1]));
    assert!(all[close - 2] > 1.01 && all[close - 1] <= 1.01);
    for t in 1..50 {
        let expected = (1.0 - 0.5_f64.powi(t)).sqrt();
        assert_relative_eq!(missing_correction(SHEET, t), expected);
        assert!(missing_correction(SHEET, t) < 1.0);
    }
    snapshot!(
        "adam__factor",
        values([
            ("first", decimals(all[0], 2)),
            ("largest", decimals(largest, 2)),
            ("at", at.to_string()),
            ("thousand", decimals(all[999], 2)),
            ("close", close.to_string()),
            ("sheet_first", decimals(missing_correction(SHEET, 1), 3)),
        ])
    );
}

/// Gradients −1 and 3, each with probability ½ and independent: `E g = 1`, `E g² = 5`.
/// All `2ᵗ` sequences are equally likely, so the means are exact up to rounding.
#[test]
fn the_corrected_averages_are_unbiased_and_their_ratio_is_not() {
    let rows = [1, 2, 5, 10, 15].map(|t: u32| {
        let (mut hats, mut squares, mut roots, mut steps) =
            (vec![], vec![], vec![], vec![]);
        for sequence in 0..1_u32 << t {
            let mut optimizer = corrected(1.0, USUAL, 0.0);
            let mut theta = dvector![0.0];
            for i in 0..t {
                theta = dvector![0.0];
                let g = if sequence >> i & 1 == 1 { 3.0 } else { -1.0 };
                optimizer.step(&mut theta, &dvector![g]);
            }
            let weight = |beta: f64| 1.0 - beta.powi(t as i32);
            let v = optimizer.second_moment()[0] / weight(0.999);
            hats.push(optimizer.first_moment()[0] / weight(0.9));
            squares.push(v);
            roots.push(v.sqrt());
            steps.push(-theta[0]);
        }
        assert_relative_eq!(mean(&hats), 1.0, max_relative = 1e-11);
        assert_relative_eq!(mean(&squares), 5.0, max_relative = 1e-11);
        assert!(mean(&roots) < 5_f64.sqrt() - 0.01);
        assert!(mean(&steps) < 1.0 / 5_f64.sqrt() - 0.005);
        if t == 1 {
            assert_relative_eq!(mean(&roots), 2.0, max_relative = 1e-12);
            assert!(mean(&steps).abs() < 1e-12);
        }
        let [hats, squares, roots, steps] =
            [hats, squares, roots, steps].map(|list| decimals(mean(&list).abs(), 3));
        [t.to_string(), hats, squares, roots, steps]
    });
    let limit = ["what it estimates".into(), "1".into(), "5".into()];
    let [a, b, c] = limit;
    let limit = [a, b, c, decimals(5_f64.sqrt(), 3), decimals(1.0 / 5_f64.sqrt(), 3)];
    let header = [
        "$t$",
        "$\\operatorname{E} \\hat u$",
        "$\\operatorname{E} \\hat v$",
        "$\\operatorname{E} \\sqrt{\\hat v}$",
        "$\\operatorname{E} \\hat u/\\sqrt{\\hat v}$",
    ];
    snapshot!("adam__bias", table(header, rows.into_iter().chain([limit])));
}

// How far a step can go

/// The largest `|û|/√v̂` that `t` gradients can give.
fn corrected_bound(betas: [f64; 2], t: i32) -> f64 {
    largest_ratio(betas, t) / missing_correction(betas, t)
}

/// Gradients that grow by `β₂/β₁` in each step.
fn growing([beta1, beta2]: [f64; 2], count: i32) -> Vec<f64> {
    (0..count).map(|t| (beta2 / beta1).powi(t - count / 2)).collect()
}

const PAIRS: [[f64; 2]; 6] =
    [USUAL, SHEET, [0.9, 0.99], [0.95, 0.999], [0.9, 0.7], [0.0, 0.5]];

#[test]
fn no_gradients_give_a_step_beyond_the_bound() {
    for betas in PAIRS {
        for seed in 0..20 {
            let gradients = wild(60, 100 + seed);
            let plain = ratios(adam(1.0, betas, 0.0), &gradients);
            let hats = ratios(corrected(1.0, betas, 0.0), &gradients);
            for (t, (plain, hat)) in (1..).zip(plain.iter().zip(&hats)) {
                assert!(plain.abs() <= largest_ratio(betas, t) * (1.0 + 1e-12));
                assert!(hat.abs() <= corrected_bound(betas, t) * (1.0 + 1e-12));
            }
        }
    }
}

/// Powers of `β₂/β₁` are taken from `2000 · 2⁻⁵³` of relative error; equality in
/// Cauchy and Schwarz's inequality is stationary, so that only squares of that count.
/// `1 − 0.999` gives up ten bits.
#[test]
fn gradients_that_grow_by_beta2_over_beta1_reach_the_bound_at_every_step() {
    for betas in [USUAL, SHEET, [0.9, 0.99], [0.95, 0.999]] {
        let gradients = growing(betas, 3000);
        let plain = ratios(adam(1.0, betas, 0.0), &gradients);
        let hats = ratios(corrected(1.0, betas, 0.0), &gradients);
        for t in [1, 2, 3, 10, 50, 300, 3000] {
            let (bound, hat) = (largest_ratio(betas, t), corrected_bound(betas, t));
            let i = t as usize - 1;
            assert_relative_eq!(plain[i], bound, max_relative = 1e-11);
            assert_relative_eq!(hats[i], hat, max_relative = 1e-11);
        }
    }
}

/// `(1 − β₁) / √((1 − β₂)(1 − β₁²/β₂))`.
fn supremum([beta1, beta2]: [f64; 2]) -> f64 {
    (1.0 - beta1) / ((1.0 - beta2) * (1.0 - beta1 * beta1 / beta2)).sqrt()
}

#[test]
fn the_bounds_of_both_forms_rise_towards_the_same_number_where_beta1_squared_is_below_beta2()
 {
    for betas in [USUAL, [0.9, 0.99], [0.95, 0.999], [0.5, 0.999], [0.9, 0.85]] {
        let supremum = supremum(betas);
        for bound in [largest_ratio, corrected_bound] {
            let bounds: Vec<f64> = (1..=400).map(|t| bound(betas, t)).collect();
            // From some step on the differences are below rounding.
            assert!(bounds.windows(2).all(|pair| pair[1] > pair[0] * (1.0 - 1e-14)));
            assert!(bounds[399] <= supremum * (1.0 + 1e-13));
            assert_relative_eq!(bound(betas, 40_000), supremum, max_relative = 1e-12);
        }
        assert_relative_eq!(corrected_bound(betas, 1), 1.0, max_relative = 1e-12);
    }
    let hats = ratios(corrected(1.0, USUAL, 0.0), &growing(USUAL, 3000));
    let plain = ratios(adam(1.0, USUAL, 0.0), &growing(USUAL, 50));
    let paper = (1.0 - 0.9) / (1.0_f64 - 0.999).sqrt();
    assert!(supremum(USUAL) > 2.0 * paper && plain[49] > 2.0 * paper);
    // What is older than 36 steps has a weight of r³⁶ < 0.001.
    let mut recent = growing(USUAL, 3000);
    recent[..3000 - 36].fill(0.0);
    let recent = ratios(corrected(1.0, USUAL, 0.0), &recent)[2999];
    assert!(recent < hats[2999] && recent > 0.999 * hats[2999]);
    let other = supremum([0.9, 0.99]);
    assert!((1.0 - 0.9) <= (1.0_f64 - 0.99).sqrt() * (1.0 + 1e-14) && other > 2.0);
    snapshot!(
        "adam__bound",
        values([
            ("supremum", decimals(supremum(USUAL), 2)),
            ("paper", decimals(paper, 2)),
            ("plain_50", decimals(plain[49], 2)),
            ("corrected_50", decimals(hats[49], 2)),
            ("corrected_3000", decimals(hats[2999], 2)),
            ("other", decimals(other, 2)),
            ("growth", decimals(100.0 * (0.999 / 0.9 - 1.0), 0)),
            ("recent", "36".to_owned()),
        ])
    );
}

/// `U/(e^U − 1)`, continued by 1.
fn over_exponential(log: f64) -> f64 {
    if log == 0.0 { 1.0 } else { log / log.exp_m1() }
}

/// With `half = U/2` it is `half coth half − half`. Its second derivative is
/// `(half coth half − 1) / (2 sinh² half)`, and `half coth half > 1`. Second differences
/// over 0.1 are off by a fourth derivative over 1200, which is below a thousandth of the
/// second, and by rounding.
#[test]
fn a_number_over_its_exponential_less_one_is_strictly_convex() {
    for i in -200..=200 {
        let log = f64::from(i) / 10.0;
        let [left, here, right] = [-0.1, 0.0, 0.1].map(|by| over_exponential(log + by));
        let bend = (right - 2.0 * here + left) / 0.01;
        let half = log / 2.0;
        let expected = match i {
            0 => 1.0 / 6.0,
            _ => {
                let as_cotangents = half / half.tanh() - half;
                assert_relative_eq!(here, as_cotangents, epsilon = 1e-13);
                assert!(half / half.tanh() > 1.0);
                (half / half.tanh() - 1.0) / (2.0 * half.sinh().powi(2))
            }
        };
        assert!(bend > 0.0);
        assert_relative_eq!(bend, expected, max_relative = 1e-3, epsilon = 1e-11);
    }
}

/// `ln` of the square of the corrected bound, but for a constant, for a `t` that need not
/// be whole: `ln (1 − rᵗ) + ln (1 − β₂ᵗ) − 2 ln (1 − β₁ᵗ)`; its centred difference is off
/// by a third derivative.
#[test]
fn the_corrected_bounds_rise_with_t_whenever_the_betas_differ() {
    for betas @ [beta1, beta2] in [
        USUAL,
        [0.9, 0.99],
        [0.5, 0.999],
        [0.9, 0.85],
        [0.9, 0.7],
        [0.7, 0.9],
        [0.99, 0.9],
    ] {
        let (a, b) = (-(beta1 * beta1 / beta2).ln(), -beta2.ln());
        let middle = (a + b) / 2.0;
        assert_relative_eq!(middle, -beta1.ln(), max_relative = 1e-12);
        let log = |t: f64| {
            let weights = [(1.0, a), (1.0, b), (-2.0, middle)];
            weights.map(|(c, z)| c * (-z * t).exp_m1().abs().ln()).iter().sum::<f64>()
        };
        let constant =
            |t: i32| 2.0 * corrected_bound(betas, t).ln() - log(f64::from(t));
        for t in 1..=40 {
            assert!((constant(t) - constant(1)).abs() < 1e-10);
            let at = f64::from(t);
            let difference = at * (log(at * 1.001) - log(at * 0.999)) / (0.002 * at);
            let theorem = over_exponential(a * at) + over_exponential(b * at)
                - 2.0 * over_exponential(middle * at);
            assert_relative_eq!(
                difference,
                theorem,
                max_relative = 1e-4,
                epsilon = 1e-9
            );
            assert!(theorem > 0.0);
            assert!(corrected_bound(betas, t + 1) > corrected_bound(betas, t));
        }
    }
}

/// `r = β₁²/β₂ ≥ 1`: the sum has `t` terms of at least 1.
#[test]
fn where_beta1_squared_is_not_below_beta2_no_number_bounds_the_steps() {
    for betas in [[0.9_f64, 0.7], [0.9, 0.81], [0.99, 0.9]] {
        let paper = (1.0 - betas[0]) / (1.0 - betas[1]).sqrt();
        for t in [100, 10_000] {
            let least = paper * f64::from(t).sqrt() * (1.0 - 1e-12);
            assert!(largest_ratio(betas, t) >= least);
            assert!(corrected_bound(betas, t) >= least);
        }
    }
    let hats = ratios(corrected(1.0, [0.99, 0.9], 0.0), &growing([0.99, 0.9], 500));
    assert!(hats[499] > 1e6);
}

/// The mean square is at least the square of the mean, with any weights.
#[test]
fn with_equal_betas_no_corrected_step_is_longer_than_the_step_size() {
    for beta in [0.0, 0.5, 0.9, 0.99] {
        for seed in 0..20 {
            let hats = ratios(corrected(1.0, [beta; 2], 0.0), &wild(60, 200 + seed));
            assert!(hats.iter().all(|hat| hat.abs() <= 1.0 + 1e-12));
        }
        if beta > 0.0 {
            for t in [1, 10, 100] {
                let bound = corrected_bound([beta; 2], t);
                assert_relative_eq!(bound, 1.0, max_relative = 1e-12);
            }
        }
    }
}

/// All gradients zero but the last: without correction the paper's number at every `t`.
#[test]
fn one_gradient_after_zeros_alone_gives_the_papers_number() {
    let paper = (1.0 - 0.9) / (1.0_f64 - 0.999).sqrt();
    for t in [1, 10, 100, 10_000] {
        let mut gradients = vec![0.0; t];
        gradients[t - 1] = 7.0;
        let plain = ratios(adam(1.0, USUAL, 0.0), &gradients)[t - 1];
        let hat = ratios(corrected(1.0, USUAL, 0.0), &gradients)[t - 1];
        assert_relative_eq!(plain, paper, max_relative = 1e-13);
        let factor = missing_correction(USUAL, t as i32);
        assert_relative_eq!(hat, paper / factor, max_relative = 1e-12);
    }
}

/// Twelve corrected steps' worth of averages from equal gradients, over corrections that
/// are nearly 1: `0.999¹⁰⁰¹² < 5·10⁻⁵`.
#[test]
fn after_many_zeros_twelve_equal_gradients_give_the_largest_factor() {
    let mut gradients = vec![0.0; 10_000];
    gradients.extend([7.0; 20]);
    let hats = ratios(corrected(1.0, USUAL, 0.0), &gradients);
    let hats = &hats[10_000..];
    for (t, hat) in (1..).zip(hats) {
        let factor = missing_correction(USUAL, t);
        assert_relative_eq!(*hat, factor, max_relative = 5e-5);
    }
    let largest = hats.iter().copied().fold(0.0, f64::max);
    assert_eq!(hats[11], largest);
    assert_eq!(decimals(largest, 2), "6.57");
}

/// The neuron from (1, 1) after each of two steps with the worksheet's settings, on a
/// sample at zero and then on (3, 0).
fn from_a_sample_at_zero(epsilon: f64) -> [Neuron; 2] {
    let mut optimizer = adam(0.5, SHEET, epsilon);
    let mut theta = dvector![1.0, 1.0];
    [0.0, 3.0].map(|x| {
        let (weight, bias) = Neuron::from_parameters(&theta).gradient(x, 0.0);
        optimizer.step(&mut theta, &dvector![weight, bias]);
        Neuron::from_parameters(&theta)
    })
}

#[test]
fn without_epsilon_one_parameter_without_a_gradient_takes_the_other_with_it() {
    let [first, second] = from_a_sample_at_zero(0.0);
    assert!(first.w.is_nan() && second.w.is_nan() && second.b.is_nan());
    assert_relative_eq!(first.b, 1.0 - 0.125_f64.sqrt(), max_relative = 4.0 * ROUNDING);
    let [first, second] = from_a_sample_at_zero(EPSILON);
    assert_eq!(first.w, 1.0);
    assert!(second.w < first.w && second.b < first.b && first.b < 1.0);
}

/// The second step is `0.09 / 0.19` over `√(0.000999 / 0.001999)`, and each later ratio is
/// the one before times `0.9 / √0.999`, both times the corrections' own quotients below 1.
#[test]
fn twelve_late_gradients_lead_beyond_5_alpha_and_a_single_early_one_never_beyond_alpha()
{
    let mut late = vec![0.0; 1000];
    late[0] = 1e-6;
    late[988..].fill(1.0);
    let far = ratios(corrected(1.0, USUAL, 0.0), &late)[999];
    assert!(far > 5.0);
    let by_weights = missing_correction(USUAL, 12) / missing_correction(USUAL, 1000);
    assert_relative_eq!(far, by_weights, max_relative = 1e-6);

    let mut early = vec![0.0; 1000];
    early[0] = 1.0;
    let steps = ratios(corrected(1.0, USUAL, 0.0), &early);
    assert!(steps.is_sorted_by(|step, next| step > next) && steps[1] < 1.0);
    let second = (0.09 / 0.19) / (0.000_999_f64 / 0.001_999).sqrt();
    assert_relative_eq!(steps[1], second, max_relative = 1e-9);
    snapshot!(
        "adam__exercises",
        values([
            ("bias", decimals(from_a_sample_at_zero(0.0)[0].b, 3)),
            ("far", decimals(far, 2)),
            ("second", decimals(second, 2)),
        ])
    );
}

// Symmetries

/// A factor of 2¹⁰ changes exponents and rounds nothing.
#[test]
fn a_thousand_times_the_loss_takes_the_same_path_if_epsilon_grows_with_it() {
    const C: f64 = 1024.0;
    let valley = Quadratic::valley();
    let times = Quadratic::new(C * valley.hessian(), DVector::zeros(2));
    let run = |quadratic: &Quadratic, epsilon| {
        run(corrected(0.5, USUAL, epsilon), quadratic, &start(), 50)
    };
    assert_eq!(run(&times, 0.0), run(&valley, 0.0));
    assert_eq!(run(&times, C * 0.25), run(&valley, 0.25));
    assert_ne!(run(&times, 0.25), run(&valley, 0.25));
}

/// `f(w) = g(w/‖w‖)`: the gradient is at right angles to `w`, so a step of gradient
/// descent turns it by the arc tangent of their ratio. A step of Adam without ε has a
/// fixed length; what turns `w` is its part across. The terms of second order are as
/// small beside it as the step beside `w`.
#[test]
fn twice_the_weight_in_front_of_a_normalization_turns_a_quarter_as_far_under_gradient_descent_and_half_as_far_under_adam()
 {
    let target = dvector![0.6, -0.48, 0.64];
    let gradient = |w: &DVector<f64>| {
        let (norm, unit) = (w.norm(), w.normalize());
        let outer = &unit - &target;
        (&outer - outer.dot(&unit) * &unit) / norm
    };
    let w = dvector![1.0, 2.0, -2.0];
    assert_relative_eq!(gradient(&w), 2.0 * gradient(&(2.0 * &w)), epsilon = 1e-15);
    let turned = |mut optimizer: Box<dyn Optimizer>, w: &DVector<f64>| {
        let mut after = w.clone();
        optimizer.step(&mut after, &gradient(w));
        let across = &after - after.dot(w) / w.norm_squared() * w;
        across.norm() * w.norm() / after.dot(w)
    };
    let ratio = |optimizer: &dyn Fn() -> Box<dyn Optimizer>| {
        turned(optimizer(), &(2.0 * &w)) / turned(optimizer(), &w)
    };
    for step_size in [0.5, 1e-4] {
        let quarter =
            ratio(&|| Box::new(GradientDescent::new(step_size).expect("above 0")));
        assert_relative_eq!(quarter, 0.25, max_relative = 1e-10);
    }
    let half = ratio(&|| Box::new(corrected(1e-4, USUAL, 0.0)));
    assert_relative_eq!(half, 0.5, max_relative = 2e-4);
}

/// Each gradient entry with a factor of its own, a power of two.
#[test]
fn every_entry_of_the_gradient_can_have_its_own_unit() {
    let gradients: Vec<_> =
        wild(100, 6).chunks(2).map(DVector::from_row_slice).collect();
    let units = dvector![2_f64.powi(-20), 2_f64.powi(13)];
    let scaled: Vec<_> = gradients.iter().map(|g| g.component_mul(&units)).collect();
    for optimizer in [adam(0.1, USUAL, 0.0), corrected(0.1, USUAL, 0.0)] {
        assert_eq!(moves(optimizer.clone(), &scaled), moves(optimizer, &gradients));
    }
}

/// Along the axes κ is a factor of the second entry of the gradient. Powers of two round
/// nothing.
#[test]
fn along_the_axes_and_without_epsilon_adams_path_does_not_depend_on_the_condition() {
    let run = |condition: f64| {
        let hessian = DMatrix::from_diagonal(&dvector![1.0, condition]);
        let quadratic = Quadratic::new(hessian, DVector::zeros(2));
        run(corrected(0.5, USUAL, 0.0), &quadratic, &start(), 300)
    };
    assert_eq!(run(16.0), run(1024.0));
}

/// A turn by 45°, as a matrix.
fn turn() -> DMatrix<f64> {
    DMatrix::from_row_slice(2, 2, &[1.0, -1.0, 1.0, 1.0]) / 2_f64.sqrt()
}

#[test]
fn the_turned_valley_is_the_valley_seen_after_a_turn() {
    for condition in [10.0, 1000.0] {
        let diagonal = DMatrix::from_diagonal(&dvector![1.0, condition]);
        let expected = turn() * diagonal * turn().transpose();
        let hessian = turned_valley(condition).hessian().clone();
        assert!((hessian - expected).amax() < 10.0 * condition * ROUNDING);
    }
    assert!((turned(&start()) - turn() * start()).norm() < 20.0 * ROUNDING);
    // The figure's start: one entry is zero but for rounding.
    let gradient = turned_valley(10.0).gradient(&turned(&start()));
    assert!(gradient[0].abs() < 1e-13 && gradient[1] > 14.0);
}

/// Rounding: forty stable steps with entries below 100.
#[test]
fn the_paths_of_gradient_descent_and_momentum_turn_with_the_valley_and_adams_does_not()
{
    let (straight, oblique) = (Quadratic::valley(), turned_valley(10.0));
    fn farthest(
        optimizer: impl Optimizer + Clone,
        straight: &Quadratic,
        oblique: &Quadratic,
    ) -> f64 {
        let one = run(optimizer.clone(), straight, &start(), 40);
        let other = run(optimizer, oblique, &turned(&start()), 40);
        let distances = one.iter().zip(&other).map(|(a, b)| (turned(a) - b).norm());
        distances.fold(0.0, f64::max)
    }
    let descent = GradientDescent::new(2.0 / 11.0).expect("above 0");
    let momentum = Momentum::new(0.25, 0.9).expect("in their ranges");
    assert!(farthest(descent, &straight, &oblique) < 40.0 * 100.0 * 8.0 * ROUNDING);
    assert!(farthest(momentum, &straight, &oblique) < 40.0 * 100.0 * 80.0 * ROUNDING);
    let adams = farthest(corrected(0.5, USUAL, EPSILON), &straight, &oblique);
    assert!(adams > 1.0);
    snapshot!("adam__turned", values([("distance", decimals(adams, 1))]));
}

// Signs

#[test]
fn with_both_betas_zero_adam_is_sign_descent() {
    let gradients: Vec<_> =
        wild(100, 7).chunks(2).map(DVector::from_row_slice).collect();
    for optimizer in [adam(0.25, [0.0; 2], 0.0), corrected(0.25, [0.0; 2], 0.0)] {
        for (step, g) in moves(optimizer, &gradients).iter().zip(&gradients) {
            assert_eq!(step, &g.map(|entry| -0.25 * entry.signum()));
        }
    }
}

/// On `½x²`, from eighths with steps of some eighths: nothing rounds. A start that is a
/// multiple of the step hits 0, where the next step is 0/0. From any other the signs
/// alternate once the points are within a step of 0, for ever.
#[test]
fn sign_descent_with_a_constant_step_size_jumps_to_and_fro_unless_it_hits_the_minimum()
{
    for (start, step) in (1..=30).flat_map(|start| (1..=7).map(move |s| (start, s))) {
        let path = minimize(
            &mut adam(f64::from(step) / 8.0, [0.0; 2], 0.0),
            &dvector![f64::from(start) / 8.0],
            60,
            Clone::clone,
        );
        let Ok(points) = path else {
            assert_eq!(start % step, 0, "only a hit ends the run");
            let diverged = OptimizationError::Diverged {
                step: start as usize / step as usize + 1,
                largest_parameter: 0.0,
            };
            assert_eq!(path, Err(diverged));
            continue;
        };
        assert_ne!(start % step, 0);
        let (left, size) = (f64::from(start % step) / 8.0, f64::from(step) / 8.0);
        let first = start as usize / step as usize;
        for (t, point) in points.iter().enumerate().skip(first) {
            let expected =
                if (t - first).is_multiple_of(2) { left } else { left - size };
            assert_eq!(point[0], expected);
        }
    }
}

// Runs

/// The losses that the documentation of optax prints, with the format it gives.
#[test]
fn the_losses_that_optax_prints_are_ours() {
    let square = Quadratic::new(2.0 * DMatrix::identity(3, 3), DVector::zeros(3));
    let from = dvector![1.0, 2.0, 3.0];
    let printed = |path: Vec<DVector<f64>>| -> Vec<String> {
        let losses = path[1..].iter().map(|theta| square.value(theta));
        losses.map(|loss| format!("{:.2}", loss / 10.0) + "E+01").collect()
    };
    let adam = run(corrected(0.003, USUAL, 1e-8), &square, &from, 5);
    // The first step is one of α in each parameter: 14 − 2α · 6 + 3α².
    assert!((square.value(&adam[1]) - 13.964_027).abs() < 1e-7);
    assert_eq!(
        printed(adam),
        ["1.40E+01", "1.39E+01", "1.39E+01", "1.39E+01", "1.38E+01"]
    );
    let descent = GradientDescent::new(0.003).expect("above 0");
    assert_eq!(
        printed(run(descent, &square, &from, 5)),
        ["1.38E+01", "1.37E+01", "1.35E+01", "1.33E+01", "1.32E+01"]
    );
}

/// The fewest steps after which the value stays below 10⁻⁴ of the start's, over 20 step
/// sizes in each power of ten from 10⁻³ to 10, in runs of 2500 steps.
fn best<O: Optimizer>(
    optimizer: impl Fn(f64) -> O,
    quadratic: &Quadratic,
    start: &DVector<f64>,
) -> usize {
    let steps = |exponent: i32| {
        let step_size = 10_f64.powf(f64::from(exponent) / 20.0);
        let gradient = |theta: &DVector<f64>| quadratic.gradient(theta);
        let path = minimize(&mut optimizer(step_size), start, 2500, gradient).ok()?;
        let values: Vec<_> = path.iter().map(|theta| quadratic.value(theta)).collect();
        arrival(&values, 1e-4 * values[0])
    };
    (-60..=20).filter_map(steps).min().expect("one of them arrives")
}

/// In gradient descent at least one direction, whose part of the value is 50 or `κ/2` at
/// the start, keeps at least `((κ − 1)/(κ + 1))²` of it in a step, whatever the step size.
#[test]
fn in_narrow_valleys_along_the_axes_adam_needs_hardly_more_steps_and_across_them_it_does()
 {
    let rows = [10.0, 100.0, 1000.0].map(|condition: f64| {
        let diagonal = DMatrix::from_diagonal(&dvector![1.0, condition]);
        let straight = Quadratic::new(diagonal, DVector::zeros(2));
        let oblique = turned_valley(condition);
        let descent = |a| GradientDescent::new(a).expect("above 0");
        let momentum = |a| Momentum::new(a, 0.9).expect("in range");
        let adam = |a| corrected(a, USUAL, EPSILON);
        let across = turned(&start());
        let descent = best(descent, &straight, &start());
        let momentum = best(momentum, &straight, &start());
        let along = best(adam, &straight, &start());
        let across = best(adam, &oblique, &across);
        // Not epsilon makes the counts along the axes differ.
        let exact = best(|a| corrected(a, USUAL, 0.0), &straight, &start());
        assert_eq!(exact, along);
        let rate = (condition - 1.0) / (condition + 1.0);
        let kept = 1e-4 * (50.0 + condition / 2.0) / f64::min(50.0, condition / 2.0);
        assert!(descent as f64 >= kept.ln() / (2.0 * rate.ln()));
        [condition.to_string()]
            .into_iter()
            .chain([descent, momentum, along, across].map(|steps| steps.to_string()))
            .collect::<Vec<_>>()
            .try_into()
            .expect("five columns")
    });
    let steps = |row: &[String; 5], column: usize| -> f64 {
        row[column].parse().expect("a number of steps")
    };
    assert!(steps(&rows[2], 1) > 50.0 * steps(&rows[0], 1));
    assert!(steps(&rows[2], 3) < 1.1 * steps(&rows[0], 3));
    assert!(steps(&rows[1], 4) < 1.5 * steps(&rows[1], 3));
    assert!(steps(&rows[2], 4) > 3.0 * steps(&rows[2], 3));
    assert!(steps(&rows[2], 4) > steps(&rows[2], 2));
    assert!(steps(&rows[0], 1) < steps(&rows[0], 2) / 2.0);
    assert!(steps(&rows[0], 1) < steps(&rows[0], 3) / 2.0);
    let descent = steps(&rows[2], 1) / steps(&rows[0], 1);
    snapshot!("adam__narrowed", values([("descent", decimals(descent, 0))]));
    let header = [
        "$\\kappa$",
        "gradient descent",
        "momentum",
        "Adam, along the axes",
        "Adam, at 45°",
    ];
    snapshot!("adam__narrow", table(header, rows));
}

/// The steps that an optimizer needs in the valley, at most 400.
fn needed(optimizer: impl Optimizer) -> Option<usize> {
    let (mut optimizer, valley) = (optimizer, Quadratic::valley());
    let path =
        minimize(&mut optimizer, &start(), 400, |theta| valley.gradient(theta)).ok()?;
    let losses: Vec<_> = path.iter().map(|theta| valley.value(theta)).collect();
    arrival(&losses, 1e-4 * losses[0])
}

#[test]
fn with_a_beta_made_for_the_valley_momentum_beats_gradient_descent() {
    let (alpha, beta) = Spectrum { smallest: 1.0, largest: 10.0 }.best_momentum();
    let momentum = needed(Momentum::new(alpha, beta).expect("in their ranges"));
    let descent = |a| GradientDescent::new(a).expect("above 0");
    let descent = best(descent, &Quadratic::valley(), &start());
    assert!(momentum.is_some_and(|steps| 2 * steps < descent));
}

/// The best counts are 24, 70 and 75. Ten times to either side of the middle:
#[test]
fn momentum_and_adam_forgive_a_step_size_that_gradient_descent_does_not() {
    let descent = |a| needed(GradientDescent::new(a).expect("above 0"));
    let momentum = |a| needed(Momentum::new(a, 0.9).expect("in their ranges"));
    let adam = |a| needed(corrected(a, USUAL, EPSILON));
    for exponent in -20..=20 {
        let factor = 10_f64.powf(f64::from(exponent) / 20.0);
        assert!(momentum(0.35 * factor).is_some_and(|steps| steps <= 105));
        assert!(adam(1.8 * factor).is_some_and(|steps| steps <= 130));
    }
    assert!(descent(0.178).is_some_and(|steps| steps <= 24));
    assert!(descent(0.0178).is_some_and(|steps| steps > 240));
    assert_eq!((descent(0.21), adam(0.03)), (None, None));
}

/// `√v` shrinks by √0.999 a step, and `α/√v̂` grows until momentum with `β = 0.9`
/// diverges, at `38/λ`; then the gradients are large again.
#[test]
fn long_after_it_has_arrived_the_loss_comes_back() {
    let valley = Quadratic::valley();
    let points = run(corrected(1.0, USUAL, EPSILON), &valley, &start(), 6000);
    let losses: Vec<_> = points.iter().map(|theta| valley.value(theta)).collect();
    let largest = |values: &[f64]| values.iter().copied().fold(0.0, f64::max);
    let (quiet, back) = (largest(&losses[1000..=2000]), largest(&losses[2000..]));
    let at = (1000..6000).find(|&t| losses[t] > 1e-4 * losses[0]).expect("it is back");
    assert!(quiet < 1e-30 && back > 1.0 && (2000..2500).contains(&at));
    // The steep parameter shrinks until its step size passes 38/λ. That grows by a
    // twentieth of a percent in a step: five percent leave a hundred steps either way.
    let size = |t: usize| f64::max(points[t][1].abs(), points[t + 1][1].abs());
    let least = (0..6000).min_by(|&i, &j| size(i).total_cmp(&size(j)));
    let least = least.expect("6000 of them");
    let mut adam = corrected(1.0, USUAL, EPSILON);
    for theta in &points[..least] {
        adam.step(&mut theta.clone(), &valley.gradient(theta));
    }
    let hat = adam.second_moment()[1] / (1.0 - 0.999_f64.powi(least as i32));
    assert_relative_eq!(10.0 / hat.sqrt(), 38.0, max_relative = 0.05);
    // Without new gradients √v halves in `ln 2 / −½ ln 0.999` steps.
    let doubling = 2_f64.ln() / (-0.5 * 0.999_f64.ln());
    assert_relative_eq!(0.999_f64.powf(doubling).sqrt(), 0.5, max_relative = 1e-12);
    // 10 · α/ε < 38.
    let points = run(corrected(1.0, USUAL, 0.3), &valley, &start(), 6000);
    assert!(points[3000..].iter().all(|theta| valley.value(theta) < 1e-30));
    snapshot!(
        "adam__back",
        values([
            ("quiet", significant(quiet, 1)),
            ("at", at.to_string()),
            ("back", significant(back, 2)),
            ("doubling", decimals(doubling, 0)),
            ("limit", decimals(38.0 / 10.0, 1)),
        ])
    );
}

/// Reddi, Kale and Kumar: gradients 3, −1, −1 in turn on `[−1, 1]`, `β₁ = 0` and
/// `β₂ = 1/(1 + 3²)`. Each loss is linear, and their mean `x/3` is least at −1.
#[test]
fn on_a_convex_problem_adam_can_walk_to_the_worst_point() {
    fn end(mut optimizer: impl Optimizer) -> f64 {
        let mut gradients = [3.0, -1.0, -1.0].into_iter().cycle();
        let points = trajectory(&dvector![0.0], 300, |x| {
            let gradient = gradients.next().expect("a cycle has no end");
            optimizer.step(x, &dvector![gradient]);
            x[0] = x[0].clamp(-1.0, 1.0);
            true
        });
        points.expect("between −1 and 1")[300][0]
    }
    for optimizer in [adam(0.1, [0.0, 0.1], 1e-8), corrected(0.1, [0.0, 0.1], 1e-8)] {
        assert_eq!(end(optimizer), 1.0);
    }
    // It hovers at −1: after 300 steps, two of +0.01 since the last of −0.03.
    let descent = GradientDescent::new(0.01).expect("above 0");
    assert!((end(descent) + 0.98).abs() < 1e-12);
}

/// At the first step only the sign of `g + λθ` counts. Beside gradients `±g` that cancel,
/// a penalty `p` moves the parameter by `p/√(g² + p²)` a step on average: `v` swings
/// around `g² + p²` by less than a thousandth.
#[test]
fn a_penalty_that_is_added_to_the_gradient_can_vanish_in_the_division() {
    let (theta, decay) = (10.0, 0.01);
    for g in [0.5, 3.0, 100.0] {
        let without = ratios(corrected(1.0, USUAL, 0.0), &[g]);
        let with = ratios(corrected(1.0, USUAL, 0.0), &[g + decay * theta]);
        assert_relative_eq!(with[0], without[0], max_relative = 1e-15);
    }
    let decayed = |g: f64| {
        let signs = [1.0, -1.0].into_iter().cycle();
        let gradients: Vec<_> = signs.take(1100).map(|sign| sign * g + 1.0).collect();
        mean(&ratios(corrected(1.0, USUAL, 0.0), &gradients)[1000..])
    };
    for g in [10.0_f64, 100.0] {
        assert_relative_eq!(decayed(g), 1.0 / g.hypot(1.0), max_relative = 0.02);
    }
}

#[test]
fn the_arrival_is_the_step_from_which_on_all_values_are_small() {
    assert_eq!(arrival(&[5.0, 1.0, 3.0, 1.0, 0.5], 1.0), Some(3));
    assert_eq!(arrival(&[0.5, 0.5], 1.0), Some(0));
    assert_eq!(arrival(&[5.0, 1.0, 3.0], 1.0), None);
    assert_eq!(arrival(&[1.0, f64::NAN], 1.0), None);
}

// Refusals

#[test]
fn settings_outside_their_ranges_are_refused_by_name_and_value() {
    let message =
        |result: Result<Adam, OptimizationError>| result.expect_err("bad").to_string();
    assert_eq!(
        message(Adam::new(0.0, USUAL, 1e-8)),
        "step size 0, expected a finite number above 0"
    );
    assert_eq!(
        message(Adam::new(0.1, [1.0, 0.999], 1e-8)),
        "beta1 1, expected a number from 0 to below 1"
    );
    assert_eq!(
        message(Adam::new(0.1, [0.9, -0.1], 1e-8)),
        "beta2 -0.1, expected a number from 0 to below 1"
    );
    for epsilon in [-1e-8, f64::NAN, f64::INFINITY] {
        assert_eq!(
            message(Adam::new(0.1, USUAL, epsilon)),
            format!("epsilon {epsilon}, expected a finite number, 0 or above")
        );
    }
}

#[test]
#[should_panic(
    expected = "a gradient of shape (3, 1) does not fit parameters of shape (2, 1)"
)]
fn a_gradient_of_the_wrong_length_is_refused_with_both_shapes() {
    adam(0.1, USUAL, 1e-8).step(&mut start(), &DVector::zeros(3));
}
