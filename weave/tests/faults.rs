//! Every fault stops the book, and says where it is, what was asked for and what there is.

mod support;

use support::{File, PAGE, SVG, book, snapshot, test_of};

#[track_caller]
fn assert_faults(files: &[File], expected: &[&str]) {
    let faults = book(files).map(|_| ()).unwrap_err().to_string();
    let lines: Vec<_> = faults.lines().collect();
    assert_eq!(lines[..lines.len() - 1], *expected);
}

#[track_caller]
fn assert_fault(page: &str, others: &[File], expected: &str) {
    assert_faults(&[&[(PAGE, page)], others].concat(), &[expected]);
}

const SHOWN: File = (PAGE, "{{#code src/a.rs:step}}");

fn code(text: &str) -> [File<'_>; 2] {
    [SHOWN, ("src/a.rs", text)]
}

// Code

#[test]
fn unknown_file() {
    assert_fault(
        "{{#code src/b.rs:step}}",
        &[("src/a.rs", ""), ("src/bin/c.rs", "")],
        "chapters/page.md:1: no file `src/b.rs`; files there: src/a.rs",
    );
}

#[test]
fn file_outside_the_repository() {
    for path in ["../a.rs", "/etc/passwd", "src/../../a.rs"] {
        assert_fault(
            &format!("{{{{#code {path}:step}}}}"),
            &[],
            &format!("chapters/page.md:1: `{path}` is outside the repository"),
        );
    }
}

#[test]
fn unknown_anchor() {
    let text = "// ANCHOR: step\nx\n// ANCHOR_END: step\n";
    assert_fault(
        "{{#code src/a.rs:step}}\n\n{{#code src/a.rs:stop}}",
        &[("src/a.rs", text)],
        "chapters/page.md:3: no anchor `stop` in src/a.rs; anchors there: step",
    );
}

#[test]
fn anchor_that_is_never_closed() {
    assert_faults(
        &code("\n// ANCHOR: step\nx\n"),
        &["src/a.rs:2: ANCHOR: step without its ANCHOR_END"],
    );
}

#[test]
fn anchor_that_is_never_opened() {
    let text = "// ANCHOR: step\nx\n// ANCHOR_END: step\n// ANCHOR_END: stop\n";
    assert_faults(&code(text), &["src/a.rs:4: ANCHOR_END: stop without its ANCHOR"]);
}

#[test]
fn anchor_that_is_there_twice() {
    let text = "// ANCHOR: step\nx\n// ANCHOR_END: step\n".repeat(2);
    assert_faults(&code(&text), &["src/a.rs:4: anchor `step` is here twice"]);
}

#[test]
fn anchor_around_nothing() {
    let text = "// ANCHOR: step\n\n// ANCHOR_END: step\n";
    assert_faults(&code(text), &["src/a.rs:1: anchor `step` is empty"]);
}

#[test]
fn anchor_that_no_page_shows() {
    let text = "\n// ANCHOR: step\nx\n// ANCHOR_END: step\n";
    assert_faults(
        &[("src/deep/a.rs", text), ("tests/b.rs", text)],
        &[
            "src/deep/a.rs:2: no page shows the anchor `step`",
            "tests/b.rs:2: no page shows the anchor `step`",
        ],
    );
}

// Snapshots

#[test]
fn unknown_snapshot() {
    let others = [
        ("snapshots/adam__step.snap", &*snapshot("| a |")),
        ("tests/adam.rs", &*test_of("adam__step")),
    ];
    assert_fault(
        "{{#table adam__step}}\n\n{{#table adam__stop}}",
        &others,
        "chapters/page.md:3: no snapshot `snapshots/adam__stop.snap`; near it: adam__step",
    );
    assert_fault(
        "{{#table adam__step}}\n\nIt is {{#value adam__stop.x}}.",
        &others,
        "chapters/page.md:3: no snapshot `snapshots/adam__stop.snap`; near it: adam__step",
    );
}

const VALUES: &str = "mean = 1\nspread = 2";

