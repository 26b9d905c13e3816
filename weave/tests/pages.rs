//! What becomes of a page.

mod support;

use mdbook_preprocessor::book::Chapter;
use support::{
    File, LIVE, PAGE, SVG, book, chapter, content, page, snapshot, test_of, weave_in,
};

#[track_caller]
fn assert_contains(text: &str, part: &str) {
    assert!(text.contains(part), "no {part:?} in:\n{text}");
}

/// The TeX of each formula, in order.
fn formulas(text: &str) -> Vec<&str> {
    let parts = text.split(r#" data-tex=""#).skip(1);
    parts.map(|part| part.split('"').next().unwrap()).collect()
}

// Formulas

#[test]
fn formulas_are_rendered_in_text_headings_tables_lists_and_quotes() {
    for (before, after) in
        [("", "."), ("# ", ""), ("| a |\n|---|\n| ", " |"), ("- ", ""), ("> ", "")]
    {
        let text = page(&format!("{before}$x^2$ and $y$ {after}"), &[]);
        assert_eq!(formulas(&text), ["x&#94;2", "y"]);
        assert!(
            text.starts_with(before) && text.ends_with(after) && !text.contains('$')
        );
    }
}

#[test]
fn a_formula_is_one_line_with_one_label() {
    let text = page("$$\n\\frac{a}{b}\n= c\n$$\n", &[]);
    assert_eq!(text.trim_end().lines().count(), 1);
    assert_eq!(formulas(&text), [r"&#92;frac&#123;a&#125;&#123;b&#125; = c"]);
    assert_contains(
        &text,
        r#"<span class="m d" role="img" aria-label="a over b equals c""#,
    );
}

#[test]
fn a_fence_may_begin_with_what_markdown_takes_for_a_list() {
    let text = page("```math\n- x\n+ y\n```\n\nafter", &[]);
    assert_eq!(formulas(&text), ["- x + y"]);
    assert!(text.ends_with("\n\nafter"));
}

#[test]
fn nothing_in_a_formula_is_markdown_again() {
    let text = page(r"$a * b_i * \{c\}' | d \text{`e` [f] ~ g}$", &[]);
    let visible: String = text
        .split('<')
        .filter_map(|part| part.split_once('>'))
        .map(|(_, t)| t)
        .collect();
    assert!(
        !visible.contains(['*', '_', '`', '[', ']', '|', '{', '}', '\'', '"', '~']),
        "{visible}"
    );
    assert_contains(&visible, "&#91;f&#93;");
}

#[test]
fn pipes_in_a_table_are_escaped() {
    let text = page("| a |\n|---|\n| $p(x \\| y)$ |\n", &[]);
    assert_eq!(formulas(&text), ["p(x &#124; y)"]);
}

#[test]
fn escaped_dollar_signs_and_code_are_left_alone() {
    let text = "\\$5, `$x$`, ``{{#value a.b}}``\n\n    $y$ {{#table a}}\n\n```text\n$z$ {{#code a:b}}\n```\n";
    assert_eq!(page(text, &[("src/lib.rs", "let value = 1;")]), text);
}

#[test]
fn formulas_are_equal_bytes_in_every_run() {
    let text =
        r"$\sqrt{\frac{a}{b}} \hat{x} \begin{pmatrix} a & b \\ c & d \end{pmatrix}$";
    let first = page(text, &[]);
    for _ in 0..20 {
        assert_eq!(page(text, &[]), first);
    }
}

// Python

#[test]
fn a_default_is_what_the_signature_says() {
    let names =
        "torch.optim.Adam(params, lr=0.001, betas=(0.9, 0.999), foreach=None)\n";
    let text = page(
        "{{#default torch.optim.Adam betas}}, {{#default torch.optim.Adam lr}}",
        &[("tests/pytorch/names.txt", names)],
    );
    assert_eq!(text, "`betas=(0.9, 0.999)`, `lr=0.001`");
}

#[test]
fn a_claim_of_a_script_is_a_check_that_leads_to_its_listing() {
    let script = "\
# ANCHOR: view
b.stride()    # (0, 1)
# ANCHOR_END: view


@claim
def it_shares():
    assert b

    assert c


x = 1
";
    let run = format!(
        "digest {}\ncomment\tview\tb.stride()\t(0, 1)\tvalue\nclaim it_shares\n",
        weave::python::digest(script)
    );
    let files = [
        (
            "chapters/page.md",
            "{{#code tests/pytorch/page.py:view}}\n\nSo. {{#test page.py::it_shares}}",
        ),
        ("tests/pytorch/page.py", script),
        ("tests/pytorch/page.txt", &run),
    ];
    let text = chapter(&files, "page.md");
    assert_contains(&text, "\n```python\nb.stride()    # (0, 1)\n```\n");
    assert_contains(
        &text,
        r#"<a href="listings/tests-pytorch-page.py.html#it_shares"><code>page::<wbr>it&#95;shares</code></a>"#,
    );
    let listing = chapter(&files, "listings/tests-pytorch-page.py.md");
    assert_contains(
        &listing,
        "<a id=\"it_shares\"></a><span class=\"back\">on the page [page.md](../page.md)</span>\n\n```python\n@claim\ndef it_shares():",
    );
}

// Code

const LAYER: &str = "\
impl Layer {
    // ANCHOR: forward
    /// It goes forward.
    ///
    /// # Panics
    /// If it cannot.
    fn forward(&self) {
        // ANCHOR: product
        let y = x * w;
        // ANCHOR_END: product

        y
    }
    // ANCHOR_END: forward
}
";

