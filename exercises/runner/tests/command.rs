//! What a reader sees who calls `cargo exercise`.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;

const NAME: &str = "adam/step";
const SOLUTION: &str = include_str!("../../adam/step/solution.rs");
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
        let mut command = Command::new(env!("CARGO_BIN_EXE_exercise"));
        command.args(arguments).arg("--answers").arg(self.0.path());
        let Output { status, stdout, stderr } = command.output().expect("the runner");
        let text = |bytes| String::from_utf8(bytes).expect("a text");
        (status.code().expect("a code"), text(stdout), text(stderr))
    }
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
    let path = file.to_str().unwrap();
    assert_has(&out, &[path, "not written yet", "A step of Adam", "--hint"]);
}

#[test]
fn an_answer_is_never_overwritten() {
    let text = format!("// mine\n{TASK}");
    let reader = Reader::who_wrote(&text);
    assert_eq!(reader.calls(&[NAME]).0, 1);
    assert_eq!(fs::read_to_string(reader.file()).unwrap(), text);
}

#[test]
fn a_right_answer_ends_with_0_and_says_what_comes_next() {
    let reader = Reader::new();
    fs::create_dir(reader.0.path().join("momentum")).unwrap();
    let solution = include_str!("../../momentum/pytorch/solution.rs");
    fs::write(reader.0.path().join("momentum/pytorch.rs"), solution).unwrap();
    let (code, out, _) = reader.calls(&["momentum/pytorch"]);
    assert_eq!(code, 0, "{out}");
    assert_has(&out, &["momentum/pytorch is solved. Next: cargo exercise "]);
}

#[test]
fn an_answer_can_use_what_its_task_names_of_the_book() {
    let reader = Reader::new();
    fs::create_dir(reader.0.path().join("backpropagation")).unwrap();
    let solution = include_str!("../../backpropagation/twice/solution.rs");
    assert_has(solution, &["use descent::", "use nalgebra::"]);
    fs::write(reader.0.path().join("backpropagation/twice.rs"), solution).unwrap();
    let (code, out, err) = reader.calls(&["backpropagation/twice"]);
    assert_eq!(code, 0, "{out}{err}");
}

#[test]
fn a_known_mistake_ends_with_1_and_hears_what_it_got_wrong() {
    let forgotten = SOLUTION.replace(" / (1.0 - BETA1.powi(t))", "");
    let forgotten = forgotten.replace(" / (1.0 - BETA2.powi(t))", "");
    let (code, out, _) = Reader::who_wrote(&forgotten).calls(&[NAME]);
    assert_eq!(code, 1);
    assert_has(&out, &["should be", "but is", "the step without bias correction"]);
}

#[test]
fn an_unknown_mistake_hears_what_was_expected() {
    let (code, out, _) = Reader::who_wrote(&format!("{HEAD} theta }}")).calls(&[NAME]);
    assert_eq!(code, 1);
    assert_has(
        &out,
        &["θ from 1 with the gradients [6.0]", "should be 0.9", "but is    1\n"],
    );
}

#[test]
fn a_panic_is_told_with_the_readers_own_line() {
    let own = format!("{HEAD} [theta][t as usize] }}");
    let inside =
        format!("{HEAD}\n\n let v: Vec<f64> = vec![]; v.chunks(0).count() as f64 }}");
    for (text, place, message) in [
        (own, "adam/step.rs:2:", "index out of bounds"),
        (inside, "adam/step.rs:4:", "chunk size"),
    ] {
        let (code, out, _) = Reader::who_wrote(&text).calls(&[NAME]);
        assert_eq!(code, 1);
        assert_has(&out, &[place, message, "--hint"]);
    }
}

#[test]
fn a_file_that_does_not_compile_ends_with_2_and_with_the_compilers_words() {
    let reader = Reader::who_wrote(&format!("{HEAD} thetta }}"));
    let (code, out, err) = reader.calls(&[NAME]);
    assert_eq!(code, 2);
    assert_has(&err, &["error[E0425]", "adam/step.rs", "does not compile"]);
    assert_has(&out, &["--hint"]);
}

#[test]
fn a_file_without_the_function_is_refused_by_both_names() {
    for text in ["", "// later\n", &SOLUTION.replace("fn step", "fn stop")] {
        let (code, _, err) = Reader::who_wrote(text).calls(&[NAME]);
        assert_eq!(code, 2);
        assert_has(&err, &["adam/step.rs", "no `pub fn step`"]);
    }
}

#[test]
fn what_counts_is_the_text_and_not_the_time_of_the_file() {
    let reader = Reader::who_wrote(SOLUTION);
    let of_the_past = std::time::SystemTime::UNIX_EPOCH;
    assert_eq!(reader.calls(&[NAME]).0, 0);
    fs::write(reader.file(), format!("{HEAD} theta }}")).unwrap();
    let file = fs::File::options().append(true).open(reader.file()).unwrap();
    file.set_modified(of_the_past).unwrap();
    assert_eq!(reader.calls(&[NAME]).0, 1);
}

#[test]
fn an_endless_loop_is_stopped() {
    let reader = Reader::who_wrote(&format!("{HEAD} loop {{}} }}"));
    let (code, _, err) = reader.calls(&[NAME, "--limit", "1"]);
    assert_eq!(code, 2);
    assert_has(&err, &["adam/step.rs", "no end after 1 s"]);
}

#[test]
fn a_program_that_ends_by_itself_does_not_pass_for_an_answer() {
    for end in ["1.0 + step(theta, gradient, moments, t)", "std::process::exit(0)"] {
        let (code, _, err) =
            Reader::who_wrote(&format!("{HEAD} {end} }}")).calls(&[NAME]);
        assert_eq!(code, 2);
        assert_has(&err, &["adam/step.rs", "broke off"]);
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
    for name in ["adam/stop", "adam", "../step"] {
        let (code, _, err) = reader.calls(&[name]);
        assert_eq!(code, 2);
        assert_has(&err, &[&format!("no exercise `{name}`"), NAME]);
    }
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
    for name in ["adam/step.rs", "answers/adam/step.rs", "./adam/step.rs"] {
        assert_eq!(Reader::new().calls(&[name]).0, 1, "{name}");
    }
}

#[test]
fn what_is_in_the_way_of_an_answer_is_named() {
    let reader = Reader::new();
    let folder = reader.0.path().join("adam");
    fs::write(&folder, "a file where a folder should be").unwrap();
    let (code, _, err) = reader.calls(&[NAME]);
    assert_eq!(code, 2);
    assert_has(&err, &[&format!("{}: ", folder.display())]);

    let reader = Reader::new();
    fs::create_dir_all(reader.file()).unwrap();
    let (code, _, err) = reader.calls(&[NAME]);
    assert_eq!(code, 2);
    assert_has(&err, &["adam/step.rs: ", "directory"]);
}
