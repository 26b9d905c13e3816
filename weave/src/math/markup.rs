//! Formulas as HTML: KaTeX's layout in a small part of its markup.
//!
//! KaTeX builds a box for every atom and a table for every index. Here letters are `<i>`, one script
//! is `<sub>` or `<sup>`, what is stacked is a list of rows that have no height, and a sign with its
//! spaces is text. `theme/formulas.css` says what the classes mean.

use super::{encode, escape};
use katex::dom_tree::{DomSpan, HtmlDomNode, SvgChildNode, SvgNode, SymbolNode};
use katex::svg_geometry::PATH_MAP;
use katex::types::CssStyle;

/// A formula in a sentence that is at most so wide stays on one line.
const UNBROKEN: f64 = 10.0;
/// What reaches further than a line of text does, in em above and below, needs room.
const ABOVE: f64 = 0.95;
const BELOW: f64 = 0.3;
/// A space this wide parts two formulas: a narrow page may break there.
const GAP: f64 = 0.9;
/// The blank between two pieces, and the margin that each has on its sides.
const BLANK: f64 = 0.25;
const SIDE: f64 = 0.875;
/// Lengths closer than this look the same.
const SAME: f64 = 0.0003;
/// An italic correction that nobody can see.
const INVISIBLE: f64 = 0.005;

/// The space around a relation, around an operator, and the thin one.
const RELATION: f64 = 0.2778;
const OPERATOR: f64 = 0.2222;
const THIN: f64 = 0.1667;

/// The distance of a script from the line, and the space behind it, as the style sheet has them.
const SUPERSCRIPT: f64 = -0.363;
const SUBSCRIPT: f64 = 0.15;
const BEHIND_SCRIPT: f64 = 0.05;

/// KaTeX's classes that say what something is and change nothing.
const MEANINGS: [&str; 21] = [
    "mord",
    "mbin",
    "mrel",
    "mopen",
    "mclose",
    "mpunct",
    "mop",
    "minner",
    "mtight",
    "mathrm",
    "textrm",
    "text",
    "msupsub",
    "sqrt",
    "mtable",
    "col-align-l",
    "nobreak",
    "katex-vbox",
    "katex-thinbox",
    "svg-align",
    "op-symbol",
];

/// KaTeX's classes of faces, and ours.
const FACES: [(&str, &str); 10] = [
    ("mathbf", "k"),
    ("textbf", "k"),
    ("mathcal", "y"),
    ("amsrm", "w"),
    ("mathbb", "w"),
    ("small-op", "z1"),
    ("large-op", "z2"),
    ("size1", "z1"),
    ("size2", "z2"),
    ("size3", "z3"),
];

/// The sizes of letters in scripts, relative to what is around them.
const SIZES: [(&str, f64); 3] = [("s", 0.7), ("x", 5.0 / 7.0), ("xx", 0.5)];

/// A part of a formula.
#[derive(Clone)]
enum Part {
    Text(String),
    Space(f64),
    Element(Element),
    Drawn(Drawn),
}

/// A sign that KaTeX draws, because it is as wide or as high as what it goes with.
#[derive(Clone)]
struct Drawn {
    shape: String,
    view: String,
    height: f64,
    /// As wide as its row, if there is none.
    width: Option<f64>,
    /// How far it reaches below the line.
    depth: f64,
}

#[derive(Clone, Default)]
struct Element {
    name: &'static str,
    class: &'static str,
    /// Lengths, in em of the element.
    style: Vec<(&'static str, f64)>,
    parts: Vec<Part>,
}

impl Element {
    fn new(name: &'static str, class: &'static str, parts: Vec<Part>) -> Self {
        Self { name, class, style: Vec::new(), parts }
    }

    fn with(mut self, property: &'static str, length: f64) -> Self {
        if length.abs() > SAME {
            self.style.push((property, length));
        }
        self
    }

