//! What the chapter on backpropagation says.

mod support;

use descent::backpropagation::{
    Neuron, WORKSHEET, adjoint_example, adjoints, backward, cross_entropy_gradient,
    loss_and_gradient, squared_error_and_gradient,
};
use descent::gradient_check::{centred_difference, numerical_gradient};
use descent::linear_layer::Linear;
use descent::network::{
    Activation, Batch, LEAKY_SLOPE, Layer, Network, cross_entropy, small_example,
    softmax,
};
use nalgebra::{DMatrix, DVector, RowDVector, dmatrix};
use support::networks::{
    LABELS, STEP, TOLERANCE, batch, network_and_input, small_targets,
};
use support::{decimals, matrix, point, table, values};

const UNIT_ROUNDOFF: f64 = f64::EPSILON / 2.0;

fn loss(network: &Network, input: &DMatrix<f64>) -> f64 {
    let activations = network.forward(input.clone());
    let losses = cross_entropy(activations.last().expect("logits"), &LABELS);
    losses.iter().sum::<f64>() / losses.len() as f64
}

/// The same network with one of its linear layers changed.
fn changed(network: &Network, layer: usize, change: impl Fn(&mut Linear)) -> Network {
    let mut layers: Vec<Layer> = network.layers().to_vec();
    change(&mut layers[layer].linear);
    Network::new(layers)
}

fn check(activation: Activation) {
    let (network, input) = network_and_input(activation);
    let activations = network.forward(input.clone());
    let logits = activations.last().expect("logits");
    let loss_gradient = cross_entropy_gradient(logits, &LABELS);
    let mut gradients: Vec<_> =
        backward(&network, &activations, loss_gradient).collect();
    gradients.reverse();
    let compare = |what: &str, gradient: f64, loss_at: &dyn Fn(f64) -> f64| {
        let difference = (loss_at(STEP) - loss_at(-STEP)) / (2.0 * STEP);
        assert!(
            (gradient - difference).abs() < TOLERANCE,
            "{what}: {gradient} {difference}"
        );
    };
    for (i, gradient) in gradients.iter().enumerate() {
        for place in 0..gradient.parameters.weight.len() {
            compare("weight", gradient.parameters.weight[place], &|h| {
                loss(&changed(&network, i, |linear| linear.weight[place] += h), &input)
            });
        }
        for place in 0..gradient.parameters.bias.len() {
            compare("bias", gradient.parameters.bias[place], &|h| {
                loss(&changed(&network, i, |linear| linear.bias[place] += h), &input)
            });
        }
    }
    // The gradient of the first hidden layer's output, by moving it and going on from there.
    let rest = Network::new(network.layers()[1..].to_vec());
    for place in 0..activations[1].len() {
        compare("activation", gradients[0].output[place], &|h| {
            let mut moved = activations[1].clone();
            moved[place] += h;
            loss(&rest, &moved)
        });
    }
}

#[test]
fn relu_gradients_agree_with_centred_differences() {
    check(Activation::Relu);
    check(Activation::LeakyRelu);
}

#[test]
fn sigmoid_gradients_agree_with_centred_differences() {
    check(Activation::Sigmoid);
}

#[test]
fn tanh_gradients_agree_with_centred_differences() {
    check(Activation::Tanh);
}

#[test]
fn gradients_without_activation_agree_with_centred_differences() {
    check(Activation::Identity);
}

#[test]
fn at_zero_relu_and_leaky_relu_take_the_derivative_from_the_left() {
    for (activation, left) in
        [(Activation::Relu, 0.0), (Activation::LeakyRelu, LEAKY_SLOPE)]
    {
        let mut output = dmatrix![-1e-300, 0.0, 1e-300];
        activation.apply(&mut output);
        let mut gradient = dmatrix![5.0, 5.0, 5.0];
        activation.backward(&output, &mut gradient);
        assert_eq!(gradient, dmatrix![5.0 * left, 5.0 * left, 5.0]);
    }
}

/// Probabilities sum to one, and so does the label's row of zeros and a one.
#[test]
fn the_gradient_of_the_logits_sums_to_zero_for_each_image() {
    let logits = dmatrix![2.0, -1.0, 0.5; 1000.0, 0.0, -1000.0];
    let gradient = cross_entropy_gradient(&logits, &[1, 0]);
    for row in gradient.row_iter() {
        assert!(row.sum().abs() < 1e-15);
    }
    assert_eq!(gradient.row(1), dmatrix![0.0, 0.0, 0.0].row(0));
}

