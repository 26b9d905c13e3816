//! Norms of activations and gradients in a deep network, on MNIST.

use std::iter;
use std::path::{Path, PathBuf};

use clap::Args;
use descent::depth::{
    self, Norms, arc_cosine, geometry, network, network_of_pytorch,
    network_of_sigmoids, network_with_biases, norms,
};
use descent::mnist::{Digits, PIXELS, Split};
use descent::network::Batch;
use descent::norm_law::{self, band};
use descent::parallel;

use crate::canvas::{Caption, DrawResult, Ink, WIDTH, svg};
use crate::chart::{Axis, Band, Chart, Line, Names, hundredths, tenths, whole};
use crate::geometry::Rect;
use crate::numbers::{grouped, short, superscript};
use crate::output::{Figure, checkout, csv, rough};
use crate::progress;
use crate::text::plain;
use crate::thumb::Thumb;

/// The experiment; the defaults are the book's.
#[derive(Args, Clone, Debug, PartialEq)]
pub struct Options {
    /// Weight matrices between the images and the logits
    #[arg(long, default_value_t = 50, allow_hyphen_values = true, value_parser = clap::value_parser!(u32).range(2..=1000))]
    layers: u32,
    /// Units in each hidden layer
    #[arg(long, default_value_t = 100, allow_hyphen_values = true, value_parser = clap::value_parser!(u32).range(1..=5000))]
    width: u32,
    /// The c of the variance c/fan_in of the weights; repeat it for up to six curves
    #[arg(long = "scale", value_name = "C", default_values_t = [1.0, 2.0, 3.0], allow_hyphen_values = true, value_parser = positive)]
    scales: Vec<f64>,
    /// Images of the MNIST test set
    #[arg(long, default_value_t = 256, allow_hyphen_values = true, value_parser = clap::value_parser!(u32).range(2..=10_000))]
    batch: u32,
    /// Seed of the weights and of the choice of images, where one network is drawn
    #[arg(long, default_value_t = 7, allow_hyphen_values = true, value_parser = whole_number)]
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

impl Options {
    /// What clap does not see.
    fn check(&self, digits: &Digits, folder: &Path) -> Result<(), String> {
        let Self { layers, width, ref scales, batch, .. } = *self;
        if scales.len() > 6 {
            let count = scales.len();
            return Err(format!("--scale: {count} scales, expected at most 6"));
        }
        let (deep, wide) = (u64::from(layers), u64::from(width));
        if deep * wide * wide > MOST_PARAMETERS {
            let most = grouped(MOST_PARAMETERS as usize);
            return Err(format!(
                "--layers {layers} --width {width}: more than {most} parameters; take fewer layers or a smaller width"
            ));
        }
        let exponent = |scale: f64| f64::from(layers) / 2.0 * (scale / 2.0).log10();
        if let Some(&scale) = scales.iter().find(|&&scale| exponent(scale) < LEAST) {
            return Err(format!(
                "--scale {}: over {layers} layers norms fall below 10{}; take a larger scale or fewer layers",
                short(scale),
                superscript(LEAST as i32),
            ));
        }
        let found = digits.len();
        if (batch as usize) > found {
            let file = folder.join(Split::Test.files().0);
            let advice = match found {
                0 | 1 => "expected at least 2".into(),
                _ => format!("take --batch {found} or fewer"),
            };
            let file = file.display();
            return Err(format!(
                "--batch {batch}: images in {file}: {found}; {advice}"
            ));
        }
        Ok(())
    }
}

pub fn positive(argument: &str) -> Result<f64, String> {
    match argument.parse() {
        Ok(scale) if scale > 0.0 && f64::is_finite(scale) => Ok(scale),
        _ => Err("expected a number above 0 in the range of f64".into()),
    }
}

pub fn whole_number(argument: &str) -> Result<u64, String> {
    let expected = |_| format!("expected a whole number from 0 to {}", u64::MAX);
    argument.parse().map_err(expected)
}

/// The scale of He's initialization, for the figures that show one scale only.
const HE: f64 = 2.0;
/// Networks in the figure that shows means.
const FEW: u64 = 32;

/// The most parameters of a network: two gigabytes, and as much again for its gradient.
const MOST_PARAMETERS: u64 = 250_000_000;
/// The exponent of ten of the least norm that is drawn: f64 does not hold its square
/// much further down.
const LEAST: f64 = -150.0;

pub fn figures(options: &Options) -> DrawResult<Vec<Figure>> {
    let folder = match &options.mnist {
        Some(folder) => folder.clone(),
        None => checkout()?.join("data/mnist"),
    };
    let digits = Digits::read(&folder, Split::Test)?;
    options.check(&digits, &folder)?;
    let experiment = Experiment { options, digits };
    progress::expect(FEW);
    let measured = experiment.measure()?;
    let mut figures = vec![
        experiment.activations(&measured)?,
        experiment.activation_gradients(&measured)?,
        experiment.weight_gradients(&measured)?,
        experiment.linked(&measured),
        experiment.geometry()?,
        experiment.counterexamples()?,
    ];
    figures.extend(guesses()?);
    Ok(figures)
}

struct Experiment<'a> {
    options: &'a Options,
    digits: Digits,
}

