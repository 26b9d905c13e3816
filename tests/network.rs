//! What the chapter on fully connected networks says.

mod support;

use descent::backpropagation::{loss_and_gradient, squared_error_and_gradient};
use descent::linear_layer::Linear;
use descent::network::{
    Activation, Batch, LEAKY_SLOPE, Layer, Network, cross_entropy, log_sum_exp,
    small_example, softmax,
};
use nalgebra::{DMatrix, DVector, RowDVector, dmatrix};
use rand::RngExt;
use support::networks::{changed, output, random_input, random_network};
use support::{decimals, grouped, matrix, shape, table, values};

const UNIT_ROUNDOFF: f64 = f64::EPSILON / 2.0;

const ACTIVATIONS: [Activation; 5] = [
    Activation::Identity,
    Activation::Relu,
    Activation::LeakyRelu,
    Activation::Sigmoid,
    Activation::Tanh,
];

#[test]
fn the_small_network_is_right_to_the_integer() {
    let (input, network) = small_example();
    let [hidden, last] = network.layers() else { panic!("two layers") };
    let before = hidden.linear.forward(&input);
    let activations = network.forward(input.clone());
    assert_eq!(before, dmatrix![4.0, 2.0; 2.0, -5.0; -1.0, 4.0]);
    assert_eq!(activations[1], dmatrix![4.0, 2.0; 2.0, 0.0; 0.0, 4.0]);
    assert_eq!(activations[2], dmatrix![7.0; 5.0; -3.0]);
    let written = |row: usize, layer: &Linear, unit: usize, input: &DMatrix<f64>| {
        let (inputs, weights) = (input.row(row), layer.weight.column(unit));
        let products = inputs.iter().zip(&weights).map(|(x, w)| match w {
            ..0.0 => format!("{x} · (−{})", -w),
            _ => format!("{x} · {w}"),
        });
        let sign = if layer.bias[unit] < 0.0 { "−" } else { "+" };
        let products = products.collect::<Vec<_>>().join(" + ");
        let result = layer.forward(input)[(row, unit)];
        format!("{products} {sign} {} = {result}", layer.bias[unit].abs())
            .replace("= -", "= −")
    };
    let second =
        |z: &DMatrix<f64>| support::exact_point(z.row(1).transpose().as_slice());
    snapshot!(
        "network__walk",
        values([
            ("first", written(0, &hidden.linear, 0, &input)),
            ("second", written(0, &hidden.linear, 1, &input)),
            ("output", written(0, &last.linear, 0, &activations[1])),
            ("first_input", support::exact_point(input.row(0).transpose().as_slice()),),
            ("input", second(&input)),
            ("before", second(&before)),
            ("behind", second(&activations[1])),
            ("result", activations[2][1].to_string()),
        ])
    );
    let row = |bias: &RowDVector<f64>| {
        matrix(&DMatrix::from_row_slice(1, bias.len(), bias.as_slice()))
    };
    snapshot!(
        "network__small",
        format!(
            "$$X = {},\\qquad W_1 = {},\\qquad b_1 = {}$$\n\n\
             $$W_2 = {},\\qquad b_2 = {}$$\n\n\
             $$A_1 = X W_1 + \\mathbf{{1}} b_1 = {},\\qquad Z_2 = {}$$\n\n\
             $$Z_3 = Z_2 W_2 + \\mathbf{{1}} b_2 = {}$$\n",
            matrix(&input),
            matrix(&hidden.linear.weight),
            row(&hidden.linear.bias),
            matrix(&last.linear.weight),
            row(&last.linear.bias),
            matrix(&before),
            matrix(&activations[1]),
            matrix(&activations[2]),
        )
    );
}