#[test]
fn the_worksheets_gradients_are_6_and_2() {
    let (x, y) = (3.0, 0.0);
    let Neuron { w, b } = WORKSHEET;
    let a = w * x + b;
    let output = WORKSHEET.forward(x);
    let (dw, db) = WORKSHEET.gradient(x, y);
    assert_eq!((a, output, WORKSHEET.loss(x, y)), (2.0, 2.0, 2.0));
    assert_eq!((dw, db), (6.0, 2.0));
    let row = |what: &str, formula: &str, value: f64| {
        [what.into(), formula.into(), value.to_string()]
    };
    snapshot!(
        "backpropagation__neuron",
        table(
            ["", "formula", "value"],
            [
                row("forwards", "$a = wx + b$", a),
                row("", r"$\hat y = \max(a, 0)$", output),
                row("", r"$\ell = \tfrac12(\hat y - y)^2$", WORKSHEET.loss(x, y)),
                row("backwards", r"$\partial \hat y = \hat y - y$", output - y),
                row("", r"$\partial a = \partial \hat y \cdot \sigma'(a)$", db),
                row("", r"$\partial w = \partial a \cdot x$", dw),
                row("", r"$\partial b = \partial a$", db),
            ]
        )
    );
}

/// On each side of the kink the loss is a quadratic, for which the centred difference
/// is exact; with these numbers nothing is rounded.
#[test]
fn the_neurons_gradient_is_the_centred_difference_of_its_loss() {
    for (w, b, x, y) in [
        (1.0, -1.0, 3.0, 0.0),
        (-2.0, -2.0, -3.0, 0.0),
        (1.0, -1.0, -3.0, 2.0),
        (0.5, 2.0, -1.0, 4.0),
    ] {
        let (dw, db) = Neuron { w, b }.gradient(x, y);
        let h = 0.125;
        assert_eq!(dw, centred_difference(|w| Neuron { w, b }.loss(x, y), w, h));
        assert_eq!(db, centred_difference(|b| Neuron { w, b }.loss(x, y), b, h));
    }
}

/// A unit that is on passes the gradient on, a unit that is off passes nothing.
#[test]
fn relu_passes_the_gradient_where_its_output_is_positive_and_nowhere_else() {
    let output = dmatrix![4.0, 0.0, 0.5];
    let mut gradient = dmatrix![3.0, -2.0, -7.0];
    Activation::Relu.backward(&output, &mut gradient);
    assert_eq!(gradient, dmatrix![3.0, 0.0, -7.0]);
    assert_eq!(Neuron { w: 1.0, b: -1.0 }.gradient(3.0, 0.0), (6.0, 2.0));
    assert_eq!(Neuron { w: 1.0, b: -1.0 }.gradient(-3.0, 1.0), (0.0, 0.0));
}

#[test]
fn the_backward_pass_of_the_small_network_is_exact() {
    let (input, network) = small_example();
    let activations = network.forward(input.clone());
    let error = &activations[2] - small_targets();
    assert_eq!(error, dmatrix![3.0; 1.0; -2.0]);
    assert_eq!(0.5 * error.norm_squared(), 7.0);
    let gradients: Vec<_> = backward(&network, &activations, error.clone()).collect();
    let [last, hidden] = &gradients[..] else { panic!("two layers") };
    assert_eq!(last.parameters.weight, dmatrix![14.0; -2.0]);
    assert_eq!(last.parameters.bias, RowDVector::from_row_slice(&[2.0]));
    assert_eq!(hidden.output, dmatrix![6.0, -3.0; 2.0, -1.0; -4.0, 2.0]);
    assert_eq!(hidden.parameters.weight, dmatrix![10.0, -9.0; 10.0, -4.0]);
    assert_eq!(hidden.parameters.bias, RowDVector::from_row_slice(&[8.0, -1.0]));
    let mut da = hidden.output.clone();
    Activation::Relu.backward(&activations[1], &mut da);
    assert_eq!(da, dmatrix![6.0, -3.0; 2.0, 0.0; 0.0, 2.0]);
    let row = |bias: &RowDVector<f64>| {
        matrix(&DMatrix::from_row_slice(1, bias.len(), bias.as_slice()))
    };
    snapshot!(
        "backpropagation__small",
        format!(
            "$$Y = {},\\qquad \\partial Z_3 = \\partial A_2 = Z_3 - Y = {}$$\n\n\
             $$\\partial W_2 = Z_2^\\top \\partial A_2 = {},\\qquad \
             \\partial b_2 = \\mathbf{{1}}^\\top \\partial A_2 = {}$$\n\n\
             $$\\partial Z_2 = \\partial A_2 W_2^\\top = {},\\qquad \
             \\partial A_1 = \\partial Z_2 \\circ \\sigma'(A_1) = {}$$\n\n\
             $$\\partial W_1 = X^\\top \\partial A_1 = {},\\qquad \
             \\partial b_1 = \\mathbf{{1}}^\\top \\partial A_1 = {}$$\n",
            matrix(&small_targets()),
            matrix(&error),
            matrix(&last.parameters.weight),
            row(&last.parameters.bias),
            matrix(&hidden.output),
            matrix(&da),
            matrix(&hidden.parameters.weight),
            row(&hidden.parameters.bias),
        )
    );
}

