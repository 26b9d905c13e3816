const STEP_SIZE: f64 = 0.5;
const BETA: f64 = 0.8;

/// A step of Nesterov momentum in its averaged form: the new θ.
pub fn step(theta: f64, u: &mut f64, slope: fn(f64) -> f64) -> f64 {
    let ahead = theta - STEP_SIZE * BETA * *u;
    *u = BETA * *u + (1.0 - BETA) * slope(ahead);
    theta - STEP_SIZE * *u
}
