//! From TeX to expressions.

use crate::tokens::{letters, tokens, word};

/// What a formula says: chains of relations, and expressions alone.
#[derive(Debug, Clone)]
pub struct Formula {
    /// They, in their order.
    pub chains: Vec<Chain>,
}

/// Expressions with relations between them.
#[derive(Debug, Clone, Default)]
pub struct Chain {
    /// One more than the relations.
    pub sides: Vec<Side>,
    /// What stands between them.
    pub relations: Vec<Relation>,
}

/// An expression, and how it is written.
#[derive(Debug, Clone)]
pub struct Side {
    /// Its TeX, without layout.
    pub tex: String,
    /// What it says.
    pub expr: Expr,
}

/// What is said of two expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Relation {
    Equal,
    Different,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Near,
    Tends,
    Becomes,
    Distributed,
}

const RELATIONS: [(&str, Relation); 11] = [
    ("=", Relation::Equal),
    (r"\ne", Relation::Different),
    (r"\neq", Relation::Different),
    ("<", Relation::Less),
    (r"\le", Relation::LessOrEqual),
    (">", Relation::Greater),
    (r"\ge", Relation::GreaterOrEqual),
    (r"\approx", Relation::Near),
    (r"\to", Relation::Tends),
    (r"\leftarrow", Relation::Becomes),
    (r"\sim", Relation::Distributed),
];

impl Relation {
    fn of(token: &str) -> Option<Self> {
        RELATIONS.iter().find(|(tex, _)| *tex == token).map(|(_, relation)| *relation)
    }

    /// How it is written.
    pub fn tex(self) -> &'static str {
        RELATIONS.iter().find(|(_, it)| *it == self).map_or("", |(tex, _)| tex)
    }
}

/// A letter with its marks, and what stands below it.
#[derive(Debug, Clone)]
pub struct Name {
    pub(crate) base: String,
    pub(crate) index: Option<Index>,
}

/// What stands below a letter: a part of the name, or numbers.
#[derive(Debug, Clone)]
pub struct Index {
    pub(crate) written: String,
    pub(crate) numbers: Option<Vec<Expr>>,
}

/// What a sum runs over.
#[derive(Debug, Clone)]
pub enum Run {
    /// From a number to another.
    Between(String, Box<Expr>, Box<Expr>),
    /// The ranges of these letters, all different.
    Ranges(Vec<String>),
    /// A letter over the range of a set.
    In(String, String),
    /// The outcomes of a source.
    Outcomes(String),
}

/// An expression.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Expr {
    Number(f64),
    Imaginary,
    Dots,
    Name(Name),
    /// Each term with its sign, one of `+`, `-`, `\pm`, `\mp`.
    Sum(Vec<(String, Expr)>),
    /// `\cdot`, `/` or `\circ`.
    Operation(&'static str, Box<Expr>, Box<Expr>),
    Power(Box<Expr>, Box<Expr>),
    Transpose(Box<Expr>),
    /// A name before parentheses, and the exponents behind them.
    Apply(Name, Vec<Expr>, Vec<Expr>),
    Function(String, Vec<Expr>),
    Probability(Chain),
    Norm(Box<Expr>),
    Absolute(Box<Expr>),
    /// A sum, or else a product.
    Big(bool, Run, Box<Expr>),
    Integral(String, Box<Expr>, Box<Expr>, Box<Expr>),
    Derivative(usize, Name, Box<Expr>),
    Matrix(Vec<Vec<Expr>>),
    Cases(Vec<(Expr, Option<Chain>)>),
}

const FUNCTIONS: [&str; 12] = [
    "log", "ln", "exp", "sin", "cos", "tan", "arccos", "arctan", "sinh", "cosh",
    "tanh", "coth",
];
const WORDS: [&str; 4] = ["E", "Var", "mean", "sign"];
/// No factor begins with these.
const STOPS: [&str; 26] = [
    "+",
    "-",
    ")",
    "]",
    "}",
    ",",
    ".",
    ";",
    ":",
    "/",
    "^",
    "_",
    "&",
    "'",
    r"\pm",
    r"\mp",
    r"\cdot",
    r"\times",
    r"\circ",
    r"\odot",
    r"\rvert",
    r"\rVert",
    r"\mathrm{d}",
    r"\top",
    r"\dots",
    r"\\",
];

