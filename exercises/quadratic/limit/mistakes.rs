use nalgebra::DVector;

use super::Gradient;
use super::Limit;
use crate::judge::Mistake;

pub const MISTAKES: &[Mistake<Limit>] = &[
    Mistake {
        function: |gradient, start, rounds| 2.0 / turned(start, rounds, gradient).1,
        told: "This takes ∇f(d) for P d. The gradient is P d + q: subtract the gradient at \
               0, and q drops out.",
    },
    Mistake {
        function: |gradient, start, rounds| {
            let mut direction = start.clone();
            for _ in 0..rounds {
                direction = multiplied(gradient, &direction);
            }
            2.0 / multiplied(gradient, &direction).norm()
        },
        told: "Here the direction grows by the factor λmax in every round, and the end is \
               λmax to a high power, or infinite. Divide by the length each time.",
    },
    Mistake {
        function: |gradient, start, rounds| length(gradient, start, rounds),
        told: "This is λmax itself. The limit of the step size is 2 divided by it.",
    },
    Mistake {
        function: |gradient, start, rounds| 1.0 / length(gradient, start, rounds),
        told: "This is 1/λmax, where the steepest part is gone after one step. The limit \
               is twice as large.",
    },
    Mistake {
        function: |gradient, start, rounds| {
            2.0 / length(gradient, start, rounds.saturating_sub(1))
        },
        told: "This is a round short. The length at the end is that of one more product, \
               after all rounds.",
    },
    Mistake {
        function: |gradient, start, rounds| 2.0 / length(gradient, start, rounds + 1),
        told: "This is a round too many: after the last round, multiply once more and take \
               the length.",
    },
    Mistake {
        function: |gradient, start, rounds| {
            let (d, _) = turned(start, rounds, |d| multiplied(gradient, d));
            2.0 / d.dot(&multiplied(gradient, &d))
        },
        told: "This divides by dᵀP d. It tends to λmax as well, and even faster. But the \
               task asks for the length of P d.",
    },
    Mistake {
        function: |gradient, start, rounds| {
            let mut direction = start.clone();
            for _ in 0..rounds {
                let product = multiplied(gradient, &direction);
                direction = &product / product.amax();
            }
            2.0 / multiplied(gradient, &direction).norm()
        },
        told: "This divides by the largest entry. The direction then has another length \
               than 1, and so has P d than λmax.",
    },
];

fn multiplied(gradient: Gradient, d: &DVector<f64>) -> DVector<f64> {
    gradient(d) - gradient(&DVector::zeros(d.len()))
}

/// The last direction, and the length of its product.
fn turned(
    start: &DVector<f64>,
    rounds: usize,
    multiplied: impl Fn(&DVector<f64>) -> DVector<f64>,
) -> (DVector<f64>, f64) {
    let mut direction = start.clone();
    for _ in 0..rounds {
        direction = multiplied(&direction).normalize();
    }
    let length = multiplied(&direction).norm();
    (direction, length)
}

fn length(gradient: Gradient, start: &DVector<f64>, rounds: usize) -> f64 {
    turned(start, rounds, |d| multiplied(gradient, d)).1
}
