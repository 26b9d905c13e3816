// 10 minutes, easy

/// The bound of uniform weights that keep the variance behind two slopes.
///
/// The weights are of shape `[fan_in, fan_out]` and uniform on ± this bound. Their
/// inputs are σ(a) = left · a for a < 0 and right · a for a ≥ 0, where each a is
/// normal with mean 0. The next a has to have the same variance.
pub fn bound(shape: (usize, usize), left: f64, right: f64) -> f64 {
    let (fan_in, fan_out) = shape;
    todo!("the variance of the weights, and the bound that goes with it")
}
