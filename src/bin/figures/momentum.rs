//! What an average of gradients remembers and passes, and where it goes.

use std::f64::consts::PI;

use descent::gradient_descent::minimize;
use descent::momentum::{
    Average, Momentum, average_variance, corrected_variance, gain, half_life,
    weight_at_age,
};
use descent::quadratic::{Quadratic, START};
use nalgebra::DVector;

use crate::canvas::{Caption, DrawResult, Ink};
use crate::chart::{Axis, Band, Chart, Line, hundredths, tenths, whole};
use crate::contour::Point;
use crate::output::Figure;
use crate::quadratic::{WINDOW, panels};
use crate::thumb::Thumb;

pub fn figures() -> DrawResult<Vec<Figure>> {
    let mut figures = vec![weights()?, bias()?, filter()?, same()?];
    figures.extend(guesses()?);
    Ok(figures)
}

/// The usual β, each with its series.
const BETAS: [(u8, f64); 3] = [(5, 0.8), (2, 0.9), (6, 0.99)];

/// The weights of past gradients.
fn weights() -> DrawResult<Figure> {
    let points = |beta: f64, last: i32| {
        (0..=last).map(|age| (f64::from(age), weight_at_age(beta, age))).collect()
    };
    let lines = vec![
        Line::bars(Ink::Solid(2), "β = 0.9", points(0.9, 30)),
        Line::new(Ink::Series(5), "β = 0.8", points(0.8, 30)),
        Line::new(Ink::Series(6), "β = 0.99", points(0.99, 30)),
    ];
    let halves = BETAS.map(|(_, beta)| format!("{:.1} for {beta}", half_life(beta)));
    let description = format!(
        "The weight of a gradient against its age, falling exponentially: bars for β = 0.9, lines for 0.8 and 0.99. With β = 0.8 it starts at 0.2, with \
         0.9 at 0.1, with 0.99 at 0.01. It has fallen to half at the age {}.",
        halves.join(", "),
    );
    let chart = Chart::new(
        Axis::linear("age of the gradient in steps", (-0.5, 30.5), 7, whole),
        Axis::linear("weight in the average", (0.0, 0.2), 5, hundredths),
        lines,
    );
    let title = "What the average remembers";
    Ok(chart.figure(&Caption { name: "momentum-weights", title, description }, 330.0))
}

/// Mean and standard deviation of both averages of gradients with mean and standard
/// deviation 1.
fn bias() -> DrawResult<Figure> {
    const BETA: f64 = 0.9;
    let steps = || (1..=40).map(|t| (t, f64::from(t)));
    let band =
        |name: &str, ink, mean: &dyn Fn(i32) -> f64, variance: fn(f64, i32) -> f64| {
            let edges = steps().map(|(t, x)| {
                let deviation = variance(BETA, t).sqrt();
                (x, mean(t) - deviation, mean(t) + deviation)
            });
            Band { name: format!("{name} ± deviation"), points: edges.collect(), ink }
        };
    let line = |name: &str, ink, mean: &dyn Fn(i32) -> f64| {
        Line::new(ink, name, steps().map(|(t, x)| (x, mean(t))).collect())
    };
    let total = |t: i32| 1.0 - BETA.powi(t);
    let (plain, corrected) = ("$u$", "$u$ / (1 − βᵗ)");
    let description = format!(
        "Mean and standard deviation over the steps of the averages, with β = 0.9, of uncorrelated gradients with mean and \
         standard deviation 1. The mean of u rises from {:.1} to {:.2} at step 40. With bias correction it is 1 \
         throughout, and the standard deviation falls from 1 to {:.2}.",
        total(1),
        total(40),
        corrected_variance(BETA, 40).sqrt(),
    );
    let chart = Chart::new(
        Axis::linear("step $t$", (1.0, 40.0), 8, whole),
        Axis::linear("mean and standard deviation", (0.0, 2.0), 5, tenths),
        vec![
            line(corrected, Ink::Series(5), &|_| 1.0),
            line(plain, Ink::Series(2), &total),
        ],
    )
    .with_bands(vec![
        band(corrected, Ink::Solid(5), &|_| 1.0, corrected_variance),
        band(plain, Ink::Solid(2), &total, average_variance),
    ]);
    let title = "What bias correction corrects";
    Ok(chart.figure(&Caption { name: "momentum-bias", title, description }, 350.0))
}

