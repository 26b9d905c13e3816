//! Runs that go wrong as a reader's own might, what one could think of them, and what was tried.

use descent::backpropagation::squared_error_and_gradient;
use descent::broadcasting::broadcast_shape;
use descent::depth;
use descent::elbows::{Curve, Start, network, sine};
use descent::gradient_descent::{GradientDescent, OptimizationError, Optimizer};
use descent::initialization::normal;
use descent::mnist::{Digits, Split};
use descent::momentum::Momentum;
use descent::network::{Batch, Network};
use descent::objective::loss;
use descent::parallel;
use descent::random::{Stream, generator};
use descent::sgd::{Plan, batches, fit, half_resolution};
use nalgebra::{DMatrix, DVector};

use std::path::Path;
use std::sync::LazyLock;

use crate::answer::decimals;
use crate::{Question, words};

pub const QUESTIONS: &[fn() -> Question] =
    &[shape_cause, shape_repair, noise_cause, noise_repair, depth_cause, depth_repair];

// A network with one output, whose labels are a row

/// A network that learns a curve of 64 points.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub name: &'static str,
    /// What there is to say of it as a repair.
    pub told: &'static str,
    pub units: usize,
    pub step_size: f64,
    pub steps: usize,
    /// The shape of the labels; a vector counts as a row.
    pub labels: (usize, usize),
}

/// The run that goes wrong.
pub const SHAPE: Shape = Shape {
    name: "as it was",
    told: "",
    units: 50,
    step_size: 0.02,
    steps: 1000,
    labels: (1, 64),
};

/// What was tried.
pub const SHAPE_REPAIRS: [Shape; 4] = [
    Shape {
        name: "Four times as many steps",
        told: "What is level stays level.",
        steps: 4000,
        ..SHAPE
    },
    Shape {
        name: "Twice as many units",
        told: "More units can bend more often. They are told to say the mean as well. (They took half the step size.)",
        units: 100,
        step_size: 0.01,
        ..SHAPE
    },
    Shape {
        name: "`labels.reshape(1, 64)`",
        told: "A vector counts as a row, and so nothing has changed: `[64, 1]` less `[1, 64]` is `[64, 64]`.",
        labels: (1, 64),
        ..SHAPE
    },
    Shape {
        name: "`labels.reshape(64, 1)`",
        told: "A column less a column compares each prediction with its own label.",
        labels: (64, 1),
        ..SHAPE
    },
];

/// What a run shows after each step.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The loss that is printed.
    pub losses: Vec<f64>,
    /// The mean square of a prediction less its *own* label.
    pub errors: Vec<f64>,
    /// The predictions at the end.
    pub predictions: DMatrix<f64>,
}

impl Shape {
    /// Whether each prediction meets its own label only.
    fn is_paired(&self) -> bool {
        broadcast_shape((64, 1), self.labels) == Ok((64, 1))
    }

    /// The network before training.
    fn start(&self) -> Network {
        network(Start::Uniform, self.units, 4)
    }

    /// The loss that is printed, and its gradient.
    fn loss_and_gradient(&self, network: &Network) -> (f64, DVector<f64>) {
        let Curve { x, y } = sine();
        // A column less a row compares every prediction with every label. The gradient of the mean of all squares pulls
        // each prediction to the mean of the labels.
        let mean = DMatrix::from_element(y.nrows(), 1, y.mean());
        let targets = if self.is_paired() { &y } else { &mean };
        let (half, gradient) = squared_error_and_gradient(network, x, targets);
        let spread = if self.is_paired() { 0.0 } else { y.variance() };
        (2.0 * half + spread, 2.0 * gradient)
    }

    /// The run.
    ///
    /// # Panics
    /// If it diverges.
    pub fn run(&self) -> Shown {
        let Curve { x, y } = sine();
        let mut network = self.start();
        let mut descent =
            GradientDescent::new(self.step_size).expect("a valid step size");
        let mut theta = network.parameters();
        let (mut losses, mut errors) = (Vec::new(), Vec::new());
        for step in 0..=self.steps {
            let (loss, gradient) = self.loss_and_gradient(&network);
            losses.push(loss);
            let output = network.forward(x.clone()).pop().expect("an output");
            errors.push((output - &y).norm_squared() / y.len() as f64);
            if step < self.steps {
                descent.step(&mut theta, &gradient);
                network.set_parameters(&theta);
            }
        }
        let predictions = network.forward(x).pop().expect("an output");
        Shown { losses, errors, predictions }
    }
}

