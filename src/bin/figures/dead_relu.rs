//! How likely a unit is to be active, how state revives one, and how many units die of
//! large steps.

use descent::adam::Adam;
use descent::backpropagation::Neuron;
use descent::dead_relu::{Run, SEEDS, STEP_SIZES, Setting, probability_active};
use descent::gradient_descent::Optimizer;
use descent::initialization::normal;
use descent::mnist::Split;
use descent::momentum::Momentum;
use descent::network::{Activation, Batch};
use descent::neuron::take_turns;
use descent::parallel;
use descent::random::{Stream, generator};
use nalgebra::DMatrix;

use questions::dead_relu::{STEPS, coasting, resting, sinking, unabated};

use crate::canvas::{Caption, DrawResult, Ink};
use crate::chart::{Axis, Band, Chart, Line, Mark, tenths, whole};
use crate::digits::digits;
use crate::output::{Figure, rough};
use crate::thumb::Thumb;

pub fn figures() -> DrawResult<Vec<Figure>> {
    let examples = digits(Split::Test)?.sample(500, 0);
    let relu = sweep(Activation::Relu, &examples)?;
    let leaky = sweep(Activation::LeakyRelu, &examples)?;
    let mut figures =
        vec![probability()?, state()?, share(&relu, &leaky)?, loss(&relu, &leaky)?];
    figures.extend(guesses()?);
    Ok(figures)
}

const HE: f64 = 2.0;

/// The closed form and a simulation of it, for inputs whose root mean square is 1.
fn probability() -> DrawResult<Figure> {
    const UNITS: usize = 100_000;
    const INPUTS: usize = 20;
    let places = (0..=70).map(|i| f64::from(i) / 10.0 - 5.0);
    let exact: Vec<_> = places.map(|b| (b, probability_active(b, HE, 1.0))).collect();
    let mut rng = generator(0, Stream::Points);
    let layer = normal(INPUTS, UNITS, HE / INPUTS as f64, &mut rng);
    let z = layer.forward(&DMatrix::from_element(1, INPUTS, 1.0));
    let simulated = |b: f64| {
        let active = z.iter().filter(|&&z| z + b > 0.0).count();
        (b, active as f64 / UNITS as f64)
    };
    let simulated: Vec<_> =
        (0..=14).map(|i| simulated(f64::from(i) / 2.0 - 5.0)).collect();
    let caption = Caption {
        name: "dead_relu-probability",
        title: "The chance that a unit is active",
        description: format!(
            "Probability against the bias, with a logarithmic axis for the probability. The closed form and \
             the share of {UNITS} simulated units lie on one curve: one half at the bias 0, {:.2} at −1, \
             {:.3} at −2, {} at −5, where the simulation has {}.",
            exact[40].1,
            exact[30].1,
            rough(exact[0].1, 0),
            rough(simulated[0].1, 0),
        ),
    };
    let lines = vec![
        Line::new(Ink::Foreground, "closed form", exact),
        Line::dots(Ink::Series(5), "100,000 units", simulated),
    ];
    Ok(Chart::new(
        Axis::linear("bias, in units of the input's rms", (-5.3, 2.0), 8, whole),
        Axis::powers("probability to be active", (-4, 0), 5),
        lines,
    )
    .figure(&caption, 350.0))
}

/// `a` at the worksheet's second sample, with samples taking turns.
fn state() -> DrawResult<Figure> {
    const STEPS: usize = 8;
    let adam = |step_size| Adam::new(step_size, [0.5, 0.5], 1e-8);
    let lines = vec![
        other_side(2, "momentum, α = ½", &mut Momentum::new(0.5, 0.5)?, 3)?,
        other_side(4, "Adam, α = ½", &mut adam(0.5)?, STEPS)?,
        other_side(6, "Adam, α = 1", &mut adam(1.0)?, STEPS)?,
    ];
    let last = |line: &Line| line.points[line.points.len() - 1].1;
    let caption = Caption {
        name: "dead_relu-state",
        title: "State moves a unit that has no gradient",
        description: format!(
            "a at x = −3 over the steps of the worksheet's neuron, from −4 on. With momentum it passes 0 \
             after two steps and is {:.1} after three. With Adam it levels off at {:.1} with the step size \
             one half, and with 1 it passes 0 in step six.",
            last(&lines[0]),
            last(&lines[1]),
        ),
    };
    Ok(Chart::new(
        Axis::linear("step $t$", (0.0, STEPS as f64), 9, whole),
        Axis::linear("$a$ at $x$ = −3", (-4.5, 4.0), 9, whole),
        lines,
    )
    .with_marks(vec![Mark::Horizontal(0.0, "above: on, with a gradient".into())])
    .figure(&caption, 350.0))
}

fn other_side(
    ink: u8,
    name: &str,
    optimizer: &mut impl Optimizer,
    steps: usize,
) -> DrawResult<Line> {
    let path = take_turns(optimizer, steps, Neuron::gradient)?;
    let z = path.iter().map(|neuron| neuron.b - 3.0 * neuron.w);
    let points = (0..).map(f64::from).zip(z).collect();
    Ok(Line::measured(Ink::Series(ink), name, points))
}

