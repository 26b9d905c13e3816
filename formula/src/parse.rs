//! From TeX to expressions.

use crate::syntax::{
    Chain, Expr, Formula, Function, Index, Name, Operation, Relation, Run, Side,
};
use crate::tokens::{is_among, letters, tokens, word};
use crate::value::Value;
use nalgebra::Complex;

const FUNCTIONS: [(&str, Function); 13] = [
    (r"\log", f64::ln),
    (r"\ln", f64::ln),
    (r"\exp", f64::exp),
    (r"\sin", f64::sin),
    (r"\cos", f64::cos),
    (r"\tan", f64::tan),
    (r"\arccos", f64::acos),
    (r"\arctan", f64::atan),
    (r"\sinh", f64::sinh),
    (r"\cosh", f64::cosh),
    (r"\tanh", f64::tanh),
    (r"\coth", |x| 1.0 / x.tanh()),
    (r"\operatorname{sign}", |x| if x == 0.0 { 0.0 } else { x.signum() }),
];
/// Functions of all that is random behind them.
const MOMENTS: &str = r"\operatorname{E} \operatorname{mean} \operatorname{Var}";
const SIGNS: &str = r"+ - \pm \mp";
/// With the signs, what no factor begins with.
const STOPS: &str = r") ] } , . ; : / ^ _ & ' \cdot \times \circ \odot \rvert \rVert \mathrm{d} \top \dots \\";

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
    let (mut depth, mut start) = (0, 0);
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

/// How many brackets a token opens; bars without a side open none.
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
        && is_among(last, ". , ; : ?")
    {
        row = rest;
    }
    let is_digit = |token: &String| token.chars().all(|c| c.is_ascii_digit());
    let is_list = match pieces(row, |token| token == r"\dots")[..] {
        [list, _, ..] => list.last().is_some_and(|token| token == ","),
        _ => false,
    };
    match row {
        _ if is_list => &[],
        [open, number @ .., close]
            if open == "(" && close == ")" && number.iter().all(is_digit) =>
        {
            &[]
        }
        [text] if text.starts_with(r"\text") => &[],
        [text, rest @ ..]
            if word(text, r"\text").is_some_and(|it| it.ends_with([' ', ':']))
                && !is_stop(&rest[0])
                && Relation::of(&rest[0]).is_none() =>
        {
            without_remark(rest)
        }
        _ => row,
    }
}

fn is_stop(token: &str) -> bool {
    token.is_empty() || is_among(token, SIGNS) || is_among(token, STOPS)
}

fn chain(tokens: &[String]) -> Result<Chain> {
    let mut chain = Chain::default();
    chain_onto(&mut chain, tokens)?;
    Ok(chain)
}

fn chain_onto(chain: &mut Chain, tokens: &[String]) -> Result<()> {
    let mut at = 0;
    for side in pieces(tokens, |token| Relation::of(token).is_some()) {
        if at > 0 {
            chain.relations.extend(Relation::of(&tokens[at - 1]));
        }
        if at > 0 || !side.is_empty() {
            chain.sides.push(Side { tex: side.join(" "), expr: expression(side)? });
        }
        at += side.len() + 1;
    }
    Ok(())
}

fn expression(tokens: &[String]) -> Result<Expr> {
    let mut parser = Parser::new(tokens);
    let expr = parser.sum()?;
    match parser.peek() {
        "" => Ok(expr),
        token => Err(format!("`{token}` is not expected in `{}`", tokens.join(" "))),
    }
}

fn operation(operation: Operation, one: Expr, two: Expr) -> Expr {
    Expr::Operation(operation, one.into(), two.into())
}

/// A base with what stands above it.
fn raised(base: Expr, above: &[String]) -> Result<Expr> {
    match above {
        [top] if top == r"\top" => Ok(Expr::Transpose(base.into())),
        _ => Ok(Expr::Power(base.into(), expression(above)?.into())),
    }
}

