//! What the chapter on depth says.

mod support;

use std::collections::HashMap;
use std::f64::consts::{LN_10, PI};
use std::iter;
use std::path::Path;
use std::sync::LazyLock;

use approx::{assert_abs_diff_eq, assert_relative_eq};
use descent::backpropagation::{backward, cross_entropy_gradient};
use descent::depth::{
    Band, Geometry, NormLaw, Norms, arc_cosine, band, geometry, image_norms, network,
    network_of_pytorch, network_of_sigmoids, network_with_biases, norms,
    root_mean_square,
};
use descent::initialization::uniform;
use descent::mnist::{Digits, PIXELS, Split};
use descent::network::{Activation, Batch, Network, cross_entropy, log_sum_exp};
use nalgebra::DMatrix;
use rand::RngExt;
use rand_distr::StandardNormal;
use rayon::ThreadPoolBuilder;
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use support::statistics::{
    SIGMAS, assert_share, bernstein, integral, mean, median, standard_deviation,
};
use support::{decimals, significant, table, values};

/// Those of the figures.
const SEEDS: std::ops::Range<u64> = 0..32;
/// And others, for what the figure of single images shows.
const OTHERS: std::ops::Range<u64> = 32..160;
const SCALES: [f64; 3] = [1.0, 2.0, 3.0];
const WIDTH: usize = 100;
/// Weight matrices; the layers of activations go from 1, the input, to 51, the logits.
const LAYERS: usize = 50;
const IMAGES: usize = 256;

static DIGITS: LazyLock<Digits> = LazyLock::new(|| {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/data/mnist"));
    Digits::read(folder, Split::Test).expect("the digits of the repository")
});

fn widths() -> Vec<usize> {
    let hidden = iter::repeat_n(WIDTH, LAYERS - 1);
    iter::once(PIXELS).chain(hidden).chain([10]).collect()
}

fn square_layers(layers: usize) -> Vec<usize> {
    vec![WIDTH; layers + 1]
}

/// The experiment of the book at every seed and scale: `MEASURED[seed][scale]`.
static MEASURED: LazyLock<Vec<[Norms; 3]>> = LazyLock::new(|| {
    let measure = |seed| {
        let batch = DIGITS.sample(IMAGES, seed);
        SCALES.map(|scale| norms(&network(&widths(), scale, seed), &batch))
    };
    SEEDS.into_par_iter().map(measure).collect()
});

/// One image on its way from `Z₂` to `Z₅₀` at scale 2: through 48 square layers.
struct Walk {
    /// `log R` of each layer.
    logs: Vec<f64>,
    /// How many units are active behind it.
    active: Vec<f64>,
    /// `n R / c`, a sum of squares.
    squares: Vec<f64>,
}

static WALKS: LazyLock<Vec<Walk>> = LazyLock::new(|| {
    let walk = |seed| {
        let image = DIGITS.sample(1, seed).images;
        let activations = network(&widths(), 2.0, seed).forward(image);
        let layers = &activations[1..50];
        let ratio =
            |pair: &[DMatrix<f64>]| pair[1].norm_squared() / pair[0].norm_squared();
        let active = |z: &DMatrix<f64>| z.iter().filter(|&&z| z > 0.0).count() as f64;
        Walk {
            logs: layers.windows(2).map(|pair| ratio(pair).ln()).collect(),
            active: layers[1..].iter().map(active).collect(),
            squares: layers.windows(2).map(|pair| 50.0 * ratio(pair)).collect(),
        }
    };
    OTHERS.into_par_iter().map(walk).collect()
});

/// `log₁₀(‖Z₅₀‖ / ‖Z₂‖)` of each walk.
fn single_image_logs() -> Vec<f64> {
    let log = |walk: &Walk| walk.logs.iter().sum::<f64>() / (2.0 * LN_10);
    WALKS.iter().map(log).collect()
}

fn law(width: usize) -> NormLaw {
    NormLaw { scale: 2.0, fan_in: width, fan_out: width }
}

#[test]
fn doubling_all_weights_scales_the_activations_after_l_layers_by_two_to_the_l_bit_for_bit()
 {
    let images = DIGITS.sample(4, 0).images;
    for seed in 0..4 {
        let once = network(&widths(), 1.0, seed).forward(images.clone());
        let twice = network(&widths(), 4.0, seed).forward(images.clone());
        for (layers, (once, twice)) in (0..).zip(once.iter().zip(&twice)) {
            assert_eq!(
                *twice,
                once * 2.0_f64.powi(layers),
                "seed {seed}, after {layers} layers"
            );
        }
    }
}

/// Every norm is a sum of products over at most 784 inputs, layer after layer: a
/// relative error of some ε·100 in each of 50 layers, 10⁻¹² in all.
#[test]
fn on_shared_draws_log_norms_differ_by_half_the_log_of_the_scales_in_each_layer() {
    for measured in MEASURED.iter() {
        for (scale, norms) in SCALES.iter().zip(measured) {
            for (layers, (ours, reference)) in
                (0..).zip(norms.images.iter().zip(&measured[0].images))
            {
                let expected = f64::from(layers) / 2.0 * scale.ln();
                assert_abs_diff_eq!(
                    (ours[0] / reference[0]).ln(),
                    expected,
                    epsilon = 1e-12
                );
            }
        }
    }
}

/// A sum of 48 steps is nearly normal: 68.3 % within one deviation, 95.4 % within two.
#[test]
fn walks_end_within_one_and_two_deviations_of_the_mean_as_often_as_the_law_says() {
    let band = band(&square_layers(48), 2.0)[48];
    let logs = single_image_logs();
    let walks = logs.len() as f64;
    for (deviations, share) in [(1.0, 0.6827), (2.0, 0.9545)] {
        let reach = deviations * band.standard_deviation;
        let inside = logs.iter().filter(|&log| (log - band.mean).abs() < reach).count();
        let tolerance = bernstein(walks, share);
        assert_abs_diff_eq!(inside as f64, walks * share, epsilon = tolerance);
    }
    let above = logs.iter().filter(|&&log| log > band.mean).count();
    assert_share(above, logs.len(), 0.5);
    snapshot!("depth__walks", values([("others", logs.len().to_string())]));
}

#[test]
fn the_mean_log_norm_of_the_seeds_is_that_of_the_law() {
    let band = band(&square_layers(48), 2.0)[48];
    let error = band.standard_deviation / (OTHERS.count() as f64).sqrt();
    let logs = single_image_logs();
    assert_abs_diff_eq!(mean(&logs), band.mean, epsilon = SIGMAS * error);
}

/// Given `K` active units, `n R / c` is a sum of `K` squares of standard normals: mean
/// `K`, variance `2K`. And `K` has mean `n/2`, variance `n/4`.
#[test]
fn squared_norm_ratios_follow_the_chi_square_law_with_a_binomial_number_of_active_units()
 {
    let all = |values: fn(&Walk) -> &Vec<f64>| WALKS.iter().flat_map(values).copied();
    let active: Vec<f64> = all(|walk| &walk.active).collect();
    let logs: Vec<f64> = all(|walk| &walk.logs).collect();
    let sum: f64 = all(|walk| &walk.squares).sum();
    let layers = logs.len() as f64;
    let all_active: f64 = active.iter().sum();
    assert_abs_diff_eq!(sum, all_active, epsilon = SIGMAS * (2.0 * all_active).sqrt());
    let (half, quarter) = (WIDTH as f64 / 2.0, WIDTH as f64 / 4.0);
    assert_abs_diff_eq!(
        mean(&active),
        half,
        epsilon = SIGMAS * (quarter / layers).sqrt()
    );
    // The variance of a sample variance is 2σ⁴/N for a normal; K and log R are close to one.
    let error = |variance: f64| SIGMAS * variance * (2.5 / layers).sqrt();
    let measured = standard_deviation(&active).powi(2);
    assert_abs_diff_eq!(measured, quarter, epsilon = error(quarter));
    let (log_mean, log_variance) = law(WIDTH).log_moments();
    let standard_error = (log_variance / layers).sqrt();
    assert_abs_diff_eq!(mean(&logs), log_mean, epsilon = SIGMAS * standard_error);
    let measured = standard_deviation(&logs).powi(2);
    assert_abs_diff_eq!(measured, log_variance, epsilon = error(log_variance));
}

