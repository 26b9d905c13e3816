//! What the page on reproducing says of the tests themselves.

mod support;

use std::fs;
use std::path::Path;

use support::table;

/// What `.ci/mutants` recorded of a chapter.
struct Record {
    chapter: String,
    refused: usize,
    of: usize,
    /// The mutants that got past, each with why.
    past: Vec<String>,
}

impl Record {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).expect("a record");
        let mut lines = text.lines().map(str::to_owned);
        let count = lines.next().expect("how many were refused");
        let (refused, of) = count.split_once(" of ").expect("two numbers");
        let [refused, of] = [refused, of].map(|n| n.parse().expect("a number"));
        let chapter = path.file_stem().expect("a name").display().to_string();
        Self { chapter, refused, of, past: lines.collect() }
    }
}

/// The records of all chapters, in the order of the book.
fn records() -> Vec<Record> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let summary = fs::read_to_string(root.join("chapters/SUMMARY.md")).expect("a book");
    let chapters = summary.lines().filter_map(|line| {
        let (_, slug) = line.strip_suffix(".md)")?.rsplit_once("](")?;
        let code = fs::read_to_string(root.join(format!("src/{slug}.rs"))).ok()?;
        let path = root.join(format!("tests/mutants/{slug}.txt"));
        code.contains("ANCHOR").then(|| Record::read(&path))
    });
    chapters.collect()
}

#[test]
fn of_the_shown_code_at_least_95_in_100_mutants_are_refused_and_the_others_are_explained()
 {
    let records = records();
    for Record { chapter, refused, of, past } in &records {
        assert!(refused * 100 >= of * 95, "{chapter}: {refused} of {of}");
        assert_eq!(of - refused, past.len(), "{chapter}: the list and its count");
        for mutant in past {
            let (_, why) = mutant.rsplit_once(": ").expect("a reason");
            assert!(why.len() > 1, "{chapter}: no reason for {mutant}");
        }
    }
    let total = |part: fn(&Record) -> usize| records.iter().map(part).sum::<usize>();
    let last = ("all".to_owned(), total(|r| r.refused), total(|r| r.of));
    let rows = records.iter().map(|r| (r.chapter.clone(), r.refused, r.of));
    let rows = rows.chain([last]);
    snapshot!(
        "reproducing__mutants",
        table(
            ["chapter", "mutants", "refused"],
            rows.map(|(chapter, refused, of)| {
                [chapter, of.to_string(), refused.to_string()]
            })
        )
    );
}
