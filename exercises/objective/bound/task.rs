use descent::objective::Curve;

/// The best bound from below that two tangents of a convex function prove.
///
/// The function never falls below its tangents at `a` and at `b`. Return the largest
/// number that it can therefore nowhere fall below. It falls at `a` and rises at `b`:
/// f'(a) < 0 < f'(b).
///
/// f(x) is `(curve.value)(x)`, and f'(x) is `(curve.slope)(x)`.
pub fn bound(curve: &Curve, a: f64, b: f64) -> f64 {
    todo!("the lowest point of the two tangents, seen from above")
}