/// Of independent ratios one is large (above the median), or extreme (far from it), as often
/// behind a large or extreme one as anywhere. Shares of the two events multiply.
#[test]
fn a_ratio_is_large_or_extreme_as_often_whatever_those_before_it_were() {
    let all: Vec<f64> = WALKS.iter().flat_map(|walk| &walk.logs).copied().collect();
    let middle = median(&all);
    let distances: Vec<f64> = all.iter().map(|log| (log - middle).abs()).collect();
    let far = median(&distances);
    let events: [&dyn Fn(f64) -> bool; 2] =
        [&|log| log > middle, &|log| (log - middle).abs() > far];
    for (first, then) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        for lag in [1, 2, 5, 20] {
            let pairs = WALKS.iter().flat_map(|walk| {
                walk.logs.iter().zip(&walk.logs[lag..]).map(|(&a, &b)| (a, b))
            });
            let pairs: Vec<(f64, f64)> = pairs.collect();
            let both =
                pairs.iter().filter(|(a, b)| events[first](*a) && events[then](*b));
            // Each event has one half; the shares in the pairs are as uncertain.
            assert_share(both.count(), pairs.len(), 0.25);
        }
    }
}

/// What the figure draws is data beside it: `curve,layer,log₁₀ of the norm`.
#[test]
fn the_walks_of_the_figure_take_steps_of_the_law_in_every_layer() {
    let data = include_str!("../chapters/figures/depth-single_images.csv");
    let mut layers: HashMap<(String, usize), f64> = HashMap::new();
    for line in data.lines().filter(|line| line.starts_with("seed")) {
        let fields: Vec<_> = line.split(',').collect();
        let layer = fields[1].parse().expect("a layer");
        layers
            .insert((fields[0].into(), layer), fields[2].parse().expect("a logarithm"));
    }
    let square = NormLaw { scale: 2.0, fan_in: WIDTH, fan_out: WIDTH };
    let first = NormLaw { fan_in: PIXELS, ..square };
    for layer in 1..LAYERS {
        let law = if layer == 1 { first } else { square };
        let (log_mean, log_variance) = law.log_moments();
        let step = |seed: u64| {
            let at = |layer| layers[&(format!("seed {seed}"), layer)];
            2.0 * LN_10 * (at(layer + 1) - at(layer))
        };
        let steps: Vec<_> = SEEDS.map(step).collect();
        let error = (log_variance / steps.len() as f64).sqrt();
        assert_abs_diff_eq!(mean(&steps), log_mean, epsilon = SIGMAS * error);
    }
}

/// Independent of the recurrences: the density of `log χ²_k` is `exp(kt/2 − eᵗ/2)` up
/// to a factor, integrated numerically, and the binomial weights come from Pascal's
/// triangle.
#[test]
fn the_moments_of_the_law_agree_with_numerical_integration() {
    for width in [10, 100] {
        let mut pascal = vec![1.0];
        for _ in 0..width {
            let inner = pascal.windows(2).map(|pair| pair[0] + pair[1]);
            pascal = iter::once(1.0).chain(inner).chain([1.0]).collect();
        }
        let total: f64 = pascal[1..].iter().sum();
        let (mut log_mean, mut log_square, mut mean, mut square) = (0.0, 0.0, 0.0, 0.0);
        for (k, ways) in pascal.iter().enumerate().skip(1) {
            let k = k as f64;
            let density = |t: f64| (k / 2.0 * (t - k.ln()) - (t.exp() - k) / 2.0).exp();
            let moment = |power: i32| {
                integral(|t| t.powi(power) * density(t), -60.0, 8.0, 20_000)
            };
            let (zeroth, first, second) = (moment(0), moment(1), moment(2));
            log_mean += ways / total * first / zeroth;
            log_square += ways / total * second / zeroth;
            mean += ways / 2.0_f64.powi(width as i32) * k;
            square += ways / 2.0_f64.powi(width as i32) * (k * k + 2.0 * k);
        }
        let law = law(width);
        let factor = 2.0 / width as f64;
        let (exact_mean, exact_variance) = law.log_moments();
        assert_abs_diff_eq!(exact_mean, factor.ln() + log_mean, epsilon = 1e-9);
        assert_abs_diff_eq!(
            exact_variance,
            log_square - log_mean * log_mean,
            epsilon = 1e-9
        );
        assert_relative_eq!(law.mean(), factor * mean, max_relative = 1e-12);
        assert_relative_eq!(
            law.variance(),
            factor * factor * (square - mean * mean),
            max_relative = 1e-12
        );
    }
}

#[test]
fn the_drift_of_the_log_norm_is_minus_five_halves_over_n_and_its_variance_five_over_n_to_first_order()
 {
    let row = |width: usize| {
        let n = width as f64;
        let (mean, variance) = law(width).log_moments();
        // The next order is 1/n², with a factor of some units.
        assert_abs_diff_eq!(mean, -2.5 / n, epsilon = 6.0 / (n * n));
        assert_abs_diff_eq!(variance, 5.0 / n, epsilon = 40.0 / (n * n));
        [
            width.to_string(),
            decimals(mean, 5),
            decimals(-2.5 / n, 5),
            decimals(variance, 5),
            decimals(5.0 / n, 5),
        ]
    };
    snapshot!(
        "depth__law",
        table(
            [
                "$n$",
                "$\\operatorname{E} \\log R$",
                "$-5/(2n)$",
                "$\\operatorname{Var} \\log R$",
                "$5/n$"
            ],
            [10, 20, 50, 100, 200, 500, 1000].map(row)
        )
    );
}

/// Walks of 50 layers drawn from the definition: the squares of the positive ones among a
/// hundred standard normals, layer after layer.
fn simulated_log10_norms(walks: usize) -> Vec<f64> {
    let mut rng = support::rng(0);
    let mut ratio = || {
        let normals = (0..WIDTH).map(|_| rng.sample::<f64, _>(StandardNormal));
        normals.map(|z| z.max(0.0).powi(2)).sum::<f64>() * 2.0 / WIDTH as f64
    };
    let mut walk = || (0..LAYERS).map(|_| ratio().log10() / 2.0).sum();
    (0..walks).map(|_| walk()).collect()
}

