use super::Step;
use crate::judge::Mistake;

pub const MISTAKES: &[Mistake<Step>] = &[
    Mistake {
        function: |theta, gradient, moments, _| {
            let [u, v] = averaged(gradient, moments);
            theta - 0.1 * u / (v.sqrt() + 1e-8)
        },
        told: "This is the step without bias correction. Divide u by 1 − β₁ᵗ and v by \
               1 − β₂ᵗ, the sums of their weights, before you use them.",
    },
    Mistake {
        function: |theta, gradient, moments, t| {
            let [u, v] = corrected(averaged(gradient, moments), t);
            theta - (0.1 * u / v.sqrt() + 1e-8)
        },
        told: "Here ε is added to the step. It belongs into the denominator: √v̂ + ε.",
    },
    Mistake {
        function: |theta, gradient, moments, t| {
            let [u, v] = corrected(averaged(gradient, moments), t);
            theta - 0.1 * u / (v + 1e-8).sqrt()
        },
        told: "Here ε stands under the root. Adam adds it after the root: √v̂ + ε.",
    },
    Mistake {
        function: |theta, gradient, moments, t| {
            let [u, v] = corrected(averaged(gradient, &mut moments.clone()), t);
            theta - 0.1 * u / (v.sqrt() + 1e-8)
        },
        told: "Each step begins with moments of zero here. Write the new u and v back \
               into `moments`.",
    },
    Mistake {
        function: |theta, gradient, moments, t| {
            let [u, v] = corrected(averaged(gradient, moments), t);
            *moments = [u, v];
            theta - 0.1 * u / (v.sqrt() + 1e-8)
        },
        told: "The corrected averages went back into `moments`, and are corrected again in \
               the next step. Keep u and v without correction.",
    },
];

fn averaged(gradient: f64, moments: &mut [f64; 2]) -> [f64; 2] {
    moments[0] = 0.9 * moments[0] + 0.1 * gradient;
    moments[1] = 0.999 * moments[1] + 0.001 * gradient * gradient;
    *moments
}

fn corrected([u, v]: [f64; 2], t: i32) -> [f64; 2] {
    [u / (1.0 - 0.9_f64.powi(t)), v / (1.0 - 0.999_f64.powi(t))]
}