/// Values with the number of their layer.
pub type Profile = Vec<(f64, f64)>;
/// What of the norms a plot shows.
type Values = fn(&Norms) -> Vec<f64>;

impl Experiment<'_> {
    fn widths(&self) -> Vec<usize> {
        let mut widths = self.hidden();
        widths.push(10);
        widths
    }

    /// The widths without the logits, for what concerns ReLU layers only.
    fn hidden(&self) -> Vec<usize> {
        let Options { width, layers, .. } = *self.options;
        let hidden = iter::repeat_n(width as usize, layers as usize - 1);
        iter::once(PIXELS).chain(hidden).collect()
    }

    fn batch(&self, seed: u64) -> Batch {
        self.digits.sample(self.options.batch as usize, seed)
    }

    fn measure(&self) -> DrawResult<Vec<(f64, Norms)>> {
        let Options { seed, layers, ref scales, .. } = *self.options;
        let batch = self.batch(seed);
        let measure = |&scale: &f64| {
            let measured = norms(&network(&self.widths(), scale, seed), &batch);
            let activations = measured.activations();
            let gradients =
                measured.weight_gradients.iter().chain(&measured.activation_gradients);
            if activations.iter().chain(gradients).all(|norm| norm.is_finite()) {
                return Ok((scale, measured));
            }
            let advice = "take a smaller scale or fewer layers";
            let scale = short(scale);
            Err(format!("--scale {scale}: over {layers} layers a norm leaves the range of f64; {advice}").into())
        };
        scales.iter().map(measure).collect()
    }

    /// One line for each scale.
    fn lines(measured: &[(f64, Norms)], first: u32, values: Values) -> Vec<Line> {
        let lines = measured.iter().zip(1..);
        lines
            .map(|((scale, norms), ink)| {
                Line::new(
                    Ink::Series(ink),
                    format!("$c$ = {}", short(*scale)),
                    from_layer(first, values(norms)),
                )
            })
            .collect()
    }

    fn band(&self, (scale, ink): (f64, u8), start: f64) -> Band {
        let law = band(&self.hidden(), scale);
        Band {
            name: format!("one image, c = {}", short(scale)),
            points: two_sigma(&law, |log| start * 10_f64.powf(log)),
            ink: Ink::Solid(ink),
        }
    }

    fn activations(&self, measured: &[(f64, Norms)]) -> DrawResult<Figure> {
        let lines = Self::lines(measured, 1, |norms| drop_last(norms.activations()));
        let bands = measured.iter().zip(1..);
        let chart = Chart::new(
            self.layers("layer $i$ of the activations"),
            Axis::logarithmic(
                "‖$z$‖, root mean square",
                lines.iter().flat_map(|line| &line.points),
            ),
            lines,
        )
        .with_bands(
            bands
                .map(|((scale, norms), ink)| {
                    self.band((*scale, ink), norms.images[0][0])
                })
                .collect(),
        );
        let description = format!(
            "Norm of the activations by layer, on a logarithmic axis, for a network of width {}. {} Around \
             each curve a band shows where the norm of one image lies in about 95 of 100 networks.",
            self.options.width,
            from_to(&chart.lines, "in the input", "in the last hidden layer"),
        );
        let title = "Norm of the activations by layer";
        Ok(chart
            .figure(&Caption { name: "depth-activations", title, description }, 430.0))
    }

    fn activation_gradients(&self, measured: &[(f64, Norms)]) -> DrawResult<Figure> {
        let lines =
            Self::lines(measured, 2, |norms| norms.activation_gradients.clone());
        let title = "Norm of the activation gradients by layer";
        self.gradients("depth-activation_gradients", title, "‖∂$Z$‖", lines)
    }

    fn weight_gradients(&self, measured: &[(f64, Norms)]) -> DrawResult<Figure> {
        let lines = Self::lines(measured, 1, |norms| norms.weight_gradients.clone());
        let title = "Norm of the weight gradients by layer";
        self.gradients("depth-weight_gradients", title, "‖∂$W$‖", lines)
    }

    fn gradients(
        &self,
        name: &'static str,
        title: &'static str,
        quantity: &str,
        lines: Vec<Line>,
    ) -> DrawResult<Figure> {
        let label = format!("{quantity}, Frobenius norm");
        let chart = Chart::new(
            self.layers("layer $i$"),
            Axis::logarithmic(&label, lines.iter().flat_map(|line| &line.points)),
            lines,
        );
        let description = format!(
            "{title}, on a logarithmic axis, for a network of width {}. {}",
            self.options.width,
            from_to(&chart.lines, "in the first layer shown", "in the last"),
        );
        Ok(chart.figure(&Caption { name, title, description }, 370.0))
    }

    /// All of it in one picture, and the units that are off, which are the same at every
    /// scale.
    fn linked(&self, measured: &[(f64, Norms)]) -> Figure {
        const HEIGHT: f64 = 560.0;
        let Options { seed, layers, width, .. } = *self.options;
        let values: [(&str, &str, u32, Values); 3] = [
            ("activations", "‖$z$‖", 1, |norms| drop_last(norms.activations())),
            ("activation gradients", "‖∂$Z$‖", 2, |norms| {
                norms.activation_gradients.clone()
            }),
            ("weight gradients", "‖∂$W$‖", 1, |norms| {
                norms.weight_gradients.clone()
            }),
        ];
        let bands = measured
            .iter()
            .zip(1..)
            .map(|((scale, norms), ink)| self.band((*scale, ink), norms.images[0][0]));
        let mut panels: Vec<Chart> = values
            .into_iter()
            .map(|(key, label, first, values)| {
                // A script may write another name there.
                let mut lines = Self::lines(measured, first, values);
                lines.iter_mut().for_each(|line| line.name = plain(&line.name));
                let points = lines.iter().flat_map(|line| &line.points);
                let y = Axis::logarithmic(label, points);
                let names = Names::Elsewhere;
                Chart { key, names, ..Chart::new(self.layers("layer $i$"), y, lines) }
            })
            .collect();
        panels[0].names = Names::Above;
        panels[0].bands = bands.collect();
        let one = network(&self.widths(), measured[0].0, seed);
        let dead = geometry(&one, &self.batch(seed)).dead.split_off(1);
        let dead = from_layer(2, dead);
        let (first, last) = (hundredths(dead[0].1), hundredths(dead[dead.len() - 1].1));
        let name = "share of dead units";
        panels.push(Chart {
            key: "dead units",
            ..Chart::new(
                self.layers("layer $i$"),
                Axis::linear(name, (0.0, 1.0), 6, tenths),
                vec![Line::new(Ink::Foreground, name, dead).unnamed()],
            )
        });
        let scales: Vec<_> = measured.iter().map(|(scale, _)| short(*scale)).collect();
        let description = format!(
            "Four plots over the layers of one network of {layers} weight matrices and width {width}: the norms of the activations, \
             of their gradients and of the weight gradients, on logarithmic axes for c = {}, and the share of the units that are \
             zero for all {} images, which is the same at every c and goes from {first} to {last}.",
            scales.join(", "),
            self.options.batch,
        );
        let title = "Norms and dead units by layer";
        let caption = Caption { name: "depth-linked", title, description };
        let svg = svg(&caption, (WIDTH, HEIGHT), |canvas| {
            for (panel, place) in panels.iter().zip(0..) {
                panel.draw(canvas, Rect::of_two_columns(place, 0.5 * HEIGHT), "");
            }
        });
        let rows = panels.iter().flat_map(Chart::rows_of_panel);
        let csv = csv(&["panel", "curve", "layer", "value"], rows);
        Figure { name: caption.name, svg, csv }
    }

    /// What becomes of the directions of the images while their norm is kept.
    fn geometry(&self) -> DrawResult<Figure> {
        let measure = |&seed: &u64| {
            let measured =
                geometry(&network(&self.widths(), HE, seed), &self.batch(seed));
            progress::done();
            measured
        };
        let measured = parallel::map(&(0..FEW).collect::<Vec<_>>(), &measure);
        let mean = |pick: fn(&depth::Geometry) -> &Vec<f64>| {
            let layer = |layer: usize| {
                let values = measured.iter().map(|geometry| pick(geometry)[layer]);
                let finite: Vec<f64> =
                    values.filter(|value| value.is_finite()).collect();
                finite.iter().sum::<f64>() / finite.len() as f64
            };
            (0..self.hidden().len()).map(layer).collect::<Vec<_>>()
        };
        let (cosine, dead) =
            (mean(|geometry| &geometry.cosine), mean(|geometry| &geometry.dead));
        let infinite =
            iter::successors(Some(cosine[0]), |&cosine| Some(arc_cosine(cosine)));
        let infinite = infinite.take(cosine.len());
        let lines = vec![
            Line::new(
                Ink::Series(1),
                "mean cosine between images",
                from_layer(1, cosine.clone()),
            ),
            Line::new(
                Ink::Series(3),
                "map of the mean, infinite width",
                from_layer(1, infinite),
            ),
            Line::new(
                Ink::Series(2),
                "share of dead units",
                from_layer(2, dead[1..].iter().copied()),
            ),
        ];
        let chart = Chart::new(
            self.layers("layer $i$ of the activations"),
            Axis::linear("mean cosine, share of units", (0.0, 1.0), 6, tenths),
            lines,
        );
        let ends: Vec<_> = chart
            .lines
            .iter()
            .map(|line| {
                format!(
                    "from {} to {}",
                    hundredths(line.points[0].1),
                    hundredths(last(line))
                )
            })
            .collect();
        let description = format!(
            "Means over {FEW} networks of width {} with c = 2, from the input to the last hidden layer. The mean \
             cosine between two images rises {}; the map of infinite width takes the mean at the input {}. The share of units that are \
             zero for all {} images rises {} from the first hidden layer on.",
            self.options.width, ends[0], ends[1], self.options.batch, ends[2],
        );
        let title = "What He's initialization does not keep";
        Ok(chart.figure(&Caption { name: "depth-geometry", title, description }, 370.0))
    }

    /// Weight gradients of networks that are not positively homogeneous, or have
    /// biases.
    fn counterexamples(&self) -> DrawResult<Figure> {
        let (widths, seed) = (self.widths(), self.options.seed);
        let batch = self.batch(seed);
        let networks = [
            ("ReLU, $c$ = 2, no biases", network(&widths, HE, seed)),
            ("the same with biases", network_with_biases(&widths, HE, seed)),
            ("ReLU, PyTorch's default", network_of_pytorch(&widths, seed)),
            ("sigmoid, $c$ = 1, no biases", network_of_sigmoids(&widths, 1.0, seed)),
        ];
        let line = |((name, network), ink)| {
            let gradients = norms(&network, &batch).weight_gradients;
            Line::new(Ink::Series(ink), name, from_layer(1, gradients))
        };
        let lines: Vec<_> = networks.into_iter().zip(1..).map(line).collect();
        let chart = Chart::new(
            self.layers("layer $i$"),
            Axis::logarithmic(
                "‖∂$W$‖, Frobenius norm",
                lines.iter().flat_map(|line| &line.points),
            ),
            lines,
        );
        let description = format!(
            "Norm of the weight gradients by layer, on a logarithmic axis. {}",
            from_to(&chart.lines, "in the first layer", "in the last"),
        );
        let title = "Weight gradients without the hypotheses";
        Ok(chart.figure(
            &Caption { name: "depth-counterexamples", title, description },
            340.0,
        ))
    }

    fn layers(&self, label: &str) -> Axis {
        layers(label, self.options.layers)
    }
}