    /// The size of its letters, if this is all that it says.
    fn size(&self) -> Option<f64> {
        let size = SIZES.iter().find(|(class, _)| *class == self.class);
        size.filter(|_| self.style.is_empty()).map(|(_, size)| *size)
    }

    /// Whether it is there for its margin alone.
    fn is_space(&self) -> bool {
        self.parts.is_empty() && self.class.is_empty()
    }

    fn take(&mut self, property: &str) -> f64 {
        let place = self.style.iter().position(|(name, _)| *name == property);
        place.map_or(0.0, |place| self.style.remove(place).1)
    }
}

/// What a line of text may not break.
struct Segment {
    parts: Vec<Part>,
    height: f64,
    depth: f64,
}

/// Segments that stay together while they can.
#[derive(Default)]
struct Piece {
    segments: Vec<Segment>,
    /// The space before it.
    gap: f64,
}

/// The formula as one line of HTML.
///
/// # Errors
/// If KaTeX uses a class that the style sheet does not know.
pub fn html(tree: &DomSpan, display: bool) -> Result<String, String> {
    let mut segments = Vec::new();
    for base in bases(tree)? {
        segments.push(segment(base)?);
    }
    let mut html = String::new();
    if display {
        for piece in pieces(segments) {
            let mut whole = Element::new("b", "q", Vec::new());
            if piece.gap > GAP {
                whole = whole.with("margin-left", usual_or(piece.gap));
            }
            open_tag(&whole, &mut html);
            write_segments(&piece.segments, true, &mut html);
            html += "</b> ";
        }
        html.truncate(html.trim_end().len());
    } else {
        let width: f64 = segments.iter().map(|segment| width(&segment.parts)).sum();
        write_segments(&segments, width > UNBROKEN, &mut html);
    }
    Ok(html)
}

/// The boxes that KaTeX keeps on one line, below `katex-display`, `katex` and `katex-html`.
fn bases(tree: &DomSpan) -> Result<Vec<&DomSpan>, String> {
    let mut bases = Vec::new();
    for child in &tree.children {
        match child {
            HtmlDomNode::DomSpan(span) if has(span, "katex-base") => bases.push(span),
            HtmlDomNode::DomSpan(span) => bases.extend(self::bases(span)?),
            _ => return Err(unknown("a formula that is no box")),
        }
    }
    Ok(bases)
}

fn segment(base: &DomSpan) -> Result<Segment, String> {
    let mut parts = Vec::new();
    for child in &base.children {
        let is_strut =
            matches!(child, HtmlDomNode::DomSpan(span) if has(span, "katex-strut"));
        if !is_strut {
            convert(child, &mut parts)?;
        }
    }
    Ok(Segment { parts: joined(parts), height: base.height, depth: base.depth })
}

/// The margin before a piece, if it is not the usual one.
fn usual_or(gap: f64) -> f64 {
    let margin = gap - BLANK - SIDE;
    if (margin - SIDE).abs() < THIN + SAME { 0.0 } else { margin }
}

/// Displayed formulas that stand beside each other, parted by a wide space.
fn pieces(segments: Vec<Segment>) -> Vec<Piece> {
    let mut pieces = vec![Piece::default()];
    for Segment { parts, height, depth } in segments {
        let mut rest = Vec::new();
        let end = |rest: &mut Vec<Part>, pieces: &mut Vec<Piece>| {
            let parts = std::mem::take(rest);
            if let (false, Some(piece)) = (parts.is_empty(), pieces.last_mut()) {
                piece.segments.push(Segment { parts, height, depth });
            }
        };
        for part in parts {
            match part {
                Part::Space(gap) if gap > GAP => {
                    end(&mut rest, &mut pieces);
                    pieces.push(Piece { segments: Vec::new(), gap });
                }
                part => rest.push(part),
            }
        }
        end(&mut rest, &mut pieces);
    }
    pieces.retain(|piece| !piece.segments.is_empty());
    pieces
}

/// Segments that may be parted are elements: only between them does every browser end a line.
fn write_segments(segments: &[Segment], may_break: bool, html: &mut String) {
    let may_break = may_break && segments.len() > 1;
    for (i, segment) in segments.iter().enumerate() {
        if may_break {
            html.push_str(if i == 0 {
                "<b class=\"n\">"
            } else {
                "<wbr><b class=\"n\">"
            });
        }
        if segment.height > ABOVE || segment.depth > BELOW {
            let strut = Element::new("b", "h", Vec::new())
                .with("height", segment.height + segment.depth)
                .with("vertical-align", -segment.depth);
            write(&[Part::Element(strut)], html);
        }
        write(&segment.parts, html);
        if may_break {
            html.push_str("</b>");
        }
    }
}

// From KaTeX's boxes to parts

fn unknown(what: &str) -> String {
    format!("{what} has no style yet: weave/src/math/markup.rs")
}

fn has(span: &DomSpan, class: &str) -> bool {
    span.classes.contains(class)
}

fn convert_all(nodes: &[HtmlDomNode]) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    for node in nodes {
        convert(node, &mut parts)?;
    }
    Ok(joined(parts))
}

