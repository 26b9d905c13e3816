use super::Method;
use crate::judge::Mistake;

pub const MISTAKES: &[Mistake<Method>] = &[
    Mistake {
        function: |start, slope, smoothness, steps| {
            let mut theta = start;
            for _ in 0..steps {
                theta -= slope(theta) / smoothness;
            }
            theta
        },
        told: "This is gradient descent: the last move plays no part. From the third step \
               on the gradient is taken further ahead.",
    },
    Mistake {
        function: |start, slope, smoothness, steps| {
            run(start, steps, |theta, ahead| (ahead - slope(theta) / smoothness, theta))
                .0
        },
        told: "The step starts at the look-ahead point, but its gradient is that of θ. \
               It has to be measured where it is applied.",
    },
    Mistake {
        function: |start, slope, smoothness, steps| {
            run(start, steps, |theta, ahead| (theta - slope(ahead) / smoothness, theta))
                .0
        },
        told: "The gradient is from the right place, but the step must start there, too. \
               From θ on, the look ahead is undone.",
    },
    Mistake {
        function: |start, slope, smoothness, steps| {
            run(start, steps, |theta, ahead| (ahead - slope(ahead) / smoothness, theta))
                .1
        },
        told: "This is the look-ahead point. θ is where the last gradient step ended.",
    },
    Mistake {
        function: |start, slope, smoothness, steps| {
            run(start, steps, |_, ahead| (ahead - slope(ahead) / smoothness, ahead)).0
        },
        told: "What the method looks ahead by is a part of the whole move, from one θ to \
               the next. Here it is a part of the gradient step alone.",
    },
    Mistake {
        function: |start, slope, smoothness, steps| {
            run(start, steps, |_, ahead| (ahead - slope(ahead) / smoothness, start)).0
        },
        told: "The move is counted from the start each time. Keep the θ of the step \
               before.",
    },
    Mistake {
        function: |start, slope, smoothness, steps| {
            let (mut theta, mut ahead) = (start, start);
            for t in 0..steps {
                let next = ahead - slope(ahead) / smoothness;
                ahead = next + (t as f64 + 1.0) / (t as f64 + 4.0) * (next - theta);
                theta = next;
            }
            theta
        },
        told: "The weight is a step early. After the first step it is 0, after the second \
               a quarter.",
    },
    Mistake {
        function: |start, slope, smoothness, steps| {
            run(start, steps, |theta, ahead| (ahead - slope(ahead) * smoothness, theta))
                .0
        },
        told: "The step size is L here. A steeper bend asks for a shorter step: it is 1/L.",
    },
];

/// Steps that yield the next θ, and from where its move is counted; θ and the look-ahead
/// point at the end.
fn run(start: f64, steps: usize, step: impl Fn(f64, f64) -> (f64, f64)) -> (f64, f64) {
    let (mut theta, mut ahead) = (start, start);
    for t in 1..=steps {
        let (next, from) = step(theta, ahead);
        ahead = next + (t as f64 - 1.0) / (t as f64 + 2.0) * (next - from);
        theta = next;
    }
    (theta, ahead)
}
