//! TeX in pieces.

const LETTERS: &str = "alpha α beta β gamma γ delta δ varepsilon ε zeta ζ eta η theta θ iota ι kappa κ lambda λ mu μ nu ν \
     xi ξ pi π rho ρ sigma σ tau τ varphi φ chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ Pi Π Phi Φ ell ℓ nabla ∇ \
     partial ∂ min min max max prime '";

/// Commands that only move what follows, or make it larger.
const LAYOUT: &str = r"\, \; \: \! \left \right \middle \big \Big \bigl \bigr \Bigl \Bigr \displaystyle \limits ~";

/// Commands that make one piece of themselves and their argument.
const FONTS: &str = r"\text \operatorname \mathrm \mathbf \mathcal \begin \end";

/// Whether a token is in a list.
pub fn is_among(token: &str, list: &str) -> bool {
    list.split_whitespace().any(|it| it == token)
}

/// The commands and characters of a formula, without blanks and layout. A word is one token, `\text{word}`.
pub fn tokens(tex: &str) -> Result<Vec<String>, String> {
    let mut tokens = Vec::new();
    let mut rest = tex.trim_start();
    while !rest.is_empty() {
        let (token, behind) = rest.split_at(length_of_token(rest));
        rest = behind.trim_start();
        if is_among(token, FONTS) {
            let (argument, behind) =
                argument(rest).ok_or_else(|| format!("`{token}` has no argument"))?;
            tokens.push(format!("{token}{{{argument}}}"));
            rest = behind.trim_start();
        } else if is_among(token, r"\tfrac \dfrac") {
            tokens.push(r"\frac".to_owned());
        } else if token != r"\ " && !is_among(token, LAYOUT) {
            tokens.push(token.to_owned());
        }
    }
    Ok(tokens)
}

/// A command is a backslash and letters, or one other character.
fn length_of_token(rest: &str) -> usize {
    let first = |text: &str| text.chars().next().map_or(0, char::len_utf8);
    let Some(name) = rest.strip_prefix('\\') else { return first(rest) };
    let letters = name.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(name.len());
    1 + if letters == 0 { first(name) } else { letters }
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
        if let Some(word) = FONTS.split(' ').find_map(|font| word(token, font)) {
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
