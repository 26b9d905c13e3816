/// log(e^z + e^0) − z for yes, and − 0 for no: the loss of the logits z and 0.
pub fn logistic_loss(logit: f64, label: bool) -> f64 {
    let largest = logit.max(0.0);
    let sum = (logit - largest).exp() + (-largest).exp();
    let right = if label { logit } else { 0.0 };
    largest - right + sum.ln()
}
