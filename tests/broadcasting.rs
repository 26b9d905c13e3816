//! What the chapter on broadcasting says.

mod support;

use descent::broadcasting::{Incompatible, broadcast, broadcast_shape, copies, sum_to};
use descent::gradient_check::numerical_gradient;
use descent::linear_layer::{Linear, lecture_example, second_example};
use nalgebra::{DMatrix, DVector, RowDVector, dmatrix, dvector};
use support::{decimals, exact_point, grouped, matrix, shape, table, values};

#[test]
fn three_ways_to_add_the_bias_give_the_same_numbers() {
    let (input, layer) = lecture_example();
    let product = &input * &layer.weight;
    let by_formula = &product + copies(&layer.bias, 2);
    let by_view = &product + broadcast(&layer.bias, 2).to_matrix();
    assert_eq!(layer.forward(&input), by_formula);
    assert_eq!(layer.forward(&input), by_view);
    let ones = DMatrix::from_element(2, 1, 1.0);
    let bias = DMatrix::from_row_slice(1, 4, layer.bias.as_slice());
    snapshot!(
        "broadcasting__forward",
        format!(
            "$$\\mathbf{{1}} b = {} {} = {}$$\n",
            matrix(&ones),
            matrix(&bias),
            matrix(&copies(&layer.bias, 2))
        )
    );
}

#[test]
fn every_row_of_the_view_is_the_same_memory() {
    let (_, layer) = lecture_example();
    let view = broadcast(&layer.bias, 1000);
    assert_eq!(view.shape(), (1000, 4));
    assert_eq!(view.strides(), (0, 1));
    for row in 0..1000 {
        for column in 0..4 {
            assert!(std::ptr::eq(view.get(row, column), &layer.bias[column]));
        }
    }
}

#[test]
fn adding_the_bias_allocates_nothing() {
    let (_, layer) = lecture_example();
    let input = DMatrix::from_element(1000, 3, 1.0);
    let allocated = |f: &dyn Fn()| allocation_counter::measure(f).bytes_total;
    let product = allocated(&|| drop(&input * &layer.weight));
    let layer_forward = allocated(&|| drop(layer.forward(&input)));
    let view =
        allocated(&|| assert_eq!(*broadcast(&layer.bias, 1000).get(999, 3), 1.0));
    let formula = allocated(&|| drop(copies(&layer.bias, 1000)));
    let output = 1000 * 4 * size_of::<f64>() as u64;
    assert_eq!(layer_forward, product);
    let large =
        Linear::new(DMatrix::from_element(784, 100, 1.0), RowDVector::zeros(100));
    let images = DMatrix::from_element(256, 784, 1.0);
    let large_product = allocated(&|| drop(&images * &large.weight));
    assert_eq!(allocated(&|| drop(large.forward(&images))), large_product);
    assert_eq!(view, 0);
    assert!(
        formula >= output,
        "the formula taken literally holds {output} bytes of copies, not {formula}"
    );
    let row = |name: &str, bytes: u64| [name.into(), bytes.to_string()];
    snapshot!(
        "broadcasting__bytes",
        values([
            ("output", grouped(layer_forward as usize)),
            ("view", view.to_string()),
            ("copies", grouped(formula as usize)),
        ])
    );
    snapshot!(
        "broadcasting__memory",
        table(
            ["for a batch of 1000", "bytes allocated"],
            [
                row("output of the layer, $XW + \\mathbf{1}b$", layer_forward),
                row("of these for adding $\\mathbf{1}b$", layer_forward - product),
                row("$\\mathbf{1}b$ as a view", view),
                row(
                    "$\\mathbf{1}b$ as the formula says it, column of ones included",
                    formula
                ),
            ]
        )
    );
}

/// The gradient of `b ↦ Σ ∂A ∘ (1 b)`, with fixed numbers `∂A`, is what `sum_to` returns: the loss is linear in
/// `b`, so that a step of 1 shows the derivative exactly.
#[test]
fn the_backward_pass_of_a_broadcast_is_the_sum_over_the_batch() {
    let (_, _, gradient) = second_example();
    let loss = |b: &RowDVector<f64>| {
        broadcast(b, 3).to_matrix().component_mul(&gradient).sum()
    };
    let bias_gradient = sum_to(&gradient, (1, 4));
    for place in 0..4 {
        let mut step = RowDVector::zeros(4);
        step[place] = 1.0;
        assert_eq!(loss(&step) - loss(&RowDVector::zeros(4)), bias_gradient[place]);
    }
    assert_eq!(bias_gradient, dmatrix![-1.0, 2.0, 5.0, 1.0]);
}