#[test]
fn half_the_networks_lie_below_the_median_and_nine_in_ten_in_the_range() {
    let band = band(&square_layers(LAYERS), 2.0)[LAYERS];
    let walks = simulated_log10_norms(2000);
    let share = |inside: &dyn Fn(f64) -> bool| {
        walks
            .iter()
            .filter(|&&log| inside((log - band.mean) / band.standard_deviation))
            .count() as f64
            / walks.len() as f64
    };
    let error = |p: f64| SIGMAS * (p * (1.0 - p) / walks.len() as f64).sqrt();
    assert_abs_diff_eq!(share(&|sigmas| sigmas < 0.0), 0.5, epsilon = error(0.5));
    assert_abs_diff_eq!(
        share(&|sigmas| sigmas.abs() < 1.645),
        0.9,
        epsilon = error(0.9)
    );
    let row = |scale: f64| {
        let shift = LAYERS as f64 / 2.0 * (scale / 2.0).log10();
        let at = |sigmas: f64| {
            significant(
                10_f64.powf(shift + band.mean + sigmas * band.standard_deviation),
                2,
            )
        };
        let mean_square = significant(10_f64.powf(shift), 2);
        [
            scale.to_string(),
            mean_square,
            at(0.0),
            format!("{} to {}", at(-1.645), at(1.645)),
        ]
    };
    snapshot!(
        "depth__typical",
        table(
            [
                "$c$",
                "root of the mean square, $(c/2)^{25}$",
                "median",
                "nine networks in ten"
            ],
            SCALES.map(row)
        )
    );
    let range = 10_f64.powf(2.0 * 1.645 * band.standard_deviation);
    let few = 100.0 * share_with_half_of_the_squares(&walks);
    // The logarithm of ‖z‖² is nearly normal with a deviation of 1.6: beyond 1.6 deviations
    // lie 5 %, which have half of the mean of its exponential.
    assert!(few > 1.0 && few < 15.0, "{few}");
    snapshot!(
        "depth__typical_values",
        values([("range", decimals(range, 0)), ("few", decimals(few, 0))])
    );
}

/// The largest norms that together make up half of the sum of all squares, as a share.
fn share_with_half_of_the_squares(log10_norms: &[f64]) -> f64 {
    let mut squares: Vec<f64> =
        log10_norms.iter().map(|log| 10_f64.powf(2.0 * log)).collect();
    squares.sort_by(f64::total_cmp);
    let half = squares.iter().sum::<f64>() / 2.0;
    let running = squares.iter().rev().scan(0.0, |sum, square| {
        *sum += square;
        Some(*sum)
    });
    running.take_while(|&sum| sum < half).count() as f64 / squares.len() as f64
}

/// Whatever the weights' distribution, an entry of the sum has a fourth moment of at most
/// three squares of its variance, here: relative to its mean, the sum of thirty squares behind
/// the ReLU has the variance `5/30` or less.
#[test]
fn uniform_weights_keep_the_mean_square_as_normal_ones_do() {
    const DRAWS: usize = 4000;
    let mut rng = support::rng(0);
    let z =
        DMatrix::from_fn(1, 20, |_, _| rng.sample::<f64, _>(StandardNormal).max(0.0));
    let ratio = |_| {
        let mut next = uniform(20, 30, 2.0 / 20.0, &mut rng).forward(&z);
        Activation::Relu.apply(&mut next);
        next.norm_squared() / z.norm_squared()
    };
    let ratios: Vec<f64> = (0..DRAWS).map(ratio).collect();
    let error = (5.0 / 30.0 / DRAWS as f64).sqrt();
    assert_relative_eq!(mean(&ratios), 1.5, max_relative = SIGMAS * error);
}

/// The drift and the variance of a layer go as `1/n` up to `6/n²` and `40/n²`: one part in
/// `2.4/n` and in `8/n`, at width 100 up to eight in a hundred.
#[test]
fn ten_times_the_width_takes_ten_times_the_depth_to_spread_as_far() {
    let spread =
        |width: usize, layers: usize| band(&vec![width; layers + 1], 2.0)[layers];
    let (narrow, wide) = (spread(WIDTH, LAYERS), spread(10 * WIDTH, LAYERS));
    let deep = spread(10 * WIDTH, 10 * LAYERS);
    // Half of those parts, as these are roots.
    let ratio = narrow.standard_deviation / wide.standard_deviation;
    assert_relative_eq!(ratio, 10.0_f64.sqrt(), max_relative = 0.05);
    let ratio = narrow.standard_deviation / deep.standard_deviation;
    assert_relative_eq!(ratio, 1.0, max_relative = 0.05);
    assert_relative_eq!(narrow.mean / deep.mean, 1.0, max_relative = 0.03);
    let range = |band: Band| 10_f64.powf(2.0 * 1.645 * band.standard_deviation);
    let median = |band: Band| decimals(10_f64.powf(band.mean), 2);
    assert_eq!(median(narrow), median(deep));

    let (dead, safe) = narrow_networks();
    let survivors = 1.0 / (1.0 - dead);
    snapshot!(
        "depth__exercises",
        values([
            ("narrow", decimals(range(narrow), 0)),
            ("power", significant(range(narrow).powf(0.1_f64.sqrt()), 2)),
            ("wide", significant(range(wide), 2)),
            ("layers", (10 * LAYERS).to_string()),
            ("deep", decimals(range(deep), 0)),
            ("median", median(deep)),
            ("dead", decimals(100.0 * dead, 1)),
            ("survivors", decimals(survivors, 2)),
            ("safe", safe.to_string()),
        ])
    );
}

/// By the law, and measured in small networks. The relative variance of the measured growth is
/// the product of `1 + 5/m` over the ReLU layers and of `1 + 2/m` for the last, less 1.
#[test]
fn the_mean_growth_does_not_depend_on_the_widths_in_between() {
    const NETWORKS: u64 = 20_000;
    for scale in [1.0, 2.0, 3.0] {
        let growth = |widths: &[usize]| {
            let laws = widths.windows(2).map(|n| NormLaw {
                scale,
                fan_in: n[0],
                fan_out: n[1],
            });
            // The last layer has no ReLU, which would take half.
            2.0 * laws.map(|law| law.mean()).product::<f64>()
        };
        let exact = scale * (scale / 2.0).powi(2) * 10.0 / 784.0;
        for widths in [[784, 100, 100, 10], [784, 30, 500, 10], [784, 1, 3, 10]] {
            assert_relative_eq!(growth(&widths), exact, max_relative = 1e-14);
        }
    }
    for (scale, widths) in [(2.0, [12, 20, 10, 6]), (3.0, [12, 10, 20, 6])] {
        let image = DMatrix::from_fn(1, 12, |_, pixel| 1.0 + pixel as f64);
        let growth = |seed| {
            let activations = network(&widths, scale, seed).forward(image.clone());
            activations[3].norm_squared() / image.norm_squared()
        };
        let measured: Vec<f64> = (0..NETWORKS).into_par_iter().map(growth).collect();
        let exact = scale * (scale / 2.0).powi(2) * 6.0 / 12.0;
        let variance =
            (1.0 + 5.0 / 20.0) * (1.0 + 5.0 / 10.0) * (1.0 + 2.0 / 6.0) - 1.0;
        let error = (variance / NETWORKS as f64).sqrt();
        assert_relative_eq!(mean(&measured), exact, max_relative = SIGMAS * error);
    }
    let spread = |width| band(&[784, width, width, 10], 2.0)[3].standard_deviation;
    assert!(spread(30) > spread(100) && spread(100) > spread(500));
}

/// An image dies in a layer of ten units with probability `2⁻¹⁰`, and there are as many
/// chances as hidden layers. And the least width at which a millionth is not reached.
fn narrow_networks() -> (f64, usize) {
    let dead = |width: i32| 1.0 - (1.0 - 0.5_f64.powi(width)).powi(LAYERS as i32 - 1);
    let safe = (1..).find(|&width| dead(width) < 1e-6).expect("a width");
    (dead(10), safe as usize)
}

