//! TeX in pieces.

const LETTERS: &str = "alpha α beta β gamma γ delta δ varepsilon ε zeta ζ eta η theta θ iota ι kappa κ lambda λ mu μ nu ν \
     xi ξ pi π rho ρ sigma σ tau τ varphi φ chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ Pi Π Phi Φ ell ℓ nabla ∇ \
     partial ∂ min min max max prime '";

/// Commands that only move what follows, or make it larger.
const LAYOUT: [&str; 17] = [
    r"\,",
    r"\;",
    r"\:",
    r"\!",
    r"\ ",
    r"\left",
    r"\right",
    r"\big",
    r"\Big",
    r"\bigl",
    r"\bigr",
    r"\Bigl",
    r"\Bigr",
    r"\displaystyle",
    r"\limits",
    r"\middle",
    "~",
];

/// Commands that make one piece of themselves and their argument.
const FONTS: [&str; 7] = [
    r"\text",
    r"\operatorname",
    r"\mathrm",
    r"\mathbf",
    r"\mathcal",
    r"\begin",
    r"\end",
];

/// The commands and characters of a formula, without blanks and layout. A word is one token, `\text{word}`.
pub fn tokens(tex: &str) -> Result<Vec<String>, String> {
    let mut tokens = Vec::new();
    let mut rest = tex.trim_start();
    while let Some(first) = rest.chars().next() {
        let command = rest.strip_prefix('\\').unwrap_or_default();
        let letters = command.find(|c: char| !c.is_ascii_alphabetic());
        let length = first.len_utf8()
            + match letters {
                Some(0) => command.chars().next().map_or(0, char::len_utf8),
                letters => letters.unwrap_or(command.len()),
            };
        let length = if first == '\\' { length } else { first.len_utf8() };
        let mut token = rest[..length].to_owned();
        rest = rest[length..].trim_start();
        if FONTS.contains(&token.as_str()) {
            let (argument, behind) =
                argument(rest).ok_or_else(|| format!("`{token}` has no argument"))?;
            token = format!("{token}{{{argument}}}");
            rest = behind.trim_start();
        }
        let token = match token.as_str() {
            r"\tfrac" | r"\dfrac" => r"\frac".to_owned(),
            _ => token,
        };
        if !LAYOUT.contains(&token.as_str()) {
            tokens.push(token);
        }
    }
    Ok(tokens)
}

fn argument(rest: &str) -> Option<(&str, &str)> {
    match rest.strip_prefix('{') {
        Some(inside) => inside.split_once('}'),
        None => Some(rest.split_at(rest.chars().next()?.len_utf8())),
    }
}

/// What a word says: `gap` of `\text{gap}`.
pub fn word<'a>(token: &'a str, font: &str) -> Option<&'a str> {
    token.strip_prefix(font)?.strip_prefix('{')?.strip_suffix('}')
}

/// Tokens as one would write them in a sentence: `λ_min`, `t-1`.
pub fn letters(tokens: &[String]) -> String {
    let letter = |token: &String| {
        if let Some(word) = FONTS.iter().find_map(|font| word(token, font)) {
            return word.trim().to_owned();
        }
        let Some(command) = token.strip_prefix('\\') else {
            return token.trim_matches(['{', '}']).to_owned();
        };
        let mut names = LETTERS.split_whitespace();
        match names.by_ref().position(|name| name == command) {
            Some(_) => names.next().unwrap_or_default().to_owned(),
            None => token.clone(),
        }
    };
    tokens.iter().map(letter).collect()
}

/// The letters and words among tokens, as one would write them in a sentence.
pub fn words(tokens: &[String]) -> Vec<String> {
    let words = tokens.iter().map(|token| letters(std::slice::from_ref(token)));
    words
        .filter(|word| word.chars().all(char::is_alphabetic) && !word.is_empty())
        .collect()
}
