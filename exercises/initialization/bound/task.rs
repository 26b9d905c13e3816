/// The bound of uniform weights that keep the variance behind two slopes.
///
/// The weights are of shape `[fan_in, fan_out]` and uniform on ± this bound. Their
/// inputs are σ(z) = left · z for z < 0 and right · z for z ≥ 0, where each z is
/// normal with mean 0. The next z has to have the same variance.
pub fn bound(shape: (usize, usize), left: f64, right: f64) -> f64 {
    let (fan_in, fan_out) = shape;
    todo!("the variance of the weights, and the bound that goes with it")
}