type Result<T> = std::result::Result<T, String>;

impl Formula {
    /// Reads a formula.
    ///
    /// # Errors
    /// Names what it does not know.
    pub fn parse(tex: &str) -> Result<Self> {
        let tokens = tokens(tex)?;
        let tokens: Vec<_> =
            tokens.into_iter().filter(|token| !token.ends_with("{aligned}")).collect();
        let mut chains = Vec::<Chain>::new();
        let separators = [r"\\", r"\quad", r"\qquad", r"\Longrightarrow", ",", "&"];
        for row in pieces(&tokens, |token| separators.contains(&token)) {
            let row = without_remark(row);
            match row.first() {
                None => {}
                Some(first) if Relation::of(first).is_some() && !chains.is_empty() => {
                    let last = chains.last_mut().ok_or("a relation without a side")?;
                    chain_onto(last, row)?;
                }
                Some(_) => chains.push(chain(row)?),
            }
        }
        match chains.iter().find(|it| it.sides.len() != it.relations.len() + 1) {
            Some(_) => Err("a relation without a side".to_owned()),
            None => Ok(Self { chains }),
        }
    }
}

/// The parts between tokens of a kind, outside of all brackets; a list with dots in it stays whole.
fn pieces(tokens: &[String], is_cut: impl Fn(&str) -> bool) -> Vec<&[String]> {
    let mut depth = 0;
    let mut start = 0;
    let mut pieces = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        let near = |at: usize| tokens.get(at).is_some_and(|token| token == r"\dots");
        let is_listed = token == "," && (near(i + 1) || i > 0 && near(i - 1));
        depth += level(token);
        if depth == 0 && is_cut(token) && !is_listed {
            pieces.push(&tokens[start..i]);
            start = i + 1;
        }
    }
    pieces.push(&tokens[start..]);
    pieces
}

fn level(token: &str) -> i32 {
    match token {
        "(" | "[" | "{" => 1,
        ")" | "]" | "}" => -1,
        _ if token.starts_with(r"\begin") => 1,
        _ if token.starts_with(r"\end") => -1,
        _ => 0,
    }
}

/// A row without its words and the punctuation at its end.
fn without_remark(mut row: &[String]) -> &[String] {
    while let [rest @ .., last] = row
        && [".", ",", ";", ":", "?"].contains(&last.as_str())
    {
        row = rest;
    }
    match row {
        [open, inside @ .., close] if open == "(" && close == ")" => {
            let is_number = |token: &String| token.chars().all(|c| c.is_ascii_digit());
            if inside.iter().all(is_number) { &[] } else { row }
        }
        _ if pieces(row, |token| token == r"\dots").len() > 1
            && row.windows(2).any(|pair| pair[0] == "," && pair[1] == r"\dots") =>
        {
            &[]
        }
        [text] if text.starts_with(r"\text") => &[],
        [text, next, ..] => {
            let is_remark =
                word(text, r"\text").is_some_and(|word| word.ends_with([' ', ':']));
            let is_operand =
                !STOPS.contains(&next.as_str()) && Relation::of(next).is_none();
            if is_remark && is_operand { without_remark(&row[1..]) } else { row }
        }
        _ => row,
    }
}

fn chain(tokens: &[String]) -> Result<Chain> {
    let mut chain = Chain::default();
    chain_onto(&mut chain, tokens)?;
    Ok(chain)
}

fn chain_onto(chain: &mut Chain, tokens: &[String]) -> Result<()> {
    let is_relation = |token: &str| Relation::of(token).is_some();
    let mut at = 0;
    for (i, side) in pieces(tokens, is_relation).into_iter().enumerate() {
        if at > 0 {
            chain.relations.extend(Relation::of(&tokens[at - 1]));
        }
        at += side.len() + 1;
        if i > 0 || !side.is_empty() {
            chain.sides.push(Side { tex: side.join(" "), expr: expression(side)? });
        }
    }
    Ok(())
}

