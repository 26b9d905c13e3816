//! What the appendix on the worksheet says.

mod support;

use approx::assert_relative_eq;
use descent::adam::Adam;
use descent::backpropagation::{
    Neuron, Node, WORKSHEET, adjoints, centred_difference, loss_and_gradient,
};
use descent::gradient_descent::{GradientDescent, Optimizer, SAMPLES, take_turns};
use descent::initialization::normal;
use descent::linear_layer::Linear;
use descent::momentum::Momentum;
use descent::network::{Activation, Batch, Network};
use nalgebra::{DMatrix, DVector};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use support::statistics::integral;
use support::{decimals, shape, significant, table, values};

const ROUNDING: f64 = f64::EPSILON / 2.0;

fn sgd() -> GradientDescent {
    GradientDescent::new(0.5).expect("above 0")
}

fn momentum() -> Momentum {
    Momentum::new(0.5, 0.5).expect("in their ranges")
}

fn adam(epsilon: f64) -> Adam {
    Adam::new(0.5, [0.5, 0.5], epsilon).expect("in their ranges")
}

fn turns(optimizer: &mut impl Optimizer, steps: usize) -> Vec<Neuron> {
    take_turns(optimizer, steps, Neuron::gradient).expect("a short run")
}

/// `wx + b` at the sample of the step after `t` steps.
fn sampled(neuron: Neuron, t: usize) -> f64 {
    neuron.w * SAMPLES[t % 2].0 + neuron.b
}

/// As short as it is exact.
fn exact((a, b): (f64, f64)) -> String {
    // Adding 0 makes −0 a 0.
    format!("({},\u{a0}{})", a + 0.0, b + 0.0).replace('-', "−")
}

fn rounded(neuron: Neuron) -> String {
    format!("({},\u{a0}{})", decimals(neuron.w, 7), decimals(neuron.b, 7))
}

fn of(vector: &DVector<f64>) -> (f64, f64) {
    (vector[0], vector[1])
}

fn parameters(neuron: Neuron) -> (f64, f64) {
    (neuron.w, neuron.b)
}

// 1

/// Everything but Adam's last digits is exact: small multiples of powers of two.
#[test]
fn parts_b_c_and_d() {
    let (mut momentum, mut adam) = (momentum(), adam(1e-8));
    let one = |neurons: Vec<Neuron>| neurons[1];
    let b = one(turns(&mut sgd(), 1));
    let c = one(turns(&mut momentum, 1));
    let d = one(turns(&mut adam, 1));
    assert_eq!((parameters(b), parameters(c)), ((-2.0, -2.0), (-0.5, -1.5)));
    let u = (of(momentum.first_moment()), of(adam.first_moment()));
    assert_eq!(u, ((3.0, 1.0), (3.0, 1.0)));
    let v = of(adam.second_moment());
    assert_eq!(v, (18.0, 2.0));
    let step = 1.0 / (2.0 * 2_f64.sqrt());
    // ε is felt in the ninth decimal.
    assert!((d.w - (1.0 - step)).abs() < 1e-8 && (d.b - (-1.0 - step)).abs() < 1e-8);
    let none = || "–".to_owned();
    let rows = [
        [
            "(b)\u{a0}SGD".into(),
            none(),
            none(),
            exact(parameters(b)),
            "(−2,\u{a0}−2)".into(),
        ],
        [
            "(c)\u{a0}momentum".into(),
            exact(u.0),
            none(),
            exact(parameters(c)),
            "(−0.5,\u{a0}−1.5)".into(),
        ],
        [
            "(d)\u{a0}Adam".into(),
            exact(u.1),
            exact(v),
            rounded(d),
            "(0.65,\u{a0}−1.35)".into(),
        ],
    ];
    let header = ["part", "$u$", "$v$", "$(w, b)$", "on the sheet"];
    snapshot!("worksheet__first", table(header, rows));
}

