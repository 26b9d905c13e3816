//! When momentum is stable, how fast it is, and its best settings.

use std::f64::consts::PI;

use descent::momentum_convergence::{spectral_radius, transition};
use descent::quadratic::{Quadratic, Spectrum};
use nalgebra::{dvector, vector};

use crate::canvas::{Caption, DrawResult, Ink, WIDTH, svg};
use crate::chart::{Axis, Band, Chart, Line, Mark, Names, hundredths, tenths, whole};
use crate::contour::{Path, Plane, Point, paths_csv};
use crate::geometry::Rect;
use crate::momentum::{Run, run};
use crate::output::{Figure, rough, twelve_digits};
use crate::quadratic::valley_axes;
use crate::thumb::{Thumb, up_to};
use crate::touched::Book;

pub fn figures() -> DrawResult<Vec<Figure>> {
    let mut figures = vec![turn()?, stability()?, sweep()?, best()?, parameters()?];
    figures.extend(guesses()?);
    Ok(figures)
}

/// `β = ½` and `αλ = 1` in the plane of `u` and what remains, and the roots.
fn turn() -> DrawResult<Figure> {
    const BETA: f64 = 0.5;
    let around = |radius: f64| -> Vec<Point> {
        let turns = (0..=120).map(|i| 2.0 * PI * f64::from(i) / 120.0);
        turns.map(|turn| (radius * turn.cos(), radius * turn.sin())).collect()
    };
    let matrix = transition(1.0, 1.0, BETA);
    let mut state = vector![0.0, 1.0];
    let mut spiral = Vec::new();
    for _ in 0..=8 {
        spiral.push((state[0], state[1]));
        state = matrix * state;
    }
    // Pairs of roots on and beside the circle, from αλ = 0.1 to its limit, 6.
    let pair = |scaled: f64| {
        let roots = transition(scaled, 1.0, BETA).complex_eigenvalues();
        let mut pair = [0, 1].map(|i| (roots[i].re, roots[i].im));
        pair.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1)));
        pair
    };
    let scaled = [0.1, 0.5, 1.0, 3.0, 5.0, 5.9];
    let roots: Vec<_> = scaled.iter().flat_map(|&scaled| pair(scaled)).collect();
    let name = "momentum_convergence-turn";
    let written = |(re, im): Point| format!("({re:.2}, {im:.2})");
    let description = format!(
        "On the left the points (u, r) of the first eight steps: a spiral from (0, 1), an eighth of a turn a step, each point \
         nearer to (0, 0) by the root of one half; the fourth is {}. On the right the complex plane with the circle of radius 1, the \
         circle of radius {:.3}, and pairs of roots: for αλ = 1 and 3 they lie on the smaller circle; for 0.1 they are {} and {} on \
         the real axis, for 5.9 {} and {}.",
        written(spiral[4]),
        BETA.sqrt(),
        written(roots[0]),
        written(roots[1]),
        written(roots[10]),
        written(roots[11]),
    );
    let title = "A component that turns, and its roots";
    let caption = Caption { name, title, description };
    let range = (-1.2, 1.2);
    let plane = |title: &str, x: &str, y: &str| Plane {
        title: title.into(),
        is_equal: true,
        ..Plane::new(Axis::linear(x, range, 3, whole), Axis::linear(y, range, 3, whole))
    };
    let dot = |&root: &Point| (Ink::Solid(2), root, String::new());
    let named = scaled.iter().zip(roots.chunks(2)).map(|(scaled, pair)| {
        let name = if *scaled == 1.0 {
            format!("αλ = {scaled}")
        } else {
            scaled.to_string()
        };
        (Ink::Solid(2), pair[0], name)
    });
    let svg = svg(&caption, (WIDTH, 420.0), |canvas| {
        let left = Plane {
            paths: vec![Path::new(Ink::Solid(2), spiral.clone()).with_dots()],
            ..plane("eight steps", "$u$", "$r$")
        };
        left.draw(canvas, Rect::new(0.0, 0.0, 210.0, 420.0));
        let right = Plane {
            paths: vec![
                Path::new(Ink::Foreground, around(1.0)),
                Path::new(Ink::Solid(1), around(BETA.sqrt())),
            ],
            points: named.chain(roots.iter().skip(1).step_by(2).map(dot)).collect(),
            ..plane("roots, β = ½", "real", "imaginary")
        };
        right.draw(canvas, Rect::new(222.0, 0.0, 386.0, 420.0));
    });
    let named = [("u and r", &spiral), ("roots", &roots)];
    let csv = paths_csv(
        ["panel", "step", "x", "y"],
        named.iter().map(|(name, points)| (name, points.as_slice())),
    );
    Ok(Figure { name, svg, csv })
}

