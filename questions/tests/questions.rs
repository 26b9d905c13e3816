//! All questions, checked and written for the pages.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use questions::{ALL, Kind, Question, STEPS, all, cards, exact, number, words};

/// Asserts `questions/snapshots/<chapter>__<function>.snap`. With shifted seeds the numbers are others.
fn assert_snapshot(name: &str, body: &str) {
    if descent::random::shift() != Ok(0) {
        return;
    }
    insta::with_settings!({
        snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"),
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!(name.replace('/', "__"), body);
    });
}

#[test]
fn every_question_has_one_right_answer_and_mistakes_that_can_be_told_apart() {
    let questions = all();
    let faults: Vec<_> = questions
        .iter()
        .flat_map(|question| {
            let faults = question.faults().into_iter();
            faults.map(|fault| format!("{}: {fault}", question.name))
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    for question in questions {
        assert_snapshot(question.name, &question.body());
    }
}

#[test]
fn every_worked_example_has_steps_with_numbers() {
    for steps in STEPS.iter().copied().flatten().map(|steps| steps()) {
        assert!(steps.steps.len() >= 2, "{}", steps.name);
        assert!(
            steps.steps.iter().all(|step| !step.lines.is_empty()),
            "{}",
            steps.name
        );
        for numbers in steps.steps.iter().flat_map(|step| &step.lines) {
            assert_eq!(crossed_signs(&numbers.numbers), None, "{}", steps.name);
        }
        assert_snapshot(steps.name, &steps.body());
    }
}

/// Two signs in a row, or brackets around a number that has no sign.
fn crossed_signs(numbers: &str) -> Option<String> {
    let words: Vec<_> = numbers.split(' ').collect();
    let crossed = |pair: &[&str]| {
        let after_sign = ["·", "+", "−", "/"].contains(&pair[0]);
        let bare = pair[1].strip_prefix('(').and_then(|it| it.strip_suffix(')'));
        let unsigned = bare.is_some_and(|it| {
            !it.contains(',') && it.starts_with(|c: char| c.is_ascii_digit())
        });
        after_sign && (pair[1].starts_with('−') || unsigned)
    };
    words.windows(2).find(|pair| crossed(pair)).map(|pair| pair.join(" "))
}

#[test]
fn two_signs_in_a_row_and_idle_brackets_are_found() {
    assert_eq!(crossed_signs("a = 2 · −3 = −6").as_deref(), Some("· −3"));
    assert_eq!(crossed_signs("a = 2 + (1) = 3").as_deref(), Some("+ (1)"));
    assert_eq!(crossed_signs("a = −2 · (−3) + (1,\u{a0}2)"), None);
}

fn names() -> Vec<&'static str> {
    let steps = STEPS.iter().copied().flatten().map(|steps| steps().name);
    all().iter().map(|question| question.name).chain(steps).collect()
}

#[test]
fn every_snapshot_is_that_of_a_question() {
    let names: Vec<_> = names().iter().map(|name| name.replace('/', "__")).collect();
    let known: BTreeSet<_> = names.iter().map(|name| format!("{name}.snap")).collect();
    assert_eq!(known.len(), names.len(), "two questions have one name");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let files: BTreeSet<_> = files
        .map(|name| name.into_string().unwrap())
        .filter(|name| name.ends_with(".snap"))
        .collect();
    assert_eq!(files, known);
}

/// The name of a question is what the page asks for, and the file and function that its ✓ leads to.
#[test]
fn a_question_is_the_function_of_its_name_in_the_file_of_its_chapter() {
    for name in names() {
        let (chapter, function) = name.split_once('/').unwrap();
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("{chapter}.rs"));
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(&format!("pub fn {function}() -> ")), "{name}");
    }
}

/// The committed file, which the book carries. `INSTA_UPDATE=always` writes it.
#[test]
fn the_cards_are_those_of_the_questions() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../chapters/cards.tsv");
    let expected = cards::tsv(all());
    if descent::random::shift() != Ok(0) {
        return;
    }
    if std::env::var("INSTA_UPDATE").as_deref() == Ok("always") {
        fs::write(&path, &expected).unwrap();
    }
    assert!(
        fs::read_to_string(&path).unwrap_or_default() == expected,
        "chapters/cards.tsv is old: INSTA_UPDATE=always cargo test -p questions"
    );
}