/// The second image alone, unit by unit, as one does it with a pencil.
#[test]
fn one_image_through_the_small_network_and_back_is_exact() {
    let (input, network) = small_example();
    let image = input.rows(1, 1).into_owned();
    let activations = network.forward(image.clone());
    let (x, y) = ([2.0, -1.0], 4.0);
    assert_eq!(image.as_slice(), x);
    let [first, last] = [0, 1].map(|i| &network.layers()[i].linear);
    // Forwards, number by number.
    let a = [0, 1].map(|j| {
        x[0] * first.weight[(0, j)] + x[1] * first.weight[(1, j)] + first.bias[j]
    });
    let z = a.map(|a: f64| a.max(0.0));
    let prediction = z[0] * last.weight[0] + z[1] * last.weight[1] + last.bias[0];
    assert_eq!((a, z, prediction), ([2.0, -5.0], [2.0, 0.0], 5.0));
    assert_eq!(activations[1].as_slice(), z);
    assert_eq!(activations[2][0], prediction);
    // And back.
    let error = prediction - y;
    let dz = [0, 1].map(|j| error * last.weight[j]);
    let da = [0, 1].map(|j| if a[j] > 0.0 { dz[j] } else { 0.0 });
    assert_eq!((error, dz, da), (1.0, [2.0, -1.0], [2.0, 0.0]));
    let gradients: Vec<_> = backward(&network, &activations, dmatrix![error]).collect();
    let [second, hidden] = &gradients[..] else { panic!("two layers") };
    assert_eq!(second.parameters.weight, dmatrix![z[0] * error; z[1] * error]);
    assert_eq!(second.parameters.bias[0], error);
    assert_eq!(hidden.output, dmatrix![dz[0], dz[1]]);
    assert_eq!(hidden.parameters.bias.as_slice(), da);
    let weight = DMatrix::from_fn(2, 2, |k, j| x[k] * da[j]);
    assert_eq!(hidden.parameters.weight, weight);
    // The unit that is off: of its weights, of its bias, and of the weight behind it.
    assert_eq!([weight[(0, 1)], weight[(1, 1)], da[1], z[1] * error], [0.0; 4]);

    // From the first input to the loss there are two ways.
    let on = a.map(|a| f64::from(a > 0.0));
    let ways = [0, 1].map(|j| first.weight[(0, j)] * on[j] * last.weight[j] * error);
    let all = DMatrix::from_row_slice(1, 2, &da) * first.weight.transpose();
    assert_eq!((ways, ways[0] + ways[1]), ([2.0, 0.0], all[0]));

    let number = |value: f64| (value + 0.0).to_string().replace('-', "−");
    let factor = |value: f64| match value < 0.0 {
        true => format!("({})", number(value)),
        false => number(value),
    };
    let times = |one: f64, other: f64, result: f64| {
        format!("{}·{} = {}", number(one), factor(other), number(result))
    };
    let both = |cell: &dyn Fn(usize) -> String| [cell(0), cell(1)];
    let into = |j: usize| {
        let products = [0, 1]
            .map(|k| format!("{}·{}", factor(x[k]), factor(first.weight[(k, j)])));
        let sum = format!("{} + {}", products[0], products[1]);
        let sign = if first.bias[j] < 0.0 { "−" } else { "+" };
        let bias = first.bias[j].abs();
        format!("{sum} {sign} {bias} = {}", number(a[j]))
    };
    let row = |what: &str, [one, two]: [String; 2]| [what.to_owned(), one, two];
    snapshot!(
        "backpropagation__path",
        table(
            ["", "unit 1", "unit 2"],
            [
                row("goes in: $a = x_1 w_1 + x_2 w_2 + b$", both(&into)),
                row(r"comes out: $z = \max(a, 0)$", both(&|j| number(z[j]))),
                row(
                    r"$\partial z = \partial\hat y$ · weight behind it",
                    both(&|j| times(error, last.weight[j], dz[j]))
                ),
                row(
                    r"$\partial a = \partial z$ · (1 if on, 0 if off)",
                    both(&|j| times(dz[j], on[j], da[j]))
                ),
                row(
                    r"$\partial w_1 = x_1\,\partial a$",
                    both(&|j| times(x[0], da[j], weight[(0, j)]))
                ),
                row(
                    r"$\partial w_2 = x_2\,\partial a$",
                    both(&|j| times(x[1], da[j], weight[(1, j)]))
                ),
                row(r"$\partial b = \partial a$", both(&|j| number(da[j]))),
            ]
        )
    );
    snapshot!(
        "backpropagation__image",
        values([
            ("x", point(&x, 0)),
            ("target", number(y)),
            ("weights", point(last.weight.as_slice(), 0)),
            ("prediction", number(prediction)),
            ("error", number(error)),
            ("last", point(second.parameters.weight.as_slice(), 0)),
            (
                "one_way",
                format!(
                    "{}·{}·{}·{} = {}",
                    number(first.weight[(0, 0)]),
                    number(on[0]),
                    number(last.weight[0]),
                    number(error),
                    number(ways[0])
                )
            ),
            (
                "other_way",
                format!(
                    "({})·{}·({})·{} = {}",
                    number(first.weight[(0, 1)]),
                    number(on[1]),
                    number(last.weight[1]),
                    number(error),
                    number(ways[1])
                )
            ),
            ("all", number(all[0])),
        ])
    );
}

