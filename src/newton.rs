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
    fn value(&self, x: &DVector<f64>) -> f64;

    /// `∇f`, the column `[n, 1]` of first derivatives.
    fn gradient(&self, x: &DVector<f64>) -> DVector<f64>;

    /// `H`, the matrix `[n, n]` of second derivatives.
    fn hessian(&self, x: &DVector<f64>) -> DMatrix<f64>;
}
// ANCHOR_END: smooth

impl Smooth for Quadratic {
    fn value(&self, x: &DVector<f64>) -> f64 {
        self.value(x)
    }

    fn gradient(&self, x: &DVector<f64>) -> DVector<f64> {
        self.gradient(x)
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
    x: &DVector<f64>,
    h: f64,
) -> DMatrix<f64> {
    let column = |input| {
        let mut step = DVector::zeros(x.len());
        step[input] = h;
        (map(&(x + &step)) - map(&(x - &step))) / (2.0 * h)
    };
    DMatrix::from_columns(&(0..x.len()).map(column).collect::<Vec<_>>())
}
// ANCHOR_END: jacobian

// ANCHOR: models
/// `f(a) + ∇f(a)ᵀ(x − a)`, all of it taken at `a`.
pub fn linear_model(f: &impl Smooth, a: &DVector<f64>, x: &DVector<f64>) -> f64 {
    f.value(a) + f.gradient(a).dot(&(x - a))
}

/// `f(a) + ∇f(a)ᵀ(x − a) + ½ (x − a)ᵀ H(a) (x − a)`, all of it taken at `a`.
pub fn quadratic_model(f: &impl Smooth, a: &DVector<f64>, x: &DVector<f64>) -> f64 {
    let d = x - a;
    linear_model(f, a, x) + 0.5 * d.dot(&(f.hessian(a) * &d))
}
// ANCHOR_END: models

// ANCHOR: step
/// The `d` with `H d = −∇f`: the way to the stationary point of the quadratic model.
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
    check_shapes(hessian, gradient);
    let n = gradient.len();
    if !(finite(gradient) && hessian.iter().all(|entry| entry.is_finite())) {
        return Err(OptimizationError::NotFinite);
    }
    let factors = hessian.clone().full_piv_lu();
    let pivots = factors.u().diagonal().abs();
    if pivots.min() <= n as f64 * f64::EPSILON * pivots.max() {
        return Err(OptimizationError::Singular {
            size: n,
            smallest_pivot: pivots.min(),
        });
    }
    let step = factors.solve(&-gradient).filter(finite);
    step.ok_or(OptimizationError::NotFinite)
}
// ANCHOR_END: step

fn check_shapes(hessian: &DMatrix<f64>, gradient: &DVector<f64>) {
    assert_eq!(
        hessian.shape(),
        (gradient.len(), gradient.len()),
        "a Hessian of shape {:?} does not fit a gradient of shape {:?}",
        hessian.shape(),
        gradient.shape(),
    );
}

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
        let step = newton_step(&f.hessian(&path[t]), &f.gradient(&path[t]))?;
        let next = &path[t] + step_size * step;
        if !finite(&next) {
            return Err(OptimizationError::NotFinite);
        }
        path.push(next);
    }
    Ok(path)
}
// ANCHOR_END: newton

// ANCHOR: product
/// `H v` without `H`: the change of the gradient along `v`, by a centred difference
/// over `±h`. It costs two gradients, whatever `n` is.
pub fn hessian_vector_product(
    gradient: impl Fn(&DVector<f64>) -> DVector<f64>,
    x: &DVector<f64>,
    v: &DVector<f64>,
    h: f64,
) -> DVector<f64> {
    (gradient(&(x + h * v)) - gradient(&(x - h * v))) / (2.0 * h)
}
// ANCHOR_END: product

// ANCHOR: bytes
/// Bytes of a Hessian in single precision, four for each number.
pub fn hessian_bytes(parameters: u64) -> u128 {
    4 * u128::from(parameters) * u128::from(parameters)
}

/// Bytes of its diagonal and what lies above: `H` is symmetric.
pub fn symmetric_half_bytes(parameters: u64) -> u128 {
    let n = u128::from(parameters);
    4 * (n * (n + 1) / 2)
}
// ANCHOR_END: bytes

/// The functions of the chapter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Example {
    /// `x² − y²`
    Saddle,
    /// `eˣ cos y`
    Wave,
    /// `cosh(x/2)`
    Cosh,
    /// `eˣ − x`
    Exponential,
    /// `x⁴/4 − x² + 2x`
    Quartic,
}

// ANCHOR: examples
impl Smooth for Example {
    fn value(&self, v: &DVector<f64>) -> f64 {
        let x = v[0];
        match self {
            Self::Saddle => x * x - v[1] * v[1],
            Self::Wave => x.exp() * v[1].cos(),
            Self::Cosh => (x / 2.0).cosh(),
            Self::Exponential => x.exp() - x,
            Self::Quartic => x.powi(4) / 4.0 - x * x + 2.0 * x,
        }
    }

    fn gradient(&self, v: &DVector<f64>) -> DVector<f64> {
        let x = v[0];
        match self {
            Self::Saddle => dvector![2.0 * x, -2.0 * v[1]],
            Self::Wave => x.exp() * dvector![v[1].cos(), -v[1].sin()],
            Self::Cosh => dvector![(x / 2.0).sinh() / 2.0],
            Self::Exponential => dvector![x.exp() - 1.0],
            Self::Quartic => dvector![x.powi(3) - 2.0 * x + 2.0],
        }
    }

    fn hessian(&self, v: &DVector<f64>) -> DMatrix<f64> {
        let x = v[0];
        match self {
            Self::Saddle => dmatrix![2.0, 0.0; 0.0, -2.0],
            Self::Wave => {
                let (sin, cos) = v[1].sin_cos();
                x.exp() * dmatrix![cos, -sin; -sin, -cos]
            }
            Self::Cosh => dmatrix![(x / 2.0).cosh() / 4.0],
            Self::Exponential => dmatrix![x.exp()],
            Self::Quartic => dmatrix![3.0 * x * x - 2.0],
        }
    }
}
// ANCHOR_END: examples
