//! Formulas as plain characters, where there is no room for layout: `θₜ₊₁ = θₜ − α ∇f(θₜ)`.

use katex::KatexContext;
use katex::parser::parse_node::{AnyParseNode as Node, ParseNodeOp, ParseNodeSupSub};
use katex::symbols::Atom;
use katex::types::Mode;

/// Characters, each with the one for below or above the line behind it.
const BELOW: &str = "0₀1₁2₂3₃4₄5₅6₆7₇8₈9₉+₊−₋=₌(₍)₎iᵢjⱼkₖnₙmₘtₜrᵣxₓpₚsₛlₗ";
const ABOVE: &str = "0⁰1¹2²3³4⁴5⁵6⁶7⁷8⁸9⁹+⁺−⁻=⁼(⁽)⁾nⁿiⁱtᵗkᵏ*∗∗∗⊤⊤′′″″‴‴";

/// Writes formulas in characters.
pub struct Plain<'a>(pub &'a KatexContext);

impl Plain<'_> {
    /// The formula on one line.
    pub fn text(&self, formula: &[Node]) -> String {
        let text: String = formula.iter().map(|node| self.node(node)).collect();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn node(&self, node: &Node) -> String {
        match node {
            Node::MathOrd(ord) => self.symbol(&ord.text),
            Node::TextOrd(ord) => self.symbol(&ord.text),
            Node::Atom(atom) => {
                let sign = self.symbol(&atom.text);
                match atom.family {
                    Atom::Bin | Atom::Rel => format!(" {sign} "),
                    Atom::Punct => format!("{sign} "),
                    _ => sign,
                }
            }
            Node::OrdGroup(group) => self.text(&group.body),
            Node::Styling(styling) => self.text(&styling.body),
            Node::Mclass(class) => self.text(&class.body),
            Node::HtmlMathMl(both) => self.text(&both.mathml),
            Node::Font(font) => self.node(&font.body),
            Node::Text(text) => text.body.iter().map(|node| self.node(node)).collect(),
            Node::Spacing(_) | Node::Kern(_) => " ".to_owned(),
            Node::SupSub(scripts) => self.scripted(scripts),
            Node::Genfrac(fraction) => {
                let [above, below] = [&fraction.numer, &fraction.denom]
                    .map(|part| closed(self.node(part)));
                format!("{above}/{below}")
            }
            Node::Sqrt(root) => format!("√{}", closed(self.node(&root.body))),
            Node::Accent(accent) => {
                let mark = match accent.label.as_str() {
                    r"\hat" | r"\widehat" => '\u{302}',
                    r"\bar" => '\u{304}',
                    r"\tilde" | r"\widetilde" => '\u{303}',
                    _ => return self.node(&accent.base),
                };
                format!("{}{mark}", self.node(&accent.base))
            }
            Node::Op(ParseNodeOp::Symbol { name, .. }) => {
                let sign = self.symbol(name);
                format!(" {} ", sign.trim_start_matches('\\'))
            }
            Node::OperatorName(operator) => format!(" {} ", self.text(&operator.body)),
            Node::LeftRight(pair) => format!(
                "{}{}{}",
                self.symbol(&pair.left),
                self.text(&pair.body),
                self.symbol(&pair.right)
            ),
            Node::Delimsizing(sized) => self.symbol(&sized.delim),
            Node::Array(array) => {
                let rows = array.body.iter().map(|row| {
                    let cells = row.iter().map(|cell| self.node(cell));
                    cells.collect::<Vec<_>>().join(" ")
                });
                rows.collect::<Vec<_>>().join("; ")
            }
            _ => String::new(),
        }
    }

    fn symbol(&self, name: &str) -> String {
        if name == "-" {
            return "−".to_owned();
        }
        match self.0.symbols.get(Mode::Math, name).and_then(|info| info.replace) {
            Some(character) => character.to_string(),
            None => name.to_owned(),
        }
    }

    fn scripted(&self, scripts: &ParseNodeSupSub) -> String {
        let base =
            scripts.base.as_deref().map_or_else(String::new, |base| self.node(base));
        let below = scripts.sub.as_deref().map_or_else(String::new, |below| {
            let below = self.node(below);
            moved(&below, BELOW).unwrap_or_else(|| format!("_{}", closed(below)))
        });
        let above = scripts.sup.as_deref().map_or_else(String::new, |above| {
            let above = self.node(above);
            moved(&above, ABOVE).unwrap_or_else(|| format!("^{}", closed(above)))
        });
        let (base, space) = match base.strip_suffix(' ') {
            Some(base) => (base, " "),
            None => (base.as_str(), ""),
        };
        format!("{base}{below}{above}{space}")
    }
}

/// The text in small characters, if there are such.
fn moved(text: &str, characters: &str) -> Option<String> {
    let characters: Vec<_> = characters.chars().collect();
    let small =
        |c: char| characters.chunks(2).find(|pair| pair[0] == c).map(|pair| pair[1]);
    text.chars().filter(|c| !c.is_whitespace()).map(small).collect()
}

/// In brackets, if it is more than one name or number.
fn closed(text: String) -> String {
    let text = text.trim();
    let is_one = text.chars().all(|c| !c.is_whitespace() && !"/()".contains(c));
    if is_one { text.to_owned() } else { format!("({text})") }
}
