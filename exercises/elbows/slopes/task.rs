/// The slopes of h(x) = Σ v · ReLU(w x + b) from `low` to `high`, left to right.
///
/// Each unit is `[w, b, v]`, with w ≠ 0. Between neighbouring elbows the curve is
/// straight: with k elbows between `low` and `high` there are k + 1 slopes, the first
/// of them right behind `low`. No elbow lies at an end, and no two in one place.
pub fn slopes(units: &[[f64; 3]], low: f64, high: f64) -> Vec<f64> {
    todo!("the slope at the left end, and what it gains at each elbow")
}
