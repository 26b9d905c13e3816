//! The binary that draws the figures, as a reader uses it.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use descent::random::SHIFT;
use support::{ROOT, command, digits, figures, files, refused, refuses, succeeds};
use tempfile::TempDir;

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
    assert_eq!(files.len(), 18);
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
    let folder = Path::new(ROOT).join("chapters/figures");
    let mut drawn: Vec<_> = files(&folder)
        .iter()
        .filter_map(|name| Some(name.split_once('-')?.0.to_owned()))
        .collect();
    drawn.dedup();
    let mut sorted = named.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, drawn);
}

#[test]
fn numbers_below_zero_are_told_what_is_expected() {
    for scale in ["-1", "-1e3", "-inf", "1e400"] {
        let message = format!("'{scale}' for '--scale <C>': expected a number above 0");
        refused(&["depth", "--scale", scale], &message);
    }
    for seed in ["-1", "1.5", "18446744073709551616"] {
        let expected = "expected a whole number from 0 to 18446744073709551615";
        let message = format!("'{seed}' for '--seed <SEED>': {expected}");
        refused(&["depth", "--seed", seed], &message);
    }
    refused(&["depth", "--layers", "-1"], "-1 is not in 2..=1000");
    refused(&["depth", "--width", "-1"], "-1 is not in 1..=5000");
    refused(&["depth", "--batch", "-1"], "-1 is not in 2..=10000");
}

#[test]
fn settings_that_no_figure_can_show_end_in_a_sentence_without_rows_of_zeros() {
    let small = ["depth", "--layers", "60", "--width", "4", "--batch", "2"];
    let with = |scale| [&small[..], &["--scale", scale]].concat();
    refused(&with("1e300"), "--scale 10³⁰⁰: over 60 layers a norm leaves the range");
    refused(&with("2.5e-310"), "--scale 2.5·10⁻³¹⁰: over 60 layers norms fall below");
    let vast = ["depth", "--layers", "1000", "--width", "5000"];
    refused(&vast, "--layers 1000 --width 5000: more than 250\u{202f}000\u{202f}000");
}

#[test]
fn tiny_scales_have_no_rows_of_zeros_in_the_data() {
    let folder = drawn(&["depth", "--layers", "3", "--batch", "2", "--scale", "1e-80"]);
    for name in files(folder.path()) {
        let content = fs::read_to_string(folder.path().join(&name)).expect("a file");
        assert!(!content.contains("00000000"), "{name}");
    }
}

/// A folder that the binary takes for a checkout of the book.
fn checkout() -> TempDir {
    let checkout = TempDir::new().expect("a folder");
    let [source, data] =
        ["src/bin/figures", "data/mnist"].map(|folder| checkout.path().join(folder));
    fs::create_dir_all(&source).expect("a folder");
    fs::create_dir_all(&data).expect("a folder");
    fs::write(source.join("main.rs"), "").expect("a file");
    let original = Path::new(ROOT).join("data/mnist");
    for name in ["t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"] {
        fs::copy(original.join(name), data.join(name)).expect("the digits");
    }
    checkout
}

/// The binary as cargo runs it in a checkout.
fn run_in(checkout: &Path, arguments: &[&str]) -> Command {
    let mut command = command(arguments);
    command.env("CARGO_MANIFEST_DIR", checkout);
    command
}

/// Which files of chapters/figures and target/figures have come into being.
fn drawn_in(checkout: &Path) -> [Vec<String>; 2] {
    ["chapters/figures", "target/figures"].map(|folder| {
        let folder = checkout.join(folder);
        if folder.exists() { files(&folder) } else { Vec::new() }
    })
}

const LINEAR_LAYER: [&str; 2] = ["linear_layer-shapes.csv", "linear_layer-shapes.svg"];

