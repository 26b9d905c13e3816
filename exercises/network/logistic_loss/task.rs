// 10 minutes, medium

/// The cross-entropy of one image for a network that answers yes or no.
///
/// It has one logit z, and the probability of yes is the sigmoid of z. Return −log
/// of the probability that the right answer got, which is yes if `label` is true.
/// No finite logit may make the loss infinite or not a number.
pub fn logistic_loss(logit: f64, label: bool) -> f64 {
    todo!("−log of the probability of the right answer, for any logit")
}
