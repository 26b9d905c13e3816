//! The works that the pages lean on, each with a way to it: `literature.toml` in the folder of the pages.

use crate::fault::{Faults, nearest};
use crate::math::encode;
use crate::source::line_of;
use crate::typed::Typed;
use crate::uses::Uses;
use mdbook_preprocessor::book::{BookItem, Chapter};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use toml::{Table, Value};

const FILE: &str = "literature.toml";
const TITLE: &str = "Literature";
const OTHERS: &str = "others";
const FIELDS: [&str; 7] =
    ["authors", "title", "year", "doi", "arxiv", "url", "unlinked"];

/// What a page says of a work.
pub struct Work {
    authors: Vec<String>,
    title: String,
    /// Documentation has none.
    year: Option<i64>,
    way: Way,
    line: usize,
}

/// Where a reader finds a work.
enum Way {
    Doi(String),
    Arxiv(String),
    Url(String),
    /// Nowhere, and why.
    None(String),
}

impl Way {
    fn url(&self) -> Option<String> {
        match self {
            Self::Doi(doi) => Some(format!("https://doi.org/{doi}")),
            Self::Arxiv(id) => Some(format!("https://arxiv.org/abs/{id}")),
            Self::Url(url) => Some(url.clone()),
            Self::None(_) => None,
        }
    }

    /// What stands on paper, where nobody can follow a link.
    fn in_print(&self) -> String {
        match self {
            Self::Doi(doi) => format!("doi:{doi}"),
            Self::Arxiv(id) => format!("arXiv:{id}"),
            Self::Url(url) => {
                url.trim_start_matches("https://").trim_end_matches('/').to_owned()
            }
            Self::None(reason) => reason.clone(),
        }
    }
}

impl Work {
    fn read(entry: &Table, line: usize) -> Result<Self, String> {
        if let Some(field) = entry.keys().find(|key| !FIELDS.contains(&key.as_str())) {
            return Err(format!(
                "no field `{field}`; there are: {}",
                FIELDS.join(", ")
            ));
        }
        let text = |name| entry.get(name).and_then(Value::as_str).map(str::to_owned);
        let authors = entry.get("authors").and_then(Value::as_array);
        let authors = authors.into_iter().flatten().filter_map(Value::as_str);
        let ways = [
            text("doi").map(Way::Doi),
            text("arxiv").map(Way::Arxiv),
            text("url").map(Way::Url),
            text("unlinked").map(Way::None),
        ];
        let mut ways = ways.into_iter().flatten();
        let (Some(way), None) = (ways.next(), ways.next()) else {
            return Err("it needs one of doi, arxiv, url and unlinked".to_owned());
        };
        let work = Self {
            authors: authors.map(str::to_owned).collect(),
            title: text("title").ok_or("it has no title")?,
            year: entry.get("year").and_then(Value::as_integer),
            way,
            line,
        };
        work.flaw().map_or(Ok(work), |flaw| Err(flaw.to_owned()))
    }

    /// What cannot be right.
    fn flaw(&self) -> Option<&'static str> {
        let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let is_arxiv = |id: &str| {
            id.split_once('.').is_some_and(|(month, number)| {
                month.len() == 4
                    && (4..=5).contains(&number.len())
                    && is_digits(month)
                    && is_digits(number)
            })
        };
        match &self.way {
            _ if self.authors.is_empty() => Some("it has no authors"),
            Way::Doi(doi) if !doi.starts_with("10.") || !doi.contains('/') => {
                Some("a DOI begins with `10.` and has a slash")
            }
            Way::Arxiv(id) if !is_arxiv(id) => {
                Some("an arXiv number has the form 1412.6980")
            }
            Way::Url(url) if !url.starts_with("https://") => {
                Some("a way begins with https://")
            }
            Way::Doi(_) | Way::Arxiv(_) if self.year.is_none() => {
                Some("it has no year")
            }
            _ => None,
        }
    }

    fn names(&self) -> String {
        match self.authors.as_slice() {
            [first, others] if others == OTHERS => format!("{first} and others"),
            [first, _, _, _, _, ..] => format!("{first} and others"),
            all => all.join(", "),
        }
    }

    /// The work in full: authors, title with its link, year.
    fn in_full(&self) -> String {
        let title = format!("<em>{}</em>", encode(&self.title));
        let title = match self.way.url() {
            Some(url) => format!(
                "<a class=\"work\" href=\"{}\" data-print=\"{}\">{title}</a>",
                encode(&url),
                encode(&self.way.in_print())
            ),
            None => title,
        };
        let year = self.year.map_or(String::new(), |year| format!(", {year}"));
        format!("{}, {title}{year}", encode(&self.names()))
    }

    /// As one cites it in a sentence: "Beck and Teboulle 2009", with its link.
    fn in_short(&self) -> String {
        let last = |name: &str| {
            name.rsplit_once(". ").map_or(name, |(_, last)| last).to_owned()
        };
        let names = match self.authors.as_slice() {
            [one] => last(one),
            [one, other] if other == OTHERS => format!("{} and others", last(one)),
            [one, other] => format!("{} and {}", last(one), last(other)),
            [one, ..] => format!("{} and others", last(one)),
            [] => String::new(),
        };
        let year = self.year.map_or(String::new(), |year| format!(" {year}"));
        let text = encode(&format!("{names}{year}"));
        match self.way.url() {
            Some(url) => format!("<a href=\"{}\">{text}</a>", encode(&url)),
            None => text,
        }
    }
}