/// Levels of the spectral radius; 1 bounds what is stable.
const RADII: [f64; 6] = [1.0, 0.95, 0.9, 0.8, 0.65, 0.5];
/// The range of αλ in powers of ten.
const POWERS: (i32, i32) = (-2, 2);

/// A value within the range of the map.
fn on_map(scaled: f64) -> f64 {
    scaled.clamp(10_f64.powi(POWERS.0), 10_f64.powi(POWERS.1))
}

/// Where the radius is at most r: from (1 − r)(1 − β/r) to (1 + r)(1 + β/r), over 1 − β,
/// for β up to r².
fn band(radius: f64) -> Band {
    // Close together at the right end, where the edges are steep.
    let shares = (0..=36).map(|i| 1.0 - (1.0 - f64::from(i) / 36.0).powi(2));
    let betas = shares.map(|share| (radius * radius * share).min(0.999));
    let edges = betas.map(|beta| {
        let edge = |r: f64| on_map((1.0 - r) * (1.0 - beta / r) / (1.0 - beta));
        (beta, edge(radius), edge(-radius))
    });
    Band {
        name: format!("radius below {radius}"),
        points: edges.collect(),
        ink: Ink::Solid(2),
    }
}

/// A curve over β, where it is on the map.
fn over_beta(ink: Ink, name: &str, f: &dyn Fn(f64) -> f64) -> Line {
    let points = (0..=99).map(|i| f64::from(i) / 100.0).map(|beta| (beta, f(beta)));
    let points = points.filter(|&(_, y)| on_map(y) == y);
    Line::faint(ink, name, points.collect())
}

/// The edges of the wedge in which components swing.
fn wedge() -> [Line; 2] {
    let below = |beta: f64| (1.0 - beta.sqrt()) / (1.0 + beta.sqrt());
    [
        over_beta(Ink::Foreground, "real to complex", &below),
        over_beta(Ink::Foreground, "complex to real", &|beta| 1.0 / below(beta)),
    ]
}

/// The spectral radius over β and αλ.
fn stability() -> DrawResult<Figure> {
    let bowl = |kappa: f64| {
        let spectrum = Spectrum { smallest: 1.0, largest: kappa };
        let (alpha, beta) = spectrum.best_momentum();
        let ends = vec![(beta, alpha), (beta, alpha * kappa)];
        Line::new(Ink::Solid(1), format!("κ = {kappa}"), ends)
    };
    let [lower, upper] = wedge();
    let lines = vec![
        lower,
        upper,
        over_beta(Ink::DashedForeground, "1 − √β", &|beta| 1.0 - beta.sqrt()),
        over_beta(Ink::DashedForeground, "1 + √β", &|beta| 1.0 + beta.sqrt()),
        bowl(10.0),
        bowl(1000.0),
    ];
    let words = |name: &str, beta: f64, scaled: f64| {
        Mark::Words((beta, scaled), name.to_owned())
    };
    let mut marks = vec![
        words("diverges", 0.25, 25.0),
        words("monotone", 0.15, 0.025),
        words("swings", 0.5, 3.2),
        words("↓ alternates", 0.14, 5.0),
    ];
    for radius in &RADII[1..] {
        // The bar of κ = 1000 stands just left of 0.95².
        let left = if *radius == 0.95 { 0.075 } else { 0.05 };
        marks.push(words(&radius.to_string(), radius * radius - left, 1.0));
    }
    let limit = |beta: f64| 2.0 * (1.0 + beta) / (1.0 - beta);
    let description = format!(
        "Bands of the spectral radius over β and, on a logarithmic axis, αλ, in a stronger colour where it is smaller. The stable \
         region ends at 2 for β = 0, at {:.0} for 0.5 and at {:.0} for 0.9. In a wedge around αλ = 1 that widens with β \
         components swing, and the radius is the root of β, whatever αλ; at αλ = 1 and β = 0.81 it is {:.1}. Below the wedge components \
         shrink without a change of sign; in a sliver above it they alternate. Two vertical bars, for the condition numbers 10 and \
         1000, reach from one edge of the wedge to the other, at β = {:.2} and {:.2}.",
        limit(0.5),
        limit(0.9),
        spectral_radius(1.0, 0.81),
        lines[4].points[0].0,
        lines[5].points[0].0,
    );
    let chart = Chart {
        band_opacity: 0.07,
        ..Chart::new(
            Axis::linear("β", (0.0, 1.0), 6, tenths),
            Axis::powers("αλ", POWERS, 5),
            lines,
        )
        .with_bands(RADII.map(band).into())
        .with_marks(marks)
    };
    let title = "Spectral radius of momentum";
    Ok(chart.figure(
        &Caption { name: "momentum_convergence-stability", title, description },
        440.0,
    ))
}

