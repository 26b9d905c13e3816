//! From expressions to values.

use crate::parse::{Chain, Expr, Name, Relation, Run};
use crate::value::Value;
use nalgebra::{Complex, DMatrix};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::f64::consts::{E, FRAC_PI_2, PI};
use std::rc::Rc;

type Result<T> = std::result::Result<T, String>;
type Function = Rc<dyn Fn(&[Value]) -> Value>;

/// What the letters of a formula stand for.
#[derive(Default, Clone)]
pub struct Scope {
    values: BTreeMap<String, Value>,
    functions: HashMap<String, Function>,
    ranges: HashMap<String, Vec<i64>>,
    /// The probabilities of the outcomes of each source of chance.
    sources: HashMap<String, Rc<[f64]>>,
    /// The source of a random name, and its value at each outcome.
    random: HashMap<String, (String, Rc<[Value]>)>,
    /// What sums, integrals and derivatives put in the place of a name; the last counts.
    locals: RefCell<Vec<(String, Value)>>,
    /// The outcomes of sources.
    fixed: RefCell<Vec<(String, usize)>>,
    /// The source whose outcome was asked for and is not fixed.
    open: RefCell<Option<String>>,
}

impl Scope {
    /// Gives a name its value.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) -> &mut Self {
        self.values.insert(name.to_owned(), value.into());
        self
    }

    /// Gives values to a name with the indices from `first` on.
    pub fn list<V: Into<Value>>(
        &mut self,
        name: &str,
        first: i64,
        values: impl IntoIterator<Item = V>,
    ) -> &mut Self {
        for (i, value) in (first..).zip(values) {
            self.values.insert(format!("{name}_{i}"), value.into());
        }
        self
    }

    /// Gives the entries of a matrix to a name with two indices, from 1 on.
    pub fn entries(&mut self, name: &str, matrix: &DMatrix<f64>) -> &mut Self {
        for (i, row) in (1..).zip(matrix.row_iter()) {
            for (j, &entry) in (1..).zip(row.iter()) {
                self.values.insert(format!("{name}_{i},{j}"), entry.into());
            }
        }
        self
    }

    /// Makes a name before parentheses a function.
    pub fn function(
        &mut self,
        name: &str,
        function: impl Fn(&[Value]) -> Value + 'static,
    ) -> &mut Self {
        self.functions.insert(name.to_owned(), Rc::new(function));
        self
    }

    /// Lets a letter below a sum run over numbers.
    pub fn range(
        &mut self,
        name: &str,
        values: impl IntoIterator<Item = i64>,
    ) -> &mut Self {
        self.ranges.insert(name.to_owned(), values.into_iter().collect());
        self
    }

    /// A source of chance, by the probabilities of its outcomes.
    pub fn source(&mut self, name: &str, weights: impl Into<Rc<[f64]>>) -> &mut Self {
        self.sources.insert(name.to_owned(), weights.into());
        self
    }

    /// A random name, by its value at each outcome of a source.
    pub fn random<V: Into<Value>>(
        &mut self,
        name: &str,
        source: &str,
        values: impl IntoIterator<Item = V>,
    ) -> &mut Self {
        let values = values.into_iter().map(Into::into).collect();
        self.random.insert(name.to_owned(), (source.to_owned(), values));
        self
    }

    /// What a name stands for, as it was set.
    pub fn given(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// The names that stand for numbers, with these.
    pub fn numbers(&self) -> impl Iterator<Item = (&str, &Value)> {
        let names = self.values.iter().map(|(name, value)| (name.as_str(), value));
        names.filter(|(_, value)| matches!(value, Value::Number(_)))
    }

    /// What an expression is.
    ///
    /// # Errors
    /// Names what has no value, and shapes that do not fit.
    pub fn value(&self, expr: &Expr) -> Result<Value> {
        match expr {
            Expr::Number(number) => Ok((*number).into()),
            Expr::Imaginary => Ok(Complex::i().into()),
            Expr::Dots => Err(r"`\dots` stands alone".to_owned()),
            Expr::Name(name) => self.name(name),
            Expr::Sum(terms) => self.sum(terms),
            Expr::Operation(operator, one, two) => {
                let (one, two) = (self.value(one)?, self.value(two)?);
                match *operator {
                    "/" => one.over(&two),
                    r"\circ" => one.entrywise(&two),
                    _ => one.times(&two),
                }
            }
            Expr::Power(base, exponent) => self.power(base, exponent),
            Expr::Transpose(it) => Ok(self.value(it)?.transpose()),
            Expr::Apply(name, arguments, behind) => self.apply(name, arguments, behind),
            Expr::Function(name, operands) => self.known(name, operands),
            Expr::Probability(chain) => {
                self.mean(&|| Ok(f64::from(u8::from(self.holds(chain)?)).into()))
            }
            Expr::Norm(it) => Ok(self.value(it)?.norm().into()),
            Expr::Absolute(it) => self.absolute(it),
            Expr::Big(is_sum, run, body) => self.big(*is_sum, run, body),
            Expr::Integral(by, from, to, body) => {
                let (from, to) = (self.value(from)?.real()?, self.value(to)?.real()?);
                integral(&|x| self.with(by, x, body), from, to).map(Value::from)
            }
            Expr::Derivative(order, by, body) => self.derivative(*order, by, body),
            Expr::Matrix(rows) => self.blocks(rows),
            Expr::Cases(cases) => {
                for (value, condition) in cases {
                    let applies =
                        condition.as_ref().map_or(Ok(true), |it| self.holds(it));
                    if applies? {
                        return self.value(value);
                    }
                }
                Err("no case applies".to_owned())
            }
        }
    }

    /// The mean of a function of a random expression.
    ///
    /// # Errors
    /// As [`Self::value`].
    pub fn mean_of(&self, expr: &Expr, f: &dyn Fn(f64) -> f64) -> Result<f64> {
        self.mean(&|| Ok(f(self.value(expr)?.real()?).into()))?.real()
    }

    /// Whether all relations between real numbers hold.
    fn holds(&self, chain: &Chain) -> Result<bool> {
        let sides = chain.sides.iter().map(|side| self.value(&side.expr)?.real());
        let sides: Vec<f64> = sides.collect::<Result<_>>()?;
        let mut pairs = sides.windows(2).zip(&chain.relations);
        pairs.try_fold(true, |all, (pair, relation)| {
            let (one, two) = (pair[0], pair[1]);
            let holds = match relation {
                Relation::Equal => one == two,
                Relation::Different => one != two,
                Relation::Less => one < two,
                Relation::LessOrEqual => one <= two,
                Relation::Greater => one > two,
                Relation::GreaterOrEqual => one >= two,
                _ => return Err(format!("{relation:?} is no condition")),
            };
            Ok(all && holds)
        })
    }

    /// The name as it is written, or else with the values of its indices.
    fn find<T>(
        &self,
        name: &Name,
        get: impl Fn(&str) -> Result<Option<T>>,
    ) -> Result<Option<(String, T)>> {
        let Some(index) = &name.index else {
            return Ok(get(&name.base)?.map(|it| (name.base.clone(), it)));
        };
        let written = format!("{}_{}", name.base, index.written);
        if let Some(it) = get(&written)? {
            return Ok(Some((written, it)));
        }
        let Some(numbers) = &index.numbers else { return Ok(None) };
        let Ok(numbers) =
            numbers.iter().map(|it| self.value(it)).collect::<Result<Vec<_>>>()
        else {
            return Ok(None);
        };
        let numbers: Vec<_> = numbers.iter().map(Value::to_string).collect();
        let key = format!("{}_{}", name.base, numbers.join(","));
        Ok(get(&key)?.map(|it| (key, it)))
    }

    /// The value of a key, where it has one.
    fn get(&self, key: &str) -> Result<Option<Value>> {
        let locals = self.locals.borrow();
        if let Some((_, value)) = locals.iter().rev().find(|(name, _)| name == key) {
            return Ok(Some(value.clone()));
        }
        let Some((source, values)) = self.random.get(key) else {
            return Ok(self.values.get(key).cloned());
        };
        match self.fixed.borrow().iter().rev().find(|(name, _)| name == source) {
            Some((_, outcome)) => Ok(Some(values[*outcome].clone())),
            None => {
                self.open.replace(Some(source.clone()));
                Err(format!("`{key}` is random, and its mean is not asked for"))
            }
        }
    }

    fn name(&self, name: &Name) -> Result<Value> {
        match (self.find(name, |key| self.get(key))?, name.base.as_str()) {
            (Some((_, value)), _) => Ok(value),
            (None, "e") => Ok(E.into()),
            (None, "π") => Ok(PI.into()),
            (None, base) => {
                let index = name.index.as_ref();
                let index =
                    index.map_or(String::new(), |it| format!("_{}", it.written));
                Err(format!("`{base}{index}` has no value here"))
            }
        }
    }

    fn apply(&self, name: &Name, arguments: &[Expr], behind: &[Expr]) -> Result<Value> {
        let raise = |value: Value| {
            behind.iter().try_fold(value, |value, behind| match behind {
                Expr::Power(_, exponent) => value.power(&self.value(exponent)?),
                _ => Ok(value.transpose()),
            })
        };
        let values = arguments.iter().map(|argument| self.value(argument));
        let values: Vec<Value> = values.collect::<Result<_>>()?;
        match self.find(name, |key| Ok(self.functions.get(key)))? {
            Some((_, function)) => raise(function(&values)),
            None if values.len() == 1 => {
                self.name(name)?.times(&raise(values[0].clone())?)
            }
            None => Err(format!("`{}` is no function here", name.base)),
        }
    }

    fn power(&self, base: &Expr, exponent: &Expr) -> Result<Value> {
        let exponent = self.value(exponent)?;
        match (base, &exponent) {
            (Expr::Name(name), Value::Number(z))
                if name.base == "e"
                    && self.find(name, |key| self.get(key))?.is_none() =>
            {
                Ok(if z.im == 0.0 { z.re.exp().into() } else { z.exp().into() })
            }
            _ => self.value(base)?.power(&exponent),
        }
    }

    fn known(&self, name: &str, operands: &[Expr]) -> Result<Value> {
        let first = &operands[0];
        match name {
            "E" | "mean" => return self.mean(&|| self.value(first)),
            "Var" => {
                let mean = self.mean(&|| self.value(first))?;
                let minus = mean.times(&(-1.0).into())?;
                let off = || self.value(first)?.plus(&minus);
                return self.mean(&|| Ok(off()?.norm().powi(2).into()));
            }
            _ => {}
        }
        let values = operands.iter().map(|it| self.value(it)?.real());
        let values: Vec<f64> = values.collect::<Result<_>>()?;
        let x = values[0];
        let value = match name {
            "max" => values.into_iter().fold(f64::NEG_INFINITY, f64::max),
            "min" => values.into_iter().fold(f64::INFINITY, f64::min),
            "log" | "ln" => x.ln(),
            "exp" => x.exp(),
            "sin" => x.sin(),
            "cos" => x.cos(),
            "tan" => x.tan(),
            "arccos" => x.acos(),
            "arctan" => x.atan(),
            "sinh" => x.sinh(),
            "cosh" => x.cosh(),
            "tanh" => x.tanh(),
            "coth" => 1.0 / x.tanh(),
            "sign" if x == 0.0 => 0.0,
            "sign" => x.signum(),
            _ => return Err(format!("`{name}` is not known")),
        };
        Ok(value.into())
    }

    /// The mean of a value over the outcomes of all sources that it asks for.
    fn mean(&self, value: &dyn Fn() -> Result<Value>) -> Result<Value> {
        self.open.take();
        value().or_else(|error| {
            let source = self.open.take().ok_or(error)?;
            let of = |weight: f64, value: Value| value.times(&weight.into());
            self.over_outcomes(&source, 0.0.into(), |sum, weight| {
                sum.plus(&of(weight, self.mean(value)?)?)
            })
        })
    }

    fn over_outcomes(
        &self,
        source: &str,
        start: Value,
        mut add: impl FnMut(Value, f64) -> Result<Value>,
    ) -> Result<Value> {
        let weights = self.sources.get(source);
        let weights = weights.ok_or_else(|| format!("`{source}` is no source here"))?;
        weights.iter().enumerate().try_fold(start, |sum, (outcome, &weight)| {
            self.fixed.borrow_mut().push((source.to_owned(), outcome));
            let added = add(sum, weight);
            self.fixed.borrow_mut().pop();
            added
        })
    }

    /// The size of a number; of a set, its name between bars.
    fn absolute(&self, expr: &Expr) -> Result<Value> {
        if let Expr::Name(name) = expr
            && name.index.is_none()
            && let Some(value) = self.get(&format!("|{}|", name.base))?
        {
            return Ok(value);
        }
        match self.value(expr)? {
            Value::Number(z) => Ok(z.norm().into()),
            value => Err(format!("bars around {value}")),
        }
    }

    /// An expression with a number in the place of a name.
    fn with(&self, name: &str, number: f64, body: &Expr) -> Result<Value> {
        self.locals.borrow_mut().push((name.to_owned(), number.into()));
        let value = self.value(body);
        self.locals.borrow_mut().pop();
        value
    }

    fn big(&self, is_sum: bool, run: &Run, body: &Expr) -> Result<Value> {
        let add = |sum: Value, term: Value| {
            if is_sum { sum.plus(&term) } else { sum.times(&term) }
        };
        let start = Value::from(if is_sum { 0.0 } else { 1.0 });
        let range = |name: &String| {
            let range = self.ranges.get(name);
            range.ok_or_else(|| format!("`{name}` has no range here"))
        };
        match run {
            Run::Outcomes(source) => {
                self.over_outcomes(source, start, |sum, _| add(sum, self.value(body)?))
            }
            Run::Between(name, from, to) => {
                let (from, to) = (self.value(from)?.real()?, self.value(to)?.real()?);
                let mut numbers = from as i64..=to.round() as i64;
                numbers.try_fold(start, |sum, i| {
                    add(sum, self.with(name, i as f64, body)?)
                })
            }
            Run::In(name, set) => range(set)?
                .iter()
                .try_fold(start, |sum, &i| add(sum, self.with(name, i as f64, body)?)),
            Run::Ranges(names) => match names.as_slice() {
                [one, two] => range(one)?.iter().try_fold(start, |sum, &i| {
                    range(two)?.iter().filter(|&&j| i != j).try_fold(sum, |sum, &j| {
                        self.locals.borrow_mut().push((one.clone(), (i as f64).into()));
                        let term = self.with(two, j as f64, body);
                        self.locals.borrow_mut().pop();
                        add(sum, term?)
                    })
                }),
                _ => {
                    self.big(is_sum, &Run::In(names[0].clone(), names[0].clone()), body)
                }
            },
        }
    }

    fn sum(&self, terms: &[(String, Expr)]) -> Result<Value> {
        let term = |(sign, expr): &(String, Expr)| {
            let value = self.value(expr)?;
            match sign.as_str() {
                "+" => Ok(value),
                "-" => value.times(&(-1.0).into()),
                sign => {
                    let one = self.get("±")?.ok_or("`±` has no value here")?;
                    let one = if sign == r"\pm" { 1.0 } else { -1.0 } * one.real()?;
                    value.times(&one.into())
                }
            }
        };
        let dots = terms.iter().position(|(_, it)| matches!(it, Expr::Dots));
        let Some(dots) = dots else {
            let mut terms = terms.iter().map(term);
            return terms.try_fold(0.0.into(), |sum: Value, term| sum.plus(&term?));
        };
        let (before, behind) = (&terms[..dots], &terms[dots + 1..]);
        // The signs go on as they began.
        let begun = before.iter().rev().nth(1).or(before.first());
        if begun.is_none_or(|(sign, _)| *sign != terms[dots].0) {
            return Err(format!("`{}` before `\\dots`", terms[dots].0));
        }
        if let ([(_, Expr::Name(first))], [(sign, Expr::Name(last))]) = (before, behind)
            && sign == "+"
            && first.base == last.base
        {
            return self.indexed(first, last);
        }
        let numbers = |terms: &[(String, Expr)]| {
            terms.iter().map(|it| term(it)?.real()).collect::<Result<Vec<_>>>()
        };
        geometric(&numbers(before)?, numbers(behind)?.first().copied()).map(Value::from)
    }

    /// `x_1 + … + x_n`.
    fn indexed(&self, first: &Name, last: &Name) -> Result<Value> {
        let end = |name: &Name| {
            let numbers = name.index.as_ref().and_then(|it| it.numbers.as_ref());
            let number = numbers.and_then(|numbers| numbers.first());
            self.value(number.ok_or("a sum with dots and no index")?)?.real()
        };
        let (from, to) = (end(first)? as i64, end(last)? as i64);
        (from..=to).try_fold(0.0.into(), |sum: Value, i| {
            let key = format!("{}_{i}", first.base);
            let term = self.get(&key)?;
            sum.plus(&term.ok_or_else(|| format!("`{key}` has no value here"))?)
        })
    }

    fn derivative(&self, order: usize, by: &Name, body: &Expr) -> Result<Value> {
        let (key, at) = self
            .find(by, |key| self.get(key))?
            .ok_or_else(|| format!("`{}` has no value here", by.base))?;
        let at = at.real()?;
        // The rounding is divided by a power of the step, and the error of the formula has its fourth power.
        let (step, weights) = match order {
            1 => (1e-3, [1.0, -8.0, 0.0, 8.0, -1.0]),
            2 => (1e-2, [-1.0, 16.0, -30.0, 16.0, -1.0]),
            _ => return Err(format!("a derivative of order {order}")),
        };
        let mut terms = (-2..=2).zip(weights);
        let sum = terms.try_fold(0.0, |sum, (i, weight)| {
            let value = self.with(&key, at + step * f64::from(i), body)?;
            Ok::<f64, String>(sum + weight * value.real()?)
        });
        Ok((sum? / (12.0 * step.powi(order as i32))).into())
    }

    fn blocks(&self, rows: &[Vec<Expr>]) -> Result<Value> {
        let rows =
            rows.iter().map(|row| row.iter().map(|it| Ok(self.value(it)?.matrix())));
        let rows: Vec<Vec<_>> = rows.map(Iterator::collect).collect::<Result<_>>()?;
        let height = rows.iter().map(|row| row[0].nrows()).sum();
        let width = rows[0].iter().map(DMatrix::ncols).sum();
        let mut whole = DMatrix::zeros(height, width);
        let (mut top, mut filled) = (0, 0);
        for row in &rows {
            let mut left = 0;
            for block in row {
                if block.nrows() != row[0].nrows() || left + block.ncols() > width {
                    return Err("blocks that do not fit".to_owned());
                }
                whole.view_mut((top, left), block.shape()).copy_from(block);
                left += block.ncols();
                filled += block.len();
            }
            top += row[0].nrows();
        }
        if filled < whole.len() {
            return Err("blocks that do not fit".to_owned());
        }
        Ok(whole.into())
    }
}

