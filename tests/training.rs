//! What the last chapter says of a whole training.

mod support;

use std::path::Path;
use std::sync::LazyLock;

use approx::{assert_abs_diff_eq, assert_relative_eq};
use descent::backpropagation::loss_and_gradient;
use descent::gradient_descent::{GradientDescent, Optimizer};
use descent::initialization::entropy;
use descent::linear_layer::Linear;
use descent::mnist::{Digits, PIXELS, Split};
use descent::momentum::Momentum;
use descent::network::{Activation, Batch, Layer, Network, softmax};
use descent::newton::jacobian;
use descent::objective::permuted;
use descent::random::shift;
use descent::random::{Stream, generator};
use descent::sgd::{Method, Plan, batches, fit, half_resolution, small_network, train};
use descent::training::{
    ALL, DRAWN, FEW, GRID, HIDDEN, MOVERS, New, PLAN, Run, SEEDS, SWEEP, TUNED,
    VALIDATION, WIDTH_SEEDS, WIDTHS, Watched, accuracy, at_right_angles, choose,
    compare, distances, full_batch, he, largest_curvature, matched, mean_curvature,
    movement, run, settled, sweep, test_positions, weight_norms, widths_compared,
};
use nalgebra::{DMatrix, DVector, RowDVector, dmatrix};
use rayon::iter::{IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};
use support::statistics::{SIGMAS, mean, median, standard_deviation};
use support::{decimals, grouped, significant, table, values};

const NAMES: [&str; 3] = ["SGD", "momentum", "Adam"];

fn digits(split: Split) -> Digits {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/data/mnist"));
    Digits::read(folder, split).expect("the digits of the repository")
}

static DIGITS: LazyLock<Digits> = LazyLock::new(|| digits(Split::Train));

fn examples(positions: &[usize]) -> Batch {
    DIGITS.batch(positions)
}

fn first(count: usize) -> Batch {
    examples(&(0..count).collect::<Vec<_>>())
}

/// The trainings of the chapter, `[method][seed]`.
static RUNS: LazyLock<Vec<Vec<Run>>> =
    LazyLock::new(|| compare(PLAN, &SEEDS, &examples, &TEST));

/// The digits with which accuracy is measured.
static TEST: LazyLock<Batch> =
    LazyLock::new(|| digits(Split::Test).batch(&test_positions()));

/// The networks of several widths, `[mover][width][seed]`.
static WIDE: LazyLock<Vec<Vec<Vec<Run>>>> =
    LazyLock::new(|| widths_compared(&examples));

/// The digits of the experiment with curvature.
static FEW_DIGITS: LazyLock<Batch> = LazyLock::new(|| half_resolution(&first(FEW)));

/// What is measured of a network of the experiment with curvature.
struct Settled {
    network: Network,
    at_start: f64,
    largest: f64,
}

const CURVATURE_SEEDS: u64 = 12;

static SETTLED: LazyLock<Vec<Settled>> = LazyLock::new(|| {
    let settle = |seed| {
        let network = settled(&FEW_DIGITS, seed);
        let largest =
            |network: &Network| largest_curvature(network, &FEW_DIGITS, 20, seed);
        let [at_start, largest] = [&small_network(seed), &network].map(largest);
        Settled { network, at_start, largest }
    };
    (0..CURVATURE_SEEDS).into_par_iter().map(settle).collect()
});

fn each_seed(runs: &[Run], quantity: impl Fn(&Run) -> f64) -> Vec<f64> {
    runs.iter().map(quantity).collect()
}

/// A run and the one with the next seed.
fn pairs(runs: &[Run]) -> impl Iterator<Item = (&Run, &Run)> {
    runs.iter().zip(runs.iter().cycle().skip(1))
}

/// The smallest and the largest value.
fn range(values: &[f64]) -> (f64, f64) {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    (low, values.iter().copied().fold(f64::NEG_INFINITY, f64::max))
}

fn percent(share: f64) -> String {
    decimals(100.0 * share, 1)
}

/// `low–high`, or the value if both print the same.
fn span((low, high): (f64, f64), print: impl Fn(f64) -> String) -> String {
    let (low, high) = (print(low), print(high));
    if low == high { low } else { format!("{low}–{high}") }
}

// The functions.

#[test]
fn accuracy_is_the_share_of_images_whose_largest_logit_is_the_label() {
    let linear = Linear::new(DMatrix::identity(3, 3), RowDVector::zeros(3));
    let layer = Layer { linear, activation: Activation::Identity };
    let images = dmatrix![
        2.0, 1.0, 0.0;
        -1.0, -3.0, -2.0;
        0.0, 1.0, 5.0;
        1.0, 2.0, 0.0
    ];
    let batch = Batch::new(images, vec![0, 0, 1, 1]);
    assert_eq!(accuracy(&Network::new(vec![layer]), &batch), 0.75);
}

#[test]
fn the_measured_ratio_is_that_of_the_networks_before_and_after_the_step() {
    let batches: Vec<Vec<usize>> =
        (0..10).map(|i| (10 * i..10 * i + 10).collect()).collect();
    let start = he(&[PIXELS, 8, 6, 10], 1);
    let optimizer = || Method::Adam.optimizer(0.01).expect("a step size");
    let (mut before, mut plain) = (start.clone(), optimizer());
    train(&mut before, &mut plain, &batches[..9], &examples);
    let mut after = before.clone();
    train(&mut after, &mut plain, &batches[9..], &examples);
    let mut watched = Watched::new(optimizer(), &start);
    let mut network = start.clone();
    train(&mut network, &mut watched, &batches, &examples);
    assert_eq!(network, after, "to watch changes nothing");
    assert!(watched.is_finite());
    let count = start.parameters().len();
    let infinite = DVector::from_element(count, f64::INFINITY);
    watched.step(&mut start.parameters(), &infinite);
    assert!(!watched.is_finite(), "it hides no average that overflows");
    let (moved, sizes) = (distances(&after, &before), weight_norms(&before));
    assert_eq!(watched.ratios.len(), 1);
    for layer in 0..3 {
        let expected = moved[layer] / sizes[layer];
        assert_relative_eq!(watched.ratios[0][layer], expected, max_relative = 1e-12);
    }
}

