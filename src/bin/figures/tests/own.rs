//! What a reader sees who trains, and who brings an optimizer.

mod support;

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{LazyLock, Mutex};

use exercises::own::TEMPLATE;
use support::{ROOT, command, files, refused, refuses, succeeds, write_digits};
use tempfile::TempDir;

/// A hundred digits to train on and twenty to test with; they are noise.
static DIGITS: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = TempDir::new().expect("a folder");
    write_digits(folder.path(), "train", 100);
    write_digits(folder.path(), "t10k", 20);
    folder
});

fn mnist() -> &'static str {
    DIGITS.path().to_str().expect("a path")
}

/// A training into a folder, short unless the arguments say otherwise.
fn short(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = command(&["train", "--mnist", mnist()]);
    for default in [["--epochs", "2"], ["--batch", "20"], ["--widths", "6"]] {
        if !arguments.contains(&default[0]) {
            command.args(default);
        }
    }
    command.args(arguments).arg("--out").arg(folder);
    command
}

fn trained(arguments: &[&str]) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    succeeds(&mut short(folder.path(), arguments));
    folder
}

fn data(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).expect("a file")
}

/// Output and errors of a command that ends with this code.
#[track_caller]
fn ends(command: &mut Command, code: i32) -> (String, String) {
    let output = command.output().expect("the binary runs");
    let text = |bytes| String::from_utf8(bytes).expect("a text");
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert_eq!(output.status.code(), Some(code), "{out}{err}");
    (out, err)
}

#[track_caller]
fn assert_has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no {part:?} in:\n{text}");
    }
}

const NAMES: [&str; 5] =
    ["train-accuracy", "train-dead", "train-digits", "train-loss", "train-ratios"];

#[test]
fn a_training_shows_each_epoch_each_layer_and_two_digits_and_draws_what_it_was() {
    let folder = TempDir::new().expect("a folder");
    let mut command = short(folder.path(), &["--widths", "6,5"]);
    let (out, err) = ends(&mut command, 0);
    assert_eq!(err, "");
    assert_has(
        &out,
        &["784-6-5-10: 4\u{202f}805 parameters", "Adam with β₁, β₂ = 0.9, 0.999"],
    );
    assert_has(&out, &["step size 0.01, in the last epoch 0.1 times that", "seed 0\n"]);
    assert_has(&out, &["100 digits in batches of 20; 20 test digits"]);
    let column = |first: &str| {
        let rows =
            out.lines().filter(|line| line.split_whitespace().next() == Some(first));
        rows.count()
    };
    // A row for each epoch, one of them before the training, and one for each layer.
    assert_eq!(["0", "1", "2", "3"].map(column), [1, 2, 2, 1], "{out}");
    assert_has(
        &out,
        &["784×6", "6×5", "5×10", "the first test digit, a 0:", "taken for a"],
    );
    let expected = NAMES.map(|name| [format!("{name}.csv"), format!("{name}.svg")]);
    assert_eq!(files(folder.path()), expected.concat());
}

#[test]
fn the_same_seed_gives_the_same_figures_whatever_the_number_of_threads() {
    let [one, four] = ["1", "4"].map(|threads| {
        let folder = TempDir::new().expect("a folder");
        let mut command = short(folder.path(), &["--seed", "5"]);
        succeeds(command.env("RAYON_NUM_THREADS", threads));
        folder
    });
    let other = trained(&["--seed", "6"]);
    for name in files(one.path()) {
        assert_eq!(data(&one, &name), data(&four, &name), "{name}");
    }
    assert_ne!(data(&one, "train-loss.csv"), data(&other, "train-loss.csv"));
}

/// The options that are not about output, each against the same training without it.
#[test]
fn every_option_counts() {
    let losses = |arguments: &[&str]| data(&trained(arguments), "train-loss.csv");
    let plain = losses(&[]);
    for option in [
        &["--optimizer", "sgd"][..],
        &["--step-size", "0.02"],
        &["--betas", "0.8,0.999"],
        &["--betas", "0.9,0.99"],
        &["--last", "1"],
        &["--scale", "1"],
        &["--widths", "7"],
        &["--batch", "21"],
        &["--epochs", "3"],
        &["--digits", "80"],
        &["--seed", "1"],
    ] {
        assert_ne!(losses(option), plain, "{option:?}");
    }
    let momentum = losses(&["--optimizer", "momentum"]);
    assert_ne!(
        losses(&["--optimizer", "nesterov"]),
        momentum.replace("momentum", "Nesterov momentum")
    );
    assert_ne!(losses(&["--optimizer", "momentum", "--betas", "0.5"]), momentum);
    assert_eq!(losses(&["--betas", "0.9,0.999", "--step-size", "0.01"]), plain);
}

