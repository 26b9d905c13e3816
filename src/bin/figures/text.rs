//! Labels: how wide they are, and how symbols are written in them.
//!
//! In a label the letters between two `$` are symbols, and Greek letters always are. They
//! get the face of the book's formulas.

use std::fmt::Write;

/// The size of all text, in pixels. A figure is at most 608 pixels wide, so that on a
/// screen of 400 its letters keep 11 and on one of 320 keep 9.
pub const SIZE: f64 = 17.5;
/// The same of symbols, whose face has smaller letters.
const SYMBOLS: f64 = 19.5;
/// How far ink reaches above and below the middle of a capital.
pub const ABOVE: f64 = 0.43 * SIZE;
pub const BELOW: f64 = 0.60 * SIZE;

/// The fonts in a page, whose style sheet knows `KaTeX_Math`, and in the file alone.
pub const FONTS: &str = "Open Sans,Arial,Helvetica,sans-serif";
const OF_SYMBOLS: &str = "KaTeX_Math,Times New Roman,Times,serif";

/// The label without its marks.
pub fn plain(label: &str) -> String {
    label.replace('$', "")
}

/// Pieces of a label: symbols and what is between them.
fn pieces(label: &str) -> Vec<(bool, String)> {
    let mut pieces: Vec<(bool, String)> = Vec::new();
    let mut within = false;
    for letter in label.chars() {
        if letter == '$' {
            within = !within;
            continue;
        }
        let is_symbol = matches!(letter, 'α'..='ω')
            || within && letter.is_alphabetic() && letter != 'ᵀ' && letter != 'ᵗ';
        match pieces.last_mut() {
            Some((same, piece)) if *same == is_symbol => piece.push(letter),
            _ => pieces.push((is_symbol, letter.into())),
        }
    }
    pieces
}

/// The label as the content of an SVG's `<text>`.
pub fn markup(label: &str) -> String {
    let mut markup = String::new();
    for (is_symbol, piece) in pieces(label) {
        let piece = escaped(&piece);
        // Writing to a string does not fail.
        let _ = match is_symbol {
            true => write!(
                markup,
                r#"<tspan class="m" font-family="{OF_SYMBOLS}" font-size="{:.0}" font-style="italic">{piece}</tspan>"#,
                10.0 * SYMBOLS
            ),
            false => write!(markup, "{piece}"),
        };
    }
    markup
}

pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// The width of a label in pixels, in the widest of the usual fonts.
pub fn width(label: &str) -> f64 {
    let width = |(is_symbol, piece): (bool, String)| -> f64 {
        let (table, size) = if is_symbol { (ITALIC, SYMBOLS) } else { (SANS, SIZE) };
        piece.chars().map(|letter| hundredths(table, letter) * size / 100.0).sum()
    };
    pieces(label).into_iter().map(width).sum()
}

fn hundredths(table: &[(u16, &str)], letter: char) -> f64 {
    match letter {
        '\u{a0}' => return 32.0,
        '\u{202f}' => return 20.0,
        _ => {}
    }
    let entry = table.iter().find(|(_, letters)| letters.contains(letter));
    entry.map_or(100.0, |(width, _)| f64::from(*width))
}

/// Characters by their width in hundredths of the size, the widest of Open Sans, DejaVu
/// Sans and Arial.
const SANS: &[(u16, &str)] = &[
    (23, "′"),
    (28, "'ijl"),
    (30, "Iᵗ"),
    (32, " ,.·’"),
    (34, ":;"),
    (36, "f"),
    (37, "-/\\"),
    (39, "()[]ᵀ"),
    (40, "t"),
    (41, "!₀₁₂₃₄₅₆₇₈₉²⁴⁶⁵⁰¹³⁷⁸⁹"),
    (42, "r"),
    (46, "\""),
    (50, "J‖"),
    (53, "sz⁻"),
    (55, "c"),
    (56, "*?L_|–"),
    (58, "`k"),
    (59, "∂"),
    (60, "vxyŷ"),
    (62, "FTaeo"),
    (64, "$0123456789bdghnpqu{}√∛"),
    (67, "EKPSY∇"),
    (69, "ABVXZ"),
    (73, "CR"),
    (74, "U"),
    (76, "HN"),
    (77, "D"),
    (78, "&G"),
    (79, "OQ"),
    (82, "w"),
    (84, "#+<=>^~−≠↓↑±×≤≥∞"),
    (91, "M"),
    (95, "%"),
    (97, "½¾¼"),
    (98, "m"),
    (99, "W"),
    (100, "⋯→…"),
    (102, "@"),
];

/// The same for symbols, the wider of KaTeX's italic and Times.
const ITALIC: &[(u16, &str)] = &[
    (30, "l"),
    (35, "i"),
    (37, "t"),
    (42, "j"),
    (44, "Iξτ"),
    (45, "cŷ"),
    (46, "r"),
    (47, "eszδε"),
    (49, "fvy"),
    (50, "bgoqηθ"),
    (51, "p"),
    (52, "dγρ"),
    (53, "ak"),
    (56, "J"),
    (57, "βπ"),
    (58, "huxκσ"),
    (59, "TYλ"),
    (60, "n"),
    (61, "μ"),
    (62, "SV"),
    (64, "α"),
    (65, "FP"),
    (66, "φ"),
    (69, "LZ"),
    (71, "ω"),
    (72, "wC"),
    (73, "U"),
    (74, "E"),
    (75, "A"),
    (76, "BR"),
    (77, "O"),
    (79, "G"),
    (80, "Q"),
    (81, "N"),
    (83, "DX"),
    (84, "HΔ"),
    (85, "K"),
    (88, "m"),
    (95, "W"),
    (97, "M"),
];
