//! Formulas in words, for who hears the book.

use katex::parser::parse_node::{
    AnyParseNode as Node, ParseNodeArray, ParseNodeGenfrac, ParseNodeOp,
    ParseNodeSupSub,
};
use katex::symbols::Atom;

/// What TeX calls a letter or a sign, and how it is said.
const SIGNS: [(&str, &str); 34] = [
    (r"\nabla", "nabla"),
    (r"\@cdots", "and so on"),
    (r"\ell", "ell"),
    (r"\varepsilon", "epsilon"),
    (r"\varphi", "phi"),
    (r"\partial", "partial"),
    (r"\infty", "infinity"),
    (r"\square", "end of proof"),
    (r"\top", "transpose"),
    (r"\dots", "and so on"),
    (r"\ldots", "and so on"),
    (r"\cdots", "and so on"),
    (r"\%", "percent"),
    ("%", "percent"),
    ("*", "star"),
    ("/", "over"),
    ("!", "factorial"),
    ("∞", "infinity"),
    ("∂", "partial"),
    ("α", "alpha"),
    ("β", "beta"),
    ("γ", "gamma"),
    ("ε", "epsilon"),
    ("η", "eta"),
    ("θ", "theta"),
    ("κ", "kappa"),
    ("λ", "lambda"),
    ("μ", "mu"),
    ("π", "pi"),
    ("ρ", "rho"),
    ("σ", "sigma"),
    ("ω", "omega"),
    ("…", "and so on"),
    ("?", ""),
];

/// The letters that TeX calls by their names.
const GREEK: [&str; 26] = [
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota",
    "kappa", "lambda", "mu", "nu", "xi", "pi", "rho", "sigma", "tau", "upsilon", "phi",
    "chi", "psi", "omega", "varsigma", "vartheta", "varpi",
];

/// What stands between two sides.
const RELATIONS: [(&str, &str); 43] = [
    ("≠", "is not"),
    ("|", "given"),
    (r"\mid", "given"),
    ("=", "equals"),
    ("<", "is less than"),
    (">", "is greater than"),
    (r"\lt", "is less than"),
    (r"\gt", "is greater than"),
    (r"\le", "is at most"),
    (r"\leq", "is at most"),
    ("≤", "is at most"),
    (r"\ge", "is at least"),
    (r"\geq", "is at least"),
    ("≥", "is at least"),
    (r"\ne", "is not"),
    (r"\neq", "is not"),
    (r"\approx", "is about"),
    ("≈", "is about"),
    (r"\sim", "is distributed as"),
    (r"\in", "in"),
    (r"\to", "goes to"),
    (r"\rightarrow", "goes to"),
    (r"\leftarrow", "becomes"),
    (r"\gets", "becomes"),
    (r"\Longrightarrow", "therefore"),
    (r"\Rightarrow", "therefore"),
    (r"\implies", "therefore"),
    (r"\iff", "exactly when"),
    (r"\ll", "is much less than"),
    (r"\gg", "is much greater than"),
    (r"\propto", "is proportional to"),
    (":", ","),
    ("+", "plus"),
    ("-", "minus"),
    ("−", "minus"),
    (r"\pm", "plus or minus"),
    (r"\mp", "minus or plus"),
    (r"\cdot", "times"),
    ("·", "times"),
    (r"\times", "times"),
    ("×", "times"),
    (r"\circ", "times, entry by entry,"),
    (r"\odot", "times, entry by entry,"),
];

/// Named functions, as they are said before what they are taken of.
const OPERATORS: [(&str, &str); 26] = [
    ("log", "the log of"),
    ("ln", "the natural log of"),
    ("exp", "the exponential of"),
    ("cos", "the cosine of"),
    ("sin", "the sine of"),
    ("tan", "the tangent of"),
    ("cosh", "the hyperbolic cosine of"),
    ("sinh", "the hyperbolic sine of"),
    ("tanh", "the hyperbolic tangent of"),
    ("coth", "the hyperbolic cotangent of"),
    ("arccos", "the arc cosine of"),
    ("arctan", "the arc tangent of"),
    ("max", "the maximum of"),
    ("min", "the minimum of"),
    ("argmin", "the minimizer of"),
    ("argmax", "the maximizer of"),
    ("lim", "the limit of"),
    ("Pr", "the probability of"),
    ("E", "the expected value of"),
    ("Var", "the variance of"),
    ("Cov", "the covariance of"),
    ("mean", "the mean of"),
    ("sign", "the sign of"),
    ("diag", "the diagonal of"),
    ("sum", "the sum"),
    ("int", "the integral"),
];

