//! What the chapter on objectives says.

mod support;

use std::path::Path;

use descent::backpropagation::loss_and_gradient;
use descent::initialization::{normal, pytorch_default};
use descent::linear_layer::Linear;
use descent::mnist::{Digits, Split};
use descent::network::{Activation, Batch, Layer, Network, log_sum_exp, softmax};
use descent::objective::{
    CUBIC, Curve, EXPONENTIAL, KINK, QUARTIC, TROUGH, TWO_VALLEYS, above_chord,
    above_tangent, follow, loss, moved, normalized_direction, permuted,
};
use descent::random::{Stream, generator};
use nalgebra::{DMatrix, DVector, RowDVector, dmatrix};
use rand::RngExt;
use support::{decimals, significant, table, values};

const ALL: [Curve; 6] = [EXPONENTIAL, KINK, QUARTIC, TROUGH, CUBIC, TWO_VALLEYS];

fn places() -> impl Iterator<Item = f64> + Clone {
    (-12..=12).map(|i| f64::from(i) / 6.0)
}

fn pairs() -> impl Iterator<Item = (f64, f64)> {
    places().flat_map(|a| places().map(move |b| (a, b)))
}

/// Values are below 20 and come from a few operations.
const ROUNDING: f64 = 1e-13;

fn below_every_chord(curve: &Curve) -> bool {
    pairs().all(|(a, b)| {
        let shares = [0.1, 0.25, 0.5, 0.8];
        shares.iter().all(|&share| above_chord(curve.value, a, b, share) < ROUNDING)
    })
}

fn above_every_tangent(curve: &Curve) -> bool {
    pairs().all(|(a, b)| above_tangent(curve, a, b) > -ROUNDING)
}

fn curved_upwards(curve: &Curve) -> bool {
    places().all(|x| (curve.curvature)(x) >= 0.0)
}

#[test]
fn halfway_between_two_points_a_parabola_is_below_its_chord() {
    let square = |theta: f64| theta * theta;
    let chord = 0.5 * square(-1.0) + 0.5 * square(2.0);
    assert_eq!(above_chord(square, -1.0, 2.0, 0.5), square(0.5) - chord);
    assert!(square(0.5) < chord);
    snapshot!(
        "objective__parabola",
        values([("middle", square(0.5).to_string()), ("chord", chord.to_string())])
    );
}

#[test]
fn chords_tangents_and_curvature_agree_on_what_is_convex() {
    let rows = ALL.map(|curve| {
        let answers = [below_every_chord(&curve), above_every_tangent(&curve)];
        assert_eq!(answers[0], answers[1], "{}", curve.name);
        assert_eq!(answers[0], curved_upwards(&curve), "{}", curve.name);
        let word = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
        let curvature = match curve.name == KINK.name || curve.name == TROUGH.name {
            true => "has kinks".into(),
            false => word(curved_upwards(&curve)),
        };
        [curve.name.to_owned(), word(answers[0]), word(answers[1]), curvature]
    });
    // The curvature does not see the kink of −|x|, and the chords do.
    let hat = Curve {
        name: "$-\\lvert x\\rvert$",
        value: |x| -x.abs(),
        slope: |x| -x.signum(),
        curvature: |_| 0.0,
    };
    assert!(curved_upwards(&hat) && !below_every_chord(&hat));
    assert!((KINK.slope)(0.0).abs() < 1.0);
    assert!([-1.0, 1.0].iter().all(|&x| (0.0..1.0).contains(&(TROUGH.slope)(x))));
    let header = [
        "function",
        "below its chords",
        "above its tangents",
        "$f'' \\ge 0$ everywhere",
    ];
    snapshot!("objective__convexity", table(header, rows));
}

