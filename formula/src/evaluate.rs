//! From expressions to values.

use crate::numeric::{derivative, geometric, integral};
use crate::scope::Scope;
use crate::syntax::{Chain, Expr, Name, Relation, Run};
use crate::value::Value;
use nalgebra::DMatrix;
use std::f64::consts::{E, PI};

/// The longest sum.
const MOST_TERMS: f64 = 1e5;

/// Why there is no value.
pub enum Stop {
    /// In words.
    Refused(String),
    /// A random name needs an outcome of its source.
    Random { name: String, source: String },
}

type Result<T> = std::result::Result<T, Stop>;

impl From<String> for Stop {
    fn from(words: String) -> Self {
        Self::Refused(words)
    }
}

impl From<&str> for Stop {
    fn from(words: &str) -> Self {
        Self::Refused(words.to_owned())
    }
}

impl From<Stop> for String {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Refused(words) => words,
            Stop::Random { name, .. } => {
                format!("`{name}` is random, and its mean is not asked for")
            }
        }
    }
}

impl Scope {
    /// What an expression is.
    ///
    /// # Errors
    /// Names what has no value, and shapes that do not fit.
    pub fn value(&self, expr: &Expr) -> std::result::Result<Value, String> {
        Ok(Here { scope: self, fixed: None }.value(expr)?)
    }

    /// The mean of a function of a random expression.
    ///
    /// # Errors
    /// As [`Self::value`].
    pub fn mean_of(
        &self,
        expr: &Expr,
        f: &dyn Fn(f64) -> f64,
    ) -> std::result::Result<f64, String> {
        let here = Here { scope: self, fixed: None };
        here.mean(&|here| Ok(f(here.real(expr)?).into()))?.real()
    }
}

/// A scope, and what is fixed in it.
#[derive(Clone, Copy)]
struct Here<'a> {
    scope: &'a Scope,
    fixed: Option<&'a Fixed<'a>>,
}

/// What a sum, an integral, a derivative or a mean has fixed, inside of what was fixed before.
struct Fixed<'a> {
    name: &'a str,
    at: At,
    before: Option<&'a Self>,
}

#[derive(Clone, Copy)]
enum At {
    Number(f64),
    /// The name is that of a source.
    Outcome(usize),
}

