//! What the chapter on broadcasting says.

mod support;

use descent::broadcasting::{Incompatible, broadcast, broadcast_shape, copies, sum_to};
use descent::linear_layer::{Linear, lecture_example, second_example};
use nalgebra::{DMatrix, RowDVector, dmatrix};
use support::{matrix, shape, table};

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

/// The gradient of `b ↦ Σ G ∘ (1 b)` is what `sum_to` returns: the loss is linear in
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
    assert_eq!(bias_gradient, dmatrix![2.0, 2.0, 3.0, 1.0]);
    snapshot!(
        "broadcasting__backward",
        format!(
            "$$G = {},\\qquad \\mathbf{{1}}^\\top G = {}$$\n",
            matrix(&gradient),
            matrix(&bias_gradient)
        )
    );
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
    assert_eq!(sum_to(&gradient, (3, 1)), dmatrix![2.0; 6.0; 0.0]);
    assert_eq!(sum_to(&gradient, (1, 1)), dmatrix![8.0]);
}

#[test]
fn the_bias_gradient_is_a_sum_and_not_a_mean() {
    let (_, _, gradient) = second_example();
    let twice = DMatrix::from_fn(6, 4, |row, column| gradient[(row % 3, column)]);
    assert_eq!(sum_to(&twice, (1, 4)), 2.0 * sum_to(&gradient, (1, 4)));
}

#[test]
fn lengths_fit_if_they_are_equal_or_one_of_them_is_one() {
    for rows in 1..=4 {
        for columns in 1..=4 {
            let shape = (rows, columns);
            assert_eq!(broadcast_shape(shape, (1, columns)), Ok(shape));
            assert_eq!(broadcast_shape((rows, 1), shape), Ok(shape));
            assert_eq!(broadcast_shape((rows, 1), (1, columns)), Ok(shape));
            assert_eq!(broadcast_shape(shape, shape), Ok(shape));
            let larger = (rows + 1, columns + 1);
            let fits = rows == 1 && columns == 1;
            assert_eq!(
                broadcast_shape(shape, larger).is_ok(),
                fits,
                "{shape:?} {larger:?}"
            );
        }
    }
}

/// One mean for each image, subtracted from its image: right as a column `[batch, 1]`.
/// Written as a vector it is read as a row `[1, batch]`, which fits only if the batch
/// is as large as the width.
#[test]
fn a_vector_of_one_number_for_each_image_fits_silently_and_wrongly_when_batch_equals_width()
 {
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