#[test]
fn unknown_value() {
    assert_fault(
        "{{#value adam__v.mean}} {{#value adam__v.spread}}\nand {{#value adam__v.median}}",
        &[
            ("snapshots/adam__v.snap", &snapshot(VALUES)),
            ("tests/adam.rs", &test_of("adam__v")),
        ],
        "chapters/page.md:2: no value `median` in snapshots/adam__v.snap; values there: mean, spread",
    );
}

#[test]
fn value_that_no_page_uses() {
    assert_fault(
        "{{#value adam__v.mean}}",
        &[
            ("snapshots/adam__v.snap", &snapshot(VALUES)),
            ("tests/adam.rs", &test_of("adam__v")),
        ],
        "snapshots/adam__v.snap:5: no page uses the value `spread`",
    );
}

#[test]
fn snapshot_that_no_page_uses() {
    assert_fault(
        "",
        &[
            ("snapshots/adam__v.snap", &snapshot(VALUES)),
            ("tests/adam.rs", &test_of("adam__v")),
        ],
        "snapshots/adam__v.snap:1: no page uses this snapshot",
    );
}

#[test]
fn snapshot_that_no_test_asserts() {
    let asserting = test_of("adam__v");
    let ignored = asserting.replace("#[test]", "#[test]\n#[ignore = \"slow\"]");
    let no_test = asserting.replace("#[test]\n", "");
    let comment = asserting.replace("    assert", "    // assert");
    for tests in [&*ignored, &*no_test, &*comment, ""] {
        assert_fault(
            "{{#table adam__v}}",
            &[("snapshots/adam__v.snap", &snapshot("| a |")), ("tests/adam.rs", tests)],
            "snapshots/adam__v.snap:1: no test in tests/ that runs holds \"adam__v\"",
        );
    }
}

// Exercises

/// The page, and all files of its exercise but the last `without`.
fn exercise<'a>(page: &'a str, without: usize) -> Vec<File<'a>> {
    let mut files = vec![
        (PAGE, page),
        ("exercises/page/step/task.rs", "fn step() {}\n"),
        ("exercises/page/step/hint.md", "Walk.\n"),
        ("exercises/page/step/solution.rs", "fn step() {}\n"),
    ];
    files.truncate(files.len() - without);
    files
}

const EXERCISE: &str = "{{#exercise page/step}}";

#[test]
fn unknown_exercise() {
    assert_faults(
        &exercise("{{#exercise page/step}}\n\n{{#exercise page/stop}}", 0),
        &["chapters/page.md:3: no exercise `page/stop`; there are: page/step"],
    );
}

#[test]
fn exercise_without_solution_or_hint() {
    let missing = |file| {
        format!("exercises/page/step/{file}:1: the exercise has none, or an empty one")
    };
    assert_faults(&exercise(EXERCISE, 1), &[&missing("solution.rs")]);
    assert_faults(
        &exercise(EXERCISE, 2),
        &[&missing("hint.md"), &missing("solution.rs")],
    );
    let mut empty = exercise(EXERCISE, 0);
    empty[2].1 = " \n";
    assert_faults(&empty, &[&missing("hint.md")]);
}

#[test]
fn exercise_that_no_page_has() {
    assert_faults(
        &exercise("", 0),
        &["exercises/page/step/task.rs:1: no page has this exercise"],
    );
}

#[test]
fn exercise_that_is_there_twice() {
    assert_faults(
        &exercise(&[EXERCISE, EXERCISE].join("\n\n"), 0),
        &["chapters/page.md:3: exercise `page/step` is here twice"],
    );
}

#[test]
fn exercise_of_another_chapter() {
    let mut files = exercise("", 0);
    files.push(("chapters/other.md", EXERCISE));
    assert_faults(
        &files,
        &[
            "chapters/other.md:1: exercise `page/step` belongs on the page page.md",
            "exercises/page/step/task.rs:1: no page has this exercise",
        ],
    );
}

#[test]
fn bad_formula_in_a_hint() {
    let mut files = exercise("\n{{#exercise page/step}}", 0);
    files[2].1 = "First $\\frac{1$.";
    let faults = book(&files).map(|_| ()).unwrap_err().to_string();
    assert!(
        faults.starts_with("chapters/page.md:2: in exercises/page/step/hint.md: "),
        "{faults}"
    );
}

