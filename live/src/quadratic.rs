//! Gradient descent in the valley: the step size against its limit, the path, and what
//! is left of each component.

use descent::quadratic::{START, Spectrum};

use crate::valley::{LEVELS, STEEP, descent, level_line, run, spectrum, valley};
use crate::widget::{Control, Handle, Point, Scene, Widget};
use crate::words::{apart, number, rounded};

pub const WIDGET: Widget = Widget {
    name: "quadratic",
    figures: &["quadratic-rates"],
    controls: &[
        Control::even("alpha", "step size α", (0.005, 0.25, 0.001), (1e-9, 1e9)),
        Control::powers("kappa", "condition number κ", (0.0, 3.0), (1.0, 1e9)),
        Control::even("x", "start, θ₁", (-4.0, 11.0, 0.1), (-1e9, 1e9)),
        Control::even("y", "start, θ₂", (-1.6, 1.6, 0.02), (-1e9, 1e9)),
        Control::even("steps", "steps", (0.0, 20.0, 1.0), (0.0, 500.0)).running(0.125),
    ],
    handles: &[
        Handle { panel: "path", label: "start", keys: &["x", "y"] },
        Handle { panel: "rates", label: "step size", keys: &["alpha"] },
    ],
    book: || vec![2.0 / 11.0, 10.0, START[0], START[1], 20.0],
    needs: None,
    scene,
    drag,
};

fn scene(values: &[f64]) -> Scene {
    let &[alpha, kappa, x, y, steps] = values else { return Scene::default() };
    let spectrum = spectrum(kappa);
    let new = || descent(alpha);
    let path = run(&new, &valley(kappa), (x, y), steps as usize);
    let share = |pick: fn(&Point) -> f64, start: f64| -> Vec<Point> {
        let left = path.iter().map(|point| pick(point) / start);
        (0..).map(f64::from).zip(left).filter(|_| start != 0.0).collect()
    };
    let mut scene = Scene {
        handles: vec![(x, y), (alpha, spectrum.contraction(alpha))],
        says: says(&spectrum, alpha, (x, y)),
        ..Scene::default()
    };
    for (name, value) in LEVELS {
        scene.curve("path", name, level_line(&spectrum, value));
    }
    scene.curve("parts", "along", share(|point| point.0, x));
    scene.curve("parts", "across", share(|point| point.1, y));
    scene.curve("path", "path", path);
    let along = factor(spectrum.smallest);
    let across = factor(spectrum.largest);
    // Between these the curves are straight.
    let corners = corners(&spectrum);
    let curve = |rate: &dyn Fn(f64) -> f64| -> Vec<Point> {
        corners.iter().map(|&alpha| (alpha, rate(alpha))).collect()
    };
    scene.curve("rates", "across: |1 − 10α|", curve(&across));
    scene.curve("rates", "along: |1 − α|", curve(&along));
    let larger = curve(&|alpha| spectrum.contraction(alpha));
    scene.curve("rates", "the larger of the two", larger);
    let times = number(spectrum.smallest);
    let times = if times == "1" { "" } else { &times };
    let gentle = format!("along: |1 − {times}α|");
    scene.names.push(("rates", "along: |1 − α|", gentle));
    let foot = vec![(alpha, 0.0), (alpha, spectrum.contraction(alpha))];
    scene.curve("rates", "step size", foot);
    scene
}

/// The largest step size of the axis.
pub const LARGEST: f64 = 0.22;

/// In order: the best step size lies between the tips of the two curves.
fn corners(spectrum: &Spectrum) -> Vec<f64> {
    let tips =
        [1.0 / spectrum.largest, spectrum.best_step_size(), 1.0 / spectrum.smallest];
    let mut corners = vec![0.0];
    for alpha in tips.into_iter().chain([LARGEST]) {
        if corners[corners.len() - 1] < alpha && alpha <= LARGEST {
            corners.push(alpha);
        }
    }
    corners
}

fn factor(eigenvalue: f64) -> impl Fn(f64) -> f64 {
    move |alpha| (1.0 - alpha * eigenvalue).abs()
}

fn says(spectrum: &Spectrum, alpha: f64, start: Point) -> String {
    let steep = alpha * spectrum.largest;
    let product = format!("αλmax = {} · 10 = {}", number(alpha), apart(steep, 2.0));
    let kept = number((1.0 - steep).abs());
    let says = if steep > 2.0 && start.1 == 0.0 {
        "the part across would grow, but this start has none of it. From almost every other start the run diverges.".into()
    } else if steep > 2.0 {
        format!("diverges. The part across is multiplied by −{kept} in each step.")
    } else if steep == 2.0 {
        "neither converges nor diverges. The part across changes its sign for ever."
            .into()
    } else {
        converges(spectrum, alpha)
    };
    let sign = match steep.total_cmp(&2.0) {
        std::cmp::Ordering::Less => "<",
        std::cmp::Ordering::Equal => "=",
        std::cmp::Ordering::Greater => ">",
    };
    format!("{product} {sign} 2: {says}")
}

fn converges(spectrum: &Spectrum, alpha: f64) -> String {
    let (along, across) =
        (factor(spectrum.smallest)(alpha), factor(spectrum.largest)(alpha));
    let best = spectrum.best_step_size();
    let slower = if (along - across).abs() < 1e-12 {
        "both parts are equally slow".into()
    } else if along > across {
        "the part along the floor is the slower one and wants a larger step".to_owned()
    } else {
        "the part across is the slower one and wants a smaller step".into()
    };
    let rate = spectrum.contraction(alpha);
    let comparison = match (rate - spectrum.best_rate()).abs() < 1e-12 {
        true => "no step size does better".into(),
        false => format!(
            "at the best step size, {}, it would be {}",
            number(best),
            apart(spectrum.best_rate(), rate)
        ),
    };
    let rate = apart(rate, 1.0);
    format!(
        "converges. In the long run a step keeps {rate} of the distance; {slower}; {comparison}."
    )
}

fn drag(handle: usize, (x, y): Point, values: &mut [f64]) {
    match handle {
        0 => (values[2], values[3]) = (rounded(x), rounded(y)),
        _ => values[0] = rounded(x.max(2.0 / STEEP * 1e-3)),
    }
}
