//! What the chapter on the linear layer says.

mod support;

use descent::linear_layer::{Linear, lecture_example, second_example};
use descent::network::Activation;
use nalgebra::{DMatrix, RowDVector, dmatrix};
use support::{decimals, exact_point, matrix, shape, table, values};

fn ones(rows: usize, columns: usize) -> DMatrix<f64> {
    DMatrix::from_element(rows, columns, 1.0)
}

/// `Σ ∂A ∘ A`, with fixed numbers `∂A`: a loss whose gradient with respect to `A` they are.
fn loss(layer: &Linear, input: &DMatrix<f64>, output_gradient: &DMatrix<f64>) -> f64 {
    layer.forward(input).component_mul(output_gradient).sum()
}

#[test]
fn the_lectures_example_is_right_to_the_integer() {
    let (input, layer) = lecture_example();
    let product = &input * &layer.weight;
    let output = layer.forward(&input);
    assert_eq!(product, dmatrix![3.0, 8.0, 4.0, 13.0; 6.0, 10.0, 4.0, 29.0]);
    assert_eq!(output, dmatrix![8.0, 3.0, 4.0, 14.0; 11.0, 5.0, 4.0, 30.0]);
    let bias = DMatrix::from_row_slice(1, 4, layer.bias.as_slice());
    let (row, unit) = (input.row(1), layer.weight.column(3));
    let products = row.iter().zip(&unit).map(|(x, w)| format!("{x} · {w}"));
    let products = products.collect::<Vec<_>>().join(" + ");
    assert_eq!(3.0 * 3.0 + 4.0 * 5.0 + 0.0 * 0.0 + 1.0, output[(1, 3)]);
    snapshot!(
        "linear_layer__unit",
        values([
            ("inputs", exact_point(row.transpose().as_slice())),
            ("weights", exact_point(unit.as_slice())),
            ("bias", layer.bias[3].to_string()),
            ("sum", format!("{products} + {} = {}", layer.bias[3], output[(1, 3)])),
        ])
    );
    snapshot!(
        "linear_layer__forward",
        format!(
            "$$X W = {} {} = {}$$\n\n$$X W + \\mathbf{{1}} b = {} + \\mathbf{{1}} {} = {}$$\n",
            matrix(&input),
            matrix(&layer.weight),
            matrix(&product),
            matrix(&product),
            matrix(&bias),
            matrix(&output),
        )
    );
}

#[test]
fn a_classifier_maps_a_batch_of_images_to_one_score_for_each_class() {
    let (batch, pixels, hidden, classes) = (256, 784, 100, 10);
    let layer = |fan_in, fan_out| {
        Linear::new(ones(fan_in, fan_out), RowDVector::zeros(fan_out))
    };
    let input = ones(batch, pixels);
    let one = layer(pixels, classes);
    let (first, second) = (layer(pixels, hidden), layer(hidden, classes));
    let mut middle = first.forward(&input);
    Activation::Relu.apply(&mut middle);
    assert_eq!(one.forward(&input).shape(), (batch, classes));
    assert_eq!(second.forward(&middle).shape(), (batch, classes));
    let row = |name: &str, layer: &Linear, input: &DMatrix<f64>| {
        let output = layer.forward(input);
        let bias = layer.bias.shape();
        [
            name.into(),
            shape(input.shape()),
            shape(layer.weight.shape()),
            shape(bias),
            shape(output.shape()),
        ]
    };
    snapshot!(
        "linear_layer__shapes",
        table(
            ["layer", "input", "weight", "bias", "output"],
            [
                row("one-layer classifier", &one, &input),
                row("two-layer classifier, first", &first, &input),
                row("two-layer classifier, second", &second, &middle),
            ]
        )
    );
}

