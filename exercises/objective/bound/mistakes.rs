use descent::objective::Curve;

use super::Bound;
use crate::judge::Mistake;

pub const MISTAKES: &[Mistake<Bound>] = &[
    Mistake {
        function: |curve, a, b| (curve.value)(a).min((curve.value)(b)),
        told: "This is the smaller of two values. Between a and b the function may be \
               lower: a value bounds the minimum from above. The tangents bound it from \
               below.",
    },
    Mistake {
        function: |curve, a, b| tangent(curve, a, b).min(tangent(curve, b, a)),
        told: "This is a bound, but not the largest. It follows each tangent to the other \
               end, where the other tangent is higher already. The function is above both \
               of them everywhere.",
    },
    Mistake {
        function: |curve, a, b| {
            let middle = f64::midpoint(a, b);
            tangent(curve, a, middle).max(tangent(curve, b, middle))
        },
        told: "Here the tangents are compared halfway between a and b. They cross there on \
               a parabola; on another function the higher one of them can go on falling.",
    },
    Mistake {
        function: crossing,
        told: "This is the place where the tangents cross. Asked is how high they are \
               there.",
    },
    Mistake {
        function: |curve, a, b| {
            let share = (crossing(curve, a, b) - a) / (b - a);
            (1.0 - share) * (curve.value)(a) + share * (curve.value)(b)
        },
        told: "This is the height of the chord above the crossing. A convex function lies \
               below its chords, and so a chord bounds it from above.",
    },
];

/// The height at `x` of the tangent at `at`.
fn tangent(curve: &Curve, at: f64, x: f64) -> f64 {
    (curve.value)(at) + (curve.slope)(at) * (x - at)
}

fn crossing(curve: &Curve, a: f64, b: f64) -> f64 {
    let apart = tangent(curve, a, a) - tangent(curve, b, a);
    a + apart / ((curve.slope)(b) - (curve.slope)(a))
}