/// The works, by key.
#[derive(Default)]
pub struct Literature {
    works: BTreeMap<String, Work>,
    path: String,
}

impl Literature {
    /// Reads the file, if there is one; `chapters` is the folder of the pages.
    pub fn read(root: &Path, chapters: &str, faults: &mut Faults) -> Self {
        let path = format!("{chapters}/{FILE}");
        let text = fs::read_to_string(root.join(&path)).unwrap_or_default();
        let table = match text.parse::<Table>() {
            Ok(table) => table,
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                faults.add(&path, line_of(&text, at), error.message());
                Table::new()
            }
        };
        let mut works = BTreeMap::new();
        let mut urls = BTreeMap::<String, String>::new();
        for (key, entry) in &table {
            let line =
                text.find(&format!("[{key}]")).map_or(1, |at| line_of(&text, at));
            let entry = entry.as_table().ok_or_else(|| "it is no table".to_owned());
            match entry.and_then(|entry| Work::read(entry, line)) {
                Ok(work) => {
                    let url = work.way.url();
                    if let Some(other) =
                        url.and_then(|url| urls.insert(url, key.clone()))
                    {
                        let message = format!("`{key}` and `{other}` have one link");
                        faults.add(&path, line, message);
                    }
                    works.insert(key.clone(), work);
                }
                Err(message) => faults.add(&path, line, format!("`{key}`: {message}")),
            }
        }
        Self { works, path }
    }

    fn get(&self, key: &str) -> Result<&Work, String> {
        self.works.get(key).ok_or_else(|| {
            let near = nearest(key, self.works.keys().map(String::as_str));
            format!("no work `{key}` in {}; near it: {near}", self.path)
        })
    }

    /// A work as a page names it: in full, or as in a sentence.
    pub fn named(&self, key: &str, in_full: bool) -> Result<String, String> {
        let work = self.get(key)?;
        Ok(if in_full { work.in_full() } else { work.in_short() })
    }

    /// Works that no page names.
    pub fn report_idle(&self, uses: &Uses, faults: &mut Faults) {
        for (key, work) in &self.works {
            if !uses.works.contains_key(key) {
                faults.add(&self.path, work.line, format!("no page names `{key}`"));
            }
        }
    }

    /// The page of all works, each with the pages that name it; `titles` are those of the pages, by file.
    pub fn chapter(
        &self,
        uses: &Uses,
        titles: &BTreeMap<&str, &str>,
    ) -> Option<BookItem> {
        if self.works.is_empty() {
            return None;
        }
        let mut works: Vec<_> = self.works.iter().collect();
        works.sort_by_key(|(key, work)| (sorted_by(work), *key));
        let entries = works.into_iter().map(|(key, work)| {
            let pages = uses.works.get(key).into_iter().flatten();
            let links = pages.filter_map(|file| {
                Some(format!("[{}]({file})", encode(titles.get(file.as_str())?)))
            });
            let links = links.collect::<Vec<_>>().join(", ");
            let reason = match &work.way {
                Way::None(reason) => format!(" ({})", encode(reason)),
                _ => String::new(),
            };
            format!("- {}{reason}. Named in {links}.\n", work.in_full())
        });
        let text = format!(
            "# {TITLE}\n\nThe works that the pages lean on, and the pages that name them.\n\n{}",
            entries.collect::<String>()
        );
        Some(Chapter::new(TITLE, text, "literature.md", Vec::new()).into())
    }
}

/// The last name of the first author, and the year.
fn sorted_by(work: &Work) -> (String, Option<i64>) {
    let first = work.authors.first().map_or("", String::as_str);
    let last = first.rsplit_once(". ").map_or(first, |(_, last)| last);
    (last.to_lowercase(), work.year)
}

/// Where a page types a citation, which is a year behind a name or a title: offsets and years.
pub fn typed_citations(text: &str) -> Vec<(usize, String)> {
    let typed = Typed::new(text);
    let text = typed.text();
    let is_year = |at: usize| {
        let year = &text[at..];
        let digits = year.bytes().take_while(u8::is_ascii_digit).count();
        digits == 4 && !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '.')
    };
    let years = ["19", "20"].iter().flat_map(|start| text.match_indices(start));
    let cited = years.filter(|&(at, _)| is_year(at) && is_cited(&text[..at]));
    cited.map(|(at, _)| (at, text[at..at + 4].to_owned())).collect()
}

/// Whether what stands before a year is a name or a title: *Adam*, 2015, or J. Ba, 2015, or (Polyak 1964.
fn is_cited(before: &str) -> bool {
    let trimmed = before.trim_end();
    if trimmed.len() == before.len() {
        return false;
    }
    let has_comma = trimmed.ends_with(',');
    let trimmed = trimmed.trim_end_matches(',');
    if has_comma && trimmed.ends_with('*') {
        return true;
    }
    let word_start = trimmed
        .rfind(|c: char| !c.is_alphabetic())
        .map_or(0, |at| at + trimmed[at..].chars().next().map_or(1, char::len_utf8));
    let word = &trimmed[word_start..];
    let is_name = word.chars().next().is_some_and(char::is_uppercase);
    let is_behind_bracket = trimmed[..word_start].ends_with('(');
    word == OTHERS || is_name && (has_comma || is_behind_bracket)
}
