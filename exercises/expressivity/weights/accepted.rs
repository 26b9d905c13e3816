//! Right answers that are written in other ways than the solution.

type Weights = fn(&[(f64, f64)]) -> Vec<f64>;

pub const ACCEPTED: [Weights; 10] = [
    |corners| {
        let slopes = slopes(corners);
        let before = std::iter::once(0.0).chain(slopes.iter().copied());
        slopes.iter().zip(before).map(|(slope, before)| slope - before).collect()
    },
    |corners| {
        let slopes = slopes(corners);
        (0..slopes.len())
            .map(|k| if k == 0 { slopes[0] } else { slopes[k] - slopes[k - 1] })
            .collect()
    },
    |corners| {
        let mut gains = slopes(corners);
        for k in (1..gains.len()).rev() {
            gains[k] -= gains[k - 1];
        }
        gains
    },
    // The slope that is missing, after all that came before.
    |corners| {
        let mut gains: Vec<f64> = Vec::new();
        for slope in slopes(corners) {
            let so_far: f64 = gains.iter().sum();
            gains.push(slope - so_far);
        }
        gains
    },
    // The height that is missing at the next corner.
    |corners| {
        let mut gains: Vec<f64> = Vec::new();
        for k in 0..corners.len() - 1 {
            let ((left, _), (right, height)) = (corners[k], corners[k + 1]);
            let drawn: f64 = gains
                .iter()
                .zip(corners)
                .map(|(gain, (x, _))| gain * (right - x))
                .sum();
            gains.push((height - corners[0].1 - drawn) / (right - left));
        }
        gains
    },
    |corners| {
        corners
            .windows(2)
            .scan(0.0, |before, pair| {
                let slope = (pair[1].1 - pair[0].1) / (pair[1].0 - pair[0].0);
                let gain = slope - *before;
                *before = slope;
                Some(gain)
            })
            .collect()
    },
    // A level piece before the first corner.
    |corners| {
        let (x, y) = corners[0];
        let mut longer = vec![(x - 1.0, y)];
        longer.extend_from_slice(corners);
        slopes(&longer).windows(2).map(|pair| pair[1] - pair[0]).collect()
    },
    |corners| {
        let (mut gains, mut k) = (vec![0.0; corners.len() - 1], 0);
        while k + 1 < corners.len() {
            let slope =
                (corners[k].1 - corners[k + 1].1) / (corners[k].0 - corners[k + 1].0);
            gains[k] += slope;
            if k + 1 < gains.len() {
                gains[k + 1] -= slope;
            }
            k += 1;
        }
        gains
    },
    |corners| {
        let (_, gains) = slopes(corners).into_iter().fold(
            (0.0, Vec::new()),
            |(before, mut gains), slope| {
                gains.push(slope - before);
                (slope, gains)
            },
        );
        gains
    },
    // Take each ReLU away from what is left to draw.
    |corners| {
        let mut rest = corners.to_vec();
        let mut gains = Vec::new();
        for k in 0..rest.len() - 1 {
            let left = rest[k].0;
            let gain = (rest[k + 1].1 - rest[k].1) / (rest[k + 1].0 - left);
            for (x, y) in &mut rest[k + 1..] {
                *y -= gain * (*x - left);
            }
            gains.push(gain);
        }
        gains
    },
];

fn slopes(corners: &[(f64, f64)]) -> Vec<f64> {
    corners
        .windows(2)
        .map(|pair| (pair[1].1 - pair[0].1) / (pair[1].0 - pair[0].0))
        .collect()
}
