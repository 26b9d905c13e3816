//! What a reader sees who calls `cargo exercise`.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, pipe};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{LazyLock, Mutex};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use tempfile::TempDir;

const NAME: &str = "adam/step";
const SOLUTION: &str = include_str!("../../backpropagation/twice/solution.rs");
const TASK: &str = include_str!("../../adam/step/task.rs");
const HEAD: &str =
    "pub fn step(theta: f64, gradient: f64, moments: &mut [f64; 2], t: i32) -> f64 {\n";

/// A reader's folder of answers.
struct Reader(TempDir);

impl Reader {
    fn new() -> Self {
        Self(TempDir::new().expect("a folder"))
    }

    /// Who has written this for the exercise.
    fn who_wrote(text: &str) -> Self {
        let reader = Self::new();
        let file = reader.file();
        fs::create_dir(file.parent().expect("a folder")).expect("a new folder");
        fs::write(file, text).expect("a new file");
        reader
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("adam/step.rs")
    }

    /// Exit code, output and errors of a call.
    fn calls(&self, arguments: &[&str]) -> (i32, String, String) {
        ends(self.call(arguments))
    }

    fn call(&self, arguments: &[&str]) -> Command {
        let mut command = runner();
        command.args(arguments).arg("--answers").arg(self.0.path());
        command
    }
}

fn runner() -> Command {
    Command::new(env!("CARGO_BIN_EXE_exercise"))
}

/// Exit code, output and errors of a command, with slashes in their paths.
fn ends(mut command: Command) -> (i32, String, String) {
    let Output { status, stdout, stderr } = command.output().expect("the runner");
    let text = |bytes| {
        let text = String::from_utf8(bytes).expect("a text");
        if cfg!(windows) { text.replace('\\', "/") } else { text }
    };
    (status.code().expect("a code"), text(stdout), text(stderr))
}

/// The folder of the book, with everything in it.
fn book() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[track_caller]
fn assert_has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no {part:?} in:\n{text}");
    }
}

#[test]
fn the_first_call_hands_the_task_out_and_says_what_to_do_in_which_file() {
    let reader = Reader::new();
    let (code, out, _) = reader.calls(&[NAME]);
    let file = reader.file();
    assert_eq!((code, fs::read_to_string(&file).unwrap().as_str()), (1, TASK));
    let path = file.to_str().unwrap().replace('\\', "/");
    assert_has(&out, &[&path, "not written yet", "A step of Adam", "--hint"]);
}

/// Answers that are compiled, one at a time.
static COMPILING: Mutex<()> = Mutex::new(());

