//! Norms of activations and gradients through a deep network, and which units are off, at
//! three scales.

use std::cell::RefCell;

use descent::backpropagation::{backward, cross_entropy_gradient};
use descent::depth::{dead_units, image_norms};
use descent::initialization::normal;
use descent::network::{Activation, Batch, Network};
use descent::norm_law::band;
use descent::random::{Stream, generator};
use nalgebra::DMatrix;

use crate::images::{self, PIXELS, Set};
use crate::widget::{Control, Point, Scene, Widget};
use crate::words::number;

/// Of the committed figure.
pub const IMAGES: usize = 256;
/// Of the weights, and of the choice of images.
pub const SEED: u64 = 7;
/// Images that go through a network in one call, so that none takes long.
const PART: usize = 16;

const ACTIVATIONS: [Activation; 4] =
    [Activation::Relu, Activation::LeakyRelu, Activation::Tanh, Activation::Sigmoid];
const NAMES: [&str; 4] = ["ReLU", "leaky ReLU", "tanh", "sigmoid"];

/// The names of the three curves, and of the band around each.
const CURVES: [(&str, &str); 3] = [
    ("c = 1", "one image, c = 1"),
    ("c = 2", "one image, c = 2"),
    ("c = 3", "one image, c = 3"),
];
/// The curve whose scale the reader sets.
const MOVED: usize = 1;

const FORWARD: &str = "activations";
const BACKWARD: &str = "activation gradients";
const WEIGHTS: &str = "weight gradients";
const DEAD: &str = "dead units";

pub const WIDGET: Widget = Widget {
    name: "depth",
    figures: &["depth-linked"],
    controls: &[
        Control::even("c", "c of the middle curve", (0.1, 6.0, 0.05), (1e-3, 100.0)),
        Control::even("width", "width", (5.0, 150.0, 5.0), (1.0, 150.0)),
        Control::even("layers", "weight matrices", (2.0, 50.0, 1.0), (2.0, 60.0)),
        Control::choice("activation", "activation", &NAMES),
        Control::choice(
            "first",
            "fan-in for the first matrix",
            &["its own, 784", "that of the others"],
        ),
        Control::even("seed", "seed of the weights", (0.0, 50.0, 1.0), (0.0, 1e9)),
    ],
    handles: &[],
    book: || vec![2.0, 100.0, 50.0, 0.0, 0.0, SEED as f64],
    needs: Some(Set::Depth),
    scene,
    drag: |_, _, _| {},
};

/// What a curve depends on.
#[derive(Clone, Copy, PartialEq)]
struct Setting {
    scale: f64,
    width: usize,
    layers: usize,
    activation: usize,
    is_first_like_others: bool,
    seed: u64,
}

impl Setting {
    fn new(values: &[f64], scale: f64) -> Self {
        Self {
            scale,
            width: values[1] as usize,
            layers: values[2] as usize,
            activation: values[3] as usize,
            is_first_like_others: values[4] >= 1.0,
            seed: values[5] as u64,
        }
    }

    /// From the image to the last hidden layer.
    fn hidden(&self) -> Vec<usize> {
        let hidden = std::iter::repeat_n(self.width, self.layers - 1);
        std::iter::once(PIXELS).chain(hidden).collect()
    }

    /// [`descent::depth::network`], but for the activation and the first fan-in.
    fn network(&self) -> Network {
        let mut widths = self.hidden();
        widths.push(10);
        let mut rng = generator(self.seed, Stream::Weights);
        let hidden = ACTIVATIONS[self.activation];
        Network::with_widths(&widths, hidden, |fan_in, fan_out| {
            let is_other = self.is_first_like_others && fan_in == PIXELS;
            let counted = if is_other { self.width } else { fan_in };
            normal(fan_in, fan_out, self.scale / counted as f64, &mut rng)
        })
    }