/// Centred differences with step h = 10⁻⁵ are wrong by h²/6·f''' < 10⁻⁹ and by rounding
/// of 10⁻¹⁵/h = 10⁻¹⁰ times values below 20.
#[test]
fn slopes_and_curvatures_are_those_of_the_values() {
    let h = 1e-5;
    for curve in ALL {
        for x in places().map(|x| x + 0.04) {
            let slope = ((curve.value)(x + h) - (curve.value)(x - h)) / (2.0 * h);
            assert!(((curve.slope)(x) - slope).abs() < 1e-8, "{} {x}", curve.name);
            let curvature = ((curve.slope)(x + h) - (curve.slope)(x - h)) / (2.0 * h);
            assert!(((curve.curvature)(x) - curvature).abs() < 1e-8, "{}", curve.name);
        }
    }
}

/// Gradient descent with a small step from 41 starts: one value for convex curves that
/// have a minimizer and a bounded curvature; two for the two valleys.
#[test]
fn a_local_minimum_of_a_convex_function_is_global_and_of_another_need_not_be() {
    let ends = |curve: &Curve| -> Vec<f64> {
        let starts = (-20..=20).map(|i| f64::from(i) / 10.0 + 0.01);
        let end = |start| *follow(curve, start, 0.02, 2000).last().unwrap();
        starts.map(end).collect()
    };
    for end in ends(&TROUGH) {
        assert_eq!((TROUGH.value)(end), 0.0);
    }
    let ends = ends(&TWO_VALLEYS);
    let deepest = |side: f64| {
        let here = ends.iter().filter(|end| end.signum() == side);
        here.map(|&end| (TWO_VALLEYS.value)(end)).fold(f64::INFINITY, f64::min)
    };
    for &end in &ends {
        // Here both slopes have vanished to rounding: a local minimum.
        assert!((TWO_VALLEYS.slope)(end).abs() < 1e-12);
        assert!((TWO_VALLEYS.curvature)(end) > 0.0);
    }
    assert!(deepest(-1.0) < deepest(1.0) - 0.4);
    snapshot!(
        "objective__valleys",
        values([
            ("left", decimals(deepest(-1.0), 2)),
            ("right", decimals(deepest(1.0), 2)),
        ])
    );
}

// What convexity does not promise

/// With `u = e^x`, a step of size 1 makes `u` to `u e^{1/u} ≥ u + 1`: the value is at
/// most `1/(t + 1)` after `t` steps.
#[test]
fn a_convex_function_need_not_have_a_minimizer() {
    let points = follow(&EXPONENTIAL, 0.0, 1.0, 1000);
    for (t, pair) in (1..).zip(points.windows(2)) {
        let value = (EXPONENTIAL.value)(pair[1]);
        assert!(pair[1] > pair[0]);
        assert!(value > 0.0 && value <= (1.0 + 1e-12) / f64::from(t + 1));
    }
    let at = |t: usize| decimals(points[t], 2);
    snapshot!(
        "objective__exponential",
        values([("ten", at(10)), ("hundred", at(100)), ("thousand", at(1000))])
    );
}

/// The steps are 0.3 each; a few roundings of numbers below 1.
#[test]
fn a_fixed_step_size_cycles_around_the_minimum_of_a_kink() {
    let points = follow(&KINK, 1.0, 0.3, 1000);
    for (x, expected) in points.iter().zip([1.0, 0.7, 0.4, 0.1]) {
        assert!((x - expected).abs() < 1e-15);
    }
    for (t, x) in points.iter().enumerate().skip(3) {
        let expected = if t % 2 == 1 { 0.1 } else { -0.2 };
        assert!((x - expected).abs() < 1e-15, "{t}");
    }
    let first: Vec<_> = points[..8].iter().map(|&x| decimals(x, 1)).collect();
    snapshot!("objective__kink", values([("points", first.join(", "))]));
}

