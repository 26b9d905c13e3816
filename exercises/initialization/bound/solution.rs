/// The bound of uniform weights that keep the variance behind two slopes.
pub fn bound(shape: (usize, usize), left: f64, right: f64) -> f64 {
    let (fan_in, _) = shape;
    let kept = (left * left + right * right) / 2.0;
    let variance = 1.0 / (kept * fan_in as f64);
    (3.0 * variance).sqrt()
}
