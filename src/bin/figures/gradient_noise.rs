//! The noise ball of SGD, and what step sizes make of it.

use std::f64::consts::TAU;

use descent::gradient_noise::{
    four_examples, mean_squares, noise_ball, noisy_descent, reshuffled_variance,
};
use descent::quadratic::{Quadratic, START};
use descent::random::{Stream, generator};
use descent::sgd::SEED;
use nalgebra::{DMatrix, DVector, dvector};

use crate::canvas::{Caption, DrawResult, Ink, WIDTH, svg};
use crate::chart::{Axis, Chart, Line};
use crate::contour::{Path as Curve, Plane, Point, in_rows, paths_csv};
use crate::output::{Figure, twelve_digits};
use crate::quadratic::valley_axes;

pub fn figures() -> DrawResult<Vec<Figure>> {
    Ok(vec![ball()?, decay()?, spread()?])
}

/// The variance of the noise of four examples, in each direction.
const VARIANCE: f64 = 9.0;

/// Two panels of SGD in the valley, each with the ellipse in which it ends.
fn ball() -> DrawResult<Figure> {
    const STEPS: usize = 500;
    let name = "gradient_noise-ball";
    let valley = Quadratic::valley();
    let noise = DMatrix::from_diagonal_element(2, 2, VARIANCE);
    let start = DVector::from_row_slice(&START);
    let mut panels = Vec::new();
    for step_size in [0.05, 0.01] {
        let mut rng = generator(SEED, Stream::Points);
        let settings = (step_size, 1);
        let points = noisy_descent(
            &valley,
            &four_examples(),
            &start,
            settings,
            STEPS,
            &mut rng,
        )?;
        let points: Vec<Point> = points.iter().map(|p| (p[0], p[1])).collect();
        let ball = noise_ball(&valley, &noise, step_size)?;
        let width = [0, 1].map(|k| 2.0 * ball[(k, k)].sqrt());
        let around = (0..=60).map(|i| TAU * f64::from(i) / 60.0);
        let ellipse = around.map(|t| (width[0] * t.cos(), width[1] * t.sin()));
        panels.push((step_size, points, ellipse.collect::<Vec<_>>(), width));
    }
    let ends = panels.iter().map(|(step_size, _, _, width)| {
        format!(
            "At α = {step_size} it reaches {:.2} and {:.2} from the centre.",
            width[0], width[1]
        )
    });
    let description = format!(
        "SGD in the valley from (10, 1) over {STEPS} steps, for two step sizes. It moves towards the minimum and then stays \
         in and near an ellipse of two standard deviations. {}",
        ends.collect::<Vec<_>>().join(" "),
    );
    let title = "Two noise balls";
    let value = |x, y| valley.value(&dvector![x, y]);
    let planes = panels.iter().map(|(step_size, points, ellipse, _)| {
        let (x, y, levels) = valley_axes();
        Plane {
            title: format!("α = {step_size}"),
            function: &value,
            levels,
            paths: vec![
                Curve::new(Ink::Solid(1), points.clone()).faint(),
                Curve::new(Ink::Foreground, ellipse.clone()),
            ],
            ..Plane::new(x, y)
        }
    });
    let planes: Vec<_> = planes.collect();
    let svg = svg(&Caption { name, title, description }, (WIDTH, 290.0), |canvas| {
        in_rows(&planes, canvas, 290.0);
    });
    let paths =
        panels.iter().map(|(step_size, points, ..)| (step_size, points.as_slice()));
    Ok(Figure {
        name,
        svg,
        csv: paths_csv(["step size", "step", "theta1", "theta2"], paths),
    })
}

/// The distance from the minimum against the steps, for four ways to choose their sizes.
fn decay() -> DrawResult<Figure> {
    const STEPS: usize = 3000;
    let constant = |step_size: f64| vec![step_size; STEPS];
    let lines = [
        (Ink::Series(1), "α = 0.1", constant(0.1)),
        (Ink::Series(5), "α = 0.01", constant(0.01)),
        (Ink::Foreground, "0.1, then 0.01", [vec![0.1; 30], constant(0.01)].concat()),
        (Ink::Series(6), "α = 1/$t$", (1..=STEPS).map(|t| 1.0 / t as f64).collect()),
    ];
    let lines = lines.map(|(ink, name, step_sizes)| {
        let squares = mean_squares(100.0, (1.0, VARIANCE), &step_sizes);
        // As many steps in each part of the logarithmic axis.
        let steps = (0..=70).map(|i| 10_f64.powf(f64::from(i) / 20.0).round() as usize);
        let mut steps: Vec<_> = steps.filter(|&step| step <= STEPS).collect();
        steps.dedup();
        let point = |step: &usize| (*step as f64, squares[step - 1].sqrt());
        Line::new(ink, name, steps.iter().map(point).collect())
    });
    let ends: Vec<_> = lines
        .iter()
        .map(|line| {
            let end = line.points[line.points.len() - 1].1;
            format!("{}: from {:.1} to {end:.2}", line.name, line.points[0].1)
        })
        .collect();
    let description = format!(
        "Root mean square distance from the minimum after 1 to {STEPS} steps, on logarithmic axes. {}. The large steps \
         arrive early and stay far out, the small ones arrive late and stay near; large and then small ones \
         arrive earlier at the same distance; the line of 1/t is straight and falls on.",
        ends.join("; "),
    );
    let title = "Large steps, small steps, and steps that get smaller";
    Ok(Chart::new(
        Axis::powers("step", (0, 4), 5),
        Axis::powers("distance, root mean square", (-2, 1), 4),
        lines.into(),
    )
    .figure(&Caption { name: "gradient_noise-decay", title, description }, 370.0))
}

