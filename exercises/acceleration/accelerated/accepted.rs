//! Right answers that are written in other ways than the solution.

type Method = fn(f64, fn(f64) -> f64, f64, usize) -> f64;

pub const ACCEPTED: [Method; 10] = [
    |start, slope, smoothness, steps| {
        let (mut before, mut theta) = (start, start);
        for t in 1..=steps {
            let weight = if t < 2 { 0.0 } else { (t as f64 - 2.0) / (t as f64 + 1.0) };
            let ahead = theta + weight * (theta - before);
            (before, theta) = (theta, ahead - slope(ahead) / smoothness);
        }
        theta
    },
    |start, slope, smoothness, steps| {
        let (mut theta, mut velocity) = (start, 0.0);
        for t in 1..=steps {
            let ahead = theta + velocity;
            let next = ahead - 1.0 / smoothness * slope(ahead);
            velocity = (t as f64 - 1.0) / (t as f64 + 2.0) * (next - theta);
            theta = next;
        }
        theta
    },
    |start, slope, smoothness, steps| {
        let mut points = vec![start];
        let mut ahead = start;
        for t in 0..steps {
            points.push(ahead - slope(ahead) / smoothness);
            let weight = t as f64 / (t as f64 + 3.0);
            ahead = points[t + 1] + weight * (points[t + 1] - points[t]);
        }
        points[steps]
    },
    |start, slope, smoothness, steps| {
        let (theta, _) = (1..=steps).fold((start, start), |(theta, ahead), t| {
            let next = ahead - slope(ahead) / smoothness;
            let t = t as f64;
            (next, next + (t - 1.0) / (t + 2.0) * (next - theta))
        });
        theta
    },
    |start, slope, smoothness, steps| {
        let (mut theta, mut ahead, mut nu) = (start, start, 1.0);
        for _ in 0..steps {
            let next = ahead - slope(ahead) / smoothness;
            ahead = next + (nu - 1.0) / (nu + 0.5) * (next - theta);
            theta = next;
            nu += 0.5;
        }
        theta
    },
    |start, slope, smoothness, steps| {
        let (mut theta, mut combined, mut nu) = (start, start, 1.0);
        for _ in 0..steps {
            let ahead = (combined + (nu - 1.0) * theta) / nu;
            let g = slope(ahead);
            theta = ahead - g / smoothness;
            combined -= nu * g / smoothness;
            nu += 0.5;
        }
        theta
    },
    |start, slope, smoothness, steps| {
        fn go(
            (theta, ahead): (f64, f64),
            slope: fn(f64) -> f64,
            smoothness: f64,
            (t, steps): (usize, usize),
        ) -> f64 {
            if t > steps {
                return theta;
            }
            let next = ahead - slope(ahead) / smoothness;
            let weight = 1.0 - 3.0 / (t as f64 + 2.0);
            let ahead = next + weight * (next - theta);
            go((next, ahead), slope, smoothness, (t + 1, steps))
        }
        go((start, start), slope, smoothness, (1, steps))
    },
    |start, slope, smoothness, steps| {
        let (mut theta, mut ahead) = (start, start);
        let mut t = 0.0;
        while t < steps as f64 {
            let old = std::mem::replace(&mut theta, ahead - slope(ahead) / smoothness);
            let weight = t / (t + 3.0);
            ahead = (1.0 + weight) * theta - weight * old;
            t += 1.0;
        }
        theta
    },
    |start, slope, smoothness, steps| {
        let weights = (1..=steps).map(|t| (t as f64 - 1.0) / (t as f64 + 2.0));
        let (mut theta, mut ahead) = (start, start);
        for weight in weights {
            let next = slope(ahead).mul_add(-smoothness.recip(), ahead);
            ahead = weight.mul_add(next - theta, next);
            theta = next;
        }
        theta
    },
    |start, slope, smoothness, steps| {
        let mut state = [start, start];
        for t in 1..=steps {
            let [theta, ahead] = state;
            let next = ahead - slope(ahead) / smoothness;
            state = [next, next + (next - theta) * (t as f64 - 1.0) / (t as f64 + 2.0)];
        }
        state[0]
    },
];
