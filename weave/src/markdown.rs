//! Where a page's code, formulas and images are.

use pulldown_cmark::{
    BrokenLink, CodeBlockKind, Event, LinkType, Options, Parser, Tag, TagEnd,
};
use std::ops::Range;

/// A formula in the text.
pub struct Formula {
    /// Its place, with the dollar signs or the fence.
    pub range: Range<usize>,
    /// What it says.
    pub tex: String,
    /// Whether it stands on a line of its own.
    pub display: bool,
}

/// An image in the text.
pub struct Image {
    /// Its place.
    pub range: Range<usize>,
    /// The place of its caption.
    pub caption: Range<usize>,
    /// Where it is to be found.
    pub url: String,
    /// Whether it is a paragraph of the page, and all of it.
    pub is_alone: bool,
}

/// A link in the text.
pub struct Link {
    /// Its place.
    pub range: Range<usize>,
    /// Where it leads.
    pub url: String,
}

/// What there is in a text, by offset.
#[derive(Default)]
pub struct Scan {
    /// Code, inline or in blocks.
    pub code: Vec<Range<usize>>,
    /// The code blocks that show a program's output: `console` and `text`.
    pub outputs: Vec<Range<usize>>,
    /// Those of them that show commands: `console`.
    pub consoles: Vec<Range<usize>>,
    /// The labels of all fences.
    pub fences: Vec<(usize, String)>,
    /// Code in sentences, and what it says.
    pub spans: Vec<(Range<usize>, String)>,
    /// Formulas.
    pub formulas: Vec<Formula>,
    /// Images.
    pub images: Vec<Image>,
    /// Links.
    pub links: Vec<Link>,
    /// Links whose `[reference]` is nowhere defined.
    pub undefined: Vec<Range<usize>>,
    /// Raw HTML.
    pub html: Vec<Range<usize>>,
    /// Headings that ask for attributes other than an id or a class.
    pub attributes: Vec<usize>,
    /// Dollar signs that belong to no formula.
    pub strays: Vec<usize>,
}

/// mdBook's own extensions (which change no offsets) and formulas.
pub fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_GFM
        | Options::ENABLE_MATH
}

impl Scan {
    /// Reads a text.
    pub fn new(text: &str) -> Self {
        let mut scan = Self::default();
        let mut depth = 0;
        let mut paragraph = 0..0;
        let mut undefined = Vec::new();
        let note = |link: BrokenLink<'_>| {
            if !matches!(link.link_type, LinkType::Shortcut) {
                undefined.push(link.span);
            }
            None
        };
        let parser = Parser::new_with_broken_link_callback(text, options(), Some(note));
        let mut events = parser.into_offset_iter();
        while let Some((event, range)) = events.next() {
            scan.extend_caption(&range);
            match event {
                Event::Start(Tag::CodeBlock(kind)) => {
                    let inside = events.by_ref();
                    let inside =
                        inside.take_while(|(event, _)| !matches!(event, Event::End(_)));
                    let code = inside.filter_map(|(event, _)| match event {
                        Event::Text(text) => Some(text.into_string()),
                        _ => None,
                    });
                    scan.block(&kind, range, code.collect());
                }
                Event::Start(tag) => {
                    depth += 1;
                    match tag {
                        Tag::Paragraph => paragraph = range,
                        Tag::Link { dest_url, .. } => {
                            let url = dest_url.into_string();
                            scan.links.push(Link { range, url });
                        }
                        Tag::Heading { attrs, .. } if !attrs.is_empty() => {
                            scan.attributes.push(range.start);
                        }
                        Tag::Image { dest_url, .. } => scan.images.push(Image {
                            is_alone: depth == 2
                                && text[paragraph.clone()].trim()
                                    == &text[range.clone()],
                            caption: range.start + 2..range.start + 2,
                            range,
                            url: dest_url.into_string(),
                        }),
                        _ => {}
                    }
                }
                Event::End(_) => depth -= 1,
                Event::Code(code) => {
                    scan.spans.push((range.clone(), code.into_string()));
                    scan.code.push(range);
                }
                Event::InlineMath(tex) => scan.formula(range, &tex, false),
                Event::DisplayMath(tex) => scan.formula(range, &tex, true),
                Event::Text(_) => scan.strays.extend(dollars(text, range)),
                Event::Html(_) | Event::InlineHtml(_) => {
                    scan.strays.extend(dollars(text, range.clone()));
                    match scan.html.last_mut() {
                        Some(last) if last.end == range.start => last.end = range.end,
                        _ => scan.html.push(range),
                    }
                }
                _ => {}
            }
        }
        drop(events);
        scan.undefined = undefined;
        scan
    }

    fn block(&mut self, kind: &CodeBlockKind<'_>, range: Range<usize>, code: String) {
        let language = match kind {
            CodeBlockKind::Fenced(info) => info.split([',', ' ']).next().unwrap_or(""),
            CodeBlockKind::Indented => "",
        };
        if matches!(kind, CodeBlockKind::Fenced(_)) {
            self.fences.push((range.start, language.to_owned()));
        }
        if language == "console" {
            self.consoles.push(range.clone());
        }
        match language {
            "math" => return self.formula(range, &code, true),
            "console" | "text" => self.outputs.push(range.clone()),
            _ => {}
        }
        self.code.push(range);
    }

    fn formula(&mut self, range: Range<usize>, tex: &str, display: bool) {
        let tex = tex.to_owned();
        self.formulas.push(Formula { range, tex, display });
    }

    /// Captions reach from the image's `![` to the end of what is last inside.
    fn extend_caption(&mut self, part: &Range<usize>) {
        if let Some(Image { range, caption, .. }) = self.images.last_mut()
            && range.start < part.start
            && part.end < range.end
        {
            caption.end = caption.end.max(part.end);
        }
    }
}

fn dollars(text: &str, range: Range<usize>) -> impl Iterator<Item = usize> {
    let found = text[range.clone()].match_indices('$');
    let offsets = found.map(move |(i, _)| range.start + i);
    offsets.filter(|&i| !text[..i].ends_with('\\'))
}

/// The texts of all headings, each with its id if it asks for one.
pub fn headings(text: &str) -> Vec<(Option<String>, String)> {
    let mut headings = Vec::new();
    let mut open = None::<(Option<String>, String)>;
    for event in Parser::new_ext(text, options()) {
        match (event, &mut open) {
            (Event::Start(Tag::Heading { id, .. }), _) => {
                open = Some((id.map(|id| id.into_string()), String::new()));
            }
            (Event::End(TagEnd::Heading(_)), _) => headings.extend(open.take()),
            (Event::Text(part) | Event::Code(part), Some((_, heading))) => {
                *heading += &part;
            }
            _ => {}
        }
    }
    headings
}
