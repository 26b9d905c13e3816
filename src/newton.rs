//! Newton's method: the Hessian, the quadratic model and the step to its stationary
//! point.
//!
//! Source: Data 188, Lecture 06, "The Hessian", "Newton's method".

use nalgebra::{DMatrix, DVector, dmatrix, dvector};

use crate::gradient_descent::{OptimizationError, finite, positive};
use crate::quadratic::Quadratic;

// ANCHOR: smooth
/// A function from `n` numbers to one, with its first two derivatives.
pub trait Smooth {
    fn value(&self, theta: &DVector<f64>) -> f64;

    /// `∇f`, the column `[n, 1]` of first derivatives.
    fn gradient(&self, theta: &DVector<f64>) -> DVector<f64>;

    /// `H`, the matrix `[n, n]` of second derivatives.
    fn hessian(&self, theta: &DVector<f64>) -> DMatrix<f64>;
}
// ANCHOR_END: smooth

impl Smooth for Quadratic {
    fn value(&self, theta: &DVector<f64>) -> f64 {
        self.value(theta)
    }

    fn gradient(&self, theta: &DVector<f64>) -> DVector<f64> {
        self.gradient(theta)
    }

    fn hessian(&self, _: &DVector<f64>) -> DMatrix<f64> {
        self.hessian().clone()
    }
}

// ANCHOR: jacobian
/// The Jacobian `[m, n]` of a map from `n` numbers to `m`, one row for each output,
/// by centred differences over `±h`.
pub fn jacobian(
    map: impl Fn(&DVector<f64>) -> DVector<f64>,
    theta: &DVector<f64>,
    h: f64,
) -> DMatrix<f64> {
    let column = |input| {
        let mut d = DVector::zeros(theta.len());
        d[input] = h;
        (map(&(theta + &d)) - map(&(theta - &d))) / (2.0 * h)
    };
    DMatrix::from_columns(&(0..theta.len()).map(column).collect::<Vec<_>>())
}
// ANCHOR_END: jacobian

// ANCHOR: models
/// `f(θ) + ∇f(θ)ᵀd`.
pub fn linear_model(f: &impl Smooth, theta: &DVector<f64>, d: &DVector<f64>) -> f64 {
    f.value(theta) + f.gradient(theta).dot(d)
}

/// `f(θ) + ∇f(θ)ᵀd + ½ dᵀH(θ)d`, all of it taken at `θ`.
pub fn quadratic_model(f: &impl Smooth, theta: &DVector<f64>, d: &DVector<f64>) -> f64 {
    linear_model(f, theta, d) + 0.5 * d.dot(&(f.hessian(theta) * d))
}
// ANCHOR_END: models

// ANCHOR: step
/// The `d` with `H d = −∇f`: the way to where the quadratic model is level.
///
/// # Errors
/// If the Hessian is singular to working precision, or it, the gradient or the step not
/// finite.
///
/// # Panics
/// If the Hessian is not square, with one row for each entry of the gradient.
pub fn newton_step(
    hessian: &DMatrix<f64>,
    gradient: &DVector<f64>,
) -> Result<DVector<f64>, OptimizationError> {
    check(hessian, gradient)?;
    let factors = hessian.clone().full_piv_lu();
    check_pivots(&factors.u().diagonal().abs())?;
    let d = factors.solve(&-gradient);
    d.filter(finite).ok_or(OptimizationError::NotFinite)
}
// ANCHOR_END: step

fn check(
    hessian: &DMatrix<f64>,
    gradient: &DVector<f64>,
) -> Result<(), OptimizationError> {
    assert_eq!(
        hessian.shape(),
        (gradient.len(), gradient.len()),
        "a Hessian of shape {:?} does not fit a gradient of shape {:?}",
        hessian.shape(),
        gradient.shape(),
    );
    if !(finite(gradient) && hessian.iter().all(|entry| entry.is_finite())) {
        return Err(OptimizationError::NotFinite);
    }
    Ok(())
}