// Tests

#[test]
fn unknown_test_file() {
    assert_fault(
        "{{#test adams::holds}}",
        &[("tests/adam.rs", "")],
        "chapters/page.md:1: no file `tests/adams.rs`; files there: tests/adam.rs",
    );
}

#[test]
fn unknown_test() {
    let text = "#[test]\nfn step_is_small() {}\n#[test]\nfn bias_goes() {}\nfn step_helper() {}\n";
    let message = "chapters/page.md:2: no test `step_is_large` in tests/adam.rs; near it: step_is_small";
    assert_fault(
        "\n{{#test adam::step_is_large}}",
        &[("tests/adam.rs", text)],
        message,
    );
}

#[test]
fn two_unknown_tests_in_one_directive() {
    assert_fault(
        "{{#test adam::a adam::holds adam::b}}",
        &[("tests/adam.rs", "#[test]\nfn holds() {}\n")],
        "chapters/page.md:1: no test `a` in tests/adam.rs; near it: holds; no test `b` in tests/adam.rs; near it: holds",
    );
}

#[test]
fn function_that_is_no_test() {
    let text = "#[test]\nfn holds() {}\n\nfn helper() {}\n";
    let message =
        "chapters/page.md:1: no test `helper` in tests/adam.rs; near it: holds";
    assert_fault("{{#test adam::helper}}", &[("tests/adam.rs", text)], message);
}

#[test]
fn ignored_test() {
    for attributes in ["#[test]\n#[ignore]", "#[ignore = \"slow\"]\n#[test]"] {
        let text = format!("{attributes}\nfn holds() {{}}\n");
        assert_fault(
            "{{#test adam::holds}}",
            &[("tests/adam.rs", &text)],
            "chapters/page.md:1: test `holds` in tests/adam.rs is ignored",
        );
    }
}

// Figures

const FIGURE: &str = "![A line](figures/a.svg)";

#[test]
fn missing_figure() {
    assert_fault(
        &format!("{FIGURE}\n\n![B](figures/b.svg)"),
        &[("chapters/figures/a.svg", SVG), ("chapters/figures/a.csv", "")],
        "chapters/page.md:3: no figure `chapters/figures/b.svg`; figures there: a",
    );
}

