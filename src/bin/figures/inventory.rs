//! The runs that go wrong at the end of each part, and what became of them.

use descent::parallel;
use questions::inventory::{
    DEEP, DEEP_REPAIRS, Deep, NOISE, NOISE_REPAIRS, Noise, SHAPE, SHAPE_REPAIRS, Shape,
};

use crate::canvas::{Caption, DrawResult, Ink};
use crate::chart::{Axis, Chart, Line, tenths, whole};
use crate::contour::Point;
use crate::output::Figure;

pub fn figures() -> DrawResult<Vec<Figure>> {
    let [shape, shapes] = shape()?;
    let [noise, noises] = noise()?;
    let [depth, depths] = depth()?;
    Ok(vec![shape, shapes, noise, noises, depth, depths])
}

/// What the two figures of a run share.
struct Story {
    names: [&'static str; 2],
    titles: [&'static str; 2],
    x: fn(f64) -> Axis,
    y: fn(bool) -> Axis,
    /// Rounds what depends on the processor.
    digits: usize,
}

impl Story {
    /// The run alone, and the run with its repairs.
    fn figures(
        &self,
        alone: Vec<Point>,
        runs: Vec<(&'static str, Vec<Point>)>,
    ) -> DrawResult<[Figure; 2]> {
        let rounded = |points: Vec<Point>| -> Vec<Point> {
            points.into_iter().map(|(x, y)| (x, self.rounded(y))).collect()
        };
        let alone = vec![("as it was".to_owned(), rounded(alone))];
        // The marks around code are for the page.
        let plain = |name: &str| name.replace('`', "");
        let runs =
            runs.into_iter().map(|(name, points)| (plain(name), rounded(points)));
        let [first, second] = self.names;
        Ok([
            self.figure(first, self.titles[0], alone, false)?,
            self.figure(second, self.titles[1], runs.collect(), true)?,
        ])
    }

    fn rounded(&self, value: f64) -> f64 {
        format!("{value:.*e}", self.digits).parse().expect("a number")
    }

    fn figure(
        &self,
        name: &'static str,
        title: &'static str,
        runs: Vec<(String, Vec<Point>)>,
        is_second: bool,
    ) -> DrawResult<Figure> {
        let last = runs.iter().filter_map(|(_, points)| points.last());
        let end = last.clone().map(|(x, _)| *x).fold(0.0, f64::max);
        let ends = runs.iter().zip(last).map(|((name, points), (x, y))| {
            format!("{name}: from {:.2} to {y:.3} at {x:.0}", points[0].1)
        });
        let description = format!("{}.", ends.collect::<Vec<_>>().join("; "));
        let inks = [
            Ink::DashedForeground,
            Ink::Series(5),
            Ink::Series(2),
            Ink::Series(4),
            Ink::Series(1),
        ];
        let inks = if is_second { inks } else { [Ink::Solid(1); 5] };
        let lines = runs.into_iter().zip(inks);
        let lines = lines.map(|((name, points), ink)| Line::new(ink, name, points));
        let chart = Chart::new((self.x)(end), (self.y)(is_second), lines.collect());
        Ok(chart.figure(&Caption { name, title, description }, 340.0))
    }
}

/// The labels that are a row.
fn shape() -> DrawResult<[Figure; 2]> {
    let story = Story {
        names: ["inventory-shape", "inventory-shape_repairs"],
        titles: ["A loss that is level", "Four repairs of a loss that is level"],
        x: |end| Axis::linear("step", (0.0, end), 6, whole),
        y: |_| Axis::linear("loss", (0.0, 1.4), 8, tenths),
        digits: 3,
    };
    let every = |losses: &[f64], steps: usize| -> Vec<Point> {
        let points = losses.iter().enumerate().step_by(steps);
        points.map(|(step, &loss)| (step as f64, loss)).collect()
    };
    let alone = every(&SHAPE.run().losses, 10);
    let all: Vec<Shape> = [SHAPE].into_iter().chain(SHAPE_REPAIRS).collect();
    // The loss that counts, of a prediction less its own label: the one that is printed hides it.
    let run = |shape: &Shape| {
        let shape = Shape { steps: shape.steps.min(SHAPE.steps), ..*shape };
        (shape.name, every(&shape.run().errors, 10))
    };
    story.figures(alone, parallel::map(&all, &run))
}

/// The constant step size.
fn noise() -> DrawResult<[Figure; 2]> {
    let story = Story {
        names: ["inventory-noise", "inventory-noise_repairs"],
        titles: [
            "A loss that comes down half of the way",
            "Four repairs from epoch 10 on",
        ],
        x: |end| Axis::linear("epoch", (1.0, end), 8, whole),
        y: |_| Axis::powers("loss above the least", (-3, 1), 5),
        digits: 3,
    };
    let points = |losses: &[f64]| -> Vec<Point> {
        (1..).zip(losses).map(|(epoch, &loss)| (f64::from(epoch), loss)).collect()
    };
    let shown = 2 * NOISE.epochs;
    let alone = points(&NOISE.run()[..NOISE.epochs]);
    let all: Vec<Noise> = [NOISE].into_iter().chain(NOISE_REPAIRS).collect();
    let run = |noise: &Noise| (noise.name, points(&noise.run()[..shown]));
    story.figures(alone, parallel::map(&all, &run))
}

/// The start that fifteen layers do not survive.
fn depth() -> DrawResult<[Figure; 2]> {
    let story = Story {
        names: ["inventory-depth", "inventory-depth_repairs"],
        titles: [
            "A loss that does not move",
            "Four repairs of a loss that does not move",
        ],
        x: |end| Axis::linear("epoch", (0.0, end), 7, whole),
        y: |_| Axis::linear("loss", (0.0, 3.0), 7, tenths),
        digits: 2,
    };
    let all: Vec<Deep> = [DEEP].into_iter().chain(DEEP_REPAIRS).collect();
    let run = |deep: &Deep| {
        let losses = deep.run().map_err(|error| error.to_string());
        losses.map(|losses| {
            let points = losses.iter().take(DEEP.epochs + 1).enumerate();
            (deep.name, points.map(|(i, &loss)| (i as f64, loss)).collect::<Vec<_>>())
        })
    };
    let runs: Result<Vec<_>, _> = parallel::map(&all, &run).into_iter().collect();
    let runs = runs?;
    let alone = runs[0].1.clone();
    story.figures(alone, runs)
}
