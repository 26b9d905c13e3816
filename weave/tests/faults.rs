//! Every fault stops the book, and says where it is, what was asked for and what there is.

mod support;

use support::{File, LIVE, PAGE, SVG, book, snapshot, test_of, weave_listed};

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
        "chapters/page.md:1: no file `src/b.rs`; near it: src/a.rs, src/bin/c.rs",
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
        "chapters/page.md:3: no anchor `stop` in src/a.rs; near it: step",
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

// Minutes

#[test]
fn a_path_that_is_too_long() {
    let title = "# Page\n\n";
    let page = |minutes: usize| title.to_owned() + &"word ".repeat(200 * minutes - 1);
    let files = |text| [(PAGE, text), ("src/page.rs", "")];
    let longest = page(20);
    assert!(book(&files(&longest)).is_ok());
    let too_long = format!("{longest}word");
    assert_faults(
        &files(&too_long),
        &[
            "chapters/page.md:1: the path takes 21 minutes, and a page has 20: fold what one can do without, or split it",
        ],
    );
    let fold = "<details><summary></summary>\n\nword\n\n</details>\n";
    let folded = format!("{longest}\n\n{fold}");
    assert!(book(&files(&folded)).is_ok());
}

#[test]
fn paths_that_are_too_long_together() {
    let page = "# Page\n\n".to_owned() + &"word ".repeat(200 * 20 - 1);
    let names: Vec<_> = (0..19)
        .map(|number| (format!("chapters/p{number}.md"), format!("src/p{number}.rs")))
        .collect();
    let files = |count: usize| {
        let names = names.iter().take(count);
        names
            .flat_map(|(text, code)| [(text.as_str(), page.as_str()), (code, "")])
            .collect::<Vec<_>>()
    };
    assert!(book(&files(18)).is_ok());
    assert_faults(
        &files(19),
        &[
            "chapters/SUMMARY.md:1: the paths take 6 hours 20 minutes together, and the book has 6 hours",
        ],
    );
}

