// 10 minutes, easy

/// By how much the norm of an image grows up to the logits, in root mean square.
///
/// `widths` go from the input to the logits: layer i takes `widths[i−1]` numbers to
/// `widths[i]`. There is a ReLU behind every layer but the last, and no bias. The
/// weights are independent and normal with mean 0; those of each layer have the
/// variance c over its own fan-in, with c = `scale`.
/// Wanted is the root of E‖z‖² of the logits over ‖z‖² of the image.
pub fn growth(widths: &[usize], scale: f64) -> f64 {
    todo!("what each layer makes of the mean square, and the root of it all")
}