fn valley() -> DrawResult<(Quadratic, Spectrum)> {
    let valley = Quadratic::valley();
    let spectrum = valley.spectrum()?;
    Ok((valley, spectrum))
}

/// The contraction in the valley over the step size.
fn sweep() -> DrawResult<Figure> {
    let (_, spectrum) = valley()?;
    let (best, beta) = spectrum.best_momentum();
    let curve = |ink, name: &str, beta: f64, corners: &[f64]| {
        let grid = (-80..=40).map(|i| twelve_digits(10_f64.powf(f64::from(i) / 40.0)));
        let mut steps: Vec<f64> = grid.chain(corners.iter().copied()).collect();
        steps.sort_by(f64::total_cmp);
        let points = steps.iter().map(|&a| (a, spectrum.momentum_contraction(a, beta)));
        let points: Vec<Point> = points.filter(|&(_, y)| y <= 1.2).collect();
        Line::new(ink, name, points)
    };
    let plain = spectrum.best_step_size();
    let lines = vec![
        curve(Ink::Series(1), "gradient descent", 0.0, &[plain]),
        curve(Ink::Series(2), "momentum, β = 0.9", 0.9, &[]),
        curve(Ink::Solid(2), "momentum, best β", beta, &[best]),
    ];
    let description = format!(
        "The contraction in the valley over the step size on a logarithmic axis. Gradient descent has a sharp minimum, \
         {:.3} at {plain:.3}, and diverges above {:.1}. Momentum with β = {beta:.2} has one of {:.3} at {best:.3}. With β = 0.9 \
         the contraction is {:.3} over two powers of ten and divergence starts at {:.1}.",
        spectrum.best_rate(),
        spectrum.step_size_limit(),
        spectrum.best_momentum_rate(),
        spectrum.momentum_contraction(best, 0.9),
        38.0 / spectrum.largest,
    );
    let chart = Chart::new(
        Axis::exponents("step size α", (-2.0, 0.65), 4),
        Axis::linear("contraction", (0.35, 1.2), 5, tenths),
        lines,
    )
    .with_marks(vec![
        Mark::Point((plain, spectrum.best_rate()), "best".into()),
        Mark::Point((best, spectrum.best_momentum_rate()), "best".into()),
    ]);
    let title = "Contraction over the step size";
    Ok(chart.figure(
        &Caption { name: "momentum_convergence-sweep", title, description },
        340.0,
    ))
}

