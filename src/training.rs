//! A whole training, and what can be measured in it: accuracy, the size of the updates,
//! how far the weights move, and the curvature.
//!
//! Source: Data 188, Lecture 06, "Some important takeaways" and "Weights don't move that
//! much".

use std::borrow::Cow;
use std::ops::Range;

use nalgebra::DVector;
use rand::RngExt;
use rand_distr::StandardNormal;

use crate::backpropagation::loss_and_gradient;
use crate::depth;
use crate::gradient_descent::{
    GradientDescent, OptimizationError, Optimizer, minimize,
};
use crate::network::{Batch, Layer, Network};
use crate::newton::hessian_vector_product;
use crate::parallel;
use crate::random::{Stream, generator};
use crate::sgd::{Examples, Method, Plan, fit, small_network};

// ANCHOR: accuracy
/// The share of images whose largest logit is that of their label.
///
/// # Panics
/// If the images do not fit the network.
pub fn accuracy(network: &Network, batch: &Batch) -> f64 {
    let activations = network.forward(batch.images.clone());
    let logits = activations[network.layers().len()].transpose();
    let images = logits.column_iter().zip(&batch.labels);
    let right = images.filter(|(z, label)| z.imax() == **label);
    right.count() as f64 / batch.len() as f64
}
// ANCHOR_END: accuracy

// ANCHOR: watched
/// An optimizer that measures every tenth of its steps.
pub struct Watched {
    optimizer: Box<dyn Optimizer>,
    weights: Vec<Range<usize>>,
    steps: usize,
    /// `‖ΔW‖ / ‖W‖` of each layer in every tenth step, `[step / 10][layer]`.
    pub ratios: Vec<Vec<f64>>,
}

impl Optimizer for Watched {
    fn gradient_point<'a>(
        &self,
        parameters: &'a DVector<f64>,
    ) -> Cow<'a, DVector<f64>> {
        self.optimizer.gradient_point(parameters)
    }

    fn step(&mut self, parameters: &mut DVector<f64>, gradient: &DVector<f64>) {
        self.steps += 1;
        if !self.steps.is_multiple_of(10) {
            return self.optimizer.step(parameters, gradient);
        }
        let before = parameters.clone();
        self.optimizer.step(parameters, gradient);
        let ratio = |layer: &Range<usize>| {
            let old = before.rows_range(layer.clone());
            (parameters.rows_range(layer.clone()) - old).norm() / old.norm()
        };
        self.ratios.push(self.weights.iter().map(ratio).collect());
    }

    fn is_finite(&self) -> bool {
        self.optimizer.is_finite()
    }
}
// ANCHOR_END: watched

impl Watched {
    /// Watches the weights of each layer of this network.
    pub fn new(optimizer: Box<dyn Optimizer>, network: &Network) -> Self {
        let mut end = 0;
        let weights = network.layers().iter().map(|layer| {
            let start = end;
            end += layer.parameter_count();
            start..start + layer.linear.weight.len()
        });
        Self { optimizer, weights: weights.collect(), steps: 0, ratios: Vec::new() }
    }
}

/// What is recorded of an epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct Epoch {
    /// Of each batch, before its step.
    pub losses: Vec<f64>,
    /// On the test images, after the epoch.
    pub accuracy: f64,
    /// After the epoch.
    pub network: Network,
}

impl Epoch {
    fn of(network: &Network, losses: &[f64], test: &Batch) -> Self {
        let accuracy = accuracy(network, test);
        Self { losses: losses.to_vec(), accuracy, network: network.clone() }
    }

    /// The mean of the losses, each from before its step.
    pub fn loss(&self) -> f64 {
        self.losses.iter().sum::<f64>() / self.losses.len() as f64
    }
}

/// A training from beginning to end.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    pub start: Network,
    pub end: Network,
    pub epochs: Vec<Epoch>,
    /// `‖ΔW‖ / ‖W‖` in every tenth step, `[step / 10][layer]`.
    pub ratios: Vec<Vec<f64>>,
}

/// Makes an optimizer from its step size.
pub type New<'a> =
    dyn Fn(f64) -> Result<Box<dyn Optimizer>, OptimizationError> + Sync + 'a;

