//! Backpropagation: gates, forks, and where it starts.

use descent::backpropagation::{
    Neuron, backward, cross_entropy_gradient, squared_error_and_gradient,
};
use descent::network::{Activation, small_example, softmax};
use nalgebra::{DMatrix, dmatrix};

use crate::steps::{inner, text};
use crate::{Question, Steps, exact, number};

pub const QUESTIONS: &[fn() -> Question] = &[off, gate, pixel, label, accumulated];
pub const STEPS: &[fn() -> Steps] = &[small];

/// The neuron on a sample on which it is off.
pub fn off() -> Question {
    let neuron = Neuron { w: 2.0, b: -7.0 };
    let (x, y) = (3.0, 1.0);
    let a = neuron.w * x + neuron.b;
    Question::new(
        "backpropagation/off",
        "D01",
        "The worksheet's neuron with *w* = 2 and *b* = −7, on the sample *x* = 3, *y* = 1. What is ∂*w*?",
    )
    .right(
        exact(neuron.gradient(x, y).0),
        "*a* is 2 · 3 − 7 = −1. The neuron is off and says 0, which is wrong, and a small change of *w* changes nothing.",
    )
    .wrong(
        "the gate is forgotten",
        exact((neuron.forward(x) - y) * x),
        "The error 0 − 1 is there. But on the way back it meets the slope of the ReLU at *a* = −1, which is 0.",
    )
    .wrong(
        "there is no ReLU",
        exact((a - y) * x),
        "So it would be for *ŷ* = *a*. The ReLU has made 0 of the −1, and its slope there is 0.",
    )
    .wrong(
        "the error has the wrong sign",
        exact((y - neuron.forward(x)) * x),
        "The error is *ŷ* − *y*. And it does not come through: the ReLU is off.",
    )
}

/// Which gradient passes a unit.
pub fn gate() -> Question {
    let (a, arrives) = (3.0, -2.0);
    let mut passed = dmatrix![arrives];
    Activation::Relu.backward(&dmatrix![a], &mut passed);
    let by_its_sign = if arrives > 0.0 { arrives } else { 0.0 };
    Question::new(
        "backpropagation/gate",
        "D10",
        "Into a ReLU goes *a* = 3. From behind, ∂*z* = −2 arrives. What is ∂*a*?",
    )
    .right(
        exact(passed[(0, 0)]),
        "The unit is on, so its slope is 1, and everything passes as it is.",
    )
    .wrong(
        "the gate looks at the gradient",
        exact(by_its_sign),
        "What opens the gate is the sign of *a*. A gradient may have any sign.",
    )
    .wrong(
        "multiplied by what came out",
        exact(a * arrives),
        "That is what a *weight* behind this unit gets: what went in, times ∂. A unit multiplies by its slope.",
    )
    .wrong(
        "the gradient goes through the ReLU too",
        exact(arrives.abs()),
        "Going back one multiplies by the slope of the ReLU, and does not apply the ReLU.",
    )
}

