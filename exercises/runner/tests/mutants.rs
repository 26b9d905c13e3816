//! How many mutants of the solutions the judges refuse. From the root of the book:
//!
//!     cargo test --test mutants -- --ignored --nocapture
//!
//! Each mutant is a solution with one change: another operator, comparison, number, index,
//! variable or method, two arguments swapped, a sign, a condition or a statement left out. All
//! of them go into one program, from which those that do not compile are taken out. The counts
//! are written to `exercises/mutants.txt`.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use exercises::ALL;
use exercises::judge::Judged;
use hmac_sha256::Hash;

/// Mutants that are right, by the line that they change, with the reason.
const EQUIVALENT: &[(&str, &str, &str)] = &[
    ("network/logistic_loss", "let largest = logit.max(1.0);", SHIFT),
    ("network/logistic_loss", "let largest = logit.max(-1.0);", SHIFT),
    (
        "backpropagation/twice",
        "Relu.apply(&mut hidden);",
        "the gate asks for the sign of the output, which is that of what goes into it",
    ),
    (
        "backpropagation/twice",
        "without Relu.apply(&mut output);",
        "for the same reason",
    ),
    (
        "backpropagation/twice",
        "let first = second.parameter_gradient(input, &da);",
        "the gradient of a layer's parameters does not depend on the parameters",
    ),
    (
        "one_parameter/running_slope",
        "if *squares <= 0.0 {",
        "a sum of squares is never negative",
    ),
    (
        "expressivity/weights",
        "let [(right, high), (left, low)] = [pair[0], pair[1]];",
        SLOPE,
    ),
    (
        "expressivity/weights",
        "let [(left, low), (right, high)] = [pair[1], pair[0]];",
        SLOPE,
    ),
    (
        "quadratic/limit",
        "let origin = -DVector::zeros(start.len());",
        "minus zero is zero",
    ),
    ("quadratic/limit", "let mut direction = -start.clone();", OPPOSITE),
    ("quadratic/limit", "let product = -multiplied(&direction);", OPPOSITE),
    ("quadratic/limit", "direction = &product / -product.norm();", OPPOSITE),
    (
        "neuron/steps_until_off",
        "for step in 0..=longest {",
        "after the last step the answer is `longest` in any case",
    ),
    (
        "neuron/steps_until_off",
        "if samples.iter().all(|&x| neuron.forward(x) <= 0.0) {",
        "a ReLU puts out nothing below zero",
    ),
    (
        "acceleration/accelerated",
        "let (mut ahead, mut theta) = (start, start);",
        "both are the start",
    ),
    (
        "elbows/slopes",
        "let active = units.iter().filter(|[w, b, _]| w * low + b >= 0.0);",
        ENDS,
    ),
    (
        "elbows/slopes",
        "let inside = bends.filter(|&(place, _)| low <= place && place < high);",
        ENDS,
    ),
    (
        "elbows/slopes",
        "let inside = bends.filter(|&(place, _)| low < place && place <= high);",
        ENDS,
    ),
    (
        "dead_relu/dead",
        "dead as f64 / bias.len() as f64",
        "there is one flag for each bias",
    ),
    (
        "training/kept",
        "(c, (c * -start).norm_squared() / end.norm_squared())",
        "a norm has no sign",
    ),
];

/// What a run has counted, in the folder of the exercises.
const RECORD: &str = "mutants.txt";

const SHIFT: &str = "what is taken out of the logarithm is put back, whatever it is";
const SLOPE: &str = "a slope is the same seen from either end";
const OPPOSITE: &str = "a direction and its opposite are multiplied by the same number";
const ENDS: &str = "the task says that no elbow lies at an end";

/// A solution with one change.
#[derive(Clone)]
struct Mutant {
    exercise: &'static dyn Judged,
    text: String,
    /// The line that is changed or left out.
    line: String,
}