    /// Where a single image lies in about 95 of 100 networks, all around; the law is that
    /// of ReLU layers.
    fn outline(&self, start: f64) -> Vec<Point> {
        if ACTIVATIONS[self.activation] != Activation::Relu {
            return Vec::new();
        }
        let law = band(&self.hidden(), self.scale);
        // The ReLU lets a factor of the first weights pass.
        let factor = match self.is_first_like_others {
            true => (PIXELS as f64 / self.width as f64).sqrt(),
            false => 1.0,
        };
        let mut points = Vec::new();
        for side in [-2.0, 2.0] {
            for (i, band) in law.iter().enumerate() {
                let factor = if i > 0 { factor } else { 1.0 };
                let log = band.mean + side * band.standard_deviation;
                points.push(((i + 1) as f64, factor * start * 10_f64.powf(log)));
            }
        }
        // Along the lower edge, and back along the upper one.
        points[law.len()..].reverse();
        points
    }
}

/// What is known of a network: some of the images have gone through.
struct Course {
    setting: Setting,
    network: Network,
    images: usize,
    /// `‖z₁‖` of the first image.
    first: f64,
    layers: Vec<Layer>,
}

/// Sums over the images so far, of a layer and its input.
struct Layer {
    /// Of `‖z‖²` in the input.
    square: f64,
    /// The largest activation of each unit of the input.
    largest: Vec<f64>,
    /// Of `‖∂z‖²` in the output, were the loss a sum over the images.
    gradient_square: f64,
    /// Of `∂W`, were it one.
    gradient: Vec<f64>,
}

/// What [`descent::depth::norms`] says of a layer, and the share of dead units.
enum Quantity {
    Activations,
    ActivationGradients,
    WeightGradients,
    Dead,
}

impl Course {
    fn new(setting: Setting) -> Self {
        let network = setting.network();
        let mut layers = Vec::new();
        for layer in network.layers() {
            layers.push(Layer {
                square: 0.0,
                largest: vec![f64::NEG_INFINITY; layer.linear.fan_in()],
                gradient_square: 0.0,
                gradient: vec![0.0; layer.linear.weight.len()],
            });
        }
        Self { setting, network, images: 0, first: 0.0, layers }
    }

    /// Lets some more images through.
    fn add(&mut self, batch: &Batch) {
        let done = self.images;
        let count = PART.min(batch.len() - done);
        let images = batch.images.rows(done, count).into_owned();
        let activations = self.network.forward(images);
        let labels = &batch.labels[done..done + count];
        let loss_gradient =
            cross_entropy_gradient(&activations[self.layers.len()], labels);
        let gradients = backward(&self.network, &activations, loss_gradient);
        // The gradients are those of a mean.
        let count = count as f64;
        for (layer, gradient) in self.layers.iter_mut().rev().zip(gradients) {
            let entries = layer.gradient.iter_mut();
            for (sum, entry) in entries.zip(gradient.parameters.weight.as_slice()) {
                *sum += count * entry;
            }
            layer.gradient_square += count * count * square(gradient.output.as_slice());
        }
        for (layer, z) in self.layers.iter_mut().zip(&activations) {
            layer.square += square(z.as_slice());
            let units = z.as_slice().chunks_exact(z.nrows());
            for (largest, unit) in layer.largest.iter_mut().zip(units) {
                for &z in unit {
                    *largest = largest.max(z);
                }
            }
        }
        if done == 0 {
            self.first = image_norms(&activations[0])[0];
        }
        self.images += labels.len();
    }

    /// For each layer, from the first or the second on.
    fn curve(&self, first: usize, quantity: &Quantity) -> Vec<Point> {
        let images = self.images as f64;
        let mut points = Vec::new();
        for i in first..first + self.layers.len() {
            let layer = match quantity {
                Quantity::Dead | Quantity::Activations => self.layers.get(i - 1),
                _ => self.layers.get(i - first),
            };
            let Some(layer) = layer else { break };
            let value = match quantity {
                Quantity::Activations => (layer.square / images).sqrt(),
                Quantity::ActivationGradients => layer.gradient_square.sqrt() / images,
                Quantity::WeightGradients => square(&layer.gradient).sqrt() / images,
                Quantity::Dead => {
                    let units = layer.largest.len();
                    dead_units(&DMatrix::from_column_slice(1, units, &layer.largest))
                }
            };
            points.push((i as f64, value));
        }
        points
    }
}