/// The letters that stand for functions: a bracket behind one of them holds what it is taken of.
const FUNCTIONS: [&str; 11] = [
    "f", "F", "Q", "H", "p", r"\sigma", r"\ell", r"\varphi", r"\Phi", r"\Gamma",
    r"\theta",
];

/// The formula in words.
///
/// # Errors
/// If it holds something for which no words are known.
pub fn words(formula: &[Node]) -> Result<String, String> {
    let mut speech = Speech::default();
    speech.sequence(formula)?;
    Ok(speech.text())
}

/// What was said last, as far as it decides whether "times" comes next.
#[derive(Clone, Copy, Default, PartialEq)]
enum Last {
    /// Nothing to multiply with: the beginning, a sign, "of".
    #[default]
    Sign,
    /// A letter or a number.
    Letter,
    /// Something with an end of its own: a fraction, an index, a bracket.
    Whole,
}

#[derive(Default)]
struct Speech {
    words: Vec<String>,
    last: Last,
}

impl Speech {
    fn text(&self) -> String {
        let text = self.words.join(" ");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = text
            .replace(" ,", ",")
            .replace(" ;", ";")
            .replace(",,", ",")
            .replace(", ;", ";");
        text.trim_matches([' ', ',', '.', ';', ':']).to_owned()
    }

    /// A sign: what follows is not multiplied with what came before.
    fn sign(&mut self, word: &str) {
        self.words.push(word.to_owned());
        self.last = Last::Sign;
    }

    /// The beginning of a factor; a phrase such as "the root of" asks for "times" before it.
    fn factor(&mut self, word: &str, is_phrase: bool) {
        if self.last == Last::Whole || is_phrase && self.last == Last::Letter {
            self.words.push("times".to_owned());
        }
        self.words.push(word.to_owned());
        self.last = Last::Letter;
    }

    /// The end of a phrase.
    fn end(&mut self, word: &str) {
        self.words.push(word.to_owned());
        self.last = Last::Whole;
    }

    /// Said by itself: what goes around it is not known to it.
    fn apart(nodes: &[Node]) -> Result<String, String> {
        words(nodes)
    }

    fn sequence(&mut self, nodes: &[Node]) -> Result<(), String> {
        let mut i = 0;
        while i < nodes.len() {
            i = self.item(nodes, i)?;
        }
        Ok(())
    }

    /// Says what begins at a place, and returns the place behind it.
    fn item(&mut self, nodes: &[Node], i: usize) -> Result<usize, String> {
        if let Some((number, next)) = number_at(nodes, i) {
            let last = nodes[next - 1].clone();
            self.factor(&number, false);
            if let Node::SupSub(script) = last {
                self.scripts(&script, &number)?;
            }
            return Ok(next);
        }
        if let Some(group) = group_at(nodes, i) {
            self.group(&group)?;
            return Ok(group.next);
        }
        if sign_of(&nodes[i]) == Some(r"\nabla") {
            return self.gradient(nodes, i);
        }
        let name = base_of(&nodes[i]).and_then(sign_of);
        self.node(&nodes[i])?;
        let is_named = matches!(&nodes[i], Node::Font(font) if font.font == "mathcal");
        if (is_named || name.is_some_and(|name| FUNCTIONS.contains(&name)))
            && let Some(group) = group_at(nodes, i + 1)
            && (group.open == "(" || group.open == "[")
        {
            self.words.push("of".to_owned());
            self.arguments(&group)?;
            return Ok(group.next);
        }
        if let Some(name) = operator_of(&nodes[i])
            && let Some(group) = group_at(nodes, i + 1)
            && group.open == "("
            && !["sum", "int"].contains(&name.as_str())
        {
            self.arguments(&group)?;
            return Ok(group.next);
        }
        Ok(i + 1)
    }

