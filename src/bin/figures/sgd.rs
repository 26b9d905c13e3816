//! Minibatch gradients and their noise, and how training on digits goes with them.

use descent::backpropagation::loss_and_gradient;
use descent::mnist::Split;
use descent::network::Batch;
use descent::random::{Stream, generator};
use descent::sgd::{
    BATCH_SIZES, DIGITS, EPOCHS, METHODS, SEED, batch_size_courses, batches, best,
    compare, example_gradients, half_resolution, method_courses, minibatch_variance,
    small_network,
};
use nalgebra::DVector;
use questions::sgd::{alike, quality};

use crate::canvas::{Caption, DrawResult, Ink, WIDTH, svg};
use crate::chart::{Axis, Chart, Line, Names, tenths, whole};
use crate::contour::{Arrow, Plane, Point, in_rows};
use crate::digits::digits;
use crate::output::{Figure, csv, number};
use crate::thumb::Thumb;

pub fn figures() -> DrawResult<Vec<Figure>> {
    let digits = digits(Split::Train)?;
    let examples = half_resolution(&digits.batch(&(0..DIGITS).collect::<Vec<_>>()));
    let (sizes, lowest) = batch_sizes(&examples)?;
    let mut figures = vec![cloud(&examples)?, sizes, optimizers(&examples)?];
    figures.extend(guesses(&lowest)?);
    Ok(figures)
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
    let planes = clouds.iter().map(|(size, points)| Plane {
        title: format!("|$B$| = {size}"),
        cloud: Some((Ink::Solid(1), points.clone())),
        arrows: vec![Arrow {
            ink: Ink::Foreground,
            from: (0.0, 0.0),
            to: (full.norm(), 0.0),
            name: String::new(),
        }],
        ..Plane::new(
            Axis::linear("along the full gradient", (-0.25, 1.25), 4, tenths),
            Axis::linear("across", (-0.75, 0.75), 4, tenths),
        )
    });
    let planes: Vec<_> = planes.collect();
    let svg = svg(&Caption { name, title, description }, (WIDTH, 390.0), |canvas| {
        in_rows(&planes, canvas, 390.0);
    });
    let rows = clouds.iter().flat_map(|(size, points)| {
        points.iter().map(move |&(x, y)| vec![size.to_string(), number(x), number(y)])
    });
    Ok(Figure { name, svg, csv: csv(&["batch size", "along", "across"], rows) })
}

/// The loss against the work, for each batch size with its best step size; and the loss at the end, over the logarithm
/// of the batch size.
fn batch_sizes(examples: &Batch) -> DrawResult<(Figure, Vec<Point>)> {
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
        Line::measured(
            ink,
            format!("|$B$| = {size}, α = {}", step_sizes[best]),
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
    let lowest = lines
        .iter()
        .zip(BATCH_SIZES)
        .map(|(line, (size, _))| ((size as f64).log10(), line.points[EPOCHS].1));
    let lowest = lowest.collect();
    let chart = Chart::new(
        Axis::linear(
            "gradients of examples",
            (0.0, (DIGITS * EPOCHS) as f64),
            6,
            whole,
        ),
        Axis::linear("training loss", (0.0, 3.5), 8, tenths),
        lines,
    )
    .with_names(Names::AtEnds);
    let caption = Caption { name: "sgd-batch_sizes", title, description };
    Ok((chart.figure(&caption, 390.0), lowest))
}

/// The loss after the same work against the step size, for each optimizer.
fn optimizers(examples: &Batch) -> DrawResult<Figure> {
    let losses = compare(&method_courses(), examples, SEED)?;
    let styles = [(1, "SGD"), (2, "momentum"), (4, "Adam")];
    let all = METHODS.iter().zip(losses.chunks(6)).zip(styles);
    let lines = all.map(|(((_, step_sizes), losses), (ink, name))| {
        let ends = losses.iter().map(|losses| rounded(losses[EPOCHS]));
        let points = step_sizes.iter().copied().zip(ends).collect();
        Line::measured(Ink::Series(ink), name, points)
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
    Ok(Chart::new(
        Axis::exponents("step size α", (-2.4, 0.8), 5),
        Axis::linear("training loss after the budget", (0.0, 2.5), 6, tenths),
        lines,
    )
    .figure(&Caption { name: "sgd-optimizers", title, description }, 370.0))
}

/// What one may expect of the loss after so much work, over the batch size: what was measured, the quality of a step alone,
/// and the same progress by every gradient.
fn guesses(measured: &[Point]) -> DrawResult<Vec<Figure>> {
    let law = |loss: fn(f64) -> f64| -> Vec<Point> {
        measured.iter().map(|&(size, _)| (size, loss(10_f64.powf(size)))).collect()
    };
    let laws = [
        ("sgd-work_small", "Small batches end lower", measured.to_vec()),
        ("sgd-work_large", "Large batches end lower", law(quality)),
        ("sgd-work_flat", "They end alike", law(alike)),
    ];
    let pictures = laws.into_iter().map(|(name, title, points)| {
        let paths = &[("loss", Ink::Solid(1), points)];
        Thumb { name, title, x: (-0.2, 3.5), y: (0.0, 1.8), ground: &[], paths }
            .figure()
    });
    pictures.collect()
}
