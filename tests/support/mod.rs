//! How the tests print what the book shows.
#![allow(dead_code, unused_imports, reason = "each test file uses some of it")]

pub mod networks;
#[path = "../../src/bin/figures/numbers.rs"]
mod numbers;
pub mod optimizers;
pub mod statistics;

use descent::gradient_descent::{Optimizer, minimize};
use descent::quadratic::Quadratic;
use descent::random::{Stream, generator};
use nalgebra::{DMatrix, DVector, Matrix2, Vector2};
use rand::rngs::ChaCha8Rng;

pub use numbers::{decimals, grouped};

/// Asserts `snapshots/<name>.snap`, which the chapter includes. With shifted seeds the
/// numbers are others, and only the claims are compared.
#[macro_export]
macro_rules! snapshot {
    ($name:literal, $body:expr) => {
        if descent::random::shift() == Ok(0) {
            insta::with_settings!({
                snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"),
                prepend_module_to_snapshot => false,
                omit_expression => true,
            }, {
                insta::assert_snapshot!($name, $body)
            })
        }
    };
}

/// Two digits for each byte.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Half the distance from 1 to the next number: no operation has a larger relative error.
pub const ROUNDING: f64 = f64::EPSILON / 2.0;

/// The generator of a seed.
pub fn rng(seed: u64) -> ChaCha8Rng {
    generator(seed, Stream::Points)
}

/// The points of an optimizer on a quadratic.
pub fn run(
    mut optimizer: impl Optimizer,
    quadratic: &Quadratic,
    start: &DVector<f64>,
    steps: usize,
) -> Vec<DVector<f64>> {
    minimize(&mut optimizer, start, steps, |theta| quadratic.gradient(theta))
        .expect("a finite run")
}

/// What momentum leaves of a component after `steps`: it obeys `r_{t+1} = (1 + β − (1 − β)αλ) r_t − β r_{t−1}`, from rest
/// at 1.
pub fn component(lambda: f64, alpha: f64, beta: f64, steps: usize) -> f64 {
    let trace = 1.0 + beta - (1.0 - beta) * alpha * lambda;
    let step = Matrix2::new(trace, -beta, 1.0, 0.0);
    let mut power = Matrix2::identity();
    for _ in 1..steps {
        power *= step;
    }
    (power * Vector2::new(1.0 - (1.0 - beta) * alpha * lambda, 1.0))[0]
}

/// A Markdown table.
pub fn table<const COLUMNS: usize>(
    header: [&str; COLUMNS],
    rows: impl IntoIterator<Item = [String; COLUMNS]>,
) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut table =
        line(&header.map(String::from)) + &line(&vec!["---".to_owned(); COLUMNS]);
    table.extend(rows.into_iter().map(|row| line(&row)));
    table
}

/// Named values for sentences, one `name = value` a line.
pub fn values<const N: usize>(values: [(&str, String); N]) -> String {
    values.map(|(name, value)| format!("{name} = {value}\n")).concat()
}

/// A matrix in LaTeX, its entries printed as short as they are exact.
pub fn matrix(matrix: &DMatrix<f64>) -> String {
    let rows = matrix.row_iter().map(|row| {
        let entries: Vec<_> = row.iter().map(ToString::to_string).collect();
        entries.join(" & ")
    });
    let rows: Vec<_> = rows.collect();
    format!(r"\begin{{bmatrix}} {} \end{{bmatrix}}", rows.join(r" \\ "))
}

/// A shape as the book writes it.
pub fn shape((rows, columns): (usize, usize)) -> String {
    format!("[{rows}, {columns}]")
}

/// Coordinates with a fixed count of decimals, kept on one line.
pub fn point(coordinates: &[f64], digits: usize) -> String {
    // Adding 0 makes −0 a 0.
    on_one_line(coordinates, |number| decimals(number + 0.0, digits))
}

/// Coordinates printed as short as they are exact, kept on one line.
pub fn exact_point(coordinates: &[f64]) -> String {
    on_one_line(coordinates, |number| (number + 0.0).to_string().replace('-', "−"))
}

fn on_one_line(coordinates: &[f64], written: impl Fn(f64) -> String) -> String {
    let numbers: Vec<_> = coordinates.iter().map(|&number| written(number)).collect();
    format!("({})", numbers.join(",\u{a0}"))
}

/// Numbers with a fixed count of decimals, one after the other.
pub fn list(numbers: &[f64], digits: usize) -> String {
    let numbers = numbers.iter().map(|&number| decimals(number + 0.0, digits));
    numbers.collect::<Vec<_>>().join(", ")
}

/// A number with a fixed count of significant digits, from ten thousand up and from a
/// thousandth down as a power of ten.
pub fn significant(value: f64, digits: usize) -> String {
    let scientific = format!("{value:.*e}", digits - 1);
    let (mantissa, exponent) = scientific.split_once('e').expect("an exponent");
    let exponent: i32 = exponent.parse().expect("a whole exponent");
    if (-3..4).contains(&exponent) {
        let rounded: f64 = scientific.parse().expect("a number");
        return decimals(
            rounded,
            usize::try_from(digits as i32 - 1 - exponent).unwrap_or(0),
        );
    }
    format!("{}·10{}", mantissa.replace('-', "−"), numbers::superscript(exponent))
}
