//! What an average of gradients remembers and passes, when it is stable, and where it
//! goes.

use std::f64::consts::PI;

use descent::gradient_descent::minimize;
use descent::momentum::{
    Momentum, average_variance, corrected_variance, gain, half_life, spectral_radius,
    weight_at_age,
};
use descent::quadratic::{Quadratic, START, Spectrum};
use nalgebra::{DVector, dvector};

use crate::canvas::{Caption, DrawResult, Ink, PIXEL, svg};
use crate::chart::{Axis, Band, Chart, Line, hundredths, tenths, whole};
use crate::contour::{Point, paths_csv};
use crate::output::{Figure, twelve_digits};
use crate::quadratic::four_panels;

pub fn figures() -> DrawResult<Vec<Figure>> {
    Ok(vec![
        weights()?,
        bias()?,
        filter()?,
        stability()?,
        sweep()?,
        trajectories()?,
        parameters()?,
    ])
}

/// The usual β, each with its series.
const BETAS: [(u8, f64); 3] = [(5, 0.8), (2, 0.9), (6, 0.99)];

/// The weights of past gradients.
fn weights() -> DrawResult<Figure> {
    let lines = BETAS.map(|(series, beta)| {
        let points = (0..=50).map(|age| (f64::from(age), weight_at_age(beta, age)));
        Line::new(Ink::Series(series), format!("β = {beta}"), points.collect())
    });
    let halves = BETAS.map(|(_, beta)| format!("{:.1} for {beta}", half_life(beta)));
    let description = format!(
        "The weight of a gradient against its age, falling exponentially. With β = 0.8 it starts at 0.2, with \
         0.9 at 0.1, with 0.99 at 0.01. It has fallen to half at the age {}.",
        halves.join(", "),
    );
    let chart = Chart {
        x: Axis::linear("age of the gradient in steps", (0.0, 50.0), 6, whole),
        y: Axis::linear("weight in the average", (0.0, 0.2), 5, hundredths),
        bands: Vec::new(),
        lines: lines.into(),
        key: Some((420, 30)),
        margin: 24,
    };
    let title = "What the average remembers";
    chart.figure(&Caption { name: "momentum-weights", title, description }, (560, 300))
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
    let (plain, corrected) = ("u", "u / (1 − βᵗ)");
    let description = format!(
        "Mean and standard deviation over the steps of the averages, with β = 0.9, of uncorrelated gradients with mean and \
         standard deviation 1. The mean of u rises from {:.1} to {:.2} at step 40. With bias correction it is 1 \
         throughout, and the standard deviation falls from 1 to {:.2}.",
        total(1),
        total(40),
        corrected_variance(BETA, 40).sqrt(),
    );
    let chart = Chart {
        x: Axis::linear("step t", (1.0, 40.0), 8, whole),
        y: Axis::linear("mean and standard deviation", (0.0, 2.0), 5, tenths),
        bands: vec![
            band(corrected, Ink::Solid(5), &|_| 1.0, corrected_variance),
            band(plain, Ink::Solid(2), &total, average_variance),
        ],
        lines: vec![
            line(corrected, Ink::Series(5), &|_| 1.0),
            line(plain, Ink::Series(2), &total),
        ],
        key: Some((380, 40)),
        margin: 24,
    };
    let title = "What bias correction corrects";
    chart.figure(&Caption { name: "momentum-bias", title, description }, (560, 320))
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
    let chart = Chart {
        x: Axis::linear("frequency ω / π", (0.0, 1.0), 6, tenths),
        y: Axis::powers("gain", (-3, 0), 4),
        bands: Vec::new(),
        lines: lines.into(),
        key: Some((420, 30)),
        margin: 24,
    };
    let title = "The average as a low-pass filter";
    chart.figure(&Caption { name: "momentum-filter", title, description }, (560, 300))
}

/// Levels of the spectral radius; 1 bounds what is stable.
const RADII: [f64; 6] = [1.0, 0.95, 0.9, 0.8, 0.65, 0.5];
/// The range of αλ in powers of ten.
const POWERS: (i32, i32) = (-2, 2);

