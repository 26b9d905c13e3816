//! The reader's own optimizer beside the book's: limits, sweep, training.

use std::sync::Mutex;

use clap::Args;
use descent::mnist::Digits;
use descent::sgd::Method;
use descent::training::{GRID, TUNED, compare, sweep};
use exercises::own::limits::{AtZero, CONDITION, FARTHEST, LONGEST, Limits, Size};
use exercises::own::program::{Compared, Comparison, Job};
use exercises::own::report::{Line as Told, Unwatched, Watch};

use crate::canvas::{Caption, DrawResult, Ink};
use crate::chart::{Axis, Chart, Line, whole};
use crate::depth::{positive, whole_number};
use crate::numbers::{decimals, grouped, short};
use crate::output::{Figure, tell, twelve_digits};
use crate::own;
use crate::progress;
use crate::train::Data;
use crate::training::{INKS, NAMES, SMOOTH, clipped, means};

/// How the comparison is made; the defaults are the book's.
#[derive(Args, Clone, Debug, PartialEq)]
pub struct Options {
    /// The step sizes of the sweep, with commas between them
    #[arg(long, value_name = "ALPHA", value_delimiter = ',', default_values_t = STEP_SIZES, allow_hyphen_values = true, value_parser = positive)]
    step_sizes: Vec<f64>,
    /// Digits of a training; a try of the sweep takes three tenths of them
    #[arg(long, default_value_t = 10_000, allow_hyphen_values = true, value_parser = clap::value_parser!(u32).range(1..=60_000))]
    digits: u32,
    /// Seed of the weights and of the order of the digits
    #[arg(long, default_value_t = 0, allow_hyphen_values = true, value_parser = whole_number)]
    seed: u64,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    own: own::Answer,
}

/// From the smallest of the book's to its largest.
const STEP_SIZES: [f64; 9] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0];
const MOST_STEP_SIZES: usize = 20;

impl Options {
    /// What clap does not see.
    fn comparison(&self) -> Result<Comparison, String> {
        let mut step_sizes = self.step_sizes.clone();
        step_sizes.sort_by(f64::total_cmp);
        step_sizes.dedup();
        if step_sizes.len() > MOST_STEP_SIZES {
            let count = step_sizes.len();
            return Err(format!(
                "--step-sizes: {count} step sizes, expected at most {MOST_STEP_SIZES}"
            ));
        }
        Ok(Comparison { digits: self.digits as usize, step_sizes, seed: self.seed })
    }
}

/// Keeps what the program tells, and shows how far it is.
struct Heard {
    told: Mutex<Vec<Told>>,
}

impl Watch for Heard {
    fn step(&self) {
        let is_training = self.told.lock().is_ok_and(|told| !told.is_empty());
        if is_training {
            progress::done();
        }
    }

    fn tell(&self, name: &str, numbers: &[f64]) -> Result<(), String> {
        if let Ok(mut told) = self.told.lock() {
            told.push(Told { name: name.to_owned(), numbers: numbers.to_vec() });
        }
        Ok(())
    }
}

pub fn figures(options: &Options) -> DrawResult<Vec<Figure>> {
    let job = options.comparison()?;
    let (digits, test) = options.data.read(Some(options.digits))?;
    progress::expect(job.steps() as u64);
    let heard = Heard { told: Mutex::default() };
    let folder = options.data.folder()?;
    options.own.run(&Job::Compare(job.clone()), &folder, &heard)?;
    let yours = Compared::from_lines(&heard.told.into_inner()?);
    let yours = yours.ok_or("the optimizer's program has not told everything")?;
    progress::says("the book's optimizers");
    let all = All::of(&job, yours, &digits, &test);
    progress::aside(|| tell(all.in_words(&job).into_iter()))?;
    all.figures(&job)
}

/// What is known of all optimizers, the reader's last.
struct All {
    names: Vec<String>,
    inks: Vec<Ink>,
    compared: Vec<Compared>,
}

impl All {
    fn of(job: &Comparison, yours: Compared, digits: &Digits, test: &Digits) -> Self {
        let examples = |positions: &[usize]| digits.batch(positions);
        let (validation, test) = (job.validation(digits), job.test(test));
        let swept = sweep(job.attempt(), job.seed, &examples, &validation);
        let runs = compare(job.plan(), &[job.seed], &examples, &test);
        let books = TUNED.iter().zip(swept).zip(runs);
        let books = books.map(|((&(method, step_size), (_, swept)), mut runs)| {
            let epochs = runs.remove(0).epochs;
            Compared {
                limits: limits(method),
                swept,
                step_size,
                accuracies: epochs.iter().map(|epoch| epoch.accuracy).collect(),
                losses: epochs.into_iter().map(|epoch| epoch.losses).collect(),
            }
        });
        Self {
            names: NAMES.iter().copied().chain(["yours"]).map(String::from).collect(),
            inks: INKS.iter().copied().chain([5]).map(Ink::Series).collect(),
            compared: books.chain([yours]).collect(),
        }
    }

    fn yours(&self) -> &Compared {
        &self.compared[self.compared.len() - 1]
    }

