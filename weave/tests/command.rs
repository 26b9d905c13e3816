//! The command: what mdBook sees of it.

use mdbook_preprocessor::PreprocessorContext;
use mdbook_preprocessor::book::{Book, Chapter};
use std::env;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

fn command(arguments: &[&str]) -> Child {
    // Cargo says at run time where the program is; what it said when it was built may be gone.
    let program = env::var("CARGO_BIN_EXE_weave")
        .unwrap_or_else(|_| env!("CARGO_BIN_EXE_weave").to_owned());
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn weave(arguments: &[&str], input: &str) -> Output {
    let mut child = command(arguments);
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
    assert!(book.chapters().next().unwrap().content.contains("class=\"m\""));
    assert!(output.status.success() && output.stderr.is_empty());
}

#[test]
fn faults_go_to_the_error_stream_and_nothing_to_the_other() {
    let root = TempDir::new().unwrap();
    let output = weave(&[], &input(root.path(), "$5\n\n{{#x}}"));
    let expected = r"chapters/page.md:1: stray $: it belongs to no formula; write \$ for the sign itself
chapters/page.md:3: unknown directive `{{#x`; there are: code, exercise, live, question, predict, number, steps, questions, table, value, default, test, formula, minutes, see, source, cite, also
weave: 2 faults
";
    assert_eq!(String::from_utf8_lossy(&output.stderr), expected);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
}

#[test]
fn another_minor_version_of_mdbook_is_told_which_to_install() {
    let root = TempDir::new().unwrap();
    let of_04 = r#"[{"root": "/book", "config": {"book": {"title": "A"}}, "renderer": "html", "mdbook_version": "0.4.52"}, {"sections": [], "__non_exhaustive": null}]"#;
    let of_05 = input(root.path(), "");
    let version = mdbook_preprocessor::MDBOOK_VERSION;
    for (input, version) in [
        (of_04.to_owned(), "0.4.52"),
        (of_05.replace(version, "0.6.0"), "0.6.0"),
        (of_05.replace(version, "1.5.4"), "1.5.4"),
    ] {
        let output = weave(&[], &input);
        assert_eq!(
            String::from_utf8_lossy(&output.stderr),
            format!(
                "This book needs mdBook 0.5.4, and yours is {version}: cargo install mdbook --version 0.5.4 --locked\n"
            )
        );
        assert_eq!(output.status.code(), Some(1));
    }
    for patch in ["0.5.0", "0.5.19"] {
        assert!(weave(&[], &of_05.replace(version, patch)).status.success());
    }
}

#[test]
fn what_is_no_book_is_answered_with_a_sentence() {
    for input in ["", "{", "[]"] {
        let output = weave(&[], input);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            message.starts_with("weave reads a book from mdBook, and this is none (")
        );
        assert!(message.ends_with("): run `mdbook build`\n"), "{message}");
        assert_eq!(output.status.code(), Some(1));
    }
}

#[test]
fn a_closed_pipe_is_answered_with_a_sentence() {
    let root = TempDir::new().unwrap();
    let mut child = command(&[]);
    drop(child.stdout.take());
    child.stdin.take().unwrap().write_all(input(root.path(), "").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(message, "weave: mdBook stopped before it had read the book\n");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn it_works_on_the_book_that_mdbook_names() {
    let folders = [TempDir::new().unwrap(), TempDir::new().unwrap()];
    for (folder, text) in folders.iter().zip(["fn one() {}", "fn two() {}"]) {
        let code = format!("// ANCHOR: a\n{text}\n// ANCHOR_END: a\n");
        std::fs::create_dir(folder.path().join("src")).unwrap();
        std::fs::write(folder.path().join("src/a.rs"), code).unwrap();
        let output = weave(&[], &input(folder.path(), "{{#code src/a.rs:a}}"));
        assert!(String::from_utf8_lossy(&output.stdout).contains(text));
    }
}
