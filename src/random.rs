//! Where all random numbers of the book come from.

use std::sync::LazyLock;

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

/// The environment variable that gives every seed of the book another generator.
pub const SHIFT: &str = "SEED_SHIFT";

/// What random numbers are drawn for. The streams of a seed are independent, so that
/// drawing more numbers for one thing moves no other: runs that differ in the law of one
/// layer share all other draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// The weights of a network, layer by layer; of a network whose first layer is
    /// varied, those of the first layer.
    Weights,
    /// The last layer of a network whose first layer is varied.
    LastLayer,
    /// Biases, layer by layer.
    Biases,
    /// Which examples make up a batch, and in which order they come.
    Batches,
    /// Which images of a data set are taken.
    Images,
    /// Directions, points and noise.
    Points,
}

/// The generator of a stream of a seed: the only one that the library, the tests, the
/// figures and the exercises draw from. [`SHIFT`] turns it into another one.
///
/// # Panics
/// If the variable [`SHIFT`] is set and no whole number.
pub fn generator(seed: u64, stream: Stream) -> ChaCha8Rng {
    let shift = shift().unwrap_or_else(|message| panic!("{message}"));
    // An odd factor keeps the seeds of different shifts apart.
    let seed = seed.wrapping_add(shift.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    #[expect(clippy::disallowed_methods, reason = "the one place that may")]
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(stream as u64);
    rng
}

/// The value of [`SHIFT`], read once and taken modulo 2⁶⁴; 0, which gives the numbers
/// that the book prints, where it is not set.
///
/// # Errors
/// A message for the reader, if it is no whole number.
pub fn shift() -> Result<u64, &'static str> {
    static VALUE: LazyLock<Result<u64, String>> = LazyLock::new(|| {
        let Some(value) = std::env::var_os(SHIFT) else { return Ok(0) };
        let number = value.to_str().and_then(|value| value.parse::<i128>().ok());
        number.map(|number| number as u64).ok_or_else(|| {
            let value = value.display();
            format!("{SHIFT}: '{value}' is not a whole number; unset it for the book's seeds")
        })
    });
    VALUE.as_ref().copied().map_err(String::as_str)
}