/// Trains He's network of these widths as planned, and for one more epoch
/// with a tenth of the step size.
///
/// # Errors
/// If the step size is not a finite number above 0.
///
/// # Panics
/// If the examples or the test images do not fit the network.
pub fn run(
    (optimizer, step_size): (&New, f64),
    widths: &[usize],
    plan: Plan,
    seed: u64,
    examples: &Examples,
    test: &Batch,
) -> Result<Run, OptimizationError> {
    // ANCHOR: run
    let (start, mut rng) = (he(widths, seed), generator(seed, Stream::Batches));
    let (mut end, mut epochs, mut ratios) = (start.clone(), Vec::new(), Vec::new());
    for (share, count) in [(1.0, plan.epochs), (0.1, 1)] {
        let mut watched = Watched::new(optimizer(share * step_size)?, &start);
        let plan = Plan { epochs: count, ..plan };
        let record =
            |network: &Network, losses: &[f64]| Epoch::of(network, losses, test);
        epochs.extend(fit(&mut end, &mut watched, plan, &mut rng, examples, record));
        ratios.extend(watched.ratios);
    }
    // ANCHOR_END: run
    Ok(Run { start, end, epochs, ratios })
}

/// He's network of these widths.
///
/// # Panics
/// If there are fewer than two widths.
pub fn he(widths: &[usize], seed: u64) -> Network {
    depth::network(widths, 2.0, seed)
}

// ANCHOR: distances
/// `‖W‖` of each layer, the root of the sum of the squares.
pub fn weight_norms(network: &Network) -> Vec<f64> {
    network.layers().iter().map(|layer| layer.linear.weight.norm()).collect()
}

/// `‖W − W'‖` of each layer of two networks.
///
/// # Panics
/// If a layer does not have one shape in both.
pub fn distances(one: &Network, other: &Network) -> Vec<f64> {
    let layers = one.layers().iter().zip(other.layers());
    let distance = |(one, other): (&Layer, &Layer)| {
        (&one.linear.weight - &other.linear.weight).norm()
    };
    layers.map(distance).collect()
}
// ANCHOR_END: distances

// ANCHOR: curvature
/// The eigenvalue of largest size of the Hessian of the mean loss, by power
/// iteration: `d ← Hd / ‖Hd‖`, `steps` times from a random direction, then
/// `dᵀHd`.
///
/// # Panics
/// If the batch does not fit the network.
pub fn largest_curvature(
    network: &Network,
    batch: &Batch,
    steps: usize,
    seed: u64,
) -> f64 {
    let mut rng = generator(seed, Stream::Points);
    let theta = network.parameters();
    let mut d = DVector::from_fn(theta.len(), |_, _| rng.sample(StandardNormal));
    for _ in 0..steps {
        d = product(network, batch, &theta, &d.normalize());
    }
    d.normalize_mut();
    d.dot(&product(network, batch, &theta, &d))
}

/// `Hd` by a difference so short that hardly a ReLU switches within it.
fn product(
    network: &Network,
    batch: &Batch,
    theta: &DVector<f64>,
    d: &DVector<f64>,
) -> DVector<f64> {
    let gradient = |theta: &DVector<f64>| {
        loss_and_gradient(&network.with_parameters(theta), batch).1
    };
    hessian_vector_product(gradient, theta, d, 1e-9)
}
// ANCHOR_END: curvature

/// The mean eigenvalue of the Hessian, its trace over their number: the mean of `dᵀHd`
/// over random directions `d`, whose entries are `±1/√n`.
///
/// # Panics
/// If the batch does not fit the network.
pub fn mean_curvature(
    network: &Network,
    batch: &Batch,
    directions: usize,
    seed: u64,
) -> f64 {
    let mut rng = generator(seed, Stream::Points);
    let theta = network.parameters();
    let entry = 1.0 / (theta.len() as f64).sqrt();
    let curvature = |_| {
        let sign = |_, _| if rng.random::<bool>() { entry } else { -entry };
        let d = DVector::from_fn(theta.len(), sign);
        d.dot(&product(network, batch, &theta, &d))
    };
    (0..directions).map(curvature).sum::<f64>() / directions as f64
}

/// Steps on one batch, always the same: the losses before each step, and the networks,
/// the start first.
///
/// # Errors
/// If the run diverges.
///
/// # Panics
/// If the batch does not fit the network.
pub fn full_batch(
    network: &Network,
    optimizer: &mut impl Optimizer,
    batch: &Batch,
    steps: usize,
) -> Result<(Vec<f64>, Vec<Network>), OptimizationError> {
    let mut losses = Vec::new();
    let path = minimize(optimizer, &network.parameters(), steps, |theta| {
        let (loss, gradient) =
            loss_and_gradient(&network.with_parameters(theta), batch);
        losses.push(loss);
        gradient
    })?;
    let networks = path.iter().map(|theta| network.with_parameters(theta));
    Ok((losses, networks.collect()))
}