#[test]
fn the_layers_bias_gradient_is_the_same_sum() {
    let (input, layer, gradient) = second_example();
    let bias = layer.parameter_gradient(&input, &gradient).bias;
    assert_eq!(sum_to(&gradient, (1, 4)).row(0), bias);
}

#[test]
fn every_axis_that_was_stretched_is_summed_and_no_other() {
    let (_, _, gradient) = second_example();
    assert_eq!(sum_to(&gradient, (3, 4)), gradient);
    assert_eq!(sum_to(&gradient, (1, 4)), dmatrix![-1.0, 2.0, 5.0, 1.0]);
    assert_eq!(sum_to(&gradient, (3, 1)), dmatrix![-1.0; 6.0; 2.0]);
    assert_eq!(sum_to(&gradient, (1, 1)), dmatrix![7.0]);
    // Where one entry goes: a gradient with a single 1.
    let goes_to = |row: usize, column: usize, to: (usize, usize)| {
        let mut single = DMatrix::zeros(3, 4);
        single[(row, column)] = 1.0;
        let sum = sum_to(&single, to);
        let place = (0..to.0)
            .flat_map(|i| (0..to.1).map(move |j| (i, j)))
            .find(|&place| sum[place] == 1.0);
        assert_eq!(sum.sum(), 1.0);
        place.expect("the 1 arrives")
    };
    for (row, column) in (0..3).flat_map(|i| (0..4).map(move |j| (i, j))) {
        assert_eq!(goes_to(row, column, (1, 4)), (0, column));
        assert_eq!(goes_to(row, column, (3, 1)), (row, 0));
        assert_eq!(goes_to(row, column, (1, 1)), (0, 0));
    }
    let remainders = |count: usize, to: usize, place: &dyn Fn(usize) -> usize| {
        let one = |k: usize| {
            assert_eq!(k % to, place(k));
            format!("{k} % {to} = {}", place(k))
        };
        (0..count).map(one).collect::<Vec<_>>().join(", ")
    };
    snapshot!(
        "broadcasting__places",
        values([
            ("rows", remainders(3, 1, &|row| goes_to(row, 0, (1, 4)).0)),
            ("columns", remainders(4, 4, &|column| goes_to(0, column, (1, 4)).1)),
        ])
    );
}

#[test]
fn the_bias_gradient_is_a_sum_and_not_a_mean() {
    let (_, _, gradient) = second_example();
    let twice = DMatrix::from_fn(6, 4, |row, column| gradient[(row % 3, column)]);
    assert_eq!(sum_to(&twice, (1, 4)), 2.0 * sum_to(&gradient, (1, 4)));
    assert_eq!(sum_to(&(&twice / 2.0), (1, 4)), sum_to(&gradient, (1, 4)));
}

#[test]
fn lengths_fit_if_they_are_equal_or_one_of_them_is_one() {
    let shapes = || (0..4).flat_map(|rows| (0..4).map(move |columns| (rows, columns)));
    let fit = |left, right| left == right || left == 1 || right == 1;
    let stretched = |left, right| if left == 1 { right } else { left };
    for (left, right) in
        shapes().flat_map(|left| shapes().map(move |right| (left, right)))
    {
        let shape = broadcast_shape(left, right);
        if fit(left.0, right.0) && fit(left.1, right.1) {
            let expected = (stretched(left.0, right.0), stretched(left.1, right.1));
            assert_eq!(shape, Ok(expected), "{left:?} {right:?}");
        } else {
            assert_eq!(shape, Err(Incompatible { left, right }));
        }
    }
}

