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
    let exact = Decimal::new(value.abs());
    let rounded = exact.rounded(count);
    let exponent = rounded.exponent;
    let number = match exponent {
        0..7 => exact.rounded(count.max(exponent as usize + 1)).plain(),
        -4..0 => rounded.plain(),
        _ => {
            let mantissa = Decimal { exponent: 0, ..rounded }.plain();
            mantissa + "·10" + &superscript(exponent)
        }
    };
    if value < 0.0 { "−".to_owned() + &number } else { number }
}

/// A number in decimal. The standard library's way of writing one takes a sixth of the
/// module's bytes.
struct Decimal {
    /// From the last, which is not 0 unless it is the only one, to the first.
    digits: Vec<u8>,
    /// The power of ten of the first.
    exponent: i32,
}

impl Decimal {
    /// All digits of a finite number that is not negative.
    fn new(value: f64) -> Self {
        const LIMB: u64 = 1_000_000_000;
        let bits = value.to_bits();
        let fraction = bits & ((1 << 52) - 1);
        let (mut whole, mut power) = match (bits >> 52) as i32 {
            0 => (fraction, -1074),
            biased => (fraction | 1 << 52, biased - 1075),
        };
        while whole % 2 == 0 && power < 0 {
            (whole, power) = (whole / 2, power + 1);
        }
        // Nine digits in each, the last ones first. A half is five tenths.
        let mut limbs = vec![whole % LIMB, whole / LIMB];
        let factor = if power < 0 { 5 } else { 2 };
        for _ in 0..power.abs() {
            let mut carry = 0;
            for limb in &mut limbs {
                carry += factor * *limb;
                (*limb, carry) = (carry % LIMB, carry / LIMB);
            }
            if carry > 0 {
                limbs.push(carry);
            }
        }
        let mut digits = Vec::with_capacity(9 * limbs.len());
        for mut limb in limbs {
            for _ in 0..9 {
                digits.push((limb % 10) as u8);
                limb /= 10;
            }
        }
        while digits.ends_with(&[0]) {
            digits.pop();
        }
        let exponent = digits.len() as i32 - 1 + power.min(0);
        Self { digits, exponent }.trimmed()
    }

    fn trimmed(mut self) -> Self {
        let zeros = self.digits.iter().take_while(|&&digit| digit == 0).count();
        let digits = self.digits.split_off(zeros);
        match digits.is_empty() {
            true => Self { digits: vec![0], exponent: 0 },
            false => Self { digits, ..self },
        }
    }

    /// The nearest with so many digits, of two the even one.
    fn rounded(&self, count: usize) -> Self {
        let dropped = self.digits.len().saturating_sub(count);
        let (rest, digits) = self.digits.split_at(dropped);
        let (mut digits, mut exponent) = (digits.to_vec(), self.exponent);
        let is_up = match rest {
            [5] => digits[0] % 2 == 1,
            _ => rest.last().is_some_and(|&digit| digit >= 5),
        };
        if is_up {
            let nines = digits.iter().take_while(|&&digit| digit == 9).count();
            digits[..nines].fill(0);
            match digits.get_mut(nines) {
                Some(digit) => *digit += 1,
                None => {
                    digits.push(1);
                    exponent += 1;
                }
            }
        }
        Self { digits, exponent }.trimmed()
    }

    /// Without a power of ten.
    fn plain(&self) -> String {
        let last = self.exponent - (self.digits.len() as i32 - 1);
        let at = |place: i32| {
            let digit = self.digits.get((place - last) as usize).copied();
            char::from(b'0' + if place < last { 0 } else { digit.unwrap_or(0) })
        };
        let whole = (0..=self.exponent.max(0)).rev().map(at);
        let point = (last < 0).then_some('.');
        whole.chain(point).chain((last..0).rev().map(at)).collect()
    }
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
    fn digits_are_those_of_the_standard_library() {
        let mut bits = 1_u64;
        for count in (0..300).map(|i| i % 17 + 1) {
            // Knuth's multiplier: every exponent and every fraction may come up.
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let any = f64::from_bits(bits);
            let near_one = f64::from_bits(bits >> 12 | 1023 << 52);
            let near = near_one * 10_f64.powi((bits % 11) as i32 - 4);
            let tie = (bits % 2000) as f64 / 16.0;
            for value in [any, near, tie].into_iter().filter(|value| value.is_finite())
            {
                let shown = digits(value, count).replace('−', "-");
                let standard = format!("{value:.*e}", count - 1);
                let (mantissa, exponent) = standard.split_once('e').unwrap();
                let exponent: i32 = exponent.parse().unwrap();
                let expected = match exponent {
                    -4..7 => {
                        let decimals = (count as i32 - 1 - exponent).max(0) as usize;
                        trimmed(&format!("{value:.decimals$}"))
                    }
                    _ => trimmed(mantissa) + "·10" + &superscript(exponent),
                };
                assert_eq!(shown, expected, "{value:e}");
            }
        }
    }

    fn trimmed(number: &str) -> String {
        match number.contains('.') {
            true => number.trim_end_matches('0').trim_end_matches('.').into(),
            false => number.into(),
        }
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