/// For each step size the runs of three seeds.
type Sweep = Vec<(f64, Vec<Run>)>;

fn sweep(activation: Activation, examples: &Batch) -> DrawResult<Sweep> {
    let runs = |&step_size: &f64| {
        let run = |&seed: &u64| Setting::new(activation, step_size).run(examples, seed);
        parallel::map(&SEEDS[..3], &run).into_iter().collect::<Result<Vec<_>, _>>()
    };
    let runs = parallel::map(&STEP_SIZES, &runs);
    STEP_SIZES.into_iter().zip(runs).map(|(step, runs)| Ok((step, runs?))).collect()
}

/// The middle one of the values, with the lowest and the highest.
fn middle(runs: &[Run], value: impl Fn(&Run) -> f64) -> [f64; 3] {
    let mut values: Vec<_> = runs.iter().map(value).collect();
    values.sort_by(f64::total_cmp);
    [values[0], values[values.len() / 2], values[values.len() - 1]]
}

fn line(ink: u8, name: &str, sweep: &Sweep, value: fn(&Run) -> f64) -> Line {
    let point = |(step, runs): &(f64, Vec<Run>)| (*step, middle(runs, value)[1]);
    Line::measured(Ink::Series(ink), name, sweep.iter().map(point).collect())
}

fn at_the_end(run: &Run) -> f64 {
    run.dead[run.dead.len() - 1]
}

fn step_axis() -> Axis {
    Axis::exponents("step size", (-1.05, 0.56), 3)
}

fn share(relu: &Sweep, leaky: &Sweep) -> DrawResult<Figure> {
    let lines = vec![
        line(1, "ReLU: dead", relu, at_the_end),
        line(5, "leaky: never above 0", leaky, at_the_end),
    ];
    let band = |(step, runs): &(f64, Vec<Run>)| {
        let [low, _, high] = middle(runs, at_the_end);
        (*step, low, high)
    };
    let list = |line: &Line| {
        let points = line.points.iter();
        let list: Vec<_> =
            points.map(|(step, share)| format!("{share:.2} at {step}")).collect();
        list.join(", ")
    };
    let caption = Caption {
        name: "dead_relu-share",
        title: "Units die of large steps",
        description: format!(
            "Share of hidden units that no training example activates, against the step size. Dead ReLUs: \
             {}. Leaky ReLUs that are never above 0: {}.",
            list(&lines[0]),
            list(&lines[1]),
        ),
    };
    Ok(Chart::new(
        step_axis(),
        Axis::linear("share of units", (-0.06, 1.02), 6, tenths),
        lines,
    )
    .with_bands(vec![Band {
        name: "ReLU, lowest to highest".into(),
        points: relu.iter().map(band).collect(),
        ink: Ink::Solid(1),
    }])
    .figure(&caption, 350.0))
}

/// A loss with the digits that do not depend on the C library: with the largest steps
/// runs are chaotic, and the last bit of an exponential moves the third digit.
fn steady(step: f64, loss: f64) -> f64 {
    match step {
        1.6.. => format!("{loss:.1e}").parse().expect("a number"),
        _ => loss,
    }
}

fn loss(relu: &Sweep, leaky: &Sweep) -> DrawResult<Figure> {
    let mut lines = vec![
        line(1, "ReLU", relu, |run| run.loss),
        line(5, "leaky ReLU", leaky, |run| run.loss),
    ];
    let points = lines.iter_mut().flat_map(|line| &mut line.points);
    points.for_each(|(step, loss)| *loss = steady(*step, *loss));
    let last = |line: &Line| line.points[line.points.len() - 1].1;
    let caption = Caption {
        name: "dead_relu-loss",
        title: "Death or divergence",
        description: format!(
            "Training loss after the last step against the step size, both logarithmic. The two curves stay \
             together up to 0.4. At 3.2 the loss is {:.1} with the ReLU and {} with the leaky ReLU.",
            last(&lines[0]),
            rough(last(&lines[1]), 0),
        ),
    };
    Ok(Chart::new(step_axis(), Axis::powers("training loss", (-1, 2), 4), lines)
        .figure(&caption, 350.0))
}

/// What one may expect of a neuron once it is off: that momentum carries it on for a while, that it does so for ever, that nothing
/// moves without a gradient, or that it goes on falling as at the other sample.
fn guesses() -> DrawResult<Vec<Figure>> {
    let laws = [
        ("dead_relu-stays_near", "It rises for a while", coasting()),
        ("dead_relu-stays_off", "It stays where it is", resting()),
        ("dead_relu-stays_back", "It comes back on", unabated()),
        ("dead_relu-stays_down", "It sinks farther", sinking()),
    ];
    let zero = vec![(0.0, 0.0), (STEPS as f64, 0.0)];
    let pictures = laws.into_iter().map(|(name, title, course)| {
        let (x, y) = ((0.0, STEPS as f64), (-3.8, 1.6));
        let points = (0..).zip(course).map(|(t, a)| (f64::from(t), a));
        let paths = &[("a", Ink::Solid(2), points.collect())];
        Thumb { name, title, x, y, ground: std::slice::from_ref(&zero), paths }.figure()
    });
    pictures.collect()
}