#[test]
fn minutes_of_no_chapter() {
    assert_fault(
        "{{#minutes padge}}",
        &[("chapters/other.md", "# A"), ("src/other.rs", "")],
        "chapters/page.md:1: no chapter `padge`; near it: other",
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
        "chapters/page.md:2: no value `median` in snapshots/adam__v.snap; near it: mean, spread",
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
        ("exercises/page/step/task.rs", "// 10 minutes, easy\nfn step() {}\n"),
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
        &["chapters/page.md:3: no exercise `page/stop`; near it: page/step"],
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
fn exercise_without_minutes_and_difficulty() {
    let known = ["// 10 minutes, easy", "// 5 minutes, medium", "// 30 minutes, hard"];
    let unknown = [
        "fn step() {}",
        "/// 10 minutes, easy",
        "// 10 minutes",
        "// ten minutes, easy",
        "// 4 minutes, easy",
        "// 31 minutes, hard",
        "// 10 minutes, nice",
    ];
    let fault = "exercises/page/step/task.rs:1: the first line says `// 10 minutes, easy`: \
                 5 to 30 minutes, and easy, medium or hard";
    let faults = |line: &str| {
        let task = format!("{line}\nfn step() {{}}\n");
        let mut files = exercise(EXERCISE, 0);
        files[1].1 = &task;
        book(&files).map(|_| ()).err().map(|faults| faults.to_string())
    };
    for line in known {
        assert_eq!(faults(line), None, "{line}");
    }
    for line in unknown {
        let faults = faults(line).unwrap_or_else(|| panic!("{line}"));
        assert_eq!(faults, format!("{fault}\nweave: 1 fault"), "{line}");
    }
}

/// Two exercises of a page, with these first lines.
fn two_exercises(first: &str, second: &str) -> Option<String> {
    let [first, second] =
        [first, second].map(|line| format!("{line}\nfn walk() {{}}\n"));
    let mut files = exercise("{{#exercise page/step}}\n\n{{#exercise page/walk}}", 0);
    files[1].1 = &first;
    files.extend([
        ("exercises/page/walk/task.rs", &*second),
        ("exercises/page/walk/hint.md", "Walk.\n"),
        ("exercises/page/walk/solution.rs", "fn walk() {}\n"),
    ]);
    book(&files).map(|_| ()).err().map(|faults| faults.to_string())
}

#[test]
fn exercise_behind_one_that_is_harder_or_longer() {
    let easy = "// 20 minutes, easy";
    for second in
        ["// 20 minutes, easy", "// 25 minutes, easy", "// 10 minutes, medium"]
    {
        assert_eq!(two_exercises(easy, second), None);
    }
    assert_eq!(
        two_exercises("// 10 minutes, hard", easy).as_deref(),
        Some(
            "chapters/page.md:3: exercise `page/walk` (20 minutes, easy) stands behind one that is harder or longer \
             (10 minutes, hard)\nweave: 1 fault"
        )
    );
    assert!(two_exercises(easy, "// 15 minutes, easy").is_some());
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
        "chapters/page.md:1: no file `tests/adams.rs`; near it: tests/adam.rs",
    );
}

#[test]
fn unknown_test() {
    let text = "#[test]\nfn step_is_small() {}\n#[test]\nfn bias_goes() {}\nfn step_helper() {}\n";
    let message = "chapters/page.md:2: no test `step_is_large` in tests/adam.rs; near it: step_is_small, bias_goes";
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
        &[("tests/adam.rs", "#[test]\nfn holds() { assert!(x); }\n")],
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

#[test]
fn test_that_asserts_nothing() {
    let bodies = [
        "",
        "let x = 1;",
        "// assert!(x);",
        "/* assert!(x); */",
        "let s = \"assert!(x)\";",
        "assert!(true);",
        "assert_eq!(1, 1);",
        "helper();",
    ];
    for body in bodies {
        let text = format!(
            "fn helper() {{\n    x();\n}}\n\n#[test]\nfn holds() {{\n    {body}\n}}\n"
        );
        assert_fault(
            "{{#test adam::holds}}",
            &[("tests/adam.rs", &text)],
            "chapters/page.md:1: test `holds` in tests/adam.rs asserts nothing",
        );
    }
}

#[test]
fn an_assertion_may_stand_in_what_a_test_calls() {
    let bodies = [
        "assert_eq!(x, 1);",
        "insta::assert_snapshot!(\"a\", table());",
        "let error = run().unwrap_err();",
        "if !x { panic!(\"no\") }",
        "direct();",
        "for x in 0..2 { indirect(x); }",
        "close!(a, b);",
        "supported(a);",
    ];
    let support = "pub fn supported(x: f64) {\n    assert!(x > 0.0);\n}\n\nmacro_rules! close {\n    ($a:expr) => {\n        assert!($a);\n    };\n}\n";
    for body in bodies {
        let text = format!(
            "fn indirect(x: f64) {{\n    direct(x);\n}}\n\nfn direct(x: f64) {{\n    assert!(x);\n}}\n\n#[test]\nfn holds() {{\n    {body}\n}}\n"
        );
        let files = [
            (PAGE, "{{#test adam::holds}}"),
            ("tests/adam.rs", &*text),
            ("tests/support/mod.rs", support),
        ];
        assert!(book(&files).is_ok(), "{body}");
    }
}

#[test]
fn test_that_runs_on_a_condition_only() {
    let test = "#[test]\nfn holds() {\n    assert!(x);\n}\n";
    let inner = "    #[test]\n    fn holds() {\n        assert!(x);\n    }\n";
    let cases = [
        (format!("#[cfg(any())]\n{test}"), "#[cfg(any())]"),
        (
            test.replace("\n", "\n#[cfg(unix)]\n").replacen("}\n#[cfg(unix)]", "}", 1),
            "#[cfg(unix)]",
        ),
        (format!("#[cfg_attr(all(), ignore)]\n{test}"), "#[cfg_attr(all(), ignore)]"),
        (format!("#![cfg(any())]\n\n{test}"), "#![cfg(any())]"),
        (format!("#[cfg(any())]\nmod inner {{\n{inner}}}\n"), "#[cfg(any())]"),
    ];
    for (text, condition) in cases {
        assert_fault(
            "{{#test adam::holds}}",
            &[("tests/adam.rs", &text)],
            &format!(
                "chapters/page.md:1: test `holds` in tests/adam.rs runs on a condition only: {condition}"
            ),
        );
    }
}

#[test]
fn test_in_a_comment_or_a_string() {
    let test = "#[test]\nfn holds() {\n    assert!(x);\n}\n";
    let commented = test.lines().map(|line| format!("// {line}\n")).collect::<String>();
    let texts = [
        format!("/*\n{test}*/\n"),
        format!("/* /* */\n{test}*/\n"),
        format!("const TEXT: &str = \"\n{test}\";\n"),
        format!("const TEXT: &str = r#\"\"\n{test}\"#;\n"),
        commented,
    ];
    for text in texts {
        assert_fault(
            "{{#test adam::holds}}",
            &[("tests/adam.rs", &text)],
            "chapters/page.md:1: no test `holds` in tests/adam.rs; near it: none",
        );
    }
}

#[test]
fn test_that_passes_with_any_panic() {
    for attribute in [
        "#[should_panic]",
        "#[should_panic(expected = \"\")]",
        "#[should_panic(\n    expected = \"assertion `left != right` failed\"\n)]",
    ] {
        let text =
            format!("#[test]\n{attribute}\nfn holds() {{\n    assert_ne!(x, 1);\n}}\n");
        assert_fault(
            "{{#test adam::holds}}",
            &[("tests/adam.rs", &text)],
            "chapters/page.md:1: test `holds` in tests/adam.rs passes with any panic: #[should_panic] needs the message that it expects",
        );
    }
}

// Formulas that tests evaluate

const EVALUATED: File = (
    "tests/formulas/page.rs",
    "#[test]\nfn holds() {\n    assert!(check(\"page.rate\"));\n}\n",
);

#[test]
fn label_that_no_test_evaluates() {
    assert_fault(
        "$$a$$\n{{#formula page.limit}}\n\n$b$ {{#formula page.rate}}",
        &[EVALUATED],
        "chapters/page.md:2: no test in tests/formulas/page.rs evaluates `page.limit`",
    );
}

#[test]
fn label_that_is_on_no_page() {
    let more = EVALUATED
        .1
        .replace("rate\"));", "rate\"));\n    assert!(check(\"page.limit\"));");
    assert_fault(
        "$a$ {{#formula page.rate}}",
        &[("tests/formulas/page.rs", &more)],
        "tests/formulas/page.rs:1: no page has a formula with the label `page.limit`",
    );
}

#[test]
fn label_that_is_there_twice() {
    assert_fault(
        "$a$ {{#formula page.rate}}\n\n$b$ {{#formula page.rate}}",
        &[EVALUATED],
        "chapters/page.md:3: the label `page.rate` is here twice, first in line 1",
    );
}

#[test]
fn label_of_another_page() {
    assert_faults(
        &[(PAGE, "$a$ {{#formula other.rate}}"), EVALUATED],
        &[
            "chapters/page.md:1: the label `other.rate` belongs on the page other.md",
            "tests/formulas/page.rs:1: no page has a formula with the label `page.rate`",
        ],
    );
}

#[test]
fn label_behind_no_formula() {
    for page in [
        "{{#formula page.rate}}",
        "$a$ b {{#formula page.rate}}",
        "$$a$$\n\n{{#formula page.rate}}",
    ] {
        let faults =
            book(&[(PAGE, page), EVALUATED]).map(|_| ()).unwrap_err().to_string();
        assert!(
            faults.contains("the label `page.rate` stands behind no formula"),
            "{faults}"
        );
    }
}

#[test]
fn label_in_a_test_that_does_not_run() {
    let ignored = EVALUATED.1.replace("fn", "#[ignore]\nfn");
    assert_fault(
        "$a$ {{#formula page.rate}}",
        &[("tests/formulas/page.rs", &ignored)],
        "chapters/page.md:1: no test in tests/formulas/page.rs evaluates `page.rate`",
    );
}

const CLAIMS: &str = "#[test]\nfn holds() {\n    assert!(x);\n}\n\n#[test]\n#[should_panic = \"a batch of 7 of 6\"]\nfn refuses() {\n    run();\n}\n\n/// So.\n#[test]\nfn goes() {\n    assert!(x);\n}\n";

#[test]
fn test_of_a_chapter_that_no_page_names() {
    let files = [(PAGE, "{{#test page::holds}}"), ("tests/page.rs", CLAIMS)];
    let listed =
        ("tests/on_no_page.txt", "page::goes: it checks how the tests measure\n");
    assert_faults(
        &files,
        &[
            "tests/page.rs:12: no page names the test `goes`: write {{#test page::goes}} there, or its reason in tests/on_no_page.txt",
        ],
    );
    assert!(book(&[&files[..], &[listed]].concat()).is_ok());
}

#[test]
fn list_of_tests_that_does_not_fit() {
    let cases = [
        ("page::goes: so\npage::stop: so", "2: no chapter has the test `page::stop`"),
        ("page::goes: so\n\npage::holds: so", "3: a page names `page::holds`"),
        ("page::goes: so\npage::holds:", "2: a line reads `file::name: reason`"),
    ];
    for (list, message) in cases {
        assert_faults(
            &[
                (PAGE, "{{#test page::holds}}"),
                ("tests/page.rs", CLAIMS),
                ("tests/on_no_page.txt", list),
            ],
            &[&format!("tests/on_no_page.txt:{message}")],
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
        "chapters/page.md:3: no figure `chapters/figures/b.svg`; near it: a",
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
fn figure_that_no_code_draws() {
    for drawn in ["const A: &str = \"b\";", "// \"a\"", "/* \"a\" */"] {
        assert_fault(
            FIGURE,
            &[
                ("chapters/figures/a.svg", SVG),
                ("chapters/figures/a.csv", ""),
                ("src/bin/figures/page.rs", drawn),
            ],
            "chapters/figures/a.svg:1: no code draws it: \"a\" stands nowhere in src/bin/figures/",
        );
    }
}

#[test]
fn figure_that_runs_or_asks_the_network() {
    let cases = [
        ("<script>x</script>", "`<script>`: a figure may not hold this"),
        ("<style>x</style>", "`<style>`: a figure may not hold this"),
        (
            "<image href=\"//example.org\"/>",
            "`<image href=\"//example.org\"/>`: a figure may not hold this",
        ),
        ("<g onclick=\"x\"></g>", "the attribute `onclick`: a figure may not have it"),
        (
            "<g fill=\"url(//example.org)\"></g>",
            "`fill=\"url(//example.org)\"` asks for another file",
        ),
    ];
    for (element, message) in cases {
        let svg = SVG.replace("</svg>", &format!("{element}\n</svg>"));
        let faults = book(&[
            (PAGE, FIGURE),
            ("chapters/figures/a.svg", &svg),
            ("chapters/figures/a.csv", ""),
        ])
        .map(|_| ())
        .unwrap_err()
        .to_string();
        let fault = format!("chapters/figures/a.svg:6: {message}");
        assert!(faults.lines().any(|line| line == fault), "{faults}");
    }
}

#[test]
fn live_figure_that_is_unknown_or_not_below_its_picture_or_twice() {
    let below = format!("{FIGURE}\n\n{{{{#live a}}}}");
    let rule = "`a` must stand right below its figure `a`";
    let cases = [
        (
            format!("{FIGURE}\n\n{{{{#live b}}}}"),
            "3: no live figure `live/figures/b.html`; near it: a",
        ),
        (format!("{FIGURE}\n\nText.\n\n{{{{#live a}}}}"), &format!("5: {rule}")),
        (
            format!("{below}\n\n{FIGURE}\n\n{{{{#live a}}}}"),
            "7: the live figure `a` is here twice",
        ),
        (
            format!("{FIGURE} {{{{#live a}}}}"),
            "1: `{{#live a}}` must stand alone at the start of its line",
        ),
        (
            format!("{below}\n\n{{{{#live}}}}"),
            "5: `{{#live}}` should read `{{#live name}}`",
        ),
    ];
    for (text, fault) in cases {
        let faults = book(&[&[(PAGE, text.as_str())], &LIVE[..]].concat()).unwrap_err();
        assert!(faults.to_string().contains(fault), "no {fault:?} in {faults}");
    }
}

#[test]
fn live_figure_without_its_axes_or_its_curves_or_a_page() {
    let text = format!("{FIGURE}\n\n{{{{#live a}}}}");
    let cases = [
        (
            "data-x=",
            "y=",
            "figure `a` cannot be live: it has no axes of a panel `left`",
        ),
        ("<a>", "b", "figure `a` cannot be live: its panel `left` has no curve `<a>`"),
        (
            "left",
            "right",
            "figure `a` cannot be live: it has no axes of a panel `left`",
        ),
    ];
    for (part, other, message) in cases {
        let svg =
            LIVE[0].1.replace(&part.replace('<', "&lt;").replace('>', "&gt;"), other);
        let files = [(PAGE, text.as_str()), (LIVE[0].0, &svg), LIVE[1], LIVE[2]];
        let faults = book(&files).unwrap_err().to_string();
        assert!(faults.contains(message), "no {message:?} in {faults}");
    }
    let other = LIVE[2].1.replace("<!-- a", "<!-- b");
    let files = [(PAGE, text.as_str()), LIVE[0], LIVE[1], (LIVE[2].0, &other)];
    assert_faults(
        &files,
        &[
            "chapters/figures/a.svg:1: no page shows this figure",
            "chapters/page.md:1: this live figure is `b`",
            "live/figures/a.html:1: no page has `{{#live a}}` below the figure `b`",
        ],
    );
    assert_faults(
        &[&[(PAGE, FIGURE)], &LIVE[..]].concat(),
        &["live/figures/a.html:1: no page has `{{#live a}}` below the figure `a`"],
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
fn brace_that_is_not_closed_or_not_open() {
    let cases = [
        (r"$\sqrt{x$", r"\sqrt{x", "a brace `{` is not closed"),
        ("$$\n\\frac{1}{2\n$$", r"\frac{1}{2", "a brace `{` is not closed"),
        ("$a}$ and $b$", "a}", "a brace `}` closes what is not open"),
    ];
    for (text, tex, message) in cases {
        assert_fault(
            &format!("One\n\ntwo\n\n{text}"),
            &[],
            &format!("chapters/page.md:5: formula `{tex}`: {message}"),
        );
    }
}

#[test]
fn misspelt_root() {
    assert_fault(
        r"$\sqrtt{x}$",
        &[],
        r"chapters/page.md:1: formula `\sqrtt{x}`: KaTeX parse error: Undefined control sequence: \sqrtt at position 1: \sqrtt{x}",
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
        &[("tests/adam.rs", "#[test]\nfn holds() { assert!(x); }\n")],
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
        let fault = format!("chapters/page.md:{line}: {message}");
        assert!(faults.lines().any(|line| line == fault), "{faults}");
    }
}

// Directives

#[test]
fn unknown_directive() {
    assert_fault(
        "{{#include x.rs}}",
        &[],
        "chapters/page.md:1: unknown directive `{{#include`; there are: code, exercise, live, question, predict, number, steps, questions, table, value, default, test, formula, minutes, see, source, cite, also",
    );
}

#[test]
fn directive_that_begins_with_a_blank() {
    for (text, shown) in [
        ("{{ #include ../rustfmt.toml}}", "{{ #include"),
        ("{{\t#code src/a.rs:a}}", "{{ #code"),
        ("{{\n#playground a.rs}}", "{{ #playground"),
        ("- {{   #title A}}", "{{ #title"),
    ] {
        assert_fault(
            &format!("\n{text}"),
            &[],
            &format!(
                "chapters/page.md:2: `{shown}`: a directive begins with `{{{{#`, without a blank"
            ),
        );
    }
}

#[test]
fn directive_in_what_a_page_takes_in() {
    let mut files = exercise("\n{{#exercise page/step}}", 0);
    files[2].1 = "See {{#include x}}.";
    assert_faults(
        &files,
        &[
            "chapters/page.md:2: in exercises/page/step/hint.md: only pages hold directives",
        ],
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
        ("default torch.add", "default function parameter"),
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
        ("page.md#stop", "no heading `stop` in page.md; near it: step"),
        ("src/a.rs:step", "no anchor `step` in src/a.rs; near it: none"),
        ("adam::step", "no test `step` in tests/adam.rs; near it: stop"),
        ("figures/b.svg", "no figure `chapters/figures/b.svg`; near it: a"),
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

// Links

#[test]
fn link_that_leads_nowhere() {
    let cases = [
        (
            "gradient_decent.md",
            "no page `gradient_decent.md`; near it: gradient_descent.md, page.md",
        ),
        (
            "gradient_descent.html#stop",
            "no heading `stop` in gradient_descent.md; near it: own, the-step, the-step-1",
        ),
        (
            "gradient_descent.md#stop",
            "no heading `stop` in gradient_descent.md; near it: own, the-step, the-step-1",
        ),
        ("#pages", "no heading `pages` in page.md; near it: page"),
        (
            "figures/b.csv",
            "no page `figures/b.csv`; near it: page.md, gradient_descent.md",
        ),
        (
            "listings.html",
            "no page `listings.md`; near it: page.md, gradient_descent.md",
        ),
    ];
    let other = "# Gradient descent\n\n## The step\n\n## The `step`\n\n## Own {#own}\n\n![A](figures/a.svg)";
    let files = [
        ("chapters/gradient_descent.md", other),
        ("src/lib.rs", "fn step() {}"),
        ("chapters/figures/a.svg", SVG),
        ("chapters/figures/a.csv", ""),
    ];
    let sound = [
        "gradient_descent.md",
        "gradient_descent.html#the-step",
        "./gradient_descent.md#the-step-1",
        "gradient_descent.md#own",
        "gradient_descent.md#a",
        "#page",
        "figures/a.csv",
        "https://example.org/a",
        "mailto:a@example.org",
    ];
    let sound = sound.map(|url| format!("[it]({url})")).join(" ");
    for (url, message) in cases {
        assert_fault(
            &format!("# Page\n\n{sound}\n\nSo [it]({url})."),
            &files,
            &format!("chapters/page.md:5: link `{url}`: {message}"),
        );
    }
}

#[test]
fn link_that_no_book_should_have() {
    let cases = [
        (
            "[a](javascript:x)",
            "link `javascript:x` begins with `javascript:`; there are: http, https, mailto",
        ),
        ("[a](../src/lib.rs)", "link `../src/lib.rs` leads out of the book"),
        ("[a](/page.md)", "link `/page.md` leads out of the book"),
        ("[a][nowhere]", "`[a][nowhere]` leads to no reference"),
    ];
    for (text, message) in cases {
        assert_fault(text, &[], &format!("chapters/page.md:1: {message}"));
    }
}

#[test]
fn link_in_a_hint_that_leads_nowhere() {
    let mut files = exercise("\n{{#exercise page/step}}", 0);
    files[2].1 = "See [it](stop.md).";
    assert_faults(
        &files,
        &[
            "chapters/page.md:2: in exercises/page/step/hint.md: link `stop.md`: no page `stop.md`; near it: page.md",
        ],
    );
}

// HTML

#[test]
fn html_that_runs_or_asks_the_network() {
    let rule = "of HTML a page may hold <details> and <summary>, nothing else";
    let tags = [
        "<script src=\"https://example.org/x.js\">",
        "<script>fetch(\"https://example.org\")",
        "<style>",
        "<img src=x onerror=\"x\">",
        "<form action=\"//example.org\">",
        "<button formaction=\"//example.org\">",
        "<video poster=\"//example.org/x.png\">",
        "<a href=\"javascript:x\">",
        "<IFRAME>",
        "<!-- unseen -->",
        "<meta http-equiv=\"refresh\">",
    ];
    for tag in tags {
        for before in ["", "So "] {
            let shown = &tag[..=tag.find('>').unwrap()];
            let faults = book(&[(PAGE, &format!("\n{before}{tag}\n"))]);
            let faults = faults.map(|_| ()).unwrap_err().to_string();
            let first = faults.lines().next().unwrap();
            assert_eq!(first, format!("chapters/page.md:2: `{shown}`: {rule}"));
        }
    }
}

#[test]
fn html_with_attributes_or_not_closed() {
    let cases = [
        (
            "<details onclick=\"x\">\n</details>",
            1,
            "`<details onclick=\"x\">`: <details> has no attributes on a page",
        ),
        ("a\n\n<details><summary>A</summary>", 3, "`<details>` is not closed"),
        ("a\n\n</details>", 3, "`</details>` closes what is not open"),
        ("# A {onclick=x}", 1, "a heading has no attributes but an id and classes"),
    ];
    for (text, line, message) in cases {
        let faults = book(&[(PAGE, text)]).map(|_| ()).unwrap_err().to_string();
        let fault = format!("chapters/page.md:{line}: {message}");
        assert_eq!(faults.lines().next(), Some(&*fault));
    }
    assert!(
        book(&[(PAGE, "<details><summary>Answer</summary>\n\n1 < 2\n\n</details>\n")])
            .is_ok()
    );
}

#[test]
fn theme_that_asks_the_network_or_runs() {
    let network = "a style asks for nothing from the network";
    let long = " ".repeat(40_000);
    let cases = [
        ("theme/a.css", "a {\n  b: url( \"//example.org/a.png\");\n}", 2, network),
        ("theme/a.css", "\n@IMPORT 'b.css';", 2, "a style takes in no other"),
        (
            "theme/a.css",
            "a { color: red; text-decoration: underline 1px; }",
            1,
            "`text-decoration` takes a line only: write `text-decoration-thickness` and such apart",
        ),
        (
            "theme/head.exe",
            "",
            1,
            "a theme holds styles (.css), templates (.hbs), scripts (.js), icons (.svg, .png), fonts (.woff2) and their licences (.txt, .md)",
        ),
        (
            "book.toml",
            "[output.html]\nadditional-js = [\"theme/a.js\", \"a.js\"]",
            2,
            "`a.js`: scripts of the book stand in theme/",
        ),
        ("theme/a.js", "\nfetch(x)", 2, "`fetch(` in a script of the book"),
        ("theme/a.js", &long, 1, "40000 bytes, at most 14000"),
        ("theme/highlight.js", &long, 1, "40000 bytes, at most 35000"),
    ];
    for (path, text, line, message) in cases {
        assert_faults(
            &[(PAGE, ""), (path, text)],
            &[&format!("{path}:{line}: {message}")],
        );
    }
    assert!(
        book(&[
            (PAGE, ""),
            ("theme/a.css", "a { b: url(fonts/c.woff2); text-decoration: none }")
        ])
        .is_ok()
    );
}

// Literature

#[test]
fn works_that_are_wrong_unknown_or_named_by_no_page() {
    let entry = |rest: &str| {
        format!("\n[a1999]\nauthors = [\"A. A\"]\ntitle = \"T\"\n{rest}\n")
    };
    let right = entry("year = 1999\ndoi = \"10.1/2\"");
    let unknown = "chapters/page.md:1: no work `a1998` in chapters/literature.toml; near it: a1999";
    assert_faults(
        &[
            (PAGE, "{{#source a1998}} {{#cite a1999}}"),
            ("chapters/literature.toml", &right),
        ],
        &[unknown],
    );
    let at = "chapters/literature.toml:2: ";
    assert_faults(
        &[(PAGE, ""), ("chapters/literature.toml", &right)],
        &[&format!("{at}no page names `a1999`")],
    );
    let cases = [
        ("year = 1999", "it needs one of doi, arxiv, url and unlinked"),
        (
            "url = \"https://a.b\"\ndoi = \"10.1/2\"",
            "it needs one of doi, arxiv, url and unlinked",
        ),
        ("year = 1999\ndoi = \"1/2\"", "a DOI begins with `10.` and has a slash"),
        ("year = 1999\narxiv = \"1412.69\"", "an arXiv number has the form 1412.6980"),
        ("url = \"http://a.b\"", "a way begins with https://"),
        ("arxiv = \"1412.6980\"", "it has no year"),
        (
            "isbn = \"1\"",
            "no field `isbn`; there are: authors, title, year, doi, arxiv, url, unlinked",
        ),
    ];
    for (rest, message) in cases {
        assert_faults(
            &[(PAGE, ""), ("chapters/literature.toml", &entry(rest))],
            &[&format!("{at}`a1999`: {message}")],
        );
    }
    let twice = right.replace("a1999", "b1999") + &right;
    assert_faults(
        &[
            (PAGE, "{{#cite a1999}} {{#cite b1999}}"),
            ("chapters/literature.toml", &twice),
        ],
        &["chapters/literature.toml:2: `b1999` and `a1999` have one link"],
    );
}

#[test]
fn citation_that_is_typed() {
    for (text, year) in [
        ("D. Kingma and J. Ba, *Adam*, 2015.", "2015"),
        ("Seen (Dauphin and others 2014).", "2014"),
        ("J. Ba, 2016", "2016"),
        ("So (Nesterov, 2004) it is.", "2004"),
        ("So (Nesterov 2004, section 2.1)", "2004"),
    ] {
        let message = format!(
            "chapters/page.md:1: `{year}` is typed behind a name: write {{{{#source key}}}} or {{{{#cite key}}}}"
        );
        assert_fault(text, &[], &message);
    }
    for text in [
        "step 1000 to 2000, the last 2000 digits",
        "the method of 1983",
        "In Fall 2022 and, if so, 2001, 2002 and 2006",
        "```text\nJ. Ba, 2016\n```",
        "At 2000 and 0.2016, 12016",
    ] {
        assert!(book(&[(PAGE, text)]).is_ok(), "{text}");
    }
}

// What is said of a page

#[test]
fn page_of_which_nothing_too_little_or_the_same_is_said() {
    let sentence =
        "What this page is about, said in a sentence that one can read in a list.";
    let line = |page: &str, text: &str| {
        format!("{{{{#if (eq path \"{page}\")}}}}{text}\n{{{{/if}}}}\n")
    };
    let head = |lines: &[String]| lines.concat();
    let check = |text: String, expected: &[&str]| {
        assert_faults(&[(PAGE, ""), ("theme/head.hbs", &text)], expected);
    };
    let right = line("page.md", sentence);
    let twice = [line("index.md", sentence), right.clone()];
    assert!(book(&[(PAGE, ""), ("theme/head.hbs", &head(&twice))]).is_ok());
    check(
        head(&[]),
        &[
            "theme/head.hbs:1: nothing is said of page.md: write `--}}{{else if (eq path \"page.md\")}}`, a sentence and `{{!--`",
        ],
    );
    check(
        line("page.md", "Short."),
        &[
            "theme/head.hbs:1: what is said of page.md has 6 letters, and may have 50 to 170",
        ],
    );
    check(
        head(&[right.clone(), line("no.md", sentence)]),
        &[
            "theme/head.hbs:3: no.md and page.md are described in the same words",
            "theme/head.hbs:3: there is no page no.md",
        ],
    );
}

// Numbers

#[test]
fn number_that_is_typed_although_a_snapshot_has_it() {
    let text = "{{#value page__v.mean}}\n\nSo {{#value page__v.mean}}, or";
    let files = [
        ("snapshots/page__v.snap", &*snapshot("mean = 2.16\nspread = 0.017")),
        ("tests/page.rs", &*test_of("page__v")),
    ];
    let typed = "`2.16` is typed; the snapshot has it: {{#value page__v.mean}}";
    let both = format!("{text} {{{{#value page__v.spread}}}}");
    assert!(
        book(
            &[&[(PAGE, &*format!("{both} 12.16, 2.165, 2.16.1, `2.16`"))], &files[..]]
                .concat()
        )
        .is_ok()
    );
    assert_fault(
        &format!("{both} 2.16."),
        &files,
        &format!("chapters/page.md:3: {typed}"),
    );
    assert_fault(
        &format!("{both} $\\alpha = 2.16$"),
        &files,
        &format!("chapters/page.md:3: {typed}"),
    );
}

#[test]
fn unused_value_that_is_typed() {
    let files = [
        (PAGE, "{{#value adam__v.mean}}\n\nSo 25."),
        ("snapshots/adam__v.snap", &*snapshot("mean = 1\nspread = 25")),
        ("tests/adam.rs", &*test_of("adam__v")),
    ];
    assert_faults(
        &files,
        &[
            "snapshots/adam__v.snap:5: no page uses the value `spread`; `25` is typed in chapters/page.md:3",
        ],
    );
}

// Names

#[test]
fn the_nearest_names_are_offered_first() {
    let names = ["adam__back", "adam__factor", "adam__turns", "adam__worksheet"];
    let snapshots: Vec<_> =
        names.map(|n| (format!("snapshots/{n}.snap"), snapshot("| a |"))).into();
    let tests: String = names.map(test_of).join("\n").replace("holds", "shows");
    let page = names.map(|name| format!("{{{{#table {name}}}}}")).join("\n\n");
    let page = format!("{{{{#table adam__worksheets}}}}\n\n{page}");
    let mut files = vec![(PAGE, &*page), ("tests/adam.rs", &*tests)];
    files.extend(snapshots.iter().map(|(path, text)| (&**path, &**text)));
    assert_faults(
        &files,
        &[
            "chapters/page.md:1: no snapshot `snapshots/adam__worksheets.snap`; near it: adam__worksheet, adam__turns, adam__back",
        ],
    );
}

// Python

const SCRIPT: &str = "\
# ANCHOR: view
b.stride()    # (0, 1)
b[0] = 9.     # changes \"#\", and b
# ANCHOR_END: view

@comment('changes \"#\", and b')
def a_row_changes():
    assert b[1] == 9

@claim
def a_view_shares():
    assert b.data_ptr() == c.data_ptr()
";

/// What a run of `SCRIPT` gave, if it was the script.
fn run_of(script: &str) -> String {
    format!(
        "# torch 2\ndigest {}\n\
         comment\tview\tb.stride()\t(0, 1)\tvalue\n\
         comment\tview\tb[0] = 9.\tchanges \"#\", and b\ta_row_changes\n\
         claim a_row_changes\nclaim a_view_shares\n",
        weave::python::digest(script)
    )
}

const SHOWS_PYTHON: &str =
    "{{#code tests/pytorch/page.py:view}}\n\nSo. {{#test page.py::a_view_shares}}";

#[track_caller]
fn assert_python(page: &str, script: &str, run: &str, expected: &[&str]) {
    let files = [
        (PAGE, page),
        ("tests/pytorch/page.py", script),
        ("tests/pytorch/page.txt", run),
    ];
    if expected.is_empty() {
        assert!(book(&files).is_ok());
    } else {
        assert_faults(&files, expected);
    }
}

#[test]
fn a_script_that_was_run_is_sound() {
    assert_python(SHOWS_PYTHON, SCRIPT, &run_of(SCRIPT), &[]);
}

#[test]
fn a_comment_that_is_not_what_the_run_gave() {
    let script = SCRIPT.replace("(0, 1)", "(1, 0)");
    assert_python(
        SHOWS_PYTHON,
        &script,
        &run_of(SCRIPT),
        &[
            "tests/pytorch/page.py:2: the comment says `(1, 0)`, and the run gave `(0, 1)`: python tests/pytorch/run.py page",
        ],
    );
    let script = SCRIPT.replace("and b\n# ANCHOR", "and nothing\n# ANCHOR");
    assert_python(
        SHOWS_PYTHON,
        &script,
        &run_of(SCRIPT),
        &[
            "tests/pytorch/page.py:3: the comment says `changes \"#\", and nothing`, and the run gave `changes \"#\", and b`: python tests/pytorch/run.py page",
        ],
    );
}

#[test]
fn a_script_that_has_changed_since_it_was_run() {
    for (from, to) in [
        ("b.stride()", "c.stride()"),
        ("b[1] == 9", "True"),
        ("# ANCHOR_END", "more  # or less\n# ANCHOR_END"),
    ] {
        assert_python(
            SHOWS_PYTHON,
            &SCRIPT.replacen(from, to, 1),
            &run_of(SCRIPT),
            &[
                "tests/pytorch/page.py:1: it has changed since it was run: python tests/pytorch/run.py page",
            ],
        );
    }
}

#[test]
fn a_script_that_was_never_run() {
    assert_faults(
        &[(PAGE, SHOWS_PYTHON), ("tests/pytorch/page.py", SCRIPT)],
        &[
            "chapters/page.md:1: `tests/pytorch/page.py` is no script in tests/pytorch/ that was run",
            "chapters/page.md:3: no script `tests/pytorch/page.py`; near it: none",
            "tests/pytorch/page.py:1: it was never run: python tests/pytorch/run.py page",
            "tests/pytorch/page.py:1: no page shows the anchor `view`",
        ],
    );
}

#[test]
fn a_claim_that_no_run_has_made_sure_of() {
    let page = SHOWS_PYTHON.replace("a_view", "a_row_changes page.py::a_vie");
    assert_python(
        &page,
        SCRIPT,
        &run_of(SCRIPT),
        &[
            "chapters/page.md:3: no claim `a_vie_shares` in tests/pytorch/page.py; near it: a_view_shares, a_row_changes",
            "tests/pytorch/page.py:10: no page names the claim `a_view_shares`: write {{#test page.py::a_view_shares}} there",
        ],
    );
    let page = SHOWS_PYTHON.replace("page.py::", "pages.py::");
    assert_python(
        &page,
        SCRIPT,
        &run_of(SCRIPT),
        &[
            "chapters/page.md:3: no script `tests/pytorch/pages.py`; near it: tests/pytorch/page.py",
            "tests/pytorch/page.py:10: no page names the claim `a_view_shares`: write {{#test page.py::a_view_shares}} there",
        ],
    );
}

#[test]
fn code_that_no_page_shows_of_a_script() {
    let page = "So. {{#test page.py::a_view_shares}}";
    assert_python(
        page,
        SCRIPT,
        &run_of(SCRIPT),
        &["tests/pytorch/page.py:1: no page shows the anchor `view`"],
    );
}

#[test]
fn code_that_is_typed() {
    for label in ["python", "py", "rust,ignore", "Python", ""] {
        let shown = label.split(',').next().unwrap();
        assert_fault(
            &format!("\n```{label}\nx\n```\n"),
            &[],
            &format!(
                "chapters/page.md:2: code is not typed: a fence is `console`, `text` or `math`, and this one `{shown}`; \
                 {{{{#code file:anchor}}}} shows Rust from src/ and Python from tests/pytorch/"
            ),
        );
    }
    for label in ["console", "text"] {
        assert!(book(&[(PAGE, &format!("```{label}\n7\n```\n"))]).is_ok());
    }
}

// Names in sentences

const KNOWN: [File; 6] = [
    ("src/lib.rs", "pub fn minimize(step_size: f64) { let chosen = \"SEED_SHIFT\"; }"),
    ("tests/page.rs", "fn own() {}"),
    ("tests/other.rs", "fn foreign() {}"),
    (
        "src/bin/tool/main.rs",
        "struct Cli {\n    #[arg(long, default_value_t = 1)]\n    batch_size: u32,\n    #[arg(long = \"scale\")]\n    scales: u32,\n}",
    ),
    (
        "tests/pytorch/names.txt",
        "# torch 2\ntorch.optim\ntorch.optim.SGD(params, lr=0.001, momentum=0, betas=(0.9, 0.999))\ntorch.nn.init.kaiming_normal_(tensor, a=0)\n",
    ),
    ("Cargo.lock", "[[package]]\nname = \"katex-rs\"\n"),
];

#[test]
fn names_that_are_known() {
    for span in [
        "minimize",
        "minimize(step_size)",
        "SEED_SHIFT",
        "own",
        "[step_size, 1]",
        "step_size = 2α",
        "W_jk",
        "f(θ − αg)",
        "g₁",
        "x²",
        "'a",
        "torch.optim",
        "torch.optim.SGD",
        "optim.SGD(lr, momentum=0.9)",
        "SGD(betas=(β, 0.999))",
        "nn.init.kaiming_normal_(w, a=0.01)",
        "minimize.momentum",
        "momentum=0",
        "tests/page.rs",
        "src/bin",
        "katex-rs",
        "--batch-size",
        "--scale",
        "cargo minimize --scale 2 -- own",
        "minimize == 3",
    ] {
        let page = format!("It is `{span}`.");
        let files = [&[(PAGE, &*page)], &KNOWN[..]].concat();
        if let Err(faults) = book(&files) {
            panic!("{span}: {faults}");
        }
    }
}

#[test]
fn names_that_nothing_has() {
    let why = "If it is no name, weave/words.txt says why";
    let cases = [
        ("minimise", "nothing is called `minimise`; near it: minimize, "),
        ("step_sizes", "nothing is called `step_sizes`; near it: step_size, "),
        ("foreign", "nothing is called `foreign`; near it: "),
        (
            "torch.optim.SDG",
            "nothing is called `torch.optim.SDG`; near it: torch.optim.SGD, ",
        ),
        ("torch.SGD", "nothing is called `torch.SGD`; near it: "),
        (
            "nn.init.kaiming_norml_",
            "nothing is called `nn.init.kaiming_norml_`; near it: ",
        ),
        ("minimize.momentun", "nothing is called `momentun`; near it: momentum, "),
        (
            "SGD(lr, momntum=0.9)",
            "`SGD` has no parameter `momntum`; near it: momentum, ",
        ),
        ("SGD(tensor=1)", "`SGD` has no parameter `tensor`; near it: "),
        (
            "damping=β",
            "`no function of the list` has no parameter `damping`; near it: ",
        ),
        ("--batch_size", "nothing is called `--batch_size`; near it: --batch-size, "),
        ("--scales", "nothing is called `--scales`; near it: --scale, "),
        (
            "cargo minimize --scales 2",
            "nothing is called `--scales`; near it: --scale, ",
        ),
        ("src/libs.rs", "nothing is called `src`; near it: "),
        ("katex-sr", "nothing is called `katex`; near it: "),
        ("\"total\"", "nothing is called `total`; near it: "),
    ];
    for (span, message) in cases {
        let page = format!("\nIt is `{span}`.");
        let files = [&[(PAGE, &*page)], &KNOWN[..]].concat();
        let faults = book(&files).map(|_| ()).unwrap_err().to_string();
        let expected = format!("chapters/page.md:2: {message}");
        assert!(faults.starts_with(&expected), "{span}: {faults}");
        assert!(faults.contains(why) || message.contains("parameter"), "{faults}");
        assert!(faults.ends_with("weave: 1 fault"), "{faults}");
    }
}

#[test]
fn command_with_an_option_that_no_program_has() {
    let page = "\n```console\nmdbook build --scales\nSEED_SHIFT=1 cargo own --batch-sizes 3\n```\n";
    let files = [&[(PAGE, page)], &KNOWN[..]].concat();
    let faults = book(&files).map(|_| ()).unwrap_err().to_string();
    assert_eq!(
        faults,
        "chapters/page.md:4: nothing is called `--batch-sizes`; near it: --batch-size, --scale. \
         If it is no name, weave/words.txt says why\nweave: 1 fault"
    );
}

#[test]
fn words_of_the_list() {
    let words =
        |text| [("weave/words.txt", text), (PAGE, "It is `git status`, `Var R`.")];
    assert!(book(&words("git status: a command\n\nVar: a variance\n")).is_ok());
    assert_faults(
        &words("git status: a command\nVar: a variance\nVer: a version\n"),
        &["weave/words.txt:3: no page needs `Ver` to be here"],
    );
    assert_faults(
        &[
            &words("git status: a command\nVar: a variance\n")[..],
            &[("src/lib.rs", "struct Var;")],
        ]
        .concat(),
        &["weave/words.txt:2: no page needs `Var` to be here"],
    );
    assert_faults(
        &words("git status: a command\nVar: a variance\nVar: twice\nVer:\n"),
        &[
            "weave/words.txt:3: `Var` is here twice",
            "weave/words.txt:4: a line reads `word: reason`",
        ],
    );
}

#[test]
fn names_in_exercises() {
    let mut files = exercise("\n{{#exercise page/step}}", 0);
    files[1].1 = "// 10 minutes, easy\n/// Give `length`.\n/// Or `lengths`.\nfn step(length: f64) {}\n";
    files[2].1 = "Use `width`.";
    files.push((
        "exercises/page/step/mistakes.rs",
        "const TOLD: &str = \"It is `length`, not \\\n    `hight`.\";\n",
    ));
    let faults = book(&files).map(|_| ()).unwrap_err().to_string();
    let places: Vec<_> =
        faults.lines().map(|line| line.split(';').next().unwrap()).collect();
    assert_eq!(
        places,
        [
            "chapters/page.md:2: in exercises/page/step/hint.md: nothing is called `width`",
            "exercises/page/step/mistakes.rs:2: nothing is called `hight`",
            "exercises/page/step/task.rs:3: nothing is called `lengths`",
            "weave: 3 faults",
        ]
    );
}

#[test]
fn default_that_no_signature_has() {
    let cases = [
        (
            "torch.optim.SDG lr",
            "nothing is called `torch.optim.SDG`; near it: torch.optim.SGD, ",
        ),
        (
            "torch.optim.SGD dampening",
            "`torch.optim.SGD` has no parameter `dampening`; near it: ",
        ),
        ("torch.optim.SGD params", "`params` of `torch.optim.SGD` has no default"),
    ];
    for (given, message) in cases {
        let page = format!("It is {{{{#default {given}}}}}.");
        let files = [&[(PAGE, &*page)], &KNOWN[..]].concat();
        let faults = book(&files).map(|_| ()).unwrap_err().to_string();
        assert!(
            faults.starts_with(&format!("chapters/page.md:1: {message}")),
            "{faults}"
        );
    }
}

// The summary

#[test]
fn page_that_is_not_in_the_summary_is_all_that_is_said() {
    let files = [
        ("chapters/SUMMARY.md", "- [A](page.md)"),
        (PAGE, "$5"),
        ("chapters/deep/nesterov.md", "{{#value a.b}}"),
    ];
    let faults =
        weave_listed(&files, &["page.md"]).map(|_| ()).unwrap_err().to_string();
    assert_eq!(
        faults,
        "chapters/SUMMARY.md:1: it lacks the page deep/nesterov.md: write `- [Title](deep/nesterov.md)`\nweave: 1 fault"
    );
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
chapters/b.md:3: unknown directive `{{#include`; there are: code, exercise, live, question, predict, number, steps, questions, table, value, default, test, formula, minutes, see, source, cite, also
chapters/b.md:5: no test `no` in tests/adam.rs; near it: yes
src/a.rs:1: ANCHOR_END: a without its ANCHOR
weave: 5 faults";
    assert_eq!(faults, expected);
}

// Questions

const MAP: File = ("chapters/lecture_map.md", "# Map\n\n- **L01** Layers.");
const SOURCE: File = ("questions/page.rs", "pub fn sum() -> Question {\n    a()\n}\n");
const SUM: &str = "kind: question\nitem: L01\n\nHow many?\n\n## ✗ 1\nmistake: too few\n\nOne more.\n\n## ✓ 2\n\nTwo.\n";
const FILE: &str = "questions/snapshots/page__sum.snap";

#[track_caller]
fn assert_fault_of_question(page: &str, body: &str, expected: &str) {
    let others = [MAP, SOURCE, (FILE, &*snapshot(body))];
    assert_fault(page, &others, expected);
}

#[test]
fn question_that_is_unknown_or_of_another_kind() {
    let asked = "{{#question page/sum}}\n\n";
    assert_fault_of_question(
        &format!("{asked}{{{{#question page/som}}}}"),
        SUM,
        "chapters/page.md:3: no question `page/som` in questions/snapshots; near it: page/sum",
    );
    assert_fault_of_question(
        &format!("{asked}{{{{#number page/sum}}}}"),
        SUM,
        "chapters/page.md:3: `page/sum` is asked with {{#question page/sum}}, and not with {{#number",
    );
    assert_fault_of_question(
        &format!("{asked}{asked}"),
        SUM,
        "chapters/page.md:3: `page/sum` is here twice",
    );
    assert_fault_of_question(
        &format!("{asked}Why? {{{{#question page/sum}}}}"),
        SUM,
        "chapters/page.md:3: `{{#question page/sum}}` must stand alone at the start of its line",
    );
}

#[test]
fn question_on_no_page() {
    assert_fault_of_question("", SUM, &format!("{FILE}:1: no page asks this"));
}

#[test]
fn question_of_an_item_that_the_map_does_not_have() {
    assert_fault_of_question(
        "{{#question page/sum}}",
        &SUM.replace("L01", "L02"),
        "chapters/page.md:1: `page/sum` belongs to `L02`, which lecture_map.md does not have; near it: L01",
    );
}

#[test]
fn question_that_no_function_makes() {
    let others =
        [MAP, ("questions/page.rs", "fn some() {}\n"), (FILE, &*snapshot(SUM))];
    assert_fault(
        "{{#question page/sum}}",
        &others,
        "chapters/page.md:1: no function `sum` in questions/page.rs",
    );
}

#[track_caller]
fn assert_unsound(body: &str, message: &str) {
    let faults = book(&[(PAGE, ""), (FILE, &snapshot(body))]).map(|_| ()).unwrap_err();
    let faults = faults.to_string();
    assert_eq!(faults.lines().next(), Some(&*format!("{FILE}:1: {message}")));
}

#[test]
fn question_whose_options_are_unsound() {
    assert_unsound(&SUM.replace("One more.", ""), "the option `1` has no reason");
    assert_unsound(&SUM.replace('✓', "✗"), "0 of its options are right");
    assert_unsound(&SUM.replace('✗', "✓"), "2 of its options are right");
    assert_unsound(&SUM.replace("question", "riddle"), "no kind `riddle`");
    assert_unsound(&SUM.replace("question", "number"), "an answer has no value");
    assert_unsound(&SUM.replace("question", "predict"), "an option has no picture");
}

/// A figure with one line.
fn line(points: &str) -> String {
    let line = format!("<polyline points=\"{points}\"/>");
    SVG.replace("<text>*a_b* `c`</text>", &line).replace("0 0 9 9", "0 0 320 240")
}

#[test]
fn prediction_whose_pictures_look_alike() {
    let body = SUM
        .replace("question", "predict")
        .replace("mistake", "picture: page-b\nmistake")
        .replace("✓ 2\n", "✓ 2\npicture: page-a\n");
    let falls = line("0,0 310,230");
    let pictures = |other: &str| {
        let (body, other) = (snapshot(&body), line(other));
        let files = [
            (PAGE, "{{#predict page/sum}}"),
            MAP,
            SOURCE,
            (FILE, &*body),
            ("chapters/figures/page-a.svg", &*falls),
            ("chapters/figures/page-a.csv", "a"),
            ("chapters/figures/page-b.svg", &*other),
            ("chapters/figures/page-b.csv", "a"),
        ];
        book(&files).map(|_| ()).map_err(|faults| faults.to_string())
    };
    assert_eq!(pictures("0,230 310,0"), Ok(()));
    let alike = "chapters/page.md:1: `page/sum`: the pictures `page-b` and `page-a` look alike\nweave: 1 fault";
    for other in ["0,0 310,230", "0,1 310,231", "310,230 155,115 0,0"] {
        assert_eq!(pictures(other), Err(alike.to_owned()), "{other}");
    }
}

#[test]
fn step_whose_line_the_code_does_not_have() {
    let body = "kind: steps\n\nTwo steps\n\n## start\n\na = 1\n\n## end\n\na = 1 + 1\nsrc/a.rs: let a = a + 1;\n";
    let files = |code| {
        let body = snapshot(body);
        let files =
            [(PAGE, "{{#steps page/sum}}"), SOURCE, ("src/a.rs", code), (FILE, &*body)];
        book(&files).map(|_| ()).map_err(|faults| faults.to_string())
    };
    assert_eq!(files("fn a() {\n    let a = a + 1;\n}\n"), Ok(()));
    let fault = "chapters/page.md:1: no line `let a = a + 1;` in src/a.rs; near it: let a = a + 2;";
    let faults = files("let a = a + 2;\n").unwrap_err();
    assert_eq!(faults.lines().next(), Some(fault));
}
