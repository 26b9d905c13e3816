//! What the chapter on checking a gradient says.

mod support;

use descent::backpropagation::{
    Neuron, backward, cross_entropy_gradient, loss_and_gradient,
    squared_error_and_gradient,
};
use descent::dead_relu::normal_cdf;
use descent::gradient_check::{
    centred_difference, difference_errors, forward_difference, numerical_gradient,
    relative_difference, smooth_derivative, smooth_loss,
};
use descent::initialization::normal;
use descent::linear_layer::Linear;
use descent::network::{Activation, Batch, Layer, Network, small_example};
use nalgebra::{DMatrix, DVector, RowDVector, dmatrix, dvector};
use rand::RngExt;
use support::networks::{
    LABELS, STEP, TOLERANCE, batch, network_and_input, random_network_and_input,
    small_targets, steps_to_a_kink,
};
use support::statistics::median;
use support::{decimals, grouped, list, significant, table, values};

const UNIT_ROUNDOFF: f64 = f64::EPSILON / 2.0;

/// `1-1-1` with ReLU units and weights 100 and 0.01: what goes into the second unit is
/// 5·10⁻⁴, and 100 goes into its weight.
#[test]
fn a_step_in_a_weight_moves_its_unit_by_the_step_times_what_goes_in() {
    let unit = |weight: f64, bias: f64| Layer {
        linear: Linear::new(dmatrix![weight], RowDVector::from_row_slice(&[bias])),
        activation: Activation::Relu,
    };
    let network = |w2: f64| Network::new(vec![unit(100.0, 0.0), unit(w2, -0.9995)]);
    let output = |w2: f64| network(w2).forward(dmatrix![1.0])[2][0];
    // The right gradient is 100, and the difference sees the kink.
    let gradient = {
        let activations = network(0.01).forward(dmatrix![1.0]);
        let last = backward(&network(0.01), &activations, dmatrix![1.0]).next();
        last.expect("a layer").parameters.weight[0]
    };
    assert_eq!(gradient, 100.0);
    let difference = centred_difference(output, 0.01, STEP);
    assert!((difference - 75.0).abs() < 1e-6);
    // The smallest |a| is ten times what a step in the first layer can do to it, and what
    // a step in the bias can do, but not what a step in this weight does.
    let a = output(0.01);
    let old_rule = (10.0 * STEP).max(10.0 * STEP * 0.01);
    assert!(a > old_rule && a < STEP * 100.0);
    assert!(steps_to_a_kink(&network(0.01), &dmatrix![1.0]) < 1.0);
    // Ten times farther away the check passes.
    let far = centred_difference(output, 0.02, STEP);
    assert!(steps_to_a_kink(&network(0.02), &dmatrix![1.0]) > 10.0);
    assert!((far - 100.0).abs() < 1e-6);
}

/// A backward pass of its own, with a place for each mistake.
fn with_mistake(
    network: &Network,
    batch: &Batch,
    gate: impl Fn(f64) -> f64,
    loss_gradient: impl Fn(DMatrix<f64>) -> DMatrix<f64>,
    bias_factor: f64,
) -> DVector<f64> {
    let activations = network.forward(batch.images.clone());
    let last = activations.len() - 1;
    let mut dz =
        loss_gradient(cross_entropy_gradient(&activations[last], &batch.labels));
    let mut linears = Vec::new();
    for (i, layer) in network.layers().iter().enumerate().rev() {
        let da = match layer.activation {
            Activation::Relu => dz.zip_map(&activations[i + 1], |dz, z| dz * gate(z)),
            _ => dz,
        };
        let mut parameters = layer.linear.parameter_gradient(&activations[i], &da);
        parameters.bias *= bias_factor;
        dz = layer.linear.input_gradient(&da);
        let activation = layer.activation;
        linears.insert(0, Layer { linear: parameters, activation });
    }
    Network::new(linears).parameters()
}

