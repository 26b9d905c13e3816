//! Right answers that are written in other ways than the solution.

type Convert = fn(f64, f64) -> (f64, f64, f64);

pub const ACCEPTED: [Convert; 10] = [
    |step_size, beta| (step_size * beta, 1.0 - beta, 0.0),
    |step_size, beta| (beta * step_size, -(beta - 1.0), 0.0),
    |step_size, beta| {
        let momentum = 1.0 - beta;
        (step_size * (1.0 - momentum), momentum, 0.0)
    },
    |step_size, beta| (step_size - step_size * (1.0 - beta), 1.0 - beta, 0.0),
    |step_size, beta| (step_size / (1.0 / beta), 1.0 - beta, 0.0),
    |step_size, beta| ((step_size.ln() + beta.ln()).exp(), 1.0 - beta, 0.0),
    |step_size, beta| [step_size * beta].map(|lr| (lr, 1.0 - beta, 0.0))[0],
    |step_size, beta| (step_size.mul_add(beta, 0.0), (0.5 - beta) + 0.5, f64::default()),
    |step_size, beta| {
        let mut settings = (step_size, 1.0, 0.0);
        settings.0 *= beta;
        settings.1 -= beta;
        settings
    },
    |step_size, beta| (0.0_f64.max(beta * step_size), (1.0 - beta * beta) / (1.0 + beta), 0.0),
];