/// The gradient of an input, which goes into both units.
pub fn pixel() -> Question {
    let (_, network) = small_example();
    let input = dmatrix![2.0, 3.0];
    let target = 5.0;
    let activations = network.forward(input);
    let error = activations[2][(0, 0)] - target;
    let gradients: Vec<_> = backward(&network, &activations, dmatrix![error]).collect();
    // Layers come last first; that of the input is one step further.
    let mut da = gradients[1].output.clone();
    Activation::Relu.backward(&activations[1], &mut da);
    let hidden = &network.layers()[0].linear;
    let ways = [0, 1].map(|unit| da[(0, unit)] * hidden.weight[(0, unit)]);
    let whole = hidden.input_gradient(&da)[(0, 0)];
    let weight = activations[0][(0, 0)] * da[(0, 0)];
    Question::number(
        "backpropagation/pixel",
        "D10",
        "Both units are on here. How many ways lead from *x*₁ to the loss, and what stands on each?",
        format!(
            "The small network once more: the hidden units have the weights (1, 1) and (−1, 2) and the biases 1 and −1, the output has the weights \
             2 and −1 and the bias 1. Now the image is *x* = (2, 3) and the target {target}. What is ∂*x*₁?"
        ),
    )
    .right(
        exact(whole),
        format!(
            "The output is {}, so ∂*ŷ* is {}. Through the first unit {}, through the second {}: at a fork the ways add up.",
            exact(activations[2][(0, 0)]).text,
            exact(error).text,
            exact(ways[0]).text,
            exact(ways[1]).text,
        ),
    )
    .wrong(
        "one way only",
        exact(ways[0]),
        "That is the way through the first unit. *x*₁ goes into the second one, too.",
    )
    .wrong(
        "the other way only",
        exact(ways[1]),
        "That is the way through the second unit. *x*₁ goes into the first one, too.",
    )
    .wrong(
        "the error is left out",
        exact(whole / error),
        "So fast grows the *output* with *x*₁. The loss grows ∂*ŷ* times as fast.",
    )
    .wrong(
        "that is a weight's",
        exact(weight),
        "What went in times ∂*a* is the gradient of a weight. The input gets the weights, times the same ∂*a*.",
    )
}

/// The gradient at the label.
pub fn label() -> Question {
    let logits = dmatrix![0.0, 0.0, 0.0, 0.0];
    let p = softmax(&logits)[(0, 0)];
    let truth = cross_entropy_gradient(&logits, &[1])[(0, 1)];
    Question::new(
        "backpropagation/label",
        "L08",
        "One image, four classes, and all four logits are 0. What is the gradient of the cross-entropy with respect to the logit of the right class?",
    )
    .right(
        number(truth, 2),
        "Each class has the probability ¼, and at the label 1 is taken away: the logit should rise.",
    )
    .wrong(
        "that is a wrong class",
        number(p, 2),
        "So it is at the other three. At the label 1 is subtracted.",
    )
    .wrong(
        "the derivative of −log *p* by *p*",
        number(-1.0 / p, 2),
        "That is how fast the loss falls with the *probability*. The logit changes all four probabilities.",
    )
    .wrong(
        "the slope of the softmax",
        number(p * (1.0 - p), 2),
        "That is how fast the probability grows with its logit. The loss is −log of it, which brings the factor −1/*p*.",
    )
}

/// What steps with old gradients do.
pub fn accumulated() -> Question {
    let (alpha, start, gradients) = (0.1, 1.0, [2.0, -1.0, 4.0]);
    // Where w ends if each step takes something of the gradients so far.
    let end = |taken: fn(&[f64]) -> f64| {
        let steps = (1..=gradients.len()).map(|t| alpha * taken(&gradients[..t]));
        number(start - steps.sum::<f64>(), 2)
    };
    let sum = |so_far: &[f64]| so_far.iter().sum::<f64>();
    Question::new(
        "backpropagation/accumulated",
        "D01",
        "After each `backward()` a loop takes 0.1 times `p.grad` away from *w*, and nobody calls `zero_grad()`. *w* starts at 1. In the first three rounds the gradient of the loss, by itself, is 2, then −1, then 4. Where is *w* then?",
    )
    .right(
        end(sum),
        "`backward` adds to `grad`, which holds 2, then 1, and then 5. A tenth of each is taken away: 1 − 0.2 − 0.1 − 0.5.",
    )
    .wrong(
        "the newest one alone",
        end(|so_far| so_far[so_far.len() - 1]),
        "So it is with `zero_grad()` before each `backward()`: 1 − 0.2 + 0.1 − 0.4.",
    )
    .wrong(
        "their mean",
        end(|so_far| so_far.iter().sum::<f64>() / so_far.len() as f64),
        "Nothing divides: `backward` adds, and the loop takes a tenth of the sum.",
    )
    .wrong(
        "the last two",
        end(|so_far| so_far.iter().rev().take(2).sum()),
        "`grad` forgets nothing by itself: in the third step the first gradient is still in it.",
    )
}