/// Another algorithm: the formula for one number, as sums over indices, from the output
/// back to the input. A layer's weights and biases are at most 1/√fan-in, so that its
/// sums are at most 2.5, 6.5 and 15 in absolute values, whatever the seed. The two orders
/// of a sum of at most seven numbers differ by 14 units of it, and the next layer makes
/// an error at most √fan-in times as large: in all less than 610 units, and a few for
/// each activation.
#[test]
fn every_layer_reads_the_output_of_the_one_before() {
    fn unit(
        network: &Network,
        input: &DMatrix<f64>,
        i: usize,
        at: (usize, usize),
    ) -> f64 {
        let Some(below) = i.checked_sub(1) else { return input[at] };
        let Layer { linear, activation } = &network.layers()[below];
        let sum: f64 = (0..linear.fan_in())
            .map(|k| unit(network, input, below, (at.0, k)) * linear.weight[(k, at.1)])
            .sum();
        let a = sum + linear.bias[at.1];
        match activation {
            Activation::Identity => a,
            Activation::Relu => a.max(0.0),
            Activation::LeakyRelu => a.max(LEAKY_SLOPE * a),
            Activation::Sigmoid => 1.0 / (1.0 + (-a).exp()),
            // Another formula than the library's.
            Activation::Tanh => 1.0 - 2.0 / (1.0 + (2.0 * a).exp()),
        }
    }
    for activation in ACTIVATIONS {
        let network = random_network(&[4, 6, 5, 3], activation, 5);
        let input = random_input(7, 4, 6);
        let activations = network.forward(input.clone());
        assert_eq!(activations.len(), 4);
        for (i, z) in activations.iter().enumerate() {
            for row in 0..z.nrows() {
                for column in 0..z.ncols() {
                    let difference =
                        z[(row, column)] - unit(&network, &input, i, (row, column));
                    assert!(difference.abs() < 700.0 * UNIT_ROUNDOFF);
                }
            }
        }
    }
}

/// What the slide prints: `Z_{i+1} = σ_i(X W_i + 1 b_i)`.
fn as_printed(network: &Network, input: &DMatrix<f64>) -> DMatrix<f64> {
    let mut z = input.clone();
    for layer in network.layers() {
        z = layer.forward(input);
    }
    z
}

#[test]
fn if_every_layer_read_the_input_only_the_last_would_count() {
    let input = random_input(5, 3, 8);
    let network = random_network(&[3, 3, 3, 3], Activation::Tanh, 7);
    let others = random_network(&[3, 3, 3, 3], Activation::Tanh, 17);
    for replaced in [vec![0], vec![1], vec![0, 1]] {
        let other = changed(&network, |i, linear| {
            if replaced.contains(&i) {
                *linear = others.layers()[i].linear.clone();
            }
        });
        assert_eq!(as_printed(&network, &input), as_printed(&other, &input));
        assert_ne!(output(&network, &input), output(&other, &input));
    }
    assert_ne!(output(&network, &input), as_printed(&network, &input));
}

#[test]
#[should_panic(
    expected = "input of shape (3, 784) does not fit a layer with weight of shape (100, 10)"
)]
fn with_mnists_widths_the_printed_formula_does_not_even_fit() {
    let network = random_network(&[784, 100, 10], Activation::Relu, 7);
    as_printed(&network, &DMatrix::zeros(3, 784));
}

#[test]
fn parameters_are_counted_by_layer() {
    let network = random_network(&[784, 100, 100, 10], Activation::Relu, 1);
    let activations = network.forward(DMatrix::zeros(256, 784));
    let layers = (1..).zip(network.layers()).zip(activations.windows(2));
    let rows = layers.map(|((i, layer), z)| {
        let Linear { weight, bias } = &layer.linear;
        let by_hand = weight.iter().count() + bias.iter().count();
        assert_eq!(layer.parameter_count(), by_hand);
        [
            i.to_string(),
            shape(z[0].shape()),
            shape(weight.shape()),
            shape(bias.shape()),
            shape(z[1].shape()),
            grouped(layer.parameter_count()),
        ]
    });
    snapshot!(
        "network__shapes",
        table(["layer", "$Z_i$", "$W_i$", "$b_i$", "$Z_{i+1}$", "parameters"], rows)
    );
    let shallow = random_network(&[784, 100, 10], Activation::Relu, 1);
    assert_eq!(shallow.parameter_count(), 79_510);
    assert_eq!(network.parameter_count(), 89_610);
    let first = network.layers()[0].parameter_count() as f64;
    snapshot!(
        "network__counts",
        values([
            ("two_layers", grouped(shallow.parameter_count())),
            ("three_layers", grouped(network.parameter_count())),
            (
                "first_layer_percent",
                decimals(100.0 * first / network.parameter_count() as f64, 0)
            ),
        ])
    );
}

