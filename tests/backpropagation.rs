//! What the chapter on backpropagation says.

mod support;

use descent::backpropagation::{
    Neuron, WORKSHEET, adjoint_example, adjoints, backward, centred_difference,
    cross_entropy_gradient, difference_errors, forward_difference, loss_and_gradient,
    numerical_gradient, relative_difference, smooth_derivative, smooth_loss,
    squared_error_and_gradient,
};
use descent::initialization::{normal, pytorch_default};
use descent::linear_layer::Linear;
use descent::network::{
    Activation, Batch, LEAKY_SLOPE, Layer, Network, cross_entropy, small_example,
    softmax,
};
use nalgebra::{DMatrix, DVector, RowDVector, dmatrix, dvector};
use rand::RngExt;
use support::statistics::median;
use support::{decimals, grouped, list, matrix, point, significant, table, values};

const UNIT_ROUNDOFF: f64 = f64::EPSILON / 2.0;

const LABELS: [usize; 5] = [0, 2, 1, 1, 0];

fn loss(network: &Network, input: &DMatrix<f64>) -> f64 {
    let activations = network.forward(input.clone());
    let losses = cross_entropy(activations.last().expect("logits"), &LABELS);
    losses.iter().sum::<f64>() / losses.len() as f64
}

/// A random network and five images for it; those of the first seed from 5 on, for which
/// no step of a difference comes near a kink.
fn network_and_input(activation: Activation) -> (Network, DMatrix<f64>) {
    let has_kinks = matches!(activation, Activation::Relu | Activation::LeakyRelu);
    let mut random = (5..).map(|seed| random_network_and_input(activation, seed));
    let far = |(network, input): &(Network, DMatrix<f64>)| {
        !has_kinks || steps_to_a_kink(network, input) > 10.0
    };
    random.find(far).expect("a network")
}

fn random_network_and_input(
    activation: Activation,
    seed: u64,
) -> (Network, DMatrix<f64>) {
    let mut rng = support::rng(seed);
    let input = DMatrix::from_fn(5, 4, |_, _| rng.random_range(-1.0..1.0));
    let network = Network::with_widths(&[4, 6, 5, 3], activation, |fan_in, fan_out| {
        pytorch_default(fan_in, fan_out, &mut rng)
    });
    (network, input)
}

/// The same network with one of its linear layers changed.
fn changed(network: &Network, layer: usize, change: impl Fn(&mut Linear)) -> Network {
    let mut layers: Vec<Layer> = network.layers().to_vec();
    change(&mut layers[layer].linear);
    Network::new(layers)
}

/// The smallest `|a|` that goes into a function with a kink, in units of what `STEP` in one
/// parameter can do to it: in every layer the step times the largest number that goes in,
/// or the step itself for a bias, and in the layers behind it this times the weights on
/// the way.
fn steps_to_a_kink(network: &Network, input: &DMatrix<f64>) -> f64 {
    let activations = network.forward(input.clone());
    let mut least = f64::INFINITY;
    // For each layer so far, how far one of its units moves each unit here, at most.
    let mut moves: Vec<DMatrix<f64>> = Vec::new();
    for (layer, z) in network.layers().iter().zip(&activations) {
        let weight = layer.linear.weight.abs();
        moves.iter_mut().for_each(|move_| *move_ = &*move_ * &weight);
        let own = STEP * z.amax().max(1.0);
        moves.push(DMatrix::identity(weight.ncols(), weight.ncols()) * own);
        if layer.activation != Activation::Identity {
            let farthest = moves.iter().map(|moves| moves.amax()).fold(0.0, f64::max);
            least = least.min(layer.linear.forward(z).abs().min() / farthest);
        }
    }
    least
}

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

