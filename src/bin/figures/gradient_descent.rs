//! Level lines with gradients, and what a step trusts.

use descent::quadratic::Quadratic;
use nalgebra::dvector;

use crate::canvas::{Caption, DrawResult, Ink, WIDTH, svg};
use crate::chart::{Axis, Chart, Line, Mark, whole};
use crate::contour::{Arrow, Plane, Point};
use crate::geometry::Rect;
use crate::output::{Figure, csv, number};

pub fn figures() -> DrawResult<Vec<Figure>> {
    Ok(vec![contours()?, trust()?])
}

/// Level lines with gradients, both axes in one scale.
fn contours() -> DrawResult<Figure> {
    let name = "gradient_descent-contours";
    let tilted = Quadratic::tilted();
    let minimizer = tilted.minimizer()?;
    let lowest = tilted.value(&minimizer);
    let above = |x: f64, y: f64| tilted.value(&dvector![x, y]) - lowest;
    let levels = vec![0.5, 2.0, 4.5, 8.0];
    let eigen = tilted.hessian().clone().symmetric_eigen();
    // Places on level lines, in the eigenvectors' coordinates.
    let places = [(2.0_f64, 0.4_f64), (2.0, 2.6), (4.5, 1.2), (4.5, 3.5), (4.5, 5.0)];
    let places = places.map(|(level, t)| {
        let scaled =
            eigen.eigenvalues.map(|eigenvalue| (2.0 * level / eigenvalue).sqrt());
        let around = dvector![scaled[0] * t.cos(), scaled[1] * t.sin()];
        &minimizer + &eigen.eigenvectors * around
    });
    let arrows = places.iter().map(|place| {
        let to = place + 0.13 * tilted.gradient(place);
        let (from, to) = ((place[0], place[1]), (to[0], to[1]));
        Arrow { ink: Ink::Solid(2), from, to, name: String::new() }
    });
    let names = levels.iter().map(|&level: &f64| (level, level.to_string()));
    let plane = Plane {
        function: &above,
        levels: levels.clone(),
        level_names: names.collect(),
        arrows: arrows.collect(),
        cross: Some((minimizer[0], minimizer[1])),
        is_equal: true,
        ..Plane::new(
            Axis::linear("θ₁", (-2.5, 4.5), 8, whole),
            Axis::linear("θ₂", (-0.6, 4.6), 6, whole),
        )
    };
    let description = format!(
        "Ellipses around the minimizer ({:.0}, {:.0}), tilted to the left, are the level lines {levels:?} \
         above the minimum of a quadratic in two parameters. At {} places an arrow shows the gradient: it \
         stands at a right angle to the level line, and is longer where the lines are closer.",
        minimizer[0],
        minimizer[1],
        places.len(),
    );
    let title = "Level lines and gradients";
    let caption = Caption { name, title, description };
    let svg = svg(&caption, (WIDTH, 500.0), |canvas| {
        plane.draw(canvas, Rect::new(0.0, 0.0, WIDTH, 500.0));
    });
    let rows = places.iter().map(|place| {
        let gradient = tilted.gradient(place);
        let all =
            [place[0], place[1], above(place[0], place[1]), gradient[0], gradient[1]];
        all.map(number).to_vec()
    });
    let columns = ["theta1", "theta2", "level", "gradient1", "gradient2"];
    Ok(Figure { name, svg, csv: csv(&columns, rows) })
}

/// `log cosh`, its tangent, and the parabolas whose minima are the steps.
fn trust() -> DrawResult<Figure> {
    let f = |x: f64| x.cosh().ln();
    let (from, slope) = (2.0_f64, 2.0_f64.tanh());
    let curve = |function: &dyn Fn(f64) -> f64, range: (i32, i32)| {
        let points = (range.0..=range.1).map(|i| f64::from(i) / 4.0);
        points.map(|x| (x, function(x))).collect::<Vec<Point>>()
    };
    let model = |step_size: f64| {
        move |x: f64| {
            f(from) + slope * (x - from) + (x - from).powi(2) / (2.0 * step_size)
        }
    };
    let lines = vec![
        Line::new(Ink::Series(1), "$f$(θ) = log cosh θ", curve(&f, (-29, 24))),
        Line::new(
            Ink::Series(3),
            "tangent at θ = 2",
            curve(&|x| f(from) + slope * (x - from), (-10, 24)),
        ),
        Line::new(Ink::Series(2), "model, α = 1", curve(&model(1.0), (-7, 15))),
        Line::new(Ink::Series(4), "model, α = 8", curve(&model(8.0), (-32, 21))),
    ];
    let ends = [1.0, 8.0].map(|step_size| from - step_size * slope);
    let description = format!(
        "The function log cosh θ, its tangent at 2, and the tangent plus the square of the distance over 2α. For \
         α = 1 this parabola lies above the function and has its minimum at {:.2}, where the function is lower \
         than at 2. For α = 8 it lies far below the function, with its minimum at {:.2}, where the function is {:.2}, \
         higher than {:.2} at 2.",
        ends[0], ends[1], f(ends[1]), f(from),
    )
    .replace("-", "−");
    let step = |place: usize, step_size: f64| {
        Mark::Point((ends[place], model(step_size)(ends[place])), "step".into())
    };
    let marks = vec![step(0, 1.0), step(1, 8.0)];
    let chart = Chart::new(
        Axis::linear("θ", (-8.0, 6.0), 8, whole),
        Axis::linear("value", (-3.0, 7.0), 6, whole),
        lines,
    )
    .with_marks(marks);
    let title = "The step size as trust in the tangent";
    let caption = Caption { name: "gradient_descent-trust", title, description };
    Ok(chart.figure(&caption, 430.0))
}
