/// What the slope gains at each corner but the last; before the first one it is 0.
pub fn weights(corners: &[(f64, f64)]) -> Vec<f64> {
    let mut before = 0.0;
    let mut gains = Vec::new();
    for pair in corners.windows(2) {
        let [(left, low), (right, high)] = [pair[0], pair[1]];
        let slope = (high - low) / (right - left);
        gains.push(slope - before);
        before = slope;
    }
    gains
}