/// A step multiplies `x` by `1 − 4αx²`: it shrinks exactly if `x² < 1/(2α)`.
#[test]
fn on_the_quartic_every_fixed_step_size_diverges_from_far_enough_away() {
    for step_size in [0.6, 0.01, 1e-4] {
        let limit = (1.0 / (2.0_f64 * step_size)).sqrt();
        let inside = follow(&QUARTIC, 0.999 * limit, step_size, 10_000);
        assert_eq!(inside.len(), 10_001);
        assert!(inside[10_000].abs() < 0.1 * limit);
        let outside = follow(&QUARTIC, 1.001 * limit, step_size, 10_000);
        assert!(outside.len() < 10_000);
    }
    let points = follow(&QUARTIC, 1.0, 0.6, 5);
    // 1 − 2.4 and −1.4 + 2.4·1.4³.
    assert!((points[1] + 1.4).abs() < 1e-15 && (points[2] - 5.1856).abs() < 1e-14);
    let shown: Vec<_> = points[..5].iter().map(|&x| significant(x, 3)).collect();
    snapshot!("objective__quartic", values([("points", shown.join(", "))]));
}

/// In units in which start and step size are whole numbers, nothing is rounded.
#[test]
fn on_the_kink_descent_arrives_only_from_multiples_of_the_step_size() {
    for start in 1..=30_u32 {
        for step_size in 1..=40_u32 {
            let points = follow(&KINK, start.into(), step_size.into(), 100);
            let (whole, left) = ((start / step_size) as usize, start % step_size);
            let beyond =
                if left == 0 { 0.0 } else { f64::from(left) - f64::from(step_size) };
            for (t, &x) in points.iter().enumerate().skip(whole) {
                let here = if (t - whole) % 2 == 0 { f64::from(left) } else { beyond };
                assert_eq!(x, here, "step {t} from {start} with {step_size}");
            }
        }
    }
}

/// A step that crosses 0 ends within its own length of it. The next one that crosses is
/// one of the next two, because from the second step on these together are longer than
/// that: from the first crossing on, `|x|` is below the step size of the step before.
#[test]
fn on_the_kink_step_sizes_that_shrink_like_one_over_t_arrive() {
    for start in [0.3, 1.0, -4.7] {
        let mut x: f64 = start;
        let mut crossed = false;
        for t in 1..=10_000 {
            let next = x - (KINK.slope)(x) / f64::from(t);
            crossed |= x * next <= 0.0;
            assert!(!crossed || next.abs() <= 1.0 / f64::from((t - 1).max(1)));
            x = next;
        }
        assert!(crossed && x.abs() < 2e-4, "{start}: {x}");
    }
}

/// Ten roundings, each by half a unit in the last place of a number below 1 at most.
#[test]
fn in_floating_point_ten_steps_of_a_tenth_miss_the_kink() {
    let points = follow(&KINK, 1.0, 0.1, 1000);
    assert!(points[10] != 0.0 && points[10].abs() < 10.0 * f64::EPSILON / 2.0);
    assert!(points[10..].iter().all(|&x| x != 0.0));
    assert!(points[10..].windows(2).all(|pair| pair[0] * pair[1] < 0.0));
    // 16!, and a sign for each of 16 units.
    let copies = (1..=16).map(f64::from).product::<f64>() * 65_536.0;
    snapshot!(
        "objective__exercises",
        values([
            ("tenth", significant(points[10], 2)),
            ("copies", significant(copies, 2))
        ])
    );
}

#[test]
fn a_convex_function_can_have_many_minimizers_and_the_start_decides() {
    let end = |start| *follow(&TROUGH, start, 0.3, 50).last().unwrap();
    let (from_right, from_left) = (end(3.0), end(-2.0));
    assert!((from_right - 0.9).abs() < 1e-14 && (from_left + 0.8).abs() < 1e-14);
    assert_eq!([(TROUGH.value)(from_right), (TROUGH.value)(from_left)], [0.0, 0.0]);
    snapshot!(
        "objective__trough",
        values([
            ("from_right", decimals(from_right, 1)),
            ("from_left", decimals(from_left, 1)),
        ])
    );
}

