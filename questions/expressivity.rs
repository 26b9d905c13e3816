//! What depth can express: pieces, slopes and factors.

use descent::expressivity::{tent, tents};
use descent::network::Network;
use nalgebra::DMatrix;

use crate::{Question, exact, number};

pub const QUESTIONS: &[fn() -> Question] = &[slope, tops, folds, doubled];

/// The slope behind all elbows.
pub fn slope() -> Question {
    let units = [(1.0, 0.0), (-3.0, 1.0), (4.0, 2.0)];
    let curve = |x: f64| units.iter().map(|(w, at)| w * (x - at).max(0.0)).sum::<f64>();
    let slope = |at: f64| curve(at + 0.5) - curve(at - 0.5);
    Question::number(
        "expressivity/slope",
        "L05",
        "Which of the three units are on at 3, and what does each give to the slope?",
        "Which slope has max(*x*, 0) − 3 max(*x* − 1, 0) + 4 max(*x* − 2, 0) at *x* = 3?",
    )
    .right(exact(slope(3.0)), "All three are on, and their slopes add up: 1 − 3 + 4.")
    .wrong(
        "a factor is taken for a slope",
        exact(units[2].0),
        "4 is what the slope *gains* at the last elbow. To the left of it the slope is 1 − 3 = −2.",
    )
    .wrong(
        "the slope before the last elbow",
        exact(slope(1.5)),
        "So steep is the piece from 1 to 2. At 2 one more unit comes on.",
    )
    .wrong(
        "that is the height",
        exact(curve(3.0)),
        "3 − 3 · 2 + 4 · 1 is the *value* at 3.",
    )
}

/// How often a folded tent touches its height.
pub fn tops() -> Question {
    let folds = 3;
    let height = |x: f64| (0..folds).fold(x, |x, _| tent(x));
    let between = 4096;
    let at = |i: usize| height(i as f64 / between as f64);
    let touched = (0..=between).filter(|&i| at(i) == 1.0).count();
    let crossings =
        (0..between).filter(|&i| (at(i) > 0.5) != (at(i + 1) > 0.5)).count();
    let count = |value: usize| number(value as f64, 0);
    Question::new(
        "expressivity/tops",
        "L05",
        "tent(tent(tent(*x*))) = 1: at how many places *x* between 0 and 1?",
    )
    .right(
        count(touched),
        "Three folds make 2³ pieces, two for each tent, and so four tents. Each touches 1 once.",
    )
    .wrong(
        "one for each piece",
        count(crossings),
        "There are eight pieces, and each comes to 1. But two of them, one on its way up and one on its way down, meet there.",
    )
    .wrong(
        "each application adds a tent",
        count(folds),
        "The second tent is put into *both* halves of the first, and the third into all four pieces of that. Tents are multiplied.",
    )
    .wrong(
        "one tent",
        count(1),
        "So it is for tent(*x*) = 1, at ½. This ½ is the height of two places further out, and each of these again of two.",
    )
}

/// How many folds a number of pieces takes.
pub fn folds() -> Question {
    let pieces: usize = 100;
    let needed = (1..).find(|&folds| 1 << folds >= pieces).expect("some folds");
    assert_eq!(tents(needed).layers().len(), needed + 1);
    let layers = |value: f64| number(value, 0).unit("layers");
    Question::new(
        "expressivity/folds",
        "L07",
        format!("How many hidden layers of two units fold the tent into at least {pieces} pieces?"),
    )
    .right(
        layers(needed as f64),
        "Each layer doubles them: 2⁶ is 64, and 2⁷ is 128.",
    )
    .wrong(
        "one doubling too few",
        layers((needed - 1) as f64),
        "2⁶ is 64, and that is less than 100. Count from one layer, which makes two pieces.",
    )
    .wrong(
        "the number is squared",
        layers((pieces as f64).sqrt()),
        "10 layers make 2¹⁰ pieces, and not 10². Every layer doubles what was there.",
    )
    .wrong(
        "each layer adds two",
        layers(pieces as f64 / 2.0),
        "Units side by side add a piece each. A unit behind others bends everything that these have drawn.",
    )
}

/// The same network with all its weights multiplied.
fn times(network: &Network, factor: f64) -> Network {
    let mut layers = network.layers().to_vec();
    for layer in &mut layers {
        layer.linear.weight *= factor;
    }
    Network::new(layers)
}

/// All weights doubled.
pub fn doubled() -> Question {
    let network = descent::depth::network(&[4, 50, 50, 3], 2.0, 1);
    let input = DMatrix::from_row_slice(1, 4, &[1.0, -0.5, 2.0, 0.25]);
    let last =
        |network: &Network| network.forward(input.clone()).pop().expect("an output");
    let ratio = last(&times(&network, 2.0)).norm() / last(&network).norm();
    let layers = network.layers().len() as f64;
    let by = |value: f64| number(value, 0).unit("times");
    Question::new(
        "expressivity/doubled",
        "L05",
        "Three linear layers with a ReLU behind the first two, and no biases. *All* weights are doubled. What becomes of the output?",
    )
    .right(
        by(ratio),
        "Each layer brings a factor of 2, and the ReLU lets it through: 2 · 2 · 2.",
    )
    .wrong(
        "the factors are added",
        by(2.0 * layers),
        "The second layer doubles what the first has doubled already. Factors of layers in a row are multiplied.",
    )
    .wrong(
        "as for a single layer",
        by(2.0),
        "So it is if *one* layer is doubled. Here are three in a row.",
    )
    .wrong(
        "the factor moves and is gone",
        by(1.0),
        "The output stays only if one layer is multiplied and the next *divided*.",
    )
}
