//! The book itself, as `mdbook build` has made it: `cargo test -p weave --test book -- --ignored`.

#[path = "support/html.rs"]
mod html;
mod support;

use html::Part;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

/// The files of the book.
static BOOK: LazyLock<BTreeMap<String, Vec<u8>>> = LazyLock::new(|| {
    let folder = support::root().join("book");
    assert!(
        folder.join("index.html").is_file(),
        "there is no book: run `mdbook build` first"
    );
    let mut files = BTreeMap::new();
    read(&folder, &folder, &mut files);
    files
});

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

fn texts(extension: &str) -> impl Iterator<Item = (&str, &str)> {
    let named = move |name: &&String| {
        Path::new(name).extension().is_some_and(|e| e == extension)
    };
    let files = BOOK.iter().filter(move |(name, _)| named(name));
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
#[ignore = "reads the built book: mdbook build"]
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
#[ignore = "reads the built book: mdbook build"]
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
#[ignore = "reads the built book: mdbook build"]
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
            let is_there = BOOK.contains_key(&target);
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
#[ignore = "reads the built book: mdbook build"]
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
#[ignore = "reads the built book: mdbook build"]
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
#[ignore = "reads the built book: mdbook build"]
fn emphasis_begins_and_ends_with_words() {
    let is_inner = |c: char| c.is_whitespace() || ",.;:)]}–".contains(c);
    let mut found = Vec::new();
    for (name, text) in texts("html") {
        for tag in ["em", "strong"] {
            for start in text.split(&format!("<{tag}>")).skip(1) {
                let (inside, after) = start.split_once(&format!("</{tag}>")).unwrap();
                let begins_inside = inside.starts_with(is_inner);
                let ends_inside = after.starts_with(char::is_alphanumeric);
                if begins_inside || ends_inside {
                    found.push(format!(
                        "{name}: {inside}|{}",
                        &after.chars().take(9).collect::<String>()
                    ));
                }
            }
        }
    }
    assert_none(found);
}

#[test]
#[ignore = "reads the built book: mdbook build"]
fn every_page_is_light_enough() {
    const LIMIT: usize = 300_000;
    let pages = texts("html")
        .filter(|(name, _)| !name.starts_with("listings/") && *name != "print.html");
    let heavy = pages.filter(|(_, text)| text.len() > LIMIT);
    assert_none(
        heavy.map(|(name, text)| format!("{name}: {} bytes", text.len())).collect(),
    );
}

#[test]
#[ignore = "reads the built book: mdbook build"]
fn what_all_pages_share_is_light_enough() {
    const LIMIT: usize = 240_000;
    let index = std::str::from_utf8(&BOOK["index.html"]).unwrap();
    // Some are loaded by scripts. The index of the search waits for a reader who searches.
    let names = index.split(['"', '\'']).filter(|name| *name != weave::search::FILE);
    let names = names.filter(|name| name.ends_with(".css") || name.ends_with(".js"));
    let shared: BTreeMap<_, _> = names.map(|name| (name, BOOK[name].len())).collect();
    for part in ["css/general.css", "book.js", "highlight.js", "theme/descent.css"] {
        assert!(shared.contains_key(part), "{part} is not counted");
    }
    let bytes: usize = shared.values().sum();
    assert!(bytes < LIMIT, "{bytes} bytes: {shared:?}");
}

#[test]
#[ignore = "reads the built book: mdbook build"]
fn the_search_is_light_and_leaves_listings_and_markup_out() {
    const LIMIT: usize = 700_000;
    let index = std::str::from_utf8(&BOOK[weave::search::FILE]).unwrap();
    assert!(index.len() < LIMIT, "{} bytes", index.len());
    for debris in ["listings/", "</", "<span", r"\\", "{{"] {
        let place = index.find(debris).unwrap_or(index.len());
        assert!(
            place == index.len(),
            "{}",
            &index[place..].chars().take(80).collect::<String>()
        );
    }
}

#[test]
#[ignore = "reads the built book: mdbook build"]
fn every_formula_is_heard_in_words_and_remembers_its_tex() {
    let formulas = PAGES.iter().flat_map(|(name, parts)| {
        let formulas = parts.iter().filter(|part| part.attribute("data-tex").is_some());
        formulas.map(move |part| (name, part.attribute("aria-label").unwrap_or("")))
    });
    let is_word = |c: char| c.is_ascii_alphanumeric() || " ,.;:'’-()".contains(c);
    let unheard =
        formulas.filter(|(_, label)| label.is_empty() || !label.chars().all(is_word));
    assert_none(unheard.map(|(name, label)| format!("{name}: {label}")).collect());
}

/// The attribute of the element of a page's head that has this name.
fn said<'a>(parts: &'a [Part], name: &str) -> Vec<&'a str> {
    let is_named = |part: &&Part| {
        ["name", "property", "rel"].iter().any(|key| part.attribute(key) == Some(name))
    };
    let found = parts.iter().filter(is_named);
    found
        .filter_map(|part| part.attribute("content").or(part.attribute("href")))
        .collect()
}