fn square(values: &[f64]) -> f64 {
    values.iter().map(|value| value * value).sum()
}

thread_local! {
    static COURSES: RefCell<Vec<Course>> = const { RefCell::new(Vec::new()) };
}

fn scene(values: &[f64]) -> Scene {
    let scene = images::with(Set::Depth, |batch| {
        COURSES.with_borrow_mut(|courses| at(values, batch, courses))
    });
    scene.unwrap_or_else(images::absent)
}

fn at(values: &[f64], batch: &Batch, courses: &mut Vec<Course>) -> Scene {
    let settings = [1.0, values[0], 3.0].map(|scale| Setting::new(values, scale));
    courses.retain(|course| settings.contains(&course.setting));
    let known = courses.len();
    for setting in settings {
        if courses.iter().all(|course| course.setting != setting) {
            let mut course = Course::new(setting);
            course.add(batch);
            courses.push(course);
        }
    }
    // At rest more images follow, on the curve first that the reader moves.
    if courses.len() == known {
        let open = courses.iter_mut().filter(|course| course.images < batch.len());
        let next = open
            .min_by_key(|course| (course.setting != settings[MOVED], course.images));
        if let Some(course) = next {
            course.add(batch);
        }
    }
    let mut scene = Scene {
        is_unfinished: courses.iter().any(|course| course.images < batch.len()),
        ..Scene::default()
    };
    for (setting, (curve, of_one)) in settings.into_iter().zip(CURVES) {
        let Some(course) = courses.iter().find(|course| course.setting == setting)
        else {
            continue;
        };
        scene.curve(FORWARD, of_one, setting.outline(course.first));
        scene.curve(FORWARD, curve, course.curve(1, &Quantity::Activations));
        scene.curve(BACKWARD, curve, course.curve(2, &Quantity::ActivationGradients));
        scene.curve(WEIGHTS, curve, course.curve(1, &Quantity::WeightGradients));
        if curve == CURVES[MOVED].0 {
            // The others let everything pass.
            let dead = match setting.activation {
                0 | 1 => course.curve(2, &Quantity::Dead),
                _ => Vec::new(),
            };
            scene.says = says(course, batch.len(), dead.last());
            scene.curve(DEAD, "share of dead units", dead);
        }
    }
    scene.names.push((FORWARD, CURVES[MOVED].0, format!("c = {}", number(values[0]))));
    scene
}

fn says(course: &Course, all: usize, dead: Option<&Point>) -> String {
    let Course { setting, images, .. } = course;
    let activations = course.curve(1, &Quantity::Activations);
    let of_all = if *images < all { format!(" of {all}") } else { String::new() };
    let start = format!(
        "{}, c = {}, the first {images}{of_all} images",
        NAMES[setting.activation],
        number(setting.scale)
    );
    let layers = activations.len();
    let (first, last) = (activations[1].1, activations[layers - 1].1);
    if last == 0.0 {
        return format!(
            "{start}: in some layer all units are off, and nothing passes, forwards or back."
        );
    }
    let mut says = start;
    if layers > 2 {
        says += ": from the first hidden layer to the last the activations are multiplied by ";
        says += &number(last / first);
    }
    if let Some((_, share)) = dead {
        says += "; there ";
        says += &number(100.0 * share);
        says += " % of the units are off for all images";
    }
    says += ".";
    let (mut least, mut most) = (f64::INFINITY, 0.0);
    for (_, norm) in &course.curve(1, &Quantity::WeightGradients)[1..layers - 1] {
        (least, most) = (norm.min(least), norm.max(most));
    }
    if layers > 3 {
        says += " The largest of the weight gradients between is ";
        says += &number(most / least);
        says += " times the smallest.";
    }
    says + &hypothesis(setting)
}