#[test]
fn at_width_ten_an_image_dies_on_its_way_in_one_of_twenty_networks_at_any_scale() {
    const NETWORKS: usize = 2000;
    let mut widths = vec![10; LAYERS + 1];
    widths[0] = PIXELS;
    let image = DIGITS.sample(1, 0).images;
    let dies = |scale: f64, seed: u64| {
        let activations = network(&widths, scale, seed).forward(image.clone());
        activations[LAYERS - 1].iter().all(|&a| a == 0.0)
    };
    let dead = (0..NETWORKS as u64).into_par_iter().filter(|&seed| dies(2.0, seed));
    assert_share(dead.count(), NETWORKS, narrow_networks().0);
    for (seed, scale) in (0..100).zip([8.0, 0.5, 3.0, 1.0].into_iter().cycle()) {
        assert_eq!(dies(2.0, seed), dies(scale, seed), "seed {seed}");
    }
    let union = |width: i32| (LAYERS - 1) as f64 * 0.5_f64.powi(width);
    assert!(union(26) < 1e-6 && union(25) > 1.4e-6);
    assert_eq!(narrow_networks().1, 26);
}

/// `E R = P(K > 0) · E[R | K > 0]`, with the probabilities of Pascal's triangle.
#[test]
fn the_mean_square_of_the_survivors_makes_up_for_the_dead() {
    for width in [2, 10, 20] {
        let ways = |k: i32| {
            (0..k).fold(1.0, |ways, i| ways * f64::from(width - i) / f64::from(i + 1))
        };
        let alive: f64 = (1..=width).map(ways).sum();
        let mean = (1..=width).map(|k| ways(k) / alive * f64::from(k)).sum::<f64>();
        let survivors = 2.0 / f64::from(width) * mean;
        let dead = 0.5_f64.powi(width);
        assert_relative_eq!(survivors, 1.0 / (1.0 - dead), max_relative = 1e-14);
    }
}

#[test]
fn the_fourth_moment_of_the_norm_grows_with_depth_although_the_second_stays() {
    let (ratio_mean, ratio_variance) = (law(WIDTH).mean(), law(WIDTH).variance());
    assert_relative_eq!(ratio_mean, 1.0, max_relative = 1e-15);
    // E‖z‖⁴ / (E‖z‖²)² over independent layers: the product of 1 + Var R / (E R)².
    let kurtosis = (1.0 + ratio_variance).powi(LAYERS as i32);
    let exact = (1.0 + 5.0 / WIDTH as f64).powi(LAYERS as i32);
    assert_relative_eq!(kurtosis, exact, max_relative = 1e-12);
    // From Z₂ to Z₅₀.
    let hidden = band(&square_layers(LAYERS - 2), 2.0)[LAYERS - 2];
    snapshot!(
        "depth__law_values",
        values([
            ("kurtosis", decimals(kurtosis, 1)),
            ("median", decimals(10_f64.powf(hidden.mean), 2)),
            ("two_sigma", decimals(10_f64.powf(2.0 * hidden.standard_deviation), 1)),
        ])
    );
}

/// Over a batch the fluctuations of images that are not parallel average out; the mean
/// square does not care: it varies no more than the square of one norm, by `1.05^layers − 1`.
/// With 400 networks the standard error of a standard deviation is 3.5 % of it; that of
/// PyTorch's 4000 networks, in the last hidden layer, 1.1 %.
#[test]
fn the_root_mean_square_of_a_batch_fluctuates_less_than_the_norm_of_one_image() {
    const NETWORKS: u64 = 400;
    const BATCH: usize = 64;
    let shallow = [vec![PIXELS], square_layers(9)].concat();
    let law = band(&shallow, 2.0);
    let logs: Vec<Vec<f64>> = (0..NETWORKS)
        .into_par_iter()
        .map(|seed| {
            let activations =
                network(&shallow, 2.0, seed).forward(DIGITS.sample(BATCH, seed).images);
            let rms: Vec<_> = activations[..10]
                .iter()
                .map(|z| root_mean_square(&image_norms(z)).log10())
                .collect();
            rms.iter().map(|log| log - rms[0]).collect()
        })
        .collect();
    let networks = NETWORKS as f64;
    let relative_error = (0.5 / networks).sqrt();
    let mut ratios = Vec::new();
    for (layers, below) in [(1, 1.0 - SIGMAS * relative_error), (5, 1.0), (9, 1.0)] {
        let column: Vec<_> = logs.iter().map(|logs| logs[layers]).collect();
        let ratio = standard_deviation(&column) / law[layers].standard_deviation;
        assert!(ratio < below, "after {layers} layers: {ratio}");
        let squares: Vec<_> = column.iter().map(|log| 10_f64.powf(2.0 * log)).collect();
        let expected = WIDTH as f64 / PIXELS as f64;
        let error = ((1.05_f64.powi(layers as i32) - 1.0) / networks).sqrt();
        assert_relative_eq!(mean(&squares), expected, max_relative = SIGMAS * error);
        ratios.push(ratio);
    }
    let reference = reference();
    let last = band(&widths()[..LAYERS], 2.0)[LAYERS - 1].standard_deviation;
    let theirs = |name: &str| {
        reference[&(name.to_owned(), "2".to_owned())].standard_deviation / last
    };
    let error = SIGMAS * (0.5 / NETWORKS_IN_PYTORCH).sqrt();
    assert_abs_diff_eq!(theirs("ratio_image"), 1.0, epsilon = error);
    assert!(theirs("ratio_batch") < 1.0 - error && theirs("ratio_batch") > 0.9);
    snapshot!(
        "depth__batch_values",
        values([
            ("images", BATCH.to_string()),
            ("first", decimals(ratios[0], 1)),
            ("ninth", decimals(ratios[2], 1)),
            ("last", decimals(theirs("ratio_batch"), 2)),
        ])
    );
}

/// What `tests/pytorch/depth.py` measured on as many networks of its own.
const NETWORKS_IN_PYTORCH: f64 = 4000.0;

struct Reference {
    /// The median of `log₁₀` of the quantity; for shares, the plain mean.
    center: f64,
    standard_deviation: f64,
}

/// By name and scale.
fn reference() -> HashMap<(String, String), Reference> {
    let lines =
        include_str!("pytorch/depth.txt").lines().filter(|line| !line.starts_with('#'));
    let entry = |line: &str| {
        let words: Vec<_> = line.split_whitespace().collect();
        let number = |i: usize| words[i].parse().expect("a number");
        let reference = Reference { center: number(2), standard_deviation: number(3) };
        ((words[0].into(), words[1].into()), reference)
    };
    lines.map(entry).collect()
}

/// The quantities of the table, with their names in the fixture.
fn quantities(norms: &Norms) -> Vec<(&'static str, &'static str, f64)> {
    let activations = norms.activations();
    let gradients = &norms.weight_gradients;
    vec![
        ("activation_2", "$\\lVert Z_2 \\rVert$", activations[1]),
        ("activation_11", "$\\lVert Z_{11} \\rVert$", activations[10]),
        ("activation_26", "$\\lVert Z_{26} \\rVert$", activations[25]),
        ("activation_50", "$\\lVert Z_{50} \\rVert$", activations[49]),
        ("logits", "logits", activations[50]),
        ("loss", "loss", norms.loss),
        ("weight_gradient_1", "$\\lVert \\partial W_1 \\rVert$", gradients[0]),
        ("weight_gradient_2", "$\\lVert \\partial W_2 \\rVert$", gradients[1]),
        ("weight_gradient_25", "$\\lVert \\partial W_{25} \\rVert$", gradients[24]),
        ("weight_gradient_49", "$\\lVert \\partial W_{49} \\rVert$", gradients[48]),
        ("weight_gradient_50", "$\\lVert \\partial W_{50} \\rVert$", gradients[49]),
    ]
}

