//! Stochastic gradient descent: gradients of a few examples at a time.
//!
//! Source: Data 188, Lecture 06, "Minibatch gradients" and "SGD".

use nalgebra::{DMatrix, DVector, RowDVector};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;
use rand_distr::StandardNormal;

use crate::adam::Adam;
use crate::backpropagation::loss_and_gradient;
use crate::gradient_descent::{GradientDescent, OptimizationError, Optimizer};
use crate::linear_layer::Linear;
use crate::momentum::Momentum;
use crate::network::{Activation, Batch, Network};
use crate::objective;
use crate::parallel::{self, join};
use crate::random::{Stream, generator};

// ANCHOR: variance
/// The mean of `‖g_B − ∇f‖²` over all minibatches of a size: `s²/|B| · (N − |B|)/(N − 1)`,
/// where `s²` is the mean of `‖∇ℓᵢ − ∇f‖²`. For numbers it is the variance of `g_B`.
///
/// # Panics
/// If there are fewer than two gradients, if they differ in length, or if the size is
/// not from 1 to their number.
pub fn minibatch_variance(gradients: &[DVector<f64>], batch_size: usize) -> f64 {
    let count = gradients.len();
    assert!(count > 1, "a variance among {count} gradients");
    assert!((1..=count).contains(&batch_size), "a batch of {batch_size} of {count}");
    let (count, size) = (count as f64, batch_size as f64);
    let mean = gradients.iter().sum::<DVector<f64>>() / count;
    let squares = gradients.iter().map(|gradient| (gradient - &mean).norm_squared());
    let s2 = squares.sum::<f64>() / count;
    s2 / size * (count - size) / (count - 1.0)
}
// ANCHOR_END: variance

// ANCHOR: ragged
/// The mean of the means of the batches into which the values are cut, in their order.
/// A short last batch counts as much as the others, or is dropped.
///
/// # Panics
/// If the batch size is 0.
pub fn mean_of_batch_means(values: &[f64], batch_size: usize, drop_last: bool) -> f64 {
    let batches = values.chunks(batch_size);
    let kept = batches.filter(|batch| !drop_last || batch.len() == batch_size);
    let means: Vec<f64> =
        kept.map(|batch| batch.iter().sum::<f64>() / batch.len() as f64).collect();
    means.iter().sum::<f64>() / means.len() as f64
}
// ANCHOR_END: ragged

// ANCHOR: batches
/// The positions `0..examples` in random order, cut into batches. The last one
/// is short where the size does not divide the number of examples.
///
/// # Panics
/// If the batch size is 0.
pub fn batches(
    examples: usize,
    batch_size: usize,
    rng: &mut ChaCha8Rng,
) -> Vec<Vec<usize>> {
    let mut positions: Vec<usize> = (0..examples).collect();
    positions.shuffle(rng);
    positions.chunks(batch_size).map(<[usize]>::to_vec).collect()
}
// ANCHOR_END: batches

/// Brings the examples at some positions.
pub type Examples<'a> = dyn Fn(&[usize]) -> Batch + Sync + 'a;

// ANCHOR: train
/// One step of the optimizer for each batch; gives the loss of each batch at
/// the point of its gradient. `examples` brings the examples at some positions.
///
/// # Panics
/// If a batch is empty, or if the examples do not fit the network.
pub fn train(
    network: &mut Network,
    optimizer: &mut dyn Optimizer,
    batches: &[Vec<usize>],
    examples: &Examples,
) -> Vec<f64> {
    let mut theta = network.parameters();
    let losses = batches.iter().map(|positions| {
        network.set_parameters(&optimizer.gradient_point(&theta));
        let (loss, gradient) = loss_and_mean_gradient(network, positions, examples);
        optimizer.step(&mut theta, &gradient);
        loss
    });
    let losses = losses.collect();
    network.set_parameters(&theta);
    losses
}
// ANCHOR_END: train

/// The mean loss of a batch and its gradient, from those of its two halves.
fn loss_and_mean_gradient(
    network: &Network,
    positions: &[usize],
    examples: &Examples,
) -> (f64, DVector<f64>) {
    assert!(!positions.is_empty(), "a batch without examples");
    let of = |positions: &[usize]| loss_and_gradient(network, &examples(positions));
    let (first, second) = positions.split_at(positions.len() / 2);
    if first.is_empty() {
        return of(second);
    }
    let ((first_loss, mut gradient), (second_loss, second_gradient)) =
        join(|| of(first), || of(second));
    let share = first.len() as f64 / positions.len() as f64;
    gradient.axpy(1.0 - share, &second_gradient, share);
    (share * first_loss + (1.0 - share) * second_loss, gradient)
}

