use nalgebra::DMatrix;

/// How much of a layer's start W₀ is still in its end W_T.
pub fn kept(start: &DMatrix<f64>, end: &DMatrix<f64>) -> (f64, f64) {
    let c = start.dot(end) / start.norm_squared();
    (c, (c * start).norm_squared() / end.norm_squared())
}
