//! The saddle at zero, what starts there, sums of random products, and biases.

use descent::initialization::{
    Biases, WeightsInARow, after_one_epoch, constant, density_of_sum, descend, entropy,
    with_biases,
};
use descent::linear_layer::Linear;
use descent::mnist::{Digits, PIXELS, Split};
use descent::network::{Activation, Batch, Network};
use descent::newton::Smooth;
use descent::objective::loss;
use descent::parallel;
use nalgebra::dvector;

use crate::canvas::{Caption, DrawResult, Ink, svg};
use crate::chart::{Axis, Chart, Line, Names, tenths, whole};
use crate::contour::{Path, Plane};
use crate::digits::digits;
use crate::geometry::Rect;
use crate::output::{Figure, rough};
use crate::text::plain;
use crate::touched::Book;

pub fn figures() -> DrawResult<Vec<Figure>> {
    let digits = digits(Split::Test)?;
    Ok(vec![saddle()?, wait(), starts(digits)?, tails()?, biases(digits)?])
}

fn saddle() -> DrawResult<Figure> {
    let name = "initialization-saddle";
    let value = |w1: f64, w2: f64| WeightsInARow.value(&dvector![w1, w2]);
    let book = Book::new(&live::saddle::WIDGET);
    let path = |start| {
        Path::new(Ink::Solid(1), book.points(name, start)).with_dots().of_curve(start)
    };
    let levels = vec![0.1, 0.5, 2.0, 3.5];
    let names = [(0.5, "½"), (2.0, "2"), (3.5, "3½")];
    let plane = Plane {
        function: &value,
        levels: levels.clone(),
        level_names: names.map(|(level, name)| (level, name.to_owned())).into(),
        paths: vec![path("first"), path("second")],
        cross: Some((0.0, 0.0)),
        is_equal: true,
        ..Plane::new(
            Axis::linear("$w$₁", live::saddle::RANGE, 4, whole),
            Axis::linear("$w$₂", live::saddle::RANGE, 4, whole),
        )
    };
    let ends = ["first", "second"].map(|start| book.points(name, start)[100]);
    let description = format!(
        "Level lines of ½(w₁w₂ − 1)² at {levels:?}. Two valleys lie along the branches of the hyperbola w₁w₂ = 1; the axes are the level line of ½, \
         through the saddle at zero. From (0.3, 0) gradient descent goes to ({:.2}, {:.2}). From (1.3, −1.301) it goes to the saddle first and then to \
         ({:.2}, {:.2}).",
        ends[0].0,
        ends[0].1,
        ends[1].0,
        ends[1].1,
    )
    .replace('-', "−");
    let title = "Two weights in a row";
    let svg = svg(&Caption { name, title, description }, (480.0, 530.0), |canvas| {
        plane.draw(canvas, Rect::new(0.0, 0.0, 480.0, 530.0));
    });
    Ok(Figure { name, svg, csv: book.csv() })
}

/// The loss over the steps from near zero.
fn wait() -> Figure {
    let name = "initialization-wait";
    let book = Book::new(&live::wait::WIDGET);
    let inks = [1, 5, 6].map(Ink::Series).into_iter().chain([Ink::Foreground]);
    let curves = live::wait::CURVES.iter().zip(inks);
    let lines: Vec<Line> = curves
        .map(|(&(curve, ..), ink)| {
            Line::new(ink, curve.replace(" w", " $w$"), book.points(name, curve))
        })
        .collect();
    let waits = lines.iter().map(|line| {
        let half = line.points.iter().find(|(_, loss)| *loss < 0.25);
        let last = live::wait::STEPS as f64;
        format!("{}: {}", plain(&line.name), half.map_or(last, |point| point.0))
    });
    let waits: Vec<_> = waits.collect();
    let caption = Caption {
        name,
        title: "Leaving the saddle",
        description: format!(
            "Loss over every third step of gradient descent from w = 0.1. All curves start at about ½, stay there, and then fall steeply. The \
             first of these steps with less than half of the loss is, for {}.",
            waits.join(", ")
        ),
    };
    Chart::new(
        Axis::linear("step", (0.0, live::wait::STEPS as f64), 7, whole),
        Axis::linear("loss", (0.0, 0.6), 7, tenths),
        lines,
    )
    .with_names(Names::Above)
    .figure(&caption, 370.0)
}

