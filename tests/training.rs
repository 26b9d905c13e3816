//! What the last chapter says of a whole training.

mod support;

use std::path::Path;
use std::sync::LazyLock;

use approx::{assert_abs_diff_eq, assert_relative_eq};
use descent::backpropagation::loss_and_gradient;
use descent::gradient_descent::{GradientDescent, Optimizer};
use descent::linear_layer::Linear;
use descent::mnist::{Digits, PIXELS, Split};
use descent::momentum::Momentum;
use descent::network::{Activation, Batch, Layer, Network};
use descent::newton::jacobian;
use descent::objective::permuted;
use descent::sgd::{Method, Plan, batches, train};
use descent::training::{
    Epoch, FEW, FULL, GRID, HIDDEN, MOVERS, Run, SEEDS, SWEEP, TUNED, VALIDATION,
    WIDTHS, Watched, accuracy, at_right_angles, choose, compare, distances, full_batch,
    he, largest_curvature, matched, mean_curvature, movement, order, run, settled,
    sweep, weight_norms, widths_compared,
};
use nalgebra::{DMatrix, DVector, RowDVector, dmatrix};
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
static RUNS: LazyLock<Vec<Vec<Run>>> = LazyLock::new(|| {
    let test = digits(Split::Test);
    let test = test.batch(&(0..test.len()).collect::<Vec<_>>());
    compare(&SEEDS, &examples, &test)
});

/// The networks of several widths, `[mover][width][seed]`.
static WIDE: LazyLock<Vec<Vec<Vec<Run>>>> =
    LazyLock::new(|| widths_compared(&examples, &first(100)));

/// The settled network of each seed with its largest curvature.
static SETTLED: LazyLock<Vec<(Network, f64)>> = LazyLock::new(|| {
    let batch = first(FEW);
    let settle = |seed| {
        let network = settled(&batch, seed);
        let largest = largest_curvature(&network, &batch, 20, seed);
        (network, largest)
    };
    SEEDS.map(settle).into()
});

