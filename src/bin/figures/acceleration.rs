//! What acceleration brings, how far a chain lets anyone see, and what a constant weight
//! does.

use descent::acceleration::{
    Accelerated, Growth, accelerated_bound, chain, chain_minimum, descent_bound,
    lower_bound,
};
use descent::gradient_descent::{GradientDescent, minimize};
use descent::nesterov::Nesterov;
use nalgebra::DVector;

use crate::canvas::{Caption, DrawResult, Ink};
use crate::chart::{Axis, Chart, Line, Names, tenths, whole};
use crate::contour::Point;
use crate::output::{Figure, rough, twelve_digits};

pub fn figures() -> DrawResult<Vec<Figure>> {
    Ok(vec![worst()?, reach()?, chained()?])
}

const BETA: f64 = 0.9;

/// Numbers of steps, evenly spaced on a logarithmic axis.
fn step_counts() -> Vec<usize> {
    let mut counts: Vec<usize> =
        (0..=60).map(|i| 10.0_f64.powf(f64::from(i) / 20.0).round() as usize).collect();
    counts.dedup();
    counts
}

fn accelerated(smoothness: f64) -> DrawResult<Accelerated> {
    Ok(Accelerated::new(1.0 / smoothness, Growth::Largest)?)
}

/// A curve over numbers of steps.
fn over(counts: &[usize], value: impl Fn(usize) -> f64) -> Vec<Point> {
    counts.iter().map(|&t| (t as f64, value(t))).collect()
}

/// The gap on the worst parabola for each number of steps, with the bounds.
fn worst() -> DrawResult<Figure> {
    const PARABOLAS: usize = 2000;
    let counts = step_counts();
    let curvatures = DVector::from_fn(PARABOLAS, |i, _| {
        twelve_digits(10.0_f64.powf(-7.0 * i as f64 / (PARABOLAS - 1) as f64))
    });
    let start = DVector::from_element(PARABOLAS, 1.0);
    let gradient = |theta: &DVector<f64>| theta.component_mul(&curvatures);
    let gaps = |points: &[DVector<f64>]| {
        over(&counts, |t| {
            (0.5 * curvatures.component_mul(&points[t].component_mul(&points[t]))).max()
        })
    };
    let descent = minimize(&mut GradientDescent::new(1.0)?, &start, 1000, gradient)?;
    let fast = minimize(&mut accelerated(1.0)?, &start, 1000, gradient)?;
    let lines = vec![
        Line::new(
            Ink::DashedForeground,
            "bound 1/2$t$",
            over(&counts, |t| descent_bound(1.0, 1.0, t)),
        ),
        Line::new(Ink::Series(1), "gradient descent", gaps(&descent)),
        Line::new(
            Ink::DashedForeground,
            "bound 2/($t$ + 1)²",
            over(&counts, |t| accelerated_bound(1.0, 1.0, t)),
        ),
        Line::new(Ink::Series(5), "accelerated", gaps(&fast)),
        Line::new(
            Ink::DashedForeground,
            "lower bound",
            over(&counts, |t| lower_bound(1.0, 1.0, t)),
        ),
    ];
    let ends = lines.iter().map(|line| {
        format!("{}: {}", line.name, rough(line.points[line.points.len() - 1].1, 1))
    });
    let caption = Caption {
        name: "acceleration-worst",
        title: "The worst parabola for each number of steps",
        description: format!(
            "Gap to the minimum against the number of steps, both logarithmic, for the parabola on which the method is worst \
             after that number. Gradient descent and its bound fall with slope −1, the accelerated method, its \
             bound and the lower bound with slope −2. After 1000 steps, {}.",
            ends.collect::<Vec<_>>().join(", "),
        ),
    };
    Ok(Chart::new(
        Axis::powers("steps $t$", (0, 3), 4),
        Axis::powers("largest gap, in $L$‖θ₀ − θ*‖²", (-8, 0), 5),
        lines,
    )
    .with_names(Names::AtEnds)
    .figure(&caption, 430.0))
}