    /// `\nabla f(\theta)`: the gradient of f at theta.
    fn gradient(&mut self, nodes: &[Node], i: usize) -> Result<usize, String> {
        self.factor("the gradient", true);
        let Some(of) = nodes.get(i + 1).filter(|node| base_of(node).is_some()) else {
            return Ok(i + 1);
        };
        self.sign("of");
        self.node(of)?;
        let Some(group) = group_at(nodes, i + 2).filter(|group| group.open == "(")
        else {
            return Ok(i + 2);
        };
        self.sign("at");
        self.arguments(&group)?;
        Ok(group.next)
    }

    /// What a function is taken of: short arguments without brackets.
    fn arguments(&mut self, group: &Group<'_>) -> Result<(), String> {
        let arguments = group.inside.split(|node| sign_of(node) == Some(","));
        let arguments: Vec<_> = arguments.collect();
        if arguments.iter().all(|argument| is_short(argument)) {
            let said = arguments.iter().map(|argument| Self::apart(argument));
            let said = said.collect::<Result<Vec<_>, _>>()?;
            self.end(&said.join(" and "));
        } else {
            self.sign("open paren");
            self.sequence(group.inside)?;
            self.end("close paren");
        }
        match group.scripts {
            Some(scripts) => self.scripts(scripts, ""),
            None => Ok(()),
        }
    }

    fn group(&mut self, group: &Group<'_>) -> Result<(), String> {
        if let [Node::Array(array)] = inside_one(group.inside) {
            self.matrix(array)?;
            return match group.scripts {
                Some(scripts) => self.scripts(scripts, ""),
                None => Ok(()),
            };
        }
        let (before, after, is_bracket) = match group.open {
            "(" => ("open paren", "close paren", true),
            "[" => ("open bracket", "close bracket", true),
            r"\{" => ("open brace", "close brace", true),
            "‖" if group.inside.len() > 1 => ("the norm of", "end norm", false),
            "‖" => ("the norm of", ",", false),
            "|" if is_batch(group.inside) => ("the size of", ",", false),
            "|" if group.inside.len() > 1 => {
                ("the absolute value of", "end absolute value", false)
            }
            "|" => ("the absolute value of", ",", false),
            other => return Err(unknown(other)),
        };
        self.factor(before, true);
        self.last = Last::Sign;
        self.sequence(group.inside)?;
        match group.scripts {
            Some(scripts) => {
                self.end(after);
                self.scripts(scripts, "")
            }
            None if after == "," => {
                self.last = Last::Whole;
                Ok(())
            }
            None => {
                debug_assert!(is_bracket || after.starts_with("end"));
                self.end(after);
                Ok(())
            }
        }
    }

    fn node(&mut self, node: &Node) -> Result<(), String> {
        if let Some(sign) = sign_of(node) {
            return self.symbol(sign, matches!(node, Node::Atom(_)));
        }
        match node {
            Node::OrdGroup(group) => self.sequence(&group.body),
            Node::Styling(styling) => self.sequence(&styling.body),
            Node::Mclass(class) => self.sequence(&class.body),
            Node::HtmlMathMl(both) => self.sequence(&both.mathml),
            Node::Font(font) => self.font(&font.font, &font.body),
            Node::Text(text) => {
                let text = plain_text(&text.body)?;
                self.factor(&text, false);
                Ok(())
            }
            Node::Spacing(_) | Node::Kern(_) => {
                if is_wide(node) {
                    self.sign(",");
                }
                Ok(())
            }
            Node::SupSub(scripts) => self.scripted(scripts),
            Node::Genfrac(fraction) => self.fraction(fraction),
            Node::Sqrt(root) => self.root(&root.body, root.index.as_ref()),
            Node::Accent(accent) => {
                let accent_name = accent.label.trim_start_matches('\\');
                self.node(&accent.base)?;
                self.words.push(accent_name.replace("wide", ""));
                Ok(())
            }
            Node::Op(_) | Node::OperatorName(_) => self.operator(node, None),
            Node::Array(array) => self.array(array),
            _ => Err(unknown(&format!(
                "{:?}",
                katex::parser::parse_node::NodeType::from(node)
            ))),
        }
    }