/// Everything is zero, and only the biases of the last layer learn.
#[test]
fn weights_that_are_all_zero_are_drawn_without_a_number_that_is_none() {
    let folder = trained(&["--scale", "0"]);
    for name in NAMES {
        let csv = data(&folder, &format!("{name}.csv"));
        assert!(!csv.contains("NaN") && !csv.contains("inf"), "{name}: {csv}");
    }
    let dead = data(&folder, "train-dead.csv");
    assert!(dead.lines().skip(1).all(|line| line.ends_with("1.00000e0")), "{dead}");
}

#[test]
fn nonsense_is_refused_with_the_name_of_its_option_and_nothing_is_written() {
    let train = |arguments: &[&str], message: &str| {
        let all = [&["train", "--mnist", mnist()], arguments].concat();
        refused(&all, message);
    };
    for value in ["0", "-1", "nan", "inf", "much"] {
        let told = |option: &str| format!("'{value}' for '--{option}");
        train(
            &["--step-size", value],
            &told("step-size <ALPHA>': expected a number above 0"),
        );
        train(&["--last", value], &told("last <SHARE>': expected a number above 0"));
    }
    for value in ["1", "-0.1", "nan", "0.9,1", ""] {
        train(
            &["--betas", value],
            "for '--betas <BETA>': expected a number from 0 to below 1",
        );
    }
    for value in ["-1", "nan", "inf"] {
        train(&["--scale", value], "for '--scale <C>': expected a number from 0 on");
    }
    for value in ["0", "-5", "5001", "100,0", "100,"] {
        train(&["--widths", value], "for '--widths <WIDTH>'");
    }
    for option in ["--batch", "--epochs", "--digits"] {
        for value in ["0", "-1", "60001", "1.5"] {
            train(&[option, value], &format!("'{value}' for '{option}"));
        }
    }
    train(
        &["--seed", "-1"],
        "'-1' for '--seed <SEED>': expected a whole number from 0",
    );
    train(&["--optimizer", "adm"], "'adm' for '--optimizer <OPTIMIZER>'");
    train(&["--last", "2"], "--last 2: expected at most 1");
    train(&["--betas", "0.9"], "--betas: 1 numbers, but Adam takes 2");
    train(&["--optimizer", "sgd", "--betas", "0.9"], "--betas: SGD takes none");
    train(&["--optimizer", "momentum", "--betas", "0.9,0.9"], "but momentum takes 1");
    train(&["--optimizer", "own"], "--optimizer own: expected a --step-size as well");
    train(
        &["--widths", "5000,5000"],
        "--widths: a network of 784-5000-5000-10 has more than",
    );
    let deep = vec!["1"; 30].join(",");
    train(&["--widths", &deep], "--widths: 30 hidden layers, expected at most 29");
    train(&["--digits", "101"], "--digits 101: images in");
    train(&["--digits", "101"], ": 100; take --digits 100 or fewer");
    refused(&["train", "--mnist", "no/such/folder"], "no/such/folder: no such folder");
    let huge = ["--widths", "6", "--optimizer", "sgd", "--step-size", "1e308"];
    train(&huge, "--step-size 10³⁰⁸: the training diverges: the loss in step");
}

#[test]
fn nonsense_about_an_optimizer_is_refused_as_well() {
    let optimizer = |arguments: &[&str], message: &str| {
        let answers = TempDir::new().expect("a folder");
        let path = answers.path().to_str().expect("a path");
        let all = [&["optimizer", "--mnist", mnist(), "--answers", path], arguments];
        refused(&all.concat(), message);
        assert_eq!(files(answers.path()), [""; 0]);
    };
    for value in ["0", "0.1,-1", "nan", ""] {
        optimizer(
            &["--step-sizes", value],
            "for '--step-sizes <ALPHA>': expected a number above 0",
        );
    }
    let many: Vec<_> = (1..=21).map(|size| size.to_string()).collect();
    optimizer(
        &["--step-sizes", &many.join(",")],
        "--step-sizes: 21 step sizes, expected at most 20",
    );
    optimizer(&["--limit", "0"], "'0' for '--limit <SECONDS>'");
    optimizer(&["--digits", "0"], "'0' for '--digits <DIGITS>'");
    optimizer(&[], "--digits 10000: images in");
}

