// 15 minutes, medium

/// The best bound from below that two tangents of a convex function prove.
///
/// The function f never falls below its tangents at `left` and at `right`. Return the
/// largest number that it can therefore nowhere fall below. It falls at `left` and
/// rises at `right`: f'(left) < 0 < f'(right). `slope(theta)` is f'(θ).
pub fn bound(f: fn(f64) -> f64, slope: fn(f64) -> f64, left: f64, right: f64) -> f64 {
    todo!("the lowest point of the two tangents, seen from above")
}