#[test]
#[ignore = "takes some minutes: cargo test --test mutants -- --ignored --nocapture"]
fn the_judges_refuse_every_mutant_that_is_not_right() {
    let all: Vec<Mutant> = ALL.iter().flat_map(|exercise| mutants(*exercise)).collect();
    let (mutants, accepted) = judged(all);
    let is_known = |mutant: &Mutant| {
        let known = |(exercise, line, _): &&(&str, &str, &str)| {
            *exercise == mutant.exercise.name() && *line == mutant.line
        };
        EQUIVALENT.iter().any(|entry| known(&entry))
    };
    let (mut missed, mut record) = (0, String::new());
    for exercise in ALL {
        let of_it = |i: &usize| mutants[*i].exercise.name() == exercise.name();
        let tried: Vec<usize> = (0..mutants.len()).filter(of_it).collect();
        let passed = tried.iter().copied().filter(|i| accepted.contains(i));
        let (right, wrong): (Vec<usize>, Vec<usize>) =
            passed.partition(|&i| is_known(&mutants[i]));
        let number = tried.len() - right.len();
        let (name, refused) = (exercise.name(), number - wrong.len());
        println!("{name}: refused {refused} of {number}");
        let (equal, digest) = (right.len(), digest(*exercise));
        let _ =
            writeln!(record, "{name}: {refused} of {number}, {equal} equal, {digest}");
        wrong.iter().for_each(|&i| println!("    accepted: {}", mutants[i].line));
        missed += wrong.len();
    }
    fs::write(folder().join(RECORD), record).expect("a record");
    for (exercise, line, reason) in EQUIVALENT {
        let found = accepted.iter().any(|&i| {
            mutants[i].exercise.name() == *exercise && mutants[i].line == *line
        });
        assert!(found, "{exercise}: `{line}` is no longer accepted ({reason})");
    }
    assert_eq!(missed, 0, "mutants are accepted that are not known to be right");
}

#[test]
fn the_mutants_of_every_solution_were_counted_as_it_stands() {
    let record = fs::read_to_string(folder().join(RECORD)).expect("a record");
    let counted: Vec<_> = record
        .lines()
        .filter_map(|line| Some((line.split_once(':')?.0, line.rsplit_once(' ')?.1)))
        .collect();
    let all: Vec<_> =
        ALL.iter().map(|exercise| (exercise.name(), digest(*exercise))).collect();
    for (name, digest) in &all {
        assert!(
            counted.contains(&(*name, digest)),
            "{name} or its judge is not the one whose mutants were counted: \
             cargo test --test mutants -- --ignored --nocapture"
        );
    }
    assert_eq!(counted.len(), all.len(), "a record without its exercise");
}

