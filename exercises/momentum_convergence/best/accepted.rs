//! Right answers that are written in other ways than the solution.

type Best = fn(f64, f64) -> (f64, f64);

pub const ACCEPTED: [Best; 10] = [
    // Polyak's.
    |smallest, largest| {
        let (a, b) = (smallest.sqrt(), largest.sqrt());
        ((2.0 / (a + b)).powi(2), ((b - a) / (b + a)).powi(2))
    },
    |smallest, largest| {
        let sum = smallest.sqrt() + largest.sqrt();
        let difference = largest.sqrt() - smallest.sqrt();
        (4.0 / (sum * sum), difference * difference / (sum * sum))
    },
    |smallest, largest| {
        let square = smallest + largest + 2.0 * (smallest * largest).sqrt();
        (4.0 / square, 1.0 - 4.0 * (smallest * largest).sqrt() / square)
    },
    |smallest, largest| {
        let lr = 4.0 / (smallest.sqrt() + largest.sqrt()).powi(2);
        (lr, 1.0 - lr * (smallest * largest).sqrt())
    },
    // The edges of the range for a double root.
    |smallest, largest| {
        let rate = 1.0 - 2.0 / (1.0 + (largest / smallest).sqrt());
        ((1.0 - rate).powi(2) / smallest, rate.powi(2))
    },
    |smallest, largest| {
        let root = (largest / smallest).sqrt();
        let rate = (root - 1.0) / (root + 1.0);
        ((1.0 + rate).powi(2) / largest, rate.powi(2))
    },
    |smallest, largest| {
        let beta = (largest / smallest).powf(0.25).ln().tanh().powi(2);
        ((1.0 - beta) / (smallest.sqrt() * largest.sqrt()), beta)
    },
    |smallest, largest| {
        let root = (smallest / largest).sqrt();
        let rate = (1.0 - root) / (1.0 + root);
        ((1.0 - rate * rate) * (smallest * largest).powf(-0.5), rate * rate)
    },
    |smallest, largest| {
        let geometric = (0.5 * (smallest.ln() + largest.ln())).exp();
        let arithmetic = 0.5 * (smallest + largest);
        let beta = (arithmetic - geometric) / (arithmetic + geometric);
        ((1.0 - beta) / geometric, beta)
    },
    |smallest, largest| {
        let settings = [1.0_f64, -1.0].map(|sign| largest.sqrt() + sign * smallest.sqrt());
        (4.0 / settings[0].powi(2), (settings[1] / settings[0]).powi(2))
    },
];
