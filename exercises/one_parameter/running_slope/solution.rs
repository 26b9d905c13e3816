/// A step of SGD in the slope model ŷ = θx that leads to the best slope so far.
pub fn running_slope(slope: f64, squares: &mut f64, x: f64, y: f64) -> f64 {
    *squares += x * x;
    if *squares == 0.0 {
        return slope;
    }
    let step_size = 1.0 / (2.0 * *squares);
    slope - step_size * 2.0 * (slope * x - y) * x
}
