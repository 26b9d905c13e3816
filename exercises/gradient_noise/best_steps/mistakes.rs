use super::BestSteps;
use crate::judge::Mistake;

/// The best next step size.
fn best(square: f64, lambda: f64, variance: f64) -> f64 {
    lambda * square / (lambda * lambda * square + variance)
}

/// What a step leaves of the mean square.
fn after(square: f64, lambda: f64, variance: f64, step_size: f64) -> f64 {
    (1.0 - step_size * lambda).powi(2) * square + step_size.powi(2) * variance
}

pub const MISTAKES: &[Mistake<BestSteps>] = &[
    Mistake {
        function: |square, lambda, variance, steps| {
            vec![best(square, lambda, variance); steps]
        },
        told: "Every step has the size that is best for the first. What has that step left of \
               the mean square?",
    },
    Mistake {
        function: |_, lambda, _, steps| vec![1.0 / lambda; steps],
        told: "Without noise this would be best: it makes the first term zero. But then the \
               whole noise of the step stays.",
    },
    Mistake {
        function: |_, lambda, _, steps| {
            (1..=steps).map(|t| 1.0 / (lambda * t as f64)).collect()
        },
        told: "This is the running mean, which begins with a step that forgets the start. It \
               is best if nothing is known of the start. Here its mean square is.",
    },
    Mistake {
        function: |mut square, lambda, variance, steps| {
            let mut all = Vec::new();
            for _ in 0..steps {
                let step_size = lambda * square / (lambda * square + variance);
                square = after(square, lambda, variance, step_size);
                all.push(step_size);
            }
            all
        },
        told: "The derivative of (1 − αλ)² with respect to α has a λ in front, and one more \
               beside α. One of them is missing in the denominator.",
    },
    Mistake {
        function: |mut square, lambda, variance, steps| {
            let mut all = Vec::new();
            for _ in 0..steps {
                let step_size = best(square, lambda, variance);
                square *= (1.0 - step_size * lambda).powi(2);
                all.push(step_size);
            }
            all
        },
        told: "The first step size is right. After it the mean square has two terms: what is \
               left of the old one, and the noise of the step.",
    },
    Mistake {
        function: |mut square, lambda, variance, steps| {
            let mut all = Vec::new();
            for _ in 0..steps {
                let step_size = best(square, lambda, variance.sqrt());
                square = after(square, lambda, variance.sqrt(), step_size);
                all.push(step_size);
            }
            all
        },
        told: "`variance` is s² already, and needs no root.",
    },
];