// ANCHOR: fit
/// How often, and in which portions, a training set is gone through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    pub examples: usize,
    pub batch_size: usize,
    pub epochs: usize,
}

/// Trains the network, and gives what `record` makes of it, and of the losses of the
/// batches, after each epoch. `examples` brings the examples at some positions.
///
/// # Panics
/// If the batch size is 0, or if the examples do not fit the network.
pub fn fit<R>(
    network: &mut Network,
    optimizer: &mut dyn Optimizer,
    plan: Plan,
    rng: &mut ChaCha8Rng,
    examples: &Examples,
    record: impl Fn(&Network, &[f64]) -> R,
) -> Vec<R> {
    let epoch = |_| {
        let batches = batches(plan.examples, plan.batch_size, rng);
        let losses = train(network, optimizer, &batches, examples);
        record(network, &losses)
    };
    (0..plan.epochs).map(epoch).collect()
}
// ANCHOR_END: fit

// ANCHOR: method
/// An optimizer without its step size, with the customary weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Sgd,
    /// `β = 0.9`, with bias correction.
    Momentum,
    /// `β₁ = 0.9`, `β₂ = 0.999` and `ε = 10⁻⁸`, with bias correction.
    Adam,
}

impl Method {
    /// # Errors
    /// If the step size is not a finite number above 0.
    pub fn optimizer(
        self,
        step_size: f64,
    ) -> Result<Box<dyn Optimizer>, OptimizationError> {
        Ok(match self {
            Self::Sgd => Box::new(GradientDescent::new(step_size)?),
            Self::Momentum => {
                Box::new(Momentum::new(step_size, 0.9)?.with_bias_correction())
            }
            Self::Adam => {
                let adam = Adam::new(step_size, [0.9, 0.999], 1e-8)?;
                Box::new(adam.with_bias_correction())
            }
        })
    }
}
// ANCHOR_END: method

/// A way of training: the optimizer with its step size, the size of the batches, and
/// how often it sees each example.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Course {
    pub method: Method,
    pub step_size: f64,
    pub batch_size: usize,
    pub epochs: usize,
}

impl Course {
    // ANCHOR: run
    /// Trains the network, and gives the mean loss over all examples before the first
    /// epoch and after each.
    ///
    /// # Errors
    /// If the step size is not a finite number above 0.
    ///
    /// # Panics
    /// If the batch size is 0, or if the examples do not fit the network.
    pub fn run(
        &self,
        network: &mut Network,
        examples: &Batch,
        seed: u64,
    ) -> Result<Vec<f64>, OptimizationError> {
        let mut optimizer = self.method.optimizer(self.step_size)?;
        let (batch_size, epochs) = (self.batch_size, self.epochs);
        let mut losses = vec![objective::loss(network, examples)];
        losses.extend(fit(
            network,
            &mut optimizer,
            Plan { examples: examples.len(), batch_size, epochs },
            &mut generator(seed, Stream::Batches),
            &selector(examples),
            |network, _| objective::loss(network, examples),
        ));
        Ok(losses)
    }
    // ANCHOR_END: run
}

/// Brings the examples at some positions, often: each of them stands in one place of the
/// memory, where a matrix of images keeps it pixel by pixel in as many.
///
/// # Panics
/// When there is no example at a position.
pub fn selector(examples: &Batch) -> impl Fn(&[usize]) -> Batch + Sync {
    let pixels = examples.images.transpose();
    let labels = examples.labels.clone();
    move |positions| {
        let images: Vec<_> =
            positions.iter().map(|&position| pixels.column(position)).collect();
        let images = DMatrix::from_fn(images.len(), pixels.nrows(), |row, pixel| {
            images[row][pixel]
        });
        Batch::new(images, positions.iter().map(|&position| labels[position]).collect())
    }
}

/// The examples at some positions, once.
///
/// # Panics
/// If there is none at one of them.
pub fn select(examples: &Batch, positions: &[usize]) -> Batch {
    let labels = positions.iter().map(|&position| examples.labels[position]);
    Batch::new(examples.images.select_rows(positions), labels.collect())
}

/// The gradient of the loss of each example.
///
/// # Panics
/// If the examples do not fit the network.
pub fn example_gradients(network: &Network, examples: &Batch) -> Vec<DVector<f64>> {
    let select = selector(examples);
    let gradient = |example| loss_and_gradient(network, &select(&[example])).1;
    (0..examples.len()).map(gradient).collect()
}

