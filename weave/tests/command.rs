//! The command: what mdBook sees of it.

use mdbook_driver::book::{Book, Chapter};
use mdbook_preprocessor::PreprocessorContext;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

fn weave(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_weave"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn input(root: &Path, text: &str) -> String {
    let config = "[book]\nsrc = \"chapters\"".parse().unwrap();
    let ctx = PreprocessorContext::new(root.to_owned(), config, "html".to_owned());
    let mut book = Book::new();
    book.push_item(Chapter::new("Page", text.to_owned(), "page.md", Vec::new()));
    serde_json::to_string(&(ctx, book)).unwrap()
}

#[test]
fn it_renders_html_and_nothing_else() {
    assert!(weave(&["supports", "html"], "").status.success());
    assert!(!weave(&["supports", "epub"], "").status.success());
}

#[test]
fn a_sound_book_goes_out_as_json() {
    let root = TempDir::new().unwrap();
    let output = weave(&[], &input(root.path(), "$x$"));
    let book: Book = serde_json::from_slice(&output.stdout).unwrap();
    assert!(book.chapters().next().unwrap().content.contains("katex"));
    assert!(output.status.success() && output.stderr.is_empty());
}

#[test]
fn faults_go_to_the_error_stream_and_nothing_to_the_other() {
    let root = TempDir::new().unwrap();
    let output = weave(&[], &input(root.path(), "$5\n\n{{#x}}"));
    let expected = r"chapters/page.md:1: stray $: it belongs to no formula; write \$ for the sign itself
chapters/page.md:3: unknown directive `{{#x`; there are: code, exercise, table, value, test, see
weave: 2 faults
";
    assert_eq!(String::from_utf8_lossy(&output.stderr), expected);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
}
