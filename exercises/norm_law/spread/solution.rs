/// How far the logarithm of an image's norm spreads over networks: its standard
/// deviation, to leading order in one over the widths.
pub fn spread(widths: &[usize]) -> f64 {
    // Var R / (E R)² = (c/n)² (5m/4) / ((c/n) (m/2))², for m units.
    let relative = |&fan_out: &usize| 5.0 / fan_out as f64;
    let variance = widths[1..].iter().map(relative).sum::<f64>();
    // log ‖z‖ is half of log ‖z‖².
    variance.sqrt() / 2.0
}
