// 10 minutes, medium

const STEP_SIZE: f64 = 0.1;
const BETA1: f64 = 0.9;
const BETA2: f64 = 0.999;
const EPSILON: f64 = 1e-8;

/// A step of Adam with bias correction, for one parameter: the new θ.
///
/// `moments` are u and v after the step before, and zeros before the first. Leave
/// in them what they are after this step, without correction. The steps are
/// counted by t, from 1 on.
pub fn step(theta: f64, gradient: f64, moments: &mut [f64; 2], t: i32) -> f64 {
    todo!("update both moments, correct them, and move θ")
}