// The step sizes.

#[test]
fn the_smallest_step_size_within_a_standard_error_of_the_best_is_chosen() {
    // √(0.9 · 0.1 / 900) = 0.01
    let swept = [(0.1, 0.7), (0.2, 0.889), (0.5, 0.891), (1.0, 0.9), (2.0, 0.895)];
    assert_eq!(choose(&swept, 900), 0.5);
    assert_eq!(choose(&swept, 9), 0.2);
}

/// The book's seed chooses the step sizes of the chapter. Another may choose a neighbour, and
/// so of all seeds only what is far from chance is claimed.
#[test]
fn sgd_and_momentum_fall_off_a_cliff_within_the_grid() {
    let validation = examples(&VALIDATION.collect::<Vec<_>>());
    let swept = sweep(SWEEP, SEEDS[0], &examples, &validation);
    let mut rows = Vec::new();
    for (((method, swept), (tuned, step_size)), name) in
        swept.iter().zip(TUNED).zip(NAMES)
    {
        assert_eq!(*method, tuned);
        let chosen = choose(swept, VALIDATION.len());
        assert!(chosen < swept[4].0, "{name}: {chosen}");
        if shift() == Ok(0) {
            assert_eq!(chosen, step_size);
            assert!(swept[0].0 < step_size, "{name}: inside the grid");
        }
        let shown = swept.iter().map(|&(step_size, accuracy)| {
            format!("{step_size}: {}", percent(accuracy))
        });
        let cells: Vec<_> = [name.to_owned()]
            .into_iter()
            .chain(shown)
            .chain([step_size.to_string()])
            .collect();
        rows.push(<[String; 7]>::try_from(cells).expect("seven cells"));
    }
    let header = ["", "", "", "", "", "", "chosen"];
    snapshot!("training__sweep", table(header, rows));
    let accuracy = |method: usize, size: usize| swept[method].1[size].1;
    for method in [0, 1] {
        assert!(accuracy(method, 2) > 0.8 && accuracy(method, 4) < 0.7, "{method}");
    }
    let tries = GRID.iter().map(|(_, sizes)| sizes.len()).sum::<usize>();
    snapshot!(
        "training__sweep_values",
        values([
            ("tries", tries.to_string()),
            ("examples", grouped(SWEEP.examples)),
            ("validation", grouped(VALIDATION.len())),
        ])
    );
}

// The trainings.

/// Before training a network guesses: the mean of four accuracies is 10 percent, give or take
/// 2. The first test digit is a 7 that is hard to get wrong; the other, number 8, is a 5 that
/// the run of the book's seed gets wrong.
#[test]
fn a_network_that_guesses_becomes_sure_of_the_first_test_digit() {
    let sure = |network: &Network, digit: usize| {
        let image = TEST.images.rows(digit, 1).into_owned();
        softmax(&network.forward(image)[2])[TEST.labels[digit]]
    };
    assert_eq!(DRAWN.map(|digit| TEST.labels[digit]), [7, 5]);
    let run = &RUNS[2][0];
    let row = |name: String, loss: f64, network: &Network| {
        let [seven, five] = DRAWN.map(|digit| percent(sure(network, digit)));
        let right = percent(accuracy(network, &TEST));
        [name, significant(loss, 2), right, seven, five]
    };
    let before = row("before".into(), run.epochs[0].losses[0], &run.start);
    let epochs = run.epochs.iter().enumerate();
    let after =
        epochs.map(|(i, epoch)| row((i + 1).to_string(), epoch.loss(), &epoch.network));
    let header = [
        "epoch",
        "training loss",
        "test accuracy, %",
        "probability of the 7, %",
        "of the 5, %",
    ];
    snapshot!("training__one", table(header, std::iter::once(before).chain(after)));
    let starts = each_seed(&RUNS[2], |run| accuracy(&run.start, &TEST));
    assert!(mean(&starts) < 0.3, "{starts:?}");
    for run in RUNS.iter().flatten() {
        assert!(sure(&run.end, DRAWN[0]) > 0.9, "{}", sure(&run.end, DRAWN[0]));
    }
}

/// Single accuracies differ by 0.2 percent between seeds, and means of four by 0.1: each mean
/// is some ten of these away from 93.
#[test]
fn in_the_mean_of_four_seeds_every_optimizer_gets_above_93_percent() {
    let mut rows = Vec::new();
    for (runs, name) in RUNS.iter().zip(NAMES) {
        for epoch in 0..=PLAN.epochs {
            let loss = each_seed(runs, |run| run.epochs[epoch].loss());
            let right = each_seed(runs, |run| run.epochs[epoch].accuracy);
            rows.push([
                if epoch == 0 { name.to_owned() } else { String::new() },
                (epoch + 1).to_string(),
                significant(mean(&loss), 2),
                span(range(&loss), |loss| significant(loss, 2)),
                percent(mean(&right)),
                span(range(&right), percent),
            ]);
        }
        let last = each_seed(runs, |run| run.epochs[PLAN.epochs].accuracy);
        assert!(mean(&last) > 0.93, "{name}: {last:?}");
    }
    let header = [
        "",
        "epoch",
        "training loss",
        "of the seeds",
        "test accuracy, %",
        "of the seeds",
    ];
    snapshot!("training__epochs", table(header, rows));
}

