//! How much of what the pages display is evaluated, and how many slips that would find.

use crate::mutants::{self, LIST};
use crate::page::{Shown, chapters, formulas_of, read};
use crate::snapshot;
use crate::support::{grouped, rng, table, values};
use formula::{Formula, tokens, words};
use rand::seq::index;
use std::fs;
use std::io::Write;
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

/// Mutants that are true: the label, what is in them and not in the formula, and why.
const EQUIVALENT: &[(&str, &str, &str)] = &[
    ("dead_relu.adam_coasts", r"{ | g | } { g }", "a sign is its own inverse"),
    ("elbows.law", r"( + \frac b w", SYMMETRIC),
    ("elbows.law", r"( - \frac w b", SYMMETRIC),
    ("gradient_descent.taylor", r"\tau < 2", "some share below 1 is below 2"),
    (
        "initialization.independent",
        r"\operatorname{Var} w _",
        "the other factor is zero",
    ),
    ("initialization.independent", r"= \operatorname{E} w _ 2", "both means are zero"),
    ("initialization.relu", r"\operatorname{E} s ^ 2", "it is the variance of a"),
    (
        "initialization.second_of_normal",
        r"\operatorname{E} a ^ 2 = \operatorname{E} a",
        TRUE,
    ),
    (
        "initialization.second_of_normal",
        r"\operatorname{E} s ^ 2 = \operatorname{E} s",
        TRUE,
    ),
    (
        "initialization.squares",
        r"[ a ^ 2 \cdot s ^ 2 ]",
        "given s, the mean of a² is s²",
    ),
    (
        "initialization.squares",
        r"[ s ^ 2 \cdot a ^ 2 ]",
        "given s, the mean of a² is s²",
    ),
    ("initialization.two_inputs", r"9 \operatorname{E} w _ 2 ^ 2", ONE_LAW),
    ("initialization.independent", r"[ w _ 1 w ]", ZERO),
    ("initialization.independent", r"[ w w _ 2 ]", ZERO),
    ("initialization.independent", r"\operatorname{E} w \operatorname{E}", ZERO),
    ("initialization.independent", r"\operatorname{E} w =", ZERO),
    ("initialization.squares", r"[ a ^ 2 a _ 2 ^ 2 ]", ONE_LAW),
    ("initialization.two_inputs", r"[ w _ 1 w ]", ONE_LAW),
    ("initialization.two_inputs", r"[ w w _ 2 ]", ONE_LAW),
    ("initialization.two_inputs", r"9 \operatorname{E} w ^ 2", ONE_LAW),
    ("initialization.two_inputs", r"1 6 \operatorname{E} w ^ 2", ONE_LAW),
    ("dead_relu.layer", r"\partial A = \partial A \circ 0", "zero times anything"),
    ("dead_relu.tail", r"< \int", "it is less"),
    ("elbows.law", r"< \xi", CONTINUOUS),
    ("elbows.law", r"\psi < \arctan", CONTINUOUS),
    ("quadratic.rate", r"( ( 1 - \alpha", "where it is negative the other is larger"),
    ("training.right_angles", r"W _ T + W ' _ T", "at right angles the sum is as long"),
    ("worksheet.layer", r"\partial a = \partial a \circ", ITS_SQUARE),
    ("worksheet.layer", r"\partial a = \partial b \circ", ITS_SQUARE),
    ("worksheet.layer", r"\partial a = \partial a \qquad", TRUE),
    ("worksheet.layer", r"\partial b = \partial b", TRUE),
    ("worksheet.layer", r"\partial b = \partial z \circ", ONE_ROW),
    ("worksheet.layer", r"x ^ \top \partial b", ONE_ROW),
    ("worksheet.layer", r"\partial b W", ONE_ROW),
];
const ZERO: &str = "all means are zero";
const CONTINUOUS: &str = "a single value has no probability";
const SYMMETRIC: &str =
    "the law of an elbow is that of its opposite and of its inverse";
const ONE_LAW: &str = "both weights have one law";
const ONE_ROW: &str = "for one row the gradients of a and b are equal";
const TRUE: &str = "an equation with itself";
const ITS_SQUARE: &str = "the slope of the ReLU is its own square";

/// A formula with one token changed, and the label of the formula.
type Mutant = (String, String);