/// Another algorithm: the sum over all paths from a unit to the outputs, each the
/// product of its weights and of the derivatives of its units.
#[test]
fn the_matrix_form_is_the_sum_over_all_paths() {
    fn paths(
        network: &Network,
        activations: &[DMatrix<f64>],
        loss_gradient: &DMatrix<f64>,
        (image, i, unit): (usize, usize, usize),
    ) -> f64 {
        let z = activations[i + 1][(image, unit)];
        let derivative = match network.layers()[i].activation {
            Activation::Identity => 1.0,
            Activation::Relu => f64::from(z > 0.0),
            Activation::LeakyRelu if z > 0.0 => 1.0,
            Activation::LeakyRelu => LEAKY_SLOPE,
            Activation::Sigmoid => z * (1.0 - z),
            Activation::Tanh => 1.0 - z * z,
        };
        let Some(next) = network.layers().get(i + 1) else {
            return derivative * loss_gradient[(image, unit)];
        };
        let onwards = (0..next.linear.fan_out()).map(|k| {
            let rest = paths(network, activations, loss_gradient, (image, i + 1, k));
            next.linear.weight[(unit, k)] * rest
        });
        derivative * onwards.sum::<f64>()
    }
    for activation in [Activation::Relu, Activation::Sigmoid, Activation::Tanh] {
        let (network, input) = network_and_input(activation);
        let activations = network.forward(input.clone());
        let loss_gradient = cross_entropy_gradient(&activations[3], &LABELS);
        let mut gradients: Vec<_> =
            backward(&network, &activations, loss_gradient.clone()).collect();
        gradients.reverse();
        for (i, gradient) in gradients.iter().enumerate() {
            let weight = &gradient.parameters.weight;
            for (k, j) in (0..weight.nrows())
                .flat_map(|k| (0..weight.ncols()).map(move |j| (k, j)))
            {
                let by_paths: f64 = (0..input.nrows())
                    .map(|image| {
                        let rest = paths(
                            &network,
                            &activations,
                            &loss_gradient,
                            (image, i, j),
                        );
                        activations[i][(image, k)] * rest
                    })
                    .sum();
                // Sums of at most 5 · 5 · 3 products below 1, in another order.
                let difference = by_paths - weight[(k, j)];
                assert!(difference.abs() < 75.0 * 4.0 * UNIT_ROUNDOFF);
            }
        }
    }
}

