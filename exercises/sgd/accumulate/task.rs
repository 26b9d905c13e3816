// 10 minutes, medium

use nalgebra::DVector;

/// The gradient of a batch too large for memory, from its pieces.
///
/// `batch` holds the positions of the examples. Cut it, in this order,
/// into pieces of `room` examples; the last piece is short where `room`
/// does not divide their number. `gradient` takes a piece and gives the
/// mean of the gradients of its examples, as `reduction="mean"` does.
/// Return the mean over all examples of the batch.
pub fn accumulate(
    batch: &[usize],
    room: usize,
    gradient: &dyn Fn(&[usize]) -> DVector<f64>,
) -> DVector<f64> {
    todo!("add up what the pieces contribute")
}