/// Of the solution, of what judges it and of what changes it, without comments, blanks and
/// commas.
fn digest(exercise: &dyn Judged) -> String {
    let name = exercise.name();
    let files = [
        format!("{name}/solution.rs"),
        format!("{name}/mod.rs"),
        "judge.rs".to_owned(),
        "reply.rs".to_owned(),
        "runner/tests/mutants.rs".to_owned(),
    ];
    let mut hash = Hash::new();
    for file in files {
        let text = fs::read_to_string(folder().join(&file)).expect(&file);
        let is_code = |line: &&str| !line.trim_start().starts_with("//");
        for word in text.lines().filter(is_code).flat_map(|line| line.split([' ', ',']))
        {
            hash.update(word);
        }
    }
    hash.finalize()[..8].iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The exercises.
fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The mutants that compile, and the numbers of those that are judged right.
fn judged(mut mutants: Vec<Mutant>) -> (Vec<Mutant>, BTreeSet<usize>) {
    let target = Path::new(env!("CARGO_BIN_EXE_exercise")).parent().expect("a folder");
    let target = target.parent().expect("a folder of builds");
    let lock = fs::File::create(target.join("exercise.lock")).expect("a lock");
    lock.lock().expect("no other answer");
    let source = target.join("exercise/mutants.rs");
    fs::create_dir_all(source.parent().expect("a folder")).expect("a folder");
    loop {
        let (program, ends) = program(&mutants);
        fs::write(&source, program).expect("a program");
        let lines = faults(&source, target);
        if lines.is_empty() {
            break;
        }
        let faulty: BTreeSet<usize> =
            lines.iter().map(|line| ends.partition_point(|end| end < line)).collect();
        assert!(!faulty.contains(&mutants.len()), "a fault in the program itself");
        let compiles = |(i, mutant)| (!faulty.contains(&i)).then_some(mutant);
        mutants = mutants.into_iter().enumerate().filter_map(compiles).collect();
    }
    let output = Command::new(target.join("debug/answer")).output().expect("a program");
    let text = String::from_utf8(output.stdout).expect("a text");
    assert!(text.ends_with("end\n"), "{text}{:?}", output.status);
    let accepted = text.lines().filter_map(|line| line.parse().ok()).collect();
    (mutants, accepted)
}

/// A program that prints the numbers of the mutants that are judged right, and the last line
/// of each mutant in it. A mutant that does not end in a second is wrong, unless the machine was
/// busy and it ends when all others have.
fn program(mutants: &[Mutant]) -> (String, Vec<usize>) {
    let mut text =
        String::from("#[allow(warnings, unconditional_panic)]\nmod mutants {\n");
    let mut ends = Vec::new();
    for (i, mutant) in mutants.iter().enumerate() {
        let _ = writeln!(text, "pub mod m{i} {{\n{}\n}}", mutant.text);
        ends.push(text.lines().count());
    }
    text += "}\n\nfn main() {\n    std::panic::set_hook(Box::new(|_| {}));\n";
    text += "    let mutants: Vec<fn() -> exercises::judge::Verdict> = vec![\n";
    for (i, Mutant { exercise, .. }) in mutants.iter().enumerate() {
        let (chapter, function) = (exercise.chapter(), exercise.function());
        let _ = writeln!(
            text,
            "|| exercises::{chapter}::{function}::EXERCISE.judge(mutants::m{i}::{function}),"
        );
    }
    text += "    ];
    let mut late = Vec::new();
    for (i, judge) in mutants.into_iter().enumerate() {
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || sender.send(judge()));
        let verdict = receiver.recv_timeout(std::time::Duration::from_secs(1));
        match verdict {
            Ok(exercises::judge::Verdict::Solved) => println!(\"{i}\"),
            Ok(_) => {}
            Err(_) => late.push((i, receiver)),
        }
    }
    std::thread::sleep(std::time::Duration::from_secs(2 * late.len() as u64));
    for (i, receiver) in late {
        if let Ok(exercises::judge::Verdict::Solved) = receiver.try_recv() {
            println!(\"{i}\");
        }
    }
    println!(\"end\");
    std::process::exit(0)
}\n";
    (text, ends)
}

/// The lines at which the compiler finds a fault.
fn faults(source: &Path, target: &Path) -> Vec<usize> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["build", "--quiet", "--message-format", "short", "--bin", "answer"])
        .args(["--features", "answer/answer", "--manifest-path"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml"))
        .arg("--target-dir")
        .arg(target)
        .env("DESCENT_ANSWER", source)
        .output()
        .expect("cargo");
    let text = String::from_utf8_lossy(&output.stderr);
    let line = |line: &str| {
        let (_, place) = line.split_once("mutants.rs:")?;
        let (number, rest) = place.split_once(':')?;
        rest.contains(" error").then(|| number.parse().ok())?
    };
    let lines: Vec<usize> = text.lines().filter_map(line).collect();
    assert!(output.status.success() || !lines.is_empty(), "{text}");
    lines
}

/// All mutants of the solution of an exercise.
fn mutants(exercise: &'static dyn Judged) -> Vec<Mutant> {
    let path = folder().join(exercise.name()).join("solution.rs");
    let solution = fs::read_to_string(path).expect("a solution");
    let code: Vec<&str> =
        solution.lines().filter(|line| !line.trim().starts_with("//")).collect();
    let code = code.join("\n");
    let mut texts = BTreeSet::from([code.clone()]);
    let mut mutants = Vec::new();
    for (start, end, other) in changes(&code, exercise.function()) {
        let text = format!("{}{other}{}", &code[..start], &code[end..]);
        if texts.insert(text.clone()) {
            let line = text[..start].lines().count().max(1);
            let line = match text.lines().nth(line - 1).unwrap_or_default().trim() {
                "" => format!("without {}", &code[start..end]),
                line => line.to_owned(),
            };
            mutants.push(Mutant { exercise, text, line });
        }
    }
    mutants
}

/// A token, and where it begins.
#[derive(Clone, Copy)]
struct Token<'a> {
    text: &'a str,
    start: usize,
}

impl Token<'_> {
    fn end(&self) -> usize {
        self.start + self.text.len()
    }

    fn is_number(&self) -> bool {
        self.text.starts_with(|first: char| first.is_ascii_digit())
    }

    fn is_name(&self) -> bool {
        const KEYWORDS: [&str; 16] = [
            "let", "mut", "if", "else", "for", "in", "loop", "return", "pub", "fn",
            "use", "const", "as", "match", "while", "move",
        ];
        self.text.starts_with(|first: char| first.is_alphabetic() || first == '_')
            && !KEYWORDS.contains(&self.text)
    }
}