/// The training goes on for much longer than it takes to stop it.
#[cfg(unix)]
#[test]
fn an_interrupted_training_leaves_nothing() {
    let folder = TempDir::new().expect("a folder");
    let mut running = short(folder.path(), &["--epochs", "1000"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut lines = BufReader::new(running.stdout.take().expect("a pipe")).lines();
    let is_third = |line: &String| line.starts_with("    3  ");
    lines.by_ref().map_while(Result::ok).find(is_third).expect("a third epoch");
    // Not -INT: whoever runs the tests in the background has them ignore it.
    let interrupt =
        Command::new("kill").args(["-TERM", &running.id().to_string()]).status();
    assert!(interrupt.expect("kill").success());
    assert_eq!(running.wait().expect("an end").code(), None, "ended by the signal");
    assert_eq!(files(folder.path()), [""; 0]);
}

#[test]
fn a_reader_that_goes_away_does_not_stop_a_training() {
    let folder = TempDir::new().expect("a folder");
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let output =
        short(folder.path(), &[]).stdout(writer).stderr(Stdio::piped()).output();
    let output = output.expect("the binary runs");
    assert!(output.status.success() && output.stderr.is_empty());
    assert_eq!(files(folder.path()).len(), 10);
}

#[cfg(target_os = "linux")]
#[test]
fn without_room_for_its_words_or_its_figures_a_training_writes_nothing() {
    let folder = TempDir::new().expect("a folder");
    let full = File::options().write(true).open("/dev/full").expect("the device");
    let mut command = short(folder.path(), &[]);
    refuses(command.stdout(full), "standard output: cannot be written: No space left");
    let mut limited = Command::new("sh");
    limited.args([
        "-c",
        "ulimit -f 2; exec \"$@\"",
        "sh",
        env!("CARGO_BIN_EXE_figures"),
    ]);
    limited
        .args(["train", "--epochs", "1", "--mnist", mnist(), "--out"])
        .arg(folder.path());
    refuses(&mut limited, "cannot be written: File too large");
    assert_eq!(files(folder.path()), [""; 0]);
}

// The reader's own optimizer.

/// Gradient descent, and what the variable `HOW` asks for in its place.
const BEHAVIOURS: &str = r#"
use descent::gradient_descent::Optimizer;
use nalgebra::DVector;

struct Own(f64);

fn again(times: f64) -> f64 {
    1.0 + std::hint::black_box(again(times + 1.0))
}

impl Optimizer for Own {
    fn step(&mut self, parameters: &mut DVector<f64>, gradient: &DVector<f64>) {
        match std::env::var("HOW").as_deref() {
            Ok("hangs") => loop {
                std::thread::sleep(std::time::Duration::from_millis(10));
            },
            Ok("panics") => {
                let numbers: Vec<f64> = Vec::new();
                parameters[0] = numbers[gradient.len()];
            }
            Ok("is too short") => *parameters = DVector::zeros(1),
            Ok("divides by zero") => parameters.zip_apply(gradient, |p, g| *p -= g / g.abs()),
            Ok("ends") => std::process::exit(0),
            Ok("calls itself") => parameters[0] = again(0.0),
            Ok("floods") => print!("{}", "theta ".repeat(1000)),
            _ => *parameters -= self.0 * gradient,
        }
    }
}

pub fn optimizer(step_size: f64) -> Box<dyn Optimizer> {
    Box::new(Own(step_size))
}
"#;

/// One program is compiled at a time, and those of a test after each other.
static COMPILING: Mutex<()> = Mutex::new(());

/// A folder with what the reader has written.
fn who_wrote(text: &str) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("optimizer.rs"), text).expect("a file");
    folder
}

/// A comparison with few digits, into a folder.
fn compares(answers: &TempDir, out: &TempDir) -> Command {
    let mut command = command(&["optimizer", "--mnist", mnist(), "--digits", "20"]);
    command.args(["--step-sizes", "0.1,0.5,1e300", "--answers"]).arg(answers.path());
    command.arg("--out").arg(out.path());
    command
}

