//! Two weights in a row: the saddle at zero, and gradient descent from two starts that can
//! be moved.

use descent::initialization::WeightsInARow;
use descent::newton::Smooth;
use nalgebra::dvector;

use crate::valley::{descent, trace};
use crate::widget::{Control, Handle, Point, Scene, Widget};
use crate::words::{digits, number, rounded};

/// The figure, which has one panel.
const PANEL: &str = "initialization-saddle";
/// Both axes.
pub const RANGE: (f64, f64) = (-1.8, 1.8);

const SLIDER: (f64, f64, f64) = (RANGE.0, RANGE.1, 0.01);
const ALLOWED: (f64, f64) = (-1e3, 1e3);

pub const WIDGET: Widget = Widget {
    name: "saddle",
    figures: &[PANEL],
    controls: &[
        Control::even("steps", "steps", (0.0, 100.0, 1.0), (0.0, 1000.0)).running(0.5),
        Control::powers("alpha", "step size α", (-2.0, 0.5), (1e-6, 1e3)),
        Control::even("x", "first start, w₁", SLIDER, ALLOWED),
        Control::even("y", "first start, w₂", SLIDER, ALLOWED),
        Control::even("x2", "second start, w₁", SLIDER, ALLOWED),
        Control::even("y2", "second start, w₂", SLIDER, ALLOWED),
    ],
    handles: &[
        Handle { panel: PANEL, label: "first start", keys: &["x", "y"] },
        Handle { panel: PANEL, label: "second start", keys: &["x2", "y2"] },
    ],
    book: || vec![100.0, 0.1, 0.3, 0.0, 1.3, -1.301],
    needs: None,
    scene,
    drag,
};

fn scene(values: &[f64]) -> Scene {
    let &[steps, alpha, x, y, x2, y2] = values else { return Scene::default() };
    let new = || descent(alpha);
    let gradient = |w: &_| WeightsInARow.gradient(w);
    let mut scene = Scene { handles: vec![(x, y), (x2, y2)], ..Scene::default() };
    for (name, start) in [("first", (x, y)), ("second", (x2, y2))] {
        let path = trace(&new, &gradient, &[start.0, start.1], steps as usize);
        let path: Vec<Point> = path.iter().map(|w| (w[0], w[1])).collect();
        scene.says += &fate(alpha, &path, steps as usize);
        scene.curve(PANEL, name, path);
    }
    scene.says.pop();
    scene
}

/// What becomes of a start, and why.
fn fate(alpha: f64, path: &[Point], steps: usize) -> String {
    // A start beside the line to the saddle is told from one on it.
    let place =
        |(x, y): Point, count| format!("({}, {})", digits(x, count), digits(y, count));
    let loss = |&(x, y): &Point| WeightsInARow.value(&dvector![x, y]);
    let (start, end) = (path[0], path[path.len() - 1]);
    let square = start.0 * start.0;
    let fate = if path.len() <= steps {
        format!(
            "the run diverges in step {}; the hyperbola attracts only where α(w₁² + w₂²) is below 2, and at the start it is {}",
            path.len(),
            number(alpha * (square + start.1 * start.1))
        )
    } else if start == (0.0, 0.0) {
        "nothing moves, since the gradient is zero".into()
    } else if start.0 == -start.1 {
        let factor = 1.0 - alpha * (1.0 + square);
        let leads = match factor.abs() < 1.0 {
            true => "it comes to the saddle",
            false => "it does not come to the saddle",
        };
        format!(
            "w₂ = −w₁ for ever; the first step multiplies both by {}, and {leads}",
            number(factor)
        )
    } else if loss(&end) < 0.01 {
        let half = path.iter().position(|w| loss(w) < 0.25).unwrap_or_default();
        format!(
            "it comes to {}, next to the hyperbola; the loss is first below ¼ in step {half}",
            place(end, 3)
        )
    } else {
        format!(
            "after {steps} steps it is at {}, and the loss is still {}",
            place(end, 3),
            number(loss(&end))
        )
    };
    format!("From {} {fate}. ", place(start, 4))
}

fn drag(handle: usize, (x, y): Point, values: &mut [f64]) {
    let place = 2 + 2 * handle;
    let [x, y] = [x, y].map(|w| rounded(w.clamp(ALLOWED.0, ALLOWED.1)));
    (values[place], values[place + 1]) = (x, y);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(alpha: f64, first: Point) -> String {
        WIDGET.show(&[100.0, alpha, first.0, first.1, 0.0, 0.0]).says
    }

    #[test]
    fn the_sentence_says_where_a_start_goes_and_why() {
        let book = says(0.1, (0.3, 0.0));
        assert!(book.starts_with("From (0.3, 0) it comes to (1.02, 0.981)"), "{book}");
        assert!(
            says(0.1, (0.3, 0.0))
                .ends_with("From (0, 0) nothing moves, since the gradient is zero.")
        );
        assert!(
            says(0.1, (1.5, -1.5))
                .contains("multiplies both by 0.675, and it comes to the saddle")
        );
        assert!(says(1.0, (1.0, -1.0)).contains("it does not come to the saddle"));
        assert!(says(0.1, (1e-6, 0.0)).contains("the loss is still"));
        assert!(says(0.1, (1.3, -1.301)).starts_with("From (1.3, −1.301) it comes"));
        assert!(says(3.0, (1.5, 1.5)).contains("diverges in step"));
    }
}
