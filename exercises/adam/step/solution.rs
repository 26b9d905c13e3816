const STEP_SIZE: f64 = 0.1;
const BETA1: f64 = 0.9;
const BETA2: f64 = 0.999;
const EPSILON: f64 = 1e-8;

/// A step of Adam with bias correction, for one parameter: the new θ.
pub fn step(theta: f64, gradient: f64, moments: &mut [f64; 2], t: i32) -> f64 {
    let [u, v] = moments;
    *u = BETA1 * *u + (1.0 - BETA1) * gradient;
    *v = BETA2 * *v + (1.0 - BETA2) * gradient * gradient;
    let u_hat = *u / (1.0 - BETA1.powi(t));
    let v_hat = *v / (1.0 - BETA2.powi(t));
    theta - STEP_SIZE * u_hat / (v_hat.sqrt() + EPSILON)
}
