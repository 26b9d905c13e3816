//! The pages of the book and their headings: where a reference can lead.

use crate::fault::{list, nearest};
use crate::markdown::headings;
use mdbook_preprocessor::book::Book;
use std::collections::BTreeMap;

/// The titles and headings of all pages, by file.
#[derive(Default)]
pub struct Outline(BTreeMap<String, Outlined>);

/// One page.
struct Outlined {
    title: String,
    /// Ids and texts.
    headings: Vec<(String, String)>,
}

impl Outline {
    /// Reads all pages of a book that is not yet woven.
    pub fn read(book: &Book) -> Self {
        let pages = book.chapters().filter_map(|chapter| {
            let file = chapter.source_path.as_ref()?.to_str()?.to_owned();
            let headings = headings(&chapter.content).into_iter();
            let headings = headings.map(|text| (id(&text), text)).collect();
            Some((file, Outlined { title: chapter.name.clone(), headings }))
        });
        Self(pages.collect())
    }

    /// What the heading `id` of a page is called, with the page's title.
    pub fn heading(&self, file: &str, id: &str) -> Result<String, String> {
        let page = self.0.get(file).ok_or_else(|| {
            let near = nearest(file, self.0.keys().map(String::as_str));
            format!("no page `{file}`; near it: {near}")
        })?;
        let found = page.headings.iter().find(|(other, _)| other == id);
        let (_, text) = found.ok_or_else(|| {
            let ids = list(page.headings.iter().map(|(id, _)| id.as_str()));
            format!("no heading `{id}` in {file}; headings there: {ids}")
        })?;
        Ok(format!("{}: {text}", page.title))
    }
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
