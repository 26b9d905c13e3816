// 15 minutes, hard

/// The slopes of ŷ = Σ next · ReLU(w x + b) between `low` and `high`.
///
/// Each unit is `[w, b, next]`, with w ≠ 0. Between neighbouring elbows the curve is
/// straight: k elbows between `low` and `high` make k + 1 slopes. Give them from
/// left to right. No elbow lies at an end, and no two lie in one place.
pub fn slopes(units: &[[f64; 3]], low: f64, high: f64) -> Vec<f64> {
    todo!("the slope at the left end, and what it gains at each elbow")
}