/// The standard error of a median of N normal draws is 1.2533 σ/√N; both sides have
/// one. The fixture has six digits, which is all there is to compare where nothing
/// fluctuates.
#[test]
fn the_medians_of_the_seeds_agree_with_four_thousand_networks_in_pytorch() {
    let reference = reference();
    let (mut rows, mut errors, mut distances) = (Vec::new(), Vec::new(), Vec::new());
    for (i, &(name, label, _)) in quantities(&MEASURED[0][0]).iter().enumerate() {
        let mut row = vec![label.to_owned()];
        for (scale, column) in SCALES.iter().zip(0..) {
            let logs =
                MEASURED.iter().map(|norms| quantities(&norms[column])[i].2.log10());
            let logs: Vec<_> = logs.collect();
            let theirs = &reference[&(name.into(), scale.to_string())];
            let networks = 1.0 / logs.len() as f64 + 1.0 / NETWORKS_IN_PYTORCH;
            let error = 1.2533 * theirs.standard_deviation * networks.sqrt();
            let distance = median(&logs) - theirs.center;
            assert_abs_diff_eq!(distance, 0.0, epsilon = SIGMAS * error + 1e-5);
            if name != "loss" {
                errors.push(error);
                distances.push(distance / error);
            }
            row.push(significant(10_f64.powf(median(&logs)), 2));
            row.push(significant(10_f64.powf(theirs.center), 2));
        }
        rows.push(row.try_into().expect("seven cells"));
    }
    let header = ["median", "$c=1$", "PyTorch", "$c=2$", "PyTorch", "$c=3$", "PyTorch"];
    snapshot!("depth__medians", table(header, rows));
    let largest = errors.iter().copied().fold(0.0, f64::max);
    let lowest = distances.iter().copied().fold(0.0, f64::min);
    snapshot!(
        "depth__medians_values",
        values([
            ("factor", decimals(10_f64.powf(largest), 1)),
            ("lowest", decimals(-lowest, 1)),
        ])
    );
}

/// The largest over the smallest norm among the weight gradients of layers 2 to 49.
fn flatness(norms: &Norms) -> f64 {
    let hidden = &norms.weight_gradients[1..49];
    let largest = hidden.iter().copied().fold(0.0, f64::max);
    largest / hidden.iter().copied().fold(f64::INFINITY, f64::min)
}

/// Less than one network in a hundred is beyond ten, and 300 others stayed below eleven.
/// That seven of 32 are then has a probability below 10⁻⁷.
#[test]
fn weight_gradients_are_flat_over_the_hidden_layers_at_every_seed_and_scale() {
    let medians = |quantity: fn(&Norms) -> f64| {
        [0, 1, 2].map(|scale| {
            let all = MEASURED.iter().map(|norms| quantity(&norms[scale]));
            median(&all.collect::<Vec<_>>())
        })
    };
    for scale in [0, 1, 2] {
        let all: Vec<_> =
            MEASURED.iter().map(|norms| flatness(&norms[scale])).collect();
        let below_ten = all.iter().filter(|&&ratio| ratio < 10.0).count();
        assert!(5 * below_ten > 4 * all.len(), "scale {}: {all:?}", SCALES[scale]);
        assert!(all.iter().all(|&ratio| ratio < 100.0), "{all:?}");
    }
    let change = medians(|norms| norms.activations()[49] / norms.activations()[1]);
    let [one, two, three] = medians(flatness).map(|median| decimals(median, 1));
    snapshot!(
        "depth__flat_values",
        values([
            ("one", one),
            ("two", two),
            ("three", three),
            ("shrink", significant(change[0], 2)),
            ("keep", significant(change[1], 2)),
            ("grow", significant(change[2], 2)),
        ])
    );
}

/// The first image of each batch alone, at scales 2 and 3.
static ALONE: LazyLock<Vec<[Norms; 2]>> = LazyLock::new(|| {
    let measure = |seed| {
        let batch = DIGITS.sample(IMAGES, seed);
        let image = batch.images.rows(0, 1).into_owned();
        let alone = Batch::new(image, vec![batch.labels[0]]);
        [2.0, 3.0].map(|scale| norms(&network(&widths(), scale, seed), &alone))
    };
    SEEDS.into_par_iter().map(measure).collect()
});

/// The norm of the sum of the rows of `G₅₁`, which is the gradient of a last bias.
fn sum_of_the_rows(scale: f64, seed: u64) -> f64 {
    let batch = DIGITS.sample(IMAGES, seed);
    let logits = network(&widths(), scale, seed).forward(batch.images.clone()).pop();
    let gradient = cross_entropy_gradient(&logits.expect("logits"), &batch.labels);
    gradient.row_sum().norm()
}

/// Medians of what changes from `c = 2` to `c = 3`, over what a fixed gradient of the logits
/// would give. In 300 other networks one in ten was on the other side of 3, each time; that
/// half of 32 are has a probability below 10⁻⁸.
#[test]
fn from_two_to_three_the_level_rises_more_because_gradients_no_longer_cancel() {
    let fixed = 1.5_f64.powf((LAYERS as f64 - 1.0) / 2.0);
    let excess = |two: &Norms, three: &Norms| {
        three.weight_gradients[24] / two.weight_gradients[24] / fixed
    };
    let batch: Vec<_> =
        MEASURED.iter().map(|norms| excess(&norms[1], &norms[2])).collect();
    let alone: Vec<_> =
        ALONE.iter().map(|norms| excess(&norms[0], &norms[1])).collect();
    let (batch, alone) = (median(&batch), median(&alone));
    assert!(batch > 3.0 && alone < 3.0, "{batch} {alone}");
    let norm = |norms: &Norms| norms.activation_gradients[49];
    let norms: Vec<_> =
        MEASURED.iter().map(|norms| norm(&norms[2]) / norm(&norms[1])).collect();
    let sums = (0..8).into_par_iter();
    let sums = sums.map(|seed| sum_of_the_rows(3.0, seed) / sum_of_the_rows(2.0, seed));
    let (norms, sums) = (median(&norms), median(&sums.collect::<Vec<_>>()));
    assert!(norms < 2.0 && sums > 2.0, "{norms} {sums}");
    snapshot!(
        "depth__level_values",
        values([
            ("fixed", significant(fixed, 1)),
            ("batch", decimals(batch, 1)),
            ("alone", decimals(alone, 1)),
            ("norm", decimals(norms, 1)),
            ("sum", decimals(sums, 0)),
        ])
    );
}

