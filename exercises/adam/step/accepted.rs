//! Right answers that are written in other ways than the solution.

type Step = fn(f64, f64, &mut [f64; 2], i32) -> f64;

const RATES: [f64; 2] = [0.9, 0.999];

pub const ACCEPTED: [Step; 10] = [
    |theta, g, moments, t| {
        moments[0] = 0.9 * moments[0] + 0.1 * g;
        moments[1] = 0.999 * moments[1] + 0.001 * g.powi(2);
        moved(theta, *moments, t)
    },
    |theta, g, [u, v], t| {
        *u += 0.1 * (g - *u);
        *v += 0.001 * (g * g - *v);
        moved(theta, [*u, *v], t)
    },
    |theta, g, moments, t| {
        *moments = [0.9 * moments[0] + 0.1 * g, 0.999 * moments[1] + 0.001 * g * g];
        moved(theta, *moments, t)
    },
    |theta, g, moments, t| {
        for ((moment, rate), new) in moments.iter_mut().zip(RATES).zip([g, g * g]) {
            *moment = rate * *moment + (1.0 - rate) * new;
        }
        moved(theta, *moments, t)
    },
    |theta, g, moments, t| {
        let [u, v] = updated(g, moments);
        let correction = (1.0 - 0.999_f64.powi(t)).sqrt() / (1.0 - 0.9_f64.powi(t));
        let epsilon = 1e-8 * (1.0 - 0.999_f64.powi(t)).sqrt();
        theta - 0.1 * correction * u / (v.sqrt() + epsilon)
    },
    |mut theta, g, moments, t| {
        let [u, v] = updated(g, moments);
        let denominator = (v / (1.0 - 0.999_f64.powi(t))).sqrt() + 1e-8;
        theta -= 0.1 / (1.0 - 0.9_f64.powi(t)) * (u / denominator);
        theta
    },
    |theta, g, moments, t| {
        let [u, v] = updated(g, moments);
        let t = f64::from(t);
        let (u, v) = (u / (1.0 - 0.9_f64.powf(t)), v / (1.0 - 0.999_f64.powf(t)));
        theta - u * 0.1 / (v.powf(0.5) + 1e-8)
    },
    |theta, g, moments, t| {
        let [u, v] = updated(g, moments);
        let power = |rate: f64| (0..t).fold(1.0, |power, _| power * rate);
        theta - 0.1 * u / (1.0 - power(0.9)) / ((v / (1.0 - power(0.999))).sqrt() + 1e-8)
    },
    |theta, g, moments, t| {
        let [u, v] = updated(g, moments);
        let sum = |rate: f64| (0..t).map(|k| (1.0 - rate) * rate.powi(k)).sum::<f64>();
        theta + -0.1 * (u / sum(0.9)) / (1e-8 + (v / sum(0.999)).sqrt())
    },
    |theta, g, moments, t| {
        let [u, v] = updated(g, moments);
        let gone = |rate: f64| -(f64::from(t) * rate.ln()).exp_m1();
        theta - (u / gone(0.9)) / (((v / gone(0.999)).sqrt() + 1e-8) / 0.1)
    },
];

fn updated(g: f64, moments: &mut [f64; 2]) -> [f64; 2] {
    *moments = [0.9 * moments[0] + 0.1 * g, 0.999 * moments[1] + 0.001 * g * g];
    *moments
}

fn moved(theta: f64, [u, v]: [f64; 2], t: i32) -> f64 {
    let (u, v) = (u / (1.0 - 0.9_f64.powi(t)), v / (1.0 - 0.999_f64.powi(t)));
    theta - 0.1 * u / (v.sqrt() + 1e-8)
}
