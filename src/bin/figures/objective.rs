//! Convexity, its limits, and a slice through the loss of a network.

use descent::backpropagation::loss_and_gradient;
use descent::initialization;
use descent::mnist::{PIXELS, Split};
use descent::network::{Activation, Batch, Network};
use descent::objective::{
    Curve, EXPONENTIAL, KINK, QUARTIC, TROUGH, TWO_VALLEYS, follow, loss, moved,
    normalized_direction, permuted,
};
use descent::random::{Stream, generator};

use crate::canvas::{Caption, DrawResult, Ink, WIDTH, svg};
use crate::chart::{Axis, Chart, Line, tenths, whole};
use crate::contour::{Path, Plane, Point, in_rows, paths_csv};
use crate::digits::digits;
use crate::geometry::Rect;
use crate::output::{Figure, csv, number};

pub fn figures() -> DrawResult<Vec<Figure>> {
    let batch = digits(Split::Test)?.sample(100, 4);
    let network = trained(&batch);
    Ok(vec![
        chords()?,
        counterexamples()?,
        saddle()?,
        permutation(&network, &batch)?,
        slice(&network, &batch)?,
    ])
}

/// A network of 16 hidden units after fifty steps of gradient descent on the batch.
fn trained(batch: &Batch) -> Network {
    let mut rng = generator(1, Stream::Weights);
    let network =
        Network::with_widths(&[PIXELS, 16, 10], Activation::Relu, |fan_in, fan_out| {
            initialization::normal(fan_in, fan_out, 2.0 / fan_in as f64, &mut rng)
        });
    (0..50).fold(network, |network, _| {
        moved(&network, &loss_and_gradient(&network, batch).1, -0.3)
    })
}

fn sampled(curve: &Curve, low: f64, high: f64) -> Vec<Point> {
    let places = (0..=60).map(|i| low + (high - low) * f64::from(i) / 60.0);
    places.map(|x| (x, (curve.value)(x))).collect()
}

fn chords() -> DrawResult<Figure> {
    let value = TWO_VALLEYS.value;
    let (a, b) = (-1.2, 1.1);
    let quadratic = |x: f64| 0.5 * (x - 0.3).powi(2) - 2.3;
    let places = (0..=60).map(|i| -1.8 + 3.6 * f64::from(i) / 60.0);
    let tangent = |x: f64| quadratic(1.0) + 0.7 * (x - 1.0);
    let lines = vec![
        Line::new(Ink::Series(2), "not convex", sampled(&TWO_VALLEYS, -1.6, 1.55)),
        Line::new(Ink::Series(3), "a chord", vec![(a, value(a)), (b, value(b))]),
        Line::new(
            Ink::Series(1),
            "convex",
            places.map(|x| (x, quadratic(x))).collect(),
        ),
        Line::new(
            Ink::Series(3),
            "its chord",
            vec![(-1.2, quadratic(-1.2)), (1.5, quadratic(1.5))],
        ),
        Line::new(
            Ink::Series(4),
            "its tangent",
            vec![(-0.2, tangent(-0.2)), (1.8, tangent(1.8))],
        ),
    ];
    let description = format!(
        "Below, a parabola lies under its chord and over its tangent. Above, a curve with two valleys at heights {:.2} and {:.2} \
         rises above its chord between them.",
        value(-1.03),
        value(0.97),
    )
    .replace('-', "−");
    let chart = Chart::new(
        Axis::linear("θ", (-2.0, 2.0), 5, whole),
        Axis::linear("value", (-3.2, 2.5), 6, whole),
        lines,
    );
    let title = "Chords and tangents";
    Ok(chart.figure(&Caption { name: "objective-chords", title, description }, 410.0))
}