/// Position by position: weight column by column, then bias, then the next layer.
#[test]
fn the_parameters_can_be_written_as_one_column_and_read_back() {
    let (input, network) = small_example();
    let theta = network.parameters();
    assert_eq!(
        theta.as_slice(),
        [1.0, 1.0, -1.0, 2.0, 1.0, -1.0, 2.0, -1.0, 1.0],
        "W₁ column by column, b₁, W₂, b₂"
    );
    assert_eq!(network.with_parameters(&theta), network);
    let mut other = theta.clone();
    other[8] += 10.0; // the bias of the output
    let moved = output(&network.with_parameters(&other), &input);
    assert_eq!(moved, output(&network, &input).add_scalar(10.0));
    let large = random_network(&[4, 6, 5, 3], Activation::Relu, 5);
    assert_eq!(large.with_parameters(&large.parameters()), large);
}

#[test]
#[should_panic(expected = "8 parameters for a network that has 9")]
fn parameters_of_another_network_are_refused_with_both_counts() {
    small_example().1.with_parameters(&DVector::zeros(8));
}

/// Whole numbers, so that both ways round nothing.
#[test]
fn without_activations_a_network_is_one_linear_layer() {
    let mut rng = support::rng(3);
    let network = Network::with_widths(&[4, 6, 5, 3], Activation::Identity, |i, o| {
        let mut whole = || f64::from(rng.random_range(-3..=3_i32));
        Linear::new(
            DMatrix::from_fn(i, o, |_, _| whole()),
            RowDVector::from_fn(o, |_, _| whole()),
        )
    });
    let input = DMatrix::from_fn(7, 4, |i, j| (i * j) as f64 - 3.0);
    let one = network.without_activations();
    assert_eq!(one.weight.shape(), (4, 3));
    assert_eq!(one.forward(&input), output(&network, &input));
    let (input, small) = small_example();
    assert_ne!(small.without_activations().forward(&input), output(&small, &input));
}

#[test]
fn a_softmax_row_is_a_distribution_and_does_not_feel_a_shift() {
    let logits = dmatrix![2.0, 1.0, 0.0; -3.0, 0.5, 4.0; 7.0, -5.0, -4.5];
    let p = softmax(&logits);
    for (row, z) in p.row_iter().zip(logits.row_iter()) {
        // Three exponentials, each good to a few roundings, with a sum near 1.
        assert!((row.sum() - 1.0).abs() < 16.0 * UNIT_ROUNDOFF);
        assert!(row.iter().all(|&p| p > 0.0));
        let order = |row: Vec<f64>| {
            let mut classes: Vec<usize> = (0..row.len()).collect();
            classes.sort_by(|&i, &j| row[i].total_cmp(&row[j]));
            classes
        };
        let (row, z): (Vec<_>, Vec<_>) = row.iter().zip(z.iter()).unzip();
        assert_eq!(order(row), order(z));
    }
    // Adding 8 or −64 rounds none of these logits; the differences z − max are the same.
    for shift in [8.0, -64.0] {
        let shifted = softmax(&logits.add_scalar(shift));
        assert!((shifted - &p).amax() < 32.0 * UNIT_ROUNDOFF);
    }
    snapshot!(
        "network__softmax",
        values([
            ("logits", "(2, 1, 0)".into()),
            (
                "probabilities",
                format!("({:.3}, {:.3}, {:.3})", p[(0, 0)], p[(0, 1)], p[(0, 2)])
            ),
            ("loss", decimals(cross_entropy(&logits, &[1, 1, 1])[0], 3)),
            ("overflow", decimals(f64::MAX.ln(), 1)),
        ])
    );
}

