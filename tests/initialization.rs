//! What the chapter on initialization says.

mod support;

use std::f64::consts::{LN_2, LN_10, PI};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use approx::{assert_abs_diff_eq, assert_relative_eq};
use descent::adam::Adam;
use descent::backpropagation::{backward, cross_entropy_gradient, loss_and_gradient};
use descent::depth::root_mean_square;
use descent::gradient_check::numerical_gradient;
use descent::gradient_descent::{GradientDescent, Optimizer, minimize};
use descent::initialization::{
    Biases, WeightsInARow, after_one_epoch, constant, density_of_sum, descend, entropy,
    glorot, he, leaky_he, normal, pytorch_default, shares, uniform, weights_that_learn,
    with_biases, xavier,
};
use descent::linear_layer::Linear;
use descent::mnist::{Digits, PIXELS, Split, read_labels};
use descent::network::{Activation, Batch, LEAKY_SLOPE, Layer, Network, cross_entropy};
use descent::newton::{Smooth, jacobian};
use descent::objective::loss;
use nalgebra::{DMatrix, DVector, RowDVector, dmatrix, dvector};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use rand_distr::StandardNormal;
use rayon::prelude::*;
use support::statistics::{
    SIGMAS, assert_share, bernstein, integral, mean, standard_deviation,
};
use support::{ROUNDING, decimals, grouped, significant, table, values};

fn rng() -> ChaCha8Rng {
    support::rng(0)
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/mnist")
}

static DIGITS: LazyLock<Digits> = LazyLock::new(|| {
    Digits::read(&folder(), Split::Test).expect("the digits of the repository")
});

fn zeros(fan_in: usize, fan_out: usize) -> Linear {
    constant(fan_in, fan_out, 0.0)
}

fn output(network: &Network, batch: &Batch) -> DMatrix<f64> {
    network.forward(batch.images.clone()).pop().expect("an output")
}

fn gaussian(rows: usize, columns: usize, rng: &mut ChaCha8Rng) -> DMatrix<f64> {
    normal(rows, columns, 1.0, rng).weight
}

// Zero weights.

/// Three weight matrices, no biases, and six inputs. Of a dozen ReLUs not all are off for
/// all six: each is with a probability of about a tenth.
fn three_layers(hidden: Activation) -> (Network, Batch) {
    let mut rng = rng();
    let inputs = gaussian(6, 5, &mut rng);
    let network = Network::with_widths(&[5, 12, 12, 3], hidden, |fan_in, fan_out| {
        normal(fan_in, fan_out, he(fan_in), &mut rng)
    });
    (network, Batch::new(inputs, vec![0, 1, 2, 0, 1, 1]))
}

/// The network with some of its weights and biases changed.
fn changed(network: &Network, change: impl Fn(usize, &mut Linear)) -> Network {
    let mut layers = network.layers().to_vec();
    for (i, layer) in layers.iter_mut().enumerate() {
        change(i, &mut layer.linear);
    }
    Network::new(layers)
}

fn with_zero(network: &Network, zero: &[usize]) -> Network {
    changed(network, |i, linear| {
        if zero.contains(&i) {
            linear.weight.fill(0.0);
        }
    })
}

/// What the formulas say of `W_{i+1} = 0` in a network without biases: the gradients
/// before it have the factor `W`, those after it the factor `σ(0)`, and its own, unless
/// it is the last, `σ'(0)`.
fn predicted(zero: usize, activation: Activation) -> Vec<bool> {
    let (value, derivative) = match activation {
        Activation::Relu => (0.0, 0.0),
        Activation::Sigmoid => (0.5, 0.25),
        Activation::LeakyRelu => (0.0, LEAKY_SLOPE),
        Activation::Tanh | Activation::Identity => (0.0, 1.0),
    };
    (0..3)
        .map(|j| j == zero && (j == 2 || derivative != 0.0) || j > zero && value != 0.0)
        .collect()
}

const HIDDEN: [Activation; 3] =
    [Activation::Relu, Activation::Tanh, Activation::Sigmoid];

/// The sets of three layers, from the empty one to that of all.
fn subsets() -> impl Iterator<Item = Vec<usize>> {
    (0..8).map(|set| (0..3).filter(|i| set >> i & 1 == 1).collect())
}

/// With several zeros a gradient lives if each of them lets it.
#[test]
fn the_rules_for_one_zero_matrix_hold_for_each_of_several() {
    for hidden in HIDDEN.into_iter().chain([Activation::LeakyRelu]) {
        let (network, batch) = three_layers(hidden);
        for zero in subsets() {
            let learn = weights_that_learn(&with_zero(&network, &zero), &batch);
            for (j, &learns) in learn.iter().enumerate() {
                let expected = zero.iter().all(|&i| predicted(i, hidden)[j]);
                assert_eq!(learns, expected, "{hidden:?} {zero:?} {j}");
            }
        }
    }
}

#[test]
fn two_zero_matrices_stop_every_weight_gradient_if_sigma_of_zero_is_zero() {
    for zero in subsets().filter(|zero| zero.len() >= 2) {
        let learn = |hidden, bias| {
            let (network, batch) = three_layers(hidden);
            let network = changed(&with_zero(&network, &zero), |_, linear| {
                linear.bias.fill(bias);
            });
            weights_that_learn(&network, &batch)
        };
        for hidden in [Activation::Relu, Activation::LeakyRelu, Activation::Tanh] {
            assert_eq!(learn(hidden, 0.0), [false; 3], "{hidden:?} {zero:?}");
            // Neither hypothesis can be left out.
            assert_ne!(learn(hidden, 1.0), [false; 3], "{hidden:?} {zero:?}");
        }
        assert_ne!(learn(Activation::Sigmoid, 0.0), [false; 3], "{zero:?}");
    }
}

#[test]
fn a_zero_matrix_stops_the_gradients_before_it_and_what_else_depends_on_the_activation()
{
    let cases: [(&str, &[usize]); 4] =
        [("$W_1$", &[0]), ("$W_2$", &[1]), ("$W_3$", &[2]), ("all", &[0, 1, 2])];
    let rows = cases.map(|(name, zero)| {
        let cells = HIDDEN.map(|hidden| {
            let (network, batch) = three_layers(hidden);
            let learn = weights_that_learn(&with_zero(&network, zero), &batch);
            for (j, &learns) in learn.iter().enumerate() {
                assert_eq!(learns, zero.iter().all(|&i| predicted(i, hidden)[j]));
            }
            let cells = learn.iter().map(|&learns| if learns { "×" } else { "0" });
            cells.collect::<Vec<_>>().join(" ")
        });
        let [relu, tanh, sigmoid] = cells;
        [name.into(), relu, tanh, sigmoid]
    });
    snapshot!("initialization__zero", table(["zero", "ReLU", "tanh", "sigmoid"], rows));
}

/// Centred differences with step 10⁻⁵ are off by about 10⁻¹⁰. Behind zero weights a ReLU
/// is on its kink, where differences mean nothing; with biases of −0.01 it is as dead as by
/// our convention, and differences of 10⁻⁵ do not reach the kink. (At the last layer there
/// is none behind the zero weights, and nothing else moves the loss.)
#[test]
fn differences_find_the_same_zeros() {
    for (hidden, bias) in
        [(Activation::Relu, -0.01), (Activation::Tanh, 0.0), (Activation::Sigmoid, 0.0)]
    {
        for zero in [&[0][..], &[1], &[2], &[0, 1, 2]] {
            let (network, batch) = three_layers(hidden);
            let network = with_zero(&network, zero);
            let learn = weights_that_learn(&network, &batch);
            let network = changed(&network, |i, linear| {
                linear.bias.fill(if i < 2 { bias } else { 0.0 });
            });
            let at =
                |theta: &DVector<f64>| loss(&network.with_parameters(theta), &batch);
            let gradient = numerical_gradient(at, &network.parameters(), 1e-5);
            let gradients = network.with_parameters(&gradient);
            for (layer, learns) in gradients.layers().iter().zip(learn) {
                let largest = layer.linear.weight.amax();
                assert!(if learns { largest > 1e-6 } else { largest < 1e-9 });
            }
        }
    }
}