/// The mutants of all formulas.
fn all_mutants() -> Vec<Mutant> {
    let shown = chapters().into_iter().flat_map(|chapter| formulas_of(&chapter));
    let labelled = shown.filter_map(|it| Some((it.label?, it.tex)));
    let mutants = labelled.flat_map(|(label, tex)| {
        mutants::of(&tex).into_iter().map(move |mutant| (label.clone(), mutant))
    });
    mutants.collect()
}

/// Those that the checks accept: this program once more, with each check on its formula's mutants.
fn accepted(tried: &[Mutant]) -> Vec<Mutant> {
    let list = tempfile::NamedTempFile::new().expect("a file");
    let lines = tried.iter().map(|(label, tex)| format!("{label}\t{tex}\n"));
    fs::write(list.path(), lines.collect::<String>()).expect("a file");
    let own = std::env::current_exe().expect("this program");
    let output = Command::new(own)
        .args(["--nocapture", "--skip", "coverage::", "--skip", "slips::"])
        .env(LIST, list.path())
        // Functions of the library may panic at what a mutant gives them.
        .env("RUST_BACKTRACE", "0")
        .output()
        .expect("this program runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let outcomes =
        text.lines().filter_map(|line| line.split_once(LIST)?.1.split_once('\t'));
    let outcomes: Vec<_> = outcomes.collect();
    assert_eq!(outcomes.len(), tried.len(), "each mutant is judged once");
    let accepted = outcomes.into_iter().filter(|(outcome, _)| *outcome == " accepted");
    let mutant = |(_, it): (&str, &str)| {
        let (label, tex) = it.split_once('\t').expect("a label");
        (label.to_owned(), tex.to_owned())
    };
    let mut accepted: Vec<_> = accepted.map(mutant).collect();
    accepted.sort();
    accepted
}

/// Whether a mutant is listed as true.
fn is_true((label, tex): &Mutant) -> bool {
    EQUIVALENT.iter().any(|(of, part, _)| of == label && tex.contains(part))
}

/// How many of these mutants are refused, and what is accepted; those that are true do not count, and have to be accepted.
fn power(wrong: &[Mutant], equivalent: &[Mutant]) -> (usize, String) {
    let accepted = accepted(&[wrong, equivalent].concat());
    let refused_truth = equivalent.iter().find(|it| !accepted.contains(it));
    assert_eq!(refused_truth, None, "it is listed as true");
    let accepted = accepted.iter().filter(|it| !is_true(it));
    let accepted: Vec<String> =
        accepted.map(|(label, tex)| format!("accepted: {label}: {tex}\n")).collect();
    let (refused, count) = (wrong.len() - accepted.len(), wrong.len());
    let said = format!("{}refused: {refused} of {count}\n", accepted.concat());
    assert!(100 * refused >= 95 * count, "{said}");
    (refused, said)
}

#[test]
fn of_300_changed_tokens_nearly_all_are_refused() {
    const TRIED: usize = 300;
    let (equivalent, wrong): (Vec<_>, Vec<_>) =
        all_mutants().into_iter().partition(is_true);
    for (label, part, reason) in EQUIVALENT {
        let is_known =
            equivalent.iter().any(|it| it.0 == *label && it.1.contains(part));
        assert!(is_known, "{label}: no mutant has `{part}` ({reason})");
    }
    let drawn = index::sample(&mut rng(15), wrong.len(), TRIED);
    let tried: Vec<_> = drawn.iter().map(|i| wrong[i].clone()).collect();
    let (refused, _) = power(&tried, &equivalent);
    snapshot!(
        "formulas__power",
        values([
            ("all", grouped(wrong.len())),
            ("tried", TRIED.to_string()),
            ("refused", refused.to_string()),
            ("equivalent", equivalent.len().to_string()),
        ])
    );
}

#[test]
#[ignore = "takes some seconds: cargo test --release --test formulas -- --ignored"]
fn of_all_changed_tokens_nearly_all_are_refused() {
    let (equivalent, wrong): (Vec<_>, Vec<_>) =
        all_mutants().into_iter().partition(is_true);
    let (_, said) = power(&wrong, &equivalent);
    // The harness takes in what `print!` says of a test that passes.
    std::io::stderr().write_all(said.as_bytes()).expect("a place for errors");
}