fn expression(tokens: &[String]) -> Result<Expr> {
    let mut parser = Parser { tokens, at: 0, in_sum: false };
    let expr = parser.sum()?;
    match parser.peek() {
        "" => Ok(expr),
        token => Err(format!("`{token}` is not expected in `{}`", tokens.join(" "))),
    }
}

struct Parser<'a> {
    tokens: &'a [String],
    at: usize,
    in_sum: bool,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> &'a str {
        self.ahead(0)
    }

    fn ahead(&self, by: usize) -> &'a str {
        self.tokens.get(self.at + by).map_or("", String::as_str)
    }

    fn takes(&mut self, token: &str) -> bool {
        let is_next = self.peek() == token;
        self.at += usize::from(is_next);
        is_next
    }

    /// The tokens of a group or bars, without its ends; the first is next.
    fn inside(&mut self, close: impl Fn(&str) -> bool) -> Result<&'a [String]> {
        let start = self.at + 1;
        let mut depth = 0;
        for (i, token) in self.tokens.iter().enumerate().skip(start) {
            if depth == 0 && close(token) {
                self.at = i + 1;
                return Ok(&self.tokens[start..i]);
            }
            depth += level(token) + i32::from(token == r"\lvert" || token == r"\lVert")
                - i32::from(token == r"\rvert" || token == r"\rVert");
        }
        Err(format!("`{}` is not closed", self.peek()))
    }

    /// What a command takes: a group, or one token.
    fn argument(&mut self) -> Result<&'a [String]> {
        if self.peek() == "{" {
            return self.inside(|token| token == "}");
        }
        self.at += 1;
        self.tokens.get(self.at - 1..self.at).ok_or_else(|| "an argument lacks".into())
    }

    fn sum(&mut self) -> Result<Expr> {
        let is_sign = |token: &str| ["+", "-", r"\pm", r"\mp"].contains(&token);
        let mut terms = Vec::new();
        while terms.is_empty() || is_sign(self.peek()) {
            let sign = if is_sign(self.peek()) { self.peek() } else { "" };
            self.at += usize::from(!sign.is_empty());
            let sign = if sign.is_empty() { "+" } else { sign };
            terms.push((sign.to_owned(), self.product()?));
        }
        match terms.as_slice() {
            [(sign, _)] if sign == "+" => Ok(terms.remove(0).1),
            _ => Ok(Expr::Sum(terms)),
        }
    }

    fn product(&mut self) -> Result<Expr> {
        let mut product = self.factor()?;
        loop {
            let operator = match self.peek() {
                r"\cdot" if self.in_sum && self.ahead(1) == r"\sum" => break,
                r"\cdot" | r"\times" => r"\cdot",
                r"\circ" | r"\odot" => r"\circ",
                "/" => "/",
                "" => break,
                token if STOPS.contains(&token) => break,
                _ => "",
            };
            self.at += usize::from(!operator.is_empty());
            let operator = if operator.is_empty() { r"\cdot" } else { operator };
            product = Expr::Operation(operator, product.into(), self.factor()?.into());
        }
        Ok(product)
    }

    fn factor(&mut self) -> Result<Expr> {
        let mut factor = self.atom()?;
        while self.takes("^") {
            factor = raised(factor, self.argument()?)?;
        }
        Ok(factor)
    }

    /// What a function without parentheses takes.
    fn operand(&mut self) -> Result<Expr> {
        let is_whole = self.is_function() || ["(", "["].contains(&self.peek());
        let mut operand = self.factor()?;
        while !is_whole
            && !["", "(", "["].contains(&self.peek())
            && !STOPS.contains(&self.peek())
            && !self.is_function()
        {
            operand = Expr::Operation(r"\cdot", operand.into(), self.factor()?.into());
        }
        Ok(operand)
    }

    fn is_function(&self) -> bool {
        let token = self.peek();
        let is_word =
            word(token, r"\operatorname").is_some_and(|it| WORDS.contains(&it));
        let name = token.strip_prefix('\\').unwrap_or_default();
        is_word
            || FUNCTIONS.contains(&name)
            || ["sum", "prod", "int", "Pr"].contains(&name)
    }

    fn atom(&mut self) -> Result<Expr> {
        let token = self.peek();
        match token {
            "" => Err("an expression lacks".to_owned()),
            _ if token.starts_with(|c: char| c.is_ascii_digit()) => self.number(),
            "(" => expression(self.inside(|token| token == ")")?),
            "[" => expression(self.inside(|token| token == "]")?),
            "{" => expression(self.argument()?),
            "|" | r"\lvert" => {
                let bar = if token == "|" { "|" } else { r"\rvert" };
                let inside = self.inside(|token| token == bar)?;
                Ok(Expr::Absolute(expression(inside)?.into()))
            }
            r"\lVert" => {
                let inside = self.inside(|token| token == r"\rVert")?;
                Ok(Expr::Norm(expression(inside)?.into()))
            }
            r"\dots" | r"\infty" | r"\mathrm{i}" => {
                self.at += 1;
                Ok(match token {
                    r"\dots" => Expr::Dots,
                    r"\infty" => Expr::Number(f64::INFINITY),
                    _ => Expr::Imaginary,
                })
            }
            r"\frac" => self.fraction(),
            r"\sqrt" => self.root(),
            r"\sum" | r"\prod" => self.big(),
            r"\int" => self.integral(),
            r"\max" | r"\min" => {
                self.at += 1;
                Ok(Expr::Function(token[1..].to_owned(), self.list()?))
            }
            r"\Pr" => self.probability(),
            r"\begin{bmatrix}" => {
                let rows = self.inside(|token| token == r"\end{bmatrix}")?;
                let rows = pieces(rows, |token| token == r"\\").into_iter();
                let row = |row| {
                    let entries = pieces(row, |token| token == "&").into_iter();
                    entries.map(expression).collect()
                };
                Ok(Expr::Matrix(rows.map(row).collect::<Result<_>>()?))
            }
            r"\begin{cases}" => {
                let rows = self.inside(|token| token == r"\end{cases}")?;
                let rows = pieces(rows, |token| token == r"\\").into_iter();
                Ok(Expr::Cases(rows.map(case).collect::<Result<_>>()?))
            }
            _ if self.is_function() => self.function(),
            _ => self.named(),
        }
    }

    fn number(&mut self) -> Result<Expr> {
        let is_digit = |token: &str| token.starts_with(|c: char| c.is_ascii_digit());
        let mut digits = String::new();
        loop {
            match self.peek() {
                token if is_digit(token) => digits += token,
                "." if is_digit(self.ahead(1)) => digits.push('.'),
                "{" if self.ahead(1) == "," && self.ahead(2) == "}" => self.at += 2,
                _ => break,
            }
            self.at += 1;
        }
        digits.parse().map(Expr::Number).map_err(|_| format!("`{digits}` is no number"))
    }

    /// Expressions in parentheses, with commas between them.
    fn list(&mut self) -> Result<Vec<Expr>> {
        if self.peek() != "(" {
            return Err(format!("`{}` where `(` is expected", self.peek()));
        }
        let inside = self.inside(|token| token == ")")?;
        pieces(inside, |token| token == ",").into_iter().map(expression).collect()
    }

    fn fraction(&mut self) -> Result<Expr> {
        self.at += 1;
        let (above, below) = (self.argument()?, self.argument()?);
        match (above, below) {
            ([d, what @ ..], [same, by @ ..])
                if d == same && [r"\mathrm{d}", r"\partial"].contains(&d.as_str()) =>
            {
                let mut by = Parser { tokens: by, at: 0, in_sum: false };
                let (name, _) = by.name()?;
                let below = by.order()?;
                let by = name;
                let mut what = Parser { tokens: what, at: 0, in_sum: false };
                let order = what.order()?;
                if order != below {
                    return Err("a derivative of two orders".to_owned());
                }
                if what.peek().is_empty() {
                    return Ok(Expr::Derivative(order, by, self.product()?.into()));
                }
                let (mut name, _) = what.name()?;
                let d = letters(std::slice::from_ref(d));
                name.base = format!("{d}{}/{d}{}", name.base, by.base);
                Ok(Expr::Name(name))
            }
            _ => Ok(Expr::Operation(
                "/",
                expression(above)?.into(),
                expression(below)?.into(),
            )),
        }
    }

    /// The exponent of a derivative's `d`.
    fn order(&mut self) -> Result<usize> {
        match self.takes("^") {
            true => {
                letters(self.argument()?).parse().map_err(|_| "an order".to_owned())
            }
            false => Ok(1),
        }
    }

    fn root(&mut self) -> Result<Expr> {
        self.at += 1;
        let degree = match self.peek() {
            "[" => expression(self.inside(|token| token == "]")?)?,
            _ => Expr::Number(2.0),
        };
        let one = Expr::Number(1.0);
        let exponent = Expr::Operation("/", one.into(), degree.into());
        Ok(Expr::Power(expression(self.argument()?)?.into(), exponent.into()))
    }

    fn bounds(&mut self) -> Result<(&'a [String], &'a [String])> {
        let below = if self.takes("_") { self.argument()? } else { &[] };
        let above = if self.takes("^") { self.argument()? } else { &[] };
        Ok((below, above))
    }

    fn big(&mut self) -> Result<Expr> {
        let is_sum = self.peek() == r"\sum";
        self.at += 1;
        let (below, above) = self.bounds()?;
        let at =
            |signs: &[&str]| below.iter().position(|it| signs.contains(&it.as_str()));
        let run = if let Some(i) = at(&["="]) {
            let from = expression(&below[i + 1..])?.into();
            Run::Between(letters(&below[..i]), from, expression(above)?.into())
        } else if let Some(i) = at(&[r"\ne", r"\neq"]) {
            Run::Ranges(vec![letters(&below[..i]), letters(&below[i + 1..])])
        } else if let Some(i) = at(&[r"\in"]) {
            Run::In(letters(&below[..i]), letters(&below[i + 1..]))
        } else if below.is_empty() || below[0].starts_with(r"\text") {
            Run::Outcomes(letters(below))
        } else {
            Run::Ranges(vec![letters(below)])
        };
        let outer = std::mem::replace(&mut self.in_sum, true);
        let body = self.product()?;
        self.in_sum = outer;
        Ok(Expr::Big(is_sum, run, body.into()))
    }

    fn integral(&mut self) -> Result<Expr> {
        self.at += 1;
        let (below, above) = self.bounds()?;
        let (from, to) = (expression(below)?, expression(above)?);
        let body = self.product()?;
        if !self.takes(r"\mathrm{d}") {
            return Err(r"`\int` without its `\mathrm{d}`".to_owned());
        }
        let (by, _) = self.name()?;
        Ok(Expr::Integral(by.base, from.into(), to.into(), body.into()))
    }

    fn probability(&mut self) -> Result<Expr> {
        self.at += 1;
        let inside = self.inside(|token| token == ")")?;
        if let [one] = inside {
            let base = format!("Pr({})", letters(std::slice::from_ref(one)));
            return Ok(Expr::Name(Name { base, index: None }));
        }
        Ok(Expr::Probability(chain(inside)?))
    }

    fn function(&mut self) -> Result<Expr> {
        let token = self.peek();
        let name = word(token, r"\operatorname").unwrap_or(&token[1..]).to_owned();
        self.at += 1;
        let is_operator = ["E", "Var", "mean"].contains(&name.as_str());
        let power = if self.takes("^") { Some(self.argument()?) } else { None };
        let operand = match self.peek() {
            "(" if !is_operator => {
                let operand = expression(self.inside(|token| token == ")")?)?;
                if self.peek() == "^" {
                    return Err(format!("`{token}(…)^` has two meanings"));
                }
                operand
            }
            _ => self.operand()?,
        };
        let function = Expr::Function(name, vec![operand]);
        power.map_or(Ok(function.clone()), |power| raised(function, power))
    }

    fn named(&mut self) -> Result<Expr> {
        let (name, powers) = self.name()?;
        if self.peek() == "(" && powers.is_empty() {
            let arguments = self.list()?;
            let mut behind = Vec::new();
            while self.takes("^") {
                behind.push(raised(Expr::Dots, self.argument()?)?);
            }
            return Ok(Expr::Apply(name, arguments, behind));
        }
        let named = Ok(Expr::Name(name));
        powers.into_iter().fold(named, |base, power| raised(base?, power))
    }

    /// A letter with its marks and its index, and the exponents that stand before the index.
    fn name(&mut self) -> Result<(Name, Vec<&'a [String]>)> {
        let mut name = Name { base: self.letter()?, index: None };
        let mut powers = Vec::new();
        loop {
            let before = self.at;
            match self.peek() {
                "'" => {
                    self.at += 1;
                    name.base.push('\'');
                }
                "_" if name.index.is_none() => {
                    self.at += 1;
                    name.index = Some(index(self.argument()?));
                }
                "^" => {
                    self.at += 1;
                    let above = self.argument()?;
                    let first = above.first().map_or("", String::as_str);
                    if ["*", "+", r"\prime"].contains(&first) {
                        name.base += &letters(above);
                    } else if first.starts_with(r"\text") {
                        name.base += &format!("^{}", letters(above));
                    } else if self.peek() == "_" && name.index.is_none() {
                        powers.push(above);
                    } else {
                        self.at = before;
                        break;
                    }
                }
                _ => break,
            }
        }
        Ok((name, powers))
    }

    fn letter(&mut self) -> Result<String> {
        let token = self.peek();
        let here = self.tokens.get(self.at..=self.at).unwrap_or_default();
        self.at += 1;
        let is_letter = token.len() == 1 && token.starts_with(char::is_alphabetic);
        let is_word = [r"\text", r"\operatorname", r"\mathbf", r"\mathcal"]
            .iter()
            .any(|font| word(token, font).is_some());
        match token {
            r"\hat" | r"\tilde" | r"\bar" => {
                Ok(format!("{} {}", &token[1..], letters(self.argument()?)))
            }
            r"\partial" if self.peek() == "(" => {
                let inside = self.inside(|token| token == ")")?;
                Ok(format!("∂({})", letters(inside)))
            }
            r"\partial" | r"\nabla" | r"\Delta" => Ok(letters(here) + &self.letter()?),
            _ if is_letter || is_word || !letters(here).starts_with(['\\', ' ']) => {
                match letters(here) {
                    it if it.starts_with(char::is_alphanumeric) => Ok(it),
                    _ => Err(format!("`{token}` is not known here")),
                }
            }
            _ => Err(format!("`{token}` is not known")),
        }
    }
}

/// A base with what stands above it.
fn raised(base: Expr, above: &[String]) -> Result<Expr> {
    match above {
        [top] if top == r"\top" => Ok(Expr::Transpose(base.into())),
        _ => Ok(Expr::Power(base.into(), expression(above)?.into())),
    }
}

fn index(tokens: &[String]) -> Index {
    let is_letter = |token: &String| token.chars().all(|c| c.is_ascii_alphabetic());
    let numbers = if tokens.len() > 1 && tokens.iter().all(is_letter) {
        tokens.chunks(1).map(expression).collect()
    } else {
        pieces(tokens, |token| token == ",").into_iter().map(expression).collect()
    };
    Index { written: letters(tokens), numbers: Result::ok(numbers) }
}

/// A row of `\begin{cases}`: a value and its condition, if there is one.
fn case(row: &[String]) -> Result<(Expr, Option<Chain>)> {
    let parts = pieces(row, |token| token == "&");
    let condition = parts.get(1).map_or(&[][..], |it| without_remark(it));
    let condition = (!condition.is_empty()).then(|| chain(condition)).transpose()?;
    Ok((expression(parts[0])?, condition))
}