// ANCHOR: pivots
/// Refuses a matrix whose smallest pivot may as well be 0 with a rounding error on it.
fn check_pivots(pivots: &DVector<f64>) -> Result<(), OptimizationError> {
    let (size, smallest_pivot) = (pivots.len(), pivots.min());
    if smallest_pivot <= size as f64 * f64::EPSILON * pivots.max() {
        return Err(OptimizationError::Singular { size, smallest_pivot });
    }
    Ok(())
}
// ANCHOR_END: pivots

// ANCHOR: newton
/// Newton's method: `θ₀, …, θ_steps`. The step size 1 is the full method, anything
/// below it the damped one.
///
/// # Errors
/// If the step size is not a finite number above 0, or if a step does not exist or leaves
/// the range of numbers.
pub fn newton(
    f: &impl Smooth,
    start: DVector<f64>,
    step_size: f64,
    steps: usize,
) -> Result<Vec<DVector<f64>>, OptimizationError> {
    let step_size = positive("step size", step_size)?;
    let mut path = vec![start];
    for t in 0..steps {
        let theta = &path[t];
        let d = newton_step(&f.hessian(theta), &f.gradient(theta))?;
        let next = Some(theta + step_size * d).filter(finite);
        path.push(next.ok_or(OptimizationError::NotFinite)?);
    }
    Ok(path)
}
// ANCHOR_END: newton

// ANCHOR: product
/// `H d` without `H`: the change of the gradient along `d`, by a centred difference
/// over `±h`.
pub fn hessian_vector_product(
    gradient: impl Fn(&DVector<f64>) -> DVector<f64>,
    theta: &DVector<f64>,
    d: &DVector<f64>,
    h: f64,
) -> DVector<f64> {
    (gradient(&(theta + h * d)) - gradient(&(theta - h * d))) / (2.0 * h)
}
// ANCHOR_END: product

// ANCHOR: bytes
/// Bytes of a Hessian in single precision, four for each number.
pub fn hessian_bytes(parameters: u64) -> u128 {
    4 * u128::from(parameters) * u128::from(parameters)
}

/// Bytes of its diagonal and what lies above: `H` is symmetric.
pub fn symmetric_half_bytes(parameters: u64) -> u128 {
    let parameters = u128::from(parameters);
    4 * (parameters * (parameters + 1) / 2)
}
// ANCHOR_END: bytes

/// The functions of the chapter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Example {
    /// `θ₁² − θ₂²`
    Saddle,
    /// `exp(θ₁) cos θ₂`
    Wave,
    /// `cosh(θ/2)`
    Cosh,
    /// `exp(θ) − θ`
    Exponential,
    /// `θ⁴/4 − θ² + 2θ`
    Quartic,
}

// ANCHOR: examples
impl Smooth for Example {
    fn value(&self, theta: &DVector<f64>) -> f64 {
        let first = theta[0];
        match self {
            Self::Saddle => first * first - theta[1] * theta[1],
            Self::Wave => first.exp() * theta[1].cos(),
            Self::Cosh => (first / 2.0).cosh(),
            Self::Exponential => first.exp() - first,
            Self::Quartic => first.powi(4) / 4.0 - first * first + 2.0 * first,
        }
    }

    fn gradient(&self, theta: &DVector<f64>) -> DVector<f64> {
        let first = theta[0];
        match self {
            Self::Saddle => dvector![2.0 * first, -2.0 * theta[1]],
            Self::Wave => first.exp() * dvector![theta[1].cos(), -theta[1].sin()],
            Self::Cosh => dvector![(first / 2.0).sinh() / 2.0],
            Self::Exponential => dvector![first.exp() - 1.0],
            Self::Quartic => dvector![first.powi(3) - 2.0 * first + 2.0],
        }
    }

    fn hessian(&self, theta: &DVector<f64>) -> DMatrix<f64> {
        let first = theta[0];
        match self {
            Self::Saddle => dmatrix![2.0, 0.0; 0.0, -2.0],
            Self::Wave => {
                let (sin, cos) = theta[1].sin_cos();
                first.exp() * dmatrix![cos, -sin; -sin, -cos]
            }
            Self::Cosh => dmatrix![(first / 2.0).cosh() / 4.0],
            Self::Exponential => dmatrix![first.exp()],
            Self::Quartic => dmatrix![3.0 * first * first - 2.0],
        }
    }
}
// ANCHOR_END: examples