#[test]
fn a_gradient_check_tells_a_right_gradient_from_wrong_ones() {
    let (network, input) = network_and_input(Activation::Relu);
    let batch = batch(input);
    let mean_loss = |theta: &DVector<f64>| {
        loss_and_gradient(&network.with_parameters(theta), &batch).0
    };
    let numerical = numerical_gradient(mean_loss, &network.parameters(), STEP);
    let error = |gradient: &DVector<f64>| relative_difference(gradient, &numerical);
    let on = |z: f64| f64::from(z > 0.0);
    let same = |dz: DMatrix<f64>| dz;
    // 83 entries, each wrong by less than TOLERANCE.
    let (_, right) = loss_and_gradient(&network, &batch);
    assert!(error(&right) < 83.0_f64.sqrt() * TOLERANCE / right.norm());
    assert_eq!(with_mistake(&network, &batch, on, same, 1.0), right);
    let mistakes = [
        (
            "gate reversed: 1 where the unit is off",
            with_mistake(&network, &batch, |z| 1.0 - on(z), same, 1.0),
        ),
        ("no gate", with_mistake(&network, &batch, |_| 1.0, same, 1.0)),
        (
            "sum over the batch in place of the mean",
            with_mistake(&network, &batch, on, |dz| dz * 5.0, 1.0),
        ),
        ("bias gradient as a mean", with_mistake(&network, &batch, on, same, 0.2)),
        (
            "labels shifted by one class",
            loss_and_gradient(
                &network,
                &Batch::new(
                    batch.images.clone(),
                    LABELS.map(|label| (label + 1) % 3).to_vec(),
                ),
            )
            .1,
        ),
    ];
    let no_gate = &mistakes[1].1;
    let last = network.layers()[2].parameter_count();
    assert_eq!(no_gate.rows(83 - last, last), right.rows(83 - last, last));
    let rows = mistakes.map(|(name, gradient)| {
        assert!(error(&gradient) > 0.01, "{name}");
        [name.to_owned(), decimals(error(&gradient), 2)]
    });
    let first = ["none".to_owned(), "below 10⁻⁷".to_owned()];
    assert!(error(&right) < 1e-7);
    snapshot!(
        "gradient_check__mistakes",
        table(["mistake", "relative difference"], [first].into_iter().chain(rows))
    );
}

fn cosine(a: &DVector<f64>, b: &DVector<f64>) -> f64 {
    a.dot(b) / (a.norm() * b.norm())
}

/// The gradients with the gates and without them, as one column each.
fn with_and_without_gates(network: &Network, batch: &Batch) -> [DVector<f64>; 2] {
    let same = |dz: DMatrix<f64>| dz;
    let on = |z: f64| f64::from(z > 0.0);
    [
        with_mistake(network, batch, on, same, 1.0),
        with_mistake(network, batch, |_| 1.0, same, 1.0),
    ]
}

/// Of 5000 draws, 4.3 in a hundred were below ½. If that is so, the count of 1000 passes
/// one hundred with a probability below 10⁻¹².
#[test]
fn without_gates_most_gradients_of_the_small_network_still_point_in_the_right_direction()
 {
    let cosines: Vec<f64> = (0..1000)
        .map(|seed| {
            let (network, input) = random_network_and_input(Activation::Relu, seed);
            let [right, wrong] = with_and_without_gates(&network, &batch(input));
            cosine(&right, &wrong)
        })
        .collect();
    let small = cosines.iter().filter(|&&cosine| cosine <= 0.5).count();
    assert!(small < 100, "{small}");
    let astray = median_cosines_behind_hidden_layers();
    snapshot!(
        "gradient_check__gates",
        values([
            ("networks", cosines.len().to_string()),
            ("whole", decimals(median(&cosines), 2)),
            ("astray", list(&astray, 2)),
        ])
    );
}

/// The cosine of the first layer's weight gradients with and without gates, behind 1, 2, 4
/// and 8 hidden layers: the median of 200 networks with the variance 2/n.
fn median_cosines_behind_hidden_layers() -> [f64; 4] {
    [1, 2, 4, 8].map(|hidden| {
        let cosines = (0..200).map(|seed| {
            let mut rng = support::rng(1000 * hidden as u64 + seed);
            let mut widths = vec![30; hidden + 1];
            widths.push(3);
            let network = Network::with_widths(&widths, Activation::Relu, |n, m| {
                normal(n, m, 2.0 / n as f64, &mut rng)
            });
            let input = DMatrix::from_fn(5, 30, |_, _| rng.random_range(-1.0..1.0));
            let gradients = with_and_without_gates(&network, &batch(input));
            let [right, wrong] =
                gradients.map(|gradient| gradient.rows(0, 900).into_owned());
            cosine(&right, &wrong)
        });
        median(&cosines.collect::<Vec<_>>())
    })
}

/// One cosine strays by 0.15 around its median, whatever the depth, and the median of 200
/// by 0.015: these differ by more than ten times as much.
#[test]
fn without_gates_the_first_gradient_goes_astray_with_the_number_of_layers() {
    let medians = median_cosines_behind_hidden_layers();
    assert!(medians[0] < 0.85);
    assert!(medians.windows(2).all(|pair| pair[0] - pair[1] > 0.08), "{medians:?}");
}

