/// Nesterov's accelerated method for one parameter: the θ to which `steps` steps lead.
pub fn accelerated(
    start: f64,
    slope: fn(f64) -> f64,
    smoothness: f64,
    steps: usize,
) -> f64 {
    let (mut theta, mut ahead) = (start, start);
    for t in 1..=steps {
        let next = ahead - slope(ahead) / smoothness;
        let weight = (t as f64 - 1.0) / (t as f64 + 2.0);
        ahead = next + weight * (next - theta);
        theta = next;
    }
    theta
}
