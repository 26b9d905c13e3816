use super::RunningSlope;
use crate::judge::Mistake;

const HALF: &str = "This step is half as long as it should be. The loss of a point is \
                    the square of its error, without a ½: the gradient has a 2, and \
                    the step size has one below.";

pub const MISTAKES: &[Mistake<RunningSlope>] = &[
    Mistake {
        function: |slope, squares, x, y| {
            let next = slope - share(*squares) * gradient(slope, x, y);
            *squares += x * x;
            next
        },
        told: "The step size comes from the points before this one. The sum belongs to \
               all points so far, and this one is among them.",
    },
    Mistake {
        function: |slope, squares, x, y| {
            let next = slope - gradient(slope, x, y) / (2.0 * *squares);
            *squares += x * x;
            next
        },
        told: "The step size comes from the points before this one, and before the \
               first there are none: it is infinite. The sum belongs to all points so \
               far, and this one is among them.",
    },
    Mistake {
        function: |slope, squares, x, y| {
            *squares += x * x;
            slope - gradient(slope, x, y) / (2.0 * *squares)
        },
        told: "As long as every x was zero, so is the sum, and dividing by it gives \
               no number. Such points say nothing about the slope, and θ has to stay.",
    },
    Mistake {
        function: |slope, squares, x, y| {
            *squares += 1.0;
            slope - share(*squares) * gradient(slope, x, y)
        },
        told: "This counts the points, which is right in the constant model. In the slope \
               model a point weighs as much as the square of its x.",
    },
    Mistake {
        function: |slope, squares, x, y| {
            *squares += x * x;
            slope - share(*squares) * 2.0 * (slope * x - y)
        },
        told: "This steps by the error. In the slope model the vote of a point is its \
               error times its x, with the sign of x.",
    },
    Mistake {
        function: |slope, squares, x, y| {
            *squares += x * x;
            slope - share(*squares) * gradient(slope, x, y) / 2.0
        },
        told: HALF,
    },
    Mistake {
        function: |slope, squares, x, y| {
            *squares += x * x;
            slope - gradient(slope, x, y) / (4.0 * *squares)
        },
        told: HALF,
    },
    Mistake {
        function: |slope, squares, x, y| {
            *squares = x * x;
            slope - share(*squares) * gradient(slope, x, y)
        },
        told: "Every step forgets the points before it here, and ends at the best slope of \
               its own point. `squares` is a sum.",
    },
];

fn gradient(slope: f64, x: f64, y: f64) -> f64 {
    2.0 * (slope * x - y) * x
}

/// `1/(2 · squares)`, and zero for zero.
fn share(squares: f64) -> f64 {
    if squares == 0.0 { 0.0 } else { 1.0 / (2.0 * squares) }
}