/// The standard deviation against the step size, by formula and measured.
fn spread() -> DrawResult<Figure> {
    const STEPS: usize = 2_000;
    const SETTLE: usize = 2_000;
    let valley = Quadratic::valley();
    let noise = DMatrix::from_diagonal_element(2, 2, VARIANCE);
    let curve = |f: &dyn Fn(f64) -> DrawResult<f64>| -> DrawResult<Vec<Point>> {
        let sizes =
            (0..=52).map(|i| twelve_digits(0.01 * 19_f64.powf(f64::from(i) / 52.0)));
        sizes.map(|step_size| Ok((step_size, f(step_size)?.sqrt()))).collect()
    };
    let formula = |k: usize, step_size: f64| -> DrawResult<f64> {
        Ok(noise_ball(&valley, &noise, step_size)?[(k, k)])
    };
    let drawn = |k: usize| curve(&|step_size| formula(k, step_size));
    let shuffled =
        curve(&|step_size| Ok(reshuffled_variance((step_size, 1.0), VARIANCE, 4)))?;
    let mut lines = vec![
        Line::new(Ink::Series(1), "θ₁, independent batches", drawn(0)?),
        Line::new(Ink::Series(5), "θ₂, independent batches", drawn(1)?),
        Line::new(Ink::Series(6), "θ₁, epochs in random order", shuffled),
    ];
    let mut inside = 0;
    for (place, step_size) in [0.012, 0.025, 0.05, 0.1, 0.18].into_iter().enumerate() {
        let mut rng = generator(place as u64, Stream::Points);
        let start = dvector![0.0, 0.0];
        let settings = (step_size, 1);
        let steps = SETTLE + STEPS;
        let points = noisy_descent(
            &valley,
            &four_examples(),
            &start,
            settings,
            steps,
            &mut rng,
        )?;
        for (k, eigenvalue) in [1.0, 10.0].into_iter().enumerate() {
            let squares = points[SETTLE..].iter().map(|p| p[k] * p[k]);
            let measured = squares.sum::<f64>() / points[SETTLE..].len() as f64;
            // At most that of normal noise: four standard errors, in half their size for
            // the root.
            let factor = (1.0 - step_size * eigenvalue).powi(2);
            let worth = STEPS as f64 * (1.0 - factor) / (1.0 + factor);
            let error = 2.0 * (2.0 / worth).sqrt();
            let bar = |sign: f64| (step_size, measured.sqrt() * (1.0 + sign * error));
            let (low, high) = (bar(-1.0), bar(1.0));
            let exact = formula(k, step_size)?.sqrt();
            inside += usize::from((low.1..=high.1).contains(&exact));
            let name = format!("θ{} measured", ["₁", "₂"][k]);
            lines.push(Line::faint(Ink::Foreground, name, vec![low, high]));
        }
    }
    let ends: Vec<_> = lines[..3]
        .iter()
        .map(|line| {
            let last = line.points.len() - 1;
            format!(
                "{}: from {:.3} to {:.2}",
                line.name, line.points[0].1, line.points[last].1
            )
        })
        .collect();
    let description = format!(
        "Standard deviations in the noise ball against the step size from 0.01 to 0.19, both logarithmic. {}. The lines for \
         independent batches rise with the square root of the step size while it is small, the third far more steeply from far below. \
         {inside} of 10 measured values agree with the formula within their bars.",
        ends.join("; "),
    );
    let title = "The noise ball against the step size";
    Ok(Chart::new(
        Axis::exponents("step size α", (-2.0, -0.7), 3),
        Axis::powers("standard deviation", (-3, 1), 5),
        lines,
    )
    .figure(&Caption { name: "gradient_noise-spread", title, description }, 370.0))
}
