//! Figures for slides and papers: for a light or a dark ground, and as pictures.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::Args;

use crate::Place;
use crate::canvas::{DrawResult, for_dark_ground, ground};
use crate::output::{checkout, default_folder, prepare, replace, tell};

#[derive(Args)]
pub struct Options {
    /// Figures, such as adam-factor, or chapters, for all of their figures
    #[arg(required = true, value_name = "FIGURE")]
    names: Vec<String>,
    /// For a dark ground, with the colours of the book's dark themes
    #[arg(long)]
    dark: bool,
    /// A PNG as well, so many pixels wide; needs rsvg-convert
    #[arg(long, value_name = "WIDTH", value_parser = clap::value_parser!(u32).range(100..=10_000))]
    png: Option<u32>,
}

/// Writes the figures as they are in `chapters/figures`: all of them, or nothing.
///
/// # Errors
/// If there is no such figure, no rsvg-convert for a PNG, or no folder to write to.
pub fn export(options: &Options, place: &Place) -> DrawResult {
    if place.csv {
        return Err("--csv: the data of the figures are in chapters/figures".into());
    }
    let drawn = checkout()?.join("chapters/figures");
    let folder = match &place.out {
        Some(folder) => folder.clone(),
        None => default_folder(false)?,
    };
    let mut files: Vec<(PathBuf, Vec<u8>)> = Vec::new();
    for name in chosen(&options.names, &of_the_book(&drawn)?)? {
        let svg = fs::read_to_string(drawn.join(&name).with_extension("svg"))?;
        let (svg, end) = match options.dark {
            true => (for_dark_ground(&svg), "-dark"),
            false => (svg, ""),
        };
        let path = folder.join(name + end);
        if let Some(width) = options.png {
            files.push((
                path.with_extension("png"),
                png(&svg, width, ground(options.dark))?,
            ));
        }
        files.push((path.with_extension("svg"), svg.into_bytes()));
    }
    prepare(&folder)?;
    let contents: Vec<_> = files
        .iter()
        .map(|(path, content)| (path.clone(), content.as_slice()))
        .collect();
    replace(&folder, &contents)?;
    tell(files.iter().map(|(path, _)| path.display().to_string()))
}

/// The names of all figures, sorted.
fn of_the_book(folder: &Path) -> DrawResult<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        names.extend(
            name.to_str().and_then(|name| name.strip_suffix(".svg")).map(String::from),
        );
    }
    names.sort();
    Ok(names)
}

/// The figures that are meant, each once.
fn chosen(names: &[String], all: &[String]) -> DrawResult<Vec<String>> {
    let mut chosen: Vec<String> = Vec::new();
    for name in names {
        let name = name.strip_suffix(".svg").unwrap_or(name);
        let of_chapter = |chapter: &str| {
            let start = format!("{chapter}-");
            all.iter().filter(move |figure| figure.starts_with(&start))
        };
        let found: Vec<_> = match all.iter().find(|figure| *figure == name) {
            Some(figure) => vec![figure],
            None => of_chapter(name).collect(),
        };
        if found.is_empty() {
            let chapter = name.split('-').next().unwrap_or_default();
            let near: Vec<_> = of_chapter(chapter).map(String::as_str).collect();
            let hint = match near[..] {
                [] => "`figures list` names the chapters".to_owned(),
                _ => format!("of this chapter there are {}", near.join(", ")),
            };
            return Err(format!("'{name}': no such figure; {hint}").into());
        }
        for figure in found {
            if !chosen.contains(figure) {
                chosen.push(figure.clone());
            }
        }
    }
    Ok(chosen)
}

/// A figure as a picture.
fn png(svg: &str, width: u32, ground: &str) -> DrawResult<Vec<u8>> {
    let mut program = Command::new("rsvg-convert");
    program.args(["--format", "png", "--width", &width.to_string()]);
    // Below the figure, too, whose height is no whole number of pixels.
    program.args(["--background-color", ground]);
    let piped = program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut child = piped.map_err(|error| match error.kind() {
        ErrorKind::NotFound => "--png: rsvg-convert is not installed; Debian has it in librsvg2-bin, Homebrew in \
                                librsvg. Without --png the figure is written as SVG"
            .to_owned(),
        _ => format!("--png: rsvg-convert: {error}"),
    })?;
    let input = child.stdin.take();
    let written = input.map_or(Ok(()), |mut input| input.write_all(svg.as_bytes()));
    let output = child.wait_with_output()?;
    match output.status.success() && !output.stdout.is_empty() {
        true => written.map(|()| output.stdout).map_err(Into::into),
        false => {
            Err(format!("--png: rsvg-convert ended with {}", output.status).into())
        }
    }
}
