//! A repository in a temporary folder, with one page or a few.

#![allow(dead_code, reason = "each test file uses its part")]

use mdbook_preprocessor::book::{Book, Chapter};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use weave::fault::Faults;

/// Path and text of a file.
pub type File<'a> = (&'a str, &'a str);

/// The page that most tests have.
pub const PAGE: &str = "chapters/page.md";

/// Weaves the `.md` files in `chapters/`, in the order given, with all other files around them.
pub fn book(files: &[File]) -> Result<Book, Faults> {
    let pages = files.iter().filter_map(|(path, _)| path.strip_prefix("chapters/"));
    let pages: Vec<_> = pages.filter(|path| path.ends_with(".md")).collect();
    weave_listed(files, &pages)
}

/// Weaves these pages of `chapters/`, with all files around them.
pub fn weave_listed(files: &[File], pages: &[&str]) -> Result<Book, Faults> {
    weave_in(None, files, pages)
}

/// Weaves a book whose repository others find here.
pub fn weave_in(
    repository: Option<&str>,
    files: &[File],
    pages: &[&str],
) -> Result<Book, Faults> {
    let root = TempDir::new().unwrap();
    for (path, text) in files {
        let file = root.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    let mut book = Book::new();
    for page in pages {
        let text = fs::read_to_string(root.path().join("chapters").join(page)).unwrap();
        book.push_item(Chapter::new(page, text, page, Vec::new()));
    }
    let drawing = root.path().join("src/bin/figures");
    if !drawn(files).is_empty() && !drawing.exists() {
        fs::create_dir_all(&drawing).unwrap();
        fs::write(drawing.join("all.rs"), drawn(files)).unwrap();
    }
    weave::weave(root.path(), "chapters", repository, book)
}

/// Code that draws all figures among the files.
fn drawn(files: &[File]) -> String {
    let names = files.iter().filter_map(|(path, _)| {
        path.strip_prefix("chapters/figures/")?.strip_suffix(".svg")
    });
    names.map(|name| format!("const _: &str = \"{name}\";\n")).collect()
}

/// The folder of the book: the nearest one, from here upwards, that has its settings.
pub fn root() -> PathBuf {
    let here = env::current_dir().unwrap();
    let mut folders = here.ancestors();
    let is_book = |folder: &&Path| folder.join("book.toml").is_file();
    folders.find(is_book).expect("the tests run inside the book").to_owned()
}

/// The content of one chapter of a sound book, without the link to its source.
pub fn chapter(files: &[File], path: &str) -> String {
    let book = book(files).unwrap_or_else(|faults| panic!("{faults}"));
    let content = content(&book, path);
    let end = content.find("\n\n<p class=\"page-source\">").unwrap_or(content.len());
    content[..end].to_owned()
}

/// The content of one chapter.
pub fn content(book: &Book, path: &str) -> String {
    let found =
        book.chapters().find(|chapter| chapter.path.as_deref() == Some(path.as_ref()));
    found.unwrap_or_else(|| panic!("no chapter {path}")).content.clone()
}

/// What the page becomes, with other files around it.
pub fn page(text: &str, others: &[File]) -> String {
    chapter(&[&[(PAGE, text)], others].concat(), "page.md")
}

/// A test file in which one test asserts one snapshot.
pub fn test_of(snapshot: &str) -> String {
    format!(
        "#[test]\nfn holds() {{\n    assert_snapshot!(\"{snapshot}\", table());\n}}\n"
    )
}

/// A snapshot as insta writes it.
pub fn snapshot(body: &str) -> String {
    format!("---\nsource: tests/adam.rs\n---\n{body}\n")
}

/// A sound figure.
pub const SVG: &str = r#"<svg viewBox="0 0 9 9" role="img" aria-labelledby="t d">
<title id="t">A line</title>

<desc id="d">It rises.</desc>
<text>*a_b* `c`</text>
</svg>
"#;

/// A sound live figure: the picture with its data, and what stands around it.
pub const LIVE: [File; 3] = [
    (
        "chapters/figures/a.svg",
        r#"<svg viewBox="0 0 9 9" role="img" aria-labelledby="t d">
<title id="t">A line</title>
<desc id="d">It rises.</desc>
<g data-panel="left" data-x="linear 0 1 0 9" data-y="linear 0 1 9 0">
<path data-curve="&lt;a&gt;" d="M0 9L9 0"/>
</g>
<g data-panel="other" data-x="linear 0 1 0 9" data-y="linear 0 1 9 0">
<path data-curve="b" d="M0 9L9 0"/>
</g>
</svg>
"#,
    ),
    ("chapters/figures/a.csv", ""),
    (
        "live/figures/a.html",
        "<!-- a\nleft\t<a>\nother\tb\n-->\n<div class=\"stage\"><!-- picture --></div><p>So.</p>\n",
    ),
];