/// The small network, forwards and backwards, with one image.
pub fn small() -> Steps {
    const LINEAR: &str = "src/linear_layer.rs";
    let (images, network) = small_example();
    let x = images.rows(1, 1).into_owned();
    let target = 4.0;
    let activations = network.forward(x.clone());
    let prediction = activations[2][(0, 0)];
    let error = prediction - target;
    let gradients: Vec<_> = backward(&network, &activations, dmatrix![error]).collect();
    let hidden = &network.layers()[0].linear;
    let last = &network.layers()[1].linear;
    let a = hidden.forward(&x);
    let row = |matrix: &DMatrix<f64>| {
        let entries: Vec<_> = matrix.iter().map(|&it| text(it)).collect();
        format!("({})", entries.join(", "))
    };
    let mut da = gradients[1].output.clone();
    Activation::Relu.backward(&activations[1], &mut da);
    let whole = squared_error_and_gradient(&network, x.clone(), &dmatrix![target]).1;
    let first = network.with_parameters(&whole).layers()[0].linear.weight.clone();
    assert_eq!(first, gradients[1].parameters.weight, "one gradient");
    let sum = |unit: usize| {
        format!(
            "{} · {} + {} · {} + {} = {}",
            text(x[(0, 0)]),
            inner(text(hidden.weight[(0, unit)])),
            inner(text(x[(0, 1)])),
            inner(text(hidden.weight[(1, unit)])),
            inner(text(hidden.bias[unit])),
            text(a[(0, unit)])
        )
    };
    let z = &activations[1];
    Steps::new(
        "backpropagation/small",
        format!(
            "One image goes through the small network and back. The target is {}.",
            text(target)
        ),
    )
    .step("the image")
    .known(format!("x = {}", row(&x)))
    .step("into the units")
    .line(format!("a₁ = {}", sum(0)), LINEAR, "let mut output = input * &self.weight;")
    .line(
        format!("a₂ = {}", sum(1)),
        "src/network.rs",
        "let mut output = self.linear.forward(input);",
    )
    .line(
        format!("z = {}: unit 1 is on, unit 2 is off", row(z)),
        "src/network.rs",
        "self.activation.apply(&mut output);",
    )
    .step("the output")
    .line(
        format!(
            "ŷ = {} · {} + {} · {} + {} = {}",
            text(z[(0, 0)]),
            inner(text(last.weight[(0, 0)])),
            inner(text(z[(0, 1)])),
            inner(text(last.weight[(1, 0)])),
            inner(text(last.bias[0])),
            text(prediction)
        ),
        LINEAR,
        "let mut output = input * &self.weight;",
    )
    .line(
        format!(
            "∂ŷ = {} − {} = {}",
            text(prediction),
            inner(text(target)),
            text(error)
        ),
        "src/backpropagation.rs",
        "let errors = output - targets;",
    )
    .step("back to the units")
    .line(
        format!(
            "∂z = {} · ({}, {}) = {}",
            text(error),
            text(last.weight[(0, 0)]),
            text(last.weight[(1, 0)]),
            row(&gradients[1].output)
        ),
        "src/backpropagation.rs",
        "dz = layer.linear.input_gradient(&da);",
    )
    .line(
        format!("∂a = {}: the gate of unit 2 is closed", row(&da)),
        "src/backpropagation.rs",
        "layer.activation.backward(&activations[i + 1], &mut da);",
    )
    .step("the weights")
    .line(
        format!("behind: z · ∂ŷ = {}", row(&gradients[0].parameters.weight)),
        "src/backpropagation.rs",
        "let parameters = layer.linear.parameter_gradient(&activations[i], &da);",
    )
    .line(
        format!(
            "in front, unit 1: x · ∂a₁ = {}, unit 2: {}",
            row(&first.columns(0, 1).into_owned()),
            row(&first.columns(1, 1).into_owned())
        ),
        "src/backpropagation.rs",
        "let parameters = layer.linear.parameter_gradient(&activations[i], &da);",
    )
    .step("the image again")
    .line(
        format!(
            "∂x = {}: unit 1 alone sends something back",
            row(&hidden.input_gradient(&da))
        ),
        LINEAR,
        "output_gradient * self.weight.transpose()",
    )
}
