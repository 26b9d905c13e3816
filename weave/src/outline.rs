//! The pages of the book and their headings: where a reference can lead.

use crate::fault::nearest;
use crate::figure;
use crate::markdown::{Scan, headings};
use mdbook_preprocessor::book::Book;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The titles and headings of all pages, by file.
#[derive(Default)]
pub struct Outline(BTreeMap<String, Outlined>);

/// One page.
struct Outlined {
    title: String,
    /// Ids and texts.
    headings: Vec<(String, String)>,
    figures: BTreeSet<String>,
}

impl Outline {
    /// Reads all pages of a book that is not yet woven.
    pub fn read(book: &Book) -> Self {
        let pages = book.chapters().filter_map(|chapter| {
            let file = name_of(chapter.source_path.as_ref()?);
            let to_root = "../".repeat(file.matches('/').count());
            let images = Scan::new(&chapter.content).images;
            let figures = images.iter().filter_map(|image| {
                Some(figure::name_of(&image.url, &to_root)?.to_owned())
            });
            let page = Outlined {
                title: chapter.name.clone(),
                headings: with_ids(headings(&chapter.content)),
                figures: figures.collect(),
            };
            Some((file, page))
        });
        Self(pages.collect())
    }

    /// What the heading `id` of a page is called, with the page's title.
    pub fn heading(&self, file: &str, id: &str) -> Result<String, String> {
        let page = self.page(file)?;
        let found = page.headings.iter().find(|(other, _)| other == id);
        let (_, text) = found.ok_or_else(|| {
            let near = nearest(id, page.headings.iter().map(|(id, _)| id.as_str()));
            format!("no heading `{id}` in {file}; near it: {near}")
        })?;
        Ok(format!("{}: {text}", page.title))
    }

    /// The title of a page.
    pub fn title(&self, file: &str) -> &str {
        self.0.get(file).map_or("", |page| page.title.as_str())
    }

    /// The ids of its headings.
    pub fn ids(&self, file: &str) -> Vec<String> {
        let headings = self.0.get(file).map(|page| page.headings.iter());
        headings.into_iter().flatten().map(|(id, _)| id.clone()).collect()
    }

    fn page(&self, file: &str) -> Result<&Outlined, String> {
        self.0.get(file).ok_or_else(|| {
            let near = nearest(file, self.0.keys().map(String::as_str));
            format!("no page `{file}`; near it: {near}")
        })
    }

    /// The files and the titles of all pages.
    pub fn titles(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(file, page)| (file.as_str(), page.title.as_str()))
    }

    /// The files of all pages.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Checks where a link of the page `from` leads; `files` are those beside the pages, from the same folder.
    pub fn check_link(
        &self,
        from: &str,
        url: &str,
        files: &[String],
    ) -> Result<(), String> {
        if let Some((scheme, _)) = url.split_once(':')
            && !scheme.contains(['/', '#', '?'])
        {
            let is_known = matches!(scheme, "http" | "https" | "mailto");
            return is_known.then_some(()).ok_or_else(|| {
                format!("link `{url}` begins with `{scheme}:`; there are: http, https, mailto")
            });
        }
        let (path, id) = url.split_once('#').unwrap_or((url, ""));
        let file =
            if path.is_empty() { from.to_owned() } else { resolved(from, path)? };
        if files.contains(&file) && !file.ends_with(".md") {
            return Ok(());
        }
        let file = match file.strip_suffix(".html") {
            Some(stem) => format!("{stem}.md"),
            None => file,
        };
        let page =
            self.page(&file).map_err(|message| format!("link `{url}`: {message}"))?;
        if id.is_empty() || page.figures.contains(id) {
            return Ok(());
        }
        let heading = self.heading(&file, id).map(drop);
        heading.map_err(|message| format!("link `{url}`: {message}"))
    }
}

/// A file as the pages write it.
pub fn name_of(file: &Path) -> String {
    let parts = file.components().map(|part| part.as_os_str().to_string_lossy());
    parts.collect::<Vec<_>>().join("/")
}

/// Where a relative link leads, from the folder of the pages.
fn resolved(from: &str, path: &str) -> Result<String, String> {
    let mut parts: Vec<_> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." if parts.pop().is_some() => {}
            ".." | "" => return Err(format!("link `{path}` leads out of the book")),
            _ => parts.push(part),
        }
    }
    Ok(parts.join("/"))
}

/// Ids and texts: a heading that asks for no id has one that no heading before it has.
fn with_ids(headings: Vec<(Option<String>, String)>) -> Vec<(String, String)> {
    let mut used = BTreeSet::new();
    let mut unused = |id: String| {
        let more = (1..).map(|number| format!("{id}-{number}"));
        let mut ids = std::iter::once(id.clone()).chain(more);
        ids.find(|id| used.insert(id.clone())).unwrap_or(id)
    };
    let headings = headings.into_iter();
    headings
        .map(|(own, text)| (own.unwrap_or_else(|| unused(id(&text))), text))
        .collect()
}

/// The id that mdBook gives a heading.
fn id(heading: &str) -> String {
    let characters = heading.trim().to_lowercase();
    let characters = characters.chars().filter_map(|c| match c {
        _ if c.is_whitespace() => Some('-'),
        _ => (c.is_alphanumeric() || c == '_' || c == '-').then_some(c),
    });
    characters.collect()
}
