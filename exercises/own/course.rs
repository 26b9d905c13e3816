//! A training with settings of one's own, and its record.

use std::borrow::Cow;
use std::sync::Arc;

use descent::depth;
use descent::gradient_descent::Optimizer;
use descent::mnist::{Digits, PIXELS};
use descent::network::{Batch, Network, softmax};
use descent::parallel;
use descent::random::{Stream, generator};
use descent::sgd::{Plan, fit};
use descent::training::{New, Watched};
use nalgebra::DVector;

use super::report::{Line, Watch, halves, line, numbers, whole};

/// The settings of a training, but for its optimizer.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// From the pixels to the classes.
    pub widths: Vec<usize>,
    /// The `c` of the variance `c / fan-in` of the weights.
    pub scale: f64,
    pub step_size: f64,
    pub plan: Plan,
    /// The share of the step size that the last of several epochs has.
    pub last: f64,
    pub seed: u64,
}

impl Course {
    /// The steps of the whole training.
    pub fn steps(&self) -> usize {
        self.plan.epochs * self.plan.examples.div_ceil(self.plan.batch_size)
    }

    /// The shares of the step size, each with its number of epochs.
    fn stages(&self) -> Vec<(f64, usize)> {
        match self.plan.epochs {
            epochs if epochs > 1 && self.last != 1.0 => {
                vec![(1.0, epochs - 1), (self.last, 1)]
            }
            epochs => vec![(1.0, epochs)],
        }
    }

    /// The settings as lines.
    pub fn text(&self) -> String {
        let Plan { examples, batch_size, epochs } = self.plan;
        let counts = |numbers: &[usize]| -> Vec<f64> {
            numbers.iter().map(|&number| number as f64).collect()
        };
        [
            line("widths", &counts(&self.widths)),
            line("rates", &[self.scale, self.step_size, self.last]),
            line("plan", &counts(&[examples, batch_size, epochs])),
            line("seed", &halves(self.seed)),
        ]
        .concat()
    }

    /// The settings from their lines, if they are all there.
    pub fn from_text(text: &str) -> Option<Self> {
        let lines: Vec<Line> =
            text.lines().filter_map(|line| line.parse().ok()).collect();
        let all = |name| numbers(&lines, name).pop();
        let counts = |name| -> Option<Vec<usize>> {
            Some(all(name)?.into_iter().map(|number| number as usize).collect())
        };
        let [scale, step_size, last] = all("rates")?[..] else { return None };
        let [examples, batch_size, epochs] = counts("plan")?[..] else { return None };
        Some(Self {
            widths: counts("widths")?,
            scale,
            step_size,
            plan: Plan { examples, batch_size, epochs },
            last,
            seed: whole(all("seed")?.try_into().ok()?),
        })
    }
}

/// What is measured of a network between the epochs, with the test digits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    pub accuracy: f64,
    /// The share of the units of each hidden layer that are zero for all digits.
    pub dead: Vec<f64>,
    /// The probabilities of the ten classes for each of the digits of [`SHOWN`].
    pub shown: Vec<Vec<f64>>,
    /// Of the digits that are taken for another, the one for which that is surest.
    pub mistake: Option<Mistake>,
}

/// A digit that is taken for another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mistake {
    pub digit: usize,
    pub class: usize,
    pub probability: f64,
}

/// Where the digits stand in the test set whose probabilities are recorded: its first
/// digit, and a hard one. The book draws them, too.
pub const SHOWN: [usize; 2] = [0, 8];

/// The name of the line with which all is told of a [`State`].
pub const LAST_OF_A_STATE: &str = "mistake";

/// Digits that go through the network at once.
const PORTION: usize = 500;