#[test]
fn parts_e_f_and_g() {
    let (mut momentum, mut adam) = (momentum(), adam(1e-8));
    let sgd = turns(&mut sgd(), 2);
    let heavy = turns(&mut momentum, 2);
    let last = turns(&mut adam, 2);
    let (x, y) = SAMPLES[1];
    let before =
        [&sgd, &heavy, &last].map(|neurons| (neurons[1], sampled(neurons[1], 1)));
    let gradients = before.map(|(neuron, _)| neuron.gradient(x, y));
    assert_eq!((before[0].1, before[1].1), (4.0, 0.0));
    assert!((before[2].1 - (-4.0 + 0.5_f64.sqrt())).abs() < 1e-8);
    assert_eq!(gradients, [(-12.0, 4.0), (0.0, 0.0), (0.0, 0.0)]);
    assert_eq!(parameters(sgd[2]), (4.0, -4.0));
    assert_eq!(parameters(heavy[2]), (-1.25, -1.75));
    let u = (of(momentum.first_moment()), of(adam.first_moment()));
    assert_eq!(u, ((1.5, 0.5), (1.5, 0.5)));
    let v = of(adam.second_moment());
    assert_eq!(v, (9.0, 1.0));
    let step = 1.0 / (2.0 * 2_f64.sqrt());
    assert!((last[2].w - (0.75 - step)).abs() < 1e-8);
    assert!((last[2].b - (-1.25 - step)).abs() < 1e-8);
    let none = || "–".to_owned();
    let [e, f, g] = gradients.map(exact);
    let rows = [
        [
            "(e)\u{a0}SGD".into(),
            decimals(before[0].1, 0),
            e,
            none(),
            none(),
            exact(parameters(sgd[2])),
            "(4,\u{a0}−4)".into(),
        ],
        [
            "(f)\u{a0}momentum".into(),
            decimals(before[1].1, 0),
            f,
            exact(u.0),
            none(),
            exact(parameters(heavy[2])),
            "(−1.25,\u{a0}−1.75)".into(),
        ],
        [
            "(g)\u{a0}Adam".into(),
            decimals(before[2].1, 4),
            g,
            exact(u.1),
            exact(v),
            rounded(last[2]),
            "(0.4,\u{a0}−1.6)".into(),
        ],
    ];
    let header =
        ["part", "$wx + b$", "gradient", "$u$", "$v$", "$(w, b)$", "on the sheet"];
    snapshot!("worksheet__second", table(header, rows));
}

/// Another recursion: `m ← βm + g`, `θ ← θ − α(1 − β)m`. All numbers are exact.
#[test]
fn momentum_is_a_heavy_ball_with_the_step_size_one_quarter() {
    let expected = turns(&mut momentum(), 12);
    let (mut theta, mut m) = ([WORKSHEET.w, WORKSHEET.b], [0.0; 2]);
    for (t, expected) in expected.iter().enumerate() {
        assert_eq!(parameters(*expected), (theta[0], theta[1]));
        let (x, y) = SAMPLES[t % 2];
        let gradient = Neuron { w: theta[0], b: theta[1] }.gradient(x, y);
        m = [0.5 * m[0] + gradient.0, 0.5 * m[1] + gradient.1];
        theta = [theta[0] - 0.25 * m[0], theta[1] - 0.25 * m[1]];
    }
}

fn is_dead(neuron: Neuron) -> bool {
    SAMPLES.iter().all(|&(x, _)| neuron.w * x + neuron.b <= 0.0)
}

/// After two steps without a gradient the average is a quarter, and the neuron on again
/// at −3; in the end it is off on both. Powers of two throughout.
#[test]
fn momentum_switches_the_dead_neuron_on_again_twice_before_it_stays_off() {
    let neurons = turns(&mut momentum(), 60);
    assert!(is_dead(neurons[1]));
    let (x, y) = SAMPLES[1];
    assert_eq!(neurons[1].gradient(x, y), (0.0, 0.0));
    assert_eq!(neurons[2].w * x + neurons[2].b, 2.0);
    let dead: Vec<_> = neurons.iter().map(|&neuron| is_dead(neuron)).collect();
    let revived = dead.windows(2).filter(|pair| pair[0] && !pair[1]).count();
    assert_eq!(revived, 2);
    assert!(dead[7..].iter().all(|&dead| dead));
    // Without gradients each step is half of the one before: step 7, of 1.73 and 0.77, is
    // followed by as much again.
    let end = (-95.0 / 64.0, -309.0 / 64.0);
    let left = 0.5_f64.powi(60 - 8);
    assert!((neurons[60].w - end.0).abs() < 2.0 * left);
    assert!((neurons[60].b - end.1).abs() < 2.0 * left);
}

