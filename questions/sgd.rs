//! Stochastic gradients: many bad steps.

use descent::sgd::{mean_of_batch_means, minibatch_variance};
use nalgebra::dvector;

use crate::{Question, exact, number, words};

pub const QUESTIONS: &[fn() -> Question] = &[work, error, steps, sum, accumulate];

/// What a loss over the batch sizes looks like.
fn looks(losses: [f64; 5]) -> &'static str {
    let [one, ten, _, thousand, all] = losses;
    match one.max(ten) / thousand.min(all) {
        ratio if ratio < 0.5 => "Small batches end lower, by far",
        ratio if ratio > 2.0 => "Large batches end lower, by far",
        _ => "They end alike: work is work",
    }
}

/// The loss as if only the error of a gradient counted, in arbitrary units.
pub fn quality(size: f64) -> f64 {
    1.6 * size.powf(-0.25)
}

/// The loss as if every gradient brought the same progress, in whatever batch.
pub fn alike(_: f64) -> f64 {
    0.5
}

/// Which batch size is best at equal work.
pub fn work() -> Question {
    // The bold loss of each row of the table, as `sgd__batch_sizes` prints it.
    let measured = crate::runs::bold("sgd__batch_sizes");
    let measured: [f64; 5] = measured.try_into().expect("five batch sizes");
    let sizes = [1.0_f64, 10.0, 100.0, 1000.0, 2000.0];
    Question::predict(
        "sgd/work",
        "L36",
        "You may compute the gradients of 10 000 digits in all, and choose the batch size from 1 to 2000, each with its best step size. Do sizes up to 10 or from 1000 on end at the lower loss? (To the right the batch size, upwards the loss.)",
    )
    .right(
        words(looks(measured)),
        "Ten thousand steps along gradients that are mostly noise lead farther than five exact ones. In *seconds* it is another matter, because a processor likes large batches.",
    )
    .picture("sgd-work_small")
    .wrong(
        "only the quality of a step is counted",
        words(looks(sizes.map(quality))),
        "A larger batch has a better gradient. But a hundred times the work buys a tenth of its error, and costs ninety-nine steps.",
    )
    .picture("sgd-work_large")
    .wrong(
        "every gradient brings the same progress",
        words(looks(sizes.map(alike))),
        "So it would be if a step could grow with its batch, without end. But the curvature limits its length: a step of 2000 examples goes little farther than one of 100, and costs twenty times as much.",
    )
    .picture("sgd-work_flat")
}

/// What four times the batch buys.
pub fn error() -> Question {
    let gradients: Vec<_> = (0..10_000).map(|i| dvector![f64::from(i % 7)]).collect();
    let deviation = |size: usize| minibatch_variance(&gradients, size).sqrt();
    let ratio = deviation(100) / deviation(25);
    let times = |value: f64| number(value, 2).unit("times");
    Question::new(
        "sgd/error",
        "L36",
        "The batch grows from 25 to 100 of 10 000 examples. What becomes of the error of its gradient, in root mean square?",
    )
    .right(
        times(ratio),
        "The variance falls to a quarter, and its root to a half.",
    )
    .wrong(
        "that is the variance",
        times(ratio * ratio),
        "The mean *square* of the error falls to a quarter. The error is its root.",
    )
    .wrong(
        "unbiased is unbiased",
        times(1.0),
        "The gradient is right on average for every batch size. How far a single one is off depends on it.",
    )
    .wrong(
        "the root is taken twice",
        times(ratio.sqrt()),
        "The variance goes like 1/|*B*|. One root leads from there to the error.",
    )
}

/// How many steps an epoch has.
pub fn steps() -> Question {
    let (examples, batch, epochs) = (50_000_usize, 128_usize, 3_usize);
    let of_epoch = examples.div_ceil(batch);
    let whole = |value: usize| number(value as f64, 0);
    Question::number(
        "sgd/steps",
        "L37",
        "How many batches does one epoch have, the short one included?",
        "50 000 examples, batches of 128, the short one kept, three epochs. How many steps does SGD take?",
    )
    .right(
        whole(of_epoch * epochs),
        "50 000/128 is 390.6: 390 full batches and a short one make 391 steps an epoch.",
    )
    .wrong(
        "the short batch is dropped",
        whole(examples / batch * epochs),
        "Each epoch ends with a batch of 80, and that makes a step as well.",
    )
    .wrong(
        "rounded once, at the end",
        whole((examples * epochs).div_ceil(batch)),
        "An epoch ends with its short batch. What is left over does not go into the next one.",
    )
    .wrong(
        "that is one epoch",
        whole(of_epoch),
        "There are three epochs.",
    )
}

/// The sum in the place of the mean.
pub fn sum() -> Question {
    let batch = 64.0;
    let lr: f64 = 0.64;
    Question::new(
        "sgd/sum",
        "L37",
        "With `reduction=\"mean\"` and batches of 64, `lr=0.64` works well. Somebody changes to `reduction=\"sum\"`. Which `lr` gives the same steps of SGD?",
    )
    .right(
        number(lr / batch, 4),
        "The gradient is 64 times as long, so α has to be a 64th. With Adam nothing would have to change, for it divides the size out.",
    )
    .wrong(
        "the direction is the same",
        number(lr, 4),
        "A step is α times the *length* of the gradient, and that is 64 times as long.",
    )
    .wrong(
        "as noise falls",
        number(lr / batch.sqrt(), 4),
        "With the root of the batch size falls the *error* of a mean. The sum is 64 times the mean.",
    )
    .wrong(
        "the wrong way round",
        number(lr * batch, 4),
        "The sum makes longer gradients, and longer steps. α has to shrink.",
    )
}

/// The mean of the means of unequal pieces.
pub fn accumulate() -> Question {
    let values = [2.0, 4.0, 6.0, 20.0];
    let mean = values.iter().sum::<f64>() / 4.0;
    Question::new(
        "sgd/accumulate",
        "L37",
        "Four examples have the gradients 2, 4, 6 and 20. They come in batches of three, in this order. What is the mean of the two batch gradients?",
    )
    .right(
        exact(mean_of_batch_means(&values, 3, false)),
        "The means are 4 and 20. The last example alone weighs as much as the three before it together.",
    )
    .wrong(
        "every example counts alike",
        exact(mean),
        "That is the mean over the examples. A short batch makes a step like a full one, so its examples weigh more.",
    )
    .wrong(
        "the short batch is dropped",
        exact(mean_of_batch_means(&values, 3, true)),
        "So it is with `drop_last=True`. Then the last example has no weight at all.",
    )
}