/// Differences of means of four seeds, in their own standard errors: five or more for the
/// losses, eight for the accuracy.
#[test]
fn in_the_mean_adam_has_the_lowest_loss_in_the_first_epoch_and_the_last_and_sgd_the_highest()
 {
    for epoch in [0, PLAN.epochs] {
        let losses = [0, 1, 2].map(|method| {
            mean(&each_seed(&RUNS[method], |run| run.epochs[epoch].loss()))
        });
        assert!(losses[2] < losses[1] && losses[1] < losses[0], "{losses:?}");
    }
    let right = [0, 1, 2].map(|method| {
        mean(&each_seed(&RUNS[method], |run| run.epochs[PLAN.epochs].accuracy))
    });
    assert!(right[2] > right[0], "{right:?}");
    let error = (right[1] * (1.0 - right[1]) / TEST.len() as f64).sqrt();
    snapshot!("training__rank", values([("error", decimals(100.0 * error, 1))]));
}

/// The fourth epoch once more, from the same network with the same batches and a fresh
/// optimizer, but with the step size of the third. A tenth of it takes a part from the loss
/// that is between a tenth for SGD and a half for Adam, and differs by a hundredth or two
/// between seeds.
#[test]
fn with_a_tenth_of_the_step_size_the_fourth_epoch_has_a_lower_loss_than_with_the_whole()
{
    let trainings = &*RUNS; // all run before the controls, which share their threads
    let control = |(method, seed): &(usize, usize)| {
        let mut rng = generator(SEEDS[*seed], Stream::Batches);
        let batches =
            [(); 4].map(|()| batches(PLAN.examples, PLAN.batch_size, &mut rng));
        let mut network = trainings[*method][*seed].epochs[2].network.clone();
        let (name, step_size) = TUNED[*method];
        let mut optimizer = name.optimizer(step_size).expect("a step size");
        mean(&train(&mut network, &mut optimizer, &batches[3], &examples))
    };
    let rows = (0..NAMES.len()).map(|method| {
        let runs: Vec<_> = (0..3).map(|seed| (method, seed)).collect();
        let whole: Vec<f64> = runs.par_iter().map(control).collect();
        let tenth = each_seed(&trainings[method][..3], |run| run.epochs[3].loss());
        let third = each_seed(&trainings[method][..3], |run| run.epochs[2].loss());
        for (tenth, whole) in tenth.iter().zip(&whole) {
            assert!(tenth < whole, "{tenth} {whole}");
        }
        let shown = [third, whole, tenth].map(|losses| significant(mean(&losses), 2));
        let [third, whole, tenth] = shown;
        [NAMES[method].to_owned(), third, whole, tenth]
    });
    let header = ["", "third epoch", "fourth, same step size", "fourth, a tenth of it"];
    let body = table(header, rows);
    snapshot!("training__fourth", body);
}

/// One run of ours beside three of PyTorch's, after the first epoch on all digits. The
/// standard deviation of a run, relative for the loss, is pooled over the methods of
/// PyTorch's runs and of our shorter ones, which vary more: 6 and 9 degrees of freedom, for
/// which Student's distribution has one in a million beyond 7.90.
#[test]
fn after_one_epoch_on_all_digits_pytorch_is_where_we_are() {
    const STUDENT: f64 = 7.90;
    let lines = include_str!("pytorch/experiments/training.txt").lines();
    let lines: Vec<Vec<&str>> = lines
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split_whitespace().collect())
        .collect();
    let theirs = |name: &str, epoch: usize, column: usize| -> Vec<f64> {
        let epoch = epoch.to_string();
        let rows = lines.iter().filter(|words| words[0] == name && words[2] == epoch);
        rows.map(|words| words[column].parse().expect("a number")).collect()
    };
    let (loss, right) =
        (|name, epoch| theirs(name, epoch, 3), |name, epoch| theirs(name, epoch, 4));
    let test = digits(Split::Test);
    let test = test.batch(&(0..test.len()).collect::<Vec<_>>());
    let course = |&(method, step_size): &(Method, f64)| {
        let mut network = he(&WIDTHS, 0);
        let mut optimizer = method.optimizer(step_size).expect("a step size");
        let record = |network: &Network, losses: &[f64]| {
            (mean(losses), accuracy(network, &test))
        };
        fit(
            &mut network,
            &mut optimizer,
            ALL,
            &mut generator(0, Stream::Batches),
            &examples,
            record,
        )[0]
    };
    let ours: Vec<_> = TUNED.par_iter().map(course).collect();
    let pooled = |of: &dyn Fn(usize) -> [Vec<f64>; 2], scaled: bool| {
        let variances = (0..3).flat_map(of).map(|values| {
            let scale = if scaled { mean(&values) } else { 1.0 };
            (values.len() - 1) as f64 * (standard_deviation(&values) / scale).powi(2)
        });
        (variances.sum::<f64>() / 15.0 * (1.0 + 1.0 / 3.0)).sqrt()
    };
    let of_loss =
        |i: usize| [loss(NAMES[i], 1), each_seed(&RUNS[i], |run| run.epochs[0].loss())];
    let of_right = |i: usize| {
        [right(NAMES[i], 1), each_seed(&RUNS[i], |run| run.epochs[0].accuracy)]
    };
    let errors = [pooled(&of_loss, true), pooled(&of_right, false)];
    let mut rows = Vec::new();
    for (name, our) in NAMES.into_iter().zip(&ours) {
        let (first, end) = (mean(&loss(name, 1)), loss(name, 4));
        assert_relative_eq!(our.0, first, max_relative = STUDENT * errors[0]);
        let first_right = mean(&right(name, 1));
        assert_abs_diff_eq!(our.1, first_right, epsilon = STUDENT * errors[1]);
        rows.push([
            name.to_owned(),
            significant(our.0, 2),
            significant(first, 2),
            percent(our.1),
            percent(first_right),
            significant(mean(&end), 2),
            span(range(&right(name, 4)), percent),
        ]);
        assert!(range(&right(name, 4)).0 >= 0.9755);
    }
    // At the end neither of our orders holds among PyTorch's runs.
    let overlap =
        |a: &[f64], b: &[f64]| range(a).0 < range(b).1 && range(b).0 < range(a).1;
    assert!(overlap(&loss("momentum", 4), &loss("Adam", 4)));
    assert!(overlap(&right("SGD", 4), &right("Adam", 4)));
    let header = [
        "all digits",
        "loss of epoch 1",
        "PyTorch",
        "accuracy after it, %",
        "PyTorch",
        "PyTorch, loss of epoch 4",
        "accuracy after it, %",
    ];
    snapshot!("training__pytorch", table(header, rows));
}

