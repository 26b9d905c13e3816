//! Where names stand: beside what they name, over nothing else, and not beside another
//! thing.

use crate::canvas::Align;
use crate::geometry::{Px, Rect, inside, paced, segments};
use crate::text::{ABOVE, BELOW, SIZE, width};

/// What there is around the names.
pub struct Scene {
    /// Names stay inside.
    pub room: Rect,
    /// What no name may lie over.
    pub lines: Vec<Vec<Px>>,
    /// What a name had better not lie over.
    pub edges: Vec<Vec<Px>>,
    /// Places that are taken.
    pub boxes: Vec<Rect>,
}

/// A name, and the lines of the scene that it may stand beside, one of them.
pub struct Wish<'a> {
    pub name: &'a str,
    pub line: usize,
}

/// A name in its place. The side on which its line is decides where it is held, since the
/// fonts of a reader may be narrower.
#[derive(Clone, Copy)]
pub struct Placed {
    pub at: Px,
    pub align: Align,
    pub rect: Rect,
}

/// The box around a label whose left end is at a place.
pub fn box_at((x, y): Px, label: &str) -> Rect {
    Rect { left: x, top: y - ABOVE, right: x + width(label), bottom: y + BELOW }
}

struct Candidate {
    cost: f64,
    placed: Placed,
}

/// Distance from a name to its line, in pixels.
const GAP: f64 = 4.0;
/// The room around a name in which no other stands.
const APART: f64 = 3.0;
/// How many places of each name are compared with those of others.
const KEPT: usize = 40;

impl Scene {
    /// Places for all names, if there are any; the cheapest together.
    pub fn place(&self, wishes: &[Wish]) -> Option<Vec<Placed>> {
        let candidates: Vec<_> =
            wishes.iter().map(|wish| self.candidates(wish)).collect();
        let mut search = Search {
            candidates: &candidates,
            best: None,
            chosen: Vec::new(),
            tried: 0,
        };
        search.go(0.0);
        let (_, chosen) = search.best?;
        Some(
            (0..)
                .zip(chosen)
                .map(|(i, j): (usize, usize)| candidates[i][j].placed)
                .collect(),
        )
    }

    fn candidates(&self, wish: &Wish) -> Vec<Candidate> {
        let wide = width(wish.name);
        let line = &self.lines[wish.line];
        let seen: Vec<Vec<Px>> = match line.len() {
            1 => vec![line.clone()],
            _ => inside(line, self.room),
        };
        let mut candidates = Vec::new();
        for point in seen.iter().flat_map(|part| paced(part, 5.0)) {
            for (left, down) in around(wide) {
                let from = (point.0 + left, point.1 + down);
                let rect = box_at(from, wish.name);
                let Some(cost) = self.cost(rect, wish.line) else { continue };
                let middle = from.0 + 0.5 * wide;
                let (x, align) = match left {
                    0.0.. => (from.0, Align::Start),
                    left if left + wide <= 0.0 => (from.0 + wide, Align::End),
                    _ => (middle, Align::Middle),
                };
                // Names stand rather to the right, where a line is read to.
                let share = (self.room.right - rect.right) / self.room.width();
                let placed = Placed { at: (x, from.1), align, rect };
                candidates.push(Candidate { cost: cost + 10.0 * share, placed });
            }
        }
        candidates.sort_by(|a, b| a.cost.total_cmp(&b.cost));
        // Not forty that are nearly one.
        let mut kept: Vec<Candidate> = Vec::new();
        for candidate in candidates {
            let near = |other: &Candidate| {
                let (a, b) = (other.placed.rect, candidate.placed.rect);
                (a.left - b.left).abs() < 8.0 && (a.top - b.top).abs() < 6.0
            };
            if kept.len() < KEPT && !kept.iter().any(near) {
                kept.push(candidate);
            }
        }
        kept
    }

    /// What a place costs; nothing may lie under it.
    fn cost(&self, rect: Rect, own: usize) -> Option<f64> {
        if !self.room.holds(&rect)
            || self.boxes.iter().any(|other| other.grown(APART).meets(&rect))
        {
            return None;
        }
        if self.lines.iter().any(|line| touches(line, rect.grown(1.5))) {
            return None;
        }
        let mut cost = 0.0;
        for (_, line) in self.lines.iter().enumerate().filter(|(i, _)| *i != own) {
            for (grown, price) in [(6.0, 40.0), (11.0, 14.0), (18.0, 6.0)] {
                cost += if touches(line, rect.grown(grown)) { price } else { 0.0 };
            }
        }
        let crossed = self.edges.iter().filter(|edge| touches(edge, rect)).count();
        Some(cost + 16.0 * crossed as f64)
    }
}

fn touches(line: &[Px], rect: Rect) -> bool {
    match line {
        [point] => rect.share((*point, *point)).is_some(),
        _ => segments(line).any(|segment| rect.share(segment).is_some()),
    }
}

/// From a point of a line to the left end of a name beside it.
fn around(wide: f64) -> [(f64, f64); 12] {
    let (above, below) = (-BELOW - GAP, ABOVE + GAP);
    let middle = -0.5 * wide;
    let level = 0.5 * (ABOVE - BELOW);
    [
        (middle, above),
        (middle, below),
        (GAP + 2.0, level),
        (-wide - GAP - 2.0, level),
        (0.7 * GAP, above),
        (0.7 * GAP, below),
        (-wide - 0.7 * GAP, above),
        (-wide - 0.7 * GAP, below),
        (GAP, -0.5 * SIZE),
        (GAP, 0.5 * SIZE),
        (-wide - GAP, -0.5 * SIZE),
        (-wide - GAP, 0.5 * SIZE),
    ]
}

/// Tries the candidates of each name with those of the others.
struct Search<'a> {
    candidates: &'a [Vec<Candidate>],
    best: Option<(f64, Vec<usize>)>,
    chosen: Vec<usize>,
    tried: usize,
}

impl Search<'_> {
    fn go(&mut self, cost: f64) {
        const MOST: usize = 300_000;
        self.tried += 1;
        if self.best.as_ref().is_some_and(|(best, _)| cost >= *best)
            || self.tried > MOST
        {
            return;
        }
        let Some(candidates) = self.candidates.get(self.chosen.len()) else {
            self.best = Some((cost, self.chosen.clone()));
            return;
        };
        for (j, candidate) in candidates.iter().enumerate() {
            if self
                .best
                .as_ref()
                .is_some_and(|(best, _)| cost + candidate.cost >= *best)
            {
                return;
            }
            let rect = candidate.placed.rect.grown(APART);
            let taken = (0..).zip(&self.chosen).any(|(i, &k): (usize, &usize)| {
                self.candidates[i][k].placed.rect.meets(&rect)
            });
            if !taken {
                self.chosen.push(j);
                self.go(cost + candidate.cost);
                self.chosen.pop();
            }
        }
    }
}
