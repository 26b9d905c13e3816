/// The best bound from below that two tangents of a convex function prove: the
/// height at which they cross.
pub fn bound(f: fn(f64) -> f64, slope: fn(f64) -> f64, left: f64, right: f64) -> f64 {
    // Both tangents are equally high at θ; solved for the way from the left to there.
    let apart = f(left) - f(right) + slope(right) * (right - left);
    let way = apart / (slope(right) - slope(left));
    f(left) + slope(left) * way
}
