//! Right answers that are written in other ways than the solution.

type Function = fn(f64) -> f64;

type Bound = fn(Function, Function, f64, f64) -> f64;

pub const ACCEPTED: [Bound; 10] = [
    |f, slope, left, right| f(left) + slope(left) * (crossing(f, slope, left, right) - left),
    |f, slope, left, right| f(right) + slope(right) * (crossing(f, slope, left, right) - right),
    |f, slope, left, right| {
        let theta = (f(right) - f(left) - slope(right) * right + slope(left) * left) / (slope(left) - slope(right));
        f(right) - slope(right) * (right - theta)
    },
    |f, slope, left, right| {
        let (heights, slopes) = ([f(left), f(right)], [slope(left), slope(right)]);
        let at_zero = [heights[0] - slopes[0] * left, heights[1] - slopes[1] * right];
        (slopes[1] * at_zero[0] - slopes[0] * at_zero[1]) / (slopes[1] - slopes[0])
    },
    |f, slope, left, right| {
        let share = slope(right) / (slope(right) - slope(left));
        share * f(left) + (1.0 - share) * f(right) + share * slope(left) * (right - left)
    },
    |f, slope, left, right| {
        let share = -slope(left) / (slope(right) - slope(left));
        (1.0 - share) * (f(left) - slope(left) * left) + share * (f(right) - slope(right) * right)
    },
    |f, slope, left, right| {
        let gap = f(right) + slope(right) * (left - right) - f(left);
        f(left) + slope(left) * gap / (slope(left) - slope(right))
    },
    // From both sides, half of the way at a time.
    |f, slope, left, right| {
        let tangents =
            |theta: f64| [f(left) + slope(left) * (theta - left), f(right) + slope(right) * (theta - right)];
        let (mut left, mut right) = (left, right);
        for _ in 0..60 {
            let middle = (left + right) / 2.0;
            let [falling, rising] = tangents(middle);
            if falling > rising { left = middle } else { right = middle }
        }
        tangents(left)[0].max(tangents(left)[1])
    },
    // By Cramer's rule for both tangents, as equations for a height and a place.
    |f, slope, left, right| {
        let (p, q) = (-slope(left), -slope(right));
        let (r, s) = (f(left) + p * left, f(right) + q * right);
        (r * q - p * s) / (q - p)
    },
    |f, slope, left, right| {
        let theta = crossing(f, slope, left, right);
        [left, right].map(|at| f(at) + slope(at) * (theta - at)).iter().sum::<f64>() / 2.0
    },
];

fn crossing(f: Function, slope: Function, left: f64, right: f64) -> f64 {
    (f(left) - left * slope(left) - f(right) + right * slope(right)) / (slope(right) - slope(left))
}