/// `log cosh(x + 2y)`, whose curvature is at most `L = 5` and whose minimizers are the line
/// `x + 2y = 0`: with step sizes below `2/L` the distance to each of its points never
/// grows, up to rounding. With a step of `2/L` or more it need not get there.
#[test]
fn with_a_minimizer_bounded_curvature_and_a_step_size_below_the_limit_descent_gets_there()
 {
    let run = |share: f64, start: [f64; 2]| {
        let step = |&[x, y]: &[f64; 2]| {
            let slope = share * 2.0 / 5.0 * (x + 2.0 * y).tanh();
            Some([x - slope, y - 2.0 * slope])
        };
        std::iter::successors(Some(start), step).take(1000).collect::<Vec<_>>()
    };
    let starts = [[-20.0, 0.0], [0.5, 0.25], [3.0, -7.0]];
    let distance = |[x, y]: [f64; 2], along: f64| (x - 2.0 * along).hypot(y + along);
    for share in [0.05, 0.5, 0.95] {
        for start in starts {
            let points = run(share, start);
            for along in [-5.0, 0.0, 0.3, 8.0] {
                for pair in points.windows(2) {
                    assert!(
                        distance(pair[1], along) <= distance(pair[0], along) + 1e-13
                    );
                }
            }
            let [x, y] = points[999];
            assert!((x + 2.0 * y).abs() < 1e-12, "{share} {start:?}");
        }
    }
    for start in starts {
        let [x, y] = run(1.05, start)[999];
        assert!((x + 2.0 * y).abs() > 0.1);
    }
}

/// `e^{−x}` has no minimizer, `|x|` no derivative at 0, and the curvature of `x⁴` passes
/// every bound.
#[test]
fn each_of_the_first_three_examples_lacks_a_hypothesis_of_the_theorem() {
    assert!((-700..=700).all(|x| (EXPONENTIAL.slope)(x.into()) < 0.0));
    for h in [1.0, 1e-8, 1e-300] {
        let sides = [h, -h].map(|h| ((KINK.value)(h) - (KINK.value)(0.0)) / h);
        assert_eq!(sides, [1.0, -1.0]);
    }
    assert!([1.0, 1e3, 1e100].iter().all(|&bound| (QUARTIC.curvature)(bound) > bound));
}

// Saddles

/// `x² − y²` under gradient descent: `x` shrinks by `1 − 2α`, `y` grows by `1 + 2α`.
#[test]
fn on_a_saddle_descent_converges_to_it_only_from_the_ridge() {
    let run = |alpha: f64, mut x: f64, mut y: f64| {
        for _ in 0..200 {
            let next = (x - alpha * 2.0 * x, y + alpha * 2.0 * y);
            assert!((next.1 - (1.0 + 2.0 * alpha) * y).abs() <= 1e-15 * next.1.abs());
            (x, y) = next;
        }
        (x.abs(), y)
    };
    for alpha in [0.1, 0.3, 0.5, 0.9] {
        let (x, y) = run(alpha, 1.0, 0.0);
        assert!(x < 1e-19 && y == 0.0);
        let (x, y) = run(alpha, 1.0, 1e-9);
        assert!(x < 1e-19 && y > 1e6);
    }
    assert_eq!(run(1.0, 1.0, 0.0).0, 1.0);
    assert!(run(1.01, 1.0, 0.0).0 > 50.0);
}

#[test]
fn a_convex_function_has_no_saddle_because_it_lies_above_a_level_tangent() {
    for (curve, level) in [(QUARTIC, 1), (TROUGH, 13)] {
        assert_eq!(places().filter(|&a| (curve.slope)(a) == 0.0).count(), level);
        for a in places().filter(|&a| (curve.slope)(a) == 0.0) {
            assert!(places().all(|b| (curve.value)(b) >= (curve.value)(a)));
        }
    }
    assert_eq!((CUBIC.slope)(0.0), 0.0);
    assert!((CUBIC.value)(-0.1) < (CUBIC.value)(0.0));
}

// Networks

fn network(widths: &[usize], seed: u64) -> Network {
    let mut rng = generator(seed, Stream::Weights);
    Network::with_widths(widths, Activation::Relu, |fan_in, fan_out| {
        normal(fan_in, fan_out, 2.0 / fan_in as f64, &mut rng)
    })
}