impl Shown {
    /// The mean square at the end.
    fn error(&self) -> f64 {
        *self.errors.last().expect("a run has a start")
    }
}

/// The run and its repairs.
fn shapes() -> &'static [Shown] {
    static RUNS: LazyLock<Vec<Shown>> = LazyLock::new(|| {
        let all: Vec<_> = [SHAPE].into_iter().chain(SHAPE_REPAIRS).collect();
        parallel::map(&all, &|shape: &Shape| shape.run())
    });
    &RUNS
}

/// What its symptom points to.
pub fn shape_cause() -> Question {
    let [shown, longer, wider, _, _] = shapes() else { panic!("five runs") };
    let variance = sine().y.variance();
    let last = shown.losses[SHAPE.steps];
    let same = shown.predictions.variance().sqrt();
    // Each suspect, with what it would make of the run.
    let helps = |other: &Shown| other.error() < 0.5 * shown.error();
    let at_the_spread = (last / variance - 1.0).abs() < 0.05;
    let [_, _, _, paired] = SHAPE_REPAIRS;
    let slope = |shape: &Shape| shape.loss_and_gradient(&shape.start()).1.norm();
    let ratio = slope(&SHAPE) / slope(&paired);
    Question::new(
        "inventory/shape_cause",
        "L04",
        format!(
            "The run is that of the figure. The loss ends at {}, the variance of the labels is {}, and the predictions differ by {} only, as a standard deviation. What is the cause?",
            decimals(last, 2),
            decimals(variance, 2),
            decimals(same, 2)
        ),
    )
    .case(
        words("The run: it is too short for so small steps"),
        helps(longer),
        "Four times as many steps end at the same loss. A curve that is level at the *variance of the labels* says that the network knows their mean, and no more.",
    )
    .case(
        words("The layer: its units bend too few times"),
        helps(wider),
        "Twice as many units end at the same loss. Fifty can bend often enough for this curve.",
    )
    .case(
        words("The mean: over so many squares it has a tiny gradient"),
        ratio < 0.1,
        format!(
            "A mean divides by as many squares as it sums. At the start its gradient is {} times as long as that of a loss which pairs predictions with labels.",
            decimals(ratio, 2)
        ),
    )
    .case(
        words("The shapes: each prediction meets every label"),
        at_the_spread && !helps(longer) && !helps(wider),
        "`[64, 1]` less `[64]` is `[64, 64]`. Each prediction is pulled to all labels alike, and the best that it can do is to say their mean.",
    )
}

/// What works.
pub fn shape_repair() -> Question {
    let before = shapes()[0].error();
    let question = Question::new(
        "inventory/shape_repair",
        "L04",
        "All four were run. With which does the network learn the curve?",
    )
    .opens_figure();
    SHAPE_REPAIRS.iter().zip(&shapes()[1..]).fold(question, |question, (repair, after)| {
        let printed = after.losses[repair.steps];
        question.case(
            words(repair.name),
            after.error() < 0.5 * before,
            format!(
                "{} The loss ends at {}. Between a prediction and its own label the mean square is {}, where it was {}.",
                repair.told,
                decimals(printed, 2),
                decimals(after.error(), 2),
                decimals(before, 2)
            ),
        )
    })
}

// A linear model with steps that do not get shorter

/// A linear model that learns from one example at a time.
#[derive(Clone, Copy, Debug)]
pub struct Noise {
    pub name: &'static str,
    /// What there is to say of it as a repair.
    pub told: &'static str,
    pub step_size: f64,
    pub beta: f64,
    pub epochs: usize,
}

/// The run that goes wrong.
pub const NOISE: Noise =
    Noise { name: "as it was", told: "", step_size: 0.02, beta: 0.0, epochs: 10 };

