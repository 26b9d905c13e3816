//! Trajectories, rates and step sizes of gradient descent.

use descent::backpropagation::Neuron;
use descent::gradient_descent::{
    GradientDescent, Quadratic, SAMPLES, START, descend, take_turns, without_relu,
};
use nalgebra::{DVector, dvector};

use crate::canvas::{Caption, DrawResult, Ink, svg};
use crate::chart::{Axis, Chart, Line, hundredths, tenths, whole};
use crate::contour::{Arrow, Path, Plane, Point, paths_csv};
use crate::output::{Figure, csv, number};

pub fn figures() -> DrawResult<Vec<Figure>> {
    Ok(vec![
        contours()?,
        trust()?,
        trajectories()?,
        losses()?,
        rates()?,
        singular_values()?,
        neuron()?,
    ])
}

/// The step sizes of the four panels, with their names.
const STEP_SIZES: [(&str, f64); 4] = [
    ("α = 0.05", 0.05),
    ("α = 0.1", 0.1),
    ("α = 2/11", 2.0 / 11.0),
    ("α = 0.19", 0.19),
];
/// The window of every trajectory in the valley.
pub const WINDOW: [(f64, f64); 2] = [(-4.0, 11.0), (-1.6, 1.6)];

fn start() -> DVector<f64> {
    DVector::from_row_slice(&START)
}

/// The valley with level lines that lie evenly spaced along its floor.
pub fn valley_axes(x_label: &str, y_label: &str) -> (Axis, Axis, Vec<f64>) {
    let x = Axis::linear(x_label, WINDOW[0], 6, whole);
    let y = Axis::linear(y_label, WINDOW[1], 5, tenths);
    (x, y, [1.0, 3.0, 5.0, 7.0, 9.0].map(|x: f64| 0.5 * x * x).to_vec())
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
        Arrow { ink: Ink::Solid(2), from: (place[0], place[1]), to: (to[0], to[1]) }
    });
    let names = levels.iter().map(|&level: &f64| {
        let right = (2.0 * level / tilted.hessian()[(0, 0)]).sqrt();
        ((minimizer[0] + right, minimizer[1]), level.to_string())
    });
    let plane = Plane {
        title: String::new(),
        x: Axis::linear("θ₁", (-2.5, 4.5), 8, whole),
        y: Axis::linear("θ₂", (-0.6, 4.6), 6, whole),
        function: &above,
        levels: levels.clone(),
        level_names: names.collect(),
        arrows: arrows.collect(),
        paths: Vec::new(),
        cross: Some((minimizer[0], minimizer[1])),
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
    let svg = svg(&Caption { name, title, description }, (560, 420), |area| {
        plane.draw(area, (0, 0, 556, 416))
    })?;
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
        Line::new(Ink::Series(1), "f(x) = log cosh x", curve(&f, (-29, 24))),
        Line::new(
            Ink::Series(3),
            "tangent at x = 2",
            curve(&|x| f(from) + slope * (x - from), (-10, 24)),
        ),
        Line::new(Ink::Series(2), "model, α = 1", curve(&model(1.0), (-7, 15))),
        Line::new(Ink::Series(4), "model, α = 8", curve(&model(8.0), (-32, 21))),
    ];
    let ends = [1.0, 8.0].map(|step_size| from - step_size * slope);
    let description = format!(
        "The function log cosh x, its tangent at 2, and the tangent plus the square of the distance over 2α. For \
         α = 1 this parabola lies above the function and has its minimum at {:.2}, where the function is lower \
         than at 2. For α = 8 it lies far below the function, with its minimum at {:.2}, where the function is {:.2}, \
         higher than {:.2} at 2.",
        ends[0], ends[1], f(ends[1]), f(from),
    )
    .replace("-", "−");
    let chart = Chart {
        x: Axis::linear("x", (-8.0, 6.0), 8, whole),
        y: Axis::linear("value", (-3.0, 7.0), 6, whole),
        bands: Vec::new(),
        lines,
        key: Some((392, 236)),
        margin: 24,
    };
    let title = "The step size as trust in the tangent";
    let caption = Caption { name: "gradient_descent-trust", title, description };
    chart.figure(&caption, (560, 380))
}

