//! Formulas: TeX to HTML that Markdown leaves alone.

mod markup;
mod plain;
mod speech;

use crate::directive::OPEN;
use crate::markdown::Scan;
use katex::build_tree::build_html_tree;
use katex::core::parse;
use katex::types::{ParseError, StrictMode, StrictSetting};
use katex::{KatexContext, Settings};
use plain::Plain;
use std::cell::RefCell;
use std::collections::HashMap;

/// How KaTeX marks the place of an error: a combining character that no terminal needs.
const UNDERLINE: char = '\u{332}';

/// A rendered formula.
#[derive(Clone)]
struct Formula {
    html: String,
    plain: String,
}

/// Renders formulas.
pub struct Maths {
    context: KatexContext,
    inline: Settings,
    display: Settings,
    /// What has been rendered: the same few formulas return on every page.
    known: RefCell<HashMap<(String, bool), Result<Formula, String>>>,
}

impl Default for Maths {
    fn default() -> Self {
        let settings = |display| {
            Settings::builder()
                .display_mode(display)
                .strict(StrictSetting::Mode(StrictMode::Error))
                .build()
        };
        Self {
            context: KatexContext::default(),
            inline: settings(false),
            display: settings(true),
            known: RefCell::default(),
        }
    }
}

impl Maths {
    /// With the formulas of texts rendered ahead, but those that need a value.
    pub fn of<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let maths = Self::default();
        for formula in texts.flat_map(|text| Scan::new(text).formulas) {
            if !formula.tex.contains(OPEN) {
                // What is wrong with it is said where it stands.
                let _ = maths.render(&formula.tex, formula.display);
            }
        }
        maths
    }

    /// The formula as one line of HTML that is heard in words and remembers its TeX.
    pub fn render(&self, tex: &str, display: bool) -> Result<String, String> {
        let tex = tex.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut known = self.known.borrow_mut();
        let rendered = known.entry((tex, display));
        let rendered =
            rendered.or_insert_with_key(|(tex, _)| self.rendered(tex, display));
        rendered.as_ref().map(|formula| formula.html.clone()).map_err(Clone::clone)
    }

    /// A formula of a sentence, once rendered, in plain characters.
    pub fn plain(&self, tex: &str) -> String {
        let tex = tex.split_whitespace().collect::<Vec<_>>().join(" ");
        match self.known.borrow().get(&(tex, false)) {
            Some(Ok(formula)) => formula.plain.clone(),
            _ => String::new(),
        }
    }

    fn rendered(&self, tex: &str, display: bool) -> Result<Formula, String> {
        if let Some(radicand) = bare_radicand(tex) {
            return Err(format!(
                "formula `{tex}`: the root would lie over `{radicand}`; write \\sqrt{{{radicand}}}"
            ));
        }
        let settings = if display { &self.display } else { &self.inline };
        let refused = |error: ParseError| {
            format!("formula `{tex}`: {error}").replace(UNDERLINE, "")
        };
        let formula = parse(&self.context, tex, settings).map_err(refused)?;
        let tree =
            build_html_tree(&self.context, &formula, tex, settings).map_err(refused)?;
        let told = |message: String| format!("formula `{tex}`: {message}");
        let html = markup::html(&tree, display).map_err(told)?;
        let words = speech::words(&formula).map_err(told)?;
        let class = if display { "m d" } else { "m" };
        let html = format!(
            r#"<span class="{class}" role="img" aria-label="{}" data-tex="{}">{html}</span>"#,
            encode(&words),
            encode(&escape(tex)),
        );
        Ok(Formula { html, plain: Plain(&self.context).text(&formula) })
    }
}

/// Text between tags and in attributes.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// What stands below a root without braces: katex-rs draws the root over it.
fn bare_radicand(tex: &str) -> Option<&str> {
    let roots = tex.split(r"\sqrt").skip(1);
    let roots = roots.filter(|rest| !rest.starts_with(char::is_alphabetic));
    roots.map(str::trim_start).find_map(|rest| {
        let radicand = match rest.strip_prefix('[') {
            Some(index) => index.split_once(']')?.1.trim_start(),
            None => rest,
        };
        let end = radicand.find(|c: char| !c.is_alphanumeric() && c != '\\');
        (!radicand.starts_with('{')).then(|| &radicand[..end.unwrap_or(radicand.len())])
    })
}

/// Text in which no character means something to Markdown.
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '*' | '_' | '|' | '`' | '\'' | '"' | '~' | '[' | ']' | '\\' | '$' | '!'
            | '^' | '{' | '}' => encoded.push_str(&format!("&#{};", u32::from(c))),
            _ => encoded.push(c),
        }
    }
    encoded
}

/// A value as TeX writes it: no `%` comments, no space after the comma of `60,000`.
pub fn tex_of_value(value: &str) -> String {
    value.replace('%', r"\%").replace(',', "{,}")
}