/// What was tried for another ten epochs, or forty.
pub const NOISE_REPAIRS: [Noise; 4] = [
    Noise {
        name: "Four times as many epochs",
        told: "It has arrived, and goes to and fro.",
        epochs: 40,
        ..NOISE
    },
    Noise {
        name: "Twice the step size",
        told: "Longer steps stray farther.",
        step_size: 0.04,
        ..NOISE
    },
    Noise {
        name: "Momentum with β = 0.9, as the lecture writes it",
        told: "An average of the gradients leads where the gradients lead, noise included.",
        beta: 0.9,
        ..NOISE
    },
    Noise {
        name: "A tenth of the step size",
        told: "Shorter steps stray less. (And it was right to begin with long ones.)",
        step_size: 0.002,
        ..NOISE
    },
];

const EXAMPLES: usize = 200;
const FEATURES: usize = 10;
/// Every so many steps the loss is looked at.
const WATCHED: usize = 5;

/// Inputs, and labels that no linear model meets.
fn prices() -> (DMatrix<f64>, DVector<f64>) {
    let mut rng = generator(11, Stream::Points);
    let x = normal(EXAMPLES, FEATURES, 1.0, &mut rng).weight;
    let truth = normal(FEATURES, 1, 1.0, &mut rng).weight.column(0).into_owned();
    let noise = normal(EXAMPLES, 1, 1.0, &mut rng).weight.column(0).into_owned();
    let y = &x * truth + noise;
    (x, y)
}

impl Noise {
    /// What the mean loss of each epoch exceeds the least one by: of ten epochs as they were, and of those of the repair.
    ///
    /// # Panics
    /// If a run diverges.
    pub fn run(&self) -> Vec<f64> {
        let (x, y) = prices();
        let excess = excess(&x, &y);
        let mut rng = generator(12, Stream::Batches);
        let mut theta = DVector::zeros(FEATURES);
        let mut losses = Vec::new();
        let mut epochs = |settings: &Noise, theta: &mut DVector<f64>| {
            let mut optimizer = Momentum::new(settings.step_size, settings.beta)
                .expect("valid settings");
            for _ in 0..settings.epochs {
                let mut sum = 0.0;
                for (step, batch) in batches(EXAMPLES, 1, &mut rng).iter().enumerate() {
                    let row = x.row(batch[0]);
                    let error = (row * &*theta)[0] - y[batch[0]];
                    optimizer.step(theta, &(row.transpose() * error));
                    if step % WATCHED == 0 {
                        sum += excess(theta);
                    }
                }
                losses.push(sum * WATCHED as f64 / EXAMPLES as f64);
            }
        };
        epochs(&NOISE, &mut theta);
        epochs(self, &mut theta);
        losses
    }
}

/// By how much half the mean square of the errors exceeds its minimum.
fn excess<'a>(
    x: &'a DMatrix<f64>,
    y: &'a DVector<f64>,
) -> impl Fn(&DVector<f64>) -> f64 + 'a {
    let best =
        (x.tr_mul(x)).cholesky().expect("independent columns").solve(&x.tr_mul(y));
    move |theta| (x * (theta - &best)).norm_squared() / (2.0 * EXAMPLES as f64)
}

/// The mean of the last epochs.
fn plateau(losses: &[f64]) -> f64 {
    let last = &losses[losses.len() - 5..];
    last.iter().sum::<f64>() / 5.0
}

/// The level of the run, those at which its repairs end, and the losses of the run.
fn levels() -> &'static (f64, Vec<f64>, Vec<f64>) {
    static LEVELS: LazyLock<(f64, Vec<f64>, Vec<f64>)> = LazyLock::new(|| {
        let as_it_was = NOISE.run();
        let level = plateau(&as_it_was[..NOISE.epochs]);
        let ends =
            parallel::map(&NOISE_REPAIRS, &|noise: &Noise| plateau(&noise.run()));
        (level, ends, as_it_was)
    });
    &LEVELS
}

