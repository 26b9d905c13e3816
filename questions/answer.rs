//! What an option says, and where it stands among the others.

use std::cmp::Ordering;

#[path = "../src/bin/figures/numbers.rs"]
#[allow(dead_code, reason = "the figures use the rest")]
mod numbers;

pub use numbers::{decimals, grouped, superscript};

/// An answer as it is printed, and what it is ordered by.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// As it is printed, in Markdown.
    pub text: String,
    /// What it is ordered by; words have none.
    pub value: f64,
    /// How far a number may be from it, that is still this answer.
    pub within: f64,
}

impl Answer {
    /// The answer with its unit behind it.
    pub fn unit(mut self, unit: &str) -> Self {
        self.text += &format!("\u{a0}{unit}");
        self
    }

    /// Whether it is a number.
    pub fn is_number(&self) -> bool {
        self.within > 0.0
    }

    /// By value; words by alphabet.
    pub fn order(&self, other: &Self) -> Ordering {
        self.value.total_cmp(&other.value).then_with(|| self.text.cmp(&other.text))
    }
}

/// A number with a fixed count of decimals.
pub fn number(value: f64, digits: usize) -> Answer {
    // Adding 0 makes −0 a 0.
    let text = match digits {
        0 => whole(value).unwrap_or_else(|| decimals(value + 0.0, 0)),
        _ => decimals(value + 0.0, digits),
    };
    Answer { text, value, within: 0.5001 * 10.0_f64.powi(-(digits as i32)) }
}

/// A number that is printed as short as it is exact.
pub fn exact(value: f64) -> Answer {
    let plain = || (value + 0.0).to_string().replace('-', "−");
    let is_whole = value.fract() == 0.0;
    let text = is_whole.then(|| whole(value)).flatten().unwrap_or_else(plain);
    Answer { text, value, within: 1e-6 * value.abs().max(1.0) }
}

/// A whole number with groups of three digits, if it has more than three.
fn whole(value: f64) -> Option<String> {
    (1000.0..1e15).contains(&value).then(|| grouped(value.round() as usize))
}

/// A number above zero with a fixed count of significant digits, with a power of ten where it is large or small.
pub fn significant(value: f64, digits: usize) -> Answer {
    let scientific = format!("{value:.*e}", digits - 1);
    let (mantissa, exponent) = scientific.split_once('e').expect("an exponent");
    let exponent: i32 = exponent.parse().expect("a whole exponent");
    let last = exponent + 1 - digits as i32;
    let text = if (-3..4).contains(&exponent) {
        let rounded: f64 = scientific.parse().expect("a number");
        decimals(rounded, usize::try_from(-last).unwrap_or(0))
    } else {
        format!("{}·10{}", mantissa.replace('-', "−"), superscript(exponent))
    };
    Answer { text, value, within: 0.5001 * 10.0_f64.powi(last) }
}

/// An answer in words.
pub fn words(text: impl Into<String>) -> Answer {
    Answer { text: text.into(), value: 0.0, within: 0.0 }
}
