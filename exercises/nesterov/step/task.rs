// 10 minutes, easy

const STEP_SIZE: f64 = 0.5;
const BETA: f64 = 0.8;

/// A step of Nesterov momentum in its averaged form: the new θ.
///
/// There is one parameter. `slope(place)` is ∇f at any place; choose
/// where to ask. `u` is the average after the step before, and 0 before the
/// first. Leave in it what it is after this step.
pub fn step(theta: f64, u: &mut f64, slope: fn(f64) -> f64) -> f64 {
    todo!("look ahead, ask, update the average, and move θ")
}