/// The seeds of the chapter.
pub const SEEDS: [u64; 4] = [0, 1, 2, 3];
/// The network of the chapter.
pub const WIDTHS: [usize; 3] = [784, 100, 10];
/// The first 10,000 digits, three times, and once more with a tenth of the step size.
pub const PLAN: Plan = Plan { examples: 10_000, batch_size: 100, epochs: 3 };
/// All digits, once.
pub const ALL: Plan = Plan { examples: 60_000, batch_size: 100, epochs: 1 };

/// Where the digits stand with which accuracy is measured: every fourth of the test set,
/// whose second half is harder than its first.
pub fn test_positions() -> Vec<usize> {
    (0..10_000).step_by(4).collect()
}

/// The two of these that the book draws: the first test digit, and a hard one.
pub const DRAWN: [usize; 2] = [0, 2];

/// The optimizers with the step sizes that the sweep found.
pub const TUNED: [(Method, f64); 3] =
    [(Method::Sgd, 0.5), (Method::Momentum, 1.0), (Method::Adam, 0.01)];

/// The step sizes of the sweep.
pub const GRID: [(Method, [f64; 5]); 3] = [
    (Method::Sgd, [0.05, 0.15, 0.5, 1.5, 5.0]),
    (Method::Momentum, [0.1, 0.3, 1.0, 3.0, 10.0]),
    (Method::Adam, [0.001, 0.003, 0.01, 0.03, 0.1]),
];
/// Each step size gets these digits once, and once more with a tenth of it.
pub const SWEEP: Plan = Plan { examples: 3000, batch_size: 100, epochs: 1 };
/// Where the last digits of the training set begin, with which the sweep is judged.
pub const VALIDATION: Range<usize> = 57_000..60_000;

/// The accuracy of each step size of [`GRID`] on the validation digits, `[method][step
/// size]`.
///
/// # Panics
/// If the examples do not fit the network.
pub fn sweep(
    plan: Plan,
    seed: u64,
    examples: &Examples,
    validation: &Batch,
) -> Vec<(Method, Vec<(f64, f64)>)> {
    parallel::map(&GRID, &|&(method, sizes)| {
        let optimizer = |size| method.optimizer(size);
        (method, swept(&optimizer, &sizes, plan, seed, examples, validation))
    })
}

/// The accuracy of each step size of an optimizer, which is made from it.
///
/// # Panics
/// If a step size is refused, or if the examples do not fit the network.
pub fn swept(
    optimizer: &New,
    step_sizes: &[f64],
    plan: Plan,
    seed: u64,
    examples: &Examples,
    validation: &Batch,
) -> Vec<(f64, f64)> {
    parallel::map(step_sizes, &|&size| {
        let run = run((optimizer, size), &WIDTHS, plan, seed, examples, validation);
        let epochs = run.expect("step sizes above 0").epochs;
        (size, epochs[plan.epochs].accuracy)
    })
}

// ANCHOR: choose
/// The smallest step size whose accuracy on `images` images is within a
/// standard error of the best.
pub fn choose(swept: &[(f64, f64)], images: usize) -> f64 {
    let best = swept.iter().map(|&(_, accuracy)| accuracy).fold(0.0, f64::max);
    let error = (best * (1.0 - best) / images as f64).sqrt();
    let good = swept.iter().filter(|&&(_, accuracy)| accuracy >= best - error);
    good.map(|&(step_size, _)| step_size).fold(f64::INFINITY, f64::min)
}
// ANCHOR_END: choose

/// The trainings that are compared: those of [`TUNED`], `[method][seed]`.
///
/// # Panics
/// If the examples do not fit the network.
pub fn compare(
    plan: Plan,
    seeds: &[u64],
    examples: &Examples,
    test: &Batch,
) -> Vec<Vec<Run>> {
    let courses: Vec<_> = TUNED
        .iter()
        .flat_map(|&course| seeds.iter().map(move |&seed| (course, seed)))
        .collect();
    let runs = parallel::map(&courses, &|&((method, step_size), seed)| {
        let course: (&New, _) = (&|size| method.optimizer(size), step_size);
        run(course, &WIDTHS, plan, seed, examples, test).expect("step sizes above 0")
    });
    runs.chunks(seeds.len()).map(<[_]>::to_vec).collect()
}

