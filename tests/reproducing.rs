//! What *Reproducing* says of the tests themselves.

mod support;

use hmac_sha256::Hash;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use support::{decimals, values};

/// The mutants of a chapter's shown code, as `.ci/mutants` has counted them.
struct Record {
    chapter: String,
    refused: usize,
    tried: usize,
    /// Of the shown code when they were counted.
    digest: String,
    /// Those that got past, with the reason why they are no other program.
    equal: Vec<(String, String)>,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn records() -> Vec<Record> {
    let folder = fs::read_dir(root().join("tests/mutants")).expect("records");
    let mut files: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |path: &PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        let chapter = path.file_stem().unwrap().to_string_lossy().into_owned();
        let (count, rest) = text.split_once('\n').expect("a first line");
        let words: Vec<_> = count.split(' ').collect();
        let [refused, "of", tried, digest] = words[..] else {
            panic!("{chapter}: {count}")
        };
        let equal = rest.lines().map(|line| {
            let (mutant, reason) = line.rsplit_once(" # ").expect("a reason");
            (mutant.to_owned(), reason.to_owned())
        });
        Record {
            refused: refused.parse().unwrap(),
            tried: tried.parse().unwrap(),
            digest: digest.to_owned(),
            equal: equal.collect(),
            chapter,
        }
    };
    files.iter().map(read).collect()
}

/// The chapters with shown code, and its digest: of the lines between anchors, without
/// comments.
fn shown() -> Vec<(String, String)> {
    let files = fs::read_dir(root().join("src")).unwrap();
    let mut files: Vec<_> = files.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let digest = |path: PathBuf| {
        let chapter = path.file_stem()?.to_str()?.to_owned();
        let text = fs::read_to_string(&path).ok()?;
        if !root().join("tests").join(path.file_name()?).is_file() {
            return None;
        }
        let (mut open, mut hash, mut is_shown) = (0, Hash::new(), false);
        for line in text.lines().map(str::trim) {
            match line {
                _ if line.starts_with("// ANCHOR_END") => open -= 1,
                _ if line.starts_with("// ANCHOR:") => open += 1,
                _ if open > 0 && !line.starts_with("//") => {
                    hash.update(line);
                    is_shown = true;
                }
                _ => {}
            }
        }
        let bytes = hash.finalize();
        let digest = bytes[..8].iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        is_shown.then_some((chapter, digest))
    };
    files.into_iter().filter_map(digest).collect()
}

#[test]
fn the_mutants_of_all_shown_code_were_counted_as_it_stands() {
    let counted: Vec<_> =
        records().into_iter().map(|record| (record.chapter, record.digest)).collect();
    for chapter in shown() {
        assert!(
            counted.contains(&chapter),
            "the shown code of {0} is not the one whose mutants were counted: .ci/mutants {0}",
            chapter.0
        );
    }
    assert_eq!(counted.len(), shown().len(), "a record without its chapter");
}

/// Whoever gets past changes nothing that a caller could see: each has its reason.
#[test]
fn the_chapters_tests_refuse_every_mutant_of_the_shown_code_that_is_another_program() {
    let records = records();
    for Record { chapter, refused, tried, equal, .. } in &records {
        assert_eq!(refused + equal.len(), *tried, "{chapter}");
        for (mutant, reason) in equal {
            assert!(reason.len() > 10, "{chapter}: {mutant} without a reason");
        }
        assert!(equal.len() * 20 <= *tried, "{chapter}: more than 5 % got past");
    }
    let refused: usize = records.iter().map(|record| record.refused).sum();
    let tried: usize = records.iter().map(|record| record.tried).sum();
    let mut table =
        String::from("| chapter | mutants | refused | equal |\n|---|--:|--:|--:|\n");
    for Record { chapter, refused, tried, equal, .. } in &records {
        let _ =
            writeln!(table, "| `{chapter}` | {tried} | {refused} | {} |", equal.len());
    }
    snapshot!("reproducing__mutants", table);
    snapshot!(
        "reproducing__mutants_values",
        values([
            ("refused", refused.to_string()),
            ("tried", tried.to_string()),
            ("equal", (tried - refused).to_string()),
            ("share", decimals(100.0 * refused as f64 / tried as f64, 1)),
        ])
    );
}
