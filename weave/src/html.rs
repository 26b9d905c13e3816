//! Raw HTML: what a page and a figure may hold. Nothing of it runs, and nothing asks the network.

use std::ops::Range;

/// The elements that a page may hold, without attributes.
const OF_A_PAGE: [&str; 2] = ["details", "summary"];

/// The elements of a figure.
const OF_A_FIGURE: [&str; 15] = [
    "circle", "clipPath", "defs", "desc", "ellipse", "g", "line", "path", "polygon",
    "polyline", "rect", "svg", "text", "title", "tspan",
];

/// The attributes of a figure.
const ATTRIBUTES: [&str; 52] = [
    "aria-labelledby",
    "class",
    "clip-path",
    "cx",
    "cy",
    "d",
    "data-curve",
    "data-end",
    "data-first",
    "data-name",
    "data-panel",
    "data-title",
    "data-x",
    "data-y",
    "dominant-baseline",
    "dx",
    "dy",
    "fill",
    "fill-opacity",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "height",
    "id",
    "letter-spacing",
    "opacity",
    "points",
    "preserveAspectRatio",
    "r",
    "role",
    "rx",
    "ry",
    "stroke",
    "stroke-dasharray",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-opacity",
    "stroke-width",
    "text-anchor",
    "transform",
    "viewBox",
    "width",
    "x",
    "x1",
    "x2",
    "xml:space",
    "xmlns",
    "y",
    "y1",
    "y2",
    "version",
];

/// A piece of HTML between angle brackets, and its place.
struct Tag<'a> {
    start: usize,
    text: &'a str,
}

impl<'a> Tag<'a> {
    /// Its name, with the slash of an end tag.
    fn name(&self) -> &'a str {
        let inside = &self.text[1..];
        let length =
            inside.find(|c: char| !c.is_alphanumeric() && !"/:-!?".contains(c));
        let name = &inside[..length.unwrap_or(inside.len())];
        if name.len() > 1 { name.trim_end_matches('/') } else { name }
    }

    /// What stands behind its name.
    fn rest(&self) -> &'a str {
        let rest = &self.text[1 + self.name().len()..];
        rest.trim_end_matches('>').trim_end_matches('/').trim()
    }
}

/// The tags of a text: what begins with `<` and a letter, `/`, `!` or `?`.
fn tags(text: &str) -> Vec<Tag<'_>> {
    let mut tags = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find('<').map(|i| from + i) {
        from = start + 1;
        if !text[from..]
            .starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c))
        {
            continue;
        }
        let mut quote = None;
        let end = text[from..].find(|c| {
            match quote {
                Some(open) if c == open => quote = None,
                None if c == '"' || c == '\'' => quote = Some(c),
                _ => {}
            }
            c == '>' && quote.is_none()
        });
        let end = end.map_or(text.len(), |length| from + length + 1);
        tags.push(Tag { start, text: &text[start..end] });
        from = end;
    }
    tags
}

/// The first line of a tag, short enough for a message.
fn shown(tag: &str) -> String {
    const LONGEST: usize = 60;
    let line = tag.lines().next().unwrap_or_default();
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// What is wrong with the raw HTML in these places of a page, by offset.
pub fn faults_of_page(text: &str, places: &[Range<usize>]) -> Vec<(usize, String)> {
    let mut faults = Vec::new();
    let mut open = Vec::new();
    for place in places {
        for tag in tags(&text[place.clone()]) {
            let at = place.start + tag.start;
            let name = tag.name();
            let element = name.trim_start_matches('/');
            let mut fault = |message: &str| {
                faults.push((at, format!("`{}`{message}", shown(tag.text))));
            };
            if !OF_A_PAGE.contains(&element) {
                fault(
                    ": of HTML a page may hold <details> and <summary>, nothing else",
                );
            } else if !tag.rest().is_empty() {
                fault(&format!(": <{element}> has no attributes on a page"));
            } else if name == element {
                open.push((at, element));
            } else if open.last().is_some_and(|(_, last)| *last == element) {
                open.pop();
            } else {
                fault(" closes what is not open");
            }
        }
    }
    let unclosed = open.into_iter();
    faults.extend(unclosed.map(|(at, name)| (at, format!("`<{name}>` is not closed"))));
    faults
}

/// What a figure may not hold, by offset.
pub fn faults_of_figure(svg: &str) -> Vec<(usize, String)> {
    let mut faults = Vec::new();
    for tag in tags(svg) {
        let element = tag.name().trim_start_matches('/');
        let is_head = tag.text.starts_with("<?xml ");
        if !OF_A_FIGURE.contains(&element) && !is_head {
            let message = format!("`{}`: a figure may not hold this", shown(tag.text));
            faults.push((tag.start, message));
        } else if !is_head {
            let messages = attributes(tag.rest()).into_iter().filter_map(unfit);
            faults.extend(messages.map(|message| (tag.start, message)));
        }
    }
    faults
}

fn unfit((name, value): (&str, &str)) -> Option<String> {
    let asks =
        value.contains("//") || value.contains("url(") && !value.starts_with("url(#");
    if !ATTRIBUTES.contains(&name) {
        return Some(format!("the attribute `{name}`: a figure may not have it"));
    }
    (asks && name != "xmlns")
        .then(|| format!("`{name}=\"{value}\"` asks for another file"))
}

/// Names and values.
fn attributes(text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let Some((name, behind)) = rest.split_once('=') else {
            found.push((rest, ""));
            break;
        };
        let behind = behind.trim_start();
        let quote = behind.chars().next().filter(|c| "\"'".contains(*c));
        let (value, behind) = match quote {
            Some(quote) => behind[1..].split_once(quote).unwrap_or((&behind[1..], "")),
            None => behind.split_once(char::is_whitespace).unwrap_or((behind, "")),
        };
        found.push((name.trim(), value));
        rest = behind.trim_start();
    }
    found
}

/// What a style asks of the network, by offset.
pub fn faults_of_style(css: &str) -> Vec<(usize, String)> {
    let lower = css.to_ascii_lowercase();
    let found = |word: &'static str| lower.match_indices(word).map(|(i, _)| i);
    let is_remote = |&i: &usize| {
        let url = lower[i + "url(".len()..].trim_start_matches(['"', '\'', ' ']);
        ["http:", "https:", "//"].iter().any(|start| url.starts_with(start))
    };
    let imports = found("@import").map(|i| (i, "a style takes in no other".to_owned()));
    let urls = found("url(").filter(is_remote);
    let urls =
        urls.map(|i| (i, "a style asks for nothing from the network".to_owned()));
    // Safari ignores the whole of one that says more.
    let lines = found("text-decoration:").filter(|&i| {
        let value = lower[i..].split([':', ';', '}']).nth(1).unwrap_or_default();
        value.split_whitespace().count() > 1
    });
    let lines = lines.map(|i| {
        (i, "`text-decoration` takes a line only: write `text-decoration-thickness` and such apart".to_owned())
    });
    imports.chain(urls).chain(lines).collect()
}
