//! Points, boxes and lines in pixels.

/// Pixels to the right and down.
pub type Px = (f64, f64);

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Rect {
    pub fn new(left: f64, top: f64, width: f64, height: f64) -> Self {
        Self { left, top, right: left + width, bottom: top + height }
    }

    /// The place of a panel of many, in rows of two of this height.
    pub fn of_two_columns(place: u32, row: f64) -> Self {
        let (left, top) = (f64::from(place % 2), f64::from(place / 2));
        Self::new(310.0 * left, row * top, 298.0, row - 8.0)
    }

    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    pub fn height(&self) -> f64 {
        self.bottom - self.top
    }

    pub fn middle(&self) -> Px {
        (0.5 * (self.left + self.right), 0.5 * (self.top + self.bottom))
    }

    pub fn grown(&self, by: f64) -> Self {
        let Self { left, top, right, bottom } = *self;
        Self { left: left - by, top: top - by, right: right + by, bottom: bottom + by }
    }

    pub fn corners(&self) -> [Px; 4] {
        let Self { left, top, right, bottom } = *self;
        [(left, top), (right, top), (right, bottom), (left, bottom)]
    }

    pub fn meets(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    pub fn holds(&self, other: &Self) -> bool {
        self.left <= other.left
            && other.right <= self.right
            && self.top <= other.top
            && other.bottom <= self.bottom
    }

    /// Which share of a segment lies inside, from where to where; `None` if none does.
    pub fn share(&self, (from, to): (Px, Px)) -> Option<(f64, f64)> {
        let mut share = (0.0, 1.0);
        for (start, way, low, high) in [
            (from.0, to.0 - from.0, self.left, self.right),
            (from.1, to.1 - from.1, self.top, self.bottom),
        ] {
            if way == 0.0 {
                if start < low || high < start {
                    return None;
                }
                continue;
            }
            let (a, b) = ((low - start) / way, (high - start) / way);
            share = (f64::max(share.0, a.min(b)), f64::min(share.1, a.max(b)));
        }
        (share.0 <= share.1).then_some(share)
    }
}

/// A point on a segment.
fn along((from, to): (Px, Px), share: f64) -> Px {
    (from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1))
}

/// The segments of a line.
pub fn segments(line: &[Px]) -> impl Iterator<Item = (Px, Px)> + '_ {
    line.windows(2).map(|pair| (pair[0], pair[1]))
}

/// The parts of a line inside a box.
pub fn inside(line: &[Px], rect: Rect) -> Vec<Vec<Px>> {
    parts(line, |segment| rect.share(segment).into_iter().collect())
}

/// The parts of a line outside of boxes.
pub fn outside(line: &[Px], boxes: &[Rect]) -> Vec<Vec<Px>> {
    parts(line, |segment| {
        let mut free = vec![(0.0, 1.0)];
        for (a, b) in boxes.iter().filter_map(|rect| rect.share(segment)) {
            let cut = |&(from, to): &(f64, f64)| [(from, to.min(a)), (from.max(b), to)];
            free = free.iter().flat_map(cut).filter(|(from, to)| from < to).collect();
        }
        free
    })
}

/// Joins the shares of the segments of a line that are kept.
fn parts(line: &[Px], kept: impl Fn((Px, Px)) -> Vec<(f64, f64)>) -> Vec<Vec<Px>> {
    let mut parts: Vec<Vec<Px>> = Vec::new();
    let mut open = false;
    for segment in segments(line) {
        let shares = kept(segment);
        for &(from, to) in &shares {
            match parts.last_mut() {
                Some(part) if open && from == 0.0 => part.push(along(segment, to)),
                _ => parts.push(vec![along(segment, from), along(segment, to)]),
            }
            open = to == 1.0;
        }
        open = open && !shares.is_empty();
    }
    parts.retain(|part| part.iter().any(|point| *point != part[0]));
    parts
}

/// Points every so many pixels along a line, with both ends.
pub fn paced(line: &[Px], pace: f64) -> Vec<Px> {
    let mut points: Vec<Px> = line.first().copied().into_iter().collect();
    let mut since = 0.0;
    for segment in segments(line) {
        let ((x0, y0), (x1, y1)) = segment;
        let length = ((x1 - x0) * (x1 - x0) + (y1 - y0) * (y1 - y0)).sqrt();
        let mut at = pace - since;
        while at < length {
            points.push(along(segment, at / length));
            at += pace;
        }
        since = length - (at - pace);
    }
    points.extend(line.last());
    points
}

/// Which points of a line in units of the file are needed to draw it to a unit (Douglas
/// and Peucker).
pub fn simplified(points: &[(i64, i64)]) -> Vec<(i64, i64)> {
    const FAR: f64 = 1.01;
    let mut kept = vec![false; points.len()];
    let mut open = vec![(0, points.len().saturating_sub(1))];
    for end in [0, points.len().saturating_sub(1)] {
        if let Some(kept) = kept.get_mut(end) {
            *kept = true;
        }
    }
    while let Some((first, last)) = open.pop() {
        let distance = |i: usize| distance(points[i], (points[first], points[last]));
        let farthest = (first + 1..last)
            .map(|i| (i, distance(i)))
            .fold((0, 0.0), |best, one| if one.1 > best.1 { one } else { best });
        if farthest.1 > FAR {
            kept[farthest.0] = true;
            open.extend([(first, farthest.0), (farthest.0, last)]);
        }
    }
    let points =
        points.iter().zip(kept).filter(|(_, kept)| *kept).map(|(point, _)| *point);
    let mut points: Vec<_> = points.collect();
    points.dedup();
    points
}

/// From a point to a segment.
fn distance(point: (i64, i64), (from, to): ((i64, i64), (i64, i64))) -> f64 {
    let way = ((to.0 - from.0) as f64, (to.1 - from.1) as f64);
    let off = ((point.0 - from.0) as f64, (point.1 - from.1) as f64);
    let square = way.0 * way.0 + way.1 * way.1;
    let share = match square {
        0.0 => 0.0,
        square => ((off.0 * way.0 + off.1 * way.1) / square).clamp(0.0, 1.0),
    };
    let rest = (off.0 - share * way.0, off.1 - share * way.1);
    (rest.0 * rest.0 + rest.1 * rest.1).sqrt()
}
