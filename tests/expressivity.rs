//! What the chapter on the expressivity of depth says.

mod support;

use descent::expressivity::{tent, tents};
use descent::linear_layer::Linear;
use descent::network::{Activation, Layer, Network};
use nalgebra::{DMatrix, RowDVector, dmatrix};
use rand::RngExt;
use support::networks::{changed, output, random_input, random_network};
use support::{decimals, grouped, matrix, table, values};

const UNIT_ROUNDOFF: f64 = f64::EPSILON / 2.0;

/// Between two neighbouring elbows `−b/w` of its units, the value in the middle is the
/// mean of the values at the ends. Each value is a sum of 17 products, wrong by at most
/// 20 roundings of the sum of their absolute values.
#[test]
fn one_hidden_layer_of_n_units_draws_at_most_n_plus_one_straight_pieces() {
    for seed in 0..20 {
        let network = random_network(&[1, 16, 1], Activation::Relu, seed);
        let [hidden, last] = network.layers() else { panic!("two layers") };
        let elbows = hidden.linear.bias.iter().zip(&hidden.linear.weight);
        let mut ends: Vec<f64> = elbows.map(|(b, w)| -b / w).collect();
        ends.extend([-100.0, 100.0]);
        ends.sort_by(f64::total_cmp);
        assert_eq!(ends.len() - 1, 17);
        let value = |x: f64| output(&network, &dmatrix![x])[0];
        let size = |x: f64| {
            let units = (0..16).map(|j| {
                let inside = hidden.linear.weight[j].abs() * x.abs();
                last.linear.weight[j].abs() * (inside + hidden.linear.bias[j].abs())
            });
            units.sum::<f64>() + last.linear.bias[0].abs()
        };
        for piece in ends.windows(2) {
            let [left, right] = [piece[0], piece[1]];
            let middle = (left + right) / 2.0;
            let bend = value(middle) - (value(left) + value(right)) / 2.0;
            let largest = size(left).max(size(right));
            assert!(bend.abs() < 2.0 * 20.0 * UNIT_ROUNDOFF * largest, "seed {seed}");
        }
    }
}

/// The same curve by one hidden layer: a unit for the first slope, and one for each
/// corner, where the slope changes its sign.
fn one_hidden_layer_of_tents(pieces: usize) -> Network {
    let slope = pieces as f64;
    let elbows = RowDVector::from_fn(pieces, |_, unit| -(unit as f64) / slope);
    let change = |unit: usize, _| match unit {
        0 => slope,
        unit if unit % 2 == 1 => -2.0 * slope,
        _ => 2.0 * slope,
    };
    let into = Linear::new(DMatrix::from_element(1, pieces, 1.0), elbows);
    let out = Linear::new(DMatrix::from_fn(pieces, 1, change), RowDVector::zeros(1));
    let activations = [Activation::Relu, Activation::Identity];
    let layers = [into, out].into_iter().zip(activations);
    Network::new(
        layers.map(|(linear, activation)| Layer { linear, activation }).collect(),
    )
}

/// Fractions with a power of two below the line: everything is exact.
#[test]
fn the_tent_stretches_each_half_over_the_whole_so_that_twice_applied_it_is_two_tents() {
    for k in 0..=1024 {
        let x = f64::from(k) / 1024.0;
        let mirrored = 1.0 - x;
        assert_eq!(tent(x / 2.0), x, "the left half, rising");
        assert_eq!(tent(1.0 - x / 2.0), x, "the right half, falling");
        assert_eq!(tent(x), tent(mirrored));
        // A tent of half the width over each half.
        let twice = tent(tent(x));
        let over_half = if x <= 0.5 { tent(2.0 * x) } else { tent(2.0 * x - 1.0) };
        assert_eq!(twice, over_half);
    }
    let eighth = [0.125, tent(0.125), tent(tent(0.125)), tent(tent(tent(0.125)))];
    assert_eq!(eighth, [1.0 / 8.0, 1.0 / 4.0, 1.0 / 2.0, 1.0]);
    let right = [0.75, tent(0.75), tent(tent(0.75)), tent(tent(tent(0.75)))];
    assert_eq!(right, [3.0 / 4.0, 1.0 / 2.0, 1.0, 0.0]);
    let chain = |way: [f64; 4]| way.map(fraction).join(" → ");
    snapshot!(
        "expressivity__chain",
        values([("eighth", chain(eighth)), ("right", chain(right))])
    );
}

