//! One answer, judged.

use std::fs;
use std::path::Path;
use std::time::Duration;

use exercises::judge::{FILE_OF_VERDICT, Judged, RIGHT, Verdict, WRONG, in_words};
use runner::alone::{Place, Task, for_at_most};

/// What is said of an answer.
pub struct Judgement {
    pub solved: bool,
    pub verdict: String,
}

/// Compiles the file of an answer and has it judged. It is stopped at the limit.
///
/// # Errors
/// If the file cannot be read, does not hold the function or does not compile, or if the
/// program does not end with a verdict.
pub fn run(
    exercise: &dyn Judged,
    task: &Task,
    book: &Path,
    file: &Path,
    limit: Duration,
) -> Result<Judgement, String> {
    let of_answer = |message| format!("{}: {message}", file.display());
    let text = task.read(file).map_err(of_answer)?;
    if text == exercise.text() {
        let verdict = in_words(&Verdict::Unwritten, exercise.text());
        return Ok(Judgement { solved: false, verdict });
    }
    let place = Place::of_builds()?;
    place.build(task, book, file, &text)?;
    judge(&place, limit).map_err(of_answer)
}

/// How the program ends, with the verdict that it leaves.
fn judge(place: &Place, limit: Duration) -> Result<Judgement, String> {
    let ended = place.execute(FILE_OF_VERDICT, [], limit, for_at_most(limit));
    let status = ended.map_err(|error| {
        format!("the program that judges it cannot be run: {error}. Call again")
    })?;
    let Some(status) = status else {
        let limit = limit.as_secs();
        return Err(format!(
            "no end after {limit} s. Is there a loop that never stops? \
             `--limit SECONDS` gives it more time"
        ));
    };
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    match (code, fs::read_to_string(place.report())) {
        (Some(code @ (RIGHT | WRONG)), Ok(verdict)) => {
            Ok(Judgement { solved: code == RIGHT, verdict })
        }
        _ => Err(format!(
            "it broke off before it could be judged ({status}). Does it call \
             itself for ever, ask for too much memory or end the program?"
        )),
    }
}
