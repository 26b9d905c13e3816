//! Formulas with one token changed, as a slip of the pen would.

use formula::{Formula, tokens};
use std::collections::BTreeSet;

/// The file that lists mutants, a label and a formula in each line: set, it makes each check judge those of its own formula, and
/// print what it says of them.
pub const LIST: &str = "DESCENT_FORMULA_MUTANTS";

/// The mutants in that file for a label, if there is such a file.
pub fn asked_for(label: &str) -> Option<Vec<String>> {
    let list = std::env::var_os(LIST)?;
    let list = std::fs::read_to_string(list).expect("a list of mutants");
    let mutants = list.lines().filter_map(|line| line.split_once('\t'));
    Some(
        mutants.filter(|(of, _)| *of == label).map(|(_, tex)| tex.to_owned()).collect(),
    )
}

/// What is written in the place of a token.
const OTHERS: [(&str, &str); 35] = [
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
    ("<", r"\le"),
    (">", r"\ge"),
    (r"\le", "<"),
    (r"\ge", ">"),
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
    let letters: BTreeSet<&str> =
        tokens.iter().map(String::as_str).filter(|it| is_letter(it)).collect();
    let mut mutants = BTreeSet::new();
    let mut put = |start: usize, end: usize, other: &[&str]| {
        let around = [&tokens[..start], &tokens[end..]];
        let [before, behind] =
            around.map(|it| it.iter().map(String::as_str).collect::<Vec<_>>());
        mutants.insert([&before, other, &behind].concat().join(" "));
    };
    for (i, token) in tokens.iter().enumerate() {
        let argument = |at: usize| at..end_of_argument(&tokens, at);
        let texts = |range: std::ops::Range<usize>| {
            tokens[range].iter().map(String::as_str).collect::<Vec<_>>()
        };
        for (_, other) in OTHERS.iter().filter(|(it, _)| it == token) {
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
                put(i, index.end, &[]);
                let inside = texts(index.clone());
                if inside.iter().any(|it| ["t", "i", "j", "k"].contains(it)) {
                    let next = [&["{"], &inside[..], &["+", "1", "}"]].concat();
                    put(index.start, index.end, &next);
                }
            }
            r"\frac" => {
                let (one, two) = (argument(i + 1), argument(argument(i + 1).end));
                let (above, below) = (texts(one), texts(two.clone()));
                put(i + 1, two.end, &[&below[..], &above].concat());
                let is_number =
                    |it: &&str| it.chars().all(|c| "{}0123456789".contains(c));
                if above.iter().chain(&below).all(is_number) {
                    put(i, two.end, &[]);
                }
            }
            r"\lvert" | r"\lVert" => {
                let close = token.replace(r"\l", r"\r");
                let length = tokens[i..].iter().position(|it| *it == close);
                let end = i + length.expect("a bar on the right");
                put(i, end + 1, &[&["("], &texts(i + 1..end)[..], &[")"]].concat());
            }
            r"\sqrt" => put(i, i + 1, &[]),
            mark if MARKS.contains(&mark) => put(i, i + 1, &[]),
            letter if is_letter(letter) => {
                for other in letters.iter().filter(|it| **it != letter) {
                    put(i, i + 1, &[other]);
                }
            }
            _ => {}
        }
    }
    mutants.remove(&plain);
    mutants.into_iter().collect()
}

/// Whether a token stands for a quantity.
fn is_letter(token: &str) -> bool {
    const NONE: &str = r"e \pi \partial \nabla \Delta \frac \sqrt \prod \int \top \dots \qquad \Pr \prime \ne \in \to \lvert \rvert \lVert \rVert \approx \leftarrow \sim";
    let name = token.strip_prefix('\\').unwrap_or(token);
    let is_known = NONE.split(' ').any(|it| it == token)
        || MARKS.contains(&token)
        || OTHERS.iter().any(|(it, _)| *it == token);
    let is_name = name.chars().all(|c| c.is_ascii_alphabetic())
        && (name.len() == 1) != token.starts_with('\\');
    is_name && !is_known
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