/// A number of eighths.
fn fraction(number: f64) -> String {
    let mut parts = (number * 8.0, 8);
    while parts.0 % 2.0 == 0.0 && parts.1 > 1 {
        parts = (parts.0 / 2.0, parts.1 / 2);
    }
    match parts {
        (top, 1) => top.to_string(),
        (top, bottom) => format!("{top}/{bottom}"),
    }
}

/// What stands between two hidden layers: the sum that ends a tent is handed on to two
/// units, as it is and less a half.
#[test]
fn the_end_of_one_tent_and_the_start_of_the_next_are_one_layer() {
    let three = tents(3);
    let layers = three.layers();
    let middle = &layers[1].linear;
    for z in [dmatrix![0.25, 0.0], dmatrix![0.75, 0.25], dmatrix![1.0, 0.5]] {
        let height = 2.0 * z[0] - 4.0 * z[1];
        assert_eq!(middle.forward(&z), dmatrix![height, height - 0.5]);
    }
    assert_eq!(middle.weight, dmatrix![2.0, 2.0; -4.0, -4.0]);
    assert_eq!(middle.bias, RowDVector::from_row_slice(&[0.0, -0.5]));
    assert_eq!(layers[2], layers[1]);
    let added = tents(4).parameter_count() - three.parameter_count();
    assert_eq!(added, 4 + 2);
    snapshot!(
        "expressivity__layer",
        format!(
            "$$\\begin{{bmatrix}} 2 \\\\ -4 \\end{{bmatrix}} \\begin{{bmatrix}} 1 & 1 \\end{{bmatrix}} = {}, \\qquad b = {}$$\n",
            matrix(&middle.weight),
            matrix(&DMatrix::from_row_slice(1, 2, middle.bias.as_slice())),
        )
    );
}

/// 2/3 stays where it is, and 1/3 goes there. In `f64` a third is a number of 2⁻⁵⁴, off by
/// at most 2⁻⁵⁵, and an error doubles with every fold. A number from 2⁻¹⁰ to 1 is a
/// number of 2⁻⁶²; a fold rounds nothing, and doubles the unit, so that after 62 folds
/// it is 0 or 1, and one fold later it is 0.
#[test]
fn after_sixty_four_folds_all_that_f64_can_see_of_the_tents_is_zero() {
    let last = |depth: usize, x: f64| output(&tents(depth), &dmatrix![x])[0];
    let exact = 2.0 / 3.0;
    for depth in 1..=50 {
        let bound = 2.0_f64.powi(depth as i32 - 55) + UNIT_ROUNDOFF;
        assert!((last(depth, 1.0 / 3.0) - exact).abs() <= bound, "{depth}");
    }
    let third = 1.0 / 3.0;
    assert_eq!(last(64, third), 0.0);
    let mut rng = support::rng(21);
    for _ in 0..1000 {
        let x = rng.random_range(2.0_f64.powi(-10)..1.0);
        assert_eq!(last(64, x), 0.0, "{x}");
    }
    snapshot!(
        "expressivity__third",
        values([
            ("ten", decimals(last(10, third), 3)),
            ("sixty_four", last(64, third).to_string()),
        ])
    );
}

/// Any of the units may face left: all choices, for up to nine pieces. The slope before the
/// first corner is 1 in the size of the slopes.
#[test]
fn with_a_unit_for_each_corner_and_no_more_the_first_slope_is_wrong() {
    for corners in 1..9 {
        let gain = |corner: usize| if corner.is_multiple_of(2) { -2 } else { 2 };
        for left in 0..1_usize << corners {
            let faces_left = |corner: &usize| left >> corner & 1 == 1;
            let first: i32 = (0..corners).filter(faces_left).map(|k| -gain(k)).sum();
            assert_eq!(first % 2, 0);
            assert_ne!(first, 1);
        }
    }
    // What a unit that faces left gives: the change, with the opposite sign, before its elbow.
    for gain in [-2.0, 2.0] {
        let unit = Linear::new(dmatrix![-1.0], RowDVector::from_row_slice(&[0.5]));
        let last = Linear::new(dmatrix![gain], RowDVector::zeros(1));
        let layers = [(unit, Activation::Relu), (last, Activation::Identity)];
        let network = Network::new(
            layers.map(|(linear, activation)| Layer { linear, activation }).into(),
        );
        let value = |x: f64| output(&network, &dmatrix![x])[0];
        let [before, behind] = [value(0.5) - value(0.25), value(1.0) - value(0.75)];
        assert_eq!([before / 0.25, behind / 0.25], [-gain, 0.0]);
    }
}

