use nalgebra::DVector;

/// The gradient of a batch too large for memory, from its pieces.
pub fn accumulate(
    batch: &[usize],
    room: usize,
    gradient: &dyn Fn(&[usize]) -> DVector<f64>,
) -> DVector<f64> {
    let share = |piece: &[usize]| piece.len() as f64 / batch.len() as f64;
    batch.chunks(room).map(|piece| share(piece) * gradient(piece)).sum()
}
