//! How the book writes numbers, in its figures and in what its tests print.

/// A number with a fixed count of decimals.
pub fn decimals(value: f64, decimals: usize) -> String {
    format!("{value:.decimals$}").replace('-', "−")
}

/// A whole number in groups of three digits.
pub fn grouped(number: usize) -> String {
    match number {
        0..1000 => number.to_string(),
        _ => format!("{}\u{202f}{:03}", grouped(number / 1000), number % 1000),
    }
}

/// An exponent.
pub fn superscript(number: i32) -> String {
    let digit = |digit| match digit {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        digit => {
            char::from_u32('⁰' as u32 + digit as u32 - '0' as u32).unwrap_or(digit)
        }
    };
    number.to_string().chars().map(digit).collect()
}

/// A number as one writes it by hand: with a power of ten in place of many zeros.
pub fn short(value: f64) -> String {
    if value == 0.0 || (1e-4..1e7).contains(&value.abs()) {
        return value.to_string().replace('-', "−");
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let power = format!("10{}", superscript(exponent.parse().unwrap_or(0)));
    match mantissa {
        "1" => power,
        _ => format!("{}·{power}", mantissa.replace('-', "−")),
    }
}
