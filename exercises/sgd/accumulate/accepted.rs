//! Right answers that are written in other ways than the solution.

use nalgebra::DVector;

type Gradient<'a> = &'a dyn Fn(&[usize]) -> DVector<f64>;

type Accumulate = fn(&[usize], usize, Gradient<'_>) -> DVector<f64>;

pub const ACCEPTED: [Accumulate; 10] = [
    |batch, room, gradient| {
        let sums = batch.chunks(room).map(|piece| gradient(piece) * piece.len() as f64);
        sums.sum::<DVector<f64>>() / batch.len() as f64
    },
    |batch, room, gradient| {
        let (first, rest) = batch.split_at(room.min(batch.len()));
        let mut sum = gradient(first) * first.len() as f64;
        for piece in rest.chunks(room) {
            sum += gradient(piece) * piece.len() as f64;
        }
        sum / batch.len() as f64
    },
    |batch, room, gradient| {
        let mut mean: Option<DVector<f64>> = None;
        for piece in batch.chunks(room) {
            let part = gradient(piece) * (piece.len() as f64 / batch.len() as f64);
            mean = Some(mean.map_or(part.clone(), |mean| mean + &part));
        }
        mean.expect("an example")
    },
    |batch, room, gradient| {
        let mut pieces = batch.chunks(room);
        let weighted = |piece: &[usize]| gradient(piece) * piece.len() as f64;
        let first = weighted(pieces.next().expect("an example"));
        pieces.fold(first, |sum, piece| sum + weighted(piece)) / batch.len() as f64
    },
    // The mean of what has been seen, moved with each piece.
    |batch, room, gradient| {
        let (mut seen, mut mean) = (0, DVector::zeros(0));
        for piece in batch.chunks(room) {
            seen += piece.len();
            let new = gradient(piece);
            mean = match mean.len() {
                0 => new,
                _ => &mean + (new - &mean) * (piece.len() as f64 / seen as f64),
            };
        }
        mean
    },
    |batch, room, gradient| {
        let mut start = 0;
        let mut parts = Vec::new();
        while start < batch.len() {
            let end = (start + room).min(batch.len());
            parts.push(gradient(&batch[start..end]).scale((end - start) as f64));
            start = end;
        }
        parts.into_iter().sum::<DVector<f64>>() / batch.len() as f64
    },
    |batch, room, gradient| {
        let parts: Vec<_> = batch.chunks(room).map(|p| (p.len(), gradient(p))).collect();
        let entry = |i| parts.iter().map(|(n, part)| *n as f64 * part[i]).sum::<f64>();
        DVector::from_fn(parts[0].1.len(), |i, _| entry(i) / batch.len() as f64)
    },
    |batch, room, gradient| {
        let whole = batch.chunks_exact(room);
        let rest = whole.remainder();
        let mut parts: Vec<_> = whole.map(|piece| gradient(piece) * room as f64).collect();
        if !rest.is_empty() {
            parts.push(gradient(rest) * rest.len() as f64);
        }
        parts.iter().rev().sum::<DVector<f64>>() / batch.len() as f64
    },
    |batch, room, gradient| {
        let parts: Vec<_> = batch.chunks(room).map(gradient).collect();
        let sizes = batch.chunks(room).map(|piece| piece.len() as f64);
        let sizes = DVector::from_iterator(parts.len(), sizes);
        nalgebra::DMatrix::from_columns(&parts) * sizes / batch.len() as f64
    },
    |batch, room, gradient| recursive(batch, room, gradient) / batch.len() as f64,
];

fn recursive(batch: &[usize], room: usize, gradient: Gradient<'_>) -> DVector<f64> {
    let (first, rest) = batch.split_at(room.min(batch.len()));
    let sum = gradient(first) * first.len() as f64;
    if rest.is_empty() { sum } else { sum + recursive(rest, room, gradient) }
}