// The updates.

/// Medians over the measured steps of an epoch and the four seeds.
#[test]
fn the_ratio_of_update_to_weight_is_several_thousandths_and_one_at_a_tenth_of_the_step_size()
 {
    let steps = PLAN.examples / PLAN.batch_size / 10;
    let (mut rows, mut of_sgd, mut quotients) = (Vec::new(), Vec::new(), Vec::new());
    for (runs, name) in RUNS.iter().zip(NAMES) {
        for layer in 0..2 {
            let median_in = |epoch: usize| {
                let ratios =
                    runs.iter().flat_map(|run| &run.ratios[epoch * steps..][..steps]);
                median(&ratios.map(|ratios| ratios[layer]).collect::<Vec<_>>())
            };
            let medians = [0, 1, 2, 3].map(median_in);
            assert!(medians[..3].iter().all(|&ratio| (0.003..0.1).contains(&ratio)));
            assert!((0.0002..0.003).contains(&medians[3]));
            assert!(medians[3] < 0.25 * medians[2]);
            match name {
                "SGD" => of_sgd.push(medians),
                "momentum" => {
                    let pairs = medians.into_iter().zip(of_sgd[layer]);
                    quotients.extend(pairs.map(|(momentum, sgd)| momentum / sgd));
                }
                _ => {}
            }
            let [a, b, c, d] = medians.map(|ratio| {
                decimals(1000.0 * ratio, if ratio < 0.001 { 2 } else { 1 })
            });
            rows.push([name.to_owned(), (layer + 1).to_string(), a, b, c, d]);
        }
    }
    // Each is known to a fifth or better, their median to a tenth.
    let quotient = median(&quotients);
    assert!((0.2..0.55).contains(&quotient), "about a third: {quotient}");
    let header = [
        "median of $10^3\\,\\lVert\\Delta W\\rVert / \\lVert W\\rVert$",
        "layer",
        "epoch 1",
        "2",
        "3",
        "4, a tenth of the step size",
    ];
    snapshot!("training__ratios", table(header, rows));
}

// How far.

/// `‖W₀‖² = s² χ²` with as many degrees of freedom as weights, `‖W₀ − W'₀‖² = 2s² χ²`; their
/// number is the mean of the χ², and twice their number its variance.
#[test]
fn two_independent_starts_are_root_two_of_their_norm_apart() {
    for (runs, &width) in WIDE[0].iter().zip(&HIDDEN) {
        let fans = [(PIXELS, width), (width, width), (width, 10)];
        for (one, other) in pairs(runs) {
            let norms = weight_norms(&one.start);
            let apart = distances(&one.start, &other.start);
            for (layer, (fan_in, fan_out)) in fans.into_iter().enumerate() {
                let n = (fan_in * fan_out) as f64;
                let window = SIGMAS * (2.0 / n).sqrt();
                let expected = 2.0 * fan_out as f64;
                assert_relative_eq!(
                    norms[layer].powi(2),
                    expected,
                    max_relative = window
                );
                assert_relative_eq!(
                    apart[layer].powi(2),
                    2.0 * expected,
                    max_relative = window
                );
            }
        }
    }
}

/// Four vectors at right angles, put into the columns of a layer.
#[test]
fn moves_at_right_angles_keep_the_end_nearer_to_its_start_however_long_they_are() {
    let network = |entries: [f64; 4]| {
        let linear =
            Linear::new(DMatrix::from_row_slice(4, 1, &entries), RowDVector::zeros(1));
        Network::new(vec![Layer { linear, activation: Activation::Identity }])
    };
    for r in [0.1, 0.5, 1.0, 6.0, 1e3] {
        let run = |start: [f64; 4], end: [f64; 4]| Run {
            start: network(start),
            end: network(end),
            epochs: vec![],
            ratios: vec![],
        };
        let one = run([3.0, 0.0, 0.0, 0.0], [3.0, 0.0, 3.0 * r, 0.0]);
        let other = run([0.0, 3.0, 0.0, 0.0], [0.0, 3.0, 0.0, 3.0 * r]);
        let moved = movement(&one, &other)[0];
        assert_relative_eq!(moved.relative, r, max_relative = 1e-14);
        assert_relative_eq!(
            moved.against_other,
            at_right_angles(r),
            max_relative = 1e-14
        );
        assert!(moved.against_other < 0.5_f64.sqrt());
    }
}

#[test]
fn after_twice_its_norm_adams_first_layer_is_still_nearer_to_its_start_than_to_another_end()
 {
    let (mut rows, mut last) = (Vec::new(), Vec::new());
    for (runs, name) in RUNS.iter().zip(NAMES) {
        for layer in 0..2 {
            let moved: Vec<_> =
                pairs(runs).map(|(one, other)| movement(one, other)[layer]).collect();
            let relative: Vec<_> = moved.iter().map(|moved| moved.relative).collect();
            let against: Vec<_> =
                moved.iter().map(|moved| moved.against_other).collect();
            let free: Vec<_> = relative.iter().map(|&r| at_right_angles(r)).collect();
            let limit = if layer == 0 { 0.75 } else { 1.0 };
            assert!(against.iter().all(|&ratio| ratio < limit), "{name}: {against:?}");
            if layer == 0 {
                for run in runs {
                    let [start, end] = [&run.start, &run.end]
                        .map(|network| &network.layers()[0].linear.weight);
                    let kept = end.dot(start) / start.norm_squared();
                    assert!((0.9..1.1).contains(&kept), "{name}: {kept}");
                    let share = kept.powi(2) * (start.norm() / end.norm()).powi(2);
                    assert!(name != "Adam" || share < 0.25, "a small share: {share}");
                }
                // One of a pair may go farther than the other, but each is one of a pair twice.
                assert_abs_diff_eq!(mean(&against), mean(&free), epsilon = 0.02);
            }
            if layer == 1 {
                last.extend(
                    against.iter().zip(&free).map(|(ratio, free)| ratio - free),
                );
            }
            let shown =
                |values: &[f64]| span(range(values), |value| significant(value, 2));
            rows.push([
                name.to_owned(),
                (layer + 1).to_string(),
                shown(&relative),
                shown(&against),
                decimals(mean(&free), 2),
            ]);
        }
    }
    // Twelve differences of −0.06, which vary by 0.04.
    assert!(mean(&last) < 0.0, "{last:?}");
    let adam = each_seed(&RUNS[2], |run| movement(run, run)[0].relative);
    assert!(adam.iter().all(|&relative| relative > 2.0), "{adam:?}");
    let header = [
        "",
        "layer",
        "$\\lVert W_T - W_0\\rVert / \\lVert W_0\\rVert$",
        "$\\lVert W_T - W_0\\rVert / \\lVert W_T - W'_T\\rVert$",
        "at right angles",
    ];
    snapshot!("training__movement", table(header, rows));
}

