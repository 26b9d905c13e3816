//! Where the gradient is taken, and how long a step may be.

use descent::gradient_descent::{Optimizer, minimize};
use descent::nesterov::{Nesterov, Tuned, spectral_radius, stability_limit};
use descent::quadratic::{Quadratic, START, Spectrum};
use nalgebra::{DVector, dvector};
use questions::nesterov::coordinate;

use crate::canvas::{Caption, DrawResult, Ink, WIDTH, svg};
use crate::chart::{Axis, Chart, Line, Mark, Names, tenths, whole};
use crate::contour::{Arrow, Path, Plane, Point};
use crate::geometry::Rect;
use crate::output::{Figure, csv, number, twelve_digits};
use crate::thumb::Thumb;

pub fn figures() -> DrawResult<Vec<Figure>> {
    let mut figures = vec![look_ahead()?, radius()?, tuned()?];
    figures.extend(words()?);
    Ok(figures)
}

/// What the opening's coordinate might do with one word more.
fn words() -> DrawResult<Vec<Figure>> {
    const TOP: f64 = 3.0;
    let clamped = |(t, x): Point| (t, x.clamp(-TOP, TOP));
    let course = |times: f64, look_ahead: f64| -> Vec<Point> {
        let course = coordinate(times, look_ahead);
        (0..).zip(course).map(|(t, x)| (f64::from(t), x)).collect()
    };
    let without = course(1.0, 0.0);
    let laws = [
        ("nesterov-word_explodes", "Farther and farther", course(1.0, BETA)),
        ("nesterov-word_sooner", "It rests sooner", course(0.25, BETA)),
        ("nesterov-word_same", "As before", without.clone()),
    ];
    let pictures = laws.into_iter().map(|(name, title, points)| {
        let (x, y) = ((0.0, 12.0), (-TOP, TOP));
        let points = points.into_iter().map(clamped).collect();
        let paths = &[("coordinate", Ink::Solid(3), points)];
        Thumb { name, title, x, y, ground: std::slice::from_ref(&without), paths }
            .figure()
    });
    pictures.collect()
}

const BETA: f64 = 0.9;

