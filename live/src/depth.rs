//! Norms of activations and gradients through a deep network, at three scales.

use std::cell::RefCell;

use descent::depth::{Norms, dead_units, norms};
use descent::initialization::normal;
use descent::network::{Activation, Batch, Network};
use descent::norm_law::{Band, band};
use descent::random::{Stream, generator};

use crate::images::{PIXELS, Set, first};
use crate::widget::{Control, Pace, Point, Scene, Widget};
use crate::words::number;

/// The images of the committed figure, and those while something moves.
pub const IMAGES: usize = 256;
const FEW: usize = 32;
/// The seed of the weights, and of the choice of images.
pub const SEED: u64 = 7;

const ACTIVATIONS: [Activation; 4] =
    [Activation::Relu, Activation::LeakyRelu, Activation::Tanh, Activation::Sigmoid];

const FORWARD: &str = "depth-activations";
const BACKWARD: &str = "depth-activation_gradients";
const WEIGHTS: &str = "depth-weight_gradients";

/// The names of the three curves, and of the band around each.
const CURVES: [(&str, &str); 3] = [
    ("c = 1", "one image, c = 1"),
    ("c = 2", "one image, c = 2"),
    ("c = 3", "one image, c = 3"),
];

pub const WIDGET: Widget = Widget {
    name: "depth",
    figures: &[FORWARD, BACKWARD, WEIGHTS],
    controls: &[
        Control::even("c1", "c of the first curve", (0.1, 4.0, 0.05), (1e-3, 100.0)),
        Control::even("c2", "c of the second", (0.1, 4.0, 0.05), (1e-3, 100.0)),
        Control::even("c3", "c of the third", (0.1, 4.0, 0.05), (1e-3, 100.0)),
        Control::even("width", "width", (5.0, 150.0, 5.0), (1.0, 200.0)),
        Control::even("layers", "layers", (3.0, 50.0, 1.0), (2.0, 50.0)),
        Control::choice(
            "activation",
            "activation",
            &["ReLU", "leaky ReLU", "tanh", "sigmoid"],
        ),
        Control::choice(
            "first",
            "fan-in of the first layer",
            &["its own", "that of the others"],
        ),
        Control::even("seed", "seed", (0.0, 50.0, 1.0), (0.0, 1e9)),
    ],
    book: || vec![1.0, 2.0, 3.0, 100.0, 50.0, 0.0, 0.0, SEED as f64],
    needs: Some("depth"),
    scene,
    ..Widget::DEFAULT
};

/// What one curve depends on: c, and all that the three have in common.
#[derive(Clone, Copy, PartialEq)]
struct Setting {
    scale: f64,
    width: usize,
    layers: usize,
    activation: usize,
    is_first_like_others: bool,
    seed: u64,
    images: usize,
}

#[derive(Clone)]
struct Measured {
    setting: Setting,
    norms: Norms,
    /// The share of units of the last hidden layer that are off for all images.
    dead: f64,
}

thread_local! {
    static LAST: RefCell<Vec<Measured>> = const { RefCell::new(Vec::new()) };
}

impl Setting {
    fn new(values: &[f64], curve: usize, pace: Pace) -> Self {
        Self {
            scale: values[curve],
            width: values[3] as usize,
            layers: values[4] as usize,
            activation: values[5] as usize,
            is_first_like_others: values[6] >= 1.0,
            seed: values[7] as u64,
            images: if pace == Pace::Moving { FEW } else { IMAGES },
        }
    }

    /// From the image to the last hidden layer.
    fn hidden(&self) -> Vec<usize> {
        let hidden = std::iter::repeat_n(self.width, self.layers - 1);
        std::iter::once(PIXELS).chain(hidden).collect()
    }

    /// [`descent::depth::network`], but for the activation and the first layer's variance.
    fn network(&self) -> Network {
        let mut widths = self.hidden();
        widths.push(10);
        let mut rng = generator(self.seed, Stream::Weights);
        Network::with_widths(
            &widths,
            ACTIVATIONS[self.activation],
            |fan_in, fan_out| {
                let own = if self.is_first_like_others && fan_in == PIXELS {
                    self.width
                } else {
                    fan_in
                };
                normal(fan_in, fan_out, self.scale / own as f64, &mut rng)
            },
        )
    }

