use super::Bound;
use crate::judge::Mistake;

pub const MISTAKES: &[Mistake<Bound>] = &[
    Mistake {
        function: |f, _, a, b| f(a).min(f(b)),
        told: "This is the smaller of two values. Between a and b the function may be \
               lower: a value bounds the minimum from above. The tangents bound it from \
               below.",
    },
    Mistake {
        function: |f, slope, a, b| tangent(f, slope, a, b).min(tangent(f, slope, b, a)),
        told: "This is a bound, but not the largest. It follows each tangent to the other \
               end, where the other tangent is higher already. The function is above both \
               of them everywhere.",
    },
    Mistake {
        function: |f, slope, a, b| {
            let middle = f64::midpoint(a, b);
            tangent(f, slope, a, middle).max(tangent(f, slope, b, middle))
        },
        told: "Here the tangents are compared halfway between a and b. They cross there on \
               a parabola; on another function the higher one of them can go on falling.",
    },
    Mistake {
        function: crossing,
        told: "This is the place where the tangents cross. The bound is how high they are \
               there.",
    },
    Mistake {
        function: |f, slope, a, b| {
            let share = (crossing(f, slope, a, b) - a) / (b - a);
            (1.0 - share) * f(a) + share * f(b)
        },
        told: "This is the height of the chord above the crossing. A convex function lies \
               below its chords, and so a chord bounds it from above.",
    },
];

/// The height at `x` of the tangent at `at`.
fn tangent(f: fn(f64) -> f64, slope: fn(f64) -> f64, at: f64, x: f64) -> f64 {
    f(at) + slope(at) * (x - at)
}

fn crossing(f: fn(f64) -> f64, slope: fn(f64) -> f64, a: f64, b: f64) -> f64 {
    let apart = tangent(f, slope, a, a) - tangent(f, slope, b, a);
    a + apart / (slope(b) - slope(a))
}