#[test]
fn differences_need_two_forward_passes_for_each_parameter() {
    let (network, input) = network_and_input(Activation::Relu);
    let batch = batch(input);
    let passes = std::cell::Cell::new(0);
    let mean_loss = |theta: &DVector<f64>| {
        passes.set(passes.get() + 1);
        loss_and_gradient(&network.with_parameters(theta), &batch).0
    };
    numerical_gradient(mean_loss, &network.parameters(), STEP);
    assert_eq!(passes.get(), 2 * network.parameter_count());
    let mnist = Network::with_widths(&[784, 100, 10], Activation::Relu, |i, o| {
        Linear::new(DMatrix::zeros(i, o), RowDVector::zeros(o))
    });
    snapshot!(
        "gradient_check__cost",
        values([("passes", grouped(2 * mnist.parameter_count()))])
    );
}

/// With `a = 3w − 1` between 1.8 and 2.2, `|f″| < 1.05` and `|f‴| < 4.1`. Rounding:
/// `w ± h` moves by at most one unit roundoff `u`, `a` by 4u, and the fraction's five
/// operations by 4u of a value below 0.42; with `f' < 0.3` and `df/da < 0.1` each `f` is
/// wrong by less than 2.5u. The quotient and the derivative add 4u.
#[test]
fn the_error_of_a_difference_is_bounded_by_truncation_plus_rounding() {
    const U: f64 = UNIT_ROUNDOFF;
    for k in 6..=48 {
        let h = 0.5_f64.powi(k);
        for i in 0..100 {
            let w = 0.95 + f64::from(i) / 997.0;
            let exact = smooth_derivative(w);
            let forward = (forward_difference(smooth_loss, w, h) - exact).abs();
            let centred = (centred_difference(smooth_loss, w, h) - exact).abs();
            assert!(forward < 1.05 / 2.0 * h + 5.0 * U / h + 4.0 * U, "{k} {w}");
            assert!(centred < 4.1 / 6.0 * h * h + 2.5 * U / h + 4.0 * U, "{k} {w}");
        }
    }
}

/// The next terms of the two errors are smaller by a factor of order `h`, less than one
/// percent here, and so is rounding.
#[test]
fn half_the_step_halves_the_forward_error_and_quarters_the_centred_one() {
    let h = 0.5_f64.powi(10);
    let [forward, centred] = difference_errors(h);
    let [forward_half, centred_half] = difference_errors(h / 2.0);
    assert!((forward / forward_half - 2.0).abs() < 0.02);
    assert!((centred / centred_half - 4.0).abs() < 0.04);
}

/// The slopes are `3 + 3h + h²` and `3 + h²`. Values below 2 are rounded a few times, and
/// divided by steps of 0.025 and more.
#[test]
fn on_a_cube_the_errors_shrink_with_the_step_and_with_its_square() {
    let cube = |theta: f64| theta.powi(3);
    let rows = [0.1, 0.05, 0.025].map(|h| {
        let forward = forward_difference(cube, 1.0, h);
        let centred = centred_difference(cube, 1.0, h);
        assert!((forward - (3.0 + 3.0 * h + h * h)).abs() < 1e-13);
        assert!((centred - (3.0 + h * h)).abs() < 1e-13);
        [h.to_string(), decimals(forward, 6), decimals(centred, 6)]
    });
    let header = ["step $h$", "forward", "centred"];
    snapshot!("gradient_check__cube", table(header, rows));
}

/// `f`, `|f″|` and `|f‴|` of the smooth loss at `w = 1`, where `a = 2`: by the chain rule
/// `f″ = 9 (1 − 3a²)/(1 + a²)³` and `f‴ = 324 a (a² − 1)/(1 + a²)⁴`.
fn sizes() -> [f64; 3] {
    let sizes = [smooth_loss(1.0), 99.0 / 125.0, 1944.0 / 625.0];
    let second = centred_difference(smooth_derivative, 1.0, 1e-4);
    let third = (smooth_derivative(1.0 + 1e-3) - 2.0 * smooth_derivative(1.0)
        + smooth_derivative(1.0 - 1e-3))
        / 1e-6;
    // Next terms of order h² and roundings of order 1e-16 / h and 1e-16 / h².
    assert!((second + sizes[1]).abs() < 1e-5 && (third - sizes[2]).abs() < 1e-3);
    sizes
}