/// A sum that goes on by the factor from each term to the next, to the last term or for ever.
fn geometric(first: &[f64], last: Option<f64>) -> Result<f64> {
    const TERMS: usize = 100_000;
    let is_near = |one: f64, two: f64| (one - two).abs() <= 1e-9 * two.abs();
    let [.., one, two] = first else {
        return Err(r"two terms before `\dots` say how it goes on".to_owned());
    };
    let factor = two / one;
    if !first.windows(2).all(|pair| is_near(pair[1], factor * pair[0])) {
        return Err(r"the terms before `\dots` have no common factor".to_owned());
    }
    let mut sum: f64 = first.iter().sum();
    let mut term = *two;
    for _ in 0..TERMS {
        if last.map_or(term.abs() <= 1e-17 * sum.abs(), |last| is_near(term, last)) {
            return Ok(sum);
        }
        term *= factor;
        sum += term;
        if !sum.is_finite() {
            break;
        }
    }
    Err(r"`\dots` does not come to an end".to_owned())
}

/// The integral from one place to another, which may be infinitely far, by the double exponential rule.
fn integral(
    f: &dyn Fn(f64) -> Result<Value>,
    from: f64,
    to: f64,
) -> Result<Complex<f64>> {
    const STEP: f64 = 1.0 / 32.0;
    if from == f64::INFINITY || to == f64::NEG_INFINITY {
        return Err(format!("an integral from {from} to {to}"));
    }
    if from.is_infinite() && to.is_infinite() {
        return Ok(integral(f, from, 0.0)? + integral(f, 0.0, to)?);
    }
    let (half, middle) = ((to - from) / 2.0, (from + to) / 2.0);
    let mut nodes = -128..=128;
    nodes.try_fold(Complex::from(0.0), |sum, i| {
        let t = STEP * f64::from(i);
        let (inner, slope) = (FRAC_PI_2 * t.sinh(), FRAC_PI_2 * t.cosh());
        let (x, weight) = if half.is_finite() {
            (middle + half * inner.tanh(), half * slope / inner.cosh().powi(2))
        } else if to.is_infinite() {
            (from + inner.exp(), slope * inner.exp())
        } else {
            (to - inner.exp(), slope * inner.exp())
        };
        match f(x)? {
            _ if weight == 0.0 => Ok(sum),
            Value::Number(z) if z.norm() == 0.0 => Ok(sum),
            Value::Number(z) => Ok(sum + z * (weight * STEP)),
            value => Err(format!("an integral over {value}")),
        }
    })
}
