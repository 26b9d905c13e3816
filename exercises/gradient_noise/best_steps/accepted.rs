//! Right answers that are written in other ways than the solution.

type BestSteps = fn(f64, f64, f64, usize) -> Vec<f64>;

fn best(square: f64, lambda: f64, variance: f64) -> f64 {
    lambda * square / (lambda * lambda * square + variance)
}

fn after(square: f64, lambda: f64, variance: f64, step_size: f64) -> f64 {
    (1.0 - step_size * lambda).powi(2) * square + step_size.powi(2) * variance
}

pub const ACCEPTED: [BestSteps; 10] = [
    |mut square, lambda, variance, steps| {
        let step = |_| {
            let step_size = best(square, lambda, variance);
            square = after(square, lambda, variance, step_size);
            step_size
        };
        (0..steps).map(step).collect()
    },
    // In closed form.
    |square, lambda, variance, steps| {
        (0..steps)
            .map(|t| lambda * square / (variance + (t + 1) as f64 * lambda * lambda * square))
            .collect()
    },
    // By the inverse of the mean square.
    |square, lambda, variance, steps| {
        let mut inverse = 1.0 / square;
        let mut all = Vec::with_capacity(steps);
        while all.len() < steps {
            inverse += lambda * lambda / variance;
            all.push(lambda / (variance * inverse));
        }
        all
    },
    // One over a step size grows by the curvature.
    |square, lambda, variance, steps| {
        let first = lambda + variance / (lambda * square);
        (0..steps).map(|t| 1.0 / (first + lambda * t as f64)).collect()
    },
    |square, lambda, variance, steps| {
        let mut all = vec![];
        let mut left = square;
        for _ in 0..steps {
            let ratio = variance / left;
            all.push(lambda / (lambda.powi(2) + ratio));
            left = left * variance / (lambda.powi(2) * left + variance);
        }
        all
    },
    // The lowest place of a parabola through three of its values.
    |mut square, lambda, variance, steps| {
        let mut all = vec![];
        for _ in 0..steps {
            let [left, middle, right] =
                [-1.0, 0.0, 1.0].map(|a| after(square, lambda, variance, a));
            let step_size = (left - right) / (2.0 * (left + right - 2.0 * middle));
            square = after(square, lambda, variance, step_size);
            all.push(step_size);
        }
        all
    },
    recursive,
    |square, lambda, variance, steps| {
        let next = |step_size: &f64| Some(step_size / (1.0 + lambda * step_size));
        let first = best(square, lambda, variance);
        std::iter::successors(Some(first), next).take(steps).collect()
    },
    |square, lambda, variance, steps| {
        let mut all = vec![0.0; steps];
        let mut left = square;
        for step_size in &mut all {
            *step_size = best(left, lambda, variance);
            left = *step_size * variance / lambda;
        }
        all
    },
    |square, lambda, variance, steps| {
        let signal = lambda * lambda * square;
        (1..=steps).map(|t| signal / lambda / (signal * t as f64 + variance)).collect()
    },
];

fn recursive(square: f64, lambda: f64, variance: f64, steps: usize) -> Vec<f64> {
    if steps == 0 {
        return Vec::new();
    }
    let step_size = best(square, lambda, variance);
    let left = after(square, lambda, variance, step_size);
    [vec![step_size], recursive(left, lambda, variance, steps - 1)].concat()
}