#[test]
fn the_lectures_weight_hides_mistakes_in_the_input_gradient() {
    let (input, layer) = lecture_example();
    let parameters = layer.parameter_gradient(&input, &ones(2, 4));
    let input_gradient = layer.input_gradient(&ones(2, 4));
    let weight = dmatrix![4.0, 4.0, 4.0, 4.0; 6.0, 6.0, 6.0, 6.0; 1.0, 1.0, 1.0, 1.0];
    assert_eq!(parameters, Linear::new(weight, RowDVector::from_element(4, 2.0)));
    assert_eq!(input_gradient, DMatrix::from_element(2, 3, 7.0));
    assert_eq!(layer.weight.column_sum().as_slice(), [7.0; 3]);
    // The rows of W in another order: a wrong layer with the same input gradient.
    for order in orders(3) {
        let wrong = Linear::new(in_order(&layer.weight, &order), layer.bias.clone());
        assert_eq!(wrong.input_gradient(&ones(2, 4)), input_gradient);
    }
    snapshot!(
        "linear_layer__ones",
        format!(
            "$$\\partial X = {},\\qquad \\partial W = {},\\qquad \\partial b = {}$$\n",
            matrix(&input_gradient),
            matrix(&parameters.weight),
            matrix(&DMatrix::from_row_slice(1, 4, parameters.bias.as_slice())),
        )
    );
    let exchanged = in_order(&layer.weight, &[1, 0, 2]);
    let wrong = ones(2, 4) * exchanged.transpose();
    assert_eq!(wrong, input_gradient);
    let shown = |name: &str, weight: &DMatrix<f64>, gradient: &DMatrix<f64>| {
        format!(
            "$${name} = {},\\qquad {} {name}^\\top = {}$$\n",
            matrix(weight),
            matrix(&ones(2, 4)),
            matrix(gradient)
        )
    };
    let sums = layer.weight.row_iter().map(|row| {
        let terms: Vec<_> = row.iter().map(ToString::to_string).collect();
        terms.join(" + ")
    });
    let sums: Vec<_> = sums.collect();
    let names = ["first", "second", "third"];
    let named = [0, 1, 2].map(|k| (names[k], sums[k].clone()));
    snapshot!("linear_layer__sums", values(named));
    snapshot!(
        "linear_layer__exchanged",
        shown("W", &layer.weight, &input_gradient)
            + "\n"
            + &shown("W_{\\text{wrong}}", &exchanged, &wrong)
    );
}

#[test]
fn the_backward_pass_of_the_second_example_is_exact() {
    let (input, layer, output_gradient) = second_example();
    let input_gradient = layer.input_gradient(&output_gradient);
    let parameters = layer.parameter_gradient(&input, &output_gradient);
    assert_eq!(input_gradient, dmatrix![2.0, -4.0; 3.0, 5.0; 4.0, -2.0]);
    assert_eq!(parameters.weight, dmatrix![6.0, 1.0, -1.0, 3.0; -3.0, 4.0, 9.0, 2.0]);
    assert_eq!(parameters.bias, RowDVector::from_row_slice(&[-1.0, 2.0, 5.0, 1.0]));
    snapshot!(
        "linear_layer__backward",
        format!(
            "$$X = {},\\qquad W = {},\\qquad \\partial A = {}$$\n\n\
             $$\\partial X = \\partial A\\, W^\\top = {},\\qquad \\partial W = X^\\top\\, \\partial A = {},$$\n\n\
             $$\\partial b = \\mathbf{{1}}^\\top\\, \\partial A = {}$$\n",
            matrix(&input),
            matrix(&layer.weight),
            matrix(&output_gradient),
            matrix(&input_gradient),
            matrix(&parameters.weight),
            matrix(&DMatrix::from_row_slice(1, 4, parameters.bias.as_slice())),
        )
    );
}

/// The factors of the three products, one of them with its rows or its columns in
/// another order.
#[test]
fn in_the_second_example_every_wrong_order_of_images_inputs_or_units_is_noticed() {
    let (input, layer, output_gradient) = second_example();
    let products = [
        (output_gradient.clone(), layer.weight.transpose()),
        (input.transpose(), output_gradient.clone()),
        (ones(1, 3), output_gradient),
    ];
    for (left, right) in &products {
        let product = left * right;
        let mut numbers = product.as_slice().to_vec();
        numbers.sort_by(f64::total_cmp);
        assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
        for order in orders(right.ncols()) {
            let wrong = in_order(&right.transpose(), &order).transpose();
            assert_ne!(left * wrong, product, "columns {order:?}");
        }
        if left.nrows() == 1 {
            continue; // a factor of ones has no order
        }
        for order in orders(left.nrows()) {
            assert_ne!(in_order(left, &order) * right, product, "rows {order:?}");
        }
        for order in orders(right.nrows()) {
            assert_ne!(left * in_order(right, &order), product, "between {order:?}");
        }
    }
}