#[test]
fn the_adjoints_of_the_worksheets_graph_are_exact() {
    let (input, layer, adjoint) = adjoint_example();
    let nodes = adjoints(&input, &layer, &adjoint);
    let expected = [
        (dmatrix![2.0, 3.0], dmatrix![1.0, -3.0]),
        (layer.weight.clone(), dmatrix![2.0, -4.0, 0.0; 3.0, -6.0, 0.0]),
        (dmatrix![1.0, -4.0, -8.0], dmatrix![1.0, -2.0, 0.0]),
        (dmatrix![5.0, 6.0, 7.0], dmatrix![1.0, -2.0, 0.0]),
        (dmatrix![6.0, 2.0, -1.0], dmatrix![1.0, -2.0, 0.0]),
        (dmatrix![6.0, 2.0, 0.0], dmatrix![1.0, -2.0, 3.0]),
    ];
    for (i, (node, (value, adjoint))) in (1..).zip(nodes.iter().zip(&expected)) {
        assert_eq!(&node.value, value, "v{i}");
        assert_eq!(&node.adjoint, adjoint, "adjoint of v{i}");
        assert_eq!(node.value.shape(), node.adjoint.shape());
    }
}

/// The graph's rules and the layer's are the same, also for a batch of several rows.
#[test]
fn the_adjoints_of_a_batch_are_the_gradients_of_the_layer() {
    let (input, network) = small_example();
    let layer = &network.layers()[0];
    let output_gradient = dmatrix![6.0, -3.0; 2.0, -1.0; -4.0, 2.0];
    let nodes = adjoints(&input, &layer.linear, &output_gradient);
    let one = Network::new(vec![layer.clone()]);
    let activations = one.forward(input);
    assert_eq!(nodes[5].value, activations[1]);
    let gradient =
        backward(&one, &activations, output_gradient).next().expect("one layer");
    assert_eq!(nodes[1].adjoint, gradient.parameters.weight);
    assert_eq!(nodes[2].adjoint.row(0), gradient.parameters.bias);
    assert_eq!(nodes[0].adjoint, layer.linear.input_gradient(&nodes[4].adjoint));
}

/// Another algorithm: differences, for each logit.
#[test]
fn the_gradient_of_the_logits_is_p_minus_y_over_the_batch() {
    let logits = dmatrix![2.0, 1.0, 0.0; -1.0, 0.5, 3.0];
    let labels = [1, 2];
    let gradient = cross_entropy_gradient(&logits, &labels);
    let one_hot = dmatrix![0.0, 1.0, 0.0; 0.0, 0.0, 1.0];
    assert_eq!(gradient, (softmax(&logits) - one_hot) / 2.0);
    for place in 0..logits.len() {
        let mean_loss = |value: f64| {
            let mut moved = logits.clone();
            moved[place] = value;
            cross_entropy(&moved, &labels).iter().sum::<f64>() / 2.0
        };
        let difference = centred_difference(mean_loss, logits[place], STEP);
        assert!((gradient[place] - difference).abs() < TOLERANCE);
    }
    let entry = |j| decimals(2.0 * gradient[(0, j)], 3);
    snapshot!(
        "backpropagation__softmax",
        values([("row", format!("({}, {}, {})", entry(0), entry(1), entry(2)))])
    );
}

/// Twice the same images: the mean loss and its gradient stay, up to the order of sums.
#[test]
fn the_gradient_of_a_mean_does_not_grow_with_the_batch() {
    let (network, input) = network_and_input(Activation::Relu);
    let rows: Vec<_> = input.row_iter().chain(input.row_iter()).collect();
    let twice = Batch::new(DMatrix::from_rows(&rows), [LABELS, LABELS].concat());
    let (loss, gradient) = loss_and_gradient(&network, &batch(input));
    let (same_loss, same_gradient) = loss_and_gradient(&network, &twice);
    assert!((loss - same_loss).abs() < 20.0 * UNIT_ROUNDOFF);
    assert!((gradient - same_gradient).amax() < 20.0 * UNIT_ROUNDOFF);
}