#[test]
fn the_books_figures_are_overwritten_with_the_books_settings_and_seeds_only() {
    let book = checkout();
    succeeds(&mut run_in(book.path(), &["linear_layer"]));
    assert_eq!(
        drawn_in(book.path()),
        [LINEAR_LAYER.map(String::from).to_vec(), vec![]]
    );

    let own = checkout();
    succeeds(&mut run_in(own.path(), &SMALL));
    let [of_the_book, of_the_reader] = drawn_in(own.path());
    assert_eq!((of_the_book.len(), of_the_reader.len()), (0, 18));

    let shifted = checkout();
    succeeds(run_in(shifted.path(), &["linear_layer"]).env(SHIFT, "1"));
    let [of_the_book, of_the_reader] = drawn_in(shifted.path());
    assert_eq!((of_the_book.len(), of_the_reader.len()), (0, 2));
}

#[test]
fn a_shift_that_is_no_number_is_refused() {
    let folder = checkout();
    let message = "SEED_SHIFT: 'x' is not a whole number";
    refuses(run_in(folder.path(), &["linear_layer"]).env(SHIFT, "x"), message);
    assert_eq!(drawn_in(folder.path()), [vec![], Vec::<String>::new()]);
}

/// Moved, copied, or several with one target folder: what counts is where the binary is
/// started, not where it was compiled.
#[test]
fn figures_go_into_the_checkout_from_which_they_are_started() {
    let (here, there) = (checkout(), checkout());
    let start = |folder: &Path| {
        let mut command = command(&["linear_layer"]);
        command.env_remove("CARGO_MANIFEST_DIR").current_dir(folder);
        command
    };
    succeeds(&mut start(&here.path().join("data/mnist")));
    assert_eq!(drawn_in(here.path())[0], LINEAR_LAYER);
    // The folder of another package, from where cargo runs a test for example.
    let elsewhere = TempDir::new().expect("a folder");
    succeeds(start(there.path()).env("CARGO_MANIFEST_DIR", elsewhere.path()));
    assert_eq!(drawn_in(there.path())[0], LINEAR_LAYER);
    refuses(&mut start(elsewhere.path()), "not in a checkout of the book");
    assert_eq!(files(elsewhere.path()), [""; 0]);
}

#[test]
fn a_figure_that_no_code_draws_is_reported() {
    let folder = checkout();
    let figures = folder.path().join("chapters/figures");
    fs::create_dir_all(&figures).expect("a folder");
    fs::write(figures.join("linear_layer-by_hand.svg"), "").expect("a file");
    // That of another chapter is none of this one's business.
    fs::write(figures.join("network-by_hand.svg"), "").expect("a file");
    let message = "linear_layer-by_hand.svg: no code draws this figure";
    refuses(&mut run_in(folder.path(), &["linear_layer"]), message);
}

/// Cheaper than to draw them all, which `.ci/run` does.
#[test]
fn every_figure_of_the_book_is_named_in_the_code_of_its_chapter() {
    let root = Path::new(ROOT);
    for name in files(&root.join("chapters/figures")) {
        let figure = name.strip_suffix(".svg").or_else(|| name.strip_suffix(".csv"));
        let figure = figure.unwrap_or_else(|| panic!("{name} is no figure"));
        let slug = figure.split('-').next().unwrap_or_default();
        let path = root.join(format!("src/bin/figures/{slug}.rs"));
        let code = fs::read_to_string(path).expect("the code of a chapter");
        assert!(code.contains(&format!("\"{figure}\"")), "{name}: no code draws it");
    }
}

/// The old file, which has a second name here, is left as it was.
#[test]
fn a_file_is_replaced_and_not_written_over() {
    let folder = TempDir::new().expect("a folder");
    let [file, kept] = [LINEAR_LAYER[0], "kept"].map(|name| folder.path().join(name));
    fs::write(&file, "old").expect("a file");
    fs::hard_link(&file, &kept).expect("a second name");
    let out = folder.path().to_str().expect("a path");
    succeeds(&mut command(&["linear_layer", "--out", out]));
    assert_ne!(fs::read_to_string(&file).expect("the file"), "old");
    assert_eq!(fs::read_to_string(&kept).expect("the old file"), "old");
}