/// The gain of the average over the frequency.
fn filter() -> DrawResult<Figure> {
    let lines = BETAS.map(|(series, beta)| {
        // Close together where the curves bend, near 0.
        let shares = (0..=60).map(|i| (f64::from(i) / 60.0).powi(2));
        let points = shares.map(|share| (share, gain(beta, share * PI)));
        Line::new(Ink::Series(series), format!("β = {beta}"), points.collect())
    });
    let lowest = BETAS.map(|(_, beta)| format!("{:.3} for {beta}", gain(beta, PI)));
    let description = format!(
        "The gain of the average, on a logarithmic axis, against the frequency from 0 to half a wave a step. All \
         curves start at 1 and fall, earlier and deeper for larger β. At the highest frequency the gain is {}.",
        lowest.join(", "),
    );
    let chart = Chart::new(
        Axis::linear("frequency ω / π", (0.0, 1.0), 6, tenths),
        Axis::powers("gain", (-3, 0), 4),
        lines.into(),
    );
    let title = "The average as a low-pass filter";
    Ok(chart.figure(&Caption { name: "momentum-filter", title, description }, 330.0))
}

/// A run in the valley: its name, ink, α and β.
pub type Run = (&'static str, Ink, f64, f64);

pub fn run(steps: usize, (.., alpha, beta): &Run) -> DrawResult<Vec<Point>> {
    let valley = Quadratic::valley();
    let mut momentum = Momentum::new(*alpha, *beta)?;
    let start = DVector::from_row_slice(&START);
    let points =
        minimize(&mut momentum, &start, steps, |theta| valley.gradient(theta))?;
    Ok(points.iter().map(|theta| (theta[0], theta[1])).collect())
}

/// Both methods at one step size.
fn same() -> DrawResult<Figure> {
    const STEPS: usize = 40;
    let runs: [Run; 2] = [
        ("gradient descent", Ink::Solid(1), 0.1, 0.0),
        ("momentum, β = 0.9", Ink::Solid(2), 0.1, 0.9),
    ];
    let mut paths = Vec::new();
    for one in &runs {
        paths.push((one.0, one.1, run(STEPS, one)?));
    }
    let ends = paths.iter().map(|(title, _, points)| {
        let (x, y) = points[STEPS];
        format!(
            "{title}: {} from the minimum after {STEPS} steps.",
            hundredths(x.hypot(y))
        )
    });
    let description = format!(
        "Two trajectories from (10, 1) in the valley. Gradient descent turns straight to the minimum. Momentum swings \
         in a wide arc across the valley, past the minimum and back. {}",
        ends.collect::<Vec<_>>().join(" "),
    );
    let title = "Gradient descent and momentum at one step size";
    let caption = Caption { name: "momentum-same", title, description };
    Ok(panels(&caption, &paths, 4))
}

/// What one may expect of the figure before: momentum as it is, with its best settings, and as an average of the points
/// of gradient descent.
fn guesses() -> DrawResult<Vec<Figure>> {
    const STEPS: usize = 40;
    let (alpha, beta) = Quadratic::valley().spectrum()?.best_momentum();
    let descent = run(STEPS, &("", Ink::Solid(1), 0.1, 0.0))?;
    let mut average = Average::new("beta", 0.9)?;
    let averaged = descent.iter().map(|&(x, y)| {
        average.update(&DVector::from_row_slice(&[x, y]));
        let mean = average.value() / average.total_weight();
        (mean[0], mean[1])
    });
    let averaged: Vec<Point> = averaged.collect();
    let laws = [
        (
            "momentum-same_swings",
            "Momentum swings past the minimum",
            run(STEPS, &("", Ink::Solid(2), 0.1, 0.9))?,
        ),
        (
            "momentum-same_nearer",
            "Momentum cuts the corner",
            run(STEPS, &("", Ink::Solid(2), alpha, beta))?,
        ),
        ("momentum-same_lags", "Momentum lags behind", averaged),
    ];
    let pictures = laws.into_iter().map(|(name, title, momentum)| {
        let thumb = Thumb {
            name,
            title,
            x: WINDOW[0],
            y: WINDOW[1],
            ground: &[],
            paths: &[
                ("gradient descent", Ink::Series(1), descent.clone()),
                ("momentum", Ink::Solid(2), momentum),
            ],
        };
        thumb.figure()
    });
    pictures.collect()
}