fn relative(mover: usize, width: usize, layer: usize) -> Vec<f64> {
    each_seed(&WIDE[mover][width], |run| movement(run, run)[layer].relative)
}

/// Means of three seeds; each is some five or more standard errors from the next.
#[test]
fn the_first_layer_moves_less_the_wider_it_is() {
    for mover in 0..2 {
        let means: Vec<_> =
            (0..4).map(|width| mean(&relative(mover, width, 0))).collect();
        assert!(means.windows(2).all(|pair| pair[1] < pair[0]), "{means:?}");
    }
    let mut rows = Vec::new();
    for (mover, name) in ["SGD", "Adam"].into_iter().enumerate() {
        for (width, hidden) in HIDDEN.iter().enumerate() {
            let layer =
                |layer| span(range(&relative(mover, width, layer)), |r| decimals(r, 2));
            let loss = each_seed(&WIDE[mover][width], |run| run.epochs[3].loss());
            rows.push([
                name.to_owned(),
                hidden.to_string(),
                layer(0),
                layer(1),
                layer(2),
                decimals(mean(&loss), 2),
            ]);
        }
    }
    let header =
        ["", "width", "layer 1", "layer 2", "layer 3, the last", "training loss"];
    snapshot!("training__widths", table(header, rows));
    snapshot!(
        "training__widths_values",
        values([
            ("sgd", MOVERS[0].1.to_string()),
            ("adam", MOVERS[1].1.to_string()),
            ("limit", decimals(0.5_f64.sqrt(), 3)),
        ])
    );
}

/// From the narrowest to the widest, SGD's first and second layer fall below two thirds. The
/// means of the last layer stay within a factor of 1.6, and Adam's second does not fall. Means
/// of three seeds are known to some seven parts in a hundred.
#[test]
fn the_last_layer_does_not_follow_the_width_nor_does_adams_second() {
    let means =
        |mover, layer| [0, 1, 2, 3].map(|width| mean(&relative(mover, width, layer)));
    for mover in 0..2 {
        let (low, high) = range(&means(mover, 2));
        assert!(high < 1.6 * low, "{low} {high}");
    }
    let second = means(1, 1);
    assert!(second[3] > 0.9 * second[0], "{second:?}");
    for layer in 0..2 {
        let means = means(0, layer);
        assert!(means[3] < 2.0 / 3.0 * means[0], "{means:?}");
    }
}

/// The sums over the hidden units are taken in another order.
#[test]
fn a_network_with_its_units_in_another_order_computes_the_same_far_away() {
    let network = &RUNS[0][0].end;
    let other = permuted(network, 0, &(0..100).rev().collect::<Vec<_>>());
    let images = first(100).images;
    let [here, there] =
        [network, &other].map(|network| network.forward(images.clone())[2].clone());
    assert_relative_eq!(here, there, epsilon = 1e-11);
    let (apart, norms) = (distances(network, &other), weight_norms(network));
    assert!(apart.iter().zip(norms).all(|(apart, norm)| *apart > norm));
}

/// A pair's part in `‖W − W'‖²` is `‖w‖² + ‖w'‖² − 2 wᵀw'`. Each unit with the best
/// partner there is, taken or not, gives a bound that no order passes.
#[test]
fn matching_the_units_of_two_solutions_leaves_them_far_apart() {
    const BOUND: f64 = 50.0;
    let mut left = Vec::new();
    for runs in &*RUNS {
        for (one, other) in pairs(runs) {
            let units = matched(&one.end, &other.end);
            let mut sorted = units.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, (0..100).collect::<Vec<_>>(), "every unit once");
            let before = distances(&one.end, &other.end)[0];
            let after = distances(&one.end, &permuted(&other.end, 0, &units))[0];
            let weight = |run: &Run| run.end.layers()[0].linear.weight.clone();
            let alike = weight(one).transpose() * weight(other);
            let best: f64 = alike.row_iter().map(|row| row.max()).sum();
            let squares = weight(one).norm_squared() + weight(other).norm_squared();
            let bound = (squares - 2.0 * best).sqrt();
            assert!(bound <= after && after < before);
            assert!(bound > BOUND / 100.0 * before, "{}", bound / before);
            left.push(after / before);
        }
    }
    let (low, high) = range(&left);
    snapshot!(
        "training__matching",
        values([
            ("low", decimals(100.0 * low, 0)),
            ("high", decimals(100.0 * high, 0)),
            ("bound", BOUND.to_string()),
        ])
    );
}