/// A row of `\begin{cases}`: a value and its condition, if there is one.
fn case(row: &[String]) -> Result<(Expr, Option<Chain>)> {
    let parts = pieces(row, |token| token == "&");
    let condition = parts.get(1).map_or(&[][..], |it| without_remark(it));
    let condition = (!condition.is_empty()).then(|| chain(condition)).transpose()?;
    Ok((expression(parts[0])?, condition))
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

/// `x_1 + \dots + x_n` as the sum over its index.
fn indexed(terms: &[(f64, Expr)]) -> Option<Expr> {
    let [(_, Expr::Name(first)), (plus, Expr::Dots), (sign, Expr::Name(last))] = terms
    else {
        return None;
    };
    let end = |name: &Name| match name.index.as_ref()?.numbers.as_deref()? {
        [number] => Some(number.clone().into()),
        _ => None,
    };
    let is_sum = *plus > 0.0 && *sign > 0.0 && first.base == last.base;
    let letter = "…".to_owned();
    let number = Expr::Name(Name { base: letter.clone(), index: None });
    let index = Some(Index { written: letter.clone(), numbers: Some(vec![number]) });
    let term = Expr::Name(Name { base: first.base.clone(), index });
    let run = Run::Between(letter, end(first)?, end(last)?);
    is_sum.then(|| Expr::Big(true, run, term.into()))
}

struct Parser<'a> {
    tokens: &'a [String],
    at: usize,
    in_sum: bool,
}

impl<'a> Parser<'a> {
    fn new(tokens: &'a [String]) -> Self {
        Self { tokens, at: 0, in_sum: false }
    }

