//! The book itself, as mdBook makes it.

#[path = "support/html.rs"]
mod html;
mod support;

use html::Part;
use mdbook_driver::MDBook;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::fs;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex};
use tempfile::TempDir;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use weave::Weave;

/// A built book: its files, and what mdBook warned of.
struct Built {
    files: BTreeMap<String, Vec<u8>>,
    warnings: Vec<String>,
}

static BOOK: LazyLock<Built> = LazyLock::new(build);

fn build() -> Built {
    let folder = TempDir::new().unwrap();
    let warnings = Warnings::default();
    tracing::subscriber::with_default(warnings.clone(), || {
        let mut book = MDBook::load(support::root()).unwrap();
        book.config.build.build_dir = folder.path().to_owned();
        book.with_preprocessor(Weave);
        book.build().unwrap_or_else(|error| panic!("{error:#}"));
    });
    let mut files = BTreeMap::new();
    read(folder.path(), folder.path(), &mut files);
    let warnings = warnings.0.lock().unwrap().clone();
    Built { files, warnings }
}

fn read(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(root, &path, files);
        } else {
            let name = weave::outline::name_of(path.strip_prefix(root).unwrap());
            files.insert(name, fs::read(path).unwrap());
        }
    }
}

/// Collects what is logged at the levels WARN and ERROR.
#[derive(Clone, Default)]
struct Warnings(Arc<Mutex<Vec<String>>>);

impl Subscriber for Warnings {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::WARN
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut text = Text(event.metadata().level().to_string());
        event.record(&mut text);
        self.0.lock().unwrap().push(text.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0 += &format!(" {field}={value:?}");
    }
}

fn texts(extension: &str) -> impl Iterator<Item = (&str, &str)> {
    let named = move |name: &&String| {
        Path::new(name).extension().is_some_and(|e| e == extension)
    };
    let files = BOOK.files.iter().filter(move |(name, _)| named(name));
    files.map(|(name, bytes)| (name.as_str(), std::str::from_utf8(bytes).unwrap()))
}

/// All pages but the one for addresses that do not exist: its links begin at the server's root.
static PAGES: LazyLock<BTreeMap<&str, Vec<Part>>> = LazyLock::new(|| {
    let pages = texts("html").filter(|(name, _)| *name != "404.html");
    pages.map(|(name, text)| (name, html::parse(text))).collect()
});

fn is_remote(url: &str) -> bool {
    let url = url.trim_start_matches(['"', '\'', ' ']).to_ascii_lowercase();
    ["http:", "https:", "//"].iter().any(|start| url.starts_with(start))
}

#[track_caller]
fn assert_none(found: Vec<String>) {
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn mdbook_warns_of_nothing() {
    assert_none(BOOK.warnings.clone());
}

#[test]
fn two_builds_are_equal_bytes() {
    let again = build();
    let names =
        |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&again.files), names(&BOOK.files));
    let differing =
        BOOK.files.iter().filter(|(name, bytes)| again.files[*name] != **bytes);
    assert_none(differing.map(|(name, _)| name.clone()).collect());
}

#[test]
fn no_page_asks_the_network() {
    let mut found = Vec::new();
    for (name, parts) in &*PAGES {
        for part in parts.iter().filter(|part| !matches!(part.tag(), None | Some("a")))
        {
            for attribute in
                ["src", "href", "xlink:href", "srcset", "data", "poster", "style"]
            {
                let value = part.attribute(attribute).unwrap_or("");
                if is_remote(value) || remote_in_css(value) {
                    found.push(format!("{name}: {value}"));
                }
            }
        }
    }
    assert_none(found);
}

#[test]
fn no_style_asks_the_network() {
    let styles = texts("css").filter(|(_, css)| remote_in_css(css));
    assert_none(styles.map(|(name, _)| name.to_owned()).collect());
}