    /// A row of a table, with what each optimizer has to show.
    fn row(
        &self,
        name: &str,
        cell: impl Fn(&Compared) -> String,
        page: &str,
    ) -> String {
        let cells = self.compared.iter().map(|it| format!("{:>10}", cell(it)));
        format!("{name:<38}{}  {page}", cells.collect::<String>()).trim_end().to_owned()
    }

    fn in_words(&self, job: &Comparison) -> Vec<String> {
        let names = self.names.iter().map(|name| format!("{name:>10}"));
        let names = names.collect::<String>();
        let mut lines = vec![format!("{:<38}{names}", "On quadratics")];
        lines.extend(self.limits());
        lines.push(String::new());
        lines.extend(self.tries(job));
        lines.push(String::new());
        lines.push(format!(
            "{:<38}{names}",
            format!("{} digits, {} epochs", grouped(job.digits), job.plan().epochs + 1)
        ));
        lines.push(self.row(
            "step size",
            |it| short(it.step_size),
            "training.html#the-step-sizes",
        ));
        let loss = |epoch: usize| {
            move |it: &Compared| {
                let losses = &it.losses[epoch];
                decimals(losses.iter().sum::<f64>() / losses.len() as f64, 4)
            }
        };
        let last = job.plan().epochs;
        lines.push(self.row(
            "training loss in the first epoch",
            loss(0),
            "training.html#three-optimizers",
        ));
        lines.push(self.row("in the last", loss(last), ""));
        let percent = |it: &Compared| decimals(100.0 * it.accuracies[last], 1);
        lines.push(self.row("test accuracy, %", percent, ""));
        lines.push(String::new());
        lines
    }

    /// What each does on quadratics, with the page that says why.
    fn limits(&self) -> Vec<String> {
        let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
        let stable = |it: &Compared| match it.limits.stable {
            Some(edge) if edge.is_infinite() => format!(">{FARTHEST}"),
            Some(edge) => decimals(edge, 2),
            None => "–".to_owned(),
        };
        let best = |it: &Compared| it.limits.best();
        let steps =
            |it: &Compared| best(it).map_or("–".into(), |best| best.1.to_string());
        let size = |it: &Compared| {
            best(it).map_or("–".into(), |best| format!("{:.4}", best.0))
        };
        let zero = |it: &Compared| {
            match it.limits.zero {
                AtZero::Rests => "yes",
                AtZero::Moves => "no",
                AtZero::Breaks => "breaks",
            }
            .to_owned()
        };
        vec![
            self.row("converges for αλ up to", stable, "quadratic.html#limit-best-step-rate, momentum_convergence.html#in-letters"),
            self.row(
                &format!("steps to a millionth, κ = {CONDITION}"),
                steps,
                "momentum_convergence.html#the-best-settings",
            ),
            self.row("with the step size", size, ""),
            self.row(
                "first step over a late one",
                |it| decimals(it.limits.first, 2),
                "momentum.html#bias-correction, adam.html#what-the-correction-does",
            ),
            self.row(
                "the size of the loss does not count",
                |it| yes(it.limits.size == Size::Nothing),
                "adam.html#what-adam-does-not-see-and-what-it-sees",
            ),
            self.row("its path turns with the valley", |it| yes(it.limits.turns), ""),
            self.row("rests where the gradient is zero", zero, "training.html#how-far-do-the-weights-go"),
        ]
    }

    /// The sweep of the reader's optimizer.
    fn tries(&self, job: &Comparison) -> Vec<String> {
        let yours = self.yours();
        let rows = yours.swept.iter().map(|&(size, accuracy)| {
            let mark = if size == yours.step_size { "  <- chosen" } else { "" };
            format!("{:>10}{:>8}{mark}", short(size), decimals(100.0 * accuracy, 1))
        });
        let mut lines = vec![format!(
            "Yours in the sweep, {} tries (the book's had {} each): accuracy in percent",
            yours.swept.len(),
            GRID[0].1.len(),
        )];
        lines.extend(rows);
        let edges = [yours.swept.first(), yours.swept.last()];
        if edges.iter().flatten().any(|edge| edge.0 == yours.step_size) {
            lines.push(
                "The chosen one is at the edge: `--step-sizes` takes others."
                    .to_owned(),
            );
        }
        let _ = job;
        lines
    }

    fn lines(&self, points: impl Fn(&Compared) -> Vec<(f64, f64)>) -> Vec<Line> {
        let named = self.names.iter().zip(&self.inks).zip(&self.compared);
        named.map(|((name, ink), it)| Line::new(*ink, name, points(it))).collect()
    }

    fn figures(&self, job: &Comparison) -> DrawResult<Vec<Figure>> {
        Ok(vec![self.valley()?, self.sweep(job)?, self.loss(job)?, self.accuracy(job)?])
    }

