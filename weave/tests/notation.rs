//! The page of symbols, compared with the formulas of all chapters.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use support::root;
use weave::markdown::Scan;

/// Commands that are layout, relations or functions with names of their own.
const OTHER: &[&str] = &[
    "approx",
    "arccos",
    "arctan",
    "bigl",
    "bigr",
    "Big",
    "Bigl",
    "Bigr",
    "coth",
    "dfrac",
    "int",
    "sinh",
    "cdot",
    "cos",
    "cosh",
    "dots",
    "exp",
    "frac",
    "ge",
    "in",
    "ldots",
    "le",
    "left",
    "leftarrow",
    "ll",
    "log",
    "longrightarrow",
    "Longrightarrow",
    "lvert",
    "lVert",
    "max",
    "mid",
    "min",
    "ne",
    "neq",
    "odot",
    "mp",
    "pm",
    "prime",
    "Pr",
    "prod",
    "qquad",
    "quad",
    "right",
    "rvert",
    "rVert",
    "sin",
    "sqrt",
    "square",
    "sum",
    "tan",
    "tanh",
    "tfrac",
    "times",
    "to",
    "top",
    "infty",
    "ln",
    "cdots",
    "propto",
    "mapsto",
    "gg",
];
/// Commands whose argument is a word.
const WORDS: [&str; 6] = ["begin", "end", "mathtt", "text", "texttt", "textbf"];
/// Commands that make one symbol of themselves and their argument.
const FONTS: [&str; 5] = ["mathbb", "mathbf", "mathcal", "mathrm", "operatorname"];
/// Signs above a letter, which make another symbol of it.
const ACCENTS: [&str; 3] = ["bar", "hat", "tilde"];

/// The symbols of a formula: commands and single letters; a directive is none.
fn symbols(tex: &str) -> BTreeSet<String> {
    let mut symbols = BTreeSet::new();
    let mut rest = tex;
    while let Some(first) = rest.chars().next() {
        if let Some(directive) = rest.strip_prefix("{{#") {
            rest = directive.split_once("}}").map_or("", |(_, rest)| rest);
            continue;
        }
        if first != '\\' {
            symbols.extend(first.is_ascii_alphabetic().then(|| first.to_string()));
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let name;
        (name, rest) = command(rest);
        if name.is_empty() {
            // A space or a bracket: `\,` or `\{`.
            rest = rest.get(1..).unwrap_or("");
        } else if WORDS.contains(&name) {
            (_, rest) = argument(rest);
        } else if FONTS.contains(&name) || ACCENTS.contains(&name) {
            let word;
            (word, rest) = argument(rest);
            let is_word = name == "mathrm" && word.len() > 1;
            symbols.extend((!is_word).then(|| format!("\\{name} {word}")));
        } else if !OTHER.contains(&name) {
            symbols.insert(format!("\\{name}"));
        }
    }
    symbols
}

/// The name of the command at the start, and what is behind it.
fn command(tex: &str) -> (&str, &str) {
    let letters = tex[1..].find(|c: char| !c.is_ascii_alphabetic());
    let end = letters.map_or(tex.len(), |end| 1 + end);
    (&tex[1..end], &tex[end..])
}

/// The argument of a command, and what is behind it.
fn argument(rest: &str) -> (&str, &str) {
    let rest = rest.trim_start();
    match rest.strip_prefix('{') {
        Some(inside) => inside.split_once('}').expect("a closed brace"),
        None if rest.starts_with('\\') => rest.split_at(1 + command(rest).0.len()),
        None => rest.split_at(rest.chars().next().map_or(0, char::len_utf8)),
    }
}

fn read(path: &str) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"))
}

/// The symbols in the formulas of a text.
fn all_symbols(text: &str) -> BTreeSet<String> {
    Scan::new(text).formulas.iter().flat_map(|formula| symbols(&formula.tex)).collect()
}

/// The files of the chapters in the summary, but for the page of symbols.
fn chapters() -> Vec<String> {
    let summary = read("chapters/SUMMARY.md");
    let links = summary.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    links
        .map(|(file, _)| file.to_owned())
        .filter(|file| file != "notation.md")
        .collect()
}

/// The symbols of each chapter.
fn used() -> BTreeMap<String, BTreeSet<String>> {
    let symbols = |file: String| {
        let symbols = all_symbols(&read(&format!("chapters/{file}")));
        (file, symbols)
    };
    chapters().into_iter().map(symbols).collect()
}

/// A row of one of the tables.
struct Row {
    tex: String,
    /// What the first column defines: each symbol of its list, without what it is made of.
    symbols: BTreeSet<String>,
    meaning: String,
    /// The emphasized words of the meaning.
    terms: Vec<String>,
    /// Where it holds; everywhere, if empty.
    chapters: Vec<String>,
    code: Vec<String>,
}