/// Slopes on a grid that holds all elbows. All numbers are fractions with a power of two
/// below the line, so that everything is exact.
#[test]
fn each_layer_of_two_units_doubles_the_pieces_of_the_tent() {
    let pieces = |depth| {
        let network = tents(depth);
        let cells = 1 << (depth + 1);
        let value = |k: usize| output(&network, &dmatrix![k as f64 / cells as f64])[0];
        let tent = |x: f64| if x <= 0.5 { 2.0 * x } else { 2.0 - 2.0 * x }; // by cases
        for k in 0..=cells {
            let folded = (0..depth).fold(k as f64 / cells as f64, |x, _| tent(x));
            assert_eq!(value(k), folded);
        }
        let slopes: Vec<_> = (0..cells).map(|k| value(k + 1) - value(k)).collect();
        1 + slopes.windows(2).filter(|pair| pair[0] != pair[1]).count()
    };
    for depth in 1..=10 {
        assert_eq!(pieces(depth), 1 << depth);
    }
    let rows = [1, 2, 3, 5, 10].map(|depth| {
        let pieces = pieces(depth);
        let deep = tents(depth);
        let wide = one_hidden_layer_of_tents(pieces);
        for k in 0..=2 * pieces {
            let x = dmatrix![k as f64 / (2 * pieces) as f64];
            assert_eq!(output(&wide, &x), output(&deep, &x));
        }
        [
            depth.to_string(),
            grouped(pieces),
            grouped(2 * depth),
            grouped(deep.parameter_count()),
            grouped(wide.layers()[0].linear.fan_out()),
            grouped(wide.parameter_count()),
        ]
    });
    let [one, ten] = [(20, 1), (2, 10)].map(|(units, layers)| {
        let mut widths = vec![units; layers + 2];
        (widths[0], widths[layers + 1]) = (1, 1);
        random_network(&widths, Activation::Relu, 1).parameter_count()
    });
    assert_eq!([one, ten], [tents(10).parameter_count(); 2]);
    snapshot!(
        "expressivity__twenty",
        values([
            ("pieces_deep", grouped(pieces(10))),
            ("pieces_wide", (20 + 1).to_string()),
            ("parameters", ten.to_string()),
        ])
    );
    snapshot!(
        "expressivity__tents",
        table(
            [
                "hidden layers",
                "pieces",
                "units",
                "parameters",
                "all in one layer: units",
                "its parameters"
            ],
            rows
        )
    );
}

/// Factors that are powers of two, for which nothing rounds, and others.
const FACTORS: [f64; 7] = [2.0, 4.0, 0.125, 3.0, 0.1, 700.0, 1e-3];

/// Doubling is exact in floating point, and so is halving. For other factors the products
/// round, each by a unit, and the bound of every-layer-reads-the-output holds for inputs
/// below 1; the output scales with the factor.
#[test]
fn a_relu_network_without_biases_is_positively_homogeneous() {
    let widths = [4, 16, 16, 3];
    let input = random_input(7, 4, 2);
    let no_biases = |activation| {
        changed(&random_network(&widths, activation, 1), |_, linear| {
            linear.bias.fill(0.0);
        })
    };
    let relu = no_biases(Activation::Relu);
    for factor in FACTORS {
        let difference =
            output(&relu, &(&input * factor)) - output(&relu, &input) * factor;
        assert!(difference.amax() <= rounding(factor) * factor, "{factor}");
    }
    assert_ne!(output(&relu, &-&input), -output(&relu, &input), "positively");
    let with_biases = random_network(&widths, Activation::Relu, 1);
    assert_ne!(
        output(&with_biases, &(&input * 2.0)),
        output(&with_biases, &input) * 2.0
    );
    let sigmoid = no_biases(Activation::Sigmoid);
    assert_ne!(output(&sigmoid, &(&input * 2.0)), output(&sigmoid, &input) * 2.0);
}

#[test]
fn a_factor_can_move_from_one_layer_to_the_next_and_nobody_notices() {
    let input = random_input(7, 4, 2);
    let moved = |network: &Network, from: usize, factor: f64| {
        changed(network, |i, Linear { weight, bias }| {
            if i == from {
                *weight *= factor;
                *bias *= factor;
            } else if i == from + 1 {
                *weight /= factor;
            }
        })
    };
    let relu = random_network(&[4, 6, 5, 3], Activation::Relu, 1);
    let sigmoid = random_network(&[4, 6, 5, 3], Activation::Sigmoid, 1);
    for (hidden, factor) in [0, 1].into_iter().flat_map(|i| FACTORS.map(|f| (i, f))) {
        let same = moved(&relu, hidden, factor);
        assert_ne!(same.parameters(), relu.parameters());
        let difference = output(&same, &input) - output(&relu, &input);
        assert!(difference.amax() <= rounding(factor), "{hidden} {factor}");
        let other = output(&moved(&sigmoid, hidden, factor), &input);
        assert!((other - output(&sigmoid, &input)).amax() > rounding(3.0));
    }
}