/// By hand: `z₂ = tanh 2`, `∂a₂ = 3 ∂a₃`. The last of the three weights leads to the first of two
/// logits, whose gradient is ½ for two equal logits and the label 1.
#[test]
fn a_zero_in_the_middle_of_three_tanh_units_leaves_only_its_own_gradient() {
    let layer = |weight, activation| Layer {
        linear: Linear::new(weight, RowDVector::zeros(1)),
        activation,
    };
    let last = Linear::new(dmatrix![3.0, 0.0], RowDVector::zeros(2));
    let network = Network::new(vec![
        layer(dmatrix![2.0], Activation::Tanh),
        layer(dmatrix![0.0], Activation::Tanh),
        Layer { linear: last, activation: Activation::Identity },
    ]);
    let z = network.forward(dmatrix![1.0]);
    assert_eq!((z[1][0], z[2][0]), (2.0_f64.tanh(), 0.0));
    let logit_gradient = cross_entropy_gradient(&z[3], &[1]);
    let arriving = logit_gradient[0];
    assert_eq!(arriving, 0.5);
    let gradients: Vec<_> = backward(&network, &z, logit_gradient).collect();
    let [third, second, first] = &gradients[..] else { panic!("three layers") };
    assert_eq!(third.parameters.weight[0], 0.0);
    // What comes back to the output of the second unit, and to that of the first.
    assert_eq!(second.output[0], 3.0 * arriving);
    assert_eq!(first.output[0], 0.0);
    let own = second.parameters.weight[0];
    assert_relative_eq!(
        own,
        3.0 * 2.0_f64.tanh() * arriving,
        max_relative = 4.0 * ROUNDING
    );
    assert_eq!(first.parameters.weight[0], 0.0);
}

#[test]
fn behind_a_zero_matrix_relus_stay_dead_and_tanh_recovers_after_one_step() {
    for (hidden, after) in
        [(Activation::Relu, [false; 3]), (Activation::Tanh, [true; 3])]
    {
        let (network, batch) = three_layers(hidden);
        let mut network = with_zero(&network, &[1]);
        for _ in 0..10 {
            descend(&mut network, &batch, 0.1, 1).expect("a step size");
            assert_eq!(weights_that_learn(&network, &batch), after);
        }
    }
}

#[test]
fn a_positive_bias_behind_a_zero_matrix_wakes_it_and_all_after_it() {
    let (network, batch) = three_layers(Activation::Relu);
    let network = changed(&with_zero(&network, &[1]), |i, linear| {
        linear.bias.fill(if i == 1 { 1.0 } else { 0.0 });
    });
    assert_eq!(weights_that_learn(&network, &batch), [false, true, true]);
}

/// What learns with this hidden bias, for each of the four rows of the first table. The
/// same marks stand there.
fn learning_with(hidden: Activation, bias: f64) -> [String; 4] {
    [&[0][..], &[1], &[2], &[0, 1, 2]].map(|zero| {
        let (network, batch) = three_layers(hidden);
        let network = changed(&with_zero(&network, zero), |i, linear| {
            linear.bias.fill(if i < 2 { bias } else { 0.0 });
        });
        let learn = weights_that_learn(&network, &batch);
        let marks = learn.iter().map(|&learns| if learns { "×" } else { "0" });
        marks.collect::<Vec<_>>().join(" ")
    })
}

/// With `W_i = 0` the ReLUs behind it put out their bias and have the derivative 1, or 0
/// and 0: as a sigmoid at 0 does, or as a ReLU at 0.
#[test]
fn hidden_biases_above_zero_make_the_relus_zeros_those_of_the_sigmoid_and_below_change_none()
 {
    let relu = |bias| learning_with(Activation::Relu, bias);
    for bias in [0.1, 0.01, 1.0] {
        assert_eq!(relu(bias), learning_with(Activation::Sigmoid, 0.0), "{bias}");
    }
    // Small enough to leave units on where the weights are not zero.
    for bias in [-0.1, -0.01] {
        assert_eq!(relu(bias), relu(0.0), "{bias}");
    }
    assert_eq!(relu(0.1), ["× × ×", "0 × ×", "0 0 ×", "0 0 ×"]);
    assert_eq!(relu(0.0), ["0 0 0", "0 0 0", "0 0 ×", "0 0 0"]);
}

/// With all weights zero every image has one hidden row `z`, and `∂W₃` is `zᵀ(ŷ − ȳ)` with
/// `ŷ` the softmax of the zero logits, up to rounding of a sum over six images.
#[test]
fn with_all_weights_zero_the_last_gradient_is_zero_where_the_classes_are_equally_frequent()
 {
    let (network, batch) = three_layers(Activation::Relu);
    let awake = changed(&with_zero(&network, &[0, 1, 2]), |i, linear| {
        linear.bias.fill(if i < 2 { 0.1 } else { 0.0 });
    });
    let last = |labels: &[usize]| {
        let batch = Batch::new(batch.images.clone(), labels.to_vec());
        let (_, gradient) = loss_and_gradient(&awake, &batch);
        awake.with_parameters(&gradient).layers()[2].linear.weight.clone()
    };
    for labels in [[0, 1, 2, 0, 1, 1], [2, 2, 2, 1, 2, 2], [0, 1, 2, 2, 1, 0]] {
        let error = shares(&labels, 3).map(|share| 1.0 / 3.0 - share);
        let expected = DVector::from_element(12, 0.1) * &error;
        assert_abs_diff_eq!(last(&labels), expected, epsilon = 20.0 * ROUNDING);
    }
}

#[test]
fn with_a_zero_last_layer_the_loss_starts_at_log_classes_and_from_the_second_step_all_learn()
 {
    let batch = DIGITS.sample(100, 0);
    let mut rng = rng();
    let network =
        Network::with_widths(&[PIXELS, 30, 30, 10], Activation::Relu, |n, m| {
            normal(n, m, if m == 10 { 0.0 } else { he(n) }, &mut rng)
        });
    let mut trained = network.clone();
    let losses = descend(&mut trained, &batch, 0.1, 1).expect("a step size");
    // A sum of ten ones, its logarithm, and the sum over the batch.
    assert_relative_eq!(losses[0], LN_10, max_relative = 120.0 * ROUNDING);
    assert_eq!(weights_that_learn(&network, &batch), [false, false, true]);
    assert_eq!(weights_that_learn(&trained, &batch), [true; 3]);
}

/// The loss of one layer is convex, its curvature along any direction at most half the
/// mean of `‖x‖² + 1`: below 2 over that every step goes down.
#[test]
fn one_layer_learns_from_zero() {
    const STEPS: usize = 100;
    let batch = DIGITS.sample(256, 0);
    let square = batch.images.norm_squared() / batch.len() as f64;
    let step_size = 1.0 / (0.5 * (square + 1.0));
    let mut network = Network::with_widths(&[PIXELS, 10], Activation::Identity, zeros);
    assert_eq!(weights_that_learn(&network, &batch), [true]);
    let losses = descend(&mut network, &batch, step_size, STEPS).expect("a step size");
    assert!(losses.windows(2).all(|pair| pair[1] < pair[0]));
    let last = loss(&network, &batch);
    assert!(last < LN_10 / 2.0, "{last}");
    snapshot!(
        "initialization__one_layer",
        values([("steps", STEPS.to_string()), ("loss", decimals(last, 2))])
    );
}

/// Shares of ½, ¼, 0 and ¼.
#[test]
fn a_class_that_does_not_occur_adds_nothing_to_the_entropy() {
    let labels = [0, 3, 0, 1];
    assert_eq!(shares(&labels, 4), RowDVector::from_vec(vec![0.5, 0.25, 0.0, 0.25]));
    assert_relative_eq!(entropy(&labels), 1.5 * LN_2, max_relative = 4.0 * ROUNDING);
}

/// Gradient descent on logits that are the same for every image: `log Σ exp(b) − ȳ b`,
/// with the gradient `softmax(b) − ȳ`. Gives the losses and the last `b`.
fn last_bias_alone(
    shares: &RowDVector<f64>,
    step_size: f64,
    steps: usize,
) -> (Vec<f64>, RowDVector<f64>) {
    let mut b = RowDVector::zeros(10);
    let losses = (0..steps).map(|_| {
        let exponentials = b.map(f64::exp);
        let loss = exponentials.sum().ln() - shares.dot(&b);
        b -= step_size * (&exponentials / exponentials.sum() - shares);
        loss
    });
    (losses.collect(), b)
}

fn mnist_from_zero() -> Network {
    Network::with_widths(&[PIXELS, 100, 10], Activation::Relu, zeros)
}

/// Both runs round sums of a hundred terms below 1, and a step takes at most the whole
/// error of the last one along.
#[test]
fn from_zero_only_the_last_bias_moves_and_the_images_play_no_part() {
    const STEPS: usize = 30;
    let batch = DIGITS.sample(100, 0);
    let (alone, bias) = last_bias_alone(&shares(&batch.labels, 10), 1.0, STEPS);
    let tolerance = 100.0 * STEPS as f64 * ROUNDING;
    for widths in [&[PIXELS, 100, 10][..], &[PIXELS, 20, 20, 10]] {
        let start = Network::with_widths(widths, Activation::Relu, zeros);
        let mut network = start.clone();
        let losses = descend(&mut network, &batch, 1.0, STEPS).expect("a step size");
        let (last, hidden) = network.layers().split_last().expect("layers");
        assert_eq!(hidden, &start.layers()[..hidden.len()]);
        assert_eq!(last.linear.weight.amax(), 0.0);
        assert_abs_diff_eq!(last.linear.bias, bias, epsilon = tolerance);
        for (loss, alone) in losses.iter().zip(&alone) {
            assert_abs_diff_eq!(*loss, *alone, epsilon = tolerance);
        }
    }
}

