//! Norms of activations and gradients in a deep network, on MNIST.

use std::iter;
use std::path::{Path, PathBuf};

use clap::Args;
use descent::depth::{
    self, Norms, arc_cosine, geometry, image_norms, network, network_of_sigmoids,
    network_with_biases, norms, root_mean_square,
};
use descent::mnist::{Digits, PIXELS, Split};
use descent::network::Batch;
use indicatif::{ProgressBar, ProgressIterator, ProgressStyle};

use crate::canvas::{Caption, DrawResult, Ink, svg};
use crate::chart::{Axis, Band, Chart, Line, power_of_ten, tenths, whole};
use crate::output::{Figure, csv, number};

/// The experiment; the defaults are the book's.
#[derive(Args, Clone, Debug, PartialEq)]
pub struct Options {
    /// Weight matrices between the images and the logits
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(2..=1000))]
    layers: u32,
    /// Units in each hidden layer
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=5000))]
    width: u32,
    /// The c of the variance c/fan_in of the weights; repeat it for up to six curves
    #[arg(long = "scale", value_name = "C", default_values_t = [1.0, 2.0, 3.0], value_parser = positive)]
    scales: Vec<f64>,
    /// Images of the MNIST test set
    #[arg(long, default_value_t = 256, value_parser = clap::value_parser!(u32).range(2..=10_000))]
    batch: u32,
    /// Seed of the weights and of the choice of images, where one network is drawn
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// The folder with the MNIST files [default: data/mnist]
    #[arg(long, value_name = "DIR")]
    mnist: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        let scales = vec![1.0, 2.0, 3.0];
        Self { layers: 50, width: 100, scales, batch: 256, seed: 7, mnist: None }
    }
}

fn positive(argument: &str) -> Result<f64, String> {
    match argument.parse() {
        Ok(scale) if scale > 0.0 && f64::is_finite(scale) => Ok(scale),
        _ => Err("expected a number above 0".into()),
    }
}

/// The scale of He's initialization, for the figures that show one network only.
const HE: f64 = 2.0;
/// Networks in the figures that show many.
const FEW: u64 = 32;
const MANY: u64 = 200;

pub fn figures(options: &Options) -> DrawResult<Vec<Figure>> {
    if options.scales.len() > 6 {
        return Err(format!("--scale: {} scales, expected at most 6", options.scales.len()).into());
    }
    let default_folder = || Path::new(env!("CARGO_MANIFEST_DIR")).join("data/mnist");
    let folder = options.mnist.clone().unwrap_or_else(default_folder);
    let digits = Digits::read(&folder, Split::Test)?;
    let experiment = Experiment { options, digits };
    let measured = experiment.measure()?;
    Ok(vec![
        experiment.activations(&measured)?,
        experiment.weight_gradients(&measured)?,
        experiment.activation_gradients(&measured)?,
        experiment.single_images()?,
        experiment.spread()?,
        experiment.geometry()?,
        experiment.counterexamples()?,
    ])
}

struct Experiment<'a> {
    options: &'a Options,
    digits: Digits,
}