fn convert(node: &HtmlDomNode, parts: &mut Vec<Part>) -> Result<(), String> {
    match node {
        HtmlDomNode::Fragment(fragment) => {
            for node in &fragment.children {
                convert(node, parts)?;
            }
            Ok(())
        }
        HtmlDomNode::Symbol(symbol) => {
            parts.push(letter(symbol)?);
            Ok(())
        }
        HtmlDomNode::DomSpan(span) => convert_span(span, parts),
        _ => Err(unknown("a picture or a link in a formula")),
    }
}

/// A letter or a sign in its face.
fn letter(symbol: &SymbolNode) -> Result<Part, String> {
    let (mut name, mut face) = ("b", "");
    for class in &symbol.classes {
        match class {
            "mathnormal" => name = "i",
            "" => {}
            _ if MEANINGS.contains(&class) => {}
            _ => face = ours(class)?,
        }
    }
    let italic = if symbol.italic > INVISIBLE { symbol.italic } else { 0.0 };
    let element = Element::new(name, face, vec![Part::Text(symbol.text.clone())])
        .with("margin-right", italic);
    let element = styled(element, &symbol.style)?;
    Ok(if name == "b" && face.is_empty() && element.style.is_empty() {
        Part::Text(symbol.text.clone())
    } else {
        Part::Element(element)
    })
}

fn ours(class: &str) -> Result<&'static str, String> {
    let face = FACES.iter().find(|(katex, _)| *katex == class);
    face.map(|(_, face)| *face).ok_or_else(|| unknown(&format!("`{class}`")))
}

/// The element with the lengths of KaTeX's style.
fn styled(mut element: Element, style: &CssStyle) -> Result<Element, String> {
    let style = style.to_string();
    for declaration in style.split(';').filter(|it| !it.is_empty()) {
        let (property, value) =
            declaration.split_once(':').unwrap_or((declaration, ""));
        let property = match property {
            "position" => continue,
            "margin-right" => "margin-right",
            "margin-left" => "margin-left",
            "padding-left" => "margin-left",
            "top" => "top",
            "left" => "left",
            _ => return Err(unknown(&format!("`{declaration}`"))),
        };
        element = element.with(property, em(value)?);
    }
    Ok(element)
}

fn em(value: &str) -> Result<f64, String> {
    let number = value.strip_suffix("em").and_then(|number| number.parse().ok());
    number.ok_or_else(|| unknown(&format!("the length `{value}`")))
}

fn length(span: &DomSpan, property: &str) -> Result<f64, String> {
    let style = span.style.to_string();
    let declarations = style.split(';').filter_map(|it| it.split_once(':'));
    let mut values = declarations.filter(|(name, _)| *name == property);
    values.next().map_or(Ok(0.0), |(_, value)| em(value))
}