#[test]
fn programs_that_draw_into_one_folder_at_once_all_leave_it_whole() {
    let expected = drawn(&["broadcasting"]);
    for _ in 0..5 {
        let folder = TempDir::new().expect("a folder");
        let out = folder.path().to_str().expect("a path");
        let start = |_| {
            let mut command = command(&["broadcasting", "--out", out]);
            command.stdout(Stdio::null()).spawn()
        };
        let programs: Vec<_> =
            (0..6).map(|i| start(i).expect("the binary runs")).collect();
        for mut program in programs {
            assert!(program.wait().expect("an end").success());
        }
        assert_eq!(files(folder.path()), files(expected.path()));
        for name in files(folder.path()) {
            let [one, other] =
                [&folder, &expected].map(|f| fs::read(f.path().join(&name)));
            assert_eq!(one.expect("a file"), other.expect("a file"), "{name}");
        }
    }
}

#[test]
fn a_reader_that_goes_away_is_no_fault() {
    let folder = TempDir::new().expect("a folder");
    let out = folder.path().to_str().expect("a path");
    for arguments in [&["broadcasting", "--out", out][..], &["list"]] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let output = command(arguments).stdout(writer).stderr(Stdio::piped()).output();
        let output = output.expect("the binary runs");
        assert!(output.status.success(), "{arguments:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
    }
    assert_eq!(files(folder.path()).len(), 4);
}

/// `/dev/full` is a device on which there is never any room.
#[cfg(target_os = "linux")]
#[test]
fn a_standard_output_without_room_is_said_and_the_figures_are_there() {
    let folder = TempDir::new().expect("a folder");
    let out = folder.path().to_str().expect("a path");
    for arguments in [&["broadcasting", "--out", out][..], &["list"]] {
        let full = || fs::OpenOptions::new().write(true).open("/dev/full");
        let mut command = command(arguments);
        command.stdout(full().expect("the device"));
        refuses(
            &mut command,
            "error: standard output: cannot be written: No space left",
        );
        // With nowhere to tell it either, the code remains.
        command.stderr(full().expect("the device"));
        assert_eq!(command.status().expect("the binary runs").code(), Some(2));
    }
    assert_eq!(files(folder.path()).len(), 4);
}

/// A limit on the size of files stands for a full disk: two blocks of 512 or 1024 bytes
/// are more than the data have and less than the pictures.
#[cfg(unix)]
#[test]
fn without_room_for_a_figure_none_is_changed_and_nothing_is_left() {
    let folder = drawn(&["broadcasting"]);
    let path = |name: &String| folder.path().join(name);
    let names = files(folder.path());
    for name in &names {
        fs::write(path(name), "old").expect("a file");
    }
    let mut limited = Command::new("sh");
    let binary = env!("CARGO_BIN_EXE_figures");
    limited.args(["-c", "ulimit -f 2; exec \"$@\"", "sh", binary, "broadcasting"]);
    limited.arg("--out").arg(folder.path());
    refuses(&mut limited, "broadcasting-view.svg: cannot be written: File too large");
    assert_eq!(files(folder.path()), names);
    for name in &names {
        assert_eq!(fs::read_to_string(path(name)).expect("a file"), "old");
    }
}

#[test]
fn what_a_killed_program_left_goes_after_an_hour() {
    let folder = TempDir::new().expect("a folder");
    let left = |name: &str, seconds: u64| -> PathBuf {
        let path = folder.path().join(name);
        let file = fs::File::create(&path).expect("a file");
        let then = SystemTime::now() - Duration::from_secs(seconds);
        file.set_modified(then).expect("a time");
        path
    };
    let dead = left("broadcasting-sum.svg.123-0.tmp", 4000);
    let living = left("broadcasting-sum.csv.124-0.tmp", 10);
    let foreign = left("notes.tmp", 4000);
    let out = folder.path().to_str().expect("a path");
    succeeds(&mut command(&["broadcasting", "--out", out]));
    assert_eq!([dead, living, foreign].map(|path| path.exists()), [false, true, true]);
}

