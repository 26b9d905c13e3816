//! Right answers that are written in other ways than the solution.

type Function = fn(f64) -> f64;

type Bound = fn(Function, Function, f64, f64) -> f64;

pub const ACCEPTED: [Bound; 10] = [
    |f, slope, a, b| f(a) + slope(a) * (crossing(f, slope, a, b) - a),
    |f, slope, a, b| f(b) + slope(b) * (crossing(f, slope, a, b) - b),
    |f, slope, a, b| {
        let x = (f(b) - f(a) - slope(b) * b + slope(a) * a) / (slope(a) - slope(b));
        f(b) - slope(b) * (b - x)
    },
    |f, slope, a, b| {
        let (heights, slopes) = ([f(a), f(b)], [slope(a), slope(b)]);
        let at_zero = [heights[0] - slopes[0] * a, heights[1] - slopes[1] * b];
        (slopes[1] * at_zero[0] - slopes[0] * at_zero[1]) / (slopes[1] - slopes[0])
    },
    |f, slope, a, b| {
        let share = slope(b) / (slope(b) - slope(a));
        share * f(a) + (1.0 - share) * f(b) + share * slope(a) * (b - a)
    },
    |f, slope, a, b| {
        let share = -slope(a) / (slope(b) - slope(a));
        (1.0 - share) * (f(a) - slope(a) * a) + share * (f(b) - slope(b) * b)
    },
    |f, slope, a, b| {
        let gap = f(b) + slope(b) * (a - b) - f(a);
        f(a) + slope(a) * gap / (slope(a) - slope(b))
    },
    // From both sides, half of the way at a time.
    |f, slope, a, b| {
        let tangents =
            |x: f64| [f(a) + slope(a) * (x - a), f(b) + slope(b) * (x - b)];
        let (mut left, mut right) = (a, b);
        for _ in 0..60 {
            let middle = (left + right) / 2.0;
            let [falling, rising] = tangents(middle);
            if falling > rising { left = middle } else { right = middle }
        }
        tangents(left)[0].max(tangents(left)[1])
    },
    // By Cramer's rule for y − f'(a) x = f(a) − f'(a) a, and the same at b.
    |f, slope, a, b| {
        let (p, q) = (-slope(a), -slope(b));
        let (r, s) = (f(a) + p * a, f(b) + q * b);
        (r * q - p * s) / (q - p)
    },
    |f, slope, a, b| {
        let x = crossing(f, slope, a, b);
        [a, b].map(|at| f(at) + slope(at) * (x - at)).iter().sum::<f64>() / 2.0
    },
];

fn crossing(f: Function, slope: Function, a: f64, b: f64) -> f64 {
    (f(a) - a * slope(a) - f(b) + b * slope(b)) / (slope(b) - slope(a))
}
