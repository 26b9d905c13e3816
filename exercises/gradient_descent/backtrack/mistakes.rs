use nalgebra::DVector;

use super::{Backtrack, Value};
use crate::judge::Mistake;

pub const MISTAKES: &[Mistake<Backtrack>] = &[
    Mistake {
        function: |f, theta, g, longest| {
            halved(longest, |alpha| decrease(f, theta, g, alpha) > 0.0)
        },
        told: "This takes any step that goes down, by however little. A run of such steps \
               can stop short of the minimum: what it gains need not add up to enough. Ask \
               for half of the promise.",
    },
    Mistake {
        function: |f, theta, g, longest| {
            halved(longest, |alpha| decrease(f, theta, g, alpha) >= promise(g, alpha))
        },
        told: "This asks for all that the tangent promises. A strictly convex function \
               lies above its tangent everywhere else and never keeps the whole promise; \
               that some step size is found at all here is rounding.",
    },
    Mistake {
        function: |f, theta, g, longest| {
            halved(longest, |alpha| {
                decrease(f, theta, g, alpha) > promise(g, alpha) / 2.0
            })
        },
        told: "A step that keeps exactly half of the promise is refused here. \"At \
               least half\" accepts it; at (10, 0) it leads straight to the minimum.",
    },
    Mistake {
        function: |f, theta, g, longest| {
            let uphill = -g;
            halved(longest, |alpha| {
                decrease(f, theta, &uphill, alpha) >= promise(g, alpha) / 2.0
            })
        },
        told: "This tries points in the direction of the gradient, uphill, and none of \
               them keeps any of the promise. The search ends only when α, or its \
               promise, is too small to be told from 0.",
    },
    Mistake {
        function: |f, theta, g, longest| {
            halved(longest, |alpha| {
                decrease(f, theta, g, alpha) >= alpha * g.norm() / 2.0
            })
        },
        told: "Here the promise has the length of the gradient in it once. The step is α‖∇f‖ \
               long, and the slope along it is ‖∇f‖ as well.",
    },
    Mistake {
        function: |f, theta, g, longest| backtracked(f, theta, g, longest / 2.0),
        told: "Here `longest` itself is never tried. Where it is good enough, it is to be \
               returned.",
    },
    Mistake {
        function: |f, theta, g, longest| {
            let (mut theta, start) = (theta.clone(), f(theta));
            halved(longest, |alpha| {
                theta -= alpha * g;
                start - f(&theta) >= promise(g, alpha) / 2.0
            })
        },
        told: "The point moves with every attempt here, and the attempts add up. Try each \
               step size from the same θ.",
    },
];

fn backtracked(f: Value, theta: &DVector<f64>, g: &DVector<f64>, longest: f64) -> f64 {
    halved(longest, |alpha| decrease(f, theta, g, alpha) >= promise(g, alpha) / 2.0)
}

/// The first of α, α/2, α/4, … that is good enough, and zero if none is.
fn halved(longest: f64, mut is_enough: impl FnMut(f64) -> bool) -> f64 {
    let mut alpha = longest;
    while alpha > 0.0 && !is_enough(alpha) {
        alpha /= 2.0;
    }
    alpha
}

fn decrease(f: Value, theta: &DVector<f64>, g: &DVector<f64>, alpha: f64) -> f64 {
    f(theta) - f(&(theta - alpha * g))
}

fn promise(g: &DVector<f64>, alpha: f64) -> f64 {
    alpha * g.norm_squared()
}
