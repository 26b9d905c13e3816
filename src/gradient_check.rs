//! Whether a gradient is right: move a parameter a little, and see what the loss does.
//!
//! Source: the notes of Stanford's CS231n, "Neural Networks Part 3", for the comparison
//! relative to the size.

use nalgebra::DVector;

// ANCHOR: differences
/// `(f(θ + h) − f(θ)) / h`: the derivative, wrong by about `½ f″(θ) h`.
pub fn forward_difference(f: impl Fn(f64) -> f64, theta: f64, h: f64) -> f64 {
    (f(theta + h) - f(theta)) / h
}

/// `(f(θ + h) − f(θ − h)) / 2h`: the derivative, wrong by about `⅙ f‴(θ) h²`.
pub fn centred_difference(f: impl Fn(f64) -> f64, theta: f64, h: f64) -> f64 {
    (f(theta + h) - f(theta - h)) / (2.0 * h)
}
// ANCHOR_END: differences

// ANCHOR: numerical_gradient
/// The gradient of `f` by centred differences, one parameter after the other.
pub fn numerical_gradient(
    f: impl Fn(&DVector<f64>) -> f64,
    parameters: &DVector<f64>,
    h: f64,
) -> DVector<f64> {
    DVector::from_fn(parameters.len(), |k, _| {
        let with = |value: f64| {
            let mut moved = parameters.clone();
            moved[k] = value;
            f(&moved)
        };
        centred_difference(with, parameters[k], h)
    })
}
// ANCHOR_END: numerical_gradient

// ANCHOR: relative_difference
/// How far two gradients are apart, relative to their size: 0 if they are equal, 1 if
/// they are opposite or one of them is zero.
///
/// # Panics
/// If they do not have one length.
pub fn relative_difference(one: &DVector<f64>, other: &DVector<f64>) -> f64 {
    check_lengths(one, other);
    match one.norm() + other.norm() {
        0.0 => 0.0,
        size => (one - other).norm() / size,
    }
}
// ANCHOR_END: relative_difference

fn check_lengths(one: &DVector<f64>, other: &DVector<f64>) {
    assert_eq!(
        one.shape(),
        other.shape(),
        "gradients of shapes {:?} and {:?} cannot be compared",
        one.shape(),
        other.shape(),
    );
}

// ANCHOR: smooth
/// The worksheet's sample through a neuron with a smooth function in place of the ReLU:
/// the loss `½ σ(a)²` with `σ(a) = a / √(1 + a²)` and `a = 3 w − 1`.
pub fn smooth_loss(w: f64) -> f64 {
    let a = 3.0 * w - 1.0;
    0.5 * a * a / (1.0 + a * a)
}

/// Its derivative by the chain rule, `3 a / (1 + a²)²`.
pub fn smooth_derivative(w: f64) -> f64 {
    let a = 3.0 * w - 1.0;
    3.0 * a / (1.0 + a * a).powi(2)
}
// ANCHOR_END: smooth

// ANCHOR: sweep
/// The relative errors of the forward and the centred difference with step `h`, each as
/// the root mean square over a hundred weights around 1.
pub fn difference_errors(h: f64) -> [f64; 2] {
    let mut squares = [0.0; 2];
    for i in 0..100 {
        let w = 0.95 + f64::from(i) / 997.0;
        let differences = [
            forward_difference(smooth_loss, w, h),
            centred_difference(smooth_loss, w, h),
        ];
        for (square, difference) in squares.iter_mut().zip(differences) {
            *square += (difference / smooth_derivative(w) - 1.0).powi(2) / 100.0;
        }
    }
    squares.map(f64::sqrt)
}
// ANCHOR_END: sweep
