//! What the appendix on the worksheet says.

mod support;

use descent::adam::Adam;
use descent::backpropagation::{Neuron, Node, WORKSHEET, adjoints};
use descent::dead_relu::probability_active;
use descent::gradient_descent::{GradientDescent, Optimizer};
use descent::initialization::normal;
use descent::linear_layer::Linear;
use descent::momentum::Momentum;
use descent::neuron::{SAMPLES, take_turns};
use nalgebra::{DMatrix, DVector};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use support::statistics::{assert_share, bernstein};
use support::{
    ROUNDING, decimals, exact_point, point, shape, significant, table, values,
};

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
    exact_point(&[a, b])
}

/// As the sheet prints it.
fn printed(neuron: Neuron, digits: usize) -> String {
    point(&[neuron.w, neuron.b], digits)
}

fn of(vector: &DVector<f64>) -> (f64, f64) {
    (vector[0], vector[1])
}

fn parameters(neuron: Neuron) -> (f64, f64) {
    (neuron.w, neuron.b)
}

// 1

/// As short as it is exact, if it is a whole number of eighths, and otherwise rounded.
fn short(number: f64, digits: usize) -> String {
    let exact = (8.0 * number).fract() == 0.0;
    // Adding 0 makes −0 a 0.
    if exact {
        (number + 0.0).to_string().replace('-', "−")
    } else {
        decimals(number, digits)
    }
}

/// Half a number, as a product.
fn half(number: f64) -> String {
    let number = short(number, 0);
    let number = if number.starts_with('−') { format!("({number})") } else { number };
    format!("½\u{a0}·\u{a0}{number}")
}

fn average(old: f64, new: f64) -> (String, f64) {
    (format!("{} + {}", half(old), half(new)), 0.5 * old + 0.5 * new)
}

fn step(from: f64, direction: f64) -> (String, f64) {
    (format!("{} − {}", short(from, 0), half(direction)), from - 0.5 * direction)
}

fn adam_step(from: f64, u: f64, v: f64) -> (String, f64) {
    let text = format!("{} − {}/(√{v}\u{a0}+\u{a0}ε)", short(from, 4), half(u));
    (text, from - 0.5 * u / (v.sqrt() + 1e-8))
}

/// A line of the calculation, for `w` and `b`. Its results are those of the optimizer.
fn line(
    part: &str,
    name: &str,
    calculation: [(String, f64); 2],
    expected: (f64, f64),
    digits: usize,
) -> [String; 4] {
    assert_eq!((calculation[0].1, calculation[1].1), expected, "{part} {name}");
    let [w, b] = calculation.map(|(text, result)| {
        let printed = short(result, digits);
        let exact = printed == short(result, 12);
        format!("{text} {} {printed}", if exact { "=" } else { "≈" })
    });
    [part.replace(' ', "\u{a0}"), name.into(), w, b]
}

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
    let length = 1.0 / (2.0 * 2_f64.sqrt());
    // ε is felt in the eighth or ninth decimal.
    assert!((d.w - (1.0 - length)).abs() < 1e-8);
    assert!((d.b - (-1.0 - length)).abs() < 1e-8);
    let (x, y) = SAMPLES[0];
    let (output, g) =
        ((WORKSHEET.w * x + WORKSHEET.b).max(0.0), WORKSHEET.gradient(x, y));
    assert_eq!((output, g), (2.0, (6.0, 2.0)));
    let Neuron { w, b: bias } = WORKSHEET;
    let (from_zero, squared) =
        ([average(0.0, g.0), average(0.0, g.1)], [g.0 * g.0, g.1 * g.1]);
    let lines = [
        line("(b) SGD", "θ", [step(w, g.0), step(bias, g.1)], parameters(b), 7),
        line("(c) momentum", "u", from_zero.clone(), u.0, 7),
        line("", "θ", [step(w, u.0.0), step(bias, u.0.1)], parameters(c), 7),
        line("(d) Adam", "u", from_zero, u.1, 7),
        line("", "v", squared.map(|square| average(0.0, square)), v, 7),
        line(
            "",
            "θ",
            [adam_step(w, 3.0, 18.0), adam_step(bias, 1.0, 2.0)],
            parameters(d),
            7,
        ),
    ];
    snapshot!(
        "worksheet__first_by_hand",
        table(["part", "", "for $w$", "for $b$"], lines)
    );
    let sheet = ["(−2,\u{a0}−2)", "(−0.5,\u{a0}−1.5)", "(0.65,\u{a0}−1.35)"];
    assert_eq!(sheet, [exact(parameters(b)), exact(parameters(c)), printed(d, 2)]);
    let ours = [exact(parameters(b)), exact(parameters(c)), printed(d, 7)];
    let names = ["(b)\u{a0}SGD", "(c)\u{a0}momentum", "(d)\u{a0}Adam"];
    let rows = (0..3).map(|i| [names[i].into(), ours[i].clone(), sheet[i].into()]);
    snapshot!("worksheet__first", table(["part", "$(w, b)$", "sheet"], rows));
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
    let length = 1.0 / (2.0 * 2_f64.sqrt());
    assert!((last[2].w - (0.75 - length)).abs() < 1e-8);
    assert!((last[2].b - (-1.25 - length)).abs() < 1e-8);
    let [e, f, g] = gradients;
    let averages = [average(3.0, f.0), average(1.0, f.1)];
    let squares = [average(18.0, g.0 * g.0), average(2.0, g.1 * g.1)];
    let [one, two, three] = before.map(|(neuron, _)| neuron);
    let lines = [
        line(
            "(e) SGD",
            "θ",
            [step(one.w, e.0), step(one.b, e.1)],
            parameters(sgd[2]),
            4,
        ),
        line("(f) momentum", "u", averages.clone(), u.0, 4),
        line("", "θ", [step(two.w, 1.5), step(two.b, 0.5)], parameters(heavy[2]), 4),
        line("(g) Adam", "u", averages, u.1, 4),
        line("", "v", squares, v, 4),
        line(
            "",
            "θ",
            [adam_step(three.w, 1.5, 9.0), adam_step(three.b, 0.5, 1.0)],
            parameters(last[2]),
            4,
        ),
    ];
    snapshot!(
        "worksheet__second_by_hand",
        table(["part", "", "for $w$", "for $b$"], lines)
    );
    let sheet = ["(4,\u{a0}−4)", "(−1.25,\u{a0}−1.75)", "(0.4,\u{a0}−1.6)"];
    let [sgd_2, heavy_2] = [sgd[2], heavy[2]].map(|neuron| exact(parameters(neuron)));
    assert_eq!(sheet, [sgd_2.clone(), heavy_2.clone(), printed(last[2], 1)]);
    // The sheet's −3.3 is right to its digits.
    assert_eq!(decimals(before[2].1, 1), "−3.3");
    let ours = [sgd_2, heavy_2, printed(last[2], 4)];
    let names = ["(e)\u{a0}SGD", "(f)\u{a0}momentum", "(g)\u{a0}Adam"];
    let rows = (0..3).map(|i| {
        let z = decimals(before[i].1, if i == 2 { 4 } else { 0 });
        [names[i].into(), z, exact(gradients[i]), ours[i].clone(), sheet[i].into()]
    });
    let header = ["part", "$wx + b$", "gradient", "$(w, b)$", "sheet"];
    snapshot!("worksheet__second", table(header, rows));
}