/// For one image `‖∂W_ℓ‖` is `‖z_ℓ‖` times the norm of the gradient of what goes into the
/// activation. From layer 1 to 2 the first is multiplied by `c·100/(2·784)` in mean
/// square, the second by `2/c`: together by 100/784. The logarithm of each has the variance
/// of the law, and their drifts cancel but for a part in n. Over the batch and 32 networks
/// the median stays within a third of the root of that.
#[test]
fn the_first_layers_gradient_is_larger_by_about_the_root_of_its_fan_in_over_the_others()
{
    let expected = (PIXELS as f64 / WIDTH as f64).sqrt();
    let log = |norms: &[Norms; 2]| {
        let gradients = &norms[0].weight_gradients;
        2.0 * (gradients[0] / gradients[1]).ln()
    };
    let logs: Vec<_> = ALONE.iter().map(log).collect();
    let error = (2.0 * law(WIDTH).log_moments().1 / logs.len() as f64).sqrt();
    let tolerance = SIGMAS * error + 2.0 / WIDTH as f64;
    assert_abs_diff_eq!(mean(&logs), 2.0 * expected.ln(), epsilon = tolerance);
    let medians = [0, 1, 2].map(|scale| {
        let ratio = |norms: &[Norms; 3]| {
            norms[scale].weight_gradients[0] / norms[scale].weight_gradients[1]
        };
        let median = median(&MEASURED.iter().map(ratio).collect::<Vec<_>>());
        assert_relative_eq!(median, expected, max_relative = 1.0 / 3.0);
        decimals(median, 1)
    });
    let [one, two, three] = medians;
    snapshot!(
        "depth__first_gradient_values",
        values([("one", one), ("two", two), ("three", three)])
    );
}

/// Back through a ReLU layer the log of `‖G‖²` changes by `log(c/2)`, less a drift of up to
/// 0.025 as for the norm itself, and fluctuates by √0.052 a network, as that of one image
/// does, or less. The first step is one through a hundred sums over ten logits, which
/// fluctuates by `√(2/100)` or less, and has no gate.
#[test]
fn activation_gradients_change_by_about_half_the_scale_in_each_step_back() {
    let networks = SEEDS.count() as f64;
    let (drift, variance) = law(WIDTH).log_moments();
    // The step at finite width is not exactly that of the norm: one part in n more.
    let bias = 1.0 / WIDTH as f64;
    for (scale, column) in SCALES.iter().zip(0..) {
        // From `G₅₁` down to `G₂`.
        let steps = |norms: &[Norms; 3]| -> Vec<f64> {
            let gradients = &norms[column].activation_gradients;
            gradients
                .windows(2)
                .rev()
                .map(|pair| 2.0 * (pair[0] / pair[1]).ln())
                .collect()
        };
        let all: Vec<Vec<f64>> = MEASURED.iter().map(steps).collect();
        let steps = (0..LAYERS - 1)
            .map(|i| mean(&all.iter().map(|steps| steps[i]).collect::<Vec<_>>()));
        let steps: Vec<f64> = steps.collect();
        let first = SIGMAS * (2.0 / WIDTH as f64 / networks).sqrt() + 3.0 * bias;
        assert_abs_diff_eq!(steps[0], scale.ln(), epsilon = first);
        let expected = (scale / 2.0).ln() + drift;
        let tolerance = SIGMAS * (variance / networks).sqrt() - drift + bias;
        for &step in &steps[1..] {
            assert_abs_diff_eq!(step, expected, epsilon = tolerance);
        }
        let tolerance = SIGMAS * (48.0 * variance / networks).sqrt() + 48.0 * bias;
        let total: f64 = steps[1..].iter().sum();
        assert_abs_diff_eq!(total, 48.0 * expected, epsilon = tolerance);
    }
}

/// `∂W_ℓ` is `Z_ℓᵀ` times what comes back through the layers above: every weight matrix
/// but its own is a factor. For a fixed gradient of the logits that is exact.
#[test]
fn doubling_all_weights_scales_every_weight_gradient_by_two_to_the_number_of_the_others_bit_for_bit()
 {
    let batch = DIGITS.sample(4, 0);
    let output_gradient = DMatrix::from_fn(4, 10, |image, class| {
        (image * 10 + class) as f64 / 40.0 - 0.5
    });
    let gradients = |scale| {
        let network = network(&widths(), scale, 0);
        let activations = network.forward(batch.images.clone());
        backward(&network, &activations, output_gradient.clone()).collect::<Vec<_>>()
    };
    let pairs = gradients(1.0).into_iter().zip(gradients(4.0));
    for (above, (once, twice)) in (0..).zip(pairs) {
        let others = 2.0_f64.powi(LAYERS as i32 - 1);
        assert_eq!(
            twice.parameters.weight,
            once.parameters.weight * others,
            "{above} layers above"
        );
        assert_eq!(
            twice.output,
            once.output * 2.0_f64.powi(above),
            "{above} layers above"
        );
    }
}

/// Only one weight matrix is doubled here. All is exact in binary.
#[test]
fn doubling_one_layer_doubles_every_weight_gradient_but_its_own_bit_for_bit() {
    const CHANGED: usize = 20;
    let batch = DIGITS.sample(4, 0);
    let output_gradient = DMatrix::from_fn(4, 10, |image, class| {
        (image * 10 + class) as f64 / 40.0 - 0.5
    });
    let once = network(&widths(), 2.0, 0);
    let mut layers = once.layers().to_vec();
    layers[CHANGED - 1].linear.weight *= 2.0;
    let twice = Network::new(layers);
    let of = |network: &Network| {
        let activations = network.forward(batch.images.clone());
        let gradients: Vec<_> =
            backward(network, &activations, output_gradient.clone()).collect();
        (activations, gradients)
    };
    let ((z, gradients), (z_twice, gradients_twice)) = (of(&once), of(&twice));
    let factor = |doubled: bool| if doubled { 2.0 } else { 1.0 };
    // From Z₁ on, and from layer 50 down.
    for (layer, (z, z_twice)) in (1..).zip(z.iter().zip(&z_twice)) {
        assert_eq!(*z_twice, z * factor(layer > CHANGED), "Z of {layer}");
    }
    let layers = (1..=LAYERS).rev();
    for (layer, (once, twice)) in layers.zip(gradients.iter().zip(&gradients_twice)) {
        let (weight, weight_twice) =
            (&once.parameters.weight, &twice.parameters.weight);
        assert!(weight.amax() > 0.0);
        assert_eq!(*weight_twice, weight * factor(layer != CHANGED), "∂W of {layer}");
        let output = &once.output * factor(layer < CHANGED);
        assert_eq!(twice.output, output, "G behind layer {layer}");
    }
}

/// At a scale of 1 and below the logits are so small that softmax is uniform to eight
/// digits: the gradient of the logits is fixed, and levels differ by (c/c')^((L−1)/2).
#[test]
fn the_level_of_the_weight_gradients_goes_as_the_scale_to_half_the_number_of_the_other_layers()
 {
    let batch = DIGITS.sample(IMAGES, 0);
    let small = norms(&network(&widths(), 0.5, 0), &batch).weight_gradients;
    let expected = 2.0_f64.powf((LAYERS as f64 - 1.0) / 2.0);
    for (one, half) in MEASURED[0][0].weight_gradients.iter().zip(small) {
        assert_relative_eq!(one / half, expected, max_relative = 1e-6);
    }
}

/// Sixteen networks of each kind, with 64 images each.
fn few_norms(make: &(dyn Fn(u64) -> Network + Sync)) -> Vec<Norms> {
    let measure = |seed| norms(&make(seed), &DIGITS.sample(64, seed));
    (0..16).into_par_iter().map(measure).collect()
}

