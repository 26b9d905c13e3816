/// The cross-entropy of an image for a network that answers yes or no with one logit z.
///
/// The probability of yes is the sigmoid of z. Return −log of the probability that the
/// right answer got, which is yes if `label` is true. No finite logit may make it infinite
/// or not a number.
pub fn logistic_loss(logit: f64, label: bool) -> f64 {
    todo!("the logarithm of a sum of two exponentials, less the right one's exponent")
}