fn convert_span(span: &DomSpan, parts: &mut Vec<Part>) -> Result<(), String> {
    let is = |class| has(span, class);
    if is("mspace") && span.children.is_empty() {
        parts.push(Part::Space(length(span, "margin-right")?));
    } else if is("nulldelimiter") {
        parts.push(Part::Space(0.12));
    } else if is("arraycolsep") {
        let space = Element::new("b", "", Vec::new());
        parts.push(Part::Element(space.with("margin-right", length(span, "width")?)));
    } else if is("vlist-t") {
        parts.extend(list(span, "v")?);
    } else if is("mfrac") {
        parts.extend(list(only_child(span)?, "f")?);
    } else if is("katex-accent") || is("op-limits") || is("col-align-c") {
        parts.extend(list(only_child(span)?, "c")?);
    } else if is("col-align-r") {
        parts.extend(list(only_child(span)?, "e")?);
    } else if is("katex-sizing") || is("fontsize-ensurer") {
        parts.push(sized(span)?);
    } else if is("accent-body") || is("rlap") {
        let overlaid = Element::new("b", "a", convert_all(&span.children)?);
        parts.push(Part::Element(styled(overlaid, &span.style)?));
    } else if is("katex-inner") {
        parts.extend(convert_all(&span.children)?);
    } else if is("katex-fix") || is("katex-strut") {
    } else if let [HtmlDomNode::SvgNode(svg)] = &span.children[..] {
        parts.push(Part::Drawn(drawn(span, svg)?));
    } else if is("delimsizing") && is("mult") {
        parts.extend(convert_all(&span.children)?);
    } else if is("delim-size1") {
        let stretched = Element::new("b", "z1", convert_all(&span.children)?);
        parts.push(Part::Element(stretched));
    } else {
        plain(span, parts)?;
    }
    Ok(())
}

/// A box that only says what it is, or in which face or at what distance its content stands.
fn plain(span: &DomSpan, parts: &mut Vec<Part>) -> Result<(), String> {
    let mut face = "";
    for class in &span.classes {
        match class {
            "" | "delimcenter" | "delimsizing" | "mspace" | "katex-root" => {}
            _ if MEANINGS.contains(&class) => {}
            _ => face = ours(class)?,
        }
    }
    let mut element =
        styled(Element::new("b", face, convert_all(&span.children)?), &span.style)?;
    if has(span, "katex-root") {
        element =
            element.with("margin-left", 5.0 / 18.0).with("margin-right", -10.0 / 18.0);
    }
    if element.style.is_empty() && face.is_empty() {
        parts.extend(bare_fraction(element.parts));
    } else {
        if element.style.iter().any(|(property, _)| *property == "top")
            && face.is_empty()
        {
            element.class = "p";
        }
        parts.push(Part::Element(element));
    }
    Ok(())
}

/// A fraction without the space on its sides, which the style sheet gives it.
fn bare_fraction(mut parts: Vec<Part>) -> Vec<Part> {
    match &parts[..] {
        [Part::Space(_), Part::Element(element), Part::Space(_)]
            if element.class == "f" =>
        {
            vec![parts.swap_remove(1)]
        }
        _ => parts,
    }
}

fn only_child(span: &DomSpan) -> Result<&DomSpan, String> {
    match &span.children[..] {
        [HtmlDomNode::DomSpan(child)] => Ok(child),
        _ => Err(unknown("a box with several parts")),
    }
}

fn sized(span: &DomSpan) -> Result<Part, String> {
    let number = |prefix: &str| {
        let numbers =
            span.classes.iter().filter_map(|class| class.strip_prefix(prefix));
        numbers.filter_map(|number| number.parse::<usize>().ok()).next()
    };
    let class = match (number("reset-size"), number("size")) {
        (Some(6), Some(3)) => "s",
        (Some(3), Some(1)) => "x",
        (Some(6), Some(1)) => "xx",
        (from, to) => return Err(unknown(&format!("size {to:?} in {from:?}"))),
    };
    Ok(Part::Element(Element::new("b", class, convert_all(&span.children)?)))
}

