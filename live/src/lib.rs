//! What the figures of the pages compute while a reader touches them: the functions of
//! the book, for WebAssembly, without a line of theirs written twice.
//!
//! A page's script puts numbers into [`values`], calls [`show`] or [`drag`], and reads
//! what [`numbers`] and [`text`] lead to. Nothing is imported.

pub mod adam;
pub mod base64;
pub mod depth;
pub mod elbows;
pub mod images;
#[cfg(target_family = "wasm")]
mod memory;
pub mod momentum;
pub mod newton;
pub mod pad;
pub mod page;
pub mod quadratic;
pub mod saddle;
pub mod training;
pub mod turned;
pub mod valley;
pub mod wait;
pub mod widget;
pub mod words;

use std::cell::RefCell;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use widget::{MOST_VALUES, Scene, Widget};

/// All live figures; a page calls them by their place in this list.
pub static WIDGETS: [&Widget; 10] = [
    &quadratic::WIDGET,
    &momentum::WIDGET,
    &newton::WIDGET,
    &adam::WIDGET,
    &turned::WIDGET,
    &elbows::WIDGET,
    &depth::WIDGET,
    &saddle::WIDGET,
    &wait::WIDGET,
    &training::WIDGET,
];

/// What the reader has set, as bits: the script writes it.
static VALUES: [AtomicU64; MOST_VALUES] = [const { AtomicU64::new(0) }; MOST_VALUES];

/// The last scene, in the form in which the script reads it.
#[derive(Default)]
struct Shown {
    numbers: Vec<f64>,
    text: String,
}

thread_local! {
    static SHOWN: RefCell<Shown> = RefCell::default();
    /// Digits on their way.
    static ROOM: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

fn read(widget: &Widget) -> Vec<f64> {
    let values = VALUES.iter().take(widget.controls.len());
    values.map(|bits| f64::from_bits(bits.load(Ordering::Relaxed))).collect()
}

fn write(values: &[f64]) {
    for (place, value) in VALUES.iter().zip(values) {
        place.store(value.to_bits(), Ordering::Relaxed);
    }
}

/// Where the values of the live figure are, a number for each control.
#[unsafe(no_mangle)]
pub extern "C" fn values() -> *const AtomicU64 {
    VALUES.as_ptr()
}

/// Where so many bytes of digits are to be put.
#[unsafe(no_mangle)]
pub extern "C" fn room(bytes: usize) -> *mut u8 {
    ROOM.with_borrow_mut(|room| {
        room.resize(bytes, 0);
        room.as_mut_ptr()
    })
}

/// Takes them in.
///
/// # Panics
/// If they are none.
#[unsafe(no_mangle)]
pub extern "C" fn receive() {
    images::receive(&ROOM.take()).expect("digits");
}

/// Sets the values to the book's.
#[unsafe(no_mangle)]
pub extern "C" fn book(widget: usize) {
    write(&(WIDGETS[widget].book)());
}

/// Computes what the figure shows for the values.
#[unsafe(no_mangle)]
pub extern "C" fn show(widget: usize) {
    let widget = WIDGETS[widget];
    let scene = widget.show(&read(widget));
    SHOWN.set(Shown { numbers: scene.numbers(), text: scene.text() });
}

/// Sets the values so that a handle lies at a place of its panel, as far as it can. At no
/// place the pen is lifted.
#[unsafe(no_mangle)]
pub extern "C" fn drag(widget: usize, handle: usize, x: f64, y: f64) {
    let widget = WIDGETS[widget];
    let mut values = read(widget);
    if x.is_finite() && y.is_finite() {
        (widget.drag)(handle, (x, y), &mut values);
    } else {
        pad::lift();
    }
    write(&values);
}

/// Where the scene's numbers are: x and y of each point, those of the handles first.
#[unsafe(no_mangle)]
pub extern "C" fn numbers() -> *const f64 {
    SHOWN.with_borrow(|shown| shown.numbers.as_ptr())
}

/// How many they are.
#[unsafe(no_mangle)]
pub extern "C" fn count() -> usize {
    SHOWN.with_borrow(|shown| shown.numbers.len())
}

/// Where the scene's text is: a line for the control that is refused, if any, or
/// `more` if the scene is unfinished, a line for
/// each curve with its panel, its name and the number of its points, a line for each panel
/// with another title, one for each curve with another name, and the sentence.
#[unsafe(no_mangle)]
pub extern "C" fn text() -> *const u8 {
    SHOWN.with_borrow(|shown| shown.text.as_ptr())
}

/// How many bytes it has.
#[unsafe(no_mangle)]
pub extern "C" fn length() -> usize {
    SHOWN.with_borrow(|shown| shown.text.len())
}

impl Scene {
    /// What [`numbers`] leads to.
    pub fn numbers(&self) -> Vec<f64> {
        let curves = self.curves.iter().flat_map(|curve| &curve.points);
        self.handles.iter().chain(curves).flat_map(|&(x, y)| [x, y]).collect()
    }

    /// What [`text`] leads to.
    pub fn text(&self) -> String {
        let mut text = match self.refused {
            Some(i) => format!("{i}\n"),
            None if self.is_unfinished => "more\n".into(),
            None => "\n".into(),
        };
        for curve in &self.curves {
            let count = curve.points.len();
            let _ = writeln!(text, "{}\t{}\t{count}", curve.panel, curve.name);
        }
        for (panel, title) in &self.titles {
            let _ = writeln!(text, "{panel}\t{title}");
        }
        for (panel, curve, name) in &self.names {
            let _ = writeln!(text, "{panel}\t{curve}\tname\t{name}");
        }
        text + &self.says
    }
}
