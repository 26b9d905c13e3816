use super::Bound;
use crate::judge::Mistake;

pub const MISTAKES: &[Mistake<Bound>] = &[
    Mistake {
        function: |f, _, left, right| f(left).min(f(right)),
        told: "This is the smaller of two values. Between the two points the function may be \
               lower: a value bounds the minimum from above. The tangents bound it from \
               below.",
    },
    Mistake {
        function: |f, slope, left, right| {
            tangent(f, slope, left, right).min(tangent(f, slope, right, left))
        },
        told: "This is a bound, but not the largest. It follows each tangent to the other \
               end, where the other tangent is higher already. The function is above both \
               of them everywhere.",
    },
    Mistake {
        function: |f, slope, left, right| {
            let middle = f64::midpoint(left, right);
            tangent(f, slope, left, middle).max(tangent(f, slope, right, middle))
        },
        told: "Here the tangents are compared halfway between the points. They cross there on \
               a parabola; on another function the higher one of them can go on falling.",
    },
    Mistake {
        function: crossing,
        told: "This is the place where the tangents cross. The bound is how high they are \
               there.",
    },
    Mistake {
        function: |f, slope, left, right| {
            let share = (crossing(f, slope, left, right) - left) / (right - left);
            (1.0 - share) * f(left) + share * f(right)
        },
        told: "This is the height of the chord above the crossing. A convex function lies \
               below its chords, and so a chord bounds it from above.",
    },
];

/// The height at `theta` of the tangent at `at`.
fn tangent(f: fn(f64) -> f64, slope: fn(f64) -> f64, at: f64, theta: f64) -> f64 {
    f(at) + slope(at) * (theta - at)
}

fn crossing(f: fn(f64) -> f64, slope: fn(f64) -> f64, left: f64, right: f64) -> f64 {
    let apart = tangent(f, slope, left, left) - tangent(f, slope, right, left);
    left + apart / (slope(right) - slope(left))
}
