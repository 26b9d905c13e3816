//! Votes, losses and paths of the two models with one parameter.

use descent::one_parameter::{
    Model, Point, constant_example, draws, equally_wrong, running_mean, slope_example,
    stationary_variance,
};

use crate::canvas::{Caption, DrawResult, Ink, WIDTH, svg};
use crate::chart::{Axis, Band, Chart, Line, Mark, Names, whole};
use crate::geometry::Rect;
use crate::output::{Figure, csv, number};

pub fn figures() -> DrawResult<Vec<Figure>> {
    Ok(vec![votes()?, constant_losses()?, slope_losses()?, descent()?, noise()?])
}

const MODELS: [(Model, &str); 2] =
    [(Model::Constant, "constant model"), (Model::Slope, "slope model")];

/// Bars for the votes of points with equal errors.
fn votes() -> DrawResult<Figure> {
    let votes = MODELS.map(|(model, _)| model.votes(&equally_wrong(model), 2.0));
    let xs = equally_wrong(Model::Slope).map(|point| point.x);
    let list = |values: &[f64]| values.iter().map(tick).collect::<Vec<_>>().join(", ");
    let caption = Caption {
        name: "one_parameter-votes",
        title: "Votes of points with equal errors",
        description: format!(
            "Four points with x = {} all have the error 1. Their votes in the constant model are {}, \
             in the slope model {}.",
            list(&xs),
            list(&votes[0]),
            list(&votes[1]),
        ),
    };
    let names = xs.map(|x| format!("$x$ = {}", tick(&x)));
    let names = names.each_ref().map(String::as_str);
    let bars = [(1, -0.19), (2, 0.19)].map(|(series, side)| {
        let name = MODELS[series - 1].1;
        let places = (0..).map(|place| f64::from(place) + side);
        let points = places.zip(votes[series - 1].iter().copied()).collect();
        Line::bars(Ink::Series(series as u8), name, points).with_width(0.34)
    });
    let chart = Chart {
        marks: vec![
            Mark::Horizontal(0.0, String::new()),
            Mark::Words((-0.19, 0.68), "constant".into()),
            Mark::Words((0.19, -0.7), "slope".into()),
        ],
        names: Names::Elsewhere,
        ..Chart::new(
            Axis::named("point", &names),
            Axis::linear("vote at error 1", (-1.0, 2.0), 4, whole),
            bars.into(),
        )
    };
    let svg = chart.figure(&caption, 350.0).svg;
    let rows = MODELS.iter().zip(&votes).flat_map(|((_, name), votes)| {
        let row = |(x, vote): (&f64, &f64)| {
            vec![(*name).to_owned(), x.to_string(), number(*vote)]
        };
        xs.iter().zip(votes).map(row).collect::<Vec<_>>()
    });
    Ok(Figure { name: caption.name, svg, csv: csv(&["model", "x", "vote"], rows) })
}

fn tick(value: &f64) -> String {
    value.to_string().replace('-', "−")
}

/// `θ` and the loss of some points, as far as the chart reaches.
fn loss_curve(
    model: Model,
    points: &[Point],
    (low, high): (f64, f64),
) -> Vec<(f64, f64)> {
    let parameters = (0..=280).map(|i| low + (high - low) * f64::from(i) / 280.0);
    let values = parameters.map(|theta| (theta, model.loss(points, theta)));
    values.filter(|&(_, loss)| loss <= HIGHEST_LOSS).collect()
}

const HIGHEST_LOSS: f64 = 20.0;

fn losses(range: (f64, f64), lines: Vec<Line>) -> Chart {
    Chart::new(
        Axis::linear("parameter θ", range, 8, whole),
        Axis::linear("squared error", (0.0, HIGHEST_LOSS), 6, whole),
        lines,
    )
}

fn constant_losses() -> DrawResult<Figure> {
    let points = constant_example();
    let optimum = Model::Constant.optimum(&points)?;
    let caption = Caption {
        name: "one_parameter-constant_losses",
        title: "Losses of single points in the constant model",
        description: format!(
            "Four thin parabolas of one shape with their minima at the outputs 1, 2, 3 and 6, and a \
             thick one, their mean, with its minimum {} at {optimum}.",
            Model::Constant.loss(&points, optimum),
        ),
    };
    let range = (-1.0, 8.0);
    let curve = |points: &[Point]| loss_curve(Model::Constant, points, range);
    let single = points.iter().map(|point| {
        Line::faint(Ink::Solid(1), format!("$y$ = {}", point.y), curve(&[*point]))
            .named()
    });
    let mean = Line::new(Ink::Solid(2), "mean", curve(&points));
    let lines = single.chain([mean]).collect();
    Ok(losses(range, lines).figure(&caption, 330.0))
}

