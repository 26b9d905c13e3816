//! The page of symbols, compared with the formulas of all chapters.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use support::root;
use weave::markdown::Scan;

/// Commands that are layout, relations or functions with names of their own.
const OTHER: [&str; 53] = [
    "approx",
    "arccos",
    "arctan",
    "bigl",
    "bigr",
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
    "pm",
    "prime",
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
const WORDS: [&str; 6] = ["begin", "end", "mathrm", "mathtt", "text", "texttt"];
/// Commands that make one symbol of themselves and their argument.
const FONTS: [&str; 4] = ["mathbb", "mathbf", "mathcal", "operatorname"];

/// The symbols of a formula: commands and single letters; a directive is none.
fn symbols(tex: &str) -> BTreeSet<String> {
    let mut symbols = BTreeSet::new();
    let mut rest = tex;
    while let Some(first) = rest.chars().next() {
        if let Some(directive) = rest.strip_prefix("{{#") {
            rest = directive.split_once("}}").map_or("", |(_, rest)| rest);
            continue;
        }
        let length = first.len_utf8();
        if first != '\\' {
            symbols.extend(first.is_ascii_alphabetic().then(|| first.to_string()));
            rest = &rest[length..];
            continue;
        }
        let letters = rest[length..].find(|c: char| !c.is_ascii_alphabetic());
        let name = &rest[length..letters.map_or(rest.len(), |end| length + end)];
        rest = &rest[length + name.len()..];
        if name.is_empty() {
            // A space or a bracket: `\,` or `\{`.
            rest = rest.get(1..).unwrap_or("");
        } else if WORDS.contains(&name) {
            (_, rest) = argument(rest);
        } else if FONTS.contains(&name) {
            let word;
            (word, rest) = argument(rest);
            symbols.insert(format!("\\{name} {word}"));
        } else if !OTHER.contains(&name) {
            symbols.insert(format!("\\{name}"));
        }
    }
    symbols
}

/// The argument of a command, and what is behind it.
fn argument(rest: &str) -> (&str, &str) {
    let rest = rest.trim_start();
    match rest.strip_prefix('{') {
        Some(inside) => inside.split_once('}').expect("a closed brace"),
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

/// A row of one of the two tables.
struct Row {
    symbols: BTreeSet<String>,
    /// Where it holds; everywhere, if empty.
    chapters: Vec<String>,
    code: Vec<String>,
}

fn rows() -> Vec<Row> {
    let page = read("chapters/notation.md");
    let (everywhere, single) = page.split_once("\n## In single").expect("two tables");
    let row = |line: &str, has_chapters: bool| {
        let cells: Vec<_> = line.trim_matches('|').split('|').collect();
        assert_eq!(cells.len(), 4, "{line}");
        let code = cells[3].split('`').skip(1).step_by(2);
        Row {
            symbols: all_symbols(cells[0]),
            chapters: if has_chapters { links(cells[1]) } else { Vec::new() },
            code: code.map(str::to_owned).collect(),
        }
    };
    let mut rows = Vec::new();
    for (table, has_chapters) in [(everywhere, false), (single, true)] {
        let lines = table.lines().filter(|line| line.starts_with("| $"));
        rows.extend(lines.map(|line| row(line, has_chapters)));
    }
    rows
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

#[test]
fn every_name_on_the_page_of_symbols_stands_in_the_code() {
    let files = fs::read_dir(root().join("src")).unwrap();
    let mut words = BTreeMap::new();
    for path in files.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
        let code = fs::read_to_string(&path).unwrap();
        let names =
            code.split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_owned);
        words.insert(
            path.file_stem().unwrap().to_str().unwrap().to_owned(),
            names.collect::<BTreeSet<_>>(),
        );
    }
    let mut unknown = Vec::new();
    for row in rows() {
        let modules = || {
            row.chapters
                .iter()
                .filter_map(|file| words.get(file.trim_end_matches(".md")))
        };
        for name in &row.code {
            let known =
                match row.chapters.is_empty() || row.chapters == ["worksheet.md"] {
                    true => words.values().any(|words| words.contains(name)),
                    false => modules().any(|words| words.contains(name)),
                };
            if !known {
                unknown.push(format!(
                    "{name} for {:?} in {:?}",
                    row.symbols, row.chapters
                ));
            }
        }
    }
    assert_none(&unknown);
}

#[test]
fn symbols_are_read_as_they_are_written() {
    let tex = r"\hat{\theta}_{t+1} \le \operatorname{E}\left[\mathbf 1 b\right] + \text{if } {{#value a.b}} \mathbf{1}\,\frac12W";
    let expected =
        [r"\hat", r"\mathbf 1", r"\operatorname E", r"\theta", "W", "b", "t"]
            .map(str::to_owned);
    assert_eq!(symbols(tex), BTreeSet::from(expected));
}
