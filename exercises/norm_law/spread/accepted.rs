//! Right answers that are written in other ways than the solution.

type Spread = fn(&[usize]) -> f64;

pub const ACCEPTED: [Spread; 10] = [
    |widths| {
        let inverse: f64 = widths.iter().skip(1).map(|&m| 1.0 / m as f64).sum();
        (1.25 * inverse).sqrt()
    },
    |widths| {
        let mut variance = 0.0;
        for pair in widths.windows(2) {
            let (mean, square) = (pair[1] as f64 / 2.0, pair[1] as f64 * 1.25);
            variance += square / (mean * mean) / 4.0;
        }
        variance.sqrt()
    },
    |widths| {
        let halves = widths[1..].iter().map(|&m| (1.25 / m as f64).sqrt());
        halves.fold(0.0, f64::hypot)
    },
    |widths| 0.5 * widths[1..].iter().map(|&m| 5.0 / m as f64).sum::<f64>().powf(0.5),
    |widths| {
        let on = |m: f64| (m / 2.0, m / 4.0);
        let layer = |&m: &usize| {
            let (mean, variance) = on(m as f64);
            (2.0 * mean + variance) / (mean * mean)
        };
        (widths.iter().skip(1).map(layer).sum::<f64>() / 4.0).sqrt()
    },
    |widths| match widths {
        [_, rest @ ..] => {
            let total: f64 = rest.iter().rev().map(|&m| 20.0 / m as f64).sum();
            total.sqrt() / 4.0
        }
        [] => 0.0,
    },
    |widths| variance(&widths[1..]).sqrt(),
    |widths| {
        let scale = 2.0;
        let layers = widths.windows(2).map(|pair| {
            let factor = scale / pair[0] as f64;
            let mean = factor * pair[1] as f64 / 2.0;
            let variance = factor * factor * 5.0 * pair[1] as f64 / 4.0;
            variance / (mean * mean)
        });
        layers.sum::<f64>().sqrt() * 0.5
    },
    |widths| {
        let sum: f64 = (1..widths.len()).map(|i| (widths[i] as f64).recip()).sum();
        5.0_f64.sqrt() / 2.0 * sum.sqrt()
    },
    |widths| {
        let terms = widths.iter().skip(1).map(|&m| 5.0 / (4 * m) as f64);
        let total: f64 = terms.sum();
        (total.ln() / 2.0).exp()
    },
];

fn variance(widths: &[usize]) -> f64 {
    match widths {
        [] => 0.0,
        [first, rest @ ..] => 1.25 / *first as f64 + variance(rest),
    }
}