/// An answer that does what the variable `HOW` says.
const WRONG: &str = r#"
pub fn step(theta: f64, gradient: f64, moments: &mut [f64; 2], t: i32) -> f64 {
    match std::env::var("HOW").as_deref() {
        Ok("forgets the correction") => {
            moments[0] = 0.9 * moments[0] + 0.1 * gradient;
            moments[1] = 0.999 * moments[1] + 0.001 * gradient * gradient;
            theta - 0.1 * moments[0] / (moments[1].sqrt() + 1e-8)
        }
        Ok("panics") => [theta][t as usize],
        Ok("panics inside") => Vec::<f64>::new().chunks(0).count() as f64,
        Ok("is endless") => loop {
            std::thread::sleep(std::time::Duration::from_millis(5));
        },
        Ok("calls itself") => 1.0 + step(theta, gradient, moments, t),
        Ok("ends") => std::process::exit(0),
        Ok("floods") => {
            print!("{}", "theta ".repeat(100_000));
            eprint!("{}", "e".repeat(100_000));
            theta
        }
        Ok("counts") => {
            let file = std::env::var("COUNT").unwrap();
            for i in 0.. {
                std::fs::write(&file, i.to_string()).unwrap();
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            theta
        }
        _ => theta,
    }
}
"#;

static READER_WHO_IS_WRONG: LazyLock<Reader> =
    LazyLock::new(|| Reader::who_wrote(WRONG));

/// Exit code, output and errors, by what the answer does: all from one program.
static ENDS: LazyLock<HashMap<&str, (i32, String, String)>> = LazyLock::new(|| {
    let _alone = COMPILING.lock();
    let hows = [
        "leaves it",
        "forgets the correction",
        "panics",
        "panics inside",
        "is endless",
        "calls itself",
        "ends",
        "floods",
    ];
    let end = |how| {
        let mut command = READER_WHO_IS_WRONG.call(&[NAME, "--limit", "1"]);
        command.env("HOW", how);
        (how, ends(command))
    };
    hows.map(end).into()
});

#[test]
fn a_known_mistake_ends_with_1_and_hears_what_it_got_wrong() {
    let (code, out, _) = &ENDS["forgets the correction"];
    assert_eq!(*code, 1);
    assert_has(out, &["should be", "but is", "the step without bias correction"]);
}

#[test]
fn an_unknown_mistake_hears_what_was_expected() {
    let (code, out, _) = &ENDS["leaves it"];
    assert_eq!(*code, 1);
    assert_has(
        out,
        &["θ from 1 with the gradients [6.0]", "should be 0.9", "but is    1\n"],
    );
}

#[test]
fn a_panic_is_told_with_the_readers_own_line() {
    for (how, place, message) in [
        ("panics", "adam/step.rs:9:", "index out of bounds"),
        ("panics inside", "adam/step.rs:10:", "chunk size"),
    ] {
        let (code, out, _) = &ENDS[how];
        assert_eq!(*code, 1);
        assert_has(out, &[place, message, "--hint"]);
    }
}

#[test]
fn an_endless_loop_is_stopped() {
    let (code, _, err) = &ENDS["is endless"];
    assert_eq!(*code, 2);
    assert_has(err, &["adam/step.rs", "no end after 1 s"]);
}

#[test]
fn a_program_that_ends_by_itself_does_not_pass_for_an_answer() {
    for how in ["calls itself", "ends"] {
        let (code, _, err) = &ENDS[how];
        assert_eq!(*code, 2);
        assert_has(err, &["adam/step.rs", "broke off"]);
    }
}

#[test]
fn what_an_answer_prints_is_cut_off_and_the_verdict_stands_on_a_line_of_its_own() {
    let (code, out, err) = &ENDS["floods"];
    assert_eq!(*code, 1);
    assert_has(out, &["theta theta ", "more, which are left out.\nNot yet. θ from 1"]);
    assert!(out.len() < 25_000 && err.len() < 25_000, "{}, {}", out.len(), err.len());
    assert_has(err, &["eeee", "which are left out."]);
}

/// The first answer counts in a file for as long as it lives.
#[test]
fn a_second_call_says_that_it_waits_and_a_killed_runner_leaves_nothing_running() {
    let folder = TempDir::new().unwrap();
    let count = folder.path().join("count");
    let _alone = COMPILING.lock();
    let mut first = READER_WHO_IS_WRONG.call(&[NAME, "--limit", "60"]);
    let mut first = first.env("HOW", "counts").env("COUNT", &count).spawn().unwrap();
    let start = Instant::now();
    while !count.exists() {
        assert!(start.elapsed() < Duration::from_secs(300), "it does not begin");
        sleep(Duration::from_millis(20));
    }

    let mut second = READER_WHO_IS_WRONG.call(&[NAME]);
    let mut second =
        second.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(second.stderr.take().unwrap()).read_line(&mut line).unwrap();
    assert_has(&line, &["Another answer is being judged"]);

    first.kill().unwrap();
    first.wait().unwrap();
    if cfg!(unix) {
        sleep(Duration::from_secs(1));
        let last = fs::read_to_string(&count).unwrap();
        sleep(Duration::from_millis(200));
        assert_eq!(fs::read_to_string(&count).unwrap(), last);
    }
    assert_eq!(second.wait().unwrap().code(), Some(1));
}

/// How the solution ends, and then another text in its file, with a time of the past.
static SOLUTION_AND_CHANGED: LazyLock<[(i32, String, String); 2]> =
    LazyLock::new(|| {
        let _alone = COMPILING.lock();
        let reader = Reader::new();
        let file = reader.0.path().join("backpropagation/twice.rs");
        fs::create_dir(file.parent().unwrap()).unwrap();
        fs::write(&file, SOLUTION).unwrap();
        let right = reader.calls(&["backpropagation/twice"]);
        let changed = SOLUTION.replace("first.bias + second.bias", "first.bias");
        assert_ne!(changed, SOLUTION);
        fs::write(&file, changed).unwrap();
        let opened = File::options().append(true).open(&file).unwrap();
        opened.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        [right, reader.calls(&["backpropagation/twice"])]
    });

#[test]
fn a_right_answer_ends_with_0_and_says_what_comes_next() {
    // It uses what its task names of the book.
    assert_has(SOLUTION, &["use descent::", "use nalgebra::"]);
    let (code, out, err) = &SOLUTION_AND_CHANGED[0];
    assert_eq!(*code, 0, "{out}{err}");
    assert_has(out, &["It is right.\n", "is solved. Next: cargo exercise "]);
}

#[test]
fn what_counts_is_the_text_and_not_the_time_of_the_file() {
    let [(right, ..), (changed, out, err)] = &*SOLUTION_AND_CHANGED;
    assert_eq!((*right, *changed), (0, 1), "{out}{err}");
}

/// There is no function in it, so that it is not compiled.
#[test]
fn an_answer_is_never_overwritten() {
    let text = "// mine\n";
    let reader = Reader::who_wrote(text);
    assert_eq!(reader.calls(&[NAME]).0, 2);
    assert_eq!(fs::read_to_string(reader.file()).unwrap(), text);
}

#[test]
fn a_file_that_does_not_compile_ends_with_2_and_with_the_compilers_words() {
    let _alone = COMPILING.lock();
    let reader = Reader::who_wrote(&format!("{HEAD} thetta }}"));
    let (code, out, err) = reader.calls(&[NAME]);
    assert_eq!(code, 2);
    assert_has(&err, &["error[E0425]", "adam/step.rs", "does not compile"]);
    assert_has(&out, &["--hint"]);
}

#[test]
fn a_file_without_the_function_is_refused_by_both_names() {
    for text in ["", "// later\n", &TASK.replace("fn step", "fn stop")] {
        let (code, _, err) = Reader::who_wrote(text).calls(&[NAME]);
        assert_eq!(code, 2);
        assert_has(&err, &["adam/step.rs", "no `pub fn step`"]);
    }
}

#[test]
fn an_unsolved_exercise_does_not_touch_another() {
    let reader = Reader::who_wrote("this is no Rust");
    let (code, out, _) = reader.calls(&["momentum/pytorch"]);
    assert_eq!(code, 1);
    assert_has(&out, &["not written yet"]);
}

#[test]
fn an_unknown_name_ends_with_2_and_with_the_names_near_it() {
    let reader = Reader::new();
    for name in ["adam/stop", "adam", "../step", "step", r"answers\adam\stop.rs"] {
        let (code, _, err) = reader.calls(&[name]);
        assert_eq!(code, 2);
        assert_has(&err, &[&format!("no exercise `{name}`; near it: "), NAME]);
    }
    let (code, _, err) = reader.calls(&["adm"]);
    assert_eq!(code, 2);
    assert_has(&err, &["no exercise `adm`; `cargo exercise` lists them all"]);
    assert_eq!(fs::read_dir(reader.0.path()).unwrap().count(), 0);
}

#[test]
fn a_hint_is_one_step_and_hands_nothing_out() {
    let reader = Reader::new();
    let (code, out, _) = reader.calls(&[NAME, "--hint"]);
    assert_eq!((code, out.as_str()), (0, include_str!("../../adam/step/hint.md")));
    assert!(!reader.file().exists());
}

#[test]
fn the_list_has_all_exercises_and_marks_those_that_are_begun() {
    let (code, out, _) = Reader::who_wrote(TASK).calls(&[]);
    let (list, legend) = out.split_once("\n\n").expect("a legend");
    assert_eq!((code, list.lines().count()), (0, exercises::ALL.len()));
    assert_has(legend, &["• begun", "cargo exercise NAME"]);
    let marked: Vec<_> = list.lines().filter(|line| line.starts_with('•')).collect();
    assert!(matches!(marked[..], [line] if line.contains(NAME)), "{out}");
}

#[test]
fn the_file_of_an_exercise_is_as_good_as_its_name() {
    for name in [
        "adam/step.rs",
        "answers/adam/step.rs",
        "./adam/step.rs",
        r"answers\adam\step.rs",
        r".\answers\adam\step.rs",
        r"C:\book\answers\adam\step.rs",
        "adam/step/",
        "Adam/Step",
    ] {
        assert_eq!(Reader::new().calls(&[name, "--hint"]).0, 0, "{name}");
    }
}

#[test]
fn a_file_that_would_not_be_judged_is_refused() {
    let [reader, other] = [Reader::who_wrote(TASK), Reader::who_wrote(TASK)];
    let file = other.file();
    assert_eq!(other.calls(&[file.to_str().unwrap()]).0, 1);
    let (code, _, err) = reader.calls(&[file.to_str().unwrap()]);
    assert_eq!(code, 2);
    assert_has(&err, &["is not the file that would be judged", "--answers DIR"]);
}

#[test]
fn what_is_in_the_way_of_an_answer_is_named() {
    let reader = Reader::new();
    let folder = reader.0.path().join("adam");
    fs::write(&folder, "a file where a folder should be").unwrap();
    let (code, _, err) = reader.calls(&[NAME]);
    assert_eq!(code, 2);
    assert_has(&err, &[&format!("{}: ", folder.display()), "--answers DIR"]);

    let reader = Reader::new();
    fs::create_dir_all(reader.file()).unwrap();
    let (code, _, err) = reader.calls(&[NAME]);
    assert_eq!(code, 2);
    assert_has(&err, &["adam/step.rs: ", "hands the task out again"]);

    let reader = Reader::new();
    fs::create_dir(reader.0.path().join("adam")).unwrap();
    fs::write(reader.file(), b"pub fn step \xff").unwrap();
    let (code, _, err) = reader.calls(&[NAME]);
    assert_eq!(code, 2);
    assert_has(&err, &["adam/step.rs: ", "UTF-8"]);
}

#[test]
fn a_folder_of_builds_that_is_in_the_way_is_named_and_not_the_answer() {
    let program = Path::new(env!("CARGO_BIN_EXE_exercise"));
    let builds = TempDir::new_in(program.parent().unwrap()).unwrap();
    let (lock, programs) =
        (builds.path().join("exercise.lock"), builds.path().join("debug"));
    fs::create_dir(&lock).unwrap();
    fs::create_dir(&programs).unwrap();
    let same = programs.join(program.file_name().unwrap());
    fs::hard_link(program, &same).unwrap();
    let reader = Reader::who_wrote(WRONG);
    let mut command = Command::new(same);
    command.args([NAME, "--answers"]).arg(reader.0.path());
    let (code, _, err) = ends(command);
    assert_eq!(code, 2);
    let lock = lock.to_str().unwrap().replace('\\', "/");
    assert!(err.starts_with(&lock), "{err}");
    assert_has(&err, &["has to be writable", "CARGO_TARGET_DIR"]);
}

/// A moved or copied checkout, or one of two with the same folder of builds: of the book
/// it has what the runner looks at.
#[test]
fn the_runner_works_on_the_checkout_that_it_is_started_from() {
    let checkout = TempDir::new().unwrap();
    let runner_of = checkout.path().join("exercises/runner");
    let task = checkout.path().join("exercises/adam/step/task.rs");
    fs::create_dir_all(&runner_of).unwrap();
    fs::create_dir_all(task.parent().unwrap()).unwrap();
    fs::write(runner_of.join("Cargo.toml"), "").unwrap();
    fs::write(&task, TASK).unwrap();
    let call = |of_cargo: Option<&Path>, here: &Path| {
        let mut command = runner();
        command.arg(NAME).current_dir(here).env_remove("CARGO_MANIFEST_DIR");
        command.envs(of_cargo.map(|folder| ("CARGO_MANIFEST_DIR", folder)));
        ends(command)
    };
    let answer = checkout.path().join("answers/adam/step.rs");
    for (of_cargo, here) in
        [(Some(&*runner_of), &*book()), (None, checkout.path()), (None, &runner_of)]
    {
        let (code, out, _) = call(of_cargo, here);
        assert_eq!(code, 1);
        assert_has(&out, &["is now a file of yours", "answers/adam/step.rs"]);
        assert!(!out.contains(r"\\?\"), "{out}");
        fs::remove_file(&answer).expect("a new file in this checkout");
    }

    fs::write(&task, "// another edition\n").unwrap();
    let (code, _, err) = call(Some(&*runner_of), checkout.path());
    assert_eq!(code, 2);
    assert_has(&err, &["compiled from another checkout", "cargo clean -p"]);
}

#[test]
fn a_shift_that_is_no_whole_number_ends_with_2() {
    let reader = Reader::who_wrote(TASK);
    let mut command = reader.call(&[NAME]);
    command.env(descent::random::SHIFT, "two");
    let (code, _, err) = ends(command);
    assert_eq!(code, 2);
    assert_has(&err, &["SEED_SHIFT", "two", "whole number"]);
}

#[test]
fn a_closed_pipe_is_a_quiet_end() {
    let reader = Reader::who_wrote(TASK);
    for (arguments, expected) in [(&[][..], 0), (&[NAME, "--hint"], 0), (&[NAME], 1)] {
        let (closed, open) = pipe().unwrap();
        drop(closed);
        let mut call = reader.call(arguments);
        call.stdout(open).stderr(Stdio::piped());
        let Output { status, stderr, .. } =
            call.spawn().unwrap().wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&stderr);
        assert_eq!((status.code(), &*stderr), (Some(expected), ""), "{arguments:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told() {
    let full = || File::options().write(true).open("/dev/full").unwrap();
    let mut list = runner();
    list.stdout(full());
    let (code, err) = ends_with_own_output(list);
    assert_eq!(code, Some(2));
    assert_has(&err, &["the output cannot be written", "disk full"]);
    let mut both = runner();
    both.arg("adam").stdout(full()).stderr(full());
    assert_eq!(both.status().unwrap().code(), Some(2));
}

#[cfg(target_os = "linux")]
fn ends_with_own_output(mut command: Command) -> (Option<i32>, String) {
    let running = command.stderr(Stdio::piped()).spawn().unwrap();
    let Output { status, stderr, .. } = running.wait_with_output().unwrap();
    (status.code(), String::from_utf8_lossy(&stderr).into_owned())
}