/// Each product costs what `Linear::multiplications` says.
#[test]
fn the_products_of_the_backward_pass_cost_at_most_two_forward_passes_and_here_about_one()
 {
    let costs = |widths: &[usize]| {
        let network = Network::with_widths(widths, Activation::Relu, |i, o| {
            Linear::new(DMatrix::zeros(i, o), RowDVector::zeros(o))
        });
        let layers = network.layers().iter();
        let forward: Vec<_> =
            layers.map(|layer| layer.linear.multiplications(256)).collect();
        let gradients = forward.iter().enumerate();
        let backward = gradients.map(|(i, cost)| if i == 0 { *cost } else { 2 * cost });
        (forward.iter().sum::<usize>(), backward.sum::<usize>())
    };
    for widths in [vec![784, 100, 10], vec![4, 6, 5, 3], vec![10; 50], vec![1, 2, 90]] {
        let (forward, backward) = costs(&widths);
        assert!(backward < 2 * forward);
    }
    let (forward, backward) = costs(&[784, 100, 10]);
    assert!(backward as f64 / (forward as f64) < 1.02);
    let (forward, backward) = costs(&[10; 50]);
    assert!(backward as f64 / forward as f64 > 1.95);
}

#[test]
fn the_gradient_stands_in_the_order_of_the_parameters() {
    for activation in [Activation::Relu, Activation::Sigmoid, Activation::Tanh] {
        let (network, input) = network_and_input(activation);
        let batch = batch(input);
        let (_, gradient) = loss_and_gradient(&network, &batch);
        let mean_loss = |theta: &DVector<f64>| {
            loss_and_gradient(&network.with_parameters(theta), &batch).0
        };
        let numerical = numerical_gradient(mean_loss, &network.parameters(), STEP);
        assert!((gradient - numerical).amax() < TOLERANCE);
    }
}

/// Part (f) of the worksheet meets `a = 0` with `ŷ = y`: the factor `ŷ − y` is zero
/// whatever the convention. With another target it would matter.
#[test]
fn on_the_worksheet_the_convention_for_zero_makes_no_difference() {
    let neuron = Neuron { w: -0.5, b: -1.5 };
    assert_eq!(neuron.w * -3.0 + neuron.b, 0.0);
    let with_convention = |relu_derivative: f64, y: f64| {
        let da = (neuron.forward(-3.0) - y) * relu_derivative;
        (da * -3.0, da)
    };
    assert_eq!(neuron.gradient(-3.0, 0.0), with_convention(0.0, 0.0));
    assert_eq!(neuron.gradient(-3.0, 0.0), with_convention(1.0, 0.0));
    assert_eq!(neuron.gradient(-3.0, 1.0), with_convention(0.0, 1.0));
    assert_ne!(neuron.gradient(-3.0, 1.0), with_convention(1.0, 1.0));
}

// Exercises

/// The graph's third unit, for a bias raised from −8 to −6. What goes into it is −1 first.
#[test]
fn a_unit_that_wakes_up_changes_the_adjoints_of_all_that_it_is_made_of() {
    let (input, layer, adjoint) = adjoint_example();
    let raised = |by: f64| {
        let mut raised = layer.clone();
        raised.bias[2] += by;
        adjoints(&input, &raised, &adjoint)
    };
    let loss = |by: f64| raised(by)[5].value.component_mul(&adjoint).sum();
    let (before, after) = (raised(0.0), raised(2.0));
    assert_eq!(after[4].value, dmatrix![6.0, 2.0, 1.0]);
    for node in [2, 3, 4] {
        assert_eq!(before[node].adjoint, dmatrix![1.0, -2.0, 0.0]);
        assert_eq!(after[node].adjoint, dmatrix![1.0, -2.0, 3.0]);
    }
    assert_eq!(before[1].adjoint, dmatrix![2.0, -4.0, 0.0; 3.0, -6.0, 0.0]);
    assert_eq!(after[1].adjoint, dmatrix![2.0, -4.0, 6.0; 3.0, -6.0, 9.0]);
    assert_eq!(before[0].adjoint, dmatrix![1.0, -3.0]);
    assert_eq!(after[0].adjoint, dmatrix![-2.0, 6.0]);
    // Nothing on the way to −7, then three for one.
    assert_eq!([0.5, 1.0, 1.5, 2.0].map(|by| loss(by) - loss(0.0)), [0., 0., 1.5, 3.]);
    let row =
        |row: &RowDVector<f64>| DMatrix::from_row_slice(1, row.len(), row.as_slice());
    snapshot!(
        "backpropagation__awake",
        format!(
            "$$X = {},\\quad W = {},\\quad b = {},\\quad \\partial Z = {}$$\n",
            matrix(&input),
            matrix(&layer.weight),
            matrix(&row(&layer.bias)),
            matrix(&adjoint),
        )
    );
    snapshot!(
        "backpropagation__exercises",
        values([
            ("bias", decimals(layer.bias[2], 0)),
            ("raised", decimals(layer.bias[2] + 2.0, 0)),
            ("off", decimals(before[4].value[2], 0)),
            ("on", decimals(after[4].value[2], 0)),
            ("rate", decimals(after[2].adjoint[2], 0)),
            ("inputs_before", point(before[0].adjoint.as_slice(), 0)),
            ("inputs_after", point(after[0].adjoint.as_slice(), 0)),
            ("column", point(after[1].adjoint.column(2).as_slice(), 0)),
            ("change", decimals(loss(2.0) - loss(0.0), 0)),
            ("promised", decimals(2.0 * after[2].adjoint[2], 0)),
            ("wakes", decimals(layer.bias[2] + 1.0, 0)),
            ("elbow", decimals(-WORKSHEET.b / WORKSHEET.w, 0)),
        ])
    );
}

