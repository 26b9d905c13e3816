//! Right answers that are written in other ways than the solution.

type Bound = fn((usize, usize), f64, f64) -> f64;

pub const ACCEPTED: [Bound; 10] = [
    |(n, _), left, right| (6.0 / (n as f64 * (left * left + right * right))).sqrt(),
    |(n, _), left, right| 6.0_f64.sqrt() / (n as f64).sqrt() / left.hypot(right),
    |shape, left, right| {
        (3.0 / ((left.powi(2) + right.powi(2)) / 2.0) / shape.0 as f64).sqrt()
    },
    |(n, _), left, right| {
        let gain = (2.0 / (left * left + right * right)).sqrt();
        gain * (3.0 / n as f64).sqrt()
    },
    |(n, _), left, right| {
        let squares: f64 = [left, right].iter().map(|slope| slope * slope).sum();
        6.0_f64.sqrt() * (squares * n as f64).powf(-0.5)
    },
    |(n, _), left, right| {
        let deviation = 1.0 / (n as f64 * (0.5 * left * left + 0.5 * right * right)).sqrt();
        3.0_f64.sqrt() * deviation
    },
    |(n, _), left, right| (12.0 / (n as f64 * (left * left + right * right))).sqrt() / 2.0_f64.sqrt(),
    |(n, _), left, right| {
        let ratio = left / right;
        (6.0 / ((1.0 + ratio * ratio) * n as f64)).sqrt() / right
    },
    |(n, _), left, right| {
        (0.5 * (6.0_f64.ln() - (n as f64).ln() - (left * left + right * right).ln())).exp()
    },
    |(n, _), left, right| {
        let sum: f64 = (0..n).map(|_| (left * left + right * right) / 2.0).sum();
        (3.0 * sum.recip()).sqrt()
    },
];
