//! Right answers that are written in other ways than the solution.

type Slopes = fn(&[[f64; 3]], f64, f64) -> Vec<f64>;

pub const ACCEPTED: [Slopes; 10] = [
    // Between two ends, the slope in the middle.
    |units, low, high| {
        let ends = ends(units, low, high);
        ends.windows(2).map(|end| slope(units, (end[0] + end[1]) / 2.0)).collect()
    },
    |units, low, high| {
        let ends = ends(units, low, high);
        ends.windows(2).map(|end| (output(units, end[1]) - output(units, end[0])) / (end[1] - end[0])).collect()
    },
    |units, low, high| {
        let mut slopes = vec![slope(units, low)];
        for unit in sorted(units, low, high) {
            slopes.push(slopes[slopes.len() - 1] + unit[0].abs() * unit[2]);
        }
        slopes
    },
    |units, low, high| {
        let mut now = slope(units, low);
        let gains = sorted(units, low, high).into_iter().map(|[w, _, next]| w.signum() * w * next);
        let mut slopes = vec![now];
        slopes.extend(gains.map(|gain| {
            now += gain;
            now
        }));
        slopes
    },
    |units, low, high| {
        let start = slope(units, low);
        let gains: Vec<f64> =
            sorted(units, low, high).iter().map(|[w, _, next]| w.abs() * next).collect();
        (0..=gains.len()).map(|k| start + gains[..k].iter().sum::<f64>()).collect()
    },
    // From right to left.
    |units, low, high| {
        let mut slopes = vec![slope(units, high)];
        for [w, _, next] in sorted(units, low, high).iter().rev() {
            slopes.push(slopes.last().unwrap() - w.abs() * next);
        }
        slopes.reverse();
        slopes
    },
    // At each elbow the unit is switched.
    |units, low, high| {
        let mut active: Vec<bool> = units.iter().map(|[w, b, _]| w * low + b > 0.0).collect();
        let mut order: Vec<usize> = (0..units.len()).collect();
        order.retain(|&i| low < elbow(&units[i]) && elbow(&units[i]) < high);
        order.sort_by(|&i, &j| elbow(&units[i]).total_cmp(&elbow(&units[j])));
        let sum = |active: &[bool]| {
            units.iter().zip(active).map(|(u, &on)| if on { u[0] * u[2] } else { 0.0 }).sum()
        };
        let mut slopes = vec![sum(&active)];
        for i in order {
            active[i] = !active[i];
            slopes.push(sum(&active));
        }
        slopes
    },
    |units, low, high| {
        let ends = ends(units, low, high);
        let right_of = |&end: &f64| {
            let on = units.iter().filter(|unit| {
                if unit[0] > 0.0 { elbow(unit) <= end } else { elbow(unit) > end }
            });
            on.map(|unit| unit[0] * unit[2]).sum()
        };
        ends[..ends.len() - 1].iter().map(right_of).collect()
    },
    |units, low, high| {
        let mut left: Vec<[f64; 3]> = sorted(units, low, high);
        let mut slopes = vec![slope(units, low)];
        while !left.is_empty() {
            let [w, _, next] = left.remove(0);
            slopes.push(slopes[slopes.len() - 1] + if w > 0.0 { w * next } else { -w * next });
        }
        slopes
    },
    |units, low, high| {
        let first = units.iter().map(|[w, b, next]| if w * low + b > 0.0 { w * next } else { 0.0 }).sum();
        sorted(units, low, high).iter().fold(vec![first], |mut slopes, [w, _, next]| {
            slopes.push(slopes[slopes.len() - 1] + (w * w).sqrt() * next);
            slopes
        })
    },
];

fn elbow(unit: &[f64; 3]) -> f64 {
    -unit[1] / unit[0]
}

fn output(units: &[[f64; 3]], x: f64) -> f64 {
    units.iter().map(|[w, b, next]| next * (w * x + b).max(0.0)).sum()
}

fn slope(units: &[[f64; 3]], x: f64) -> f64 {
    units.iter().filter(|[w, b, _]| w * x + b > 0.0).map(|[w, _, next]| w * next).sum()
}

fn sorted(units: &[[f64; 3]], low: f64, high: f64) -> Vec<[f64; 3]> {
    let inside = |unit: &&[f64; 3]| (low..high).contains(&elbow(unit));
    let mut units: Vec<_> = units.iter().filter(inside).copied().collect();
    units.sort_by(|one, other| elbow(one).partial_cmp(&elbow(other)).expect("numbers"));
    units
}

fn ends(units: &[[f64; 3]], low: f64, high: f64) -> Vec<f64> {
    let elbows = sorted(units, low, high);
    [low].into_iter().chain(elbows.iter().map(elbow)).chain([high]).collect()
}
