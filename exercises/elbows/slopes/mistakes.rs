use super::Slopes;
use crate::judge::Mistake;

pub const MISTAKES: &[Mistake<Slopes>] = &[
    Mistake {
        function: |units, low, high| {
            let mirrored = units.iter().map(|[w, b, next]| (b / w, w.abs() * next));
            along(first(units, low), sorted(mirrored.collect()), low, high)
        },
        told: "The elbows are mirrored at 0. A unit bends where w x + b = 0: look at \
               the sign.",
    },
    Mistake {
        function: |units, low, high| {
            let signed = units.iter().map(|[w, b, next]| (-b / w, w * next));
            along(first(units, low), sorted(signed.collect()), low, high)
        },
        told: "A unit with w < 0 is active to the left of its elbow. Going right, the \
               curve does not win its slope there; it loses it.",
    },
    Mistake {
        function: |units, low, high| {
            let behind = units.iter().map(|[w, b, next]| (-b / w, *next));
            along(first(units, low), sorted(behind.collect()), low, high)
        },
        told: "Here the slope gains `next` alone at each elbow. How steep a unit is where \
               it is active depends on its w, too.",
    },
    Mistake {
        function: |units, low, high| {
            let sizes = units.iter().map(|[w, b, next]| (-b / w, (w * next).abs()));
            along(first(units, low), sorted(sizes.collect()), low, high)
        },
        told: "Every elbow bends the curve upwards here. A unit whose `next` is \
               negative is subtracted, and at its elbow the curve bends down.",
    },
    Mistake {
        function: |units, low, high| along(0.0, sorted(bends(units)), low, high),
        told: "The curve need not start level. A unit that is active at `low` has a \
               slope there already, and one whose elbow is not in sight at all may have \
               one everywhere.",
    },
    Mistake {
        function: |units, low, high| {
            let rising: Vec<_> =
                units.iter().copied().filter(|[w, _, _]| *w > 0.0).collect();
            along(first(&rising, low), sorted(bends(units)), low, high)
        },
        told: "Among the units that are active at `low`, those with w < 0 are left \
               out. To the left of its elbow such a unit is active, with a slope of \
               its own.",
    },
    Mistake {
        function: |units, low, high| {
            let (inside, _) = parted(units, low, high);
            along(first(&inside, low), sorted(bends(units)), low, high)
        },
        told: "Units whose elbow lies outside are left out of the slope at `low`. Such \
               a unit does not bend, but it may be active all the way from `low` to \
               `high`.",
    },
    Mistake {
        function: |units, low, high| {
            let (inside, outside) = parted(units, low, high);
            let everywhere: f64 = outside.iter().map(|[w, _, next]| w * next).sum();
            let start = first(&inside, low) + everywhere;
            along(start, sorted(bends(units)), low, high)
        },
        told: "Every unit whose elbow lies outside has its slope here. On one side of \
               its elbow a unit is off: whether that is the side of `low` and `high` \
               depends on the sign of w as well.",
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
    active.map(|[w, _, next]| w * next).sum()
}

fn bends(units: &[[f64; 3]]) -> Bends {
    units.iter().map(|[w, b, next]| (-b / w, w.abs() * next)).collect()
}

/// The units whose elbow lies between the ends, and the others.
fn parted(units: &[[f64; 3]], low: f64, high: f64) -> (Vec<[f64; 3]>, Vec<[f64; 3]>) {
    units.iter().partition(|[w, b, _]| low < -b / w && -b / w < high)
}

fn sorted(mut bends: Bends) -> Bends {
    bends.sort_by(|one, other| one.0.total_cmp(&other.0));
    bends
}

fn along(start: f64, bends: Bends, low: f64, high: f64) -> Vec<f64> {
    let inside = bends.into_iter().filter(|&(place, _)| low < place && place < high);
    let mut slopes = vec![start];
    for (piece, (_, gain)) in inside.enumerate() {
        slopes.push(slopes[piece] + gain);
    }
    slopes
}
