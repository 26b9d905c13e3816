use descent::gradient_descent::Quadratic;
use nalgebra::DVector;

use super::Backtrack;
use crate::judge::Mistake;

pub const MISTAKES: &[Mistake<Backtrack>] = &[
    Mistake {
        function: |quadratic, theta, longest| {
            halved(longest, |alpha| decrease(quadratic, theta, alpha) > 0.0)
        },
        told: "This takes any step that goes down, by however little. A run of such steps \
               can stop short of the minimum: what it gains need not add up to enough. Ask \
               for half of the promise.",
    },
    Mistake {
        function: |quadratic, theta, longest| {
            halved(longest, |alpha| {
                decrease(quadratic, theta, alpha) >= promise(quadratic, theta, alpha)
            })
        },
        told: "This asks for all that the tangent promises. A convex function lies above \
               its tangent and never keeps the whole promise; that some step size is found \
               at all is rounding.",
    },
    Mistake {
        function: |quadratic, theta, longest| {
            halved(longest, |alpha| {
                let length = quadratic.gradient(theta).norm();
                decrease(quadratic, theta, alpha) >= alpha * length / 2.0
            })
        },
        told: "Here the promise has the length of the gradient in it once. The step is α‖∇f‖ \
               long, and the slope along it is ‖∇f‖ as well.",
    },
    Mistake {
        function: |quadratic, theta, longest| {
            backtracked(quadratic, theta, longest / 2.0)
        },
        told: "Here `longest` itself is never tried. Where it is good enough, it is to be \
               returned.",
    },
    Mistake {
        function: |quadratic, theta, longest| {
            let gradient = quadratic.gradient(theta);
            let mut theta = theta.clone();
            let value = quadratic.value(&theta);
            halved(longest, |alpha| {
                theta -= alpha * &gradient;
                let decrease = value - quadratic.value(&theta);
                decrease >= alpha * gradient.norm_squared() / 2.0
            })
        },
        told: "The point moves with every attempt here, and the attempts add up. Try each \
               step size from the same θ.",
    },
];

fn backtracked(quadratic: &Quadratic, theta: &DVector<f64>, longest: f64) -> f64 {
    halved(longest, |alpha| {
        decrease(quadratic, theta, alpha) >= promise(quadratic, theta, alpha) / 2.0
    })
}

/// The first of α, α/2, α/4, … that is good enough, and zero if none is.
fn halved(longest: f64, mut is_enough: impl FnMut(f64) -> bool) -> f64 {
    let mut alpha = longest;
    while alpha > 0.0 && !is_enough(alpha) {
        alpha /= 2.0;
    }
    alpha
}

fn decrease(quadratic: &Quadratic, theta: &DVector<f64>, alpha: f64) -> f64 {
    let there = theta - alpha * quadratic.gradient(theta);
    quadratic.value(theta) - quadratic.value(&there)
}

fn promise(quadratic: &Quadratic, theta: &DVector<f64>, alpha: f64) -> f64 {
    alpha * quadratic.gradient(theta).norm_squared()
}