/// The widths of the two hidden layers for which the movement is measured.
pub const HIDDEN: [usize; 4] = [20, 40, 80, 160];
pub const WIDTH_SEEDS: [u64; 3] = [0, 1, 2];
/// The optimizers for it, with step sizes of no special merit.
pub const MOVERS: [(Method, f64); 2] = [(Method::Sgd, 0.2), (Method::Adam, 0.002)];
/// 1000 digits, three times, and once more with a tenth of the step size.
pub const SHORT: Plan = Plan { examples: 1000, batch_size: 50, epochs: 3 };

/// Networks with two hidden layers of each width, `[mover][width][seed]`.
///
/// # Panics
/// If the examples are not those of MNIST.
pub fn widths_compared(examples: &Examples) -> Vec<Vec<Vec<Run>>> {
    // Nobody asks for the accuracy.
    let test = examples(&[0]);
    let movers = MOVERS.iter().map(|&(method, step_size)| {
        let courses: Vec<_> = HIDDEN
            .iter()
            .flat_map(|&width| WIDTH_SEEDS.map(|seed| (width, seed)))
            .collect();
        let runs = parallel::map(&courses, &|&(width, seed)| {
            let widths = [784, width, width, 10];
            let course: (&New, _) = (&|size| method.optimizer(size), step_size);
            run(course, &widths, SHORT, seed, examples, &test)
                .expect("step sizes above 0")
        });
        runs.chunks(WIDTH_SEEDS.len()).map(<[_]>::to_vec).collect()
    });
    movers.collect()
}

// ANCHOR: movement
/// How far a layer's weights went.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Movement {
    /// `‖W_T − W₀‖ / ‖W₀‖`
    pub relative: f64,
    /// `‖W_T − W₀‖ / ‖W_T − W'_T‖`, where `W'_T` is the end of another run.
    pub against_other: f64,
}

/// The movement of each layer of a run, beside another.
///
/// # Panics
/// If the two do not have the same widths.
pub fn movement(run: &Run, other: &Run) -> Vec<Movement> {
    let moved = distances(&run.end, &run.start);
    let sizes = weight_norms(&run.start);
    let apart = distances(&run.end, &other.end);
    let layer = |i: usize| Movement {
        relative: moved[i] / sizes[i],
        against_other: moved[i] / apart[i],
    };
    (0..moved.len()).map(layer).collect()
}

/// What `against_other` is if starts and moves are all at right angles.
pub fn at_right_angles(relative: f64) -> f64 {
    relative / (2.0 * (1.0 + relative * relative)).sqrt()
}
// ANCHOR_END: movement

/// An order of the first hidden layer's units of `other` that makes them alike those of
/// `one`: again and again, of the units that are left, the two with the largest inner
/// product of their weights become a pair.
///
/// # Panics
/// If the first layers do not have one shape.
pub fn matched(one: &Network, other: &Network) -> Vec<usize> {
    let weight = |network: &Network| network.layers()[0].linear.weight.clone();
    let alike = weight(one).transpose() * weight(other);
    let mut pairs: Vec<(usize, usize)> = (0..alike.nrows())
        .flat_map(|i| (0..alike.ncols()).map(move |j| (i, j)))
        .collect();
    pairs.sort_by(|&p, &q| alike[q].total_cmp(&alike[p]));
    let mut order = vec![None; alike.nrows()];
    let mut taken = vec![false; alike.ncols()];
    for (i, j) in pairs {
        if order[i].is_none() && !taken[j] {
            (order[i], taken[j]) = (Some(j), true);
        }
    }
    order.into_iter().map(|unit| unit.expect("as many units as places")).collect()
}

/// The digits of the experiment with curvature: the first ones, in half the resolution.
pub const FEW: usize = 200;

/// The small network after a hundred steps of gradient descent on the batch, away from its
/// random start.
///
/// # Panics
/// If the batch is not of images in half the resolution.
pub fn settled(batch: &Batch, seed: u64) -> Network {
    let mut descent = GradientDescent::new(0.5).expect("a step size");
    let path = full_batch(&small_network(seed), &mut descent, batch, 100);
    path.expect("a small step size").1.remove(100)
}
