use super::Step;
use crate::judge::Mistake;

pub const MISTAKES: &[Mistake<Step>] = &[
    Mistake {
        function: |theta, gradient, moments, _| {
            let [u, v] = averaged(gradient, moments);
            theta - 0.1 * u / (v.sqrt() + 1e-8)
        },
        told: "This is the step without bias correction. The averages start at zero, \
               so that the weights of the gradients in them do not sum to 1 yet: \
               divide by their sums, each average by its own.",
    },
    Mistake {
        function: |theta, gradient, moments, _| {
            let [u, v] = corrected(averaged(gradient, moments), 1);
            theta - 0.1 * u / (v.sqrt() + 1e-8)
        },
        told: "Here the correction is that of the first step in every step. With each \
               gradient the weights in an average come closer to a sum of 1, so the \
               correction has to fade with t.",
    },
    Mistake {
        function: |theta, gradient, moments, t| {
            let [u, v] = corrected(averaged(gradient, moments), t);
            theta - 0.1 * u / (v + 1e-8)
        },
        told: "Here the step is divided by v̂, an average of squares: gradients twice \
               as large make steps half as long. Adam divides by something of the \
               size of a gradient, so that the scale of the gradients cancels.",
    },
    Mistake {
        function: |theta, gradient, moments, t| {
            let [u, v] = corrected(averaged(gradient, moments), t);
            theta - (0.1 * u / v.sqrt() + 1e-8)
        },
        told: "Here ε is added to the step, where it moves θ by itself. Its task is to \
               keep the denominator away from zero.",
    },
    Mistake {
        function: |theta, gradient, moments, t| {
            let [u, v] = corrected(averaged(gradient, moments), t);
            theta - 0.1 * u / (v + 1e-8).sqrt()
        },
        told: "Here ε stands under the root. Where gradients are small, its effect is that \
               of √ε, ten thousand times as much. Adam adds it to the root.",
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
