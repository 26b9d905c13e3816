use super::Slopes;
use crate::judge::Mistake;

pub const MISTAKES: &[Mistake<Slopes>] = &[
    Mistake {
        function: |units, low, high| {
            let mirrored = units.iter().map(|[w, b, v]| (b / w, w.abs() * v));
            along(first(units, low), sorted(mirrored.collect()), low, high)
        },
        told: "The elbows are mirrored at 0. A unit bends where w x + b = 0: look at \
               the sign.",
    },
    Mistake {
        function: |units, low, high| {
            let signed = units.iter().map(|[w, b, v]| (-b / w, w * v));
            along(first(units, low), sorted(signed.collect()), low, high)
        },
        told: "A unit with w < 0 is active to the left of its elbow. Going right, the \
               curve does not win its slope there; it loses it.",
    },
    Mistake {
        function: |units, low, high| along(0.0, sorted(bends(units)), low, high),
        told: "The curve need not start level. A unit that is active at `low` has a \
               slope there already, and one whose elbow is not in sight at all may have \
               one everywhere.",
    },
    Mistake {
        function: |units, low, high| along(first(units, low), bends(units), low, high),
        told: "The gains are in the order of the units. Along the curve they come in \
               the order of the elbows.",
    },
    Mistake {
        function: |units, low, _| {
            let bends = sorted(bends(units));
            along(first(units, low), bends, f64::NEG_INFINITY, f64::INFINITY)
        },
        told: "These are too many pieces: an elbow outside of `low` and `high` bends \
               nothing between them.",
    },
];

type Bends = Vec<(f64, f64)>;

fn first(units: &[[f64; 3]], low: f64) -> f64 {
    let active = units.iter().filter(|[w, b, _]| w * low + b > 0.0);
    active.map(|[w, _, v]| w * v).sum()
}

fn bends(units: &[[f64; 3]]) -> Bends {
    units.iter().map(|[w, b, v]| (-b / w, w.abs() * v)).collect()
}

fn sorted(mut bends: Bends) -> Bends {
    bends.sort_by(|one, other| one.0.total_cmp(&other.0));
    bends
}

fn along(start: f64, bends: Bends, low: f64, high: f64) -> Vec<f64> {
    let inside = bends.into_iter().filter(|&(c, _)| low < c && c < high);
    let mut slopes = vec![start];
    for (piece, (_, gain)) in inside.enumerate() {
        slopes.push(slopes[piece] + gain);
    }
    slopes
}