/// The largest curvature of the start of each seed.
static AT_START: LazyLock<Vec<f64>> = LazyLock::new(|| {
    let largest = |seed| largest_curvature(&he(&WIDTHS, seed), &first(FEW), 20, seed);
    SEEDS.map(largest).into()
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
    train(&mut before, &mut plain, &batches[..9], examples);
    let mut after = before.clone();
    train(&mut after, &mut plain, &batches[9..], examples);
    let mut watched = Watched::new(optimizer(), &start);
    let mut network = start.clone();
    train(&mut network, &mut watched, &batches, examples);
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

#[test]
fn the_sweep_finds_the_step_sizes_of_the_chapter_inside_the_grid() {
    let swept = sweep(&examples);
    let mut rows = Vec::new();
    for (((method, swept), (tuned, step_size)), name) in
        swept.iter().zip(TUNED).zip(NAMES)
    {
        assert_eq!(*method, tuned);
        assert_eq!(choose(swept, VALIDATION.len()), step_size);
        assert!(swept[0].0 < step_size && step_size < swept[4].0);
        let best = swept.iter().map(|&(_, accuracy)| accuracy).fold(0.0, f64::max);
        for end in [swept[0].1, swept[4].1] {
            assert!(end < best - 0.005, "{name} is best at an end of its grid");
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
    // SGD still learns at 1 and no longer at 2, momentum still at 2.
    let accuracy = |method: usize, size: usize| swept[method].1[size].1;
    assert!(accuracy(0, 3) > 0.9 && accuracy(0, 4) < 0.5 && accuracy(1, 3) > 0.9);
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

#[test]
fn in_the_mean_of_three_seeds_every_optimizer_reaches_97_and_a_half_percent() {
    let mut rows = Vec::new();
    for (runs, name) in RUNS.iter().zip(NAMES) {
        for epoch in 0..=FULL.epochs {
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
        let last = each_seed(runs, |run| run.epochs[FULL.epochs].accuracy);
        assert!(mean(&last) >= 0.975, "{name}: {last:?}");
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

#[test]
fn adam_has_the_lowest_training_loss_at_the_end_and_the_highest_in_the_third_epoch() {
    let [sgd, momentum, adam] = [0, 1, 2].map(|method| {
        [0, 2, 3].map(|epoch| {
            range(&each_seed(&RUNS[method], |run| run.epochs[epoch].loss()))
        })
    });
    for other in [sgd, momentum] {
        assert!(adam[0].1 < other[0].0, "first epoch");
        assert!(adam[2].1 < other[2].0, "last epoch");
    }
    for others in &RUNS[..2] {
        for (adam, other) in RUNS[2].iter().zip(others) {
            assert!(adam.epochs[2].loss() > other.epochs[2].loss(), "third epoch");
        }
    }
}

#[test]
fn adams_accuracies_are_above_those_of_sgd_and_momentums_overlap_with_both() {
    let [sgd, momentum, adam] = [0, 1, 2]
        .map(|method| range(&each_seed(&RUNS[method], |run| run.epochs[3].accuracy)));
    assert!(adam.0 > sgd.1);
    assert!(momentum.0 <= sgd.1 && momentum.1 >= adam.0);
    assert!(adam.1 - sgd.0 < 0.006);
    let right = (sgd.0 + adam.1) / 2.0;
    let error = (right * (1.0 - right) / 10_000.0).sqrt();
    snapshot!("training__rank", values([("error", decimals(100.0 * error, 2))]));
}

#[test]
fn with_a_tenth_of_the_step_size_the_loss_falls_by_a_larger_factor_than_in_the_epoch_before()
 {
    for run in RUNS.iter().flatten() {
        let loss: Vec<_> = run.epochs.iter().map(Epoch::loss).collect();
        assert!(loss[3] / loss[2] < 0.95 * loss[2] / loss[1], "{loss:?}");
        assert!(run.epochs[3].accuracy > run.epochs[2].accuracy);
    }
}

/// Three runs a side. The standard deviation of a run is pooled over the methods of both
/// sides, which gives it twelve degrees of freedom.
#[test]
fn pytorch_gets_as_far_with_the_same_recipe() {
    let lines = include_str!("pytorch/training.txt").lines();
    let lines: Vec<Vec<&str>> = lines
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split_whitespace().collect())
        .collect();
    let theirs = |name: &str, epoch: usize, column: usize| -> Vec<f64> {
        let epoch = epoch.to_string();
        let rows = lines.iter().filter(|words| words[0] == name && words[2] == epoch);
        rows.map(|words| words[column].parse().expect("a number")).collect()
    };
    let mut rows = Vec::new();
    let last = FULL.epochs;
    type Quantity = fn(&Run) -> f64;
    let quantities: [(usize, Quantity); 2] = [
        (3, |run| run.epochs[FULL.epochs].loss()),
        (4, |run| run.epochs[FULL.epochs].accuracy),
    ];
    let sides = quantities.map(|(column, ours)| {
        let sides: Vec<[Vec<f64>; 2]> = (RUNS.iter().zip(NAMES))
            .map(|(runs, name)| [each_seed(runs, ours), theirs(name, last + 1, column)])
            .collect();
        let deviations =
            sides.iter().flatten().map(|values| standard_deviation(values).powi(2));
        let error = (deviations.sum::<f64>() / 6.0).sqrt() * (2.0_f64 / 3.0).sqrt();
        for [ours, theirs] in &sides {
            assert_eq!((ours.len(), theirs.len()), (3, 3));
            assert_abs_diff_eq!(mean(ours), mean(theirs), epsilon = SIGMAS * error);
        }
        sides
    });
    // Neither of our orders holds among PyTorch's runs.
    let overlap =
        |a: &[f64], b: &[f64]| range(a).0 < range(b).1 && range(b).0 < range(a).1;
    let [losses, accuracies] = &sides;
    assert!(overlap(&losses[1][1], &losses[2][1]));
    assert!(overlap(&accuracies[0][1], &accuracies[2][1]));
    for (i, name) in NAMES.into_iter().enumerate() {
        let [loss, right] = [&sides[0][i], &sides[1][i]];
        rows.push([
            name.to_owned(),
            significant(mean(&loss[0]), 2),
            significant(mean(&loss[1]), 2),
            percent(mean(&right[0])),
            percent(mean(&right[1])),
        ]);
    }
    let header =
        ["last epoch", "training loss", "PyTorch", "test accuracy, %", "PyTorch"];
    snapshot!("training__pytorch", table(header, rows));
}

// The updates.

/// Medians over the measured steps of an epoch and the three seeds.
#[test]
fn no_optimizer_keeps_the_ratio_of_update_to_weight_at_a_thousandth() {
    let steps = FULL.examples / FULL.batch_size / 10;
    let (mut rows, mut of_sgd) = (Vec::new(), Vec::new());
    for (runs, name) in RUNS.iter().zip(NAMES) {
        for layer in 0..2 {
            let median_in = |epoch: usize| {
                let ratios =
                    runs.iter().flat_map(|run| &run.ratios[epoch * steps..][..steps]);
                median(&ratios.map(|ratios| ratios[layer]).collect::<Vec<_>>())
            };
            let medians = [0, 1, 2, 3].map(median_in);
            assert!(medians[..3].iter().all(|&ratio| (0.003..0.03).contains(&ratio)));
            assert!((0.0002..0.001).contains(&medians[3]));
            assert!(medians.windows(2).all(|pair| pair[1] < pair[0]), "falling");
            if name == "SGD" {
                of_sgd.push(medians);
            } else if name == "momentum" {
                for (momentum, sgd) in medians.iter().zip(of_sgd[layer]) {
                    assert!(
                        (0.3..0.5).contains(&(momentum / sgd)),
                        "a third to a half"
                    );
                }
            }
            let [a, b, c, d] = medians.map(|ratio| {
                decimals(1000.0 * ratio, if ratio < 0.001 { 2 } else { 1 })
            });
            rows.push([name.to_owned(), (layer + 1).to_string(), a, b, c, d]);
        }
    }
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

/// `‖W₀‖² = σ² χ²_n` with `n` weights, `‖W₀ − W'₀‖² = 2σ² χ²_n`; a `χ²_n` has the mean `n`
/// and the variance `2n`.
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
fn after_five_times_its_norm_adams_first_layer_is_still_nearer_to_its_start_than_to_another_end()
 {
    let mut rows = Vec::new();
    for (runs, name) in RUNS.iter().zip(NAMES) {
        for layer in 0..2 {
            let moved: Vec<_> =
                pairs(runs).map(|(one, other)| movement(one, other)[layer]).collect();
            let relative: Vec<_> = moved.iter().map(|moved| moved.relative).collect();
            let against: Vec<_> =
                moved.iter().map(|moved| moved.against_other).collect();
            let free: Vec<_> = relative.iter().map(|&r| at_right_angles(r)).collect();
            assert!(against.iter().all(|&ratio| ratio < 0.75));
            if layer == 0 {
                for run in runs {
                    let [start, end] = [&run.start, &run.end]
                        .map(|network| &network.layers()[0].linear.weight);
                    let kept = end.dot(start) / start.norm_squared();
                    assert!((0.9..1.05).contains(&kept), "{name}: {kept}");
                }
                for (ratio, free) in against.iter().zip(&free) {
                    assert_abs_diff_eq!(ratio, free, epsilon = 0.02);
                }
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
    let adam = each_seed(&RUNS[2], |run| movement(run, run)[0].relative);
    assert!(adam.iter().all(|&relative| relative > 5.0), "{adam:?}");
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

#[test]
fn the_first_layer_moves_less_the_wider_it_is_in_every_run() {
    for mover in 0..2 {
        for width in 1..HIDDEN.len() {
            let narrow = range(&relative(mover, width - 1, 0));
            let wide = range(&relative(mover, width, 0));
            assert!(wide.1 < narrow.0, "{mover} {width}");
        }
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

/// From the narrowest to the widest, SGD's first and second layer fall below a half. In
/// the others the means of the seeds stay within a factor of 1.4.
#[test]
fn the_last_layer_does_not_follow_the_width_nor_does_adams_second() {
    for (mover, layer) in [(0, 2), (1, 2), (1, 1)] {
        let means: Vec<_> =
            (0..4).map(|width| mean(&relative(mover, width, layer))).collect();
        let (low, high) = range(&means);
        assert!(high < 1.4 * low, "{means:?}");
    }
    assert!(mean(&relative(0, 3, 1)) < 0.5 * mean(&relative(0, 0, 1)));
    assert!(mean(&relative(0, 3, 0)) < 0.5 * mean(&relative(0, 0, 0)));
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
    const BOUND: f64 = 60.0;
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
    for start in (0..FULL.examples).step_by(1000) {
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
/// 10⁻⁷.
#[test]
fn power_iteration_finds_the_largest_eigenvalue_and_random_directions_the_mean() {
    let network = he(&[6, 4, 3], 2);
    let images = DMatrix::from_fn(12, 6, |i, j| ((i * 6 + j) as f64).sin());
    let batch = Batch::new(images, (0..12).map(|i| i % 3).collect());
    let gradient = |theta: &DVector<f64>| {
        loss_and_gradient(&network.with_parameters(theta), &batch).1
    };
    let hessian = jacobian(gradient, &network.parameters(), 1e-7);
    let eigenvalues = ((&hessian + hessian.transpose()) / 2.0).symmetric_eigenvalues();
    assert!(eigenvalues.max() > eigenvalues.min().abs());
    let largest = largest_curvature(&network, &batch, 300, 0);
    assert_relative_eq!(largest, eigenvalues.max(), max_relative = 1e-5);
    // vᵀHv − tr H/n is a sum over pairs of entries: its variance is 4/n² times that of
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

/// Losses of 20 steps on the first digits, from the settled network: the step size is
/// `multiple · 2/λmax`.
fn losses(network: &Network, optimizer: &mut impl Optimizer) -> Vec<f64> {
    full_batch(network, optimizer, &first(FEW), 20).expect("finite losses").0
}

#[test]
fn below_two_over_the_curvature_the_loss_falls_in_every_step_and_at_twice_it_explodes()
{
    let batch = first(FEW);
    let mut rows = Vec::new();
    for ((&seed, &at_start), &(ref network, largest)) in
        SEEDS.iter().zip(&*AT_START).zip(&*SETTLED)
    {
        let limit = 2.0 / largest;
        let descent = |multiple: f64| {
            losses(
                network,
                &mut GradientDescent::new(multiple * limit).expect("a step size"),
            )
        };
        let falls = |losses: &[f64]| losses.windows(2).all(|pair| pair[1] < pair[0]);
        let explodes = |losses: &[f64]| range(losses).1 > 10.0 * losses[0];
        assert!(falls(&descent(0.9)));
        assert!(explodes(&descent(2.0)));
        // One and a half times the limit gets by: the curvature falls meanwhile.
        assert!(!explodes(&descent(1.5)));
        let later = full_batch(
            network,
            &mut GradientDescent::new(1.5 * limit).expect("a step size"),
            &batch,
            40,
        );
        let later = later.expect("finite losses").1;
        let fallen = largest_curvature(&later[40], &batch, 20, seed);
        assert!(fallen < 0.5 * largest && largest < 0.6 * at_start);
        // The same multiples with momentum.
        for multiple in [2.0, 16.0] {
            let mut momentum = Momentum::new(multiple * limit, 0.9).expect("settings");
            let losses = losses(network, &mut momentum);
            assert!(losses[19] < 0.5 * losses[0] && !explodes(&losses), "{multiple}");
        }
        let mean = mean_curvature(network, &batch, 4, seed);
        assert!(largest > 1000.0 * mean.abs(), "{largest} {mean}");
        rows.push([
            seed.to_string(),
            significant(at_start, 2),
            significant(largest, 2),
            significant(fallen, 2),
            significant(limit, 2),
        ]);
    }
    let header = [
        "seed",
        "$\\lambda_\\text{max}$ at the start",
        "after 100 steps",
        "after 40 more",
        "$2/\\lambda_\\text{max}$ after 100 steps",
    ];
    snapshot!("training__curvature", table(header, rows));
}

/// Guessing with the shares `p` of the classes has the loss `−Σ p log p`.
#[test]
fn at_four_times_the_limit_the_loss_explodes_and_comes_back_to_about_that_of_guessing()
{
    let batch = first(FEW);
    let share = |class| {
        let count = batch.labels.iter().filter(|&&label| label == class).count();
        count as f64 / FEW as f64
    };
    let guess: f64 = (0..10).map(|class| -share(class) * share(class).ln()).sum();
    for (network, largest) in &*SETTLED {
        let mut descent = GradientDescent::new(8.0 / largest).expect("a step size");
        let losses =
            full_batch(network, &mut descent, &batch, 80).expect("finite losses").0;
        assert!(losses[0] < guess / 10.0 && range(&losses).1 > 10.0 * guess);
        // Not one loss, because the way there is as good as random.
        assert_abs_diff_eq!(median(&losses[60..]), guess, epsilon = guess / 2.0);
    }
}

/// SGD trains well at 0.5 on batches of a hundred.
#[test]
fn the_tuned_step_size_of_sgd_is_above_the_limit_at_the_start() {
    for largest in &*AT_START {
        assert!(TUNED[0].1 > 1.3 * 2.0 / largest, "{largest}");
    }
}

#[test]
fn a_run_with_a_wrong_step_size_is_refused() {
    let plan = Plan { examples: 10, batch_size: 5, epochs: 1 };
    let error = run((Method::Sgd, 0.0), &[PIXELS, 10], plan, 0, &examples, &first(1));
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
    let positions = &batches(FULL.examples, FULL.batch_size, &mut order(seed))[0];
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
fn an_end_is_nearer_to_the_other_end_exactly_if_the_cosine_of_the_moves_exceeds_a_half_and_one_over_r_squared()
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
            assert_eq!(nearer, cosine > needed, "r = {r}, cos φ = {cosine}");
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
/// of 1/280 in the first.
#[test]
fn the_last_layer_moves_partly_along_its_own_start_and_hardly_along_another_move() {
    for runs in &*RUNS {
        for run in runs {
            let along = |layer| {
                let (start, moved) = start_and_move(run, layer);
                cosine(&start, &moved)
            };
            assert!(along(1) > 0.1 && along(0).abs() < 0.01);
        }
        for (one, other) in pairs(runs) {
            let [one, other] = [one, other].map(|run| start_and_move(run, 1).1);
            assert!(cosine(&one, &other).abs() < 0.15);
        }
    }
}

/// Between the moves of two seeds. Of the cosine that would be needed, Adam's first layer
/// has less than a tenth.
#[test]
fn the_moves_of_two_first_layers_have_next_to_nothing_in_common() {
    let moved = |run| start_and_move(run, 0).1;
    let cosines: Vec<f64> = RUNS
        .iter()
        .flat_map(|runs| pairs(runs))
        .map(|(one, other)| cosine(&moved(one), &moved(other)))
        .collect();
    let (_, largest) = range(&cosines);
    assert!(cosines.iter().all(|cosine| cosine.abs() < 0.05), "{cosines:?}");
    let relative = mean(&each_seed(&RUNS[2], |run| movement(run, run)[0].relative));
    let needed = 0.5 + 1.0 / relative.powi(2);
    let steps = SEEDS.map(first_update);
    let measured = |layer: usize, digits| {
        let ratios = steps.map(|layers| layers[layer].0);
        span(range(&ratios), |ratio| decimals(ratio, digits))
    };
    let still = steps.map(|layers| 1.0 - layers[0].1);
    let formula = |fan_in: f64| TUNED[2].1 * (fan_in / 2.0).sqrt();
    snapshot!(
        "training__exercises",
        values([
            ("step_size", TUNED[2].1.to_string()),
            ("first_formula", decimals(formula(WIDTHS[0] as f64), 3)),
            ("second_formula", decimals(formula(WIDTHS[1] as f64), 3)),
            ("first", measured(0, 3)),
            ("second", measured(1, 3)),
            ("still", span(range(&still), |share| decimals(100.0 * share, 0))),
            ("relative", decimals(relative, 1)),
            ("needed", decimals(needed, 2)),
            ("largest", decimals(largest, 2)),
        ])
    );
}