#[test]
fn weights_of_pixels_that_are_black_in_every_digit_do_not_move_by_a_bit() {
    let mut sums = RowDVector::zeros(PIXELS);
    for start in (0..PLAN.examples).step_by(1000) {
        sums += examples(&(start..start + 1000).collect::<Vec<_>>()).images.row_sum();
    }
    let black: Vec<usize> = (0..PIXELS).filter(|&pixel| sums[pixel] == 0.0).collect();
    for run in RUNS.iter().flatten() {
        let weight =
            |network: &Network| network.layers()[0].linear.weight.select_rows(&black);
        assert_eq!(weight(&run.start), weight(&run.end));
    }
    snapshot!(
        "training__black",
        values([
            ("pixels", black.len().to_string()),
            ("weights", grouped(100 * black.len()))
        ])
    );
}

// The curvature.

/// The whole Hessian by differences of the gradient, and its eigenvalues by another
/// algorithm. With 25 units the sums are short; a difference over 10⁻⁹ is off by some
/// 10⁻⁷. The largest is a tenth above the sizes of all others, so that 300 steps leave
/// next to nothing of these.
#[test]
fn power_iteration_finds_the_largest_eigenvalue_and_random_directions_the_mean() {
    let images = DMatrix::from_fn(12, 6, |i, j| ((i * 6 + j) as f64).sin());
    let batch = Batch::new(images, (0..12).map(|i| i % 3).collect());
    let example = |seed| {
        let network = he(&[6, 4, 3], seed);
        let gradient = |theta: &DVector<f64>| {
            loss_and_gradient(&network.with_parameters(theta), &batch).1
        };
        let hessian = jacobian(gradient, &network.parameters(), 1e-7);
        let symmetric = (&hessian + hessian.transpose()) / 2.0;
        (network, hessian, symmetric.symmetric_eigenvalues())
    };
    let stands_out = |(_, _, eigenvalues): &(_, _, DVector<f64>)| {
        let others = eigenvalues.iter().filter(|e| e.abs() > 0.9 * eigenvalues.max());
        others.count() == 1
    };
    let (network, hessian, eigenvalues) =
        (0..100).map(example).find(stands_out).expect("most do");
    let largest = largest_curvature(&network, &batch, 300, 0);
    assert_relative_eq!(largest, eigenvalues.max(), max_relative = 1e-5);
    // dᵀHd − tr H over the number is a sum over pairs of entries: its variance is 4/n² times that of
    // the squares above the diagonal.
    let n = eigenvalues.len() as f64;
    let off = (0..hessian.ncols()).flat_map(|j| (0..j).map(move |i| (i, j)));
    let variance = 4.0 / (n * n) * off.map(|at| hessian[at].powi(2)).sum::<f64>();
    let window = SIGMAS * (variance / 400.0).sqrt();
    assert_abs_diff_eq!(
        mean_curvature(&network, &batch, 400, 0),
        eigenvalues.mean(),
        epsilon = window
    );
}

/// Losses of `steps` steps from the settled network with `multiple · 2/λmax`.
fn losses(
    settled: &Settled,
    multiple: f64,
    momentum: Option<f64>,
    steps: usize,
) -> Vec<f64> {
    let step_size = multiple * 2.0 / settled.largest;
    let mut optimizer: Box<dyn Optimizer> = match momentum {
        None => Box::new(GradientDescent::new(step_size).expect("a step size")),
        Some(beta) => Box::new(Momentum::new(step_size, beta).expect("settings")),
    };
    full_batch(&settled.network, &mut optimizer, &FEW_DIGITS, steps)
        .expect("finite losses")
        .0
}

fn falls(losses: &[f64]) -> bool {
    losses.windows(2).all(|pair| pair[1] < pair[0])
}

fn explodes(losses: &[f64]) -> bool {
    range(losses).1 > 10.0 * losses[0]
}

/// Counts of twelve networks. In 32 of other seeds all fell at 0.9 and exploded at 2, one
/// exploded at 1.2, and one did not at 1.5: counts as far off as those that are refused here
/// would be less likely than one in a million if as many as one in twenty did otherwise.
#[test]
fn below_two_over_the_curvature_the_loss_falls_in_every_step_and_at_twice_it_explodes()
{
    const MULTIPLES: [f64; 4] = [0.9, 1.2, 1.5, 2.0];
    let networks = SETTLED.len();
    let counts = MULTIPLES.map(|multiple| {
        let runs: Vec<_> =
            SETTLED.par_iter().map(|it| losses(it, multiple, None, 20)).collect();
        let count =
            |of: fn(&[f64]) -> bool| runs.iter().filter(|losses| of(losses)).count();
        [count(falls), count(explodes)]
    });
    let most = networks - 6;
    assert!(counts[0][0] >= most && counts[0][1] == 0, "{counts:?}");
    assert!(counts[1][1] <= 6, "{counts:?}");
    assert!(counts[2][1] >= most && counts[3][1] >= most, "{counts:?}");
    let rows = MULTIPLES.iter().zip(counts);
    let rows = rows.map(|(multiple, [falls, explodes])| {
        [multiple.to_string(), falls.to_string(), explodes.to_string()]
    });
    let header = [
        "$\\alpha$ in units of $2/\\lambda_\\text{max}$",
        "falls in every step",
        "explodes",
    ];
    snapshot!("training__limit", table(header, rows));
    // The same with momentum, at twice and at sixteen times the limit.
    for it in SETTLED.iter() {
        for multiple in [2.0, 16.0] {
            let losses = losses(it, multiple, Some(0.9), 20);
            assert!(losses[19] < 0.8 * losses[0] && !explodes(&losses), "{multiple}");
        }
    }
}

