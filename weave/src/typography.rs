//! Letters and spaces of the prose: a symbol has the face that it has in formulas, and what belongs together
//! stays on one line.

use crate::directive::{CLOSE, OPEN};
use crate::markdown::options;
use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use std::ops::Range;

/// A space that no line ends with.
pub const BOUND: char = '\u{a0}';

/// Small characters of the prose, each behind what it stands for.
const BELOW: &str = "0₀1₁2₂3₃4₄5₅6₆7₇8₈9₉+₊−₋iᵢjⱼkₖnₙmₘtₜrᵣ";
const ABOVE: &str = "0⁰1¹2²3³4⁴5⁵6⁶7⁷8⁸9⁹+⁺−⁻nⁿtᵗkᵏ";

/// What stands between two sides, and what stands between two terms or factors.
const RELATIONS: &str = "=≈<>≤≥≠∼";
const FACTORS: &str = "·×";
const TERMS: &str = "+−";
/// How long a value or a formula counts.
const WORD: usize = 5;
/// A side that is at most so long keeps the other side beside it.
const SHORT: usize = 10;

type Edit = (Range<usize>, String);

/// What changes in a text, by offset.
pub fn edits(text: &str) -> Vec<Edit> {
    let prose = Prose::new(text);
    let mut edits = prose.letters;
    edits.extend(bound_spaces(text, &prose.ranges));
    edits
}

/// The parts of a text that are prose, and the symbols in them.
struct Prose {
    ranges: Vec<Range<usize>>,
    letters: Vec<Edit>,
}

impl Prose {
    fn new(text: &str) -> Self {
        let mut prose = Self { ranges: Vec::new(), letters: Vec::new() };
        let mut is_code = false;
        let mut emphasis = None;
        for (event, range) in Parser::new_ext(text, options()).into_offset_iter() {
            match event {
                Event::Start(Tag::CodeBlock(_)) => is_code = true,
                Event::End(TagEnd::CodeBlock) => is_code = false,
                Event::Start(Tag::Emphasis) => emphasis = Some(range),
                Event::Text(_) if !is_code => {
                    let whole = emphasis.take().filter(|whole| {
                        whole.start + 1 == range.start && whole.end == range.end + 1
                    });
                    prose.text(text, range, whole);
                }
                Event::Html(_) => {
                    for range in between_tags(text, range) {
                        prose.text(text, range, None);
                    }
                }
                _ => emphasis = None,
            }
        }
        prose
    }

    /// Prose without its directives; `emphasized` is the range with the signs around it.
    fn text(
        &mut self,
        text: &str,
        range: Range<usize>,
        emphasized: Option<Range<usize>>,
    ) {
        let part = &text[range.clone()];
        if let Some(whole) = emphasized
            && part.chars().count() == 1
            && part.chars().all(char::is_alphabetic)
        {
            self.symbol(text, whole, range);
            return;
        }
        let mut start = range.start;
        while start < range.end {
            let open =
                text[start..range.end].find(OPEN).map_or(range.end, |i| start + i);
            self.plain(text, start..open);
            let close = text[open..].find(CLOSE).map(|i| open + i + CLOSE.len());
            start = close.unwrap_or(range.end).max(open + 1);
        }
    }

    fn plain(&mut self, text: &str, range: Range<usize>) {
        let mut at = self.star(text, range.clone());
        while let Some(found) = text[at..range.end].find(is_greek).map(|i| at + i) {
            let rest = &text[found..range.end];
            let end = rest.find(|c| !is_greek(c)).map_or(range.end, |i| found + i);
            let end = self.symbol(text, found..end, found..end);
            at = self.star(text, end..range.end);
        }
        self.ranges.push(range);
    }

    /// A star behind a symbol, θ*, stays one: behind a tag it could begin an emphasis. Returns where it ends.
    fn star(&mut self, text: &str, range: Range<usize>) -> usize {
        match self.letters.last_mut() {
            Some((symbol, html))
                if symbol.end == range.start
                    && text[range.clone()].starts_with('*') =>
            {
                html.push_str("&#42;");
                symbol.end += 1;
                symbol.end
            }
            _ => range.start,
        }
    }

