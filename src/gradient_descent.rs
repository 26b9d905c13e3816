//! Gradient descent, what it shares with every other optimizer, and the quadratic on
//! which everything about it can be computed.
//!
//! Source: Data 188, Lecture 06, "Gradient descent"; Discussion 03, 1(b) and 1(e).

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use nalgebra::{DMatrix, DVector, dmatrix, dvector};

use crate::backpropagation::{Neuron, WORKSHEET};

/// What can go wrong in a minimization. Every message names the value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OptimizationError {
    /// A setting outside its range.
    Hyperparameter { name: &'static str, value: f64, expected: &'static str },
    /// A quadratic without a unique minimizer.
    NotPositiveDefinite { smallest_eigenvalue: f64 },
    /// A Hessian without an inverse, or none that can be computed with.
    Singular { size: usize, smallest_pivot: f64 },
    /// A gradient, a Hessian or a step that is not finite.
    NotFinite,
    /// A run whose parameters left the range of numbers.
    Diverged { step: usize, largest_parameter: f64 },
    /// A run whose optimizer remembers what is not a finite number, while its parameters
    /// are finite still.
    Overflow { step: usize, largest_parameter: f64 },
    /// Points on which the loss does not depend on the parameter.
    Flat { points: usize },
    /// Points that all have one `x`.
    Constant { x: f64 },
}

impl fmt::Display for OptimizationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hyperparameter { name, value, expected } => {
                write!(f, "{name} {value}, expected {expected}")
            }
            Self::NotPositiveDefinite { smallest_eigenvalue } => write!(
                f,
                "the matrix is not positive definite: its smallest eigenvalue is \
                 {smallest_eigenvalue}"
            ),
            Self::Singular { size, smallest_pivot } => write!(
                f,
                "the Hessian of shape [{size}, {size}] is singular: its smallest pivot \
                 is {smallest_pivot}"
            ),
            Self::NotFinite => {
                write!(f, "diverged: gradient, Hessian or step is not finite")
            }
            Self::Flat { points } => {
                write!(
                    f,
                    "no single slope fits best: x = 0 in each of the {points} points"
                )
            }
            Self::Constant { x } => {
                write!(f, "x = {x} in every point: nothing to standardize")
            }
            Self::Diverged { step, largest_parameter } => write!(
                f,
                "diverged: step {step} leaves the range of numbers; before it, the \
                 largest parameter was {largest_parameter:e}"
            ),
            Self::Overflow { step, largest_parameter } => write!(
                f,
                "diverged: in step {step} an average of the optimizer leaves the range of \
                 numbers; before it, the largest parameter was {largest_parameter:e}; \
                 divide the loss by a large number, or cut long gradients"
            ),
        }
    }
}

impl Error for OptimizationError {}

// ANCHOR: optimizer
/// A rule that moves parameters, and what it remembers from step to step.
pub trait Optimizer {
    /// Where it wants the next gradient: at the parameters, unless it says otherwise.
    fn gradient_point<'a>(
        &self,
        parameters: &'a DVector<f64>,
    ) -> Cow<'a, DVector<f64>> {
        Cow::Borrowed(parameters)
    }

    /// Moves the parameters by one step, given the gradient at `gradient_point`.
    ///
    /// # Panics
    /// If there is not one entry of the gradient for each parameter, in this step or
    /// in an earlier one.
    fn step(&mut self, parameters: &mut DVector<f64>, gradient: &DVector<f64>);

    /// Whether all numbers that it remembers are finite.
    fn is_finite(&self) -> bool {
        true
    }
}
// ANCHOR_END: optimizer

impl<T: Optimizer + ?Sized> Optimizer for Box<T> {
    fn gradient_point<'a>(
        &self,
        parameters: &'a DVector<f64>,
    ) -> Cow<'a, DVector<f64>> {
        (**self).gradient_point(parameters)
    }

    fn step(&mut self, parameters: &mut DVector<f64>, gradient: &DVector<f64>) {
        (**self).step(parameters, gradient);
    }

    fn is_finite(&self) -> bool {
        (**self).is_finite()
    }
}

// ANCHOR: step
/// Gradient descent: `θ ← θ − α ∇f(θ)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GradientDescent {
    step_size: f64,
}

impl GradientDescent {
    /// # Errors
    /// If the step size is not a finite number above 0.
    pub fn new(step_size: f64) -> Result<Self, OptimizationError> {
        Ok(Self { step_size: positive("step size", step_size)? })
    }
}

impl Optimizer for GradientDescent {
    fn step(&mut self, parameters: &mut DVector<f64>, gradient: &DVector<f64>) {
        check_length("gradient", gradient, parameters.len());
        parameters.axpy(-self.step_size, gradient, 1.0);
    }
}
// ANCHOR_END: step

pub(crate) fn positive(
    name: &'static str,
    value: f64,
) -> Result<f64, OptimizationError> {
    if value > 0.0 && value.is_finite() {
        return Ok(value);
    }
    let expected = "a finite number above 0";
    Err(OptimizationError::Hyperparameter { name, value, expected })
}