/// Near the optimum the curvature is `diag(ȳ) − ȳᵀȳ`, between the smallest and the
/// largest share: at a step size of 5 less than `1 − 5 · 0.09` of the distance is left
/// after each step.
#[test]
fn the_full_training_set_from_zero_stalls_at_the_entropy_of_its_labels() {
    const STEP_SIZE: f64 = 5.0;
    const STEPS: usize = 60;
    let path = folder().join("train-labels-idx1-ubyte.gz");
    let file = File::open(&path).expect("the labels of the repository");
    let labels: Vec<usize> = read_labels(&path, file)
        .expect("labels")
        .into_iter()
        .map(usize::from)
        .collect();
    let shares = shares(&labels, 10);
    assert!(shares.min() > 0.09 && shares.max() < 0.113);
    let (losses, bias) = last_bias_alone(&shares, STEP_SIZE, STEPS);
    assert_abs_diff_eq!(losses[0], LN_10, epsilon = 10.0 * ROUNDING);
    // The least possible loss of a constant prediction (Gibbs), and where it is.
    let floor = entropy(&labels);
    assert_abs_diff_eq!(floor, 2.301159173, epsilon = 5e-10);
    assert_abs_diff_eq!(losses[STEPS - 1], floor, epsilon = 100.0 * ROUNDING);
    let probabilities = bias.map(f64::exp) / bias.map(f64::exp).sum();
    assert_abs_diff_eq!(probabilities, shares, epsilon = 1e-13);
    let (most_frequent, share) = shares.transpose().argmax();
    assert_eq!((labels.len(), most_frequent), (60_000, 1));
    assert_relative_eq!(share, 6742.0 / 60_000.0);
    snapshot!(
        "initialization__stalled",
        values([
            ("start", decimals(losses[0], 4)),
            ("entropy", decimals(floor, 4)),
            ("share", decimals(100.0 * share, 1)),
        ])
    );
}

// The saddle.

/// Centred differences over `h` are off by `h²/6` of third derivatives below 20 here,
/// and by some roundings over `h`.
#[test]
fn the_derivatives_of_weights_in_a_row_agree_with_differences() {
    const H: f64 = 1e-5;
    let tolerance = 20.0 * H * H / 6.0 + 20.0 * ROUNDING / H;
    let f = WeightsInARow;
    for w in [dvector![0.7, -1.2], dvector![0.5, 1.1, -0.8], dvector![0.0, 0.0]] {
        let row = jacobian(|w| dvector![f.value(w)], &w, H);
        assert!((row.transpose() - f.gradient(&w)).amax() < tolerance);
        let square = jacobian(|w| f.gradient(w), &w, H);
        assert!((square - f.hessian(&w)).amax() < tolerance);
    }
}

#[test]
fn zero_is_a_saddle_of_two_weights_with_curvatures_one_and_minus_one() {
    let zero = DVector::zeros(2);
    assert_eq!(WeightsInARow.gradient(&zero), zero);
    let hessian = WeightsInARow.hessian(&zero);
    assert_eq!(hessian, dmatrix![0.0, -1.0; -1.0, 0.0]);
    assert_eq!(&hessian * dvector![1.0, 1.0], -dvector![1.0, 1.0]);
    assert_eq!(&hessian * dvector![1.0, -1.0], dvector![1.0, -1.0]);
    let value = |w: &[f64]| WeightsInARow.value(&DVector::from_row_slice(w));
    // ½ (1 ∓ 0.01)² and ½ (1 ∓ 0.001)²
    let expected = [
        (value(&[0.0, 0.0]), 0.5),
        (value(&[0.1, 0.1]), 0.49005),
        (value(&[0.1, -0.1]), 0.51005),
        (value(&[0.1, 0.1, 0.1]), 0.4990005),
        (value(&[0.1, 0.1, -0.1]), 0.5010005),
    ];
    for (value, exact) in expected {
        assert_relative_eq!(value, exact, max_relative = 10.0 * ROUNDING);
    }
    snapshot!(
        "initialization__saddle",
        values([
            ("down", decimals(expected[1].0, 5)),
            ("up", decimals(expected[2].0, 5)),
            ("down_three", decimals(expected[3].0, 5)),
            ("up_three", decimals(expected[4].0, 5)),
        ])
    );
}

#[test]
fn with_three_weights_the_hessian_at_zero_vanishes_and_zero_is_still_no_minimum() {
    let zero = DVector::zeros(3);
    assert_eq!(WeightsInARow.hessian(&zero), DMatrix::zeros(3, 3));
    for size in [0.1, 0.01, 0.001] {
        let value = |sign: f64| WeightsInARow.value(&dvector![size, size, sign * size]);
        assert!(value(1.0) < 0.5 && value(-1.0) > 0.5);
    }
}

fn walk(start: DVector<f64>, steps: usize) -> Vec<DVector<f64>> {
    let mut descent = GradientDescent::new(0.1).expect("a step size");
    minimize(&mut descent, &start, steps, |w| WeightsInARow.gradient(w))
        .expect("finite")
}

#[test]
fn descent_stays_at_zero_arrives_there_along_the_antidiagonal_and_leaves_from_the_other_starts_tried()
 {
    let end = |start| walk(start, 400).pop().expect("a point");
    assert_eq!(end(dvector![0.0, 0.0]), dvector![0.0, 0.0]);
    // Bit for bit on the antidiagonal, with the factor 0.9 or less in each step.
    let arrived = end(dvector![0.5, -0.5]);
    assert!(arrived[0] == -arrived[1] && arrived.amax() < 0.9_f64.powi(399));
    // Arrives if w² < 2/α − 1 = 19; beyond that each step enlarges it.
    assert!(end(dvector![4.3, -4.3]).amax() < 1e-9);
    let away = walk(dvector![4.4, -4.4], 5);
    assert!(away.windows(2).all(|pair| pair[1].amax() > pair[0].amax()));
    for start in [dvector![1e-6, 0.0], dvector![-1e-3, 0.0], dvector![0.5, -0.499]] {
        assert_relative_eq!(end(start).product(), 1.0, max_relative = 1e-9);
    }
    // The two runs of the figure. The second comes near the saddle on its way.
    assert!(end(dvector![0.3, 0.0]).min() > 0.0);
    let start = dvector![1.3, -1.301];
    let nearest = walk(start.clone(), 400).iter().map(|w| w.norm()).reduce(f64::min);
    assert!(nearest < Some(0.05) && end(start).max() < 0.0);
}

/// A step near zero adds `α (w₂, w₁)`, up to `α |w|³`: along (1, 1) it multiplies by `1 +
/// α`, along (1, −1) by `1 − α`.
#[test]
fn near_zero_equal_weights_move_away_and_opposite_ones_come_closer() {
    for w in [1e-3, -1e-4] {
        for (sign, factor) in [(1.0, 1.1), (-1.0, 0.9)] {
            let next = walk(dvector![w, sign * w], 1).pop().expect("a point");
            assert_relative_eq!(next[0] / w, factor, max_relative = w * w);
        }
    }
}

/// Steps from equal weights until the loss is below ¼.
fn patience(weights: usize, start: f64) -> usize {
    let path = walk(DVector::from_element(weights, start), 20_000);
    path.iter().position(|w| WeightsInARow.value(w) < 0.25).expect("an escape")
}

/// Along the diagonal `w ← w + α (1 − w^D) w^{D−1}`. Near 0 the factor is `1 + α` for
/// `D = 2`; for `D = 3`, `1/w` falls by `α` in each step, up to a little that adds up to
/// a few logarithms.
#[test]
fn two_weights_wait_the_same_time_for_each_zero_three_ten_times_as_long_and_more_wait_longer()
 {
    let wait: Vec<_> = (1..7).map(|k| patience(2, 0.1_f64.powi(k)) as f64).collect();
    let decade = LN_10 / 1.1_f64.ln();
    for pair in wait.windows(2).skip(1) {
        // Each is a whole number of steps.
        assert_abs_diff_eq!(pair[1] - pair[0], decade, epsilon = 1.5);
    }
    for (size, slack) in [(0.1, 0.4), (0.01, 0.04), (0.001, 0.004)] {
        let expected = 1.0 / (0.1 * size);
        assert_relative_eq!(patience(3, size) as f64, expected, max_relative = slack);
    }
    let longer = (2..6).map(|weights| patience(weights, 0.1)).collect::<Vec<_>>();
    assert!(longer.windows(2).all(|pair| pair[1] > 3 * pair[0]), "{longer:?}");
    snapshot!(
        "initialization__wait",
        table(
            ["start of each weight", "two weights", "three weights"],
            [0.1, 0.01, 0.001].map(|size| [
                size.to_string(),
                patience(2, size).to_string(),
                patience(3, size).to_string(),
            ])
        )
    );
}