/// How many digits the experiments train on, and how often they see each.
pub const DIGITS: usize = 2000;
pub const EPOCHS: usize = 5;
/// The seed of the runs that the book shows, of their networks and of their batches.
pub const SEED: u64 = 7;

/// The batch sizes that are compared, each with the step sizes of SGD that are tried.
pub const BATCH_SIZES: [(usize, [f64; 4]); 5] = [
    (1, [0.01, 0.02, 0.05, 0.1]),
    (10, [0.1, 0.2, 0.5, 1.0]),
    (100, [0.2, 0.5, 1.0, 2.0]),
    (1000, [0.5, 1.0, 2.0, 5.0]),
    (DIGITS, [0.5, 1.0, 2.0, 5.0]),
];

/// The optimizers that are compared in batches of a hundred, each with the step sizes
/// that are tried.
pub const METHODS: [(Method, [f64; 6]); 3] = [
    (Method::Sgd, [0.1, 0.2, 0.5, 1.0, 2.0, 5.0]),
    (Method::Momentum, [0.1, 0.2, 0.5, 1.0, 2.0, 5.0]),
    (Method::Adam, [0.005, 0.01, 0.02, 0.05, 0.1, 0.2]),
];

/// All courses that compare batch sizes, [`BATCH_SIZES`] after each other.
pub fn batch_size_courses() -> Vec<Course> {
    let courses = BATCH_SIZES.iter().flat_map(|&(batch_size, step_sizes)| {
        step_sizes.map(|step_size| Course {
            method: Method::Sgd,
            step_size,
            batch_size,
            epochs: EPOCHS,
        })
    });
    courses.collect()
}

/// All courses that compare optimizers, [`METHODS`] after each other.
pub fn method_courses() -> Vec<Course> {
    let courses = METHODS.iter().flat_map(|&(method, step_sizes)| {
        step_sizes.map(|step_size| Course {
            method,
            step_size,
            batch_size: 100,
            epochs: EPOCHS,
        })
    });
    courses.collect()
}

/// What [`Course::run`] gives for each of the courses, on the network of the seed.
///
/// # Errors
/// If a step size is not a finite number above 0.
pub fn compare(
    courses: &[Course],
    examples: &Batch,
    seed: u64,
) -> Result<Vec<Vec<f64>>, OptimizationError> {
    let run = |course: &Course| course.run(&mut small_network(seed), examples, seed);
    parallel::map(courses, &run).into_iter().collect()
}

/// The position of the run with the smallest last loss. A run that ends with no number
/// has diverged and is the worst.
///
/// # Panics
/// If there is no run, or one without losses.
pub fn best(losses: &[Vec<f64>]) -> usize {
    let end = |run: usize| match losses[run].last().expect("a loss") {
        loss if loss.is_nan() => f64::INFINITY,
        loss => *loss,
    };
    let order = |i: &usize, j: &usize| end(*i).total_cmp(&end(*j));
    (0..losses.len()).min_by(order).expect("a run")
}

/// The network 196-32-10 with ReLU and He's initialization.
pub fn small_network(seed: u64) -> Network {
    let mut rng = generator(seed, Stream::Weights);
    let he = |fan_in, fan_out| {
        let mut draw = || rng.sample::<f64, _>(StandardNormal);
        let deviation = (2.0 / fan_in as f64).sqrt();
        let weight = DMatrix::from_fn(fan_in, fan_out, |_, _| deviation * draw());
        Linear::new(weight, RowDVector::zeros(fan_out))
    };
    Network::with_widths(&[SIDE * SIDE, 32, 10], Activation::Relu, he)
}

const SIDE: usize = 14;

/// Images of 28×28 pixels in half the resolution: each pixel is the mean of four.
///
/// # Panics
/// If the images do not have 784 pixels.
pub fn half_resolution(digits: &Batch) -> Batch {
    let images = &digits.images;
    assert_eq!(images.ncols(), 4 * SIDE * SIDE, "images of {} pixels", images.ncols());
    let mean = |image: usize, pixel: usize| {
        let corner = 4 * SIDE * (pixel / SIDE) + 2 * (pixel % SIDE);
        let four = [0, 1, 2 * SIDE, 2 * SIDE + 1];
        four.iter().map(|step| images[(image, corner + step)]).sum::<f64>() / 4.0
    };
    let images = DMatrix::from_fn(digits.len(), SIDE * SIDE, mean);
    Batch::new(images, digits.labels.clone())
}
