/// The best bound from below that two tangents of a convex function prove: the
/// height at which they cross.
pub fn bound(f: fn(f64) -> f64, slope: fn(f64) -> f64, a: f64, b: f64) -> f64 {
    // f(a) + f'(a)(x − a) = f(b) + f'(b)(x − b), solved for x − a
    let way = (f(a) - f(b) + slope(b) * (b - a)) / (slope(b) - slope(a));
    f(a) + slope(a) * way
}