impl Experiment<'_> {
    fn widths(&self) -> Vec<usize> {
        let hidden = iter::repeat_n(self.options.width as usize, self.options.layers as usize - 1);
        iter::once(PIXELS).chain(hidden).chain([10]).collect()
    }

    /// The widths without the logits, for what concerns ReLU layers only.
    fn hidden(&self) -> Vec<usize> {
        let mut widths = self.widths();
        widths.pop();
        widths
    }

    fn batch(&self, seed: u64) -> Batch {
        self.digits.sample(self.options.batch as usize, seed)
    }

    fn measure(&self) -> DrawResult<Vec<(f64, Norms)>> {
        let batch = self.batch(self.options.seed);
        let measure = |&scale: &f64| {
            let measured = norms(&network(&self.widths(), scale, self.options.seed), &batch);
            let all = [
                measured.activations(),
                measured.weight_gradients.clone(),
                measured.activation_gradients.clone(),
            ];
            if all.iter().flatten().any(|norm| !norm.is_finite()) {
                return Err(format!(
                    "--scale {scale}: over {} layers the norms leave the range of f64; take a smaller scale or fewer layers",
                    self.options.layers
                ).into());
            }
            Ok((scale, measured))
        };
        self.options.scales.iter().map(measure).collect()
    }

    fn activations(&self, measured: &[(f64, Norms)]) -> DrawResult<Figure> {
        let name = "depth-activations";
        let hidden = self.hidden();
        let curves: Vec<_> = measured
            .iter()
            .map(|(scale, norms)| (*scale, drop_last(norms.activations())))
            .collect();
        let bands: Vec<_> = measured
            .iter()
            .map(|(scale, norms)| {
                let start = norms.images[0][0].log10();
                layers(depth::band(&hidden, *scale))
                    .map(|(layer, band)| {
                        let (middle, reach) = (start + band.mean, 2.0 * band.standard_deviation);
                        (layer, middle - reach, middle + reach)
                    })
                    .collect::<Vec<_>>()
            })
            .collect();
        let description = format!(
            "Norm of the activations by layer, on a logarithmic axis, for a network of width {}. {} \
             Around each curve a band shows where the norm of one image lies in 95 of 100 networks.",
            self.options.width,
            from_to(&curves, "in the input", "in the last hidden layer"),
        );
        let caption =
            Caption { name, title: "Norm of the activations by layer", description: &description };
        let chart = Chart {
            x: self.layer_axis("layer ℓ of the activations"),
            y: log_axis(
                "‖z‖, root mean square over the batch",
                curves.iter().flat_map(|(_, values)| values),
            ),
            bands: bands
                .iter()
                .zip(1..)
                .map(|(points, ink)| Band { ink: Ink::Solid(ink), points: points.clone() })
                .collect(),
            lines: scale_lines(&curves),
            key: None,
            margin: 66,
        };
        let rows = curves.iter().zip(&bands).flat_map(|((scale, values), band)| {
            values.iter().zip(band).map(|(value, &(layer, low, high))| {
                vec![
                    scale.to_string(),
                    layer.to_string(),
                    number(*value),
                    number(10_f64.powf(low)),
                    number(10_f64.powf(high)),
                ]
            })
        });
        let csv =
            csv(&["scale", "layer", "batch_rms_norm", "one_image_low", "one_image_high"], rows);
        Ok(Figure { name, svg: svg(&caption, (560, 400), |area| chart.draw(area))?, csv })
    }

    fn weight_gradients(&self, measured: &[(f64, Norms)]) -> DrawResult<Figure> {
        let curves: Vec<_> = measured
            .iter()
            .map(|(scale, norms)| (*scale, norms.weight_gradients.clone()))
            .collect();
        self.gradients(
            "depth-weight_gradients",
            "Norm of the weight gradients by layer",
            "‖∂loss/∂W‖",
            &curves,
            usize::MAX,
        )
    }

    fn activation_gradients(&self, measured: &[(f64, Norms)]) -> DrawResult<Figure> {
        let curves: Vec<_> = measured
            .iter()
            .map(|(scale, norms)| (*scale, norms.activation_gradients.clone()))
            .collect();
        self.gradients(
            "depth-activation_gradients",
            "Norm of the activation gradients by layer",
            "‖∂loss/∂Z‖",
            &curves,
            curves[0].1.len() / 4,
        )
    }

    fn gradients(
        &self,
        name: &'static str,
        title: &str,
        quantity: &str,
        curves: &[(f64, Vec<f64>)],
        label_at: usize,
    ) -> DrawResult<Figure> {
        let description = format!(
            "{title}, on a logarithmic axis, for a network of width {}. {}",
            self.options.width,
            from_to(curves, "in the first layer", "in the last layer"),
        );
        let caption = Caption { name, title, description: &description };
        let chart = Chart {
            x: self.layer_axis("layer ℓ"),
            y: log_axis(
                &format!("{quantity}, Frobenius norm"),
                curves.iter().flat_map(|(_, values)| values),
            ),
            bands: Vec::new(),
            lines: scale_lines(curves)
                .into_iter()
                .map(|line| line.named_at(label_at, (6, -10)))
                .collect(),
            key: None,
            margin: 66,
        };
        let rows = curves.iter().flat_map(|(scale, values)| {
            layers(values)
                .map(|(layer, value)| vec![scale.to_string(), layer.to_string(), number(*value)])
        });
        let csv = csv(&["scale", "layer", "norm"], rows);
        Ok(Figure { name, svg: svg(&caption, (560, 340), |area| chart.draw(area))?, csv })
    }

    /// The logarithm of the norm of one image, from its input on, in several networks.
    fn single_images(&self) -> DrawResult<Figure> {
        let name = "depth-single_images";
        let hidden = self.hidden();
        let walk = |seed| {
            let image = self.digits.sample(1, seed).images;
            let norms: Vec<_> =
                network(&hidden, HE, seed).forward(image).iter().map(|z| z.norm()).collect();
            let start = norms[0];
            layers(norms)
                .take_while(|&(_, norm)| norm > 0.0)
                .map(|(layer, norm)| (layer, (norm / start).log10()))
                .collect::<Vec<_>>()
        };
        let walks: Vec<_> = (0..FEW).map(walk).collect();
        let law = depth::band(&hidden, HE);
        let end = law[law.len() - 1];
        let description = format!(
            "How the norm of one image changes over the layers of {FEW} networks of width {} with c = 2, \
             on a logarithmic axis. The curves wander apart like random walks. The exact law says that in \
             the last hidden layer the logarithm to base ten has mean {} and standard deviation {}.",
            self.options.width,
            signed(end.mean),
            signed(end.standard_deviation),
        );
        let caption = Caption {
            name,
            title: "The norm of one image is a random walk",
            description: &description,
        };
        let mean = layers(&law).map(|(layer, band)| (layer, band.mean)).collect();
        let band = layers(&law)
            .map(|(layer, band)| {
                let reach = 2.0 * band.standard_deviation;
                (layer, band.mean - reach, band.mean + reach)
            })
            .collect();
        let logs = walks.iter().flatten().map(|&(_, log)| log);
        let low = logs.clone().fold(end.mean - 2.0 * end.standard_deviation, f64::min);
        let high = logs.fold(end.mean + 2.0 * end.standard_deviation, f64::max);
        let range = ((low * 2.0).floor() / 2.0, (high * 2.0).ceil() / 2.0);
        let mut lines: Vec<_> =
            walks.iter().map(|walk| Line::faint(Ink::Solid(1), walk.clone())).collect();
        lines.push(Line::new(Ink::Series(2), "mean", mean));
        let chart = Chart {
            x: self.layer_axis("layer ℓ of the activations"),
            y: Axis {
                label: "log₁₀ (‖z‖ / ‖input‖)".into(), range, ticks: 9, tick: tenths
            },
            bands: vec![Band { ink: Ink::Solid(2), points: band }],
            lines,
            key: None,
            margin: 60,
        };
        let rows = walks.iter().enumerate().flat_map(|(seed, walk)| {
            walk.iter()
                .map(move |(layer, log)| vec![seed.to_string(), layer.to_string(), number(*log)])
        });
        let csv = csv(&["seed", "layer", "log10_norm_ratio"], rows);
        Ok(Figure { name, svg: svg(&caption, (560, 380), |area| chart.draw(area))?, csv })
    }

    /// How far networks differ: the norm of one image against the root mean square of a batch.
    fn spread(&self) -> DrawResult<Figure> {
        let name = "depth-spread";
        let hidden = self.hidden();
        let logs = (0..MANY)
            .progress_with(progress(MANY, "networks for depth-spread"))
            .map(|seed| {
                let activations = network(&hidden, HE, seed).forward(self.batch(seed).images);
                activations
                    .iter()
                    .map(|z| {
                        let norms = image_norms(z);
                        (norms[0].log10(), root_mean_square(&norms).log10())
                    })
                    .collect::<Vec<_>>()
            })
            .collect::<Vec<_>>();
        let spread = |pick: fn(&(f64, f64)) -> f64| {
            (0..hidden.len())
                .map(|layer| {
                    let changes: Vec<_> = logs
                        .iter()
                        .map(|net| pick(&net[layer]) - pick(&net[0]))
                        .filter(|log| log.is_finite())
                        .collect();
                    standard_deviation(&changes)
                })
                .collect::<Vec<_>>()
        };
        let (image, batch) = (spread(|logs| logs.0), spread(|logs| logs.1));
        let exact: Vec<_> =
            depth::band(&hidden, HE).iter().map(|band| band.standard_deviation).collect();
        let last = hidden.len() - 1;
        let description = format!(
            "Standard deviation, over {MANY} networks of width {}, of the logarithm to base ten of the norm \
             relative to the input. For one image it follows the exact law and reaches {} in the last hidden \
             layer, where the law says {}; for the root mean square of a batch of {} it is smaller in every \
             layer and reaches {}.",
            self.options.width,
            signed(image[last]),
            signed(exact[last]),
            self.options.batch,
            signed(batch[last]),
        );
        let caption = Caption {
            name,
            title: "A batch fluctuates less than one image",
            description: &description,
        };
        let top = image.iter().chain(&exact).copied().fold(0.0, f64::max);
        let chart = Chart {
            x: self.layer_axis("layer ℓ of the activations"),
            y: Axis {
                label: "standard deviation of log₁₀ ‖z‖".into(),
                range: (0.0, (top * 10.0).ceil() / 10.0),
                ticks: 6,
                tick: tenths,
            },
            bands: Vec::new(),
            lines: vec![
                Line::new(Ink::Series(2), "one image, exact law", layers(exact.clone()).collect()),
                Line::new(
                    Ink::Series(1),
                    format!("one image, {MANY} networks"),
                    layers(image.clone()).collect(),
                ),
                Line::new(
                    Ink::Series(3),
                    format!("batch of {}, {MANY} networks", self.options.batch),
                    layers(batch.clone()).collect(),
                ),
            ],
            key: Some((270, 216)),
            margin: 24,
        };
        let rows = (0..hidden.len()).map(|i| {
            vec![(i + 1).to_string(), number(exact[i]), number(image[i]), number(batch[i])]
        });
        let csv = csv(&["layer", "exact", "one_image", "batch_rms"], rows);
        Ok(Figure { name, svg: svg(&caption, (560, 340), |area| chart.draw(area))?, csv })
    }

    /// What becomes of the directions of the images while their norm is kept.
    fn geometry(&self) -> DrawResult<Figure> {
        let name = "depth-geometry";
        let measured: Vec<_> = (0..FEW)
            .progress_with(progress(FEW, "networks for depth-geometry"))
            .map(|seed| geometry(&network(&self.widths(), HE, seed), &self.batch(seed)))
            .collect();
        let mean = |pick: fn(&depth::Geometry) -> &Vec<f64>| {
            (0..self.hidden().len())
                .map(|layer| {
                    let finite = measured
                        .iter()
                        .map(|geometry| pick(geometry)[layer])
                        .filter(|value| value.is_finite());
                    let values: Vec<_> = finite.collect();
                    values.iter().sum::<f64>() / values.len() as f64
                })
                .collect::<Vec<_>>()
        };
        let (cosine, dead) = (mean(|geometry| &geometry.cosine), mean(|geometry| &geometry.dead));
        let infinite: Vec<_> =
            iter::successors(Some(cosine[0]), |&cosine| Some(arc_cosine(cosine)))
                .take(cosine.len())
                .collect();
        let last = cosine.len() - 1;
        let description = format!(
            "Means over {FEW} networks of width {} with c = 2. The mean cosine between two images rises from {} \
             in the input to {} in the last hidden layer, close to the limit of infinite width, {}. The share \
             of units that are zero for all {} images rises from {} to {}.",
            self.options.width,
            signed(cosine[0]),
            signed(cosine[last]),
            signed(infinite[last]),
            self.options.batch,
            signed(dead[1]),
            signed(dead[last]),
        );
        let caption = Caption {
            name,
            title: "What He's initialization does not keep",
            description: &description,
        };
        let chart = Chart {
            x: self.layer_axis("layer ℓ of the activations"),
            y: Axis {
                label: "mean cosine, share of units".into(),
                range: (0.0, 1.0),
                ticks: 6,
                tick: tenths,
            },
            bands: Vec::new(),
            lines: vec![
                Line::new(
                    Ink::Series(1),
                    "mean cosine between images",
                    layers(cosine.clone()).collect(),
                ),
                Line::new(
                    Ink::Series(3),
                    "the same, infinite width",
                    layers(infinite.clone()).collect(),
                ),
                Line::new(
                    Ink::Series(2),
                    "share of dead units",
                    layers(dead.iter().copied()).skip(1).collect(),
                ),
            ],
            key: Some((270, 86)),
            margin: 24,
        };
        let rows = (0..cosine.len()).map(|i| {
            vec![(i + 1).to_string(), number(cosine[i]), number(infinite[i]), number(dead[i])]
        });
        let csv = csv(&["layer", "mean_cosine", "infinite_width", "dead_units"], rows);
        Ok(Figure { name, svg: svg(&caption, (560, 340), |area| chart.draw(area))?, csv })
    }

    /// Weight gradients of networks that are not positively homogeneous, or have biases.
    fn counterexamples(&self) -> DrawResult<Figure> {
        let name = "depth-counterexamples";
        let (widths, seed) = (self.widths(), self.options.seed);
        let batch = self.batch(seed);
        let curves = [
            ("ReLU, c = 2, no biases", network(&widths, HE, seed)),
            ("ReLU, PyTorch's default", network_with_biases(&widths, seed)),
            ("sigmoid, c = 1, no biases", network_of_sigmoids(&widths, seed)),
        ]
        .map(|(label, network)| (label, norms(&network, &batch).weight_gradients));
        let sentences: Vec<_> = curves
            .iter()
            .map(|(label, values)| {
                format!(
                    "{label}: from {} in the first layer to {} in the last.",
                    scientific(values[0]),
                    scientific(values[values.len() - 1])
                )
            })
            .collect();
        let description = format!(
            "Norm of the weight gradients by layer, on a logarithmic axis. {}",
            sentences.join(" ")
        );
        let caption = Caption {
            name,
            title: "Weight gradients without the hypotheses",
            description: &description,
        };
        let chart = Chart {
            x: self.layer_axis("layer ℓ"),
            y: log_axis("‖∂loss/∂W‖, Frobenius norm", curves.iter().flat_map(|(_, values)| values)),
            bands: Vec::new(),
            lines: curves
                .iter()
                .zip(1..)
                .map(|((label, values), ink)| {
                    Line::new(Ink::Series(ink), *label, logarithms(values))
                })
                .collect(),
            key: Some((300, 200)),
            margin: 24,
        };
        let rows = curves.iter().flat_map(|(label, values)| {
            layers(values).map(|(layer, value)| {
                vec![label.replace(',', ""), layer.to_string(), number(*value)]
            })
        });
        let csv = csv(&["network", "layer", "norm"], rows);
        Ok(Figure { name, svg: svg(&caption, (560, 340), |area| chart.draw(area))?, csv })
    }

    fn layer_axis(&self, label: &str) -> Axis {
        Axis {
            label: label.into(),
            range: (0.0, f64::from(self.options.layers) + 1.0),
            ticks: 7,
            tick: whole,
        }
    }
}

