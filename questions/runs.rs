//! Runs that several chapters ask about.

use std::fs;
use std::path::Path;

use descent::gradient_descent::{Optimizer, minimize};
use descent::quadratic::Quadratic;
use nalgebra::{DVector, dvector};

/// The points of an optimizer on a quadratic.
///
/// # Panics
/// If the run leaves the range of numbers.
pub fn path(
    mut optimizer: impl Optimizer,
    quadratic: &Quadratic,
    start: &DVector<f64>,
    steps: usize,
) -> Vec<DVector<f64>> {
    let gradient = |theta: &DVector<f64>| quadratic.gradient(theta);
    minimize(&mut optimizer, start, steps, gradient).expect("a finite run")
}

/// Whether an optimizer comes to rest on ½λθ², from 1.
pub fn settles(optimizer: &mut impl Optimizer, curvature: f64) -> bool {
    let mut theta = dvector![1.0];
    for _ in 0..4000 {
        let gradient = curvature * &theta;
        optimizer.step(&mut theta, &gradient);
        if theta[0].abs() > 1e6 {
            return false;
        }
    }
    theta[0].abs() < 1.0
}

/// How far the end of a path is from zero.
pub fn distance(path: &[DVector<f64>]) -> f64 {
    path.last().map_or(0.0, DVector::norm)
}

/// A number that a test of the book has printed into a snapshot: `3.0·10⁻⁸`, `8400`, `39 %`.
///
/// # Panics
/// If there is no such value, or if it is no number.
pub fn measured(snapshot: &str, name: &str) -> f64 {
    let text = printed(snapshot, name);
    let plain =
        text.trim_end_matches(" %").replace(['\u{202f}', ','], "").replace('−', "-");
    let (mantissa, power) = plain.split_once("·10").unwrap_or((&plain, "⁰"));
    let digits = "⁰¹²³⁴⁵⁶⁷⁸⁹";
    let exponent: String = power
        .chars()
        .map(|c| match digits.chars().position(|digit| digit == c) {
            Some(digit) => char::from(b'0' + digit as u8),
            None => '-',
        })
        .collect();
    format!("{mantissa}e{exponent}")
        .parse()
        .unwrap_or_else(|_| panic!("`{text}` is no number"))
}

/// A value that a test of the book has printed into a snapshot.
///
/// # Panics
/// If there is none.
pub fn printed(snapshot: &str, name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../snapshots");
    let text = fs::read_to_string(folder.join(format!("{snapshot}.snap")))
        .unwrap_or_else(|error| panic!("{snapshot}: {error}"));
    let start = format!("{name} = ");
    let value = text.lines().find_map(|line| line.strip_prefix(&start));
    value.unwrap_or_else(|| panic!("{snapshot} has no {name}")).to_owned()
}

/// The numbers in bold of a table that a test of the book has printed, each the last of its words: `**0.05: 0.16**` is 0.16.
///
/// # Panics
/// If there is no such table, or if one is no number.
pub fn bold(snapshot: &str) -> Vec<f64> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../snapshots");
    let text = fs::read_to_string(folder.join(format!("{snapshot}.snap")))
        .unwrap_or_else(|error| panic!("{snapshot}: {error}"));
    let marked = text.split("**").skip(1).step_by(2);
    let last = |part: &str| part.split_whitespace().next_back()?.parse().ok();
    marked.map(|part| last(part).unwrap_or_else(|| panic!("`{part}`"))).collect()
}
