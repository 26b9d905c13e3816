use super::Weights;
use super::solution::weights;
use crate::judge::Mistake;

pub const MISTAKES: &[Mistake<Weights>] = &[
    Mistake {
        function: slopes,
        told: "These are the slopes of the pieces. But a ReLU stays on to the right of \
               its elbow: what the earlier ones have added to the slope is still there.",
    },
    Mistake {
        function: |corners| weights(corners).into_iter().skip(1).collect(),
        told: "One is missing. Even at the first corner the slope changes, from 0 to \
               that of the first piece.",
    },
    Mistake {
        function: |corners| {
            let mut gains = weights(corners);
            gains[0] = 0.0;
            gains
        },
        told: "The first piece is level here. It needs a slope, too, and only the first \
               ReLU is on there.",
    },
    Mistake {
        function: |corners| {
            let mut gains = weights(corners);
            gains.push(-slopes(corners)[corners.len() - 2]);
            gains
        },
        told: "One too many. What becomes of the curve behind the last corner, nobody \
               has asked.",
    },
    Mistake {
        function: |corners| {
            let mut gains = weights(corners);
            gains.iter_mut().skip(1).for_each(|gain| *gain = -*gain);
            gains
        },
        told: "The signs at the inner corners are turned round. Where the curve bends \
               down, the slope gets smaller, and the factor is negative.",
    },
    Mistake {
        function: |corners| differences(rises(corners).into_iter()),
        told: "Here a factor is the change in how far the pieces rise. A slope is the \
               rise over the width of the piece.",
    },
    Mistake {
        function: |corners| {
            let first = corners[1].0 - corners[0].0;
            differences(rises(corners).into_iter().map(|rise| rise / first))
        },
        told: "All rises are divided by the width of the first piece. Each piece has a \
               width of its own.",
    },
    Mistake {
        function: |corners| {
            differences(slopes(corners).into_iter().map(|slope| 1.0 / slope))
        },
        told: "The slopes are upside down: rise over width, not width over rise.",
    },
];

fn rises(corners: &[(f64, f64)]) -> Vec<f64> {
    corners.windows(2).map(|pair| pair[1].1 - pair[0].1).collect()
}

fn slopes(corners: &[(f64, f64)]) -> Vec<f64> {
    let widths = corners.windows(2).map(|pair| pair[1].0 - pair[0].0);
    rises(corners).into_iter().zip(widths).map(|(rise, width)| rise / width).collect()
}

/// Each number less the one before it, the first less 0.
fn differences(numbers: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut before = 0.0;
    numbers.map(|number| number - std::mem::replace(&mut before, number)).collect()
}
