//! Depth: what fifty layers do to activations and gradients.

use std::f64::consts::FRAC_1_SQRT_2;

use descent::backpropagation::{LayerGradient, backward};
use descent::depth;
use descent::network::Network;
use nalgebra::DMatrix;

use crate::runs::measured;
use crate::{Question, number, significant, words};

pub const QUESTIONS: &[fn() -> Question] = &[gradients, loss, twice, counts];

/// The factor between the weight gradients of the last hidden layers and the first, by three laws.
fn shape(first_over_last: f64) -> &'static str {
    match first_over_last {
        ratio if ratio < 0.1 => {
            "Those of the early layers are far smaller than those of the late ones"
        }
        ratio if ratio > 10.0 => {
            "Those of the late layers are far smaller than those of the early ones"
        }
        _ => "They are tiny, and nearly alike in all layers",
    }
}

/// Which weight gradients are small at `c = 1`.
pub fn gradients() -> Question {
    let layers = 48;
    let kept = FRAC_1_SQRT_2.powi(layers);
    let measured = measured("depth__flat_values", "one");
    Question::predict(
        "depth/gradients",
        "L41",
        "At *c* = 1 the numbers shrink from layer to layer. How large are the gradients of the *weights*, from layer 2 to layer 49? (To the right the layer, upwards the norm of its gradient, on a logarithmic axis.)",
    )
    .right(
        words(shape(1.0 / measured)),
        "∂*W* is what went in, times the gradient that came back. The first shrinks from left to right, the second from right to left, \
         by the same factor in each layer. The product stays.",
    )
    .picture("depth-gradients_flat")
    .wrong(
        "only the way back is counted",
        words(shape(kept)),
        "The gradients with respect to the *activations* vanish like this. A weight gradient has a second factor, its input, and that is large where the layer is early.",
    )
    .picture("depth-gradients_early")
    .wrong(
        "only the way forwards is counted",
        words(shape(1.0 / kept)),
        "The activations vanish like this. A weight gradient has a second factor, the gradient that comes back, and that is large where the layer is late.",
    )
    .picture("depth-gradients_late")
}

/// What ten layers keep of a norm at `c = 1`.
pub fn loss() -> Question {
    let layers = 10;
    let kept = depth::mean_growth(1.0, 100, 100).powi(layers).sqrt();
    let share = |value: f64| significant(value, 2);
    Question::number(
        "depth/loss",
        "L42",
        "How much of the mean *square* does one layer keep?",
        format!(
            "A ReLU layer with 100 inputs, 100 units and weights of variance 1/100. By which factor do {layers} such layers multiply the norm of the \
             activations, in root mean square?"
        ),
    )
    .right(
        share(kept),
        "Each layer keeps half of the mean square, so ten keep 2⁻¹⁰ of it. The norm is its root, 2⁻⁵ = 1/32.",
    )
    .wrong(
        "that is the mean square",
        share(kept * kept),
        "2⁻¹⁰ is what is left of the *square*. The norm is its root.",
    )
    .wrong(
        "the ReLU is forgotten",
        share(1.0),
        "Variance 1/*n* keeps the mean square before the ReLU. The ReLU takes half of it.",
    )
    .wrong(
        "behind one layer",
        share(kept.powf(1.0 / f64::from(layers))),
        "So much does one layer keep of the norm. There are ten of them.",
    )
}

/// The gradients of a small network, first layer first.
fn weight_gradients(network: &Network) -> Vec<f64> {
    let image = DMatrix::from_fn(1, 20, |_, column| 1.0 + column as f64 / 20.0);
    let activations = network.forward(image);
    let last = activations.last().expect("activations");
    let back = DMatrix::from_element(1, last.ncols(), 1.0);
    let norm = |layer: LayerGradient| layer.parameters.weight.norm();
    let mut norms: Vec<_> = backward(network, &activations, back).map(norm).collect();
    norms.reverse();
    norms
}

/// One layer with its weights multiplied.
fn with_layer_times(network: &Network, layer: usize, factor: f64) -> Network {
    let mut layers = network.layers().to_vec();
    layers[layer].linear.weight *= factor;
    Network::new(layers)
}

/// One layer doubled: its own gradient.
pub fn twice() -> Question {
    let network = depth::network(&[20, 20, 20, 20, 20, 5], 2.0, 3);
    let middle = 2;
    let before = weight_gradients(&network);
    let after = weight_gradients(&with_layer_times(&network, middle, 2.0));
    let whole = {
        let doubled =
            (0..5).fold(network.clone(), |it, i| with_layer_times(&it, i, 2.0));
        weight_gradients(&doubled)[middle] / before[middle]
    };
    let times = |value: f64| number(value, 0).unit("times");
    let neighbour = after[middle + 1] / before[middle + 1];
    Question::new(
        "depth/twice",
        "L41",
        "In a ReLU network of five layers without biases, the weights of layer 3 alone are doubled. The gradient of the logits stays as it was. By which factor does ∂*W*₃ grow, the gradient of this very layer?",
    )
    .right(
        times(after[middle] / before[middle]),
        "Its input comes from below, its ∂*A* from above, and neither passes layer 3. Every *other* weight gradient doubles.",
    )
    .wrong(
        "that is any other layer",
        times(neighbour),
        "The layers behind get a doubled input, the layers before a doubled gradient. Layer 3 itself gets neither.",
    )
    .wrong(
        "that is with all layers doubled",
        times(whole),
        "Every layer but its own brings a factor of 2, and here no other layer is doubled.",
    )
    .wrong(
        "input and gradient both double",
        times(neighbour * neighbour),
        "For no layer do both double: what lies behind layer 3 has a doubled input, what lies before it a doubled gradient.",
    )
}

/// Where PyTorch's start loses.
pub fn counts() -> Question {
    let keeps = |scale: f64| depth::mean_growth(scale, 100, 100);
    let share = |value: f64| number(value, 2);
    // Uniform on ±1/√n: the variance is a third of 1/n.
    let default = 1.0 / 3.0;
    Question::new(
        "depth/counts",
        "L45",
        "`torch.nn.Linear` draws its weights uniformly from −1/√*n* to 1/√*n*. Leave the biases away. Which share of the mean square does such a layer keep, with a ReLU behind it and as many units as inputs?",
    )
    .right(
        share(keeps(default)),
        "A uniform number from −1/√*n* to 1/√*n* has the variance 1/(3*n*), so *c* is ⅓, and a layer keeps *c*/2. For *c* = 2 the limits have to be √6 times as wide.",
    )
    .wrong(
        "the limit is taken for the deviation",
        share(keeps(1.0)),
        "1/√*n* is the largest weight. The variance of a uniform number is a third of the square of its limit.",
    )
    .wrong(
        "the ReLU is forgotten",
        share(2.0 * keeps(default)),
        "So much is kept before the ReLU. It takes half of it.",
    )
    .wrong(
        "that is He's",
        share(keeps(2.0)),
        "PyTorch's start is not He's: it has *c* = ⅓, and not 2.",
    )
}
