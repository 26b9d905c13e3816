//! Right answers that are written in other ways than the solution.

type Step = fn(f64, &mut f64, fn(f64) -> f64) -> f64;

pub const ACCEPTED: [Step; 10] = [
    |theta, u, slope| {
        *u = 0.8 * *u + 0.2 * slope(theta - 0.4 * *u);
        theta - 0.5 * *u
    },
    |theta, u, slope| {
        *u *= 0.8;
        *u += 0.2 * slope(theta - 0.5 * *u);
        theta - 0.5 * *u
    },
    |theta, u, slope| {
        *u += 0.2 * (slope(theta - 0.5 * 0.8 * *u) - *u);
        theta - *u / 2.0
    },
    |theta, u, slope| {
        let ahead = theta - 0.4 * *u;
        let new = ahead - 0.5 * 0.2 * slope(ahead);
        *u = (theta - new) / 0.5;
        new
    },
    |theta, u, slope| {
        let (ahead, old) = (theta - 0.4 * *u, *u);
        *u = slope(ahead) / 5.0 + old * 4.0 / 5.0;
        ahead - 0.1 * slope(ahead)
    },
    |mut theta, u, slope| {
        theta -= 0.4 * *u;
        let gradient = slope(theta);
        *u = 0.8 * *u + (1.0 - 0.8) * gradient;
        theta - 0.5 * (1.0 - 0.8) * gradient
    },
    |theta, u, slope| {
        let place = |u: f64| theta - 0.5 * u;
        *u = 0.8 * *u + 0.2 * slope(place(0.8 * *u));
        place(*u)
    },
    |theta, u, slope| {
        let old = std::mem::take(u);
        *u = old.mul_add(0.8, 0.2 * slope(old.mul_add(-0.4, theta)));
        u.mul_add(-0.5, theta)
    },
    |theta, u, slope| {
        let gradient = slope(theta + -0.4 * *u);
        *u = [0.8 * *u, 0.2 * gradient].iter().sum();
        -(0.5 * *u - theta)
    },
    |theta, u, slope| {
        let velocity = -0.5 * *u;
        let velocity = 0.8 * velocity - 0.1 * slope(theta + 0.8 * velocity);
        *u = -2.0 * velocity;
        theta + velocity
    },
];
