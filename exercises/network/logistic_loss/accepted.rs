//! Right answers that are written in other ways than the solution.

type LogisticLoss = fn(f64, bool) -> f64;

pub const ACCEPTED: [LogisticLoss; 10] = [
    |z, label| softplus(if label { -z } else { z }),
    |z, label| {
        let wrong = if label { -z } else { z };
        wrong.max(0.0) + (1.0 + (-wrong.abs()).exp()).ln()
    },
    |z, label| z.max(0.0) - z * f64::from(label) + (-z.abs()).exp().ln_1p(),
    |z, label| match (label, z > 0.0) {
        (true, true) => (-z).exp().ln_1p(),
        (true, false) => z.exp().ln_1p() - z,
        (false, true) => (-z).exp().ln_1p() + z,
        (false, false) => z.exp().ln_1p(),
    },
    |z, label| {
        let z = if label { z } else { -z };
        if z < -30.0 { -z } else { (-z).exp().ln_1p() }
    },
    |z, label| {
        let largest = z.max(0.0);
        let sum: f64 = [z, 0.0].iter().map(|logit| (logit - largest).exp()).sum();
        largest + sum.ln() - if label { z } else { 0.0 }
    },
    |z, label| {
        let (right, wrong) = if label { (z, 0.0) } else { (0.0, z) };
        softplus(wrong - right)
    },
    |z, label| {
        let half = if label { -z / 2.0 } else { z / 2.0 };
        let size = half.abs();
        half + size + (-2.0 * size).exp().ln_1p()
    },
    |z, label| {
        let (z, size) = (if label { z } else { -z }, z.abs());
        (1.0 + (-size).exp()).ln() + (size - z) / 2.0
    },
    |z, label| {
        let odds = (-z.abs()).exp();
        let is_likely = label == (z > 0.0);
        if is_likely { odds.ln_1p() } else { odds.ln_1p() + z.abs() }
    },
];

fn softplus(x: f64) -> f64 {
    if x > 0.0 { x + (-x).exp().ln_1p() } else { x.exp().ln_1p() }
}