fn remote_in_css(css: &str) -> bool {
    let mut urls =
        ["url(", "@import"].into_iter().flat_map(|word| css.split(word).skip(1));
    urls.any(is_remote)
}

#[test]
fn every_internal_link_leads_somewhere() {
    let ids: BTreeMap<_, BTreeSet<_>> = PAGES
        .iter()
        .map(|(&name, parts)| {
            (name, parts.iter().filter_map(|part| part.attribute("id")).collect())
        })
        .collect();
    let mut broken = Vec::new();
    for (name, parts) in &*PAGES {
        let links = parts
            .iter()
            .flat_map(|part| [part.attribute("href"), part.attribute("src")]);
        for url in links.flatten().filter(|url| !has_scheme(url)) {
            let (path, fragment) = url.split_once('#').unwrap_or((url, ""));
            let target =
                if path.is_empty() { (*name).to_owned() } else { resolve(name, path) };
            let is_there = BOOK.files.contains_key(&target);
            let is_named = fragment.is_empty()
                || ids.get(&*target).is_some_and(|ids| ids.contains(fragment));
            if !is_there || !is_named {
                broken.push(format!("{name}: {url}"));
            }
        }
    }
    assert_none(broken);
}

fn has_scheme(url: &str) -> bool {
    url.split(['/', '#', '?']).next().unwrap_or("").contains(':')
}

fn resolve(page: &str, path: &str) -> String {
    let mut target: Vec<_> = page.split('/').collect();
    target.pop();
    for part in path.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(target.pop()),
            _ => target.push(part),
        }
    }
    target.join("/")
}

#[test]
fn every_figure_has_a_title_and_a_description() {
    let mut found = Vec::new();
    for (name, parts) in &*PAGES {
        for (i, figure) in
            parts.iter().enumerate().filter(|(_, part)| part.tag() == Some("figure"))
        {
            let is_end =
                |part: &Part| matches!(part, Part::End(name) if name == "figure");
            let inside = &parts[i..i + parts[i..].iter().position(is_end).unwrap()];
            let is_image =
                inside.iter().any(|part| part.attribute("role") == Some("img"));
            if !is_image
                || ["title", "desc"].iter().any(|tag| text_of(inside, tag).is_empty())
            {
                found.push(format!("{name}: {:?}", figure.attribute("id")));
            }
        }
    }
    assert_none(found);
}

fn text_of<'a>(parts: &'a [Part], tag: &str) -> &'a str {
    let start = parts.iter().position(|part| part.tag() == Some(tag));
    match start.and_then(|start| parts.get(start + 1)) {
        Some(Part::Text(text)) => text.trim(),
        _ => "",
    }
}

#[test]
fn no_formula_or_directive_is_left_in_a_text() {
    let mut found = Vec::new();
    for (name, parts) in &*PAGES {
        let mut verbatim = 0;
        for part in parts {
            match part {
                Part::Start(tag, _) if is_verbatim(tag) => verbatim += 1,
                Part::End(tag) if is_verbatim(tag) => verbatim -= 1,
                Part::Text(text)
                    if verbatim == 0 && (text.contains("{{") || text.contains('$')) =>
                {
                    found.push(format!("{name}: {}", text.trim()));
                }
                _ => {}
            }
        }
    }
    assert_none(found);
}

fn is_verbatim(tag: &str) -> bool {
    matches!(tag, "code" | "pre" | "script" | "style")
}

#[test]
fn every_page_is_light_enough() {
    const LIMIT: usize = 350_000;
    let pages = texts("html")
        .filter(|(name, _)| !name.starts_with("listings/") && *name != "print.html");
    let heavy = pages.filter(|(_, text)| text.len() > LIMIT);
    assert_none(
        heavy.map(|(name, text)| format!("{name}: {} bytes", text.len())).collect(),
    );
}

#[test]
fn the_search_leaves_listings_out() {
    let index = std::str::from_utf8(&BOOK.files["searchindex.js"]).unwrap();
    assert!(!index.contains("listings/"));
}