/// With weights `−w` a step is `w ← w (1 − α (1 + w³) w)`: they stay below 0, and `1/w` grows
/// in each step by at least α and by at most `α (1 + w³) / (1 − α (1 + w³) w)`, which is
/// less than 1.0113 α for `w ≤ 0.1`. Turning two signs turns the whole path, bit for bit.
#[test]
fn of_eight_starts_four_reach_the_loss_zero_and_four_crawl_towards_the_saddle() {
    const STEPS: usize = 10_000;
    let one_half = DVector::from_element(3, -0.1);
    let crawl = walk(one_half.clone(), STEPS);
    let arrive = walk(-one_half, STEPS);
    for signs in 0..8 {
        let sign = |i: usize| if signs >> i & 1 == 1 { -1.0 } else { 1.0 };
        let turn = dvector![sign(0), sign(1), sign(2)];
        let path = walk(0.1 * &turn, STEPS);
        if turn.product() > 0.0 {
            let same = arrive.iter().map(|w| w.component_mul(&turn));
            assert!(same.eq(path.iter().cloned()), "{signs}");
            assert!(WeightsInARow.value(&path[STEPS]) < 1e-25);
        } else {
            let same = crawl.iter().map(|w| -w.component_mul(&turn));
            assert!(same.eq(path.iter().cloned()), "{signs}");
        }
    }
    for (t, w) in crawl.iter().enumerate() {
        assert!(w[0] < 0.0 && w.iter().all(|&other| other == w[0]));
        let far = -1.0 / w[0] - 10.0;
        let steps = 0.1 * t as f64;
        // Ten thousand roundings of a number below 1100.
        assert!(far > steps - 1e-8 && far < 1.0113 * steps + 1e-8, "{t}: {far}");
        assert!(WeightsInARow.value(w) > 0.5);
    }
    // Along the diagonal, half of the loss is left where it was counted for the table.
    let half = arrive.iter().position(|w| WeightsInARow.value(w) < 0.25);
    assert_eq!(half, Some(patience(3, 0.1)));
    // A smallest weight of its own passes through zero, and then the product is positive.
    let escapes = |w: [f64; 3]| {
        let path = walk(DVector::from(w.to_vec()), STEPS);
        let crossed = path.iter().position(|w| w.product() > 0.0);
        crossed.map(|at| (at, WeightsInARow.value(&path[STEPS])))
    };
    assert_eq!(escapes([-0.11, -0.1, -0.1]), None);
    let stuck = walk(dvector![-0.11, -0.1, -0.1], STEPS);
    assert!(stuck.iter().all(|w| w[1] == w[2] && w[1] < 0.0));
    let (late, last) = (&stuck[STEPS / 2], &stuck[STEPS]);
    assert!(late[1].abs() < 1e-9 && late[0] < -0.04 && late[0] == last[0]);
    let (crossed, loss) = escapes([-0.09, -0.1, -0.1]).expect("it crosses");
    assert!(loss < 1e-25);
    snapshot!(
        "initialization__exercises",
        values([
            ("crawl", significant(-crawl[STEPS][0], 1)),
            ("steps", grouped(STEPS)),
            ("crossed", crossed.to_string()),
        ])
    );
}

/// With `p` the product of the weights a step adds `−2α (p − 1) p` to every square, and `α²` times that of a
/// partial derivative: equal changes, up to `α²` times the largest of those.
#[test]
fn a_step_changes_the_squares_of_weights_in_a_row_equally_to_first_order() {
    for w in [dvector![-0.09, -0.1, -0.1], dvector![0.7, -1.2, 0.4], dvector![0.3, 2.0]]
    {
        let gradient = WeightsInARow.gradient(&w);
        let common = -2.0 * (w.product() - 1.0) * w.product();
        for step_size in [0.1, 0.01, 0.001] {
            let next = &w - step_size * &gradient;
            for i in 0..w.len() {
                let change = next[i] * next[i] - w[i] * w[i] - step_size * common;
                let second = (step_size * gradient[i]).powi(2);
                assert_abs_diff_eq!(change, second, epsilon = 40.0 * ROUNDING);
            }
        }
    }
}

/// With the last bias at its best, the gradient at zero is zero up to rounding; with
/// `W₁` a small random matrix and `W₂` a small multiple of `±∂W₂`, the gradient there, the loss goes down on one side and up
/// on the other.
#[test]
fn the_zero_network_of_mnist_is_no_minimum_either() {
    let batch = DIGITS.sample(256, 0);
    let shares = shares(&batch.labels, 10);
    let zero = changed(&mnist_from_zero(), |i, linear| {
        if i == 1 {
            linear.bias = shares.map(f64::ln);
        }
    });
    let (floor, gradient) = loss_and_gradient(&zero, &batch);
    assert_abs_diff_eq!(floor, entropy(&batch.labels), epsilon = 100.0 * ROUNDING);
    assert!(gradient.amax() < 100.0 * ROUNDING);
    let hidden = normal(PIXELS, 100, he(PIXELS), &mut rng());
    let moved = |size: f64, last: &DMatrix<f64>| {
        changed(&zero, |i, linear| match i {
            0 => linear.weight = size * &hidden.weight,
            _ => linear.weight = last.clone(),
        })
    };
    let awake = moved(1.0, &DMatrix::zeros(100, 10));
    let (_, gradient) = loss_and_gradient(&awake, &batch);
    let uphill = awake.with_parameters(&gradient).layers()[1].linear.weight.clone();
    for size in [0.1, 0.01] {
        assert!(loss(&moved(size, &(-size * &uphill)), &batch) < floor);
        assert!(loss(&moved(size, &(size * &uphill)), &batch) > floor);
    }
}

// Constant weights.

fn mnist_from_constant(hidden: usize) -> Network {
    Network::with_widths(&[PIXELS, hidden, 10], Activation::Relu, |fan_in, fan_out| {
        constant(fan_in, fan_out, 0.01)
    })
}

/// A run of an optimizer over one batch.
fn run(mut network: Network, optimizer: &mut impl Optimizer, batch: &Batch) -> Network {
    let mut theta = network.parameters();
    for _ in 0..20 {
        let (_, gradient) = loss_and_gradient(&network, batch);
        optimizer.step(&mut theta, &gradient);
        network.set_parameters(&theta);
    }
    network
}

/// The output of ReLU units behind one input, with the weights `w` coming in and those going out
/// behind them in `theta`; and half the square of its error.
fn loss_of_units(theta: &DVector<f64>, x: f64, target: f64) -> f64 {
    let units = theta.len() / 2;
    let output = |unit: usize| theta[units + unit] * f64::max(x * theta[unit], 0.0);
    ((0..units).map(output).sum::<f64>() - target).powi(2) / 2.0
}

/// The page's numbers, from differences of an independent formula: in whole numbers below
/// 1000, halved. Centred differences of a quadratic in each coordinate have no error but
/// rounding, some `10⁴ · 2⁻⁵³ / 10⁻³`.
#[test]
fn exchanging_two_units_exchanges_their_gradients_and_nothing_else() {
    let gradient = |theta: [f64; 4]| {
        let theta = DVector::from_row_slice(&theta);
        assert_eq!(loss_of_units(&theta, 1.0, 1.0), 50.0);
        numerical_gradient(|theta| loss_of_units(theta, 1.0, 1.0), &theta, 1e-3)
    };
    let first = gradient([1.0, 2.0, 3.0, 4.0]);
    let exchanged = gradient([2.0, 1.0, 4.0, 3.0]);
    assert_abs_diff_eq!(first, dvector![30.0, 40.0, 10.0, 20.0], epsilon = 1e-9);
    assert_abs_diff_eq!(exchanged, dvector![40.0, 30.0, 20.0, 10.0], epsilon = 1e-9);
    // And in a network: its loss is that of the exchanged one, and so is the gradient.
    let batch = DIGITS.sample(20, 0);
    let network = with_biases(&[PIXELS, 6, 10], Biases::Small, 0);
    let exchange = |network: &Network| {
        changed(network, |i, linear| match i {
            0 => {
                linear.weight.swap_columns(1, 4);
                linear.bias.swap_columns(1, 4);
            }
            _ => linear.weight.swap_rows(1, 4),
        })
    };
    let other = exchange(&network);
    assert_ne!(other, network);
    let [(f, gradient), (f_other, gradient_other)] =
        [&network, &other].map(|network| loss_and_gradient(network, &batch));
    let expected = exchange(&network.with_parameters(&gradient)).parameters();
    // Sums over six units and twenty images in another order.
    assert_relative_eq!(f, f_other, max_relative = 200.0 * ROUNDING);
    assert_abs_diff_eq!(gradient_other, expected, epsilon = 1000.0 * ROUNDING);
}

