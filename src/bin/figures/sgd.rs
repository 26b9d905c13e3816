//! Minibatch gradients and their noise, and how training on digits goes with them.

use std::f64::consts::TAU;

use descent::backpropagation::loss_and_gradient;
use descent::mnist::Split;
use descent::network::Batch;
use descent::quadratic::{Quadratic, START};
use descent::random::{Stream, generator};
use descent::sgd::{
    BATCH_SIZES, DIGITS, EPOCHS, METHODS, SEED, batch_size_courses, batches, best,
    compare, example_gradients, four_examples, half_resolution, method_courses,
    minibatch_variance, noise_ball, noisy_descent, reshuffled_variance, small_network,
};
use nalgebra::{DMatrix, DVector, dvector};

use crate::canvas::{Caption, DrawResult, Ink, svg};
use crate::chart::{Axis, Chart, Line, tenths, whole};
use crate::contour::{Arrow, Path as Curve, Plane, Point, paths_csv};
use crate::digits::digits;
use crate::output::{Figure, csv, number, twelve_digits};
use crate::quadratic::valley_axes;

pub fn figures() -> DrawResult<Vec<Figure>> {
    let digits = digits(Split::Train)?;
    let examples = half_resolution(&digits.batch(&(0..DIGITS).collect::<Vec<_>>()));
    Ok(vec![
        cloud(&examples)?,
        ball()?,
        spread()?,
        batch_sizes(&examples)?,
        optimizers(&examples)?,
    ])
}

/// A measured number with three digits: the last bits of a long run depend on the
/// processor and on the C library.
pub fn rounded(value: f64) -> f64 {
    format!("{value:.2e}").parse().expect("a number")
}

/// Two panels of minibatch gradients around that of all examples.
fn cloud(examples: &Batch) -> DrawResult<Figure> {
    const SHOWN: usize = 200;
    let name = "sgd-cloud";
    let network = small_network(SEED);
    let full = loss_and_gradient(&network, examples).1;
    let along = full.normalize();
    let gradients = example_gradients(&network, examples);
    let labelled = examples.labels.iter().zip(&gradients);
    let of_zeros: DVector<f64> =
        labelled.filter(|(label, _)| **label == 0).map(|(_, g)| g).sum();
    let across = (&of_zeros - of_zeros.dot(&along) * &along).normalize();
    let places: Vec<Point> =
        gradients.iter().map(|g| (g.dot(&along), g.dot(&across))).collect();
    let mut rng = generator(SEED, Stream::Points);
    let clouds = [20, 200].map(|size| {
        let epochs = SHOWN * size / DIGITS;
        let batches = (0..epochs).flat_map(|_| batches(DIGITS, size, &mut rng));
        let mean = |batch: Vec<usize>| {
            let sum = batch.iter().fold((0.0, 0.0), |(x, y), &example| {
                (x + places[example].0, y + places[example].1)
            });
            (rounded(sum.0 / size as f64), rounded(sum.1 / size as f64))
        };
        (size, batches.map(mean).collect::<Vec<_>>())
    });
    let title = "Minibatch gradients around the full gradient";
    let spread = clouds.each_ref().map(|(size, points)| {
        let squares = points.iter().map(|p| (p.0 - full.norm()).powi(2) + p.1.powi(2));
        let spread = (squares.sum::<f64>() / points.len() as f64).sqrt();
        let whole = minibatch_variance(&gradients, *size).sqrt();
        format!("in batches of {size} their root mean square distance from it is {spread:.1} in these two directions and {whole:.1} in all")
    });
    let description = format!(
        "Two panels with {} minibatch gradients each, drawn in the direction of the full gradient and in one at right \
         angles to it. The full gradient is an arrow of length {:.1}. The gradients lie around its tip: {}.",
        clouds[0].1.len(),
        full.norm(),
        spread.join(", "),
    );
    let svg = svg(&Caption { name, title, description }, (600, 330), |area| {
        for (column, (size, points)) in (0..).zip(&clouds) {
            let dot = |&(x, y): &Point| Curve {
                ink: Ink::Solid(1),
                points: vec![(x - 0.01, y), (x + 0.01, y)],
                dots: false,
            };
            let plane = Plane {
                title: format!("|B| = {size}"),
                x: Axis::linear("along the full gradient", (-0.3, 2.3), 4, whole),
                y: Axis::linear("across", (-1.3, 1.3), 4, whole),
                function: &|_, _| 0.0,
                levels: Vec::new(),
                level_names: Vec::new(),
                arrows: vec![Arrow {
                    ink: Ink::Foreground,
                    from: (0.0, 0.0),
                    to: (full.norm(), 0.0),
                }],
                paths: points.iter().map(dot).collect(),
                cross: None,
            };
            plane.draw(area, (300 * column, 0, 298, 326))?;
        }
        Ok(())
    })?;
    let rows = clouds.iter().flat_map(|(size, points)| {
        points.iter().map(move |&(x, y)| vec![size.to_string(), number(x), number(y)])
    });
    Ok(Figure { name, svg, csv: csv(&["batch size", "along", "across"], rows) })
}

