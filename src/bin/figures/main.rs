//! Draws the figures of the book, each with its data.

mod acceleration;
mod adam;
mod art;
mod axes;
mod backpropagation;
mod broadcasting;
mod canvas;
mod chart;
mod contour;
mod dead_relu;
mod depth;
mod digits;
mod elbows;
mod export;
mod expressivity;
mod geometry;
mod gradient_check;
mod gradient_descent;
mod gradient_noise;
mod grid;
mod initialization;
mod introduction;
mod inventory;
mod linear_layer;
mod momentum;
mod momentum_convergence;
mod names;
mod nesterov;
mod network;
mod neuron;
mod newton;
mod norm_law;
mod numbers;
mod objective;
mod one_parameter;
mod optimizer;
mod output;
mod own;
mod progress;
mod quadratic;
mod sgd;
mod text;
mod thumb;
mod touched;
mod train;
mod training;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory, Parser, Subcommand};

use descent::parallel;
use descent::random::shift;

use crate::canvas::DrawResult;
use crate::output::Figure;

/// Draws the figures of the book, each as SVG with its data as CSV beside it.
///
/// Without a chapter: all of them, with the settings of the book, into
/// chapters/figures. The same settings give the same bytes on every machine.
///
/// The checkout of the book that is worked on is the one whose package cargo runs, or
/// else the one that the current folder lies in.
#[derive(Parser)]
#[command(name = "figures", version)]
struct Cli {
    #[command(subcommand)]
    chapter: Option<Chapter>,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
struct Place {
    /// The folder for the files [default: chapters/figures for the book's own settings
    /// and seeds, target/figures for any others]
    #[arg(long, global = true, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write the data only, as CSV, and draw nothing
    #[arg(long, global = true)]
    csv: bool,
}

#[derive(Subcommand)]
enum Chapter {
    /// Name the chapters that have figures
    List,
    /// Write figures for slides and papers, as SVG and as PNG, into target/figures
    Export(export::Options),
    /// Which chapters build on which
    Introduction,
    /// Shapes and numbers of one linear layer
    #[command(name = "linear_layer")]
    LinearLayer,
    /// A bias that is stretched over a batch, and its gradient
    Broadcasting,
    /// Shapes in a network
    Network,
    /// What depth adds: a line that is folded again and again
    Expressivity,
    /// Numbers that go forwards and backwards through a small network and a layer
    Backpropagation,
    /// How far differences can be trusted
    #[command(name = "gradient_check")]
    GradientCheck,
    /// Convexity, its limits, and a slice through the loss of a network
    Objective,
    /// Level lines, gradients, and how far a step trusts the tangent
    #[command(name = "gradient_descent")]
    GradientDescent,
    /// Gradient descent and SGD with a single parameter
    #[command(name = "one_parameter")]
    OneParameter,
    /// Trajectories, rates and step sizes of gradient descent on a quadratic
    Quadratic,
    /// The worksheet's neuron, whose gate stops steps that are too long
    Neuron,
    /// Local models, their errors and the size of a Hessian
    Newton,
    /// Memory, noise and a trajectory of momentum
    Momentum,
    /// Stability and best settings of momentum
    #[command(name = "momentum_convergence")]
    MomentumConvergence,
    /// Look-ahead points and step sizes of Nesterov momentum
    Nesterov,
    /// The rate of the accelerated method, and a chain
    Acceleration,
    /// Adam's correction, its longest steps, and its paths in valleys
    Adam,
    /// Noise of minibatches, and training on digits with them
    Sgd,
    /// How far from the minimum noise keeps SGD, and smaller steps
    #[command(name = "gradient_noise")]
    GradientNoise,
    /// A saddle at zero, equal units, sums of products, and four ways to start biases
    Initialization,
    /// Norms of activations and gradients in a deep network, on MNIST
    Depth(depth::Options),
    /// The law of the norm of one image, its walks, and how far networks spread
    #[command(name = "norm_law")]
    NormLaw,
    /// Where ReLU units bend, before and during training
    Elbows,
    /// Units that are off: how likely, what revives them, and how many die of large steps
    #[command(name = "dead_relu")]
    DeadRelu,
    /// A whole training: optimizers, movement of the weights, curvature
    Training,
    /// Runs that go wrong, and what was tried
    Inventory,
    /// A training of your own on MNIST, with its figures
    ///
    /// Trains as the book does, shows the accuracy after each epoch, and draws loss, accuracy,
    /// updates and dead units of each layer, and two digits. The same settings and seed give
    /// the same figures.
    #[command(override_usage = "cargo train [OPTIONS]")]
    Train(train::Options),
    /// Your own optimizer beside the book's
    ///
    /// The first call puts answers/optimizer.rs there. It is measured on quadratics, tuned by
    /// the sweep of the book, and trained; the figures show it beside the book's optimizers.
    #[command(override_usage = "cargo optimizer [OPTIONS]")]
    Optimizer(optimizer::Options),
}

impl Chapter {
    /// Every chapter with figures, with the settings of the book.
    fn all() -> Vec<Self> {
        vec![
            Self::Introduction,
            Self::LinearLayer,
            Self::Broadcasting,
            Self::Network,
            Self::Expressivity,
            Self::Backpropagation,
            Self::GradientCheck,
            Self::Objective,
            Self::GradientDescent,
            Self::OneParameter,
            Self::Quadratic,
            Self::Neuron,
            Self::Newton,
            Self::Momentum,
            Self::MomentumConvergence,
            Self::Nesterov,
            Self::Acceleration,
            Self::Adam,
            Self::Sgd,
            Self::GradientNoise,
            Self::Initialization,
            Self::Depth(depth::Options::default()),
            Self::NormLaw,
            Self::Elbows,
            Self::DeadRelu,
            Self::Training,
            Self::Inventory,
        ]
    }