    fn symbol(&mut self, sign: &str, is_atom: bool) -> Result<(), String> {
        if let Some((_, word)) = RELATIONS.iter().find(|(name, _)| *name == sign) {
            self.sign(word);
            return Ok(());
        }
        if [",", ";", "."].contains(&sign) {
            self.sign(if sign == ";" { ";" } else { "," });
            return Ok(());
        }
        if let Some((_, word)) = SIGNS.iter().find(|(name, _)| *name == sign) {
            match sign {
                "/" => self.sign(word),
                "!" => self.end(word),
                r"\partial" | "∂" => {
                    self.factor(word, false);
                    self.last = Last::Sign;
                }
                _ => self.factor(word, false),
            }
            return Ok(());
        }
        if sign.starts_with(|c: char| c.is_ascii_digit()) {
            self.factor(sign, false);
            return Ok(());
        }
        let word = match sign.strip_prefix('\\') {
            Some(name) => greek(name),
            None => letter(sign),
        };
        match word {
            Some(word) if !is_atom => {
                self.factor(&word, false);
                Ok(())
            }
            _ => Err(unknown(sign)),
        }
    }

    fn font(&mut self, font: &str, body: &Node) -> Result<(), String> {
        let prefix = match font {
            "mathrm" | "mathit" | "mathnormal" => "",
            "mathbf" => "bold",
            "mathcal" => "script",
            other => return Err(unknown(&format!("\\{other}"))),
        };
        let said = Self::apart(std::slice::from_ref(body))?;
        let said =
            said.replace("capital ", if prefix.is_empty() { "capital " } else { "" });
        self.factor(&format!("{prefix} {said}"), false);
        Ok(())
    }

    fn root(&mut self, body: &Node, index: Option<&Node>) -> Result<(), String> {
        let order = match index.map(|index| Self::apart(std::slice::from_ref(index))) {
            None => "the root of".to_owned(),
            Some(index) if index.as_deref() == Ok("3") => "the cube root of".to_owned(),
            Some(index) => format!("the root of order {} of", index?),
        };
        self.factor(&order, true);
        self.last = Last::Sign;
        self.node(body)?;
        if is_short(std::slice::from_ref(body)) {
            self.last = Last::Whole;
        } else {
            self.end("end root");
        }
        Ok(())
    }

    fn fraction(&mut self, fraction: &ParseNodeGenfrac) -> Result<(), String> {
        let numerator = std::slice::from_ref(&*fraction.numer);
        let denominator = std::slice::from_ref(&*fraction.denom);
        let (above, below) = (Self::apart(numerator)?, Self::apart(denominator)?);
        let said = match (above.as_str(), below.as_str()) {
            ("1", "2") => "one half".to_owned(),
            ("1", "3") => "one third".to_owned(),
            ("1", "4") => "one quarter".to_owned(),
            _ if is_short(numerator) && is_short(denominator) => {
                format!("{above} over {below}")
            }
            _ => format!("the fraction {above}, over {below}, end fraction"),
        };
        self.factor(&said, said.starts_with("the"));
        self.last = Last::Whole;
        Ok(())
    }

    fn scripted(&mut self, scripts: &ParseNodeSupSub) -> Result<(), String> {
        let Some(base) = scripts.base.as_deref() else {
            return self.scripts(scripts, "");
        };
        if operator_of(base).is_some() {
            return self.operator(base, Some(scripts));
        }
        self.node(base)?;
        let name = sign_of(base).unwrap_or_default().to_owned();
        self.scripts(scripts, &name)
    }

    /// An index and what stands above; `base` is the letter that has them.
    fn scripts(&mut self, scripts: &ParseNodeSupSub, base: &str) -> Result<(), String> {
        if let Some(below) = scripts.sub.as_deref() {
            let nodes = std::slice::from_ref(below);
            let said = match inside(below) {
                [Node::Op(_)] => operator_of(&inside(below)[0]).unwrap_or_default(),
                _ => Self::apart(nodes)?,
            };
            self.words.push(format!("sub {said}"));
            if has_sign(nodes) {
                self.words.push("end sub".to_owned());
            }
            self.last = Last::Whole;
        }
        if let Some(above) = scripts.sup.as_deref() {
            self.superscript(above, base)?;
        }
        Ok(())
    }

