//! Initialization: zero, equal, and how large.

use descent::initialization::{constant, he, normal, weights_that_learn, xavier};
use descent::network::{Activation, Batch, Network};
use descent::random::{Stream, generator};
use nalgebra::DMatrix;

use crate::{Answer, Question, exact, number, significant, words};

pub const QUESTIONS: &[fn() -> Question] = &[zero, equal, variance, behind];

/// Which of the four weight gradients are different from zero, the second matrix being zero or not.
fn learning(activation: Activation, second_is_zero: bool) -> Answer {
    let mut rng = generator(1, Stream::Weights);
    let mut layer = 0;
    let network =
        Network::with_widths(&[6, 8, 8, 8, 3], activation, |inputs, units| {
            layer += 1;
            match layer == 2 && second_is_zero {
                true => constant(inputs, units, 0.0),
                false => normal(inputs, units, he(inputs), &mut rng),
            }
        });
    let images = DMatrix::from_fn(4, 6, |i, j| ((3 * i + j) % 5) as f64 / 4.0);
    let batch = Batch::new(images, vec![0, 1, 2, 1]);
    let names = ["∂*W*₁", "∂*W*₂", "∂*W*₃", "∂*W*₄"];
    let learns = weights_that_learn(&network, &batch);
    let names: Vec<_> = names
        .into_iter()
        .zip(learns)
        .filter_map(|(name, it)| it.then_some(name))
        .collect();
    words(match names[..] {
        [] => "They all vanish".to_owned(),
        [one] => format!("{one} alone"),
        _ => names.join(", "),
    })
}

/// Which gradients are left if a matrix in the middle is zero.
pub fn zero() -> Question {
    Question::new(
        "initialization/zero",
        "L40",
        "Now *four* weight matrices, tanh behind all but the last, and no biases. The second one starts at zero, the others are random. Which weight gradients are different from zero in the first step?",
    )
    .right(
        learning(Activation::Tanh, true),
        "Its input is alive, and what comes back through *W*₄ and *W*₃ is alive. In front of it nothing comes back, and behind it nothing goes in.",
    )
    .wrong(
        "that is the ReLU",
        learning(Activation::Relu, true),
        "At *a* = 0 the slope of the ReLU is taken for 0, and that of tanh is 1: what comes back gets to *W*₂.",
    )
    .wrong(
        "that is the sigmoid",
        learning(Activation::Sigmoid, true),
        "A sigmoid makes ½ of 0, so that the layers behind have an input. tanh makes 0 of 0.",
    )
    .wrong(
        "a zero is a number like any other",
        learning(Activation::Tanh, false),
        "With a random second matrix all four learn. A zero one sends nothing on, and nothing back.",
    )
}

/// What equal units learn.
pub fn equal() -> Question {
    let (units, out): (f64, f64) = (9.0, 2.0);
    Question::new(
        "initialization/equal",
        "L40",
        "Nine hidden ReLU units are equal, without bias, and the weight out of each is 2. *One* unit learns exactly what they learn together, if its weights in and out are larger by one factor. What is the weight out of it?",
    )
    .right(
        exact(out * units.sqrt()),
        "All its weights are √9 times as large. So it puts out √9 · √9 = 9 times as much as one of them, as much as all together.",
    )
    .wrong(
        "the factor is the number of units",
        exact(out * units),
        "With 9 in both places the output would be 9 · 9 times that of a single one.",
    )
    .wrong(
        "nine units are one unit",
        exact(out),
        "A unit with the weights of one of them puts out a ninth of what they put out together.",
    )
    .wrong(
        "the nine is shared by halves",
        exact(out * units / 2.0),
        "In and out are multiplied, and 4½ · 4½ is far more than 9. Each of the two is the root of 9.",
    )
}

/// He's variance for a layer.
pub fn variance() -> Question {
    let (fan_in, fan_out) = (200, 50);
    let value = |variance: f64| significant(variance, 2);
    Question::number(
        "initialization/variance",
        "L45",
        "Which of the two numbers is the one that a sum runs over? And what does the ReLU take?",
        format!(
            "A layer has {fan_in} inputs, which come from ReLUs, and {fan_out} units. Which variance should its weights have, so that the mean square *behind* its own ReLU is that of its inputs?"
        ),
    )
    .right(
        value(he(fan_in)),
        "The sum over 200 inputs multiplies the mean square by 200 Var *w*, and the ReLU halves it. So Var *w* = 2/200.",
    )
    .wrong(
        "the ReLU is forgotten",
        value(xavier(fan_in)),
        "1/*n* keeps the mean square before the ReLU, and the ReLU takes half.",
    )
    .wrong(
        "the units are counted",
        value(he(fan_out)),
        "A unit sums over its *inputs*. How many units there are does not matter to any of them.",
    )
    .wrong(
        "that is the standard deviation",
        value(he(fan_in).sqrt()),
        "The standard deviation of the weights is √(2/200). The variance is its square.",
    )
}

/// What is left behind a ReLU.
pub fn behind() -> Question {
    let deviation: f64 = 3.0;
    let square = deviation.powi(2);
    let mean = deviation / (2.0 * std::f64::consts::PI).sqrt();
    let check = {
        let mut rng = generator(5, Stream::Weights);
        let layer = normal(1, 40_000, square, &mut rng);
        let ones = DMatrix::from_element(1, 1, 1.0);
        let mut out = layer.forward(&ones);
        Activation::Relu.apply(&mut out);
        out.norm_squared() / 40_000.0
    };
    // Five standard errors of a mean of 40,000 squares: E σ(a)⁴ = 3s⁴/2.
    assert!(
        (check - square / 2.0).abs() < 5.0 * (1.25 * square.powi(2) / 40_000.0).sqrt()
    );
    Question::new(
        "initialization/behind",
        "L45",
        "Into a ReLU goes a normal number with mean 0 and standard deviation 3. What is the mean square of what comes out?",
    )
    .right(
        number(square / 2.0, 2),
        "Positive and negative numbers have the same squares. The ReLU keeps one half of them.",
    )
    .wrong(
        "nothing is lost",
        number(square, 2),
        "9 is the mean square of what goes in. The negative half becomes 0.",
    )
    .wrong(
        "that is the variance",
        number(square / 2.0 - mean * mean, 2),
        "What comes out has a positive mean, so that its variance is less than its mean square. The next layer sees the mean square.",
    )
    .wrong(
        "the mean is squared",
        number(mean * mean, 2),
        "The square of a mean is not the mean of the squares.",
    )
}