impl State {
    /// # Panics
    /// If there is no digit, or if they do not fit the network.
    pub fn of(network: &Network, test: &Digits) -> Self {
        let positions: Vec<usize> = (0..test.len()).collect();
        let portions: Vec<&[usize]> = positions.chunks(PORTION).collect();
        let part = |positions: &&[usize]| Part::of(network, test, positions);
        let parts = parallel::map(&portions, &part);
        let right: usize = parts.iter().map(|part| part.right).sum();
        let share = |layer: usize| {
            let units = parts[0].off[layer].len();
            let dead = |&unit: &usize| parts.iter().all(|part| part.off[layer][unit]);
            (0..units).filter(dead).count() as f64 / units as f64
        };
        let mistakes = parts.iter().filter_map(|part| part.mistake);
        Self {
            accuracy: right as f64 / test.len() as f64,
            dead: (0..parts[0].off.len()).map(share).collect(),
            shown: parts.iter().flat_map(|part| part.shown.clone()).collect(),
            mistake: mistakes.reduce(Mistake::surer),
        }
    }

    fn tell(&self, watch: &dyn Watch) -> Result<(), String> {
        watch.tell("accuracy", &[self.accuracy])?;
        watch.tell("dead", &self.dead)?;
        watch.tell("shown", &self.shown.concat())?;
        let mistake = self
            .mistake
            .map(|it| vec![it.digit as f64, it.class as f64, it.probability]);
        watch.tell(LAST_OF_A_STATE, &mistake.unwrap_or_default())
    }

    /// Every state that the lines tell of, whole.
    fn all(lines: &[Line]) -> Vec<Self> {
        let all = |name| numbers(lines, name);
        let (accuracies, dead, shown) = (all("accuracy"), all("dead"), all("shown"));
        let state = |(i, mistake): (usize, Vec<f64>)| {
            Some(Self {
                accuracy: *accuracies.get(i)?.first()?,
                dead: dead.get(i)?.clone(),
                shown: shown.get(i)?.chunks(10).map(<[f64]>::to_vec).collect(),
                mistake: Mistake::of(&mistake),
            })
        };
        let mistakes = all(LAST_OF_A_STATE).into_iter().enumerate();
        mistakes.filter_map(state).collect()
    }
}

impl Mistake {
    fn of(numbers: &[f64]) -> Option<Self> {
        let &[digit, class, probability] = numbers else { return None };
        Some(Self { digit: digit as usize, class: class as usize, probability })
    }

    fn surer(self, other: Self) -> Self {
        if other.probability > self.probability { other } else { self }
    }
}

/// What some of the test digits tell.
struct Part {
    right: usize,
    /// Whether a unit is zero for all of them, `[hidden layer][unit]`.
    off: Vec<Vec<bool>>,
    shown: Vec<Vec<f64>>,
    mistake: Option<Mistake>,
}

impl Part {
    fn of(network: &Network, test: &Digits, positions: &[usize]) -> Self {
        let Batch { images, labels } = test.batch(positions);
        let activations = network.forward(images);
        let depth = network.layers().len();
        let off = |layer: usize| {
            let units = activations[layer].column_iter();
            units.map(|unit| unit.iter().all(|&z| z <= 0.0)).collect()
        };
        let shares = softmax(&activations[depth]);
        let mut part = Self {
            right: 0,
            off: (1..depth).map(off).collect(),
            shown: Vec::new(),
            mistake: None,
        };
        for (row, (&digit, &label)) in positions.iter().zip(&labels).enumerate() {
            let shares: Vec<f64> = shares.row(row).iter().copied().collect();
            let class = DVector::from_row_slice(&shares).imax();
            if class == label {
                part.right += 1;
            } else {
                let mistake = Mistake { digit, class, probability: shares[class] };
                part.mistake =
                    Some(part.mistake.map_or(mistake, |before| before.surer(mistake)));
            }
            if SHOWN.contains(&digit) {
                part.shown.push(shares);
            }
        }
        part
    }
}

/// What is recorded of an epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct Epoch {
    /// Of each batch, before its step.
    pub losses: Vec<f64>,
    /// After it.
    pub state: State,
}