/// The gap on Nesterov's chain.
fn chained() -> DrawResult<Figure> {
    const L: f64 = 4.0;
    let f = chain(100, L);
    let (minimum, squared_distance) = chain_minimum(100, L);
    // Every tenth step, where the accelerated method swings.
    let counts: Vec<usize> = step_counts()
        .into_iter()
        .take_while(|&t| t < 100)
        .chain((100..=1000).step_by(10))
        .collect();
    let gaps =
        |points: Vec<DVector<f64>>| over(&counts, |t| f.value(&points[t]) - minimum);
    let start = DVector::zeros(100);
    let gradient = |theta: &DVector<f64>| f.gradient(theta);
    let nesterov = |times: f64| -> DrawResult<_> {
        let mut nesterov = Nesterov::new(times / L, BETA)?;
        Ok(gaps(minimize(&mut nesterov, &start, 1000, gradient)?))
    };
    let mut descent = GradientDescent::new(1.0 / L)?;
    let descent = gaps(minimize(&mut descent, &start, 1000, gradient)?);
    let fast = gaps(minimize(&mut accelerated(L)?, &start, 1000, gradient)?);
    let bound = over(&counts, |t| accelerated_bound(L, squared_distance, t));
    let lines = vec![
        Line::new(Ink::Series(1), "gradient descent", descent),
        Line::new(Ink::Series(3), "Nesterov, α = 1/$L$", nesterov(1.0)?),
        Line::new(Ink::Solid(3), "Nesterov, α = 10/$L$", nesterov(10.0)?),
        Line::new(Ink::Series(5), "accelerated", fast),
        Line::new(Ink::DashedForeground, "bound", bound),
    ];
    let at = counts.iter().position(|&t| t == 100).expect("a power of ten");
    let values = lines
        .iter()
        .map(|line| format!("{}: {}", line.name, rough(line.points[at].1, 1)));
    let caption = Caption {
        name: "acceleration-chain",
        title: "The gap on Nesterov's chain",
        description: format!(
            "Gap to the minimum against the number of steps, both logarithmic, on the chain of 100. Nesterov momentum with \
             α = 1/L joins gradient descent after a few dozen steps; with 10/L it is below. The accelerated method is the \
             lowest around 100 steps, then swings, and stays below its bound throughout. After 100 steps, {}.",
            values.collect::<Vec<_>>().join(", "),
        ),
    };
    Ok(Chart::new(
        Axis::powers("steps $t$", (0, 3), 4),
        Axis::powers("$f$(θ) − $f$(θ*)", (-8, 2), 6),
        lines,
    )
    .figure(&caption, 500.0))
}

/// What a method knows of a chain after some steps: the entries of its parameters.
fn reach() -> DrawResult<Figure> {
    const L: f64 = 4.0;
    const LENGTH: usize = 41;
    let f = chain(LENGTH, L);
    let minimizer = f.minimizer()?;
    let start = DVector::zeros(LENGTH);
    let points = minimize(&mut accelerated(L)?, &start, 20, |theta| f.gradient(theta))?;
    let entries = |theta: &DVector<f64>| -> Vec<Point> {
        (1..).map(f64::from).zip(theta.iter().copied()).collect()
    };
    let after = |series, t: usize| {
        let name = if t == 20 { "20 steps".into() } else { t.to_string() };
        Line::new(Ink::Series(series), name, entries(&points[t]))
    };
    let lines = vec![
        Line::new(Ink::DashedForeground, "minimizer", entries(&minimizer)),
        after(5, 20),
        after(2, 10),
        after(1, 5),
    ];
    let known = [5, 10, 20].map(|t| {
        let seen = points[t].iter().filter(|&&entry| entry != 0.0).count();
        format!("{seen} after {t} steps")
    });
    let caption = Caption {
        name: "acceleration-reach",
        title: "What is known of the chain",
        description: format!(
            "The entries of the parameters over their place in a chain of {LENGTH}. The minimizer falls in a straight line from \
             nearly 1 to nearly 0. The accelerated method lies below it on the left, and every entry further right is exactly 0. \
             Entries other than 0: {}.",
            known.join(", "),
        ),
    };
    Ok(Chart::new(
        Axis::linear("place in the chain", (0.0, 41.0), 9, whole),
        Axis::linear("entry of θ", (0.0, 1.0), 6, tenths),
        lines,
    )
    .figure(&caption, 430.0))
}
