//! A training of the reader's own, on all digits.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use clap::{Args, ValueEnum};
use descent::adam::Adam;
use descent::gradient_descent::{GradientDescent, OptimizationError, Optimizer};
use descent::mnist::{Digits, PIXELS, Split};
use descent::momentum::Momentum;
use descent::nesterov::Nesterov;
use descent::sgd::Plan;
use descent::training::TUNED;
use exercises::own::course::{
    Course, LAST_OF_A_STATE, Mistake, Record, SHOWN, State, train,
};
use exercises::own::program::Job;
use exercises::own::report::{Line as Told, Watch};

use crate::art::{Drawing, beside};
use crate::canvas::{Caption, DrawResult, Ink};
use crate::chart::{Axis, Chart, Line, hundredths, tenths, whole};
use crate::depth::{positive, whole_number};
use crate::numbers::{decimals, grouped, short};
use crate::output::{Figure, checkout, tell};
use crate::own;
use crate::progress;
use crate::training::{Classified, classified, in_words, means};

/// The settings; the defaults are those of the chapter, with all digits.
#[derive(Args, Clone, Debug, PartialEq)]
pub struct Options {
    /// Adam, SGD, momentum, Nesterov momentum, or your own of answers/optimizer.rs
    #[arg(long, value_enum, default_value_t = Name::Adam)]
    optimizer: Name,
    /// α [default: 0.01 for Adam, 0.5 for SGD, 1 for momentum and Nesterov]
    #[arg(long, value_name = "ALPHA", allow_hyphen_values = true, value_parser = positive)]
    step_size: Option<f64>,
    /// The weights on old averages: β₁,β₂ of Adam, β of momentum and Nesterov
    /// [default: 0.9,0.999 and 0.9]
    #[arg(long, value_name = "BETA", value_delimiter = ',', allow_hyphen_values = true, value_parser = weight)]
    betas: Vec<f64>,
    /// The share of the step size that the last of several epochs has
    #[arg(long, value_name = "SHARE", default_value_t = 0.1, allow_hyphen_values = true, value_parser = positive)]
    last: f64,
    /// The c of the variance c/fan_in of the weights; 0 makes all of them zero
    #[arg(long, value_name = "C", default_value_t = 2.0, allow_hyphen_values = true, value_parser = not_negative)]
    scale: f64,
    /// Units in each hidden layer, one number or several with commas
    #[arg(long, value_name = "WIDTH", value_delimiter = ',', default_values_t = [100], allow_hyphen_values = true, value_parser = clap::value_parser!(u32).range(1..=5000))]
    widths: Vec<u32>,
    /// Digits in a batch
    #[arg(long, default_value_t = 100, allow_hyphen_values = true, value_parser = clap::value_parser!(u32).range(1..=60_000))]
    batch: u32,
    /// How often every digit is seen
    #[arg(long, default_value_t = 4, allow_hyphen_values = true, value_parser = clap::value_parser!(u32).range(1..=1000))]
    epochs: u32,
    /// Digits to train on, the first ones [default: all 60000]
    #[arg(long, allow_hyphen_values = true, value_parser = clap::value_parser!(u32).range(1..=60_000))]
    digits: Option<u32>,
    /// Seed of the weights and of the order of the digits
    #[arg(long, default_value_t = 0, allow_hyphen_values = true, value_parser = whole_number)]
    seed: u64,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    own: own::Answer,
}

/// Where the digits are.
#[derive(Args, Clone, Debug, PartialEq)]
pub struct Data {
    /// The folder with the MNIST files [default: data/mnist]
    #[arg(long, value_name = "DIR")]
    mnist: Option<PathBuf>,
}

impl Data {
    pub fn folder(&self) -> DrawResult<PathBuf> {
        match &self.mnist {
            Some(folder) => Ok(folder.clone()),
            None => Ok(checkout()?.join("data/mnist")),
        }
    }

