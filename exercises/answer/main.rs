//! A reader's answer and its judge, as the runner puts them together.

include!(env!("DESCENT_ANSWER"));

/// An answer may never end, and its runner may be killed before it can stop it.
mod guard {
    use std::env;
    use std::process::exit;
    use std::thread::{sleep, spawn};
    use std::time::{Duration, Instant};

    /// Ends this program soon after the runner has ended, however that came about.
    #[allow(dead_code, reason = "for answers of readers")]
    pub fn end_with_the_runner() {
        let number = |name| env::var(name).ok().and_then(|text| text.parse().ok());
        let (runner, limit) = (number("DESCENT_RUNNER"), number("DESCENT_LIMIT"));
        let last = Duration::from_secs(limit.unwrap_or(60)) + Duration::from_secs(1);
        let start = Instant::now();
        spawn(move || {
            while start.elapsed() < last && !is_gone(runner) {
                sleep(Duration::from_millis(50));
            }
            exit(3)
        });
    }

    /// Whether the runner is no longer the parent of this program.
    #[cfg(unix)]
    fn is_gone(runner: Option<u64>) -> bool {
        runner
            .is_some_and(|runner| runner != std::os::unix::process::parent_id().into())
    }

    /// Not known here: the limit has to do.
    #[cfg(not(unix))]
    fn is_gone(_runner: Option<u64>) -> bool {
        false
    }
}