/// In forty more steps below the limit the curvature falls to about a half in every network;
/// all were between 0.49 and 0.55 at other seeds.
#[test]
fn the_curvature_falls_while_the_network_learns_the_digits_by_heart() {
    let measured: Vec<[f64; 2]> = (0..SETTLED.len())
        .into_par_iter()
        .map(|seed| {
            let Settled { network, largest, .. } = &SETTLED[seed];
            let mut descent = GradientDescent::new(1.8 / largest).expect("a step size");
            let path = full_batch(network, &mut descent, &FEW_DIGITS, 40);
            let later = path.expect("finite losses").1.pop().expect("a network");
            let fallen = largest_curvature(&later, &FEW_DIGITS, 20, seed as u64);
            let mean = mean_curvature(network, &FEW_DIGITS, 4, seed as u64);
            [fallen, largest / mean.abs()]
        })
        .collect();
    for (it, [fallen, over_mean]) in SETTLED.iter().zip(&measured) {
        assert!(*fallen < 0.75 * it.largest, "{fallen} {}", it.largest);
        assert!(*over_mean > 200.0, "{over_mean}");
    }
    let column = |values: Vec<f64>| {
        let (low, high) = range(&values);
        [median(&values), low, high].map(|value| significant(value, 2))
    };
    let of =
        |quantity: fn(&Settled) -> f64| column(SETTLED.iter().map(quantity).collect());
    let rows = [
        ("$\\lambda_\\text{max}$ at the start", of(|it| it.at_start)),
        ("after 100 steps of 0.5", of(|it| it.largest)),
        (
            "after 40 more at 0.9 times the limit",
            column(measured.iter().map(|it| it[0]).collect()),
        ),
        ("$2/\\lambda_\\text{max}$ after 100 steps", of(|it| 2.0 / it.largest)),
    ];
    let rows = rows.map(|(name, [median, low, high])| [name.into(), median, low, high]);
    snapshot!("training__curvature", table(["", "median", "lowest", "highest"], rows));
    let black = FEW_DIGITS.images.column_iter().filter(|pixel| pixel.amax() == 0.0);
    let units = SETTLED[0].network.layers()[0].linear.fan_out();
    snapshot!(
        "training__curvature_values",
        values([
            ("networks", SETTLED.len().to_string()),
            ("zeros", grouped(units * black.count())),
        ])
    );
}

/// Guessing with the shares `p` of the classes has the loss `−Σ p log p`. At single seeds the
/// way there is as good as random; the median of twelve is not.
#[test]
fn at_four_times_the_limit_the_loss_explodes_and_comes_back_to_about_that_of_guessing()
{
    let guess = entropy(&FEW_DIGITS.labels);
    let runs: Vec<_> = SETTLED.par_iter().map(|it| losses(it, 4.0, None, 60)).collect();
    let exploded = runs.iter().filter(|losses| explodes(losses)).count();
    assert!(exploded >= SETTLED.len() - 6, "{exploded}");
    let ends: Vec<f64> = runs.iter().map(|losses| median(&losses[40..])).collect();
    assert_relative_eq!(median(&ends), guess, max_relative = 0.25);
    assert!(runs.iter().all(|losses| losses[0] < guess / 10.0));
}

/// SGD trains well at 0.5 on batches of a hundred. The largest curvature of the chapter's
/// network at the start is near 6, give or take a half from seed to seed.
#[test]
fn the_tuned_step_size_of_sgd_is_above_the_limit_at_the_start() {
    let batch = first(FEW);
    let largest = |&seed: &u64| largest_curvature(&he(&WIDTHS, seed), &batch, 10, seed);
    let largest: Vec<f64> = SEEDS.par_iter().map(largest).collect();
    let limit = 2.0 / median(&largest);
    assert!(TUNED[0].1 > limit, "{largest:?}");
    snapshot!("training__start", values([("limit", significant(limit, 2))]));
}

#[test]
fn a_run_with_a_wrong_step_size_is_refused() {
    let plan = Plan { examples: 10, batch_size: 5, epochs: 1 };
    let course: (&New, _) = (&|size| Method::Sgd.optimizer(size), 0.0);
    let error = run(course, &[PIXELS, 10], plan, 0, &examples, &first(1));
    assert_eq!(
        error.expect_err("no step size").to_string(),
        "step size 0, expected a finite number above 0"
    );
}

// Exercises.

/// Adam's first step in the training with this seed: the network before and after it,
/// the gradient in the form of a network, and the batch.
fn first_step(seed: u64) -> ([Network; 3], Batch) {
    let (method, step_size) = TUNED[2];
    let start = he(&WIDTHS, seed);
    let positions =
        &batches(PLAN.examples, PLAN.batch_size, &mut generator(seed, Stream::Batches))
            [0];
    let batch = examples(positions);
    let gradient = loss_and_gradient(&start, &batch).1;
    let mut theta = start.parameters();
    let mut adam = method.optimizer(step_size).expect("a step size");
    adam.step(&mut theta, &gradient);
    let [end, gradient] = [theta, gradient].map(|it| start.with_parameters(&it));
    ([start, end, gradient], batch)
}

/// `‖ΔW‖ / ‖W‖` in it, and the share of the gradient that is not zero, `[layer]`.
fn first_update(seed: u64) -> [(f64, f64); 2] {
    let ([start, end, gradient], _) = first_step(seed);
    let (moved, sizes) = (distances(&end, &start), weight_norms(&start));
    [0, 1].map(|layer| {
        let gradient = &gradient.layers()[layer].linear.weight;
        let moving = gradient.iter().filter(|&&g| g != 0.0).count();
        (moved[layer] / sizes[layer], moving as f64 / gradient.len() as f64)
    })
}

/// `α √(fan-in / 2)` times the root of the share of weights that
/// move. `‖W‖²` is a `χ²` as above, and the root halves its deviation. A step is
/// `α |g| / (|g| + ε)`, and ε takes less than a thousandth of their norm.
#[test]
fn adams_first_update_is_known_before_any_gradient_but_for_those_that_are_zero() {
    for seed in SEEDS {
        let ([_, _, gradient], batch) = first_step(seed);
        for (layer, (ratio, moving)) in first_update(seed).into_iter().enumerate() {
            let weights = &gradient.layers()[layer].linear.weight;
            let squares = weights.map(|g| (g.abs() / (g.abs() + 1e-8)).powi(2));
            assert!(squares.mean() > 0.998 * moving, "the root is above 0.999");
            let (fan_in, fan_out) = (WIDTHS[layer] as f64, WIDTHS[layer + 1] as f64);
            let expected = 0.01 * (fan_in / 2.0).sqrt() * moving.sqrt();
            let window = SIGMAS * (2.0 / (fan_in * fan_out)).sqrt() / 2.0 + 1e-3;
            assert_relative_eq!(ratio, expected, max_relative = window);
        }
        let [(first, moving), (second, almost_all)] = first_update(seed);
        assert!(moving < 0.7 && almost_all > 0.95);
        // Far above the medians of the first epoch, 0.011 and 0.008.
        assert!(first > 0.1 && second > 0.05);
        let pixels = batch.images.column_iter();
        let black = pixels.filter(|pixel| pixel.amax() == 0.0).count() as f64;
        let (black, still) = (black / PIXELS as f64, 1.0 - moving);
        assert!((2.0 / 3.0 * still..still).contains(&black), "most of them");
    }
}