impl Epoch {
    /// The mean of the losses, each from before its step.
    pub fn loss(&self) -> f64 {
        self.losses.iter().sum::<f64>() / self.losses.len() as f64
    }
}

/// A training from beginning to end.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    pub start: State,
    pub epochs: Vec<Epoch>,
    /// `‖ΔW‖ / ‖W‖` in every tenth step, `[step / 10][layer]`.
    pub ratios: Vec<Vec<f64>>,
}

impl Record {
    /// The record of a training of which every line was told.
    pub fn of(lines: &[Line]) -> Option<Self> {
        let mut states = State::all(lines).into_iter();
        let start = states.next()?;
        let losses = numbers(lines, "losses").into_iter();
        let epochs = losses.zip(states).map(|(losses, state)| Epoch { losses, state });
        Some(Self { start, epochs: epochs.collect(), ratios: numbers(lines, "ratios") })
    }
}

/// An optimizer whose steps are counted.
pub struct Counted {
    pub optimizer: Box<dyn Optimizer>,
    pub watch: Arc<dyn Watch>,
}

impl Optimizer for Counted {
    fn gradient_point<'a>(
        &self,
        parameters: &'a DVector<f64>,
    ) -> Cow<'a, DVector<f64>> {
        self.optimizer.gradient_point(parameters)
    }

    fn step(&mut self, parameters: &mut DVector<f64>, gradient: &DVector<f64>) {
        self.optimizer.step(parameters, gradient);
        self.watch.step();
    }

    fn is_finite(&self) -> bool {
        self.optimizer.is_finite()
    }
}

/// Trains a network as the book does, and tells all that [`Record::of`] takes.
///
/// # Errors
/// If a setting is out of its range, if the run diverges, or if nothing can be told.
///
/// # Panics
/// If the plan asks for more digits than there are, or if there are none.
pub fn train(
    course: &Course,
    optimizer: &New,
    digits: &Digits,
    test: &Digits,
    watch: &Arc<dyn Watch>,
) -> Result<(), String> {
    assert_eq!(course.widths.first(), Some(&PIXELS), "as many inputs as pixels");
    let mut network = depth::network(&course.widths, course.scale, course.seed);
    let mut rng = generator(course.seed, Stream::Batches);
    State::of(&network, test).tell(&**watch)?;
    let plan = Plan { epochs: 1, ..course.plan };
    let mut epoch = 0;
    for (share, epochs) in course.stages() {
        let optimizer = optimizer(share * course.step_size);
        let optimizer = optimizer.map_err(|error| error.to_string())?;
        let counted = Counted { optimizer, watch: watch.clone() };
        let mut watched = Watched::new(Box::new(counted), &network);
        for _ in 0..epochs {
            epoch += 1;
            let examples = |positions: &[usize]| digits.batch(positions);
            let record = |_: &Network, losses: &[f64]| losses.to_vec();
            let losses =
                fit(&mut network, &mut watched, plan, &mut rng, &examples, record)
                    .concat();
            check(epoch, &losses, &network, watched.is_finite())?;
            watch.tell("losses", &losses)?;
            for ratios in watched.ratios.drain(..) {
                watch.tell("ratios", &ratios)?;
            }
            State::of(&network, test).tell(&**watch)?;
        }
    }
    Ok(())
}

/// Whether an epoch has left the range of numbers.
fn check(
    epoch: usize,
    losses: &[f64],
    network: &Network,
    memory_is_finite: bool,
) -> Result<(), String> {
    let told = |place: String| {
        Err(format!(
            "the training diverges: {place} of epoch {epoch} is not a number; take a \
             smaller step size"
        ))
    };
    if let Some(batch) = losses.iter().position(|loss| !loss.is_finite()) {
        return told(format!("the loss in step {}", batch + 1));
    }
    if network.parameters().iter().any(|parameter| !parameter.is_finite()) {
        return told("a weight at the end".to_owned());
    }
    if !memory_is_finite {
        return told("what the optimizer remembers at the end".to_owned());
    }
    Ok(())
}
