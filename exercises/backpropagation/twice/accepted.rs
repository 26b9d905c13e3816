//! Right answers that are written in other ways than the solution.

use descent::linear_layer::Linear;
use nalgebra::{DMatrix, RowDVector};

type Matrix = DMatrix<f64>;
type Twice = fn(&Matrix, &Linear, &Matrix) -> Linear;

pub const ACCEPTED: [Twice; 10] = [
    |x, layer, g| {
        let [a, b] = deltas(x, layer, g);
        let hidden = relu(layer.forward(x));
        let weight = x.transpose() * &a + hidden.transpose() * &b;
        Linear::new(weight, a.row_sum() + b.row_sum())
    },
    |x, layer, g| {
        let [a, b] = deltas(x, layer, g);
        let weight = x.tr_mul(&a) + relu(layer.forward(x)).tr_mul(&b);
        Linear::new(weight, (a + b).row_sum())
    },
    |x, layer, g| {
        let [a, b] = deltas(x, layer, g);
        let second = layer.parameter_gradient(&relu(layer.forward(x)), &b);
        let mut sum = layer.parameter_gradient(x, &a);
        sum.weight += second.weight;
        sum.bias += second.bias;
        sum
    },
    // Both uses as one batch.
    |x, layer, g| {
        let [a, b] = deltas(x, layer, g);
        let hidden = relu(layer.forward(x));
        let rows = |one: &Matrix, other: &Matrix| {
            DMatrix::from_rows(&one.row_iter().chain(other.row_iter()).collect::<Vec<_>>())
        };
        layer.parameter_gradient(&rows(x, &hidden), &rows(&a, &b))
    },
    // Image by image.
    |x, layer, g| {
        let mut sum = Linear::new(0.0 * &layer.weight, 0.0 * &layer.bias);
        for i in 0..x.nrows() {
            let (x, g) = (x.rows(i, 1).into_owned(), g.rows(i, 1).into_owned());
            let [a, b] = deltas(&x, layer, &g);
            let hidden = relu(layer.forward(&x));
            sum.weight += x.tr_mul(&a) + hidden.tr_mul(&b);
            sum.bias += (a + b).row(0);
        }
        sum
    },
    |x, layer, g| {
        let z = layer.forward(x);
        let hidden = relu(z.clone());
        let outside = layer.forward(&hidden);
        let b = g.zip_map(&outside, |g, z| if z > 0.0 { g } else { 0.0 });
        let a = (&b * layer.weight.transpose()).zip_map(&z, |g, z| if z > 0.0 { g } else { 0.0 });
        let ones = RowDVector::from_element(x.nrows(), 1.0);
        let weight = hidden.transpose() * &b + x.transpose() * &a;
        Linear::new(weight, &ones * b + &ones * a)
    },
    |x, layer, g| {
        let [a, b] = deltas(x, layer, g);
        let hidden = relu(layer.forward(x));
        let weight = DMatrix::from_fn(x.ncols(), x.ncols(), |i, j| {
            x.column(i).dot(&a.column(j)) + hidden.column(i).dot(&b.column(j))
        });
        let bias = RowDVector::from_fn(x.ncols(), |_, j| a.column(j).sum() + b.column(j).sum());
        Linear::new(weight, bias)
    },
    // W in the two places as two matrices, whose gradients are added.
    |x, layer, g| {
        let uses = [x.clone(), relu(layer.forward(x))];
        let gradients = uses.iter().zip(deltas(x, layer, g));
        let gradients = gradients.map(|(input, delta)| layer.parameter_gradient(input, &delta));
        let sum = gradients.reduce(|one, other| {
            Linear::new(one.weight + other.weight, one.bias + other.bias)
        });
        sum.expect("two uses")
    },
    |x, layer, g| {
        let mut delta = g.clone();
        let mut sum = Linear::new(0.0 * &layer.weight, 0.0 * &layer.bias);
        let hidden = relu(layer.forward(x));
        for (input, output) in [(&hidden, relu(layer.forward(&hidden))), (x, hidden.clone())] {
            delta.component_mul_assign(&output.map(|a| f64::from(a > 0.0)));
            let Linear { weight, bias } = layer.parameter_gradient(input, &delta);
            (sum.weight, sum.bias) = (sum.weight + weight, sum.bias + bias);
            delta = layer.input_gradient(&delta);
        }
        sum
    },
    |x, layer, g| {
        let [a, b] = deltas(x, layer, g);
        let turned = a.transpose() * x + b.transpose() * relu(layer.forward(x));
        let bias = a.row_mean() * a.nrows() as f64 + b.row_mean() * b.nrows() as f64;
        Linear::new(turned.transpose(), bias)
    },
];

fn relu(z: Matrix) -> Matrix {
    z.map(|z| z.max(0.0))
}

/// The gradients of what goes into the first and into the second use of σ.
fn deltas(x: &Matrix, layer: &Linear, g: &Matrix) -> [Matrix; 2] {
    let gate = |z: &Matrix| z.map(|z| f64::from(z > 0.0));
    let first = layer.forward(x);
    let second = layer.forward(&relu(first.clone()));
    let b = g.component_mul(&gate(&second));
    [(&b * layer.weight.transpose()).component_mul(&gate(&first)), b]
}