/// Each method at its own best settings: where these lie on the map, the roots, and the
/// paths.
fn best() -> DrawResult<Figure> {
    const RIGHT: f64 = 310.0;
    const WIDE: f64 = 298.0;
    const TOP: f64 = 330.0;
    let book = Book::new(&live::momentum::WIDGET);
    let (valley, spectrum) = valley()?;
    let (alpha, beta) = spectrum.best_momentum();
    let mut lines: Vec<Line> = wedge().into();
    lines.push(Line::new(Ink::Solid(1), "bar", book.points("map", "bar")).unnamed());
    let map = Chart {
        key: "map",
        ..Chart::new(
            Axis::linear("β", (0.0, 1.0), 3, tenths),
            Axis::powers("αλ", POWERS, 5),
            lines,
        )
    }
    .with_bands(RADII.map(band).into())
    .with_marks(vec![Mark::Words((0.3, 30.0), "diverges".into())]);
    let circle = |ink, points| Path::new(ink, points);
    let roots = Plane {
        key: "roots",
        title: "the roots".into(),
        paths: vec![
            circle(Ink::Foreground, live::momentum::circle(1.0)),
            circle(Ink::Solid(2), book.points("roots", "radius √β"))
                .of_curve("radius √β"),
            Path::dots_only(Ink::Solid(3), book.points("roots", "along"))
                .of_curve("along"),
            Path::dots_only(Ink::Solid(1), book.points("roots", "across"))
                .of_curve("across"),
        ],
        is_equal: true,
        ..Plane::new(
            Axis::linear("Re", (-1.2, 1.2), 3, whole),
            Axis::linear("Im", (-1.2, 1.2), 3, whole),
        )
    };
    let path = |key, title: &str, ink| {
        let (x, y, levels) = valley_axes();
        Plane {
            key,
            title: title.into(),
            function: &|x, y| 0.5 * (x * x + 10.0 * y * y),
            levels: levels[..4].to_vec(),
            paths: vec![
                Path::new(ink, book.points(key, "path")).with_dots().of_curve("path"),
            ],
            cross: Some((0.0, 0.0)),
            ..Plane::new(x, y)
        }
    };
    let paths = [
        path("gradient descent", "gradient descent, best α", Ink::Solid(1)),
        path("momentum", "momentum", Ink::Solid(2)),
    ];
    let end = |key: &str| {
        let points = book.points(key, "path");
        let (x, y) = points[points.len() - 1];
        valley.value(&dvector![x, y])
    };
    let description = format!(
        "Four pictures. On the map of all settings a vertical bar from αλ = {:.3} to {:.2} at β = {beta:.2}, from one edge of the wedge to the \
         other. In the complex plane the double root {:.3} of the component along the floor and its opposite of the one across, both on the circle \
         of radius √β. Two trajectories from (10, 1) in the valley: with its best step size gradient descent zigzags in from wall to \
         wall; momentum with its best settings is there after a few steps. After {} steps f is {} with gradient descent and {} with momentum.",
        alpha * spectrum.smallest,
        alpha * spectrum.largest,
        beta.sqrt(),
        live::momentum::STEPS,
        rough(end("gradient descent"), 0),
        rough(end("momentum"), 0),
    );
    let title = "The best settings of each: on the map, their roots and their paths";
    let caption = Caption { name: "momentum_convergence-best", title, description };
    let svg = svg(&caption, (WIDTH, TOP + 256.0), |canvas| {
        map.draw(canvas, Rect::new(0.0, 0.0, WIDE, TOP), "");
        roots.draw(canvas, Rect::new(RIGHT, 0.0, WIDE, TOP));
        for (left, plane) in [0.0, RIGHT].into_iter().zip(&paths) {
            plane.draw(canvas, Rect::new(left, TOP + 10.0, WIDE, 246.0));
        }
    });
    Ok(Figure { name: caption.name, svg, csv: book.csv() })
}