#[test]
#[ignore = "reads the built book: mdbook build"]
fn every_page_has_a_title_and_a_description_of_its_own() {
    let mut found = Vec::new();
    let (mut titles, mut descriptions) = (BTreeMap::new(), BTreeMap::new());
    for (name, parts) in
        PAGES.iter().filter(|(name, _)| !["index.html", "toc.html"].contains(name))
    {
        let title = text_of(parts, "title").to_owned();
        let [description] = said(parts, "description")[..] else {
            found.push(format!("{name}: {:?}", said(parts, "description")));
            continue;
        };
        if let Some(other) = titles.insert(title, name) {
            found.push(format!("{name} and {other} have one title"));
        }
        if let Some(other) = descriptions.insert(description.to_owned(), name) {
            found.push(format!("{name} and {other} have one description"));
        }
        let picture = said(parts, "og:image");
        if picture.len() != 1 || !picture[0].ends_with("preview.png") {
            found.push(format!("{name}: {picture:?}"));
        }
    }
    let canonical = |name| said(&PAGES[name], "canonical");
    assert_eq!(canonical("introduction.html"), ["index.html"]);
    assert_eq!(canonical("index.html"), ["index.html"]);
    assert!(BOOK.contains_key("preview.png"));
    assert_none(found);
}

#[test]
#[ignore = "reads the built book: mdbook build"]
fn every_page_says_its_licence_how_to_cite_it_and_where_its_source_is() {
    let mut found = Vec::new();
    for (name, parts) in PAGES.iter().filter(|(name, _)| **name != "toc.html") {
        let links: BTreeSet<_> =
            parts.iter().filter_map(|part| part.attribute("href")).collect();
        let leads = |end: &str| links.iter().any(|link| link.ends_with(end));
        let is_made = name.starts_with("listings")
            || ["literature.html", "print.html"].contains(name);
        let page = name.replace("index.html", "introduction.html");
        let source = format!("listings/chapters-{page}");
        if !leads("licenses/by/4.0/")
            || !leads("introduction.html#licence-and-citation")
            || !is_made && !leads(&source)
        {
            found.push((*name).to_owned());
        }
    }
    assert_none(found);
}

#[test]
fn the_citation_agrees_with_the_settings_of_the_book() {
    let read = |file: &str| fs::read_to_string(support::root().join(file)).unwrap();
    let value = |text: &str, name: &str| {
        let line = text.lines().find_map(|line| {
            line.trim().strip_prefix(name)?.trim_start().strip_prefix([':', '='])
        });
        line.unwrap_or_else(|| panic!("no {name}")).trim().trim_matches('"').to_owned()
    };
    let citation = read("CITATION.cff");
    assert_eq!(value(&citation, "title"), value(&read("book.toml"), "title"));
    assert_eq!(value(&citation, "version"), value(&read("Cargo.toml"), "version"));
    assert!(read("LICENSE-TEXT").contains("Attribution 4.0"));
    assert_eq!(value(&citation, "license"), "CC-BY-4.0");
}
