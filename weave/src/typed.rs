//! Numbers that are typed on a page although a snapshot has them.

use crate::markdown::Scan;

/// A page's text with spaces for its code and its directives.
pub struct Typed(String);

impl Typed {
    /// Reads a page.
    pub fn new(text: &str) -> Self {
        let scan = Scan::new(text);
        let mut bytes = text.as_bytes().to_vec();
        let directives = text.match_indices("{{").filter_map(|(start, _)| {
            Some(start..start + text[start..].find("}}")? + "}}".len())
        });
        for range in scan.code.into_iter().chain(directives) {
            bytes[range].iter_mut().filter(|b| **b != b'\n').for_each(|b| *b = b' ');
        }
        Self(String::from_utf8(bytes).expect("whole characters were replaced"))
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The line on which this number stands, and no longer number around it.
    pub fn line_of(&self, number: &str) -> Option<usize> {
        let text = &self.0;
        let is_part = |c: char| c.is_alphanumeric() || ".,−-".contains(c);
        let found = text.match_indices(number).find(|(start, _)| {
            let behind = &text[start + number.len()..];
            let mut behind = behind.chars();
            let goes_on = match behind.next() {
                Some('.' | ',') => behind.next().is_some_and(|c| c.is_ascii_digit()),
                next => next.is_some_and(char::is_alphanumeric),
            };
            !goes_on && !text[..*start].ends_with(is_part)
        });
        found.map(|(start, _)| crate::source::line_of(text, start))
    }
}

/// Whether a value is a number that one does not type by chance: a fraction, or thousands, of three digits or more.
pub fn is_telling(value: &str) -> bool {
    const DIGITS: usize = 3;
    let number = value.trim_start_matches('−').trim_end_matches(" %");
    let is_number = number.chars().all(|c| c.is_ascii_digit() || c == '.' || c == ',');
    let digits = number.replace(['.', ','], "");
    let digits = digits.trim_start_matches('0');
    is_number && number.contains(['.', ',']) && digits.len() >= DIGITS
}