/// Both parameters over the steps, side by side.
fn parameters() -> DrawResult<Figure> {
    const STEPS: usize = 40;
    let name = "momentum_convergence-parameters";
    let (_, spectrum) = valley()?;
    let (alpha, beta) = spectrum.best_momentum();
    let runs: [Run; 3] = [
        ("gradient descent", Ink::Series(1), spectrum.best_step_size(), 0.0),
        ("momentum, best β", Ink::Solid(2), alpha, beta),
        ("momentum, β = 0.9", Ink::Series(2), 0.1, 0.9),
    ];
    let mut paths = Vec::new();
    for one in &runs {
        paths.push((one.0, one.1, run(STEPS, one)?));
    }
    let ends = paths.iter().map(|(title, _, points)| {
        let (x, y) = points[20];
        format!("{title}: ({}, {}).", hundredths(x), hundredths(y))
    });
    let description = format!(
        "θ₁ above and θ₂ below over {STEPS} steps in the valley. Under gradient descent θ₁ falls \
         slowly and θ₂ changes its sign in every step. Under momentum with its best settings both are near 0 after some ten \
         steps. With α = 0.1 and β = 0.9 both swing in long waves. After 20 steps: {}",
        ends.collect::<Vec<_>>().join(" "),
    );
    let chart = |label: &str, range, ticks, names, pick: fn(Point) -> f64| {
        let lines = paths.iter().map(|(title, ink, points)| {
            let points = (0..).map(f64::from).zip(points.iter().map(|&p| pick(p)));
            Line::new(*ink, *title, points.collect())
        });
        let x = Axis::linear("step", (0.0, STEPS as f64), 5, whole);
        let y = Axis::linear(label, range, ticks, whole);
        Chart::new(x, y, lines.collect()).with_names(names)
    };
    let charts = [
        chart("θ₁", (-4.0, 10.0), 4, Names::Beside, |(x, _)| x),
        chart("θ₂", (-1.4, 1.4), 4, Names::Elsewhere, |(_, y)| y),
    ];
    let title = "Parameters over the steps";
    let svg = svg(&Caption { name, title, description }, (WIDTH, 570.0), |canvas| {
        charts[0].draw(canvas, Rect::new(0.0, 0.0, WIDTH, 280.0), "");
        charts[1].draw(canvas, Rect::new(0.0, 290.0, WIDTH, 280.0), "");
    });
    let paths = paths.iter().map(|(title, _, points)| (title, points.as_slice()));
    Ok(Figure { name, svg, csv: paths_csv(["run", "step", "theta1", "theta2"], paths) })
}

/// What one may expect of β = 0.9 in the valley: itself, the best β, and gradient descent that is late by the mean age.
fn guesses() -> DrawResult<Vec<Figure>> {
    const STEPS: usize = 60;
    const MEAN_AGE: f64 = 9.0;
    const FLOOR: f64 = -7.0;
    let spectrum = Quadratic::valley().spectrum()?;
    let fall = |alpha: f64, beta: f64| -> DrawResult<Vec<Point>> {
        let path = run(STEPS, &("", Ink::Solid(1), alpha, beta))?;
        let distances = path
            .iter()
            .zip(0..)
            .map(|(&(x, y), t)| (f64::from(t), -(x.hypot(y) / 10.0).log10()));
        let rising = up_to(-FLOOR, distances);
        Ok(rising.into_iter().map(|(t, orders)| (t, -orders)).collect())
    };
    let descent = fall(spectrum.best_step_size(), 0.0)?;
    let (alpha, beta) = spectrum.best_momentum();
    let late = descent.iter().map(|&(t, y)| (t + MEAN_AGE, y));
    let late = std::iter::once((0.0, 0.0)).chain(late).collect();
    let laws = [
        (
            "momentum_convergence-nine_tenths_slower",
            "Momentum is slower",
            fall(alpha, 0.9)?,
        ),
        (
            "momentum_convergence-nine_tenths_faster",
            "Momentum is faster",
            fall(alpha, beta)?,
        ),
        ("momentum_convergence-nine_tenths_same", "Both are equally fast", late),
    ];
    let pictures = laws.into_iter().map(|(name, title, momentum)| {
        let paths = &[
            ("gradient descent", Ink::Series(2), descent.clone()),
            ("momentum", Ink::Solid(1), momentum),
        ];
        let x = (0.0, STEPS as f64);
        Thumb { name, title, x, y: (FLOOR, 0.3), ground: &[], paths }.figure()
    });
    pictures.collect()
}
