//! An optimizer of your own. These are the steps of gradient descent: make of them
//! what you like, and call `cargo optimizer` again.

use descent::gradient_descent::Optimizer;
use nalgebra::DVector;

/// What it knows, and what it remembers from step to step.
struct Own {
    step_size: f64,
}

impl Optimizer for Own {
    /// One step. There is an entry of the gradient for each parameter.
    fn step(&mut self, parameters: &mut DVector<f64>, gradient: &DVector<f64>) {
        *parameters -= self.step_size * gradient;
    }
}

/// A new one, before its first step.
pub fn optimizer(step_size: f64) -> Box<dyn Optimizer> {
    Box::new(Own { step_size })
}
