//! What a live figure has on its page besides the picture: the sentence, and with a
//! script a slider and a number for every value, and points to drag.

use std::fmt::Write;

use crate::widget::{Control, Handle, Point, Scale, Scene, Widget};
use crate::words::{digits, number};
use crate::{WIDGETS, base64};

/// Where the page has the committed figure.
pub const PICTURE: &str = "<!-- picture -->";

/// The file that a page is woven from: the figure and what the script looks for in it,
/// and the HTML around it in one line. The scene is that of the book's values.
pub fn fragment(widget: &Widget, scene: &Scene) -> String {
    let values = (widget.book)();
    let mut head = format!("<!-- {}\n", widget.figures.join(" "));
    for curve in &scene.curves {
        let _ = writeln!(head, "{}\t{}", curve.panel, curve.name);
    }
    let mut others = WIDGETS.iter();
    let place = others.position(|other| other.name == widget.name);
    let place = place.expect("a widget of the list");
    let handles: String = widget
        .handles
        .iter()
        .zip(&scene.handles)
        .map(handle(widget, &values))
        .collect();
    let knobs: String = widget.controls.iter().zip(&values).map(knob).collect();
    let needs = widget
        .needs
        .map_or_else(String::new, |set| format!(" data-needs=\"{}\"", set.name()));
    let Scene { says, .. } = scene;
    format!(
        "{head}-->\n\
         <div class=\"stage\" data-place=\"{place}\"{needs}>{PICTURE}{handles}</div>\
         <p class=\"says\" aria-live=\"polite\">{}</p>\
         <div class=\"knobs\" role=\"group\" aria-label=\"Settings of the figure\">{knobs}\
         <button type=\"button\" class=\"reset\" aria-disabled=\"true\">Back to the book’s</button></div>\n",
        escaped(says)
    )
}

/// A point to drag. It lies over the picture, which is one image for a screen reader.
fn handle<'a>(
    widget: &'a Widget,
    values: &'a [f64],
) -> impl Fn((&Handle, &Point)) -> String + 'a {
    move |(handle, (x, y))| {
        let Handle { panel, label, keys } = handle;
        let controls = || widget.controls.iter().zip(values);
        let of = |key: &&str| {
            let (control, value) =
                controls().find(|(control, _)| control.key == *key)?;
            Some(format!("{} {}", control.label, number(*value)))
        };
        let text = keys.iter().filter_map(of).collect::<Vec<_>>().join(", ");
        let now = controls().find(|(control, _)| control.key == keys[0]);
        let now = digits(*now.expect("a control").1, 4).replace('−', "-");
        format!(
            "<span class=\"handle\" role=\"slider\" tabindex=\"0\" aria-label=\"{label}, in the picture\" \
             aria-valuenow=\"{now}\" aria-valuetext=\"{text}\" data-panel=\"{panel}\" data-keys=\"{}\" data-at=\"{x} {y}\"></span>",
            keys.join(" "),
        )
    }
}

/// A slider with its number, or a list to choose from.
fn knob((control, value): (&Control, &f64)) -> String {
    let Control { key, label, scale, runs, .. } = control;
    let label = escaped(label);
    if let Scale::Choice(names) = scale {
        let option = |(i, name): (usize, &&str)| {
            let selected = if i as f64 == *value { " selected" } else { "" };
            format!("<option value=\"{i}\"{selected}>{}</option>", escaped(name))
        };
        let options: String = names.iter().enumerate().map(option).collect();
        return format!(
            "<label>{label} <select data-key=\"{key}\">{options}</select></label>"
        );
    }
    let (low, high, step, kind) = match *scale {
        Scale::Even { low, high, step } => (low, high, step, ""),
        Scale::Powers { low, high } => (low, high, 0.01, " data-powers"),
        Scale::Choice(_) => unreachable!("a list has no slider"),
    };
    let run = runs.map_or_else(String::new, |by| {
        format!("<button type=\"button\" data-run=\"{key}\" data-by=\"{by}\" data-end=\"{high}\">Run</button>")
    });
    let plain = |value: f64| digits(value, 4).replace('−', "-");
    let (position, shown) = (plain(scale.position(*value)), plain(*value));
    format!(
        "<label>{label} <input type=\"range\" data-key=\"{key}\"{kind} min=\"{low}\" max=\"{high}\" step=\"{step}\" \
         value=\"{position}\" aria-valuetext=\"{shown}\"></label>\
         <input type=\"text\" inputmode=\"decimal\" autocomplete=\"off\" size=\"8\" data-key=\"{key}\" aria-label=\"{label}, as a number\" value=\"{shown}\">{run}"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A script that leaves bytes for the page's: a page of a file may not fetch.
pub fn data_script(name: &str, bytes: &[u8]) -> String {
    format!("descentLive.{name}=\"{}\";\n", base64::encode(bytes))
}

/// The script without what only its authors need: comments on lines of their own,
/// indentation, blanks in lines without texts, and ends of lines that end no statement
/// or have a semicolon.
pub fn packed_script(script: &str) -> String {
    let mut packed = String::new();
    let mut is_comment = false;
    for line in script.lines().map(str::trim_start) {
        is_comment |= line.starts_with("/*");
        if !is_comment && !line.is_empty() {
            packed += &tight(line);
            if !line.ends_with(['{', '(', '[', ',', ';']) {
                packed.push('\n');
            }
        }
        is_comment &= !line.ends_with("*/");
    }
    packed
}

fn tight(line: &str) -> String {
    const BLANKS: [(&str, &str); 8] = [
        (", ", ","),
        (" = ", "="),
        (" => ", "=>"),
        (" === ", "==="),
        (" && ", "&&"),
        ("{ ", "{"),
        (" }", "}"),
        (") {", "){"),
    ];
    match line.contains(['\'', '"', '`', '/']) {
        true => line.to_owned(),
        false => BLANKS.iter().fold(line.to_owned(), |line, (a, b)| line.replace(a, b)),
    }
}