    /// The digits to train on and those to test with; at least `count` of the first and
    /// one of the others.
    pub fn read(&self, count: Option<u32>) -> DrawResult<(Digits, Digits)> {
        let folder = self.folder()?;
        let read = |split: Split, least: usize| -> DrawResult<Digits> {
            let digits = Digits::read(&folder, split)?;
            if digits.len() >= least {
                return Ok(digits);
            }
            let (file, found) = (folder.join(split.files().0), digits.len());
            let file = file.display();
            Err(match found {
                0 => format!("images in {file}: 0; expected at least 1"),
                _ => format!(
                    "--digits {least}: images in {file}: {found}; take --digits {found} or fewer"
                ),
            }
            .into())
        };
        let count = count.map_or(1, |count| count as usize);
        Ok((read(Split::Train, count)?, read(Split::Test, 1)?))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Name {
    Adam,
    Sgd,
    Momentum,
    Nesterov,
    Own,
}

impl Name {
    fn title(self) -> &'static str {
        match self {
            Self::Adam => "Adam",
            Self::Sgd => "SGD",
            Self::Momentum => "momentum",
            Self::Nesterov => "Nesterov momentum",
            Self::Own => "your optimizer",
        }
    }

    /// What the chapter's sweep found; Nesterov's is momentum's.
    fn step_size(self) -> Option<f64> {
        let [sgd, momentum, adam] = TUNED.map(|(_, step_size)| step_size);
        match self {
            Self::Adam => Some(adam),
            Self::Sgd => Some(sgd),
            Self::Momentum | Self::Nesterov => Some(momentum),
            Self::Own => None,
        }
    }

    fn betas(self) -> &'static [f64] {
        match self {
            Self::Adam => &[0.9, 0.999],
            Self::Momentum | Self::Nesterov => &[0.9],
            Self::Sgd | Self::Own => &[],
        }
    }

    fn ink(self) -> Ink {
        Ink::Series(match self {
            Self::Sgd => 1,
            Self::Momentum => 2,
            Self::Nesterov => 3,
            Self::Adam => 4,
            Self::Own => 5,
        })
    }
}

fn weight(argument: &str) -> Result<f64, String> {
    match argument.parse() {
        Ok(weight) if (0.0..1.0).contains(&weight) => Ok(weight),
        _ => Err("expected a number from 0 to below 1".into()),
    }
}

fn not_negative(argument: &str) -> Result<f64, String> {
    match argument.parse() {
        Ok(scale) if scale >= 0.0 && f64::is_finite(scale) => Ok(scale),
        _ => Err("expected a number from 0 on in the range of f64".into()),
    }
}

/// The most parameters of a network: an optimizer needs some copies of them.
const MOST_PARAMETERS: usize = 5_000_000;
/// The most layers that have a curve each.
const MOST_LAYERS: usize = 30;

impl Options {
    /// What clap does not see.
    fn course(&self) -> Result<Course, String> {
        let name = self.optimizer.title();
        let Some(step_size) = self.step_size.or(self.optimizer.step_size()) else {
            return Err(format!(
                "--optimizer own: expected a --step-size as well; `cargo optimizer` finds one for {name}"
            ));
        };
        let (found, expected) = (self.betas.len(), self.optimizer.betas().len());
        if found > 0 && found != expected {
            return Err(match expected {
                0 => format!("--betas: {name} takes none"),
                _ => format!("--betas: {found} numbers, but {name} takes {expected}"),
            });
        }
        if self.last > 1.0 {
            return Err(format!("--last {}: expected at most 1", short(self.last)));
        }
        let hidden = self.widths.iter().map(|&width| width as usize);
        let widths: Vec<usize> =
            std::iter::once(PIXELS).chain(hidden).chain([10]).collect();
        if widths.len() > MOST_LAYERS + 1 {
            let most = MOST_LAYERS - 1;
            let count = self.widths.len();
            return Err(format!(
                "--widths: {count} hidden layers, expected at most {most}"
            ));
        }
        if parameters(&widths) > MOST_PARAMETERS {
            let most = grouped(MOST_PARAMETERS);
            return Err(format!(
                "--widths: a network of {} has more than {most} parameters; take smaller widths",
                dashed(&widths)
            ));
        }
        let examples = self.digits.map_or(0, |digits| digits as usize);
        let (batch_size, epochs) = (self.batch as usize, self.epochs as usize);
        let plan = Plan { examples, batch_size, epochs };
        let (scale, last, seed) = (self.scale, self.last, self.seed);
        Ok(Course { widths, scale, step_size, plan, last, seed })
    }

