//! How far the drawing is, on the error stream where that is a terminal.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

static BAR: LazyLock<ProgressBar> = LazyLock::new(|| {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len}, {elapsed}: {msg}")
        .expect("a valid template");
    let bar = ProgressBar::new(0).with_style(style);
    bar.enable_steady_tick(Duration::from_millis(250));
    bar
});

static FIGURES: AtomicUsize = AtomicUsize::new(0);
static AT_WORK: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Announces pieces of work.
pub fn expect(pieces: u64) {
    BAR.inc_length(pieces);
}

/// One of them is done.
pub fn done() {
    BAR.inc(1);
}

/// A figure is drawn.
pub fn figure() {
    FIGURES.fetch_add(1, Ordering::Relaxed);
    tell(|_| {});
}

/// Shows a name while something is done.
pub fn named<R>(name: &str, work: impl FnOnce() -> R) -> R {
    tell(|names| names.push(name.to_owned()));
    let result = work();
    tell(|names| names.retain(|other| other != name));
    done();
    result
}

fn tell(change: impl FnOnce(&mut Vec<String>)) {
    if let Ok(mut names) = AT_WORK.lock() {
        change(&mut names);
        let figures = FIGURES.load(Ordering::Relaxed);
        BAR.set_message(format!("{figures} figures drawn, at {}", names.join(", ")));
    }
}

/// Shows what is being done in the place of names.
pub fn says(message: &str) {
    BAR.set_message(message.to_owned());
}

/// Takes the bar away while something else is written.
pub fn aside<R>(write: impl FnOnce() -> R) -> R {
    BAR.suspend(write)
}

/// Takes the bar away.
pub fn end() {
    BAR.finish_and_clear();
}
