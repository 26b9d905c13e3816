//! Right answers that are written in other ways than the solution.

use descent::linear_layer::Linear;
use nalgebra::{DMatrix, RowDVector};

type Matrix = DMatrix<f64>;
type Twice = fn(&Matrix, &Linear, &Matrix) -> Linear;

pub const ACCEPTED: [Twice; 10] = [
    |x, layer, dz| {
        let [first, second] = before(x, layer, dz);
        let hidden = relu(layer.forward(x));
        let weight = x.transpose() * &first + hidden.transpose() * &second;
        Linear::new(weight, first.row_sum() + second.row_sum())
    },
    |x, layer, dz| {
        let [first, second] = before(x, layer, dz);
        let weight = x.tr_mul(&first) + relu(layer.forward(x)).tr_mul(&second);
        Linear::new(weight, (first + second).row_sum())
    },
    |x, layer, dz| {
        let [first, second] = before(x, layer, dz);
        let of_second = layer.parameter_gradient(&relu(layer.forward(x)), &second);
        let mut sum = layer.parameter_gradient(x, &first);
        sum.weight += of_second.weight;
        sum.bias += of_second.bias;
        sum
    },
    // Both uses as one batch.
    |x, layer, dz| {
        let [first, second] = before(x, layer, dz);
        let hidden = relu(layer.forward(x));
        let rows = |one: &Matrix, other: &Matrix| {
            DMatrix::from_rows(&one.row_iter().chain(other.row_iter()).collect::<Vec<_>>())
        };
        layer.parameter_gradient(&rows(x, &hidden), &rows(&first, &second))
    },
    // Image by image.
    |x, layer, dz| {
        let mut sum = Linear::new(0.0 * &layer.weight, 0.0 * &layer.bias);
        for i in 0..x.nrows() {
            let (x, dz) = (x.rows(i, 1).into_owned(), dz.rows(i, 1).into_owned());
            let [first, second] = before(&x, layer, &dz);
            let hidden = relu(layer.forward(&x));
            sum.weight += x.tr_mul(&first) + hidden.tr_mul(&second);
            sum.bias += (first + second).row(0);
        }
        sum
    },
    |x, layer, dz| {
        let inside = layer.forward(x);
        let hidden = relu(inside.clone());
        let outside = layer.forward(&hidden);
        let gate = |dz: f64, a: f64| if a > 0.0 { dz } else { 0.0 };
        let second = dz.zip_map(&outside, gate);
        let first = (&second * layer.weight.transpose()).zip_map(&inside, gate);
        let ones = RowDVector::from_element(x.nrows(), 1.0);
        let weight = hidden.transpose() * &second + x.transpose() * &first;
        Linear::new(weight, &ones * second + &ones * first)
    },
    |x, layer, dz| {
        let [first, second] = before(x, layer, dz);
        let hidden = relu(layer.forward(x));
        let weight = DMatrix::from_fn(x.ncols(), x.ncols(), |i, j| {
            x.column(i).dot(&first.column(j)) + hidden.column(i).dot(&second.column(j))
        });
        let bias = RowDVector::from_fn(x.ncols(), |_, j| first.column(j).sum() + second.column(j).sum());
        Linear::new(weight, bias)
    },
    // W in the two places as two matrices, whose gradients are added.
    |x, layer, dz| {
        let uses = [x.clone(), relu(layer.forward(x))];
        let gradients = uses.iter().zip(before(x, layer, dz));
        let gradients = gradients.map(|(input, da)| layer.parameter_gradient(input, &da));
        let sum = gradients.reduce(|one, other| {
            Linear::new(one.weight + other.weight, one.bias + other.bias)
        });
        sum.expect("two uses")
    },
    |x, layer, dz| {
        let mut da = dz.clone();
        let mut sum = Linear::new(0.0 * &layer.weight, 0.0 * &layer.bias);
        let hidden = relu(layer.forward(x));
        for (input, output) in [(&hidden, relu(layer.forward(&hidden))), (x, hidden.clone())] {
            da.component_mul_assign(&output.map(|z| f64::from(z > 0.0)));
            let Linear { weight, bias } = layer.parameter_gradient(input, &da);
            (sum.weight, sum.bias) = (sum.weight + weight, sum.bias + bias);
            da = layer.input_gradient(&da);
        }
        sum
    },
    |x, layer, dz| {
        let [first, second] = before(x, layer, dz);
        let turned = first.transpose() * x + second.transpose() * relu(layer.forward(x));
        let bias = first.row_mean() * first.nrows() as f64 + second.row_mean() * second.nrows() as f64;
        Linear::new(turned.transpose(), bias)
    },
];

fn relu(a: Matrix) -> Matrix {
    a.map(|a| a.max(0.0))
}

/// The gradients of what goes into the first and into the second use of σ.
fn before(x: &Matrix, layer: &Linear, dz: &Matrix) -> [Matrix; 2] {
    let gate = |a: &Matrix| a.map(|a| f64::from(a > 0.0));
    let inside = layer.forward(x);
    let outside = layer.forward(&relu(inside.clone()));
    let second = dz.component_mul(&gate(&outside));
    [(&second * layer.weight.transpose()).component_mul(&gate(&inside)), second]
}