/// The three forms: ink, name and look-ahead factor.
fn forms(beta: f64) -> [(u8, &'static str, f64); 3] {
    [(2, "heavy ball", 0.0), (3, "Nesterov", beta), (5, "slide", 1.0)]
}

/// A step of one form: where it asks, and where it arrives.
struct Step {
    ink: u8,
    name: &'static str,
    asked: Point,
    next: Point,
}

/// One step of the three forms, from one point and with one past.
fn look_ahead() -> DrawResult<Figure> {
    const STEP_SIZE: f64 = 0.4;
    const WEIGHT: f64 = 0.7;
    let name = "nesterov-look_ahead";
    let valley = Quadratic::valley();
    let value = |x: f64, y: f64| valley.value(&dvector![x, y]);
    let place = |theta: &DVector<f64>| (theta[0], theta[1]);
    let start = DVector::from_row_slice(&START);
    let first = |factor: f64| -> DrawResult<_> {
        let mut form = Nesterov::new(STEP_SIZE, WEIGHT)?.with_look_ahead(factor)?;
        let points = minimize(&mut form, &start, 1, |theta| valley.gradient(theta))?;
        Ok((form, points[1].clone()))
    };
    let (mut idle, theta) = first(WEIGHT)?;
    let mut ahead = theta.clone();
    idle.step(&mut ahead, &DVector::zeros(2));
    let mut steps = Vec::new();
    for (ink, name, factor) in forms(WEIGHT) {
        let (mut form, mut next) = first(factor)?;
        let asked = form.gradient_point(&next).into_owned();
        form.step(&mut next, &valley.gradient(&asked));
        steps.push(Step { ink, name, asked: place(&asked), next: place(&next) });
    }
    let (theta, ahead) = (place(&theta), place(&ahead));
    let inertia =
        Arrow { ink: Ink::Foreground, from: theta, to: ahead, name: String::new() };
    let pulls = steps.iter().map(|step| {
        let name = step.name.to_owned();
        Arrow { ink: Ink::Solid(step.ink), from: ahead, to: step.next, name }
    });
    let asked = ["θ", "θ − αβ$u$", "θ − α$u$"].into_iter().zip(&steps);
    let asked =
        asked.map(|(name, step)| (Ink::Solid(step.ink), step.asked, name.to_owned()));
    let from = (Ink::Foreground, place(&start), "start".to_owned());
    let plane = Plane {
        function: &value,
        levels: [5.5, 6.5, 7.5, 8.5, 9.5].map(|x: f64| 0.5 * x * x).to_vec(),
        arrows: std::iter::once(inertia).chain(pulls).collect(),
        paths: vec![Path::new(Ink::Foreground, vec![place(&start), theta])],
        points: asked.chain([from]).collect(),
        ..Plane::new(
            Axis::linear("θ₁", (5.6, 10.4), 6, whole),
            Axis::linear("θ₂", (-1.7, 1.3), 6, tenths),
        )
    };
    let point = |(x, y): Point| format!("({x:.2}, {y:.2})").replace('-', "−");
    let ends =
        steps.iter().map(|step| format!("{} to {}", step.name, point(step.next)));
    let description = format!(
        "The second step of three forms of momentum in the valley. From the start (10, 1) a step led to {}. An arrow in the same \
         direction leads on to the look-ahead point {}. From there three arrows, minus the gradients taken at the point, at the look-ahead \
         point and beyond it, lead {}.",
        point(theta),
        point(ahead),
        ends.collect::<Vec<_>>().join(", "),
    );
    let title = "Three places for the gradient";
    let caption = Caption { name, title, description };
    let svg = svg(&caption, (WIDTH, 450.0), |canvas| {
        plane.draw(canvas, Rect::new(0.0, 0.0, WIDTH, 450.0));
    });
    let rows = steps.iter().map(|step| {
        let numbers = [step.asked.0, step.asked.1, step.next.0, step.next.1];
        std::iter::once(step.name.to_owned()).chain(numbers.map(number)).collect()
    });
    let columns = ["form", "asked1", "asked2", "next1", "next2"];
    Ok(Figure { name, svg, csv: csv(&columns, rows) })
}

/// The contraction over `γλ`.
fn radius() -> DrawResult<Figure> {
    const END: f64 = 4.0;
    let lines = forms(BETA).map(|(ink, name, factor)| {
        // Close together near 0, where all fall steeply.
        let places = (0..=240).map(|i| END * (f64::from(i) / 240.0).powi(2));
        let radius = |x: f64| spectral_radius(x, BETA, factor);
        let points = places.map(|x| (x, radius(x))).filter(|&(_, y)| y <= 1.4);
        Line::new(Ink::Series(ink), name, points.collect())
    });
    let limits = forms(BETA).map(|(_, name, factor)| {
        format!("{name} {:.2}", stability_limit(BETA, factor))
    });
    let caption = Caption {
        name: "nesterov-radius",
        title: "How long a step may be",
        description: format!(
            "The contraction of a step, over γ times the eigenvalue, for β = 0.9. That of the heavy ball is level \
             at {:.3}; that of Nesterov falls to 0 at 1 and then climbs steeply, that of the slide's form falls less \
             far. They pass 1 at: {}.",
            BETA.sqrt(),
            limits.join(", "),
        ),
    };
    let limit = Mark::Horizontal(1.0, "above: diverges".into());
    Ok(Chart::new(
        Axis::linear("γλ", (0.0, END), 5, whole),
        Axis::linear("contraction", (0.0, 1.4), 8, tenths),
        lines.into(),
    )
    .with_marks(vec![limit])
    .figure(&caption, 390.0))
}

/// Steps to a hundredth of the distance over the condition number.
fn tuned() -> DrawResult<Figure> {
    let conditions: Vec<f64> =
        (1..=20).map(|i| twelve_digits(10.0_f64.powf(f64::from(i) / 5.0))).collect();
    let line = |ink, name: &str, rate: &dyn Fn(Spectrum) -> f64| {
        let steps = |&largest: &f64| {
            let rate = rate(Spectrum { smallest: 1.0, largest });
            (largest, 100.0_f64.ln() / -rate.ln())
        };
        Line::new(ink, name, conditions.iter().map(steps).collect())
    };
    let lines = vec![
        line(Ink::Series(1), "gradient descent", &|s| s.best_rate()),
        line(Ink::Series(3), "Nesterov, textbook", &|s| Tuned::nesterov(s).rate),
        line(Ink::Solid(3), "Nesterov, tuned", &|s| Tuned::best_nesterov(s).rate),
        line(Ink::Series(2), "heavy ball, tuned", &|s| Tuned::heavy_ball(s).rate),
    ];
    let ends = lines.iter().map(|line| {
        format!("{}: {:.0}", line.name, line.points[conditions.len() - 1].1)
    });
    let caption = Caption {
        name: "nesterov-tuned",
        title: "Steps over the condition number",
        description: format!(
            "Steps to a hundredth of the distance against the condition number, both logarithmic, each method with the \
             settings of the table. For large condition numbers gradient descent rises with slope 1, the others with slope one half, \
             the heavy ball lowest. At ten thousand, {}.",
            ends.collect::<Vec<_>>().join(", "),
        ),
    };
    Ok(Chart::new(
        Axis::powers("condition number κ", (0, 4), 5),
        Axis::powers("steps", (0, 5), 6),
        lines,
    )
    .with_names(Names::AtEnds)
    .figure(&caption, 370.0))
}