/// With ε = 0 each step is √½ times the one before, the first `1/(2√2)`: together
/// `(1 + √2)/2`. Two hundred steps leave 2⁻¹⁰⁰, and round two hundred times.
#[test]
fn adams_neuron_is_off_on_both_samples_after_two_steps_and_drifts_to_a_limit() {
    let neurons = turns(&mut adam(0.0), 200);
    let both = |neuron: Neuron| [3.0 * neuron.w + neuron.b, -3.0 * neuron.w + neuron.b];
    let close = |neuron: Neuron, expected: [f64; 2]| {
        let error = |i: usize| (both(neuron)[i] - expected[i]).abs();
        error(0) < 4.0 * 200.0 * 4.0 * ROUNDING
            && error(1) < 4.0 * 200.0 * 4.0 * ROUNDING
    };
    let root = 2_f64.sqrt();
    assert!(close(neurons[2], [1.0 - root, -3.5 + 1.0 / root]));
    assert!(close(neurons[200], [-2.0 * root, root - 3.0]));
    assert!(!is_dead(neurons[1]) && neurons[2..].iter().all(|&neuron| is_dead(neuron)));
    let loss: f64 = SAMPLES.iter().map(|&(x, y)| neurons[2].loss(x, y)).sum();
    assert_eq!(loss, 0.0);
    snapshot!(
        "worksheet__drift",
        values([
            ("two_right", decimals(1.0 - root, 4)),
            ("two_left", decimals(-3.5 + 1.0 / root, 4)),
            ("end_right", decimals(-2.0 * root, 4)),
            ("end_left", decimals(root - 3.0, 4)),
        ])
    );
}

#[test]
fn sgd_doubles_and_the_other_two_end_dead_with_loss_zero() {
    let runs =
        [turns(&mut sgd(), 60), turns(&mut momentum(), 60), turns(&mut adam(1e-8), 60)];
    for (t, &neuron) in runs[0].iter().enumerate() {
        assert_eq!(sampled(neuron, t), 2_f64.powi(t as i32 + 1));
    }
    for run in &runs[1..] {
        let loss: f64 = SAMPLES.iter().map(|&(x, y)| run[60].loss(x, y)).sum();
        assert!(is_dead(run[60]) && loss == 0.0);
    }
    let rows = (0..8).map(|t| {
        let [sgd, momentum, adam] = runs.each_ref().map(|run| sampled(run[t], t));
        [
            (t + 1).to_string(),
            SAMPLES[t % 2].0.to_string().replace('-', "−"),
            decimals(sgd, 0),
            momentum.to_string().replace('-', "−"),
            decimals(adam, 4),
        ]
    });
    let header = ["step", "$x$", "SGD", "momentum", "Adam"];
    snapshot!("worksheet__later", table(header, rows));
}

// 2

const BIAS: f64 = -1e6;

/// The worksheet's layer: Kaiming weights and the bias −10⁶.
fn layer(fan_in: usize, fan_out: usize, rng: &mut ChaCha8Rng) -> Linear {
    let mut layer = normal(fan_in, fan_out, 2.0 / fan_in as f64, rng);
    layer.bias.fill(BIAS);
    layer
}

/// An input with entries between −1 and 1 and any adjoint: `xW` is normal with a
/// standard deviation of at most √2, and −10⁶ is far away.
#[test]
fn with_a_bias_of_minus_a_million_every_gradient_of_the_layer_is_zero() {
    const NAMES: [&str; 6] =
        ["v₁ = x", "v₂ = W", "v₃ = b", "v₄ = xW", "v₅ = xW + b", "v₆ = ReLU(xW + b)"];
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let layer = layer(100, 50, &mut rng);
    let mut draw = |_, _| rng.random_range(-1.0..1.0);
    let input = DMatrix::from_fn(1, 100, &mut draw);
    let adjoint = DMatrix::from_fn(1, 50, &mut draw);
    let nodes = adjoints(&input, &layer, &adjoint);
    assert!(nodes[4].value.max() < BIAS + 10.0);
    assert_eq!(nodes[5].value.amax(), 0.0);
    assert!(nodes[5].adjoint.amax() > 0.9);
    let rows = (0..6).map(|i| {
        let Node { value, adjoint } = &nodes[i];
        assert_eq!(value.shape(), adjoint.shape());
        if i < 5 {
            assert_eq!(adjoint.amax(), 0.0);
        }
        let size = |matrix: &DMatrix<f64>| match matrix.amax() {
            0.0 => "0".to_owned(),
            size => significant(size, 2),
        };
        [
            NAMES[i].replace(' ', "\u{a0}"),
            shape(value.shape()),
            size(value),
            size(adjoint),
        ]
    });
    let header = ["node", "shape", "largest entry, in size", "of its adjoint"];
    snapshot!("worksheet__adjoints", table(header, rows));
}