impl Here<'_> {
    fn value(self, expr: &Expr) -> Result<Value> {
        match expr {
            Expr::Number(number) => Ok((*number).into()),
            Expr::Dots => Err(r"`\dots` stands alone".into()),
            Expr::Name(name) => self.name(name),
            Expr::Sum(terms) => self.sum(terms),
            Expr::Operation(operation, one, two) => {
                Ok(operation(&self.value(one)?, &self.value(two)?)?)
            }
            Expr::Power(base, exponent) => {
                Ok(self.value(base)?.power(&self.value(exponent)?)?)
            }
            Expr::Transpose(it) => Ok(self.value(it)?.transpose()),
            Expr::Function(function, it) => Ok(function(self.real(it)?).into()),
            Expr::Extreme(choose, them) => {
                let numbers = them.iter().map(|it| self.real(it));
                let extreme = numbers.reduce(|one, two| Ok(choose(one?, two?)));
                Ok(extreme.ok_or("the largest of nothing")??.into())
            }
            Expr::Call(name, arguments) => self.call(name, arguments),
            Expr::IfFunction(name, one, two) => {
                let function = self.find(name, |key| self.scope.functions.get(key));
                self.value(if function.is_some() { one } else { two })
            }
            Expr::Mean(it) => self.mean(&|here| here.value(it)),
            Expr::Variance(it) => {
                let minus = self.mean(&|here| here.value(it))?.times(&(-1.0).into())?;
                self.mean(&|here| {
                    Ok(here.value(it)?.plus(&minus)?.norm().powi(2).into())
                })
            }
            Expr::Probability(chain) => {
                self.mean(&|here| Ok(f64::from(u8::from(here.holds(chain)?)).into()))
            }
            Expr::Norm(it) => Ok(self.value(it)?.norm().into()),
            Expr::Absolute(it) => self.absolute(it),
            Expr::Big(is_sum, run, body) => self.big(*is_sum, run, body),
            Expr::Integral(by, from, to, body) => {
                let f = |x| self.with(by, At::Number(x), |here| here.value(body));
                Ok(integral(&f, self.real(from)?, self.real(to)?)?.into())
            }
            Expr::Derivative(order, by, body) => {
                let found = self.find(by, |key| self.get(key));
                let (key, at) = found.ok_or_else(|| no_value(by))?;
                let f = |x| self.with(&key, At::Number(x), |here| here.real(body));
                Ok(derivative(&f, *order, at?.real()?)?.into())
            }
            Expr::Matrix(rows) => self.blocks(rows),
            Expr::Cases(cases) => {
                for (value, condition) in cases {
                    if condition.as_ref().map_or(Ok(true), |it| self.holds(it))? {
                        return self.value(value);
                    }
                }
                Err("no case applies".into())
            }
        }
    }

    fn real(self, expr: &Expr) -> Result<f64> {
        Ok(self.value(expr)?.real()?)
    }

    /// What holds where one thing more is fixed.
    fn with<T>(self, name: &str, at: At, then: impl FnOnce(Here) -> T) -> T {
        let fixed = Fixed { name, at, before: self.fixed };
        then(Here { scope: self.scope, fixed: Some(&fixed) })
    }

    /// What is fixed of this name, the last counts.
    fn fixed<T>(self, name: &str, of: impl Fn(At) -> Option<T>) -> Option<T> {
        let all = std::iter::successors(self.fixed, |fixed| fixed.before);
        all.filter(|fixed| fixed.name == name).find_map(|fixed| of(fixed.at))
    }

    /// The value of a key, where it has one.
    fn get(self, key: &str) -> Option<Result<Value>> {
        let number = |at| if let At::Number(x) = at { Some(x) } else { None };
        if let Some(number) = self.fixed(key, number) {
            return Some(Ok(number.into()));
        }
        let Some((source, values)) = self.scope.random.get(key) else {
            return self.scope.values.get(key).cloned().map(Ok);
        };
        let outcome = |at| if let At::Outcome(i) = at { Some(i) } else { None };
        Some(match self.fixed(source, outcome) {
            Some(outcome) => Ok(values[outcome].clone()),
            None => Err(Stop::Random { name: key.into(), source: source.clone() }),
        })
    }

    /// What there is of a name as it is written, or else with the values of its indices; with the key.
    fn find<T>(
        self,
        name: &Name,
        get: impl Fn(&str) -> Option<T>,
    ) -> Option<(String, T)> {
        let Some(index) = &name.index else {
            return get(&name.base).map(|it| (name.base.clone(), it));
        };
        let written = format!("{}_{}", name.base, index.written);
        if let Some(it) = get(&written) {
            return Some((written, it));
        }
        let numbers = index.numbers.as_ref()?.iter().map(|it| self.value(it));
        let numbers: Vec<_> = numbers
            .map(|it| it.map(|it| it.to_string()))
            .collect::<Result<_>>()
            .ok()?;
        let key = format!("{}_{}", name.base, numbers.join(","));
        get(&key).map(|it| (key, it))
    }

    fn name(self, name: &Name) -> Result<Value> {
        match (self.find(name, |key| self.get(key)), name.base.as_str()) {
            (Some((_, value)), _) => value,
            (None, "e") => Ok(E.into()),
            (None, "π") => Ok(PI.into()),
            _ => Err(no_value(name)),
        }
    }

    fn call(self, name: &Name, arguments: &[Expr]) -> Result<Value> {
        let function = self.find(name, |key| self.scope.functions.get(key));
        let (_, function) =
            function.ok_or_else(|| format!("`{}` is no function here", name.base))?;
        let values = arguments.iter().map(|argument| self.value(argument));
        Ok(function(&values.collect::<Result<Vec<_>>>()?))
    }

    /// Whether all relations between real numbers hold.
    fn holds(self, chain: &Chain) -> Result<bool> {
        let sides = chain.sides.iter().map(|side| self.real(&side.expr));
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
                _ => return Err(format!("{relation:?} is no condition").into()),
            };
            Ok(all && holds)
        })
    }

    /// The mean of a value over the outcomes of all sources that it asks for.
    fn mean(self, value: &dyn Fn(Here) -> Result<Value>) -> Result<Value> {
        match value(self) {
            Err(Stop::Random { source, .. }) => {
                self.over_outcomes(&source, 0.0.into(), |here, sum, weight| {
                    Ok(sum.plus(&here.mean(value)?.times(&weight.into())?)?)
                })
            }
            outcome => outcome,
        }
    }

    fn over_outcomes(
        self,
        source: &str,
        start: Value,
        add: impl Fn(Here, Value, f64) -> Result<Value>,
    ) -> Result<Value> {
        let weights = self.scope.sources.get(source);
        let weights = weights.ok_or_else(|| format!("`{source}` is no source here"))?;
        weights.iter().enumerate().try_fold(start, |sum, (outcome, &weight)| {
            self.with(source, At::Outcome(outcome), |here| add(here, sum, weight))
        })
    }

    /// The size of a number; of a set, its name between bars.
    fn absolute(self, expr: &Expr) -> Result<Value> {
        if let Expr::Name(Name { base, index: None }) = expr
            && let Some(value) = self.get(&format!("|{base}|"))
        {
            return value;
        }
        match self.value(expr)? {
            Value::Number(z) => Ok(z.norm().into()),
            value => Err(format!("bars around {value}").into()),
        }
    }

    fn big(self, is_sum: bool, run: &Run, body: &Expr) -> Result<Value> {
        let start = Value::from(if is_sum { 0.0 } else { 1.0 });
        let add = |here: Here, sum: Value| {
            let term = here.value(body)?;
            Ok::<_, Stop>(if is_sum { sum.plus(&term)? } else { sum.times(&term)? })
        };
        let (letter, mut numbers) = match run {
            Run::Outcomes(source) => {
                return self
                    .over_outcomes(source, start, |here, sum, _| add(here, sum));
            }
            Run::Between(letter, from, to) => {
                let (from, to) = (self.real(from)?, self.real(to)?);
                if (to - from).is_nan() || to - from > MOST_TERMS {
                    return Err(format!("a sum from {from} to {to}").into());
                }
                (letter, (from as i64..=to.round() as i64).collect::<Vec<_>>())
            }
            Run::In(letter, set, _) => {
                let range = self.scope.ranges.get(set);
                let range =
                    range.ok_or_else(|| format!("`{set}` has no range here"))?;
                (letter, range.clone())
            }
        };
        if let Run::In(_, _, Some(other)) = run {
            let other =
                self.real(&Expr::Name(Name { base: other.clone(), index: None }))?;
            numbers.retain(|&i| i as f64 != other);
        }
        numbers.into_iter().try_fold(start, |sum, i| {
            self.with(letter, At::Number(i as f64), |here| add(here, sum))
        })
    }

    fn sum(self, terms: &[(f64, Expr)]) -> Result<Value> {
        let term = |(sign, expr): &(f64, Expr)| {
            Ok::<_, Stop>(self.value(expr)?.times(&(*sign).into())?)
        };
        let Some(dots) = terms.iter().position(|(_, it)| matches!(it, Expr::Dots))
        else {
            let mut terms = terms.iter().map(term);
            return terms
                .try_fold(0.0.into(), |sum: Value, term| Ok(sum.plus(&term?)?));
        };
        let (before, sign, behind) =
            (&terms[..dots], terms[dots].0, &terms[dots + 1..]);
        // The signs go on as they began.
        let begun = before.iter().rev().nth(1).or(before.first());
        if begun.is_none_or(|(begun, _)| *begun != sign) {
            let sign = if sign > 0.0 { "+" } else { "-" };
            return Err(format!(r"`{sign}` before `\dots`").into());
        }
        let number = |it| Ok::<_, Stop>(term(it)?.real()?);
        let before: Vec<f64> = before.iter().map(number).collect::<Result<_>>()?;
        let last = behind.first().map(number).transpose()?;
        Ok(geometric(&before, last)?.into())
    }

    fn blocks(self, rows: &[Vec<Expr>]) -> Result<Value> {
        let row = |row: &Vec<Expr>| {
            let blocks = row.iter().map(|it| Ok(self.value(it)?.matrix()));
            Ok(beside(&blocks.collect::<Result<Vec<_>>>()?)?.transpose())
        };
        let rows: Vec<_> = rows.iter().map(row).collect::<Result<_>>()?;
        Ok(beside(&rows)?.transpose().into())
    }
}

fn no_value(name: &Name) -> Stop {
    let index = name.index.as_ref().map(|it| format!("_{}", it.written));
    format!("`{}{}` has no value here", name.base, index.unwrap_or_default()).into()
}

/// Matrices beside each other.
fn beside(blocks: &[DMatrix<f64>]) -> Result<DMatrix<f64>> {
    if blocks.iter().any(|it| it.nrows() != blocks[0].nrows()) {
        return Err("blocks that do not fit".into());
    }
    let columns: Vec<_> = blocks.iter().flat_map(DMatrix::column_iter).collect();
    Ok(DMatrix::from_columns(&columns))
}