/// The sums of equal units are the same sums, so that they are equal bit for bit.
#[test]
fn equal_hidden_units_stay_equal_while_they_learn() {
    let batch = DIGITS.sample(100, 0);
    let start = mnist_from_constant(30);
    let mut descent = GradientDescent::new(0.1).expect("a step size");
    let adam = Adam::new(0.001, [0.9, 0.999], 1e-8).expect("settings");
    for network in [
        run(start.clone(), &mut descent, &batch),
        run(start.clone(), &mut adam.with_bias_correction(), &batch),
    ] {
        assert!(loss(&network, &batch) < loss(&start, &batch) - 0.01);
        let [hidden, last] = network.layers() else { panic!("two layers") };
        let Linear { weight, bias } = &hidden.linear;
        assert!(weight.column_iter().all(|unit| unit == weight.column(0)));
        assert!(bias.iter().all(|&b| b == bias[0]));
        let weight = &last.linear.weight;
        assert!(weight.row_iter().all(|unit| unit == weight.row(0)));
        // What belongs to different pixels or different classes does differ.
        let pixels = hidden.linear.weight.column(0);
        assert!(pixels.max() > pixels.min() + 1e-3);
        assert!(weight.row(0).max() > weight.row(0).min() + 1e-3);
    }
}

/// With `m` equal units, put `√m` times their weights into one. The output, and with it
/// everything after it, is the same; the gradient of the one is `√m` times that of each.
#[test]
fn sixty_four_equal_relu_units_learn_what_one_unit_learns() {
    let batch = DIGITS.sample(100, 0);
    let root = 8.0;
    let mut many = mnist_from_constant(64);
    let mut one = changed(&mnist_from_constant(1), |_, linear| linear.weight *= root);
    let many_losses = descend(&mut many, &batch, 0.1, 30).expect("a step size");
    let one_losses = descend(&mut one, &batch, 0.1, 30).expect("a step size");
    assert!(one_losses[29] < one_losses[0] - 0.01);
    for (many, one) in many_losses.iter().zip(&one_losses) {
        // Sums of up to 784 terms in another order, over thirty steps.
        assert_relative_eq!(*many, *one, max_relative = 30.0 * 784.0 * ROUNDING);
    }
}

#[test]
fn random_weights_on_one_side_are_enough_to_tell_the_units_apart() {
    let batch = DIGITS.sample(100, 0);
    for random in [PIXELS, 30] {
        let mut rng = rng();
        let widths = [PIXELS, 30, 10];
        let mut network =
            Network::with_widths(&widths, Activation::Relu, |n, m| match n == random {
                true => normal(n, m, he(n), &mut rng),
                false => constant(n, m, 0.01),
            });
        let outputs = network.layers()[0].forward(&batch.images);
        let alive = |unit: &usize| outputs.column(*unit).amax() > 0.0;
        let alive: Vec<_> = (0..30).filter(alive).collect();
        descend(&mut network, &batch, 0.1, 1).expect("a step size");
        let [hidden, last] = network.layers() else { panic!("two layers") };
        let coming = &hidden.linear.weight;
        let going = last.linear.weight.transpose();
        let pairs = alive.iter().flat_map(|&i| alive.iter().map(move |&j| (i, j)));
        for (i, j) in pairs.filter(|(i, j)| i != j) {
            assert!((coming.column(i) - coming.column(j)).amax() > 1e-6);
            assert!((going.column(i) - going.column(j)).amax() > 1e-6);
        }
    }
}

// Draws.

/// Each factor takes its mean plus or minus its deviation, all four pairs equally often; in
/// dyadic numbers all sums are exact.
#[test]
fn variances_of_independent_factors_multiply_only_with_means_of_zero() {
    let values = [-1.0, 0.0, 0.5, 2.0];
    let deviations = [0.5, 1.0, 2.0];
    for (x, w) in values.iter().flat_map(|&x| values.map(|w| (x, w))) {
        for (s, t) in deviations.iter().flat_map(|&s| deviations.map(|t| (s, t))) {
            let pairs = [(s, t), (s, -t), (-s, t), (-s, -t)];
            let products = pairs.map(|(s, t)| (x + s) * (w + t));
            let mean = products.iter().sum::<f64>() / 4.0;
            let squares: f64 = products.iter().map(|p| (p - mean).powi(2)).sum();
            let (s, t, variance) = (s * s, t * t, squares / 4.0);
            assert_eq!(variance, s * t + x * x * t + w * w * s);
            assert_eq!(variance == s * t, x == 0.0 && w == 0.0);
        }
    }
}

/// For `N` normal draws the mean has standard error `σ/√N`, the mean square `σ²√(2/N)`;
/// the mean fourth power, which is 3σ⁴ for a normal and only there, `σ⁴√(96/N)`.
#[test]
fn normal_weights_have_the_moments_of_their_variance() {
    let layer = normal(400, 250, 0.02, &mut rng());
    let count = layer.weight.len() as f64;
    let moment =
        |power: i32| layer.weight.iter().map(|w| w.powi(power)).sum::<f64>() / count;
    assert!(moment(1).abs() < SIGMAS * (0.02 / count).sqrt());
    assert!((moment(2) / 0.02 - 1.0).abs() < SIGMAS * (2.0 / count).sqrt());
    assert!(
        (moment(4) / 0.02_f64.powi(2) - 3.0).abs() < SIGMAS * (96.0 / count).sqrt()
    );
    assert!(layer.bias.iter().all(|&b| b == 0.0));
}

/// A uniform distribution on ±a has variance a²/3 and fourth moment a⁴/5, so that the
/// mean square has standard error `a²√((1/5 − 1/9)/N)`.
#[test]
fn pytorchs_default_is_uniform_within_one_over_the_root_of_the_fan_in() {
    let layer = pytorch_default(100, 1000, &mut rng());
    let count = layer.weight.len() as f64;
    assert!(layer.weight.iter().chain(&layer.bias).all(|w| w.abs() <= 0.1));
    // A thousand biases all stay below 0.097 once in 10¹³ times.
    assert!(layer.weight.amax() > 0.0999 && layer.bias.amax() > 0.097);
    let square = layer.weight.norm_squared() / count;
    let error = 0.01 * ((1.0_f64 / 5.0 - 1.0 / 9.0) / count).sqrt();
    assert!((square - 0.01 / 3.0).abs() < SIGMAS * error);
}

/// As above, with `a² = 3 · 0.02`.
#[test]
fn uniform_weights_have_their_variance_and_lie_within_its_root_times_root_three() {
    let layer = uniform(400, 250, 0.02, &mut rng());
    let count = layer.weight.len() as f64;
    let bound = 0.06_f64.sqrt();
    let largest = layer.weight.amax();
    assert!(largest <= bound && largest > 0.999 * bound);
    assert!(layer.weight.mean().abs() < SIGMAS * (0.02 / count).sqrt());
    let error = 0.06 * ((1.0_f64 / 5.0 - 1.0 / 9.0) / count).sqrt();
    assert!((layer.weight.norm_squared() / count - 0.02).abs() < SIGMAS * error);
    assert!(layer.bias.iter().all(|&b| b == 0.0));
}

#[test]
fn one_seed_gives_one_layer() {
    assert_eq!(normal(5, 4, 1.0, &mut rng()), normal(5, 4, 1.0, &mut rng()));
    assert_eq!(uniform(5, 4, 1.0, &mut rng()), uniform(5, 4, 1.0, &mut rng()));
}

// The variance of a sum.

/// The mean of a quantity over draws misses what it should be by few standard errors, given
/// its standard deviation.
fn assert_mean(values: &[f64], expected: f64, deviation: f64) {
    let error = deviation / (values.len() as f64).sqrt();
    assert_abs_diff_eq!(mean(values), expected, epsilon = SIGMAS * error);
}

fn powers(values: &[f64], power: i32) -> Vec<f64> {
    values.iter().map(|y| y.powi(power)).collect()
}

/// The probability that a standard normal lies within `±t`.
fn within(t: f64) -> f64 {
    integral(|y| (-y * y / 2.0).exp() / (2.0 * PI).sqrt(), -t, t, 200)
}

fn count(values: impl IntoIterator<Item = f64>, inside: impl Fn(f64) -> bool) -> usize {
    values.into_iter().filter(|&value| inside(value)).count()
}

