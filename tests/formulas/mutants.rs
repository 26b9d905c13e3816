//! Formulas with one token changed, as a slip of the pen would.

use formula::{Formula, tokens};
use std::collections::BTreeSet;

/// The file that lists mutants, a label and a formula in each line: set, it makes each check judge those of its own formula, and
/// print what it says of them.
pub const LIST: &str = "DESCENT_FORMULA_MUTANTS";

/// Whether there is such a list: then the formulas themselves are not examined.
pub fn is_asked_for() -> bool {
    std::env::var_os(LIST).is_some()
}

/// The mutants in that file for a label.
pub fn asked_for(label: &str) -> Vec<String> {
    let Some(list) = std::env::var_os(LIST) else { return Vec::new() };
    let list = std::fs::read_to_string(list).expect("a list of mutants");
    let mutants = list.lines().filter_map(|line| line.split_once('\t'));
    mutants.filter(|(of, _)| *of == label).map(|(_, tex)| tex.to_owned()).collect()
}

/// What is written in the place of a token.
const OTHERS: [(&str, &str); 31] = [
    ("+", "-"),
    ("-", "+"),
    (r"\pm", r"\mp"),
    (r"\mp", r"\pm"),
    ("/", r"\cdot"),
    (r"\cdot", "+"),
    (r"\circ", "+"),
    ("<", ">"),
    (">", "<"),
    (r"\le", r"\ge"),
    (r"\ge", r"\le"),
    (r"\min", r"\max"),
    (r"\max", r"\min"),
    (r"\log", r"\exp"),
    (r"\ln", r"\exp"),
    (r"\exp", r"\log"),
    (r"\sin", r"\cos"),
    (r"\cos", r"\sin"),
    (r"\tan", r"\cos"),
    (r"\arccos", r"\arctan"),
    (r"\arctan", r"\tan"),
    (r"\sinh", r"\cosh"),
    (r"\cosh", r"\sinh"),
    (r"\tanh", r"\coth"),
    (r"\coth", r"\tanh"),
    (r"\infty", "1"),
    (r"\operatorname{E}", r"\operatorname{Var}"),
    (r"\operatorname{Var}", r"\operatorname{E}"),
    (r"\operatorname{mean}", r"\operatorname{Var}"),
    (r"\sum", r"\prod"),
    (r"\varphi", r"\Phi"),
];
/// Left out, with what they belong to.
const MARKS: [&str; 4] = [r"\hat", r"\tilde", r"\bar", "'"];

/// The formula without remarks and layout, with a blank between tokens.
fn plain(tex: &str) -> Option<String> {
    let chains = Formula::parse(tex).ok()?.chains.into_iter().map(|chain| {
        let first = chain.sides[0].tex.clone();
        let rest = chain.relations.iter().zip(&chain.sides[1..]);
        rest.fold(first, |tex, (relation, side)| {
            format!("{tex} {} {}", relation.tex(), side.tex)
        })
    });
    Some(chains.collect::<Vec<_>>().join(r" \qquad "))
}

/// The mutants of a formula.
pub fn of(tex: &str) -> Vec<String> {
    let plain = plain(tex).expect("a formula that can be read");
    let tokens = tokens(&plain).expect("tokens");
    let letters: BTreeSet<&String> = tokens.iter().filter(|it| is_letter(it)).collect();
    let letters: Vec<_> = letters.into_iter().collect();
    let mut mutants = BTreeSet::new();
    let mut put = |start: usize, end: usize, other: &[&str]| {
        let mut changed: Vec<&str> =
            tokens[..start].iter().map(String::as_str).collect();
        changed.extend(other);
        changed.extend(tokens[end..].iter().map(String::as_str));
        mutants.insert(changed.join(" "));
    };
    for (i, token) in tokens.iter().enumerate() {
        let argument = |at: usize| at..end_of_argument(&tokens, at);
        let texts = |range: std::ops::Range<usize>| {
            tokens[range].iter().map(String::as_str).collect::<Vec<_>>()
        };
        if let Some((_, other)) = OTHERS.iter().find(|(it, _)| it == token) {
            put(i, i + 1, &[other]);
        }
        match token.as_str() {
            digit if digit.parse::<u8>().is_ok_and(|it| it < 10) => {
                let digit: u8 = digit.parse().expect("a digit");
                put(i, i + 1, &[&((digit + 1) % 10).to_string()]);
            }
            "^" => put(i, argument(i + 1).end, &[]),
            "_" => {
                let index = argument(i + 1);
                let inside = texts(index.clone());
                let is_number =
                    inside.iter().any(|it| ["t", "i", "j", "k"].contains(it));
                if is_number {
                    put(
                        index.start,
                        index.end,
                        &[&["{"], &inside[..], &["+", "1", "}"]].concat(),
                    );
                }
            }
            r"\frac" => {
                let (one, two) = (argument(i + 1), argument(argument(i + 1).end));
                put(i + 1, two.end, &[texts(two.clone()), texts(one)].concat());
            }
            r"\sqrt" => put(i, i + 1, &[]),
            mark if MARKS.contains(&mark) => put(i, i + 1, &[]),
            _ if is_letter(token) => {
                let at = letters.iter().position(|it| *it == token).expect("a letter");
                let other = letters[(at + 1) % letters.len()];
                if other != token {
                    put(i, i + 1, &[other]);
                }
            }
            _ => {}
        }
    }
    mutants.remove(&plain);
    mutants.into_iter().collect()
}

fn is_letter(token: &str) -> bool {
    const NONE: [&str; 6] = ["e", r"\pi", r"\partial", r"\nabla", r"\Delta", r"\infty"];
    let is_greek = token.strip_prefix('\\').is_some_and(|name| {
        !OTHERS.iter().any(|(it, _)| it[1..] == *name)
            && name.len() > 1
            && ![
                "frac", "sqrt", "sum", "prod", "int", "top", "dots", "qquad", "Pr",
                "prime", "ne", "in", "to",
            ]
            .contains(&name)
            && name.chars().all(|c| c.is_ascii_alphabetic())
            && ![
                "lvert",
                "rvert",
                "lVert",
                "rVert",
                "approx",
                "leftarrow",
                "sim",
                "hat",
                "tilde",
                "bar",
            ]
            .contains(&name)
    });
    let is_single =
        token.len() == 1 && token.starts_with(|c: char| c.is_ascii_alphabetic());
    (is_single || is_greek) && !NONE.contains(&token)
}

/// Where the argument that begins at a token ends.
fn end_of_argument(tokens: &[String], start: usize) -> usize {
    let mut depth = 0;
    for (i, token) in tokens.iter().enumerate().skip(start) {
        depth += i32::from(token == "{") - i32::from(token == "}");
        if depth == 0 {
            return i + 1;
        }
    }
    tokens.len()
}
