//! Local models of a function, their errors, and what a Hessian takes to store.

use descent::newton::{
    Example, Smooth, hessian_bytes, linear_model, newton, quadratic_model,
};
use nalgebra::{DVector, dvector};

use crate::canvas::{Caption, DrawResult, Ink};
use crate::chart::{Axis, Chart, Line, Names, whole};
use crate::output::{Figure, rough};

pub fn figures() -> DrawResult<Vec<Figure>> {
    Ok(vec![circle()?, models()?, errors()?, cosh()?, storage()?])
}

const F: Example = Example::Quartic;

const RANGE: (f64, f64) = (-3.0, 2.0);
const HEIGHT: (f64, f64) = (-7.0, 8.0);

/// The points of a curve that are within the height.
fn curve(f: impl Fn(&DVector<f64>) -> f64) -> Vec<(f64, f64)> {
    let xs = (0..=300).map(|i| RANGE.0 + (RANGE.1 - RANGE.0) * f64::from(i) / 300.0);
    let values = xs.map(|x| (x, f(&dvector![x])));
    values.filter(|&(_, y)| (HEIGHT.0..=HEIGHT.1).contains(&y)).collect()
}

/// The axes that the quartic has in its figures.
fn of_the_quartic(lines: Vec<Line>) -> Chart {
    Chart::new(
        Axis::linear("θ", RANGE, 6, whole),
        Axis::linear("value", HEIGHT, 8, whole),
        lines,
    )
}

/// The quartic with the two parabolas that lead to each other.
fn circle() -> DrawResult<Figure> {
    let places = [dvector![0.0], dvector![1.0]];
    let parabola = |at: &DVector<f64>, theta: &DVector<f64>| {
        quadratic_model(&F, at, &(theta - at))
    };
    let visited = newton(&F, places[0].clone(), 1.0, 3)?;
    let minimum = newton(&F, dvector![-2.0], 1.0, 8)?[8][0];
    let from = |at: &DVector<f64>, next: &DVector<f64>| {
        let ends = vec![(next[0], parabola(at, next)), (next[0], F.value(next))];
        Line::faint(Ink::Foreground, format!("level at {:.0}", next[0]), ends)
    };
    let dots = places.iter().map(|at| (at[0], F.value(at))).collect();
    let list: Vec<_> = visited.iter().map(|theta| whole(theta[0])).collect();
    let caption = Caption {
        name: "newton-circle",
        title: "Two parabolas that lead to each other",
        description: format!(
            "The function θ⁴/4 − θ² + 2θ, whose only minimum is at {minimum:.2}. Its parabola at 0 opens downwards and \
             is level at 1, where it has the height {:.2} and the function {:.2}. Its parabola at 1 opens upwards and is level at 0. \
             Newton's method visits {}.",
            parabola(&places[0], &places[1]),
            F.value(&places[1]),
            list.join(", "),
        ),
    };
    let lines = vec![
        Line::new(Ink::Series(1), "$f$", curve(|theta| F.value(theta))),
        Line::new(
            Ink::Series(2),
            "parabola at 0",
            curve(|theta| parabola(&places[0], theta)),
        ),
        Line::new(
            Ink::Series(3),
            "parabola at 1",
            curve(|theta| parabola(&places[1], theta)),
        ),
        from(&places[0], &places[1]),
        from(&places[1], &places[0]),
        Line::dots(Ink::Solid(1), "the points 0 and 1", dots),
    ];
    Ok(of_the_quartic(lines).figure(&caption, 350.0))
}

/// The quartic with its linear and its quadratic model at −1.2.
fn models() -> DrawResult<Figure> {
    let at = dvector![-1.2];
    let value = F.value(&at);
    let path = newton(&F, at.clone(), 1.0, 1)?;
    let next = path[1][0];
    let predicted = quadratic_model(&F, &at, &(&path[1] - &at));
    let caption = Caption {
        name: "newton-models",
        title: "A function, its tangent and its parabola",
        description: format!(
            "The function θ⁴/4 − θ² + 2θ with its tangent and its parabola at {:.1}, where its value is \
             {value:.2}. The parabola is level at {next:.2}, where it predicts {predicted:.2}; the \
             function is {:.2} there.",
            at[0],
            F.value(&path[1]),
        ),
    };
    let lines = vec![
        Line::new(Ink::Series(1), "$f$", curve(|theta| F.value(theta))),
        Line::new(
            Ink::Series(2),
            "linear",
            curve(|theta| linear_model(&F, &at, &(theta - &at))),
        ),
        Line::new(
            Ink::Series(3),
            "quadratic",
            curve(|theta| quadratic_model(&F, &at, &(theta - &at))),
        ),
        Line::dots(Ink::Foreground, "start", vec![(at[0], value)]),
        Line::dots(Ink::Solid(5), "Newton step", vec![(next, predicted)]),
    ];
    let chart = Chart { names: Names::Above, ..of_the_quartic(lines) };
    Ok(chart.figure(&caption, 420.0))
}