    fn superscript(&mut self, above: &Node, base: &str) -> Result<(), String> {
        let nodes = inside(above);
        let primes =
            nodes.iter().take_while(|node| sign_of(node) == Some(r"\prime")).count();
        if primes > 0 {
            let count = ["prime", "double prime", "triple prime"];
            let prime = count.get(primes - 1).ok_or_else(|| unknown("''''"))?;
            self.words.push((*prime).to_owned());
            return match &nodes[primes..] {
                [] => Ok(()),
                [rest] => self.superscript(rest, base),
                _ => Err(unknown("a power behind a prime")),
            };
        }
        let said = Self::apart(nodes)?;
        let is_matrix = base.len() == 1 && base.starts_with(char::is_uppercase);
        match said.as_str() {
            "2" => self.words.push("squared".to_owned()),
            "3" => self.words.push("cubed".to_owned()),
            "minus 1" if is_matrix => self.words.push("inverse".to_owned()),
            "transpose" | "star" => self.words.push(said),
            _ if matches!(nodes, [Node::Text(_)]) => {
                self.end(&format!("superscript {said}"))
            }
            _ if has_sign(nodes.get(1..).unwrap_or_default()) => {
                self.end(&format!("to the power {said}, end power"))
            }
            _ => self.end(&format!("to the power {said}")),
        }
        Ok(())
    }

    fn operator(
        &mut self,
        node: &Node,
        scripts: Option<&ParseNodeSupSub>,
    ) -> Result<(), String> {
        let name = operator_of(node).ok_or_else(|| unknown("an operator"))?;
        let known = OPERATORS.iter().find(|(known, _)| *known == name);
        let phrase =
            known.map_or_else(|| format!("{name} of"), |(_, said)| (*said).to_owned());
        let (below, above) = scripts.map_or((None, None), |scripts| {
            (scripts.sub.as_deref(), scripts.sup.as_deref())
        });
        if !["sum", "int", "max", "min", "lim", "argmin", "argmax"]
            .contains(&name.as_str())
        {
            let short = phrase.strip_suffix(" of").unwrap_or(&phrase);
            self.factor(short, known.is_some());
            if let Some(scripts) = scripts {
                self.scripts(scripts, "")?;
            }
            self.sign("of");
            return Ok(());
        }
        let short = phrase.strip_suffix(" of").unwrap_or(&phrase);
        self.factor(short, true);
        if let Some(below) = below {
            let over = if name == "int" { "from" } else { "over" };
            let said = Self::apart(inside(below))?;
            self.words.push(format!("{over} {}", said.replacen("equals", "from", 1)));
        }
        if let Some(above) = above {
            self.words.push(format!("to {}", Self::apart(inside(above))?));
        }
        self.sign("of");
        Ok(())
    }

    fn array(&mut self, array: &ParseNodeArray) -> Result<(), String> {
        let last = array.body.len().saturating_sub(1);
        for (i, row) in array.body.iter().enumerate() {
            for (k, cell) in row.iter().enumerate() {
                if k > 0 && k % 2 == 0 {
                    self.sign(",");
                }
                self.node(cell)?;
            }
            if i < last {
                self.sign(";");
            }
        }
        Ok(())
    }

    fn matrix(&mut self, array: &ParseNodeArray) -> Result<(), String> {
        let rows = array.body.iter().map(|row| {
            let cells = row.iter().map(|cell| Self::apart(std::slice::from_ref(cell)));
            Ok(cells.collect::<Result<Vec<_>, String>>()?.join(", "))
        });
        let rows = rows.collect::<Result<Vec<_>, String>>()?;
        let width = array.body.first().map_or(0, Vec::len);
        let said = match (rows.len(), width) {
            (1, _) => format!("the row {}", rows[0]),
            (_, 1) => format!("the column {}", rows.join(", ")),
            (height, _) => {
                let rows = (1..).zip(&rows).map(|(i, row)| format!("row {i}: {row}"));
                let rows = rows.collect::<Vec<_>>().join("; ");
                format!("the {height} by {width} matrix, {rows}; end matrix")
            }
        };
        self.factor(&said, true);
        self.last = Last::Whole;
        Ok(())
    }
}

