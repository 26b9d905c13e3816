//! A repository in a temporary folder, with one page or a few.

#![allow(dead_code, reason = "each test file uses its part")]

use mdbook_driver::book::{Book, Chapter};
use std::fs;
use tempfile::TempDir;
use weave::fault::Faults;

/// Path and text of a file.
pub type File<'a> = (&'a str, &'a str);

/// The page that most tests have.
pub const PAGE: &str = "chapters/page.md";

/// Weaves the `.md` files in `chapters/`, in the order given, with all other files around them.
pub fn book(files: &[File]) -> Result<Book, Faults> {
    let root = TempDir::new().unwrap();
    let mut book = Book::new();
    for (path, text) in files {
        let file = root.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
        let chapter =
            path.strip_prefix("chapters/").filter(|path| path.ends_with(".md"));
        if let Some(path) = chapter {
            book.push_item(Chapter::new(path, (*text).to_owned(), path, Vec::new()));
        }
    }
    weave::weave(root.path(), "chapters", book)
}

/// The content of one chapter of a sound book.
pub fn chapter(files: &[File], path: &str) -> String {
    let book = book(files).unwrap_or_else(|faults| panic!("{faults}"));
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