fn batch() -> Batch {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/mnist");
    Digits::read(&folder, Split::Test).unwrap().sample(100, 4)
}

/// Fifty steps of gradient descent over the whole batch.
fn trained(widths: &[usize], seed: u64, batch: &Batch) -> Network {
    (0..50).fold(network(widths, seed), |network, _| {
        moved(&network, &loss_and_gradient(&network, batch).1, -0.3)
    })
}

fn shuffled(units: usize, seed: u64) -> Vec<usize> {
    let mut rng = support::rng(seed);
    let mut order: Vec<usize> = (0..units).collect();
    for i in (1..units).rev() {
        order.swap(i, rng.random_range(0..=i));
    }
    order
}

/// What rounding can do to the loss, per image. A sum of n products in any order is
/// within γ = n·2⁻⁵³ (1 + small) of the sum of their absolute values; errors of a layer
/// pass to the next through `|W|`; the cross-entropy changes by at most twice the
/// largest error of a logit, and rounds a few times itself.
fn rounding_bound(network: &Network, batch: &Batch) -> f64 {
    let activations = network.forward(batch.images.clone());
    let mut error = batch.images.map(|_| 0.0);
    for (layer, z) in network.layers().iter().zip(&activations) {
        let weight = layer.linear.weight.abs();
        let size =
            Linear::new(weight.clone(), layer.linear.bias.abs()).forward(&z.abs());
        let gamma = (layer.linear.fan_in() + 2) as f64 * f64::EPSILON;
        error = error * weight + gamma * size;
    }
    let largest_logit = activations[network.layers().len()].amax();
    // Both losses are off by this much at most, hence twice; 20 roundings of the rest.
    2.0 * (2.0 * error.amax() + 20.0 * f64::EPSILON * (1.0 + largest_logit))
}

#[test]
fn permuting_hidden_units_changes_the_loss_by_no_more_than_rounding() {
    let batch = batch();
    let network = trained(&[784, 12, 8, 10], 1, &batch);
    let bound = rounding_bound(&network, &batch);
    assert!(bound < 1e-9, "{bound}");
    for seed in 0..20 {
        let other = permuted(&network, 0, &shuffled(12, seed));
        let other = permuted(&other, 1, &shuffled(8, 100 + seed));
        assert_ne!(other, network);
        assert!((loss(&other, &batch) - loss(&network, &batch)).abs() <= bound);
    }
}

/// With whole numbers every order of a sum gives the same bits.
#[test]
fn in_exact_arithmetic_permuting_hidden_units_changes_nothing() {
    let mut rng = support::rng(9);
    let layers = [(5, 7), (7, 3)].map(|(fan_in, fan_out)| {
        let mut whole = |_, _| f64::from(rng.random_range(-5..=5));
        let weight = DMatrix::from_fn(fan_in, fan_out, &mut whole);
        let bias = DMatrix::from_fn(1, fan_out, whole).row(0).into_owned();
        Layer { linear: Linear::new(weight, bias), activation: Activation::Relu }
    });
    let network = Network::new(layers.to_vec());
    let input = DMatrix::from_fn(4, 5, |i, j| i as f64 - j as f64);
    for seed in 0..20 {
        let other = permuted(&network, 0, &shuffled(7, seed));
        assert_eq!(other.forward(input.clone())[2], network.forward(input.clone())[2]);
    }
}

#[test]
#[should_panic(expected = "the order [0, 0, 1] does not name each of 3 units once")]
fn an_order_that_is_no_permutation_is_refused() {
    permuted(&network(&[2, 3, 2], 1), 0, &[0, 0, 1]);
}

/// Two inputs, three hidden units no two of which are alike up to the sign, two outputs.
fn three_units(activation: Activation) -> Network {
    let row = RowDVector::from_row_slice;
    let first =
        Linear::new(dmatrix![0.3, -1.2, 0.7; 0.9, 0.4, -0.2], row(&[0.1, -0.6, 0.5]));
    let second =
        Linear::new(dmatrix![1.5, -0.8; 0.25, 0.6; -1.1, 2.0], row(&[0.3, -0.7]));
    Network::new(vec![
        Layer { linear: first, activation },
        Layer { linear: second, activation: Activation::Identity },
    ])
}

