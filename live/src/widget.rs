//! What a live figure consists of: values that the reader sets, points to drag, and the
//! scene that follows from the values.

use crate::images::Set;
use crate::words::number;

/// A place in a panel, in the units of its axes.
pub type Point = (f64, f64);

/// Between two pieces of a curve.
pub const GAP: Point = (f64::NAN, f64::NAN);

/// The most values that a figure has.
pub const MOST_VALUES: usize = 16;

/// A live figure.
pub struct Widget {
    /// What pages call it.
    pub name: &'static str,
    /// The committed figures that come alive; the first has the controls below it.
    pub figures: &'static [&'static str],
    pub controls: &'static [Control],
    pub handles: &'static [Handle],
    /// The values of the committed figure, one for each control.
    pub book: fn() -> Vec<f64>,
    /// The digits that are loaded with it, if any.
    pub needs: Option<Set>,
    /// What the figure shows for values that are allowed.
    pub scene: fn(&[f64]) -> Scene,
    /// Sets the values so that a handle lies where it is dragged.
    pub drag: fn(usize, Point, &mut [f64]),
}

/// A value that the reader sets.
pub struct Control {
    /// What the page's address calls it.
    pub key: &'static str,
    pub label: &'static str,
    pub scale: Scale,
    /// The smallest and the largest value that can be typed.
    pub allowed: (f64, f64),
    /// How far it goes in each frame while it runs, if it can.
    pub runs: Option<f64>,
}

impl Control {
    /// With a slider from `low` to `high` by `step`.
    pub const fn even(
        key: &'static str,
        label: &'static str,
        (low, high, step): (f64, f64, f64),
        allowed: (f64, f64),
    ) -> Self {
        let scale = Scale::Even { low, high, step };
        Self { key, label, scale, allowed, runs: None }
    }

    /// With a slider between two powers of ten.
    pub const fn powers(
        key: &'static str,
        label: &'static str,
        (low, high): (f64, f64),
        allowed: (f64, f64),
    ) -> Self {
        let scale = Scale::Powers { low, high };
        Self { key, label, scale, allowed, runs: None }
    }

    /// One of a list.
    pub const fn choice(
        key: &'static str,
        label: &'static str,
        names: &'static [&'static str],
    ) -> Self {
        let allowed = (0.0, names.len() as f64 - 1.0);
        Self { key, label, scale: Scale::Choice(names), allowed, runs: None }
    }

    /// It can run to the end of its slider.
    pub const fn running(self, by: f64) -> Self {
        Self { runs: Some(by), ..self }
    }
}

/// Where a slider goes.
pub enum Scale {
    Even {
        low: f64,
        high: f64,
        step: f64,
    },
    /// Between powers of ten, evenly in the logarithm.
    Powers {
        low: f64,
        high: f64,
    },
    /// The value is the place in the list.
    Choice(&'static [&'static str]),
}

impl Scale {
    /// Where the slider stands for a value.
    pub fn position(&self, value: f64) -> f64 {
        match self {
            Self::Powers { .. } => value.log10(),
            _ => value,
        }
    }
}

/// A point to drag.
pub struct Handle {
    pub panel: &'static str,
    pub label: &'static str,
    /// The controls that follow it to the right and upwards.
    pub keys: &'static [&'static str],
}

/// What is to be seen for some values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scene {
    /// Where the handles lie.
    pub handles: Vec<Point>,
    pub curves: Vec<Curve>,
    /// What it shows, in words.
    pub says: String,
    /// Titles of panels.
    pub titles: Vec<(&'static str, String)>,
    /// Names of curves, in their panels.
    pub names: Vec<(&'static str, &'static str, String)>,
    /// Whether there is more to see as soon as it is asked for again.
    pub is_unfinished: bool,
    /// The control whose value is not allowed.
    pub refused: Option<usize>,
}

/// Points of a curve of the committed figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    pub panel: &'static str,
    pub name: &'static str,
    pub points: Vec<Point>,
}

impl Scene {
    pub fn curve(
        &mut self,
        panel: &'static str,
        name: &'static str,
        points: Vec<Point>,
    ) {
        self.curves.push(Curve { panel, name, points });
    }
}

impl Control {
    /// What is wrong with a value, if anything is.
    fn refusal(&self, value: f64) -> Option<String> {
        let (least, most) = self.allowed;
        let is_fine = (least..=most).contains(&value);
        let [least, most] = [least, most].map(number);
        let label = self.label;
        (!is_fine).then(|| match value.is_nan() {
            true => {
                format!("{label}: this is no number. It can be from {least} to {most}.")
            }
            false => {
                format!(
                    "{label} = {}: it can be from {least} to {most}.",
                    number(value)
                )
            }
        })
    }
}

impl Widget {
    /// What the figure shows, or a sentence that says which value it refuses.
    pub fn show(&self, values: &[f64]) -> Scene {
        let faults = self.controls.iter().zip(values).enumerate();
        let mut faults = faults
            .filter_map(|(i, (control, &value))| Some((i, control.refusal(value)?)));
        match faults.next() {
            Some((i, says)) => Scene { says, refused: Some(i), ..Scene::default() },
            None => (self.scene)(values),
        }
    }

    /// The same when there is no more to come.
    pub fn finished(&self, values: &[f64]) -> Scene {
        loop {
            let scene = self.show(values);
            if !scene.is_unfinished {
                return scene;
            }
        }
    }
}