/// `e^z / (e^z + e^0) = 1 / (1 + e^{−z})`.
#[test]
fn softmax_over_two_classes_is_the_sigmoid_of_their_difference() {
    for difference in [-5.0, -0.3, 0.0, 1.0, 20.0] {
        let p = softmax(&dmatrix![difference + 3.0, 3.0]);
        let mut sigmoid = dmatrix![difference];
        Activation::Sigmoid.apply(&mut sigmoid);
        // The exponents differ by the rounding of `difference + 3`, at most 16 of these
        // units; a few roundings follow.
        assert!((p[0] - sigmoid[0]).abs() < 24.0 * UNIT_ROUNDOFF);
    }
}

/// The formula as textbooks print it.
fn textbook(logits: &DMatrix<f64>, label: usize) -> f64 {
    let exponentials = logits.map(f64::exp);
    -(exponentials[label] / exponentials.sum()).ln()
}

#[test]
fn the_textbook_cross_entropy_overflows_both_ways_and_the_stable_one_does_not() {
    let cases = [
        (dmatrix![2.0, 1.0, 0.0], "(2, 1, 0)"),
        (dmatrix![1002.0, 1001.0, 1000.0], "(1002, 1001, 1000)"),
        (dmatrix![0.0, -800.0, -1.0], "(0, −800, −1)"),
    ];
    let losses = cases
        .each_ref()
        .map(|(logits, _)| (textbook(logits, 1), cross_entropy(logits, &[1])[0]));
    let exact = 1.0 + (1.0 + (-1.0_f64).exp() + (-2.0_f64).exp()).ln();
    assert!((losses[0].0 - losses[0].1).abs() < 16.0 * UNIT_ROUNDOFF);
    // At 1002 a rounding is 2⁻⁴³ ≈ 1.1e-13, and the loss sees at most two of them.
    assert!((losses[1].1 - exact).abs() < 2.3e-13);
    assert!(losses[1].0.is_nan());
    let far = 800.0 + (1.0 + (-1.0_f64).exp()).ln();
    assert!((losses[2].1 - far).abs() < 2.3e-13);
    assert_eq!(losses[2].0, f64::INFINITY);
    let show = |loss: f64| match loss {
        loss if loss.is_nan() => "not a number".into(),
        f64::INFINITY => "∞".into(),
        _ => decimals(loss, 3),
    };
    let rows = cases.iter().zip(losses).map(|((_, logits), (textbook, stable))| {
        [(*logits).to_owned(), show(textbook), show(stable)]
    });
    snapshot!(
        "network__cross_entropy",
        table(
            ["logits", "as printed in textbooks", "with the largest taken out"],
            rows
        )
    );
}

/// The largest term alone, and as if all were the largest.
#[test]
fn the_log_sum_exp_lies_between_the_largest_and_the_largest_plus_log_k() {
    let mut rng = support::rng(4);
    for size in [1.0, 10.0, 1000.0, 1e300] {
        for _ in 0..100 {
            let z: Vec<f64> =
                (0..7).map(|_| size * rng.random_range(-1.0..1.0)).collect();
            let largest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let value = log_sum_exp(&z);
            let rounding = 4.0 * UNIT_ROUNDOFF * (largest.abs() + 7.0_f64.ln());
            assert!(largest <= value);
            assert!(value <= largest + 7.0_f64.ln() + rounding);
        }
    }
    // Both ends are reached.
    assert_eq!(log_sum_exp(&[-3.0, -2000.0, -1900.0]), -3.0);
    assert!(
        (log_sum_exp(&[-3.0; 7]) + 3.0 - 7.0_f64.ln()).abs() < 16.0 * UNIT_ROUNDOFF
    );
    assert_eq!(log_sum_exp(&[0.0, f64::INFINITY]), f64::INFINITY);
    assert_eq!(log_sum_exp(&[f64::NEG_INFINITY; 2]), f64::NEG_INFINITY);
    assert_eq!(log_sum_exp(&[]), f64::NEG_INFINITY);
}