fn rows() -> Vec<Row> {
    let page = read("chapters/notation.md");
    let (everywhere, sources) =
        page.split_once("\n## As the sources").expect("a table of the sources");
    let row = |line: &str, has_chapters: bool| {
        let cells: Vec<_> = line.trim_matches('|').split('|').collect();
        assert_eq!(cells.len(), 4, "{line}");
        let code = cells[3].split('`').skip(1).step_by(2);
        let tex = cells[0].trim().trim_matches('$').to_owned();
        let meaning = cells[if has_chapters { 2 } else { 1 }];
        Row {
            symbols: defined(&tex),
            tex,
            meaning: meaning.to_owned(),
            terms: meaning.split('*').skip(1).step_by(2).map(str::to_owned).collect(),
            chapters: if has_chapters { links(cells[1]) } else { Vec::new() },
            code: code.map(str::to_owned).collect(),
        }
    };
    let mut rows = Vec::new();
    for (table, has_chapters) in [(everywhere, false), (sources, true)] {
        let lines = table.lines().filter(|line| line.starts_with("| $"));
        rows.extend(lines.map(|line| row(line, has_chapters)));
    }
    rows
}

/// What a list of symbols defines: a sign before a letter (`\partial X`) or behind it (`X^\top`) is not the letter.
fn defined(tex: &str) -> BTreeSet<String> {
    const SIGNS: [&str; 6] =
        ["\\partial X", "\\nabla f", "X^\\top", "\\lVert x\\rVert", "\\circ", "\\sim"];
    let signs = |part: &str| match part {
        _ if SIGNS.contains(&part) => {
            let letters = ["X", "x", "f"].map(str::to_owned);
            &symbols(part) - &BTreeSet::from(letters)
        }
        _ => symbols(part),
    };
    tex.split(',').flat_map(|part| signs(part.trim())).collect()
}

fn links(cell: &str) -> Vec<String> {
    let links = cell.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    let links: Vec<_> = links.map(|(file, _)| file.to_owned()).collect();
    assert!(!links.is_empty(), "no chapter in {cell}");
    links
}

#[track_caller]
fn assert_none(found: &[String]) {
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_symbol_of_a_formula_is_on_the_page_of_symbols() {
    let rows = rows();
    let is_explained = |file: &String, symbol: &String| {
        rows.iter().any(|row| {
            row.symbols.contains(symbol)
                && (row.chapters.is_empty() || row.chapters.contains(file))
        })
    };
    let mut missing = Vec::new();
    for (file, symbols) in used() {
        for symbol in symbols {
            // Functions are called by their names.
            if !symbol.starts_with("\\operatorname") && !is_explained(&file, &symbol) {
                missing.push(format!("{file} uses {symbol}, and chapters/notation.md does not say what it is"));
            }
        }
    }
    assert_none(&missing);
}

/// A letter that a source writes keeps its meaning there, whatever else it means in the book.
#[test]
fn no_symbol_has_two_meanings() {
    let mut known = BTreeMap::new();
    let mut twice = Vec::new();
    for row in rows() {
        let places =
            if row.chapters.is_empty() { vec![String::new()] } else { row.chapters };
        for (symbol, place) in row
            .symbols
            .iter()
            .flat_map(|symbol| places.iter().map(move |place| (symbol, place)))
        {
            if let Some(other) =
                known.insert((symbol.clone(), place.clone()), row.meaning.clone())
            {
                twice.push(format!("{symbol} is {other} and {}", row.meaning));
            }
        }
    }
    assert_none(&twice);
}

/// The letter of a formula that is a letter alone, with its indices: `\theta_t`.
fn alone(tex: &str) -> Option<String> {
    let letter = tex.split(['_', '^', '(', '\'']).next()?;
    let symbols = symbols(letter);
    let is_symbol = |c: char| c.is_ascii_alphabetic() || "\\{} ".contains(c);
    (symbols.len() == 1 && letter.chars().all(is_symbol))
        .then(|| symbols.into_iter().next())?
}

/// The letters that stand behind a word in a text, each with the line: "the step size $\alpha$".
fn named<'a>(text: &'a str, term: &'a str) -> impl Iterator<Item = (String, &'a str)> {
    text.lines().flat_map(move |line| {
        line.match_indices(term).filter_map(move |(at, _)| {
            let is_word = line[..at].ends_with([' ', '*', '(']) || at == 0;
            let rest = line[at + term.len()..]
                .strip_prefix('*')
                .unwrap_or(&line[at + term.len()..]);
            let (tex, _) = rest.strip_prefix(" $")?.split_once('$')?;
            Some((alone(tex).filter(|_| is_word)?, line))
        })
    })
}