fn tokens(code: &str) -> Vec<Token<'_>> {
    const LONG: [&str; 18] = [
        "..=", "..", "->", "=>", "::", "+=", "-=", "*=", "/=", "|=", "&=", "==", "!=",
        "<=", ">=", "&&", "||", "<<",
    ];
    let mut tokens = Vec::<Token>::new();
    let mut start = 0;
    while start < code.len() {
        let rest = &code[start..];
        let first = rest.chars().next().expect("a character");
        let word =
            |is: &dyn Fn(char) -> bool| rest.find(|c| !is(c)).unwrap_or(rest.len());
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let length = if first.is_whitespace() {
            start += first.len_utf8();
            continue;
        } else if rest.starts_with("//") {
            start += word(&|c| c != '\n');
            continue;
        } else if first.is_ascii_digit() {
            let whole = word(&is_word);
            let is_field = tokens.last().is_some_and(|last| last.text == ".");
            let point = rest[whole..].strip_prefix(['.', '-']).filter(|_| {
                !is_field
                    && (rest[whole..].starts_with('.') || rest[..whole].ends_with('e'))
            });
            match point {
                Some(more) if more.starts_with(|c: char| c.is_ascii_digit()) => {
                    whole + 1 + more.find(|c| !is_word(c)).unwrap_or(more.len())
                }
                _ => whole,
            }
        } else if is_word(first) {
            word(&is_word)
        } else if first == '"' {
            rest[1..].find('"').expect("the end of a string") + 2
        } else {
            let long = LONG.iter().find(|long| rest.starts_with(**long));
            long.map_or(first.len_utf8(), |long| long.len())
        };
        tokens.push(Token { text: &rest[..length], start });
        start += length;
    }
    tokens
}

/// A part of the code, from one place to another, and what takes its place.
type Change = (usize, usize, String);

fn changes(code: &str, function: &str) -> Vec<Change> {
    let tokens = tokens(code);
    let head = code.find(&format!("fn {function}(")).expect("the function");
    let is_body = |token: &Token| {
        let line = code[..token.start].rfind('\n').map_or(0, |end| end + 1);
        token.start > head && code[token.start..].len() < body(code, head).len()
            || code[line..].starts_with("const ")
    };
    let mut changes = Vec::new();
    for (i, token) in tokens.iter().enumerate().filter(|(_, token)| is_body(token)) {
        let mut put = |start: usize, end: usize, other: &str| {
            changes.push((start, end, other.to_owned()));
        };
        let near =
            |step: isize| i.checked_add_signed(step).and_then(|at| tokens.get(at));
        let text_near = |step| near(step).map_or("", |token| token.text);
        let (start, end) = (token.start, token.end());
        for other in others(code, token) {
            put(start, end, &other);
        }
        if token.is_name() && token.text != "_" && text_near(-1) != "." {
            for other in variables(code, &tokens, head) {
                put(start, end, other);
            }
        }
        let operand = [
            "+", "-", "*", "/", "=", "+=", "-=", "*=", "/=", "<", ">", "<=", ">=",
            "return", ";", "{", "}",
        ];
        if (token.is_name() || token.is_number() && token.text != "0.0")
            && operand.contains(&text_near(-1))
        {
            put(start, start, "-");
        }
        match token.text {
            "-" | "!" if !is_binary(code, token) && text_near(1) != "[" => {
                put(start, end, "");
            }
            "." if text_near(2) == "("
                && text_near(3) == ")"
                && !["iter", "clone", "collect"].contains(&text_near(1)) =>
            {
                put(start, near(3).map_or(end, Token::end), "");
            }
            "if" => {
                let block = tokens[i..].iter().find(|token| token.text == "{");
                let block = block.expect("a block").start;
                put(end, block, " true ");
                put(end, block, " false ");
            }
            "(" | "[" => changes.extend(swaps(code, &tokens[i..])),
            ";" => {
                let first = statement(&tokens[..i]);
                if is_body(&first) && !["const", "use", "}"].contains(&first.text) {
                    put(first.start, end, "");
                }
            }
            _ => {}
        }
    }
    changes
}