    fn betas(&self) -> &[f64] {
        if self.betas.is_empty() { self.optimizer.betas() } else { &self.betas }
    }

    fn optimizer(
        &self,
        step_size: f64,
    ) -> Result<Box<dyn Optimizer>, OptimizationError> {
        Ok(match (self.optimizer, self.betas()) {
            (Name::Adam, &[beta1, beta2]) => {
                let adam = Adam::new(step_size, [beta1, beta2], 1e-8)?;
                Box::new(adam.with_bias_correction())
            }
            (Name::Momentum, &[beta]) => {
                Box::new(Momentum::new(step_size, beta)?.with_bias_correction())
            }
            (Name::Nesterov, &[beta]) => Box::new(Nesterov::new(step_size, beta)?),
            _ => Box::new(GradientDescent::new(step_size)?),
        })
    }
}

fn parameters(widths: &[usize]) -> usize {
    widths.windows(2).map(|pair| pair[0] * pair[1] + pair[1]).sum()
}

fn dashed(widths: &[usize]) -> String {
    widths.iter().map(ToString::to_string).collect::<Vec<_>>().join("-")
}

pub fn figures(options: &Options) -> DrawResult<Vec<Figure>> {
    let mut course = options.course()?;
    let (digits, test) = options.data.read(options.digits)?;
    if options.digits.is_none() {
        course.plan.examples = digits.len();
    }
    let trained = Trained { options, course, test };
    tell(trained.heading().into_iter())?;
    progress::expect(trained.course.steps() as u64);
    let record = trained.train(&digits)?;
    progress::aside(|| tell(trained.summary(&record).into_iter()))?;
    trained.figures(&record)
}

/// Shows how the training goes on, and keeps what it tells.
struct Show {
    start: Instant,
    told: Mutex<Vec<Told>>,
}

impl Show {
    /// Of all that was told so far.
    fn record(&self) -> Option<Record> {
        Record::of(&self.told.lock().ok()?)
    }
}

impl Watch for Show {
    fn step(&self) {
        progress::done();
    }

    fn tell(&self, name: &str, numbers: &[f64]) -> Result<(), String> {
        if let Ok(mut told) = self.told.lock() {
            told.push(Told { name: name.to_owned(), numbers: numbers.to_vec() });
        }
        if name != LAST_OF_A_STATE {
            return Ok(());
        }
        let Some(record) = self.record() else { return Ok(()) };
        let row = row(&record, self.start.elapsed().as_secs_f64());
        progress::aside(|| tell([row].into_iter())).map_err(|error| error.to_string())
    }
}

/// The last state so far.
fn row(record: &Record, seconds: f64) -> String {
    let (loss, state) = match record.epochs.last() {
        Some(epoch) => (decimals(epoch.loss(), 4), &epoch.state),
        None => (String::new(), &record.start),
    };
    let (epoch, right) = (record.epochs.len(), decimals(100.0 * state.accuracy, 2));
    format!("{epoch:>5}  {loss:>13}  {right:>16}  {seconds:>7.1}")
}

/// A training and what it was.
struct Trained<'a> {
    options: &'a Options,
    course: Course,
    test: Digits,
}