/// What the two errors come to, and the step with which that is least.
fn balance() -> [(impl Fn(f64) -> f64, f64); 2] {
    let [value, second, third] = sizes();
    let rounding = move |h: f64| f64::EPSILON * value / h;
    let error =
        move |order: i32, size: f64| move |h: f64| h.powi(order) * size + rounding(h);
    [
        (error(1, second / 2.0), (2.0 * f64::EPSILON * value / second).sqrt()),
        (error(2, third / 6.0), (3.0 * f64::EPSILON * value / third).cbrt()),
    ]
}

/// A minimum, and the only one: both sides rise.
#[test]
fn taylors_error_and_the_rounding_together_are_least_at_the_root_and_at_the_cube_root()
{
    for (error, best) in balance() {
        let factors = (1..200).map(|k| 1.1_f64.powi(k));
        let ups: Vec<_> = factors.clone().map(|factor| error(best * factor)).collect();
        let downs: Vec<_> = factors.map(|factor| error(best / factor)).collect();
        for side in [ups, downs] {
            assert!(error(best) < side[0]);
            assert!(side.windows(2).all(|pair| pair[0] < pair[1]));
        }
    }
}

/// The bound of the errors is least at √(9.5u) = 3e-8 and at ∛(1.8u) = 6e-6; a bound
/// says where its own minimum is, and the errors' within a factor of ten.
#[test]
fn the_best_step_found_is_near_the_one_that_balances_both_errors() {
    let best = |which: usize| {
        let steps = (1..=51).map(|k| 0.5_f64.powi(k));
        let errors = steps.map(|h| (h, difference_errors(h)[which]));
        errors.min_by(|a, b| a.1.total_cmp(&b.1)).expect("a step")
    };
    let [(forward, forward_error), (centred, centred_error)] = [best(0), best(1)];
    let [(_, root), (_, cube_root)] = balance();
    assert!((0.1..10.0).contains(&(forward / root)));
    assert!((0.1..10.0).contains(&(centred / cube_root)));
    assert!(centred_error < forward_error / 100.0);
    let [_, tiny] = difference_errors(1e-14);
    snapshot!(
        "gradient_check__steps",
        values([
            ("root", significant(root, 2)),
            ("cube_root", significant(cube_root, 2)),
            ("forward", significant(forward, 2)),
            ("forward_error", significant(forward_error, 1)),
            ("centred", significant(centred, 2)),
            ("centred_error", significant(centred_error, 1)),
            ("tiny_percent", decimals(100.0 * tiny, 1)),
        ])
    );
}

/// Of a normal direction `d`, the error sees `‖error‖` times a standard normal number: 7.97
/// in a hundred are below a tenth. In 100 000 draws the share strays by 0.0009, and by five
/// times as much once in two million seeds.
#[test]
fn along_a_random_direction_two_passes_see_an_error_anywhere_in_the_gradient() {
    let (network, input) = network_and_input(Activation::Tanh);
    let batch = batch(input);
    let (_, right) = loss_and_gradient(&network, &batch);
    let mut rng = support::rng(21);
    // A layer without biases, whose columns are the directions.
    let mut directions = |count| normal(right.len(), count, 1.0, &mut rng);
    // One direction for all parameters: two passes. Third derivatives along it are of the
    // order of ‖d‖³ < 2000.
    let passes = std::cell::Cell::new(0);
    let d = directions(1).weight.column(0).into_owned();
    let along = |share: f64| {
        passes.set(passes.get() + 1);
        let moved = network.parameters() + share * &d;
        loss_and_gradient(&network.with_parameters(&moved), &batch).0
    };
    let slope = centred_difference(along, 0.0, STEP);
    assert_eq!(passes.get(), 2);
    assert!((slope - right.dot(&d)).abs() < 1e-6);
    // A mistake in a single entry, and one in all of them.
    let mut one = DVector::zeros(right.len());
    one[17] = 0.5;
    for error in [one, -2.0 * &right] {
        let (wrong, size) = (&right + &error, error.norm());
        let gradients = DMatrix::from_columns(&[wrong, right.clone()]).transpose();
        let small_in = |directions: Linear| {
            let slopes = directions.forward(&gradients);
            let seen = slopes.column_iter().map(|two| (two[0] - two[1]).abs());
            seen.filter(|seen| seen / size < 0.1).count()
        };
        let small: usize = (0..100).map(|_| small_in(directions(1000))).sum();
        assert!((small as f64 / 1e5 - 0.0797).abs() < 0.0045, "{small}");
    }
    snapshot!(
        "gradient_check__direction",
        values([("percent", decimals(100.0 * (2.0 * normal_cdf(0.1) - 1.0), 0))])
    );
}