/// If all logits lie between −r and r, no probability is less than e^(−2r)/10 or more than
/// e^(2r)/10.
#[test]
fn with_logits_near_zero_the_loss_is_near_the_logarithm_of_the_number_of_classes() {
    let mut rng = support::rng(10);
    for bound in [0.0, 1e-3, 0.1, 1.0] {
        let logits =
            DMatrix::from_fn(20, 10, |_, _| bound * rng.random_range(-1.0..1.0));
        for label in 0..10 {
            for loss in cross_entropy(&logits, &[label; 20]) {
                let distance = (loss - 10.0_f64.ln()).abs();
                assert!(distance <= 2.0 * bound + 64.0 * UNIT_ROUNDOFF);
            }
        }
    }
}

/// Two ways to end a classifier wrongly. A 4 ulp error of the library's exponential and
/// of its logarithm, here and in the loss, moves the floor by less than 40 units.
#[test]
fn a_wrong_last_activation_keeps_the_loss_from_falling() {
    let uniform = 10.0_f64.ln();
    // ReLU: a network that gives this image ten logits of −4 or less.
    let image = random_input(1, 4, 12);
    let mut layers =
        random_network(&[4, 6, 10], Activation::Relu, 13).layers().to_vec();
    layers[1].linear.bias.add_scalar_mut(-12.0);
    assert!(output(&Network::new(layers.clone()), &image).max() < -4.0);
    layers[1].activation = Activation::Relu;
    let network = Network::new(layers);
    let mut rng = support::rng(14);
    for label in 0..10 {
        let batch = Batch::new(image.clone(), vec![label]);
        let (loss, gradient) = loss_and_gradient(&network, &batch);
        assert!((loss - uniform).abs() < 8.0 * UNIT_ROUNDOFF);
        assert_eq!(gradient.amax(), 0.0);
        let moved = network.parameters().map(|w| w + 0.1 * rng.random_range(-1.0..1.0));
        let moved = network.with_parameters(&moved);
        assert_eq!(loss_and_gradient(&moved, &batch).0, loss);
    }
    // Softmax before the loss: at best the probabilities are a one and nine zeros, with
    // the loss log(e¹ + 9 e⁰) − 1 = log((e + 9)/e).
    let mut sure = DMatrix::zeros(1, 10);
    sure[3] = 1e4;
    assert_eq!(cross_entropy(&sure, &[3]), [0.0]);
    let floor = cross_entropy(&softmax(&sure), &[3])[0];
    let rounding = 40.0 * UNIT_ROUNDOFF;
    assert!((floor - (1.0 + 9.0 / 1.0_f64.exp()).ln()).abs() < rounding);
    let mut rng = support::rng(9);
    for _ in 0..100 {
        let logits = DMatrix::from_fn(1, 10, |_, _| rng.random_range(-30.0..30.0));
        assert!(cross_entropy(&softmax(&logits), &[3])[0] > floor - rounding);
    }
    snapshot!(
        "network__last",
        values([
            ("uniform", decimals(uniform, 3)),
            ("softmax_twice", decimals(floor, 3)),
        ])
    );
}

#[test]
fn a_relu_at_the_end_never_gives_a_negative_number() {
    let (input, network) = small_example();
    let mut layers = network.layers().to_vec();
    layers[1].activation = Activation::Relu;
    let clipped = output(&Network::new(layers), &input);
    assert_eq!(output(&network, &input), dmatrix![7.0; 5.0; -3.0]);
    assert_eq!(clipped, dmatrix![7.0; 5.0; 0.0]);
}

#[test]
fn what_is_not_a_number_stays_so_through_the_log_sum_exp() {
    for z in [[f64::NAN, f64::NAN], [f64::INFINITY, f64::NAN], [0.0, f64::NAN]] {
        assert!(log_sum_exp(&z).is_nan());
    }
}

/// Whatever the size of the logits, a row rounds like numbers below 1.
#[test]
fn the_probabilities_sum_to_one_however_large_the_logits() {
    for shift in [0.0, 2.0_f64.powi(40), 1e16] {
        let sum = softmax(&dmatrix![shift + 2.0, shift, shift]).sum();
        assert!((sum - 1.0).abs() < 4.0 * f64::EPSILON, "{shift}: {sum}");
    }
}

