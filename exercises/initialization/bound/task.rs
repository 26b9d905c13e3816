/// The bound of uniform weights that keep the second moment behind a bent activation.
///
/// The weights `[fan_in, fan_out]` are uniform on ± this bound. Their inputs come from
/// σ(z) = left · z for z < 0 and right · z for z ≥ 0, and z is normal with mean 0. The
/// next z has to have the variance of this one, whatever that is.
pub fn bound(shape: (usize, usize), left: f64, right: f64) -> f64 {
    let (fan_in, fan_out) = shape;
    todo!("the variance of the weights, and the bound that goes with it")
}