    /// Gives letters the face of formulas, with the small characters behind them. Returns where they end.
    fn symbol(
        &mut self,
        text: &str,
        whole: Range<usize>,
        letters: Range<usize>,
    ) -> usize {
        let mut html = format!("<i class=\"g\">{}", &text[letters]);
        let mut end = whole.end;
        for (characters, name) in [(BELOW, "sub"), (ABOVE, "sup")] {
            let large = |c: char| pair_of(characters, c);
            let rest = &text[end..];
            let length = rest.find(|c| large(c).is_none()).unwrap_or(rest.len());
            let script: String = rest[..length].chars().filter_map(large).collect();
            if !script.is_empty() {
                html += &format!("<{name}>{script}</{name}>");
                end += length;
            }
        }
        self.letters.push((whole.start..end, html + "</i>"));
        end
    }
}

fn is_greek(c: char) -> bool {
    ('α'..='ω').contains(&c)
}

/// The large character before a small one.
fn pair_of(characters: &str, small: char) -> Option<char> {
    let characters: Vec<_> = characters.chars().collect();
    characters.chunks(2).find(|pair| pair[1] == small).map(|pair| pair[0])
}

fn between_tags(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = range.start;
    while start < range.end {
        let end = text[start..range.end].find('<').map_or(range.end, |i| start + i);
        ranges.push(start..end);
        let close = text[end..range.end].find('>').map(|i| end + i + 1);
        start = close.unwrap_or(range.end);
    }
    ranges
}

/// The spaces that hold together what is around them.
fn bound_spaces(text: &str, prose: &[Range<usize>]) -> Vec<Edit> {
    let mut spaces = Vec::new();
    for range in prose {
        for (i, sign) in text[range.clone()].char_indices() {
            let at = range.start + i;
            let before = blank_before(text, at);
            let behind = blank_behind(text, at + sign.len_utf8());
            let (binds_before, binds_behind) = match (&before, &behind) {
                (Some(before), _) if sign == '%' => (
                    text[..before.start]
                        .ends_with(|c: char| c.is_ascii_digit() || c == '}'),
                    false,
                ),
                (Some(before), Some(behind)) => {
                    let left = length_before(&text[..before.start]) <= SHORT;
                    let right = length_behind(&text[behind.end..]) <= SHORT;
                    binds(sign, left, right)
                }
                _ => (false, false),
            };
            spaces.extend(before.filter(|_| binds_before));
            spaces.extend(behind.filter(|_| binds_behind));
        }
    }
    spaces.sort_by_key(|range| range.start);
    spaces.dedup();
    spaces.into_iter().map(|range| (range, BOUND.to_string())).collect()
}

/// Whether a sign holds what is before it and behind it, by whether that is short.
fn binds(sign: char, left: bool, right: bool) -> (bool, bool) {
    match sign {
        _ if RELATIONS.contains(sign) => (left && right, right),
        _ if FACTORS.contains(sign) => (true, true),
        _ if TERMS.contains(sign) => (left, false),
        _ => (false, false),
    }
}

/// A single space or the end of a line before a place.
fn blank_before(text: &str, at: usize) -> Option<Range<usize>> {
    let before = text[..at].strip_suffix([' ', '\n'])?;
    (!before.ends_with(char::is_whitespace)).then_some(before.len()..at)
}

/// A single space or the end of a line behind a place.
fn blank_behind(text: &str, at: usize) -> Option<Range<usize>> {
    let behind = text[at..].strip_prefix([' ', '\n'])?;
    let goes_on =
        !behind.starts_with(|c: char| c.is_whitespace() || "|>#-".contains(c));
    goes_on.then_some(at..at + 1)
}

/// How long what ends here looks; values and formulas count as short words.
fn length_before(text: &str) -> usize {
    let last = text.rsplit(char::is_whitespace).next().unwrap_or(text);
    if last.ends_with(CLOSE) || last.ends_with('$') {
        WORD
    } else {
        last.chars().count()
    }
}

fn length_behind(text: &str) -> usize {
    if text.starts_with(OPEN) || text.starts_with('$') {
        return WORD;
    }
    let first = text.split(char::is_whitespace).next().unwrap_or(text);
    first.chars().count()
}