fn slope_losses() -> DrawResult<Figure> {
    let points = slope_example();
    let optimum = Model::Slope.optimum(&points)?;
    let caption = Caption {
        name: "one_parameter-slope_losses",
        title: "Losses of single points in the slope model",
        description: format!(
            "Three thin parabolas with their minima at the slopes 2, 1.5 and 2.33, the wider the \
             smaller x is, and a thick one, their mean, with its minimum at {optimum:.3}, close to \
             that of the point with x = 3."
        ),
    };
    let range = (-1.0, 5.0);
    let curve = |points: &[Point]| loss_curve(Model::Slope, points, range);
    let inks = [Ink::Series(1), Ink::Series(3), Ink::Series(4)];
    let single = points.iter().zip(inks).map(|(point, ink)| {
        let line = Line::new(ink, format!("$x$ = {}", point.x), curve(&[*point]));
        match point.x {
            1.0 => line,
            _ => line,
        }
    });
    let mean = Line::new(Ink::Solid(2), "mean", curve(&points));
    let lines = single.chain([mean]).collect();
    Ok(losses(range, lines).figure(&caption, 330.0))
}

fn descent() -> DrawResult<Figure> {
    const STEPS: usize = 12;
    let points = constant_example();
    let lines = (1..).zip([0.1, 0.5, 0.9, 1.0]).map(|(series, step_size)| {
        let path = Model::Constant.descend(&points, 0.0, step_size, STEPS)?;
        let path = path.iter().enumerate().map(|(t, &theta)| (t as f64, theta));
        let factor = Model::Constant.contraction(&points, step_size);
        let name = format!("α = {step_size}, factor {factor:.1}").replace('-', "−");
        Ok(Line::measured(Ink::Solid(series), name, path.collect()))
    });
    let lines = lines.collect::<DrawResult<Vec<_>>>()?;
    let ends: Vec<_> = lines
        .iter()
        .map(|line| format!("{} ends at {:.2}", line.name, line.points[STEPS].1))
        .collect();
    let caption = Caption {
        name: "one_parameter-descent",
        title: "Gradient descent to a mean",
        description: format!(
            "The parameter over {STEPS} steps from 0 towards the mean 3. {}.",
            ends.join("; ")
        ),
    };
    let svg = svg(&caption, (WIDTH, 480.0), |canvas| {
        for (place, line) in (0..).zip(&lines) {
            let chart = Chart {
                marks: vec![Mark::Horizontal(3.0, String::new())],
                names: Names::Elsewhere,
                ..Chart::new(
                    Axis::linear("step", (0.0, STEPS as f64), 7, whole),
                    Axis::linear("θ", (0.0, 6.0), 4, whole),
                    vec![line.clone()],
                )
            };
            chart.draw(canvas, Rect::of_two_columns(place, 244.0), &line.name);
        }
    });
    let rows = lines.iter().flat_map(|line| {
        line.points
            .iter()
            .map(|&(t, theta)| vec![line.name.clone(), t.to_string(), number(theta)])
    });
    let csv = csv(&["curve", "step", "θ"], rows);
    Ok(Figure { name: caption.name, svg, csv })
}

fn noise() -> DrawResult<Figure> {
    const STEPS: usize = 400;
    const STEP_SIZE: f64 = 0.1;
    let points = constant_example();
    let drawn = draws(&points, STEPS, 5);
    let path = |path: Vec<f64>| -> Vec<(f64, f64)> {
        path.into_iter().enumerate().map(|(t, theta)| (t as f64, theta)).collect()
    };
    let constant = path(Model::Constant.sgd(&drawn, 0.0, |_| STEP_SIZE)?);
    let shrinking = path(Model::Constant.sgd(&drawn, 0.0, running_mean)?);
    let optimum = Model::Constant.optimum(&points)?;
    let variance = Model::Constant.loss(&points, optimum);
    let width = 2.0 * stationary_variance(STEP_SIZE, variance)?.sqrt();
    let caption = Caption {
        name: "one_parameter-noise",
        title: "SGD at a constant and at a shrinking step size",
        description: format!(
            "Over {STEPS} steps SGD with step size {STEP_SIZE} keeps wandering in a band of {width:.2} \
             around the mean {optimum}; with step size 1/(2t) it ends at {:.2}.",
            shrinking[STEPS].1,
        ),
    };
    let band = [0.0, STEPS as f64].map(|t| (t, optimum - width, optimum + width));
    Ok(Chart::new(
        Axis::linear("step", (0.0, STEPS as f64), 5, whole),
        Axis::linear("θ", (0.0, 7.0), 8, whole),
        vec![
            Line::new(Ink::Solid(2), format!("α = {STEP_SIZE}"), constant),
            Line::new(Ink::Series(3), "α = 1/(2$t$)", shrinking),
        ],
    )
    .with_bands(vec![Band {
        name: "two standard deviations".into(),
        points: band.into(),
        ink: Ink::Solid(2),
    }])
    .figure(&caption, 350.0))
}
