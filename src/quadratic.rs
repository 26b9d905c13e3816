//! The quadratic, on which everything about gradient descent can be computed.
//!
//! Source: Data 188, Lecture 06, "Gradient descent"; EECS 182 notes on initialization and
//! optimizers, section 2.

use nalgebra::{DMatrix, DVector, dmatrix, dvector};

use crate::gradient_descent::{
    GradientDescent, OptimizationError, check_length, minimize,
};

// ANCHOR: quadratic
/// `f(θ) = ½ θᵀPθ + qᵀθ` with a symmetric `P`.
#[derive(Clone, Debug, PartialEq)]
pub struct Quadratic {
    p: DMatrix<f64>,
    q: DVector<f64>,
}

impl Quadratic {
    /// `½ θᵀPθ + qᵀθ`.
    pub fn value(&self, parameters: &DVector<f64>) -> f64 {
        0.5 * parameters.dot(&(&self.p * parameters)) + self.q.dot(parameters)
    }

    /// `∇f(θ) = Pθ + q`.
    pub fn gradient(&self, parameters: &DVector<f64>) -> DVector<f64> {
        &self.p * parameters + &self.q
    }
}
// ANCHOR_END: quadratic

impl Quadratic {
    // ANCHOR: minimizer
    /// The point where the gradient is zero: the solution of `Pθ = −q`.
    ///
    /// # Errors
    /// If `P` is not positive definite.
    pub fn minimizer(&self) -> Result<DVector<f64>, OptimizationError> {
        self.spectrum()?;
        let cholesky = self.p.clone().cholesky();
        Ok(-cholesky.expect("a positive definite matrix").solve(&self.q))
    }
    // ANCHOR_END: minimizer

    /// `P`, the same everywhere.
    pub fn hessian(&self) -> &DMatrix<f64> {
        &self.p
    }

    /// # Panics
    /// If `p` is not square and symmetric, or if `q` does not have as many entries.
    pub fn new(p: DMatrix<f64>, q: DVector<f64>) -> Self {
        assert!(
            p.is_square() && p == p.transpose(),
            "a quadratic needs a symmetric matrix, not this one of shape {:?}",
            p.shape(),
        );
        check_length("linear term", &q, p.nrows());
        Self { p, q }
    }

    /// The book's valley, `P = diag(1, 10)` and `q = 0`: every trajectory figure starts
    /// in it at [`START`].
    pub fn valley() -> Self {
        Self::new(dmatrix![1.0, 0.0; 0.0, 10.0], DVector::zeros(2))
    }

    /// A valley that lies across the axes: `P = [[2, 1], [1, 3]]`, `q = (−4, −7)`.
    pub fn tilted() -> Self {
        Self::new(dmatrix![2.0, 1.0; 1.0, 3.0], dvector![-4.0, -7.0])
    }

    // ANCHOR: least_squares
    /// Linear regression: `½ ‖Xθ − y‖²` less its constant `½ ‖y‖²`, which is the
    /// quadratic with `P = XᵀX` and `q = −Xᵀy`.
    ///
    /// # Panics
    /// If there is not one target for each row.
    pub fn least_squares(inputs: &DMatrix<f64>, targets: &DVector<f64>) -> Self {
        check_length("vector of targets", targets, inputs.nrows());
        let p = inputs.transpose() * inputs;
        Self::new((&p + p.transpose()) / 2.0, -inputs.transpose() * targets)
    }
    // ANCHOR_END: least_squares

    // ANCHOR: spectrum
    /// The smallest and the largest eigenvalue of `P`.
    ///
    /// # Errors
    /// If the smallest is not positive; also if it is so small beside the largest that
    /// rounding hides its sign.
    pub fn spectrum(&self) -> Result<Spectrum, OptimizationError> {
        let eigenvalues = self.p.symmetric_eigenvalues();
        let (smallest, largest) = (eigenvalues.min(), eigenvalues.max());
        let rounding = eigenvalues.len() as f64 * f64::EPSILON * largest;
        if smallest > rounding {
            return Ok(Spectrum { smallest, largest });
        }
        Err(OptimizationError::NotPositiveDefinite { smallest_eigenvalue: smallest })
    }
    // ANCHOR_END: spectrum
}

/// Where trajectories start.
pub const START: [f64; 2] = [10.0, 1.0];

// ANCHOR: rates
/// The smallest and the largest eigenvalue, `λmin` and `λmax`, of a positive definite
/// matrix: all that the guaranteed speed of gradient descent depends on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spectrum {
    pub smallest: f64,
    pub largest: f64,
}

impl Spectrum {
    /// `κ = λmax / λmin`.
    pub fn condition_number(&self) -> f64 {
        self.largest / self.smallest
    }

    /// The largest `|1 − αλ|`: what is left of the slowest component after a step.
    pub fn contraction(&self, step_size: f64) -> f64 {
        let factor = |eigenvalue: f64| (1.0 - step_size * eigenvalue).abs();
        f64::max(factor(self.smallest), factor(self.largest))
    }

    /// `2 / λmax`: gradient descent converges below it, and diverges above from almost
    /// every start.
    pub fn step_size_limit(&self) -> f64 {
        2.0 / self.largest
    }

    /// `2 / (λmin + λmax)`: where the contraction is smallest.
    pub fn best_step_size(&self) -> f64 {
        2.0 / (self.smallest + self.largest)
    }

    /// `(κ − 1) / (κ + 1)`: the contraction there.
    pub fn best_rate(&self) -> f64 {
        (self.condition_number() - 1.0) / (self.condition_number() + 1.0)
    }
}
// ANCHOR_END: rates

// ANCHOR: descend
/// The points of gradient descent on a quadratic.
///
/// # Errors
/// If the step size is not a finite number above 0, or if the run diverges.
pub fn descend(
    quadratic: &Quadratic,
    start: &DVector<f64>,
    step_size: f64,
    steps: usize,
) -> Result<Vec<DVector<f64>>, OptimizationError> {
    let mut descent = GradientDescent::new(step_size)?;
    minimize(&mut descent, start, steps, |theta| quadratic.gradient(theta))
}
// ANCHOR_END: descend