/// The loss is linear in each single number, so that the difference over a step of 1 is
/// its derivative, and with whole numbers it is exact. In the square layer, whose batch
/// is as large as its fans, no shape would tell that a factor is transposed.
#[test]
fn every_gradient_is_the_change_of_the_loss_for_a_step_of_one() {
    let weight = dmatrix![1.0, 2.0; -3.0, 5.0];
    let square = Linear::new(weight, RowDVector::from_row_slice(&[1.0, -1.0]));
    let of_two = (dmatrix![2.0, 1.0; -1.0, 3.0], square, dmatrix![4.0, -2.0; 1.0, 3.0]);
    for (input, layer, output_gradient) in [second_example(), of_two] {
        every_gradient_is_a_step_of_one(&input, &layer, &output_gradient);
    }
}

fn every_gradient_is_a_step_of_one(
    input: &DMatrix<f64>,
    layer: &Linear,
    output_gradient: &DMatrix<f64>,
) {
    let input_gradient = layer.input_gradient(output_gradient);
    let parameters = layer.parameter_gradient(input, output_gradient);
    let before = loss(layer, input, output_gradient);
    for place in 0..input.len() {
        let mut moved = input.clone();
        moved[place] += 1.0;
        assert_eq!(
            loss(layer, &moved, output_gradient) - before,
            input_gradient[place]
        );
    }
    for place in 0..layer.weight.len() {
        let mut moved = layer.clone();
        moved.weight[place] += 1.0;
        assert_eq!(
            loss(&moved, input, output_gradient) - before,
            parameters.weight[place]
        );
    }
    for place in 0..layer.bias.len() {
        let mut moved = layer.clone();
        moved.bias[place] += 1.0;
        assert_eq!(
            loss(&moved, input, output_gradient) - before,
            parameters.bias[place]
        );
    }
}

#[test]
fn a_product_multiplies_once_for_each_image_input_and_output() {
    let (input, layer) = lecture_example();
    let mut output = DMatrix::zeros(input.nrows(), layer.fan_out());
    let mut multiplications = 0;
    for image in 0..input.nrows() {
        for unit in 0..layer.fan_out() {
            for k in 0..layer.fan_in() {
                output[(image, unit)] += input[(image, k)] * layer.weight[(k, unit)];
                multiplications += 1;
            }
        }
    }
    assert_eq!(output, &input * &layer.weight);
    assert_eq!(layer.multiplications(input.nrows()), multiplications);
    let first = Linear::new(ones(784, 100), RowDVector::zeros(100));
    snapshot!(
        "linear_layer__cost",
        values([
            ("lecture", multiplications.to_string()),
            (
                "mnist_millions",
                support::decimals(first.multiplications(256) as f64 / 1e6, 1)
            ),
        ])
    );
}

/// `∂X = ∂A Wᵀ` sums over units for each image and input, `∂W = Xᵀ ∂A` over images for
/// each weight.
#[test]
fn each_product_of_the_backward_pass_costs_as_much_as_the_forward_pass() {
    let (input, layer, output_gradient) = second_example();
    let input_gradient = layer.input_gradient(&output_gradient);
    let parameters = layer.parameter_gradient(&input, &output_gradient);
    let mut by_hand = DMatrix::zeros(input.nrows(), input.ncols());
    let mut weight_gradient = DMatrix::zeros(layer.fan_in(), layer.fan_out());
    let (mut for_input, mut for_weight) = (0, 0);
    for image in 0..input.nrows() {
        for k in 0..layer.fan_in() {
            for unit in 0..layer.fan_out() {
                let g = output_gradient[(image, unit)];
                by_hand[(image, k)] += g * layer.weight[(k, unit)];
                for_input += 1;
                weight_gradient[(k, unit)] += input[(image, k)] * g;
                for_weight += 1;
            }
        }
    }
    assert_eq!((by_hand, weight_gradient), (input_gradient, parameters.weight));
    assert_eq!([for_input, for_weight], [layer.multiplications(input.nrows()); 2]);
}

