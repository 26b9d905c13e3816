//! The law of one layer, and what it makes of one image and of a batch over fifty layers.

use std::iter;

use descent::depth::{image_norms, network, root_mean_square};
use descent::mnist::{Digits, PIXELS, Split};
use descent::norm_law::{NormLaw, band, drawn_ratios};
use descent::parallel;
use descent::random::{Stream, generator};
use nalgebra::DMatrix;
use questions::norm_law::{Course, centred, kept, law};

use crate::canvas::{Caption, DrawResult, Ink};
use crate::chart::{Axis, Band, Chart, Line, hundredths, tenths, whole};
use crate::depth::{from_layer, last, layers, two_sigma};
use crate::digits::digits;
use crate::output::Figure;
use crate::progress;
use crate::thumb::Thumb;

/// The experiment of the chapter on depth at He's scale.
const LAYERS: u32 = 50;
const WIDTH: usize = 100;
const HE: f64 = 2.0;
const BATCH: usize = 256;
/// Networks in the figure that shows them all, and in the one that shows their spread.
const FEW: u64 = 32;
const MANY: u64 = 200;

pub fn figures() -> DrawResult<Vec<Figure>> {
    let digits = digits(Split::Test)?;
    progress::expect(MANY);
    let mut figures = vec![ratio()?, single_images(digits)?, spread(digits)?];
    figures.extend(guesses()?);
    Ok(figures)
}

/// Where nine networks in ten might go, and the one in the middle.
fn guesses() -> DrawResult<Vec<Figure>> {
    let laws: [(_, _, Course); 3] = [
        ("norm_law-median_sink", "They sink and wander apart", law()),
        ("norm_law-median_kept", "They stay near", kept()),
        ("norm_law-median_centred", "They wander apart", centred()),
    ];
    let pictures = laws.into_iter().map(|(name, title, course)| {
        let line = |deviations: f64| {
            let height = |(layer, (mean, deviation)): (i32, &(f64, f64))| {
                (f64::from(layer), mean + deviations * deviation)
            };
            (1..).zip(&course).map(height).collect::<Vec<_>>()
        };
        let paths = &[
            ("middle", Ink::Solid(1), line(0.0)),
            ("upper end", Ink::DashedForeground, line(1.645)),
            ("lower end", Ink::DashedForeground, line(-1.645)),
        ];
        let level = vec![(0.0, 0.0), (50.0, 0.0)];
        Thumb { name, title, x: (0.0, 50.0), y: (-1.0, 1.0), ground: &[level], paths }
            .figure()
    });
    pictures.collect()
}

/// The widths without the logits.
fn hidden() -> Vec<usize> {
    iter::once(PIXELS).chain(iter::repeat_n(WIDTH, LAYERS as usize - 1)).collect()
}

/// The norms of the images from the input to the last ReLU layer.
fn hidden_norms(seed: u64, mut images: DMatrix<f64>) -> Vec<Vec<f64>> {
    let widths = [hidden(), vec![10]].concat();
    let network = network(&widths, HE, seed);
    let mut norms = vec![image_norms(&images)];
    for layer in &network.layers()[..hidden().len() - 1] {
        images = layer.forward(&images);
        norms.push(image_norms(&images));
    }
    norms
}

/// Drawn ratios of one layer of width four, and the law's density.
fn ratio() -> DrawResult<Figure> {
    const DRAWN: usize = 10_000;
    const BIN: f64 = 0.25;
    const BINS: usize = 16;
    const TOP: f64 = 1.2;
    let law = NormLaw { scale: HE, fan_in: 4, fan_out: 4 };
    let ratios = drawn_ratios(law, DRAWN, &mut generator(0, Stream::Points));
    let zeros = ratios.iter().filter(|&&ratio| ratio == 0.0).count();
    let mut counts = [0_usize; BINS];
    let mut beyond = 0;
    for ratio in ratios.into_iter().filter(|&ratio| ratio > 0.0) {
        match counts.get_mut((ratio / BIN) as usize) {
            Some(count) => *count += 1,
            None => beyond += 1,
        }
    }
    let histogram = counts.iter().enumerate().flat_map(|(i, &count)| {
        let height = count as f64 / DRAWN as f64 / BIN;
        [i, i + 1].map(|edge| (BIN * edge as f64, 0.0, height))
    });
    let end = BIN * BINS as f64;
    let places = (1..=400).map(|i| f64::from(i) * end / 400.0);
    // It has a pole at 0.
    let density: Vec<_> = places
        .map(|ratio| (ratio, law.density(ratio)))
        .skip_while(|&(_, density)| density > TOP)
        .collect();
    let caption = Caption {
        name: "norm_law-ratio",
        title: "The ratio of one layer of width four",
        description: format!(
            "Histogram of R above 0 for {DRAWN} drawn layers with four inputs, four units and c = 2, with the density of \
             the law, which it follows. The density falls from {} at 0.25 to {} at 1 and {} at 3. In {zeros} layers R is 0, and in {beyond} it is \
             beyond {}.",
            hundredths(law.density(0.25)),
            hundredths(law.density(1.0)),
            hundredths(law.density(3.0)),
            whole(end),
        ),
    };
    Ok(Chart::new(
        Axis::linear("$R$", (0.0, end), 6, whole),
        Axis::linear("density", (0.0, TOP), 7, tenths),
        vec![Line::new(Ink::Series(2), "law", density)],
    )
    .with_bands(vec![Band {
        name: "drawn".into(),
        points: histogram.collect(),
        ink: Ink::Solid(1),
    }])
    .figure(&caption, 330.0))
}