#[test]
fn fewer_images_than_asked_for_are_named_with_the_option() {
    let depth = |count, batch: &str, advice: &str| {
        let folder = digits(count);
        let mnist = folder.path().to_str().expect("a path");
        let file = folder.path().join("t10k-images-idx3-ubyte.gz");
        let found = format!("images in {}: {count}", file.display());
        let message = format!("--batch {batch}: {found}; {advice}");
        let arguments = [&SMALL[..5], &["--mnist", mnist, "--batch", batch]].concat();
        refused(&arguments, &message);
    };
    depth(100, "256", "take --batch 100 or fewer");
    depth(0, "2", "expected at least 2");
    depth(1, "2", "expected at least 2");
    let enough = digits(5);
    let mnist = enough.path().to_str().expect("a path");
    drawn(&[&SMALL[..5], &["--mnist", mnist, "--batch", "5"]].concat());
}

#[test]
fn the_books_figures_are_not_drawn_from_other_digits() {
    let folder = checkout();
    let few = digits(100);
    for name in files(few.path()) {
        fs::copy(few.path().join(&name), folder.path().join("data/mnist").join(&name))
            .expect("a copy");
    }
    let message = "100 images, but the book's figures take 10000";
    refuses(&mut run_in(folder.path(), &["dead_relu"]), message);
}

#[test]
fn an_export_is_the_figure_of_the_book_and_a_chapter_stands_for_all_of_its_figures() {
    let book = Path::new(ROOT).join("chapters/figures");
    let folder = drawn(&["export", "adam-factor.svg", "adam-factor"]);
    assert_eq!(files(folder.path()), ["adam-factor.svg"]);
    let read = |folder: &Path, name: &str| fs::read(folder.join(name)).expect("a file");
    assert_eq!(read(folder.path(), "adam-factor.svg"), read(&book, "adam-factor.svg"));
    let folder = drawn(&["export", "--dark", "broadcasting"]);
    assert_eq!(
        files(folder.path()),
        ["broadcasting-sum-dark.svg", "broadcasting-view-dark.svg"]
    );
}

#[test]
fn a_bad_export_is_refused_as_a_whole() {
    refused(&["export"], "<FIGURE>");
    refused(&["export", "adam-factor", "adam-facto"], "'adam-facto': no such figure");
    refused(
        &["export", "adam-facto"],
        "of this chapter there are adam-back, adam-factor",
    );
    refused(&["export", "adm"], "`figures list` names the chapters");
    refused(&["export", "../adam"], "no such figure");
    refused(&["export", ""], "no such figure");
    refused(&["export", "--csv", "adam-factor"], "--csv: ");
    for width in ["0", "99", "10001", "wide"] {
        refused(&["export", "--png", width, "adam-factor"], width);
    }
}

/// A program of this name that says how it was called, in place of librsvg's.
#[cfg(unix)]
#[test]
fn pictures_are_drawn_by_rsvg_convert_and_without_it_nothing_is_written() {
    use std::os::unix::fs::PermissionsExt;
    let (programs, out) =
        (TempDir::new().expect("a folder"), TempDir::new().expect("a folder"));
    let mut export = command(&["export", "--png", "1600", "adam-factor", "--out"]);
    export.arg(out.path()).env("PATH", programs.path());
    refuses(&mut export, "--png: rsvg-convert is not installed");
    assert_eq!(files(out.path()), [""; 0]);
    let program = programs.path().join("rsvg-convert");
    let write = |script: &str| {
        fs::write(&program, script).expect("a file");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755))
            .expect("a mode");
    };
    write("#!/bin/sh\n/bin/cat\nexit 3\n");
    refuses(&mut export, "--png: rsvg-convert ended with exit status: 3");
    assert_eq!(files(out.path()), [""; 0]);
    write("#!/bin/sh\necho $*\n/bin/cat\n");
    succeeds(&mut export);
    assert_eq!(files(out.path()), ["adam-factor.png", "adam-factor.svg"]);
    let read = |name: &str| fs::read_to_string(out.path().join(name)).expect("a file");
    let expected = format!(
        "--format png --width 1600 --background-color #ffffff\n{}",
        read("adam-factor.svg")
    );
    assert_eq!(read("adam-factor.png"), expected);
}
