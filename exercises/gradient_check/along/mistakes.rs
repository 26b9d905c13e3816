use nalgebra::DVector;

use super::Along;
use crate::judge::Mistake;

pub const MISTAKES: &[Mistake<Along>] = &[
    Mistake {
        function: |f, gradient, parameters, direction, h| {
            let there = f(&(parameters + h * direction));
            gradient.dot(direction) - (there - f(parameters)) / h
        },
        told: "This is a forward difference. Its error begins with h; go the same way to \
               both sides, and the half of it that is the same on both cancels.",
    },
    Mistake {
        function: |f, gradient, parameters, direction, h| {
            gradient.dot(direction) - 2.0 * found(f, parameters, direction, h)
        },
        told: "From one side to the other the way is 2h, not h.",
    },
    Mistake {
        function: |f, gradient, parameters, direction, h| {
            found(f, parameters, direction, h) - gradient.dot(direction)
        },
        told: "The sign is turned around: what is found is taken away from what is \
               promised.",
    },
    Mistake {
        function: |f, gradient, parameters, direction, h| {
            let unit = direction / direction.norm();
            gradient.dot(&unit) - found(f, parameters, &unit, h)
        },
        told: "Here the direction was made to have the length 1. It is to be used as long \
               as it is: twice the direction has twice the slope.",
    },
    Mistake {
        function: |f, gradient, parameters, direction, h| {
            gradient.sum() - found(f, parameters, direction, h)
        },
        told: "The gradient's entries are added up as if the direction had a 1 \
               everywhere. Each parameter moves by its own entry of the direction.",
    },
    Mistake {
        function: |f, gradient, parameters, direction, h| {
            gradient.norm() * direction.norm() - found(f, parameters, direction, h)
        },
        told: "The product of the two lengths is the slope straight along the gradient. \
               For another direction the cosine of the angle is missing.",
    },
];

fn found(
    f: fn(&DVector<f64>) -> f64,
    parameters: &DVector<f64>,
    direction: &DVector<f64>,
    h: f64,
) -> f64 {
    let step = h * direction;
    (f(&(parameters + &step)) - f(&(parameters - &step))) / (2.0 * h)
}
