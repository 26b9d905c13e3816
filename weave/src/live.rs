//! Live figures: what stands on a page around a figure that one can touch.
//!
//! `live/figures/<name>.html` is written by the code that computes the figure. It begins with a comment: the figure, or
//! several that move together, and in a line each the panel and the name of every curve that moves. A figure with one
//! panel is called by its own name there. The line behind the comment is the HTML, for the first of the figures.

use crate::fault::nearest;
use crate::math::escape;
use crate::source::files_below;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const FOLDER: &str = "live/figures";
/// Where the HTML has the picture.
const PICTURE: &str = "<!-- picture -->";

/// A live figure.
pub struct Live {
    /// The figures that come alive.
    pub figures: Vec<String>,
    curves: Vec<(String, String)>,
    html: String,
}

impl Live {
    fn parse(text: &str) -> Option<Self> {
        let (head, html) = text.strip_prefix("<!-- ")?.split_once("-->\n")?;
        let (figures, curves) = head.split_once('\n')?;
        let pair = |line: &str| {
            line.split_once('\t')
                .map(|(panel, curve)| (panel.to_owned(), curve.to_owned()))
        };
        Some(Self {
            figures: figures.split(' ').map(str::to_owned).collect(),
            curves: curves.lines().map(pair).collect::<Option<_>>()?,
            html: html.trim_end().to_owned(),
        })
    }

    /// What stands on the page in the place of the picture, with the picture in it.
    ///
    /// # Errors
    /// If it is none of the figures, or lacks axes or a curve.
    pub fn around(&self, figure: &str, svg: &str) -> Result<String, String> {
        let place = self.figures.iter().position(|other| other == figure);
        let place = place.ok_or_else(|| {
            format!("this live figure is `{}`", self.figures.join("` and `"))
        })?;
        let is_of_another =
            |panel: &String| panel != figure && self.figures.contains(panel);
        for (panel, curve) in &self.curves {
            if panel == figure || place == 0 && !is_of_another(panel) {
                check(figure, svg, panel, curve)?;
            }
        }
        Ok(match place {
            0 => self.html.replace(PICTURE, svg),
            _ => format!("<div class=\"stage\">{svg}</div>"),
        })
    }
}

fn check(figure: &str, svg: &str, panel: &str, curve: &str) -> Result<(), String> {
    let (start, named) = match panel == figure {
        true => ("<g data-x=".to_owned(), "axes (data-x, data-y)".to_owned()),
        false => (
            format!("<g data-panel=\"{panel}\" data-x="),
            format!("axes of a panel `{panel}`"),
        ),
    };
    let (_, group) = svg.split_once(&start).ok_or_else(|| {
        format!("figure `{figure}` cannot be live: it has no {named}")
    })?;
    let group = group.split("<g data-panel=").next().unwrap_or(group);
    match group.contains(&format!("data-curve=\"{}\"", escape(curve))) {
        true => Ok(()),
        false => Err(format!(
            "figure `{figure}` cannot be live: its panel `{panel}` has no curve `{curve}`"
        )),
    }
}

/// The live figures, by name.
pub struct Lives(BTreeMap<String, Live>);

impl Lives {
    /// Reads all.
    pub fn read(root: &Path) -> Self {
        let files = files_below(root, FOLDER);
        let names = files.iter().filter_map(|file| {
            file.strip_prefix(FOLDER)?.strip_prefix('/')?.strip_suffix(".html")
        });
        let lives = names.filter_map(|name| {
            let text = fs::read_to_string(root.join(path(name))).ok()?;
            Some((name.to_owned(), Live::parse(&text)?))
        });
        Self(lives.collect())
    }

    /// Names and live figures.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Live)> {
        self.0.iter().map(|(name, live)| (name.as_str(), live))
    }

    /// The live figure of this name.
    ///
    /// # Errors
    /// If there is none.
    pub fn get(&self, name: &str) -> Result<&Live, String> {
        self.0.get(name).ok_or_else(|| {
            let near = nearest(name, self.0.keys().map(String::as_str));
            format!("no live figure `{}`; near it: {near}", path(name))
        })
    }
}

/// Its file, relative to the root.
pub fn path(name: &str) -> String {
    format!("{FOLDER}/{name}.html")
}
