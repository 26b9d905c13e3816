//! The program around a reader's own optimizer: put together, started, listened to.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;
use clap::builder::RangedU64ValueParser;
use exercises::own::TEMPLATE;
use exercises::own::program::{JOB, Job, MNIST};
use exercises::own::report::{COMPLETE, FILE_OF_REPORT, Reader, Watch};
use runner::alone::{Place, Task};
use runner::book::seen_from_here;

use crate::canvas::DrawResult;
use crate::output::{checkout, tell};
use crate::progress;

/// Where the reader's optimizer is, and how long it may take.
#[derive(Args, Clone, Debug, PartialEq)]
pub struct Answer {
    /// How many seconds your optimizer may spend without a step
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    #[arg(value_parser = RangedU64ValueParser::<u64>::new().range(1..=3600))]
    limit: u64,
    /// The folder of your answers, for its optimizer.rs [default: answers]
    #[arg(long, value_name = "DIR")]
    answers: Option<PathBuf>,
}

const TASK: Task = Task {
    name: "own-optimizer",
    function: "optimizer",
    text: TEMPLATE,
    main: "exercises::own::program::main(answer::optimizer)",
};

/// A program that has not ended by itself after this time has been forgotten.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

impl Answer {
    /// The file of the optimizer.
    fn file(&self) -> DrawResult<PathBuf> {
        let folder = match &self.answers {
            Some(folder) => folder.clone(),
            None => seen_from_here(&checkout()?.join("answers")),
        };
        Ok(folder.join("optimizer.rs"))
    }

    /// Puts the optimizer in its place if there is none, and has its program do the job.
    ///
    /// # Errors
    /// If it does not compile, does not go on, breaks off, or says what is wrong.
    pub fn run(&self, job: &Job, mnist: &Path, watch: &dyn Watch) -> DrawResult {
        let file = self.file()?;
        let of_file = |message| format!("{}: {message}", file.display());
        if TASK.hand_out(&file)? {
            let file = file.display();
            let lines = [
                format!("{file} is now a file of yours."),
                "It takes the steps of gradient descent: make of it what you like.\n"
                    .into(),
            ];
            progress::aside(|| tell(lines.into_iter()))?;
        }
        let text = TASK.read(&file).map_err(of_file)?;
        progress::says("compiling");
        let place = Place::of_builds()?;
        let book = checkout()?;
        progress::aside(|| place.build(&TASK, &book, &file, &text))?;
        progress::says("measuring");
        self.listen(&place, job, mnist, watch)
            .map_err(|message| of_file(message).into())
    }

    /// Starts the program, and passes on what it tells.
    fn listen(
        &self,
        place: &Place,
        job: &Job,
        mnist: &Path,
        watch: &dyn Watch,
    ) -> Result<(), String> {
        let settings =
            [(JOB, OsString::from(job.text())), (MNIST, mnist.as_os_str().to_owned())];
        let mut reader = Reader::new(place.report());
        let (mut steps, mut last) = (0, Instant::now());
        let mut told = Ok(());
        let limit = Duration::from_secs(self.limit);
        let mut news = || {
            for line in reader.news() {
                last = Instant::now();
                told =
                    told.clone().and_then(|()| watch.tell(&line.name, &line.numbers));
            }
            if reader.steps > steps {
                last = Instant::now();
                (steps..reader.steps).for_each(|_| watch.step());
                steps = reader.steps;
            }
            told.is_ok() && last.elapsed() < limit
        };
        let ended = place.execute(FILE_OF_REPORT, settings, LONGEST, &mut news);
        news();
        told?;
        let status = ended.map_err(|error| {
            format!("the program around it cannot be run: {error}. Call again")
        })?;
        if let Some(fault) = reader.fault {
            return Err(fault);
        }
        let Some(status) = status else {
            return Err(format!(
                "no step for {} s. Is there a loop that never stops? `--limit SECONDS` \
                 gives it more time",
                self.limit
            ));
        };
        if status.code() == Some(COMPLETE.into()) {
            return Ok(());
        }
        Err(format!(
            "it broke off ({status}). Does it call itself for ever, ask for too much \
             memory or end the program?"
        ))
    }
}
