//! What many formulas are given: runs of optimizers, random matrices, and where a property begins.

use crate::check::Point;
use descent::gradient_descent::Optimizer;
use descent::linear_layer::Linear;
use descent::network::{Activation, Layer, Network};
use descent::quadratic::Quadratic;
use formula::Value;
use nalgebra::{DMatrix, DVector, RowDVector};

/// How many steps a run has.
const STEPS: i64 = 6;

/// A matrix with entries from −2 to 2.
pub fn matrix(at: &mut Point, rows: usize, columns: usize) -> DMatrix<f64> {
    DMatrix::from_fn(rows, columns, |_, _| at.draw(-2.0..=2.0))
}

/// A column with entries from −2 to 2.
pub fn column(at: &mut Point, rows: usize) -> DVector<f64> {
    DVector::from_fn(rows, |_, _| at.draw(-2.0..=2.0))
}

/// A quadratic of two parameters with eigenvalues from ½ to about 10, along no axis.
pub fn quadratic(at: &mut Point) -> Quadratic {
    let root = matrix(at, 2, 2);
    let p = root.transpose() * &root + 0.5 * DMatrix::identity(2, 2);
    Quadratic::new(p, column(at, 2))
}

/// `f` and `∇f` of a quadratic.
pub fn give(at: &mut Point, quadratic: &Quadratic) {
    let (value, gradient) = (quadratic.clone(), quadratic.clone());
    at.function("f", move |x| value.value(&x[0].column()).into());
    at.function("∇f", move |x| gradient.gradient(&x[0].column()).into());
}

/// `t`, another one at each of the first points.
pub fn time(at: &mut Point, first: usize) -> usize {
    let t = first + at.number % (STEPS as usize - 1);
    at.set("t", t as f64);
    t
}

/// Runs an optimizer on a quadratic, which gives the points `θ_0, …`, those of the gradients, `tilde θ_0, …`, the gradients `g_1, …`, and
/// what is noted after each step.
pub fn follow<O: Optimizer>(
    at: &mut Point,
    optimizer: &mut O,
    quadratic: &Quadratic,
    mut note: impl FnMut(&mut Point, i64, &O),
) {
    give(at, quadratic);
    let mut theta = 5.0 * column(at, 2);
    at.set("θ_0", &theta);
    for t in 1..=STEPS {
        let point = optimizer.gradient_point(&theta).into_owned();
        let g = quadratic.gradient(&point);
        optimizer.step(&mut theta, &g);
        at.set(&format!("tilde θ_{}", t - 1), point).set(&format!("g_{t}"), g);
        at.set(&format!("θ_{t}"), &theta);
        note(at, t, optimizer);
    }
}

/// Where a property begins or ends that holds at one place and not at the other.
pub fn edge(mut holds: f64, mut fails: f64, property: impl Fn(f64) -> bool) -> f64 {
    const HALVINGS: usize = 80;
    for _ in 0..HALVINGS {
        let middle = (holds + fails) / 2.0;
        *(if property(middle) { &mut holds } else { &mut fails }) = middle;
    }
    holds
}

/// A place near an edge, a thousandth of it below or above, or anywhere up to twice as far.
pub fn near(at: &mut Point, edge: f64) -> f64 {
    match at.number % 3 {
        0 => 0.999 * edge,
        1 => 1.001 * edge,
        _ => at.draw(0.0..=2.0) * edge,
    }
}

/// A step size near a limit, zero, or below zero, where nothing converges.
pub fn step_size(at: &mut Point, limit: f64) -> f64 {
    match at.number % 6 {
        4 => 0.0,
        5 => -0.01,
        _ => near(at, limit),
    }
}

/// A network of 3 inputs, 4 hidden units and 2 outputs, with biases.
pub fn network(at: &mut Point, activation: Activation) -> Network {
    let mut linear = |rows, columns| {
        let bias = matrix(at, 1, columns);
        Linear::new(
            matrix(at, rows, columns),
            RowDVector::from_row_slice(bias.as_slice()),
        )
    };
    let hidden = Layer { linear: linear(3, 4), activation };
    let last = Layer { linear: linear(4, 2), activation: Activation::Identity };
    Network::new(vec![hidden, last])
}

/// A function of matrices, entry by entry.
pub fn entrywise(f: fn(f64) -> f64) -> impl Fn(&[Value]) -> Value {
    move |x| x[0].matrix().map(f).into()
}

/// Places and weights of a standard normal number: means of smooth functions are exact to many digits.
pub fn normal_law() -> (Vec<f64>, Vec<f64>) {
    const STEP: f64 = 1.0 / 64.0;
    let places: Vec<f64> = (-512..=512).map(|i| STEP * f64::from(i)).collect();
    let weights: Vec<f64> = places.iter().map(|x| (-x * x / 2.0).exp()).collect();
    let sum: f64 = weights.iter().sum();
    (places, weights.iter().map(|weight| weight / sum).collect())
}

/// Three places and weights that have the first five moments of a standard normal number.
pub const NORMAL: [(f64, f64); 3] = [
    (-1.732_050_807_568_877_2, 1.0 / 6.0),
    (0.0, 2.0 / 3.0),
    (1.732_050_807_568_877_2, 1.0 / 6.0),
];

/// All ways to choose one of these for each of `count`, with their probabilities.
pub fn choices(law: &[(f64, f64)], count: usize) -> Vec<(Vec<f64>, f64)> {
    (0..count).fold(vec![(Vec::new(), 1.0)], |chosen, _| {
        let with = |(values, weight): &(Vec<f64>, f64), (value, share): &(f64, f64)| {
            ([values.as_slice(), &[*value]].concat(), weight * share)
        };
        chosen
            .iter()
            .flat_map(|it| law.iter().map(move |next| with(it, next)))
            .collect()
    })
}

/// A step of an optimizer on a quadratic, after some others: `θ` and `∇f` before it, and `θ` behind it. Gives the move.
pub fn step(at: &mut Point, optimizer: &mut impl Optimizer) -> DVector<f64> {
    let (quadratic, mut theta) = (quadratic(at), 5.0 * column(at, 2));
    let mut before = theta.clone();
    for _ in 0..=at.number % 4 {
        before.copy_from(&theta);
        let gradient = quadratic.gradient(&theta);
        optimizer.step(&mut theta, &gradient);
        at.set("θ", &before).set("∇f", &gradient).set("g", gradient).after("θ", &theta);
    }
    theta - before
}