/// Four panels, one for each step size.
fn trajectories() -> DrawResult<Figure> {
    let valley = Quadratic::valley();
    let mut runs = Vec::new();
    for (panel, step_size) in STEP_SIZES {
        let points = descend(&valley, &start(), step_size, 20)?;
        let points: Vec<Point> = points.iter().map(|p| (p[0], p[1])).collect();
        runs.push((panel, Ink::Solid(1), points));
    }
    let ends = runs.iter().map(|(panel, _, points)| {
        let (x, y) = points[20];
        format!("{panel}: after 20 steps at ({}, {}).", hundredths(x), hundredths(y))
    });
    let description = format!(
        "Gradient descent from (10, 1) in the valley with the level lines of ½(θ₁² + 10 θ₂²), for four step sizes. At \
         0.05 it bends smoothly to the floor and creeps along it; at 0.1 it reaches the floor in one step; at 2/11 and \
         0.19 it jumps from wall to wall while it approaches. {}",
        ends.collect::<Vec<_>>().join(" "),
    );
    let title = "Gradient descent with four step sizes";
    let caption = Caption { name: "gradient_descent-trajectories", title, description };
    four_panels(&caption, &runs, 5)
}

/// Four paths in the valley, each in a panel with its name, with some of the level
/// lines.
pub fn four_panels(
    caption: &Caption,
    panels: &[(&str, Ink, Vec<Point>)],
    levels: usize,
) -> DrawResult<Figure> {
    let valley = Quadratic::valley();
    let svg = svg(caption, (600, 430), |area| {
        for (place, (panel, ink, points)) in (0..).zip(panels) {
            let (x, y, all) = valley_axes("", "");
            let plane = Plane {
                title: (*panel).into(),
                x,
                y,
                function: &|x, y| valley.value(&dvector![x, y]),
                levels: all[..levels].to_vec(),
                level_names: Vec::new(),
                arrows: Vec::new(),
                paths: vec![Path { ink: *ink, points: points.clone(), dots: true }],
                cross: Some((0.0, 0.0)),
            };
            plane.draw(area, (300 * (place % 2), 215 * (place / 2), 298, 212))?;
        }
        Ok(())
    })?;
    let paths = panels.iter().map(|(panel, _, points)| (panel, points.as_slice()));
    let csv = paths_csv(["panel", "step", "theta1", "theta2"], paths);
    Ok(Figure { name: caption.name, svg, csv })
}

/// The value of the valley over 50 steps.
fn losses() -> DrawResult<Figure> {
    let valley = Quadratic::valley();
    let mut lines = Vec::new();
    let critical = [("α = 0.2", 0.2), ("α = 0.21", 0.21)];
    for (ink, (name, step_size)) in (1..).zip(STEP_SIZES.into_iter().chain(critical)) {
        let points = descend(&valley, &start(), step_size, 50)?;
        let values = points.iter().map(|theta| valley.value(theta));
        let points = (0..).map(f64::from).zip(values).collect();
        lines.push(Line::new(Ink::Series(ink), name, points));
    }
    let ends =
        lines.iter().map(|line| format!("{}: {:.1e}.", line.name, line.points[50].1));
    let description = format!(
        "The value of the function, on a logarithmic axis, over 50 steps of gradient descent with six step sizes, all from \
         55. Each becomes a straight line. After 50 steps {}",
        ends.collect::<Vec<_>>().join(" "),
    );
    let chart = Chart {
        x: Axis::linear("step", (-0.5, 50.0), 6, whole),
        y: Axis::logarithmic("f(θ)", lines.iter().flat_map(|line| &line.points)),
        bands: Vec::new(),
        lines,
        key: None,
        margin: 78,
    };
    let title = "The value over the steps";
    let caption = Caption { name: "gradient_descent-values", title, description };
    chart.figure(&caption, (560, 380))
}

/// The V of the contraction over the step size.
fn rates() -> DrawResult<Figure> {
    let spectrum = Quadratic::valley().spectrum()?;
    let (best, limit) = (spectrum.best_step_size(), spectrum.step_size_limit());
    // Between these the curves are straight.
    let corners = [0.0, 1.0 / spectrum.largest, best, 0.22];
    let curve = |rate: &dyn Fn(f64) -> f64| -> Vec<Point> {
        corners.iter().map(|&step_size| (step_size, rate(step_size))).collect()
    };
    let factor =
        |eigenvalue: f64| move |step_size: f64| (1.0 - step_size * eigenvalue).abs();
    let lines = vec![
        Line::new(Ink::Series(1), "contraction", curve(&|a| spectrum.contraction(a)))
            .named_at(0, (50, -10)),
        Line::new(Ink::Series(2), "|1 − αλ|, λ = 1", curve(&factor(spectrum.smallest)))
            .named_at(1, (16, -14)),
        Line::new(Ink::Series(3), "|1 − αλ|, λ = 10", curve(&factor(spectrum.largest)))
            .named_at(0, (76, 60)),
    ];
    let description = format!(
        "The factor of each of the two components per step, over the step size. That of eigenvalue 1 falls slowly \
         along a line, that of eigenvalue 10 falls to zero at 0.1 and rises again. The larger of the two, the contraction, is \
         smallest where they meet, {:.3} at the step size {best:.3}, and passes 1 at {limit:.1}.",
        spectrum.best_rate(),
    );
    let chart = Chart {
        x: Axis::linear("step size α", (0.0, 0.22), 6, |x| format!("{x:.2}")),
        y: Axis::linear("factor per step", (-0.06, 1.2), 7, tenths),
        bands: Vec::new(),
        lines,
        key: None,
        margin: 30,
    };
    let title = "Contraction over the step size";
    let caption = Caption { name: "gradient_descent-rates", title, description };
    chart.figure(&caption, (560, 360))
}