/// Shares, since high powers of a few thousand normals are far from normal themselves. If
/// neighbours are independent, they have the same sign half of the time, and are both large
/// as often as the product of the shares says.
#[test]
fn for_a_fixed_input_the_outputs_are_normal_with_the_norm_of_the_input() {
    let image = DIGITS.batch(&[0]).images;
    let layer = normal(PIXELS, 4000, xavier(PIXELS), &mut rng());
    let scale = image.norm() / (PIXELS as f64).sqrt();
    let outputs: Vec<f64> = (layer.forward(&image) / scale).iter().copied().collect();
    assert_mean(&outputs, 0.0, 1.0);
    assert_mean(&powers(&outputs, 2), 1.0, 2.0_f64.sqrt());
    for t in [0.25, 0.5, 1.0, 1.5, 2.0] {
        let inside = count(outputs.iter().copied(), |y| y.abs() < t);
        assert_share(inside, outputs.len(), within(t));
    }
    let pairs = || outputs.chunks(2).map(|pair| (pair[0], pair[1]));
    let same = count(pairs().map(|(a, b)| a * b), |product| product > 0.0);
    assert_share(same, outputs.len() / 2, 0.5);
    let larger = count(pairs().map(|(a, b)| a.abs().min(b.abs())), |y| y > 0.6745);
    assert_share(larger, outputs.len() / 2, 0.25);
}

/// A uniform weight has the excess kurtosis −6/5, and the sum that with the factor
/// `Σx⁴/(Σx²)²`. The eighth moment of a sum is not above that of the normal, 105.
#[test]
fn other_weights_give_a_nearly_normal_sum_if_no_input_dominates() {
    let flat = DMatrix::from_element(1, 100, 1.0);
    let mut peaked = flat.clone();
    peaked[0] = 100.0;
    for (x, factor) in [(flat, 0.01), (peaked, (1e8 + 99.0) / (1e4 + 99.0_f64).powi(2))]
    {
        let layer = uniform(100, 10_000, 1.0 / x.norm_squared(), &mut rng());
        let outputs: Vec<f64> = layer.forward(&x).iter().copied().collect();
        let expected = 3.0 - 1.2 * factor;
        assert_mean(
            &powers(&outputs, 4),
            expected,
            (105.0 - expected * expected).sqrt(),
        );
    }
}

/// Inputs of which each is the same number `1 + s`, `s` standard normal: neither
/// independent nor of mean zero. The sum is `(1 + s) Σw`, a product of independent
/// normals; its fourth moment is `3 E(1 + s)⁴ = 3 · 10`, and its square, 4, leaves 26.
#[test]
fn dependent_inputs_of_any_mean_keep_their_mean_square() {
    let mut rng = rng();
    let draws = (0..20_000).map(|_| {
        let layer = normal(20, 1, xavier(20), &mut rng);
        let shared = 1.0 + rng.sample::<f64, _>(StandardNormal);
        layer.forward(&DMatrix::from_element(1, 20, shared))[0]
    });
    let outputs: Vec<f64> = draws.collect();
    assert_mean(&outputs, 0.0, 2.0_f64.sqrt());
    assert_mean(&powers(&outputs, 2), 2.0, 26.0_f64.sqrt());
}

/// With weights of mean μ the sum has, given `x`, the mean `μS`, `S = Σx`, and the variance
/// `‖x‖²/n`. So `E y² = E‖x‖²/n + μ² E S²`, and `E y⁴ = 3 E‖x‖⁴/n² + 6 μ² E S²‖x‖²/n + μ⁴ E S⁴`.
/// For 20 independent inputs of mean and variance 1 these expectations are 2, 420, 4.3, 922
/// and 209,200.
#[test]
fn weights_with_a_mean_break_the_rule() {
    let mut rng = rng();
    let draws = (0..20_000).map(|_| {
        let mut layer = normal(20, 1, xavier(20), &mut rng);
        layer.weight.add_scalar_mut(0.1);
        layer.forward(&gaussian(1, 20, &mut rng).add_scalar(1.0))[0]
    });
    let outputs: Vec<f64> = draws.collect();
    let square = 2.0 + 0.01 * 420.0;
    let fourth = 3.0 * 4.3 + 6.0 * 0.01 * 922.0 + 1e-4 * 209_200.0;
    assert_mean(&powers(&outputs, 2), square, (fourth - square * square).sqrt());
}

/// `E χ²ₙᵏ / nᵏ`, the moments of `‖x‖²/n`.
fn norm_moment(n: usize, k: usize) -> f64 {
    (0..k).map(|i| (n + 2 * i) as f64 / n as f64).product()
}

/// Two outputs of `count` layers with `n` inputs, each layer with its own input.
fn pairs_of_outputs(n: usize, count: usize) -> (Vec<f64>, Vec<f64>) {
    let mut rng = rng();
    let pair = |_| {
        let layer = normal(n, 2, xavier(n), &mut rng);
        let outputs = layer.forward(&gaussian(1, n, &mut rng));
        (outputs[0], outputs[1])
    };
    (0..count).map(pair).unzip()
}

/// The probabilities that one output is larger than `t` and that both are: given the
/// input they are independent normals of the deviation `r = ‖x‖/√n`, whose density is
/// `r^{n−1} exp(−n r²/2)` up to a factor.
fn larger(n: usize, t: f64) -> (f64, f64) {
    let density =
        |r: f64| r.powi(n as i32 - 1) * (n as f64 / 2.0 * (1.0 - r * r)).exp();
    let mean = |f: &dyn Fn(f64) -> f64| {
        integral(|r| f(r) * density(r), 1e-6, 6.0, 600)
            / integral(density, 1e-6, 6.0, 600)
    };
    let beyond = |r: f64| if t > 9.0 * r { 0.0 } else { 1.0 - within(t / r) };
    (mean(&beyond), mean(&|r| beyond(r).powi(2)))
}

/// Given the input, the outputs are independent normals of variance `s = ‖x‖²/n`. So `E
/// y² = 1`, `E y⁴ = 3 E s²`, `E y⁸ = 105 E s⁴`, `E y₁²y₂² = E s²` and `E y₁⁴y₂⁴ = 9 E s⁴`.
/// For two inputs fourth powers have tails too heavy for their mean; shares have not.
#[test]
fn over_random_inputs_outputs_have_heavy_tails_and_are_uncorrelated_but_not_independent()
 {
    let rows = [(2, 50_000), (10, 50_000), (100, 10_000)].map(|(n, pairs)| {
        let (s2, s4) = (norm_moment(n, 2), norm_moment(n, 4));
        let (first, second) = pairs_of_outputs(n, pairs);
        let kurtosis = 3.0 * s2;
        let product: Vec<f64> = first.iter().zip(&second).map(|(a, b)| a * b).collect();
        assert_mean(&product, 0.0, s2.sqrt());
        if n > 2 {
            assert_mean(&powers(&first, 2), 1.0, (3.0 * s2 - 1.0).sqrt());
            let deviation = (105.0 * s4 - 9.0 * s2 * s2).sqrt();
            assert_mean(&powers(&first, 4), kurtosis, deviation);
            assert_mean(&powers(&product, 2), s2, (9.0 * s4 - s2 * s2).sqrt());
        }
        for t in [1.0, 2.0, 3.0] {
            let (one, both) = larger(n, t);
            assert!(both > one * one, "when one is large, so is the other");
            assert!(t < 3.0 || one > 1.0 - within(t), "heavier than the normal's");
            let smaller = first.iter().zip(&second).map(|(a, b)| a.abs().min(b.abs()));
            let hits = [
                (one, count(first.iter().map(|y| y.abs()), |y| y > t)),
                (both, count(smaller, |y| y > t)),
            ];
            let trials = pairs as f64;
            for (share, hits) in hits {
                let tolerance = bernstein(trials, share);
                assert_abs_diff_eq!(hits as f64, trials * share, epsilon = tolerance);
            }
        }
        let excess = kurtosis - 3.0;
        let correlation = (s2 - 1.0) / (kurtosis - 1.0);
        assert_relative_eq!(excess, 6.0 / n as f64, max_relative = 1e-12);
        assert_relative_eq!(correlation, 1.0 / (n as f64 + 3.0), max_relative = 1e-12);
        [n.to_string(), decimals(excess, 2), decimals(correlation, 3)]
    });
    snapshot!(
        "initialization__tails",
        table(
            [
                "$n$",
                "excess kurtosis of an output",
                "correlation of the squares of two"
            ],
            rows
        )
    );
}

/// For two inputs the sum has Laplace's density, `e^{−√2 |y|} / √2`; for any number the
/// density has the moments of the test above. The midpoint rule with steps of 0.002 is
/// off by a few `step²` times a second derivative; at `y = 0` that of the mixture with `n =
/// 2` has a kink at `r = 0`, where half a step is lost.
#[test]
fn the_density_of_the_sum_is_laplaces_for_two_inputs_and_nearly_normal_for_a_hundred() {
    for y in [0.5, 1.0, 3.0] {
        let laplace = (-2.0_f64.sqrt() * y).exp() / 2.0_f64.sqrt();
        assert_relative_eq!(density_of_sum(2, y), laplace, max_relative = 1e-4);
    }
    for n in [10, 100] {
        let moment =
            |k| integral(|y| y.powi(k) * density_of_sum(n, y), -12.0, 12.0, 480);
        assert_abs_diff_eq!(moment(0), 1.0, epsilon = 1e-6);
        assert_abs_diff_eq!(moment(2), 1.0, epsilon = 1e-6);
        assert_abs_diff_eq!(moment(4), 3.0 + 6.0 / n as f64, epsilon = 1e-4);
    }
    let tail = |density: f64| density * (2.0 * PI).sqrt() * 8.0_f64.exp();
    assert!(tail(density_of_sum(2, 4.0)) > 10.0);
    assert!(tail(density_of_sum(100, 4.0)) < 1.6);
}