/// What the plateau points to.
pub fn noise_cause() -> Question {
    let (level, ends, as_it_was) = levels();
    let [longer, larger, _, smaller] = ends[..] else { panic!("four repairs") };
    Question::new(
        "inventory/noise_cause",
        "L37",
        "The run is that of the figure. What keeps the loss from falling further?",
    )
    .case(
        words("Short steps: ten epochs of them end on the way"),
        larger < 0.5 * level,
        "With twice the step size the loss is higher, and not lower. It has arrived long ago.",
    )
    .case(
        words("Few epochs: later ones still gain, a little at a time"),
        longer < 0.5 * level,
        "After forty more epochs it is where it was after ten. A level curve with a ragged edge is not on its way.",
    )
    .case(
        words("A constant α: close to the minimum single houses still pull at it"),
        smaller < 0.5 * level && longer > 0.5 * level && larger > 0.5 * level,
        "At the best parameters the gradients of the examples do not vanish, only their mean does. With a constant α each step throws the parameters as far off as the steps before.",
    )
    .case(
        words("A local minimum: every way out of it leads uphill at first"),
        // A linear model has one minimum: at it, the excess is zero.
        as_it_was.iter().any(|&excess| excess < 0.0),
        "The loss of a linear model is convex. It has no other minimum than the best.",
    )
}

/// What works.
pub fn noise_repair() -> Question {
    let (level, ends, _) = levels();
    let question = Question::new(
        "inventory/noise_repair",
        "L37",
        "All four were tried from there on. With which does it come much nearer to its minimum: less than a quarter as far above it as now?",
    )
    .opens_figure();
    NOISE_REPAIRS.iter().zip(ends).fold(question, |question, (repair, &after)| {
        question.case(
            words(repair.name),
            after < 0.25 * level,
            format!(
                "{} The loss exceeds its minimum by {} now, where it was {}.",
                repair.told,
                decimals(after, 3),
                decimals(*level, 3)
            ),
        )
    })
}

// A deep network from PyTorch's start

/// How weights and biases are drawn.
#[derive(Clone, Copy, Debug)]
pub enum Drawn {
    /// As `torch.nn.Linear` draws them.
    PyTorch,
    /// The same weights, and no biases.
    PyTorchWithoutBiases,
    /// He's weights, and no biases.
    He,
}

/// A deep network that learns 500 digits.
#[derive(Clone, Copy, Debug)]
pub struct Deep {
    pub name: &'static str,
    /// What there is to say of it as a repair.
    pub told: &'static str,
    pub step_size: f64,
    pub epochs: usize,
    pub drawn: Drawn,
}

/// The run that goes wrong.
pub const DEEP: Deep = Deep {
    name: "as it was",
    told: "",
    step_size: 0.02,
    epochs: 15,
    drawn: Drawn::PyTorch,
};

/// What was tried.
pub const DEEP_REPAIRS: [Deep; 4] = [
    Deep {
        name: "Three times as many epochs",
        told: "More of the same is the same.",
        epochs: 45,
        ..DEEP
    },
    Deep {
        name: "Three times the step size",
        told: "Longer steps along a gradient that knows nothing of the digits.",
        step_size: 0.06,
        ..DEEP
    },
    Deep {
        name: "PyTorch's weights, with zero biases",
        told: "The biases hide the loss, and do not cause it: without them next to nothing arrives, of any digit.",
        drawn: Drawn::PyTorchWithoutBiases,
        ..DEEP
    },
    Deep {
        name: "He's weights, with zero biases",
        told: "With *c* = 2 the digits arrive, and the last layers have something to tell apart.",
        drawn: Drawn::He,
        ..DEEP
    },
];

/// Weight matrices.
const DEPTH: usize = 15;
/// Units of a hidden layer.
const WIDTH: usize = 80;

/// 500 digits at half the resolution.
fn five_hundred() -> Batch {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/mnist");
    let digits =
        Digits::read(&folder, Split::Test).expect("the digits of the repository");
    half_resolution(&digits.batch(&(0..500).collect::<Vec<_>>()))
}