/// How much of its goal each singular direction has reached.
fn singular_values() -> DrawResult<Figure> {
    let sizes = dvector![4.0, 2.0, 0.5];
    let inputs = nalgebra::DMatrix::from_diagonal(&sizes);
    // Targets that make (1, 1, 1) the goal.
    let quadratic = Quadratic::least_squares(&inputs, &sizes);
    let step_size = quadratic.spectrum()?.best_step_size();
    let points = descend(&quadratic, &DVector::zeros(3), step_size, 40)?;
    let lines = (0..3).map(|i| {
        let reached = points.iter().map(|theta| theta[i]);
        let points = (0..).map(f64::from).zip(reached).collect();
        Line::new(Ink::Series(i as u8 + 1), format!("σ = {}", sizes[i]), points)
    });
    let lines: Vec<_> = lines.collect();
    let description = format!(
        "What share of its goal each of three parameters has learned, over 40 steps at the step size {step_size:.3}. The one of \
         singular value 4 jumps between overshooting and zero, with a slowly shrinking swing; that of 2 is there after a few \
         steps; that of 0.5 creeps up to {:.2}.",
        lines[2].points[40].1,
    );
    let chart = Chart {
        x: Axis::linear("step", (0.0, 40.0), 5, whole),
        y: Axis::linear("share of the goal learned", (-0.1, 2.0), 5, tenths),
        bands: Vec::new(),
        lines,
        key: Some((420, 30)),
        margin: 24,
    };
    let title = "Three singular values, one step size";
    let caption =
        Caption { name: "gradient_descent-singular_values", title, description };
    chart.figure(&caption, (560, 340))
}

/// The largest loss that the worksheet's neuron meets, over the step size.
fn neuron() -> DrawResult<Figure> {
    let steps = 200;
    type Gradient = fn(Neuron, f64, f64) -> (f64, f64);
    let largest = |step_size: f64, gradient: Gradient| -> DrawResult<f64> {
        let neurons =
            take_turns(&mut GradientDescent::new(step_size)?, steps, gradient)?;
        let last = (0..steps).map(|step| {
            // Both models' losses through ½ ∂b²: the error is the bias's gradient.
            let (x, y) = SAMPLES[step % 2];
            0.5 * gradient(neurons[step], x, y).1.powi(2)
        });
        Ok(last.fold(0.0, f64::max))
    };
    let mut lines = Vec::new();
    for (ink, name, gradient) in [
        (1, "with ReLU", Neuron::gradient as Gradient),
        (2, "without ReLU", without_relu as Gradient),
    ] {
        let mut points = Vec::new();
        for i in 1..=60 {
            let step_size = f64::from(i) / 100.0;
            points.push((step_size, largest(step_size, gradient)?));
        }
        lines.push(Line::new(Ink::Series(ink), name, points));
    }
    let at = |line: &Line, i: usize| format!("{:.0e}", line.points[i - 1].1);
    let description = format!(
        "The largest loss of a sample in {steps} steps, on a logarithmic axis, over the step size, for the worksheet's neuron \
         with and without its ReLU. Without it the loss grows from a step size of 0.2 on and is {} at 0.3. With it the \
         loss never exceeds {} up to a step size of 0.3, is {} at 0.49, and {} at 0.5.",
        at(&lines[1], 30),
        at(&lines[0], 30),
        at(&lines[0], 49),
        at(&lines[0], 50),
    );
    let chart = Chart {
        x: Axis::linear("step size α", (0.005, 0.6), 7, tenths),
        y: Axis::logarithmic(
            "largest loss in 200 steps",
            lines.iter().flat_map(|line| &line.points),
        ),
        bands: Vec::new(),
        lines,
        key: Some((110, 40)),
        margin: 24,
    };
    let title = "The worksheet's neuron over the step size";
    let caption = Caption { name: "gradient_descent-neuron", title, description };
    chart.figure(&caption, (560, 340))
}
