//! The binary that draws the figures, as a reader uses it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

fn figures(arguments: &[&str]) -> Output {
    let command = Command::new(env!("CARGO_BIN_EXE_figures")).args(arguments).output();
    command.expect("the binary runs")
}

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<_> =
        names.map(|name| name.into_string().expect("a name")).collect();
    names.sort();
    names
}

/// Exit code 2, the message on the error stream, and nothing written.
fn refused(arguments: &[&str], message: &str) {
    let folder = TempDir::new().expect("a folder");
    let out = folder.path().to_str().expect("a path");
    let output = figures(&[arguments, &["--out", out]].concat());
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {errors}");
    assert!(errors.contains(message), "{arguments:?}: {errors}");
    assert_eq!(files(folder.path()), [""; 0]);
}

#[test]
fn bad_input_is_named_and_nothing_is_written() {
    refused(&["dept"], "'dept'");
    refused(&["depth", "--layers", "1"], "1 is not in 2..=1000");
    refused(&["depth", "--width", "0"], "0 is not in 1..=5000");
    refused(&["depth", "--batch", "10001"], "10001 is not in 2..=10000");
    refused(&["depth", "--seed", "x"], "'x'");
    for scale in ["0", "-1", "nan", "inf", "two"] {
        let argument = format!("--scale={scale}");
        refused(&["depth", &argument], &format!("'{scale}' for '--scale <C>'"));
        refused(&["depth", &argument], "expected a number above 0");
    }
    let seven: Vec<_> = ["depth"].into_iter().chain(["--scale=1"; 7]).collect();
    refused(&seven, "--scale: 7 scales, expected at most 6");
}

#[test]
fn a_folder_without_the_digits_is_named() {
    refused(&["depth", "--mnist", "no/such/folder"], "no/such/folder: no such folder");
    let empty = TempDir::new().expect("a folder");
    let folder = empty.path().to_str().expect("a path");
    refused(&["depth", "--mnist", folder], "t10k-images-idx3-ubyte.gz");
}

#[test]
fn a_file_in_the_place_of_the_folder_is_left_alone() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("precious");
    fs::write(&file, "data").expect("a file");
    let output = figures(&["linear_layer", "--out", file.to_str().expect("a path")]);
    assert_eq!(output.status.code(), Some(2));
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(errors.contains("precious: not a folder to write to"), "{errors}");
    assert_eq!(fs::read_to_string(&file).expect("the file"), "data");
}

#[test]
fn norms_beyond_f64_are_an_error_that_says_what_to_change() {
    let small = ["depth", "--layers", "60", "--width", "4", "--batch", "2"];
    let huge = [&small[..], &["--scale", "1e300"]].concat();
    refused(&huge, "a norm leaves the range of f64; take a smaller scale");
}

fn drawn(arguments: &[&str]) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let out = folder.path().to_str().expect("a path");
    let output = figures(&[arguments, &["--out", out]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    folder
}

const SMALL: [&str; 7] = ["depth", "--layers", "4", "--width", "6", "--batch", "3"];

#[test]
fn every_figure_has_its_data_beside_it_and_nothing_else_is_left() {
    let files = files(drawn(&SMALL).path());
    let figures = files.iter().filter_map(|name| name.strip_suffix(".svg"));
    let expected: Vec<_> = figures
        .flat_map(|name| [format!("{name}.csv"), format!("{name}.svg")])
        .collect();
    assert_eq!(files, expected);
    assert_eq!(files.len(), 14);
}

#[test]
fn the_same_settings_give_the_same_bytes() {
    let (once, again) = (drawn(&SMALL), drawn(&SMALL));
    for name in files(once.path()) {
        let read =
            |folder: &TempDir| fs::read(folder.path().join(&name)).expect("a file");
        assert_eq!(read(&once), read(&again), "{name}");
    }
}

#[test]
fn with_csv_only_the_data_is_written() {
    let files = files(drawn(&["broadcasting", "--csv"]).path());
    assert_eq!(files, ["broadcasting-sum.csv", "broadcasting-view.csv"]);
}

/// With one unit in each layer most images are dead after a few layers.
#[test]
fn networks_that_die_are_drawn_as_far_as_they_live() {
    let one = ["depth", "--layers", "30", "--width", "1", "--batch", "2"];
    let folder = drawn(&one);
    for name in files(folder.path()) {
        let content = fs::read_to_string(folder.path().join(&name)).expect("a file");
        let data_only = name.ends_with(".csv");
        let bad = ["NaN", "inf,", ",inf"].iter().find(|bad| content.contains(**bad));
        assert!(!data_only || bad.is_none(), "{name}: {bad:?}");
    }
}

#[test]
fn the_list_names_every_chapter_with_figures() {
    let output = figures(&["list"]);
    let list = String::from_utf8(output.stdout).expect("text");
    let named: Vec<_> =
        list.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("chapters/figures");
    let mut drawn: Vec<_> = files(&folder)
        .iter()
        .filter_map(|name| Some(name.split_once('-')?.0.to_owned()))
        .collect();
    drawn.dedup();
    let mut sorted = named.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, drawn);
}
