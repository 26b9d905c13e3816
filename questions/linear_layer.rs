//! The linear layer: whose gradient is whose, and what two layers in a row are.

use descent::linear_layer::Linear;
use nalgebra::{DMatrix, RowDVector, dmatrix};

use crate::steps::pair;
use crate::{Answer, Question, exact, number, words};

pub const QUESTIONS: &[fn() -> Question] = &[weight, bias, transposed, layers];

/// What one weight hears from two examples.
pub fn weight() -> Question {
    let input = dmatrix![1.0, 2.0; 3.0, -1.0];
    let gradient = dmatrix![2.0; -1.0];
    let layer = Linear::new(dmatrix![6.0; 7.0], RowDVector::zeros(1));
    let right = layer.parameter_gradient(&input, &gradient).weight;
    let back = layer.input_gradient(&gradient);
    Question::number(
        "linear_layer/weight",
        "L03",
        "In which outputs does this weight appear, and with which factor?",
        "One unit with the weights 6 and 7. The batch has the examples (1, 2) and (3, −1). The rest of the network says that ∂*A* is 2 for the first \
         example and −1 for the second. What is the gradient of the second weight?",
    )
    .right(
        exact(right[1]),
        "The second weight meets the second inputs, 2 and −1: 2 · 2 + (−1) · (−1).",
    )
    .wrong(
        "that is the other weight",
        exact(right[0]),
        "The first inputs, 1 and 3, are multiplied by the first weight.",
    )
    .wrong(
        "the mean over the batch",
        exact(right[1] / 2.0),
        "Both outputs contain the weight, and what they contribute adds up. Where a loss is a mean, its factor is in ∂*A* already.",
    )
    .wrong(
        "only the first example",
        exact(input[(0, 1)] * gradient[0]),
        "The second example uses the same weight, and contributes (−1) · (−1).",
    )
    .wrong(
        "that is the gradient of an input",
        exact(back[(0, 1)]),
        "2 · 7 is how the loss changes with the *input* 2. A weight has its input for a factor.",
    )
}

/// A row of numbers.
fn row(numbers: &RowDVector<f64>) -> Answer {
    words(pair((numbers[0], numbers[1])))
}

/// The gradient of the biases.
pub fn bias() -> Question {
    let gradient = dmatrix![1.0, 4.0; 5.0, -2.0];
    let layer = Linear::new(DMatrix::identity(2, 2), RowDVector::zeros(2));
    let bias = layer.parameter_gradient(&dmatrix![7.0, 3.0; 2.0, 6.0], &gradient).bias;
    let (images, sums) = (gradient.nrows() as f64, gradient.column_sum());
    Question::new(
        "linear_layer/bias",
        "L02",
        "Two examples, one in each row, and two units: ∂*A* has the rows (1, 4) and (5, −2). What is ∂*b*?",
    )
    .right(row(&bias), "Each unit has a bias, and both examples have used it: add up the columns.")
    .wrong(
        "the mean over the batch",
        row(&(&bias / images)),
        "Both examples contribute, and contributions add up. Where the loss is a mean, ∂*A* has the factor ½ already.",
    )
    .wrong(
        "one number for each example",
        row(&sums.transpose()),
        "These are the sums of the rows. An example has no bias of its own; a unit has.",
    )
    .wrong(
        "the factor without the gradient",
        row(&RowDVector::from_element(2, images)),
        "A bias does have the factor 1 in each output. But each output also has a gradient of its own, with which this 1 is multiplied.",
    )
}

/// Sizes at which a transposed gradient is given away.
pub fn transposed() -> Question {
    let noticed = |[batch, fan_in, fan_out]: [usize; 3]| {
        let layer =
            Linear::new(DMatrix::zeros(fan_in, fan_out), RowDVector::zeros(fan_out));
        let input = DMatrix::from_element(batch, fan_in, 1.0);
        let gradient = DMatrix::from_element(batch, fan_out, 1.0);
        let right = layer.parameter_gradient(&input, &gradient).weight;
        (gradient.transpose() * input).shape() != right.shape()
    };
    let question = Question::new(
        "linear_layer/transposed",
        "L02",
        "Somebody has written ∂*W* = ∂*A*ᵀ*X*. With which sizes does the program stop, because the result does not have the shape of *W*?",
    );
    let cases = [
        (
            [3, 4, 4],
            "Both have the shape `[4, 4]`, and nobody notices that rows and columns are exchanged.",
        ),
        (
            [4, 4, 3],
            "The result is `[3, 4]`, and *W* is `[4, 3]`. Fan-in and fan-out have to differ; the batch is summed over.",
        ),
        ([1, 5, 5], "With one example the product is still `[5, 5]`, as *W* is."),
        ([4, 4, 4], "All are `[4, 4]`: the worst sizes for a test."),
    ];
    cases.into_iter().fold(question, |question, (sizes, told)| {
        let [batch, fan_in, fan_out] = sizes;
        let text = format!("a batch of {batch}, {fan_in} inputs, {fan_out} units");
        question.case(words(text), noticed(sizes), told)
    })
}

/// A layer of zeros, whose numbers are counted.
fn blank(fan_in: usize, fan_out: usize) -> Linear {
    Linear::new(DMatrix::zeros(fan_in, fan_out), RowDVector::zeros(fan_out))
}

fn parameters(layer: &Linear) -> usize {
    layer.weight.len() + layer.bias.len()
}

/// What three layers without a function in between are.
pub fn layers() -> Question {
    let stack = [blank(784, 100), blank(100, 100), blank(100, 10)];
    let one = stack[0].then(&stack[1]).then(&stack[2]);
    let count = |count: usize| number(count as f64, 0);
    Question::new(
        "linear_layer/layers",
        "L02",
        "Three linear layers, 784 → 100 → 100 → 10, all with biases and nothing in between. A *single* linear layer does the same. How many numbers does it have?",
    )
    .right(
        count(parameters(&one)),
        "It goes from 784 inputs to 10 outputs: 784 · 10 weights and 10 biases. What is between them is multiplied out.",
    )
    .wrong(
        "all are added up",
        count(stack.iter().map(parameters).sum()),
        "So many numbers has the stack. It can do no more than a layer of 784 · 10 + 10, since products of matrices are matrices.",
    )
    .wrong(
        "the biases are lost",
        count(one.weight.len()),
        "The biases go through the later weights and end up in one row: *b*₁*W*₂*W*₃ + *b*₂*W*₃ + *b*₃.",
    )
    .wrong(
        "only the last layer is left",
        count(parameters(&stack[2])),
        "The last layer reads a hundred numbers that depend on all 784 inputs. The one layer reads the inputs themselves.",
    )
}
