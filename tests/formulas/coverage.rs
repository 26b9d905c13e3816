//! How much of what the pages display is evaluated, and how many slips that would find.

use crate::check::MUTANTS;
use crate::page::{Shown, chapters, formulas_of, read};
use crate::snapshot;
use crate::support::{grouped, table, values};
use formula::{Formula, tokens, words};
use std::process::Command;

/// Displays that nothing evaluates: the page, how the TeX begins, and why. One that could be evaluated is refused.
const NOT_EVALUATED: &[(&str, &str, &str)] = &[];

/// What is wrong with the displays of a page and with what is listed for it; `bound` is the code of its module.
fn faults(shown: &[Shown], listed: &[(&str, &str, &str)], bound: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let is_meant =
        |it: &Shown, begins: &str| it.is_display && it.tex.starts_with(begins);
    for (page, begins, reason) in listed {
        let Some(it) = shown.iter().find(|it| is_meant(it, begins)) else {
            faults
                .push(format!("{page}: no display begins with `{begins}` ({reason})"));
            continue;
        };
        if let Some(label) = &it.label {
            faults.push(format!(
                "{}:{}: `{label}` is evaluated ({reason})",
                it.page, it.line
            ));
        } else if is_checkable(&it.tex, bound) {
            faults.push(format!(
                "{}:{}: it can be evaluated ({reason})",
                it.page, it.line
            ));
        }
    }
    for it in shown.iter().filter(|it| it.is_display && it.label.is_none()) {
        if !listed.iter().any(|(_, begins, _)| is_meant(it, begins)) {
            faults.push(format!(
                "{}:{}: nothing evaluates `{}`",
                it.page, it.line, it.tex
            ));
        }
    }
    faults
}

/// Whether a formula can be read, and each of its letters has a value somewhere in the module of its page.
fn is_checkable(tex: &str, module: &str) -> bool {
    let named: Vec<&str> = module.split('"').skip(1).step_by(2).collect();
    let is_named =
        |letter: &String| named.iter().any(|name| name.contains(letter.as_str()));
    let letters = tokens(tex).map(|tokens| words(&tokens)).unwrap_or_default();
    Formula::parse(tex).is_ok() && letters.iter().all(is_named)
}

/// A file of this folder, or nothing.
fn module(chapter: &str) -> String {
    let path = format!("tests/formulas/{chapter}.rs");
    let exists = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(&path).is_file();
    if exists { read(&path) } else { String::new() }
}

#[test]
fn every_display_of_the_chapters_is_evaluated_or_says_why_not() {
    let mut rows = Vec::new();
    let (mut faulty, mut sums) = (Vec::new(), [0; 3]);
    for chapter in chapters() {
        let shown = formulas_of(&chapter);
        let listed: Vec<_> =
            NOT_EVALUATED.iter().filter(|it| it.0 == chapter).copied().collect();
        faulty.extend(faults(&shown, &listed, &module(&chapter)));
        let count =
            |is: &dyn Fn(&Shown) -> bool| shown.iter().filter(|it| is(it)).count();
        let counts = [
            count(&|it| it.is_display),
            count(&|it| it.is_display && it.label.is_some()),
            count(&|it| !it.is_display && it.label.is_some()),
        ];
        if counts.iter().any(|&count| count > 0) {
            let title = read(&format!("chapters/{chapter}.md"));
            let title = title
                .lines()
                .next()
                .unwrap_or_default()
                .trim_start_matches("# ")
                .to_owned();
            let [displays, evaluated, inline] = counts.map(|count| count.to_string());
            rows.push([title, displays, evaluated, inline]);
            sums = [0, 1, 2].map(|i| sums[i] + counts[i]);
        }
    }
    assert!(faulty.is_empty(), "{}", faulty.join("\n"));
    let header = ["page", "displayed", "of these evaluated", "evaluated in sentences"];
    snapshot!("formulas__coverage", table(header, rows));
    let [displays, evaluated, inline] = sums;
    let share = format!("{:.0}", 100.0 * evaluated as f64 / displays as f64);
    snapshot!(
        "formulas__coverage_values",
        values([
            ("displays", displays.to_string()),
            ("evaluated", evaluated.to_string()),
            ("share", share),
            ("inline", inline.to_string()),
        ])
    );
}