/// The network with the unit turned around: the signs of all weights and the bias at it.
fn turned_around(network: &Network, unit: usize) -> Network {
    let mut layers = network.layers().to_vec();
    layers[0].linear.weight.column_mut(unit).neg_mut();
    layers[0].linear.bias[unit] *= -1.0;
    layers[1].linear.weight.row_mut(unit).neg_mut();
    Network::new(layers)
}

/// All orders of three units with all their signs; a sum of three products and a bias may
/// round differently in another order.
#[test]
fn with_an_odd_activation_every_unit_can_change_its_sign_as_well() {
    let network = three_units(Activation::Tanh);
    let input = dmatrix![0.5, -1.0; 2.0, 0.3; -0.7, -0.4; 0.0, 1.1];
    let output = network.forward(input.clone())[2].clone();
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    let mut copies = Vec::new();
    for order in orders {
        for signs in 0..8 {
            let units = (0..3).filter(|unit| signs >> unit & 1 == 1);
            let copy = units.fold(permuted(&network, 0, &order), |copy, unit| {
                turned_around(&copy, unit)
            });
            let difference = &copy.forward(input.clone())[2] - &output;
            assert!(difference.amax() < 20.0 * f64::EPSILON);
            assert!(!copies.contains(&copy));
            copies.push(copy);
        }
    }
    assert_eq!(copies.len(), 8 * 6);
    // ReLU is not odd.
    let relu = three_units(Activation::Relu);
    let turned = turned_around(&relu, 0).forward(input.clone());
    assert!((&turned[2] - &relu.forward(input)[2]).amax() > 0.1);
}

/// Four terms below 3, each with a few roundings.
#[test]
fn with_the_sigmoid_the_next_bias_makes_up_for_the_sign() {
    let network = three_units(Activation::Sigmoid);
    let input = dmatrix![0.5, -1.0; 2.0, 0.3; -0.7, -0.4; 0.0, 1.1];
    let output = network.forward(input.clone())[2].clone();
    for unit in 0..3 {
        let turned = turned_around(&network, unit);
        assert!((&turned.forward(input.clone())[2] - &output).amax() > 0.1);
        let out = network.layers()[1].linear.weight.row(unit).into_owned();
        let mut layers = turned.layers().to_vec();
        layers[1].linear.bias += out;
        let copy = Network::new(layers);
        let difference = &copy.forward(input.clone())[2] - &output;
        assert!(difference.amax() < 40.0 * f64::EPSILON);
    }
}

/// The two ends have the same loss, so that any convex function would have no more in
/// between. Of sixty networks the one with the smallest hill has 0.5 between them, and the
/// median 0.76. The figure shows the same network.
#[test]
fn halfway_between_a_trained_network_and_its_permutation_the_loss_is_higher() {
    let batch = batch();
    let network = trained(&[784, 16, 10], 1, &batch);
    let order: Vec<usize> = (0..16).map(|unit| (unit + 1) % 16).collect();
    let other = permuted(&network, 0, &order);
    // No two units are alike, so every order is another point.
    let hidden = &network.layers()[0].linear.weight;
    assert!((0..16).all(|i| (0..i).all(|j| hidden.column(i) != hidden.column(j))));
    let to_other = other.parameters() - network.parameters();
    let at = |share: f64| loss(&moved(&network, &to_other, share), &batch);
    assert!(above_chord(at, 0.0, 1.0, 0.5) > 0.1);
    snapshot!(
        "objective__halfway",
        values([
            ("ends", decimals(at(0.0), 2)),
            ("middle", decimals(at(0.5), 2)),
            ("orders", significant((1..=16).map(f64::from).product(), 2)),
        ])
    );
}

