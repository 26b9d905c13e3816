use super::Step;
use crate::judge::Mistake;

pub const MISTAKES: &[Mistake<Step>] = &[
    Mistake {
        function: |theta, u, slope| {
            *u = averaged(*u, slope(theta));
            theta - 0.5 * *u
        },
        told: "This is the heavy ball: it asks for the gradient at θ. Nesterov momentum \
               asks where the old average alone is about to lead.",
    },
    Mistake {
        function: |theta, u, slope| {
            *u = averaged(*u, slope(theta - 0.5 * *u));
            theta - 0.5 * *u
        },
        told: "Here the look-ahead is a whole step along u, as on the slide. With a \
               gradient of zero the average would shrink first: how far does it lead then?",
    },
    Mistake {
        function: |theta, u, slope| {
            *u = averaged(*u, slope(theta + 0.5 * 0.8 * *u));
            theta - 0.5 * *u
        },
        told: "Here the look-ahead goes the wrong way, back towards where θ came \
               from. A step leads against u, and the part of it that is known before \
               the gradient does so as well.",
    },
    Mistake {
        function: |theta, u, slope| {
            *u = averaged(*u, slope(theta - 0.8 * *u));
            theta - 0.5 * *u
        },
        told: "Here the look-ahead has no step size. u is an average of gradients and \
               not yet a move: θ moves by α times as much, ahead as well.",
    },
    Mistake {
        function: |theta, u, slope| {
            let ahead = theta - 0.5 * 0.8 * *u;
            *u = 0.8 * *u + slope(ahead);
            theta - 0.5 * *u
        },
        told: "Here the new gradient enters u in full, as in the heavy ball's sum. In the \
               average the weights of the old and the new sum to 1.",
    },
    Mistake {
        function: |theta, u, slope| {
            let ahead = theta - 0.5 * 0.8 * *u;
            *u = averaged(*u, slope(ahead));
            ahead - 0.5 * *u
        },
        told: "The gradient is from the right place, but the step must start at θ. From \
               the look-ahead point on, u counts the old average a second time.",
    },
    Mistake {
        function: |theta, u, slope| {
            let ahead = theta - 0.5 * 0.8 * *u;
            let gradient = slope(ahead);
            *u = averaged(*u, gradient);
            ahead - 0.5 * gradient
        },
        told: "The look-ahead point has the old average's part of the move, and what \
               is missing is the new gradient's. Here that part is α times the \
               gradient, as if its weight in the average were 1.",
    },
    Mistake {
        function: |theta, u, slope| {
            let ahead = theta - 0.5 * 0.8 * *u;
            theta - 0.5 * averaged(*u, slope(ahead))
        },
        told: "Each step begins with the same u here. Write the new average back into it.",
    },
];

fn averaged(u: f64, gradient: f64) -> f64 {
    0.8 * u + (1.0 - 0.8) * gradient
}
