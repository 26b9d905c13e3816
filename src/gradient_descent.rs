//! Gradient descent, and what it shares with every other optimizer.
//!
//! Source: Data 188, Lecture 06, "Gradient descent".

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use nalgebra::DVector;

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

impl Optimizer for GradientDescent {
    fn step(&mut self, parameters: &mut DVector<f64>, gradient: &DVector<f64>) {
        check_length("gradient", gradient, parameters.len());
        parameters.axpy(-self.step_size, gradient, 1.0);
    }
}
// ANCHOR_END: step

impl GradientDescent {
    /// # Errors
    /// If the step size is not a finite number above 0.
    pub fn new(step_size: f64) -> Result<Self, OptimizationError> {
        Ok(Self { step_size: positive("step size", step_size)? })
    }
}

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
        check_finite(step, &points[step - 1], &parameters, memory_is_finite)?;
        points.push(parameters);
    }
    Ok(points)
}
// ANCHOR_END: trajectory

/// Whether step `step` has left the range of numbers.
fn check_finite(
    step: usize,
    before: &DVector<f64>,
    after: &DVector<f64>,
    memory_is_finite: bool,
) -> Result<(), OptimizationError> {
    let largest_parameter = before.amax();
    if !finite(after) {
        return Err(OptimizationError::Diverged { step, largest_parameter });
    }
    if !memory_is_finite {
        return Err(OptimizationError::Overflow { step, largest_parameter });
    }
    Ok(())
}

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