/// The variance of the noise of four examples, in each direction.
const VARIANCE: f64 = 9.0;

/// Two panels of SGD in the valley, each with the ellipse in which it ends.
fn ball() -> DrawResult<Figure> {
    const STEPS: usize = 500;
    let name = "sgd-ball";
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
    let svg = svg(&Caption { name, title, description }, (600, 250), |area| {
        for (column, (step_size, points, ellipse, _)) in (0..).zip(&panels) {
            let (x, y, levels) = valley_axes("θ₁", "θ₂");
            let path = |ink, points: &Vec<Point>| Curve {
                ink,
                points: points.clone(),
                dots: false,
            };
            let plane = Plane {
                title: format!("α = {step_size}"),
                x,
                y,
                function: &|x, y| valley.value(&dvector![x, y]),
                levels,
                level_names: Vec::new(),
                arrows: Vec::new(),
                paths: vec![
                    path(Ink::Solid(1), points),
                    path(Ink::Foreground, ellipse),
                ],
                cross: None,
            };
            plane.draw(area, (300 * column, 0, 298, 246))?;
        }
        Ok(())
    })?;
    let paths =
        panels.iter().map(|(step_size, points, ..)| (step_size, points.as_slice()));
    Ok(Figure {
        name,
        svg,
        csv: paths_csv(["step size", "step", "theta1", "theta2"], paths),
    })
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
    Chart {
        x: Axis::powers("step size α", (-2, 0), 3),
        y: Axis::powers("standard deviation", (-3, 1), 5),
        bands: Vec::new(),
        lines,
        key: Some((300, 196)),
        margin: 24,
    }
    .figure(&Caption { name: "sgd-spread", title, description }, (560, 340))
}

/// The loss against the work, for each batch size with its best step size.
fn batch_sizes(examples: &Batch) -> DrawResult<Figure> {
    let losses = compare(&batch_size_courses(), examples, SEED)?;
    let inks = [
        Ink::Series(6),
        Ink::Series(5),
        Ink::Series(1),
        Ink::DashedForeground,
        Ink::Foreground,
    ];
    let all = BATCH_SIZES.iter().zip(losses.chunks(4)).zip(inks);
    let lines = all.map(|((&(size, step_sizes), losses), ink)| {
        let best = best(losses);
        let points = losses[best].iter().enumerate();
        let points =
            points.map(|(epoch, &loss)| ((epoch * DIGITS) as f64, rounded(loss)));
        Line::new(
            ink,
            format!("|B| = {size}, α = {}", step_sizes[best]),
            points.collect(),
        )
    });
    let lines: Vec<_> = lines.collect();
    let ends = lines
        .iter()
        .map(|line| format!("{} ends at {:.2}", line.name, line.points[EPOCHS].1));
    let description = format!(
        "Training loss against the number of examples whose gradient was computed, up to {}, for five batch sizes, each with \
         its best step size. All start at {:.2}. {}.",
        DIGITS * EPOCHS,
        lines[0].points[0].1,
        ends.collect::<Vec<_>>().join("; "),
    );
    let title = "Training loss against work for five batch sizes";
    Chart {
        x: Axis::linear(
            "gradients of examples",
            (0.0, (DIGITS * EPOCHS) as f64),
            6,
            whole,
        ),
        y: Axis::linear("training loss", (0.0, 3.5), 8, tenths),
        bands: Vec::new(),
        lines,
        key: Some((340, 24)),
        margin: 40,
    }
    .figure(&Caption { name: "sgd-batch_sizes", title, description }, (560, 360))
}

/// The loss after the same work against the step size, for each optimizer.
fn optimizers(examples: &Batch) -> DrawResult<Figure> {
    let losses = compare(&method_courses(), examples, SEED)?;
    let styles = [(1, "SGD"), (2, "momentum"), (4, "Adam")];
    let all = METHODS.iter().zip(losses.chunks(6)).zip(styles);
    let lines = all.map(|(((_, step_sizes), losses), (ink, name))| {
        let ends = losses.iter().map(|losses| rounded(losses[EPOCHS]));
        let points = step_sizes.iter().copied().zip(ends).collect();
        Line::new(Ink::Series(ink), name, points)
    });
    let lines: Vec<_> = lines.collect();
    let bests = lines.iter().zip(losses.chunks(6)).map(|(line, losses)| {
        let (step_size, loss) = line.points[best(losses)];
        format!("{} is best at {step_size} with {loss:.2}", line.name)
    });
    let description = format!(
        "Training loss after {} gradients in batches of 100 against the step size on a logarithmic axis. {}. Each curve falls, \
         has a lowest place and rises; that of SGD rises at once.",
        DIGITS * EPOCHS,
        bests.collect::<Vec<_>>().join(", "),
    );
    let title = "Loss after a fixed budget against the step size";
    Chart {
        x: Axis::powers("step size α", (-3, 1), 5),
        y: Axis::linear("training loss after the budget", (0.0, 2.5), 6, tenths),
        bands: Vec::new(),
        lines,
        key: Some((100, 30)),
        margin: 24,
    }
    .figure(&Caption { name: "sgd-optimizers", title, description }, (560, 340))
}