/// The norm of one image, relative to its input, in several networks.
fn single_images(digits: &Digits) -> DrawResult<Figure> {
    let hidden = hidden();
    let walk = |seed| {
        let image = digits.sample(1, seed).images;
        let norms = hidden_norms(seed, image);
        let start = norms[0][0];
        let logs = norms.iter().map(|norms| (norms[0] / start).log10());
        Line::faint(
            Ink::Solid(1),
            format!("seed {seed}"),
            from_layer(1, logs.take_while(|log| log.is_finite())),
        )
    };
    let law = band(&hidden, HE);
    let mean = Line::new(
        Ink::Series(2),
        "mean",
        from_layer(1, law.iter().map(|band| band.mean)),
    );
    let lines: Vec<_> = (0..FEW).map(walk).chain([mean]).collect();
    let points = two_sigma(&law, |log| log);
    let values = points.iter().flat_map(|&(_, low, high)| [low, high]);
    let values = values
        .chain(lines.iter().flat_map(|line| line.points.iter().map(|&(_, log)| log)));
    let (low, high) = values
        .fold((0.0, 0.0), |(low, high), log| (f64::min(low, log), f64::max(high, log)));
    let range = ((2.0 * low).floor() / 2.0, (2.0 * high).ceil() / 2.0);
    let chart = Chart::new(
        layers("layer $i$ of the activations", LAYERS),
        Axis::linear("log₁₀ (‖$z$‖ / ‖input‖)", range, 9, tenths),
        lines,
    )
    .with_bands(vec![Band {
        name: "two standard deviations".into(),
        points,
        ink: Ink::Solid(2),
    }]);
    let end = law[law.len() - 1];
    let description = format!(
        "How the norm of one image changes over the layers of {FEW} networks of width {} with c = 2, on a \
         logarithmic axis. The curves wander apart like random walks. The exact law says that in the last \
         hidden layer the logarithm to base ten has mean {} and standard deviation {}.",
        WIDTH,
        hundredths(end.mean),
        hundredths(end.standard_deviation),
    );
    let title = "The norm of one image is a random walk";
    Ok(chart
        .figure(&Caption { name: "norm_law-single_images", title, description }, 410.0))
}

/// How far networks differ: the norm of one image against the root mean square of a
/// batch.
fn spread(digits: &Digits) -> DrawResult<Figure> {
    let hidden = hidden();
    let walk = |&seed: &u64| {
        let norms = hidden_norms(seed, digits.sample(BATCH, seed).images);
        let first = norms[0][0];
        let one = norms.iter().map(|norms| (norms[0] / first).log10());
        let start = root_mean_square(&norms[0]);
        let all = norms.iter().map(|norms| (root_mean_square(norms) / start).log10());
        let logs = (one.collect::<Vec<_>>(), all.collect::<Vec<_>>());
        progress::done();
        logs
    };
    let seeds: Vec<_> = (0..MANY).collect();
    let (one, all): (Vec<_>, Vec<_>) = parallel::map(&seeds, &walk).into_iter().unzip();
    let spread = |logs: &[Vec<f64>]| {
        let layer = |layer| standard_deviation(logs.iter().map(|logs| logs[layer]));
        from_layer(1, (0..hidden.len()).map(layer))
    };
    let exact = band(&hidden, HE).into_iter().map(|band| band.standard_deviation);
    let lines = vec![
        Line::new(Ink::Series(2), "one image, exact law", from_layer(1, exact)),
        Line::new(Ink::Series(1), format!("one image, {MANY} networks"), spread(&one)),
        Line::new(
            Ink::Series(3),
            format!("batch of {BATCH}, {MANY} networks"),
            spread(&all),
        ),
    ];
    let top = lines
        .iter()
        .flat_map(|line| &line.points)
        .fold(0.1, |top, &(_, y)| f64::max(top, y));
    let chart = Chart::new(
        layers("layer $i$ of the activations", LAYERS),
        Axis::linear(
            "standard deviation of log₁₀ ‖$z$‖",
            (0.0, (10.0 * top).ceil() / 10.0),
            6,
            tenths,
        ),
        lines,
    );
    let last: Vec<_> = chart.lines.iter().map(|line| hundredths(last(line))).collect();
    let description = format!(
        "Standard deviation, over {MANY} networks of width {}, of the logarithm to base ten of the norm \
         relative to the input. For one image it follows the exact law and reaches {} in the last hidden \
         layer, where the law says {}; for the root mean square of a batch of {BATCH} it is smaller, most \
         clearly in the first layers, and reaches {}.",
        WIDTH, last[1], last[0], last[2],
    );
    let title = "A batch fluctuates less than one image";
    Ok(chart.figure(&Caption { name: "norm_law-spread", title, description }, 370.0))
}

fn standard_deviation(values: impl Iterator<Item = f64>) -> f64 {
    let values: Vec<_> = values.filter(|value| value.is_finite()).collect();
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (squares / (count - 1.0)).sqrt()
}
