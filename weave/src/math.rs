//! Formulas: TeX to HTML that Markdown leaves alone.

use katex::types::{OutputFormat, StrictMode, StrictSetting};
use katex::{KatexContext, Settings};
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;

/// How KaTeX marks the place of an error: a combining character that no terminal needs.
const UNDERLINE: char = '\u{332}';

/// Renders formulas.
pub struct Maths {
    context: KatexContext,
    inline: Settings,
    display: Settings,
    /// What has been rendered: the same few formulas return on every page.
    known: RefCell<HashMap<(String, bool), Result<String, String>>>,
}

impl Default for Maths {
    fn default() -> Self {
        let settings = |display| {
            Settings::builder()
                .display_mode(display)
                .output(OutputFormat::Html)
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
    /// The formula as one line of HTML, labelled with its TeX.
    pub fn render(&self, tex: &str, display: bool) -> Result<String, String> {
        let tex = tex.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut known = self.known.borrow_mut();
        let rendered = known.entry((tex, display));
        rendered.or_insert_with_key(|(tex, _)| self.rendered(tex, display)).clone()
    }

    fn rendered(&self, tex: &str, display: bool) -> Result<String, String> {
        if let Some(radicand) = bare_radicand(tex) {
            return Err(format!(
                "formula `{tex}`: the root would lie over `{radicand}`; write \\sqrt{{{radicand}}}"
            ));
        }
        let settings = if display { &self.display } else { &self.inline };
        let html =
            katex::render_to_string(&self.context, tex, settings).map_err(|error| {
                format!("formula `{tex}`: {error}").replace(UNDERLINE, "")
            })?;
        let label = encode(
            &tex.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"),
        );
        let labelled =
            format!(r#"<span class="katex" role="math" aria-label="{label}">"#);
        Ok(tidy(&html).replacen(r#"<span class="katex">"#, &labelled, 1))
    }
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

/// HTML on one line, with its attributes in order and its text safe from Markdown.
fn tidy(html: &str) -> String {
    let html = html.replace('\n', " ");
    let mut tidied = String::with_capacity(html.len());
    for part in html.split('<').skip(1) {
        let (tag, text) = part.split_once('>').unwrap_or((part, ""));
        tidied.push('<');
        tidied.push_str(&ordered(tag));
        tidied.push('>');
        tidied.push_str(&encode(text));
    }
    tidied
}

/// A tag with its attributes sorted: KaTeX gives them in an order that changes from run to run.
fn ordered(tag: &str) -> Cow<'_, str> {
    let Some((name, attributes)) = tag.split_once(' ') else {
        return tag.into();
    };
    let (attributes, end) = attributes.rsplit_once('"').unwrap_or((attributes, ""));
    let attributes =
        attributes.split("\" ").map(|attribute| attribute.trim_end_matches(';'));
    let mut attributes: Vec<_> =
        attributes.filter(|it| !it.starts_with("xmlns=")).collect();
    attributes.sort_unstable();
    format!("{name} {}\"{end}", attributes.join("\" ")).into()
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