#[test]
fn every_card_is_one_line_of_three_columns_without_markdown() {
    let tsv = cards::tsv(all());
    let cards: Vec<_> = tsv.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(cards.len(), ALL.iter().map(|chapter| chapter.len()).sum::<usize>());
    for card in cards {
        let columns: Vec<_> = card.split('\t').collect();
        assert!(
            columns.len() == 3 && columns.iter().all(|it| !it.is_empty()),
            "{card}"
        );
        assert!(!card.contains("**") && !card.contains(['`', '$']), "{card}");
    }
}

// The checks themselves

fn sound() -> Question {
    Question::new("chapter/sound", "L01", "How many?")
        .right(number(2.0, 0), "Two.")
        .wrong("one too many", number(3.0, 0), "One less.")
        .wrong("one too few", number(1.0, 0), "One more.")
}

#[track_caller]
fn assert_fault(question: Question, fault: &str) {
    assert_eq!(question.faults(), [fault]);
}

#[test]
fn a_sound_question_has_no_faults_and_is_printed_by_value() {
    assert!(sound().faults().is_empty());
    let printed: Vec<_> =
        sound().sorted().iter().map(|option| option.answer.text.clone()).collect();
    assert_eq!(printed, ["1", "2", "3"]);
    let body = "kind: question\nitem: L01\n\nHow many?\n\n## ✗ 1\nmistake: one too few\n\nOne more.\n\n\
                ## ✓ 2\n\nTwo.\n\n## ✗ 3\nmistake: one too many\n\nOne less.\n";
    assert_eq!(sound().body(), body);
}

#[test]
fn options_that_print_alike_are_refused() {
    let question = || sound().wrong("rounded", number(2.2, 0), "Look closer.");
    assert_fault(question(), "`2` is there twice");
    let near = |value: f64| {
        let near = sound().wrong("rounded", number(value, 1), "Look closer.");
        Question { kind: Kind::Number, hint: "Count.", ..near }.faults()
    };
    assert_eq!(near(2.5), ["`2` and `2.5` are too near", "`3` and `2.5` are too near"]);
    assert!(near(4.0).is_empty());
    assert_fault(
        sound().wrong("again", exact(4.0), "One more."),
        "`1` and `4` have one reply",
    );
}

#[test]
fn a_question_without_a_right_answer_or_with_two_is_refused() {
    assert_fault(
        sound().case(number(4.0, 0), true, "Four."),
        "2 of its options are right",
    );
    let none = Question::new("chapter/none", "L01", "How many?")
        .case(words("few"), false, "More.")
        .case(words("many"), false, "Fewer.")
        .case(words("some"), false, "Say how many.");
    assert_fault(none, "0 of its options are right");
}

#[test]
fn an_option_without_a_reply_or_that_speaks_of_others_is_refused() {
    assert_fault(
        sound().wrong("?", number(9.0, 0), " "),
        "`9`: no reply to who chooses it",
    );
    for (text, word) in
        [("It does not", "not"), ("All of these", "all of"), ("None", "none")]
    {
        assert_fault(
            sound().wrong("?", words(text), "Say what happens."),
            &format!("`{text}`: an option says what happens, without `{word}`"),
        );
    }
}

#[test]
fn a_prediction_has_pictures_and_a_number_has_a_hint_and_numbers() {
    let fault = "predictions have a picture for each option, and others have none";
    assert_fault(sound().picture("a"), &format!("`1`: {fault}"));
    let bare = Question { kind: Kind::Predict, ..sound() };
    assert_eq!(bare.faults().len(), 3);
    let number = Question { kind: Kind::Number, ..sound() };
    assert_fault(number.clone(), "it has no hint");
    let hinted = Question { hint: "Count.", ..number };
    assert!(hinted.faults().is_empty());
    assert_fault(
        hinted.wrong("?", words("few"), "Count."),
        "`few`: a number is asked for",
    );
}