/// What a factor can change in the output of a random network of three layers: nothing,
/// if it is a power of two. Otherwise each product and each of at most 17 terms of a sum
/// rounds a few times, in sums that are at most 5, 20 and 80 in absolute values; a layer
/// makes errors at most 4 times as large.
fn rounding(factor: f64) -> f64 {
    let exact = factor.log2().fract() == 0.0;
    if exact {
        0.0
    } else {
        2.0 * 20.0 * (80.0 + 4.0 * 20.0 + 16.0 * 5.0) * UNIT_ROUNDOFF
    }
}

// Exercises

/// As `tents`, with three units for each fold: up, down and up again.
fn triple_folds(depth: usize) -> Network {
    let elbows = RowDVector::from_row_slice(&[0.0, -1.0 / 3.0, -2.0 / 3.0]);
    let spread = Linear::new(DMatrix::from_element(1, 3, 1.0), elbows);
    let collect = Linear::new(dmatrix![3.0; -6.0; 6.0], RowDVector::zeros(1));
    let hidden = |linear| Layer { linear, activation: Activation::Relu };
    let mut layers = vec![hidden(spread.clone())];
    layers.resize(depth, hidden(collect.then(&spread)));
    layers.push(Layer { linear: collect, activation: Activation::Identity });
    Network::new(layers)
}

/// Straight pieces between 0 and 1, from the signs of the slopes in `cells` cells.
fn pieces(network: &Network, cells: usize) -> usize {
    let value = |k: usize| output(network, &dmatrix![k as f64 / cells as f64])[0];
    let rises: Vec<_> = (0..cells).map(|k| value(k + 1) > value(k)).collect();
    1 + rises.windows(2).filter(|pair| pair[0] != pair[1]).count()
}

/// The least number of hidden layers for a thousand pieces, if each makes `folds` of one,
/// and the parameters then.
fn least_folds(network: fn(usize) -> Network, folds: usize) -> (u32, usize) {
    let enough =
        |&depth: &u32| pieces(&network(depth as usize), 4 * folds.pow(depth)) >= 1000;
    let depth = (1..).find(enough).expect("some depth");
    (depth, network(depth as usize).parameter_count())
}

fn added_by_a_layer(network: fn(usize) -> Network) -> usize {
    network(5).parameter_count() - network(4).parameter_count()
}

/// The zigzag, applied again and again. A layer adds up terms of at most 3, 4 and 2, each
/// rounded a few times, and the next ones make its error at most three times as large,
/// as they do in the zigzag itself.
#[test]
fn three_units_triple_the_pieces_at_the_price_of_two_doublings() {
    let zigzag = |x: f64| match x {
        x if 3.0 * x <= 1.0 => 3.0 * x,
        x if 3.0 * x <= 2.0 => 2.0 - 3.0 * x,
        x => 3.0 * x - 2.0,
    };
    for depth in 1..=7 {
        let network = triple_folds(depth);
        let cells = 4 * 3_usize.pow(depth as u32);
        let tolerance = 2.0 * 5.0 * 9.0 * UNIT_ROUNDOFF * cells as f64;
        for k in 0..=cells {
            let x = k as f64 / cells as f64;
            let folded = (0..depth).fold(x, |x, _| zigzag(x));
            assert!((output(&network, &dmatrix![x])[0] - folded).abs() < tolerance);
        }
        assert_eq!(pieces(&network, cells), 3_usize.pow(depth as u32));
        assert_eq!(network.parameter_count(), 12 * depth - 2);
    }
    assert_eq!(least_folds(triple_folds, 3), (7, 82));
    assert_eq!(least_folds(tents, 2), (10, 61));
    assert_eq!(added_by_a_layer(triple_folds), 2 * added_by_a_layer(tents));
    let two = least_folds(tents, 2);
    let three = least_folds(triple_folds, 3);
    snapshot!(
        "expressivity__exercises",
        values([
            ("triple_layers", three.0.to_string()),
            ("triple_pieces", grouped(3_usize.pow(three.0))),
            ("triple_parameters", three.1.to_string()),
            ("too_few", grouped(3_usize.pow(three.0 - 1))),
            ("double_layers", two.0.to_string()),
            ("double_pieces", grouped(2_usize.pow(two.0))),
            ("double_parameters", two.1.to_string()),
            ("tripling", added_by_a_layer(triple_folds).to_string()),
            ("doubling", added_by_a_layer(tents).to_string()),
        ])
    );
}