    fn peek(&self) -> &'a str {
        self.ahead(0)
    }

    fn ahead(&self, by: usize) -> &'a str {
        self.tokens.get(self.at + by).map_or("", String::as_str)
    }

    fn next(&mut self) -> &'a str {
        self.at += 1;
        self.tokens.get(self.at - 1).map_or("", String::as_str)
    }

    fn takes(&mut self, token: &str) -> bool {
        let is_next = self.peek() == token;
        self.at += usize::from(is_next);
        is_next
    }

    /// The tokens of a group or bars, without its ends; the first is next.
    fn inside(&mut self, close: &str) -> Result<&'a [String]> {
        let start = self.at + 1;
        let mut depth = 0;
        for (i, token) in self.tokens.iter().enumerate().skip(start) {
            if depth == 0 && token == close {
                self.at = i + 1;
                return Ok(&self.tokens[start..i]);
            }
            depth += level(token) + i32::from(is_among(token, r"\lvert \lVert"))
                - i32::from(is_among(token, r"\rvert \rVert"));
        }
        Err(format!("`{}` is not closed", self.peek()))
    }

    fn group(&mut self, close: &str) -> Result<Expr> {
        expression(self.inside(close)?)
    }

    /// Expressions in parentheses, with commas between them.
    fn list(&mut self) -> Result<Vec<Expr>> {
        if self.peek() != "(" {
            return Err(format!("`{}` where `(` is expected", self.peek()));
        }
        let inside = self.inside(")")?;
        pieces(inside, |token| token == ",").into_iter().map(expression).collect()
    }

    /// The rows between `\begin` and `\end`.
    fn rows(&mut self) -> Result<Vec<&'a [String]>> {
        let end = self.peek().replace(r"\begin", r"\end");
        Ok(pieces(self.inside(&end)?, |token| token == r"\\"))
    }

    /// What a command takes: a group, or one token.
    fn argument(&mut self) -> Result<&'a [String]> {
        if self.peek() == "{" {
            return self.inside("}");
        }
        self.at += 1;
        self.tokens.get(self.at - 1..self.at).ok_or_else(|| "an argument lacks".into())
    }

    /// What stands at the foot and above, if something does.
    fn bounds(&mut self) -> Result<(&'a [String], &'a [String])> {
        let below = if self.takes("_") { self.argument()? } else { &[] };
        let above = if self.takes("^") { self.argument()? } else { &[] };
        Ok((below, above))
    }

    fn sum(&mut self) -> Result<Expr> {
        let mut terms = Vec::new();
        while terms.is_empty() || is_among(self.peek(), SIGNS) {
            let sign = self.peek();
            self.at += usize::from(is_among(sign, SIGNS));
            let mut term = self.product()?;
            if is_among(sign, r"\pm \mp") {
                let sign = Name { base: "±".to_owned(), index: None };
                term = operation(Value::times, Expr::Name(sign), term);
            }
            terms.push((if is_among(sign, r"- \mp") { -1.0 } else { 1.0 }, term));
        }
        match terms.as_slice() {
            [(1.0, _)] => Ok(terms.remove(0).1),
            _ => Ok(indexed(&terms).unwrap_or(Expr::Sum(terms))),
        }
    }

    fn product(&mut self) -> Result<Expr> {
        let mut product = self.factor()?;
        loop {
            let (operator, length): (Operation, _) = match self.peek() {
                r"\cdot" if self.in_sum && self.ahead(1) == r"\sum" => break,
                r"\cdot" | r"\times" => (Value::times, 1),
                r"\circ" | r"\odot" => (Value::entrywise, 1),
                "/" => (Value::over, 1),
                token if is_stop(token) => break,
                _ => (Value::times, 0),
            };
            self.at += length;
            product = operation(operator, product, self.factor()?);
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

    fn atom(&mut self) -> Result<Expr> {
        match self.peek() {
            "" => Err("an expression lacks".to_owned()),
            token if token.starts_with(|c: char| c.is_ascii_digit()) => self.number(),
            "(" => self.group(")"),
            "[" => self.group("]"),
            "{" => self.group("}"),
            "|" => Ok(Expr::Absolute(self.group("|")?.into())),
            r"\lvert" => Ok(Expr::Absolute(self.group(r"\rvert")?.into())),
            r"\lVert" => Ok(Expr::Norm(self.group(r"\rVert")?.into())),
            r"\frac" => self.fraction(),
            r"\sqrt" => self.root(),
            r"\sum" | r"\prod" => self.big(),
            r"\int" => self.integral(),
            r"\Pr" => self.probability(),
            r"\begin{bmatrix}" => {
                let row = |row| {
                    let entries = pieces(row, |token| token == "&").into_iter();
                    entries.map(expression).collect()
                };
                let rows = self.rows()?.into_iter().map(row);
                Ok(Expr::Matrix(rows.collect::<Result<_>>()?))
            }
            r"\begin{cases}" => {
                let rows = self.rows()?.into_iter().map(case);
                Ok(Expr::Cases(rows.collect::<Result<_>>()?))
            }
            token if is_function(token) => self.function(),
            token if is_among(token, r"\dots \infty \mathrm{i} \max \min") => {
                self.at += 1;
                Ok(match token {
                    r"\dots" => Expr::Dots,
                    r"\infty" => Expr::Number(f64::INFINITY.into()),
                    r"\mathrm{i}" => Expr::Number(Complex::i()),
                    r"\max" => Expr::Extreme(f64::max, self.list()?),
                    _ => Expr::Extreme(f64::min, self.list()?),
                })
            }
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
        let number = digits.parse::<f64>().map(|it| Expr::Number(it.into()));
        number.map_err(|_| format!("`{digits}` is no number"))
    }

    fn fraction(&mut self) -> Result<Expr> {
        self.at += 1;
        let (above, below) = (self.argument()?, self.argument()?);
        let ([d, what @ ..], [same, by @ ..]) = (above, below) else {
            return Err("an argument lacks".to_owned());
        };
        if d != same || !is_among(d, r"\mathrm{d} \partial") {
            return Ok(operation(Value::over, expression(above)?, expression(below)?));
        }
        let (mut what, mut by) = (Parser::new(what), Parser::new(by));
        let order = what.order()?;
        let (by, same) = (by.name()?.0, by.order()?);
        if order != same {
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

    /// The exponent of a derivative's `d`.
    fn order(&mut self) -> Result<usize> {
        let order =
            if self.takes("^") { letters(self.argument()?) } else { "1".into() };
        order.parse().map_err(|_| format!("`{order}` is no order"))
    }

    fn root(&mut self) -> Result<Expr> {
        self.at += 1;
        let degree = if self.peek() == "[" {
            self.group("]")?
        } else {
            Expr::Number(2.0.into())
        };
        let exponent = operation(Value::over, Expr::Number(1.0.into()), degree);
        Ok(Expr::Power(expression(self.argument()?)?.into(), exponent.into()))
    }

    fn big(&mut self) -> Result<Expr> {
        let is_sum = self.next() == r"\sum";
        let (below, above) = self.bounds()?;
        let outer = std::mem::replace(&mut self.in_sum, true);
        let body = self.product()?;
        self.in_sum = outer;
        let big = |run, body: Expr| Expr::Big(is_sum, run, body.into());
        let both = |signs| {
            let i = below.iter().position(|it| is_among(it, signs))?;
            Some((letters(&below[..i]), &below[i + 1..]))
        };
        Ok(if let Some((letter, from)) = both("=") {
            let (from, to) = (expression(from)?, expression(above)?);
            big(Run::Between(letter, from.into(), to.into()), body)
        } else if let Some((letter, other)) = both(r"\ne \neq") {
            let other = letters(other);
            let inner = big(Run::In(other.clone(), other, Some(letter.clone())), body);
            big(Run::In(letter.clone(), letter, None), inner)
        } else if let Some((letter, set)) = both(r"\in") {
            big(Run::In(letter, letters(set), None), body)
        } else if below.is_empty() || below[0].starts_with(r"\text") {
            big(Run::Outcomes(letters(below)), body)
        } else {
            big(Run::In(letters(below), letters(below), None), body)
        })
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
        let inside = self.inside(")")?;
        if let [_] = inside {
            let base = format!("Pr({})", letters(inside));
            return Ok(Expr::Name(Name { base, index: None }));
        }
        Ok(Expr::Probability(chain(inside)?))
    }

    fn function(&mut self) -> Result<Expr> {
        let token = self.next();
        let power = if self.takes("^") { Some(self.argument()?) } else { None };
        let is_closed = self.peek() == "(" && !is_among(token, MOMENTS);
        let operand = if is_closed { self.group(")") } else { self.operand() }?.into();
        if is_closed && self.peek() == "^" {
            return Err(format!("`{token}(…)^` has two meanings"));
        }
        let function = match FUNCTIONS.iter().find(|(name, _)| *name == token) {
            Some((_, function)) => Expr::Function(*function, operand),
            None if token == r"\operatorname{Var}" => Expr::Variance(operand),
            None => Expr::Mean(operand),
        };
        power.map_or(Ok(function.clone()), |power| raised(function, power))
    }

    /// What a function without parentheses takes.
    fn operand(&mut self) -> Result<Expr> {
        let is_end = |token| is_function(token) || ["(", "["].contains(&token);
        let is_whole = is_end(self.peek());
        let mut operand = self.factor()?;
        while !is_whole && !is_end(self.peek()) && !is_stop(self.peek()) {
            operand = operation(Value::times, operand, self.factor()?);
        }
        Ok(operand)
    }

    fn named(&mut self) -> Result<Expr> {
        let (name, powers) = self.name()?;
        if self.peek() == "(" && powers.is_empty() {
            return self.before_parentheses(name);
        }
        powers.into_iter().try_fold(Expr::Name(name), raised)
    }

    /// A name before parentheses is a function, or a factor; then what is above them belongs to the other factor.
    fn before_parentheses(&mut self, name: Name) -> Result<Expr> {
        let arguments = self.list()?;
        let mut factor = arguments[0].clone();
        let is_function = arguments.len() > 1;
        let mut call = Expr::Call(name.clone(), arguments);
        while self.takes("^") {
            let above = self.argument()?;
            (call, factor) = (raised(call, above)?, raised(factor, above)?);
        }
        if is_function {
            return Ok(call);
        }
        let product = operation(Value::times, Expr::Name(name.clone()), factor);
        Ok(Expr::IfFunction(name, call.into(), product.into()))
    }

    /// A letter with its marks and its index, and the exponents that stand before the index.
    fn name(&mut self) -> Result<(Name, Vec<&'a [String]>)> {
        let mut name = Name { base: self.letter()?, index: None };
        let mut powers = Vec::new();
        loop {
            let before = self.at;
            match self.peek() {
                "'" => name.base += self.next(),
                "_" if name.index.is_none() => {
                    self.at += 1;
                    name.index = Some(index(self.argument()?));
                }
                "^" => {
                    self.at += 1;
                    let above = self.argument()?;
                    let first = above.first().map_or("", String::as_str);
                    if is_among(first, r"* + \prime") {
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
        let letter = letters(self.tokens.get(self.at..=self.at).unwrap_or_default());
        let token = self.next();
        match token {
            r"\hat" | r"\tilde" | r"\bar" => {
                Ok(format!("{} {}", &token[1..], letters(self.argument()?)))
            }
            r"\partial" if self.peek() == "(" => {
                Ok(format!("∂({})", letters(self.inside(")")?)))
            }
            r"\partial" | r"\nabla" | r"\Delta" => Ok(letter + &self.letter()?),
            _ if letter.starts_with(char::is_alphanumeric) => Ok(letter),
            _ => Err(format!("`{token}` is not known here")),
        }
    }
}

fn is_function(token: &str) -> bool {
    FUNCTIONS.iter().any(|(name, _)| *name == token)
        || is_among(token, MOMENTS)
        || is_among(token, r"\sum \prod \int \Pr")
}