    /// The longest row of step sizes that get there.
    fn valley(&self) -> DrawResult<Figure> {
        let lines = self.lines(|it| {
            let rows = it.limits.valley.split(|(_, steps)| steps.is_none());
            let longest = rows.max_by_key(|row| row.len()).unwrap_or_default();
            let point = |&(size, steps): &(f64, Option<usize>)| {
                Some((twelve_digits(size.log10()), steps? as f64))
            };
            longest.iter().filter_map(point).collect()
        });
        let best = self.names.iter().zip(&self.compared).map(|(name, it)| {
            match it.limits.best() {
                Some((size, steps)) => format!("{name}: {steps} with {}", short(size)),
                None => format!("{name}: never"),
            }
        });
        let description = format!(
            "Steps to a millionth of the start on a quadratic with condition number {CONDITION}, within {LONGEST}, \
             against the base-ten logarithm of the step size. The fewest are {}.",
            best.collect::<Vec<_>>().join(", ")
        );
        let title = "Steps to a millionth against the step size";
        Ok(Chart::new(
            Axis::linear("log₁₀ of the step size", (-4.0, 1.0), 6, whole),
            Axis::powers("steps to a millionth", (1, 4), 4),
            lines,
        )
        .figure(&Caption { name: "optimizer-valley", title, description }, HEIGHT))
    }

    fn sweep(&self, job: &Comparison) -> DrawResult<Figure> {
        const FLOOR: f64 = 60.0;
        let points = |it: &Compared| -> Vec<(f64, f64)> {
            let point = |&(size, right): &(f64, f64)| {
                (twelve_digits(f64::log10(size)), 100.0 * right)
            };
            it.swept.iter().map(point).collect()
        };
        let lines = self.lines(points);
        let places = lines.iter().flat_map(|line| &line.points).map(|point| point.0);
        let low = places.clone().fold(-3.0, f64::min).floor();
        let high = places.fold(1.0, f64::max).ceil();
        let description = format!(
            "Accuracy on {} held-out digits against the base-ten logarithm of the step size. {}.",
            job.attempt().examples,
            self.best_accuracies().join(", ")
        );
        let title = "Accuracy against the step size";
        Ok(Chart::new(
            Axis::linear("log₁₀ of the step size", (low, high), 6, whole),
            Axis::linear("accuracy, %", (FLOOR, 100.0), 5, whole),
            lines.into_iter().map(|line| clipped(line, FLOOR)).collect(),
        )
        .figure(&Caption { name: "optimizer-sweep", title, description }, HEIGHT))
    }

    fn best_accuracies(&self) -> Vec<String> {
        let best = |(name, it): (&String, &Compared)| {
            let better = |best: (f64, f64), point: &(f64, f64)| {
                if point.1 > best.1 { *point } else { best }
            };
            let (size, right) = it.swept.iter().fold((0.0, 0.0), better);
            format!("{name}: {:.1} percent at {size}", 100.0 * right)
        };
        self.names.iter().zip(&self.compared).map(best).collect()
    }

    fn loss(&self, job: &Comparison) -> DrawResult<Figure> {
        let plan = job.plan();
        let per_epoch = plan.examples.div_ceil(plan.batch_size);
        let together = SMOOTH.min(per_epoch);
        let lines =
            self.lines(|it| means(&it.losses.concat(), together, per_epoch as f64));
        let ends = lines.iter().filter_map(|line| {
            Some(format!("{} ends at {:.2e}", line.name, line.points.last()?.1))
        });
        let description = format!(
            "Training loss against epochs, on a logarithmic axis, means over {together} batches. {}.",
            ends.collect::<Vec<_>>().join(", ")
        );
        let title = "Training loss, your optimizer beside the book's";
        Ok(Chart::new(
            Axis::linear("epochs", (0.0, plan.epochs as f64 + 1.0), 5, whole),
            Axis::logarithmic(
                "training loss",
                lines.iter().flat_map(|line| &line.points),
            ),
            lines,
        )
        .figure(&Caption { name: "optimizer-loss", title, description }, HEIGHT))
    }

    fn accuracy(&self, job: &Comparison) -> DrawResult<Figure> {
        let lines = self.lines(|it| {
            let percents = it.accuracies.iter().map(|right| 100.0 * right);
            (1..).map(f64::from).zip(percents).collect()
        });
        let all = lines.iter().flat_map(|line| &line.points).map(|point| point.1);
        let low = (all.fold(100.0, f64::min) - 0.5).floor();
        let ends = lines.iter().filter_map(|line| {
            Some(format!("{}: {:.1} percent", line.name, line.points.last()?.1))
        });
        let description = format!(
            "Test accuracy after each epoch. After the last: {}.",
            ends.collect::<Vec<_>>().join(", ")
        );
        let title = "Test accuracy, your optimizer beside the book's";
        Ok(Chart::new(
            Axis::linear(
                "after epoch",
                (1.0, job.plan().epochs as f64 + 1.0),
                4,
                whole,
            ),
            Axis::linear("test accuracy, %", (low, 100.0), 6, whole),
            lines,
        )
        .figure(&Caption { name: "optimizer-accuracy", title, description }, HEIGHT))
    }
}

const HEIGHT: f64 = 370.0;

fn limits(method: Method) -> Limits {
    Limits::of(&|size| method.optimizer(size), &Unwatched)
}
