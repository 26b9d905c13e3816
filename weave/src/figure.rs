//! Figures: SVG files that become part of the page, each with its data beside it.

use crate::fault::{Faults, nearest};
use crate::html;
use crate::source::{Sources, files_below, line_of};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Where the code is that draws them.
const DRAWN_BY: &str = "src/bin/figures/";

/// The figures of the book, by name.
pub struct Figures {
    folder: String,
    svgs: BTreeMap<String, String>,
}

impl Figures {
    /// Reads and checks all files in `folder`.
    pub fn read(
        root: &Path,
        folder: String,
        sources: &Sources,
        faults: &mut Faults,
    ) -> Self {
        let files = files_below(root, &folder);
        let mut svgs = BTreeMap::new();
        for file in &files {
            let name = &file[folder.len() + 1..];
            let has = |extension: &str| {
                files.contains(&file.replace(&file[file.len() - 4..], extension))
            };
            if let Some(name) = name.strip_suffix(".svg") {
                let svg = fs::read_to_string(root.join(file)).unwrap_or_default();
                for message in lacks(&svg) {
                    faults.add(file, 1, message);
                }
                for (at, message) in html::faults_of_figure(&svg) {
                    faults.add(file, line_of(&svg, at), message);
                }
                if !is_drawn(sources, name) {
                    faults.add(
                        file,
                        1,
                        format!(
                            "no code draws it: \"{name}\" stands nowhere in {DRAWN_BY}"
                        ),
                    );
                }
                if !has(".csv") {
                    faults.add(
                        file,
                        1,
                        format!("no data beside it: {name}.csv is missing"),
                    );
                }
                svgs.insert(name.to_owned(), one_line(&svg));
            } else if let Some(name) = name.strip_suffix(".csv") {
                if !has(".svg") {
                    faults.add(
                        file,
                        1,
                        format!("no figure beside it: {name}.svg is missing"),
                    );
                }
            } else {
                faults.add(file, 1, "neither a figure (.svg) nor its data (.csv)");
            }
        }
        Self { folder, svgs }
    }

    /// The file of a figure, relative to the root.
    pub fn path(&self, name: &str) -> String {
        format!("{}/{name}.svg", self.folder)
    }

    /// The names of all figures.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.svgs.keys().map(String::as_str)
    }

    /// The figure as one line.
    pub fn svg(&self, name: &str) -> Result<&str, String> {
        let svg = self.svgs.get(name).map(String::as_str);
        svg.ok_or_else(|| {
            let near = nearest(name, self.names());
            format!("no figure `{}`; near it: {near}", self.path(name))
        })
    }
}

/// The name of the figure that a page at this depth refers to.
pub fn name_of<'a>(url: &'a str, to_root: &str) -> Option<&'a str> {
    let file = url.strip_prefix(to_root)?.strip_prefix("figures/")?;
    file.strip_suffix(".svg").filter(|name| !name.contains('/'))
}

/// What a figure is called.
pub fn title(svg: &str) -> &str {
    content(svg, "title").unwrap_or_default()
}

fn is_drawn(sources: &Sources, name: &str) -> bool {
    let literal = format!("\"{name}\"");
    let mut files = sources.iter().filter(|(path, _)| path.starts_with(DRAWN_BY));
    files.any(|(_, source)| source.holds(&literal))
}

fn lacks(svg: &str) -> Vec<String> {
    let tag = svg.find("<svg").map_or("", |start| &svg[start..]);
    let tag = tag.split('>').next().unwrap_or_default();
    let mut messages = Vec::new();
    if !tag.contains(r#"role="img""#) {
        messages.push(r#"the figure has no role="img""#.to_owned());
    }
    for element in ["title", "desc"] {
        match content(svg, element) {
            None => messages.push(format!("the figure has no <{element}>")),
            Some(text) if text.trim().is_empty() => {
                messages.push(format!("the figure's <{element}> is empty"));
            }
            Some(_) => {}
        }
    }
    messages
}

fn content<'a>(svg: &'a str, element: &str) -> Option<&'a str> {
    let (_, rest) = svg.split_once(&format!("<{element}"))?;
    let (_, rest) = rest.split_once('>')?;
    rest.split_once(&format!("</{element}>")).map(|(text, _)| text)
}

fn one_line(svg: &str) -> String {
    let svg = svg.find("<svg").map_or("", |start| &svg[start..]);
    let lines = svg.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(" ").replace("> <", "><")
}
