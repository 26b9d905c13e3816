//! Votes, losses and paths of the two models with one parameter.

use descent::one_parameter::{
    Model, Point, constant_example, draws, equally_wrong, running_mean, slope_example,
    stationary_variance,
};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::canvas::{Area, Caption, DrawResult, Ink, PIXEL, svg, text};
use crate::chart::{Axis, Band, Chart, Line, whole};
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
    let svg = svg(&caption, (560, 290), |area| bars(area, &xs, &votes))?;
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

fn bars(area: &Area, xs: &[f64], votes: &[Vec<f64>; 2]) -> DrawResult {
    let mut chart = ChartBuilder::on(area)
        .margin(10 * PIXEL)
        .x_label_area_size(28 * PIXEL)
        .y_label_area_size(68 * PIXEL)
        .build_cartesian_2d(-0.5..xs.len() as f64 - 0.5, -1.0..2.2)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .label_style(text(15, Ink::Foreground))
        .axis_desc_style(text(15, Ink::Foreground))
        .axis_style(Ink::Foreground.color().stroke_width(PIXEL as u32))
        .bold_line_style(Ink::Grid.color().stroke_width(PIXEL as u32))
        .light_line_style(TRANSPARENT)
        .x_labels(xs.len())
        .y_labels(4)
        .x_label_formatter(&|place| {
            let point = xs.get(place.round() as usize);
            point.map(|x| format!("x = {}", tick(x))).unwrap_or_default()
        })
        .y_label_formatter(&|value| tick(value))
        .y_desc("vote at error 1")
        .draw()?;
    let zero = [(-0.5, 0.0), (xs.len() as f64 - 0.5, 0.0)];
    let thin = Ink::Foreground.color().stroke_width(PIXEL as u32);
    chart.draw_series([PathElement::new(zero, thin)])?;
    for (series, votes) in (1..).zip(votes) {
        let left = f64::from(series) * 0.34 - 0.67;
        for (place, &vote) in votes.iter().enumerate() {
            let left = place as f64 + left;
            bar(series, [(left, 0.0), (left + 0.32, vote)], |area, outline| {
                chart.draw_series([area])?;
                chart.draw_series([outline])?;
                Ok(())
            })?;
        }
    }
    for (series, (_, name)) in (1..).zip(MODELS) {
        let (x, y) = (96, 16 + 22 * i32::from(series));
        let corners =
            [(x * PIXEL, (y - 6) * PIXEL), ((x + 26) * PIXEL, (y + 6) * PIXEL)];
        bar(series, corners, |filled, outline| {
            area.draw(&filled)?;
            area.draw(&outline)?;
            Ok(())
        })?;
        let style = text(15, Ink::Foreground).pos(Pos::new(HPos::Left, VPos::Center));
        area.draw(&Text::new(name, ((x + 34) * PIXEL, y * PIXEL), style))?;
    }
    Ok(())
}

/// A filled rectangle with an outline in the dashes of its series.
fn bar<C: Copy>(
    series: u8,
    [(left, top), (right, bottom)]: [(C, C); 2],
    mut draw: impl FnMut(Polygon<(C, C)>, PathElement<(C, C)>) -> DrawResult,
) -> DrawResult {
    let opacity = if series == 1 { 0.75 } else { 0.3 };
    let corners = vec![(left, top), (right, top), (right, bottom), (left, bottom)];
    let outline: Vec<_> = corners.iter().copied().chain([(left, top)]).collect();
    draw(
        Polygon::new(corners, Ink::Solid(series).color().mix(opacity).filled()),
        PathElement::new(
            outline,
            Ink::Series(series).color().stroke_width(2 * PIXEL as u32),
        ),
    )
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

fn losses(range: (f64, f64), lines: Vec<Line>, margin: i32) -> Chart {
    Chart {
        x: Axis::linear("parameter θ", range, 8, whole),
        y: Axis::linear("squared error", (0.0, HIGHEST_LOSS), 6, whole),
        bands: vec![],
        lines,
        key: None,
        margin,
    }
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
        Line::faint(Ink::Solid(1), format!("y = {}", point.y), curve(&[*point]))
    });
    let mean = Line::new(Ink::Solid(2), "mean", curve(&points)).named_at(12, (10, 0));
    let lines = single.chain([mean]).collect();
    losses(range, lines, 24).figure(&caption, (560, 300))
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
        let line = Line::new(ink, format!("x = {}", point.x), curve(&[*point]));
        match point.x {
            1.0 => line,
            _ => line.named_at(2, (8, 0)),
        }
    });
    let mean = Line::new(Ink::Solid(2), "mean", curve(&points)).named_at(2, (8, 0));
    let lines = single.chain([mean]).collect();
    losses(range, lines, 56).figure(&caption, (560, 300))
}

fn descent() -> DrawResult<Figure> {
    const STEPS: usize = 12;
    let points = constant_example();
    let lines = (1..).zip([0.1, 0.5, 0.9, 1.0]).map(|(series, step_size)| {
        let path = Model::Constant.descend(&points, 0.0, step_size, STEPS)?;
        let path = path.iter().enumerate().map(|(t, &theta)| (t as f64, theta));
        let factor = Model::Constant.contraction(&points, step_size);
        let name = format!("α = {step_size}, factor {factor:.1}").replace('-', "−");
        Ok(Line::new(Ink::Series(series), name, path.collect()))
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
    Chart {
        x: Axis::linear("step", (0.0, STEPS as f64), 7, whole),
        y: Axis::linear("θ", (0.0, 10.0), 6, whole),
        bands: vec![],
        lines,
        key: Some((300, 24)),
        margin: 24,
    }
    .figure(&caption, (560, 320))
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
    Chart {
        x: Axis::linear("step", (0.0, STEPS as f64), 5, whole),
        y: Axis::linear("θ", (0.0, 7.0), 8, whole),
        bands: vec![Band {
            name: "two standard deviations".into(),
            points: band.into(),
            ink: Ink::Solid(2),
        }],
        lines: vec![
            Line::new(Ink::Solid(2), format!("α = {STEP_SIZE}"), constant),
            Line::new(Ink::Series(3), "α = 1/(2t)", shrinking),
        ],
        key: Some((380, 30)),
        margin: 24,
    }
    .figure(&caption, (560, 320))
}
