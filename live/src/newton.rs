//! Newton's method with one parameter: the tangent, the parabola, and where its step
//! leads.

use std::cmp::Ordering;

use descent::newton::{Example, Smooth, linear_model, newton, quadratic_model};
use nalgebra::{DVector, dvector};

use crate::widget::{Control, Handle, Point, Scene, Widget};
use crate::words::{number, rounded};

/// The window of the figure.
pub const RANGE: (f64, f64) = (-3.0, 2.0);
pub const HEIGHT: (f64, f64) = (-7.0, 8.0);

const FUNCTIONS: [Example; 3] = [Example::Quartic, Example::Cosh, Example::Exponential];

/// The figure, which has one panel.
const PANEL: &str = "newton-models";

pub const WIDGET: Widget = Widget {
    name: "newton",
    figures: &[PANEL],
    controls: &[
        Control::choice(
            "f",
            "function",
            &["θ⁴/4 − θ² + 2θ", "cosh(θ/2)", "exp(θ) − θ"],
        ),
        Control::even("theta", "place θ", (RANGE.0, RANGE.1, 0.01), (-300.0, 300.0)),
        Control::even("alpha", "share α of the step", (0.05, 1.0, 0.05), (0.001, 2.0)),
    ],
    handles: &[Handle { panel: PANEL, label: "place", keys: &["theta"] }],
    book: || vec![0.0, -1.2, 1.0],
    needs: None,
    scene,
    drag,
};

fn scene(values: &[f64]) -> Scene {
    let &[function, theta, alpha] = values else { return Scene::default() };
    let f = FUNCTIONS[function as usize];
    let at = dvector![theta];
    let value = f.value(&at);
    let mut scene = Scene { handles: vec![(theta, value)], ..Scene::default() };
    scene.curve(PANEL, "f", curve(&|theta| f.value(theta)));
    scene.curve(PANEL, "linear", curve(&|theta| linear_model(&f, &at, &(theta - &at))));
    let parabola = |theta: &DVector<f64>| quadratic_model(&f, &at, &(theta - &at));
    scene.curve(PANEL, "quadratic", curve(&parabola));
    scene.curve(PANEL, "start", vec![(theta, value)]);
    let next = newton(&f, at.clone(), alpha, 1).ok().and_then(|mut path| path.pop());
    let step =
        next.as_ref().map_or_else(Vec::new, |next| vec![(next[0], parabola(next))]);
    scene.curve(PANEL, "Newton step", step);
    scene.says = says(&f, theta, next.map(|next| next[0]));
    scene
}

/// The points of a curve that are within the height.
pub fn curve(f: &dyn Fn(&DVector<f64>) -> f64) -> Vec<Point> {
    let xs = (0..=300).map(|i| RANGE.0 + (RANGE.1 - RANGE.0) * f64::from(i) / 300.0);
    let values = xs.map(|x| (x, f(&dvector![x])));
    values.filter(|&(_, y)| (HEIGHT.0..=HEIGHT.1).contains(&y)).collect()
}

fn says(f: &Example, theta: f64, next: Option<f64>) -> String {
    let at = dvector![theta];
    let curvature = f.hessian(&at)[0];
    let second = format!("f″ = {}", number(curvature));
    let Some(next) = next else {
        return format!(
            "{second}: there is no parabola that is level anywhere, and no step."
        );
    };
    let (before, after) = (f.value(&at), f.value(&dvector![next]));
    let opens = match curvature.total_cmp(&0.0) {
        Ordering::Less => {
            "< 0: the parabola opens downwards, and the step leads to its top, not to a minimum"
        }
        _ => "> 0: the parabola opens upwards",
    };
    let leads = format!(
        "The step goes from {} to {}, and f from {} to {}",
        number(theta),
        number(next),
        number(before),
        number(after)
    );
    let and = match after.total_cmp(&before) {
        Ordering::Greater if curvature > 0.0 => {
            ": it overshoots, the parabola is no model so far away. A shorter step, α below 1, may help."
        }
        Ordering::Greater => ": upwards.",
        Ordering::Equal => ": it stays.",
        Ordering::Less => ".",
    };
    format!("{second} {opens}. {leads}{and}")
}

fn drag(_: usize, (x, _): Point, values: &mut [f64]) {
    values[1] = rounded(x.clamp(RANGE.0, RANGE.1));
}