pub(crate) fn not_negative(
    name: &'static str,
    value: f64,
) -> Result<f64, OptimizationError> {
    if value >= 0.0 && value.is_finite() {
        return Ok(value);
    }
    let expected = "a finite number, 0 or above";
    Err(OptimizationError::Hyperparameter { name, value, expected })
}

/// The weight on an old average.
pub(crate) fn weight(name: &'static str, value: f64) -> Result<f64, OptimizationError> {
    if (0.0..1.0).contains(&value) {
        return Ok(value);
    }
    let expected = "a number from 0 to below 1";
    Err(OptimizationError::Hyperparameter { name, value, expected })
}

pub(crate) fn finite(vector: &DVector<f64>) -> bool {
    vector.iter().all(|entry| entry.is_finite())
}

pub(crate) fn check_length(what: &str, vector: &DVector<f64>, parameters: usize) {
    assert_eq!(
        vector.len(),
        parameters,
        "a {what} of shape {:?} does not fit parameters of shape {:?}",
        vector.shape(),
        (parameters, 1),
    );
}

// ANCHOR: trajectory
/// The start and the points after each of `steps` updates. An update moves the
/// parameters, and says whether what it remembers is finite.
///
/// # Errors
/// If a parameter becomes infinite or not a number, or something remembered does: the
/// run has diverged.
pub fn trajectory(
    start: &DVector<f64>,
    steps: usize,
    mut update: impl FnMut(&mut DVector<f64>) -> bool,
) -> Result<Vec<DVector<f64>>, OptimizationError> {
    let mut points = vec![start.clone()];
    for step in 1..=steps {
        let mut parameters = points[step - 1].clone();
        let memory_is_finite = update(&mut parameters);
        let largest_parameter = points[step - 1].amax();
        if !finite(&parameters) {
            return Err(OptimizationError::Diverged { step, largest_parameter });
        }
        if !memory_is_finite {
            return Err(OptimizationError::Overflow { step, largest_parameter });
        }
        points.push(parameters);
    }
    Ok(points)
}
// ANCHOR_END: trajectory

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

    /// `P`, the same everywhere.
    pub fn hessian(&self) -> &DMatrix<f64> {
        &self.p
    }

    /// The point where the gradient is zero: the solution of `Pθ = −q`.
    ///
    /// # Errors
    /// If `P` is not positive definite.
    pub fn minimizer(&self) -> Result<DVector<f64>, OptimizationError> {
        self.spectrum()?;
        let cholesky = self.p.clone().cholesky();
        Ok(-cholesky.expect("a positive definite matrix").solve(&self.q))
    }
}
// ANCHOR_END: quadratic

impl Quadratic {
    /// # Panics
    /// If `p` is not square and symmetric, or if `q` does not have as many entries.
    pub fn new(p: DMatrix<f64>, q: DVector<f64>) -> Self {
        assert!(
            p.is_square() && p == p.transpose(),
            "a quadratic needs a symmetric matrix, not this one of shape {:?}:{p}",
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

// ANCHOR: minimize
/// The points of an optimizer, from the gradient of the function.
///
/// # Errors
/// If the run diverges, in its parameters or in what the optimizer remembers.
pub fn minimize(
    optimizer: &mut impl Optimizer,
    start: &DVector<f64>,
    steps: usize,
    mut gradient: impl FnMut(&DVector<f64>) -> DVector<f64>,
) -> Result<Vec<DVector<f64>>, OptimizationError> {
    trajectory(start, steps, |parameters| {
        let gradient = gradient(&optimizer.gradient_point(parameters));
        optimizer.step(parameters, &gradient);
        optimizer.is_finite()
    })
}
// ANCHOR_END: minimize

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

/// The worksheet's samples `(x, y)`, which take turns.
pub const SAMPLES: [(f64, f64); 2] = [(3.0, 0.0), (-3.0, 0.0)];

// ANCHOR: worksheet
/// The worksheet's neuron before and after each step, each step on one of the two
/// samples in turn. `gradient` is [`Neuron::gradient`], or [`without_relu`].
///
/// # Errors
/// If the run diverges.
pub fn take_turns(
    optimizer: &mut impl Optimizer,
    steps: usize,
    gradient: impl Fn(Neuron, f64, f64) -> (f64, f64),
) -> Result<Vec<Neuron>, OptimizationError> {
    let mut samples = SAMPLES.into_iter().cycle();
    let points = minimize(optimizer, &WORKSHEET.parameters(), steps, |theta| {
        let (x, y) = samples.next().expect("a cycle has no end");
        let (weight, bias) = gradient(Neuron::from_parameters(theta), x, y);
        dvector![weight, bias]
    })?;
    Ok(points.iter().map(Neuron::from_parameters).collect())
}
// ANCHOR_END: worksheet

/// The gradient of the neuron without its ReLU, `ŷ = w x + b`.
pub fn without_relu(neuron: Neuron, x: f64, y: f64) -> (f64, f64) {
    let error = neuron.w * x + neuron.b - y;
    (error * x, error)
}