/// The mean of `y_i y_j` has the variance `(c_ii c_jj + c_ij²)/N`.
#[test]
fn for_given_weights_the_outputs_of_random_inputs_have_the_covariance_of_the_columns() {
    const COUNT: usize = 20_000;
    let mut rng = rng();
    let layer = normal(20, 3, xavier(20), &mut rng);
    let outputs = layer.forward(&gaussian(COUNT, 20, &mut rng));
    let measured = outputs.transpose() * &outputs / COUNT as f64;
    let expected = layer.weight.transpose() * &layer.weight;
    for (i, j) in [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)] {
        let variance = expected[(i, i)] * expected[(j, j)] + expected[(i, j)].powi(2);
        let error = (variance / COUNT as f64).sqrt();
        assert_abs_diff_eq!(
            measured[(i, j)],
            expected[(i, j)],
            epsilon = SIGMAS * error
        );
    }
    for (i, output) in outputs.column_iter().enumerate() {
        let deviation = expected[(i, i)].sqrt();
        let inside = count(output.iter().copied(), |y| y.abs() < deviation);
        assert_share(inside, COUNT, within(1.0));
    }
}

/// An entry of `WᵀW` beside the diagonal is a sum of `n` products of two normals of variance
/// `1/n`: mean 0, variance `1/n`, fourth moment `3/n² + 6/n³`. On the diagonal it is `χ²_n/n`:
/// mean 1, variance `2/n`, fourth central moment `12/n² + 48/n³`.
#[test]
fn the_covariance_of_the_outputs_is_the_identity_on_average_and_off_by_one_over_the_root_of_n()
 {
    for n in [20, 80] {
        let mut rng = rng();
        let mut beside = Vec::new();
        let mut on = Vec::new();
        for _ in 0..4000 {
            let weight = normal(n, 2, xavier(n), &mut rng).weight;
            let covariance = weight.transpose() * &weight;
            beside.push(covariance[(0, 1)]);
            on.push(covariance[(0, 0)] - 1.0);
        }
        let n = n as f64;
        assert_mean(&beside, 0.0, (1.0 / n).sqrt());
        assert_mean(&on, 0.0, (2.0 / n).sqrt());
        let deviation = (2.0 + 6.0 / n).sqrt() / n;
        assert_mean(&powers(&beside, 2), 1.0 / n, deviation);
        let deviation = (8.0 + 48.0 / n).sqrt() / n;
        assert_mean(&powers(&on, 2), 2.0 / n, deviation);
    }
}

// The ReLU.

/// `∫ f φ` over ±12, with a node at 0, where the ReLU has its kink.
fn expectation(f: impl Fn(f64) -> f64) -> f64 {
    let density = |a: f64| (-a * a / 2.0).exp() / (2.0 * PI).sqrt();
    integral(|a| f(a) * density(a), -12.0, 12.0, 4000)
}

/// Simpson's rule with steps of 0.006 is good to 10⁻¹² on smooth pieces.
#[test]
fn the_relu_halves_the_second_moment_and_leaves_a_third_of_the_variance() {
    let relu = |a: f64| a.max(0.0);
    let (first, second) = (expectation(relu), expectation(|a| relu(a).powi(2)));
    assert_abs_diff_eq!(first, 1.0 / (2.0 * PI).sqrt(), epsilon = 1e-10);
    assert_abs_diff_eq!(second, 0.5, epsilon = 1e-10);
    let variance = second - first * first;
    assert_abs_diff_eq!(variance, 0.5 - 0.5 / PI, epsilon = 1e-10);
    let rows = [("1/n", 1.0), ("2/n", 2.0)].map(|(rule, before)| {
        [
            rule.into(),
            decimals(before, 0),
            decimals(before.sqrt() * first, 3),
            significant(before * second, 1),
            decimals(before * variance, 4),
        ]
    });
    snapshot!(
        "initialization__relu",
        table(
            [
                "weights",
                "variance before",
                "mean behind",
                "second moment behind",
                "variance behind"
            ],
            rows
        )
    );
}

/// Inputs behind a ReLU of standard normals: second moment ½. Over inputs and weights
/// the sum has variance `n σ² / 2`, not that with the inputs' variance. Its fourth moment is
/// `3 E s²` with `s = ‖x‖²/n`, and `E s² ≤ ¼ + 5/(4n)`, as `Var(ReLU²) = 5/4`.
#[test]
fn the_next_layer_sees_the_second_moment() {
    const N: usize = 50;
    let mut rng = rng();
    let draws = (0..20_000).map(|_| {
        let layer = normal(N, 1, xavier(N), &mut rng);
        layer.forward(&gaussian(1, N, &mut rng).map(|a| a.max(0.0)))[0]
    });
    let outputs: Vec<f64> = draws.collect();
    let fourth = 3.0 * (0.25 + 1.25 / N as f64);
    assert_mean(&powers(&outputs, 2), 0.5, (fourth - 0.25).sqrt());
    // Far enough from the variance, 0.34, to tell.
    assert!((mean(&powers(&outputs, 2)) - (0.5 - 0.5 / PI)).abs() > 0.1);
}

/// The second moment behind a leaky ReLU is `(1 + a²)/2`, so that its rule brings the next
/// sum back to 1.
#[test]
fn the_leaky_rule_undoes_what_the_leaky_relu_takes() {
    for slope in [0.0, 0.01, 0.2, 1.0] {
        let leaky = |a: f64| if a < 0.0 { slope * a } else { a };
        let moment = expectation(|a| leaky(a).powi(2));
        assert_abs_diff_eq!(
            100.0 * leaky_he(100, slope) * moment,
            1.0,
            epsilon = 1e-10
        );
    }
    assert_eq!(he(100), 0.02);
    assert_eq!(leaky_he(100, 1.0), xavier(100));
}

#[test]
fn pytorchs_default_is_the_leaky_rule_with_slope_root_five() {
    for n in [1, 100, 784] {
        let default = 1.0 / (3.0 * n as f64);
        assert_relative_eq!(leaky_he(n, 5.0_f64.sqrt()), default, max_relative = 1e-15);
        // The bound of its uniform distribution.
        let bound = (3.0 * default).sqrt();
        assert_relative_eq!(bound, 1.0 / (n as f64).sqrt(), max_relative = 1e-15);
    }
    // A ReLU layer multiplies the mean square by n σ²/2.
    let factor = 100.0 / 2.0 * leaky_he(100, 5.0_f64.sqrt());
    assert_relative_eq!(factor, 1.0 / 6.0, max_relative = 1e-14);
}

// Forwards and backwards.

/// The mean square of the outputs is off by `2/nm`, relative and squared, because the
/// weights are few, and by `2 tr((WᵀW)²) / (tr WᵀW)² = 2 (n + m + 1) / nm` over the number
/// of rows. The same holds backwards.
#[test]
fn a_layer_multiplies_variances_by_fan_in_forwards_and_by_fan_out_backwards() {
    const ROWS: usize = 1000;
    for (n, m) in [(200, 50), (50, 200)] {
        for variance in [xavier(n), xavier(m), glorot(n, m)] {
            let mut rng = rng();
            let layer = normal(n, m, variance, &mut rng);
            let forward = layer.forward(&gaussian(ROWS, n, &mut rng));
            let backward = layer.input_gradient(&gaussian(ROWS, m, &mut rng));
            let error = 2.0 * (1.0 + (n + m + 1) as f64 / ROWS as f64) / (n * m) as f64;
            for (matrix, factor) in [(forward, n), (backward, m)] {
                let square = matrix.norm_squared() / matrix.len() as f64;
                let expected = factor as f64 * variance;
                let tolerance = SIGMAS * error.sqrt();
                assert_relative_eq!(square, expected, max_relative = tolerance);
            }
        }
    }
}

