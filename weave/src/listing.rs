//! Listings: the source files that the pages refer to, each whole and on a page of its own, and the Markdown of the pages.

use crate::math::encode;
use crate::source::{Source, Sources};
use crate::uses::Uses;
use mdbook_preprocessor::book::{BookItem, Chapter, SectionNumber};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const TITLE: &str = "Listings";

/// The address of a place in a listing.
pub fn url(to_root: &str, path: &str, id: &str) -> String {
    format!("{to_root}{}.html#{id}", stem(path))
}

fn stem(path: &str) -> String {
    format!("listings/{}", path.trim_end_matches(".md").replace('/', "-"))
}

/// A code block in the language of the file.
pub fn block(path: &str, code: &str) -> String {
    let extension = Path::new(path).extension().and_then(|e| e.to_str());
    let (language, code) = match extension {
        Some("rs") => ("rust,ignore", shown(code)),
        Some("toml") => ("toml", code.to_owned()),
        Some("py") => ("python", code.to_owned()),
        _ => ("text", code.to_owned()),
    };
    let fence = "`".repeat(3.max(longest_run(&code, '`') + 1));
    format!("{fence}{language}\n{code}\n{fence}\n")
}

/// Rust that mdBook shows as it is: it would hide the lines that begin with `# `.
fn shown(code: &str) -> String {
    let lines = code.lines().map(|line| {
        let (indent, text) = line.split_at(line.len() - line.trim_start().len());
        match text.strip_prefix('#') {
            Some(rest) if rest.is_empty() || rest.starts_with([' ', '#']) => {
                format!("{indent}#{text}")
            }
            _ => line.to_owned(),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Rust without the sections of its documentation on panics and errors, which a reader of the page does not
/// need; what stands behind them from the line `Source:` on stays.
pub fn without_contract(code: &str) -> String {
    let mut shown: Vec<&str> = Vec::new();
    let mut is_contract = false;
    for line in code.lines() {
        match line.trim_start().strip_prefix("///").map(str::trim) {
            Some("# Panics" | "# Errors") => is_contract = true,
            Some(text) if text.starts_with("# ") || text.starts_with("Source:") => {
                is_contract = false;
            }
            Some(_) => {}
            None => {
                if shown.last().is_some_and(|line| line.trim() == "///") {
                    shown.pop();
                }
                is_contract = false;
            }
        }
        if !is_contract {
            shown.push(line);
        }
    }
    shown.join("\n")
}

fn longest_run(text: &str, wanted: char) -> usize {
    let runs = text.split(|c| c != wanted).map(str::len);
    runs.max().unwrap_or(0)
}

/// What the listings are made from.
pub struct Listings<'a> {
    /// The code and the tests.
    pub sources: &'a Sources,
    /// The pages as they are written, by path.
    pub pages: &'a [(String, String)],
    /// What the pages show.
    pub uses: &'a Uses,
    /// The titles of the pages, by file.
    pub titles: &'a BTreeMap<&'a str, &'a str>,
    /// Where the book's repository is.
    pub repository: Option<&'a str>,
}

/// Where the source of a file is: in the repository, or on its listing.
pub fn of_file(to_root: &str, repository: Option<&str>, path: &str) -> String {
    match repository {
        Some(address) => format!("{}/blob/HEAD/{path}", address.trim_end_matches('/')),
        None => format!("{to_root}{}.html", stem(path)),
    }
}

impl Listings<'_> {
    /// The chapter of all listings, unless there are none. Where the repository can be reached, the Markdown of the
    /// pages is there.
    pub fn chapter(&self) -> Option<BookItem> {
        let shown: BTreeSet<_> =
            self.uses.places.keys().map(|(path, _)| path).collect();
        let listed =
            self.sources.iter().filter(|(path, _)| shown.iter().any(|p| p == path));
        let code = listed.map(|(path, source)| (path, self.page(path, source)));
        let pages = self.pages.iter().filter(|_| self.repository.is_none());
        let pages =
            pages.map(|(path, text)| (path.as_str(), Self::markdown(path, text)));
        let mut listings =
            Chapter::new(TITLE, String::new(), "listings.md", Vec::new());
        listings.content = format!(
            "# {TITLE}\n\nThe files that the chapters quote and the pages as they are written, each whole.\n\n"
        );
        for (number, (path, text)) in (1..).zip(code.chain(pages)) {
            let file = format!("{}.md", stem(path));
            listings.content += &format!("- [`{path}`]({file})\n");
            let mut page = Chapter::new(path, text, file, vec![TITLE.to_owned()]);
            page.number = Some(SectionNumber::new([0, number]));
            listings.sub_items.push(page.into());
        }
        (!listings.sub_items.is_empty()).then_some(listings.into())
    }

    /// The ids in a file, by the line they stand before.
    fn places<'a>(
        &'a self,
        path: &str,
        source: &'a Source,
    ) -> BTreeMap<usize, BTreeSet<&'a str>> {
        let is_used = |name: &str| {
            self.uses.anchors.contains(&(path.to_owned(), name.to_owned()))
        };
        let anchors = source.anchors().filter(|(name, _)| is_used(name));
        let anchors = anchors.map(|(name, anchor)| (anchor.first, name));
        let tests = source.tests().iter().map(|test| (test.first, test.name.as_str()));
        let made = self.uses.functions.iter().filter(|(file, _)| file == path);
        let made = made.filter_map(|(_, name)| {
            Some((source.line_of_function(name)?, name.as_str()))
        });
        let mut places = BTreeMap::<_, BTreeSet<_>>::new();
        for (line, id) in anchors.chain(tests).chain(made) {
            places.entry(line).or_default().insert(id);
        }
        places
    }

    fn page(&self, path: &str, source: &Source) -> String {
        let places = self.places(path, source);
        let mut text = format!("<div class=\"listing\">\n\n# `{path}`\n\n");
        if self.repository.is_some() {
            let url = of_file("../", self.repository, path);
            text += &format!("[In the repository]({url})\n\n");
        }
        let lines: Vec<_> = source.lines().collect();
        let starts: BTreeSet<_> = places.keys().copied().chain([0]).collect();
        let ends = starts.iter().copied().skip(1).chain([usize::MAX]);
        for (start, end) in starts.iter().copied().zip(ends) {
            let ids = places.get(&start).into_iter().flatten();
            for id in ids.clone() {
                text += &format!("<a id=\"{id}\"></a>");
            }
            text += &self.ways_back(path, ids);
            let index = |line| lines.partition_point(|(i, _)| *i < line);
            let part = &lines[index(start)..index(end)];
            let part: Vec<_> = part.iter().map(|(_, line)| *line).collect();
            if !part.is_empty() {
                text += &format!("\n\n{}\n", block(path, &part.join("\n")));
            }
        }
        text + "\n</div>\n"
    }

    /// Links to the pages that lead to these places of a file.
    fn ways_back<'a>(
        &self,
        path: &str,
        ids: impl Iterator<Item = &'a &'a str>,
    ) -> String {
        let key = |id: &&str| (path.to_owned(), (*id).to_owned());
        let pages = ids.filter_map(|id| self.uses.places.get(&key(id))).flatten();
        let links = pages.collect::<BTreeSet<_>>().into_iter().filter_map(|file| {
            let title = encode(self.titles.get(file.as_str())?);
            Some(format!("[{title}](../{file})"))
        });
        let links: Vec<_> = links.collect();
        match links.as_slice() {
            [] => String::new(),
            links => {
                format!("<span class=\"back\">on the page {}</span>", links.join(", "))
            }
        }
    }

    fn markdown(path: &str, text: &str) -> String {
        let file = path.split_once('/').map_or(path, |(_, file)| file);
        format!(
            "<div class=\"listing\">\n\n# `{path}`\n\nThe source of [this page](../{file}).\n\n{}\n</div>\n",
            block(path, text)
        )
    }
}
