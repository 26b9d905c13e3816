//! What is drawn of figures that one can touch: the scene of the book's settings, computed
//! by the code that computes all others in the page.

use live::widget::{Scene, Widget};

use crate::contour::Point;
use crate::output::{csv, number, place};

/// The scene of the book's settings.
pub struct Book(Scene);

impl Book {
    pub fn new(widget: &Widget) -> Self {
        Self(widget.finished(&(widget.book)()))
    }

    /// The points of a curve of a panel.
    ///
    /// # Panics
    /// If there is none.
    pub fn points(&self, panel: &str, name: &str) -> Vec<Point> {
        let curve = self.0.curves.iter().find(|c| c.panel == panel && c.name == name);
        curve.unwrap_or_else(|| panic!("no curve `{name}` in `{panel}`")).points.clone()
    }

    /// All curves, a row for each point.
    pub fn csv(&self) -> String {
        let rows = self.0.curves.iter().flat_map(|curve| {
            let points =
                curve.points.iter().filter(|(x, y)| !(x.is_nan() || y.is_nan()));
            points.map(|&(x, y)| {
                vec![curve.panel.into(), curve.name.into(), place(x), number(y)]
            })
        });
        csv(&["panel", "curve", "x", "y"], rows)
    }
}