/// The sign of a root, which is as wide as its row, or a high bracket.
fn drawn(span: &DomSpan, svg: &SvgNode) -> Result<Drawn, String> {
    let [SvgChildNode::Path(path)] = &svg.children[..] else {
        return Err(unknown("a drawing of several lines"));
    };
    let shape = match &path.alternate {
        Some(shape) => shape.as_str(),
        None => PATH_MAP.get(&path.path_name).copied().unwrap_or_default(),
    };
    let width = length(span, "width")?;
    Ok(Drawn {
        shape: shape.split_whitespace().collect::<Vec<_>>().join(" "),
        view: svg.attributes.get("viewBox").cloned().unwrap_or_default(),
        height: length(span, "height")?,
        width: (!has(span, "hide-tail")).then_some(width),
        depth: 0.0,
    })
}

/// A row of a list.
struct Row {
    /// How far its line lies below the line of the list, in em of the list.
    shift: f64,
    style: Vec<(&'static str, f64)>,
    parts: Vec<Part>,
    is_rule: bool,
}

/// What is stacked: a script, a fraction, an accent, a column.
fn list(table: &DomSpan, class: &'static str) -> Result<Vec<Part>, String> {
    let cell = only_first_child(table).and_then(only_first_child);
    let cell = cell.ok_or_else(|| unknown("a list without rows"))?;
    let mut rows = Vec::new();
    for row in &cell.children {
        let HtmlDomNode::DomSpan(row) = row else {
            return Err(unknown("a list with other things than rows"));
        };
        rows.push(self::row(row)?);
    }
    match rows.len() {
        1 => Ok(script(rows.remove(0))),
        _ => Ok(vec![Part::Element(stacked(rows, class))]),
    }
}

fn only_first_child(span: &DomSpan) -> Option<&DomSpan> {
    match span.children.first() {
        Some(HtmlDomNode::DomSpan(child)) => Some(child),
        _ => None,
    }
}

fn row(row: &DomSpan) -> Result<Row, String> {
    let mut pillar = 0.0;
    let mut parts = Vec::new();
    let mut is_rule = false;
    for child in &row.children {
        match child {
            HtmlDomNode::DomSpan(span) if has(span, "pstrut") => {
                pillar = length(span, "height")?;
            }
            HtmlDomNode::DomSpan(span) if has(span, "frac-line") => is_rule = true,
            child => convert(child, &mut parts)?,
        }
    }
    let mut element = styled(Element::default(), &row.style)?;
    let shift = element.take("top") + pillar;
    Ok(Row { shift, style: element.style, parts: joined(parts), is_rule })
}

/// A row alone needs no list.
fn script(row: Row) -> Vec<Part> {
    let Row { shift, style, mut parts, .. } = row;
    if shift.abs() < SAME && style.is_empty() {
        return parts;
    }
    if let [Part::Drawn(drawn)] = &mut parts[..] {
        drawn.depth += shift;
        return parts;
    }
    let size = only_element(&parts).and_then(Element::size);
    let (size, inner) = match (size, &mut parts[..]) {
        (Some(size), [Part::Element(element)]) => {
            (size, std::mem::take(&mut element.parts))
        }
        _ => (1.0, parts),
    };
    let is_script = (size - 0.7).abs() < SAME;
    let name = match () {
        () if is_script && shift < 0.0 => "sup",
        () if is_script => "sub",
        () => "b",
    };
    let class = match SIZES.iter().find(|(_, known)| (known - size).abs() < SAME) {
        Some((class, _)) if !is_script => *class,
        _ if name == "b" => "p",
        _ => "",
    };
    let mut element = Element::new(name, class, inner);
    let mut style = style;
    if is_script {
        let usual = if shift < 0.0 { SUPERSCRIPT } else { SUBSCRIPT };
        if (shift - usual).abs() > SAME {
            element.style.push(("top", shift / size));
        }
        style.retain(|(name, length)| {
            *name != "margin-right" || (length - BEHIND_SCRIPT).abs() > SAME
        });
    } else {
        element = element.with("top", shift / size);
    }
    let style = style.into_iter().map(|(name, length)| (name, length / size));
    element.style.extend(style);
    vec![Part::Element(element)]
}

fn only_element(parts: &[Part]) -> Option<&Element> {
    match parts {
        [Part::Element(element)] => Some(element),
        _ => None,
    }
}

/// Rows above each other. Each has a pillar of one em, so that its line lies one em of its letters below
/// its top; the line of the list is that of its last row.
fn stacked(mut rows: Vec<Row>, class: &'static str) -> Element {
    let sizes = rows.iter().map(|row| only_element(&row.parts).and_then(Element::size));
    let sizes: Vec<_> = sizes.collect();
    let size = sizes[0].filter(|_| sizes.iter().all(|size| *size == sizes[0]));
    let mut parts = Vec::new();
    for row in &mut rows {
        let mut inner = std::mem::take(&mut row.parts);
        let mut class_of_row = if row.is_rule { "l" } else { "" };
        if size.is_some()
            && let [Part::Element(element)] = &mut inner[..]
        {
            class_of_row = element.class;
            inner = std::mem::take(&mut element.parts);
        }
        let scale = size.unwrap_or(1.0);
        let mut element = Element::new("b", class_of_row, inner);
        let is_usual = row.is_rule && (row.shift + 0.23).abs() < SAME;
        if !is_usual {
            element = element.with("top", row.shift / scale);
        }
        for &(name, length) in &row.style {
            let is_usual = class == "v"
                && class_of_row == "s"
                && name == "margin-right"
                && (length - BEHIND_SCRIPT).abs() < SAME;
            if !is_usual {
                element = element.with(name, length / scale);
            }
        }
        parts.push(Part::Element(element));
    }
    Element::new("b", class, parts)
}

// Tidier parts

/// Texts that follow each other become one, spaces around signs text, and corrections that
/// cancel vanish.
fn joined(parts: Vec<Part>) -> Vec<Part> {
    let mut joined = Vec::<Part>::new();
    for part in parts {
        match (joined.last_mut(), part) {
            (Some(Part::Text(before)), Part::Text(text)) => before.push_str(&text),
            (Some(Part::Space(before)), Part::Space(width)) => *before += width,
            (Some(Part::Element(before)), Part::Element(mut element))
                if before.is_space() && element.is_space() =>
            {
                let both = before.take("margin-right") + element.take("margin-right");
                *before = std::mem::take(before).with("margin-right", both);
            }
            (Some(Part::Element(before)), Part::Element(mut element))
                if element.name == "sub" =>
            {
                let back = element.take("margin-left");
                let correction = before.take("margin-right");
                if (back * 0.7 + correction).abs() > SAME {
                    let kept = std::mem::take(before).with("margin-right", correction);
                    *before = kept;
                    element = element.with("margin-left", back);
                }
                joined.push(Part::Element(element));
            }
            (_, Part::Element(mut element)) if element.name == "sub" => {
                let back = element.take("margin-left");
                joined.push(Part::Element(element.with("margin-left", back)));
            }
            (_, part) => joined.push(part),
        }
    }
    joined
}

/// The width that KaTeX's fonts give it, in em: enough to know whether it is long.
fn width(parts: &[Part]) -> f64 {
    parts
        .iter()
        .map(|part| match part {
            Part::Text(text) => 0.5 * text.chars().count() as f64,
            Part::Space(width) => *width,
            Part::Drawn(drawn) => drawn.width.unwrap_or_default(),
            Part::Element(element) => {
                let size = SIZES.iter().find(|(class, _)| *class == element.class);
                let is_script = ["sub", "sup"].contains(&element.name);
                let size =
                    size.map_or(if is_script { 0.7 } else { 1.0 }, |(_, size)| *size);
                let widths =
                    element.parts.iter().map(|part| width(std::slice::from_ref(part)));
                let inner = match element.class {
                    "v" | "f" | "c" | "e" => widths.fold(0.0, f64::max),
                    "a" => 0.0,
                    _ => widths.sum(),
                };
                let lengths = element.style.iter();
                let margins = lengths.filter(|(name, _)| name.starts_with("margin"));
                size * (inner + margins.map(|(_, length)| length).sum::<f64>())
            }
        })
        .sum()
}

// From parts to HTML

fn write(parts: &[Part], html: &mut String) {
    let mut i = 0;
    while i < parts.len() {
        i += write_sign(&parts[i..], html).unwrap_or_else(|| {
            write_part(&parts[i], html);
            1
        });
    }
}

/// An operator or a relation with the spaces around it, and how many parts that are.
fn write_sign(parts: &[Part], html: &mut String) -> Option<usize> {
    let [Part::Space(before), Part::Text(sign), Part::Space(behind), ..] = parts else {
        return None;
    };
    let both =
        |width: f64| (before - width).abs() < SAME && (behind - width).abs() < SAME;
    if both(OPERATOR) {
        *html += &format!("<b class=\"o\">{}</b>", encode(&escape(sign)));
        Some(3)
    } else if both(RELATION) {
        *html += &format!("<b class=\"r\">{}</b>", encode(&escape(sign)));
        Some(3)
    } else {
        None
    }
}

fn write_part(part: &Part, html: &mut String) {
    match part {
        Part::Text(text) => html.push_str(&encode(&escape(text))),
        Part::Drawn(drawn) => write_drawn(drawn, html),
        Part::Space(width) if (width - THIN).abs() < SAME => {
            html.push_str("<b class=\"t\"></b>")
        }
        Part::Space(width) => {
            let space = Element::new("b", "", Vec::new()).with("margin-right", *width);
            write_element(&space, html);
        }
        Part::Element(element) => write_element(element, html),
    }
}

fn write_drawn(drawn: &Drawn, html: &mut String) {
    let Drawn { shape, view, height, width, depth } = drawn;
    let height_shown = shown(*height);
    *html += &match width {
        Some(width) => format!(
            "<svg class=\"n\" style=\"width:{};height:{height_shown};vertical-align:{}\" viewBox=\"{view}\">",
            shown(*width),
            shown(-depth),
        ),
        None => format!(
            "<svg style=\"height:{height_shown};top:{}\" viewBox=\"{view}\" preserveAspectRatio=\"xMinYMin slice\">",
            shown(1.0 - height),
        ),
    };
    *html += &format!("<path d=\"{shape}\"/></svg>");
}

fn write_element(element: &Element, html: &mut String) {
    open_tag(element, html);
    write(&element.parts, html);
    *html += &format!("</{}>", element.name);
}

fn open_tag(element: &Element, html: &mut String) {
    let Element { name, class, style, .. } = element;
    *html += &format!("<{name}");
    if !class.is_empty() {
        *html += &format!(" class=\"{class}\"");
    }
    let style = style.iter().map(|(name, length)| format!("{name}:{}", shown(*length)));
    let style = style.collect::<Vec<_>>().join(";");
    if !style.is_empty() {
        *html += &format!(" style=\"{style}\"");
    }
    html.push('>');
}

/// A length as short as it can be written.
fn shown(length: f64) -> String {
    let rounded = format!("{length:.4}");
    let short = rounded.trim_end_matches('0').trim_end_matches('.');
    let short = short.replacen("-0.", "-.", 1);
    let short =
        short.strip_prefix("0.").map_or(short.clone(), |rest| format!(".{rest}"));
    match short.as_str() {
        "" | "-" | "-0" | "0" => "0".to_owned(),
        short => format!("{short}em"),
    }
}