/// A whole number, with a minus sign.
fn minus(number: f64) -> String {
    number.to_string().replace('-', "−")
}

/// A layer behind the lecture's.
fn next_layer() -> Linear {
    Linear::new(
        dmatrix![1.0, -1.0; 2.0, 0.0; 0.0, 3.0; -2.0, 1.0],
        RowDVector::from_row_slice(&[1.0, -4.0]),
    )
}

#[test]
fn two_linear_layers_in_a_row_are_one() {
    let (input, first) = lecture_example();
    let second = next_layer();
    let one = first.then(&second);
    assert_eq!(one.weight.shape(), (3, 2));
    assert_eq!(one.forward(&input), second.forward(&first.forward(&input)));
}

/// The outputs of a layer for `x` and `−x` add up to twice the output for 0; with a ReLU
/// in between that fails.
#[test]
fn with_a_relu_between_them_two_layers_are_not_one() {
    let (input, first) = lecture_example();
    let second = Linear::new(dmatrix![1.0; 1.0; 1.0; 1.0], RowDVector::zeros(1));
    let network = |x: &DMatrix<f64>| {
        let mut middle = first.forward(x);
        Activation::Relu.apply(&mut middle);
        second.forward(&middle)
    };
    let one = first.then(&second);
    let zero = DMatrix::zeros(2, 3);
    let opposite = -&input;
    assert_eq!(one.forward(&input) + one.forward(&opposite), 2.0 * one.forward(&zero));
    assert_ne!(network(&input) + network(&opposite), 2.0 * network(&zero));
    assert_eq!(
        first.forward(&input) + first.forward(&opposite),
        2.0 * first.forward(&zero)
    );
    let inputs = [("$x$", &input), ("$-x$", &opposite), ("$0$", &zero)];
    let rows = inputs.map(|(name, x)| {
        let row =
            |matrix: &DMatrix<f64>| exact_point(matrix.row(0).transpose().as_slice());
        let before = first.forward(x);
        let mut after = before.clone();
        Activation::Relu.apply(&mut after);
        let [sum, clipped] = [one.forward(x)[0], network(x)[0]];
        assert_eq!([before.row(0).sum(), after.row(0).sum()], [sum, clipped]);
        [name.into(), row(&before), minus(sum), row(&after), minus(clipped)]
    });
    snapshot!(
        "linear_layer__relu",
        table(
            ["input", "the layer gives", "their sum", "behind the ReLU", "their sum"],
            rows
        )
    );
    let [there, back, middle] = [&input, &opposite, &zero].map(|x| network(x)[0]);
    snapshot!(
        "linear_layer__broken",
        values([
            ("input", exact_point(input.row(0).transpose().as_slice())),
            ("both", (there + back).to_string()),
            ("twice", (2.0 * middle).to_string()),
            (
                "layer_both",
                (one.forward(&input)[0] + one.forward(&opposite)[0]).to_string()
            ),
        ])
    );
}

#[test]
fn a_column_of_ones_makes_the_bias_one_more_row_of_the_weight() {
    let (input, layer) = lecture_example();
    let input_and_one = input.clone().insert_column(3, 1.0);
    let mut weight_and_bias = layer.weight.clone().insert_row(3, 0.0);
    weight_and_bias.set_row(3, &layer.bias);
    assert_eq!(input_and_one * weight_and_bias, layer.forward(&input));
}

// Exercises

/// All orders of so many things, but for their own.
fn orders(count: usize) -> Vec<Vec<usize>> {
    let mut orders = vec![Vec::new()];
    for thing in 0..count {
        let with = |order: &Vec<usize>| {
            let places = (0..=thing).map(|place| {
                let mut longer = order.clone();
                longer.insert(place, thing);
                longer
            });
            places.collect::<Vec<_>>()
        };
        orders = orders.iter().flat_map(with).collect();
    }
    orders.retain(|order| !order.is_sorted());
    orders
}

/// The rows of a matrix in another order.
fn in_order(matrix: &DMatrix<f64>, order: &[usize]) -> DMatrix<f64> {
    DMatrix::from_fn(order.len(), matrix.ncols(), |i, j| matrix[(order[i], j)])
}

