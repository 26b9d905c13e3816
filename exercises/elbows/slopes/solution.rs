/// The slopes of ŷ = Σ next · ReLU(w x + b) between `low` and `high`.
pub fn slopes(units: &[[f64; 3]], low: f64, high: f64) -> Vec<f64> {
    let active = units.iter().filter(|[w, b, _]| w * low + b > 0.0);
    let mut slope = active.map(|[w, _, next]| w * next).sum::<f64>();
    let bends = units.iter().map(|[w, b, next]| (-b / w, w.abs() * next));
    let inside = bends.filter(|&(place, _)| low < place && place < high);
    let mut bends: Vec<_> = inside.collect();
    bends.sort_by(|one, other| one.0.total_cmp(&other.0));

    let mut slopes = vec![slope];
    for (_, gain) in bends {
        slope += gain;
        slopes.push(slope);
    }
    slopes
}
