/// By how much the norm of an image grows up to the logits, in root mean square.
pub fn growth(widths: &[usize], scale: f64) -> f64 {
    let layers = widths.len() - 1;
    let factor = |layer: usize| {
        let (fan_in, fan_out) = (widths[layer - 1] as f64, widths[layer] as f64);
        let kept = if layer < layers { 0.5 } else { 1.0 };
        scale / fan_in * kept * fan_out
    };
    (1..=layers).map(factor).product::<f64>().sqrt()
}