/// Which hypothesis of the page fails.
fn hypothesis(setting: &Setting) -> String {
    let Setting { activation, is_first_like_others, scale, .. } = *setting;
    match ACTIVATIONS[activation] {
        Activation::Relu if is_first_like_others => {
            let factor = (PIXELS as f64 / setting.width as f64).sqrt();
            format!(
                " The first fan-in is not the layer’s own: all activations are {} times as large, and the shape stays.",
                number(factor)
            )
        }
        Activation::Relu if scale == 2.0 => {
            " At c = 2 the mean square is kept, in the mean over networks.".into()
        }
        Activation::Relu => format!(
            " c is not 2: the mean square changes by c/2 = {} in each layer.",
            number(scale / 2.0)
        ),
        Activation::LeakyRelu => {
            " A leaky ReLU keeps a little more than half; the bands are those of the ReLU and left out.".into()
        }
        _ => " It lets no factor pass (it is not positively homogeneous): neither bands nor flat weight gradients are promised.".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Images without a digit on them.
    fn blots() -> Batch {
        let grey = |image: usize, pixel: usize| ((image * 7 + pixel * 13) % 11) as f64;
        let images = DMatrix::from_fn(40, PIXELS, grey) / 11.0;
        Batch::new(images, (0..40).map(|image| image % 10).collect())
    }

    #[test]
    fn in_parts_the_norms_are_those_of_the_whole_batch() {
        let batch = blots();
        for (activation, first) in [(0.0, 0.0), (2.0, 1.0)] {
            let values = [2.5, 12.0, 6.0, activation, first, 3.0];
            let setting = Setting::new(&values, 2.5);
            let mut course = Course::new(setting);
            while course.images < batch.len() {
                course.add(&batch);
            }
            let network = setting.network();
            let norms = descent::depth::norms(&network, &batch);
            let dead = descent::depth::geometry(&network, &batch).dead;
            for (first, quantity, expected) in [
                (1, Quantity::Activations, &norms.activations()[..6]),
                (2, Quantity::ActivationGradients, &norms.activation_gradients),
                (1, Quantity::WeightGradients, &norms.weight_gradients),
                (2, Quantity::Dead, &dead[1..]),
            ] {
                let curve = course.curve(first, &quantity);
                assert_eq!(curve.len(), expected.len());
                for ((i, point), &value) in curve.into_iter().enumerate().zip(expected)
                {
                    assert_eq!(point.0, (i + first) as f64);
                    let difference = (point.1 - value).abs();
                    assert!(difference <= 1e-12 * value, "{point:?}, not {value}");
                }
            }
        }
    }

    #[test]
    fn at_the_books_settings_the_network_is_the_books() {
        let setting = Setting::new(&[2.0, 8.0, 4.0, 0.0, 0.0, 7.0], 3.0);
        let book = descent::depth::network(&[PIXELS, 8, 8, 8, 10], 3.0, 7);
        assert_eq!(setting.network(), book);
    }

    #[test]
    fn a_first_layer_with_the_fan_in_of_the_others_moves_the_band() {
        let own = Setting::new(&[2.0, 100.0, 6.0, 0.0, 0.0, 7.0], 2.0);
        let other = Setting { is_first_like_others: true, ..own };
        let pairs: Vec<_> =
            own.outline(9.0).into_iter().zip(other.outline(9.0)).collect();
        assert_eq!(pairs.len(), 12);
        for (own, other) in pairs {
            let factor = if own.0 > 1.0 { 2.8 } else { 1.0 };
            assert!((other.1 / own.1 - factor).abs() < 1e-12);
        }
    }
}