#[test]
fn early_weight_gradients_can_vanish_without_positive_homogeneity_or_with_biases() {
    let early_against_late = |norms: &[Norms]| -> Vec<f64> {
        let gradients = norms.iter().map(|norms| &norms.weight_gradients);
        gradients.map(|gradients| gradients[1] / gradients[48]).collect()
    };
    let of =
        |make: &(dyn Fn(u64) -> Network + Sync)| early_against_late(&few_norms(make));
    let relu = of(&|seed| network(&widths(), 2.0, seed));
    let biases = of(&|seed| network_with_biases(&widths(), 2.0, seed));
    let sigmoids = of(&|seed| network_of_sigmoids(&widths(), 1.0, seed));
    let large_sigmoids = of(&|seed| network_of_sigmoids(&widths(), 100.0, seed));
    let defaults = few_norms(&|seed| network_of_pytorch(&widths(), seed));
    let pytorch = early_against_late(&defaults);
    assert!(pytorch.iter().chain(&sigmoids).all(|&ratio| ratio < 1e-10));
    // Logarithms to base ten with deviations of 0.4 or less around what is shown.
    assert!(relu.iter().chain(&biases).all(|&ratio| ratio > 1e-3));
    assert!(large_sigmoids.iter().all(|&ratio| ratio > 1e-5));
    // PyTorch's gradient keeps a sixth of its square in each step back, up to the tolerances
    // of the test above.
    let step = |norms: &Norms| {
        let gradients = &norms.activation_gradients;
        2.0 * (gradients[0] / gradients[48]).ln() / 48.0
    };
    let steps: Vec<f64> = defaults.iter().map(step).collect();
    let (drift, variance) = law(WIDTH).log_moments();
    let error = (variance / 48.0 / steps.len() as f64).sqrt();
    let tolerance = SIGMAS * error - drift + 1.0 / WIDTH as f64;
    assert_abs_diff_eq!(mean(&steps), (1.0 / 6.0_f64).ln(), epsilon = tolerance);
    let shown = |ratios: &[f64]| significant(median(ratios), 1);
    snapshot!(
        "depth__counterexample_values",
        values([
            ("relu", shown(&relu)),
            ("biases", shown(&biases)),
            ("pytorch", shown(&pytorch)),
            ("sigmoids", shown(&sigmoids)),
            ("large_sigmoids", shown(&large_sigmoids)),
        ])
    );
}

/// A layer without biases keeps a sixth of the square at `c = ⅓`, and 49 of them less than
/// 10⁻³⁷. A layer's biases give `v = v/6 + 1/300` for the mean square of what goes into a
/// ReLU, 0.004, hence a norm of √0.2 behind it, within a factor of two.
#[test]
fn with_pytorchs_weights_biases_alone_keep_the_activations_and_all_images_get_one_output()
 {
    let images = DIGITS.sample(16, 0).images;
    let last = |network: Network| {
        let mut activations = network.forward(images.clone());
        let logits = activations.pop().expect("logits");
        (activations.pop().expect("the last hidden layer"), logits)
    };
    // How far the images' logits lie apart, relative to their size.
    let apart = |logits: &DMatrix<f64>| {
        let differences = logits.row_iter().map(|row| (row - logits.row(0)).amax());
        differences.fold(0.0, f64::max) / logits.amax()
    };
    for seed in 0..8 {
        let (hidden, logits) = last(network_of_pytorch(&widths(), seed));
        let norm = root_mean_square(&image_norms(&hidden));
        assert!(norm > 0.2_f64.sqrt() / 2.0 && norm < 0.2_f64.sqrt() * 2.0, "{norm}");
        assert!(apart(&logits) < 1e-12, "equal but for rounding");
        let (hidden, _) = last(network(&widths(), 1.0 / 3.0, seed));
        assert!(root_mean_square(&image_norms(&hidden)) < 1e-15);
        let (_, logits) = last(network_of_pytorch(&[PIXELS, WIDTH, WIDTH, 10], seed));
        assert!(apart(&logits) > 0.01);
    }
}

static GEOMETRY: LazyLock<Vec<Geometry>> = LazyLock::new(|| {
    let measure =
        |seed| geometry(&network(&widths(), 2.0, seed), &DIGITS.sample(IMAGES, seed));
    SEEDS.into_par_iter().map(measure).collect()
});

/// The shares are skewed. Were they as skewed as an exponential variable, the mean of 32
/// would miss by eight standard errors once in 10⁷ times.
const SKEWED: f64 = 8.0;

#[test]
fn he_keeps_the_norm_and_loses_the_angles_and_the_units_as_in_pytorch() {
    let reference = reference();
    let check = |name: String, values: Vec<f64>| {
        let theirs = &reference[&(name.clone(), "2".to_owned())];
        let error = theirs.standard_deviation
            * (1.0 / values.len() as f64 + 1.0 / NETWORKS_IN_PYTORCH).sqrt();
        assert_abs_diff_eq!(mean(&values), theirs.center, epsilon = SKEWED * error);
        decimals(mean(&values), 2)
    };
    let pick = |layer: usize| -> (Vec<f64>, Vec<f64>) {
        let cosine =
            GEOMETRY.iter().map(|geometry| geometry.cosine[layer - 1]).collect();
        let dead = GEOMETRY.iter().map(|geometry| geometry.dead[layer - 1]).collect();
        (cosine, dead)
    };
    let infinite: Vec<f64> =
        iter::successors(Some(mean(&pick(1).0)), |&cosine| Some(arc_cosine(cosine)))
            .take(50)
            .collect();
    let row = |layer: usize| {
        let (cosine, dead) = pick(layer);
        let cosine = check(format!("cosine_{layer}"), cosine);
        let dead = if [2, 26, 50].contains(&layer) {
            check(format!("dead_{layer}"), dead)
        } else {
            decimals(mean(&dead), 2)
        };
        [format!("$Z_{{{layer}}}$"), cosine, decimals(infinite[layer - 1], 2), dead]
    };
    snapshot!(
        "depth__geometry",
        table(
            ["layer", "mean cosine", "map of the mean, infinite width", "dead units"],
            [2, 11, 26, 50].map(row)
        )
    );
    snapshot!(
        "depth__geometry_values",
        values([("input", check("cosine_1".into(), pick(1).0))])
    );
}

#[test]
fn scaling_the_weights_changes_neither_angles_nor_dead_units() {
    let batch = DIGITS.sample(64, 0);
    let [once, twice] =
        [1.0, 4.0].map(|scale| geometry(&network(&widths(), scale, 0), &batch));
    assert_eq!(once.dead, twice.dead);
    for (once, twice) in once.cosine.iter().zip(&twice.cosine) {
        assert_abs_diff_eq!(once, twice, epsilon = 1e-13);
    }
}

/// `(2/π) ∫ cos θ cos(θ − φ) dθ` over the angles where both cosines are positive.
#[test]
fn the_arc_cosine_map_is_the_integral_over_directions_that_both_inputs_activate() {
    for cosine in [-0.9, -0.3, 0.0, 0.4, 0.8, 0.99] {
        let angle = f64::acos(cosine);
        let both = integral(
            |theta| theta.cos() * (theta - angle).cos(),
            angle - PI / 2.0,
            PI / 2.0,
            200,
        );
        assert_abs_diff_eq!(arc_cosine(cosine), 2.0 / PI * both, epsilon = 1e-9);
    }
    assert_eq!(arc_cosine(1.0), 1.0);
}

#[test]
fn the_arc_cosine_map_raises_every_cosine_below_one() {
    let grid = (0..2000).map(|i| f64::from(i) / 1000.0 - 1.0);
    assert!(grid.into_iter().all(|cosine| arc_cosine(cosine) > cosine));
}