/// The code from the body of the function on.
fn body(code: &str, head: usize) -> &str {
    &code[head + code[head..].find(" {\n").expect("a body")..]
}

/// An operator between blanks has two operands.
fn is_binary(code: &str, token: &Token) -> bool {
    code[..token.start].ends_with([' ', '\n']) && code[token.end()..].starts_with(' ')
}

/// What may stand in the place of an operator, a number or a method.
fn others(code: &str, token: &Token) -> Vec<String> {
    const KINDS: [&[&str]; 16] = [
        &["+", "-", "*", "/"],
        &["+=", "-=", "*=", "/=", "="],
        &["|=", "&=", "="],
        &["<", "<=", ">", ">=", "=="],
        &["==", "!="],
        &["&&", "||"],
        &["..=", ".."],
        &["true", "false"],
        &["max", "min"],
        &["row_sum", "column_sum"],
        &["row_iter_mut", "column_iter_mut"],
        &["column_iter", "row_iter"],
        &["any", "all"],
        &["norm_squared", "norm"],
        &["sum", "product"],
        &["nrows", "ncols"],
    ];
    if token.is_number() {
        let (number, kind) = token.text.split_once('_').unwrap_or((token.text, ""));
        let kind = if kind.is_empty() { String::new() } else { format!("_{kind}") };
        if let Ok(whole) = number.parse::<i64>() {
            return [whole + 1, whole - 1, 0]
                .map(|other| other.to_string() + &kind)
                .into();
        }
        let number: f64 = number.parse().expect("a number");
        let others = [number + 1.0, number - 1.0, 2.0 * number, number / 2.0, -number];
        let others = others.iter().filter(|other| **other != number);
        return others.map(|other| format!("{other:?}{kind}")).collect();
    }
    let is_operator = !token.is_name();
    if is_operator && !is_binary(code, token) && !token.text.starts_with("..") {
        return Vec::new();
    }
    let kinds = KINDS.iter().filter(|kind| {
        kind.contains(&token.text) && (token.text != "=" || kind[0] == "=")
    });
    kinds.flat_map(|kind| kind.iter().map(|other| (*other).to_owned())).collect()
}

/// The names of parameters, constants and bindings.
fn variables<'a>(code: &str, tokens: &[Token<'a>], head: usize) -> BTreeSet<&'a str> {
    let mut names = BTreeSet::new();
    let body = code.len() - body(code, head).len();
    let mut binds = false;
    for (token, next) in tokens.iter().zip(&tokens[1..]) {
        let is_parameter = token.start > head && token.start < body && next.text == ":";
        match token.text {
            "let" | "const" | "for" => binds = true,
            "|" => binds = !binds,
            "=" | "in" | ":" => binds = false,
            _ if token.is_name() && token.text != "_" && (is_parameter || binds) => {
                names.insert(token.text);
            }
            _ => {}
        }
    }
    names
}

/// Neighbours in a list that change places.
fn swaps(code: &str, tokens: &[Token]) -> Vec<Change> {
    let mut pieces = vec![tokens[0].end()];
    let mut depth = 0;
    for token in tokens {
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            "," if depth == 1 => pieces.extend([token.start, token.end()]),
            _ => {}
        }
        if depth == 0 {
            pieces.push(token.start);
            break;
        }
    }
    let pieces: Vec<_> = pieces.chunks(2).map(|ends| (ends[0], ends[1])).collect();
    let swap = |pair: &[(usize, usize)]| {
        let [one, other] =
            [pair[0], pair[1]].map(|(start, end)| code[start..end].trim());
        let is_whole = |piece: &str| {
            !piece.is_empty() && piece.matches('|').count().is_multiple_of(2)
        };
        (is_whole(one) && is_whole(other))
            .then(|| (pair[0].0, pair[1].1, format!("{other}, {one}")))
    };
    pieces.windows(2).filter_map(swap).collect()
}

/// The first token of the statement that the tokens end with.
fn statement<'a>(tokens: &[Token<'a>]) -> Token<'a> {
    let mut depth = 0;
    let mut first = tokens[tokens.len() - 1];
    for token in tokens.iter().rev() {
        match token.text {
            ";" | "{" | "}" | "(" | "[" if depth == 0 => break,
            ")" | "]" => depth += 1,
            "(" | "[" => depth -= 1,
            _ => {}
        }
        first = *token;
    }
    first
}