#[test]
fn no_page_calls_a_letter_by_the_name_of_another() {
    let rows: Vec<_> =
        rows().into_iter().filter(|row| row.chapters.is_empty()).collect();
    let mut wrong = Vec::new();
    for file in chapters() {
        let text = read(&format!("chapters/{file}"));
        for row in &rows {
            for term in &row.terms {
                for (letter, line) in named(&text, term) {
                    if !row.symbols.contains(&letter) {
                        wrong.push(format!(
                            "{file}: {term} is {}, and not {letter}: {line}",
                            row.tex
                        ));
                    }
                }
            }
        }
    }
    assert_none(&wrong);
}

#[test]
fn a_letter_behind_the_name_of_another_is_found() {
    let text = "the share $t$ of the way, a *share* $\\tau$, the share $\\theta + t d$, and shares $x$";
    let letters: Vec<_> = named(text, "share").map(|(letter, _)| letter).collect();
    assert_eq!(letters, ["t", "\\tau"]);
}

/// The code that the pages show, with where it is from.
fn shown() -> Vec<(String, String)> {
    let mut shown = Vec::new();
    for file in chapters() {
        let text = read(&format!("chapters/{file}"));
        for directive in text.split("{{#code ").skip(1) {
            let argument = directive.split("}}").next().expect("a closed directive");
            let (path, anchor) = argument.rsplit_once(':').expect("path:anchor");
            let source = read(path);
            let start = format!("ANCHOR: {anchor}\n");
            let code = source.split_once(&start).expect("the anchor").1;
            let code =
                code.split(&format!("ANCHOR_END: {anchor}")).next().expect("its end");
            shown.push((argument.to_owned(), code.to_owned()));
        }
    }
    shown
}

/// Type parameters.
const OF_RUST: [&str; 4] = ["F", "O", "R", "T"];

#[test]
fn one_letter_in_shown_code_is_the_symbol_of_the_formulas() {
    let rows = rows();
    let known: BTreeSet<_> =
        rows.iter().flat_map(|row| row.code.iter().map(String::as_str)).collect();
    let mut unknown = BTreeSet::new();
    for (place, code) in shown() {
        if !place.contains(".rs:") {
            continue;
        }
        let lines = code.lines().filter(|line| !line.trim().starts_with("//"));
        let code = lines.collect::<Vec<_>>().join("\n");
        let bare = code.split('"').step_by(2).collect::<String>();
        let bare = bare.replace("'a ", " ").replace("'a>", ">");
        for word in words(&bare) {
            let is_letter =
                word.len() == 1 && word.starts_with(|c: char| c.is_ascii_alphabetic());
            if is_letter && !known.contains(word) && !OF_RUST.contains(&word) {
                unknown.insert(format!("{place} has the letter {word}, which no row of chapters/notation.md names"));
            }
        }
    }
    assert_none(&Vec::from_iter(unknown));
}

#[test]
fn every_symbol_on_the_page_of_symbols_is_used_where_the_page_says() {
    let used = used();
    let mut unused = Vec::new();
    for row in rows() {
        for symbol in &row.symbols {
            if row.chapters.is_empty()
                && !used.values().any(|symbols| symbols.contains(symbol))
            {
                unused.push(format!("no chapter uses {symbol}"));
            }
            for file in &row.chapters {
                if !used.get(file).is_some_and(|symbols| symbols.contains(symbol)) {
                    unused.push(format!("{file} does not use {symbol}"));
                }
            }
        }
    }
    assert_none(&unused);
}

/// Names of the standard library and of nalgebra.
const LIBRARY: [&str; 6] =
    ["EPSILON", "PI", "component_mul", "exp", "norm", "transpose"];

/// Names that neither say what the page says nor have a comment that says the symbol. A
/// person has compared what they return with the page.
const COMPARED: &[(&str, &str)] = &[
    ("f", "value"),
    ("V", "noise_ball"),
    ("\\hat y", "forward"),
    ("\\hat Y", "softmax"),
    ("\\partial X", "parameter_gradient"),
    ("\\operatorname{E}", "mean"),
    ("c", "scale"),
];

/// The file of a chapter's code, without its tests: none for an appendix.
fn code(file: &str) -> Option<String> {
    fs::read_to_string(root().join("src").join(file.replace(".md", ".rs"))).ok()
}

fn words(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').collect()
}

/// Whether each word of a name is a word of the meaning, or the beginning of one, or a
/// plural.
fn says_the_meaning(name: &str, meaning: &str) -> bool {
    let (name, meaning) = (name.to_lowercase(), meaning.to_lowercase());
    let meaning = words(&meaning);
    name.split('_').all(|word| {
        let one = word.trim_end_matches('s');
        meaning.iter().any(|other| other.starts_with(one))
    })
}

/// Whether a name is the letter, as `beta1` is that of `\beta_1`.
fn spells_the_symbol(name: &str, symbols: &BTreeSet<String>) -> bool {
    let letter = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_letter = |symbol: &String| {
        let symbol = symbol.trim_start_matches('\\').trim_start_matches("var");
        symbol.eq_ignore_ascii_case(letter)
    };
    symbols.iter().any(is_letter)
}