/// The spectral radius over β and αλ.
fn stability() -> DrawResult<Figure> {
    let (low, high) = (10_f64.powi(POWERS.0), 10_f64.powi(POWERS.1));
    let clamp = |scaled: f64| scaled.clamp(low, high);
    // Where the radius is at most r: from (1 − r)(1 − β/r) to (1 + r)(1 + β/r), over
    // 1 − β, for β up to r².
    let band = |radius: f64| {
        // Close together at the right end, where the edges are steep.
        let shares = (0..=36).map(|i| 1.0 - (1.0 - f64::from(i) / 36.0).powi(2));
        let betas = shares.map(|share| (radius * radius * share).min(0.999));
        let edges = betas.map(|beta| {
            let edge = |r: f64| clamp((1.0 - r) * (1.0 - beta / r) / (1.0 - beta));
            (beta, edge(radius), edge(-radius))
        });
        Band {
            name: format!("radius below {radius}"),
            points: edges.collect(),
            ink: Ink::Solid(2),
        }
    };
    let curve = |ink, name: &str, f: &dyn Fn(f64) -> f64| {
        let points = (0..=99).map(|i| f64::from(i) / 100.0).map(|beta| (beta, f(beta)));
        let points = points.filter(|(_, y)| (low..=high).contains(y));
        Line::faint(ink, name, points.collect())
    };
    let label = |name: &str, beta: f64, scaled: f64| {
        Line::new(Ink::Foreground, name, vec![(beta, scaled)])
    };
    let bowl = |kappa: f64| {
        let spectrum = Spectrum { smallest: 1.0, largest: kappa };
        let (alpha, beta) = spectrum.best_momentum();
        let ends = vec![(beta, alpha), (beta, alpha * kappa)];
        Line::new(Ink::Solid(1), format!("κ = {kappa}"), ends)
    };
    let below = |beta: f64| (1.0 - beta.sqrt()) / (1.0 + beta.sqrt());
    let mut lines = vec![
        curve(Ink::Foreground, "real to complex", &below),
        curve(Ink::Foreground, "complex to real", &|beta| 1.0 / below(beta)),
        curve(Ink::DashedForeground, "1 − √β", &|beta| 1.0 - beta.sqrt()),
        curve(Ink::DashedForeground, "1 + √β", &|beta| 1.0 + beta.sqrt()),
        bowl(10.0).named_at(0, (4, 28)),
        bowl(1000.0).named_at(0, (-68, 8)),
        label("diverges", 0.2, 20.0),
        label("monotone", 0.05, 0.03),
        label("swings", 0.44, 3.0),
        label("↓ alternates", 0.0, 4.0),
    ];
    for radius in &RADII[1..] {
        // The bar of κ = 1000 stands just left of 0.95².
        let left = if *radius == 0.95 { -46 } else { -36 };
        let beta = radius * radius;
        lines.push(label(&radius.to_string(), beta, 1.0).named_at(0, (left, 0)));
    }
    let limit = |beta: f64| 2.0 * (1.0 + beta) / (1.0 - beta);
    let description = format!(
        "Bands of the spectral radius over β and, on a logarithmic axis, αλ, darker where it is smaller. The stable \
         region ends at 2 for β = 0, at {:.0} for 0.5 and at {:.0} for 0.9. In a wedge around αλ = 1 that widens with β \
         components swing, and the radius is the root of β, whatever αλ; at αλ = 1 and β = 0.81 it is {:.1}. Below the wedge components \
         shrink without a change of sign; in a sliver above it they alternate. Two vertical bars, for the condition numbers 10 and \
         1000, reach from one edge of the wedge to the other, at β = {:.2} and {:.2}.",
        limit(0.5),
        limit(0.9),
        spectral_radius(1.0, 0.81),
        lines[4].points[0].0,
        lines[5].points[0].0,
    );
    let chart = Chart {
        x: Axis::linear("β", (0.0, 1.0), 6, tenths),
        y: Axis::powers("αλ", POWERS, 5),
        bands: RADII.map(band).into(),
        lines,
        key: None,
        margin: 24,
    };
    let title = "Spectral radius of momentum";
    chart
        .figure(&Caption { name: "momentum-stability", title, description }, (600, 440))
}

fn valley() -> DrawResult<(Quadratic, Spectrum)> {
    let valley = Quadratic::valley();
    let spectrum = valley.spectrum()?;
    Ok((valley, spectrum))
}

/// The contraction in the valley over the step size.
fn sweep() -> DrawResult<Figure> {
    let (_, spectrum) = valley()?;
    let (best, beta) = spectrum.best_momentum();
    let curve = |ink, name: &str, beta: f64, corners: &[f64]| {
        let grid = (-80..=40).map(|i| twelve_digits(10_f64.powf(f64::from(i) / 40.0)));
        let mut steps: Vec<f64> = grid.chain(corners.iter().copied()).collect();
        steps.sort_by(f64::total_cmp);
        let points = steps.iter().map(|&a| (a, spectrum.momentum_contraction(a, beta)));
        let points: Vec<Point> = points.filter(|&(_, y)| y <= 1.2).collect();
        Line::new(ink, name, points)
    };
    let plain = spectrum.best_step_size();
    let lines = vec![
        curve(Ink::Series(1), "gradient descent", 0.0, &[plain]),
        curve(Ink::Series(2), "momentum, β = 0.9", 0.9, &[]),
        curve(Ink::Solid(2), "momentum, its best β", beta, &[best]),
    ];
    let description = format!(
        "The contraction in the valley over the step size on a logarithmic axis. Gradient descent has a sharp minimum, \
         {:.3} at {plain:.3}, and diverges above {:.1}. Momentum with β = {beta:.2} has one of {:.3} at {best:.3}. With β = 0.9 \
         the contraction is {:.3} over two powers of ten and divergence starts at {:.1}.",
        spectrum.best_rate(),
        spectrum.step_size_limit(),
        spectrum.best_momentum_rate(),
        spectrum.momentum_contraction(best, 0.9),
        38.0 / spectrum.largest,
    );
    let chart = Chart {
        x: Axis::powers("step size α", (-2, 1), 4),
        y: Axis::linear("contraction", (0.35, 1.2), 5, tenths),
        bands: Vec::new(),
        lines,
        key: Some((90, 216)),
        margin: 30,
    };
    let title = "Contraction over the step size";
    chart.figure(&Caption { name: "momentum-sweep", title, description }, (560, 340))
}