#[test]
fn an_optimizer_that_does_wrong_ends_in_a_sentence_and_nothing_is_written() {
    let _alone = COMPILING.lock();
    let (answers, out) = (who_wrote(BEHAVIOURS), TempDir::new().expect("a folder"));
    for (how, told) in [
        ("hangs", &["no step for 1 s", "`--limit SECONDS`"][..]),
        ("panics", &["it panicked. At ", "optimizer.rs:19:", "index out of bounds"]),
        ("is too short", &["a step leaves 1 parameters, expected 2 as before"]),
        (
            "divides by zero",
            &["no number; with 0.1 in step 1, where its gradient is 0"],
        ),
        ("ends", &["it broke off", "end the program?"]),
        ("calls itself", &["it broke off", "call itself for ever"]),
    ] {
        let mut command = compares(&answers, &out);
        let (_, err) = ends(command.args(["--limit", "1"]).env("HOW", how), 2);
        assert_has(&err, &[&["optimizer.rs: "], told].concat());
    }
    let mut flood = compares(&answers, &out);
    let (words, _) = ends(flood.env("HOW", "floods"), 0);
    assert_has(&words, &["theta theta ", "more, which are left out."]);
    assert_eq!(files(out.path()).len(), 8);
}

#[test]
fn what_is_no_optimizer_is_told_before_anything_runs() {
    let _alone = COMPILING.lock();
    let out = TempDir::new().expect("a folder");
    let wrong = TEMPLATE.replace("self.step_size", "self.alpha");
    let (_, err) = ends(&mut compares(&who_wrote(&wrong), &out), 2);
    assert_has(&err, &["error[E0609]", "optimizer.rs", "it does not compile"]);
    let (_, err) = ends(&mut compares(&who_wrote("// later\n"), &out), 2);
    assert_has(&err, &["optimizer.rs: there is no `pub fn optimizer` in it"]);
    assert_eq!(files(out.path()), [""; 0]);
}

/// The template takes the steps of gradient descent: in a training, bit for bit.
#[test]
fn the_first_call_hands_an_optimizer_out_that_is_measured_like_the_books() {
    let _alone = COMPILING.lock();
    let [answers, out] = [(); 2].map(|()| TempDir::new().expect("a folder"));
    let (words, err) = ends(&mut compares(&answers, &out), 0);
    assert_eq!(err, "");
    let file = answers.path().join("optimizer.rs");
    assert_eq!(fs::read_to_string(&file).expect("a file"), TEMPLATE);
    assert_has(&words, &["is now a file of yours", "3 tries (the book's had 5 each)"]);
    let names = ["accuracy", "loss", "sweep", "valley"];
    let expected =
        names.map(|name| ["csv", "svg"].map(|end| format!("optimizer-{name}.{end}")));
    assert_eq!(files(out.path()), expected.concat());
    let valley = data(&out, "optimizer-valley.csv");
    let of = |name: &str| -> Vec<_> {
        valley.lines().filter_map(|line| line.strip_prefix(name)).collect()
    };
    assert_eq!(of("SGD"), of("yours"));
    assert!(of("SGD").len() > 10 && of("SGD") != of("Adam"));
    every_page_that_is_named_has_its_section(&words);

    let own = TempDir::new().expect("a folder");
    let mut command = short(own.path(), &["--optimizer", "own", "--step-size", "0.5"]);
    let (words, _) = ends(command.arg("--answers").arg(answers.path()), 0);
    assert_has(&words, &["your optimizer; step size 0.5"]);
    let book = trained(&["--optimizer", "sgd"]);
    for name in NAMES {
        let name = format!("{name}.csv");
        assert_eq!(
            data(&own, &name).replace("your optimizer", "SGD"),
            data(&book, &name)
        );
    }
}

/// `page.html#section` stands for a heading of `chapters/page.md`.
fn every_page_that_is_named_has_its_section(words: &str) {
    let named = words.split([' ', ',', '\n']).filter(|word| word.contains(".html#"));
    let named: Vec<_> = named.collect();
    assert!(named.len() >= 7, "{words}");
    for link in named {
        let (page, section) = link.split_once(".html#").expect("a section");
        let page = Path::new(ROOT).join(format!("chapters/{page}.md"));
        let text = fs::read_to_string(&page).unwrap_or_else(|_| panic!("no {page:?}"));
        let id = |heading: &str| -> String {
            let letters = heading.trim().to_lowercase().replace(' ', "-");
            letters.chars().filter(|c| c.is_alphanumeric() || *c == '-').collect()
        };
        let headings = text.lines().filter_map(|line| line.strip_prefix("## "));
        assert!(headings.map(id).any(|id| id == section), "{link}");
    }
}