/// Values with the number of their layer, from 1.
fn layers<T>(values: impl IntoIterator<Item = T>) -> impl Iterator<Item = (f64, T)> {
    (1..).map(f64::from).zip(values)
}

/// The curve of the logarithms, up to the first value of zero.
fn logarithms(values: &[f64]) -> Vec<(f64, f64)> {
    layers(values)
        .take_while(|&(_, &value)| value > 0.0)
        .map(|(layer, value)| (layer, value.log10()))
        .collect()
}

fn drop_last(mut values: Vec<f64>) -> Vec<f64> {
    values.pop();
    values
}

fn scale_lines(curves: &[(f64, Vec<f64>)]) -> Vec<Line> {
    let lines = curves.iter().zip(1..);
    lines
        .map(|((scale, values), ink)| {
            Line::new(Ink::Series(ink), format!("c = {scale}"), logarithms(values))
        })
        .collect()
}

/// An axis of even powers of ten around all values above zero.
fn log_axis<'a>(label: &str, values: impl Iterator<Item = &'a f64> + Clone) -> Axis {
    let logs = values.filter(|&&value| value > 0.0).map(|value| value.log10() / 2.0);
    let low = logs.clone().fold(f64::INFINITY, f64::min).floor() * 2.0;
    let high = logs.fold(f64::NEG_INFINITY, f64::max).ceil() * 2.0;
    let range = if low < high { (low, high) } else { (-1.0, 1.0) };
    Axis { label: label.into(), range, ticks: 9, tick: power_of_ten }
}

fn from_to(curves: &[(f64, Vec<f64>)], first: &str, last: &str) -> String {
    let sentence = |(scale, values): &(f64, Vec<f64>)| {
        format!(
            "For c = {scale} it goes from {} {first} to {} {last}.",
            scientific(values[0]),
            scientific(values[values.len() - 1])
        )
    };
    curves.iter().map(sentence).collect::<Vec<_>>().join(" ")
}

fn scientific(value: f64) -> String {
    format!("{value:.1e}")
}

fn signed(value: f64) -> String {
    format!("{value:.2}").replace('-', "−")
}

fn standard_deviation(values: &[f64]) -> f64 {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0)).sqrt()
}

fn progress(length: u64, message: &'static str) -> ProgressBar {
    let style =
        ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}").expect("a valid template");
    ProgressBar::new(length).with_style(style).with_message(message)
}
