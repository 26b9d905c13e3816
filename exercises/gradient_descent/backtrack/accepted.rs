//! Right answers that are written in other ways than the solution.

use nalgebra::DVector;

type Point = DVector<f64>;
type Backtrack = fn(fn(&Point) -> f64, &Point, &Point, f64) -> f64;

pub const ACCEPTED: [Backtrack; 10] = [
    |f, theta, g, longest| {
        let mut alpha = longest;
        while f(theta) - f(&(theta - alpha * g)) < alpha * g.norm_squared() / 2.0 {
            alpha *= 0.5;
        }
        alpha
    },
    |f, theta, g, longest| {
        let mut alpha = longest;
        while f(&(theta - g * alpha)) > f(theta) - 0.5 * alpha * g.dot(g) {
            alpha /= 2.0;
        }
        alpha
    },
    |f, theta, g, longest| {
        let keeps = |alpha: &f64| keeps(f, theta, g, *alpha);
        std::iter::successors(Some(longest), |alpha| Some(alpha / 2.0)).find(keeps).unwrap()
    },
    |f, theta, g, longest| {
        let sizes = (0..).map(|halvings| longest * 0.5_f64.powi(halvings));
        sizes.into_iter().find(|&alpha| keeps(f, theta, g, alpha)).unwrap()
    },
    |f, theta, g, longest| recursive(f, theta, g, longest),
    |f, theta, g, longest| {
        let mut step = g * longest;
        let mut alpha = longest;
        while f(theta) - f(&(theta - &step)) < 0.5 * step.dot(g) {
            step /= 2.0;
            alpha /= 2.0;
        }
        alpha
    },
    |f, theta, g, longest| {
        let (start, squares) = (f(theta), g.iter().map(|g| g * g).sum::<f64>());
        let mut parts = 1.0;
        loop {
            let alpha = longest / parts;
            let mut next = theta.clone();
            next.axpy(-alpha, g, 1.0);
            if 2.0 * (start - f(&next)) >= alpha * squares {
                return alpha;
            }
            parts *= 2.0;
        }
    },
    |f, theta, g, longest| {
        let mut alpha = 2.0 * longest;
        let mut is_enough = false;
        while !is_enough {
            alpha /= 2.0;
            is_enough = (f(theta) - f(&(theta - alpha * g))) / alpha >= g.norm_squared() / 2.0;
        }
        alpha
    },
    |f, theta, g, longest| {
        for halvings in 0.. {
            let alpha = longest / f64::from(1_u32 << halvings);
            if keeps(f, theta, g, alpha) {
                return alpha;
            }
        }
        unreachable!()
    },
    |f, theta, g, longest| {
        let tried = (0..).map(|k| longest * (f64::from(-k)).exp2());
        tried.skip_while(|&alpha| !keeps(f, theta, g, alpha)).take(1).sum()
    },
];

fn keeps(f: fn(&Point) -> f64, theta: &Point, g: &Point, alpha: f64) -> bool {
    f(&(theta - alpha * g)) + alpha / 2.0 * g.norm_squared() <= f(theta)
}

fn recursive(f: fn(&Point) -> f64, theta: &Point, g: &Point, alpha: f64) -> f64 {
    if keeps(f, theta, g, alpha) { alpha } else { recursive(f, theta, g, alpha / 2.0) }
}