fn unknown(what: &str) -> String {
    format!("there are no words for `{what}`: weave/src/math/speech.rs")
}

/// What stands between two delimiters.
struct Group<'a> {
    open: &'a str,
    inside: &'a [Node],
    /// What the closing delimiter carries.
    scripts: Option<&'a ParseNodeSupSub>,
    next: usize,
}

/// The group that begins at a place.
fn group_at(nodes: &[Node], i: usize) -> Option<Group<'_>> {
    let node = nodes.get(i)?;
    let base = match node {
        Node::SupSub(scripts) => scripts.base.as_deref()?,
        _ => node,
    };
    if let Node::LeftRight(pair) = base {
        let scripts = match node {
            Node::SupSub(scripts) => Some(scripts),
            _ => None,
        };
        let open = bar(&pair.left)?;
        return Some(Group { open, inside: &pair.body, scripts, next: i + 1 });
    }
    let open = bar(delimiter(node)?)?;
    let close = match open {
        "(" => ")",
        "[" => "]",
        r"\{" => r"\}",
        bar => bar,
    };
    let mut depth = 0;
    for (k, node) in nodes.iter().enumerate().skip(i + 1) {
        let (end, scripts) = match node {
            Node::SupSub(scripts) => {
                (scripts.base.as_deref().and_then(delimiter), Some(scripts))
            }
            _ => (delimiter(node), None),
        };
        let end = end.and_then(bar);
        if end == Some(close) && depth == 0 {
            return Some(Group {
                open,
                inside: &nodes[i + 1..k],
                scripts,
                next: k + 1,
            });
        }
        match end {
            Some(end) if end == close => depth -= 1,
            Some(end) if end == open => depth += 1,
            _ => {}
        }
    }
    None
}

/// One name for the bars, which TeX calls by many.
fn bar(delimiter: &str) -> Option<&str> {
    Some(match delimiter {
        "|" | r"\vert" | r"\lvert" | r"\rvert" | "∣" => "|",
        r"\|" | r"\Vert" | r"\lVert" | r"\rVert" | "∥" => "‖",
        "(" | ")" | "[" | "]" | r"\{" | r"\}" => delimiter,
        r"\lbrack" => "[",
        r"\rbrack" => "]",
        _ => return None,
    })
}

fn delimiter(node: &Node) -> Option<&str> {
    match node {
        Node::Atom(atom) if matches!(atom.family, Atom::Open | Atom::Close) => {
            Some(&atom.text)
        }
        Node::TextOrd(ord)
            if ["|", r"\|", r"\vert", r"\Vert"].contains(&&*ord.text) =>
        {
            Some(&ord.text)
        }
        Node::Delimsizing(sized) => Some(&sized.delim),
        _ => None,
    }
}

/// The name of a letter or a sign.
fn sign_of(node: &Node) -> Option<&str> {
    match node {
        Node::MathOrd(ord) => Some(&ord.text),
        Node::TextOrd(ord) => Some(&ord.text),
        Node::Atom(atom) => Some(&atom.text),
        Node::OrdGroup(group) if group.body.len() == 1 => sign_of(&group.body[0]),
        _ => None,
    }
}

/// What carries the scripts and accents.
fn base_of(node: &Node) -> Option<&Node> {
    match node {
        Node::SupSub(scripts) => base_of(scripts.base.as_deref()?),
        Node::Accent(accent) => base_of(&accent.base),
        Node::MathOrd(_) | Node::TextOrd(_) | Node::OrdGroup(_) => Some(node),
        _ => None,
    }
}

/// What a style says of a matrix is not heard.
fn inside_one(nodes: &[Node]) -> &[Node] {
    match nodes {
        [Node::Styling(styling)] => inside_one(&styling.body),
        [Node::OrdGroup(group)] => inside_one(&group.body),
        nodes => nodes,
    }
}

fn inside(node: &Node) -> &[Node] {
    match node {
        Node::OrdGroup(group) => &group.body,
        _ => std::slice::from_ref(node),
    }
}