/// `(a + h) / 2h` between −h and h: with these numbers nothing is rounded.
#[test]
fn across_a_kink_the_centred_difference_mixes_both_sides() {
    let relu = |a: f64| a.max(0.0);
    let h = 0.25;
    for (a, expected) in
        [(-0.25, 0.0), (-0.125, 0.25), (0.0, 0.5), (0.125, 0.75), (0.25, 1.0)]
    {
        assert_eq!(centred_difference(relu, a, h), expected);
    }
    // A right gradient that fails the check, because a = 1/16 is closer to 0 than x h.
    let neuron = |w| Neuron { w, b: 0.0625 - 3.0 };
    let (right, _) = neuron(1.0).gradient(3.0, 1.0);
    let numerical = centred_difference(|w| neuron(w).loss(3.0, 1.0), 1.0, h);
    let closer = centred_difference(|w| neuron(w).loss(3.0, 1.0), 1.0, 0.015625);
    assert_eq!(closer, right);
    assert!((numerical / right - 1.0).abs() > 0.1);
}

/// At `a = 0` the difference to the right says 1, the one to the left 0, and the centred
/// one is between them at every step.
#[test]
fn at_the_kink_no_step_is_small_enough() {
    let relu = |a: f64| a.max(0.0);
    for k in 0..1000 {
        let h = 0.5_f64.powi(k);
        assert_eq!(forward_difference(relu, 0.0, h), 1.0);
        assert_eq!(forward_difference(relu, 0.0, -h), 0.0);
        assert_eq!(centred_difference(relu, 0.0, h), 0.5);
    }
}

// Exercises

/// What `relative_difference` says of the small network's gradient and a multiple of it.
fn reading() -> impl Fn(f64) -> f64 {
    let (input, network) = small_example();
    let (_, gradient) = squared_error_and_gradient(&network, input, &small_targets());
    move |factor| relative_difference(&(factor * &gradient), &gradient)
}

/// Thirds are rounded, once in the start and once in each product and sum behind it.
#[test]
fn with_the_mean_over_three_rows_the_backward_pass_is_a_third() {
    let (input, network) = small_example();
    let (mean_loss, _) =
        squared_error_and_gradient(&network, input.clone(), &small_targets());
    let activations = network.forward(input);
    let error = &activations[2] - small_targets();
    let third = &error / 3.0;
    assert!((0.5 * error.norm_squared() - 3.0 * mean_loss).abs() < 40.0 * f64::EPSILON);
    let sums = backward(&network, &activations, error);
    let means = backward(&network, &activations, third);
    for (sum, mean) in sums.zip(means) {
        let equal = |sum: &DMatrix<f64>, mean: &DMatrix<f64>| {
            (sum - 3.0 * mean).amax() < 40.0 * f64::EPSILON
        };
        assert!(equal(&sum.output, &mean.output));
        assert!(equal(&sum.parameters.weight, &mean.parameters.weight));
        let bias = 3.0 * &mean.parameters.bias;
        assert!((&sum.parameters.bias - bias).amax() < 40.0 * f64::EPSILON);
    }
}

/// `‖ζg − g‖ / (‖ζg‖ + ‖g‖) = (ζ − 1)/(ζ + 1)` for `ζ ≥ 1`, up to a few roundings.
#[test]
fn a_check_of_two_gradients_of_one_direction_tells_the_factor_between_them() {
    let check = reading();
    for factor in [1.0, 2.0, 3.0, 4.0, 5.0, 256.0] {
        let expected = (factor - 1.0) / (factor + 1.0);
        assert!((check(factor) - expected).abs() < 8.0 * f64::EPSILON);
        assert!((check(1.0 / factor) - expected).abs() < 8.0 * f64::EPSILON);
    }
    for factor in [-1.0, 0.0] {
        assert!((check(factor) - 1.0).abs() < 8.0 * f64::EPSILON);
    }
    snapshot!(
        "gradient_check__exercises",
        values([
            ("three_rows", decimals(check(3.0), 1)),
            ("five_rows", decimals(check(5.0), 2)),
            ("four_rows", decimals(check(4.0), 1)),
            ("twice", decimals(check(2.0), 2)),
        ])
    );
    // The same value without the same direction.
    let (a, b) = (dvector![0.8, 0.6], dvector![0.8, -0.6]);
    assert!((relative_difference(&a, &b) - check(4.0)).abs() < 8.0 * f64::EPSILON);
}

// Refusals

#[test]
#[should_panic(expected = "gradients of shapes (2, 1) and (3, 1) cannot be compared")]
fn gradients_of_two_lengths_are_not_compared() {
    relative_difference(&DVector::zeros(2), &DVector::zeros(3));
}