impl Trained<'_> {
    fn train(&self, digits: &Digits) -> DrawResult<Record> {
        let Self { options, course, test } = self;
        let show = Arc::new(Show { start: Instant::now(), told: Mutex::default() });
        let watch: Arc<dyn Watch> = show.clone();
        let of_step_size =
            |message| format!("--step-size {}: {message}", short(course.step_size));
        match options.optimizer {
            Name::Own => {
                let (job, folder) =
                    (Job::Train(course.clone()), options.data.folder()?);
                options.own.run(&job, &folder, &*watch)?;
            }
            _ => train(course, &|size| options.optimizer(size), digits, test, &watch)
                .map_err(of_step_size)?,
        }
        show.record().ok_or_else(|| "the training has told nothing".into())
    }

    fn heading(&self) -> Vec<String> {
        let Course { widths, scale, step_size, plan, last, seed } = &self.course;
        let name = self.options.optimizer.title();
        let betas: Vec<_> =
            self.options.betas().iter().map(|&beta| short(beta)).collect();
        let betas = match &betas[..] {
            [] => String::new(),
            [beta] => format!(" with β = {beta}"),
            betas => format!(" with β₁, β₂ = {}", betas.join(", ")),
        };
        let lower = match plan.epochs {
            1 => String::new(),
            _ => format!(", in the last epoch {} times that", short(*last)),
        };
        vec![
            format!(
                "{}: {} parameters; weights of variance {}/fan-in, seed {seed}",
                dashed(widths),
                grouped(parameters(widths)),
                short(*scale)
            ),
            format!("{name}{betas}; step size {}{lower}", short(*step_size)),
            format!(
                "{} digits in batches of {}; {} test digits",
                grouped(plan.examples),
                grouped(plan.batch_size),
                grouped(self.test.len())
            ),
            String::new(),
            "epoch  training loss  test accuracy, %  seconds".to_owned(),
        ]
    }

    /// What the layers did, and some digits.
    fn summary(&self, record: &Record) -> Vec<String> {
        let mut lines = vec![
            String::new(),
            "layer      weights   update / weight, first epoch and last   dead units before and after"
                .to_owned(),
        ];
        let end = self.end(record);
        for (i, pair) in self.course.widths.windows(2).enumerate() {
            let shape = dashed(pair).replace('-', "×");
            let [first, last] = self.ratios_at_the_ends(record, i).map(|ratio| {
                ratio.map_or("–".to_owned(), |ratio| format!("{ratio:.1e}"))
            });
            let dead = |state: &State| {
                state.dead.get(i).map(|dead| format!("{:.1} %", 100.0 * dead))
            };
            let [before, after] =
                [&record.start, end].map(|state| dead(state).unwrap_or("–".to_owned()));
            lines.push(format!(
                "{:>5}  {shape:>11}   {first:>24}  {last:>11}   {before:>17}  {after:>8}",
                i + 1
            ));
        }
        lines.push(String::new());
        lines.extend(beside(&self.drawings(record)));
        lines.push(String::new());
        lines
    }

    fn end<'a>(&self, record: &'a Record) -> &'a State {
        record.epochs.last().map_or(&record.start, |epoch| &epoch.state)
    }

    /// Medians over the first epoch and over the last, of a layer.
    fn ratios_at_the_ends(&self, record: &Record, layer: usize) -> [Option<f64>; 2] {
        let ratios: Vec<f64> =
            record.ratios.iter().map(|ratios| ratios[layer]).collect();
        let in_an_epoch = ratios.len() / self.course.plan.epochs;
        let last = ratios.len() - in_an_epoch;
        [&ratios[..in_an_epoch], &ratios[last..]].map(|ratios| {
            let mut sorted = ratios.to_vec();
            sorted.sort_by(f64::total_cmp);
            sorted.get(sorted.len() / 2).copied()
        })
    }

    /// The first test digit, and the surest mistake.
    fn drawings(&self, record: &Record) -> Vec<Drawing> {
        let state = self.end(record);
        let first = state.shown.first().map(|shares| {
            let shares = shares.iter().copied().enumerate();
            let (class, probability) = shares
                .reduce(|a, b| if b.1 > a.1 { b } else { a })
                .expect("ten classes");
            ("the first test digit", Mistake { digit: SHOWN[0], class, probability })
        });
        let mistake = state.mistake.map(|it| ("its surest mistake", it));
        let drawing = |(name, Mistake { digit, class, probability })| {
            let digit = self.test.batch(&[digit]);
            let sure = decimals(100.0 * probability, 1);
            Drawing {
                image: digit.images.iter().copied().collect(),
                below: vec![
                    format!("{name}, a {}:", digit.labels[0]),
                    format!("taken for a {class} with {sure} %"),
                ],
            }
        };
        first.into_iter().chain(mistake).map(drawing).collect()
    }

    fn figures(&self, record: &Record) -> DrawResult<Vec<Figure>> {
        Ok(vec![
            self.loss(record)?,
            self.accuracy(record)?,
            self.ratios(record)?,
            self.dead(record)?,
            self.digits(record)?,
        ])
    }

    fn epochs(&self, label: &str) -> Axis {
        Axis::linear(label, (0.0, self.course.plan.epochs as f64), 5, whole)
    }

    fn loss(&self, record: &Record) -> DrawResult<Figure> {
        let losses: Vec<f64> =
            record.epochs.iter().flat_map(|epoch| epoch.losses.clone()).collect();
        let per_epoch = losses.len() / self.course.plan.epochs;
        let points = means(&losses, losses.len().div_ceil(POINTS), per_epoch as f64);
        let Options { optimizer, .. } = self.options;
        let line = Line::new(optimizer.ink(), optimizer.title(), points);
        let description = format!(
            "Training loss against epochs, on a logarithmic axis: from {:.2e} to {:.2e}.",
            line.points.first().map_or(f64::NAN, |point| point.1),
            line.points.last().map_or(f64::NAN, |point| point.1),
        );
        Ok(Chart::new(
            self.epochs("epochs"),
            Axis::logarithmic("training loss", line.points.iter()),
            vec![line],
        )
        .figure(
            &Caption { name: "train-loss", title: "Training loss", description },
            HEIGHT,
        ))
    }

    fn accuracy(&self, record: &Record) -> DrawResult<Figure> {
        let states = record.epochs.iter().map(|epoch| &epoch.state);
        let percents: Vec<f64> = std::iter::once(&record.start)
            .chain(states)
            .map(|state| 100.0 * state.accuracy)
            .collect();
        // The first epoch brings more than all others.
        let first = usize::from(percents.len() > 2);
        let low = percents[first..].iter().copied().fold(f64::INFINITY, f64::min);
        let points = (0..).map(f64::from).zip(percents.iter().copied()).skip(first);
        let Options { optimizer, .. } = self.options;
        let line = Line::new(optimizer.ink(), optimizer.title(), points.collect());
        let description = format!(
            "Test accuracy: {} percent before the training and after each epoch.",
            percents.iter().map(|&it| decimals(it, 2)).collect::<Vec<_>>().join(", ")
        );
        let epochs = (first as f64, self.course.plan.epochs as f64);
        Ok(Chart::new(
            Axis::linear("after epoch", epochs, 5, whole),
            Axis::linear("test accuracy, %", ((low - 0.5).floor(), 100.0), 6, whole),
            vec![line],
        )
        .figure(
            &Caption { name: "train-accuracy", title: "Test accuracy", description },
            HEIGHT,
        ))
    }

    /// A line for each layer; from the seventh on they are thin and named in the data only.
    fn layer(&self, layer: usize, points: Vec<(f64, f64)>) -> Line {
        let name = format!("layer {}", layer + 1);
        match layer {
            0..6 => Line::new(Ink::Series(layer as u8 + 1), name, points),
            _ => Line::faint(Ink::Foreground, name, points),
        }
    }

    fn ratios(&self, record: &Record) -> DrawResult<Figure> {
        let per_epoch = record.ratios.len() as f64 / self.course.plan.epochs as f64;
        let together = record.ratios.len().div_ceil(POINTS).max(1);
        let lines = (0..self.course.widths.len() - 1).map(|layer| {
            let ratios: Vec<f64> =
                record.ratios.iter().map(|ratios| ratios[layer]).collect();
            let points = means(&ratios, together, per_epoch).into_iter();
            // Where all weights of a layer are zero they have no length.
            let points = points.filter(|&(_, ratio)| ratio.is_finite() && ratio > 0.0);
            self.layer(layer, points.collect())
        });
        let lines: Vec<_> = lines.collect();
        let description = format!(
            "The length of an update over that of the weights, by layer, on a logarithmic axis. {}",
            ends(&lines, |ratio| format!("{ratio:.1e}"))
        );
        let title = "Update over weight, by layer";
        Ok(Chart::new(
            self.epochs("epochs"),
            Axis::logarithmic("‖ΔW‖ / ‖W‖", lines.iter().flat_map(|line| &line.points)),
            lines,
        )
        .figure(&Caption { name: "train-ratios", title, description }, HEIGHT))
    }

    fn dead(&self, record: &Record) -> DrawResult<Figure> {
        let states: Vec<&State> = std::iter::once(&record.start)
            .chain(record.epochs.iter().map(|epoch| &epoch.state))
            .collect();
        let hidden = 0..record.start.dead.len();
        let lines = hidden.map(|layer| {
            let shares = states.iter().map(|state| state.dead[layer]);
            self.layer(layer, (0..).map(f64::from).zip(shares).collect())
        });
        let lines: Vec<_> = lines.collect();
        let description = format!(
            "The share of units that are zero for all {} test digits, by layer, before the training and after each epoch. {}",
            self.test.len(),
            ends(&lines, hundredths)
        );
        let title = "Dead units, by layer";
        Ok(Chart::new(
            self.epochs("after epoch"),
            Axis::linear("share of dead units", (0.0, 1.0), 6, tenths),
            lines,
        )
        .figure(&Caption { name: "train-dead", title, description }, HEIGHT))
    }

    fn digits(&self, record: &Record) -> DrawResult<Figure> {
        let last = record.epochs.len();
        let mut epochs: Vec<usize> =
            (0..ROWS).map(|row| row * last / (ROWS - 1)).collect();
        epochs.dedup();
        let shares = |epoch: usize, place: usize| match epoch {
            0 => record.start.shown[place].clone(),
            epoch => record.epochs[epoch - 1].state.shown[place].clone(),
        };
        let digit = |(place, digit): (usize, &usize)| {
            let digit = self.test.batch(&[*digit]);
            Classified {
                label: digit.labels[0],
                image: digit.images.iter().copied().collect(),
                rows: epochs.iter().map(|&epoch| shares(epoch, place)).collect(),
            }
        };
        let there = SHOWN.iter().take(record.start.shown.len());
        let digits: Vec<_> = there.enumerate().map(digit).collect();
        let description = format!(
            "Test digits, each beside a table of ten probabilities in percent, before the training and after \
             epochs of it. {}",
            in_words(&digits)
        );
        let title = "Digits, classified before, during and after the training";
        let caption = Caption { name: "train-digits", title, description };
        classified(&caption, &digits, &epochs)
    }
}

const HEIGHT: f64 = 370.0;
/// The most points of a line.
const POINTS: usize = 240;
/// The most rows in the table of a digit.
const ROWS: usize = 5;

fn ends(lines: &[Line], print: impl Fn(f64) -> String) -> String {
    let sentence = |line: &Line| match line.points[..] {
        [] => format!("{}: none.", line.name),
        [(_, first), .., (_, last)] => {
            format!("{}: from {} to {}.", line.name, print(first), print(last))
        }
        [(_, only)] => format!("{}: {}.", line.name, print(only)),
    };
    lines.iter().map(sentence).collect::<Vec<_>>().join(" ")
}