impl Deep {
    /// The network before training.
    pub fn start(&self) -> Network {
        let hidden = [WIDTH; DEPTH - 1];
        let widths = [&[196], &hidden[..], &[10]].concat();
        let of_pytorch = || depth::network_of_pytorch(&widths, 5);
        match self.drawn {
            Drawn::He => depth::network(&widths, 2.0, 5),
            Drawn::PyTorch => of_pytorch(),
            Drawn::PyTorchWithoutBiases => {
                let mut layers = of_pytorch().layers().to_vec();
                for layer in &mut layers {
                    layer.linear.bias.fill(0.0);
                }
                Network::new(layers)
            }
        }
    }

    /// The loss on all digits, before training and after each epoch.
    ///
    /// # Errors
    /// If a setting is outside its range.
    pub fn run(&self) -> Result<Vec<f64>, OptimizationError> {
        let digits = five_hundred();
        let mut network = self.start();
        let mut losses = vec![loss(&network, &digits)];
        let plan = Plan { examples: 500, batch_size: 25, epochs: self.epochs };
        let mut descent = GradientDescent::new(self.step_size)?;
        let mut rng = generator(6, Stream::Batches);
        losses.extend(fit(
            &mut network,
            &mut descent,
            plan,
            &mut rng,
            &descent::sgd::selector(&digits),
            |network, _| loss(network, &digits),
        ));
        Ok(losses)
    }
}

/// What ends below this share of the level loss has learned from the digits.
const LEARNED: f64 = 0.8;

/// The losses at which the run and its repairs end.
fn losses() -> &'static [f64] {
    static LOSSES: LazyLock<Vec<f64>> = LazyLock::new(|| {
        let all: Vec<_> = [DEEP].into_iter().chain(DEEP_REPAIRS).collect();
        let end = |deep: &Deep| {
            let losses = deep.run().expect("valid settings");
            *losses.last().expect("a loss")
        };
        parallel::map(&all, &end)
    });
    &LOSSES
}

/// What the level loss points to.
pub fn depth_cause() -> Question {
    let digits = five_hundred();
    let logits = DEEP.start().forward(digits.images.clone()).pop().expect("logits");
    let differ = |column: usize| logits.column(column).variance().sqrt();
    let spread = (0..10).map(differ).fold(0.0, f64::max);
    let [level, longer, larger, _, he] = losses()[..] else { panic!("five runs") };
    let helps = |end: f64| end < LEARNED * level;
    Question::new(
        "inventory/depth_cause",
        "L42",
        format!(
            "The run is that of the figure: it stays at {}, and log 10 is {}. Before training, the logits of two digits differ by at most {} or so. What is the cause?",
            decimals(level, 2),
            decimals(10_f64.ln(), 2),
            crate::significant(spread, 1).text
        ),
    )
    .case(
        words("The layers: behind them each digit is nearly the same"),
        helps(he) && !helps(longer) && !helps(larger),
        "PyTorch's weights have *c* = ⅓, and fifteen layers with ReLU leave next to nothing of an image. What the last layer sees comes from the biases alone.",
    )
    .case(
        words("The steps: they are too short to leave the start"),
        helps(larger),
        "Three times the step size ends at the same loss.",
    )
    .case(
        words("The epochs: the loss begins to fall behind the last one"),
        helps(longer),
        "Three times as many epochs end at the same loss. A network that says the same for every digit can learn how frequent each is, and log 10 is nearly that.",
    )
    .case(
        words("The units: in some layer every one of them is dead"),
        DEEP.start().forward(digits.images.clone())[..DEPTH]
            .iter()
            .skip(1)
            .any(|z| z.amax() == 0.0),
        "In every layer some units are on: PyTorch's biases see to that. But they are on for every digit alike.",
    )
}

/// What works.
pub fn depth_repair() -> Question {
    let question = Question::new(
        "inventory/depth_repair",
        "L42",
        "All four were run, each from the beginning. With which does the network learn the digits?",
    )
    .opens_figure();
    let level = losses()[0];
    DEEP_REPAIRS.iter().zip(&losses()[1..]).fold(
        question,
        |question, (repair, &after)| {
            question.case(
                words(repair.name),
                after < LEARNED * level,
                format!(
                    "{} The loss ends at {}, where it was {}.",
                    repair.told,
                    decimals(after, 2),
                    decimals(level, 2)
                ),
            )
        },
    )
}
