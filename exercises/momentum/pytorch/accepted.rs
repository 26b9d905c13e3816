//! Right answers that are written in other ways than the solution.

type Convert = fn(f64, f64) -> (f64, f64, f64);

pub const ACCEPTED: [Convert; 10] = [
    |eta, beta| (eta * beta, 1.0 - beta, 0.0),
    |eta, beta| (beta * eta, -(beta - 1.0), 0.0),
    |eta, beta| {
        let momentum = 1.0 - beta;
        (eta * (1.0 - momentum), momentum, 0.0)
    },
    |eta, beta| (eta - eta * (1.0 - beta), 1.0 - beta, 0.0),
    |eta, beta| (eta / (1.0 / beta), 1.0 - beta, 0.0),
    |eta, beta| ((eta.ln() + beta.ln()).exp(), 1.0 - beta, 0.0),
    |eta, beta| [eta * beta].map(|lr| (lr, 1.0 - beta, 0.0))[0],
    |eta, beta| (eta.mul_add(beta, 0.0), (0.5 - beta) + 0.5, f64::default()),
    |eta, beta| {
        let mut settings = (eta, 1.0, 0.0);
        settings.0 *= beta;
        settings.1 -= beta;
        settings
    },
    |eta, beta| (0.0_f64.max(beta * eta), (1.0 - beta * beta) / (1.0 + beta), 0.0),
];