#[test]
fn with_a_gradient_of_ones_no_order_of_the_images_or_units_is_noticed() {
    let (input, layer) = lecture_example();
    let weight = layer.weight.transpose();
    let gradient = ones(2, 4);
    let weight_gradient = input.transpose() * &gradient;
    let exchanged = in_order(&input, &[1, 0]);
    assert_eq!(exchanged.transpose() * &gradient, weight_gradient);
    let turned = in_order(&weight, &[3, 2, 1, 0]);
    assert_eq!(&gradient * turned, &gradient * &weight);
    let inputs_turned = in_order(&input.transpose(), &[2, 1, 0]) * &gradient;
    assert_ne!(inputs_turned, weight_gradient);
    let bias = layer.parameter_gradient(&input, &gradient).bias;
    assert_ne!(&bias / 2.0, bias);
    snapshot!(
        "linear_layer__exercises",
        values([
            ("turned", exact_point(inputs_turned.column(0).as_slice())),
            ("right", exact_point(weight_gradient.column(0).as_slice())),
            ("mean", (bias[0] / 2.0).to_string()),
            ("sum", bias[0].to_string()),
            ("first_image", exact_point(exchanged.transpose().column(1).as_slice())),
            ("second_image", exact_point(exchanged.transpose().column(0).as_slice())),
            ("fourth_unit", exact_point(layer.weight.column(3).as_slice())),
            ("biases", layer.bias.sum().to_string()),
            ("sigmoid", decimals(sigmoid(1.0), 3)),
        ])
    );
}

