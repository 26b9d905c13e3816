/// The best bound from below that two tangents of a convex function prove.
///
/// The function f never falls below its tangents at `a` and at `b`. Return the
/// largest number that it can therefore nowhere fall below. It falls at `a` and
/// rises at `b`: f'(a) < 0 < f'(b). `slope(x)` is f'(x).
pub fn bound(f: fn(f64) -> f64, slope: fn(f64) -> f64, a: f64, b: f64) -> f64 {
    todo!("the lowest point of the two tangents, seen from above")
}
