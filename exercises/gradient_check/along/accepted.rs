//! Right answers that are written in other ways than the solution.

use nalgebra::DVector;

type Vector = DVector<f64>;
type Loss = fn(&Vector) -> f64;

type Along = fn(Loss, &Vector, &Vector, &Vector, f64) -> f64;

pub const ACCEPTED: [Along; 10] = [
    |f, gradient, parameters, direction, h| {
        let [ahead, behind] = [h, -h].map(|h| f(&(parameters + h * direction)));
        gradient.dot(direction) - (ahead - behind) / (2.0 * h)
    },
    |f, gradient, parameters, direction, h| {
        let at = |share: f64| f(&(parameters + share * direction));
        (gradient.transpose() * direction)[0] - (at(h) - at(-h)) / h / 2.0
    },
    |f, gradient, parameters, direction, h| {
        let (mut ahead, mut behind) = (parameters.clone(), parameters.clone());
        for k in 0..direction.len() {
            ahead[k] += h * direction[k];
            behind[k] -= h * direction[k];
        }
        let promised: f64 = (0..direction.len()).map(|k| gradient[k] * direction[k]).sum();
        promised - (f(&ahead) - f(&behind)) / (2.0 * h)
    },
    |f, gradient, parameters, direction, h| {
        let change = f(&(parameters + h * direction)) - f(&(parameters - h * direction));
        (2.0 * h * gradient.dot(direction) - change) / (2.0 * h)
    },
    // The mean of the two one-sided differences.
    |f, gradient, parameters, direction, h| {
        let here = f(parameters);
        let sides = [h, -h].map(|h| (f(&(parameters + h * direction)) - here) / h);
        gradient.dot(direction) - (sides[0] + sides[1]) / 2.0
    },
    |f, gradient, parameters, direction, h| {
        let mut moved = parameters.clone();
        moved.axpy(h, direction, 1.0);
        let ahead = f(&moved);
        moved.axpy(-2.0 * h, direction, 1.0);
        gradient.dot(direction) - (ahead - f(&moved)) / (2.0 * h)
    },
    |f, gradient, parameters, direction, h| {
        let found = (f(&(parameters - h * direction)) - f(&(parameters + h * direction))) / (-2.0 * h);
        gradient.iter().zip(direction).map(|(g, d)| g * d).sum::<f64>() - found
    },
    |f, gradient, parameters, direction, h| {
        let moved = |sign: f64| {
            let pairs = parameters.iter().zip(direction);
            Vector::from_iterator(direction.len(), pairs.map(|(theta, d)| theta + sign * h * d))
        };
        gradient.component_mul(direction).sum() - 0.5 / h * (f(&moved(1.0)) - f(&moved(-1.0)))
    },
    |f, gradient, parameters, direction, h| {
        let (ahead, behind) = (parameters + direction * h, parameters - direction * h);
        -((f(&ahead) - f(&behind)) / (h + h) - direction.dot(gradient))
    },
    |f, gradient, parameters, direction, h| {
        let length = direction.norm();
        let unit = direction / length;
        let way = h * length;
        let found = (f(&(parameters + way * &unit)) - f(&(parameters - way * &unit))) / (2.0 * way);
        length * (gradient.dot(&unit) - found)
    },
];