/// `½ (w₁w₂ − 1)²`, the smallest network there is. Second differences over ±h of a
/// polynomial of degree four are wrong by `h²` times a fourth derivative of at most 4,
/// and by a few roundings over `h²`: 10⁻⁶ and 10⁻⁹ for h = 10⁻³.
#[test]
fn the_loss_of_two_weights_in_a_row_is_not_convex() {
    let loss = |w1: f64, w2: f64| 0.5 * (w1 * w2 - 1.0).powi(2);
    assert_eq!([loss(1.0, 1.0), loss(-1.0, -1.0), loss(0.0, 0.0)], [0.0, 0.0, 0.5]);
    assert_eq!(above_chord(|w| loss(w, w), -1.0, 1.0, 0.5), 0.5);
    assert!(loss(0.1, 0.1) < 0.5 && loss(0.1, -0.1) > 0.5);
    let h = 1e-3;
    assert_eq!(
        [loss(h, 0.0) - loss(-h, 0.0), loss(0.0, h) - loss(0.0, -h)],
        [0.0, 0.0]
    );
    let along =
        |x: f64, y: f64| (loss(x, y) - 2.0 * loss(0.0, 0.0) + loss(-x, -y)) / (h * h);
    let (first, second) = (along(h, 0.0), along(0.0, h));
    let mixed = (along(h, h) - first - second) / 2.0;
    let eigenvalues = dmatrix![first, mixed; mixed, second].symmetric_eigenvalues();
    assert!((eigenvalues.min() + 1.0).abs() < 1e-5);
    assert!((eigenvalues.max() - 1.0).abs() < 1e-5);
}

#[test]
fn the_flat_point_of_a_cubic_is_reached_from_one_side_and_left_on_the_other() {
    // A step from x goes to x − 3αx²: with α = 0.1 the distance x falls like 1/(0.3 t).
    let right = follow(&CUBIC, 0.5, 0.1, 10_000);
    assert!(right.windows(2).all(|pair| 0.0 < pair[1] && pair[1] < pair[0]));
    assert!(right[10_000] < 1.0 / (0.3 * 10_000.0));
    let left = follow(&CUBIC, -0.01, 0.1, 400);
    assert!(*left.last().unwrap() < -1.0);
}

/// Second differences with h = 10⁻³ are wrong by h²/12 times a fourth derivative, which is
/// below 2⁴ for entries of the direction between −1 and 1, and by 10⁻¹⁵/h² from rounding.
#[test]
fn the_second_derivative_of_log_sum_exp_is_the_variance_of_the_directions_entries() {
    let mut rng = support::rng(5);
    let variance = |logits: &[f64], direction: &[f64]| {
        let p = softmax(&DMatrix::from_row_slice(1, logits.len(), logits));
        let mean: f64 = p.iter().zip(direction).map(|(p, d)| p * d).sum();
        p.iter().zip(direction).map(|(p, d)| p * (d - mean).powi(2)).sum::<f64>()
    };
    for _ in 0..100 {
        let logits: Vec<f64> = (0..5).map(|_| rng.random_range(-3.0..3.0)).collect();
        let direction: Vec<f64> = (0..5).map(|_| rng.random_range(-1.0..1.0)).collect();
        let at = |share: f64| {
            let moved = logits.iter().zip(&direction).map(|(z, d)| z + share * d);
            log_sum_exp(&moved.collect::<Vec<_>>())
        };
        let h = 1e-3;
        let second = (at(h) - 2.0 * at(0.0) + at(-h)) / (h * h);
        assert!((second - variance(&logits, &direction)).abs() < 1e-5);
    }
    let example = variance(&[0.0, 0.0], &[1.0, -1.0]);
    assert_eq!(example, 1.0);
    assert!(variance(&[3.0, -1.0, 0.5], &[2.0, 2.0, 2.0]).abs() < 1e-15);
}