    fn measure(self, batch: &Batch) -> Measured {
        let network = self.network();
        let norms = norms(&network, batch);
        let mut activations = network.forward(batch.images.clone());
        activations.pop();
        let dead = activations.last().map_or(0.0, dead_units);
        Measured { setting: self, norms, dead }
    }
}

fn scene(values: &[f64], pace: Pace) -> Scene {
    let settings = [0, 1, 2].map(|curve| Setting::new(values, curve, pace));
    let Some(batch) = first(Set::Depth, settings[0].images) else {
        return Scene {
            says: "The images are not here yet.".into(),
            ..Scene::default()
        };
    };
    // One curve in a call, so that none takes long.
    let measured = LAST.with_borrow_mut(|last| {
        last.retain(|measured| settings.contains(&measured.setting));
        let known = |setting: &Setting| last.iter().any(|one| one.setting == *setting);
        if let Some(setting) = settings.iter().find(|setting| !known(setting)) {
            last.push(setting.measure(&batch));
        }
        let find = |setting| last.iter().find(|one| one.setting == setting).cloned();
        settings.map(find)
    });
    let all: Vec<&Measured> = measured.iter().flatten().collect();
    let is_unfinished = all.len() < measured.len();
    let mut scene = Scene { says: says(&all), is_unfinished, ..Scene::default() };
    for (measured, (curve, of_one)) in measured.iter().zip(CURVES) {
        let Some(measured) = measured else { continue };
        let Norms { activation_gradients, weight_gradients, images, .. } =
            &measured.norms;
        let mut forward = measured.norms.activations();
        forward.pop();
        scene.curve(FORWARD, of_one, outline(measured.setting, images[0][0]));
        scene.curve(FORWARD, curve, from_layer(1, &forward));
        scene.curve(BACKWARD, curve, from_layer(2, activation_gradients));
        scene.curve(WEIGHTS, curve, from_layer(1, weight_gradients));
        let name = format!("c = {}", number(measured.setting.scale));
        for figure in [FORWARD, BACKWARD, WEIGHTS] {
            scene.names.push((figure, curve, name.clone()));
        }
    }
    scene
}

fn from_layer(first: u32, values: &[f64]) -> Vec<Point> {
    (first..).map(f64::from).zip(values.iter().copied()).collect()
}

/// Where a single image lies in about 95 of 100 networks, all around; the law is that of
/// ReLU layers, each with its own fan-in.
fn outline(setting: Setting, start: f64) -> Vec<Point> {
    if setting.activation != 0 || setting.is_first_like_others {
        return Vec::new();
    }
    let law = band(&setting.hidden(), setting.scale);
    let edge = |side: f64| {
        let at = move |band: &Band| {
            start * 10_f64.powf(band.mean + side * 2.0 * band.standard_deviation)
        };
        (1..).map(f64::from).zip(law.iter().map(at)).collect::<Vec<Point>>()
    };
    let back = edge(1.0).into_iter().rev();
    edge(-1.0).into_iter().chain(back).collect()
}

fn says(measured: &[&Measured]) -> String {
    let Setting { activation, images, layers, .. } = measured[0].setting;
    let sentence = |measured: &&Measured| {
        let mut forward = measured.norms.activations();
        forward.pop();
        let [.., last] = forward[..] else { return String::new() };
        let weights = &measured.norms.weight_gradients;
        let inner = &weights[1..weights.len() - 1];
        let [least, most] = [f64::min, f64::max]
            .map(|pick| inner.iter().copied().reduce(pick).unwrap_or(f64::NAN));
        let c = number(measured.setting.scale);
        let from_to = number(last / forward[1.min(forward.len() - 1)]);
        format!(
            "c = {c}: from the first hidden layer to the last the activations change by the factor {from_to}; the largest weight gradient \
             between is {} times the smallest; {} % of the last layer’s units are off for all images.",
            number(most / least),
            number(100.0 * measured.dead),
        )
    };
    let fails = match activation {
        0 => "",
        1 => {
            " A leaky ReLU keeps a little more than half: the band is that of the ReLU and is left out."
        }
        _ => {
            " This activation is not positively homogeneous: neither the band nor the flat weight gradients are promised."
        }
    };
    let sentences = measured.iter().map(sentence).collect::<Vec<_>>().join(" ");
    format!("{images} images, {layers} layers. {sentences}{fails}")
}