    fn is_of_the_book(&self) -> bool {
        match self {
            Self::Depth(options) => *options == depth::Options::default(),
            Self::Train(_) | Self::Optimizer(_) | Self::Export(_) => false,
            _ => true,
        }
    }

    /// Its slug, and what draws its figures.
    fn drawing(&self) -> (&'static str, Drawing<'_>) {
        match self {
            Self::List => ("list", Box::new(|| Ok(Vec::new()))),
            Self::Export(_) => ("export", Box::new(|| Ok(Vec::new()))),
            Self::Introduction => ("introduction", Box::new(introduction::figures)),
            Self::LinearLayer => ("linear_layer", Box::new(linear_layer::figures)),
            Self::Broadcasting => ("broadcasting", Box::new(broadcasting::figures)),
            Self::Network => ("network", Box::new(network::figures)),
            Self::Expressivity => ("expressivity", Box::new(expressivity::figures)),
            Self::Backpropagation => {
                ("backpropagation", Box::new(backpropagation::figures))
            }
            Self::GradientCheck => {
                ("gradient_check", Box::new(gradient_check::figures))
            }
            Self::Objective => ("objective", Box::new(objective::figures)),
            Self::GradientDescent => {
                ("gradient_descent", Box::new(gradient_descent::figures))
            }
            Self::OneParameter => ("one_parameter", Box::new(one_parameter::figures)),
            Self::Quadratic => ("quadratic", Box::new(quadratic::figures)),
            Self::Neuron => ("neuron", Box::new(neuron::figures)),
            Self::Newton => ("newton", Box::new(newton::figures)),
            Self::Momentum => ("momentum", Box::new(momentum::figures)),
            Self::MomentumConvergence => {
                ("momentum_convergence", Box::new(momentum_convergence::figures))
            }
            Self::Nesterov => ("nesterov", Box::new(nesterov::figures)),
            Self::Acceleration => ("acceleration", Box::new(acceleration::figures)),
            Self::Adam => ("adam", Box::new(adam::figures)),
            Self::Sgd => ("sgd", Box::new(sgd::figures)),
            Self::GradientNoise => {
                ("gradient_noise", Box::new(gradient_noise::figures))
            }
            Self::Initialization => {
                ("initialization", Box::new(initialization::figures))
            }
            Self::Depth(options) => ("depth", Box::new(|| depth::figures(options))),
            Self::NormLaw => ("norm_law", Box::new(norm_law::figures)),
            Self::Elbows => ("elbows", Box::new(elbows::figures)),
            Self::DeadRelu => ("dead_relu", Box::new(dead_relu::figures)),
            Self::Training => ("training", Box::new(training::figures)),
            Self::Inventory => ("inventory", Box::new(inventory::figures)),
            Self::Train(options) => ("train", Box::new(|| train::figures(options))),
            Self::Optimizer(options) => {
                ("optimizer", Box::new(|| optimizer::figures(options)))
            }
        }
    }
}

type Drawing<'a> = Box<dyn Fn() -> DrawResult<Vec<Figure>> + 'a>;

fn main() -> ExitCode {
    let result = run(Cli::parse());
    progress::end();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell where this fails.
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(Cli { chapter, place }: Cli) -> DrawResult {
    if let Some(Chapter::List) = chapter {
        return list();
    }
    if let Some(Chapter::Export(options)) = &chapter {
        return export::export(options, &place);
    }
    let of_the_book =
        chapter.as_ref().is_none_or(Chapter::is_of_the_book) && shift()? == 0;
    let complete = of_the_book && place.out.is_none() && !place.csv;
    let folder = match place.out {
        Some(folder) => folder,
        None => output::default_folder(of_the_book)?,
    };
    output::prepare(&folder)?;
    let chapters = chapter.map_or_else(Chapter::all, |chapter| vec![chapter]);
    let figures = draw(&chapters)?;
    progress::end();
    output::write(&folder, &figures, place.csv)?;
    if complete {
        let chapters: Vec<_> =
            chapters.iter().map(|chapter| chapter.drawing().0).collect();
        output::nothing_else(&folder, &chapters, &figures)?;
    }
    Ok(())
}

fn list() -> DrawResult {
    let command = Cli::command();
    let line = |chapter: &clap::Command| {
        let about = chapter.get_about().unwrap_or_default();
        format!("{:<22}{about}", chapter.get_name())
    };
    let all = Chapter::all();
    let has_figures = |chapter: &&clap::Command| {
        all.iter().any(|other| other.drawing().0 == chapter.get_name())
    };
    output::tell(command.get_subcommands().filter(has_figures).map(line))
}

/// The figures of the chapters, in their order; the chapters share the cores.
fn draw(chapters: &[Chapter]) -> DrawResult<Vec<Figure>> {
    progress::expect(chapters.len() as u64);
    let draw = |chapter: &Chapter| {
        let (name, figures) = chapter.drawing();
        let figures = progress::named(name, figures);
        // A boxed error cannot go from thread to thread.
        figures.map_err(|error| error.to_string())
    };
    let drawn: Result<Vec<_>, _> = parallel::map(chapters, &draw).into_iter().collect();
    Ok(drawn?.into_iter().flatten().collect())
}