/// Whether the gate lets through, for an output of 0 as well, against `a` itself.
#[test]
fn open_at_an_output_of_zero_the_relu_has_no_gate_but_the_leaky_one_has() {
    let open = |activation: Activation, a: f64| {
        let mut output = dmatrix![a];
        activation.apply(&mut output);
        output[0] >= 0.0
    };
    for a in (-20..=20).map(|k| f64::from(k) / 4.0) {
        assert!(open(Activation::Relu, a));
        assert_eq!(open(Activation::LeakyRelu, a), a >= 0.0);
    }
}

/// The worksheet's neuron on a grid of samples that holds its elbow.
#[test]
fn the_conventions_for_zero_differ_at_the_elbow_for_every_target_but_zero() {
    let other = |x: f64, y: f64| {
        let a = WORKSHEET.w * x + WORKSHEET.b;
        let da = if a >= 0.0 { WORKSHEET.forward(x) - y } else { 0.0 };
        (da * x, da)
    };
    for x in (-8..=8).map(|k| f64::from(k) / 4.0) {
        for y in (-8..=8).map(|k| f64::from(k) / 4.0) {
            let same = WORKSHEET.gradient(x, y) == other(x, y);
            assert_eq!(same, x != 1.0 || y == 0.0, "({x}, {y})");
            if x == 1.0 {
                assert_eq!(WORKSHEET.gradient(x, y), (0.0, 0.0));
                assert_eq!(other(x, y), (-y, -y));
            }
        }
    }
}

// Refusals

#[test]
#[should_panic(
    expected = "an output of shape (1, 2) and its gradient of shape (2, 1) differ"
)]
fn a_gradient_of_another_shape_is_refused_with_both_shapes() {
    Activation::Relu.backward(&dmatrix![1.0, 2.0], &mut dmatrix![1.0; 2.0]);
}

#[test]
#[should_panic(expected = "a neuron of 3 parameters")]
fn a_neuron_has_two_parameters() {
    Neuron::from_parameters(&DVector::zeros(3));
}

/// Five images, three outputs, and targets of their size: the loss is of order 1, as
/// [`TOLERANCE`] takes it to be.
#[test]
fn the_squared_error_is_half_its_mean_over_the_batch_and_its_gradient_is_that_of_differences()
 {
    let (network, input) = network_and_input(Activation::Tanh);
    let output = support::networks::output(&network, &input);
    let targets = output.map(|z| (3.0 * z).sin());
    let error = |network: &Network| {
        let output = support::networks::output(network, &input);
        let squares = output.iter().zip(&targets).map(|(z, y)| (z - y) * (z - y));
        0.5 * squares.sum::<f64>() / 5.0
    };
    let (size, gradient) =
        squared_error_and_gradient(&network, input.clone(), &targets);
    assert!((size - error(&network)).abs() < 100.0 * UNIT_ROUNDOFF * size);
    let of = |theta: &DVector<f64>| error(&network.with_parameters(theta));
    let differences = numerical_gradient(of, &network.parameters(), STEP);
    assert!((differences - &gradient).amax() < TOLERANCE);
    assert!(gradient.amax() > 1e6 * TOLERANCE);
}