#[test]
fn figure_without_text_alternative() {
    let cases = [
        (r#" role="img""#, "", r#"the figure has no role="img""#),
        (r#"<title id="t">A line</title>"#, "", "the figure has no <title>"),
        ("A line", " ", "the figure's <title> is empty"),
        (r#"<desc id="d">It rises.</desc>"#, "", "the figure has no <desc>"),
        ("It rises.", "", "the figure's <desc> is empty"),
    ];
    for (from, to, message) in cases {
        let svg = SVG.replace(from, to);
        assert_fault(
            FIGURE,
            &[("chapters/figures/a.svg", &svg), ("chapters/figures/a.csv", "")],
            &format!("chapters/figures/a.svg:1: {message}"),
        );
    }
}

#[test]
fn figure_without_data() {
    assert_fault(
        FIGURE,
        &[("chapters/figures/a.svg", SVG)],
        "chapters/figures/a.svg:1: no data beside it: a.csv is missing",
    );
}

#[test]
fn data_without_figure() {
    assert_fault(
        "",
        &[("chapters/figures/a.csv", "")],
        "chapters/figures/a.csv:1: no figure beside it: a.svg is missing",
    );
}

#[test]
fn figure_that_no_page_shows() {
    assert_fault(
        "",
        &[("chapters/figures/a.svg", SVG), ("chapters/figures/a.csv", "")],
        "chapters/figures/a.svg:1: no page shows this figure",
    );
}

#[test]
fn file_among_the_figures_that_is_none() {
    assert_fault(
        "",
        &[("chapters/figures/a.png", "")],
        "chapters/figures/a.png:1: neither a figure (.svg) nor its data (.csv)",
    );
}

#[test]
fn image_that_is_no_figure() {
    let rule = "must be figures/<name>.svg, and its paragraph hold nothing else";
    let cases = [
        ("![A cat](cat.png)", "cat.png"),
        ("Text ![A](figures/a.svg)", "figures/a.svg"),
        ("- ![A](figures/a.svg)", "figures/a.svg"),
        (
            "![A](https://example.org/figures/a.svg)",
            "https://example.org/figures/a.svg",
        ),
    ];
    for (page, url) in cases {
        let message = format!("chapters/page.md:1: images are figures: `{url}` {rule}");
        assert_fault(page, &[], &message);
    }
}

#[test]
fn figure_without_caption() {
    assert_fault(
        &format!("{FIGURE}\n\n![](figures/a.svg)"),
        &[("chapters/figures/a.svg", SVG), ("chapters/figures/a.csv", "")],
        "chapters/page.md:3: figure `a` has no caption",
    );
}

// Formulas

const FRAC: &str = r"formula `\frac`: KaTeX parse error: Unexpected end of input in a macro argument, expected '}' at end of input: \frac";

#[test]
fn bad_formula() {
    assert_fault(
        "One\n\ntwo $\\frac{1}$",
        &[],
        r"chapters/page.md:3: formula `\frac{1}`: KaTeX parse error: Unexpected end of input in a macro argument, expected '}' at end of input: \frac{1}",
    );
}

#[test]
fn bad_command() {
    assert_fault(
        "$\\alhpa$",
        &[],
        r"chapters/page.md:1: formula `\alhpa`: KaTeX parse error: Undefined control sequence: \alhpa at position 1: \alhpa",
    );
}

#[test]
fn formula_that_only_a_lax_renderer_accepts() {
    assert_fault(
        "$ä$",
        &[],
        "chapters/page.md:1: formula `ä`: KaTeX parse error: LaTeX-incompatible input and strict mode is set to 'error': Accented Unicode text character \"ä\" used in math mode [unicodeTextInMathMode] at position 1: ä",
    );
}

#[test]
fn root_without_braces() {
    for (root, radicand) in [(r"\sqrt\kappa", r"\kappa"), (r"\sqrt[3] 2", "2")] {
        let message = format!(
            r"formula `{root}`: the root would lie over `{radicand}`; write \sqrt{{{radicand}}}"
        );
        assert_fault(
            &format!("${root}$, $\\sqrt{{n}}$, $\\sqrt[3]{{n}}$"),
            &[],
            &format!("chapters/page.md:1: {message}"),
        );
    }
}

#[test]
fn bad_formula_in_a_fence() {
    assert_fault("\n```math\n\\frac\n```", &[], &format!("chapters/page.md:2: {FRAC}"));
}

#[test]
fn bad_formula_in_a_caption() {
    assert_fault(
        "\n![A $\\frac$](figures/a.svg)",
        &[("chapters/figures/a.svg", SVG), ("chapters/figures/a.csv", "")],
        &format!("chapters/page.md:2: {FRAC}"),
    );
}

#[test]
fn bad_formula_in_a_snapshot() {
    assert_fault(
        "\n{{#table adam__v}}",
        &[
            ("snapshots/adam__v.snap", &snapshot("| $\\frac$ |\n|---|\n")),
            ("tests/adam.rs", &test_of("adam__v")),
        ],
        &format!("chapters/page.md:2: in snapshots/adam__v.snap: {FRAC}"),
    );
}

#[test]
fn directive_in_a_formula_that_is_no_value() {
    assert_fault(
        "$x = {{#test adam::holds}}$",
        &[("tests/adam.rs", "#[test]\nfn holds() {}\n")],
        "chapters/page.md:1: a formula can hold no directive but {{#value …}}",
    );
}

#[test]
fn stray_dollar_sign() {
    let message = r"stray $: it belongs to no formula; write \$ for the sign itself";
    for page in
        ["It costs $5.", "$$ x", "<b>$x</b>", "<div>\n$x$\n</div>", "# A $ sign"]
    {
        let line = 1 + usize::from(page.starts_with("<div"));
        let faults = book(&[(PAGE, page)]).map(|_| ()).unwrap_err().to_string();
        assert_eq!(
            faults.lines().next(),
            Some(&*format!("chapters/page.md:{line}: {message}"))
        );
    }
}

// Directives

#[test]
fn unknown_directive() {
    assert_fault(
        "{{#include x.rs}}",
        &[],
        "chapters/page.md:1: unknown directive `{{#include`; there are: code, exercise, table, value, test, see",
    );
}

#[test]
fn wrong_arguments() {
    let cases = [
        ("code", "code path:anchor"),
        ("code src/a.rs", "code path:anchor"),
        ("code src/a.rs:a b", "code path:anchor"),
        ("table", "table snapshot"),
        ("table a b", "table snapshot"),
        ("value adam__v", "value snapshot.name"),
        ("value", "value snapshot.name"),
        ("test", "test file::function …"),
        ("test adam", "test file::function …"),
        ("see", "see target …"),
    ];
    for (given, usage) in cases {
        let message = format!("`{{{{#{given}}}}}` should read `{{{{#{usage}}}}}`");
        assert_fault(
            &format!("{{{{#{given}}}}}"),
            &[],
            &format!("chapters/page.md:1: {message}"),
        );
    }
}

#[test]
fn reference_to_what_is_not_there() {
    let cases = [
        ("other.md#step", "no page `other.md`; near it: page.md"),
        ("page.md#stop", "no heading `stop` in page.md; headings there: step"),
        ("src/a.rs:step", "no anchor `step` in src/a.rs; anchors there: none"),
        ("adam::step", "no test `step` in tests/adam.rs; near it: stop"),
        ("figures/b.svg", "no figure `chapters/figures/b.svg`; figures there: a"),
        (
            "somewhere",
            "`somewhere` is no reference; there are: page.md#heading, \
             src/file.rs:anchor, file::test, figures/name.svg",
        ),
    ];
    let files = [
        ("src/a.rs", ""),
        ("tests/adam.rs", "#[test]\nfn stop() {}\n"),
        ("chapters/figures/a.svg", SVG),
        ("chapters/figures/a.csv", ""),
    ];
    for (target, message) in cases {
        let page = format!("# Step\n\n{{{{#see {target}}}}}\n\n![A](figures/a.svg)");
        assert_fault(&page, &files, &format!("chapters/page.md:3: {message}"));
    }
}

#[test]
fn reference_to_a_figure_that_comes_later() {
    let files = [
        (PAGE, "{{#see figures/a.svg}}"),
        ("chapters/z.md", "![A](figures/a.svg)"),
        ("chapters/figures/a.svg", SVG),
        ("chapters/figures/a.csv", ""),
    ];
    assert_faults(
        &files,
        &["chapters/page.md:1: no page before this one shows the figure `a`"],
    );
}

#[test]
fn directive_that_is_not_closed() {
    assert_fault(
        "It is {{#value adam__v.mean\n}}",
        &[],
        "chapters/page.md:1: `{{#value adam__v.mean` is not closed on its line",
    );
}

#[test]
fn block_directive_within_a_line() {
    for page in
        ["See {{#table adam__v}}", "{{#table adam__v}}.", "- {{#table adam__v}}"]
    {
        assert_fault(
            page,
            &[],
            "chapters/page.md:1: `{{#table adam__v}}` must stand alone at the start of its line",
        );
    }
}

// All together

#[test]
fn all_faults_of_all_pages_are_reported_in_order_each_once() {
    let files = [
        (
            "chapters/b.md",
            "$5\n\n{{#include x}}\n\n{{#test adam::no}} {{#test adam::no}}",
        ),
        ("chapters/a.md", "\n\n{{#value adam__v.mean}}"),
        ("src/a.rs", "// ANCHOR_END: a\n"),
        ("tests/adam.rs", "#[test]\nfn yes() {}\n"),
    ];
    let faults = book(&files).map(|_| ()).unwrap_err().to_string();
    let expected = r"chapters/a.md:3: no snapshot `snapshots/adam__v.snap`; near it: none
chapters/b.md:1: stray $: it belongs to no formula; write \$ for the sign itself
chapters/b.md:3: unknown directive `{{#include`; there are: code, exercise, table, value, test, see
chapters/b.md:5: no test `no` in tests/adam.rs; near it: yes
src/a.rs:1: ANCHOR_END: a without its ANCHOR
weave: 5 faults";
    assert_eq!(faults, expected);
}