/// The name of an operator.
fn operator_of(node: &Node) -> Option<String> {
    match node {
        Node::SupSub(scripts) => operator_of(scripts.base.as_deref()?),
        Node::Op(ParseNodeOp::Symbol { name, .. }) => {
            Some(name.trim_start_matches('\\').to_owned())
        }
        Node::OperatorName(operator) => {
            let names = operator.body.iter().filter_map(sign_of);
            Some(names.map(|name| name.trim_start_matches('\\')).collect())
        }
        _ => None,
    }
}

fn is_batch(nodes: &[Node]) -> bool {
    matches!(nodes, [node] if sign_of(node) == Some("B"))
}

/// Whether there is nothing that could be heard as ending too early.
fn is_short(nodes: &[Node]) -> bool {
    let nodes = match nodes {
        [Node::OrdGroup(group)] => &group.body,
        [Node::Styling(styling)] => &styling.body,
        nodes => nodes,
    };
    let is_plain = |node: &Node| {
        sign_of(node).is_some()
            || matches!(
                node,
                Node::Spacing(_) | Node::Kern(_) | Node::Text(_) | Node::Font(_)
            )
            || matches!(node, Node::SupSub(_) | Node::Accent(_))
                && base_of(node).is_some()
    };
    nodes.iter().all(is_plain) && !has_sign(nodes.get(1..).unwrap_or_default())
}

/// Whether a sign stands between others.
fn has_sign(nodes: &[Node]) -> bool {
    nodes.iter().any(|node| match node {
        Node::OrdGroup(group) => has_sign(&group.body),
        Node::Atom(atom) => {
            matches!(atom.family, Atom::Bin | Atom::Rel | Atom::Punct)
        }
        _ => sign_of(node) == Some("/"),
    })
}

fn is_wide(node: &Node) -> bool {
    match node {
        Node::Spacing(space) => [r"\quad", r"\qquad"].contains(&&*space.text),
        Node::Kern(kern) => kern.dimension.number >= 1.0 && kern.dimension.unit == "em",
        _ => false,
    }
}

/// A number, whose digits and points are nodes of their own, and the place behind it.
fn number_at(nodes: &[Node], start: usize) -> Option<(String, usize)> {
    let mut number = String::new();
    let mut i = start;
    while let Some(node) = nodes.get(i) {
        let part = match node {
            Node::SupSub(scripts) => scripts.base.as_deref().and_then(sign_of),
            _ => sign_of(node),
        };
        let is_digit = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
        let next = nodes.get(i + 1).map(|node| match node {
            Node::SupSub(scripts) => scripts.base.as_deref().and_then(sign_of),
            _ => sign_of(node),
        });
        let follows = next.flatten().is_some_and(is_digit);
        match part {
            Some(digit) if is_digit(digit) => number.push_str(digit),
            Some(".") if follows => number.push('.'),
            Some(",") if follows && matches!(node, Node::OrdGroup(_)) => {
                number.push(',')
            }
            _ => break,
        }
        i += 1;
        if matches!(node, Node::SupSub(_)) {
            break;
        }
    }
    (!number.is_empty()).then_some((number, i))
}

fn plain_text(nodes: &[Node]) -> Result<String, String> {
    let mut text = String::new();
    for node in nodes {
        match node {
            Node::TextOrd(ord) => text.push_str(&ord.text),
            Node::Atom(atom) => text.push_str(&atom.text),
            Node::Spacing(_) => text.push(' '),
            Node::OrdGroup(group) => text += &plain_text(&group.body)?,
            _ => return Err(unknown("a command in a text")),
        }
    }
    Ok(text)
}

fn greek(name: &str) -> Option<String> {
    let lower = name.to_lowercase();
    let known = GREEK.iter().find(|greek| **greek == lower)?.trim_start_matches("var");
    Some(if lower == name { known.to_owned() } else { format!("capital {known}") })
}

fn letter(sign: &str) -> Option<String> {
    let mut letters = sign.chars();
    let letter = letters.next().filter(|c| c.is_alphabetic())?;
    let is_one = letters.next().is_none();
    is_one.then(|| {
        if letter.is_uppercase() {
            format!("capital {letter}")
        } else {
            letter.to_string()
        }
    })
}