/// The axis of layers, from 1, which leaves the corner of the axes to the other one's
/// tick.
pub fn layers(label: &str, matrices: u32) -> Axis {
    Axis::linear(label, (1.0, f64::from(matrices) + 1.0), 7, whole)
}

pub fn from_layer(first: u32, values: impl IntoIterator<Item = f64>) -> Profile {
    (first..).map(f64::from).zip(values).collect()
}

fn drop_last(mut values: Vec<f64>) -> Vec<f64> {
    values.pop();
    values
}

pub fn two_sigma(
    law: &[norm_law::Band],
    value: impl Fn(f64) -> f64,
) -> Vec<(f64, f64, f64)> {
    let edges = |(layer, band): (u32, &norm_law::Band)| {
        let reach = 2.0 * band.standard_deviation;
        (layer.into(), value(band.mean - reach), value(band.mean + reach))
    };
    (1..).zip(law).map(edges).collect()
}

pub fn last(line: &Line) -> f64 {
    line.points[line.points.len() - 1].1
}

fn from_to(lines: &[Line], first: &str, final_: &str) -> String {
    let sentence = |line: &Line| {
        let (from, to) = (line.points[0].1, last(line));
        format!(
            "{}: from {} {first} to {} {final_}.",
            line.name,
            rough(from, 1),
            rough(to, 1)
        )
    };
    lines.iter().map(sentence).collect::<Vec<_>>().join(" ")
}

/// What one may expect of the weight gradients at `c = 1`: that what goes in shrinks from layer to layer, that what comes
/// back does, or both.
fn guesses() -> DrawResult<Vec<Figure>> {
    const LAYERS: u32 = 50;
    let kept = depth::mean_growth(1.0, 100, 100).sqrt().log10();
    let forwards = |layer: u32| kept * f64::from(layer - 2);
    let backwards = |layer: u32| kept * f64::from(LAYERS - 1 - layer);
    type Law<'a> = &'a dyn Fn(u32) -> f64;
    let laws: [(_, _, Law<'_>); 3] = [
        ("depth-gradients_flat", "All alike", &|i| forwards(i) + backwards(i)),
        ("depth-gradients_early", "Early layers smallest", &backwards),
        ("depth-gradients_late", "Late layers smallest", &forwards),
    ];
    let pictures = laws.into_iter().map(|(name, title, law)| {
        let points = (2..LAYERS).map(|layer| (f64::from(layer), law(layer))).collect();
        let paths = &[("weight gradient", Ink::Solid(2), points)];
        let x = (0.0, f64::from(LAYERS));
        Thumb { name, title, x, y: (-8.5, 0.5), ground: &[], paths }.figure()
    });
    pictures.collect()
}
