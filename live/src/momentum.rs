//! Momentum in the valley: the settings on the map of all settings, the roots, and the
//! path beside that of gradient descent at its own best.

use std::cmp::Ordering;

use descent::gradient_descent::Optimizer;
use descent::momentum::Momentum;
use descent::momentum_convergence::spectral_radius;
use descent::quadratic::{START, Spectrum};

use crate::valley::{descent, run, spectrum, valley};
use crate::widget::{Control, Handle, Point, Scene, Widget};
use crate::words::{apart, number, rounded};

/// The condition number of the book's valley.
const CONDITION: f64 = 10.0;
/// The β of the axis ends here.
const LARGEST_BETA: f64 = 0.99;
/// The range of αλ on the map.
pub const MAP: (f64, f64) = (0.01, 100.0);

pub const WIDGET: Widget = Widget {
    name: "momentum",
    figures: &["momentum_convergence-best"],
    controls: &[
        Control::powers("alpha", "step size α", (-2.0, 1.0), (1e-9, 1e9)),
        Control::even(
            "beta",
            "weight β of the old average",
            (0.0, LARGEST_BETA, 0.005),
            (0.0, 0.999_999),
        ),
        Control::even("x", "start, θ₁", (-4.0, 11.0, 0.1), (-1e9, 1e9)),
        Control::even("y", "start, θ₂", (-1.6, 1.6, 0.02), (-1e9, 1e9)),
    ],
    handles: &[
        Handle { panel: "map", label: "settings", keys: &["beta", "alpha"] },
        Handle { panel: "momentum", label: "start", keys: &["x", "y"] },
    ],
    book,
    needs: None,
    scene,
    drag,
};

/// Steps of each path.
pub const STEPS: usize = 20;

fn book() -> Vec<f64> {
    let (alpha, beta) = spectrum(CONDITION).best_momentum();
    vec![alpha, beta, START[0], START[1]]
}

fn scene(values: &[f64]) -> Scene {
    let &[alpha, beta, x, y] = values else { return Scene::default() };
    let spectrum = spectrum(CONDITION);
    let valley = valley(CONDITION);
    let momentum = || -> Option<Box<dyn Optimizer>> {
        Some(Box::new(Momentum::new(alpha, beta).ok()?))
    };
    let best = || descent(spectrum.best_step_size());
    let middle = alpha * (spectrum.smallest * spectrum.largest).sqrt();
    let mut scene = Scene {
        handles: vec![(beta, middle), (x, y)],
        says: says(&spectrum, alpha, beta),
        ..Scene::default()
    };
    let ends = [spectrum.smallest, spectrum.largest].map(|l| (beta, alpha * l));
    scene.curve("map", "bar", ends.to_vec());
    let [gentle, steep] = ends.map(|(_, scaled)| roots(scaled, beta));
    scene.curve("roots", "radius √β", circle(beta.sqrt()));
    scene.curve("roots", "along", gentle.to_vec());
    scene.curve("roots", "across", steep.to_vec());
    scene.curve("gradient descent", "path", run(&best, &valley, (x, y), STEPS));
    scene.curve("momentum", "path", run(&momentum, &valley, (x, y), STEPS));
    scene
}

/// The eigenvalues of the matrix of one step.
pub fn roots(scaled: f64, beta: f64) -> [Point; 2] {
    let half = (1.0 + beta - (1.0 - beta) * scaled) / 2.0;
    let square = half * half - beta;
    match square < 0.0 {
        true => [(half, (-square).sqrt()), (half, -(-square).sqrt())],
        false => {
            // Their product is β: no difference of near numbers.
            let larger = half + square.sqrt().copysign(half);
            [(larger, 0.0), (if larger == 0.0 { 0.0 } else { beta / larger }, 0.0)]
        }
    }
}

/// A circle around zero, from no function that differs between processors.
pub fn circle(radius: f64) -> Vec<Point> {
    let round = Spectrum { smallest: 1.0, largest: 1.0 };
    crate::valley::level_line(&round, 0.5 * radius * radius)
}

fn says(spectrum: &Spectrum, alpha: f64, beta: f64) -> String {
    let limit = 2.0 * (1.0 + beta) / (1.0 - beta);
    let steep = alpha * spectrum.largest;
    let product = format!("αλmax = {}", apart(steep, limit));
    let bound = format!("2(1 + β)/(1 − β) = {}", apart(limit, steep));
    let radius = spectrum.momentum_contraction(alpha, beta);
    match steep.total_cmp(&limit) {
        Ordering::Greater => format!(
            "{product} > {bound}: diverges. The part across is multiplied by {} in each step, in the long run.",
            apart(radius, 1.0)
        ),
        Ordering::Equal => {
            format!("{product} = {bound}: the part across swings for ever.")
        }
        Ordering::Less => format!(
            "{product} < {bound}: converges. {} In the long run a step keeps {}; gradient descent at its best keeps {}.",
            kinds(spectrum, alpha, beta),
            apart(radius, 1.0),
            number(spectrum.best_rate()),
        ),
    }
}

/// How each of the two components moves.
fn kinds(spectrum: &Spectrum, alpha: f64, beta: f64) -> String {
    let kind = |eigenvalue: f64| {
        let scaled = alpha * eigenvalue;
        let trace = 1.0 + beta - (1.0 - beta) * scaled;
        let rest = trace * trace - 4.0 * beta;
        // At the best settings the two roots are one, up to rounding.
        if rest.abs() < 1e-12 {
            "has two equal roots"
        } else if rest < 0.0 {
            "swings"
        } else if trace > 0.0 {
            "shrinks without a change of sign"
        } else {
            "changes sides in each step"
        }
    };
    let kept = |eigenvalue: f64| number(spectral_radius(alpha * eigenvalue, beta));
    let (gentle, steep) = (spectrum.smallest, spectrum.largest);
    format!(
        "The part along the floor {} and keeps {}; the part across {} and keeps {}.",
        kind(gentle),
        kept(gentle),
        kind(steep),
        kept(steep)
    )
}

fn drag(handle: usize, (x, y): Point, values: &mut [f64]) {
    match handle {
        0 => {
            let spectrum = spectrum(CONDITION);
            let middle = (spectrum.smallest * spectrum.largest).sqrt();
            values[0] = rounded(y.clamp(MAP.0, MAP.1) / middle);
            values[1] = rounded(x.clamp(0.0, LARGEST_BETA));
        }
        _ => (values[2], values[3]) = (rounded(x), rounded(y)),
    }
}
