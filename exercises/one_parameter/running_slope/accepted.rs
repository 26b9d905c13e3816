//! Right answers that are written in other ways than the solution.

type RunningSlope = fn(f64, &mut f64, f64, f64) -> f64;

pub const ACCEPTED: [RunningSlope; 10] = [
    |slope, squares, x, y| {
        *squares += x.powi(2);
        if *squares > 0.0 { slope - (slope * x - y) * x / *squares } else { slope }
    },
    |slope, squares, x, y| {
        let before = *squares;
        *squares = before + x * x;
        if x == 0.0 { slope } else { (slope * before + x * y) / *squares }
    },
    |slope, squares, x, y| {
        if x == 0.0 {
            return slope;
        }
        *squares += x * x;
        slope + x * (y - slope * x) / *squares
    },
    |slope, squares, x, y| {
        let products = slope * *squares + x * y;
        *squares += x * x;
        if *squares == 0.0 { slope } else { products / *squares }
    },
    |slope, squares, x, y| {
        *squares += x * x;
        let step_size = if *squares == 0.0 { 0.0 } else { 0.5 / *squares };
        slope - step_size * (2.0 * x * (slope * x - y))
    },
    |slope, squares, x, y| {
        *squares += x * x;
        let moved = slope - x / *squares * (x * slope - y);
        if moved.is_nan() { slope } else { moved }
    },
    |slope, squares, x, y| {
        *squares += x * x;
        let weight = x * x / *squares;
        if x == 0.0 { slope } else { (1.0 - weight) * slope + weight * (y / x) }
    },
    |mut slope, squares, x, y| {
        *squares = x.mul_add(x, *squares);
        if *squares != 0.0 {
            slope -= (slope * x - y) * x / *squares;
        }
        slope
    },
    |slope, squares, x, y| {
        *squares += x * x;
        match *squares {
            0.0 => slope,
            sum => slope + (x * y - slope * x * x) / sum,
        }
    },
    |slope, squares, x, y| {
        *squares += x * x;
        let share = Some(*squares).filter(|&sum| sum > 0.0).map(|sum| x / sum);
        share.map_or(slope, |share| slope - share * (slope * x - y))
    },
];
