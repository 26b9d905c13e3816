//! What the chapter on depth says.

#[path = "support/experiment.rs"]
mod experiment;
mod support;

use std::f64::consts::PI;
use std::iter;
use std::sync::LazyLock;

use approx::{assert_abs_diff_eq, assert_relative_eq};
use descent::backpropagation::{backward, cross_entropy_gradient};
use descent::depth::{
    Geometry, Norms, arc_cosine, geometry, image_norms, mean_growth, network,
    network_of_pytorch, network_of_sigmoids, network_with_biases, norms,
    root_mean_square,
};
use descent::initialization::uniform;
use descent::mnist::PIXELS;
use descent::network::{Activation, Batch, Network, cross_entropy, log_sum_exp};
use descent::norm_law::band;
use experiment::{
    DIGITS, LAYERS, NETWORKS_IN_PYTORCH, SEEDS, WIDTH, law, reference, widths,
};
use nalgebra::DMatrix;
use rand::RngExt;
use rand_distr::StandardNormal;
use rayon::ThreadPoolBuilder;
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use support::statistics::{SIGMAS, assert_share, integral, mean, median};
use support::{decimals, significant, table, values};

const SCALES: [f64; 3] = [1.0, 2.0, 3.0];
const IMAGES: usize = 256;

/// The experiment of the book at every seed and scale: `MEASURED[seed][scale]`.
static MEASURED: LazyLock<Vec<[Norms; 3]>> = LazyLock::new(|| {
    let measure = |seed| {
        let batch = DIGITS.sample(IMAGES, seed);
        SCALES.map(|scale| norms(&network(&widths(), scale, seed), &batch))
    };
    SEEDS.into_par_iter().map(measure).collect()
});

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

/// By the formula, and measured in small networks. The relative variance of the measured growth is
/// the product of `1 + 5/m` over the ReLU layers and of `1 + 2/m` for the last, less 1.
#[test]
fn the_mean_growth_does_not_depend_on_the_widths_in_between() {
    const NETWORKS: u64 = 20_000;
    for scale in [1.0, 2.0, 3.0] {
        let growth = |widths: &[usize]| {
            let layers = widths.windows(2);
            // The last layer has no ReLU, which would take half.
            2.0 * layers.map(|n| mean_growth(scale, n[0], n[1])).product::<f64>()
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
            // Of the law: the root of (c/2)⁴⁸.
            ("root_one", significant(0.5_f64.powi(24), 1)),
            ("root_three", significant(1.5_f64.powi(24), 2)),
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

/// The norm of the sum of the rows of `∂Z₅₁`, which is the gradient of a last bias.
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

/// For one image `‖∂W_i‖` is `‖z_i‖` times the norm of the gradient of what goes into the
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

/// Back through a ReLU layer the log of `‖∂Z‖²` changes by `log(c/2)`, less a drift of up to
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
        // From `∂Z₅₁` down to `∂Z₂`.
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

/// `∂W_i` is `Z_iᵀ` times what comes back through the layers above: every weight matrix
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
        assert_eq!(twice.output, output, "∂Z behind layer {layer}");
    }
}

/// At a scale of 1 and below the logits are so small that softmax is uniform to eight
/// digits: the gradient of the logits is fixed, and levels differ by (c/c')^((D−1)/2).
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
        values([
            ("input", check("cosine_1".into(), pick(1).0)),
            ("last", decimals(mean(&pick(50).0), 2)),
            ("dead", decimals(100.0 * mean(&pick(50).1), 0)),
        ])
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

/// `(2/π) ∫ cos ϑ cos(ϑ − ψ) dϑ`, over the directions ϑ where both cosines are positive.
#[test]
fn the_arc_cosine_map_is_the_integral_over_directions_that_both_inputs_activate() {
    for cosine in [-0.9, -0.3, 0.0, 0.4, 0.8, 0.99] {
        let angle = f64::acos(cosine);
        let both = integral(
            |direction| direction.cos() * (direction - angle).cos(),
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