/// `½ · 2²` and `½ · 4²`.
#[test]
fn the_loss_at_the_sample_of_the_step_grows_and_is_zero_at_the_other() {
    let sgd = turns(&mut sgd(), 1);
    let heavy = turns(&mut momentum(), 2);
    let losses = [0, 1].map(|t| sgd[t].loss(SAMPLES[t].0, SAMPLES[t].1));
    let at_the_other = [0, 1].map(|t| sgd[t].loss(SAMPLES[1 - t].0, SAMPLES[1 - t].1));
    assert_eq!((losses, at_the_other), ([2.0, 8.0], [0.0, 0.0]));
    let (x, y) = SAMPLES[0];
    let revived = sampled(heavy[2], 1);
    assert_eq!(revived, 2.0);
    let rounded = -3.0 * 0.65 - 1.35;
    let numbers = values([
        ("output", sampled(sgd[0], 0).to_string()),
        ("gradient", exact(sgd[0].gradient(x, y))),
        ("first_loss", losses[0].to_string()),
        ("second_loss", losses[1].to_string()),
        ("revived", revived.to_string()),
        ("sheet_z", decimals(rounded, 1)),
    ]);
    snapshot!("worksheet__numbers", numbers);
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
    assert_eq!(dead[..8], [false, true, false, false, true, false, false, true]);
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

/// With `−x` for `x` the samples are exchanged.
#[test]
fn with_the_samples_exchanged_the_old_run_follows_a_step_late_unless_it_is_corrected() {
    fn is_late<O: Optimizer + Clone>(optimizer: &O) -> bool {
        let exchanged = |neuron: Neuron, x: f64, y: f64| neuron.gradient(-x, y);
        let new = take_turns(&mut optimizer.clone(), 7, exchanged);
        let new = new.expect("a short run");
        assert_eq!(new[0], new[1], "no gradient, no step");
        new[1..] == turns(&mut optimizer.clone(), 6)
    }
    assert!(is_late(&sgd()) && is_late(&momentum()) && is_late(&adam(1e-8)));
    let corrected = [
        is_late(&momentum().with_bias_correction()),
        is_late(&adam(1e-8).with_bias_correction()),
    ];
    assert_eq!(corrected, [false, false]);
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
    let mut rng = support::rng(0);
    let layer = layer(100, 50, &mut rng);
    let mut draw = |_, _| rng.random_range(-1.0..1.0);
    let input = DMatrix::from_fn(1, 100, &mut draw);
    let adjoint = DMatrix::from_fn(1, 50, &mut draw);
    let nodes = adjoints(&input, &layer, &adjoint);
    assert!(nodes[4].value.max() < BIAS + 10.0);
    assert_eq!(nodes[5].value.amax(), 0.0);
    // Fifty uniform numbers are all below a half once in 10¹⁵ times.
    assert!(nodes[5].adjoint.amax() > 0.5);
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

/// Given the input, the units are independent: their number is binomial. The layer of the
/// page has fifty, which say little; a wide one says more.
#[test]
fn with_a_bias_of_minus_one_about_one_unit_in_nine_is_on() {
    const UNITS: usize = 50;
    let active = |units: usize| {
        let mut rng = support::rng(0);
        let mut layer = layer(100, units, &mut rng);
        layer.bias.fill(-1.0);
        let input = DMatrix::from_fn(1, 100, |_, _| rng.random_range(-1.0..1.0));
        let on = layer.forward(&input).iter().filter(|&&z| z > 0.0).count();
        let rms = (input.norm_squared() / 100.0).sqrt();
        (on, probability_active(-1.0, 2.0, rms))
    };
    let (on, probability) = active(100 * UNITS);
    assert_share(on, 100 * UNITS, probability);
    let (on, probability) = active(UNITS);
    let units = UNITS as f64;
    assert!((on as f64 - units * probability).abs() < bernstein(units, probability));
    let expected = units * probability_active(-1.0, 2.0, (1.0_f64 / 3.0).sqrt());
    snapshot!(
        "worksheet__exercises",
        values([("expected", decimals(expected, 1)), ("on", on.to_string())])
    );
}