fn sigmoid(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

/// All orders of three inputs, in all eight places of the one.
#[test]
fn a_single_one_tells_the_inputs_apart_in_the_second_row_only() {
    let (input, layer) = lecture_example();
    let orders = orders(3);
    for (image, unit) in (0..2).flat_map(|image| (0..4).map(move |unit| (image, unit)))
    {
        let mut gradient = DMatrix::zeros(2, 4);
        gradient[(image, unit)] = 1.0;
        let input_gradient = layer.input_gradient(&gradient);
        let weight_gradient = layer.parameter_gradient(&input, &gradient).weight;
        assert_eq!(input_gradient.row(image), layer.weight.column(unit).transpose());
        assert_eq!(weight_gradient.column(unit), input.row(image).transpose());
        let noticed = orders.iter().map(|order| {
            let weight = in_order(&layer.weight, order);
            let inputs = in_order(&input.transpose(), order);
            [
                &gradient * weight.transpose() != input_gradient,
                inputs * &gradient != weight_gradient,
            ]
        });
        let noticed: Vec<_> = noticed.collect();
        assert!(noticed.iter().all(|[in_input, _]| *in_input));
        assert_eq!(noticed.iter().all(|[_, in_weight]| *in_weight), image == 1);
        let largest = RowDVector::from_fn(4, |_, j| gradient.column(j).max());
        assert_eq!(layer.parameter_gradient(&input, &gradient).bias, largest);
        // Each entry of a gradient is a sum, and here of at most one term.
        for k in 0..3 {
            for i in 0..2 {
                let terms = layer.weight.row(k).component_mul(&gradient.row(i));
                assert!(terms.iter().filter(|&&term| term != 0.0).count() <= 1);
            }
            for j in 0..4 {
                let terms = input.column(k).component_mul(&gradient.column(j));
                assert!(terms.iter().filter(|&&term| term != 0.0).count() <= 1);
            }
        }
    }
}

/// `[X 1]` and `W` on top of `b`.
fn stacked(input: &DMatrix<f64>, layer: &Linear) -> [DMatrix<f64>; 2] {
    let last = layer.fan_in();
    let mut weight = layer.weight.clone().insert_row(last, 0.0);
    weight.set_row(last, &layer.bias);
    [input.clone().insert_column(last, 1.0), weight]
}

/// The loss is of degree one in each number: a step of 1 shows its derivative.
#[test]
fn with_a_column_of_ones_the_bias_gradient_is_the_last_row_of_the_weights() {
    let (input, layer) = lecture_example();
    let gradient = dmatrix![1.0, 0.0, 2.0, -1.0; 3.0, 1.0, 0.0, 2.0];
    let factors = stacked(&input, &layer);
    let [by_input, by_weight] = [0, 1].map(|which| {
        let mut moved = factors.clone();
        let loss = |[x, w]: &[DMatrix<f64>; 2]| (x * w).component_mul(&gradient).sum();
        let before = loss(&factors);
        let (rows, columns) = factors[which].shape();
        DMatrix::from_fn(rows, columns, |i, j| {
            moved[which][(i, j)] += 1.0;
            let change = loss(&moved) - before;
            moved[which][(i, j)] -= 1.0;
            change
        })
    });
    let parameters = layer.parameter_gradient(&input, &gradient);
    assert_eq!(by_weight.rows(0, 3), parameters.weight);
    assert_eq!(by_weight.row(3), parameters.bias);
    assert_eq!(by_input.columns(0, 3), layer.input_gradient(&gradient));
    assert_eq!(by_input.columns(3, 1), &gradient * layer.bias.transpose());
    // With the lecture's gradient it is the sum of the biases.
    let with_ones = ones(2, 4) * layer.bias.transpose();
    assert_eq!(with_ones, DMatrix::from_element(2, 1, layer.bias.sum()));
}

#[test]
fn a_unit_that_is_always_one_hands_the_ones_on_until_it_is_trained() {
    let (input, first) = lecture_example();
    let second = next_layer();
    let [x, weight] = stacked(&input, &first);
    let mut weight = weight.insert_column(4, 0.0);
    weight[(3, 4)] = 1.0;
    let [_, next] = stacked(&DMatrix::zeros(1, 4), &second);
    let output = |activation: Activation, weight: &DMatrix<f64>| {
        let mut middle = &x * weight;
        activation.apply(&mut middle);
        middle * &next
    };
    let network = |activation: Activation| {
        let mut middle = first.forward(&input);
        activation.apply(&mut middle);
        second.forward(&middle)
    };
    assert_eq!(output(Activation::Relu, &weight), network(Activation::Relu));
    let off = output(Activation::Sigmoid, &weight) - network(Activation::Sigmoid);
    let expected = (sigmoid(1.0) - 1.0) * &second.bias;
    for difference in off.row_iter() {
        // Sums of five products, the largest of them 4.
        assert!((difference - &expected).amax() < 40.0 * f64::EPSILON);
    }
    // Training would move it: for the loss "sum of all outputs" its gradient, here the
    // change for a step of 1, is not zero.
    let loss = |weight: &DMatrix<f64>| output(Activation::Relu, weight).sum();
    for k in 0..4 {
        let mut moved = weight.clone();
        moved[(k, 4)] += 1.0;
        let change = loss(&moved) - loss(&weight);
        assert_eq!(change, x.column(k).sum() * second.bias.sum());
        assert_ne!(change, 0.0);
    }
}

// Refusals

#[test]
#[should_panic(
    expected = "input of shape (2, 4) does not fit a layer with weight of shape (3, 4)"
)]
fn an_input_of_the_wrong_width_is_refused_with_both_shapes() {
    let (_, layer) = lecture_example();
    layer.forward(&ones(2, 4));
}

#[test]
#[should_panic(expected = "output gradient of shape (2, 3) does not fit")]
fn an_output_gradient_of_the_wrong_width_is_refused_with_both_shapes() {
    let (input, layer) = lecture_example();
    layer.parameter_gradient(&input, &ones(2, 3));
}

#[test]
#[should_panic(
    expected = "an output gradient of shape (3, 4) and an input of shape (2, 3) are not of one batch"
)]
fn an_output_gradient_of_another_batch_is_refused_with_both_shapes() {
    let (input, layer) = lecture_example();
    layer.parameter_gradient(&input, &ones(3, 4));
}

#[test]
#[should_panic(
    expected = "a weight of shape (3, 4) needs a bias of shape (1, 4), not (1, 3)"
)]
fn a_bias_of_the_wrong_length_is_refused_with_both_shapes() {
    Linear::new(ones(3, 4), RowDVector::zeros(3));
}

#[test]
#[should_panic(
    expected = "a layer with weight of shape (3, 4) cannot follow one with weight of shape (3, 4)"
)]
fn layers_that_do_not_fit_together_are_refused_with_both_shapes() {
    let (_, layer) = lecture_example();
    let _ = layer.then(&layer);
}