/// For weights of variance `2/n` and a fixed `x` with root mean square `r`, `xW` is
/// normal with variance `2r²`. The tail of the normal distribution lies between
/// `φ(z)/z · (1 − 1/z²)` and `φ(z)/z`.
#[test]
fn the_chance_that_a_unit_is_on_depends_on_the_size_of_the_input() {
    let z = |rms: f64| -BIAS / (2_f64.sqrt() * rms);
    let log_phi = |z: f64| -(z * z / 2.0 + (2.0 * std::f64::consts::PI).ln() / 2.0);
    let one = z(1.0);
    let upper = (log_phi(one) - one.ln()) / 10_f64.ln();
    let lower = upper + (1.0 - 1.0 / (one * one)).log10();
    assert!(lower <= upper && upper - lower < 1e-10);
    assert_relative_eq!(upper, -2.5e11 / 10_f64.ln(), max_relative = 1e-9);
    let density = |z: f64| log_phi(z).exp();
    let chance = 0.5 - integral(density, 0.0, z(1e6), 1000);
    // 4σ of 2000 independent units.
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let input = DMatrix::from_fn(1, 100, |_, j| if j % 2 == 0 { 1e6 } else { -1e6 });
    let output = layer(100, 2000, &mut rng).forward(&input);
    let on = output.iter().filter(|&&z| z > 0.0).count() as f64;
    assert!(
        (on - 2000.0 * chance).abs() < 4.0 * (2000.0 * chance * (1.0 - chance)).sqrt()
    );
    snapshot!(
        "worksheet__chance",
        values([("exponent", significant(upper, 3)), ("large", decimals(chance, 2)),])
    );
}

/// Three layers, the middle one dead: the loss depends on the last bias only.
#[test]
fn nothing_before_a_dead_layer_has_a_gradient_and_of_what_follows_only_the_bias() {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let mut index = 0;
    let network =
        Network::with_widths(&[6, 5, 4, 3], Activation::Relu, |fan_in, fan_out| {
            index += 1;
            let mut dead = layer(fan_in, fan_out, &mut rng);
            if index != 2 {
                dead.bias.fill(0.1);
            }
            dead
        });
    let images = DMatrix::from_fn(7, 6, |_, _| rng.random_range(-1.0..1.0));
    let batch = Batch::new(images, vec![0, 1, 2, 0, 1, 2, 0]);
    let (_, gradient) = loss_and_gradient(&network, &batch);
    let last_bias = network.parameter_count() - 3;
    assert_eq!(gradient.rows(0, last_bias).amax(), 0.0);
    assert!(gradient.rows(last_bias, 3).amax() > 0.01);
}

/// The loss `Σ c (ReLU(xW + b) + x)`: differences by ½ are exact where the layer is
/// constant, up to the rounding of a sum of 5 terms below 2.
#[test]
fn a_connection_around_the_dead_layer_still_carries_the_gradient() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let layer = layer(5, 5, &mut rng);
    let input = DMatrix::from_fn(1, 5, |_, _| rng.random_range(-1.0..1.0));
    let adjoint = DMatrix::from_fn(1, 5, |_, _| rng.random_range(-1.0..1.0));
    let nodes = adjoints(&input, &layer, &adjoint);
    for place in 0..5 {
        let loss = |around: f64, value: f64| {
            let mut x = input.clone();
            x[place] = value;
            let output = layer.forward(&x).map(|z| z.max(0.0)) + around * x;
            output.dot(&adjoint)
        };
        let difference = |around: f64| {
            centred_difference(|value| loss(around, value), input[place], 0.5)
        };
        assert_eq!((difference(0.0), nodes[0].adjoint[place]), (0.0, 0.0));
        let through = nodes[0].adjoint[place] + adjoint[place];
        assert!((difference(1.0) - through).abs() < 40.0 * ROUNDING);
    }
}
