//! How long Adam's steps are for three histories of gradients.

use descent::adam::{largest_ratio, missing_correction};

use crate::widget::{Control, Point, Scene, Widget};
use crate::words::number;

const LARGEST_BETA: f64 = 0.999_99;

/// The figure, which has one panel.
const PANEL: &str = "adam-reach";

pub const WIDGET: Widget = Widget {
    name: "adam",
    figures: &[PANEL],
    controls: &[
        Control::even("beta1", "β₁", (0.0, 0.99, 0.01), (0.0, LARGEST_BETA)),
        Control::even("beta2", "β₂", (0.01, 0.999, 0.001), (0.001, LARGEST_BETA)),
        Control::choice("correction", "bias correction", &["without", "with"]),
    ],
    handles: &[],
    book: || vec![0.9, 0.999, 1.0],
    needs: None,
    scene,
    drag: |_, _, _| {},
};

/// The first twenty steps and then some, evenly on a logarithmic axis, up to 10 000.
pub fn steps() -> Vec<i32> {
    let later = (27..=80).map(|i| 10_f64.powf(f64::from(i) / 20.0).round() as i32);
    (1..=20).chain(later).collect()
}

fn scene(values: &[f64]) -> Scene {
    let &[beta1, beta2, corrected] = values else { return Scene::default() };
    let betas = [beta1, beta2];
    let missing = |t: i32| missing_correction(betas, t);
    let divisor = |t: i32| if corrected < 0.5 { 1.0 } else { missing(t) };
    let alone = (1.0 - beta1) / (1.0 - beta2).sqrt();
    let line = |ratio: &dyn Fn(i32) -> f64| -> Vec<Point> {
        steps().into_iter().map(|t| (f64::from(t), ratio(t))).collect()
    };
    let mut scene = Scene { says: says(betas, corrected > 0.5), ..Scene::default() };
    let growing = line(&|t| reach(betas, t) / divisor(t));
    scene.curve(PANEL, "growing by β₂/β₁", growing);
    scene.curve(PANEL, "zero until now", line(&|t| alone / divisor(t)));
    let constant = line(&|t| if corrected < 0.5 { missing(t) } else { 1.0 });
    scene.curve(PANEL, "constant", constant);
    scene
}

/// [`largest_ratio`] where the history is not too long for the sum term by term.
fn reach([beta1, beta2]: [f64; 2], t: i32) -> f64 {
    let ratio = beta1 * beta1 / beta2;
    // The rest of the sum, beyond what counts.
    const TERMS: i32 = 400;
    match ratio < 1.0 && ratio.powi(TERMS) < 1e-17 {
        true => largest_ratio([beta1, beta2], t.min(TERMS)),
        false => largest_ratio([beta1, beta2], t),
    }
}

fn says([beta1, beta2]: [f64; 2], corrected: bool) -> String {
    let betas = [beta1, beta2];
    let ratio = beta1 * beta1 / beta2;
    let condition = format!("β₁² / β₂ = {}", number(ratio));
    if ratio >= 1.0 {
        return format!(
            "{condition} is not below 1: no bound holds for all steps, and steps of growing gradients become longer and longer."
        );
    }
    let bound = (1.0 - beta1) / ((1.0 - beta2) * (1.0 - ratio)).sqrt();
    let first = missing_correction(betas, 1);
    let start = match corrected {
        true => {
            "With correction the first step has the length α, whatever the gradient."
                .to_owned()
        }
        false => format!(
            "Without correction the first step has {} times the length α.",
            number(first)
        ),
    };
    format!(
        "{condition} < 1: in the end no step is longer than {} α. {start}",
        number(bound)
    )
}
