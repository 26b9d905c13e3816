/// The slopes of h(x) = Σ v · ReLU(w x + b) between `low` and `high`.
pub fn slopes(units: &[[f64; 3]], low: f64, high: f64) -> Vec<f64> {
    let active = units.iter().filter(|[w, b, _]| w * low + b > 0.0);
    let mut slope = active.map(|[w, _, v]| w * v).sum::<f64>();
    let bends = units.iter().map(|[w, b, v]| (-b / w, w.abs() * v));
    let inside = bends.filter(|&(c, _)| low < c && c < high);
    let mut bends: Vec<_> = inside.collect();
    bends.sort_by(|one, other| one.0.total_cmp(&other.0));

    let mut slopes = vec![slope];
    for (_, gain) in bends {
        slope += gain;
        slopes.push(slope);
    }
    slopes
}