/// Differences over `h = 10⁻⁵` are off by `h²/6` times a third derivative, below 200 here,
/// and by 10⁻¹¹ of rounding.
#[test]
fn the_slope_of_the_arc_cosine_map_grows_from_zero_to_one_so_that_the_map_is_convex() {
    let slope = |cosine: f64| 1.0 - cosine.acos() / PI;
    for cosine in [-0.99, -0.7, -0.1, 0.0, 0.3, 0.8, 0.99] {
        let difference = (arc_cosine(cosine + 1e-5) - arc_cosine(cosine - 1e-5)) / 2e-5;
        assert_abs_diff_eq!(difference, slope(cosine), epsilon = 1e-8);
    }
    let grid: Vec<f64> =
        (0..=2000).map(|i| slope(f64::from(i) / 1000.0 - 1.0)).collect();
    assert!(grid.windows(2).all(|pair| pair[0] < pair[1]));
    assert_eq!((grid[0], grid[2000]), (0.0, 1.0));
}

#[test]
fn images_of_one_direction_leave_half_of_the_units_dead_and_the_others_on_for_all() {
    const UNITS: usize = 2000;
    let image = DIGITS.sample(1, 0).images;
    let images =
        DMatrix::from_fn(8, PIXELS, |row, pixel| (1.0 + row as f64) * image[pixel]);
    let layer = network(&[PIXELS, UNITS, 10], 2.0, 0);
    let hidden = layer.forward(images).swap_remove(1);
    let on = hidden.column_iter().map(|unit| unit.iter().filter(|&&z| z > 0.0).count());
    let on: Vec<usize> = on.collect();
    assert!(on.iter().all(|&count| count == 0 || count == 8));
    assert_share(on.iter().filter(|&&count| count == 0).count(), UNITS, 0.5);
}

/// The largest logit has the median 10⁴, and a logarithm to base ten with the deviation 0.4:
/// one network in ten thousand stays in range. The page shows the first.
#[test]
fn at_scale_three_a_plain_softmax_overflows_and_the_stable_one_does_not() {
    let overflows = |seed: &u64| {
        let batch = DIGITS.sample(16, *seed);
        let activations = network(&widths(), 3.0, *seed).forward(batch.images.clone());
        let logits = &activations[LAYERS];
        let losses = cross_entropy(logits, &batch.labels);
        assert!(losses.iter().all(|loss| loss.is_finite()));
        let plain = |image: nalgebra::RowDVector<f64>| image.map(f64::exp).sum().ln();
        let overflowing =
            logits.row_iter().any(|row| plain(row.into_owned()).is_infinite());
        assert_eq!(overflowing, logits.max() > f64::MAX.ln());
        overflowing
    };
    assert!((7..15).filter(overflows).count() > 4);
    let batch = DIGITS.sample(IMAGES, 7);
    let largest = network(&widths(), 3.0, 7).forward(batch.images)[LAYERS].max();
    snapshot!(
        "depth__overflow_values",
        values([
            ("limit", decimals(f64::MAX.ln(), 2)),
            ("logit", significant(largest, 2))
        ])
    );
}

/// Against the plain formula where that works, and against a shift that no `exp`
/// survives.
#[test]
fn the_stable_log_sum_exp_is_the_logarithm_of_the_sum() {
    let z = [0.3, -1.2, 2.5, 0.0];
    let plain = z.iter().map(|z| f64::exp(*z)).sum::<f64>().ln();
    assert_relative_eq!(log_sum_exp(&z), plain, max_relative = 1e-15);
    // 4096 is a power of two: adding it rounds to 2⁻⁴⁰.
    assert_abs_diff_eq!(
        log_sum_exp(&z.map(|z| z + 4096.0)),
        plain + 4096.0,
        epsilon = 2.0_f64.powi(-39)
    );
    assert_eq!(log_sum_exp(&[]), f64::NEG_INFINITY);
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let network = network(&widths(), 2.0, 7);
    let batch = DIGITS.sample(IMAGES, 7);
    let with_threads = |threads| {
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("a thread pool");
        pool.install(|| norms(&network, &batch))
    };
    assert_eq!(with_threads(1), with_threads(4));
}

#[test]
fn every_norm_is_that_of_its_layer() {
    let network = network(&[PIXELS, 30, 20, 10], 2.0, 7);
    let batch = DIGITS.sample(IMAGES, 7);
    let activations = network.forward(batch.images.clone());
    let loss_gradient = cross_entropy_gradient(&activations[3], &batch.labels);
    let measured = norms(&network, &batch);
    // The root mean square over 256 images is the Frobenius norm over 16.
    for (rms, z) in measured.activations().iter().zip(&activations) {
        assert_relative_eq!(*rms, z.norm() / 16.0, max_relative = 1e-14);
    }
    let gradients: Vec<_> =
        backward(&network, &activations, loss_gradient.clone()).collect();
    assert_eq!(gradients[0].output, loss_gradient);
    for (layer, gradient) in (0..3).rev().zip(gradients) {
        assert_eq!(measured.activation_gradients[layer], gradient.output.norm());
        assert_eq!(measured.weight_gradients[layer], gradient.parameters.weight.norm());
        assert_eq!(
            gradient.parameters.weight.shape(),
            network.layers()[layer].linear.weight.shape()
        );
    }
    assert_eq!(measured.loss, mean(&cross_entropy(&activations[3], &batch.labels)));
}

#[test]
fn a_first_layer_with_the_fan_in_of_the_others_multiplies_the_activations_of_all_layers()
 {
    let images = DIGITS.sample(4, 0).images;
    let factor = (PIXELS as f64 / WIDTH as f64).sqrt();
    let own = network(&widths(), 2.0, 0);
    let mut layers = own.layers().to_vec();
    layers[0].linear.weight *= factor;
    let as_if_hidden = Network::new(layers).forward(images.clone());
    for (larger, z) in as_if_hidden.iter().zip(own.forward(images)).skip(1) {
        // Rounding in 50 layers, as above.
        assert_relative_eq!(*larger, z * factor, max_relative = 1e-9, epsilon = 1e-12);
    }
    snapshot!(
        "depth__first_layer_values",
        values([("factor", decimals(factor, 1)), ("drop", decimals(1.0 / factor, 2))])
    );
}

#[test]
fn the_cosine_of_a_batch_counts_every_pair_once() {
    let batch = DIGITS.sample(5, 0);
    let z = &batch.images;
    let mut cosines = Vec::new();
    for i in 0..5 {
        for j in 0..i {
            cosines.push(z.row(i).dot(&z.row(j)) / (z.row(i).norm() * z.row(j).norm()));
        }
    }
    let measured = geometry(&network(&[PIXELS, 10], 2.0, 0), &batch);
    assert_abs_diff_eq!(measured.cosine[0], mean(&cosines), epsilon = 1e-14);
}

#[test]
fn an_image_that_dies_is_left_out_of_the_cosine() {
    let images = nalgebra::dmatrix![1.0, 0.0; 0.0, 0.0; 1.0, 1.0];
    let batch = Batch::new(images, vec![0, 0, 0]);
    let measured = geometry(&network(&[2, 2], 2.0, 0), &batch);
    assert_abs_diff_eq!(measured.cosine[0], 0.5_f64.sqrt(), epsilon = 1e-15);
    assert_eq!(measured.dead[0], 0.0);
}
