//! How far the drawing is, on the error stream where that is a terminal.

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

static AT_WORK: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Announces pieces of work.
pub fn expect(pieces: u64) {
    BAR.inc_length(pieces);
}

/// One of them is done.
pub fn done() {
    BAR.inc(1);
}

/// Shows a name while something is done.
pub fn named<R>(name: &str, work: impl FnOnce() -> R) -> R {
    let change = |change: &dyn Fn(&mut Vec<String>)| {
        if let Ok(mut names) = AT_WORK.lock() {
            change(&mut names);
            BAR.set_message(names.join(", "));
        }
    };
    change(&|names| names.push(name.to_owned()));
    let result = work();
    change(&|names| names.retain(|other| other != name));
    done();
    result
}

/// Takes the bar away.
pub fn end() {
    BAR.finish_and_clear();
}