/// One mean for each image, subtracted from its image: right as a column `[batch, 1]`.
/// Written as a vector it is read as a row `[1, batch]`.
#[test]
fn a_vector_of_one_number_for_each_image_fits_if_its_length_is_the_width_or_one_of_them_is_one()
 {
    for (batch, width) in
        (1..=5).flat_map(|batch| (1..=5).map(move |width| (batch, width)))
    {
        assert_eq!(broadcast_shape((batch, width), (batch, 1)), Ok((batch, width)));
        let as_row = broadcast_shape((batch, width), (1, batch));
        let fits = batch == width || batch == 1 || width == 1;
        assert_eq!(as_row.is_ok(), fits);
        // The shape gives it away where the width is 1, and not where it is the batch.
        let right_shape = as_row == Ok((batch, width));
        assert_eq!(right_shape, batch == width || batch == 1);
        assert!(!fits || width != 1 || as_row == Ok((batch, batch)));
        // A batch of one is right, for a row of one number is a column of one.
        assert!(batch != 1 || (1, batch) == (batch, 1));
    }
    let images = dmatrix![1.0, 2.0, 3.0; 4.0, 5.0, 6.0; 7.0, 8.0, 9.0];
    let means = RowDVector::from_row_slice(&[2.0, 5.0, 8.0]);
    let as_row = &images - broadcast(&means, 3).to_matrix();
    let as_column = &images
        - DMatrix::from_column_slice(3, 1, means.as_slice())
            * DMatrix::from_element(1, 3, 1.0);
    assert_eq!(as_column, dmatrix![-1.0, 0.0, 1.0; -1.0, 0.0, 1.0; -1.0, 0.0, 1.0]);
    assert_ne!(as_row, as_column);
    assert_eq!(as_row.column_sum(), nalgebra::dvector![-9.0, 0.0, 9.0]);
    assert_eq!(broadcast_shape((3, 3), (1, 3)), Ok((3, 3)));
    let other_batch = broadcast_shape((4, 3), (1, 4));
    assert_eq!(other_batch, Err(Incompatible { left: (4, 3), right: (1, 4) }));
    let meant = |batch| {
        broadcast_shape((batch, 3), (batch, 1))
            .map_or_else(|error| error.to_string(), shape)
    };
    let read = |batch| {
        broadcast_shape((batch, 3), (1, batch))
            .map_or_else(|error| error.to_string(), shape)
    };
    let row = |batch: usize| [shape((batch, 3)), meant(batch), read(batch)];
    snapshot!(
        "broadcasting__trap",
        table(
            ["images", "minus a column `[batch, 1]`", "minus a vector of length batch"],
            [row(2), row(3), row(4)]
        )
    );
    snapshot!(
        "broadcasting__trap_numbers",
        format!(
            "$$\\text{{as a column: }} {}\\qquad \\text{{as a vector: }} {}$$\n",
            matrix(&as_column),
            matrix(&as_row)
        )
    );
}

// Exercises

/// Predictions as a column, labels as a vector, which is read as a row. The mean over all
/// pairs is the mean distance from the mean label plus the spread of the labels.
#[test]
fn a_column_minus_a_row_compares_every_pair_and_learns_the_mean() {
    for batch in 1..=4 {
        let pairs = broadcast_shape((batch, 1), (1, batch));
        assert_eq!(pairs, Ok((batch, batch)));
    }
    let labels = RowDVector::from_row_slice(&[1.0, 2.0, 6.0]);
    let errors = |predictions: &DVector<f64>| {
        let as_row = predictions.transpose();
        broadcast(&as_row, 3).to_matrix().transpose()
            - broadcast(&labels, 3).to_matrix()
    };
    let loss = |predictions: &DVector<f64>| errors(predictions).norm_squared() / 9.0;
    let gradient =
        |predictions: &DVector<f64>| sum_to(&(2.0 / 9.0 * errors(predictions)), (3, 1));
    let right = labels.transpose();
    let mean = dvector![3.0, 3.0, 3.0];
    // Numbers below 16 are rounded a few times, each time by at most 2⁻⁵⁰ ≈ 9e-16.
    let equal = |a: f64, b: f64| (a - b).abs() < 1e-14;
    let spread = (4.0 + 1.0 + 9.0) / 3.0;
    for predictions in [&right, &mean, &dvector![-1.0, 0.5, 4.0]] {
        let distance = (predictions - &mean).norm_squared() / 3.0;
        assert!(equal(loss(predictions), distance + spread));
        let numerical = numerical_gradient(loss, predictions, 1.0);
        let expected = 2.0 / 3.0 * (predictions - &mean);
        assert!((&numerical - &expected).amax() < 1e-13);
        assert!((gradient(predictions).column(0) - &expected).amax() < 1e-14);
    }
    assert_eq!(gradient(&mean), dmatrix![0.0; 0.0; 0.0]);
    assert!(gradient(&right).amax() > 1.0);
    let counts = collected(&DMatrix::from_element(3, 2, 1.0));
    snapshot!(
        "broadcasting__exercises",
        values([
            ("right", decimals(loss(&right), 2)),
            ("mean", decimals(loss(&mean), 2)),
            ("label_mean", mean[0].to_string()),
            ("windows", grouped(windows(4, 2))),
            ("counts", exact_point(&counts)),
        ])
    );
}

