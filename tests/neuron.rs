//! What the chapter on the worksheet's neuron says.

mod support;

use descent::backpropagation::{Neuron, WORKSHEET};
use descent::gradient_descent::{GradientDescent, OptimizationError, minimize};
use descent::neuron::{SAMPLES, take_turns, without_relu};
use nalgebra::{DVector, dvector};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use support::{decimals, point, significant, table, values};

fn random_point(rng: &mut ChaCha8Rng) -> DVector<f64> {
    DVector::from_fn(2, |_, _| rng.random_range(-3.0..3.0))
}

/// Gradient descent on the worksheet's neuron.
fn turns(
    step_size: f64,
    steps: usize,
    gradient: impl Fn(Neuron, f64, f64) -> (f64, f64),
) -> Result<Vec<Neuron>, OptimizationError> {
    take_turns(&mut GradientDescent::new(step_size)?, steps, gradient)
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
    snapshot!("neuron__worksheet", table(header, rows));
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

/// Random neurons and step sizes. The line of a sample has the direction `(1, −x)`, and a
/// point is `a/√(x² + 1)` away from it. Numbers below 100, a few roundings.
#[test]
fn a_step_goes_at_right_angles_to_the_line_of_its_sample_ten_alpha_times_the_way() {
    let mut rng = support::rng(8);
    let (mut on, mut off) = (0, 0);
    for _ in 0..300 {
        let theta = random_point(&mut rng);
        let neuron = Neuron::from_parameters(&theta);
        let step_size = rng.random_range(0.01..1.0);
        for (x, y) in SAMPLES {
            let (a, other) = (neuron.w * x + neuron.b, neuron.b - neuron.w * x);
            let next = moved(neuron, neuron.gradient(x, y), step_size);
            let step = dvector![next.w - neuron.w, next.b - neuron.b];
            if a <= 0.0 {
                assert_eq!(step.norm(), 0.0);
                off += 1;
                continue;
            }
            on += 1;
            assert!(step.dot(&dvector![1.0, -x]).abs() < 1e-12);
            let way = a / 10_f64.sqrt();
            assert!((step.norm() - 10.0 * step_size * way).abs() < 1e-12);
            let (after, other_after) = (next.w * x + next.b, next.b - next.w * x);
            assert!((after - (1.0 - 10.0 * step_size) * a).abs() < 1e-12);
            assert!((other_after - (other + 8.0 * step_size * a)).abs() < 1e-12);
        }
    }
    assert!(on > 100 && off > 100);
}

/// The ratio after `μ` is `8α − (10α − 1)/μ`, the first one `8α − 2`. Below one half each
/// is smaller than the one before by the lowest value of `Q` over the first ratio, or more;
/// a rounding of numbers near 2 is far below that. From one half on none is below the
/// smaller root of `Q`, which is above 1. At one half that root is double, and rounding of
/// its `2` is amplified: the ratios there are exact.
#[test]
fn the_ratios_fall_below_zero_exactly_below_one_half() {
    let lowest = |alpha: f64| (8.0 * alpha - 1.0) * (1.0 - 2.0 * alpha);
    let next = |alpha: f64, ratio: f64| 8.0 * alpha - (10.0 * alpha - 1.0) / ratio;
    for alpha in [0.26, 0.3, 0.4, 0.45, 0.49, 0.499] {
        let first = 8.0 * alpha - 2.0;
        let fall = lowest(alpha) / first;
        let (mut ratio, mut steps) = (first, 0);
        while ratio > 0.0 {
            let after = next(alpha, ratio);
            assert!(ratio - after > fall - 1e-12, "{alpha}");
            (ratio, steps) = (after, steps + 1);
        }
        assert!(f64::from(steps) <= first / fall + 1.0);
        // The ratio of a₂ to a₁ is the second one.
        let neurons = turns(alpha, steps as usize + 2, Neuron::gradient).unwrap();
        let a = |step: usize| sampled(&neurons, step);
        let closed = (1..).find(|&step| a(step) <= 0.0).unwrap();
        assert_eq!(closed, steps as usize + 1, "{alpha}");
        assert!(off(&neurons[closed]));
    }
    for alpha in [0.5, 0.505, 0.55, 0.7, 1.0, 3.0] {
        let root = 4.0 * alpha - (-lowest(alpha)).sqrt();
        assert!(root > 1.0);
        let mut ratio = 8.0 * alpha - 2.0;
        let neurons = turns(alpha, 100, Neuron::gradient).unwrap();
        for step in 0..100 {
            assert!(ratio > root - 1e-12, "{alpha}");
            let quotient = sampled(&neurons, step + 1) / sampled(&neurons, step);
            assert!((quotient - ratio).abs() < 1e-9 * ratio, "{alpha} {step}");
            ratio = next(alpha, ratio);
        }
    }
}

/// The loss of both samples together.
fn loss(neuron: Neuron) -> f64 {
    SAMPLES.iter().map(|&(x, y)| neuron.loss(x, y)).sum()
}

/// At 0.4995 the activation grows like 2^t for about π/ψ ≈ 115 steps, with cos ψ =
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
    snapshot!("neuron__step_sizes", table(header, rows));
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

/// With `part = α(x² + 1)` a step takes an activation `a > 0` to `a − part(a − y)`. For `part ≤ 1`
/// this is between `a` and `y`; for `part > 1` it is `part·y − (part − 1)a`, below `part·y`. So no
/// activation is above the largest of the first, `y` and `part·y`, and none but the first is
/// lower than that bound times `−|part − 1|`, less `part·|y|`. Without the gate, `part > 2` multiplies
/// the distance to `y` by `part − 1` in each step.
#[test]
fn one_sample_alone_never_diverges_because_the_gate_closes() {
    let mut rng = support::rng(7);
    let mut open = 0;
    for _ in 0..300 {
        let x: f64 = rng.random_range(-4.0..4.0);
        let y = rng.random_range(-3.0..3.0);
        let part = rng.random_range(0.01..20.0);
        let step_size = part / (x * x + 1.0);
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
        let highest = first.max(y).max(part * y).max(0.0);
        let lowest = first.min(-(part - 1.0).abs() * highest - part * y.abs());
        let rounding = 1e-9 * (1.0 + highest - lowest);
        for theta in run(Neuron::gradient).expect("it cannot diverge") {
            let a = activation(&theta);
            assert!(a < highest + rounding && a > lowest - rounding);
        }
        // 2¹¹⁰⁰ is beyond all numbers.
        if part > 3.0 && first > 0.0 && (first - y).abs() > 0.01 {
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
    let late = turns(0.5, 1, Neuron::gradient).unwrap()[1];
    let alone = WORKSHEET.gradient(SAMPLES[0].0, SAMPLES[0].1);
    let a = SAMPLES.map(|(x, _)| neuron.w * x + neuron.b);
    snapshot!(
        "neuron__exercises",
        values([
            ("off", decimals(WORKSHEET.w * SAMPLES[1].0 + WORKSHEET.b, 0)),
            ("exchanged", point(&[late.w, late.b], 0)),
            ("alone", point(&[alone.0, alone.1], 0)),
            ("together", point(&[neuron.w, neuron.b], 1)),
            ("together_a", format!("{} and {}", decimals(a[0], 0), decimals(a[1], 0))),
        ])
    );
}

/// A step on one sample leaves what goes into the ReLU for the other. Rounding of numbers
/// below 6.
#[test]
fn with_samples_at_plus_and_minus_one_the_neuron_never_diverges() {
    let mut rng = support::rng(9);
    for _ in 0..300 {
        let theta = random_point(&mut rng);
        let step_size = rng.random_range(0.01..3.0);
        let mut neuron = Neuron::from_parameters(&theta);
        let a = |neuron: Neuron, x: f64| neuron.b + neuron.w * x;
        for step in 0..100 {
            let x = [1.0, -1.0][step % 2];
            let next = moved(neuron, neuron.gradient(x, 0.0), step_size);
            assert!((a(next, -x) - a(neuron, -x)).abs() < 1e-13);
            let (before, after) = (a(neuron, x), a(next, x));
            if before > 1e-9 {
                assert!((after - (1.0 - 2.0 * step_size) * before).abs() < 1e-13);
                assert_eq!(after <= 0.0, step_size >= 0.5);
            }
            neuron = next;
        }
        if step_size > 0.5 {
            let both = [1.0, -1.0].map(|x| neuron.forward(x));
            assert_eq!(both, [0.0, 0.0]);
        }
    }
}
