//! Numbers in sentences.

/// A number with three significant digits.
pub fn number(value: f64) -> String {
    digits(value, 3)
}

/// A number with as many significant digits, at least three, as tell it from another.
pub fn apart(value: f64, other: f64) -> String {
    let shown = (3..=17).map(|count| digits(value, count));
    let mut different = shown.zip((3..=17).map(|count| digits(other, count)));
    let found = different.find(|(one, another)| one != another || value == other);
    found.map_or_else(|| number(value), |(one, _)| one)
}

/// A number with so many significant digits, without zeros at its end.
pub fn digits(value: f64, count: usize) -> String {
    if !value.is_finite() {
        return if value.is_nan() { "no number" } else { "infinite" }.into();
    }
    let written = format!("{value:.*e}", count - 1);
    let (mantissa, exponent) = written.split_once('e').expect("an exponent");
    let exponent: i32 = exponent.parse().expect("a whole exponent");
    let number = match exponent {
        -4..7 => trimmed(&format!("{value:.*}", decimals(count, exponent))),
        _ => format!("{}·10{}", trimmed(mantissa), superscript(exponent)),
    };
    number.replace('-', "−")
}

fn decimals(count: usize, exponent: i32) -> usize {
    (count as i32 - 1 - exponent).max(0) as usize
}

fn trimmed(number: &str) -> String {
    let number = match number.contains('.') {
        true => number.trim_end_matches('0').trim_end_matches('.'),
        false => number,
    };
    if number == "-0" { "0" } else { number }.into()
}

fn superscript(exponent: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let digit = |c: char| match c.to_digit(10) {
        Some(digit) => DIGITS[digit as usize],
        None => '⁻',
    };
    exponent.to_string().chars().map(digit).collect()
}

/// A value to three significant digits, as a hand sets it.
pub fn rounded(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let decimals = 2 - value.abs().log10().floor() as i32;
    // A power of ten up to 10²² is exact, and so the result the number nearest to the
    // decimal one.
    let power = 10_f64.powi(decimals.abs().min(22));
    match decimals >= 0 {
        true => (value * power).round() / power,
        false => (value / power).round() * power,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits_and_no_zeros_at_their_end() {
        let shown = [0.0, -0.5, 2.0 / 11.0, 1234.4, 5e-9, -6.02e23, 0.99999, 1e-4];
        let expected =
            ["0", "−0.5", "0.182", "1234", "5·10⁻⁹", "−6.02·10²³", "1", "0.0001"];
        assert_eq!(shown.map(number), expected);
        assert_eq!(number(f64::NAN), "no number");
        assert_eq!(number(f64::INFINITY), "infinite");
        assert_eq!(number(-0.0), "0");
    }

    #[test]
    fn as_many_digits_as_tell_two_numbers_apart() {
        assert_eq!(apart(2.1, 2.0), "2.1");
        assert_eq!(apart(2.0004, 2.0), "2.0004");
        assert_eq!(apart(2.0, 2.0), "2");
        assert_eq!(apart(2.0_f64.next_up(), 2.0), "2.0000000000000004");
    }

    #[test]
    fn a_hand_sets_three_digits() {
        assert_eq!(rounded(0.181_818), 0.182);
        assert_eq!(rounded(-12_345.0), -12_300.0);
        assert!(rounded(f64::NAN).is_nan());
    }
}
