//! What the pages call a check must have run: `weave ran LOG`.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;
use weave::ran::compare;

const PAGE: &str =
    "{{#test adam::holds}}\n\n{{#test adam::goes}}\n\n{{#test one::stays}}";
const SOUND: &str = "\
   Compiling descent v0.1.0
     Running unittests src/lib.rs (target/debug/deps/descent-1)
running 0 tests
     Running tests/adam.rs (target/debug/deps/adam-2)
running 2 tests
test holds ... ok
test refuses - should panic ... ok
test goes ... ok
test result: ok. 2 passed
     Running tests/one.rs (target/debug/deps/one-3)
test stays ... ok
   Doc-tests descent
";

fn book() -> TempDir {
    let root = TempDir::new().unwrap();
    let test = |name| format!("#[test]\nfn {name}() {{\n    assert!(x);\n}}\n");
    let files = [
        ("book.toml", String::new()),
        ("chapters/SUMMARY.md", "- [A](adam.md)\n".to_owned()),
        ("chapters/adam.md", PAGE.to_owned()),
        ("tests/adam.rs", test("holds") + "\n" + &test("goes")),
        ("tests/one.rs", test("stays")),
    ];
    for (path, text) in files {
        let file = root.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    root
}

#[track_caller]
fn assert_faults(log: &str, expected: &[&str]) {
    let root = book();
    let faults = compare(root.path(), "chapters", log).unwrap_err().to_string();
    let lines: Vec<_> = faults.lines().collect();
    assert_eq!(lines[..lines.len() - 1], *expected);
}

#[test]
fn all_have_run() {
    let windows = SOUND.replace("tests/", "tests\\").replace('\n', "\r\n");
    for log in [SOUND, &windows] {
        assert_eq!(compare(book().path(), "chapters", log).unwrap(), 3);
    }
}

#[test]
fn a_test_that_is_not_in_the_output_has_not_run() {
    assert_faults(
        &SOUND.replace("test holds ... ok\n", ""),
        &[
            "chapters/adam.md:1: test `holds` in tests/adam.rs was not run; of its file were run, near it: goes, refuses",
        ],
    );
    assert_faults(
        &SOUND.replace("Running tests/one.rs", "Running tests/other.rs"),
        &[
            "chapters/adam.md:5: test `stays` in tests/one.rs was not run: nor was its file",
        ],
    );
}

#[test]
fn a_test_in_a_folder_is_one_of_a_module() {
    let root = book();
    let test = "#[test]\nfn moves() {\n    assert!(check(\"adam.step\"));\n}\n";
    let folder = root.path().join("tests/formulas");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("adam.rs"), test).unwrap();
    let page = format!("{PAGE}\n\n$a$ {{{{#formula adam.step}}}}");
    fs::write(root.path().join("chapters/adam.md"), page).unwrap();
    let log = |name: &str| {
        format!(
            "{SOUND}     Running tests/formulas/main.rs (target/debug/deps/formulas-4)\ntest {name} ... ok\n"
        )
    };
    assert_eq!(compare(root.path(), "chapters", &log("adam::moves")).unwrap(), 4);
    let faults = compare(root.path(), "chapters", &log("sgd::moves")).unwrap_err();
    assert!(
        faults.to_string().starts_with("chapters/adam.md:7: test `adam::moves` in tests/formulas/adam.rs was not run"),
        "{faults}"
    );
}

#[test]
fn a_test_that_did_not_pass_is_no_check() {
    for (outcome, message) in [
        ("ignored", "was ignored"),
        ("ignored, slow", "was ignored"),
        ("FAILED", "failed"),
    ] {
        assert_faults(
            &SOUND.replace("goes ... ok", &format!("goes ... {outcome}")),
            &[&format!("chapters/adam.md:3: test `goes` in tests/adam.rs {message}")],
        );
    }
}

#[test]
fn a_test_in_a_comment_that_ran_by_another_name_is_missing() {
    let log = SOUND.replace("test stays", "test stays_here");
    assert_faults(
        &log,
        &[
            "chapters/adam.md:5: test `stays` in tests/one.rs was not run; of its file were run, near it: stays_here",
        ],
    );
}

fn ran(folder: &Path, log: &str) -> Output {
    let program = env!("CARGO_BIN_EXE_weave");
    let program = std::env::var("CARGO_BIN_EXE_weave").unwrap_or(program.to_owned());
    Command::new(program).args(["ran", log]).current_dir(folder).output().unwrap()
}

#[test]
fn the_command_says_what_has_not_run_and_ends_with_2() {
    let root = book();
    fs::write(root.path().join("log"), SOUND).unwrap();
    fs::write(root.path().join("chapters/log"), "test holds ... ok\n").unwrap();
    let sound = ran(root.path(), "log");
    assert_eq!(
        String::from_utf8_lossy(&sound.stdout),
        "3 tests stand behind the pages, and all have run\n"
    );
    assert_eq!(sound.status.code(), Some(0));
    let bad = ran(&root.path().join("chapters"), "log");
    assert!(
        String::from_utf8_lossy(&bad.stderr).ends_with("weave: 3 faults\n"),
        "{bad:?}"
    );
    assert_eq!(bad.status.code(), Some(2));
}

#[test]
fn a_log_that_is_not_there_is_named() {
    let output = ran(book().path(), "nowhere");
    assert!(
        String::from_utf8_lossy(&output.stderr).starts_with("weave ran: nowhere: ")
    );
    assert_eq!(output.status.code(), Some(1));
}
