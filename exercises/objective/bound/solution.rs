use descent::objective::Curve;

/// The best bound from below that two tangents of a convex function prove: the height
/// at which they cross.
pub fn bound(curve: &Curve, a: f64, b: f64) -> f64 {
    let [(at_a, slope_a), (at_b, slope_b)] =
        [a, b].map(|x| ((curve.value)(x), (curve.slope)(x)));
    // at_a + slope_a (x − a) = at_b + slope_b (x − b)
    let crossing = (at_a - at_b + slope_b * b - slope_a * a) / (slope_b - slope_a);
    at_a + slope_a * (crossing - a)
}