#[test]
fn code_is_dedented_and_links_to_its_place_in_the_listing() {
    let files = [("src/layer.rs", LAYER)];
    let text = page(
        "Before\n{{#code src/layer.rs:forward}}\nAfter",
        &files_with_product(&files),
    );
    let block = "\n```rust,ignore\n/// It goes forward.\nfn forward(&self) {\n    let y = x * w;\n\n    y\n}\n```\n";
    assert_contains(&text, block);
    assert_contains(
        &text,
        r#"<p class="source"><a href="listings/src-layer.rs.html#forward"><code>src/layer.rs</code>, <code>forward</code></a></p>"#,
    );
    assert!(text.starts_with("Before\n\n") && text.ends_with("\n\nAfter"), "{text}");
}

/// Another page that shows the inner anchor, so that the book is sound.
fn files_with_product<'a>(files: &[File<'a>]) -> Vec<File<'a>> {
    [files, &[("chapters/deep/other.md", "{{#code src/layer.rs:product}}")]].concat()
}

#[test]
fn a_page_in_a_folder_links_upwards() {
    let files = [
        ("src/layer.rs", LAYER),
        ("chapters/page.md", "{{#code src/layer.rs:forward}}"),
    ];
    let text = chapter(&files_with_product(&files), "deep/other.md");
    assert_contains(&text, r#"href="../listings/src-layer.rs.html#product""#);
}

#[test]
fn code_of_other_languages_has_its_own_anchors() {
    let files = [("Cargo.toml", "a = 1\n# ANCHOR: deps\nb = 2\n# ANCHOR_END: deps\n")];
    assert_contains(
        &page("{{#code Cargo.toml:deps}}", &files),
        "\n```toml\nb = 2\n```\n",
    );
}

#[test]
fn no_line_of_rust_is_hidden() {
    let files = [("src/a.rs", "// ANCHOR: a\n#\n# x\n#[y]\n## z\n// ANCHOR_END: a\n")];
    assert_contains(&page("{{#code src/a.rs:a}}", &files), "\n##\n## x\n#[y]\n### z\n");
}

#[test]
fn code_that_holds_a_fence_has_a_longer_one() {
    let files = [("src/a.rs", "// ANCHOR: a\n```\n// ANCHOR_END: a\n")];
    assert_contains(
        &page("{{#code src/a.rs:a}}", &files),
        "\n````rust,ignore\n```\n````\n",
    );
}

// Tables, values, tests

#[test]
fn an_exercise_is_its_effort_its_task_its_command_and_folded_away_a_hint_and_a_solution()
 {
    let files = [
        (
            "exercises/page/step/task.rs",
            "// 10 minutes, easy\n\npub fn step() {\n    todo!()\n}\n",
        ),
        ("exercises/page/step/hint.md", "Use $x$.\n"),
        ("exercises/page/step/solution.rs", "pub fn step() {}\n"),
    ];
    let text = page("{{#exercise page/step}}", &files);
    let parts = [
        "<p class=\"effort\">10 minutes, easy</p>\n\n",
        "```rust,ignore\npub fn step() {\n    todo!()\n}\n```",
        "```console\ncargo exercise page/step\n```",
        "<details class=\"hint\"><summary>A hint</summary>\n\nUse <span",
        "<details><summary>A solution</summary>\n\n```rust,ignore\npub fn step() {}\n```\n\n</details>\n\n</details>",
    ];
    let places = parts.map(|part| {
        text.find(part).unwrap_or_else(|| panic!("no {part:?} in:\n{text}"))
    });
    assert!(places.is_sorted(), "{text}");
}

#[test]
fn a_table_is_its_snapshot_with_formulas_and_the_test_behind_it() {
    let body = "| $\\alpha$ | b |\n|---|---|\n| 1 | 2 |\n\n| c |\n|---|\n| 3 |";
    let text = page(
        "{{#table adam__steps}}",
        &[
            ("snapshots/adam__steps.snap", &snapshot(body)),
            ("tests/adam.rs", &test_of("adam__steps")),
        ],
    );
    assert_eq!(formulas(&text), [r"&#92;alpha"]);
    assert_contains(&text, "<div class=\"snapshot\">\n\n| <span");
    assert_contains(
        &text,
        "| b |\n|---|---|\n| 1 | 2 |\n\n| c |\n|---|\n| 3 |\n\n<button class=\"check\"",
    );
    assert_contains(
        &text,
        r#"checked by <a href="listings/tests-adam.rs.html#holds">"#,
    );
}

#[test]
fn a_column_without_a_name_is_heard_all_the_same() {
    let body = "|  | a |  |\n|---|---|---|\n| 1 |  | 2 |";
    let files = [
        ("snapshots/adam__steps.snap", &*snapshot(body)),
        ("tests/adam.rs", &*test_of("adam__steps")),
    ];
    let text = page("{{#table adam__steps}}", &files);
    let heads = r#"| <span class="unseen">row</span> | a | <span class="unseen">value</span> |"#;
    assert_contains(&text, heads);
    assert_contains(&text, "\n| 1 |  | 2 |");
}

#[test]
fn symbols_of_the_prose_have_the_face_of_formulas() {
    let text = page("With λ₁ and *u*₀, `β` aside, *but* not *this*.", &[]);
    let expected = "With <i class=\"g\">λ<sub>1</sub></i> and <i class=\"g\">u<sub>0</sub></i>, `β` aside, *but* not *this*.";
    assert_eq!(text, expected);
}

#[test]
fn a_star_behind_a_symbol_begins_no_emphasis() {
    let text = page("The root ρ*, the other −ρ*. *Any* *θ* and β*u* + θ₀*.", &[]);
    let star = r#"<i class="g">ρ</i>&#42;"#;
    let theta = r#"<i class="g">θ</i>"#;
    let u = r#"<i class="g">β</i><i class="g">u</i>"#;
    let start = r#"<i class="g">θ<sub>0</sub></i>&#42;."#;
    let expected =
        format!("The root {star}, the other −{star}. *Any* {theta} and {u} + {start}");
    assert_eq!(text.replace('\u{a0}', " "), expected);
}

#[test]
fn what_belongs_together_stays_on_a_line() {
    for (text, expected) in [
        ("x = 0.19 is", "x_=_0.19 is"),
        ("a long_expression_here = 2", "a long_expression_here =_2"),
        ("½ · 4", "½_·_4"),
        ("1 − β", "1_− "),
        ("`a = b` a - b", "`a = b` a - b"),
        ("5 %", "5_%"),
    ] {
        let woven = page(text, &[]).replace('\u{a0}', "_");
        assert!(woven.starts_with(expected), "{woven}");
    }
}

#[test]
fn words_for_the_search_are_not_on_the_page_and_lead_to_one_section() {
    assert_eq!(page("## A\n\n{{#also b, c d}}\n\nE.", &[]).replace("\n", ""), "## AE.");
    let text = "## A\n\n{{#also b}}\n\n## C\n\n{{#also B}}\n";
    let faults = support::book(&[(support::PAGE, text)]).map(|_| ()).unwrap_err();
    assert_eq!(
        faults.to_string().lines().next(),
        Some(
            "chapters/page.md:7: `b` already leads to chapters/page.md:3; one section is the right one"
        )
    );
}

fn page_with_values(text: &str) -> String {
    let body = "mean = −0.0254\ncount = 60,000\nshare = 95 %\nlabel = a_b*";
    let all =
        "\n\n{{#value v.mean}}{{#value v.count}}{{#value v.share}}{{#value v.label}}";
    let others =
        [("snapshots/v.snap", &*snapshot(body)), ("tests/v.rs", &*test_of("v"))];
    let text = page(&format!("{text}{all}"), &others);
    text.rsplit_once("\n\n").unwrap().0.to_owned()
}

#[test]
fn values_are_plain_text_everywhere() {
    assert_eq!(page_with_values("# At {{#value v.mean}}"), "# At −0.0254");
    assert_eq!(page_with_values("**{{#value v.count}}**"), "**60,000**");
    assert_eq!(page_with_values("{{#value v.label}}"), "a&#95;b&#42;");
    assert_eq!(page_with_values("| {{#value v.share}} |"), "| 95\u{a0}% |");
}

#[test]
fn values_in_formulas_are_tex() {
    let text = page_with_values(
        "$n = {{#value v.count}}$, $p = {{#value v.share}}$, $m = {{#value v.mean}}$",
    );
    assert_eq!(
        formulas(&text),
        ["n = 60&#123;,&#125;000", r"p = 95 &#92;%", "m = −0.0254"]
    );
}

#[test]
fn values_stand_in_what_programs_print_and_in_no_other_code() {
    for language in ["console", "text"] {
        let text = page_with_values(&format!(
            "```{language}\n{{{{#value v.label}}}} {{{{#test x}}}}\n```"
        ));
        assert_eq!(text, format!("```{language}\na_b* {{{{#test x}}}}\n```"));
    }
    let indented = "So:\n\n    {{#value v.mean}}\n";
    assert_eq!(page_with_values(indented), indented);
}

#[test]
fn tests_are_links_that_break_after_some_underscores() {
    let tests = [(
        "tests/adam.rs",
        "#[test]\nfn step_is_small() { assert!(x); }\n\nproptest! {\n    #[test]\n    fn any_step_goes_down_a_hill(x in 0..9) {\n        assert!(x);\n    }\n}\n",
    )];
    let text = page(
        "So. {{#test adam::step_is_small adam::any_step_goes_down_a_hill}}",
        &tests,
    );
    let link = r#"<a href="listings/tests-adam.rs.html#step_is_small"><code>adam::<wbr>step&#95;is&#95;small</code></a>"#;
    assert_contains(
        &text,
        r#"So. <button class="check" popovertarget="check-1" aria-label="checked by tests">✓</button>"#,
    );
    assert_contains(
        &text,
        &format!(r#"<span class="names" popover id="check-1">checked by {link}, <a "#),
    );
    assert_contains(
        &text,
        "any&#95;step&#95;goes&#95;<wbr>down&#95;a&#95;hill</code></a></span>",
    );
    assert!(!text.contains("<p"));
    let text = page(
        "{{#test adam::step_is_small adam::any_step_goes_down_a_hill}}\n\nSo.",
        &tests,
    );
    assert!(text.starts_with(r#"<p class="checks"><button "#), "{text}");
    assert!(text.ends_with("</span></p>\n\nSo."), "{text}");
}

#[test]
fn a_formula_that_a_test_evaluates_has_a_sign_that_leads_there() {
    let test = "#[test]\nfn holds() {\n    assert!(check(\"page.rate\"));\n    assert!(check(\"page.size\"));\n}\n";
    let text = page(
        "$$a$$\n{{#formula page.rate}}\n\nIt is $b$, {{#formula page.size}} so.",
        &[("tests/formulas/page.rs", test)],
    );
    let link = r#"checked by <a href="listings/tests-formulas-page.rs.html#holds"><code>formulas::<wbr>page::<wbr>holds</code></a>"#;
    assert_eq!(text.matches(link).count(), 2, "{text}");
    assert_contains(
        &text,
        "</span>\n<button class=\"check\" popovertarget=\"check-1\"",
    );
    assert!(!text.contains("{{#"), "{text}");
}

#[test]
fn references_lead_to_sections_code_tests_and_figures() {
    let files = [
        (
            "chapters/adam.md",
            "# Adam\n\n## The `first` step: why?\n\n{{#code src/adam.rs:step}}\n\n![It.](figures/a.svg)",
        ),
        (
            "src/adam.rs",
            "// ANCHOR: step\nfn step(first: f64) {}\n// ANCHOR_END: step\n",
        ),
        ("tests/adam.rs", "#[test]\nfn small() { assert!(x); }\n"),
        ("chapters/figures/a.svg", SVG),
        ("chapters/figures/a.csv", ""),
        (
            "chapters/map.md",
            "{{#see adam.md#the-first-step-why src/adam.rs:step adam::small figures/a.svg}}",
        ),
    ];
    assert_eq!(
        chapter(&files, "map.md"),
        [
            r##"<span class="see"><a href="adam.html#the-first-step-why">adam.md: The first step: why?</a>"##,
            r##"<a href="listings/src-adam.rs.html#step"><code>adam::<wbr>step</code></a>"##,
            r##"<a href="listings/tests-adam.rs.html#small"><code>adam::<wbr>small</code></a>"##,
            r##"<a href="adam.html#a">Figure: A line</a></span>"##,
        ]
        .join(" · ")
    );
}

#[test]
fn a_backslash_prints_the_braces() {
    assert_eq!(
        page(r"Write \{{#code path:anchor}}.", &[]),
        "Write {&#123;#code path:anchor}}."
    );
}

// Minutes

/// A chapter with a word of its own, and a function of ten lines behind its end.
fn chapter_of(text: &str) -> String {
    let code = format!(
        "// ANCHOR: a\n/// It is.\n///\n/// # Panics\n/// Never.\n{}// ANCHOR_END: a\n",
        "x\n\n".repeat(9)
    );
    let page = format!(
        "# Page\n\n{text}\n\n## Sources\n\n{{{{#code src/page.rs:a}}}}\n\n![It.](figures/a.svg)\n"
    );
    let files = [
        ("chapters/page.md", page.as_str()),
        ("src/page.rs", &code),
        ("chapters/figures/a.svg", SVG),
        ("chapters/figures/a.csv", ""),
    ];
    chapter(&files, "page.md")
}

#[test]
fn a_chapter_says_its_minutes_by_the_rule() {
    let words = |count: usize| "word ".repeat(count);
    let formulas = |count: usize| "$x$ ".repeat(count);
    for (text, minutes) in [
        (words(199), "1 minute"),
        (words(200), "2 minutes"),
        (words(1799), "9 minutes"),
        (formulas(19), "1 minute"),
        (formulas(20), "2 minutes"),
        (format!("$$x$$\n\n{}", words(79)), "1 minute"),
        (format!("$$x$$\n\n{}", words(80)), "2 minutes"),
        (format!("```math\nx\ny\n```\n\n{}", words(80)), "2 minutes"),
        ("```text\nx\n\n```\n\n".repeat(11) + &words(15), "1 minute"),
        ("```text\nx\n\n```\n\n".repeat(11) + &words(16), "2 minutes"),
    ] {
        let text = chapter_of(&text);
        assert_contains(
            &text,
            &format!("# Page\n\n<p class=\"minutes\">{minutes}</p>\n\n"),
        );
    }
}

#[test]
fn folds_have_minutes_of_their_own_and_what_is_at_the_end_has_none() {
    let fold = format!(
        "<details><summary>Why so</summary>\n\n{}\n\n</details>\n\n",
        "word ".repeat(201)
    );
    let text = chapter_of(&format!(
        "{fold}{}\n\n## Check and do\n\n{fold}",
        "word ".repeat(197)
    ));
    assert_contains(&text, "<p class=\"minutes\">1 minute; 2 more in the folds</p>");
}

#[test]
fn code_figures_and_tables_take_their_time() {
    let text = chapter_of(&format!(
        "## A\n\n{{{{#code src/page.rs:a}}}}\n\n![It.](figures/a.svg)\n\n{}",
        "word ".repeat(130)
    ));
    // The rest is ten lines of code, a figure and three words: 50, 30 and 0.9 seconds.
    assert_contains(&text, "<p class=\"minutes\">2 minutes</p>");
    let text = chapter_of(&format!(
        "## A\n\n{{{{#code src/page.rs:a}}}}\n\n![It.](figures/a.svg)\n\n{}",
        "word ".repeat(131)
    ));
    assert_contains(&text, "<p class=\"minutes\">3 minutes</p>");
}

#[test]
fn a_page_says_how_long_other_chapters_take() {
    let page = format!("# One\n\n{}", "word ".repeat(250));
    let files = [
        ("chapters/front.md", "{{#minutes one}}, {{#minutes one two}}, {{#minutes}}"),
        ("chapters/one.md", page.as_str()),
        ("chapters/two.md", page.as_str()),
        ("src/one.rs", ""),
        ("src/two.rs", ""),
    ];
    assert_eq!(chapter(&files, "front.md"), "2 minutes, 3 minutes, 3 minutes");
}

// Figures

#[test]
fn a_live_figure_has_what_makes_it_live_around_its_picture() {
    let text = page("![It.](figures/a.svg)\n\n{{#live a}}\n\nAfter.", &LIVE);
    assert_contains(
        &text,
        r#"<figure id="a" data-live="a"><div class="stage"><svg viewBox="0 0 9 9""#,
    );
    assert_contains(&text, "</svg></div><p>So.</p><figcaption>\n\nIt. <a");
    assert_contains(&text, "</figcaption></figure>\n\n\n\n\nAfter.");
    assert!(!text.contains("{{"));
}

#[test]
fn a_figure_is_inlined_with_its_caption_and_its_data() {
    let files = [
        ("chapters/figures/adam-path.svg", SVG),
        ("chapters/figures/adam-path.csv", "x\n"),
        ("snapshots/v.snap", &snapshot("mean = 3")),
        ("tests/v.rs", &test_of("v")),
    ];
    let caption = "At $\\beta$ [**it** is](page.md) {{#value v.mean}}, `$c]$`";
    let text = page(&format!("A\n\n![{caption}](figures/adam-path.svg)\n\nB"), &files);
    let svg = concat!(
        r#"<figure id="adam-path"><svg viewBox="0 0 9 9" role="img" aria-labelledby="t d"><title id="t">A line</title>"#,
        r#"<desc id="d">It rises.</desc><text>*a_b* `c`</text></svg><figcaption>"#
    );
    assert_contains(&text, &format!("A\n\n{svg}\n\nAt <span class=\"m\""));
    assert_contains(
        &text,
        " [**it** is](page.md) 3, `$c]$` <a class=\"data\" href=\"figures/adam-path.csv\">data</a>\n\n</figcaption></figure>\n\n\nB",
    );
}

// Listings

#[test]
fn a_listing_is_the_whole_file_with_an_id_before_each_anchor_that_is_shown() {
    let files = [
        ("src/layer.rs", LAYER),
        ("chapters/page.md", "{{#code src/layer.rs:forward}}"),
    ];
    let text = chapter(&files_with_product(&files), "listings/src-layer.rs.md");
    let expected = "\
<div class=\"listing\">

# `src/layer.rs`



```rust,ignore
impl Layer {
```

<a id=\"forward\"></a><span class=\"back\">on the page [page.md](../page.md)</span>

```rust,ignore
    /// It goes forward.
    ///
    /// # Panics
    /// If it cannot.
    fn forward(&self) {
```

<a id=\"product\"></a><span class=\"back\">on the page [deep/other.md](../deep/other.md)</span>

```rust,ignore
        let y = x * w;

        y
    }
}
```


</div>
";
    assert_eq!(text, expected);
}

#[test]
fn a_listing_has_an_id_before_each_test_and_its_comments() {
    let tests = "use a;\n\n/// Why.\n#[test]\n#[should_panic(\n    expected = \"[\"\n)]\nfn one() {}\n\nfn helper() {}\n\n#[test]\nfn two() {}\n";
    let files = [("chapters/page.md", "{{#test adam::one}}"), ("tests/adam.rs", tests)];
    let text = chapter(&files, "listings/tests-adam.rs.md");
    assert_contains(
        &text,
        "<a id=\"one\"></a><span class=\"back\">on the page [page.md](../page.md)</span>\n\n```rust,ignore\n/// Why.\n#[test]\n",
    );
    assert_contains(
        &text,
        "fn helper() {}\n```\n\n<a id=\"two\"></a>\n\n```rust,ignore\n#[test]\nfn two() {}",
    );
}

#[test]
fn the_listings_are_the_last_chapter_and_list_what_pages_refer_to() {
    let files = [
        ("chapters/page.md", "{{#test adam::holds}}\n\n{{#code src/layer.rs:forward}}"),
        ("src/layer.rs", LAYER),
        ("src/other.rs", "fn other() {}"),
        ("tests/adam.rs", &*test_of("v")),
    ];
    let text = chapter(&files_with_product(&files), "listings.md");
    assert!(text.ends_with(
        "\n\n- [`src/layer.rs`](listings/src-layer.rs.md)\n- [`tests/adam.rs`](listings/tests-adam.rs.md)\n- [`chapters/page.md`](listings/chapters-page.md)\n- [`chapters/deep/other.md`](listings/chapters-deep-other.md)\n"
    ));
}

#[test]
fn an_id_on_the_first_line_stands_once() {
    let files = [
        ("chapters/page.md", "{{#code src/a.rs:all}}"),
        ("src/a.rs", "// ANCHOR: all\nfn a() {}\n// ANCHOR_END: all\n"),
    ];
    let text = chapter(&files, "listings/src-a.rs.md");
    assert_eq!(text.matches("id=\"all\"").count(), 1, "{text}");
}

#[test]
fn a_page_leads_to_its_source_and_the_source_to_the_page() {
    let files = [("chapters/deep/page.md", "# Page\n\nIt *says* `{` this.")];
    let shown = book(&files).unwrap();
    assert_contains(
        &content(&shown, "deep/page.md"),
        "<p class=\"page-source\"><a href=\"../listings/chapters-deep-page.html\">Source of this page</a></p>",
    );
    let listing = content(&shown, "listings/chapters-deep-page.md");
    assert_contains(&listing, "[this page](../deep/page.md)");
    assert_contains(&listing, "```text\n# Page\n\nIt *says* `{` this.\n```");
}

#[test]
fn with_a_repository_pages_and_listings_lead_there() {
    let files = [
        ("src/layer.rs", LAYER),
        (
            "chapters/page.md",
            "{{#code src/layer.rs:forward}}\n\n{{#code src/layer.rs:product}}",
        ),
    ];
    let shown = weave_in(Some("https://example.org/d/"), &files, &["page.md"]).unwrap();
    assert_contains(
        &content(&shown, "page.md"),
        "<a href=\"https://example.org/d/blob/HEAD/chapters/page.md\">Source of this page</a>",
    );
    assert_contains(
        &content(&shown, "listings/src-layer.rs.md"),
        "[In the repository](https://example.org/d/blob/HEAD/src/layer.rs)",
    );
    let is_of_a_page = |chapter: &&Chapter| chapter.name == "chapters/page.md";
    assert!(shown.chapters().find(is_of_a_page).is_none());
}

// Literature

const WORKS: File = (
    "chapters/literature.toml",
    r#"
[beck2009]
authors = ["A. Beck", "M. Teboulle"]
title = "A *Fast* Algorithm"
year = 2009
doi = "10.1137/080716542"

[cohen2021]
authors = ["J. Cohen", "others"]
title = "The Edge"
year = 2021
arxiv = "2103.00065"

[notes]
authors = ["EECS 182"]
title = "Notes"
unlinked = "handed out"
"#,
);

#[test]
fn a_work_is_named_in_full_and_in_short_with_its_link() {
    let text = page(
        "{{#source beck2009}}. {{#source cohen2021}}.\n\n{{#cite beck2009}}; {{#cite cohen2021}}; {{#source notes}}",
        &[WORKS],
    );
    let [full, short] = text.split("\n\n").collect::<Vec<_>>()[..] else {
        panic!("{text}")
    };
    assert_eq!(
        full,
        "A. Beck, M. Teboulle, <a class=\"work\" href=\"https://doi.org/10.1137/080716542\" data-print=\"doi:10.1137/080716542\"><em>A &#42;Fast&#42; Algorithm</em></a>, 2009. \
         J. Cohen and others, <a class=\"work\" href=\"https://arxiv.org/abs/2103.00065\" data-print=\"arXiv:2103.00065\"><em>The Edge</em></a>, 2021."
    );
    assert_eq!(
        short,
        "<a href=\"https://doi.org/10.1137/080716542\">Beck and Teboulle 2009</a>; \
         <a href=\"https://arxiv.org/abs/2103.00065\">Cohen and others 2021</a>; EECS 182, <em>Notes</em>"
    );
}

#[test]
fn the_page_of_all_works_leads_to_the_pages_that_name_them() {
    let files = [
        (PAGE, "{{#source cohen2021}} {{#source notes}}"),
        ("chapters/deep/other.md", "{{#cite beck2009}} {{#cite notes}}"),
        WORKS,
    ];
    let text = chapter(&files, "literature.md");
    let lines: Vec<_> = text.lines().filter(|line| line.starts_with('-')).collect();
    let ends = [
        "2009. Named in [deep/other.md](deep/other.md).",
        "2021. Named in [page.md](page.md).",
        "<em>Notes</em> (handed out). Named in [deep/other.md](deep/other.md), [page.md](page.md).",
    ];
    assert_eq!(lines.len(), ends.len(), "{text}");
    for (line, end) in lines.iter().zip(ends) {
        assert!(line.ends_with(end), "{line}");
    }
}

// Questions

const MAP: File = (
    "chapters/lecture_map.md",
    "# Map\n\n- **L01** Layers.\n  see\n- **L02** Their $x$.\n- **D01** The sheet.",
);

/// A question, a prediction, a number and an example, on a page each, and the page that asks them again.
fn asked(page: &str) -> String {
    let svg = |points: &str| {
        let line = format!("<polyline points=\"{points}\"/>");
        SVG.replace("<text>*a_b* `c`</text>", &line)
    };
    let (a, b) = (svg("0,0 9,9"), svg("0,9 9,0"));
    let options = |key: &str, a: &str, b: &str| {
        format!(
            "## ✗ 1 of $x$\n{key}{a}mistake: one too few\n\nOne more.\n\n## ✓ 2\n{key}{b}\nTwo, by $y$.\n"
        )
    };
    let question = |kind: &str, item: &str, options: &str| {
        snapshot(&format!(
            "kind: {kind}\nitem: {item}\n{}\nHow *many*?\n\n{options}",
            match kind {
                "number" => "hint: Count.\n",
                "predict" => "opens: the figure behind it\n",
                _ => "",
            }
        ))
    };
    let bodies = [
        question("question", "L02", &options("", "", "")),
        question("predict", "D01", &options("picture: ", "page-a\n", "page-b\n")),
        question("number", "L01", &options("value: ", "1 ± 0.5001\n", "2 ± 0.5001\n")),
        snapshot(
            "kind: steps\n\nTwo *steps*\n\n## start\n\na < 1\n\n## end\n\na = 1 + 1\nsrc/a.rs: let a = a + 1;\n",
        ),
    ];
    let source = "/// A sum.\npub fn sum() -> Question {\n}\npub fn guess() {}\npub fn count() {}\npub fn walk() {}\n";
    let files = [
        MAP,
        (
            "chapters/page.md",
            "{{#question page/sum}}\n\n{{#predict page/guess}}\n\n{{#number page/count}}\n\n{{#steps page/walk}}",
        ),
        ("chapters/again.md", "{{#questions}}"),
        ("questions/page.rs", source),
        ("src/a.rs", "let a = a + 1;\n"),
        ("questions/snapshots/page__sum.snap", &bodies[0]),
        ("questions/snapshots/page__guess.snap", &bodies[1]),
        ("questions/snapshots/page__count.snap", &bodies[2]),
        ("questions/snapshots/page__walk.snap", &bodies[3]),
        ("chapters/figures/page-a.svg", &a),
        ("chapters/figures/page-a.csv", ""),
        ("chapters/figures/page-b.svg", &b),
        ("chapters/figures/page-b.csv", ""),
    ];
    chapter(&files, page)
}

#[test]
fn a_question_is_a_group_of_buttons_each_with_its_label_and_its_reply() {
    let text = asked("page.md");
    let start = "<fieldset class=\"question\" id=\"question-page-sum\"><legend>Question</legend>\n\nHow *many*?\n\n";
    assert_contains(&text, start);
    let wrong = "<div class=\"option\">\n\n<input type=\"radio\" name=\"question-page-sum\" id=\"question-page-sum-0\" autocomplete=\"off\"><label for=\"question-page-sum-0\"><span>1 of <span ";
    assert_contains(&text, wrong);
    assert_contains(
        &text,
        "<div class=\"told\">\n\n**No: one too few.** One more.\n\n</div>",
    );
    let right = "<div class=\"option right\">\n\n<input type=\"radio\" name=\"question-page-sum\" id=\"question-page-sum-1\" autocomplete=\"off\"><label for=\"question-page-sum-1\"><span>2</span></label>\n\n<div class=\"told\">\n\n**Right.** Two, by <span";
    assert_contains(&text, right);
    assert_contains(&text, "href=\"listings/questions-page.rs.html#sum\"");
}

#[test]
fn a_prediction_has_a_picture_in_each_label_and_a_way_past_it() {
    let text = asked("page.md");
    for (i, points) in ["0,0 9,9", "0,9 9,0"].iter().enumerate() {
        let label = format!("<label for=\"predict-page-guess-{i}\"><svg");
        let (_, rest) = text.split_once(&label).unwrap_or_else(|| panic!("{text}"));
        assert_contains(rest.split("</svg>").next().unwrap(), points);
    }
    assert_contains(
        &text,
        "id=\"predict-page-guess-2\" autocomplete=\"off\"><label for=\"predict-page-guess-2\"><span>Show it without a guess",
    );
}

#[test]
fn a_number_to_work_out_has_a_field_its_known_values_and_its_answer_in_a_fold() {
    let text = asked("page.md");
    assert_contains(
        &text,
        "<label for=\"number-page-count-value\">Your number</label> <input id=\"number-page-count-value\" type=\"text\"",
    );
    assert_contains(
        &text,
        "<div class=\"known\" data-value=\"1\" data-within=\"0.5001\" hidden>\n\n**No: one too few.** One more.",
    );
    assert_contains(&text, "<div class=\"known right\" data-value=\"2\"");
    assert_contains(
        &text,
        "<div class=\"known\" hidden>\n\n**Not yet.** Count.\n\n</div>",
    );
    assert_contains(
        &text,
        "<details><summary>Answer</summary>\n\n**2.** Two, by <span",
    );
}

#[test]
fn a_worked_example_is_a_table_with_a_button_for_each_step() {
    let text = asked("page.md");
    assert_contains(
        &text,
        "id=\"steps-page-walk-0\" autocomplete=\"off\" checked><label for=\"steps-page-walk-0\">start</label>",
    );
    assert_contains(
        &text,
        "<tbody>\n<tr><th rowspan=\"1\" scope=\"rowgroup\">start</th><td>a &lt; 1</td><td></td></tr>\n</tbody>",
    );
    assert_contains(
        &text,
        "<td>a = 1 + 1</td><td><code>let a = a + 1;</code></td></tr>",
    );
}

#[test]
fn the_review_asks_everything_again_by_item_without_pictures() {
    let text = asked("again.md");
    let parts = [
        "### L01\n\nLayers.\n",
        "id=\"again-number-page-count\"",
        "<a href=\"page.html#number-page-count\">page.md</a>",
        "### L02\n\nTheir <span",
        "id=\"again-question-page-sum\"",
        "### D01\n",
        "<fieldset class=\"question\" id=\"again-predict-page-guess\"",
    ];
    let places = parts.map(|part| {
        text.find(part).unwrap_or_else(|| panic!("no {part:?} in:\n{text}"))
    });
    assert!(places.is_sorted(), "{text}");
    assert!(!text.contains("<svg") && !text.contains("page-walk"), "{text}");
}

#[test]
fn the_listing_of_a_question_has_its_functions_as_places() {
    let listing = asked("listings/questions-page.rs.md");
    assert_contains(&listing, "<a id=\"sum\"></a><span class=\"back\">on the page ");
    assert_contains(&listing, "</span>\n\n```rust,ignore\n/// A sum.\npub fn sum()");
}