/// Starts and what the moves do not share lie along axes of their own.
#[test]
fn an_end_is_nearer_to_the_other_end_exactly_if_the_cosine_of_the_moves_exceeds_a_half_and_one_over_the_squared_movement()
 {
    let network = |entries: [f64; 5]| {
        let linear =
            Linear::new(DMatrix::from_row_slice(5, 1, &entries), RowDVector::zeros(1));
        Network::new(vec![Layer { linear, activation: Activation::Identity }])
    };
    let run = |start, end| Run {
        start: network(start),
        end: network(end),
        epochs: vec![],
        ratios: vec![],
    };
    for r in [0.5, 1.0, 1.4, 1.5, 2.0, 5.0, 20.0_f64] {
        let needed = 0.5 + 1.0 / (r * r);
        for cosine in [-1.0, 0.0, 0.5, 0.51, 0.6, 0.8, 0.9, 1.0_f64] {
            let (along, across) = (r * cosine, r * (1.0 - cosine * cosine).sqrt());
            let one = run([1.0, 0.0, 0.0, 0.0, 0.0], [1.0, 0.0, r, 0.0, 0.0]);
            let other = run([0.0, 1.0, 0.0, 0.0, 0.0], [0.0, 1.0, along, across, 0.0]);
            assert!((cosine - needed).abs() > 1e-3, "not at the edge");
            let nearer = movement(&one, &other)[0].against_other > 1.0;
            assert_eq!(nearer, cosine > needed, "{r} {cosine}");
            assert!(!nearer || r > 2_f64.sqrt());
        }
    }
}

/// The start of a layer and how far it went.
fn start_and_move(run: &Run, layer: usize) -> (DMatrix<f64>, DMatrix<f64>) {
    let weight = |network: &Network| network.layers()[layer].linear.weight.clone();
    (weight(&run.start), weight(&run.end) - weight(&run.start))
}

fn cosine(one: &DMatrix<f64>, other: &DMatrix<f64>) -> f64 {
    one.dot(other) / (one.norm() * other.norm())
}

/// Two directions drawn at random have a cosine of about 1/√1000 in the last layer, and
/// of 1/280 in the first. Between seeds the cosines of the moves differ by 0.04.
#[test]
fn the_last_layer_moves_partly_along_its_own_start_and_hardly_along_another_move() {
    let mut all = Vec::new();
    for runs in &*RUNS {
        for run in runs {
            let along = |layer| {
                let (start, moved) = start_and_move(run, layer);
                cosine(&start, &moved)
            };
            assert!(along(0).abs() < 0.03);
            all.push(along(1));
        }
        // Means of four, whose standard error is 0.04 for momentum and half of it for others.
        let last = &all[all.len() - runs.len()..];
        assert!(mean(last) > 0.0, "{last:?}");
        for (one, other) in pairs(runs) {
            let [one, other] = [one, other].map(|run| start_and_move(run, 1).1);
            assert!(cosine(&one, &other).abs() < 0.3);
        }
    }
    assert!(mean(&all) > 0.1, "{all:?}");
}

/// Between the moves of two seeds: far below the half that the exercise needs in any case.
/// Momentum's are the largest, 0.04 with a deviation of 0.02.
#[test]
fn the_moves_of_two_first_layers_have_next_to_nothing_in_common() {
    let moved = |run| start_and_move(run, 0).1;
    let cosines: Vec<f64> = RUNS
        .iter()
        .flat_map(|runs| pairs(runs))
        .map(|(one, other)| cosine(&moved(one), &moved(other)))
        .collect();
    let (_, largest) = range(&cosines);
    assert!(cosines.iter().all(|cosine| cosine.abs() < 0.2), "{cosines:?}");
    let relative = mean(&each_seed(&RUNS[2], |run| movement(run, run)[0].relative));
    let needed = 0.5 + 1.0 / relative.powi(2);
    let steps = WIDTH_SEEDS.map(first_update);
    let measured = |layer: usize, digits| {
        let ratios = steps.map(|layers| layers[layer].0);
        span(range(&ratios), |ratio| decimals(ratio, digits))
    };
    let still = steps.map(|layers| 1.0 - layers[0].1);
    let formula = |fan_in: f64| TUNED[2].1 * (fan_in / 2.0).sqrt();
    snapshot!(
        "training__exercises",
        values([
            ("sgd_step_size", TUNED[0].1.to_string()),
            ("momentum_step_size", TUNED[1].1.to_string()),
            ("step_size", TUNED[2].1.to_string()),
            ("first_formula", decimals(formula(WIDTHS[0] as f64), 3)),
            ("second_formula", decimals(formula(WIDTHS[1] as f64), 3)),
            ("first", measured(0, 3)),
            ("second", measured(1, 3)),
            ("still", span(range(&still), |share| decimals(100.0 * share, 0))),
            ("relative", decimals(relative, 1)),
            ("square", decimals(1.0 + relative.powi(2), 1)),
            ("share", decimals(100.0 / (1.0 + relative.powi(2)), 0)),
            ("needed", decimals(needed, 2)),
            ("largest", decimals(largest, 2)),
        ])
    );
}