/// An entry of `Δ = G ∘ σ'(A)` is a standard normal or 0, with the second moment ½ and the
/// fourth 3/2. The square of a row of `Δ Wᵀ` then has, relative and squared, the error of a
/// normal row, `2 (n + m + 1) / nm`, and `3 Σ M_ii² / (tr M)² = 3 (n + 2) / nm` more, `M = WᵀW`.
#[test]
fn two_over_the_fan_out_keeps_gradients_that_come_through_a_relu() {
    const ROWS: usize = 1000;
    for (n, m) in [(200, 50), (50, 200)] {
        let mut rng = rng();
        let layer = normal(n, m, he(m), &mut rng);
        let mut gradient = gaussian(ROWS, m, &mut rng);
        let mut activation = gaussian(ROWS, m, &mut rng);
        Activation::Relu.apply(&mut activation);
        Activation::Relu.backward(&activation, &mut gradient);
        let backward = layer.input_gradient(&gradient);
        let row = (2 * (n + m + 1) + 3 * (n + 2)) as f64;
        let error = (2.0 + row / ROWS as f64) / (n * m) as f64;
        let square = backward.norm_squared() / backward.len() as f64;
        assert_relative_eq!(square, 1.0, max_relative = SIGMAS * error.sqrt());
    }
}

#[test]
fn only_a_square_layer_can_keep_both_directions() {
    for (n, m) in [(784, 100), (100, 100), (100, 10)] {
        let variance = glorot(n, m);
        let (forward, backward) = (n as f64 * variance, m as f64 * variance);
        assert_relative_eq!(forward + backward, 2.0, max_relative = 4.0 * ROUNDING);
        assert_eq!(n == m, forward == 1.0 && backward == 1.0);
    }
    assert_relative_eq!(glorot(100, 100), xavier(100), max_relative = 4.0 * ROUNDING);
}

#[test]
fn the_scales_of_the_rules_for_three_layers() {
    let layers = [(784, 100), (100, 100), (100, 10)];
    let rows = layers.into_iter().flat_map(|(n, m)| {
        let rules = [
            ("1/n", xavier(n)),
            ("2/(n+m)", glorot(n, m)),
            ("2/n", he(n)),
            ("1/(3n)", leaky_he(n, 5.0_f64.sqrt())),
        ];
        rules.map(|(rule, variance)| {
            [
                format!("{n}\u{a0}→\u{a0}{m}"),
                rule.into(),
                decimals(variance.sqrt(), 4),
                decimals((3.0 * variance).sqrt(), 4),
                decimals(n as f64 * variance, 2),
                decimals(m as f64 * variance, 2),
            ]
        })
    });
    // By hand: √784 = 28, and so on.
    let expected = [
        (xavier(784), 1.0 / 28.0),
        (he(784), 2.0_f64.sqrt() / 28.0),
        (glorot(784, 100), 1.0 / 442.0_f64.sqrt()),
        (he(100), 2.0_f64.sqrt() / 10.0),
        (glorot(100, 10), 1.0 / 55.0_f64.sqrt()),
    ];
    for (variance, deviation) in expected {
        assert_relative_eq!(variance.sqrt(), deviation, max_relative = 4.0 * ROUNDING);
    }
    snapshot!(
        "initialization__rules",
        table(
            [
                "layer",
                "variance",
                "deviation",
                "bound of the uniform",
                r"$n \operatorname{Var} w$",
                r"$m \operatorname{Var} w$"
            ],
            rows
        )
    );
}

// Biases.

const SEEDS: std::ops::Range<u64> = 0..16;
const WIDTHS: [usize; 3] = [PIXELS, 50, 10];
const EXAMPLES: usize = 4000;

/// With one input, so that it shows whether the bias counts as an input: the variance is ½,
/// not 1.
#[test]
fn a_bias_like_a_weight_counts_as_one_more_input() {
    let biases = Biases::Weight.draw(1, 4000, &mut rng());
    assert_mean(biases.as_slice(), 0.0, 0.5_f64.sqrt());
    assert_mean(&powers(biases.as_slice(), 2), 0.5, 0.5_f64.sqrt());
}

#[test]
fn the_four_choices_differ_in_their_biases_and_in_nothing_else() {
    let networks = Biases::ALL.map(|biases| with_biases(&[400, 3000, 10], biases, 0));
    let expected = [(0.0, 1.0 / 401.0), (0.0, 0.0), (0.01, 0.0), (0.0, 1e-4)];
    for (network, (center, variance)) in networks.iter().zip(expected) {
        for (layer, other) in network.layers().iter().zip(networks[0].layers()) {
            assert_eq!(layer.linear.weight, other.linear.weight);
            assert_eq!(layer.activation, other.activation);
        }
        let [Layer { linear, .. }, ..] = network.layers() else { panic!("a layer") };
        let biases = linear.bias.as_slice();
        let squares: Vec<f64> = biases.iter().map(|b| (b - center).powi(2)).collect();
        assert_mean(&squares, variance, 2.0_f64.sqrt() * variance);
        assert_mean(biases, center, variance.sqrt() + 100.0 * ROUNDING);
    }
    let weight = &networks[0].layers()[0].linear.weight;
    let error = (2.0 / weight.len() as f64).sqrt();
    let square = weight.norm_squared() / weight.len() as f64;
    assert_relative_eq!(square, he(400), max_relative = SIGMAS * error);
}

/// Loss and accuracy on the last 2000 digits after one epoch over the first ones.
fn held_out(biases: Biases) -> (Vec<f64>, Vec<f64>) {
    let test = DIGITS.batch(&(DIGITS.len() - 2000..DIGITS.len()).collect::<Vec<_>>());
    let score = |seed| {
        let start = with_biases(&WIDTHS, biases, seed);
        let network = after_one_epoch(start, seed, EXAMPLES, &|p| DIGITS.batch(p));
        let logits = output(&network, &test);
        let images = logits.row_iter().zip(&test.labels);
        let right =
            images.filter(|(row, label)| row.transpose().argmax().0 == **label).count();
        let losses = cross_entropy(&logits, &test.labels);
        (mean(&losses), right as f64 / test.len() as f64)
    };
    SEEDS.into_par_iter().map(score).collect::<Vec<_>>().into_iter().unzip()
}

/// The differences at one seed have about a tenth of the deviation over the seeds. That one
/// of two such deviations, each from sixteen values, comes out five times as large by chance
/// has a probability of some 10⁻⁷ (Fisher's F with 15 and 15 degrees of freedom).
#[test]
fn the_choice_of_biases_moves_the_loss_by_less_than_the_seed_does() {
    let results = Biases::ALL.map(held_out);
    let zero = &results[1].0;
    let spread = standard_deviation(zero);
    let names = ["Xavier's", "0", "0.01", "small"];
    let mut largest: f64 = 0.0;
    let rows: Vec<_> = names
        .iter()
        .zip(&results)
        .map(|(name, (losses, accuracies))| {
            let differences: Vec<f64> =
                losses.iter().zip(zero).map(|(a, b)| a - b).collect();
            largest = differences.iter().fold(largest, |l, d| l.max(d.abs()));
            let error = standard_deviation(&differences) / (SEEDS.end as f64).sqrt();
            assert!(standard_deviation(&differences) < spread / 2.0, "{name}");
            assert!(mean(&differences).abs() < spread / 4.0, "{name}");
            assert!(mean(accuracies) > 0.7, "it learns");
            [
                name.to_string(),
                decimals(mean(losses), 4),
                decimals(standard_deviation(losses), 4),
                decimals(100.0 * mean(accuracies), 1),
                match error > 0.0 {
                    true => {
                        [mean(&differences), error].map(|d| decimals(d, 4)).join(" ± ")
                    }
                    false => "–".into(),
                },
            ]
        })
        .collect();
    snapshot!(
        "initialization__biases",
        table(
            [
                "biases",
                "loss",
                "deviation over seeds",
                "accuracy, %",
                "loss less that of 0"
            ],
            rows
        )
    );
    let batch = DIGITS.sample(1000, 0);
    let before =
        with_biases(&WIDTHS, Biases::Zero, 0).layers()[0].linear.forward(&batch.images);
    let size = root_mean_square(before.as_slice());
    // He's rule for images of this mean square, 50 units: to about √(2/50).
    let expected = 2.0_f64.sqrt() * root_mean_square(batch.images.as_slice());
    assert_relative_eq!(size, expected, max_relative = SIGMAS * 0.1);
    let all = DIGITS.batch(&(0..DIGITS.len()).collect::<Vec<_>>()).images;
    let square = root_mean_square(all.as_slice()).powi(2);
    // The usual mean and deviation of the pixels belong to the training images.
    let usual = 0.1307_f64.powi(2) + 0.3081_f64.powi(2);
    assert_relative_eq!(square, usual, max_relative = 0.03);
    snapshot!(
        "initialization__bias_values",
        values([
            ("sum", decimals(size, 2)),
            ("bias", decimals(xavier(PIXELS + 1).sqrt(), 3)),
            ("largest", decimals(largest, 3)),
            ("spread", decimals(spread, 3)),
            ("square", decimals(square, 2)),
            ("seeds", SEEDS.end.to_string()),
            ("examples", grouped(EXAMPLES)),
        ])
    );
}