#[test]
fn what_is_not_a_number_stays_so_through_every_activation() {
    for activation in ACTIVATIONS {
        let mut z = dmatrix![f64::NAN];
        activation.apply(&mut z);
        assert!(z[0].is_nan(), "{activation:?}");
    }
    assert_eq!(f64::NAN.max(0.0), 0.0);
}

// Exercises

/// The forecast of a network that cannot go below zero.
#[test]
fn a_relu_at_the_end_says_at_best_zero_to_a_negative_target() {
    let targets = dmatrix![-4.0; 2.0; 5.0];
    let floor = 4.0 * 4.0 / (2.0 * 3.0);
    let loss = |network: &Network, input: &DMatrix<f64>| {
        squared_error_and_gradient(network, input.clone(), &targets).0
    };
    let ending = |network: &Network, activation: Activation| {
        let mut layers = network.layers().to_vec();
        layers.last_mut().expect("a layer").activation = activation;
        Network::new(layers)
    };
    let input = random_input(3, 4, 11);
    for seed in 0..20 {
        let network = random_network(&[4, 6, 1], Activation::Relu, seed);
        assert!(loss(&ending(&network, Activation::Relu), &input) >= floor);
    }
    // One unit that looks the targets up.
    let look_up = Linear::new(targets.clone(), RowDVector::zeros(1));
    let look_up =
        Network::new(vec![Layer { linear: look_up, activation: Activation::Identity }]);
    let images = DMatrix::identity(3, 3);
    assert_eq!(loss(&look_up, &images), 0.0);
    assert_eq!(loss(&ending(&look_up, Activation::Relu), &images), floor);
    snapshot!("network__exercises", values([("frost", decimals(floor, 2))]));
}

/// The sigmoid is ½ at 0 and grows with its logit.
#[test]
fn a_logit_behind_a_relu_never_says_no() {
    for k in -50..=50 {
        let mut logit = dmatrix![f64::from(k) / 5.0];
        Activation::Relu.apply(&mut logit);
        Activation::Sigmoid.apply(&mut logit);
        assert!(logit[0] >= 0.5);
    }
}

/// What the unit says at `x = 1`, for weights around −2.
#[test]
fn behind_a_relu_that_is_off_small_changes_change_nothing() {
    let relu = |a: f64| {
        let mut entries = dmatrix![a];
        Activation::Relu.apply(&mut entries);
        entries[0]
    };
    let softplus = |a: f64| log_sum_exp(&[a, 0.0]);
    let weights: Vec<f64> = (-20..=20).map(|k| -2.0 + f64::from(k) / 20.0).collect();
    for pair in weights.windows(2) {
        assert_eq!((relu(pair[0]), relu(pair[1])), (0.0, 0.0));
        assert!(0.0 < softplus(pair[0]) && softplus(pair[0]) < softplus(pair[1]));
        assert!(0.0 < pair[0].exp() && pair[0].exp() < pair[1].exp());
    }
}

// Refusals

#[test]
#[should_panic(
    expected = "layer 1 with weight of shape (4, 6) cannot be followed by one of shape (5, 3)"
)]
fn layers_that_do_not_fit_are_refused_with_both_shapes() {
    let layer = |fan_in, fan_out| Layer {
        linear: Linear::new(
            DMatrix::zeros(fan_in, fan_out),
            RowDVector::zeros(fan_out),
        ),
        activation: Activation::Relu,
    };
    Network::new(vec![layer(4, 6), layer(5, 3)]);
}

#[test]
#[should_panic(expected = "label 3 is not one of 3 classes")]
fn a_label_that_is_no_class_is_refused() {
    cross_entropy(&dmatrix![2.0, 1.0, 0.0], &[3]);
}

#[test]
#[should_panic(expected = "images of shape (3, 2) need one label for each row, not 2")]
fn a_batch_with_too_few_labels_is_refused() {
    Batch::new(DMatrix::zeros(3, 2), vec![0, 1]);
}