/// Full-batch training from zero, from equal weights and from He's.
fn starts(digits: &Digits) -> DrawResult<Figure> {
    const STEPS: usize = 400;
    let batch: Batch = digits.sample(250, 0);
    let network = |linear: &dyn Fn(usize, usize) -> Linear| {
        Network::with_widths(&[PIXELS, 32, 10], Activation::Relu, linear)
    };
    let run = |ink, name: &str, mut network: Network| -> DrawResult<Line> {
        let losses = descend(&mut network, &batch, 0.1, STEPS)?;
        let points = losses.into_iter().enumerate().step_by(4);
        Ok(Line::new(
            ink,
            name,
            points.map(|(step, loss)| (step as f64, loss)).collect(),
        ))
    };
    let entropy = entropy(&batch.labels);
    let floor = vec![(0.0, entropy), (STEPS as f64, entropy)];
    let lines = vec![
        Line::new(Ink::Foreground, "entropy of the labels", floor),
        run(Ink::Series(6), "zero", network(&|n, m| constant(n, m, 0.0)))?,
        run(Ink::Series(5), "all 0.01", network(&|n, m| constant(n, m, 0.01)))?,
        run(Ink::Series(1), "He", with_biases(&[PIXELS, 32, 10], Biases::Zero, 0))?,
    ];
    let ends: Vec<_> = lines[1..]
        .iter()
        .map(|line| {
            format!("{}: {:.3}", line.name, line.points[line.points.len() - 1].1)
        })
        .collect();
    let caption = Caption {
        name: "initialization-starts",
        title: "Three starts",
        description: format!(
            "Mean cross-entropy of {} images over the steps of gradient descent. At the end the losses are {}. The entropy of the \
             labels is {entropy:.3}.",
            batch.len(),
            ends.join(", ")
        ),
    };
    Ok(Chart::new(
        Axis::linear("step", (0.0, STEPS as f64), 6, whole),
        Axis::linear("loss", (0.0, 2.5), 6, tenths),
        lines,
    )
    .with_names(Names::AtEnds)
    .figure(&caption, 350.0))
}

/// Densities of sums of products on a logarithmic axis.
fn tails() -> DrawResult<Figure> {
    let places: Vec<f64> = (-30..=30).map(|i| f64::from(i) / 5.0).collect();
    let line = |ink, name: &str, density: &dyn Fn(f64) -> f64| {
        Line::new(ink, name, places.iter().map(|&a| (a, density(a))).collect())
    };
    let normal = |a: f64| (-a * a / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let lines = vec![
        line(Ink::Series(5), "$n$ = 2", &|a| density_of_sum(2, a)),
        line(Ink::Series(3), "$n$ = 10", &|a| density_of_sum(10, a)),
        line(Ink::Series(2), "$n$ = 100", &|a| density_of_sum(100, a)),
        line(Ink::Series(1), "normal", &normal),
    ];
    let at_five: Vec<_> = lines
        .iter()
        .map(|line| format!("{}: {}", line.name, rough(line.points[55].1, 0)))
        .collect();
    let caption = Caption {
        name: "initialization-tails",
        title: "Sums of products of normal variables",
        description: format!(
            "Densities on a logarithmic axis. All have variance 1. The fewer terms, the higher the peak and the heavier the tails: at \
             5 the densities are {}.",
            at_five.join(", ")
        ),
    };
    Ok(Chart::new(
        Axis::linear("output", (-6.0, 6.0), 7, whole),
        Axis::powers("density", (-10, 0), 6),
        lines,
    )
    .figure(&caption, 370.0))
}

/// Held-out loss after one epoch for sixteen seeds and four choices of biases.
fn biases(digits: &Digits) -> DrawResult<Figure> {
    const EXAMPLES: usize = 4000;
    const SEEDS: usize = 16;
    let test = digits.batch(&(digits.len() - 2000..digits.len()).collect::<Vec<_>>());
    let names = ["Xavier's", "0", "0.01", "small"];
    let run = |&(biases, seed): &(Biases, u64)| {
        let start = with_biases(&[PIXELS, 50, 10], biases, seed);
        let network = after_one_epoch(start, seed, EXAMPLES, &|p| digits.batch(p));
        loss(&network, &test)
    };
    let settings = Biases::ALL
        .into_iter()
        .flat_map(|b| (0..SEEDS as u64).map(move |seed| (b, seed)));
    let losses = parallel::map(&settings.collect::<Vec<_>>(), &run);
    let at = |choice: usize, seed: usize| losses[choice * SEEDS + seed];
    let lines = (0..SEEDS).map(|seed| {
        let points = (0..names.len()).map(|choice| (choice as f64, at(choice, seed)));
        Line::measured(Ink::Solid(1), format!("seed {seed}"), points.collect())
            .unnamed()
    });
    let lines: Vec<_> = lines.collect();
    let widest = lines.iter().map(|line| {
        let losses = line.points.iter().map(|point| point.1);
        losses.clone().fold(0.0, f64::max) - losses.fold(f64::INFINITY, f64::min)
    });
    let zero = lines.iter().map(|line| line.points[1].1);
    let caption = Caption {
        name: "initialization-biases",
        title: "Four choices of biases",
        description: format!(
            "Loss on held-out digits for four choices of biases side by side, a line for each of {SEEDS} seeds. The lines are nearly level. Over the seeds the loss goes from {:.3} to {:.3} \
             with biases of 0; at one seed the four choices are never more than {:.3} apart.",
            zero.clone().fold(f64::INFINITY, f64::min),
            zero.fold(0.0, f64::max),
            widest.fold(0.0, f64::max),
        ),
    };
    Ok(Chart::new(
        Axis::named("biases", &names),
        Axis::linear("loss", (0.5, 0.75), 6, |value| format!("{value:.2}")),
        lines,
    )
    .figure(&caption, 350.0))
}