#[test]
fn a_display_that_could_be_evaluated_has_no_excuse() {
    let shown = |tex: &str, label: Option<&str>| Shown {
        page: "chapters/a.md".to_owned(),
        line: 7,
        tex: tex.to_owned(),
        is_display: true,
        label: label.map(str::to_owned),
    };
    let module = r#"at.set("x", 1.0).any("α_t", 0.0..=1.0);"#;
    let one = |tex: &str, label, listed: &[(&str, &str, &str)]| {
        faults(&[shown(tex, label)], listed, module)
    };
    assert!(one("x = y", Some("a.x"), &[]).is_empty());
    assert_eq!(one("x = y", None, &[]), ["chapters/a.md:7: nothing evaluates `x = y`"]);
    // No value for y, and no way to read this.
    assert!(one("x = y", None, &[("a", "x = y", "a shape")]).is_empty());
    assert!(
        one(r"x \propto \alpha", None, &[("a", r"x \propto", "a shape")]).is_empty()
    );
    let could = ["chapters/a.md:7: it can be evaluated (a shape)"];
    assert_eq!(one(r"x = \alpha^2", None, &[("a", "x =", "a shape")]), could);
    let is = ["chapters/a.md:7: `a.x` is evaluated (a shape)"];
    assert_eq!(one("x = y", Some("a.x"), &[("a", "x = y", "a shape")]), is);
    let gone = ["a: no display begins with `z` (a shape)"];
    assert_eq!(one("x = y", Some("a.x"), &[("a", "z", "a shape")]), gone);
}

/// Mutants that say the same, or that no reader would take for a slip: the label, the formula, and why.
const EQUIVALENT: &[(&str, &str, &str)] = &[];

/// All mutants of all formulas, each with its label and whether it is refused.
fn mutants() -> Vec<(String, String, bool)> {
    let own = std::env::current_exe().expect("this program");
    let output = Command::new(own)
        .args(["--nocapture", "--skip", "coverage::", "--skip", "slips::"])
        .env(MUTANTS, "1")
        .output()
        .expect("this program runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mutant = |line: &str| {
        // The harness prints the name of a test on the same line.
        let (outcome, rest) = line.split_once("mutant\t")?.1.split_once('\t')?;
        let (label, tex) = rest.split_once('\t')?;
        Some((label.to_owned(), tex.to_owned(), outcome == "refused"))
    };
    let mut mutants: Vec<_> = text.lines().filter_map(mutant).collect();
    mutants.sort();
    mutants
}

#[test]
fn a_changed_token_is_refused() {
    let all = mutants();
    let is_equivalent = |(label, tex, _): &(String, String, bool)| {
        EQUIVALENT.iter().any(|(of, other, _)| of == label && other == tex)
    };
    for (label, tex, reason) in EQUIVALENT {
        let known = all.iter().find(|it| it.0 == *label && it.1 == *tex);
        let is_accepted = known.is_some_and(|(.., is_refused)| !is_refused);
        assert!(is_accepted, "{label}: `{tex}` is no accepted mutant ({reason})");
    }
    let (equivalent, wrong): (Vec<_>, Vec<_>) =
        all.into_iter().partition(is_equivalent);
    let accepted: Vec<_> =
        wrong.iter().filter(|(.., is_refused)| !is_refused).collect();
    accepted.iter().for_each(|(label, tex, _)| println!("accepted: {label}: {tex}"));
    let (refused, count) = (wrong.len() - accepted.len(), wrong.len());
    println!("refused: {refused} of {count}");
    assert!(100 * refused >= 95 * count, "refused: {refused} of {count}");
    snapshot!(
        "formulas__power",
        values([
            ("mutants", grouped(count)),
            ("refused", grouped(refused)),
            ("equivalent", equivalent.len().to_string()),
        ])
    );
}
