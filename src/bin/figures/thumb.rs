//! Small pictures for predictions: what a law says will happen, without numbers.

use crate::canvas::{Caption, DrawResult, Ink, Pen, svg};
use crate::contour::Point;
use crate::geometry::Px;
use crate::output::{Figure, csv, number, place, shown};

/// What a law predicts: a few paths on bare axes.
pub struct Thumb<'a> {
    /// `<slug>-<question>_<law>`
    pub name: &'static str,
    /// What is seen, in a few words.
    pub title: &'static str,
    pub x: (f64, f64),
    pub y: (f64, f64),
    /// Drawn faintly below the others.
    pub ground: &'a [Vec<Point>],
    /// Each with its name in the data.
    pub paths: &'a [(&'static str, Ink, Vec<Point>)],
}

/// The size of every one, in pixels.
const SIZE: (f64, f64) = (240.0, 160.0);
const MARGIN: f64 = 8.0;

/// Points of a law up to where it reaches a ceiling, which is drawn as far as that.
pub fn up_to(ceiling: f64, points: impl IntoIterator<Item = Point>) -> Vec<Point> {
    let mut cut = Vec::new();
    for (x, y) in points {
        let inside = y < ceiling;
        cut.push((x, if inside { y } else { ceiling }));
        if !inside {
            break;
        }
    }
    cut
}

impl Thumb<'_> {
    /// The picture with its data.
    pub fn figure(&self) -> DrawResult<Figure> {
        let laws: Vec<_> = self.paths.iter().map(|(law, ..)| *law).collect();
        let description = format!("{}: {}.", self.title, laws.join(", "));
        let caption = Caption { name: self.name, title: self.title, description };
        let svg = svg(&caption, SIZE, |canvas| {
            let (right, bottom) = (SIZE.0 - MARGIN, SIZE.1 - MARGIN);
            let frame = [(MARGIN, MARGIN), (MARGIN, bottom), (right, bottom)];
            canvas.line(Pen::new(Ink::Foreground, 1.0), &frame);
            for path in self.ground {
                let pen = Pen::new(Ink::Foreground, 1.0).faint(0.6);
                canvas.line(pen, &self.places(path));
            }
            for (_, ink, path) in self.paths {
                canvas.line(Pen::new(*ink, 3.0), &self.places(path));
            }
        });
        Ok(Figure { name: self.name, svg, csv: self.csv() })
    }

    /// Where the points of a path lie, up to the first that is outside.
    fn places(&self, path: &[Point]) -> Vec<Px> {
        let share = |(low, high): (f64, f64), value: f64| (value - low) / (high - low);
        let inside = |share: f64| (-1e-9..=1.0 + 1e-9).contains(&share);
        let along = |share: f64, length: f64| MARGIN + share * (length - 2.0 * MARGIN);
        path.iter()
            .map(|&(x, y)| (share(self.x, shown(x)), share(self.y, shown(y))))
            .take_while(|&(x, y)| inside(x) && inside(y))
            .map(|(x, y)| (along(x, SIZE.0), along(1.0 - y, SIZE.1)))
            .collect()
    }

    fn csv(&self) -> String {
        let rows = self.paths.iter().flat_map(|(name, _, path)| {
            path.iter()
                .map(move |&(x, y)| vec![(*name).to_owned(), place(x), number(y)])
        });
        csv(&["curve", "x", "y"], rows)
    }
}