/// A run in the valley: its name, ink, α and β.
type Run = (&'static str, Ink, f64, f64);

fn run(steps: usize, (.., alpha, beta): &Run) -> DrawResult<Vec<Point>> {
    let valley = Quadratic::valley();
    let mut momentum = Momentum::new(*alpha, *beta)?;
    let start = DVector::from_row_slice(&START);
    let points =
        minimize(&mut momentum, &start, steps, |theta| valley.gradient(theta))?;
    Ok(points.iter().map(|theta| (theta[0], theta[1])).collect())
}

/// At one step size, and each at its own best.
fn trajectories() -> DrawResult<Figure> {
    const STEPS: usize = 20;
    let (valley, spectrum) = valley()?;
    let (alpha, beta) = spectrum.best_momentum();
    let runs: [Run; 4] = [
        ("gradient descent, α = 0.1", Ink::Solid(1), 0.1, 0.0),
        ("momentum, α = 0.1, β = 0.9", Ink::Solid(2), 0.1, 0.9),
        ("gradient descent, its best α", Ink::Solid(1), spectrum.best_step_size(), 0.0),
        ("momentum, its best α and β", Ink::Solid(2), alpha, beta),
    ];
    let value = |x: f64, y: f64| valley.value(&dvector![x, y]);
    let mut paths = Vec::new();
    for one in &runs {
        paths.push((one.0, one.1, run(STEPS, one)?));
    }
    let ends = paths.iter().map(|(title, _, points)| {
        let (x, y) = points[STEPS];
        format!("{title}: f = {:.0e} after {STEPS} steps.", value(x, y))
    });
    let description = format!(
        "Four trajectories from (10, 1) in the valley. At α = 0.1 gradient descent turns straight to the minimum, while \
         momentum swings in a wide arc across the valley and is still on its way. With its best step size gradient descent zigzags in from wall \
         to wall; momentum with its best settings is there after a few steps. {}",
        ends.collect::<Vec<_>>().join(" "),
    );
    let title = "Trajectories at one step size, and at the best ones";
    let caption = Caption { name: "momentum-trajectories", title, description };
    four_panels(&caption, &paths, 4)
}

/// Both parameters over the steps, side by side.
fn parameters() -> DrawResult<Figure> {
    const STEPS: usize = 40;
    let name = "momentum-parameters";
    let (_, spectrum) = valley()?;
    let (alpha, beta) = spectrum.best_momentum();
    let runs: [Run; 3] = [
        ("gradient descent", Ink::Series(1), spectrum.best_step_size(), 0.0),
        ("momentum, best β", Ink::Solid(2), alpha, beta),
        ("momentum, β = 0.9", Ink::Series(2), 0.1, 0.9),
    ];
    let mut paths = Vec::new();
    for one in &runs {
        paths.push((one.0, one.1, run(STEPS, one)?));
    }
    let ends = paths.iter().map(|(title, _, points)| {
        let (x, y) = points[20];
        format!("{title}: ({}, {}).", hundredths(x), hundredths(y))
    });
    let description = format!(
        "θ₁ on the left and θ₂ on the right over {STEPS} steps in the valley. Under gradient descent θ₁ falls \
         slowly and θ₂ changes its sign in every step. Under momentum with its best settings both are near 0 after some ten \
         steps. With α = 0.1 and β = 0.9 both swing in long waves. After 20 steps: {}",
        ends.collect::<Vec<_>>().join(" "),
    );
    let chart = |label: &str, range, ticks, pick: fn(Point) -> f64| {
        let lines = paths.iter().map(|(title, ink, points)| {
            let points = (0..).map(f64::from).zip(points.iter().map(|&p| pick(p)));
            Line::new(*ink, *title, points.collect())
        });
        Chart {
            x: Axis::linear("step", (0.0, STEPS as f64), 5, whole),
            y: Axis::linear(label, range, ticks, whole),
            bands: Vec::new(),
            lines: lines.collect(),
            key: Some((110, 20)),
            margin: 24,
        }
    };
    // Where the key stands there is no line.
    let charts = [
        chart("θ₁", (-4.0, 14.9), 4, |(x, _)| x),
        chart("θ₂", (-1.4, 1.95), 4, |(_, y)| y),
    ];
    let title = "Parameters over the steps";
    let svg = svg(&Caption { name, title, description }, (640, 310), |area| {
        let (left, right) = area.split_horizontally(320 * PIXEL);
        charts[0].draw(&left)?;
        charts[1].draw(&right)
    })?;
    let paths = paths.iter().map(|(title, _, points)| (title, points.as_slice()));
    Ok(Figure { name, svg, csv: paths_csv(["run", "step", "theta1", "theta2"], paths) })
}
