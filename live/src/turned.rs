//! Gradient descent and Adam in the valley and in the same valley turned.

use descent::adam::Adam;
use descent::gradient_descent::Optimizer;
use descent::quadratic::{Quadratic, START};
use nalgebra::{DVector, matrix};

use crate::valley::{descent, run, spectrum, valley};
use crate::widget::{Control, Handle, Point, Scene, Widget};
use crate::words::{number, rounded};

const CONDITION: f64 = 10.0;
const BETAS: [f64; 2] = [0.9, 0.999];
const EPSILON: f64 = 1e-8;
/// Steps of each path.
pub const STEPS: usize = 40;

pub const WIDGET: Widget = Widget {
    name: "turned",
    figures: &["adam-turned"],
    controls: &[
        Control::even(
            "angle",
            "turned by, in degrees",
            (0.0, 90.0, 1.0),
            (-360.0, 360.0),
        ),
        Control::powers("alpha", "Adam’s step size α", (-2.0, 1.0), (1e-9, 1e9)),
        Control::even("x", "start, θ₁", (-4.0, 11.0, 0.1), (-1e9, 1e9)),
        Control::even("y", "start, θ₂", (-1.6, 1.6, 0.02), (-1e9, 1e9)),
    ],
    handles: &[Handle { panel: "Adam", label: "start", keys: &["x", "y"] }],
    book: || vec![45.0, 0.5, START[0], START[1]],
    needs: None,
    scene,
    drag,
};

/// A turn of the plane.
#[derive(Clone, Copy)]
struct Turn {
    cos: f64,
    sin: f64,
}

impl Turn {
    fn new(degrees: f64) -> Self {
        let (sin, cos) = degrees.to_radians().sin_cos();
        Self { cos, sin }
    }

    fn of(self, (x, y): Point) -> Point {
        (self.cos * x - self.sin * y, self.sin * x + self.cos * y)
    }

    fn back(self, point: Point) -> Point {
        Self { sin: -self.sin, ..self }.of(point)
    }

    /// The valley after the turn.
    fn valley(self) -> Quadratic {
        let spectrum = spectrum(CONDITION);
        let Self { cos, sin } = self;
        let turn = matrix![cos, -sin; sin, cos];
        let p = turn
            * matrix![spectrum.smallest, 0.0; 0.0, spectrum.largest]
            * turn.transpose();
        // Both entries beside the diagonal are one number.
        let beside = p[(0, 1)];
        Quadratic::new(
            nalgebra::dmatrix![p[(0, 0)], beside; beside, p[(1, 1)]],
            DVector::zeros(2),
        )
    }
}

fn scene(values: &[f64]) -> Scene {
    let &[angle, alpha, x, y] = values else { return Scene::default() };
    let turn = Turn::new(angle);
    let best = || descent(spectrum(CONDITION).best_step_size());
    let adam = || -> Option<Box<dyn Optimizer>> {
        let adam = Adam::new(alpha, BETAS, EPSILON).ok()?;
        Some(Box::new(adam.with_bias_correction()))
    };
    let straight = valley(CONDITION);
    let oblique = turn.valley();
    let back = |points: Vec<Point>| -> Vec<Point> {
        points.into_iter().map(|point| turn.back(point)).collect()
    };
    let start = turn.of((x, y));
    let of_descent = [
        run(&best, &straight, (x, y), STEPS),
        back(run(&best, &oblique, start, STEPS)),
    ];
    let of_adam = [
        run(&adam, &straight, (x, y), STEPS),
        back(run(&adam, &oblique, start, STEPS)),
    ];
    let mut scene = Scene {
        handles: vec![(x, y)],
        says: says(angle, &of_descent, &of_adam),
        ..Scene::default()
    };
    scene.titles.push(("Adam", format!("Adam, α = {}", number(alpha))));
    for (panel, [along, turned]) in
        [("gradient descent", of_descent), ("Adam", of_adam)]
    {
        scene.curve(panel, "along the axes", along);
        scene.curve(panel, "turned", turned);
    }
    scene
}

fn farthest([one, other]: &[Vec<Point>; 2]) -> f64 {
    let pairs = one.iter().zip(other);
    pairs.map(|(a, b)| (a.0 - b.0).hypot(a.1 - b.1)).fold(0.0, f64::max)
}

fn says(angle: f64, descent: &[Vec<Point>; 2], adam: &[Vec<Point>; 2]) -> String {
    let apart = |paths: &[Vec<Point>; 2]| match farthest(paths) {
        ..1e-6 => "are one".to_owned(),
        distance => format!("are up to {} apart", number(distance)),
    };
    let angle = number(angle);
    format!(
        "Turned by {angle}° and turned back for the comparison: the two paths of gradient descent {}, those of Adam {}.",
        apart(descent),
        apart(adam)
    )
}

fn drag(_: usize, (x, y): Point, values: &mut [f64]) {
    (values[2], values[3]) = (rounded(x), rounded(y));
}
