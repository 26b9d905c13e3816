// 15 minutes, medium

/// Nesterov's accelerated method for one parameter: the θ to which `steps` steps lead.
///
/// `slope(place)` is ∇f at any place. The step size is 1/L, where L is `smoothness`. The
/// weight with which the method looks ahead after step t is (t − 1)/(t + 2).
pub fn accelerated(
    start: f64,
    slope: fn(f64) -> f64,
    smoothness: f64,
    steps: usize,
) -> f64 {
    todo!(
        "in each step: a gradient step from the look-ahead point, and a new look-ahead"
    )
}