/// Chords between random one-layer classifiers; losses below 100, rounding as before.
#[test]
fn the_loss_of_a_single_layer_is_convex() {
    let batch = batch();
    for seed in 0..20 {
        let (a, b) = (network(&[784, 10], seed), network(&[784, 10], 100 + seed));
        let direction = b.parameters() - a.parameters();
        let at = |share: f64| loss(&moved(&a, &direction, share), &batch);
        for share in [0.25, 0.5, 0.75] {
            assert!(above_chord(at, 0.0, 1.0, share) < 1e-11);
        }
    }
}

/// A network whose first layer is 4 times as large and whose second is a quarter: the
/// same function. Both factors are powers of two, so that all is exact.
#[test]
fn normalized_slices_of_two_networks_that_are_one_function_agree_bit_for_bit() {
    let batch = batch();
    let network = trained(&[784, 16, 10], 1, &batch);
    let mut layers = network.layers().to_vec();
    layers[0].linear.weight *= 4.0;
    layers[0].linear.bias *= 4.0;
    layers[1].linear.weight *= 0.25;
    let other = Network::new(layers);
    assert_eq!(loss(&other, &batch), loss(&network, &batch));
    let slice = |network: &Network, direction: &DVector<f64>| {
        [0.1, 0.5, 1.0]
            .map(|distance| loss(&moved(network, direction, distance), &batch))
    };
    let own = normalized_direction(&network, 3);
    assert_eq!(slice(&other, &normalized_direction(&other, 3)), slice(&network, &own));
    assert_ne!(slice(&other, &own), slice(&network, &own));
    // A factor for every other unit only: the same function, and another picture.
    let mut layers = network.layers().to_vec();
    for unit in (0..16).step_by(2) {
        layers[0].linear.weight.column_mut(unit).scale_mut(4.0);
        layers[0].linear.bias[unit] *= 4.0;
        layers[1].linear.weight.row_mut(unit).scale_mut(0.25);
    }
    let uneven = Network::new(layers);
    assert_eq!(loss(&uneven, &batch), loss(&network, &batch));
    let pictures = [&uneven, &network].map(|n| slice(n, &normalized_direction(n, 3)));
    let apart = |(a, b): (f64, f64)| (a - b).abs() > 1e-6;
    assert!(std::iter::zip(pictures[0], pictures[1]).any(apart));
}

#[test]
fn a_normalized_direction_has_the_norm_of_each_units_weights() {
    let mut rng = support::rng(2);
    let network = Network::with_widths(&[784, 16, 10], Activation::Relu, |i, o| {
        pytorch_default(i, o, &mut rng)
    });
    assert!(network.layers().iter().all(|layer| layer.linear.bias.amax() > 0.0));
    let direction = normalized_direction(&network, 3);
    let direction = network.with_parameters(&direction);
    for (along, layer) in direction.layers().iter().zip(network.layers()) {
        let norms = |weight: &DMatrix<f64>| {
            let norms = weight.column_iter().map(|unit| unit.norm());
            DVector::from_iterator(weight.ncols(), norms)
        };
        let own = norms(&layer.linear.weight);
        // A norm of 784 numbers and one division: far below 784·2⁻⁵³.
        assert!((norms(&along.linear.weight) - &own).amax() < 1e-13 * own.amax());
        assert_eq!(along.linear.bias, layer.linear.bias.map(|_| 0.0));
    }
}

/// The directional derivative against a centred difference, with tanh, which has no kinks;
/// rounding is 10⁻¹⁵/10⁻⁶.
#[test]
fn the_gradient_of_the_loss_is_its_slope_along_a_direction() {
    let batch = batch();
    let mut rng = support::rng(2);
    let network = Network::with_widths(&[784, 16, 10], Activation::Tanh, |i, o| {
        pytorch_default(i, o, &mut rng)
    });
    let direction = normalized_direction(&network, 3);
    let slope = loss_and_gradient(&network, &batch).1.dot(&direction);
    let at = |distance| loss(&moved(&network, &direction, distance), &batch);
    let difference = (at(1e-6) - at(-1e-6)) / 2e-6;
    assert!((slope - difference).abs() < 1e-7, "{slope} {difference}");
}