/// The view of the chapter, with any strides: where each entry lies.
fn places(
    (rows, columns): (usize, usize),
    strides: (usize, usize),
) -> impl Iterator<Item = (usize, usize, usize)> {
    let columns = move |row| (0..columns).map(move |column| (row, column));
    (0..rows)
        .flat_map(columns)
        .map(move |(row, column)| (row, column, row * strides.0 + column * strides.1))
}

/// How many rows of a width fit into so many numbers, if both strides are 1.
fn windows(numbers: usize, width: usize) -> usize {
    let fits = |&rows: &usize| {
        places((rows, width), (1, 1)).all(|(.., place)| place < numbers)
    };
    (0..=numbers).take_while(fits).last().expect("no row fits always")
}

/// Each of four numbers collects from the places at which the windows of two show it.
fn collected(gradient: &DMatrix<f64>) -> [f64; 4] {
    let mut sum = [0.0; 4];
    places((3, 2), (1, 1)).for_each(|(i, j, at)| sum[at] += gradient[(i, j)]);
    sum
}

/// The loss `Σ ∂A ∘ view`, with fixed numbers `∂A`, is of degree one in each number: a step of 1 shows its derivative.
#[test]
fn two_strides_of_one_are_a_sliding_window_and_collect_its_gradient() {
    let numbers = [1.0, 2.0, 3.0, 4.0];
    let seen = |numbers: &[f64; 4]| {
        let mut view = DMatrix::zeros(3, 2);
        places((3, 2), (1, 1)).for_each(|(i, j, place)| view[(i, j)] = numbers[place]);
        view
    };
    assert_eq!(seen(&numbers), dmatrix![1.0, 2.0; 2.0, 3.0; 3.0, 4.0]);
    assert_eq!(windows(4, 2), 3);
    assert_eq!(windows(4, 4), 1);
    for gradient in
        [DMatrix::from_element(3, 2, 1.0), dmatrix![1., 5.; -2., 7.; 4., 3.]]
    {
        let loss = |numbers: &[f64; 4]| seen(numbers).component_mul(&gradient).sum();
        for place in 0..4 {
            let mut moved = numbers;
            moved[place] += 1.0;
            assert_eq!(loss(&moved) - loss(&numbers), collected(&gradient)[place]);
        }
    }
    assert_eq!(collected(&DMatrix::from_element(3, 2, 1.0)), [1.0, 2.0, 2.0, 1.0]);
    // No other strides do it.
    for strides in (0..4).flat_map(|down| (0..4).map(move |right| (down, right))) {
        let same = places((3, 2), strides).all(|(i, j, place)| place == i + j);
        assert_eq!(same, strides == (1, 1));
    }
}

// Refusals

#[test]
#[should_panic(expected = "a gradient of shape (3, 4) does not come from (1, 3)")]
fn a_gradient_that_no_broadcast_gives_is_refused_with_both_shapes() {
    let (_, _, gradient) = second_example();
    sum_to(&gradient, (1, 3));
}

#[test]
#[should_panic(expected = "no entry (2, 0) in (2, 4)")]
fn an_entry_outside_the_view_is_refused() {
    let (_, layer) = lecture_example();
    broadcast(&layer.bias, 2).get(2, 0);
}