/// A formula as a comment writes it.
fn as_in_comments(tex: &str) -> String {
    const LETTERS: [(&str, &str); 8] = [
        ("\\partial", "∂"),
        ("\\Phi", "Φ"),
        ("\\gamma", "γ"),
        ("\\kappa", "κ"),
        ("\\sigma", "σ"),
        ("\\alpha", "α"),
        ("\\theta", "θ"),
        ("\\", ""),
    ];
    LETTERS.iter().fold(tex.replace(' ', ""), |tex, (from, to)| tex.replace(from, to))
}

/// Whether the comment at the declaration of a name says the symbol: alone, as what is
/// computed, `γ = …`, or as a function, `Φ(t)`.
fn is_commented_with(code: &str, name: &str, symbol: &str) -> bool {
    let lines: Vec<_> = code.lines().map(str::trim).collect();
    (0..lines.len()).any(|at| {
        let line = lines[at].trim_start_matches("pub ");
        let declares = ["fn ", "struct ", "const ", ""].iter().any(|keyword| {
            let rest =
                line.strip_prefix(keyword).and_then(|rest| rest.strip_prefix(name));
            rest.is_some_and(|rest| rest.starts_with(['(', ':', ' ', '<']))
        });
        let above = lines[..at].iter().rev();
        let comment = above.take_while(|line| line.starts_with(['/', '#']));
        let spans = |line: &&str| {
            line.split('`').skip(1).step_by(2).any(|span| {
                span.strip_prefix(symbol).is_some_and(|rest| {
                    rest.is_empty() || rest.starts_with(" =") || rest.starts_with('(')
                })
            })
        };
        declares && comment.into_iter().any(spans)
    })
}

/// A name has to be one in the code of the chapter, not only a word of a comment, and to
/// be that of the symbol: by its letter, by what it says, or by its comment.
#[test]
fn every_name_on_the_page_of_symbols_is_that_of_the_symbol_in_the_code() {
    let all: Vec<String> = chapters();
    let mut compared: BTreeSet<_> = COMPARED.iter().copied().collect();
    let mut unknown = Vec::new();
    for row in rows() {
        let everywhere = row.chapters.is_empty()
            || row.chapters.iter().all(|file| code(file).is_none());
        let files = if everywhere { &all } else { &row.chapters };
        let codes: Vec<_> = files.iter().filter_map(|file| code(file)).collect();
        for name in &row.code {
            let without_comments = |code: &String| {
                let lines = code.lines().filter(|line| !line.trim().starts_with("//"));
                lines.collect::<Vec<_>>().join("\n")
            };
            let stands = codes
                .iter()
                .any(|code| words(&without_comments(code)).contains(name.as_str()));
            let symbol = row.tex.as_str();
            let is_its = LIBRARY.contains(&name.as_str())
                || spells_the_symbol(name, &row.symbols)
                || says_the_meaning(name, &row.meaning)
                || codes
                    .iter()
                    .any(|code| is_commented_with(code, name, &as_in_comments(symbol)));
            let by_hand = COMPARED.contains(&(symbol, name.as_str()));
            if is_its != by_hand {
                compared.retain(|&(its, other)| its != symbol || other != name);
            }
            if !stands || !(is_its || by_hand) {
                unknown.push(format!("{name} for {symbol} in {:?}", row.chapters));
            }
        }
    }
    unknown
        .extend(compared.iter().map(|pair| format!("{pair:?} need not be compared")));
    assert_none(&unknown);
}

#[test]
fn a_name_of_another_quantity_is_found() {
    let adam = code("adam.md").unwrap() + &code("momentum.md").unwrap();
    let symbols = |tex: &str| symbols(tex);
    for (tex, meaning, name) in [
        (r"\hat u, \hat v", "the averages with bias correction", "total_weight"),
        ("a", "the average, as the notes write it", "notes_beta"),
        (r"\mu", "factor of a component in one step", "spectral_radius"),
    ] {
        assert!(!says_the_meaning(name, meaning));
        assert!(!spells_the_symbol(name, &symbols(tex)));
        assert!(!is_commented_with(&adam, name, &as_in_comments(tex)));
    }
}

#[test]
fn symbols_are_read_as_they_are_written() {
    let tex = r"\hat{\theta}_{t+1} \le \operatorname{E}\left[\mathbf 1 b\right] + \text{if } {{#value a.b}} \mathbf{1}\,\frac12W";
    let expected = [r"\hat \theta", r"\mathbf 1", r"\operatorname E", "W", "b", "t"]
        .map(str::to_owned);
    assert_eq!(symbols(tex), BTreeSet::from(expected));
}