/// The error of three models against the distance.
fn errors() -> DrawResult<Figure> {
    let f = Example::Wave;
    let at = dvector![0.5, 0.25];
    let other = dvector![0.0, 0.0];
    let direction = dvector![0.7_f64.cos(), 0.7_f64.sin()];
    // Below a hundredth the error of the parabola is a difference of numbers near 1 that
    // keeps fewer digits than are written.
    let distances: Vec<_> =
        (0..=16).map(|i| 10.0_f64.powf(-f64::from(i) / 8.0)).collect();
    let line = |series, name: &str, model: &dyn Fn(&DVector<f64>) -> f64| {
        let error = |&distance: &f64| {
            let d = distance * &direction;
            (distance, (f.value(&(&at + &d)) - model(&d)).abs())
        };
        Line::new(Ink::Series(series), name, distances.iter().map(error).collect())
    };
    let mixed = |d: &DVector<f64>| {
        f.value(&at) + f.gradient(&other).dot(d) + 0.5 * d.dot(&(f.hessian(&other) * d))
    };
    let lines = vec![
        line(3, "points mixed", &mixed),
        line(1, "linear", &|d| linear_model(&f, &at, d)),
        line(2, "quadratic", &|d| quadratic_model(&f, &at, d)),
    ];
    let at_hundredth: Vec<_> = lines
        .iter()
        .map(|line| format!("{}: {}", line.name, rough(line.points[16].1, 0)))
        .collect();
    let caption = Caption {
        name: "newton-errors",
        title: "Errors of local models",
        description: format!(
            "Errors against distance on logarithmic axes. For small distances all three are straight lines, \
             with slope 1 for the mixed model, 2 for the linear, 3 for the quadratic. At the distance 0.01 \
             they are {}.",
            at_hundredth.join(", ")
        ),
    };
    let turned: Vec<_> = distances.iter().map(|&distance| (0.0, distance)).collect();
    let points: Vec<_> = lines.iter().flat_map(|line| line.points.clone()).collect();
    Ok(Chart::new(
        Axis::logarithmic("distance", turned.iter()),
        Axis::logarithmic("error", points.iter()),
        lines,
    )
    .figure(&caption, 370.0))
}

/// Distance to the minimum of `cosh(θ/2)` over the steps.
fn cosh() -> DrawResult<Figure> {
    const STEPS: usize = 30;
    let path = newton(&Example::Cosh, dvector![10.0], 1.0, 7)?;
    let newton: Vec<_> =
        path.iter().enumerate().map(|(t, theta)| (t as f64, theta[0])).collect();
    let mut theta = dvector![10.0];
    let mut descent = vec![(0.0, theta[0])];
    for t in 1..=STEPS {
        theta -= 0.1 * Example::Cosh.gradient(&theta);
        descent.push((t as f64, theta[0]));
    }
    let caption = Caption {
        name: "newton-cosh",
        title: "Newton's method on cosh(θ/2)",
        description: format!(
            "Distance to the minimum on a logarithmic axis. Newton's method falls from 10 to {} in 7 \
             steps, ever faster; gradient descent with step size 0.1 is at {:.2} after {STEPS}.",
            rough(newton[7].1, 1),
            descent[STEPS].1,
        ),
    };
    let lines = vec![
        Line::measured(Ink::Series(1), "Newton", newton),
        Line::new(Ink::Series(2), "gradient descent, α = 0.1", descent),
    ];
    let points: Vec<_> = lines.iter().flat_map(|line| line.points.clone()).collect();
    Ok(Chart::new(
        Axis::linear("step", (0.0, STEPS as f64), 7, whole),
        Axis::logarithmic("distance to the minimum", points.iter()),
        lines,
    )
    .figure(&caption, 350.0))
}

/// Bytes against the number of parameters.
fn storage() -> DrawResult<Figure> {
    let counts: Vec<u64> = (2..=12).map(|exponent| 10_u64.pow(exponent)).collect();
    let line = |series, name: &str, bytes: fn(u64) -> u128| {
        let points = counts.iter().map(|&n| (n as f64, bytes(n) as f64));
        Line::new(Ink::Series(series), name, points.collect())
    };
    let lines = vec![
        line(2, "Hessian, 4$n$²", hessian_bytes),
        line(1, "parameters, 4$n$", |n| 4 * u128::from(n)),
    ];
    let caption = Caption {
        name: "newton-storage",
        title: "Bytes of the Hessian",
        description: format!(
            "Bytes in single precision against the number n of parameters, both logarithmic. At a billion \
             parameters the parameters take {} bytes, the Hessian {}.",
            rough(lines[1].points[7].1, 0),
            rough(lines[0].points[7].1, 0),
        ),
    };
    let turned: Vec<_> = counts.iter().map(|&n| (0.0, n as f64)).collect();
    let points: Vec<_> = lines.iter().flat_map(|line| line.points.clone()).collect();
    Ok(Chart::new(
        Axis::logarithmic("parameters $n$", turned.iter()),
        Axis::logarithmic("bytes", points.iter()),
        lines,
    )
    .figure(&caption, 350.0))
}
