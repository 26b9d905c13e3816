//! Weights in a row that start near zero: how long the loss stays where it is.

use descent::initialization::WeightsInARow;
use descent::newton::Smooth;

use crate::valley::{descent, trace};
use crate::widget::{Control, Scene, Widget};
use crate::words::number;

/// The figure, which has one panel.
const PANEL: &str = "initialization-wait";
/// The last step of the axis.
pub const STEPS: usize = 126;

pub const WIDGET: Widget = Widget {
    name: "wait",
    figures: &[PANEL],
    controls: &[
        Control::powers("w", "start w", (-4.0, 0.0), (1e-12, 1.0)),
        Control::powers("alpha", "step size α", (-2.0, 0.5), (1e-6, 1e3)),
    ],
    handles: &[],
    book: || vec![0.1, 0.1],
    needs: None,
    scene,
    drag: |_, _, _| {},
};

/// What the curves are called: how many weights, and by which part of `w` they start.
pub const CURVES: [(&str, usize, f64); 4] = [
    ("two of w", 2, 1.0),
    ("two of w/10", 2, 10.0),
    ("two of w/100", 2, 100.0),
    ("three of w", 3, 1.0),
];

fn scene(values: &[f64]) -> Scene {
    let &[largest, alpha] = values else { return Scene::default() };
    let new = || descent(alpha);
    let gradient = |w: &_| WeightsInARow.gradient(w);
    let mut scene = Scene::default();
    let mut waits = String::new();
    for (curve, weights, part) in CURVES {
        let w = largest / part;
        let path = trace(&new, &gradient, &vec![w; weights], STEPS);
        let losses: Vec<f64> = path.iter().map(|w| WeightsInARow.value(w)).collect();
        let half = losses.iter().position(|&loss| loss < 0.25);
        waits += if waits.is_empty() { "" } else { ", " };
        waits += &match half {
            Some(step) => format!("{curve}: {step}"),
            None => format!("{curve}: after {STEPS}"),
        };
        let mut shown = Vec::new();
        for (step, &loss) in losses.iter().enumerate() {
            if step % 3 == 0 {
                shown.push((step as f64, loss));
            }
        }
        scene.curve(PANEL, curve, shown);
    }
    scene.says = says(alpha, largest, &waits);
    scene
}

fn says(alpha: f64, largest: f64, waits: &str) -> String {
    let each = (10.0_f64.ln() / (1.0 + alpha).ln()).max(0.0);
    let but = if alpha > 2.0 / 3.0 {
        " But where the loss is 0 the curvature is 2, with three weights 3: α has to be below 2 over that."
    } else if largest > 0.3 {
        " But that is counted near zero, and w is not."
    } else {
        ""
    };
    format!(
        "First step with less than half of the loss: {waits}. Each further zero in the start costs two weights \
         log 10/log(1 + α) = {} steps, three about ten times the wait.{but}",
        number(each)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_says_how_long_each_start_waits_and_when_that_is_no_rule() {
        let says = |w, alpha| WIDGET.show(&[w, alpha]).says;
        // The chapter's table.
        let book = says(0.1, 0.1);
        assert!(
            book.contains(
                "two of w: 20, two of w/10: 44, two of w/100: 68, three of w: 90"
            ),
            "{book}"
        );
        assert!(
            book.ends_with("= 24.2 steps, three about ten times the wait."),
            "{book}"
        );
        assert!(says(0.01, 0.1).contains("three of w: after 126"));
        assert!(says(0.5, 0.1).contains("w is not"));
        assert!(says(0.1, 0.8).contains("α has to be below"));
    }
}
