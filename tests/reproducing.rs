//! What *Reproducing* says of the tests themselves.

mod support;

use hmac_sha256::Hash;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use support::{hex, table, values};

/// How many mutants there are and how many of them are refused. The others are no other
/// program.
#[derive(Clone, Copy, Default)]
struct Count {
    tried: usize,
    refused: usize,
}

impl Count {
    fn cells(self) -> [String; 3] {
        let Self { tried, refused } = self;
        [tried, refused, tried - refused].map(|number| number.to_string())
    }

    fn sum(counts: impl IntoIterator<Item = Self>) -> Self {
        counts.into_iter().fold(Self::default(), |sum, count| Self {
            tried: sum.tried + count.tried,
            refused: sum.refused + count.refused,
        })
    }
}

/// The mutants of a chapter's shown code, as `.ci/mutants` has counted them.
struct Record {
    count: Count,
    /// Of the shown code when they were counted.
    digest: String,
    /// Those that got past, with the reason why they are no other program.
    equal: Vec<(String, String)>,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// By chapter.
fn records() -> BTreeMap<String, Record> {
    let folder = fs::read_dir(root().join("tests/mutants")).expect("records");
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
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
        let count =
            Count { tried: tried.parse().unwrap(), refused: refused.parse().unwrap() };
        (chapter, Record { count, digest: digest.to_owned(), equal: equal.collect() })
    };
    folder.map(|entry| read(entry.unwrap().path())).collect()
}

/// The chapters with shown code, and its digest: of the lines between anchors, without
/// comments.
fn shown() -> BTreeMap<String, String> {
    let files = fs::read_dir(root().join("src")).unwrap();
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
        is_shown.then(|| (chapter, hex(&hash.finalize()[..8])))
    };
    files.filter_map(|entry| digest(entry.unwrap().path())).collect()
}

/// By chapter, the mutants of the solutions. A test of the exercises compares the record with
/// their sources.
fn exercises() -> BTreeMap<String, Count> {
    let text =
        fs::read_to_string(root().join("exercises/mutants.txt")).expect("a record");
    let read = |line: &str| {
        let (name, counts) = line.split_once(": ").expect("a name");
        let words: Vec<_> = counts.split([' ', ',']).collect();
        let [refused, "of", other, "", equal, "equal", "", _] = words[..] else {
            panic!("{line}")
        };
        let [refused, other, equal] =
            [refused, other, equal].map(|word| word.parse::<usize>().unwrap());
        assert_eq!(refused, other, "{name}: a mutant that is not right is accepted");
        let chapter = name.split('/').next().expect("a chapter").to_owned();
        (chapter, Count { tried: other + equal, refused })
    };
    let counts: BTreeMap<_, _> = text.lines().map(read).collect();
    assert_eq!(
        counts.len(),
        text.lines().count(),
        "one exercise in code for each chapter"
    );
    counts
}

#[test]
fn the_mutants_of_the_shown_code_were_counted_as_it_stands() {
    let (shown, records) = (shown(), records());
    for (chapter, digest) in &shown {
        assert_eq!(
            records.get(chapter).map(|record| &record.digest),
            Some(digest),
            "the shown code of {chapter} is not the one whose mutants were counted: \
             .ci/mutants {chapter}"
        );
    }
    assert!(records.keys().eq(shown.keys()), "a record of no chapter in tests/mutants");
}

/// Whoever gets past changes nothing that a caller could see: each has its reason.
#[test]
fn the_tests_refuse_every_mutant_of_the_shown_code_that_is_another_program() {
    let records = records();
    for (chapter, Record { count, equal, .. }) in &records {
        assert_eq!(count.refused + equal.len(), count.tried, "{chapter}");
        for (mutant, reason) in equal {
            assert!(reason.len() > 10, "{chapter}: {mutant} without a reason");
        }
    }
    let exercises = exercises();
    let rows = records.iter().map(|(chapter, record)| {
        let [tried, refused, equal] = record.count.cells();
        let [more, more_refused, more_equal] = exercises[chapter].cells();
        [format!("`{chapter}`"), tried, refused, equal, more, more_refused, more_equal]
    });
    let header =
        ["chapter", "code", "refused", "equal", "exercise", "refused", "equal"];
    snapshot!("reproducing__mutants", table(header, rows));
    let code = Count::sum(records.values().map(|record| record.count));
    let solutions = Count::sum(exercises.into_values());
    snapshot!(
        "reproducing__mutants_values",
        values([
            ("chapters", records.len().to_string()),
            ("tried", code.tried.to_string()),
            ("refused", code.refused.to_string()),
            ("equal", (code.tried - code.refused).to_string()),
            ("solutions", solutions.tried.to_string()),
            ("solutions_refused", solutions.refused.to_string()),
            ("solutions_equal", (solutions.tried - solutions.refused).to_string()),
        ])
    );
}