/// Four convex functions on which gradient descent does not do what one hopes for.
fn counterexamples() -> DrawResult<Figure> {
    let name = "objective-counterexamples";
    // The curve, its name in the figure, start, step size, steps, and the window.
    type Case = (Curve, &'static str, f64, f64, usize, Point, Point);
    let cases: [Case; 4] = [
        (EXPONENTIAL, "exp(−θ), α = 1", 0.0, 1.0, 12, (-0.5, 3.5), (0.0, 1.8)),
        (KINK, "|θ|, α = 0.3", 1.0, 0.3, 12, (-0.6, 1.2), (0.0, 1.2)),
        (QUARTIC, "θ⁴, α = 0.6", 1.0, 0.6, 2, (-2.0, 6.0), (0.0, 800.0)),
        (TROUGH, "max(|θ| − 1, 0), α = 0.3", 3.0, 0.3, 12, (-3.2, 3.2), (0.0, 2.4)),
    ];
    let runs = cases.map(|(curve, panel, start, step_size, steps, x, y)| {
        let points = follow(&curve, start, step_size, steps);
        let points: Vec<Point> =
            points.iter().map(|&x| (x, (curve.value)(x))).collect();
        (curve, panel, points, x, y)
    });
    let description = "Four panels, each a convex function with the points of gradient descent on it. On e to the minus θ \
         the points go to the right for ever. On the absolute value they jump back and forth between 0.1 and −0.2. On the fourth \
         power they jump from 1 to −1.4 to 5.19 and away. On the trough, flat between −1 and 1, they stop just inside its \
         edge."
        .to_owned();
    let title = "What convexity does not promise";
    let planes = runs.iter().map(|(curve, panel, points, x, y)| {
        let line = Path::new(Ink::Foreground, sampled(curve, x.0, x.1));
        let run = Path::new(Ink::Solid(1), points.clone()).with_dots();
        let across = if x.1 - x.0 < 2.0 { tenths } else { whole };
        let up = if y.1 > 100.0 { whole } else { tenths };
        Plane {
            title: (*panel).into(),
            paths: vec![line, run],
            ..Plane::new(
                Axis::linear("θ", *x, 5, across),
                Axis::linear("$f$", (y.0 - 0.05 * y.1, y.1), 4, up),
            )
        }
    });
    let planes: Vec<_> = planes.collect();
    let svg = svg(&Caption { name, title, description }, (WIDTH, 500.0), |canvas| {
        in_rows(&planes, canvas, 246.0);
    });
    let paths = runs.iter().map(|(_, panel, points, ..)| (panel, points.as_slice()));
    Ok(Figure { name, svg, csv: paths_csv(["panel", "step", "θ", "value"], paths) })
}

/// `θ₁² − θ₂²`, once from the ridge and once from beside it.
fn saddle() -> DrawResult<Figure> {
    let name = "objective-saddle";
    let value = |x: f64, y: f64| x * x - y * y;
    let run = |start: Point| {
        let next = |&(x, y): &Point| Some((x - 0.2 * x, y + 0.2 * y));
        std::iter::successors(Some(start), next).take(60).collect::<Vec<Point>>()
    };
    let runs = [("on the ridge", run((1.0, 0.0))), ("beside it", run((1.0, 1e-3)))];
    let levels: Vec<f64> = vec![-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5];
    let name_of = |&level: &f64| (level, level.to_string().replace('-', "−"));
    let plane = Plane {
        function: &value,
        levels: levels.clone(),
        level_names: levels.iter().map(name_of).collect(),
        paths: vec![
            Path::new(Ink::Solid(2), runs[1].1.clone()).with_dots().named(runs[1].0),
            Path::new(Ink::Solid(1), runs[0].1.clone()).with_dots().named(runs[0].0),
        ],
        cross: Some((0.0, 0.0)),
        is_equal: true,
        ..Plane::new(
            Axis::linear("θ₁", (-1.5, 1.5), 4, whole),
            Axis::linear("θ₂", (-1.3, 1.3), 4, whole),
        )
    };
    let description = format!(
        "Level lines of θ₁² − θ₂² at {levels:?}: hyperbolas, and a cross of two lines through the saddle. Gradient descent with step size 0.1 \
         from (1, 0) runs along the ridge into the saddle. From (1, 0.001) it comes close, slows down, and leaves \
         along the θ₂ axis.",
    )
    .replace('-', "−");
    let title = "Gradient descent at a saddle";
    let svg = svg(&Caption { name, title, description }, (480.0, 470.0), |canvas| {
        plane.draw(canvas, Rect::new(0.0, 0.0, 480.0, 470.0));
    });
    let paths = runs.iter().map(|(run, points)| (run, points.as_slice()));
    Ok(Figure { name, svg, csv: paths_csv(["run", "step", "θ₁", "θ₂"], paths) })
}

/// The loss on the way from a network to itself with its hidden units rotated by one.
fn permutation(network: &Network, batch: &Batch) -> DrawResult<Figure> {
    let order: Vec<usize> = (0..16).map(|unit| (unit + 1) % 16).collect();
    let other = permuted(network, 0, &order);
    let difference = other.parameters() - network.parameters();
    let points = (0..=40).map(|i| {
        let share = f64::from(i) / 40.0;
        (share, loss(&moved(network, &difference, share), batch))
    });
    let points: Vec<Point> = points.collect();
    let (start, middle) = (points[0].1, points[20].1);
    let chord = vec![(0.0, start), (1.0, points[40].1)];
    let top = points.iter().fold(0.0, |top: f64, &(_, loss)| top.max(loss));
    let description = format!(
        "The loss of a trained network on the straight way to the same network with its hidden units in another order. At \
         both ends it is {start:.2}; halfway it is {middle:.2}, far above the chord, which is level.",
    );
    let chart = Chart::new(
        Axis::linear("share of the way", (0.0, 1.0), 6, tenths),
        Axis::linear("mean cross-entropy", (-0.1, (2.0 * top).ceil() / 2.0), 6, tenths),
        vec![
            Line::new(Ink::Series(1), "loss", points),
            Line::new(Ink::Series(3), "chord", chord),
        ],
    );
    let title = "Between a network and its permutation";
    let caption = Caption { name: "objective-permutation", title, description };
    Ok(chart.figure(&caption, 350.0))
}

/// Two random normalized directions through the trained network.
fn slice(network: &Network, batch: &Batch) -> DrawResult<Figure> {
    let name = "objective-slice";
    let directions = [11, 12].map(|seed| normalized_direction(network, seed));
    let at = |x: f64, y: f64| {
        let moved_once = moved(network, &directions[0], x);
        loss(&moved(&moved_once, &directions[1], y), batch)
    };
    let levels: Vec<f64> = vec![0.4, 0.7, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0];
    let row = |j: i32| (-8..=8).map(move |i| (f64::from(i) / 8.0, f64::from(j) / 8.0));
    let places: Vec<Point> = (-8..=8).flat_map(row).collect();
    let values: Vec<f64> = places.iter().map(|&(x, y)| at(x, y)).collect();
    let highest = values.iter().copied().fold(0.0, f64::max);
    let level_names = levels.iter().map(|&level| (level, level.to_string()));
    let plane = Plane {
        function: &at,
        levels: levels.clone(),
        level_names: level_names.collect(),
        cross: Some((0.0, 0.0)),
        is_equal: true,
        ..Plane::new(
            Axis::linear("along one direction", (-1.05, 1.05), 5, tenths),
            Axis::linear("along another", (-1.05, 1.05), 5, tenths),
        )
    };
    let description = format!(
        "Level lines of the loss over two random directions around a trained network of 16 hidden units, at {levels:?}. The loss is \
         {:.2} at the network in the centre and rises on all sides, up to {highest:.1}, in crooked rings that are not ellipses.",
        at(0.0, 0.0),
    );
    let title = "A slice through the loss of a network";
    let svg = svg(&Caption { name, title, description }, (480.0, 530.0), |canvas| {
        plane.draw(canvas, Rect::new(0.0, 0.0, 480.0, 530.0));
    });
    let rows = places
        .iter()
        .zip(&values)
        .map(|(&(x, y), &value)| vec![number(x), number(y), number(value)]);
    Ok(Figure { name, svg, csv: csv(&["first", "second", "loss"], rows) })
}
