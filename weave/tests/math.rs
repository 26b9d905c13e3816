//! What becomes of formulas: how they are heard, and that the style sheet knows all that they consist of.

mod support;

use std::collections::BTreeSet;
use std::fs;
use support::{page, root};
use weave::markdown::Scan;
use weave::math::Maths;
use weave::source::files_below;

/// The value of an attribute, as a browser reads it.
fn attribute(html: &str, name: &str) -> String {
    let (_, rest) = html.split_once(&format!("{name}=\"")).unwrap();
    let mut value = rest.split('"').next().unwrap().to_owned();
    for code in 33..127_u8 {
        value = value.replace(&format!("&#{code};"), &char::from(code).to_string());
    }
    value.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

fn heard(tex: &str) -> String {
    let html = Maths::default().render(tex, false);
    attribute(&html.unwrap_or_else(|message| panic!("{message}")), "aria-label")
}

#[test]
fn formulas_are_heard_in_words() {
    for (tex, words) in [
        (r"\alpha \nabla f(\theta_t)", "alpha times the gradient of f at theta sub t"),
        (r"\tfrac12", "one half"),
        (r"\sqrt{m}", "the root of m"),
        (r"\sqrt{1 - \beta_2}\, x", "the root of 1 minus beta sub 2 end root times x"),
        (r"\sqrt[3]{x}", "the cube root of x"),
        (r"\sum_i x_i", "the sum over i of x sub i"),
        (r"\sum_{i=1}^n x", "the sum over i from 1 to n of x"),
        (r"\int_0^\infty x\, \mathrm{d}x", "the integral from 0 to infinity of x d x"),
        (r"\alpha = 0.19", "alpha equals 0.19"),
        (r"60{,}000", "60,000"),
        (r"m = −0.0254", "m equals minus 0.0254"),
        (r"95\,\%", "95 percent"),
        (r"W^\top", "capital W transpose"),
        (r"P^{-1}", "capital P inverse"),
        (r"10^{-8}", "10 to the power minus 8"),
        (r"\beta^{t-1}", "beta to the power t minus 1, end power"),
        (r"x^2 y^3", "x squared y cubed"),
        (r"f''", "f double prime"),
        (r"z^{\text{out}}_j", "z sub j superscript out"),
        (r"\theta_{t+1} = \theta_t", "theta sub t plus 1 end sub equals theta sub t"),
        (r"W_i x", "capital W sub i times x"),
        (r"2\alpha\lambda", "2 alpha lambda"),
        (r"\hat y", "y hat"),
        (r"\frac{2}{\lambda_{\max}}", "2 over lambda sub max"),
        (
            r"\frac{\kappa - 1}{\kappa + 1} x",
            "the fraction kappa minus 1, over kappa plus 1, end fraction times x",
        ),
        (r"\lVert x\rVert^2", "the norm of x, squared"),
        (
            r"\lvert 1 - \alpha\lambda\rvert",
            "the absolute value of 1 minus alpha lambda end absolute value",
        ),
        (r"|B|", "the size of capital B"),
        (r"f(\theta + h)", "f of open paren theta plus h close paren"),
        (r"\gamma(1 - \beta)", "gamma times open paren 1 minus beta close paren"),
        (r"\max(a, 0)", "the maximum of a and 0"),
        (r"\operatorname{Var} w", "the variance of w"),
        (r"\operatorname{ReLU}(a)", "ReLU of a"),
        (r"\mathcal N(0, I)", "script N of 0 and capital I"),
        (r"\partial W", "partial capital W"),
        (r"a \le 0,\qquad b \ne 0", "a is at most 0, b is not 0"),
        (r"\begin{bmatrix} 2 & 3 \end{bmatrix}", "the row 2, 3"),
        (
            r"\begin{bmatrix} 1 & 0 \\ 2 & 1 \end{bmatrix}",
            "the 2 by 2 matrix, row 1: 1, 0; row 2: 2, 1; end matrix",
        ),
        (r"\begin{aligned} a &= b \\ c &= d \end{aligned}", "a equals b; c equals d"),
    ] {
        assert_eq!(heard(tex), words, "{tex}");
    }
}

#[test]
fn what_cannot_be_said_does_not_build() {
    let message = Maths::default().render(r"a \bowtie b", false).unwrap_err();
    assert!(message.contains("there are no words for `\\bowtie`"), "{message}");
}

/// All formulas of the book, with a number for each value.
fn formulas() -> Vec<(String, String, bool)> {
    let folders = ["chapters", "snapshots", "exercises"].into_iter();
    let files = folders.flat_map(|folder| files_below(&root(), folder));
    let texts = files.filter(|path| path.ends_with(".md") || path.ends_with(".snap"));
    texts
        .flat_map(|path| {
            let text = fs::read_to_string(root().join(&path)).unwrap();
            let formulas = Scan::new(&text).formulas.into_iter();
            let formulas = formulas.map(move |formula| {
                let parts = formula.tex.split("{{#value ");
                let parts =
                    parts.map(|part| part.split_once("}}").unwrap_or(("", part)));
                let mut parts: Vec<_> = parts.collect();
                let whole = formula.tex.split("{{#value ").next().unwrap().to_owned();
                parts.remove(0);
                let tex = parts.iter().fold(whole, |tex, (_, rest)| tex + "3" + rest);
                (path.clone(), tex, formula.display)
            });
            formulas.collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn every_formula_of_the_book_is_heard_in_words_alone() {
    let maths = Maths::default();
    let mut count = 0;
    for (path, tex, display) in formulas() {
        let html = maths.render(&tex, display);
        let html = html.unwrap_or_else(|message| panic!("{path}: {message}"));
        let label = attribute(&html, "aria-label");
        let is_word = |c: char| c.is_ascii_alphanumeric() || " ,.;:'’-()".contains(c);
        assert!(
            !label.is_empty() && label.chars().all(is_word),
            "{path}: {tex}: {label}"
        );
        count += 1;
    }
    assert!(count > 2000, "{count} formulas");
}

/// The words behind a dot in the selectors of a style sheet.
fn classes_of_style(css: &str) -> BTreeSet<String> {
    let selectors = css.split('}').filter_map(|rule| rule.split_once('{'));
    let selectors =
        selectors.map(|(selectors, _)| selectors.rsplit("*/").next().unwrap());
    let dots =
        selectors.filter(|it| !it.contains('@')).flat_map(|it| it.split('.').skip(1));
    let end = |c: char| !c.is_alphanumeric();
    dots.map(|name| name.split(end).next().unwrap().to_owned()).collect()
}

#[test]
fn the_style_sheet_and_the_formulas_know_the_same_classes() {
    let css = fs::read_to_string(root().join("theme/formulas.css")).unwrap();
    let maths = Maths::default();
    let mut used = BTreeSet::new();
    for (_, tex, display) in formulas() {
        let html = maths.render(&tex, display).unwrap();
        for classes in html.split("class=\"").skip(1) {
            let classes = classes.split('"').next().unwrap();
            used.extend(classes.split(' ').map(str::to_owned));
        }
    }
    assert_eq!(used, classes_of_style(&css));
}

#[test]
fn a_formula_remembers_its_tex() {
    let html = Maths::default().render(r"a < b \{ c_1 & ", false);
    assert!(html.is_err());
    for tex in [r"a < b", r"\{ c_1 \}", r"\text{x & y}".replace('&', r"\&").as_str()] {
        let html = Maths::default().render(tex, false).unwrap();
        assert_eq!(attribute(&html, "data-tex"), tex);
    }
}

#[test]
fn short_formulas_stay_on_one_line_and_long_ones_break_after_signs() {
    let short = page(r"$\alpha = 0.19$", &[]);
    assert!(!short.contains("<wbr>"), "{short}");
    let long = page(r"$u = \beta u + (1 - \beta) g + a + b + c + d + e$", &[]);
    assert!(long.contains("<b class=\"r\">=</b></b><wbr><b class=\"n\">"), "{long}");
    // What follows on a formula, such as a full stop, begins no line.
    assert!(long.ends_with("<i>e</i></b></span>"), "{long}");
}

#[test]
fn formulas_beside_each_other_are_pieces() {
    let text = page(r"$$a = b, \qquad c = d$$", &[]);
    assert_eq!(text.matches("<b class=\"q\">").count(), 2);
}
