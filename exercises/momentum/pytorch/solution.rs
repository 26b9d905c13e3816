/// The settings `lr`, `momentum` and `dampening` for what the notes do.
pub fn pytorch(step_size: f64, notes_beta: f64) -> (f64, f64, f64) {
    (step_size * notes_beta, 1.0 - notes_beta, 0.0)
}