/// Centred differences with step h are wrong by h²/6·f''' and by ε·loss/h from
/// rounding: with h = 10⁻⁵ and a loss near 1 both are about 10⁻¹¹. Far from the kinks
/// of the ReLU, third derivatives are of the order of 1 here.
const STEP: f64 = 1e-5;
const TOLERANCE: f64 = 1e-9;

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
    let z = w * x + b;
    let output = WORKSHEET.forward(x);
    let (dw, db) = WORKSHEET.gradient(x, y);
    assert_eq!((z, output, WORKSHEET.loss(x, y)), (2.0, 2.0, 2.0));
    assert_eq!((dw, db), (6.0, 2.0));
    let row = |what: &str, formula: &str, value: f64| {
        [what.into(), formula.into(), value.to_string()]
    };
    snapshot!(
        "backpropagation__neuron",
        table(
            ["", "formula", "value"],
            [
                row("forwards", "$z = wx + b$", z),
                row("", r"$\hat y = \max(z, 0)$", output),
                row("", r"$\ell = \tfrac12(\hat y - y)^2$", WORKSHEET.loss(x, y)),
                row("backwards", r"$\partial \hat y = \hat y - y$", output - y),
                row("", r"$\partial z = \partial \hat y \cdot \sigma'(z)$", db),
                row("", r"$\partial w = \partial z \cdot x$", dw),
                row("", r"$\partial b = \partial z$", db),
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

/// The small network's targets, for the loss `Σ ½ (h − y)²`.
fn small_targets() -> DMatrix<f64> {
    dmatrix![4.0; 4.0; -1.0]
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
    let mut delta = hidden.output.clone();
    Activation::Relu.backward(&activations[1], &mut delta);
    assert_eq!(delta, dmatrix![6.0, -3.0; 2.0, 0.0; 0.0, 2.0]);
    let row = |bias: &RowDVector<f64>| {
        matrix(&DMatrix::from_row_slice(1, bias.len(), bias.as_slice()))
    };
    snapshot!(
        "backpropagation__small",
        format!(
            "$$y = {},\\qquad G_3 = \\Delta_2 = Z_3 - y = {}$$\n\n\
             $$\\partial W_2 = Z_2^\\top \\Delta_2 = {}$$\n\n\
             $$\\partial b_2 = \\mathbf{{1}}^\\top \\Delta_2 = {}$$\n\n\
             $$G_2 = \\Delta_2 W_2^\\top = {}$$\n\n\
             $$\\Delta_1 = G_2 \\circ \\sigma'(A_1) = {}$$\n\n\
             $$\\partial W_1 = X^\\top \\Delta_1 = {}$$\n\n\
             $$\\partial b_1 = \\mathbf{{1}}^\\top \\Delta_1 = {}$$\n",
            matrix(&small_targets()),
            matrix(&error),
            matrix(&last.parameters.weight),
            row(&last.parameters.bias),
            matrix(&hidden.output),
            matrix(&delta),
            matrix(&hidden.parameters.weight),
            row(&hidden.parameters.bias),
        )
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

fn batch(input: DMatrix<f64>) -> Batch {
    Batch::new(input, LABELS.to_vec())
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
    let mut g =
        loss_gradient(cross_entropy_gradient(&activations[last], &batch.labels));
    let mut linears = Vec::new();
    for (i, layer) in network.layers().iter().enumerate().rev() {
        let delta = match layer.activation {
            Activation::Relu => g.zip_map(&activations[i + 1], |g, a| g * gate(a)),
            _ => g,
        };
        let mut parameters = layer.linear.parameter_gradient(&activations[i], &delta);
        parameters.bias *= bias_factor;
        g = layer.linear.input_gradient(&delta);
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
    let on = |a: f64| f64::from(a > 0.0);
    let same = |g: DMatrix<f64>| g;
    // 83 entries, each wrong by less than TOLERANCE.
    let (_, right) = loss_and_gradient(&network, &batch);
    assert!(error(&right) < 83.0_f64.sqrt() * TOLERANCE / right.norm());
    assert_eq!(with_mistake(&network, &batch, on, same, 1.0), right);
    let mistakes = [
        (
            "gate reversed: 1 where the unit is off",
            with_mistake(&network, &batch, |a| 1.0 - on(a), same, 1.0),
        ),
        ("no gate", with_mistake(&network, &batch, |_| 1.0, same, 1.0)),
        (
            "sum over the batch in place of the mean",
            with_mistake(&network, &batch, on, |g| g * 5.0, 1.0),
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
        "backpropagation__mistakes",
        table(["mistake", "relative difference"], [first].into_iter().chain(rows))
    );
}

fn cosine(a: &DVector<f64>, b: &DVector<f64>) -> f64 {
    a.dot(b) / (a.norm() * b.norm())
}

/// The gradients with the gates and without them, as one column each.
fn with_and_without_gates(network: &Network, batch: &Batch) -> [DVector<f64>; 2] {
    let same = |g: DMatrix<f64>| g;
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
        "backpropagation__gates",
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
        "backpropagation__cost",
        values([("passes", grouped(2 * mnist.parameter_count()))])
    );
}

/// With `z = 3w − 1` between 1.8 and 2.2, `|f″| < 1.05` and `|f‴| < 4.1`. Rounding:
/// `w ± h` moves by at most one unit roundoff `u`, `z` by 4u, and the fraction's five
/// operations by 4u of a value below 0.42; with `f' < 0.3` and `df/dz < 0.1` each `f` is
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

/// The bound of the errors is least at √(9.5u) = 3e-8 and at ∛(1.8u) = 6e-6; a bound
/// says where its own minimum is, and the errors' within a factor of ten.
#[test]
fn the_best_step_is_near_the_square_root_and_the_cube_root_of_epsilon() {
    let best = |which: usize| {
        let steps = (1..=51).map(|k| 0.5_f64.powi(k));
        let errors = steps.map(|h| (h, difference_errors(h)[which]));
        errors.min_by(|a, b| a.1.total_cmp(&b.1)).expect("a step")
    };
    let [(forward, forward_error), (centred, centred_error)] = [best(0), best(1)];
    let (root, cube_root) = (f64::EPSILON.sqrt(), f64::EPSILON.cbrt());
    assert!((0.1..10.0).contains(&(forward / root)));
    assert!((0.1..10.0).contains(&(centred / cube_root)));
    assert!(centred_error < forward_error / 100.0);
    let [_, tiny] = difference_errors(1e-14);
    snapshot!(
        "backpropagation__steps",
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

/// `(z + h) / 2h` between −h and h: with these numbers nothing is rounded.
#[test]
fn across_a_kink_the_centred_difference_mixes_both_sides() {
    let relu = |z: f64| z.max(0.0);
    let h = 0.25;
    for (z, expected) in
        [(-0.25, 0.0), (-0.125, 0.25), (0.0, 0.5), (0.125, 0.75), (0.25, 1.0)]
    {
        assert_eq!(centred_difference(relu, z, h), expected);
    }
    // A right gradient that fails the check, because z = 1/16 is closer to 0 than x h.
    let neuron = |w| Neuron { w, b: 0.0625 - 3.0 };
    let (right, _) = neuron(1.0).gradient(3.0, 1.0);
    let numerical = centred_difference(|w| neuron(w).loss(3.0, 1.0), 1.0, h);
    let closer = centred_difference(|w| neuron(w).loss(3.0, 1.0), 1.0, 0.015625);
    assert_eq!(closer, right);
    assert!((numerical / right - 1.0).abs() > 0.1);
}

/// At `z = 0` the difference to the right says 1, the one to the left 0, and the centred
/// one is between them at every step.
#[test]
fn at_the_kink_no_step_is_small_enough() {
    let relu = |z: f64| z.max(0.0);
    for k in 0..1000 {
        let h = 0.5_f64.powi(k);
        assert_eq!(forward_difference(relu, 0.0, h), 1.0);
        assert_eq!(forward_difference(relu, 0.0, -h), 0.0);
        assert_eq!(centred_difference(relu, 0.0, h), 0.5);
    }
}

/// Part (f) of the worksheet meets `z = 0` with `ŷ = y`: the factor `ŷ − y` is zero
/// whatever the convention. With another target it would matter.
#[test]
fn on_the_worksheet_the_convention_for_zero_makes_no_difference() {
    let neuron = Neuron { w: -0.5, b: -1.5 };
    assert_eq!(neuron.w * -3.0 + neuron.b, 0.0);
    let with_convention = |relu_derivative: f64, y: f64| {
        let delta = (neuron.forward(-3.0) - y) * relu_derivative;
        (delta * -3.0, delta)
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
    let check = reading();
    snapshot!(
        "backpropagation__exercises",
        values([
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
            ("three_rows", decimals(check(3.0), 1)),
            ("five_rows", decimals(check(5.0), 2)),
            ("four_rows", decimals(check(4.0), 1)),
            ("twice", decimals(check(2.0), 2)),
        ])
    );
}

/// What `relative_difference` says of the small network's gradient and a multiple of it.
fn reading() -> impl Fn(f64) -> f64 {
    let (input, network) = small_example();
    let (_, gradient) = squared_error_and_gradient(&network, input, &small_targets());
    move |factor| relative_difference(&(factor * &gradient), &gradient)
}

/// Whether the gate lets through, for an output of 0 as well, against `z` itself.
#[test]
fn open_at_an_output_of_zero_the_relu_has_no_gate_but_the_leaky_one_has() {
    let open = |activation: Activation, z: f64| {
        let mut output = dmatrix![z];
        activation.apply(&mut output);
        output[0] >= 0.0
    };
    for z in (-20..=20).map(|k| f64::from(k) / 4.0) {
        assert!(open(Activation::Relu, z));
        assert_eq!(open(Activation::LeakyRelu, z), z >= 0.0);
    }
}

/// The worksheet's neuron on a grid of samples that holds its elbow.
#[test]
fn the_conventions_for_zero_differ_at_the_elbow_for_every_target_but_zero() {
    let other = |x: f64, y: f64| {
        let z = WORKSHEET.w * x + WORKSHEET.b;
        let delta = if z >= 0.0 { WORKSHEET.forward(x) - y } else { 0.0 };
        (delta * x, delta)
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

/// `‖cg − g‖ / (‖cg‖ + ‖g‖) = (c − 1)/(c + 1)` for `c ≥ 1`, up to a few roundings.
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
    // The same value without the same direction.
    let (a, b) = (dvector![0.8, 0.6], dvector![0.8, -0.6]);
    assert!((relative_difference(&a, &b) - check(4.0)).abs() < 8.0 * f64::EPSILON);
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

#[test]
#[should_panic(expected = "gradients of shapes (2, 1) and (3, 1) cannot be compared")]
fn gradients_of_two_lengths_are_not_compared() {
    relative_difference(&DVector::zeros(2), &DVector::zeros(3));
}
